//! What a decision says: outcome, rate schedule, and the steps that led there. Results, no arithmetic.

mod change;
mod step;

use rust_decimal::Decimal;

pub use change::Change;
pub use step::{NoSteps, Ruling, Step, StepKind, Steps};

use crate::amount::{Factor, Money, Rate, RoundMode};
use crate::calendar::{DateSpan, NaiveDate};
use crate::citation::Basis;
use crate::error::Lang;
use crate::history::{AccountKey, Order, Origin};
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::rule_set::law::Source;
use crate::rule_set::{Cause, Law, RuleSetId};

/// Why an outcome is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A row of the float table decided, and nothing changed it.
    Row {
        /// Place of the table.
        table: usize,
        /// Place of the row.
        row: usize,
    },
    /// No row applied, and the file says what follows.
    Otherwise {
        /// Place of the table.
        table: usize,
    },
    /// Several tables were combined.
    Combined,
    /// An adjustment changed what the table gave.
    Adjusted {
        /// Place of the adjustment.
        adjustment: usize,
    },
    /// Held by the grades of the class.
    HeldByClass,
    /// Held by the largest move.
    HeldByLimit,
    /// The grade of this cycle is carried.
    Carried,
    /// The class changed inside the cycle, and the method goes back to the base rate.
    ClassChanged,
    /// This kind of account does not float.
    KindDoesNotFloat,
    /// This class does not float.
    ClassDoesNotFloat,
    /// First insured too recently.
    FirstInsured,
    /// Returned too recently.
    Returning,
    /// A measure does not exist.
    Undefined {
        /// Place of the measure.
        measure: usize,
        /// Why.
        cause: Cause,
    },
    /// The facts fall into a row whose result was not seen.
    SourceMissing {
        /// Place of the table.
        table: usize,
        /// Place of the row.
        row: usize,
    },
    /// The row says the last rate stays.
    KeepsLastRate,
    /// The cycle is over and its float has expired.
    Expired,
    /// A court, a review organ or an inspection ordered it.
    Ordered,
}

impl Reason {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Row { .. } => "row",
            Self::Otherwise { .. } => "otherwise",
            Self::Combined => "combined",
            Self::Adjusted { .. } => "adjusted",
            Self::HeldByClass => "held-by-class",
            Self::HeldByLimit => "held-by-limit",
            Self::Carried => "carried",
            Self::ClassChanged => "class-changed",
            Self::KindDoesNotFloat => "kind-does-not-float",
            Self::ClassDoesNotFloat => "class-does-not-float",
            Self::FirstInsured => "first-insured",
            Self::Returning => "returning",
            Self::Undefined { .. } => "undefined",
            Self::SourceMissing { .. } => "source-missing",
            Self::KeepsLastRate => "keeps-last-rate",
            Self::Expired => "expired",
            Self::Ordered => "ordered",
        }
    }
}

/// What the rate of a schedule starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RateStart {
    /// The base rate of the class, moved by the grade.
    Base,
    /// The previous rate, moved by the grade.
    Previous(Rate),
    /// The last rate, as it is.
    Held(Rate),
}

/// Class, grade and reason: what the table decides for a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// Where the rate comes from.
    pub origin: Origin,
    /// Why.
    pub reason: Reason,
    /// Class in force on the first day.
    pub class: RiskClass,
    /// Grade; `None` where a held rate has none.
    pub grade: Option<GradeIndex>,
    /// What the rate starts from.
    pub start: RateStart,
    /// Percentage points that adjustments add; negative lowers.
    pub points: Decimal,
    /// What adjustments multiply the rate by, after the grade.
    pub factor: Factor,
    /// Which adjustments of limited use helped, one bit each.
    pub used: u64,
}

/// A dated part of a schedule, in which nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Days.
    pub days: DateSpan,
    /// Class.
    pub class: RiskClass,
    /// Base rate, where known.
    pub base: Option<Rate>,
    /// Grade, where there is one.
    pub grade: Option<GradeIndex>,
    /// Rate before any phased cut.
    pub before_cut: Rate,
    /// Phased cut, zero where there is none.
    pub cut: Factor,
    /// Rate charged.
    pub rate: Rate,
    /// Where it comes from.
    pub origin: Origin,
}

/// The rates of an account over an annual setting: segments without a gap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Schedule {
    pub(crate) segments: Vec<Segment>,
    pub(crate) premium_mode: RoundMode,
}

impl Schedule {
    /// The segments, in order, adjoining.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How premiums are rounded to fen.
    pub const fn premium_mode(&self) -> RoundMode {
        self.premium_mode
    }

    /// The rate on a day; `None` outside the schedule.
    pub fn rate_on(&self, date: NaiveDate) -> Option<Rate> {
        self.segments.iter().find(|segment| segment.days.contains(date)).map(|segment| segment.rate)
    }

    /// The first segment of the rate that an outcome decided, after any that was only paid until then.
    pub fn decided_segment(&self, outcome: &Outcome) -> Option<&Segment> {
        let waited = |segment: &&Segment| segment.origin != Origin::Provisional;
        let decided = self.segments.iter().find(waited).filter(|_| outcome.origin != Origin::Provisional);
        decided.or(self.segments.first())
    }

    /// The premium on the payroll of a month, at the rate of its first day, rounded to fen as the rule set says.
    ///
    /// `None` where the month's first day lies outside the schedule.
    pub fn premium_on(&self, date: NaiveDate, payroll: Money) -> Option<Money> {
        self.rate_on(date)?.premium_on(payroll, self.premium_mode)
    }
}

/// The explained decision for one account and one annual setting.
#[derive(Clone, Debug)]
pub struct Decision {
    pub(crate) account: AccountKey,
    pub(crate) law: Law,
    pub(crate) outcome: Outcome,
    pub(crate) schedule: Schedule,
    pub(crate) steps: Vec<Step>,
    pub(crate) used: Vec<String>,
    pub(crate) orders: Vec<Order>,
}

impl Decision {
    /// The account.
    pub const fn account(&self) -> &AccountKey {
        &self.account
    }

    /// The law it was decided under.
    pub const fn law(&self) -> &Law {
        &self.law
    }

    /// The rule set.
    pub fn rule_set(&self) -> &RuleSetId {
        self.law.rules().id()
    }

    /// Class, grade and reason.
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The dated rates.
    pub const fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The first segment of the rate that was decided, after any that was only paid until then.
    pub fn decided_segment(&self) -> Option<&Segment> {
        self.schedule.decided_segment(&self.outcome)
    }

    /// Every step, in the order of the law.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the account has used of adjustments of limited use, in this and in earlier cycles: `ADJUSTMENT` or
    /// `ADJUSTMENT:EVENT`, then `@` and the first day of the cycle.
    pub fn used(&self) -> &[String] {
        &self.used
    }

    /// Label of the grade; empty where a held rate has none.
    pub fn grade_label(&self) -> &str {
        let ladder = self.law.rules().ladder();
        self.outcome.grade.map_or("", |grade| ladder.grade(grade).label.as_str())
    }

    /// What was ordered for the account; steps point into it.
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// What a step rests on in the files of the law; `None` where it rests on an order.
    pub fn basis(&self, source: Source) -> Option<&Basis> {
        self.law.basis(source)
    }

    /// What a step rests on, as people read it: document and place, or who ordered in which document.
    pub fn citation(&self, source: Source, lang: Lang) -> String {
        let order = match source {
            Source::Order(place) => self.orders.get(place).map(|order| order.citation(lang)),
            Source::Rules(_) | Source::Parameters(_) => None,
        };
        order.or_else(|| self.basis(source).map(|basis| basis.citation(lang))).unwrap_or_default()
    }

    /// The assumptions that the steps used, as paths into the rule set and parameters, once each.
    pub fn assumptions(&self) -> Vec<String> {
        self.listed(|basis| &basis.assumed)
    }

    /// The illustrative values that the steps used, as paths.
    pub fn illustrations(&self) -> Vec<String> {
        self.listed(|basis| &basis.illustrative)
    }

    fn listed(&self, list: impl Fn(&Basis) -> &Vec<String>) -> Vec<String> {
        let bases = self.steps.iter().filter_map(|step| self.law.basis(step.source));
        let mut paths: Vec<String> = bases
            .flat_map(|basis| {
                list(basis)
                    .iter()
                    .map(|path| if basis.path.is_empty() { path.clone() } else { format!("{}.{path}", basis.path) })
            })
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }
}
