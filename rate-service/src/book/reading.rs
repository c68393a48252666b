//! Which files of a directory are a book, and how they are read.

use std::path::{Path, PathBuf};

use rate_core::input::book::{RawTable, TableKind};
use rate_core::{Code, Place, Problem};

use super::BookError;
use super::csv;
use super::encoding::Encoding;

/// The most bytes of one file: 4 GiB.
pub const MAX_FILE_BYTES: u64 = 1 << 32;

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
}

impl Reading {
    /// Reads all tables in a directory, as text.
    ///
    /// `progress` is told bytes read and bytes in all.
    ///
    /// # Errors
    /// Where the directory or a file cannot be read, or a file is larger than [`MAX_FILE_BYTES`]. What is not a table
    /// is left with its table for the check to report.
    pub fn tables(&self, dir: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Vec<RawTable>, BookError> {
        let files = csv_files(dir)?;
        let total = files.iter().map(|file| file.bytes).sum();
        let mut read = 0;
        let mut tables = Vec::with_capacity(files.len());
        for file in files {
            tables.push(match TableKind::from_stem(file.name.strip_suffix(".csv").unwrap_or_default()) {
                Some(kind) => {
                    csv::read_table(kind, &file, self.encoding, &mut |within| progress(read + within, total))?
                }
                None => unknown_table(&file.name),
            });
            read += file.bytes;
            progress(read, total);
        }
        Ok(tables)
    }
}

/// The files of a directory that end in `.csv`, whatever the case, by name.
fn csv_files(dir: &Path) -> Result<Vec<BookFile>, BookError> {
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
            files.push(BookFile { name, path, bytes: metadata.len() });
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

fn unknown_table(name: &str) -> RawTable {
    let known: Vec<String> = TableKind::ALL.iter().map(|kind| format!("{}.csv", kind.stem())).collect();
    let place = Place { file: name.to_owned(), ..Place::default() };
    // It has no kind; that of coverage, of which there may be several, takes nothing away from the others.
    unreadable(TableKind::Coverage, Problem::new(Code::RowsUnknownTable, place, [name, &known.join(", ")]))
}
