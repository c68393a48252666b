//! Publishing a run: its facts, its law, its bodies, and the entries that name them.

use std::collections::BTreeSet;

use rate_core::input::book::facts_digest;
use rate_core::log::{Checkpoint, Digest, Tree};
use rate_core::record::{Entry, Event, Run, seal};
use rate_core::{AccountKey, Law};

use super::LogError;
use super::kept::{Document, documents};
use super::layout::is_run_id;
use crate::book::BookRows;
use crate::person::is_same;
use crate::run;

/// A run about to be published.
pub struct Publication<'p> {
    /// The law it was decided under.
    pub law: &'p Law,
    /// Its rule set may be tried and replayed, never published.
    pub trial: bool,
    /// What it was made from.
    pub facts: Facts<'p>,
    /// Its decisions, in the order of accounts.
    pub bodies: Bodies<'p>,
    /// What it is to be called; else area and first day, counted up where there is such a run.
    pub id: Option<String>,
    /// Who made it.
    pub author: String,
    /// Who approves it; another person.
    pub approver: String,
    /// The run it takes the place of.
    pub supersedes: Option<String>,
    /// Whether it takes the place of every run that stands beside that one in its setting, too: it is over everybody.
    pub whole: bool,
    /// Accounts that it was asked about and gives no rate, since they were not insured.
    pub without: BTreeSet<String>,
    /// When it is recorded.
    pub recorded_at: String,
}

impl std::fmt::Debug for Publication<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Publication({:?} by {}, {})", self.law, self.author, self.approver)
    }
}

/// What a run was made from.
#[derive(Clone, Copy, Debug)]
pub enum Facts<'p> {
    /// These rows, to be kept where they are new.
    Rows(&'p BookRows),
    /// What the log knew at this number.
    Known(u64),
}

/// Decisions as they are kept, in the order of accounts.
pub type Bodies<'p> = Box<dyn Iterator<Item = Result<Sealed, LogError>> + 'p>;

/// A decision as it is kept.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The account.
    pub account: AccountKey,
    /// The body of its record.
    pub body: Vec<u8>,
    leaf: Digest,
}

impl Sealed {
    /// Seals a decision.
    pub fn of(decided: &run::Decided) -> Self {
        Self::new(decided.decision.account().clone(), seal(&decided.decision, facts_digest(&decided.history)))
    }

    /// A decision that was sealed before.
    pub fn new(account: AccountKey, body: Vec<u8>) -> Self {
        let leaf = Digest::leaf(&body);
        Self { account, body, leaf }
    }

    /// The hash of the body.
    pub const fn leaf(&self) -> Digest {
        self.leaf
    }
}

/// Every decision of a run sealed, in the order of accounts.
pub fn sealed(run: &run::Run) -> Bodies<'_> {
    let mut decided: Vec<&run::Decided> = run.decided.iter().collect();
    decided.sort_by(|one, two| one.decision.account().cmp(two.decision.account()));
    Box::new(decided.into_iter().map(|it| Ok(Sealed::of(it))))
}

/// What became of a publication.
#[derive(Debug)]
pub struct Published {
    /// The entry of the run.
    pub run: Run,
    /// The state of the log behind it.
    pub checkpoint: Checkpoint,
    /// Runs of the same area and setting that stand beside it, where it was not said which one it takes the place of.
    pub beside: Vec<String>,
}

/// The build that decides.
const ENGINE: &str = concat!("rate ", env!("CARGO_PKG_VERSION"));

/// Where a publication is put: a directory, or a database.
pub(super) trait Shelf {
    /// What has happened so far, and when.
    fn entries(&self) -> Vec<Entry>;

    /// Keeps rows of facts; their knowledge number, and what is to be said of them where they are new.
    fn facts(&mut self, rows: &BookRows) -> Result<(u64, Option<Event>), LogError>;

    /// Keeps a document that is new here.
    fn document(&mut self, document: &Document) -> Result<(), LogError>;

    /// Keeps the bodies of a run, in their order.
    fn bodies(&mut self, run: &str, bodies: Bodies<'_>) -> Result<Tree, LogError>;

    /// Adds entries and signs the state behind them.
    fn append(&mut self, recorded_at: &str, events: Vec<Event>) -> Result<Checkpoint, LogError>;
}

/// Publishes a run: once this returns, nothing of it can be lost or changed unseen.
pub(super) fn publish(shelf: &mut impl Shelf, publication: Publication<'_>) -> Result<Published, LogError> {
    let Publication { law, trial, facts, bodies, id, author, approver, supersedes, whole, without, recorded_at } =
        publication;
    let (author, approver) = two_people(&author, &approver)?;
    let entries = shelf.entries();
    not_before(entries.last(), &recorded_at)?;
    let events: Vec<Event> = entries.into_iter().map(|entry| entry.event).collect();
    let (known, published) = so_far(&events);
    let beside = if supersedes.is_none() { standing_beside(&events, law) } else { Vec::new() };
    if let Some(before) = supersedes.iter().find(|before| !known.contains(*before)) {
        return Err(LogError::Unknown(format!("this log has no run `{before}` / 日志中没有运行 `{before}`")));
    }
    let also = supersedes.iter().filter(|_| whole).flat_map(|before| standing_with(&events, before)).collect();
    if let Some(before) = supersedes.as_ref().filter(|before| replaced(&events).contains(before.as_str())) {
        return Err(LogError::refused(
            format!("运行 `{before}` 已由另一运行替代"),
            format!("another run took the place of `{before}` already"),
        ));
    }
    let id = named(law, id, &known)?;
    let (knowledge, came_in) = match facts {
        Facts::Rows(rows) => shelf.facts(rows)?,
        Facts::Known(number) => (number, None),
    };
    let mut events = Vec::from_iter(came_in);
    let (rule_set, parameters) = documents(law);
    let mut seen = published;
    for document in std::iter::once(&rule_set).chain(&parameters) {
        if seen.insert(document.digest) {
            shelf.document(document)?;
            events.push(document.event());
        }
    }
    let mut digests: Vec<Digest> = parameters.iter().map(|document| document.digest).collect();
    digests.sort_unstable();
    let leaves = shelf.bodies(&id, bodies)?;
    let entry = Run {
        id,
        area: law.rules().id().area.clone(),
        rule_set: rule_set.digest,
        parameters: digests,
        setting: *law.setting(),
        decided_on: law.decided_late(),
        knowledge,
        size: leaves.len(),
        root: leaves.root(),
        semantics: law.semantics().number(),
        engine: ENGINE.to_owned(),
        author,
        approver,
        supersedes,
        trial,
        also,
        without: without.into_iter().collect(),
    };
    events.push(Event::Run(entry.clone()));
    let checkpoint = shelf.append(&recorded_at, events)?;
    Ok(Published { run: entry, checkpoint, beside })
}

/// Keeps a rule set or parameters under an entry of its own; `false` where the log has one for it already.
pub(super) fn keep_law(shelf: &mut impl Shelf, document: &Document, recorded_at: &str) -> Result<bool, LogError> {
    let entries = shelf.entries();
    not_before(entries.last(), recorded_at)?;
    let events: Vec<Event> = entries.into_iter().map(|entry| entry.event).collect();
    if so_far(&events).1.contains(&document.digest) {
        return Ok(false);
    }
    shelf.document(document)?;
    shelf.append(recorded_at, vec![document.event()])?;
    Ok(true)
}

/// Author and approver as they are recorded.
fn two_people(author: &str, approver: &str) -> Result<(String, String), LogError> {
    let (author, approver) = (author.trim(), approver.trim());
    if author.is_empty() || approver.is_empty() || is_same(author, approver) {
        return Err(LogError::refused(
            "经办人与审批人须都写明，审批人不得与经办人为同一人",
            "a run names its author and its approver, and is approved by another person than its author",
        ));
    }
    Ok((author.to_owned(), approver.to_owned()))
}

/// Entries stand in the order of their instants: all are in one form, so that their texts compare.
pub(super) fn not_before(last: Option<&Entry>, recorded_at: &str) -> Result<(), LogError> {
    match last {
        Some(last) if recorded_at < last.recorded_at.as_str() => Err(LogError::refused(
            format!("登记时刻 {recorded_at} 早于日志最后一条的 {}", last.recorded_at),
            format!("{recorded_at} lies before the last entry of this log, {}", last.recorded_at),
        )),
        _ => Ok(()),
    }
}

/// Runs of the area and setting of a law that nothing has taken the place of.
fn standing_beside(events: &[Event], law: &Law) -> Vec<String> {
    let replaced = replaced(events);
    let same = |run: &&Run| run.area == law.rules().id().area && run.setting == *law.setting();
    runs(events).filter(same).map(|run| run.id.clone()).filter(|id| !replaced.contains(id.as_str())).collect()
}

fn runs(events: &[Event]) -> impl Iterator<Item = &Run> {
    events.iter().filter_map(|event| if let Event::Run(run) = event { Some(run) } else { None })
}

/// The runs that another one took the place of.
pub(super) fn replaced(events: &[Event]) -> BTreeSet<&str> {
    runs(events).flat_map(Run::replaces).collect()
}

/// The other runs of the area and setting of a run that nothing has taken the place of, in order.
pub(super) fn standing_with(events: &[Event], id: &str) -> BTreeSet<String> {
    let Some(of) = runs(events).find(|run| run.id == id) else { return BTreeSet::new() };
    let replaced = replaced(events);
    let beside = |run: &&Run| run.area == of.area && run.setting == of.setting && run.id != of.id;
    runs(events).filter(beside).map(|run| run.id.clone()).filter(|id| !replaced.contains(id.as_str())).collect()
}

/// The names of the runs so far, and the digests of the law that is kept already.
fn so_far(events: &[Event]) -> (BTreeSet<String>, BTreeSet<Digest>) {
    let (mut runs, mut law) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        match event {
            Event::Run(run) => drop(runs.insert(run.id.clone())),
            Event::RuleSet { digest, .. } | Event::Parameters { digest, .. } => drop(law.insert(*digest)),
            Event::Batch(_) | Event::Facts(_) | Event::Decision(_) | Event::Key { .. } => {}
        }
    }
    (runs, law)
}

/// The name of a run that nobody has yet.
fn named(law: &Law, id: Option<String>, known: &BTreeSet<String>) -> Result<String, LogError> {
    let own = format!("{}-{}", law.rules().id().area, law.setting().from());
    let id = match id {
        Some(id) => id,
        None if known.contains(&own) => {
            let mut numbered = (2..).map(|number| format!("{own}-{number}"));
            numbered.find(|id| !known.contains(id)).unwrap_or(own)
        }
        None => own,
    };
    match (is_run_id(&id), known.contains(&id)) {
        (true, false) => Ok(id),
        (true, true) => Err(LogError::Unknown(format!("this log already has a run `{id}` / 日志中已有运行 `{id}`"))),
        (false, _) => Err(LogError::Unknown(format!(
            "`{id}` cannot name a run: letters, digits, `.`, `_`, `-`, at most 64 / 运行名只能含字母、数字、“.”“_”“-”，至多64个"
        ))),
    }
}
