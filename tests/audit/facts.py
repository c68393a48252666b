"""The facts of an account, and the book they are written to."""

import csv
import os


def month(text):
    year, number = text.split("-")[:2]
    return int(year) * 12 + int(number) - 1


def month_text(value):
    return "%04d-%02d" % (value // 12, value % 12 + 1)


def first_day(value):
    return month_text(value) + "-01"


def last_day(value):
    year, number = value // 12, value % 12 + 1
    days = [31, 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return "%s-%02d" % (month_text(value), days[number - 1])


class Row:
    """Premium of a month, or of several."""

    def __init__(self, first, length, payroll, heads, paid, relieved, received):
        self.first, self.months, self.payroll, self.heads = first, range(first, first + length), payroll, heads
        self.paid, self.relieved, self.received = paid, relieved, received


class Claim:
    def __init__(self, number, person, article, accident, recognised, death=None):
        self.number, self.person, self.article = number, person, article
        self.accident, self.recognised, self.death, self.payments = accident, recognised, death, []


class Last:
    """The rate charged before the setting."""

    def __init__(self, first, to, cls, base, grade, before, cut, charged, origin):
        self.first, self.to, self.cls, self.base, self.grade = first, to, cls, base, grade
        self.before, self.cut, self.charged, self.origin = before, cut, charged, origin


class Account:
    def __init__(self, area, number, cls, industry, covered_from):
        self.area, self.number, self.cls, self.industry, self.covered_from = area, number, cls, industry, covered_from
        self.covered_to, self.rows, self.claims, self.last, self.predecessor, self.merged = None, [], [], None, None, None

    def covered(self):
        return range(self.covered_from, (self.covered_to or month("2030-01")) + 1)


TABLES = {
    "accounts": "area account credit_code name sub_area kind first_ever",
    "coverage": "area account from to state",
    "classifications": "area account from to class_system class industry_edition industry decided_by document",
    "premiums": "area account from to payroll_fen heads due_fen paid_fen relieved_fen kind received_on",
    "claims": "area account claim person article accident recognised status disability_level assessed_on death",
    "payments": "area account claim item payer determined_on accounted_on paid_on amount_fen",
    "successions": "area account predecessor kind on share_percent",
    "rates": "area account from to class_system class base_percent grade before_cut_percent cut_percent charged_percent origin cycle",
}


class Book:
    def __init__(self, directory, system):
        os.makedirs(directory)
        self.system = system
        self.files = {name: open(os.path.join(directory, name + ".csv"), "w", newline="", encoding="utf-8") for name in TABLES}
        self.writers = {name: csv.writer(file, lineterminator="\n") for name, file in self.files.items()}
        for name, header in TABLES.items():
            self.writers[name].writerow(header.split())

    def account(self, it):
        key = [it.area, it.number]
        self.writers["accounts"].writerow(key + ["", "单位" + it.number, "", "employer", ""])
        to = month_text(it.covered_to) if it.covered_to else ""
        self.writers["coverage"].writerow(key + [month_text(it.covered_from), to, "insured"])
        edition, code = it.industry or ("", "")
        self.writers["classifications"].writerow(
            key + [first_day(it.covered_from), "", self.system, it.cls, edition, code, "agency", ""])
        for row in it.rows:
            self.writers["premiums"].writerow(
                key + [month_text(row.first), month_text(row.months[-1]), row.payroll, row.heads, row.paid + row.relieved,
                       row.paid, row.relieved, "regular", row.received])
        for claim in it.claims:
            self.writers["claims"].writerow(
                key + [claim.number, claim.person, claim.article, claim.accident, claim.recognised, "recognised", "", "",
                       claim.death or ""])
            for day, amount in claim.payments:
                self.writers["payments"].writerow(key + [claim.number, "medical", "fund", day, day, day, amount])
        if it.predecessor:
            self.account(it.predecessor)
            self.writers["successions"].writerow(key + [it.predecessor.number, "merger", it.merged, 100])

    def rate(self, it, first, to, cls, base, grade, before, cut, charged, origin, cycle=""):
        self.writers["rates"].writerow(
            [it.area, it.number, first, to, self.system, cls, text(base), grade, text(before), text(cut), text(charged),
             origin, cycle])

    def close(self):
        for file in self.files.values():
            file.close()


def text(value):
    """An exact decimal of a percentage; every value here has one."""
    scaled = value * 10 ** 16
    assert scaled.denominator == 1
    whole, rest = divmod(scaled.numerator, 10 ** 16)
    return ("%d.%016d" % (whole, rest)).rstrip("0").rstrip(".")
