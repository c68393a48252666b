//! `rate check`: the checker's report on files and directories.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use rate_core::citation::Basis;
use rate_core::error::Lang;
use rate_core::input::Examined;
use rate_core::rule_set::{Finding, FindingKind, Verdict, check::between_versions};

use super::Failure;
use crate::lawbook;

/// Checks a file or directory of rule sets and parameters; the exit code is 0 only where every set may decide (or is a
/// frame) and every parameter file is right.
pub(super) fn check(path: &Path, provenance: bool, lang: Lang, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let reads = lawbook::rule_sets(path)?;
    let mut right = true;
    for read in &reads {
        right &= rule_set(read, provenance, lang, out)?;
    }
    let sets = reads.iter().filter_map(|read| read.result.as_ref().ok()).map(Examined::rules);
    for finding in between_versions(sets) {
        writeln!(out, "  {}", finding_line(&finding, lang))?;
    }
    let with_parameters = lawbook::holds_parameters(path)?;
    if with_parameters {
        right &= parameters(path, lang, out)?;
    }
    if reads.is_empty() && !with_parameters {
        right = false;
        writeln!(out, "{}: {}", path.display(), lang.pick("没有规则集或参数文件", "no rule set or parameters here"))?;
    }
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn rule_set(read: &lawbook::Read, provenance: bool, lang: Lang, out: &mut dyn Write) -> Result<bool, Failure> {
    match &read.result {
        Ok(examined) => {
            let verdict = examined.report().verdict;
            report(examined, provenance, lang, out)?;
            Ok(verdict.may_decide() || verdict == Verdict::Frame)
        }
        Err(problems) => {
            let unreadable = lang.pick("无法读取为规则集", "cannot be read as a rule set");
            writeln!(out, "{}  {unreadable}", read.path.display())?;
            for problem in problems {
                writeln!(out, "  {}", problem.line(lang))?;
            }
            Ok(false)
        }
    }
}

/// The parameters of a directory: each document named, each problem placed.
fn parameters(path: &Path, lang: Lang, out: &mut dyn Write) -> Result<bool, Failure> {
    let (parameters, problems) = lawbook::parameters(path)?;
    for document in parameters.documents() {
        writeln!(out, "{} {}{}", document.area, document.name.text(lang), lang.pick("（参数）", " (parameters)"))?;
    }
    for problem in &problems {
        writeln!(out, "  {} {}", lang.pick("阻止", "blocks"), problem.line(lang))?;
    }
    Ok(problems.is_empty())
}

fn report(examined: &Examined, provenance: bool, lang: Lang, out: &mut dyn Write) -> Result<(), Failure> {
    let rules = examined.rules();
    let verdict = examined.report().verdict.text(lang);
    writeln!(out, "{} {}", rules.id(), rules.name().text(lang))?;
    writeln!(out, "  => {verdict}")?;
    for finding in &examined.report().findings {
        writeln!(out, "  {}", finding_line(finding, lang))?;
    }
    if provenance {
        for basis in rules.bases() {
            writeln!(out, "  {}", basis_line(basis, lang))?;
        }
    }
    Ok(())
}

fn finding_line(finding: &Finding, lang: Lang) -> String {
    let weight = match finding.kind {
        FindingKind::Blocks => lang.pick("阻止", "blocks"),
        FindingKind::Open => lang.pick("未见", "open"),
        FindingKind::Note => lang.pick("提示", "note"),
    };
    format!("{weight:<6} {}", finding.problem.line(lang))
}

fn basis_line(basis: &Basis, lang: Lang) -> String {
    let path = if basis.path.is_empty() { "." } else { &basis.path };
    let lists = [
        (lang.pick("推定", "assumed"), &basis.assumed),
        (lang.pick("未见", "missing"), &basis.missing),
        (lang.pick("示例", "illustrative"), &basis.illustrative),
    ];
    let marks = lists
        .iter()
        .filter(|(_, paths)| !paths.is_empty())
        .map(|(name, paths)| format!("; {name}: {}", paths.join(", ")));
    format!("{path:<32} {}{}", basis.citation(lang), marks.collect::<String>())
}
