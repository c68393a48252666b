//! What the engine ought to say of one account and does not yet. Each test says the right thing and is expected to fail;
//! once it holds, the attribute goes and the test stays. `worked_examples/DIFFERENCES.md` lists them.

use rate_core::history::{ChargedRate, Event, EventKind, Succession, SuccessionKind};
use rate_core::margin::{Direction, margins};
use rate_core::premium::{bills, payroll_base};
use rate_core::trend::trend;
use rate_core::{ClassSystem, DateSpan, Decision, History, Law, RiskClass, Segment, date, decide};

use crate::law::{law_on, parameters, rule_set, rule_set_of, text};
use crate::people::Person;

fn demonstration() -> Law {
    let rules = rule_set("rule_sets/illustrative/three-year.toml", None);
    law_on(&rules, &parameters(&["parameters/990100/demonstration.toml"], None), "2022-07-01")
}

/// Premium of 300.00 yuan in each of three years, and what was paid in benefits in 2020.
fn account(benefits: i64) -> Person {
    let years = [("2019-01", "2019-12"), ("2020-01", "2020-12"), ("2021-01", "2021-12")];
    Person {
        area: "990100".to_owned(),
        class: (ClassSystem::Eight, 4),
        premiums: years.map(|(from, to)| (from, to, 3_000_000, 100, 30_000)).to_vec(),
        day: "2020-06-15",
        benefits,
        hurt: 0,
        dead: 0,
    }
}

/// How many fen more of benefits raise the grade.
fn fen_to_the_next_grade(law: &Law, history: &History) -> Option<i128> {
    let up = margins(law, history).unwrap().into_iter().find(|it| it.money && it.direction == Direction::Up);
    up.map(|margin| margin.change)
}

/// Half of another account's 2019 passed on: premium 3 × 300.00 + 150.00 = 1,050.00 yuan, benefits 500.00. 90 % of it is
/// 945.00, so 445.01 yuan more raise the grade.
#[test]
fn margins_of_a_successor_by_share_are_in_fen() {
    let predecessor = History::builder("990100", "2").covered("2019-01", None);
    let predecessor = predecessor.premium("2019-01", "2019-12", 3_000_000, 100, 30_000);
    let predecessor = predecessor.premium("2020-01", "2021-12", 6_000_000, 100, 60_000).build().unwrap();
    let (kind, on) = (SuccessionKind::Split, date("2020-01-01").unwrap());
    let succession = Succession { kind, on, share: "50%".parse().unwrap(), predecessor };
    let history = account(50_000).builder().succession(succession).build().unwrap();
    assert_eq!(fen_to_the_next_grade(&demonstration(), &history), Some(44_501), "44501 fen more raise the grade");
}

/// Recovered 100.00 yuan more than was paid: the ratio counts as zero. To leave zero, 100.01 yuan have to be paid.
#[test]
fn margins_count_from_what_was_recovered() {
    let history = account(-10_000).history();
    assert_eq!(fen_to_the_next_grade(&demonstration(), &history), Some(10_001), "10001 fen more raise the grade");
}

/// Arrears found in 2019 lie in the window of three years and not in that of 2021 alone.
#[test]
fn a_shorter_window_does_not_see_events_found_before_it() {
    let arrears = Event {
        id: "E1".to_owned(),
        kind: EventKind::Arrears,
        level: 0,
        days: DateSpan::new(date("2018-01-01").unwrap(), date("2018-06-30").ok()).unwrap(),
        found: date("2019-03-01").ok(),
        body: String::new(),
        document: String::new(),
    };
    let history = account(0).builder().event(arrears).build().unwrap();
    let text = text("rule_sets/illustrative/three-year.toml");
    let text = text.replace("{ from = 2019-01-01, to = 2021-12-31 }", "{ from = 2021-01-01, to = 2021-12-31 }");
    let text = text.replace("covered_months_under = 36", "covered_months_under = 12");
    let parameters = parameters(&["parameters/990100/demonstration.toml"], None);
    let one_year = law_on(&rule_set_of("one year", &text), &parameters, "2022-07-01");
    let decided = decide(&one_year, &history).unwrap().outcome().grade;
    let shorter = trend(&demonstration(), &history).unwrap().shorter[0].grade;
    assert_eq!(shorter, decided, "a window of one year");
}

/// Suspended from October 2022 to March 2023: six of the twelve months are paid for.
#[test]
fn months_of_a_suspension_are_not_billed() {
    let class = account(0).history().classifications()[0].clone();
    let builder = History::builder("990100", "1").covered("2015-01", Some("2022-09")).covered("2023-04", None);
    let builder = builder.classification(class).premium("2019-01", "2021-12", 9_000_000, 100, 90_000);
    let history = builder.build().unwrap();
    let decision = decide(&demonstration(), &history).unwrap();
    let payroll = payroll_base(&history, date("2022-07-01").unwrap()).unwrap().monthly;
    assert_eq!(bills(decision.schedule(), payroll).len(), 6, "six months are billed");
}

/// The vector in force is known to the end of 2022, the setting runs to June 2023: what is missing is a parameter, and no
/// fact of the account is wrong.
#[test]
#[should_panic(expected = "no problem of the account")]
fn a_vector_that_ends_inside_the_setting_is_no_problem_of_the_account() {
    let text =
        text("parameters/990100/demonstration.toml").replace("to           = 2024-06-30", "to           = 2022-12-31");
    let parameters = rate_core::ParametersFile::parse(&text).and_then(rate_core::ParametersFile::check).unwrap();
    let rules = rule_set("rule_sets/illustrative/three-year.toml", None);
    // Whoever compiles the law for the day could refuse; an account cannot do anything about it.
    let Ok(law) = rules.law_for(&parameters, date("2022-07-01").unwrap()) else { return };
    assert!(decide(&law, &account(0).history()).is_ok(), "no problem of the account");
}

/// The rates of a decision as facts of the next setting.
fn charged(decision: &Decision) -> Vec<ChargedRate> {
    let ladder = decision.law().rules().ladder();
    let one = |segment: &Segment| ChargedRate {
        days: segment.days,
        class: segment.class,
        base: segment.base,
        grade: segment.grade.map_or_else(String::new, |grade| ladder.grade(grade).label.clone()),
        before_cut: segment.before_cut,
        cut: segment.cut,
        charged: segment.rate,
        origin: segment.origin,
        cycle: decision.law().cycle().id.clone(),
        used: Vec::new(),
        document: String::new(),
    };
    decision.schedule().segments().iter().map(one).collect()
}

/// The rates before the cut of an account over the three settings of the first cycle: class 4 until a day, class 6 from
/// the next one on. Nothing was paid: 50 % of 0.9 %, of 1.3 % to June 2024, of 1.2 % from July 2024.
fn over_the_cycle(class_change: &str, last_of_class_4: &str, first_of_class_6: &str) -> Vec<String> {
    let text = text("rule_sets/illustrative/three-year.toml").replace("keep-grade", class_change);
    let rules = rule_set_of(class_change, &text);
    let parameters = parameters(&["parameters/990100/demonstration.toml"], None);
    let class = |number| RiskClass::new(ClassSystem::Eight, number).unwrap();
    let mut builder = History::builder("990100", "1")
        .covered("2015-01", None)
        .class(class(4), "2015-01-01", Some(last_of_class_4))
        .class(class(6), first_of_class_6, None)
        .premium("2019-01", "2021-12", 9_000_000, 100, 90_000);
    let mut shown: Vec<String> = Vec::new();
    for on in ["2022-07-01", "2023-07-01", "2024-07-01"] {
        let decision = decide(&law_on(&rules, &parameters, on), &builder.clone().build().unwrap()).unwrap();
        for rate in charged(&decision) {
            shown.push(format!("{} {}", rate.days.from(), rate.before_cut));
            builder = builder.rate(rate);
        }
    }
    shown.retain(|line| !line.starts_with("2023-05-01") && !line.starts_with("2025-01-01"));
    shown
}

#[test]
fn a_kept_grade_and_the_class_of_the_next_filing() {
    let kept = ["2022-07-01 0.45%", "2023-07-01 0.45%", "2023-10-01 0.65%", "2024-07-01 0.6%"];
    assert_eq!(over_the_cycle("keep-grade", "2023-09-30", "2023-10-01"), kept);
    let filed = ["2022-07-01 0.45%", "2023-07-01 0.45%", "2024-07-01 0.6%"];
    assert_eq!(over_the_cycle("next-filing", "2023-09-30", "2023-10-01"), filed);
}

/// Reset to the base rate of the new class in October 2023: 1.3 %, and 1.2 % in the next setting of the same cycle.
#[test]
fn a_reset_lasts_to_the_end_of_the_cycle() {
    let reset = ["2022-07-01 0.45%", "2023-07-01 0.45%", "2023-10-01 1.3%", "2024-07-01 1.2%"];
    let found = over_the_cycle("reset", "2023-09-30", "2023-10-01");
    assert_eq!(found, reset, "the base rate to the end of the cycle");
}

/// The same change on the first day of a setting.
#[test]
fn a_reset_does_not_depend_on_the_day_of_the_change() {
    let reset = ["2022-07-01 0.45%", "2023-07-01 1.3%", "2024-07-01 1.2%"];
    let found = over_the_cycle("reset", "2023-06-30", "2023-07-01");
    assert_eq!(found, reset, "the base rate from the first day");
}
