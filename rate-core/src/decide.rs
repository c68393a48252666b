//! Deciding: the one engine. Control flow in one place, rules as leaves, in the order of the law.

mod adjust;
pub mod admit;
mod bonus;
mod float_table;
mod limit;
pub(crate) mod schedule;
pub mod standing;
mod stretch;

use rust_decimal::Decimal;

pub use standing::{LastRate, Standing};

use crate::amount::Factor;
use crate::decision::{Decision, NoSteps, Outcome, RateStart, Reason, Schedule, Step, StepKind, Steps};
use crate::error::Problems;
use crate::experience::{self, Experience, Measured, SharedClaims};
use crate::history::{History, Origin};
use crate::industry::RiskClass;
use crate::ladder::{GradeIndex, LadderKind};
use crate::rule_set::law::{ClassBasis, Source};
use crate::rule_set::{Law, Unmeasured};

/// Decides one account under a law, with every step.
///
/// # Errors
/// Problems that only the law can see in the facts: a covered month of its windows without a premium row, a row across
/// a bound of a window or a class, no class, no rate to start from (codes `history.*`).
pub fn decide(law: &Law, history: &History) -> Result<Decision, Problems> {
    let mut steps: Vec<Step> = Vec::with_capacity(24);
    let (outcome, schedule) = run(law, history, &mut steps)?;
    let account = history.key().clone();
    let used = bonus::used(law, history, &outcome);
    let orders = history.orders().to_vec();
    Ok(Decision { account, law: law.clone(), outcome, schedule, steps, used, orders })
}

/// The grade of somebody under a law, with the steps that lead to it: a decision without dated rates, as that of projects
/// together is, who pay no rate on payroll.
///
/// # Errors
/// As [`outcome`].
pub fn grade(law: &Law, history: &History) -> Result<Decision, Problems> {
    let mut steps = Vec::new();
    let (outcome, _) = measured(law, history, &mut steps)?;
    let schedule = Schedule { segments: Vec::new(), premium_mode: law.rules().rounding.premium };
    let account = history.key().clone();
    Ok(Decision { account, law: law.clone(), outcome, schedule, steps, used: Vec::new(), orders: Vec::new() })
}

/// Decides one account without taking the trace: the same engine, the same outcome.
///
/// # Errors
/// As [`decide`].
pub fn outcome(law: &Law, history: &History) -> Result<Outcome, Problems> {
    if stretch::parts(law, history) {
        return stretch::run(law, history, &mut NoSteps).map(|(outcome, _)| outcome);
    }
    Ok(measured(law, history, &mut NoSteps)?.0)
}

fn measured<S: Steps>(law: &Law, history: &History, steps: &mut S) -> Result<(Outcome, Standing), Problems> {
    admit::admit(law, history)?;
    let standing = standing::of(law, history)?;
    let experience = experience::measure_over(law, history, &standing.windows(law));
    Ok((decide_on(law, &experience, &standing, steps), standing))
}

fn run<S: Steps>(law: &Law, history: &History, steps: &mut S) -> Result<(Outcome, Schedule), Problems> {
    amended(law, history, |_, outcome| outcome, steps)
}

/// Whether the setting of an account falls into stretches, by orders or by the day it is decided: then nothing but the
/// whole decision says its rates.
pub(crate) fn falls_into_stretches(law: &Law, history: &History) -> bool {
    stretch::parts(law, history)
}

/// Whether everybody's setting falls into stretches, since a rate that is decided late is waited for.
pub(crate) fn waits(law: &Law) -> bool {
    stretch::waits(law)
}

/// Decides with an outcome that is amended before it is priced: what an audit asks "what if" with. A setting that falls
/// into stretches is priced as it stands.
pub(crate) fn amended<S: Steps>(
    law: &Law,
    history: &History,
    amend: impl FnOnce(&Standing, Outcome) -> Outcome,
    steps: &mut S,
) -> Result<(Outcome, Schedule), Problems> {
    let decided = if stretch::parts(law, history) {
        stretch::run(law, history, steps)?
    } else {
        let (outcome, standing) = measured(law, history, steps)?;
        let outcome = amend(&standing, outcome);
        let schedule = schedule::schedule(law, history, &standing, &outcome, steps)?;
        (outcome, schedule)
    };
    if let (Some(rules), Some(decided_on)) = (law.settlement().filter(|it| it.difference.is_some()), law.decided_late())
    {
        steps.push(|| Step { kind: StepKind::HoldsFromFirstDay { decided_on }, source: Source::Rules(rules.basis) });
    }
    Ok(decided)
}

/// From experience and standing to the outcome; cannot fail.
pub fn decide_on<S: Steps>(law: &Law, experience: &Experience, standing: &Standing, steps: &mut S) -> Outcome {
    if S::WANTED {
        state_setting(law, standing, steps);
    }
    if let Some(outcome) = standing::settles(law, standing, steps) {
        return outcome;
    }
    if S::WANTED {
        state_measures(law, experience, standing, steps);
    }
    let proposed = match float_table::propose(law, experience, standing, steps) {
        Ok(proposed) => proposed,
        Err((then, reason)) => match adjust::whatever_the_table(law, experience, standing, steps) {
            Some(forced) => return floated(law, standing, limit::hold(law, standing, forced, steps), steps),
            None => return unmeasured(law, standing, then, reason, steps),
        },
    };
    let adjusted = adjust::apply(law, experience, standing, proposed, steps);
    let held = limit::hold(law, standing, adjusted, steps);
    floated(law, standing, held, steps)
}

/// A grade on its way through the rules, with the last reason that moved it.
#[derive(Clone, Copy, Debug)]
struct Running {
    grade: GradeIndex,
    reason: Reason,
    points: Decimal,
    factor: Factor,
    used: u64,
}

impl Running {
    const fn new(grade: GradeIndex, reason: Reason) -> Self {
        Self { grade, reason, points: Decimal::ZERO, factor: Factor::ONE, used: 0 }
    }

    /// The same with another grade, for a reason.
    const fn at(self, grade: GradeIndex, reason: Reason) -> Self {
        Self { grade, reason, ..self }
    }
}

fn floated<S: Steps>(law: &Law, standing: &Standing, held: Running, steps: &mut S) -> Outcome {
    let ladder = law.rules().ladder();
    let start = start(law, standing.class, standing.last);
    let origin = if standing.again_order.is_some() { Origin::Redetermined } else { Origin::Floated };
    steps.push(|| Step { kind: StepKind::Grade { grade: held.grade, origin }, source: Source::Rules(ladder.basis) });
    let Running { grade, reason, points, factor, used } = held;
    Outcome { origin, reason, class: standing.class, grade: Some(grade), start, points, factor, used }
}

/// What a grade moves: the base rate, or on a ladder of the previous rate the last one.
fn start(law: &Law, class: RiskClass, last: Option<LastRate>) -> RateStart {
    let ladder = law.rules().ladder();
    let previous = last.filter(|last| !ladder.restarts_on_class_change || last.class == class);
    match (ladder.kind(), previous) {
        (LadderKind::FactorOfPreviousRate, Some(last)) => RateStart::Previous(last.before_cut),
        (LadderKind::FactorOfPreviousRate, None) | (LadderKind::FactorOfBase | LadderKind::Points, _) => {
            RateStart::Base
        }
    }
}

/// The outcome of an account that is not measured, or whose measure or row gives no answer.
fn unmeasured<S: Steps>(law: &Law, standing: &Standing, then: Unmeasured, reason: Reason, steps: &mut S) -> Outcome {
    let ladder = law.rules().ladder();
    let base = Outcome {
        origin: Origin::Base,
        reason,
        class: standing.class,
        grade: Some(ladder.base()),
        start: RateStart::Base,
        points: Decimal::ZERO,
        factor: Factor::ONE,
        used: 0,
    };
    let outcome = match (then, standing.last) {
        (Unmeasured::BaseRate, _) => base,
        (Unmeasured::LastRate, Some(last)) => {
            Outcome { origin: Origin::Provisional, grade: last.grade, start: RateStart::Held(last.before_cut), ..base }
        }
        (Unmeasured::LastRate, None) => Outcome { origin: Origin::Provisional, ..base },
    };
    if let Some(grade) = outcome.grade {
        let origin = outcome.origin;
        steps.push(|| Step { kind: StepKind::Grade { grade, origin }, source: Source::Rules(ladder.basis) });
    }
    outcome
}

fn state_setting<S: Steps>(law: &Law, standing: &Standing, steps: &mut S) {
    let cycle = Source::Rules(law.cycle().basis);
    let window = standing.window(law);
    steps.push(|| Step { kind: StepKind::Setting { window, days: *law.setting() }, source: cycle });
    let classes = match standing.class_basis {
        ClassBasis::Fixed | ClassBasis::Determined => Source::Rules(law.rules().classes().basis),
        ClassBasis::Dispatched { annex, .. } => {
            if let Some(annex) = annex {
                steps.push(|| Step { kind: StepKind::UsingUnits, source: Source::Parameters(annex) });
            }
            let rules = law.rules().classes();
            Source::Rules(rules.dispatch.map_or(rules.basis, |rule| rule.basis))
        }
        ClassBasis::Proposed(annex, _) => Source::Parameters(annex),
        ClassBasis::Ordered => standing.class_order.map_or(Source::Rules(law.rules().classes().basis), Source::Order),
    };
    let count = standing.predecessors;
    if count > 0 {
        let source = Source::Rules(law.changes().basis);
        steps.push(|| Step { kind: StepKind::Predecessors { count }, source });
    }
    let kind = StepKind::Class { class: standing.class, how: standing.class_basis };
    steps.push(|| Step { kind, source: classes });
}

fn state_measures<S: Steps>(law: &Law, experience: &Experience, standing: &Standing, steps: &mut S) {
    let shared = experience.shared();
    if shared != SharedClaims::default() {
        let source = Source::Rules(law.attribution().basis);
        let SharedClaims { kept, taken, left } = shared;
        steps.push(|| Step { kind: StepKind::SharedClaims { kept, taken, left }, source });
    }
    for (measure, window) in law.asked().iter().copied() {
        let source = Source::Rules(law.rules().measures()[measure].basis);
        let Some(months) = standing.nth_window(law, window) else { continue };
        match experience.get(measure, window) {
            Measured::Value(value) => {
                steps.push(|| Step { kind: StepKind::Measured { measure, window, months, value }, source });
            }
            Measured::Undefined(cause) => {
                steps.push(|| Step { kind: StepKind::Undefined { measure, window, months, cause }, source });
            }
            Measured::NotAsked => {}
        }
    }
}
