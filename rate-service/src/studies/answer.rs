//! Answering what was asked: one scenario at a time, from its accounts to what is kept of it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::channel;

use rate_core::scenario::Workers;

use super::asked::Readied;
use super::held::Held;
use super::kept::{self, Cause};
use super::stored::{Reading, StoredBook, Why};
use crate::clock::Stopwatch;
use crate::scenario::answer_of;
use crate::store::{ScenarioPartRow, ScenarioRow, Store, StoreError};

/// How often a scenario is taken up: whoever had it before ended without a word, and so may the next.
const ATTEMPTS: i64 = 3;

/// How long the accounts of the last scenario are kept where no other comes.
const KEPT_MS: u64 = 15 * 60 * 1000;

/// Somebody who answers scenarios, one at a time. The accounts of the last one are kept for a while: a study of the same
/// facts is answered from them.
#[derive(Debug)]
pub struct Desk {
    store: Arc<Store>,
    stopping: Arc<AtomicBool>,
    /// Threads that decide.
    pub threads: usize,
    /// Accounts that are read at a time.
    pub portion: usize,
    /// Accounts that a book may have.
    pub most: usize,
    /// How long a scenario is left to it without a word, in milliseconds.
    pub lease_millis: i64,
    last: Option<StoredBook>,
    idle: Stopwatch,
}

impl Desk {
    /// A desk of one thread, portions of two thousand accounts, leases of a minute, and books of at most two million accounts.
    /// Once it is told to stop, it gives back what it has.
    pub fn new(store: Arc<Store>, stopping: Arc<AtomicBool>) -> Self {
        let idle = Stopwatch::start();
        Self { store, stopping, threads: 1, portion: 2000, most: 2_000_000, lease_millis: 60_000, last: None, idle }
    }

    /// Answers the oldest scenario that nobody has; `false` where there is none. What keeps it from being answered is kept with
    /// it.
    ///
    /// # Errors
    /// A database that does not answer; then it is done again by whoever comes after the lease.
    pub fn work(&mut self, now: &dyn Fn() -> String) -> Result<bool, StoreError> {
        let leased = self.store.change(|link| link.lease_scenario(self.lease_millis, &now()))?;
        let Some(mut row) = leased else {
            if self.idle.millis() > KEPT_MS {
                self.last = None;
            }
            return Ok(false);
        };
        let answered = if row.fence > ATTEMPTS { Err(Why::Causes(vec![given_up()])) } else { self.held(&row) };
        self.idle = Stopwatch::start();
        let parts = match answered {
            Ok(parts) => {
                "done".clone_into(&mut row.state);
                parts
            }
            Err(Why::Lost) => return Ok(true),
            Err(Why::Store(error)) => return Err(error),
            Err(Why::Causes(causes)) => {
                "failed".clone_into(&mut row.state);
                row.problems = kept::text(&causes);
                Vec::new()
            }
        };
        row.ended_at = Some(now());
        // Where it was cancelled, or somebody else took it up meanwhile, nothing is written.
        self.store.change(|link| link.end_scenario(&row, &parts))?;
        Ok(true)
    }

    /// Answers a scenario while its lease is held.
    fn held(&mut self, row: &ScenarioRow) -> Result<Vec<ScenarioPartRow>, Why> {
        let (held, store, stopping) = (Held::default(), Arc::clone(&self.store), Arc::clone(&self.stopping));
        let (end, ended) = channel();
        let millis = self.lease_millis;
        std::thread::scope(|scope| {
            let beat = &held;
            scope.spawn(move || beat.beat(&store, row, millis, (&ended, &stopping)));
            // Dropped with this work, however that ends.
            let _end = end;
            self.answer(row, &held)
        })
    }

    fn answer(&mut self, row: &ScenarioRow, held: &Held) -> Result<Vec<ScenarioPartRow>, Why> {
        let Readied { study, given, chosen, fund } = self.store.read(|link| Readied::of(link, row))?;
        if self.last.as_ref().is_none_or(|last| !last.is_of(row)) {
            // Two books are never in memory at a time.
            self.last = None;
            let how = Reading { portion: self.portion, most: self.most };
            self.last = Some(StoredBook::read(&self.store, row, fund, how, held)?);
        }
        let Some(StoredBook { portfolio, refused, .. }) = &self.last else { return Err(Why::Lost) };
        let mut progress = |_, done, all| held.answered(done, all);
        let workers = Workers::new(self.threads).stopping_at(held.lost());
        let answered = answer_of(&study, &given, &chosen, (portfolio, *refused), workers, &mut progress);
        if held.is_lost() {
            // Workers began nothing more, so that what they came to is no answer.
            return Err(Why::Lost);
        }
        let answered = answered.map_err(|error| Why::Causes(Cause::of_run(&error)))?;
        let unwritten = |error: std::io::Error| Why::Causes(vec![Cause::said(error.to_string(), error.to_string())]);
        kept::parts(&row.id, &answered).map_err(unwritten)
    }
}

fn given_up() -> Cause {
    Cause::said(
        format!("已 {ATTEMPTS} 次承办而未完成；可重新提交"),
        format!("taken up {ATTEMPTS} times, and nobody came to its end; it may be asked again"),
    )
}
