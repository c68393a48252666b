//! How far an account stands from the next grade: asked of the engine itself, one measure at a time.

use crate::amount::{Money, Quantity};
use crate::calendar::NaiveDate;
use crate::decide::{self, Standing};
use crate::decision::{NoSteps, Outcome};
use crate::error::Problems;
use crate::experience::{self, Experience, Measured};
use crate::history::History;
use crate::interval::End;
use crate::ladder::GradeIndex;
use crate::premium;
use crate::rule_set::measure::{Per, PremiumBasis};
use crate::rule_set::{Denominator, Law, Measure, Numerator};

/// Which way a grade moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To a higher grade.
    Up,
    /// To a lower grade.
    Down,
}

/// The smallest change of one measure's numerator that moves the grade, everything else as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Margin {
    /// Place of the measure.
    pub measure: usize,
    /// Up or down.
    pub direction: Direction,
    /// Change of the numerator: fen of benefits, or persons; positive in both directions.
    pub change: i128,
    /// The numerator counts money.
    pub money: bool,
    /// Grade now.
    pub from: GradeIndex,
    /// Grade then.
    pub to: GradeIndex,
    /// Last day of the window the facts are counted to.
    pub until: NaiveDate,
    /// What the other grade would add to a year's premium, in fen; negative saves. `None` where no payroll is known.
    pub yearly_fen: Option<i128>,
}

/// The margins of an account under a law, for the window decided on: per measure up and down, where there are any.
///
/// A carried or held grade has no margins.
///
/// # Errors
/// As [`decide`](crate::decide()).
pub fn margins(law: &Law, history: &History) -> Result<Vec<Margin>, Problems> {
    decide::admit::admit(law, history)?;
    let standing = decide::standing::of(law, history)?;
    let experience = experience::measure_over(law, history, &standing.windows(law));
    margins_of(law, history, &standing, &experience)
}

/// The margins of measured facts, with what each costs.
///
/// # Errors
/// No rate to start from.
pub(crate) fn margins_of(
    law: &Law,
    history: &History,
    standing: &Standing,
    experience: &Experience,
) -> Result<Vec<Margin>, Problems> {
    let mut margins = margins_on(law, experience, standing);
    for margin in margins.iter_mut().filter(|margin| margin.money && margin.direction == Direction::Up) {
        // What was recovered has to be paid again before the measure leaves zero.
        let recovered = experience::recovered(law, history, margin.measure, &standing.windows(law));
        margin.change += recovered / experience.unit();
    }
    let outcome = decide::decide_on(law, experience, standing, &mut NoSteps);
    let payroll = premium::payroll_base(history, standing.first_day).map(|base| base.monthly);
    if let (Some(payroll), Some(grade), false) = (payroll, outcome.grade, margins.is_empty()) {
        let year = |grade| year(law, history, standing, &Outcome { grade: Some(grade), ..outcome }, payroll);
        let now = year(grade)?;
        for margin in &mut margins {
            margin.yearly_fen = Some(year(margin.to)? - now);
        }
    }
    Ok(margins)
}

/// What the bills of the first twelve months come to under an outcome, on a monthly payroll.
fn year(
    law: &Law,
    history: &History,
    standing: &Standing,
    outcome: &Outcome,
    payroll: Money,
) -> Result<i128, Problems> {
    let schedule = decide::schedule::schedule(law, history, standing, outcome, &mut NoSteps)?;
    Ok(premium::total(&premium::bills(&schedule, payroll)))
}

/// What one grade costs in the first twelve months more than another, in fen, everything else of an outcome as it is;
/// negative where it costs less. `None` where no payroll is known.
///
/// # Errors
/// No rate to start from.
pub(crate) fn more_a_year(
    law: &Law,
    history: &History,
    standing: &Standing,
    outcome: &Outcome,
    (from, to): (GradeIndex, GradeIndex),
) -> Result<Option<i128>, Problems> {
    let Some(base) = premium::payroll_base(history, standing.first_day) else { return Ok(None) };
    let year = |grade| year(law, history, standing, &Outcome { grade: Some(grade), ..*outcome }, base.monthly);
    Ok(Some(year(to)? - year(from)?))
}

/// The margins of measured facts.
pub fn margins_on(law: &Law, experience: &Experience, standing: &Standing) -> Vec<Margin> {
    let asking = Asking { law, experience, standing };
    let Some(now) = asking.grade(experience) else { return Vec::new() };
    let measures = law.asked().iter().filter(|(_, window)| *window == 0).map(|(measure, _)| *measure);
    let both = measures.flat_map(|measure| [(measure, Direction::Up), (measure, Direction::Down)]);
    both.filter_map(|(measure, direction)| asking.margin(measure, direction, now)).collect()
}

struct Asking<'a> {
    law: &'a Law,
    experience: &'a Experience,
    standing: &'a Standing,
}

impl Asking<'_> {
    fn grade(&self, experience: &Experience) -> Option<GradeIndex> {
        let outcome = decide::decide_on(self.law, experience, self.standing, &mut NoSteps);
        outcome.grade.filter(|_| outcome.origin == crate::history::Origin::Floated)
    }

    fn margin(&self, measure: usize, direction: Direction, now: GradeIndex) -> Option<Margin> {
        let Measured::Value(value) = self.experience.get(measure, 0) else { return None };
        let it = &self.law.rules().measures()[measure];
        let money = match it.numerator {
            Numerator::Benefits { .. } => true,
            Numerator::Claims { .. } => false,
            Numerator::Premium { .. } => return None,
        };
        let unit = unit(self.law, self.experience, self.standing, measure, value)?;
        let changes = self.candidates(measure, value, unit, direction);
        changes.into_iter().find_map(|change| {
            let added = change.checked_mul(if direction == Direction::Up { unit } else { -unit })?;
            let numerator = value.numerator.checked_add(added).filter(|moved| *moved < Quantity::LIMIT)?;
            let moved = Quantity { numerator, denominator: value.denominator };
            let to = self.grade(&self.experience.with(measure, 0, moved))?;
            let moves = match direction {
                Direction::Up => to > now,
                Direction::Down => to < now,
            };
            let until = self.standing.window(self.law).to().last_day();
            moves.then_some(Margin { measure, direction, change, money, from: now, to, until, yearly_fen: None })
        })
    }

    /// The changes at which the measure first touches or crosses each bound of the set, smallest first.
    fn candidates(&self, measure: usize, value: Quantity, unit: i128, direction: Direction) -> Vec<i128> {
        let rows = self.law.rules().tables().iter().flat_map(|table| &table.rows);
        let conditions = rows.flat_map(|row| row.all.iter().chain(&row.any));
        let adjustments = self.law.rules().adjustments().iter().flat_map(|it| &it.when.measures);
        let intervals = conditions.chain(adjustments).filter(|it| it.measure == measure).map(|it| &it.interval);
        let bounds = intervals.flat_map(|interval| [interval.low, interval.high]).flatten().map(End::quantity);
        let mut changes: Vec<i128> = bounds
            .flat_map(|bound| {
                // Where the numerator would stand on the bound: numerator / denominator = bound.
                // A product that does not fit 128 bits lies beyond every amount there is.
                let on = bound.numerator.checked_mul(value.denominator).unwrap_or(i128::MAX);
                let whole = on.div_euclid(bound.denominator);
                let distance = match direction {
                    Direction::Up => whole.saturating_sub(value.numerator),
                    Direction::Down => value.numerator.saturating_sub(whole),
                };
                let steps = distance.div_euclid(unit);
                [-1, 0, 1, 2].map(|near| steps.saturating_add(near))
            })
            .filter(|change| {
                *change > 0
                    && (direction == Direction::Up
                        || change.checked_mul(unit).is_some_and(|moved| moved <= value.numerator))
            })
            .collect();
        if direction == Direction::Down && value.numerator > 0 {
            changes.push(value.numerator.div_euclid(unit));
        }
        changes.retain(|change| *change > 0);
        changes.sort_unstable();
        changes.dedup();
        changes
    }
}

/// What one fen, or one person, adds to the numerator of a measured value; `None` where it was rounded before comparing.
pub(crate) fn unit(
    law: &Law,
    experience: &Experience,
    standing: &Standing,
    measure: usize,
    value: Quantity,
) -> Option<i128> {
    let it = &law.rules().measures()[measure];
    if it.round.is_some() {
        return None;
    }
    let whole = if it.denominator == Denominator::One { value.denominator } else { experience.unit() };
    Some(scale(it, standing.covered_in_window) * whole)
}

/// What one fen, or one person, adds to the numerator of a measure over a window with so many covered months, before
/// anything is rounded.
pub(crate) fn scale(measure: &Measure, covered_months: i32) -> i128 {
    let scale = match measure.denominator {
        Denominator::One | Denominator::WindowBefore => 1,
        Denominator::Premium { basis, .. } => match basis {
            PremiumBasis::Paid => 1,
            PremiumBasis::AtBaseRate => 1_000_000,
        },
        Denominator::Headcount(per) => match per {
            Per::Window => i128::from(covered_months),
            Per::Year => 12,
            Per::Month => 1,
        },
    };
    scale * if measure.relative_to.is_some() { 1_000_000 } else { 1 }
}
