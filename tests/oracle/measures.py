"""Sums over a window, exactly; each notes the edges and causes it met."""

from fractions import Fraction
from functools import lru_cache

from book import day_after, day_before, month

# Articles and tags of claims that methods leave out.
OLD_AND_RESCUE = ("A15-2", "A15-3")
TAKEN_OVER = OLD_AND_RESCUE + ("old-injury",)
SHENZHEN = ("A14-5", "A14-6", "A15-1", "A15-2", "A15-3", "epidemic-posting")
KINDS = ("employer", "dispatch", "institution", "individual-business")


def edges(what):
    return ["%s %s" % (what, it) for it in ("on the first day", "on the last day", "a day before", "a day after")]


def beside(name, bound, unit):
    """On a bound, and one fen or person beside it; nothing lies below zero."""
    names = ["%s = %s" % (name, bound), "%s one %s above %s" % (name, unit, bound)]
    return names if bound == "0" else names + ["%s one %s below %s" % (name, unit, bound)]


class Window:
    def __init__(self, first, last):
        """Two days, the first of a month and the last of one."""
        self.first, self.last = first, last
        self.months = range(month(first), month(last) + 1)
        self.before, self.after = day_before(first), day_after(last)
        years = range(int(first[:4]), int(last[:4]) + 1)
        self.leap = any(first <= "%d-02-29" % it <= last for it in years if it % 4 == 0)

    def holds(self, day):
        return self.first <= day <= self.last

    def edge(self, account, what, day):
        """Remembers that a day stood on the first or last day of the window, or just outside."""
        account.ask((what, self.first), *edges(what), *(["%s on 29 February" % what] if self.leap else []))
        self.note(account, what, day)

    def note(self, account, what, day):
        if day == self.first:
            account.hit("%s on the first day" % what)
        elif day == self.last:
            account.hit("%s on the last day" % what)
        elif day == self.before:
            account.hit("%s a day before" % what)
        elif day == self.after:
            account.hit("%s a day after" % what)
        if day[5:] == "02-29" and self.holds(day):
            account.hit("%s on 29 February" % what)


class Value:
    """A quotient, or the cause why there is none. A count has denominator 1."""

    def __init__(self, above=None, below=None, cause=None):
        self.above, self.below, self.cause = above, below, cause

    def __str__(self):
        return self.cause or "%s/%s" % (self.above, self.below)

    @property
    def exists(self):
        return self.cause is None

    def within(self, interval):
        """`(0,50]` and the like, in the unit of the text; false where there is no value."""
        if self.cause:
            return False
        low, low_in, high, high_in = parse(interval)
        if low is not None:
            left, right = self.above * low.denominator, low.numerator * self.below
            if not (left > right or (low_in and left == right)):
                return False
        if high is not None:
            left, right = self.above * high.denominator, high.numerator * self.below
            if not (left < right or (high_in and left == right)):
                return False
        return True


def number(text):
    text = text.strip()
    if text.endswith("%"):
        return Fraction(text[:-1]) / 100
    if text.endswith("‰"):
        return Fraction(text[:-1]) / 1000
    return Fraction(text)


@lru_cache(None)
def parse(interval):
    """(low, whether it belongs, high, whether it belongs)."""
    interval = interval.strip()
    for sign, shape in (("<=", (None, False, 1, True)), (">=", (1, True, None, False)),
                        ("<", (None, False, 1, False)), (">", (1, False, None, False))):
        if interval.startswith(sign):
            value = number(interval[len(sign):])
            return (value if shape[0] else None, shape[1], value if shape[2] else None, shape[3])
    if interval[0] in "([":
        low, high = interval[1:-1].split(",")
        return number(low), interval[0] == "[", number(high), interval[-1] == "]"
    value = number(interval)
    return value, True, value, True


def bounds(account, name, value, listed, unit):
    """Notes a value on a bound, or one fen or one person beside it."""
    if not value.exists:
        return
    for text in listed:
        account.ask((name, text), *beside(name, text, unit))
        bound = number(text)
        distance = value.above - bound * value.below
        if distance == 0:
            account.hit("%s = %s" % (name, text))
        elif -1 <= distance < 0:
            if unit == "fen" or distance == -1:
                account.hit("%s one %s below %s" % (name, unit, text))
        elif 0 < distance <= 1:
            if unit == "fen" or distance == 1:
                account.hit("%s one %s above %s" % (name, unit, text))


def covered(account, window):
    return sum(1 for it in window.months if it in account.months)


def first_month(account):
    first = min(account.months)
    return first if account.first_ever is None else min(first, account.first_ever)


def insured_to(account, window):
    """Months from the first insured one to the end of the window, covered or not."""
    return max(0, window.months[-1] - first_month(account) + 1)


NATION = {"dispatch": "account", "secondment": "labour", "several-jobs": "account",
          "disease-after-leaving": "account"}
OLD_SHANGHAI = {"dispatch": "using", "secondment": "labour", "several-jobs": "using",
                "disease-after-leaving": "responsible"}


def borne(account, bearers):
    """Claims this account, or one before it, bears: with the share and the day they count until."""
    for claim, seen_by, share, until in account.claims:
        bearer = getattr(claim, bearers[claim.arrangement]) if claim.arrangement else claim.account
        if bearer == seen_by:
            if claim.arrangement:
                account.hit("bears: " + claim.arrangement)
            yield claim, share, until
        else:
            account.hit("does not bear: " + claim.arrangement)


def left_out(claim, without):
    return claim.article in without or any(it in without for it in claim.tags)


def benefits(account, window, by="paid", without=(), bearers=NATION):
    total = 0
    if any("-" in it and not it.startswith("A1") for it in without):
        account.ask("tags", "payment of a tag left out")
    for claim, share, until in borne(account, bearers):
        if claim.status == "revoked":
            if claim.payments:
                account.hit("payment on a revoked claim")
            continue
        if left_out(claim, without):
            if claim.payments:
                account.hit("payment of an article left out" if claim.article in without else "payment of a tag left out")
            continue
        for paid, determined, amount in claim.payments:
            day = paid if by == "paid" else determined
            window.edge(account, "payment", day)
            if window.holds(day) and day < until:
                if amount < 0:
                    account.hit("recovery")
                total += amount * share if share != 1 else amount
    return total


def beside_window(account, window, by="month"):
    """Premium of the month before the window or after it is none of the window."""
    if by == "month":
        account.ask("months beside", "premium of the month before", "premium of the month after")
        for row, _, _ in account.premiums:
            if row.kind == "regular" and row.last == window.months[0] - 1:
                account.hit("premium of the month before")
            elif row.kind == "regular" and row.first == window.months[-1] + 1:
                account.hit("premium of the month after")


def premium(account, window, by="month", restored=False):
    """Paid for the months of the window, or received in it; what the state relieved added back where restored."""
    total = 0
    beside_window(account, window, by)
    for row, share, until in account.premiums:
        if by == "month":
            inside = row.first in window.months and row.last in window.months and row.last < limit(until)
        else:
            window.edge(account, "premium received", row.received)
            inside = window.holds(row.received) and row.received < until
        if inside:
            if row.kind != "regular":
                account.hit("premium of kind " + row.kind)
            amount = row.paid + (row.relieved if restored else 0)
            if row.relieved:
                account.hit("premium relieved")
            total += amount * share if share != 1 else amount
    return total


def limit(until):
    return month(until[:7]) if until != "9999-12-31" else 10 ** 6


def premium_at_base(account, window, base_of):
    """Payroll of the months times the base rate in force in them; `base_of` names it for a month."""
    total = Fraction(0)
    beside_window(account, window)
    for row, share, until in account.premiums:
        if row.kind == "regular" and row.first in window.months and row.last < limit(until):
            total += row.payroll * base_of(row.owner, row.first) / 100 * share
    return total


def ratio(account, window, above, below):
    """Sum over sum, or the cause why there is no ratio."""
    if covered(account, window) == 0:
        value = Value(cause="not insured")
    elif below <= 0:
        value = Value(cause="benefits without premium" if above > 0 else "no premium")
    else:
        if above < 0:
            account.hit("recoveries above benefits")
        value = Value(max(above, 0), below)
    return value


def pay_ratio(account, window, by="paid", without=(), premium_by="month", restored=False, bearers=NATION):
    above = benefits(account, window, by, without, bearers)
    below = premium(account, window, premium_by, restored)
    value = ratio(account, window, above, below)
    account.say("u %s…%s: %s / %s fen: %s" % (window.first, window.last, above, below, value))
    return value


def pay_ratio_at_base(account, window, base_of):
    above = benefits(account, window)
    below = premium_at_base(account, window, base_of)
    value = ratio(account, window, above, below)
    account.say("u at base %s…%s: %s / %s fen: %s" % (window.first, window.last, above, below, value))
    return value


def hurt(account, window, count="persons", day_of="recognised", what="recognised", without=(), bearers=NATION,
         known="9999-12-31"):
    """Persons, or claims, of a kind whose day lies in the window; a death before the day it has to be known."""
    shares, total = {}, 0
    for claim, share, until in borne(account, bearers):
        if left_out(claim, without):
            continue
        if what == "death" and not claim.death or what == "disease" and claim.article != "A14-4":
            continue
        if claim.status == "revoked":
            account.hit("a revoked claim")
            continue
        if claim.status == "in-litigation":
            account.hit("a claim in litigation")
        day = claim.death if day_of == "death" else claim.recognised
        window.edge(account, "death" if what == "death" else "recognition", day)
        if not window.holds(day) or day >= until:
            continue
        if what == "death" and claim.death > window.last:
            account.hit("died after the window" if claim.death < known else "died after the rates began")
            if claim.death >= known:
                continue
        total += share
        if claim.person in shares:
            account.hit("one person hurt twice")
        shares[claim.person] = max(share, shares.get(claim.person, 0))
    return sum(shares.values()) if count == "persons" else total


def person_months(account, window):
    total = 0
    for row, share, until in account.premiums:
        if row.kind == "regular" and row.first in window.months and row.last < limit(until):
            total += row.heads * (row.last - row.first + 1) * share
    return total


def incidence(account, window, per, count="persons", without=()):
    above = hurt(account, window, count, without=without)
    months, below = covered(account, window), person_months(account, window)
    if months == 0:
        value = Value(cause="not insured")
    elif below == 0:
        value = Value(cause="no heads")
    else:
        # In whole persons above, so that one person more or less is seen as such.
        value = Value(above, Fraction(below, {"window": months, "year": 12, "month": 1}[per]))
    account.say("i %s…%s per %s: %s hurt, %s person-months in %d months: %s"
                % (window.first, window.last, per, above, below, months, value))
    return value


def deaths(account, window, setting, day_of="recognised"):
    value = Value(hurt(account, window, day_of=day_of, what="death", known=setting.first), 1)
    account.say("deaths: %s" % value)
    return value


def conduct(account, window, kind):
    """Whether some day of such an event lies in the window."""
    found = False
    account.ask((kind, "conduct"), kind + " ends on the first day", kind + " ends a day before",
                kind + " begins on the last day", kind + " begins a day after")
    for event, until in account.events:
        if event.kind == kind:
            window.note(account, kind + " ends", event.last)
            window.note(account, kind + " begins", event.first)
            found |= event.first <= window.last and event.last >= window.first and event.first < until
    return found


def found(account, window, kind):
    result = False
    for event, until in account.events:
        if event.kind == kind and event.found:
            window.edge(account, kind + " found", event.found)
            result |= window.holds(event.found) and event.found < until
    return result


def listed(account, day, kind, levels=range(10)):
    """Whether the day is one of the days of such an event."""
    result = False
    account.ask((kind, "listed"), *[kind + it for it in (" begins that day", " begins the day after", " ends that day",
                                                         " ended the day before")])
    for event, until in account.events:
        if event.kind != kind or event.level not in levels:
            continue
        if event.first == day:
            account.hit(kind + " begins that day")
        elif event.first == day_after(day):
            account.hit(kind + " begins the day after")
        if event.last == day:
            account.hit(kind + " ends that day")
        elif event.last == day_before(day):
            account.hit(kind + " ended the day before")
        result |= event.first <= day <= event.last and event.first < until
    return result


def within_years(account, window, kind, years):
    """Whether such an event was found not longer than some years before the last day of the window."""
    since = "%d%s" % (int(window.last[:4]) - years, window.last[4:])
    result = False
    account.ask((kind, "years"), *[kind + it for it in (" found years before", " found a day longer before",
                                                        " found on the last day", " found a day after")])
    for event, until in account.events:
        if event.kind == kind and event.found:
            for day, name in ((since, " found years before"), (day_before(since), " found a day longer before"),
                              (window.last, " found on the last day"), (window.after, " found a day after")):
                if event.found == day:
                    account.hit(kind + name)
            result |= since <= event.found <= window.last and event.found < until
    return result


def used_before(account, name, cycle_first):
    """Whether what helps in one cycle only has helped in an earlier one."""
    account.ask((name, "used"), name + " used in an earlier cycle", name + " used without a cycle")
    used = False
    for rate in account.rates:
        for it in rate.used:
            what, _, cycle = it.partition("@")
            if what.partition(":")[0] == name and cycle != cycle_first:
                account.hit(name + (" used in an earlier cycle" if cycle else " used without a cycle"))
                used = True
    return used
