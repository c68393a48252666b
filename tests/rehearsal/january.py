#!/usr/bin/env python3
"""January at an agency, over HTTP alone: law and book go in, a run is made, approved and published, billing takes a
snapshot and follows the feed, a correction comes, the run is made again, two of a hundred object and one of a hundred is
determined again; a receiver that is slow and refuses everything once is told of each publication.

january.py --rate BINARY --database URL --dir DIRECTORY --book DIRECTORY --correction DIRECTORY
           --rules DIRECTORY --parameters DIRECTORY --area CODE --on DAY [--kill 0]

Every request (of those about objections the first hundred) is sent twice and must be answered alike; the server is killed
twice, in the import and in the run. Ends with 0 where what it heard from the feed is what a fresh snapshot says, row by row,
and all totals agree to the fen. Shares no code with the service: the standard library alone.
"""

import argparse
import base64
import csv
import glob
import hashlib
import hmac
import http.client
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse


class Server:
    def __init__(self, options):
        self.options, self.process, self.admin, self.kills = options, None, None, 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self):
        command = [self.options.rate, "serve", "--listen", "127.0.0.1:%d" % self.port, "--database", self.options.database]
        log = open(os.path.join(self.options.dir, "server.log"), "ab")
        environment = dict(os.environ, RATE_LOG="warn", RATE_CHUNK_ACCOUNTS="200", RATE_WEBHOOK_LOOPBACK="true",
                           RATE_LOG_KEY=os.path.join(self.options.dir, "log.key"))
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment, text=True)
        for line in self.process.stdout:
            if ": rate_" in line:
                self.admin = line.split(": ", 1)[1].strip()
            if line.startswith("listening on "):
                return
        raise SystemExit("the server did not begin; see server.log")

    def kill(self, when):
        if self.options.kill:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.kills += 1
            print("killed %s" % when)
            self.start()

    def stop(self):
        self.process.terminate()
        if self.process.wait(60) != 0:
            raise SystemExit("the server did not end well")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Whoever is told of publications: refuses each message once, and takes two seconds over each."""
    key, refused, heard = None, set(), {}

    def do_POST(self):
        text = self.rfile.read(int(self.headers["content-length"]))
        name, moment = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        signed = hmac.new(Receiver.key, ("%s.%s." % (name, moment)).encode() + text, hashlib.sha256).digest()
        time.sleep(2)
        right = "v1," + base64.b64encode(signed).decode() in self.headers["webhook-signature"].split(" ")
        first = name not in Receiver.refused
        Receiver.refused.add(name)
        if right and not first:
            Receiver.heard[name] = json.loads(text)["data"]["run"]
        self.send_response(401 if not right else 500 if first else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


def listen(options, admin):
    """Has publications told to a receiver of this process."""
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    hook = admin.json("POST", "/v1/areas/%s/webhooks" % options.area, {
        "url": "http://127.0.0.1:%d/" % receiver.server_port, "kinds": ["run.published"]}, twice=False)
    Receiver.key = base64.b64decode(hook["secret"][len("whsec_"):])


def told(runs):
    """Every publication comes through in the end, each refused once, under one name."""
    until = time.time() + 120
    while sorted(Receiver.heard.values()) != sorted(runs):
        if time.time() > until:
            raise SystemExit("of the runs %s these were told: %s" % (runs, Receiver.heard))
        time.sleep(0.5)


class Client:
    count, requests = 0, 0

    def __init__(self, server, key):
        self.server, self.key = server, key

    def once(self, method, path, body, headers):
        Client.requests += 1
        headers = dict(headers, Authorization="Bearer " + self.key)
        headers["Accept-Language"] = "en"
        for attempt in range(60):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=600)
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read()
                connection.close()
            except (OSError, http.client.HTTPException):
                time.sleep(0.25)
                continue
            if answer.status in (429, 503):
                time.sleep(float(answer.getheader("Retry-After", "1")))
                continue
            return answer.status, text
        raise SystemExit("%s %s: no answer" % (method, path))

    def send(self, method, path, body=None, kind="application/json", twice=True, expect=(200, 201, 202)):
        headers = {"Content-Type": kind} if body is not None else {}
        if method == "POST":
            Client.count += 1
            headers["Idempotency-Key"] = "january-%d" % Client.count
        data = json.dumps(body).encode() if kind == "application/json" and body is not None else body
        status, text = self.once(method, path, data, headers)
        if status not in expect:
            raise SystemExit("%s %s: %d %s" % (method, path, status, text.decode()[:2000]))
        if twice:
            again = self.once(method, path, data, headers)
            if method == "POST" and again != (status, text) and "key" not in json.loads(text):
                raise SystemExit("%s %s: %d %s, then %d %s" % (method, path, status, text, *again))
            if again[0] != status:
                raise SystemExit("%s %s: %d, then %d" % (method, path, status, again[0]))
        return text

    def json(self, *args, **more):
        return json.loads(self.send(*args, **more))

    def wait(self, path, ends, seconds=1800, on=lambda it: None):
        until = time.time() + seconds
        while time.time() < until:
            it = self.json("GET", path, twice=False)
            if it["state"] in ends:
                return it
            on(it)
            time.sleep(0.2)
        raise SystemExit("%s: still %s" % (path, it["state"]))


def publish_law(options, officer, approver):
    """National frames first, then what extends them."""
    for directory, noun in ((options.rules, "rule-sets"), (options.parameters, "parameters")):
        texts = []
        for path in glob.glob(os.path.join(directory, "**", "*.toml"), recursive=True):
            with open(path, "rb") as file:
                texts.append(file.read())
        by_area = {re.search(rb'^area\s*=\s*"([^"]+)"', text, re.M).group(1).decode(): text for text in texts}
        for of, text in sorted(by_area.items(), key=lambda it: it[0] != "cn"):
            made = officer.json("POST", "/v1/areas/%s/%s" % (of, noun), text, "application/toml")
            at = "/v1/areas/%s/%s/%s" % (of, noun, made["digest"])
            approval = {"document_number": "试行〔2025〕1号", "organ": "某局", "date": "2022-05-01"}
            approver.json("POST", at + "/approval", approval)
            approver.json("POST", at + "/publication", {})


def bring_in(server, officer, area, directory, mode, kill):
    it = officer.json("POST", "/v1/areas/%s/imports" % area, {"mode": mode, "keep": "all-or-nothing"})
    at = "/v1/areas/%s/imports/%s" % (area, it["id"])
    for number, path in enumerate(sorted(glob.glob(os.path.join(directory, "*.csv"))), 1):
        part = "%s/parts/%d" % (at, number)
        with open(path, "rb") as file:
            data = file.read()
        said = {"name": os.path.basename(path), "form": "csv"}
        officer.json("PUT", part, said)
        half = len(data) // 2
        officer.send("PUT", part + "/bytes", data[:half], "application/octet-stream", twice=False)
        # Cut off: the server says from where to go on.
        offset = officer.json("PUT", part, said, twice=False)["offset"]
        officer.send("PUT", part + "/bytes?offset=%d" % offset, data[offset:], "application/octet-stream", twice=False)
        officer.json("PUT", part + "/digest", {"sha256": hashlib.sha256(data).hexdigest()})
    officer.json("POST", at + "/closing", None)
    if kill:
        time.sleep(0.5)
        server.kill("while the import was checked")
    done = officer.wait(at, ("committed", "checked", "refused", "failed", "cancelled"))
    if done["state"] != "committed":
        raise SystemExit("the import is %s: %s\n%s" % (done["state"], done["failure"],
                                                       officer.send("GET", at + "/problems?limit=5").decode()))
    return done


def make_run(server, options, officer, approver, supersedes, kill, only=None):
    asked = {"on": options.on, "supersedes": supersedes, "only": only}
    run = officer.json("POST", "/v1/areas/%s/runs" % options.area, asked)
    at = "/v1/areas/%s/runs/%s" % (options.area, run["id"])
    killed = []

    def on(it):
        if kill and not killed and it["chunks"] and 2 * it["chunks_done"] >= it["chunks"]:
            killed.append(True)
            server.kill("while the run was decided")

    it = officer.wait(at, ("trial", "blocked", "failed", "cancelled"), on=on)
    if it["state"] == "blocked":
        found = officer.json("GET", at + "/diagnostics")
        kinds = [{"kind": one["kind"], "reason": "made up book"} for one in found["beyond"]]
        officer.json("POST", at + "/acceptance", {"kinds": kinds})
        it = officer.wait(at, ("trial", "failed"), on=on)
    if it["state"] != "trial":
        raise SystemExit("the run is %s: %s" % (it["state"], it["problem"]))
    approver.json("POST", at + "/review", {"remark": "looked through"})
    approver.json("POST", at + "/approval", {})
    approver.json("POST", at + "/publication", {})
    it = officer.wait(at, ("published", "approved", "failed"))
    if it["state"] != "published":
        raise SystemExit("the run is %s: %s" % (it["state"], it["problem"]))
    return it


def check_totals(officer, at):
    """What the list adds up to is what the summaries say, to the fen."""
    summary, total, seen, cursor = officer.json("GET", at + "/summary"), 0, 0, ""
    with_premium = officer.send("GET", at + "/files/run_list.csv", twice=False).decode("utf-8-sig")
    for row in csv.DictReader(with_premium.splitlines()):
        total += int(row["premium_fen"] or 0)
        seen += 1
    said = sum(it["premium_fen"] for it in summary["by_grade"])
    if not total == said == summary["premium_fen"] == sum(it["after_fen"] for it in summary["by_change"]):
        raise SystemExit("premium: list %d, by grade %d, summary %d" % (total, said, summary["premium_fen"]))
    if seen != summary["decided"]:
        raise SystemExit("accounts: list %d, summary %d" % (seen, summary["decided"]))
    return summary


def snapshot(billing, options):
    text = billing.send("GET", "/v1/areas/%s/rate-snapshot?on=%s" % (options.area, options.on), twice=False)
    lines = text.splitlines(keepends=True)
    end = json.loads(lines[-1])
    if not end.get("end") or end["count"] != len(lines) - 1:
        raise SystemExit("the snapshot is not whole")
    if hashlib.sha256(b"".join(lines[:-1])).hexdigest() != end["digest"]:
        raise SystemExit("the snapshot has another digest")
    rows = {}
    for line in lines[:-1]:
        it = json.loads(line)
        rows[it["account"]] = (it["rate_percent"], it["decision"] and it["decision"]["id"])
    return rows, end["feed_cursor"]


def follow(billing, options, table, cursor):
    """Takes every change behind a cursor; a rate is what the last change says of the day."""
    taken = 0
    while True:
        at = "/v1/areas/%s/rate-changes?limit=5000&cursor=%s" % (options.area, urllib.parse.quote(cursor))
        page = billing.json("GET", at)
        for it in page["items"]:
            now = [one for one in it["new_segments"] if one["from"] <= options.on <= (one["to"] or "9999")]
            table[it["account"]] = (now[0]["rate_percent"], now[0]["decision"]["id"]) if now else (None, None)
            taken += 1
        cursor = page["cursor"]
        if not page["more"]:
            return taken, cursor


def same(table, rows):
    rated = {account: it for account, it in rows.items() if it[0] is not None}
    heard = {account: it for account, it in table.items() if it[0] is not None}
    if heard != rated:
        wrong = sorted(set(heard.items()) ^ set(rated.items()))[:5]
        raise SystemExit("the table heard from the feed is not the snapshot: %s" % wrong)
    return len(rated)


def object_to(server, options, officer, approver, run, accounts):
    """Two of a hundred are served and object; every second objection is granted, and those are determined again in one run."""
    area = "/v1/areas/%s" % options.area
    chosen, granted = sorted(accounts)[::50], []
    for first in range(0, len(chosen), 1000):
        served = [{"account": account, "served_on": "2022-06-28", "channel": "electronic", "proof": "receipt " + account}
                  for account in chosen[first:first + 1000]]
        officer.json("POST", "%s/runs/%s/services" % (area, run), {"services": served})
    for number, account in enumerate(chosen):
        filed = officer.json("POST", area + "/objections", {
            "run": run, "account": account, "kind": "recheck", "filed_on": "2022-07-04", "grounds": "the figures are disputed",
            "documents": ["letter %d" % number]}, twice=number < 100)
        result = "rejected" if number % 2 else "granted"
        approver.json("POST", "%s/objections/%s/decision" % (area, filed["id"]), {
            "result": result, "decided_on": "2022-07-11", "document": "2022-%d" % number, "reasons": "looked at again"},
                      twice=number < 100)
        if result == "granted":
            granted.append((filed["id"], account))
    only = {"accounts": sorted(account for _, account in granted), "cause": "objection",
            "objections": [objection for objection, _ in granted]}
    again = make_run(server, options, officer, approver, None, False, only)
    for objection, _ in granted:
        state = officer.json("GET", "%s/objections/%s" % (area, objection), twice=False)["state"]
        if state != "redetermined":
            raise SystemExit("objection %s is %s" % (objection, state))
    changed = officer.json("GET", "%s/runs/%s/redetermination?limit=1000" % (area, again["id"]))
    if [it["account"] for it in changed["items"]] != only["accounts"][:1000] or any(it["moved"] for it in changed["items"]):
        raise SystemExit("who was determined again on the same facts has another rate")
    return len(chosen), len(granted), again["id"]


def main():
    parser = argparse.ArgumentParser()
    for name in ("rate", "database", "dir", "book", "correction", "rules", "parameters", "area", "on"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--kill", type=int, default=1)
    options = parser.parse_args()
    server, began, marks = Server(options), time.time(), []

    def mark(what):
        marks.append("%s %.1f s" % (what, time.time() - began))

    server.start()
    admin = Client(server, server.admin)
    made = lambda role, areas: Client(server, admin.json(
        "POST", "/v1/keys", {"role": role, "areas": areas, "holder": role + " " + areas}, twice=False)["key"])
    officer, approver, billing = made("officer", "*"), made("approver", "*"), made("billing", options.area)
    listen(options, admin)
    publish_law(options, officer, approver)
    mark("law")
    first = bring_in(server, officer, options.area, options.book, "replace", True)
    mark("import")
    run = make_run(server, options, officer, approver, None, True)
    mark("run published")
    summary = check_totals(officer, "/v1/areas/%s/runs/%s" % (options.area, run["id"]))
    rows, cursor = snapshot(billing, options)
    heard = {}
    follow(billing, options, heard, "")
    count = same(heard, rows)
    mark("snapshot and feed")
    bring_in(server, officer, options.area, options.correction, "replace", False)
    again = make_run(server, options, officer, approver, run["id"], False)
    check_totals(officer, "/v1/areas/%s/runs/%s" % (options.area, again["id"]))
    table = dict(rows)
    taken, _ = follow(billing, options, table, cursor)
    fresh, cursor = snapshot(billing, options)
    same(table, fresh)
    mark("correction published and followed")
    objected, granted, third = object_to(server, options, officer, approver, again["id"],
                                  [account for account, it in fresh.items() if it[0] is not None])
    followed, _ = follow(billing, options, table, cursor)
    latest, _ = snapshot(billing, options)
    same(table, latest)
    if followed != granted:
        raise SystemExit("%d changes were told, %d objections were granted" % (followed, granted))
    mark("%d objections, %d of them followed" % (objected, granted))
    told([run["id"], again["id"], third])
    mark("told of by a slow receiver that refuses everything once")
    moved = sum(1 for account in fresh if rows.get(account, (None,))[0] != fresh[account][0])
    if options.kill and server.kills != 2:
        raise SystemExit("killed %d times, not twice" % server.kills)
    server.stop()
    print("%d rows in, %d accounts decided, %d with a rate on %s, premium %d fen; %d changes taken, %d rates moved; "
          "%d requests" % (first["rows"], summary["decided"], count, options.on, summary["premium_fen"], taken, moved,
                           Client.requests))
    print("; ".join(marks))


if __name__ == "__main__":
    sys.exit(main())
