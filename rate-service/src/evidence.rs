//! Evidence for one decision: everything somebody without our system needs to check it, in one directory.
//!
//! Facts, law, body, trace, and the proofs that lead from the body to a signed checkpoint. [`verify`] looks at all of it
//! offline, decides again, and writes again whatever a person reads; `tests/verifier` is a second reader that shares no
//! code with it.

mod book;
mod chain;
mod export;
mod package;
mod page;
mod proof;
mod verify;

pub use chain::HandOver;
pub use export::{Request, export, zipped};
pub use proof::{Proof, record};
pub use verify::{Proved, Verified, verify};

use std::path::Path;

/// The file by which a directory is known as evidence.
const INDEX: &str = "evidence.json";

/// The text of evidence for people who begin to read it.
const README: &str = "README.md";

/// The list of digests.
const SUMS: &str = "SHA256SUMS";

/// Whether a directory holds evidence; else it may be a log.
pub fn is_evidence(dir: &Path) -> bool {
    dir.join(INDEX).is_file()
}
