//! Studies of a book small enough to work by hand: credibility, prediction, noise, maturity, prevention.

use rate_core::error::Lang;
use rate_core::fund::Fund;
use rate_core::history::InjuryArticle;
use rate_core::scenario::{
    CredibilityAsked, Exposure, Graded, Grouped, NoStructure, Observed, Portfolio, Predicted, PredictionAsked,
    SizeBands, Workers, credibility, prediction,
};
use rate_core::{ClassSystem, History, Law, Money, MonthSpan, RiskClass, date};

use crate::law::{law_on, parameters, rule_set};
use crate::people::{claim, payment};

fn law(on: &str) -> Law {
    let parameters = parameters(&["parameters/990100/demonstration.toml"], None);
    law_on(&rule_set("rule_sets/illustrative/three-year.toml", None), &parameters, on)
}

fn near(one: f64, two: f64) {
    assert!((one - two).abs() < 1e-9, "{one} is not {two}");
}

/// An account of ten heads and a yearly payroll of 100,000 yuan from 2019 to 2024, for which persons were hurt in each of
/// these years, and the fund paid so much, in yuan, on the first of them; class, number.
fn account(number: &str, class: u8, years: [(usize, i64); 6]) -> History {
    let class = RiskClass::new(ClassSystem::Eight, class).unwrap();
    let mut builder = History::builder("990100", number).covered("2010-01", None).class(class, "2010-01-01", None);
    for (year, (hurt, yuan)) in (2019..).zip(years) {
        builder = builder.premium(&format!("{year}-01"), &format!("{year}-12"), 10_000_000, 10, 100_000);
        for nth in 0..hurt {
            let day = format!("{year}-06-15");
            let mut hurt = claim(&format!("{number}-{year}-{nth}"), InjuryArticle::WorkAccident, &day, false);
            if nth == 0 && yuan != 0 {
                hurt.payments = vec![payment(date(&day).unwrap(), yuan * 100)];
            }
            builder = builder.claim(hurt);
        }
    }
    builder.build().unwrap()
}

fn portfolio(accounts: Vec<History>) -> Portfolio {
    Portfolio::new("990100", accounts, Fund::default())
}

fn hurt(years: [usize; 3]) -> [(usize, i64); 6] {
    [(years[0], 0), (years[1], 0), (years[2], 0), (0, 0), (0, 0), (0, 0)]
}

/// Persons for each of ten heads: (0.2, 0.1, 0.3), mean 0.2, and (0.6, 0.8, 1.0), mean 0.8; together 0.5.
/// s² = [10·(0 + 0.01 + 0.01) + 10·(0.04 + 0 + 0.04)] / 4 = 0.25.
/// Σ wᵢ (Xᵢ − X)² = 30·0.09·2 = 5.4; Σ wᵢ − Σ wᵢ² / w = 60 − 1800 / 60 = 30; a = (5.4 − 0.25) / 30 = 5.15 / 30.
/// Z = 30 / (30 + 0.25·30 / 5.15) = 5.15 / 5.40 = 103 / 108; Z = ½ at 0.25·30 / 5.15 = 150 / 103 head-years, which a third
/// of as many heads have in three years.
#[test]
fn credibility_by_hand() {
    let accounts =
        vec![account("1", 4, hurt([2, 1, 3])), account("2", 4, hurt([6, 8, 10])), account("3", 2, hurt([1, 0, 0]))];
    let (portfolio, bands) = (portfolio(accounts), SizeBands::default());
    let asked = CredibilityAsked {
        exposure: Exposure::Heads,
        observed: Observed::Persons,
        grouped: Grouped::Accounts,
        cap: None,
        level: 0.5,
        bands: &bands,
    };
    let found = credibility(&portfolio, &law("2022-07-01"), &asked, Workers::new(2));
    let [alone, two] = found.as_slice() else { panic!("two classes: {found:?}") };
    assert_eq!((alone.class.number(), alone.structure, alone.worth), (2, Err(NoStructure::OneGroup), None));
    assert_eq!((two.class.number(), two.accounts, two.weight, two.observed), (4, 2, 720, 30));
    let structure = two.structure.unwrap();
    near(structure.within, 0.25);
    near(structure.between, 5.15 / 30.0);
    near(structure.mean, 0.5);
    let (least, mean, most) = two.bands[1].credibility.unwrap();
    for credibility in [least, mean, most] {
        near(credibility, 103.0 / 108.0);
    }
    assert_eq!((two.bands[1].accounts, two.bands[0].accounts, two.bands[0].credibility), (2, 0, None));
    let worth = two.worth.unwrap();
    near(worth.weight, 150.0 / 103.0);
    near(worth.heads.unwrap(), 50.0 / 103.0);
    assert_eq!(bands.label(1, Lang::En), "10–49");
    // Both accounts are of one band, so that bands are one group.
    let asked = CredibilityAsked { grouped: Grouped::Bands, ..asked };
    assert_eq!(
        credibility(&portfolio, &law("2022-07-01"), &asked, Workers::new(1))[1].structure,
        Err(NoStructure::OneGroup)
    );
}

/// Of payroll: 100,000 yuan a year. Benefits of 1,000 and 3,000 yuan, and of 6,000 and 10,000 in the second and third year,
/// none in the first; then each claim up to 3,000 yuan.
/// X = (0, 0.01, 0.03) and (0, 0.06, 0.10): means 0.04/3 and 0.16/3; s² = 10⁵ [(0.0010 − 0.0016/3) + (0.0136 − 0.0256/3)] / 4
/// = 10⁵ (0.0146 − 0.0272/3) / 4 = 1660/12 = 415/3 yuan.
/// With the cap: (0, 0.01, 0.03), (0, 0.03, 0.03): s² = 10⁵ [(0.0010 − 0.0016/3) + (0.0018 − 0.0036/3)] / 4 = 320/12 = 80/3.
#[test]
fn a_cap_is_a_parameter_of_the_study() {
    let accounts = vec![
        account("1", 4, [(0, 0), (1, 1_000), (1, 3_000), (0, 0), (0, 0), (0, 0)]),
        account("2", 4, [(0, 0), (1, 6_000), (1, 10_000), (0, 0), (0, 0), (0, 0)]),
    ];
    let (portfolio, bands, law) = (portfolio(accounts), SizeBands::default(), law("2022-07-01"));
    let within = |cap: Option<i64>| {
        let cap = cap.map(Money::from_fen);
        let (exposure, observed, grouped) = (Exposure::Payroll, Observed::Benefits, Grouped::Accounts);
        let asked = CredibilityAsked { exposure, observed, grouped, cap, level: 0.5, bands: &bands };
        let found = credibility(&portfolio, &law, &asked, Workers::new(1));
        (found[0].structure.unwrap().within, found[0].observed)
    };
    let (all, capped) = (within(None), within(Some(300_000)));
    near(all.0, 415.0 / 3.0);
    near(capped.0, 80.0 / 3.0);
    assert_eq!((all.1, capped.1), (2_000_000, 1_000_000));
}

/// Five accounts of one class and size. Paid from 2019 to 2021, of a premium of 3,000 yuan: nothing and nobody hurt (50%),
/// or nothing but 5 hurt of 10 heads over three years (167 ‰ a year: 150%).
fn graded() -> Vec<History> {
    let quiet = [(0, 0); 3];
    let one = |number: &str, loud: bool, yuan: i64| {
        let first = if loud { [(5, 0), (0, 0), (0, 0)] } else { quiet };
        account(number, 4, [first[0], first[1], first[2], (1, yuan), (0, 0), (0, 0)])
    };
    vec![
        one("1", false, 1_000),
        one("2", false, 1_000),
        one("3", false, 1_000),
        one("4", true, 4_500),
        one("5", true, 4_500),
    ]
}

/// Together 12,000 yuan on five accounts of equal weight: 2,400 are expected of each. The three at 50% had 3,000 of 7,200,
/// the two at 150% 9,000 of 4,800: 5/12 and 15/8. In fifths the top one had 4,500 and the bottom one 1,000: a lift of 4.5.
/// Concentration: x = 3/5, 1; y = 1/4, 1; 1 − [3/5·1/4 + 2/5·5/4] = 1 − 0.65 = 0.35.
#[test]
fn grades_against_what_followed() {
    let (portfolio, before, running) = (portfolio(graded()), law("2022-07-01"), law("2025-07-01"));
    let months = MonthSpan::new("2022-01".parse().unwrap(), "2024-12".parse().unwrap()).unwrap();
    let asked =
        PredictionAsked { months, exposure: Exposure::Payroll, by: Predicted::Grade, parts: 5, cap: None, seed: 7 };
    let found = prediction(&portfolio, &running, Graded::Decided(&before), &asked, Workers::new(3));
    assert_eq!((found.all.accounts, found.all.weight, found.all.benefits), (5, 150_000_000, 1_200_000));
    near(found.all.ratio.unwrap(), 1.0);
    let grades: Vec<_> =
        found.grades.iter().map(|it| (it.label.as_str(), it.held.accounts, it.held.benefits)).collect();
    assert_eq!(grades, [("50%", 3, 300_000), ("150%", 2, 900_000)]);
    near(found.grades[0].held.expected, 720_000.0);
    near(found.grades[0].held.ratio.unwrap(), 5.0 / 12.0);
    near(found.grades[1].held.ratio.unwrap(), 15.0 / 8.0);
    near(found.concentration.unwrap(), 0.35);
    assert!(found.parts.iter().all(|part| part.held.accounts == 1 && part.held.weight == 30_000_000));
    let paid: Vec<i128> = found.parts.iter().map(|part| part.held.benefits).collect();
    assert_eq!(paid, [100_000, 100_000, 100_000, 450_000, 450_000]);
    near(found.lift.unwrap(), 4.5);
    assert_eq!((found.claims, found.without_grade, found.without_exposure), ((5, 0), 0, 0));
}

/// In two parts of equal weight, one of the three quiet accounts reaches over the middle, and stands where its own middle
/// lies: exactly on it, so in the upper part. With claims up to 2,500 yuan 8,000 are left: 1,600 each.
#[test]
fn parts_and_caps_of_a_prediction() {
    let (portfolio, before, running) = (portfolio(graded()), law("2022-07-01"), law("2025-07-01"));
    let months = MonthSpan::new("2022-01".parse().unwrap(), "2024-12".parse().unwrap()).unwrap();
    let cap = Some(Money::from_fen(250_000));
    let asked = PredictionAsked { months, exposure: Exposure::Heads, by: Predicted::Rate, parts: 2, cap, seed: 7 };
    let found = prediction(&portfolio, &running, Graded::Decided(&before), &asked, Workers::new(1));
    assert_eq!(found.parts.iter().map(|part| part.held.accounts).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((found.all.benefits, found.claims), (800_000, (5, 2)));
    near(found.grades[1].held.ratio.unwrap(), 5_000.0 / 3_200.0);
    // Nobody was charged a rate: nobody has a grade.
    let none = prediction(&portfolio, &running, Graded::Charged, &asked, Workers::new(1));
    assert_eq!((none.all.accounts, none.without_grade, none.lift, none.concentration), (0, 5, None, None));
}
