//! The only clock: when something was recorded. No rate depends on it.

mod stopwatch;

use std::time::UNIX_EPOCH;

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat};

pub use stopwatch::Stopwatch;

/// The instant, RFC 3339 in UTC to the millisecond: `2025-01-06T08:30:00.000Z`.
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the one place that asks what time it is")]
pub fn now() -> String {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    text(DateTime::from_timestamp_millis(millis).unwrap_or_default())
}

/// The instant so many days before another; the same where there is none such.
pub fn days_before(instant: &str, days: u64) -> String {
    let parsed = DateTime::parse_from_rfc3339(instant).map(|it| it.to_utc()).ok();
    let before = parsed.and_then(|it| it.checked_sub_days(chrono::Days::new(days)));
    before.map_or_else(|| instant.to_owned(), text)
}

/// The instant so many hours behind another; the same where there is none such.
pub fn hours_behind(instant: &str, hours: u32) -> String {
    let parsed = DateTime::parse_from_rfc3339(instant).map(|it| it.to_utc()).ok();
    let behind = parsed.and_then(|it| it.checked_add_signed(chrono::TimeDelta::hours(i64::from(hours))));
    behind.map_or_else(|| instant.to_owned(), text)
}

/// Milliseconds from an instant to one that HTTP wrote (`Sun, 06 Nov 1994 08:49:37 GMT`); nothing where it is none.
///
/// ```
/// use rate_service::clock::millis_to;
/// assert_eq!(millis_to("1994-11-06T08:49:30.000Z", "Sun, 06 Nov 1994 08:49:37 GMT"), Some(7000));
/// assert_eq!(millis_to("1994-11-06T08:49:30.000Z", "soon"), None);
/// ```
pub fn millis_to(instant: &str, written: &str) -> Option<i64> {
    let then = DateTime::parse_from_rfc2822(written).ok()?;
    Some(then.timestamp_millis() - millis(instant)?)
}

/// The legal day of an instant: that of Beijing, eight hours ahead of UTC all year.
///
/// ```
/// use rate_service::clock::legal_day;
/// assert_eq!(legal_day("2025-01-06T16:00:00.000Z").map(|day| day.to_string()), Some("2025-01-07".to_owned()));
/// assert_eq!(legal_day("2025-01-06T15:59:59.999Z").map(|day| day.to_string()), Some("2025-01-06".to_owned()));
/// ```
pub fn legal_day(instant: &str) -> Option<NaiveDate> {
    let beijing = FixedOffset::east_opt(8 * 3600)?;
    DateTime::parse_from_rfc3339(instant).ok().map(|instant| instant.with_timezone(&beijing).date_naive())
}

/// An instant as people of the area read it: day and minute of Beijing.
///
/// ```
/// use rate_service::clock::in_beijing;
/// assert_eq!(in_beijing("2025-01-06T16:00:00.000Z").as_deref(), Some("2025-01-07 00:00"));
/// ```
pub fn in_beijing(instant: &str) -> Option<String> {
    let beijing = FixedOffset::east_opt(8 * 3600)?;
    let instant = DateTime::parse_from_rfc3339(instant).ok()?;
    Some(instant.with_timezone(&beijing).format("%Y-%m-%d %H:%M").to_string())
}

/// An instant that is so many milliseconds behind the beginning of 1970, by whatever clock.
pub fn of_millis(millis: i64) -> Option<String> {
    DateTime::from_timestamp_millis(millis).map(text)
}

/// Reads an instant as somebody writes it down, and gives it in the form of records.
pub fn instant(text: &str) -> Option<String> {
    let instant = DateTime::parse_from_rfc3339(text).ok().map(|instant| self::text(instant.to_utc()));
    // Texts are compared; a year of five digits would come before all others.
    instant.filter(|instant| instant.starts_with(|first: char| first.is_ascii_digit()))
}

/// An instant of the form of records as milliseconds since 1970, by which leases are measured.
pub fn millis(instant: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(instant).ok().map(|instant| instant.timestamp_millis())
}

fn text(instant: DateTime<chrono::Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}
