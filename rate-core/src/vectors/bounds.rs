//! Every bound that a table or an adjustment prints: exactly on it, and the smallest unit to either side.

use crate::amount::Quantity;
use crate::citation::Label;
use crate::industry::RiskClass;
use crate::interval::End;
use crate::rule_set::{Answer, Condition, Law, check::bound_text};

use super::reach::{Aim, Wanted, reach};
use super::scene::{Decides, Scenes, aims, deciding};
use super::sketch::Sketch;
use super::{Cases, adjusted, label};

/// Three cases around a bound: below, on, above; none below zero.
struct Around {
    below: Option<Sketch>,
    on: Option<Sketch>,
    above: Option<Sketch>,
}

impl Around {
    /// Whether two of them that stand beside each other come out differently.
    fn turns(&self, cases: &Cases<'_>) -> bool {
        let pairs = [(&self.below, &self.on), (&self.on, &self.above), (&self.below, &self.above)];
        pairs
            .into_iter()
            .any(|(one, two)| one.as_ref().zip(two.as_ref()).is_some_and(|(one, two)| cases.differ(one, two)))
    }

    /// How many of them there are.
    fn made(&self) -> usize {
        [&self.below, &self.on, &self.above].into_iter().flatten().count()
    }
}

/// A bound of a condition, and where it stands.
struct Bound<'b> {
    /// `float_table/up-1`.
    place: String,
    /// Words for the place.
    words: Label,
    condition: &'b Condition,
    window: usize,
    end: End,
}

pub(super) fn all(cases: &mut Cases<'_>, scenes: &Scenes) {
    let law = cases.ground.law;
    for (place, table) in law.rules().tables().iter().enumerate() {
        for (row, it) in table.rows.iter().enumerate() {
            for condition in it.all.iter().chain(&it.any) {
                for window in 0..it.for_windows {
                    for (low, end) in ends(condition) {
                        let words = label(format!("行“{}”", it.label.zh), format!("row \"{}\"", it.label.en));
                        let place_id = format!("{}/{}", table.id, it.id);
                        let bound = Bound { place: place_id, words, condition, window, end };
                        let around = of_row(cases, scenes, (place, row), &bound, low);
                        add(cases, &bound, around);
                    }
                }
            }
        }
    }
    for adjustment in law.rules().adjustments() {
        for condition in &adjustment.when.measures {
            for (_, end) in ends(condition) {
                let words =
                    label(format!("调整“{}”", adjustment.label.zh), format!("adjustment \"{}\"", adjustment.label.en));
                let place = format!("adjustments/{}", adjustment.id);
                let bound = Bound { place, words, condition, window: 0, end };
                let events = adjusted::acting(&cases.ground, adjustment);
                let around = of_adjustment(cases, scenes, &bound, &events);
                add(cases, &bound, around);
            }
        }
    }
}

/// The ends of a condition, the lower one first; one value is one end.
fn ends(condition: &Condition) -> Vec<(bool, End)> {
    let (low, high) = (condition.interval.low, condition.interval.high);
    let same = low.zip(high).is_some_and(|(low, high)| low.millionths == high.millionths);
    let high = high.filter(|_| !same);
    low.map(|end| (true, end)).into_iter().chain(high.map(|end| (false, end))).collect()
}

fn add(cases: &mut Cases<'_>, bound: &Bound<'_>, around: Option<Around>) {
    let measure = &cases.ground.law.rules().measures()[bound.condition.measure];
    let printed = bound_text(bound.end, measure.unit);
    let back = if bound.window == 0 { String::new() } else { format!("[-{}]", bound.window) };
    let around = around.unwrap_or(Around { below: None, on: None, above: None });
    let sides = [
        ("below", "低一个最小单位", "the smallest unit below", around.below),
        ("on", "恰在其上", "exactly on it", around.on),
        ("above", "高一个最小单位", "the smallest unit above", around.above),
    ];
    for (side, zh, en, sketch) in sides {
        if side == "below" && bound.end.millionths == 0 {
            continue;
        }
        let id = format!("bound/{}/{}{back}/{printed}/{side}", bound.place, measure.id);
        let earlier = match bound.window {
            0 => label(String::new(), String::new()),
            window => label(format!("前 {window} 期"), format!(" in window -{window}")),
        };
        let words = label(
            format!("{}：{}{}界限 {printed}，{zh}", bound.words.zh, earlier.zh, measure.label.zh),
            format!("{}: {}{}, bound {printed}, {en}", bound.words.en, measure.label.en, earlier.en),
        );
        match sketch {
            Some(sketch) => cases.add(id, words, sketch),
            None => cases.cannot(id, words),
        }
    }
}

/// Three cases around a bound of a row, in surroundings where it makes a difference, if there are any.
fn of_row(
    cases: &Cases<'_>,
    scenes: &Scenes,
    (place, row): (usize, usize),
    bound: &Bound<'_>,
    low: bool,
) -> Option<Around> {
    let mut best: Option<Around> = None;
    for class in cases.ground.classes() {
        let surroundings = surroundings(cases.ground.law, (place, row), class, bound, low);
        for start in starts(cases, class) {
            // What other tables give may keep a difference from being seen.
            let others = scenes.all.iter().filter(|scene| scene.table != place).map(|scene| scene.wanted.as_slice());
            for other in std::iter::once(&[] as &[Wanted]).chain(others) {
                for own in &surroundings {
                    let free = other.iter().filter(|it| !own.iter().any(|own| (own.0, own.1) == (it.0, it.1)));
                    let wanted: Vec<Wanted> = own.iter().chain(free).copied().collect();
                    let around = around(cases, &start, &wanted, bound);
                    if around.turns(cases) {
                        return Some(around);
                    }
                    if best.as_ref().is_none_or(|best| around.made() > best.made()) {
                        best = Some(around);
                    }
                }
            }
        }
    }
    best
}

/// An account to begin with; where something is counted from the last grade, one that had the highest as well.
fn starts(cases: &Cases<'_>, class: RiskClass) -> Vec<Sketch> {
    let start = cases.ground.start(class);
    if !cases.ground.law.counts_from_last_grade() {
        return vec![start];
    }
    let ladder = cases.ground.law.rules().ladder();
    let last = cases.ground.last_rate(&start, ladder.moved(ladder.base(), i8::MAX));
    vec![start.clone(), Sketch { last, ..start }]
}

/// Where the other measures of a table stand where a bound of a row matters: where it changes what the table gives
/// first, then where it changes which rows apply, then where it changes anything.
fn surroundings(
    law: &Law,
    (place, row): (usize, usize),
    class: RiskClass,
    bound: &Bound<'_>,
    low: bool,
) -> Vec<Vec<Wanted>> {
    let table = &law.rules().tables()[place];
    let (diagram, wanted) = (law.diagram(place, class), (bound.condition.measure, bound.window));
    let variable = diagram.variables().iter().position(|it| (it.measure, it.window) == wanted);
    let Some(variable) = variable.filter(|_| table.rows[row].classes[class.index()]) else { return Vec::new() };
    let bounds = diagram.variables()[variable].bounds();
    let Some(at) = bounds.iter().position(|it| *it == bound.end.millionths) else { return Vec::new() };
    // A closed lower end begins on the bound, an open one beyond it; the other way round at the upper end. Nothing lies
    // below zero.
    let turn = if low == bound.end.closed && bound.end.millionths > 0 { 2 * at } else { 2 * at + 1 };
    let has = |answer: &Answer| matches!(answer, Answer::Rows(rows) if rows.contains(&row));
    let result = |answer: &Answer| match deciding(law, table, answer)? {
        Decides::Row(row) => Some(table.rows[row].result),
        Decides::Otherwise => table.otherwise,
    };
    let turns_row = |one: &Answer, two: &Answer| has(one) != has(two);
    let moves = |one: &Answer, two: &Answer| turns_row(one, two) && result(one) != result(two);
    let differs = |one: &Answer, two: &Answer| one != two;
    let mut found = diagram.turns(variable, turn, &moves);
    found.extend(diagram.turns(variable, turn, &turns_row));
    found.extend(diagram.turns(variable, turn, &differs));
    found.push(Vec::new());
    found.iter().map(|sides| aims(law, place, class, sides)).collect()
}

fn of_adjustment(
    cases: &Cases<'_>,
    scenes: &Scenes,
    bound: &Bound<'_>,
    events: &[crate::history::Event],
) -> Option<Around> {
    let mut best: Option<Around> = None;
    for (class, wanted) in scenes.ways() {
        let mut start = cases.ground.start(class);
        start.events = events.to_vec();
        let around = around(cases, &start, wanted, bound);
        if around.turns(cases) {
            return Some(around);
        }
        if best.as_ref().is_none_or(|best| around.made() > best.made()) {
            best = Some(around);
        }
    }
    best
}

/// The three cases with everything else where it is wanted.
fn around(cases: &Cases<'_>, start: &Sketch, wanted: &[Wanted], bound: &Bound<'_>) -> Around {
    let (measure, window) = (bound.condition.measure, bound.window);
    let value = bound.end.quantity();
    let others: Vec<Wanted> = wanted.iter().filter(|(of, at, _)| (*of, *at) != (measure, window)).copied().collect();
    let with = |aim: Aim| {
        let all: Vec<Wanted> = others.iter().copied().chain([(measure, window, aim)]).collect();
        reach(&cases.ground, start, &all)
    };
    let zero = value == Quantity { numerator: 0, ..value };
    Around {
        below: if zero { None } else { with(Aim::Below(value)) },
        on: with(Aim::On(value)),
        above: with(Aim::Above(value)),
    }
}

/// The highest bound that anything prints for a measure: beyond it a case stands out.
pub(super) fn highest(cases: &Cases<'_>, measure: usize) -> Option<End> {
    let rules = cases.ground.law.rules();
    let rows = rules.tables().iter().flat_map(|table| &table.rows);
    let conditions = rows.flat_map(|row| row.all.iter().chain(&row.any));
    let adjustments = rules.adjustments().iter().flat_map(|it| &it.when.measures);
    let of = conditions.chain(adjustments).filter(|it| it.measure == measure);
    of.flat_map(|it| it.interval.low.into_iter().chain(it.interval.high)).max_by_key(|end| end.millionths)
}

/// Anywhere inside an interval.
pub(super) fn inside(interval: &crate::interval::Interval) -> Aim {
    match (interval.low, interval.high) {
        (Some(low), Some(high)) if low.millionths == high.millionths => Aim::On(low.quantity()),
        (low, high) => Aim::Between(low, high),
    }
}
