#!/usr/bin/env python3
"""A second reader of evidence: `verify.py [--key NAME+ID+KEY] DIR…`. Standard library only, no code of the engine.

Checks that the list of digests is that of exactly the files that are there, the canonical bytes of the record, the proofs
from the record to the root of its run and from the entry of the run to the checkpoint, each hand-over from the first key
to the one that signed the checkpoint, `body.json` against the record, and every row of the book against the facts. Where
the rule set is one that the oracle beside it knows by digest, the rates are worked again from the packaged facts. The
texts `README.md` and `decision.md` are not read: `rate verify` writes them again. What does not fit is printed, a line
each; the exit code is 0 where nothing is, 1 where something is, 2 where the command makes no sense.
"""

import base64
import csv
import hashlib
import json
import os
import sys

from rendered import HEADERS, average, body_json, iso

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))


# Rule sets whose rates the oracle works again, by digest: a name alone says nothing of what is in it.
KNOWN = {"45bdd2850e25916a8d85838c6f817f689a10550e1abb8261393c8a6fb1e32363": "320000/2023"}


class Unfit(Exception):
    """What does not fit."""


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf(data):
    return sha256(b"\x00" + data)


def node(left, right):
    return sha256(b"\x01" + left + right)


# Canonical bytes: the deterministic form of a small part of CBOR (RFC 8949).

def item(data, at=0, depth=0):
    """One item and the place behind it."""
    if at >= len(data):
        raise Unfit("the bytes end early")
    major, short = data[at] >> 5, data[at] & 0x1F
    at += 1
    argument = short
    if short >= 24:
        length = {24: 1, 25: 2, 26: 4, 27: 8}.get(short)
        if length is None or at + length > len(data):
            raise Unfit("a head that does not stand in a record")
        argument = int.from_bytes(data[at:at + length], "big")
        at += length
        if argument < {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}[length]:
            raise Unfit("a head longer than it need be")
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major in (2, 3):
        if at + argument > len(data):
            raise Unfit("the bytes end early")
        part = data[at:at + argument]
        return (part if major == 2 else part.decode("utf-8")), at + argument
    if major == 4:
        items = []
        if depth == 8:
            raise Unfit("too deep")
        for _ in range(argument):
            value, at = item(data, at, depth + 1)
            items.append(value)
        return items, at
    if major == 6 and argument in (2, 3):
        if depth == 8:
            raise Unfit("too deep")
        part, at = item(data, at, depth + 1)
        if not isinstance(part, bytes) or not 9 <= len(part) <= 16 or part[0] == 0:
            raise Unfit("a big number out of range")
        number = int.from_bytes(part, "big")
        return (number if argument == 2 else -1 - number), at
    if major == 7 and argument in (20, 21, 22):
        return {20: False, 21: True, 22: None}[argument], at
    raise Unfit("a kind that does not stand in a record")


def read(data):
    value, end = item(data)
    if end != len(data):
        raise Unfit("more follows")
    return value


# Proofs (RFC 9162, 2.1.3.2).

def included(hash_, index, size, path, root):
    if index >= size:
        return False
    first, last = index, size - 1
    for step in path:
        if last == 0:
            return False
        if first % 2 == 1 or first == last:
            hash_ = node(step, hash_)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            hash_ = node(hash_, step)
        first, last = first >> 1, last >> 1
    return last == 0 and hash_ == root


# Ed25519 (RFC 8032), as slow as it is short.

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(one, two):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, two
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def recover(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x % 2 != sign else x


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def same(one, two):
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 and (one[1] * two[2] - two[1] * one[2]) % P == 0


def signed(key, text, signature):
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L
    y = 4 * pow(5, P - 2, P) % P
    base = (recover(y, 0), y, 1, recover(y, 0) * y % P)
    return same(times(s, base), add(r, times(h, a)))


def noted(note, keys):
    """Size, root and origin of a checkpoint that each of some keys has signed."""
    text, lines = note.decode("utf-8").rsplit("\n\n", 1)
    text += "\n"
    lines = [line.split(" ") for line in lines.splitlines()]
    for key in keys:
        owner, id_, public = key.split("+", 2)
        public = base64.b64decode(public, validate=True)
        own_id = sha256(owner.encode() + b"\n" + public)[:4]
        if public[:1] != b"\x01" or own_id.hex() != id_:
            raise Unfit("a key that is no Ed25519 key of its name")
        signatures = [base64.b64decode(line[2], validate=True) for line in lines if line[1] == owner]
        signatures = [it[4:] for it in signatures if it[:4] == own_id]
        if not signatures or len(lines) != len(keys):
            raise Unfit("the checkpoint is not signed by " + key + ", or by others too")
        if not all(signed(public[1:], text.encode(), it) for it in signatures):
            raise Unfit("the signature of the checkpoint does not hold")
    origin, size, root, algorithm = text.splitlines()[:4]
    if algorithm != "hash SHA-256" or not origin or str(int(size)) != size:
        raise Unfit("not a checkpoint")
    return int(size), base64.b64decode(root, validate=True), origin


# The evidence.

class Evidence:
    def __init__(self, directory, key=None):
        self.directory, self.key, self.faults = directory, key, []

    def fault(self, place, what):
        self.faults.append("%s: %s" % (place, what))

    def bytes(self, name):
        try:
            with open(os.path.join(self.directory, name), "rb") as file:
                return file.read()
        except OSError as error:
            raise Unfit("%s: %s" % (name, error.strerror)) from None

    def lines(self, name):
        return self.bytes(name).decode("utf-8").splitlines()

    def check(self):
        for step in (self.sums, self.record, self.again):
            # What was not proved is not worked again.
            if self.faults and step == self.again:
                break
            try:
                step()
            except Unfit as error:
                self.fault(self.directory, error)
            except OSError as error:
                self.fault(self.directory, error.strerror)
            except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
                self.fault(self.directory, "not as it should be: %r" % error)
        return self.faults

    def files(self, inside=""):
        for entry in sorted(os.scandir(os.path.join(self.directory, inside)), key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from self.files(inside + entry.name + "/")
            elif entry.is_file(follow_symlinks=False):
                yield inside + entry.name
            else:
                raise Unfit("%s is not a file of its own" % (inside + entry.name))

    def sums(self):
        listed = dict(reversed(line.split("  ", 1)) for line in self.lines("SHA256SUMS"))
        there = [name for name in self.files() if name != "SHA256SUMS"]
        for name in sorted(set(listed) ^ set(there)):
            self.fault(name, "stands in SHA256SUMS and is not there" if name in listed else "does not stand in SHA256SUMS")
        for name in there:
            if name in listed and sha256(self.bytes(name)).hex() != listed[name]:
                self.fault(name, "was changed since the list of digests was made")
        if len(listed) != len(self.lines("SHA256SUMS")):
            self.fault("SHA256SUMS", "names a file twice")

    def record(self):
        data, entry = self.bytes("body.cbor"), self.bytes("proofs/entry.cbor")
        self.body = body = read(data)
        if len(body) != 13 or body[0] != 1:
            raise Unfit("not a body of format 1")
        if json.loads(self.bytes("body.json")) != body_json(body):
            self.fault("body.json", "does not say what the record says")
        index = json.loads(self.bytes("evidence.json"))
        form, _, word, run = read(entry)
        if (form, word) != (1, "run"):
            raise Unfit("the entry is not that of a run")
        rule_set, parameters, size, root = run[2], run[3], run[7], run[8]
        if (rule_set, parameters, run[1]) != (body[3][1], body[4], body[2][0]):
            self.fault("body.cbor", "belongs to another run")
        hashes = [bytes.fromhex(line) for line in self.lines("proofs/record.txt")]
        if not included(leaf(data), index["record"]["index"], size, hashes, root):
            self.fault("proofs/record.txt", "does not lead to the root of the run")
        tree = self.checkpoint()
        hashes = [bytes.fromhex(line) for line in self.lines("proofs/entry.txt")]
        if not included(leaf(entry), index["entry"]["index"], tree[0], hashes, tree[1]):
            self.fault("proofs/entry.txt", "does not lead to the root that was signed")
        pinned = [("facts.txt", body[5]), ("law/rule_set.json", body[3][1]), ("trace.cbor", body[12])]
        pinned += [("law/parameters/" + digest.hex(), digest) for digest in body[4]]
        for name, digest in pinned:
            if sha256(self.bytes(name)) != digest:
                self.fault(name, "is not what the record pins")
        shown = {"format": "evidence/1", "run": run[0], "account": {"area": body[2][0], "number": body[2][1]},
                 "record": {"index": index["record"]["index"], "of": size},
                 "entry": {"index": index["entry"]["index"], "of": tree[0]}}
        if index != shown:
            self.fault("evidence.json", "does not say what is proved")
        self.book()

    def book(self):
        """The rows of the book are those of the facts, and what they only make sense beside."""
        facts, rows = set(self.lines("facts.txt")), set()
        for name in [name for name in self.files() if name.startswith("book/")]:
            header, *lines = self.lines(name)
            if header != HEADERS.get(name[5:-4]) or name[-4:] != ".csv":
                self.fault(name, "is not a table with its columns")
            rows.update((name[5:-4] + "," + line).rstrip(",") for line in lines)
        for line in sorted(facts - rows):
            self.fault("book", "lacks " + line)
        claims = [next(csv.reader([line])) for line in facts if line.startswith("claims,")]
        named = {cell for cells in claims for cell in cells[2:3] + cells[12:15]}
        averages = [line for digest in self.body[4] for line in self.lines("law/parameters/" + digest.hex())]
        for line in sorted(rows - facts):
            table, area, *cells = next(csv.reader([line]))
            account = table == "accounts" and area == self.body[2][0] and len(cells) == 5 and cells[0] in named
            if not (account and cells[0] != self.body[2][1] and cells[1:4] == ["", "", ""]
                    or table == "statistics" and average(cells) in averages):
                self.fault("book", "has a row that no fact is: " + line)

    def keys(self):
        """The keys of the log, each handed over to by the one before: an entry names it, both sign right behind it."""
        keys = self.lines("proofs/keys.txt")
        if not keys:
            raise Unfit("no key")
        self.handed = 0
        for number, (before, key) in enumerate(zip(keys, keys[1:]), 1):
            place = "proofs/keys/%03d/" % number
            entry, note = self.bytes(place + "entry.cbor"), self.bytes(place + "checkpoint.txt")
            size, root, origin = noted(note, [before, key])
            hashes = [bytes.fromhex(line) for line in self.lines(place + "entry.txt")]
            form, _, word, named = read(entry)
            if (form, word, named) != (1, "key", key) or origin != before.split("+")[0] or size <= self.handed \
                    or not included(leaf(entry), size - 1, size, hashes, root):
                raise Unfit(place + " does not hand over to the key that follows")
            self.handed = size
        if self.key is None:
            print("no --key: the first key of the evidence is believed, and compared with nothing")
        elif self.key not in keys:
            self.fault("proofs/keys.txt", "does not have the key that was given")
        return keys

    def checkpoint(self):
        keys, note = self.keys(), self.bytes("proofs/checkpoint.txt")
        size, root, origin = noted(note, keys[-2:] if note.split(b"\n")[1] == b"%d" % self.handed else keys[-1:])
        if origin != keys[0].split("+")[0]:
            raise Unfit("the checkpoint of another log")
        return size, root

    def again(self):
        """The rates, worked again by the oracle from the packaged facts."""
        import oracle
        from methods import METHODS
        body = self.body
        name, number, first = KNOWN.get(body[3][1].hex()), body[2][1], iso(body[7][0])
        settings = METHODS[name].settings if name in METHODS else []
        if not any(setting.first == first for setting in settings):
            print("not recomputed: the oracle does not know %s of this digest from %s" % (body[3][0], first))
            return
        book = os.path.join(self.directory, "book")
        try:
            answers = {account.number: answer for account, answer in oracle.decide(name, first, book)
                       if account.number == number}
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, AssertionError) as error:
            print("not recomputed: the oracle cannot work with these facts: %r" % error)
            return
        if answers.get(number) is None:
            print("not recomputed: the oracle gives this account no rate")
            return
        found = oracle.plain(answers[number])["segments"]
        recorded = [{"from": iso(days[0]), "to": iso(days[1]), "class": cls[1], "base": base or "", "grade": grade or "",
                     "before": before, "cut": cut, "rate": rate, "origin": origin}
                    for days, cls, base, grade, before, cut, rate, origin in body[10]]
        found = [dict(it, grade=it["grade"] or "") for it in found]
        if merged(found) != merged(recorded):
            self.fault("body.cbor", "the oracle says %s, the record %s" % (found, recorded))


def merged(segments):
    """A border where nothing changes is none."""
    result = []
    for it in segments:
        if result and all(result[-1][key] == it[key] for key in it if key not in ("from", "to")):
            result[-1] = dict(result[-1], to=it["to"])
        else:
            result.append(it)
    return result


def main():
    arguments = sys.argv[1:]
    key = None
    if "--key" in arguments:
        at = arguments.index("--key")
        key = "".join(arguments[at + 1:at + 2])
        del arguments[at:at + 2]
    if key == "" or not arguments:
        print("verify.py [--key NAME+ID+KEY] DIR…")
        sys.exit(2)
    unfit = 0
    for directory in arguments:
        faults = Evidence(directory, key).check()
        for fault in faults:
            print(fault)
        print("%s: %s" % (directory, "something does not fit" if faults else "nothing is amiss"))
        unfit += bool(faults)
    sys.exit(1 if unfit else 0)


if __name__ == "__main__":
    main()
