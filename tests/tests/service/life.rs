//! The life of an account over six years, through HTTP alone: enrolled, floated, a claim revoked after publication, an
//! objection, carried, another class, the order of a court, merged, floated anew. Every month has one rate, and what was
//! known at each step is answered at the end as it was then.
//!
//! The figures, by hand. The method is `illustrative/three-year`, class 4 at 0.9 %, class 6 at 1.3 %, from July 2024 on at
//! 1.2 %; a phased cut of 20 % from May 2023 to the end of 2024.
//!
//! * Window 2019 to 2021 of A: premium 3 × 900,000 = 2,700,000 fen, benefits 1,350,000: 50 %. One injured of 100 in three
//!   years: 3.33 ‰. Both in the middle row: 100 %, 0.9 %.
//! * The recognition revoked: nothing paid, nobody hurt: 50 %, 0.45 %, with the cut 0.36 %.
//! * Class 6 from October 2023, the grade kept: 1.3 × 50 % × 80 % = 0.52 %. From July 2024: 1.2 × 50 % × 80 % = 0.48 %, from
//!   January 2025 without the cut 0.6 %.
//! * The court orders 80 % for the year from July 2024: 1.2 × 80 % = 0.96 %, with the cut 0.768 %.
//! * B joins A in April 2025. Window 2022 to 2024 of both: premium 36 × 72,000 + 36 × 36,000 = 3,888,000, benefits
//!   777,600: 20 %. One injured of 150 in three years: 2.22 ‰. The low row: 80 %, 1.2 × 80 % = 0.96 %.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::law::{enact, fixture};
use crate::server::{Client, Server};
use crate::stored::databases;

const AREA: &str = "/v1/areas/990100";

/// An agency with its law in force.
pub(crate) struct Agency {
    pub(crate) officer: Client,
    pub(crate) approver: Client,
    pub(crate) billing: Client,
}

impl Agency {
    /// With the method of this text, and the parameters of the demonstration.
    pub(crate) fn under(server: &Server, method: &str) -> Self {
        enact(server, "/v1/areas/cn/rule-sets", &fixture("rule_sets/cn/2015-71.toml"));
        enact(server, "/v1/areas/990100/rule-sets", method);
        enact(server, "/v1/areas/990100/parameters", &fixture("parameters/990100/demonstration.toml"));
        enact(server, "/v1/areas/cn/parameters", &fixture("parameters/cn/holidays.toml"));
        let client = |role| server.client(role, "990100");
        Self { officer: client("officer"), approver: client("approver"), billing: client("billing") }
    }

    /// That of the sample city, by the keys that were made for it.
    pub(crate) fn of_demonstration(server: &Server, keys: &BTreeMap<String, String>) -> Self {
        let client = |role| server.nobody().with(&keys[role]);
        Self { officer: client("officer"), approver: client("approver"), billing: client("billing") }
    }

    /// Brings tables in, each whole.
    pub(crate) fn import(&self, tables: &[(&str, String)]) {
        self.import_as("replace", tables);
    }

    /// Brings tables in, in place of what stands or beside it.
    pub(crate) fn import_as(&self, mode: &str, tables: &[(&str, String)]) {
        let opened = self.officer.post(&format!("{AREA}/imports"), &json!({"mode": mode, "keep": "all-or-nothing"}));
        let here = format!("{AREA}/imports/{}", opened.expect(201)["id"].as_str().unwrap());
        for (number, (name, text)) in (1..).zip(tables) {
            let put = |path: &str, body: &str| {
                let headers = [("content-type", "application/json")];
                let part = format!("{here}/parts/{number}{path}");
                self.officer.send("PUT", &part, &headers, body.as_bytes()).expect(200)
            };
            put("", &json!({"name": name, "form": "csv"}).to_string());
            put("/bytes", text);
            let digest = Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
                write!(hex, "{byte:02x}").unwrap();
                hex
            });
            put("/digest", &json!({ "sha256": digest }).to_string());
        }
        self.officer.post(&format!("{here}/closing"), &json!({})).expect(202);
        let ended = self.until(&here, &["committed", "refused"]);
        assert_eq!(ended["state"], "committed", "{}", self.officer.get(&format!("{here}/problems")).text());
    }

    pub(crate) fn until(&self, here: &str, states: &[&str]) -> Value {
        for _ in 0..100_000 {
            let found = self.officer.get(here).expect(200);
            if states.contains(&found["state"].as_str().unwrap()) {
                return found;
            }
        }
        panic!("{here} did not come to {states:?}");
    }

    /// A run, decided and not reviewed.
    pub(crate) fn tried(&self, request: &Value) -> String {
        let run = self.officer.post(&format!("{AREA}/runs"), request).expect(202);
        let here = format!("{AREA}/runs/{}", run["id"].as_str().unwrap());
        let found = self.until(&here, &["trial", "failed", "blocked"]);
        assert_eq!(found["state"], "trial", "{found} {}", self.officer.get(&format!("{here}/findings")).text());
        here
    }

    pub(crate) fn publish(&self, here: &str) {
        for act in ["review", "approval", "publication"] {
            self.approver.post(&format!("{here}/{act}"), &json!({})).expect(200);
        }
        self.until(here, &["published"]);
    }

    /// A run over everybody: a book of two accounts has years without a claim.
    pub(crate) fn run(&self, request: &Value) -> String {
        let mut request = request.clone();
        if request["only"].is_null() {
            request["limits"] = json!("kind,most\nyear-empty,20\n");
        }
        let here = self.tried(&request);
        self.publish(&here);
        here
    }

    /// First day and rate of each stretch of an account's rates, and that no day has none or two.
    pub(crate) fn rates(&self, account: &str, known_at: &str) -> Vec<(String, String)> {
        let known = if known_at.is_empty() { String::new() } else { format!("&known_at={known_at}") };
        let path = format!("{AREA}/accounts/{account}/rates?from=2022-07&to=2028-06{known}");
        let answer = self.billing.get(&path).expect(200);
        let segments = answer["segments"].as_array().unwrap();
        let mut next = rate_core::date("2022-07-01").unwrap();
        let mut found: Vec<(String, String)> = Vec::new();
        for it in segments {
            let day = |key: &str| rate_core::date(it[key].as_str().unwrap()).unwrap();
            assert_eq!(day("from"), next, "{answer}");
            next = rate_core::calendar::day_after(day("to"));
            let rate = it["rate_percent"].as_str().unwrap_or("-").to_owned();
            if found.last().is_none_or(|last| last.1 != rate) {
                found.push((it["from"].as_str().unwrap().to_owned(), rate));
            }
        }
        assert_eq!(next, rate_core::date("2028-07-01").unwrap(), "{answer}");
        found
    }
}

pub(crate) fn accounts() -> String {
    "area,account,kind\n990100,A,employer\n990100,B,employer\n".to_owned()
}

/// B is covered until March 2025 once it has joined A.
pub(crate) fn coverage(joined: bool) -> String {
    let end = if joined { "2025-03" } else { "" };
    format!("area,account,from,to,state\n990100,A,2015-01,,insured\n990100,B,2015-01,{end},insured\n")
}

pub(crate) fn classes(changed: bool) -> String {
    let mut text = "area,account,from,to,class_system,class,decided_by\n990100,B,2015-10-01,,8,4,agency\n".to_owned();
    text += if changed {
        "990100,A,2015-10-01,2023-09-30,8,4,agency\n990100,A,2023-10-01,,8,6,agency\n"
    } else {
        "990100,A,2015-10-01,,8,4,agency\n"
    };
    text
}

pub(crate) fn claims(status: &str) -> String {
    let head = "area,account,claim,person,article,accident,recognised,status\n";
    format!(
        "{head}990100,A,C1,P1,A14-1,2020-03-02,2020-04-20,{status}\n990100,B,D1,P2,A14-1,2023-02-01,2023-03-10,recognised\n"
    )
}

pub(crate) fn payments() -> String {
    let head = "area,account,claim,item,payer,paid_on,amount_fen\n";
    format!("{head}990100,A,C1,medical,fund,2020-06-01,1350000\n990100,B,D1,medical,fund,2023-04-01,777600\n")
}

/// Years up to 2021, months from then until the last one.
pub(crate) fn premiums(last: &str) -> String {
    let mut text = "area,account,from,to,payroll_fen,heads,due_fen,paid_fen,relieved_fen,kind\n".to_owned();
    for (account, heads, payroll, due) in [("A", 100, 100_000_000, 900_000), ("B", 50, 50_000_000, 450_000)] {
        for year in 2019..=2021 {
            writeln!(text, "990100,{account},{year}-01,{year}-12,{payroll},{heads},{due},{due},0,regular").unwrap();
        }
    }
    for (account, heads, payroll, due) in [("A", 100, 8_000_000, 72_000), ("B", 50, 4_000_000, 36_000)] {
        let months = (2022..=2024).flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}")));
        for month in months.take_while(|month| month.as_str() <= last) {
            writeln!(text, "990100,{account},{month},{month},{payroll},{heads},{due},{due},0,regular").unwrap();
        }
    }
    text
}

fn stretches(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(from, rate)| ((*from).to_owned(), (*rate).to_owned())).collect()
}

/// What each step left, and when.
type Known = Vec<(String, Vec<(String, String)>)>;

fn remember(agency: &Agency, known: &mut Known, expected: &[(&str, &str)]) {
    let rates = agency.rates("A", "");
    assert_eq!(rates, stretches(expected));
    known.push((next_instant(), rates));
    next_instant();
}

/// An instant behind everything so far: instants are told to the millisecond.
fn next_instant() -> String {
    let so_far = rate_service::clock::now();
    loop {
        let now = rate_service::clock::now();
        if now > so_far {
            return now;
        }
    }
}

/// Enrolled and floated; an objection is granted, and the claim revoked.
fn first_year(agency: &Agency, known: &mut Known) {
    agency.import(&[
        ("accounts.csv", accounts()),
        ("coverage.csv", coverage(false)),
        ("classifications.csv", classes(false)),
        ("claims.csv", claims("recognised")),
        ("payments.csv", payments()),
        ("premiums.csv", premiums("2022-12")),
    ]);
    let run = agency.run(&json!({"id": "990100-2022", "on": "2022-07-01"}));
    remember(agency, known, &[("2022-07-01", "0.9"), ("2023-05-01", "0.72"), ("2023-07-01", "-")]);

    let objection = json!({"run": "990100-2022", "account": "A", "kind": "recheck", "filed_on": "2022-07-20",
        "grounds": "工伤认定已被撤销", "documents": ["撤销决定 2022-17"]});
    let objections = format!("{AREA}/objections");
    let early = agency.officer.get(&format!("{run}/services/A")).expect(200);
    assert_eq!((&early["clocks"][0]["last_day"], &early["clocks"][0]["why"]), (&Value::Null, &json!("not-begun")));
    let served = |account: &str, day: &str| {
        let one = json!({"account": account, "served_on": day, "channel": "electronic", "proof": "回执 1"});
        agency.officer.post(&format!("{run}/services"), &json!({ "services": [one] }))
    };
    assert_eq!(served("Z", "2022-06-28").problem(422), "content.refused");
    assert_eq!(served("A", "2122-06-28").problem(422), "content.refused");
    served("A", "2022-06-27").expect(200);
    served("A", "2022-06-28").expect(200);
    let services = agency.officer.get(&format!("{run}/services?limit=1")).expect(200);
    assert!(services["next"].is_string() && services["items"][0]["number"] == 1, "{services}");
    // Fifteen working days from 28 June 2022: 29, 30, 1, 4 to 8, 11 to 15, 18, 19 July.
    let clocks = agency.officer.get(&format!("{run}/services/A")).expect(200);
    assert_eq!(
        (&clocks["clocks"][0]["kind"], &clocks["clocks"][0]["last_day"]),
        (&json!("recheck"), &json!("2022-07-19"))
    );
    assert_eq!(clocks["clocks"][1]["why"], "before-law", "the article on review holds since 2024");
    assert_eq!(clocks["clocks"][2]["last_day"], "2022-12-28", "six months");
    assert_eq!(agency.officer.post(&objections, &objection).problem(422), "content.refused");
    let in_time = json!({"filed_on": "2022-07-19"});
    let filed = merged(&objection, &in_time);
    assert_eq!(
        agency.officer.post(&objections, &merged(&filed, &json!({"account": "Z"}))).problem(422),
        "content.refused"
    );
    let filed = agency.officer.post(&objections, &filed).expect(201);
    let here = format!("{objections}/{}", filed["id"].as_str().unwrap());
    assert_eq!(
        (&filed["state"], &filed["late"], &filed["last_day"]),
        (&json!("filed"), &json!(false), &json!("2022-07-19"))
    );

    // Until it is granted, nothing is determined again.
    let again = json!({"id": "990100-2022-A", "on": "2022-07-01",
        "only": {"accounts": ["A"], "cause": "objection", "objections": [filed["id"]]}});
    assert_eq!(agency.officer.post(&format!("{AREA}/runs"), &again).problem(422), "content.refused");
    let ruling = json!({"result": "granted", "decided_on": "2022-07-28", "document": "复核〔2022〕9号", "reasons": "认定已撤销"});
    assert_eq!(agency.officer.post(&format!("{here}/decision"), &ruling).problem(403), "auth.role");
    assert_eq!(agency.approver.post(&format!("{here}/decision"), &ruling).expect(200)["state"], "granted");
    assert_eq!(agency.approver.post(&format!("{here}/decision"), &ruling).problem(409), "state.conflict");
    agency.import(&[("claims.csv", claims("revoked"))]);
    remember(agency, known, &[("2022-07-01", "0.9"), ("2023-05-01", "0.72"), ("2023-07-01", "-")]);

    determined_again(agency, &here, &again, known);
}

/// The run that follows the objection: what it moves, what that comes to, and that nothing moves before it is published.
fn determined_again(agency: &Agency, objection: &str, again: &Value, known: &mut Known) {
    let run = agency.tried(again);
    let found = agency.officer.get(&format!("{run}/redetermination")).expect(200);
    let one = &found["items"][0];
    assert_eq!((found["items"].as_array().unwrap().len(), &one["account"]), (1, &json!("A")));
    let moved: Vec<Value> = one["moved"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| json!([it["from"], it["before"]["rate_percent"], it["after"]["rate_percent"]]))
        .collect();
    assert_eq!(moved, [json!(["2022-07-01", "0.9", "0.45"]), json!(["2023-05-01", "0.72", "0.36"])]);
    // Six months of 8,000,000 fen at 0.45 %: 36,000 due, 72,000 posted.
    assert_eq!(one["differences"].as_array().unwrap().len(), 6);
    assert_eq!((&one["differences"][0]["due_fen"], &one["difference_fen"]), (&json!(36_000), &json!(-216_000)));
    assert_eq!(agency.rates("A", ""), known.last().unwrap().1);
    agency.publish(&run);
    let settled = agency.officer.get(objection).expect(200);
    assert_eq!((&settled["state"], &settled["events"][2]["run"]), (&json!("redetermined"), &json!("990100-2022-A")));
    remember(agency, known, &[("2022-07-01", "0.45"), ("2023-05-01", "0.36"), ("2023-07-01", "-")]);
}

fn merged(one: &Value, other: &Value) -> Value {
    let mut all = one.clone();
    for (key, value) in other.as_object().unwrap() {
        all[key] = value.clone();
    }
    all
}

/// Carried; another class from a month on; the order of a court.
fn in_the_cycle(agency: &Agency, known: &mut Known) {
    agency.run(&json!({"id": "990100-2023", "on": "2023-07-01"}));
    remember(agency, known, &[("2022-07-01", "0.45"), ("2023-05-01", "0.36"), ("2024-07-01", "-")]);
    agency.import(&[("classifications.csv", classes(true)), ("premiums.csv", premiums("2024-12"))]);
    let change = |id: &str, from: &str| {
        json!({"id": format!("990100-2023-{id}"), "on": "2023-12-01",
            "only": {"accounts": ["A"], "cause": "change", "from": from}})
    };
    // A change may move no month before its own.
    let late = agency.tried(&change("late", "2023-11"));
    let refused = agency.approver.post(&format!("{late}/review"), &json!({}));
    assert!(refused.text().contains("2023-10-01"), "{}", refused.text());
    assert_eq!(refused.problem(422), "content.refused");
    agency.officer.post(&format!("{late}/cancellation"), &json!({})).expect(200);
    agency.run(&change("class", "2023-10"));
    remember(
        agency,
        known,
        &[("2022-07-01", "0.45"), ("2023-05-01", "0.36"), ("2023-10-01", "0.52"), ("2024-07-01", "-")],
    );

    agency.run(&json!({"id": "990100-2024", "on": "2024-07-01"}));
    let before = [("2022-07-01", "0.45"), ("2023-05-01", "0.36"), ("2023-10-01", "0.52")];
    remember(
        agency,
        known,
        &[&before[..], &[("2024-07-01", "0.48"), ("2025-01-01", "0.6"), ("2025-07-01", "-")]].concat(),
    );
    let lawsuit = json!({"run": "990100-2024", "account": "A", "kind": "lawsuit", "filed_on": "2024-11-04",
        "grounds": "第三人不服降档", "documents": []});
    let suit = agency.officer.post(&format!("{AREA}/objections"), &lawsuit).expect(201);
    assert_eq!((&suit["last_day"], &suit["late"]), (&Value::Null, &Value::Null), "nobody recorded its service");
    let ruling = json!({"result": "granted", "decided_on": "2025-02-10", "document": "（2024）演行初8号", "reasons": "判令按80%执行"});
    let here = format!("{AREA}/objections/{}", suit["id"].as_str().unwrap());
    agency.approver.post(&format!("{here}/decision"), &ruling).expect(200);
    let head = "area,account,order,body,what,class_system,class,grade,rate_percent,from,to,issued_on,document\n";
    let order = "990100,A,O1,court,grade,,,80%,,2024-07-01,2025-06-30,2025-02-10,（2024）演行初8号\n";
    agency.import(&[("orders.csv", format!("{head}{order}"))]);
    agency.run(&json!({"id": "990100-2024-A", "on": "2024-07-01",
        "only": {"accounts": ["A"], "cause": "objection", "objections": [suit["id"]]}}));
    remember(
        agency,
        known,
        &[&before[..], &[("2024-07-01", "0.768"), ("2025-01-01", "0.96"), ("2025-07-01", "-")]].concat(),
    );
}

/// B joins A; a new cycle floats both together, and carries.
fn merged_with_another(agency: &Agency, known: &mut Known) {
    let head = "area,account,predecessor,kind,on,share_percent\n";
    agency.import(&[
        ("coverage.csv", coverage(true)),
        ("successions.csv", format!("{head}990100,A,B,merger,2025-04-01,100\n")),
    ]);
    agency.run(&json!({"id": "990100-2024-AB", "on": "2024-07-01",
        "only": {"accounts": ["A", "B"], "cause": "change", "from": "2025-04"}}));
    let before = [
        ("2022-07-01", "0.45"),
        ("2023-05-01", "0.36"),
        ("2023-10-01", "0.52"),
        ("2024-07-01", "0.768"),
        ("2025-01-01", "0.96"),
    ];
    remember(agency, known, &[&before[..], &[("2025-07-01", "-")]].concat());
    let joined = agency.rates("B", "");
    assert_eq!(joined.last().unwrap(), &("2025-04-01".to_owned(), "-".to_owned()), "{joined:?}");
    agency.run(&json!({"id": "990100-2025", "on": "2025-07-01"}));
    agency.run(&json!({"id": "990100-2026", "on": "2026-07-01"}));
    agency.run(&json!({"id": "990100-2027", "on": "2027-07-01"}));
    remember(agency, known, &before);
}

#[test]
fn the_life_of_an_account_over_six_years() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let server = Server::over(dir.path(), &url, &[("RATE_LOG_KEY", dir.path().join("log.key").to_str().unwrap())]);
        let agency = Agency::under(&server, &fixture("rule_sets/illustrative/three-year.toml"));
        let mut known = Known::new();
        first_year(&agency, &mut known);
        in_the_cycle(&agency, &mut known);
        merged_with_another(&agency, &mut known);
        assert_eq!(known.len(), 9);
        for (then, rates) in &known {
            assert_eq!(agency.rates("A", then), *rates, "as known at {then}");
        }
    }
}
