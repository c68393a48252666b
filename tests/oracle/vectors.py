#!/usr/bin/env python3
"""Vectors against oracle: has `rate vectors` write its cases for each method and setting as a book, and decides them.

vectors.py --rate BINARY --root REPOSITORY [METHOD …]

Ends with 1 where the oracle decides a case otherwise, or where a run of the book does not give what the vectors expect.
"""

import argparse
import os
import subprocess
import sys
import tempfile

import compare
import oracle
from methods import METHODS


def rule_set(rules, method):
    """The file of a method: moved to another area, by its own, or among the invented ones."""
    version = method[7:] + ".toml"
    names = ["moved.toml", os.path.join(method[:6], version), os.path.join("illustrative", version)]
    return next(path for path in (os.path.join(rules, it) for it in names) if os.path.exists(path))


def write(options, method, setting, book):
    rules, parameters = compare.directories(options, method, os.path.dirname(book))
    command = [options.rate, "--lang", "en", "vectors", rule_set(rules, method), "--parameters", parameters,
               "--on", setting.on, "--book", book]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit("%s %s: rate ended with %d\n%s%s"
                         % (method, setting.on, done.returncode, done.stdout, done.stderr))


def text(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def setting_of(options, method, setting):
    """How many cases, how many of them differ."""
    with tempfile.TemporaryDirectory() as scratch:
        book, out = os.path.join(scratch, "book"), os.path.join(scratch, "out")
        write(options, method, setting, book)
        compare.run_engine(options, method, setting.on, book, out)
        different = 0
        if text(out, "rates.csv") != text(book, "expected", "expected.csv"):
            different += 1
            print("%s on %s: a run gives other rates than the vectors expect" % (method, setting.on))
        theirs, count = compare.engine_answers(method, out), 0
        for account, answer in oracle.decide(method, setting.first, book):
            count += 1
            ours = answer and oracle.plain(answer)
            if compare.differs(ours, theirs.get(account.number)):
                different += 1
                print(compare.show(account.number, ours, theirs.get(account.number), account))
        if count != len(theirs) or count == 0:
            raise SystemExit("%s on %s: %d accounts, %d answers" % (method, setting.on, count, len(theirs)))
    return count, different


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("methods", nargs="*")
    options = parser.parse_args()
    cases, differences = 0, 0
    for method in sorted(options.methods or METHODS):
        for setting in METHODS[method].settings:
            count, different = setting_of(options, method, setting)
            print("%s on %s: %d cases, %d differences" % (method, setting.on, count, different))
            cases, differences = cases + count, differences + different
    print("%d cases, %d differences" % (cases, differences))
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
