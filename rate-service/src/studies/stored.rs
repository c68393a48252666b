//! The accounts of a stored book as a portfolio, read a range at a time.

use std::collections::VecDeque;

use rate_core::fund::Fund;
use rate_core::input::book::CheckedBook;
use rate_core::scenario::Portfolio;

use super::held::Held;
use super::kept::Cause;
use crate::gazette::GazetteError;
use crate::pipeline;
use crate::store::{AccountRange, ScenarioRow, Store, StoreError};

/// Ranges that are read ahead of the one that is taken in: as many as there are cores on a small machine.
const AHEAD: usize = 2;

/// The accounts of an area as they stood at a number.
#[derive(Debug)]
pub(super) struct StoredBook {
    area: String,
    knowledge: i64,
    /// Those whose rows are right.
    pub(super) portfolio: Portfolio,
    /// How many there are whose rows are wrong.
    pub(super) refused: usize,
}

/// Why a scenario has no answer.
#[derive(Debug)]
pub(super) enum Why {
    /// Nobody wants it from here any more.
    Lost,
    /// The database does not answer; whoever comes next tries again.
    Store(StoreError),
    /// It cannot be answered.
    Causes(Vec<Cause>),
}

impl From<StoreError> for Why {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<GazetteError> for Why {
    fn from(error: GazetteError) -> Self {
        match error {
            GazetteError::Store(error) => Self::Store(error),
            other => Self::Causes(Cause::of_error(&other)),
        }
    }
}

/// How a book is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Accounts that are read at a time.
    pub(super) portion: usize,
    /// Accounts that a book may have.
    pub(super) most: usize,
}

impl StoredBook {
    /// Whether it is what a scenario asks of.
    pub(super) fn is_of(&self, row: &ScenarioRow) -> bool {
        self.area == row.area && self.knowledge == row.knowledge
    }

    /// Reads the accounts of an area; beside what is kept of them, a few ranges are in memory at a time.
    pub(super) fn read(store: &Store, row: &ScenarioRow, fund: Fund, how: Reading, held: &Held) -> Result<Self, Why> {
        let (mut histories, mut refused) = (Vec::new(), 0);
        let mut after = Some(String::new());
        std::thread::scope(|scope| {
            let mut ahead = VecDeque::with_capacity(AHEAD);
            loop {
                while ahead.len() < AHEAD
                    && let Some(range) = next(store, row, &mut after, how.portion)?
                {
                    ahead.push_back(scope.spawn(move || checked(store, row, &range)));
                }
                let Some(reader) = ahead.pop_front() else { return Ok(()) };
                let gone = StoreError::Broken("the thread of a reader");
                let book = reader.join().unwrap_or(Err(gone))?;
                if held.is_lost() {
                    return Err(Why::Lost);
                }
                if !book.file_problems.is_empty() {
                    return Err(Why::Causes(Cause::all(&book.file_problems)));
                }
                refused += book.refused.len();
                histories.extend(book.histories);
                let accounts = histories.len() + refused;
                if accounts > how.most {
                    return Err(Why::Causes(vec![too_many(how.most)]));
                }
                held.read(u64::try_from(accounts).unwrap_or(u64::MAX));
            }
        })?;
        let portfolio = Portfolio::new(&row.area, histories, fund);
        Ok(Self { area: row.area.clone(), knowledge: row.knowledge, portfolio, refused })
    }
}

/// The range behind the last one, which `after` then ends.
fn next(
    store: &Store,
    row: &ScenarioRow,
    after: &mut Option<String>,
    most: usize,
) -> Result<Option<AccountRange>, StoreError> {
    let Some(behind) = after.take() else { return Ok(None) };
    let found = store.read(|link| link.accounts_after(&row.area, &behind, most.max(1), row.knowledge));
    *after = found?.pop();
    Ok(after.clone().map(|last| AccountRange { after: behind, upto: Some(last) }))
}

/// The accounts of a range, checked.
fn checked(store: &Store, row: &ScenarioRow, range: &AccountRange) -> Result<CheckedBook, StoreError> {
    let portion = store.read(|link| pipeline::portion(link, &row.area, range, row.knowledge))?;
    Ok(portion.checked())
}

fn too_many(most: usize) -> Cause {
    Cause::said(
        format!("该地区的单位多于 {most} 户（配置项 scenario_accounts），测算须把全部单位放在内存中，故不进行"),
        format!(
            "the area has more than {most} accounts (`scenario_accounts` of the configuration); a scenario holds all of them \
             in memory and is not made"
        ),
    )
}
