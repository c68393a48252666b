//! The trend inside a window: its years one by one, and what shorter windows would have given.

use crate::amount::Quantity;
use crate::calendar::MonthSpan;
use crate::decide::{self, Standing};
use crate::decision::NoSteps;
use crate::error::Problems;
use crate::experience::{self, Measured};
use crate::history::{History, Origin};
use crate::ladder::GradeIndex;
use crate::rule_set::{Law, Numerator};

/// Which way the years of a window go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Each year no better than the one before, and the last worse than the first.
    Rising,
    /// Each year no worse than the one before, and the last better than the first.
    Falling,
    /// All years alike.
    Level,
    /// Up and down.
    Mixed,
    /// A year has no value.
    Unknown,
}

/// One year of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Year {
    /// Its months.
    pub months: MonthSpan,
    /// The measure over them.
    pub value: Measured,
}

/// A measure's years and direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureTrend {
    /// Place of the measure.
    pub measure: usize,
    /// Years, oldest first, counted back from the window's end.
    pub years: Vec<Year>,
    /// Which way they go.
    pub direction: Direction,
}

/// A grade that a shorter window would have given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shorter {
    /// The window.
    pub window: MonthSpan,
    /// The grade; `None` where the account would not have been floated.
    pub grade: Option<GradeIndex>,
}

/// The trend of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// Measures of injury, each with its years.
    pub measures: Vec<MeasureTrend>,
    /// The grade the window itself gave; `None` where the account was not floated.
    pub grade: Option<GradeIndex>,
    /// One- and two-year windows with the same end, where they are shorter than the window and no premium row lies
    /// across their bounds.
    pub shorter: Vec<Shorter>,
}

/// The trend of an account over the window a law decides on.
///
/// # Errors
/// As [`decide`](crate::decide()).
pub fn trend(law: &Law, history: &History) -> Result<Trend, Problems> {
    decide::admit::admit(law, history)?;
    let standing = decide::standing::of(law, history)?;
    let window = standing.window(law);
    let injuries = law.asked().iter().filter(|(place, window)| {
        let injury = !matches!(law.rules().measures()[*place].numerator, Numerator::Premium { .. });
        *window == 0 && injury
    });
    let measures = injuries.map(|(measure, _)| years(law, history, *measure, &window)).collect();
    let shorter = [12, 24].into_iter().filter(|months| *months < window.months()).filter_map(|months| {
        let window = last_months(&window, months).filter(|window| !crossed(history, window))?;
        Some(Shorter { window, grade: grade_over(law, history, &standing, window) })
    });
    let shorter = shorter.collect();
    Ok(Trend { measures, grade: grade_over(law, history, &standing, window), shorter })
}

fn last_months(window: &MonthSpan, months: i32) -> Option<MonthSpan> {
    MonthSpan::new(window.to().plus(1 - months).max(window.from()), window.to())
}

fn grade_over(law: &Law, history: &History, standing: &Standing, window: MonthSpan) -> Option<GradeIndex> {
    let mut windows = vec![window];
    windows.extend(law.windows().iter().skip(1).copied());
    let experience = experience::measure_over(law, history, &windows);
    let standing = standing.seen_over(law, history, &window);
    let outcome = decide::decide_on(law, &experience, &standing, &mut NoSteps);
    outcome.grade.filter(|_| outcome.origin == Origin::Floated)
}

fn years(law: &Law, history: &History, measure: usize, window: &MonthSpan) -> MeasureTrend {
    let year = |months: MonthSpan| {
        // What was paid for months on both sides is not split by guess: such a year has no value of its own.
        let value = if crossed(history, &months) {
            Measured::NotAsked
        } else {
            experience::measure_over(law, history, &[months]).get(measure, 0)
        };
        Year { months, value }
    };
    let years: Vec<Year> = window.years().into_iter().map(year).collect();
    MeasureTrend { measure, direction: direction(&years), years }
}

/// Whether a premium row, of the account or a predecessor, lies on both sides of a bound of some months.
fn crossed(history: &History, months: &MonthSpan) -> bool {
    let mut rows = history.premiums().iter().map(|row| row.months);
    let own = rows.any(|row| row.intersect(months).is_some_and(|shared| shared != row));
    own || history.successions().iter().any(|it| crossed(&it.predecessor, months))
}

fn direction(years: &[Year]) -> Direction {
    let values: Option<Vec<Quantity>> = years
        .iter()
        .map(|year| match year.value {
            Measured::Value(value) => Some(value),
            Measured::Undefined(_) | Measured::NotAsked => None,
        })
        .collect();
    let Some(values) = values else { return Direction::Unknown };
    let steps: Vec<std::cmp::Ordering> = values.windows(2).map(|pair| pair[0].compare(pair[1])).collect();
    let (up, down) = (steps.iter().any(|step| step.is_lt()), steps.iter().any(|step| step.is_gt()));
    match (up, down) {
        (true, false) => Direction::Rising,
        (false, true) => Direction::Falling,
        (false, false) => Direction::Level,
        (true, true) => Direction::Mixed,
    }
}
