"""Projects, a second time: what each pays on its cost, and how they float. Numbers: READINGS.md, §2, Projects."""

import csv
import os
import random
import subprocess
from fractions import Fraction

from book import day_after, day_before, month
from measures import Value, Window, beside, bounds

YI = 10 ** 10                                   # 1亿元 in fen
WINDOW = Window("2022-10-01", "2024-09-30")
PERIOD = ("2025-01-01", "2026-12-31")
ROWS = (("<= 20%", "80%"), ("(20%, 80%]", "100%"), ("(80%, 120%]", "120%"), ("> 120%", "150%"))
ON = "2027-06-30"
# Limits of tiers in fen, with the rate per mille below each; the last tier has none. Whether a limit belongs below it.
MARGINAL = ((10 * YI, "1.2"), (50 * YI, "1.0"), (None, "0.8"))
WHOLE = ((10 * YI, "2.0"), (None, "1.5"))


class Subject:
    """A contractor, or all of an area: what is met is noted as for an account."""

    def __init__(self):
        self.projects, self.claims, self.events = [], [], []     # (number, cost, enrolled, grade, paid, paid on), …
        self.hits, self.asked = set(), {}

    def hit(self, name):
        self.hits.add(name)

    def ask(self, key, *names):
        self.asked[key] = names


def half_up(value):
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def marginal(cost):
    """Each part of the cost at the rate of its own tier; from a limit on, the next one."""
    below, total = 0, Fraction(0)
    for limit, rate in MARGINAL:
        if cost > below:
            total += (cost if limit is None else min(cost, limit)) * Fraction(rate) - below * Fraction(rate)
        below = limit
    return half_up(total / 1000)


def whole(cost):
    """The whole cost at the rate of the tier it lies in; the limit belongs below."""
    return half_up(cost * Fraction(WHOLE[0][1] if cost <= WHOLE[0][0] else WHOLE[1][1]) / 1000)


def measured(subject):
    """The grade of a subject, from all its projects."""
    first = min(month(it[2]) for it in subject.projects)
    subject.ask("rows", *["row " + it[0] for it in ROWS], "exit: first insured", "u: no premium", "payment a rescue")
    subject.ask("u", *[name for it in ("20%", "80%", "120%") for name in beside("u", it, "fen")])
    if first >= WINDOW.months[0] and WINDOW.months[-1] - first + 1 < 24:
        subject.hit("exit: first insured")
        return "100%"
    above = below = 0
    for _, _, _, _, paid, paid_on in subject.projects:
        if paid_on:
            WINDOW.edge(subject, "premium received", paid_on)
            below += paid if WINDOW.holds(paid_on) else 0
    for article, project, paid_on, amount in subject.claims:
        WINDOW.edge(subject, "payment", paid_on)
        if not project:
            subject.hit("payment on no project")
        elif article == "A15-2":
            subject.hit("payment a rescue")
        elif WINDOW.holds(paid_on):
            above += amount
    if below <= 0:
        subject.hit("u: no premium")
        return "100%"
    u = Value(max(above, 0), below)
    bounds(subject, "u", u, ("20%", "80%", "120%"), "fen")
    for interval, grade in ROWS:
        if u.within(interval):
            subject.hit("row " + interval)
            return grade
    raise AssertionError(u)


def floated(subject, cost, enrolled, grade, vetoes):
    """1.5 per mille times the grade of the subject, for what enrols in the rate period."""
    subject.ask("days", *["enrols " + it for it in ("the day before", "on the first day", "on the last day",
                                                    "the day after")], "grade of the book")
    for day, name in ((day_before(PERIOD[0]), "the day before"), (PERIOD[0], "on the first day"),
                      (PERIOD[1], "on the last day"), (day_after(PERIOD[1]), "the day after")):
        if enrolled == day:
            subject.hit("enrols " + name)
    if enrolled > PERIOD[1]:
        return None
    factor = Fraction(1)
    if grade:
        subject.hit("grade of the book")
    if enrolled >= PERIOD[0]:
        label = grade or measured(subject)
        listed = any(first <= PERIOD[0] <= last for first, last in subject.events)
        if vetoes:
            subject.ask("list", "forced: on the list", "listed that day", "listed the day after", "listed to that day",
                        "listed to the day before")
        for first, last in subject.events:
            for day, at, name in ((PERIOD[0], first, "listed that day"), (day_after(PERIOD[0]), first, "listed the day after"),
                                  (PERIOD[0], last, "listed to that day"),
                                  (day_before(PERIOD[0]), last, "listed to the day before")):
                if day == at:
                    subject.hit(name)
        known = {"row " + it[0] for it in ROWS} & subject.hits
        if vetoes and listed and not grade and known and label in ("80%", "100%"):
            subject.hit("forced: on the list")
            label = "120%"
        factor = Fraction(label[:-1]) / 100
    return half_up(cost * Fraction("1.5") / 1000 * factor)


# -- books --------------------------------------------------------------------------------------------------------------

def subject_of(maker, vetoes):
    """One subject: old projects that paid, new ones, claims that bring the ratio to a bound or beside it."""
    it = Subject()
    edge = lambda: maker.choice((WINDOW.first, WINDOW.last, "2024-02-29", "2023-05-06"))
    kind = maker.random()
    first = "2022-09-01" if kind < .75 else "2022-10-01" if kind < .8 else "2022-11-01"
    paid = 0 if maker.random() < .1 else 100 * maker.randrange(100, 10 ** 6)
    it.projects.append(("old", 24 * 10 ** 8, first, "", paid, edge() if first < "2022-10" else "2023-05-06"))
    if maker.random() < .6:
        before = first < "2022-10" and maker.random() < .5
        it.projects.append(("beside", 10 ** 9, "2022-09-05" if before else "2023-01-05", "", 10 ** 9,
                            day_before(WINDOW.first) if before else day_after(WINDOW.last)))
    bound, more = maker.choice((0, 20, 80, 120, 20, 80, 120, 20, 80, 120, 300)), maker.choice((-1, 0, 1))
    benefits = max(0, paid * bound // 100 + (more if bound not in (0, 300) else 0))
    days = edge(), edge()
    it.claims += [("A14-1", "old", days[0], benefits // 3), ("A14-1", "old", days[1], benefits - benefits // 3)]
    it.claims = [one for one in it.claims if one[3]]
    if maker.random() < .6:
        it.claims.append(("A14-1", "old", maker.choice((day_before(WINDOW.first), day_after(WINDOW.last))), 10 ** 9))
    if maker.random() < .4:
        it.claims.append(("A15-2", "old", "2024-03-05", 10 ** 9))
    if maker.random() < .4:
        it.claims.append(("A14-1", "", "2024-03-05", 10 ** 9))
    if vetoes and maker.random() < .5:
        it.events.append(maker.choice(((PERIOD[0], "2025-03-01"), (day_after(PERIOD[0]), "2025-03-01"),
                                       ("2024-01-01", PERIOD[0]), ("2024-01-01", day_before(PERIOD[0])))))
    return it


def new_projects(maker, count):
    """Projects that are billed, on the edges of the rate period and inside it; some bring a grade determined for them."""
    result = []
    for at in range(count):
        day = maker.choice(("2024-12-31", PERIOD[0], PERIOD[0], PERIOD[1], PERIOD[1], "2027-01-01", "2025-07-09"))
        told = PERIOD[0] <= day <= PERIOD[1] and maker.random() < .1
        result.append(("new%d" % at, maker.randrange(1, 10 ** 12), day, maker.choice(("50%", "150%")) if told else "",
                       None, ""))
    return result


def write(directory, area, subjects):
    os.makedirs(directory, exist_ok=True)
    tables = {"accounts": [["area", "account", "kind"]],
              "projects": [["area", "account", "project", "kind", "base", "cost_fen", "enrolled_on", "from", "to", "grade",
                            "paid_fen", "paid_on"]],
              "claims": [["area", "account", "claim", "person", "article", "accident", "recognised", "status", "project"]],
              "payments": [["area", "account", "claim", "item", "payer", "paid_on", "amount_fen"]],
              "events": [["area", "account", "event", "kind", "from", "to"]]}
    for number, it in subjects.items():
        tables["accounts"].append([area, number, "employer"])
        for name, cost, enrolled, grade, paid, paid_on in it.projects:
            tables["projects"].append([area, number, name, "housing", "cost", cost, enrolled, enrolled, "2029-12-31", grade,
                                       "" if paid is None else paid, paid_on])
        for at, (article, project, paid_on, amount) in enumerate(it.claims):
            tables["claims"].append([area, number, "C%d" % at, "P%s-%d" % (number, at), article, "2022-09-02", "2022-09-03",
                                     "recognised", project])
            tables["payments"].append([area, number, "C%d" % at, "medical", "fund", paid_on, amount])
        for at, (first, last) in enumerate(it.events):
            tables["events"].append([area, number, "E%d" % at, "joint-punishment", first, last])
    for name, lines in tables.items():
        with open(os.path.join(directory, name + ".csv"), "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)


def billed(options, area, directory):
    """(account, project) -> fen, or nothing where the engine gives no bill."""
    out, fixtures = directory + "-out", os.path.join(options.root, "fixtures")
    done = subprocess.run([options.rate, "--lang", "en", "projects", "--area", area, "--rules",
                           os.path.join(fixtures, "rule_sets"), "--parameters", os.path.join(fixtures, "parameters"),
                           "--book", directory, "--on", ON, "--out", out], capture_output=True, text=True)
    if not os.path.exists(os.path.join(out, "project_premiums.csv")):
        raise SystemExit("projects of %s: rate ended with %d\n%s%s" % (area, done.returncode, done.stdout, done.stderr))
    result = {}
    for name in ("project_premiums", "project_open"):
        with open(os.path.join(out, name + ".csv"), encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                result[row["account"], row["project"]] = int(row["premium_fen"]) if name[8:] == "premiums" else None
    return result


def tiers(maker, limits):
    """Costs on each limit, one fen beside it, and anywhere; one million fen and less show the rounding."""
    costs = [limit + beside for limit in limits for beside in (-1, 0, 1)] * 100
    return costs + [maker.randrange(1, 10 ** 6) for _ in range(200)] + [maker.randrange(1, 100 * YI) for _ in range(200)]


def compare(options, scratch):
    """Lines to print, and whether all is well."""
    maker, lines, well = random.Random("projects %d" % options.seed), [], True
    enough = max(1, min(options.accounts, 2000) * 100 // 2000)
    for area, what, pays in (("420100", "marginal tiers", marginal), ("330604", "whole amounts", whole)):
        subjects, hits = {}, {}
        for at, cost in enumerate(tiers(maker, [it[0] for it in (MARGINAL if pays is marginal else WHOLE) if it[0]])):
            subjects["%06d" % at] = it = Subject()
            it.projects = [("new", cost, "2024-02-29", "", None, "")]
        directory = os.path.join(scratch, area)
        write(directory, area, subjects)
        theirs = billed(options, area, directory)
        wrong = [(number, it.projects[0][1], theirs.get((number, "new"))) for number, it in subjects.items()
                 if theirs.get((number, "new")) != pays(it.projects[0][1])]
        lines.append("projects of %s, %s: %d, %d differences %s" % (area, what, len(subjects), len(wrong), wrong[:3]))
        well &= not wrong
    for area, vetoes in (("990820", True), ("990800", False)):
        wrong, seen, hits, asked = compare_floats(options, scratch, maker, area, vetoes)
        few = ["%s: %d" % (name, hits.get(name, 0)) for name in sorted(asked) if hits.get(name, 0) < enough]
        lines.append("projects of %s, floated: %d, %d differences %s" % (area, seen, len(wrong), wrong[:3]))
        lines += ["  met too seldom (fewer than %d): %s" % (enough, it) for it in few]
        if options.table:
            lines += ["  %7d  %s" % (hits[name], name) for name in sorted(hits)]
        well &= not wrong and not few
    return lines, well


def compare_floats(options, scratch, maker, area, by_contractor):
    """By contractor: one book of many. By area: many books, of what was paid under one number and billed under another."""
    wrong, seen, hits, asked, books = [], 0, {}, set(), []
    if by_contractor:
        subjects = {"%06d" % at: subject_of(maker, True) for at in range(max(60, min(options.accounts, 10000) * 3 // 2))}
        books.append([(number, number, it, new_projects(maker, 2)) for number, it in subjects.items()])
    else:
        books += [[("000001", "000002", subject_of(maker, False), new_projects(maker, 12))]
                  for _ in range(max(20, min(options.accounts, 20000) // 6))]
    for at, book in enumerate(books):
        directory, written = os.path.join(scratch, "%s-%d" % (area, at)), {}
        for paid, bills, it, news in book:
            written[paid] = it
            if bills == paid:
                it.projects += news
            else:
                written[bills] = Subject()
                written[bills].projects = news
        write(directory, area, written)
        theirs = billed(options, area, directory)
        for _, bills, it, news in book:
            for name, cost, enrolled, grade, _, _ in news:
                it.hits = set()
                ours, seen = floated(it, cost, enrolled, grade, by_contractor), seen + 1
                for one in it.hits:
                    hits[one] = hits.get(one, 0) + 1
                asked |= {one for names in it.asked.values() for one in names}
                if theirs.get((bills, name), "none") != ours:
                    wrong.append((bills, name, it.projects, it.claims, it.events, "oracle", ours, "engine",
                                  theirs.get((bills, name), "none")))
    return wrong, seen, hits, asked
