//! An import becomes facts: all of it, in one transaction, under one knowledge number.

use std::collections::BTreeSet;

use serde_json::json;

use super::check::replaced;
use super::merged::Merged;
use super::{IntakeError, Job, Stage, State, again, end, entered};
use crate::logbook::{LogError, Logbook, Recording};
use crate::store::{HookKind, ImportProgressRow, Link};

/// Accounts that are compared at a time.
const PAGE: usize = 1000;

/// What keeps an import from coming in now.
enum Kept {
    /// Another worker has it.
    Lost,
    /// What it was checked against is no longer what stands.
    News,
}

/// Lets everything come in that is new, and takes back what the import takes back.
pub(super) fn all(job: &Job<'_>, log: &Logbook) -> Result<(), IntakeError> {
    let replaced = replaced(job)?;
    let mut kept = None;
    let recorded = log.record(&(job.now)(), &mut |recording| {
        let link = recording.link();
        let Some(progress) = link.hold_import(&job.claimed)? else {
            kept = Some(Kept::Lost);
            return Err(LogError::Unknown(job.import.id.clone()));
        };
        if link.has_news(&job.import.area, progress.known)? {
            kept = Some(Kept::News);
            return Err(LogError::Unknown(job.import.id.clone()));
        }
        add(job, recording, &progress, &replaced)?;
        let mut row = job.import.clone();
        row.number = recording.number();
        end(&mut row, State::Committed);
        let told = json!({"area": row.area, "import": row.id, "knowledge": row.number}).to_string();
        recording.link().add_hook_event(&row.area, HookKind::ImportCommitted, &told, &(job.now)())?;
        Ok(entered(recording.link(), &row, &(job.now)())?)
    });
    match (recorded, kept) {
        (Ok(_), _) => Ok(()),
        (Err(_), Some(Kept::Lost)) => Err(IntakeError::Lost),
        (Err(_), Some(Kept::News)) => job.change(|link, progress| {
            link.forget_import_check(&job.import.id)?;
            begun_again(job, link, progress)
        }),
        (Err(error), None) => Err(error.into()),
    }
}

/// Begins the check again, on what stands now; and before it the lists, whose entries may be others' now.
fn begun_again(job: &Job<'_>, link: &mut Link, progress: &mut ImportProgressRow) -> Result<(), IntakeError> {
    (progress.known, progress.round) = (link.last_knowledge()?, 1);
    (progress.accounts, progress.problems) = (0, 0);
    progress.cursor.clear();
    let stage = if again::lists(link, &job.import.id)? { Stage::Reading } else { Stage::Checking };
    Ok(job.go_on(link, stage)?)
}

fn add(
    job: &Job<'_>,
    recording: &mut Recording<'_>,
    progress: &ImportProgressRow,
    replaced: &BTreeSet<String>,
) -> Result<(), LogError> {
    let mut page = vec![String::new()];
    while let Some(last) = page.last().cloned() {
        let known = progress.known;
        let mut merged = Merged { link: recording.link(), import: &job.import, known, replaced };
        let change = merged.change(&page)?;
        let next = merged.accounts_after(&last, PAGE)?;
        let area = job.import.area.as_str();
        let new = change.coming().map(|row| recording.row(area, &row.account, &row.kind, &row.line, true));
        let gone = change.gone(replaced).map(|row| recording.row(area, &row.account, &row.kind, &row.line, false));
        let rows = new.chain(gone).collect::<Vec<_>>();
        recording.add(rows)?;
        page = next;
    }
    Ok(())
}
