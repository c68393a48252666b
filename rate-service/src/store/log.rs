//! The log as rows: entries by place, checkpoints by size, the keys that may sign.

use diesel::prelude::*;

use super::link::on;
use super::schema::{checkpoints, entries, signers};
use super::{Link, StoreError};

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = entries)]
pub struct EntryRow {
    /// Its place, from 0.
    pub place: i64,
    /// Its bytes.
    pub entry: Vec<u8>,
    /// The hash stored for them.
    pub leaf: Vec<u8>,
}

impl Link {
    /// The entries from a place on, each with the hash stored for it.
    ///
    /// # Errors
    /// As the database's.
    pub fn entries_from(&mut self, place: i64) -> Result<Vec<EntryRow>, StoreError> {
        let from = entries::table.filter(entries::place.ge(place)).order(entries::place);
        Ok(on!(self, it => from.select(EntryRow::as_select()).load(it))?)
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// As the database's.
    pub fn entry_count(&mut self) -> Result<i64, StoreError> {
        use diesel::dsl::max;
        let last: Option<i64> = on!(self, it => entries::table.select(max(entries::place)).first(it))?;
        Ok(last.map_or(0, |last| last + 1))
    }

    /// Adds an entry at a place, under the lock of the writer.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_entry(&mut self, place: i64, entry: &[u8], leaf: &[u8]) -> Result<(), StoreError> {
        let row = (entries::place.eq(place), entries::entry.eq(entry), entries::leaf.eq(leaf));
        on!(self, it => diesel::insert_into(entries::table).values(row).execute(it))?;
        Ok(())
    }

    /// Every checkpoint, by size.
    ///
    /// # Errors
    /// As the database's.
    pub fn checkpoints(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(on!(self, it => checkpoints::table.order(checkpoints::size).load(it))?)
    }

    /// The checkpoints of more than so many entries, by size: at most so many.
    ///
    /// # Errors
    /// As the database's.
    pub fn checkpoints_behind(&mut self, size: i64, most: i64) -> Result<Vec<(i64, String)>, StoreError> {
        let page = checkpoints::table.filter(checkpoints::size.gt(size)).order(checkpoints::size).limit(most);
        Ok(on!(self, it => page.load(it))?)
    }

    /// The checkpoint of so many entries, or the last one.
    ///
    /// # Errors
    /// As the database's.
    pub fn checkpoint(&mut self, size: Option<i64>) -> Result<Option<String>, StoreError> {
        let by = checkpoints::size.le(size.unwrap_or(i64::MAX));
        let last = checkpoints::table.filter(by).order(checkpoints::size.desc());
        let found: Option<(i64, String)> = on!(self, it => last.first(it).optional())?;
        Ok(found.filter(|(of, _)| size.is_none_or(|size| size == *of)).map(|(_, note)| note))
    }

    /// Adds a checkpoint as it was signed.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_checkpoint(&mut self, size: i64, note: &str) -> Result<(), StoreError> {
        let row = (checkpoints::size.eq(size), checkpoints::note.eq(note));
        on!(self, it => diesel::insert_into(checkpoints::table).values(row).execute(it))?;
        Ok(())
    }

    /// The keys that may sign, oldest first.
    ///
    /// # Errors
    /// As the database's.
    pub fn signers(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(on!(self, it => signers::table.order(signers::place).select(signers::key).load(it))?)
    }

    /// Adds a key behind those that are there.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_signer(&mut self, key: &str) -> Result<(), StoreError> {
        let count: i64 = on!(self, it => signers::table.count().get_result(it))?;
        let row = (signers::place.eq(count), signers::key.eq(key));
        on!(self, it => diesel::insert_into(signers::table).values(row).execute(it))?;
        Ok(())
    }
}
