//! A city over six annual settings, each with the rates of the one before: `fixtures/books/six-years`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rate_core::error::Lang;
use rate_core::{Month, Segment, date};
use rate_service::book::Reading;
use rate_service::run::{Request, Run, Summary, run, summarise, write};

use crate::cases::reason;
use crate::law::fixtures;

const SETTINGS: [&str; 6] = ["2022-07-01", "2023-07-01", "2024-07-01", "2025-07-01", "2026-07-01", "2027-07-01"];

/// The six runs, each with the directory of the one before.
pub fn six_runs(rules: &Path, out: &Path) -> Vec<Run> {
    let mut previous: Option<PathBuf> = None;
    let one = |on: &&str| {
        let request = Request {
            area: "990100".to_owned(),
            rules: rules.to_owned(),
            parameters: fixtures("parameters"),
            book: fixtures("books/six-years/book"),
            reading: Reading::default(),
            on: date(on).unwrap(),
            decided_on: None,
            first_only: false,
            previous: previous.take(),
        };
        let run = run(&request, &mut |_, _, _| {}).unwrap_or_else(|error| panic!("{on}: {error}"));
        let dir = out.join(on);
        write(&run, &summarise(&run), &dir, Lang::En).unwrap();
        previous = Some(dir);
        run
    };
    SETTINGS.iter().map(one).collect()
}

/// Every rate of a run as the lines of `EXPECTED.csv`.
fn lines(on: &str, run: &Run) -> Vec<String> {
    let line = |decided: &rate_service::run::Decided, segment: &Segment| {
        let ladder = decided.decision.law().rules().ladder();
        [
            on.to_owned(),
            decided.history.key().number.clone(),
            segment.days.from().to_string(),
            segment.days.last().to_string(),
            segment.class.to_string(),
            segment.base.map_or_else(String::new, |base| base.percent().to_string()),
            segment.grade.map_or_else(String::new, |grade| ladder.grade(grade).label.clone()),
            segment.before_cut.percent().to_string(),
            segment.cut.percent().to_string(),
            segment.rate.percent().to_string(),
            segment.origin.as_str().to_owned(),
            reason(&decided.decision),
        ]
        .join(",")
    };
    let decided = run.decided.iter();
    decided.flat_map(|it| it.decision.schedule().segments().iter().map(move |segment| line(it, segment))).collect()
}

fn all_lines(runs: &[Run]) -> Vec<String> {
    let mut all: Vec<String> = SETTINGS.iter().zip(runs).flat_map(|(on, run)| lines(on, run)).collect();
    all.sort();
    all
}

/// The lines of a file of expectations below its header.
fn expected(file: &str) -> Vec<String> {
    let text = fs::read_to_string(fixtures("books/six-years").join(file)).unwrap();
    let mut lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    lines.sort();
    lines
}

/// A copy of the demonstration's rules in which a window that fills inside the cycle floats at once.
fn rules_that_float_at_once(dir: &Path) {
    let copy = |from: &str, change: &dyn Fn(String) -> String| {
        let text = change(fs::read_to_string(fixtures("rule_sets").join(from)).unwrap());
        let to = dir.join(from);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, text).unwrap();
    };
    copy("cn/2015-71.toml", &|text| text);
    copy("illustrative/three-year.toml", &|text| {
        let changed = text.replace("window_filled = \"next-cycle\"", "window_filled = \"float-at-once\"");
        assert_ne!(text, changed);
        changed
    });
}

/// Holds lines against expected ones, and shows only those that stand on one side.
fn hold(found: &[String], expected: &[String]) {
    let only = |here: &[String], there: &[String]| -> Vec<String> {
        here.iter().filter(|line| !there.contains(line)).cloned().collect()
    };
    let (unexpected, missing) = (only(found, expected), only(expected, found));
    assert!(unexpected.is_empty() && missing.is_empty(), "found {unexpected:#?}\nexpected {missing:#?}");
    assert_eq!(found.len(), expected.len(), "a line stands twice");
}

#[test]
fn every_rate_of_six_years_is_the_one_worked_by_hand() {
    let out = tempfile::tempdir().unwrap();
    let runs = six_runs(&fixtures("rule_sets"), out.path());
    hold(&all_lines(&runs), &expected("EXPECTED.csv"));
}

#[test]
fn who_fills_a_window_floats_at_once_where_the_rules_say_so_and_nobody_else_changes() {
    let (rules, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    rules_that_float_at_once(rules.path());
    let newcomers = ["A03", "A11"].map(|account| format!(",{account},"));
    let (new, others): (Vec<String>, Vec<String>) = all_lines(&six_runs(rules.path(), out.path()))
        .into_iter()
        .partition(|line| newcomers.iter().any(|newcomer| line.contains(newcomer.as_str())));
    hold(&new, &expected("EXPECTED-float-at-once.csv"));
    let waiting = expected("EXPECTED.csv").into_iter();
    let waiting: Vec<String> =
        waiting.filter(|line| !newcomers.iter().any(|newcomer| line.contains(newcomer.as_str()))).collect();
    hold(&others, &waiting);
}

#[test]
fn every_covered_month_has_exactly_one_rate() {
    let out = tempfile::tempdir().unwrap();
    let runs = six_runs(&fixtures("rule_sets"), out.path());
    let mut rates: BTreeMap<(String, Month), usize> = BTreeMap::new();
    for decided in runs.iter().flat_map(|run| &run.decided) {
        for segment in decided.decision.schedule().segments() {
            let (mut month, last) = (Month::of(segment.days.from()), Month::of(segment.days.last()));
            assert_eq!((month.first_day(), last.last_day()), (segment.days.from(), segment.days.last()));
            while month <= last {
                *rates.entry((decided.history.key().number.clone(), month)).or_default() += 1;
                month = month.plus(1);
            }
        }
    }
    let histories: BTreeMap<String, _> =
        runs.iter().flat_map(|run| &run.decided).map(|it| (it.history.key().number.clone(), &it.history)).collect();
    let (first, last): (Month, Month) = ("2022-07".parse().unwrap(), "2028-06".parse().unwrap());
    for (number, history) in histories {
        for offset in 0..=last.since(first) {
            let month = first.plus(offset);
            let covered = history.insured().any(|it| it.from <= month && it.to.is_none_or(|to| month <= to));
            let found = rates.get(&(number.clone(), month)).copied().unwrap_or_default();
            assert_eq!(found, usize::from(covered), "{number} in {month}");
        }
    }
}

#[test]
fn runs_account_for_everybody_and_their_totals_are_those_worked_by_hand() {
    let out = tempfile::tempdir().unwrap();
    let runs = six_runs(&fixtures("rule_sets"), out.path());
    let found = SETTINGS.iter().zip(&runs).map(|(on, run)| totals(on, run, &summarise(run)));
    let mut found: Vec<String> = found.collect();
    found.sort();
    hold(&found, &expected("EXPECTED-totals.csv"));
}

/// A run as a line of `EXPECTED-totals.csv`.
fn totals(on: &str, run: &Run, summary: &Summary) -> String {
    let changed = |change: &str| {
        let row = summary.by_change.iter().find(|(known, _)| known.text(Lang::En) == change);
        row.map_or(0, |(_, row)| row.accounts)
    };
    let [decided, refused, not_insured] = [run.decided.len(), run.refused.len(), run.not_insured.len()];
    let changes = ["up", "down", "same", "first"].map(|it| changed(it).to_string()).join(",");
    format!("{on},{decided},{refused},{not_insured},{changes},{}", summary.premium_fen())
}
