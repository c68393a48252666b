"""The raw CSV book, and the accounts in it as a method sees them."""

import csv
import os
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

OPEN = "9999-12-31"


def month(text):
    """Months are counted from year 0, so that months between two of them are a difference."""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def day_after(day):
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def day_before(day):
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def first_day(number):
    return "%04d-%02d-01" % (number // 12, number % 12 + 1)


class Premium:
    __slots__ = ("first", "last", "payroll", "heads", "due", "paid", "relieved", "kind", "received", "owner")


class Claim:
    __slots__ = ("account", "claim", "person", "article", "recognised", "status", "death", "arrangement", "labour",
                 "using", "responsible", "payments", "tags")


class Event:
    __slots__ = ("kind", "level", "first", "last", "found")


class Rate:
    __slots__ = ("first", "last", "system", "cls", "base", "grade", "before", "cycle", "origin", "used")


class Account:
    asked = {}                  # of the setting that is being decided: what is asked for -> names of what has to be met

    def __init__(self, number, kind, sub_area):
        self.number, self.kind, self.sub_area = number, kind, sub_area
        self.first_ever = None
        self.covered = frozenset()  # months under its own number
        self.classes = []          # (from, to, class, industry)
        self.dispatched = []       # (from, to, class, heads)
        self.own_premiums, self.own_claims, self.own_events, self.own_rates = [], [], [], []
        self.orders = []           # (from, to, what, grade or rate) of grades and rates
        self.class_orders = []     # (from, to, class)
        self.again = []            # (from, to) of orders to decide again
        self.heeded = True         # whether orders of a class are looked at
        self.again_now = False     # whether a grade that the cycle carries is determined again
        self.before = []           # (predecessor, kind, on, share)
        # What follows is put together by `begin`: own facts, and those of predecessors by share and day.
        self.months, self.premiums, self.claims, self.events, self.rates = set(), [], [], [], []
        self.hits, self.working = set(), []

    def hit(self, name):
        self.hits.add(name)

    def ask(self, key, *names):
        """What some account of the method has to meet; noted once for each key."""
        if key not in Account.asked:
            Account.asked[key] = names

    def say(self, text):
        self.working.append(text)

    def class_row(self, day):
        for row in self.classes:
            if row[0] <= day <= row[1]:
                return row
        raise KeyError("no class of %s on %s" % (self.number, day))

    def begin(self, day):
        """Puts together what the account has on the first day of its rates."""
        self.months, self.premiums, self.claims, self.events = self.succeed(day)
        self.rates = sorted(self.last_rates(day), key=lambda rate: rate.first)

    def succeed(self, day, share=1, until=OPEN):
        """Own facts and those of the accounts before it, each with its share and the day it counts until."""
        months = self.covered if until == OPEN else {it for it in self.covered if first_day(it) < until}
        premiums = [(it, share, until) for it in self.own_premiums]
        claims = [(it, self.number, share, until) for it in self.own_claims]
        events = [(it, until) for it in self.own_events]
        for old, kind, on, part in self.before:
            if on > day:
                continue
            # A split passes on what lies before its day; another kind of succession passes on everything.
            limit = min(until, on) if kind == "split" else until
            more = old.succeed(day, share * (part if kind == "split" else 1), limit)
            months = months | more[0]
            premiums += more[1]
            claims += more[2]
            # What an employer did stays with it where another only splits off.
            events += more[3] if kind != "split" else []
        return months, premiums, claims, events

    def last_rates(self, day):
        """Its own before that day; where it has none, those of the account it continues."""
        rates = [it for it in self.own_rates if it.first < day]
        for old, kind, on, _ in self.before:
            if not rates and kind != "split" and on <= day:
                rates = old.last_rates(on)
        return rates


def rows(directory, name):
    path = os.path.join(directory, name + ".csv")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(None)
def months_of(spans):
    """Most accounts are covered alike, so the months are kept once."""
    return frozenset(it for first, last in spans for it in range(first, last + 1))


def percent(text):
    return Fraction(text) if text else None


def read(directory):
    """Every account of the book by its number."""
    accounts = {}
    for row in rows(directory, "accounts"):
        account = Account(row["account"], row["kind"], row["sub_area"])
        account.first_ever = month(row["first_ever"]) if row["first_ever"] else None
        accounts[account.number] = account
    spans = {}
    for row in rows(directory, "coverage"):
        if row["state"] == "insured":
            last = month(row["to"]) if row["to"] else 2035 * 12
            spans.setdefault(row["account"], []).append((month(row["from"]), last))
    for number, its in spans.items():
        accounts[number].covered = months_of(tuple(its))
    for row in rows(directory, "classifications"):
        accounts[row["account"]].classes.append((row["from"], row["to"] or OPEN, int(row["class"]), row["industry"]))
    for row in rows(directory, "dispatch"):
        accounts[row["account"]].dispatched.append(
            (row["from"], row["to"] or OPEN, int(row["class"]), int(row["heads"])))
    for row in rows(directory, "premiums"):
        it = Premium()
        it.first, it.last, it.kind, it.received = month(row["from"]), month(row["to"]), row["kind"], row["received_on"]
        it.payroll, it.heads = int(row["payroll_fen"] or 0), int(row["heads"] or 0)
        it.due = int(row["due_fen"] or 0)
        it.paid, it.relieved = int(row["paid_fen"] or 0), int(row["relieved_fen"] or 0)
        it.owner = accounts[row["account"]]
        it.owner.own_premiums.append(it)
    claims = {}
    for row in rows(directory, "claims"):
        it = Claim()
        it.account, it.claim, it.person, it.article = row["account"], row["claim"], row["person"], row["article"]
        it.recognised, it.status, it.death = row["recognised"], row["status"], row["death"]
        it.arrangement, it.payments, it.tags = row["arrangement"], [], row["tags"].split()
        it.labour = row["labour_relation"] or it.account
        it.using = row["using_unit"] or it.account
        it.responsible = row["responsible"] or it.account
        claims[it.account, it.claim] = it
        for number in {it.account, it.labour, it.using, it.responsible}:
            accounts[number].own_claims.append(it)
    for row in rows(directory, "payments"):
        if row["payer"] == "fund":
            claims[row["account"], row["claim"]].payments.append(
                (row["paid_on"], row["determined_on"], int(row["amount_fen"])))
    for row in rows(directory, "events"):
        it = Event()
        it.kind, it.level = row["kind"], int(row["level"] or 0)
        it.first, it.last, it.found = row["from"], row["to"] or OPEN, row["found"]
        accounts[row["account"]].own_events.append(it)
    for row in rows(directory, "rates"):
        it = Rate()
        it.first, it.last = row["from"], row["to"] or OPEN
        it.system, it.cls, it.base = row["class_system"], int(row["class"]), percent(row["base_percent"])
        it.grade, it.before, it.cycle = row["grade"], percent(row["before_cut_percent"]), row["cycle"]
        it.origin, it.used = row["origin"], row["used"].split()
        accounts[row["account"]].own_rates.append(it)
    for row in rows(directory, "orders"):
        account, days = accounts[row["account"]], (row["from"], row["to"] or OPEN)
        if row["what"] == "class":
            account.class_orders.append((*days, int(row["class"])))
        elif row["what"] == "decide-again":
            account.again.append(days)
        else:
            account.orders.append((*days, row["what"], row["grade"] or percent(row["rate_percent"])))
    for row in rows(directory, "successions"):
        accounts[row["account"]].before.append(
            (accounts[row["predecessor"]], row["kind"], row["on"], Fraction(row["share_percent"]) / 100))
    return accounts


def averages(directory):
    """Averages of industries that came with the book: (year, industry) -> per mille or percent, as a fraction."""
    unit = {"percent": 100, "per-mille": 1000}
    return {(int(it["year"]), it["industry"]): Fraction(it["value"]) / unit[it["unit"]]
            for it in rows(directory, "statistics")}
