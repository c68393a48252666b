"""Orders of a made-up account: a class, a grade, a rate, or to decide again."""

from book import day_after, day_before


def write(writer, number):
    """A grade or a rate by order, on days of the setting, at its edges or beside it."""
    first, last = writer.maker.first, writer.maker.last
    inside = writer.maker.day_in_setting()
    days = writer.random.choice(((first, last), (first, inside), (inside, last), (inside, inside), (inside, ""),
                               (day_before(first), first), (last, ""), ("2003-01-01", day_before(first)),
                               (day_after(last), "")))
    grade, rate = writer.random.choice(list(writer.spec["grades"])), "0.77"
    if other(writer, number, days):
        return
    if "points" in writer.spec or "last_rates" in writer.spec or writer.random.random() < 0.5:
        writer.tables.add("orders", number, "O1", "court", "rate", "", "", "", rate, *days, "2003-01-01", "an order")
        return
    writer.tables.add("orders", number, "O1", "agency", "grade", "", "", grade, "", *days, "2003-01-01", "an order")
    if writer.random.random() < 0.2:
        writer.tables.add("orders", number, "O2", "court", "rate", "", "", "", rate, inside, inside, "2003-01-01", "an order")


def other(writer, number, days):
    """A class, where base rates of every class are known; to decide again, in later settings of a cycle."""
    chance, add = writer.random.random(), writer.tables.add
    if writer.maker.cycle and chance < 0.8 and days[0] >= writer.maker.first:
        add("orders", number, "O1", "review-organ", "decide-again", "", "", "", "", *days, "2003-01-01", "an order")
        return True
    if writer.spec["place"] == "none" or chance > 0.55:
        return False
    # No premium row may cross the bound of a class.
    if days[0] < writer.maker.first:
        days = ("2003-01-01", days[1])
    cls = writer.random.choice([it for it in writer.spec["classes"] if it != writer.draft.cls])
    add("orders", number, "O1", "inspection", "class", writer.tables.system, cls, "", "", *days, "2003-01-01",
        "an order")
    return True
