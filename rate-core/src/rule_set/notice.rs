//! How employers are told of their rate and may object, and what the law gives them beyond the method.

use crate::calendar::NaiveDate;
use crate::citation::{BasisId, Label};
use crate::history::words;

words! {
    /// Whether the result is announced before it is final.
    pub enum NoticeOrder {
        /// Announced first, for everybody to look at (公示).
        AnnounceFirst = "announce-first",
        /// The employer is notified (告知).
        Notify = "notify",
    }
}

words! {
    /// Which days a term counts.
    pub enum DayKind {
        /// Working days (工作日), by a table of holidays.
        Working = "working-days",
        /// Calendar days.
        Calendar = "calendar-days",
    }
}

words! {
    /// The day a term runs from; the day itself is not counted.
    pub enum TermStart {
        /// The day the notice was served.
        Notice = "notice",
        /// The first day of the announcement.
        Announcement = "announcement",
    }
}

words! {
    /// What a term whose last day is no working day does.
    pub enum LastDay {
        /// It ends there.
        AsCounted = "as-counted",
        /// It ends on the next working day.
        NextWorkingDay = "next-working-day",
    }
}

words! {
    /// Which side of the change of the rate employers are told on.
    pub enum ToldWhen {
        /// Before the change.
        Before = "before-change",
        /// After the change.
        After = "after-change",
    }
}

words! {
    /// What is paid until a dispute is settled.
    pub enum Meanwhile {
        /// The rate of before.
        OldRate = "old-rate",
        /// The rate in dispute.
        NewRate = "new-rate",
    }
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// Days of a kind.
    Days(u16, DayKind),
    /// Calendar months.
    Months(u16),
}

/// Until when an employer may object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    /// So long after a day.
    Within {
        /// How long.
        term: Term,
        /// From when.
        from: TermStart,
        /// What its last day does; as counted where working days are.
        last_day: LastDay,
    },
    /// As long as the announcement lasts.
    AnnouncementEnds,
    /// A day fixed for each cycle, by the name of the cycle.
    Dates(Vec<(String, NaiveDate)>),
}

/// The objection of an employer (异议、复核).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Until when; `None` where the document has it and it was not seen.
    pub until: Option<Until>,
    /// Where; `None` where the document names no place.
    pub place: Option<Label>,
    /// How soon the agency determines again.
    pub again: Option<Term>,
    /// What is paid meanwhile.
    pub meanwhile: Option<Meanwhile>,
    /// Basis.
    pub basis: BasisId,
}

/// What a method says about notice and objection; nothing is assumed of what it leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "告知与异议")]
pub struct NoticeRules {
    /// Announced first, or notified.
    pub order: Option<NoticeOrder>,
    /// How long it is announced.
    pub announced: Option<Term>,
    /// How long before or after the change employers are told.
    pub told: Option<(Term, ToldWhen)>,
    /// Months of transition with the collecting office before the change.
    pub transition: Option<Term>,
    /// Whether a notice shows what would move the grade.
    pub margins: bool,
    /// Objection.
    pub objection: Option<Objection>,
    /// Basis.
    pub basis: BasisId,
}

/// Administrative review or lawsuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// How long from knowing of the act.
    pub term: Term,
    /// First day on which the article holds; it says nothing about notices served before.
    pub since: Option<NaiveDate>,
    /// Basis.
    pub basis: BasisId,
}

/// What the law gives an employer that disputes its rate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "行政复议、行政诉讼")]
pub struct Remedies {
    /// Term of an administrative review; `None` where the file states none.
    pub review: Option<Remedy>,
    /// Term of a lawsuit; `None` where the file states none.
    pub lawsuit: Option<Remedy>,
    /// What is paid meanwhile.
    pub meanwhile: Option<Meanwhile>,
    /// Basis of the right itself.
    pub basis: BasisId,
}
