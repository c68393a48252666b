"""A command run once: seconds, processor seconds, and the most memory it held.

A new process counts what its parent held when it was forked, so a small one stands in between: this file, run by itself.
"""

import json
import os
import subprocess
import sys
import tempfile
import time


class Measured:
    def __init__(self, seconds, processor, peak_mib, output):
        self.seconds, self.processor, self.peak_mib, self.output = seconds, processor, peak_mib, output


class Failed(Exception):
    """A command that ended with another code than 0."""


def run(command, cores=None, environment=None):
    """Runs a command on some of the cores; the figures are the system's own of that child and those it waited for."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile() as told:
        between = [sys.executable, "-I", "-S", os.path.abspath(__file__), told.name, ",".join(map(str, cores or ()))]
        done = subprocess.run(between + command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                              env={**os.environ, **(environment or {})})
        out.seek(0)
        err.seek(0)
        text = out.read().decode("utf-8", "replace")
        if done.returncode:
            raise Failed("%s: exit code %d\n%s%s" % (
                command[0], done.returncode, text[-1500:], err.read().decode("utf-8", "replace")[-1500:]))
        return Measured(*json.load(told), text)


def between(told, cores, *command):
    """Starts a command, and writes down what it took."""
    if cores:
        os.sched_setaffinity(0, map(int, cores.split(",")))
    begun = time.monotonic()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    with open(told, "w", encoding="utf-8") as file:
        json.dump([time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024], file)
    return os.waitstatus_to_exitcode(status)


def size(path):
    """Bytes of a file, or of everything below a directory."""
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(where, name)) for where, _, names in os.walk(path) for name in names)


def machine():
    """What the figures were taken on, as far as the system says."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return "%s, %d cores, Linux %s, Python %s" % (names[0] if names else "unknown processor", len(names) or os.cpu_count(),
                                                  os.uname().release.split("-")[0], sys.version.split()[0])


if __name__ == "__main__":
    sys.exit(abs(between(*sys.argv[1:])))
