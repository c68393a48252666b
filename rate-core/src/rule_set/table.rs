//! The float table: rows of conditions, each with a result.

use super::adjustment::Reference;
use crate::citation::{BasisId, Label};
use crate::interval::Interval;
use crate::ladder::{GradeIndex, GradeLadder};

/// A condition: a measure lies in an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Place of the measure in the rule set.
    pub measure: usize,
    /// Where it must lie.
    pub interval: Interval,
}

/// What a row gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowResult {
    /// A grade of the ladder.
    Grade(GradeIndex),
    /// Some steps from a reference.
    Shift {
        /// Steps.
        shift: i8,
        /// From.
        from: Reference,
    },
    /// The last rate stays.
    KeepLastRate,
    /// The document has a result; it was not seen.
    NotSeen,
}

/// One row of a float table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Name, unique in its table.
    pub id: String,
    /// Name for people; the id where the file gives none.
    pub label: Label,
    /// All of these must hold.
    pub all: Vec<Condition>,
    /// One of these must hold, where there are any.
    pub any: Vec<Condition>,
    /// Over how many windows, this one first.
    pub for_windows: usize,
    /// Rows that, where they apply, keep this one from applying.
    pub unless: Vec<usize>,
    /// Classes it is for, by class index.
    pub classes: Vec<bool>,
    /// What it gives.
    pub result: RowResult,
    /// Basis.
    pub basis: BasisId,
}

/// What decides where several rows apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Conflict {
    /// The highest grade.
    HighestGrade,
    /// The first row.
    FirstRow,
    /// Rows of different results may not apply together.
    ExactlyOne,
}

/// A float table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FloatTable {
    /// Name; `float_table` where there is one only.
    pub id: String,
    /// Conflict rule; `None` where a published text states none.
    pub conflict: Option<Conflict>,
    /// Result where no row applies.
    pub otherwise: Option<RowResult>,
    /// Rows.
    pub rows: Vec<Row>,
    /// The document itself lets the grade fall as injury rises, and the file says so.
    pub may_fall: bool,
    /// Basis.
    pub basis: BasisId,
}

impl RowResult {
    /// The grade, where the last grade is known to be `last`; `None` where the result was not seen.
    pub fn grade(self, ladder: &GradeLadder, last: GradeIndex) -> Option<GradeIndex> {
        match self {
            Self::Grade(grade) => Some(grade),
            Self::Shift { shift, from: Reference::Base } => Some(ladder.moved(ladder.base(), shift)),
            Self::Shift { shift, from: Reference::LastGrade } => Some(ladder.moved(last, shift)),
            Self::KeepLastRate => Some(last),
            Self::NotSeen => None,
        }
    }

    /// Whether the result depends on the last rate.
    pub const fn needs_last(self) -> bool {
        matches!(self, Self::Shift { from: Reference::LastGrade, .. } | Self::KeepLastRate)
    }
}

impl FloatTable {
    /// The row that decides among those that apply, or `None` where rows of different results apply and no rule
    /// chooses. A row whose result was not seen decides unless a row that is sure already gives the highest grade.
    pub fn deciding(&self, rows: &[usize], ladder: &GradeLadder, last: GradeIndex) -> Option<usize> {
        let first = *rows.first()?;
        let result = |row: usize| self.rows[row].result;
        if rows.iter().all(|row| result(*row) == result(first)) || self.conflict == Some(Conflict::FirstRow) {
            return Some(first);
        }
        if self.conflict != Some(Conflict::HighestGrade) {
            return None;
        }
        let sure = rows.iter().filter_map(|row| result(*row).grade(ladder, last).map(|grade| (grade, *row)));
        // Of equal grades the first row is named.
        let highest = sure.max_by(|one, two| one.0.cmp(&two.0).then(two.1.cmp(&one.1)));
        let not_seen = rows.iter().copied().find(|row| result(*row) == RowResult::NotSeen);
        let top = usize::from(highest.map_or(0, |(grade, _)| grade.get())) + 1 == ladder.grades().len();
        match (highest, not_seen) {
            (Some((_, row)), None) => Some(row),
            (Some((_, row)), Some(_)) if top => Some(row),
            (_, unsure) => unsure,
        }
    }
}
