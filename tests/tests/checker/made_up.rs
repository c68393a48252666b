//! Made-up rule sets: some as an author would write them, some damaged, some wild.

use super::draw::Draw;
use super::naive::Grid;
use super::shape::{
    Adjustment, Cause, Condition, Conflict, Effect, Follows, From, Given, Interval, Kind, Measure, Row, Set, Table,
};

/// No table has more combinations of facts than this.
const MOST_POINTS: usize = 20_000;

/// A set for a seed.
pub(crate) fn set(draw: &mut Draw) -> Set {
    let published = draw.chance(15);
    let classes = draw.pick(&[3, 3, 3, 8]);
    let grades = 3 + draw.below(4);
    let base = draw.below(grades);
    let measures = measures(draw, published);
    let mut set = Set {
        published,
        classes,
        measures,
        tables: Vec::new(),
        highest: draw.chance(50),
        adjustments: Vec::new(),
        grades,
        base,
        first_class: draw.chance(30).then(|| {
            let low = draw.below(grades);
            (low, low + draw.below(grades - low))
        }),
        max_move: (1 + draw.below(3), if draw.chance(70) { From::Base } else { From::Last }),
        windows: if draw.chance(15) { 1 } else { 2 },
    };
    let names: &[&str] = if draw.chance(70) { &["a"] } else { &["a", "b"] };
    // Most sets are of the kind that the checker holds to rising; the others say that they may fall.
    let may_fall = draw.chance(65);
    for id in names {
        set.tables.push(small_enough(draw, &set, id, may_fall));
    }
    if draw.chance(40) {
        set.adjustments = adjustments(draw, &set);
    }
    set
}

fn measures(draw: &mut Draw, published: bool) -> Vec<Measure> {
    let kinds = draw.some(&Kind::ALL, 4);
    let follows = |draw: &mut Draw, cause| match cause {
        Cause::BelowZero => draw.pick(&[Follows::Zero, Follows::Zero, Follows::Base, Follows::Last, Follows::Fails]),
        _ => draw.pick(&[Follows::Base, Follows::Last, Follows::Fails, Follows::Fails, Follows::Zero]),
    };
    let measure = |kind: Kind| {
        let said = |draw: &mut Draw| !published || draw.chance(50);
        let undefined = kind.causes().iter().map(|cause| (*cause, said(draw).then(|| follows(draw, *cause))));
        let undefined = undefined.collect();
        let earlier_as_zero = draw.chance(if published { 50 } else { 95 }).then(|| draw.chance(30));
        let round = (kind == Kind::Ratio && draw.chance(30)).then(|| (draw.below(3) as u32, draw.chance(50)));
        let per_mille = kind == Kind::Incidence && draw.chance(50);
        Measure { kind, undefined, earlier_as_zero, round, per_mille }
    };
    kinds.into_iter().map(measure).collect()
}

/// A table whose facts can be counted out, whatever else it is.
fn small_enough(draw: &mut Draw, set: &Set, id: &'static str, may_fall: bool) -> Table {
    loop {
        let table = table(draw, set, id, may_fall);
        if Grid::size(set, &table) <= MOST_POINTS {
            return table;
        }
    }
}

fn table(draw: &mut Draw, set: &Set, id: &'static str, may_fall: bool) -> Table {
    let conflict = if set.published && draw.chance(50) {
        None
    } else {
        Some(draw.pick(&[Conflict::HighestGrade, Conflict::HighestGrade, Conflict::FirstRow, Conflict::ExactlyOne]))
    };
    let otherwise = draw.chance(40).then(|| match given(draw, set) {
        // What an unseen `otherwise` means has a test of its own.
        Given::NotSeen => Given::Keep,
        seen => seen,
    });
    let bounds: Vec<Vec<i64>> = set.measures.iter().map(|it| draw.some(it.kind.bounds(), 3)).collect();
    let maker = Maker { set, bounds };
    let (mut rows, mut matrix) = match draw.below(5) {
        0 => (maker.ladder(draw), None),
        1 | 2 if set.measures.len() > 1 => {
            let (rows, size) = maker.matrix(draw);
            (rows, Some(size))
        }
        3 => (maker.either(draw), None),
        _ => (maker.wild(draw), None),
    };
    for _ in 0..draw.below(3) {
        if matrix.is_none() || draw.chance(50) {
            matrix = None;
            maker.damage(draw, &mut rows);
        }
    }
    Table { id, conflict, otherwise, rows, may_fall, matrix }
}

fn given(draw: &mut Draw, set: &Set) -> Given {
    match draw.below(100) {
        0..70 => Given::Grade(draw.below(set.grades)),
        70..80 => Given::Shift(draw.between(-2, 2), From::Base),
        80..89 => Given::Shift(draw.between(-2, 2), From::Last),
        89..95 => Given::Keep,
        _ => Given::NotSeen,
    }
}

struct Maker<'s> {
    set: &'s Set,
    /// Bounds that this table prints, per measure.
    bounds: Vec<Vec<i64>>,
}

impl Maker<'_> {
    fn row(&self, id: String, given: Given) -> Row {
        let classes = vec![true; self.set.classes];
        Row { id, all: Vec::new(), any: Vec::new(), windows: 1, unless: Vec::new(), classes, given }
    }

    /// Intervals of a measure that meet without a gap.
    fn parts(&self, draw: &mut Draw, measure: usize) -> Vec<Interval> {
        let bounds = &self.bounds[measure];
        // A bound at zero belongs below, for nothing else does.
        let below = draw.chance(80) || bounds[0] == 0;
        let ends = |place: usize| bounds.get(place).copied();
        let part = |place: usize| Interval {
            low: place.checked_sub(1).and_then(ends).map(|end| (end, !below)),
            high: ends(place).map(|end| (end, below)),
        };
        (0..=bounds.len()).map(part).collect()
    }

    fn measure(&self, draw: &mut Draw) -> usize {
        draw.below(self.set.measures.len())
    }

    /// Grades that rise, as many as asked for; now and then one is not a grade.
    fn rising(&self, draw: &mut Draw, count: usize) -> Vec<Given> {
        let mut grades: Vec<usize> = (0..count).map(|_| draw.below(self.set.grades)).collect();
        grades.sort_unstable();
        let pick = |grade| if draw.chance(8) { given(draw, self.set) } else { Given::Grade(grade) };
        grades.into_iter().map(pick).collect()
    }

    fn ladder(&self, draw: &mut Draw) -> Vec<Row> {
        let measure = self.measure(draw);
        let parts = self.parts(draw, measure);
        let grades = self.rising(draw, parts.len());
        let row = |(place, (interval, given))| {
            let mut row = self.row(format!("part-{place}"), given);
            row.all.push(Condition { measure, interval });
            row
        };
        parts.into_iter().zip(grades).enumerate().map(row).collect()
    }

    fn matrix(&self, draw: &mut Draw) -> (Vec<Row>, (usize, usize)) {
        let down = self.measure(draw);
        let across = (down + 1 + draw.below(self.set.measures.len() - 1)) % self.set.measures.len();
        let (lines, columns) = (self.parts(draw, down), self.parts(draw, across));
        let offset = self.rising(draw, lines.len());
        let mut rows = Vec::new();
        for (r, line) in lines.iter().enumerate() {
            for (c, column) in columns.iter().enumerate() {
                let given = match (offset[r], draw.below(100)) {
                    (Given::Grade(grade), 0..80) => Given::Grade((grade + c).min(self.set.grades - 1)),
                    (_, 80..90) => Given::NotSeen,
                    _ => Given::Grade(draw.below(self.set.grades)),
                };
                let mut row = self.row(format!("r{}c{}", r + 1, c + 1), given);
                row.all.push(Condition { measure: down, interval: *line });
                row.all.push(Condition { measure: across, interval: *column });
                rows.push(row);
            }
        }
        (rows, (lines.len(), columns.len()))
    }

    /// All measures low for one result, any of them higher for the next.
    fn either(&self, draw: &mut Draw) -> Vec<Row> {
        let parts: Vec<Vec<Interval>> = (0..self.set.measures.len()).map(|it| self.parts(draw, it)).collect();
        let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
        let grades = self.rising(draw, longest);
        let row = |(place, given)| {
            let mut row = self.row(format!("step-{place}"), given);
            let with =
                parts.iter().enumerate().filter_map(|(measure, parts)| parts.get(place).map(|it| (measure, *it)));
            let conditions = with.map(|(measure, interval)| Condition { measure, interval }).collect();
            if place == 0 {
                row.all = conditions
            } else {
                row.any = conditions
            }
            row
        };
        let mut rows: Vec<Row> = grades.into_iter().enumerate().map(row).collect();
        if draw.chance(50) {
            let mut twice = rows[0].clone();
            twice.id = "twice".to_owned();
            twice.windows = 2;
            twice.given = Given::Grade(0);
            let place = rows.len();
            rows.push(twice);
            rows[0].unless.push(place);
        }
        rows
    }

    fn wild(&self, draw: &mut Draw) -> Vec<Row> {
        let count = 1 + draw.below(6);
        let mut rows: Vec<Row> = (0..count)
            .map(|place| {
                let given = given(draw, self.set);
                let mut row = self.row(format!("wild-{place}"), given);
                let group = draw.below(3);
                if group != 1 {
                    row.all = self.conditions(draw);
                }
                if group != 0 {
                    row.any = self.conditions(draw);
                }
                row.windows = draw.pick(&[1, 1, 1, 2]);
                row
            })
            .collect();
        for (place, row) in rows.iter_mut().enumerate() {
            if draw.chance(25) {
                let others: Vec<usize> = (0..count).filter(|other| *other != place).collect();
                row.unless = if others.is_empty() { Vec::new() } else { draw.some(&others, 2) };
            }
            if draw.chance(30) {
                row.classes = self.classes(draw);
            }
        }
        rows
    }

    fn classes(&self, draw: &mut Draw) -> Vec<bool> {
        let first = draw.below(self.set.classes);
        let mut classes: Vec<bool> = (0..self.set.classes).map(|class| class == first || draw.chance(60)).collect();
        // Eight separate classes would only be counted out eight times.
        if self.set.classes == 8 {
            (3..8).for_each(|class| classes[class] = classes[2]);
            classes[first] = true;
        }
        classes
    }

    fn conditions(&self, draw: &mut Draw) -> Vec<Condition> {
        let places: Vec<usize> = (0..self.set.measures.len()).collect();
        let measures = draw.some(&places, 2);
        measures.into_iter().map(|measure| Condition { measure, interval: self.interval(draw, measure) }).collect()
    }

    fn interval(&self, draw: &mut Draw, measure: usize) -> Interval {
        let bounds = &self.bounds[measure];
        let (one, two) = (draw.pick(bounds), draw.pick(bounds));
        let closed = draw.chance(50);
        match draw.below(4) {
            0 => Interval { low: Some((one, closed)), high: None },
            1 => Interval { low: None, high: Some((one, closed)) },
            _ if one == two => Interval { low: Some((one, true)), high: Some((one, true)) },
            _ => Interval { low: Some((one.min(two), closed)), high: Some((one.max(two), draw.chance(50))) },
        }
    }

    /// One slip of the pen.
    fn damage(&self, draw: &mut Draw, rows: &mut Vec<Row>) {
        let place = draw.below(rows.len());
        match draw.below(6) {
            0 if rows.len() > 1 && rows.iter().all(|row| row.unless.is_empty()) => {
                rows.remove(place);
            }
            1 => rows[place].given = given(draw, self.set),
            2 => rows[place].windows = 2,
            3 => rows[place].classes = self.classes(draw),
            4 if rows.len() > 1 => {
                let other = (place + 1 + draw.below(rows.len() - 1)) % rows.len();
                if !rows[place].unless.contains(&other) {
                    rows[place].unless.push(other);
                }
            }
            _ => {
                let row = &mut rows[place];
                let count = row.all.len() + row.any.len();
                let chosen = draw.below(count);
                if let Some(condition) = row.all.iter_mut().chain(&mut row.any).nth(chosen) {
                    condition.interval = self.interval(draw, condition.measure);
                }
            }
        }
    }
}

fn adjustments(draw: &mut Draw, set: &Set) -> Vec<Adjustment> {
    let ids = ["first", "second"];
    let count = 1 + draw.below(2);
    ids[..count].iter().map(|id| adjustment(draw, set, id)).collect()
}

fn adjustment(draw: &mut Draw, set: &Set, id: &'static str) -> Adjustment {
    let event = draw.chance(40);
    // An effect that cannot do anything says nothing about rising or falling.
    let above_lowest = 1 + draw.below(set.grades - 1);
    let effect = match draw.below(8) {
        0 => Effect::NoDecrease(if set.base > 0 && draw.chance(50) { From::Base } else { From::Last }),
        1 => Effect::AtLeast(above_lowest),
        2 => Effect::NotBelow(above_lowest),
        3 => Effect::Grade(draw.below(set.grades)),
        4 | 5 => Effect::Shift(draw.pick(&[-2, -1, 1, 2])),
        6 => Effect::Points(draw.pick(&[-25, -3, 3, 25])),
        _ => Effect::Shift(-1),
    };
    let lowers = match effect {
        Effect::Shift(by) | Effect::Points(by) => by < 0,
        Effect::Grade(grade) => grade + 1 < set.grades,
        Effect::NoDecrease(_) | Effect::AtLeast(_) | Effect::NotBelow(_) => false,
    };
    let when = if event && draw.chance(50) { Vec::new() } else { vec![condition(draw, set, lowers)] };
    Adjustment { id, when, event, effect }
}

/// A condition that mostly holds from some injury on, or up to some for an effect that lowers.
fn condition(draw: &mut Draw, set: &Set, lowers: bool) -> Condition {
    let measure = draw.below(set.measures.len());
    let bounds = draw.some(set.measures[measure].kind.bounds(), 2);
    let (bound, closed) = (draw.pick(&bounds), draw.chance(50));
    let maker = Maker { set, bounds: set.measures.iter().map(|_| bounds.clone()).collect() };
    let mut interval = match draw.chance(80) {
        true if lowers => Interval { low: None, high: Some((bound, closed)) },
        true => Interval { low: Some((bound, closed)), high: None },
        false => maker.interval(draw, measure),
    };
    // Below zero there is nothing: such a condition would never hold.
    interval.high = interval.high.map(|(end, closed)| (end, closed || end == 0));
    Condition { measure, interval }
}
