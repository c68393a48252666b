//! Books of accounts: read from CSV files and workbooks, written to CSV, and made up for trials.

pub mod csv;
mod encoding;
mod files;
pub mod foshan;
pub mod generate;
mod json_lines;
mod lines;
pub mod reading;
mod rows;
mod xlsx;

use std::path::{Path, PathBuf};

use rate_core::input::book::{CheckedBook, RawTable, check_book};

pub use csv::{BOM, BookWriter, cell};
pub(crate) use csv::{Batches, Source};
pub use encoding::Encoding;
pub use files::BookFiles;
pub use generate::{GeneratedBook, Plan, generate};
pub(crate) use json_lines::json_rows;
pub use reading::Reading;
pub use rows::BookRows;
pub(crate) use rows::{KeyedRow, TableRows, empty_table, fields, line_at, lines, push_line};

/// What kept a book from being read or written at all; what is wrong inside a book is a
/// [`Problem`](rate_core::Problem) of its check.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file or directory.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// A file is larger than a table may be.
    #[error("{}: larger than {limit} bytes", path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// The most bytes.
        limit: u64,
    },
    /// A plan that cannot be carried out.
    #[error("{0}")]
    Plan(String),
}

impl BookError {
    fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}

/// Reads all tables of the book in a directory, as text, in the way that needs no choice; see [`Reading::tables`].
///
/// # Errors
/// As [`Reading::tables`].
pub fn read_tables(dir: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Vec<RawTable>, BookError> {
    Reading::default().tables(dir, progress)
}

/// Reads and checks the book in a directory.
///
/// `progress` is told bytes read and bytes in all.
///
/// # Errors
/// Where a file cannot be read. Everything that is wrong inside the files stands in the book.
pub fn read_book(dir: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<CheckedBook, BookError> {
    Ok(check_book(&read_tables(dir, progress)?))
}
