//! The objection that a run follows: granted when the run is asked for, and followed once it is published.

use serde_json::json;

use super::AnnualError;
use super::only::Only;
use crate::clock::legal_day;
use crate::store::{HookKind, Link, ObjectionEventRow};

/// The state of an objection whose rate is to be determined again.
pub const GRANTED: &str = "granted";
/// The state of one whose rate was.
pub const REDETERMINED: &str = "redetermined";

/// Refuses some accounts whose cause is an objection that is not theirs, or not granted.
///
/// # Errors
/// Which of these.
pub fn is_granted(link: &mut Link, area: &str, only: &Only) -> Result<(), AnnualError> {
    let Some(id) = only.cause.objection() else { return Ok(()) };
    let row = link.objection(id)?.filter(|row| row.area == area);
    if row.is_none_or(|row| !only.accounts.iter().eq([&row.account])) {
        return Err(AnnualError::unfit(
            format!("异议 `{id}` 不存在，或不是该单位提出"),
            format!("there is no objection `{id}`, or it is not of this one account"),
        ));
    }
    if state(link, id)?.is_some_and(|(state, _)| state == GRANTED) {
        return Ok(());
    }
    Err(AnnualError::unfit(
        format!("异议 `{id}` 未获支持，或已据以重新核定"),
        format!("objection `{id}` is not granted, or was followed already"),
    ))
}

fn state(link: &mut Link, id: &str) -> Result<Option<(String, i64)>, AnnualError> {
    Ok(link.objection_events(id)?.pop().map(|it| (it.state, it.number)))
}

/// Records that the run which follows an objection is published, in the transaction that publishes it.
pub(super) fn followed(
    link: &mut Link,
    (area, run): (&str, &str),
    only: &Only,
    who: &str,
    now: &str,
) -> Result<(), AnnualError> {
    let Some(id) = only.cause.objection() else { return Ok(()) };
    is_granted(link, area, only)?;
    let number = state(link, id)?.map_or(1, |(_, number)| number + 1);
    let event = ObjectionEventRow {
        objection: id.to_owned(),
        number,
        state: REDETERMINED.to_owned(),
        happened_on: legal_day(now).map_or_else(String::new, |day| day.to_string()),
        document: String::new(),
        remark: String::new(),
        run: run.to_owned(),
        recorded_by: who.to_owned(),
        recorded_at: now.to_owned(),
    };
    if link.add_objection_event(&event)? {
        let told = json!({"area": area, "objection": id, "state": REDETERMINED, "run": run}).to_string();
        return Ok(link.add_hook_event(area, HookKind::ObjectionRedetermined, &told, now)?);
    }
    Err(AnnualError::unfit("同时有人办理了该异议", "somebody acted on the objection at the same time"))
}
