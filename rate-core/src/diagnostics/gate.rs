//! The gate before a run: how much of each kind may be found, and what somebody has accepted by name.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::sheet;
use super::{Diagnosis, Kind, Severity};
use crate::amount::Factor;
use crate::error::{Code, Problem, Problems};

/// How many accounts (or findings about the whole book) of a kind may be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// As many.
    Count(u64),
    /// This share of the accounts of the area.
    Share(Factor),
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Share(share) => share.fmt(f),
        }
    }
}

impl Limit {
    fn holds(self, count: u64, accounts: u64) -> bool {
        match self {
            Self::Count(most) => count <= most,
            // Crosswise: count / accounts <= percent / 100. Both sides are far within what a decimal holds.
            Self::Share(share) => {
                let allowed = share.percent().checked_mul(Decimal::from(accounts));
                let found = Decimal::from(count).checked_mul(Decimal::ONE_HUNDRED);
                found.zip(allowed).is_some_and(|(found, allowed)| found <= allowed)
            }
        }
    }
}

/// What a run may meet and go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    limits: BTreeMap<Kind, Limit>,
    accepted: BTreeSet<Kind>,
}

/// A kind of which more was found than the gate lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The kind.
    pub kind: Kind,
    /// How many accounts, or findings about the whole book.
    pub count: u64,
    /// How many there may be.
    pub limit: Limit,
    /// Somebody has accepted it by name.
    pub accepted: bool,
}

/// The columns of a file of limits.
const COLUMNS: &[&str] = &["kind", "most"];

impl Gate {
    /// Reads CSV with the columns `kind,most`: a count of accounts, or a share of them such as `0.5%`.
    ///
    /// # Errors
    /// Every line that cannot be read: codes `rows.*`.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        let (mut gate, mut problems) = (Self::default(), Vec::new());
        for row in sheet::lines(file, text, COLUMNS, &mut problems) {
            let [word, most] = row.cells[..] else { continue };
            let limit = match most.strip_suffix('%') {
                Some(_) => most.parse().ok().filter(|share| *share <= Factor::ONE).map(Limit::Share),
                None => most.parse().ok().map(Limit::Count),
            };
            if limit.is_none() {
                problems.push(Problem::new(Code::RowsNumber, row.place(1), [most, "25 / 0.5%"]));
            }
            match (Kind::from_word(word), limit) {
                (None, _) => {
                    let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
                    problems.push(Problem::new(Code::RowsWord, row.place(0), [word, &known.join(", ")]));
                }
                (Some(kind), Some(limit)) => {
                    if gate.limits.insert(kind, limit).is_some() {
                        problems.push(Problem::new(Code::RowsDuplicate, row.place(0), [word]));
                    }
                }
                (Some(_), None) => {}
            }
        }
        sheet::right(gate, problems)
    }

    /// The same gate with some kinds accepted by name.
    #[must_use]
    pub fn accepting(mut self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        self.accepted.extend(kinds);
        self
    }

    /// A gate that accepts every kind: for callers who only want to see.
    pub fn open() -> Self {
        Self::default().accepting(Kind::ALL.iter().copied())
    }

    /// How much of a kind may be found; `None` where any number may.
    pub fn limit(&self, kind: Kind) -> Option<Limit> {
        let own = match kind.severity() {
            Severity::Blocks => Some(Limit::Count(0)),
            Severity::Review | Severity::Note => None,
        };
        self.limits.get(&kind).copied().or(own)
    }

    /// The limits that were set, by kind.
    pub const fn limits(&self) -> &BTreeMap<Kind, Limit> {
        &self.limits
    }

    /// Every kind of which more was found than may be, those accepted included.
    pub fn beyond(&self, diagnosis: &Diagnosis) -> Vec<Blocked> {
        let beyond = diagnosis.counts.iter().filter_map(|(kind, count)| {
            let limit = self.limit(*kind)?;
            let accepted = self.accepted.contains(kind);
            let blocked = Blocked { kind: *kind, count: count.weighed(), limit, accepted };
            (!limit.holds(count.weighed(), diagnosis.accounts)).then_some(blocked)
        });
        beyond.collect()
    }
}
