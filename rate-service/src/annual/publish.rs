//! Publication: bodies, entries, checkpoint and the state of the run in one transaction.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;
use std::thread::Scope;

use serde_json::json;

use super::act::{WORKER, enter, held, moved};
use super::only::{Cause, MOST_NAMED};
use super::request::Request;
use super::state::{Act, Who};
use super::{AnnualError, block, law, meanwhile, objected};
use crate::logbook::{Bodies, Facts, LogError, Logbook, Publication, Published, Sealed};
use crate::store::{HookKind, Link, RunRow, Store, StoreError};

/// Blocks that are read ahead of the one that is written.
const AHEAD: usize = 2;

/// Publishes a run: once this returns, all of it is in the log, and it is published; else nothing of it is.
pub(super) fn publish(store: &Store, log: &mut Logbook, row: &RunRow, now: &str) -> Result<(), AnnualError> {
    let request = Request::read(&row.id, &row.area, &row.request)?;
    let chosen = store.read(|link| law::compiled(link, row))?;
    let known = row.knowledge.and_then(|it| u64::try_from(it).ok()).ok_or(AnnualError::Broken("no freeze"))?;
    let blocks = blocks(store, row)?;
    std::thread::scope(|scope| {
        let publication = Publication {
            law: &chosen.law,
            trial: chosen.trial(),
            facts: Facts::Known(known),
            bodies: one_by_one(ahead(scope, blocks)),
            id: Some(row.id.clone()),
            author: row.author.clone(),
            approver: row.approver.clone().unwrap_or_default(),
            supersedes: request.supersedes.clone(),
            whole: !request.first_only,
            without: taken_out(store, row, &request)?,
            recorded_at: now.to_owned(),
        };
        let mut wrong = None;
        let published = log.publish_with(publication, &mut |link, published| {
            record(link, (row, &request), published, now).map_err(|error| {
                wrong = Some(error);
                LogError::Store(StoreError::Broken("a run that somebody moved meanwhile"))
            })
        });
        match (published, wrong) {
            (Err(_), Some(error)) => Err(error),
            (published, _) => Ok(published.map(drop)?),
        }
    })
}

/// What else changes with a publication, in its transaction.
fn record(
    link: &mut Link,
    (row, request): (&RunRow, &Request),
    published: &Published,
    now: &str,
) -> Result<(), AnnualError> {
    // Who asked for it was told of no other; one that was asked for at the same time may have come to stand since then.
    let alone = request.supersedes.is_none() && !request.stands_beside();
    if let Some(other) = published.beside.first().filter(|_| alone) {
        return Err(AnnualError::unfit(
            format!("该期其间已发布运行 `{other}`：请另办一次运行，并以 supersedes 指明替代"),
            format!("run `{other}` came to stand for this setting meanwhile: ask anew, naming it as `supersedes`"),
        ));
    }
    meanwhile::is_quiet(link, (row, request), &published.run)?;
    if let Some(only) = &request.only {
        objected::followed(link, &published.run, only, &row.author, now)?;
    }
    link.add_hook_event(&row.area, HookKind::RunPublished, &told(request, published), now)?;
    let row = held(link, &row.id)?;
    let state = moved(&row, Act::Record, Who::Worker)?;
    link.drop_run_blocks(&row.id)?;
    enter(link, row, (state, Act::Record), WORKER, now, "").map(drop)
}

/// The accounts that some accounts' run was asked about and that are not insured in its setting: by a correction they have no
/// rate. One whose facts are refused keeps what it has.
fn taken_out(store: &Store, row: &RunRow, request: &Request) -> Result<BTreeSet<String>, AnnualError> {
    if request.only.as_ref().is_none_or(|only| only.cause == Cause::First) {
        return Ok(BTreeSet::new());
    }
    let most = i64::try_from(MOST_NAMED).unwrap_or(i64::MAX);
    let out = store.read(|link| link.left_out(&row.id, block::NOT_INSURED, "", most))?;
    Ok(out.into_iter().map(|it| it.account).collect())
}

/// What others are told of a publication; who wants to know more asks for it.
fn told(request: &Request, published: &Published) -> String {
    let run = &published.run;
    let only = request.only.as_ref();
    json!({
        "area": run.area,
        "run": run.id,
        "setting": {"from": run.setting.from().to_string(), "to": run.setting.to().map(|day| day.to_string())},
        "accounts": run.size,
        "root": run.root.to_string(),
        "trial": run.trial,
        "supersedes": run.supersedes,
        "cause": only.map(|only| only.cause.as_str()),
    })
    .to_string()
}

/// The bodies of a run, read a block at a time.
pub(super) fn bodies<'p>(store: &'p Store, row: &'p RunRow) -> Result<Bodies<'p>, AnnualError> {
    Ok(one_by_one(blocks(store, row)?))
}

/// The bodies of a block, or why there are none.
type Block = Result<Vec<Sealed>, LogError>;

fn blocks<'p>(store: &'p Store, row: &'p RunRow) -> Result<impl ExactSizeIterator<Item = Block> + 'p, AnnualError> {
    let chunks = store.read(|link| link.chunks(&row.id))?;
    let block = move |number: i64| -> Block {
        let missing = || LogError::Store(StoreError::Broken("a chunk without its block"));
        let block = store.read(|link| link.block(&row.id, number))?.ok_or_else(missing)?;
        block::bodies(&row.area, &block).map_err(|_| missing())
    };
    Ok(chunks.into_iter().map(move |chunk| block(chunk.number)))
}

fn one_by_one<'p>(blocks: impl Iterator<Item = Block> + 'p) -> Bodies<'p> {
    Box::new(blocks.flat_map(|block| match block {
        Ok(bodies) => bodies.into_iter().map(Ok).collect::<Vec<_>>(),
        Err(error) => vec![Err(error)],
    }))
}

/// Blocks, read and hashed on another thread while those before them are written: as many as there are, or a failure in the
/// place of one that does not come.
fn ahead<'s>(
    scope: &'s Scope<'s, '_>,
    blocks: impl ExactSizeIterator<Item = Block> + Send + 's,
) -> impl Iterator<Item = Block> {
    let (count, (read, waiting)) = (blocks.len(), sync_channel(AHEAD));
    // Whoever writes and fails asks for no more: the reader then ends.
    scope.spawn(move || blocks.map(|block| read.send(block)).take_while(Result::is_ok).for_each(drop));
    let none = || Err(LogError::Store(StoreError::Broken("a block that was not read")));
    (0..count).map(move |_| waiting.recv().unwrap_or_else(|_| none()))
}
