//! `rate diagnose`, and what a run says that its diagnostics keep from deciding.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use rate_core::diagnostics::{Blocked, Diagnosis, Finding, Severity};
use rate_core::error::Lang;

use super::{Failure, Session, progress::Progress};
use crate::diagnostics::{self, Entry, blocked_text};
use crate::run::{self, Request, RunError};

/// The most findings of a kind that are shown where it keeps a run from deciding; all of them stand in the lists.
const SHOWN: usize = 5;

impl Session<'_> {
    /// Prints what was found and writes the lists; the exit code is 0 only where a run would decide.
    pub(super) fn diagnose(
        &mut self,
        request: &Request,
        entry: &Entry,
        out: Option<&Path>,
    ) -> Result<ExitCode, Failure> {
        if let Some(dir) = out {
            run::apart(request, dir)?;
        }
        let mut progress = Progress::new(self.lang);
        let control = entry.control.as_ref();
        let diagnosed = run::diagnose(request, control, &mut |stage, done, all| progress.at(stage, done, all))?;
        progress.done();
        self.selection(&diagnosed.chosen, &diagnosed.fund)?;
        let diagnosis = &diagnosed.diagnosis;
        let mut lines = totals(diagnosis, self.lang);
        lines.extend(blocking(diagnosis, self.lang));
        lines.extend(diagnostics::summary(diagnosis, &entry.gate, self.lang));
        lines.iter().try_for_each(|line| writeln!(self.out, "{line}"))?;
        if let Some(dir) = out {
            write(diagnosis, entry, &lines, dir, self.lang)?;
            writeln!(self.out, "{}{}", self.lang.pick("清单：", "Lists: "), dir.display())?;
        }
        let open = entry.gate.beyond(diagnosis).iter().all(|it| it.accepted);
        Ok(if open { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// The control totals of whole tables; those of years stand in the list.
fn totals(diagnosis: &Diagnosis, lang: Lang) -> Vec<String> {
    let mut lines = vec![lang.pick("控制总数：", "Control totals:").to_owned()];
    for ((kind, _), totals) in diagnosis.totals.periods.iter().filter(|((_, year), _)| year.is_none()) {
        let fen: Vec<String> = totals.fen.iter().map(|(column, sum)| format!("{column} {sum}")).collect();
        let rows = match lang {
            Lang::Zh => format!("{:>9} 行", totals.rows),
            Lang::En => format!("{:>9} rows", totals.rows),
        };
        let line = format!("  {:<16}{rows}  {}", kind.stem(), fen.join("  "));
        lines.push(line.trim_end().to_owned());
    }
    lines
}

fn finding_line(finding: &Finding, lang: Lang) -> String {
    let account = finding.account.as_ref().map(|account| format!("{account} ")).unwrap_or_default();
    let place = finding.place.to_string();
    let gap = if place.is_empty() { "" } else { " " };
    format!("{place}{gap}{account}{}: {}", finding.kind, finding.text(lang))
}

/// What blocks, one by one.
fn blocking(diagnosis: &Diagnosis, lang: Lang) -> Vec<String> {
    let blocks = diagnosis.findings.iter().filter(|finding| finding.kind.severity() == Severity::Blocks);
    blocks.take(SHOWN * 4).map(|finding| format!("  {}", finding_line(finding, lang))).collect()
}

/// What a run says instead of deciding: each kind beyond its limit, some of what was found, and how to go on.
pub(super) fn refusal(diagnosis: &Diagnosis, beyond: &[Blocked], lang: Lang) -> Vec<String> {
    let blocking: Vec<&Blocked> = beyond.iter().filter(|it| !it.accepted).collect();
    let mut lines =
        vec![lang.pick("核定前检查未通过，未作任何核定", "diagnostics block: nothing was decided").to_owned()];
    for it in &blocking {
        lines.push(format!("{}: {}", blocked_text(it, lang), it.kind.what_to_do(lang)));
        let found = diagnosis.findings.iter().filter(|finding| finding.kind == it.kind);
        lines.extend(found.take(SHOWN).map(|finding| format!("  {}", finding_line(finding, lang))));
    }
    let kinds: Vec<&str> = blocking.iter().map(|it| it.kind.as_str()).collect();
    let kinds = kinds.join(",");
    lines.push(match lang {
        Lang::Zh => format!("全部清单用 rate diagnose 查看；核实后仍要核定的，加 --accept {kinds}"),
        Lang::En => format!("rate diagnose lists everything; to decide all the same, add --accept {kinds}"),
    });
    lines
}

fn write(diagnosis: &Diagnosis, entry: &Entry, lines: &[String], dir: &Path, lang: Lang) -> Result<(), RunError> {
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
    file("diagnostics.csv", &|out| diagnostics::findings(diagnosis, lang, out))?;
    file("diagnostics.json", &|out| writeln!(out, "{:#}", diagnostics::json(diagnosis, &entry.gate)))?;
    file("control_totals.csv", &|out| diagnostics::control_totals(diagnosis, out))?;
    file("diagnosis.txt", &|out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))
}
