//! The facts of an area as they would stand with an import.

use std::collections::BTreeSet;

use rate_core::input::book::TableKind;

use super::Mode;
use super::read::UNREAD;
use crate::pipeline::{Facts, Known, Row};
use crate::store::{ImportRow, ImportStagedRow, Link, StandingRow, StoreError};

/// The mark of accounts that stay as they stand, for what the check found.
pub(super) const LEFT: i64 = 0;

/// The facts of an area with the rows of an import in place of what they replace; accounts that are left out of it stay as
/// they stand.
#[derive(Debug)]
pub(super) struct Merged<'m> {
    pub(super) link: &'m mut Link,
    pub(super) import: &'m ImportRow,
    pub(super) known: i64,
    /// The tables whose rows take the place of what stood.
    pub(super) replaced: &'m BTreeSet<String>,
}

/// What an import does to some accounts.
pub(super) struct Change {
    /// What stands without it.
    pub(super) standing: Vec<StandingRow>,
    /// What it brings, and what it takes back by name; nothing of accounts that are left out.
    pub(super) staged: Vec<ImportStagedRow>,
    /// Those that are left out.
    pub(super) left: BTreeSet<String>,
}

impl Change {
    /// The rows that stand and are taken back.
    pub(super) fn gone<'c>(&'c self, replaced: &'c BTreeSet<String>) -> impl Iterator<Item = &'c StandingRow> + 'c {
        let named: BTreeSet<(&str, &str, &str, bool)> = self.staged.iter().map(of_staged).collect();
        self.standing.iter().filter(move |row| {
            let is = |standing| named.contains(&(&*row.account, &*row.kind, &*row.line, standing));
            !self.left.contains(&row.account) && (is(false) || (replaced.contains(&row.kind) && !is(true)))
        })
    }

    /// The rows that come in and do not stand.
    pub(super) fn coming(&self) -> impl Iterator<Item = &ImportStagedRow> + '_ {
        let stood: BTreeSet<(&str, &str, &str)> =
            self.standing.iter().map(|row| (&*row.account, &*row.kind, &*row.line)).collect();
        self.staged.iter().filter(move |row| row.standing && !stood.contains(&(&*row.account, &*row.kind, &*row.line)))
    }

    /// The rows that are taken back by name and do not stand.
    pub(super) fn taken_back_in_vain(&self) -> impl Iterator<Item = &ImportStagedRow> + '_ {
        let stood: BTreeSet<(&str, &str, &str)> =
            self.standing.iter().map(|row| (&*row.account, &*row.kind, &*row.line)).collect();
        self.staged.iter().filter(move |row| !row.standing && !stood.contains(&(&*row.account, &*row.kind, &*row.line)))
    }
}

fn of_staged(row: &ImportStagedRow) -> (&str, &str, &str, bool) {
    (&row.account, &row.kind, &row.line, row.standing)
}

/// Those of some accounts that stay as they stand.
fn left(link: &mut Link, import: &str, accounts: &[String]) -> Result<BTreeSet<String>, StoreError> {
    let mut left = link.import_marked(import, UNREAD, accounts)?;
    left.extend(link.import_marked(import, LEFT, accounts)?);
    Ok(left)
}

/// The rows of the table of accounts, of some accounts, as they would stand with an import that adds, as far as it is known
/// which accounts stay as they stand: by account.
pub(super) fn standing_accounts(
    link: &mut Link,
    import: &ImportRow,
    known: i64,
    accounts: BTreeSet<String>,
) -> Result<BTreeSet<(String, String)>, StoreError> {
    let (stem, accounts) = (TableKind::Accounts.stem(), accounts.into_iter().collect::<Vec<_>>());
    let left = left(link, &import.id, &accounts)?;
    let standing = link.standing_of_table(&import.area, &accounts, stem, known)?;
    let mut rows: BTreeSet<(String, String)> = standing.into_iter().map(|row| (row.account, row.line)).collect();
    for row in link.import_rows_of_table(&import.id, &accounts, stem)? {
        match (left.contains(&row.account), row.standing) {
            (true, _) => {}
            (false, true) => drop(rows.insert((row.account, row.line))),
            (false, false) => drop(rows.remove(&(row.account, row.line))),
        }
    }
    Ok(rows)
}

impl Merged<'_> {
    /// What the import does to some accounts.
    pub(super) fn change(&mut self, accounts: &[String]) -> Result<Change, StoreError> {
        let id = self.import.id.as_str();
        let left = left(self.link, id, accounts)?;
        let mut staged = self.link.import_rows_of(id, accounts)?;
        staged.retain(|row| !left.contains(&row.account));
        let standing = self.link.standing_of(&self.import.area, accounts, self.known)?;
        Ok(Change { standing, staged, left })
    }

    /// The first accounts behind a number that the import may change anything of.
    pub(super) fn accounts_after(&mut self, after: &str, most: usize) -> Result<Vec<String>, StoreError> {
        let staged = self.link.import_accounts_after(&self.import.id, after, most)?;
        if self.import.mode != Mode::Replace.as_str() {
            return Ok(staged);
        }
        let mut all: BTreeSet<String> = staged.into_iter().collect();
        all.extend(self.link.accounts_after(&self.import.area, after, most, self.known)?);
        Ok(all.into_iter().take(most).collect())
    }

    /// The facts without the import.
    pub(super) fn known(&mut self) -> Known<'_> {
        Known { link: self.link, area: &self.import.area, known: self.known }
    }
}

impl Facts for Merged<'_> {
    fn of(&mut self, accounts: &[String]) -> Result<Vec<Row>, StoreError> {
        let change = self.change(accounts)?;
        let kind = |kind: &str| TableKind::from_stem(kind).ok_or(StoreError::Broken("a row of no table"));
        let gone: BTreeSet<(&str, &str, &str)> =
            change.gone(self.replaced).map(|row| (&*row.account, &*row.kind, &*row.line)).collect();
        // A row that comes again in the same import stands twice, as in a book.
        let again: BTreeSet<(&str, &str, &str, bool)> = change.staged.iter().map(of_staged).collect();
        let stays = |row: &&StandingRow| {
            let key = (&*row.account, &*row.kind, &*row.line);
            !gone.contains(&key) && !again.contains(&(key.0, key.1, key.2, true))
        };
        let stood = change.standing.iter().filter(stays).map(|row| (&row.account, &row.kind, &row.line));
        let came = change.staged.iter().filter(|row| row.standing).map(|row| (&row.account, &row.kind, &row.line));
        let mut all: Vec<_> = stood.chain(came).collect();
        all.sort();
        let row = |(account, stem, line): (&String, &String, &String)| {
            Ok(Row { account: account.clone(), kind: kind(stem)?, line: line.clone() })
        };
        all.into_iter().map(row).collect()
    }

    fn named_by(&mut self, kind: TableKind, accounts: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let mut named = self.link.named_by(&self.import.area, kind.stem(), accounts)?;
        named.extend(self.link.import_named_by(&self.import.id, kind.stem(), accounts)?);
        Ok(named)
    }

    fn naming(&mut self, kind: TableKind, accounts: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let mut naming = self.link.naming(&self.import.area, kind.stem(), accounts)?;
        naming.extend(self.link.import_naming(&self.import.id, kind.stem(), accounts)?);
        Ok(naming)
    }
}
