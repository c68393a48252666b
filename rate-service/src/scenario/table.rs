//! A table, whatever form it is looked at in: terminal, CSV, workbook, page or JSON.

use rate_core::error::Lang;
use rate_core::notice::yuan;
use serde_json::{Map, Value};

use crate::book::{self, BOM};
use crate::run::{ListCell, columns};

/// A column: its key in CSV and JSON, its head for people, and its width in a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// The key; amounts end in `_fen`, rates and shares in `_percent`.
    pub key: &'static str,
    /// The head in Chinese.
    pub zh: &'static str,
    /// The head in English.
    pub en: &'static str,
    /// Letters wide.
    pub width: u32,
}

pub(super) const fn column(key: &'static str, zh: &'static str, en: &'static str, width: u32) -> TableColumn {
    TableColumn { key, zh, en, width }
}

/// A table of a study.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name, as of its file.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What is to be known before it is read; may be empty.
    pub note: &'static str,
    /// Its columns.
    pub columns: &'static [TableColumn],
    /// Its rows.
    pub rows: Vec<Vec<ListCell>>,
}

impl Table {
    /// The table as CSV: keys as heads, amounts in fen.
    pub fn csv(&self) -> String {
        let heads: Vec<&str> = self.columns.iter().map(|column| column.key).collect();
        let mut out = format!("{BOM}{}\n", heads.join(","));
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(csv_cell).collect();
            out += &cells.join(",");
            out.push('\n');
        }
        out
    }

    /// The rows as objects: amounts whole numbers of fen, rates and shares decimal strings, counts numbers.
    pub fn json(&self) -> Value {
        let row = |cells: &Vec<ListCell>| {
            let entries =
                self.columns.iter().zip(cells).map(|(column, cell)| (column.key.to_owned(), value(column, cell)));
            Value::Object(entries.collect::<Map<_, _>>())
        };
        Value::Array(self.rows.iter().map(row).collect())
    }

    /// The table for a terminal: text to the left, figures to the right, amounts in yuan; of many rows the first ones.
    pub fn text(&self, lang: Lang, most: usize) -> String {
        let heads = self.columns.iter().map(|it| lang.pick(it.zh, it.en).to_owned()).collect();
        let rows = self.rows.iter().take(most).map(|row| row.iter().map(shown).collect::<Vec<_>>());
        let lines: Vec<Vec<String>> = std::iter::once(heads).chain(rows).collect();
        let width = |place: usize| lines.iter().filter_map(|line| line.get(place)).map(|it| columns(it)).max();
        let widths: Vec<usize> = (0..self.columns.len()).map(|place| width(place).unwrap_or(0)).collect();
        let right: Vec<bool> = (0..self.columns.len()).map(|place| self.is_figure(place)).collect();
        let mut out = String::new();
        for line in &lines {
            let mut text = String::from(" ");
            for ((cell, width), right) in line.iter().zip(&widths).zip(&right) {
                let gap = " ".repeat(width.saturating_sub(columns(cell)));
                let (first, second) = if *right { (&gap, cell) } else { (cell, &gap) };
                text.extend([" ", first, second]);
            }
            out += text.trim_end();
            out.push('\n');
        }
        match (self.rows.len().saturating_sub(most), lang) {
            (0, _) => {}
            (more, Lang::Zh) => out.extend(["  …… 另有 ", &more.to_string(), " 行，见文件\n"]),
            (more, Lang::En) => out.extend(["  … ", &more.to_string(), " more in the files\n"]),
        }
        out
    }

    /// Whether a column holds figures.
    pub(super) fn is_figure(&self, place: usize) -> bool {
        let cells = || self.rows.iter().filter_map(|row| row.get(place));
        cells().any(|it| matches!(it, ListCell::Number(_) | ListCell::Fen(_)))
    }
}

/// A cell as CSV holds it: text that a spreadsheet would take for a formula is made text; a number stays one, below zero
/// too.
fn csv_cell(cell: &ListCell) -> String {
    match cell {
        ListCell::Nothing => String::new(),
        ListCell::Text(text) => book::cell(text),
        ListCell::Number(text) => text.clone(),
        ListCell::Fen(fen) => fen.to_string(),
    }
}

/// A cell as people read it.
pub(super) fn shown(cell: &ListCell) -> String {
    match cell {
        ListCell::Nothing => "–".to_owned(),
        ListCell::Text(text) => text.clone(),
        ListCell::Number(text) => grouped(text),
        ListCell::Fen(fen) => yuan(*fen),
    }
}

/// A number with its thousands apart.
fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, rest) =
        digits.split_once('.').map_or((digits, String::new()), |(whole, part)| (whole, format!(".{part}")));
    let mut out = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}{rest}")
}

fn value(column: &TableColumn, cell: &ListCell) -> Value {
    match cell {
        ListCell::Nothing => Value::Null,
        ListCell::Text(text) => Value::String(text.clone()),
        // Amounts of a whole area fit 64 bits with room to spare; one that does not is told as text, never rounded.
        ListCell::Fen(fen) => i64::try_from(*fen).map_or_else(|_| Value::String(fen.to_string()), Value::from),
        ListCell::Number(text) if is_decimal(column.key) => Value::String(text.clone()),
        ListCell::Number(text) => text.parse::<i64>().map_or_else(|_| Value::String(text.clone()), Value::from),
    }
}

/// Whether figures of a column are decimal numbers, which are strings in JSON.
fn is_decimal(key: &str) -> bool {
    ["_percent", "_months", "_value", "_ratio", "_years"].iter().any(|end| key.ends_with(end))
}
