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

/// Reads an instant as somebody writes it down, and gives it in the form of records.
pub fn instant(text: &str) -> Option<String> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| self::text(instant.to_utc()))
}

fn text(instant: DateTime<chrono::Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}
