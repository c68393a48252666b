//! Scenes: facts that fall into each row of each table, and into each way for a measure not to exist. Other families of
//! cases play in them.

use crate::decision::StepKind;
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::rule_set::{Answer, Cause, FloatTable, Law, WhenUndefined};

use super::reach::{Aim, Wanted, reach};
use super::sketch::Sketch;
use super::{Cases, label};
use crate::rule_set::Cell;

/// A class and where the measures stand.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// Place of the table whose row it plays in.
    pub(super) table: usize,
    pub(super) class: RiskClass,
    pub(super) wanted: Vec<Wanted>,
    pub(super) sketch: Sketch,
}

/// One scene for each row that can be reached, in order.
#[derive(Debug)]
pub(super) struct Scenes {
    pub(super) all: Vec<Scene>,
    /// Every other way into the same rows: class, and where the measures stand.
    more: Vec<(RiskClass, Vec<Wanted>)>,
    /// Place of a scene with the lowest, the base and the highest grade.
    pub(super) ends: Vec<(&'static str, usize)>,
}

/// What of a table decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decides {
    /// A row.
    Row(usize),
    /// No row.
    Otherwise,
}

/// What decides where a table answers, after a last rate of the base grade.
pub(super) fn deciding(law: &Law, table: &FloatTable, answer: &Answer) -> Option<Decides> {
    let ladder = law.rules().ladder();
    match answer {
        Answer::Rows(rows) => table.deciding(rows, ladder, ladder.base()).map(Decides::Row),
        Answer::Otherwise => Some(Decides::Otherwise),
        Answer::Gap | Answer::Settled { .. } | Answer::Unanswered { .. } => None,
    }
}

/// Where the measures of some runs of cells stand.
pub(super) fn aims(law: &Law, table: usize, class: RiskClass, sides: &[(usize, usize, usize)]) -> Vec<Wanted> {
    let variables = law.diagram(table, class).variables();
    let aim = |(variable, first, last): &(usize, usize, usize)| {
        let it = &variables[*variable];
        let aim = match it.describe(*first, *last).first()? {
            Cell::Range { low: Some(low), high: Some(high) } if low.millionths == high.millionths => {
                Aim::On(low.quantity())
            }
            Cell::Range { low, high } => Aim::Between(*low, *high),
            Cell::Undefined(cause) => Aim::Missing(*cause),
        };
        Some((it.measure, it.window, aim))
    };
    sides.iter().filter_map(aim).collect()
}

impl Scenes {
    pub(super) fn of(cases: &mut Cases<'_>) -> Self {
        let mut scenes = Self { all: Vec::new(), more: Vec::new(), ends: Vec::new() };
        let law = cases.ground.law;
        for (place, table) in law.rules().tables().iter().enumerate() {
            let rows = (0..table.rows.len()).map(Decides::Row).chain(table.otherwise.map(|_| Decides::Otherwise));
            for row in rows {
                scenes.row(cases, place, row);
            }
        }
        Self::undefined(cases);
        scenes.find_ends(cases);
        scenes
    }

    fn row(&mut self, cases: &mut Cases<'_>, place: usize, row: Decides) {
        let law = cases.ground.law;
        let table = &law.rules().tables()[place];
        let (id, words) = match row {
            Decides::Row(row) => {
                let it = &table.rows[row];
                let words = label(format!("落入行“{}”", it.label.zh), format!("falls into row \"{}\"", it.label.en));
                (format!("row/{}/{}", table.id, it.id), words)
            }
            Decides::Otherwise => {
                let words = label("不落入任何行".to_owned(), "falls into no row".to_owned());
                (format!("otherwise/{}", table.id), words)
            }
        };
        let step = |kind: &StepKind| match (kind, row) {
            (StepKind::Row { table, row, .. }, Decides::Row(wanted)) => *table == place && *row == wanted,
            (StepKind::Otherwise { table, .. }, Decides::Otherwise) => *table == place,
            _ => false,
        };
        let ladder = law.rules().ladder();
        let lasts = [0, i8::MIN, i8::MAX].map(|shift| ladder.moved(ladder.base(), shift));
        let mut more = Vec::new();
        let found = cases.ground.classes().into_iter().find_map(|class| {
            let applies = |answer: &Answer| match (answer, row) {
                (Answer::Rows(rows), Decides::Row(row)) => rows.contains(&row),
                (answer, row) => deciding(law, table, answer) == Some(row),
            };
            let mut regions = law.diagram(place, class).regions();
            regions.retain(|region| applies(&region.answer));
            regions.sort_by_key(|region| deciding(law, table, &region.answer) != Some(row));
            // Which of several rows decides may rest on the last grade.
            let tries = lasts.iter().flat_map(|last| regions.iter().map(move |region| (*last, region)));
            let mut scenes = tries.filter_map(|(last, region)| {
                let wanted = aims(law, place, class, &region.sides);
                let found = scene(cases, (class, last), wanted, &step)?;
                Some(Scene { table: place, ..found })
            });
            let found = scenes.next()?;
            more.extend(regions.iter().skip(1).map(|region| (class, aims(law, place, class, &region.sides))));
            Some(found)
        });
        self.more.append(&mut more);
        match found {
            Some(scene) => {
                cases.add(id, words, scene.sketch.clone());
                self.all.push(scene);
            }
            // A row that other rows always go before, or of a class that does not float: the check says which.
            None => cases.cannot(id, words),
        }
    }

    /// Each measure, and each cause for which it may not exist.
    fn undefined(cases: &mut Cases<'_>) {
        let law = cases.ground.law;
        for (measure, it) in law.rules().measures().iter().enumerate() {
            for cause in it.causes() {
                let as_zero = it.undefined.for_cause(cause) == Some(WhenUndefined::AsZero);
                let id = format!("undefined/{}/{}", it.id, cause.as_str());
                let why = |lang| cause.text(lang);
                let words = label(
                    format!("{}无值：{}", it.label.zh, why(crate::error::Lang::Zh)),
                    format!("{} does not exist: {}", it.label.en, why(crate::error::Lang::En)),
                );
                match undefined(cases, measure, cause, as_zero) {
                    Some(sketch) => cases.add(id, words, sketch),
                    None => cases.cannot(id, words),
                }
            }
        }
    }

    fn find_ends(&mut self, cases: &Cases<'_>) {
        let base = cases.ground.law.rules().ladder().base();
        let grades: Vec<_> = self
            .all
            .iter()
            .enumerate()
            .filter_map(|(place, scene)| Some((cases.decision(&scene.sketch)?.outcome().grade?, place)))
            .collect();
        let lowest = grades.iter().min_by_key(|(grade, place)| (*grade, *place)).copied();
        let highest = grades.iter().max_by_key(|(grade, place)| (*grade, std::cmp::Reverse(*place))).copied();
        let at_base = grades.iter().find(|(grade, _)| *grade == base).copied();
        let named = [("lowest", lowest), ("base", at_base), ("highest", highest)];
        for (name, found) in named {
            if let Some((_, place)) = found.filter(|(_, place)| !self.ends.iter().any(|(_, known)| known == place)) {
                self.ends.push((name, place));
            }
        }
    }

    /// Every way into a row: that of its scene first.
    pub(super) fn ways(&self) -> impl Iterator<Item = (RiskClass, &[Wanted])> {
        let scenes = self.all.iter().map(|it| (it.class, it.wanted.as_slice()));
        scenes.chain(self.more.iter().map(|(class, wanted)| (*class, wanted.as_slice())))
    }

    /// The scenes with the lowest, the base and the highest grade, as far as there are any.
    pub(super) fn ends(&self) -> Vec<(&'static str, Scene)> {
        self.ends.iter().map(|(name, place)| (*name, self.all[*place].clone())).collect()
    }
}

/// The facts of a scene, where a step of its decision is one that is wanted.
fn scene(
    cases: &Cases<'_>,
    (class, last): (RiskClass, GradeIndex),
    wanted: Vec<Wanted>,
    step: &dyn Fn(&StepKind) -> bool,
) -> Option<Scene> {
    let mut start = cases.ground.start(class);
    start.last = cases.ground.last_rate(&start, last);
    let sketch = reach(&cases.ground, &start, &wanted)?;
    let decision = cases.decision(&sketch)?;
    let reached = decision.steps().iter().any(|it| step(&it.kind));
    reached.then_some(Scene { table: 0, class, wanted, sketch })
}

fn undefined(cases: &Cases<'_>, measure: usize, cause: Cause, as_zero: bool) -> Option<Sketch> {
    let law = cases.ground.law;
    let class = cases.ground.classes().into_iter().next()?;
    let start = cases.ground.start(class);
    let alone = vec![(measure, 0, Aim::Missing(Some(cause)))];
    if as_zero {
        return reach(&cases.ground, &start, &alone);
    }
    let asked = |sides: &[Wanted]| sides.iter().any(|side| *side == alone[0]);
    let tables = 0..law.rules().tables().len();
    let regions = tables.flat_map(|table| {
        let regions = law.diagram(table, class).regions().into_iter();
        regions.map(move |region| aims(law, table, class, &region.sides))
    });
    let mut told = regions.filter(|sides| asked(sides)).collect::<Vec<_>>();
    told.push(alone.clone());
    told.iter().find_map(|wanted| reach(&cases.ground, &start, wanted))
}
