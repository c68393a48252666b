//! Telling others: signed webhooks, after the Standard Webhooks specification 1.0.0
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).
//!
//! Whatever happens is written as an event in the transaction in which it happens ([`Link::add_hook_event`]), so there is
//! one exactly where it happened. Here events are shared out among the webhooks of their area, and sent: at least once,
//! each attempt under a lease and a fence, in no promised order. A message names what happened; who wants to know more asks
//! the API for it, under a key.
//!
//! [`Link::add_hook_event`]: crate::store::Link::add_hook_event

mod courier;
mod message;
mod secret;
mod target;
mod webhook;

pub use courier::{Courier, RETRIES_MILLIS, TIMEOUT_MILLIS};
pub use message::{id_of, payload};
pub use secret::Secret;
pub use target::{Rules, Target, may_be_reached};
pub use webhook::{
    MOST_OF_AREA, MOST_OVERLAP_HOURS, NewWebhook, ask, deliveries, forget, of_area, retry, rotate, webhook,
};

use crate::store::StoreError;

/// Why a webhook could not be made or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such thing, or not in this area.
    #[error("there is no such thing / 没有此项")]
    Unknown,
    /// What cannot be taken as it was said.
    #[error("{en} / {zh}")]
    Unfit {
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        en: String,
    },
    /// What its state does not allow.
    #[error("{en} / {zh}")]
    NotNow {
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        en: String,
    },
    /// No random bytes for a secret.
    #[error("no random bytes for a secret: {0}")]
    Random(#[from] getrandom::Error),
}

impl HookError {
    fn unfit(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Unfit { zh: zh.into(), en: en.into() }
    }

    fn not_now(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::NotNow { zh: zh.into(), en: en.into() }
    }
}
