//! Lists of findings and control totals, for people and for machines.

use std::io::Write;

use rate_core::diagnostics::{Diagnosis, Finding, Gate, Kind};
use rate_core::error::Lang;
use rate_core::input::book::TableKind;
use serde_json::json;

use crate::book::{BOM, cell};

/// One line for each finding: what, where, and what to do.
///
/// # Errors
/// Where the output cannot be written.
pub fn findings(diagnosis: &Diagnosis, lang: Lang, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{BOM}severity,kind,area,account,file,row,field,what,what_to_do")?;
    for finding in &diagnosis.findings {
        let Finding { kind, account, place, .. } = finding;
        let row = if place.line == 0 { String::new() } else { place.line.to_string() };
        let cells = [
            kind.severity().as_str().to_owned(),
            kind.to_string(),
            account.as_ref().map(|account| cell(&account.area)).unwrap_or_default(),
            account.as_ref().map(|account| cell(&account.number)).unwrap_or_default(),
            cell(&place.file_and_sheet()),
            row,
            cell(&place.field),
            cell(&finding.text(lang)),
            cell(kind.what_to_do(lang)),
        ];
        writeln!(out, "{}", cells.join(","))?;
    }
    Ok(())
}

/// The control totals of a book in the shape in which a sender states them.
///
/// # Errors
/// Where the output cannot be written.
pub fn control_totals(diagnosis: &Diagnosis, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "table,year,what,value")?;
    for ((kind, year), totals) in &diagnosis.totals.periods {
        let stem = kind.stem();
        let year = year.map(|year| year.to_string()).unwrap_or_default();
        writeln!(out, "{stem},{year},rows,{}", totals.rows)?;
        for (column, sum) in &totals.fen {
            writeln!(out, "{stem},{year},{column},{sum}")?;
        }
    }
    Ok(())
}

/// Counts of every kind that was found, with its limit.
pub fn counts(diagnosis: &Diagnosis, gate: &Gate) -> serde_json::Value {
    let beyond = gate.beyond(diagnosis);
    let one = |kind: &Kind| {
        let count = diagnosis.count(*kind);
        let beyond = beyond.iter().find(|it| it.kind == *kind);
        json!({
            "kind": kind.as_str(),
            "severity": kind.severity().as_str(),
            "findings": count.findings,
            "accounts": count.accounts,
            "limit": gate.limit(*kind).map(|limit| limit.to_string()),
            "beyond_limit": beyond.is_some(),
            "accepted": beyond.is_some_and(|it| it.accepted),
        })
    };
    diagnosis.counts.keys().map(one).collect()
}

/// Everything, for machines.
pub fn json(diagnosis: &Diagnosis, gate: &Gate) -> serde_json::Value {
    let finding = |it: &Finding| {
        json!({
            "kind": it.kind.as_str(),
            "account": it.account.as_ref().map(|key| json!({ "area": key.area, "number": key.number })),
            "file": it.place.file_and_sheet(),
            "row": it.place.line,
            "field": it.place.field,
            "values": it.values,
        })
    };
    let totals: Vec<_> = diagnosis
        .totals
        .periods
        .iter()
        .map(|((kind, year), totals)| {
            let fen: serde_json::Map<_, _> =
                totals.fen.iter().map(|(column, sum)| ((*column).to_owned(), json!(sum.to_string()))).collect();
            json!({ "table": TableKind::stem(*kind), "year": year, "rows": totals.rows, "fen": fen })
        })
        .collect();
    json!({
        "accounts": diagnosis.accounts,
        "insured": diagnosis.insured,
        "kinds": counts(diagnosis, gate),
        "control_totals": totals,
        "findings": diagnosis.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}
