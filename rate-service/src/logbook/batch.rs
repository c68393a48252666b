//! The rows of a book in a log: a table a file, and the hash of each row beside them.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use rate_core::input::book::{RawTable, TableKind};

use super::LogError;
use super::layout::Layout;
use super::view::Files;
use crate::book::{BookRows, TableRows};

pub(super) fn store(rows: &BookRows, layout: &Layout, knowledge: u64) -> Result<(), LogError> {
    layout.create_dir(&layout.batch(knowledge), |dir| {
        for TableRows { kind, columns, lines } in rows.by_table() {
            let path = dir.join(format!("{}.csv", kind.stem()));
            write_lines(&path, &header(*kind, *columns), lines).map_err(LogError::at(&path))?;
        }
        let path = dir.join("leaves");
        let leaves: Vec<u8> = rows.leaves().flat_map(|leaf| leaf.0).collect();
        fs::write(&path, leaves).and_then(|()| File::open(&path)?.sync_all()).map_err(LogError::at(&path))
    })
}

/// Reads stored rows; what is wrong with single ones shows in their hashes.
pub(super) fn read(files: &dyn Files, dir: &Path) -> Result<BookRows, LogError> {
    let mut rows = BookRows::default();
    for kind in TableKind::ALL {
        let path = dir.join(format!("{}.csv", kind.stem()));
        let bytes = match files.read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(LogError::at(&path)(error)),
        };
        let text = String::from_utf8(bytes).map_err(|_| LogError::broken(&path, "not UTF-8 / 不是UTF-8"))?;
        let text = text.strip_suffix('\n').ok_or_else(|| LogError::broken(&path, "cut off / 被截断"))?;
        let mut lines = text.split('\n').map(str::to_owned);
        let first = lines.next().unwrap_or_default();
        // Rows came in under the columns of their day: those of today, or fewer.
        let columns = first.split(',').count();
        if header(*kind, columns) != first {
            return Err(LogError::broken(&path, "the header is not that of the table / 表头不符"));
        }
        rows.add(TableRows { kind: *kind, columns, lines: lines.collect() });
    }
    Ok(rows)
}

/// Stored rows as tables of a book.
pub(super) fn tables(rows: &BookRows, dir: &Path) -> Result<Vec<RawTable>, LogError> {
    rows.tables().map_err(|(place, code)| LogError::broken(&dir.join(place), code.to_string()))
}

fn header(kind: TableKind, columns: usize) -> String {
    kind.columns().iter().take(columns).map(|column| column.name).collect::<Vec<_>>().join(",")
}

fn write_lines(path: &Path, header: &str, lines: &[String]) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 18, File::create(path)?);
    writeln!(out, "{header}")?;
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
}
