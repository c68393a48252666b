//! Chunks of annual runs: leased to one owner at a time, and what they came to.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::link::on;
use super::schema::{run_blocks, run_chunks, run_left_out};
use super::{AccountRange, Link, StoreError};

/// A contiguous range of accounts of a run.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = run_chunks, treat_none_as_default_value = false)]
pub struct ChunkRow {
    /// The run.
    pub run: String,
    /// Its place in the run, from 0.
    pub number: i64,
    /// The account behind which it begins; empty for the first.
    pub after_account: String,
    /// Its last account.
    pub upto: String,
    /// How many accounts it has.
    pub accounts: i64,
    /// Whether its block is kept.
    pub done: bool,
    /// Who has it.
    pub owner: Option<String>,
    /// Until when, by the clock of the database.
    pub lease_until: i64,
    /// How many owners it has had.
    pub fence: i64,
    /// How often it was taken up.
    pub attempts: i64,
    /// Sums over its accounts, as their writer wrote them.
    pub summary: Option<String>,
}

impl ChunkRow {
    /// Its accounts.
    pub fn range(&self) -> AccountRange {
        AccountRange { after: self.after_account.clone(), upto: Some(self.upto.clone()) }
    }
}

/// The bodies of a chunk.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = run_blocks)]
pub struct BlockRow {
    /// The run.
    pub run: String,
    /// The chunk.
    pub chunk: i64,
    /// Account and length of each body, as their writer wrote them.
    pub places: String,
    /// The bodies, one behind the other.
    pub bodies: Vec<u8>,
}

/// An account that has no rate of a run.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = run_left_out)]
pub struct LeftOutRow {
    /// The run.
    pub run: String,
    /// The account.
    pub account: String,
    /// Its chunk.
    pub chunk: i64,
    /// Why: `refused` or `not-insured`.
    pub why: String,
    /// Its problems, as their writer wrote them.
    pub problems: String,
}

#[derive(QueryableByName)]
struct ChunkKey {
    #[diesel(sql_type = Text)]
    run: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

const OPEN: &str = "SELECT c.run AS run, c.number AS number FROM run_chunks c JOIN runs r ON r.id = c.run \
    WHERE r.state = 'running' AND NOT c.done AND c.lease_until <= ";

impl Link {
    /// Frees everything that somebody had taken to work on, where nobody else can be at work.
    ///
    /// # Errors
    /// As the database's.
    pub fn free_all_leases(&mut self) -> Result<(), StoreError> {
        use super::schema::{examinations, impacts, import_progress, runs, scenarios, webhooks};
        on!(&mut *self, it => diesel::update(run_chunks::table).set(run_chunks::lease_until.eq(0)).execute(it))?;
        on!(&mut *self, it => diesel::update(runs::table).set(runs::lease_until.eq(0)).execute(it))?;
        on!(&mut *self, it => diesel::update(import_progress::table).set(import_progress::lease_until.eq(0)).execute(it))?;
        on!(&mut *self, it => diesel::update(impacts::table).set(impacts::lease_until.eq(0)).execute(it))?;
        on!(&mut *self, it => diesel::update(examinations::table).set(examinations::lease_until.eq(0)).execute(it))?;
        on!(&mut *self, it => diesel::update(scenarios::table).set(scenarios::lease_until.eq(0)).execute(it))?;
        on!(self, it => diesel::update(webhooks::table).set(webhooks::lease_until.eq(0)).execute(it))?;
        Ok(())
    }

    /// Adds the chunks of a run.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_chunks(&mut self, rows: &[ChunkRow]) -> Result<(), StoreError> {
        for row in rows {
            on!(&mut *self, it => diesel::insert_into(run_chunks::table).values(row).execute(it))?;
        }
        Ok(())
    }

    /// Leases a chunk that nobody works on, of whatever run that is running; nobody else gets it before the lease ends.
    ///
    /// # Errors
    /// As the database's.
    pub fn lease_chunk(&mut self, owner: &str, millis: i64) -> Result<Option<ChunkRow>, StoreError> {
        let now = self.lease_clock()?;
        let open = format!("{OPEN}{now} ORDER BY c.run, c.number LIMIT 1");
        let found: Option<ChunkKey> = match self {
            Self::Sqlite(it) => sql_query(open).get_result(it).optional()?,
            Self::Postgres(it) => sql_query(format!("{open} FOR UPDATE OF c SKIP LOCKED")).get_result(it).optional()?,
        };
        let Some(ChunkKey { run, number }) = found else { return Ok(None) };
        let of = run_chunks::table.filter(run_chunks::run.eq(&run).and(run_chunks::number.eq(number)));
        let leased = (
            run_chunks::owner.eq(Some(owner)),
            run_chunks::lease_until.eq(now.saturating_add(millis)),
            run_chunks::fence.eq(run_chunks::fence + 1),
            run_chunks::attempts.eq(run_chunks::attempts + 1),
        );
        on!(&mut *self, it => diesel::update(of).set(leased).execute(it))?;
        self.chunk(&run, number)
    }

    /// A chunk.
    ///
    /// # Errors
    /// As the database's.
    pub fn chunk(&mut self, run: &str, number: i64) -> Result<Option<ChunkRow>, StoreError> {
        let of = run_chunks::table.filter(run_chunks::run.eq(run).and(run_chunks::number.eq(number)));
        Ok(on!(self, it => of.select(ChunkRow::as_select()).first(it).optional())?)
    }

    /// The chunks of a run, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn chunks(&mut self, run: &str) -> Result<Vec<ChunkRow>, StoreError> {
        let of = run_chunks::table.filter(run_chunks::run.eq(run)).order(run_chunks::number);
        Ok(on!(self, it => of.select(ChunkRow::as_select()).load(it))?)
    }

    /// Holds a lease longer; `false` where somebody else has the chunk by now.
    ///
    /// # Errors
    /// As the database's.
    pub fn extend_chunk(&mut self, chunk: &ChunkRow, millis: i64) -> Result<bool, StoreError> {
        let until = self.lease_clock()?.saturating_add(millis);
        let mine = run_chunks::run.eq(&chunk.run).and(run_chunks::number.eq(chunk.number));
        let of = run_chunks::table.filter(mine.and(run_chunks::fence.eq(chunk.fence)));
        let held = on!(self, it => diesel::update(of).set(run_chunks::lease_until.eq(until)).execute(it))?;
        Ok(held == 1)
    }

    /// Ends a chunk, where whoever was leased it with this fence still has it; `false` where somebody else does.
    ///
    /// # Errors
    /// As the database's.
    pub fn finish_chunk(&mut self, chunk: &ChunkRow, summary: &str) -> Result<bool, StoreError> {
        let mine = run_chunks::run.eq(&chunk.run).and(run_chunks::number.eq(chunk.number));
        let fenced = run_chunks::fence.eq(chunk.fence).and(run_chunks::done.eq(false));
        let of = run_chunks::table.filter(mine.and(fenced));
        let done = (run_chunks::done.eq(true), run_chunks::lease_until.eq(0), run_chunks::summary.eq(Some(summary)));
        Ok(on!(self, it => diesel::update(of).set(done).execute(it))? == 1)
    }

    /// Lets others try chunks of a run again that nobody could finish.
    ///
    /// # Errors
    /// As the database's.
    pub fn release_chunks(&mut self, run: &str) -> Result<(), StoreError> {
        let of = run_chunks::table.filter(run_chunks::run.eq(run).and(run_chunks::done.eq(false)));
        let free =
            (run_chunks::lease_until.eq(0), run_chunks::attempts.eq(0), run_chunks::fence.eq(run_chunks::fence + 1));
        on!(self, it => diesel::update(of).set(free).execute(it))?;
        Ok(())
    }

    /// How many chunks of a run are not done.
    ///
    /// # Errors
    /// As the database's.
    pub fn open_chunks(&mut self, run: &str) -> Result<i64, StoreError> {
        let of = run_chunks::table.filter(run_chunks::run.eq(run).and(run_chunks::done.eq(false)));
        Ok(on!(self, it => of.count().get_result(it))?)
    }

    /// Keeps what a chunk came to.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_block(&mut self, block: &BlockRow, left_out: &[LeftOutRow]) -> Result<(), StoreError> {
        on!(&mut *self, it => diesel::insert_into(run_blocks::table).values(block).execute(it))?;
        for row in left_out {
            on!(&mut *self, it => diesel::insert_into(run_left_out::table).values(row).execute(it))?;
        }
        Ok(())
    }

    /// The block of a chunk.
    ///
    /// # Errors
    /// As the database's.
    pub fn block(&mut self, run: &str, chunk: i64) -> Result<Option<BlockRow>, StoreError> {
        let of = run_blocks::table.filter(run_blocks::run.eq(run).and(run_blocks::chunk.eq(chunk)));
        Ok(on!(self, it => of.select(BlockRow::as_select()).first(it).optional())?)
    }

    /// Accounts without a rate of a run behind one that was seen, at most so many, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn left_out(&mut self, run: &str, why: &str, after: &str, most: i64) -> Result<Vec<LeftOutRow>, StoreError> {
        let by = run_left_out::run.eq(run).and(run_left_out::why.eq(why)).and(run_left_out::account.gt(after));
        let of = run_left_out::table.filter(by).order(run_left_out::account).limit(most);
        Ok(on!(self, it => of.select(LeftOutRow::as_select()).load(it))?)
    }
}
