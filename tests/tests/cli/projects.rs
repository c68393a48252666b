//! `rate projects`: everybody accounted for, totals exact, both languages.

use std::fs;

use crate::command::{ending, rate_ok, root};

fn request() -> String {
    let at = |below: &str| root().join("fixtures").join(below).display().to_string();
    format!(
        "projects --area 420100 --rules {} --parameters {} --book {} --on 2025-12-31",
        at("rule_sets"),
        at("parameters"),
        at("books/projects")
    )
}

fn rows(dir: &std::path::Path, file: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(dir.join("out").join(file)).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn every_project_is_billed_or_said_why_not_and_the_total_is_the_sum_of_the_bills() {
    let dir = tempfile::tempdir().unwrap();
    let said = rate_ok(dir.path(), &format!("--lang en {} --out out", request()));
    // 6,000,000.00 of W6 and 12,345,678.90 × 1.2 ‰ = 14,814.81468, rounded 14,814.81.
    assert!(
        said.contains("2 billed, 6,014,814.81 yuan in all; 2 without a bill; 1 of refused accounts. 1 enrol later."),
        "{said}"
    );
    let bills = rows(dir.path(), "project_premiums.csv");
    let sum: i64 = bills.iter().map(|row| row[10].parse::<i64>().unwrap()).sum();
    assert_eq!(sum, 601_481_481);
    assert_eq!(bills[1][10..13], ["1481481", "1481400", "81"].map(str::to_owned), "due, paid, difference");
    let codes: Vec<String> = rows(dir.path(), "project_open.csv").iter().map(|row| row[4].clone()).collect();
    assert_eq!(
        codes,
        ["no-rates", "base-not-known"],
        "before the rates, and labour cost where the city does not offer it"
    );
    let parts = rows(dir.path(), "project_parts.csv");
    let exact: Vec<&str> = parts.iter().map(|row| row[row.len() - 1].as_str()).collect();
    assert_eq!(exact, ["120000000", "400000000", "80000000", "1481481.468"]);
    assert_eq!(rows(dir.path(), "problems.csv").len(), 1);
    assert_eq!(rows(dir.path(), "not_enrolled.csv").len(), 1);
    assert_eq!(fs::read_to_string(dir.path().join("out/projects.ndjson")).unwrap().lines().count(), 4);
    let zh = rate_ok(dir.path(), &format!("--lang zh {} --out out", request()));
    assert!(
        zh.contains("计费 2 个，合计 6,014,814.81 元；不能计费 2 个；所属单位数据有误 1 个。此后参保 1 个。"),
        "{zh}"
    );
}

#[test]
fn a_project_is_explained_by_its_tiers_and_their_document() {
    let dir = tempfile::tempdir().unwrap();
    let said = rate_ok(dir.path(), &format!("--lang en {} --project 2024-001", request()));
    assert!(
        said.contains("[10亿元, 50亿元): 4,000,000,000.00 × 1‰ = 4000000 yuan   [Hubei provisional rules"),
        "{said}"
    );
    assert!(said.contains("420100/0002 2024-001"), "both accounts have one of that number: {said}");
    let (code, said) = ending(dir.path(), &format!("--lang en {} --project 1999-001", request()));
    assert_eq!((code, said.trim()), (1, "rate: no project enrolled by that day: 1999-001"));
    let (code, _) = ending(dir.path(), &request());
    assert_eq!(code, 2, "neither --out nor --project");
    assert!(!dir.path().join("out").exists());
}
