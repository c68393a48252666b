//! Where things stand in the directory of a log, and writing them so that a crash leaves all or nothing.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use rate_core::log::Digest;

use super::LogError;
use super::key::KeyFile;

/// The directory of a log.
#[derive(Clone, Debug)]
pub(super) struct Layout(pub(super) PathBuf);

impl Layout {
    /// The private key.
    pub(super) fn key(&self) -> KeyFile {
        KeyFile(self.0.join("key"))
    }

    /// Public keys, one a line, oldest first.
    pub(super) fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// Entries in base64, one a line.
    pub(super) fn entries(&self) -> PathBuf {
        self.0.join("entries")
    }

    /// Hashes of the entries, 32 bytes each.
    pub(super) fn leaves(&self) -> PathBuf {
        self.0.join("leaves")
    }

    /// Every checkpoint ever signed, by its size.
    pub(super) fn checkpoints(&self) -> PathBuf {
        self.0.join("checkpoints")
    }

    pub(super) fn checkpoint(&self, size: u64) -> PathBuf {
        self.checkpoints().join(format!("{size:012}"))
    }

    /// Canonical form of a rule set.
    pub(super) fn rule_set(&self, digest: Digest) -> PathBuf {
        self.0.join("rule_sets").join(digest.to_string())
    }

    /// Canonical form of parameters.
    pub(super) fn parameters(&self, digest: Digest) -> PathBuf {
        self.0.join("parameters").join(digest.to_string())
    }

    /// Changed facts: rows with their signs, and their hashes.
    pub(super) fn facts(&self, knowledge: u64) -> PathBuf {
        self.0.join("facts").join(format!("{knowledge:06}"))
    }

    /// The rows of a batch, a table each.
    pub(super) fn batch(&self, knowledge: u64) -> PathBuf {
        self.0.join("batches").join(format!("{knowledge:06}"))
    }

    /// What writers took out: bytes that no checkpoint covers.
    pub(super) fn set_aside(&self) -> PathBuf {
        self.0.join("set-aside")
    }

    pub(super) fn runs(&self) -> PathBuf {
        self.0.join("runs")
    }

    /// The bodies of a run.
    pub(super) fn run(&self, id: &str) -> PathBuf {
        self.runs().join(id)
    }

    /// Whether anything of a log is here but its key.
    pub(super) fn is_begun(&self) -> bool {
        let paths = [self.keys(), self.entries(), self.leaves(), self.checkpoints()];
        paths.iter().any(|path| fs::symlink_metadata(path).is_ok())
    }

    /// Creates a directory by filling it under another name first.
    pub(super) fn create_dir(
        &self,
        path: &Path,
        fill: impl FnOnce(&Path) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        let part = unfinished(path);
        // Left by a crash, and never whole.
        if part.exists() {
            fs::remove_dir_all(&part).map_err(LogError::at(&part))?;
        }
        if path.exists() {
            self.put_aside(path)?;
        }
        fs::create_dir_all(&part).map_err(LogError::at(&part))?;
        fill(&part)?;
        sync_dir(&part)?;
        fs::rename(&part, path).map_err(LogError::at(path))?;
        sync_dir(path.parent().unwrap_or(Path::new(".")))
    }

    /// Moves a directory that no entry names any more out of the way of one that will be named.
    fn put_aside(&self, path: &Path) -> Result<(), LogError> {
        let aside = self.set_aside();
        fs::create_dir_all(&aside).map_err(LogError::at(&aside))?;
        let own = path.strip_prefix(&self.0).unwrap_or(path);
        let own = own.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("-");
        let mut free = (1_u32..).map(|number| aside.join(format!("{own}-{number}"))).filter(|it| !it.exists());
        let to = free.next().unwrap_or(aside.join(&own));
        fs::rename(path, &to).map_err(LogError::at(path))?;
        sync_dir(&aside)
    }
}

/// Whether a run may have a name: letters, digits, `.`, `_` and `-`, at most 64, no `.` in front.
pub fn is_run_id(id: &str) -> bool {
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    (1..=64).contains(&id.len()) && plain && !id.starts_with('.')
}

/// The name something has before it is whole.
fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.part"))
}

/// Creates a file with its directories; after a crash it is there whole, or not at all.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<(), LogError> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir).map_err(LogError::at(dir))?;
    let part = unfinished(path);
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&part, path)).map_err(LogError::at(path))?;
    sync_dir(dir)
}

pub(super) fn sync_dir(dir: &Path) -> Result<(), LogError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(LogError::at(dir))
}
