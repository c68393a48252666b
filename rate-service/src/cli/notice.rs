//! `rate notice`: one notice to the output, or a directory of them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use rate_core::deadline::Served;
use rate_core::explanation::Particulars;
use rate_core::{AccountKey, NaiveDate};

use super::progress::Progress;
use super::{Failure, Session, day};
use crate::diagnostics::Entry;
use crate::run::{self, Layout, Request};

/// Whose notice, what stands on it, and how it is laid out.
#[derive(Debug, clap::Args)]
pub(super) struct NoticeArguments {
    /// Number of the account.
    #[arg(long, required_unless_present = "all", conflicts_with = "all")]
    account: Option<String>,
    /// A notice for every account with a rate.
    #[arg(long, requires = "out")]
    all: bool,
    /// Directory for the notices of all accounts.
    #[arg(long, requires = "all", conflicts_with = "account")]
    out: Option<PathBuf>,
    /// The day the notice was served, YYYY-MM-DD: terms run from it. Left out, they are said in words.
    #[arg(long, value_parser = day, value_name = "DATE")]
    served_on: Option<NaiveDate>,
    /// The first day of the announcement, YYYY-MM-DD.
    #[arg(long, value_parser = day, value_name = "DATE")]
    announced_on: Option<NaiveDate>,
    /// Day of issue, YYYY-MM-DD. Left out, the notice has room for it.
    #[arg(long, value_parser = day, value_name = "DATE")]
    issued_on: Option<NaiveDate>,
    /// Name of the agency that sends the notice.
    #[arg(long, default_value = "")]
    agency: String,
    /// Number of the notice (文号).
    #[arg(long, default_value = "")]
    number: String,
    /// Layout.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Html,
}

impl From<Format> for Layout {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Html => Self::Html,
        }
    }
}

impl Session<'_> {
    pub(super) fn notice(
        &mut self,
        request: &Request,
        entry: &Entry,
        arguments: NoticeArguments,
    ) -> Result<ExitCode, Failure> {
        let NoticeArguments { account, all: _, out, served_on, announced_on, issued_on, agency, number, format } =
            arguments;
        if let (Some(issued), Some(served)) = (issued_on, served_on.filter(|served| issued_on > Some(*served))) {
            return Err(Failure::IssuedLate { issued, served });
        }
        if let Some(dir) = &out {
            run::apart(request, dir)?;
        }
        let (layout, lang) = (Layout::from(format), self.lang);
        let mut progress = Progress::new(lang);
        let run = run::gated(request, entry, &mut |stage, done, all| progress.at(stage, done, all))?;
        let served = Served { on: served_on, announced: announced_on };
        let particulars = Particulars { number, agency, issued: issued_on, served, verdict: run.chosen.verdict };
        if let Some(dir) = out {
            let shown = &mut |stage, done, all| progress.at(stage, done, all);
            run::write_notices(&run, &particulars, &dir, (layout, lang), shown)?;
            progress.done();
            return self.noticed(&run, &dir);
        }
        progress.done();
        let key = AccountKey { area: request.area.clone(), number: account.unwrap_or_default() };
        match run.decided.iter().find(|it| it.history.key() == &key) {
            Some(decided) => {
                self.out.write_all(decided.notice(&particulars, layout, lang).as_bytes())?;
                Ok(ExitCode::SUCCESS)
            }
            None => Err(super::undecided(run, key)),
        }
    }

    /// How many notices were written, and who has none.
    fn noticed(&mut self, run: &run::Run, dir: &std::path::Path) -> Result<ExitCode, Failure> {
        let (written, refused, not_insured) = (run.decided.len(), run.refused.len(), run.not_insured.len());
        let text = match self.lang {
            rate_core::Lang::Zh => {
                format!("告知书 {written} 份；没有告知书的：数据有误 {refused} 户，本期未参保 {not_insured} 户")
            }
            rate_core::Lang::En => {
                format!("{written} notice(s); without one: {refused} account(s) refused, {not_insured} not insured")
            }
        };
        writeln!(self.out, "{text}\n{}{}", self.lang.pick("结果：", "Results: "), dir.display())?;
        Ok(ExitCode::SUCCESS)
    }
}
