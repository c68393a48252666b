//! Replays and audits over HTTP, held against the commands over the same log and book; and killed, stolen and damaged ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rate_service::examinations::{Asking, ReplayRequest, queue, replay, work};
use rate_service::store::{ExaminationRow, Place, Store, StoreError};
use serde_json::{Value, json};

use crate::command::rate_ok;
use crate::hindsight::{blameless, late_claim};
use crate::imports::{followed, sent};
use crate::law::{enact, fixture, text_of};
use crate::scenarios::{begun, with_book};
use crate::server::{Client, Server, new_name};
use crate::stored::{databases, done, execute};

const RUN: &str = "990100-2022-07-01";
const REPLAYS: &str = "/v1/areas/990100/replays";
const AUDITS: &str = "/v1/areas/990100/audits";
const FILES: &str = "--area 990100 --on 2022-07-01 --rules demo/rules --parameters demo/parameters";
const NOW: &str = "2026-11-30T01:00:00.000Z";

/// Where what was asked stands once it has ended, and how it stands.
fn ended(client: &Client, path: &str, question: &Value) -> (String, Value) {
    let asked = client.post(path, question);
    let here = asked.header("location").unwrap_or_else(|| panic!("{}", asked.text())).to_owned();
    assert_eq!(asked.expect(202)["state"], "queued");
    let told = followed(client, &here, "");
    let states: Vec<&str> =
        told.iter().filter(|it| it.0 == "state").map(|it| it.2["state"].as_str().unwrap()).collect();
    assert_eq!(states[..2], ["queued", "running"], "{told:?}");
    let it = client.get(&here).expect(200);
    assert_eq!(it["state"], states[2]);
    (here, it)
}

/// Every page of a list, in one language.
fn all(client: &Client, path: &str, limit: usize) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = format!("{path}?limit={limit}{cursor}");
        let page = client.send("GET", &page, &[("accept-language", "en")], b"").expect(200);
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// A line of CSV in cells.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    cells
}

/// What the command says of the same: account, cause, place, both values, both amounts.
fn of_the_command(here: &Path, url: &str, more: &str) -> BTreeSet<[String; 7]> {
    done(here, &format!("--lang en replay --log {url} --run {RUN} {more} --out differences.csv"));
    let text = fs::read_to_string(here.join("differences.csv")).unwrap();
    let rows = text.trim_start_matches('\u{feff}').lines().skip(1).map(cells);
    rows.map(|row| [2, 3, 4, 5, 6, 7, 8].map(|at| row[at].clone())).collect()
}

fn of_the_list(lines: &[Value], on: &str) -> BTreeSet<[String; 7]> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace("null", "");
    let cause = |it: &Value| if on == "kept" { text(&it["cause"]) } else { on.to_owned() };
    let row = |it: &Value| {
        let [account, place, recorded, now] = ["account", "place", "recorded", "now"].map(|name| text(&it[name]));
        let [before, after] = ["recorded_fen", "now_fen"].map(|name| text(&it[name]));
        [account, cause(it), place, recorded, now, before, after]
    };
    lines.iter().filter(|it| it["on"] == on).map(row).collect()
}

#[test]
fn a_replay_says_what_the_command_says() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    for url in databases(here) {
        let server = with_book(here, &url);
        enact(
            &server,
            "/v1/areas/cn/parameters",
            &fs::read_to_string(here.join("demo/parameters/holidays.toml")).unwrap(),
        );
        let auditor = server.client("auditor", "990100");
        let everything = json!({"run": RUN, "on": ["parameters", "facts", "rule-set"]});
        let (place, same) = ended(&auditor, REPLAYS, &everything);
        let (summary, count) = (&same["summary"], &same["done"]);
        assert_eq!((&same["state"], &same["lines"], &same["of"]), (&json!("done"), &json!(0), count), "{same}");
        assert_eq!(
            (&summary["records"], &summary["identical"], &summary["today"]),
            (count, count, &json!({})),
            "{same}"
        );
        assert_eq!(all(&auditor, &format!("{place}/differences"), 100), Vec::<Value>::new());
        // Something is learnt, and the method is changed.
        let account = blameless(&auditor);
        let claim = late_claim(here, &account);
        let officer = server.client("officer", "990100");
        let import = sent(&officer, "claims.csv", &claim);
        officer.post(&format!("{import}/closing"), &json!({})).expect(202);
        followed(&officer, &import, "");
        let stands = server.client("auditor", "*").get("/v1/areas/990100/rule-sets/in-force?on=2022-07-01").expect(200);
        let stands = text_of(&stands["rule_set"], "digest");
        let method = fixture("rule_sets/illustrative/three-year.toml").replace("= \"50%\"", "= \"80%\"");
        enact(&server, &format!("/v1/areas/990100/rule-sets?supersedes={stands}"), &method);
        today(here, &claim, &method);
        let (place, other) = ended(&auditor, REPLAYS, &everything);
        let lines = all(&auditor, &format!("{place}/differences"), 7);
        assert_eq!(other["lines"], lines.len());
        assert_eq!(other["summary"]["identical"], other["done"], "the log decides as it did");
        let facts = of_the_command(here, &url, "--book today/book");
        assert_eq!((facts.len(), &of_the_list(&lines, "facts")), (1, &facts), "{url}");
        let rules = of_the_command(here, &url, "--rules today/rules");
        assert!(rules.len() > 20);
        assert_eq!(of_the_list(&lines, "rule-set"), rules, "{url}");
        assert_eq!(of_the_list(&lines, "parameters"), BTreeSet::new());
        named(&auditor, &account, &rules);
        is_kept_to_its_area(&server, &auditor, &place);
    }
}

/// The book and the rule sets of today as files.
fn today(here: &Path, claim: &str, method: &str) {
    let _ = fs::remove_dir_all(here.join("today"));
    crate::command::copy(&here.join("demo"), &here.join("today"));
    let claims = here.join("today/book/claims.csv");
    let text = fs::read_to_string(&claims).unwrap();
    fs::write(&claims, text + claim.lines().nth(1).unwrap() + "\n").unwrap();
    fs::write(here.join("today/rules/990100/three-year.toml"), method).unwrap();
}

/// Two accounts that are named, and none that the run has no record of.
fn named(auditor: &Client, account: &str, rules: &BTreeSet<[String; 7]>) {
    let other = rules.iter().map(|it| &it[0]).find(|it| *it != account).unwrap();
    let question = json!({"run": RUN, "accounts": [account, other, account], "on": ["rule-set"]});
    let (place, it) = ended(auditor, REPLAYS, &question);
    assert_eq!((&it["done"], &it["of"], &it["summary"]["accounts"]), (&json!(2), &json!(2), &json!(2)), "{it}");
    let found = of_the_list(&all(auditor, &format!("{place}/differences"), 1), "rule-set");
    let expected = rules.iter().filter(|it| [account, other].contains(&it[0].as_str())).cloned().collect();
    assert_eq!(found, expected);
    let nobody = json!({"run": RUN, "accounts": [account, "nobody"]});
    assert_eq!(auditor.post(REPLAYS, &nobody).problem(422), "content.refused");
    assert_eq!(auditor.post(REPLAYS, &json!({"run": "none"})).problem(404), "object.unknown");
    let many: Vec<String> = (0..1001).map(|number| number.to_string()).collect();
    assert_eq!(auditor.post(REPLAYS, &json!({"run": RUN, "accounts": many})).problem(400), "request.value");
    // The same again is the same.
    let name = new_name();
    let first = auditor.post_as(&name, REPLAYS, &question).expect(202);
    let again = auditor.post_as(&name, REPLAYS, &question);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(202)["id"], first["id"]);
}

fn is_kept_to_its_area(server: &Server, auditor: &Client, place: &str) {
    let other = server.client("auditor", "990200");
    for path in ["", "/events", "/differences"].map(|it| format!("{place}{it}")) {
        assert_eq!(other.get(&path).problem(404), "object.unknown");
        assert_eq!(other.get(&path.replace("990100/", "990200/")).problem(404), "object.unknown");
        assert_eq!(server.client("billing", "990100").get(&path).problem(403), "auth.role");
    }
    let elsewhere = "/v1/areas/990200/replays";
    assert_eq!(other.post(elsewhere, &json!({"run": RUN})).problem(404), "object.unknown");
    assert_eq!(other.get(elsewhere).expect(200)["items"], json!([]));
    // One that has ended stays as it is.
    assert_eq!(auditor.delete(place).expect(200)["state"], "done");
    let listed = all(auditor, REPLAYS, 2);
    let mut ids: Vec<&str> = listed.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert!(ids.len() >= 3);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), listed.len());
    assert_eq!(auditor.get(&place.replace("replays", "audits")).problem(404), "object.unknown");
}

/// A store with the demonstration, without a server.
fn store(here: &Path, url: &str) -> Arc<Store> {
    done(
        here,
        &format!(
            "--lang en run {FILES} --book demo/book --out before --log {url} --author clerk --approver head --recorded-at 2022-06-20T01:00:00Z"
        ),
    );
    Arc::new(Store::open(&url.parse::<Place>().unwrap()).unwrap())
}

fn asked(store: &Arc<Store>, id: &str) -> ExaminationRow {
    let asking = Asking { id: id.to_owned(), area: "990100".to_owned(), by: "key".to_owned(), at: NOW.to_owned() };
    let request = ReplayRequest { run: RUN.to_owned(), accounts: Vec::new(), on: vec![] };
    let row = replay(store, asking, &request).unwrap();
    store.change(|link| queue(link, &row)).unwrap();
    row
}

fn found(store: &Store, id: &str) -> ExaminationRow {
    store.read(|link| Ok::<_, StoreError>(link.examination(id)?.unwrap())).unwrap()
}

fn listed(store: &Store, id: &str) -> Vec<Value> {
    let lines = store.read(|link| link.examination_lines(id, 0, 1000)).unwrap();
    lines.into_iter().map(|line| serde_json::from_str(&line.en).unwrap()).collect()
}

/// Whoever takes it up dies, time and again: it fails, and does not kill the next one for ever. A piece that was done begins
/// the count anew.
fn given_up(store: &Arc<Store>) {
    asked(store, "five");
    let die = || store.change(|link| link.lease_examination(-1, NOW)).unwrap().unwrap();
    (0..4).for_each(|_| drop(die()));
    assert!(work(store, 7, &|| NOW.to_owned()).unwrap());
    assert_eq!(found(store, "five").state, "running");
    assert_eq!(store.read(|link| link.examination_attempts("five")).unwrap(), 0);
    (0..5).for_each(|_| drop(die()));
    assert!(work(store, 7, &|| NOW.to_owned()).unwrap());
    let it = found(store, "five");
    assert_eq!((it.state.as_str(), it.done), ("failed", 7));
    let said = rate_service::examinations::failure(&it, rate_core::error::Lang::En).unwrap();
    assert!(said.starts_with("taken up 5 times"), "{said}");
    assert!(!work(store, 7, &|| NOW.to_owned()).unwrap());
}

/// Whatever is taken up by somebody else meanwhile is counted once; a damaged run is replayed whole.
#[test]
fn a_replay_goes_on_in_pieces_and_counts_each_record_once() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    let now = || NOW.to_owned();
    for url in databases(here) {
        let store = store(here, &url);
        asked(&store, "one");
        assert!(work(&store, 7, &now).unwrap());
        assert_eq!(found(&store, "one").done, 7);
        // Somebody takes it up and ends without a word; whoever comes after the lease does the piece again.
        let lost = store.change(|link| link.lease_examination(-1, NOW)).unwrap().unwrap();
        while work(&store, 7, &now).unwrap() {}
        let mut late = lost.clone();
        (late.done, late.lines) = (14, 5);
        assert!(!store.change(|link| link.settle_examination(&late, &[], 0)).unwrap(), "it has another fence");
        let it = found(&store, "one");
        assert_eq!((it.state.as_str(), it.done, it.lines), ("done", it.out_of, 0), "{it:?}");
        let sums: Value = serde_json::from_str(&it.result).unwrap();
        assert_eq!((sums["records"].as_i64(), sums["identical"].as_i64()), (Some(it.out_of), Some(it.out_of)));
        assert!(it.fence > it.out_of / 7, "in pieces: {}", it.fence);
        given_up(&store);
        // A record is changed; then one is gone.
        for table in ["updated", "deleted"] {
            let past = match url.split_once(':') {
                Some(("sqlite", _)) => format!("DROP TRIGGER bodies_keep_{table}"),
                _ => "ALTER TABLE bodies DISABLE TRIGGER USER".to_owned(),
            };
            execute(&store, &past).unwrap();
        }
        let account = |place: i64| store.read(|link| link.bodies_from(RUN, place, 1)).unwrap()[0].account.clone();
        let (changed, gone) = (account(5), account(9));
        execute(&store, "UPDATE bodies SET body = (SELECT body FROM bodies WHERE place = 6) WHERE place = 5").unwrap();
        asked(&store, "two");
        while work(&store, 7, &now).unwrap() {}
        let lines = listed(&store, "two");
        assert_eq!(
            (lines.len(), &lines[0]["cause"], &lines[0]["record"]),
            (1, &json!("record"), &json!(5)),
            "{lines:?}"
        );
        execute(&store, "DELETE FROM bodies WHERE place = 9").unwrap();
        asked(&store, "three");
        while work(&store, 7, &now).unwrap() {}
        let lines = listed(&store, "three");
        let places: BTreeMap<&str, &str> = lines
            .iter()
            .map(|it| (it["place"].as_str().unwrap(), it["account"].as_str().unwrap_or_default()))
            .collect();
        assert_eq!(places.get("missing").copied(), Some(gone.as_str()), "{lines:?}");
        assert!(places.values().any(|it| *it == changed) || places.contains_key("misplaced"), "{lines:?}");
        assert_eq!(serde_json::from_str::<Value>(&found(&store, "three").result).unwrap()["hashes_hold"], false);
        // What is cancelled is not taken up.
        let mut row = asked(&store, "four");
        assert!(store.change(|link| link.cancel_examination(&mut row, NOW)).unwrap());
        assert!(!work(&store, 7, &now).unwrap());
        drop(store);
    }
}

/// The book with charged rates of the setting, some of whom nobody floated.
fn charged(here: &Path) {
    let _ = fs::remove_dir_all(here.join("charged"));
    crate::command::copy(&here.join("demo/book"), &here.join("charged"));
    let before = fs::read_to_string(here.join("demo/book/rates.csv")).unwrap();
    let run = fs::read_to_string(here.join("before/rates.csv")).unwrap();
    let mut lines = run.trim_start_matches('\u{feff}').lines();
    let header: Vec<String> = cells(lines.next().unwrap());
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let mut text = before.trim_end().to_owned();
    assert_eq!(text.trim_start_matches('\u{feff}').lines().next().unwrap(), header.join(","));
    for line in lines {
        let mut row = cells(line);
        if row[at("from")].as_str() < "2022-07-01" {
            continue;
        }
        if row[at("grade")] == "50%" && row[at("cut_percent")] == "0" && row[at("account")].ends_with(['1', '5']) {
            let base = row[at("base_percent")].clone();
            (row[at("before_cut_percent")], row[at("charged_percent")]) = (base.clone(), base);
            "100%".clone_into(&mut row[at("grade")]);
        }
        text += &format!(
            "\n{}",
            row.iter()
                .map(|it| if it.contains(',') { format!("\"{it}\"") } else { it.clone() })
                .collect::<Vec<_>>()
                .join(",")
        );
    }
    fs::write(here.join("charged/rates.csv"), text + "\n").unwrap();
}

#[test]
fn an_audit_writes_what_the_command_writes() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    for url in databases(here) {
        let server = with_book(here, &url);
        enact(
            &server,
            "/v1/areas/cn/parameters",
            &fs::read_to_string(here.join("demo/parameters/holidays.toml")).unwrap(),
        );
        let [auditor, other] = ["990100", "990200"].map(|area| server.client("auditor", area));
        assert!(server.stop());
        charged(here);
        let by = "--author clerk --approver head --recorded-at 2027-01-01T01:00:00Z --accept table-empty,year-empty";
        done(here, &format!("--lang en run {FILES} --book charged --out again --run-id second --log {url} {by}"));
        let server = begun(here, &url, &[]);
        let [auditor, other] = [auditor, other].map(|client| client.at(&server));
        let (place, it) = ended(&auditor, AUDITS, &json!({"on": "2022-07-01"}));
        assert_eq!((&it["state"], &it["failure"]), (&json!("done"), &Value::Null), "{it}");
        for lang in ["en", "zh"] {
            let out = format!("audited-{lang}");
            done(here, &format!("--lang {lang} audit {FILES} --book charged --out {out}"));
            for name in ["audit.csv", "audit.html", "audit.json", "audit.xlsx", "summary.txt"] {
                let path = format!("{place}/files/{name}");
                let answer = auditor.send("GET", &path, &[("accept-language", lang)], b"");
                assert_eq!(answer.status, 200, "{}", answer.text());
                let expected = fs::read(here.join(&out).join(name)).unwrap();
                assert!(answer.body == expected, "{url}: {lang}/{name}:\n{}", String::from_utf8_lossy(&answer.body));
            }
        }
        let json: Value = serde_json::from_slice(&fs::read(here.join("audited-en/audit.json")).unwrap()).unwrap();
        assert_eq!(it["summary"], json);
        assert!(json["accounts"]["explained"]["accounts"].as_u64().unwrap() > 3, "{json}");
        let lines = all(&auditor, &format!("{place}/lines"), 9);
        let csv = fs::read_to_string(here.join("audited-en/audit.csv")).unwrap();
        let rows: Vec<Vec<String>> = csv.trim_start_matches('\u{feff}').lines().map(cells).collect();
        assert_eq!((lines.len(), it["lines"].as_u64()), (rows.len() - 1, u64::try_from(rows.len() - 1).ok()));
        for (line, row) in lines.iter().zip(&rows[1..]) {
            for (name, cell) in rows[0].iter().zip(row) {
                let value = &line[name.as_str()];
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace("null", "");
                assert_eq!(&text, cell, "{name}: {line}");
                assert!(!name.ends_with("_fen") || value.is_i64(), "{name}: {line}");
            }
        }
        assert_eq!(auditor.post(AUDITS, &json!({"on": "1999-01-01"})).problem(422), "content.refused");
        assert_eq!(auditor.post(AUDITS, &json!({"on": "soon"})).problem(400), "request.value");
        assert_eq!(auditor.get(&format!("{place}/files/other.csv")).problem(404), "object.unknown");
        assert_eq!(other.get(&format!("{place}/files/audit.csv")).problem(404), "object.unknown");
        assert_eq!(other.post("/v1/areas/990200/audits", &json!({"on": "2022-07-01"})).problem(422), "content.refused");
    }
}

/// The command reads the database of a server that runs and writes, as often as it likes, and finds nothing amiss.
#[test]
fn a_log_is_verified_while_a_server_writes_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    for url in databases(here) {
        let server = with_book(here, &url);
        let officer = server.client("officer", "990100");
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let writer = std::thread::spawn({
            let (officer, stop) = (officer.clone(), Arc::clone(&stop));
            move || {
                let mut count = 0;
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    let rows: String =
                        (0..40).map(|at| format!("990100,N{count}-{at},employer,91990100MA00000073\n")).collect();
                    let import = sent(&officer, "accounts.csv", &format!("area,account,kind,credit_code\n{rows}"));
                    officer.post(&format!("{import}/closing"), &json!({})).expect(202);
                    followed(&officer, &import, "");
                    assert_eq!(officer.get(&import).expect(200)["state"], "committed");
                    count += 1;
                }
                count
            }
        });
        let mut said = Vec::new();
        for _ in 0..6 {
            said.push(done(here, &format!("--lang en verify {url} --no-replay")));
        }
        said.push(done(here, &format!("--lang en verify {url}")));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(writer.join().unwrap() > 0);
        assert!(said.iter().all(|it| it.lines().last() == Some("nothing is amiss")), "{url}: {said:?}");
        assert_ne!(said[0], said[5], "more was there to be looked at");
    }
}
