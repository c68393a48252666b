//! What a freeze found out, as it is kept with its run.

use std::collections::BTreeMap;

use rate_core::diagnostics::{Blocked, Count, Diagnosis, Finding, Kind, PeriodTotals};
use rate_core::input::book::{TableKind, TableTotals};
use rate_core::rule_set::{Considered, RuleSetId, WhyNot};
use rate_core::{AccountKey, Lang, Place};
use serde_json::{Map, Value, json};

use super::AnnualError;
use super::request::Request;
use crate::run::ChosenLaw;
use crate::store::{Link, RunFindingRow, RunRow};

/// Findings read at a time.
const PAGE: i64 = 10_000;

/// What a freeze found out, but for the single findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frozen {
    /// Every rule set that was looked at.
    pub(super) considered: Vec<Considered>,
    /// Counts and control totals.
    pub(super) diagnosis: Diagnosis,
}

/// What a freeze found out, as a line, with how many entries the log had then.
pub(super) fn line(chosen: &ChosenLaw, diagnosis: &Diagnosis, entries: i64) -> String {
    let considered: Vec<Value> = chosen
        .considered
        .iter()
        .map(|it| json!([it.id.area, it.id.version, it.why_not.map(|why| why.text(Lang::En))]))
        .collect();
    let counts: Map<String, Value> = diagnosis
        .counts
        .iter()
        .map(|(kind, count)| (kind.as_str().to_owned(), json!([count.findings, count.accounts])))
        .collect();
    let totals: Vec<Value> = diagnosis
        .totals
        .periods
        .iter()
        .map(|((kind, year), it)| {
            let fen: Map<String, Value> =
                it.fen.iter().map(|(column, sum)| ((*column).to_owned(), json!(sum.to_string()))).collect();
            json!([kind.stem(), year, it.rows, fen])
        })
        .collect();
    json!({
        "considered": considered,
        "accounts": diagnosis.accounts,
        "insured": diagnosis.insured,
        "counts": counts,
        "totals": totals,
        "entries": entries,
    })
    .to_string()
}

/// How many entries the log had when a run was frozen, where that is kept: runs of former versions do not have it.
pub(super) fn entries(row: &RunRow) -> Option<i64> {
    serde_json::from_str::<Value>(row.frozen.as_deref()?).ok()?["entries"].as_i64()
}

impl Frozen {
    /// Reads what [`line`] wrote.
    pub(super) fn read(line: &str) -> Result<Self, AnnualError> {
        Self::parsed(line).ok_or(AnnualError::Broken("what a freeze found out"))
    }

    fn parsed(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let considered = value["considered"].as_array()?.iter().map(considered).collect::<Option<_>>()?;
        let mut diagnosis = Diagnosis {
            accounts: value["accounts"].as_u64()?,
            insured: value["insured"].as_u64()?,
            ..Diagnosis::default()
        };
        for (word, count) in value["counts"].as_object()? {
            let count = Count { findings: count[0].as_u64()?, accounts: count[1].as_u64()? };
            diagnosis.counts.insert(Kind::from_word(word)?, count);
        }
        for it in value["totals"].as_array()? {
            let kind = TableKind::from_stem(it[0].as_str()?)?;
            let year = it[1].as_i64().and_then(|year| i32::try_from(year).ok());
            let mut totals = PeriodTotals { rows: it[2].as_u64()?, fen: BTreeMap::new() };
            for (name, sum) in it[3].as_object()? {
                let column = kind.columns().iter().find(|column| column.name == name)?;
                totals.fen.insert(column.name, sum.as_str()?.parse().ok()?);
            }
            diagnosis.totals.periods.insert((kind, year), totals);
        }
        Some(Self { considered, diagnosis })
    }

    /// Control totals of each table that has rows.
    pub(super) fn totals(&self) -> Vec<TableTotals> {
        let whole = self.diagnosis.totals.periods.iter().filter(|((_, year), it)| year.is_none() && it.rows > 0);
        let table = |((kind, _), it): (&(TableKind, Option<i32>), &PeriodTotals)| {
            let columns = kind.columns().iter().filter(|column| column.name.ends_with("_fen"));
            TableTotals {
                kind: *kind,
                file: format!("{}.csv", kind.stem()),
                rows: it.rows,
                fen: columns.map(|it_| (it_.name, it.fen.get(it_.name).copied().unwrap_or_default())).collect(),
            }
        };
        whole.map(table).collect()
    }
}

fn considered(value: &Value) -> Option<Considered> {
    let id = RuleSetId { area: value[0].as_str()?.to_owned(), version: value[1].as_str()?.to_owned() };
    let why_not = match value[2].as_str() {
        Some(word) => Some(WhyNot::ALL.into_iter().find(|why| why.text(Lang::En) == word)?),
        None => None,
    };
    Some(Considered { id, why_not })
}

/// What of a run's book is beyond its limits, accepted or not.
pub(super) fn beyond(row: &RunRow) -> Result<Vec<Blocked>, AnnualError> {
    let frozen = Frozen::read(row.frozen.as_deref().ok_or(AnnualError::Broken("no freeze"))?)?;
    let entry = Request::read(&row.id, &row.area, &row.request)?.entry(&row.accepted)?;
    Ok(entry.gate.beyond(&frozen.diagnosis))
}

/// Findings as rows, in order.
///
/// A row of facts is found by its account and table: it has no line.
pub(super) fn rows<'d>(run: &'d str, diagnosis: &'d Diagnosis) -> impl Iterator<Item = RunFindingRow> + 'd {
    (1..).zip(&diagnosis.findings).map(move |(number, it)| RunFindingRow {
        run: run.to_owned(),
        number,
        kind: it.kind.as_str().to_owned(),
        account: it.account.as_ref().map(|account| account.number.clone()),
        file: it.place.file.clone(),
        field: it.place.field.clone(),
        reported: json!(it.values).to_string(),
    })
}

/// Findings of a run behind a number, at most so many.
pub(super) fn page(link: &mut Link, row: &RunRow, after: i64, most: i64) -> Result<Vec<Finding>, AnnualError> {
    let finding = |it: RunFindingRow| {
        let kind = Kind::from_word(&it.kind)?;
        let account = it.account.map(|number| AccountKey { area: row.area.clone(), number });
        let values = serde_json::from_str(&it.reported).ok()?;
        let place = Place { file: it.file, field: it.field, ..Place::default() };
        Some(Finding { kind, account, place, values })
    };
    let found = link.run_findings(&row.id, after, most)?;
    found.into_iter().map(finding).collect::<Option<_>>().ok_or(AnnualError::Broken("a finding"))
}

/// Everything that was found before a run decided.
pub(super) fn diagnosis(link: &mut Link, row: &RunRow) -> Result<Frozen, AnnualError> {
    let mut frozen = Frozen::read(row.frozen.as_deref().ok_or(AnnualError::Broken("no freeze"))?)?;
    let mut after = 0;
    loop {
        let found = page(link, row, after, PAGE)?;
        if found.is_empty() {
            return Ok(frozen);
        }
        after += i64::try_from(found.len()).unwrap_or(i64::MAX);
        frozen.diagnosis.findings.extend(found);
    }
}
