//! What a study leaves behind: a page, a workbook, and a file for each table.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rate_core::error::Lang;
use rate_core::rule_set::FindingKind;
use rust_xlsxwriter::{Workbook, XlsxError};

use super::tables::every;
use super::{Answered, Table, html, tables};
use crate::run::RunError;
use crate::run::workbook::{Column, Sheet, Styles, column, empty};

/// Writes `study.html`, `study.xlsx` and a CSV file for each table to a directory. Everything is made before anything is
/// written; what stands there of an earlier study gives way, also tables that this one does not have.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(answered: &Answered, dir: &Path, lang: Lang) -> Result<(), RunError> {
    let (mut names, mut files) = (Vec::new(), Vec::new());
    let all: Vec<Table> = every(answered, lang)
        .into_iter()
        .filter(|table| {
            names.push(table.id);
            !table.rows.is_empty()
        })
        .collect();
    let failed = |path: PathBuf| move |source| RunError::Output { path, source };
    for table in &all {
        files.push((csv_name(table.id), table.csv().into_bytes()));
    }
    let bytes = workbook(&all, lang).and_then(|mut workbook| workbook.save_to_buffer());
    let bytes = bytes.map_err(std::io::Error::other).map_err(failed(dir.join("study.xlsx")))?;
    let mut page = Vec::new();
    html::page(answered, &all, lang, &mut page).map_err(failed(dir.join("study.html")))?;
    files.extend([("study.xlsx".to_owned(), bytes), ("study.html".to_owned(), page)]);
    std::fs::create_dir_all(dir).map_err(failed(dir.to_owned()))?;
    for name in names.into_iter().map(csv_name) {
        let path = dir.join(name);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => return Err(RunError::Output { path, source }),
            _ => {}
        }
    }
    for (name, bytes) in files {
        let path = dir.join(name);
        std::fs::write(&path, bytes).map_err(failed(path.clone()))?;
    }
    Ok(())
}

fn csv_name(table: &str) -> String {
    format!("{table}.csv")
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
