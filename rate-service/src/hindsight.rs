//! One account looked back upon: what was decided for a day as it was known at an instant, what was known then, what would be
//! decided again, and why any of it is different.
//!
//! Facts and law of then are held against those of now, each by itself and both together, by the one engine; where they part
//! from the record is told by the room that replays records.

mod changes;

use std::collections::BTreeSet;
use std::sync::Arc;

use rate_core::decide::decide;
use rate_core::input::book::facts_digest;
use rate_core::record::{Body, RecordError, seal};
use rate_core::replay::{Difference, DifferencePlace, Verdict, replay};
use rate_core::rule_set::Semantics;
use rate_core::{AccountKey, DateSpan, Decision, History, Law, NaiveDate, Parameters, Problem};

pub use changes::{DocumentChange, FactChange, LawChange};

use crate::billing::{BillingError, DatedRate, Gap, Piece, RunEntry, Seen, Timeline, pieces};
use crate::gazette::{self, GazetteError};
use crate::logbook::{LogError, View};
use crate::pipeline::{self, Known, Row};
use crate::preview::{self, NotDecided};
use crate::replay::{Material, ReplayError, material};
use crate::run::not_of_setting;
use crate::store::{Link, Store, StoreError};

/// What is asked of one account.
#[derive(Clone, Debug)]
pub struct Question {
    /// The account.
    pub account: AccountKey,
    /// The day.
    pub day: NaiveDate,
    /// As it was known at this instant; now where none is named.
    pub known_at: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HindsightError {
    /// Nobody knows the account.
    #[error("there is no such account / 没有该单位")]
    Unknown,
    /// Rates.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// The log.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The law of now.
    #[error(transparent)]
    Gazette(#[from] GazetteError),
}

impl From<StoreError> for HindsightError {
    fn from(error: StoreError) -> Self {
        Self::Billing(error.into())
    }
}

impl From<LogError> for HindsightError {
    fn from(error: LogError) -> Self {
        Self::Replay(error.into())
    }
}

impl From<RecordError> for HindsightError {
    fn from(error: RecordError) -> Self {
        Self::Billing(error.into())
    }
}

/// A question with the states of the store that it is answered from: whatever comes in meanwhile changes nothing.
#[derive(Clone, Debug)]
pub struct Pinned {
    question: Question,
    decided: Result<Decided, Gap>,
    known: i64,
    now: i64,
    /// The last publications of law by then, and now.
    laws: [i64; 2],
}

/// What was decided.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The rate on the day.
    pub rate: DatedRate,
    /// The run.
    pub run: RunEntry,
    /// The record.
    pub body: Vec<u8>,
}

/// Facts or law of then, or of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Of the decision; where there is none, of the instant that is asked about.
    Then,
    /// Of now.
    Now,
}

/// What would be decided.
#[derive(Debug)]
pub struct Again {
    /// On which facts.
    pub facts: When,
    /// Under which law.
    pub law: When,
    /// The decision, or why there is none.
    pub result: Result<Box<Decision>, Nothing>,
    /// Where it parts from what was decided; `None` where it does not, or where there is nothing to hold it against.
    pub difference: Option<Difference>,
}

/// Why nothing would be decided.
#[derive(Clone, Debug)]
pub enum Nothing {
    /// There are no facts of the account.
    NoFacts,
    /// What is wrong with the facts.
    Problems(Vec<Problem>),
    /// No law decides, in both languages.
    NoLaw(String, String),
}

/// An account, looked back upon.
#[derive(Debug)]
pub struct Hindsight {
    /// What was decided, or why nothing was.
    pub decided: Result<Decided, Gap>,
    /// The number of what was known at the instant.
    pub known: i64,
    /// The number of the facts that are held against those of now.
    pub then: i64,
    /// The number of what is known now.
    pub now: i64,
    /// The rows of the account as they were known at the instant.
    pub rows: Vec<Row>,
    /// What would be decided: on facts of then under law of then, then each of both of now, then both.
    pub again: Vec<Again>,
    /// What became known between both numbers of facts, in order.
    pub facts: Vec<FactChange>,
    /// What became other law.
    pub law: LawChange,
    /// The semantics of the record and of now.
    pub semantics: [u16; 2],
}

/// Finds what was decided, and pins what the rest is answered from.
///
/// # Errors
/// An account of which nobody knows anything; the store's.
pub fn pinned(link: &mut Link, seen: &Seen, question: Question) -> Result<Pinned, HindsightError> {
    let Question { account, day, known_at } = &question;
    let now = link.last_knowledge()?;
    let (known, laws) = match known_at {
        Some(at) => (link.knowledge_at(at)?, [link.publication_at(at)?, link.last_publication()?]),
        None => (now, [link.last_publication()?; 2]),
    };
    let runs = seen.of(&account.area, known_at.as_deref());
    let bodies = link.bodies_of(&account.area, std::slice::from_ref(&account.number))?;
    let timeline = Timeline::of(&account.number, &bodies, &runs, runs.last().unwrap_or_default())?;
    let decided = match timeline.on(*day) {
        Some(rate) => {
            let run = runs.named(&rate.decision.run);
            let row = bodies.into_iter().find(|row| row.run == rate.decision.run);
            let gone = || StoreError::Broken("a rate of a run that is gone");
            let (run, row) = run.cloned().zip(row).ok_or_else(gone)?;
            Ok(Decided { rate: rate.clone(), run, body: row.body })
        }
        None => Err(gap(&timeline, &runs, *day)),
    };
    let of = std::slice::from_ref(&account.number);
    if decided.is_err()
        && [known, now].into_iter().try_fold(true, |none, number| -> Result<bool, StoreError> {
            Ok(none && link.standing_of(&account.area, of, number)?.is_empty())
        })?
    {
        return Err(HindsightError::Unknown);
    }
    Ok(Pinned { question, decided, known, now, laws })
}

fn gap(timeline: &Timeline, runs: &crate::billing::AreaRuns<'_>, day: NaiveDate) -> Gap {
    let span = DateSpan::new(day, Some(day));
    let pieces = span.map(|span| pieces(timeline, runs, &span)).unwrap_or_default();
    let why = pieces.into_iter().find_map(|piece| if let Piece::Gap(_, why) = piece { Some(why) } else { None });
    why.unwrap_or(Gap::NoRun)
}

/// The facts of the account at a number, and what came with them.
struct Facts {
    history: Result<History, Nothing>,
    averages: Parameters,
    tables: Vec<rate_core::input::book::RawTable>,
}

impl Facts {
    fn at(link: &mut Link, account: &AccountKey, number: i64) -> Result<Self, StoreError> {
        let accounts = BTreeSet::from([account.number.clone()]);
        let portion = pipeline::listed(link, &account.area, accounts, number)?;
        let book = portion.checked();
        let history = match preview::stored(&book, account) {
            Ok(Some(history)) => Ok(history.clone()),
            Ok(None) | Err(NotDecided::TooMany(_) | NotDecided::Which(_)) => Err(Nothing::NoFacts),
            Err(NotDecided::Problems(problems)) => Err(Nothing::Problems(problems)),
        };
        Ok(Self { history, averages: book.parameters, tables: portion.tables().to_vec() })
    }
}

impl Pinned {
    /// Answers the question.
    ///
    /// # Errors
    /// A log that cannot be read, or was changed; the store's.
    pub fn answered(self, store: &Arc<Store>) -> Result<Hindsight, HindsightError> {
        let Self { question, decided, known, now, laws } = self;
        let Question { account, day, .. } = &question;
        let then = decided.as_ref().map_or(known, |it| i64::try_from(it.run.run.knowledge).unwrap_or(i64::MAX));
        let (facts, rows, changes) = store.read(|link| -> Result<_, HindsightError> {
            let facts = [Facts::at(link, account, then)?, Facts::at(link, account, now)?];
            let rows = rows(link, account, known)?;
            Ok((facts, rows, changes::facts(link, account, [then, now])?))
        })?;
        let kept = match &decided {
            Ok(it) => Ok(kept(store, it, &facts[0])?),
            Err(_) => store.read(|link| in_force(link, (account, *day), laws[0], &facts[0]))?,
        };
        let law_now = store.read(|link| in_force(link, (account, *day), laws[1], &facts[1]))?;
        let law_now = law_now.map(|law| decided.as_ref().map_or_else(|_| law.clone(), |it| on_its_day(&law, it)));
        let body = match &decided {
            Ok(it) => Some(it.body.clone()),
            Err(_) => again(&facts[0].history, &kept).ok().map(|it| seal(&it, facts_digest_of(&facts[0]))),
        };
        let semantics = [&kept, &law_now].map(|law| law.as_ref().map_or(0, |law| law.semantics().number()));
        let law = changes::law(kept.as_ref().ok(), law_now.as_ref().ok());
        let sides = [(&facts[0], When::Then), (&facts[1], When::Now)];
        let mut found = Vec::with_capacity(4);
        for (law, of_law) in [(&kept, When::Then), (&law_now, When::Now)] {
            for (facts, of_facts) in &sides {
                let difference = match (&body, law, &facts.history) {
                    (Some(body), Ok(law), Ok(history)) => parted(body, law, history)?,
                    _ => None,
                };
                let result = again(&facts.history, law).map(Box::new);
                found.push(Again { facts: *of_facts, law: of_law, result, difference });
            }
        }
        Ok(Hindsight { decided, known, then, now, rows, again: found, facts: changes, law, semantics })
    }
}

impl Hindsight {
    /// What makes it different now: facts and law of then give something else (`engine`); facts or law of now do, each by
    /// itself; only both together do.
    pub fn because(&self) -> Vec<&'static str> {
        let differs = |facts: When, law: When| {
            let of = |it: &&Again| it.facts == facts && it.law == law;
            self.again.iter().find(of).is_some_and(|it| match &it.difference {
                Some(it) => it.place != DifferencePlace::Inputs,
                // What was decided, and would not be, is another decision.
                None => self.decided.is_ok() && it.result.is_err(),
            })
        };
        let (facts, law) = (differs(When::Now, When::Then), differs(When::Then, When::Now));
        let found = [
            (differs(When::Then, When::Then), "engine"),
            (facts, "facts"),
            (law, "law"),
            (!facts && !law && differs(When::Now, When::Now), "facts-with-law"),
        ];
        found.into_iter().filter_map(|(is, word)| is.then_some(word)).collect()
    }
}

fn facts_digest_of(facts: &Facts) -> rate_core::log::Digest {
    facts.history.as_ref().map_or(rate_core::log::Digest::of(b""), facts_digest)
}

fn again(history: &Result<History, Nothing>, law: &Result<Law, Nothing>) -> Result<Decision, Nothing> {
    let (history, law) = (history.as_ref().map_err(Clone::clone)?, law.as_ref().map_err(Clone::clone)?);
    decide(law, history).map_err(|problems| Nothing::Problems(problems.into_vec()))
}

/// Where deciding again parts from a record.
fn parted(body: &[u8], law: &Law, history: &History) -> Result<Option<Difference>, RecordError> {
    Ok(match replay(body, law, history)? {
        Verdict::Differs(difference) => Some(difference),
        Verdict::Identical | Verdict::Refused(_) => None,
    })
}

/// The law of a decision, under the semantics of its record.
fn kept(store: &Arc<Store>, decided: &Decided, facts: &Facts) -> Result<Law, HindsightError> {
    let view = View::stored(store)?;
    let run = &decided.run.run;
    let material: Material = material(&view, run, &facts.tables)?;
    let law = material.law(run)?;
    let number = Body::read(&decided.body)?.semantics;
    Ok(Semantics::from_number(number).map_or(law.clone(), |semantics| law.under(semantics)))
}

/// The law in force on a day by a publication, with the averages that came with some facts.
fn in_force(
    link: &mut Link,
    (account, day): (&AccountKey, NaiveDate),
    by: i64,
    facts: &Facts,
) -> Result<Result<Law, Nothing>, HindsightError> {
    match gazette::law(link, &account.area, day, Some(by), facts.averages.clone()) {
        Ok(chosen) => Ok(Ok(chosen.law)),
        Err(GazetteError::NoLaw { refusal, .. }) => {
            let [zh, en] = [rate_core::error::Lang::Zh, rate_core::error::Lang::En].map(|lang| refusal.text(lang));
            Ok(Err(Nothing::NoLaw(zh, en)))
        }
        Err(GazetteError::Problems(problems)) => Ok(Err(Nothing::Problems(problems))),
        Err(error) => Err(error.into()),
    }
}

/// The law of now on the day of a decision, where that lies in its setting.
fn on_its_day(law: &Law, decided: &Decided) -> Law {
    match decided.run.run.decided_on.filter(|day| not_of_setting(law, *day).is_none()) {
        Some(day) => law.clone().decided_on(day),
        None => law.clone(),
    }
}

/// The rows of the account at a number.
fn rows(link: &mut Link, account: &AccountKey, known: i64) -> Result<Vec<Row>, StoreError> {
    use pipeline::Facts as _;
    Known { link, area: &account.area, known }.of(std::slice::from_ref(&account.number))
}
