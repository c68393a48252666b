//! `rate test`: what came of the worked cases of a rule set, and what they left untouched.

use std::io::Write;
use std::process::ExitCode;

use rate_core::cases::{Compared, Judged, State};
use rate_core::error::Lang;

use super::Failure;
use crate::casebook::{JudgedProjects, Tested};
use crate::run::columns;

/// Prints the cases, the places they reached and a line that sums up; the exit code is 0 only where there are cases and
/// none of them differs.
pub(super) fn report(tested: &Tested, full: bool, lang: Lang, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    writeln!(out, "{} {}", tested.rules.id(), tested.rules.name().text(lang))?;
    for file in &tested.files {
        writeln!(out, "{}  {}", file.file, file.name.text(lang))?;
        for judged in &file.cases {
            case(judged, full, lang, out)?;
        }
    }
    if tested.files.is_empty() {
        let none = lang.pick(
            "没有针对本规则集的算例文件：用 --cases 指出，或放在规则集旁",
            "no case file is about this rule set: name one with --cases, or put it beside the set",
        );
        writeln!(out, "{none}")?;
    }
    coverage(tested, lang, out)?;
    sum(tested, lang, out)?;
    Ok(if tested.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The same of a file of project cases: it is about parameters, so no place of a rule set is counted.
pub(super) fn projects(
    tested: &JudgedProjects,
    full: bool,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<ExitCode, Failure> {
    writeln!(out, "{}  {}", tested.file.file, tested.file.name.text(lang))?;
    for judged in &tested.cases {
        case(judged, full, lang, out)?;
    }
    let (all, same) = (tested.cases.len(), tested.cases.iter().filter(|case| !case.state.fails()).count());
    match lang {
        Lang::Zh => writeln!(out, "{all} 个项目算例：相符 {same}，不符 {}。", all - same)?,
        Lang::En => writeln!(out, "{all} case(s) of projects: {same} as worked, {} different.", all - same)?,
    }
    Ok(if all == same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const fn state(state: State, lang: Lang) -> &'static str {
    match (state, lang) {
        (State::Same, Lang::Zh) => "相符",
        (State::Same, Lang::En) => "ok",
        (State::Different, Lang::Zh) => "不符",
        (State::Different, Lang::En) => "DIFFERENT",
        (State::Open, Lang::Zh) => "待定",
        (State::Open, Lang::En) => "open",
        (State::NoLongerOpen, Lang::Zh) => "不再待定",
        (State::NoLongerOpen, Lang::En) => "NOT OPEN",
    }
}

fn case(judged: &Judged, full: bool, lang: Lang, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "  {}{}", padded(state(judged.state, lang), 10), judged.name)?;
    if let Some(why) = &judged.open {
        writeln!(out, "    {}{why}", lang.pick("待定原因：", "open: "))?;
    }
    if judged.state == State::NoLongerOpen {
        let strike = lang.pick("现已相符：请删去 `open`", "comes out as worked now: strike `open`");
        writeln!(out, "    {}{}{strike}", judged.place, lang.pick("：", ": "))?;
    }
    if judged.state == State::Same && !full {
        return Ok(());
    }
    writeln!(out, "    {}", judged.place)?;
    if let Some(refusal) = &judged.refusal {
        writeln!(out, "    {}{}", lang.pick("不定费率：", "decides nothing: "), refusal.text(lang))?;
    }
    figures(&judged.figures, lang, out)?;
    for problem in &judged.problems {
        writeln!(out, "      {}", problem.line(lang))?;
    }
    for (place, line) in judged.working.trim().lines().enumerate() {
        let head = if place == 0 { lang.pick("演算：", "worked: ") } else { "" };
        writeln!(out, "    {head}{line}")?;
    }
    Ok(())
}

/// What was worked beside what came out.
fn figures(figures: &[Compared], lang: Lang, out: &mut dyn Write) -> Result<(), Failure> {
    let head = [lang.pick("项目", "figure"), lang.pick("演算", "worked"), lang.pick("程序", "came out")];
    let shown = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    let rows: Vec<[String; 3]> =
        figures.iter().map(|it| [it.what.text(lang).to_owned(), shown(&it.expected), shown(&it.found)]).collect();
    let width = |column: usize| {
        let widths = rows.iter().map(|row| columns(&row[column])).chain([columns(head[column])]);
        widths.max().unwrap_or_default() + 2
    };
    let (one, two) = (width(0), width(1));
    writeln!(out, "      {}{}{}", padded(head[0], one), padded(head[1], two), head[2])?;
    for (it, row) in figures.iter().zip(&rows) {
        let mark = if it.same { "  " } else { "≠ " };
        writeln!(out, "    {mark}{}{}{}", padded(&row[0], one), padded(&row[1], two), row[2])?;
    }
    Ok(())
}

fn coverage(tested: &Tested, lang: Lang, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "{}", lang.pick("规则集各处到达情况：", "Places of the rule set:"))?;
    for (spot, count) in tested.coverage.places() {
        let count = match (count, lang) {
            (0, _) => lang.pick("未到达", "NOT reached").to_owned(),
            (count, Lang::Zh) => format!("{count} 例"),
            (1, Lang::En) => "1 case".to_owned(),
            (count, Lang::En) => format!("{count} cases"),
        };
        writeln!(out, "  {}{}", padded(&count, 13), spot.text(&tested.rules, lang))?;
    }
    Ok(())
}

fn sum(tested: &Tested, lang: Lang, out: &mut dyn Write) -> Result<(), Failure> {
    let all = tested.cases().count();
    let failing = tested.count(State::Different) + tested.count(State::NoLongerOpen);
    let (same, open) = (tested.count(State::Same), tested.count(State::Open));
    let (reached, places) = tested.coverage.reached();
    match lang {
        Lang::Zh => writeln!(
            out,
            "{all} 个算例：相符 {same}，不符 {failing}，待定 {open}；规则集 {places} 处中到达 {reached} 处。"
        )?,
        Lang::En => writeln!(
            out,
            "{all} case(s): {same} as worked, {failing} different, {open} open; {reached} of {places} places of the rule set reached."
        )?,
    }
    Ok(())
}

/// A text with spaces behind it up to a width on the terminal, and at least one.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text)).max(1)))
}
