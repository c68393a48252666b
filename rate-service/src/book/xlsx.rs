//! Workbooks (XLSX) as tables of a book.
//!
//! What a cell stores is read, not what it shows: numbers as they were typed, days and percentages by the format of the
//! cell. Where a digit may be lost, the cell is a problem and never a guess.

mod cell;
mod package;
mod sheet;
mod workbook;
mod xml;

use std::collections::HashMap;

use rate_core::input::book::{Content, RawTable, TableKind};
use rate_core::{Code, Place, Problem};

use super::BookError;
use super::reading::{BookFile, TABLES_IN_ONE, unknown_table, unreadable};
use cell::Doubt;
use package::Trouble;
use sheet::{Cell, Merged, Value};
use workbook::{SheetOf, Workbook};

/// The most cells beside a table that are reported one by one.
const MAX_OUTSIDE: usize = 100;

/// Reads the tables of a workbook: one, where the file has the name of a table; else each sheet by its name.
pub(super) fn read_tables(file: &BookFile) -> Result<Vec<RawTable>, BookError> {
    let stem = file.stem();
    let only = TableKind::from_stem(stem);
    if only.is_none() && stem != TABLES_IN_ONE {
        return Ok(vec![unknown_table(&file.name)]);
    }
    match tables(file, only) {
        Ok(tables) => Ok(tables),
        Err(Trouble::File(error)) => Err(error),
        Err(Trouble::Wrong(code, values)) => {
            let place = Place { file: file.name.clone(), ..Place::default() };
            // A workbook of several tables has the accounts among them: nothing else is said to be missing.
            Ok(vec![unreadable(only.unwrap_or(TableKind::Accounts), Problem::new(code, place, values))])
        }
    }
}

fn tables(file: &BookFile, only: Option<TableKind>) -> Result<Vec<RawTable>, Trouble> {
    let mut workbook = Workbook::open(&file.path)?;
    let mut tables = Vec::new();
    for sheet in workbook.sheets.clone() {
        let named = TableKind::from_stem(&sheet.name);
        let kind = if sheet.hidden { named.filter(|_| only.is_none()) } else { only.or(named) };
        let mut table = match kind {
            Some(kind) => table(&mut workbook, file, &sheet, kind)?,
            None => passed_over(&mut workbook, file, &sheet)?,
        };
        if let (Some(table), true) = (&mut table, sheet.hidden) {
            let code = if kind.is_some() { Code::WorkbookHiddenRead } else { Code::WorkbookHiddenPassed };
            table.note(Problem::new(code, place(file, &sheet), [&sheet.name]));
        }
        tables.extend(table);
    }
    if let Some(kind) = only {
        return Ok(vec![the_only(kind, file, tables)]);
    }
    Ok(tables)
}

fn place(file: &BookFile, sheet: &SheetOf) -> Place {
    Place { file: file.name.clone(), sheet: sheet.name.clone(), ..Place::default() }
}

/// The one table of a file that has the name of one; sheets without cells, such as those a program adds, are not seen.
fn the_only(kind: TableKind, file: &BookFile, tables: Vec<RawTable>) -> RawTable {
    let (passed, mut read): (Vec<_>, Vec<_>) = tables.into_iter().partition(|table| !table.notes().is_empty());
    let second = (read.len() > 1).then(|| read.swap_remove(1));
    let mut table = read.into_iter().next().unwrap_or_else(|| RawTable::new::<String>(kind, file.name.as_str(), []));
    if let Some(second) = second {
        let place = second.place(0, None, "");
        table.unreadable(Problem::new(Code::WorkbookSheets, place, [kind.stem()]));
    }
    passed.iter().flat_map(RawTable::notes).for_each(|note| table.note(note.clone()));
    table
}

/// A sheet that is no table: a problem where it has cells and can be seen, since it may be one whose name is misspelt.
fn passed_over(workbook: &mut Workbook, file: &BookFile, sheet: &SheetOf) -> Result<Option<RawTable>, Trouble> {
    let mut cells = 0_u64;
    if let Some(open) = workbook.sheet(sheet)? {
        sheet::cells(open, &sheet.name, &mut |_| cells += 1)?;
    }
    let known: Vec<&str> = TableKind::ALL.iter().map(|kind| kind.stem()).collect();
    let name = sheet.name.as_str();
    let mut table = RawTable::of_kind(TableKind::Coverage, file.name.as_str()).in_sheet(name, 1, Vec::new());
    if !sheet.hidden {
        table.unreadable(Problem::new(Code::RowsUnknownTable, place(file, sheet), [name, &known.join(", ")]));
    }
    Ok((cells > 0).then_some(table))
}

/// The table of a sheet; `None` where it has no cells.
fn table(
    workbook: &mut Workbook,
    file: &BookFile,
    sheet: &SheetOf,
    kind: TableKind,
) -> Result<Option<RawTable>, Trouble> {
    let mut filling = Filling::new(kind, file, sheet, workbook.from_1904);
    let Some(open) = workbook.sheet(sheet)? else { return Ok(None) };
    let merged = sheet::cells(open, &sheet.name, &mut |cell| filling.cell(&cell))?;
    Ok(filling.finish(merged))
}

/// A table that is filled cell by cell.
struct Filling<'f> {
    kind: TableKind,
    file: &'f BookFile,
    sheet: &'f SheetOf,
    from_1904: bool,
    /// Header cells with their columns, until a row below them begins.
    header: Vec<(u32, String)>,
    table: Option<RawTable>,
    /// Place in the header and content of each column of the sheet.
    columns: HashMap<u32, (usize, Content)>,
    row: u32,
    texts: Vec<String>,
    faults: Vec<(usize, Doubt)>,
    outside: Vec<Place>,
}

impl<'f> Filling<'f> {
    fn new(kind: TableKind, file: &'f BookFile, sheet: &'f SheetOf, from_1904: bool) -> Self {
        Self {
            kind,
            file,
            sheet,
            from_1904,
            header: Vec::new(),
            table: None,
            columns: HashMap::new(),
            row: 0,
            texts: Vec::new(),
            faults: Vec::new(),
            outside: Vec::new(),
        }
    }

    fn cell(&mut self, cell: &Cell<'_>) {
        if cell.row != self.row {
            self.end_row();
            self.row = cell.row;
        }
        if self.table.is_none() {
            self.header.push((cell.column, header_text(&cell.value)));
            return;
        }
        let Some((position, content)) = self.columns.get(&cell.column).copied() else {
            if self.outside.len() < MAX_OUTSIDE {
                let at = place(self.file, self.sheet);
                self.outside.push(Place { line: cell.row, column: cell.column, ..at });
            }
            return;
        };
        match cell::text(&cell.value, content, self.from_1904) {
            Ok(text) => self.texts[position].push_str(&text),
            Err(doubt) => {
                // The account is still known where its number was a number: the row is refused under it.
                self.texts[position].push_str(doubt.values.first().map(String::as_str).unwrap_or_default());
                self.faults.push((position, doubt));
            }
        }
    }

    /// Adds the row that has ended, unless it is empty; the first is the header.
    fn end_row(&mut self) {
        match &mut self.table {
            Some(table) => {
                if self.texts.iter().any(|text| !text.is_empty()) {
                    table.push(self.row, &self.texts);
                    self.texts.iter_mut().for_each(String::clear);
                    self.faults.drain(..).for_each(|(at, doubt)| table.fault(at, doubt.code, doubt.values));
                }
            }
            None if self.header.is_empty() => {}
            None => {
                let columns = self.header.iter().map(|(column, _)| *column).collect();
                let names = self.header.iter().map(|(_, name)| name.clone());
                let table = RawTable::new(self.kind, self.file.name.as_str(), names);
                self.table = Some(table.in_sheet(self.sheet.name.as_str(), self.row, columns));
                for (position, (column, name)) in self.header.iter().enumerate() {
                    self.columns.insert(*column, (position, self.kind.content(name)));
                }
                self.texts = vec![String::new(); self.header.len()];
            }
        }
    }

    fn finish(mut self, merged: Vec<Merged>) -> Option<RawTable> {
        self.end_row();
        let mut table = self.table?;
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
