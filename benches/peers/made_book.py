"""A made-up book in one of two shapes: `made_book.py SHAPE ACCOUNTS DIRECTORY [--claims N]`.

The same arguments give the same bytes. Of the facts a method may ask for, the book has those that all peers implement:
newcomers, returning and closed accounts, exclusions, revoked claims, recoveries, relief, deaths, events; and accounts whose
ratio, incidence, monthly payroll or monthly bill lies on a bound, or one fen beside it. It has no dispatch, successions, orders, projects
or classes that change.
"""

import argparse
import os
import random

HEADERS = {
    "accounts": "area,account,credit_code,name,sub_area,kind,first_ever",
    "coverage": "area,account,from,to,state",
    "classifications": "area,account,from,to,class_system,class,industry_edition,industry,decided_by,document",
    "premiums": "area,account,from,to,payroll_fen,heads,due_fen,paid_fen,relieved_fen,kind,received_on",
    "claims": "area,account,claim,person,article,accident,recognised,status,disability_level,assessed_on,death,"
              "arrangement,labour_relation,using_unit,responsible,tags,project",
    "payments": "area,account,claim,item,payer,determined_on,accounted_on,paid_on,amount_fen",
    "events": "area,account,event,kind,level,from,to,found,body,document",
    "rates": "area,account,from,to,class_system,class,base_percent,grade,before_cut_percent,cut_percent,charged_percent,"
             "origin,cycle,used,document",
}
BASE = ("0.2", "0.4", "0.7", "0.9", "1.1", "1.3", "1.6", "1.9")
SECOND = ("0.3", "0.6", "0.9", "1.1", "1.3", "1.6", "1.9", "2.2")
# The base rate of each class at 80 %, exact.
LOWERED = dict(zip(BASE + SECOND, ("0.16", "0.32", "0.56", "0.72", "0.88", "1.04", "1.28", "1.52",
                                   "0.24", "0.48", "0.72", "0.88", "1.04", "1.28", "1.52", "1.76")))


def months(first, last):
    """Months are counted from year 0."""
    return range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])


def text(month):
    return "%04d-%02d" % (month // 12, month % 12 + 1)


class Shape:
    def __init__(self, area, first, last, step, window, on, previous, bounds, two_places):
        """Premium rows of `step` months from `first` to `last`; the newest window; the day the rates begin."""
        self.area, self.step, self.on, self.previous = area, step, on, previous
        self.rows = [(it, it + step - 1) for it in months(first, last)[::step]]
        self.window = months(*window)
        # Where `u` (in percent) and `i` (persons, sum of heads over the rows of the window) are aimed at a bound.
        self.bounds, self.heads_at_bound, self.two_places = bounds[0], bounds[1], two_places


SHAPES = {
    # 湖北: three calendar years, rates from 1 July after a gap of six months; 鄂人社规〔2021〕3号.
    "three-year": Shape("990100", (2019, 1), (2021, 12), 12, ((2019, 1), (2021, 12)), "2022-07-01",
                        ("2021-07-01", "2022-06-30"), ((40, 90, 150), ((3, 1000), (1, 100), (1, 50))), True),
    # 江苏: 24 months to 30 September and the 21 before, by quarter; the last quarter lies behind the window. 苏人社函〔2024〕450号.
    "jiangsu": Shape("990320", (2021, 1), (2024, 12), 3, ((2022, 10), (2024, 9)), "2025-01-01",
                     ("2023-01-01", "2024-12-31"), ((50, 100), ((1, 800), (3, 800))), False),
}


class Book:
    def __init__(self, shape, directory, claims=None):
        self.shape, self.claims = SHAPES[shape], claims
        os.makedirs(directory, exist_ok=True)
        self.files = {name: open(os.path.join(directory, name + ".csv"), "w", encoding="utf-8", newline="\n")
                      for name in HEADERS}
        self.lines = {name: [HEADERS[name]] for name in HEADERS}
        self.counts = dict.fromkeys(HEADERS, 0)
        self.random = random.Random("peers " + shape)

    def row(self, table, cells):
        self.lines[table].append(self.key + cells + "," * (HEADERS[table].count(",") - self.key.count(",") - cells.count(",")))
        self.counts[table] += 1

    def flush(self):
        for name, lines in self.lines.items():
            if lines:
                self.files[name].write("\n".join(lines) + "\n")
                lines.clear()

    def write(self, accounts):
        for number in range(1, accounts + 1):
            self.account(number)
            if number % 2000 == 0:
                self.flush()
        self.flush()
        for file in self.files.values():
            file.close()

    def account(self, number):
        shape, chance = self.shape, self.random.random
        self.number = "%08d" % number
        self.key = "%s,%s," % (shape.area, self.number)
        second = shape.two_places and number % 10 == 0
        kind = "institution" if number % 40 == 0 else "employer"
        place = (shape.area[:4] + ("02" if second else "01")) if shape.two_places else ""
        self.row("accounts", ",虚构单位%s号,%s,%s" % (self.number, place, kind))
        spans = self.cover(chance())
        cls = self.random.choices(range(1, 9), (22, 28, 22, 12, 5, 8, 2, 1))[0]
        start = spans[0][0]
        self.row("classifications", "%s,,8,%d,gbt4754-2017,94,agency" % (
            "2015-10-01" if start < 2015 * 12 + 9 else text(start) + "-01", cls))
        if start < shape.window[0] and chance() < 0.95:
            base = (SECOND if second else BASE)[cls - 1]
            lowered = cls > 1 and chance() < 0.5
            rate = max(LOWERED[base], (SECOND if second else BASE)[0], key=float) if lowered else base
            self.row("rates", "%s,%s,8,%d,%s,%s,%s,0,%s,floated" % (
                *shape.previous, cls, base, "80%" if lowered else "100%", rate, rate))
        self.experience(spans)
        self.events()

    def cover(self, draw):
        """Insured months: from long ago, from inside the window on, with a gap, or no longer."""
        shape, first = self.shape, 2015 * 12
        at = shape.window[0] + self.random.randrange(1, len(shape.window) // shape.step) * shape.step
        if draw < 0.07:
            at += self.random.randrange(shape.step)
            spans = [(at, None)]
        elif draw < 0.11:
            spans = [(first, at - 1), (at + shape.step, None)]
        elif draw < 0.13:
            spans = [(first, at - 1)]
        else:
            spans = [(first, None)]
        self.since = spans[0][0]
        for from_, to in spans:
            self.row("coverage", "%s,%s,insured" % (text(from_), "" if to is None else text(to)))
        return spans

    def experience(self, spans):
        """Premiums, then claims that may be aimed at a bound of what was paid."""
        shape, draw = self.shape, self.random.random
        aim = draw()
        heads = min(20000, int(1 / (1 - draw()) ** 1.05)) + self.random.randrange(4)
        at_heads, persons = None, 1
        if aim < 0.03:
            persons, at_heads = self.random.choice(shape.heads_at_bound)
        no_heads, no_premium = 0.970 < aim < 0.973, 0.973 < aim < 0.978
        wage = 300_000 + self.random.randrange(600_000)
        insured = [(max(one, span[0]), other) for one, other in shape.rows for span in spans
                   if span[0] <= other and (span[1] is None or one <= span[1])]
        inside = [it for it in insured if it[0] >= shape.window[0] and it[1] <= shape.window[-1]]
        paid_inside = 0
        for place, (one, other) in enumerate(insured):
            its = other - one + 1
            number = heads
            if at_heads and (one, other) in inside:
                # The last row has what is left of a sum that divides into equal parts.
                number = at_heads // len(inside) + (at_heads % len(inside) if (one, other) == inside[-1] else 0)
            monthly = number * wage
            payroll = monthly * its
            if 0.10 < aim < 0.14:                # the monthly bill ends in exactly half a fen at 0.2 % and many rates
                payroll = (monthly // 500 * 500 + 250) * its
            elif 0.14 < aim < 0.18:              # the monthly mean ends in exactly half a fen
                payroll += its // 2 if its % 2 == 0 else 0
            elif draw() < 0.8:
                payroll += self.random.randrange(its)
            if no_heads:
                number = 0
            due = payroll * 8 // 1000
            relieved = due // 3 if text(one)[:4] == "2020" and draw() < 0.4 else 0
            paid = 0 if no_premium else due - relieved
            if no_premium:
                relieved = 0
            if 0.18 < aim < 0.28 and not no_premium:
                paid -= (paid + (relieved if shape.two_places else 0)) % 100
            if (one, other) in inside:
                paid_inside += paid + (relieved if shape.two_places else 0)
            self.row("premiums", "%s,%s,%d,%d,%d,%d,%d,regular,%s-20" % (
                text(one), text(other), payroll, number, due, paid, relieved, text(other)))
        exact = None
        if 0.18 < aim < 0.28:
            exact = paid_inside // 100 * self.random.choice(shape.bounds) + self.random.choice((-1, 0, 0, 1))
        several = self.claims
        if several is None:
            several = persons if at_heads or exact is not None else 1 + (draw() < 0.2) if draw() < 0.125 else 0
        self.hurt(several, exact, at_heads)

    def hurt(self, several, exact, calm):
        """Injuries, most of them inside the window. An aim at a bound is met by one payment of one claim."""
        shape, draw = self.shape, self.random.random
        for number in range(1, several + 1):
            plain = exact is not None or calm
            month = shape.window[0] + self.random.randrange(len(shape.window) - 3) if plain or draw() < 0.9 else \
                shape.rows[0][0] + self.random.randrange(6)
            # Recognised before the window and paid in it: nothing but the ratio decides.
            early = exact is not None and self.since < shape.window[0] - 3 and draw() < 0.6
            month = shape.window[0] - 3 if early else month
            article = "A14-1" if plain or draw() < 0.8 else self.random.choice(("A14-6", "A15-2", "A14-5"))
            status = "recognised" if plain or draw() < 0.93 else self.random.choice(("revoked", "in-litigation"))
            dead = text(month) + "-09" if not plain and draw() < (0.3 if article == "A15-2" else 0.03) else ""
            person = 1 if not plain and number == 2 and draw() < 0.3 else number
            self.row("claims", "C%s-%d,P%s-%d,%s,%s-08,%s-20,%s,,,%s" % (
                self.number, number, self.number, person, article, text(month), text(month + 1), status, dead))
            amounts = [exact] if exact is not None and number == 1 else [] if exact is not None else \
                [int(40_000 / (1 - draw()) ** 1.4) % 80_000_000 for _ in range(2)]
            for later, amount in enumerate(amounts):
                payer = "employer" if not plain and draw() < 0.05 else "fund"
                if amount and not plain and draw() < 0.02:
                    amount = -amount // 10
                self.row("payments", "C%s-%d,medical,%s,,,%s-%02d,%d" % (
                    self.number, number, payer, text(month + (8 if early else 2 + later * (not plain))), 11 + later, amount))

    def events(self):
        draw, shape = self.random.random(), self.shape
        found = text(self.random.choice(shape.window)) + "-15"
        if draw < 0.02:
            kind, days = "safety-certificate,%d" % self.random.choice((1, 1, 2, 3)), "2020-01-01,%s" % (
                "" if draw < 0.015 else "2022-06-30")
        elif draw < 0.03:
            kind, days = "arrears,", found + ","
        elif draw < 0.034:
            kind, days = "false-document,", found + ","
        else:
            return
        self.row("events", "E1,%s,%s,%s,虚构机构" % (kind, days, found))


def main():
    told = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    told.add_argument("shape", choices=sorted(SHAPES))
    told.add_argument("accounts", type=int)
    told.add_argument("directory")
    told.add_argument("--claims", type=int, help="so many claims for every account, two payments each")
    told = told.parse_args()
    book = Book(told.shape, told.directory, told.claims)
    book.write(told.accounts)
    print(" ".join("%s %d" % it for it in book.counts.items()))


if __name__ == "__main__":
    main()
