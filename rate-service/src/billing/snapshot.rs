//! Everybody on one day, a range of accounts at a time.

use std::collections::BTreeSet;

use super::feed::by_account;
use super::{AreaRuns, BillingError, Timeline};
use crate::store::Link;

/// An account, and its rates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The account.
    pub account: String,
    /// Its rates.
    pub timeline: Timeline,
}

/// The next accounts behind one, at most so many, in order: whoever has facts at a knowledge number, or a published
/// decision.
///
/// # Errors
/// As the store's; a body that is none.
pub fn standing(
    link: &mut Link,
    area: &str,
    runs: &AreaRuns<'_>,
    after: &str,
    most: usize,
    known: i64,
) -> Result<Vec<Standing>, BillingError> {
    let ids: Vec<String> = runs.all().iter().map(|it| it.run.id.clone()).collect();
    let with_facts = link.accounts_after(area, after, most, known)?;
    let decided = link.accounts_in_runs(area, &ids, after, most)?;
    let accounts: BTreeSet<String> = with_facts.into_iter().chain(decided).collect();
    let accounts: Vec<String> = accounts.into_iter().take(most).collect();
    let bodies = by_account(link.bodies_of(area, &accounts)?);
    let through = runs.last().unwrap_or_default();
    let of = |account: String| {
        let bodies = bodies.get(&account).map_or(&[][..], Vec::as_slice);
        Ok(Standing { timeline: Timeline::of(&account, bodies, runs, through)?, account })
    };
    accounts.into_iter().map(of).collect()
}
