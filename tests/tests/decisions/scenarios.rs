//! Scenarios over a book small enough to work by hand: comparison, the fund, calibration, sweeps.
//!
//! Under `illustrative/three-year` for 2022-07-01 to 2023-06-30, window 2019 to 2021; base rates 0.2, 0.4, 0.7, 0.9, 1.1,
//! 1.3, 1.6, 1.9 %; from 2023-05-01 the floated rate is cut by 20 %, class 1 exempt, so a year has ten months at the rate
//! and two at four fifths of it. Payroll is a month's, in fen; H the heads; u the pay ratio; i the incidence a year.
//!
//! ```text
//! A  class 3, 10,000,000, H 100: nothing paid, nobody hurt: 50 % → 0.35 %. 10 × 35,000 + 2 × 28,000        =   406,000
//! B  class 3, 10,000,000, H 100: premium 3 × 840,000, benefits 1,260,000: u = 50 %; one hurt in 300
//!    head-years: i = 3⅓ ‰ > 3 ‰: 100 % → 0.7 %. 10 × 70,000 + 2 × 56,000                                   =   812,000
//! C  class 8, 5,000,000, H 50: premium 3 × 1,140,000, benefits 6,840,000: u = 200 % > 150 %: 150 % → 2.85 %.
//!    10 × 142,500 + 2 × 114,000                                                                            = 1,653,000
//! D  class 1 in 990102 (0.3 %), 10,000,000, H 49: insured since 2022-01, not 36 months: 100 %, not cut.
//!    12 × 30,000                                                                                           =   360,000
//! E  insured to 2021-12 only: no rate in the setting.                                               together 3,231,000
//! ```

use rate_core::amount::Quantity;
use rate_core::decision::Change as Against;
use rate_core::error::{Code, Lang};
use rate_core::fund::{Fund, FundMonth};
use rate_core::history::InjuryArticle;
use rate_core::input::Change;
use rate_core::rule_set::Verdict;
use rate_core::scenario::{
    Axis, Baseline, Calibration, Comparing, Comparison, Found, Level, Load, Portfolio, Proposal, Search, Setting,
    SweepPoint, Workers, moves_its_own_measure,
};
use rate_core::{
    ClassSystem, Factor, History, HistoryBuilder, Law, Money, Month, NaiveDate, Problems, Rate, RiskClass, date,
};

use crate::law::{law_on, parameters, rule_set};
use crate::people::{claim, payment};

const LOW: &str = "float_table.rows.low.all";

fn law() -> Law {
    let files = ["parameters/990100/demonstration.toml", "parameters/cn/cut-bands.toml"];
    law_on(&rule_set("rule_sets/illustrative/three-year.toml", None), &parameters(&files, None), "2022-07-01")
}

fn day(text: &str) -> NaiveDate {
    date(text).unwrap()
}

/// Three years of a monthly payroll with its premium a year.
fn account(number: &str, class: u8, (payroll, heads, premium): (i64, i64, i64)) -> HistoryBuilder {
    let class = RiskClass::new(ClassSystem::Eight, class).unwrap();
    let mut builder = History::builder("990100", number).class(class, "2015-10-01", None);
    for year in 2019..=2021 {
        builder = builder.premium(&format!("{year}-01"), &format!("{year}-12"), payroll * 12, heads, premium);
    }
    builder
}

/// Somebody hurt, for whom the fund paid on some days.
fn hurt(id: &str, paid: &[(&str, i64)]) -> rate_core::history::Claim {
    let mut claim = claim(id, InjuryArticle::WorkAccident, paid[0].0, false);
    claim.payments = paid.iter().map(|(on, fen)| payment(day(on), *fen)).collect();
    claim
}

fn histories() -> Vec<History> {
    let a = account("A", 3, (10_000_000, 100, 840_000)).covered("2015-01", None);
    let b = account("B", 3, (10_000_000, 100, 840_000)).covered("2015-01", None);
    let b = b.claim(hurt("b", &[("2020-05-11", 1_260_000)]));
    let c = account("C", 8, (5_000_000, 50, 1_140_000)).covered("2015-01", None);
    let c = c.claim(hurt("c", &[("2020-06-01", 3_420_000), ("2021-08-02", 3_420_000)]));
    let class = RiskClass::new(ClassSystem::Eight, 1).unwrap();
    let d = History::builder("990100", "D").sub_area("990102").class(class, "2022-01-01", None);
    let d = d.covered("2022-01", None).premium("2022-01", "2022-06", 60_000_000, 49, 180_000);
    let e = account("E", 3, (10_000_000, 100, 840_000)).covered("2015-01", Some("2021-12"));
    [a, b, c, d, e].map(|builder| builder.build().unwrap()).to_vec()
}

/// Twelve months to June 2022: 250,000 in, 300,000 out each, 5,400,000 left.
fn fund() -> Fund {
    let month = |nth: i32| FundMonth {
        area: "990100".to_owned(),
        month: Month::of(day("2021-07-01")).plus(nth),
        income: Money::from_fen(250_000),
        benefits: Money::from_fen(300_000),
        balance: Money::from_fen(5_950_000 - i64::from(nth) * 50_000),
    };
    Fund::new((0..12).map(month).collect())
}

struct Study {
    portfolio: Portfolio,
    baseline: Baseline,
}

fn study() -> Study {
    Study { portfolio: Portfolio::new("990100", histories(), fund()), baseline: Baseline::of(&law()) }
}

impl Study {
    fn searched(&self, search: &Search) -> Result<Calibration, Problems> {
        let before = self.portfolio.priced(self.baseline.law(), Workers::new(2));
        self.portfolio.calibrated((&self.baseline, &before), search, Workers::new(2))
    }

    fn swept(&self, axes: &[Axis]) -> Result<Vec<SweepPoint>, Problems> {
        let before = self.portfolio.priced(self.baseline.law(), Workers::new(2));
        self.portfolio.swept((&self.baseline, &before), axes, Level::AsCharged, Workers::new(2))
    }

    fn compared(&self, proposal: Proposal, level: Level) -> Comparison {
        let law = self.baseline.judge(&proposal).unwrap().law.unwrap();
        self.portfolio.compared(&self.baseline, &law, level, &Comparing::default(), Workers::new(2)).unwrap()
    }
}

fn milder() -> Proposal {
    let change = |measure: &str, to: &str| Change::set(&format!("{LOW}.{measure}"), to);
    Proposal::new("milder").changed([change("pay_ratio", "<= 60%"), change("incidence", "<= 4‰")])
}

fn half() -> Proposal {
    Proposal::new("half").at_base_factor("50%".parse::<Factor>().unwrap())
}

/// B passes under the milder bounds to 80 %: 10 × 56,000 + 2 × 44,800 = 649,600, which is 162,400 less, 20 % of the rate.
#[test]
fn a_milder_row_moves_whom_it_lets_in_and_nobody_else() {
    let study = study();
    let found = study.compared(milder(), Level::AsCharged);
    assert_eq!((found.coverage.both, found.total.before.accounts), (4, 4));
    assert_eq!(found.coverage.not_after.iter().collect::<Vec<_>>(), [(&Code::HistoryNotCovered, &1)]);
    assert_eq!(found.total.before.premium_fen, 3_231_000);
    assert_eq!(found.total.after.premium_fen, 3_231_000 - 162_400);
    // Payroll of a year: 120 + 120 + 60 + 120 million fen. 3,231,000 / 420,000,000 is the average rate, exactly.
    let rate = Quantity { numerator: 3_231_000, denominator: 420_000_000 };
    assert_eq!(found.total.before.average_rate(), Some(rate));
    let class = |number| RiskClass::new(ClassSystem::Eight, number).unwrap();
    let of_three = found.by_class[&class(3)];
    assert_eq!((of_three.before.premium_fen, of_three.after.premium_fen), (1_218_000, 1_055_600));
    assert_eq!(found.by_class[&class(8)].difference_fen(), 0);
    // Heads: 49, 50, and twice 100; the bands are up to 9, 10–49, 50–299, …
    let sizes: Vec<_> = found.by_size.iter().map(|(band, pair)| (*band, pair.before.accounts)).collect();
    assert_eq!(sizes, [(1, 1), (2, 3)]);
    let areas: Vec<_> = found.by_sub_area.iter().map(|(name, pair)| (name.as_str(), pair.before.accounts)).collect();
    assert_eq!(areas, [("", 3), ("990102", 1)]);
    let moved = found.rate_changes.bins.iter().filter(|bin| bin.pair.before.accounts > 0);
    let moved: Vec<_> = moved.map(|bin| (bin.above, bin.to, bin.pair.before.accounts)).collect();
    assert_eq!(moved, [(Some(-20), Some(-10), 1), (Some(0), Some(0), 3)]);
    let [mover] = found.movers.down.as_slice() else { panic!("{:?}", found.movers) };
    assert_eq!((mover.account.number.as_str(), mover.difference_fen()), ("B", -162_400));
    assert_eq!(mover.grades, ["100%", "80%"]);
    assert!(mover.why(Lang::En)[1].contains("ratio and incidence both low"), "{:?}", mover.why(Lang::En));
    assert!(found.movers.up.is_empty());
}

/// The rows of the matrix are the summary by grade of the law in force, its columns that of the candidate.
#[test]
fn rows_and_columns_of_the_matrix_are_the_summaries_by_grade() {
    let study = study();
    for (proposal, level) in [(milder(), Level::AsCharged), (half(), Level::AsCharged), (half(), Level::OnLevel)] {
        let found = study.compared(proposal, level);
        let matrix = &found.migration;
        for (place, sum) in &found.by_grade[0] {
            assert_eq!(matrix.row(usize::from(place.unwrap())), *sum);
        }
        for (place, sum) in &found.by_grade[1] {
            assert_eq!(matrix.column(usize::from(place.unwrap())), *sum);
        }
        let everybody = matrix.cells.iter().flatten().map(|cell| cell.accounts).sum::<u64>();
        assert_eq!(everybody, 5, "everybody stands in one cell");
    }
    let found = study.compared(milder(), Level::AsCharged);
    let cell = |row: usize, column: usize| found.migration.cells[row][column].accounts;
    // Grades 50, 80, 100, 120, 150 %; then without a grade, then not decided.
    assert_eq!((cell(0, 0), cell(2, 1), cell(2, 2), cell(4, 4)), (1, 1, 1, 1));
    assert_eq!(found.migration.stays(), 3);
    assert_eq!((cell(6, 6), found.migration.cells[6][6].pair.before.accounts), (1, 0), "E has no rate and no sum");
}

/// Half of every base rate: as charged everybody pays half. On level the window premiums are halves too: B's ratio is
/// 100 %, above 90 %: 120 % of 0.35 % → 0.42 %. 10 × 42,000 + 2 × 33,600 = 487,200; A 203,000, C 826,500, D 180,000.
#[test]
fn lower_base_rates_move_their_own_denominator_on_level() {
    let study = study();
    let law = study.baseline.judge(&half()).unwrap().law.unwrap();
    assert!(moves_its_own_measure(&law, study.baseline.law()));
    let milder = study.baseline.judge(&milder()).unwrap().law.unwrap();
    assert!(!moves_its_own_measure(&milder, study.baseline.law()));
    assert_eq!(study.compared(half(), Level::AsCharged).total.after.premium_fen * 2, 3_231_000);
    let on_level = study.compared(half(), Level::OnLevel);
    assert_eq!(on_level.total.after.premium_fen, 203_000 + 487_200 + 826_500 + 180_000);
}

/// A base rate that is no whole number of millionths moves the measure like any other: 0.7 % × 50.55 % = 0.35385 %, and B's
/// ratio is 50 % / 0.5055 = 98.9 %, above 90 %: 120 %.
#[test]
fn base_rates_of_many_digits_move_their_own_denominator_too() {
    let factor = || Proposal::new("many-digits").at_base_factor("50.55%".parse::<Factor>().unwrap());
    let cell = |found: &Comparison| (found.migration.cells[2][2].accounts, found.migration.cells[2][3].accounts);
    assert_eq!(cell(&study().compared(factor(), Level::AsCharged)), (2, 0));
    assert_eq!(cell(&study().compared(factor(), Level::OnLevel)), (1, 1));
}

/// What was priced of another portfolio is none of this one's.
#[test]
fn the_rows_of_another_portfolio_are_refused() {
    let (study, nobody) = (study(), Portfolio::new("990100", Vec::new(), fund()));
    let law = study.baseline.law();
    let other = study.portfolio.priced(law, Workers::new(1));
    let how = Comparing::default();
    let problems = nobody.compared_with(&other, law, Level::AsCharged, &how, Workers::new(1)).unwrap_err();
    assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), [Code::ScenarioNobody]);
    let none = nobody.priced(law, Workers::new(1));
    let problems = study.portfolio.compared_with(&none, law, Level::AsCharged, &how, Workers::new(1)).unwrap_err();
    assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), [Code::ScenarioNobody]);
}

/// A window of 2021 alone, after the other was measured: B's claim lies before it: 50 %, as A. Of C half is left, over a
/// third of the premium: u = 300 %; its one person was hurt in 2020, so i = 0: 150 % still.
#[test]
fn another_window_is_measured_again() {
    let study = study();
    study.portfolio.prepare(study.baseline.law(), Workers::new(1));
    let window = Proposal::new("one-year").changed([Change::set("cycles.2022-2025.windows.0.from", "2021-01-01")]);
    let law = study.baseline.judge(&window).unwrap().law.unwrap();
    assert!(!study.portfolio.is_prepared(&law));
    let found = study.compared(window, Level::AsCharged);
    assert_eq!(found.total.after.premium_fen, 406_000 * 2 + 1_653_000 + 360_000);
}

/// Nobody has a last rate but A, who paid 0.7 %: on the same ten and two months 12 × 70,000 = 840,000.
#[test]
fn changes_against_the_last_rate_are_told_apart() {
    let mut histories = histories();
    let rate: Rate = "0.7%".parse().unwrap();
    let rates = rate_core::history::ChargedRate {
        days: rate_core::DateSpan::new(day("2021-07-01"), Some(day("2022-06-30"))).unwrap(),
        class: RiskClass::new(ClassSystem::Eight, 3).unwrap(),
        base: Some(rate),
        grade: "100%".to_owned(),
        before_cut: rate,
        cut: Factor::ZERO,
        charged: rate,
        origin: rate_core::Origin::Base,
        cycle: String::new(),
        used: Vec::new(),
        document: String::new(),
    };
    histories[0] = account("A", 3, (10_000_000, 100, 840_000)).covered("2015-01", None).rate(rates).build().unwrap();
    let study = Study { portfolio: Portfolio::new("990100", histories, fund()), baseline: Baseline::of(&law()) };
    let found = study.compared(milder(), Level::AsCharged);
    let [_, after] = &found.by_change;
    let down = &after[&Against::Down];
    assert_eq!((down.sum.accounts, down.previous_fen, down.sum.premium_fen), (1, 840_000, 406_000));
    assert_eq!(after[&Against::First].sum.accounts, 3);
}

/// 5,400,000 + 3,231,000 − 12 × 300,000 = 5,031,000, of 300,000 a month: 16.77 months, which the bands do not cut. With a load of
/// 5 % on the 3,420,000 paid for claims in these months: 3,591,000 out, 5,040,000 left, 16.84 months. With income of
/// 9,000,000 it is 10,800,000: 36 months, which the bands cut by half.
#[test]
fn the_fund_after_a_year() {
    let study = study();
    let law = study.baseline.law();
    let found = study.portfolio.outlook(law, 3_231_000, Load::AsInTable).unwrap();
    let months = |it: Quantity| (it.numerator, it.denominator);
    assert_eq!(months(found.balance), (5_031_000, 1));
    assert_eq!(found.months.map(months), Some((5_031_000 * 12, 3_600_000)));
    assert_eq!((found.claims_fen, found.table_income_fen, found.cut), (3_420_000, 3_000_000, Some(Factor::ZERO)));
    assert_eq!(months(found.surplus()), (3_231_000 - 3_600_000, 1));
    let load = Load::Stated("5%".parse().unwrap());
    let loaded = study.portfolio.outlook(law, 3_231_000, load).unwrap();
    assert_eq!(loaded.benefits.compare(Quantity::count(3_591_000)), std::cmp::Ordering::Equal);
    assert_eq!(loaded.balance.compare(Quantity::count(5_040_000)), std::cmp::Ordering::Equal);
    let rich = study.portfolio.outlook(law, 9_000_000, Load::AsInTable).unwrap();
    assert_eq!(rich.cut, Some("50%".parse().unwrap()));
    let none = Portfolio::new("990100", histories(), Fund::default()).outlook(law, 0, Load::AsInTable).unwrap_err();
    assert_eq!(none.code, Code::ScenarioFund);
}

fn search(setting: Setting, [low, high, step]: [&str; 3], target_fen: i128) -> Search {
    let number = |text: &str| text.parse().unwrap();
    let (low, high, step) = (number(low), number(high), number(step));
    Search { setting, low, high, step, target_fen, tolerance_fen: 20, level: Level::AsCharged }
}

/// Everything is in proportion to the base factor, so 95 % of the premium takes a factor of 95 %; 50 times cannot be met;
/// and where one bound lets B in or does not, the premium jumps.
#[test]
fn calibration_finds_the_factor_or_says_why_there_is_none() {
    let study = study();
    let at = |search: &Search| study.searched(search).unwrap();
    let found = at(&search(Setting::BaseFactor, ["50", "150", "0.5"], 3_069_450));
    let Found::Solution(solution) = &found.found else { panic!("{:?}", found.found) };
    assert_eq!((solution.value.to_string(), solution.premium_fen()), ("95".to_owned(), Some(3_069_450)));
    assert_eq!(found.trials[0].value.to_string(), "50");
    assert_eq!(found.trials[1].value.to_string(), "150");
    let far = at(&search(Setting::BaseFactor, ["50", "150", "0.5"], 9_000_000));
    assert!(matches!(&far.found, Found::OutOfReach(end) if end.value.to_string() == "150"), "{:?}", far.found);
    // With the incidence let through, u = 50 % is inside the row from 50 on, and outside below.
    let bound = Setting::Values(vec![(format!("{LOW}.pay_ratio"), "<= {}%".to_owned())]);
    let both = Study {
        baseline: Baseline::of(
            &study
                .baseline
                .judge(&Proposal::new("x").changed([Change::set(&format!("{LOW}.incidence"), "<= 4‰")]))
                .unwrap()
                .law
                .unwrap(),
        ),
        ..study
    };
    let found = both.searched(&search(bound, ["20", "80", "1"], 3_100_000)).unwrap();
    let Found::Jumps(below, above) = &found.found else { panic!("{:?}", found.found) };
    assert_eq!((below.value.to_string(), above.value.to_string()), ("49".to_owned(), "50".to_owned()));
    assert_eq!((below.premium_fen(), above.premium_fen()), (Some(3_231_000), Some(3_068_600)));
}

/// F alone, class 3, insured since 2015: u = 3 × 252,000 / 3 × 840,000 = 30 % with one hurt in 300 head-years, so not "low".
/// The upper grade is 1v % and begins above v %: up to v = 29 F pays 812,000 × 1.v, from 30 on 812,000. From 893,200 at
/// 110 % to 812,000 at v = 40 no end passes 1,006,880, which is 812,000 × 1.24. Of the fifteen numbers inside, 11, 13, 15,
/// 17, 19, 21, 23 and 25, the last does: 1,015,000. Between 23 and 25 lies 24.
#[test]
fn a_solution_between_ends_on_one_side_is_found() {
    let f = account("F", 3, (10_000_000, 100, 840_000)).covered("2015-01", None);
    let f = f.claim(hurt("f", &[("2020-05-11", 756_000)])).build().unwrap();
    let study = Study { portfolio: Portfolio::new("990100", vec![f], fund()), baseline: Baseline::of(&law()) };
    let moved = [
        ("ladder.grades.3.factor", "1{}%"),
        ("float_table.rows.middle.all.pay_ratio", "<= {}%"),
        ("float_table.rows.high.any.pay_ratio", "({}%, 150%]"),
    ];
    let setting = || Setting::Values(moved.map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec());
    let found = study.searched(&search(setting(), ["10", "40", "1"], 1_006_880)).unwrap();
    let values: Vec<String> = found.trials.iter().map(|it| it.value.to_string()).collect();
    assert_eq!(values, ["10", "40", "11", "13", "15", "17", "19", "21", "23", "25", "24"]);
    let Found::Solution(at) = &found.found else { panic!("{:?}", found.found) };
    assert_eq!((at.value.to_string(), at.premium_fen()), ("24".to_owned(), Some(1_006_880)));
    // More than anybody ever pays: the nearest of all seventeen is told, v = 29 (812,000 × 1.29), no end of the bracket.
    let far = study.searched(&search(setting(), ["25", "41", "1"], 2_000_000)).unwrap();
    let Found::OutOfReach(nearest) = &far.found else { panic!("{:?}", far.found) };
    assert_eq!((nearest.value.to_string(), nearest.premium_fen()), ("29".to_owned(), Some(1_047_480)));
    assert_eq!(far.trials.len(), 17);
}

#[test]
fn a_search_on_refused_rules_or_without_numbers_says_so() {
    let study = study();
    // Below 90 % the row leaves a hole up to where "high" begins.
    let hole = Setting::Values(vec![("float_table.rows.middle.all.pay_ratio".to_owned(), "<= {}%".to_owned())]);
    let found = study.searched(&search(hole, ["80", "90", "1"], 1)).unwrap();
    assert!(matches!(&found.found, Found::Refused(at) if at.outcome == Err(Verdict::Refused)), "{:?}", found.found);
    for numbers in [["90", "80", "1"], ["80", "90", "0"], ["80", "90", "11"], ["0", "90", "0.00001"]] {
        let wrong = study.searched(&search(Setting::BaseFactor, numbers, 1));
        let problems = wrong.unwrap_err();
        assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), [Code::ScenarioBracket], "{numbers:?}");
    }
}

/// A, B and C have premium rows of whole years, so a window that begins inside one cannot be decided for them: only D, who
/// is not floated, is left of four, with 360,000 fen. What one employer pays is no solution to what four are to pay; nor is
/// anything at the next number.
#[test]
fn fewer_accounts_are_no_solution() {
    let study = study();
    let path = "cycles.2022-2025.windows.0.from".to_owned();
    let start = Setting::Values(vec![(path, "2019-{}-01".to_owned())]);
    let found = study.searched(&search(start.clone(), ["10", "12", "1"], 360_000)).unwrap();
    let Found::Fewer(at) = &found.found else { panic!("{:?}", found.found) };
    let reached = at.outcome.as_ref().unwrap();
    assert_eq!((reached.total.accounts, reached.lost, at.premium_fen()), (1, 3, Some(360_000)));
    let points = study.swept(&[Axis { setting: start, values: vec!["10".parse().unwrap()] }]).unwrap();
    let reached = points[0].outcome.as_ref().unwrap();
    assert_eq!((reached.total.accounts, reached.lost), (1, 3));
    // Nobody to hold a number against.
    let nobody = Study { portfolio: Portfolio::new("990200", histories(), fund()), ..study };
    let wrong = nobody.searched(&search(Setting::BaseFactor, ["50", "150", "1"], 1)).unwrap_err();
    assert_eq!(wrong.iter().map(|it| it.code).collect::<Vec<_>>(), [Code::ScenarioNobody]);
}

/// B is let in where both bounds let it: u = 50 % and i = 3⅓ ‰.
#[test]
fn a_sweep_over_two_settings_decides_every_combination() {
    let study = study();
    let axis = |measure: &str, unit: &str, values: &[&str]| Axis {
        setting: Setting::Values(vec![(format!("{LOW}.{measure}"), format!("<= {{}}{unit}"))]),
        values: values.iter().map(|value| value.parse().unwrap()).collect(),
    };
    let axes = [axis("pay_ratio", "%", &["40", "50"]), axis("incidence", "‰", &["3", "4"])];
    let points = study.swept(&axes).unwrap();
    let premiums: Vec<i128> = points.iter().map(|it| it.outcome.as_ref().unwrap().total.premium_fen).collect();
    assert_eq!(premiums, [3_231_000, 3_231_000, 3_231_000, 3_068_600]);
    let none = study.swept(&[]).unwrap_err();
    assert_eq!(none.iter().next().unwrap().code, Code::ScenarioBracket);
}

#[test]
fn what_does_not_fit_is_said_all_at_once() {
    let study = study();
    let changes =
        [Change::set("float_table.rows.lower.all.pay_ratio", "<= 60%"), Change::set("measures.nothing.x", "1")];
    let problems = study.baseline.judge(&Proposal::new("slips").changed(changes)).unwrap_err();
    assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), [Code::RuleSetName, Code::RuleSetName]);
    // Two of one thing, a value that is none, and a path without a name: all of them.
    let same = "float_table.rows.low.all.pay_ratio";
    let changes = [
        Change::set(same, "<= 60%"),
        Change::set(same, "<= 50%"),
        Change::set("ladder..x", "1"),
        Change::set("float_table.rows.high.any.incidence", "many"),
    ];
    let problems = study.baseline.judge(&Proposal::new("slips").changed(changes)).unwrap_err();
    let codes: Vec<Code> = problems.iter().map(|it| it.code).collect();
    for code in [Code::RuleSetContradiction, Code::RuleSetName, Code::RuleSetInterval] {
        assert!(codes.contains(&code), "{code:?} is missing in {codes:?}");
    }
    let rates = vec!["0.2%".parse().unwrap(); 3];
    let problems = study.baseline.judge(&Proposal::new("rates").at_base_rates(rates)).unwrap_err();
    assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), [Code::ScenarioBase]);
    let hole = Proposal::new("hole").changed([Change::set("float_table.rows.high.any.pay_ratio", "(95%, 150%]")]);
    let candidate = study.baseline.judge(&hole).unwrap();
    assert!(candidate.law.is_none() && candidate.report.verdict == Verdict::Refused);
    assert!(candidate.report.findings.iter().any(|it| it.problem.code == Code::CheckGap));
    let nobody = Portfolio::new("990200", histories(), fund());
    let law = study.baseline.law();
    let how = Comparing::default();
    let problems = nobody.compared(&study.baseline, law, Level::AsCharged, &how, Workers::new(1)).unwrap_err();
    assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), [Code::ScenarioNobody]);
}

/// New base rates are those of everybody without a vector of a sub-area: D keeps its 0.3 %.
/// A and B are held at the base rate of class 1, before the cut and after it: 12 × 100,000 = 1,200,000 each. C 1.5 %, then
/// 1.2 %: 10 × 75,000 + 2 × 60,000 = 870,000.
#[test]
fn new_base_rates_by_class() {
    let study = study();
    let rates = vec!["1%".parse().unwrap(); 8];
    let found = study.compared(Proposal::new("one").at_base_rates(rates), Level::AsCharged);
    assert_eq!(found.total.after.premium_fen, 1_200_000 + 1_200_000 + 870_000 + 360_000);
}

/// Zero payroll is no division: an account whose rows carry none pays nothing and has no average rate.
#[test]
fn zero_payroll_has_no_average_rate() {
    let class = RiskClass::new(ClassSystem::Eight, 3).unwrap();
    let nothing = History::builder("990100", "Z").class(class, "2015-10-01", None).covered("2022-01", None);
    let nothing = nothing.premium("2022-01", "2022-06", 0, 0, 0).build().unwrap();
    let study =
        Study { portfolio: Portfolio::new("990100", vec![nothing], Fund::default()), baseline: Baseline::of(&law()) };
    let found = study.compared(milder(), Level::AsCharged);
    assert_eq!((found.total.before.accounts, found.total.before.premium_fen), (1, 0));
    assert_eq!(found.total.before.average_rate(), None);
    assert_eq!(found.by_size.keys().collect::<Vec<_>>(), [&0]);
}

/// Somebody raised the flag before it began: nobody is decided, and nothing of that is kept for whoever comes next.
#[test]
fn what_was_stopped_is_not_kept() {
    let study = study();
    let (law, flag) = (study.baseline.law(), std::sync::atomic::AtomicBool::new(true));
    let stopped = Workers::new(2).stopping_at(&flag);
    assert!(study.portfolio.priced(law, stopped).rows().is_empty());
    study.portfolio.prepare(law, stopped);
    assert!(!study.portfolio.is_prepared(law));
    assert_eq!(study.portfolio.priced(law, Workers::new(2)).premium_fen(), 3_231_000);
}

/// The same figures with one thread and with seven, prepared or not.
#[test]
fn threads_and_what_was_measured_before_change_nothing() {
    let (one, other) = (study(), study());
    let law = one.baseline.judge(&half()).unwrap().law.unwrap();
    other.portfolio.prepare(other.baseline.law(), Workers::new(7));
    assert!(other.portfolio.is_prepared(other.baseline.law()) && !one.portfolio.is_prepared(one.baseline.law()));
    let how = Comparing::default();
    let first = one.portfolio.compared(&one.baseline, &law, Level::OnLevel, &how, Workers::new(1)).unwrap();
    let second = other.portfolio.compared(&other.baseline, &law, Level::OnLevel, &how, Workers::new(7)).unwrap();
    assert_eq!(first, second);
}

/// Rates that follow from an outcome alone are looked up; everybody's row must still be what the whole decision says. The
/// methods float on grades, on the last rate, with bonuses and floors; the days are those of first and of later settings.
#[test]
fn everybody_is_priced_as_the_whole_decision_says() {
    let dir = tempfile::tempdir().unwrap();
    let plan = rate_service::book::Plan { accounts: 3_000, seed: 11, ..rate_service::book::Plan::default() };
    rate_service::book::generate(&plan, dir.path(), &mut |_, _| {}).unwrap();
    let tables = rate_service::book::Reading::default().tables(dir.path(), &mut |_, _| {}).unwrap();
    let book = rate_core::input::book::check_book(&tables);
    let portfolio = Portfolio::new("990100", book.histories, book.fund);
    let parameters = parameters(&["parameters/990100/demonstration.toml"], None);
    let mut rates = 0;
    for (set, on) in [
        ("three-year", "2022-07-01"),
        ("three-year", "2023-07-01"),
        ("three-year", "2025-07-01"),
        ("last-rate-stays", "2022-07-01"),
        ("steps-by-class", "2022-07-01"),
        ("guangdong-type", "2022-07-01"),
    ] {
        let rules = rule_set(&format!("rule_sets/illustrative/{set}.toml"), Some("990100"));
        let Ok(law) = rules.law_for(&parameters, day(on)) else { continue };
        let priced = portfolio.priced(&law, Workers::new(2));
        for (history, row) in portfolio.histories().iter().zip(priced.rows()) {
            let Ok(decision) = rate_core::decide(&law, history) else {
                assert!(row.is_err(), "{set} {on} {}", history.key());
                continue;
            };
            let row = row.as_ref().unwrap();
            let first = decision.schedule().segments()[0].days.from();
            let payroll = rate_core::premium::payroll_base(history, first).map_or(Money::ZERO, |base| base.monthly);
            let bills = rate_core::premium::bills(decision.schedule(), payroll);
            assert_eq!(row.premium_fen, rate_core::premium::total(&bills), "{set} {on} {}", history.key());
            assert_eq!(Some(row.rate), decision.decided_segment().map(|it| it.rate), "{set} {on} {}", history.key());
            let outcome = decision.outcome();
            assert_eq!((row.grade, row.origin, row.class), (outcome.grade, outcome.origin, outcome.class));
            rates += 1;
        }
    }
    assert!(rates > 6_000, "{rates} accounts were compared");
}
