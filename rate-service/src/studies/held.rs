//! A scenario that is held: while one thread answers it, another says how far it is and holds the lease.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::store::{ScenarioRow, Store, StoreError};

/// How often somebody looks whether a scenario is still wanted, and how far it is.
const BEAT: Duration = Duration::from_millis(300);

/// How far a scenario is, and whether it is still wanted.
#[derive(Debug, Default)]
pub(super) struct Held {
    answering: AtomicBool,
    done: AtomicU64,
    all: AtomicU64,
    lost: AtomicBool,
}

impl Held {
    /// Says that so many accounts are read.
    pub(super) fn read(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }

    /// Says that so many steps of all are answered.
    pub(super) fn answered(&self, done: u64, all: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.all.store(all, Ordering::Relaxed);
        self.answering.store(true, Ordering::Relaxed);
    }

    /// Whether nobody wants it from here any more: it was cancelled, somebody else took it up, or this process ends.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// The flag that is raised then.
    pub(super) const fn lost(&self) -> &AtomicBool {
        &self.lost
    }

    /// What is to be told of it.
    fn told(&self, row: &ScenarioRow) -> ScenarioRow {
        let count = |it: &AtomicU64| i64::try_from(it.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        let stage = if self.answering.load(Ordering::Relaxed) { "answering" } else { "reading" };
        ScenarioRow { stage: stage.to_owned(), done: count(&self.done), out_of: count(&self.all), ..row.clone() }
    }

    /// Says how far a scenario is and holds it, until the other end of a channel is dropped. At the end of the process it is
    /// given back at once, and whoever takes it up begins anew.
    pub(super) fn beat(
        &self,
        store: &Store,
        row: &ScenarioRow,
        millis: i64,
        (end, stopping): (&Receiver<()>, &AtomicBool),
    ) {
        let third = u64::try_from(millis / 3).unwrap_or_default();
        let (mut last, mut held) = (None, Stopwatch::start());
        while end.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
            let told = self.told(row);
            let ended = stopping.load(Ordering::Relaxed);
            let is_new = last.as_ref() != Some(&told);
            if !ended && !is_new && held.millis() < third {
                if !self.is_wanted(store, row) {
                    return;
                }
                continue;
            }
            let kept = store.change(|link| link.hold_scenario(&told, if ended { 0 } else { millis }));
            match kept {
                Ok(true) if !ended => (last, held) = (Some(told), Stopwatch::start()),
                Ok(_) => return self.lost.store(true, Ordering::Relaxed),
                Err(error) => tracing::warn!(scenario = row.id, cause = %error, "a scenario was not held longer"),
            }
        }
    }

    /// Whether a scenario is still held by whoever was leased it.
    fn is_wanted(&self, store: &Store, row: &ScenarioRow) -> bool {
        let found: Result<Option<ScenarioRow>, StoreError> = store.read(|link| link.scenario(&row.id));
        let gone = matches!(&found, Ok(found) if found.as_ref().is_none_or(|it| it.fence != row.fence || it.state != row.state));
        if gone {
            self.lost.store(true, Ordering::Relaxed);
        }
        !gone
    }
}
