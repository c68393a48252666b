//! Rates decided late, held against plain arithmetic, and first rates decided inside a setting.

use std::fs;
use std::path::Path;

use rate_core::calendar::{day_after, day_before};
use rate_core::history::{ChargedRate, Premium, PremiumKind};
use rate_core::settlement::{Settlement, Then};
use rate_core::{
    ClassSystem, DateSpan, Factor, History, HistoryBuilder, Lang, Law, Money, Month, MonthSpan, Origin, RiskClass,
    date, decide,
};
use rate_service::book::{BookFiles, Reading};
use rate_service::run::{Request, Run, run, summarise, write};

use crate::law::{fixtures, law_on, parameters, rule_set};

const RULES: &str = "worked_examples/law/decided-late.toml";
const PARAMETERS: &str = "worked_examples/parameters/990900-cuts-2026.toml";

fn law(on: &str) -> Law {
    law_on(&rule_set(RULES, None), &parameters(&[PARAMETERS], None), on)
}

fn days(from: &str, to: &str) -> DateSpan {
    DateSpan::new(date(from).unwrap(), Some(date(to).unwrap())).unwrap()
}

/// Class 3 at 0.7 % in a year, nobody hurt: 0.35 % in the next.
fn account(number: &str, year: i32) -> HistoryBuilder {
    let class = RiskClass::new(ClassSystem::Eight, 3).unwrap();
    let rate = "0.7%".parse().unwrap();
    let last = ChargedRate {
        days: days(&format!("{year}-01-01"), &format!("{year}-12-31")),
        class,
        base: Some(rate),
        grade: "100%".to_owned(),
        before_cut: rate,
        cut: Factor::ZERO,
        charged: rate,
        origin: Origin::Floated,
        cycle: String::new(),
        used: Vec::new(),
        document: String::new(),
    };
    History::builder("990900", number).covered("2015-01", None).class(class, "2015-01-01", None).rate(last)
}

fn posted(month: Month, payroll: i64, due: i64) -> Premium {
    let (due, payroll) = (Money::from_fen(due), Money::from_fen(payroll));
    let (paid, relieved, kind) = (due, Money::ZERO, PremiumKind::Regular);
    let months = MonthSpan::new(month, month).unwrap();
    Premium { months, payroll, heads: 10, due, paid, relieved, kind, received_on: None }
}

/// Whatever the day, one rate follows the other without a gap, and from the month after it is as if decided in time.
#[test]
fn the_last_rate_is_paid_to_the_end_of_the_month_of_the_decision() {
    let plain = law("2024-01-01");
    let history = account("1", 2023).build().unwrap();
    let in_time = decide(&plain, &history).unwrap();
    let mut day = date("2024-01-01").unwrap();
    while day <= date("2025-02-01").unwrap() {
        let decision = decide(&plain.clone().decided_on(day), &history).unwrap();
        let segments = decision.schedule().segments();
        assert_eq!(segments.first().unwrap().days.from(), plain.setting().from());
        assert_eq!(segments.last().unwrap().days.last(), plain.setting().last());
        for pair in segments.windows(2) {
            assert_eq!(day_after(pair[0].days.last()), pair[1].days.from(), "{day}");
        }
        let late = day > plain.setting().from();
        let new_from = Month::of(day).plus(1).first_day();
        for segment in segments {
            let provisional = segment.origin == Origin::Provisional;
            assert_eq!(provisional, late && segment.days.from() < new_from, "{day}");
            let expected = if provisional { "0.7%".parse().unwrap() } else { in_time.schedule().segments()[0].rate };
            assert_eq!(segment.rate, expected, "{day}");
        }
        if let (true, [first, _]) = (late, segments) {
            assert_eq!(first.days.last(), day_before(new_from));
        }
        assert_eq!(decision.outcome(), in_time.outcome(), "what was decided does not depend on when");
        assert_eq!(Settlement::of(&decision, &history).unwrap(), None, "what was paid until then stands");
        day = day_after(day);
    }
}

/// Amounts against integers: payroll times rate, half a fen up.
#[test]
fn each_row_is_settled_to_the_fen_and_the_total_is_their_sum() {
    let (mut state, mut rows) = (7_u64, Vec::new());
    let law = law("2025-01-01").decided_on(date("2025-12-31").unwrap());
    let at = |payroll: i64, hundredths: i64| (payroll * hundredths + 5_000) / 10_000;
    for round in 0..200 {
        rows.clear();
        for month in 1..=12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let payroll = i64::try_from(state >> 33).unwrap();
            // Some months were posted at the new rate already.
            let due = if month % 5 == 0 { at(payroll, 35) } else { at(payroll, 70) };
            rows.push(posted(Month::new(2025, month).unwrap(), payroll, due));
        }
        let history = rows.iter().fold(account("1", 2024), |builder, row| builder.premium_row(*row)).build().unwrap();
        let decision = decide(&law, &history).unwrap();
        let settlement = Settlement::of(&decision, &history).unwrap().unwrap();
        assert_eq!(settlement.lines.len(), 12);
        let mut sum = 0;
        for (line, row) in settlement.lines.iter().zip(&rows) {
            let due = at(row.payroll.fen(), 35);
            assert_eq!((line.posted, line.due), (row.due, Money::from_fen(due)), "round {round}, {}", line.months);
            sum += i128::from(due - row.due.fen());
            let even = due == row.due.fen();
            assert_eq!(line.then, if even { Then::Even } else { Then::Refund });
        }
        assert_eq!((settlement.left(), settlement.sum(Then::Refund)), (sum, sum));
        assert_eq!(settlement.sum(Then::Even), 0);
        // Booked as it was said, nothing is left.
        let months = MonthSpan::new(Month::new(2025, 1).unwrap(), Month::new(2025, 12).unwrap()).unwrap();
        let due = Money::from_fen(i64::try_from(sum).unwrap());
        let booked = Premium {
            months,
            payroll: Money::ZERO,
            heads: 0,
            due,
            paid: due,
            kind: PremiumKind::Settlement,
            ..rows[0]
        };
        let builder = rows.iter().fold(account("1", 2024), |builder, row| builder.premium_row(*row));
        let history = builder.premium_row(booked).build().unwrap();
        assert_eq!(Settlement::of(&decide(&law, &history).unwrap(), &history).unwrap().unwrap().left(), 0);
    }
}

/// A directory with rules, parameters and a book, and runs on it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (from, to) in [
            (RULES, "rules/late.toml"),
            ("rule_sets/cn/2015-71.toml", "rules/cn.toml"),
            (PARAMETERS, "parameters/p.toml"),
        ] {
            let to = dir.path().join(to);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(fixtures(from), to).unwrap();
        }
        Self(dir)
    }

    fn book(&self, histories: &[History]) {
        let dir = self.0.path().join("book");
        fs::create_dir_all(&dir).unwrap();
        let mut files = BookFiles::create(&dir).unwrap();
        histories.iter().for_each(|history| files.history(history).unwrap());
        files.finish().unwrap();
    }

    fn run(&self, (on, decided_on): (&str, Option<&str>), previous: Option<&str>, first_only: bool, out: &str) -> Run {
        let below = |name: &str| self.0.path().join(name);
        let request = Request {
            area: "990900".to_owned(),
            rules: below("rules"),
            parameters: below("parameters"),
            book: below("book"),
            reading: Reading::default(),
            on: date(on).unwrap(),
            decided_on: decided_on.map(|day| date(day).unwrap()),
            first_only,
            previous: previous.map(below),
        };
        let run = run(&request, &mut |_, _, _| {}).unwrap_or_else(|error| panic!("{error}"));
        write(&run, &summarise(&run), &below(out), Lang::En).unwrap();
        run
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_start_matches('\u{FEFF}').lines().skip(1).collect()
}

#[test]
fn a_run_lists_what_it_settles_and_keeps_no_list_of_an_earlier_one() {
    let place = Place::new();
    let month = |month| Month::new(2025, month).unwrap();
    let one = account("1", 2024).premium_row(posted(month(1), 10_000_000, 70_000)).build().unwrap();
    let two = account("2", 2024).premium_row(posted(month(2), 10_000_000, 30_000)).build().unwrap();
    place.book(&[one, two, account("3", 2024).build().unwrap()]);
    let run = place.run(("2025-01-01", Some("2025-04-10")), None, false, "out");
    let list = place.text("out/settlements.csv");
    let expected = [
        "990900,1,2025-01,2025-01,10000000,0.35,70000,35000,-35000,refund",
        "990900,2,2025-02,2025-02,10000000,0.35,30000,35000,5000,collect",
    ];
    assert_eq!(lines(&list), expected);
    assert_eq!(
        run.settled(Lang::En).unwrap(),
        "2 account(s) settled: 350.00 yuan paid back, 50.00 yuan collected; see settlements.csv"
    );
    assert!(place.text("out/summary.txt").contains("2 account(s) settled"));
    let about: serde_json::Value = serde_json::from_str(&place.text("out/run.json")).unwrap();
    assert_eq!(
        (about["decided_on"].as_str(), about["settled_fen"]["refund"].as_str()),
        (Some("2025-04-10"), Some("-35000"))
    );
    let in_time = place.run(("2025-01-01", None), None, false, "out");
    assert!(!in_time.settles() && !Path::new(&place.0.path().join("out/settlements.csv")).exists());
}

/// The yearly run, a newcomer in March who alone is decided then, and the next year, which finds both.
#[test]
fn first_rates_are_decided_alone_and_the_others_passed_on() {
    let place = Place::new();
    let old = account("1", 2024).build().unwrap();
    place.book(std::slice::from_ref(&old));
    place.run(("2025-01-01", None), None, false, "year");
    let class = RiskClass::new(ClassSystem::Eight, 3).unwrap();
    let newcomer = History::builder("990900", "2").covered("2025-03", None).class(class, "2025-03-01", None);
    place.book(&[old, newcomer.build().unwrap()]);
    let run = place.run(("2025-01-01", None), Some("year"), true, "march");
    assert_eq!((run.decided.len(), run.rated, run.accounts()), (1, 1, 2));
    assert_eq!(run.decided[0].decision.outcome().origin, Origin::Base);
    let (year, march) = (place.text("year/rates.csv"), place.text("march/rates.csv"));
    let of = |number: &str, text: &str| {
        lines(text).into_iter().filter(|it| it.split(',').nth(1) == Some(number)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(of("1", &march), of("1", &year), "passed on as it was");
    assert!(of("2", &march)[0].starts_with("990900,2,2025-03-01,2025-12-31,8,3,0.7,100%,0.7,0,0.7,base"), "{march}");
    let again = place.run(("2025-01-01", None), Some("march"), true, "april");
    assert_eq!((again.decided.len(), again.rated), (0, 2));
    assert_eq!(of("2", &place.text("april/rates.csv")), of("2", &march));
    let next = place.run(("2026-01-01", None), Some("april"), false, "next");
    let rates = |at: usize| next.decided[at].decision.schedule().segments()[0].rate.to_string();
    // Nobody hurt: 50 % of 0.7 % for both; both had a last rate, so neither is above it.
    assert_eq!((next.decided.len(), rates(0), rates(1)), (2, "0.35%".to_owned(), "0.35%".to_owned()));
    assert_eq!(summarise(&next).by_change.len(), 2, "one as before, one lower");
}
