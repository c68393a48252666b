//! Publishing a run: its facts, its law, its bodies, and the entries that name them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rate_core::input::book::facts_digest;
use rate_core::log::{Checkpoint, Digest, Tree};
use rate_core::record::{Batch, Event, Run, seal};
use rate_core::rule_set::Verdict;

use super::layout::{create, create_dir, is_run_id};
use super::{LogError, Logbook, batch};
use crate::book::BookRows;
use crate::run;

/// A run about to be published.
#[derive(Debug)]
pub struct Publication<'p> {
    /// The run.
    pub run: &'p run::Run,
    /// The rows it was made from.
    pub rows: &'p BookRows,
    /// What it is to be called; else area and first day, counted up where there is such a run.
    pub id: Option<String>,
    /// Who made it.
    pub author: String,
    /// Who approves it; another person.
    pub approver: String,
    /// The run it takes the place of.
    pub supersedes: Option<String>,
    /// When it is recorded.
    pub recorded_at: String,
}

/// What became of a publication.
#[derive(Debug)]
pub struct Published {
    /// The entry of the run.
    pub run: Run,
    /// The state of the log behind it.
    pub checkpoint: Checkpoint,
}

/// The build that decides.
const ENGINE: &str = concat!("rate ", env!("CARGO_PKG_VERSION"));

impl Logbook {
    /// Publishes a run: once this returns, nothing of it can be lost or changed unseen.
    ///
    /// # Errors
    /// A name that is taken or no name, one person for both parts, files that cannot be written.
    pub fn publish(&mut self, publication: Publication<'_>) -> Result<Published, LogError> {
        let Publication { run, rows, id, author, approver, supersedes, recorded_at } = publication;
        if author.trim().is_empty() || author.trim() == approver.trim() {
            return Err(LogError::Unknown(
                "a run is approved by another person than its author / 审批人不得与经办人为同一人".to_owned(),
            ));
        }
        let known: BTreeSet<String> = self.view.runs().into_iter().map(|run| run.id).collect();
        if let Some(before) = supersedes.iter().find(|before| !known.contains(*before)) {
            return Err(LogError::Unknown(format!("this log has no run `{before}` / 日志中没有运行 `{before}`")));
        }
        let id = named(run, id, &known)?;
        let mut events = Vec::new();
        let knowledge = self.batch(rows, &mut events)?;
        let (rule_set, parameters) = self.law(run, &mut events)?;
        let (law, leaves) = (&run.chosen.law, self.bodies(run, &id)?);
        let entry = Run {
            id,
            area: law.rules().id().area.clone(),
            rule_set,
            parameters,
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
            trial: run.chosen.verdict != Verdict::Complete,
        };
        events.push(Event::Run(entry.clone()));
        let checkpoint = self.append(&recorded_at, events)?;
        Ok(Published { run: entry, checkpoint })
    }

    /// The knowledge number of some rows: that of the batch that already holds exactly them, or a new one.
    fn batch(&self, rows: &BookRows, events: &mut Vec<Event>) -> Result<u64, LogError> {
        let root = rows.root();
        let batches = self.view.events().filter_map(|(_, event)| match event {
            Event::Batch(batch) => Some((batch.knowledge, batch.root)),
            Event::RuleSet { .. }
            | Event::Parameters { .. }
            | Event::Run(_)
            | Event::Decision(_)
            | Event::Key { .. } => None,
        });
        let batches: Vec<(u64, Digest)> = batches.collect();
        if let Some((knowledge, _)) = batches.iter().rev().find(|(_, known)| *known == root) {
            return Ok(*knowledge);
        }
        let knowledge = batches.last().map_or(1, |(last, _)| last + 1);
        batch::store(rows, &self.view.layout.batch(knowledge))?;
        events.push(Event::Batch(Batch { knowledge, root, tables: rows.counts() }));
        Ok(knowledge)
    }

    /// Stores rule set and parameters under their digests, and names those that are new here.
    fn law(&self, run: &run::Run, events: &mut Vec<Event>) -> Result<(Digest, Vec<Digest>), LogError> {
        let law = &run.chosen.law;
        let published: BTreeSet<Digest> = self
            .view
            .events()
            .filter_map(|(_, event)| match event {
                Event::RuleSet { digest, .. } | Event::Parameters { digest, .. } => Some(digest),
                Event::Batch(_) | Event::Run(_) | Event::Decision(_) | Event::Key { .. } => None,
            })
            .collect();
        let text = law.rules().canonical_text();
        let rule_set = Digest::of(text.as_bytes());
        if !published.contains(&rule_set) {
            create(&self.view.layout.rule_set(rule_set), text.as_bytes())?;
            events.push(Event::RuleSet { id: law.rules().id().to_string(), digest: rule_set });
        }
        let mut digests = Vec::new();
        for document in law.parameters().documents() {
            let digest = Digest::of(document.text.as_bytes());
            if !published.contains(&digest) && !digests.contains(&digest) {
                create(&self.view.layout.parameters(digest), document.text.as_bytes())?;
                events.push(Event::Parameters { area: document.area.clone(), digest });
            }
            digests.push(digest);
        }
        digests.sort_unstable();
        Ok((rule_set, digests))
    }

    /// Seals every decision, in the order of accounts, and stores bodies and hashes.
    fn bodies(&self, run: &run::Run, id: &str) -> Result<Tree, LogError> {
        let mut decided: Vec<&run::Decided> = run.decided.iter().collect();
        decided.sort_by(|one, two| one.decision.account().cmp(two.decision.account()));
        let mut tree = Tree::new();
        create_dir(&self.view.layout.run(id), |dir| {
            let mut files = [Output::create(dir, "bodies")?, Output::create(dir, "leaves")?];
            for it in &decided {
                let body = seal(&it.decision, facts_digest(&it.history));
                let leaf = Digest::leaf(&body);
                files[0].write(&body)?;
                files[1].write(&leaf.0)?;
                tree.push(leaf);
            }
            files.into_iter().try_for_each(Output::finish)
        })?;
        Ok(tree)
    }
}

/// The name of a run that nobody has yet.
fn named(run: &run::Run, id: Option<String>, known: &BTreeSet<String>) -> Result<String, LogError> {
    let law = &run.chosen.law;
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
