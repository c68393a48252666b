//! The threads that do long work, a piece at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rate_core::{NaiveDate, Parameters};

use super::Bell;
use crate::annual::{AnnualError, LawSource, Worker};
use crate::clock::{self, Stopwatch};
use crate::examinations;
use crate::gazette::{self, GazetteError};
use crate::hooks::{Courier, Rules};
use crate::intake;
use crate::logbook::{LogError, Logbook};
use crate::run::{ChosenLaw, RunError};
use crate::store::{Link, Place, Store, StoreError};
use crate::studies::Desk;

/// How long a worker waits for the bell: whoever shares the database may have brought something to do.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long it waits when the database does not answer.
const TROUBLE: Duration = Duration::from_secs(2);

/// How long a scenario, and a message, is waited for at the end: another process takes it up.
const GRACE: Duration = Duration::from_secs(2);

/// How often old answers, scenarios and messages are forgotten, and how old they are then.
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
    /// Accounts that the book of a scenario may have.
    pub scenario_accounts: usize,
    /// Messages of webhooks that are sent at a time.
    pub couriers: usize,
    /// Where they may be sent.
    pub hooks: Rules,
}

/// Threads that do long work.
#[derive(Debug)]
pub struct Crew {
    threads: Vec<JoinHandle<()>>,
    bell: Arc<Bell>,
    /// Tells whoever answers scenarios that there is no more time, and hears that it has ended.
    desk: (Arc<AtomicBool>, Receiver<()>),
    /// Hears of each of those who send messages that it has ended.
    couriers: Vec<Receiver<()>>,
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
        let desk = at_desk(store, bell, how)?;
        let couriers = (1..=how.couriers.max(1)).map(|number| on_the_way(store, bell, how, number));
        let couriers = couriers.collect::<Result<_, _>>()?;
        let mut crew = Self { threads: Vec::new(), bell: Arc::clone(bell), desk, couriers };
        for number in 1..=how.threads {
            let log = Logbook::over(Arc::clone(store), log_name)?;
            let (store, bell) = (Arc::clone(store), Arc::clone(bell));
            let name = format!("worker-{}-{number}", std::process::id());
            let mut worker = Worker::new(name);
            (worker.accounts, worker.lease_millis) = (how.accounts, how.lease_millis);
            let work = move || One { store, log, bell, worker, swept: Stopwatch::start() }.work();
            crew.threads.push(begun(format!("worker {number}"), work)?);
        }
        Ok(crew)
    }

    /// Ends when every worker has done the piece it is at. A scenario may take long: it is given back, and not waited for. Nor
    /// is a receiver that does not answer: it is sent the same message again.
    pub fn end(self) {
        let (stopping, ended) = self.desk;
        stopping.store(true, Ordering::Relaxed);
        self.bell.end();
        // One that panicked has said so; what it was at is done again by whoever is leased it next.
        self.threads.into_iter().for_each(|thread| drop(thread.join()));
        if ended.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("a scenario was left in the middle; another process takes it up");
        }
        let waited = Stopwatch::start();
        for ended in self.couriers {
            let rest = GRACE.saturating_sub(Duration::from_millis(waited.millis()));
            if ended.recv_timeout(rest) == Err(RecvTimeoutError::Timeout) {
                tracing::warn!("a message was left on its way; it is sent again");
            }
        }
    }
}

/// Has a thread do work.
fn begun(name: String, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, LogError> {
    let thread = std::thread::Builder::new().name(name).spawn(work);
    thread.map_err(|error| LogError::Unknown(format!("no thread to work on: {error}")))
}

/// Has a thread of its own answer scenarios, one at a time: however long one takes, imports and runs have their workers.
fn at_desk(store: &Arc<Store>, bell: &Arc<Bell>, how: How) -> Result<(Arc<AtomicBool>, Receiver<()>), LogError> {
    let (stopping, bell) = (Arc::new(AtomicBool::new(false)), Arc::clone(bell));
    let mut desk = Desk::new(Arc::clone(store), Arc::clone(&stopping));
    desk.threads = how.threads.max(1);
    (desk.portion, desk.most, desk.lease_millis) = (how.accounts, how.scenario_accounts, how.lease_millis);
    let ended = aside("scenarios".to_owned(), bell, move || {
        desk.work(&clock::now).map_err(|error| tracing::error!(cause = %error, "a scenario was not answered"))
    });
    Ok((stopping, ended?))
}

/// Has a thread of its own send messages, one at a time: however slow their receivers are, nobody else waits for them.
fn on_the_way(store: &Arc<Store>, bell: &Arc<Bell>, how: How, number: usize) -> Result<Receiver<()>, LogError> {
    let courier = Courier::new(Arc::clone(store), how.hooks);
    aside(format!("courier {number}"), Arc::clone(bell), move || {
        courier.work(&clock::now).map_err(|error| tracing::error!(cause = %error, "a message was not sent"))
    })
}

/// Has a thread do pieces of work until the bell ends, waiting where there is none, and a while longer where one was not
/// done; hears that it has ended.
fn aside(
    name: String,
    bell: Arc<Bell>,
    mut piece: impl FnMut() -> Result<bool, ()> + Send + 'static,
) -> Result<Receiver<()>, LogError> {
    let (end, ended) = channel();
    begun(name, move || {
        // Dropped with this thread, however that ends.
        let _end = end;
        while !bell.ended() {
            match piece() {
                Ok(true) => {}
                Ok(false) => bell.wait(PATIENCE),
                Err(()) => bell.wait(TROUBLE),
            }
        }
    })?;
    Ok(ended)
}

/// A worker, and what it works with.
struct One {
    store: Arc<Store>,
    log: Logbook,
    bell: Arc<Bell>,
    worker: Worker,
    /// Since answers, scenarios and messages were forgotten that nobody asks for any more.
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

    /// Forgets, once an hour, answers to requests that have not come again for a month, and scenarios and messages that ended
    /// before that.
    fn sweep(&mut self) {
        if self.swept.millis() < SWEEP_MS {
            return;
        }
        self.swept = Stopwatch::start();
        let before = clock::days_before(&clock::now(), KEPT_DAYS);
        let forgotten = self.store.change(|link| -> Result<_, StoreError> {
            link.forget_answers(&before)?;
            link.forget_examinations(&before)?;
            link.forget_hook_events(&before)?;
            link.forget_scenarios(&before)
        });
        if let Err(error) = forgotten {
            tracing::error!(cause = %error, "old answers, scenarios and messages were not forgotten");
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
        let ran = self.worker.work(&self.store, &mut self.log, &source, &now);
        if ran.map_err(|error| text(&error))? {
            return Ok(true);
        }
        // Whoever looks back waits for whoever goes on.
        examinations::work(&self.store, self.worker.accounts, &clock::now).map_err(|error| text(&error))
    }
}
