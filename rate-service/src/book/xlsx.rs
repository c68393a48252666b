//! Workbooks (XLSX) as tables of a book.
//!
//! What a cell stores is read, not what it shows: numbers as they were typed, days and percentages by the format of the
//! cell. Where a digit may be lost, the cell is a problem and never a guess.

mod cell;
pub(super) mod grid;
mod package;
mod sheet;
mod workbook;
mod xml;

use std::collections::HashMap;

use rate_core::input::book::{Columns, RawTable, TableKind};
use rate_core::{Code, Place, Problem};

use super::BookError;
use super::reading::{BookFile, Reading, TABLES_IN_ONE, Wanted, unreadable};
use cell::Doubt;
use package::Trouble;
use sheet::{Cell, Merged, Value};
use workbook::{SheetOf, Workbook};

/// The most cells beside a table that are reported one by one.
const MAX_OUTSIDE: usize = 100;

/// Reads the tables of a workbook: those of its name, where that is the name of a table; else those of each sheet.
pub(super) fn read_tables(reading: &Reading, file: &BookFile) -> Result<Vec<RawTable>, BookError> {
    let of_file = reading.wanted(file.stem());
    if of_file.is_empty() && file.stem() != TABLES_IN_ONE && reading.mapping.is_none() {
        return Ok(vec![reading.unknown_table(file.place(), &file.name, ".xlsx")]);
    }
    // A workbook of several tables has the accounts among them: nothing else is said to be missing where it is broken.
    let kind = of_file.first().map_or(TableKind::Accounts, |wanted| wanted.kind);
    match tables(reading, file, &of_file) {
        Ok(tables) => Ok(tables),
        Err(Trouble::File(error)) => Err(error),
        Err(Trouble::Wrong(code, values)) => Ok(vec![unreadable(kind, Problem::new(code, file.place(), values))]),
    }
}

fn tables(reading: &Reading, file: &BookFile, of_file: &[Wanted<'_>]) -> Result<Vec<RawTable>, Trouble> {
    let mut workbook = Workbook::open(&file.path)?;
    let mut tables: Vec<Vec<RawTable>> = Vec::new();
    for sheet in workbook.sheets.clone() {
        let of_sheet = reading.wanted(&sheet.name);
        let wanted = match (of_file.is_empty(), sheet.hidden) {
            (true, _) => of_sheet.as_slice(),
            (false, false) if !reading.ignores(&sheet.name) => of_file,
            (false, _) => &[],
        };
        let mut read = Vec::new();
        for wanted in wanted {
            read.extend(table(&mut workbook, file, &sheet, wanted)?);
        }
        if wanted.is_empty() && !reading.ignores(&sheet.name) {
            read.extend(passed_over(reading, &mut workbook, file, &sheet)?);
        }
        if let (Some(table), true) = (read.first_mut(), sheet.hidden) {
            let code = if wanted.is_empty() { Code::WorkbookHiddenPassed } else { Code::WorkbookHiddenRead };
            table.note(Problem::new(code, place(file, &sheet), [&sheet.name]));
        }
        tables.push(read);
    }
    if of_file.is_empty() {
        return Ok(tables.into_iter().flatten().collect());
    }
    let (passed, read) = tables.into_iter().partition::<Vec<_>, _>(|read| read.iter().any(|it| !it.notes().is_empty()));
    Ok(of_file
        .iter()
        .enumerate()
        .map(|(at, wanted)| the_only(wanted, file, &read, at))
        .chain(passed.into_iter().flatten())
        .collect())
}

fn place(file: &BookFile, sheet: &SheetOf) -> Place {
    Place { file: file.name.clone(), sheet: sheet.name.clone(), ..Place::default() }
}

/// The one table of a file that has the name of one; sheets without cells, such as those a program adds, are not seen.
fn the_only(wanted: &Wanted<'_>, file: &BookFile, sheets: &[Vec<RawTable>], at: usize) -> RawTable {
    let mut read = sheets.iter().filter_map(|tables| tables.get(at));
    let first = read.next().cloned();
    let mut table = first.unwrap_or_else(|| RawTable::new::<String>(wanted.kind, file.name.as_str(), []));
    if let Some(second) = read.next() {
        table.unreadable(Problem::new(Code::WorkbookSheets, second.place(0, None, ""), [wanted.kind.stem()]));
    }
    table
}

/// A sheet that is no table: a problem where it has cells and can be seen, since it may be one whose name is misspelt.
fn passed_over(
    reading: &Reading,
    workbook: &mut Workbook,
    file: &BookFile,
    sheet: &SheetOf,
) -> Result<Option<RawTable>, Trouble> {
    let mut cells = 0_u64;
    if let Some(open) = workbook.sheet(sheet)? {
        sheet::cells(open, &sheet.name, &mut |_| cells += 1)?;
    }
    let table = if sheet.hidden {
        RawTable::of_kind(TableKind::Coverage, file.name.as_str())
    } else {
        reading.unknown_table(place(file, sheet), &sheet.name, "")
    };
    Ok((cells > 0).then_some(table))
}

/// The table of a sheet; `None` where it has no cells.
fn table(
    workbook: &mut Workbook,
    file: &BookFile,
    sheet: &SheetOf,
    wanted: &Wanted<'_>,
) -> Result<Option<RawTable>, Trouble> {
    let mut filling = Filling::new(wanted, file, sheet, workbook.from_1904);
    let Some(open) = workbook.sheet(sheet)? else { return Ok(None) };
    let merged = sheet::cells(open, &sheet.name, &mut |cell| filling.cell(&cell))?;
    Ok(filling.finish(merged))
}

/// A table that is filled cell by cell.
struct Filling<'f> {
    wanted: &'f Wanted<'f>,
    file: &'f BookFile,
    sheet: &'f SheetOf,
    from_1904: bool,
    /// Header cells with their columns, until a row below them begins.
    header: Vec<(u32, String)>,
    filled: Option<(RawTable, Columns<'f>)>,
    /// Place in the header of each column of the sheet.
    sources: HashMap<u32, usize>,
    row: u32,
    texts: Vec<String>,
    faults: Vec<(usize, Doubt)>,
    outside: Vec<Place>,
}

impl<'f> Filling<'f> {
    fn new(wanted: &'f Wanted<'f>, file: &'f BookFile, sheet: &'f SheetOf, from_1904: bool) -> Self {
        Self {
            wanted,
            file,
            sheet,
            from_1904,
            header: Vec::new(),
            filled: None,
            sources: HashMap::new(),
            row: 0,
            texts: Vec::new(),
            faults: Vec::new(),
            outside: Vec::new(),
        }
    }

    fn cell(&mut self, cell: &Cell<'_>) {
        if self.wanted.header_row().is_some_and(|header| cell.row < header) {
            return;
        }
        if cell.row != self.row {
            self.end_row();
            self.row = cell.row;
        }
        let Some((_, columns)) = &self.filled else {
            return self.header.push((cell.column, header_text(&cell.value)));
        };
        let Some(source) = self.sources.get(&cell.column) else {
            if self.outside.len() < MAX_OUTSIDE {
                let at = place(self.file, self.sheet);
                self.outside.push(Place { line: cell.row, column: cell.column, ..at });
            }
            return;
        };
        let Some(target) = columns.target(*source) else { return };
        let text = cell::text(&cell.value, columns.content(target), self.from_1904);
        let read = text.and_then(|text| match columns.read(target, &text) {
            Ok(read) => Ok(read.into_owned()),
            Err((code, values)) => Err(Doubt { code, values: values.to_vec() }),
        });
        match read {
            Ok(text) => self.texts[target].push_str(&text),
            Err(doubt) => {
                // The account is still known where its number was a number: the row is refused under it.
                self.texts[target].push_str(doubt.values.first().map(String::as_str).unwrap_or_default());
                self.faults.push((target, doubt));
            }
        }
    }

    /// Adds the row that has ended, unless it is empty; the first is the header.
    fn end_row(&mut self) {
        match &mut self.filled {
            Some((table, columns)) => {
                if !columns.is_blank(&self.texts) || !self.faults.is_empty() {
                    table.push(self.row, &self.texts);
                    columns.clear(&mut self.texts);
                    self.faults.drain(..).for_each(|(at, doubt)| table.fault(at, doubt.code, doubt.values));
                }
            }
            None if self.header.is_empty() => {}
            None => {
                let names: Vec<String> = self.header.iter().map(|(_, name)| name.clone()).collect();
                let numbers: Vec<u32> = self.header.iter().map(|(column, _)| *column).collect();
                let columns = self.wanted.columns(&names);
                self.sources = numbers.iter().copied().zip(0..).collect();
                self.texts = columns.empty_row();
                self.filled = Some((columns.table(&self.file.name, &self.sheet.name, self.row, &numbers), columns));
            }
        }
    }

    fn finish(mut self, merged: Vec<Merged>) -> Option<RawTable> {
        self.end_row();
        let (mut table, _) = self.filled?;
        for Merged { row, last_row, column, range } in merged {
            if last_row >= table.header_line() {
                let at = Place { line: row, column, ..place(self.file, self.sheet) };
                table.unreadable(Problem::new(Code::WorkbookMerged, at, [range]));
            }
        }
        for at in self.outside {
            table.unreadable(Problem::new::<&str>(Code::CellOutside, at, []));
        }
        Some(table)
    }
}

fn header_text(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) | Value::Number(text, _) | Value::Error(text) => (*text).to_owned(),
        Value::Truth(truth) => truth.to_string(),
        Value::Unreckoned => String::new(),
    }
}
