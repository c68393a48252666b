//! What billing reads over HTTP, held against the files of the same runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::command::rate_ok;
use crate::server::{Client, Server};

const RUN: &str = "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --book demo/book";
const BY: &str = "--author clerk --approver head --recorded-at";

/// A demonstration whose rates of two annual settings are published, and a server over it.
pub(crate) fn published() -> (TempDir, Server) {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 200");
    let log = "--log sqlite:rate.db";
    rate_ok(dir.path(), &format!("{RUN} --on 2022-07-01 --out first {log} {BY} 2022-06-20T01:00:00Z"));
    let second = "--on 2023-07-01 --previous first --out second";
    rate_ok(dir.path(), &format!("{RUN} {second} {log} {BY} 2023-06-20T01:00:00Z"));
    let server = Server::start(dir.path());
    (dir, server)
}

/// The rows of a file of rates: account, first and last day, rate, origin.
fn rates(dir: &Path, run: &str) -> BTreeMap<(String, String), (String, String, String)> {
    let text = fs::read_to_string(dir.join(run).join("rates.csv")).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| head.iter().position(|column| *column == name).unwrap();
    let [account, from, to, rate, origin] = ["account", "from", "to", "charged_percent", "origin"].map(at);
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
            let value = (cells[to].to_owned(), cells[rate].to_owned(), cells[origin].to_owned());
            ((cells[account].to_owned(), cells[from].to_owned()), value)
        })
        .filter(|(_, (_, _, origin))| !origin.is_empty())
        .collect()
}

/// The rows that a run decided; it passes on the last ones of accounts that it did not decide.
pub(crate) fn decided(dir: &Path, run: &str, year: &str) -> BTreeMap<(String, String), (String, String, String)> {
    rates(dir, run).into_iter().filter(|((_, from), _)| from.as_str() >= year).collect()
}

fn segments(client: &Client, account: &str, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("/v1/areas/990100/accounts/{account}/rates?{query}")).expect(200);
    answer["segments"].as_array().unwrap().clone()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// Every day from the first to the last month stands in exactly one segment.
fn assert_gap_free(segments: &[Value], from: &str, to: &str) {
    assert_eq!(text(&segments[0], "from"), from);
    assert_eq!(text(segments.last().unwrap(), "to"), to);
    for pair in segments.windows(2) {
        let end = rate_core::date(text(&pair[0], "to")).unwrap();
        let next = rate_core::date(text(&pair[1], "from")).unwrap();
        assert_eq!(rate_core::calendar::day_after(end), next);
    }
}

#[test]
fn every_month_of_every_account_has_the_rate_of_the_files() {
    let (dir, server) = published();
    let client = server.client("billing", "990100");
    let (first, second) = (decided(dir.path(), "first", "2022"), decided(dir.path(), "second", "2023"));
    assert!(first.len() > 150 && second.len() > 150);
    let accounts: std::collections::BTreeSet<&String> = first.keys().chain(second.keys()).map(|it| &it.0).collect();
    let expected: BTreeMap<_, _> = first.iter().chain(&second).collect();
    let mut seen = 0;
    for account in accounts {
        let found = segments(&client, account, "from=2022-01&to=2025-12");
        assert_gap_free(&found, "2022-01-01", "2025-12-31");
        for it in found.iter().filter(|it| it["state"] == "rated") {
            let (to, rate, origin) = expected[&(account.clone(), text(it, "from").to_owned())];
            assert_eq!((text(it, "to"), text(it, "rate_percent"), text(it, "origin")), (&**to, &**rate, &**origin));
            seen += 1;
        }
        let before = &found[0];
        assert_eq!((text(before, "state"), text(before, "reason")), ("no-rate", "no-run"));
    }
    assert_eq!(seen, expected.len());
}

#[test]
fn what_is_asked_is_answered_as_it_was_known() {
    let (dir, server) = published();
    let client = server.client("billing", "990100");
    let second = decided(dir.path(), "second", "2023");
    let account = &second.keys().next().unwrap().0;
    let whole = "from=2023-07&to=2024-06";
    assert_eq!(segments(&client, account, whole)[0]["state"], "rated");
    let then = format!("{whole}&known_at=2023-06-19T00:00:00Z");
    let before = segments(&client, account, &then);
    assert_eq!((before.len(), text(&before[0], "reason")), (1, "no-run"), "{before:?}");
    // Nothing was known then, not even the account.
    let path = format!("/v1/areas/990100/accounts/{account}/rates?{whole}&known_at=2020-01-01T00:00:00Z");
    assert_eq!(client.get(&path).problem(404), "object.unknown");
    assert_eq!(
        client.get("/v1/areas/990100/accounts/nobody/rates?from=2022-01&to=2022-02").problem(404),
        "object.unknown"
    );
    for wrong in ["from=2022-1&to=2022-02", "from=2022-03&to=2022-02", "from=1990-01&to=2190-01", "from=2022-01"] {
        let path = format!("/v1/areas/990100/accounts/{account}/rates?{wrong}");
        assert_eq!(client.get(&path).status, 400, "{wrong}");
    }
    let grade = &segments(&client, account, whole)[0];
    assert!(grade["grade"]["label"].is_string() || grade["grade"].is_null());
    assert_eq!(grade["decision"]["trial"], true, "a fictitious area has trials alone");
}

#[test]
fn accounts_are_found_by_a_code_and_none_is_picked() {
    let (dir, server) = published();
    let client = server.client("billing", "990100");
    let book = fs::read_to_string(dir.path().join("demo/book/accounts.csv")).unwrap();
    let mut by_code: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in book.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        by_code.entry(cells[2]).or_default().push(cells[1]);
    }
    for (code, accounts) in by_code.iter().filter(|(code, _)| !code.is_empty()).take(40) {
        let found = client.get(&format!("/v1/areas/990100/accounts?credit_code={code}")).expect(200);
        let found: Vec<&str> = found["items"].as_array().unwrap().iter().map(|it| text(it, "account")).collect();
        assert_eq!(found, *accounts, "{code}");
    }
    // A part of a code, and what a pattern would match, are no code.
    for none in ["%25", "9", "_________________A"] {
        let found = client.get(&format!("/v1/areas/990100/accounts?credit_code={none}")).expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 0, "{none}");
    }
}

/// Lines of a snapshot before the last one, which is held to them.
fn snapshot(client: &Client, query: &str) -> (Vec<Value>, Value) {
    let answer = client.get(&format!("/v1/areas/990100/rate-snapshot?{query}"));
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/x-ndjson")),
        "{}",
        answer.text()
    );
    let whole = answer.text();
    let (lines, end) = whole.trim_end().rsplit_once('\n').unwrap();
    let end: Value = serde_json::from_str(end).unwrap();
    let digest: String = Sha256::digest(format!("{lines}\n")).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(text(&end, "digest"), digest);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(end["count"], lines.len());
    (lines, end)
}

fn all_changes(client: &Client, from: &str, limit: usize) -> (Vec<Value>, String) {
    let (mut all, mut cursor) = (Vec::new(), from.to_owned());
    loop {
        let path = format!("/v1/areas/990100/rate-changes?limit={limit}&cursor={cursor}");
        let page = client.get(&path).expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        all.extend(items.iter().cloned());
        cursor = text(&page, "cursor").to_owned();
        if page["more"] == false {
            return (all, cursor);
        }
        assert_eq!(items.len(), limit);
    }
}

#[test]
fn a_snapshot_and_the_changes_behind_it_agree() {
    let (dir, server) = published();
    let client = server.client("billing", "990100");
    let (second, accounts) =
        (decided(dir.path(), "second", "2023"), fs::read_to_string(dir.path().join("demo/book/accounts.csv")));
    let (lines, end) = snapshot(&client, "on=2023-07-01");
    assert_eq!(lines.len(), accounts.unwrap().lines().count() - 1, "everybody");
    assert!(lines.windows(2).all(|pair| text(&pair[0], "account") < text(&pair[1], "account")));
    let rated: Vec<&Value> = lines.iter().filter(|it| it["state"] == "rated").collect();
    let of_day: Vec<_> = second.iter().filter(|((_, from), _)| from == "2023-07-01").collect();
    assert_eq!(rated.len(), of_day.len());
    for (line, ((account, _), (_, rate, _))) in rated.iter().zip(of_day) {
        assert_eq!((text(line, "account"), text(line, "rate_percent")), (account.as_str(), rate.as_str()));
    }
    // Behind the snapshot nothing has changed; before it, each account once in each run.
    let (none, cursor) = all_changes(&client, text(&end, "feed_cursor"), 1000);
    assert_eq!((none.len(), cursor.as_str()), (0, text(&end, "feed_cursor")));
    let (all, last) = all_changes(&client, "", 1000);
    assert_eq!(last, cursor);
    for limit in [1, 7, 199] {
        assert_eq!(all_changes(&client, "", limit), (all.clone(), cursor.clone()), "{limit} at a time");
    }
    // As it was known between the runs: the first one alone, and the second one behind its cursor.
    let (early, end) = snapshot(&client, "on=2023-07-01&known_at=2023-06-19T00:00:00Z");
    assert!(early.iter().all(|it| it["state"] == "no-rate"));
    let (behind, _) = all_changes(&client, text(&end, "feed_cursor"), 1000);
    assert_eq!(behind.len(), all.iter().filter(|it| text(it, "run") == "990100-2023-07-01").count());
    for change in &behind {
        let old = change["old_segments"].as_array().unwrap();
        assert!(old.iter().all(|it| text(it, "from") < "2023-07-01"), "{change}");
        assert!(change["new_segments"].as_array().unwrap().len() > old.len());
    }
    assert_eq!(client.get("/v1/areas/990100/rate-changes?cursor=x").status, 400);
    assert_eq!(client.get("/v1/areas/990100/rate-changes?limit=0").status, 400);
}

/// A run that takes the place of another takes it whole, and the changes say from what to what.
#[test]
fn a_run_that_supersedes_is_told_to_whoever_follows() {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 200");
    let log = "--log sqlite:rate.db";
    rate_ok(dir.path(), &format!("{RUN} --on 2022-07-01 --out first {log} {BY} 2022-06-20T01:00:00Z"));
    // The corrected book lacks what an account was insured by, and another's claims.
    let coverage = dir.path().join("demo/book/coverage.csv");
    let lines = fs::read_to_string(&coverage).unwrap();
    let first = rates(dir.path(), "first");
    let gone = &first.keys().next().unwrap().0;
    let kept: Vec<&str> = lines.lines().filter(|line| !line.contains(&format!(",{gone},"))).collect();
    assert!(kept.len() < lines.lines().count());
    fs::write(&coverage, kept.join("\n") + "\n").unwrap();
    let again = "--on 2022-07-01 --out again --run-id again --supersedes 990100-2022-07-01";
    rate_ok(dir.path(), &format!("{RUN} {again} {log} {BY} 2022-08-01T01:00:00Z"));
    let server = Server::start(dir.path());
    let client = server.client("billing", "990100");
    let (changes, _) = all_changes(&client, "", 1000);
    let behind: Vec<&Value> = changes.iter().filter(|it| text(it, "run") == "again").collect();
    let change = behind.iter().find(|it| text(it, "account") == gone).unwrap();
    assert_eq!(change["new_segments"].as_array().unwrap().len(), 0);
    let old = &change["old_segments"][0];
    assert_eq!(change["superseded"][0], old["decision"]["id"]);
    let found = segments(&client, gone, "from=2022-07&to=2022-12");
    assert_eq!((found.len(), text(&found[0], "reason")), (1, "not-in-run"), "{found:?}");
    let then = segments(&client, gone, "from=2022-07&to=2022-12&known_at=2022-07-31T00:00:00Z");
    assert_eq!((text(&then[0], "state"), &then[0]["rate_percent"]), ("rated", &old["rate_percent"]));
}
