"""Methods of three classes, one function each; the numbers are those of READINGS.md."""

from fractions import Fraction

from measures import (OLD_SHANGHAI, SHENZHEN, TAKEN_OVER, Value, Window, bounds, conduct, deaths, incidence, listed,
                      pay_ratio, pay_ratio_at_base, premium)
from methods.eight import (BASICS, KEPT, LEAP, NEW, NO_RATIO, Method, base_then, conduct_edges, edges, listed_edges,
                           person_bounds, u_bounds, windowed)
from methods.shared import forced, new, no_ratio, not_below, others, row, unanswered
from rates import OPEN_TO_ALL, THREE, Answer, Ladder, floated, held, last_rate, segments

STEPS = Ladder(["base", "+1", "+2", "+3", "+4", "+5"], points=["0", "0.5", "1.0", "1.5", "2.0", "2.5"], base="base")
HANGZHOU = Ladder(["-0.4pp", "-0.2pp", "-0.1pp", "base", "+0.1pp", "+0.2pp", "+0.4pp"],
                  points=["-0.4", "-0.2", "-0.1", "0", "0.1", "0.2", "0.4"], base="base",
                  by_class={1: ["-0.1pp", "base"], 2: ["-0.2pp", "-0.1pp", "base", "+0.1pp", "+0.2pp"],
                            3: ["-0.4pp", "-0.2pp", "base", "+0.2pp", "+0.4pp"]})
JINING = Ladder(["60%", "100%", "150%"], ["60", "100", "150"], by_class={1: ["100%"]})
CHONGQING = Ladder(["50%", "80%", "100%", "110%", "120%", "130%"], ["50", "80", "100", "110", "120", "130"])


def old_shanghai(account, setting):
    window = setting.window
    out = new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio(account, window, bearers=OLD_SHANGHAI)
    bounds(account, "u", u, ("200%", "400%", "600%", "800%", "1000%"), "fen")
    if not u.exists:
        return no_ratio(account, setting, u)
    label = row(account, u, OLD_SHANGHAI_ROWS)
    last = last_rate(account, setting.first)
    if last is not None and last.grade:
        step = setting.ladder.move(last.grade, -1)
        if setting.ladder.higher(step, label) != label:
            account.hit("coming down one step at a time")
            label = step
    return floated(account, setting, label)


OLD_SHANGHAI_ROWS = (("<= 200%", "base"), ("(200%, 400%]", "+1"), ("(400%, 600%]", "+2"), ("(600%, 800%]", "+3"),
                     ("(800%, 1000%]", "+4"), ("> 1000%", "+5"))


def hangzhou_2012(account, setting):
    out = others(account, setting, kinds=("employer", "dispatch"), classes=(1, 2, 3))
    out = out or new(account, setting, Window("2011-01-01", "2011-12-31"), 12)
    if out:
        return out
    u = pay_ratio(account, Window("2011-01-01", "2011-12-31"))
    if not u.exists:
        return no_ratio(account, setting, u)
    return held(account, setting, "table not seen")


def jining_2012(account, setting):
    window = Window("2010-01-01", "2011-12-31")
    out = others(account, setting, classes=(2, 3)) or new(account, setting, window, 24)
    if out:
        return out
    u = pay_ratio(account, window)
    if not u.exists:
        return no_ratio(account, setting, u)
    return held(account, setting, "table not seen")


def wuyi_2013(account, setting):
    window = Window("2012-01-01", "2012-12-31")
    out = others(account, setting, classes=(2, 3)) or new(account, setting, window, 12)
    if out:
        return out
    u, i = pay_ratio(account, window), incidence(account, window, "year")
    bounds(account, "u", u, ("120%",), "fen")
    bounds(account, "i", i, ("5%",), "person")
    if not (u.exists and i.exists):
        return unanswered(account, setting, u=u, i=i)
    if u.within("<= 120%"):
        return held(account, setting, "row u <= 120%, not seen")
    more = i.within("> 5%")
    account.hit("row u > 120%, i > 5%" if more else "row u > 120%, i <= 5%")
    return floated(account, setting, setting.ladder.move("100%", 2 if more else 1))


def huainan_2012(account, setting):
    window = Window("2011-01-01", "2011-12-31")
    out = others(account, setting, classes=(2, 3)) or new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio_at_base(account, window, base_then(setting))
    bounds(account, "u", u, ("20%", "60%", "80%", "120%"), "fen")
    if not u.exists:
        return no_ratio(account, setting, u)
    return floated(account, setting, row(account, u, HUAINAN_ROWS))


HUAINAN_ROWS = (("< 20%", "50%"), ("[20%, 60%)", "80%"), ("[60%, 80%)", "100%"), ("[80%, 120%)", "120%"),
                (">= 120%", "150%"))


def yantai_2013(account, setting):
    window = Window("2012-01-01", "2012-12-31")
    out = others(account, setting, classes=(2, 3)) or new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio(account, window)
    bounds(account, "u", u, ("0", "10%", "100%", "150%"), "fen")
    dead = deaths(account, window, setting)
    bounds(account, "deaths", dead, ("1",), "person")
    paid = Value(max(premium(account, window), 0), 1)
    bounds(account, "premium", paid, ("500000",), "fen")        # 5,000 yuan
    breaches = [(it, conduct(account, window, it)) for it in ("arrears", "hidden-payroll", "fraud")]

    def adjust(label):
        for name, condition in breaches + [("death", dead.within(">= 1")), ("small premium", paid.within("< 500000"))]:
            label = not_below(account, setting, label, "100%", condition, "veto: " + name)
        return label

    if not u.exists:
        return forced(account, setting, adjust) or no_ratio(account, setting, u)
    return floated(account, setting, adjust(row(account, u, YANTAI_ROWS)))


YANTAI_ROWS = (("0", "50%"), ("(0, 10%]", "80%"), ("(10%, 100%]", "100%"), ("(100%, 150%]", "120%"), ("> 150%", "150%"))


def sanmenxia_2013(account, setting):
    window = Window("2012-01-01", "2012-12-31")
    dispatch = account.kind == "dispatch"
    out = others(account, setting, classes=(1, 2, 3) if dispatch else (2, 3)) or new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio(account, window)
    bounds(account, "u", u, ("50%", "80%", "120%", "150%"), "fen")
    if "listed" in setting.place:
        listed(account, setting.start(account), "disease-firm")
    if not u.exists:
        return no_ratio(account, setting, u)
    answer = floated(account, setting, row(account, u, SANMENXIA_ROWS))
    if answer.cls == 1 and answer.grade:
        account.hit("dispatch company of class 1, " + answer.grade)
    return answer


SANMENXIA_ROWS = (("< 50%", "50%"), ("[50%, 80%)", "80%"), ("[80%, 120%]", "100%"), ("(120%, 150%]", "120%"),
                  ("> 150%", "150%"))


def shenzhen_2012(account, setting):
    window = setting.window
    out = new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio(account, window, by="determined", without=SHENZHEN)
    i = incidence(account, window, "month", count="claims", without=SHENZHEN)
    bounds(account, "u", u, ("10%", "30%", "100%", "150%"), "fen")
    bounds(account, "i", i, ("2‰",), "person")
    if not (u.exists and i.exists):
        return unanswered(account, setting, u=u, i=i)
    often = i.within("> 2‰")
    if u.within("> 150%"):
        return held(account, setting, "row > 150%, not seen")
    if u.within("(100%, 150%]") and often:
        return held(account, setting, "row (100%, 150%] and i > 2‰, not seen")
    if u.within("(100%, 150%]"):
        label = "120%"
    elif u.within("(30%, 100%]"):
        label = "120%" if often else "100%"
    elif u.within("(10%, 30%]"):
        label = "80%"
    else:
        label = "50%"
    account.hit("row to %s, i %s 2‰" % (label, ">" if often else "<="))
    return floated(account, setting, label)


def chongqing_2012(account, setting):
    window = setting.window
    out = others(account, setting, classes=(2, 3)) or new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio(account, window, without=TAKEN_OVER)
    bounds(account, "u", u, ("0", "10%", "110%", "120%", "150%", "200%"), "fen")
    arrears = conduct(account, window, "arrears")

    def adjust(label):
        return not_below(account, setting, label, "100%", arrears, "veto: arrears")

    if not u.exists:
        return no_ratio(account, setting, u, base=())
    if u.within(">= 200%"):
        return held(account, setting, "row >= 200%, not seen")
    label = adjust(row(account, u, CHONGQING_ROWS))
    last, cls = last_rate(account, setting.first), setting.class_on(account, setting.start(account))[0]
    factor = setting.ladder.factors[setting.ladder.labels.index(label)]
    account.say("%s of the last rate %s" % (label, last.before))
    result = segments(setting, account, lambda day, base, its, class_1: last.before * factor, lambda its: label, "floated")
    return Answer(label, "floated", cls, result)


CHONGQING_ROWS = (("0", "50%"), ("(0, 10%]", "80%"), ("(10%, 110%)", "100%"), ("[110%, 120%)", "110%"),
                  ("[120%, 150%)", "120%"), ("[150%, 200%)", "130%"))


def of_three(first, last, cycle, place, window, ladder=THREE, **more):
    return windowed(window, first, last, cycle, place, ladder=ladder, floor=None, most_heads=False, **more)


YEAR_2011, YEAR_2012, YEAR_2013 = [("%d-01-01" % it, "%d-12-31" % it) for it in (2011, 2012, 2013)]
CLASS_1 = ["exit: class does not float"]
LOWEST = {2: Fraction("0.6"), 3: Fraction("2.0")}


def rows_of(table):
    return ["row " + it[0] for it in table]


METHODS = {
    "310000/before-2015": Method(old_shanghai, [
        of_three("2013-04-01", "2014-03-31", "2013", "310000", YEAR_2012, STEPS, cap=Fraction(3)),
        of_three("2014-04-01", "2015-03-31", "2014", "310000", YEAR_2013, STEPS, cap=Fraction(3))],
                                 BASICS + LEAP + NO_RATIO + rows_of(OLD_SHANGHAI_ROWS)
                                 + u_bounds("200%", "400%", "600%", "800%", "1000%")
                                 + ["coming down one step at a time"]
                                 + ["bears: " + it for it in OLD_SHANGHAI]
                                 + ["does not bear: " + it for it in OLD_SHANGHAI]),
    "330100/2012": Method(hangzhou_2012, [
        of_three("2012-01-01", "2012-12-31", "2012", "330100", YEAR_2011, HANGZHOU, keep_class=True)],
                          NEW + ["exit: kind of account", "table not seen", "held without a last rate"] + NO_RATIO),
    "330723/2013": Method(wuyi_2013, [of_three("2013-01-01", "2013-12-31", "2013", "none", YEAR_2012)],
                          BASICS + LEAP + NO_RATIO + CLASS_1 + u_bounds("120%") + person_bounds("i", "5%")
                          + ["row u <= 120%, not seen", "row u > 120%, i > 5%", "row u > 120%, i <= 5%", "i: no heads"]),
    "340400/2012": Method(huainan_2012, [of_three("2012-01-01", "2012-12-31", "2012", "990340", YEAR_2011)],
                          NEW + edges("payment") + NO_RATIO + CLASS_1 + rows_of(HUAINAN_ROWS)
                          + u_bounds("20%", "60%", "80%", "120%")),
    "370600/2013": Method(yantai_2013, [of_three("2013-01-01", "2013-12-31", "2013", "none", YEAR_2012)],
                          BASICS + LEAP + NO_RATIO + CLASS_1 + rows_of(YANTAI_ROWS)
                          + u_bounds("0", "10%", "100%", "150%") + conduct_edges("arrears", "hidden-payroll", "fraud")
                          + ["veto: death", "veto: small premium", "premium = 500000",
                             "premium one fen below 500000", "premium one fen above 500000"]),
    "370800/2012": Method(jining_2012, [
        of_three("2012-01-01", "2013-12-31", "2012-2013", "none", ("2010-01-01", "2011-12-31"), JINING)],
                          NEW + NO_RATIO + CLASS_1 + ["table not seen"]),
    "411200/2013": Method(sanmenxia_2013, [of_three("2013-01-01", "2013-12-31", "2013", "none", YEAR_2012, OPEN_TO_ALL)],
                          BASICS + LEAP + NO_RATIO + CLASS_1 + rows_of(SANMENXIA_ROWS)
                          + u_bounds("50%", "80%", "120%", "150%")
                          + ["dispatch company of class 1, " + it for it in OPEN_TO_ALL.labels]),
    "411200/2013 in 330282": Method(sanmenxia_2013, [of_three("2013-01-01", "2013-12-31", "2013", "330282", YEAR_2012,
                                                              OPEN_TO_ALL)],
                                    rows_of(SANMENXIA_ROWS) + KEPT + listed_edges("disease-firm")
                                    + ["base rate of those listed", "listed, or no longer, inside the setting"]),
    "440300/2012": Method(shenzhen_2012, [
        of_three("2013-02-01", "2014-01-31", "2013", "440300/three", YEAR_2012, OPEN_TO_ALL),
        of_three("2014-02-01", "2015-01-31", "2014", "440300/three", YEAR_2013, OPEN_TO_ALL)],
                          BASICS + LEAP + KEPT + NO_RATIO + u_bounds("10%", "30%", "100%", "150%")
                          + person_bounds("i", "2‰") + edges("recognition")
                          + ["row to %s, i %s 2‰" % (grade, sign)
                             for grade in ("50%", "80%", "120%") for sign in ("<=", ">")]
                          + ["row to 100%, i <= 2‰", "row > 150%, not seen", "row (100%, 150%] and i > 2‰, not seen",
                             "i: no heads", "payment of an article left out"]),
    "500000/2012": Method(chongqing_2012, [
        of_three("2014-01-01", "2014-12-31", "2014", "none", YEAR_2013, CHONGQING, cap=Fraction(7), least=LOWEST,
                 digits=4),
        of_three("2015-01-01", "2015-09-30", "2015", "none", ("2014-01-01", "2014-12-31"), CHONGQING,
                 cap=Fraction("6.6"), least=LOWEST, digits=4)],
                          BASICS + NO_RATIO + CLASS_1 + rows_of(CHONGQING_ROWS)
                          + u_bounds("0", "10%", "110%", "120%", "150%", "200%") + conduct_edges("arrears")
                          + ["row >= 200%, not seen", "held by the cap", "held by the lowest rate of the class",
                             "rounded", "payment of an article left out"]),
}
