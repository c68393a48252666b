//! The insurance fund of an area, month by month: what came in, what was paid, what was left.

use crate::amount::{Money, Quantity};
use crate::calendar::{Month, MonthSpan, NaiveDate, day_after};

/// One month of the fund of an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundMonth {
    /// Pooling area.
    pub area: String,
    /// The month.
    pub month: Month,
    /// Income of the month.
    pub income: Money,
    /// Benefits paid in the month.
    pub benefits: Money,
    /// Balance at its end, reserve included.
    pub balance: Money,
}

/// The fund of all areas of a book; information beside a phased cut, never what a rate rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fund {
    months: Vec<FundMonth>,
}

/// How many months of benefits a balance pays for (可支付月数), with what it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthsPayable {
    /// The months whose mean was taken; the balance is that of the last of them.
    pub over: MonthSpan,
    /// The balance.
    pub balance: Money,
    /// Benefits of these months together, in fen.
    pub benefits: i128,
    /// Balance over the mean of a month.
    pub months: Quantity,
}

impl Fund {
    /// The months of all areas, put into their order.
    pub fn new(mut months: Vec<FundMonth>) -> Self {
        months.sort_by(|one, two| (&one.area, one.month).cmp(&(&two.area, two.month)));
        Self { months }
    }

    /// All months, by area and month.
    pub fn months(&self) -> &[FundMonth] {
        &self.months
    }

    /// Months payable at a day: the balance of the last month that has ended by then, over the mean monthly benefits
    /// of so many months up to it. `None` where a month is not there or nothing was paid.
    pub fn payable(&self, area: &str, at: NaiveDate, over: i32) -> Option<MonthsPayable> {
        let last = Month::of(day_after(at)).plus(-1);
        let over = MonthSpan::new(last.plus(1 - over), last)?;
        let inside = || self.months.iter().filter(|it| it.area == area && over.contains(it.month));
        if i32::try_from(inside().count()) != Ok(over.months()) {
            return None;
        }
        let balance = inside().next_back()?.balance;
        let benefits: i128 = inside().map(|it| i128::from(it.benefits.fen())).sum();
        let numerator = i128::from(balance.fen()) * i128::from(over.months());
        let months = Quantity { numerator, denominator: benefits };
        (benefits > 0).then_some(MonthsPayable { over, balance, benefits, months })
    }
}
