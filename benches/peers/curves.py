#!/usr/bin/env python3
"""What `rate run` costs, file to file, as the accounts, the rows of the rule set and the claims of an account grow.

Writes results/curve-*.csv and draws docs/cost-*.svg. What is measured is kept; the same command goes on.
"""

import argparse
import csv
import json
import os
import shutil
import statistics

import laws
import made_book
import measured
from picture import picture

AREA, ON = laws.LAWS["three-year"][2:]
ACCOUNTS = (1_000, 10_000, 100_000, 1_000_000, 5_000_000)
# A table has at most 200 rows, so more are several tables of which the highest grade counts.
ROWS = ((1, 1), (1, 10), (1, 50), (1, 100), (1, 200), (2, 200), (5, 200))
CLAIMS = (0, 1, 10, 100, 1_000)
# Findings that would stop a run where a book has no claims or events.
ACCEPTED = "table-empty,year-empty"
# Accounts of the second and the third curve.
OF_ROWS, OF_CLAIMS = 20_000, 1_000


class Curve:
    def __init__(self, told, name):
        self.told, self.name = told, name
        self.directory = os.path.join(told.build, "curves", name)
        self.path = os.path.join(self.directory, "points.json")
        os.makedirs(self.directory, exist_ok=True)
        self.points = {}
        if os.path.exists(self.path) and not told.fresh:
            with open(self.path, encoding="utf-8") as file:
                kept = json.load(file)
            self.points = kept["points"] if kept["of"] == os.path.getmtime(told.rate) else {}

    def point(self, key, prepare):
        """Measures one point, unless that was done: `prepare` makes directories of book, rules and parameters."""
        if str(key) in self.points:
            print("%s %s: done before" % (self.name, key), flush=True)
            return True
        scratch = os.path.join(self.directory, "scratch")
        shutil.rmtree(scratch, ignore_errors=True)
        os.makedirs(scratch)
        book, rules, parameters, rows = prepare(scratch)
        out, taken = os.path.join(scratch, "out"), []
        command = [self.told.rate, "--lang", "en", "run", "--area", AREA, "--rules", rules, "--parameters", parameters,
                   "--book", book, "--on", ON, "--out", out, "--accept", ACCEPTED]
        try:
            for _ in range(self.told.rounds):
                shutil.rmtree(out, ignore_errors=True)
                taken.append(measured.run(command))
        except measured.Failed as failure:
            print("%s %s: not measured: %s" % (self.name, key, failure), flush=True)
            return False
        found = {"rows": rows, "seconds": statistics.median(it.seconds for it in taken),
                 "processor": statistics.median(it.processor for it in taken),
                 "peak_mib": statistics.median(it.peak_mib for it in taken), "written_mib": measured.size(out) / 2 ** 20}
        shutil.rmtree(scratch)
        self.points[str(key)] = found
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump({"of": os.path.getmtime(self.told.rate), "points": self.points}, file, indent=1)
        print("%s %s: %.2f s, %d MiB" % (self.name, key, found["seconds"], found["peak_mib"]), flush=True)
        return True

    def room(self, accounts):
        """Whether the disk has room for the book and what is written of it, by what the point before took."""
        before = [(int(key), it) for key, it in self.points.items() if int(key) < accounts]
        if not before:
            return True
        key, it = max(before, key=lambda one: one[0])
        needed = (it["written_mib"] * 1.3 + 200) * accounts / key
        free = shutil.disk_usage(self.directory).free / 2 ** 20
        if needed > free:
            print("%s %d: not measured: needs about %d MiB of disk, %d are free" % (self.name, accounts, needed, free))
        return needed <= free

    def write(self, first):
        os.makedirs(self.told.results, exist_ok=True)
        with open(os.path.join(self.told.results, "curve-%s.csv" % self.name), "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow([first, "book_rows", "seconds", "processor_seconds", "peak_mib", "written_mib"])
            for key, it in self.of():
                out.writerow([key, it["rows"]] + ["%.3f" % it[name] for name in ("seconds", "processor", "peak_mib", "written_mib")])

    def of(self):
        return sorted(((int(key), it) for key, it in self.points.items()), key=lambda it: it[0])

    def draw(self, title, across, move=0):
        """A value of 0 stands at `move`, since powers of ten have none, and is called 0 there."""
        times = [(key or move, it["seconds"]) for key, it in self.of()]
        memory = [(key or move, it["peak_mib"]) for key, it in self.of()]
        if len(times) < 2:
            return
        source = "Made by: benches/peers/run.sh, medians of %d, rate run from CSV to its files. %s. %s" % (
            self.told.rounds, measured.machine(), self.told.note)
        names = {move: "0"} if move else None
        text = picture(title, across, [("seconds", times), ("memory at most, MiB", memory)], source, names)
        with open(os.path.join(self.told.docs, "cost-%s.svg" % self.name), "w", encoding="utf-8") as file:
            file.write(text)


def made(scratch, accounts, claims=None):
    book = made_book.Book("three-year", os.path.join(scratch, "book"), claims)
    book.write(accounts)
    rules, parameters = laws.write("three-year", scratch)
    return os.path.join(scratch, "book"), rules, parameters, sum(book.counts.values())


def bracket(bounds, at, unit):
    """The interval at a place among bounds that begin at 0."""
    return "<= %s%s" % (bounds[0], unit) if at == 0 else "> %s%s" % (bounds[-1], unit) if at == len(bounds) else "(%s%s, %s%s]" % (
        bounds[at - 1], unit, bounds[at], unit)


def table(name, rows):
    """A table of so many rows over ratio and incidence; the grade rises with both."""
    across = max(it for it in range(1, 15) if rows % it == 0 and rows // it <= 48)
    down = rows // across
    ratios, incidences = [5 * it + 5 for it in range(down - 1)], [2 * it + 1 for it in range(across - 1)]
    text = ['[%s]' % name, 'conflict = "highest-grade"', 'cite = "demonstration: float-table"', 'illustrative = ["conflict"]']
    grades = ("50%", "80%", "100%", "120%", "150%")
    for one in range(down):
        for other in range(across):
            cells = []
            if ratios:
                cells.append('pay_ratio = "%s"' % bracket(ratios, one, "%"))
            if incidences:
                cells.append('incidence = "%s"' % bracket(incidences, other, "‰"))
            cells = cells or ['pay_ratio = ">= 0%"']
            grade = grades[min(4, 5 * (one + other) // (down + across - 1))]
            text += ["", "[[%s.rows]]" % name, 'id = "r%d-%d"' % (one, other), "all = { %s }" % ", ".join(cells),
                     'grade = "%s"' % grade, 'illustrative = ["all", "grade"]']
    return "\n".join(text) + "\n"


def with_rows(scratch, tables, rows):
    """The demonstration's method with its table replaced by so many of so many rows."""
    book, rules, parameters, count = made(scratch, OF_ROWS)
    path = os.path.join(rules, "method.toml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    start, end = text.index("[float_table]"), text.index("# The bonus stands first")
    if tables == 1:
        written = table("float_table", rows)
    else:
        names = ["t%d" % it for it in range(tables)]
        written = "".join(table("float_tables." + it, rows) + "\n" for it in names) + (
            '[combine]\ntables = [%s]\nrule = "highest"\ncite = "demonstration: float-table"\nillustrative = ["tables", "rule"]\n\n'
            % ", ".join('"%s"' % it for it in names))
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[:start] + written + "\n" + text[end:])
    return book, rules, parameters, count


def main():
    told = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    told.add_argument("--rate", required=True)
    told.add_argument("--most", type=int, default=100_000, help="accounts of the last point of the first curve")
    told.add_argument("--rounds", type=int, default=5)
    told.add_argument("--fresh", action="store_true")
    told.add_argument("--note", default="")
    told.add_argument("--build", default=os.path.join(laws.ROOT, "target", "peers"))
    told.add_argument("--results", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "results"))
    told.add_argument("--docs", default=os.path.join(laws.ROOT, "docs"))
    told = told.parse_args()
    told.rate = os.path.abspath(told.rate)

    curve = Curve(told, "accounts")
    for accounts in ACCOUNTS:
        if accounts <= told.most and curve.room(accounts):
            curve.point(accounts, lambda scratch, its=accounts: made(scratch, its))
    curve.write("accounts")
    curve.draw("A run by the number of accounts", "accounts, about 7.5 rows each")

    curve = Curve(told, "rows")
    for tables, rows in ROWS:
        if not curve.point(tables * rows, lambda scratch, its=(tables, rows): with_rows(scratch, *its)):
            break
    curve.write("rule_set_rows")
    curve.draw("A run by the rows of its float tables", "rows, in tables of at most 200; {:,} accounts".format(OF_ROWS))

    curve = Curve(told, "claims")
    for claims in CLAIMS:
        curve.point(claims, lambda scratch, its=claims: made(scratch, OF_CLAIMS, its))
    curve.write("claims_per_account")
    curve.draw("A run by the claims of every account", "claims of an account, two payments each; "
               "{:,} accounts".format(OF_CLAIMS), move=0.1)


if __name__ == "__main__":
    main()
