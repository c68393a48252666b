//! A list that `rate` wrote, by the names of its columns.

use std::fs;
use std::path::Path;

pub struct Table {
    header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn cell<'r>(&self, row: &'r [String], name: &str) -> &'r str {
        let column = self.header.iter().position(|it| it == name);
        &row[column.unwrap_or_else(|| panic!("no column `{name}`"))]
    }
}

/// Reads CSV whose cells hold no line ends.
pub fn read(path: &Path) -> Table {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.trim_start_matches('\u{FEFF}').lines().map(cells);
    let header = lines.next().unwrap();
    let rows: Vec<Vec<String>> = lines.collect();
    assert!(rows.iter().all(|row| row.len() == header.len()), "{}", path.display());
    Table { header, rows }
}

fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let cell = cells.last_mut().unwrap();
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => cell.push(chars.next().unwrap()),
            ('"', _) => quoted = !quoted,
            (',', false) => cells.push(String::new()),
            _ => cell.push(c),
        }
    }
    cells
}
