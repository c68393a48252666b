//! The run list, a page of accounts at a time.

use rate_core::Lang;

use super::request::Request;
use super::work::decided_within;
use super::{AnnualError, law};
use crate::run::{ListCell, RUN_LIST, list_line};
use crate::store::{AccountRange, Store};

/// A page of a run list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPage {
    /// The names of the columns, those of `run_list.csv`.
    pub columns: Vec<&'static str>,
    /// Accounts with a rate, in order; amounts in fen.
    pub rows: Vec<Vec<Option<String>>>,
    /// The account behind which the next page begins; none where there is no further account.
    pub next: Option<String>,
}

/// A page of the run list behind an account: of the next so many accounts, those that have a rate.
///
/// # Errors
/// A run that is unknown, or whose facts are not frozen.
pub fn run_list(store: &Store, run: &str, after: &str, most: usize, lang: Lang) -> Result<ListPage, AnnualError> {
    let row = store.read(|link| link.run(run))?.ok_or_else(|| AnnualError::Unknown(run.to_owned()))?;
    let unfrozen = || AnnualError::unfit("运行尚未冻结数据", "the facts of the run are not frozen yet");
    let knowledge = row.knowledge.ok_or_else(unfrozen)?;
    let accounts: Vec<String> = match Request::read(&row.id, &row.area, &row.request)?.only {
        Some(only) => only.accounts.into_iter().filter(|it| it.as_str() > after).take(most.max(1)).collect(),
        None => store.read(|link| link.accounts_after(&row.area, after, most.max(1), knowledge))?,
    };
    let columns = RUN_LIST.iter().map(|(name, ..)| *name).collect();
    let Some(last) = accounts.last().cloned() else { return Ok(ListPage { columns, rows: Vec::new(), next: None }) };
    let range = AccountRange { after: after.to_owned(), upto: Some(last.clone()) };
    let chosen = store.read(|link| law::compiled(link, &row))?;
    let decided = decided_within(store, &row, &chosen, &range, &mut |_, _| {})?.decided;
    let cells = |it| list_line(it, lang).iter().map(ListCell::value).collect();
    Ok(ListPage { columns, rows: decided.iter().map(cells).collect(), next: Some(last) })
}
