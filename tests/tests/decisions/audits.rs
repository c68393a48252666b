//! Charged rates held against the rules, by hand: what is charged on which day, what explains it, what is not there.

use rate_core::audit::{Auditor, Difference, Effect, Finding, Lack, Mistake, Piece, Way};
use rate_core::decision::StepKind;
use rate_core::history::{ChargedRate, HistoryBuilder, InjuryArticle, Origin};
use rate_core::{ClassSystem, DateSpan, Factor, History, IndustryEdition, Law, RiskClass, date};

use crate::law::{law_on, parameters, rule_set};
use crate::people::{claim, payment};

/// 江苏, the round of 2025: class 3 pays 0.7 %.
fn law() -> Law {
    let files = ["parameters/320000/base-rates.toml", "parameters/cn/industry-classes.toml"];
    law_on(&rule_set("rule_sets/320000/2023.toml", None), &parameters(&files, None), "2025-01-01")
}

fn class(number: u8) -> RiskClass {
    RiskClass::new(ClassSystem::Eight, number).unwrap()
}

/// Insured since 2018. Premium of 2,400.00 yuan in each window asked about, and in those a year earlier; 3,000.00 yuan
/// paid in 2024 for somebody hurt in 2020: 125 % of the premium, so 150 % of the base rate, 1.05 %.
fn facts() -> HistoryBuilder {
    let mut paid = claim("paid", InjuryArticle::WorkAccident, "2020-06-15", false);
    paid.payments = vec![payment(date("2024-06-15").unwrap(), 300_000)];
    let mut builder = History::builder("320000", "0001").covered("2018-01", None).class(class(3), "2018-01-01", None);
    for (from, to, premium) in [
        ("2020-01", "2020-12", 120_000),
        ("2021-01", "2021-09", 120_000),
        ("2021-10", "2022-09", 120_000),
        ("2022-10", "2023-09", 120_000),
        ("2023-10", "2024-09", 120_000),
    ] {
        builder = builder.premium(from, to, 17_142_857, 100, premium);
    }
    builder.claim(paid)
}

fn rate(from: &str, to: Option<&str>, percent: &str, grade: &str) -> ChargedRate {
    let charged = format!("{percent}%").parse().unwrap();
    ChargedRate {
        days: DateSpan::new(date(from).unwrap(), to.map(|to| date(to).unwrap())).unwrap(),
        class: class(3),
        base: Some("0.7%".parse().unwrap()),
        grade: grade.to_owned(),
        before_cut: charged,
        cut: Factor::ZERO,
        charged,
        origin: Origin::Floated,
        cycle: String::new(),
        used: Vec::new(),
        document: String::new(),
    }
}

fn judged(builder: HistoryBuilder) -> Finding {
    let history = builder.build().unwrap();
    Auditor::new(&law()).judge(&history, history.rates())
}

fn differing(finding: Finding) -> (Vec<Piece>, Vec<Difference>) {
    match finding {
        Finding::Differs { pieces, differences, .. } => (pieces, differences),
        other => panic!("{other:?}"),
    }
}

fn mistakes(difference: &Difference) -> Vec<Vec<Mistake>> {
    difference.candidates.iter().map(|candidate| candidate.mistakes()).collect()
}

#[test]
fn what_the_rules_give_is_equal_whatever_else_the_row_says() {
    let row = rate("2025-01-01", None, "1.05", "150%");
    assert!(matches!(judged(facts().rate(row.clone())), Finding::Equal));
    // Another grade and another origin, with the same rate.
    assert!(matches!(
        judged(facts().rate(ChargedRate { grade: "80%".into(), origin: Origin::Base, ..row })),
        Finding::Equal
    ));
}

#[test]
fn an_old_rate_that_nobody_replaced_is_what_was_charged() {
    // 80 % of 0.7 % since 2023, without an end: the last rate and the charged one.
    let (pieces, differences) = differing(judged(facts().rate(rate("2023-01-01", None, "0.56", "80%"))));
    assert_eq!(pieces.len(), 1);
    let [difference] = differences.as_slice() else { panic!("{differences:?}") };
    let not_run = difference.candidates.iter().find(|it| it.mistakes() == [Mistake::FloatNotRun]).unwrap();
    let ways: Vec<Way> = not_run.other_ways.iter().flatten().copied().chain([not_run.made[0].way]).collect();
    assert!([Way::LastRate, Way::LastCharged, Way::LastGrade].iter().all(|way| ways.contains(way)), "{ways:?}");
    assert!(!ways.contains(&Way::BaseRate));
    // A year earlier nothing was paid, but the injury of 2020 lies in the window before: 80 % of 0.7 % too.
    assert!(mistakes(difference).contains(&vec![Mistake::WindowShifted]));
}

#[test]
fn two_mistakes_that_come_to_the_same_are_both_named() {
    // Nothing counted in either window: 50 % of 0.7 % = 0.35 %. By the day of injury, June 2020, the payment lies in
    // neither; with injuries under art. 14(1) left out, there is none.
    let charged = [rate("2023-01-01", Some("2024-12-31"), "0.7", "100%"), rate("2025-01-01", None, "0.35", "50%")];
    let (_, differences) = differing(judged(charged.into_iter().fold(facts(), HistoryBuilder::rate)));
    let named = mistakes(&differences[0]);
    assert_eq!(named, [[Mistake::CountedExcluded], [Mistake::CountedByInjuryDay]]);
    // Both part from us where the ratio is measured.
    let parted =
        differences[0].candidates.iter().all(|it| matches!(it.made[0].parting.kind, StepKind::Measured { .. }));
    assert!(parted, "{differences:#?}");
}

#[test]
fn what_is_not_in_the_book_is_said_and_what_is_explains_nothing() {
    // No rate before 2025, no industry, no day of receipt.
    let (_, differences) = differing(judged(facts().rate(rate("2025-01-01", None, "0.123", ""))));
    let [Difference { candidates, lacking, .. }] = differences.as_slice() else { panic!("{differences:?}") };
    assert!(candidates.is_empty());
    let lacks =
        |mistake: Mistake| lacking.iter().filter(|(of, _)| *of == mistake).map(|(_, lack)| lack).collect::<Vec<_>>();
    assert_eq!(lacks(Mistake::FloatNotRun), [&Lack::LastRate]);
    assert_eq!(lacks(Mistake::FloatedOnLastRate), [&Lack::LastRate]);
    assert_eq!(lacks(Mistake::AnnexEdition), [&Lack::Industry]);
    assert!(matches!(lacks(Mistake::CountedByReceipt).as_slice(), [Lack::Facts(_)]));
    assert_eq!(lacking.len(), 4, "{lacking:?}");
    // With all of it there, nothing gives 0.123 %.
    let industry = rate_core::Industry::new(IndustryEdition::Gbt2017, "13");
    let history = facts()
        .rate(rate("2023-01-01", Some("2024-12-31"), "0.7", "100%"))
        .rate(rate("2025-01-01", None, "0.123", ""))
        .build()
        .unwrap();
    let mut whole = History::builder("320000", "0001").covered("2018-01", None);
    for row in history.classifications() {
        whole = whole.classification(rate_core::history::Classification { industry, ..row.clone() });
    }
    for row in history.premiums() {
        whole =
            whole.premium_row(rate_core::history::Premium { received_on: Some(row.months.to().last_day()), ..*row });
    }
    let whole = history.claims().iter().cloned().fold(whole, HistoryBuilder::claim);
    let whole = history.rates().iter().cloned().fold(whole, HistoryBuilder::rate);
    let (_, differences) = differing(judged(whole));
    let [Difference { candidates, lacking, .. }] = differences.as_slice() else { panic!("{differences:?}") };
    assert!(candidates.is_empty() && lacking.is_empty(), "{candidates:?} {lacking:?}");
}

#[test]
fn days_without_a_charged_rate_are_not_judged() {
    let finding = judged(facts().rate(rate("2023-01-01", Some("2024-12-31"), "0.7", "100%")));
    assert!(matches!(finding, Finding::NotJudged { lack: Lack::Charged, .. }), "{finding:?}");
    // Charged rightly, and from July on not at all.
    let finding = judged(facts().rate(rate("2025-01-01", Some("2025-06-30"), "1.05", "150%")));
    let Finding::NotJudged { lack: Lack::Charged, pieces } = finding else { panic!("{finding:?}") };
    assert_eq!(pieces.iter().map(|piece| piece.charged.is_some()).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn money_is_that_of_the_posted_rows_and_a_row_across_two_rates_is_in_no_sum() {
    // Charged 0.70 % to the end of August and 1.40 % after; 1.05 % is right. On 100,000.01 yuan a month:
    // 1,050.0001 is 1,050.00 and 700.00007 is 700.00: too little by 350.00 a month, for one posted month.
    // The quarter from July lies across both; October: 1,400.00 less 1,050.00.
    let rows = [("2025-06", "2025-06"), ("2025-07", "2025-09"), ("2025-10", "2025-10")];
    let paid = rows.iter().fold(facts(), |builder, (from, to)| builder.premium(from, to, 10_000_001, 10, 70_000));
    let charged = [rate("2025-01-01", Some("2025-08-31"), "0.7", "100%"), rate("2025-09-01", None, "1.4", "")];
    let (pieces, differences) = differing(judged(charged.into_iter().fold(paid, HistoryBuilder::rate)));
    let effects: Vec<Effect> = pieces.iter().map(|piece| piece.effect).collect();
    let one = |over_fen, under_fen, across| Effect { rows: 1, payroll_fen: 10_000_001, over_fen, under_fen, across };
    assert_eq!(effects, [one(0, 35_000, 1), one(35_000, 0, 0)]);
    // No mistake gives both rates, so each is asked about by itself: the base rate was charged first.
    assert_eq!(differences.len(), 2);
    assert_eq!(mistakes(&differences[0])[0], [Mistake::FloatNotRun]);
}
