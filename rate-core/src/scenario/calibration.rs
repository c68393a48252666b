//! Calibration: the number at which a setting brings the premium of everybody to a target, or that there is none.

use rust_decimal::Decimal;

use super::candidate::Baseline;
use super::portfolio::Portfolio;
use super::priced::{Level, Priced};
use super::reached::Reached;
use super::setting::{Setting, candidate_at};
use super::shards::Workers;
use crate::error::{Code, Place, Problem, Problems};
use crate::rule_set::Verdict;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What is moved.
    pub setting: Setting,
    /// The lowest number tried.
    pub low: Decimal,
    /// The highest number tried.
    pub high: Decimal,
    /// The numbers in between lie so far apart.
    pub step: Decimal,
    /// The premium of a year that is wanted, in fen.
    pub target_fen: i128,
    /// How far from it is near enough, in fen.
    pub tolerance_fen: i128,
    /// At what level window premiums stand.
    pub level: Level,
}

/// A number that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The number.
    pub value: Decimal,
    /// Everybody at it; or what the checker says of rules that decide nothing.
    pub outcome: Result<Reached, Verdict>,
}

impl Trial {
    /// The premium of a year at it, in fen, where the rules decide.
    pub fn premium_fen(&self) -> Option<i128> {
        self.outcome.as_ref().ok().map(|reached| reached.total.premium_fen)
    }

    /// The premium where it may be held against a target: no account is lost.
    fn comparable(&self) -> Option<i128> {
        self.outcome.as_ref().ok().filter(|it| it.lost == 0).map(|it| it.total.premium_fen)
    }

    /// Why it may not.
    fn without_premium(self) -> Found {
        if self.outcome.is_err() { Found::Refused(self) } else { Found::Fewer(self) }
    }
}

/// What a search comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A number that is near enough; everybody was decided once more at it.
    Solution(Trial),
    /// Both ends lie on one side of the target: the nearer one.
    OutOfReach(Trial),
    /// Between two neighbouring numbers the premium jumps over the target.
    Jumps(Trial, Trial),
    /// On the way the checker refused the rules.
    Refused(Trial),
    /// On the way accounts were lost that the baseline decides: what fewer of them pay meets no target.
    Fewer(Trial),
}

/// A search with its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calibration {
    /// What was looked for.
    pub search: Search,
    /// Every number tried, in the order of trying; the first two are the bracket.
    pub trials: Vec<Trial>,
    /// What came of it.
    pub found: Found,
}

/// Numbers between the ends of a search: more are a slip of the step.
const MOST_STEPS: i64 = 1_000_000;

impl Portfolio {
    /// Looks for the number at which the premium of everybody meets a target, closing in on it from both ends
    /// of the bracket.
    ///
    /// Where the premium does not rise or fall all the way, one of several solutions may be found, never a wrong one.
    ///
    /// # Errors
    /// `scenario.bracket`, `scenario.nobody`, and everything that is wrong with the changed law itself.
    pub fn calibrated(
        &self,
        (baseline, before): (&Baseline, &Priced),
        search: &Search,
        workers: Workers<'_>,
    ) -> Result<Calibration, Problems> {
        let steps = steps(search)?;
        self.held_against(before)?;
        let mut way = Way { portfolio: self, baseline, before, search, workers, trials: Vec::new() };
        let (low, high) = (way.tried(0)?, way.tried(steps)?);
        let found = way.between((0, low), (steps, high))?;
        Ok(Calibration { search: search.clone(), trials: way.trials, found })
    }
}

/// How many steps lie between the ends.
fn steps(search: &Search) -> Result<i64, Problem> {
    let values = || {
        let numbers = [search.low, search.high, search.step].map(|it| it.to_string());
        numbers.into_iter().chain([MOST_STEPS.to_string()]).collect::<Vec<_>>()
    };
    let wrong = || Problem::new(Code::ScenarioBracket, Place::field("calibrations.between"), values());
    let width = search.high.checked_sub(search.low).ok_or_else(wrong)?;
    if search.step <= Decimal::ZERO || width <= Decimal::ZERO {
        return Err(wrong());
    }
    let steps = width.checked_div(search.step).ok_or_else(wrong)?.floor();
    i64::try_from(steps.mantissa()).ok().filter(|steps| (1..=MOST_STEPS).contains(steps)).ok_or_else(wrong)
}

/// The step at which an even way between two steps crosses the target, never an end of them. Distances are of either sign.
fn evenly((low, below): (i64, i128), (high, above): (i64, i128)) -> i64 {
    let crossed = i128::from(high - low) * below.abs() / (below.abs() + above.abs()).max(1);
    // No further than the width of the bracket, so it fits.
    (low + i64::try_from(crossed).unwrap_or(0)).clamp(low + 1, high - 1)
}

struct Way<'w> {
    portfolio: &'w Portfolio,
    baseline: &'w Baseline,
    before: &'w Priced,
    search: &'w Search,
    workers: Workers<'w>,
    trials: Vec<Trial>,
}

impl Way<'_> {
    fn reached(&self, value: Decimal) -> Result<Result<Reached, Verdict>, Problems> {
        let candidate = candidate_at(self.baseline, &[(&self.search.setting, value)])?;
        let Some(law) = &candidate.law else { return Ok(Err(candidate.report.verdict)) };
        Ok(Ok(self.portfolio.reached(self.before, law, self.search.level, self.workers)))
    }

    fn tried(&mut self, step: i64) -> Result<Trial, Problems> {
        let value = (self.search.low + self.search.step * Decimal::from(step)).normalize();
        let trial = Trial { value, outcome: self.reached(value)? };
        self.trials.push(trial.clone());
        Ok(trial)
    }

    fn between(&mut self, low: (i64, Trial), high: (i64, Trial)) -> Result<Found, Problems> {
        let (mut low, mut high) = (low, high);
        let beyond = |trial: &Trial| trial.comparable().map(|premium| premium - self.search.target_fen);
        let (Some(mut below), Some(mut above)) = (beyond(&low.1), beyond(&high.1)) else {
            let without = if beyond(&low.1).is_none() { low.1 } else { high.1 };
            return Ok(without.without_premium());
        };
        let near = |distance: i128| distance.abs() <= self.search.tolerance_fen;
        let nearer = if below.abs() <= above.abs() { &low.1 } else { &high.1 };
        if near(below) || near(above) {
            return self.again(nearer.clone());
        }
        if (below > 0) == (above > 0) {
            return Ok(Found::OutOfReach(nearer.clone()));
        }
        while high.0 - low.0 > 1 {
            // As if the premium rose evenly, which base rates make it do; every third time in the middle, so that the
            // bracket shrinks whatever it does.
            let middle = if self.trials.len() % 3 == 1 {
                low.0 + (high.0 - low.0) / 2
            } else {
                evenly((low.0, below), (high.0, above))
            };
            let trial = self.tried(middle)?;
            let Some(premium) = trial.comparable() else { return Ok(trial.without_premium()) };
            let distance = premium - self.search.target_fen;
            if distance.abs() <= self.search.tolerance_fen {
                return self.again(trial);
            }
            if (distance > 0) == (below > 0) {
                (low, below) = ((middle, trial), distance);
            } else {
                (high, above) = ((middle, trial), distance);
            }
        }
        Ok(Found::Jumps(low.1, high.1))
    }

    /// Decides everybody once more at the answer, measured anew, before it is shown.
    fn again(&self, trial: Trial) -> Result<Found, Problems> {
        let fresh = self.portfolio.afresh();
        let way = Way { portfolio: &fresh, trials: Vec::new(), ..*self };
        let outcome = way.reached(trial.value)?;
        Ok(if outcome == trial.outcome {
            Found::Solution(trial)
        } else {
            // Cannot be while what is kept is what is measured; shown all the same, as what it is.
            Found::Jumps(trial.clone(), Trial { outcome, ..trial })
        })
    }
}
