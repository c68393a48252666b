//! What workers wait for when there is nothing to do.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Rings when there is something to do, and once more at the end.
#[derive(Debug, Default)]
pub struct Bell {
    state: Mutex<Rung>,
    heard: Condvar,
}

#[derive(Clone, Copy, Debug, Default)]
struct Rung {
    times: u64,
    ended: bool,
}

impl Bell {
    /// There is something to do.
    pub fn ring(&self) {
        self.with(|rung| rung.times += 1);
    }

    /// There will be nothing more to do.
    pub fn end(&self) {
        self.with(|rung| rung.ended = true);
    }

    /// Whether it is the end.
    pub fn ended(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).ended
    }

    /// Waits for it to ring, or for a while: somebody else may have brought something to do.
    pub fn wait(&self, most: Duration) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.times;
        let silent = |rung: &mut Rung| rung.times == before && !rung.ended;
        drop(self.heard.wait_timeout_while(state, most, silent).map_err(|_| ()));
    }

    fn with(&self, change: impl FnOnce(&mut Rung)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.heard.notify_all();
    }
}
