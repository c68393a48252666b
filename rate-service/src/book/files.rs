//! All tables of a book on their way to files.

use std::fmt::Display;
use std::path::Path;

use rate_core::History;
use rate_core::input::book::{TableKind, write_rows};

use super::BookError;
use super::csv::BookWriter;

/// All tables of a book that is being written.
#[derive(Debug)]
pub struct BookFiles {
    writers: Vec<BookWriter>,
}

impl BookFiles {
    /// Creates the tables in a directory, which must exist.
    ///
    /// # Errors
    /// Where a file cannot be created.
    pub fn create(dir: &Path) -> Result<Self, BookError> {
        let writers = TableKind::ALL.iter().map(|kind| BookWriter::create(dir, *kind)).collect::<Result<_, _>>()?;
        Ok(Self { writers })
    }

    /// Writes a row of any table: one cell for each column, in the order of the table's columns.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn row(&mut self, kind: TableKind, cells: &[&dyn Display]) -> Result<(), BookError> {
        // Writers stand in the order of the tables, which is that of their numbers.
        self.writers.get_mut(kind as usize).map_or(Ok(()), |writer| writer.row(cells))
    }

    /// Writes all facts of an account; its predecessors only by number, since they are accounts of their own.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn history(&mut self, history: &History) -> Result<(), BookError> {
        write_rows(history, &mut |kind, cells| self.row(kind, cells))
    }

    /// Writes out all files; the rows of each table.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn finish(self) -> Result<Vec<(TableKind, u64)>, BookError> {
        let rows = TableKind::ALL.iter().zip(self.writers);
        rows.map(|(kind, writer)| Ok((*kind, writer.finish()?))).collect()
    }
}
