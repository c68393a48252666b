//! What changes for accounts inside a setting, each from its month on, and what was wrong from its start; published, and then
//! determined again through HTTP. And base rates that are changed back in time, for everybody.
//!
//! The figures, by hand. Method and parameters are those of `life`, but that false documents act once they are found. Every
//! account is of class 4 (0.9 %), with 100 heads and a premium of 2,700,000 fen in the window 2019 to 2021, and nothing paid:
//! 50 %, 0.45 %; with the cut of 20 % from May 2023, 0.36 %.
//!
//! * FIRST is enrolled in October 2022: the base rate, 0.9 %, and 0.72 % with the cut.
//! * CLASS was of class 5 all along: 1.1 % × 50 % = 0.55 %, and 0.44 %.
//! * PAUSE is suspended from October to December 2022, and returns at its grade.
//! * FALSE is found on 15 November 2022 to have filed false documents: from that day 120 %, 1.08 %, and 0.864 %.
//! * PART passes 40 % of itself to NEW in January 2023, which has a share of a history without a claim: 50 %, 0.45 %.
//! * WRONG was charged with a claim of RIGHT, 3,000,000 fen: 111 %, 120 %, 1.08 %, 0.864 %. Moved to where it belongs, the
//!   two change places.
//! * At 0.8 % for class 4 from the beginning, an account that nothing else happened to has 0.4 %, and 0.32 %.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::law::fixture;
use crate::life::Agency;
use crate::server::Server;
use crate::stored::databases;

const RUNS: &str = "/v1/areas/990100/runs";
const ALL: [&str; 8] = ["CLASS", "FALSE", "OTHER", "PART", "PAUSE", "RIGHT", "WRONG", "NEW"];

fn accounts(first: bool) -> String {
    let mut text = "area,account,kind\n".to_owned();
    for account in ALL.into_iter().filter(|it| first || *it != "NEW").chain(first.then_some("FIRST")) {
        writeln!(text, "990100,{account},employer").unwrap();
    }
    text
}

fn coverage(changed: bool) -> String {
    let mut text = "area,account,from,to,state\n".to_owned();
    for account in &ALL[..7] {
        match (*account, changed) {
            ("PAUSE", true) => {
                text += "990100,PAUSE,2015-01,2022-09,insured\n990100,PAUSE,2022-10,2022-12,suspended\n990100,PAUSE,2023-01,,insured\n"
            }
            _ => writeln!(text, "990100,{account},2015-01,,insured").unwrap(),
        }
    }
    if changed {
        text += "990100,FIRST,2022-10,,insured\n990100,NEW,2023-01,,insured\n";
    }
    text
}

fn classes(changed: bool) -> String {
    let mut text = "area,account,from,to,class_system,class,decided_by\n".to_owned();
    for account in &ALL[..7] {
        let class = if changed && *account == "CLASS" { 5 } else { 4 };
        writeln!(text, "990100,{account},2015-10-01,,8,{class},agency").unwrap();
    }
    if changed {
        text += "990100,FIRST,2022-10-01,,8,4,agency\n990100,NEW,2023-01-01,,8,4,agency\n";
    }
    text
}

fn premiums() -> String {
    let mut text = "area,account,from,to,payroll_fen,heads,due_fen,paid_fen,relieved_fen,kind\n".to_owned();
    for account in &ALL[..7] {
        for year in 2019..=2021 {
            writeln!(text, "990100,{account},{year}-01,{year}-12,100000000,100,900000,900000,0,regular").unwrap();
        }
    }
    text
}

fn injury(account: &str) -> [(&'static str, String); 2] {
    let claims = "area,account,claim,person,article,accident,recognised,status\n";
    let payments = "area,account,claim,item,payer,paid_on,amount_fen\n";
    [
        ("claims.csv", format!("{claims}990100,{account},K1,P1,A14-1,2020-03-02,2020-04-20,recognised\n")),
        ("payments.csv", format!("{payments}990100,{account},K1,medical,fund,2020-06-01,3000000\n")),
    ]
}

fn only(id: &str, accounts: &[&str], cause: &str, from: Option<&str>) -> Value {
    json!({"id": format!("990100-{id}"), "on": "2022-07-01", "only": {"accounts": accounts, "cause": cause, "from": from}})
}

fn of_the_year(agency: &Agency, account: &str, expected: &[(&str, &str)]) {
    let all = agency.rates(account, "");
    let shown: Vec<(&str, &str)> = all.iter().map(|(from, rate)| (&**from, &**rate)).collect();
    assert_eq!(shown, [expected, &[("2023-07-01", "-")]].concat(), "{account}");
}

const USUAL: [(&str, &str); 2] = [("2022-07-01", "0.45"), ("2023-05-01", "0.36")];
const HIGH: [(&str, &str); 2] = [("2022-07-01", "1.08"), ("2023-05-01", "0.864")];

#[test]
fn what_changes_and_what_was_wrong_is_determined_again() {
    let method = fixture("rule_sets/illustrative/three-year.toml");
    let act = r#"event = "false-document", acts_on = "found-in-window""#;
    assert!(method.contains(act));
    let method = method.replace(act, r#"event = "false-document", acts_on = "once-found""#);
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let server = Server::over(dir.path(), &url, &[("RATE_LOG_KEY", dir.path().join("log.key").to_str().unwrap())]);
        let agency = Agency::under(&server, &method);
        let [claims, payments] = injury("WRONG");
        let tables = [
            ("accounts.csv", accounts(false)),
            ("coverage.csv", coverage(false)),
            ("classifications.csv", classes(false)),
            ("premiums.csv", premiums()),
            claims,
            payments,
        ];
        agency.import(&tables);
        agency.run(&json!({"id": "990100-2022", "on": "2022-07-01"}));
        for account in ["CLASS", "FALSE", "OTHER", "PART", "PAUSE", "RIGHT"] {
            of_the_year(&agency, account, &USUAL);
        }
        of_the_year(&agency, "WRONG", &HIGH);

        let [claims, payments] = injury("RIGHT");
        let events = "area,account,event,kind,level,from,to,found,body,document\n";
        let splits = "area,account,predecessor,kind,on,share_percent\n";
        agency.import(&[
            ("accounts.csv", accounts(true)),
            ("coverage.csv", coverage(true)),
            ("classifications.csv", classes(true)),
            (
                "events.csv",
                format!("{events}990100,FALSE,V1,false-document,,2022-11-01,,2022-11-15,,查实〔2022〕3号\n"),
            ),
            ("successions.csv", format!("{splits}990100,NEW,PART,split,2023-01-01,40\n")),
            claims,
            payments,
        ]);
        determine_again(&agency);
        back_in_time(&agency, &server);
    }
}

fn determine_again(agency: &Agency) {
    agency.run(&only("first", &["FIRST", "OTHER"], "first", None));
    of_the_year(agency, "FIRST", &[("2022-07-01", "-"), ("2022-10-01", "0.9"), ("2023-05-01", "0.72")]);
    let first = agency.officer.get(&format!("{RUNS}/990100-first/summary")).expect(200);
    assert_eq!(first["decided"], 1, "whoever has a rate is passed over: {first}");
    agency.run(&only("class", &["CLASS"], "correction", None));
    of_the_year(agency, "CLASS", &[("2022-07-01", "0.55"), ("2023-05-01", "0.44")]);
    agency.run(&only("pause", &["PAUSE"], "change", Some("2022-10")));
    let paused = [("2022-07-01", "0.45"), ("2022-10-01", "-"), ("2023-01-01", "0.45"), ("2023-05-01", "0.36")];
    of_the_year(agency, "PAUSE", &paused);
    agency.run(&only("false", &["FALSE"], "change", Some("2022-11")));
    of_the_year(agency, "FALSE", &[("2022-07-01", "0.45"), ("2022-11-15", "1.08"), ("2023-05-01", "0.864")]);
    agency.run(&only("split", &["NEW"], "first", None));
    of_the_year(agency, "NEW", &[("2022-07-01", "-"), ("2023-01-01", "0.45"), ("2023-05-01", "0.36")]);
    of_the_year(agency, "PART", &USUAL);
    agency.run(&only("claim", &["RIGHT", "WRONG"], "correction", None));
    of_the_year(agency, "WRONG", &USUAL);
    of_the_year(agency, "RIGHT", &HIGH);
    of_the_year(agency, "OTHER", &USUAL);
}

/// Base rates of 0.8 % for class 4 take the place of those in force from 2015 on, and the year is run again.
fn back_in_time(agency: &Agency, server: &Server) {
    let parameters = fixture("parameters/990100/demonstration.toml");
    let lower = parameters.replacen(r#""0.7%", "0.9%", "1.1%""#, r#""0.7%", "0.8%", "1.1%""#, 1);
    assert_ne!(lower, parameters);
    let path = "/v1/areas/990100/parameters";
    let stands = agency.officer.get(path).expect(200)["items"][0]["digest"].as_str().unwrap().to_owned();
    crate::law::enact(server, &format!("{path}?supersedes={stands}"), &lower);
    agency.run(&json!({"id": "990100-2022-lower", "on": "2022-07-01", "supersedes": "990100-2022"}));
    of_the_year(agency, "OTHER", &[("2022-07-01", "0.4"), ("2023-05-01", "0.32")]);
    of_the_year(agency, "CLASS", &[("2022-07-01", "0.55"), ("2023-05-01", "0.44")]);
    of_the_year(agency, "FIRST", &[("2022-07-01", "-"), ("2022-10-01", "0.8"), ("2023-05-01", "0.64")]);
}
