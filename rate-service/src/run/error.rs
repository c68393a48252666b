//! Why a run could not be made.

use std::path::PathBuf;

use rate_core::diagnostics::{Blocked, Diagnosis};
use rate_core::error::Lang;
use rate_core::rule_set::Considered;
use rate_core::{Problem, Refusal};

use crate::book::BookError;
use crate::lawbook::LawError;

/// Why a run could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A rule-set or parameter file could not be read.
    #[error(transparent)]
    Law(#[from] LawError),
    /// The book could not be read, or the output not written.
    #[error(transparent)]
    Book(#[from] BookError),
    /// Files that are wrong inside.
    #[error("{} problem(s) in the files", .0.len())]
    Problems(Vec<Problem>),
    /// The rules give no answer for the day.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// Every rule set that was looked at, with the reason why it lost.
        considered: Vec<Considered>,
    },
    /// So much was found in the book that its results could not be trusted, and nobody has accepted it.
    #[error("diagnostics keep this run from deciding")]
    Blocked {
        /// What was found.
        diagnosis: Box<Diagnosis>,
        /// What of it is beyond its limit, accepted or not.
        beyond: Vec<Blocked>,
    },
    /// An input that cannot be used as it was named.
    #[error("{}: {what}", path.display())]
    Unfit {
        /// Which directory.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A file of the output could not be written.
    #[error("{}: {source}", path.display())]
    Output {
        /// Which file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
}

/// Problems that a sentence has room for.
const SHOWN: usize = 20;

impl RunError {
    /// What is said of it in a language; what a file system says stands in its own words.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Problems(problems) => {
                let lines: Vec<String> = problems.iter().take(SHOWN).map(|it| it.line(lang)).collect();
                let (head, between) = match lang {
                    Lang::Zh => (format!("文件有 {} 个问题：", problems.len()), "；"),
                    Lang::En => (format!("{} problem(s) in the files: ", problems.len()), "; "),
                };
                head + &lines.join(between)
            }
            Self::Refused { refusal, .. } => refusal.text(lang),
            Self::Blocked { .. } => {
                lang.pick("诊断所见，本次运行不能核定", "diagnostics keep this run from deciding").to_owned()
            }
            Self::Law(_) | Self::Book(_) | Self::Unfit { .. } | Self::Output { .. } => self.to_string(),
        }
    }
}
