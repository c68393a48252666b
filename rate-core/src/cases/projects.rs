//! Worked cases of projects held against what the engine bills.

use std::collections::BTreeSet;

use super::judge::measured;
use super::{Compared, Judged, State, reason_word};
use crate::amount::{Money, Rate};
use crate::citation::Label;
use crate::history::{History, Project};
use crate::input::case_file::{ExpectedBill, ExpectedProject, ProjectCase, ProjectCases};
use crate::parameters::Parameters;
use crate::project::{Billed, NoBill, ProjectBill, ProjectBook};
use crate::rule_set::RuleSet;

/// Bills every project that a case of projects asks about, and compares: under these parameters, in which whoever asks
/// has made the change that the case reads, if it reads one.
pub fn judge_projects(cases: &ProjectCases, case: &ProjectCase, sets: &[RuleSet], parameters: &Parameters) -> Judged {
    let parameters = &parameters.of_area(&cases.area);
    let book = case.facts.book(&cases.file, &cases.area);
    let incomplete = !book.refused.is_empty();
    let mut projects = ProjectBook::new(&cases.area, parameters, (sets, &[]), &book.histories, incomplete);
    let all = case.expected.iter().flat_map(|it| figures(&book.histories, it, &mut projects));
    let figures: Vec<Compared> = all.collect();
    let state = if figures.iter().all(|it| it.same) { State::Same } else { State::Different };
    Judged {
        name: case.name.clone(),
        place: case.place.clone(),
        working: case.working.clone(),
        open: None,
        figures,
        refusal: None,
        problems: if state.fails() {
            book.refused.into_iter().flat_map(|it| it.problems).collect()
        } else {
            Vec::new()
        },
        state,
        reached: BTreeSet::new(),
    }
}

fn found<'h>(histories: &'h [History], expected: &ExpectedProject) -> Option<(&'h History, &'h Project)> {
    let history = histories.iter().find(|it| it.key().number == expected.account)?;
    Some((history, history.projects().iter().find(|it| it.id == expected.project)?))
}

fn figures(histories: &[History], expected: &ExpectedProject, projects: &mut ProjectBook<'_>) -> Vec<Compared> {
    let named = |zh: &str, en: &str| Label {
        zh: format!("{} {zh}", expected.project),
        en: format!("{} {en}", expected.project),
    };
    let Some((history, project)) = found(histories, expected) else {
        return vec![compared(named("项目", "project"), expected.project.clone(), String::new())];
    };
    let billed = projects.bill(history, project);
    match (&expected.bill, &billed.bill) {
        (Ok(worked), Ok(bill)) => bill_figures(worked, &billed, bill, &named),
        (Ok(worked), Err(none)) => vec![compared(named("保费", "premium"), worked.premium.to_string(), code(none))],
        (Err(worked), Err(none)) => vec![compared(named("不计费", "no bill"), worked.clone(), code(none))],
        (Err(worked), Ok(bill)) => {
            vec![compared(named("不计费", "no bill"), worked.clone(), bill.premium.to_string())]
        }
    }
}

fn code(none: &NoBill) -> String {
    none.code().to_owned()
}

fn bill_figures(
    worked: &ExpectedBill,
    billed: &Billed,
    bill: &ProjectBill,
    named: &dyn Fn(&str, &str) -> Label,
) -> Vec<Compared> {
    let mut figures = Vec::new();
    let float = billed.float.as_deref();
    if let Some(reason) = &worked.reason {
        let found = float.map_or_else(String::new, |it| reason_word(&it.decision));
        figures.push(compared(named("理由", "reason"), reason.clone(), found));
    }
    for expected in &worked.measured {
        let nothing = || compared(named(&expected.measure, &expected.measure), expected.text.clone(), String::new());
        figures.push(float.map_or_else(nothing, |it| measured(&it.decision, expected)));
    }
    if let Some(base) = worked.base {
        figures.push(compared(named("基数", "base"), base.as_str().to_owned(), bill.base.as_str().to_owned()));
    }
    if let Some(grade) = &worked.grade {
        let found = bill.grade.as_ref().map_or_else(String::new, |grade| grade.label.clone());
        figures.push(compared(named("档次", "grade"), grade.clone(), found));
    }
    if let Some(parts) = &worked.parts {
        let text = |amount: Money, rate: Rate| format!("{amount} × {rate}");
        let expected: Vec<String> = parts.iter().map(|part| text(part.amount, part.rate)).collect();
        let found: Vec<String> = bill.parts().map(|(_, amount, rate, _)| text(amount, rate)).collect();
        figures.push(compared(named("分段", "parts"), expected.join(" + "), found.join(" + ")));
    }
    figures.push(compared(named("保费", "premium"), worked.premium.to_string(), bill.premium.to_string()));
    figures
}

fn compared(what: Label, expected: String, found: String) -> Compared {
    let same = expected == found;
    Compared { what, expected, found, same }
}
