//! Terms of a notice as days: counted from the day it was served or announced, by the tables of holidays at hand.

use crate::calendar::{NaiveDate, day_after, day_before, days_after, months_after, year_of};
use crate::parameters::Parameters;
use crate::rule_set::Law;
use crate::rule_set::notice::{DayKind, LastDay, NoticeRules, Objection, Remedy, Term, TermStart, Until};

/// The days a notice depends on: facts that somebody writes down, never a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// The day the notice was served; `None` where that is not known yet.
    pub on: Option<NaiveDate>,
    /// The first day of the announcement; `None` where there is none, or it is not known.
    pub announced: Option<NaiveDate>,
}

/// The last day of a term, or why none can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// The last day.
    Day(NaiveDate),
    /// The method says nothing of it that is known here.
    NotKnown,
    /// The day the term runs from is not known yet.
    NotBegun(TermStart),
    /// The term ends with the announcement, whose length was not seen.
    WithAnnouncement,
    /// No table of holidays of a year it runs through is at hand.
    NoHolidays(i32),
    /// The file lists a day for other cycles, not for this one.
    NoDate,
    /// The article holds only since this day, and the notice was served before it.
    BeforeLaw(NaiveDate),
}

/// The last day of a term; the day it runs from is not counted.
///
/// # Errors
/// The year whose table of holidays is missing.
pub fn last_day(parameters: &Parameters, from: NaiveDate, term: Term, last_day: LastDay) -> Result<NaiveDate, i32> {
    let works = |day| parameters.is_working_day(day).ok_or_else(|| year_of(day));
    let next_working = |day: NaiveDate| {
        let mut day = day;
        while !works(day)? {
            day = day_after(day);
        }
        Ok(day)
    };
    match term {
        Term::Days(count, DayKind::Working) => {
            let mut day = from;
            for _ in 0..count {
                day = next_working(day_after(day))?;
            }
            Ok(day)
        }
        Term::Days(count, DayKind::Calendar) => ended(days_after(from, count), last_day, next_working),
        Term::Months(count) => ended(months_after(from, count), last_day, next_working),
    }
}

fn ended(
    day: NaiveDate,
    last_day: LastDay,
    next_working: impl Fn(NaiveDate) -> Result<NaiveDate, i32>,
) -> Result<NaiveDate, i32> {
    match last_day {
        LastDay::AsCounted => Ok(day),
        LastDay::NextWorkingDay => next_working(day),
    }
}

/// The last day of an announcement, its first day counted.
fn announcement_ends(parameters: &Parameters, first: NaiveDate, term: Term) -> Result<NaiveDate, i32> {
    match term {
        Term::Days(..) => last_day(parameters, day_before(first), term, LastDay::AsCounted),
        Term::Months(count) => Ok(day_before(months_after(first, count))),
    }
}

fn ended_or(day: Result<NaiveDate, i32>) -> Deadline {
    day.map_or_else(Deadline::NoHolidays, Deadline::Day)
}

/// The last day of the announcement that a method asks for.
pub fn announcement(law: &Law, rules: &NoticeRules, served: Served) -> Deadline {
    let Some(length) = rules.announced else { return Deadline::NotKnown };
    let begun = served.announced.map(|first| ended_or(announcement_ends(law.parameters(), first, length)));
    begun.unwrap_or(Deadline::NotBegun(TermStart::Announcement))
}

/// The last day of an administrative review or lawsuit, as counted: whether it moves past days off, no file says.
pub fn remedy(law: &Law, remedy: &Remedy, served: Served) -> Deadline {
    match (served.on, remedy.since) {
        (Some(on), Some(since)) if on < since => Deadline::BeforeLaw(since),
        (Some(on), _) => ended_or(last_day(law.parameters(), on, remedy.term, LastDay::AsCounted)),
        (None, _) => Deadline::NotBegun(TermStart::Notice),
    }
}

/// Until when an employer may object under a law.
pub fn objection(law: &Law, objection: &Objection, served: Served) -> Deadline {
    let Some(until) = &objection.until else { return Deadline::NotKnown };
    let parameters = law.parameters();
    match until {
        Until::Dates(dates) => {
            let listed = dates.iter().find(|(cycle, _)| *cycle == law.cycle().id);
            listed.map_or(Deadline::NoDate, |(_, day)| Deadline::Day(*day))
        }
        Until::Within { term, from, last_day: last } => {
            let first = match from {
                TermStart::Notice => served.on,
                TermStart::Announcement => served.announced,
            };
            first.map_or(Deadline::NotBegun(*from), |first| ended_or(last_day(parameters, first, *term, *last)))
        }
        Until::AnnouncementEnds => {
            let Some(length) = law.rules().notice().and_then(|notice| notice.announced) else {
                return Deadline::WithAnnouncement;
            };
            let first = served.announced;
            first.map_or(Deadline::NotBegun(TermStart::Announcement), |first| {
                ended_or(announcement_ends(parameters, first, length))
            })
        }
    }
}
