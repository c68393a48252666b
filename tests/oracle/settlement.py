"""What is settled where a rate is decided late (370600/2013), a second time. Readings: READINGS.md, §2, Decided late."""

import csv
import os
import random
import subprocess

import book
import generate
import oracle
from book import first_day, month
from projects import half_up

METHOD, FIRST, DAYS = "370600/2013", "2013-01-01", ("2013-03-31", "2013-04-01", "2013-04-02")


def posted(maker, directory):
    """Premium of the first five months, posted at the last rate or anything else; of some, part was settled before."""
    path = os.path.join(directory, "premiums.csv")
    with open(path, encoding="utf-8", newline="") as file:
        header, *lines = list(csv.reader(file))
    lines = [it for it in lines if it[2] < FIRST[:7]]
    for number, account in book.read(directory).items():
        for it in range(month(FIRST), month(FIRST) + 5):
            if it in account.covered and maker.random() < .9:
                at, payroll = first_day(it)[:7], maker.choice((100, 12345, 1234567, 50000000, maker.randrange(1, 10 ** 9)))
                due = payroll * maker.choice((5, 8, 10, 12, 15, 20, 30)) // 1000
                lines.append(["370600", number, at, at, payroll, 10, due, due, 0, "regular", at + "-20"])
                if maker.random() < .2:
                    more = maker.choice((100, -100, 5000))
                    lines.append(["370600", number, at, at, 0, 0, more, more, 0, "settlement", at + "-25"])
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header] + lines)


def settled(account, answer, decided):
    """(month, posted, due) of every regular row whose month began before the day."""
    result = {}
    for row in account.own_premiums:
        if row.kind != "regular" or row.first < month(FIRST) or first_day(row.first) >= decided:
            continue
        for first, last, *_, rate, _ in answer.segments:
            if first <= first_day(row.first) <= last:
                due = half_up(row.payroll * rate / 100)
                before = row.due + sum(it.due for it in account.own_premiums
                                       if it.kind == "settlement" and it.first == row.first)
                result[first_day(row.first)[:7]] = before, due
    return result


def compare(options, scratch):
    """Lines to print, and whether all is well."""
    lines, well = [], True
    enough = max(1, min(options.accounts, 2000) * 100 // 2000)
    fixtures = os.path.join(options.root, "fixtures")
    for decided in DAYS:
        directory = os.path.join(scratch, decided)
        generate.make(METHOD, FIRST, min(options.accounts, 40000) // 2, directory, options.seed)
        os.remove(os.path.join(directory, "orders.csv"))
        posted(random.Random("settled %s %d" % (decided, options.seed)), directory)
        out = directory + "-out"
        done = subprocess.run([options.rate, "--lang", "en", "run", "--area", "370600", "--rules",
                               os.path.join(fixtures, "rule_sets"), "--parameters", os.path.join(fixtures, "parameters"),
                               "--book", directory, "--on", FIRST, "--decided-on", decided, "--out", out,
                               "--accept", "table-empty,year-empty"], capture_output=True, text=True)
        if not os.path.exists(os.path.join(out, "settlements.csv")):
            raise SystemExit("settlement: rate ended with %d\n%s%s" % (done.returncode, done.stdout, done.stderr))
        theirs = {}
        with open(os.path.join(out, "settlements.csv"), encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                # What was settled before stands in a line of its own.
                months = theirs.setdefault(row["account"], {})
                before = months.get(row["from"], (0, 0))
                months[row["from"]] = before[0] + int(row["posted_fen"] or 0), before[1] + int(row["due_fen"] or 0)
                more = int(row["difference_fen"])
                way = "collect" if more > 0 else "refund" if more < 0 else "even"
                if row["then"] != (way if row["rate_percent"] else "settled"):
                    theirs[row["account"]][row["from"]] = "wrong way"
        wrong, seen, refunds, collected = [], 0, 0, 0
        for account, answer in oracle.decide(METHOD, FIRST, directory):
            ours = settled(account, answer, decided) if answer else {}
            seen += len(ours)
            refunds += sum(due < before for before, due in ours.values())
            collected += sum(due > before for before, due in ours.values())
            if ours != theirs.get(account.number, {}):
                wrong.append((account.number, answer and answer.origin, "oracle", ours, "engine",
                              theirs.get(account.number)))
        lines.append("settled on %s: %d months, %d refunded, %d collected, %d differences %s"
                     % (decided, seen, refunds, collected, len(wrong), wrong[:3]))
        well &= not wrong and min(refunds, collected) >= enough
    return lines, well
