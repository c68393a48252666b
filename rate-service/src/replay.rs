//! Deciding again what a log says was decided, on the facts and law it keeps, or on those of today.

mod damaged;
mod outcome;
mod pieces;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rate_core::calendar::year_of;
use rate_core::input::book::{RawTable, check_book};
use rate_core::log::Digest;
use rate_core::record::{Body, Event, Run};
use rate_core::replay::{
    Difference, DifferenceCause, DifferencePlace, Verdict, rates_text, recorded_premium_fen, replay,
};
use rate_core::rule_set::Semantics;
use rate_core::{AccountKey, History, Law, Parameters, Refusal, RuleSet};

use crate::book::{BookError, Reading};
use crate::logbook::{FaultKind, LogError, PublishedRun, View, fact_faults};
use crate::run::{self, RunError};
use crate::store::StoreError;
use damaged::{Damaged, hold};
pub use outcome::{Damage, Outcome, Refused};
pub use pieces::{Now, Pieces};

/// What to replay, and on what.
#[derive(Clone, Debug)]
pub struct Request {
    /// The log.
    pub log: PathBuf,
    /// Runs of this name only.
    pub run: Option<String>,
    /// Runs whose rates begin in this year only.
    pub year: Option<i32>,
    /// This account only.
    pub account: Option<String>,
    /// A book of today, to see what facts known later change.
    pub book: Option<PathBuf>,
    /// How it is read.
    pub reading: Reading,
    /// Rule sets of today, to see what another rule set changes.
    pub rules: Option<PathBuf>,
    /// Parameters of today, to see what other parameters change.
    pub parameters: Option<PathBuf>,
}

impl Request {
    /// Everything in a log, on its own facts and law.
    pub fn of(log: &Path) -> Self {
        Self {
            log: log.to_owned(),
            run: None,
            year: None,
            account: None,
            book: None,
            reading: Reading::default(),
            rules: None,
            parameters: None,
        }
    }
}

/// Why a replay could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Files of today.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The book of today.
    #[error(transparent)]
    Book(#[from] BookError),
}

impl From<StoreError> for ReplayError {
    fn from(error: StoreError) -> Self {
        Self::Log(error.into())
    }
}

/// One decision, replayed.
#[derive(Debug)]
pub struct Replayed {
    /// The run.
    pub run: String,
    /// Its number in the run, from zero.
    pub index: usize,
    /// The account; `None` where the record cannot even be read.
    pub account: Option<AccountKey>,
    /// What came of it on the facts and law of the log.
    pub kept: Outcome,
    /// What came of it on facts or law of today, for each that was given.
    pub today: Vec<(Today, Outcome)>,
}

impl Replayed {
    /// What of it is not identical: on the log's own facts and law, then on those of today.
    pub fn differing(&self) -> impl Iterator<Item = (Option<Today>, &Outcome)> {
        let today = self.today.iter().map(|(what, outcome)| (Some(*what), outcome));
        let all = std::iter::once((None, &self.kept)).chain(today);
        all.filter(|(_, outcome)| !matches!(outcome, Outcome::Identical))
    }
}

/// What was taken from today, or else what was not the same to begin with.
pub fn cause_of(what: Option<Today>, outcome: &Outcome) -> Option<DifferenceCause> {
    match what {
        None => outcome.cause(),
        Some(Today::Facts) => Some(DifferenceCause::Facts),
        Some(Today::RuleSet) => Some(DifferenceCause::RuleSet),
        Some(Today::Parameters) => Some(DifferenceCause::Parameters),
    }
}

/// What was taken from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Today {
    /// The facts.
    Facts,
    /// The rule set.
    RuleSet,
    /// The parameters.
    Parameters,
}

/// Facts by account.
pub(crate) type Facts = BTreeMap<AccountKey, History>;

/// What a run was made from.
#[derive(Debug)]
pub(crate) struct Material {
    rules: RuleSet,
    parameters: Parameters,
    /// The averages that came with the facts; they are among the parameters.
    averages: Parameters,
    /// Facts by account.
    pub(crate) facts: Facts,
}

impl Material {
    /// What a run was made from, put together again.
    pub(crate) fn of(rules: RuleSet, mut parameters: Parameters, tables: &[RawTable]) -> Result<Self, ReplayError> {
        let book = check_book(tables);
        if !book.file_problems.is_empty() {
            return Err(RunError::Problems(book.file_problems).into());
        }
        parameters.merge(book.parameters.clone());
        Ok(Self { rules, parameters, averages: book.parameters, facts: by_account(book.histories) })
    }

    /// The law of the run.
    pub(crate) fn law(&self, run: &Run) -> Result<Law, ReplayError> {
        let on = run.setting.from();
        self.rules.law_for(&self.parameters, on).map(|law| as_decided(law, run)).map_err(refused)
    }
}

fn refused(refusal: Refusal) -> ReplayError {
    RunError::Refused { refusal, considered: Vec::new() }.into()
}

/// Replays what a request names, a decision at a time.
///
/// # Errors
/// A log or files of today that cannot be read. What is wrong with single records stands in what `each` is given.
pub fn replays(request: &Request, each: &mut dyn FnMut(Replayed)) -> Result<usize, ReplayError> {
    let view = View::read(&request.log)?;
    let wanted = |run: &Run| {
        request.run.as_ref().is_none_or(|id| *id == run.id)
            && request.year.is_none_or(|year| year_of(run.setting.from()) == year)
    };
    let runs: Vec<Run> = view.runs().into_iter().filter(wanted).collect();
    if runs.is_empty() {
        return Err(LogError::Unknown("the log has no such run / 日志中没有这样的运行".to_owned()).into());
    }
    let nobody = |number: &String| {
        LogError::Unknown(format!("no such run decided the account `{number}` / 这样的运行未核定单位 `{number}`"))
    };
    let now = request.book.as_deref().map(|book| facts_of_today(book, &request.reading)).transpose()?;
    let changed = OnceCell::new();
    let mut count = 0;
    for run in runs {
        let kept = material(&view, &run, &view.tables(run.knowledge)?)?;
        let laws = laws(request, &kept, &run)?;
        let stands = stands(&view, run.knowledge);
        let published = view.published(run)?;
        let changed = || changed.get_or_init(|| changed_facts(&view)).iter().any(|it| stands.contains(it));
        let one = One {
            account: request.account.as_deref(),
            id: &published.run.id,
            kept: &kept,
            now: now.as_ref(),
            laws: &laws,
            changed: &changed,
        };
        count += one.all(&published, each);
    }
    match (&request.account, count) {
        (Some(number), 0) => Err(nobody(number).into()),
        _ => Ok(count),
    }
}

/// The knowledge numbers whose rows stand at one: of the last whole batch by then, and of the changes behind it.
fn stands(view: &View, knowledge: u64) -> BTreeSet<u64> {
    let mut stands = BTreeSet::new();
    for (_, event) in view.events() {
        match event {
            Event::Batch(it) if it.knowledge <= knowledge => stands = BTreeSet::from([it.knowledge]),
            Event::Facts(it) if it.knowledge <= knowledge => drop(stands.insert(it.knowledge)),
            _ => {}
        }
    }
    stands
}

/// The knowledge numbers whose kept rows are not those that came in.
fn changed_facts(view: &View) -> BTreeSet<u64> {
    let number = |place: &str| {
        let rest = place.strip_prefix("batches/").or_else(|| place.strip_prefix("facts/"))?;
        rest.split('/').next()?.parse().ok()
    };
    fact_faults(view).iter().filter(|it| it.kind == FaultKind::Facts).filter_map(|it| number(&it.place)).collect()
}

fn facts_of_today(dir: &Path, reading: &Reading) -> Result<Facts, ReplayError> {
    facts_in(&reading.tables(dir, &mut |_, _| {})?)
}

/// The facts in the tables of a book.
fn facts_in(tables: &[RawTable]) -> Result<Facts, ReplayError> {
    let book = check_book(tables);
    if !book.file_problems.is_empty() {
        return Err(RunError::Problems(book.file_problems).into());
    }
    Ok(by_account(book.histories))
}

fn by_account(histories: Vec<History>) -> Facts {
    histories.into_iter().map(|history| (history.key().clone(), history)).collect()
}

/// A law with the day on which a run was decided.
fn as_decided(law: Law, run: &Run) -> Law {
    match run.decided_on {
        Some(day) => law.decided_on(day),
        None => law,
    }
}

/// What a run of a log was made from, on the tables of its facts.
pub(crate) fn material(view: &View, run: &Run, tables: &[RawTable]) -> Result<Material, ReplayError> {
    Material::of(view.rule_set(run.rule_set)?, view.parameters(&run.parameters)?, tables)
}

/// The law of the log, and that law with what today changes about it.
struct Laws {
    kept: Law,
    today: Vec<(Today, Law)>,
}

fn laws(request: &Request, kept: &Material, run: &Run) -> Result<Laws, ReplayError> {
    let on = run.setting.from();
    let mut today = Vec::new();
    if let Some(rules) = &request.rules {
        let chosen = run::rule_set(rules, &run.area, on)?;
        today.push((
            Today::RuleSet,
            chosen.law_for(&kept.parameters, on).map(|law| as_decided(law, run)).map_err(refused)?,
        ));
    }
    if let Some(parameters) = &request.parameters {
        let parameters = run::parameters(parameters)?;
        today.push((
            Today::Parameters,
            kept.rules.law_for(&parameters, on).map(|law| as_decided(law, run)).map_err(refused)?,
        ));
    }
    Ok(Laws { kept: kept.law(run)?, today })
}

struct One<'o> {
    /// This account only.
    account: Option<&'o str>,
    id: &'o str,
    kept: &'o Material,
    now: Option<&'o Facts>,
    laws: &'o Laws,
    /// Whether the rows that the log keeps for the run are not those that came in.
    changed: &'o dyn Fn() -> bool,
}

impl One<'_> {
    /// Every decision of a run replayed, and the records that it lacks; how many were given.
    fn all(&self, published: &PublishedRun, each: &mut dyn FnMut(Replayed)) -> usize {
        let whole = hold(published, published.bodies.iter().map(|body| Digest::leaf(body)));
        let mut damaged = (!whole).then(|| Damaged::of(published, self.kept, &self.laws.kept));
        let mut count = 0;
        let mut give = |replayed| {
            count += 1;
            each(replayed);
        };
        for (index, body) in published.bodies.iter().enumerate() {
            let damage = damaged.as_mut().and_then(|damaged| damaged.outcome(body));
            self.replayed(index, body, damage).into_iter().for_each(&mut give);
        }
        let missing = damaged.map(Damaged::missing).unwrap_or_default();
        for ((account, kept), index) in missing.into_iter().zip(published.bodies.len()..) {
            if account.as_ref().is_none_or(|key| self.asked(key)) {
                give(Replayed { run: self.id.to_owned(), index, account, kept, today: Vec::new() });
            }
        }
        count
    }

    fn asked(&self, key: &AccountKey) -> bool {
        self.account.is_none_or(|number| *number == key.number)
    }

    /// A decision replayed, unless its record was damaged; `None` where nobody asked for its account.
    fn replayed(&self, index: usize, body: &[u8], damage: Option<Outcome>) -> Option<Replayed> {
        let read = Body::read(body).ok();
        let account = read.as_ref().map(|body| body.account.clone());
        if !account.as_ref().is_none_or(|key| self.asked(key)) {
            return None;
        }
        let replayed = |kept, today| Replayed { run: self.id.to_owned(), index, account: account.clone(), kept, today };
        let read = match (damage, read) {
            (Some(kept), _) => return Some(replayed(kept, Vec::new())),
            (None, None) => return Some(replayed(Outcome::Record(Damage::Changed(None)), Vec::new())),
            (None, Some(read)) => read,
        };
        let Some(semantics) = read.semantics() else {
            return Some(replayed(Outcome::UnknownSemantics(read.semantics), Vec::new()));
        };
        let facts = &self.kept.facts;
        let mut kept = on(body, &read, facts, &self.laws.kept, semantics);
        if kept.cause() == Some(DifferenceCause::Facts) && (self.changed)() {
            match &mut kept {
                Outcome::Differs(difference) => difference.causes = vec![DifferenceCause::LogFacts],
                Outcome::Refused(refused) => refused.cause = DifferenceCause::LogFacts,
                Outcome::Identical | Outcome::Record(_) | Outcome::UnknownSemantics(_) => {}
            }
        }
        let mut today: Vec<(Today, Outcome)> = Vec::new();
        if let Some(now) = self.now {
            today.push((Today::Facts, on(body, &read, now, &self.laws.kept, semantics)));
        }
        for (what, law) in &self.laws.today {
            today.push((*what, on(body, &read, facts, law, semantics)));
        }
        Some(replayed(kept, today))
    }
}

fn on(body: &[u8], read: &Body, facts: &Facts, law: &Law, semantics: Semantics) -> Outcome {
    let history = facts.get(&read.account);
    let refused = |problems| {
        Outcome::Refused(Refused {
            cause: DifferenceCause::Facts,
            rates: rates_text(read),
            recorded_fen: history.and_then(|history| recorded_premium_fen(read, law, history)),
            problems,
        })
    };
    let Some(history) = history else { return refused(None) };
    match replay(body, &law.under(semantics), history) {
        Ok(Verdict::Identical) => Outcome::Identical,
        Ok(Verdict::Differs(difference)) => Outcome::Differs(difference),
        Ok(Verdict::Refused(problems)) => refused(Some(problems)),
        Err(_) => Outcome::Record(Damage::Changed(None)),
    }
}

/// Counts of a replay by cause, with money.
#[derive(Debug, Default)]
pub struct Tally {
    /// Replayed on what the log keeps: all, and identical ones.
    pub kept: [usize; 2],
    /// Differences on what the log keeps, by cause.
    pub differing: BTreeMap<DifferenceCause, Sum>,
    /// Differences on what today has, by what was taken from today.
    pub today: BTreeMap<Today, Sum>,
    /// Accounts that something of today changes.
    pub accounts: BTreeSet<AccountKey>,
}

/// Decisions and money.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    /// Decisions whose outcome or rates differ.
    pub decisions: usize,
    /// Decisions that say the same but were made from something else.
    pub inputs_only: usize,
    /// Premium by the records, in fen.
    pub recorded_fen: i128,
    /// Premium by the replays, in fen.
    pub now_fen: i128,
}

impl Sum {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Differs(Difference { place: DifferencePlace::Inputs, .. }) => self.inputs_only += 1,
            _ => self.decisions += 1,
        }
        // A sum of one side alone would look like money that was lost.
        if let [Some(recorded), Some(now)] = outcome.money() {
            self.recorded_fen += recorded;
            self.now_fen += now;
        }
    }
}

impl Tally {
    /// Counts a decision.
    pub fn add(&mut self, replayed: &Replayed) {
        self.kept[0] += 1;
        match replayed.kept.cause() {
            None => self.kept[1] += 1,
            Some(cause) => self.differing.entry(cause).or_default().add(&replayed.kept),
        }
        for (what, outcome) in &replayed.today {
            if !matches!(outcome, Outcome::Identical) {
                self.today.entry(*what).or_default().add(outcome);
                self.accounts.extend(replayed.account.clone());
            }
        }
    }
}
