//! What a study leaves behind: a page, a workbook, and a file for each table.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rate_core::error::Lang;
use rate_core::rule_set::FindingKind;
use rust_xlsxwriter::{Workbook, XlsxError};

use super::{Answered, Table, html, tables};
use crate::run::RunError;
use crate::run::workbook::{Column, Sheet, Styles, column, empty};

/// Writes `study.html`, `study.xlsx` and a CSV file for each table to a directory.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(answered: &Answered, dir: &Path, lang: Lang) -> Result<(), RunError> {
    std::fs::create_dir_all(dir).map_err(|source| RunError::Output { path: dir.to_owned(), source })?;
    let file = |name: &str, fill: &dyn Fn(&mut dyn Write) -> std::io::Result<()>| {
        let path = dir.join(name);
        let written = File::create(&path).and_then(|file| {
            let mut out = BufWriter::new(file);
            fill(&mut out)?;
            out.flush()
        });
        written.map_err(|source| RunError::Output { path, source })
    };
    let all = tables(answered, lang);
    for table in &all {
        file(&format!("{}.csv", table.id), &|out| out.write_all(table.csv().as_bytes()))?;
    }
    file("study.xlsx", &|out| {
        let bytes = workbook(&all, lang).and_then(|mut workbook| workbook.save_to_buffer());
        out.write_all(&bytes.map_err(std::io::Error::other)?)
    })?;
    file("study.html", &|out| html::page(answered, &all, lang, out))
}

fn workbook(tables: &[Table], lang: Lang) -> Result<Workbook, XlsxError> {
    let (mut workbook, styles) = (empty()?, Styles::new());
    for table in tables {
        let heads: Vec<Column> = table.columns.iter().map(|it| column(it.zh, it.en, it.width)).collect();
        let mut sheet = Sheet::begin(workbook.add_worksheet(), table.id, &heads, lang, &styles)?;
        table.rows.iter().try_for_each(|row| sheet.row(row))?;
    }
    Ok(workbook)
}

/// Tables that a terminal shows; the others stand in the files.
const SHOWN: &[&str] = &["totals", "fund", "by-grade", "calibrations", "lift", "noise", "drift"];

/// Rows of a table that a terminal shows.
const LINES: usize = 20;

/// The most telling tables, for a terminal; of what the checker found, only what blocks or is open.
pub fn text(answered: &Answered, lang: Lang) -> String {
    let mut lines = vec![answered.name.text(lang).to_owned()];
    for judged in &answered.candidates {
        let it = &judged.candidate;
        let verdict = it.report.verdict.text(lang);
        lines.push(format!("\n{} · {} · {verdict}", it.id, it.label.text(lang)));
        lines.extend(it.amendments.iter().map(|amendment| format!("  {}", amendment.text(lang))));
        let weighty = it.report.findings.iter().filter(|finding| finding.kind != FindingKind::Note);
        lines.extend(weighty.map(|finding| format!("  {}", finding.problem.line(lang))));
    }
    for table in tables(answered, lang).iter().filter(|table| SHOWN.contains(&table.id)) {
        lines.push(format!("\n{}\n{}", table.title, table.text(lang, LINES).trim_end()));
    }
    lines.extend(answered.outlook.as_ref().err().map(|problem| format!("\n{}", problem.line(lang))));
    lines.push(String::new());
    lines.join("\n")
}
