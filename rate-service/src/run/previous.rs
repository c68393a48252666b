//! The rates of the run before, among those of the book.

use std::collections::{BTreeMap, BTreeSet};

use rate_core::input::book::{RawRow, RawTable, RefusedAccount, TableKind};

/// A cell of a row by the name of its column; empty where there is none.
fn cell<'t>(table: &RawTable, row: &RawRow<'t>, name: &str) -> &'t str {
    let column = table.header().iter().position(|header| header.as_str() == name);
    column.and_then(|column| row.cell(column)).unwrap_or_default()
}

fn cells<'t>(table: &RawTable, row: &RawRow<'t>, names: &[&str]) -> Vec<&'t str> {
    names.iter().map(|name| cell(table, row, name)).collect()
}

const ACCOUNT: &[&str] = &["area", "account"];
const RATE: &[&str] = &["area", "account", "from"];

/// The rates of the run before that the book does not hold itself: of accounts it knows, and not of a day that it has a
/// rate of its own for.
pub(super) fn earlier_rates(table: &RawTable, book: &[RawTable]) -> RawTable {
    let keys = |kind: TableKind, columns: &[&str]| -> BTreeSet<Vec<&str>> {
        let tables = book.iter().filter(|table| table.kind() == kind);
        tables.flat_map(|table| table.rows().map(|row| cells(table, &row, columns)).collect::<Vec<_>>()).collect()
    };
    let (accounts, known) = (keys(TableKind::Accounts, ACCOUNT), keys(TableKind::Rates, RATE));
    let mut kept = RawTable::new(TableKind::Rates, table.file(), table.header().iter().cloned());
    for row in table.rows() {
        let (account, rate) = (cells(table, &row, ACCOUNT), cells(table, &row, RATE));
        if accounts.contains(&account) && !known.contains(&rate) {
            kept.push(row.line(), (0..row.len()).filter_map(|column| row.cell(column)));
        }
    }
    kept
}

/// The last earlier rate of each account whose rows are wrong, as it was written: nothing of the account could be read.
pub(super) fn unread_rates(earlier: &[RawTable], refused: &[RefusedAccount]) -> Vec<Vec<String>> {
    let wrong: BTreeSet<[&str; 2]> = refused.iter().map(|it| [it.key.area.as_str(), it.key.number.as_str()]).collect();
    let columns: Vec<&str> = TableKind::Rates.columns().iter().map(|column| column.name).collect();
    let mut last: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for table in earlier {
        for row in table.rows() {
            let (account, row) = (cells(table, &row, ACCOUNT), cells(table, &row, &columns));
            let later = last.get(&account).is_none_or(|known| known[2] < row[2]);
            if later && wrong.contains(&[account[0], account[1]]) {
                last.insert(account, row);
            }
        }
    }
    last.into_values().map(|row| row.into_iter().map(str::to_owned).collect()).collect()
}
