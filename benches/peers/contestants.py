"""Who is compared: how each is started, and what it reads and writes."""

import json
import os
import shutil
import sys

import laws
import measured

HERE = os.path.dirname(os.path.abspath(__file__))
# The mean length of a record of `rate` in these books; what the second peer in PostgreSQL writes for each account.
BODY_BYTES = 460


class Place:
    """Where a shape of a comparison lies: book, the same as Parquet, law, and scratch for what is written."""

    def __init__(self, options, shape, directory, server=None):
        self.options, self.shape, self.directory, self.server = options, shape, directory, server
        self.book, self.parquet = os.path.join(directory, "book"), os.path.join(directory, "parquet")
        self.truth = os.path.join(directory, "truth")
        self.scratch = os.path.join(directory, "scratch")

    def clear(self):
        shutil.rmtree(self.scratch, ignore_errors=True)
        os.makedirs(self.scratch)


class Contestant:
    reads, writes, shapes, threads = "CSV", "narrow CSV", ("three-year", "jiangsu"), 1

    def __init__(self, name, **its):
        self.name = name
        self.__dict__.update(its)

    def cores(self):
        """One thread is one core; on two, nobody is kept from using both."""
        return {0} if self.threads == 1 else None

    def result(self, place):
        return os.path.join(place.scratch, "result.csv")

    def run(self, place, keep=False):
        """One measurement; what it wrote lies in the scratch of the place until that is cleared."""
        place.clear()
        its = measured.run(self.command(place), self.cores(), self.environment())
        its.parts, its.written = {}, measured.size(place.scratch)
        return its

    def environment(self):
        return {"POLARS_MAX_THREADS": str(self.threads)}


class Script(Contestant):
    """A peer in Python."""

    def command(self, place):
        book = place.parquet if self.reads == "Parquet" else place.book
        more = self.more(place) if hasattr(self, "more") else []
        return [sys.executable, os.path.join(HERE, self.script), place.shape, book, self.result(place), *more]


class Loop(Contestant):
    def command(self, place):
        return [os.path.join(place.options.build, "loop"), place.shape, place.book, self.result(place)]


class Ours(Contestant):
    """`rate run`, with a log where one is named."""

    def command(self, place, out=None):
        rules, parameters = laws.write(place.shape, place.directory)
        area, on = laws.LAWS[place.shape][2:]
        book = place.parquet if self.reads == "Parquet" else place.book
        command = [place.options.rate, "--lang", "en", "run", "--area", area, "--rules", rules, "--parameters", parameters,
                   "--book", book, "--on", on, "--out", out or os.path.join(place.scratch, "out")]
        return command + (["--log", self.log(place), "--author", "one", "--approver", "another"] if hasattr(self, "log") else [])

    def run(self, place, keep=False):
        place.clear()
        if self.name.endswith("PostgreSQL"):
            place.server.fresh("ours")
        its = measured.run(self.command(place), self.cores(), {"RATE_LOG_KEY": os.path.join(place.scratch, "key")})
        its.parts, its.written = {}, measured.size(place.scratch)
        if self.name.endswith("PostgreSQL"):
            its.written += int(place.server.psql("ours", "SELECT pg_database_size('ours')"))
        return its


class Postgres(Contestant):
    reads = "CSV, by COPY"

    def run(self, place, keep=False):
        place.clear()
        server = place.server
        server.fresh("peer")
        command = [sys.executable, os.path.join(HERE, "postgres_peer.py"), place.shape, place.book, "--socket",
                   server.socket, "--bin", server.bin, "--bodies", str(self.bodies)]
        its = measured.run(command + (["--result", self.result(place)] if keep else []))
        parts = json.loads(its.output)
        # The server's processor time is not the client's, and the copy of the result is for the comparison alone.
        its.parts = {"loaded": parts["loaded"], "decided": parts["decided"]}
        its.seconds, its.processor = parts["loaded"] + parts["decided"], None
        its.peak_mib, its.written = parts["backend_kib"] / 1024, parts["narrow_bytes"] + parts["bodies_bytes"]
        return its


def in_postgres(place):
    return "postgres:///ours?user=rate&host=%s" % place.server.socket


def statement(place):
    return ["--sql", place.options.sql] if place.options.sql else []


def threads(several):
    return lambda place: ["--threads", str(several), *statement(place)]


FILES = "run list, rates, every step in words (NDJSON)"
OURS = Ours("rate run", threads=2, writes=FILES)
THREE = ("three-year",)
CONTESTANTS = [
    OURS,
    Ours("rate run, one core", threads=1, writes=FILES),
    Ours("rate run, Parquet", threads=2, reads="Parquet", writes=FILES),
    Ours("rate run, log in a directory", threads=2, writes=FILES + "; records, SHA-256, signed log",
         log=lambda place: os.path.join(place.scratch, "log")),
    Ours("rate run, log in PostgreSQL", threads=2, writes=FILES + "; records, SHA-256, indexes, signed log", log=in_postgres),
    Loop("loop in Rust"),
    Script("DuckDB", script="duckdb_peer.py", threads=2, more=threads(2)),
    Script("DuckDB, one core", script="duckdb_peer.py", threads=1, more=threads(1)),
    Script("DuckDB, Parquet", script="duckdb_peer.py", threads=2, reads="Parquet", more=threads(2)),
    Script("polars", script="polars_peer.py", threads=2),
    Script("polars, one core", script="polars_peer.py", threads=1),
    Script("polars, Parquet", script="polars_peer.py", threads=2, reads="Parquet"),
    Postgres("PostgreSQL, narrow", threads=2, bodies=0, writes="table with a key"),
    Postgres("PostgreSQL, with bodies", threads=2, bodies=BODY_BYTES,
             writes="that; %d bytes each, SHA-256, indexes of the service" % BODY_BYTES),
    Script("ZEN", script="zen_peer.py", shapes=THREE),
    Script("OpenFisca, 64 bits", script="openfisca_peer.py", shapes=THREE, more=lambda place: ["--wide"]),
]
# What gives other amounts, as it is often written: compared, and never timed.
LOSING = [
    Script("OpenFisca, as installed (32 bits)", script="openfisca_peer.py", shapes=THREE),
    Script("polars, yuan in 64-bit floats", script="polars_peer.py", more=lambda place: ["--floats"]),
]
