//! Audits of the charged rates of a stored book.

use std::fs;

use rate_core::error::Lang;
use rate_core::{NaiveDate, date};
use serde_json::{Value, json};

use super::{Asking, AuditRequest, ExaminationError, Kind, LEASE, Piece, lang_code, line};
use crate::audit::{Audit, Totals, lines, totals, write};
use crate::gazette;
use crate::pipeline;
use crate::run::RunError;
use crate::store::{AccountRange, ExaminationFileRow, ExaminationRow, Store, StoreError};

pub(super) fn asked(store: &Store, asking: Asking, on: NaiveDate) -> Result<ExaminationRow, ExaminationError> {
    store.read(|link| {
        // No law, or averages that do not fit it, are told at once.
        let known = link.last_knowledge()?;
        let averages = pipeline::of_area(link, &asking.area, known)?.checked().parameters;
        gazette::law(link, &asking.area, on, None, averages)?;
        if link.accounts_after(&asking.area, "", 1, known)?.is_empty() {
            let (zh, en) = ("该地区没有已入库的单位", "no account of this area is stored");
            return Err(ExaminationError::Refused(zh.to_owned(), en.to_owned()));
        }
        Ok(asking.row(link, Kind::Audit, &AuditRequest { on: on.to_string() })?)
    })
}

/// Audits the whole area; `None` where somebody else has the work. Only whoever differs stays in memory.
pub(super) fn made(store: &Store, row: &mut ExaminationRow, most: usize) -> Result<Option<Piece>, ExaminationError> {
    let unread = |_| StoreError::Broken("an audit that nobody asked for");
    let request: AuditRequest = serde_json::from_str(&row.request).map_err(unread)?;
    let on = date(&request.on).map_err(|_| StoreError::Broken("a day that is none"))?;
    // Whoever had it before may have been in the middle.
    row.done = 0;
    let area = row.area.clone();
    let (chosen, fund) = store.read(|link| -> Result<_, ExaminationError> {
        let book = pipeline::of_area(link, &area, row.knowledge)?.checked();
        if !book.file_problems.is_empty() {
            return Err(RunError::Problems(book.file_problems).into());
        }
        Ok((gazette::law(link, &area, on, Some(row.law), book.parameters)?, book.fund))
    })?;
    let mut audit = Audit::begin(chosen, fund);
    let mut after = String::new();
    loop {
        let read = store.read(|link| -> Result<_, StoreError> {
            let accounts = link.accounts_after(&area, &after, most, row.knowledge)?;
            let Some(last) = accounts.last().cloned() else { return Ok(None) };
            let range = AccountRange { after: after.clone(), upto: Some(last.clone()) };
            Ok(Some((accounts.len(), last, pipeline::portion(link, &area, &range, row.knowledge)?)))
        })?;
        let Some((count, last, portion)) = read else { break };
        let mut book = portion.checked();
        // A row of facts is found by its account and table: lines are those of the piece that was read.
        let problems = book.refused.iter_mut().flat_map(|it| &mut it.problems).chain(&mut book.warnings);
        problems.for_each(|it| it.place.line = 0);
        audit.add(book);
        row.done += i64::try_from(count).unwrap_or_default();
        after = last;
        if !store.change(|link| link.settle_examination(row, &[], LEASE))? {
            return Ok(None);
        }
    }
    row.out_of = row.done;
    ended(row, &audit).map(Some)
}

fn ended(row: &mut ExaminationRow, audit: &Audit) -> Result<Piece, ExaminationError> {
    let totals = totals(audit);
    let mut files = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        files.extend(written(&row.id, audit, &totals, lang)?);
    }
    let about = files.iter().find(|file| file.name == "audit.json");
    // On one line: it is told in events, which end with one.
    let about = about.and_then(|file| serde_json::from_slice::<Value>(&file.content).ok());
    row.result = about.unwrap_or_default().to_string();
    let sides = lines(audit, Lang::Zh).into_iter().zip(lines(audit, Lang::En));
    let lines = sides.map(|(zh, en)| line(row, [json!(zh).to_string(), json!(en).to_string()])).collect();
    Ok(Piece { lines, files, ended: true })
}

/// The files of an audit, as the command writes them.
fn written(id: &str, audit: &Audit, totals: &Totals, lang: Lang) -> Result<Vec<ExaminationFileRow>, RunError> {
    let dir = tempfile::tempdir().map_err(|source| RunError::Output { path: std::env::temp_dir(), source })?;
    write(audit, totals, dir.path(), lang)?;
    let failed = |source| RunError::Output { path: dir.path().to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(dir.path()).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        files.push(ExaminationFileRow {
            examination: id.to_owned(),
            lang: lang_code(lang).to_owned(),
            name: entry.file_name().to_string_lossy().into_owned(),
            content: fs::read(entry.path()).map_err(failed)?,
        });
    }
    Ok(files)
}
