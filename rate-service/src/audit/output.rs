//! What an audit leaves behind: files whose bytes depend on the inputs alone.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rate_core::audit::{Candidate, Difference, Lack, Piece};
use rate_core::error::{Lang, Problem};
use rate_core::notice::step_text;
use rate_core::{Decision, Law};
use serde_json::{Map, Value, json};

use super::totals::{Status, Sum, lacking_text};
use super::{Audit, Audited, Differing, Totals, html, sheets};
use crate::book::{BOM, cell};
use crate::run::RunError;

/// Writes the files of an audit to a directory: `audit.csv`, `audit.xlsx`, `audit.html`, `problems.csv`, `summary.txt`,
/// `audit.json`.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(audit: &Audit, totals: &Totals, dir: &Path, lang: Lang) -> Result<(), RunError> {
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
    file("audit.csv", &|out| {
        writeln!(out, "{BOM}{}", COLUMNS.map(|column| column.0).join(","))?;
        each_line(audit, lang, &mut |cells| {
            writeln!(out, "{}", cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(","))
        })
    })?;
    file("audit.xlsx", &|out| sheets::workbook(audit, totals, lang, out))?;
    file("audit.html", &|out| html::report(audit, totals, lang, out))?;
    file("problems.csv", &|out| problems(audit, lang, out))?;
    file("summary.txt", &|out| out.write_all(totals.text(lang).as_bytes()))?;
    file("audit.json", &|out| writeln!(out, "{:#}", about(audit, totals)))
}

/// What a column of the list holds: a text, a plain decimal, or an amount in fen, which a sheet shows in yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Text,
    Number,
    Fen,
}

/// The columns of the list, with what each holds and how wide a sheet shows it.
pub(super) const COLUMNS: [(&str, Cell, u32); 27] = [
    ("area", Cell::Text, 8),
    ("account", Cell::Text, 12),
    ("name", Cell::Text, 24),
    ("status", Cell::Text, 12),
    ("from", Cell::Text, 11),
    ("to", Cell::Text, 11),
    ("class", Cell::Number, 7),
    ("charged_class", Cell::Number, 7),
    ("grade", Cell::Text, 8),
    ("charged_grade", Cell::Text, 8),
    ("rate_percent", Cell::Number, 9),
    ("charged_percent", Cell::Number, 9),
    ("payroll_rows", Cell::Number, 8),
    ("payroll_fen", Cell::Fen, 16),
    ("over_fen", Cell::Fen, 14),
    ("under_fen", Cell::Fen, 14),
    ("rows_across", Cell::Number, 8),
    ("candidates", Cell::Number, 8),
    ("candidate", Cell::Number, 8),
    ("mistakes", Cell::Text, 28),
    ("in_words", Cell::Text, 40),
    ("other_ways", Cell::Text, 24),
    ("contradicted", Cell::Number, 8),
    ("article", Cell::Text, 40),
    ("step", Cell::Text, 60),
    ("not_judged", Cell::Text, 40),
    ("origin", Cell::Text, 12),
];

/// Every line of the list: one for each piece that differs and each candidate, one where there is none, and one for
/// each piece nobody charged a rate for.
pub(super) fn each_line(
    audit: &Audit,
    lang: Lang,
    take: &mut dyn FnMut(&[String]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let law = audit.auditor.law();
    for audited in &audit.audited {
        match &audited.result {
            Ok(Differing { differences, decision }) => {
                for difference in differences {
                    for at in &difference.pieces {
                        lines_of(decision, audited, &audited.pieces[*at], difference, lang, take)?;
                    }
                }
                for piece in audited.pieces.iter().filter(|piece| piece.charged.is_none()) {
                    let mut cells = piece_cells(law, audited, piece, Status::NotJudged);
                    cells.extend(tail(0, None));
                    cells.extend([Lack::Charged.text(lang), origin(piece)]);
                    take(&cells)?;
                }
            }
            Err(lack) => {
                for piece in audited.pieces.iter().filter(|piece| piece.differs() || piece.charged.is_none()) {
                    let mut cells = piece_cells(law, audited, piece, Status::NotJudged);
                    cells.extend(tail(0, None));
                    cells.extend([lack.text(lang), origin(piece)]);
                    take(&cells)?;
                }
            }
        }
    }
    Ok(())
}

/// Every line of the list, its cells under the names of the columns: amounts whole numbers of fen, rates decimal text.
pub fn lines(audit: &Audit, lang: Lang) -> Vec<Map<String, Value>> {
    let mut lines = Vec::new();
    let taken = each_line(audit, lang, &mut |cells| {
        let cell = |((name, kind, _), text): (&(&str, Cell, u32), &String)| {
            let whole = *kind != Cell::Text && !name.ends_with("_percent");
            let value = match text.parse::<i64>() {
                Ok(number) if whole => json!(number),
                _ if text.is_empty() => Value::Null,
                _ => json!(text),
            };
            ((*name).to_owned(), value)
        };
        lines.push(COLUMNS.iter().zip(cells).map(cell).collect());
        Ok(())
    });
    debug_assert!(taken.is_ok(), "nothing is written here that could fail");
    lines
}

fn origin(piece: &Piece) -> String {
    piece.decided.origin.as_str().to_owned()
}

fn lines_of(
    decision: &Decision,
    audited: &Audited,
    piece: &Piece,
    difference: &Difference,
    lang: Lang,
    take: &mut dyn FnMut(&[String]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let law = decision.law();
    let lacking = lacking_text(&difference.lacking, lang);
    let head = piece_cells(law, audited, piece, Status::of(difference));
    let count = difference.candidates.len();
    let write = |candidate: Option<(usize, &Candidate)>| {
        let mut cells = head.clone();
        let told = candidate.map(|(number, candidate)| Told { decision, number, candidate, lang });
        cells.extend(tail(count, told.as_ref()));
        cells.extend([lacking.clone(), origin(piece)]);
        cells
    };
    if count == 0 {
        return take(&write(None));
    }
    (1..).zip(&difference.candidates).try_for_each(|candidate| take(&write(Some(candidate))))
}

fn piece_cells(law: &Law, audited: &Audited, piece: &Piece, status: Status) -> Vec<String> {
    let Piece { days, decided, charged, effect } = piece;
    let theirs =
        |of: &dyn Fn(&rate_core::history::ChargedRate) -> String| charged.as_ref().map_or_else(String::new, of);
    vec![
        audited.key.area.clone(),
        audited.key.number.clone(),
        audited.name.clone(),
        status.as_str().to_owned(),
        days.from().to_string(),
        days.to().map_or_else(String::new, |to| to.to_string()),
        decided.class.to_string(),
        theirs(&|rate| rate.class.to_string()),
        decided.grade.map_or_else(String::new, |grade| law.rules().ladder().grade(grade).label.clone()),
        theirs(&|rate| rate.grade.clone()),
        decided.rate.percent().to_string(),
        theirs(&|rate| rate.charged.percent().to_string()),
        effect.rows.to_string(),
        effect.payroll_fen.to_string(),
        effect.over_fen.to_string(),
        effect.under_fen.to_string(),
        effect.across.to_string(),
    ]
}

/// A candidate with its number.
struct Told<'a> {
    decision: &'a Decision,
    number: usize,
    candidate: &'a Candidate,
    lang: Lang,
}

fn tail(count: usize, told: Option<&Told<'_>>) -> Vec<String> {
    let Some(&Told { decision, number, candidate, lang }) = told else {
        return std::iter::once(count.to_string()).chain(std::iter::repeat_n(String::new(), 7)).collect();
    };
    let law = decision.law();
    let gap = lang.pick("；", "; ");
    let join = |texts: Vec<String>| texts.join(gap);
    let mut articles: Vec<String> = candidate.made.iter().map(|made| decision.citation(made.article, lang)).collect();
    articles.dedup();
    let mut steps: Vec<String> = candidate.made.iter().map(|made| step_text(&made.parting, decision, lang)).collect();
    steps.dedup();
    vec![
        count.to_string(),
        number.to_string(),
        candidate.mistakes().iter().map(|mistake| mistake.as_str()).collect::<Vec<_>>().join("+"),
        candidate.made.iter().map(|made| made.text(law, lang)).collect::<Vec<_>>().join(lang.pick(" ＋ ", " + ")),
        candidate.other_ways_text(law, lang),
        candidate.contradicted.to_string(),
        join(articles),
        join(steps),
    ]
}

fn problems(audit: &Audit, lang: Lang, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{BOM}area,account,file,row,column,field,code,message")?;
    let mut line = |key: Option<&rate_core::AccountKey>, problem: &Problem| {
        let number = |number: u32| if number == 0 { String::new() } else { number.to_string() };
        let place = &problem.place;
        let cells = [
            key.map_or_else(String::new, |key| cell(&key.area)),
            key.map_or_else(String::new, |key| cell(&key.number)),
            cell(&place.file),
            number(place.line),
            number(place.column),
            cell(&place.field),
            problem.code.to_string(),
            cell(&problem.message(lang)),
        ];
        writeln!(out, "{}", cells.join(","))
    };
    for account in &audit.refused {
        account.problems.iter().try_for_each(|problem| line(Some(&account.key), problem))?;
    }
    audit.warnings.iter().try_for_each(|problem| line(None, problem))
}

/// What the audit was made from and what came of it.
fn about(audit: &Audit, totals: &Totals) -> Value {
    let law = audit.auditor.law();
    let parameters: Vec<_> = law
        .parameters()
        .documents()
        .iter()
        .map(|it| json!({ "area": it.area, "name": it.name.en, "digest": it.digest }))
        .collect();
    let sum = |sum: Sum| {
        json!({
            "accounts": sum.accounts,
            "over_fen": sum.over_fen.to_string(),
            "under_fen": sum.under_fen.to_string(),
        })
    };
    let causes: Vec<_> = totals
        .causes
        .iter()
        .map(|(mistakes, total)| {
            let mistakes: Vec<_> = mistakes.iter().map(|mistake| mistake.as_str()).collect();
            json!({ "mistakes": mistakes, "only_cause": sum(total.alone), "one_of_several": sum(total.among) })
        })
        .collect();
    let asked: Vec<_> = audit.auditor.mistakes().iter().map(|mistake| mistake.as_str()).collect();
    json!({
        "area": law.rules().id().area,
        "rule_set": { "id": law.rules().id().to_string(), "digest": law.rules().digest() },
        "parameters": parameters,
        "cycle": law.cycle().id,
        "setting": { "from": law.setting().from().to_string(), "to": law.setting().to().map(|to| to.to_string()) },
        "asked_about": asked,
        "accounts": {
            "equal": totals.equal,
            "explained": sum(totals.explained),
            "unexplained": sum(totals.unexplained),
            "not_judged": sum(totals.not_judged),
            "refused": totals.outside[0],
            "not_insured": totals.outside[1],
            "other_areas": audit.other_areas,
        },
        "by_cause": causes,
        "rows_across": totals.across,
        "without_payroll": totals.without_payroll,
    })
}
