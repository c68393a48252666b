//! The body of a record: what replay must give again, byte for byte.

use super::alike::alike;
use super::bytes::{Item, Writer};
use super::fields::{RecordError, array, day, days, digest, fixed, formatted, maybe, number, text, texts};
use super::trace::{step_word, write_steps};
use crate::calendar::{DateSpan, NaiveDate};
use crate::decision::{Decision, Outcome, RateStart, Segment};
use crate::history::AccountKey;
use crate::log::Digest;
use crate::rule_set::Semantics;

/// The number of this form of bodies. A reader for every number ever written stays.
pub const FORMAT: u16 = 1;

/// The canonical body of a decision over facts of a digest.
///
/// The same law, facts and semantics give the same bytes on every machine, whatever ran them.
pub fn seal(decision: &Decision, facts: Digest) -> Vec<u8> {
    let (law, mut out) = (decision.law(), Writer::new());
    let alike = alike(law);
    out.array(13);
    out.number(FORMAT);
    out.number(law.semantics().number());
    out.list([&decision.account().area, &decision.account().number].into_iter(), |out, text| out.text(text));
    out.items(&alike.pinned);
    out.bytes(&facts.0);
    out.items(&alike.placed);
    out.maybe(law.decided_late(), Writer::day);
    outcome(decision, &mut out);
    out.list(decision.schedule().segments().iter(), |out, it| segment(decision, it, out));
    write_steps(decision, &mut out);
    out.finish()
}

fn outcome(decision: &Decision, out: &mut Writer) {
    let (law, it): (_, &Outcome) = (decision.law(), decision.outcome());
    out.array(8);
    out.text(it.origin.as_str());
    out.reason(law, it.reason);
    out.class(it.class);
    out.maybe(it.grade, |out, grade| out.grade(law, grade));
    let (word, rate) = match it.start {
        RateStart::Base => ("base", None),
        RateStart::Previous(rate) => ("previous", Some(rate)),
        RateStart::Held(rate) => ("held", Some(rate)),
    };
    out.array(2);
    out.text(word);
    out.maybe(rate, |out, rate| out.decimal(rate.percent()));
    out.decimal(it.points);
    out.decimal(it.factor.percent());
    out.list(decision.used().iter(), |out, used| out.text(used));
}

fn segment(decision: &Decision, it: &Segment, out: &mut Writer) {
    out.array(8);
    out.days(&it.days);
    out.class(it.class);
    out.maybe(it.base, |out, base| out.decimal(base.percent()));
    out.maybe(it.grade, |out, grade| out.grade(decision.law(), grade));
    out.decimal(it.before_cut.percent());
    out.decimal(it.cut.percent());
    out.decimal(it.rate.percent());
    out.text(it.origin.as_str());
}

/// A body that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Number of the engine's semantics.
    pub semantics: u16,
    /// The account.
    pub account: AccountKey,
    /// Area and version of the rule set.
    pub rule_set: String,
    /// Digest of the rule set.
    pub rule_set_digest: Digest,
    /// Digests of the parameters, in order.
    pub parameters: Vec<Digest>,
    /// Digest of the facts.
    pub facts: Digest,
    /// The cycle.
    pub cycle: String,
    /// Days the rates are for.
    pub setting: DateSpan,
    /// The day it was decided, where that was inside the setting and so given.
    pub decided_on: Option<NaiveDate>,
    /// Class, grade and reason.
    pub outcome: RecordedOutcome,
    /// Dated rates, without a gap.
    pub segments: Vec<RecordedSegment>,
    /// Steps.
    pub steps: Vec<RecordedStep>,
    /// Digest of the whole trace.
    pub trace: Digest,
}

/// An outcome as a body holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedOutcome {
    /// Where the rate comes from.
    pub origin: String,
    /// Code of the reason, then what it names.
    pub reason: Vec<String>,
    /// System and number of the class.
    pub class: [u8; 2],
    /// Label of the grade.
    pub grade: Option<String>,
    /// What the rate starts from: `base`, `previous` or `held`.
    pub start: String,
    /// The rate it starts from, in percent, where it is not the base rate.
    pub start_percent: Option<String>,
    /// Percentage points that adjustments add.
    pub points: String,
    /// What adjustments multiply the rate by, in percent.
    pub factor_percent: String,
    /// Adjustments of limited use that were used.
    pub used: Vec<String>,
}

/// A segment as a body holds it; rates and cut in percent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedSegment {
    /// Days.
    pub days: DateSpan,
    /// System and number of the class.
    pub class: [u8; 2],
    /// Base rate, where known.
    pub base_percent: Option<String>,
    /// Label of the grade.
    pub grade: Option<String>,
    /// Rate before any phased cut.
    pub before_cut_percent: String,
    /// Phased cut.
    pub cut_percent: String,
    /// Rate charged.
    pub rate_percent: String,
    /// Where it comes from.
    pub origin: String,
}

/// A step as a body holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedStep {
    /// Number of its kind.
    pub code: u8,
    /// What it came to.
    pub value: Item,
}

impl RecordedStep {
    /// The word for its kind, or the number where this build knows none.
    pub fn word(&self) -> String {
        step_word(self.code).map_or_else(|| self.code.to_string(), str::to_owned)
    }
}

impl Body {
    /// Reads a body.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        let fields: [Item; 13] = formatted(bytes, FORMAT, "a body of thirteen fields")?;
        let [
            _,
            semantics,
            account,
            rule_set,
            parameters,
            facts,
            cycle,
            setting,
            decided_on,
            outcome,
            segments,
            steps,
            trace,
        ] = fields;
        let [area, account] = fixed(account, "area and number of an account")?;
        let [id, rule_set_digest] = fixed(rule_set, "id and digest of a rule set")?;
        Ok(Self {
            semantics: number(&semantics)?,
            account: AccountKey { area: text(area)?, number: text(account)? },
            rule_set: text(id)?,
            rule_set_digest: digest(rule_set_digest)?,
            parameters: array(parameters, "parameters")?.into_iter().map(digest).collect::<Result<_, _>>()?,
            facts: digest(facts)?,
            cycle: text(cycle)?,
            setting: days(setting)?,
            decided_on: maybe(decided_on, |it| day(&it))?,
            outcome: RecordedOutcome::read(outcome)?,
            segments: array(segments, "segments")?.into_iter().map(RecordedSegment::read).collect::<Result<_, _>>()?,
            steps: array(steps, "steps")?.into_iter().map(step).collect::<Result<_, _>>()?,
            trace: digest(trace)?,
        })
    }

    /// The semantics its decision was made with; `None` where this build does not know them.
    pub const fn semantics(&self) -> Option<Semantics> {
        Semantics::from_number(self.semantics)
    }
}

fn class(item: Item) -> Result<[u8; 2], RecordError> {
    let [system, class] = fixed(item, "system and number of a class")?;
    Ok([number(&system)?, number(&class)?])
}

impl RecordedOutcome {
    fn read(item: Item) -> Result<Self, RecordError> {
        let [origin, reason, of_class, grade, start, points, factor, used] = fixed(item, "an outcome of eight fields")?;
        let [start, rate] = fixed(start, "what a rate starts from")?;
        Ok(Self {
            origin: text(origin)?,
            reason: texts(reason)?,
            class: class(of_class)?,
            grade: maybe(grade, text)?,
            start: text(start)?,
            start_percent: maybe(rate, text)?,
            points: text(points)?,
            factor_percent: text(factor)?,
            used: texts(used)?,
        })
    }
}

impl RecordedSegment {
    fn read(item: Item) -> Result<Self, RecordError> {
        let [span, of_class, base, grade, before_cut, cut, rate, origin] = fixed(item, "a segment of eight fields")?;
        Ok(Self {
            days: days(span)?,
            class: class(of_class)?,
            base_percent: maybe(base, text)?,
            grade: maybe(grade, text)?,
            before_cut_percent: text(before_cut)?,
            cut_percent: text(cut)?,
            rate_percent: text(rate)?,
            origin: text(origin)?,
        })
    }
}

fn step(item: Item) -> Result<RecordedStep, RecordError> {
    let [code, value] = fixed(item, "a step: number and value")?;
    Ok(RecordedStep { code: number(&code)?, value })
}
