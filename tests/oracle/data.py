"""Base rates and cuts, copied by hand from where they were published; percent."""

from fractions import Fraction


def vector(text):
    return [Fraction(it) for it in text.split()]


NATION = vector("0.2 0.4 0.7 0.9 1.1 1.3 1.6 1.9")            # 人社部发〔2015〕71号, guide values
SHENZHEN_2016 = vector("0.14 0.28 0.49 0.63 0.66 0.78 0.96 1.14")
GUANGDONG_2021 = vector("0.2 0.4 0.6 0.8 0.9 1.0 1.2 1.4")
HAINAN_2016 = vector("0.2 0.4 0.7 0.8 0.9 1.0 1.2 1.5")
CHONGQING = vector("0.3 0.6 0.9 1.1 1.3 1.6 1.9 2.2")
OPEN = "9999-12-31"
HANGZHOU_OUTER = ("330122", "330127", "330182", "330183", "330185")

# (first day, last day, sub-areas or all, kinds of account or all, rates of class 1 and up); listed: the kind of event in
# the place of the sub-areas
PLACES = {
    "320000": {"vectors": [("2023-01-01", OPEN, None, None, NATION)]},      # 苏人社规〔2023〕2号
    "330000": {"vectors": [("2024-01-01", OPEN, None, None, NATION)]},      # 浙人社发〔2023〕58号
    "310000": {"vectors": [("2011-01-01", "2015-09-30", None, None, vector("0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5")),
                           ("2015-10-01", OPEN, None, None, NATION)]},
    "440300/three": {"vectors": [("2012-01-01", "2015-12-31", None, None, vector("0.5 1.0 1.5"))]},
    "440300": {"vectors": [("2016-01-01", "2024-06-30", None, None, SHENZHEN_2016)]},
    "330100": {"vectors": [
        ("2012-01-01", "2012-12-31", None, None, vector("0.5 0.8 1.2")),    # 杭政办〔2011〕21号
        ("2012-01-01", "2012-12-31", HANGZHOU_OUTER, None, vector("0.7 1.0 1.4")),
        ("2012-01-01", "2012-12-31", None, ("institution",), vector("0.2 0.2 0.2")),
        ("2012-01-01", "2012-12-31", None, ("individual-business",), vector("0.5 0.5 0.5"))]},
    "330282": {"vectors": [
        ("2012-05-01", "2015-09-30", None, None, vector("0.6 1.4 2.1")),    # 慈溪, report of January 2013
        ("2012-05-01", "2015-09-30", None, ("institution",), vector("0.4 0.4 0.4"))],
        "listed": [("2012-05-01", "2015-09-30", "disease-firm", ("employer", "dispatch"), vector("0.6 3 3"))]},
    "460000": {"vectors": [("2016-01-01", "2022-12-31", None, None, HAINAN_2016)]},
    "990340": {"vectors": [                                                 # invented: parameters/990340.toml
        ("2010-01-01", "2011-06-30", None, None, vector("0.6 1.2 2.4")),
        ("2011-07-01", OPEN, None, None, vector("0.5 1.0 2.0"))]},
    "none": {"vectors": []},                                                # base rates not seen
    "990100": {"vectors": [
        ("2015-10-01", "2024-06-30", None, None, NATION),
        ("2024-07-01", OPEN, None, None, vector("0.2 0.36 0.6 0.8 1.0 1.2 1.4 1.7")),
        ("2015-10-01", OPEN, ("990102",), None, CHONGQING)],
        "cuts": [{"first": "2023-05-01", "last": "2024-12-31", "cut": Fraction(20), "exempt": (1,), "floor": True}]},
    "990400": {"vectors": [("2019-01-01", OPEN, None, None, GUANGDONG_2021)]},
    "990500": {"vectors": [("2016-01-01", OPEN, None, None, SHENZHEN_2016)]},
    "990600": {"vectors": [
        ("2011-01-01", OPEN, None, None, vector("0.5 0.8 1.2")),
        ("2011-01-01", OPEN, ("990601",), None, vector("0.7 1.0 1.4")),
        ("2011-01-01", OPEN, None, ("institution",), vector("0.2 0.2 0.2")),
        ("2011-01-01", OPEN, None, ("individual-business",), vector("0.5 0.5 0.5"))]},
    "990700": {"vectors": [("2015-10-01", OPEN, None, None, NATION)]},
}
