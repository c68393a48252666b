//! The projects of a book: what each pays on its own day of enrolment, everybody accounted for.

mod output;

use std::collections::BTreeSet;
use std::path::PathBuf;

use rate_core::error::Lang;
use rate_core::history::Project;
use rate_core::input::book::{RawTable, RefusedAccount, TableKind, check_book};
use rate_core::notice::yuan;
use rate_core::project::{Billed, ProjectBook};
use rate_core::{AccountKey, History, NaiveDate, Parameters, Problem};

pub use output::write;

use crate::book::Reading;
use crate::run::{RunError, Stage, read_law};

/// What to bill.
#[derive(Clone, Debug)]
pub struct Request {
    /// Pooling area.
    pub area: String,
    /// Directory of rule sets.
    pub rules: PathBuf,
    /// Directory of parameters.
    pub parameters: PathBuf,
    /// Directory of the book.
    pub book: PathBuf,
    /// How the book is read.
    pub reading: Reading,
    /// The last day of enrolment that is billed.
    pub on: NaiveDate,
}

/// A project that has enrolled, with what it pays or why nothing can be said.
#[derive(Debug)]
pub struct Enrolled {
    /// Place of its account among the histories.
    account: usize,
    /// Place of the project in it.
    project: usize,
    /// What came of it.
    pub billed: Billed,
}

/// The projects of an area: each is billed, without a bill for a reason, not yet enrolled, or of a refused account.
#[derive(Debug)]
pub struct Bills {
    /// The day up to which projects had enrolled.
    pub on: NaiveDate,
    /// The parameters of the area.
    pub parameters: Parameters,
    histories: Vec<History>,
    /// Projects enrolled by that day, by account, day and number.
    pub enrolled: Vec<Enrolled>,
    /// Projects that enrol later.
    pub later: Vec<(AccountKey, String, NaiveDate)>,
    /// Accounts with projects whose rows are wrong.
    pub refused: Vec<RefusedAccount>,
    /// Rows of projects under these accounts.
    pub refused_projects: usize,
    /// What should be looked at.
    pub warnings: Vec<Problem>,
}

impl Bills {
    /// The contractor and the project of an entry.
    pub fn of(&self, enrolled: &Enrolled) -> (&History, &Project) {
        // Both places come from this very list.
        let history = &self.histories[enrolled.account];
        (history, &history.projects()[enrolled.project])
    }

    /// The sum of all bills, in fen.
    pub fn total(&self) -> i128 {
        let bills = self.enrolled.iter().filter_map(|it| it.billed.bill.as_ref().ok());
        bills.map(|bill| i128::from(bill.premium.fen())).sum()
    }

    /// How many projects have a bill.
    pub fn billed(&self) -> usize {
        self.enrolled.iter().filter(|it| it.billed.bill.is_ok()).count()
    }

    /// The summary, in lines.
    pub fn text(&self, lang: Lang) -> String {
        let (billed, open) = (self.billed(), self.enrolled.len() - self.billed());
        let (later, refused, total, on) = (self.later.len(), self.refused_projects, yuan(self.total()), self.on);
        match lang {
            Lang::Zh => format!(
                "截至 {on} 参保的项目：计费 {billed} 个，合计 {total} 元；不能计费 {open} 个；所属单位数据有误 {refused} 个。此后参保 {later} 个。"
            ),
            Lang::En => format!(
                "Projects enrolled by {on}: {billed} billed, {total} yuan in all; {open} without a bill; {refused} of refused accounts. {later} enrol later."
            ),
        }
    }
}

/// Bills every project of an area that has enrolled by a day.
///
/// # Errors
/// Files that cannot be read or are wrong as a whole; accounts that are wrong stand in the list.
pub fn bills(request: &Request, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Bills, RunError> {
    let (usable, parameters) = read_law(&request.rules, &request.parameters)?;
    let tables = request.reading.tables(&request.book, &mut |done, all| progress(Stage::Reading, done, all))?;
    progress(Stage::Checking, 0, 1);
    let mut book = check_book(&tables);
    if !book.file_problems.is_empty() {
        return Err(RunError::Problems(std::mem::take(&mut book.file_problems)));
    }
    let here = |key: &AccountKey| key.area == request.area;
    let rows = project_rows(&tables);
    let known: BTreeSet<(&str, &str)> = rows.iter().copied().collect();
    let with_projects = |key: &AccountKey| known.contains(&(key.area.as_str(), key.number.as_str()));
    let refused: Vec<_> = book.refused.into_iter().filter(|it| here(&it.key) && with_projects(&it.key)).collect();
    let wrong: BTreeSet<(&str, &str)> =
        refused.iter().map(|it| (it.key.area.as_str(), it.key.number.as_str())).collect();
    let refused_projects = rows.iter().filter(|row| wrong.contains(*row)).count();
    let histories: Vec<History> = book.histories.into_iter().filter(|it| here(it.key())).collect();
    let sets = (usable.sets.as_slice(), usable.refused_for_projects.as_slice());
    let mut projects = ProjectBook::new(&request.area, &parameters, sets, &histories, !refused.is_empty());
    let (mut enrolled, mut later) = (Vec::new(), Vec::new());
    let all = u64::try_from(histories.len()).unwrap_or(u64::MAX);
    for ((account, history), done) in histories.iter().enumerate().zip(1..) {
        for (place, project) in history.projects().iter().enumerate() {
            if project.enrolled_on > request.on {
                later.push((history.key().clone(), project.id.clone(), project.enrolled_on));
                continue;
            }
            let billed = projects.bill(history, project);
            enrolled.push(Enrolled { account, project: place, billed });
        }
        if done % 512 == 0 || done == all {
            progress(Stage::Deciding, done, all);
        }
    }
    let parameters = projects.parameters().clone();
    let warnings = book.warnings;
    Ok(Bills { on: request.on, parameters, histories, enrolled, later, refused, refused_projects, warnings })
}

/// Area and account of every row of projects, as written.
fn project_rows(tables: &[RawTable]) -> Vec<(&str, &str)> {
    let projects = tables.iter().filter(|table| table.kind() == TableKind::Projects);
    let rows = projects.flat_map(|table| {
        let column = |name: &str| table.header().iter().position(|header| header == name);
        let (area, account) = (column("area"), column("account"));
        table.rows().map(move |row| {
            let cell = |column: Option<usize>| column.and_then(|column| row.cell(column)).unwrap_or_default();
            (cell(area), cell(account))
        })
    });
    rows.collect()
}
