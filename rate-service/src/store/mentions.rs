//! What rows of facts name: the accounts that are read beside a range of others, so that it can be checked by itself, and
//! the credit codes by which accounts are found.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::facts::LIST;
use super::link::on;
use super::schema::mentions;
use super::{Link, StoreError};

/// That a row of an account names another one, or its credit code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = mentions, treat_none_as_default_value = false)]
pub struct Mention {
    /// The area of both.
    pub area: String,
    /// The account whose row it is.
    pub account: String,
    /// Name of the table of the book.
    pub kind: String,
    /// The account or code that is named.
    pub other: String,
}

impl Link {
    /// Adds what is not there yet.
    pub(super) fn add_mentions(&mut self, rows: &[Mention]) -> Result<(), StoreError> {
        for rows in rows.chunks(LIST) {
            match self {
                Self::Sqlite(it) => {
                    diesel::insert_or_ignore_into(mentions::table).values(rows).execute(it)?;
                }
                Self::Postgres(it) => {
                    diesel::insert_into(mentions::table).values(rows).on_conflict_do_nothing().execute(it)?;
                }
            }
        }
        Ok(())
    }

    /// The areas of which something is kept.
    ///
    /// # Errors
    /// As the database's.
    pub fn mentioning_areas(&mut self) -> Result<Vec<String>, StoreError> {
        let areas = mentions::table.select(mentions::area).distinct().order(mentions::area);
        Ok(on!(self, it => areas.load(it))?)
    }

    /// The first accounts behind a number of which something is kept, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn mentioning_after(&mut self, area: &str, after: &str, most: usize) -> Result<Vec<String>, StoreError> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let by = mentions::table.filter(mentions::area.eq(area).and(mentions::account.gt(after)));
        let page = by.select(mentions::account).distinct().order(mentions::account).limit(limit);
        Ok(on!(self, it => page.load(it))?)
    }

    /// What is kept of some accounts.
    ///
    /// # Errors
    /// As the database's.
    pub fn mentions_of(&mut self, area: &str, accounts: &[String]) -> Result<BTreeSet<Mention>, StoreError> {
        let mut kept = BTreeSet::new();
        for accounts in accounts.chunks(LIST) {
            let by = mentions::area.eq(area).and(mentions::account.eq_any(accounts));
            let found: Vec<Mention> =
                on!(&mut *self, it => mentions::table.filter(by).select(Mention::as_select()).load(it))?;
            kept.extend(found);
        }
        Ok(kept)
    }

    /// The accounts that rows of a table of some accounts name, or ever named, by number.
    ///
    /// # Errors
    /// As the database's.
    pub fn named_by(&mut self, area: &str, kind: &str, accounts: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let mut named = BTreeSet::new();
        for accounts in accounts.chunks(LIST) {
            let by = mentions::area.eq(area).and(mentions::kind.eq(kind)).and(mentions::account.eq_any(accounts));
            let found: Vec<String> =
                on!(&mut *self, it => mentions::table.filter(by).select(mentions::other).load(it))?;
            named.extend(found);
        }
        Ok(named)
    }

    /// The accounts of which a row of a table names one of some accounts, or ever named it, by number.
    ///
    /// # Errors
    /// As the database's.
    pub fn naming(&mut self, area: &str, kind: &str, accounts: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let mut naming = BTreeSet::new();
        for accounts in accounts.chunks(LIST) {
            let by = mentions::area.eq(area).and(mentions::kind.eq(kind)).and(mentions::other.eq_any(accounts));
            let found: Vec<String> =
                on!(&mut *self, it => mentions::table.filter(by).select(mentions::account).load(it))?;
            naming.extend(found);
        }
        Ok(naming)
    }
}
