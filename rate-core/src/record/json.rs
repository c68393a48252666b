//! Bodies as JSON: a rendering for people and programs, never what is hashed.

use serde_json::{Value, json};

use super::body::{Body, RecordedOutcome, RecordedSegment, RecordedStep};
use super::bytes::Item;
use crate::calendar::DateSpan;

impl Body {
    /// The body as JSON; digests in hexadecimal, dates as `YYYY-MM-DD`, rates as decimal strings in percent.
    pub fn to_json(&self) -> Value {
        json!({
            "format": super::FORMAT,
            "semantics": self.semantics,
            "account": { "area": self.account.area, "number": self.account.number },
            "rule_set": { "id": self.rule_set, "digest": self.rule_set_digest.to_string() },
            "parameters": self.parameters.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "facts": self.facts.to_string(),
            "cycle": self.cycle,
            "setting": days(&self.setting),
            "decided_on": self.decided_on.map(|day| day.to_string()),
            "outcome": outcome(&self.outcome),
            "segments": self.segments.iter().map(segment).collect::<Vec<_>>(),
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
            "trace": self.trace.to_string(),
        })
    }
}

fn days(days: &DateSpan) -> Value {
    json!({ "from": days.from().to_string(), "to": days.to().map(|to| to.to_string()) })
}

fn class([system, number]: [u8; 2]) -> Value {
    json!({ "system": system, "number": number })
}

fn outcome(it: &RecordedOutcome) -> Value {
    json!({
        "origin": it.origin,
        "reason": it.reason,
        "class": class(it.class),
        "grade": it.grade,
        "start": it.start,
        "start_percent": it.start_percent,
        "points": it.points,
        "factor_percent": it.factor_percent,
        "used": it.used,
    })
}

fn segment(it: &RecordedSegment) -> Value {
    json!({
        "from": it.days.from().to_string(),
        "to": it.days.to().map(|to| to.to_string()),
        "class": class(it.class),
        "base_percent": it.base_percent,
        "grade": it.grade,
        "before_cut_percent": it.before_cut_percent,
        "cut_percent": it.cut_percent,
        "rate_percent": it.rate_percent,
        "origin": it.origin,
    })
}

fn step(it: &RecordedStep) -> Value {
    json!({ "step": it.word(), "value": item(&it.value) })
}

/// Numbers that a JavaScript reader would round are strings.
fn item(item: &Item) -> Value {
    match item {
        Item::Null => Value::Null,
        Item::Boolean(flag) => json!(flag),
        Item::Number(number) => match i64::try_from(*number) {
            Ok(small) if small.unsigned_abs() < 1 << 53 => json!(small),
            _ => json!(number.to_string()),
        },
        Item::Bytes(bytes) => bytes.iter().map(|byte| json!(byte)).collect(),
        Item::Text(text) => json!(text),
        Item::Array(items) => items.iter().map(self::item).collect(),
    }
}
