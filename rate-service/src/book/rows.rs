//! The rows of a book as lines: sorted, a hash each, whatever the form or order of the files they came in.

use rate_core::Code;
use rate_core::input::book::{RawRow, RawTable, TableKind, is_account_number, push_cell};
use rate_core::log::{Digest, Tree};

use super::csv::split;

/// All rows of a book, sorted by table and bytes; those of wrong ones are among them.
#[derive(Debug, Default)]
pub struct BookRows {
    tables: Vec<TableRows>,
}

/// The rows of one table.
#[derive(Debug)]
pub(crate) struct TableRows {
    pub(crate) kind: TableKind,
    /// How many of the table's columns there were when the rows came in; later ones stand behind them.
    pub(crate) columns: usize,
    /// Cells of a row in the order of the columns, empty ones at the end left out.
    pub(crate) lines: Vec<String>,
}

/// A row with what it is about.
#[derive(Debug)]
pub(crate) struct KeyedRow<'r> {
    pub(crate) area: String,
    /// Empty for what is about the area.
    pub(crate) account: String,
    pub(crate) kind: TableKind,
    pub(crate) line: &'r str,
    /// The other accounts of the area that it names; of an account its credit code.
    pub(crate) named: Vec<String>,
}

impl<'r> KeyedRow<'r> {
    /// What a line is about; nothing, where it is no CSV or has no area.
    pub(crate) fn of(kind: TableKind, line: &'r str) -> Option<Self> {
        let cells = split(line).ok()?;
        let cell = |place: usize| cells.get(place).map(|cell| unescaped(cell)).filter(|cell| !cell.is_empty());
        let area = cell(0)?;
        let account = cell(1).filter(|_| kind.of_account()).unwrap_or_default();
        let place = |name: &&str| kind.columns().iter().position(|column| column.name == *name);
        let named = kind.naming().iter().filter_map(place).filter_map(cell);
        // What can be no number is a problem of the row, and names nobody.
        // A code names its account, also where the area numbers accounts by it.
        let other = |name: &String| kind == TableKind::Accounts || *name != account;
        let named = named.filter(|name| is_account_number(name) && other(name)).collect();
        Some(Self { area, account, kind, line, named })
    }
}

impl BookRows {
    /// The rows of some tables.
    pub fn of(tables: &[RawTable]) -> Self {
        let mut rows = Self::default();
        for kind in TableKind::ALL {
            let of_kind = tables.iter().filter(|table| table.kind() == *kind);
            let mut lines: Vec<String> = of_kind.flat_map(lines).collect();
            lines.sort_unstable();
            rows.add(TableRows { kind: *kind, columns: kind.columns().len(), lines });
        }
        rows
    }

    /// Adds a table that has rows, with its lines in the order they have.
    pub(crate) fn add(&mut self, table: TableRows) {
        if !table.lines.is_empty() {
            self.tables.push(table);
        }
    }

    /// The tables, in order.
    pub(crate) fn by_table(&self) -> &[TableRows] {
        &self.tables
    }

    /// The hash of each row, in order.
    pub fn leaves(&self) -> impl Iterator<Item = Digest> + '_ {
        self.tables.iter().flat_map(|it| it.lines.iter().map(|line| leaf(it.kind, line)))
    }

    /// The root over all rows.
    pub fn root(&self) -> Digest {
        self.leaves().collect::<Tree>().root()
    }

    /// Tables with their number of rows, in order.
    pub fn counts(&self) -> Vec<(String, u64)> {
        let count = |it: &TableRows| u64::try_from(it.lines.len()).unwrap_or(u64::MAX);
        self.tables.iter().map(|it| (it.kind.stem().to_owned(), count(it))).collect()
    }

    /// Every row with the area and account it is about.
    ///
    /// # Errors
    /// A row without an area, or one that is no CSV: its table and line.
    pub(crate) fn keyed(&self) -> Result<Vec<KeyedRow<'_>>, String> {
        let mut keyed = Vec::new();
        for TableRows { kind, lines, .. } in &self.tables {
            for (line, number) in lines.iter().zip(2..) {
                keyed.push(KeyedRow::of(*kind, line).ok_or_else(|| format!("{}.csv:{number}", kind.stem()))?);
            }
        }
        Ok(keyed)
    }

    /// Takes up a row that came in, or drops one that was taken back: `+claims,…`, `-claims,…`.
    ///
    /// # Errors
    /// A line of another form, and a row taken back that does not stand.
    pub(crate) fn change(&mut self, signed: &str) -> Result<(), &'static str> {
        let (adds, row) = match (signed.strip_prefix('+'), signed.strip_prefix('-')) {
            (Some(row), _) => (true, row),
            (None, Some(row)) => (false, row),
            (None, None) => return Err("a row without its sign / 行首缺少正负号"),
        };
        let (stem, line) = row.split_once(',').ok_or("a row without its table / 缺少数据表名")?;
        let kind = TableKind::from_stem(stem).ok_or("no table of a book / 不是数据表名")?;
        let place = match self.tables.binary_search_by_key(&kind, |table| table.kind) {
            Ok(place) => place,
            Err(place) => {
                self.tables.insert(place, TableRows { kind, columns: kind.columns().len(), lines: Vec::new() });
                place
            }
        };
        let table = &mut self.tables[place];
        table.columns = kind.columns().len();
        match (adds, table.lines.binary_search_by(|it| it.as_str().cmp(line))) {
            (true, Ok(_)) => {}
            (true, Err(place)) => table.lines.insert(place, line.to_owned()),
            (false, Ok(place)) => drop(table.lines.remove(place)),
            (false, Err(_)) => return Err("a row is taken back that does not stand / 撤回的行并不存在"),
        }
        Ok(())
    }

    /// Names the row of a leaf: its table and line.
    pub(crate) fn row(&self, index: usize) -> Option<(TableKind, usize)> {
        let mut before = 0;
        self.tables.iter().find_map(|it| {
            let line = index.checked_sub(before).filter(|line| *line < it.lines.len());
            before += it.lines.len();
            line.map(|line| (it.kind, line + 2))
        })
    }

    /// The tables, as any other book's.
    ///
    /// # Errors
    /// A line that is no CSV: its table and number.
    pub fn tables(&self) -> Result<Vec<RawTable>, (String, Code)> {
        let table = |TableRows { kind, columns, lines }: &TableRows| {
            let mut table = empty_table(*kind, *columns);
            for (line, number) in lines.iter().zip(2..) {
                push_line(&mut table, number, line).map_err(|code| (format!("{}:{number}", table.file()), code))?;
            }
            Ok(table)
        };
        self.tables.iter().map(table).collect()
    }
}

/// A table that lines go into, with as many of its columns as there were when they came in.
pub(crate) fn empty_table(kind: TableKind, columns: usize) -> RawTable {
    let header = kind.columns().iter().take(columns).map(|column| column.name);
    RawTable::new(kind, format!("{}.csv", kind.stem()), header)
}

/// Adds a line to its table, as the row of a number.
///
/// # Errors
/// A line that is no CSV.
pub(crate) fn push_line(table: &mut RawTable, number: u32, line: &str) -> Result<(), Code> {
    let columns = table.header().len();
    let left_out = |cells: usize| std::iter::repeat_n("", columns.saturating_sub(cells));
    if !line.contains(['"', '\\']) {
        // Nearly every line: its cells are what stands between the commas.
        let cells = line.bytes().filter(|byte| *byte == b',').count() + 1;
        table.push(number, line.split(',').chain(left_out(cells)));
        return Ok(());
    }
    let cells = split(line)?;
    let left_out = left_out(cells.len()).map(str::to_owned);
    let cells = cells.iter().map(|cell| unescaped(cell));
    table.push(number, cells.chain(left_out));
    Ok(())
}

fn leaf(kind: TableKind, line: &str) -> Digest {
    Digest::leaf(format!("{},{line}", kind.stem()).as_bytes())
}

/// The rows of a table as lines: cells in the order of the table's columns, whatever order the file had.
pub(crate) fn lines(table: &RawTable) -> Vec<String> {
    let places = places(table);
    table.rows().map(|row| line(&places, row)).collect()
}

/// The line of a row by its number.
pub(crate) fn line_at(table: &RawTable, number: u32) -> Option<String> {
    table.rows().find(|row| row.line() == number).map(|row| line(&places(table), row))
}

/// The cells of a line; nothing, where it is no CSV.
pub(crate) fn fields(line: &str) -> Option<Vec<String>> {
    Some(split(line).ok()?.iter().map(|cell| unescaped(cell)).collect())
}

/// Where the columns of a table stand in the header.
fn places(table: &RawTable) -> Vec<Option<usize>> {
    let place = |name: &str| table.header().iter().position(|header| header == name);
    table.kind().columns().iter().map(|column| place(column.name)).collect()
}

fn line(places: &[Option<usize>], row: RawRow<'_>) -> String {
    let mut line = String::new();
    for (index, place) in places.iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        push_cell(&mut line, &escaped(place.and_then(|place| row.cell(place)).unwrap_or_default()));
    }
    line.truncate(line.trim_end_matches(',').len());
    line
}

/// A cell in which no line can end: what breaks lines is written behind a backslash, and the backslash twice.
fn escaped(cell: &str) -> String {
    cell.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescaped(cell: &str) -> String {
    let (mut text, mut letters) = (String::with_capacity(cell.len()), cell.chars());
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (letter, false) => text.push(letter),
            (_, true) => match letters.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some(other) => text.push(other),
                None => {}
            },
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_cell_holds_stands_in_one_line_and_comes_back() {
        for cell in ["", "a,b", "\"", "a\nb", "a\\nb", "\\", "\r\n\\\\n", "费率"] {
            let mut table = RawTable::new(TableKind::Accounts, "a.xlsx", ["name", "area"]);
            table.push(2, [cell, "990100"]);
            let rows = BookRows::of(&[table]);
            assert!(!rows.tables[0].lines[0].contains('\n'));
            let again = rows.tables().unwrap_or_else(|error| panic!("{cell:?}: {error:?}"));
            let name = TableKind::Accounts.columns().iter().position(|column| column.name == "name");
            let cells: Vec<_> =
                again[0].rows().map(|row| row.cell(name.unwrap_or_default()).map(str::to_owned)).collect();
            assert_eq!(cells, [Some(cell.to_owned())]);
        }
    }
}
