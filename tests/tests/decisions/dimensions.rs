//! The 42 dimensions along which methods differ (`docs/rule-model.md`, §5), each by the same facts under one setting
//! changed: `fixtures/dimensions`.

use std::collections::BTreeSet;

use rate_core::cases::Judged;
use rate_service::casebook;

use crate::cases::{differences, right};
use crate::law::{fixtures, text};

macro_rules! dimensions {
    ($($name:ident = $file:literal;)+) => {
        /// Every file, in the order of the dimensions.
        const FILES: &[&str] = &[$($file,)+];

        $(
            #[test]
            fn $name() {
                one_setting_changes_what_comes_out($file);
            }
        )+
    };
}

dimensions! {
    d01_cycle_length = "01-cycle-length";
    d02_window_length = "02-window-length";
    d03_window_anchor = "03-window-anchor";
    d04_lag = "04-lag";
    d05_prolonged_or_interrupted = "05-prolonged-or-interrupted";
    d06_look_back = "06-look-back";
    d07_class_system = "07-class-system";
    d08_base_rate_vector = "08-base-rate-vector";
    d09_classes_that_float = "09-classes-that-float";
    d10_ladder = "10-ladder";
    d11_step = "11-step";
    d12_table_result = "12-table-result";
    d13_next_reference = "13-next-reference";
    d14_numerator = "14-numerator";
    d15_denominator = "15-denominator";
    d16_undefined_ratio = "16-undefined-ratio";
    d17_excluded_cases = "17-excluded-cases";
    d18_attribution = "18-attribution";
    d19_incidence = "19-incidence";
    d20_compared_with = "20-compared-with";
    d21_other_measures = "21-other-measures";
    d22_combination = "22-combination";
    d23_bounds = "23-bounds";
    d24_conflict_rule = "24-conflict-rule";
    d25_veto = "25-veto";
    d26_forced_grade = "26-forced-grade";
    d27_veto_scope = "27-veto-scope";
    d28_bonus = "28-bonus";
    d29_bounds_on_moves = "29-bounds-on-moves";
    d30_floor_point = "30-floor-point";
    d31_rounding = "31-rounding";
    d32_phased_cut = "32-phased-cut";
    d33_minimum_participation = "33-minimum-participation";
    d34_new_employer = "34-new-employer";
    d35_succession = "35-succession";
    d36_class_change = "36-class-change";
    d37_subject = "37-subject";
    d38_base_other_than_payroll = "38-base-other-than-payroll";
    d39_publication_and_objection = "39-publication-and-objection";
    d40_settlement = "40-settlement";
    d41_grade_numbering = "41-grade-numbering";
    d42_evidence = "42-evidence";
}

/// What people meet of a decision: a measure that changes and moves nothing is not enough.
fn is_met(what: &str) -> bool {
    ["grade", "origin", "reason", "rate", "objection until", "settled"].contains(&what)
        || what.starts_with("premium of ")
}

/// The figures that came out otherwise: what the setting moves.
fn moved<'j>(before: &'j Judged, after: &'j Judged) -> Vec<&'j str> {
    let found = |judged: &'j Judged, what: &str| -> Vec<&'j str> {
        judged.figures.iter().filter(|it| it.what.en == what).map(|it| it.found.as_str()).collect()
    };
    // Sent back on one side only: no figure stands on both.
    let sent_back = |judged| !found(judged, "refused").is_empty();
    if sent_back(before) != sent_back(after) {
        return vec!["refused"];
    }
    // A project that is billed on one side only.
    let bills = before.figures.iter().chain(&after.figures).map(|it| it.what.en.as_str());
    let bill = bills.filter(|what| what.ends_with(" premium")).find(|what| found(before, what) != found(after, what));
    if let Some(bill) = bill {
        return vec![bill];
    }
    let figures = before.figures.iter().map(|it| it.what.en.as_str()).filter(|what| is_met(what));
    let stated_by_both = figures.filter(|what| !found(after, what).is_empty());
    stated_by_both.filter(|what| found(before, what) != found(after, what)).collect()
}

/// A case and what came of it, whatever its file is about.
struct Worked {
    changes: bool,
    seen: bool,
    judged: Judged,
}

fn worked(dimension: &str) -> Vec<Worked> {
    let path = fixtures(&format!("dimensions/{dimension}.toml"));
    let (stated, judged): (Vec<(bool, bool)>, Vec<Judged>) = match right(casebook::test_projects(&path)) {
        Some(projects) => {
            let cases = projects.file.cases.iter();
            (cases.map(|case| (case.changed.is_some(), !case.seen.is_empty())).collect(), projects.cases)
        }
        None => {
            let files = right(casebook::read(&path));
            let [cases] = files.as_slice() else { panic!("{dimension}: one file of cases") };
            let stated = cases.cases.iter().map(|case| (case.changed.is_some(), !case.seen.is_empty()));
            (stated.collect(), right(casebook::judged(cases, None)).cases)
        }
    };
    stated.into_iter().zip(judged).map(|((changes, seen), judged)| Worked { changes, seen, judged }).collect()
}

fn one_setting_changes_what_comes_out(dimension: &str) {
    let worked = worked(dimension);
    let wrong: Vec<String> = worked.iter().flat_map(|it| differences(&it.judged)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut before: Option<&Judged> = None;
    let mut pairs = 0;
    for Worked { changes, seen, judged } in &worked {
        assert!(judged.open.is_none() && *seen, "{}: open, or nobody was seen to have it so", judged.name);
        if !changes {
            before = Some(judged);
            continue;
        }
        let before = before.unwrap();
        assert!(!moved(before, judged).is_empty(), "`{}` and `{}` come to the same", before.name, judged.name);
        pairs += 1;
    }
    assert!(pairs > 0, "{dimension}: no setting is changed");
}

/// The rows of the table of dimensions.
fn listed() -> Vec<usize> {
    let model = text("../docs/rule-model.md");
    let (_, table) = model.split_once("| # | dimension | in the file |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|line| line.split('|').nth(1).unwrap().trim().parse().unwrap()).collect()
}

#[test]
fn every_dimension_has_its_file_and_every_file_its_test() {
    assert_eq!(listed(), (1..=42).collect::<Vec<_>>(), "the table of dimensions");
    let entries = std::fs::read_dir(fixtures("dimensions")).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|it| it == "toml"));
    let found: BTreeSet<String> = files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(found, FILES.iter().map(|file| (*file).to_owned()).collect(), "files and tests");
    let number = |file: &String| file.split('-').next().unwrap().parse::<usize>().unwrap();
    let numbers: Vec<usize> = found.iter().map(number).collect();
    assert_eq!(numbers, listed(), "one file for each dimension");
}
