//! Sums over accounts: exact, so that they come to the same in whatever order they are added.

use rust_decimal::Decimal;

use super::priced::PricedRow;
use crate::amount::Quantity;

/// What some accounts come to under one law.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Accounts.
    pub accounts: u64,
    /// Heads.
    pub heads: i128,
    /// Twelve months' payroll, in fen.
    pub payroll_fen: i128,
    /// Payroll of the months billed, in fen: what the average rate is over.
    pub billed_fen: i128,
    /// Premium of the months billed, in fen: the sum of the bills.
    pub premium_fen: i128,
}

impl Sum {
    pub(super) fn row(&mut self, row: &PricedRow) {
        let payroll = i128::from(row.payroll.fen());
        self.add(&Self {
            accounts: 1,
            heads: row.heads.into(),
            payroll_fen: payroll * 12,
            billed_fen: payroll * row.months,
            premium_fen: row.premium_fen,
        });
    }

    /// Adds other accounts.
    pub const fn add(&mut self, other: &Self) {
        self.accounts += other.accounts;
        self.heads += other.heads;
        self.payroll_fen += other.payroll_fen;
        self.billed_fen += other.billed_fen;
        self.premium_fen += other.premium_fen;
    }

    /// Premium over the payroll it was billed on, exact; `None` where nothing is billed on any payroll.
    pub fn average_rate(&self) -> Option<Quantity> {
        (self.billed_fen > 0).then_some(Quantity { numerator: self.premium_fen, denominator: self.billed_fen })
    }
}

/// What some accounts come to under the baseline and under a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// Under the baseline.
    pub before: Sum,
    /// Under the candidate.
    pub after: Sum,
}

impl Pair {
    /// Adds other accounts.
    pub const fn add(&mut self, other: &Self) {
        self.before.add(&other.before);
        self.after.add(&other.after);
    }

    /// What the candidate brings more, in fen; negative less.
    pub const fn difference_fen(&self) -> i128 {
        self.after.premium_fen - self.before.premium_fen
    }
}

/// A quotient as a percentage with some digits, rounded half up, for display.
pub fn percent(value: Quantity, digits: u32) -> Decimal {
    let shown = value.display_scaled(100 * 10_i128.pow(digits));
    Decimal::try_from_i128_with_scale(shown, digits).unwrap_or(Decimal::MAX)
}
