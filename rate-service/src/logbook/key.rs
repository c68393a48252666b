//! The file of a private key, and the one that is to follow it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rate_core::log::{Checkpoint, NoteError, SignedNote, SigningKey};

use super::LogError;
use super::layout::sync_dir;

/// Where the key that signs a log lies: one line, readable by its owner alone.
#[derive(Clone, Debug)]
pub(super) struct KeyFile(pub(super) PathBuf);

impl KeyFile {
    pub(super) fn exists(&self) -> bool {
        self.0.exists()
    }

    pub(super) fn read(&self) -> Result<SigningKey, LogError> {
        read(&self.0)
    }

    /// Writes a key where there is none yet.
    pub(super) fn store(&self, key: &SigningKey) -> Result<(), LogError> {
        store(&self.0, key)
    }

    /// Where the key that is to follow lies while a log is handed over to it.
    fn next(&self) -> PathBuf {
        beside(&self.0, "next")
    }

    /// The key that is to follow, if a hand-over has begun.
    pub(super) fn following(&self) -> Result<Option<SigningKey>, LogError> {
        let next = self.next();
        if next.exists() { read(&next).map(Some) } else { Ok(None) }
    }

    /// Begins a hand-over.
    pub(super) fn store_following(&self, key: &SigningKey) -> Result<(), LogError> {
        store(&self.next(), key)
    }

    /// Forgets a key that has signed nothing that holds.
    pub(super) fn drop_following(&self) -> Result<(), LogError> {
        let next = self.next();
        fs::remove_file(&next).map_err(LogError::at(&next))
    }

    /// Ends a hand-over: the key that followed is the key.
    pub(super) fn take_over(&self) -> Result<(), LogError> {
        let next = self.next();
        fs::rename(&next, &self.0).map_err(LogError::at(&next))?;
        sync_dir(dir_of(&self.0))
    }
}

/// A key that nobody has had before.
pub(super) fn new_key(name: &str) -> Result<SigningKey, LogError> {
    let mut seed = [0; 32];
    let drawn = getrandom::fill(&mut seed);
    drawn.map_err(|error| LogError::Unknown(format!("no random bytes for a key: {error}")))?;
    SigningKey::from_seed(name, seed).map_err(|_| {
        LogError::Unknown(format!("`{name}` cannot name a log: no spaces, no `+` / 日志名不得含空格或“+”"))
    })
}

/// A state signed by every key.
pub(super) fn signed(state: &Checkpoint, keys: &[&SigningKey]) -> Result<SignedNote, NoteError> {
    let mut notes = keys.iter().map(|key| key.sign(&state.to_string()));
    let first = notes.next().ok_or(NoteError::Malformed)??;
    notes.try_fold(first, |note, next| note.with(next?))
}

fn read(path: &Path) -> Result<SigningKey, LogError> {
    let line = fs::read_to_string(path).map_err(LogError::at(path))?;
    SigningKey::parse(line.trim_end()).map_err(|error| LogError::broken(path, error.to_string()))
}

/// Nobody but the owner can ever read it.
fn store(path: &Path, key: &SigningKey) -> Result<(), LogError> {
    let part = beside(path, "part");
    let opened = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&part);
    let written = opened.and_then(|mut file| {
        writeln!(file, "{}", key.secret_line())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&part, path)).map_err(LogError::at(path))?;
    sync_dir(dir_of(path))
}

/// The directory of a file, the one of the process where its path is a name alone.
fn dir_of(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(path: &Path, word: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{word}"))
}
