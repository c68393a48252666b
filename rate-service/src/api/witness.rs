//! The access log: every request, kept in the database by a thread of its own, some at a time.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use crate::store::{AccessRow, Store, StoreError};
use crate::telemetry::Lost;

/// Requests that wait to be kept; one more is lost, and counted.
const WAITING: usize = 1 << 14;
/// Requests that are kept in one go.
const AT_ONCE: usize = 500;

/// Keeps requests.
#[derive(Debug)]
pub(super) struct Witness {
    seen: RwLock<Option<SyncSender<AccessRow>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Witness {
    /// A witness who writes to a store.
    ///
    /// # Errors
    /// Where the system has no thread for it.
    pub(super) fn of(store: Arc<Store>, lost: Lost) -> std::io::Result<Self> {
        let (seen, to_keep) = sync_channel(WAITING);
        let thread =
            std::thread::Builder::new().name("accesses".to_owned()).spawn(move || keep(&store, &to_keep, &lost))?;
        Ok(Self { seen: RwLock::new(Some(seen)), thread: Mutex::new(Some(thread)) })
    }

    /// Takes note of a request; `false` where it will not be kept.
    pub(super) fn note(&self, row: AccessRow) -> bool {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref().is_some_and(|seen| seen.try_send(row).is_ok())
    }

    /// Keeps what waits, and ends.
    pub(super) fn close(&self) {
        drop(self.seen.write().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // One that panicked has said so.
        drop(thread.map(JoinHandle::join));
    }
}

fn add(store: &Store, rows: &[AccessRow]) -> Result<(), StoreError> {
    store.change(|link| link.add_accesses(rows))
}

fn keep(store: &Store, to_keep: &Receiver<AccessRow>, lost: &Lost) {
    while let Ok(first) = to_keep.recv() {
        let rows: Vec<AccessRow> = std::iter::once(first).chain(to_keep.try_iter().take(AT_ONCE - 1)).collect();
        if add(store, &rows).is_ok() {
            continue;
        }
        // One that cannot be kept takes no other with it.
        for row in rows {
            if let Err(error) = add(store, std::slice::from_ref(&row)) {
                lost.inc();
                tracing::error!(request_id = row.trace, cause = %error, "access not kept");
            }
        }
    }
}
