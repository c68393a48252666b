"""Plain SQL in PostgreSQL: `postgres_peer.py SHAPE BOOK --socket DIRECTORY --bin DIRECTORY [--bodies BYTES] [--result FILE]`.

Copies the book into the tables of an empty database `peer`, and decides it with one statement into a table with a key; with
`--bodies`, into the records of that many bytes each too, their SHA-256 and the indexes of the service. Says what each took.
"""

import argparse
import json
import os
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = ("accounts", "coverage", "classifications", "premiums", "claims", "payments", "events", "rates")


def statement(name):
    with open(os.path.join(HERE, "sql", name + ".sql"), encoding="utf-8") as file:
        return file.read()


class Client:
    def __init__(self, told):
        self.command = [os.path.join(told.bin, "psql"), "-qAt", "-v", "ON_ERROR_STOP=1", "-h", told.socket, "-U", "rate",
                        "-v", "body_bytes=%s" % told.bodies, "peer"]

    def run(self, text):
        begun = time.monotonic()
        done = subprocess.run(self.command, input=text, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return time.monotonic() - begun, done.stdout


def main():
    told = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    told.add_argument("shape")
    told.add_argument("book")
    told.add_argument("--socket", required=True)
    told.add_argument("--bin", required=True)
    told.add_argument("--bodies", type=int, default=0)
    told.add_argument("--result", help="where what was decided is copied to, after all figures are taken")
    told = told.parse_args()
    client = Client(told)
    book = os.path.abspath(told.book)
    copied = ["\\copy %s FROM '%s/%s.csv' (FORMAT csv, HEADER true)" % (it, book, it) for it in TABLES]
    loaded, _ = client.run("\n".join([statement("postgres_words"), statement("postgres_tables"), "BEGIN;", *copied, "COMMIT;",
                                      "ANALYZE;"]))
    peak = "SELECT substring(pg_read_file('/proc/' || pg_backend_pid() || '/status') FROM 'VmHWM:\\s+(\\d+)');"
    decide = [statement("postgres_narrow"), "BEGIN;", "INSERT INTO decided", statement(told.shape.replace("-", "_")), ";"]
    if told.bodies:
        decide.append(statement("postgres_bodies"))
    decided, answer = client.run("\n".join(decide + ["COMMIT;", peak]))
    sizes = client.run("SELECT pg_total_relation_size('decided');" + (
        "SELECT pg_total_relation_size('bodies');" if told.bodies else "SELECT 0;"))[1].split()
    if told.result:
        client.run("\\copy decided TO '%s' (FORMAT csv, HEADER true)" % os.path.abspath(told.result))
    print(json.dumps({"loaded": loaded, "decided": decided, "backend_kib": int(answer.split()[-1]),
                      "narrow_bytes": int(sizes[0]), "bodies_bytes": int(sizes[1])}))


if __name__ == "__main__":
    main()
