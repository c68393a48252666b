"""Demonstrations under areas that begin with 99, one function each; the numbers are those of READINGS.md."""

from fractions import Fraction

from book import OPEN, day_after, first_day, month
from measures import OLD_AND_RESCUE, Window, bounds, deaths, found, incidence, listed, pay_ratio
from methods.eight import (BASICS, EIGHT_CLASSES, KEPT, LEAP, NO_RATIO, Method, edges, listed_edges, person_bounds, u_bounds,
                           windowed)
from methods.shared import forced, new, no_ratio, not_below, others, row, unanswered
from methods.three import HANGZHOU, of_three
from rates import Setting, carried, five, floated, held, last_rate


def three_year(account, setting):
    window = setting.window
    out = carried(account, setting) or new(account, setting, window, 36)
    if out:
        return out
    u = pay_ratio(account, window, without=OLD_AND_RESCUE, restored=True)
    i = incidence(account, window, "year", without=OLD_AND_RESCUE)
    bounds(account, "u", u, ("0", "40%", "90%", "150%"), "fen")
    bounds(account, "i", i, ("0", "3‰", "10‰", "20‰"), "person")
    dead = deaths(account, window, setting)
    bounds(account, "deaths", dead, ("1",), "person")
    certificate = listed(account, setting.start(account), "safety-certificate", (1,))
    arrears, false = found(account, window, "arrears"), found(account, window, "false-document")

    def adjust(label):
        if certificate:
            account.hit("certificate of level 1")
            label = setting.ladder.move(label, -1)
        label = not_below(account, setting, label, "100%", dead.within(">= 1"), "veto: death")
        label = not_below(account, setting, label, "100%", arrears, "veto: arrears")
        return not_below(account, setting, label, "120%", false, "forced: false document")

    if not (u.exists and i.exists):
        return forced(account, setting, adjust) or unanswered(account, setting, u=u, i=i)
    if u.within("> 150%") or i.within("> 20‰"):
        label = "150%"
    elif u.within("(90%, 150%]") or i.within("(10‰, 20‰]"):
        label = "120%"
    elif u.within("0") and i.within("0"):
        label = "50%"
    elif u.within("<= 40%") and i.within("<= 3‰"):
        label = "80%"
    else:
        label = "100%"
    account.hit("row to " + label)
    return floated(account, setting, adjust(label))


def foshan_like(account, setting):
    window = Window("2019-01-01", "2020-12-31")
    out = carried(account, setting) or new(account, setting, window, 24)
    if out:
        return out
    u = pay_ratio(account, window, premium_by="received")
    bounds(account, "u", u, ("0", "60%", "120%"), "fen")
    dead = deaths(account, window, setting, day_of="death")
    bounds(account, "deaths", dead, ("3",), "person")
    if not u.exists:
        return no_ratio(account, setting, u, base=("not insured",))
    shift = row(account, u, (("0", -2), ("(0, 60%]", -1), ("(60%, 120%]", 0), ("> 120%", 1)))
    more = 0 if dead.within("0") else 1 if dead.within("(0, 3)") else 2
    account.hit("deaths add %d" % more)
    return floated(account, setting, setting.ladder.move("100%", shift + more))


def guangdong_type(account, setting):
    window = Window("2016-01-01", "2016-12-31")
    out = new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio(account, window)
    bounds(account, "u", u, ("10%", "50%", "100%", "120%"), "fen")
    if not u.exists:
        return no_ratio(account, setting, u)
    off, borders = bonus_after_filing(account, setting)
    cls = setting.class_on(account, setting.start(account))[0]
    if cls == 1 and u.within("<= 120%"):
        return held(account, setting, "row of class 1, not seen")
    label = row(account, u, (("<= 10%", "50%"), ("(10%, 50%]", "80%"), ("(50%, 100%]", "100%"),
                             ("(100%, 120%]", "120%"), ("> 120%", "150%")))
    return floated(account, setting, label, points=off, borders=borders)


def bonus_after_filing(account, setting):
    """0.03 points from the month after a certificate of level 1 or 2 was filed, on its days; and when that changes."""
    spans, start = [], month(setting.first)
    account.ask("filing", *["filed " + it for it in ("in the month before", "in the first month", "on a first day",
                                                     "on a last day", "in the last month")],
                "certificate ends inside", "certificate begins after it was filed", "certificate: points off")
    for event, until in account.events:
        if event.kind != "safety-certificate" or event.level not in (1, 2) or not event.found:
            continue
        since = first_day(month(event.found) + 1)
        for name, met in (("in the month before", since == setting.first), ("in the first month", month(since) == start + 1),
                          ("on a first day", event.found[8:] == "01" and event.found > setting.first),
                          ("on a last day", day_after(event.found)[8:] == "01" and event.found > setting.first),
                          ("in the last month", month(event.found) == month(setting.last))):
            if met:
                account.hit("filed " + name)
        if setting.first <= event.last < setting.last:
            account.hit("certificate ends inside")
        if setting.first < event.first <= setting.last and since < event.first:
            account.hit("certificate begins after it was filed")
        if event.first < until:
            spans.append((max(since, event.first), event.last))

    def off(day):
        found = any(first <= day <= last for first, last in spans)
        if found:
            account.hit("certificate: points off")
        return Fraction("-0.03") if found else Fraction(0)
    return off, [first for first, _ in spans] + [day_after(last) for _, last in spans if last != OPEN]


def steps_by_class(account, setting):
    out = others(account, setting, kinds=("employer", "dispatch"), classes=(1, 2, 3))
    out = out or new(account, setting, Window("2011-01-01", "2011-12-31"), 12)
    if out:
        return out
    u = pay_ratio(account, Window("2011-01-01", "2011-12-31"))
    bounds(account, "u", u, ("0", "50%", "100%", "150%"), "fen")
    if not u.exists:
        return no_ratio(account, setting, u)
    cls = setting.class_on(account, setting.start(account))[0]
    step = row(account, u, (("0", -2), ("(0, 50%]", -1), ("(50%, 100%]", 0), ("(100%, 150%]", 1), ("> 150%", 2)))
    small = {-2: "-0.2pp", -1: "-0.1pp", 0: "base", 1: "+0.1pp", 2: "+0.2pp"}
    large = {-2: "-0.4pp", -1: "-0.2pp", 0: "base", 1: "+0.2pp", 2: "+0.4pp"}
    account.hit("steps of class %d" % cls)
    return floated(account, setting, (large if cls == 3 else small)[step])


def last_rate_stays(account, setting):
    window = setting.window
    out = new(account, setting, window, 12)
    if out:
        return out
    if "returning" in account.hits:
        return held(account, setting, "exit: returning keeps the last rate")
    u = pay_ratio(account, window)
    bounds(account, "u", u, ("30%", "120%"), "fen")
    if not u.exists:
        return no_ratio(account, setting, u, base=("not insured",))
    if u.within("(30%, 120%]"):
        return held(account, setting, "row (30%, 120%]")
    last = last_rate(account, setting.first)
    grade = last.grade if last is not None and last.grade else "100%"
    if last is None:
        account.hit("from the base for want of a last grade")
    account.hit("row <= 30%" if u.within("<= 30%") else "row > 120%")
    return floated(account, setting, setting.ladder.move(grade, -1 if u.within("<= 30%") else 1))


FLOOR = ["floor at the class-1 base"]
FROM_60 = five("60%", by_class={1: ["100%", "120%", "150%"]})

METHODS = {
    "990100/three-year": Method(three_year, [
        windowed(("2019-01-01", "2021-12-31"), "2022-07-01", "2023-06-30", "2022-2025", "990100"),
        windowed(("2019-01-01", "2021-12-31"), "2023-07-01", "2024-06-30", "2022-2025", "990100", carries="2022-07-01"),
        windowed(("2019-01-01", "2021-12-31"), "2024-07-01", "2025-06-30", "2022-2025", "990100", carries="2022-07-01"),
        windowed(("2022-01-01", "2024-12-31"), "2025-07-01", "2026-06-30", "2025-2028", "990100")],
                                BASICS + LEAP + KEPT + EIGHT_CLASSES + NO_RATIO + u_bounds("0", "40%", "90%", "150%")
                                + person_bounds("i", "0", "3‰", "10‰", "20‰") + edges("recognition")
                                + edges("arrears found") + edges("false-document found")
                                + listed_edges("safety-certificate")
                                + ["row to " + it for it in ("50%", "80%", "100%", "120%", "150%")]
                                + ["certificate of level 1", "veto: death", "veto: arrears", "forced: false document",
                                   "deaths = 1", "i: no heads", "phased cut", "floor after the cut",
                                   "payment of an article left out", "premium relieved",
                                   "dispatch: class of most heads"]),
    # The same, its first cycle one of transition: compare.py writes that into a copy of the rule set.
    "990100/three-year transition": Method(three_year, [
        windowed(("2019-01-01", "2021-12-31"), "2022-07-01", "2023-06-30", "2022-2025", "990100", not_above="2022-07-01"),
        windowed(("2019-01-01", "2021-12-31"), "2023-07-01", "2024-06-30", "2022-2025", "990100", carries="2022-07-01",
                 not_above="2022-07-01")],
                                           ["transition: held at the last rate", "transition: no last rate"]),
    "990400/foshan-like": Method(foshan_like, [
        Setting("2021-07-01", "2022-06-30", "2021-2024", "990400"),
        Setting("2022-07-01", "2023-06-30", "2021-2024", "990400", carries="2021-07-01"),
        Setting("2023-07-01", "2024-06-30", "2021-2024", "990400", carries="2021-07-01")],
                                 BASICS + LEAP + KEPT + EIGHT_CLASSES + NO_RATIO + u_bounds("0", "60%", "120%")
                                 + person_bounds("deaths", "3") + edges("death") + edges("premium received")
                                 + ["row " + it for it in ("0", "(0, 60%]", "(60%, 120%]", "> 120%")]
                                 + ["deaths add %d" % it for it in range(3)]),
    "990500/guangdong-type": Method(guangdong_type, [
        Setting("2017-07-01", "2018-06-30", "2017-2018", "990500", floor=(1, 9))],
                                    BASICS + LEAP + KEPT + NO_RATIO + FLOOR + u_bounds("10%", "50%", "100%", "120%")
                                    + ["row " + it for it in ("<= 10%", "(10%, 50%]", "(50%, 100%]", "(100%, 120%]",
                                                              "> 120%")]
                                    + ["certificate: points off", "row of class 1, not seen"]),
    "990600/steps-by-class": Method(steps_by_class, [
        of_three("2012-01-01", "2012-12-31", "2012", "990600", ("2011-01-01", "2011-12-31"), HANGZHOU,
                 keep_class=True)],
                                    BASICS + NO_RATIO + EIGHT_CLASSES + u_bounds("0", "50%", "100%", "150%")
                                    + ["row " + it for it in ("0", "(0, 50%]", "(50%, 100%]", "(100%, 150%]", "> 150%")]
                                    + ["steps of class %d" % it for it in (1, 2, 3)] + ["exit: kind of account"]),
    "990700/last-rate-stays": Method(last_rate_stays, [
        windowed(("2016-01-01", "2016-12-31"), "2017-03-01", "2018-02-28", "2017", "990700", ladder=FROM_60),
        windowed(("2015-01-01", "2015-12-31"), "2016-03-01", "2017-02-28", "2016", "990700", ladder=FROM_60)],
                                     ["exit: first insured", "exit: returning keeps the last rate", "row <= 30%",
                                      "row (30%, 120%]", "row > 120%", "from the base for want of a last grade"]
                                     + edges("payment") + KEPT + EIGHT_CLASSES + u_bounds("30%", "120%")
                                     + ["u: no premium", "u: benefits without premium"]),
}
