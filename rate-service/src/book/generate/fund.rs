//! The fund of a made-up area: what came in and was paid month by month, and what was left.

use std::collections::BTreeMap;

use rate_core::history::Payer;
use rate_core::input::book::TableKind;
use rate_core::{History, Month};

use crate::book::{BookError, BookFiles};

/// What the fund pays beside the benefits of claims (prevention, assessment), in percent of them. Invented.
const OTHER_PERCENT: i128 = 6;

/// Months of benefits that the fund had before the first month. Invented.
const RESERVE_MONTHS: i128 = 15;

/// Income and benefits by month, as accounts are made up.
#[derive(Debug, Default)]
pub(super) struct MadeFund {
    income: BTreeMap<Month, i128>,
    benefits: BTreeMap<Month, i128>,
}

impl MadeFund {
    pub(super) fn add(&mut self, history: &History) {
        for row in history.premiums() {
            // A row over several months comes in month by month, what does not divide with the first.
            let (paid, months) = (i128::from(row.paid.fen()), row.months.months());
            let each = paid / i128::from(months);
            for nth in 0..months {
                let rest = if nth == 0 { paid - each * i128::from(months) } else { 0 };
                *self.income.entry(row.months.from().plus(nth)).or_default() += each + rest;
            }
        }
        let payments = history.claims().iter().flat_map(|claim| &claim.payments);
        for payment in payments.filter(|it| it.payer == Payer::Fund) {
            *self.benefits.entry(Month::of(payment.paid_on)).or_default() += i128::from(payment.amount.fen());
        }
    }

    /// One row for each month with income; benefits of later months are not known yet.
    pub(super) fn write(&self, area: &str, files: &mut BookFiles) -> Result<(), BookError> {
        let paid = |month: &Month| {
            let claims = self.benefits.get(month).copied().unwrap_or(0);
            claims + claims * OTHER_PERCENT / 100
        };
        let months = i128::try_from(self.income.len().max(1)).unwrap_or(1);
        let mut balance = self.income.keys().map(paid).sum::<i128>() / months * RESERVE_MONTHS;
        for (month, income) in &self.income {
            let benefits = paid(month);
            balance += income - benefits;
            files.row(TableKind::Fund, &[&area, month, income, &benefits, &balance])?;
        }
        Ok(())
    }
}
