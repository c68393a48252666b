//! A table brought to balance: where must base rates stand for a year's income to meet a year's benefits (以支定收)?
//!
//! `cargo run --release -p rate-core --example to_balance`
//!
//! 2,000 employers of an invented city are made up by a small generator, the same ones whenever it runs, and with them the
//! fund that paid for their claims. One threshold is swept, base rates are calibrated, and the answer is held against the
//! law in force, as charged and on level. Nothing here is a determination.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

mod city;

use city::Failed;
use rate_core::calendar::days_after;
use rate_core::fund::{Fund, FundMonth};
use rate_core::history::{BenefitItem, Claim, ClaimStatus, InjuryArticle, Payer, Payment};
use rate_core::notice::yuan;
use rate_core::scenario::{
    Axis, Baseline, Calibration, Comparing, Found, Level, Load, Portfolio, Proposal, Search, Setting, Trial, Workers,
    percent,
};
use rate_core::{ClassSystem, Factor, History, Law, Money, Month, NaiveDate, Problems, RiskClass};
use rust_decimal::Decimal;

const AREA: &str = "990100";
const YEARS: [i32; 4] = [2019, 2020, 2021, 2022];
/// Base rates of the city by class, in hundredths of a percent.
const BASE: [i64; 8] = [20, 40, 70, 90, 110, 130, 160, 190];
/// Claims a year for a million heads, by class.
const HURT: [u64; 8] = [1_800, 3_000, 4_600, 6_000, 7_600, 9_200, 11_200, 13_600];
/// What a claim costs, in yuan; each alike.
const COSTS: [i64; 8] = [1_500, 4_000, 9_000, 18_000, 32_000, 60_000, 110_000, 400_000];

fn main() -> Result<(), Failed> {
    let (baseline, workers) = (Baseline::of(&city::law()?), Workers::new(2));
    let portfolio = portfolio()?;
    let before = portfolio.priced(baseline.law(), workers);
    let income = before.total();
    let outlook =
        portfolio.outlook(baseline.law(), income.premium_fen, Load::AsInTable).map_err(|it| Problems::from(*it))?;
    let benefits = outlook.benefits.numerator / outlook.benefits.denominator;
    println!("{} employers are decided; a year's income is {} yuan", income.accounts, yuan(income.premium_fen));
    println!("the fund paid {} yuan in {}", yuan(benefits), outlook.over);

    println!("\nthe pay ratio up to which a grade of 80% is given, and the income at it:");
    let axis = Axis { setting: low_threshold(), values: [20, 40, 60, 80].map(Decimal::from).to_vec() };
    for point in portfolio.swept((&baseline, &before), &[axis], Level::AsCharged, workers)? {
        let reached =
            point.outcome.map_err(|verdict| format!("the checker refuses {:?}: {verdict:?}", point.values))?;
        println!("  {:>4} %{:>18} yuan", point.values[0], yuan(reached.total.premium_fen));
    }

    println!("\nbase rates in percent of what they are, and the income at them:");
    let found = portfolio.calibrated((&baseline, &before), &search(benefits), workers)?;
    let solution = solution(&found)?;
    for trial in &found.trials {
        let premium = trial.premium_fen().ok_or_else(|| format!("the checker refuses {}", trial.value))?;
        println!("  {:>7} %{:>18} yuan, off by {:>16}", trial.value, yuan(premium), yuan(premium - benefits));
    }
    let law = at(&baseline, solution.value)?;
    println!("\nincome meets benefits at {} % of the base rates", solution.value);
    for level in [Level::AsCharged, Level::OnLevel] {
        let comparison = portfolio.compared(&baseline, &law, level, &Comparing::default(), workers)?;
        let after = comparison.total.after;
        let rate = after.average_rate().map_or_else(Default::default, |it| percent(it, 4));
        println!("  {:11}{:>18} yuan, an average rate of {rate} %", level.as_str(), yuan(after.premium_fen));
    }
    holds(&portfolio, &law, solution, &found.search, workers);
    Ok(())
}

/// The upper bound of one row of the float table.
fn low_threshold() -> Setting {
    Setting::Values(vec![("float_table.rows.low.all.pay_ratio".to_owned(), "<= {}%".to_owned())])
}

/// In steps of a hundredth of a percent, which is some 23,000 yuan: nearer than 20,000 is near enough.
fn search(target_fen: i128) -> Search {
    Search {
        setting: Setting::BaseFactor,
        low: 20.into(),
        high: 200.into(),
        step: Decimal::new(1, 2),
        target_fen,
        tolerance_fen: 2_000_000,
        level: Level::AsCharged,
    }
}

/// The number found, or why there is none.
fn solution(found: &Calibration) -> Result<&Trial, String> {
    match &found.found {
        Found::Solution(trial) => Ok(trial),
        Found::OutOfReach(nearest) => {
            Err(format!("nothing that was tried reaches it; the nearest is {}", nearest.value))
        }
        Found::Fewer(at) => Err(format!("fewer employers can be decided at {}", at.value)),
        Found::Jumps(below, above) => {
            Err(format!("it jumps over the target between {} and {}", below.value, above.value))
        }
        Found::Refused(at) => Err(format!("the checker refuses the rules at {}", at.value)),
    }
}

/// The law in force with every base rate multiplied.
fn at(baseline: &Baseline, percent: Decimal) -> Result<Law, Failed> {
    let proposal = Proposal::new("to balance").at_base_factor(Factor::from_percent(percent)?);
    Ok(baseline.judge(&proposal)?.law.ok_or("the checker refuses it")?)
}

/// Everybody decided once more under the answer comes to what was said, and that is near enough.
fn holds(portfolio: &Portfolio, law: &Law, solution: &Trial, search: &Search, workers: Workers<'_>) {
    let again = portfolio.priced(law, workers).premium_fen();
    assert_eq!(Some(again), solution.premium_fen(), "decided again it is another premium");
    assert!((again - search.target_fen).abs() <= search.tolerance_fen, "income does not meet benefits");
}

/// A generator of numbers that are the same whenever and wherever it runs (xorshift, 64 bits).
struct Dice(u64);

impl Dice {
    const fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn one_of(&mut self, choices: &[i64]) -> i64 {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap_or(0)]
    }
}

/// 2,000 employers, insured all the time, charged the base rate, and the fund that paid for their claims.
fn portfolio() -> Result<Portfolio, Failed> {
    let mut dice = Dice(2_022);
    let employers = (1..=2_000).map(|number| employer(&mut dice, number)).collect::<Result<Vec<_>, _>>()?;
    let fund = fund(&employers)?;
    Ok(Portfolio::new(AREA, employers, fund))
}

fn employer(dice: &mut Dice, number: usize) -> Result<History, Failed> {
    let class = number % 8;
    let risk = RiskClass::new(ClassSystem::Eight, u8::try_from(class + 1)?).ok_or("no such class")?;
    // Most are small: heads of 3, 12, 40, 150 or 600, half as many again at most.
    let heads = dice.one_of(&[3, 3, 3, 12, 12, 40, 150, 600]);
    let heads = heads + dice.one_of(&[0, heads / 4, heads / 2]);
    let payroll = heads * 12 * 700_000;
    let mut facts =
        History::builder(AREA, format!("{number:04}")).covered("2015-01", None).class(risk, "2015-10-01", None);
    for year in YEARS {
        let months = [format!("{year}-01"), format!("{year}-12")];
        facts = facts.premium(&months[0], &months[1], payroll, heads, payroll * BASE[class] / 10_000);
        for head in 0..heads {
            if dice.below(1_000_000) < HURT[class] {
                facts = facts.claim(claim(dice, format!("{year}-{number:04}-{head}"), year)?);
            }
        }
    }
    Ok(facts.build()?)
}

/// Somebody hurt in a year: recognised two months later and paid for two months after that.
fn claim(dice: &mut Dice, id: String, year: i32) -> Result<Claim, Failed> {
    let day = u32::try_from(1 + dice.below(240))?;
    let accident = NaiveDate::from_yo_opt(year, day).ok_or("no such day")?;
    let amount = Money::from_fen(100 * dice.one_of(&COSTS));
    let (item, payer, paid_on) = (BenefitItem::Medical, Payer::Fund, days_after(accident, 120));
    Ok(Claim {
        person: id.clone(),
        id,
        article: InjuryArticle::WorkAccident,
        tags: Vec::new(),
        accident,
        recognised: days_after(accident, 60),
        status: ClaimStatus::Recognised,
        disability: None,
        death: None,
        parties: None,
        project: None,
        payments: vec![Payment { item, payer, amount, determined_on: None, accounted_on: None, paid_on }],
    })
}

/// The twelve months before July 2022: what was paid on claims, and a balance that stays.
fn fund(employers: &[History]) -> Result<Fund, Failed> {
    let first = Month::new(2021, 7)?;
    let months = (0..12).map(|offset| {
        let month = first.plus(offset);
        let paid = employers.iter().flat_map(History::claims).flat_map(|claim| &claim.payments);
        let inside = paid.filter(|it| Month::of(it.paid_on) == month);
        let benefits = Money::from_fen(inside.map(|it| it.amount.fen()).sum());
        let balance = Money::from_fen(1_000_000_000);
        FundMonth { area: AREA.to_owned(), month, income: benefits, benefits, balance }
    });
    Ok(Fund::new(months.collect()))
}
