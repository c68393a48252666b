#!/usr/bin/env python3
"""Makes up a book that aims at every row, bound, veto and exit of a method: `generate.py METHOD FIRST-DAY N BOOK`.

The same arguments give the same bytes. Nothing here says what an account's rate is: that is the oracle's.
"""

import random
import sys

from aims import SPECS
from book import day_after, month
from data import PLACES
from tables import LONG_AGO, Tables, first_of, last_of, text
from writing import Writer

SUCCESSIONS = ("re-registration", "transfer", "merger", "split", "split", "merged at the start", "merged later")
UNMEASURED = ("short", "newer", "absent", "gone", "below_zero", "other_kind", "class_1")


class Window:
    def __init__(self, days):
        self.first, self.last = days
        self.months = list(range(month(self.first), month(self.last) + 1))
        self.leap = [it for it in ("%d-02-29" % year for year in (2012, 2016, 2020, 2024)) if self.first <= it <= self.last]


class Draft:
    """One account before it is written."""

    def __init__(self, number):
        self.number, self.kind, self.sub_area, self.industry = number, "employer", "", "33"
        self.cls, self.heads, self.monthly = 2, 20, 100000
        self.spans = [(LONG_AGO, None)]          # insured months
        self.suspended = None
        self.change = None                       # (day, class) of a class change
        self.u, self.i = None, None              # aims: (bound in percent, fen beside it); (bound, persons beside it)
        self.deaths, self.diseases = None, 0
        self.event, self.more_event = None, None
        self.payment_day = "inside"
        self.zero_before = False
        self.no_heads = self.no_premium = False
        self.extras = set()
        self.total = None                        # premium of the window, where one is aimed at
        self.last_grade = self.last_rate = None
        self.received_day = self.claim_day = self.death_day = "inside"


class Maker:
    def __init__(self, method, first, accounts, seed=1):
        self.spec = spec = SPECS[method]
        self.method, self.random = method, random.Random("%s %s %d" % (method, first, seed))
        setting = next(it for it in spec["settings"] if it["first"] == first)
        self.first, self.last, self.cycle = setting["first"], setting["last"], setting["cycle"]
        self.windows = [Window(it) for it in setting["windows"]]
        self.window = self.windows[0]
        self.tables = Tables(spec["area"], spec["system"])
        self.accounts, self.boundary = round(accounts * spec.get("scale", 1.2)), 0
        self.vectors = PLACES[spec["place"]]["vectors"]

    # -- who is aimed at what ---------------------------------------------------------------------------------------

    def run(self):
        spec, number = self.spec, 0
        share = max(1, round(self.accounts * 0.0525))
        plans = []
        for plan in spec["demands"]:
            plans += [dict(plan) for _ in range(round(share * plan.get("weight", 1)))]
        aims = [(bound, beside) for bound in spec["u"] for beside in ((0, 1) if bound == "0" else (-1, 0, 1))] or [None]
        hurt = [(bound, beside) for bound in spec.get("i", {}).get("bounds", ())
                for beside in ((0, 1) if bound == "0" else (-1, 0, 1))] + ([None] if spec.get("i") else [])
        plans += [{} for _ in range(self.accounts - len(plans))]
        # The bounds go round among all accounts that are measured and aim at nothing else.
        free = [it for it in plans if "u" not in it and it.get("who") not in UNMEASURED]
        for at, plan in enumerate(free):
            plan["u"] = aims[at % len(aims)]
        free = [it for it in plans if "i" not in it and it.get("who") not in UNMEASURED and not it.get("no_heads")]
        self.random.shuffle(free)
        for at, plan in enumerate(free if hurt else ()):
            plan["i"] = hurt[at % len(hurt)]
        self.random.shuffle(plans)
        events = [(kind, edge) for kind, edges in spec.get("events", ()) for edge in edges]
        for at, plan in enumerate(plans):
            number += 1
            draft = Draft("%08d" % (number * 10))
            self.plan(draft, plan, at, events)
            self.write(draft)
        for average in spec.get("averages", ()):
            self.tables.add("statistics", *average)

    def plan(self, draft, plan, at, events):
        spec, chance = self.spec, self.random.random
        self.random_shape(draft)
        draft.u = plan.get("u") or self.some_u()
        draft.i = plan.get("i")
        self.boundary += bool(plan.get("u") or plan.get("i"))
        days = ["first", "last", "before", "after", "inside", "leap" if self.window.leap else "inside"]
        draft.payment_day = days[at % len(days)]
        draft.received_day = days[(at // 2) % 6]
        draft.claim_day = days[(0, 1, 2, 3, 5)[at // 7 % 5]] if chance() < 0.85 else "inside"
        draft.death_day = days[(at // 3) % 6]
        if events and not plan.get("calm"):
            draft.event = events[at % len(events)]
            if chance() < 0.15:
                draft.more_event = self.random.choice(events)
        for key in ("event", "zero_before", "no_heads", "no_premium", "deaths", "diseases", "total", "kind", "cls",
                    "industry", "sub_area", "last_grade", "last_rate", "earlier"):
            if key in plan:
                setattr(draft, key, plan[key])
        if spec.get("deaths") and draft.deaths is None and not plan.get("calm"):
            draft.deaths = self.random.choice(spec["deaths"])
        if spec.get("diseases") and not draft.diseases and chance() < 0.4:
            draft.diseases = self.random.choice(spec["diseases"])
        who = plan.get("who")
        if who:
            getattr(self, "who_" + who)(draft)
        if not plan.get("calm"):
            self.decorate(draft, who)

    def some_u(self):
        """Some place between the bounds."""
        return (str(self.random.choice(self.spec.get("between", (0, 5, 25, 75, 110, 140, 180, 300)))) + "%", 0)

    def random_shape(self, draft):
        spec, choice = self.spec, self.random.choice
        draft.kind = choice(spec.get("kinds", ("employer",) * 6 + ("institution", "individual-business", "dispatch")))
        draft.cls = choice(spec["classes"])
        draft.heads = choice((1, 3, 7, 20, 150, 1200))
        draft.monthly = choice((50000, 123400, 700000, 8000000, 250000000))
        draft.sub_area = choice(spec.get("sub_areas", ("",)))
        draft.industry = choice(spec.get("industries", ("33",)))

    # -- dedicated accounts -----------------------------------------------------------------------------------------

    def who_short(self, draft):
        draft.spans = [(self.newest() - self.spec["asked"] + 1, None)]

    def who_newer(self, draft):
        draft.spans = [(self.newest() - self.random.randrange(0, self.spec["asked"] - 1), None)]

    def who_exact(self, draft):
        draft.spans = [(self.newest() - self.spec["asked"], None)]

    def newest(self):
        return self.window.months[-1] + 1

    def who_returning(self, draft):
        months = self.window.months
        gone, back = sorted(self.random.sample(range(1, len(months) - 1), 2))
        if self.random.random() < 0.5:
            draft.spans = [(LONG_AGO, months[gone] - 1), (months[back], None)]
            draft.suspended = (months[gone], months[back] - 1) if self.random.random() < 0.5 else None
        else:
            draft.spans = [(LONG_AGO, LONG_AGO + 30), (months[back], None)]

    def who_gap_in_first(self, draft):
        """First insured in the first month of the window, the one before or the one after, with months missing since."""
        months = self.window.months
        gone, back = sorted(self.random.sample(range(2, len(months) - 1), 2))
        first = months[0] + self.random.choice((-1, 0, 0, 1))
        draft.spans = [(first, months[gone] - 1), (months[back], None)]

    def who_absent(self, draft):
        """Nowhere in the window, and back before or inside the setting."""
        start = month(self.first)
        back = self.random.choice([start] if self.newest() == start else [start, start - 1, start])
        if self.random.random() < 0.3:
            back = start + self.random.randrange(1, 6)
        draft.spans = [(LONG_AGO, self.windows[-1].months[0] - 5), (back, None)]
        if len(self.windows) > 1 and self.random.random() < 0.5:
            draft.spans[0] = (LONG_AGO, self.window.months[0] - 1)

    def who_gone(self, draft):
        """Not insured in the setting."""
        draft.spans = [(LONG_AGO, month(self.first) - 1)]

    def who_below_zero(self, draft):
        draft.extras.add("below zero")

    def who_two_years(self, draft):
        """Two covered years of five."""
        draft.spans = [(LONG_AGO, self.windows[-1].months[5]), (self.window.months[0], None)]

    def who_other_kind(self, draft):
        draft.kind = self.random.choice(("institution", "individual-business"))

    def who_class_1(self, draft):
        draft.cls = 1

    # -- what is added to anybody -----------------------------------------------------------------------------------

    def decorate(self, draft, who):
        spec, chance = self.spec, self.random.random
        for name, share in (("arrears", .12), ("refund", .12), ("settlement", .12), ("recovery", .15), ("revoked", .15),
                            ("litigation", .15), ("left-out", .15), ("employer pays", .1), ("relieved", .15),
                            ("same person", .2), ("no rate", .3), ("older rate", .2), ("late death", .3),
                            ("low rate", .12), ("received elsewhere", .3), ("dies twice", .3), ("order", .4)):
            if chance() < share:
                draft.extras.add(name)
        if who is None and chance() < spec.get("change", .14) and spec.get("changes", True):
            when = self.random.choice((self.day_in_setting(), first_of(month(self.first) + self.random.randrange(1, 6))))
            draft.change = (when, self.random.choice([it for it in spec["classes"] if it != draft.cls]))
        elif who is None and chance() < .05 and spec.get("changes", True):
            at = self.window.months[self.random.randrange(1, len(self.window.months))]
            draft.change = (first_of(at), self.random.choice([it for it in spec["classes"] if it != draft.cls]))
        elif who is None and chance() < .12:
            draft.extras.add(self.random.choice(SUCCESSIONS))
        elif who is None and chance() < spec.get("arrangements", .08):
            draft.extras.add("arrangement")
        if who is None and chance() < .08:
            draft.extras.add(self.random.choice(("leaves", "pauses")))

    def day_in_setting(self):
        days = [day_after(self.first), self.last, first_of(month(self.last)), last_of(month(self.first))]
        days.append("%s-%02d" % (text(month(self.first) + 2), self.random.randrange(1, 29)))
        return self.random.choice([it for it in days if it > self.first])

    # -- writing ----------------------------------------------------------------------------------------------------

    def write(self, draft):
        Writer(self, draft).build()


def make(method, first, accounts, directory, seed=1):
    maker = Maker(method, first, accounts, seed)
    maker.run()
    maker.tables.write(directory)
    return maker


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
