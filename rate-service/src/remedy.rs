//! What follows a determination: its announcement, the service of notices, the clocks that run from there, and what
//! employers undertake against it.
//!
//! There are three clocks, and none stops another: the re-check by the agency within the method's days, administrative
//! review, and lawsuit. The agency refuses a re-check that comes too late; of the other two it tells the last day and no
//! more, since others decide whether they came in time. A rate stands meanwhile, unless somebody orders otherwise.

mod announced;
mod clocks;
mod objection;
mod served;

pub use announced::{Announced, announce, announced, may_publish};
pub use clocks::{Clock, Clocks};
pub use objection::{Event, Filing, Kind, Objection, Ruling, Standing, decide, file, objection, objections, withdraw};
pub use served::{Channel, Said, Service, of_account, record, services};

use rate_core::error::Lang;

use crate::annual::AnnualError;
use crate::store::StoreError;

/// Why something could not be recorded or told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemedyError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The run.
    #[error(transparent)]
    Run(#[from] AnnualError),
    /// There is no such thing, or not in this area.
    #[error("there is no such thing / 没有此项")]
    Unknown,
    /// What cannot be recorded as it was said.
    #[error("{en} / {zh}")]
    Unfit {
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        en: String,
    },
    /// What its state does not allow.
    #[error("{en} / {zh}")]
    NotNow {
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        en: String,
    },
    /// Another person has to do it.
    #[error("another person decides it than the one who recorded it / 须由登记人以外的人员决定")]
    NotYou,
}

impl RemedyError {
    /// What is said of it in a language.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Unfit { zh, en } | Self::NotNow { zh, en } => lang.pick(zh, en).to_owned(),
            Self::Run(error) => error.text(lang),
            Self::Store(_) | Self::Unknown | Self::NotYou => self.to_string(),
        }
    }

    fn unfit(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Unfit { zh: zh.into(), en: en.into() }
    }

    fn not_now(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::NotNow { zh: zh.into(), en: en.into() }
    }
}

/// Texts that stand in a record: nothing that could not be read aloud, and not more than a page.
fn said(what: [&str; 2], text: &str, most: usize) -> Result<String, RemedyError> {
    let text = text.trim();
    let [zh, en] = what;
    if text.is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(RemedyError::unfit(
            format!("{zh}须为 1 至 {most} 个字符，不含控制字符"),
            format!("{en} has 1 to {most} characters, none of them a control character"),
        ));
    }
    Ok(text.to_owned())
}
