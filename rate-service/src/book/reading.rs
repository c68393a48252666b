//! Which files of a directory are a book, and how they are read.

use std::path::{Path, PathBuf};

use rate_core::input::book::{RawTable, TableKind};
use rate_core::{Code, Place, Problem};

use super::BookError;
use super::encoding::Encoding;
use super::{csv, xlsx};

/// The most bytes of one file: 4 GiB.
pub const MAX_FILE_BYTES: u64 = 1 << 32;

/// The name of a workbook, without its ending, that holds several tables, one in a sheet.
pub(super) const TABLES_IN_ONE: &str = "book";

/// Endings of other files of spreadsheets, which a person may take for a book.
const OTHER_SHEETS: &[&str] = &["xls", "xlsm", "xlsb", "xltx", "ods", "et"];

/// How a book is read: what the files themselves do not say.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Encoding of CSV files.
    pub encoding: Encoding,
}

/// A file of a book.
pub(super) struct BookFile {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    form: Form,
}

/// What a file is, by its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv,
    Xlsx,
    OtherSheets,
}

impl Form {
    fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            other => OTHER_SHEETS.contains(&other).then_some(Self::OtherSheets),
        }
    }
}

impl BookFile {
    /// The name without its ending.
    pub(super) fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem)
    }
}

impl Reading {
    /// Reads all tables in a directory, as text: CSV files and workbooks.
    ///
    /// `progress` is told bytes read and bytes in all.
    ///
    /// # Errors
    /// Where the directory or a file cannot be read, or a file is larger than [`MAX_FILE_BYTES`]. What is not a table
    /// is left with its table for the check to report.
    pub fn tables(&self, dir: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Vec<RawTable>, BookError> {
        let files = book_files(dir, &|_| true)?;
        let total = files.iter().map(|file| file.bytes).sum();
        let mut read = 0;
        let mut tables = Vec::with_capacity(files.len());
        for file in files {
            tables.extend(self.tables_of(&file, &mut |within| progress(read + within, total))?);
            read += file.bytes;
            progress(read, total);
        }
        once_each(&mut tables);
        Ok(tables)
    }

    /// Reads one table of a directory from its CSV file, whatever else stands there; nothing, where it has none.
    ///
    /// # Errors
    /// As [`Self::tables`].
    pub fn table(&self, dir: &Path, kind: TableKind) -> Result<Vec<RawTable>, BookError> {
        let files = book_files(dir, &|name| name.strip_suffix(".csv") == Some(kind.stem()))?;
        files.iter().map(|file| csv::read_table(kind, file, self.encoding, &mut |_| {})).collect()
    }

    fn tables_of(&self, file: &BookFile, progress: &mut dyn FnMut(u64)) -> Result<Vec<RawTable>, BookError> {
        match (file.form, TableKind::from_stem(file.stem())) {
            (Form::Csv, Some(kind)) => Ok(vec![csv::read_table(kind, file, self.encoding, progress)?]),
            (Form::Csv, None) => Ok(vec![unknown_table(&file.name)]),
            (Form::Xlsx, _) => xlsx::read_tables(file),
            (Form::OtherSheets, kind) => {
                let place = Place { file: file.name.clone(), ..Place::default() };
                let ending = file.name.rsplit('.').next().unwrap_or_default();
                let problem = Problem::new(Code::WorkbookFormat, place, [ending]);
                Ok(vec![unreadable(kind.unwrap_or(TableKind::Coverage), problem)])
            }
        }
    }
}

/// A table that stands in two files would count twice: a problem of the second.
fn once_each(tables: &mut [RawTable]) {
    for index in 1..tables.len() {
        let (before, from_here) = tables.split_at_mut(index);
        let table = &mut from_here[0];
        // A table with a problem of its own may be none at all.
        let same = |it: &&RawTable| it.kind() == table.kind() && it.problems().is_empty();
        let earlier = before.iter().find(same).filter(|_| table.problems().is_empty());
        if let Some(earlier) = earlier {
            let (one, other) = (earlier.place(0, None, ""), table.place(0, None, ""));
            table.unreadable(Problem::new(Code::WorkbookTwice, other, [table.kind().stem(), &one.file_and_sheet()]));
        }
    }
}

/// The files of a directory that may hold tables, whatever the case of their ending, by name. What a program keeps
/// beside a workbook that is open, `~$…`, is none.
fn book_files(dir: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<BookFile>, BookError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(BookError::at(dir))? {
        let path = entry.map_err(BookError::at(dir))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(form) = Form::of(&path).filter(|_| !name.starts_with("~$") && wanted(&name)) else { continue };
        let metadata = std::fs::metadata(&path).map_err(BookError::at(&path))?;
        if metadata.is_file() {
            files.push(BookFile { name, path, bytes: metadata.len(), form });
        }
    }
    files.sort_by(|one, two| one.name.cmp(&two.name));
    match files.iter().find(|file| file.bytes > MAX_FILE_BYTES) {
        Some(file) => Err(BookError::TooLarge { path: file.path.clone(), limit: MAX_FILE_BYTES }),
        None => Ok(files),
    }
}

/// A table that holds nothing but a problem of its file.
pub(super) fn unreadable(kind: TableKind, problem: Problem) -> RawTable {
    let mut table = RawTable::of_kind(kind, problem.place.file.as_str());
    table.unreadable(problem);
    table
}

pub(super) fn unknown_table(name: &str) -> RawTable {
    let known: Vec<String> = TableKind::ALL.iter().map(|kind| format!("{}.csv", kind.stem())).collect();
    let place = Place { file: name.to_owned(), ..Place::default() };
    // It has no kind; that of coverage, of which there may be several, takes nothing away from the others.
    unreadable(TableKind::Coverage, Problem::new(Code::RowsUnknownTable, place, [name, &known.join(", ")]))
}
