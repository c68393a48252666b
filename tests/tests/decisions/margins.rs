//! Margins by brute force: one fen or one person at a time, until the grade changes.

use rate_core::history::{History, Origin};
use rate_core::ladder::GradeIndex;
use rate_core::margin::{Direction, Margin, margins};
use rate_core::premium::{bills, payroll_base, total};
use rate_core::{ClassSystem, Law, decide, outcome};

use crate::law::{law_on, parameters, rule_set};
use crate::people::Person;

/// A law, an account under it, and where to start from.
struct Trial {
    law: Law,
    account: Person,
    /// Benefits in fen.
    benefits: Vec<i64>,
    /// Persons hurt.
    hurt: Vec<i64>,
    /// Benefits, and persons, beyond which no bound lies.
    most: (i64, i64),
}

fn law(set: &str, files: &[&str], area: Option<&str>, on: &str) -> Law {
    law_on(&rule_set(set, area), &parameters(files, area), on)
}

fn account(law: &Law, class: (ClassSystem, u8), day: &'static str) -> Person {
    let area = law.rules().id().area.clone();
    Person { area, class, premiums: Vec::new(), day, benefits: 0, hurt: 0, dead: 0 }
}

fn three_year() -> Trial {
    let parameters = ["parameters/990100/demonstration.toml"];
    let law = law("rule_sets/illustrative/three-year.toml", &parameters, None, "2022-07-01");
    let mut account = account(&law, (ClassSystem::Eight, 4), "2020-06-15");
    // 299 fen of premium: no bound is a whole number of fen. 3,480 head-months: 12 / 3,480 = 3.4 ‰ a person.
    account.premiums = vec![
        ("2019-01", "2019-12", 40_000, 90, 99),
        ("2020-01", "2020-12", 40_000, 100, 100),
        ("2021-01", "2021-12", 40_000, 100, 100),
    ];
    Trial {
        law,
        account,
        benefits: vec![0, 1, 60, 119, 120, 200, 269, 270, 448, 449, 600],
        hurt: vec![0, 1, 2, 4, 7],
        most: (700, 12),
    }
}

fn two_way() -> Trial {
    let law = law("rule_sets/440300/2012.toml", &["parameters/440300/base-rates.toml"], None, "2013-02-01");
    let mut account = account(&law, (ClassSystem::Three, 2), "2012-06-15");
    account.premiums = vec![("2012-01", "2012-12", 40_000, 125, 210)];
    Trial {
        law,
        account,
        benefits: vec![0, 20, 21, 22, 63, 64, 150, 210, 300, 315, 316],
        hurt: vec![0, 3, 4, 5],
        most: (400, 8),
    }
}

fn at_base_rate() -> Trial {
    let law = law("rule_sets/310000/2016.toml", &["parameters/310000/base-rates.toml"], None, "2016-04-01");
    let mut account = account(&law, (ClassSystem::Eight, 4), "2015-06-15");
    // 2015 at the base rate: 20,001 × 0.5 % + 10,003 × 0.9 % = 190.032 fen.
    account.premiums = vec![
        ("2011-01", "2011-12", 90_000, 10, 400),
        ("2012-01", "2012-12", 90_000, 10, 400),
        ("2013-01", "2013-12", 90_000, 10, 400),
        ("2014-01", "2014-12", 90_000, 10, 400),
        ("2015-01", "2015-09", 20_001, 10, 77),
        ("2015-10", "2015-12", 10_003, 10, 77),
    ];
    Trial { law, account, benefits: vec![0, 1, 100, 380, 381, 500], hurt: vec![0], most: (600, 0) }
}

fn against_the_average() -> Trial {
    let parameters = ["parameters/330000/base-rates.toml", "worked_examples/parameters/990330-averages.toml"];
    let law = law("rule_sets/330000/2023.toml", &parameters, Some("990330"), "2025-03-01");
    let mut account = account(&law, (ClassSystem::Eight, 4), "2024-06-15");
    account.premiums = vec![("2024-01", "2024-12", 40_000, 470, 210)];
    Trial {
        law,
        account,
        benefits: vec![0, 1, 104, 105, 106, 210, 315, 316],
        hurt: vec![0, 3, 4, 5, 7, 8, 9],
        most: (400, 14),
    }
}

fn on_the_previous_rate() -> Trial {
    let law = law("rule_sets/500000/2012.toml", &["parameters/500000/base-rates.toml"], None, "2014-01-01");
    let mut account = account(&law, (ClassSystem::Three, 2), "2013-06-15");
    account.premiums = vec![("2013-01", "2013-12", 40_000, 10, 217)];
    Trial {
        law,
        account,
        benefits: vec![0, 1, 21, 22, 100, 238, 239, 260, 326, 434, 500],
        hurt: vec![0],
        most: (600, 0),
    }
}

impl Trial {
    /// The account with some benefits and persons; where the ladder asks for a last rate, it has one.
    fn history(&self, benefits: i64, hurt: i64, dead: i64) -> History {
        let account = Person { benefits, hurt, dead, ..self.account.clone() };
        let builder = account.builder();
        let needs_last = self.law.rules().id().area == "500000";
        let builder = if needs_last { builder.rate(last_rate(&self.account)) } else { builder };
        builder.build().unwrap()
    }

    fn grade(&self, history: &History) -> Option<GradeIndex> {
        let outcome = outcome(&self.law, history).unwrap();
        outcome.grade.filter(|_| outcome.origin == Origin::Floated)
    }

    /// The first change at which the grade moves the asked way, walking one by one.
    fn walk(&self, now: GradeIndex, most: i64, at: impl Fn(i64) -> History, up: bool) -> Option<(i128, GradeIndex)> {
        (1..=most).find_map(|change| {
            let to = self.grade(&at(change))?;
            (if up { to > now } else { to < now }).then_some((i128::from(change), to))
        })
    }

    /// Holds the margins against the walks; how many there are.
    fn check(&self, (benefits, hurt): (i64, i64)) -> usize {
        let history = self.history(benefits, hurt, 0);
        let found = margins(&self.law, &history).unwrap();
        let Some(now) = self.grade(&history) else {
            assert!(found.is_empty(), "no margins without a floated grade");
            return 0;
        };
        let ratio = |by: i64| self.history(benefits + by, hurt, 0);
        let people = |by: i64| self.history(benefits, hurt + by, 0);
        let sides = [
            ("pay_ratio", true, self.walk(now, self.most.0 - benefits, ratio, true)),
            ("pay_ratio", false, self.walk(now, benefits, |less| ratio(-less), false)),
            ("incidence", true, self.walk(now, self.most.1 - hurt, people, true)),
            ("incidence", false, self.walk(now, hurt, |less| people(-less), false)),
        ];
        for (name, up, walked) in sides {
            let margin = self.margin(&found, name, up);
            let told = margin.map(|margin| (margin.change, margin.to));
            assert_eq!(told, walked, "{} {name} up={up} from {benefits} fen, {hurt} hurt", self.law.rules().id());
            let Some(margin) = margin else { continue };
            let by = i64::try_from(margin.change).unwrap() * if up { 1 } else { -1 };
            let moved = if name == "pay_ratio" { ratio(by) } else { people(by) };
            assert_eq!(margin.yearly_fen, Some(self.year(&moved) - self.year(&history)), "yearly premium");
            assert_eq!((margin.from, margin.money), (now, name == "pay_ratio"));
        }
        found.len()
    }

    fn margin<'m>(&self, margins: &'m [Margin], name: &str, up: bool) -> Option<&'m Margin> {
        let wanted = if up { Direction::Up } else { Direction::Down };
        let of =
            |margin: &&Margin| self.law.rules().measures()[margin.measure].id == name && margin.direction == wanted;
        margins.iter().find(of)
    }

    /// The bills of twelve months on the payroll that is known.
    fn year(&self, history: &History) -> i128 {
        let decision = decide(&self.law, history).unwrap();
        let first = decision.schedule().segments()[0].days.from();
        total(&bills(decision.schedule(), payroll_base(history, first).unwrap().monthly))
    }
}

fn last_rate(account: &Person) -> rate_core::history::ChargedRate {
    let rate = "1.2345%".parse().unwrap();
    rate_core::history::ChargedRate {
        days: rate_core::DateSpan::new(rate_core::date("2013-01-01").unwrap(), rate_core::date("2013-12-31").ok())
            .unwrap(),
        class: rate_core::RiskClass::new(account.class.0, account.class.1).unwrap(),
        base: "1.2%".parse().ok(),
        grade: String::new(),
        before_cut: rate,
        cut: rate_core::Factor::ZERO,
        charged: rate,
        origin: Origin::Floated,
        cycle: String::new(),
        used: Vec::new(),
        document: String::new(),
    }
}

#[test]
fn one_fen_or_one_person_at_a_time_the_grade_changes_exactly_where_the_margin_says() {
    for trial in [three_year(), two_way(), at_base_rate(), against_the_average(), on_the_previous_rate()] {
        let starts = trial.benefits.iter().flat_map(|benefits| trial.hurt.iter().map(|hurt| (*benefits, *hurt)));
        let margins: Vec<usize> = starts.map(|start| trial.check(start)).collect();
        assert!(margins.iter().sum::<usize>() >= margins.len() / 2, "there is something to hold: {margins:?}");
    }
}

#[test]
fn one_death_is_the_margin_of_a_grade_below_the_base() {
    let trial = three_year();
    for benefits in [0, 60, 200, 400] {
        let now = trial.grade(&trial.history(benefits, 0, 0)).unwrap();
        let dead = trial.grade(&trial.history(benefits, 0, 1)).unwrap();
        let told = margins(&trial.law, &trial.history(benefits, 0, 0)).unwrap();
        let told = trial.margin(&told, "deaths", true).map(|margin| (margin.change, margin.to));
        assert_eq!(told, (dead > now).then_some((1, dead)), "{benefits} fen");
        let lived = margins(&trial.law, &trial.history(benefits, 0, 1)).unwrap();
        let lived = trial.margin(&lived, "deaths", false).map(|margin| (margin.change, margin.to));
        assert_eq!(lived, (now < dead).then_some((1, now)), "{benefits} fen, one dead");
    }
}

#[test]
fn a_carried_or_held_grade_has_no_margins() {
    let trial = two_way();
    assert!(margins(&trial.law, &trial.history(316, 0, 0)).unwrap().is_empty(), "a cell that was not seen");
    assert!(margins(&trial.law, &trial.history(300, 4, 0)).unwrap().is_empty(), "a cell that was not seen");
}
