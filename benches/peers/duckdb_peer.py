"""DuckDB: `duckdb_peer.py SHAPE BOOK RESULT --threads N [--sql FILE]`; a book of CSV files, or of Parquet files of the same names."""

import argparse
import json
import os
import time

import duckdb

HERE = os.path.dirname(os.path.abspath(__file__))
# Columns that the statements read. Days and months are compared as texts, which ISO dates allow.
COLUMNS = {
    "accounts": {"account": "VARCHAR", "sub_area": "VARCHAR"},
    "coverage": {"account": "VARCHAR", "from": "VARCHAR", "to": "VARCHAR", "state": "VARCHAR"},
    "classifications": {"account": "VARCHAR", "from": "VARCHAR", "to": "VARCHAR", "class": "BIGINT"},
    "premiums": {"account": "VARCHAR", "from": "VARCHAR", "to": "VARCHAR", "payroll_fen": "BIGINT", "heads": "BIGINT",
                 "paid_fen": "BIGINT", "relieved_fen": "BIGINT", "kind": "VARCHAR"},
    "claims": {"account": "VARCHAR", "claim": "VARCHAR", "person": "VARCHAR", "article": "VARCHAR",
               "recognised": "VARCHAR", "status": "VARCHAR", "death": "VARCHAR"},
    "payments": {"account": "VARCHAR", "claim": "VARCHAR", "payer": "VARCHAR", "paid_on": "VARCHAR",
                 "amount_fen": "BIGINT"},
    "events": {"account": "VARCHAR", "kind": "VARCHAR", "level": "BIGINT", "from": "VARCHAR", "to": "VARCHAR",
               "found": "VARCHAR"},
    "rates": {"account": "VARCHAR", "from": "VARCHAR", "grade": "VARCHAR", "before_cut_percent": "VARCHAR"},
}


def source(book, table):
    """What reads a table: the text of the file is kept as text, so that 00000123 stays itself."""
    path = os.path.join(book, table)
    if os.path.exists(path + ".parquet"):
        return "read_parquet('%s.parquet')" % path
    with open(path + ".csv", encoding="utf-8") as file:
        names = file.readline().strip().split(",")
    columns = ", ".join("'%s': 'VARCHAR'" % name for name in names)
    return ("read_csv('%s.csv', header = true, auto_detect = false, delim = ',', quote = '\"', nullstr = '', columns = {%s})"
            % (path, columns))


def connect(threads):
    connection = duckdb.connect()
    connection.execute("SET threads = %d; SET preserve_insertion_order = false" % threads)
    return connection


def decide(connection, shape, book, result, statement=None):
    for table, columns in COLUMNS.items():
        cells = ", ".join('CAST("%s" AS %s) AS "%s"' % (name, kind, name) for name, kind in columns.items())
        # Lines are read and cast once, though a statement may look at a table twice; of Parquet, columns are read where they are.
        kind = "VIEW" if "read_parquet" in source(book, table) else "TEMP TABLE"
        connection.execute("CREATE %s %s AS SELECT %s FROM %s" % (kind, table, cells, source(book, table)))
    with open(os.path.join(HERE, "sql", "duckdb_words.sql"), encoding="utf-8") as file:
        connection.execute(file.read())
    with open(statement or os.path.join(HERE, "sql", shape.replace("-", "_") + ".sql"), encoding="utf-8") as file:
        connection.execute("COPY (%s) TO '%s' (HEADER, DELIMITER ',')" % (file.read(), result))


def to_parquet(book, target):
    """The same book as Parquet: amounts and numbers as whole numbers, everything else as text."""
    os.makedirs(target, exist_ok=True)
    connection = duckdb.connect()
    for table in COLUMNS:
        whole = [name for name, kind in COLUMNS[table].items() if kind == "BIGINT"]
        cast = ", ".join('CAST("%s" AS BIGINT) AS "%s"' % (name, name) for name in whole)
        connection.execute("COPY (SELECT * %s FROM %s) TO '%s.parquet' (FORMAT parquet)" % (
            "REPLACE (%s)" % cast if cast else "", source(book, table), os.path.join(target, table)))


def main():
    told = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    told.add_argument("shape")
    told.add_argument("book")
    told.add_argument("result")
    told.add_argument("--threads", type=int, default=2)
    told.add_argument("--sql", help="another statement than that of the shape")
    told = told.parse_args()
    begun = time.monotonic()
    decide(connect(told.threads), told.shape, told.book, told.result, told.sql)
    print(json.dumps({"inside": time.monotonic() - begun}))


if __name__ == "__main__":
    main()
