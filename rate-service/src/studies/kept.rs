//! What is kept of a scenario: its tables and its report in every language, or why it failed.

use rate_core::Problem;
use rate_core::error::Lang;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::gazette::GazetteError;
use crate::run::RunError;
use crate::scenario::{Answered, Table, page, tables};
use crate::store::{ScenarioPartRow, ScenarioRow};

/// Problems that are kept of a scenario that failed.
const MOST_PROBLEMS: usize = 1000;

/// In what form something of a scenario is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A table as JSON.
    Json,
    /// A table as CSV.
    Csv,
    /// The report as a page.
    Html,
}

impl Form {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Html => "html",
        }
    }
}

/// One reason why a scenario failed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Cause {
    /// The stable code; empty where there is none.
    pub code: String,
    /// What it is of; empty where it is of the whole.
    pub field: String,
    /// The sentence in Chinese.
    pub zh: String,
    /// The sentence in English.
    pub en: String,
}

impl Cause {
    /// A reason in both languages.
    pub(super) fn said(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: String::new(), field: String::new(), zh: zh.into(), en: en.into() }
    }

    fn of(problem: &Problem) -> Self {
        Self {
            code: problem.code.as_str().to_owned(),
            field: problem.place.field.clone(),
            zh: problem.message(Lang::Zh),
            en: problem.message(Lang::En),
        }
    }

    /// The reasons of some problems.
    pub(super) fn all(problems: &[Problem]) -> Vec<Self> {
        problems.iter().take(MOST_PROBLEMS).map(Self::of).collect()
    }

    /// The reasons of an error.
    pub(super) fn of_error(error: &GazetteError) -> Vec<Self> {
        match error {
            GazetteError::Problems(problems) => Self::all(problems),
            GazetteError::NoLaw { refusal, .. } => vec![Self::said(refusal.text(Lang::Zh), refusal.text(Lang::En))],
            GazetteError::Refused { zh, en } | GazetteError::Conflict { zh, en } => {
                vec![Self::said(zh.as_str(), en.as_str())]
            }
            other => vec![Self::said(other.to_string(), other.to_string())],
        }
    }

    /// The reasons of an error of the answering.
    pub(super) fn of_run(error: &RunError) -> Vec<Self> {
        match error {
            RunError::Problems(problems) => Self::all(problems),
            other => vec![Self::said(other.text(Lang::Zh), other.text(Lang::En))],
        }
    }

    /// The sentence in a language.
    pub fn text(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// Reasons as they are kept.
pub(super) fn text(causes: &[Cause]) -> String {
    json!(causes).to_string()
}

/// Why a scenario failed; nothing where it did not.
pub fn causes(row: &ScenarioRow) -> Vec<Cause> {
    serde_json::from_str(&row.problems).unwrap_or_default()
}

/// What the study of a scenario is called.
pub fn name(row: &ScenarioRow, lang: Lang) -> String {
    let study: Value = serde_json::from_str(&row.study).unwrap_or_default();
    study["name"][lang_code(lang)].as_str().unwrap_or_default().to_owned()
}

/// The word under which a language is kept.
pub const fn lang_code(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    }
}

/// Everything that came of a scenario, in every language and form.
pub(super) fn parts(scenario: &str, answered: &Answered) -> std::io::Result<Vec<ScenarioPartRow>> {
    let mut parts = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        let part = |form: Form, place: i64, name: &str, content: String| ScenarioPartRow {
            scenario: scenario.to_owned(),
            lang: lang_code(lang).to_owned(),
            form: form.as_str().to_owned(),
            place,
            name: name.to_owned(),
            content,
        };
        let tables = tables(answered, lang);
        for (place, table) in (0..).zip(&tables) {
            parts.push(part(Form::Json, place, table.id, told(table, lang).to_string()));
            parts.push(part(Form::Csv, place, table.id, table.csv()));
        }
        let mut report = Vec::new();
        page(answered, &tables, lang, &mut report)?;
        parts.push(part(Form::Html, 0, "report", String::from_utf8_lossy(&report).into_owned()));
    }
    Ok(parts)
}

/// A table with what people read around it.
fn told(table: &Table, lang: Lang) -> Value {
    let column = |it: &crate::scenario::TableColumn| json!({"key": it.key, "head": lang.pick(it.zh, it.en)});
    let columns: Vec<Value> = table.columns.iter().map(column).collect();
    json!({"id": table.id, "title": table.title, "note": table.note, "columns": columns, "rows": table.json()})
}
