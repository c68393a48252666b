//! What billing reads: which rate holds in which month, who has which on a day, and what has changed. All of it comes out
//! of published bodies and the entries that name them; nothing is kept beside them, so nothing can disagree with them.
//!
//! The later of two publications takes the place of the earlier one on the days that both are about. A run that takes the
//! place of another takes it whole: whoever stands in that one alone has no rate of it any more.

mod feed;
mod ledger;
mod methods;
mod snapshot;
mod timeline;

pub use feed::{Change, Cursor, changes};
pub use ledger::{AreaRuns, Ledger, RunEntry, Seen};
pub use methods::Methods;
pub use snapshot::{Standing, standing};
pub use timeline::{DatedRate, DecisionRef, Gap, Piece, Timeline, pieces};

use rate_core::record::RecordError;

use crate::store::StoreError;

/// Why rates could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// As the store's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A published body, or an entry, that is none.
    #[error("a record that is none: {0}")]
    Record(#[from] RecordError),
}
