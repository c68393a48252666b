//! What auditors ask of a stored book or of a published run, as work beside the requests: replays a range of records at a
//! time, and audits of charged rates, each by one worker at a time under a lease.

mod audits;
mod replays;

use std::collections::BTreeMap;
use std::sync::Arc;

use rate_core::error::Lang;
use rate_core::{NaiveDate, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use replays::{Money, Sums};

use crate::gazette::GazetteError;
use crate::logbook::LogError;
use crate::replay::ReplayError;
use crate::run::RunError;
use crate::store::{ExaminationFileRow, ExaminationLineRow, ExaminationRow, Link, Store, StoreError};

/// Examinations of one area that may wait or be worked on at a time.
const MOST_OPEN: i64 = 20;

/// Milliseconds for which a piece of work belongs to whoever took it up.
const LEASE: i64 = 120_000;

/// How often a piece is taken up: whoever had it before ended without a word, and so may the next.
const ATTEMPTS: i64 = 5;

/// The most accounts that a replay is asked of by number.
pub const MOST_ACCOUNTS: usize = 1000;

/// What is examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The records of a run.
    Replay,
    /// The charged rates of the stored book.
    Audit,
}

impl Kind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Audit => "audit",
        }
    }
}

/// What a run is replayed on, beside what its log keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum On {
    /// The facts of the day it is asked.
    Facts,
    /// The rule set in force then.
    RuleSet,
    /// The parameters that hold then.
    Parameters,
}

/// Which records are replayed, and on what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ReplayRequest {
    /// The run.
    pub run: String,
    /// These accounts only; all where there are none.
    pub accounts: Vec<String>,
    /// On what of today, beside what the log keeps.
    pub on: Vec<On>,
}

/// Which charged rates are audited.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct AuditRequest {
    /// A day of the annual setting.
    pub on: String,
}

/// Why an examination is not made.
#[derive(Debug, thiserror::Error)]
pub enum ExaminationError {
    /// There is no such run, or it is another area's.
    #[error("there is no such thing here / 没有此对象")]
    Unknown,
    /// It cannot be made, in Chinese and English.
    #[error("{1} / {0}")]
    Refused(String, String),
    /// It does not fit what stands now, in Chinese and English.
    #[error("{1} / {0}")]
    Conflict(String, String),
    /// Records and their law.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The law of today.
    #[error(transparent)]
    Gazette(#[from] GazetteError),
}

impl From<StoreError> for ExaminationError {
    fn from(error: StoreError) -> Self {
        Self::Gazette(error.into())
    }
}

impl From<RunError> for ExaminationError {
    fn from(error: RunError) -> Self {
        Self::Gazette(error.into())
    }
}

impl ExaminationError {
    /// The database, where it is that which does not answer.
    fn store(self) -> Result<StoreError, Self> {
        match self {
            Self::Gazette(GazetteError::Store(error)) | Self::Replay(ReplayError::Log(LogError::Store(error))) => {
                Ok(error)
            }
            other => Err(other),
        }
    }

    fn said(&self) -> [String; 2] {
        let run = |error: &RunError| [error.text(Lang::Zh), error.text(Lang::En)];
        let first = |problems: &[rate_core::Problem]| {
            [Lang::Zh, Lang::En].map(|lang| problems.first().map(|it| it.line(lang)).unwrap_or_default())
        };
        let law = |refusal: &Refusal| [refusal.text(Lang::Zh), refusal.text(Lang::En)];
        match self {
            Self::Refused(zh, en) | Self::Conflict(zh, en) => [zh.clone(), en.clone()],
            Self::Replay(ReplayError::Run(error)) => run(error),
            Self::Gazette(GazetteError::Problems(problems)) => first(problems),
            Self::Gazette(GazetteError::NoLaw { refusal, .. }) => law(refusal),
            Self::Gazette(GazetteError::Refused { zh, en } | GazetteError::Conflict { zh, en }) => {
                [zh.clone(), en.clone()]
            }
            other => [other.to_string(), other.to_string()],
        }
    }
}

/// Somebody who asks, and under which name among all that is asked.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The name.
    pub id: String,
    /// The area.
    pub area: String,
    /// The key.
    pub by: String,
    /// When.
    pub at: String,
}

impl Asking {
    fn row(self, link: &mut Link, kind: Kind, request: &impl Serialize) -> Result<ExaminationRow, StoreError> {
        Ok(ExaminationRow {
            id: self.id,
            kind: kind.as_str().to_owned(),
            area: self.area,
            request: json!(request).to_string(),
            knowledge: link.last_knowledge()?,
            law: link.last_publication()?,
            state: "queued".to_owned(),
            done: 0,
            out_of: 0,
            lines: 0,
            result: String::new(),
            fence: 0,
            lease_until: 0,
            asked_by: self.by,
            asked_at: self.at,
            ended_at: None,
        })
    }
}

/// What a replay of a run would be; it is not queued yet.
///
/// # Errors
/// A run that the area does not have; accounts that it did not decide.
pub fn replay(store: &Arc<Store>, asking: Asking, request: &ReplayRequest) -> Result<ExaminationRow, ExaminationError> {
    replays::asked(store, asking, request)
}

/// What an audit of the charged rates of an area would be; it is not queued yet.
///
/// # Errors
/// No law in force on the day; no facts.
pub fn audit(store: &Store, asking: Asking, on: NaiveDate) -> Result<ExaminationRow, ExaminationError> {
    audits::asked(store, asking, on)
}

/// Queues what was asked.
///
/// # Errors
/// Too many that wait already.
pub fn queue(link: &mut Link, row: &ExaminationRow) -> Result<(), ExaminationError> {
    if link.open_examinations(&row.area)? >= MOST_OPEN {
        let zh = format!("该地区已有 {MOST_OPEN} 项重算或核对未完成，请待其完成或取消");
        let en = format!("{MOST_OPEN} replays and audits of this area are not ended; wait for them, or cancel some");
        return Err(ExaminationError::Conflict(zh, en));
    }
    Ok(link.add_examination(row)?)
}

/// Why an examination failed, in a language; `None` where it did not.
pub fn failure(row: &ExaminationRow, lang: Lang) -> Option<String> {
    let said: BTreeMap<String, String> = serde_json::from_str(&row.result).ok().filter(|_| row.state == "failed")?;
    said.get(lang.pick("zh", "en")).cloned()
}

/// What a piece of work brought.
struct Piece {
    lines: Vec<ExaminationLineRow>,
    files: Vec<ExaminationFileRow>,
    ended: bool,
}

/// Does one piece of the oldest examination that nobody works on, so many records; `false` where there is none. An audit is
/// one piece, read so many accounts at a time.
///
/// Killed anywhere, the piece is done again by whoever comes after the lease: lines, sums and how far it is are kept in one
/// transaction, and only where nobody took it up meanwhile.
///
/// # Errors
/// As the store's; the examination stays open.
pub fn work(store: &Arc<Store>, portion: usize, now: &dyn Fn() -> String) -> Result<bool, StoreError> {
    let leased = store.change(|link| -> Result<_, StoreError> {
        let Some(row) = link.lease_examination(LEASE, &now())? else { return Ok(None) };
        let attempts = link.examination_attempts(&row.id)?;
        Ok(Some((row, attempts)))
    })?;
    let Some((mut row, attempts)) = leased else { return Ok(false) };
    let worked = if attempts > ATTEMPTS {
        let zh = format!("已 {ATTEMPTS} 次承办而未完成；可重新提交");
        let en = format!("taken up {ATTEMPTS} times, and nobody came to its end; it may be asked again");
        Err(ExaminationError::Refused(zh, en))
    } else if row.kind == Kind::Replay.as_str() {
        replays::step(store, &mut row, portion.max(1))
    } else {
        audits::made(store, &mut row, portion.max(1))
    };
    let piece = match worked {
        Ok(Some(piece)) => piece,
        // Nobody wants it from here any more.
        Ok(None) => return Ok(true),
        Err(error) => {
            let error = match error.store() {
                Ok(error) => return Err(error),
                Err(other) => other,
            };
            let [zh, en] = error.said();
            row.result = json!({"zh": zh, "en": en}).to_string();
            "failed".clone_into(&mut row.state);
            Piece { lines: Vec::new(), files: Vec::new(), ended: true }
        }
    };
    if piece.ended {
        if row.state == "running" {
            "done".clone_into(&mut row.state);
        }
        row.ended_at = Some(now());
    }
    store.change(|link| -> Result<(), StoreError> {
        // Where somebody else took it up meanwhile, theirs holds.
        if link.settle_examination(&row, &piece.lines, 0)? {
            piece.files.iter().try_for_each(|file| link.add_examination_file(file))?;
        }
        Ok(())
    })?;
    Ok(true)
}

/// A line of a list, in both languages, behind those that there are.
fn line(row: &mut ExaminationRow, [zh, en]: [String; 2]) -> ExaminationLineRow {
    let place = row.lines;
    row.lines += 1;
    ExaminationLineRow { examination: row.id.clone(), place, zh, en }
}

/// The word under which a language is kept.
pub const fn lang_code(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    }
}
