//! A workbook in the layout as employers, with everything that is wrong with its cells.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use rate_core::error::nearest;
use rate_core::input::book::{Content, Unit};
use rate_core::{AccountKind, Code, Place, Problem, Rate};

use super::layout::{CLASSES, COLUMNS, HEADER_ROW, Holds, KINDS, called};
use crate::book::BookError;
use crate::book::xlsx::grid::{self, Grid, GridRow};

/// The most people of one employer who can have died in a window.
const MAX_DEATHS: u32 = 999;
/// The highest base rate that is taken: a larger number is one of percent, in a column that is not.
const MAX_BASE: &str = "5%";
/// The most digits of a pay ratio, and of them behind the point.
const RATIO_DIGITS: (usize, usize) = (18, 12);
/// The most fen of an amount, as in a book.
const MAX_FEN: i64 = 1_000_000_000_000_000;

/// A row of the sheet, as far as its cells could be read.
#[derive(Debug)]
pub(super) struct Employer {
    pub(super) places: Places,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) branch: String,
    /// The type as written, and what it is in a book; `employer` where its name is not known.
    pub(super) kind: (String, Option<AccountKind>),
    /// Classes in the order of [`CLASSES`].
    pub(super) classes: Vec<Option<u8>>,
    pub(super) current: Option<Rate>,
    pub(super) base: Option<Rate>,
    pub(super) deaths: u32,
    pub(super) ratio: Option<String>,
    /// Amounts in fen by column, empty cells as zero; those that could not be read are missing.
    pub(super) fen: BTreeMap<&'static str, i64>,
    /// Whether a cell could not be read.
    pub(super) broken: bool,
}

/// Where the cells of a row stand.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) row: Place,
    columns: Rc<BTreeMap<&'static str, u32>>,
}

impl Places {
    /// The place of a cell.
    pub(super) fn of(&self, name: &str) -> Place {
        let column = self.column(name);
        Place { column, field: name.to_owned(), ..self.row.clone() }
    }

    /// The column of the sheet; zero for what has none.
    pub(super) fn column(&self, name: &str) -> u32 {
        self.columns.get(name).copied().unwrap_or_default()
    }
}

/// Reads the employers of a workbook; what is wrong is added to the problems.
///
/// # Errors
/// Where the file cannot be read.
pub(super) fn employers(path: &Path, problems: &mut Vec<Problem>) -> Result<Vec<Employer>, BookError> {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let whole = Place { file, ..Place::default() };
    let grids = match grid::grids(path, HEADER_ROW, &holds)? {
        Ok(grids) => grids,
        Err((code, values)) => {
            problems.push(Problem::new(code, whole, values));
            return Ok(Vec::new());
        }
    };
    let (mut employers, before) = (Vec::new(), problems.len());
    for grid in &grids {
        employers.extend(of_grid(grid, &whole, problems));
    }
    if employers.is_empty() && problems.len() == before {
        problems.push(Problem::new(Code::SheetNoRows, Place { line: HEADER_ROW + 1, ..whole }, [HEADER_ROW + 1]));
    }
    Ok(employers)
}

fn holds(header: &str) -> grid::Holds {
    match called(header).map(|column| column.holds) {
        Some(Holds::Text) => grid::Holds::Content(Content::Text),
        Some(Holds::Percent) => grid::Holds::Content(Content::Percent),
        Some(Holds::Fraction) | None => grid::Holds::Stored,
        Some(Holds::Whole | Holds::Class | Holds::Yuan) => grid::Holds::Content(Content::Number),
    }
}

fn of_grid(grid: &Grid, whole: &Place, problems: &mut Vec<Problem>) -> Vec<Employer> {
    let sheet = Place { sheet: grid.sheet.clone(), ..whole.clone() };
    for (line, column, range) in &grid.merged {
        problems.push(Problem::new(
            Code::WorkbookMerged,
            Place { line: *line, column: *column, ..sheet.clone() },
            [range],
        ));
    }
    let header = Place { line: HEADER_ROW, ..sheet.clone() };
    let Some(columns) = columns(&grid.header, &header, problems).map(Rc::new) else { return Vec::new() };
    let rows = grid.rows.iter();
    rows.map(|row| {
        let places = Places { row: Place { line: row.line, ..sheet.clone() }, columns: Rc::clone(&columns) };
        Cells { row, places, problems, broken: false }.employer()
    })
    .collect()
}

/// The column of each header; none where the row is not that of the layout.
fn columns(header: &[(u32, String)], at: &Place, problems: &mut Vec<Problem>) -> Option<BTreeMap<&'static str, u32>> {
    let (mut columns, before) = (BTreeMap::new(), problems.len());
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    for (column, text) in header {
        let place = Place { column: *column, field: text.clone(), ..at.clone() };
        match called(text).map(|known| columns.insert(known.name, *column)) {
            Some(None) => {}
            Some(Some(_)) => problems.push(Problem::new(Code::RowsDuplicate, place, [text])),
            None => problems.push(Problem::new(
                Code::RowsUnknownColumn,
                place,
                [text.as_str(), nearest(text, &names), &names.join(", ")],
            )),
        }
    }
    for name in names.iter().filter(|name| !columns.contains_key(**name)) {
        let place = Place { field: (*name).to_owned(), ..at.clone() };
        problems.push(Problem::new(Code::RowsHeader, place, [name]));
    }
    (problems.len() == before).then_some(columns)
}

/// The cells of one row.
struct Cells<'g> {
    row: &'g GridRow,
    places: Places,
    problems: &'g mut Vec<Problem>,
    broken: bool,
}

impl Cells<'_> {
    fn employer(mut self) -> Employer {
        for (column, cell) in &self.row.cells {
            if let Err((code, values)) = cell {
                let name = self.places.columns.iter().find(|(_, known)| *known == column).map(|(name, _)| *name);
                let place =
                    Place { column: *column, field: name.unwrap_or_default().to_owned(), ..self.places.row.clone() };
                self.problems.push(Problem::new(*code, place, values));
                self.broken = true;
            }
        }
        for name in ["dwbh", "zsjehj", "zfjehj"] {
            self.filled(name);
        }
        let kind = self.text("dwlx").to_owned();
        let known = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, known)| *known);
        let branch = self.text("sbjgdm");
        let branch = branch.split_once('-').map_or(branch, |(code, _)| code).trim().to_owned();
        let classes = CLASSES.iter().map(|(name, _)| self.class(name)).collect();
        let (current, base) = (self.rate("GSHYLB_FL", "%"), self.base());
        let accepted = format!("0 … {MAX_DEATHS}");
        let within = |text: &str| text.parse().ok().filter(|deaths| *deaths <= MAX_DEATHS);
        let deaths = self.read("gw_rs", Code::RowsNumber, &accepted, within).unwrap_or_default();
        let ratio = self.read("zjl", Code::RowsNumber, "12.34", |text| is_ratio(text).then(|| text.to_owned()));
        let fen = COLUMNS.iter().filter(|column| column.holds == Holds::Yuan).filter_map(|column| {
            let fen = self.fen(column.name)?;
            Some((column.name, fen))
        });
        let fen = fen.collect();
        let (number, name) = (self.text("dwbh").to_owned(), self.text("dwmc").to_owned());
        let Self { places, broken, .. } = self;
        Employer {
            places,
            number,
            name,
            branch,
            kind: (kind, known),
            classes,
            current,
            base,
            deaths,
            ratio,
            fen,
            broken,
        }
    }

    /// The cell of a column; `None` where it could not be read.
    fn cell(&self, name: &str) -> Option<&str> {
        let column = self.places.column(name);
        match self.row.cells.iter().find(|(known, _)| *known == column) {
            Some((_, Ok(text))) => Some(text.trim()),
            Some((_, Err(_))) => None,
            None => Some(""),
        }
    }

    fn text(&self, name: &str) -> &str {
        self.cell(name).unwrap_or_default()
    }

    fn problem(&mut self, name: &str, code: Code, values: &[&str]) {
        self.broken = true;
        self.problems.push(Problem::new(code, self.places.of(name), values));
    }

    fn filled(&mut self, name: &str) {
        if self.cell(name) == Some("") {
            self.problem(name, Code::RowsEmpty, &[name]);
        }
    }

    /// What a cell says; `None` where it is empty or could not be read.
    fn read<T>(&mut self, name: &str, code: Code, accepted: &str, of: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.cell(name).filter(|text| !text.is_empty())?.to_owned();
        let found = of(&text);
        if found.is_none() {
            self.problem(name, code, &[&text, accepted]);
        }
        found
    }

    /// A class by its number, or as 一类 to 八类.
    fn class(&mut self, name: &str) -> Option<u8> {
        const WORDS: [&str; 8] = ["一类", "二类", "三类", "四类", "五类", "六类", "七类", "八类"];
        let accepted = format!("1 … 8, {}", WORDS.join(", "));
        let of = |text: &str| {
            let named = (1..).zip(WORDS).find(|(_, word)| *word == text).map(|(class, _)| class);
            named.or_else(|| text.parse().ok()).filter(|class| (1..=8).contains(class))
        };
        self.read(name, Code::RowsWord, &accepted, of)
    }

    fn rate(&mut self, name: &str, unit: &str) -> Option<Rate> {
        self.read(name, Code::RowsNumber, "0 … 100", |text| format!("{text}{unit}").parse().ok())
    }

    /// The base rate, a plain number. One of percent would be a hundred times too high, and is refused.
    fn base(&mut self) -> Option<Rate> {
        let most: Option<Rate> = MAX_BASE.parse().ok();
        let of = |text: &str| {
            let rate: Rate = format!("{}%", Unit::Fraction.in_book(text)?).parse().ok()?;
            Some(rate).filter(|rate| most.is_some_and(|most| *rate <= most))
        };
        self.read("jzfl", Code::RowsNumber, "0 … 0.05", of)
    }

    /// An amount; zero where the cell is empty.
    fn fen(&mut self, name: &'static str) -> Option<i64> {
        if self.cell(name)?.is_empty() {
            return Some(0);
        }
        let within = |fen: &i64| (-MAX_FEN..=MAX_FEN).contains(fen);
        let of = |text: &str| Unit::Yuan.in_book(text)?.parse().ok().filter(within);
        self.read(name, Code::RowsNumber, "yuan, at most 2 decimals", of)
    }
}

fn is_ratio(text: &str) -> bool {
    let (whole, decimals) = text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    plain(whole)
        && plain(decimals)
        && decimals.len() <= RATIO_DIGITS.1
        && whole.len() + decimals.len() <= RATIO_DIGITS.0
}
