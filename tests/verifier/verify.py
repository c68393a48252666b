#!/usr/bin/env python3
"""A second reader of evidence: `verify.py [--key NAME+ID+KEY] DIR…`. Standard library only, no code of the engine.

Checks the list of digests, the canonical bytes of the record, the proofs from the record to the root of its run and from
the entry of the run to the checkpoint, and the signature of the checkpoint. Where the rule set is one that the oracle
beside it knows, the rates are worked again from the packaged facts. What does not fit is printed, a line each; the exit
code is 0 where nothing is.
"""

import base64
import hashlib
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))


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
        part, at = item(data, at, depth)
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
            try:
                step()
            except Unfit as error:
                self.fault(self.directory, error)
            except (UnicodeDecodeError, ValueError, IndexError, KeyError, TypeError) as error:
                self.fault(self.directory, "not as it should be: %r" % error)
        return self.faults

    def sums(self):
        for line in self.lines("SHA256SUMS"):
            digest, name = line.split("  ", 1)
            if name.startswith("/") or ".." in name.split("/"):
                raise Unfit("SHA256SUMS leads outside")
            if sha256(self.bytes(name)).hex() != digest:
                self.fault(name, "was changed since the list of digests was made")

    def record(self):
        data, entry = self.bytes("body.cbor"), self.bytes("proofs/entry.cbor")
        self.body = body = read(data)
        if len(body) != 13 or body[0] != 1:
            raise Unfit("not a body of format 1")
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
        self.book()

    def book(self):
        """Every line of the facts stands in the book beside it."""
        rows = set()
        for name in sorted(os.listdir(os.path.join(self.directory, "book"))):
            rows.update((name[:-4] + "," + line).rstrip(",") for line in self.lines("book/" + name)[1:])
        for line in self.lines("facts.txt"):
            if line not in rows:
                self.fault("book", "lacks " + line)

    def checkpoint(self):
        text, lines = self.bytes("proofs/checkpoint.txt").decode("utf-8").rsplit("\n\n", 1)
        text += "\n"
        keys = self.lines("proofs/keys.txt")
        if self.key is not None and keys[0] != self.key:
            self.fault("proofs/keys.txt", "does not begin with the key that was given")
        believed = False
        for line in lines.splitlines():
            _, name, encoded = line.split(" ")
            signature = base64.b64decode(encoded, validate=True)
            for key in keys:
                owner, id_, public = key.split("+", 2)
                public = base64.b64decode(public, validate=True)
                own_id = sha256(owner.encode() + b"\n" + public)[:4]
                if public[0] != 1 or own_id.hex() != id_:
                    raise Unfit("a key that is no Ed25519 key of its name")
                if (owner, own_id) == (name, signature[:4]):
                    if not signed(public[1:], text.encode(), signature[4:]):
                        raise Unfit("the signature of the checkpoint does not hold")
                    believed = True
        if not believed:
            raise Unfit("no key of the log has signed the checkpoint")
        origin, size, root, algorithm = text.splitlines()[:4]
        if algorithm != "hash SHA-256" or not origin or str(int(size)) != size:
            raise Unfit("not a checkpoint")
        return int(size), base64.b64decode(root, validate=True)

    def again(self):
        """The rates, worked again by the oracle from the packaged facts."""
        import oracle
        from methods import METHODS
        body = self.body
        name, number, first = body[3][0], body[2][1], iso(body[7][0])
        settings = METHODS[name].settings if name in METHODS else []
        if not any(setting.first == first for setting in settings):
            print("rates not worked again: the oracle does not know %s from %s" % (name, first))
            return
        book = os.path.join(self.directory, "book")
        answers = {account.number: answer for account, answer in oracle.decide(name, first, book)
                   if account.number == number}
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


def iso(day):
    return None if day is None else "%04d-%02d-%02d" % (day // 10000, day // 100 % 100, day % 100)


def main():
    arguments = sys.argv[1:]
    key = None
    if "--key" in arguments:
        at = arguments.index("--key")
        key = arguments[at + 1]
        del arguments[at:at + 2]
    unfit = 0
    for directory in arguments:
        faults = Evidence(directory, key).check()
        for fault in faults:
            print(fault)
        print("%s: %s" % (directory, "something does not fit" if faults else "nothing is amiss"))
        unfit += bool(faults)
    sys.exit(1 if unfit or not arguments else 0)


if __name__ == "__main__":
    main()
