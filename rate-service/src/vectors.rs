//! Vectors on files: the cases at the edges of a rule set as one JSON document, or as a book with what is expected of it.

mod check;
mod document;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rate_core::input::book::{TableKind, push_cell, write_rate};
use rate_core::rule_set::{Considered, WhyNot};
use rate_core::vectors::{Vector, Vectors};
use rate_core::{NaiveDate, Parameters, Refusal, RuleSet};

pub use check::{
    Checked, Given, GivenCase, GivenDocument, GivenRuleSet, GivenSetting, NotChecked, averages, check, law,
};
pub use document::document;

use crate::book::{BookFiles, BookWriter};
use crate::lawbook;
use crate::run::{RunError, charged};

/// What to make cases of.
#[derive(Clone, Debug)]
pub struct Request {
    /// The rule-set file; parents are found around it.
    pub rule_set: PathBuf,
    /// Directory or file of parameters.
    pub parameters: Option<PathBuf>,
    /// A day of the annual setting; without it, the first day of the last cycle that the set lists.
    pub on: Option<NaiveDate>,
}

/// Makes the cases of a rule set.
///
/// # Errors
/// Files that cannot be read, everything that is wrong inside them, what blocks the set, and a day without a cycle.
pub fn vectors(request: &Request) -> Result<Vectors, RunError> {
    let rules = rule_set(&request.rule_set)?;
    let parameters = match &request.parameters {
        Some(path) => {
            let (parameters, problems) = lawbook::parameters(path)?;
            if !problems.is_empty() {
                return Err(RunError::Problems(problems));
            }
            parameters
        }
        None => Parameters::default(),
    };
    let refused = |refusal: Refusal| RunError::Refused { refusal, considered: Vec::new() };
    let last = rules.cycles().last().map(|cycle| cycle.rate_period.from());
    let Some(on) = request.on.or(last) else {
        return Err(refused(Refusal::DecidesNothing(rules.id().to_string())));
    };
    if rules.is_for_projects() {
        let considered = vec![Considered { id: rules.id().clone(), why_not: Some(WhyNot::ForProjects) }];
        let refusal = Refusal::NoRuleSet { area: rules.id().area.clone(), on };
        return Err(RunError::Refused { refusal, considered });
    }
    Vectors::of(&rules, &parameters, on).map_err(refused)
}

/// The one rule set of a file, where nothing blocks it.
fn rule_set(path: &Path) -> Result<RuleSet, RunError> {
    let unfit =
        || RunError::Unfit { path: path.to_owned(), what: "is not one rule-set file / 不是一个规则集文件" };
    if path.is_dir() {
        return Err(unfit());
    }
    let read = lawbook::rule_sets(path)?.into_iter().next().ok_or_else(unfit)?;
    let examined = read.result.map_err(|problems| RunError::Problems(problems.into_vec()))?;
    examined.accepted().map_err(|problems| RunError::Problems(problems.into_vec()))
}

/// The directory beside the tables that holds what is expected: a book does not read it.
const EXPECTED: &str = "expected";

/// Whether the cases may be written to a directory: it is not there yet, or empty, or holds what was written here before.
///
/// # Errors
/// A directory that holds anything else, such as a book of real accounts.
pub fn writable(dir: &Path) -> Result<(), RunError> {
    let taken = std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    let cases = std::fs::read_to_string(dir.join(EXPECTED).join("cases.csv"));
    if taken && !cases.is_ok_and(|text| text.starts_with(CASES)) {
        let what = "is not empty, and was not written by `rate vectors` / 目录不是空的，也不是 rate vectors 所写";
        return Err(RunError::Unfit { path: dir.to_owned(), what });
    }
    Ok(())
}

/// The header of the list of cases.
const CASES: &str = "area,account,tries,zh,en,class,grade,shift,factor_percent,points,origin,reason,measures,missing";

/// Writes the cases as a book: its tables, and in `expected/` what a run gives: `expected.csv`, byte for byte the
/// `rates.csv` of the run, and `cases.csv`, a row for each case.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_book(vectors: &Vectors, dir: &Path) -> Result<(), RunError> {
    let expected = dir.join(EXPECTED);
    std::fs::create_dir_all(&expected).map_err(at(&expected))?;
    let mut files = BookFiles::create(dir)?;
    for case in vectors.cases() {
        files.history(&case.history)?;
    }
    for row in vectors.averages() {
        files.row(TableKind::Statistics, &row.each_ref().map(|cell| cell as &dyn std::fmt::Display))?;
    }
    files.finish()?;
    let mut rates = BookWriter::create(&expected, TableKind::Rates)?;
    for decision in vectors.cases().iter().map(|case| &case.decision) {
        for segment in decision.schedule().segments() {
            let rate = charged(decision, segment);
            write_rate(decision.account(), &rate, &mut |_, cells| rates.row(cells))?;
        }
    }
    rates.finish()?;
    let (from, to) = (expected.join("rates.csv"), expected.join("expected.csv"));
    std::fs::rename(&from, &to).map_err(at(&to))?;
    let path = expected.join("cases.csv");
    let written = File::create(&path).and_then(|file| {
        let mut out = BufWriter::new(file);
        cases(vectors, &mut out)?;
        out.flush()
    });
    written.map_err(at(&path))
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> RunError + '_ {
    |source| RunError::Output { path: path.to_owned(), source }
}

/// One row for each case.
fn cases(vectors: &Vectors, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{CASES}")?;
    for case in vectors.cases() {
        let mut line = String::new();
        for (place, cell) in row(case).iter().enumerate() {
            if place > 0 {
                line.push(',');
            }
            push_cell(&mut line, cell);
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn row(case: &Vector) -> Vec<String> {
    let expected = document::Expected::of(&case.decision);
    let key = case.history.key();
    let joined =
        |of: &dyn Fn(&rate_core::vectors::Trial) -> &str| case.trials.iter().map(of).collect::<Vec<_>>().join(" | ");
    vec![
        key.area.clone(),
        key.number.clone(),
        joined(&|trial| &trial.id),
        joined(&|trial| &trial.words.zh),
        joined(&|trial| &trial.words.en),
        expected.class,
        expected.grade,
        expected.shift,
        expected.factor,
        expected.points,
        expected.origin,
        expected.reason,
        expected.measures.iter().map(document::Figure::text).collect::<Vec<_>>().join(" "),
        expected.missing,
    ]
}
