//! What has changed, in the order of the log, and of accounts within a run: read from a cursor on, at least once.

use std::collections::BTreeMap;

use super::{AreaRuns, BillingError, Timeline};
use crate::store::{BodyRow, Link};

/// Where a reader stands: behind an account of the run of an entry.
///
/// ```
/// use rate_service::billing::Cursor;
/// let cursor: Cursor = "12-0001".parse().unwrap();
/// assert_eq!(cursor, Cursor { entry: 12, account: "0001".to_owned() });
/// assert_eq!(cursor.to_string(), "12-0001");
/// assert!("0001".parse::<Cursor>().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The entry of the run.
    pub entry: u64,
    /// The account behind which to read on; empty at the beginning of the run.
    pub account: String,
}

/// Not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cursor is the one that the feed or a snapshot gave")]
pub struct NotCursor;

impl std::str::FromStr for Cursor {
    type Err = NotCursor;

    fn from_str(text: &str) -> Result<Self, NotCursor> {
        let (entry, account) = text.split_once('-').ok_or(NotCursor)?;
        Ok(Self { entry: entry.parse().map_err(|_| NotCursor)?, account: account.to_owned() })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.entry, self.account)
    }
}

/// What a publication changed for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Behind it, a reader reads on.
    pub cursor: Cursor,
    /// The account.
    pub account: String,
    /// The run that changed it.
    pub run: String,
    /// When that was recorded.
    pub recorded_at: String,
    /// Its rates before.
    pub before: Timeline,
    /// Its rates from here on.
    pub after: Timeline,
}

/// The changes behind a cursor, at most so many, and whether there are more.
///
/// # Errors
/// As the store's; a body that is none.
pub fn changes(
    link: &mut Link,
    area: &str,
    runs: &AreaRuns<'_>,
    from: &Cursor,
    most: usize,
) -> Result<(Vec<Change>, bool), BillingError> {
    let (mut found, mut from) = (Vec::new(), from.clone());
    let first = from.entry;
    for run in runs.all().iter().filter(|it| it.entry >= first) {
        if run.entry > from.entry {
            from = Cursor { entry: run.entry, account: String::new() };
        }
        // Whoever stood in the run that this one takes the place of is changed, too, whether it decided them or not.
        let of: Vec<String> =
            std::iter::once(run.run.id.as_str()).chain(run.run.replaces()).map(str::to_owned).collect();
        loop {
            let wanted = most - found.len();
            let mut accounts = link.accounts_in_runs(area, &of, &from.account, wanted + 1)?;
            accounts.extend(run.run.without.iter().filter(|it| **it > from.account).take(wanted + 1).cloned());
            accounts.sort_unstable();
            accounts.dedup();
            let more = accounts.len() > wanted;
            accounts.truncate(wanted);
            let Some(last) = accounts.last().cloned() else {
                if more {
                    return Ok((found, true));
                }
                break;
            };
            let bodies = by_account(link.bodies_of(area, &accounts)?);
            for account in &accounts {
                let bodies = bodies.get(account).map_or(&[][..], Vec::as_slice);
                found.push(Change {
                    cursor: Cursor { entry: run.entry, account: account.clone() },
                    account: account.clone(),
                    run: run.run.id.clone(),
                    recorded_at: run.recorded_at.clone(),
                    before: before(account, bodies, runs, run.entry)?,
                    after: Timeline::of(account, bodies, runs, run.entry)?,
                });
            }
            if more {
                return Ok((found, true));
            }
            from.account = last;
        }
    }
    Ok((found, false))
}

fn before(account: &str, bodies: &[BodyRow], runs: &AreaRuns<'_>, entry: u64) -> Result<Timeline, BillingError> {
    entry.checked_sub(1).map_or_else(|| Ok(Timeline::default()), |through| Timeline::of(account, bodies, runs, through))
}

/// Bodies by account.
pub(super) fn by_account(bodies: Vec<BodyRow>) -> BTreeMap<String, Vec<BodyRow>> {
    let mut by: BTreeMap<String, Vec<BodyRow>> = BTreeMap::new();
    for row in bodies {
        by.entry(row.account.clone()).or_default().push(row);
    }
    by
}
