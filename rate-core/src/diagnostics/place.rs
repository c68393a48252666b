//! From facts back to the rows they were read from: histories do not know their lines, the tables do.

use std::collections::HashMap;

use super::Finding;
use crate::input::book::{RawRow, RawTable, TableKind};

/// Area and number of an account, as written.
type Account = (String, String);
/// Places of findings by account.
type Wanted = HashMap<Account, Vec<usize>>;

/// A row by the values of some of its columns, within an account.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) table: TableKind,
    pub(super) cells: Vec<(&'static str, String)>,
    /// The last such row; else the first.
    pub(super) last: bool,
}

/// The findings with their places. A row that is not there, as where an account has no row in a table, is the account's
/// own in `accounts`.
pub(super) fn located(listed: Vec<(Finding, Option<Row>)>, tables: &[&RawTable]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::with_capacity(listed.len());
    let mut sought: Vec<Option<Row>> = Vec::with_capacity(listed.len());
    for (finding, row) in listed {
        findings.push(finding);
        sought.push(row);
    }
    look(&mut findings, &sought, tables);
    // What was found nowhere stands at its account.
    let fallback: Vec<Option<Row>> = sought
        .iter()
        .zip(&findings)
        .map(|(row, finding)| {
            let lost = row.is_some() && finding.place.file.is_empty();
            lost.then(|| Row { table: TableKind::Accounts, cells: Vec::new(), last: false })
        })
        .collect();
    look(&mut findings, &fallback, tables);
    findings
}

fn look(findings: &mut [Finding], sought: &[Option<Row>], tables: &[&RawTable]) {
    for table in tables {
        // By account as written: places of findings whose row is in this table.
        let mut wanted: Wanted = HashMap::new();
        for (place, row) in sought.iter().enumerate() {
            let here = row.as_ref().is_some_and(|row| row.table == table.kind());
            if let (true, Some(account)) = (here, &findings[place].account) {
                wanted.entry((account.area.clone(), account.number.clone())).or_default().push(place);
            }
        }
        if !wanted.is_empty() {
            scan(table, &wanted, findings, sought);
        }
    }
}

fn scan(table: &RawTable, wanted: &Wanted, findings: &mut [Finding], sought: &[Option<Row>]) {
    let column = |name: &str| table.header().iter().position(|header| header == name);
    let (Some(area), Some(account)) = (column("area"), column("account")) else { return };
    let cell = |row: &RawRow<'_>, column: usize| row.cell(column).unwrap_or_default().to_owned();
    let mut before: Option<(Account, Option<&Vec<usize>>)> = None;
    for raw in table.rows() {
        // Rows of an account mostly stand together.
        let same = before.as_ref().is_some_and(|((one, two), _)| {
            raw.cell(area) == Some(one.as_str()) && raw.cell(account) == Some(two.as_str())
        });
        if !same {
            let key = (cell(&raw, area), cell(&raw, account));
            let places = wanted.get(&key);
            before = Some((key, places));
        }
        let Some((_, Some(places))) = &before else { continue };
        for place in *places {
            let Some(row) = &sought[*place] else { continue };
            let known = !findings[*place].place.file.is_empty();
            let fits =
                row.cells.iter().all(|(name, value)| column(name).and_then(|at| raw.cell(at)) == Some(value.as_str()));
            if fits && (!known || row.last) {
                let field = row.cells.first().map_or("account", |(name, _)| name);
                findings[*place].place = table.place(raw.line(), column(field), field);
            }
        }
    }
}
