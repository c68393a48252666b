//! Premium on payroll: a bill per month, in fen, at the rate of the month's first day.

use crate::amount::{Money, Rate, RoundMode, Rounding};
use crate::calendar::{Month, MonthSpan, NaiveDate};
use crate::decision::Schedule;
use crate::history::{History, PremiumKind};

/// The payroll that estimates are made on: the latest months known on a day, as a monthly mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayrollBase {
    /// The months it was taken from.
    pub months: MonthSpan,
    /// Mean payroll of a month, rounded half up to fen: an estimate's base, never a bill's.
    pub monthly: Money,
    /// Mean heads.
    pub heads: i64,
}

/// The latest regular premium row that begins by a day, as a monthly mean.
pub fn payroll_base(history: &History, on: NaiveDate) -> Option<PayrollBase> {
    let rows = history.premiums().iter().rev();
    let row = rows.into_iter().find(|row| row.kind == PremiumKind::Regular && row.months.from().first_day() <= on)?;
    let mean = rust_decimal::Decimal::from(row.payroll.fen()).checked_div(row.months.months().into())?;
    let fen = Rounding { digits: 0, mode: RoundMode::HalfUp }.apply(mean);
    let monthly = Money::from_fen(i64::try_from(fen.mantissa()).ok()?);
    Some(PayrollBase { months: row.months, monthly, heads: row.heads })
}

/// One month's bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The month.
    pub month: Month,
    /// Rate on its first day.
    pub rate: Rate,
    /// Premium, in fen.
    pub premium: Money,
}

/// The bills of a schedule on a monthly payroll: the first twelve months it covers, or fewer where it is shorter.
pub fn bills(schedule: &Schedule, payroll: Money) -> Vec<Bill> {
    let Some(first) = schedule.segments().first() else { return Vec::new() };
    let start = Month::of(first.days.from());
    let months = (0..12).map(|offset| start.plus(offset));
    months
        .filter_map(|month| {
            let rate = schedule.rate_on(month.first_day())?;
            let premium = schedule.premium_on(month.first_day(), payroll)?;
            Some(Bill { month, rate, premium })
        })
        .collect()
}

/// The sum of bills, exact in fen; what a run's total is made of.
pub fn total(bills: &[Bill]) -> i128 {
    bills.iter().map(|bill| i128::from(bill.premium.fen())).sum()
}

/// The rates of the first twelve months that a schedule covers, months of one rate together: what bills on any payroll
/// are made from, where many are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearRates {
    runs: Vec<(Rate, i128)>,
    mode: RoundMode,
}

impl YearRates {
    /// The rates of a schedule.
    pub fn of(schedule: &Schedule) -> Self {
        let mut runs: Vec<(Rate, i128)> = Vec::new();
        for bill in bills(schedule, Money::ZERO) {
            match runs.last_mut() {
                Some((rate, months)) if *rate == bill.rate => *months += 1,
                _ => runs.push((bill.rate, 1)),
            }
        }
        Self { runs, mode: schedule.premium_mode() }
    }

    /// The sum of the bills on a monthly payroll, in fen: what [`total`] of [`bills`] is.
    pub fn premium(&self, payroll: Money) -> i128 {
        let run = |(rate, months): &(Rate, i128)| {
            rate.premium_on(payroll, self.mode).map_or(0, |premium| i128::from(premium.fen()) * months)
        };
        self.runs.iter().map(run).sum()
    }

    /// The sum of the bills that a constant rate would give for the same months: what [`bills_at`] says.
    pub fn premium_at(&self, rate: Rate, payroll: Money) -> i128 {
        rate.premium_on(payroll, self.mode).map_or(0, |premium| i128::from(premium.fen()) * self.months())
    }

    /// The months that are billed.
    pub fn months(&self) -> i128 {
        self.runs.iter().map(|(_, months)| months).sum()
    }
}

/// The bills that a constant rate would give for the same months.
pub fn bills_at(rate: Rate, bills: &[Bill], payroll: Money, mode: RoundMode) -> i128 {
    let each = rate.premium_on(payroll, mode).map_or(0, |premium| i128::from(premium.fen()));
    bills.iter().map(|_| each).sum()
}
