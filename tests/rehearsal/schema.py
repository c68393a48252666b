#!/usr/bin/env python3
"""Holds a server to its OpenAPI document: one good request of every operation, then made up ones under a key of every role.

schema.py --rate BINARY --database URL --dir DIRECTORY --book DIRECTORY --rules DIRECTORY --parameters DIRECTORY
          --area CODE --on DAY [--examples 20] [--tolerate NAME ...]

Ends with 0 where every operation was answered with 2xx at least once, nothing was answered with 5xx or cut off, and every
status, type and body is one that the document has. Needs schemathesis (4.x); begins and fills the server as january.py does.
"""

import argparse
import base64
import hashlib
import itertools
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi.checks import (content_type_conformance, response_schema_conformance,
                                               status_code_conformance)

import january

@schemathesis.serializer("application/toml")
def as_it_is(_, value):
    """Text of law, sent byte for byte; what is made up is sent as it prints."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.serializer("application/x-ndjson")
def a_line(_, value):
    """One thing a line; what is made up is one line of JSON."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROLES = ("billing", "officer", "approver", "actuary", "auditor", "admin")
NOBODY = "nobody"


class Witness:
    """What was answered, and what of it the document does not have."""

    def __init__(self):
        self.statuses, self.breaks, self.count = defaultdict(Counter), {}, itertools.count(1)

    def ask(self, case, key, named=True):
        """Sends a case; whatever is wrong with the answer is noted, and the first example of each kind is kept."""
        operation = case.operation.definition.raw["operationId"]
        headers = {"Authorization": "Bearer " + key, "Accept-Language": "en"} if key else {}
        if named and case.method == "POST":
            headers["Idempotency-Key"] = "schema-%d" % next(self.count)
        try:
            answer = case.call(headers=headers, timeout=120)
        except requests.RequestException as error:
            self.statuses[operation]["cut"] += 1
            self.note(operation, "no answer", case, str(error))
            return None
        self.statuses[operation][answer.status_code] += 1
        for check in CHECKS:
            try:
                case.validate_response(answer, checks=[check])
            except AssertionError as error:
                self.note(operation, check.__name__, case, "%d: %s" % (answer.status_code, error))
            except BaseExceptionGroup as group:
                for error in group.exceptions:
                    self.note(operation, check.__name__, case, "%d: %s" % (answer.status_code, error))
        return answer

    def note(self, operation, kind, case, said):
        self.breaks.setdefault((operation, kind), (case.as_curl_command(), " ".join(said.split())[:600]))


class Walk:
    """One good request of every operation; what it makes is what made up requests name."""

    def __init__(self, options, server, schema, witness, keys):
        self.options, self.server, self.schema, self.witness, self.keys = options, server, schema, witness, keys
        self.roles, self.kept = {}, {}
        self.names = {"area": options.area, "file": "run_list.csv", "year": options.on[:4], "part": 1}

    def ask(self, role, operation, body=NOT_SET, query=None, media=None, **path):
        made = self.schema.find_operation_by_id(operation)
        self.roles[operation] = role
        needed = {it.name: self.names.get(it.name) for it in made.path_parameters}
        case = made.Case(path_parameters={**needed, **path}, query=query or {}, body=body, media_type=media)
        answer = self.witness.ask(case, self.keys.get(role))
        if answer is None or not 200 <= answer.status_code < 300:
            said = "nothing" if answer is None else "%d %s" % (answer.status_code, answer.text[:500])
            print("not walked: %s %s as %s: %s" % (operation, path, role, said))
        return answer

    def made(self, *args, **more):
        answer = self.ask(*args, **more)
        return answer.json() if answer is not None and answer.status_code < 300 else {}

    def wait(self, operation, ends, **path):
        for _ in range(600):
            it = self.made("officer", operation, **path)
            if it.get("state") in ends:
                return it
            time.sleep(0.2)
        raise SystemExit("%s: still %s" % (path, it.get("state")))

    def all(self):
        self.open_ones()
        self.webhooks()
        self.imports()
        run = self.runs()
        self.names["run"] = run
        self.rates()
        self.remedies()
        self.proofs()
        self.examinations()
        self.scenarios()
        self.law()
        self.messages()
        self.of_keys()

    def webhooks(self):
        asked = {"url": "http://receiver.invalid/hooks", "kinds": ["run.published"]}
        self.names["webhook"] = self.made("admin", "webhooks.create", asked)["id"]
        self.spare_webhook = self.made("admin", "webhooks.create", asked)["id"]
        self.ask("admin", "webhooks.delete", webhook=self.spare_webhook)
        self.ask("admin", "webhooks.rotate", {"overlap_hours": 1})
        for operation in ("list", "get"):
            self.ask("auditor", "webhooks." + operation)

    def messages(self):
        """What is on its way since a run was published; nobody has the name that it goes to."""
        for _ in range(100):
            items = self.made("auditor", "webhooks.deliveries")["items"]
            if items:
                break
            time.sleep(0.2)
        self.names["delivery"] = str(items[0]["number"])
        self.ask("admin", "webhooks.retry")

    def scenarios(self):
        study = {"format": "study/1", "name": {"zh": "试算", "en": "trial"},
                 "candidates": [{"id": "lower", "base_factor": "95%"}]}
        asked = {"area": self.options.area, "on": self.options.on, "study": study}
        for kept in (True, False):
            it = self.made("actuary", "scenarios.create", asked)
            self.names["id"] = it["id"]
            self.wait("scenarios.get", ("done", "failed", "cancelled"))
            if kept:
                self.scenario, self.names["table"] = it["id"], "totals"
                for operation in ("events", "tables", "table", "report", "list"):
                    self.ask("auditor", "scenarios." + operation)
            else:
                self.spare_scenario = it["id"]
                self.ask("actuary", "scenarios.drop")

    def open_ones(self):
        for operation in ("health.live", "health.ready", "metrics"):
            self.ask(NOBODY, operation)

    def imports(self):
        text = b"account,name\n"
        it = self.made("officer", "imports.create", {"mode": "add", "keep": "keep-the-good", "dry_run": True})
        self.ask("officer", "imports.part", {"name": "accounts.csv", "form": "csv"}, **{"import": it["id"]})
        self.ask("officer", "imports.bytes", text, media="application/octet-stream", **{"import": it["id"]})
        self.ask("officer", "imports.digest", {"sha256": hashlib.sha256(text).hexdigest()}, **{"import": it["id"]})
        self.ask("officer", "imports.close", **{"import": it["id"]})
        self.wait("imports.get", ("checked", "refused", "failed"), **{"import": it["id"]})
        self.ask("auditor", "imports.problems", **{"import": it["id"]})
        self.ask("auditor", "imports.events", **{"import": it["id"]})
        self.ask("auditor", "imports.list")
        given_up = self.made("officer", "imports.create", {"mode": "add", "keep": "all-or-nothing"})
        self.ask("officer", "imports.cancel", **{"import": given_up["id"]})
        stays = self.made("officer", "imports.create", {"mode": "add", "keep": "all-or-nothing"})
        self.names["import"] = stays["id"]
        self.ask("officer", "imports.part", {"name": "accounts.csv", "form": "csv"})

    def run(self, ends, **asked):
        it = self.made("officer", "runs.create", {"on": self.options.on, **asked})
        return self.wait("runs.get", ends, run=it["id"])

    def decided(self, **asked):
        """A run that is decided, and what blocks it accepted."""
        it = self.run(("trial", "blocked"), **asked)
        return self.accepted(it["id"])

    def accepted(self, run):
        if self.wait("runs.get", ("trial", "blocked"), run=run)["state"] == "blocked":
            beyond = self.made("officer", "runs.diagnostics", run=run)["beyond"]
            kinds = [{"kind": it["kind"], "reason": "made up book"} for it in beyond]
            self.ask("officer", "runs.accept", {"kinds": kinds}, run=run)
            self.wait("runs.get", ("trial",), run=run)
        return run

    def runs(self):
        # Held against totals that are not those of the book, a run is blocked, whatever else the book shows. This one publishes
        # nothing and goes every other way.
        run = self.decided(control="table,year,what,value\naccounts,,rows,1\n")
        self.ask("approver", "runs.return", {"remark": "once more"}, run=run)
        self.ask("officer", "runs.rerun", {}, run=run)
        self.accepted(run)
        self.ask("approver", "runs.cancel", {}, run=run)
        failed = self.run(("failed",), on="1990-01-01")
        self.ask("officer", "runs.resume", {}, run=failed["id"])
        run = self.decided()
        self.ask("approver", "runs.review", {"remark": "looked through"}, run=run)
        self.ask("approver", "runs.approve", {}, run=run)
        self.ask("officer", "runs.announce", {"first_day": "2022-06-01", "place": "portal"}, run=run)
        self.ask("auditor", "runs.announcement", run=run)
        self.ask("approver", "runs.publish", {}, run=run)
        self.wait("runs.get", ("published",), run=run)
        for operation in ("events", "summary", "diagnostics", "findings", "problems", "not-insured", "accounts"):
            self.ask("auditor", "runs." + operation, run=run)
        for file in ("rates.csv", "run_list.csv", "decisions.ndjson", "summary.txt", "problems.csv", "diagnostics.csv",
                     "not_insured.csv", "run.json", "run.xlsx"):
            self.ask("auditor", "runs.file", run=run, file=file)
        self.ask("auditor", "runs.list")
        self.ask("auditor", "reports.get")
        return run

    def rates(self):
        page = self.made("auditor", "runs.accounts", query={"limit": 1})
        self.names["number"] = next(iter(page["items"][0].values()))
        self.names["account"] = self.names["number"]
        self.ask("actuary", "decisions.get")
        self.ask("billing", "areas.list")
        for operation in ("runs.notice", "runs.notices"):
            self.ask("auditor", operation, query={"form": "text", "issued_on": self.options.on})
        self.ask("billing", "rates.get", query={"from": self.options.on[:7], "to": self.options.on[:7]})
        self.ask("billing", "accounts.find", query={"credit_code": "91440101MA59UN4H2X"})
        self.ask("billing", "rates.snapshot", query={"on": self.options.on})
        self.ask("billing", "rates.changes", query={"limit": 10})
        segment = self.made("billing", "rates.get", query={"from": self.options.on[:7], "to": self.options.on[:7]})["segments"][0]
        word = {"account": self.names["number"], "decision": segment["decision"]["id"], "rate_percent": segment["rate_percent"]}
        self.ask("billing", "acknowledgements.create", {"items": [word]})
        self.ask("billing", "reconciliation.get", query={"on": self.options.on})
        line = '{"account": "%s", "month": "%s", "payroll_fen": 100}' % (self.names["number"], self.options.on[:7])
        self.ask("billing", "quotations.create", line.encode(), media="application/x-ndjson")
        self.ask("actuary", "previews.create", {"area": self.options.area, "on": self.options.on,
                                                "account": self.names["number"]}, media="application/json")

    def remedies(self):
        served = {"account": self.names["account"], "served_on": "2022-06-28", "channel": "post", "proof": "17"}
        self.ask("officer", "services.record", {"services": [served]})
        for operation in ("services.list", "services.get"):
            self.ask("auditor", operation)
        filed = {"run": self.names["run"], "account": self.names["account"], "kind": "recheck", "filed_on": "2022-07-04",
                 "grounds": "figures", "documents": ["letter"]}
        spare = self.made("officer", "objections.file", filed)["id"]
        self.ask("officer", "objections.withdraw", {"remark": "settled"}, objection=spare)
        self.names["objection"] = self.made("officer", "objections.file", filed)["id"]
        ruling = {"result": "granted", "decided_on": "2022-07-11", "document": "2022-9", "reasons": "they differ"}
        self.ask("approver", "objections.decide", ruling)
        for operation in ("objections.list", "objections.get"):
            self.ask("auditor", operation)
        again = self.decided(only={"accounts": [self.names["account"]], "cause": "objection",
                                   "objections": [self.names["objection"]]})
        self.ask("auditor", "runs.redetermination", run=again)
        self.ask("officer", "runs.cancel", {}, run=again)

    def proofs(self):
        for operation in ("proofs.get", "evidence.get"):
            self.ask("auditor", operation)
        size = self.made("auditor", "log.checkpoints")["items"][0]["size"]
        self.names["size"] = str(size)
        for operation in ("log.checkpoint", "log.keys"):
            self.ask("auditor", operation)
        self.ask("auditor", "log.consistency", query={"from": 1})
        self.ask("auditor", "accounts.as-of", query={"day": self.options.on})
        vectors = subprocess.run([self.options.rate, "vectors", os.path.join(self.options.rules, self.options.area, "three-year.toml"),
                                  "--parameters", os.path.join(self.options.parameters, self.options.area + ".toml")],
                                 check=True, capture_output=True).stdout
        self.ask("auditor", "vectors.check", vectors, media="application/json")

    def examinations(self):
        """Replays and audits: one of each that is done, and one that is given up."""
        for noun, asked, lists in (("replays", {"run": self.names["run"], "on": []}, ("differences",)),
                                   ("audits", {"on": self.options.on}, ("lines", "file"))):
            for kept in (True, False):
                self.names["id"] = self.made("auditor", noun + ".create", asked)["id"]
                if kept:
                    self.wait(noun + ".get", ("done", "failed"))
                    self.kept[noun] = self.names["id"]
                    for operation in ("list", "get", "events", *lists):
                        path = {"file": "audit.csv"} if operation == "file" else {}
                        self.ask("auditor", "%s.%s" % (noun, operation), **path)
                else:
                    self.ask("auditor", noun + ".cancel")

    def law(self):
        """A next version of each document: the same content under another version is another draft."""
        for noun, directory, mark in (("rule_sets", self.options.rules, "version"), ("parameters", self.options.parameters, "")):
            listed = self.made("auditor", noun + ".list")["items"]
            published = [it for it in listed if it["state"] in ("published", "trial")]
            digest = published[0]["digest"]
            text = self.ask("auditor", noun + ".text", digest=digest).text
            other = text.replace('zh = "', 'zh = "又', 1)
            if mark:
                other = "\n".join(line[:-1] + '-2"' if line.startswith(mark) else line for line in other.split("\n"))
            draft = self.made("officer", noun + ".upload", other.encode(), {"supersedes": digest}, "application/toml")
            draft = draft.get("digest", digest)
            for operation in ("get", "findings", "diff"):
                self.ask("auditor", "%s.%s" % (noun, operation), digest=draft)
            approval = {"document_number": "试行〔2025〕2号", "organ": "某局", "date": "2022-06-01"}
            self.ask("approver", noun + ".approve", approval, digest=draft)
            self.ask("approver", noun + ".publish", {}, digest=draft)
            self.names["digest"] = draft
            if noun == "rule_sets":
                self.ask("auditor", "rule_sets.in_force", query={"on": self.options.on})
                it = self.made("actuary", "impacts.create", {"on": self.options.on, "against": digest})
                self.names["id"] = it.get("id", "")
                self.ask("actuary", "impacts.get")
                self.rule_set = draft

    def of_keys(self):
        asked = {"role": "billing", "areas": self.options.area, "holder": "spare"}
        self.ask("admin", "keys.list")
        self.ask("admin", "accesses.list")
        spare = self.made("admin", "keys.create", asked)
        self.ask("admin", "keys.revoke", id=spare["id"])
        self.spare = spare["id"]

    def named(self, operation, name):
        """What a name in a path stands for here."""
        if name == "digest" and operation.split(".")[0] in ("rule_sets", "impacts"):
            return self.rule_set
        if operation.startswith("scenarios.") and name == "id":
            return self.spare_scenario if operation == "scenarios.drop" else self.scenario
        if operation == "audits.file" and name == "file":
            return "audit.csv"
        if name == "id" and operation.split(".")[0] in self.kept:
            return self.kept[operation.split(".")[0]]
        if operation == "webhooks.delete" and name == "webhook":
            return self.spare_webhook
        return self.spare if operation == "keys.revoke" else self.names[name]


def strategy(operation, walk):
    """Good requests and bad ones, of things that are there and of things that are not."""
    name = operation.definition.raw["operationId"]
    there = {it.name: walk.named(name, it.name) for it in operation.path_parameters}
    good, bad = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
    choices = [operation.as_strategy(generation_mode=good, path_parameters=there or None),
               operation.as_strategy(generation_mode=good)]
    if operation.query or operation.body or operation.path_parameters:
        choices.append(operation.as_strategy(generation_mode=bad))
    return strategies.tuples(strategies.one_of(choices), strategies.booleans())


def make_up(operation, walk, role, key, examples):
    def one(drawn):
        case, named = drawn
        walk.witness.ask(case, key, named)

    settings = hypothesis.settings(max_examples=examples, deadline=None, database=None, derandomize=True,
                                   phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    name = operation.definition.raw["operationId"]
    try:
        settings(hypothesis.given(strategy(operation, walk))(one))()
    except (hypothesis.errors.Unsatisfiable, schemathesis.errors.InvalidSchema, ValueError) as error:
        print("not made up: %s as %s: %s" % (name, role, error))


def edges():
    """What stands at an edge of what a cursor or a name may be."""
    packed = lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    for text in ("", "0", "-1", str(2**63 - 1), str(-2**63), str(2**64), "\0", "\0\x1f\0", "9999\x1fz", "\x1f"):
        yield "cursor", packed(text)
    for text in ("18446744073709551615-x", "0-\0", "5-"):
        yield "cursor", text
    for text in ("\0", "a\r\nb", "..", "a/b", "é", "x" * 3000):
        yield "name", text


def at_edges(operation, walk):
    """Every edge once, under a key that may."""
    name = operation.definition.raw["operationId"]
    role = walk.roles.get(name)
    if operation.method.upper() == "DELETE":
        return
    asked = {it.name for it in operation.query}
    there = {it.name: walk.named(name, it.name) for it in operation.path_parameters}
    body = {} if operation.body and name.startswith("runs.") and name not in ("runs.create", "runs.accept") else NOT_SET
    for kind, text in edges():
        if kind == "cursor" and "cursor" in asked:
            walk.witness.ask(operation.Case(path_parameters=there, query={"cursor": text}), walk.keys.get(role))
        elif kind == "name":
            for place in there:
                value = str(there[place]) + text if place == "area" else text
                media = "application/json" if body is not NOT_SET else None
                made = operation.Case(path_parameters={**there, place: value}, body=body, media_type=media)
                walk.witness.ask(made, walk.keys.get(role))


def filled(options):
    """A server with law, a book and a published run; keys of every role."""
    server = january.Server(options)
    server.start()
    admin = january.Client(server, server.admin)
    keys = {NOBODY: None, "admin": server.admin}
    for role in ROLES[:-1]:
        asked = {"role": role, "areas": "*", "holder": role}
        keys[role] = admin.json("POST", "/v1/keys", asked, twice=False)["key"]
    officer, approver = january.Client(server, keys["officer"]), january.Client(server, keys["approver"])
    january.publish_law(options, officer, approver)
    january.bring_in(server, officer, options.area, options.book, "replace", False)
    return server, keys


def document(base, witness):
    """The document of a server. A parameter of a path that has no such place is noted, and taken for one of the query, so
    that the rest can be asked."""
    text = requests.get(base + "/openapi.json", timeout=60).json()
    for path, methods in text["paths"].items():
        for operation in methods.values():
            for it in operation.get("parameters", ()):
                if it["in"] == "path" and "{%s}" % it["name"] not in path:
                    said = ("GET %s/openapi.json" % base, "`%s` is said to stand in the path" % it["name"])
                    witness.breaks.setdefault((operation["operationId"], "parameters"), said)
                    it["in"], it["required"] = "query", False
    schema = schemathesis.openapi.from_dict(text)
    schema.config.update(base_url=base)
    return schema


def report(schema, witness, tolerated):
    wrong = 0
    print("%-22s %-4s %s" % ("operation", "2xx", "statuses"))
    for it in schema.get_all_operations():
        name = it.ok().definition.raw["operationId"]
        seen = witness.statuses[name]
        reached = any(isinstance(status, int) and 200 <= status < 300 for status in seen)
        wrong += not reached
        listed = ", ".join("%s x%d" % pair for pair in sorted(seen.items(), key=str))
        print("%-22s %-4s %s" % (name, "yes" if reached else "NO", listed))
    for (operation, kind), (curl, said) in sorted(witness.breaks.items()):
        if "%s:%s" % (operation, kind) not in tolerated:
            wrong += 1
            print("\n%s: %s\n  %s\n  %s" % (operation, kind, said, curl[:1000]))
    return wrong


def main():
    parser = argparse.ArgumentParser()
    for name in ("rate", "database", "dir", "book", "rules", "parameters", "area", "on"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--examples", type=int, default=20)
    parser.add_argument("--tolerate", action="append", default=[], help="operation:check that is known to break")
    options = parser.parse_args()
    options.kill = 0
    os.makedirs(options.dir, exist_ok=True)
    server, keys = filled(options)
    witness = Witness()
    schema = document("http://127.0.0.1:%d" % server.port, witness)
    walk = Walk(options, server, schema, witness, keys)
    walk.all()
    for it in schema.get_all_operations():
        at_edges(it.ok(), walk)
        for role, key in keys.items():
            make_up(it.ok(), walk, role, key, options.examples)
    alive = server.process.poll() is None
    wrong = report(schema, witness, set(options.tolerate))
    with open(os.path.join(options.dir, "server.log"), encoding="utf-8") as log:
        panics = [line for line in log if "broken invariant" in line]
    print("\n%d requests, %d wrong, %d panics" % (sum(sum(it.values()) for it in witness.statuses.values()), wrong, len(panics)))
    print("".join(panics[:5]))
    server.stop() if alive else None
    return 0 if alive and not wrong and not panics else 1


if __name__ == "__main__":
    sys.exit(main())
