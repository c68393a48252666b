//! A log in a database: the same things as in a directory, each a row; all of a publication in one transaction.
//!
//! Facts are not kept whole a batch: what stands is compared with what came in, and only the difference is added.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rate_core::log::{Checkpoint, Digest, SignedNote, SigningKey, Tree, VerifyingKey};
use rate_core::record::{Entry, Event, FactsChange};

use super::kept::Document;
use super::key::{KeyFile, new_key, signed};
use super::publish::{Bodies, Publication, Published, Shelf, keep_law, not_before, publish};
use super::recording::Recording;
use super::signers::Signers;
use super::view::{Files, View};
use super::{LogError, earlier};
use crate::book::BookRows;
use crate::store::{BodyRow, DocumentKind, EntryRow, FactRow, Link, Place, Store, StoreError};

/// Names the file of the key of a log in PostgreSQL.
const KEY: &str = "RATE_LOG_KEY";

/// Bodies that are written at a time.
const CHUNK: usize = 4096;

/// A log in a database that is being written.
#[derive(Debug)]
pub(super) struct DatabaseLog {
    store: Arc<Store>,
    key: SigningKey,
    file: KeyFile,
}

impl DatabaseLog {
    pub(super) fn open(place: &Place, name: &str) -> Result<Self, LogError> {
        Self::over(Arc::new(Store::open(place)?), name)
    }

    /// The log of a store that is open already.
    pub(super) fn over(store: Arc<Store>, name: &str) -> Result<Self, LogError> {
        let file = key_file(store.place())?;
        Self::keyed(store, name, file)
    }

    /// The same, with its key in a file that is named.
    pub(super) fn keyed(store: Arc<Store>, name: &str, file: KeyFile) -> Result<Self, LogError> {
        let place = store.place();
        let (signers, begun) = store.read(|link| -> Result<_, LogError> {
            Ok((link.signers()?, !link.entries_from(0)?.is_empty() || !link.checkpoints()?.is_empty()))
        })?;
        let key = match (signers.is_empty(), file.exists()) {
            (true, _) if begun => return Err(LogError::Store(StoreError::Broken("entries, and no key that signs"))),
            (true, false) => {
                let key = new_key(name)?;
                file.store(&key)?;
                key
            }
            // A crash came between the key and the list, or somebody brought a key: the log begins with it.
            (_, true) => file.read()?,
            (false, false) => {
                let file = file.0.display();
                return Err(LogError::refused(
                    format!("{place}：已有日志，但缺少私钥 {file}，不得写入"),
                    format!("{place}: there is a log, but its private key {file} is missing; nothing is written to it"),
                ));
            }
        };
        let line = key.verifying().to_string();
        let signers = store.write(|link| -> Result<Signers, LogError> {
            if link.signers()?.is_empty() {
                link.add_signer(&line)?;
            }
            Ok(Stood::read(link)?.signers)
        })?;
        let key = file.settled(signers.current())?;
        Ok(Self { store, key, file })
    }

    pub(super) fn view(&self) -> Result<View, LogError> {
        view_of(Arc::clone(&self.store))
    }

    pub(super) fn public_key(&self) -> String {
        self.key.verifying().to_string()
    }

    pub(super) fn publish(&mut self, publication: Publication<'_>) -> Result<Published, LogError> {
        self.publish_with(publication, &mut |_, _| Ok(()))
    }

    /// Publishes, and does what belongs to it, in one transaction.
    pub(super) fn publish_with(
        &mut self,
        publication: Publication<'_>,
        then: &mut Then<'_>,
    ) -> Result<Published, LogError> {
        self.store.write(|link| {
            let published = publish(&mut Writing::begin(link, &[&self.key])?, publication)?;
            then(link, &published)?;
            Ok(published)
        })
    }

    /// Takes the rates of the runs of an area that stand among its facts; the number of knowledge since then.
    pub(super) fn take_rates(
        &mut self,
        area: &str,
        leaving: &earlier::Leaving<'_>,
        now: &str,
    ) -> Result<u64, LogError> {
        self.store.write(|link| {
            let keys = [&self.key];
            let mut writing = Writing::begin(link, &keys)?;
            let events: Vec<Event> = writing.entries.iter().map(|entry| entry.event.clone()).collect();
            let mut recording = Recording::begin(writing.link)?;
            earlier::take(&mut recording, &earlier::Runs::of(&events, area, *leaving), area)?;
            let (number, change) = recording.finish()?;
            if let Some(change) = change {
                not_before(writing.entries.last(), now)?;
                writing.append(now, vec![Event::Facts(change)])?;
            }
            Ok(number)
        })
    }

    pub(super) fn record(
        &self,
        recorded_at: &str,
        work: &mut dyn FnMut(&mut Recording<'_>) -> Result<(), LogError>,
    ) -> Result<u64, LogError> {
        self.store.write(|link| {
            let keys = [&self.key];
            let mut writing = Writing::begin(link, &keys)?;
            not_before(writing.entries.last(), recorded_at)?;
            let mut recording = Recording::begin(writing.link)?;
            work(&mut recording)?;
            let (number, change) = recording.finish()?;
            if let Some(change) = change {
                writing.append(recorded_at, vec![Event::Facts(change)])?;
            }
            Ok(number)
        })
    }

    /// Keeps a rule set or parameters, inside a transaction of the store's writer.
    pub(super) fn keep_law(&self, link: &mut Link, document: &Document, recorded_at: &str) -> Result<bool, LogError> {
        keep_law(&mut Writing::begin(link, &[&self.key])?, document, recorded_at)
    }

    pub(super) fn rotate(&mut self, recorded_at: &str) -> Result<Checkpoint, LogError> {
        let new = new_key(self.key.verifying().name())?;
        self.file.store_following(&new)?;
        let line = new.verifying().to_string();
        let signed = self.store.write(|link| {
            let keys = [&self.key, &new];
            let mut writing = Writing::begin(link, &keys)?;
            not_before(writing.entries.last(), recorded_at)?;
            writing.link.add_signer(&line)?;
            writing.append(recorded_at, vec![Event::Key { key: line.clone() }])
        })?;
        self.key = self.file.settled(new.verifying())?;
        Ok(signed)
    }
}

/// Where the key of a log in a database lies.
fn key_file(place: &Place) -> Result<KeyFile, LogError> {
    match place {
        Place::Sqlite(path) => {
            let mut key = path.as_os_str().to_owned();
            key.push(".key");
            Ok(KeyFile(PathBuf::from(key)))
        }
        Place::Postgres(_) => std::env::var_os(KEY).map(|path| KeyFile(PathBuf::from(path))).ok_or_else(|| {
            LogError::Unknown(format!("{KEY} names no file for the key that signs / 未以 {KEY} 指明签名密钥文件"))
        }),
    }
}

/// What is done behind a publication, in its transaction.
pub(super) type Then<'t> = dyn FnMut(&mut Link, &Published) -> Result<(), LogError> + 't;

/// What stands in a database, where its last checkpoint is over it: all of a publication is one transaction, so no crash
/// leaves anything else.
struct Stood {
    entries: Vec<Entry>,
    tree: Tree,
    signers: Signers,
}

impl Stood {
    fn read(link: &mut Link) -> Result<Self, LogError> {
        let broken = |what| LogError::Store(StoreError::Broken(what));
        let (mut entries, mut tree) = (Vec::new(), Tree::new());
        let rows = link.entries_from(0)?;
        agrees(link, &rows)?;
        for row in rows {
            entries.push(Entry::read(&row.entry).map_err(|_| broken("an entry that is none"))?);
            tree.push(Digest::leaf(&row.entry));
        }
        let mut checkpoints = Vec::new();
        for (size, note) in link.checkpoints()? {
            let note = SignedNote::parse(&note).map_err(|_| broken("a checkpoint that is none"))?;
            checkpoints.push((u64::try_from(size).unwrap_or(u64::MAX), note));
        }
        let listed = link.signers()?;
        let first = listed.first().and_then(|line| VerifyingKey::parse(line).ok());
        let first = first.ok_or_else(|| broken("no key that signs"))?;
        let events = entries.iter().map(|entry| entry.event.clone()).enumerate();
        let (signers, refused) = Signers::follow(first, events, &checkpoints, &tree);
        if !refused.is_empty() || !signers.keys().map(ToString::to_string).eq(listed) {
            return Err(broken("a key that nobody handed over to"));
        }
        let signed = match checkpoints.last() {
            Some((size, note)) => signers.signed(*size, note).map(|it| (it.size, it.root)),
            None => Some((0, Tree::new().root())),
        };
        if signed != Some((tree.len(), tree.root())) {
            return Err(broken("entries that its last checkpoint is not over"));
        }
        Ok(Self { entries, tree, signers })
    }
}

/// A log inside a transaction of its database.
struct Writing<'w> {
    link: &'w mut Link,
    keys: &'w [&'w SigningKey],
    entries: Vec<Entry>,
    tree: Tree,
    origin: String,
}

impl<'w> Writing<'w> {
    /// The first of the keys is the one that signs now: others may have handed the log over since it was opened.
    fn begin(link: &'w mut Link, keys: &'w [&'w SigningKey]) -> Result<Self, LogError> {
        let Stood { entries, tree, signers } = Stood::read(link)?;
        if keys.first().is_none_or(|key| key.verifying() != signers.current()) {
            return Err(LogError::refused(
                "该日志已移交给另一密钥，请重新打开",
                "this log was handed over to another key meanwhile; open it again",
            ));
        }
        let origin = signers.keys().next().map_or_else(String::new, |key| key.name().to_owned());
        Ok(Self { link, keys, entries, tree, origin })
    }
}

/// A number of the log as the database counts it.
fn place(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Broken("more entries than can be counted"))
}

impl Shelf for Writing<'_> {
    fn entries(&self) -> Vec<Entry> {
        self.entries.clone()
    }

    /// Only what is new or gone in the areas of the book is written, under a number of its own.
    fn facts(&mut self, rows: &BookRows) -> Result<(u64, Option<Event>), LogError> {
        let last = self.link.last_knowledge()?;
        let came = rows.keyed().map_err(|row| LogError::Unknown(format!("{row}: no area / 缺统筹区")))?;
        let areas: Vec<String> = came.iter().map(|row| row.area.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        let stood = self.link.standing(&areas, last)?;
        let known: BTreeSet<(&str, &str)> = stood.iter().map(|row| (row.kind.as_str(), row.line.as_str())).collect();
        let now: BTreeSet<(&str, &str)> = came.iter().map(|row| (row.kind.stem(), row.line)).collect();
        let mut recording = Recording::begin(self.link)?;
        let added = came.iter().filter(|it| !known.contains(&(it.kind.stem(), it.line)));
        let added = added.map(|it| recording.row(&it.area, &it.account, it.kind.stem(), it.line, true));
        let gone = stood.iter().filter(|it| !now.contains(&(it.kind.as_str(), it.line.as_str())));
        let gone = gone.map(|it| recording.row(&it.area, &it.account, &it.kind, &it.line, false));
        let changes = added.chain(gone).collect();
        recording.add(changes)?;
        let (number, change) = recording.finish()?;
        Ok((number, change.map(Event::Facts)))
    }

    fn document(&mut self, document: &Document) -> Result<(), LogError> {
        self.link.add_document(document.kind, &document.digest.0, &document.text)?;
        Ok(())
    }

    fn bodies(&mut self, run: &str, bodies: Bodies<'_>) -> Result<Tree, LogError> {
        let mut tree = Tree::new();
        let mut rows = Vec::with_capacity(CHUNK);
        for sealed in bodies {
            let sealed = sealed?;
            let leaf = sealed.leaf();
            rows.push(BodyRow {
                run: run.to_owned(),
                place: place(tree.len())?,
                area: sealed.account.area,
                account: sealed.account.number,
                leaf: leaf.0.to_vec(),
                body: sealed.body,
            });
            tree.push(leaf);
            if rows.len() == CHUNK {
                self.link.add_bodies(&rows)?;
                rows.clear();
            }
        }
        self.link.add_bodies(&rows)?;
        self.link.look_over(&["bodies"], tree.len())?;
        Ok(tree)
    }

    fn append(&mut self, recorded_at: &str, events: Vec<Event>) -> Result<Checkpoint, LogError> {
        for event in events {
            let index = place(self.tree.len())?;
            if let Event::Facts(FactsChange { knowledge, .. }) = &event {
                self.link.add_knowledge(place(*knowledge)?, recorded_at, index)?;
            }
            let bytes = Entry { recorded_at: recorded_at.to_owned(), event }.to_bytes();
            let leaf = Digest::leaf(&bytes);
            self.link.add_entry(index, &bytes, &leaf.0)?;
            self.tree.push(leaf);
        }
        let state = Checkpoint { origin: self.origin.clone(), size: self.tree.len(), root: self.tree.root() };
        let note = signed(&state, self.keys).map_err(|error| LogError::Unknown(error.to_string()))?;
        self.link.add_checkpoint(place(state.size)?, &note.to_string())?;
        Ok(state)
    }
}

/// Holds what stands beside the entries to them: rows that no entry names would be signed by the next writer.
///
/// # Errors
/// Places or knowledge numbers with a gap, numbers that are not those of the entries, facts under no number.
fn agrees(link: &mut Link, rows: &[EntryRow]) -> Result<(), StoreError> {
    if !rows.iter().map(|row| row.place).eq((0..).take(rows.len())) {
        return Err(StoreError::Broken("places of entries with a gap"));
    }
    if rows.iter().any(|row| Digest::leaf(&row.entry).0 != row.leaf.as_slice()) {
        // Which entry was changed is named by whoever looks at each; no writer goes on from there.
        return Ok(());
    }
    let mut numbers = Vec::new();
    for row in rows {
        let Ok(Entry { recorded_at, event: Event::Facts(change) }) = Entry::read(&row.entry) else { continue };
        numbers.push((place(change.knowledge)?, recorded_at, row.place));
    }
    if link.numbers()? != numbers {
        return Err(StoreError::Broken("knowledge numbers that are not those of the log"));
    }
    if link.has_stray_facts(place(u64::try_from(numbers.len()).unwrap_or(u64::MAX))?)? {
        return Err(StoreError::Broken("facts that no entry of the log names"));
    }
    Ok(())
}

/// The log of a store, read.
pub(super) fn view_of(store: Arc<Store>) -> Result<View, LogError> {
    let dir = PathBuf::from(store.place().to_string());
    // One state: a writer may be adding to it meanwhile.
    let (signers, entries, checkpoints) = store.read(|link| -> Result<_, LogError> {
        let entries = link.entries_from(0)?;
        agrees(link, &entries)?;
        Ok((link.signers()?, entries, link.checkpoints()?))
    })?;
    let rows = Rows { store: Arc::clone(&store), dir: dir.clone(), signers, entries, checkpoints };
    let mut view = View::over(Arc::new(rows), &dir)?;
    view.store = Some(store);
    Ok(view)
}

/// The rows of a database, read as the files of a log.
#[derive(Debug)]
struct Rows {
    store: Arc<Store>,
    dir: PathBuf,
    signers: Vec<String>,
    entries: Vec<EntryRow>,
    checkpoints: Vec<(i64, String)>,
}

impl Files for Rows {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let below = path.strip_prefix(&self.dir).map_err(|_| absent())?;
        let parts: Vec<&str> = below.iter().filter_map(|part| part.to_str()).collect();
        let number = |text: &str| text.parse::<i64>().map_err(|_| absent());
        let read: Result<Option<Vec<u8>>, StoreError> = match parts.as_slice() {
            ["keys"] => Ok(Some(lines(&self.signers).into_bytes())),
            ["entries"] => Ok(Some(lines(self.entries.iter().map(|it| STANDARD.encode(&it.entry))).into_bytes())),
            ["leaves"] => Ok(Some(self.entries.iter().flat_map(|it| it.leaf.iter().copied()).collect())),
            ["checkpoints", size] => {
                let size = number(size)?;
                let found = self.checkpoints.iter().find(|(it, _)| *it == size);
                Ok(found.map(|(_, note)| note.clone().into_bytes()))
            }
            ["rule_sets", digest] => self.document(DocumentKind::RuleSet, digest),
            ["parameters", digest] => self.document(DocumentKind::Parameters, digest),
            ["runs", run, what @ ("bodies" | "leaves")] => self.store.read(|link| {
                let bodies = link.bodies(run)?.into_iter();
                Ok(Some(bodies.flat_map(|it| if *what == "bodies" { it.body } else { it.leaf }).collect()))
            }),
            ["facts", knowledge, what @ ("rows" | "leaves")] => {
                let knowledge = number(knowledge)?;
                self.store.read(|link| {
                    let rows = link.batch(knowledge)?.into_iter();
                    Ok(Some(match *what {
                        "rows" => lines(rows.map(|it| FactRow::signed(it.standing, &it.kind, &it.line))).into_bytes(),
                        _ => rows.flat_map(|it| it.leaf).collect(),
                    }))
                })
            }
            _ => Ok(None),
        };
        read.map_err(io::Error::other)?.ok_or_else(absent)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        if dir != self.dir.join("checkpoints") {
            return Ok(Vec::new());
        }
        Ok(self.checkpoints.iter().map(|(size, _)| dir.join(format!("{size:012}"))).collect())
    }
}

impl Rows {
    fn document(&self, kind: DocumentKind, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(digest) = Digest::from_hex(digest) else { return Ok(None) };
        let content = self.store.read(|link| link.document(kind, &digest.0))?;
        Ok(content.map(String::into_bytes))
    }
}

fn absent() -> io::Error {
    io::Error::from(io::ErrorKind::NotFound)
}

fn lines<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    texts.into_iter().flat_map(|text| [text.as_ref().to_owned(), "\n".to_owned()]).collect()
}
