"""The tables of a book as they are written: header and rows."""

import os
from fractions import Fraction

from book import day_before

LONG_AGO = 2005 * 12

HEADERS = {
    "accounts": "area account credit_code name sub_area kind first_ever",
    "coverage": "area account from to state",
    "classifications": "area account from to class_system class industry_edition industry decided_by document",
    "premiums": "area account from to payroll_fen heads due_fen paid_fen relieved_fen kind received_on",
    "claims": "area account claim person article accident recognised status disability_level assessed_on death "
              "arrangement labour_relation using_unit responsible tags",
    "payments": "area account claim item payer determined_on accounted_on paid_on amount_fen",
    "events": "area account event kind level from to found body document",
    "rates": "area account from to class_system class base_percent grade before_cut_percent cut_percent "
             "charged_percent origin cycle used document",
    "dispatch": "area account from to using_unit industry_edition industry class_system class heads",
    "successions": "area account predecessor kind on share_percent",
    "orders": "area account order body what class_system class grade rate_percent from to issued_on document",
    "statistics": "area statistic year industry_edition industry value unit document",
}


def text(number):
    return "%04d-%02d" % (number // 12, number % 12 + 1)


def first_of(number):
    return text(number) + "-01"


def last_of(number):
    return day_before(first_of(number + 1))


def decimal(value):
    shown = "%.8f" % float(value)
    assert Fraction(shown) == value, value
    return shown.rstrip("0").rstrip(".")


class Tables:
    def __init__(self, area, system):
        self.area, self.system = area, system
        self.edition = "gbt4754-2002" if system == 3 else "gbt4754-2017"
        self.lines = {name: [] for name in HEADERS}

    def add(self, table, *cells):
        self.lines[table].append(",".join([self.area] + [str(it) for it in cells]))

    def account(self, number, kind="employer", sub_area="", first_ever=""):
        self.add("accounts", number, "", "made up " + number, sub_area, kind, first_ever)

    def coverage(self, number, first, last="", state="insured"):
        self.add("coverage", number, first, last, state)

    def classification(self, number, first, last, cls, industry):
        edition = self.edition if industry else ""
        self.add("classifications", number, first, last, self.system, cls, edition, industry, "agency", "")

    def premium(self, number, first, last, payroll, heads, paid, relieved, kind, received):
        if kind != "regular":
            payroll, heads = 0, 0
        due = paid + relieved
        self.add("premiums", number, first, last, payroll, heads, due, paid, relieved, kind, received)

    def claim(self, number, claim, person, article, accident, recognised, status="recognised", death="",
              arrangement="", labour="", using="", responsible="", tags=""):
        self.add("claims", number, claim, person, article, accident, recognised, status, "", "", death, arrangement,
                 labour, using, responsible, tags)

    def payment(self, number, claim, determined, paid, amount, payer="fund"):
        self.add("payments", number, claim, "medical", payer, determined, paid, paid, amount)

    def event(self, number, event, kind, level, first, last, found):
        self.add("events", number, event, kind, level, first, last, found, "", "")

    def rate(self, number, first, last, cls, base, grade, before, origin="floated", cycle="", used=""):
        self.add("rates", number, first, last, self.system, cls, base, grade, before, 0, before, origin, cycle, used, "")

    def write(self, directory):
        os.makedirs(directory, exist_ok=True)
        for name, header in HEADERS.items():
            with open(os.path.join(directory, name + ".csv"), "w", encoding="utf-8", newline="") as file:
                file.write(header.replace(" ", ",") + "\n")
                for line in self.lines[name]:
                    file.write(line + "\n")
