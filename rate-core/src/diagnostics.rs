//! What should be looked at before a run: findings about a whole book under a law, each of a closed kind.
//!
//! A problem refuses its account and leaves the others alone; a finding says what a person must know before the results
//! are used. `docs/diagnostics.md` lists the kinds.

mod account;
mod control;
mod gate;
mod kind;
mod place;
mod sheet;
mod twice;

use std::collections::BTreeMap;

pub use control::{ControlTotals, PeriodTotals, Totals};
pub use gate::{Blocked, Gate, Limit};
pub use kind::{Kind, Severity};

use crate::error::{Lang, Place};
use crate::history::{AccountKey, History};
use crate::input::book::{RawTable, RefusedAccount, TableKind};
use crate::rule_set::Law;
use place::Row;

/// The most findings of one kind that are listed; all are counted.
pub const MOST_LISTED: usize = 100_000;

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// The account; `None` where it concerns the whole book.
    pub account: Option<AccountKey>,
    /// The row it was found in.
    pub place: Place,
    /// The values the sentence names, in its order.
    pub values: Vec<String>,
}

impl Finding {
    /// The sentence, without account and place.
    pub fn text(&self, lang: Lang) -> String {
        let mut text = self.kind.template(lang).to_owned();
        for (index, value) in self.values.iter().enumerate() {
            text = text.replace(&format!("{{{index}}}"), value);
        }
        text
    }
}

/// How much of a kind was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Findings.
    pub findings: u64,
    /// Accounts they concern; none where they concern the book as a whole.
    pub accounts: u64,
}

impl Count {
    /// What is held against a limit: the accounts, or the findings themselves where they concern the book as a whole.
    pub const fn weighed(self) -> u64 {
        if self.accounts == 0 { self.findings } else { self.accounts }
    }
}

/// Everything found in a book under a law.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// Accounts of the area that were looked at.
    pub accounts: u64,
    /// Those of them that are insured in the setting, as far as their rows could be read.
    pub insured: u64,
    /// The findings, by kind, account and place; of one kind at most [`MOST_LISTED`].
    pub findings: Vec<Finding>,
    /// How much of each kind was found, those found nowhere left out.
    pub counts: BTreeMap<Kind, Count>,
    /// Control totals of the tables, whole and by year.
    pub totals: Totals,
}

impl Diagnosis {
    /// How much of a kind was found.
    pub fn count(&self, kind: Kind) -> Count {
        self.counts.get(&kind).copied().unwrap_or_default()
    }
}

/// Findings on their way into a diagnosis, each with what is needed to find its row.
#[derive(Debug, Default)]
struct Found {
    /// Those whose rows are still to be looked for.
    open: Vec<(Finding, Option<Row>)>,
    listed: Vec<Finding>,
    counts: BTreeMap<Kind, Count>,
    last: BTreeMap<Kind, AccountKey>,
}

impl Found {
    fn add(&mut self, kind: Kind, account: Option<&AccountKey>, at: At, values: Vec<String>) {
        let count = self.counts.entry(kind).or_default();
        count.findings += 1;
        // Findings of an account come one behind the other.
        if let Some(account) = account.filter(|account| self.last.get(&kind) != Some(account)) {
            count.accounts += 1;
            self.last.insert(kind, account.clone());
        }
        if count.findings > u64::try_from(MOST_LISTED).unwrap_or(u64::MAX) {
            return;
        }
        let (place, row) = match at {
            At::Place(place) => (place, None),
            At::Row(row) => (Place::default(), Some(row)),
        };
        self.open.push((Finding { kind, account: account.cloned(), place, values }, row));
    }

    /// Looks for the rows of what was found since the last tables.
    fn locate(&mut self, tables: &[&RawTable]) {
        self.listed.extend(place::located(std::mem::take(&mut self.open), tables));
    }
}

/// Where something was found: a place that is known, or a row that is still to be looked for.
enum At {
    Place(Place),
    Row(Row),
}

/// A search through a book, account by account; what it keeps of an account is a few hashes.
///
/// The order of accounts is that of the book, by key; duplicates are found at the later of two. The tables of the book
/// may come a portion at a time, each behind its accounts.
pub struct Search<'l> {
    law: &'l Law,
    needs_last: bool,
    found: Found,
    twice: twice::Twice,
    totals: Totals,
    accounts: u64,
    insured: u64,
}

impl std::fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Search({:?}, {} accounts)", self.law, self.accounts)
    }
}

impl<'l> Search<'l> {
    /// A search that has seen nothing yet.
    pub fn new(law: &'l Law) -> Self {
        Self {
            law,
            needs_last: account::needs_last(law),
            found: Found::default(),
            twice: twice::Twice::default(),
            totals: Totals::default(),
            accounts: 0,
            insured: 0,
        }
    }

    /// Looks at an account whose rows are wrong.
    pub fn refused(&mut self, refused: &RefusedAccount) {
        self.accounts += 1;
        for problem in &refused.problems {
            account::problem(&mut self.found, &refused.key, problem);
        }
    }

    /// Looks at an account whose rows are right.
    pub fn account(&mut self, history: &History) {
        self.accounts += 1;
        self.twice.account(&mut self.found, history);
        if history.first_insured_day(self.law.setting()).is_some() {
            self.insured += 1;
            account::Look { law: self.law, history, found: &mut self.found }.all(self.needs_last);
        }
    }

    /// Counts tables, or a portion of them, each row once, and looks there for the rows of what was found so far.
    pub fn tables<'t>(&mut self, tables: impl IntoIterator<Item = &'t RawTable>) {
        let tables: Vec<&RawTable> = tables.into_iter().collect();
        self.totals.add(&tables);
        self.found.locate(&tables);
    }

    /// Ends the search: looks at the tables as wholes, and holds them against control totals of the sender where there
    /// are any.
    pub fn finish(mut self, control: Option<&ControlTotals>) -> Diagnosis {
        control::empty(self.law, &self.totals, &mut self.found);
        if let Some(control) = control {
            control.compare(&self.totals, &mut self.found);
        }
        self.finish_of_some()
    }

    /// Ends a search through some accounts alone: what only a whole book shows, as a year without a row, is not asked.
    pub fn finish_of_some(mut self) -> Diagnosis {
        // What is left concerns tables as wholes and knows its place.
        self.found.locate(&[]);
        let Found { listed: mut findings, counts, .. } = self.found;
        findings.sort();
        Diagnosis { accounts: self.accounts, insured: self.insured, findings, counts, totals: self.totals }
    }
}

/// A row of a table by the values of some columns.
fn row(table: TableKind, cells: impl IntoIterator<Item = (&'static str, String)>) -> At {
    At::Row(Row { table, cells: cells.into_iter().collect(), last: false })
}
