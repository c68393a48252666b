//! The report of an audit as a workbook: totals, causes, differences, candidates. The same audit gives the same bytes.

use std::io::{self, Write};

use rate_core::error::Lang;
use rust_xlsxwriter::{Workbook, XlsxError};

use super::output::{COLUMNS, Cell, each_line};
use super::totals::{Sum, mistakes_text};
use super::{Audit, Totals};
use crate::run::ListCell;
use crate::run::workbook::{Column, MAX_ROWS, Sheet, Styles, column, empty};

/// How many of the columns say something of the span of days itself.
const OF_PIECE: usize = 18;

/// The column with the number of the candidate.
const CANDIDATE: usize = 18;

const TOTALS: &[Column] =
    &[column("", "", 30), column("户数", "accounts", 12), column("多收", "over", 20), column("少收", "under", 20)];

const CAUSES: &[Column] = &[
    column("原因", "cause", 56),
    column("唯一原因：户数", "only cause: accounts", 16),
    column("多收", "over", 18),
    column("少收", "under", 18),
    column("原因之一：户数", "one of several: accounts", 16),
    column("多收", "over", 18),
    column("少收", "under", 18),
];

/// Writes the workbook.
pub(super) fn workbook(audit: &Audit, totals: &Totals, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let bytes = filled(audit, totals, lang).and_then(|mut workbook| workbook.save_to_buffer());
    out.write_all(&bytes.map_err(io::Error::other)?)
}

fn filled(audit: &Audit, totals: &Totals, lang: Lang) -> Result<Workbook, XlsxError> {
    let mut workbook = empty()?;
    let styles = Styles::new();
    let [sums, causes, pieces, candidates] =
        [("合计", "totals"), ("按原因", "by cause"), ("差异", "differences"), ("可能原因", "candidates")]
            .map(|(zh, en)| lang.pick(zh, en));
    let mut sheet = Sheet::begin(workbook.add_worksheet(), sums, TOTALS, lang, &styles)?;
    totals.rows(lang).iter().try_for_each(|(name, sum)| sheet.row(&with_name(name, &[*sum])))?;
    let mut sheet = Sheet::begin(workbook.add_worksheet(), causes, CAUSES, lang, &styles)?;
    for (mistakes, total) in &totals.causes {
        sheet.row(&with_name(&mistakes_text(mistakes, lang), &[total.alone, total.among]))?;
    }
    // One line for each span of days, whose amounts may be added up; then one for each candidate.
    let heads: Vec<Column> = COLUMNS.iter().map(|(name, _, width)| column(name, name, *width)).collect();
    let mut sheet = Sheet::begin(workbook.add_worksheet(), pieces, &heads[..OF_PIECE], lang, &styles)?;
    let first = |cells: &[String]| cells[CANDIDATE] == "1" || cells[CANDIDATE].is_empty();
    lines(&mut sheet, audit, lang, OF_PIECE, &first)?;
    let mut sheet = Sheet::begin(workbook.add_worksheet(), candidates, &heads, lang, &styles)?;
    lines(&mut sheet, audit, lang, COLUMNS.len(), &|_| true)?;
    Ok(workbook)
}

fn with_name(name: &str, sums: &[Sum]) -> Vec<ListCell> {
    let cells = |sum: &Sum| {
        [ListCell::Number(sum.accounts.to_string()), ListCell::Fen(sum.over_fen), ListCell::Fen(sum.under_fen)]
    };
    std::iter::once(ListCell::Text(name.to_owned())).chain(sums.iter().flat_map(cells)).collect()
}

/// The first lines of the list, as many as a sheet holds; all of them stand in `audit.csv`.
fn lines(
    sheet: &mut Sheet<'_>,
    audit: &Audit,
    lang: Lang,
    columns: usize,
    wanted: &dyn Fn(&[String]) -> bool,
) -> Result<(), XlsxError> {
    let (mut written, mut failed) = (1, None);
    let taken = each_line(audit, lang, &mut |cells| {
        if wanted(cells) && written < MAX_ROWS && failed.is_none() {
            written += 1;
            let line = COLUMNS.iter().zip(&cells[..columns]).map(|((_, kind, _), text)| match kind {
                Cell::Text => ListCell::Text(text.clone()),
                Cell::Number if text.is_empty() => ListCell::Nothing,
                Cell::Number => ListCell::Number(text.clone()),
                Cell::Fen => text.parse().map_or(ListCell::Nothing, ListCell::Fen),
            });
            failed = sheet.row(&line.collect::<Vec<_>>()).err();
        }
        Ok(())
    });
    debug_assert!(taken.is_ok(), "nothing is written here that could fail");
    failed.map_or(Ok(()), Err)
}
