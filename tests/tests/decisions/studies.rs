//! Studies of a book small enough to work by hand: credibility, prediction, noise, maturity, prevention.
#![expect(clippy::disallowed_types, reason = "statistics of scenarios are real numbers")]

use rate_core::error::Lang;
use rate_core::fund::Fund;
use rate_core::history::{ChargedRate, Classification, HistoryBuilder, InjuryArticle, Origin, Payer};
use rate_core::input::PreventionFile;
use rate_core::parameters::prevention::{PreventionPlan, PreventionPlans};
use rate_core::rule_set::measure::ClaimDay;
use rate_core::scenario::{
    CredibilityAsked, Drift, DriftAsked, Exposure, Graded, Grouped, IncidenceAsked, MaturityAsked, NoStructure, Noise,
    NoiseAsked, Observed, Portfolio, Predicted, PredictionAsked, Risk, SizeBands, Triangle, Workers, credibility,
    drift, incidence, noise, prediction,
};
use rate_core::{
    ClassSystem, Code, DateSpan, Factor, History, Industry, IndustryEdition, Law, Money, MonthSpan, RiskClass, date,
};

use crate::law::{law_on, parameters, rule_set, text};
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
fn builder(number: &str, class: u8, years: [(usize, i64); 6]) -> HistoryBuilder {
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
    builder
}

fn account(number: &str, class: u8, years: [(usize, i64); 6]) -> History {
    builder(number, class, years).build().unwrap()
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
    // As many parts as nobody reads are held at a hundred.
    let many = PredictionAsked { parts: usize::MAX, ..asked };
    let many = prediction(&portfolio, &running, Graded::Decided(&before), &many, Workers::new(1));
    assert_eq!(many.parts.len(), 100);
    // Nobody was charged a rate: nobody has a grade.
    let none = prediction(&portfolio, &running, Graded::Charged, &asked, Workers::new(1));
    assert_eq!((none.all.accounts, none.without_grade, none.lift, none.concentration), (0, 5, None, None));
}

/// The grade of the rate charged on the first day of 2022, whatever the window before would have given: 80% of account 1,
/// which had 1,000 of 2,000 yuan expected of it, and 120% of account 2, with 3,000. Account 3 had a rate without a grade.
#[test]
fn grades_as_they_were_charged() {
    let one = |number: &str, grade: &str, yuan: i64| {
        let quiet = (0, 0);
        let years = [quiet, quiet, quiet, quiet, (1, yuan), quiet];
        builder(number, 4, years).rate(charged(grade)).build().unwrap()
    };
    let portfolio = portfolio(vec![one("1", "80%", 1_000), one("2", "120%", 3_000), one("3", "", 9_000)]);
    let months = MonthSpan::new("2022-01".parse().unwrap(), "2024-12".parse().unwrap()).unwrap();
    let asked =
        PredictionAsked { months, exposure: Exposure::BasePremium, by: Predicted::Grade, parts: 2, cap: None, seed: 1 };
    let found = prediction(&portfolio, &law("2025-07-01"), Graded::Charged, &asked, Workers::new(1));
    let ratios: Vec<_> = found.grades.iter().map(|it| (it.label.as_str(), it.held.benefits)).collect();
    assert_eq!((ratios, found.without_grade), (vec![("80%", 100_000), ("120%", 300_000)], 1));
    near(found.grades[0].held.ratio.unwrap(), 0.5);
    near(found.lift.unwrap(), 3.0);
    // 100,000 yuan at 0.9 % in 2022 and 2023 and, as a row of 2024 begins on its first day, in 2024: 2,700 yuan for each.
    assert_eq!(found.grades[0].held.weight, 2_700 * 100 * 1_000_000);
    near(Exposure::BasePremium.amount(found.grades[0].held.weight), 2_700.0);
}

/// A rate charged over the cycle of the window 2019 to 2021.
fn charged(grade: &str) -> ChargedRate {
    let rate = "0.8%".parse().unwrap();
    ChargedRate {
        days: DateSpan::new(date("2021-07-01").unwrap(), Some(date("2022-06-30").unwrap())).unwrap(),
        class: RiskClass::new(ClassSystem::Eight, 4).unwrap(),
        base: Some(rate),
        grade: grade.to_owned(),
        before_cut: rate,
        cut: Factor::ZERO,
        charged: rate,
        origin: Origin::Floated,
        cycle: String::new(),
        used: Vec::new(),
        document: String::new(),
    }
}

fn noisy(risk: Risk, draws: usize, threads: usize) -> Noise {
    let charged =
        |number: &str, years: [usize; 3]| builder(number, 4, hurt(years)).rate(charged("50%")).build().unwrap();
    // Nobody was hurt at an account of class 2, so that nobody can be.
    let accounts = vec![charged("1", [1, 1, 0]), charged("2", [0, 0, 0]), account("3", 2, hurt([0, 0, 0]))];
    let (portfolio, bands) = (portfolio(accounts), SizeBands::new(&[9]).unwrap());
    noise(&portfolio, &law("2022-07-01"), &NoiseAsked { risk, draws, seed: 11, bands: &bands }, Workers::new(threads))
}

/// Two accounts of thirty head-years with two persons hurt between them: one is expected of each. Nobody hurt is 50%,
/// anybody 33 ‰ or more, 150%. So e⁻¹ is the chance of 50%, and two windows differ with 2·e⁻¹(1 − e⁻¹) = 0.4651 each. Of
/// 20,000 draws the estimate is off by less than four times 2·|1 − 2e⁻¹|·√(e⁻¹(1 − e⁻¹) / 20,000) = 0.0018.
#[test]
fn movement_by_chance() {
    let found = noisy(Risk::OfClass, 20_000, 1);
    let p = (-1.0_f64).exp();
    let each = 2.0 * p * (1.0 - p);
    assert!((found.all.chance - 2.0 * each).abs() < 2.0 * 4.0 * 0.0018, "{found:?}");
    assert_eq!((found.all.accounts, found.all.compared, found.all.moved), (3, 2, 1));
    assert_eq!((found.claims, found.left_out, found.bands[0].accounts, found.bands[0].noise), (2, 0, 0, None));
    assert_eq!(found.bands[1], found.all);
    near(found.all.noise.unwrap(), found.all.chance_of_compared);
    near(found.all.chance_of_compared, found.all.chance);
    let few = noisy(Risk::OfClass, 50, 1);
    assert_eq!(few, noisy(Risk::OfClass, 50, 3), "the same on any number of threads");
    assert_ne!(few.all.chance.to_bits(), found.all.chance.to_bits());
}

/// The claims of the two accounts in head-months: (1, 1, 0) and (0, 0, 0) of 120. Σ w (X − mean)² = 120·(2·(1/3)² + (2/3)²) /
/// 120² = (2/3) / 120 of the first, and zero of the second; s² = (2/3) / 120 / 4 = 1/720. Means 2/360 and 0, together
/// 1/360: Σ wᵢ (Xᵢ − X)² = 2·360 / 360² = 2/360; spread 720 − 2·360² / 720 = 360; a = (2/360 − 1/720) / 360 = (3/720) / 360.
/// Z = 360 / (360 + 360/3) = 3/4. So 0.75·2 + 0.25·1 = 1.75 are expected of the first, 0.25 of the second.
#[test]
fn movement_by_chance_of_credible_risks() {
    let found = noisy(Risk::Credible, 20_000, 2);
    let each = |expected: f64| 2.0 * (-expected).exp() * (1.0 - (-expected).exp());
    let expected = each(1.75) + each(0.25);
    assert!((found.all.chance - expected).abs() < 0.03, "{} is not {expected}", found.all.chance);
    // Far from what the same risk for both would give.
    assert!((expected - 2.0 * each(1.0)).abs() > 0.1);
}

/// One claim of an accident on a day, with payments in yuan.
fn paid(builder: HistoryBuilder, accident: &str, payments: &[(&str, i64)]) -> HistoryBuilder {
    let mut claim = claim(accident, InjuryArticle::WorkAccident, accident, false);
    claim.payments = payments.iter().map(|(day, yuan)| payment(date(day).unwrap(), yuan * 100)).collect();
    // What the employer paid is none of the fund's.
    let own = claim.payments.first().map(|it| rate_core::history::Payment { payer: Payer::Employer, ..*it });
    claim.payments.extend(own);
    builder.claim(claim)
}

fn developed() -> Portfolio {
    let of = |builder| paid(builder, "2020-03-01", &[("2020-04-01", 100), ("2021-04-01", 50), ("2022-12-31", 10)]);
    let one = of(builder("1", 4, [(0, 0); 6])).build().unwrap();
    let two = paid(builder("2", 4, [(0, 0); 6]), "2021-01-01", &[("2021-12-31", 200), ("2022-01-01", 100)]);
    let two = paid(two, "2022-05-05", &[("2022-06-06", 300), ("2023-01-01", 5)]);
    let two = paid(two, "2019-12-31", &[("2019-12-31", 1_000), ("2021-04-01", 7)]).build().unwrap();
    portfolio(vec![one, two])
}

/// By lag 0, 1, 2, in yuan: 2020: 100, 150, 160; 2021: 200, 300; 2022: 300. Factors (150 + 300) / (100 + 200) = 1.5 and
/// 160 / 150 = 16/15, together 1.6: 62.5 % is paid in the year of the accident, 93.75 % by the next. Of 2020 and 2021 350 had
/// been paid by the end of 2021, and 160 + 300·16/15 = 480 will be: 35/48. Of 2021 and 2022 600 of 320 + 300·1.6 = 800.
#[test]
fn benefits_by_lag() {
    let (portfolio, law) = (developed(), law("2022-07-01"));
    let asked = MaturityAsked { through: "2022-12".parse().unwrap(), years: 3, cap: None };
    let found = Triangle::of(&portfolio, &law, &asked, Workers::new(2));
    let cumulative: Vec<Vec<i128>> = found.years.iter().map(|year| year.cumulative.clone()).collect();
    assert_eq!(cumulative, [vec![10_000, 15_000, 16_000], vec![20_000, 30_000], vec![30_000]]);
    assert_eq!(found.years.iter().map(|year| year.claims).collect::<Vec<_>>(), [1, 1, 1]);
    assert_eq!(found.years[0].months.to_string(), "2020-01 – 2020-12");
    let development: Vec<_> = found.development.iter().map(|it| (it.lag, it.before, it.after)).collect();
    assert_eq!(development, [(0, 30_000, 45_000), (1, 15_000, 16_000)]);
    for (paid_by, expected) in found.paid_by.iter().zip([0.625, 0.9375, 1.0]) {
        near(paid_by.unwrap(), expected);
    }
    assert_eq!(found.older, 700, "what was paid from 2020 on for an accident of 2019");
    let months = |from: &str, to: &str| MonthSpan::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
    let maturity = found.maturity(&months("2020-01", "2021-12")).unwrap();
    assert_eq!((maturity.paid, maturity.known), (35_000, 46_000));
    near(maturity.ultimate, 48_000.0);
    near(maturity.share, 35.0 / 48.0);
    near(found.maturity(&months("2021-01", "2022-12")).unwrap().share, 0.75);
    for (from, to) in [("2019-01", "2021-12"), ("2020-02", "2022-01"), ("2020-01", "2023-12")] {
        assert_eq!(found.maturity(&months(from, to)), None, "{from} to {to}");
    }
}

/// Each claim up to 120 yuan: 100, 120, 120; 120, 120; 120. Factors 240 / 220 and 1. And with accident years that end in
/// June: those of December 2019 and March 2020 are of the year to June 2020, with 1,000 + 100 in it and 7 + 50 in the next;
/// those of January 2021 and May 2022 of the years to June 2021 and 2022.
#[test]
fn a_triangle_with_a_cap_and_other_years() {
    let (portfolio, law) = (developed(), law("2022-07-01"));
    let asked = MaturityAsked { through: "2022-12".parse().unwrap(), years: 3, cap: Some(Money::from_fen(12_000)) };
    let found = Triangle::of(&portfolio, &law, &asked, Workers::new(1));
    near(found.development[0].factor.unwrap(), 12.0 / 11.0);
    near(found.development[1].factor.unwrap(), 1.0);
    let asked = MaturityAsked { through: "2022-06".parse().unwrap(), years: 3, cap: None };
    let found = Triangle::of(&portfolio, &law, &asked, Workers::new(1));
    let cumulative: Vec<Vec<i128>> = found.years.iter().map(|year| year.cumulative.clone()).collect();
    // 2021-01-01 is in the year to June 2021, of which nothing was paid before December.
    assert_eq!(cumulative, [vec![110_000, 115_700, 115_700], vec![0, 30_000], vec![30_000]]);
    let nothing = Triangle::of(&portfolio, &law, &MaturityAsked { years: 1, ..asked }, Workers::new(1));
    assert_eq!((nothing.paid_by.len(), nothing.development.len()), (1, 0));
}

/// A thousand heads, a yearly premium of 1,000 yuan and payroll of 100,000 yuan from a year to 2023; benefits in fen paid
/// in 2020, and in 2022, on an injury of long ago.
fn large(number: &str, from: i32, before: i64, running: i64) -> History {
    let class = RiskClass::new(ClassSystem::Eight, 4).unwrap();
    let mut builder = History::builder("990100", number).class(class, "2010-01-01", None);
    builder = if from > 2019 { builder.covered(&format!("{from}-01"), None) } else { builder.covered("2010-01", None) };
    for year in from..=2023 {
        builder = builder.premium(&format!("{year}-01"), &format!("{year}-12"), 10_000_000, 1_000, 100_000);
    }
    let mut old = claim("old", InjuryArticle::WorkAccident, "2012-01-01", false);
    let paid = [("2020-06-15", before), ("2022-06-15", running)].into_iter().filter(|(_, fen)| *fen != 0);
    old.payments = paid.map(|(day, fen)| payment(date(day).unwrap(), fen)).collect();
    builder.claim(old).build().unwrap()
}

fn drifting(fen: i128, persons: i128) -> Drift {
    let gone = History::builder("990100", "6").covered("2010-01", Some("2021-12")).build().unwrap();
    let accounts = vec![
        large("1", 2019, 0, 0),
        large("2", 2019, 0, 250_000),
        large("3", 2019, 100_000, 60_000),
        large("4", 2019, 600_000, 0),
        large("5", 2023, 0, 900_000),
        gone,
    ];
    let asked = DriftAsked { through: "2023-12".parse().unwrap(), fen, persons };
    drift(&portfolio(accounts), &law("2022-07-01"), &law("2025-07-01"), &asked, Workers::new(2)).unwrap()
}

/// The window 2022 to 2024 as far as 2023: premiums of 2,000 yuan, 2,000 heads for a year.
///
/// Account 1 had nothing: 50% and 50%; one fen more is 80%. Account 2 had nothing and has 2,500 of 2,000: 125 %, so 120%
/// after 50%. Account 3 had 1,000 of 3,000 and has 600 of 2,000: 80% and 80%; above 40 % = 800 yuan, 20,001 fen more, it is
/// 100%, and so it is above 3 ‰ = 6 persons, 7 more, or after one death; but deaths make nobody near. Account 4 comes down from 150%. Account 5 is new, and 6 has gone.
///
/// A month's payroll is 833,333 fen (100,000 yuan / 12), the base rate from 2025 0.8 %: 50% is 3,333 fen a month, 80% 5,333,
/// 100% 6,667, 120% 8,000. Twelve months: 12·(8,000 − 3,333) = 56,004; 12·(5,333 − 3,333) = 24,000; 12·(6,667 − 5,333) = 16,008.
#[test]
fn who_drifts_up() {
    let found = drifting(20_001, 6);
    assert_eq!((found.so_far.to_string(), found.floated, found.not_floated), ("2022-01 – 2023-12".to_owned(), 4, 1));
    let undecided: Vec<_> = found.undecided.iter().map(|it| (it.place, it.code)).collect();
    assert_eq!(undecided, [(5, Code::HistoryNotCovered)]);
    let law = law("2025-07-01");
    let label = |grade| law.rules().ladder().grade(grade).label.clone();
    let rows: Vec<_> = found
        .drifting
        .iter()
        .map(|it| (it.place, label(it.now), label(it.so_far), it.is_higher(), it.yearly_fen))
        .collect();
    let row =
        |place, now: &str, so_far: &str, fen| (place, now.to_owned(), so_far.to_owned(), now != so_far, Some(fen));
    assert_eq!(rows, [row(1, "50%", "120%", 56_004), row(0, "50%", "50%", 24_000), row(2, "80%", "80%", 16_008)]);
    let margins: Vec<_> = found.drifting[2].margins.iter().map(|it| (it.money, it.change, label(it.to))).collect();
    let margin = |money, change| (money, change, "100%".to_owned());
    assert_eq!(margins, [margin(false, 1), margin(false, 7), margin(true, 20_001)]);
    let places = |drift: &Drift| drift.drifting.iter().map(|it| it.place).collect::<Vec<_>>();
    assert_eq!(places(&drifting(20_000, 6)), [1, 0]);
    assert_eq!(places(&drifting(20_000, 7)), [1, 0, 2]);
    let asked = DriftAsked { through: "2021-12".parse().unwrap(), fen: 0, persons: 0 };
    assert_eq!(drift(&portfolio(Vec::new()), &law, &law, &asked, Workers::new(1)), None, "nothing has run");
}

fn plans() -> PreventionPlans {
    PreventionFile::parse_named("cn.toml", &text("prevention_plans/cn.toml")).unwrap().check().unwrap()
}

fn in_industry(number: &str, industry: Option<(IndustryEdition, &str)>, hurt: [usize; 4]) -> History {
    let years = [(hurt[0], 0), (hurt[1], 0), (hurt[2], 0), (hurt[3], 0), (0, 0), (0, 0)];
    let industry = industry.map(|(edition, code)| Industry::new(edition, code).unwrap());
    let days = DateSpan::new(date("2010-01-01").unwrap(), None).unwrap();
    let (class, source) = (RiskClass::new(ClassSystem::Eight, 4), rate_core::history::ClassSource::Agency);
    let mut told = History::builder("990100", number).covered("2010-01", None);
    told = told.classification(Classification { days, class, industry, source, document: String::new() });
    for year in 2019..=2024 {
        told = told.premium(&format!("{year}-01"), &format!("{year}-12"), 10_000_000, 10, 100_000);
    }
    for (year, (hurt, _)) in (2019..).zip(years) {
        for nth in 0..hurt {
            let id = format!("{number}-{year}-{nth}");
            told = told.claim(claim(&id, InjuryArticle::WorkAccident, &format!("{year}-06-15"), false));
        }
    }
    told.build().unwrap()
}

/// Two employers of construction with ten heads each: 8, 6 and 8 of 20 heads hurt in 2020, 2021, 2022, that is 400, 300 and
/// 400 ‰: −25 % and 0 against 2020, where the way to −20 % in 2025 lies at −4 and −8.
#[test]
fn key_industries_against_the_goal() {
    let plans = plans();
    let builders = [(IndustryEdition::Gbt2017, "4710"), (IndustryEdition::Gbt2017, "48")];
    let portfolio = portfolio(vec![
        in_industry("1", Some(builders[0]), [9, 5, 2, 4]),
        in_industry("2", Some(builders[1]), [9, 3, 4, 4]),
        in_industry("3", Some((IndustryEdition::Gbt2017, "33")), [1, 1, 1, 1]),
        in_industry("4", Some((IndustryEdition::Gbt2011, "47")), [1, 1, 1, 1]),
        in_industry("5", None, [0, 0, 0, 0]),
    ]);
    let law = law("2022-07-01");
    let study = |plan: &PreventionPlan, base_year| {
        let asked = IncidenceAsked { plan, from: 2021, to: 2022, by: ClaimDay::Accident, base_year };
        incidence(&portfolio, &law, &asked, Workers::new(2))
    };
    let found = study(plans.of_year(2021).unwrap(), None);
    assert_eq!(
        (found.base_year, found.unplaced.as_slice()),
        (Some(2020), [(2020, 240), (2021, 240), (2022, 240)].as_slice())
    );
    near(found.goal, -20.0);
    let construction = found.industries.iter().find(|it| it.id == "construction").unwrap();
    assert_eq!((construction.accounts, construction.name.zh.as_str()), (2, "建筑施工"));
    let exact: Vec<_> = construction.years.iter().map(|it| (it.year, it.persons, it.head_months, it.holds)).collect();
    assert_eq!(exact, [(2020, 8, 240, Some(true)), (2021, 6, 240, Some(true)), (2022, 8, 240, Some(false))]);
    for (year, (per, change, way)) in
        construction.years.iter().zip([(400.0, 0.0, 0.0), (300.0, -25.0, -4.0), (400.0, 0.0, -8.0)])
    {
        near(year.per_thousand.unwrap(), per);
        near(year.change.unwrap(), change);
        near(year.on_the_way.unwrap(), way);
    }
    let mining = &found.industries[1].years[1];
    assert_eq!((mining.persons, mining.per_thousand, mining.change, mining.holds), (0, None, None, None));
    // The next plan: what it compares with was not seen, unless the study says.
    let next = plans.of_year(2027).unwrap();
    assert_eq!((next.base_year, next.industries.len(), study(next, None).base_year), (None, 6, None));
    assert_eq!(study(next, None).industries[2].years[0].change, None);
    assert_eq!(study(next, Some(2022)).industries[2].years[0].on_the_way, None, "before the base year");
    assert_eq!(
        (plans.of_year(2020), plans.basis(next.basis).missing.as_slice()),
        (None, ["base_year".to_owned()].as_slice())
    );
}

#[test]
fn a_file_of_plans_is_refused_with_every_reason() {
    let text = text("prevention_plans/cn.toml");
    let broken = [
        ("prevention-plan/1", "prevention-plan/2", Code::FileFormat, "format"),
        ("fall      = \"20%\"", "fall      = \"120%\"", Code::FileNumber, "plans.2021-2025.fall"),
        ("from = 2026-01-01", "from = 2025-12-31", Code::CheckTimeOverlap, "plans.2026-2030"),
        ("[\"06\", ", "[\"6\", ", Code::FileNumber, "plans.2021-2025.industries.mining.codes.0"),
        ("[\"6242\", \"609\"]", "[\"6242\", \"62\"]", Code::FileNumber, "plans.2026-2030"),
        ("missing   = [\"base_year\"]", "", Code::FileWrongType, "plans.2026-2030.base_year"),
        ("plan-2026\"\nmissing", "plan-2027\"\nmissing", Code::RuleSetDocument, "plans.2026-2030.cite"),
    ];
    let refused = |text: &str| {
        let problems = PreventionFile::parse(text).unwrap().check().unwrap_err();
        problems.iter().map(|it| (it.code, it.place.field.clone())).collect::<Vec<_>>()
    };
    for (from, to, code, place) in broken {
        assert!(text.contains(from), "{from}");
        assert_eq!(refused(&text.replacen(from, to, 1)), [(code, place.to_owned())], "{from}");
    }
    let all = broken[..5].iter().fold(text.clone(), |text, (from, to, ..)| text.replacen(from, to, 1));
    assert_eq!(refused(&all).len(), 5, "all at once");
}
