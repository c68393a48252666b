//! The published runs, in the order of the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rate_core::record::{Entry, Event, Run};

use super::BillingError;
use crate::store::Link;

/// A published run, and where the log names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEntry {
    /// The place of its entry in the log.
    pub entry: u64,
    /// When it was recorded.
    pub recorded_at: String,
    /// The run.
    pub run: Run,
}

/// The published runs of every area, as far as the log was read.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    read: i64,
    runs: Vec<RunEntry>,
}

impl Ledger {
    fn catch_up(&mut self, link: &mut Link) -> Result<(), BillingError> {
        for row in link.entries_from(self.read)? {
            let Entry { recorded_at, event } = Entry::read(&row.entry)?;
            if let Event::Run(run) = event {
                let entry = u64::try_from(row.place).unwrap_or_default();
                self.runs.push(RunEntry { entry, recorded_at, run });
            }
            self.read = row.place + 1;
        }
        Ok(())
    }

    fn of(&self, area: &str, entries: u64, known_at: Option<&str>) -> AreaRuns<'_> {
        let known = |it: &&RunEntry| it.entry < entries && known_at.is_none_or(|at| it.recorded_at.as_str() <= at);
        let counts = |it: &&RunEntry| it.run.area == area && (!it.run.trial || is_fictitious(area));
        let runs: Vec<&RunEntry> = self.runs.iter().filter(counts).filter(known).collect();
        let mut by: BTreeMap<&str, u64> = BTreeMap::new();
        for run in &runs {
            for id in run.run.replaces() {
                by.entry(id).or_insert(run.entry);
            }
        }
        let replaced = runs.iter().map(|it| by.get(it.run.id.as_str()).copied()).collect();
        AreaRuns { runs, replaced }
    }
}

/// What one state of the store has of the ledger: others may have read further meanwhile.
#[derive(Clone, Debug)]
pub struct Seen {
    ledger: Arc<Ledger>,
    entries: u64,
}

impl Seen {
    /// Reads what the log has said since a ledger was read last, and what of it a state has.
    ///
    /// # Errors
    /// As the store's; an entry that is none.
    pub fn by(link: &mut Link, ledger: &mut Arc<Ledger>) -> Result<Self, BillingError> {
        let entries = link.entry_count()?;
        if ledger.read < entries {
            // Whoever holds the one before keeps it.
            Arc::make_mut(ledger).catch_up(link)?;
        }
        Ok(Self { ledger: Arc::clone(ledger), entries: u64::try_from(entries).unwrap_or_default() })
    }

    /// The runs of an area that give rates, as they were known at an instant, or are now.
    ///
    /// A trial gives none, but in a fictitious area, where there is nothing else.
    pub fn of(&self, area: &str, known_at: Option<&str>) -> AreaRuns<'_> {
        self.ledger.of(area, self.entries, known_at)
    }

    /// The runs of an area, trials or not, that no other took the place of.
    pub fn standing(&self, area: &str) -> Vec<&RunEntry> {
        let own = || self.ledger.runs.iter().filter(|it| it.entry < self.entries && it.run.area == area);
        let replaced: BTreeSet<&str> = own().flat_map(|it| it.run.replaces()).collect();
        own().filter(|it| !replaced.contains(it.run.id.as_str())).collect()
    }

    /// How many entries of the log it has.
    pub const fn entries(&self) -> u64 {
        self.entries
    }
}

/// Codes of fictitious areas begin with 99.
fn is_fictitious(area: &str) -> bool {
    area.starts_with("99")
}

/// The runs of an area that give rates, in the order of the log.
#[derive(Clone, Debug)]
pub struct AreaRuns<'l> {
    runs: Vec<&'l RunEntry>,
    /// Of each, the entry of the run that took its place.
    replaced: Vec<Option<u64>>,
}

impl<'l> AreaRuns<'l> {
    /// The run of a name.
    pub fn named(&self, id: &str) -> Option<&'l RunEntry> {
        self.runs.iter().copied().find(|it| it.run.id == id)
    }

    /// All of them.
    pub fn all(&self) -> &[&'l RunEntry] {
        &self.runs
    }

    /// Whether a run gives rates once the log has been read through an entry.
    pub fn stands(&self, id: &str, through: u64) -> Option<&'l RunEntry> {
        let place = self.runs.iter().position(|it| it.run.id == id)?;
        let run = self.runs[place];
        let replaced = self.replaced[place].is_some_and(|by| by <= through);
        (run.entry <= through && !replaced).then_some(run)
    }

    /// The runs that take an account out of their setting, once the log has been read through an entry.
    pub fn without(&self, account: &str, through: u64) -> impl Iterator<Item = &'l RunEntry> {
        let out = self.runs.iter().copied().filter(move |it| it.run.takes_out(account));
        out.filter(move |it| self.stands(&it.run.id, through).is_some())
    }

    /// The entry of the last of them.
    pub fn last(&self) -> Option<u64> {
        self.runs.last().map(|it| it.entry)
    }
}
