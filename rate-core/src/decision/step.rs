//! The lines of the trace: codes, numbers and pointers into the rule set. Prose is rendered from them.

use rust_decimal::Decimal;

use super::Reason;
use crate::amount::{Factor, Quantity, Rate};
use crate::calendar::{DateSpan, MonthSpan, NaiveDate};
use crate::history::Origin;
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::rule_set::Cause;
use crate::rule_set::law::{ClassBasis, Source};

/// What an order comes to under a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ruling {
    /// This class.
    Class(RiskClass),
    /// This grade.
    Grade(GradeIndex),
    /// This rate, as it stands.
    Rate(Rate),
    /// To decide the grade again.
    DecideAgain,
}

/// What a step says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// The setting: cycle, window and days.
    Setting {
        /// Window being decided on.
        window: MonthSpan,
        /// Days the rates are for.
        days: DateSpan,
    },
    /// The class in force.
    Class {
        /// The class.
        class: RiskClass,
        /// Where it comes from.
        how: ClassBasis,
    },
    /// Classes of using units that nobody has determined were proposed from their industry codes.
    UsingUnits,
    /// The grade of the cycle is carried.
    Carried {
        /// The grade.
        grade: GradeIndex,
    },
    /// Facts of predecessors are added to the account's own.
    Predecessors {
        /// How many predecessors.
        count: usize,
    },
    /// Claims with several accounts in them, and where the method counts them.
    SharedClaims {
        /// Insured here and borne here.
        kept: usize,
        /// Borne here, insured elsewhere.
        taken: usize,
        /// Another account bears them.
        left: usize,
    },
    /// The account takes part in the float.
    TakesPart,
    /// The account is not measured.
    NotMeasured {
        /// Why.
        reason: Reason,
        /// Covered months found, where they matter.
        months: Option<i32>,
        /// Covered months asked for, where they matter.
        needed: Option<i32>,
    },
    /// A measure over a window.
    Measured {
        /// Place of the measure.
        measure: usize,
        /// Window, 0 for the one being decided on.
        window: usize,
        /// Its months.
        months: MonthSpan,
        /// The exact value.
        value: Quantity,
    },
    /// A measure that does not exist.
    Undefined {
        /// Place of the measure.
        measure: usize,
        /// Window.
        window: usize,
        /// Its months.
        months: MonthSpan,
        /// Why.
        cause: Cause,
    },
    /// A condition of the deciding row, compared exactly.
    Compared {
        /// Place of the table.
        table: usize,
        /// Place of the row.
        row: usize,
        /// Place of the condition: those of `all`, then those of `any`.
        condition: usize,
        /// Window.
        window: usize,
        /// The value.
        value: Quantity,
        /// Whether it lies inside.
        holds: bool,
    },
    /// The row that decides, and the grade it gives.
    Row {
        /// Place of the table.
        table: usize,
        /// Place of the row.
        row: usize,
        /// How many other rows apply too.
        others: usize,
        /// The grade; `None` where the row keeps the last rate or was not seen.
        grade: Option<GradeIndex>,
    },
    /// Several rows apply, and the table's rule chooses.
    Conflict {
        /// Place of the table.
        table: usize,
        /// How many rows apply.
        rows: usize,
    },
    /// No row applies.
    Otherwise {
        /// Place of the table.
        table: usize,
        /// The grade; `None` where the last rate stays.
        grade: Option<GradeIndex>,
    },
    /// The grades of several tables became one.
    Combined {
        /// The grade.
        grade: GradeIndex,
    },
    /// An adjustment applies.
    Adjusted {
        /// Its place.
        adjustment: usize,
        /// Grade before.
        from: GradeIndex,
        /// Grade after.
        to: GradeIndex,
    },
    /// An adjustment of limited use would apply, but has been used up or was not applied for.
    NotGranted {
        /// Its place.
        adjustment: usize,
    },
    /// An adjustment changes the grade inside the setting.
    RisesInside {
        /// Its place.
        adjustment: usize,
        /// Days of the segment.
        days: DateSpan,
        /// Grade before.
        from: GradeIndex,
        /// Grade after.
        to: GradeIndex,
    },
    /// An order goes before the method on its days; the step rests on the order.
    Ordered {
        /// What it says.
        ruling: Ruling,
        /// Its days inside the setting.
        days: DateSpan,
    },
    /// The rate is not decided yet: the last one is paid.
    Undecided {
        /// The days.
        days: DateSpan,
        /// Day it was decided.
        decided_on: NaiveDate,
    },
    /// The rate was decided inside the setting and holds from its first day: what was posted until then is settled.
    HoldsFromFirstDay {
        /// Day it was decided.
        decided_on: NaiveDate,
    },
    /// The last rate before the cycle compared as an upper bound; `rate` is the lower of both.
    NotAboveLast {
        /// The last rate, cut as the new one is where the cut is on the base.
        last: Rate,
        /// Rate before.
        from: Rate,
        /// Rate after.
        rate: Rate,
    },
    /// The grades of the class hold the result.
    HeldByClass {
        /// Grade before.
        from: GradeIndex,
        /// Grade after.
        to: GradeIndex,
    },
    /// The largest move holds the result.
    HeldByLimit {
        /// Grade before.
        from: GradeIndex,
        /// Grade after.
        to: GradeIndex,
    },
    /// The grade of the cycle.
    Grade {
        /// The grade.
        grade: GradeIndex,
        /// Where the rate comes from.
        origin: Origin,
    },
    /// The class changes inside the setting.
    ClassChanged {
        /// The new class.
        class: RiskClass,
    },
    /// The base rate of a segment.
    Base {
        /// Days of the segment.
        days: DateSpan,
        /// Class.
        class: RiskClass,
        /// Rate.
        rate: Rate,
        /// It stands in the last rate charged, not in a base vector.
        from_last_rate: bool,
    },
    /// The base rate, cut.
    BaseCut {
        /// Part cut.
        cut: Factor,
        /// Rate after.
        rate: Rate,
    },
    /// The rate a segment starts from: the last one charged, before any cut.
    LastRate {
        /// Days of the segment.
        days: DateSpan,
        /// Rate.
        rate: Rate,
    },
    /// The rate moved by the grade.
    Floated {
        /// The grade.
        grade: GradeIndex,
        /// Rate before.
        from: Rate,
        /// Rate after.
        rate: Rate,
    },
    /// Percentage points added by adjustments.
    Points {
        /// Points.
        points: Decimal,
        /// Rate after.
        rate: Rate,
    },
    /// The rate multiplied by what adjustments give.
    RateFactor {
        /// Factor.
        factor: Factor,
        /// Rate before.
        from: Rate,
        /// Rate after.
        rate: Rate,
    },
    /// The class-1 base rate compared as a floor; `rate` is the higher of both.
    Floor {
        /// The floor.
        floor: Rate,
        /// Rate before.
        from: Rate,
        /// Rate after.
        rate: Rate,
    },
    /// An absolute cap or floor held the rate.
    Bounded {
        /// The bound.
        bound: Rate,
        /// Rate before.
        from: Rate,
    },
    /// The rate rounded as the rule set says.
    Rounded {
        /// Rate before.
        from: Rate,
        /// Rate after.
        rate: Rate,
    },
    /// The floated rate, cut.
    Cut {
        /// Part cut.
        cut: Factor,
        /// Rate before.
        from: Rate,
        /// Rate after.
        rate: Rate,
    },
    /// The rate of a segment.
    Rate {
        /// Days.
        days: DateSpan,
        /// Rate charged.
        rate: Rate,
    },
}

/// One line of the trace, with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// What it says.
    pub kind: StepKind,
    /// Where that stands.
    pub source: Source,
}

/// Takes the trace, or nothing at full speed; the engine is the same.
pub trait Steps {
    /// Whether anybody wants them: what only makes steps is left out where nobody does.
    const WANTED: bool;

    /// Takes a step, which is only made where somebody wants it.
    fn push(&mut self, step: impl FnOnce() -> Step);

    /// How many were taken.
    fn taken(&self) -> usize;

    /// Gives back all but the first so many, where they have to be stated anew.
    fn back_to(&mut self, taken: usize);
}

/// Takes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSteps;

impl Steps for NoSteps {
    const WANTED: bool = false;

    fn push(&mut self, _: impl FnOnce() -> Step) {}

    fn taken(&self) -> usize {
        0
    }

    fn back_to(&mut self, _: usize) {}
}

impl Steps for Vec<Step> {
    const WANTED: bool = true;

    fn push(&mut self, step: impl FnOnce() -> Step) {
        Self::push(self, step());
    }

    fn taken(&self) -> usize {
        self.len()
    }

    fn back_to(&mut self, taken: usize) {
        self.truncate(taken);
    }
}
