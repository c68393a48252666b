//! What a book brings beside accounts: averages that join the parameters of the run.

use std::fs;
use std::path::Path;

use rate_core::{Code, Problem, date};
use rate_service::run::{Request, Run, RunError, run, summarise, write};

use crate::law::fixtures;

const AVERAGES: &str = "area,statistic,year,industry_edition,industry,value,unit,document\n";

/// A book of one account of class 4 in industry 33 with three persons hurt among 200 heads in 2024: 15 ‰.
fn book(dir: &Path, averages: &str) {
    let tables = [
        ("accounts", "area,account,kind\n330000,1,employer\n"),
        ("coverage", "area,account,from,state\n330000,1,2018-01,insured\n"),
        (
            "classifications",
            "area,account,from,class_system,class,industry_edition,industry,decided_by\n\
             330000,1,2018-01-01,8,4,gbt4754-2017,33,agency\n",
        ),
        (
            "premiums",
            "area,account,from,to,payroll_fen,heads,due_fen,paid_fen,relieved_fen,kind\n\
             330000,1,2024-01,2024-12,200000000,200,1800000,1800000,0,regular\n",
        ),
        (
            "claims",
            "area,account,claim,person,article,accident,recognised,status\n\
             330000,1,C1,P1,A14-1,2024-03-02,2024-04-11,recognised\n\
             330000,1,C2,P2,A14-1,2024-03-02,2024-04-11,recognised\n\
             330000,1,C3,P3,A14-1,2024-03-02,2024-04-11,recognised\n",
        ),
        (
            "rates",
            "area,account,from,to,class_system,class,before_cut_percent,cut_percent,charged_percent,origin\n\
             330000,1,2024-03-01,2025-02-28,8,4,0.72,0,0.72,floated\n",
        ),
        ("statistics", averages),
    ];
    for (name, text) in tables {
        fs::write(dir.join(format!("{name}.csv")), text).unwrap();
    }
}

fn made(averages: &str, parameters: &Path) -> Result<Run, RunError> {
    let dir = tempfile::tempdir().unwrap();
    book(dir.path(), averages);
    let request = Request {
        area: "330000".to_owned(),
        rules: fixtures("rule_sets"),
        parameters: parameters.to_owned(),
        reading: rate_service::book::Reading::default(),
        book: dir.path().to_owned(),
        on: date("2025-03-01").unwrap(),
        decided_on: None,
        first_only: false,
        previous: None,
    };
    run(&request, &mut |_, _, _| {})
}

fn grade(averages: &str) -> String {
    let run = made(averages, &fixtures("parameters/330000")).unwrap();
    run.decided[0].decision.grade_label().to_owned()
}

fn problems(result: Result<Run, RunError>) -> Vec<Problem> {
    match result {
        Err(RunError::Problems(problems)) => problems,
        other => panic!("{other:?}"),
    }
}

/// 15 ‰ is 150 % of 10 ‰: two grades up. Of 20 ‰ it is 75 %, and nothing was paid: two down. Without an average the
/// method holds the last rate, which has no grade.
#[test]
fn an_average_of_the_book_decides() {
    let row =
        |value: &str| format!("{AVERAGES}330000,industry-incidence,2024,gbt4754-2017,33,{value},per-mille,公报\n");
    assert_eq!(grade(&row("10")), "150%");
    assert_eq!(grade(&row("20")), "50%");
    assert_eq!(grade(AVERAGES), "");
}

#[test]
fn a_run_names_the_averages_of_its_book_by_digest_whatever_the_order_of_rows() {
    let rows = [
        "330000,industry-incidence,2024,gbt4754-2017,33,10,per-mille,公报\n",
        "330000,industry-incidence,2023,gbt4754-2017,33,1.2,percent,年报\n",
    ];
    let digests = |text: &str| -> Vec<String> {
        let run = made(text, &fixtures("parameters/330000")).unwrap();
        let out = tempfile::tempdir().unwrap();
        write(&run, &summarise(&run), out.path(), rate_core::Lang::En).unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(out.path().join("run.json")).unwrap()).unwrap();
        let totals = json["control_totals"].as_array().unwrap();
        assert!(totals.iter().any(|table| table["table"] == "statistics" && table["rows"] == 2));
        let named = |it: &&serde_json::Value| it["name"] == "statistics of the book";
        let parameters = json["parameters"].as_array().unwrap().iter().filter(named);
        parameters.map(|it| it["digest"].as_str().unwrap().to_owned()).collect()
    };
    let first = digests(&format!("{AVERAGES}{}{}", rows[0], rows[1]));
    assert_eq!(first, digests(&format!("{AVERAGES}{}{}", rows[1], rows[0])));
    assert_eq!(first.len(), 1);
    assert_ne!(first, digests(&format!("{AVERAGES}{}{}", rows[0].replace("10,", "11,"), rows[1])));
}

#[test]
fn an_average_that_the_parameters_have_too_stops_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let rates = fs::read_to_string(fixtures("parameters/330000/base-rates.toml")).unwrap();
    fs::write(dir.path().join("base-rates.toml"), rates).unwrap();
    let averages = r#"
        format = "parameters/1"
        area = "330000"
        name = { zh = "平均值", en = "averages" }
        [documents.yearbook]
        title = { zh = "年鉴", en = "yearbook" }
        [[statistics]]
        id = "industry-incidence"
        year = 2024
        edition = "gbt4754-2017"
        values = { "33" = "10‰" }
        cite = "yearbook: statistics"
    "#;
    fs::write(dir.path().join("averages.toml"), averages).unwrap();
    let same = format!("{AVERAGES}330000,industry-incidence,2024,gbt4754-2017,33,10,per-mille,公报\n");
    let found = problems(made(&same, dir.path()));
    assert_eq!(found.iter().map(|it| it.code).collect::<Vec<_>>(), [Code::CheckStatisticTwice]);
    assert_eq!(found[0].values, ["industry-incidence", "2024", "33", "年鉴", "公报"]);
    let another = format!("{AVERAGES}330000,industry-incidence,2024,gbt4754-2017,47,10,per-mille,公报\n");
    assert_eq!(made(&another, dir.path()).unwrap().decided.len(), 1);
}

/// Any account may need the row: a book with a wrong one decides nobody.
#[test]
fn a_wrong_average_decides_nobody() {
    let wrong = format!("{AVERAGES}330000,industry-incidence,2024,gbt4754-2017,33,0,per-mille,公报\n");
    let found = problems(made(&wrong, &fixtures("parameters/330000")));
    assert_eq!(
        found.iter().map(|it| format!("{} {}", it.place, it.code)).collect::<Vec<_>>(),
        ["statistics.csv:2:6 [value] rows.number"]
    );
}
