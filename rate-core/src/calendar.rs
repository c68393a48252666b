//! Months, dates and spans of dates, as law writes them: inclusive at both ends.

use std::fmt;

pub use chrono::NaiveDate;
use chrono::{Datelike, Days, Months, Weekday};

/// A calendar month.
///
/// ```
/// use rate_core::Month;
/// let month: Month = "2024-02".parse().unwrap();
/// assert_eq!(month.last_day().to_string(), "2024-02-29");
/// assert_eq!(month.plus(11).to_string(), "2025-01");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

/// Text that is not a date or month of the form law and books use, between 1950 and 2199.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date `YYYY-MM-DD` or month `YYYY-MM` between 1950 and 2199")]
pub struct DateError;

const FIRST_YEAR: i32 = 1950;
const LAST_YEAR: i32 = 2199;

impl Month {
    /// The month a date lies in.
    pub fn of(date: NaiveDate) -> Self {
        Self(date.year() * 12 + date.month0().cast_signed())
    }

    /// Year and month, 1 to 12.
    ///
    /// # Errors
    /// Outside 1950 to 2199, or a month that does not exist.
    pub fn new(year: i32, month: u32) -> Result<Self, DateError> {
        if (FIRST_YEAR..=LAST_YEAR).contains(&year) && (1..=12).contains(&month) {
            Ok(Self(year * 12 + (month - 1).cast_signed()))
        } else {
            Err(DateError)
        }
    }

    /// The calendar year.
    pub const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// The month of the year, 1 to 12.
    pub const fn month_of_year(self) -> u32 {
        self.0.rem_euclid(12).cast_unsigned() + 1
    }

    /// This month and `months` more.
    #[must_use]
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// How many months lie from `other` to this one; negative where this one is earlier.
    pub const fn since(self, other: Self) -> i32 {
        self.0 - other.0
    }

    /// The first day.
    pub fn first_day(self) -> NaiveDate {
        // A month is only built between 1950 and 2199 or moved by a window's length, far inside chrono's range.
        NaiveDate::from_ymd_opt(self.year(), self.month_of_year(), 1).unwrap_or(NaiveDate::MAX)
    }

    /// The last day.
    pub fn last_day(self) -> NaiveDate {
        day_before(self.plus(1).first_day())
    }
}

impl std::str::FromStr for Month {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let (year, month) = text.split_once('-').ok_or(DateError)?;
        let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(DateError);
        }
        Self::new(year.parse().map_err(|_| DateError)?, month.parse().map_err(|_| DateError)?)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month_of_year())
    }
}

/// Reads a date `YYYY-MM-DD` between 1950 and 2199.
///
/// # Errors
/// [`DateError`] for anything else, days that do not exist included.
pub fn date(text: &str) -> Result<NaiveDate, DateError> {
    let month: Month = text.get(..7).ok_or(DateError)?.parse()?;
    let day = text.get(7..).and_then(|rest| rest.strip_prefix('-')).ok_or(DateError)?;
    if day.len() != 2 || !day.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DateError);
    }
    let day = day.parse().map_err(|_| DateError)?;
    NaiveDate::from_ymd_opt(month.year(), month.month_of_year(), day).ok_or(DateError)
}

/// The same day some years before; 28 February where that year has no 29th.
pub fn years_before(date: NaiveDate, years: u32) -> NaiveDate {
    date.checked_sub_months(Months::new(years.saturating_mul(12))).unwrap_or(NaiveDate::MIN)
}

/// The day after.
pub fn day_after(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
}

/// The day before.
pub fn day_before(date: NaiveDate) -> NaiveDate {
    date.checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN)
}

/// So many days later.
pub fn days_after(date: NaiveDate, days: u16) -> NaiveDate {
    date.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

/// So many months later, on the same day of the month, or the last day of a month that has none.
///
/// ```
/// use rate_core::{calendar::months_after, date};
/// assert_eq!(months_after(date("2025-08-31").unwrap(), 6).to_string(), "2026-02-28");
/// ```
pub fn months_after(date: NaiveDate, months: u16) -> NaiveDate {
    date.checked_add_months(Months::new(months.into())).unwrap_or(NaiveDate::MAX)
}

/// A date as the number `YYYYMMDD`: what records hold.
pub fn day_number(date: NaiveDate) -> i32 {
    (date.year() * 100 + date.month().cast_signed()) * 100 + date.day().cast_signed()
}

/// The date of such a number; `None` where there is no such day between 1950 and 2199.
pub fn numbered_day(number: i32) -> Option<NaiveDate> {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let known = (FIRST_YEAR..=LAST_YEAR).contains(&year);
    NaiveDate::from_ymd_opt(year, month.cast_unsigned(), day.cast_unsigned()).filter(|_| known)
}

/// The calendar year of a day.
pub fn year_of(date: NaiveDate) -> i32 {
    date.year()
}

/// Year, month and day of the month.
pub fn parts_of(date: NaiveDate) -> (i32, u32, u32) {
    (date.year(), date.month(), date.day())
}

/// Whether a day is a Saturday or a Sunday.
pub fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Days from a first to a last one, both included; an open end goes on.
///
/// ```
/// use rate_core::{date, DateSpan};
/// let span = DateSpan::new(date("2022-07-01").unwrap(), Some(date("2025-06-30").unwrap())).unwrap();
/// assert!(span.contains(date("2025-06-30").unwrap()));
/// assert!(!span.contains(date("2025-07-01").unwrap()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateSpan {
    from: NaiveDate,
    to: Option<NaiveDate>,
}

impl DateSpan {
    /// A span; `None` where it would end before it begins.
    pub fn new(from: NaiveDate, to: Option<NaiveDate>) -> Option<Self> {
        to.is_none_or(|to| from <= to).then_some(Self { from, to })
    }

    /// First day.
    pub const fn from(&self) -> NaiveDate {
        self.from
    }

    /// Last day, or `None` where the end is open.
    pub const fn to(&self) -> Option<NaiveDate> {
        self.to
    }

    /// Last day, the end of time where it is open.
    pub fn last(&self) -> NaiveDate {
        self.to.unwrap_or(NaiveDate::MAX)
    }

    /// Whether a day lies inside.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from <= date && date <= self.last()
    }

    /// The days both spans share.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let to = match (self.to, other.to) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self::new(self.from.max(other.from), to)
    }
}

impl fmt::Display for DateSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) => write!(f, "{} – {to}", self.from),
            None => write!(f, "{} –", self.from),
        }
    }
}

/// Whole months from a first to a last one, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthSpan {
    from: Month,
    to: Month,
}

impl MonthSpan {
    /// A span; `None` where it would end before it begins.
    pub fn new(from: Month, to: Month) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// The whole months of a span of dates; `None` where it does not begin on a first and end on a last of a month.
    pub fn of(span: &DateSpan) -> Option<Self> {
        let (from, to) = (Month::of(span.from), Month::of(span.to?));
        (from.first_day() == span.from && Some(to.last_day()) == span.to).then_some(Self { from, to })
    }

    /// First month.
    pub const fn from(&self) -> Month {
        self.from
    }

    /// Last month.
    pub const fn to(&self) -> Month {
        self.to
    }

    /// Number of months, at least one.
    pub const fn months(&self) -> i32 {
        self.to.since(self.from) + 1
    }

    /// Whether a month lies inside.
    pub fn contains(&self, month: Month) -> bool {
        self.from <= month && month <= self.to
    }

    /// Whether a date lies inside.
    pub fn contains_date(&self, date: NaiveDate) -> bool {
        self.contains(Month::of(date))
    }

    /// The months both spans share.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// Its years, oldest first, counted back from the end; the first may be shorter.
    ///
    /// ```
    /// use rate_core::MonthSpan;
    /// let span = MonthSpan::new("2019-11".parse().unwrap(), "2021-06".parse().unwrap()).unwrap();
    /// let years: Vec<String> = span.years().iter().map(ToString::to_string).collect();
    /// assert_eq!(years, ["2019-11 – 2020-06", "2020-07 – 2021-06"]);
    /// ```
    pub fn years(&self) -> Vec<Self> {
        let (mut years, mut end) = (Vec::new(), self.to);
        while end >= self.from {
            let from = end.plus(-11).max(self.from);
            years.push(Self { from, to: end });
            end = from.plus(-1);
        }
        years.reverse();
        years
    }

    /// The days of the months.
    pub fn days(&self) -> DateSpan {
        DateSpan { from: self.from.first_day(), to: Some(self.to.last_day()) }
    }
}

impl fmt::Display for MonthSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} – {}", self.from, self.to)
    }
}
