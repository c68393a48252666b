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
    /// At every number tried the premium lies on one side of the target: the nearest one. Between them it may cross it.
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
    /// Every number tried, in the order of trying; the first two are the bracket. Where both lie on one side, numbers
    /// inside follow.
    pub trials: Vec<Trial>,
    /// What came of it.
    pub found: Found,
}

/// Numbers between the ends of a search: more are a slip of the step.
const MOST_STEPS: i64 = 1_000_000;

/// Numbers inside a bracket that are tried where both its ends lie on one side: the premium may cross the target twice.
const PROBES: i64 = 15;

impl Search {
    /// Refuses what cannot be looked for, as far as it shows without accounts.
    ///
    /// # Errors
    /// `scenario.bracket`, and everything that is wrong with the law at either end.
    pub fn check(&self, baseline: &Baseline) -> Result<(), Problems> {
        let mut problems: Vec<Problem> = steps(self).err().into_iter().collect();
        let ends = [self.low, self.high].map(|value| candidate_at(baseline, &[(&self.setting, value)]).err());
        problems.extend(ends.into_iter().flatten().flat_map(Problems::into_vec));
        Problems::none_of(problems)
    }
}

impl Portfolio {
    /// Looks for the number at which the premium of everybody meets a target, closing in on it from both ends
    /// of the bracket. Where both ends lie on one side of it, fifteen numbers evenly in between are tried too, or as many as
    /// there are; those at which nothing can be compared are passed over.
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
    let wrong = || Problem::new(Code::ScenarioBracket, Place::field("between"), values());
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

/// A number that was tried, with its place and how far its premium lies beyond the target.
#[derive(Clone)]
struct Stop {
    step: i64,
    beyond: i128,
    trial: Trial,
}

impl Stop {
    /// Whether two lie on one side of the target.
    const fn is_beside(&self, other: &Self) -> bool {
        (self.beyond > 0) == (other.beyond > 0)
    }
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

    /// A number as one that closes in on the target; `None` where nothing at it can be compared.
    fn stop(&self, step: i64, trial: &Trial) -> Option<Stop> {
        let beyond = trial.comparable()? - self.search.target_fen;
        Some(Stop { step, beyond, trial: trial.clone() })
    }

    fn is_near(&self, stop: &Stop) -> bool {
        stop.beyond.abs() <= self.search.tolerance_fen
    }

    fn between(&mut self, low: (i64, Trial), high: (i64, Trial)) -> Result<Found, Problems> {
        let (low, high) = match (self.stop(low.0, &low.1), self.stop(high.0, &high.1)) {
            (Some(low), Some(high)) => (low, high),
            (None, _) => return Ok(low.1.without_premium()),
            (_, None) => return Ok(high.1.without_premium()),
        };
        let nearer = if low.beyond.abs() <= high.beyond.abs() { &low } else { &high };
        if self.is_near(nearer) {
            return self.again(nearer.trial.clone());
        }
        if low.is_beside(&high) { self.probed(&low, &high) } else { self.closed_in(low, high) }
    }

    /// Looks inside a bracket whose ends lie on one side.
    fn probed(&mut self, low: &Stop, high: &Stop) -> Result<Found, Problems> {
        let (mut last, mut nearest) =
            (low.clone(), if low.beyond.abs() <= high.beyond.abs() { low } else { high }.clone());
        let width = high.step - low.step;
        let probes = PROBES.min(width - 1);
        for nth in 1..=probes {
            let step = low.step + width * nth / (probes + 1);
            let trial = self.tried(step)?;
            let Some(stop) = self.stop(step, &trial) else { continue };
            if self.is_near(&stop) {
                return self.again(stop.trial);
            }
            if !stop.is_beside(&last) {
                return self.closed_in(last, stop);
            }
            if stop.beyond.abs() < nearest.beyond.abs() {
                nearest = stop.clone();
            }
            last = stop;
        }
        Ok(Found::OutOfReach(nearest.trial))
    }

    /// Closes in on a target that lies between two numbers.
    fn closed_in(&mut self, mut low: Stop, mut high: Stop) -> Result<Found, Problems> {
        while high.step - low.step > 1 {
            // As if the premium rose evenly, which base rates make it do; every third time in the middle, so that the
            // bracket shrinks whatever it does.
            let middle = if self.trials.len() % 3 == 1 {
                low.step + (high.step - low.step) / 2
            } else {
                evenly((low.step, low.beyond), (high.step, high.beyond))
            };
            let trial = self.tried(middle)?;
            let Some(stop) = self.stop(middle, &trial) else { return Ok(trial.without_premium()) };
            if self.is_near(&stop) {
                return self.again(stop.trial);
            }
            if stop.is_beside(&low) {
                low = stop;
            } else {
                high = stop;
            }
        }
        Ok(Found::Jumps(low.trial, high.trial))
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
