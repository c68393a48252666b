//! Evidence for one decision: everything somebody without our system needs to check it, in one directory.
//!
//! Facts, law, body, trace, and the proofs that lead from the body to a signed checkpoint. [`verify`] looks at all of it
//! offline and decides again; `tests/verifier` is a second reader that shares no code with it.

mod export;
mod page;
mod verify;

pub use export::{Request, export};
pub use verify::verify;

use std::path::{Path, PathBuf};

/// The file by which a directory is known as evidence.
const INDEX: &str = "evidence.json";

/// Whether a directory holds evidence; else it may be a log.
pub fn is_evidence(dir: &Path) -> bool {
    dir.join(INDEX).is_file()
}

/// Where things stand in a directory of evidence.
#[derive(Clone, Debug)]
struct Package(PathBuf);

impl Package {
    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}
