//! The lists of a run as one workbook, for people: numbers of accounts as text, amounts in yuan, heads in the language
//! asked for. The same run gives the same bytes.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rate_core::diagnostics::Finding;
use rate_core::error::Lang;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::output::{ListCell, RUN_LIST, list_line, place_cells};
use super::summary::columns;
use super::{Run, RunError, Summary};

/// The name of the workbook among the files of a run.
pub const RUN_WORKBOOK: &str = "run.xlsx";

/// Rows of a sheet.
pub(crate) const MAX_ROWS: usize = 1 << 20;

/// Digits of an amount that a spreadsheet keeps and shows; a longer one is written as text.
const MAX_FEN: i128 = 1_000_000_000_000_000;

/// UTF-16 units that a cell keeps, and what stands at the end of a text that has more.
const CELL_UNITS: usize = 32_767;
const CUT: &str = " …[已截断，全文见 CSV；cut, whole in the CSV]";

/// A column: its head in both languages, and its width in letters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    zh: &'static str,
    en: &'static str,
    width: u32,
}

pub(crate) const fn column(zh: &'static str, en: &'static str, width: u32) -> Column {
    Column { zh, en, width }
}

const PROBLEMS: &[Column] = &[
    column("统筹地区", "area", 10),
    column("单位编号", "account", 20),
    column("文件", "file", 24),
    column("行", "row", 8),
    column("列", "column", 8),
    column("字段", "field", 18),
    column("代码", "code", 24),
    column("说明", "message", 60),
];

const FINDINGS: &[Column] = &[
    column("程度", "severity", 10),
    column("种类", "kind", 24),
    column("统筹地区", "area", 10),
    column("单位编号", "account", 20),
    column("文件", "file", 24),
    column("行", "row", 8),
    column("字段", "field", 18),
    column("所见", "what", 60),
    column("怎么办", "what to do", 60),
];

/// The sheets, with their names.
const SHEETS: [(&str, &str); 4] =
    [("费率浮动明细表", "run list"), ("汇总", "summary"), ("有误", "problems"), ("核定前检查", "diagnostics")];

/// Says no before anything is written, where a list is longer than a sheet.
///
/// # Errors
/// [`RunError::Unfit`] with the directory.
pub fn fits(run: &Run, dir: &Path) -> Result<(), RunError> {
    let problems: usize = run.refused.iter().map(|account| account.problems.len()).sum();
    fits_rows(run.decided.len().max(problems).max(run.diagnosis.findings.len()), dir)
}

/// The same for the rows of the longest list.
pub(crate) fn fits_rows(longest: usize, dir: &Path) -> Result<(), RunError> {
    if longest < MAX_ROWS {
        return Ok(());
    }
    let what = "a list of this run is longer than a sheet (1,048,576 rows); leave --xlsx out / 清单超过工作表行数上限（1,048,576 行），请去掉 --xlsx";
    Err(RunError::Unfit { path: dir.to_owned(), what })
}

/// Writes the run list, both summaries, the problems and the findings as sheets of one workbook.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_workbook(run: &Run, summary: &Summary, dir: &Path, lang: Lang) -> Result<(), RunError> {
    let mut book = RunWorkbook::create(dir, lang)?;
    book.add(run)?;
    book.finish(run, summary)
}

/// The workbook of a run, filled a portion of its accounts at a time, and held in memory until it is written.
pub struct RunWorkbook {
    path: PathBuf,
    lang: Lang,
    styles: Styles,
    list: Worksheet,
    problems: Worksheet,
    /// The rows of both that are filled next.
    next: [u32; 2],
}

impl std::fmt::Debug for RunWorkbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RunWorkbook({}, {:?})", self.path.display(), self.next)
    }
}

impl RunWorkbook {
    /// A workbook with no account in it.
    ///
    /// # Errors
    /// Where a sheet cannot be made.
    pub fn create(dir: &Path, lang: Lang) -> Result<Self, RunError> {
        let mut book = Self {
            path: dir.join(RUN_WORKBOOK),
            lang,
            styles: Styles::new(),
            list: Worksheet::new(),
            problems: Worksheet::new(),
            next: [0; 2],
        };
        let begun = book.begin();
        book.named(begun)?;
        Ok(book)
    }

    fn begin(&mut self) -> Result<(), XlsxError> {
        let [list, _, problems, _] = SHEETS.map(|(zh, en)| self.lang.pick(zh, en));
        let heads: Vec<Column> = RUN_LIST.iter().map(|(_, zh, en, width)| column(zh, en, *width)).collect();
        let list = Sheet::begin(&mut self.list, list, &heads, self.lang, &self.styles)?.row;
        let problems = Sheet::begin(&mut self.problems, problems, PROBLEMS, self.lang, &self.styles)?.row;
        self.next = [list, problems];
        Ok(())
    }

    /// Adds the accounts of a portion, which stand behind those of the portions before.
    ///
    /// # Errors
    /// A list longer than a sheet.
    pub fn add(&mut self, run: &Run) -> Result<(), RunError> {
        let added = self.add_rows(run);
        self.named(added)
    }

    fn add_rows(&mut self, run: &Run) -> Result<(), XlsxError> {
        let (lang, [list, problems]) = (self.lang, self.next);
        let mut sheet = Sheet { cells: &mut self.list, styles: &self.styles, row: list };
        run.decided.iter().try_for_each(|decided| sheet.row(&list_line(decided, lang)))?;
        self.next[0] = sheet.row;
        let mut sheet = Sheet { cells: &mut self.problems, styles: &self.styles, row: problems };
        for account in &run.refused {
            for problem in &account.problems {
                let key = [&account.key.area, &account.key.number].map(|text| ListCell::Text(text.clone()));
                sheet.row(&key.into_iter().chain(place_cells(problem, lang)).collect::<Vec<_>>())?;
            }
        }
        self.next[1] = sheet.row;
        Ok(())
    }

    /// Adds what concerns the run as a whole, of which `run` need hold no account, and writes the file.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(self, run: &Run, summary: &Summary) -> Result<(), RunError> {
        let path = self.path.clone();
        let written = self.workbook(run, summary).and_then(|mut workbook| workbook.save(&path));
        written.map_err(|error| RunError::Output { path, source: std::io::Error::other(error) })
    }

    fn workbook(self, run: &Run, summary: &Summary) -> Result<Workbook, XlsxError> {
        let Self { lang, styles, list, problems, .. } = self;
        let mut workbook = empty()?;
        let [_, sums, _, findings] = SHEETS.map(|(zh, en)| lang.pick(zh, en));
        workbook.push_worksheet(list);
        summaries(workbook.add_worksheet().set_name(sums)?, summary, lang, &styles)?;
        workbook.push_worksheet(problems);
        let mut sheet = Sheet::begin(workbook.add_worksheet(), findings, FINDINGS, lang, &styles)?;
        run.diagnosis.findings.iter().try_for_each(|finding| sheet.row(&finding_cells(finding, lang)))?;
        Ok(workbook)
    }

    fn named(&self, done: Result<(), XlsxError>) -> Result<(), RunError> {
        done.map_err(|error| RunError::Output { path: self.path.clone(), source: std::io::Error::other(error) })
    }
}

/// A workbook without sheets.
pub(crate) fn empty() -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    // A day that means nothing: else the file would tell when it was made, and differ each time.
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&day));
    Ok(workbook)
}

fn finding_cells(finding: &Finding, lang: Lang) -> Vec<ListCell> {
    let text = |text: &str| ListCell::Text(text.to_owned());
    let (area, number) = finding.account.as_ref().map_or(("", ""), |key| (key.area.as_str(), key.number.as_str()));
    vec![
        text(finding.kind.severity().as_str()),
        text(finding.kind.as_str()),
        text(area),
        text(number),
        ListCell::Text(finding.place.file_and_sheet()),
        ListCell::count(finding.place.line),
        text(&finding.place.field),
        ListCell::Text(finding.text(lang)),
        text(finding.kind.what_to_do(lang)),
    ]
}

/// How cells look.
pub(crate) struct Styles {
    head: Format,
    number: Format,
    yuan: Format,
}

impl Styles {
    pub(crate) fn new() -> Self {
        Self {
            head: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter),
            number: Format::new().set_align(FormatAlign::Right),
            yuan: Format::new().set_align(FormatAlign::Right).set_num_format("#,##0.00"),
        }
    }
}

/// A sheet that is filled row by row, below a head that stays in sight.
pub(crate) struct Sheet<'w> {
    cells: &'w mut Worksheet,
    styles: &'w Styles,
    /// The row that is filled next.
    row: u32,
}

impl<'w> Sheet<'w> {
    pub(crate) fn begin(
        sheet: &'w mut Worksheet,
        name: &str,
        heads: &[Column],
        lang: Lang,
        styles: &'w Styles,
    ) -> Result<Self, XlsxError> {
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (head, place) in heads.iter().zip(0_u16..) {
            let text = lang.pick(head.zh, head.en);
            // Chinese letters are two wide.
            let wide = u32::try_from(columns(text)).unwrap_or(u32::MAX).saturating_add(2);
            sheet.set_column_width(place, head.width.max(wide.min(30)))?;
            sheet.write_string_with_format(0, place, text, &styles.head)?;
        }
        Ok(Self { cells: sheet, styles, row: 1 })
    }

    /// A sheet without a head, filled from its first row on.
    pub(super) fn plain(sheet: &'w mut Worksheet, name: &str, styles: &'w Styles) -> Result<Self, XlsxError> {
        Ok(Self { cells: sheet.set_name(name)?, styles, row: 0 })
    }

    pub(crate) fn row(&mut self, cells: &[ListCell]) -> Result<(), XlsxError> {
        for (cell, place) in cells.iter().zip(0_u16..) {
            write(self.cells, (self.row, place), cell, self.styles)?;
        }
        self.row += 1;
        Ok(())
    }
}

/// Text stays text, whatever it looks like; what is a number is one, as far as a spreadsheet keeps its digits.
fn write(sheet: &mut Worksheet, (row, place): (u32, u16), cell: &ListCell, styles: &Styles) -> Result<(), XlsxError> {
    match cell {
        ListCell::Nothing => {}
        ListCell::Text(text) if text.is_empty() => {}
        ListCell::Text(text) => drop(sheet.write_string(row, place, as_kept(text))?),
        ListCell::Number(text) => match stored(text) {
            Some(number) => drop(sheet.write_number_with_format(row, place, number, &styles.number)?),
            None => drop(sheet.write_string_with_format(row, place, text, &styles.number)?),
        },
        ListCell::Fen(fen) => {
            let sign = if *fen < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
            match stored(&text).filter(|_| fen.abs() < MAX_FEN) {
                Some(number) => drop(sheet.write_number_with_format(row, place, number, &styles.yuan)?),
                None => drop(sheet.write_string_with_format(row, place, &text, &styles.number)?),
            }
        }
    }
    Ok(())
}

/// A text as a cell keeps it: whole, or cut off with a mark that says so.
fn as_kept(text: &str) -> Cow<'_, str> {
    // Bytes first: units are never more.
    if text.len() <= CELL_UNITS || text.encode_utf16().count() <= CELL_UNITS {
        return Cow::Borrowed(text);
    }
    let mut room = CELL_UNITS - CUT.encode_utf16().count();
    let kept = text.chars().take_while(|letter| {
        let fits = letter.len_utf16() <= room;
        room = room.saturating_sub(letter.len_utf16());
        fits
    });
    Cow::Owned(kept.chain(CUT.chars()).collect())
}

/// A decimal as a spreadsheet stores it; none where it has more digits than one keeps.
#[expect(
    clippy::disallowed_types,
    reason = "cells are binary fractions; with fifteen digits the text comes back as it was"
)]
fn stored(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits > 15 { None } else { text.parse().ok() }
}

/// Both tables of the summary, one below the other, and the sum of all accounts.
fn summaries(sheet: &mut Worksheet, summary: &Summary, lang: Lang, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 22)?;
    for place in 1..=4 {
        sheet.set_column_width(place, 26)?;
    }
    let mut row = 0;
    for (heads, lines) in summary.tables(lang) {
        for (head, place) in heads.iter().zip(0_u16..) {
            sheet.write_string_with_format(row, place, *head, &styles.head)?;
        }
        for cells in lines {
            row += 1;
            for (cell, place) in cells.iter().zip(0_u16..) {
                write(sheet, (row, place), cell, styles)?;
            }
        }
        row += 2;
    }
    let [decided, refused, not_insured] = summary.counts;
    let text = match lang {
        Lang::Zh => format!("已算出费率 {decided} 户，数据有误 {refused} 户，本期未参保 {not_insured} 户"),
        Lang::En => format!("{decided} decided, {refused} refused, {not_insured} not insured"),
    };
    sheet.write_string(row, 0, text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A letter outside the basic plane is two units: 16,383 of them and one of one unit fill a cell; with one more a text is
    /// cut, and no letter in two.
    #[test]
    fn a_text_longer_than_a_cell_is_cut_with_a_mark() {
        let full = "𠮷".repeat(16_383) + "a";
        assert!(as_kept(&full) == full);
        let cut = as_kept(&format!("{full}a")).into_owned();
        assert!(cut.ends_with(CUT) && cut.starts_with('𠮷'));
        let units = cut.encode_utf16().count();
        assert!(units == CELL_UNITS || units == CELL_UNITS - 1, "{units}");
    }
}
