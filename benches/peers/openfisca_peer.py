"""OpenFisca: `openfisca_peer.py three-year BOOK RESULT [--wide]`; variables of an employer, formulas over arrays.

As installed, money is in yuan and a number has 32 bits, as in every OpenFisca model: what is lost by it is counted, and such a run
is never timed. With `--wide` numbers have 64 bits, money is in fen and ratios are compared crosswise, which needs a table inside
the library to be changed (`VALUE_TYPES`); it has no option for it.
"""

import argparse
import warnings

import numpy
from openfisca_core import entities, periods, simulations, taxbenefitsystems
from openfisca_core.variables import Variable, config

import host_rows

EMPLOYER = entities.Entity("employer", "employers", "An employer insured in the pooling area", "")
BASE = numpy.array([[2000, 4000, 7000, 9000, 11000, 13000, 16000, 19000],
                    [3000, 6000, 9000, 11000, 13000, 16000, 19000, 22000]])
FACTORS = numpy.array([50, 80, 100, 120, 150])
LABELS = ("50%", "80%", "100%", "120%", "150%")
FLOATED, BASE_RATE, PROVISIONAL = 0, 1, 2
ORIGINS = ("floated", "base", "provisional")
PERIOD = "2022"


def variable(name, kind, **formulas):
    """A variable of the rate year; those without a formula are facts."""
    body = {"value_type": kind, "entity": EMPLOYER, "definition_period": periods.YEAR, "label": name, **formulas}
    return type(name, (Variable,), body)


def above(wide, part, whole, bound, unit):
    """Whether part / whole lies above bound / unit, where there is a whole."""
    if wide:
        return part * unit > whole * bound
    return part / numpy.where(whole == 0, 1, whole) > bound / unit


def half_up(over, below):
    return (2 * over + below) // (2 * below)


def origin(employer, period):
    months, new, premium, benefits, heads = (employer(it, period) for it in ("months", "new", "premium", "benefits",
                                                                             "person_months"))
    return numpy.select([(months < 36) & new, (heads == 0) | ((premium <= 0) & (benefits > 0)), premium <= 0],
                        [BASE_RATE, PROVISIONAL, BASE_RATE], FLOATED)


def step_of(wide):
    def formula(employer, period):
        benefits, premium = employer("benefits", period), employer("premium", period)
        hurt, heads = employer("persons", period) * 12, employer("person_months", period)

        def either(ratio, incidence):
            return above(wide, benefits, premium, ratio, 100) | above(wide, hurt, heads, incidence, 1000)
        return numpy.select([employer("origin", period) != FLOATED, either(150, 20), either(90, 10),
                             (benefits == 0) & (hurt == 0), ~either(40, 3)], [2, 4, 3, 0, 1], 2)
    return formula


def held(employer, period):
    step, floats = employer("step", period), employer("origin", period) == FLOATED
    step = numpy.where(floats & employer("certificate", period), numpy.maximum(step - 1, 0), step)
    veto = (employer("deaths", period) > 0) | employer("arrears", period)
    return numpy.maximum.reduce([step, numpy.where(employer("risk_class", period) == 1, 2, 0), numpy.where(floats & veto, 2, 0),
                                 numpy.where(floats & employer("false_document", period), 3, 0)])


def rates(wide):
    """Rates in millionths, or as shares of one."""
    unit = 1 if wide else 1_000_000

    def base(employer, period, risk_class):
        return BASE[employer("second", period).astype(int), risk_class - 1]

    def floored(employer, period, rate):
        risk_class = employer("risk_class", period)
        return numpy.where(risk_class == 1, rate, numpy.maximum(rate, base(employer, period, numpy.ones_like(risk_class)) / unit))

    def rate(employer, period):
        raw = base(employer, period, employer("risk_class", period)) * FACTORS[employer("held", period)] // 100 / unit
        kept = (employer("origin", period) == PROVISIONAL) & employer("has_last", period)
        return floored(employer, period, numpy.where(kept, employer("last_rate", period), raw))

    def later(employer, period):
        rate = employer("rate", period)
        cut = rate * 80 // 100 if wide else rate * numpy.float32(0.8)
        return numpy.where(employer("risk_class", period) == 1, rate, floored(employer, period, cut))
    return rate, later


def bill(wide):
    def formula(employer, period):
        payroll, months = employer("payroll", period), employer("row_months", period)
        total = 0
        for several, name in ((10, "rate"), (2, "later")):
            rate = employer(name, period)
            if wide:
                total = total + several * half_up(half_up(payroll, months) * rate.astype(numpy.int64), 1_000_000)
            else:
                total = total + several * numpy.round(payroll / months * rate, 2)
        return total
    return formula


def system(wide):
    money = int if wide else float
    rate, later = rates(wide)
    its = taxbenefitsystems.TaxBenefitSystem([EMPLOYER])
    facts = {"risk_class": int, "second": bool, "months": int, "new": bool, "premium": money, "benefits": money, "persons": int,
             "person_months": int, "deaths": int, "certificate": bool, "arrears": bool, "false_document": bool,
             "payroll": money, "row_months": int, "has_last": bool, "last_rate": float}
    its.add_variables(*[variable(*it) for it in facts.items()])
    its.add_variables(variable("origin", int, formula=origin), variable("step", int, formula=step_of(wide)),
                      variable("held", int, formula=held), variable("rate", float, formula=rate),
                      variable("later", float, formula=later), variable("premium_due", money, formula=bill(wide)))
    return its


def inputs(accounts, wide):
    """Facts as arrays, money in yuan or fen."""
    unit, per = (1, 1) if wide else (100, 1_000_000)
    columns = {
        "risk_class": lambda it: it["class"], "second": lambda it: it["second"], "months": lambda it: it["months"],
        "new": lambda it: it["first_month"] >= host_rows.FIRST,
        "premium": lambda it: sum(row["paid"] + row["relieved"] for row in it["premiums"]) / unit,
        "benefits": lambda it: max(sum(it["payments"]), 0) / unit, "persons": lambda it: len(it["persons"]),
        "person_months": lambda it: sum(row["heads"] * row["months"] for row in it["premiums"]),
        "deaths": lambda it: len(it["dead"]), "certificate": lambda it: it["certificate"],
        "arrears": lambda it: it["arrears"], "false_document": lambda it: it["false_document"],
        "payroll": lambda it: it["payroll"] / unit, "row_months": lambda it: it["row_months"],
        "has_last": lambda it: it["last_grade"] is not None, "last_rate": lambda it: it["last_ppm"] / per}
    return {name: numpy.array([of(it) for it in accounts]) for name, of in columns.items()}


def main():
    told = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    told.add_argument("shape", choices=["three-year"])
    told.add_argument("book")
    told.add_argument("result")
    told.add_argument("--wide", action="store_true")
    told = told.parse_args()
    if told.wide:
        config.VALUE_TYPES[int]["dtype"], config.VALUE_TYPES[float]["dtype"] = numpy.int64, numpy.float64
    warnings.filterwarnings("ignore")
    accounts = host_rows.read(told.book)
    simulation = simulations.SimulationBuilder().build_default_simulation(system(told.wide), count=len(accounts))
    for name, values in inputs(accounts.values(), told.wide).items():
        simulation.set_input(name, PERIOD, values)
    origins, steps, rate, later, premium = (simulation.calculate(it, PERIOD) for it in (
        "origin", "held", "rate", "later", "premium_due"))
    scale, fen = (1, 1) if told.wide else (1_000_000, 100)
    with open(told.result, "w", encoding="utf-8") as out:
        out.write("account,origin,grade,rate_ppm,later_ppm,premium_fen\n")
        for at, (number, it) in enumerate(accounts.items()):
            kept = origins[at] == PROVISIONAL and it["last_grade"] is not None
            out.write("%s,%s,%s,%d,%d,%d\n" % (
                number, ORIGINS[origins[at]], it["last_grade"] if kept else LABELS[steps[at]], round(float(rate[at]) * scale),
                round(float(later[at]) * scale), round(float(premium[at]) * fen)))


if __name__ == "__main__":
    main()
