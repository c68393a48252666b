//! What happens after the table: vetoes, forced grades, bonuses.

use rust_decimal::Decimal;

use super::table::Condition;
use crate::calendar::{DateSpan, MonthSpan, NaiveDate};
use crate::citation::{BasisId, Label};
use crate::history::{Event, EventKind, words};
use crate::interval::Interval;
use crate::ladder::GradeIndex;

words! {
    /// What a move is counted from.
    pub enum Reference {
        /// The base grade.
        Base = "base",
        /// The grade of the last rate.
        LastGrade = "last-grade",
    }
}

words! {
    /// Which day of an event must lie where.
    pub enum ActsOn {
        /// Found or published inside the window.
        FoundInWindow = "found-in-window",
        /// Its days touch the window.
        ConductInWindow = "conduct-in-window",
        /// It stands on the first day of the rate.
        WhileListed = "while-listed",
    }
}

/// A condition on an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCondition {
    /// Kind of event.
    pub kind: EventKind,
    /// When it acts.
    pub acts_on: ActsOn,
    /// Levels of a certificate, any where `None`.
    pub level: Option<Interval>,
}

impl EventCondition {
    /// Whether an event meets the condition, for a window and the first day of a rate.
    pub fn holds(&self, event: &Event, window: &MonthSpan, first_day: NaiveDate) -> bool {
        let level = crate::amount::Quantity::count(i128::from(event.level));
        event.kind == self.kind
            && self.level.as_ref().is_none_or(|levels| levels.contains(level))
            && match self.acts_on {
                ActsOn::FoundInWindow => event.found.is_some_and(|found| window.contains_date(found)),
                ActsOn::ConductInWindow => touches(&event.days, window),
                ActsOn::WhileListed => event.days.contains(first_day),
            }
    }
}

fn touches(days: &DateSpan, window: &MonthSpan) -> bool {
    days.intersect(&window.days()).is_some()
}

/// When an adjustment applies: all of the conditions on measures, and the event where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// Conditions on measures of this window.
    pub measures: Vec<Condition>,
    /// Condition on an event.
    pub event: Option<EventCondition>,
}

/// What an adjustment does to the grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Not lower than the reference.
    NoDecreaseFrom(Reference),
    /// At least this grade.
    GradeAtLeast(GradeIndex),
    /// Not lower than this grade, where the grade would be lower.
    NotBelow(GradeIndex),
    /// This grade.
    Grade(GradeIndex),
    /// Some steps from what the table gave.
    Shift(i8),
    /// Percentage points off the rate; negative lowers.
    Points(Decimal),
}

/// One adjustment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Name.
    pub id: String,
    /// Name for people; the id where the file gives none.
    pub label: Label,
    /// When it applies.
    pub when: When,
    /// What it does.
    pub effect: Effect,
    /// Basis.
    pub basis: BasisId,
}
