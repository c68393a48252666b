//! What a run has come to so far, for whoever watches, reviews or approves it.

use std::sync::Arc;

use rate_core::diagnostics::{Blocked, Diagnosis, Finding};
use rate_core::error::Lang;
use rate_core::log::{Digest, Tree};
use rate_core::{Law, Problem};

use super::act::{WORKER, state_of};
use super::findings::{self, Frozen};
use super::request::Request;
use super::state::State;
use super::{AnnualError, Told, block, law, publish};
use crate::run::Summary;
use crate::store::{Link, RunEventRow, RunRow, Store};

/// A run as it stands.
#[derive(Clone, Debug)]
pub struct Progress {
    /// What was asked for.
    pub request: Request,
    /// Its state.
    pub state: State,
    /// Who made it.
    pub author: String,
    /// Who reviewed it.
    pub reviewer: Option<String>,
    /// Who approved it.
    pub approver: Option<String>,
    /// When it was asked for.
    pub created_at: String,
    /// The number its facts were frozen at.
    pub knowledge: Option<i64>,
    /// Why it failed.
    pub problem: Option<Told>,
    /// Chunks done, and all.
    pub chunks: [u64; 2],
    /// Accounts done, and all.
    pub accounts: [u64; 2],
}

/// Changes of state of a run.
pub type Events = Vec<RunEventRow>;

/// An account without a rate, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub number: String,
    /// What is wrong; nothing where it is not insured.
    pub problems: Vec<Problem>,
}

fn row(store: &Store, run: &str) -> Result<RunRow, AnnualError> {
    store.read(|link| link.run(run))?.ok_or_else(|| AnnualError::Unknown(run.to_owned()))
}

fn standing(store: &Store, row: RunRow) -> Result<Progress, AnnualError> {
    store.read(|link| standing_in(link, row))
}

/// A run, as far as it has come, in a transaction of the caller's.
///
/// # Errors
/// A run that is unknown.
pub fn progress_in(link: &mut Link, run: &str) -> Result<Progress, AnnualError> {
    let row = link.run(run)?.ok_or_else(|| AnnualError::Unknown(run.to_owned()))?;
    standing_in(link, row)
}

/// The law that a run is pinned to.
///
/// # Errors
/// A run that is unknown or not frozen.
pub fn law_of(link: &mut Link, run: &str) -> Result<Law, AnnualError> {
    let row = link.run(run)?.ok_or_else(|| AnnualError::Unknown(run.to_owned()))?;
    Ok(law::compiled(link, &row)?.law.clone())
}

/// Whether a run that is decided and not published gives an account a rate.
///
/// # Errors
/// As the store's.
pub fn in_trial(link: &mut Link, run: &str, account: &str) -> Result<bool, AnnualError> {
    let row = link.run(run)?.ok_or_else(|| AnnualError::Unknown(run.to_owned()))?;
    for chunk in link.chunks(run)?.into_iter().filter(|chunk| chunk.range().holds(account)) {
        let Some(kept) = link.block(run, chunk.number)? else { continue };
        if block::bodies(&row.area, &kept)?.iter().any(|it| it.account.number == account) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn standing_in(link: &mut Link, row: RunRow) -> Result<Progress, AnnualError> {
    let all = link.chunks(&row.id)?;
    let (mut chunks, mut accounts) = ([0; 2], [0; 2]);
    for chunk in all {
        let of = u64::try_from(chunk.accounts).unwrap_or_default();
        chunks[1] += 1;
        accounts[1] += of;
        if chunk.done {
            chunks[0] += 1;
            accounts[0] += of;
        }
    }
    Ok(Progress {
        request: Request::read(&row.id, &row.area, &row.request)?,
        state: state_of(&row)?,
        author: row.author,
        reviewer: row.reviewer,
        approver: row.approver,
        created_at: row.created_at,
        knowledge: row.knowledge,
        problem: row.problem.as_deref().map(Told::read),
        chunks,
        accounts,
    })
}

/// A run, as far as it has come.
///
/// # Errors
/// A run that is unknown.
pub fn progress(store: &Store, run: &str) -> Result<Progress, AnnualError> {
    standing(store, row(store, run)?)
}

/// Runs of some areas, those asked for last first: at most so many behind one that was seen.
///
/// # Errors
/// As the database's.
pub fn runs(store: &Store, areas: &[String], seen: Option<&str>, most: i64) -> Result<Vec<Progress>, AnnualError> {
    let seen = seen.map(|run| row(store, run)).transpose()?;
    let rows = store.read(|link| link.runs_of(areas, seen.as_ref(), most))?;
    rows.into_iter().map(|row| standing(store, row)).collect()
}

/// What was said at a change of state, in a language: why a worker stopped is kept in both.
pub fn remark(event: &RunEventRow, lang: Lang) -> String {
    if event.who == WORKER { Told::read(&event.remark).text(lang).to_owned() } else { event.remark.clone() }
}

/// The changes of state of a run behind a number.
///
/// # Errors
/// A run that is unknown.
pub fn events(store: &Store, run: &str, after: i64) -> Result<Events, AnnualError> {
    let row = row(store, run)?;
    Ok(store.read(|link| link.run_events(&row.id, after))?)
}

/// Both summaries, over the chunks that are done.
///
/// # Errors
/// A run that is unknown.
pub fn summary(store: &Store, run: &str) -> Result<Summary, AnnualError> {
    let row = row(store, run)?;
    let mut summary = Summary::default();
    for line in store.read(|link| link.chunks(&row.id))?.into_iter().filter_map(|chunk| chunk.summary) {
        summary.add(&Summary::from_line(&line).ok_or(AnnualError::Broken("a summary"))?);
    }
    Ok(summary)
}

/// What the diagnostics counted, control totals, and what is beyond its limits; single findings are read by
/// [`list`].
///
/// # Errors
/// A run that is unknown.
pub fn diagnosis(store: &Store, run: &str) -> Result<Option<(Diagnosis, Vec<Blocked>)>, AnnualError> {
    let row = row(store, run)?;
    let Some(line) = row.frozen.as_deref() else { return Ok(None) };
    let beyond = findings::beyond(&row)?;
    Ok(Some((Frozen::read(line)?.diagnosis, beyond)))
}

/// Findings of a run behind a number, at most so many.
///
/// # Errors
/// A run that is unknown.
pub fn list(store: &Store, run: &str, after: i64, most: i64) -> Result<Vec<Finding>, AnnualError> {
    let row = row(store, run)?;
    store.read(|link| findings::page(link, &row, after, most))
}

/// Accounts whose rows are wrong behind one that was seen, at most so many, in order.
///
/// # Errors
/// A run that is unknown.
pub fn problems(store: &Store, run: &str, after: &str, most: i64) -> Result<Vec<Account>, AnnualError> {
    left_out(store, run, block::REFUSED, after, most)
}

/// Accounts that are not insured in the setting behind one that was seen, at most so many, in order.
///
/// # Errors
/// A run that is unknown.
pub fn not_insured(store: &Store, run: &str, after: &str, most: i64) -> Result<Vec<Account>, AnnualError> {
    left_out(store, run, block::NOT_INSURED, after, most)
}

fn left_out(store: &Store, run: &str, why: &str, after: &str, most: i64) -> Result<Vec<Account>, AnnualError> {
    let row = row(store, run)?;
    let found = store.read(|link| link.left_out(&row.id, why, after, most))?;
    found.into_iter().map(|it| Ok(Account { problems: block::problems(&it)?, number: it.account })).collect()
}

/// The root over the bodies of a run that is decided and not published: what it will have in the log.
///
/// # Errors
/// A run that is unknown, or of which a chunk is not done.
pub fn trial_root(store: &Arc<Store>, run: &str) -> Result<Digest, AnnualError> {
    let row = row(store, run)?;
    let mut tree = Tree::new();
    for body in publish::bodies(store, &row)? {
        tree.push(body?.leaf());
    }
    Ok(tree.root())
}
