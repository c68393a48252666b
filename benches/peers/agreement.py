"""Whether a peer says of every account what `rate run` says: origin, grade, both rates and the premium to the fen.

`agreement.py OUT RESULT`, where OUT is what `rate run` wrote and RESULT the file of a peer. Ends with 1 where an account differs.
"""

import argparse
import os
import sys

import duckdb

# The premium is that of the run list. The second rate is that of the days behind the phased cut; elsewhere there is one.
OURS = """
SELECT account, origin, grade, ppm(first.charged_percent) AS rate_ppm, ppm(last.charged_percent) AS later_ppm,
    CAST(premium_fen AS BIGINT) AS premium_fen
FROM read_csv('{out}/run_list.csv', header = true, all_varchar = true, nullstr = '') AS list
JOIN (SELECT account, arg_min(charged_percent, "from") AS charged_percent FROM segments GROUP BY account) AS first USING (account)
JOIN (SELECT account, arg_max(charged_percent, "from") AS charged_percent FROM segments GROUP BY account) AS last USING (account)
"""
COLUMNS = ("origin", "grade", "rate_ppm", "later_ppm", "premium_fen")


class Agreement:
    """Accounts compared, those that differ, and the fen that the premiums of these are apart."""

    def __init__(self, out, result):
        self.database = duckdb.connect()
        self.database.execute("SET threads = 2")
        run = self.database.execute
        run("CREATE MACRO ppm(percent) AS CAST(CAST(percent AS DECIMAL(18, 4)) * 10000 AS BIGINT)")
        run("CREATE VIEW segments AS SELECT * FROM read_csv('%s', header = true, all_varchar = true, nullstr = '') "
            "WHERE cycle IS NOT NULL AND document LIKE '%%/%%'" % os.path.join(out, "rates.csv"))
        run("CREATE TABLE ours AS " + OURS.format(out=out))
        run("CREATE TABLE peer AS SELECT account, origin, grade, CAST(rate_ppm AS BIGINT) AS rate_ppm, CAST(later_ppm AS "
            "BIGINT) AS later_ppm, CAST(premium_fen AS BIGINT) AS premium_fen FROM read_csv('%s', header = true, "
            "all_varchar = true)" % result)
        apart = " OR ".join("ours.%s IS DISTINCT FROM peer.%s" % (it, it) for it in COLUMNS)
        run("CREATE TABLE apart AS SELECT coalesce(ours.account, peer.account) AS account, %s FROM ours "
            "FULL JOIN peer ON ours.account = peer.account WHERE %s" % (
                ", ".join("ours.{0} AS our_{0}, peer.{0} AS its_{0}".format(it) for it in COLUMNS), apart))
        self.accounts = run("SELECT count(*) FROM ours").fetchone()[0]
        self.apart, self.more, self.less, self.grades = run(
            "SELECT count(*), coalesce(sum(greatest(its_premium_fen - our_premium_fen, 0)), 0), "
            "coalesce(sum(greatest(our_premium_fen - its_premium_fen, 0)), 0), "
            "count(*) FILTER (WHERE our_grade IS DISTINCT FROM its_grade) FROM apart").fetchone()

    def __bool__(self):
        return self.accounts > 0 and self.apart == 0

    def examples(self, several=3):
        """The accounts with another grade first, then those with another premium alone."""
        shown = self.database.execute(
            "SELECT account, our_origin, its_origin, our_grade, its_grade, our_rate_ppm, its_rate_ppm, our_premium_fen, "
            "its_premium_fen FROM apart ORDER BY our_grade IS NOT DISTINCT FROM its_grade, account LIMIT %d" % several).fetchall()
        return ["%s: %s %s, %s millionths, %s fen; the peer: %s %s, %s, %s fen" % (
            it[0], it[1], it[3], it[5], it[7], it[2], it[4], it[6], it[8]) for it in shown]

    def text(self):
        if self:
            return "%d accounts agree to the fen" % self.accounts
        return "%d of %d accounts differ (%d in the grade), %d fen too much and %d too little" % (
            self.apart, self.accounts, self.grades, self.more, self.less)


def main():
    told = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    told.add_argument("out")
    told.add_argument("result")
    told = told.parse_args()
    found = Agreement(told.out, told.result)
    print(found.text())
    if not found:
        print("\n".join(found.examples()))
        sys.exit(1)


if __name__ == "__main__":
    main()
