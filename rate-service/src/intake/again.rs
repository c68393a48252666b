//! Lists are held again where what they were held against does not come in.
//!
//! An entry is found by number and credit code as these would stand with the import. Which accounts of the import stay as
//! they stand is known only later; where the import has a row of `accounts` of such a one, an entry may be of another account
//! than it was found to be.

use std::collections::BTreeSet;

use rate_core::input::book::TableKind;

use super::upload::READING;
use crate::store::{ImportPartRow, Link, StoreError};

/// The mark of accounts that were left out behind the reading of lists, and have a row of `accounts` in the import. The marks
/// of rounds of the check are above it.
const BEHIND: i64 = 1;

/// Gives accounts the mark under which they stay as they stand, after lists may have been held against their rows.
pub(super) fn left_out(
    link: &mut Link,
    import: &str,
    mark: i64,
    accounts: &BTreeSet<String>,
) -> Result<(), StoreError> {
    let all: Vec<String> = accounts.iter().cloned().collect();
    // What was left out before was not held against: so this comes to an end.
    let before = link.import_marked(import, mark, &all)?;
    let new: Vec<String> = all.into_iter().filter(|account| !before.contains(account)).collect();
    let rows = link.import_rows_of_table(import, &new, TableKind::Accounts.stem())?;
    let behind: BTreeSet<String> = rows.into_iter().map(|row| row.account).collect();
    link.mark_import_accounts(import, BEHIND, &behind)?;
    link.mark_import_accounts(import, mark, accounts)
}

/// Has the lists read again, and then everything checked again, where any was held against rows that do not come in; whether
/// that is so.
pub(super) fn where_left_out(link: &mut Link, import: &str) -> Result<bool, StoreError> {
    if link.import_marked_after(import, BEHIND, "", 1)?.is_empty() || !lists(link, import)? {
        return Ok(false);
    }
    link.forget_import_marks_from(import, BEHIND)?;
    Ok(true)
}

/// Has the lists of an import read again; whether it has any.
pub(super) fn lists(link: &mut Link, import: &str) -> Result<bool, StoreError> {
    let mut lists = link.import_parts(import)?;
    lists.retain(|part| !part.list.is_empty());
    let any = !lists.is_empty();
    for part in lists {
        link.put_import_part(&ImportPartRow { state: READING.to_owned(), ..part })?;
    }
    Ok(any)
}
