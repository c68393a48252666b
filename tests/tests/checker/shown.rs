//! What the checker's findings say, read back from their own words.

use rate_core::Code;
use rate_core::rule_set::{Finding, FindingKind};

use super::naive::{Answer, Axis, Fact, deciding, lasts};
use super::shape::{Cause, Conflict, Given, Interval, Kind, Set, Table};
use super::text::{given_shown, path};

/// A finding about some facts, whoever found it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Said {
    Gap,
    Overlap(String),
    Open(String),
    Swallowed(String),
    Settled(String, &'static str, String),
    Unanswered(&'static str, &'static str),
}

impl Said {
    /// What should be said of an answer.
    pub(crate) fn of(set: &Set, table: &Table, answer: &Answer) -> Option<Self> {
        match answer {
            Answer::Gap => Some(Self::Gap),
            Answer::Otherwise => table.otherwise.map(|given| Self::Swallowed(given_shown(set, given))),
            Answer::Settled(..) => None,
            Answer::Unanswered(measure, cause) => {
                let cause = cause.map_or("earlier_window", Cause::word);
                Some(Self::Unanswered(set.measures[*measure].kind.name(), cause))
            }
            Answer::Rows(rows) => Self::of_rows(set, table, rows),
        }
    }

    fn of_rows(set: &Set, table: &Table, rows: &[usize]) -> Option<Self> {
        let id = |row: usize| table.rows[row].id.clone();
        let names = rows.iter().map(|row| id(*row)).collect::<Vec<_>>().join(", ");
        let decide = |last| deciding(set, table, rows, last);
        let Some(chosen): Option<Vec<usize>> = lasts(set, table).into_iter().map(decide).collect() else {
            return Some(Self::Overlap(names));
        };
        if let Some(open) = chosen.iter().find(|row| table.rows[**row].given == Given::NotSeen) {
            return Some(Self::Open(id(*open)));
        }
        if rows.iter().all(|row| table.rows[*row].given == table.rows[rows[0]].given) {
            return None;
        }
        let rule = match table.conflict? {
            Conflict::HighestGrade => "highest-grade",
            Conflict::FirstRow => "first-row",
            Conflict::ExactlyOne => return None,
        };
        let mut names_chosen: Vec<String> = Vec::new();
        for row in chosen {
            if !names_chosen.contains(&id(row)) {
                names_chosen.push(id(row));
            }
        }
        Some(Self::Settled(names, rule, names_chosen.join(" / ")))
    }

    pub(crate) const fn weight(&self) -> FindingKind {
        match self {
            Self::Gap | Self::Overlap(_) | Self::Unanswered(..) => FindingKind::Blocks,
            Self::Open(_) => FindingKind::Open,
            Self::Swallowed(_) | Self::Settled(..) => FindingKind::Note,
        }
    }
}

/// A finding of the checker, read back.
#[derive(Debug)]
pub(crate) struct Read {
    /// Classes, counted from zero.
    pub(crate) classes: Vec<usize>,
    pub(crate) said: Said,
    /// Facts that it names.
    pub(crate) region: Region,
}

/// The classes a value begins with, and the rest of it.
fn classes(set: &Set, value: &str) -> (Vec<usize>, String) {
    let list = value.strip_prefix('C').and_then(|rest| rest.split_once(": "));
    let Some((list, rest)) = list else { return ((0..set.classes).collect(), value.to_owned()) };
    let mut classes = Vec::new();
    for part in list.split(',') {
        let (first, last) = part.split_once('–').unwrap_or((part, part));
        classes.extend(first.parse::<usize>().unwrap() - 1..last.parse().unwrap());
    }
    assert!(classes.len() < set.classes, "classes are named only where they are not all: {value}");
    (classes, rest.to_owned())
}

/// Reads a finding about the facts of a table; `None` where it is about something else.
pub(crate) fn read(set: &Set, table: &Table, finding: &Finding) -> Option<Read> {
    let problem = &finding.problem;
    let field = &problem.place.field;
    let own = *field == path(set, table) || field.starts_with(&format!("{}.rows.", path(set, table)));
    if !own && problem.code != Code::CheckUnanswered {
        return None;
    }
    let value = |place: usize| problem.values[place].clone();
    let (classes, first) = classes(set, problem.values.first()?);
    let said = match problem.code {
        Code::CheckGap => Said::Gap,
        Code::CheckOverlap => Said::Overlap(value(1)),
        Code::CheckOpen => Said::Open(value(1)),
        Code::CheckSwallowed => Said::Swallowed(value(1)),
        Code::CheckSettled => {
            let rule = ["highest-grade", "first-row"].into_iter().find(|rule| *rule == value(2)).unwrap();
            Said::Settled(value(1), rule, value(3))
        }
        Code::CheckUnanswered => {
            let name = Kind::ALL.into_iter().map(Kind::name).find(|name| *name == first).unwrap();
            let causes = Cause::ALL.into_iter().map(Cause::word).chain(["earlier_window"]);
            let said = Said::Unanswered(name, causes.into_iter().find(|cause| *cause == value(1)).unwrap());
            return Some(Read { classes, said, region: Region::default() });
        }
        _ => return None,
    };
    assert_eq!(finding.kind, said.weight(), "{problem}");
    Some(Read { classes, said, region: Region::read(set, &first) })
}

/// The classes of a fall, and its two sides: facts and the grade they give.
pub(crate) type Fall = (Vec<usize>, [(Region, String); 2]);

/// Both sides of a fall, read back: classes, facts below with their grade, facts above with theirs.
pub(crate) fn read_fall(set: &Set, table: &Table, finding: &Finding) -> Option<Fall> {
    let problem = &finding.problem;
    if problem.code != Code::CheckMonotone || problem.place.field != path(set, table) {
        return None;
    }
    let [low, low_grade, high, high_grade] = problem.values.as_slice() else { panic!("{problem}") };
    let (classes, low) = classes(set, low);
    let side = |text: &str, grade: &str| (Region::read(set, text), grade.to_owned());
    Some((classes, [side(&low, low_grade), side(high, high_grade)]))
}

/// What one measure may be.
#[derive(Debug)]
enum Side {
    Values(Interval),
    Undefined(Option<Cause>),
}

impl Side {
    fn holds(&self, fact: Fact) -> bool {
        match (self, fact) {
            (Self::Values(interval), Fact::Value(value)) => interval.holds(value),
            (Self::Undefined(Some(cause)), Fact::Undefined(other)) => *cause == other,
            (Self::Undefined(None), Fact::Earlier) => true,
            _ => false,
        }
    }
}

/// A part of the space of facts, as the checker prints it.
#[derive(Debug, Default)]
pub(crate) struct Region {
    sides: Vec<(usize, usize, Vec<Side>)>,
}

impl Region {
    /// Which facts of an axis lie inside; where the text says nothing, `silent` of them.
    pub(crate) fn on(&self, axis: &Axis, silent: usize) -> Vec<usize> {
        let named = self.sides.iter().find(|(measure, window, _)| (*measure, *window) == (axis.measure, axis.window));
        match named {
            None => (0..silent).collect(),
            Some((_, _, sides)) => {
                let inside = |place: &usize| sides.iter().any(|side| side.holds(axis.facts[*place]));
                (0..axis.facts.len()).filter(inside).collect()
            }
        }
    }

    /// The measures and windows that the text speaks of.
    pub(crate) fn about(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.sides.iter().map(|(measure, window, _)| (*measure, *window))
    }

    fn read(set: &Set, text: &str) -> Self {
        let mut region = Self::default();
        if text == "*" {
            return region;
        }
        let mut rest = text;
        loop {
            let (name, after) = rest.split_once(' ').unwrap_or_else(|| panic!("a measure and its cells: {text}"));
            let (name, window) = match name.split_once("[-") {
                Some((name, window)) => (name, window.trim_end_matches(']').parse().unwrap()),
                None => (name, 0),
            };
            let measure = set.measures.iter().position(|it| it.kind.name() == name).unwrap();
            let (sides, after) = cells(after);
            region.sides.push((measure, window, sides));
            match after.strip_prefix(", ") {
                Some(more) => rest = more,
                None if after.is_empty() => return region,
                None => panic!("nothing follows a cell but another: {text}"),
            }
        }
    }
}

fn cells(text: &str) -> (Vec<Side>, &str) {
    let (mut sides, mut rest) = (Vec::new(), text);
    loop {
        let (side, after) = cell(rest);
        sides.push(side);
        match after.strip_prefix(" / ") {
            Some(more) => rest = more,
            None => return (sides, after),
        }
    }
}

fn cell(text: &str) -> (Side, &str) {
    if let Some(rest) = text.strip_prefix("undefined") {
        let named = rest.strip_prefix(" (").and_then(|rest| rest.split_once(')'));
        let cause = |word: &str| Cause::ALL.into_iter().find(|cause| cause.word() == word).unwrap();
        return named.map_or((Side::Undefined(None), rest), |(word, rest)| (Side::Undefined(Some(cause(word))), rest));
    }
    for (sign, low, high, closed) in [
        (">= ", true, false, true),
        ("> ", true, false, false),
        ("<= ", false, true, true),
        ("< ", false, true, false),
        ("= ", true, true, true),
    ] {
        if let Some(rest) = text.strip_prefix(sign) {
            let (end, rest) = bound(rest);
            let end = Some((end, closed));
            return (Side::Values(Interval { low: end.filter(|_| low), high: end.filter(|_| high) }), rest);
        }
    }
    let (low_closed, rest) = (text.starts_with('['), text.strip_prefix(['[', '(']).unwrap_or_else(|| panic!("{text}")));
    let (low, rest) = bound(rest);
    let (high, rest) = bound(rest.strip_prefix(", ").unwrap());
    let high_closed = rest.starts_with(']');
    (Side::Values(Interval { low: Some((low, low_closed)), high: Some((high, high_closed)) }), &rest[1..])
}

/// A bound in millionths, and what follows it.
fn bound(text: &str) -> (i64, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let units = [("%", 4), ("‰", 3), ("元", 8)];
    let unit = units.into_iter().find_map(|(unit, digits)| rest.strip_prefix(unit).map(|rest| (digits, rest)));
    let (digits, rest) = unit.unwrap_or((6, rest));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    assert!(fraction.len() <= digits, "no bound is finer than a millionth: {text}");
    (format!("{whole}{fraction:0<digits$}").parse().unwrap(), rest)
}
