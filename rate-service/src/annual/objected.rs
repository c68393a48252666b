//! The objections that a run follows: granted when the run is asked for, and followed once it is published.

use std::collections::BTreeSet;

use rate_core::record::Run;
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

/// Refuses to say that an objection is followed where its account has nothing of the run.
fn is_answered(link: &mut Link, run: &Run, only: &Only) -> Result<(), AnnualError> {
    let accounts: Vec<String> = only.accounts.iter().cloned().collect();
    let bodies = link.bodies_of(&run.area, &accounts)?;
    let decided: BTreeSet<&str> = bodies.iter().filter(|it| it.run == run.id).map(|it| it.account.as_str()).collect();
    let open = |account: &&String| !decided.contains(account.as_str()) && !run.takes_out(account);
    match accounts.iter().find(open) {
        None => Ok(()),
        Some(account) => Err(AnnualError::unfit(
            format!("单位 {account} 的数据有误，本次未能核定：改正后另办，其异议才算办结"),
            format!(
                "account {account} got nothing of this run, since its facts are wrong: its objection is not followed"
            ),
        )),
    }
}

/// Records that the run which follows some objections is published, in the transaction that publishes it.
pub(super) fn followed(link: &mut Link, published: &Run, only: &Only, who: &str, now: &str) -> Result<(), AnnualError> {
    let Run { id: run, area, .. } = published;
    is_granted(link, area, only)?;
    if only.cause.objections().is_some() {
        is_answered(link, published, only)?;
    }
    for id in only.cause.objections().into_iter().flatten() {
        let number = state(link, id)?.map_or(1, |(_, number)| number + 1);
        let event = ObjectionEventRow {
            objection: id.clone(),
            number,
            state: REDETERMINED.to_owned(),
            happened_on: legal_day(now).map_or_else(String::new, |day| day.to_string()),
            document: String::new(),
            remark: String::new(),
            run: run.clone(),
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
