//! Checkpoints (C2SP tlog-checkpoint): the size and root of a log, as the text of a signed note.

use std::fmt;

use super::{Digest, NoteError};

/// What names the hash in a checkpoint; a reader refuses another one.
const HASH: &str = "hash SHA-256";

/// The state of a log: how many entries, and their root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, the same in all its checkpoints.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
}

impl Checkpoint {
    /// Reads the text of a checkpoint, as a note holds it.
    ///
    /// # Errors
    /// [`NoteError::Malformed`]: another form, another hash, or a number written in another way.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.strip_suffix('\n').ok_or(NoteError::Malformed)?.split('\n');
        let mut next = || lines.next().ok_or(NoteError::Malformed);
        let (origin, size, root, hash) = (next()?, next()?, next()?, next()?);
        let parsed = size.parse().ok().filter(|parsed: &u64| parsed.to_string() == size);
        let (Some(size), Some(root)) = (parsed, Digest::from_base64(root)) else { return Err(NoteError::Malformed) };
        // Lines behind the hash are extensions that others may read.
        if origin.is_empty() || hash != HASH {
            return Err(NoteError::Malformed);
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}\n{HASH}", self.origin, self.size, self.root.base64())
    }
}
