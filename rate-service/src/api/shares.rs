//! How much of the server one caller may have.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::api_error::ApiError;

/// Requests after which callers that have gone are forgotten.
const SWEEP: u32 = 1 << 16;

/// What each caller has used of its share of the last second.
#[derive(Debug)]
pub struct Shares {
    used: DefaultKeyedRateLimiter<String>,
    taken: AtomicU32,
}

impl Shares {
    /// Shares of so many requests a second; twice as many in one go.
    pub fn of(per_second: u32) -> Self {
        let share = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        let burst = share.saturating_mul(NonZeroU32::MIN.saturating_add(1));
        Self { used: RateLimiter::keyed(Quota::per_second(share).allow_burst(burst)), taken: AtomicU32::new(0) }
    }

    /// Takes one request from the share of a caller.
    ///
    /// # Errors
    /// Where nothing is left of it; after how many seconds there will be.
    pub fn take(&self, caller: &str) -> Result<(), ApiError> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.used.retain_recent();
        }
        self.used.check_key(&caller.to_owned()).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            ApiError::limited(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
        })
    }
}
