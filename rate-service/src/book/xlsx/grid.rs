//! Sheets that are no table of a book: a header in a stated row, and the cells below it.

use std::borrow::Cow;
use std::path::Path;

use rate_core::Code;
use rate_core::input::book::Content;

use super::cell::{self, Doubt};
use super::header_text;
use super::package::Trouble;
use super::sheet::{self, Cell, Value};
use super::workbook::{Format, Workbook};
use crate::book::BookError;

/// What the cells below a header hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::book) enum Holds {
    /// As in a column of a book.
    Content(Content),
    /// A number as it is stored, whether it is shown as a percentage or not.
    Stored,
}

/// A sheet with cells.
#[derive(Debug)]
pub(in crate::book) struct Grid {
    /// Its name.
    pub(in crate::book) sheet: String,
    /// The cells of the header row, with their columns.
    pub(in crate::book) header: Vec<(u32, String)>,
    /// The rows below it that have cells.
    pub(in crate::book) rows: Vec<GridRow>,
    /// Merged cells at or below the header: row, column, range.
    pub(in crate::book) merged: Vec<(u32, u32, String)>,
}

/// The text of a cell, or why it is not known: code and values.
pub(in crate::book) type CellText = Result<String, (Code, Vec<String>)>;

/// A row with cells.
#[derive(Debug)]
pub(in crate::book) struct GridRow {
    /// Its number.
    pub(in crate::book) line: u32,
    /// Cells with their columns: the text, or why it is not known.
    pub(in crate::book) cells: Vec<(u32, CellText)>,
}

/// A workbook as grids, or what keeps it from being read.
pub(in crate::book) type Grids = Result<Vec<Grid>, (Code, Vec<String>)>;

/// Reads every visible sheet that has cells. `holds` is asked what stands below a header.
///
/// # Errors
/// Where the file cannot be read.
pub(in crate::book) fn grids(path: &Path, header_row: u32, holds: &dyn Fn(&str) -> Holds) -> Result<Grids, BookError> {
    match visible(path, header_row, holds) {
        Ok(grids) => Ok(Ok(grids)),
        Err(Trouble::Wrong(code, values)) => Ok(Err((code, values))),
        Err(Trouble::File(error)) => Err(error),
    }
}

fn visible(path: &Path, header_row: u32, holds: &dyn Fn(&str) -> Holds) -> Result<Vec<Grid>, Trouble> {
    let mut workbook = Workbook::open(path)?;
    let (mut grids, from_1904) = (Vec::new(), workbook.from_1904);
    for sheet in workbook.sheets.clone().into_iter().filter(|sheet| !sheet.hidden) {
        let Some(open) = workbook.sheet(&sheet)? else { continue };
        let (mut grid, mut any) = (Grid::of(sheet.name), false);
        let part = grid.sheet.clone();
        let merged = sheet::cells(open, &part, &mut |cell| {
            any = true;
            grid.take(&cell, header_row, holds, from_1904);
        })?;
        let below = merged.into_iter().filter(|it| it.last_row >= header_row);
        grid.merged = below.map(|it| (it.row, it.column, it.range)).collect();
        grids.extend(any.then_some(grid));
    }
    Ok(grids)
}

impl Grid {
    const fn of(sheet: String) -> Self {
        Self { sheet, header: Vec::new(), rows: Vec::new(), merged: Vec::new() }
    }

    fn take(&mut self, cell: &Cell<'_>, header_row: u32, holds: &dyn Fn(&str) -> Holds, from_1904: bool) {
        match cell.row.cmp(&header_row) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => self.header.push((cell.column, header_text(&cell.value))),
            std::cmp::Ordering::Greater => {
                let header = self.header.iter().find(|(column, _)| *column == cell.column);
                let text = match header {
                    Some((_, name)) => text(&cell.value, holds(name), from_1904),
                    None => Err((Code::CellOutside, Vec::new())),
                };
                if self.rows.last().is_none_or(|row| row.line != cell.row) {
                    self.rows.push(GridRow { line: cell.row, cells: Vec::new() });
                }
                if let Some(row) = self.rows.last_mut() {
                    row.cells.push((cell.column, text));
                }
            }
        }
    }
}

fn text(value: &Value<'_>, holds: Holds, from_1904: bool) -> CellText {
    let text = match (value, holds) {
        (Value::Number(stored, Format::Percent(_)), Holds::Stored) => {
            cell::text(&Value::Number(stored, &Format::Number), Content::Number, from_1904)
        }
        (value, Holds::Stored) => cell::text(value, Content::Number, from_1904),
        (value, Holds::Content(content)) => cell::text(value, content, from_1904),
    };
    text.map(Cow::into_owned).map_err(|Doubt { code, values }| (code, values))
}
