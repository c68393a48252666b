//! Diagnostics on disk: limits and control totals in, lists and control totals out.

mod list;

use std::path::Path;

use rate_core::Problem;
use rate_core::diagnostics::{Blocked, ControlTotals, Diagnosis, Gate, Kind};
use rate_core::error::Lang;

pub use list::{control_totals, counts, findings, json};

use crate::lawbook::{self, LawError};

/// What a book has to pass before it is decided on.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// How much of each kind may be found, and what is accepted.
    pub gate: Gate,
    /// Control totals of the sender.
    pub control: Option<ControlTotals>,
}

/// Why limits or control totals could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] LawError),
    /// A file is wrong inside.
    #[error("{} problem(s) in the files", .0.len())]
    Problems(Vec<Problem>),
}

impl Entry {
    /// An entry that lets everything through: for callers who only want to see.
    pub fn open() -> Self {
        Self { gate: Gate::open(), control: None }
    }

    /// Reads the files of an entry.
    ///
    /// # Errors
    /// Where a file cannot be read, and everything that is wrong inside.
    pub fn read(gate: Option<&Path>, control: Option<&Path>, accepted: &[Kind]) -> Result<Self, EntryError> {
        let mut problems = Vec::new();
        let mut entry = Self::default();
        if let Some(path) = gate {
            match Gate::parse(&name(path), &lawbook::text(path)?) {
                Ok(gate) => entry.gate = gate,
                Err(wrong) => problems.extend(wrong.into_vec()),
            }
        }
        if let Some(path) = control {
            match ControlTotals::parse(&name(path), &lawbook::text(path)?) {
                Ok(control) => entry.control = Some(control),
                Err(wrong) => problems.extend(wrong.into_vec()),
            }
        }
        entry.gate = entry.gate.accepting(accepted.iter().copied());
        if problems.is_empty() { Ok(entry) } else { Err(EntryError::Problems(problems)) }
    }
}

/// The name of a file without its directory: what is written names no place on a disk.
fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A kind of which too much was found, in a sentence.
pub fn blocked_text(it: &Blocked, lang: Lang) -> String {
    let Blocked { kind, count, limit, accepted } = it;
    let accepted = match (accepted, lang) {
        (false, _) => "",
        (true, Lang::Zh) => "，已按名称接受",
        (true, Lang::En) => ", accepted by name",
    };
    match lang {
        Lang::Zh => format!("{kind} {count}（上限 {limit}{accepted}）"),
        Lang::En => format!("{kind} {count} (at most {limit}{accepted})"),
    }
}

/// What was found, one line for each kind, and whether the gate is open.
pub fn summary(diagnosis: &Diagnosis, gate: &Gate, lang: Lang) -> Vec<String> {
    let mut lines = vec![match lang {
        Lang::Zh => format!("本地区 {} 户，其中本期参保 {} 户。", diagnosis.accounts, diagnosis.insured),
        Lang::En => {
            format!(
                "{} accounts of the area, {} of them insured in the setting.",
                diagnosis.accounts, diagnosis.insured
            )
        }
    }];
    let width = diagnosis.counts.keys().map(|kind| kind.as_str().len()).max().unwrap_or_default();
    for (kind, count) in &diagnosis.counts {
        let severity = kind.severity().text(lang);
        let (findings, accounts) = (count.findings, count.accounts);
        let counted = match (lang, accounts) {
            (Lang::Zh, 0) => format!("{findings:>7} 处 {:>10}", "全表"),
            (Lang::En, 0) => format!("{findings:>7} found in the book as a whole"),
            (Lang::Zh, _) => format!("{findings:>7} 处 {accounts:>7} 户"),
            (Lang::En, _) => format!("{findings:>7} found at {accounts:>7} account(s)"),
        };
        lines.push(format!("  {severity:<6} {:<width$} {counted}  {}", kind.as_str(), kind.what_to_do(lang)));
    }
    if diagnosis.counts.is_empty() {
        lines.push(lang.pick("未发现需要留意之处。", "Nothing found.").to_owned());
    }
    let beyond = gate.beyond(diagnosis);
    let (accepted, blocking): (Vec<&Blocked>, Vec<&Blocked>) = beyond.iter().partition(|it| it.accepted);
    let joined = |list: &[&Blocked]| {
        let texts: Vec<String> = list.iter().map(|it| blocked_text(it, lang)).collect();
        texts.join(lang.pick("；", "; "))
    };
    if !accepted.is_empty() {
        lines.push(format!("{}{}", lang.pick("按名称接受：", "Accepted by name: "), joined(&accepted)));
    }
    lines.push(if blocking.is_empty() {
        lang.pick("可以核定。", "Nothing keeps a run from deciding.").to_owned()
    } else {
        format!("{}{}", lang.pick("不予核定：", "A run would not decide: "), joined(&blocking))
    });
    lines
}
