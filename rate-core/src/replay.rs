//! Deciding again, and saying where two records of one question part.

use std::fmt;

use crate::amount::Rate;
use crate::calendar::{Month, NaiveDate};
use crate::decide::decide;
use crate::decision::Decision;
use crate::error::{Lang, Problems};
use crate::history::History;
use crate::input::book::facts_digest;
use crate::premium;
use crate::record::{Body, Item, RecordError, RecordedOutcome, RecordedSegment, seal, step_word};
use crate::rule_set::Law;

/// What replaying a record came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same bytes.
    Identical,
    /// Other bytes: the first place where they part.
    Differs(Difference),
    /// The facts cannot be decided any more.
    Refused(Problems),
}

/// The first place where a record and its replay part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub place: DifferencePlace,
    /// What the record says there; empty where it says nothing.
    pub recorded: String,
    /// What replay says there; empty where it says nothing.
    pub now: String,
    /// What was not the same to begin with; the engine where law, facts and semantics are the same.
    pub causes: Vec<DifferenceCause>,
    /// Premium by the record and by the replay, on the payroll that estimates are made on, over the months both have.
    pub money: Option<Money>,
}

/// Premium of the first months of a setting, in fen: a month's bill at the rate of its first day, each rounded as the
/// rule set says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// By the record.
    pub recorded_fen: i128,
    /// By the replay.
    pub now_fen: i128,
}

/// A place in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DifferencePlace {
    /// A step, counted from one, with the words of both sides.
    Step {
        /// Number of the step.
        number: usize,
        /// Its kind in the record.
        recorded: Option<String>,
        /// Its kind in the replay.
        now: Option<String>,
    },
    /// The steps come to the same; the outcome does not.
    Outcome,
    /// Steps and outcome come to the same; a segment does not, counted from one.
    Segment(usize),
    /// Everything comes to the same; what the steps say beside it does not.
    Trace,
    /// Decision and steps are the same; only what they were made from is not.
    Inputs,
}

impl fmt::Display for DifferencePlace {
    /// The stable words, as lists for programs have them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step { number, recorded, now } => {
                write!(f, "step {number} {}", step_words(recorded.as_deref(), now.as_deref()))
            }
            Self::Outcome => f.write_str("outcome"),
            Self::Segment(number) => write!(f, "segment {number}"),
            Self::Trace => f.write_str("trace"),
            Self::Inputs => f.write_str("inputs"),
        }
    }
}

impl DifferencePlace {
    /// The place as people read it; kinds of steps have the words of the record format in either language.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (_, Lang::En) => self.to_string(),
            (Self::Step { number, recorded, now }, Lang::Zh) => {
                format!("第{number}步（{}）", step_words(recorded.as_deref(), now.as_deref()))
            }
            (Self::Outcome, Lang::Zh) => "核定结果".to_owned(),
            (Self::Segment(number), Lang::Zh) => format!("第{number}段费率"),
            (Self::Trace, Lang::Zh) => "步骤细节".to_owned(),
            (Self::Inputs, Lang::Zh) => "所据".to_owned(),
        }
    }
}

fn step_words(recorded: Option<&str>, now: Option<&str>) -> String {
    let words = [recorded, now].map(Option::unwrap_or_default);
    if words[0] == words[1] { words[0].to_owned() } else { words.join("|") }
}

/// What was not the same to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceCause {
    /// The facts: something was learnt, corrected or withdrawn since.
    Facts,
    /// The rule set.
    RuleSet,
    /// The parameters.
    Parameters,
    /// The number of the engine's semantics.
    Semantics,
    /// Nothing but the build of the engine: the same law, facts and semantics lead elsewhere.
    Engine,
    /// The record itself is not the one that was logged.
    Record,
    /// The facts that the log keeps are not those that came in: nothing was learnt, the log was changed.
    LogFacts,
}

impl DifferenceCause {
    /// Every cause.
    pub const ALL: [Self; 7] =
        [Self::Facts, Self::RuleSet, Self::Parameters, Self::Semantics, Self::Engine, Self::Record, Self::LogFacts];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::RuleSet => "rule-set",
            Self::Parameters => "parameters",
            Self::Semantics => "semantics",
            Self::Engine => "engine",
            Self::Record => "record",
            Self::LogFacts => "log-facts",
        }
    }

    /// The cause as people read it.
    pub const fn text(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (_, Lang::En) => self.as_str(),
            (Self::Facts, Lang::Zh) => "数据",
            (Self::RuleSet, Lang::Zh) => "规则集",
            (Self::Parameters, Lang::Zh) => "参数",
            (Self::Semantics, Lang::Zh) => "程序的规则解释版本",
            (Self::Engine, Lang::Zh) => "程序",
            (Self::Record, Lang::Zh) => "记录被改动",
            (Self::LogFacts, Lang::Zh) => "日志所存数据被改动",
        }
    }
}

/// Decides again and compares with a recorded body, byte for byte.
///
/// # Errors
/// Bytes that are no body.
pub fn replay(recorded: &[u8], law: &Law, history: &History) -> Result<Verdict, RecordError> {
    let decision = match decide(law, history) {
        Ok(decision) => decision,
        Err(problems) => return Body::read(recorded).map(|_| Verdict::Refused(problems)),
    };
    let again = seal(&decision, facts_digest(history));
    // Bytes that are those of a body are a body: only what differs has to be read.
    if again == recorded {
        return Ok(Verdict::Identical);
    }
    let before = Body::read(recorded)?;
    let now = Body::read(&again)?;
    let money = money(&before, &decision, history);
    Ok(Verdict::Differs(Difference { money, ..difference(&before, &now) }))
}

fn money(recorded: &Body, decision: &Decision, history: &History) -> Option<Money> {
    let schedule = decision.schedule();
    let payroll = premium::payroll_base(history, schedule.segments().first()?.days.from())?.monthly;
    let (mut recorded_fen, mut now_fen) = (0, 0);
    for bill in premium::bills(schedule, payroll) {
        let Some(rate) = rate_on(recorded, bill.month.first_day()) else { continue };
        recorded_fen += i128::from(rate.premium_on(payroll, schedule.premium_mode())?.fen());
        now_fen += i128::from(bill.premium.fen());
    }
    Some(Money { recorded_fen, now_fen })
}

/// Premium of a decision on the payroll that estimates are made on, over its first months, in fen.
pub fn premium_fen(decision: &Decision, history: &History) -> Option<i128> {
    let schedule = decision.schedule();
    let payroll = premium::payroll_base(history, schedule.segments().first()?.days.from())?.monthly;
    Some(premium::total(&premium::bills(schedule, payroll)))
}

/// Premium by a record alone, where nothing can be decided to compare it with: on the same payroll, in fen.
pub fn recorded_premium_fen(recorded: &Body, law: &Law, history: &History) -> Option<i128> {
    let from = recorded.setting.from();
    let payroll = premium::payroll_base(history, from)?.monthly;
    let mut fen = 0;
    for month in (0..12).map(|offset| Month::of(from).plus(offset)) {
        let Some(rate) = rate_on(recorded, month.first_day()) else { continue };
        fen += i128::from(rate.premium_on(payroll, law.rules().rounding.premium)?.fen());
    }
    Some(fen)
}

/// The first place where two bodies of one question part.
pub fn difference(recorded: &Body, now: &Body) -> Difference {
    let (place, texts) = part(recorded, now);
    let [recorded_text, now_text] = texts;
    Difference { place, recorded: recorded_text, now: now_text, causes: causes(recorded, now), money: None }
}

fn causes(recorded: &Body, now: &Body) -> Vec<DifferenceCause> {
    let found = [
        (recorded.facts != now.facts, DifferenceCause::Facts),
        (recorded.rule_set_digest != now.rule_set_digest, DifferenceCause::RuleSet),
        (recorded.parameters != now.parameters, DifferenceCause::Parameters),
        (recorded.semantics != now.semantics, DifferenceCause::Semantics),
    ];
    let causes: Vec<_> = found.into_iter().filter_map(|(differs, cause)| differs.then_some(cause)).collect();
    if causes.is_empty() { vec![DifferenceCause::Engine] } else { causes }
}

fn part(recorded: &Body, now: &Body) -> (DifferencePlace, [String; 2]) {
    let longest = recorded.steps.len().max(now.steps.len());
    for place in 0..longest {
        let [before, after] = [recorded, now].map(|body| body.steps.get(place));
        if before != after {
            let word = |code| step_word(code).map(str::to_owned);
            let [one, two] = [before, after].map(|step| step.and_then(|step| word(step.code)));
            let shown = [before, after].map(|step| step.map_or_else(String::new, |step| shown(&step.value)));
            return (DifferencePlace::Step { number: place + 1, recorded: one, now: two }, shown);
        }
    }
    if recorded.outcome != now.outcome {
        return (DifferencePlace::Outcome, [recorded, now].map(|body| outcome_text(&body.outcome)));
    }
    let segments = recorded.segments.len().max(now.segments.len());
    for place in 0..segments {
        let [before, after] = [recorded, now].map(|body| body.segments.get(place));
        if before != after {
            return (DifferencePlace::Segment(place + 1), [before, after].map(segment_text));
        }
    }
    if recorded.trace == now.trace {
        (DifferencePlace::Inputs, [String::new(), String::new()])
    } else {
        (DifferencePlace::Trace, [recorded.trace.to_string(), now.trace.to_string()])
    }
}

/// Every field of an outcome that says something, in the order of the record format.
fn outcome_text(it: &RecordedOutcome) -> String {
    let [system, class] = it.class;
    let reason = it.reason.join(" ");
    let parts = [
        it.origin.clone(),
        reason,
        format!("{class}/{system}"),
        it.grade.clone().unwrap_or_default(),
        it.start.clone(),
        it.start_percent.clone().unwrap_or_default(),
        it.points.clone(),
        it.factor_percent.clone(),
        it.used.join(" "),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The rates of a record with their days, in a line.
pub fn rates_text(body: &Body) -> String {
    let rate = |it: &RecordedSegment| format!("{} {}%", it.days, it.rate_percent);
    body.segments.iter().map(rate).collect::<Vec<_>>().join("; ")
}

fn segment_text(segment: Option<&RecordedSegment>) -> String {
    segment.map_or_else(String::new, |it| format!("{} {}% ({})", it.days, it.rate_percent, it.origin))
}

/// A value as people read it: quotients as fractions, texts as they are.
pub fn shown(item: &Item) -> String {
    match item {
        Item::Null => "–".to_owned(),
        Item::Boolean(flag) => flag.to_string(),
        Item::Number(number) => number.to_string(),
        Item::Text(text) => text.clone(),
        Item::Bytes(bytes) => bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")),
        Item::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(" / "),
    }
}

/// The rate that a body gives for a day; `None` outside its segments.
pub fn rate_on(body: &Body, day: NaiveDate) -> Option<Rate> {
    let segment = body.segments.iter().find(|it| it.days.contains(day))?;
    format!("{}%", segment.rate_percent).parse().ok()
}
