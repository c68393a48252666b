//! The history of long work over HTTP: an import as it happens and afterwards, and why a run failed.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::server::{Client, Server};
use crate::stored::databases;

const IMPORTS: &str = "/v1/areas/990100/imports";

/// An import with one table, not yet closed.
pub(crate) fn sent(client: &Client, name: &str, text: &str) -> String {
    let made = client.post(IMPORTS, &json!({"mode": "add", "keep": "all-or-nothing"})).expect(201);
    let here = format!("{IMPORTS}/{}", made["id"].as_str().unwrap());
    let put = |path: &str, body: &str| {
        let headers = [("content-type", "application/json")];
        client.send("PUT", &format!("{here}/parts/1{path}"), &headers, body.as_bytes()).expect(200)
    };
    put("", &json!({"name": name, "form": "csv"}).to_string());
    put("/bytes", text);
    let sha256 = Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    put("/digest", &json!({ "sha256": sha256 }).to_string());
    here
}

/// Events as they happen behind a number: name, number and data of each, once all have been told.
pub(crate) fn followed(client: &Client, here: &str, after: &str) -> Vec<(String, String, Value)> {
    let headers = [("accept", "text/event-stream"), ("last-event-id", after)];
    let answer = client.send("GET", &format!("{here}/events"), &headers, b"");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")));
    let text = answer.text();
    let field =
        |event: &str, name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
    let events = text.split_terminator("\n\n").filter(|it| !it.starts_with(':'));
    let read = |it: &str| {
        let data = serde_json::from_str(&field(it, "data: ")).unwrap();
        (field(it, "event: "), field(it, "id: "), data)
    };
    events.map(read).collect()
}

/// State and stage of each change.
fn states<'v>(events: impl Iterator<Item = &'v Value>) -> Vec<String> {
    let text = |it: &Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    events.map(|it| format!("{} {}", text(it, "state"), text(it, "stage"))).collect()
}

/// Why a run failed is told in the language that is asked for, as it stands and in its history.
#[test]
fn why_a_run_failed_is_told_in_either_language() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let server = Server::over(dir.path(), &url, &[("RATE_LOG_KEY", dir.path().join("log.key").to_str().unwrap())]);
        let client = server.client("officer", "990100");
        // No rule set is published.
        let run = client.post("/v1/areas/990100/runs", &json!({"on": "2022-07-01"})).expect(202);
        let here = format!("/v1/areas/990100/runs/{}", run["id"].as_str().unwrap());
        while client.get(&here).expect(200)["state"] != "failed" {}
        let asked = |path: &str, lang: &str| {
            client.send("GET", &format!("{here}{path}"), &[("accept-language", lang)], b"").expect(200)
        };
        for (lang, ascii) in [("en", true), ("zh-CN", false)] {
            let problem = asked("", lang)["problem"].clone();
            assert_eq!(problem.as_str().unwrap().is_ascii(), ascii, "{problem}");
            let events = asked("/events", lang)["items"].as_array().unwrap().clone();
            assert_eq!(events.last().unwrap()["remark"], problem);
            let listed = client.send("GET", "/v1/areas/990100/runs", &[("accept-language", lang)], b"").expect(200);
            assert_eq!(listed["items"][0]["problem"], problem);
        }
    }
}

#[test]
fn an_import_is_followed_as_it_happens() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let server = Server::over(dir.path(), &url, &[("RATE_LOG_KEY", dir.path().join("log.key").to_str().unwrap())]);
        let client = server.client("officer", "990100");
        let here = sent(&client, "accounts.csv", "area,account,kind\n990100,1,employer\n990100,2,employer\n");
        // Whoever follows before it is closed is told the rest as it comes.
        let reader = std::thread::spawn({
            let (client, here) = (client.clone(), here.clone());
            move || followed(&client, &here, "")
        });
        client.post(&format!("{here}/closing"), &json!({})).expect(202);
        let told = reader.join().unwrap();
        let (changes, progress): (Vec<_>, Vec<_>) = told.iter().partition(|it| it.0 == "state");
        let numbers: Vec<&str> = changes.iter().map(|it| it.1.as_str()).collect();
        assert_eq!(numbers, ["1", "2", "3", "4", "5"]);
        let all = ["receiving ", "checking reading", "checking checking", "checking committing", "committed "];
        assert_eq!(states(changes.iter().map(|it| &it.2)), all);
        assert!(progress.iter().all(|it| it.0 == "progress" && it.1.is_empty()));
        let last = &progress.last().unwrap().2;
        assert_eq!((&last["rows"], &last["accounts"], &last["problems"]), (&json!(2), &json!(2), &json!(0)));
        // Afterwards the same, and behind a number the rest.
        let kept = client.get(&format!("{here}/events")).expect(200);
        assert_eq!(states(kept["items"].as_array().unwrap().iter()), all);
        assert!(kept["items"][4]["recorded_at"].is_string() && kept["items"][4]["stage"].is_null());
        let rest = followed(&client, &here, "3");
        let rest: Vec<&Value> = rest.iter().filter(|it| it.0 == "state").map(|it| &it.2).collect();
        assert_eq!(states(rest.into_iter()), all[3..]);
        // One that is refused, and one that is given up.
        let wrong = sent(&client, "accounts.csv", "area,account,kind\n990100,3,factory\n");
        client.post(&format!("{wrong}/closing"), &json!({})).expect(202);
        let told = followed(&client, &wrong, "2");
        assert_eq!(states(told.iter().filter(|it| it.0 == "state").map(|it| &it.2)), ["checking checking", "refused "]);
        let gone = sent(&client, "accounts.csv", "area,account,kind\n990100,4,employer\n");
        client.post(&format!("{gone}/cancellation"), &json!({})).expect(200);
        client.post(&format!("{gone}/cancellation"), &json!({})).expect(200);
        let told = followed(&client, &gone, "");
        assert_eq!(states(told.iter().filter(|it| it.0 == "state").map(|it| &it.2)), ["receiving ", "cancelled "]);
        // Another area's is none.
        let other = server.client("officer", "990200");
        assert_eq!(other.get(&format!("{here}/events")).problem(404), "object.unknown");
        let elsewhere = here.replace("990100", "990200");
        let headers = [("accept", "text/event-stream")];
        assert_eq!(other.send("GET", &format!("{elsewhere}/events"), &headers, b"").problem(404), "object.unknown");
    }
}
