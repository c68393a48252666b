#!/usr/bin/env python3
"""Makes a book of accounts in which the mistakes are known: `plant.py OUT AREA CLEAN`, with so many accounts without any.

The book goes to OUT/AREA, its charged rates among it, and what was planted where and what it costs to OUT/AREA.csv. Right
and wrong rates come from methods.py, which shares nothing with the engine.
"""

import csv
import os
import random
import sys
from fractions import Fraction

from facts import Account, Book, Claim, Last, Row, first_day, month, month_text
from methods import ANNEX, COMMUTING, GRADES, METHODS, NATION, other_edition, rate_in

EACH, PAIRS, UNMOVED = 50, 20, 20
ARTICLES = ["A14-1", "A14-1", "A14-1", COMMUTING, "A15-1", "A15-2", "A15-3"]


class Maker:
    def __init__(self, method, seed):
        self.method, self.random, self.number = method, random.Random(seed), 0

    def day(self, first, last):
        at = self.random.randint(first, last)
        return "%s-%02d" % (month_text(at), self.random.randint(1, 28))

    def rows(self, account, first, last):
        heads = self.random.randint(30, 300)
        by_quarter = self.random.random() < 0.2
        start = month(self.method.on)
        starts = [it for it in range(first, last) if (it - first) % 3 == 0 or (it >= start and not by_quarter)]
        for at in starts:
            length = 1 if at >= start and not by_quarter else 3
            payroll = heads * length * self.random.randint(500_000, 850_000)
            full = payroll * self.random.choice([4, 8, 12]) // 1000
            relieved = full // 2 if self.random.random() < 0.4 else 0
            late = self.random.choice([0, 0, 0, 3, 12])
            received = "%s-%02d" % (month_text(at + length - 1 + late), self.random.randint(1, 28))
            account.rows.append(Row(at, length, payroll, heads, full - relieved, relieved, received))

    def claims(self, account, count, first, last):
        paid = sum(it.paid for it in account.rows) // max(1, len(account.rows))
        for at in range(count):
            accident = self.day(first, last - 3)
            later = month(accident) + self.random.choice([1, 2, 10, 14])
            recognised = "%s-%02d" % (month_text(month(accident) + 1), self.random.randint(1, 28))
            claim = Claim("C%d" % at, "%s-P%d" % (account.number, at), self.random.choice(ARTICLES), accident, recognised)
            if self.random.random() < 0.05:
                claim.death = recognised
            for _ in range(self.random.randint(1, 2)):
                day = "%s-%02d" % (month_text(later), self.random.randint(1, 28))
                claim.payments.append((day, max(1, paid * self.random.randint(1, 900) // 100)))
            account.claims.append(claim)

    def account(self, new=False, merged=False, cls=None):
        method = self.method
        self.number += 1
        covered = self.method.rows_from
        if new:
            covered = method.windows[0][1] + 1 - 3 * self.random.randint(1, 7 if method.area == "320000" else 3)
        account = Account(method.area, "%06d" % self.number, 2, None, covered)
        if method.system == 8:
            editions = ["gbt4754-2017"] if method.area == "320000" else ["gbt4754-2011", "gbt4754-2017"]
            known = [it for it in ANNEX if it[0] in editions and len(it[1]) == 2]
            if cls:
                known = [it for it in known if ANNEX[it] == cls]
            account.industry = self.random.choice(sorted(known))
            account.cls = ANNEX[account.industry]
            account.wrong_class = self.random.choice([it for it in range(1, 9) if it != account.cls])
        else:
            account.cls = self.random.choice(method.fixed_class)
        account.not_run = self.random.choice(["base", "last-grade"])
        self.rows(account, covered, method.rows_to)
        self.claims(account, self.random.choice([0, 0, 1, 2, 3]), method.rows_from, method.windows[0][1])
        if new:
            account.claims = [it for it in account.claims if month(it.accident) >= covered]
        if merged:
            other = Account(method.area, account.number + "A", account.cls, account.industry, method.rows_from)
            # It was taken over with the beginning of the setting and left before.
            other.covered_to = month(method.on) - 1
            self.rows(other, method.rows_from, other.covered_to + 1)
            self.claims(other, self.random.choice([1, 2]), method.rows_from, method.windows[0][1])
            account.predecessor, account.merged = other, method.on
        self.last(account, new)
        return account

    def last(self, account, new):
        method = self.method
        first = max(method.last_from, first_day(account.covered_from))
        if method.system == 8:
            grade = "100%" if new else self.random.choice(GRADES if account.cls > 1 else GRADES[2:])
            base = NATION[account.cls - 1]
            before = max(base * Fraction(grade[:-1]) / 100, NATION[0])
        else:
            grade = "100%" if new else self.random.choice(["80%", "100%", "120%"])
            base = Fraction("1.5") if account.cls == 2 else Fraction("3")
            before = base * Fraction(grade[:-1]) / 100
        account.last = Last(first, method.last_to, account.cls, base, grade, before, Fraction(0), before,
                            "base" if new else "floated")

    def near_a_bound(self, account):
        """Moves one payment so that the ratio of the window meets a bound, or lies one fen above it."""
        method = self.method
        first, last = method.windows[0]
        premium = sum(it.paid + (it.relieved if method.restored else 0) for it in account.rows if first <= it.first <= last)
        bound = self.random.choice(method.bounds)[0]
        account.claims = [Claim("C0", account.number + "-P0", "A14-1", first_day(first), first_day(first))]
        amount = int(bound * premium / 100) + self.random.choice([0, 1])
        account.claims[0].payments.append((first_day(first + 1), amount))


def same(one, two):
    return [it.rate for it in one] == [it.rate for it in two]


def cost(account, right, wrong):
    """Over and under in fen, row by row, half up."""
    over = under = 0
    for row in account.rows:
        if month(right[0].first) <= row.first <= month(right[-1].to):
            pairs = {(rate_in(right, it), rate_in(wrong, it)) for it in row.months}
            if len(pairs) > 1:
                continue
            ours, theirs = pairs.pop()
            def premium(rate):
                exact = row.payroll * rate / 100
                return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
            difference = premium(theirs) - premium(ours)
            over, under = over + max(difference, 0), under + max(-difference, 0)
    return over, under


def suits(maker, mistake):
    """An account in which a mistake can be made."""
    cls = {"exempt-class-cut": 1, "floor-not-applied": 2}.get(mistake)
    return maker.account(new=mistake == "new-employer-floated", merged=mistake == "history-lost", cls=cls)


def drawn(maker, wrong, wanted, tries=5000):
    """An account in which what went wrong moves the rate, or does not; nothing where none turns up."""
    method = maker.method
    for _ in range(tries):
        kept = maker.number
        account = suits(maker, next((it for it in wrong if it in SPECIAL), wrong[0]))
        if "annex-edition" not in wrong or other_edition(account.industry) is not None:
            right, theirs = method.decide(account), method.decide(account, wrong)
            if right and theirs and wanted(account, right, theirs):
                return account, right, theirs
        maker.number = kept
    return None


SPECIAL = ("new-employer-floated", "history-lost", "exempt-class-cut", "floor-not-applied")


def moved(account, right, theirs):
    return not same(right, theirs)


def unmoved(account, right, theirs):
    return same(right, theirs)


def ways_of_articles(account):
    """Counting or leaving out the cases of one article, in every choice of measures."""
    claims = account.claims + (account.predecessor.claims if account.predecessor else [])
    letters = ["u", "i", "d", "ui", "ud", "id", "uid"]
    return ["%s:%s:%s" % (way, it, of) for it in sorted({claim.article for claim in claims}) for of in letters
            for way in ("out", "in")]


def each_way(account, mistake):
    """Sets the account to each way of a mistake in turn, and back."""
    if mistake == "float-not-run":
        for account.not_run in ("base", "last-grade", "last-rate", "last-charged"):
            yield
    elif mistake == "wrong-class":
        kept = account.wrong_class
        for account.wrong_class in range(1, 9):
            yield
        account.wrong_class = kept
    else:
        yield


def neither_alone(method, one, two):
    """Two mistakes of which no single one gives the same rates."""
    def wanted(account, right, theirs):
        if same(right, theirs):
            return False
        singles = []
        for it in method.mistakes + ["window-late"] + ways_of_articles(account):
            if it == "annex-edition" and other_edition(account.industry) is None:
                continue
            for _ in each_way(account, it):
                singles.append(method.decide(account, (it,)))
        return not any(it and same(it, theirs) for it in singles)
    return wanted


def pairs_of(method):
    clash = [{"wrong-class", "annex-edition"}, {"cut-stacked", "cut-forgotten"}]
    found = []
    for one in method.mistakes:
        for two in method.mistakes:
            both = {one, two}
            if one < two and both not in clash and "float-not-run" not in both and len(both & set(SPECIAL)) < 2:
                if not (both & {"exempt-class-cut"} and both & {"wrong-class", "annex-edition", "cut-forgotten"}):
                    found.append((one, two))
    return found


def write(book, listing, method, account, right, theirs, what, mistakes):
    book.account(account)
    last = account.last
    book.rate(account, last.first, last.to, last.cls, last.base, last.grade, last.before, last.cut, last.charged, last.origin)
    for it in theirs:
        book.rate(account, it.first, it.to, it.cls, it.base, it.grade, it.before, it.cut, it.rate, it.origin)
    if account.predecessor:
        it = account.predecessor
        base = account.last.base
        book.rate(it, max(method.last_from, first_day(it.covered_from)), method.last_to, it.cls, base, "100%", base,
                  Fraction(0), base, "base")
    over, under = cost(account, right, theirs)
    listing.writerow([account.number, what, "+".join(mistakes), over, under])


def main():
    out, area, clean = sys.argv[1], sys.argv[2], int(sys.argv[3])
    method = next(it for it in METHODS if it.area == area)
    maker, book = Maker(method, int(area)), Book(os.path.join(out, area), method.system)
    with open(os.path.join(out, area + ".csv"), "w", newline="", encoding="utf-8") as file:
        listing = csv.writer(file, lineterminator="\n")
        listing.writerow(["account", "what", "mistakes", "over_fen", "under_fen"])
        for mistake in method.mistakes:
            for _ in range(EACH):
                write(book, listing, method, *drawn(maker, (mistake,), moved), "planted", (mistake,))
            # A class that is exempt always pays less where it is cut.
            for _ in range(0 if mistake == "exempt-class-cut" else UNMOVED):
                write(book, listing, method, *drawn(maker, (mistake,), unmoved), "unmoved", (mistake,))
        pairs = pairs_of(method)
        made = 0
        while made < PAIRS:
            two = maker.random.choice(pairs)
            found = drawn(maker, two, neither_alone(method, *two), 60)
            if found:
                write(book, listing, method, *found, "planted", two)
                made += 1
        for at in range(clean):
            account, right = None, None
            while right is None:
                account = maker.account(new=at % 10 == 0, merged=at % 10 == 1)
                if at % 3 == 2:
                    maker.near_a_bound(account)
                right = method.decide(account)
            write(book, listing, method, account, right, right, "clean", ())
    book.close()


if __name__ == "__main__":
    main()
