//! Terms of notices, counted by hand on the calendars of 2022, 2025 and 2026 that the State Council announced.

use rate_core::calendar::NaiveDate;
use rate_core::deadline::{Deadline, Served, last_day, objection};
use rate_core::rule_set::notice::{DayKind, LastDay, Term, TermStart};
use rate_core::{Law, Parameters, RuleSet, date};

use crate::law::{law_on, parameters, rule_set};

fn day(text: &str) -> NaiveDate {
    date(text).unwrap()
}

fn holidays() -> Parameters {
    parameters(&["parameters/cn/holidays.toml"], None)
}

const fn working(days: u16) -> Term {
    Term::Days(days, DayKind::Working)
}

const fn calendar(days: u16) -> Term {
    Term::Days(days, DayKind::Calendar)
}

fn ends(from: &str, term: Term, last: LastDay) -> Result<String, i32> {
    last_day(&holidays(), day(from), term, last).map(|day| day.to_string())
}

#[test]
fn working_days_pass_over_breaks_and_count_weekends_that_are_worked() {
    // 2022: 21–23 September are 1–3, 26–30 are 4–8, 1–7 October are off, Saturday 8 and Sunday 9 are worked (9, 10),
    // 10–14 October are 11–15.
    assert_eq!(ends("2022-09-20", working(15), LastDay::AsCounted), Ok("2022-10-14".to_owned()));
    // 2025: 25, 26 September, Sunday 28, 29, 30 are 1–5; 9, 10 October and Saturday 11 are 6–8; 13, 14 are 9, 10.
    assert_eq!(ends("2025-09-24", working(10), LastDay::AsCounted), Ok("2025-10-14".to_owned()));
    // 2026: from the Friday before the new year's break: 14 February is worked (1), 24–27 are 2–5, 28 is worked (6).
    assert_eq!(ends("2026-02-13", working(6), LastDay::AsCounted), Ok("2026-02-28".to_owned()));
}

#[test]
fn the_last_day_moves_only_where_the_file_says_so() {
    // 5 June 2026 and 15 days: Saturday the 20th, inside the dragon-boat break of 19 to 21 June.
    assert_eq!(ends("2026-06-05", calendar(15), LastDay::AsCounted), Ok("2026-06-20".to_owned()));
    assert_eq!(ends("2026-06-05", calendar(15), LastDay::NextWorkingDay), Ok("2026-06-22".to_owned()));
    // One month on from 31 January is the last of February, a Saturday that is worked.
    assert_eq!(ends("2026-01-31", Term::Months(1), LastDay::NextWorkingDay), Ok("2026-02-28".to_owned()));
}

#[test]
fn a_year_without_a_table_of_holidays_has_no_working_days() {
    assert_eq!(ends("2022-12-20", working(10), LastDay::AsCounted), Err(2023));
    assert_eq!(ends("2024-03-01", working(1), LastDay::AsCounted), Err(2024));
    // Calendar days that end where they end ask no table.
    assert_eq!(ends("2024-03-01", calendar(7), LastDay::AsCounted), Ok("2024-03-08".to_owned()));
    assert_eq!(ends("2024-03-01", calendar(7), LastDay::NextWorkingDay), Err(2024));
}

fn three_year() -> RuleSet {
    rule_set("rule_sets/illustrative/three-year.toml", None)
}

fn law(rules: &RuleSet, on: &str) -> Law {
    law_on(rules, &holidays(), on)
}

fn until(rules: &RuleSet, on: &str, served: Served) -> Deadline {
    let law = law(rules, on);
    objection(&law, law.rules().notice().unwrap().objection.as_ref().unwrap(), served)
}

fn served(on: &str) -> Served {
    Served { on: Some(day(on)), announced: None }
}

fn announced(on: &str) -> Served {
    Served { on: None, announced: Some(day(on)) }
}

/// The pair: the same notice, one setting changed.
#[test]
fn the_setting_of_the_method_decides_the_last_day() {
    let (fifteen, on) = (three_year(), "2022-07-01");
    let ten = fifteen.with("notice.objection.within.days", "10").unwrap();
    // 2022, from Monday 6 June, the day after the dragon-boat break: 7–10 June are 1–4, 13–17 are 5–9, the 20th is 10,
    // 21–24 are 11–14, Monday 27 is 15.
    assert_eq!(until(&fifteen, on, served("2022-06-06")), Deadline::Day(day("2022-06-27")));
    assert_eq!(until(&ten, on, served("2022-06-06")), Deadline::Day(day("2022-06-20")));
    let announced_first = fifteen.with("notice.order", "announce-first").unwrap();
    let announced_first = announced_first.with("notice.objection.within.from", "announcement").unwrap();
    let begins = Deadline::NotBegun(TermStart::Announcement);
    assert_eq!(until(&announced_first, on, served("2022-06-06")), begins);
    assert_eq!(until(&announced_first, on, announced("2022-06-06")), Deadline::Day(day("2022-06-27")));
}

#[test]
fn terms_of_real_methods() {
    // 深圳 2012: 15 days from the announcement, whatever day the last one is.
    let shenzhen = rule_set("rule_sets/440300/2012.toml", None);
    assert_eq!(until(&shenzhen, "2013-02-01", announced("2013-01-21")), Deadline::Day(day("2013-02-05")));
    // 深圳 2018: as long as the announcement lasts, and how long that is was not seen.
    let later = rule_set("rule_sets/440300/2018.toml", None);
    assert_eq!(until(&later, "2018-03-01", announced("2018-01-15")), Deadline::WithAnnouncement);
    // 淮安 put its list up on 20 December 2024 and took objections until the 27th.
    let jiangsu = rule_set("rule_sets/320000/2023.toml", None);
    assert_eq!(until(&jiangsu, "2025-01-01", announced("2024-12-20")), Deadline::Day(day("2024-12-27")));
    // 湖北, as 仙桃 did it: a fixed day for one cycle, none known for the other.
    // Its table was not seen, so it decides nothing yet; its terms stand whatever the table says.
    let hubei = crate::law::text("rule_sets/420000/2021.toml");
    let seen = "[[float_table.rows]]\nid = \"any\"\nall = { pay_ratio = \">= 0\" }\ngrade = \"?\"\nmissing = [\"grade\"]\n\n[ladder]";
    let hubei = hubei.replace("rows     = []\n", "").replace("missing  = [\"rows\"]", "").replace("[ladder]", seen);
    let hubei = crate::law::rule_set_of("with a table", &hubei);
    assert_eq!(until(&hubei, "2025-07-01", Served::default()), Deadline::Day(day("2025-06-20")));
    assert_eq!(until(&hubei, "2022-07-01", Served::default()), Deadline::NoDate);
}

#[test]
fn an_announcement_ends_on_the_last_of_its_own_days() {
    let text = crate::law::text("rule_sets/440300/2018.toml");
    let five = text.replace("announced = \"?\"", "announced = { days = 5, kind = \"working-days\" }");
    let five = five.replace("missing   = [\"announced\"]", "");
    let rules = crate::law::rule_set_of("five days", &five);
    // Friday 26 September 2025 is the first of five, then Sunday 28 (worked), 29, 30, and Thursday 9 October.
    assert_eq!(until(&rules, "2018-03-01", announced("2025-09-26")), Deadline::Day(day("2025-10-09")));
}

#[test]
fn a_set_without_the_section_says_nothing() {
    let hainan = rule_set("rule_sets/460000/2016.toml", None);
    assert!(hainan.notice().is_none());
    // What the law gives comes with the frame.
    let remedies = hainan.remedies().unwrap();
    assert_eq!(remedies.review.map(|it| (it.term, it.since)), Some((calendar(60), Some(day("2024-01-01")))));
    assert_eq!(remedies.lawsuit.map(|it| it.term), Some(Term::Months(6)));
    let of_2012 = rule_set("rule_sets/440300/2012.toml", None);
    assert!(of_2012.remedies().is_some_and(|it| it.review.is_none() && it.lawsuit.is_none()));
}
