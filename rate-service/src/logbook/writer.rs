//! The one who writes: holds the key and the lock, and signs what stands there.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rate_core::log::{Checkpoint, Digest, SigningKey, Tree};
use rate_core::record::{Entry, Event};

use super::layout::{self, Layout};
use super::view::View;
use super::{LogError, view};

/// A log that is being written: nobody else writes to it until this is dropped.
#[derive(Debug)]
pub struct Logbook {
    pub(super) view: View,
    tree: Tree,
    key: SigningKey,
    /// Held open for the lock on it.
    _lock: File,
}

impl Logbook {
    /// Opens a log, or begins one under a name: then its key is made, readable by its owner alone.
    ///
    /// # Errors
    /// Another writer; files that do not fit together.
    pub fn open(dir: &Path, name: &str) -> Result<Self, LogError> {
        fs::create_dir_all(dir).map_err(LogError::at(dir))?;
        let path = dir.join("lock");
        let lock = OpenOptions::new().create(true).append(true).open(&path).map_err(LogError::at(&path))?;
        lock.try_lock().map_err(|_| LogError::Busy(dir.to_owned()))?;
        let layout = Layout(dir.to_owned());
        if !layout.key().exists() {
            begin(&layout, name)?;
        }
        let key = read_key(&layout.key())?;
        let mut view = View::read(dir)?;
        let tree = acknowledged(&mut view, &key)?;
        let mut log = Self { view, tree, key, _lock: lock };
        log.take_over()?;
        Ok(log)
    }

    /// The log as it is.
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// Number of entries and their root.
    pub fn checkpoint(&self) -> Checkpoint {
        checkpoint(&self.view, &self.tree)
    }

    /// The public key that signs, as verifiers are given it.
    pub fn public_key(&self) -> String {
        self.key.verifying().to_string()
    }

    /// Adds entries and signs the state behind them: all of them are acknowledged, or none is.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub fn append(&mut self, recorded_at: &str, events: Vec<Event>) -> Result<Checkpoint, LogError> {
        self.add(recorded_at, events)?;
        let key = self.key.clone();
        self.sign(&[&key])
    }

    /// Hands over to a new key: an entry names it, and both sign the checkpoint behind that.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub fn rotate(&mut self, recorded_at: &str) -> Result<Checkpoint, LogError> {
        let (old, new) = (self.key.clone(), new_key(self.key.verifying().name())?);
        store_key(&self.view.layout.next_key(), &new)?;
        self.add(recorded_at, vec![Event::Key { key: new.verifying().to_string() }])?;
        let signed = self.sign(&[&old, &new])?;
        self.take_over()?;
        Ok(signed)
    }

    /// Ends a hand-over whose entry is signed: after a crash in the middle of one, the next writer ends it.
    fn take_over(&mut self) -> Result<(), LogError> {
        let path = self.view.layout.next_key();
        if !path.exists() {
            return Ok(());
        }
        let next = read_key(&path)?;
        let named = |(_, event)| matches!(event, Event::Key { key } if key == next.verifying().to_string());
        if !self.view.events().any(named) {
            // The entry was never acknowledged: the key has signed nothing that holds.
            return fs::remove_file(&path).map_err(LogError::at(&path));
        }
        if !self.view.keys.contains(next.verifying()) {
            self.view.keys.push(next.verifying().clone());
            let lines: Vec<String> = self.view.keys.iter().map(|key| format!("{key}\n")).collect();
            layout::create(&self.view.layout.keys(), lines.concat().as_bytes())?;
        }
        fs::rename(&path, self.view.layout.key()).map_err(LogError::at(&path))?;
        layout::sync_dir(&self.view.layout.0)?;
        self.key = next;
        Ok(())
    }

    fn add(&mut self, recorded_at: &str, events: Vec<Event>) -> Result<(), LogError> {
        let entries = events.into_iter().map(|event| Entry { recorded_at: recorded_at.to_owned(), event }.to_bytes());
        let entries: Vec<Vec<u8>> = entries.collect();
        extend(&self.view.layout.entries(), lines(&entries).as_bytes())?;
        let leaves: Vec<Digest> = entries.iter().map(|entry| Digest::leaf(entry)).collect();
        extend(&self.view.layout.leaves(), &leaves.iter().flat_map(|leaf| leaf.0).collect::<Vec<_>>())?;
        self.tree.extend(leaves.iter().copied());
        self.view.leaves.extend(leaves);
        self.view.entries.extend(entries);
        Ok(())
    }

    fn sign(&mut self, keys: &[&SigningKey]) -> Result<Checkpoint, LogError> {
        let state = self.checkpoint();
        let path = self.view.layout.checkpoint(state.size);
        let broken = |error: rate_core::log::NoteError| LogError::broken(&path, error.to_string());
        let mut notes = keys.iter().map(|key| key.sign(&state.to_string()));
        let first = notes.next().ok_or_else(|| LogError::broken(&path, "no key"))?.map_err(broken)?;
        let note = notes.try_fold(first, |note, next| note.with(next?)).map_err(broken)?;
        layout::create(&path, note.to_string().as_bytes())?;
        self.view.checkpoints.push((state.size, note));
        Ok(state)
    }
}

fn checkpoint(view: &View, tree: &Tree) -> Checkpoint {
    let origin = view.keys.first().map_or_else(String::new, |key| key.name().to_owned());
    Checkpoint { origin, size: tree.len(), root: tree.root() }
}

/// What every new log has: a key, and no entry.
fn begin(layout: &Layout, name: &str) -> Result<(), LogError> {
    let key = new_key(name)?;
    layout::create(&layout.entries(), b"")?;
    layout::create(&layout.leaves(), b"")?;
    fs::create_dir_all(layout.checkpoints()).map_err(LogError::at(&layout.checkpoints()))?;
    layout::create(&layout.keys(), format!("{}\n", key.verifying()).as_bytes())?;
    store_key(&layout.key(), &key)
}

fn read_key(path: &Path) -> Result<SigningKey, LogError> {
    let line = fs::read_to_string(path).map_err(LogError::at(path))?;
    SigningKey::parse(line.trim_end()).map_err(|error| LogError::broken(path, error.to_string()))
}

fn new_key(name: &str) -> Result<SigningKey, LogError> {
    let mut seed = [0; 32];
    let drawn = getrandom::fill(&mut seed);
    drawn.map_err(|error| LogError::Unknown(format!("no random bytes for a key: {error}")))?;
    SigningKey::from_seed(name, seed).map_err(|_| {
        LogError::Unknown(format!("`{name}` cannot name a log: no spaces, no `+` / 日志名不得含空格或“+”"))
    })
}

/// Writes a private key; nobody but the owner can ever read it.
fn store_key(path: &Path, key: &SigningKey) -> Result<(), LogError> {
    let part = path.with_file_name(".key.part");
    let opened = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&part);
    let written = opened.and_then(|mut file| {
        writeln!(file, "{}", key.secret_line())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&part, path)).map_err(LogError::at(path))?;
    layout::sync_dir(path.parent().unwrap_or(Path::new(".")))
}

/// Entries as the file holds them.
fn lines(entries: &[Vec<u8>]) -> String {
    entries.iter().flat_map(|entry| [STANDARD.encode(entry), "\n".to_owned()]).collect()
}

fn extend(path: &Path, bytes: &[u8]) -> Result<(), LogError> {
    let opened = OpenOptions::new().append(true).open(path);
    let written = opened.and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(LogError::at(path))
}

/// Takes out what no checkpoint covers, and refuses a log whose last checkpoint is not over its entries.
fn acknowledged(view: &mut View, key: &SigningKey) -> Result<Tree, LogError> {
    let (entries, last) = (view.layout.entries(), view.checkpoints.last());
    let (size, note) = match last {
        Some((size, note)) => (usize::try_from(*size).unwrap_or(usize::MAX), Some(note)),
        None => (0, None),
    };
    if let Some(note) = note {
        let path = view.layout.checkpoint(size.try_into().unwrap_or(u64::MAX));
        let text = note.verify(&view.keys).map_err(|error| LogError::broken(&path, error.to_string()))?;
        let signed = Checkpoint::parse(text).map_err(|error| LogError::broken(&path, error.to_string()))?;
        let tree = view.tree();
        let same = tree.root_of(signed.size) == Some(signed.root) && signed.size == u64::try_from(size).unwrap_or(0);
        if !same {
            return Err(LogError::broken(&path, "is not over the entries that are there / 与现有条目不符"));
        }
    }
    if !view.keys.contains(key.verifying()) {
        return Err(LogError::broken(&view.layout.key(), "does not belong to the listed keys / 不属于所列公钥"));
    }
    let cut = view.entries.len() > size || view.leaves.len() != size;
    view.entries.truncate(size);
    view.leaves = view.entries.iter().map(|entry| Digest::leaf(entry)).collect();
    let lines = lines(&view.entries);
    let torn = fs::metadata(&entries).map_err(LogError::at(&entries))?.len() != u64::try_from(lines.len()).unwrap_or(0);
    if cut || torn {
        layout::create(&entries, lines.as_bytes())?;
        let leaves: Vec<u8> = view.leaves.iter().flat_map(|leaf| leaf.0).collect();
        layout::create(&view.layout.leaves(), &leaves)?;
    }
    debug_assert_eq!(view::read_leaves(&view::Disk, &view.layout.leaves()).ok().as_ref(), Some(&view.leaves));
    Ok(view.tree())
}
