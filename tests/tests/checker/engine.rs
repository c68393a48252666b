//! The engine against the naive reading, on facts drawn near the bounds.

use rate_core::decision::Reason;
use rate_core::rule_set::{Cause as EngineCause, RuleSet};
use rate_core::{Outcome, date};
use rust_decimal::Decimal;

use super::draw::Draw;
use super::facts::{Facts, history, parameters};
use super::naive::{Answer, Fact, answer, deciding, grade, value};
use super::shape::{Adjustment, Cause, Effect, From, Given, Set, Table};

/// Facts tried with each set.
const TRIED: usize = 30;

/// What the naive reading comes to.
#[derive(Debug, PartialEq, Eq)]
struct Expected {
    floats: bool,
    held: bool,
    reason: Reason,
    grade: Option<usize>,
    points: Decimal,
}

/// Decides facts drawn for a set both ways; how many.
pub(crate) fn agrees(set: &Set, rules: RuleSet, draw: &mut Draw) -> usize {
    let law = rules.law_for(parameters(), date("2024-01-01").unwrap()).unwrap();
    let rises = !set.tables.iter().any(|table| table.may_fall);
    for _ in 0..TRIED {
        let facts = Facts::drawn(draw, set);
        let decided = |facts: &Facts| {
            let account = history(set, facts);
            let outcome = rate_core::outcome(&law, &account).unwrap_or_else(|problems| panic!("{problems}: {facts:?}"));
            let decision = rate_core::decide(&law, &account).unwrap();
            assert_eq!(*decision.outcome(), outcome, "steps change no outcome: {facts:?}");
            let expected = outcome_of(set, facts);
            assert_eq!(shown(&outcome), expected, "{facts:?}");
            expected
        };
        let found = decided(&facts);
        if rises {
            let worse = facts.worse(draw);
            let found_worse = decided(&worse);
            let floats = found.floats && found_worse.floats && exist_alike(set, &facts, &worse);
            assert!(!floats || found.grade <= found_worse.grade, "more injury, lower grade: {facts:?} {worse:?}");
        }
    }
    TRIED
}

/// Whether the same measures have values: what follows where one has none is the file's own business.
fn exist_alike(set: &Set, one: &Facts, two: &Facts) -> bool {
    let kind = |facts: &Facts, measure, window| match facts.measured(set, measure, window) {
        Fact::Value(_) => None,
        Fact::Undefined(cause) => Some(cause),
        Fact::Earlier => unreachable!("facts have causes"),
    };
    let alike = |measure| (0..2).all(|window| kind(one, measure, window) == kind(two, measure, window));
    (0..set.measures.len()).all(alike)
}

fn shown(outcome: &Outcome) -> Expected {
    Expected {
        floats: outcome.origin == rate_core::Origin::Floated,
        held: outcome.origin == rate_core::Origin::Provisional,
        reason: outcome.reason,
        grade: outcome.grade.map(|grade| usize::from(grade.get())),
        points: outcome.points,
    }
}

fn cause_of(cause: Cause) -> EngineCause {
    EngineCause::ALL.into_iter().find(|other| other.as_str() == cause.word()).unwrap()
}

struct Naive<'s> {
    set: &'s Set,
    facts: &'s Facts,
    /// The last grade, the base where none is known.
    last: usize,
}

fn outcome_of(set: &Set, facts: &Facts) -> Expected {
    let last = facts.last.flatten().unwrap_or(set.base);
    let naive = Naive { set, facts, last };
    match naive.proposed() {
        Ok(proposed) => naive.floated(&proposed),
        Err((last_rate, reason)) => {
            // What the adjustments make of either end of the ladder, they make of everything between.
            let ends = [0, set.grades - 1].map(|end| naive.adjusted(end, Reason::Combined));
            let moved = ends.iter().find(|end| end.1 != Reason::Combined);
            match moved.filter(|_| ends[0].0 == ends[1].0) {
                Some(forced) => naive.limited(*forced),
                None => naive.not_measured(last_rate, reason),
            }
        }
    }
}

impl Naive<'_> {
    fn not_measured(&self, last_rate: bool, reason: Reason) -> Expected {
        let grade = match self.facts.last {
            Some(last) if last_rate => last,
            _ => Some(self.set.base),
        };
        Expected { floats: false, held: last_rate, reason, grade, points: Decimal::ZERO }
    }

    /// The grade of each table with its reason; or whether the last rate follows instead, and why.
    fn proposed(&self) -> Result<Vec<(usize, Reason)>, (bool, Reason)> {
        self.set.tables.iter().enumerate().map(|(place, table)| self.of_table(place, table)).collect()
    }

    fn of_table(&self, table: usize, it: &Table) -> Result<(usize, Reason), (bool, Reason)> {
        let fact = |measure: usize, window: usize| self.facts.measured(self.set, measure, window);
        let (given, reason, unseen) = match answer(self.set, it, self.facts.class, &fact) {
            Answer::Rows(rows) => {
                let row = deciding(self.set, it, &rows, self.last).expect("an accepted set has a rule");
                (it.rows[row].given, Reason::Row { table, row }, Reason::SourceMissing { table, row })
            }
            Answer::Otherwise => {
                let reason = Reason::Otherwise { table };
                (it.otherwise.unwrap(), reason, reason)
            }
            Answer::Settled(measure, cause, last_rate) => {
                return Err((last_rate, Reason::Undefined { measure, cause: cause_of(cause) }));
            }
            other => panic!("an accepted set answers everything: {other:?}"),
        };
        match (given, grade(self.set, given, self.last)) {
            (Given::Keep, _) => Err((true, Reason::KeepsLastRate)),
            (_, Some(grade)) => Ok((grade, reason)),
            (_, None) => Err((true, unseen)),
        }
    }

    fn floated(&self, proposed: &[(usize, Reason)]) -> Expected {
        let set = self.set;
        let (grade, reason) = match proposed {
            [only] => *only,
            several if set.highest => (several.iter().map(|it| it.0).max().unwrap(), Reason::Combined),
            several => {
                let shifts: i64 = several.iter().map(|it| it.0 as i64 - set.base as i64).sum();
                (set.moved(set.base, shifts), Reason::Combined)
            }
        };
        self.limited(self.adjusted(grade, reason))
    }

    /// Grade, reason and hundredths of points after the adjustments.
    fn adjusted(&self, mut grade: usize, mut reason: Reason) -> (usize, Reason, i64) {
        let set = self.set;
        let mut hundredths = 0;
        for (adjustment, it) in set.adjustments.iter().enumerate().filter(|(_, it)| self.applies(it)) {
            let to = match it.effect {
                Effect::NoDecrease(From::Base) => grade.max(set.base),
                Effect::NoDecrease(From::Last) => grade.max(self.last),
                Effect::AtLeast(least) | Effect::NotBelow(least) => grade.max(least),
                Effect::Grade(fixed) => fixed,
                Effect::Shift(shift) => set.moved(grade, shift),
                Effect::Points(points) => {
                    hundredths += points;
                    grade
                }
            };
            if to != grade {
                (grade, reason) = (to, Reason::Adjusted { adjustment });
            }
        }
        (grade, reason, hundredths)
    }

    fn limited(&self, (mut grade, mut reason, hundredths): (usize, Reason, i64)) -> Expected {
        let set = self.set;
        let from = if set.max_move.1 == From::Base { set.base } else { self.last };
        let furthest = set.max_move.0 as i64;
        let limited = grade.clamp(set.moved(from, -furthest), set.moved(from, furthest));
        if limited != grade {
            (grade, reason) = (limited, Reason::HeldByLimit);
        }
        if let (0, Some((low, high))) = (self.facts.class, set.first_class) {
            let held = grade.clamp(low, high);
            if held != grade {
                (grade, reason) = (held, Reason::HeldByClass);
            }
        }
        Expected { floats: true, held: false, reason, grade: Some(grade), points: Decimal::new(hundredths, 2) }
    }

    fn applies(&self, adjustment: &Adjustment) -> bool {
        let measured = |place: usize| value(self.set, place, 0, self.facts.measured(self.set, place, 0));
        (!adjustment.event || self.facts.event)
            && adjustment.when.iter().all(|it| measured(it.measure).is_some_and(|value| it.interval.holds(value)))
    }
}
