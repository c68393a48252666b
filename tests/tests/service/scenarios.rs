//! Scenarios over HTTP: a study asked of a stored book, held against `rate scenario` over the same files; and whoever may not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rate_core::date;
use rate_service::clock;
use rate_service::gazette::{GazetteError, Person};
use rate_service::store::{Place, ScenarioRow, Store, StoreError};
use rate_service::studies::{Question, ask, queue};
use serde_json::{Value, json};

use crate::command::rate_ok;
use crate::imports::followed;
use crate::law::{as_json, enact, fixture, text_of};
use crate::server::{Answer, Client, Server, new_name};
use crate::stored::{databases, done};

const FILES: &str = "--area 990100 --on 2022-07-01 --rules demo/rules --parameters demo/parameters --book demo/book";
const BY: &str = "--author clerk --approver head --recorded-at 2022-06-20T01:00:00Z";
const SETS: &str = "/v1/areas/990100/rule-sets";

const STUDY: &str = r#"
format = "study/1"
name = { zh = "试算", en = "trial" }

[[candidates]]
id = "lower"
base_factor = "95%"

[[candidates]]
id = "milder"
changes = [{ path = "float_table.rows.low.all.incidence", to = "<= 6‰" }]

[[calibrations]]
id = "level"
of = "base-factor"
between = ["50", "150"]
step = "1"
target = { of_baseline = "95%" }
tolerance_fen = 100000
"#;

/// A server over a database with the facts of a demonstration, and its law.
pub(crate) fn with_book(here: &Path, url: &str) -> Server {
    done(here, &format!("--lang en run {FILES} --out before --log {url} {BY}"));
    let server = begun(here, url, &[]);
    for (area, noun, file) in [
        ("cn", "rule-sets", "rule_sets/cn/2015-71.toml".to_owned()),
        ("990100", "rule-sets", "rule_sets/illustrative/three-year.toml".to_owned()),
    ] {
        enact(&server, &format!("/v1/areas/{area}/{noun}"), &fixture(&file));
    }
    let parameters = fs::read_to_string(here.join("demo/parameters/990100.toml")).unwrap();
    enact(&server, "/v1/areas/990100/parameters", &parameters);
    server
}

pub(crate) fn begun(here: &Path, url: &str, more: &[(&str, &str)]) -> Server {
    let key = here.join("log.key");
    Server::over(here, url, &[&[("RATE_LOG_KEY", key.to_str().unwrap())], more].concat())
}

fn request(study: &Value) -> Value {
    json!({"area": "990100", "on": "2022-07-01", "study": study})
}

/// Waits for the end of a scenario.
fn ended(client: &Client, here: &str) -> Value {
    let mut it = client.get(here).expect(200);
    while !it["finished_at"].is_string() {
        // It tells when there is something new.
        followed(client, here, "");
        it = client.get(here).expect(200);
    }
    it
}

fn as_csv(client: &Client, path: &str, lang: &str) -> Answer {
    client.send("GET", path, &[("accept", "text/csv"), ("accept-language", lang)], b"")
}

/// Every table and the report are, in every language, those of the command over the same files.
#[test]
fn a_study_of_stored_accounts_says_what_it_says_of_files() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    fs::write(here.join("study.toml"), STUDY).unwrap();
    for lang in ["en", "zh"] {
        done(here, &format!("--lang {lang} scenario {FILES} --study study.toml --out {lang}"));
    }
    for url in databases(here) {
        let server = with_book(here, &url);
        let actuary = server.client("actuary", "990100");
        let (name, asked) = (new_name(), request(&as_json(STUDY)));
        let first = actuary.post_as(&name, "/v1/scenarios", &asked);
        let place = first.header("location").unwrap().to_owned();
        let first = first.expect(202);
        assert_eq!((first["state"].as_str(), first["on"].as_str()), (Some("queued"), Some("2022-07-01")));
        let events = followed(&actuary, &place, "");
        let states: Vec<&str> =
            events.iter().filter(|it| it.0 == "state").map(|it| it.2["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["queued", "running", "done"], "{url}");
        assert!(events.iter().any(|it| it.0 == "progress"), "{events:?}");
        assert_eq!(followed(&actuary, &place, "2").iter().filter(|it| it.0 == "state").count(), 1);
        let listed = actuary.get(&format!("{place}/events")).expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 3);
        let it = ended(&actuary, &place);
        assert_eq!((&it["state"], &it["progress"], &it["area"]), (&json!("done"), &Value::Null, &json!("990100")));
        is_that_of_the_files(here, &actuary, &place);
        // The same again is the same; another thing under its name is none.
        let again = actuary.post_as(&name, "/v1/scenarios", &asked);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.expect(202)["id"], first["id"]);
        let other = json!({"area": "990100", "on": "2023-07-01", "study": asked["study"]});
        assert_eq!(actuary.post_as(&name, "/v1/scenarios", &other).problem(422), "idempotency.reused");
        // A second study of the same facts.
        let second = actuary.post("/v1/scenarios", &asked);
        let second = second.header("location").unwrap().to_owned();
        assert_eq!(ended(&actuary, &second)["state"], "done");
        is_that_of_the_files(here, &actuary, &second);
        is_of_its_area_alone(&server, &actuary, [&second, &place]);
        is_forgotten(&actuary, &place);
    }
}

/// What the command wrote. Law that is stored has no lines: where a finding of the checker stands in the file is left out.
fn of_the_files(here: &Path, lang: &str, name: &str) -> String {
    let text = fs::read_to_string(here.join(lang).join(name)).unwrap();
    let mut parts = text.split("demo/rules/990100/three-year.toml:");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |all, part| all + part.split_once(' ').unwrap().1)
}

fn is_that_of_the_files(here: &Path, client: &Client, place: &str) {
    for lang in ["en", "zh"] {
        let asked = |path: &str| client.send("GET", &format!("{place}{path}"), &[("accept-language", lang)], b"");
        let tables = asked("/tables").expect(200);
        let tables = tables["items"].as_array().unwrap();
        for table in tables {
            let id = table["id"].as_str().unwrap();
            assert_eq!(&asked(&format!("/tables/{id}")).expect(200), table);
            let csv = as_csv(client, &format!("{place}/tables/{id}"), lang);
            assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
            assert_eq!(csv.text(), of_the_files(here, lang, &format!("{id}.csv")), "{id}");
            assert!(!table["rows"].as_array().unwrap().is_empty() && table["columns"][0]["head"].is_string());
        }
        let names: BTreeSet<String> = tables.iter().map(|it| format!("{}.csv", it["id"].as_str().unwrap())).collect();
        let files = fs::read_dir(here.join(lang)).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        assert_eq!(names, files.filter(|name| name.ends_with(".csv")).collect());
        let report = asked("/report");
        assert_eq!(report.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(report.text() == of_the_files(here, lang, "study.html"), "the report in {lang}");
    }
    assert_eq!(client.get(&format!("{place}/tables/none")).problem(404), "object.unknown");
}

/// Of another area nobody is told anything, not even that it is there.
fn is_of_its_area_alone(server: &Server, actuary: &Client, places: [&str; 2]) {
    let listed = actuary.get("/v1/scenarios?limit=1").expect(200);
    let next = listed["next"].as_str().unwrap();
    let rest = actuary.get(&format!("/v1/scenarios?limit=1&cursor={next}")).expect(200);
    for (page, place) in [(&listed, places[0]), (&rest, places[1])] {
        assert!(place.ends_with(page["items"][0]["id"].as_str().unwrap()), "{page}");
    }
    assert_eq!((&rest["next"], rest["items"][0]["name"].as_str()), (&Value::Null, Some("试算")));
    let stranger = server.client("actuary", "330100");
    assert_eq!(stranger.get("/v1/scenarios").expect(200)["items"], json!([]));
    assert_eq!(stranger.get(&format!("/v1/scenarios?limit=1&cursor={next}")).problem(400), "request.value");
    assert_eq!(stranger.post("/v1/scenarios", &request(&as_json(STUDY))).problem(404), "object.unknown");
    for below in ["", "/events", "/tables", "/tables/totals", "/report"] {
        assert_eq!(stranger.get(&format!("{}{below}", places[0])).problem(404), "object.unknown", "{below}");
    }
    assert_eq!(stranger.delete(places[0]).problem(404), "object.unknown");
    assert_eq!(server.client("auditor", "990100").get(places[0]).status, 200);
    assert_eq!(server.client("auditor", "990100").delete(places[0]).problem(403), "auth.role");
    assert_eq!(server.client("billing", "990100").get(places[0]).problem(403), "auth.role");
}

fn is_forgotten(actuary: &Client, place: &str) {
    assert_eq!(actuary.delete(place).expect(200)["state"], "done");
    for below in ["", "/events", "/tables", "/report"] {
        assert_eq!(actuary.get(&format!("{place}{below}")).problem(404), "object.unknown");
    }
    assert_eq!(actuary.delete(place).problem(404), "object.unknown");
}

/// Pointer and code of each problem.
fn wrong(answer: Answer) -> BTreeSet<(String, String)> {
    let answer = answer.expect(422);
    assert_eq!(answer["code"], "content.problems", "{answer}");
    answer["problems"].as_array().unwrap().iter().map(|it| (text_of(it, "field"), text_of(it, "code"))).collect()
}

fn of(pairs: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    pairs.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

/// Nothing is queued before everything that shows without the accounts is right; what is wrong is told at its place.
#[test]
fn a_study_that_cannot_be_answered_is_refused_with_everything_that_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    let url = databases(here).remove(0);
    let server = with_book(here, &url);
    let (officer, actuary) = (server.client("officer", "990100"), server.client("actuary", "990100"));
    let unread =
        json!({"format": "study/2", "candidates": [{"id": "a", "base_factor": "many"}, {"id": "a"}], "more": 1});
    let expected = [
        ("/study", "file.missing-key"),
        // Elements of lists are found by their id, and two have this one.
        ("/study/candidates/0", "rule-set.duplicate"),
        ("/study/candidates/0/base_factor", "file.number"),
        ("/study/format", "file.format"),
        ("/study/more", "file.unknown-key"),
    ];
    assert_eq!(wrong(actuary.post("/v1/scenarios", &request(&unread))), of(&expected));
    // Read, and does not fit the law in force.
    let name = json!({"zh": "试算", "en": "trial"});
    let changed = json!([{"path": "float_table.rows.low.all.pay_ratio", "to": "<= many"}]);
    let absent = json!([{"path": "float_table.rows.none.all.pay_ratio", "from": "1", "to": "2"}]);
    let candidates = json!([
        {"id": "a", "base_rates": ["0.2%"]},
        {"id": "b", "changes": changed},
        {"id": "c", "changes": absent},
    ]);
    let unfit = json!({"format": "study/1", "name": name, "size_bands": [10, 5], "candidates": candidates});
    let expected = [
        ("/study/candidates/0", "scenario.base-rates"),
        ("/study/candidates/1/changes/0", "rule-set.interval"),
        ("/study/candidates/2/changes/0", "case.change"),
        ("/study/size_bands", "scenario.bands"),
    ];
    assert_eq!(wrong(actuary.post("/v1/scenarios", &request(&unfit))), of(&expected));
    refused_before_it_is_queued(&actuary, &name);
    // Documents are named by digests of the area's own.
    let named = json!([{"id": "a", "rules": "draft.toml"}, {"id": "b", "parameters": "0".repeat(64)}]);
    let named = json!({"format": "study/1", "name": name, "candidates": named});
    let expected =
        [("/study/candidates/0/rules", "file.unknown-word"), ("/study/candidates/1/parameters", "file.unknown-word")];
    assert_eq!(wrong(actuary.post("/v1/scenarios", &request(&named))), of(&expected));
    let good = as_json(STUDY);
    for (more, status, code) in [
        (json!({"area": "990100", "study": good}), 422, "content.refused"),
        (json!({"area": "990100", "on": "1990-01-01", "study": good}), 422, "content.refused"),
        (json!({"area": "990100", "on": "tomorrow", "study": good}), 400, "request.value"),
        (json!({"area": "990100", "on": "2022-07-01", "known_at": "now", "study": good}), 400, "request.value"),
        // Nobody knows yet what will be known.
        (
            json!({"area": "990100", "on": "2022-07-01", "known_at": "2999-01-01T00:00:00Z", "study": good}),
            400,
            "request.value",
        ),
        // Nothing was law then.
        (
            json!({"area": "990100", "on": "2022-07-01", "known_at": "2001-01-01T00:00:00Z", "study": good}),
            422,
            "content.refused",
        ),
        (json!({"area": "990100", "on": "2022-07-01"}), 400, "request.malformed"),
    ] {
        assert_eq!(actuary.post("/v1/scenarios", &more).problem(status), code, "{more}");
    }
    assert_eq!(actuary.get("/v1/scenarios").expect(200)["items"], json!([]), "nothing was queued");
    is_named_by_its_digest(&officer, &actuary);
}

/// Searches, sweeps, bounds and names need no accounts to be wrong.
fn refused_before_it_is_queued(actuary: &Client, name: &Value) {
    let bound = json!([{"path": "float_table.rows.low.all.pay_ratio", "text": "<= {}%"}]);
    let search = |id: &str, between: [&str; 2]| json!({"id": id, "of": "base-factor", "between": between, "step": "1", "target": "benefits", "tolerance_fen": 1});
    let many: Vec<String> = (1..=401).map(|it| it.to_string()).collect();
    let unfit = json!({
        "format": "study/1",
        "name": name,
        "calibrations": [search("down", ["150", "50"]), search("far", ["1", "1000000"])],
        "sweeps": [{"id": "a", "axes": [{"values": bound, "at": ["20", "-5"]}]}],
        "chain": {"class": 4, "heads": 1, "monthly_payroll_fen": 1, "claims_per_year": ["1"]},
    });
    let expected = [
        ("/study/calibrations/0", "scenario.bracket"),
        ("/study/calibrations/1", "scenario.base-rates"),
        ("/study/sweeps/0", "rule-set.interval"),
    ];
    assert_eq!(wrong(actuary.post("/v1/scenarios", &request(&unfit))), of(&expected));
    let unread = json!({
        "format": "study/1",
        "name": {"zh": "试算", "en": "\u{0}"},
        "candidates": [{"id": "baseline"}, {"id": "a", "label": {"zh": "\u{202E}", "en": "a"}}],
        "sweeps": [{"id": "a", "axes": [{"of": "base-factor", "at": many}]}],
        "projection": {"years": 1, "paths": 1, "pension_years": 1, "payroll_growth": "400%"},
    });
    let expected = [
        ("/study/candidates/0/id", "scenario.name"),
        ("/study/candidates/1/label/zh", "scenario.name"),
        ("/study/name/en", "scenario.name"),
        ("/study/projection/payroll_growth", "file.number"),
        ("/study/sweeps/0/axes", "file.number"),
    ];
    assert_eq!(wrong(actuary.post("/v1/scenarios", &request(&unread))), of(&expected));
}

/// A draft that is named by its digest says what the same change of the rules in force says.
fn is_named_by_its_digest(officer: &Client, actuary: &Client) {
    let method = fixture("rule_sets/illustrative/three-year.toml");
    let draft = method.replace("incidence = \"<= 3‰\"", "incidence = \"<= 6‰\"").replace("\"three-year\"", "\"draft\"");
    assert_ne!(draft, method);
    let (name, kind) = (new_name(), ("content-type", "application/toml"));
    let draft = officer.send("POST", SETS, &[("idempotency-key", &name), kind], draft.as_bytes()).expect(201);
    let parameters = officer.get("/v1/areas/990100/parameters").expect(200)["items"][0]["digest"].clone();
    let mut study = as_json(STUDY);
    study["candidates"][0] = json!({"id": "draft", "rules": draft["digest"], "parameters": parameters});
    let place = actuary.post("/v1/scenarios", &request(&study)).header("location").unwrap().to_owned();
    let it = ended(actuary, &place);
    assert_eq!(it["state"], "done", "{it}");
    let totals = actuary.get(&format!("{place}/tables/totals")).expect(200);
    let of = |candidate: &str| {
        let mut row =
            totals["rows"].as_array().unwrap().iter().find(|it| it["candidate"] == candidate).unwrap().clone();
        row["candidate"] = Value::Null;
        row
    };
    assert_eq!(of("draft"), of("milder"), "{totals}");
    assert_ne!(of("draft")["before_fen"], of("draft")["after_fen"], "{totals}");
}

fn open(url: &str) -> Store {
    Store::open(&url.parse::<Place>().unwrap()).unwrap()
}

/// Asks without a server.
fn asked(store: &Store, id: &str) -> ScenarioRow {
    let question = Question {
        id: id.to_owned(),
        area: "990100".to_owned(),
        on: Some(date("2022-07-01").unwrap()),
        known_at: None,
        study: as_json(STUDY).to_string(),
    };
    let by = Person { key: "key".to_owned(), name: "actuary".to_owned() };
    let put = store.change(|link| -> Result<ScenarioRow, GazetteError> {
        let row = ask(link, question, &by, &clock::now())?;
        queue(link, &row)?;
        Ok(row)
    });
    put.unwrap()
}

/// Whoever died at it leaves it to the next; whoever comes back late, or was cancelled, writes nothing.
#[test]
fn a_scenario_outlives_whoever_answered_it() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    for url in databases(here) {
        let server = with_book(here, &url);
        let actuary = server.client("actuary", "990100");
        assert!(server.stop());
        let store = open(&url);
        asked(&store, "taken");
        // One takes it up and dies; in SQLite, its process is gone with it.
        let millis = if url.starts_with("sqlite:") { 600_000 } else { 1000 };
        let lease = |millis: i64| store.change(|link| link.lease_scenario(millis, &clock::now())).unwrap();
        let lost = lease(millis).unwrap();
        assert_eq!((lost.id.as_str(), lost.fence, lease(millis)), ("taken", 1, None));
        asked(&store, "cancelled");
        let held = lease(millis).unwrap();
        let cancelled = ScenarioRow { state: "cancelled".to_owned(), ended_at: Some(clock::now()), ..held.clone() };
        assert!(store.change(|link| link.end_scenario(&cancelled, &[])).unwrap());
        assert!(!store.change(|link| link.hold_scenario(&held, millis)).unwrap(), "it is held no longer");
        let late = ScenarioRow { state: "done".to_owned(), ..cancelled };
        assert!(!store.change(|link| link.end_scenario(&late, &[])).unwrap(), "nor ended once more");
        asked(&store, "hopeless");
        // Three had it, and none came to its end.
        for _ in 0..3 {
            assert_eq!(lease(0).unwrap().id, "hopeless");
        }
        drop(store);
        let server = begun(here, &url, &[]);
        let actuary = actuary.at(&server);
        for (id, state) in [("taken", "done"), ("cancelled", "cancelled"), ("hopeless", "failed")] {
            let it = ended(&actuary, &format!("/v1/scenarios/{id}"));
            assert_eq!(it["state"], state, "{url}: {it}");
            let problems = it["problems"].as_array().map_or(0, Vec::len);
            assert_eq!(problems, usize::from(state == "failed"), "{it}");
        }
        for _ in 0..2 {
            assert_eq!(actuary.delete("/v1/scenarios/cancelled").expect(200)["state"], "cancelled");
        }
        assert_eq!(actuary.get("/v1/scenarios/hopeless/tables").problem(409), "state.conflict");
        assert_eq!(actuary.get("/v1/scenarios/taken/tables").status, 200);
        assert!(server.stop());
        let store = open(&url);
        assert!(!store.change(|link| link.end_scenario(&lost, &[])).unwrap(), "the first comes back");
        let after = store.change(|link| -> Result<_, StoreError> { link.forget_scenarios("9999") }).unwrap();
        assert_eq!(after, 3, "old ones are forgotten");
    }
}

/// A book that is larger than was allowed is refused with a sentence in each language.
#[test]
fn a_book_that_is_too_large_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    let url = databases(here).remove(0);
    let server = with_book(here, &url);
    let actuary = server.client("actuary", "990100");
    assert!(server.stop());
    let server = begun(here, &url, &[("RATE_SCENARIO_ACCOUNTS", "199")]);
    let actuary = actuary.at(&server);
    let place = actuary.post("/v1/scenarios", &request(&as_json(STUDY))).header("location").unwrap().to_owned();
    assert_eq!(ended(&actuary, &place)["state"], "failed");
    for (lang, ascii) in [("en", true), ("zh-CN", false)] {
        let it = actuary.send("GET", &place, &[("accept-language", lang)], b"").expect(200);
        let message = it["problems"][0]["message"].as_str().unwrap();
        assert!(message.contains("199") && message.is_ascii() == ascii, "{it}");
    }
}

/// A projection that would take minutes is cancelled while it is made, and whoever waits behind it has an answer at once.
#[test]
fn what_is_cancelled_keeps_nobody_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 1000");
    let url = databases(here).remove(0);
    let server = with_book(here, &url);
    let actuary = server.client("actuary", "990100");
    let name = json!({"zh": "n", "en": "n"});
    let projection = json!({"years": 50, "paths": 4000, "pension_years": 80});
    let long = json!({"format": "study/1", "name": name, "projection": projection});
    let place = |study: &Value| actuary.post("/v1/scenarios", &request(study)).header("location").unwrap().to_owned();
    let long = place(&long);
    while actuary.get(&long).expect(200)["progress"]["stage"] != "answering" {
        std::thread::yield_now();
    }
    assert_eq!(actuary.delete(&long).expect(200)["state"], "cancelled");
    let watch = rate_service::clock::Stopwatch::start();
    let short = place(&json!({"format": "study/1", "name": name, "candidates": [{"id": "same"}]}));
    assert_eq!(ended(&actuary, &short)["state"], "done");
    assert!(watch.millis() < 15_000, "it took {} ms", watch.millis());
    assert_eq!(actuary.get(&long).expect(200)["state"], "cancelled");
}
