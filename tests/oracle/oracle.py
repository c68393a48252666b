#!/usr/bin/env python3
"""Decides every account of a book by a method: `oracle.py METHOD FIRST-DAY BOOK`, one line of JSON each."""

import json
import sys

import book
from methods import METHODS


def percent(value):
    """An exact decimal, or a quotient where there is none."""
    if value is None:
        return ""
    scaled = value * 10 ** 20
    if scaled.denominator != 1:
        return "%d/%d" % (value.numerator, value.denominator)
    whole, rest = divmod(abs(scaled.numerator), 10 ** 20)
    text = "%d.%020d" % (whole, rest)
    return ("-" if value < 0 else "") + text.rstrip("0").rstrip(".")


def decide(method, first, directory):
    """Number of the account -> its answer, or nothing where it is not insured in the setting; and the account."""
    setting = next(it for it in METHODS[method].settings if it.first == first)
    accounts = book.read(directory)
    setting.averages = book.averages(directory)
    book.Account.asked = {}
    for number, account in accounts.items():
        if setting.start(account) is None:
            yield account, None
        else:
            account.begin(setting.start(account))
            yield account, METHODS[method].decide(account, setting)


def plain(answer):
    return {"grade": answer.grade, "origin": answer.origin, "class": answer.cls, "segments": [
        {"from": first, "to": last, "class": cls, "base": percent(base), "grade": label, "before": percent(before),
         "cut": percent(cut), "rate": percent(rate), "origin": origin}
        for first, last, cls, base, label, before, cut, rate, origin in answer.segments]}


def main():
    method, first, directory = sys.argv[1:]
    for account, answer in decide(method, first, directory):
        line = {"account": account.number, "answer": answer and plain(answer), "working": account.working,
                "hits": sorted(account.hits)}
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
