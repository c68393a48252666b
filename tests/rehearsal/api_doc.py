#!/usr/bin/env python3
"""Runs what docs/api.md tells a reader to type: every block fenced as `sh`, in order, in one bash.

api_doc.py --rate BINARY [--doc docs/api.md]

Makes a directory with the demonstration that the document works with, and ends with 0 where every block did. A block of
which a command fails ends it, with the block and what it printed. Needs bash, curl, jq and sha256sum, as the document says.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile

ACCOUNTS = "200"
# Stands alone on a line before what a block prints; no answer has it.
MARK = "\x1e"
SECONDS = 300


def blocks(text):
    """The insides of the `sh` blocks, each with the line that it begins on."""
    found, begun, lines = [], None, []
    for number, line in enumerate(text.splitlines(), 1):
        if begun is None and line == "```sh":
            begun, lines = number + 1, []
        elif begun is not None and line == "```":
            found.append((begun, "\n".join(lines) + "\n"))
            begun = None
        elif begun is not None:
            lines.append(line)
    if begun is not None:
        raise SystemExit("the block of line %d has no end" % begun)
    return found


def script(found):
    """All blocks as one script that says which of them it is at; any command that fails ends it."""
    parts = ["set -euo pipefail\nexec 2>&1\n"]
    for index, (_, block) in enumerate(found):
        parts.append("printf '\\n%s%d\\n'\n%s" % (MARK, index, block))
    return "".join(parts)


def end(process):
    """Ends whatever the blocks began and left running: all of it is in the group of the bash."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
    except ProcessLookupError:
        pass


def run(found, directory, path):
    process = subprocess.Popen(
        ["bash", "-c", script(found)], cwd=directory, env=dict(os.environ, PATH=path), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, start_new_session=True)
    try:
        printed = process.communicate(timeout=SECONDS)[0]
        status = process.returncode
    except subprocess.TimeoutExpired:
        end(process)
        printed, status = process.communicate()[0], "no end within %d s" % SECONDS
    finally:
        end(process)
    return status, printed.decode("utf-8", "replace").split("\n" + MARK)[1:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", required=True)
    parser.add_argument("--doc", default="docs/api.md")
    parser.add_argument("--show", action="store_true", help="print what every block prints")
    options = parser.parse_args()
    with open(options.doc, encoding="utf-8") as file:
        found = blocks(file.read())
    if not found:
        raise SystemExit("%s has no block to run" % options.doc)
    with tempfile.TemporaryDirectory() as directory:
        own, place = os.path.join(directory, "bin"), os.path.join(directory, "place")
        os.mkdir(own)
        os.mkdir(place)
        os.symlink(os.path.abspath(options.rate), os.path.join(own, "rate"))
        path = own + os.pathsep + os.environ.get("PATH", "")
        demo = subprocess.run([os.path.join(own, "rate"), "demo", "--accounts", ACCOUNTS], cwd=place, stdout=subprocess.DEVNULL)
        if demo.returncode != 0:
            raise SystemExit("rate demo: %d" % demo.returncode)
        status, printed = run(found, place, path)
    for index, ((line, block), text) in enumerate(zip(found, printed)):
        last = status != 0 and index == len(printed) - 1
        if options.show or last:
            print("%s:%d:\n%s--- prints\n%s\n" % (options.doc, line, block, text.split("\n", 1)[-1]))
        if last:
            raise SystemExit("%s:%d: the block fails (%s)" % (options.doc, line, status))
    if status != 0 or len(printed) != len(found):
        raise SystemExit("%s: %s; %d of %d blocks begun" % (options.doc, status, len(printed), len(found)))
    print("%s: %d blocks, all well" % (options.doc, len(found)))


if __name__ == "__main__":
    sys.exit(main())
