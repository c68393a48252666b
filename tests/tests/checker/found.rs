//! What once went wrong, each with the smallest file or facts that show it.

use rate_core::history::{Claim, ClaimStatus, InjuryArticle, Premium, PremiumKind};
use rate_core::input::Examined;
use rate_core::rule_set::Verdict;
use rate_core::{
    ClassSystem, Code, History, HistoryBuilder, Law, Money, MonthSpan, Problems, RiskClass, RuleSetFile, date,
};

use super::facts::parameters;
use super::text;

const RATIO: &str = r#"
[measures.ratio]
label = { zh = "x", en = "x" }
numerator = { benefits = "fund", by = "paid-on" }
denominator = { premium = "paid", by = "for-month", relieved = "as-paid" }
undefined = { not_insured = "base-rate", no_premium = "base-rate", benefits_without_premium = "last-rate", below_zero = "as-zero" }
cite = "d"
"#;

const DEATHS: &str = r#"
[measures.deaths]
label = { zh = "x", en = "x" }
numerator = { claims = "death", count = "persons", by = "death-on" }
cite = "d"
"#;

const PREMIUM: &str = r#"
[measures.premium]
label = { zh = "x", en = "x" }
numerator = { premium = "paid", by = "for-month", relieved = "as-paid" }
cite = "d"
"#;

/// One row for every ratio.
const FLAT: &str = r#"
[float_table]
conflict = "exactly-one"
cite = "d"
[[float_table.rows]]
id = "flat"
all = { ratio = ">= 0" }
grade = "90%"
"#;

fn examined(parts: &[&str]) -> Result<Examined, Problems> {
    RuleSetFile::parse(&text::method(&parts.concat())).and_then(RuleSetFile::examine)
}

fn codes(parts: &[&str]) -> Vec<Code> {
    let report = examined(parts).unwrap().report().clone();
    report.findings.iter().map(|finding| finding.problem.code).collect()
}

/// The law of a file, where it may decide.
fn law(parts: &[&str]) -> Option<Law> {
    let rules = examined(parts).ok()?.accepted().ok()?;
    Some(rules.law_for(parameters(), date("2024-01-01").unwrap()).unwrap())
}

fn account() -> HistoryBuilder {
    let class = RiskClass::new(ClassSystem::Three, 2).unwrap();
    History::builder("100001", "1")
        .covered("2015-01", None)
        .class(class, "2015-01-01", None)
        .premium("2023-01", "2023-12", 1_000_000, 10, 10_000)
}

fn death(id: &str) -> Claim {
    Claim {
        tags: Vec::new(),
        id: id.to_owned(),
        person: id.to_owned(),
        article: InjuryArticle::WorkAccident,
        accident: date("2023-04-01").unwrap(),
        recognised: date("2023-05-01").unwrap(),
        status: ClaimStatus::Recognised,
        disability: None,
        death: Some(date("2023-04-02").unwrap()),
        parties: None,
        project: None,
        payments: Vec::new(),
    }
}

fn adjustment(when: &str, effect: &str) -> String {
    format!("[[adjustments]]\nid = \"it\"\nwhen = {{ {when} }}\neffect = {{ {effect} }}\ncite = \"d\"\n")
}

#[test]
fn a_bonus_where_nobody_died_does_not_fall() {
    for zero in ["0", "<= 0", "[0, 1]", "< 2"] {
        let bonus = adjustment(&format!("deaths = \"{zero}\""), "shift = -1");
        assert!(codes(&[RATIO, DEATHS, FLAT, &bonus]).is_empty(), "{zero}: nothing lies below zero");
    }
    let bonus = adjustment("deaths = \"(0, 1]\"", "shift = -1");
    assert_eq!(codes(&[RATIO, DEATHS, FLAT, &bonus]), [Code::CheckAdjustment], "nobody killed is better than one");
}

#[test]
fn a_fixed_grade_that_only_lifts_the_less_hurt_falls() {
    let few = adjustment("deaths = \"<= 1\"", "grade = \"100%\"");
    assert_eq!(codes(&[RATIO, DEATHS, FLAT, &few]), [Code::CheckAdjustment]);
    let many = adjustment("deaths = \"> 1\"", "grade = \"100%\"");
    assert_eq!(codes(&[RATIO, DEATHS, FLAT, &many]), [Code::CheckAdjustment]);
    for (when, grade) in [("<= 1", "90%"), ("> 1", "110%"), (">= 0", "100%")] {
        let plain = adjustment(&format!("deaths = \"{when}\""), &format!("grade = \"{grade}\""));
        assert!(codes(&[RATIO, DEATHS, FLAT, &plain]).is_empty(), "{when} {grade}");
    }
    // What the first of them did: one death at 100 %, two at 90 %.
    if let Some(law) = law(&[RATIO, DEATHS, FLAT, &few]) {
        let grade = |builder: HistoryBuilder| rate_core::outcome(&law, &builder.build().unwrap()).unwrap().grade;
        assert!(grade(account().claim(death("1"))) <= grade(account().claim(death("1")).claim(death("2"))));
    }
}

#[test]
fn a_fall_is_found_past_a_row_that_was_not_seen() {
    let table = r#"
[float_table]
conflict = "exactly-one"
cite = "d"
[[float_table.rows]]
id = "low"
all = { ratio = "<= 10%" }
grade = "110%"
[[float_table.rows]]
id = "middle"
all = { ratio = "(10%, 20%]" }
grade = "?"
[[float_table.rows]]
id = "high"
all = { ratio = "> 20%" }
grade = "90%"
"#;
    assert_eq!(codes(&[RATIO, table]), [Code::CheckMonotone, Code::CheckOpen]);
}

#[test]
fn an_otherwise_that_was_not_seen_is_open() {
    let table = r#"
[float_table]
conflict = "exactly-one"
otherwise = { grade = "?" }
cite = "d"
[[float_table.rows]]
id = "low"
all = { ratio = "<= 10%" }
grade = "90%"
"#;
    assert_eq!(examined(&[RATIO, table]).unwrap().report().verdict, Verdict::Partial);
}

#[test]
fn a_count_over_windows_that_are_not_listed_is_asked_for() {
    let table = r#"
[float_table]
conflict = "first-row"
cite = "d"
[[float_table.rows]]
id = "twice"
all = { deaths = "0" }
for_windows = 2
grade = "90%"
[[float_table.rows]]
id = "rest"
all = { deaths = ">= 0" }
grade = "100%"
"#;
    // The cycle lists one window; what the count is in the other, only the file can say.
    assert!(codes(&[DEATHS, table]).contains(&Code::CheckUnanswered));
    for (said, grade) in [("row-fails", 1), ("as-zero", 0)] {
        let undefined = format!("undefined = {{ earlier_window = \"{said}\" }}\n");
        let law = law(&[DEATHS, &undefined, table]).unwrap();
        let outcome = rate_core::outcome(&law, &account().build().unwrap()).unwrap();
        assert_eq!(outcome.grade.map(|grade| grade.get()), Some(grade), "{said}");
    }
}

#[test]
fn more_premium_refunded_than_paid_is_asked_for() {
    let table = r#"
[float_table]
conflict = "exactly-one"
cite = "d"
[[float_table.rows]]
id = "small"
all = { premium = "< 5000元" }
grade = "100%"
[[float_table.rows]]
id = "large"
all = { premium = ">= 5000元" }
grade = "110%"
"#;
    let month = "2023-01".parse().unwrap();
    let refund = Premium {
        months: MonthSpan::new(month, month).unwrap(),
        payroll: Money::ZERO,
        heads: 0,
        due: Money::ZERO,
        paid: Money::from_fen(-20_000),
        relieved: Money::ZERO,
        kind: PremiumKind::Refund,
        received_on: None,
    };
    let silent = examined(&[PREMIUM, table]).unwrap_err();
    assert_eq!(silent.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::FileMissingKey]);
    for (said, grade) in [("row-fails", None), ("as-zero", Some(1)), ("base-rate", Some(1))] {
        let undefined = format!("undefined = {{ below_zero = \"{said}\" }}\n");
        let decided = law(&[PREMIUM, &undefined, table]).map(|law| {
            rate_core::outcome(&law, &account().premium_row(refund).build().unwrap()).unwrap().grade.unwrap().get()
        });
        // Where the row fails there is no other, and the checker says so.
        assert_eq!(decided, grade, "{said}");
    }
}

#[test]
fn a_class_that_ends_inside_the_setting_is_missed() {
    let law = law(&[RATIO, FLAT]).unwrap();
    let class = RiskClass::new(ClassSystem::Three, 2).unwrap();
    let account = History::builder("100001", "1")
        .covered("2015-01", None)
        .class(class, "2015-01-01", Some("2024-03-31"))
        .premium("2023-01", "2023-12", 1_000_000, 10, 10_000);
    let problems = rate_core::decide(&law, &account.build().unwrap()).unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::HistoryNoClass]);
    // Nobody needs a class while he is not insured.
    let account = History::builder("100001", "1")
        .covered("2015-01", Some("2024-03"))
        .covered("2024-06", None)
        .class(class, "2015-01-01", Some("2024-03-31"))
        .class(class, "2024-06-01", None)
        .premium("2023-01", "2023-12", 1_000_000, 10, 10_000);
    assert!(rate_core::decide(&law, &account.build().unwrap()).is_ok());
}

#[test]
fn a_table_left_out_of_the_combination_is_asked_for() {
    let tables =
        FLAT.replace("[float_table]", "[float_tables.one]").replace("float_table.rows", "float_tables.one.rows");
    let tables = tables.clone() + &tables.replace(".one", ".two");
    let combine = |names: &str| format!("[combine]\ntables = [{names}]\nrule = \"highest\"\ncite = \"d\"\n");
    assert!(examined(&[RATIO, &tables, &combine("\"one\", \"two\"")]).is_ok());
    let problems = examined(&[RATIO, &tables, &combine("\"one\"")]).unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::FileMissingKey]);
}
