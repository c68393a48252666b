//! Studies: what is asked of a book in a study file, answered by the core, and written in every form people look at.

mod answered;
mod html;
mod output;
mod plots;
mod searches;
mod statistics;
mod table;
mod tables;

use std::path::{Path, PathBuf};

use rate_core::error::Lang;
use rate_core::input::{PreventionFile, Study, StudyCandidate, StudyFile};
use rate_core::parameters::prevention::PreventionPlans;
use rate_core::scenario::{Portfolio, Workers};
use rate_core::{Code, Parameters, Place, Problem, Problems};

pub use answered::{Answered, Answers, Found, Given, Judged, Swept, judge};
pub use html::page;
pub use output::{text, write};
pub use searches::{Unfit, unfit};
pub use statistics::{Chained, Chains, Method, OfPlan, Prevention};
pub use table::{Table, TableColumn};
pub use tables::tables;

use crate::lawbook;
use crate::run::{self, ChosenLaw, RunError, Stage};

/// A study of files.
#[derive(Clone, Debug)]
pub struct Request {
    /// Rules, parameters, book and day, as of a run.
    pub run: run::Request,
    /// The study file.
    pub study: PathBuf,
    /// Prevention plans; those that come with the program where none are named.
    pub plans: Option<PathBuf>,
    /// Threads that decide.
    pub threads: usize,
}

/// The national prevention plans.
const PLANS: &str = include_str!("../../fixtures/prevention_plans/cn.toml");

/// The prevention plans that come with the program.
///
/// # Errors
/// None while the file that is built in is right, which a test holds.
pub fn national_plans() -> Result<PreventionPlans, Problems> {
    PreventionFile::parse_named("prevention_plans/cn.toml", PLANS).and_then(PreventionFile::check)
}

/// Reads a study file.
///
/// # Errors
/// A file that cannot be read, or is wrong inside.
pub fn study(path: &Path) -> Result<Study, RunError> {
    let text = lawbook::text(path)?;
    let read = StudyFile::parse_named(&path.to_string_lossy(), &text).and_then(StudyFile::check);
    read.map_err(|problems| RunError::Problems(problems.into_vec()))
}

/// Answers a study of files.
///
/// # Errors
/// Files that cannot be read or are wrong; a book of which the law in force decides nobody.
pub fn answer(request: &Request, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Answered, RunError> {
    let study = study(&request.study)?;
    let mut asked = request.run.clone();
    asked.on = study.on.unwrap_or(asked.on);
    let beside = request.study.parent().unwrap_or(Path::new("")).to_owned();
    let given = given(&study, &beside)?;
    let (chosen, book) = run::read(&asked, progress)?;
    let refused = book.refused.iter().filter(|it| it.key.area == asked.area).count();
    let portfolio = Portfolio::new(&asked.area, book.histories, book.fund);
    let wrong = |problems: Problems| RunError::Problems(problems.into_vec());
    let plans = match &request.plans {
        None => national_plans(),
        Some(path) => {
            PreventionFile::parse_named(&path.to_string_lossy(), &lawbook::text(path)?).and_then(PreventionFile::check)
        }
    };
    let plans = plans.map_err(wrong)?;
    let workers = Workers::new(request.threads);
    let (study, given, chosen, portfolio, plans) = (&study, &given[..], &chosen, &portfolio, &plans);
    Answers { study, given, chosen, portfolio, refused, plans, workers }.all(progress).map_err(wrong)
}

/// Answers a study of a portfolio, wherever it was read from.
///
/// # Errors
/// As [`answer`], but for files.
pub fn answer_of(
    study: &Study,
    given: &[Given],
    chosen: &ChosenLaw,
    (portfolio, refused): (&Portfolio, usize),
    workers: Workers<'_>,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<Answered, RunError> {
    let plans = national_plans().map_err(|problems| RunError::Problems(problems.into_vec()))?;
    let answers = Answers { study, given, chosen, portfolio, refused, plans: &plans, workers };
    answers.all(progress).map_err(|problems| RunError::Problems(problems.into_vec()))
}

/// The rules and parameters that candidates have in files beside the study.
fn given(study: &Study, beside: &Path) -> Result<Vec<Given>, RunError> {
    let mut problems = Vec::new();
    let mut all = Vec::new();
    for candidate in &study.candidates {
        match given_of(candidate, beside)? {
            Ok(given) => all.push(given),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(RunError::Problems(problems)) }
}

fn given_of(candidate: &StudyCandidate, beside: &Path) -> Result<Result<Given, Vec<Problem>>, RunError> {
    let mut given = Given::default();
    if let Some(rules) = &candidate.rules {
        let mut reads = lawbook::rule_sets(&beside.join(rules))?;
        match (reads.pop(), reads.is_empty()) {
            (Some(read), true) => match read.result {
                Ok(examined) => given.rules = Some(Box::new(examined)),
                Err(problems) => return Ok(Err(problems.into_vec())),
            },
            // A directory, or a file of something else.
            _ => {
                let place = Place::field(format!("candidates.{}.rules", candidate.id));
                return Ok(Err(vec![Problem::new(Code::RuleSetName, place, [rules.as_str(), "rule set"])]));
            }
        }
    }
    if let Some(path) = &candidate.parameters {
        let (parameters, wrong): (Parameters, _) = lawbook::parameters(&beside.join(path))?;
        if !wrong.is_empty() {
            return Ok(Err(wrong));
        }
        given.parameters = Some(Box::new(parameters));
    }
    Ok(Ok(given))
}

/// Names of levels, for people.
fn level_text(level: rate_core::scenario::Level, lang: Lang) -> &'static str {
    match level {
        rate_core::scenario::Level::AsCharged => lang.pick("按实缴", "as charged"),
        rate_core::scenario::Level::OnLevel => lang.pick("按新基准折算", "on level"),
    }
}
