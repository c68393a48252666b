//! Rows of facts: what came to be known, and what was taken back.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use rate_core::log::Digest;

use super::link::on;
use super::schema::{facts, knowledge};
use super::{Link, Mention, StoreError};

/// A row of the book at the moment it came to be known or was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = facts, treat_none_as_default_value = false)]
pub struct FactRow {
    /// The area.
    pub area: String,
    /// The account; empty for what is about the area.
    pub account: String,
    /// Name of the table of the book.
    pub kind: String,
    /// When it came to be known.
    pub knowledge: i64,
    /// The hash of the row with its sign.
    pub leaf: Vec<u8>,
    /// Whether it stands from here on; else it was taken back.
    pub standing: bool,
    /// The cells.
    pub line: String,
}

/// A row of the book that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingRow {
    /// The account; empty for what is about the area.
    pub account: String,
    /// Name of the table of the book.
    pub kind: String,
    /// The cells.
    pub line: String,
}

/// A row with what tells whether it stands: accounts are read by the million, so nothing else of it is.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = facts)]
struct TimedRow {
    account: String,
    kind: String,
    knowledge: i64,
    standing: bool,
    line: String,
}

/// Rows that an account is thought to have, where accounts are looked for by their rows.
const ROWS: usize = 8;

/// Elements of one list in a question to the database.
pub(super) const LIST: usize = 1000;

/// Accounts of an area that stand together in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountRange {
    /// The number behind which they begin; empty for the first.
    pub after: String,
    /// The last of them; none where there is no last.
    pub upto: Option<String>,
}

impl AccountRange {
    /// Whether an account is one of them.
    ///
    /// ```
    /// use rate_service::store::AccountRange;
    /// let range = AccountRange { after: "0001".to_owned(), upto: Some("0003".to_owned()) };
    /// assert!(!range.holds("0001") && range.holds("00015") && range.holds("0003") && !range.holds("0004"));
    /// // What is about the area is of no account.
    /// assert!(!AccountRange::default().holds(""));
    /// ```
    pub fn holds(&self, account: &str) -> bool {
        account > self.after.as_str() && self.upto.as_ref().is_none_or(|upto| account <= upto.as_str())
    }
}

impl FactRow {
    /// A row as the log hashes it: its sign, table and cells.
    pub fn signed(standing: bool, table: &str, line: &str) -> String {
        format!("{}{table},{line}", if standing { '+' } else { '-' })
    }

    /// The hash of that.
    pub fn leaf_of(standing: bool, table: &str, line: &str) -> Digest {
        Digest::leaf(Self::signed(standing, table, line).as_bytes())
    }
}

impl Link {
    /// The number of the last batch; 0 before the first.
    ///
    /// # Errors
    /// As the database's.
    pub fn last_knowledge(&mut self) -> Result<i64, StoreError> {
        use diesel::dsl::max;
        let last: Option<i64> = on!(self, it => knowledge::table.select(max(knowledge::number)).first(it))?;
        Ok(last.unwrap_or_default())
    }

    /// Every number with its instant and the place of its entry, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn numbers(&mut self) -> Result<Vec<(i64, String, i64)>, StoreError> {
        Ok(on!(self, it => knowledge::table.order(knowledge::number).load(it))?)
    }

    /// Whether there are facts under a number outside 1 to `last`: no store writes them.
    ///
    /// # Errors
    /// As the database's.
    pub fn has_stray_facts(&mut self, last: i64) -> Result<bool, StoreError> {
        let stray = facts::table.filter(facts::knowledge.lt(1).or(facts::knowledge.gt(last))).select(facts::knowledge);
        let found: Option<i64> = on!(self, it => stray.first(it).optional())?;
        Ok(found.is_some())
    }

    /// The last number that was recorded by an instant (RFC 3339 in UTC to the millisecond); 0 before the first.
    ///
    /// # Errors
    /// As the database's.
    pub fn knowledge_at(&mut self, instant: &str) -> Result<i64, StoreError> {
        use diesel::dsl::max;
        let by = knowledge::table.filter(knowledge::recorded_at.le(instant)).select(max(knowledge::number));
        let last: Option<i64> = on!(self, it => by.first(it))?;
        Ok(last.unwrap_or_default())
    }

    /// Notes a number, under the lock of the writer.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_knowledge(&mut self, number: i64, recorded_at: &str, entry: i64) -> Result<(), StoreError> {
        let row = (knowledge::number.eq(number), knowledge::recorded_at.eq(recorded_at), knowledge::entry.eq(entry));
        on!(self, it => diesel::insert_into(knowledge::table).values(row).execute(it))?;
        Ok(())
    }

    /// Adds rows, which should come in the order of the key, and which accounts they name.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_facts(&mut self, rows: &[FactRow], mentions: &[Mention]) -> Result<(), StoreError> {
        self.add_mentions(mentions)?;
        match self {
            Self::Sqlite(it) => {
                diesel::insert_into(facts::table).values(rows).execute(it)?;
            }
            Self::Postgres(it) => {
                diesel::copy_from(facts::table).from_insertable(rows).execute(it)?;
            }
        }
        Ok(())
    }

    /// The rows of some areas as they stood at a number: everything that came in by then and was not taken back, in the
    /// order of the key.
    ///
    /// # Errors
    /// As the database's.
    pub fn standing(&mut self, areas: &[String], known: i64) -> Result<Vec<FactRow>, StoreError> {
        let by = facts::area.eq_any(areas).and(facts::knowledge.le(known));
        let all: Vec<FactRow> =
            on!(self, it => facts::table.filter(by).order(IN_TIME).select(FactRow::as_select()).load(it))?;
        Ok(stand(all).collect())
    }

    /// The rows of a range of accounts as they stood at a number, in the order of the key.
    ///
    /// # Errors
    /// As the database's.
    pub fn standing_within(
        &mut self,
        area: &str,
        range: &AccountRange,
        known: i64,
    ) -> Result<Vec<StandingRow>, StoreError> {
        let by = facts::area.eq(area).and(facts::account.gt(&range.after)).and(facts::knowledge.le(known));
        let all: Vec<TimedRow> = match &range.upto {
            Some(upto) => {
                let by = by.and(facts::account.le(upto));
                on!(self, it => facts::table.filter(by).order(IN_TIME).select(TimedRow::as_select()).load(it))?
            }
            None => on!(self, it => facts::table.filter(by).order(IN_TIME).select(TimedRow::as_select()).load(it))?,
        };
        Ok(lines(all).collect())
    }

    /// The rows of some accounts as they stood at a number, in the order of the key; those about the area where an account
    /// is empty.
    ///
    /// # Errors
    /// As the database's.
    pub fn standing_of(&mut self, area: &str, accounts: &[String], known: i64) -> Result<Vec<StandingRow>, StoreError> {
        let mut accounts = accounts.to_vec();
        accounts.sort_unstable();
        let mut found = Vec::new();
        for accounts in accounts.chunks(LIST) {
            let by = facts::area.eq(area).and(facts::account.eq_any(accounts)).and(facts::knowledge.le(known));
            let all: Vec<TimedRow> =
                on!(&mut *self, it => facts::table.filter(by).order(IN_TIME).select(TimedRow::as_select()).load(it))?;
            found.extend(lines(all));
        }
        Ok(found)
    }

    /// The areas that facts are known of, by code.
    ///
    /// # Errors
    /// As the database's.
    pub fn areas(&mut self) -> Result<Vec<String>, StoreError> {
        let mut found: Vec<String> = Vec::new();
        // One step of the index for each area, however many rows it has.
        loop {
            let last = found.last().cloned().unwrap_or_default();
            let behind = facts::table.filter(facts::area.gt(last)).order(facts::area).select(facts::area);
            let next: Option<String> = on!(&mut *self, it => behind.first(it).optional())?;
            match next {
                Some(area) => found.push(area),
                None => return Ok(found),
            }
        }
    }

    /// The first accounts behind a number of which a row stood at a number of knowledge: at most so many, in order. Where
    /// there are none, nothing further stands.
    ///
    /// # Errors
    /// As the database's.
    pub fn accounts_after(
        &mut self,
        area: &str,
        after: &str,
        most: usize,
        known: i64,
    ) -> Result<Vec<String>, StoreError> {
        let (mut after, mut standing) = (after.to_owned(), Vec::new());
        let mut rows = most.saturating_mul(ROWS).max(ROWS);
        loop {
            let by = facts::area.eq(area).and(facts::account.gt(&after)).and(facts::knowledge.le(known));
            let limit = i64::try_from(rows).unwrap_or(i64::MAX);
            let page = facts::table.filter(by).order(IN_TIME).limit(limit).select((facts::account, facts::standing));
            let page: Vec<(String, bool)> = on!(&mut *self, it => page.load(it))?;
            let ended = page.len() < rows;
            let mut accounts: Vec<(String, bool)> = Vec::new();
            for (account, stands) in page {
                match accounts.last_mut().filter(|last| last.0 == account) {
                    Some(last) => last.1 &= stands,
                    None => accounts.push((account, stands)),
                }
            }
            if !ended {
                // More rows of the last one may stand behind the page.
                accounts.pop();
            }
            match accounts.last() {
                Some((last, _)) => after.clone_from(last),
                None if ended => return Ok(standing),
                None => rows = rows.saturating_mul(2),
            }
            let taken_back: Vec<String> = accounts.iter().filter(|it| !it.1).map(|it| it.0.clone()).collect();
            let left = self.standing_of(area, &taken_back, known)?.into_iter().map(|row| row.account);
            let left: BTreeSet<String> = left.collect();
            standing.extend(accounts.into_iter().filter(|it| it.1 || left.contains(&it.0)).map(|it| it.0));
            if standing.len() >= most || ended {
                standing.truncate(most);
                return Ok(standing);
            }
        }
    }

    /// The rows of one table of some accounts as they stood at a number, in the order of the key.
    ///
    /// # Errors
    /// As the database's.
    pub fn standing_of_table(
        &mut self,
        area: &str,
        accounts: &[String],
        kind: &str,
        known: i64,
    ) -> Result<Vec<StandingRow>, StoreError> {
        let mut accounts = accounts.to_vec();
        accounts.sort_unstable();
        let mut found = Vec::new();
        for accounts in accounts.chunks(LIST) {
            let by = facts::area.eq(area).and(facts::account.eq_any(accounts)).and(facts::kind.eq(kind));
            let by = by.and(facts::knowledge.le(known));
            let all: Vec<TimedRow> =
                on!(&mut *self, it => facts::table.filter(by).order(IN_TIME).select(TimedRow::as_select()).load(it))?;
            found.extend(lines(all));
        }
        Ok(found)
    }

    /// The first accounts behind a number that ever had a row, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn ever_after(&mut self, area: &str, after: &str, most: usize) -> Result<Vec<String>, StoreError> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let by = facts::table.filter(facts::area.eq(area).and(facts::account.gt(after)));
        let page = by.select(facts::account).distinct().order(facts::account).limit(limit);
        Ok(on!(self, it => page.load(it))?)
    }

    /// Every row that some accounts ever had in some tables, whether it stands or was taken back.
    ///
    /// # Errors
    /// As the database's.
    pub fn ever_of(&mut self, area: &str, accounts: &[String], kinds: &[&str]) -> Result<Vec<FactRow>, StoreError> {
        let mut found = Vec::new();
        for accounts in accounts.chunks(LIST) {
            let by = facts::area.eq(area).and(facts::account.eq_any(accounts)).and(facts::kind.eq_any(kinds));
            let rows: Vec<FactRow> =
                on!(&mut *self, it => facts::table.filter(by).select(FactRow::as_select()).load(it))?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// The rows that one batch brought or took back, in the order of the key.
    ///
    /// # Errors
    /// As the database's.
    pub fn batch(&mut self, number: i64) -> Result<Vec<FactRow>, StoreError> {
        let order = (facts::area, facts::account, facts::kind, facts::leaf);
        let of = facts::table.filter(facts::knowledge.eq(number)).order(order);
        Ok(on!(self, it => of.select(FactRow::as_select()).load(it))?)
    }
}

/// The order in which the last word on a line comes last.
const IN_TIME: (facts::area, facts::account, facts::kind, facts::knowledge, facts::leaf) =
    (facts::area, facts::account, facts::kind, facts::knowledge, facts::leaf);

/// What tells of a row whether it stands.
struct Word<'r> {
    /// Area, account and table; the area only where rows are of several.
    of: (&'r str, &'r str, &'r str),
    line: &'r str,
    knowledge: i64,
    standing: bool,
}

/// A row of which that can be told.
trait Timed {
    fn word(&self) -> Word<'_>;
}

impl Timed for TimedRow {
    fn word(&self) -> Word<'_> {
        let Self { account, kind, knowledge, standing, line } = self;
        Word { of: ("", account, kind), line, knowledge: *knowledge, standing: *standing }
    }
}

impl Timed for FactRow {
    fn word(&self) -> Word<'_> {
        let Self { area, account, kind, knowledge, leaf: _, standing, line } = self;
        Word { of: (area, account, kind), line, knowledge: *knowledge, standing: *standing }
    }
}

/// Of rows in the order of their key, those whose last word is that they stand.
fn stand<R: Timed>(rows: Vec<R>) -> impl Iterator<Item = R> {
    let mut stands = Vec::with_capacity(rows.len());
    for table in rows.chunk_by(|one, next| one.word().of == next.word().of) {
        let words = || table.iter().map(Timed::word);
        let at_once = words().next().map(|it| it.knowledge) == words().next_back().map(|it| it.knowledge);
        if at_once {
            // Most tables of most accounts: what comes in at one time comes once, and is not taken back in the same breath.
            stands.extend(words().map(|it| it.standing));
            continue;
        }
        let last: HashMap<&str, i64> = words().map(|it| (it.line, it.knowledge)).collect();
        stands.extend(words().map(|it| it.standing && last[it.line] == it.knowledge));
    }
    rows.into_iter().zip(stands).filter_map(|(row, stands)| stands.then_some(row))
}

fn lines(rows: Vec<TimedRow>) -> impl Iterator<Item = StandingRow> {
    stand(rows).map(|TimedRow { account, kind, line, .. }| StandingRow { account, kind, line })
}
