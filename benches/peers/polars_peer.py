"""Polars: `polars_peer.py SHAPE BOOK RESULT [--floats]`, threads by POLARS_MAX_THREADS; money and rates are whole numbers.

With `--floats` money is in yuan, and money, ratios and rates are numbers of 64 bits, rounded by the library, as sheets and
scripts have them; what is lost by it is counted, and such a run is never timed.
"""

import argparse
import os

import polars as pl
from polars import col

BASE = {False: (2000, 4000, 7000, 9000, 11000, 13000, 16000, 19000), True: (3000, 6000, 9000, 11000, 13000, 16000, 19000, 22000)}
LABELS = ("50%", "80%", "100%", "120%", "150%")


def month(name):
    return col(name).str.slice(0, 4).cast(pl.Int64) * 12 + col(name).str.slice(5, 2).cast(pl.Int64) - 1


def number(text):
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def money(name, floats):
    return col(name).cast(pl.Int64) / 100 if floats else col(name).cast(pl.Int64)


def half_up(above, below):
    return (2 * above + below) // (2 * below)


def step_of(expression, values):
    """A value by grade: 0 to 4."""
    return expression.replace_strict(list(range(5)), list(values))


class Book:
    """Scans of the tables; what a method needs of them by account."""

    def __init__(self, directory, floats):
        self.directory, self.floats = directory, floats

    def table(self, name):
        path = os.path.join(self.directory, name)
        if os.path.exists(path + ".parquet"):
            return pl.scan_parquet(path + ".parquet")
        return pl.scan_csv(path + ".csv", infer_schema=False)

    def covered(self, first, last, on):
        to = pl.when(col("to").is_null()).then(pl.lit(2199 * 12)).otherwise(month("to"))
        within = pl.min_horizontal(to, pl.lit(number(last))) - pl.max_horizontal(month("from"), pl.lit(number(first))) + 1
        return self.table("coverage").filter(col("state") == "insured").group_by("account").agg(
            pl.max_horizontal(within, 0).sum().alias("months"), month("from").min().alias("first_month"),
            ((month("from") <= number(on)) & (to >= number(on))).any().alias("insured"))

    def premium(self, first, last, paid):
        its = month("to") - month("from") + 1
        regular = col("kind") == "regular"
        return self.table("premiums").filter((col("from") >= first) & (col("to") <= last)).group_by("account").agg(
            paid.sum().alias("premium"),
            (col("heads").cast(pl.Int64) * its).filter(regular).sum().alias("person_months"))

    def latest(self, on):
        its = month("to") - month("from") + 1
        return self.table("premiums").filter((col("kind") == "regular") & (col("from") <= on)).group_by("account").agg(
            money("payroll_fen", self.floats).sort_by("from").last().alias("payroll"), its.sort_by("from").last().alias("its"))

    def claims(self, without=()):
        return self.table("claims").filter(col("status") != "revoked").with_columns(
            col("article").is_in(list(without)).alias("left_out"))

    def benefits(self, first, last, without=()):
        counted = self.claims(without).filter(~col("left_out")).select("account", "claim")
        paid = self.table("payments").filter((col("payer") == "fund") & col("paid_on").is_between(pl.lit(first), pl.lit(last)))
        return paid.join(counted, on=["account", "claim"]).group_by("account").agg(
            money("amount_fen", self.floats).sum().clip(0).alias("benefits"))

    def hurt(self, first, last, on, without=()):
        return self.claims(without).filter(col("recognised").is_between(pl.lit(first), pl.lit(last))).group_by("account").agg(
            col("person").filter(~col("left_out")).n_unique().cast(pl.Int64).alias("persons"),
            col("person").filter(col("death") < on).n_unique().cast(pl.Int64).alias("deaths"))

    def classed(self, on):
        return self.table("classifications").filter(
            (col("from") <= on) & (col("to").is_null() | (col("to") >= on))).select("account", col("class").cast(pl.Int64))

    def conduct(self, first, last, on):
        found, kind = col("found").is_between(pl.lit(first), pl.lit(last)), col("kind")
        listed = (col("from") <= on) & (col("to").is_null() | (col("to") >= on)) & (col("level").cast(pl.Int64) == 1)
        return self.table("events").group_by("account").agg(
            ((kind == "safety-certificate") & listed).any().alias("certificate"),
            ((kind == "arrears") & found).any().alias("arrears"),
            ((kind == "false-document") & found).any().alias("false_document"))

    def last_rates(self, on):
        # A decimal of four places, times 10,000: exact, unlike the same by way of a float.
        ppm = (col("before_cut_percent").str.to_decimal(scale=4).cast(pl.Decimal(18, 4)) * 10000).cast(pl.Int64)
        return self.table("rates").filter(col("from") < on).group_by("account").agg(
            col("grade").sort_by("from").last().alias("last_grade"), ppm.sort_by("from").last().alias("last_ppm"))

    def facts(self, first, last, on, without=(), restored=False):
        paid = money("paid_fen", self.floats) + (money("relieved_fen", self.floats) if restored else 0)
        frame = self.table("accounts").select("account", (col("sub_area") == "990102").fill_null(False).alias("second"))
        days = first + "-01", (last + "-31" if last[5:] == "12" else last + "-30"), on + "-01"
        frame = frame.join(self.covered(first, last, on).filter(col("insured")), on="account").join(
            self.classed(days[2]), on="account")
        for other in (self.premium(first, last, paid), self.latest(on), self.benefits(*days[:2], without),
                      self.hurt(*days, without), self.conduct(*days), self.last_rates(days[2])):
            frame = frame.join(other, on="account", how="left")
        whole, truths = ["premium", "person_months", "benefits", "persons", "deaths", "payroll"], ["certificate", "arrears",
                                                                                                   "false_document"]
        second = [pl.when(col("second")).then(pl.lit(BASE[True][at])).otherwise(pl.lit(BASE[False][at])) for at in range(8)]
        base = pl.coalesce([pl.when(col("class") == at + 1).then(second[at]) for at in range(8)])
        return frame.with_columns(col(whole).fill_null(0), col(truths).fill_null(False), base.alias("base"), second[0].alias(
            "floor"))


def three_year(book):
    facts = book.facts("2019-01", "2021-12", "2022-07", ("A15-2", "A15-3"), restored=True)
    premium, benefits, heads = col("premium"), col("benefits"), col("person_months")
    origin = pl.when((col("months") < 36) & (col("first_month") >= number("2019-01"))).then(pl.lit("base")).when(
        (heads == 0) | ((premium <= 0) & (benefits > 0))).then(pl.lit("provisional")).when(premium <= 0).then(
            pl.lit("base")).otherwise(pl.lit("floated"))
    if book.floats:
        u, i = benefits / premium, col("persons") / (heads / 12)
        above_u, above_i = (lambda percent: u > percent / 100), (lambda per_mille: i > per_mille / 1000)
    else:
        above_u = lambda percent: benefits * 100 > premium * percent
        above_i = lambda per_mille: col("persons") * 12000 > heads * per_mille
    zero = (benefits == 0) & (col("persons") == 0)
    step = pl.when(above_u(150) | above_i(20)).then(4).when(above_u(90) | above_i(10)).then(3).when(zero).then(0).when(
        ~above_u(40) & ~above_i(3)).then(1).otherwise(2)
    step = pl.when(col("certificate")).then(pl.max_horizontal(step - 1, 0)).otherwise(step)
    least = pl.max_horizontal(pl.when((col("deaths") > 0) | col("arrears")).then(2).otherwise(0),
                              pl.when(col("false_document")).then(3).otherwise(0))
    step = pl.when(col("origin") == "floated").then(pl.max_horizontal(step, least)).otherwise(2)
    return facts.with_columns(origin.alias("origin")).with_columns(step.alias("step")), True


def jiangsu(book):
    facts = book.facts("2022-10", "2024-09", "2025-01")
    paid = money("paid_fen", book.floats)
    for other, name in ((book.premium("2021-01", "2022-09", paid), ("premium", "person_months")),
                        (book.benefits("2021-01-01", "2022-09-30"), ("benefits",)),
                        (book.hurt("2021-01-01", "2022-09-30", "2025-01-01"), ("persons",))):
        before = other.select("account", *[col(it).alias(it + "_before") for it in name])
        facts = facts.join(before, on="account", how="left").with_columns(
            *[col(it + "_before").fill_null(0) for it in name])
    premium, benefits, heads = col("premium"), col("benefits"), col("person_months")
    origin = pl.when(number("2024-09") - col("first_month") + 1 < 24).then(pl.lit("base")).when(
        (premium <= 0) & (benefits > 0)).then(pl.lit("provisional")).when(premium <= 0).then(pl.lit("base")).otherwise(
            pl.lit("floated"))
    above_u = lambda percent: benefits * 100 > premium * percent
    above_i = lambda percent: (heads > 0) & (col("persons") * col("months") * 100 > heads * percent)
    if book.floats:
        above_u = lambda percent: benefits / premium > percent / 100
        above_i = lambda percent: (heads > 0) & (col("persons") / (heads / col("months")) > percent / 100)
    zero = (benefits == 0) & (col("persons") == 0) & (heads > 0)
    before = (col("benefits_before") == 0) & (col("premium_before") > 0) & (col("persons_before") == 0) & (
        col("person_months_before") > 0)
    step = pl.when(above_u(100) | above_i(3)).then(4).when(above_u(50) | above_i(1)).then(3).when(zero & before).then(
        0).when(zero).then(1).otherwise(2)
    step = pl.when(col("origin") == "floated").then(step).otherwise(2)
    return facts.with_columns(origin.alias("origin")).with_columns(step.alias("step")), False


def charged(frame, cut):
    """Grade and rates from the step of the table."""
    kept = (col("origin") == "provisional") & col("last_ppm").is_not_null()
    first = col("class") == 1
    step = pl.when(first).then(pl.max_horizontal(col("step"), 2)).otherwise(col("step"))
    frame = frame.with_columns(step.alias("step"))
    raw = pl.when(kept).then(col("last_ppm")).otherwise(col("base") * step_of(col("step"), (50, 80, 100, 120, 150)) // 100)
    frame = frame.with_columns(
        pl.when(kept).then(col("last_grade")).otherwise(step_of(col("step"), LABELS)).alias("grade"),
        pl.when(first).then(raw).otherwise(pl.max_horizontal(raw, col("floor"))).alias("rate_ppm"))
    later = pl.when(first).then(col("rate_ppm")).otherwise(pl.max_horizontal(col("rate_ppm") * 80 // 100, col("floor")))
    return frame.with_columns((later if cut else col("rate_ppm")).alias("later_ppm"))


def result(frame, floats):
    if floats:
        monthly = (col("payroll") / col("its")).fill_null(0)
        bill = lambda rate: ((monthly * (col(rate) / 1_000_000)).round(2) * 100).round().cast(pl.Int64)
    else:
        monthly = half_up(col("payroll"), col("its")).fill_null(0)
        bill = lambda rate: half_up(monthly * col(rate), 1_000_000)
    return frame.select("account", "origin", "grade", "rate_ppm", "later_ppm",
                        (10 * bill("rate_ppm") + 2 * bill("later_ppm")).alias("premium_fen"))


def main():
    told = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    told.add_argument("shape")
    told.add_argument("book")
    told.add_argument("result")
    told.add_argument("--floats", action="store_true")
    told = told.parse_args()
    frame, cut = {"three-year": three_year, "jiangsu": jiangsu}[told.shape](Book(told.book, told.floats))
    result(charged(frame, cut), told.floats).collect().write_csv(told.result)


if __name__ == "__main__":
    main()
