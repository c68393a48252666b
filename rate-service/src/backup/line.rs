//! A row as a line: a JSON array of its cells, bytes as base64; and what the lines of a table add up to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rate_core::log::Digest;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::store::{Cell, Sort, Table};

/// What the lines of a table add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) digest: Digest,
}

/// Lines that are being added up.
#[derive(Default)]
pub(super) struct Summing {
    hasher: Sha256,
    rows: u64,
    bytes: u64,
}

impl Summing {
    /// Adds a line with its end.
    pub(super) fn line(&mut self, line: &[u8]) {
        self.hasher.update(line);
        self.rows += 1;
        self.bytes += u64::try_from(line.len()).unwrap_or(u64::MAX);
    }

    pub(super) fn sum(self) -> Sum {
        Sum { rows: self.rows, bytes: self.bytes, digest: Digest(self.hasher.finalize().into()) }
    }
}

/// The line of a row, with its end.
pub(super) fn line(cells: &[Cell]) -> String {
    let values = cells.iter().map(|cell| match cell {
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Number(number) => Value::from(*number),
        Cell::Truth(truth) => Value::from(*truth),
        Cell::Bytes(bytes) => Value::from(STANDARD.encode(bytes)),
        Cell::Nothing => Value::Null,
    });
    let mut line = Value::Array(values.collect()).to_string();
    line.push('\n');
    line
}

/// The row of a line of a table; none where it is not the one line of a row.
pub(super) fn row(table: &Table, text: &str) -> Option<Vec<Cell>> {
    let values: Vec<Value> = serde_json::from_str(text).ok()?;
    if values.len() != table.columns.len() {
        return None;
    }
    let cells = values.into_iter().zip(&table.columns).map(|(value, column)| {
        Some(match (value, column.sort) {
            (Value::Null, _) => Cell::Nothing,
            (Value::String(text), Sort::Text) => Cell::Text(text),
            (Value::String(text), Sort::Bytes) => Cell::Bytes(STANDARD.decode(text).ok()?),
            (Value::Number(number), Sort::Number) => Cell::Number(number.as_i64()?),
            (Value::Bool(truth), Sort::Truth) => Cell::Truth(truth),
            _ => return None,
        })
    });
    let cells: Vec<Cell> = cells.collect::<Option<_>>()?;
    (line(&cells) == text).then_some(cells)
}
