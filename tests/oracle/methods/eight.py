"""Methods of eight classes, one function each; the numbers are those of READINGS.md."""

from measures import (SHENZHEN, TAKEN_OVER, Value, Window, beside, bounds, conduct, deaths, edges, found, hurt,
                      incidence, listed, pay_ratio, pay_ratio_at_base, used_before, within_years)
from methods.shared import Method, forced, new, no_ratio, not_below, row, unanswered
from rates import Ladder, Setting, class_order, floated, held, vector_on

DONGYANG = Ladder(["80%", "100%", "120%"], ["80", "100", "120"], by_class={1: ["100%", "120%"]})
HAINAN = Ladder(["5", "4", "3", "2", "1"], ["50", "80", "100", "120", "150"], base="3", by_class={1: ["3", "2", "1"]})


def jiangsu_2023(account, setting):
    window = setting.window
    out = new(account, setting, window, 24, to_end=True)
    if out:
        return out
    u, i = pay_ratio(account, window), incidence(account, window, "window")
    bounds(account, "u", u, ("0", "50%", "100%"), "fen")
    bounds(account, "i", i, ("0", "1%", "3%"), "person")
    if u.cause == "no premium" or u.cause == "benefits without premium":
        return no_ratio(account, setting, u)
    for name, value in (("u", u), ("i", i)):
        if not value.exists:
            account.hit("%s: %s" % (name, value.cause))
    both_zero = u.within("0") and i.within("0")
    earlier = Value(cause="no such window"), Value(cause="no such window")
    for before in setting.windows[1:]:
        earlier = pay_ratio(account, before), incidence(account, before, "window")
    if u.exists and i.exists and not earlier[0].exists:
        account.hit("no value in the window before")
    if u.within("> 100%") or i.within("> 3%"):
        label = "150%"
    elif u.within("(50%, 100%]") or i.within("(1%, 3%]"):
        label = "120%"
    elif u.within("(0, 50%]") and i.within("<= 1%"):
        label = "100%"
    elif both_zero and earlier[0].within("0") and earlier[1].within("0"):
        label = "50%"
    elif both_zero:
        label = "80%"
    else:
        account.hit("in no row")
        return floated(account, setting, "100%", by="row: none, 100%")
    return floated(account, setting, label, by="row to " + label)


def zhejiang_2023(account, setting):
    window = Window("2024-01-01", "2024-12-31")
    out = new(account, setting, window, 12)
    if out:
        return out
    u, i = pay_ratio(account, window), incidence(account, window, "year")
    average = average_of(account, setting, 2024)
    if i.exists and average is None:
        i = Value(cause="no average")
    elif i.exists:
        i = Value(i.above, i.below * average)
    bounds(account, "u", u, ("0", "50%", "100%", "150%"), "fen")
    bounds(account, "i", i, ("100%", "150%"), "person")
    dead = deaths(account, window, setting)
    bounds(account, "deaths", dead, ("1",), "person")
    false, fraud = found(account, window, "false-document"), found(account, window, "fraud")

    def adjust(label):
        label = not_below(account, setting, label, "100%", dead.within(">= 1"), "veto: death")
        label = not_below(account, setting, label, "120%", false, "forced: false document")
        return not_below(account, setting, label, "150%", fraud, "forced: fraud")

    if not (u.exists and i.exists):
        return forced(account, setting, adjust) or unanswered(account, setting, u=u, i=i)
    if u.within("> 150%") or i.within(">= 150%"):
        label = "150%"
    elif u.within("(100%, 150%]") or i.within("(100%, 150%]"):
        label = "120%"
    elif u.within("(50%, 100%]"):
        label = "100%"
    elif u.within("(0, 50%]"):
        label = "80%"
    else:
        label = "50%"
    if u.within("0") and label != "50%":
        account.hit("u = 0, raised by i")
    account.hit("row to " + label)
    return floated(account, setting, adjust(label))


def average_of(account, setting, year):
    """Of the last year published not after this one: the longest digits of the industry on the first day of the rate."""
    industry = account.class_row(setting.start(account))[3]
    last = max(it[0] for it in setting.averages if it[0] <= year)
    for digits in range(len(industry), 1, -1):
        if (last, industry[:digits]) in setting.averages:
            account.hit("average of %d digits" % digits)
            return setting.averages[last, industry[:digits]]
    if any(it[1] == industry for it in setting.averages):
        account.hit("average of another year only")
    return None


def base_then(setting):
    """The base rate of a month that is measured: of the class ordered or in force on its first day."""
    def base_of(account, number):
        day = "%04d-%02d-01" % (number // 12, number % 12 + 1)
        cls = class_order(account, day)[0] or setting.class_on(account, day)[0]
        return vector_on(setting.place, account, day)[0][cls - 1]
    return base_of


def shanghai_2016(account, setting):
    years = [Window("%d-01-01" % year, "%d-12-31" % year) for year in (2015, 2014, 2013, 2012, 2011)]
    out = new(account, setting, years[0], 12)
    if out:
        return out

    base_of = base_then(setting)
    u = pay_ratio_at_base(account, years[0], base_of)
    bounds(account, "u", u, ("0", "200%"), "fen")
    breach = [it for it in ("arrears", "fraud", "hidden-payroll") if conduct(account, years[0], it)]

    def adjust(label):
        for it in ("arrears", "fraud", "hidden-payroll"):
            label = not_below(account, setting, label, "80%", it in breach, "veto: " + it)
        return label

    if not u.exists:
        return forced(account, setting, adjust) or no_ratio(account, setting, u)
    award = within_years(account, years[0], "award", 3)
    spent = used_before(account, "award", setting.first)
    account.ask("award", "award: the first ratio above 200%", "award: not the first")
    if award and u.within("> 200%"):
        account.hit("award: not the first" if spent else "award: the first ratio above 200%")
        if not spent:
            return floated(account, setting, "80%")
    if u.within(">= 200%"):
        return forced(account, setting, adjust) or held(account, setting, "row from 200%, not seen")
    zero = [pay_ratio_at_base(account, it, base_of) for it in years[1:]]
    if u.within("0") and all(it.within("0") for it in zero):
        account.hit("row five zero years")
        return floated(account, setting, adjust("50%"))
    if u.within("0"):
        account.hit("zero this year, not in all five" if all(it.exists for it in zero) else "a year without a value")
    account.hit("row below 200%")
    return floated(account, setting, adjust("80%"))


def shenzhen_2018(account, setting):
    window = setting.window
    out = new(account, setting, window, 24)
    if out:
        return out
    u = pay_ratio(account, window, without=SHENZHEN)
    bounds(account, "u", u, ("0", "50%", "100%", "150%"), "fen")
    start = setting.start(account)
    level_1 = listed(account, start, "safety-certificate", (1,))
    level_2_3 = listed(account, start, "safety-certificate", (2, 3))
    spent = used_before(account, "certificate-level-2-3", setting.first)
    account.ask("spent", "certificate of level 2 or 3, used before")
    if level_2_3 and spent:
        account.hit("certificate of level 2 or 3, used before")
        level_2_3 = False
    punished = listed(account, start, "joint-punishment")

    def adjust(label):
        for condition, steps, name in ((level_1, -2, "certificate of level 1"),
                                       (level_2_3, -1, "certificate of level 2 or 3"),
                                       (punished, 2, "on the list of joint punishment")):
            if condition:
                account.hit(name)
                label = setting.ladder.move(label, steps)
        return label

    if not u.exists:
        return forced(account, setting, adjust) or no_ratio(account, setting, u)
    return floated(account, setting, adjust(row(account, u, FIVE_ROWS)))


FIVE_ROWS = (("0", "50%"), ("(0, 50%]", "80%"), ("(50%, 100%]", "100%"), ("(100%, 150%]", "120%"), ("> 150%", "150%"))


def shenyang(account, setting):
    window = Window("2016-01-01", "2017-12-31")
    out = new(account, setting, window, 24)
    if out:
        return out
    u = pay_ratio(account, window)
    bounds(account, "u", u, ("0", "50%", "130%", "150%"), "fen")
    breaches = [(it, conduct(account, window, it)) for it in ("arrears", "hidden-payroll", "fraud")]

    def adjust(label):
        for name, condition in breaches:
            label = not_below(account, setting, label, "100%", condition, "veto: " + name)
        return label

    if not u.exists:
        return forced(account, setting, adjust) or no_ratio(account, setting, u)
    return floated(account, setting, adjust(row(account, u, SHENYANG_ROWS)))


SHENYANG_ROWS = (("0", "50%"), ("(0, 50%]", "80%"), ("(50%, 130%]", "100%"), ("(130%, 150%]", "120%"),
                 ("> 150%", "150%"))


def hangzhou_2013(account, setting):
    window = setting.window
    out = new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio(account, window, without=TAKEN_OVER)
    bounds(account, "u", u, ("0", "50%", "100%", "150%"), "fen")
    if not u.exists:
        return no_ratio(account, setting, u)
    return floated(account, setting, row(account, u, FIVE_ROWS))


def dongyang_2021(account, setting):
    window = Window("2019-12-01", "2020-11-30")
    out = new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio(account, window)
    bounds(account, "u", u, ("80%", "120%"), "fen")
    if not u.exists:
        return no_ratio(account, setting, u)
    return floated(account, setting, row(account, u, (("< 80%", "80%"), ("[80%, 120%]", "100%"), ("> 120%", "120%"))))


def shaodong_2017(account, setting):
    window = Window("2016-01-01", "2016-12-31")
    out = new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio(account, window)
    bounds(account, "u", u, ("30%", "50%", "100%"), "fen")
    if not u.exists:
        return no_ratio(account, setting, u)
    return floated(account, setting, row(account, u, SHAODONG_ROWS))


SHAODONG_ROWS = (("< 30%", "80%"), ("[30%, 50%]", "100%"), ("(50%, 100%]", "120%"), ("> 100%", "150%"))


def hainan_2016(account, setting):
    window = Window("2016-01-01", "2016-12-31")
    out = new(account, setting, window, 12)
    if out:
        return out
    u = pay_ratio_at_base(account, window, base_then(setting))
    bounds(account, "u", u, ("400%",), "fen")
    dead = deaths(account, window, setting, day_of="death")
    ill = Value(hurt(account, window, count="claims", what="disease"), 1)
    bounds(account, "deaths", dead, ("3",), "person")
    bounds(account, "diseases", ill, ("3",), "person")
    cases = [("deaths", dead.within(">= 3")), ("diseases", ill.within(">= 3")),
             ("safety list", conduct(account, window, "joint-punishment"))]
    met = [name for name, condition in cases if condition]
    for name in met:
        account.hit("grade 1: " + name)
        if not u.exists:
            account.hit("grade 1 without a ratio: " + name)
    if met:
        return floated(account, setting, "1")
    if not u.exists:
        return no_ratio(account, setting, u)
    if u.within("> 400%"):
        account.hit("row > 400%")
        return floated(account, setting, "2")
    if setting.class_on(account, setting.start(account))[0] == 1:
        account.hit("row class 1")
        return floated(account, setting, "3")
    return held(account, setting, "row <= 400%, not seen")


def windowed(windows, *arguments, **more):
    """A setting with its window, and the ones before it where rows ask about them."""
    windows = [windows] if isinstance(windows[0], str) else windows
    return Setting(*arguments, windows=[Window(*it) for it in windows], **more)


def u_bounds(*listed_bounds):
    return [name for it in listed_bounds for name in beside("u", it, "fen")]


def person_bounds(name, *listed_bounds):
    return [it for bound in listed_bounds for it in beside(name, bound, "person")]


LEAP = ["payment on 29 February"]
NEW = ["exit: first insured", "exit: first insured, one month short", "first insured, exactly the months", "returning"]
NO_RATIO = ["u: not insured", "u: no premium", "u: benefits without premium", "recoveries above benefits"]
BASICS = (NEW + edges("payment") + ["recovery", "payment on a revoked claim", "premium of kind arrears",
                                    "premium of kind refund", "premium of kind settlement"])
KEPT = ["class change inside the setting"]
EIGHT_CLASSES = ["held by the grades of the class"]


def conduct_edges(*kinds):
    names = []
    for kind in kinds:
        names += ["veto: " + kind, kind + " ends on the first day", kind + " ends a day before",
                  kind + " begins on the last day", kind + " begins a day after"]
    return names


def listed_edges(kind):
    return [kind + it for it in (" begins that day", " begins the day after", " ends that day", " ended the day before")]


FIVE = ["row " + it[0] for it in FIVE_ROWS]

METHODS = {
    "320000/2023": Method(jiangsu_2023, [
        windowed([("2022-10-01", "2024-09-30"), ("2021-01-01", "2022-09-30")], "2025-01-01", "2026-12-31", "2025-2026",
                 "320000"),
        windowed(("2021-01-01", "2022-09-30"), "2023-01-01", "2024-12-31", "2023-2024", "320000", on="2024-01-01")],
                          BASICS + LEAP + KEPT + EIGHT_CLASSES + u_bounds("0", "50%", "100%")
                          + person_bounds("i", "0", "1%", "3%") + edges("recognition")
                          + ["row to " + it for it in ("50%", "80%", "100%", "120%", "150%")]
                          + ["row: none, 100%", "u: not insured", "u: no premium", "u: benefits without premium",
                             "i: no heads", "no value in the window before", "recoveries above benefits",
                             "a revoked claim", "a claim in litigation", "dispatch: class of most heads",
                             "dispatch: a tie", "one person hurt twice"]),
    "330000/2023": Method(zhejiang_2023, [Setting("2025-03-01", "2026-02-28", "2025", "330000")],
                          BASICS + LEAP + KEPT + EIGHT_CLASSES + NO_RATIO + u_bounds("0", "50%", "100%", "150%")
                          + person_bounds("i", "100%", "150%") + edges("recognition") + edges("fraud found")
                          + edges("false-document found") + edges("death")
                          + ["row to " + it for it in ("50%", "80%", "100%", "120%", "150%")]
                          + ["u = 0, raised by i", "veto: death", "forced: false document", "forced: fraud",
                             "special case where no table answers", "i: no heads", "i: no average",
                             "average of 2 digits", "average of 3 digits", "deaths = 1", "died after the window"]),
    "310000/2016": Method(shanghai_2016, [Setting("2016-04-01", "2017-03-31", "2016", "310000", dispatch_class=2)],
                          NEW + edges("payment") + KEPT + EIGHT_CLASSES + NO_RATIO + u_bounds("0", "200%")
                          + conduct_edges("arrears", "fraud", "hidden-payroll")
                          + ["row five zero years", "row below 200%", "row from 200%, not seen",
                             "zero this year, not in all five", "a year without a value"]),
    "440300/2018": Method(shenzhen_2018, [
        windowed(("2016-01-01", "2017-12-31"), "2018-03-01", "2020-02-29", "2018-2020", "440300"),
        windowed(("2018-01-01", "2019-12-31"), "2020-03-01", "2022-02-28", "2020-2022", "440300"),
        windowed(("2020-01-01", "2021-12-31"), "2022-03-01", "2024-02-29", "2022-2024", "440300")],
                          BASICS + LEAP + KEPT + EIGHT_CLASSES + NO_RATIO + FIVE + u_bounds("0", "50%", "100%", "150%")
                          + listed_edges("safety-certificate") + listed_edges("joint-punishment")
                          + ["certificate of level 1", "certificate of level 2 or 3", "on the list of joint punishment",
                             "payment of an article left out"]),
    "210100/undated": Method(shenyang, [Setting("2018-01-01", "2019-12-31", "2018-2019", "none", most_heads=False)],
                             BASICS + LEAP + EIGHT_CLASSES + NO_RATIO + ["row " + it[0] for it in SHENYANG_ROWS]
                             + u_bounds("0", "50%", "130%", "150%")
                             + conduct_edges("arrears", "fraud", "hidden-payroll")),
    "330100/2013": Method(hangzhou_2013, [
        windowed(("2021-01-01", "2021-12-31"), "2022-01-01", "2022-12-31", "2022", "none"),
        windowed(("2022-01-01", "2022-12-31"), "2023-01-01", "2023-12-31", "2023", "none")],
                          BASICS + EIGHT_CLASSES + NO_RATIO + FIVE + u_bounds("0", "50%", "100%", "150%")
                          + ["payment of an article left out"]),
    "330783/2021": Method(dongyang_2021, [Setting("2021-01-01", "2021-12-31", "2021", "none", ladder=DONGYANG)],
                          BASICS + LEAP + EIGHT_CLASSES + NO_RATIO + ["row < 80%", "row [80%, 120%]", "row > 120%"]
                          + u_bounds("80%", "120%")),
    "430521/2017": Method(shaodong_2017, [Setting("2017-01-01", "2017-12-31", "2017", "none")],
                          BASICS + LEAP + EIGHT_CLASSES + NO_RATIO + ["row " + it[0] for it in SHAODONG_ROWS]
                          + u_bounds("30%", "50%", "100%")),
    "460000/2016": Method(hainan_2016, [Setting("2017-01-01", "2017-12-31", "2017", "460000", ladder=HAINAN)],
                          NEW + LEAP + KEPT + NO_RATIO + edges("payment") + edges("death") + edges("recognition")
                          + u_bounds("400%") + person_bounds("deaths", "3") + person_bounds("diseases", "3")
                          + ["row > 400%", "row class 1", "row <= 400%, not seen"]
                          + ["grade 1%s: %s" % (where, it) for where in ("", " without a ratio")
                             for it in ("deaths", "diseases", "safety list")]),
}
