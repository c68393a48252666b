//! Publication: bodies, entries, checkpoint and the state of the run in one transaction.

use std::sync::Arc;

use super::act::{WORKER, enter, held, moved};
use super::request::Request;
use super::state::{Act, Who};
use super::{AnnualError, block, law};
use crate::logbook::{Bodies, Facts, LogError, Logbook, Publication};
use crate::store::{RunRow, Store, StoreError};

/// Publishes a run: once this returns, all of it is in the log, and it is published; else nothing of it is.
pub(super) fn publish(store: &Arc<Store>, log: &mut Logbook, row: &RunRow, now: &str) -> Result<(), AnnualError> {
    let request = Request::read(&row.id, &row.area, &row.request)?;
    let chosen = store.read(|link| law::compiled(link, row))?;
    let known = row.knowledge.and_then(|it| u64::try_from(it).ok()).ok_or(AnnualError::Broken("no freeze"))?;
    let publication = Publication {
        law: &chosen.law,
        trial: chosen.trial(),
        facts: Facts::Known(known),
        bodies: bodies(store, row)?,
        id: Some(row.id.clone()),
        author: row.author.clone(),
        approver: row.approver.clone().unwrap_or_default(),
        supersedes: request.supersedes,
        recorded_at: now.to_owned(),
    };
    let mut wrong = None;
    // Who asked for it was told of no other; one that was asked for at the same time may have come to stand since then.
    let alone = publication.supersedes.is_none() && !request.first_only;
    let published = log.publish_with(publication, &mut |link, published| {
        let recorded = (|| {
            if let Some(other) = published.beside.first().filter(|_| alone) {
                return Err(AnnualError::unfit(
                    format!("该期其间已发布运行 `{other}`：请另办一次运行，并以 supersedes 指明替代"),
                    format!(
                        "run `{other}` came to stand for this setting meanwhile: ask anew, naming it as `supersedes`"
                    ),
                ));
            }
            let row = held(link, &row.id)?;
            let state = moved(&row, Act::Record, Who::Worker)?;
            link.drop_run_blocks(&row.id)?;
            enter(link, row, (state, Act::Record), WORKER, now, "")
        })();
        recorded.map(drop).map_err(|error| {
            wrong = Some(error);
            LogError::Store(StoreError::Broken("a run that somebody moved meanwhile"))
        })
    });
    match (published, wrong) {
        (Err(_), Some(error)) => Err(error),
        (published, _) => Ok(published.map(drop)?),
    }
}

/// The bodies of a run, read a block at a time.
pub(super) fn bodies<'p>(store: &'p Arc<Store>, row: &'p RunRow) -> Result<Bodies<'p>, AnnualError> {
    let chunks = store.read(|link| link.chunks(&row.id))?;
    let block = move |number: i64| -> Result<Vec<crate::logbook::Sealed>, LogError> {
        let missing = || LogError::Store(StoreError::Broken("a chunk without its block"));
        let block = store.read(|link| link.block(&row.id, number))?.ok_or_else(missing)?;
        block::bodies(&row.area, &block).map_err(|_| missing())
    };
    Ok(Box::new(chunks.into_iter().flat_map(move |chunk| match block(chunk.number) {
        Ok(bodies) => bodies.into_iter().map(Ok).collect::<Vec<_>>(),
        Err(error) => vec![Err(error)],
    })))
}
