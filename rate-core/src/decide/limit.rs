//! The grades of the class, and how far a grade may move at a time.

use crate::decision::{Reason, Step, StepKind, Steps};
use crate::rule_set::law::Source;
use crate::rule_set::{Law, Reference};

use super::{Running, Standing};

/// The grade held within what the class has and the largest move allows.
pub(super) fn hold<S: Steps>(law: &Law, standing: &Standing, start: Running, steps: &mut S) -> Running {
    let ladder = law.rules().ladder();
    let limits = law.rules().limits();
    let from = match limits.max_move.from {
        Reference::Base => ladder.base(),
        Reference::LastGrade => standing.last_grade(law),
    };
    let (low, high) = (ladder.moved(from, -limits.max_move.grades), ladder.moved(from, limits.max_move.grades));
    let last = standing.last.and_then(|last| last.grade);
    let fall = limits.max_fall.zip(last).map(|(fall, last)| ladder.moved(last, -fall));
    let clamped = start.grade.clamp(low, high);
    let limited = fall.map_or(clamped, |lowest| clamped.max(lowest));
    let mut running = start;
    if limited != running.grade {
        let kind = StepKind::HeldByLimit { from: running.grade, to: limited };
        steps.push(|| Step { kind, source: Source::Rules(limits.basis) });
        running = running.at(limited, Reason::HeldByLimit);
    }
    let held = ladder.held(running.grade, standing.class);
    if held != running.grade {
        let kind = StepKind::HeldByClass { from: running.grade, to: held };
        steps.push(|| Step { kind, source: Source::Rules(ladder.basis) });
        running = running.at(held, Reason::HeldByClass);
    }
    running
}
