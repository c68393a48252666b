//! The check of an import: accounts a page at a time, as they would stand with it.

use std::collections::{BTreeMap, BTreeSet};

use rate_core::input::book::CheckedBook;
use rate_core::{Code, Place, Problem};

use super::merged::{LEFT, Merged};
use super::read::reported;
use super::{IntakeError, Job, Keep, Mode, Stage, State, again};
use crate::pipeline::{Facts, Own, Portion, dependants, needed, of_area_in, portion_of};
use crate::store::{ImportProblemRow, ImportProgressRow, ImportStagedRow, Link, StoreError};

/// Accounts that are checked at a time.
const PAGE: usize = 1000;

/// Checks the next accounts, or decides what follows where all were.
pub(super) fn next_accounts(job: &Job<'_>) -> Result<(), IntakeError> {
    let replaced = replaced(job)?;
    let id = job.import.id.as_str();
    let found = job.store.read(|link| -> Result<_, IntakeError> {
        let progress = link.import_progress(id)?;
        let mut merged = Merged { link, import: &job.import, known: progress.known, replaced: &replaced };
        let page = match progress.round {
            1 => merged.accounts_after(&progress.cursor, PAGE)?,
            round => merged.link.import_marked_after(id, round, &progress.cursor, PAGE)?,
        };
        let mut found = Found::default();
        if progress.round == 1 && progress.cursor.is_empty() {
            found.area(&mut merged)?;
        }
        if !page.is_empty() {
            found.accounts(&mut merged, &page.iter().cloned().collect())?;
        }
        Ok((page, found))
    })?;
    let (page, found) = found;
    job.change(|link, progress| {
        let Found { problems, of_files, left, dependent } = found;
        progress.problems += i64::try_from(problems.len()).unwrap_or(i64::MAX);
        link.list_import_problems(id, problems, super::MAX_LISTED)?;
        if job.import.keep == Keep::KeepTheGood.as_str() {
            again::left_out(link, id, LEFT, &left)?;
            link.mark_import_accounts(id, progress.round + 1, &dependent)?;
        }
        if of_files {
            return Ok(job.end(link, State::Refused, "")?);
        }
        match page.last() {
            Some(last) => {
                progress.cursor.clone_from(last);
                progress.accounts += i64::try_from(page.len()).unwrap_or(i64::MAX);
                Ok(())
            }
            None => decided(job, link, progress),
        }
    })
}

/// The tables whose rows take the place of what stood.
pub(super) fn replaced(job: &Job<'_>) -> Result<BTreeSet<String>, IntakeError> {
    if job.import.mode != Mode::Replace.as_str() {
        return Ok(BTreeSet::new());
    }
    let totals = job.store.read(|link| link.import_totals(&job.import.id))?;
    Ok(totals.into_iter().map(|total| total.kind).collect())
}

/// All accounts of the round were checked.
fn decided(job: &Job<'_>, link: &mut Link, progress: &mut ImportProgressRow) -> Result<(), IntakeError> {
    let next = progress.round + 1;
    if !link.import_marked_after(&job.import.id, next, "", 1)?.is_empty() {
        // Accounts that were right while others were not left out yet.
        progress.round = next;
        progress.cursor.clear();
        return Ok(());
    }
    let of_reading: i64 = link.import_parts(&job.import.id)?.iter().map(|part| part.problems).sum();
    let wrong = progress.problems + of_reading > 0;
    if wrong && job.import.keep != Keep::KeepTheGood.as_str() {
        job.end(link, State::Refused, "")?;
    } else if again::where_left_out(link, &job.import.id)? {
        job.go_on(link, Stage::Reading)?;
    } else if job.import.dry_run {
        job.end(link, State::Checked, "")?;
    } else {
        job.go_on(link, Stage::Committing)?;
    }
    Ok(())
}

/// What the check of a page found.
#[derive(Default)]
struct Found {
    problems: Vec<ImportProblemRow>,
    /// Whether one is of no account: of a row about the area, which any account may need.
    of_files: bool,
    /// Accounts of the import that stay as they stand.
    left: BTreeSet<String>,
    /// Accounts whose check depends on those.
    dependent: BTreeSet<String>,
}

impl Found {
    fn area(&mut self, merged: &mut Merged<'_>) -> Result<(), IntakeError> {
        let portion = of_area_in(merged, &merged.import.area)?;
        let change = merged.change(&[String::new()])?;
        let origin = Origin::of(merged.link, &change.staged)?;
        let in_vain: Vec<&ImportStagedRow> = change.taken_back_in_vain().collect();
        for row in in_vain {
            self.not_standing(merged, row, &origin);
            self.of_files = true;
        }
        for problem in &portion.checked().file_problems {
            self.problem(merged, &portion, "", problem, &origin);
            self.of_files = true;
        }
        Ok(())
    }

    fn accounts(&mut self, merged: &mut Merged<'_>, page: &BTreeSet<String>) -> Result<(), IntakeError> {
        let change = merged.change(&page.iter().cloned().collect::<Vec<_>>())?;
        let mut staged: BTreeSet<String> = change.staged.iter().map(|row| row.account.clone()).collect();
        if merged.import.mode == Mode::Replace.as_str() {
            // What does not come again is taken back: every account is touched.
            staged.extend(page.difference(&change.left).cloned());
        }
        let origin = Origin::of(merged.link, &change.staged)?;
        let mut left = BTreeSet::new();
        for row in change.taken_back_in_vain() {
            self.not_standing(merged, row, &origin);
            left.insert(row.account.clone());
        }
        // What stands beside the import may be right only without it.
        let mut beside = BTreeSet::new();
        if merged.import.mode == Mode::Add.as_str() && !staged.is_empty() {
            beside = dependants(merged, &staged)?;
            beside.retain(|account| !page.contains(account));
            let untouched =
                merged.link.import_rows_of(&merged.import.id, &beside.iter().cloned().collect::<Vec<_>>())?;
            beside.retain(|account| !untouched.iter().any(|row| row.account == *account));
        }
        let all: BTreeSet<String> = page.union(&beside).cloned().collect();
        let (portion, checked) = checked(merged, &all)?;
        let refused: BTreeSet<String> = checked.refused.iter().map(|it| it.key.number.clone()).collect();
        let others: BTreeSet<String> = refused.iter().filter(|it| !staged.contains(*it)).cloned().collect();
        let wrong_before = wrong_before(merged, &others)?;
        for account in &checked.refused {
            let number = &account.key.number;
            // In a later round or beside the import, what was wrong without it is none of its problems.
            if change.left.contains(number) || (!staged.contains(number) && wrong_before.contains(number)) {
                continue;
            }
            account.problems.iter().for_each(|problem| self.problem(merged, &portion, number, problem, &origin));
            if staged.contains(number) {
                left.insert(number.clone());
            } else {
                // Whoever of the import stands behind it.
                let needed = needed(merged, &BTreeSet::from([number.clone()]))?;
                let behind: Vec<String> = needed.whole.union(&needed.named).cloned().collect();
                let rows = merged.link.import_rows_of(&merged.import.id, &behind)?;
                left.extend(rows.into_iter().map(|row| row.account));
            }
        }
        if !left.is_empty() && merged.import.keep == Keep::KeepTheGood.as_str() {
            self.dependent.extend(dependants(merged, &left)?);
        }
        self.left.extend(left);
        Ok(())
    }

    fn not_standing(&mut self, merged: &Merged<'_>, row: &ImportStagedRow, origin: &Origin) {
        let place = Place { file: format!("{}.csv", row.kind), ..Place::default() };
        let problem = Problem::new::<&str>(Code::RowsNotStanding, place, []);
        let file = origin.files.get(&row.part).cloned().unwrap_or_default();
        let at = (row.part, row.row_number);
        self.problems.push(reported(&merged.import.id, "checking", &row.account, at, &file, &problem));
    }

    fn problem(&mut self, merged: &Merged<'_>, portion: &Portion, account: &str, problem: &Problem, origin: &Origin) {
        let line = portion.line_at(&problem.place);
        let at = line.and_then(|(kind, line)| origin.rows.get(&(kind.stem().to_owned(), line)).copied());
        let file = at.and_then(|(part, _)| origin.files.get(&part).cloned());
        // A row that stood before is named by its table.
        let file = file.unwrap_or_else(|| problem.place.file.clone());
        self.problems.push(reported(&merged.import.id, "checking", account, at.unwrap_or_default(), &file, problem));
    }
}

/// Where the rows of an import came from: part and row of each, by table and line.
struct Origin {
    rows: BTreeMap<(String, String), (i64, i64)>,
    files: BTreeMap<i64, String>,
}

impl Origin {
    fn of(link: &mut Link, staged: &[ImportStagedRow]) -> Result<Self, StoreError> {
        let import = staged.first().map(|row| row.import.clone()).unwrap_or_default();
        let files = link.import_parts(&import)?.into_iter().map(|part| (part.part, part.name)).collect();
        let rows = staged.iter().filter(|row| row.standing);
        let rows = rows.map(|row| ((row.kind.clone(), row.line.clone()), (row.part, row.row_number))).collect();
        Ok(Self { rows, files })
    }
}

fn checked(facts: &mut Merged<'_>, accounts: &BTreeSet<String>) -> Result<(Portion, CheckedBook), StoreError> {
    let own = facts.of(&accounts.iter().cloned().collect::<Vec<_>>())?;
    let area = facts.import.area.clone();
    let portion = portion_of(facts, &area, Own::Listed(accounts.clone()), own, Vec::new())?;
    let checked = portion.checked();
    Ok((portion, checked))
}

/// Those of some accounts that are refused without the import.
fn wrong_before(merged: &mut Merged<'_>, accounts: &BTreeSet<String>) -> Result<BTreeSet<String>, StoreError> {
    if accounts.is_empty() {
        return Ok(BTreeSet::new());
    }
    let area = merged.import.area.clone();
    let mut known = merged.known();
    let own = known.of(&accounts.iter().cloned().collect::<Vec<_>>())?;
    let portion = portion_of(&mut known, &area, Own::Listed(accounts.clone()), own, Vec::new())?;
    Ok(portion.checked().refused.into_iter().map(|account| account.key.number).collect())
}
