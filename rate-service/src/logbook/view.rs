//! A log as it lies there, read and not yet believed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rate_core::input::book::RawTable;
use rate_core::log::{Digest, SignedNote, Tree, VerifyingKey};
use rate_core::record::{Body, Entry, Event, Item, Run};
use rate_core::{AccountKey, Parameters, RuleSet};

use super::LogError;
use super::layout::Layout;
use super::{batch, kept};
use crate::book::BookRows;
use crate::pipeline;
use crate::store::Store;

/// Where the files of a log are read from: a directory, or a copy of one in memory.
pub trait Files: std::fmt::Debug + Send + Sync {
    /// The bytes of a file.
    ///
    /// # Errors
    /// As the file system's.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The paths of the files in a directory.
    ///
    /// # Errors
    /// As the file system's.
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>>;
}

/// The file system.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
    }
}

/// A log that was read.
#[derive(Clone, Debug)]
pub struct View {
    files: Arc<dyn Files>,
    /// The database, where it lies in one.
    pub(super) store: Option<Arc<Store>>,
    pub(super) layout: Layout,
    /// Its public keys, oldest first, as the directory gives them.
    pub keys: Vec<VerifyingKey>,
    /// Its entries, as bytes.
    pub entries: Vec<Vec<u8>>,
    /// The hashes that are stored for them.
    pub leaves: Vec<Digest>,
    /// Its checkpoints by size, as signed.
    pub checkpoints: Vec<(u64, SignedNote)>,
    /// Whether the last line of entries was cut off.
    pub(super) entries_torn: bool,
    /// Whether the last stored hash was cut off.
    pub(super) leaves_torn: bool,
}

/// A run of a log, with what it was made from.
#[derive(Debug)]
pub struct PublishedRun {
    /// Its entry.
    pub run: Run,
    /// Its bodies, in order.
    pub bodies: Vec<Vec<u8>>,
    /// The hashes that are stored for them.
    pub leaves: Vec<Digest>,
}

/// One record of a run, with the hashes of all of them.
#[derive(Debug)]
pub struct RunRecord {
    /// The entry of the run.
    pub run: Run,
    /// The hashes of its bodies, in order.
    pub leaves: Vec<Digest>,
    /// The place of this one among them.
    pub index: u64,
    /// Its bytes.
    pub body: Vec<u8>,
}

impl View {
    /// Reads a log in a directory or a database.
    ///
    /// # Errors
    /// Files that are missing or no files of a log.
    pub fn read(place: &Path) -> Result<Self, LogError> {
        match super::database_at(place) {
            Some(database) => super::database::view_of(Arc::new(Store::open_to_read(&database?)?)),
            None => Self::over(Arc::new(Disk), place),
        }
    }

    /// Reads the log of a database that is open.
    ///
    /// # Errors
    /// As [`View::read`].
    pub fn stored(store: &Arc<Store>) -> Result<Self, LogError> {
        super::database::view_of(Arc::clone(store))
    }

    /// Reads a log from where its files are.
    ///
    /// # Errors
    /// As [`View::read`].
    pub fn over(files: Arc<dyn Files>, dir: &Path) -> Result<Self, LogError> {
        let layout = Layout(dir.to_owned());
        let text = |path: PathBuf| text(files.as_ref(), &path);
        // What a writer adds meanwhile stands behind what is seen here, and is never taken for the end of the log.
        let checkpoints = read_checkpoints(files.as_ref(), &layout)?;
        let keys = text(layout.keys())?;
        let keys = keys.lines().map(VerifyingKey::parse).collect::<Result<_, _>>();
        let keys = keys.map_err(|error| LogError::broken(&layout.keys(), error.to_string()))?;
        let lines = text(layout.entries())?;
        // A line that was cut off by a crash was never acknowledged.
        let whole = lines.rfind('\n').map_or("", |end| &lines[..=end]);
        let decoded = whole.lines().zip(1..).map(|(line, number)| {
            let broken = |_| LogError::broken(&layout.entries(), format!("line {number}: not base64"));
            STANDARD.decode(line).map_err(broken)
        });
        let entries = decoded.collect::<Result<_, _>>()?;
        let entries_torn = whole.len() < lines.len();
        let hashes = files.read(&layout.leaves()).map_err(LogError::at(&layout.leaves()))?;
        let (leaves, rest) = hashes.as_chunks::<32>();
        let leaves = leaves.iter().map(|leaf| Digest(*leaf)).collect();
        let leaves_torn = !rest.is_empty();
        Ok(Self { files, store: None, layout, keys, entries, leaves, checkpoints, entries_torn, leaves_torn })
    }

    /// The tree over the entries as they lie there.
    pub fn tree(&self) -> Tree {
        self.entries.iter().map(|entry| Digest::leaf(entry)).collect()
    }

    /// The events that can be read, with the number of their entry.
    pub fn events(&self) -> impl Iterator<Item = (usize, Event)> + '_ {
        self.entries.iter().enumerate().filter_map(|(index, entry)| Some((index, Entry::read(entry).ok()?.event)))
    }

    /// What writers of this log took out because no checkpoint covers it, by the name under which it is kept.
    ///
    /// # Errors
    /// As for files.
    pub fn set_aside(&self) -> Result<Vec<String>, LogError> {
        let dir = self.layout.set_aside();
        let found = match self.files.list(&dir) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(LogError::at(&dir)(error)),
        };
        let names = found.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(names)
    }

    /// The number of entries that checkpoints cover.
    pub fn covered(&self) -> usize {
        self.checkpoints.last().map_or(0, |(size, _)| usize::try_from(*size).unwrap_or(usize::MAX))
    }

    /// The runs, in the order of their publication.
    pub fn runs(&self) -> Vec<Run> {
        let run = |(_, event)| if let Event::Run(run) = event { Some(run) } else { None };
        self.events().filter_map(run).collect()
    }

    /// The bodies of a run.
    ///
    /// # Errors
    /// Files that are missing, or bytes that are no sequence of bodies.
    pub fn published(&self, run: Run) -> Result<PublishedRun, LogError> {
        let dir = self.layout.run(&run.id);
        let path = dir.join("bodies");
        let bytes = self.files.read(&path).map_err(LogError::at(&path))?;
        let (mut bodies, mut rest) = (Vec::new(), bytes.as_slice());
        while !rest.is_empty() {
            let number = bodies.len() + 1;
            let (_, behind) =
                Item::read_first(rest).map_err(|error| LogError::broken(&path, format!("body {number}: {error}")))?;
            bodies.push(rest[..rest.len() - behind.len()].to_vec());
            rest = behind;
        }
        Ok(PublishedRun { run, bodies, leaves: read_leaves(self.files.as_ref(), &dir.join("leaves"))? })
    }

    /// The record of an account in a run; `None` where the run has none. Of a run in a database, no other body is read.
    ///
    /// # Errors
    /// As [`View::published`].
    pub fn record(&self, run: Run, account: &AccountKey) -> Result<Option<RunRecord>, LogError> {
        let Some(store) = &self.store else {
            let PublishedRun { run, bodies, .. } = self.published(run)?;
            let leaves = bodies.iter().map(|body| Digest::leaf(body)).collect();
            let of_account = |body: &Vec<u8>| Body::read(body).is_ok_and(|body| body.account == *account);
            let found = bodies.into_iter().zip(0..).find(|(body, _)| of_account(body));
            return Ok(found.map(|(body, index)| RunRecord { run, leaves, index, body }));
        };
        let (leaves, found) = store.read(|link| -> Result<_, LogError> {
            let of = link.bodies_of(&account.area, std::slice::from_ref(&account.number))?;
            Ok((link.body_leaves(&run.id)?, of.into_iter().find(|row| row.run == run.id)))
        })?;
        let Some(row) = found else { return Ok(None) };
        // Counted among those that are there: where some are gone, no path leads from here to the root.
        let index = leaves.iter().take_while(|(place, _)| *place < row.place).count();
        let broken = |_| LogError::broken(&self.layout.run(&run.id), "hashes that are none / 摘要有误");
        let leaves = leaves.into_iter().map(|(_, leaf)| leaf.try_into().map(Digest)).collect::<Result<_, _>>();
        let (leaves, index) = (leaves.map_err(broken)?, u64::try_from(index).unwrap_or(u64::MAX));
        Ok(Some(RunRecord { run, leaves, index, body: row.body }))
    }

    /// What stood at a knowledge number of an account, and beside it whatever its facts cannot be checked without. A
    /// directory gives everything that stood.
    ///
    /// # Errors
    /// As [`View::tables`].
    pub fn tables_of(&self, account: &AccountKey, knowledge: u64) -> Result<Vec<RawTable>, LogError> {
        let Some(store) = &self.store else { return self.tables(knowledge) };
        let known = i64::try_from(knowledge).unwrap_or(i64::MAX);
        let accounts = BTreeSet::from([account.number.clone()]);
        let portion = store.read(|link| pipeline::listed(link, &account.area, accounts, known))?;
        Ok(portion.tables().to_vec())
    }

    /// The text of a file that is named by its digest.
    pub(super) fn pinned(&self, path: &Path, digest: Digest) -> Result<String, LogError> {
        let text = text(self.files.as_ref(), path)?;
        if Digest::of(text.as_bytes()) == digest {
            Ok(text)
        } else {
            Err(LogError::broken(path, "its content is not what its name says / 内容与文件名的摘要不符"))
        }
    }

    /// The rows of a batch as they lie there, and the hashes stored for them.
    pub(crate) fn batch(&self, knowledge: u64) -> Result<(BookRows, Vec<Digest>), LogError> {
        let dir = self.layout.batch(knowledge);
        let files = self.files.as_ref();
        Ok((batch::read(files, &dir)?, read_leaves(files, &dir.join("leaves"))?))
    }

    /// The rows of a change of facts with their signs, and the hashes stored for them.
    pub(super) fn change(&self, knowledge: u64) -> Result<(Vec<String>, Vec<Digest>), LogError> {
        let dir = self.layout.facts(knowledge);
        let rows = text(self.files.as_ref(), &dir.join("rows"))?;
        Ok((rows.lines().map(str::to_owned).collect(), read_leaves(self.files.as_ref(), &dir.join("leaves"))?))
    }

    /// What stood at a knowledge number, as the tables of any other book: the last whole batch by then, with the changes
    /// behind it.
    ///
    /// # Errors
    /// As for files.
    pub fn tables(&self, knowledge: u64) -> Result<Vec<RawTable>, LogError> {
        let (mut whole, mut changes) = (None, Vec::new());
        for (_, event) in self.events() {
            match event {
                Event::Batch(it) if it.knowledge <= knowledge => {
                    whole = Some(it.knowledge);
                    changes.clear();
                }
                Event::Facts(it) if it.knowledge <= knowledge => changes.push(it.knowledge),
                _ => {}
            }
        }
        let mut rows = match whole {
            Some(number) => self.batch(number)?.0,
            None => BookRows::default(),
        };
        for number in changes {
            let dir = self.layout.facts(number);
            for line in self.change(number)?.0 {
                rows.change(&line).map_err(|what| LogError::broken(&dir.join("rows"), what))?;
            }
        }
        batch::tables(&rows, &self.layout.batch(knowledge))
    }

    /// The entry of a run: its index and bytes.
    pub fn entry_of(&self, run: &str) -> Option<(u64, Vec<u8>)> {
        let named = |event: &Event| matches!(event, Event::Run(it) if it.id == run);
        let (index, _) = self.events().find(|(_, event)| named(event))?;
        Some((u64::try_from(index).ok()?, self.entries[index].clone()))
    }

    /// The canonical form of a rule set.
    ///
    /// # Errors
    /// A file that is missing, or not of this digest.
    pub fn canonical_rule_set(&self, digest: Digest) -> Result<String, LogError> {
        self.pinned(&self.layout.rule_set(digest), digest)
    }

    /// The canonical form of parameters.
    ///
    /// # Errors
    /// A file that is missing, or not of this digest.
    pub fn canonical_parameters(&self, digest: Digest) -> Result<String, LogError> {
        self.pinned(&self.layout.parameters(digest), digest)
    }

    /// The rule set of a digest.
    ///
    /// # Errors
    /// A file that is missing, or not of this digest, or refused by the check.
    pub fn rule_set(&self, digest: Digest) -> Result<RuleSet, LogError> {
        let path = self.layout.rule_set(digest);
        let text = self.pinned(&path, digest)?;
        kept::rule_set(&text).map_err(|problems| LogError::broken(&path, problems.to_string()))
    }

    /// The parameters of some digests, without the averages that the book of a run gives again.
    ///
    /// # Errors
    /// As [`View::rule_set`].
    pub fn parameters(&self, digests: &[Digest]) -> Result<Parameters, LogError> {
        let mut all = Parameters::default();
        for digest in digests {
            let path = self.layout.parameters(*digest);
            let text = self.pinned(&path, *digest)?;
            let read = kept::parameters(&text).map_err(|problems| LogError::broken(&path, problems.to_string()))?;
            read.into_iter().for_each(|it| all.merge(it));
        }
        Ok(all)
    }
}

fn text(files: &dyn Files, path: &Path) -> Result<String, LogError> {
    let bytes = files.read(path).map_err(LogError::at(path))?;
    String::from_utf8(bytes).map_err(|_| LogError::broken(path, "not UTF-8 / 不是UTF-8"))
}

fn read_leaves(files: &dyn Files, path: &Path) -> Result<Vec<Digest>, LogError> {
    let bytes = files.read(path).map_err(LogError::at(path))?;
    let (leaves, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(leaves.iter().map(|leaf| Digest(*leaf)).collect())
    } else {
        Err(LogError::broken(path, "not a list of hashes of 32 bytes / 不是32字节摘要的列表"))
    }
}

fn read_checkpoints(files: &dyn Files, layout: &Layout) -> Result<Vec<(u64, SignedNote)>, LogError> {
    let dir = layout.checkpoints();
    let mut found = Vec::new();
    for path in files.list(&dir).map_err(LogError::at(&dir))? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        let size = name.parse().map_err(|_| LogError::broken(&path, "not named by a size / 文件名不是条目数"))?;
        let note =
            SignedNote::parse(&text(files, &path)?).map_err(|error| LogError::broken(&path, error.to_string()))?;
        found.push((size, note));
    }
    found.sort_by_key(|(size, _)| *size);
    Ok(found)
}
