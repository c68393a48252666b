//! One bounded piece of work on whatever run waits: its freeze, one of its chunks, its publication.

use std::collections::BTreeSet;
use std::sync::Arc;

use rate_core::diagnostics::Diagnosis;

use super::act::{WORKER, enter, held, moved, state_of};
use super::only::Only;
use super::request::Request;
use super::state::{Act, State, Who};
use super::{AnnualError, LawSource, Told, block, findings, law};
use crate::logbook::{LogError, Logbook};
use crate::pipeline::{self, Portion};
use crate::run::{ChosenLaw, Frame, Run, summarise};
use crate::store::{AccountRange, BlockRow, ChunkRow, LeftOutRow, Link, RunRow, Store, StoreError};

/// How often a piece of work is taken up before the run fails: whoever had it before ended without a word.
const ATTEMPTS: i64 = 5;

/// Accounts behind which a lease is held longer.
const HOLD: u64 = 4096;

/// Somebody who works on runs; each has a name of its own.
#[derive(Debug)]
pub struct Worker {
    /// Its name.
    pub name: String,
    /// How long it is left alone with a piece of work, in milliseconds.
    pub lease_millis: i64,
    /// Accounts of a chunk of the runs it freezes.
    pub accounts: usize,
    /// The law of the run it worked on last.
    law: Option<(String, i64, Arc<ChosenLaw>)>,
}

/// A chunk that was leased.
#[derive(Debug)]
pub struct Claim {
    row: RunRow,
    chunk: ChunkRow,
}

/// A chunk that is decided and not kept yet.
#[derive(Debug)]
pub struct Decided {
    chunk: ChunkRow,
    block: BlockRow,
    left_out: Vec<LeftOutRow>,
    summary: String,
}

impl Worker {
    /// A worker with chunks of two thousand accounts and leases of a minute.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), lease_millis: 60_000, accounts: 2000, law: None }
    }

    /// Does one piece of work, and says whether there was any. What keeps a run from going on is kept with it.
    ///
    /// # Errors
    /// A database that does not answer; then the piece is done by whoever is leased it next.
    pub fn work(
        &mut self,
        store: &Arc<Store>,
        log: &mut Logbook,
        source: &dyn LawSource,
        now: &str,
    ) -> Result<bool, AnnualError> {
        if let Some(row) = self.lease_run(store, now)? {
            let publishing = row.state == State::Publishing.as_str();
            let done = if publishing {
                super::publish::publish(store, log, &row, now)
            } else {
                self.freeze(store, log, source, &row, now)
            };
            if let Err(error) = done {
                let act = if publishing { Act::Withhold } else { Act::Fail };
                stop(store, &row.id, act, error, now)?;
            }
            return Ok(true);
        }
        let Some(claim) = self.lease_chunk(store, now)? else { return Ok(false) };
        let run = claim.row.id.clone();
        let done = self.decide(store, claim).and_then(|decided| decided.keep(store, now));
        if let Err(error) = done {
            stop(store, &run, Act::Fail, error, now)?;
        }
        Ok(true)
    }

    /// Leases a run that waits for a piece of work as a whole.
    fn lease_run(&self, store: &Store, now: &str) -> Result<Option<RunRow>, AnnualError> {
        store.change(|link| {
            let Some(mut row) = link.waiting_run()? else { return Ok(None) };
            if row.state == State::Queued.as_str() {
                let state = moved(&row, Act::Start, Who::Worker)?;
                enter(link, row.clone(), (state, Act::Start), WORKER, now, "")?;
                state.as_str().clone_into(&mut row.state);
                row.attempts = 0;
            }
            row.attempts += 1;
            if row.attempts > ATTEMPTS {
                give_up(link, row, now)?;
                return Ok(None);
            }
            row.owner = Some(self.name.clone());
            row.fence += 1;
            row.lease_until = link.lease_clock()?.saturating_add(self.lease_millis);
            link.change_run(&row)?;
            Ok(Some(row))
        })
    }

    /// Leases a chunk that nobody works on.
    ///
    /// # Errors
    /// As the database's.
    pub fn lease_chunk(&self, store: &Store, now: &str) -> Result<Option<Claim>, AnnualError> {
        store.change(|link| {
            let Some(chunk) = link.lease_chunk(&self.name, self.lease_millis)? else { return Ok(None) };
            let row = link.run(&chunk.run)?.ok_or(AnnualError::Broken("a chunk of no run"))?;
            if chunk.attempts > ATTEMPTS {
                let row = held(link, &row.id)?;
                give_up(link, row, now)?;
                return Ok(None);
            }
            Ok(Some(Claim { row, chunk }))
        })
    }

    /// Decides the accounts of a chunk; nothing of it is kept yet.
    ///
    /// # Errors
    /// As the database's, and facts or law that cannot be read.
    pub fn decide(&mut self, store: &Store, claim: Claim) -> Result<Decided, AnnualError> {
        let Claim { row, chunk } = claim;
        let chosen = self.law_of(store, &row)?;
        let millis = self.lease_millis;
        let mut held = Ok(true);
        let run = portion(store, &row, &chosen, &chunk, &mut |done, _| {
            if done % HOLD == 0 {
                held = store.change(|link| link.extend_chunk(&chunk, millis));
            }
        })?;
        held?;
        let summary = summarise(&run);
        if i64::try_from(summary.accounts()) != Ok(chunk.accounts) {
            return Err(AnnualError::Broken("a chunk that has lost accounts"));
        }
        let (block, left_out) = (block::block(&chunk, &run)?, block::left_out(&chunk, &run));
        Ok(Decided { chunk, block, left_out, summary: summary.to_line() })
    }

    fn law_of(&mut self, store: &Store, row: &RunRow) -> Result<Arc<ChosenLaw>, AnnualError> {
        if let Some((_, _, law)) = self.law.as_ref().filter(|(run, fence, _)| *run == row.id && *fence == row.fence) {
            return Ok(Arc::clone(law));
        }
        let law = store.read(|link| law::compiled(link, row))?;
        self.law = Some((row.id.clone(), row.fence, Arc::clone(&law)));
        Ok(law)
    }

    /// Holds the lease of a run longer.
    pub(super) fn hold(&self, store: &Store, leased: &RunRow) -> Result<(), AnnualError> {
        store.change(|link| {
            let mut row = held(link, &leased.id)?;
            if row.fence == leased.fence {
                row.lease_until = link.lease_clock()?.saturating_add(self.lease_millis);
                link.change_run(&row)?;
            }
            Ok(())
        })
    }
}

impl Decided {
    /// Keeps what a chunk came to, unless somebody else was given it meanwhile, or the run was given up: then nothing is
    /// written, and the answer is `false`.
    ///
    /// # Errors
    /// As the database's.
    pub fn keep(self, store: &Store, now: &str) -> Result<bool, AnnualError> {
        store.change(|link| {
            // Whoever ends the last chunk sees those that others ended: they wait for each other here.
            let row = held(link, &self.chunk.run)?;
            if row.state != State::Running.as_str() || !link.finish_chunk(&self.chunk, &self.summary)? {
                return Ok(false);
            }
            link.add_block(&self.block, &self.left_out)?;
            if link.open_chunks(&row.id)? == 0 {
                let state = moved(&row, Act::Finish, Who::Worker)?;
                enter(link, row, (state, Act::Finish), WORKER, now, "")?;
            }
            Ok(true)
        })
    }
}

/// A range of accounts of a run, decided under its law by the line that every run goes through.
pub(super) fn portion(
    store: &Store,
    row: &RunRow,
    chosen: &ChosenLaw,
    chunk: &ChunkRow,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Run, AnnualError> {
    decided_within(store, row, chosen, &chunk.range(), progress)
}

/// The same for whatever range.
pub(super) fn decided_within(
    store: &Store,
    row: &RunRow,
    chosen: &ChosenLaw,
    range: &AccountRange,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Run, AnnualError> {
    let knowledge = row.knowledge.ok_or(AnnualError::Broken("no freeze"))?;
    let only = Request::read(&row.id, &row.area, &row.request)?.only;
    let portion = store.read(|link| facts(link, &row.area, range, (only.as_ref(), knowledge)))?;
    decided_of(row, chosen, &portion, progress)
}

/// The facts of the accounts of a run that lie in a range.
pub(super) fn facts(
    link: &mut Link,
    area: &str,
    range: &AccountRange,
    (only, knowledge): (Option<&Only>, i64),
) -> Result<Portion, StoreError> {
    match only {
        None => pipeline::portion(link, area, range, knowledge),
        Some(only) => pipeline::listed(link, area, only.within(range), knowledge),
    }
}

/// The same for one account, where the run is over it.
pub(super) fn decided_one(store: &Store, row: &RunRow, chosen: &ChosenLaw, account: &str) -> Result<Run, AnnualError> {
    let knowledge = row.knowledge.ok_or(AnnualError::Broken("no freeze"))?;
    let only = Request::read(&row.id, &row.area, &row.request)?.only;
    let over = only.is_none_or(|only| only.accounts.contains(account));
    let accounts: BTreeSet<String> = over.then(|| account.to_owned()).into_iter().collect();
    let portion = store.read(|link| pipeline::listed(link, &row.area, accounts, knowledge))?;
    decided_of(row, chosen, &portion, &mut |_, _| {})
}

fn decided_of(
    row: &RunRow,
    chosen: &ChosenLaw,
    portion: &Portion,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Run, AnnualError> {
    let request = Request::read(&row.id, &row.area, &row.request)?;
    let gate = request.entry(&row.accepted)?.gate;
    let frame = Frame { chosen: chosen.clone(), first_only: request.first(), diagnosis: Diagnosis::default(), gate };
    let mut run = Run::over(frame, portion.checked(), progress);
    // A row of facts is found by its account and table: lines are those of the piece that was read.
    let problems = run.refused.iter_mut().flat_map(|it| &mut it.problems).chain(&mut run.warnings);
    problems.for_each(|it| it.place.line = 0);
    Ok(run)
}

/// Notes why a run cannot go on, unless it is the database that does not answer.
fn stop(store: &Store, run: &str, act: Act, error: AnnualError, now: &str) -> Result<(), AnnualError> {
    let away = |error: &StoreError| matches!(error, StoreError::Unreachable(_));
    match &error {
        AnnualError::Store(store) | AnnualError::Log(LogError::Store(store)) if away(store) => return Err(error),
        _ => {}
    }
    let text = Told::of(&error).kept();
    store.change(|link| {
        let mut row = held(link, run)?;
        match moved(&row, act, Who::Worker) {
            Ok(state) => {
                row.problem = Some(text.clone());
                enter(link, row, (state, act), WORKER, now, &text).map(drop)
            }
            // It was given up, or went on, meanwhile.
            Err(_) => Ok(()),
        }
    })
}

fn give_up(link: &mut Link, mut row: RunRow, now: &str) -> Result<(), AnnualError> {
    let act = if state_of(&row)? == State::Publishing { Act::Withhold } else { Act::Fail };
    let state = moved(&row, act, Who::Worker)?;
    let en = format!("taken up {ATTEMPTS} times, and nobody came to its end");
    let told = Told { zh: format!("已 {ATTEMPTS} 次承办而未完成"), en };
    let text = told.kept();
    row.problem = Some(text.clone());
    enter(link, row, (state, act), WORKER, now, &text).map(drop)
}

/// Everything that was found before a run decided, and the run as a frame around its portions.
pub(super) fn frame(link: &mut Link, row: &RunRow) -> Result<Run, AnnualError> {
    let frozen = findings::diagnosis(link, row)?;
    let chosen = law::compiled(link, row)?;
    let area = pipeline::of_area(link, &row.area, row.knowledge.unwrap_or_default())?.checked();
    let gate = Request::read(&row.id, &row.area, &row.request)?.entry(&row.accepted)?.gate;
    let totals = frozen.totals();
    let frame = Frame { chosen: chosen.as_ref().clone(), first_only: false, diagnosis: frozen.diagnosis, gate };
    let mut run = Run::over(frame, area, &mut |_, _| {});
    run.totals = totals;
    Ok(run)
}
