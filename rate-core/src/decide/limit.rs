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
    let limited = start.grade.clamp(low, high);
    let mut running = start;
    if limited != running.grade {
        let kind = StepKind::HeldByLimit { from: running.grade, to: limited };
        steps.push(|| Step { kind, source: Source::Rules(limits.basis) });
        running = Running { grade: limited, reason: Reason::HeldByLimit, points: running.points };
    }
    let held = ladder.held(running.grade, standing.class);
    if held != running.grade {
        let kind = StepKind::HeldByClass { from: running.grade, to: held };
        steps.push(|| Step { kind, source: Source::Rules(ladder.basis) });
        running = Running { grade: held, reason: Reason::HeldByClass, points: running.points };
    }
    running
}
