"""What evidence holds for people and other programs, written again from the record: `body.json`, and columns of a book."""

from fractions import Fraction

STEPS = (
    "setting class using-units carried predecessors shared-claims takes-part not-measured measured undefined compared row"
    " conflict otherwise combined adjusted not-granted rises-inside held-by-class held-by-limit grade class-changed base"
    " base-cut last-rate floated points rate-factor floor bounded rounded cut rate ordered undecided holds-from-first-day"
    " not-above-last").split()

OF_ACCOUNT = {
    "accounts": "credit_code name sub_area kind first_ever",
    "coverage": "from to state",
    "classifications": "from to class_system class industry_edition industry decided_by document",
    "premiums": "from to payroll_fen heads due_fen paid_fen relieved_fen kind received_on",
    "claims": "claim person article accident recognised status disability_level assessed_on death arrangement"
              " labour_relation using_unit responsible tags project",
    "payments": "claim item payer determined_on accounted_on paid_on amount_fen",
    "events": "event kind level from to found body document",
    "rates": "from to class_system class base_percent grade before_cut_percent cut_percent charged_percent origin cycle"
             " used document",
    "dispatch": "from to using_unit industry_edition industry class_system class heads",
    "orders": "order body what class_system class grade rate_percent from to issued_on document",
    "projects": "project kind base cost_fen labour_cost_fen output_tonnes floor_area_m2 turnover_fen enrolled_on from to"
                " class_system class industry_edition industry grade paid_fen paid_on document",
    "successions": "predecessor kind on share_percent",
}
OF_AREA = {"statistics": "statistic year industry_edition industry value unit document"}
HEADERS = {name: "area account " + columns for name, columns in OF_ACCOUNT.items()}
HEADERS.update({name: "area " + columns for name, columns in OF_AREA.items()})
HEADERS = {name: columns.replace(" ", ",") for name, columns in HEADERS.items()}


def iso(day):
    return None if day is None else "%04d-%02d-%02d" % (day // 10000, day // 100 % 100, day % 100)


def days(span):
    return {"from": iso(span[0]), "to": iso(span[1])}


def risk_class(pair):
    return {"system": pair[0], "number": pair[1]}


def value(item):
    if isinstance(item, bytes):
        return list(item)
    if isinstance(item, list):
        return [value(part) for part in item]
    if isinstance(item, int) and not isinstance(item, bool) and abs(item) >= 1 << 53:
        return str(item)
    return item


def body_json(body):
    form, semantics, account, rules, parameters, facts, cycle, setting, decided_on, outcome, segments, steps, trace = body
    origin, reason, of_class, grade, start, points, factor, used = outcome
    return {
        "format": form, "semantics": semantics, "account": {"area": account[0], "number": account[1]},
        "rule_set": {"id": rules[0], "digest": rules[1].hex()}, "parameters": [digest.hex() for digest in parameters],
        "facts": facts.hex(), "cycle": cycle, "setting": days(setting), "decided_on": iso(decided_on),
        "outcome": {
            "origin": origin, "reason": reason, "class": risk_class(of_class), "grade": grade, "start": start[0],
            "start_percent": start[1], "points": points, "factor_percent": factor, "used": used},
        "segments": [dict(days(it[0]), **{
            "class": risk_class(it[1]), "base_percent": it[2], "grade": it[3], "before_cut_percent": it[4],
            "cut_percent": it[5], "rate_percent": it[6], "origin": it[7]}) for it in segments],
        "steps": [{"step": STEPS[code - 1] if 0 < code <= len(STEPS) else str(code), "value": value(came_to)}
                  for code, came_to in steps],
        "trace": trace.hex(),
    }


def average(cells):
    """A row of averages as the pinned parameters have it."""
    id_, year, edition, code, value, unit, document = cells
    millionths = Fraction(value) * {"percent": 10000, "per-mille": 1000}[unit]
    return "\t".join([id_, year, edition, code, str(millionths), document])
