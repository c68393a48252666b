"""From a grade to dated rates, in percent."""

from fractions import Fraction

from book import OPEN, day_after, day_before, first_day, month
from data import PLACES


def percents(*texts):
    return [Fraction(it) for it in texts]


class Ladder:
    def __init__(self, labels, factors=None, points=None, base="100%", by_class=None):
        """Labels lowest first; factors multiply the base rate, points are added to it."""
        self.labels, self.base, self.by_class = labels, base, by_class or {}
        self.factors = [Fraction(it) / 100 for it in factors or []]
        self.points = percents(*points) if points else None

    def move(self, label, steps):
        """Some grades up or down, held at the ends."""
        at = self.labels.index(label) + steps
        return self.labels[max(0, min(at, len(self.labels) - 1))]

    def higher(self, one, other):
        return max(one, other, key=self.labels.index)

    def held(self, label, cls):
        """Where the class has only some grades: its lowest or its highest."""
        allowed = self.by_class.get(cls)
        if not allowed or label in allowed:
            return label
        at = [self.labels.index(it) for it in allowed]
        return self.labels[max(min(at), min(self.labels.index(label), max(at)))]

    def rate(self, base, label):
        at = self.labels.index(label)
        return base + self.points[at] if self.points else base * self.factors[at]


def five(low="50%", by_class=None):
    factors = [low[:-1], "80", "100", "120", "150"]
    return Ladder([it + "%" for it in factors], factors, by_class=by_class)


EIGHT = five(by_class={1: ["100%", "120%", "150%"]})
THREE = five(by_class={1: ["100%"]})
OPEN_TO_ALL = five()


class Setting:
    def __init__(self, first, last, cycle, place, ladder=EIGHT, floor=(2, 9), keep_class=False, most_heads=True,
                 dispatch_class=None, cap=None, least=None, digits=None, windows=(), on=None, carries=None,
                 not_above=None):
        self.first, self.last, self.cycle, self.ladder = first, last, cycle, ladder
        self.place = PLACES[place]
        self.floor = range(*floor) if floor else ()
        self.keep_class, self.most_heads, self.dispatch_class = keep_class, most_heads, dispatch_class
        self.cap, self.least, self.digits = cap, least or {}, digits
        # A day of the setting on which the method is in force; whether the grade of the cycle is carried into it.
        self.windows, self.on, self.carries = windows, on or first, carries
        self.window = windows[0] if windows else None
        # The first day of a cycle of transition, whose rates are not above the last one before it.
        self.not_above = not_above

    def start(self, account):
        """The first day of the account's rates, or nothing where it is not insured in the setting."""
        for it in range(month(self.first), month(self.last) + 1):
            if it in account.covered:
                return max(self.first, first_day(it))
        return None

    def spells(self, account):
        """Runs of covered months in the setting, as days."""
        result = []
        for it in range(month(self.first), month(self.last) + 1):
            if it in account.covered:
                last = min(self.last, day_before(first_day(it + 1)))
                if result and result[-1][1] == day_before(first_day(it)):
                    result[-1][1] = last
                else:
                    result.append([max(self.first, first_day(it)), last])
        return result

    def class_on(self, account, day):
        """The class that holds that day, ordered or in force, and the day it ends."""
        ordered, until = class_order(account, day) if account.heeded else (None, OPEN)
        if ordered:
            return ordered, until
        cls, ends = self.class_in_force(account, day)
        return cls, min(ends, until)

    def class_in_force(self, account, day):
        if account.kind == "dispatch" and self.dispatch_class:
            return self.dispatch_class, OPEN
        row = account.class_row(day)
        cls, ends = row[2], row[1]
        if account.kind == "dispatch" and self.most_heads:
            heads = {}
            for first, last, its_class, number in account.dispatched:
                if first <= day <= last:
                    heads[its_class] = heads.get(its_class, 0) + number
                    ends = min(ends, last)
                elif first > day:
                    ends = min(ends, day_before(first))
            if heads:
                most = max(heads.values())
                cls = max(it for it in heads if heads[it] == most)
                account.hit("dispatch: class of most heads")
                if list(heads.values()).count(most) > 1:
                    account.hit("dispatch: a tie")
        return cls, ends


def vector_on(place, account, day):
    """Base rates of the day: of the kind of account before those of the place before those of the area."""
    for first, last, event, kinds, rates in place.get("listed", ()):
        if first <= day <= last and account.kind in kinds and any(one <= day <= end for one, end in listings(account, event)):
            account.hit("base rate of those listed")
            return rates, last
    best, rank = None, -1
    for first, last, sub_area, kinds, rates in place["vectors"]:
        if first <= day <= last and (not sub_area or account.sub_area in sub_area) and (not kinds or account.kind in kinds):
            its = (2 if kinds else 0) + (1 if sub_area else 0)
            if its > rank:
                best, rank = (rates, last), its
    return best


def listings(account, kind):
    """Days of the events of a kind, under the account's own number (open: READINGS.md, §3)."""
    return [(event.first, event.last) for event in account.own_events if event.kind == kind]


def listing_ends(place, account, day):
    """The last day on which whoever is listed stays so, and whoever is not."""
    days = [span for it in place.get("listed", ()) for span in listings(account, it[2])]
    return min([last if first <= day else day_before(first) for first, last in days if last >= day], default=OPEN)


def base_on(setting, account, cls, day):
    """Base rate, class-1 base rate if known, last day of both."""
    found = vector_on(setting.place, account, day)
    if found:
        return found[0][cls - 1], found[0][0], found[1]
    last = last_rate(account, setting.first)
    if last is None or last.cls != cls:
        raise KeyError("no base rate of class %d for %s on %s" % (cls, account.number, day))
    return last.base, None, OPEN


def last_rate(account, day):
    before = [it for it in account.rates if it.first < day]
    return before[-1] if before else None


def cut_on(setting, account, day):
    for cut in setting.place.get("cuts", ()):
        if cut["first"] <= day <= cut["last"]:
            return cut, cut["last"]
    later = [day_before(it["first"]) for it in setting.place.get("cuts", ()) if it["first"] > day]
    return None, min(later, default=OPEN)


def later_vector(place, day):
    return min((day_before(it[0]) for it in place["vectors"] if it[0] > day), default=OPEN)


def rounded(rate, digits):
    scaled = rate * 10 ** digits
    return Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10 ** digits)


def class_order(account, day):
    """The class ordered for the day, or nothing; and the last day on which that stays so."""
    until = OPEN
    for first, last, cls in account.class_orders:
        if first <= day <= last:
            return cls, last
        if first > day:
            until = min(until, day_before(first))
    return None, until


def segments(setting, account, of_day, label_of, origin, borders=()):
    """Dated rates; `of_day` gives the rate of a day, base rate and class before floor and cut; it may change at borders."""
    result = []
    fixed_class = setting.class_on(account, setting.start(account))[0] if setting.keep_class else None
    for day, end in setting.spells(account):
        if result:
            account.hit("not covered inside the setting")
        while day <= end:
            until = min([end] + [day_before(it) for it in borders if it > day])
            one = segment(setting, account, day, until, of_day, fixed_class, origin)
            if result and result[-1][2] != one[2]:
                account.hit("class change inside the setting")
            label = label_of(one[2]) if one[7] is None else one[7]
            result.append(one[:4] + [label] + one[4:7] + [origin if one[7] is None else "ordered"])
            day = day_after(one[1])
    return result


def segment(setting, account, day, end, of_day, fixed_class, origin):
    """One stretch of days on which nothing changes."""
    cls, ends = (fixed_class, OPEN) if fixed_class else setting.class_on(account, day)
    if fixed_class and account.heeded:
        ordered, ends = class_order(account, day)
        cls = ordered or cls
    base, class_1, vector_ends = base_on(setting, account, cls, day)
    cut, cut_ends = cut_on(setting, account, day)
    ordered, order_ends = order_on(account, day)
    until = min(end, ends, vector_ends, cut_ends, order_ends, later_vector(setting.place, day),
                listing_ends(setting.place, account, day))
    if until < end and until == listing_ends(setting.place, account, day):
        account.hit("listed, or no longer, inside the setting")
    if ordered and ordered[0] == "rate":
        account.hit("a rate by order")
        return [day, until, cls, base, ordered[1], Fraction(0), ordered[1], ""]
    if ordered:
        account.hit("a grade by order")
        rate = floored(account, setting, setting.ladder.rate(base, ordered[1]), cls, class_1)
    else:
        rate = of_day(day, base, cls, class_1)
    if cls in setting.least and rate < setting.least[cls]:
        account.hit("held by the lowest rate of the class")
        rate = setting.least[cls]
    if setting.cap and rate > setting.cap:
        account.hit("held by the cap")
        rate = setting.cap
    if setting.digits is not None:
        if rounded(rate, setting.digits) != rate:
            account.hit("rounded")
        rate = rounded(rate, setting.digits)
    if setting.not_above and not ordered and origin != "provisional":
        rate = not_above_last(account, setting, rate)
    before, share = rate, Fraction(0)
    if cut and cls not in cut["exempt"]:
        share = cut["cut"]
        rate = rate * (1 - share / 100)
        account.hit("phased cut")
        if cut["floor"] and rate < class_1:
            account.hit("floor after the cut")
            rate = class_1
    return [day, until, cls, base, before, share, rate, ordered and ordered[1]]


def not_above_last(account, setting, rate):
    """In a cycle of transition: not above the last rate before the cycle, or the last one at hand."""
    last = last_rate(account, setting.not_above) or last_rate(account, setting.first)
    if last is None:
        account.hit("transition: no last rate")
    elif rate > last.before:
        account.hit("transition: held at the last rate")
        return last.before
    return rate


def order_on(account, day):
    """What was ordered for the day, a rate before a grade; and the last day on which that stays so."""
    ends, found = OPEN, None
    for first, last, what, value in account.orders:
        if first <= day <= last:
            ends = min(ends, last)
            if found is None or what == "rate":
                found = what, value
        elif first > day:
            ends = min(ends, day_before(first))
    return found, ends


def floored(account, setting, rate, cls, class_1):
    """Not below the class-1 base rate of the day, where it is known."""
    if cls in setting.floor and class_1 is not None and rate < class_1:
        account.hit("floor at the class-1 base")
        return class_1
    return rate


def pieces(first, last, spans, inside):
    """Parts of a run of days that lie inside some spans, or outside all of them."""
    if inside:
        return [(max(first, it[0]), min(last, it[1])) for it in spans if it[0] <= last and it[1] >= first]
    parts = [(first, last)]
    for start, end in spans:
        kept = []
        for one, other in parts:
            if end < one or start > other:
                kept.append((one, other))
                continue
            if one < start:
                kept.append((one, day_before(start)))
            if other > end:
                kept.append((day_after(end), other))
        parts = kept
    return parts


class Answer:
    def __init__(self, grade, origin, cls, result):
        # What was ordered for the first day is what is said of the whole.
        if result[0][8] == "ordered":
            grade, origin = result[0][4], "ordered"
        self.grade, self.origin, self.cls, self.segments = grade, origin, cls, result

    def by_order(self):
        self.origin = "ordered"
        self.segments = [it[:8] + ["ordered"] for it in self.segments]

    def redetermined(self):
        self.origin = "redetermined"
        self.segments = [it[:8] + [it[8] if it[8] == "ordered" else "redetermined"] for it in self.segments]

    def on_days(self, other, spans):
        """The rates of another answer on some days, and its grade, origin and class where these hold the first day."""
        cut = []
        for mine, its in ((True, self), (False, other)):
            for segment in its.segments:
                for first, last in pieces(segment[0], segment[1], spans, not mine):
                    cut.append([first, last] + segment[2:])
        cut.sort(key=lambda it: it[0])
        first = other if any(it[0] <= cut[0][0] <= it[1] for it in spans) else self
        return Answer(first.grade, first.origin, first.cls, cut)


def floated(account, setting, label, origin="floated", points=None, borders=(), by="floats"):
    """A grade fixed for the setting; points of the day are put on the rate after the grade."""
    start = setting.start(account)
    cls = setting.class_on(account, start)[0]
    # The grade of a cycle stays what it was fixed at, though class 1 cannot have it.
    held = label if origin == "carried" else setting.ladder.held(label, cls)
    if held != label:
        account.hit("held by the grades of the class")
    account.say("grade %s, held at %s in class %d" % (label, held, cls))

    def of_day(day, base, its_class, class_1):
        rate = setting.ladder.rate(base, setting.ladder.held(held, its_class)) + (points(day) if points else 0)
        return floored(account, setting, rate, its_class, class_1)

    account.hit(by)
    result = segments(setting, account, of_day, lambda its: setting.ladder.held(held, its), origin, borders)
    return Answer(held, origin, cls, result)


def carried(account, setting):
    """Inside a cycle: the grade fixed in it goes on, at the base rates and cuts of the new days."""
    start = setting.start(account)
    last = last_rate(account, start)
    if not setting.carries or last is None or last.first < setting.carries:
        return None
    if account.again_now:
        account.hit("decided again")
        return None
    if last.origin not in ("floated", "carried", "redetermined", "ordered"):
        account.hit("no grade fixed in the cycle: " + last.origin)
        return None
    account.hit("grade of the cycle carried")
    account.say("grade %s of cycle %s is carried" % (last.grade, setting.cycle))
    return floated(account, setting, last.grade, origin="carried", by="carried")


def base_rate(account, setting, why, origin="base"):
    account.hit(why)
    account.say("base rate: " + why)
    cls = setting.class_on(account, setting.start(account))[0]
    label = setting.ladder.base
    result = segments(setting, account, lambda day, base, its, class_1: base, lambda its: label, origin)
    return Answer(label, origin, cls, result)


def held(account, setting, why):
    """The last rate before any cut goes on, provisionally; without one, the base rate."""
    account.hit(why)
    last = last_rate(account, setting.first)
    if last is None:
        account.hit("held without a last rate")
        return base_rate(account, setting, "base rate for want of a last rate", "provisional")
    account.say("held at %s (%s), since %s" % (float(last.before), last.grade, last.first))
    cls = setting.class_on(account, setting.start(account))[0]

    def label_of(its_class):
        return setting.ladder.held(last.grade, its_class) if last.grade else ""

    def of_day(day, base, its_class, class_1):
        return floored(account, setting, last.before, its_class, class_1)

    result = segments(setting, account, of_day, label_of, "provisional")
    return Answer(last.grade, "provisional", cls, result)
