//! Case files of projects: what each project of a few contractors must pay.

use std::collections::BTreeSet;

use super::expected::{ExpectedMeasure, measure};
use super::facts::{Facts, YUAN, fen};
use super::{CaseFile, LawChange, MOST_CASES, NamedFile, area, filled, named, seen, source};
use crate::amount::{Money, Rate};
use crate::citation::Label;
use crate::document::Value;
use crate::error::{Code, Place, Problem, Problems};
use crate::history::ProjectBase;
use crate::input::reader::{At, Fields, Sink};
use crate::input::rule_set_file::basis::label;

/// The word by which a case file of projects is known.
pub const PROJECT_CASES: &str = "project-cases/1";

/// A checked case file of projects: the law it is about and its cases.
#[derive(Clone, Debug)]
pub struct ProjectCases {
    /// The file, as problems name it.
    pub file: String,
    /// Name for people.
    pub name: Label,
    /// Pooling area of the projects.
    pub area: String,
    /// The law is read as if it were of that area.
    pub moves: bool,
    /// The method that floats projects, where there is one.
    pub rule_set: Option<NamedFile>,
    /// Sets that it extends and that do not stand beside it.
    pub frames: Vec<NamedFile>,
    /// The parameters.
    pub parameters: Vec<NamedFile>,
    /// The cases, in order; at least one.
    pub cases: Vec<ProjectCase>,
}

/// Some facts, and what projects among them pay.
#[derive(Clone, Debug)]
pub struct ProjectCase {
    /// What the case is about, in a sentence.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// How a person reckoned it.
    pub working: String,
    /// The setting of the parameters that is read otherwise, if one is.
    pub changed: Option<LawChange>,
    /// Where the law says so, for people.
    pub seen: Vec<String>,
    /// All facts, those that the file's cases share included.
    pub facts: Facts,
    /// What projects must come to; at least one.
    pub expected: Vec<ExpectedProject>,
}

/// What a project must come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedProject {
    /// Number of the project, of the account that the facts are about unless another is named.
    pub project: String,
    /// Number of its account.
    pub account: String,
    /// Its bill, or the code that says why there is none.
    pub bill: Result<ExpectedBill, String>,
}

/// A bill as it was worked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedBill {
    /// The premium.
    pub premium: Money,
    /// What it pays on, where the case says so.
    pub base: Option<ProjectBase>,
    /// Label of the grade, where the case says so.
    pub grade: Option<String>,
    /// Code of the reason of the float and what it points at, where the case states it.
    pub reason: Option<String>,
    /// Values of measures of the subject.
    pub measured: Vec<ExpectedMeasure>,
    /// Every part, where the case states them.
    pub parts: Option<Vec<ExpectedPart>>,
}

/// A part of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedPart {
    /// Amount.
    pub amount: Money,
    /// Rate.
    pub rate: Rate,
}

impl CaseFile {
    /// Whether the file says of itself that it holds cases of projects.
    pub fn is_of_projects(&self) -> bool {
        let Value::Table(entries) = &self.tree.root.value else { return false };
        entries.get("format").is_some_and(|format| format.value == Value::Text(PROJECT_CASES.to_owned()))
    }

    /// The checked cases of projects.
    ///
    /// # Errors
    /// As [`check`](CaseFile::check).
    pub fn check_projects(&self) -> Result<ProjectCases, Problems> {
        let sink = Sink::new(&self.tree);
        let cases = cases(&sink, self.tree.files.first().map_or("", String::as_str));
        Problems::none_of(sink.into_problems())?;
        // Whatever could not be read has said why.
        cases.ok_or_else(|| Problem::new(Code::FileMissingKey, Place::default(), ["cases"]).into())
    }
}

fn cases<'t>(sink: &'t Sink<'t>, file: &str) -> Option<ProjectCases> {
    let root = sink.root().at(String::new()).fields()?;
    let format = root.need("format").and_then(|at| at.text().map(|text| (at.clone(), text)));
    if let Some((at, other)) = format.filter(|(_, text)| *text != PROJECT_CASES) {
        at.problem(Code::FileFormat, [other, PROJECT_CASES]);
    }
    let name = root.need("name").and_then(|at| label(&at));
    source(&root);
    let (own, moved) = (root.get("area"), root.get("in_area"));
    let moves = moved.is_some();
    let area = match (own, moved) {
        (Some(at), None) | (None, Some(at)) => area(&at),
        (None, None) | (Some(_), Some(_)) => {
            root.at().problem(Code::RuleSetResult, ["area, in_area"]);
            None
        }
    };
    let rule_set = root.get("rule_set").map(|at| named(&at));
    let frames = root.get("frames").map(|at| at.items().iter().filter_map(named).collect()).unwrap_or_default();
    let parameters = root.need("parameters").map(|at| at.items().iter().filter_map(named).collect());
    let shared = root.get("facts").and_then(|at| Facts::read(&at)).unwrap_or_default();
    let items = root.need("cases").map(|at| (at.clone(), at.items()));
    root.finish();
    let (at, items) = items?;
    match items.len() {
        0 => at.problem(Code::FileMissingKey, ["cases"]),
        1..=MOST_CASES => {}
        _ => at.problem(Code::RuleSetTooLarge, ["cases", &MOST_CASES.to_string()]),
    }
    let mut names = BTreeSet::new();
    let mut cases = Vec::new();
    for item in items.iter().take(MOST_CASES) {
        for case in with_changes(item, &shared, file) {
            if !names.insert(case.name.clone()) {
                item.problem(Code::RuleSetDuplicate, [&case.name]);
            }
            cases.push(case);
        }
    }
    let rule_set = rule_set.map_or(Some(None), |set| set.map(Some))?;
    let (file, name, area, parameters) = (file.to_owned(), name?, area?, parameters?);
    Some(ProjectCases { file, name, area, moves, rule_set, frames, parameters, cases })
}

/// A case, and the same facts under each setting it changes.
fn with_changes(at: &At<'_>, shared: &Facts, file: &str) -> Vec<ProjectCase> {
    let Some(fields) = at.fields() else { return Vec::new() };
    let facts = fields.get("facts").and_then(|at| Facts::read(&at)).unwrap_or_default();
    let facts = shared.and(&facts);
    let changed = fields.get("changed").map(|at| at.items()).unwrap_or_default();
    let first = case(&fields, &facts, None);
    facts.problems(file, at);
    let others = changed.iter().filter_map(|at| {
        let fields = at.fields()?;
        let change = LawChange::read(&fields);
        // There is no rule set that it could stand in.
        if change.as_ref().is_some_and(|change| change.parameters.is_none()) {
            at.problem(Code::FileMissingKey, ["in"]);
        }
        case(&fields, &facts, change).filter(|case| case.changed.is_some())
    });
    let others: Vec<ProjectCase> = others.collect();
    first.into_iter().chain(others).collect()
}

fn case(fields: &Fields<'_>, facts: &Facts, changed: Option<LawChange>) -> Option<ProjectCase> {
    let text = |key| fields.need(key).and_then(|at| filled(&at)).map(str::to_owned);
    let (name, working) = (text("case"), text("working"));
    let seen = seen(fields);
    let listed = fields.need("expected").map(|at| (at.clone(), at.items()));
    fields.finish();
    let (listed, items) = listed?;
    if items.is_empty() {
        listed.problem(Code::FileMissingKey, ["expected"]);
    }
    let expected: Option<Vec<ExpectedProject>> = items.iter().map(expected).collect();
    let (place, facts) = (fields.at().place(), facts.clone());
    Some(ProjectCase { name: name?, place, working: working?, changed, seen, facts, expected: expected? })
}

fn expected(at: &At<'_>) -> Option<ExpectedProject> {
    let fields = at.fields()?;
    let project = fields.need("project").and_then(|at| filled(&at)).map(str::to_owned);
    let account = fields.get("account").and_then(|at| filled(&at)).unwrap_or(super::ACCOUNT).to_owned();
    let bill = match fields.get("none") {
        Some(none) => none.text().map(|code| Err(code.to_owned())),
        None => bill(&fields).map(Ok),
    };
    fields.finish();
    Some(ExpectedProject { project: project?, account, bill: bill? })
}

fn bill(fields: &Fields<'_>) -> Option<ExpectedBill> {
    let premium = fields.need("premium_yuan").and_then(|at| money(&at));
    let words: Vec<_> =
        ProjectBase::WORDS.iter().filter_map(|word| ProjectBase::from_word(word).map(|base| (*word, base))).collect();
    let base = fields.get("base").map(|at| at.word(&words));
    let grade = fields.get("grade").map(|at| at.text().map(str::to_owned));
    let reason = fields.get("reason").map(|at| at.text().map(str::to_owned));
    let measured = fields.get("measured").map(|at| at.entries()).unwrap_or_default();
    let measured = measured.iter().filter_map(|(key, at)| measure(key, at)).collect();
    let parts = fields.get("parts").map(|at| at.items().iter().map(part).collect::<Option<Vec<_>>>());
    let optional = |found: Option<Option<String>>| found.map_or(Some(None), |found| found.map(Some));
    Some(ExpectedBill {
        premium: premium?,
        base: base.map_or(Some(None), |base| base.map(Some))?,
        grade: optional(grade)?,
        reason: optional(reason)?,
        measured,
        parts: parts.map_or(Some(None), |parts| parts.map(Some))?,
    })
}

fn part(at: &At<'_>) -> Option<ExpectedPart> {
    let fields = at.fields()?;
    let amount = fields.need("amount_yuan").and_then(|at| money(&at));
    let rate = fields.need("rate").and_then(|at| at.parsed::<Rate>("a rate such as `1.2‰`"));
    fields.finish();
    Some(ExpectedPart { amount: amount?, rate: rate? })
}

fn money(at: &At<'_>) -> Option<Money> {
    let text = at.text()?;
    let read = fen(text);
    if read.is_none() {
        at.problem(Code::FileNumber, [text, YUAN]);
    }
    read.map(Money::from_fen)
}
