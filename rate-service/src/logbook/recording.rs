//! Facts on their way into a log in a database: rows in the order of their key, under one knowledge number.

use std::collections::{BTreeMap, BTreeSet};

use rate_core::input::book::TableKind;
use rate_core::log::{Digest, RunningRoot};
use rate_core::record::FactsChange;

use super::LogError;
use crate::book::KeyedRow;
use crate::store::{FactRow, Link, Mention, StoreError};

/// Rows that are written at a time.
const CHUNK: usize = 4096;

/// Facts that come in, and are taken back, together; inside the transaction that records them.
#[derive(Debug)]
pub struct Recording<'r> {
    link: &'r mut Link,
    number: i64,
    root: RunningRoot,
    tables: BTreeMap<String, (u64, u64)>,
    /// Area and account of the last row.
    last: (String, String),
}

impl<'r> Recording<'r> {
    pub(super) fn begin(link: &'r mut Link) -> Result<Self, StoreError> {
        let number = link.last_knowledge()? + 1;
        let last = (String::new(), String::new());
        Ok(Self { link, number, root: RunningRoot::default(), tables: BTreeMap::new(), last })
    }

    /// The database, to read from and to change what goes with these facts.
    pub fn link(&mut self) -> &mut Link {
        self.link
    }

    /// The number under which everything stands that was known before, and these rows.
    pub fn number(&self) -> i64 {
        if self.root.is_empty() { self.number - 1 } else { self.number }
    }

    /// A row as it comes in, or is taken back.
    pub fn row(&self, area: &str, account: &str, kind: &str, line: &str, standing: bool) -> FactRow {
        FactRow {
            area: area.to_owned(),
            account: account.to_owned(),
            kind: kind.to_owned(),
            knowledge: self.number,
            leaf: FactRow::leaf_of(standing, kind, line).0.to_vec(),
            standing,
            line: line.to_owned(),
        }
    }

    /// Adds all rows of some accounts, which stand behind those of all rows before.
    ///
    /// # Errors
    /// Rows of earlier accounts, and as the database's.
    pub fn add(&mut self, mut rows: Vec<FactRow>) -> Result<(), LogError> {
        rows.sort_by(|one, two| key(one).cmp(&key(two)));
        rows.dedup();
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
        if !self.root.is_empty() && (first.area.as_str(), first.account.as_str()) <= (&*self.last.0, &*self.last.1) {
            return Err(LogError::Store(StoreError::Broken("rows that are not in the order of their key")));
        }
        self.last = (last.area.clone(), last.account.clone());
        for rows in rows.chunks(CHUNK) {
            self.link.add_facts(rows, &mentions(rows)?)?;
        }
        for row in rows {
            let leaf = row.leaf.as_slice().try_into().map_err(|_| StoreError::Broken("a hash that is none"))?;
            self.root.push(Digest(leaf));
            let (added, withdrawn) = self.tables.entry(row.kind).or_default();
            *(if row.standing { added } else { withdrawn }) += 1;
        }
        Ok(())
    }

    /// The number, and what the log says of the rows; nothing, where there are none.
    ///
    /// # Errors
    /// As the database's.
    pub(super) fn finish(self) -> Result<(u64, Option<FactsChange>), StoreError> {
        let rows = self.tables.values().map(|(added, withdrawn)| added + withdrawn).sum();
        self.link.look_over(&["facts", "mentions"], rows)?;
        let number = u64::try_from(self.number()).unwrap_or_default();
        let tables = self.tables.into_iter().map(|(table, (added, withdrawn))| (table, added, withdrawn)).collect();
        let change = FactsChange { knowledge: number, root: self.root.root(), tables };
        Ok((number, (!self.root.is_empty()).then_some(change)))
    }
}

fn key(row: &FactRow) -> (&str, &str, &str, &[u8]) {
    (&row.area, &row.account, &row.kind, &row.leaf)
}

/// What rows name.
pub(super) fn mentions(rows: &[FactRow]) -> Result<Vec<Mention>, StoreError> {
    let mut mentions = BTreeSet::new();
    for FactRow { area, account, kind, line, .. } in rows {
        let table = TableKind::from_stem(kind).ok_or(StoreError::Broken("a row of no table"))?;
        if table.naming().is_empty() {
            continue;
        }
        let row = KeyedRow::of(table, line).ok_or(StoreError::Broken("a row that is none"))?;
        let mention = |other| Mention { area: area.clone(), account: account.clone(), kind: kind.clone(), other };
        mentions.extend(row.named.into_iter().map(mention));
    }
    Ok(mentions.into_iter().collect())
}
