//! A log in a directory: holds the key and the lock, and signs what stands there. Data first, then the entries that name
//! it, then the checkpoint.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rate_core::log::{Checkpoint, Digest, SigningKey, Tree};
use rate_core::record::{Batch, Entry, Event};

use super::key::{new_key, signed};
use super::layout::{Layout, create, create_dir};
use super::publish::{Document, Sealed, Shelf};
use super::view::View;
use super::{LogError, batch, view};
use crate::book::BookRows;
use crate::store::DocumentKind;

/// A log that is being written: nobody else writes to it until this is dropped.
#[derive(Debug)]
pub(super) struct DirectoryLog {
    pub(super) view: View,
    tree: Tree,
    key: SigningKey,
    /// Held open for the lock on it.
    _lock: File,
}

impl DirectoryLog {
    /// Opens a log, or begins one under a name: then its key is made, readable by its owner alone.
    ///
    /// # Errors
    /// Another writer; files that do not fit together.
    pub(super) fn open(dir: &Path, name: &str) -> Result<Self, LogError> {
        fs::create_dir_all(dir).map_err(LogError::at(dir))?;
        let path = dir.join("lock");
        let lock = OpenOptions::new().create(true).append(true).open(&path).map_err(LogError::at(&path))?;
        lock.try_lock().map_err(|_| LogError::Busy(dir.to_owned()))?;
        let layout = Layout(dir.to_owned());
        if !layout.key().exists() {
            begin(&layout, name)?;
        }
        let key = layout.key().read()?;
        let mut view = View::read(dir)?;
        let tree = acknowledged(&mut view, &key)?;
        let mut log = Self { view, tree, key, _lock: lock };
        log.take_over()?;
        Ok(log)
    }

    /// The log as it is.
    pub(super) const fn view(&self) -> &View {
        &self.view
    }

    /// Number of entries and their root.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        checkpoint(&self.view, &self.tree)
    }

    /// The public key that signs, as verifiers are given it.
    pub(super) fn public_key(&self) -> String {
        self.key.verifying().to_string()
    }

    /// Adds entries and signs the state behind them: all of them are acknowledged, or none is.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub(super) fn append(&mut self, recorded_at: &str, events: Vec<Event>) -> Result<Checkpoint, LogError> {
        self.add(recorded_at, events)?;
        let key = self.key.clone();
        self.sign(&[&key])
    }

    /// Hands over to a new key: an entry names it, and both sign the checkpoint behind that.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub(super) fn rotate(&mut self, recorded_at: &str) -> Result<Checkpoint, LogError> {
        let (old, new) = (self.key.clone(), new_key(self.key.verifying().name())?);
        self.view.layout.key().store_following(&new)?;
        self.add(recorded_at, vec![Event::Key { key: new.verifying().to_string() }])?;
        let signed = self.sign(&[&old, &new])?;
        self.take_over()?;
        Ok(signed)
    }

    /// Ends a hand-over whose entry is signed: after a crash in the middle of one, the next writer ends it.
    fn take_over(&mut self) -> Result<(), LogError> {
        let file = self.view.layout.key();
        let Some(next) = file.following()? else { return Ok(()) };
        let named = |(_, event)| matches!(event, Event::Key { key } if key == next.verifying().to_string());
        if !self.view.events().any(named) {
            // The entry was never acknowledged: the key has signed nothing that holds.
            return file.drop_following();
        }
        if !self.view.keys.contains(next.verifying()) {
            self.view.keys.push(next.verifying().clone());
            let lines: Vec<String> = self.view.keys.iter().map(|key| format!("{key}\n")).collect();
            create(&self.view.layout.keys(), lines.concat().as_bytes())?;
        }
        file.take_over()?;
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
        let note = signed(&state, keys).map_err(|error| LogError::broken(&path, error.to_string()))?;
        create(&path, note.to_string().as_bytes())?;
        self.view.checkpoints.push((state.size, note));
        Ok(state)
    }
}

impl Shelf for DirectoryLog {
    fn events(&self) -> Vec<Event> {
        self.view.events().map(|(_, event)| event).collect()
    }

    /// The number of the batch that already holds exactly these rows, or a new one.
    fn facts(&mut self, rows: &BookRows) -> Result<(u64, Option<Event>), LogError> {
        let root = rows.root();
        let batches = self.view.events().filter_map(|(_, event)| match event {
            Event::Batch(batch) => Some((batch.knowledge, batch.root)),
            Event::Facts(_)
            | Event::RuleSet { .. }
            | Event::Parameters { .. }
            | Event::Run(_)
            | Event::Decision(_)
            | Event::Key { .. } => None,
        });
        let batches: Vec<(u64, Digest)> = batches.collect();
        if let Some((knowledge, _)) = batches.iter().rev().find(|(_, known)| *known == root) {
            return Ok((*knowledge, None));
        }
        let knowledge = batches.last().map_or(1, |(last, _)| last + 1);
        batch::store(rows, &self.view.layout.batch(knowledge))?;
        Ok((knowledge, Some(Event::Batch(Batch { knowledge, root, tables: rows.counts() }))))
    }

    fn document(&mut self, document: &Document) -> Result<(), LogError> {
        let path = match document.kind {
            DocumentKind::RuleSet => self.view.layout.rule_set(document.digest),
            DocumentKind::Parameters => self.view.layout.parameters(document.digest),
        };
        create(&path, document.text.as_bytes())
    }

    fn bodies(&mut self, run: &str, bodies: &mut dyn Iterator<Item = Sealed<'_>>) -> Result<Tree, LogError> {
        let mut tree = Tree::new();
        create_dir(&self.view.layout.run(run), |dir| {
            let mut files = [Output::create(dir, "bodies")?, Output::create(dir, "leaves")?];
            for sealed in bodies {
                files[0].write(&sealed.body)?;
                files[1].write(&sealed.leaf.0)?;
                tree.push(sealed.leaf);
            }
            files.into_iter().try_for_each(Output::finish)
        })?;
        Ok(tree)
    }

    fn append(&mut self, recorded_at: &str, events: Vec<Event>) -> Result<Checkpoint, LogError> {
        Self::append(self, recorded_at, events)
    }
}

fn checkpoint(view: &View, tree: &Tree) -> Checkpoint {
    let origin = view.keys.first().map_or_else(String::new, |key| key.name().to_owned());
    Checkpoint { origin, size: tree.len(), root: tree.root() }
}

/// What every new log has: a key, and no entry.
fn begin(layout: &Layout, name: &str) -> Result<(), LogError> {
    let key = new_key(name)?;
    create(&layout.entries(), b"")?;
    create(&layout.leaves(), b"")?;
    fs::create_dir_all(layout.checkpoints()).map_err(LogError::at(&layout.checkpoints()))?;
    create(&layout.keys(), format!("{}\n", key.verifying()).as_bytes())?;
    layout.key().store(&key)
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
        return Err(LogError::broken(&view.layout.key().0, "does not belong to the listed keys / 不属于所列公钥"));
    }
    let cut = view.entries.len() > size || view.leaves.len() != size;
    view.entries.truncate(size);
    view.leaves = view.entries.iter().map(|entry| Digest::leaf(entry)).collect();
    let lines = lines(&view.entries);
    let torn = fs::metadata(&entries).map_err(LogError::at(&entries))?.len() != u64::try_from(lines.len()).unwrap_or(0);
    if cut || torn {
        create(&entries, lines.as_bytes())?;
        let leaves: Vec<u8> = view.leaves.iter().flat_map(|leaf| leaf.0).collect();
        create(&view.layout.leaves(), &leaves)?;
    }
    debug_assert_eq!(view::read_leaves(&view::Disk, &view.layout.leaves()).ok().as_ref(), Some(&view.leaves));
    Ok(view.tree())
}

/// A file of many pieces.
struct Output {
    path: std::path::PathBuf,
    out: BufWriter<File>,
}

impl Output {
    fn create(dir: &Path, name: &str) -> Result<Self, LogError> {
        let path = dir.join(name);
        let file = File::create(&path).map_err(LogError::at(&path))?;
        Ok(Self { out: BufWriter::with_capacity(1 << 18, file), path })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), LogError> {
        self.out.write_all(bytes).map_err(LogError::at(&self.path))
    }

    fn finish(self) -> Result<(), LogError> {
        let file = self.out.into_inner().map_err(std::io::IntoInnerError::into_error);
        file.and_then(|file| file.sync_all()).map_err(LogError::at(&self.path))
    }
}
