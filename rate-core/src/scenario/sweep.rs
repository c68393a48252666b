//! Sweeps: one setting or two at many numbers, everybody decided at each.

use rust_decimal::Decimal;

use super::candidate::Baseline;
use super::portfolio::Portfolio;
use super::priced::{Level, Priced};
use super::reached::Reached;
use super::setting::{Setting, candidate_at};
use super::shards::Workers;
use crate::error::{Code, Place, Problem, Problems};
use crate::rule_set::Verdict;

/// A setting with the numbers it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// What is moved.
    pub setting: Setting,
    /// The numbers.
    pub values: Vec<Decimal>,
}

/// Everybody at one combination of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepPoint {
    /// The number of each axis.
    pub values: Vec<Decimal>,
    /// Everybody; or what the checker says of rules that decide nothing.
    pub outcome: Result<Reached, Verdict>,
}

/// Combinations one sweep may have.
const MOST_POINTS: usize = 400;

impl Axis {
    /// Refuses axes that nothing can be gone through on, as far as it shows without accounts: each number of an axis with the
    /// others at their first.
    ///
    /// # Errors
    /// `scenario.bracket`, and everything that is wrong with the law at such a number.
    pub fn check(baseline: &Baseline, axes: &[Self]) -> Result<(), Problems> {
        fits(axes)?;
        let mut at: Vec<(&Setting, Decimal)> = axes.iter().map(|axis| (&axis.setting, axis.values[0])).collect();
        let mut problems = Vec::new();
        for (place, axis) in axes.iter().enumerate() {
            // The first of every axis together are tried once.
            for value in axis.values.iter().skip(usize::from(place > 0)) {
                at[place].1 = *value;
                problems.extend(candidate_at(baseline, &at).err().into_iter().flat_map(Problems::into_vec));
            }
            at[place].1 = axis.values[0];
        }
        Problems::none_of(problems)
    }
}

/// Refuses no axis and more than two, no numbers and too many.
fn fits(axes: &[Axis]) -> Result<(), Problem> {
    let points = axes.iter().map(|axis| axis.values.len()).fold(1, usize::saturating_mul);
    if (1..=2).contains(&axes.len()) && (1..=MOST_POINTS).contains(&points) {
        return Ok(());
    }
    let values = [axes.len().to_string(), points.to_string(), "1".to_owned(), MOST_POINTS.to_string()];
    Err(Problem::new(Code::ScenarioBracket, Place::field("axes"), values))
}

impl Portfolio {
    /// Decides everybody at every combination of the numbers of one axis or two.
    ///
    /// # Errors
    /// `scenario.bracket` for no numbers or too many; `scenario.nobody`; everything that is wrong with a changed law itself.
    pub fn swept(
        &self,
        (baseline, before): (&Baseline, &Priced),
        axes: &[Axis],
        level: Level,
        workers: Workers<'_>,
    ) -> Result<Vec<SweepPoint>, Problems> {
        fits(axes)?;
        let mut combinations: Vec<Vec<(&Setting, Decimal)>> = vec![Vec::new()];
        for axis in axes {
            let longer = |before: &Vec<(_, _)>| {
                let with = |value: &Decimal| [before.as_slice(), &[(&axis.setting, *value)]].concat();
                axis.values.iter().map(with).collect::<Vec<_>>()
            };
            combinations = combinations.iter().flat_map(longer).collect();
        }
        self.held_against(before)?;
        let point = |at: &Vec<(&Setting, Decimal)>| {
            let candidate = candidate_at(baseline, at)?;
            let values = at.iter().map(|(_, value)| *value).collect();
            let reached = candidate.law.as_ref().map(|law| self.reached(before, law, level, workers));
            Ok(SweepPoint { values, outcome: reached.ok_or(candidate.report.verdict) })
        };
        combinations.iter().map(point).collect()
    }
}
