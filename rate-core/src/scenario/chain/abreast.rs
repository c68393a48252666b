//! Ladders side by side: what one-, two- and three-year cycles make of good and bad risks.

use super::cycle::{CycleChain, View};
use super::risk::{RiskLevel, RiskLevels};
use super::{LongRun, mean};
use crate::error::Problems;
use crate::rule_set::Law;

/// What a ladder does to one level of risk in the long run.
#[derive(Clone, Debug, PartialEq)]
pub struct LadderStudy {
    /// The level of risk.
    pub risk: RiskLevel,
    /// The chain.
    pub chain: CycleChain,
    /// Share of time in each grade.
    pub long_run: LongRun,
    /// Mean premium level, in percent of the base rate.
    pub mean_level_percent: f64,
    /// Standard deviation of the premium level over time, in points of the base rate.
    pub deviation_points: f64,
    /// Mean size of a change of the premium level per year, in points of the base rate: that of a change from one cycle
    /// to the next, over the years of a cycle.
    pub yearly_change_points: f64,
    /// Second-largest modulus of an eigenvalue, per cycle: what remains of where one began.
    pub second_modulus: Option<f64>,
    /// Probability that a window with exactly one claim leads to a higher grade than the one held.
    pub raised_by_one_claim: f64,
    /// Expected number of cycles, counted from the one with the higher grade, until a grade no higher than the one
    /// before it is decided, where one claim led to a higher one. `None` where it never does, where the way back may
    /// never end, and where windows overlap.
    pub cycles_to_return: Option<f64>,
    /// The same in years.
    pub years_to_return: Option<f64>,
}

/// A law at all levels of risk.
#[derive(Clone, Debug, PartialEq)]
pub struct SideBySide {
    /// What the law is called here.
    pub label: String,
    /// Months of its cycle and of its window.
    pub months: (i32, i32),
    /// Whether windows overlap.
    pub view: View,
    /// The levels of risk, in their order.
    pub studies: Vec<LadderStudy>,
    /// Mean level of the most frequent claims less that of the least frequent, in points of the base rate: what good
    /// and bad risks are told apart by.
    pub spread_points: f64,
    /// How much of a difference in risk the premium follows, between these two: the logarithm of one mean level over the
    /// other, over that of one claim frequency over the other (Loimaranta's efficiency as an arc). One means in
    /// proportion. `None` where there are not two frequencies above nothing, or a level is nothing.
    pub efficiency: Option<f64>,
}

/// Laws side by side at the same levels of risk, in their order.
///
/// # Errors
/// As [`CycleChain::of`], for the first law that has any.
pub fn side_by_side(laws: &[(String, Law)], risks: &RiskLevels) -> Result<Vec<SideBySide>, Problems> {
    laws.iter().map(|(label, law)| SideBySide::of(label, law, risks)).collect()
}

impl SideBySide {
    fn of(label: &str, law: &Law, risks: &RiskLevels) -> Result<Self, Problems> {
        let chains = CycleChain::of(law, risks)?;
        let studies: Vec<LadderStudy> =
            risks.levels.iter().zip(chains).map(|(risk, chain)| LadderStudy::of(risk.clone(), chain)).collect();
        let by_risk =
            |one: &&LadderStudy, two: &&LadderStudy| one.risk.claims_per_year.total_cmp(&two.risk.claims_per_year);
        let (best, worst) = (studies.iter().min_by(by_risk), studies.iter().max_by(by_risk));
        let (spread, efficiency) = match (best, worst) {
            (Some(best), Some(worst)) => (worst.mean_level_percent - best.mean_level_percent, efficiency(best, worst)),
            _ => (0.0, None),
        };
        // The levels of risk were checked: there is at least one.
        let view = studies.first().map_or(View::Once, |it| it.chain.view);
        let months = studies.first().map_or((0, 0), |it| (it.chain.cycle_months, it.chain.window_months));
        Ok(Self { label: label.to_owned(), months, view, studies, spread_points: spread, efficiency })
    }
}

fn efficiency(best: &LadderStudy, worst: &LadderStudy) -> Option<f64> {
    let risk = (worst.risk.claims_per_year / best.risk.claims_per_year).ln();
    let level = (worst.mean_level_percent / best.mean_level_percent).ln();
    Some(level / risk).filter(|it| it.is_finite() && risk.is_finite() && risk > 0.0)
}

impl LadderStudy {
    fn of(risk: RiskLevel, chain: CycleChain) -> Self {
        let long_run = chain.matrix.long_run(chain.base);
        let (shares, levels) = (&long_run.shares, &chain.levels_percent);
        let level = mean(shares, levels);
        let squares: Vec<f64> = levels.iter().map(|it| (it - level) * (it - level)).collect();
        let moves: Vec<f64> = chain
            .matrix
            .rows()
            .iter()
            .zip(levels)
            .map(|(row, from)| row.iter().zip(levels).map(|(share, to)| share * (to - from).abs()).sum())
            .collect();
        let years = f64::from(chain.cycle_months) / 12.0;
        let (raised, cycles) = return_after_one_claim(&chain, shares);
        let cycles = cycles.filter(|_| chain.view == View::Once);
        Self {
            mean_level_percent: level,
            deviation_points: mean(shares, &squares).max(0.0).sqrt(),
            yearly_change_points: mean(shares, &moves) / years,
            second_modulus: chain.matrix.second_modulus(),
            raised_by_one_claim: raised,
            cycles_to_return: cycles,
            years_to_return: cycles.map(|it| it * years),
            long_run,
            risk,
            chain,
        }
    }
}

/// The probability that one claim raises the grade, and the cycles until it is back, over the long run's grades.
fn return_after_one_claim(chain: &CycleChain, shares: &[f64]) -> (f64, Option<f64>) {
    let (mut raised, mut cycles) = (0.0, Some(0.0));
    for (held, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let back: Vec<bool> = (0..shares.len()).map(|grade| grade <= held).collect();
        let times = chain.matrix.hitting(&back);
        let higher = chain.after_one_claim.rows()[held].iter().zip(times).skip(held + 1);
        for (chance, time) in higher.filter(|(chance, _)| **chance > 0.0) {
            raised += share * chance;
            cycles = cycles.zip(time).map(|(sum, time)| sum + share * chance * time);
        }
    }
    (raised, cycles.filter(|_| raised > 0.0).map(|sum| sum / raised))
}
