//! The file of a private key, and the one that is to follow it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rate_core::log::{Checkpoint, NoteError, SignedNote, SigningKey, VerifyingKey};

use super::LogError;
use super::layout::sync_dir;

/// Where the key that signs a log lies: one line, readable by its owner alone.
#[derive(Clone, Debug)]
pub(super) struct KeyFile(pub(super) PathBuf);

impl KeyFile {
    pub(super) fn exists(&self) -> bool {
        // A link to nowhere is something that somebody put there.
        fs::symlink_metadata(&self.0).is_ok()
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
    fn following(&self) -> Result<Option<SigningKey>, LogError> {
        let next = self.next();
        if next.exists() { read(&next).map(Some) } else { Ok(None) }
    }

    /// Begins a hand-over.
    pub(super) fn store_following(&self, key: &SigningKey) -> Result<(), LogError> {
        store(&self.next(), key)
    }

    /// Forgets a key that has signed nothing that holds.
    fn drop_following(&self) -> Result<(), LogError> {
        let next = self.next();
        fs::remove_file(&next).map_err(LogError::at(&next))
    }

    /// The key that signs a log from here on, where this file or the one that is to follow it holds it. After a crash in
    /// the middle of a hand-over that is signed, this ends it; one that is not signed is forgotten.
    pub(super) fn settled(&self, current: &VerifyingKey) -> Result<SigningKey, LogError> {
        let (key, next) = (self.read()?, self.following()?);
        match next {
            Some(next) if next.verifying() == current => {
                self.take_over()?;
                Ok(next)
            }
            _ if key.verifying() != current => Err(LogError::refused(
                format!("{}：不是现在签署该日志的密钥（现为 {current}）", self.0.display()),
                format!("{}: not the key that signs this log now, which is {current}", self.0.display()),
            )),
            Some(_) => self.drop_following().map(|()| key),
            None => Ok(key),
        }
    }

    /// Ends a hand-over: the key that followed is the key.
    fn take_over(&self) -> Result<(), LogError> {
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
    let mut file = File::open(path).map_err(LogError::at(path))?;
    let mode = file.metadata().map_err(LogError::at(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        let file = path.display();
        return Err(LogError::refused(
            format!("{file}：私钥可被他人读取（{:03o}），请先执行 chmod 600 {file}", mode & 0o777),
            format!("{file}: others can read this private key ({:03o}); run `chmod 600 {file}` first", mode & 0o777),
        ));
    }
    let mut line = String::new();
    file.read_to_string(&mut line).map_err(LogError::at(path))?;
    SigningKey::parse(line.trim_end()).map_err(|error| LogError::broken(path, error.to_string()))
}

/// Nobody but the owner can ever read it.
fn store(path: &Path, key: &SigningKey) -> Result<(), LogError> {
    let part = beside(path, "part");
    // What lies there was left by a crash or put there by somebody: its rights, and where it leads, are not ours.
    match fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(LogError::at(&part)(error)),
        _ => {}
    }
    let opened = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&part);
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
