//! CSV files of a book, both ways.
//!
//! One line is one row: a quoted cell does not run over the end of its line, so that a quote left open is found
//! where it stands and never swallows the rows of other accounts unseen.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

use rate_core::input::book::{Columns, RawTable, TableKind, push_cell};
use rate_core::{Code, Place, Problem};

use super::BookError;
use super::encoding::{Beginning, Charset, Encoding};
use super::lines::{Broken, Lines, MAX_LINE_BYTES};
use super::reading::{BookFile, Wanted, unreadable};

/// The mark by which spreadsheet programs know that a file is UTF-8; on the files that people open.
pub const BOM: char = '\u{FEFF}';

/// A cell quoted where CSV asks for it, and kept from being read as a formula by a spreadsheet.
pub fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Where the bytes of a CSV file are; they may be read twice.
pub(crate) trait Source {
    /// The name, as problems say it.
    fn name(&self) -> &str;

    /// The bytes from the first on.
    fn open(&self) -> Result<Box<dyn Read + '_>, BookError>;

    /// What is said of bytes that cannot be read.
    fn broken(&self, error: std::io::Error) -> BookError;
}

impl Source for BookFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + '_>, BookError> {
        let source = File::open(&self.path).map_err(BookError::at(&self.path))?;
        // A file that grows while it is read is read to the length it had.
        Ok(Box::new(source.take(self.bytes)))
    }

    fn broken(&self, error: std::io::Error) -> BookError {
        BookError::at(&self.path)(error)
    }
}

/// Who takes rows as they are read, so that a table need not fit into memory.
pub(crate) struct Batches<'b> {
    /// Rows, and problems, of one batch.
    pub(crate) most: usize,
    /// Takes a batch; false where nothing further is wanted.
    pub(crate) take: &'b mut dyn FnMut(RawTable) -> bool,
}

/// Reads one table; what is not CSV, or not in its encoding, is left with the table for the check to report.
///
/// Where batches are taken, the table that is returned holds what came after the last of them.
pub(super) fn read_table(
    wanted: &Wanted<'_>,
    file: &dyn Source,
    encoding: Encoding,
    progress: &mut dyn FnMut(u64),
    into: Option<&mut Batches<'_>>,
) -> Result<RawTable, BookError> {
    let mut beginning = Vec::new();
    file.open()?.take(4).read_to_end(&mut beginning).map_err(|error| file.broken(error))?;
    let beginning = Beginning::of(&beginning);
    let at = |line| Place { file: file.name().to_owned(), line, ..Place::default() };
    match (beginning, encoding) {
        (Beginning::Utf16, _) => Ok(unreadable(wanted.kind, Problem::new::<&str>(Code::RowsUtf16, at(0), []))),
        (Beginning::MarkOfUtf8, Encoding::Gb18030) => {
            Ok(unreadable(wanted.kind, Problem::new(Code::RowsEncoding, at(1), [Charset::Gb18030.name()])))
        }
        (Beginning::Unmarked, Encoding::Auto) => guessed(wanted, file, progress, into),
        (Beginning::MarkOfUtf8, _) | (Beginning::Unmarked, Encoding::Utf8) => {
            Ok(Attempt::at(wanted, file, Charset::Utf8, progress, into)?.table)
        }
        (Beginning::Unmarked, Encoding::Gb18030) => {
            Ok(Attempt::at(wanted, file, Charset::Gb18030, progress, into)?.table)
        }
    }
}

/// Reads a file whose encoding nobody named: as UTF-8 where that is valid, else as GB18030 where that is, and then
/// the table says so.
///
/// A file of which more lines are valid UTF-8 beyond ASCII than are not is UTF-8 with broken places: by luck it may be
/// valid GB18030 all the same, and would be read as other words.
///
/// Rows that are taken in batches cannot be given back: then a first reading only counts.
fn guessed(
    wanted: &Wanted<'_>,
    file: &dyn Source,
    progress: &mut dyn FnMut(u64),
    mut into: Option<&mut Batches<'_>>,
) -> Result<RawTable, BookError> {
    let mut passed_over = |_| true;
    let mut counting = Batches { most: COUNTED, take: &mut passed_over };
    let taken = into.is_some();
    let mut first = |charset| {
        let into = if taken { Some(&mut counting) } else { None };
        Attempt::at(wanted, file, charset, progress, into)
    };
    let utf_8 = first(Charset::Utf8)?;
    let mut noted = false;
    let (charset, read) = if utf_8.broken == 0 || utf_8.foreign > utf_8.broken {
        (Charset::Utf8, utf_8)
    } else {
        let gb18030 = first(Charset::Gb18030)?;
        noted = gb18030.broken == 0;
        if gb18030.broken < utf_8.broken { (Charset::Gb18030, gb18030) } else { (Charset::Utf8, utf_8) }
    };
    let mut table = match into.take() {
        Some(into) => Attempt::at(wanted, file, charset, progress, Some(into))?.table,
        None => read.table,
    };
    if noted {
        let place = Place { file: file.name().to_owned(), ..Place::default() };
        table.note(Problem::new(Code::RowsEncodingTaken, place, [Charset::Gb18030.name()]));
    }
    Ok(table)
}

/// Rows that are passed over at a time.
const COUNTED: usize = 4096;

/// A file read in one encoding.
struct Attempt<'w> {
    table: RawTable,
    /// What a mapping makes of the cells, and a row on its way.
    mapped: Option<(Columns<'w>, Vec<String>)>,
    /// Lines that are not valid in the encoding.
    broken: u64,
    /// Lines that are, and have a character beyond ASCII.
    foreign: u64,
}

impl<'w> Attempt<'w> {
    fn at(
        wanted: &Wanted<'w>,
        file: &dyn Source,
        charset: Charset,
        progress: &mut dyn FnMut(u64),
        mut into: Option<&mut Batches<'_>>,
    ) -> Result<Self, BookError> {
        let mut lines = Lines::of(BufReader::with_capacity(1 << 18, file.open()?), charset);
        let mut attempt: Option<Self> = None;
        while let Some(line) = lines.next().map_err(|error| file.broken(error))? {
            let number = line.number;
            if attempt.is_none() && wanted.header_row().is_some_and(|header| number < header) {
                continue;
            }
            let (valid, foreign) = (line.text.is_ok(), line.foreign);
            match (&mut attempt, line.text) {
                (Some(attempt), Ok(text)) => attempt.row(number, &text),
                (None, Ok(text)) => attempt = Some(Self::headed(wanted, file, number, &text)),
                (found, Err(broken)) => {
                    let attempt = found.get_or_insert_with(|| Self::new(RawTable::of_kind(wanted.kind, file.name())));
                    attempt.line_problem(number, broken, charset);
                    if broken.code == Code::RowsText {
                        break;
                    }
                }
            }
            if let Some(attempt) = &mut attempt {
                attempt.broken += u64::from(!valid);
                attempt.foreign += u64::from(valid && foreign);
                if !attempt.passed_on(into.as_deref_mut()) {
                    break;
                }
            }
            if number % 65_536 == 0 {
                progress(lines.bytes);
            }
        }
        Ok(attempt.unwrap_or_else(|| Self::new(RawTable::new::<String>(wanted.kind, file.name(), []))))
    }

    /// Hands a batch over where it is full; false where nothing further is wanted.
    fn passed_on(&mut self, into: Option<&mut Batches<'_>>) -> bool {
        match into {
            Some(into) if self.table.len() + self.table.problems().len() >= into.most => {
                let empty = self.table.emptied();
                (into.take)(std::mem::replace(&mut self.table, empty))
            }
            Some(_) | None => true,
        }
    }

    const fn new(table: RawTable) -> Self {
        Self { table, mapped: None, broken: 0, foreign: 0 }
    }

    fn headed(wanted: &Wanted<'w>, file: &dyn Source, number: u32, text: &str) -> Self {
        match split(text) {
            Ok(header) if wanted.mapping.is_some() => {
                let columns = wanted.columns(&header);
                let numbers: Vec<u32> = (1..).take(header.len()).collect();
                let mut attempt = Self::new(columns.table(file.name(), "", number, &numbers));
                let row = columns.empty_row();
                attempt.mapped = Some((columns, row));
                attempt
            }
            Ok(header) => Self::new(RawTable::new(wanted.kind, file.name(), header)),
            Err(code) => {
                let mut attempt = Self::new(RawTable::of_kind(wanted.kind, file.name()));
                attempt.line_problem(number, Broken { code, column: 0 }, Charset::Utf8);
                attempt
            }
        }
    }

    fn row(&mut self, number: u32, text: &str) {
        if let Some((columns, row)) = &mut self.mapped {
            return match split(text) {
                Ok(cells) => mapped_row(&mut self.table, columns, row, number, &cells),
                Err(code) => self.line_problem(number, Broken { code, column: 0 }, Charset::Utf8),
            };
        }
        // Nearly every line: its cells need no copy of their own.
        if !text.contains('"') {
            return self.table.push(number, text.split(','));
        }
        match split(text) {
            Ok(cells) => self.table.push(number, cells),
            Err(code) => self.line_problem(number, Broken { code, column: 0 }, Charset::Utf8),
        }
    }

    fn line_problem(&mut self, line: u32, broken: Broken, charset: Charset) {
        let place = Place { file: self.table.file().to_owned(), line, column: broken.column, ..Place::default() };
        let value = if broken.code == Code::RowsEncoding { charset.name() } else { "65536" };
        debug_assert_eq!(MAX_LINE_BYTES, 65_536, "what the message says");
        self.table.unreadable(Problem::new(broken.code, place, [value]));
    }
}

/// Adds a row of which a mapping says what its cells are.
fn mapped_row(table: &mut RawTable, columns: &Columns<'_>, row: &mut [String], number: u32, cells: &[String]) {
    let mut faults = Vec::new();
    for (source, cell) in cells.iter().enumerate() {
        let Some(target) = columns.target(source) else { continue };
        match columns.read(target, cell) {
            Ok(text) => row[target].push_str(&text),
            Err((code, values)) => {
                row[target].push_str(cell);
                faults.push((target, code, values));
            }
        }
    }
    table.push(number, row.iter());
    if cells.len() != columns.width() {
        // Of the row, not of a cell.
        table.fault(row.len(), Code::RowsRagged, [cells.len(), columns.width()]);
    }
    faults.into_iter().for_each(|(target, code, values)| table.fault(target, code, values));
    columns.clear(row);
}

/// The cells of a line, quotes removed.
pub(super) fn split(line: &str) -> Result<Vec<String>, Code> {
    let mut cells = Vec::new();
    let mut rest = line;
    loop {
        let (cell, behind) = first_cell(rest).ok_or(Code::RowsQuote)?;
        cells.push(cell);
        if behind.is_empty() {
            return Ok(cells);
        }
        rest = behind.strip_prefix(',').ok_or(Code::RowsQuote)?;
    }
}

/// The first cell and what stands behind it; `None` where its quotes do not match.
fn first_cell(text: &str) -> Option<(String, &str)> {
    let Some(mut quoted) = text.strip_prefix('"') else {
        let (cell, behind) = text.split_at(text.find(',').unwrap_or(text.len()));
        return (!cell.contains('"')).then(|| (cell.to_owned(), behind));
    };
    let mut cell = String::new();
    loop {
        let (part, behind) = quoted.split_once('"')?;
        cell.push_str(part);
        let Some(further) = behind.strip_prefix('"') else {
            return Some((cell, behind));
        };
        cell.push('"');
        quoted = further;
    }
}

/// Writes one table; the same rows give the same bytes on every machine.
///
/// Lines end with a line feed alone, and cells are quoted only where they must be.
#[derive(Debug)]
pub struct BookWriter {
    kind: TableKind,
    path: PathBuf,
    out: BufWriter<File>,
    rows: u64,
    line: String,
}

impl BookWriter {
    /// Creates `TABLE.csv` in a directory, replacing one that is there, and writes its header.
    ///
    /// # Errors
    /// Where the file cannot be created.
    pub fn create(dir: &Path, kind: TableKind) -> Result<Self, BookError> {
        let path = dir.join(format!("{}.csv", kind.stem()));
        let out = BufWriter::with_capacity(1 << 18, File::create(&path).map_err(BookError::at(&path))?);
        let mut writer = Self { kind, path, out, rows: 0, line: String::new() };
        let header: Vec<&dyn Display> = kind.columns().iter().map(|column| &column.name as &dyn Display).collect();
        writer.write(&header)?;
        Ok(writer)
    }

    /// Writes a row: one cell for each column, in the order of the table's columns.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn row(&mut self, cells: &[&dyn Display]) -> Result<(), BookError> {
        debug_assert_eq!(cells.len(), self.kind.columns().len(), "a row has one cell for each column");
        self.rows += 1;
        self.write(cells)
    }

    /// Rows written, the header not counted.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes out what is buffered and closes the file; the number of rows.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(mut self) -> Result<u64, BookError> {
        self.out.flush().map_err(BookError::at(&self.path))?;
        Ok(self.rows)
    }

    fn write(&mut self, cells: &[&dyn Display]) -> Result<(), BookError> {
        self.line.clear();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            push_cell(&mut self.line, cell);
        }
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes()).map_err(BookError::at(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::split;
    use rate_core::Code;

    #[test]
    fn splits_cells_and_their_quotes() {
        let cases = [
            ("a,b", vec!["a", "b"]),
            ("", vec![""]),
            (",", vec!["", ""]),
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"\",\"\"\"\"", vec!["", "\""]),
            ("a,\"b\",", vec!["a", "b", ""]),
        ];
        for (line, cells) in cases {
            assert_eq!(split(line), Ok(cells.into_iter().map(str::to_owned).collect()), "{line}");
        }
        for line in ["\"", "\"a", "a\"b", "\"a\"b", "a,\"b\"\"", "\"a\",b\""] {
            assert_eq!(split(line), Err(Code::RowsQuote), "{line}");
        }
    }
}
