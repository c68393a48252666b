//! What is sent: the same bytes under the same name at every attempt.

use rate_core::log::Digest;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::store::{HookEventRow, StoreError};

/// A hash of an event, and of what else there is to tell apart.
fn hash(event: &HookEventRow, besides: i64) -> Digest {
    let numbers = [event.number, besides].map(i64::to_be_bytes).concat();
    let texts = [&event.area, &event.kind, &event.recorded_at, &event.data].map(|text| format!("{text}\0"));
    Digest::of(&[numbers, texts.concat().into_bytes()].concat())
}

/// What an event is called in every message about it (`webhook-id`); holds no full stop, which is what parts are divided by.
pub fn id_of(event: &HookEventRow) -> String {
    let hash = hash(event, 0).to_string();
    format!("msg_{}", hash.get(..32).unwrap_or(&hash))
}

/// A part of a while that an attempt is put off beyond its time, so that what failed together does not come again together:
/// up to a tenth, drawn from the name of the event and the number of the attempt.
pub(super) fn put_off(event: &HookEventRow, attempt: i64, millis: i64) -> i64 {
    let Digest([high, low, ..]) = hash(event, attempt);
    let drawn = i64::from(u16::from_be_bytes([high, low]));
    (millis / 10).saturating_mul(drawn) / i64::from(u16::MAX)
}

/// The body of a message.
///
/// # Errors
/// What is kept is no JSON.
pub fn payload(event: &HookEventRow) -> Result<String, StoreError> {
    let broken = |_| StoreError::Broken("an event whose data is no JSON");
    let data: &RawValue = serde_json::from_str(&event.data).map_err(broken)?;
    let [kind, at]: [Value; 2] = [json!(event.kind), json!(event.recorded_at)];
    Ok(format!("{{\"type\":{kind},\"timestamp\":{at},\"data\":{data}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: i64) -> HookEventRow {
        HookEventRow {
            number,
            area: "990100".to_owned(),
            kind: "run.published".to_owned(),
            data: "{\"area\":\"990100\",\"run\":\"a.b\"}".to_owned(),
            recorded_at: "2026-01-05T01:45:40.997Z".to_owned(),
        }
    }

    #[test]
    fn a_message_has_a_name_without_a_full_stop_and_the_bytes_that_were_kept() {
        let (one, other) = (id_of(&event(1)), id_of(&event(2)));
        assert!(one != other && !one.contains('.') && one.len() == 36, "{one}");
        assert_eq!(
            payload(&event(1)).unwrap(),
            "{\"type\":\"run.published\",\"timestamp\":\"2026-01-05T01:45:40.997Z\",\
             \"data\":{\"area\":\"990100\",\"run\":\"a.b\"}}"
        );
    }

    #[test]
    fn attempts_are_put_off_by_at_most_a_tenth_and_not_all_alike() {
        let drawn: Vec<i64> = (1..=50).map(|attempt| put_off(&event(1), attempt, 300_000)).collect();
        assert!(drawn.iter().all(|it| (0..=30_000).contains(it)), "{drawn:?}");
        assert!(drawn.iter().any(|it| *it < 10_000) && drawn.iter().any(|it| *it > 20_000), "{drawn:?}");
        assert_eq!(put_off(&event(1), 7, 300_000), drawn[6]);
    }
}
