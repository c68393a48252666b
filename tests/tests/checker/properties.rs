//! What holds of every decision, for drawn facts under every rule set of the fixtures that may decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rate_core::calendar::day_after;
use rate_core::decision::{RateStart, Reason};
use rate_core::history::{CoverageState, OrderKind, Ordered};
use rate_core::rule_set::Reference;
use rate_core::{Code, Decision, Factor, History, Law, Month, Origin, ParametersFile, Schedule, Segment};

use super::draw::Draw;
use super::law::{fixtures, law_files, parameters, toml_files, tree, usable};
use super::rates::{Pricing, Terms};
use super::story::Story;

/// Base rates for everybody, for some kinds, for a sub-area and for both; cuts on the base and on the floated rate.
const CROWDED: &str = r#"
format = "parameters/1"
area = "990100"
name = { zh = "x", en = "x" }
documents.d = { title = { zh = "三年周期演示办法（虚构）", en = "x" } }
base_rates = [
    { from = 2015-10-01, system = "eight", rates = ["0.2%", "0.4%", "0.7%", "0.9%", "1.1%", "1.3%", "1.6%", "1.9%"], cite = "d: base-rates" },
    { from = 2022-12-01, kinds = ["dispatch", "institution"], system = "eight", rates = ["0.21%", "0.22%", "0.5%", "0.6%", "0.7%", "0.8%", "0.9%", "1%"], cite = "d: base-rates" },
    { from = 2023-02-01, sub_area = "990102", system = "eight", rates = ["0.3%", "0.35%", "0.9%", "1.1%", "1.3%", "1.6%", "1.9%", "2.2%"], cite = "d: base-rates" },
    { from = 2023-09-01, sub_area = "990102", kinds = ["dispatch"], system = "eight", rates = ["0.11%", "0.12%", "0.13%", "0.14%", "0.15%", "0.16%", "0.17%", "0.18%"], cite = "d: base-rates" },
]
phased_cuts = [
    { from = 2022-09-01, to = 2023-03-31, applies_to = "base-rate", cut = "30%", floor_after = "none", cite = "d: cut" },
    { from = 2023-05-01, to = 2024-12-31, applies_to = "floated-rate", cut = "50%", exempt_classes = "1,3", floor_after = "class-1-base", cite = "d: cut" },
    { from = 2025-08-01, to = 2026-12-31, applies_to = "floated-rate", cut = "20%", floor_after = "none", cite = "d: cut" },
    { from = 2026-02-01, to = 2026-05-31, sub_area = "990101", applies_to = "base-rate", cut = "12.5%", exempt_classes = "2,4", floor_after = "class-1-base", cite = "d: cut" },
]
"#;

/// Every annual setting of every cycle of every rule set that may decide.
fn laws() -> &'static [Law] {
    static LAWS: OnceLock<Vec<Law>> = OnceLock::new();
    LAWS.get_or_init(|| {
        let parameters = parameters();
        let crowded = ParametersFile::parse(CROWDED).unwrap().check().unwrap();
        let mut laws = Vec::new();
        for rules in usable() {
            for setting in rules.cycles().iter().flat_map(|cycle| &cycle.settings) {
                laws.push(rules.law_for(&parameters, setting.from).unwrap());
                if rules.id().area == "990100" {
                    laws.push(rules.law_for(&crowded, setting.from).unwrap());
                }
            }
        }
        assert!(laws.len() >= 10, "{} settings", laws.len());
        laws
    })
}

/// Facts under a law, and what was decided on them.
struct Case {
    law: &'static Law,
    story: Story,
    history: History,
    decision: Decision,
    draw: Draw,
}

impl Case {
    fn pricing(&self) -> Pricing<'_> {
        static TERMS: OnceLock<BTreeMap<String, Terms>> = OnceLock::new();
        let terms = &TERMS.get_or_init(|| Terms::of_all(&law_files()))[&self.law.rules().id().to_string()];
        Pricing { terms, decision: &self.decision, history: &self.history }
    }
}

/// The first drawn facts from a seed on that the law takes: some lack a base rate, or coverage in the setting.
fn case(seed: u64) -> Case {
    let mut draw = Draw::new(seed);
    for _ in 0..50 {
        let law = &laws()[draw.below(laws().len())];
        let story = Story::drawn(&mut draw, law);
        let history = story.build(&mut draw).unwrap_or_else(|problems| panic!("seed {seed}: {problems}"));
        if let Ok(decision) = rate_core::decide(law, &history) {
            return Case { law, story, history, decision, draw };
        }
    }
    panic!("of fifty drawn accounts, none can be decided");
}

/// Document and place of every entry of the law as we read it.
fn entries() -> &'static BTreeSet<(String, String)> {
    static ENTRIES: OnceLock<BTreeSet<(String, String)>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let texts = toml_files(&fixtures("law")).into_iter().map(|path| fs::read_to_string(path).unwrap());
        let entries = texts.flat_map(|text| tree(&text)["entries"].as_array().cloned().unwrap_or_default());
        let text = |entry: &serde_json::Value, key: &str| entry[key].as_str().unwrap().to_owned();
        entries.map(|entry| (text(&entry, "document"), text(&entry, "place"))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8000,
        rng_seed: RngSeed::Fixed(20_260_701),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Drawn facts lack a base rate or coverage in the setting at most; every insured day has its class and premium.
    #[test]
    fn refused_only_for_what_is_missing(seed: u64) {
        let mut draw = Draw::new(seed);
        let law = &laws()[draw.below(laws().len())];
        let history = Story::drawn(&mut draw, law).build(&mut draw).unwrap();
        let problems = rate_core::decide(law, &history).err().into_iter().flat_map(|problems| problems.into_vec());
        for problem in problems {
            let lacking = [Code::HistoryNoRate, Code::HistoryNotCovered].contains(&problem.code);
            prop_assert!(lacking, "{} {:?} {:?}", problem, law, history);
        }
    }

    #[test]
    fn same_input_same_bytes(seed: u64) {
        let mut case = case(seed);
        let shuffled = case.story.build(&mut case.draw).unwrap();
        prop_assert_eq!(&shuffled, &case.history);
        for history in [&case.history, &shuffled] {
            let again = rate_core::decide(case.law, history).unwrap();
            prop_assert_eq!(again.steps(), case.decision.steps());
            prop_assert_eq!(again.schedule(), case.decision.schedule());
            prop_assert_eq!(format!("{:?}", again.outcome()), format!("{:?}", case.decision.outcome()));
        }
    }

    #[test]
    fn steps_do_not_change_outcome(seed: u64) {
        let case = case(seed);
        prop_assert_eq!(&rate_core::outcome(case.law, &case.history).unwrap(), case.decision.outcome());
    }

    #[test]
    fn grade_on_ladder(seed: u64) {
        let case = case(seed);
        let ladder = case.law.rules().ladder();
        let outcome = case.decision.outcome();
        if let Some(grade) = outcome.grade {
            prop_assert!(usize::from(grade.get()) < ladder.grades().len());
            prop_assert_eq!(ladder.labelled(case.decision.grade_label()), Some(grade));
            if outcome.origin == Origin::Floated {
                prop_assert_eq!(ladder.held(grade, outcome.class), grade);
            }
        }
        for segment in case.decision.schedule().segments() {
            prop_assert_eq!(segment.grade, outcome.grade.map(|grade| ladder.held(grade, segment.class)));
        }
    }

    #[test]
    fn shift_within_limit(seed: u64) {
        let case = case(seed);
        let (rules, outcome) = (case.law.rules(), case.decision.outcome());
        let furthest = rules.limits().max_move;
        let from = match furthest.from {
            Reference::Base => Some(rules.ladder().base()),
            Reference::LastGrade => None,
        };
        // The grades of a class may hold a grade further off.
        let free = outcome.origin == Origin::Floated && outcome.reason != Reason::HeldByClass;
        if let (true, Some(from), Some(grade)) = (free, from, outcome.grade) {
            prop_assert!(grade.get().abs_diff(from.get()) <= furthest.grades.unsigned_abs());
        }
    }

    #[test]
    fn rate_from_base(seed: u64) {
        let case = case(seed);
        let pricing = case.pricing();
        for segment in case.decision.schedule().segments() {
            let expected = pricing.expected(segment);
            prop_assert_eq!(Pricing::found(segment), (expected.before_cut, expected.rate), "{:?}", segment);
        }
    }

    #[test]
    fn floor_holds(seed: u64) {
        let case = case(seed);
        let pricing = case.pricing();
        for segment in case.decision.schedule().segments() {
            let lowest = pricing.expected(segment).lowest;
            prop_assert!(lowest.is_none_or(|lowest| Pricing::found(segment).1 >= lowest), "{:?}", segment);
        }
    }

    #[test]
    fn monotone_in_benefit(seed: u64) {
        let mut case = case(seed);
        let more = case.story.with_benefit(&mut case.draw, case.law);
        never_lower(&mut case, &more)?;
    }

    #[test]
    fn monotone_in_claims(seed: u64) {
        let mut case = case(seed);
        let more = case.story.with_claim(&mut case.draw, case.law);
        never_lower(&mut case, &more)?;
    }

    #[test]
    fn every_step_cited(seed: u64) {
        let case = case(seed);
        prop_assert!(!case.decision.steps().is_empty());
        for step in case.decision.steps() {
            let Some(basis) = case.decision.basis(step.source) else { continue };
            let (number, title) = (&basis.document.number, &basis.document.title.zh);
            let document = if number.is_empty() { title } else { number };
            prop_assert!(!document.is_empty(), "{:?}", step);
            let entry = (document.clone(), basis.place.as_str().to_owned());
            prop_assert!(entries().contains(&entry), "{:?} has no entry in fixtures/law: {:?}", entry, step);
        }
    }

    /// Off the days of orders the rates are those without them; on their days they are what was ordered.
    #[test]
    fn orders_hold_on_their_days_only(seed: u64) {
        let mut case = case(seed);
        let history = case.story.with_orders(&mut case.draw, case.law).build(&mut case.draw).unwrap();
        let Ok(decision) = rate_core::decide(case.law, &history) else {
            // An ordered class may lack a base rate, or none of its own be known at that time.
            return Ok(());
        };
        prop_assert_eq!(&rate_core::outcome(case.law, &history).unwrap(), decision.outcome());
        let ladder = case.law.rules().ladder();
        let (plain, with) = (case.decision.schedule(), decision.schedule());
        let segment = |schedule: &Schedule, day| schedule.segments().iter().find(|it| it.days.contains(day)).copied();
        let mut day = case.law.setting().from();
        while day <= case.law.setting().last() {
            let (before, after) = (segment(plain, day), segment(with, day));
            prop_assert_eq!(before.is_some(), after.is_some(), "{}", day);
            let on = |kind| history.order_on(kind, day).map(|order| order.what.clone());
            let (class, grade) = (on(OrderKind::Class), on(OrderKind::Grade));
            let (rate, again) = (on(OrderKind::Rate), on(OrderKind::DecideAgain));
            if let (Some(before), Some(after)) = (before, after) {
                let any = class.is_some() || grade.is_some() || rate.is_some();
                prop_assert_eq!(after.origin == Origin::Ordered, any, "{}", day);
                if !any && again.is_none() {
                    prop_assert_eq!(Segment { days: before.days, ..after }, before, "{}", day);
                }
                if let Some(Ordered::Class(class)) = class {
                    prop_assert_eq!(after.class, class);
                }
                match (rate, grade) {
                    (Some(Ordered::Rate(rate)), _) => {
                        prop_assert_eq!((after.rate, after.before_cut, after.cut), (rate, rate, Factor::ZERO));
                    }
                    (_, Some(Ordered::Grade(label))) => prop_assert_eq!(after.grade, ladder.labelled(&label)),
                    _ => {}
                }
            }
            day = day_after(day);
        }
        for pair in with.segments().windows(2).filter(|pair| day_after(pair[0].days.last()) == pair[1].days.from()) {
            prop_assert!(Segment { days: pair[0].days, ..pair[1] } != pair[0], "a segment ends where something changes");
        }
    }

    #[test]
    fn segments_without_gap(seed: u64) {
        let case = case(seed);
        let setting = case.law.setting();
        let insured = case.history.coverage().iter().filter(|spell| spell.state == CoverageState::Insured);
        let months: Vec<_> = insured.map(|spell| spell.months).collect();
        let covered = |month: Month| months.iter().any(|it| it.from <= month && it.to.is_none_or(|to| month <= to));
        let (first, last) = (Month::of(setting.from()), Month::of(setting.last()));
        for month in (0..=last.since(first)).map(|it| first.plus(it)) {
            for day in [month.first_day(), month.last_day()].into_iter().filter(|day| setting.contains(*day)) {
                let rate = case.decision.schedule().rate_on(day);
                prop_assert_eq!(rate.is_some(), covered(month), "{}", day);
            }
        }
        let segments = case.decision.schedule().segments();
        prop_assert!(segments.iter().all(|it| setting.contains(it.days.from()) && it.days.last() <= setting.last()));
        for pair in segments.windows(2) {
            let next = day_after(pair[0].days.last());
            prop_assert!(next <= pair[1].days.from());
            let uncovered = Month::of(pair[1].days.from()).since(Month::of(next));
            prop_assert!((0..uncovered).all(|it| !covered(Month::of(next).plus(it))));
            prop_assert!(uncovered > 0 || next == pair[1].days.from());
            let what = |it: &Segment| Segment { days: *setting, ..*it };
            prop_assert!(uncovered > 0 || what(&pair[0]) != what(&pair[1]), "a segment ends where something changes");
        }
    }
}

/// More injury, no lower grade; where both float, since what is held waits for a value or an answer.
fn never_lower(case: &mut Case, more: &Story) -> Result<(), TestCaseError> {
    let history = more.build(&mut case.draw).unwrap();
    let worse = rate_core::outcome(case.law, &history).unwrap();
    let outcome = case.decision.outcome();
    if outcome.origin == Origin::Floated && worse.origin == Origin::Floated {
        prop_assert!(worse.grade >= outcome.grade, "{:?} {:?}", outcome, worse);
    }
    Ok(())
}

#[test]
fn drawn_facts_meet_most_of_what_can_happen() {
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..6000 {
        let case = case(seed);
        let mut meet = |what| *met.entry(what).or_default() += 1;
        meet(case.decision.outcome().reason.code());
        meet(match case.decision.outcome().start {
            RateStart::Base => "from the base",
            RateStart::Previous(_) => "from the previous rate",
            RateStart::Held(_) => "held",
        });
        let segments = case.decision.schedule().segments();
        if segments.len() > 1 {
            meet("segments");
        }
        if segments.iter().any(|segment| segment.cut != Factor::ZERO) {
            meet("cut");
        }
        if segments.windows(2).any(|pair| pair[0].class != pair[1].class) {
            meet("change of class");
        }
        if !case.history.successions().is_empty() {
            meet("succession");
        }
    }
    let reasons = ["adjusted", "carried", "first-insured", "held-by-class", "row", "source-missing", "undefined"];
    let others = ["held", "from the previous rate", "segments", "cut", "change of class", "succession"];
    for what in reasons.into_iter().chain(others) {
        assert!(met.get(what).is_some_and(|count| *count >= 20), "{what} of {met:?}");
    }
}
