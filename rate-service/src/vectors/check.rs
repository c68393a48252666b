//! A document of vectors held against what this build decides: each case decided on its facts under the law of the document.

use std::collections::BTreeMap;

use rate_core::decide::decide;
use rate_core::input::book::{CheckedBook, RawTable, TableKind, check_book};
use rate_core::rule_set::Semantics;
use rate_core::{Code, Law, Parameters, Place, Problem, Refusal, RuleSet, date};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::document::expected;
use crate::book::{empty_table, push_line};

/// What of a document of vectors is needed to decide its cases; whatever else it says is not looked at.
#[derive(Clone, Debug, Deserialize)]
pub struct Given {
    /// `vectors/1`.
    pub format: String,
    /// The rule set.
    pub rule_set: GivenRuleSet,
    /// The number of the semantics.
    pub semantics: u16,
    /// The parameters; averages among them come as rows of `statistics`.
    pub parameters: Vec<GivenDocument>,
    /// The annual setting.
    pub setting: GivenSetting,
    /// The averages that come with the facts of every case.
    #[serde(default)]
    pub statistics: Vec<String>,
    /// The cases.
    pub cases: Vec<GivenCase>,
}

/// A rule set, by name and digest.
#[derive(Clone, Debug, Deserialize)]
pub struct GivenRuleSet {
    /// Area and version.
    pub id: String,
    /// Its digest.
    pub digest: String,
}

/// A document of parameters, by digest.
#[derive(Clone, Debug, Deserialize)]
pub struct GivenDocument {
    /// Its digest.
    pub digest: String,
}

/// An annual setting.
#[derive(Clone, Debug, Deserialize)]
pub struct GivenSetting {
    /// Its first day.
    pub from: String,
}

/// A case.
#[derive(Clone, Debug, Deserialize)]
pub struct GivenCase {
    /// Number of its account.
    pub case: String,
    /// The rows of each table.
    pub facts: BTreeMap<String, Vec<String>>,
    /// What is expected.
    pub expected: Map<String, Value>,
}

/// Why a document is not checked.
#[derive(Debug)]
pub enum NotChecked {
    /// What is wrong with it, or with its averages.
    Problems(Vec<Problem>),
    /// The law gives no answer for its setting.
    NoLaw(Refusal),
    /// This build does not know these semantics.
    Semantics(u16),
    /// A day that is none.
    Day(String),
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// This build decides what the document says.
    Equal,
    /// It decides something else: where, what the document says there, and what this build does; `None` where it says nothing.
    Differs(Vec<(String, Option<Value>, Option<Value>)>),
    /// The facts of the case cannot be decided.
    Refused(Vec<Problem>),
}

/// The averages that come with a document.
///
/// # Errors
/// What is wrong with their rows.
pub fn averages(given: &Given) -> Result<Parameters, NotChecked> {
    let table = table(TableKind::Statistics, &given.statistics, "/statistics").map_err(NotChecked::Problems)?;
    // Without this table a book is none.
    let accounts = empty_table(TableKind::Accounts, TableKind::Accounts.columns().len());
    let book = check_book(&[accounts, table]);
    if book.file_problems.is_empty() { Ok(book.parameters) } else { Err(NotChecked::Problems(book.file_problems)) }
}

/// The law of a document.
///
/// # Errors
/// A setting that the rules do not have; semantics that this build does not know.
pub fn law(given: &Given, rules: &RuleSet, parameters: &Parameters) -> Result<Law, NotChecked> {
    let semantics = Semantics::from_number(given.semantics).ok_or(NotChecked::Semantics(given.semantics))?;
    let on = date(&given.setting.from).map_err(|_| NotChecked::Day(given.setting.from.clone()))?;
    rules.law_for(parameters, on).map(|law| law.under(semantics)).map_err(NotChecked::NoLaw)
}

/// Decides a case and holds it against what is expected.
pub fn check(law: &Law, case: &GivenCase) -> Checked {
    let mut tables = Vec::new();
    let mut problems = Vec::new();
    for (name, lines) in &case.facts {
        let place = format!("/facts/{name}");
        let Some(kind) = TableKind::from_stem(name) else {
            let known: Vec<&str> = TableKind::ALL.iter().map(|kind| kind.stem()).collect();
            problems.push(Problem::new(Code::RowsUnknownTable, Place::field(place), [name.clone(), known.join(", ")]));
            continue;
        };
        match table(kind, lines, &place) {
            Ok(table) => tables.push(table),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Checked::Refused(problems);
    }
    let CheckedBook { mut histories, refused, file_problems, .. } = check_book(&tables);
    histories.retain(|history| history.key().number == case.case);
    let Some(history) = histories.pop() else {
        let of_case = refused.into_iter().flat_map(|it| it.problems);
        return Checked::Refused(file_problems.into_iter().chain(of_case).collect());
    };
    let decision = match decide(law, &history) {
        Ok(decision) => decision,
        Err(problems) => return Checked::Refused(problems.into_vec()),
    };
    let mut parted = Vec::new();
    let now = expected(&decision);
    compare("", Some(&Value::Object(case.expected.clone())), Some(&now), &mut parted);
    if parted.is_empty() { Checked::Equal } else { Checked::Differs(parted) }
}

fn table(kind: TableKind, lines: &[String], place: &str) -> Result<RawTable, Vec<Problem>> {
    let mut table = empty_table(kind, kind.columns().len());
    let mut problems = Vec::new();
    for (line, number) in lines.iter().zip(0_u32..) {
        // Kept rows have what breaks lines behind a backslash; here nothing stands for anything else.
        let kept = line.replace('\\', "\\\\");
        if let Err(code) = push_line(&mut table, number.saturating_add(1), &kept) {
            problems.push(Problem::new(code, Place::field(format!("{place}/{number}")), [line.as_str()]));
        }
    }
    if problems.is_empty() { Ok(table) } else { Err(problems) }
}

/// Every place where two values part, as JSON pointers: as deep as both are of one kind and length.
fn compare(
    place: &str,
    expected: Option<&Value>,
    found: Option<&Value>,
    parted: &mut Vec<(String, Option<Value>, Option<Value>)>,
) {
    match (expected, found) {
        (Some(one), Some(other)) if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                compare(&format!("{place}/{name}"), one.get(name), other.get(name), parted);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) if one.len() == other.len() => {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                compare(&format!("{place}/{at}"), Some(one), Some(other), parted);
            }
        }
        (one, other) => parted.push((place.to_owned(), one.cloned(), other.cloned())),
    }
}
