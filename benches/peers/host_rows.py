"""The book read with Python's own csv, for peers that decide one account or one array at a time and read no files.

Three-year shape. What an engine of rules cannot say itself is done here, as its users do: rows are put to their accounts, days to
their window, persons are counted once.
"""

import csv
import os


def rows(book, table):
    with open(os.path.join(book, table + ".csv"), encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        header = next(lines)
        wanted = {name: at for at, name in enumerate(header)}
        for line in lines:
            yield wanted, line


def month(text):
    return int(text[:4]) * 12 + int(text[5:7]) - 1


FIRST, LAST, ON = month("2019-01"), month("2021-12"), "2022-07-01"
LEFT_OUT = ("A15-2", "A15-3")


def read(book):
    """Number -> facts of everybody insured on 1 July 2022; money in fen, rates in millionths."""
    accounts = {}
    for at, it in rows(book, "accounts"):
        accounts[it[at["account"]]] = {
            "second": it[at["sub_area"]] == "990102", "months": 0, "first_month": 10 ** 6, "insured": False, "premiums": [],
            "payments": [], "persons": set(), "dead": set(), "certificate": False, "arrears": False, "false_document": False,
            "payroll": 0, "row_months": 1, "last_grade": None, "last_ppm": 0, "latest": -1, "since": ""}
    for at, it in rows(book, "coverage"):
        if it[at["state"]] == "insured":
            one, first = accounts[it[at["account"]]], month(it[at["from"]])
            last = month(it[at["to"]]) if it[at["to"]] else 10 ** 6
            one["months"] += max(0, min(last, LAST) - max(first, FIRST) + 1)
            one["first_month"] = min(one["first_month"], first)
            one["insured"] |= first <= month(ON) <= last
    for at, it in rows(book, "classifications"):
        if it[at["from"]] <= ON and (not it[at["to"]] or it[at["to"]] >= ON):
            accounts[it[at["account"]]]["class"] = int(it[at["class"]])
    for at, it in rows(book, "premiums"):
        one, first, last = accounts[it[at["account"]]], month(it[at["from"]]), month(it[at["to"]])
        if it[at["kind"]] == "regular" and first <= month(ON) and first > one["latest"]:
            one["latest"], one["payroll"], one["row_months"] = first, int(it[at["payroll_fen"]]), last - first + 1
        if FIRST <= first and last <= LAST:
            one["premiums"].append({"paid": int(it[at["paid_fen"]]), "relieved": int(it[at["relieved_fen"]]),
                                    "heads": int(it[at["heads"]]), "months": last - first + 1})
    claims(book, accounts)
    for at, it in rows(book, "events"):
        one, kind = accounts[it[at["account"]]], it[at["kind"]].replace("-", "_")
        if kind == "safety_certificate":
            to = it[at["to"]]
            one["certificate"] |= it[at["level"]] == "1" and it[at["from"]] <= ON and (not to or to >= ON)
        elif kind in ("arrears", "false_document"):
            one[kind] |= FIRST <= month(it[at["found"]]) <= LAST
    for at, it in rows(book, "rates"):
        one = accounts[it[at["account"]]]
        if one["since"] < it[at["from"]] < ON:
            whole, _, part = it[at["before_cut_percent"]].partition(".")
            one["since"], one["last_grade"], one["last_ppm"] = it[at["from"]], it[at["grade"]], int(whole + part.ljust(4, "0"))
    return {number: it for number, it in accounts.items() if it["insured"]}


def claims(book, accounts):
    counted = set()
    for at, it in rows(book, "claims"):
        one, status, article, person = accounts[it[at["account"]]], it[at["status"]], it[at["article"]], it[at["person"]]
        if status == "revoked":
            continue
        if article not in LEFT_OUT:
            counted.add((it[at["account"]], it[at["claim"]]))
        if FIRST <= month(it[at["recognised"]]) <= LAST:
            if article not in LEFT_OUT:
                one["persons"].add(person)
            if it[at["death"]] and it[at["death"]] < ON:
                one["dead"].add(person)
    for at, it in rows(book, "payments"):
        if it[at["payer"]] == "fund" and (it[at["account"]], it[at["claim"]]) in counted:
            if FIRST <= month(it[at["paid_on"]]) <= LAST:
                accounts[it[at["account"]]]["payments"].append(int(it[at["amount_fen"]]))
