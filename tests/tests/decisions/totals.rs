//! Totals: a run's premium is the sum of its bills in fen, and everybody stands in both summaries.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rate_core::date;
use rate_core::error::Lang;
use rate_core::history::PremiumKind;
use rate_service::book::{Plan, Reading, generate};
use rate_service::run::{Decided, Request, Run, run, summarise, write};

use crate::law::fixtures;
use crate::six_years::six_runs;

/// A rate times a payroll, half up to fen, in whole numbers: `rate` is a text such as `0.576` (percent).
fn premium(payroll_fen: i64, rate: &str) -> i128 {
    let (whole, fraction) = rate.split_once('.').unwrap_or((rate, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().unwrap();
    let scale = 100 * 10_i128.pow(u32::try_from(fraction.len()).unwrap());
    let exact = i128::from(payroll_fen) * digits;
    (exact * 2 + scale).div_euclid(scale * 2)
}

/// Mean of a row's months, half up to fen.
fn monthly(payroll_fen: i64, months: i32) -> i64 {
    let months = i64::from(months);
    (payroll_fen * 2 + months).div_euclid(months * 2)
}

/// The bills of an account, worked again: the first twelve months of the schedule, on the latest payroll known on its
/// first day.
fn bills(decided: &Decided) -> Vec<i128> {
    let segments = decided.decision.schedule().segments();
    let (first, last) = (segments[0].days.from(), segments[segments.len() - 1].days.last());
    let rows = decided.history.premiums().iter().filter(|row| row.kind == PremiumKind::Regular);
    let row = rows.filter(|row| row.months.from().first_day() <= first).max_by_key(|row| row.months.from());
    let Some(row) = row else { return Vec::new() };
    let payroll = monthly(row.payroll.fen(), row.months.months());
    let months = (0..12).map(|offset| rate_core::Month::of(first).plus(offset).first_day());
    let rate = |day| segments.iter().find(|it| it.days.contains(day)).map(|it| it.rate.percent().to_string());
    months.filter(|day| *day <= last).filter_map(rate).map(|rate| premium(payroll, &rate)).collect()
}

/// A file of the output, by column.
fn rows(dir: &Path, file: &str) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(dir.join(file)).unwrap();
    let mut lines = text.lines().map(cells);
    let header = lines.next().unwrap();
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}

fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(letter),
        }
    }
    cells
}

fn check(run: &Run, dir: &Path) {
    let summary = summarise(run);
    write(run, &summary, dir, Lang::En).unwrap();
    let billed: i128 = run.decided.iter().flat_map(bills).sum();
    assert_eq!(summary.premium_fen(), billed, "the total is the sum of the bills");
    let by_change: i128 = summary.by_change.values().map(|row| row.after_fen).sum();
    assert_eq!(by_change, billed, "both summaries come to the same premium");
    let list = rows(dir, "run_list.csv");
    let listed: i128 = list.iter().map(|row| row["premium_fen"].parse::<i128>().unwrap()).sum();
    assert_eq!(listed, billed, "so does the run list");
    everybody(run, dir, &list);
}

fn everybody(run: &Run, dir: &Path, list: &[BTreeMap<String, String>]) {
    let summary = summarise(run);
    let count = |number: usize| u64::try_from(number).unwrap();
    let tally = |column: &str| {
        let mut tally: BTreeMap<&str, u64> = BTreeMap::new();
        list.iter().for_each(|row| *tally.entry(row[column].as_str()).or_default() += 1);
        tally
    };
    let by_grade: BTreeMap<&str, u64> =
        summary.by_grade.iter().map(|((_, label), row)| (label.as_str(), row.accounts)).collect();
    assert_eq!(tally("grade"), by_grade);
    let by_change: BTreeMap<&str, u64> =
        summary.by_change.iter().map(|(change, row)| (change.text(Lang::En), row.accounts)).collect();
    assert_eq!(tally("change"), by_change);
    assert_eq!(by_grade.values().sum::<u64>(), count(run.decided.len()));
    assert_eq!(by_change.values().sum::<u64>(), count(run.decided.len()));
    let mut accounts: Vec<String> = list.iter().map(|row| row["account"].clone()).collect();
    accounts.extend(rows(dir, "not_insured.csv").into_iter().map(|row| row["account"].clone()));
    let mut refused: Vec<String> = rows(dir, "problems.csv").into_iter().map(|row| row["account"].clone()).collect();
    refused.dedup();
    accounts.extend(refused);
    accounts.sort();
    let unique = {
        let mut once = accounts.clone();
        once.dedup();
        once.len()
    };
    assert_eq!((accounts.len(), unique), (run.accounts(), run.accounts()), "everybody stands in one list, once");
    assert!(summary.everyone_accounted_for());
}

#[test]
fn the_total_of_each_of_six_years_is_the_sum_of_its_bills() {
    let out = tempfile::tempdir().unwrap();
    for (place, run) in six_runs(&fixtures("rule_sets"), out.path()).iter().enumerate() {
        check(run, &out.path().join(format!("checked-{place}")));
    }
}

#[test]
fn the_total_of_a_made_up_book_is_the_sum_of_its_bills() {
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan { accounts: 400, seed: 11, area: "990100".to_owned(), bad_rows: 5 };
    generate(&plan, &dir.path().join("book"), &mut |_, _| {}).unwrap();
    let request = Request {
        area: "990100".to_owned(),
        rules: fixtures("rule_sets"),
        parameters: fixtures("parameters"),
        book: dir.path().join("book"),
        reading: Reading::default(),
        on: date("2022-07-01").unwrap(),
        decided_on: None,
        first_only: false,
        previous: None,
    };
    let run = run(&request, &mut |_, _, _| {}).unwrap();
    assert!(!run.decided.is_empty() && !run.refused.is_empty());
    check(&run, &dir.path().join("out"));
}

#[test]
fn up_by_grade_and_up_against_the_last_rate_are_two_things() {
    let out = tempfile::tempdir().unwrap();
    let runs = six_runs(&fixtures("rule_sets"), out.path());
    check(&runs[3], &out.path().join("checked"));
    let list = rows(&out.path().join("checked"), "run_list.csv");
    let of = |account: &str| {
        let row = list.iter().find(|row| row["account"] == account).unwrap();
        (row["grade"].clone(), row["change"].clone())
    };
    assert_eq!(of("A12"), ("120%".to_owned(), "down".to_owned()), "a grade above the base, and less to pay");
    assert_eq!(of("A05"), ("80%".to_owned(), "up".to_owned()), "a grade below the base, and more to pay");
}
