//! What persons do with a run: ask for it, accept, review, approve, return, give up.

use super::AnnualError;
use super::redetermined;
use super::request::{Accepted, Request};
use super::state::{Act, NotMoved, State, Who, next};
use crate::logbook::is_run_id;
use crate::person::is_same;
use crate::store::{Link, RunEventRow, RunRow, Store};

/// What a worker is called where a change of state says who.
pub(super) const WORKER: &str = "worker";

/// Asks for a run.
///
/// # Errors
/// A name that is taken or none, limits or control totals that cannot be read.
pub fn open(store: &Store, request: &Request, author: &str, now: &str) -> Result<(), AnnualError> {
    store.change(|link| open_in(link, request, author, now))
}

/// The same in a transaction of the caller's.
///
/// # Errors
/// As [`open`].
pub fn open_in(link: &mut Link, request: &Request, author: &str, now: &str) -> Result<(), AnnualError> {
    let author = person(author)?;
    if !is_run_id(&request.id) {
        return Err(AnnualError::unfit(
            "运行名只能含字母、数字、“.”“_”“-”，至多64个",
            "a run is named by letters, digits, `.`, `_`, `-`, at most 64",
        ));
    }
    request.entry("")?;
    let row = RunRow {
        id: request.id.clone(),
        area: request.area.clone(),
        request: request.text(),
        accepted: String::new(),
        state: State::Queued.as_str().to_owned(),
        author: author.to_owned(),
        reviewer: None,
        approver: None,
        knowledge: None,
        frozen: None,
        problem: None,
        owner: None,
        lease_until: 0,
        fence: 0,
        attempts: 0,
        created_at: now.to_owned(),
    };
    if !link.add_run(&row)? {
        return Err(AnnualError::Taken(row.id.clone()));
    }
    note(link, &row, "open", author, now, "")
}

/// Moves a run: to review, approve, publish, return, make again, resume or give it up.
///
/// # Errors
/// A run that is unknown, a state that does not allow it, a person who may not.
pub fn act(store: &Store, run: &str, act: Act, who: &str, now: &str, remark: &str) -> Result<State, AnnualError> {
    store.change(|link| act_in(link, run, act, who, now, remark))
}

/// The same in a transaction of the caller's.
///
/// # Errors
/// As [`act`].
pub fn act_in(link: &mut Link, run: &str, act: Act, who: &str, now: &str, remark: &str) -> Result<State, AnnualError> {
    let who = person(who)?;
    let mut row = held(link, run)?;
    let state = moved(&row, act, person_of(&row, who))?;
    if matches!(act, Act::Review | Act::Publish) {
        redetermined::not_before(link, &row)?;
    }
    match act {
        Act::Review => row.reviewer = Some(who.to_owned()),
        Act::Approve => row.approver = Some(who.to_owned()),
        Act::Return | Act::Cancel => drop_results(link, &mut row)?,
        Act::Rerun => {
            row.accepted.clear();
            (row.reviewer, row.approver) = (None, None);
        }
        Act::Resume => link.release_chunks(run)?,
        Act::Start
        | Act::Block
        | Act::Accept
        | Act::Finish
        | Act::Fail
        | Act::Publish
        | Act::Record
        | Act::Withhold => {}
    }
    row.problem = None;
    enter(link, row, (state, act), who, now, remark)
}

/// Gives a run up.
///
/// # Errors
/// As [`act`].
pub fn cancel(store: &Store, run: &str, who: &str, now: &str, remark: &str) -> Result<State, AnnualError> {
    act(store, run, Act::Cancel, who, now, remark)
}

/// Accepts kinds of findings by name, each with a reason: the run goes on where all that blocks is accepted.
///
/// # Errors
/// As [`act`]; no reason; kinds that still block.
pub fn accept(store: &Store, run: &str, accepted: &[Accepted], who: &str, now: &str) -> Result<State, AnnualError> {
    store.change(|link| accept_in(link, run, accepted, who, now))
}

/// The same in a transaction of the caller's.
///
/// # Errors
/// As [`accept`].
pub fn accept_in(
    link: &mut Link,
    run: &str,
    accepted: &[Accepted],
    who: &str,
    now: &str,
) -> Result<State, AnnualError> {
    let who = person(who)?;
    if accepted.is_empty() || accepted.iter().any(|it| it.reason.trim().is_empty()) {
        return Err(AnnualError::unfit("接受须逐项写明种类与理由", "each kind is accepted with a reason"));
    }
    let mut row = held(link, run)?;
    let state = moved(&row, Act::Accept, person_of(&row, who))?;
    let words: Vec<&str> = accepted.iter().map(|it| it.kind.as_str()).collect();
    row.accepted = format!("{} {}", row.accepted, words.join(" "));
    let beyond = super::findings::beyond(&row)?;
    let open: Vec<&str> = beyond.iter().filter(|it| !it.accepted).map(|it| it.kind.as_str()).collect();
    if !open.is_empty() {
        let open = open.join(", ");
        return Err(AnnualError::unfit(
            format!("尚有未接受的种类：{open}"),
            format!("kinds that nobody has accepted: {open}"),
        ));
    }
    let said: Vec<String> = accepted.iter().map(|it| format!("{}: {}", it.kind, it.reason.trim())).collect();
    enter(link, row, (state, Act::Accept), who, now, &said.join("; "))
}

/// A name that somebody can be held to.
fn person(who: &str) -> Result<&str, AnnualError> {
    let who = who.trim();
    if who.is_empty() || who == WORKER {
        return Err(AnnualError::unfit("须写明由谁办理", "whoever acts has a name"));
    }
    Ok(who)
}

fn person_of(row: &RunRow, who: &str) -> Who {
    if is_same(&row.author, who) { Who::Author } else { Who::Other }
}

/// The state a run comes to.
pub(super) fn moved(row: &RunRow, act: Act, who: Who) -> Result<State, AnnualError> {
    let state = state_of(row)?;
    next(state, act, who).map_err(|why| match why {
        NotMoved::State => AnnualError::NotNow { state, act },
        NotMoved::Person => AnnualError::NotYou { act },
    })
}

/// The state of a run.
pub(super) fn state_of(row: &RunRow) -> Result<State, AnnualError> {
    State::from_word(&row.state).ok_or(AnnualError::Broken("a state"))
}

/// A run, held until the transaction ends.
pub(super) fn held(link: &mut Link, run: &str) -> Result<RunRow, AnnualError> {
    link.run_to_change(run)?.ok_or_else(|| AnnualError::Unknown(run.to_owned()))
}

/// Puts a run into a state, and frees it for whoever works on it next.
pub(super) fn enter(
    link: &mut Link,
    mut row: RunRow,
    (state, act): (State, Act),
    who: &str,
    now: &str,
    remark: &str,
) -> Result<State, AnnualError> {
    state.as_str().clone_into(&mut row.state);
    row.lease_until = 0;
    row.attempts = 0;
    link.change_run(&row)?;
    note(link, &row, act.as_str(), who, now, remark)?;
    Ok(state)
}

fn note(link: &mut Link, row: &RunRow, act: &str, who: &str, now: &str, remark: &str) -> Result<(), AnnualError> {
    let event = RunEventRow {
        run: row.id.clone(),
        number: 0,
        state: row.state.clone(),
        act: act.to_owned(),
        who: who.to_owned(),
        recorded_at: now.to_owned(),
        remark: remark.to_owned(),
    };
    Ok(link.add_run_event(event)?)
}

/// Takes away what a run came to: whoever had leased a piece of it finds nothing to add to.
fn drop_results(link: &mut Link, row: &mut RunRow) -> Result<(), AnnualError> {
    link.drop_run_results(&row.id)?;
    (row.knowledge, row.frozen) = (None, None);
    row.fence += 1;
    Ok(())
}
