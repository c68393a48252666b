//! The objections that a run follows: granted when the run is asked for, and followed once it is published.

use std::collections::BTreeSet;

use serde_json::json;

use super::AnnualError;
use super::only::Only;
use crate::clock::legal_day;
use crate::store::{HookKind, Link, ObjectionEventRow};

/// The state of an objection whose rate is to be determined again.
pub const GRANTED: &str = "granted";
/// The state of one whose rate was.
pub const REDETERMINED: &str = "redetermined";

/// Refuses some accounts whose cause are objections that are not theirs, not granted, or not of all of them.
///
/// # Errors
/// Which of these.
pub fn is_granted(link: &mut Link, area: &str, only: &Only) -> Result<(), AnnualError> {
    let Some(ids) = only.cause.objections() else { return Ok(()) };
    let mut theirs = BTreeSet::new();
    for id in ids {
        let row = link.objection(id)?.filter(|row| row.area == area && only.accounts.contains(&row.account));
        let Some(row) = row else {
            return Err(AnnualError::unfit(
                format!("异议 `{id}` 不存在，或不是所列单位提出"),
                format!("there is no objection `{id}`, or it is of none of these accounts"),
            ));
        };
        if state(link, id)?.is_none_or(|(state, _)| state != GRANTED) {
            return Err(AnnualError::unfit(
                format!("异议 `{id}` 未获支持，或已据以重新核定"),
                format!("objection `{id}` is not granted, or was followed already"),
            ));
        }
        theirs.insert(row.account);
    }
    if let Some(without) = only.accounts.iter().find(|account| !theirs.contains(*account)) {
        return Err(AnnualError::unfit(
            format!("单位 {without} 没有所列的异议"),
            format!("none of these objections is of account {without}"),
        ));
    }
    Ok(())
}

fn state(link: &mut Link, id: &str) -> Result<Option<(String, i64)>, AnnualError> {
    Ok(link.objection_events(id)?.pop().map(|it| (it.state, it.number)))
}

/// Records that the run which follows some objections is published, in the transaction that publishes it.
pub(super) fn followed(
    link: &mut Link,
    (area, run): (&str, &str),
    only: &Only,
    who: &str,
    now: &str,
) -> Result<(), AnnualError> {
    is_granted(link, area, only)?;
    for id in only.cause.objections().into_iter().flatten() {
        let number = state(link, id)?.map_or(1, |(_, number)| number + 1);
        let event = ObjectionEventRow {
            objection: id.clone(),
            number,
            state: REDETERMINED.to_owned(),
            happened_on: legal_day(now).map_or_else(String::new, |day| day.to_string()),
            document: String::new(),
            remark: String::new(),
            run: run.to_owned(),
            recorded_by: who.to_owned(),
            recorded_at: now.to_owned(),
        };
        if !link.add_objection_event(&event)? {
            return Err(AnnualError::unfit("同时有人办理了该异议", "somebody acted on the objection at the same time"));
        }
        let told = json!({"area": area, "objection": id, "state": REDETERMINED, "run": run}).to_string();
        link.add_hook_event(area, HookKind::ObjectionRedetermined, &told, now)?;
    }
    Ok(())
}
