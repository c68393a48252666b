//! Whether an adjustment lets a grade fall as injury rises, by trying: every grade, every last grade, every pair of values.

use std::collections::BTreeSet;

use rate_core::Code;
use rate_core::rule_set::Finding;

use super::shape::{Adjustment, Condition, Effect, From, Set, Value};

/// The grade after an effect, and points in hundredths.
fn after(set: &Set, effect: Effect, grade: usize, last: usize) -> (usize, i64) {
    match effect {
        Effect::NoDecrease(From::Base) => (grade.max(set.base), 0),
        Effect::NoDecrease(From::Last) => (grade.max(last), 0),
        Effect::AtLeast(least) | Effect::NotBelow(least) => (grade.max(least), 0),
        Effect::Grade(fixed) => (fixed, 0),
        Effect::Shift(shift) => (set.moved(grade, shift), 0),
        Effect::Points(points) => (grade, points),
    }
}

/// Values on both sides of every bound of a condition, rising.
fn values(condition: &Condition) -> Vec<Value> {
    let ends = [condition.interval.low, condition.interval.high].into_iter().flatten();
    let mut halves: Vec<i128> =
        ends.flat_map(|(end, _)| [-1, 0, 1].map(|beside| i128::from(end) * 2 + beside)).collect();
    halves.retain(|half| *half >= 0);
    halves.sort_unstable();
    halves.into_iter().map(Value::half_millionths).collect()
}

fn falls(set: &Set, adjustment: &Adjustment) -> bool {
    let injuries = adjustment.when.iter().filter(|it| set.measures[it.measure].kind.is_injury());
    injuries.into_iter().any(|condition| {
        let values = values(condition);
        (0..set.grades * set.grades).any(|pair| {
            let (grade, last) = (pair / set.grades, pair % set.grades);
            let result = |value: &Value| match condition.interval.holds(*value) {
                true => after(set, adjustment.effect, grade, last),
                false => (grade, 0),
            };
            values.windows(2).any(|pair| result(&pair[0]) > result(&pair[1]))
        })
    })
}

/// Exactly the adjustments that let a grade fall are reported.
pub(crate) fn check(set: &Set, findings: &[Finding]) {
    let of_adjustments = findings.iter().filter(|finding| finding.problem.code == Code::CheckAdjustment);
    let found: BTreeSet<&str> = of_adjustments.map(|finding| finding.problem.values[0].as_str()).collect();
    let expected: BTreeSet<&str> = set.adjustments.iter().filter(|it| falls(set, it)).map(|it| it.id).collect();
    assert_eq!(found, expected, "adjustments by which more injury lowers the grade");
}
