//! The facts of evidence as a book that any other run can read: the rows of the facts, and what they only make sense
//! beside.

use std::collections::{BTreeMap, BTreeSet};

use rate_core::History;
use rate_core::input::book::{RawTable, TableKind};

use super::package::Package;
use crate::book::{BookRows, TableRows};

/// The path of a table in evidence.
fn path(kind: TableKind) -> String {
    format!("book/{}.csv", kind.stem())
}

fn header(kind: TableKind) -> Vec<&'static str> {
    kind.columns().iter().map(|column| column.name).collect()
}

/// The files of the book: rows of the facts, and those that stand beside them in some tables.
pub(super) fn files(facts: &str, tables: &[RawTable], history: &History) -> BTreeMap<String, String> {
    let mut lines: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for line in facts.lines() {
        let (table, cells) = line.split_once(',').unwrap_or((line, ""));
        lines.entry(table).or_default().insert(cells.to_owned());
    }
    for (table, cells) in beside(tables, history) {
        lines.entry(table).or_default().insert(cells);
    }
    let mut files = BTreeMap::new();
    for kind in TableKind::ALL {
        if let Some(lines) = lines.get(kind.stem()) {
            let header = header(*kind);
            // Facts leave empty cells at the end out; a book has them.
            let filled = |line: &String| format!("{line}{}\n", ",".repeat(left_out(line, header.len())));
            let rows: Vec<String> = lines.iter().map(filled).collect();
            files.insert(path(*kind), format!("{}\n{}", header.join(","), rows.concat()));
        }
    }
    files
}

/// The tables of a book as evidence has them.
///
/// # Errors
/// A file that is not one of [`files`]: its path.
pub(super) fn tables(package: &Package) -> Result<Vec<RawTable>, String> {
    let mut rows = BookRows::default();
    for kind in TableKind::ALL {
        let name = path(*kind);
        let Some(bytes) = package.get(&name) else { continue };
        let text = std::str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n'));
        let mut lines = text.ok_or_else(|| name.clone())?.split('\n');
        if lines.next() != Some(header(*kind).join(",").as_str()) {
            return Err(name);
        }
        // Kept rows have what breaks lines behind a backslash; here nothing stands for anything else.
        let lines = lines.map(|line| line.replace('\\', "\\\\")).collect();
        rows.add(TableRows { kind: *kind, columns: kind.columns().len(), lines });
    }
    rows.tables().map_err(|(place, code)| format!("book/{place}: {code}"))
}

/// How many cells at the end of a line are left out.
fn left_out(line: &str, columns: usize) -> usize {
    let (mut quoted, mut cells) = (false, 1);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells += 1,
            _ => {}
        }
    }
    columns.saturating_sub(cells)
}

/// What the facts only make sense beside: that the accounts exist which claims name, and averages of industries, which
/// the record pins as parameters.
///
/// Of another account nothing is given away but its number and kind.
fn beside(tables: &[RawTable], history: &History) -> Vec<(&'static str, String)> {
    let parties = history.claims().iter().filter_map(|claim| claim.parties.as_deref());
    let named = parties.flat_map(|it| [&it.insured, &it.labour_relation, &it.using_unit, &it.responsible]);
    let own = history.key();
    let named: BTreeSet<&str> = named.map(String::as_str).filter(|number| *number != own.number).collect();
    let mut found = Vec::new();
    for table in tables {
        let place = |name: &str| table.header().iter().position(|header| header == name);
        match table.kind() {
            TableKind::Accounts => {
                let places = ["area", "account", "kind"].map(place);
                for row in table.rows() {
                    let [area, number, kind] =
                        places.map(|place| place.and_then(|place| row.cell(place)).unwrap_or_default());
                    if area == own.area && named.contains(number) {
                        found.push((table.kind().stem(), format!("{area},{number},,,,{kind}")));
                    }
                }
            }
            TableKind::Statistics => {
                let rows = BookRows::of(std::slice::from_ref(table));
                let pinned = |line: &&String| {
                    let area = line.split(',').next().unwrap_or_default();
                    area == own.area || area == "cn"
                };
                let lines = rows.by_table().iter().flat_map(|it| {
                    it.lines.iter().filter(pinned).map(|line| (it.kind.stem(), line.clone())).collect::<Vec<_>>()
                });
                found.extend(lines);
            }
            _ => {}
        }
    }
    found
}
