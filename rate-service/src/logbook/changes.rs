//! A change of facts that is being written: rows in the order of their key, and what the log will say of them.

use std::collections::BTreeMap;

use rate_core::log::{Digest, Tree};
use rate_core::record::FactsChange;

use super::LogError;
use super::database::mentions;
use crate::store::{FactRow, Link, StoreError};

/// A change of facts under one number.
#[derive(Debug)]
pub(super) struct Changes {
    number: i64,
    tables: BTreeMap<String, (u64, u64)>,
    tree: Tree,
}

impl Changes {
    pub(super) fn new(number: i64) -> Self {
        Self { number, tables: BTreeMap::new(), tree: Tree::new() }
    }

    pub(super) const fn number(&self) -> i64 {
        self.number
    }

    /// Adds rows that stand behind those before, in the order of area, account, table and hash.
    pub(super) fn add(&mut self, link: &mut Link, rows: &[FactRow]) -> Result<(), LogError> {
        for row in rows {
            let (added, withdrawn) = self.tables.entry(row.kind.clone()).or_default();
            *(if row.standing { added } else { withdrawn }) += 1;
            let leaf = row.leaf.as_slice().try_into().map(Digest);
            self.tree.push(leaf.map_err(|_| StoreError::Broken("a hash that is none"))?);
        }
        link.add_facts(rows, &mentions(rows)?)?;
        Ok(())
    }

    /// What the log says of it; nothing where nothing changed.
    pub(super) fn event(self) -> Result<Option<FactsChange>, LogError> {
        if self.tree.is_empty() {
            return Ok(None);
        }
        let knowledge =
            u64::try_from(self.number).map_err(|_| StoreError::Broken("a knowledge number that is none"))?;
        let tables = self.tables.into_iter().map(|(table, (added, withdrawn))| (table, added, withdrawn));
        Ok(Some(FactsChange { knowledge, root: self.tree.root(), tables: tables.collect() }))
    }
}
