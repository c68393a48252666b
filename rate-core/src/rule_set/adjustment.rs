//! What happens after the table: vetoes, forced grades, bonuses.

use rust_decimal::Decimal;

use super::table::Condition;
use crate::amount::{Factor, Quantity};
use crate::calendar::{self, DateSpan, Month, MonthSpan, NaiveDate};
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
        /// Found not more than some years before the last day of the window.
        YearsAfterFound = "years-after-found",
        /// At once, from the day it was found inside the setting: a rise that does not wait for the next cycle.
        OnceFound = "once-found",
        /// From the month after it was found, as long as its days last.
        MonthAfterFound = "month-after-found",
    }
}

impl ActsOn {
    /// Whether the event changes rates inside a setting, not the grade that the setting begins with.
    pub const fn inside_setting(self) -> bool {
        match self {
            Self::OnceFound | Self::MonthAfterFound => true,
            Self::FoundInWindow | Self::ConductInWindow | Self::WhileListed | Self::YearsAfterFound => false,
        }
    }
}

words! {
    /// How often an adjustment helps an account; what was used stands in its earlier rates.
    pub enum Uses {
        /// In one cycle, ever.
        Once = "once",
        /// In one cycle for each event.
        OncePerEvent = "once-per-event",
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
    /// For how many years after it was found it acts; zero where that is not asked.
    pub years: u32,
}

impl EventCondition {
    /// Whether an event meets the condition, for a window and the first day of a rate.
    pub fn holds(&self, event: &Event, window: &MonthSpan, first_day: NaiveDate) -> bool {
        self.is_of_kind(event)
            && match self.acts_on {
                ActsOn::FoundInWindow => event.found.is_some_and(|found| window.contains_date(found)),
                ActsOn::ConductInWindow => touches(&event.days, window),
                ActsOn::WhileListed => event.days.contains(first_day),
                ActsOn::YearsAfterFound => event.found.is_some_and(|found| {
                    let end = window.to().last_day();
                    // The day of finding itself is not counted: the years end on the same day of the month.
                    found <= end && calendar::years_before(end, self.years) <= found
                }),
                ActsOn::OnceFound | ActsOn::MonthAfterFound => self.days_inside(event, first_day).is_some(),
            }
    }

    /// Whether an event is of the kind and level asked for.
    pub fn is_of_kind(&self, event: &Event) -> bool {
        let level = Quantity::count(i128::from(event.level));
        event.kind == self.kind && self.level.as_ref().is_none_or(|levels| levels.contains(level))
    }

    /// The days, from the first day of a schedule on, on which an event that changes rates inside a setting acts.
    ///
    /// A rise at once counts from the day of finding, to no end; one found before the first day has been dealt with in
    /// the setting it was found in. A bonus counts from the month after finding, while the event lasts.
    pub fn days_inside(&self, event: &Event, first_day: NaiveDate) -> Option<DateSpan> {
        let found = event.found.filter(|_| self.is_of_kind(event))?;
        match self.acts_on {
            ActsOn::OnceFound => (found > first_day).then(|| DateSpan::new(found, None)).flatten(),
            ActsOn::MonthAfterFound => {
                let from = Month::of(found).plus(1).first_day().max(event.days.from());
                DateSpan::new(from, event.days.to()).filter(|days| days.last() >= first_day)
            }
            ActsOn::FoundInWindow | ActsOn::ConductInWindow | ActsOn::WhileListed | ActsOn::YearsAfterFound => None,
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
    /// Only where the employer applied for it: an event `application` stands on the first day of the rate.
    pub on_application: bool,
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
    /// The rate, after the grade, times a factor.
    RateFactor(Factor),
}

impl Effect {
    /// Whether it changes the rate beside the grade.
    pub const fn is_beside_grade(self) -> bool {
        match self {
            Self::Points(_) | Self::RateFactor(_) => true,
            Self::NoDecreaseFrom(_) | Self::GradeAtLeast(_) | Self::NotBelow(_) | Self::Grade(_) | Self::Shift(_) => {
                false
            }
        }
    }
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
    /// How often it helps; `None` where that is not limited.
    pub uses: Option<Uses>,
    /// The document itself lets the grade fall as injury rises, and the file says so.
    pub may_fall: bool,
    /// Basis.
    pub basis: BasisId,
}
