//! One account looked back upon: what a claim that came in late, and a rule set that was changed, make of a decision.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::command::rate_ok;
use crate::imports::{followed, sent};
use crate::law::{enact, fixture};
use crate::scenarios::with_book;
use crate::server::{Client, Server};
use crate::stored::databases;

const BEFORE: &str = "2022-06-21T00:00:00Z";

fn asked(client: &Client, account: &str, query: &str) -> Value {
    let path = format!("/v1/areas/990100/accounts/{account}/as-of?day=2022-08-01{query}");
    client.send("GET", &path, &[("accept-language", "en")], b"").expect(200)
}

/// An account that had nothing paid and nobody hurt, and so half of its base rate.
pub(crate) fn blameless(client: &Client) -> String {
    let page = client.get("/v1/areas/990100/rate-snapshot?on=2022-07-01").text();
    let mut lines = page.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found = lines.find(|it| it["grade"]["label"] == "50%" && it["origin"] == "floated");
    found.unwrap()["account"].as_str().unwrap().to_owned()
}

/// A claim as another account of the book has one, recognised inside the window, of this account.
pub(crate) fn late_claim(here: &Path, account: &str) -> String {
    let text = fs::read_to_string(here.join("demo/book/claims.csv")).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let fits = |cells: &Vec<String>| {
        cells.len() == header.len()
            && cells[at("article")] == "A14-1"
            && cells[at("status")] == "recognised"
            && cells[at("recognised")].starts_with("2020")
            && !text.contains(&format!(",{account},{},", cells[at("claim")]))
    };
    let rows = lines.map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let mut cells = rows.into_iter().find(fits).unwrap();
    for (name, value) in [("account", account), ("claim", "LATE-1"), ("person", "LATE-P")] {
        cells[at(name)] = value.to_owned();
    }
    format!("{}\n{}\n", header.join(","), cells.join(","))
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect()
}

/// Grades of the four reckonings: facts and law of then, facts of now, law of now, both of now.
fn grades(found: &Value) -> Vec<&str> {
    let grade = |it: &Value| it["decision"]["segments"][0]["grade"]["label"].as_str().unwrap().to_owned();
    let all = found["reckoned"].as_array().unwrap();
    let sides: Vec<[&str; 2]> =
        all.iter().map(|it| [&it["facts"], &it["law"]].map(|it| it.as_str().unwrap())).collect();
    assert_eq!(sides, [["then", "then"], ["now", "then"], ["then", "now"], ["now", "now"]]);
    all.iter().map(|it| Box::leak(grade(it).into_boxed_str()) as &str).collect()
}

#[test]
fn what_makes_a_decision_different_now_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    for url in databases(here) {
        let server = with_book(here, &url);
        let auditor = server.client("auditor", "990100");
        let account = blameless(&auditor);
        let found = asked(&auditor, &account, "");
        let decided = &found["decided"];
        assert_eq!((&decided["reproduced"], &decided["segment"]["grade"]["label"]), (&json!(true), &json!("50%")));
        assert!(words(&decided["steps"]).len() > 3 && decided["explanation"].is_string());
        assert_eq!((words(&found["because"]), &found["changes"]["facts"]), (vec![], &json!([])));
        assert_eq!(grades(&found), ["50%"; 4]);
        assert_eq!(found["known"]["tables"]["accounts"][0]["account"], account.as_str());
        // A claim that comes in late: nobody unhurt any more.
        let import = sent(&server.client("officer", "990100"), "claims.csv", &late_claim(here, &account));
        server.client("officer", "990100").post(&format!("{import}/closing"), &json!({})).expect(202);
        let states = followed(&server.client("officer", "990100"), &import, "");
        assert_eq!(states.iter().rfind(|it| it.0 == "state").unwrap().2["state"], "committed", "{states:?}");
        a_claim_is_the_cause(&auditor, &account);
        // Half of the base rate becomes four fifths of it.
        let method = fixture("rule_sets/illustrative/three-year.toml").replace("= \"50%\"", "= \"80%\"");
        let stands = asked(&auditor, &account, "")["changes"]["rule_set_now"]["digest"].clone();
        enact(&server, &format!("/v1/areas/990100/rule-sets?supersedes={}", stands.as_str().unwrap()), &method);
        so_is_the_law(&auditor, &account);
        nothing_is_told_of_another_area(&server, &account);
    }
}

fn a_claim_is_the_cause(auditor: &Client, account: &str) {
    let found = asked(auditor, account, &format!("&known_at={BEFORE}"));
    assert_eq!(words(&found["because"]), ["facts"]);
    let changes = found["changes"]["facts"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    let change = &changes[0];
    assert_eq!(
        [&change["change"], &change["table"], &change["account"]],
        [&json!("added"), &json!("claims"), &json!(account)]
    );
    assert_eq!([&change["row"]["claim"], &change["known_then"]], [&json!("LATE-1"), &json!(false)]);
    let claims = |found: &Value| found["known"]["tables"]["claims"].to_string().contains("LATE-1");
    assert!(!claims(&found) && claims(&asked(auditor, account, "")));
    let [same, late] = [&found["reckoned"][0], &found["reckoned"][1]];
    assert_eq!(same["difference"], Value::Null);
    assert_eq!(late["difference"]["causes"], json!(["facts"]));
    // The first thing that a claim changes is what is measured, the fourth or a later step.
    assert!(late["difference"]["place"].as_str().unwrap().starts_with("step "), "{late}");
    assert!(late["difference"]["decided_fen"].as_i64() < late["difference"]["reckoned_fen"].as_i64(), "{late}");
    let grades = grades(&found);
    assert_eq!((grades[0], grades[2]), ("50%", "50%"));
    assert!(grades[1] != "50%" && grades[1] == grades[3], "{grades:?}");
}

fn so_is_the_law(auditor: &Client, account: &str) {
    let found = asked(auditor, account, &format!("&known_at={BEFORE}"));
    assert_eq!(words(&found["because"]), ["facts", "law"]);
    let grades = grades(&found);
    assert_eq!((grades[0], grades[2]), ("50%", "80%"));
    assert!(grades[1] == grades[3], "{grades:?}");
    let amendments = found["changes"]["amendments"].as_array().unwrap();
    let texts: Vec<&str> = amendments.iter().map(|it| it["text"].as_str().unwrap()).collect();
    let cited = "(under: demonstration of three-year cycles (fictitious), provisions on the float)";
    assert_eq!(texts, [format!("float table › rows › zero › grade: 50% → 80% {cited}")]);
    // A directory of parameters gave the run more documents than were published here.
    assert_eq!(found["reckoned"][2]["difference"]["causes"], json!(["rule-set", "parameters"]));
    let others = found["changes"]["parameters"].as_array().unwrap();
    assert!(!others.is_empty() && others.iter().all(|it| it["digest_now"].is_null()), "{others:?}");
    assert_eq!(found["decided"]["segment"]["grade"]["label"], "50%", "what was decided stays");
}

fn nothing_is_told_of_another_area(server: &Server, account: &str) {
    let path = |area: &str, query: &str| format!("/v1/areas/{area}/accounts/{account}/as-of?{query}");
    let auditor = server.client("auditor", "*");
    assert_eq!(auditor.get(&path("990200", "day=2022-08-01")).problem(404), "object.unknown");
    assert_eq!(auditor.get(&path("990100", "day=soon")).problem(400), "request.value");
    assert_eq!(auditor.get(&path("990100", "day=2022-08-01&known_at=then")).problem(400), "request.value");
    assert_eq!(auditor.get("/v1/areas/990100/accounts/nobody/as-of?day=2022-08-01").problem(404), "object.unknown");
    // Before anything was known of it, and on a day of no run.
    let none = format!("{}&known_at=2020-01-01T00:00:00Z", path("990100", "day=2022-08-01"));
    let found = auditor.get(&none).expect(200);
    assert_eq!((&found["decided"], &found["no_decision"]), (&Value::Null, &json!("no-run")));
    assert_eq!((&found["known"]["tables"], found["known"]["knowledge"].as_i64()), (&json!({}), Some(0)));
    let other = auditor.get(&path("990100", "day=2019-08-01")).expect(200);
    assert_eq!((&other["no_decision"], &other["reckoned"][3]["decision"]), (&json!("no-run"), &Value::Null));
    assert!(other["reckoned"][3]["why_not"].is_string());
}
