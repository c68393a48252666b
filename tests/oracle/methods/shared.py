"""What methods have in common: who is new, what a missing ratio leads to, vetoes."""

from measures import KINDS, covered, first_month, insured_to
from rates import base_rate, floated, held


class Method:
    """A function of an account and a setting, and what its hit table must show."""

    def __init__(self, decide, settings, hits):
        self.decide, self.settings, self.hits = decide, settings, hits


def others(account, setting, kinds=KINDS, classes=range(1, 9)):
    """Who does not take part."""
    cls = setting.class_on(account, setting.start(account))[0]
    if account.kind not in kinds:
        return base_rate(account, setting, "exit: kind of account")
    if cls not in classes:
        return base_rate(account, setting, "exit: class does not float")
    return None


def new(account, setting, window, asked, to_end=False):
    """First insured too recently to be measured."""
    months = insured_to(account, window) if to_end else covered(account, window)
    first = first_month(account)
    in_window = covered(account, window)
    if months < asked and (to_end or first >= window.months[0]):
        if months == asked - 1:
            account.hit("exit: first insured, one month short")
        return base_rate(account, setting, "exit: first insured")
    if months == asked and first >= window.months[-1] - asked + 1:
        account.hit("first insured, exactly the months")
    if in_window < asked:
        account.hit("returning")
        account.say("returning: %d months of the window" % in_window)
    return None


def no_ratio(account, setting, value, name="u", base=("not insured", "no premium")):
    """A ratio without value: base rate or last rate."""
    why = "%s: %s" % (name, value.cause)
    return base_rate(account, setting, why) if value.cause in base else held(account, setting, why)


def unanswered(account, setting, **values):
    """Where a measure has no value: what that leads to. The last rate goes before the base rate."""
    missing = [(value.cause in ("not insured", "no premium"), name, value) for name, value in values.items()
               if not value.exists]
    if len(missing) == 2 and missing[0][0] != missing[1][0]:
        account.hit("two measures without value, of different ends")
    if not missing:
        return None
    _, name, value = min(missing, key=lambda it: it[0])
    return no_ratio(account, setting, value, name)


def not_below(account, setting, label, floor, condition, name):
    """A veto: nothing below a grade."""
    account.ask(name, name)
    if condition and setting.ladder.higher(label, floor) != label:
        account.hit(name)
        account.say("%s: %s becomes %s" % (name, label, floor))
        return floor
    return label


def forced(account, setting, adjust):
    """The one grade the special cases lead to whatever the table had said, where no table answers."""
    kept = set(account.hits), list(account.working)
    results = {adjust(label) for label in setting.ladder.labels}
    account.hits, account.working = kept
    if len(results) == 1:
        account.hit("special case where no table answers")
        return floated(account, setting, results.pop())
    return None


def row(account, value, table):
    """The one row of a table of disjoint intervals that holds the value."""
    account.ask(table, *["row " + it[0] for it in table])
    for interval, label in table:
        if value.within(interval):
            account.hit("row " + interval)
            account.say("row %s: %s" % (interval, label))
            return label
    raise AssertionError("%s in no row" % value)
