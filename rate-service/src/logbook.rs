//! A log, in a directory or a database: what was known, what was published, and the signed state of both.
//!
//! A directory holds everything a later reader needs, each thing under the digest or number by which the log names it.
//! Data is written and synced before the entry that names it, the entry before the checkpoint that signs it; what a
//! checkpoint does not cover was never acknowledged: the next writer takes it out, says so, and keeps its bytes in `set-aside`.

mod batch;
mod columns;
mod database;
mod directory;
mod earlier;
pub(crate) mod kept;
mod key;
mod layout;
mod mentions;
mod publish;
mod recording;
mod signers;
mod verify;
mod view;
mod writer;

use std::path::{Path, PathBuf};

use crate::store::{Place, StoreError};

pub(crate) use earlier::Leaving;
pub use layout::is_run_id;
pub use publish::{Bodies, Facts, Publication, Published, Sealed, sealed};
pub use recording::Recording;
pub use verify::{Fault, FaultKind, Trust, Verified, body_faults, fact_faults, verify, verify_over};
pub use view::{Disk, Files, PublishedRun, RunRecord, View};
pub use writer::{Logbook, TakenOut};

/// Why a log could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// Another process writes to it.
    #[error("{}: another process is writing to this log / 另一进程正在写入该日志", .0.display())]
    Busy(PathBuf),
    /// What it holds does not fit together: nothing is written to it before somebody has looked.
    #[error("{}: {what}", path.display())]
    Broken {
        /// Which file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// The database it lies in.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not done, for a reason a person is told; nothing was written.
    #[error("{en} / {zh}")]
    Refused {
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        en: String,
    },
    /// It holds no such thing.
    #[error("{0}")]
    Unknown(String),
}

impl LogError {
    pub(crate) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::File { path: path.to_owned(), source }
    }

    pub(crate) fn refused(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Refused { zh: zh.into(), en: en.into() }
    }

    pub(crate) fn broken(path: &Path, what: impl Into<String>) -> Self {
        Self::Broken { path: path.to_owned(), what: what.into() }
    }
}

/// The database that a path names, if it names one: `sqlite:FILE` or `postgres://HOST/NAME`.
fn database_at(path: &Path) -> Option<Result<Place, StoreError>> {
    let text = path.to_str()?;
    let named = ["sqlite:", "postgres://", "postgresql://"].iter().any(|head| text.starts_with(head));
    named.then(|| text.parse())
}
