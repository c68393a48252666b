//! Rates that somebody else charged, held against what the law gives; and the mistakes that would explain a difference.
//!
//! Each way of a mistake is the law, the facts or the outcome with one thing other than it is; the same engine decides
//! again. What then gives exactly the rates that were charged is a candidate; nothing is a matter of likelihood.

mod explain;
mod mistake;
mod money;
mod vary;
mod words;

use std::borrow::Cow;
use std::sync::OnceLock;

pub use mistake::{Measures, Mistake, Way};
pub use money::Effect;

use crate::amount::Rate;
use crate::calendar::{self, DateSpan, NaiveDate};
use crate::decide::{self, schedule};
use crate::decision::{Decision, NoSteps, Reason, Schedule, Segment, Step};
use crate::error::{Code, Problems};
use crate::history::{ChargedRate, History};
use crate::rule_set::Law;
use crate::rule_set::law::Source;

/// Facts that a question needs and that are not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// No rate charged on these days.
    Charged,
    /// The rule set has not seen what follows for an account like this.
    NotSeen,
    /// No rate before the setting.
    LastRate,
    /// No industry code.
    Industry,
    /// What the engine misses to decide so.
    Facts(Problems),
}

/// Days on which neither the decided nor the charged rate changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The days.
    pub days: DateSpan,
    /// What the law gives.
    pub decided: Segment,
    /// What was charged, where that is known.
    pub charged: Option<ChargedRate>,
    /// What the difference comes to on the payroll of these days.
    pub effect: Effect,
}

impl Piece {
    /// Whether another rate was charged than the law gives.
    pub fn differs(&self) -> bool {
        self.charged.as_ref().is_some_and(|charged| charged.charged != self.decided.rate)
    }
}

/// One mistake of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// How it was made.
    pub way: Way,
    /// What it goes against.
    pub article: Source,
    /// The step of our decision at which the two part.
    pub parting: Step,
}

/// One mistake, or two at once, that give exactly the charged rates of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The mistakes, in the order of their kinds.
    pub made: Vec<Made>,
    /// Other ways of the same mistakes with the same result.
    pub other_ways: Vec<Vec<Way>>,
    /// How many of class, grade, rate before the cut, cut and origin the charged rows state otherwise than it would;
    /// and one more, where it would have given other rates on days that were charged as the rules have it.
    pub contradicted: usize,
}

impl Candidate {
    /// The mistakes, in their order.
    pub fn mistakes(&self) -> Vec<Mistake> {
        self.made.iter().map(|made| made.way.mistake()).collect()
    }
}

/// Pieces that differ and have their explanation in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Places of the pieces.
    pub pieces: Vec<usize>,
    /// What would explain it, what the rows contradict least first; empty where nothing does.
    pub candidates: Vec<Candidate>,
    /// Mistakes that could not be asked about, and why.
    pub lacking: Vec<(Mistake, Lack)>,
}

/// What comes of holding an account's charged rates against the law.
#[derive(Clone, Debug)]
pub enum Finding {
    /// The facts are wrong or not enough: nothing is decided.
    Refused(Problems),
    /// Not insured in the setting.
    NotInsured,
    /// Every day was charged what the law gives.
    Equal,
    /// What was charged cannot be judged.
    NotJudged {
        /// Why.
        lack: Lack,
        /// Every piece of the setting.
        pieces: Vec<Piece>,
    },
    /// Other rates were charged.
    Differs {
        /// Every piece of the setting.
        pieces: Vec<Piece>,
        /// The differences.
        differences: Vec<Difference>,
        /// What the law gives, with every step.
        decision: Box<Decision>,
    },
}

/// A law with everything that can go wrong under it, compiled once for many accounts.
#[derive(Debug)]
pub struct Auditor {
    law: Law,
    ways: Vec<Way>,
    /// For each way, and for each two of them, the law as they have it, compiled when first asked for.
    single: Vec<OnceLock<Law>>,
    double: Vec<OnceLock<Law>>,
}

impl Auditor {
    /// An auditor of rates charged under a law.
    pub fn new(law: &Law) -> Self {
        let ways = vary::ways(law);
        let laws = |count: usize| std::iter::repeat_with(OnceLock::new).take(count).collect();
        let (single, double) = (laws(ways.len()), laws(ways.len() * ways.len()));
        Self { law: law.clone(), ways, single, double }
    }

    /// The law.
    pub const fn law(&self) -> &Law {
        &self.law
    }

    /// The mistakes that can be made under it and that move rates.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mut made: Vec<Mistake> = self.ways.iter().map(|way| way.mistake()).collect();
        made.dedup();
        made
    }

    /// Holds the rates charged to an account against the law.
    ///
    /// Rows that begin before the first day insured in the setting are the last rates; a row counts as charged on its
    /// days, one without an end until the next begins. Where the history knows no rate before the setting, those of
    /// `charged` are the last ones.
    pub fn judge(&self, history: &History, charged: &[ChargedRate]) -> Finding {
        let case = match self.case(history, charged) {
            Ok(case) => case,
            Err(problems) if problems.iter().all(|it| it.code == Code::HistoryNotCovered) => {
                return Finding::NotInsured;
            }
            Err(problems) => return Finding::Refused(problems),
        };
        if case.pieces.iter().all(|piece| piece.charged.is_none()) {
            return Finding::NotJudged { lack: Lack::Charged, pieces: case.pieces };
        }
        if !case.pieces.iter().any(Piece::differs) {
            let whole = case.pieces.iter().all(|piece| piece.charged.is_some());
            return if whole {
                Finding::Equal
            } else {
                Finding::NotJudged { lack: Lack::Charged, pieces: case.pieces }
            };
        }
        let pieces = money::with_effects(&case.history, &self.law, case.pieces.clone());
        if let Reason::SourceMissing { .. } = case.reason {
            return Finding::NotJudged { lack: Lack::NotSeen, pieces };
        }
        match decide::decide(&self.law, &case.history) {
            Ok(decision) => {
                let differences = self.differences(&case, decision.steps());
                Finding::Differs { pieces, differences, decision: Box::new(decision) }
            }
            Err(problems) => Finding::Refused(problems),
        }
    }

    fn case<'h>(&self, history: &'h History, charged: &[ChargedRate]) -> Result<Case<'h>, Problems> {
        let first_day = history.first_insured_day(self.law.setting()).unwrap_or(self.law.setting().from());
        let before = |rates: &[ChargedRate]| -> Vec<ChargedRate> {
            rates.iter().filter(|rate| rate.days.from() < first_day).cloned().collect()
        };
        let known = before(history.rates());
        // What was used in the setting itself is not yet known when its rates are decided.
        let used = history.rates().iter().any(|rate| !rate.used.is_empty());
        let last = if known.is_empty() { before(charged) } else { known };
        let told = used || history.rate_before(first_day).is_none() && !last.is_empty();
        let history = if told { Cow::Owned(history.with_rates(last)) } else { Cow::Borrowed(history) };
        let (outcome, schedule) = decide::amended(&self.law, &history, |_, outcome| outcome, &mut NoSteps)?;
        let pieces = pieces(&schedule, charged);
        Ok(Case { history, first_day, schedule, reason: outcome.reason, pieces })
    }
}

/// An account being held against the law.
struct Case<'h> {
    history: Cow<'h, History>,
    first_day: NaiveDate,
    schedule: Schedule,
    reason: Reason,
    pieces: Vec<Piece>,
}

/// The days of a schedule, cut where another rate was charged.
fn pieces(schedule: &Schedule, charged: &[ChargedRate]) -> Vec<Piece> {
    let ends = charged.iter().filter_map(|rate| rate.days.to()).map(calendar::day_after);
    let mut bounds: Vec<NaiveDate> = charged.iter().map(|rate| rate.days.from()).chain(ends).collect();
    bounds.sort_unstable();
    bounds.dedup();
    let cut = schedule.segments().iter().flat_map(|segment| {
        schedule::cut_at(segment.days, &bounds).into_iter().map(|days| Piece {
            days,
            decided: *segment,
            charged: charged_on(charged, days.from()).cloned(),
            effect: Effect::default(),
        })
    });
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in cut {
        match pieces.last_mut() {
            Some(last) if alike(last, &piece) => {
                last.days = DateSpan::new(last.days.from(), piece.days.to()).unwrap_or(last.days);
            }
            _ => pieces.push(piece),
        }
    }
    pieces
}

/// Two pieces side by side with the same rates: rows may be written by the month.
fn alike(one: &Piece, two: &Piece) -> bool {
    let charged = |piece: &Piece| piece.charged.as_ref().map(|rate| ChargedRate { days: one.days, ..rate.clone() });
    let adjoin = calendar::day_after(one.days.last()) == two.days.from();
    adjoin && one.decided == two.decided && charged(one) == charged(two)
}

/// The rate charged on a day: a row without an end stands until the next one begins.
fn charged_on(charged: &[ChargedRate], day: NaiveDate) -> Option<&ChargedRate> {
    let last = charged.iter().rev().find(|rate| rate.days.from() <= day)?;
    last.days.contains(day).then_some(last)
}

/// Whether a schedule has one rate on all days.
fn gives(schedule: &Schedule, days: &DateSpan, rate: Rate) -> bool {
    let mut touching = schedule.segments().iter().filter(|segment| segment.days.intersect(days).is_some()).peekable();
    touching.peek().is_some() && touching.all(|segment| segment.rate == rate)
}
