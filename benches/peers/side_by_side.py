#!/usr/bin/env python3
"""Runs every peer over the same made-up books, holds each against `rate run` account by account, and only then takes times.

A peer that differs in one fen is refused: it gets no time, and the command ends with 1. Each peer is timed five times, in rounds
that begin with `rate run`, and its ratio is the median of those of the rounds. What is done is kept; the same command goes on.
"""

import argparse
import hashlib
import json
import os
import shutil
import signal
import sys

import contestants
import laws
import made_book
import measured
import postgres_server
import tables
from agreement import Agreement
from duckdb_peer import to_parquet


class Comparison:
    def __init__(self, options, shape, server):
        directory = os.path.join(options.build, "%s-%d" % (shape, options.accounts))
        self.options, self.shape = options, shape
        self.place = contestants.Place(options, shape, directory, server)
        self.state = os.path.join(directory, "state")
        os.makedirs(self.state, exist_ok=True)
        self.refused = []

    def say(self, text):
        print("%-10s %s" % (self.shape, text), flush=True)

    def prepare(self):
        """The book, the same as Parquet, and what `rate run` says of it."""
        place = self.place
        counts = os.path.join(place.directory, "rows.json")
        if not os.path.exists(counts):
            book = made_book.Book(self.shape, place.book)
            book.write(self.options.accounts)
            to_parquet(place.book, place.parquet)
            with open(counts, "w", encoding="utf-8") as file:
                json.dump(book.counts, file)
        with open(counts, encoding="utf-8") as file:
            self.rows = json.load(file)
        self.say("%d accounts, %d rows, %d MiB of CSV" % (
            self.options.accounts, sum(self.rows.values()), measured.size(place.book) >> 20))
        # The truth is told anew by the program in hand; only what is compared is kept of it.
        shutil.rmtree(place.truth, ignore_errors=True)
        measured.run(contestants.OURS.command(place, place.truth))
        for name in os.listdir(place.truth):
            if name not in ("run_list.csv", "rates.csv"):
                os.remove(os.path.join(place.truth, name))

    def kept(self, it):
        return os.path.join(self.state, it.name.replace(" ", "-").replace(",", "").replace("(", "").replace(")", "") + ".json")

    def known(self, it):
        """What was found of a contestant by this program and these peers."""
        try:
            with open(self.kept(it), encoding="utf-8") as file:
                known = json.load(file)
        except FileNotFoundError:
            return None
        return known if known["of"] == self.options.fingerprint else None

    def keep(self, it, found):
        found = {"of": self.options.fingerprint, "shape": self.shape, "accounts": self.options.accounts,
                 "rows": sum(self.rows.values()), "peer": it.name, "threads": it.threads, "reads": it.reads,
                 "writes": it.writes, "taken": [], **found}
        with open(self.kept(it) + ".new", "w", encoding="utf-8") as file:
            json.dump(found, file, ensure_ascii=False, indent=1)
        os.replace(self.kept(it) + ".new", self.kept(it))

    def compare(self, it):
        """Runs a contestant once, which also warms what it reads; whether it agrees."""
        place = self.place
        if isinstance(it, contestants.Ours):
            it.run(place)
            same = all(self.same(name) for name in ("run_list.csv", "rates.csv"))
            return same, "%s to those of the first run" % ("bytes identical" if same else "files differ")
        it.run(place, keep=True)
        found = Agreement(place.truth, it.result(place))
        if found:
            return True, found.text()
        return False, "\n    ".join([found.text(), *found.examples()])

    def same(self, name):
        with open(os.path.join(self.place.truth, name), "rb") as one, open(
                os.path.join(self.place.scratch, "out", name), "rb") as other:
            return one.read() == other.read()

    def possible(self, it):
        """Why a contestant cannot run here, or nothing."""
        if it.reads == "Parquet" and isinstance(it, contestants.Ours):
            try:
                it.run(self.place)
            except measured.Failed:
                return "this `rate` does not read a book of Parquet files"
        if "PostgreSQL" in it.name and self.place.server is None:
            return "no PostgreSQL is installed"
        if isinstance(it, contestants.Loop) and not os.path.exists(os.path.join(self.options.build, "loop")):
            return "no rustc to build it with"
        return None

    def run(self):
        self.prepare()
        chosen = [it for it in contestants.CONTESTANTS if self.shape in it.shapes and self.wanted(it)]
        todo = []
        for it in chosen:
            known = None if self.options.fresh else self.known(it)
            if known and known["agrees"] and len(known["taken"]) >= self.options.rounds:
                self.say("%s: done before" % it.name)
                continue
            missing = self.possible(it)
            if missing:
                self.say("%s: skipped: %s" % (it.name, missing))
                continue
            agrees, text = self.compare(it)
            self.say("%s: %s" % (it.name, text))
            if agrees:
                todo.append(it)
            else:
                self.say("%s: REFUSED, not timed" % it.name)
                self.refused.append(it.name)
            taken = known["taken"] if known and agrees else []
            self.keep(it, {"agrees": agrees, "said": text, "taken": taken})
        self.time(todo)
        for it in contestants.LOSING:
            if self.shape in it.shapes and self.wanted(it):
                _, text = self.compare(it)
                self.say("%s: %s" % (it.name, text))
                self.keep(it, {"agrees": False, "said": text})
        self.place.clear()

    def wanted(self, it):
        return not self.options.only or any(it.name.lower().startswith(word.lower()) for word in self.options.only)

    def time(self, todo):
        """Rounds of everybody that is to be timed, `rate run` first in each; every figure is kept as soon as it is known."""
        first = contestants.OURS
        while True:
            left = [it for it in todo if len(self.known(it)["taken"]) < self.options.rounds]
            if not left:
                return
            ours = first.run(self.place)
            for it in left:
                its = ours if it is first else it.run(self.place)
                known = self.known(it)
                known["taken"].append({
                    "seconds": its.seconds, "ratio": its.seconds / ours.seconds, "processor": its.processor,
                    "processor_ratio": its.processor and its.processor / ours.processor, "peak_mib": its.peak_mib,
                    "written_mib": its.written / 2 ** 20, **its.parts})
                self.keep(it, known)
                self.say("%s: %.2f s, %.2f of that of rate run" % (it.name, its.seconds, its.seconds / ours.seconds))

    def found(self):
        every = [self.known(it) for it in contestants.CONTESTANTS + contestants.LOSING if self.shape in it.shapes]
        return [it for it in every if it]


def options():
    told = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    told.add_argument("--accounts", type=int, default=100_000)
    told.add_argument("--shapes", nargs="*", default=sorted(laws.LAWS, reverse=True))
    told.add_argument("--rate", required=True, help="the program")
    told.add_argument("--rounds", type=int, default=5)
    told.add_argument("--only", nargs="*", help="contestants whose names begin so")
    told.add_argument("--fresh", action="store_true", help="take again what was taken before")
    told.add_argument("--sql", help="a statement for DuckDB in the place of its own, such as a wrong one")
    told.add_argument("--note", default="", help="stands below the tables, as that the machine was not quiet")
    told.add_argument("--readme", help="a page that the tables are put into, between its two marks")
    told.add_argument("--build", default=os.path.join(laws.ROOT, "target", "peers"))
    told.add_argument("--results", default=os.path.join(contestants.HERE, "results"))
    told = told.parse_args()
    told.rate, told.build = os.path.abspath(told.rate), os.path.abspath(told.build)
    told.fingerprint = fingerprint(told)
    return told


def fingerprint(told):
    """Of the program and of what the peers are made of: figures of others are not taken for theirs."""
    seen = hashlib.sha256()
    ours = [os.path.join(where, name) for where, _, names in os.walk(contestants.HERE) for name in names]
    sources = [it for it in ours if it.endswith((".sql", ".rs", ".json", "requirements.txt", "_peer.py", "made_book.py",
                                                 "host_rows.py", "contestants.py"))]
    for path in [told.rate, *([told.sql] if told.sql else []), *sorted(sources)]:
        with open(path, "rb") as file:
            seen.update(file.read())
    return seen.hexdigest()[:16]


def main():
    told, refused = options(), []
    # Whoever ends this by the usual signal gets the server ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wanted = postgres_server.binaries() and (not told.only or any("postgres" in it.lower() or "rate" in it.lower()
                                                                   for it in told.only))
    server = postgres_server.Server(os.path.join(told.build, "postgres")).__enter__() if wanted else None
    comparisons = [Comparison(told, shape, server) for shape in told.shapes]
    try:
        for comparison in comparisons:
            comparison.run()
            refused += comparison.refused
    finally:
        if server:
            server.__exit__()
        # What was taken until somebody ended it is written too.
        found = [it for comparison in comparisons for it in comparison.found()]
        for path in tables.write(found, told) if found else ():
            print("written: " + path)
    if refused:
        sys.exit("refused, since they differ: " + ", ".join(refused))


if __name__ == "__main__":
    main()
