#!/usr/bin/env python3
"""Engine against oracle: makes a book for each method and setting, has both decide it, and compares.

compare.py --rate BINARY --root REPOSITORY [--accounts N] [--seed N] [--jobs N] [--keep DIR] [--resume DIR] [METHOD …]

Without a METHOD, projects and what is settled late follow. With --resume, what a setting came to is kept in DIR as soon as it is known, and a later run of the same program,
rules, oracle, accounts and seed goes on from there. Ends with 1 where an answer differs, or where something that the method has was met too seldom.
"""

import argparse
import csv
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor

import book as book_of
import generate
import oracle
import projects
import settlement
from aims import SPECS
from methods import METHODS

ENOUGH = 100            # hits of each name at 2,000 accounts and more; in proportion below
LATER = 4
SHOWN = 5
SEGMENT = ("    %(from)s – %(to)s class %(class)s base %(base)s %(grade)s %(before)s cut %(cut)s: %(rate)s "
           "%(origin)s")


def rule_set(method):
    return SPECS[method]["area"] + method[6:].split(" ")[0]


def directories(options, method, scratch):
    """Rule sets and parameters; a copy where the method is tried as if of another area, or with something more in it."""
    fixtures, area = os.path.join(options.root, "fixtures"), SPECS[method]["area"]
    rules, parameters = os.path.join(fixtures, "rule_sets"), os.path.join(fixtures, "parameters")
    if "written" in SPECS[method]:
        name, old, new = SPECS[method]["written"]
    elif area != method[:6]:
        name, old, new = method.split(" ")[0] + ".toml", '"%s"' % method[:6], '"%s"' % area
        if not os.path.exists(os.path.join(parameters, area)):
            parameters = os.path.join(os.path.dirname(os.path.abspath(__file__)), "parameters")
    else:
        return rules, parameters
    moved = os.path.join(scratch, "rules")
    shutil.copytree(os.path.join(rules, "cn"), os.path.join(moved, "cn"), dirs_exist_ok=True)
    with open(os.path.join(rules, name), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(moved, "moved.toml"), "w", encoding="utf-8") as file:
        file.write(text.replace(old, new, 1))
    return moved, parameters


def run_engine(options, method, first, book, out):
    rules, parameters = directories(options, method, os.path.dirname(book))
    command = [options.rate, "--lang", "en", "run", "--area", SPECS[method]["area"], "--rules", rules,
               "--parameters", parameters, "--book", book, "--on", first, "--out", out,
               "--accept", "table-empty,year-empty"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0 or not os.path.exists(os.path.join(out, "decisions.ndjson")):
        raise SystemExit("%s %s: rate ended with %d\n%s%s"
                         % (method, first, done.returncode, done.stdout[-2000:], done.stderr[-2000:]))


def engine_answers(method, out):
    """Number -> answer in the oracle's shape; why an account was not decided stands in its place."""
    answers = {}
    with open(os.path.join(out, "decisions.ndjson"), encoding="utf-8") as file:
        for line in file:
            it = json.loads(line)
            if it["rule_set"]["id"] != rule_set(method):
                raise SystemExit("%s was decided by %s" % (method, it["rule_set"]["id"]))
            segments = [
                {"from": one["from"], "to": one["to"], "class": one["class"], "base": one["base_percent"] or "",
                 "grade": one["grade"] or "", "before": one["before_cut_percent"], "cut": one["cut_percent"],
                 "rate": one["rate_percent"], "origin": one["origin"]} for one in it["segments"]]
            answers[it["account"]["number"]] = {"grade": it["grade"] or "", "origin": it["origin"],
                                                "class": it["class"], "segments": segments,
                                                "explanation": it["explanation"], "steps": it["steps"]}
    check_rates(method, out, answers)
    for row in table(out, "not_insured"):
        answers[row["account"]] = "not insured"
    for row in table(out, "problems"):
        answers[row["account"]] = "refused: %s: %s" % (row["code"], row["message"])
    return answers


def check_rates(method, out, answers):
    """What billing reads says the same."""
    written = {}
    for row in table(out, "rates"):
        if row["document"] == rule_set(method):
            written.setdefault(row["account"], []).append(
                {"from": row["from"], "to": row["to"], "class": int(row["class"]), "base": row["base_percent"],
                 "grade": row["grade"], "before": row["before_cut_percent"], "cut": row["cut_percent"],
                 "rate": row["charged_percent"], "origin": row["origin"]})
    for number, answer in answers.items():
        if written.get(number) != answer["segments"]:
            raise SystemExit("%s: rates.csv is not what was decided for %s" % (method, number))


def table(out, name):
    with open(os.path.join(out, name + ".csv"), encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def merged(segments):
    """A border where nothing changes is none."""
    result = []
    for it in segments:
        if result and all(result[-1][key] == it[key] for key in it if key not in ("from", "to")):
            result[-1] = dict(result[-1], to=it["to"])
        else:
            result.append(it)
    return result


def differs(ours, theirs):
    if not isinstance(theirs, dict) or ours is None:
        return not (ours is None and theirs == "not insured")
    if any(ours[key] != theirs[key] for key in ("grade", "origin", "class")):
        return True
    return merged(ours["segments"]) != merged(theirs["segments"])


def show(number, ours, theirs, account):
    lines = ["account %s" % number]
    for name, it in (("oracle", ours), ("engine", theirs)):
        if isinstance(it, dict):
            lines.append("  %s: grade %s, %s, class %s" % (name, it["grade"], it["origin"], it["class"]))
            lines += [SEGMENT % segment for segment in merged(it["segments"])]
        else:
            lines.append("  %s: %s" % (name, it or "not insured"))
    if isinstance(theirs, dict):
        lines.append("  the engine explains: " + theirs["explanation"])
        lines += ["    " + it.split("   [")[0] for it in theirs["steps"]]
    lines.append("  the oracle's working:")
    lines += ["    " + it for it in account.working]
    return "\n".join(lines)


def fingerprint(options):
    """Of everything that a result depends on: the program, rules, parameters, oracle, accounts and seed."""
    here = os.path.dirname(os.path.abspath(__file__))
    fixtures = os.path.join(options.root, "fixtures")
    names = [options.rate]
    for top, kind in ((here, "py"), (here, "toml"), (os.path.join(fixtures, "rule_sets"), "toml"),
                      (os.path.join(fixtures, "parameters"), "toml")):
        names += sorted(glob.glob(os.path.join(top, "**", "*." + kind), recursive=True))
    digest = hashlib.sha256(("%d %d" % (options.accounts, options.seed)).encode())
    for name in names:
        with open(name, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()[:16]


def resumed(task):
    """A setting that was already compared is not compared again."""
    options, method, setting = task
    if not options.resume:
        return stage(task)
    kept = os.path.join(options.resume, options.fingerprint,
                        "%s-%s.json" % (method.replace("/", "-"), setting.first))
    if not os.path.exists(kept):
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        result = stage(task)
        with open(kept + ".part", "w", encoding="utf-8") as file:
            json.dump(result, file, ensure_ascii=False)
        os.replace(kept + ".part", kept)
    with open(kept, encoding="utf-8") as file:
        return tuple(json.load(file))


def stage(task):
    options, method, setting = task
    began, first = time.time(), setting.first
    # Later settings of a method add to its hits; the first one has the most accounts.
    accounts = options.accounts if first == METHODS[method].settings[0].first else options.accounts // LATER
    with tempfile.TemporaryDirectory() as scratch:
        directory = scratch
        if options.keep:
            directory = os.path.join(options.keep, method.replace("/", "-") + "-" + first)
            os.makedirs(directory, exist_ok=True)
        book, out = os.path.join(directory, "book"), os.path.join(directory, "out")
        maker = generate.make(method, first, accounts, book, options.seed)
        made = time.time()
        run_engine(options, method, setting.on, book, out)
        ran = time.time()
        theirs = engine_answers(method, out)
        hits, different, shown, origins, seen = {}, 0, [], {}, 0
        for account, answer in oracle.decide(method, first, book):
            seen += 1
            ours = answer and oracle.plain(answer)
            for name in account.hits:
                hits[name] = hits.get(name, 0) + 1
            name = ours["origin"] if ours else "not insured"
            origins[name] = origins.get(name, 0) + 1
            if differs(ours, theirs.get(account.number)):
                different += 1
                if len(shown) < options.show:
                    shown.append(show(account.number, ours, theirs.get(account.number), account))
    times = made - began, ran - made, time.time() - ran
    asked = sorted({name for names in book_of.Account.asked.values() for name in names})
    return method, first, seen, maker.boundary, hits, asked, different, shown, origins, times


# What is a row, bound, veto, exit or missing value by its name has to be met as often as what a method lists.
ALWAYS = ("row ", "veto: ", "exit: ", "forced: ", "u: ", "i: ", "deaths add", "steps of", "certificate", "first insured",
          "in no row", "table not seen", "special case", "average of", "a class by order", "decided again")


def table_of_hits(method, hits, asked, enough):
    """Every name the method must show, and how often it did; then what else was met."""
    lines, few, listed = [], [], list(dict.fromkeys(METHODS[method].hits))
    listed += sorted((asked | {it for it in hits if it.startswith(ALWAYS)}) - set(listed))
    for name in listed:
        count = hits.get(name, 0)
        if count < enough:
            few.append("%s: %d" % (name, count))
        lines.append("  %7d  %s%s" % (count, name, "   < %d" % enough if count < enough else ""))
    more = sorted(name for name in hits if name not in listed)
    if more:
        lines.append("  beside these: " + ", ".join("%s %d" % (name, hits[name]) for name in more))
    return lines, few


def report(results, options):
    failed, total, boundary, different = False, 0, 0, 0
    enough = max(1, ENOUGH * min(options.accounts, 2000) // 2000)
    for method in sorted({it[0] for it in results}):
        hits, wanted = {}, set()
        for _, first, seen, aimed, some, asked, wrong, shown, origins, times in [it for it in results if it[0] == method]:
            wanted |= set(asked)
            for name, count in some.items():
                hits[name] = hits.get(name, 0) + count
            print("%s on %s: %d accounts (%s), %d aimed at a bound; made in %.1f s, engine %.1f s, oracle %.1f s: "
                  "%d differences" % (method, first, seen, ", ".join("%d %s" % (origins[it], it) for it in sorted(origins)),
                                      aimed, *times, wrong))
            for it in shown:
                print(it)
            total, boundary, different = total + seen, boundary + aimed, different + wrong
        lines, few = table_of_hits(method, hits, wanted, enough)
        if options.table or few:
            print("\n".join(lines))
        for it in few:
            print("  met too seldom (fewer than %d): %s" % (enough, it))
        failed |= bool(few)
    stages = len(results)
    print("%d accounts in %d settings of %d methods, %d of them aimed at a bound, %d differences"
          % (total, stages, len({it[0] for it in results}), boundary, different))
    return failed or different > 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep")
    parser.add_argument("--resume")
    parser.add_argument("--show", type=int, default=SHOWN)
    parser.add_argument("--table", action="store_true", help="print every hit table")
    parser.add_argument("methods", nargs="*")
    options = parser.parse_args()
    options.fingerprint = options.resume and fingerprint(options)
    tasks = [(options, name, setting) for name in sorted(options.methods or METHODS)
             for setting in METHODS[name].settings]
    well = True
    with ProcessPoolExecutor(max_workers=options.jobs) as pool:
        results = list(pool.map(resumed, tasks))
    failed = report(results, options)
    if not options.methods:
        for what in (projects, settlement):
            with tempfile.TemporaryDirectory() as scratch:
                lines, well = what.compare(options, scratch)
            print("\n".join(lines))
            failed |= not well
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
