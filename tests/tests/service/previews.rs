//! Previews: facts and law, each given whole or named, singly and line by line.

use std::fs;

use serde_json::{Value, json};

use crate::command::rate_ok;
use crate::law::{as_json, enact, fixture, text_of};
use crate::rates::decided;
use crate::server::{Answer, Client, Server, served};
use crate::stored::databases;

const FRAME: &str = "rule_sets/cn/2015-71.toml";
const METHOD: &str = "rule_sets/illustrative/three-year.toml";
const PARAMETERS: &str = "parameters/990100/demonstration.toml";
const BATCH: &str = "/v1/previews?area=990100&on=2022-07-01";

/// Three years of class 3 without a claim: half of the base rate of the class by the row "zero" of the method.
fn tables() -> Value {
    json!({
        "accounts": [{"area": "990100", "account": "new", "name": "A new works", "kind": "employer"}],
        "coverage": [{"area": "990100", "account": "new", "from": "2018-01", "state": "insured"}],
        "classifications": [{"area": "990100", "account": "new", "from": "2018-01-01", "class_system": 8, "class": 3, "decided_by": "agency"}],
        "premiums": [{"area": "990100", "account": "new", "from": "2019-01", "to": "2021-12", "payroll_fen": 360_000_000, "heads": 20,
            "due_fen": 2_520_000, "paid_fen": 2_520_000, "relieved_fen": 0, "kind": "regular"}],
    })
}

fn preview(client: &Client, more: &Value) -> Answer {
    let mut asked = json!({"area": "990100", "on": "2022-07-01", "tables": tables()});
    asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.post("/v1/previews", &asked)
}

fn rate(answer: Answer) -> Value {
    answer.expect(200)["segments"][0]["rate_percent"].clone()
}

fn batch(client: &Client, lines: &[Value]) -> Answer {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    client.send("POST", BATCH, &[("content-type", "application/x-ndjson")], body.as_bytes())
}

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The places and codes of what is wrong.
fn wrong(answer: Answer) -> Vec<(String, String)> {
    let answer = answer.expect(422);
    assert_eq!(answer["code"], "content.problems", "{answer}");
    let place = |it: &Value| match &it["file"] {
        Value::String(file) => format!("{file}:{}", it["row"]),
        _ => text_of(it, "field"),
    };
    let problems = answer["problems"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let mut found: Vec<_> = problems.iter().map(|it| (place(it), text_of(it, "code"))).collect();
    found.sort();
    found
}

/// The line of a text that begins so, from one.
fn line_of(text: &str, beginning: &str) -> usize {
    text.lines().position(|line| line.starts_with(beginning)).unwrap() + 1
}

#[test]
fn law_that_is_given_whole_decides_and_is_kept_nowhere() {
    let (_dir, server) = served();
    enact(&server, "/v1/areas/cn/rule-sets", &fixture(FRAME));
    let officer = server.client("officer", "990100");
    let (method, parameters) = (fixture(METHOD), fixture(PARAMETERS));
    assert_eq!(preview(&officer, &json!({})).problem(422), "content.refused", "no law is here");
    // 0.7 % of class 3: half of it, four fifths of it under another grade; half of 0.8 % under another base rate.
    for (changed, cut, base, expected) in [
        (false, "\"50%\"", "\"0.7%\"", "0.35"),
        (true, "\"80%\"", "\"0.7%\"", "0.56"),
        (true, "\"50%\"", "\"0.8%\"", "0.4"),
    ] {
        let (mut method, mut parameters) = (method.clone(), parameters.clone());
        if changed {
            method = method.replacen("\"50%\"", cut, 1);
            parameters = parameters.replacen("\"0.7%\"", base, 1);
        }
        for law in [
            json!({"rule_set": method, "parameters": [parameters]}),
            json!({"rule_set": as_json(&method), "parameters": [as_json(&parameters)]}),
        ] {
            assert_eq!(rate(preview(&officer, &json!({"law": law}))), expected);
            let answers = lines(&batch(&officer, &[json!({"law": law}), json!({"tables": tables()}), json!({})]));
            assert_eq!(answers[0]["preview"]["segments"][0]["rate_percent"], expected);
            assert_eq!(
                (&answers[0]["line"], &answers[1]["line"], &answers[2]["read"]),
                (&json!(1), &json!(2), &json!(2))
            );
        }
    }
    for kind in ["rule-sets", "parameters"] {
        assert_eq!(officer.get(&format!("/v1/areas/990100/{kind}")).expect(200)["items"], json!([]));
    }
    let law = json!({"law": {"rule_set": method, "parameters": [parameters]}});
    let here = preview(&server.client("auditor", "990100"), &law);
    assert_eq!(rate(here), "0.35");
    assert_eq!(preview(&server.client("billing", "990100"), &law).problem(403), "auth.role");
    assert_eq!(preview(&server.client("officer", "990200"), &law).problem(404), "object.unknown");
}

#[test]
fn parameters_that_are_given_stand_beside_those_published() {
    let (_dir, server) = served();
    enact(&server, "/v1/areas/cn/rule-sets", &fixture(FRAME));
    let set = enact(&server, "/v1/areas/990100/rule-sets", &fixture(METHOD));
    let (text, officer) = (fixture(PARAMETERS), server.client("officer", "990100"));
    let kept = enact(&server, "/v1/areas/990100/parameters", &text);
    assert_eq!(rate(preview(&officer, &json!({"law": {"parameters": [text]}}))), "0.35", "the same is one document");
    let other = text.replacen("\"0.7%\"", "\"0.8%\"", 1);
    let found = wrong(preview(&officer, &json!({"law": {"parameters": [as_json(&other)]}})));
    assert!(found.iter().all(|(_, code)| code.starts_with("check.")), "{found:?}");
    assert!(found.iter().any(|(field, _)| field == "/law/parameters/0/base_rates/0"), "{found:?}");
    let instead = json!({"parameters": [other], "supersedes": [kept["digest"]]});
    assert_eq!(rate(preview(&officer, &json!({"law": instead}))), "0.4");
    assert_eq!(rate(preview(&officer, &json!({"law": instead, "rule_set": set["digest"]}))), "0.4");
    assert_eq!(rate(preview(&officer, &json!({}))), "0.35");
    let without = json!({"law": {"supersedes": [set["digest"]]}});
    assert_eq!(preview(&officer, &without).problem(422), "content.refused", "no parameters");
    for law in [json!({"supersedes": ["x"]}), json!({"rule_set": fixture(METHOD)})] {
        let asked = json!({"law": law, "rule_set": set["digest"]});
        assert_eq!(preview(&officer, &asked).problem(400), "request.value", "{law}");
    }
}

#[test]
fn everything_wrong_with_law_that_is_given_is_said_at_its_place() {
    let (_dir, server) = served();
    for frame in ["2003-29", "2015-71"] {
        enact(&server, "/v1/areas/cn/rule-sets", &fixture(&format!("rule_sets/cn/{frame}.toml")));
    }
    let officer = server.client("officer", "*");
    let (method, parameters) = (fixture(METHOD), fixture(PARAMETERS));
    let (wrong_method, mut wrong_json) = (method.replace("= 36, counted", "= 0.5, counted"), as_json(&method));
    wrong_json["a/b~c"] = json!(1);
    wrong_json["participation"]["kinds"][0] = json!("employers");
    let wrong_parameters = parameters.replacen("\"0.7%\"", "\"7 per cent\"", 1);
    let of_parameters = |place: usize| {
        (format!("/law/parameters/{place}:{}", line_of(&parameters, "rates ")), "file.number".to_owned())
    };
    let found = wrong(preview(
        &officer,
        &json!({"law": {"rule_set": wrong_json, "parameters": [parameters, wrong_parameters]}}),
    ));
    let code = |place: usize| found[place].1.as_str();
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!((found[1].0.as_str(), code(1)), ("/law/rule_set/a~1b~0c", "file.unknown-key"));
    assert_eq!((found[2].0.as_str(), code(2)), ("/law/rule_set/participation/kinds/0", "file.unknown-word"));
    assert_eq!(found[0].0, of_parameters(1).0);
    let found = wrong(preview(&officer, &json!({"law": {"rule_set": wrong_method}})));
    let place = format!("/law/rule_set:{}", line_of(&method, "first_insured"));
    assert_eq!(found, [(place, "file.wrong-type".to_owned())]);
    let neither = wrong(preview(&officer, &json!({"law": {"rule_set": 5, "parameters": [parameters, ["x"]]}})));
    let expected = ["/law/parameters/1", "/law/rule_set"].map(|place| (place.to_owned(), "file.wrong-type".to_owned()));
    assert_eq!(neither, expected);
    let many = json!({"law": {"parameters": vec![json!({}); 21]}});
    assert_eq!(preview(&officer, &many).problem(400), "request.value");
    // What no text can be, an object with a key twice, more than a document has.
    let json = [("content-type", "application/json")];
    let twice = r#"{"area": "990100", "on": "2022-07-01", "tables": {}, "law":
        {"rule_set": {"documents": {"x": {"title": 1, "title": 2}}}}}"#;
    let found = wrong(officer.send("POST", "/v1/previews", &json, twice.as_bytes()));
    assert_eq!(found[0].0, "/law/rule_set/documents/x/title", "{found:?}");
    let large = wrong(preview(&officer, &json!({"law": {"rule_set": "# ten bytes\n".repeat(400_000)}})));
    assert_eq!(large.len(), 1, "{large:?}");
    // A set that the checker refuses decides nothing, and says what it says to whoever brings it in.
    let refused = json!({"area": "440300", "on": "2013-01-01", "law": {"rule_set": fixture("rule_sets/440300/2012.as-published.toml")}});
    let found = wrong(preview(&officer, &refused));
    assert!(
        found.iter().all(|(place, code)| place.starts_with("/law/rule_set:") && code.starts_with("check.")),
        "{found:?}"
    );
    let astray = json!({"area": "990200", "law": {"rule_set": method}});
    assert_eq!(preview(&officer, &astray).problem(422), "content.refused");
    a_batch_is_refused_whole(&officer, &wrong_method);
}

/// Nothing is decided under another law where that of the head cannot be read.
fn a_batch_is_refused_whole(officer: &Client, wrong_method: &str) {
    let line = json!({"tables": tables()});
    let head = json!({"law": {"rule_set": wrong_method}});
    assert_eq!(wrong(batch(officer, &[head, line.clone()])).len(), 1);
    let beside = json!({"law": {}, "tables": tables()});
    assert_eq!(batch(officer, &[beside, line.clone()]).problem(400), "request.malformed");
    let broken = format!("{{\"law\": {{\"rule_set\": \"\n{line}\n");
    let ndjson = [("content-type", "application/x-ndjson")];
    assert_eq!(officer.send("POST", BATCH, &ndjson, broken.as_bytes()).problem(400), "request.malformed");
    let long = json!({"law": {"rule_set": "#".repeat(2 << 20)}});
    assert_eq!(batch(officer, &[long, line]).problem(413), "request.too-large");
}

/// Stored accounts in lines have the rates of the run on files, those that it refused are refused, and others are unknown.
#[test]
fn lines_of_stored_accounts_are_decided_on_their_stored_facts() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 600");
    let run =
        "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --book demo/book --on 2022-07-01";
    let log = "--log sqlite:rate.db --author clerk --approver head --recorded-at 2022-06-20T01:00:00Z";
    rate_ok(here, &format!("{run} --out first {log}"));
    let server = Server::start(here);
    for (area, noun, text) in
        [("cn", "rule-sets", FRAME), ("990100", "rule-sets", METHOD), ("990100", "parameters", PARAMETERS)]
    {
        enact(&server, &format!("/v1/areas/{area}/{noun}"), &fixture(text));
    }
    let officer = server.client("officer", "990100");
    let rates = decided(here, "first", "2022");
    let accounts = fs::read_to_string(here.join("demo/book/accounts.csv")).unwrap();
    let mut accounts: Vec<&str> = accounts.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    // More than one bunch, one of them twice, and some that are not there.
    accounts.extend(["nobody", accounts[0], ""]);
    let mut asked: Vec<Value> = accounts.iter().map(|account| json!({"account": account})).collect();
    asked.insert(7, json!({"tables": tables()}));
    accounts.insert(7, "new");
    let answers = lines(&batch(&officer, &asked));
    assert_eq!(answers.len(), accounts.len() + 1);
    let (mut rated, mut refused) = (0, 0);
    for ((answer, account), number) in answers.iter().zip(&accounts).zip(1..) {
        assert_eq!(answer["line"], number);
        let first = rates.iter().find(|((of, _), _)| of == account);
        match (first, *account) {
            (None, "new") => assert_eq!(answer["preview"]["segments"][0]["rate_percent"], "0.35"),
            (None, "nobody" | "") => assert_eq!(answer["problem"]["code"], "object.unknown", "{answer}"),
            (None, _) => {
                assert_eq!(answer["problem"]["code"], "content.problems", "{answer}");
                refused += 1;
            }
            (Some((_, (_, rate, _))), _) => {
                assert_eq!(answer["preview"]["account"], *account);
                assert_eq!(answer["preview"]["segments"][0]["rate_percent"], rate.as_str(), "{answer}");
                rated += 1;
            }
        }
    }
    assert!(rated > 256 && refused > 1, "{rated} {refused}");
    let other = server.client("officer", "*");
    let answer =
        other.send("POST", "/v1/previews?area=990200&on=2022-07-01", &[("content-type", "application/x-ndjson")], b"");
    assert_eq!(answer.problem(422), "content.refused", "no law there");
}

/// No account can have a number with what no cell may have, so no database is asked for it: whatever stands beside it in the
/// body is answered, to the end.
#[test]
fn a_number_that_no_account_can_have_is_unknown() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let server = Server::over(dir.path(), &url, &[("RATE_LOG_KEY", dir.path().join("log.key").to_str().unwrap())]);
        for (area, noun, text) in
            [("cn", "rule-sets", FRAME), ("990100", "rule-sets", METHOD), ("990100", "parameters", PARAMETERS)]
        {
            enact(&server, &format!("/v1/areas/{area}/{noun}"), &fixture(text));
        }
        let officer = server.client("officer", "990100");
        let nobody = [json!("\u{0}"), json!("1\u{7}"), json!("x".repeat(65))];
        let mut asked: Vec<Value> = nobody.iter().map(|number| json!({"account": number})).collect();
        asked.push(json!({"tables": tables()}));
        let answers = lines(&batch(&officer, &asked));
        let codes: Vec<&Value> = answers[..3].iter().map(|it| &it["problem"]["code"]).collect();
        assert_eq!(codes, [&json!("object.unknown"); 3], "{url}");
        assert_eq!(answers[3]["preview"]["segments"][0]["rate_percent"], "0.35");
        assert_eq!((&answers[4]["end"], &answers[4]["refused"]), (&json!(true), &json!(3)));
        let (billing, json) = (server.client("billing", "990100"), [("content-type", "application/x-ndjson")]);
        let decision = "0".repeat(64);
        for number in nobody {
            let one = json!({"area": "990100", "on": "2022-07-01", "account": number});
            assert_eq!(officer.post("/v1/previews", &one).problem(404), "object.unknown", "{url} {number}");
            let bill = json!({"account": number, "month": "2022-07", "payroll_fen": 1}).to_string();
            let bills = lines(&billing.send("POST", "/v1/areas/990100/premium-quotations", &json, bill.as_bytes()));
            assert_eq!(bills[0]["problem"]["code"], "object.unknown", "{url} {number}");
            assert_eq!(bills[1]["end"], true);
            let held = json!({"items": [{"account": number, "decision": decision, "rate_percent": "0.2"}]});
            let answer = billing.post("/v1/areas/990100/acknowledgements", &held);
            assert_eq!(answer.problem(400), "request.value", "{url} {number}");
        }
    }
}

/// A server with the law of the area.
fn with_law() -> (tempfile::TempDir, Server) {
    let (dir, server) = served();
    for (area, noun, text) in
        [("cn", "rule-sets", FRAME), ("990100", "rule-sets", METHOD), ("990100", "parameters", PARAMETERS)]
    {
        enact(&server, &format!("/v1/areas/{area}/{noun}"), &fixture(text));
    }
    (dir, server)
}

fn sent(client: &Client, path: &str, kind: &str, body: &str) -> Answer {
    client.send("POST", path, &[("content-type", kind), ("accept-language", "en")], body.as_bytes())
}

/// Nothing says which of both holds: neither is taken.
#[test]
fn a_key_that_stands_twice_is_refused_at_its_place() {
    let (_dir, server) = with_law();
    let officer = server.client("officer", "990100");
    let good = json!({"tables": tables()}).to_string();
    for (twice, place) in [
        (r#"{"accounts": [{"account": "1", "account": "2"}]}"#, "/tables/accounts/0/account"),
        (r#"{"accounts": [], "coverage": [], "acc\u006funts": []}"#, "/tables/accounts"),
    ] {
        let one = format!(r#"{{"area": "990100", "on": "2022-07-01", "tables": {twice}}}"#);
        let answer = sent(&officer, "/v1/previews", "application/json", &one).expect(400);
        assert_eq!(answer["code"], "request.malformed");
        assert!(text_of(&answer, "detail").contains(place), "{answer}");
        let body = format!("{good}\n{{\"tables\": {twice}}}\n{good}\n");
        let answers = lines(&sent(&officer, BATCH, "application/x-ndjson", &body));
        let (answer, end) = (&answers[1]["problem"], &answers[3]);
        assert!(text_of(answer, "detail").contains(place), "{answer}");
        assert_eq!((&answer["code"], &end["decided"]), (&json!("request.malformed"), &json!(2)));
    }
}

/// What is said in a way that may be meant otherwise is refused, never decided as somebody might have meant it.
#[test]
fn a_preview_that_may_be_meant_otherwise_is_refused() {
    let (_dir, server) = with_law();
    let officer = server.client("officer", "990100");
    let (json, ndjson, good) = ("application/json", "application/x-ndjson", json!({"tables": tables()}).to_string());
    let send = |path: &str, kind: &str, body: &str| sent(&officer, path, kind, body);
    // What a batch shares stands in its query, and there alone.
    for path in ["/v1/previews?on=2022-07-01", "/v1/previews?area=990100"] {
        assert_eq!(send(path, ndjson, &good).problem(400), "request.parameter-missing", "{path}");
    }
    let whole = json!({"area": "990100", "on": "2022-07-01", "tables": tables()}).to_string();
    for query in ["area=990100", "on=2022-07-01", "decided_on=2022-07-01", "rule_set=x"] {
        let answer = send(&format!("/v1/previews?{query}"), json, &whole);
        assert_eq!(answer.problem(400), "request.parameter-unknown", "{query}");
    }
    // A first line that is neither a line nor a head was meant as some head; behind it, it is a line of its own.
    for first in [r#"{"Law": {}}"#, r#"{"law ": {}}"#, r#"{"account": 1}"#, "[]", "[null, null]", "5", "law", "{"] {
        assert_eq!(send(BATCH, ndjson, &format!("{first}\n{good}\n")).problem(400), "request.malformed", "{first}");
        let answers = lines(&send(BATCH, ndjson, &format!("{good}\n{first}\n{good}\n")));
        assert_eq!((&answers[3]["decided"], &answers[3]["refused"]), (&json!(2), &json!(1)), "{first}");
    }
}
