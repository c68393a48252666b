//! What comes after the table: vetoes, forced grades, bonuses, in the order the file lists them.

use super::standing::each_event;
use super::{Running, Standing, limit};
use crate::calendar::DateSpan;
use crate::decision::{NoSteps, Outcome, Reason, Step, StepKind, Steps};
use crate::experience::{Experience, Measured};
use crate::history::{History, Origin};
use crate::ladder::GradeIndex;
use crate::rule_set::law::Source;
use crate::rule_set::{Adjustment, Effect, Law, Reference};

/// The grade after all adjustments that apply.
pub(super) fn apply<S: Steps>(
    law: &Law,
    experience: &Experience,
    standing: &Standing,
    start: Running,
    steps: &mut S,
) -> Running {
    let mut running = start;
    for (place, adjustment) in law.rules().adjustments().iter().enumerate() {
        if !applies(adjustment, place, experience, standing) {
            continue;
        }
        let source = Source::Rules(adjustment.basis);
        if standing.not_granted >> place & 1 == 1 {
            steps.push(|| Step { kind: StepKind::NotGranted { adjustment: place }, source });
            continue;
        }
        let from = running.grade;
        let to = moved(law, standing, adjustment.effect, from);
        running = beside(running, adjustment.effect);
        if to != from {
            running = running.at(to, Reason::Adjusted { adjustment: place });
        }
        if adjustment.uses.is_some() && (to != from || adjustment.effect.is_beside_grade()) {
            running.used |= 1 << place;
        }
        steps.push(|| Step { kind: StepKind::Adjusted { adjustment: place, from, to }, source });
    }
    running
}

/// What an effect does to the rate beside the grade.
fn beside(running: Running, effect: Effect) -> Running {
    match effect {
        Effect::Points(points) => {
            Running { points: running.points.checked_add(points).unwrap_or(running.points), ..running }
        }
        Effect::RateFactor(factor) => {
            Running { factor: running.factor.times(factor).unwrap_or(running.factor), ..running }
        }
        Effect::NoDecreaseFrom(_)
        | Effect::GradeAtLeast(_)
        | Effect::NotBelow(_)
        | Effect::Grade(_)
        | Effect::Shift(_) => running,
    }
}

/// The grade that the adjustments give whatever the table would have given; `None` where it matters.
///
/// A fraud that leads to the highest grade does so for an account whose ratio does not exist, too.
pub(super) fn whatever_the_table<S: Steps>(
    law: &Law,
    experience: &Experience,
    standing: &Standing,
    steps: &mut S,
) -> Option<Running> {
    let ladder = law.rules().ladder();
    let top = ladder.moved(ladder.base(), i8::MAX);
    let bottom = ladder.moved(ladder.base(), i8::MIN);
    // The reason is that of the adjustment: without one the two ends of the ladder stay apart.
    let from = |grade| Running::new(grade, Reason::Combined);
    let low = apply(law, experience, standing, from(bottom), &mut NoSteps);
    let high = apply(law, experience, standing, from(top), &mut NoSteps);
    let moved = if low.reason == Reason::Combined { top } else { bottom };
    (low.grade == high.grade && top != bottom).then(|| apply(law, experience, standing, from(moved), steps))
}

/// What events alone add beside the grade: what goes on in the later settings of a cycle.
pub(super) fn lasting(law: &Law, standing: &Standing, grade: GradeIndex) -> Running {
    let adjustments = law.rules().adjustments().iter().enumerate();
    let lasting = adjustments.filter(|(place, it)| {
        it.when.measures.is_empty() && standing.events >> place & 1 == 1 && standing.not_granted >> place & 1 == 0
    });
    lasting.fold(Running::new(grade, Reason::Carried), |running, (_, it)| beside(running, it.effect))
}

fn applies(adjustment: &Adjustment, place: usize, experience: &Experience, standing: &Standing) -> bool {
    let event = adjustment.when.event.is_none() || standing.events >> place & 1 == 1;
    event
        && adjustment.when.measures.iter().all(|condition| match experience.get(condition.measure, 0) {
            Measured::Value(value) => condition.interval.contains(value),
            Measured::Undefined(_) | Measured::NotAsked => false,
        })
}

fn moved(law: &Law, standing: &Standing, effect: Effect, from: GradeIndex) -> GradeIndex {
    let ladder = law.rules().ladder();
    match effect {
        Effect::NoDecreaseFrom(Reference::Base) => from.max(ladder.base()),
        Effect::NoDecreaseFrom(Reference::LastGrade) => from.max(standing.last_grade(law)),
        Effect::GradeAtLeast(grade) | Effect::NotBelow(grade) => from.max(grade),
        Effect::Grade(grade) => grade,
        Effect::Shift(shift) => ladder.moved(from, shift),
        Effect::Points(_) | Effect::RateFactor(_) => from,
    }
}

/// The adjustments that change rates inside a setting, each with the days it acts on; as a rule none.
pub(super) fn inside(law: &Law, history: &History, standing: &Standing, outcome: &Outcome) -> Vec<(usize, DateSpan)> {
    let floats = match outcome.origin {
        Origin::Floated | Origin::Carried | Origin::Redetermined => true,
        Origin::Base | Origin::Provisional | Origin::Ordered => false,
    };
    let adjustments = law.rules().adjustments().iter().enumerate().filter(|_| floats);
    let mut acting = Vec::new();
    for (place, it) in adjustments {
        let Some(condition) = it.when.event.as_ref().filter(|event| event.acts_on.inside_setting()) else { continue };
        // Found twice, it acts from the first finding; a second certificate goes on where the first one ends.
        each_event(law, history, standing.first_day, &mut |event| {
            acting.extend(condition.days_inside(event, standing.first_day).map(|days| (place, days)));
        });
    }
    acting
}

/// The outcome on the days of a segment, after what acts inside the setting.
pub(super) fn on_segment<S: Steps>(
    law: &Law,
    standing: &Standing,
    outcome: &Outcome,
    inside: &[(usize, DateSpan)],
    days: DateSpan,
    steps: &mut S,
) -> Outcome {
    let mut changed = *outcome;
    if inside.is_empty() {
        return changed;
    }
    for (place, adjustment) in law.rules().adjustments().iter().enumerate() {
        let acts = inside.iter().any(|(of, on)| *of == place && on.contains(days.from()));
        let (true, Some(from)) = (acts, changed.grade) else { continue };
        let start = Running { points: changed.points, factor: changed.factor, ..Running::new(from, changed.reason) };
        let start = beside(start, adjustment.effect);
        let to = limit::hold(
            law,
            standing,
            start.at(moved(law, standing, adjustment.effect, from), changed.reason),
            &mut NoSteps,
        )
        .grade;
        changed = Outcome { grade: Some(to), points: start.points, factor: start.factor, ..changed };
        if to != from {
            changed.origin = Origin::Redetermined;
        }
        let kind = StepKind::RisesInside { adjustment: place, days, from, to };
        steps.push(|| Step { kind, source: Source::Rules(adjustment.basis) });
    }
    changed
}
