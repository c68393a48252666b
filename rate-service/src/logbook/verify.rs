//! Whether a log still is what was signed: every byte that matters, and everything that does not fit, at its place.
//!
//! Nothing in the directory is trusted but through a key or a checkpoint that the caller brings from elsewhere. Without
//! either, a log that was rewritten whole, signed anew with another key, cannot be told from the first one; with one
//! earlier checkpoint it can.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rate_core::error::Lang;
use rate_core::log::{Checkpoint, Digest, SignedNote, Tree, VerifyingKey};
use rate_core::record::{Batch, Body, Entry, Event, FactsChange, Run};

use super::LogError;
use super::signers::Signers;
use super::view::{Disk, Files, PublishedRun, View};
use crate::store::{Store, StoreError};

/// What the caller knows from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The first key of the log; the one in the directory is believed where none is given.
    pub key: Option<VerifyingKey>,
    /// An earlier checkpoint, as it was signed.
    pub checkpoint: Option<SignedNote>,
}

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $zh:literal, $en:literal;)+) => {
        /// What kind of thing does not fit. Words are never changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FaultKind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl FaultKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// What it means.
            pub fn text(self, lang: Lang) -> &'static str {
                match self {
                    $(Self::$name => lang.pick($zh, $en),)+
                }
            }
        }
    };
}

faults! {
    /// A file that is missing or cannot be read as what it is.
    Unreadable = "unreadable", "读不出", "cannot be read";
    /// A key that is not the one the log began with or handed over to.
    Key = "key", "公钥与日志的交接不符", "the keys are not those the log began with and handed over to";
    /// A checkpoint that no known key signed, or that says something else than its name.
    Checkpoint = "checkpoint", "检查点签名无效", "the checkpoint is not signed by a key of this log";
    /// Entries that are not those a checkpoint was signed over.
    Root = "root", "条目不是签署该检查点时的条目", "the entries are not those this checkpoint was signed over";
    /// A log that does not begin with what an earlier checkpoint, kept elsewhere, was signed over.
    History = "history", "日志与留存的检查点不符：其后被改写、截断或替换", "the log does not go on from the checkpoint kept elsewhere: rewritten, cut off or replaced";
    /// An entry whose hash is not the one stored for it.
    Entry = "entry", "条目已被改动", "the entry was changed";
    /// A stored hash that is not that of its entry, body or row.
    Leaf = "leaf", "所存摘要已被改动", "the stored hash was changed";
    /// Entries that nothing signs.
    Unsigned = "unsigned", "其后的条目没有检查点签署", "no checkpoint signs the entries from here on";
    /// A rule set or parameters whose content is not what the log names.
    Law = "law", "规则集或参数不是日志所指的内容", "rule set or parameters are not those the log names";
    /// Rows of a batch that are not those it was logged with.
    Facts = "facts", "数据行不是入库时的内容", "the row is not the one that came in";
    /// What rows name, kept as they do not name it.
    Mention = "mention", "所存的提及关系与数据行不符", "what is kept of what rows name is not what they name";
    /// Bodies of a run that are not those it was published with.
    Body = "body", "记录不是发布时的内容", "the record is not the one that was published";
    /// A body under another run, account order or law than its entry says.
    Misplaced = "misplaced", "记录与其运行不符", "the record does not belong to its run";
    /// A file of a backup that is not as it was written.
    Backup = "backup", "备份文件不是写入时的内容", "the file of the backup is not as it was written";
    /// Rows that were copied, and read back otherwise.
    Copy = "copy", "复制后读回的内容不同，未予保留", "what was copied reads back otherwise: nothing of it was kept";
    /// A database that is to be filled and holds something.
    Occupied = "occupied", "目标数据库不是空的，未写入", "the database to be filled is not empty: nothing was written";
    /// A database that was written to while it was moved.
    Moving = "moving", "迁移期间源数据库仍被写入，未予保留", "the database was written to while it was moved: nothing was kept";
    /// A record that deciding again does not give.
    Replay = "replay", "按所存数据与规则重算，结果不同", "deciding again from the kept facts and law gives something else";
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of thing.
    pub kind: FaultKind,
    /// Where: the path of a file within the log, and the entry, line or number in it.
    pub place: String,
    /// What is there, where that helps.
    pub detail: String,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, place: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind, place: place.into(), detail: detail.into() }
    }

    /// The fault in a line.
    pub fn line(&self, lang: Lang) -> String {
        let detail = if self.detail.is_empty() { String::new() } else { format!(" ({})", self.detail) };
        format!("{}  {}: {}{detail}", self.kind.as_str(), self.place, self.kind.text(lang))
    }
}

/// What was looked at, and what does not fit.
#[derive(Debug, Default)]
pub struct Verified {
    /// Everything that does not fit; nothing where the log is what was signed.
    pub faults: Vec<Fault>,
    /// Entries looked at.
    pub entries: usize,
    /// Rows of facts looked at.
    pub rows: usize,
    /// Bodies looked at.
    pub bodies: usize,
    /// Runs looked at.
    pub runs: usize,
    /// The last checkpoint that holds.
    pub checkpoint: Option<Checkpoint>,
}

/// Looks at every byte of a log that a checkpoint protects.
pub fn verify(place: &Path, trust: &Trust) -> Verified {
    match super::database_at(place) {
        None => {
            let found = verify_over(Arc::new(Disk), place, trust);
            if found.faults.is_empty() {
                return found;
            }
            // A writer may have been between an entry and its checkpoint; what is amiss is so a second time.
            verify_over(Arc::new(Disk), place, trust)
        }
        Some(database) => {
            let mut found = looked_at(place, View::read(place), trust);
            // Where it cannot be opened, that was said already.
            if let Ok(store) = database.and_then(|place| Store::open_to_read(&place)) {
                match by_account(&store) {
                    Ok(faults) => found.faults.extend(faults),
                    Err(error) => found.faults.push(unreadable(place, &error.into())),
                }
            }
            found
        }
    }
}

/// What a reader of a database would find otherwise than the log has it, though every byte is there.
fn by_account(store: &Store) -> Result<Vec<Fault>, StoreError> {
    let unfindable = super::columns::unfindable(store)?;
    if !unfindable.is_empty() {
        return Ok(unfindable);
    }
    let mut faults = super::mentions::faults(store)?;
    faults.extend(super::columns::faults(store)?);
    Ok(faults)
}

/// The same, from where the files of the log are.
pub fn verify_over(files: Arc<dyn Files>, dir: &Path, trust: &Trust) -> Verified {
    looked_at(dir, View::over(files, dir), trust)
}

/// Everything that does not fit in the rows of facts alone.
pub fn fact_faults(view: &View) -> Vec<Fault> {
    let mut found = Verified::default();
    let mut look = Look { dir: &view.layout.0, view, found: &mut found };
    for (_, event) in view.events() {
        match event {
            Event::Batch(batch) => look.batch(&batch),
            Event::Facts(change) => look.change(&change),
            Event::RuleSet { .. }
            | Event::Parameters { .. }
            | Event::Run(_)
            | Event::Decision(_)
            | Event::Key { .. } => {}
        }
    }
    found.faults
}

fn looked_at(dir: &Path, view: Result<View, LogError>, trust: &Trust) -> Verified {
    let mut found = Verified::default();
    let view = match view {
        Ok(view) => view,
        Err(error) => {
            found.faults.push(unreadable(dir, &error));
            return found;
        }
    };
    let mut look = Look { dir: &view.layout.0, view: &view, found: &mut found };
    let signers = look.signers(trust);
    look.entries();
    look.checkpoints(signers.as_ref(), trust);
    look.events();
    found.entries = view.entries.len();
    found
}

fn unreadable(dir: &Path, error: &LogError) -> Fault {
    let (path, detail) = match error {
        LogError::File { path, source } => (path.as_path(), source.to_string()),
        LogError::Broken { path, what } => (path.as_path(), what.clone()),
        LogError::Busy(path) => (path.as_path(), String::new()),
        LogError::Unknown(what) => (dir, what.clone()),
        error @ LogError::Refused { .. } => (dir, error.to_string()),
        LogError::Store(error) => (dir, error.to_string()),
    };
    let place = path.strip_prefix(dir).unwrap_or(path).to_string_lossy().into_owned();
    Fault::new(FaultKind::Unreadable, place, detail)
}

struct Look<'v> {
    dir: &'v Path,
    view: &'v View,
    found: &'v mut Verified,
}

impl Look<'_> {
    fn fault(&mut self, kind: FaultKind, place: impl Into<String>, detail: impl Into<String>) {
        self.found.faults.push(Fault::new(kind, place, detail));
    }

    fn unreadable(&mut self, error: &LogError) {
        self.found.faults.push(unreadable(self.dir, error));
    }

    /// The keys that may sign: the first one, and those that were handed over to.
    fn signers(&mut self, trust: &Trust) -> Option<Signers> {
        let first = trust.key.clone().or_else(|| self.view.keys.first().cloned());
        let Some(first) = first else {
            self.fault(FaultKind::Key, "keys", "");
            return None;
        };
        let view = self.view;
        let (signers, refused) = Signers::follow(first, view.events(), &view.checkpoints, &view.tree());
        for index in refused {
            self.fault(
                FaultKind::Key,
                format!("entries:{}", index + 1),
                "not signed by both keys / 未经新旧密钥共同签署",
            );
        }
        if !signers.keys().eq(&view.keys) {
            self.fault(FaultKind::Key, "keys", "");
        }
        Some(signers)
    }

    /// Each entry against the hash stored for it.
    fn entries(&mut self) {
        let (entries, leaves) = (&self.view.entries, &self.view.leaves);
        let signed = self.signed_root();
        if self.view.entries_torn {
            self.fault(FaultKind::Unsigned, format!("entries:{}", entries.len() + 1), "cut off / 被截断");
        }
        if self.view.leaves_torn {
            self.fault(FaultKind::Leaf, format!("leaves:{}", leaves.len() + 1), "cut off / 被截断");
        }
        for (index, entry) in entries.iter().enumerate() {
            let place = format!("entries:{}", index + 1);
            if leaves.get(index) != Some(&Digest::leaf(entry)) {
                // The tree that was signed says which of both was changed.
                let leaves_hold = signed == Some(leaves.iter().copied().collect::<Tree>().root());
                let entries_hold = signed == Some(self.view.tree().root());
                let (kind, place) = match (entries_hold, leaves_hold) {
                    (true, _) => (FaultKind::Leaf, format!("leaves:{}", index + 1)),
                    (false, _) => (FaultKind::Entry, place),
                };
                self.fault(kind, place, "");
                return;
            }
            if let Err(error) = Entry::read(entry) {
                self.fault(FaultKind::Unreadable, place, error.to_string());
            }
        }
        if leaves.len() > entries.len() {
            self.fault(FaultKind::Entry, format!("entries:{}", entries.len() + 1), "missing / 缺失");
        }
    }

    /// The root that the last checkpoint names, whoever signed it.
    fn signed_root(&self) -> Option<Digest> {
        let (_, note) = self.view.checkpoints.last()?;
        Checkpoint::parse(note.unverified_text()).ok().map(|it| it.root)
    }

    /// Each checkpoint: its signatures, and the entries it was signed over.
    fn checkpoints(&mut self, signers: Option<&Signers>, trust: &Trust) {
        let tree = self.view.tree();
        for (size, note) in &self.view.checkpoints {
            let place = format!("checkpoints/{size:012}");
            match signers.and_then(|signers| signers.signed(*size, note)) {
                None => self.fault(FaultKind::Checkpoint, place, ""),
                Some(it) if tree.root_of(*size) != Some(it.root) => self.fault(FaultKind::Root, place, ""),
                Some(it) => self.found.checkpoint = Some(it),
            }
        }
        let covered = self.view.covered();
        if self.view.entries.len() > covered {
            self.fault(FaultKind::Unsigned, format!("entries:{}", covered + 1), "");
        }
        if let Some(note) = &trust.checkpoint {
            let kept = signers.and_then(|signers| signers.kept(note));
            if kept.is_none_or(|it| tree.root_of(it.size) != Some(it.root)) {
                self.fault(FaultKind::History, "checkpoints", "");
            }
        }
    }

    /// What each entry names.
    fn events(&mut self) {
        let (mut knowledge, mut runs) = (0, BTreeMap::new());
        for (index, event) in self.view.events() {
            let place = format!("entries:{}", index + 1);
            match event {
                Event::Batch(batch) => {
                    knowledge += 1;
                    if batch.knowledge != knowledge {
                        self.fault(FaultKind::Misplaced, place, format!("knowledge {}", batch.knowledge));
                    }
                    self.batch(&batch);
                }
                Event::Facts(change) => {
                    knowledge += 1;
                    if change.knowledge != knowledge {
                        self.fault(FaultKind::Misplaced, place, format!("knowledge {}", change.knowledge));
                    }
                    self.change(&change);
                }
                Event::RuleSet { digest, .. } => self.law(&self.view.layout.rule_set(digest), digest),
                Event::Parameters { digest, .. } => self.law(&self.view.layout.parameters(digest), digest),
                Event::Run(run) => {
                    if runs.insert(run.id.clone(), index).is_some() || run.knowledge > knowledge {
                        self.fault(FaultKind::Misplaced, place, format!("run {}", run.id));
                    }
                    self.run(run);
                }
                Event::Decision(_) | Event::Key { .. } => {}
            }
        }
    }

    fn law(&mut self, path: &Path, digest: Digest) {
        if let Err(error) = self.view.pinned(path, digest) {
            let Fault { place, detail, .. } = unreadable(self.dir, &error);
            self.fault(FaultKind::Law, place, detail);
        }
    }

    fn batch(&mut self, batch: &Batch) {
        let dir = format!("batches/{:06}", batch.knowledge);
        let (rows, stored) = match self.view.batch(batch.knowledge) {
            Ok(read) => read,
            Err(error) => return self.unreadable(&error),
        };
        let found: Vec<Digest> = rows.leaves().collect();
        self.found.rows += found.len();
        let differs = (0..found.len().max(stored.len())).find(|index| found.get(*index) != stored.get(*index));
        if let Some(index) = differs {
            let rows_hold = found.iter().copied().collect::<Tree>().root() == batch.root;
            let row = rows.row(index).map_or_else(String::new, |(kind, line)| format!("{}.csv:{line}", kind.stem()));
            let (kind, place) = if rows_hold {
                (FaultKind::Leaf, format!("{dir}/leaves:{}", index + 1))
            } else {
                (FaultKind::Facts, format!("{dir}/{row}"))
            };
            self.fault(kind, place, "");
        } else if rows.root() != batch.root || rows.counts() != batch.tables {
            self.fault(FaultKind::Facts, dir, "");
        }
    }

    /// Rows that came in or were taken back: each against the hash stored for it, all against the root.
    fn change(&mut self, change: &FactsChange) {
        let dir = format!("facts/{:06}", change.knowledge);
        let (rows, stored) = match self.view.change(change.knowledge) {
            Ok(read) => read,
            Err(error) => return self.unreadable(&error),
        };
        let found: Vec<Digest> = rows.iter().map(|row| Digest::leaf(row.as_bytes())).collect();
        self.found.rows += found.len();
        let holds = |leaves: &[Digest]| leaves.iter().copied().collect::<Tree>().root() == change.root;
        let differs = (0..found.len().max(stored.len())).find(|index| found.get(*index) != stored.get(*index));
        match differs {
            Some(index) if holds(&found) => self.fault(FaultKind::Leaf, format!("{dir}/leaves:{}", index + 1), ""),
            Some(index) => self.fault(FaultKind::Facts, format!("{dir}/rows:{}", index + 1), ""),
            None if !holds(&found) => self.fault(FaultKind::Facts, dir, ""),
            None => {}
        }
    }

    fn run(&mut self, run: Run) {
        let published = match self.view.published(run) {
            Ok(published) => published,
            Err(error) => return self.unreadable(&error),
        };
        self.found.runs += 1;
        self.found.bodies += published.bodies.len();
        self.found.faults.extend(body_faults(&published));
    }
}

/// Everything that does not fit in the bodies of a run: against the hashes stored for them, the root of its entry, and
/// what the entry says of them.
pub fn body_faults(published: &PublishedRun) -> Vec<Fault> {
    let PublishedRun { run, bodies, leaves } = published;
    let dir = format!("runs/{}", run.id);
    let found: Vec<Digest> = bodies.iter().map(|body| Digest::leaf(body)).collect();
    let root = found.iter().copied().collect::<Tree>().root();
    let differs = (0..found.len().max(leaves.len())).find(|index| found.get(*index) != leaves.get(*index));
    if let Some(index) = differs {
        let (kind, file) = if root == run.root { (FaultKind::Leaf, "leaves") } else { (FaultKind::Body, "bodies") };
        return vec![Fault::new(kind, format!("{dir}/{file}:{}", index + 1), account(bodies.get(index)))];
    }
    if root != run.root || u64::try_from(bodies.len()).ok() != Some(run.size) {
        return vec![Fault::new(FaultKind::Body, dir, "")];
    }
    let (mut faults, mut last) = (Vec::new(), None);
    for (body, number) in bodies.iter().zip(1..) {
        let place = format!("{dir}/bodies:{number}");
        match Body::read(body) {
            Err(error) => faults.push(Fault::new(FaultKind::Unreadable, place, error.to_string())),
            Ok(body) => {
                let belongs = body.account.area == run.area
                    && body.rule_set_digest == run.rule_set
                    && body.parameters == run.parameters
                    && body.semantics == run.semantics
                    && last.as_ref().is_none_or(|last| *last < body.account);
                if !belongs {
                    faults.push(Fault::new(FaultKind::Misplaced, place, body.account.to_string()));
                }
                last = Some(body.account);
            }
        }
    }
    faults
}

/// The account of a body, where it can still be read.
fn account(body: Option<&Vec<u8>>) -> String {
    body.and_then(|body| Body::read(body).ok()).map_or_else(String::new, |body| body.account.to_string())
}
