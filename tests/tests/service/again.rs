//! Determined again while somebody else does the same, and out of the setting altogether: no older fact undoes what was
//! determined later, and who was never insured keeps no rate, whatever run gave it.
//!
//! The figures are those of `life`: A has 0.9 % and, with the cut, 0.72 %; 0.45 % and 0.36 % once its claim is revoked. B has
//! no claim in the window: 0.45 % and 0.36 %.

use serde_json::{Value, json};

use crate::command::rate_ok;
use crate::law::fixture;
use crate::life::{Agency, accounts, classes, premiums};
use crate::server::Server;
use crate::stored::databases;

const RUNS: &str = "/v1/areas/990100/runs";
const LIMITS: &str = "kind,most\nyear-empty,20\n";
const WITH_CLAIM: [(&str, &str); 3] = [("2022-07-01", "0.9"), ("2023-05-01", "0.72"), ("2023-07-01", "-")];
const WITHOUT: [(&str, &str); 3] = [("2022-07-01", "0.45"), ("2023-05-01", "0.36"), ("2023-07-01", "-")];
const NONE: [(&str, &str); 1] = [("2022-07-01", "-")];

/// B is insured until a month, or on and on.
fn covered(until: &str) -> (&'static str, String) {
    (
        "coverage.csv",
        format!("area,account,from,to,state\n990100,A,2015-01,,insured\n990100,B,2015-01,{until},insured\n"),
    )
}

fn claimed(status: &str) -> (&'static str, String) {
    let head = "area,account,claim,person,article,accident,recognised,status\n";
    ("claims.csv", format!("{head}990100,A,C1,P1,A14-1,2020-03-02,2020-04-20,{status}\n"))
}

/// An agency with the first run of the year published.
fn begun(server: &Server) -> Agency {
    let agency = Agency::under(server, &fixture("rule_sets/illustrative/three-year.toml"));
    let payments = "area,account,claim,item,payer,paid_on,amount_fen\n990100,A,C1,medical,fund,2020-06-01,1350000\n";
    agency.import(&[
        ("accounts.csv", accounts()),
        covered(""),
        ("classifications.csv", classes(false)),
        claimed("recognised"),
        ("payments.csv", payments.to_owned()),
        ("premiums.csv", premiums("2022-06")),
    ]);
    agency.run(&json!({"id": "990100-2022", "on": "2022-07-01"}));
    has(&agency, "A", &WITH_CLAIM);
    has(&agency, "B", &WITHOUT);
    agency
}

fn has(agency: &Agency, account: &str, expected: &[(&str, &str)]) {
    let all = agency.rates(account, "");
    assert_eq!(all.iter().map(|(from, rate)| (&**from, &**rate)).collect::<Vec<_>>(), expected, "{account}");
}

fn only(id: &str, account: &str) -> Value {
    json!({"id": format!("990100-{id}"), "on": "2022-07-01", "only": {"accounts": [account], "cause": "correction"}})
}

/// Signs a run, and has its publication held back for another.
fn is_held_back(agency: &Agency, run: &str, other: &str) {
    for act in ["review", "approval", "publication"] {
        agency.approver.post(&format!("{run}/{act}"), &json!({})).expect(200);
    }
    let found = agency.until(run, &["published", "approved"]);
    assert_eq!(found["state"], "approved", "{found}");
    assert!(found["problem"].as_str().unwrap().contains(other), "{found}");
}

#[test]
fn older_facts_do_not_undo_what_was_determined_later() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let server = Server::over(dir.path(), &url, &[("RATE_LOG_KEY", dir.path().join("log.key").to_str().unwrap())]);
        let agency = begun(&server);
        let (slow, beside) = (agency.tried(&only("slow", "A")), agency.tried(&only("beside", "B")));
        agency.import(&[claimed("revoked")]);
        agency.run(&only("quick", "A"));
        has(&agency, "A", &WITHOUT);
        is_held_back(&agency, &slow, "990100-quick");
        has(&agency, "A", &WITHOUT);
        agency.publish(&beside);

        // Everybody anew, decided while the claim is still good, and signed once it is not.
        agency.import(&[claimed("recognised")]);
        let all = json!({"id": "990100-all", "on": "2022-07-01", "supersedes": "990100-2022", "limits": LIMITS});
        let all = agency.tried(&all);
        agency.import(&[claimed("revoked")]);
        agency.run(&only("last", "A"));
        is_held_back(&agency, &all, "990100-last");
        has(&agency, "A", &WITHOUT);
        agency.approver.post(&format!("{all}/return"), &json!({"remark": "facts are older"})).expect(200);
        agency.officer.post(&format!("{all}/rerun"), &json!({})).expect(200);
        agency.until(&all, &["trial"]);
        agency.publish(&all);
        has(&agency, "A", &WITHOUT);
        has(&agency, "B", &WITHOUT);
    }
}

/// The cursor of a snapshot, and what has changed for an account behind it.
fn changes(agency: &Agency, cursor: &str) -> Vec<Value> {
    let path = format!("/v1/areas/990100/rate-changes?cursor={cursor}");
    let found = agency.billing.get(&path).expect(200);
    assert_eq!(found["more"], false);
    found["items"].as_array().unwrap().clone()
}

fn snapshot(agency: &Agency, account: &str) -> (Value, String) {
    let text = agency.billing.get("/v1/areas/990100/rate-snapshot?on=2022-08-01").text();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let cursor = lines.last().unwrap()["feed_cursor"].as_str().unwrap().to_owned();
    let one = lines.iter().find(|it| it["account"] == account).unwrap();
    (one["rate_percent"].clone(), cursor)
}

#[test]
fn who_was_not_insured_keeps_no_rate() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let server = Server::over(dir.path(), &url, &[("RATE_LOG_KEY", dir.path().join("log.key").to_str().unwrap())]);
        let agency = begun(&server);
        let objections = "/v1/areas/990100/objections";
        let filed = json!({"run": "990100-2022", "account": "B", "kind": "lawsuit", "filed_on": "2022-07-20",
            "grounds": "参保关系已于六月终止", "documents": []});
        let filed = agency.officer.post(objections, &filed).expect(201);
        let objection = format!("{objections}/{}", filed["id"].as_str().unwrap());
        let ruling = json!({"result": "granted", "decided_on": "2022-07-28", "document": "（2022）演行初9号", "reasons": "已终止"});
        agency.approver.post(&format!("{objection}/decision"), &ruling).expect(200);
        agency.import(&[covered("2022-06")]);
        let then = rate_service::clock::now();
        let (rate, cursor) = snapshot(&agency, "B");
        assert_eq!(rate, "0.45");
        let of = |cause: Value| json!({"id": "990100-out", "on": "2022-07-01", "only": cause});
        let early = of(json!({"accounts": ["B"], "cause": "change", "from": "2022-10"}));
        let early = agency.tried(&json!({"id": "990100-early", "on": "2022-07-01", "only": early["only"]}));
        assert_eq!(agency.approver.post(&format!("{early}/review"), &json!({})).problem(422), "content.refused");
        let run = of(json!({"accounts": ["B"], "cause": "objection", "objections": [filed["id"]]}));
        let run = agency.tried(&run);
        let moved = agency.officer.get(&format!("{run}/redetermination")).expect(200);
        let moved = moved["items"][0]["moved"].as_array().unwrap().clone();
        let moved: Vec<Value> =
            moved.iter().map(|it| json!([it["from"], it["before"]["rate_percent"], it["after"]])).collect();
        assert_eq!(moved, [json!(["2022-07-01", "0.45", null]), json!(["2023-05-01", "0.36", null])]);
        agency.publish(&run);
        has(&agency, "B", &NONE);
        has(&agency, "A", &WITH_CLAIM);
        assert_eq!(agency.officer.get(&objection).expect(200)["state"], "redetermined");
        assert_eq!(agency.rates("B", &then)[0].1, "0.45", "as it was known then");
        let told = changes(&agency, &cursor);
        assert_eq!((told.len(), &told[0]["account"], &told[0]["new_segments"]), (1, &json!("B"), &json!([])));
        assert_eq!(told[0]["old_segments"][0]["rate_percent"], "0.45");
        assert_eq!(snapshot(&agency, "B").0, Value::Null);

        // Found to have been insured after all: it is determined again.
        agency.import(&[covered("")]);
        agency.run(&only("in", "B"));
        has(&agency, "B", &WITHOUT);
        // And out again by a run over everybody, which takes the place of all that was determined apart.
        let (_, cursor) = snapshot(&agency, "B");
        agency.import(&[covered("2022-06")]);
        agency.run(&json!({"id": "990100-all", "on": "2022-07-01", "supersedes": "990100-2022"}));
        has(&agency, "B", &NONE);
        let told = changes(&agency, &cursor);
        let of_b = told.iter().find(|it| it["account"] == "B").unwrap();
        assert_eq!(of_b["new_segments"], json!([]));
        assert_eq!(agency.officer.get(&format!("{RUNS}/990100-all")).expect(200)["supersedes"], "990100-2022");
        drop(server);
        rate_ok(dir.path(), &format!("verify {url}"));
    }
}

/// All wrong rows of what was served are told at once; what is recorded stands in the notice; and who was determined again
/// stands apart in the report.
#[test]
fn what_is_recorded_stands_in_notices_and_reports() {
    let dir = tempfile::tempdir().unwrap();
    let url = &databases(dir.path())[0];
    let server = Server::over(dir.path(), url, &[("RATE_LOG_KEY", dir.path().join("log.key").to_str().unwrap())]);
    let agency = begun(&server);
    let run = format!("{RUNS}/990100-2022");
    let record = |rows: Value| agency.officer.post(&format!("{run}/services"), &json!({ "services": rows }));
    let row = |account: &str, day: &str, channel: &str, proof: &str| json!({"account": account, "served_on": day, "channel": channel, "proof": proof});
    let good = row("A", "2022-06-28", "post", "EMS 1");
    let wrong =
        record(json!([good, row("B", "2022-02-30", "pigeon", ""), row("Z", "2122-01-01", "post", "EMS 2"), good]));
    let said = wrong.text();
    assert_eq!(wrong.problem(422), "content.refused");
    for told in [
        "services.1 (B)：送达日期须",
        "services.1 (B)：送达方式",
        "services.1 (B)：送达凭证",
        "services.2 (Z)：送达日期 2122-01-01",
        "services.2 (Z)：在该运行中没有费率",
        "services.3 (A)：同一单位",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let notice = |query: &str| agency.officer.get(&format!("{run}/notices/A?form=text{query}")).text();
    let (before, with) = (notice(""), notice("&served_on=2022-06-28"));
    assert_ne!(before, with);
    record(json!([good])).expect(200);
    assert_eq!(notice(""), with);
    assert_ne!(notice("&served_on=2022-06-29"), with, "who asks knows better");

    agency.run(&only("again", "A"));
    let report = agency.officer.get("/v1/areas/990100/reports/2022").expect(200);
    let names = |key: &str| {
        report[key].as_array().unwrap().iter().map(|it| json!([it["run"], it["cause"]])).collect::<Vec<_>>()
    };
    assert_eq!(names("runs"), [json!(["990100-2022", null])]);
    assert_eq!(names("determined_again"), [json!(["990100-again", "correction"])]);
}
