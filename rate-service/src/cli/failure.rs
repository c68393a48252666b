//! Why a command did not do what was asked, as a person reads it, and the exit code it ends with.

use std::io::{self, Write};
use std::process::ExitCode;

use rate_core::error::Lang;
use rate_core::{AccountKey, NaiveDate, Problem};

use super::diagnose;
use crate::backup::BackupError;
use crate::book;
use crate::casebook::CaseError;
use crate::diagnostics::EntryError;
use crate::lawbook::LawError;
use crate::logbook::LogError;
use crate::replay::ReplayError;
use crate::run::RunError;
use crate::serve::ServeError;

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("{0}")]
    Output(io::Error),
    #[error("account `{0}` is not in the book")]
    UnknownAccount(AccountKey),
    #[error("account `{0}` is not insured in the setting")]
    NotInsured(AccountKey),
    #[error("issued on {issued}, after it was served on {served}")]
    IssuedLate { issued: NaiveDate, served: NaiveDate },
    #[error("project `{0}` is not in the book")]
    UnknownProject(String),
    #[error("{} problem(s)", .0.len())]
    Problems(Vec<Problem>),
    #[error(transparent)]
    Log(LogError),
    #[error(transparent)]
    Serve(ServeError),
    #[error(transparent)]
    Backup(#[from] BackupError),
}

impl From<book::BookError> for Failure {
    fn from(error: book::BookError) -> Self {
        Self::Run(error.into())
    }
}

impl From<LawError> for Failure {
    fn from(error: LawError) -> Self {
        Self::Run(error.into())
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        Self::Log(error)
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Log(error) => error.into(),
            error => Self::Serve(error),
        }
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Log(error) => error.into(),
            ReplayError::Run(error) => error.into(),
            ReplayError::Book(error) => RunError::Book(error).into(),
        }
    }
}

impl From<EntryError> for Failure {
    fn from(error: EntryError) -> Self {
        match error {
            EntryError::File(error) => error.into(),
            EntryError::Problems(problems) => Self::Problems(problems),
        }
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Law(error) => error.into(),
            CaseError::Problems(problems) => Self::Problems(problems),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

pub(super) fn report(failure: &Failure, lang: Lang) -> ExitCode {
    let mut err = io::stderr().lock();
    let (lines, code) = match failure {
        Failure::Problems(problems) | Failure::Run(RunError::Problems(problems)) => {
            (problems.iter().map(|problem| problem.line(lang)).collect(), 1)
        }
        Failure::Run(RunError::Refused { refusal, considered }) => {
            let others =
                considered.iter().filter_map(|it| it.why_not.map(|why| format!("  {} – {}", it.id, why.text(lang))));
            (std::iter::once(refusal.text(lang)).chain(others).collect(), 1)
        }
        Failure::Run(RunError::Blocked { diagnosis, beyond }) => (diagnose::refusal(diagnosis, beyond, lang), 1),
        Failure::Run(error @ RunError::Unfit { .. }) => (vec![error.to_string()], 1),
        Failure::Run(error @ RunError::Book(book::BookError::Plan(_))) => (vec![error.to_string()], 2),
        Failure::UnknownAccount(key) => {
            (vec![lang.pick("数据中没有单位 ", "not in the book: ").to_owned() + &key.to_string()], 1)
        }
        Failure::NotInsured(key) => {
            (vec![format!("{key} {}", lang.pick("本期未参保", "is not insured in this setting"))], 1)
        }
        Failure::IssuedLate { issued, served } => {
            let text = match lang {
                Lang::Zh => format!("印发日期 {issued} 晚于送达日期 {served}"),
                Lang::En => format!("the day of issue, {issued}, is after the day of service, {served}"),
            };
            (vec![text], 2)
        }
        Failure::UnknownProject(number) => {
            (vec![lang.pick("截至当日没有项目 ", "no project enrolled by that day: ").to_owned() + number], 1)
        }
        Failure::Log(LogError::Refused { zh, en }) => (vec![lang.pick(zh, en).to_owned()], 1),
        Failure::Log(error @ (LogError::Unknown(_) | LogError::Broken { .. })) => (vec![error.to_string()], 1),
        Failure::Log(error @ (LogError::Busy(_) | LogError::File { .. } | LogError::Store(_))) => {
            (vec![error.to_string()], 3)
        }
        Failure::Backup(BackupError::Faults(faults)) => (faults.iter().map(|fault| fault.line(lang)).collect(), 1),
        Failure::Backup(error @ BackupError::NotEmpty(_)) => (vec![error.to_string()], 1),
        Failure::Backup(error) => (vec![error.to_string()], 3),
        Failure::Serve(error @ ServeError::Config(_)) => (vec![error.to_string()], 2),
        Failure::Serve(error) => (vec![error.to_string()], 3),
        Failure::Run(error) => (vec![error.to_string()], 3),
        Failure::Output(error) => (vec![error.to_string()], 3),
    };
    for line in lines {
        // Nothing is left to tell a caller whose error output is gone.
        let _ = writeln!(err, "rate: {line}");
    }
    ExitCode::from(code)
}
