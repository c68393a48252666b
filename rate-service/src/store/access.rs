//! Keys, who used them, and answers to requests that may come again.

use diesel::prelude::*;

use super::link::on;
use super::schema::{accesses, answers, api_keys};
use super::{Link, StoreError};

/// A key as it is kept: never the key itself.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub struct KeyRow {
    /// The first letters of the key.
    pub id: String,
    /// SHA-256 of the whole key.
    pub hash: Vec<u8>,
    /// What its holder may do.
    pub role: String,
    /// Codes of areas with commas between; `*` is every area.
    pub areas: String,
    /// Who holds it.
    pub holder: String,
    /// When it was made.
    pub created_at: String,
    /// The key that made it; empty for the first one.
    pub created_by: String,
    /// When it was taken back.
    pub revoked_at: Option<String>,
}

/// A request that was let in or turned away.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = accesses, treat_none_as_default_value = false)]
pub struct AccessRow {
    /// The request.
    pub trace: String,
    /// When it was answered.
    pub at: String,
    /// The key; empty where nobody is known.
    pub caller: String,
    /// What was asked.
    pub operation: String,
    /// The area; empty where it is about none.
    pub area: String,
    /// The status of the answer.
    pub status: i64,
}

/// What was answered to a request that may come again.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = answers, treat_none_as_default_value = false)]
pub struct AnswerRow {
    /// The key of the caller.
    pub caller: String,
    /// What was asked.
    pub operation: String,
    /// The Idempotency-Key.
    pub key: String,
    /// SHA-256 of path and body.
    pub fingerprint: Vec<u8>,
    /// When it was answered.
    pub at: String,
    /// The status.
    pub status: i64,
    /// Where the new thing is; empty where there is none.
    pub location: String,
    /// The body.
    pub body: String,
}

impl Link {
    /// Adds a key; one whose first letters are those of another is refused by the database.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_key(&mut self, row: &KeyRow) -> Result<(), StoreError> {
        on!(self, it => diesel::insert_into(api_keys::table).values(row).execute(it))?;
        Ok(())
    }

    /// A key by its first letters.
    ///
    /// # Errors
    /// As the database's.
    pub fn key(&mut self, id: &str) -> Result<Option<KeyRow>, StoreError> {
        let of = api_keys::table.filter(api_keys::id.eq(id));
        Ok(on!(self, it => of.select(KeyRow::as_select()).first(it).optional())?)
    }

    /// Every key, oldest first.
    ///
    /// # Errors
    /// As the database's.
    pub fn keys(&mut self) -> Result<Vec<KeyRow>, StoreError> {
        let all = api_keys::table.order((api_keys::created_at, api_keys::id));
        Ok(on!(self, it => all.select(KeyRow::as_select()).load(it))?)
    }

    /// Takes a key back; one that was taken back stays as it is.
    ///
    /// # Errors
    /// As the database's.
    pub fn revoke_key(&mut self, id: &str, at: &str) -> Result<(), StoreError> {
        let of = api_keys::table.filter(api_keys::id.eq(id).and(api_keys::revoked_at.is_null()));
        on!(self, it => diesel::update(of).set(api_keys::revoked_at.eq(at)).execute(it))?;
        Ok(())
    }

    /// Notes requests.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_accesses(&mut self, rows: &[AccessRow]) -> Result<(), StoreError> {
        on!(self, it => diesel::insert_into(accesses::table).values(rows).execute(it))?;
        Ok(())
    }

    /// Requests behind an instant and request, oldest first.
    ///
    /// # Errors
    /// As the database's.
    pub fn accesses_behind(&mut self, behind: (&str, &str), most: i64) -> Result<Vec<AccessRow>, StoreError> {
        let (at, trace) = behind;
        let later = accesses::at.gt(at).or(accesses::at.eq(at).and(accesses::trace.gt(trace)));
        let of = accesses::table.filter(later).order((accesses::at, accesses::trace)).limit(most);
        Ok(on!(self, it => of.select(AccessRow::as_select()).load(it))?)
    }

    /// What was answered to a request.
    ///
    /// # Errors
    /// As the database's.
    pub fn answer(&mut self, caller: &str, operation: &str, key: &str) -> Result<Option<AnswerRow>, StoreError> {
        let same = answers::caller.eq(caller).and(answers::operation.eq(operation)).and(answers::key.eq(key));
        let of = answers::table.filter(same);
        Ok(on!(self, it => of.select(AnswerRow::as_select()).first(it).optional())?)
    }

    /// Keeps an answer in the transaction of its effect. `false` where there is one already: on PostgreSQL, whoever asks
    /// the same at the same time waits here for the other to end.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_answer(&mut self, row: &AnswerRow) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(answers::table).values(row);
        let added = on!(self, it => insert.on_conflict_do_nothing().execute(it))?;
        Ok(added == 1)
    }

    /// Says what was answered, where the answer was kept before it was known.
    ///
    /// # Errors
    /// As the database's.
    pub fn settle_answer(&mut self, row: &AnswerRow) -> Result<(), StoreError> {
        let key = (row.caller.as_str(), row.operation.as_str(), row.key.as_str());
        let values = (
            answers::status.eq(row.status),
            answers::location.eq(row.location.as_str()),
            answers::body.eq(row.body.as_str()),
        );
        on!(self, it => diesel::update(answers::table.find(key)).set(values).execute(it))?;
        Ok(())
    }

    /// Forgets answers from before an instant.
    ///
    /// # Errors
    /// As the database's.
    pub fn forget_answers(&mut self, before: &str) -> Result<usize, StoreError> {
        let old = answers::table.filter(answers::at.lt(before));
        Ok(on!(self, it => diesel::delete(old).execute(it))?)
    }
}
