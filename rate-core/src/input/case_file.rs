//! Case files: accounts whose decision was worked by hand, with what it must come to.
//!
//! `docs/write-a-rule-set.md` shows one. Reading finds every problem at once, of the facts too: a case whose facts are
//! wrong tests nothing.

mod expected;
mod facts;
mod projects;

use std::collections::BTreeSet;

pub use expected::{
    Expected, ExpectedDecision, ExpectedMeasure, ExpectedObjection, ExpectedPremium, ExpectedSegment, ExpectedSettled,
    Stated,
};
pub use facts::{ACCOUNT, Facts};
pub use projects::{ExpectedBill, ExpectedPart, ExpectedProject, PROJECT_CASES, ProjectCase, ProjectCases};

use super::change::Change;
use super::reader::{At, Fields, Sink};
use super::rule_set_file::basis::label;
use super::tree;
use crate::calendar::NaiveDate;
use crate::citation::Label;
use crate::document::{Tree, Value};
use crate::error::{Code, Place, Problems};

/// The word by which a case file is known.
pub const CASES: &str = "cases/1";

/// The most cases of one file.
const MOST_CASES: usize = 2000;

/// A case file that has been read, not yet checked.
#[derive(Clone, Debug)]
pub struct CaseFile {
    tree: Tree,
}

/// Another file that a case file names, with the place where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// The path, as written.
    pub path: String,
    /// Where it is written.
    pub place: Place,
}

/// A checked case file: the law it is about and its cases.
#[derive(Clone, Debug)]
pub struct Cases {
    /// The file, as problems name it.
    pub file: String,
    /// Name for people.
    pub name: Label,
    /// The rule set.
    pub rule_set: NamedFile,
    /// Sets that the rule set extends and that do not stand beside it.
    pub frames: Vec<NamedFile>,
    /// The parameters; `None` where the file leaves them to the caller.
    pub parameters: Option<Vec<NamedFile>>,
    /// Rule set and parameters are read as if they were of this area.
    pub in_area: Option<String>,
    /// The cases, in order; at least one.
    pub cases: Vec<Case>,
}

/// One account, and what is decided for it in one setting or in several, one after the other.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the case is about, in a sentence.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// How a person reckoned it.
    pub working: String,
    /// Why the engine is known not to meet it yet, if it is.
    pub open: Option<String>,
    /// The setting of the law that is read otherwise, if one is: the case before it without any has the same facts.
    pub changed: Option<LawChange>,
    /// Where the law says so, for people.
    pub seen: Vec<String>,
    /// All facts, those that the file's cases share included.
    pub facts: Facts,
    /// The settings decided, each reading the rates of the one before; at least one.
    pub settings: Vec<WorkedSetting>,
}

/// One setting of the law that a case reads with another value.
#[derive(Clone, Debug)]
pub struct LawChange {
    /// The setting and its values.
    pub change: Change,
    /// The file of parameters it stands in, one of those the case file names; `None` where it stands in the rule set.
    pub parameters: Option<NamedFile>,
}

impl LawChange {
    /// Reads `in`, `path`, `from` and `to`.
    fn read(fields: &Fields<'_>) -> Option<Self> {
        let parameters = fields.get("in").and_then(|at| named(&at));
        Change::read(fields).map(|change| Self { change, parameters })
    }
}

/// One annual setting of a case.
#[derive(Clone, Debug)]
pub struct WorkedSetting {
    /// A day of it.
    pub on: NaiveDate,
    /// The day its rates are decided, where the case says so.
    pub decided_on: Option<NaiveDate>,
    /// What it must come to.
    pub expected: Expected,
}

impl CaseFile {
    /// Reads TOML from a file whose name problems repeat.
    ///
    /// # Errors
    /// `file.syntax` where the text is not TOML.
    pub fn parse_named(file: &str, text: &str) -> Result<Self, Problems> {
        tree::parse_toml(file, text).map(|tree| Self { tree })
    }

    /// Whether the file says of itself that it holds cases.
    pub fn is_one(&self) -> bool {
        let Value::Table(entries) = &self.tree.root.value else { return false };
        entries.get("format").is_some_and(|format| format.value == Value::Text(CASES.to_owned()))
    }

    /// The checked cases.
    ///
    /// # Errors
    /// Every place where the file cannot be read, and every fact that is wrong: codes `file.*`, `rule-set.*`, `rows.*`,
    /// `history.*`.
    pub fn check(&self) -> Result<Cases, Problems> {
        let sink = Sink::new(&self.tree);
        let cases = cases(&sink, self.tree.files.first().map_or("", String::as_str));
        Problems::none_of(sink.into_problems())?;
        // Whatever could not be read has said why.
        cases.ok_or_else(|| crate::error::Problem::new(Code::FileMissingKey, Place::default(), ["cases"]).into())
    }
}

fn cases<'t>(sink: &'t Sink<'t>, file: &str) -> Option<Cases> {
    let root = sink.root().at(String::new()).fields()?;
    let format = root.need("format").and_then(|at| at.text().map(|text| (at.clone(), text)));
    if let Some((at, other)) = format.filter(|(_, text)| *text != CASES) {
        at.problem(Code::FileFormat, [other, CASES]);
    }
    let name = root.need("name").and_then(|at| label(&at));
    source(&root);
    let rule_set = root.need("rule_set").and_then(|at| named(&at));
    let files = |key| root.get(key).map(|at| at.items().iter().filter_map(named).collect::<Vec<_>>());
    let (frames, parameters) = (files("frames").unwrap_or_default(), files("parameters"));
    let in_area = root.get("in_area").and_then(|at| area(&at));
    let on = root.get("on").and_then(|at| at.date());
    let decided_on = root.get("decided_on").and_then(|at| at.date());
    let shared = root.get("facts").and_then(|at| Facts::read(&at)).unwrap_or_default();
    let items = root.need("cases").map(|at| (at.clone(), at.items()));
    root.finish();
    let (at, items) = items?;
    match items.len() {
        0 => at.problem(Code::FileMissingKey, ["cases"]),
        1..=MOST_CASES => {}
        _ => too_many(&at),
    }
    let reader = Reader { shared: &shared, days: Days { on, decided_on }, file };
    let mut names = BTreeSet::new();
    let mut cases = Vec::new();
    for item in items.iter().take(MOST_CASES) {
        for case in reader.cases(item) {
            if !names.insert(case.name.clone()) {
                item.problem(Code::RuleSetDuplicate, [&case.name]);
            }
            cases.push(case);
        }
    }
    if items.len() <= MOST_CASES && cases.len() > MOST_CASES {
        too_many(&at);
    }
    Some(Cases { file: file.to_owned(), name: name?, rule_set: rule_set?, frames, parameters, in_area, cases })
}

fn too_many(at: &At<'_>) {
    at.problem(Code::RuleSetTooLarge, ["cases", &MOST_CASES.to_string()]);
}

/// Where the figures come from: a kind and a document, both for people.
fn source(root: &Fields<'_>) {
    let Some(fields) = root.need("source").and_then(|at| at.fields()) else { return };
    for key in ["kind", "document"] {
        let _ = fields.need(key).and_then(|at| filled(&at));
    }
    fields.finish();
}

/// Where the value of a setting was seen, for people.
fn seen(fields: &Fields<'_>) -> Vec<String> {
    let places = fields.get("seen").map(|at| at.items()).unwrap_or_default();
    places.iter().filter_map(|at| filled(at).map(str::to_owned)).collect()
}

/// A text that says something.
fn filled<'t>(at: &At<'t>) -> Option<&'t str> {
    let text = at.text()?;
    if text.trim().is_empty() {
        at.problem(Code::RowsEmpty, [at.path().rsplit('.').next().unwrap_or_default()]);
    }
    Some(text)
}

fn named(at: &At<'_>) -> Option<NamedFile> {
    Some(NamedFile { path: filled(at)?.to_owned(), place: at.place() })
}

fn area(at: &At<'_>) -> Option<String> {
    let text = at.text()?;
    if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    at.problem(Code::FileNumber, [text, "NNNNNN (GB/T 2260)"]);
    None
}

struct Reader<'r> {
    shared: &'r Facts,
    days: Days,
    file: &'r str,
}

/// A day of the setting, and the day it is decided on, where the file says them.
#[derive(Clone, Copy)]
struct Days {
    on: Option<NaiveDate>,
    decided_on: Option<NaiveDate>,
}

impl Days {
    /// The days a case says itself, else these.
    fn of(self, fields: &Fields<'_>) -> Self {
        let own = |key, else_| fields.get(key).map_or(else_, |at| at.date());
        Self { on: own("on", self.on), decided_on: own("decided_on", self.decided_on) }
    }
}

impl Reader<'_> {
    /// A case, and the same facts under each setting it changes.
    fn cases(&self, at: &At<'_>) -> Vec<Case> {
        let Some(fields) = at.fields() else { return Vec::new() };
        let facts = fields.get("facts").and_then(|at| Facts::read(&at)).unwrap_or_default();
        let facts = self.shared.and(&facts);
        let changed = fields.get("changed").map(|at| at.items()).unwrap_or_default();
        let days = self.days.of(&fields);
        let first = self.case(&fields, &facts, days, None);
        facts.problems(self.file, at);
        let others = changed.iter().filter_map(|at| {
            let fields = at.fields()?;
            let change = LawChange::read(&fields);
            let case = self.case(&fields, &facts, days.of(&fields), change);
            case.filter(|case| case.changed.is_some())
        });
        let others: Vec<Case> = others.collect();
        first.into_iter().chain(others).collect()
    }

    fn case(&self, fields: &Fields<'_>, facts: &Facts, days: Days, changed: Option<LawChange>) -> Option<Case> {
        let text = |key| fields.need(key).and_then(|at| filled(&at)).map(str::to_owned);
        let (name, working) = (text("case"), text("working"));
        let open = fields.get("open").and_then(|at| filled(&at)).map(str::to_owned);
        let seen = seen(fields);
        let (single, years) = (fields.get("expected"), fields.get("years"));
        let settings = match (single, years) {
            (Some(expected), None) => self.single(fields, days, &expected),
            (None, Some(years)) => years.items().iter().filter_map(|at| year(at, days)).collect(),
            (None, None) | (Some(_), Some(_)) => {
                fields.at().problem(Code::RuleSetResult, ["expected, years"]);
                Vec::new()
            }
        };
        fields.finish();
        if settings.is_empty() {
            return None;
        }
        let place = fields.at().place();
        Some(Case { name: name?, place, working: working?, open, changed, seen, facts: facts.clone(), settings })
    }

    fn single(&self, fields: &Fields<'_>, days: Days, expected: &At<'_>) -> Vec<WorkedSetting> {
        let Days { on, decided_on } = days;
        let expected = Expected::read(expected);
        if on.is_none() && self.days.on.is_none() {
            let _ = fields.need("on");
        }
        on.zip(expected).map(|(on, expected)| WorkedSetting { on, decided_on, expected }).into_iter().collect()
    }
}

fn year(at: &At<'_>, days: Days) -> Option<WorkedSetting> {
    let fields = at.fields()?;
    let on = fields.need("on").and_then(|at| at.date());
    let decided_on = days.of(&fields).decided_on;
    let expected = fields.need("expected").and_then(|at| Expected::read(&at));
    fields.finish();
    Some(WorkedSetting { on: on?, decided_on, expected: expected? })
}
