//! A log in a directory: holds the key and the lock, and signs what stands there. Data first, then the entries that name
//! it, then the checkpoint.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rate_core::log::{Checkpoint, Digest, SigningKey, Tree, VerifyingKey};
use rate_core::record::{Batch, Entry, Event};

use super::kept::Document;
use super::key::{new_key, signed};
use super::layout::{Layout, create};
use super::publish::{Bodies, Shelf, not_before};
use super::signers::Signers;
use super::view::View;
use super::writer::TakenOut;
use super::{LogError, batch};
use crate::book::BookRows;
use crate::store::DocumentKind;

/// A log that is being written: nobody else writes to it until this is dropped.
#[derive(Debug)]
pub(super) struct DirectoryLog {
    pub(super) view: View,
    tree: Tree,
    key: SigningKey,
    taken_out: Option<TakenOut>,
    /// Held open for the lock on it.
    _lock: File,
}

impl DirectoryLog {
    /// Opens a log, or begins one under a name: then its key is made, readable by its owner alone.
    ///
    /// # Errors
    /// Another writer; files that do not fit together.
    pub(super) fn open(dir: &Path, name: &str) -> Result<Self, LogError> {
        let layout = Layout(dir.to_owned());
        // Before anything is written, the lock included.
        keyed(&layout)?;
        fs::create_dir_all(dir).map_err(LogError::at(dir))?;
        let path = dir.join("lock");
        let lock = OpenOptions::new().create(true).append(true).open(&path).map_err(LogError::at(&path))?;
        lock.try_lock().map_err(|_| LogError::Busy(dir.to_owned()))?;
        keyed(&layout)?;
        begin(&layout, name)?;
        let mut view = View::read(dir)?;
        let (tree, signers, taken_out) = acknowledged(&mut view)?;
        let key = layout.key().settled(signers.current())?;
        let mut log = Self { view, tree, key, taken_out, _lock: lock };
        log.list_keys(&signers)?;
        Ok(log)
    }

    /// What no checkpoint covered.
    pub(super) const fn taken_out(&self) -> Option<&TakenOut> {
        self.taken_out.as_ref()
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
        not_before(self.entries().last(), recorded_at)?;
        let (old, new) = (self.key.clone(), new_key(self.key.verifying().name())?);
        self.view.layout.key().store_following(&new)?;
        self.add(recorded_at, vec![Event::Key { key: new.verifying().to_string() }])?;
        // The entry is the last one of this checkpoint, which hands over only where it lies directly behind.
        let signed = self.sign(&[&old, &new])?;
        self.key = self.view.layout.key().settled(new.verifying())?;
        let signers = signers(&self.view, &self.tree)?;
        self.list_keys(&signers)?;
        Ok(signed)
    }

    /// Lists the keys that were handed over to: a crash may have come between the checkpoint and the list.
    fn list_keys(&mut self, signers: &Signers) -> Result<(), LogError> {
        let keys: Vec<VerifyingKey> = signers.keys().cloned().collect();
        if keys != self.view.keys {
            let path = self.view.layout.keys();
            if !keys.starts_with(&self.view.keys) {
                let what = "lists keys that were not handed over to / 列有未经移交的公钥";
                return Err(LogError::broken(&path, what));
            }
            let lines: Vec<String> = keys.iter().map(|key| format!("{key}\n")).collect();
            create(&path, lines.concat().as_bytes())?;
            self.view.keys = keys;
        }
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
    fn entries(&self) -> Vec<Entry> {
        self.view.entries.iter().filter_map(|entry| Entry::read(entry).ok()).collect()
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
        batch::store(rows, &self.view.layout, knowledge)?;
        Ok((knowledge, Some(Event::Batch(Batch { knowledge, root, tables: rows.counts() }))))
    }

    fn document(&mut self, document: &Document) -> Result<(), LogError> {
        let path = match document.kind {
            DocumentKind::RuleSet => self.view.layout.rule_set(document.digest),
            DocumentKind::Parameters => self.view.layout.parameters(document.digest),
        };
        create(&path, document.text.as_bytes())
    }

    fn bodies(&mut self, run: &str, bodies: Bodies<'_>) -> Result<Tree, LogError> {
        let mut tree = Tree::new();
        self.view.layout.create_dir(&self.view.layout.run(run), |dir| {
            let mut files = [Output::create(dir, "bodies")?, Output::create(dir, "leaves")?];
            for sealed in bodies {
                let sealed = sealed?;
                let leaf = sealed.leaf();
                files[0].write(&sealed.body)?;
                files[1].write(&leaf.0)?;
                tree.push(leaf);
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

/// Refuses a log whose key is not there: it is not begun anew over what others hold checkpoints of.
fn keyed(layout: &Layout) -> Result<(), LogError> {
    if layout.key().exists() || !layout.is_begun() {
        return Ok(());
    }
    let (dir, key) = (layout.0.display(), layout.key().0);
    Err(LogError::refused(
        format!("{dir}：已有日志，但缺少私钥 {}，不得写入", key.display()),
        format!("{dir}: there is a log, but its private key {} is missing; nothing is written to it", key.display()),
    ))
}

/// Begins a log where there is none: the key first and the list of keys last, so that the next writer ends what a crash
/// interrupted. A key alone is the key of a log that has yet to begin.
fn begin(layout: &Layout, name: &str) -> Result<(), LogError> {
    if layout.keys().exists() {
        return Ok(());
    }
    let filled = |path: &Path| fs::metadata(path).is_ok_and(|it| it.len() > 0);
    let signed = fs::read_dir(layout.checkpoints()).is_ok_and(|mut found| found.next().is_some());
    if signed || filled(&layout.entries()) || filled(&layout.leaves()) {
        return Err(LogError::broken(&layout.keys(), "there are entries but no list of keys / 有条目而缺少公钥列表"));
    }
    if !layout.key().exists() {
        layout.key().store(&new_key(name)?)?;
    }
    let key = layout.key().read()?;
    create(&layout.entries(), b"")?;
    create(&layout.leaves(), b"")?;
    fs::create_dir_all(layout.checkpoints()).map_err(LogError::at(&layout.checkpoints()))?;
    create(&layout.keys(), format!("{}\n", key.verifying()).as_bytes())
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

/// The keys that sign, where every key that an entry names was handed over to.
fn signers(view: &View, tree: &Tree) -> Result<Signers, LogError> {
    let none = || LogError::broken(&view.layout.keys(), "no key / 没有公钥");
    let first = view.keys.first().cloned().ok_or_else(none)?;
    let (signers, refused) = Signers::follow(first, view.events(), &view.checkpoints, tree);
    match refused.first() {
        Some(index) => Err(LogError::broken(
            &view.layout.entries(),
            format!("entry {} names a key that nobody handed over to / 第{0}条的密钥未经移交", index + 1),
        )),
        None => Ok(signers),
    }
}

/// Takes out what no checkpoint covers, and refuses a log whose last checkpoint is not over its entries.
fn acknowledged(view: &mut View) -> Result<(Tree, Signers, Option<TakenOut>), LogError> {
    let size = view.covered();
    let behind = view.entries.split_off(size.min(view.entries.len()));
    let tree = view.tree();
    let signers = signers(view, &tree)?;
    if let Some((size, note)) = view.checkpoints.last() {
        let path = view.layout.checkpoint(*size);
        let what = "is not signed by the key whose turn it is / 不是由应签署的密钥签署";
        let signed = signers.signed(*size, note).ok_or_else(|| LogError::broken(&path, what))?;
        if tree.len() != signed.size || tree.root() != signed.root {
            return Err(LogError::broken(&path, "is not over the entries that are there / 与现有条目不符"));
        }
    }
    view.leaves = view.entries.iter().map(|entry| Digest::leaf(entry)).collect();
    let leaves = view.leaves.iter().flat_map(|leaf| leaf.0).collect();
    let mut kept = Vec::new();
    for (path, bytes) in [(view.layout.entries(), lines(&view.entries).into_bytes()), (view.layout.leaves(), leaves)] {
        let found = fs::read(&path).map_err(LogError::at(&path))?;
        if found != bytes {
            kept.extend(put_aside(&view.layout, &path, &found, &bytes)?);
            create(&path, &bytes)?;
        }
    }
    (view.entries_torn, view.leaves_torn) = (false, false);
    let taken = (!kept.is_empty()).then_some(TakenOut { first: size + 1, entries: behind, kept });
    Ok((tree, signers, taken))
}

/// Keeps what a file holds behind where it still is as it should be; nothing where it only ends too early.
fn put_aside(layout: &Layout, path: &Path, found: &[u8], right: &[u8]) -> Result<Option<PathBuf>, LogError> {
    let same = found.iter().zip(right).take_while(|(one, two)| one == two).count();
    if same == found.len() {
        return Ok(None);
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let digest = Digest::of(&found[same..]).to_string();
    let to = layout.set_aside().join(format!("{name}-{same:012}-{}", &digest[..16]));
    create(&to, &found[same..])?;
    Ok(Some(to))
}

/// A file of many pieces.
struct Output {
    path: PathBuf,
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
