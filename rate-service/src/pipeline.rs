//! The facts of a range of accounts, with what they cannot be checked without: the book, a piece at a time.
//!
//! What the check says of an account depends on its own rows, on its predecessors, on the claims of others that name it,
//! and on whether those exist whom its claims name. All of these are read with a range, and nothing of them is kept: the
//! check of a portion says of the accounts of its range exactly what the check of the whole book says of them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rate_core::input::book::{CheckedBook, GENERATIONS, RawTable, TableKind, check_book};
use rate_core::{AccountKey, Place, Problem};

use crate::book::{empty_table, fields, line_at, push_line};
use crate::store::{AccountRange, Link, StoreError};

/// Accounts of which it is asked at a time whether they exist.
const ASKED: usize = 500;

/// A row as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The account; empty for what is about the area.
    pub account: String,
    /// Its table.
    pub kind: TableKind,
    /// Its cells.
    pub line: String,
}

/// Where the rows of an area are read from.
pub trait Facts {
    /// The rows of some accounts, in the order of accounts and of the names of tables; those about the area where one is
    /// empty.
    ///
    /// # Errors
    /// As the store's.
    fn of(&mut self, accounts: &[String]) -> Result<Vec<Row>, StoreError>;

    /// Whom rows of a table of some accounts name; more is not wrong.
    ///
    /// # Errors
    /// As the store's.
    fn named_by(&mut self, kind: TableKind, accounts: &[String]) -> Result<BTreeSet<String>, StoreError>;

    /// Whose rows of a table name some accounts; more is not wrong.
    ///
    /// # Errors
    /// As the store's.
    fn naming(&mut self, kind: TableKind, accounts: &[String]) -> Result<BTreeSet<String>, StoreError>;
}

/// The facts of an area as they stood at a knowledge number.
#[derive(Debug)]
pub struct Known<'k> {
    /// The store.
    pub link: &'k mut Link,
    /// The area.
    pub area: &'k str,
    /// The number.
    pub known: i64,
}

impl Facts for Known<'_> {
    fn of(&mut self, accounts: &[String]) -> Result<Vec<Row>, StoreError> {
        rows(self.link.standing_of(self.area, accounts, self.known)?)
    }

    fn named_by(&mut self, kind: TableKind, accounts: &[String]) -> Result<BTreeSet<String>, StoreError> {
        self.link.named_by(self.area, kind.stem(), accounts)
    }

    fn naming(&mut self, kind: TableKind, accounts: &[String]) -> Result<BTreeSet<String>, StoreError> {
        self.link.naming(self.area, kind.stem(), accounts)
    }
}

/// The accounts of an area that have a credit code, with their names, by number.
///
/// # Errors
/// As the store's.
pub fn with_credit_code(
    link: &mut Link,
    area: &str,
    code: &str,
    known: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    let stem = TableKind::Accounts.stem();
    // Whoever ever had it; those that have it are told by what stands.
    let ever: Vec<String> = link.naming(area, stem, &[code.to_owned()])?.into_iter().collect();
    let mut found = Vec::new();
    for row in link.standing_of_table(area, &ever, stem, known)? {
        let Some([credit_code, name]) = cells(TableKind::Accounts, &row.line, ["credit_code", "name"]) else {
            continue;
        };
        if credit_code == code {
            found.push((row.account, name));
        }
    }
    Ok(found)
}

/// Some cells of a line by the names of their columns; nothing, where it is no CSV.
pub fn cells<const N: usize>(kind: TableKind, line: &str, names: [&str; N]) -> Option<[String; N]> {
    let mut all = fields(line)?;
    let place = |name: &str| kind.columns().iter().position(|column| column.name == name);
    Some(names.map(|name| place(name).and_then(|at| all.get_mut(at)).map(std::mem::take).unwrap_or_default()))
}

fn rows(found: Vec<crate::store::StandingRow>) -> Result<Vec<Row>, StoreError> {
    let row = |row: crate::store::StandingRow| {
        let kind = TableKind::from_stem(&row.kind).ok_or(StoreError::Broken("a row of no table"))?;
        Ok(Row { account: row.account, kind, line: row.line })
    };
    found.into_iter().map(row).collect()
}

/// The accounts that a portion is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Own {
    /// Those that stand together.
    Range(AccountRange),
    /// These.
    Listed(BTreeSet<String>),
}

impl Own {
    fn holds(&self, account: &str) -> bool {
        match self {
            Self::Range(range) => range.holds(account),
            Self::Listed(listed) => listed.contains(account),
        }
    }
}

/// The rows of some accounts, and those that they cannot be checked without.
#[derive(Clone, Debug)]
pub struct Portion {
    area: String,
    accounts: Own,
    tables: Vec<RawTable>,
    /// Of each table, whether its rows are those of the range.
    own: Vec<bool>,
}

/// Reads the facts of a range of accounts of an area as they stood at a knowledge number.
///
/// # Errors
/// As the store's.
pub fn portion(link: &mut Link, area: &str, range: &AccountRange, known: i64) -> Result<Portion, StoreError> {
    let own = rows(link.standing_within(area, range, known)?)?;
    let mut facts = Known { link, area, known };
    let beside = facts.of(&[String::new()])?;
    portion_of(&mut facts, area, Own::Range(range.clone()), own, beside)
}

/// Reads the facts of some accounts of an area as they stood at a knowledge number.
///
/// # Errors
/// As the store's.
pub fn listed(link: &mut Link, area: &str, accounts: BTreeSet<String>, known: i64) -> Result<Portion, StoreError> {
    let facts = &mut Known { link, area, known };
    let own = facts.of(&in_order(&accounts))?;
    let beside = facts.of(&[String::new()])?;
    portion_of(facts, area, Own::Listed(accounts), own, beside)
}

/// Reads what is about an area alone: a portion of no account, whose check has the totals and warnings of these rows.
///
/// # Errors
/// As the store's.
pub fn of_area(link: &mut Link, area: &str, known: i64) -> Result<Portion, StoreError> {
    of_area_in(&mut Known { link, area, known }, area)
}

/// Puts the rows of some accounts together with those that they cannot be checked without, from wherever these are, and
/// with those that are to stand beside them.
///
/// # Errors
/// As the store's.
pub fn portion_of(
    facts: &mut impl Facts,
    area: &str,
    accounts: Own,
    own: Vec<Row>,
    mut beside: Vec<Row>,
) -> Result<Portion, StoreError> {
    beside.extend(mentioned(facts, &own)?);
    Portion::of(area, accounts, own, beside)
}

/// As [`of_area`], from wherever the rows are.
///
/// # Errors
/// As the store's.
pub fn of_area_in(facts: &mut impl Facts, area: &str) -> Result<Portion, StoreError> {
    Portion::of(area, Own::Listed(BTreeSet::new()), facts.of(&[String::new()])?, Vec::new())
}

/// The accounts that some cannot be checked without.
#[derive(Debug)]
pub struct Needed {
    /// Those of which every row is needed; the accounts themselves are among them.
    pub whole: BTreeSet<String>,
    /// Those of which it is asked whether they exist.
    pub named: BTreeSet<String>,
}

/// The accounts that some cannot be checked without.
///
/// # Errors
/// As the store's.
pub fn needed(facts: &mut impl Facts, accounts: &BTreeSet<String>) -> Result<Needed, StoreError> {
    let (mut whole, mut last) = (accounts.clone(), accounts.clone());
    for _ in 0..GENERATIONS {
        let further = facts.named_by(TableKind::Successions, &in_order(&last))?;
        last = further.difference(&whole).cloned().collect();
        whole.extend(last.iter().cloned());
    }
    // One generation more is too many, which is another problem than one that does not exist.
    let mut named = facts.named_by(TableKind::Successions, &in_order(&whole))?;
    // Whoever passes claims on is known by all of its rows: one that is refused passes its refusal on. And it is refused
    // where one that its claims name does not exist.
    whole.extend(facts.naming(TableKind::Claims, &in_order(&whole))?);
    named.extend(facts.named_by(TableKind::Claims, &in_order(&whole))?);
    named.retain(|account| !whole.contains(account));
    Ok(Needed { whole, named })
}

/// The accounts whose check depends on some, these left out.
///
/// # Errors
/// As the store's.
pub fn dependants(facts: &mut impl Facts, accounts: &BTreeSet<String>) -> Result<BTreeSet<String>, StoreError> {
    // Whoever names them in a claim, whoever is named in one of theirs, and whoever is named beside them: all of these may
    // stand behind a successor.
    let mut found = facts.naming(TableKind::Claims, &in_order(accounts))?;
    found.extend(accounts.iter().cloned());
    found.extend(facts.named_by(TableKind::Claims, &in_order(&found))?);
    let mut last = found.clone();
    for _ in 0..=GENERATIONS {
        let further = facts.naming(TableKind::Successions, &in_order(&last))?;
        last = further.difference(&found).cloned().collect();
        found.extend(last.iter().cloned());
    }
    found.retain(|account| !accounts.contains(account));
    Ok(found)
}

fn in_order(set: &BTreeSet<String>) -> Vec<String> {
    set.iter().cloned().collect()
}

/// The rows of others that some rows cannot be checked without.
fn mentioned(facts: &mut impl Facts, own: &[Row]) -> Result<Vec<Row>, StoreError> {
    let accounts: BTreeSet<String> = own.iter().map(|row| row.account.clone()).collect();
    let Needed { whole, named } = needed(facts, &accounts)?;
    let mut rows = facts.of(&whole.difference(&accounts).cloned().collect::<Vec<_>>())?;
    for asked in in_order(&named).chunks(ASKED) {
        let mut found = facts.of(asked)?;
        // That there is a row is all that is asked; the first is that of `accounts`, where there is one.
        found.dedup_by(|row, first| row.account == first.account);
        rows.extend(found);
    }
    Ok(rows)
}

impl Portion {
    fn of(area: &str, accounts: Own, own: Vec<Row>, beside: Vec<Row>) -> Result<Self, StoreError> {
        let mut lines: BTreeMap<TableKind, Vec<(String, bool)>> = BTreeMap::new();
        for (rows, is_own) in [(own, true), (beside, false)] {
            for row in rows {
                lines.entry(row.kind).or_default().push((row.line, is_own));
            }
        }
        // Without this table a book is none; one whose portion has no such row is a book all the same.
        lines.entry(TableKind::Accounts).or_default();
        let mut portion = Self { area: area.to_owned(), accounts, tables: Vec::new(), own: Vec::new() };
        for (kind, mut lines) in lines {
            // Numbered in one order: problems then stand in that of the whole book.
            lines.sort_unstable();
            let mut parted = [true, false].map(|own| (own, empty_table(kind, kind.columns().len())));
            for ((line, is_own), number) in lines.iter().zip(2..) {
                let table = &mut parted[usize::from(!is_own)].1;
                push_line(table, number, line).map_err(|_| StoreError::Broken("a row that is none"))?;
            }
            for (own, table) in parted {
                if own || !table.is_empty() {
                    portion.tables.push(table);
                    portion.own.push(own);
                }
            }
        }
        Ok(portion)
    }

    /// The rows as tables of a book: those of the range, those of the area, and those beside them that the check needs.
    pub fn tables(&self) -> &[RawTable] {
        &self.tables
    }

    /// The rows of the range alone.
    pub fn own_tables(&self) -> impl Iterator<Item = &RawTable> {
        self.tables.iter().zip(&self.own).filter_map(|(table, own)| own.then_some(table))
    }

    /// The line of a row, by the place that a problem gives it.
    pub fn line_at(&self, place: &Place) -> Option<(TableKind, String)> {
        let tables = self.tables.iter().filter(|table| table.file() == place.file);
        tables.into_iter().find_map(|table| Some((table.kind(), line_at(table, place.line)?)))
    }

    /// Whether an account is of the range.
    pub fn holds(&self, key: &AccountKey) -> bool {
        key.area == self.area && self.accounts.holds(&key.number)
    }

    /// What the check of the whole book says of the accounts of the range: their histories and refusals, the warnings on
    /// their rows and the totals of these. Problems of files, all of them of rows about the area, are those of the book,
    /// and so are its averages and its fund.
    pub fn checked(&self) -> CheckedBook {
        let mut book = check_book(&self.tables);
        book.histories.retain(|history| self.holds(history.key()));
        book.refused.retain(|account| self.holds(&account.key));
        if !book.warnings.is_empty() {
            let own = |table: &RawTable| table.rows().map(|row| row.line()).collect::<Vec<_>>();
            let own: HashSet<(&str, u32)> =
                self.own_tables().flat_map(|table| own(table).into_iter().map(|line| (table.file(), line))).collect();
            let is_own = |warning: &Problem| own.contains(&(warning.place.file.as_str(), warning.place.line));
            book.warnings.retain(is_own);
        }
        // Totals stand in the order of the tables.
        let mut own = self.own.iter();
        book.totals.retain(|totals| own.next().is_none_or(|own| *own) && totals.rows > 0);
        book
    }
}
