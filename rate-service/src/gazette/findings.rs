//! What the checker found, as it is kept and read again.

use rate_core::rule_set::{Finding, FindingKind, Verdict};
use rate_core::{Code, Place, Problem};
use serde_json::{Value, json};

/// Findings as they are kept.
pub(super) fn text(findings: &[Finding]) -> String {
    let one = |finding: &Finding| {
        let Problem { code, place, values } = &finding.problem;
        json!({
            "weight": finding.kind.as_str(), "code": code.as_str(), "values": values,
            "file": place.file, "line": place.line, "column": place.column, "field": place.field,
        })
    };
    Value::Array(findings.iter().map(one).collect()).to_string()
}

/// Reads what [`text`] wrote; `None` where it did not.
pub(super) fn read(text: &str) -> Option<Vec<Finding>> {
    let Ok(Value::Array(items)) = serde_json::from_str(text) else { return None };
    items.iter().map(finding).collect()
}

fn finding(item: &Value) -> Option<Finding> {
    let text = |key: &str| item[key].as_str();
    let number = |key: &str| item[key].as_u64().and_then(|number| u32::try_from(number).ok());
    let kind = FindingKind::ALL.into_iter().find(|kind| Some(kind.as_str()) == text("weight"))?;
    let code = Code::ALL.iter().copied().find(|code| Some(code.as_str()) == text("code"))?;
    let values: Option<Vec<String>> =
        item["values"].as_array()?.iter().map(|it| it.as_str().map(str::to_owned)).collect();
    let place = Place {
        file: text("file")?.to_owned(),
        line: number("line")?,
        column: number("column")?,
        field: text("field")?.to_owned(),
        ..Place::default()
    };
    Some(Finding { kind, problem: Problem { code, place, values: values? } })
}

/// The verdict of a word.
pub(super) fn verdict_of(word: &str) -> Option<Verdict> {
    Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == word)
}

/// The facts that show a finding, where it has a witness: `pay_ratio = 60%`.
pub fn witness(finding: &Finding) -> Option<String> {
    let Problem { code, values, .. } = &finding.problem;
    WITNESSED.contains(code).then(|| values.first().cloned()).flatten()
}

/// Findings whose first value is the facts that show them.
const WITNESSED: [Code; 7] = [
    Code::CheckGap,
    Code::CheckOverlap,
    Code::CheckOpen,
    Code::CheckSettled,
    Code::CheckSwallowed,
    Code::CheckMonotone,
    Code::CheckUnanswered,
];
