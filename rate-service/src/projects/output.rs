//! What billing projects leaves behind: files whose bytes depend on the inputs alone.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rate_core::error::Lang;
use rate_core::notice::{no_bill_text, per_mille, project_lines};
use rate_core::project::{NoBill, ProjectBill};
use rate_core::{History, Money};
use serde_json::json;

use super::{Bills, Enrolled};
use crate::book::{BOM, cell};
use crate::run::{RunError, problem_cells};

/// Writes `project_premiums.csv`, `project_parts.csv`, `project_open.csv`, `projects.ndjson`, `not_enrolled.csv`,
/// `problems.csv` and `summary.txt` to a directory.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(bills: &Bills, dir: &Path, lang: Lang) -> Result<(), RunError> {
    std::fs::create_dir_all(dir).map_err(|source| RunError::Output { path: dir.to_owned(), source })?;
    let file = |name: &str, fill: &dyn Fn(&mut dyn Write) -> std::io::Result<()>| {
        let path = dir.join(name);
        let written = File::create(&path).and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 18, file);
            fill(&mut out)?;
            out.flush()
        });
        written.map_err(|source| RunError::Output { path, source })
    };
    file("project_premiums.csv", &|out| premiums(bills, out))?;
    file("project_parts.csv", &|out| parts(bills, out))?;
    file("project_open.csv", &|out| open(bills, lang, out))?;
    file("projects.ndjson", &|out| records(bills, lang, out))?;
    file("not_enrolled.csv", &|out| {
        writeln!(out, "{BOM}area,account,project,enrolled_on")?;
        let rows = bills.later.iter();
        rows.map(|(key, id, day)| [cell(&key.area), cell(&key.number), cell(id), day.to_string()])
            .try_for_each(|cells| line(out, &cells))
    })?;
    file("problems.csv", &|out| {
        writeln!(out, "{BOM}area,account,file,row,column,field,code,message")?;
        for account in &bills.refused {
            for problem in &account.problems {
                let key = [cell(&account.key.area), cell(&account.key.number)];
                line(out, &[&key[..], &problem_cells(problem, lang)].concat())?;
            }
        }
        Ok(())
    })?;
    file("summary.txt", &|out| writeln!(out, "{}", bills.text(lang)))
}

fn line(out: &mut dyn Write, cells: &[String]) -> std::io::Result<()> {
    writeln!(out, "{}", cells.join(","))
}

fn key(history: &History, project: &str) -> Vec<String> {
    vec![cell(&history.key().area), cell(&history.key().number), cell(project)]
}

/// The entries with a bill.
fn billed(bills: &Bills) -> impl Iterator<Item = (&Enrolled, &ProjectBill)> {
    bills.enrolled.iter().filter_map(|it| Some((it, it.billed.bill.as_ref().ok()?)))
}

/// One line for every project with a bill.
fn premiums(bills: &Bills, out: &mut dyn Write) -> std::io::Result<()> {
    let header = "area,account,project,kind,enrolled_on,from,to,base,grade,grade_from,premium_fen,paid_fen,difference_fen,rule_set";
    writeln!(out, "{BOM}{header}")?;
    for (entry, bill) in billed(bills) {
        let (history, project) = bills.of(entry);
        let (label, from) = bill.grade.as_ref().map_or(("", ""), |it| (it.label.as_str(), it.from.as_str()));
        let paid = project.paid.map(|(paid, _)| paid.fen());
        let set = entry.billed.law.as_ref().map(|law| law.rules().id().to_string()).unwrap_or_default();
        let cells = [
            project.kind.as_str().to_owned(),
            project.enrolled_on.to_string(),
            project.term.from().to_string(),
            project.term.last().to_string(),
            bill.base.as_str().to_owned(),
            cell(label),
            from.to_owned(),
            bill.premium.fen().to_string(),
            paid.map(|fen| fen.to_string()).unwrap_or_default(),
            paid.map(|fen| (bill.premium.fen() - fen).to_string()).unwrap_or_default(),
            set,
        ];
        line(out, &[key(history, &project.id), cells.to_vec()].concat())?;
    }
    Ok(())
}

/// The parts of every bill, exact: what they add up to is rounded once to the premium.
fn parts(bills: &Bills, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{BOM}area,account,project,tier,amount_fen,rate_per_mille,exact_fen")?;
    for (entry, bill) in billed(bills) {
        let (history, project) = bills.of(entry);
        for (tier, amount, rate, fen) in bill.parts() {
            let rate = per_mille(rate).trim_end_matches('‰').to_owned();
            let cells = vec![cell(tier), Money::fen(amount).to_string(), rate, fen.to_string()];
            line(out, &[key(history, &project.id), cells].concat())?;
        }
    }
    Ok(())
}

/// The projects without a bill, and why.
fn open(bills: &Bills, lang: Lang, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{BOM}area,account,project,enrolled_on,code,message")?;
    for entry in &bills.enrolled {
        let Err(none) = &entry.billed.bill else { continue };
        let (history, project) = bills.of(entry);
        let cells = vec![project.enrolled_on.to_string(), none.code().to_owned(), cell(&no_bill_text(none, lang))];
        line(out, &[key(history, &project.id), cells].concat())?;
    }
    Ok(())
}

/// One object for every project that has enrolled, with its steps as sentences.
fn records(bills: &Bills, lang: Lang, out: &mut dyn Write) -> std::io::Result<()> {
    for entry in &bills.enrolled {
        let (history, project) = bills.of(entry);
        let bill = entry.billed.bill.as_ref();
        let record = json!({
            "area": history.key().area,
            "account": history.key().number,
            "project": project.id,
            "enrolled_on": project.enrolled_on.to_string(),
            "premium_fen": bill.ok().map(|bill| bill.premium.fen()),
            "no_bill": bill.err().map(NoBill::code),
            "steps": project_lines(&entry.billed, &bills.parameters, lang),
        });
        writeln!(out, "{record}")?;
    }
    Ok(())
}
