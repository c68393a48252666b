//! The statistics sheet of a core system (佛山): one row for an employer and a whole window, read as a book.
//!
//! The layout, and what of it is known and what is read from initials, stand in `docs/foshan.md`.

mod check;
mod facts;
pub(crate) mod layout;
mod sheet;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use rate_core::input::book::{RawTable, TableKind, check_book};
use rate_core::{Code, MonthSpan, Problem};

use super::{BookError, BookFiles};
use check::Part;

/// The sheets of a window, and whose they are.
#[derive(Clone, Debug)]
pub struct Sheets {
    /// Pooling area, which the sheet does not name.
    pub area: String,
    /// The window, which it does not name either.
    pub window: MonthSpan,
    /// The workbook of employers with premium in the window.
    pub with_premium: PathBuf,
    /// That of the others.
    pub without_premium: Option<PathBuf>,
}

/// The facts of the sheets.
#[derive(Debug)]
pub struct Imported {
    /// The rows of a book, each with the place of the sheet it came from.
    pub tables: Vec<RawTable>,
    /// Types of employers whose name is not known, taken as `employer`, with how many there are of each.
    pub types: BTreeMap<String, usize>,
}

impl Sheets {
    /// Reads the sheets as a book; all problems of both workbooks, where anything is wrong.
    ///
    /// That the classes of an employer disagree is no problem of the sheet: the book says so, and its diagnostics do.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn read(&self) -> Result<Result<Imported, Vec<Problem>>, BookError> {
        let mut problems = Vec::new();
        let mut rows = Vec::new();
        let second = self.without_premium.iter().map(|path| (Part::WithoutPremium, path));
        for (part, path) in [(Part::WithPremium, &self.with_premium)].into_iter().chain(second) {
            rows.extend(sheet::employers(path, &mut problems)?.into_iter().map(|employer| (part, employer)));
        }
        let employers = check::sound(rows, &mut problems);
        let tables = facts::tables(&self.area, &self.window, &employers);
        let mut types = BTreeMap::new();
        for (name, _) in employers.iter().map(|it| &it.kind).filter(|(_, known)| known.is_none()) {
            *types.entry(name.clone()).or_default() += 1;
        }
        if !employers.is_empty() {
            let checked = check_book(&tables);
            problems.extend(checked.problems().filter(|it| it.code != Code::HistoryClassOverlap).cloned());
        }
        problems.sort_by(|one, two| (&one.place, one.code).cmp(&(&two.place, two.code)));
        Ok(if problems.is_empty() { Ok(Imported { tables, types }) } else { Err(problems) })
    }
}

impl Imported {
    /// Writes the book to a directory; the rows of each table.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(&self, dir: &Path) -> Result<Vec<(TableKind, u64)>, BookError> {
        std::fs::create_dir_all(dir).map_err(BookError::at(dir))?;
        let mut files = BookFiles::create(dir)?;
        for table in &self.tables {
            for row in table.rows() {
                let cells: Vec<&str> = (0..row.len()).map(|at| row.cell(at).unwrap_or_default()).collect();
                files.row(table.kind(), &cells.iter().map(|cell| cell as &dyn Display).collect::<Vec<_>>())?;
            }
        }
        files.finish()
    }
}
