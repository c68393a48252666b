//! Imports on their way: what was asked for, the bytes that came, how far the work is.

use diesel::prelude::*;

use super::link::on;
use super::schema::{
    import_accounts, import_events, import_mentions, import_parts, import_pieces, import_progress, import_rows,
};
use super::schema::{import_problems, import_totals, imports};
use super::{Link, StoreError};

/// An import.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = imports, treat_none_as_default_value = false)]
pub struct ImportRow {
    /// The name its caller gave it.
    pub id: String,
    /// The area it is for.
    pub area: String,
    /// What becomes of what stands.
    pub mode: String,
    /// What becomes of what is right where something is wrong.
    pub keep: String,
    /// Whether nothing is committed.
    pub dry_run: bool,
    /// Who opened it.
    pub author: String,
    /// When.
    pub opened_at: String,
    /// Its state.
    pub state: String,
    /// What a worker does next.
    pub stage: String,
    /// Why it failed.
    pub problem: String,
    /// The knowledge number it was committed under; 0 before.
    pub number: i64,
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = import_progress, primary_key(import), treat_none_as_default_value = false)]
pub struct ImportProgressRow {
    /// The import.
    pub import: String,
    /// The facts it is checked against.
    pub known: i64,
    /// The round of the check.
    pub round: i64,
    /// The last account that was checked in it.
    pub cursor: String,
    /// Accounts checked.
    pub accounts: i64,
    /// Problems the check found.
    pub problems: i64,
    /// Who works on it.
    pub owner: String,
    /// Until when, by the clock of the database.
    pub lease_until: i64,
    /// Counts up with each owner.
    pub fence: i64,
}

/// A change of state of an import.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_events)]
pub struct ImportEventRow {
    /// The import.
    pub import: String,
    /// Its place among the events of the import, from 1.
    pub number: i64,
    /// The state from here on.
    pub state: String,
    /// What is done with it while it is checked; else empty.
    pub stage: String,
    /// When.
    pub recorded_at: String,
}

/// A file of an import.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = import_parts, primary_key(import, part), treat_none_as_default_value = false)]
pub struct ImportPartRow {
    /// The import.
    pub import: String,
    /// Its number.
    pub part: i64,
    /// The name of the file.
    pub name: String,
    /// Name of the table of the book; empty where each row says it.
    pub kind: String,
    /// CSV, workbook, lines of JSON.
    pub form: String,
    /// Encoding of CSV.
    pub encoding: String,
    /// A mapping file; empty for none.
    pub mapping: String,
    /// The upload under way, or the last.
    pub attempt: i64,
    /// Its bytes so far.
    pub bytes: i64,
    /// SHA-256 of the upload that is whole.
    pub digest: String,
    /// That upload; 0 where none is.
    pub whole: i64,
    /// Whether it was read.
    pub state: String,
    /// Rows read.
    pub rows: i64,
    /// Problems found in reading it.
    pub problems: i64,
    /// What is said of a list of another body, as its writer wrote it; empty where it is none.
    pub list: String,
}

/// Bytes of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_pieces, treat_none_as_default_value = false)]
pub struct ImportPieceRow {
    /// The import.
    pub import: String,
    /// The part.
    pub part: i64,
    /// The upload.
    pub attempt: i64,
    /// Place of the first byte.
    pub place: i64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Link {
    /// An import by its name.
    ///
    /// # Errors
    /// As the database's.
    pub fn import(&mut self, id: &str) -> Result<Option<ImportRow>, StoreError> {
        Ok(
            on!(self, it => imports::table.filter(imports::id.eq(id)).select(ImportRow::as_select()).first(it).optional())?,
        )
    }

    /// The imports of an area behind a name, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn imports_of(&mut self, area: &str, after: &str, most: i64) -> Result<Vec<ImportRow>, StoreError> {
        let of = imports::area.eq(area).and(imports::id.gt(after));
        Ok(on!(self, it => imports::table.filter(of).order(imports::id).limit(most)
            .select(ImportRow::as_select()).load(it))?)
    }

    /// Adds an import.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_import(&mut self, row: &ImportRow, progress: &ImportProgressRow) -> Result<(), StoreError> {
        on!(&mut *self, it => diesel::insert_into(imports::table).values(row).execute(it))?;
        on!(self, it => diesel::insert_into(import_progress::table).values(progress).execute(it))?;
        Ok(())
    }

    /// Holds an import until the transaction ends, as whoever works on it does: what is read of it behind this is what it is.
    ///
    /// # Errors
    /// As the database's.
    pub fn lock_import(&mut self, id: &str) -> Result<(), StoreError> {
        // An SQLite file has one writer, who has it already.
        if let Self::Postgres(it) = self {
            let of = import_progress::table.filter(import_progress::import.eq(id)).select(import_progress::import);
            of.for_update().first::<String>(it).optional()?;
        }
        Ok(())
    }

    /// Changes an import.
    ///
    /// # Errors
    /// As the database's.
    pub fn set_import(&mut self, row: &ImportRow) -> Result<(), StoreError> {
        let of = imports::table.filter(imports::id.eq(&row.id));
        on!(self, it => diesel::update(of).set(row).execute(it))?;
        Ok(())
    }

    /// Adds a change of state behind those that are there; its number is given here.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_import_event(&mut self, mut row: ImportEventRow) -> Result<(), StoreError> {
        use diesel::dsl::max;
        let of = import_events::table.filter(import_events::import.eq(&row.import)).select(max(import_events::number));
        let last: Option<i64> = on!(&mut *self, it => of.first(it))?;
        row.number = last.unwrap_or_default() + 1;
        on!(self, it => diesel::insert_into(import_events::table).values(&row).execute(it))?;
        Ok(())
    }

    /// The changes of state of an import behind a number.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_events(&mut self, import: &str, after: i64) -> Result<Vec<ImportEventRow>, StoreError> {
        let of = import_events::import.eq(import).and(import_events::number.gt(after));
        let of = import_events::table.filter(of).order(import_events::number);
        Ok(on!(self, it => of.select(ImportEventRow::as_select()).load(it))?)
    }

    /// How far an import is.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_progress(&mut self, import: &str) -> Result<ImportProgressRow, StoreError> {
        let of = import_progress::import.eq(import);
        let found = on!(self, it => import_progress::table.filter(of)
            .select(ImportProgressRow::as_select()).first(it).optional())?;
        found.ok_or(StoreError::Broken("an import without its progress"))
    }

    /// Changes how far an import is.
    ///
    /// # Errors
    /// As the database's.
    pub fn set_import_progress(&mut self, row: &ImportProgressRow) -> Result<(), StoreError> {
        let of = import_progress::table.filter(import_progress::import.eq(&row.import));
        on!(self, it => diesel::update(of).set(row).execute(it))?;
        Ok(())
    }

    /// An import that a worker has something to do for and that nobody holds, taken by this one for some milliseconds.
    ///
    /// # Errors
    /// As the database's.
    pub fn claim_import(&mut self, worker: &str, lease: i64) -> Result<Option<ImportProgressRow>, StoreError> {
        let now = self.lease_clock()?;
        let free = imports::stage.ne("").and(import_progress::lease_until.lt(now));
        let of = imports::table.inner_join(import_progress::table.on(import_progress::import.eq(imports::id)));
        let found: Option<ImportProgressRow> = match self {
            Self::Sqlite(it) => {
                of.filter(free).order(imports::id).select(ImportProgressRow::as_select()).first(it).optional()?
            }
            Self::Postgres(it) => of
                .filter(free)
                .order(imports::id)
                .select(ImportProgressRow::as_select())
                .for_update()
                .skip_locked()
                .first(it)
                .optional()?,
        };
        let Some(mut row) = found else { return Ok(None) };
        worker.clone_into(&mut row.owner);
        (row.lease_until, row.fence) = (now.saturating_add(lease), row.fence + 1);
        self.set_import_progress(&row)?;
        Ok(Some(row))
    }

    /// The progress of an import, where its holder is still the one of a fence; nobody else takes it over until the
    /// transaction ends.
    ///
    /// # Errors
    /// As the database's.
    pub fn hold_import(&mut self, held: &ImportProgressRow) -> Result<Option<ImportProgressRow>, StoreError> {
        let of = import_progress::table.filter(import_progress::import.eq(&held.import));
        // The row is taken before it is read.
        on!(&mut *self, it => diesel::update(of).set(import_progress::fence.eq(import_progress::fence)).execute(it))?;
        Ok(Some(self.import_progress(&held.import)?).filter(|row| row.fence == held.fence))
    }

    /// Holds the lease of an import longer, where its holder is still the one of a fence.
    ///
    /// # Errors
    /// As the database's.
    pub fn extend_import(&mut self, held: &ImportProgressRow, lease: i64) -> Result<(), StoreError> {
        let until = self.lease_clock()?.saturating_add(lease);
        let mine = import_progress::import.eq(&held.import).and(import_progress::fence.eq(held.fence));
        let of = import_progress::table.filter(mine);
        on!(self, it => diesel::update(of).set(import_progress::lease_until.eq(until)).execute(it))?;
        Ok(())
    }

    /// The parts of an import, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_parts(&mut self, import: &str) -> Result<Vec<ImportPartRow>, StoreError> {
        let of = import_parts::table.filter(import_parts::import.eq(import)).order(import_parts::part);
        Ok(on!(self, it => of.select(ImportPartRow::as_select()).load(it))?)
    }

    /// Adds a part, or changes it.
    ///
    /// # Errors
    /// As the database's.
    pub fn put_import_part(&mut self, row: &ImportPartRow) -> Result<(), StoreError> {
        let of = import_parts::import.eq(&row.import).and(import_parts::part.eq(row.part));
        let changed = on!(&mut *self, it => diesel::update(import_parts::table.filter(of)).set(row).execute(it))?;
        if changed == 0 {
            on!(self, it => diesel::insert_into(import_parts::table).values(row).execute(it))?;
        }
        Ok(())
    }

    /// Adds bytes of an upload.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_import_piece(&mut self, row: &ImportPieceRow) -> Result<(), StoreError> {
        on!(self, it => diesel::insert_into(import_pieces::table).values(row).execute(it))?;
        Ok(())
    }

    /// The bytes of an upload that begin at a place.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_piece(
        &mut self,
        import: &str,
        part: i64,
        attempt: i64,
        place: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        use import_pieces as it;
        let of = it::import.eq(import).and(it::part.eq(part)).and(it::attempt.eq(attempt)).and(it::place.eq(place));
        Ok(on!(self, link => it::table.filter(of).select(it::bytes).first(link).optional())?)
    }

    /// Drops the bytes of uploads of a part, but for one.
    ///
    /// # Errors
    /// As the database's.
    pub fn drop_import_pieces(&mut self, import: &str, part: i64, but: i64) -> Result<(), StoreError> {
        use import_pieces as it;
        let of = it::import.eq(import).and(it::part.eq(part)).and(it::attempt.ne(but));
        on!(self, link => diesel::delete(it::table.filter(of)).execute(link))?;
        Ok(())
    }

    /// Drops what an import holds beside its own row: rows of some parts at a time would not be bounded, so those of some
    /// accounts; false once nothing is left.
    ///
    /// # Errors
    /// As the database's.
    pub fn drop_import_rows(&mut self, import: &str, most: i64) -> Result<bool, StoreError> {
        let of = import_rows::import.eq(import);
        let page = import_rows::table.filter(of).select(import_rows::account).order(import_rows::account).offset(most);
        let upto: Option<String> = on!(&mut *self, it => page.first(it).optional())?;
        match &upto {
            Some(upto) => {
                let of = of.and(import_rows::account.le(upto));
                on!(&mut *self, it => diesel::delete(import_rows::table.filter(of)).execute(it))?;
            }
            None => {
                on!(&mut *self, it => diesel::delete(import_rows::table.filter(of)).execute(it))?;
                let of = import_mentions::table.filter(import_mentions::import.eq(import));
                on!(&mut *self, it => diesel::delete(of).execute(it))?;
                let of = import_accounts::table.filter(import_accounts::import.eq(import));
                on!(&mut *self, it => diesel::delete(of).execute(it))?;
                let of = import_pieces::table.filter(import_pieces::import.eq(import));
                on!(self, it => diesel::delete(of).execute(it))?;
            }
        }
        Ok(upto.is_some())
    }

    /// Drops what reading a part has left, so that it can be read again.
    ///
    /// # Errors
    /// As the database's.
    pub fn forget_import_part(&mut self, import: &str, part: i64) -> Result<(), StoreError> {
        let of = import_rows::table.filter(import_rows::import.eq(import).and(import_rows::part.eq(part)));
        on!(&mut *self, it => diesel::delete(of).execute(it))?;
        let of = import_totals::table.filter(import_totals::import.eq(import).and(import_totals::part.eq(part)));
        on!(&mut *self, it => diesel::delete(of).execute(it))?;
        let of = import_problems::import.eq(import).and(import_problems::part.eq(part));
        let of = import_problems::table.filter(of.and(import_problems::stage.eq("reading")));
        on!(self, it => diesel::delete(of).execute(it))?;
        Ok(())
    }

    /// Drops the marks of accounts of an import from one on.
    ///
    /// # Errors
    /// As the database's.
    pub fn forget_import_marks_from(&mut self, import: &str, mark: i64) -> Result<(), StoreError> {
        let of = import_accounts::import.eq(import).and(import_accounts::mark.ge(mark));
        on!(self, it => diesel::delete(import_accounts::table.filter(of)).execute(it))?;
        Ok(())
    }

    /// Drops what the check has found, so that it can be done again.
    ///
    /// # Errors
    /// As the database's.
    pub fn forget_import_check(&mut self, import: &str) -> Result<(), StoreError> {
        self.forget_import_marks_from(import, 0)?;
        let of = import_problems::import.eq(import).and(import_problems::stage.eq("checking"));
        on!(self, it => diesel::delete(import_problems::table.filter(of)).execute(it))?;
        Ok(())
    }
}
