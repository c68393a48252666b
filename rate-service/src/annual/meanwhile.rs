//! What was published between the freeze of a run and its own publication: rates that it knows nothing of, and whose place it
//! may not take.

use std::collections::BTreeSet;

use rate_core::record::{Entry, Event, Run};

use super::request::Request;
use super::{AnnualError, findings};
use crate::billing::BillingError;
use crate::store::{Link, RunRow};

/// Accounts looked at together.
const PAGE: usize = 1000;

/// Refuses to publish a run where another one, published since its facts were frozen, determined rates of its accounts in its
/// setting: what was found out since then would be undone by older facts.
///
/// # Errors
/// That run.
pub(super) fn is_quiet(link: &mut Link, (row, request): (&RunRow, &Request), own: &Run) -> Result<(), AnnualError> {
    let Some(since) = findings::entries(row) else { return Ok(()) };
    for it in link.entries_from(since)? {
        let Event::Run(other) = Entry::read(&it.entry).map_err(BillingError::from)?.event else { continue };
        let beside = other.area == own.area && other.id != own.id && other.setting.intersect(&own.setting).is_some();
        if beside && meets(link, request, own, &other)? {
            let other = &other.id;
            return Err(AnnualError::unfit(
                format!("冻结数据之后已发布运行 `{other}`，其中有本次的单位：请退回后重办，以免旧数据覆盖新结果"),
                format!(
                    "run `{other}`, over accounts of this one, was published since its facts were frozen: return it and have \
                     it made again, or older facts would undo what was determined since"
                ),
            ));
        }
    }
    Ok(())
}

/// Whether another run determined rates of accounts of a run that is being published.
fn meets(link: &mut Link, request: &Request, own: &Run, other: &Run) -> Result<bool, AnnualError> {
    let row = link.run(&other.id)?;
    let theirs = row.map(|row| Request::read(&row.id, &row.area, &row.request)).transpose()?;
    let (first, theirs) = theirs.map_or((false, None), |it| (it.first_only, it.only));
    Ok(match (&request.only, &theirs) {
        (Some(only), Some(theirs)) => !only.accounts.is_disjoint(&theirs.accounts),
        (Some(only), None) if first => have_rates(link, other, &only.accounts)?,
        (None, Some(theirs)) if request.first_only => have_rates(link, own, &theirs.accounts)?,
        (None, None) if request.first_only => share_accounts(link, own, other)?,
        // A run over everybody concerns everybody.
        (_, _) => true,
    })
}

/// Whether a run gives any of some accounts a rate.
fn have_rates(link: &mut Link, run: &Run, accounts: &BTreeSet<String>) -> Result<bool, AnnualError> {
    let accounts: Vec<String> = accounts.iter().cloned().collect();
    Ok(link.bodies_of(&run.area, &accounts)?.iter().any(|it| it.run == run.id))
}

/// Whether two runs give any account a rate, both of them.
fn share_accounts(link: &mut Link, one: &Run, other: &Run) -> Result<bool, AnnualError> {
    let mut after = String::new();
    loop {
        let page = link.accounts_in_runs(&one.area, std::slice::from_ref(&one.id), &after, PAGE)?;
        let Some(last) = page.last().cloned() else { return Ok(false) };
        if have_rates(link, other, &page.into_iter().collect())? {
            return Ok(true);
        }
        after = last;
    }
}
