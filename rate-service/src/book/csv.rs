//! CSV files of a book, both ways.
//!
//! One line is one row: a quoted cell does not run over the end of its line, so that a quote left open is found
//! where it stands and never swallows the rows of other accounts unseen.

use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use rate_core::input::book::{RawTable, TableKind};
use rate_core::{Code, Place, Problem};

use super::BookError;

/// The most bytes of one file: 4 GiB.
pub const MAX_FILE_BYTES: u64 = 1 << 32;
/// The most bytes of one line; a row whose cells are all at their bound is far shorter.
const MAX_LINE_BYTES: usize = 1 << 16;

/// Reads all tables in a directory, as text.
///
/// `progress` is told bytes read and bytes in all.
///
/// # Errors
/// Where the directory or a file cannot be read, or a file is larger than [`MAX_FILE_BYTES`]. What is not CSV, or not
/// UTF-8, is left with its table for the check to report.
pub fn read_tables(dir: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Vec<RawTable>, BookError> {
    let files = csv_files(dir)?;
    let total = files.iter().map(|file| file.bytes).sum();
    let mut read = 0;
    let mut tables = Vec::with_capacity(files.len());
    for file in files {
        let bytes = file.bytes;
        tables.push(match TableKind::from_stem(file.name.strip_suffix(".csv").unwrap_or_default()) {
            Some(kind) => read_table(kind, &file, &mut |within| progress(read + within, total))?,
            None => unknown_table(&file.name),
        });
        read += bytes;
        progress(read, total);
    }
    Ok(tables)
}

struct CsvFile {
    name: String,
    path: PathBuf,
    bytes: u64,
}

/// The files of a directory that end in `.csv`, whatever the case, by name.
fn csv_files(dir: &Path) -> Result<Vec<CsvFile>, BookError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(BookError::at(dir))? {
        let path = entry.map_err(BookError::at(dir))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if !is_csv {
            continue;
        }
        let metadata = std::fs::metadata(&path).map_err(BookError::at(&path))?;
        if metadata.is_file() {
            files.push(CsvFile { name, path, bytes: metadata.len() });
        }
    }
    files.sort_by(|one, two| one.name.cmp(&two.name));
    match files.iter().find(|file| file.bytes > MAX_FILE_BYTES) {
        Some(file) => Err(BookError::TooLarge { path: file.path.clone(), limit: MAX_FILE_BYTES }),
        None => Ok(files),
    }
}

/// A table that holds nothing but a problem of its file.
fn unreadable(kind: TableKind, problem: Problem) -> RawTable {
    let columns = kind.columns().iter().map(|column| column.name);
    let mut table = RawTable::new(kind, problem.place.file.as_str(), columns);
    table.unreadable(problem);
    table
}

fn unknown_table(name: &str) -> RawTable {
    let known: Vec<String> = TableKind::ALL.iter().map(|kind| format!("{}.csv", kind.stem())).collect();
    let place = Place { file: name.to_owned(), ..Place::default() };
    // It has no kind; that of coverage, of which there may be several, takes nothing away from the others.
    unreadable(TableKind::Coverage, Problem::new(Code::RowsUnknownTable, place, [name, &known.join(", ")]))
}

fn read_table(kind: TableKind, file: &CsvFile, progress: &mut dyn FnMut(u64)) -> Result<RawTable, BookError> {
    let source = File::open(&file.path).map_err(BookError::at(&file.path))?;
    // A file that grows while it is read is read to the length it had.
    let mut lines = Lines::of(BufReader::with_capacity(1 << 18, source.take(file.bytes)));
    let problem = |line: u32, code: Code| {
        Problem::new(code, Place { file: file.name.clone(), line, ..Place::default() }, [MAX_LINE_BYTES])
    };
    let header = match lines.next().map_err(BookError::at(&file.path))? {
        None => Vec::new(),
        Some((line, text)) => match text.and_then(split) {
            Ok(cells) => cells,
            Err(code) => return Ok(unreadable(kind, problem(line, code))),
        },
    };
    let mut table = RawTable::new(kind, file.name.as_str(), header);
    while let Some((line, text)) = lines.next().map_err(BookError::at(&file.path))? {
        match text {
            // Nearly every line: its cells need no copy of their own.
            Ok(text) if !text.contains('"') => table.push(line, text.split(',')),
            _ => match text.and_then(split) {
                Ok(cells) => table.push(line, cells),
                Err(code) => {
                    table.unreadable(problem(line, code));
                    if code == Code::RowsText {
                        break;
                    }
                }
            },
        }
        if line % 65_536 == 0 {
            progress(lines.bytes);
        }
    }
    Ok(table)
}

/// The lines of a file, with their numbers; empty ones are passed over.
struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    number: u32,
    bytes: u64,
}

type Line<'l> = (u32, Result<&'l str, Code>);

impl<R: BufRead> Lines<R> {
    const fn of(source: R) -> Self {
        Self { source, buffer: Vec::new(), number: 0, bytes: 0 }
    }

    fn next(&mut self) -> std::io::Result<Option<Line<'_>>> {
        loop {
            self.buffer.clear();
            let limit = u64::try_from(MAX_LINE_BYTES + 2).unwrap_or(u64::MAX);
            let read = self.source.by_ref().take(limit).read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            self.bytes += u64::try_from(read).unwrap_or(u64::MAX);
            if !matches!(self.buffer.as_slice(), b"\n" | b"\r\n") {
                break;
            }
        }
        Ok(Some((self.number, self.text())))
    }

    /// The line without its end, and the first one without a byte-order mark.
    fn text(&self) -> Result<&str, Code> {
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > MAX_LINE_BYTES {
            return Err(Code::RowsText);
        }
        let text = std::str::from_utf8(line).map_err(|_| Code::RowsEncoding)?;
        Ok(if self.number == 1 { text.strip_prefix('\u{FEFF}').unwrap_or(text) } else { text })
    }
}

/// The cells of a line, quotes removed.
fn split(line: &str) -> Result<Vec<String>, Code> {
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
    cell: String,
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
        let mut writer = Self { kind, path, out, rows: 0, cell: String::new(), line: String::new() };
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
            self.cell.clear();
            // Writing to a string cannot fail, and our own `Display`s never refuse.
            let written = write!(self.cell, "{cell}");
            debug_assert!(written.is_ok(), "a cell can be shown");
            if self.cell.contains([',', '"', '\n', '\r']) {
                self.line.push('"');
                self.line.push_str(&self.cell.replace('"', "\"\""));
                self.line.push('"');
            } else {
                self.line.push_str(&self.cell);
            }
        }
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes()).map_err(BookError::at(&self.path))
    }
}

/// A cell that is empty where there is no value.
#[derive(Clone, Copy, Debug)]
pub struct MayBe<T>(pub Option<T>);

impl<T: Display> Display for MayBe<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_ref().map_or(Ok(()), |value| value.fmt(f))
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
