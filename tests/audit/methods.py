"""Three methods, each with every mistake as a person would make it. Percent and exact; nothing of the engine."""

import csv
import os
from fractions import Fraction

from facts import first_day, last_day, month

GRADES = ["50%", "80%", "100%", "120%", "150%"]
NATION = [Fraction(it) for it in "0.2 0.4 0.7 0.9 1.1 1.3 1.6 1.9".split()]
COMMUTING = "A14-6"


def annex():
    """Class by edition and division, from the list of the annex."""
    path = os.path.join(os.path.dirname(__file__), "../../fixtures/parameters/cn/industry-risk-classes.csv")
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {(row["edition"], row["code"]): int(row["risk_class"]) for row in rows if row["risk_class"]}


ANNEX = annex()


def other_edition(industry):
    edition, code = industry
    return ANNEX.get(("gbt4754-2011" if edition == "gbt4754-2017" else "gbt4754-2017", code))


class Measured:
    """What counts in one window, with the mistakes a person makes in counting."""

    def __init__(self, account, window, wrong, excluded, restored):
        first, last = window
        if "window-shifted" in wrong:
            first, last = first - 12, last - 12
        if "window-late" in wrong:
            first, last = first + 12, last + 12
        self.months = range(first, last + 1)
        self.parts, wrong = [account], set(wrong)
        if account.predecessor and "history-lost" not in wrong:
            self.parts.append(account.predecessor)
        self.excluded = {"ratio": self.left_out(excluded, wrong, "u"), "incidence": self.left_out(excluded, wrong, "i"),
                         "deaths": self.left_out((), wrong - {"counted-excluded"}, "d")}
        self.by_injury, self.by_receipt = "counted-by-injury-day" in wrong, "counted-by-receipt" in wrong
        self.restored = restored != bool({"relief-not-restored", "relief-restored"} & set(wrong))

    @staticmethod
    def left_out(excluded, wrong, letter):
        """Articles left out of a measure. One article in some measures alone is a way of the same mistakes."""
        found = set() if "excluded-counted" in wrong else set(excluded)
        if "counted-excluded" in wrong:
            found.add(COMMUTING)
        for it in wrong:
            way, _, rest = it.partition(":")
            article, _, letters = rest.partition(":")
            if letter in letters:
                found = found | {article} if way == "out" else found - {article}
        return found

    def has(self, day):
        return month(day) in self.months

    def covered(self):
        shared = [(max(part.covered()[0], self.months[0]), min(part.covered()[-1], self.months[-1])) for part in self.parts]
        if len(shared) == 1:
            return max(0, shared[0][1] - shared[0][0] + 1)
        return len({it for first, last in shared for it in range(first, last + 1)})

    def claims(self, measure):
        return [it for part in self.parts for it in part.claims if it.article not in self.excluded[measure]]

    def benefits(self):
        claims = self.claims("ratio")
        return sum(amount for it in claims for day, amount in it.payments if self.has(it.accident if self.by_injury else day))

    def premium(self):
        rows = [it for part in self.parts for it in part.rows
                if (self.has(it.received) if self.by_receipt else it.first in self.months)]
        return sum(it.paid + (it.relieved if self.restored else 0) for it in rows)

    def ratio(self):
        """Percent; nothing without premium."""
        premium = self.premium()
        return Fraction(100 * self.benefits(), premium) if self.covered() and premium > 0 else None

    def persons(self):
        return len({it.person for it in self.claims("incidence") if self.has(it.recognised)})

    def head_months(self):
        return sum(it.heads * len(it.months) for part in self.parts for it in part.rows if it.first in self.months)

    def deaths(self, before):
        return len({it.person for it in self.claims("deaths") if it.death and it.death < before and self.has(it.recognised)})


class Segment:
    def __init__(self, first, to, cls, base, grade, before, cut, rate, origin):
        self.first, self.to, self.cls, self.base, self.grade = first, to, cls, base, grade
        self.before, self.cut, self.rate, self.origin = before, cut, rate, origin


def class_of(account, wrong):
    if "wrong-class" in wrong:
        return account.wrong_class
    return other_edition(account.industry) if "annex-edition" in wrong else account.cls


def higher(*labels):
    return max(labels, key=GRADES.index)


class Eight:
    """Eight classes: base rate times grade, floor at class 1, then the cut and the floor after it."""

    system, fixed_class = 8, None

    def grade_of(self, account, wrong):
        """The grade, and where it comes from."""
        if "float-not-run" in wrong:
            return ("100%", "base") if account.not_run == "base" else (account.last.grade, "carried")
        if self.too_new(account, wrong) and "new-employer-floated" not in wrong:
            return "100%", "base"
        return self.table(account, wrong)

    def decide(self, account, wrong=()):
        cls = class_of(account, wrong)
        grade, origin = self.grade_of(account, wrong)
        if grade is None:
            return None
        if cls == 1:
            grade = higher(grade, "100%")
        segments = []
        for first, to, cut in self.pieces():
            base = NATION[cls - 1]
            start = account.last.before if "floated-on-last-rate" in wrong and origin != "base" else base
            before = start * Fraction(grade[:-1]) / 100
            held = "float-not-run" in wrong and account.not_run in ("last-rate", "last-charged")
            floor = NATION[0]
            if held:
                before = account.last.before if account.not_run == "last-rate" else account.last.charged
                cut = cut if account.not_run == "last-rate" else None
            elif cls > 1 and "floor-not-applied" not in wrong:
                before = max(before, floor)
            share = Fraction(0)
            if cut and (cls > 1 or "exempt-class-cut" in wrong) and "cut-forgotten" not in wrong:
                share = Fraction(cut)
                if "cut-stacked" in wrong:
                    share = 100 - (100 - share) * (100 - share) / 100
            rate = before * (100 - share) / 100
            if share and "floor-not-applied" not in wrong:
                rate = max(rate, floor)
            segments.append(Segment(first, to, cls, base, grade, before, share, rate, origin))
        return segments


class Jiangsu(Eight):
    """江苏 苏人社规〔2023〕2号, the round of 2025."""

    area, rules, on = "320000", "320000/2023", "2025-01-01"
    windows = [(month("2022-10"), month("2024-09")), (month("2021-01"), month("2022-09"))]
    rows_from, rows_to, last_from, last_to = month("2020-01"), month("2025-10"), "2023-01-01", "2024-12-31"
    excluded, restored = (), False
    bounds = [(Fraction(50), "ratio"), (Fraction(100), "ratio")]
    mistakes = ["wrong-class", "annex-edition", "float-not-run", "window-shifted", "counted-excluded",
                "new-employer-floated", "floated-on-last-rate", "relief-restored", "counted-by-injury-day",
                "counted-by-receipt", "history-lost"]

    def pieces(self):
        return [(self.on, "2026-12-31", None)]

    def too_new(self, account, wrong):
        first = account.covered_from
        if account.predecessor and "history-lost" not in wrong:
            first = min(first, account.predecessor.covered_from)
        end = self.windows[0][1] - (12 if "window-shifted" in wrong else 0) + (12 if "window-late" in wrong else 0)
        return end - first + 1 < 24

    def table(self, account, wrong):
        def of(window):
            it = Measured(account, window, wrong, self.excluded, self.restored)
            heads = it.head_months()
            incidence = Fraction(100 * it.persons() * it.covered(), heads) if heads else None
            return it, it.ratio(), incidence
        (it, ratio, incidence), (_, earlier, earlier_incidence) = of(self.windows[0]), of(self.windows[1])
        if it.covered() and ratio is None:
            return "100%", "base"
        if ratio == 0 and incidence == 0:
            return ("50%" if earlier == 0 and earlier_incidence == 0 else "80%"), "floated"
        found = ["100%"]
        if (ratio is not None and 50 < ratio <= 100) or (incidence is not None and 1 < incidence <= 3):
            found.append("120%")
        if (ratio is not None and ratio > 100) or (incidence is not None and incidence > 3):
            found.append("150%")
        return higher(*found), "floated"


class Demonstration(Eight):
    """The invented three-year method, its first year: a cut begins inside it."""

    area, rules, on = "990100", "990100/three-year", "2022-07-01"
    windows = [(month("2019-01"), month("2021-12"))]
    rows_from, rows_to, last_from, last_to = month("2018-01"), month("2023-07"), "2020-07-01", "2022-06-30"
    excluded, restored = ("A15-2", "A15-3"), True
    bounds = [(Fraction(40), "ratio"), (Fraction(90), "ratio"), (Fraction(150), "ratio")]
    mistakes = ["wrong-class", "annex-edition", "float-not-run", "window-shifted", "excluded-counted", "counted-excluded",
                "new-employer-floated", "floated-on-last-rate", "floor-not-applied", "cut-stacked", "cut-forgotten",
                "exempt-class-cut", "relief-not-restored", "counted-by-injury-day", "counted-by-receipt", "history-lost"]

    def pieces(self):
        return [(self.on, "2023-04-30", None), ("2023-05-01", "2023-06-30", 20)]

    def too_new(self, account, wrong):
        it = Measured(account, self.windows[0], wrong, self.excluded, self.restored)
        first = min(part.covered_from for part in it.parts)
        return it.covered() < 36 and it.months[-1] - first + 1 < 36

    def table(self, account, wrong):
        it = Measured(account, self.windows[0], wrong, self.excluded, self.restored)
        ratio, heads = it.ratio(), it.head_months()
        if ratio is None or not heads:
            return "100%", "base"
        incidence = Fraction(1000 * it.persons() * 12, heads)
        if ratio == 0 and incidence == 0:
            grade = "50%"
        elif ratio <= 40 and incidence <= 3:
            grade = "80%"
        elif ratio <= 90 and incidence <= 10:
            grade = "100%"
        else:
            grade = "150%" if ratio > 150 or incidence > 20 else "120%"
        return (higher(grade, "100%") if it.deaths(self.on) else grade), "floated"


class Chongqing:
    """重庆, three classes: times the last rate before the cut; base rates come with the account."""

    system, fixed_class = 3, (2, 3)
    area, rules, on = "500000", "500000/2012", "2015-01-01"
    windows = [(month("2014-01"), month("2014-12"))]
    rows_from, rows_to, last_from, last_to = month("2013-01"), month("2015-07"), "2014-01-01", "2014-12-31"
    excluded, restored = ("A15-2", "A15-3"), False
    bounds = [(Fraction(it), "ratio") for it in (10, 110, 120, 150)]
    mistakes = ["float-not-run", "window-shifted", "excluded-counted", "counted-excluded", "new-employer-floated",
                "relief-restored", "counted-by-injury-day", "counted-by-receipt", "history-lost"]

    def table(self, account, wrong):
        it = Measured(account, self.windows[0], wrong, self.excluded, self.restored)
        if it.covered() < 12 and it.months[-1] - min(part.covered_from for part in it.parts) + 1 < 12:
            if "new-employer-floated" not in wrong:
                return "base"
        ratio = it.ratio()
        if ratio is None:
            return "last"
        if ratio >= 200:
            return None
        steps = [(ratio == 0, "50%"), (ratio <= 10, "80%"), (ratio < 110, "100%"), (ratio < 120, "110%"),
                 (ratio < 150, "120%"), (True, "130%")]
        return next(label for holds, label in steps if holds)

    def decide(self, account, wrong=()):
        grade, last = self.table(account, wrong), account.last
        origin = "floated"
        if "float-not-run" in wrong:
            grade = "base" if account.not_run == "base" else "last"
        if grade is None:
            return None
        if grade == "last":
            before, grade, origin = last.before, last.grade, "provisional"
        else:
            if grade == "base":
                grade, start, origin = "100%", last.base, "base"
            else:
                start = last.before
            before = start * Fraction(grade[:-1]) / 100
            before = min(max(before, {2: Fraction("0.6"), 3: Fraction(2)}[account.cls]), Fraction("6.6"))
            scaled = before * 10 ** 4
            before = Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10 ** 4)
        return [Segment(self.on, "2015-09-30", account.cls, last.base, grade, before, Fraction(0), before, origin)]


METHODS = [Jiangsu(), Demonstration(), Chongqing()]


def months_of(segment):
    return range(month(segment.first), month(segment.to) + 1)


def rate_in(segments, at):
    return next(it.rate for it in segments if first_day(at) >= it.first and last_day(at) <= it.to)
