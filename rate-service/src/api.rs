//! What the service answers: one noun a file. Handlers read a request, ask a room below, and shape its answer; they decide
//! nothing, and know no database but through `store`.

mod bell;
mod files;
pub mod health;
pub mod json;
pub mod keys;
pub mod once;
pub mod page;
pub mod rates;
pub mod runs;
mod service;
mod shares;
mod witness;

pub use bell::Bell;
pub use json::Json;
pub use once::{Once, Reply};
pub use service::{Limits, Place, Service, Started};
pub use shares::Shares;
