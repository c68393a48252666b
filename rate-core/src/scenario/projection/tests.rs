//! Books small enough to be followed by hand, under the demonstration of three-year cycles.

use super::*;
use crate::amount::{Factor, Money, Rate};
use crate::calendar::{DateSpan, MonthSpan, date};
use crate::fund::{Fund, FundMonth};
use crate::history::{
    BenefitItem, ChargedRate, Claim, ClaimStatus, HistoryBuilder, InjuryArticle, Origin, Payer, Payment,
};
use crate::industry::{ClassSystem, RiskClass};
use crate::input::{ParametersFile, RuleSetFile};

const CLASS: RiskClass = RiskClass::new(ClassSystem::Eight, 4).unwrap();

fn law() -> Law {
    let frame = RuleSetFile::parse(include_str!("../../../../fixtures/rule_sets/cn/2015-71.toml")).unwrap();
    let method =
        RuleSetFile::parse(include_str!("../../../../fixtures/rule_sets/illustrative/three-year.toml")).unwrap();
    let parameters = include_str!("../../../../fixtures/parameters/990100/demonstration.toml");
    let parameters = ParametersFile::parse(parameters).unwrap().check().unwrap();
    method.extending(&frame).check().unwrap().law_for(&parameters, date("2022-07-01").unwrap()).unwrap()
}

fn paid(item: BenefitItem, fen: i64, day: &str) -> Payment {
    let (payer, amount) = (Payer::Fund, Money::from_fen(fen));
    Payment { item, payer, amount, determined_on: None, accounted_on: None, paid_on: date(day).unwrap() }
}

fn claim(id: &str, day: &str, payments: Vec<Payment>) -> Claim {
    let day = date(day).unwrap();
    Claim {
        id: id.to_owned(),
        person: id.to_owned(),
        article: InjuryArticle::WorkAccident,
        tags: Vec::new(),
        accident: day,
        recognised: day,
        status: ClaimStatus::Recognised,
        disability: None,
        death: None,
        parties: None,
        project: None,
        payments,
    }
}

/// Ten heads in class 4 on a payroll of 1,000,000 fen a month, 324,000 fen of premium in the window.
fn account(number: &str, claims: Vec<Claim>) -> History {
    let facts = History::builder("990100", number)
        .covered("2010-01", None)
        .class(CLASS, "2010-01-01", None)
        .premium("2019-01", "2021-12", 36_000_000, 10, 324_000);
    claims.into_iter().fold(facts, HistoryBuilder::claim).build().unwrap()
}

fn hurt_once(number: &str) -> History {
    account(number, vec![claim("1", "2020-06-15", vec![paid(BenefitItem::Medical, 130_000, "2020-06-15")])])
}

fn nothing() -> Assumptions {
    Assumptions {
        frequencies: Vec::new(),
        counts: Counts::Poisson,
        mixes: Vec::new(),
        patterns: Vec::new(),
        payroll_growth_percent: 0.0,
        benefit_growth_percent: 0.0,
        load_percent: 0.0,
    }
}

/// A claim of 1,000 yuan of treatment and 120 yuan a year of pension; so many a year and 1,000 heads.
fn claims(per_1000: f64, counts: Counts) -> Assumptions {
    let (grounds, heads) = (Grounds::Given, (0, i64::MAX));
    let items = [(BenefitItem::Medical, 100_000), (BenefitItem::DisabilityPension, 12_000)];
    let items = items.map(|(item, fen)| (item, Money::from_fen(fen))).to_vec();
    let kind = ClaimKind { weight: 1.0, disease: false, fatal: false, severe: false, items };
    let pension = Pattern::Pension { growth_percent: 10.0, life: Life::Years(2) };
    let pattern = |item, pattern| ItemPattern { item, pattern, grounds };
    Assumptions {
        frequencies: vec![Frequency { class: None, heads, per_1000, grounds }],
        counts,
        mixes: vec![ClaimMix { class: Some(CLASS), kinds: vec![kind], grounds }],
        patterns: vec![
            pattern(BenefitItem::Medical, Pattern::Shares(vec![0.6, 0.4])),
            pattern(BenefitItem::DisabilityPension, pension),
        ],
        benefit_growth_percent: 5.0,
        ..nothing()
    }
}

fn run(portfolio: &Portfolio, plan: &Plan, threads: usize) -> Projection {
    project(portfolio, &law(), plan, Workers::new(threads)).unwrap()
}

fn plan(years: usize, paths: usize, seed: u64, assumptions: Assumptions) -> Plan {
    Plan { years, paths, seed, assumptions }
}

fn same(of: Percentiles<i128>) -> i128 {
    assert_eq!([of.p5, of.p25, of.p50, of.p75], [of.p95; 4]);
    of.p95
}

fn shares(year: &ProjectedYear) -> Vec<f64> {
    year.grades.iter().map(|(_, share)| *share).collect()
}

/// Nobody is ever hurt again. One account has no claim, so 50 %; the other's one claim in three years, of ten heads, is
/// an incidence of 33.3 ‰ a year, above 20 ‰, so 150 %.
///
/// Class 4 has 0.9 %, from July 2024 0.8 %, and a fifth less from May 2023 to December 2024. The first pays 0.45 %, that
/// is 4,500 fen, in ten months of the first year and 3,600 in May and June: 52,200; 12 × 3,600 = 43,200 in the second; in
/// the third 6 × 3,200 and 6 × 4,000: 43,200. The other pays three times as much: together 208,800, 172,800, 172,800.
/// From the fourth year on both stand at 50 % of 0.8 %: 2 × 12 × 4,000 = 96,000; one of two has moved. The file lists
/// cycles to June 2028, so that the seventh year is supposed, from a window of 2025 to 2027.
#[test]
fn a_book_where_nobody_is_hurt_again() {
    let month = |month: &str, balance| FundMonth {
        area: "990100".to_owned(),
        month: month.parse().unwrap(),
        income: Money::ZERO,
        benefits: Money::ZERO,
        balance: Money::from_fen(balance),
    };
    let fund = Fund::new(vec![month("2022-05", 7), month("2022-06", 1_000_000), month("2022-07", 9)]);
    let portfolio = Portfolio::new("990100", vec![account("1", Vec::new()), hurt_once("2")], fund);
    let found = run(&portfolio, &plan(7, 3, 1, nothing()), 1);
    let income: Vec<i128> = found.years.iter().map(|it| same(it.income_fen)).collect();
    assert_eq!(income, [208_800, 172_800, 172_800, 96_000, 96_000, 96_000, 96_000]);
    assert!(found.years.iter().all(|it| same(it.benefits_fen) == 0 && it.months_payable.is_none()));
    assert_eq!(same(found.years[2].balance_fen), 1_000_000 + 208_800 + 172_800 + 172_800);
    assert_eq!(found.start, FundStart { month: "2022-06".parse().ok(), balance_fen: 1_000_000 });
    assert_eq!(found.simulated_from, ("2022-01".parse().unwrap(), 6));
    assert_eq!(found.supposed_from, date("2028-07-01").ok());
    assert_eq!((found.accounts, found.undecided.len(), found.orders_passed_over), (2, 0, 0));
    assert_eq!(shares(&found.years[2]), [0.5, 0.0, 0.0, 0.0, 0.5]);
    assert_eq!(shares(&found.years[3]), [1.0, 0.0, 0.0, 0.0, 0.0]);
    // No rate was charged before the first year that the book knows; within the cycle nothing moves.
    let changed: Vec<Option<f64>> = found.years.iter().map(|it| it.changed).collect();
    assert_eq!(changed, [None, Some(0.0), Some(0.0), Some(0.5), Some(0.0), Some(0.0), Some(0.0)]);
}

/// A projection that begins in the second year of a cycle carries the grade that was charged in the first, 80 %.
///
/// July 2023 to June 2024: 0.9 % × 80 % less a fifth, 0.576 %: 12 × 5,760 = 69,120. Then 0.64 %, less a fifth to
/// December: 6 × 5,120 + 6 × 6,400 = 69,120. Then a new cycle, nobody hurt: 50 % of 0.8 %: 12 × 4,000. The book ends with
/// 2021, so that the months from there on are simulated.
#[test]
fn a_grade_inside_its_cycle_is_carried() {
    let later = terms(&law(), "2022-01".parse().unwrap(), "2024-06".parse().unwrap()).remove(1).law;
    let rate: Rate = "0.72%".parse().unwrap();
    let charged = ChargedRate {
        days: DateSpan::new(date("2022-07-01").unwrap(), date("2023-06-30").ok()).unwrap(),
        class: CLASS,
        base: "0.9%".parse().ok(),
        grade: "80%".to_owned(),
        before_cut: rate,
        cut: Factor::ZERO,
        charged: rate,
        origin: Origin::Floated,
        cycle: "2022-2025".to_owned(),
        used: Vec::new(),
        document: String::new(),
    };
    let history = account("1", Vec::new()).with_rates(vec![charged]);
    let portfolio = Portfolio::new("990100", vec![history], Fund::default());
    let found = project(&portfolio, &later, &plan(3, 1, 1, nothing()), Workers::new(1)).unwrap();
    let income: Vec<i128> = found.years.iter().map(|it| same(it.income_fen)).collect();
    assert_eq!(income, [69_120, 69_120, 48_000]);
    assert_eq!(found.simulated_from, ("2022-01".parse().unwrap(), 18));
    assert_eq!(found.years.iter().map(|it| it.changed).collect::<Vec<_>>(), [Some(0.0), Some(0.0), Some(1.0)]);
}

/// One claim a year, the first in the twelfth month after the book's end: December 2022, 2023, 2024. Treatment is paid
/// with 60 % at once and 40 % a year later, the pension twice, the second time with 10 % more; costs grow by 5 % a year.
///
/// First year: 60,000 + 12,000 = 72,000. Second: 40,000 + 13,200 of the first claim, 63,000 + 12,600 of the second:
/// 128,800. Third: 42,000 + 13,860, and of the third claim, at 1.1025, 66,150 + 13,230: 135,240. A tenth is loaded on.
///
/// The next window is 2022 to 2024. It has all these payments, 336,040 fen. Premiums: six months at 0.9 %, as no rate is
/// known, 54,000; ten at 0.45 %, 45,000; 14 at 0.36 %, 50,400; six at 0.32 %, 19,200; together 168,600. That is 199 %,
/// so 150 % of 0.8 %: 12 × 12,000 = 144,000 in the fourth year.
#[test]
fn claims_that_are_certain_are_paid_by_their_pattern() {
    let portfolio = Portfolio::new("990100", vec![account("1", Vec::new())], Fund::default());
    let assumptions = Assumptions { load_percent: 10.0, ..claims(100.0, Counts::Expected) };
    let found = run(&portfolio, &plan(4, 2, 1, assumptions), 1);
    let benefits: Vec<i128> = found.years.iter().take(3).map(|it| same(it.benefits_fen)).collect();
    assert_eq!(benefits, [79_200, 141_680, 148_764]);
    assert_eq!(same(found.years[0].balance_fen), 52_200 - 79_200);
    assert_eq!(found.start, FundStart { month: None, balance_fen: 0 });
    assert!((found.years[0].months_payable.unwrap().p50 + 27_000.0 * 12.0 / 79_200.0).abs() < 1e-12);
    assert_eq!(shares(&found.years[2]), [1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(shares(&found.years[3]), [0.0, 0.0, 0.0, 0.0, 1.0]);
    assert_eq!(same(found.years[3].income_fen), 144_000);
}

/// A pension of the book, 1,000 fen a month to December 2021, goes on: 12,000 fen a year in December, 10 % more each
/// time. Paid from January 2021, it has been paid for one year; of three, two are left.
#[test]
fn a_pension_of_the_book_runs_on() {
    let months = (1..=12).map(|month| paid(BenefitItem::DisabilityPension, 1_000, &format!("2021-{month:02}-28")));
    let portfolio =
        Portfolio::new("990100", vec![account("1", vec![claim("1", "2020-06-15", months.collect())])], Fund::default());
    let pension = Pattern::Pension { growth_percent: 10.0, life: Life::Years(3) };
    let patterns =
        vec![ItemPattern { item: BenefitItem::DisabilityPension, pattern: pension, grounds: Grounds::Given }];
    let found = run(&portfolio, &plan(4, 1, 1, Assumptions { patterns, ..nothing() }), 1);
    let benefits: Vec<i128> = found.years.iter().map(|it| same(it.benefits_fen)).collect();
    assert_eq!(benefits, [13_200, 14_520, 0, 0]);
}

fn many() -> Portfolio {
    let account = |number: usize| match number % 3 {
        0 => hurt_once(&format!("{number:03}")),
        _ => account(&format!("{number:03}"), Vec::new()),
    };
    Portfolio::new("990100", (0..70).map(account).collect(), Fund::default())
}

#[test]
fn threads_change_nothing_and_seeds_do() {
    let portfolio = many();
    for counts in [Counts::Poisson, Counts::NegativeBinomial { variance: 0.5 }] {
        let mut assumptions = claims(60.0, counts);
        let life = Life::Mortality { yearly_percent: 20.0 };
        assumptions.patterns[1].pattern = Pattern::Pension { growth_percent: 3.0, life };
        let found = run(&portfolio, &plan(5, 40, 11, assumptions.clone()), 1);
        for threads in [2, 7] {
            assert_eq!(run(&portfolio, &plan(5, 40, 11, assumptions.clone()), threads), found);
        }
        let other = run(&portfolio, &plan(5, 40, 12, assumptions), 1);
        assert_ne!(other.years[4].balance_fen, found.years[4].balance_fen);
    }
}

/// 70 accounts of ten heads, 60 claims a year and 1,000 heads: 42 claims a year at 100,000 fen, paid at once. Over 1,000
/// paths a year has 4,200,000 fen, give or take the root of 42 / 1,000 claims; four times that are 0.82 claims.
/// With a gamma multiplier of variance 0.5, counts of one account vary by 0.6 + 0.5 × 0.6² = 0.78; of all by 54.6.
#[test]
fn means_are_what_was_supposed() {
    for (counts, variance) in [(Counts::Poisson, 42.0), (Counts::NegativeBinomial { variance: 0.5 }, 54.6)] {
        let mut assumptions = Assumptions { patterns: Vec::new(), ..claims(60.0, counts) };
        assumptions.mixes[0].kinds[0].items.truncate(1);
        let found = run(&many(), &plan(1, 1_000, 3, assumptions), 2);
        let year = &found.years[0];
        let margin = 4.0 * f64::sqrt(variance / 1_000.0) * 100_000.0;
        assert!((year.means_fen.1 - 4_200_000.0).abs() < margin, "{:?}", year.means_fen);
        // Half the paths lie within 0.6745 standard deviations, as nearly as a count of 42 is normal.
        let width = real::real(year.benefits_fen.p75 - year.benefits_fen.p25) / 100_000.0;
        let expected = 2.0 * 0.6745 * f64::sqrt(variance);
        assert!((width - expected).abs() < 1.6, "{width} is not {expected}");
    }
}

/// Two claims in 2 × 10 heads × 3 years: 2 / 60, that is 33.3 a year and 1,000 heads. The first paid 300 fen at once and
/// 100 in the year after, the second 500 at once: 8/9 and 1/9. With three claims asked for, the book is taken.
#[test]
fn estimates_by_hand() {
    let first = vec![paid(BenefitItem::Medical, 300, "2020-06-15"), paid(BenefitItem::Medical, 100, "2021-06-15")];
    let accounts = vec![
        account("1", vec![claim("1", "2020-06-15", first)]),
        account("2", vec![claim("2", "2021-01-01", vec![paid(BenefitItem::Medical, 500, "2021-12-31")])]),
    ];
    let portfolio = Portfolio::new("990100", accounts, Fund::default());
    let how = Estimation { bands: vec![1, 50], least_claims: 2, pensions: Vec::new(), pattern_years: 2 };
    let found = Assumptions::estimated(&portfolio, &law(), &how).unwrap();
    let [cell, book] = found.frequencies.as_slice() else { panic!("{:?}", found.frequencies) };
    assert!((cell.per_1000 - 100.0 / 3.0).abs() < 1e-9 && (book.per_1000 - 100.0 / 3.0).abs() < 1e-9);
    assert_eq!((cell.class, cell.heads), (Some(CLASS), (0, 49)));
    assert_eq!(cell.grounds, Grounds::Estimated { claims: 2, over: Over::Cell });
    let Pattern::Shares(shares) = &found.patterns[0].pattern else { panic!("treatment is no pension") };
    assert!((shares[0] - 8.0 / 9.0).abs() < 1e-12 && (shares[1] - 1.0 / 9.0).abs() < 1e-12);
    let amounts: Vec<i64> = found.mixes[0].kinds.iter().map(|kind| kind.items[0].1.fen()).collect();
    assert_eq!(amounts, [400, 500]);
    let thin = Assumptions::estimated(&portfolio, &law(), &Estimation { least_claims: 3, ..how.clone() }).unwrap();
    assert_eq!(thin.frequencies[0].grounds, Grounds::Estimated { claims: 2, over: Over::Book });
    assert_eq!((thin.mixes.len(), thin.mixes[0].class), (1, None));
    let nobody = Portfolio::new("990100", vec![account("1", Vec::new())], Fund::default());
    assert!(Assumptions::estimated(&nobody, &law(), &how).is_err());
}

#[test]
fn what_cannot_be_supposed_is_refused_at_once() {
    let mut assumptions = claims(-1.0, Counts::NegativeBinomial { variance: 0.0 });
    assumptions.patterns[0].pattern = Pattern::Shares(vec![0.5, 0.4]);
    assumptions.load_percent = f64::NAN;
    let portfolio = Portfolio::new("990100", vec![account("1", Vec::new())], Fund::default());
    let problems = project(&portfolio, &law(), &plan(0, 0, 1, assumptions), Workers::new(1)).unwrap_err();
    assert_eq!(problems.iter().count(), 6);
}

/// Nine settings: two cycles of three that the file lists, and one more of the same shape, three years on.
#[test]
fn settings_go_on_in_the_shape_of_the_last_cycle() {
    let (first, last) = ("2022-01".parse().unwrap(), "2031-06".parse().unwrap());
    let found = terms(&law(), first, last);
    let days: Vec<String> = found.iter().map(|term| term.law.setting().from().to_string()).collect();
    let expected: Vec<String> = (2022..2031).map(|year| format!("{year}-07-01")).collect();
    assert_eq!(days, expected);
    let begins: Vec<bool> = found.iter().map(|term| term.begins).collect();
    assert_eq!(begins, [true, false, false, true, false, false, true, false, false]);
    assert_eq!(found.iter().map(|term| term.months).collect::<Vec<_>>()[7..], [(90, 102), (102, 114)]);
    let window = |place: usize| found[place].law.windows()[0].to_string();
    assert_eq!(window(6), MonthSpan::new("2025-01".parse().unwrap(), "2027-12".parse().unwrap()).unwrap().to_string());
    assert_eq!(found[7].law.filled_window().unwrap().from(), "2026-01".parse().unwrap());
    assert!(found[5].listed && !found[6].listed);
}

/// Two claims of two accounts in the window, 400 and 500 fen, the second fatal; one before the window is not seen.
#[test]
fn severities_of_a_book_by_hand() {
    let first = vec![paid(BenefitItem::Medical, 300, "2020-06-15"), paid(BenefitItem::Medical, 100, "2021-06-15")];
    let early = claim("0", "2018-06-15", vec![paid(BenefitItem::Medical, 9_000, "2020-06-15")]);
    let mut fatal = claim("2", "2021-01-01", vec![paid(BenefitItem::DeathLumpSum, 500, "2021-12-31")]);
    fatal.death = date("2021-01-01").ok();
    let accounts = vec![account("1", vec![early, claim("1", "2020-06-15", first)]), account("2", vec![fatal])];
    let portfolio = Portfolio::new("990100", accounts, Fund::default());
    let found = super::super::Severity::of_portfolio(&portfolio, &law(), Some(CLASS)).unwrap();
    let points: Vec<(i64, bool, f64)> =
        found.points().iter().map(|it| (it.amount.fen(), it.fatal, it.probability)).collect();
    assert_eq!(points, [(400, false, 0.5), (500, true, 0.5)]);
    assert_eq!((found.claims(), found.mean_fen()), (Some(2), 450.0));
    let other = RiskClass::new(ClassSystem::Eight, 5);
    assert!(super::super::Severity::of_portfolio(&portfolio, &law(), other).is_err());
}
