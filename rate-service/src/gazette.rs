//! How a rule set or parameters come to be law: uploaded and checked, approved by another person, published; and what is
//! in force.
//!
//! A document is named by the digest of its canonical form and never changes. Uploading the same content again is the same
//! document. What the checker lets nobody publish may be released for trial: what is decided under it is a trial too, and it
//! never goes before what is published.

mod act;
mod difference;
mod document;
mod effect;
mod findings;
mod force;
mod given;
mod impact;
mod upload;

use rate_core::rule_set::Considered;
use rate_core::{Problem, Refusal};

pub use act::{Approval, approve, publish};
pub use difference::difference;
pub use document::{Document, Form, Person, Publication, State, document, documents};
pub use effect::{ClassRow, Impact, Migration, Move, Mover};
pub use findings::witness;
pub use force::{in_force, law, law_of, parameters};
pub use given::{Given, GivenText, law_given, parameters_with, rule_set};
pub use impact::{ImpactRequest, ask, impact, work};
pub use upload::{Prepared, Upload, keep, prepare};

use crate::logbook::LogError;
use crate::run::RunError;
use crate::store::StoreError;

/// Why something was not done with a document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GazetteError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// There is no such thing here.
    #[error("there is no such thing here / 没有此对象")]
    Unknown,
    /// What is wrong with the document, all of it.
    #[error("{} problem(s) in the document", .0.len())]
    Problems(Vec<Problem>),
    /// The rules give no answer for the day.
    #[error("{refusal}")]
    NoLaw {
        /// Why.
        refusal: Refusal,
        /// Every rule set that was looked at, with the reason why it lost.
        considered: Vec<Considered>,
    },
    /// Another person has to do it.
    #[error("another person than the author is needed / 须由经办人以外的人办理")]
    SamePerson,
    /// It cannot be done with this document.
    #[error("{en} / {zh}")]
    Refused {
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        en: String,
    },
    /// It does not fit what stands now.
    #[error("{en} / {zh}")]
    Conflict {
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        en: String,
    },
}

impl GazetteError {
    fn refused(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Refused { zh: zh.into(), en: en.into() }
    }

    fn conflict(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Conflict { zh: zh.into(), en: en.into() }
    }
}

impl From<RunError> for GazetteError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Problems(problems) => Self::Problems(problems),
            RunError::Refused { refusal, considered } => Self::NoLaw { refusal, considered },
            // No file is read or written here.
            other => Self::refused(other.to_string(), other.to_string()),
        }
    }
}
