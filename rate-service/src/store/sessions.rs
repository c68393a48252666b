//! Who is signed in to the console.

use diesel::prelude::*;

use super::link::on;
use super::schema::sessions;
use super::{Link, StoreError};

/// A session as it is kept: never what the browser keeps.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct SessionRow {
    /// SHA-256 of what the browser keeps.
    pub hash: Vec<u8>,
    /// The first letters of the key that signed in.
    pub key: String,
    /// When it began.
    pub created_at: String,
    /// The last request, to the minute.
    pub seen_at: String,
}

impl Link {
    /// Begins a session, and forgets those that nobody was seen in since an instant.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_session(&mut self, row: &SessionRow, forgotten_before: &str) -> Result<(), StoreError> {
        let old = sessions::table.filter(sessions::seen_at.lt(forgotten_before));
        on!(self, it => diesel::delete(old).execute(it))?;
        on!(self, it => diesel::insert_into(sessions::table).values(row).execute(it))?;
        Ok(())
    }

    /// A session by its hash.
    ///
    /// # Errors
    /// As the database's.
    pub fn session(&mut self, hash: &[u8]) -> Result<Option<SessionRow>, StoreError> {
        let of = sessions::table.find(hash);
        Ok(on!(self, it => of.select(SessionRow::as_select()).first(it).optional())?)
    }

    /// Notes that somebody was seen in a session.
    ///
    /// # Errors
    /// As the database's.
    pub fn see_session(&mut self, hash: &[u8], at: &str) -> Result<(), StoreError> {
        let of = sessions::table.find(hash);
        on!(self, it => diesel::update(of).set(sessions::seen_at.eq(at)).execute(it))?;
        Ok(())
    }

    /// Ends a session; one that is not there is ended.
    ///
    /// # Errors
    /// As the database's.
    pub fn end_session(&mut self, hash: &[u8]) -> Result<(), StoreError> {
        on!(self, it => diesel::delete(sessions::table.find(hash)).execute(it))?;
        Ok(())
    }
}
