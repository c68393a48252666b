//! Rate grades and the ladder they stand on.

use rust_decimal::Decimal;

use crate::amount::Factor;
use crate::citation::BasisId;
use crate::industry::RiskClass;

/// What a step of the ladder does to a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LadderKind {
    /// Each grade multiplies the base rate of the class.
    FactorOfBase,
    /// Each grade multiplies the employer's own previous rate, before any cut.
    FactorOfPreviousRate,
    /// Each grade adds percentage points to the base rate.
    Points,
}

/// A grade's place on its ladder, counted from the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GradeIndex(pub(crate) u8);

impl GradeIndex {
    /// Place on the ladder, 0 for the lowest grade.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// A rate grade: its label, its shift from the base, and what it does to a rate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "费率档次")]
pub struct RateGrade {
    /// The label the method uses; the base grade of the national ladder is `100%`.
    pub label: String,
    /// Steps from the base, on ladders that count them.
    pub shift: Option<i8>,
    /// What the rate is multiplied by, on factor ladders.
    pub factor: Option<Factor>,
    /// What is added in percentage points, on points ladders.
    pub points: Option<Decimal>,
}

/// The grades of a method, lowest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "档次阶梯")]
pub struct GradeLadder {
    pub(crate) kind: LadderKind,
    pub(crate) grades: Vec<RateGrade>,
    pub(crate) base: GradeIndex,
    /// Lowest and highest grade of each class, by class index.
    pub(crate) ends: Vec<(GradeIndex, GradeIndex)>,
    /// On a ladder of the previous rate: a change of class starts from the base rate of the new class.
    pub(crate) restarts_on_class_change: bool,
    pub(crate) basis: BasisId,
}

impl GradeLadder {
    /// What a step is.
    pub const fn kind(&self) -> LadderKind {
        self.kind
    }

    /// All grades, lowest first.
    pub fn grades(&self) -> &[RateGrade] {
        &self.grades
    }

    /// The grade that leaves the rate as it is.
    pub const fn base(&self) -> GradeIndex {
        self.base
    }

    /// A grade by its place.
    pub fn grade(&self, index: GradeIndex) -> &RateGrade {
        // An index is only made by this ladder, from the place of one of its grades.
        &self.grades[usize::from(index.0)]
    }

    /// The grade with a label.
    pub fn labelled(&self, label: &str) -> Option<GradeIndex> {
        let place = self.grades.iter().position(|grade| grade.label == label)?;
        u8::try_from(place).ok().map(GradeIndex)
    }

    /// The grade some steps above (or below) another, held at the ladder's ends.
    pub fn moved(&self, from: GradeIndex, shift: i8) -> GradeIndex {
        let top = self.grades.len().saturating_sub(1);
        let place = i32::from(from.0) + i32::from(shift);
        GradeIndex(u8::try_from(place.clamp(0, i32::try_from(top).unwrap_or(i32::MAX))).unwrap_or(0))
    }

    /// The grade held within those of a class.
    pub fn held(&self, grade: GradeIndex, class: RiskClass) -> GradeIndex {
        let (low, high) = self.ends[class.index()];
        grade.clamp(low, high)
    }

    /// Steps from one grade to another.
    pub fn steps_between(from: GradeIndex, to: GradeIndex) -> i8 {
        // A ladder has at most 64 grades, so a difference of places fits.
        i8::try_from(i16::from(to.0) - i16::from(from.0)).unwrap_or(0)
    }
}
