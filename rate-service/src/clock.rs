//! The only clock: when something was recorded. No rate depends on it.

use std::time::UNIX_EPOCH;

use chrono::{DateTime, SecondsFormat};

/// The instant, RFC 3339 in UTC to the millisecond: `2025-01-06T08:30:00.000Z`.
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the one place that asks what time it is")]
pub fn now() -> String {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    text(DateTime::from_timestamp_millis(millis).unwrap_or_default())
}

/// How long something has taken so far; of no use for saying when.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::disallowed_types, reason = "the one place that asks what time it is")]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Begins to count.
    #[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the one place that asks what time it is")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Milliseconds since then.
    pub fn millis(self) -> u64 {
        self.micros() / 1000
    }

    /// Microseconds since then.
    pub fn micros(self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// The instant so many days before another; the same where there is none such.
pub fn days_before(instant: &str, days: u64) -> String {
    let parsed = DateTime::parse_from_rfc3339(instant).map(|it| it.to_utc()).ok();
    let before = parsed.and_then(|it| it.checked_sub_days(chrono::Days::new(days)));
    before.map_or_else(|| instant.to_owned(), text)
}

/// Reads an instant as somebody writes it down, and gives it in the form of records.
pub fn instant(text: &str) -> Option<String> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| self::text(instant.to_utc()))
}

/// An instant of the form of records as milliseconds since 1970, by which leases are measured.
pub fn millis(instant: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(instant).ok().map(|instant| instant.timestamp_millis())
}

fn text(instant: DateTime<chrono::Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}
