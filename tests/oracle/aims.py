"""What the book of each method aims at. `u` and `i` list the bounds; `demands` are accounts each made about 105 times
of 2,000; everything else is drawn."""

FIVE = {"50%": "0.5", "80%": "0.8", "100%": "1", "120%": "1.2", "150%": "1.5"}
EIGHT, THREE = tuple(range(1, 9)), (1, 2, 3)
BREACH = ("ends first", "ends before", "begins last", "begins after")
FOUND = ("found first", "found last", "found before", "found after", "found leap")
AWARDED = ("years", "years and a day", "found last", "found after")
FILED = ("filed before", "filed first", "filed month end", "filed month begin", "filed and ends", "filed at the end",
         "filed early")
LISTED = ("begins that", "begins next", "ends that", "ended before")
SHENZHEN = ("A14-5", "A14-6", "A15-1", "A15-2", "A15-3")
OLD = ("A15-2", "A15-3")
EPIDEMIC, TAKEN_OVER = ("epidemic-posting",) * 3, ("old-injury",) * 2
PLAIN = ("A14-1", "A14-2", "A14-3")


def year(number):
    return ("%d-01-01" % number, "%d-12-31" % number)


def one(first, last, *windows, cycle=None):
    """A setting; with a cycle, it is a later one of it, and most accounts bring the grade fixed in it."""
    return {"first": first, "last": last, "windows": windows, "cycle": cycle}


NOTHING = dict(no_heads=True, no_premium=True, u=("0", 0), calm=True, weight=.3)


def common(low="0", **more):
    """Newcomers, returners, and each way to have no ratio."""
    return [dict(who="short", **more), dict(who="newer", weight=.3, **more), dict(who="exact", **more),
            dict(who="returning", **more), dict(who="gap_in_first", weight=.5, **more),
            dict(who="absent", calm=True, **more),
            dict(no_premium=True, u=("0", 0), calm=True, **more), dict(no_premium=True, u=("50%", 0), calm=True, **more),
            dict(who="below_zero", **more), dict(who="gone", weight=.2), dict(NOTHING)]


HELD_IN_CLASS_1 = dict(u=("0", 0), i=("0", 0), cls=1, calm=True)


def spec(area, settings, place=None, system=8, way="paid", asked=12, u=(), **more):
    found = dict(area=area, settings=settings, place=place or area, system=system, way=way, asked=asked, u=u,
                 classes=EIGHT if system == 8 else THREE, grades=FIVE, demands=common())
    found.update(more)
    if system == 8:
        # 310000/2016 and 210100 rule the class of dispatch companies themselves.
        found["most_heads"] = area not in ("310000", "210100")
        found["demands"] = found["demands"] + [HELD_IN_CLASS_1]
    if found["place"] == "none":
        found.update(must_have_rate=True, changes=False)
    return found


def with_more(demands, *more):
    return demands + list(more)


ZERO = ("0", 0)
CLASS_1 = dict(who="class_1", calm=True)
NO_HEADS = dict(no_heads=True, calm=True)

SPECS = {
    "320000/2023": spec(
        "320000", [one("2025-01-01", "2026-12-31", ("2022-10-01", "2024-09-30"), ("2021-01-01", "2022-09-30")),
                   one("2023-01-01", "2024-12-31", ("2021-01-01", "2022-09-30"))],
        asked=24, scale=1.45, u=("0", "50%", "100%"), i={"per": "window", "bounds": ("0", "1%", "3%")},
        kinds=("employer",) * 4 + ("institution", "individual-business", "dispatch", "dispatch"),
        demands=with_more(common(), dict(u=ZERO, i=ZERO, zero_before=True), dict(u=ZERO, i=ZERO),
                          dict(u=ZERO, i=("1%", -1)), NO_HEADS)),
    "330000/2023": spec(
        "330000", [one("2025-03-01", "2026-02-28", year(2024))], u=("0", "50%", "100%", "150%"),
        i={"per": "year", "bounds": ("100%", "150%")}, deaths=(None, None, None, 1, 2), deaths_by="recognised",
        industries=("33", "33", "13", "131", "139"),
        average_of={"33": "0.01", "13": "0.02", "131": "0.04", "139": "0.02"},
        averages=(("industry-incidence", 2024, "gbt4754-2017", "33", "10", "per-mille", "made up"),
                  ("industry-incidence", 2023, "gbt4754-2017", "33", "99", "per-mille", "made up"),
                  ("industry-incidence", 2025, "gbt4754-2017", "33", "1", "per-mille", "made up"),
                  ("industry-incidence", 2024, "gbt4754-2017", "13", "2", "percent", "made up"),
                  ("industry-incidence", 2023, "gbt4754-2017", "64", "5", "per-mille", "made up"),
                  ("industry-incidence", 2024, "gbt4754-2017", "131", "40", "per-mille", "made up")),
        events=(("false-document", FOUND), ("fraud", FOUND)),
        demands=with_more(common(), dict(u=ZERO, i=ZERO), dict(industry="64", calm=True), NO_HEADS,
                          dict(no_premium=True, u=("0", 0), event=("fraud", "found last")),
                          dict(u=("50%", -1), deaths=1), dict(u=("50%", 0), event=("false-document", "found last"))),
        scale=1.8),
    "310000/2016": spec(
        "310000", [one("2016-04-01", "2017-03-31", *[year(it) for it in (2015, 2014, 2013, 2012, 2011)])],
        scale=3.3, change=.3, way="base", u=("0", "200%"), between=(0, 20, 150, 250), dispatch_class=2,
        kinds=("employer",) * 5 + ("institution", "individual-business", "dispatch"),
        events=tuple((it, BREACH) for it in ("arrears", "fraud", "hidden-payroll")) + (("award", AWARDED),),
        limited="award",
        demands=with_more(common(), *[dict(u=("200%", 1), event=("award", it), weight=1.5)
                                      for it in ("years", "found last")],
                          dict(u=("200%", 1), event=("award", "years and a day"), weight=.5),
                          dict(u=ZERO, zero_before=True, calm=True, weight=1.2), dict(u=ZERO, earlier="paid"),
                          dict(u=ZERO, who="two_years"),
                          *[dict(u=ZERO, zero_before=True, calm=True, event=(it, edge), weight=.6)
                            for it in ("arrears", "fraud", "hidden-payroll") for edge in ("ends first", "begins last")])),
    "440300/2018": spec(
        "440300", [one("2018-03-01", "2020-02-29", ("2016-01-01", "2017-12-31")),
                   one("2020-03-01", "2022-02-28", ("2018-01-01", "2019-12-31")),
                   one("2022-03-01", "2024-02-29", ("2020-01-01", "2021-12-31"))],
        asked=24, u=("0", "50%", "100%", "150%"), left_out=SHENZHEN, tags=EPIDEMIC, articles=PLAIN,
        levels=(0, 1, 1, 2, 2, 3, 4), limited="certificate-level-2-3",
        events=(("safety-certificate", LISTED), ("joint-punishment", LISTED)), scale=1.85),
    "210100/undated": spec(
        "210100", [one("2018-01-01", "2019-12-31", ("2016-01-01", "2017-12-31"))], place="none", asked=24,
        u=("0", "50%", "130%", "150%"),
        events=tuple((it, BREACH) for it in ("arrears", "fraud", "hidden-payroll")),
        demands=with_more(common(), *[dict(u=ZERO, event=(it, "inside"), weight=.4)
                                      for it in ("arrears", "fraud", "hidden-payroll")])),
    "330100/2013": spec("330100", [one("2022-01-01", "2022-12-31", year(2021)), one("2023-01-01", "2023-12-31", year(2022))], place="none",
                        u=("0", "50%", "100%", "150%"), left_out=OLD, tags=TAKEN_OVER, articles=PLAIN),
    "330783/2021": spec("330783", [one("2021-01-01", "2021-12-31", ("2019-12-01", "2020-11-30"))], place="none",
                        u=("80%", "120%"), grades={"80%": "0.8", "100%": "1", "120%": "1.2"}),
    "430521/2017": spec("430521", [one("2017-01-01", "2017-12-31", year(2016))], place="none",
                        u=("30%", "50%", "100%")),
    "460000/2016": spec(
        "460000", [one("2017-01-01", "2017-12-31", year(2016))], way="base", u=("400%",), between=(0, 100, 399, 500),
        grades={"5": "0.5", "4": "0.8", "3": "1", "2": "1.2", "1": "1.5"}, deaths=(0, 0, 0, 2, 3, 4),
        deaths_by="death", diseases=(2, 3, 4),
        events=(("joint-punishment", BREACH),),
        demands=with_more(common(), dict(u=("400%", 0), cls=1, calm=True),
                          dict(u=("400%", 0), cls=4, calm=True), dict(deaths=2), dict(deaths=3), dict(deaths=4),
                          dict(diseases=2), dict(diseases=3), dict(diseases=4),
                          dict(u=("400%", 1), calm=True, weight=1.5),
                          dict(no_premium=True, u=("0", 0), deaths=3, calm=True, weight=1.2),
                          dict(no_premium=True, u=("50%", 0), diseases=3, calm=True, weight=1.2),
                          dict(no_premium=True, u=("0", 0), event=("joint-punishment", "inside"))), scale=1.7),
    "310000/before-2015": spec(
        "310000", [one("2013-04-01", "2014-03-31", year(2012)), one("2014-04-01", "2015-03-31", year(2013))], system=3,
        u=("200%", "400%", "600%", "800%", "1000%"), between=(0, 100, 300, 500, 1500), points=True, arrangements=.5,
        grades={"base": "0", "+1": "0.5", "+2": "1", "+3": "1.5", "+4": "2", "+5": "2.5"},
        scale=1.2, bearers={"dispatch": "using", "secondment": "labour", "several-jobs": "using",
                 "disease-after-leaving": "responsible"}),
    "330100/2012": spec(
        "330100", [one("2012-01-01", "2012-12-31", year(2011))], system=3, points=True,
        scale=1.5,
        kinds=("employer",) * 9 + ("dispatch", "institution", "individual-business"),
        sub_areas=("", "330102", "330122", "330185"), grades={"base": "0", "-0.1pp": "-0.1"}),
    "330723/2013": spec(
        "330723", [one("2013-01-01", "2013-12-31", year(2012))], place="none", system=3, u=("120%",),
        between=(0, 100, 130, 250), i={"per": "year", "bounds": ("5%",)},
        demands=with_more(common(), CLASS_1, NO_HEADS), scale=1.4, classes=(2, 3)),
    "340400/2012": spec(
        "990340", [one("2012-01-01", "2012-12-31", year(2011))], system=3, way="base", scale=1.35,
        u=("20%", "60%", "80%", "120%"), classes=(2, 3),
        demands=with_more(common(), CLASS_1)),
    "370600/2013": spec(
        "370600", [one("2013-01-01", "2013-12-31", year(2012))], place="none", system=3,
        u=("0", "10%", "100%", "150%"), deaths=(None, None, 1, 2), deaths_by="recognised", classes=(2, 3),
        scale=1.95,
        events=tuple((it, BREACH) for it in ("arrears", "fraud", "hidden-payroll")),
        demands=with_more(common(), CLASS_1, dict(u=ZERO, total=499999, calm=True), dict(u=ZERO, total=500000, calm=True),
                          dict(u=ZERO, total=500001, calm=True), dict(u=ZERO, deaths=1, weight=.4),
                          *[dict(u=ZERO, event=(it, "inside"), weight=.5)
                            for it in ("arrears", "fraud", "hidden-payroll")])),
    "370800/2012": spec(
        "370800", [one("2012-01-01", "2013-12-31", ("2010-01-01", "2011-12-31"))], place="none", system=3, asked=24,
        grades={"60%": "0.6", "100%": "1", "150%": "1.5"}, classes=(2, 3), demands=with_more(common(), CLASS_1)),
    "411200/2013": spec(
        "411200", [one("2013-01-01", "2013-12-31", year(2012))], place="none", system=3,
        u=("50%", "80%", "120%", "150%"), classes=(2, 3),
        scale=1.85,
        demands=with_more(common(), CLASS_1, *[dict(kind="dispatch", cls=1, u=it, weight=.7)
                                               for it in (("50%", -1), ("50%", 0), ("120%", 0), ("120%", 1), ("150%", 1))])),
    "411200/2013 in 330282": spec(
        "330282", [one("2013-01-01", "2013-12-31", year(2012))], system=3, u=("50%", "80%", "120%", "150%"), scale=1.7,
        classes=(2, 2, 3, 3, 1), events=(("disease-firm", LISTED + ("filed early", "filed and ends")),)),
    "440300/2012": spec(
        "440300", [one("2013-02-01", "2014-01-31", year(2012)), one("2014-02-01", "2015-01-31", year(2013))], place="440300/three", system=3, way="determined",
        u=("10%", "30%", "100%", "150%"), i={"per": "month", "bounds": ("2‰",)}, count="claims", left_out=SHENZHEN, tags=EPIDEMIC,
        articles=PLAIN, scale=1.4,
        demands=with_more(common(), NO_HEADS, *[dict(u=(it, 0), i=("2‰", 1), weight=.6)
                                                for it in ("10%", "30%", "100%", "150%")])),
    "500000/2012": spec(
        "500000", [one("2014-01-01", "2014-12-31", year(2013)), one("2015-01-01", "2015-09-30", year(2014))],
        place="none", system=3, u=("0", "10%", "110%", "120%", "150%", "200%"), left_out=OLD, tags=TAKEN_OVER, articles=PLAIN,
        scale=1.45, classes=(2, 3), grades={"100%": "1", "130%": "1.3"},
        last_rates=("0.6", "0.7", "1.2345", "2", "2.0001", "2.3333", "3.7777", "5.9", "6.8", "7"),
        events=(("arrears", BREACH),),
        demands=with_more(common(), CLASS_1, dict(u=ZERO, event=("arrears", "inside")))),
    "990100/three-year": spec(
        "990100", [one("2022-07-01", "2023-06-30", ("2019-01-01", "2021-12-31")),
                   one("2023-07-01", "2024-06-30", ("2019-01-01", "2021-12-31"), cycle="2022-2025"),
                   one("2024-07-01", "2025-06-30", ("2019-01-01", "2021-12-31"), cycle="2022-2025"),
                   one("2025-07-01", "2026-06-30", ("2022-01-01", "2024-12-31"))], way="restored", asked=36,
        u=("0", "40%", "90%", "150%"), i={"per": "year", "bounds": ("0", "3‰", "10‰", "20‰")},
        sub_areas=("990101", "990102", ""), deaths=(None, None, None, 1, 2), deaths_by="recognised", left_out=OLD,
        articles=PLAIN + ("A14-4", "A15-1"), levels=(1, 1, 1, 2),
        events=(("safety-certificate", LISTED), ("arrears", FOUND), ("false-document", FOUND)),
        demands=with_more(common(), dict(u=ZERO, i=ZERO), NO_HEADS, dict(u=("40%", 0), i=("3‰", -1), deaths=1),
                          dict(u=("40%", -1), i=("3‰", -1), event=("arrears", "found last")),
                          dict(u=ZERO, i=ZERO, cls=2, calm=True)), scale=1.5),
    "990400/foshan-like": spec(
        "990400", [one("2021-07-01", "2022-06-30", ("2019-01-01", "2020-12-31")),
                   one("2022-07-01", "2023-06-30", ("2019-01-01", "2020-12-31"), cycle="2021-2024"),
                   one("2023-07-01", "2024-06-30", ("2019-01-01", "2020-12-31"), cycle="2021-2024")], way="received", asked=24,
        u=("0", "60%", "120%"), deaths=(0, 0, 1, 2, 2, 3, 3, 4), deaths_by="death"),
    "990500/guangdong-type": spec(
        "990500", [one("2017-07-01", "2018-06-30", year(2016))], u=("10%", "50%", "100%", "120%"),
        levels=(1, 2, 3), events=(("safety-certificate", FILED),),
        demands=with_more(common(), *[dict(u=u, cls=cls, event=("safety-certificate", "filed before"), weight=.5)
                                      for u, cls in ((ZERO, 2), (("10%", 0), 2), (("10%", 0), 3))]), scale=1.4),
    "990600/steps-by-class": spec(
        "990600", [one("2012-01-01", "2012-12-31", year(2011))], system=3, u=("0", "50%", "100%", "150%"), points=True,
        kinds=("employer",) * 5 + ("dispatch",), sub_areas=("", "990601"), grades={"base": "0", "-0.1pp": "-0.1"},
        demands=with_more(common(), dict(who="other_kind"))),
    "990700/last-rate-stays": spec(
        "990700", [one("2016-03-01", "2017-02-28", year(2015)), one("2017-03-01", "2018-02-28", year(2016))], u=("30%", "120%"), between=(0, 20, 60, 150),
        grades={"60%": "0.6", "80%": "0.8", "100%": "1", "120%": "1.2", "150%": "1.5"}),
}
SPECS["990100/three-year transition"] = dict(
    SPECS["990100/three-year"], scale=2.7, settings=SPECS["990100/three-year"]["settings"][:2],
    written=("illustrative/three-year.toml", "to = 2021-12-31 } ]\n",
             'to = 2021-12-31 } ]\ntransition = { not_above = "last-rate", cite = "demonstration: window" }\n'))
