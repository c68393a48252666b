"""What was found, as CSV and as Markdown."""

import csv
import os
import statistics

import measured

COLUMNS = ("shape", "accounts", "rows", "peer", "threads", "reads", "writes", "agrees", "rounds", "seconds", "least", "most",
           "ratio", "processor", "processor_ratio", "peak_mib", "written_mib", "loaded", "decided", "said")
BEGIN, END = "<!-- side by side -->", "<!-- end of side by side -->"
NAMES = {"three-year": "three yearly rows (湖北)", "jiangsu": "sixteen quarterly rows (江苏)"}


def plain(value):
    return "" if value is None else "%.3f" % value if isinstance(value, float) else str(value)


def seconds(value):
    return "–" if value is None else "%.2f s" % value if value < 10 else "%.1f s" % value


def times(value):
    return "–" if value is None else "%.2f" % value if value < 10 else "%.1f" % value


def median(it):
    """A contestant with the medians of what was taken of it."""
    taken, its = it["taken"], dict(it)
    its["rounds"] = len(taken)
    for name in taken[0] if taken else ():
        values = [one[name] for one in taken]
        its[name] = None if None in values else statistics.median(values)
    if taken:
        its["least"], its["most"] = min(one["seconds"] for one in taken), max(one["seconds"] for one in taken)
    return its


def write(found, options):
    """Both files of so many accounts; their paths."""
    os.makedirs(options.results, exist_ok=True)
    found = [median(it) for it in found]
    stem = os.path.join(options.results, "side-by-side-%d" % options.accounts)
    with open(stem + ".csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for it in found:
            out.writerow([plain(it.get(name)).partition("\n")[0] for name in COLUMNS])
    text = "\n\n".join([*(table(shape, found) for shape in NAMES if any(it["shape"] == shape for it in found)),
                        *losses(found), foot(options)]) + "\n"
    with open(stem + ".md", "w", encoding="utf-8") as file:
        file.write(text)
    if options.readme:
        into(options.readme, text)
    return stem + ".csv", stem + ".md"


def into(page, text):
    """Puts the tables into a page, in the place of those before them."""
    with open(page, encoding="utf-8") as file:
        before, _, rest = file.read().partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit("%s has no place for the tables: %s … %s" % (page, BEGIN, END))
    with open(page, "w", encoding="utf-8") as file:
        file.write("%s%s\n\n%s\n%s%s" % (before, BEGIN, text, END, after))


def table(shape, found):
    its = [it for it in found if it["shape"] == shape]
    lines = ["**%s accounts, %s: %s rows**" % (format(its[0]["accounts"], ","), NAMES[shape], format(its[0]["rows"], ",")), "",
             "| | cores | time | of `rate run` | processor | of `rate run` | memory | written | what is written |",
             "|---|---|---|---|---|---|---|---|---|"]
    for it in its:
        if not it["rounds"]:
            continue
        more = " (%s of it to load)" % seconds(it["loaded"]) if "loaded" in it else ""
        lines.append("| %s | %d | %s%s | %s | %s | %s | %d MiB | %d MiB | %s |" % (
            it["peer"], it["threads"], seconds(it["seconds"]), more, times(it["ratio"]), seconds(it["processor"]), times(it["processor_ratio"]),
            round(it["peak_mib"]), round(it["written_mib"]), it["writes"]))
    return "\n".join(lines)


def losses(found):
    """What differs, if anything, as one block."""
    lines = []
    for it in found:
        if not it["agrees"]:
            said = it["said"].split("\n    ")
            lines.append("* %s, %s: %s" % (it["peer"], NAMES[it["shape"]], said[0]))
            lines += ["  * %s" % one for one in said[1:]]
    return ["\n".join(["**What differs, and so has no time**", "", *lines])] if lines else []


def foot(options):
    note = " " + options.note if options.note else ""
    return ("Medians of %d, in rounds one behind the other; a ratio is to the `rate run` of the same round, and the median of them. Everything is read from and "
            "written to files in the cache of the system. Memory is of the process, in PostgreSQL of its one backend without "
            "parallel workers; processor time of a server is not measured. %s.%s" % (options.rounds, measured.machine(), note))
