//! The float table read naively: one combination of facts after another, in whole numbers.

use super::shape::From;
use super::shape::{Cause, Condition, Conflict, Follows, Given, Row, Set, Table, Value};

/// What is known of a measure in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Value(Value),
    Undefined(Cause),
    /// Undefined in an earlier window, where the cause is not told apart.
    Earlier,
}

/// What a table says to some facts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// These rows apply.
    Rows(Vec<usize>),
    Otherwise,
    Gap,
    /// A measure does not exist; whether the last rate follows, else the base rate.
    Settled(usize, Cause, bool),
    /// A measure does not exist, and nothing is said; no cause in an earlier window.
    Unanswered(usize, Option<Cause>),
}

/// Answers for a class, counted from zero.
pub(crate) fn answer(set: &Set, table: &Table, class: usize, fact: &impl Fn(usize, usize) -> Fact) -> Answer {
    for window in 0..2 {
        for (place, measure) in set.measures.iter().enumerate().filter(|it| table.asks(class, it.0, window)) {
            match (fact(place, window), window) {
                (Fact::Value(_), _) => {}
                (Fact::Undefined(cause), 0) => match measure.follows(cause) {
                    None => return Answer::Unanswered(place, Some(cause)),
                    Some(Follows::Base) => return Answer::Settled(place, cause, false),
                    Some(Follows::Last) => return Answer::Settled(place, cause, true),
                    Some(Follows::Fails | Follows::Zero) => {}
                },
                (Fact::Undefined(_) | Fact::Earlier, _) if measure.earlier_as_zero.is_none() => {
                    return Answer::Unanswered(place, None);
                }
                (Fact::Undefined(_) | Fact::Earlier, _) => {}
            }
        }
    }
    let holds = |condition: &Condition, window: usize| {
        value(set, condition.measure, window, fact(condition.measure, window))
            .is_some_and(|value| condition.interval.holds(value))
    };
    let met = |row: &Row, window: usize| {
        row.all.iter().all(|it| holds(it, window)) && (row.any.is_empty() || row.any.iter().any(|it| holds(it, window)))
    };
    let applies = |row: &Row| row.classes[class] && (0..row.windows).all(|window| met(row, window));
    let applying: Vec<bool> = table.rows.iter().map(applies).collect();
    let kept = |place: &usize| applying[*place] && !table.rows[*place].unless.iter().any(|other| applying[*other]);
    let rows: Vec<usize> = (0..table.rows.len()).filter(kept).collect();
    match (rows.is_empty(), table.otherwise) {
        (false, _) => Answer::Rows(rows),
        (true, Some(_)) => Answer::Otherwise,
        (true, None) => Answer::Gap,
    }
}

/// The value of a measure; zero where the file says so.
pub(crate) fn value(set: &Set, measure: usize, window: usize, fact: Fact) -> Option<Value> {
    let as_zero = match fact {
        Fact::Value(value) => return Some(value),
        Fact::Undefined(cause) if window == 0 => set.measures[measure].follows(cause) == Some(Follows::Zero),
        Fact::Undefined(_) | Fact::Earlier => set.measures[measure].earlier_as_zero == Some(true),
    };
    as_zero.then_some(Value::ZERO)
}

/// The grade that a row gives, where the last grade was `last`.
pub(crate) fn grade(set: &Set, given: Given, last: usize) -> Option<usize> {
    match given {
        Given::Grade(grade) => Some(grade),
        Given::Shift(shift, From::Base) => Some(set.moved(set.base, shift)),
        Given::Shift(shift, From::Last) => Some(set.moved(last, shift)),
        Given::Keep => Some(last),
        Given::NotSeen => None,
    }
}

/// The row that decides among several; none where no rule chooses.
pub(crate) fn deciding(set: &Set, table: &Table, rows: &[usize], last: usize) -> Option<usize> {
    let given = |row: usize| table.rows[row].given;
    if rows.iter().all(|row| given(*row) == given(rows[0])) {
        return Some(rows[0]);
    }
    match table.conflict {
        Some(Conflict::FirstRow) => Some(rows[0]),
        Some(Conflict::ExactlyOne) | None => None,
        Some(Conflict::HighestGrade) => {
            let highest = rows.iter().filter_map(|row| grade(set, given(*row), last)).max();
            let with = |wanted: Option<usize>| rows.iter().copied().find(|row| grade(set, given(*row), last) == wanted);
            // An unseen result might be higher than anything but the highest grade.
            match rows.iter().any(|row| given(*row) == Given::NotSeen) {
                true if highest != Some(set.grades - 1) => with(None),
                _ => with(highest),
            }
        }
    }
}

/// The last grades that make a difference to a table.
pub(crate) fn lasts(set: &Set, table: &Table) -> Vec<usize> {
    if table.relative() { (0..set.grades).collect() } else { vec![set.base] }
}

/// A measure in a window, with facts that stand for all others: every bound, something between any two and beyond the
/// last, and every cause for which there is no value.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) measure: usize,
    pub(crate) window: usize,
    /// Values first, rising.
    pub(crate) facts: Vec<Fact>,
    pub(crate) values: usize,
}

/// Every combination of facts that a table asks about.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub(crate) axes: Vec<Axis>,
    pub(crate) size: usize,
}

impl Grid {
    pub(crate) fn of(set: &Set, table: &Table) -> Self {
        let asked = |measure, window| (0..set.classes).any(|class| table.asks(class, measure, window));
        let places = (0..2).flat_map(|window| (0..set.measures.len()).map(move |measure| (measure, window)));
        let axes: Vec<Axis> = places
            .filter(|it| asked(it.0, it.1))
            .map(|(measure, window)| Axis::of(set, table, measure, window))
            .collect();
        let size = axes.iter().map(|axis| axis.facts.len()).product();
        Self { axes, size }
    }

    pub(crate) fn size(set: &Set, table: &Table) -> usize {
        Self::of(set, table).size
    }

    /// How far apart two points lie that differ by one fact of an axis.
    pub(crate) fn stride(&self, axis: usize) -> usize {
        self.axes[..axis].iter().map(|axis| axis.facts.len()).product()
    }

    pub(crate) fn place_on(&self, axis: usize, point: usize) -> usize {
        point / self.stride(axis) % self.axes[axis].facts.len()
    }

    /// The answers of all points for a class.
    pub(crate) fn answers(&self, set: &Set, table: &Table, class: usize) -> Vec<Answer> {
        let mut places = vec![0; self.axes.len()];
        let mut slots = [[usize::MAX; 2]; 8];
        for (slot, axis) in self.axes.iter().enumerate() {
            slots[axis.measure][axis.window] = slot;
        }
        let mut answers = Vec::with_capacity(self.size);
        for _ in 0..self.size {
            let fact = |measure: usize, window: usize| {
                let slot = slots[measure][window];
                self.axes[slot].facts[places[slot]]
            };
            answers.push(answer(set, table, class, &fact));
            for (place, axis) in places.iter_mut().zip(&self.axes) {
                *place += 1;
                if *place < axis.facts.len() {
                    break;
                }
                *place = 0;
            }
        }
        answers
    }
}

impl Axis {
    fn of(set: &Set, table: &Table, measure: usize, window: usize) -> Self {
        let conditions = table.rows.iter().filter(|row| row.windows > window).flat_map(Row::conditions);
        let intervals = conditions.filter(|it| it.measure == measure).map(|it| it.interval);
        let ends = intervals.flat_map(|it| [it.low, it.high]).flatten();
        let mut bounds: Vec<i128> = ends.map(|(end, _)| i128::from(end) * 2).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let mut halves: Vec<i128> =
            bounds.first().filter(|first| **first > 0).map(|first| first / 2).into_iter().collect();
        for (place, bound) in bounds.iter().enumerate() {
            halves.push(*bound);
            halves.push(bounds.get(place + 1).map_or(bound + 1, |next| (bound + next) / 2));
        }
        let measured = &set.measures[measure];
        let mut facts: Vec<Fact> = halves.into_iter().map(|it| Fact::Value(Value::half_millionths(it))).collect();
        let values = facts.len();
        if window == 0 {
            let stay = measured.undefined.iter().filter(|(_, follows)| *follows != Some(Follows::Zero));
            facts.extend(stay.map(|(cause, _)| Fact::Undefined(*cause)));
        } else if measured.earlier_as_zero != Some(true) {
            facts.push(Fact::Earlier);
        }
        Self { measure, window, facts, values }
    }
}

/// The grade of an answer, where it has one.
pub(crate) fn answer_grade(set: &Set, table: &Table, answer: &Answer, last: usize) -> Option<usize> {
    match answer {
        Answer::Rows(rows) => grade(set, table.rows[deciding(set, table, rows, last)?].given, last),
        Answer::Otherwise => grade(set, table.otherwise?, last),
        Answer::Gap | Answer::Settled(..) | Answer::Unanswered(..) => None,
    }
}
