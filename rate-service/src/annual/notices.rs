//! Notices of a run, made again from its facts and its law: of one account, a range at a time, or into a directory.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use rate_core::explanation::Particulars;
use rate_core::{Lang, NaiveDate, date};

use super::export::{decided, each};
use super::work::{decided_one, frame, portion};
use super::{AnnualError, law};
use crate::run::{ChosenLaw, Decided, Layout, NoticeFiles, Run};
use crate::store::{ChunkRow, Link, RunRow, Store};

/// The notices of a run whose accounts are all decided, a range of accounts at a time.
#[derive(Debug)]
pub struct Notices {
    row: RunRow,
    chosen: ChosenLaw,
    ahead: VecDeque<ChunkRow>,
    particulars: Particulars,
    how: (Layout, Lang),
}

/// The notice of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountNotice {
    /// Number of the account.
    pub account: String,
    /// The notice, as it was asked for.
    pub text: String,
}

impl Notices {
    /// Begins with the first account.
    ///
    /// # Errors
    /// A run that is unknown or not decided.
    pub fn of(store: &Store, run: &str, particulars: &Particulars, how: (Layout, Lang)) -> Result<Self, AnnualError> {
        let row = decided(store, run)?;
        let (chosen, chunks) =
            store.read(|link| Ok::<_, AnnualError>((law::compiled(link, &row)?, link.chunks(run)?)))?;
        let chosen = chosen.as_ref().clone();
        let particulars = known_better(&chosen, particulars);
        Ok(Self { row, chosen, ahead: chunks.into(), particulars, how })
    }

    /// Those of the next accounts, by number; accounts without a rate have none. Nothing behind the last.
    ///
    /// # Errors
    /// As the store's.
    pub fn next(&mut self, store: &Store) -> Result<Option<Vec<AccountNotice>>, AnnualError> {
        let Some(chunk) = self.ahead.pop_front() else { return Ok(None) };
        let run = portion(store, &self.row, &self.chosen, &chunk, &mut |_, _| {})?;
        self.written(store, &run).map(Some)
    }

    /// That of one account; nothing, where it has no rate of the run.
    ///
    /// # Errors
    /// As the store's.
    pub fn one(&self, store: &Store, account: &str) -> Result<Option<AccountNotice>, AnnualError> {
        let run = decided_one(store, &self.row, &self.chosen, account)?;
        Ok(self.written(store, &run)?.into_iter().find(|it| it.account == account))
    }

    fn written(&self, store: &Store, run: &Run) -> Result<Vec<AccountNotice>, AnnualError> {
        let (layout, lang) = self.how;
        let accounts: Vec<String> = run.decided.iter().map(|it| it.history.key().number.clone()).collect();
        let recorded = store.read(|link| recorded(link, &self.row.id, &accounts))?;
        let mut notices = Vec::with_capacity(accounts.len());
        for (decided, account) in run.decided.iter().zip(accounts) {
            let mut particulars = self.particulars.clone();
            let served = &mut particulars.served;
            served.on = served.on.or_else(|| recorded.served.get(&account).copied());
            served.announced = served.announced.or(recorded.announced);
            notices.push(AccountNotice { text: decided.notice(&particulars, layout, lang), account });
        }
        Ok(notices)
    }
}

/// What is recorded of a run that its notices depend on.
struct Recorded {
    announced: Option<NaiveDate>,
    /// The day each notice was served, by the last word on it.
    served: BTreeMap<String, NaiveDate>,
}

fn recorded(link: &mut Link, run: &str, accounts: &[String]) -> Result<Recorded, AnnualError> {
    let day = |text: &str| date(text).map_err(|_| AnnualError::Broken("a day of an announcement or a service"));
    let announced = link.announcement(run)?.map(|it| day(&it.first_day)).transpose()?;
    let services = link.services_of(run, accounts)?.into_iter();
    let served = services.map(|it| Ok((it.account, day(&it.served_on)?))).collect::<Result<_, AnnualError>>()?;
    Ok(Recorded { announced, served })
}

/// Looks at what was decided of one account; nothing, where it has no rate of the run.
///
/// # Errors
/// A run that is unknown or not decided.
pub fn look<T>(
    store: &Store,
    run: &str,
    account: &str,
    look: impl FnOnce(&Decided) -> T,
) -> Result<Option<T>, AnnualError> {
    let row = decided(store, run)?;
    let chosen = store.read(|link| law::compiled(link, &row))?;
    let run = decided_one(store, &row, &chosen, account)?;
    Ok(run.decided.iter().find(|it| it.history.key().number == account).map(look))
}

/// What the check says of the rule set is known here better than to whoever sends the notice.
fn known_better(chosen: &ChosenLaw, particulars: &Particulars) -> Particulars {
    Particulars { verdict: chosen.verdict, ..particulars.clone() }
}

/// Writes a notice for every account with a rate of a run whose accounts are all decided, and a list of them.
///
/// # Errors
/// A run that is unknown or not decided; files that cannot be written.
pub fn notices(
    store: &Store,
    run: &str,
    particulars: &Particulars,
    dir: &Path,
    how: (Layout, Lang),
) -> Result<(), AnnualError> {
    let row = decided(store, run)?;
    let whole = store.read(|link| frame(link, &row))?;
    let particulars = known_better(&whole.chosen, particulars);
    let mut files = NoticeFiles::create(dir, how)?;
    each(store, &row, &whole, &mut |run| Ok(files.add(run, &particulars, &mut |_, _, _| {})?))?;
    Ok(files.finish()?)
}
