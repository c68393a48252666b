//! A summary as a line of text, for whoever keeps those of parts and adds them later.

use std::collections::BTreeMap;

use rate_core::error::Lang;
use serde_json::{Value, json};

use super::Settled;
use super::summary::{Change, ChangeRow, GradeRow, Summary};

impl Summary {
    /// The summary as a line that [`Summary::from_line`] reads; sums as text, since they may be longer than numbers of JSON.
    pub fn to_line(&self) -> String {
        let grades: Vec<Value> = self
            .by_grade
            .iter()
            .map(|((place, label), row)| {
                let sums = [row.heads, row.payroll_fen, row.premium_fen].map(|sum| sum.to_string());
                json!([place, label, row.accounts, sums])
            })
            .collect();
        let changes: Vec<Value> = self
            .by_change
            .iter()
            .map(|(change, row)| {
                let sums = [row.heads, row.payroll_fen, row.before_fen, row.after_fen].map(|sum| sum.to_string());
                json!([change.text(Lang::En), row.accounts, sums])
            })
            .collect();
        json!({
            "by_grade": grades,
            "by_change": changes,
            "by_origin": self.by_origin,
            "by_reason": self.by_reason,
            "counts": self.counts,
            "rated": self.rated,
            "settled": self.settled.to_json(),
        })
        .to_string()
    }

    /// Reads a line; none where it is no summary.
    pub fn from_line(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let by_grade = value["by_grade"].as_array()?.iter().map(grade).collect::<Option<_>>()?;
        let by_change = value["by_change"].as_array()?.iter().map(change).collect::<Option<_>>()?;
        Some(Self {
            by_grade,
            by_change,
            by_origin: words(&value["by_origin"])?,
            by_reason: words(&value["by_reason"])?,
            counts: serde_json::from_value(value["counts"].clone()).ok()?,
            rated: value["rated"].as_u64()?,
            settled: Settled::from_json(&value["settled"])?,
        })
    }
}

fn words(value: &Value) -> Option<BTreeMap<String, u64>> {
    value.as_object()?.iter().map(|(word, accounts)| Some((word.clone(), accounts.as_u64()?))).collect()
}

fn sums<const N: usize>(value: &Value) -> Option<[i128; N]> {
    let sums: Option<Vec<i128>> = value.as_array()?.iter().map(|sum| sum.as_str()?.parse().ok()).collect();
    sums?.try_into().ok()
}

fn grade(value: &Value) -> Option<((u8, String), GradeRow)> {
    let place = value[0].as_u64()?.try_into().ok()?;
    let [heads, payroll_fen, premium_fen] = sums(&value[3])?;
    let row = GradeRow { accounts: value[2].as_u64()?, heads, payroll_fen, premium_fen };
    Some(((place, value[1].as_str()?.to_owned()), row))
}

fn change(value: &Value) -> Option<(Change, ChangeRow)> {
    let change = Change::ALL.into_iter().find(|it| value[0] == it.text(Lang::En))?;
    let [heads, payroll_fen, before_fen, after_fen] = sums(&value[2])?;
    Some((change, ChangeRow { accounts: value[1].as_u64()?, heads, payroll_fen, before_fen, after_fen }))
}
