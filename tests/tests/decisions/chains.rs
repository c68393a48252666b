//! The ladder as a chain: transitions worked from thresholds and Poisson probabilities by hand, and held against the
//! engine deciding whole histories.
#![expect(clippy::disallowed_types, reason = "statistics of scenarios are real numbers")]

use rate_core::fund::Fund;
use rate_core::history::{BenefitItem, ChargedRate, Claim, ClaimStatus, InjuryArticle, Origin, Payer, Payment};
use rate_core::scenario::{
    Baseline, CycleChain, Portfolio, Proposal, Reference, RiskLevel, RiskLevels, Severity, SeverityPoint, View,
    side_by_side,
};
use rate_core::{ClassSystem, Code, DateSpan, Factor, History, Law, Money, Parameters, Rate, RiskClass, date, outcome};

use crate::law::{law_on, parameters, rule_set, rule_set_of, text};
use crate::people;

const SET: &str = "rule_sets/illustrative/three-year.toml";

fn demonstration() -> Parameters {
    parameters(&["parameters/990100/demonstration.toml"], None)
}

fn three_year() -> Law {
    law_on(&rule_set(SET, None), &demonstration(), "2022-07-01")
}

/// The same method with cycles of one or two years and windows as long.
fn shorter(years: i32) -> Law {
    let (from, to, months) = (2022 - years, 2022 + years, 12 * years);
    let changed = text(SET)
        .replace("to = 2025-06-30", &format!("to = {to}-06-30"))
        .replace("from = 2019-01-01, to = 2021-12-31", &format!("from = {from}-01-01, to = 2021-12-31"))
        .replace("covered_months_under = 36", &format!("covered_months_under = {months}"))
        .replace("    { from = 2024-07-01, filled_window = { from = 2021-01-01, to = 2023-12-31 } },\n", "");
    let second = "    { from = 2023-07-01, filled_window = { from = 2020-01-01, to = 2022-12-31 } },\n";
    let kept = if years == 2 {
        "    { from = 2023-07-01, filled_window = { from = 2021-01-01, to = 2022-12-31 } },\n"
    } else {
        ""
    };
    law_on(&rule_set_of("shorter", &changed.replace(second, kept)), &demonstration(), "2022-07-01")
}

fn class() -> RiskClass {
    RiskClass::new(ClassSystem::Eight, 4).unwrap()
}

fn level(label: &str, claims_per_year: f64) -> RiskLevel {
    RiskLevel { label: label.to_owned(), claims_per_year }
}

fn risks(points: &[(i64, bool, f64)], levels: Vec<RiskLevel>) -> RiskLevels {
    let points = points.iter().map(|(fen, fatal, probability)| SeverityPoint {
        amount: Money::from_fen(*fen),
        fatal: *fatal,
        probability: *probability,
    });
    let reference =
        Reference { class: class(), industry: None, heads: 1_000, monthly_payroll: Money::from_fen(1_000_000) };
    RiskLevels { reference, severity: Severity::given(points.collect()).unwrap(), levels }
}

/// Poisson probabilities of 0 … 5 claims of a mean, and of six or more.
fn poisson(mean: f64) -> [f64; 7] {
    let mut shares = [0.0; 7];
    let mut share = (-mean).exp();
    for (place, next) in shares.iter_mut().take(6).zip(1_u32..) {
        *place = share;
        share *= mean / f64::from(next);
    }
    shares[6] = 1.0 - shares.iter().sum::<f64>();
    shares
}

fn near(found: &[Vec<f64>], expected: &[Vec<f64>]) {
    assert_eq!(found.len(), expected.len());
    for (one, two) in found.iter().zip(expected) {
        assert!(one.iter().zip(two).all(|(one, two)| (one - two).abs() < 1e-8), "{one:?} is not {two:?}");
    }
}

/// Class 4, base rate 0.9 %, a payroll of 1,000,000 fen a month: 9,000 fen a month at 100 %, so in the 36 months of the
/// window 162,000 fen at 50 %, 259,200 at 80 %, 324,000 at 100 %, 388,800 at 120 % and 486,000 at 150 %. Every claim
/// costs 130,000 fen; with 1,000 heads three claims a year would be needed to pass 3 ‰, so the pay ratio decides:
/// nothing → 50 %, up to 40 % → 80 %, up to 90 % → 100 %, up to 150 % → 120 %, above → 150 %.
///
/// | held | 1 claim | 2 | 3 | 4 | 5 | 6 |
/// |---|---|---|---|---|---|---|
/// | 50 % | 80.2 % → 100 | 160.5 % → 150 | … | | | |
/// | 80 % | 50.2 % → 100 | 100.3 % → 120 | 150.5 % → 150 | … | | |
/// | 100 % | 40.1 % → 100 | 80.2 % → 100 | 120.4 % → 120 | 160.5 % → 150 | … | |
/// | 120 % | 33.4 % → 80 | 66.9 % → 100 | 100.3 % → 120 | 133.7 % → 120 | 167.2 % → 150 | … |
/// | 150 % | 26.7 % → 80 | 53.5 % → 100 | 80.2 % → 100 | 107.0 % → 120 | 133.7 % → 120 | 160.5 % → 150 |
///
/// 0.2 claims a year are 0.6 in the window.
#[test]
fn transitions_by_hand() {
    let risks = risks(&[(130_000, false, 1.0)], vec![level("good", 0.2)]);
    let chain = CycleChain::of(&three_year(), &risks).unwrap().remove(0);
    let p = poisson(0.6);
    let expected = [
        vec![p[0], 0.0, p[1], 0.0, p[2] + p[3] + p[4] + p[5] + p[6]],
        vec![p[0], 0.0, p[1], p[2], p[3] + p[4] + p[5] + p[6]],
        vec![p[0], 0.0, p[1] + p[2], p[3], p[4] + p[5] + p[6]],
        vec![p[0], p[1], p[2], p[3] + p[4], p[5] + p[6]],
        vec![p[0], p[1], p[2] + p[3], p[4] + p[5], p[6]],
    ];
    near(chain.matrix.rows(), &expected);
    assert_eq!(chain.grades, ["50%", "80%", "100%", "120%", "150%"]);
    assert_eq!(
        chain.rates.iter().map(Rate::to_string).collect::<Vec<_>>(),
        ["0.45%", "0.72%", "0.9%", "1.08%", "1.35%"]
    );
    assert!(chain.levels_percent.iter().zip([50.0, 80.0, 100.0, 120.0, 150.0]).all(|(a, b)| (a - b).abs() < 1e-9));
    assert_eq!((chain.base, chain.cycle_months, chain.window_months, chain.view), (2, 36, 36, View::Once));
    assert_eq!(chain.grid_fen, 130_000);
    let one = [vec![0., 0., 1., 0., 0.], vec![0., 0., 1., 0., 0.], vec![0., 0., 1., 0., 0.], vec![0., 1., 0., 0., 0.]];
    near(&chain.after_one_claim.rows()[..4], &one);
}

/// A death with one half of the claims: then no decrease, so that one claim leaves the two upper grades at 100 %.
#[test]
fn a_death_keeps_from_a_decrease() {
    let risks = risks(&[(130_000, false, 0.5), (130_000, true, 0.5)], vec![level("good", 0.2)]);
    let chain = CycleChain::of(&three_year(), &risks).unwrap().remove(0);
    near(&chain.after_one_claim.rows()[3..], &[vec![0., 0.5, 0.5, 0., 0.], vec![0., 0.5, 0.5, 0., 0.]]);
}

/// The same grades as the engine decides on whole histories, with rows of premium, claims and payments.
#[test]
fn transitions_are_those_of_whole_histories() {
    let law = three_year();
    let risks = risks(&[(130_000, false, 1.0)], vec![level("good", 0.2)]);
    let chain = CycleChain::of(&law, &risks).unwrap().remove(0);
    let p = poisson(0.6);
    let held = chain.grades.iter().zip([162_000, 259_200, 324_000, 388_800, 486_000]);
    let rows = held.zip(&chain.rates).map(|((label, premium), rate)| {
        let mut row = vec![0.0; 5];
        for (hurt, share) in p.iter().enumerate() {
            let decided = outcome(&law, &history(label, *rate, premium, hurt)).unwrap();
            row[usize::from(decided.grade.unwrap().get())] += share;
        }
        row
    });
    near(chain.matrix.rows(), &rows.collect::<Vec<_>>());
}

fn history(grade: &str, rate: Rate, premium: i64, hurt: usize) -> History {
    let day = date("2020-06-15").unwrap();
    let facts = History::builder("990100", "1")
        .covered("2010-01", None)
        .class(class(), "2010-01-01", None)
        .premium("2019-01", "2021-12", 36_000_000, 1_000, premium)
        .rate(ChargedRate {
            days: DateSpan::new(date("2019-07-01").unwrap(), date("2022-06-30").ok()).unwrap(),
            class: class(),
            base: None,
            grade: grade.to_owned(),
            before_cut: rate,
            cut: Factor::ZERO,
            charged: rate,
            origin: Origin::Floated,
            cycle: String::new(),
            used: Vec::new(),
            document: String::new(),
        });
    let claims = (0..hurt).map(|number| Claim {
        id: number.to_string(),
        person: number.to_string(),
        article: InjuryArticle::WorkAccident,
        tags: Vec::new(),
        accident: day,
        recognised: day,
        status: ClaimStatus::Recognised,
        disability: None,
        death: None,
        parties: None,
        project: None,
        payments: vec![Payment {
            item: BenefitItem::Medical,
            payer: Payer::Fund,
            amount: Money::from_fen(130_000),
            determined_on: None,
            accounted_on: None,
            paid_on: day,
        }],
    });
    claims.fold(facts, rate_core::HistoryBuilder::claim).build().unwrap()
}

/// Cycles of one, two and three years on the same table. Nobody is ever hurt: the lowest grade at once and for good. With
/// claims, the mean level rises with risk, and the way back from one claim is at least one whole cycle.
#[test]
fn cycles_side_by_side() {
    let risks = risks(&[(130_000, false, 1.0)], vec![level("none", 0.0), level("good", 0.1), level("bad", 0.4)]);
    let laws = [(1, shorter(1)), (2, shorter(2)), (3, three_year())].map(|(years, law)| (format!("{years}"), law));
    let abreast = side_by_side(&laws, &risks).unwrap();
    for (compared, months) in abreast.iter().zip([12, 24, 36]) {
        assert_eq!((compared.months, compared.view), ((months, months), View::Once));
        let [none, good, bad] = compared.studies.as_slice() else { panic!("three levels") };
        assert_eq!((none.mean_level_percent, none.deviation_points, none.yearly_change_points), (50.0, 0.0, 0.0));
        assert_eq!(none.long_run.shares, [1.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(50.0 < good.mean_level_percent && good.mean_level_percent < bad.mean_level_percent);
        assert!((compared.spread_points - (bad.mean_level_percent - 50.0)).abs() < 1e-12);
        // The least frequent claims never come: there is no ratio of risks.
        assert_eq!(compared.efficiency, None);
        let (cycles, years) = (good.cycles_to_return.unwrap(), good.years_to_return.unwrap());
        assert!(cycles >= 1.0 && (years - cycles * f64::from(months) / 12.0).abs() < 1e-12);
        assert!(good.second_modulus.unwrap() < 1.0);
    }
}

/// One-year cycles of 0.1 claims: premiums of a window are 54,000, 86,400, 108,000, 129,600 and 162,000 fen, so a claim
/// of 130,000 is 240.7 %, 150.5 %, 120.4 %, 100.3 % and 80.2 %; two are above 150 % everywhere (160.5 % at the top).
/// p₀ = e^-0.1 leads to 50 % from everywhere; the chain is forgotten but for one claim. From 50 % and 80 % every claim
/// leads to 150 %, from which one claim leads to 100 %, from which one claim leads to 120 %, from which one claim leads
/// to 120 %. To be back at 50 % a window without a claim is needed: 1 / p₀ cycles from every grade. In the long run
/// π₅₀ = p₀, and with p₁ = 0.1 p₀ and r = 1 − p₀ − p₁: π₁₅₀ = (1 − p₀) π₅₀ + r (π₁₀₀ + π₁₂₀ + π₁₅₀) where the three sum
/// to 1 − p₀, so π₁₅₀ = (1 − p₀)(p₀ + r); π₁₀₀ = p₁ π₁₅₀; π₁₂₀ = p₁ (π₁₀₀ + π₁₂₀), so π₁₂₀ = p₁ π₁₀₀ / (1 − p₁).
#[test]
fn one_year_cycles_by_hand() {
    let risks = risks(&[(130_000, false, 1.0)], vec![level("good", 0.1), level("bad", 0.2)]);
    let abreast = side_by_side(&[("one".to_owned(), shorter(1))], &risks).unwrap();
    let good = &abreast[0].studies[0];
    let p = poisson(0.1);
    let top = (1.0 - p[0]) * (p[0] + 1.0 - p[0] - p[1]);
    let expected = vec![p[0], 0.0, p[1] * top, p[1] * p[1] * top / (1.0 - p[1]), top];
    near(std::slice::from_ref(&good.long_run.shares), std::slice::from_ref(&expected));
    let mean = expected[0] * 50.0 + expected[2] * 100.0 + expected[3] * 120.0 + expected[4] * 150.0;
    assert!((good.mean_level_percent - mean).abs() < 1e-6);
    // One claim raises the grade from 50 % to 150 % and from 100 % to 120 %; from 120 % it stays, from 150 % it falls.
    assert!((good.raised_by_one_claim - (expected[0] + expected[2])).abs() < 1e-8);
    // From 150 % back to 50 %: 1 / p₀. From 120 % to 100 % or less: a window without a claim, or by 150 %; h₁₂₀ = 1 +
    // p₁ h₁₂₀ + r h₁₅₀, h₁₅₀ = 1 + r h₁₅₀ (none leads to 50 %, one to 100 %).
    let r = 1.0 - p[0] - p[1];
    let from_top = 1.0 / (1.0 - r);
    let from_120 = (1.0 + r * from_top) / (1.0 - p[1]);
    let cycles = (expected[0] / p[0] + expected[2] * from_120) / (expected[0] + expected[2]);
    assert!((good.cycles_to_return.unwrap() - cycles).abs() < 1e-6);
    let (low, high) = (good.mean_level_percent, abreast[0].studies[1].mean_level_percent);
    assert!((abreast[0].efficiency.unwrap() - (high / low).ln() / 2.0_f64.ln()).abs() < 1e-12);
}

/// The claims of the book, one each: hurt at work, 400 fen, of class 4; hurt in a rescue, which the method leaves out of both
/// measures, 90,000 fen, of class 4; hurt at work, 1,000 fen, of class 5.
fn book() -> Portfolio {
    let account = |number: &str, class: u8, claims: &[(InjuryArticle, i64)]| {
        let class = RiskClass::new(ClassSystem::Eight, class).unwrap();
        let facts = History::builder("990100", number).covered("2010-01", None).class(class, "2010-01-01", None);
        let claim = |(nth, (article, fen)): (usize, &(InjuryArticle, i64))| {
            let mut claim = people::claim(&format!("{number}-{nth}"), *article, "2020-06-15", false);
            claim.payments = vec![people::payment(date("2020-06-15").unwrap(), *fen)];
            claim
        };
        claims.iter().enumerate().map(claim).fold(facts, rate_core::HistoryBuilder::claim).build().unwrap()
    };
    let four = account("1", 4, &[(InjuryArticle::WorkAccident, 400), (InjuryArticle::Rescue, 90_000)]);
    Portfolio::new("990100", vec![four, account("2", 5, &[(InjuryArticle::WorkAccident, 1_000)])], Fund::default())
}

/// What the method leaves out costs nothing, and what counts is what it counts: 400 fen in class 4, 700 in the mean of both
/// classes; of items of another kind nothing. The amounts are those of the class where it has claims enough.
#[test]
fn claims_cost_what_the_method_counts() {
    let (book, law) = (book(), three_year());
    let of = |severity: Severity| {
        (severity.claims().unwrap(), severity.points().iter().map(|it| it.amount.fen()).collect::<Vec<_>>())
    };
    assert_eq!(of(Severity::of_portfolio(&book, &law, Some(class())).unwrap()), (1, vec![400]));
    assert_eq!(of(Severity::of_portfolio(&book, &law, None).unwrap()), (2, vec![400, 1_000]));
    let own = Severity::of_class_or_all(&book, &law, class(), 1).unwrap();
    assert_eq!((own.class(), of(own)), (Some(class()), (1, vec![400])));
    let all = Severity::of_class_or_all(&book, &law, class(), 2).unwrap();
    assert_eq!((all.class(), of(all)), (None, (2, vec![400, 1_000])));
    let nobody = Severity::of_class_or_all(&book, &law, RiskClass::new(ClassSystem::Eight, 8).unwrap(), 1).unwrap();
    assert_eq!((nobody.class(), of(nobody)), (None, (2, vec![400, 1_000])));
    let funeral = text(SET).replacen("benefits = \"fund\"", "benefits = \"fund\", items = [\"funeral\"]", 1);
    let funeral = law_on(&rule_set_of("funeral", &funeral), &demonstration(), "2022-07-01");
    assert_eq!(of(Severity::of_portfolio(&book, &funeral, Some(class())).unwrap()), (1, vec![0]));
    // What is given is paid as an item that counts, whichever these are.
    let risks = risks(&[(130_000, false, 1.0)], vec![level("good", 0.2)]);
    assert_eq!(CycleChain::of(&funeral, &risks).unwrap(), CycleChain::of(&law, &risks).unwrap());
}

/// A window of three years for a cycle of one shows a claim in three cycles: the way back is not told. As thresholds are
/// met as in cycles of three years, so is the long run.
#[test]
fn overlapping_windows_tell_no_way_back() {
    let changed = text(SET)
        .replace("to = 2025-06-30", "to = 2023-06-30")
        .replace("    { from = 2023-07-01, filled_window = { from = 2020-01-01, to = 2022-12-31 } },\n", "")
        .replace("    { from = 2024-07-01, filled_window = { from = 2021-01-01, to = 2023-12-31 } },\n", "");
    let yearly = law_on(&rule_set_of("yearly", &changed), &demonstration(), "2022-07-01");
    let risks = risks(&[(130_000, false, 1.0)], vec![level("good", 0.2)]);
    let abreast = side_by_side(&[("1".to_owned(), yearly), ("3".to_owned(), three_year())], &risks).unwrap();
    assert_eq!(abreast[0].view, View::Again { months: 24 });
    let [one, three] = [&abreast[0].studies[0], &abreast[1].studies[0]];
    assert_eq!(one.long_run, three.long_run);
    assert_eq!((one.cycles_to_return, one.years_to_return), (None, None));
    assert!(three.years_to_return.is_some());
    assert!((one.yearly_change_points - 3.0 * three.yearly_change_points).abs() < 1e-9);
}

#[test]
fn what_makes_no_chain_is_refused_with_the_reason() {
    let risks = risks(&[(130_000, false, 1.0)], vec![level("good", 0.2)]);
    let reason = |law: &Law| {
        let problems = CycleChain::of(law, &risks).unwrap_err().into_vec();
        assert_eq!(problems[0].code, Code::ScenarioChain);
        problems[0].message(rate_core::Lang::En)
    };
    let later = law_on(&rule_set(SET, None), &demonstration(), "2023-07-01");
    assert!(reason(&later).ends_with("later-setting"), "{}", reason(&later));
}

/// A ratio over premium at base rates is reckoned in whole millionths: 0.9 % × 50.55 % has none, and no premium of nothing
/// is divided by instead. At half, 0.45 %, there is a chain.
#[test]
fn base_rates_that_no_measure_can_divide_by_make_no_chain() {
    let paid = r#"{ premium = "paid", by = "for-month", relieved = "restored" }"#;
    let at_base = text("rule_sets/illustrative/three-year.toml").replacen(paid, r#"{ premium = "at-base-rate" }"#, 1);
    let law = law_on(&rule_set_of("at-base.toml", &at_base), &demonstration(), "2022-07-01");
    let risks = risks(&[(130_000, false, 1.0)], vec![level("good", 0.1)]);
    let at = |factor: &str| {
        let proposal = Proposal::new(factor).at_base_factor(factor.parse::<Factor>().unwrap());
        let law = Baseline::of(&law).judge(&proposal).unwrap().law.unwrap();
        CycleChain::of(&law, &risks)
    };
    assert!(at("50%").is_ok());
    let problems = at("50.55%").unwrap_err();
    let found: Vec<_> = problems.iter().map(|it| (it.code, it.values.last().cloned().unwrap())).collect();
    assert_eq!(found, [(Code::ScenarioChain, "no-base-rate".to_owned())]);
}
