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
            yield account, with_orders(METHODS[method].decide, account, setting)


def with_orders(decide, account, setting):
    """On the days of an order of a class, or to decide again, what comes of it; on all others what would have come."""
    account.heeded, account.again_now = False, False
    answer = decide(account, setting)
    for spans, name, heeded in ((account.class_orders, "a class by order", True),
                                (account.again, "an order to decide again", False)):
        spans = [it[:2] for it in spans if it[0] <= setting.last and it[1] >= setting.first]
        if not spans:
            continue
        account.hit(name)
        account.heeded, account.again_now = heeded, not heeded
        account.say("without %s: %s, %s; with it:" % (name, answer.grade, answer.origin))
        ordered = decide(account, setting)
        if heeded:
            ordered.by_order()
        elif ordered.origin == "floated":
            ordered.redetermined()
        answer = answer.on_days(ordered, spans)
    return answer


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
