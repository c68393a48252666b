//! The annual run of the service: a job over chunks of accounts, from the freeze of its facts to its publication.
//!
//! Any number of workers, in any number of processes, share a run: each leases a range of accounts by a short
//! transaction, decides it by the line that every run goes through, and keeps what came of it only where nobody was given
//! the range meanwhile. What is published depends on facts and law alone.

mod act;
mod block;
mod export;
mod findings;
mod freeze;
mod law;
mod meanwhile;
mod notices;
mod objected;
mod only;
mod publish;
mod reading;
mod redetermined;
mod report;
mod request;
mod run_list;
mod state;
mod told;
mod work;

use rate_core::error::Lang;
use rate_core::{NaiveDate, Parameters};

pub use act::{accept, accept_in, act, act_in, cancel, open, open_in};
pub use export::{Export, export};
pub use notices::{AccountNotice, Notices, look, notices};
pub use objected::{GRANTED, REDETERMINED, is_granted};
pub use only::{Cause, MOST_NAMED, Only};
pub use reading::{
    Account, Events, Progress, diagnosis, events, in_trial, law_of, list, not_insured, problems, progress, progress_in,
    remark, runs, summary, trial_root,
};
pub use redetermined::{Moved, RateThen, Redetermined, redetermined};
pub use report::{DatedChange, Report, ReportedRun, report, whole};
pub use request::{Accepted, Request};
pub use run_list::{ListPage, run_list};
pub use state::{Act, NotMoved, State, Who, next};
pub use told::Told;
pub use work::{Claim, Decided, Worker};

use crate::billing::BillingError;
use crate::logbook::LogError;
use crate::run::{ChosenLaw, LawFiles, RunError};
use crate::store::StoreError;

/// Where the law of an area on a day comes from.
pub trait LawSource {
    /// The law in force, with the averages that came with the book among its parameters.
    ///
    /// # Errors
    /// No set that decides; averages that stand there twice.
    fn law(&self, area: &str, on: NaiveDate, averages: Parameters) -> Result<ChosenLaw, AnnualError>;
}

impl LawSource for LawFiles {
    fn law(&self, area: &str, on: NaiveDate, averages: Parameters) -> Result<ChosenLaw, AnnualError> {
        Ok(self.law_with(averages, area, on)?)
    }
}

/// Why a run could not be read or moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnnualError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// What was published before.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// The law, or what is written.
    #[error(transparent)]
    Run(#[from] RunError),
    /// There is no such run.
    #[error("there is no run `{0}` / 没有运行 `{0}`")]
    Unknown(String),
    /// There is a run of this name already.
    #[error("there is a run `{0}` already / 已有运行 `{0}`")]
    Taken(String),
    /// A run that cannot be asked for.
    #[error("{en} / {zh}")]
    Unfit {
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        en: String,
    },
    /// Its state does not allow it.
    #[error("a run that is {state} cannot `{act}` / 运行处于“{state}”，不能 `{act}`")]
    NotNow {
        /// Its state.
        state: State,
        /// What was asked.
        act: Act,
    },
    /// Another person has to do it.
    #[error("`{act}` is for another person than this one / `{act}` 须由他人办理")]
    NotYou {
        /// What was asked.
        act: Act,
    },
    /// What is stored is not what was written.
    #[error("the run holds what nobody wrote: {0} / 运行内容不符")]
    Broken(&'static str),
}

impl AnnualError {
    /// What is said of it in a language; what a file system or a database says stands in its own words.
    pub fn text(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::Zh, Self::Unknown(run)) => format!("没有运行 `{run}`"),
            (Lang::En, Self::Unknown(run)) => format!("there is no run `{run}`"),
            (Lang::Zh, Self::Taken(run)) => format!("已有运行 `{run}`"),
            (Lang::En, Self::Taken(run)) => format!("there is a run `{run}` already"),
            (_, Self::Unfit { zh, en } | Self::Log(LogError::Refused { zh, en })) => lang.pick(zh, en).to_owned(),
            (Lang::Zh, Self::NotNow { state, act }) => format!("运行处于“{}”，不能办理 `{act}`", state.text(lang)),
            (Lang::En, Self::NotNow { state, act }) => format!("a run that is {state} cannot `{act}`"),
            (Lang::Zh, Self::NotYou { act }) => format!("`{act}` 须由他人办理"),
            (Lang::En, Self::NotYou { act }) => format!("`{act}` is for another person than this one"),
            (_, Self::Run(error)) => error.text(lang),
            (Lang::Zh, Self::Broken(what)) => format!("运行内容不符：{what}"),
            (Lang::En, Self::Broken(what)) => format!("the run holds what nobody wrote: {what}"),
            (_, Self::Store(_) | Self::Log(_) | Self::Billing(_)) => self.to_string(),
        }
    }

    fn unfit(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Unfit { zh: zh.into(), en: en.into() }
    }
}
