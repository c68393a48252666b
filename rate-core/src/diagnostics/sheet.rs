//! A small table of words and numbers that comes with a book: control totals, limits of a gate.

use crate::error::{Code, Place, Problem, Problems, nearest};

/// The most lines of a sheet.
const MOST_LINES: usize = 10_000;

/// One line of a sheet with the place of each of its cells.
pub(super) struct SheetRow<'t> {
    pub(super) cells: Vec<&'t str>,
    file: &'t str,
    line: u32,
    columns: &'t [&'static str],
}

impl SheetRow<'_> {
    /// The place of a cell.
    pub(super) fn place(&self, cell: usize) -> Place {
        Place {
            file: self.file.to_owned(),
            line: self.line,
            column: u32::try_from(cell + 1).unwrap_or_default(),
            field: self.columns.get(cell).map(|column| (*column).to_owned()).unwrap_or_default(),
            ..Place::default()
        }
    }
}

/// The lines below a header that must be the columns named, and everything wrong with the shape.
pub(super) fn lines<'t>(
    file: &'t str,
    text: &'t str,
    columns: &'t [&'static str],
    problems: &mut Vec<Problem>,
) -> Vec<SheetRow<'t>> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let place = |line: u32| Place { file: file.to_owned(), line, ..Place::default() };
    let mut lines = text.lines().zip(1_u32..).take(MOST_LINES + 1);
    let header = lines.next().map(|(header, _)| header).unwrap_or_default();
    let header: Vec<&str> = header.split(',').map(str::trim).collect();
    if header != columns {
        let missing = columns.iter().find(|column| !header.contains(column));
        problems.push(match missing {
            Some(missing) => Problem::new(Code::RowsHeader, place(1), [missing]),
            None => {
                let more = header.iter().find(|column| !columns.contains(column));
                let more = more.map_or_else(|| header.join(","), |column| (*column).to_owned());
                let nearest = nearest(&more, columns).to_owned();
                Problem::new(Code::RowsUnknownColumn, place(1), [more, nearest, columns.join(",")])
            }
        });
        return Vec::new();
    }
    let mut rows = Vec::new();
    for (text, line) in lines.filter(|(text, _)| !text.trim().is_empty()) {
        let cells: Vec<&str> = text.split(',').map(str::trim).collect();
        if cells.len() == columns.len() {
            rows.push(SheetRow { cells, file, line, columns });
        } else {
            problems.push(Problem::new(Code::RowsRagged, place(line), [cells.len(), columns.len()]));
        }
    }
    if text.lines().count() > MOST_LINES {
        problems.push(Problem::new(Code::RuleSetTooLarge, place(0), ["lines", &MOST_LINES.to_string()]));
    }
    rows
}

/// `Ok` with the value where nothing is wrong.
pub(super) fn right<T>(value: T, problems: Vec<Problem>) -> Result<T, Problems> {
    Problems::none_of(problems).map(|()| value)
}
