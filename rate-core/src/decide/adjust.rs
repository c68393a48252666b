//! What comes after the table: vetoes, forced grades, bonuses, in the order the file lists them.

use crate::decision::{Reason, Step, StepKind, Steps};
use crate::experience::{Experience, Measured};
use crate::rule_set::law::Source;
use crate::rule_set::{Adjustment, Effect, Law, Reference};

use super::{Running, Standing};

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
        let from = running.grade;
        let to = moved(law, standing, adjustment.effect, from);
        if let Effect::Points(points) = adjustment.effect {
            running.points = running.points.checked_add(points).unwrap_or(running.points);
        }
        if to != from {
            running = Running { grade: to, reason: Reason::Adjusted { adjustment: place }, points: running.points };
        }
        let source = Source::Rules(adjustment.basis);
        steps.push(|| Step { kind: StepKind::Adjusted { adjustment: place, from, to }, source });
    }
    running
}

/// The percentage points that events alone add: what goes on in the later settings of a cycle.
pub(super) fn points(law: &Law, standing: &Standing) -> rust_decimal::Decimal {
    let adjustments = law.rules().adjustments().iter().enumerate();
    let lasting = adjustments.filter(|(place, it)| it.when.measures.is_empty() && standing.events >> place & 1 == 1);
    lasting.fold(rust_decimal::Decimal::ZERO, |sum, (_, it)| match it.effect {
        Effect::Points(points) => sum.checked_add(points).unwrap_or(sum),
        Effect::NoDecreaseFrom(_)
        | Effect::GradeAtLeast(_)
        | Effect::NotBelow(_)
        | Effect::Grade(_)
        | Effect::Shift(_) => sum,
    })
}

fn applies(adjustment: &Adjustment, place: usize, experience: &Experience, standing: &Standing) -> bool {
    let event = adjustment.when.event.is_none() || standing.events >> place & 1 == 1;
    event
        && adjustment.when.measures.iter().all(|condition| match experience.get(condition.measure, 0) {
            Measured::Value(value) => condition.interval.contains(value),
            Measured::Undefined(_) | Measured::NotAsked => false,
        })
}

fn moved(law: &Law, standing: &Standing, effect: Effect, from: crate::ladder::GradeIndex) -> crate::ladder::GradeIndex {
    let ladder = law.rules().ladder();
    match effect {
        Effect::NoDecreaseFrom(Reference::Base) => from.max(ladder.base()),
        Effect::NoDecreaseFrom(Reference::LastGrade) => from.max(standing.last_grade(law)),
        Effect::GradeAtLeast(grade) | Effect::NotBelow(grade) => from.max(grade),
        Effect::Grade(grade) => grade,
        Effect::Shift(shift) => ladder.moved(from, shift),
        Effect::Points(_) => from,
    }
}
