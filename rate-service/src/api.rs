//! What the service answers: one noun a file. Handlers read a request, ask a room below, and shape its answer; they decide
//! nothing, and know no database but through `store`.

pub mod areas;
pub mod audits;
pub mod checkpoints;
pub mod collection;
pub mod decisions;
pub mod documents;
pub mod examinations;
mod files;
pub mod given_law;
pub mod health;
pub mod hindsight;
pub mod hooks;
pub mod impacts;
pub mod imports;
pub mod json;
pub mod keys;
pub mod lines;
pub mod notices;
pub mod objections;
pub mod once;
pub mod only;
pub mod page;
pub mod parameters;
pub mod previews;
pub mod proofs;
pub mod query;
pub mod rates;
pub mod replays;
pub mod rule_sets;
pub mod run_results;
pub mod runs;
pub mod scenarios;
pub mod served;
mod service;
mod shares;
mod stream;
pub mod vector_checks;
mod witness;

pub use json::{Json, Object};
pub use once::{Once, Reply};
pub use query::Query;
pub use service::{Admitted, Asked, Limits, Place, Service, Started};
pub use shares::Shares;
