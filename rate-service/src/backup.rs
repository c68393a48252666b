//! Copies of a store: to files and back, and from one database to another, row for row.
//!
//! A backup is a directory: a file of lines for each table, the same from either database, and a manifest over them. It is
//! taken in one transaction that reads, so it is one state however much is written meanwhile. What is copied is what the
//! database says it has; nothing here lists tables. The private key that signs the log is in no database, so in no copy.

mod check;
mod fill;
mod line;
mod manifest;
mod take;

use std::io;
use std::path::{Path, PathBuf};

use crate::logbook::{Fault, FaultKind};
use crate::store::{Link, StoreError};

pub use check::{Scratch, checked};
pub use fill::{Copied, move_store, restore};
pub use manifest::{Manifest, TableSum};
pub use take::take;

/// Why a copy was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// Something does not fit; everything that was found.
    #[error("{} fault(s)", .0.len())]
    Faults(Vec<Fault>),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// A directory for a backup that holds something.
    #[error("{}: not empty; a backup has a directory of its own / 目录不是空的，备份须放入新目录", .0.display())]
    NotEmpty(PathBuf),
    /// A database.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Occupied(what) => Self::fault(FaultKind::Occupied, what, ""),
            error => Self::Store(error),
        }
    }
}

impl BackupError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::File { path: path.to_owned(), source }
    }

    fn fault(kind: FaultKind, place: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Faults(vec![Fault::new(kind, place, detail)])
    }
}

/// How far a copy is: rows done, rows in all.
pub type Far<'f> = dyn FnMut(u64, u64) + 'f;

/// Whether a directory is a backup, or what is left of one.
pub fn is_backup(dir: &Path) -> bool {
    [manifest::MANIFEST, manifest::DIGEST].iter().any(|name| dir.join(name).is_file())
}

/// The last checkpoint, as it was signed.
fn newest_checkpoint(link: &mut Link) -> Result<Option<String>, StoreError> {
    Ok(link.checkpoints()?.pop().map(|(_, note)| note))
}
