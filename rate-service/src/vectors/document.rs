//! The JSON document of vectors: a head that says what they belong to and how to read them, then a line for each case.

use std::collections::BTreeMap;
use std::convert::Infallible;

use rate_core::cases::reason_word;
use rate_core::decision::StepKind;
use rate_core::error::Lang;
use rate_core::input::book::{TableKind, push_cell, write_rows};
use rate_core::record;
use rate_core::rule_set::FindingKind;
use rate_core::vectors::{Trial, Vector, Vectors, not_seen};
use rate_core::{Decision, MonthSpan};
use serde_json::{Value, json};

use crate::run::segment_json;

/// What is expected of a case, as text; empty where there is nothing.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) class: String,
    pub(super) grade: String,
    pub(super) shift: String,
    pub(super) factor: String,
    pub(super) points: String,
    pub(super) origin: String,
    pub(super) reason: String,
    pub(super) measures: Vec<Figure>,
    pub(super) missing: String,
}

/// A measure over a window: an exact quotient, or why there is none.
#[derive(Debug)]
pub(super) struct Figure {
    measure: String,
    window: usize,
    months: MonthSpan,
    value: Result<String, &'static str>,
}

impl Figure {
    /// `pay_ratio=500001/1000000`, in a window before `pay_ratio[-1]=…`; a cause of absence after a tilde.
    pub(super) fn text(&self) -> String {
        let back = if self.window == 0 { String::new() } else { format!("[-{}]", self.window) };
        match &self.value {
            Ok(value) => format!("{}{back}={value}", self.measure),
            Err(cause) => format!("{}{back}~{cause}", self.measure),
        }
    }

    fn json(&self) -> Value {
        let (from, to) = (self.months.from().to_string(), self.months.to().to_string());
        let mut figure = json!({ "measure": self.measure, "window": self.window, "from": from, "to": to });
        match &self.value {
            Ok(value) => figure["value"] = json!(value),
            Err(cause) => figure["undefined"] = json!(cause),
        }
        figure
    }
}

impl Expected {
    pub(super) fn of(decision: &Decision) -> Self {
        let (outcome, ladder) = (decision.outcome(), decision.law().rules().ladder());
        let grade = outcome.grade.map(|grade| ladder.grade(grade));
        Self {
            class: outcome.class.to_string(),
            grade: decision.grade_label().to_owned(),
            shift: grade.and_then(|it| it.shift).map(|it| it.to_string()).unwrap_or_default(),
            factor: grade.and_then(|it| it.factor).map(|it| it.percent().to_string()).unwrap_or_default(),
            points: grade.and_then(|it| it.points).map(|it| it.to_string()).unwrap_or_default(),
            origin: outcome.origin.as_str().to_owned(),
            reason: reason_word(decision),
            measures: figures(decision),
            missing: not_seen(decision).unwrap_or_default(),
        }
    }
}

/// The measures that the steps of a decision state.
fn figures(decision: &Decision) -> Vec<Figure> {
    let rules = decision.law().rules();
    let name = |measure: usize| rules.measures()[measure].id.clone();
    let figure = |kind: &StepKind| match *kind {
        StepKind::Measured { measure, window, months, value } => {
            let value = Ok(format!("{}/{}", value.numerator, value.denominator));
            Some(Figure { measure: name(measure), window, months, value })
        }
        StepKind::Undefined { measure, window, months, cause } => {
            Some(Figure { measure: name(measure), window, months, value: Err(cause.as_str()) })
        }
        _ => None,
    };
    decision.steps().iter().filter_map(|step| figure(&step.kind)).collect()
}

const HOW_ZH: &str = "每个算例是一户：facts 为数据表的行（CSV，列见 columns），expected 为引擎所定。金额以分计，费率与幅度为百分数，measures 为未约分的精确分数；未列出的表无行。case 是单位编号，tries 说明所试的界限与哪一侧。statistics 为随附的行业平均值。not_tried 是没有事实可以达到的情形。同一规则集摘要、参数摘要与语义编号得到同样的字节。";
const HOW_EN: &str = "Each case is one account: facts are rows of the tables of a book (CSV, columns as listed), expected is what the engine decides. Amounts are in fen, rates and factors in percent, measures exact quotients, not reduced; a table that is not named has no rows. `case` is the number of the account, `tries` says which bound is tried and from which side. `statistics` are averages that come with the facts. `not_tried` is what no facts bring about. The same digests of rule set and parameters and the same semantics number give the same bytes.";

/// The document; the same law gives the same bytes.
pub fn document(vectors: &Vectors) -> String {
    let head: Vec<String> = head(vectors).iter().map(|(key, value)| format!("\"{key}\": {value},\n")).collect();
    let cases: Vec<String> = vectors.cases().iter().map(|case| case_json(case).to_string()).collect();
    format!("{{\n{}\"cases\": [\n{}\n]\n}}\n", head.concat(), cases.join(",\n"))
}

fn head(vectors: &Vectors) -> Vec<(&'static str, Value)> {
    let law = vectors.law();
    let rules = law.rules();
    let report = rules.report();
    let open: Vec<Value> = report
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::Open)
        .map(|finding| json!({ "code": finding.problem.code.as_str(), "zh": finding.problem.message(Lang::Zh), "en": finding.problem.message(Lang::En) }))
        .collect();
    let parameters: Vec<Value> = law
        .parameters()
        .documents()
        .iter()
        .map(|it| json!({ "area": it.area, "zh": it.name.zh, "en": it.name.en, "digest": it.digest }))
        .collect();
    let windows: Vec<Value> =
        law.windows().iter().map(|it| json!({ "from": it.from().to_string(), "to": it.to().to_string() })).collect();
    let setting = law.setting();
    vec![
        ("format", json!("vectors/1")),
        ("how_to_read", json!({ "zh": HOW_ZH, "en": HOW_EN })),
        (
            "rule_set",
            json!({
                "id": rules.id().to_string(),
                "zh": rules.name().zh,
                "en": rules.name().en,
                "digest": rules.digest(),
                "verdict": { "zh": report.verdict.text(Lang::Zh), "en": report.verdict.text(Lang::En) },
                "open": open,
            }),
        ),
        ("semantics", json!(law.semantics().number())),
        ("record_format", json!(record::FORMAT)),
        ("parameters", json!(parameters)),
        ("cycle", json!(law.cycle().id)),
        ("setting", json!({ "from": setting.from().to_string(), "to": setting.to().map(|to| to.to_string()) })),
        ("windows", json!(windows)),
        ("columns", columns()),
        ("statistics", json!(vectors.averages().iter().map(|row| csv(row)).collect::<Vec<_>>())),
        ("not_tried", json!(vectors.unmade().iter().map(trial).collect::<Vec<_>>())),
    ]
}

/// The columns of each table that facts of an account have rows in, and of the averages.
fn columns() -> Value {
    let names = |kind: &TableKind| kind.columns().iter().map(|column| column.name).collect::<Vec<_>>().join(",");
    let used = [
        TableKind::Accounts,
        TableKind::Coverage,
        TableKind::Classifications,
        TableKind::Premiums,
        TableKind::Claims,
        TableKind::Payments,
        TableKind::Events,
        TableKind::Rates,
        TableKind::Statistics,
    ];
    Value::Object(used.iter().map(|kind| (kind.stem().to_owned(), json!(names(kind)))).collect())
}

fn csv(cells: &[String]) -> String {
    let mut line = String::new();
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        push_cell(&mut line, cell);
    }
    line
}

fn trial(trial: &Trial) -> Value {
    json!({ "id": trial.id, "zh": trial.words.zh, "en": trial.words.en })
}

fn case_json(case: &Vector) -> Value {
    json!({
        "case": case.history.key().number,
        "tries": case.trials.iter().map(trial).collect::<Vec<_>>(),
        "facts": facts(case),
        "expected": expected(&case.decision),
    })
}

/// The rows of each table, in the order of the facts.
fn facts(case: &Vector) -> Value {
    let mut tables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let Ok(()) = write_rows::<Infallible>(&case.history, &mut |kind, cells| {
        let cells: Vec<String> = cells.iter().map(ToString::to_string).collect();
        tables.entry(kind.stem()).or_default().push(csv(&cells));
        Ok(())
    });
    json!(tables)
}

/// What is expected of a decision.
pub(super) fn expected(decision: &Decision) -> Value {
    let it = Expected::of(decision);
    let optional = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let outcome = decision.outcome();
    let shift = outcome.grade.and_then(|grade| decision.law().rules().ladder().grade(grade).shift);
    let segments: Vec<Value> =
        decision.schedule().segments().iter().map(|segment| segment_json(segment, decision)).collect();
    let first = decision.schedule().segments().first();
    let mut value = json!({
        "class": outcome.class.number(),
        "base_percent": first.and_then(|it| it.base).map(|base| base.percent().to_string()),
        "grade": optional(&it.grade),
        "shift": shift,
        "factor_percent": optional(&it.factor),
        "points": optional(&it.points),
        "origin": it.origin,
        "reason": it.reason,
        "measures": it.measures.iter().map(Figure::json).collect::<Vec<_>>(),
        "segments": segments,
        "assumptions": decision.assumptions(),
    });
    if !it.missing.is_empty() {
        value["missing"] = json!(it.missing);
    }
    value
}
