//! Texts as published: the holes that the checker must find in them.

use rate_core::rule_set::{Finding, FindingKind, Verdict};

use super::law::{examined, law_files};

/// The findings on a text as published, as `weight code: values`.
fn findings(name: &str) -> Vec<String> {
    let files = law_files();
    let file = files.iter().find(|file| file.name == name).unwrap_or_else(|| panic!("{name} is there"));
    assert_eq!(file.tree["form"], "as-published");
    let report = examined(&file.read, &files).unwrap_or_else(|problems| panic!("{name}: {problems}")).report().clone();
    assert_eq!(report.verdict, Verdict::Refused);
    report.findings.iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let weight = match finding.kind {
        FindingKind::Blocks => "blocks",
        FindingKind::Open => "open",
        FindingKind::Note => "note",
    };
    format!("{weight} {}: {}", finding.problem.code, finding.problem.values.join(" | "))
}

fn finds(name: &str, holes: &[&str]) {
    let found = findings(name);
    for hole in holes {
        assert!(found.iter().any(|line| line == hole), "{name}: {hole} is not among\n{}", found.join("\n"));
    }
}

#[test]
fn jiangsu_has_no_row_for_injuries_without_benefits() {
    finds(
        "320000/2023.as-published.toml",
        &[
            "blocks check.gap: incidence (0, 1%], pay_ratio = 0",
            "blocks check.overlap: incidence (1%, 3%], pay_ratio > 100% | up-1, up-2",
            "blocks check.overlap: incidence > 3%, pay_ratio (50%, 100%] | up-1, up-2",
            "blocks check.unanswered: pay_ratio | no_premium",
            "blocks check.unanswered: pay_ratio | earlier_window",
        ],
    );
    // Nothing else is wrong with its table.
    let table = ["check.gap", "check.overlap", "check.settled", "check.dead-row", "check.monotone"];
    let of_table = |line: &String| table.iter().any(|code| line.contains(code));
    assert_eq!(findings("320000/2023.as-published.toml").into_iter().filter(of_table).count(), 3);
}

#[test]
fn zhejiang_names_150_percent_twice_and_leaves_zero_payments_unsettled() {
    finds(
        "330000/2023.as-published.toml",
        &[
            "note check.settled: incidence = 150%, pay_ratio > 0 | up-1, up-2 | highest-grade | up-2",
            "note check.settled: incidence = 150%, pay_ratio = 0 | down-2, up-1, up-2 | highest-grade | up-2",
            "note check.settled: incidence (100%, 150%), pay_ratio = 0 | down-2, up-1 | highest-grade | up-1",
            "note check.settled: incidence > 150%, pay_ratio = 0 | down-2, up-2 | highest-grade | up-2",
            "blocks check.unanswered: pay_ratio | no_premium",
            "blocks check.unanswered: pay_ratio | benefits_without_premium",
            "blocks check.unanswered: incidence | no_average",
        ],
    );
}

#[test]
fn shenzhen_has_three_cells_that_were_not_seen() {
    let name = "440300/2012.as-published.toml";
    finds(
        name,
        &[
            "open check.open: incidence > 2‰, pay_ratio (100%, 150%] | r4c2",
            "open check.open: incidence <= 2‰, pay_ratio > 150% | r5c1",
            "open check.open: incidence > 2‰, pay_ratio > 150% | r5c2",
            "open check.missing: float_table.matrix.grade.3.1",
            "open check.missing: float_table.matrix.grade.4.0",
            "open check.missing: float_table.matrix.grade.4.1",
            "blocks check.unanswered: incidence | no_headcount",
        ],
    );
    assert_eq!(findings(name).iter().filter(|line| line.contains("check.open")).count(), 3);
}

#[test]
fn every_text_as_published_is_refused_and_its_method_is_not() {
    let files = law_files();
    for file in files.iter().filter(|file| file.tree["form"] == "as-published") {
        findings(&file.name);
        let method = file.name.replace(".as-published", "");
        let usable = files.iter().find(|other| other.name == method).unwrap_or_else(|| panic!("{method} is there"));
        let report = examined(&usable.read, &files).unwrap().report().clone();
        assert!(report.verdict.may_decide(), "{method}: {:?}", report.findings);
    }
}
