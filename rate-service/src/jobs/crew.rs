//! The threads that do long work, a piece at a time.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rate_core::{NaiveDate, Parameters};

use super::Bell;
use crate::annual::{AnnualError, LawSource, Worker};
use crate::clock::{self, Stopwatch};
use crate::gazette::{self, GazetteError};
use crate::intake;
use crate::logbook::{LogError, Logbook};
use crate::run::{ChosenLaw, RunError};
use crate::store::{Link, Place, Store, StoreError};

/// How long a worker waits for the bell: whoever shares the database may have brought something to do.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long it waits when the database does not answer.
const TROUBLE: Duration = Duration::from_secs(2);

/// How often old answers are forgotten, and how old they are then.
const SWEEP_MS: u64 = 3_600_000;
const KEPT_DAYS: u64 = 30;

/// How long work is done.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// On how many threads.
    pub threads: usize,
    /// Accounts that a run decides in one go.
    pub accounts: usize,
    /// How long a piece of a run or of an import is left to whoever took it, in milliseconds.
    pub lease_millis: i64,
}

/// Threads that do long work.
#[derive(Debug)]
pub struct Crew {
    threads: Vec<JoinHandle<()>>,
    bell: Arc<Bell>,
}

/// The law as it is published in a store.
#[derive(Clone, Debug)]
pub struct InForce(pub Arc<Store>);

impl LawSource for InForce {
    fn law(&self, area: &str, on: NaiveDate, averages: Parameters) -> Result<ChosenLaw, AnnualError> {
        self.0.read(|link| gazette::law(link, area, on, None, averages)).map_err(|error| match error {
            GazetteError::NoLaw { refusal, considered } => RunError::Refused { refusal, considered }.into(),
            GazetteError::Problems(problems) => RunError::Problems(problems).into(),
            GazetteError::Store(error) => error.into(),
            GazetteError::Log(error) => error.into(),
            other => AnnualError::Unfit { zh: other.to_string(), en: other.to_string() },
        })
    }
}

impl Crew {
    /// Begins to work as it is told.
    ///
    /// Whatever a process that has ended had taken of an SQLite file is free at once: the file has one owner, and this is it.
    ///
    /// # Errors
    /// A log that does not fit together; no thread to be had.
    pub fn begin(store: &Arc<Store>, log_name: &str, bell: &Arc<Bell>, how: How) -> Result<Self, LogError> {
        if matches!(store.place(), Place::Sqlite(_)) {
            store.change(Link::free_all_leases)?;
        }
        let mut crew = Self { threads: Vec::new(), bell: Arc::clone(bell) };
        for number in 1..=how.threads {
            let log = Logbook::over(Arc::clone(store), log_name)?;
            let (store, bell) = (Arc::clone(store), Arc::clone(bell));
            let name = format!("worker-{}-{number}", std::process::id());
            let mut worker = Worker::new(name);
            (worker.accounts, worker.lease_millis) = (how.accounts, how.lease_millis);
            let work = move || One { store, log, bell, worker, swept: Stopwatch::start() }.work();
            let thread = std::thread::Builder::new().name(format!("worker {number}")).spawn(work);
            let thread = thread.map_err(|error| LogError::Unknown(format!("no thread to work on: {error}")))?;
            crew.threads.push(thread);
        }
        Ok(crew)
    }

    /// Ends when every worker has done the piece it is at.
    pub fn end(self) {
        self.bell.end();
        // One that panicked has said so; what it was at is done again by whoever is leased it next.
        self.threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

/// A worker, and what it works with.
struct One {
    store: Arc<Store>,
    log: Logbook,
    bell: Arc<Bell>,
    worker: Worker,
    /// Since answers were forgotten that nobody asks for any more.
    swept: Stopwatch,
}

impl One {
    fn work(mut self) {
        while !self.bell.ended() {
            match self.piece() {
                Ok(true) => {}
                Ok(false) => {
                    self.sweep();
                    self.bell.wait(PATIENCE);
                }
                Err(cause) => {
                    tracing::error!(worker = self.worker.name, cause, "a piece of work was not done");
                    self.bell.wait(TROUBLE);
                }
            }
        }
    }

    /// Forgets, once an hour, answers to requests that have not come again for a month.
    fn sweep(&mut self) {
        if self.swept.millis() < SWEEP_MS {
            return;
        }
        self.swept = Stopwatch::start();
        let before = clock::days_before(&clock::now(), KEPT_DAYS);
        if let Err(error) = self.store.change(|link| link.forget_answers(&before)) {
            tracing::error!(cause = %error, "old answers were not forgotten");
        }
    }

    /// Does one piece of whatever there is to do.
    fn piece(&mut self) -> Result<bool, String> {
        let now = clock::now();
        let source = InForce(Arc::clone(&self.store));
        let text = |error: &dyn std::error::Error| error.to_string();
        let leased = (self.worker.name.as_str(), self.worker.lease_millis);
        let imported = intake::work(&self.store, &self.log, leased, &clock::now);
        if imported.map_err(|error| text(&error))? {
            return Ok(true);
        }
        let told: Result<bool, StoreError> = gazette::work(&self.store, &now);
        if told.map_err(|error| text(&error))? {
            return Ok(true);
        }
        self.worker.work(&self.store, &mut self.log, &source, &now).map_err(|error| text(&error))
    }
}
