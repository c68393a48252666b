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
        let points: usize = axes.iter().map(|axis| axis.values.len()).product();
        if axes.is_empty() || axes.len() > 2 || points == 0 || points > MOST_POINTS {
            let values = [axes.len().to_string(), points.to_string(), "1".to_owned(), MOST_POINTS.to_string()];
            return Err(Problem::new(Code::ScenarioBracket, Place::field("sweeps.values"), values).into());
        }
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
