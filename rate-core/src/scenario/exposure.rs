//! The size of an account over some months: what a statistic weighs it with.

use super::real::real;
use crate::calendar::MonthSpan;
use crate::experience::{self, Exposed};
use crate::history::History;
use crate::rule_set::Law;

/// What the size of an account is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exposure {
    /// Payroll.
    Payroll,
    /// Premium at base rates: what would have been due, had nobody floated.
    BasePremium,
    /// Heads.
    Heads,
}

impl Exposure {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payroll => "payroll",
            Self::BasePremium => "base-premium",
            Self::Heads => "heads",
        }
    }

    /// How many of the whole numbers that weights are summed in make one yuan of payroll, one yuan of premium, or one
    /// head for a year: weights are fen, millionths of a fen, and head-months.
    pub const fn parts(self) -> i128 {
        match self {
            Self::Payroll => 100,
            Self::BasePremium => 100_000_000,
            Self::Heads => 12,
        }
    }

    /// A weight in yuan of payroll, yuan of premium, or heads for a year.
    pub fn amount(self, weight: i128) -> f64 {
        real(weight) / real(self.parts())
    }

    /// The weight of what is at risk; `None` where it cannot be known: no base rate stands for some of it.
    pub(crate) const fn weight(self, exposed: &Exposed) -> Option<i128> {
        match self {
            Self::Payroll => Some(exposed.payroll),
            Self::BasePremium => exposed.at_base,
            Self::Heads => Some(exposed.head_months),
        }
    }
}

/// Mean heads of an account over its covered months within some months, in whole numbers.
pub(crate) fn mean_heads(law: &Law, history: &History, months: &MonthSpan) -> i64 {
    let head_months = experience::exposed(law, history, months).head_months;
    let covered = i128::from(history.covered_months(months)).max(1);
    i64::try_from(head_months / covered).unwrap_or(i64::MAX)
}
