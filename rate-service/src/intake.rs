//! Imports: rows that come in from outside, checked a piece at a time, and become facts all at once.
//!
//! An import is opened for one area, takes files in parts, and is worked off by [`work`] in bounded pieces: parts are read
//! into rows beside the facts, accounts are checked with these rows in place of what they replace, and everything that is
//! to come in does so in one transaction. A worker that is killed leaves a stage to be gone on with, or begun again.

mod again;
mod check;
mod commit;
mod list;
mod merged;
mod read;
mod upload;

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::book::BookError;
use crate::clock;
use crate::logbook::{LogError, Logbook};
use crate::store::{
    ImportEventRow, ImportPartRow, ImportProblemRow, ImportProgressRow, ImportRow, Link, Store, StoreError,
};

pub use list::ListHead;
pub use upload::{Form, Part, begin_part, complete_part, receive};

/// The most parts of an import.
pub const MAX_PARTS: i64 = 1000;

/// The most problems that are listed; all are counted.
pub const MAX_LISTED: i64 = 10_000;

/// Why something is not done with an import.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// There is no such import, or no such part.
    #[error("no import `{0}`, or no such part of it / 没有导入 `{0}`，或没有该分片")]
    Unknown(String),
    /// Not in this state, or beyond a bound; nothing was changed.
    #[error("{en} / {zh}")]
    Refused {
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        en: String,
    },
    /// Bytes that do not begin where those before end.
    #[error("the part goes on at byte {0} / 分片应自第 {0} 字节续传")]
    Offset(u64),
    /// What came is not what was announced; the part is sent again.
    #[error("the bytes have SHA-256 {0}, not what was announced / 收到的内容的 SHA-256 为 {0}，与声明不符")]
    Digest(String),
    /// Another worker has taken the import over; it goes on there.
    #[error("another worker holds the import / 另一执行者已接手该导入")]
    Lost,
}

impl IntakeError {
    fn refused(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Refused { zh: zh.into(), en: en.into() }
    }
}

/// A word that is stored.
macro_rules! stored {
    ($(#[doc = $doc:literal] $name:ident { $(#[doc = $of:literal] $variant:ident = $word:literal,)+ })+) => {
        $(
            #[doc = $doc]
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $name {
                $(#[doc = $of] $variant,)+
            }

            impl $name {
                /// The word it is stored as.
                pub const fn as_str(self) -> &'static str {
                    match self {
                        $(Self::$variant => $word,)+
                    }
                }

                /// The one of a word.
                pub fn from_word(word: &str) -> Option<Self> {
                    match word {
                        $($word => Some(Self::$variant),)+
                        _ => None,
                    }
                }
            }
        )+
    };
}
use stored;

stored! {
    #[doc = "What becomes of what stands."]
    Mode {
        #[doc = "Of the tables that came, what stood and did not come again is taken back."]
        Replace = "replace",
        #[doc = "Rows come in beside what stands; lines of JSON may take rows back."]
        Add = "add",
    }
    #[doc = "What becomes of what is right where something is wrong."]
    Keep {
        #[doc = "Nothing comes in."]
        AllOrNothing = "all-or-nothing",
        #[doc = "Accounts with a wrong row stay as they stand, the others come in; what is wrong with a file still refuses all."]
        KeepTheGood = "keep-the-good",
    }
    #[doc = "The state of an import."]
    State {
        #[doc = "Parts are sent."]
        Receiving = "receiving",
        #[doc = "It is read, checked and committed."]
        Checking = "checking",
        #[doc = "A dry run that has ended: this is what would be wrong."]
        Checked = "checked",
        #[doc = "Something was wrong, and nothing came in."]
        Refused = "refused",
        #[doc = "It came in."]
        Committed = "committed",
        #[doc = "It was given up."]
        Cancelled = "cancelled",
        #[doc = "It could not be read."]
        Failed = "failed",
    }
}

stored! {
    #[doc = "What a worker does next with an import."]
    Stage {
        #[doc = "Reads a part."]
        Reading = "reading",
        #[doc = "Checks accounts."]
        Checking = "checking",
        #[doc = "Lets everything come in."]
        Committing = "committing",
        #[doc = "Drops the rows and bytes that are needed no more."]
        Ending = "ending",
    }
}

/// What an import is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Its name: the same one is the same import.
    pub id: String,
    /// The area that all its rows are of.
    pub area: String,
    /// What becomes of what stands.
    pub mode: Mode,
    /// What becomes of what is right where something is wrong.
    pub keep: Keep,
    /// Whether nothing is to come in.
    pub dry_run: bool,
    /// Who asks.
    pub author: String,
    /// When, as records write instants.
    pub opened_at: String,
}

/// How far an import is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What was asked.
    pub opening: Opening,
    /// Its state.
    pub state: State,
    /// Bytes that were sent.
    pub bytes: u64,
    /// Rows that were read.
    pub rows: u64,
    /// Accounts that were checked.
    pub accounts: u64,
    /// Problems, listed or not.
    pub problems: u64,
    /// Why it failed; else empty.
    pub failure: String,
    /// The knowledge number under which it stands, once committed.
    pub number: Option<u64>,
}

/// Opens an import; where it is open already for the same, nothing happens.
///
/// # Errors
/// A name that is taken by another one, or is none.
pub fn open(store: &Store, opening: &Opening) -> Result<(), IntakeError> {
    store.change(|link| open_in(link, opening))
}

/// The same in a transaction of the caller's.
///
/// # Errors
/// As [`open`].
pub fn open_in(link: &mut Link, opening: &Opening) -> Result<(), IntakeError> {
    let named = |text: &str| rate_core::input::book::is_account_number(text);
    let area = opening.area.len() == 6 && opening.area.bytes().all(|byte| byte.is_ascii_digit());
    if !named(&opening.id) || !area || clock::millis(&opening.opened_at).is_none() {
        return Err(IntakeError::refused(
            "导入编号须为至多64个可见字符，统筹区代码为六位，时刻须为RFC 3339",
            "an import has a name of at most 64 characters, an area of six digits and an instant in RFC 3339",
        ));
    }
    if let Some(row) = link.import(&opening.id)? {
        let same = Opening { opened_at: row.opened_at.clone(), ..opening.clone() };
        return if opening_of(&row)? == same {
            Ok(())
        } else {
            Err(IntakeError::refused("该导入编号已用于另一导入", "this name is that of another import"))
        };
    }
    let row = ImportRow {
        id: opening.id.clone(),
        area: opening.area.clone(),
        mode: opening.mode.as_str().to_owned(),
        keep: opening.keep.as_str().to_owned(),
        dry_run: opening.dry_run,
        author: opening.author.clone(),
        opened_at: opening.opened_at.clone(),
        state: State::Receiving.as_str().to_owned(),
        stage: String::new(),
        problem: String::new(),
        number: 0,
    };
    let progress = ImportProgressRow {
        import: opening.id.clone(),
        known: 0,
        round: 0,
        cursor: String::new(),
        accounts: 0,
        problems: 0,
        owner: String::new(),
        lease_until: 0,
        fence: 0,
    };
    link.add_import(&row, &progress)?;
    Ok(noted(link, &row, &opening.opened_at)?)
}

/// Takes down the state that an import has come to.
fn noted(link: &mut Link, row: &ImportRow, now: &str) -> Result<(), StoreError> {
    let stage = if row.state == State::Checking.as_str() { row.stage.clone() } else { String::new() };
    let (import, state, recorded_at) = (row.id.clone(), row.state.clone(), now.to_owned());
    link.add_import_event(ImportEventRow { import, number: 0, state, stage, recorded_at })
}

/// Changes the state of an import, and takes that down.
fn entered(link: &mut Link, row: &ImportRow, now: &str) -> Result<(), StoreError> {
    link.set_import(row)?;
    noted(link, row, now)
}

fn opening_of(row: &ImportRow) -> Result<Opening, StoreError> {
    let broken = || StoreError::Broken("an import of no known kind");
    Ok(Opening {
        id: row.id.clone(),
        area: row.area.clone(),
        mode: Mode::from_word(&row.mode).ok_or_else(broken)?,
        keep: Keep::from_word(&row.keep).ok_or_else(broken)?,
        dry_run: row.dry_run,
        author: row.author.clone(),
        opened_at: row.opened_at.clone(),
    })
}

/// An import that must be there.
fn found(link: &mut Link, id: &str) -> Result<ImportRow, IntakeError> {
    link.import(id)?.ok_or_else(|| IntakeError::Unknown(id.to_owned()))
}

/// An import that still takes parts.
fn receiving(link: &mut Link, id: &str) -> Result<ImportRow, IntakeError> {
    link.lock_import(id)?;
    let row = found(link, id)?;
    if row.state == State::Receiving.as_str() {
        return Ok(row);
    }
    Err(IntakeError::refused(
        format!("导入 `{id}` 不再接收分片（{}）", row.state),
        format!("import `{id}` takes no more parts ({})", row.state),
    ))
}

/// Says that all parts were sent: from here on it is worked off. Where that was said already, nothing happens.
///
/// # Errors
/// No part, or one that is not whole.
pub fn close(store: &Store, id: &str, now: &str) -> Result<(), IntakeError> {
    store.change(|link| close_in(link, id, now))
}

/// The same in a transaction of the caller's.
///
/// # Errors
/// As [`close`].
pub fn close_in(link: &mut Link, id: &str, now: &str) -> Result<(), IntakeError> {
    link.lock_import(id)?;
    let row = found(link, id)?;
    if !matches!(State::from_word(&row.state), Some(State::Receiving | State::Cancelled)) {
        return Ok(());
    }
    let mut row = receiving(link, id)?;
    let parts = link.import_parts(id)?;
    if parts.is_empty() || parts.iter().any(|part| part.whole == 0 || part.whole != part.attempt) {
        return Err(IntakeError::refused("尚无分片，或有分片未传完", "no part was sent, or one is not whole yet"));
    }
    State::Checking.as_str().clone_into(&mut row.state);
    Stage::Reading.as_str().clone_into(&mut row.stage);
    Ok(entered(link, &row, now)?)
}

/// Gives an import up. One that has ended stays as it is.
///
/// # Errors
/// No such import.
pub fn cancel(store: &Store, id: &str, now: &str) -> Result<(), IntakeError> {
    store.change(|link| cancel_in(link, id, now))
}

/// The same in a transaction of the caller's.
///
/// # Errors
/// As [`cancel`].
pub fn cancel_in(link: &mut Link, id: &str, now: &str) -> Result<(), IntakeError> {
    link.lock_import(id)?;
    let mut row = found(link, id)?;
    if !matches!(State::from_word(&row.state), Some(State::Receiving | State::Checking)) {
        return Ok(());
    }
    // Whoever works on it finds another fence, and stops.
    let mut progress = link.import_progress(id)?;
    (progress.fence, progress.lease_until) = (progress.fence + 1, 0);
    link.set_import_progress(&progress)?;
    end(&mut row, State::Cancelled);
    Ok(entered(link, &row, now)?)
}

/// The state an import ends in; what it holds is dropped by whoever works next.
fn end(row: &mut ImportRow, state: State) {
    state.as_str().clone_into(&mut row.state);
    Stage::Ending.as_str().clone_into(&mut row.stage);
}

/// How far an import is.
///
/// # Errors
/// No such import.
pub fn progress(store: &Store, id: &str) -> Result<Progress, IntakeError> {
    store.read(|link| progress_in(link, id))
}

/// The same in a transaction of the caller's.
///
/// # Errors
/// As [`progress`].
pub fn progress_in(link: &mut Link, id: &str) -> Result<Progress, IntakeError> {
    let row = found(link, id)?;
    let progress = link.import_progress(id)?;
    let parts = link.import_parts(id)?;
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    let sum = |of: fn(&ImportPartRow) -> i64| parts.iter().map(|part| count(of(part))).sum::<u64>();
    let state = State::from_word(&row.state).ok_or(StoreError::Broken("an import of no known state"))?;
    Ok(Progress {
        opening: opening_of(&row)?,
        state,
        bytes: sum(|part| part.bytes),
        rows: sum(|part| part.rows),
        accounts: count(progress.accounts),
        problems: sum(|part| part.problems) + count(progress.problems),
        failure: row.problem.clone(),
        number: (state == State::Committed).then(|| count(row.number)),
    })
}

/// The changes of state of an import behind a number.
///
/// # Errors
/// As the store's.
pub fn events_in(link: &mut Link, id: &str, after: i64) -> Result<Vec<ImportEventRow>, IntakeError> {
    Ok(link.import_events(id, after)?)
}

/// What is wrong with an import, behind a number.
///
/// # Errors
/// As the store's.
pub fn problems(store: &Store, id: &str, after: i64, most: i64) -> Result<Vec<ImportProblemRow>, IntakeError> {
    store.read(|link| Ok(link.import_problems(id, after, most)?))
}

/// Control totals: of each table the number of rows, under an empty name, and the sum of each column of amounts in fen.
///
/// # Errors
/// As the store's.
pub fn totals(store: &Store, id: &str) -> Result<BTreeMap<(String, String), i128>, IntakeError> {
    let rows = store.read(|link| link.import_totals(id))?;
    let mut totals = BTreeMap::new();
    for row in rows {
        let total: i128 = row.total.parse().map_err(|_| StoreError::Broken("a total that is none"))?;
        *totals.entry((row.kind, row.column_)).or_default() += total;
    }
    Ok(totals)
}

/// A worker with what it works on.
struct Job<'j> {
    store: &'j Store,
    now: &'j dyn Fn() -> String,
    import: ImportRow,
    /// As it was claimed; its fence tells whether it is still this worker's.
    claimed: ImportProgressRow,
    /// How long it is this worker's before another may take it over, in milliseconds.
    lease: i64,
}

impl Job<'_> {
    /// Changes something, where the import is still this worker's; its lease then goes on.
    fn change<T>(
        &self,
        work: impl FnOnce(&mut Link, &mut ImportProgressRow) -> Result<T, IntakeError>,
    ) -> Result<T, IntakeError> {
        self.store.change(|link| {
            let mut progress = link.hold_import(&self.claimed)?.ok_or(IntakeError::Lost)?;
            let done = work(link, &mut progress)?;
            // From the end of the work on, however long that took.
            progress.lease_until = link.lease_clock()?.saturating_add(self.lease);
            link.set_import_progress(&progress)?;
            Ok(done)
        })
    }

    /// Does something while another thread holds the lease longer, again and again: reading a workbook, waiting for other
    /// writers or letting millions of rows come in take as long as they take.
    fn held<T>(&self, work: impl FnOnce(&Self) -> T) -> T {
        let (store, claimed, lease) = (self.store, &self.claimed, self.lease);
        let pause = Duration::from_millis(u64::try_from(lease / 3).unwrap_or_default().max(1));
        let (working, ended) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    let extended: Result<(), StoreError> = store.change(|link| link.extend_import(claimed, lease));
                    if let Err(error) = extended {
                        // It is tried again; where the lease ends all the same, the fence tells.
                        tracing::warn!(cause = %error, "the lease of an import was not extended");
                    }
                }
            });
            // Dropped when the work has ended, or panics: the other thread then ends too.
            let _working = working;
            work(self)
        })
    }

    /// Goes on to another stage, which begins at its beginning.
    fn go_on(&self, link: &mut Link, stage: Stage) -> Result<(), StoreError> {
        let mut row = self.import.clone();
        stage.as_str().clone_into(&mut row.stage);
        entered(link, &row, &(self.now)())
    }

    /// Ends the import in a state.
    fn end(&self, link: &mut Link, state: State, problem: &str) -> Result<(), StoreError> {
        let mut row = self.import.clone();
        end(&mut row, state);
        problem.clone_into(&mut row.problem);
        entered(link, &row, &(self.now)())
    }
}

/// Does one bounded piece of work on one import that nobody else works on; whether there was any.
///
/// `worker` is the name of who calls, `lease` for how many milliseconds a piece is its own unless it says again that it is
/// (by the clock of the database), `now` the clock. Called again and again, it brings every import that was closed to
/// its end. Letting an import come in is one piece, however large it is: it is one transaction.
///
/// # Errors
/// The store or the log; the piece is then done again. [`IntakeError::Lost`] where another worker has taken over.
pub fn work(
    store: &Store,
    log: &Logbook,
    (worker, lease): (&str, i64),
    now: &dyn Fn() -> String,
) -> Result<bool, IntakeError> {
    let claimed = store.change(|link| -> Result<_, IntakeError> {
        let Some(claimed) = link.claim_import(worker, lease)? else { return Ok(None) };
        Ok(Some((found(link, &claimed.import)?, claimed)))
    })?;
    let Some((import, claimed)) = claimed else { return Ok(false) };
    let job = Job { store, now, import, claimed, lease };
    let stage = Stage::from_word(&job.import.stage).ok_or(StoreError::Broken("an import of no known stage"))?;
    job.held(|job| match stage {
        Stage::Reading => read::next_part(job),
        Stage::Checking => check::next_accounts(job),
        Stage::Committing => commit::all(job, log),
        Stage::Ending => ending(job),
    })?;
    // Given back, for the next piece: the lease has ended long ago.
    store.change(|link| link.extend_import(&job.claimed, i64::MIN))?;
    Ok(true)
}

/// Rows that are dropped at a time.
const DROPPED: i64 = 20_000;

fn ending(job: &Job<'_>) -> Result<(), IntakeError> {
    job.change(|link, _| {
        if !link.drop_import_rows(&job.import.id, DROPPED)? {
            let mut row = job.import.clone();
            row.stage = String::new();
            link.set_import(&row)?;
        }
        Ok(())
    })
}

impl From<BookError> for IntakeError {
    fn from(error: BookError) -> Self {
        Self::refused(error.to_string(), error.to_string())
    }
}
