"""Rows of one account, and of the accounts it needs beside it, so that its measures come out where they are aimed."""

from datetime import date, timedelta
from fractions import Fraction

import orders
from book import day_after, day_before, month
from tables import LONG_AGO, decimal, first_of, last_of, text


INSIDE = ("first", "last", "leap")


class Facts:
    """Rows that may still be handed to a predecessor."""

    def __init__(self):
        self.premiums, self.claims, self.events, self.rates = [], [], [], []


class Writer:
    def __init__(self, maker, draft):
        self.maker, self.draft, self.spec = maker, draft, maker.spec
        self.random, self.tables, self.window = maker.random, maker.tables, maker.window
        self.facts, self.claims = Facts(), 0
        self.on, self.split = None, None

    # -- months, classes, base rates --------------------------------------------------------------------------------

    def covered(self, number):
        return any(first <= number and (last is None or number <= last) for first, last in self.draft.spans)

    def class_in(self, day):
        change = self.draft.change
        return change[1] if change and day >= change[0] else self.draft.cls

    def base(self, cls, day):
        best, rank = None, -1
        for first, last, sub_area, kinds, rates in self.maker.vectors:
            fits = (not sub_area or self.draft.sub_area in sub_area) and (not kinds or self.draft.kind in kinds)
            its = (2 if kinds else 0) + (1 if sub_area else 0)
            if first <= day <= last and fits and its > rank:
                best, rank = rates[cls - 1], its
        return best

    def cuts(self):
        """First months of new premium rows inside a window."""
        found = {month(it[0]) for it in self.maker.vectors}
        if self.draft.change:
            found.add(month(self.draft.change[0]))
        if self.on:
            found.add(month(self.on))
        return found

    def runs(self, window):
        """Runs of covered months without a bound inside."""
        cuts, result = self.cuts(), []
        for number in window.months:
            if not self.covered(number):
                continue
            if result and result[-1][1] == number - 1 and number not in cuts:
                result[-1][1] = number
            else:
                result.append([number, number])
        return result

    def inside(self, window=None):
        window = window or self.window
        number = self.random.choice(window.months)
        return "%s-%02d" % (text(number), self.random.randrange(1, 28))

    def day(self, edge):
        window = self.window
        if edge == "leap":
            return self.random.choice(window.leap)
        return {"first": window.first, "last": window.last, "before": day_before(window.first),
                "after": day_after(window.last)}.get(edge) or self.inside()

    # -- premium ----------------------------------------------------------------------------------------------------

    def premiums(self):
        draft, extras = self.draft, self.draft.extras
        for at, window in enumerate(self.maker.windows):
            runs = self.runs(window)
            for first, last in runs:
                months = last - first + 1
                paid = draft.monthly * months
                payroll = draft.monthly * 200 * months
                if self.spec["way"] == "base":
                    payroll = 10 ** 6 * max(1, draft.monthly // 10 ** 5) * months
                relieved = 0
                if at == 0 and "relieved" in extras and self.random.random() < 0.7:
                    relieved = draft.monthly * months // 2 // 100 * 100
                if at == 0 and draft.no_premium:
                    paid = relieved = 0
                    payroll = 0 if self.spec["way"] == "base" else payroll
                heads = 0 if at == 0 and draft.no_heads else draft.heads
                received = "%s-20" % text(last)
                if "received elsewhere" in extras and self.spec["way"] != "received":
                    received = self.random.choice((day_after(window.last), day_before(window.first), "2034-01-01"))
                self.facts.premiums.append([first, last, payroll, heads, paid - relieved, relieved, "regular",
                                            received])
            if at == 0 and runs:
                self.irregular(runs)
        self.months_beside()

    def months_beside(self):
        """Premium of the month before the window and of the one after: large, and none of the window."""
        draft, window = self.draft, self.window
        for at in (window.months[0] - 1, window.months[-1] + 1):
            taken = any(at in it.months for it in self.maker.windows)
            crossed = draft.change and month(draft.change[0]) == at and draft.change[0][8:] != "01"
            if self.covered(at) and not taken and not crossed and self.random.random() < 0.4:
                self.facts.premiums.append([at, at, 10 ** 10, 9999, 10 ** 9, 0, "regular", "%s-20" % text(at)])

    def irregular(self, runs):
        draft, add = self.draft, self.facts.premiums.append
        def one():
            first, last = self.random.choice(runs)
            return self.random.randrange(first, last + 1)
        for kind, amount in (("arrears", 7000), ("refund", -12000), ("settlement", 4000), ("settlement", -9000)):
            if kind in draft.extras and not (draft.no_premium and kind != "refund") and self.random.random() < 0.8:
                at = one()
                add([at, at, "", "", amount, 0, kind, "%s-21" % text(at)])
        if self.spec["way"] == "received" and not draft.no_premium:
            at = one()
            add([at, at, "", "", draft.monthly * 12, 0, "arrears", self.day(draft.received_day)])
        if draft.total is not None:
            at = one()
            more = draft.total - sum(it[4] for it in self.facts.premiums if it[0] in self.window.months)
            add([at, at, "", "", more, 0, "settlement", "%s-22" % text(at)])

    def below(self):
        """Premium of the window as the method counts it."""
        way, total = self.spec["way"], Fraction(0)
        for first, last, payroll, heads, paid, relieved, kind, received in self.facts.premiums:
            if way == "received":
                total += paid if self.window.first <= received <= self.window.last else 0
            elif first in self.window.months:
                if way == "base":
                    total += payroll * self.base_then(first) / 100 if kind == "regular" else 0
                else:
                    total += paid + (relieved if way == "restored" else 0)
        if self.split and self.split["counts"]:
            total += self.split["share"] * self.split["premium"]
        return total

    def base_then(self, number):
        cls = self.spec.get("dispatch_class") if self.draft.kind == "dispatch" else None
        if self.draft.kind == "dispatch" and self.spec.get("most_heads"):
            cls = self.draft.cls
        return self.base(cls or self.class_in(first_of(number)), first_of(number))

    # -- claims and payments ----------------------------------------------------------------------------------------

    def claim(self, recognised, article=None, person=None, status="recognised", death=""):
        self.claims += 1
        article = article or self.random.choice(self.spec.get("articles", ("A14-1", "A14-2", "A14-3", "A14-6")))
        one = {"claim": "C%d" % self.claims, "person": person or "P%s-%d" % (self.draft.number, self.claims),
               "article": article, "accident": "2004-03-01" if recognised < "2010" else back(recognised, 60),
               "recognised": recognised, "status": status, "death": death, "payments": []}
        self.facts.claims.append(one)
        return one

    def pay(self, claim, day, amount, payer="fund"):
        """The aimed day is the one the method looks at; the other lies elsewhere."""
        other = self.inside() if self.random.random() < 0.5 else self.random.choice(("2009-05-05", "2030-01-02"))
        other = other if other >= claim["accident"] else "2030-01-02"
        determined = self.spec["way"] == "determined"
        claim["payments"].append((day if determined else other, other if determined else day, amount, payer))

    def benefits(self):
        draft, extras, below = self.draft, self.draft.extras, self.below()
        wanted = None
        if "below zero" in extras:
            wanted = -5000
        elif draft.no_premium:
            wanted = 0 if draft.u == ("0", 0) else 98765
        elif draft.u:
            exact = Fraction(draft.u[0].rstrip("%")) / 100 * below
            wanted = int(exact) + draft.u[1]
        wanted = max(wanted, 0) if "below zero" not in extras else wanted
        if self.split and self.split["counts"]:
            passed = self.split["share"] * self.split["benefits"]
            wanted = max(0, int(wanted - passed))
        old = self.old = self.claim("2004-06-01", article="A14-1")
        if wanted < 0:
            self.pay(old, self.inside(), 10000)
            self.pay(old, self.inside(), -15000)
        parts = self.random.randrange(1, 4) if wanted > 2 else 1
        for part in range(parts):
            amount = wanted // parts if part else wanted - wanted // parts * (parts - 1)
            edge = draft.payment_day if part == 0 and draft.payment_day in INSIDE else "inside"
            if amount > 0:
                self.pay(old, self.day(edge), amount)
        large = int(max(below, 5000) * 2)
        if draft.payment_day in ("before", "after"):
            self.pay(old, self.day(draft.payment_day), large)
        if "recovery" in extras:
            self.pay(old, self.inside(), 4400)
            self.pay(old, self.inside(), -4400)
        if "employer pays" in extras:
            self.pay(old, self.inside(), large, self.random.choice(("employer", "third-party")))
        if "revoked" in extras:
            self.pay(self.claim(self.inside(), article="A14-1", status="revoked"), self.inside_late(), large)
        if "left-out" in extras and self.spec.get("left_out"):
            what = self.random.choice(self.spec["left_out"] + self.spec.get("tags", ()))
            tagged = what in self.spec.get("tags", ())
            it = self.claim(self.inside(), article="A14-1" if tagged else what)
            it["tags"] = what if tagged else ""
            self.pay(it, self.inside_late(), large)

    def inside_late(self):
        return self.window.last

    def people(self):
        draft, spec, extras = self.draft, self.spec, self.draft.extras
        aim, hurt = spec.get("i"), 0
        if aim and draft.i:
            hurt = self.heads_for(draft.i)
        elif aim and draft.u is None:
            hurt = self.random.choice((0, 0, 1, 2))
        dead = draft.deaths or 0
        if spec.get("deaths_by") == "recognised" and aim and not draft.deaths:
            dead = 0
        if spec.get("deaths_by") == "recognised":
            hurt = max(hurt, dead)
        for at in range(hurt):
            edge = draft.claim_day if at == 0 and draft.claim_day in INSIDE else "inside"
            day = self.day(edge)
            status = "in-litigation" if at == 0 and "litigation" in extras else "recognised"
            death = self.death_of(day, at, dead)
            one = self.claim(day, person="P%s-h%d" % (draft.number, at), status=status, death=death)
            if at == 0 and "same person" in extras and spec.get("count") != "claims":
                self.claim(self.inside(), person=one["person"])
            elif at and "same person" in extras and spec.get("count") == "claims":
                one["person"] = self.facts.claims[0]["person"]
        if draft.claim_day in ("before", "after") and (aim or spec.get("deaths_by") == "recognised"):
            for _ in range(2):
                day = self.day(draft.claim_day)
                self.claim(day, death=day if dead == 0 and spec.get("deaths_by") else "")
        if spec.get("deaths_by") == "death":
            self.dead_by_death(dead)
        for at in range(draft.diseases):
            edge = draft.claim_day if at == 0 and draft.claim_day in INSIDE else "inside"
            self.claim(self.day(edge), article="A14-4",
                       person="P%s-i" % draft.number if "dies twice" in extras else None)
        if draft.diseases and draft.claim_day in ("before", "after"):
            self.claim(self.day(draft.claim_day), article="A14-4")
        if "left-out death" in extras:
            self.claim(self.inside(), article="A15-2", death=self.window.last)

    def death_of(self, recognised, at, dead):
        if self.spec.get("deaths_by") != "recognised":
            return ""
        if at < dead:
            return self.random.choice((recognised, self.window.last))
        if "late death" in self.draft.extras and self.draft.deaths is None:
            return self.random.choice((day_after(self.window.last), self.maker.first, day_after(self.maker.first)))
        return ""

    def dead_by_death(self, dead):
        edge = self.draft.death_day
        for at in range(dead):
            day = self.day(edge if at == 0 and edge in INSIDE else "inside")
            one = self.claim("2004-07-01", article="A14-1", death=day)
            if at == 0 and "dies twice" in self.draft.extras:
                self.claim("2004-08-01", article="A14-4", person=one["person"], death=day)
        if edge in ("before", "after"):
            self.claim("2004-07-01", article="A14-1", death=self.day(edge))

    def heads_for(self, aim):
        """Sets the heads so that some persons stand exactly on the bound; gives their number and those beside it."""
        spec, (bound, beside) = self.spec["i"], aim
        if bound == "0":
            return beside
        months = sum(last - first + 1 for first, last in self.runs(self.window))
        value = Fraction(bound.rstrip("%‰")) / (1000 if bound.endswith("‰") else 100)
        value *= Fraction(self.spec.get("average_of", {}).get(self.draft.industry, 1))
        unit = {"window": months, "year": 12, "month": 1}[spec["per"]]
        for persons in self.random.sample(range(2, 40), 38):
            heads = persons * unit / value / months if months else Fraction(1, 2)
            if heads.denominator == 1:
                self.draft.heads = heads.numerator
                return persons + beside
        return self.random.choice((0, 1, 3))

    # -- events, last rates -----------------------------------------------------------------------------------------

    def events(self):
        window, start = self.window, self.maker.first
        for it in (self.draft.event, self.draft.more_event):
            if not it:
                continue
            kind, edge = it
            level = self.random.choice(self.spec.get("levels", (1,))) if kind == "safety-certificate" else ""
            far_before, far_after = "2003-01-01", "2034-12-31"
            first, last, found = {
                "ends first": (far_before, window.first, ""), "ends before": (far_before, day_before(window.first), ""),
                "begins last": (window.last, "", ""), "begins after": (day_after(window.last), far_after, ""),
                "inside": (window.first, window.last, ""), "throughout": (far_before, "", window.first),
                "found first": (far_before, far_before, window.first), "found last": (window.last, "", window.last),
                "found before": (day_before(window.first), "", day_before(window.first)),
                "found after": (window.first, window.last, day_after(window.last)),
                "found leap": (far_before, far_before, self.day("leap" if window.leap else "inside")),
                "years": (far_before, "", years_before(window.last, 3)),
                "years and a day": (far_before, "", day_before(years_before(window.last, 3))),
                "filed before": (far_before, "", day_before(start)), "filed first": (far_before, "", start),
                "filed month end": (far_before, "", last_of(month(start) + 3)),
                "filed month begin": (far_before, "", first_of(month(start) + 3)),
                "filed and ends": (far_before, "%s-17" % text(month(start) + 5), day_before(start)),
                "filed at the end": (far_before, "", self.maker.last),
                "filed early": ("%s-10" % text(month(start) + 4), "", day_before(start)),
                "begins that": (start, "", ""), "begins next": (day_after(start), "", ""),
                "ends that": (far_before, start, ""), "ended before": (far_before, day_before(start), ""),
            }[edge]
            self.facts.events.append((kind, level, first, last, found))

    def rates(self):
        spec, draft, first = self.spec, self.draft, self.maker.first
        year = str(int(first[:4]) - 1) + first[4:]
        cls = self.class_in(day_before(first))
        base = self.base(cls, first)
        if base is None:
            base = Fraction(self.random.choice(spec.get("bases", ("0.2", "0.55", "0.9", "1.2", "2"))))
        if "no rate" in draft.extras and not spec.get("must_have_rate") and draft.last_grade is None:
            return
        if "older rate" in draft.extras:
            older = str(int(first[:4]) - 2) + first[4:]
            self.facts.rates.append((older, day_before(year), cls, base, *self.label_and_rate(base)))
        label, before = self.label_and_rate(base, draft.last_grade)
        origin, cycle = "floated", ""
        if self.maker.cycle and self.random.random() < 0.85:
            cycle, origin = self.maker.cycle, self.random.choice(("floated", "floated", "carried", "base", "provisional", "redetermined"))
        if origin == "base":
            label, before = "100%", base
        used = ""
        if "limited" in spec and self.random.random() < 0.8:
            used = spec["limited"] + self.random.choice(("", "@" + first, "@" + year, ":E9@" + year, "x@" + year))
        self.facts.rates.append((year, day_before(first), cls, base, label, before, origin, cycle, used))

    def label_and_rate(self, base, label=None):
        labels = self.spec["grades"]
        label = label or self.random.choice(list(labels))
        if "low rate" in self.draft.extras and not self.spec.get("points"):
            return label, Fraction("0.05")
        if "last_rates" in self.spec:
            return label, Fraction(self.draft.last_rate or self.random.choice(self.spec["last_rates"]))
        return label, base + Fraction(labels[label]) if self.spec.get("points") else base * Fraction(labels[label])

    # -- everything -------------------------------------------------------------------------------------------------

    def build(self):
        draft = self.draft
        if "leaves" in draft.extras and draft.spans[-1][1] is None:
            draft.spans[-1] = (draft.spans[-1][0], month(self.maker.first) + self.random.randrange(0, 7))
        if "pauses" in draft.extras and draft.spans[-1][1] is None and draft.spans[-1][0] < self.window.months[-1]:
            first = month(self.maker.first) + self.random.randrange(1, 4)
            draft.spans[-1:] = [(draft.spans[-1][0], first - 1), (first + self.random.randrange(1, 4), None)]
        if draft.extras & {"re-registration", "transfer", "merger", "split"}:
            months = self.window.months
            self.on = first_of(months[self.random.randrange(1, len(months))])
        if "split" in draft.extras:
            self.prepare_split()
        elif draft.extras & {"merged at the start", "merged later"}:
            self.prepare_merger()
        # Before the premium rows, since they carry the heads.
        self.people()
        self.premiums()
        self.benefits()
        self.events()
        self.rates()
        self.earlier_windows()
        self.emit()

    def prepare_split(self):
        draft = self.draft
        draft.spans = [(month(self.on), None)]
        draft.i, draft.suspended = None, None
        months = len([it for it in self.window.months if it < month(self.on)])
        self.split = {"share": Fraction(self.random.choice((10, 25, 40, 50)), 100), "premium": 70000 * months,
                      "benefits": self.random.choice((0, 0, 20000, 1230000)), "monthly": 70000,
                      "kind": "split", "counts": True}
        self.premium_of_the_other()

    def prepare_merger(self):
        """Another account, merged into this one on the first day of the setting, or later."""
        later = "merged later" in self.draft.extras
        first = self.maker.first
        self.on = self.random.choice((day_after(first), first_of(month(first) + 2))) if later else first
        self.draft.i = None
        self.split = {"share": Fraction(1), "premium": 70000 * len(self.window.months),
                      "benefits": self.random.choice((0, 20000, 1230000)), "monthly": 70000, "kind": "merger",
                      "counts": not later}
        self.premium_of_the_other()

    def premium_of_the_other(self):
        if self.spec["way"] == "base":
            self.split["premium"] = Fraction(0)
            for number in self.window.months:
                if number < month(self.on):
                    self.split["premium"] += Fraction(10 ** 6) * self.base_then(number) / 100

    def earlier_windows(self):
        """What lies in the windows before: nothing, or something paid, or somebody hurt."""
        draft, windows = self.draft, self.maker.windows[1:]
        if not windows or draft.zero_before:
            return
        window = self.random.choice(windows + [it for it in windows if it.leap] * 9)
        what = draft.earlier if hasattr(draft, "earlier") else self.random.choice(("paid", "hurt", "nothing", "nothing"))
        if what == "paid":
            self.pay(self.old, self.random.choice((window.first, window.last, self.inside(window), *window.leap)), 77)
        elif what == "hurt":
            self.claim(self.random.choice((window.first, window.last, self.inside(window), *window.leap)))

    def emit(self):
        draft, tables, number = self.draft, self.tables, self.draft.number
        old = str(int(number) + 1).zfill(8)
        tables.account(number, draft.kind, draft.sub_area)
        spans, suspended = draft.spans, draft.suspended
        taken = None
        if self.on and not self.split:
            taken = self.hand_over(old)
            if "merger" not in draft.extras:
                spans = [(max(first, month(self.on)), last) for first, last in spans
                         if last is None or last >= month(self.on)]
        elif self.split:
            self.write_split(old)
        for first, last in spans:
            tables.coverage(number, text(first), text(last) if last is not None else "")
        if suspended:
            tables.coverage(number, text(suspended[0]), text(suspended[1]), "suspended")
        begins = first_of(spans[0][0])
        if draft.change:
            day, cls = draft.change
            tables.classification(number, begins, day_before(day), draft.cls, draft.industry)
            tables.classification(number, day, "", cls, draft.industry)
        else:
            tables.classification(number, begins, "", draft.cls, draft.industry)
        if draft.kind == "dispatch" and self.spec.get("most_heads"):
            self.dispatch(number)
        if "order" in draft.extras:
            orders.write(self, number)
        self.emit_facts(number, self.facts)
        if taken:
            self.emit_facts(old, taken)

    def dispatch(self, number):
        """Other units than the own class would have it; the class of most heads is the one of the draft."""
        draft, add = self.draft, self.tables.add
        own = draft.cls
        smaller = [it for it in self.spec["classes"] if it < own]
        add("dispatch", number, first_of(LONG_AGO), "", "unit A", "", "", self.tables.system, own, 30)
        if smaller:
            heads = self.random.choice((29, 30, 30))
            add("dispatch", number, first_of(LONG_AGO), "", "unit B", "", "", self.tables.system,
                self.random.choice(smaller), heads)
        if self.spec.get("changes", True) and self.random.random() < 0.3:
            day = self.maker.day_in_setting()
            cls = self.random.choice(self.spec["classes"])
            add("dispatch", number, day, "", "unit C", "", "", self.tables.system, cls, 500)

    def emit_facts(self, number, facts):
        tables = self.tables
        for first, last, payroll, heads, paid, relieved, kind, received in facts.premiums:
            tables.premium(number, text(first), text(last), payroll, heads, paid, relieved, kind, received)
        self.arrange(number, facts)
        for one in facts.claims:
            tables.claim(one.get("account", number), one["claim"], one["person"], one["article"], one["accident"],
                         one["recognised"], one["status"], one["death"], *one.get("parties", ("",) * 4), one.get("tags", ""))
            for determined, paid, amount, payer in one["payments"]:
                tables.payment(one.get("account", number), one["claim"], determined, paid, amount, payer)
        for at, (kind, level, first, last, found) in enumerate(facts.events):
            tables.event(number, "E%d" % at, kind, level, first, last, found)
        for first, last, cls, base, label, before, *more in facts.rates:
            tables.rate(number, first, last, cls, decimal(base), label, decimal(before), *more)

    def arrange(self, number, facts):
        """Some claims stand under an account beside this one, or name it; the method says who bears them."""
        if "arrangement" not in self.draft.extras:
            return
        beside = str(int(number) + 2).zfill(8)
        tables, cls = self.tables, self.draft.cls
        tables.account(beside, "employer", self.draft.sub_area)
        tables.coverage(beside, text(LONG_AGO), text(self.window.months[0] - 1))
        tables.classification(beside, first_of(LONG_AGO), "", cls, self.draft.industry)
        arrangement = self.random.choice(("dispatch", "secondment", "several-jobs", "disease-after-leaving"))
        column = self.spec.get("bearers", {}).get(arrangement) or {"secondment": "labour"}.get(arrangement, "account")
        self.decoy(number, beside, arrangement, column, facts)
        for at, one in enumerate(facts.claims):
            if "parties" in one:
                continue
            if at and self.random.random() < 0.4:
                continue
            # (labour relation, using unit, responsible): this account in the column that bears it, the other elsewhere.
            parties = {it: self.random.choice(("", beside)) for it in ("labour", "using", "responsible")}
            one["claim"] = one["claim"] + "x"
            if column == "account":
                parties.update({self.random.choice(("using", "responsible", "labour")): beside})
            else:
                one["account"] = beside
                parties.update({it: "" for it in parties})
                parties[column] = number
            one["parties"] = (arrangement, parties["labour"], parties["using"], parties["responsible"])

    def decoy(self, number, beside, arrangement, column, facts):
        """A claim of this account that another bears, with a large payment."""
        one = self.claim(self.inside())
        self.pay(one, self.inside_late(), 10 ** 9)
        one["claim"] += "d"
        parties = {"labour": "", "using": "", "responsible": ""}
        if column == "account":
            one["account"] = beside
            parties[self.random.choice(list(parties))] = number
        else:
            parties[column] = beside
        one["parties"] = (arrangement, parties["labour"], parties["using"], parties["responsible"])

    # -- predecessors -----------------------------------------------------------------------------------------------

    def hand_over(self, old):
        """What lies before the day stands under the old number."""
        draft, tables, on = self.draft, self.tables, self.on
        merger = "merger" in draft.extras
        kind = "merger" if merger else "transfer" if "transfer" in draft.extras else "re-registration"
        taken = Facts()
        tables.account(old, draft.kind, draft.sub_area)
        for first, last in draft.spans:
            if first < month(on):
                tables.coverage(old, text(first), text(min(month(on) - 1, last if last is not None else 10 ** 6)))
        tables.classification(old, first_of(LONG_AGO), "", draft.cls, draft.industry)
        kept = []
        for row in self.facts.premiums:
            if row[0] >= month(on):
                kept.append(row)
            elif not merger:
                taken.premiums.append(row)
            else:
                theirs = list(row)
                for at in (2, 3, 4, 5):
                    theirs[at] = row[at] and row[at] * 2 // 5 // (100 if at != 3 else 1) * (100 if at != 3 else 1)
                    row[at] = row[at] and row[at] - theirs[at]
                if row[6] != "regular":
                    row[4], theirs[4] = row[4] + theirs[4], 0
                    theirs = None if row[6] != "settlement" else theirs
                kept.append(row)
                if theirs:
                    taken.premiums.append(theirs)
        self.facts.premiums = kept
        before = [it for it in self.facts.claims if it["recognised"] < on and (not merger or self.random.random() < .5)]
        self.facts.claims = [it for it in self.facts.claims if it not in before]
        taken.claims = before
        if not merger:
            taken.events = [it for it in self.facts.events if it[2] < on]
            self.facts.events = [it for it in self.facts.events if it[2] >= on]
        before = [(it[0], min(it[1], day_before(on)), *it[2:]) for it in self.facts.rates if it[0] < on]
        if not merger:
            self.facts.rates = [(max(it[0], on), *it[1:]) for it in self.facts.rates if it[1] >= on]
        taken.rates = before if not merger else []
        tables.add("successions", draft.number, old, kind, on, 100)
        return taken

    def write_split(self, old):
        draft, tables, split, on = self.draft, self.tables, self.split, self.on
        tables.account(old, draft.kind, draft.sub_area)
        ended = split["kind"] == "merger"
        tables.coverage(old, text(LONG_AGO), text(month(on) - 1 if on[8:] == "01" else month(on)) if ended else "")
        tables.classification(old, first_of(LONG_AGO), "", draft.cls, draft.industry)
        facts = Facts()
        if self.spec.get("events") and self.random.random() < 0.5:
            kept, self.facts = self.facts, facts
            kind, edges = self.random.choice(self.spec["events"])
            draft.event, draft.more_event = (kind, self.random.choice(edges)), None
            self.events()
            self.facts = kept
        for window in self.maker.windows:
            for first, last in self.full_runs(window):
                months = last - first + 1
                payroll = 10 ** 6 * months if self.spec["way"] == "base" else split["monthly"] * 200 * months
                facts.premiums.append([first, last, payroll, 50, split["monthly"] * months, 0, "regular",
                                       "%s-20" % text(last)])
        old_claim = {"claim": "C1", "person": "P%s-1" % old, "article": "A14-1", "accident": "2004-03-01",
                     "recognised": "2004-06-01", "status": "recognised", "death": "", "payments": []}
        facts.claims = [old_claim]
        if split["benefits"]:
            day = self.random.choice((self.window.first, day_before(on)))
            old_claim["payments"].append((day, day, split["benefits"], "fund"))
        old_claim["payments"].append((on, on, 333300, "fund"))
        kept, self.draft = self.draft.extras, self.draft
        self.draft.extras = kept - {"arrangement"}
        if self.spec.get("must_have_rate"):
            facts.rates = list(self.facts.rates)
        elif ended and self.random.random() < 0.5:
            self.facts, mine = facts, self.facts
            self.rates()
            self.facts = mine
        self.emit_facts(old, facts)
        tables.add("successions", draft.number, old, split["kind"], on, split["share"] * 100)

    def full_runs(self, window):
        cuts, result = self.cuts(), []
        for number in window.months:
            if result and number not in cuts:
                result[-1][1] = number
            else:
                result.append([number, number])
        return result


def years_before(day, years):
    return "%d%s" % (int(day[:4]) - years, day[4:])


def back(day, days):
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
