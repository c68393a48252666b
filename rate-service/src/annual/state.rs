//! The states of a run and who may move it from one to the next: the whole table in one place.

use std::fmt;

use rate_core::error::Lang;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Asked for; nobody works on it yet.
    Queued,
    /// Its facts are frozen and looked through, then its chunks are decided.
    Running,
    /// More was found in the book than may be; somebody accepts it by name, or the book is corrected.
    Blocked,
    /// Everybody is decided; nothing of it is in the log.
    Trial,
    /// A second person has looked through it.
    Reviewed,
    /// A person other than its author answers for it.
    Approved,
    /// It is being published.
    Publishing,
    /// It stands in the log.
    Published,
    /// Sent back to its author.
    Returned,
    /// Given up.
    Cancelled,
    /// It could not go on; what was done is kept.
    Failed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 11] = [
        Self::Queued,
        Self::Running,
        Self::Blocked,
        Self::Trial,
        Self::Reviewed,
        Self::Approved,
        Self::Publishing,
        Self::Published,
        Self::Returned,
        Self::Cancelled,
        Self::Failed,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Blocked => "blocked",
            Self::Trial => "trial",
            Self::Reviewed => "reviewed",
            Self::Approved => "approved",
            Self::Publishing => "publishing",
            Self::Published => "published",
            Self::Returned => "returned",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The state in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Queued => lang.pick("待运行", "queued"),
            Self::Running => lang.pick("运行中", "running"),
            Self::Blocked => lang.pick("核定前检查未通过", "blocked by diagnostics"),
            Self::Trial => lang.pick("试算完成", "trial"),
            Self::Reviewed => lang.pick("已复核", "reviewed"),
            Self::Approved => lang.pick("已审批", "approved"),
            Self::Publishing => lang.pick("发布中", "publishing"),
            Self::Published => lang.pick("已发布", "published"),
            Self::Returned => lang.pick("已退回", "returned"),
            Self::Cancelled => lang.pick("已取消", "cancelled"),
            Self::Failed => lang.pick("失败（可续作）", "failed, may be resumed"),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What moves a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// A worker takes it up.
    Start,
    /// The diagnostics find more than may be.
    Block,
    /// What was found is accepted by name, with a reason.
    Accept,
    /// Its last chunk is decided.
    Finish,
    /// It cannot go on.
    Fail,
    /// Somebody lets it go on where it failed.
    Resume,
    /// A second person has looked through it.
    Review,
    /// Somebody answers for it.
    Approve,
    /// Somebody has it published.
    Publish,
    /// It is in the log.
    Record,
    /// Its publication was refused; nothing of it is in the log.
    Withhold,
    /// It goes back to its author.
    Return,
    /// Its author has it made once more, on the facts of now.
    Rerun,
    /// It is given up.
    Cancel,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 14] = [
        Self::Start,
        Self::Block,
        Self::Accept,
        Self::Finish,
        Self::Fail,
        Self::Resume,
        Self::Review,
        Self::Approve,
        Self::Publish,
        Self::Record,
        Self::Withhold,
        Self::Return,
        Self::Rerun,
        Self::Cancel,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Block => "block",
            Self::Accept => "accept",
            Self::Finish => "finish",
            Self::Fail => "fail",
            Self::Resume => "resume",
            Self::Review => "review",
            Self::Approve => "approve",
            Self::Publish => "publish",
            Self::Record => "record",
            Self::Withhold => "withhold",
            Self::Return => "return",
            Self::Rerun => "rerun",
            Self::Cancel => "cancel",
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who acts, as far as the table asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// A worker of the service.
    Worker,
    /// The person who made the run.
    Author,
    /// Another person.
    Other,
}

/// Why a run is not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotMoved {
    /// Not from this state.
    State,
    /// Not by this one: four eyes.
    Person,
}

/// The state a run comes to, or why it stays where it is.
///
/// Persons never do what a worker does, and the other way round. Whoever made a run neither reviews, approves, publishes nor
/// returns it; the one who reviewed it may approve it.
///
/// # Errors
/// [`NotMoved`]: first whether the state allows it at all, then whether this one may.
///
/// ```
/// use rate_service::annual::{Act, NotMoved, State, Who, next};
/// assert_eq!(next(State::Reviewed, Act::Approve, Who::Other), Ok(State::Approved));
/// assert_eq!(next(State::Reviewed, Act::Approve, Who::Author), Err(NotMoved::Person));
/// assert_eq!(next(State::Trial, Act::Approve, Who::Other), Err(NotMoved::State));
/// ```
pub fn next(state: State, act: Act, who: Who) -> Result<State, NotMoved> {
    let to = match (state, act) {
        (State::Queued, Act::Start) | (State::Blocked, Act::Accept) | (State::Failed, Act::Resume) => State::Running,
        (State::Running, Act::Block) => State::Blocked,
        (State::Running, Act::Finish) => State::Trial,
        (State::Running, Act::Fail) => State::Failed,
        (State::Trial, Act::Review) => State::Reviewed,
        (State::Reviewed, Act::Approve) | (State::Publishing, Act::Withhold) => State::Approved,
        (State::Approved, Act::Publish) => State::Publishing,
        (State::Publishing, Act::Record) => State::Published,
        (State::Blocked | State::Trial | State::Reviewed | State::Approved, Act::Return) => State::Returned,
        (State::Returned, Act::Rerun) => State::Queued,
        (
            State::Queued
            | State::Running
            | State::Blocked
            | State::Trial
            | State::Reviewed
            | State::Approved
            | State::Returned
            | State::Failed,
            Act::Cancel,
        ) => State::Cancelled,
        _ => return Err(NotMoved::State),
    };
    let may = match act {
        Act::Start | Act::Block | Act::Finish | Act::Fail | Act::Record | Act::Withhold => who == Who::Worker,
        Act::Review | Act::Approve | Act::Publish | Act::Return => who == Who::Other,
        Act::Rerun => who == Who::Author,
        Act::Accept | Act::Resume | Act::Cancel => who != Who::Worker,
    };
    if may { Ok(to) } else { Err(NotMoved::Person) }
}
