//! Rows of an import that are not yet facts, and what is said of them.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::facts::LIST;
use super::link::on;
use super::schema::{import_accounts, import_mentions, import_problems, import_rows, import_totals};
use super::{Link, Mention, StoreError};

/// A row of an import.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_rows, treat_none_as_default_value = false)]
pub struct ImportStagedRow {
    /// The import.
    pub import: String,
    /// The account; empty for what is about the area.
    pub account: String,
    /// Name of the table of the book.
    pub kind: String,
    /// The hash of the row with its sign.
    pub leaf: Vec<u8>,
    /// The part it came in.
    pub part: i64,
    /// Its number there.
    pub row_number: i64,
    /// Whether it comes in; else it is withdrawn.
    pub standing: bool,
    /// The cells.
    pub line: String,
}

/// Something wrong with an import.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_problems, treat_none_as_default_value = false)]
pub struct ImportProblemRow {
    /// The import.
    pub import: String,
    /// Counts up.
    pub number: i64,
    /// Whether it was found in reading or in checking.
    pub stage: String,
    /// The account; empty where it is of none.
    pub account: String,
    /// The part; 0 where it is of no row that came.
    pub part: i64,
    /// The file.
    pub file: String,
    /// Sheet, row and column.
    pub place: String,
    /// The column of the table.
    pub field: String,
    /// The code.
    pub code: String,
    /// The sentence in Chinese.
    pub zh: String,
    /// The sentence in English.
    pub en: String,
}

/// A control total of a part.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_totals, treat_none_as_default_value = false)]
pub struct ImportTotalRow {
    /// The import.
    pub import: String,
    /// The part.
    pub part: i64,
    /// Name of the table of the book.
    pub kind: String,
    /// The column that is summed; empty for the number of rows.
    pub column_: String,
    /// The total, as a whole number of any size.
    pub total: String,
}

#[derive(Insertable)]
#[diesel(table_name = import_mentions, treat_none_as_default_value = false)]
struct MentionRow<'r> {
    import: &'r str,
    account: &'r str,
    kind: &'r str,
    other: &'r str,
}

#[derive(Insertable)]
#[diesel(table_name = import_accounts, treat_none_as_default_value = false)]
struct MarkRow<'r> {
    import: &'r str,
    mark: i64,
    account: &'r str,
}

impl Link {
    /// Adds rows of an import, and which accounts they name.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_import_rows(&mut self, rows: &[ImportStagedRow], mentions: &[Mention]) -> Result<(), StoreError> {
        let Some(import) = rows.first().map(|row| row.import.as_str()) else { return Ok(()) };
        match self {
            Self::Sqlite(it) => {
                diesel::insert_into(import_rows::table).values(rows).execute(it)?;
            }
            Self::Postgres(it) => {
                diesel::copy_from(import_rows::table).from_insertable(rows).execute(it)?;
            }
        }
        let row = |it: &'_ Mention| (it.account.clone(), it.kind.clone(), it.other.clone());
        let mentions: BTreeSet<_> = mentions.iter().map(row).collect();
        let mentions: Vec<MentionRow<'_>> =
            mentions.iter().map(|(account, kind, other)| MentionRow { import, account, kind, other }).collect();
        for rows in mentions.chunks(LIST) {
            match self {
                Self::Sqlite(it) => diesel::insert_or_ignore_into(import_mentions::table).values(rows).execute(it)?,
                Self::Postgres(it) => {
                    diesel::insert_into(import_mentions::table).values(rows).on_conflict_do_nothing().execute(it)?
                }
            };
        }
        Ok(())
    }

    /// The rows of some accounts in an import, in the order of accounts and tables.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_rows_of(&mut self, import: &str, accounts: &[String]) -> Result<Vec<ImportStagedRow>, StoreError> {
        let mut accounts = accounts.to_vec();
        accounts.sort_unstable();
        let mut found = Vec::new();
        for accounts in accounts.chunks(LIST) {
            let of = import_rows::import.eq(import).and(import_rows::account.eq_any(accounts));
            let order = (
                import_rows::account,
                import_rows::kind,
                import_rows::leaf,
                import_rows::part,
                import_rows::row_number,
            );
            let rows: Vec<ImportStagedRow> = on!(&mut *self, it => import_rows::table.filter(of).order(order)
                .select(ImportStagedRow::as_select()).load(it))?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// The rows of a table of some accounts in an import.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_rows_of_table(
        &mut self,
        import: &str,
        accounts: &[String],
        kind: &str,
    ) -> Result<Vec<ImportStagedRow>, StoreError> {
        let mut found = Vec::new();
        for accounts in accounts.chunks(LIST) {
            let of = import_rows::import.eq(import).and(import_rows::account.eq_any(accounts));
            let of = import_rows::table.filter(of.and(import_rows::kind.eq(kind)));
            let rows: Vec<ImportStagedRow> = on!(&mut *self, it => of.select(ImportStagedRow::as_select()).load(it))?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// The first accounts of an import behind a number, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_accounts_after(&mut self, import: &str, after: &str, most: usize) -> Result<Vec<String>, StoreError> {
        let of = import_rows::import.eq(import).and(import_rows::account.gt(after));
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        Ok(on!(self, it => import_rows::table.filter(of).select(import_rows::account).distinct()
            .order(import_rows::account).limit(limit).load(it))?)
    }

    /// As [`Link::named_by`], of the rows of an import.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_named_by(
        &mut self,
        import: &str,
        kind: &str,
        accounts: &[String],
    ) -> Result<BTreeSet<String>, StoreError> {
        use import_mentions as it;
        let mut named = BTreeSet::new();
        for accounts in accounts.chunks(LIST) {
            let by = it::import.eq(import).and(it::kind.eq(kind)).and(it::account.eq_any(accounts));
            let found: Vec<String> = on!(&mut *self, link => it::table.filter(by).select(it::other).load(link))?;
            named.extend(found);
        }
        Ok(named)
    }

    /// As [`Link::naming`], of the rows of an import.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_naming(
        &mut self,
        import: &str,
        kind: &str,
        accounts: &[String],
    ) -> Result<BTreeSet<String>, StoreError> {
        use import_mentions as it;
        let mut naming = BTreeSet::new();
        for accounts in accounts.chunks(LIST) {
            let by = it::import.eq(import).and(it::kind.eq(kind)).and(it::other.eq_any(accounts));
            let found: Vec<String> = on!(&mut *self, link => it::table.filter(by).select(it::account).load(link))?;
            naming.extend(found);
        }
        Ok(naming)
    }

    /// Marks accounts of an import; those that have the mark keep it.
    ///
    /// # Errors
    /// As the database's.
    pub fn mark_import_accounts(
        &mut self,
        import: &str,
        mark: i64,
        accounts: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let rows: Vec<MarkRow<'_>> = accounts.iter().map(|account| MarkRow { import, mark, account }).collect();
        for rows in rows.chunks(LIST) {
            match self {
                Self::Sqlite(it) => diesel::insert_or_ignore_into(import_accounts::table).values(rows).execute(it)?,
                Self::Postgres(it) => {
                    diesel::insert_into(import_accounts::table).values(rows).on_conflict_do_nothing().execute(it)?
                }
            };
        }
        Ok(())
    }

    /// Those of some accounts that have a mark.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_marked(
        &mut self,
        import: &str,
        mark: i64,
        accounts: &[String],
    ) -> Result<BTreeSet<String>, StoreError> {
        use import_accounts as it;
        let mut marked = BTreeSet::new();
        for accounts in accounts.chunks(LIST) {
            let of = it::import.eq(import).and(it::mark.eq(mark)).and(it::account.eq_any(accounts));
            let found: Vec<String> = on!(&mut *self, link => it::table.filter(of).select(it::account).load(link))?;
            marked.extend(found);
        }
        Ok(marked)
    }

    /// The first accounts with a mark behind a number, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_marked_after(
        &mut self,
        import: &str,
        mark: i64,
        after: &str,
        most: usize,
    ) -> Result<Vec<String>, StoreError> {
        use import_accounts as it;
        let of = it::import.eq(import).and(it::mark.eq(mark)).and(it::account.gt(after));
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        Ok(on!(self, link => it::table.filter(of).select(it::account).order(it::account).limit(limit).load(link))?)
    }

    /// Lists problems behind those that are listed, up to so many in all; their numbers are given here.
    ///
    /// # Errors
    /// As the database's.
    pub fn list_import_problems(
        &mut self,
        import: &str,
        rows: Vec<ImportProblemRow>,
        most: i64,
    ) -> Result<(), StoreError> {
        use diesel::dsl::max;
        use import_problems as it;
        let last: Option<i64> =
            on!(&mut *self, link => it::table.filter(it::import.eq(import)).select(max(it::number)).first(link))?;
        let from = last.unwrap_or_default() + 1;
        let mut rows: Vec<ImportProblemRow> =
            rows.into_iter().zip(from..=most).map(|(row, number)| ImportProblemRow { number, ..row }).collect();
        // What PostgreSQL cannot store is in no text that is shown.
        rows.iter_mut()
            .flat_map(|row| [&mut row.account, &mut row.field, &mut row.zh, &mut row.en, &mut row.place, &mut row.file])
            .for_each(|text| text.retain(|letter| letter != '\0'));
        for rows in rows.chunks(LIST) {
            on!(&mut *self, link => diesel::insert_into(it::table).values(rows).execute(link))?;
        }
        Ok(())
    }

    /// The problems of an import behind a number, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_problems(
        &mut self,
        import: &str,
        after: i64,
        most: i64,
    ) -> Result<Vec<ImportProblemRow>, StoreError> {
        use import_problems as it;
        let of = it::import.eq(import).and(it::number.gt(after));
        Ok(on!(self, link => it::table.filter(of).order(it::number).limit(most)
            .select(ImportProblemRow::as_select()).load(link))?)
    }

    /// The control totals of the parts of an import.
    ///
    /// # Errors
    /// As the database's.
    pub fn import_totals(&mut self, import: &str) -> Result<Vec<ImportTotalRow>, StoreError> {
        use import_totals as it;
        let of = it::table.filter(it::import.eq(import)).order((it::part, it::kind, it::column_));
        Ok(on!(self, link => of.select(ImportTotalRow::as_select()).load(link))?)
    }

    /// Writes the control totals of a part, in place of those that are there.
    ///
    /// # Errors
    /// As the database's.
    pub fn put_import_totals(&mut self, import: &str, part: i64, rows: &[ImportTotalRow]) -> Result<(), StoreError> {
        use import_totals as it;
        let of = it::import.eq(import).and(it::part.eq(part));
        on!(&mut *self, link => diesel::delete(it::table.filter(of)).execute(link))?;
        on!(self, link => diesel::insert_into(it::table).values(rows).execute(link))?;
        Ok(())
    }

    /// Whether facts of an area came in, or were taken back, behind a knowledge number.
    ///
    /// # Errors
    /// As the database's.
    pub fn has_news(&mut self, area: &str, known: i64) -> Result<bool, StoreError> {
        use super::schema::facts;
        let of = facts::knowledge.gt(known).and(facts::area.eq(area));
        let found: Option<i64> =
            on!(self, link => facts::table.filter(of).select(facts::knowledge).first(link).optional())?;
        Ok(found.is_some())
    }
}
