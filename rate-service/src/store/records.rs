//! Law and records: documents by digest, bodies by run.

use diesel::prelude::*;

use super::facts::LIST;
use super::link::on;
use super::schema::{bodies, documents};
use super::{Link, StoreError};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// The canonical form of a rule set.
    RuleSet,
    /// The canonical form of parameters.
    Parameters,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::RuleSet, Self::Parameters];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RuleSet => "rule-set",
            Self::Parameters => "parameters",
        }
    }
}

/// A body of a run.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = bodies, treat_none_as_default_value = false)]
pub struct BodyRow {
    /// The run.
    pub run: String,
    /// Its place in the tree of the run.
    pub place: i64,
    /// Area of the account.
    pub area: String,
    /// Number of the account.
    pub account: String,
    /// The hash of the body.
    pub leaf: Vec<u8>,
    /// The body.
    pub body: Vec<u8>,
}

impl Link {
    /// Adds a document under its digest; where it is there already, nothing happens, and the answer is `false`.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_document(&mut self, kind: DocumentKind, digest: &[u8], content: &str) -> Result<bool, StoreError> {
        let known: i64 = on!(self, it => documents::table.filter(documents::digest.eq(digest)).count().get_result(it))?;
        if known > 0 {
            return Ok(false);
        }
        let row = (documents::digest.eq(digest), documents::kind.eq(kind.as_str()), documents::content.eq(content));
        on!(self, it => diesel::insert_into(documents::table).values(row).execute(it))?;
        Ok(true)
    }

    /// The document of a digest.
    ///
    /// # Errors
    /// As the database's.
    pub fn document(&mut self, kind: DocumentKind, digest: &[u8]) -> Result<Option<String>, StoreError> {
        let of = documents::digest.eq(digest).and(documents::kind.eq(kind.as_str()));
        let found = on!(self, it => documents::table.filter(of).select(documents::content).first(it).optional())?;
        Ok(found)
    }

    /// Adds bodies of a run.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_bodies(&mut self, rows: &[BodyRow]) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(it) => {
                diesel::insert_into(bodies::table).values(rows).execute(it)?;
            }
            Self::Postgres(it) => {
                diesel::copy_from(bodies::table).from_insertable(rows).execute(it)?;
            }
        }
        Ok(())
    }

    /// The accounts behind a number that stand in one of some runs: at most so many, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn accounts_in_runs(
        &mut self,
        area: &str,
        runs: &[String],
        after: &str,
        most: usize,
    ) -> Result<Vec<String>, StoreError> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let by = bodies::area.eq(area).and(bodies::account.gt(after)).and(bodies::run.eq_any(runs));
        let found = bodies::table.filter(by).select(bodies::account).distinct().order(bodies::account).limit(limit);
        Ok(on!(self, it => found.load(it))?)
    }

    /// Every body of some accounts, in the order of accounts.
    ///
    /// # Errors
    /// As the database's.
    pub fn bodies_of(&mut self, area: &str, accounts: &[String]) -> Result<Vec<BodyRow>, StoreError> {
        let mut found = Vec::new();
        for accounts in accounts.chunks(LIST) {
            let by = bodies::area.eq(area).and(bodies::account.eq_any(accounts));
            let of = bodies::table.filter(by).order((bodies::account, bodies::run));
            let rows: Vec<BodyRow> = on!(&mut *self, it => of.select(BodyRow::as_select()).load(it))?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// The bodies of a run, in the order of its tree.
    ///
    /// # Errors
    /// As the database's.
    pub fn bodies(&mut self, run: &str) -> Result<Vec<BodyRow>, StoreError> {
        let of = bodies::table.filter(bodies::run.eq(run)).order(bodies::place);
        Ok(on!(self, it => of.select(BodyRow::as_select()).load(it))?)
    }

    /// The bodies of a run from a place on, at most so many, in the order of its tree.
    ///
    /// # Errors
    /// As the database's.
    pub fn bodies_from(&mut self, run: &str, place: i64, most: usize) -> Result<Vec<BodyRow>, StoreError> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let of = bodies::table.filter(bodies::run.eq(run).and(bodies::place.ge(place)));
        let of = of.order(bodies::place).limit(limit);
        Ok(on!(self, it => of.select(BodyRow::as_select()).load(it))?)
    }

    /// The runs that have bodies.
    ///
    /// # Errors
    /// As the database's.
    pub fn runs_of_bodies(&mut self) -> Result<Vec<String>, StoreError> {
        let all = bodies::table.select(bodies::run).distinct().order(bodies::run);
        Ok(on!(self, it => all.load(it))?)
    }

    /// The account of the body that stands before a place in a run; `None` where none does.
    ///
    /// # Errors
    /// As the database's.
    pub fn account_before(&mut self, run: &str, place: i64) -> Result<Option<String>, StoreError> {
        let of = bodies::table.filter(bodies::run.eq(run).and(bodies::place.lt(place)));
        let last = of.order(bodies::place.desc()).select(bodies::account);
        Ok(on!(self, it => last.first(it).optional())?)
    }

    /// The hashes stored for the bodies of a run with their places, in the order of its tree.
    ///
    /// # Errors
    /// As the database's.
    pub fn body_leaves(&mut self, run: &str) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let of = bodies::table.filter(bodies::run.eq(run)).order(bodies::place);
        Ok(on!(self, it => of.select((bodies::place, bodies::leaf)).load(it))?)
    }

    /// The bodies of some runs, of the first accounts behind one: at most so many accounts, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn bodies_after(
        &mut self,
        area: &str,
        runs: &[String],
        after: &str,
        most: i64,
    ) -> Result<Vec<BodyRow>, StoreError> {
        let by = || bodies::area.eq(area).and(bodies::run.eq_any(runs)).and(bodies::account.gt(after));
        let page = bodies::table.filter(by()).select(bodies::account).distinct().order(bodies::account).limit(most);
        let page: Vec<String> = on!(&mut *self, it => page.load(it))?;
        let Some(last) = page.last() else { return Ok(Vec::new()) };
        let of = bodies::table.filter(by().and(bodies::account.le(last))).order((bodies::account, bodies::run));
        Ok(on!(self, it => of.select(BodyRow::as_select()).load(it))?)
    }
}
