"""ZEN: `zen_peer.py three-year BOOK RESULT`; the model is zen_three_year.json, rows are read by Python's csv.

Numbers are decimals inside the engine, and binary numbers of 64 bits where they come out of it.
"""

import json
import os
import sys

import zen

import host_rows

HERE = os.path.dirname(os.path.abspath(__file__))


def context(it):
    return {"class": it["class"], "second": it["second"], "months": it["months"],
            "new": it["first_month"] >= host_rows.FIRST, "premiums": it["premiums"], "payments": it["payments"],
            "persons": len(it["persons"]), "deaths": len(it["dead"]), "certificate": it["certificate"],
            "arrears": it["arrears"], "false_document": it["false_document"], "payroll": it["payroll"],
            "row_months": it["row_months"], "last_ppm": it["last_ppm"], "has_last": it["last_grade"] is not None}


def main():
    shape, book, result = sys.argv[1:]
    if shape != "three-year":
        raise SystemExit("only three-year is written for this engine")
    with open(os.path.join(HERE, "zen_three_year.json"), encoding="utf-8") as file:
        # Of the ways to call it the one that took the least time: a model that a loader has compiled, and contexts as text.
        engine = zen.ZenEngine({"loader": {"type": "static", "content": {shape: json.load(file)}}})
    labels = ("50%", "80%", "100%", "120%", "150%")
    with open(result, "w", encoding="utf-8") as out:
        out.write("account,origin,grade,rate_ppm,later_ppm,premium_fen\n")
        for number, it in host_rows.read(book).items():
            its = engine.evaluate(shape, json.dumps(context(it)))["result"]
            grade = it["last_grade"] if its["kept"] else labels[int(its["held"])]
            out.write("%s,%s,%s,%d,%d,%d\n" % (number, its["origin"], grade, its["rate"], its["later"], its["premium_fen"]))


if __name__ == "__main__":
    main()
