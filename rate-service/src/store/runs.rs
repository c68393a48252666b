//! Annual runs: what was asked for, their states, the law they are pinned to, what was found.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};

use super::link::on;
use super::schema::{run_blocks, run_chunks, run_events, run_findings, run_law, run_left_out, runs};
use super::{Link, StoreError};

/// A run as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = runs, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct RunRow {
    /// What it is called.
    pub id: String,
    /// The area.
    pub area: String,
    /// What was asked for, as its writer wrote it.
    pub request: String,
    /// Kinds of findings that somebody accepted by name.
    pub accepted: String,
    /// The word of its state.
    pub state: String,
    /// Who made it.
    pub author: String,
    /// Who reviewed it.
    pub reviewer: Option<String>,
    /// Who approved it.
    pub approver: Option<String>,
    /// The number its facts were frozen at.
    pub knowledge: Option<i64>,
    /// What was found out at the freeze, as its writer wrote it.
    pub frozen: Option<String>,
    /// Why it failed.
    pub problem: Option<String>,
    /// Who works on it as a whole.
    pub owner: Option<String>,
    /// Until when, by the clock of the database.
    pub lease_until: i64,
    /// How many owners it has had.
    pub fence: i64,
    /// How often it was taken up since it last got on.
    pub attempts: i64,
    /// When it was asked for.
    pub created_at: String,
}

/// A change of state.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = run_events)]
pub struct RunEventRow {
    /// The run.
    pub run: String,
    /// Its place among the events of the run, from 1.
    pub number: i64,
    /// The state from here on.
    pub state: String,
    /// What was done.
    pub act: String,
    /// By whom.
    pub who: String,
    /// When.
    pub recorded_at: String,
    /// What was said.
    pub remark: String,
}

/// A document of the law of a run.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = run_law)]
pub struct RunLawRow {
    /// The run.
    pub run: String,
    /// Its place; the rule set stands first.
    pub place: i64,
    /// What it is.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its digest.
    pub digest: Vec<u8>,
    /// Its canonical form.
    pub content: String,
}

/// Something found before a run decided.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = run_findings, treat_none_as_default_value = false)]
pub struct RunFindingRow {
    /// The run.
    pub run: String,
    /// Its place among the findings of the run.
    pub number: i64,
    /// Its kind.
    pub kind: String,
    /// The account; none where it concerns the book.
    pub account: Option<String>,
    /// The table it was found in.
    pub file: String,
    /// The column.
    pub field: String,
    /// The values of its sentence, as their writer wrote them.
    pub reported: String,
}

#[derive(QueryableByName)]
struct Millis {
    #[diesel(sql_type = BigInt)]
    millis: i64,
}

/// The clock of leases: that of the database, which all owners share.
const SQLITE_MILLIS: &str = "SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT) AS millis";
const POSTGRES_MILLIS: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis";

impl Link {
    /// What time it is for leases.
    ///
    /// # Errors
    /// As the database's.
    pub fn lease_clock(&mut self) -> Result<i64, StoreError> {
        let now: Millis = match self {
            Self::Sqlite(it) => sql_query(SQLITE_MILLIS).get_result(it)?,
            Self::Postgres(it) => sql_query(POSTGRES_MILLIS).get_result(it)?,
        };
        Ok(now.millis)
    }

    /// Adds a run; `false` where there is one of that name.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_run(&mut self, row: &RunRow) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(runs::table).values(row);
        Ok(on!(self, it => insert.on_conflict_do_nothing().execute(it))? == 1)
    }

    /// A run.
    ///
    /// # Errors
    /// As the database's.
    pub fn run(&mut self, id: &str) -> Result<Option<RunRow>, StoreError> {
        let of = runs::table.filter(runs::id.eq(id));
        Ok(on!(self, it => of.select(RunRow::as_select()).first(it).optional())?)
    }

    /// A run that nobody else changes before this transaction ends.
    ///
    /// # Errors
    /// As the database's.
    pub fn run_to_change(&mut self, id: &str) -> Result<Option<RunRow>, StoreError> {
        let of = runs::table.filter(runs::id.eq(id));
        Ok(match self {
            Self::Sqlite(it) => of.select(RunRow::as_select()).first(it).optional()?,
            Self::Postgres(it) => of.select(RunRow::as_select()).for_update().first(it).optional()?,
        })
    }

    /// Changes a run to what it is now; it was read by [`Link::run_to_change`].
    ///
    /// # Errors
    /// As the database's.
    pub fn change_run(&mut self, row: &RunRow) -> Result<(), StoreError> {
        let of = runs::table.filter(runs::id.eq(&row.id));
        on!(self, it => diesel::update(of).set(row).execute(it))?;
        Ok(())
    }

    /// Runs of some areas, those asked for last first: at most so many behind one that was seen.
    ///
    /// # Errors
    /// As the database's.
    pub fn runs_of(&mut self, areas: &[String], before: Option<&RunRow>, most: i64) -> Result<Vec<RunRow>, StoreError> {
        let all = runs::table.filter(runs::area.eq_any(areas));
        let order = (runs::created_at.desc(), runs::id.desc());
        match before {
            Some(seen) => {
                let earlier = runs::created_at.lt(&seen.created_at);
                let beside = runs::created_at.eq(&seen.created_at).and(runs::id.lt(&seen.id));
                let page = all.filter(earlier.or(beside)).order(order).limit(most);
                Ok(on!(self, it => page.select(RunRow::as_select()).load(it))?)
            }
            None => {
                let page = all.order(order).limit(most);
                Ok(on!(self, it => page.select(RunRow::as_select()).load(it))?)
            }
        }
    }

    /// A run that waits for somebody to work on it as a whole, kept from others until this transaction ends.
    ///
    /// # Errors
    /// As the database's.
    pub fn waiting_run(&mut self) -> Result<Option<RunRow>, StoreError> {
        let now = self.lease_clock()?;
        let waiting =
            runs::state.eq_any(["queued", "publishing"]).or(runs::state.eq("running").and(runs::knowledge.is_null()));
        let of =
            runs::table.filter(waiting.and(runs::lease_until.le(now))).order((runs::created_at, runs::id)).limit(1);
        Ok(match self {
            Self::Sqlite(it) => of.select(RunRow::as_select()).first(it).optional()?,
            Self::Postgres(it) => of.select(RunRow::as_select()).for_update().skip_locked().first(it).optional()?,
        })
    }

    /// Notes a change of state behind those that were before, in a transaction that holds the run.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_run_event(&mut self, mut row: RunEventRow) -> Result<(), StoreError> {
        use diesel::dsl::max;
        let of = run_events::table.filter(run_events::run.eq(&row.run)).select(max(run_events::number));
        let last: Option<i64> = on!(&mut *self, it => of.first(it))?;
        row.number = last.unwrap_or_default() + 1;
        on!(self, it => diesel::insert_into(run_events::table).values(&row).execute(it))?;
        Ok(())
    }

    /// The changes of state of a run behind a number.
    ///
    /// # Errors
    /// As the database's.
    pub fn run_events(&mut self, run: &str, after: i64) -> Result<Vec<RunEventRow>, StoreError> {
        let of = run_events::table.filter(run_events::run.eq(run).and(run_events::number.gt(after)));
        let of = of.order(run_events::number);
        Ok(on!(self, it => of.select(RunEventRow::as_select()).load(it))?)
    }

    /// Pins the law of a run.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_run_law(&mut self, rows: &[RunLawRow]) -> Result<(), StoreError> {
        for row in rows {
            on!(&mut *self, it => diesel::insert_into(run_law::table).values(row).execute(it))?;
        }
        Ok(())
    }

    /// The law of a run.
    ///
    /// # Errors
    /// As the database's.
    pub fn run_law(&mut self, run: &str) -> Result<Vec<RunLawRow>, StoreError> {
        let of = run_law::table.filter(run_law::run.eq(run)).order(run_law::place);
        Ok(on!(self, it => of.select(RunLawRow::as_select()).load(it))?)
    }

    /// Adds findings of a run.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_run_findings(&mut self, rows: &[RunFindingRow]) -> Result<(), StoreError> {
        for rows in rows.chunks(1000) {
            match &mut *self {
                Self::Sqlite(it) => {
                    diesel::insert_into(run_findings::table).values(rows).execute(it)?;
                }
                Self::Postgres(it) => {
                    diesel::copy_from(run_findings::table).from_insertable(rows).execute(it)?;
                }
            }
        }
        Ok(())
    }

    /// Findings of a run behind a number, at most so many.
    ///
    /// # Errors
    /// As the database's.
    pub fn run_findings(&mut self, run: &str, after: i64, most: i64) -> Result<Vec<RunFindingRow>, StoreError> {
        let of = run_findings::table.filter(run_findings::run.eq(run).and(run_findings::number.gt(after)));
        let of = of.order(run_findings::number).limit(most);
        Ok(on!(self, it => of.select(RunFindingRow::as_select()).load(it))?)
    }

    /// Takes away what a run has kept of its bodies.
    ///
    /// # Errors
    /// As the database's.
    pub fn drop_run_blocks(&mut self, run: &str) -> Result<(), StoreError> {
        on!(self, it => diesel::delete(run_blocks::table.filter(run_blocks::run.eq(run))).execute(it))?;
        Ok(())
    }

    /// Takes away everything that a run has come to, so that it can begin anew; its events stay.
    ///
    /// # Errors
    /// As the database's.
    pub fn drop_run_results(&mut self, run: &str) -> Result<(), StoreError> {
        self.drop_run_blocks(run)?;
        on!(&mut *self, it => diesel::delete(run_left_out::table.filter(run_left_out::run.eq(run))).execute(it))?;
        on!(&mut *self, it => diesel::delete(run_chunks::table.filter(run_chunks::run.eq(run))).execute(it))?;
        on!(&mut *self, it => diesel::delete(run_findings::table.filter(run_findings::run.eq(run))).execute(it))?;
        on!(&mut *self, it => diesel::delete(run_law::table.filter(run_law::run.eq(run))).execute(it))?;
        Ok(())
    }
}
