//! `rate audit`: rates that somebody else charged, and what explains where they differ.

use std::path::PathBuf;
use std::process::ExitCode;

use rate_core::audit::Mistake;

use super::{Failure, RunArguments, Session, progress::Progress};
use crate::audit::{self, Charged};
use crate::book::Reading;
use crate::run::{self, Stage};

#[derive(Debug, clap::Args)]
pub(super) struct AuditArguments {
    #[command(flatten)]
    request: RunArguments,
    /// The charged rates, in the shape of the book's table `rates`: a file of any name, or a directory that holds it.
    /// Without it, the rows of the book's own `rates`.
    #[arg(long)]
    charged: Option<PathBuf>,
    /// TOML: what the headers, words, units and dates of `--charged` are in a book; `--mapping` is that of the book.
    #[arg(long, requires = "charged")]
    charged_mapping: Option<PathBuf>,
    /// Directory for the results.
    #[arg(long)]
    out: PathBuf,
}

impl Session<'_> {
    /// Audits, writes the lists and prints the totals. Differences are what was looked for: the exit code is 0.
    pub(super) fn audit(&mut self, arguments: AuditArguments) -> Result<ExitCode, Failure> {
        let AuditArguments { request, charged, charged_mapping, out } = arguments;
        let (request, out) = (&request.read()?, out.as_path());
        let mapping = charged_mapping.as_deref().map(super::mapping).transpose()?;
        let reading = Reading { mapping, ..request.reading.clone() };
        let charged = charged.map(|path| Charged { path, reading });
        run::apart(request, out)?;
        let mut progress = Progress::new(self.lang);
        let audit = audit::audit(request, charged.as_ref(), &mut |stage, done, all| progress.at(stage, done, all))?;
        let totals = audit::totals(&audit);
        progress.at(Stage::Writing, 0, 1);
        audit::write(&audit, &totals, out, self.lang)?;
        progress.done();
        self.selection(&audit.chosen, &audit.fund)?;
        write!(self.out, "{}", totals.text(self.lang))?;
        let lang = self.lang;
        let asked = audit.auditor.mistakes();
        let left: Vec<&str> = Mistake::ALL.iter().filter(|it| !asked.contains(it)).map(|it| it.text(lang)).collect();
        let head = lang.pick(
            "未查（本规则集下不会发生，或费率不能反映）：",
            "Not asked about (cannot be made under this rule set, or no rate shows it): ",
        );
        writeln!(self.out, "{head}{}", left.join(lang.pick("、", ", ")))?;
        writeln!(self.out, "{}{}", lang.pick("结果：", "Results: "), out.display())?;
        Ok(ExitCode::SUCCESS)
    }
}
