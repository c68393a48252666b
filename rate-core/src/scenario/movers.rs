//! Who gains and who loses most by a candidate, and why.

use super::portfolio::Portfolio;
use super::priced::PricedRow;
use crate::decide::decide;
use crate::decision::{Decision, StepKind};
use crate::error::{Code, Lang};
use crate::history::AccountKey;
use crate::rule_set::Law;

/// Where an account stands on a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Grade(u8),
    /// A rate without a grade.
    NoGrade,
    /// No rate.
    Undecided,
}

impl Place {
    pub(super) fn of(row: &Result<PricedRow, Code>) -> Self {
        match row {
            Ok(row) => row.grade.map_or(Self::NoGrade, |grade| Self::Grade(grade.get())),
            Err(_) => Self::Undecided,
        }
    }

    /// Its row or column, on a ladder of so many grades.
    pub(super) fn at(self, grades: usize) -> usize {
        match self {
            Self::Grade(grade) => usize::from(grade),
            Self::NoGrade => grades,
            Self::Undecided => grades + 1,
        }
    }
}

/// An account whose premium changes much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mover {
    /// The account.
    pub account: AccountKey,
    /// Its name; may be empty.
    pub name: String,
    /// Its rate under the baseline.
    pub before: PricedRow,
    /// Its rate under the candidate.
    pub after: PricedRow,
    /// Labels of the two grades; empty where a rate has none.
    pub grades: [String; 2],
    /// Why, under the baseline and under the candidate, in Chinese and English.
    pub why: [[String; 2]; 2],
}

impl Mover {
    /// What a year costs more, in fen; negative less.
    pub const fn difference_fen(&self) -> i128 {
        self.after.premium_fen - self.before.premium_fen
    }

    /// Why it had its grade, and why it would have the other.
    pub fn why(&self, lang: Lang) -> [&str; 2] {
        let place = match lang {
            Lang::Zh => 0,
            Lang::En => 1,
        };
        [&self.why[0][place], &self.why[1][place]]
    }
}

/// Who pays most more, and who most less; each list begins with the largest change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movers {
    /// Those that pay more.
    pub up: Vec<Mover>,
    /// Those that pay less.
    pub down: Vec<Mover>,
}

/// An account on the list of the largest changes, under the baseline and under the candidate.
#[derive(Clone, Copy, Debug)]
struct Moved {
    place: usize,
    before: PricedRow,
    after: PricedRow,
}

impl Moved {
    const fn difference(&self) -> i128 {
        self.after.premium_fen - self.before.premium_fen
    }
}

/// The largest changes found so far.
#[derive(Clone, Debug)]
pub(super) struct Most {
    kept: usize,
    /// Largest change first, then by place.
    up: Vec<Moved>,
    down: Vec<Moved>,
}

impl Most {
    pub(super) const fn new(most: usize) -> Self {
        Self { kept: most, up: Vec::new(), down: Vec::new() }
    }

    pub(super) fn offer(&mut self, place: usize, before: &PricedRow, after: &PricedRow) {
        self.put(&Moved { place, before: *before, after: *after });
    }

    fn put(&mut self, moved: &Moved) {
        let list = match moved.difference() {
            0 => return,
            1.. => &mut self.up,
            _ => &mut self.down,
        };
        let order = |it: &Moved| (-it.difference().abs(), it.place);
        // Most are not on the list, and need not look for their place on it.
        let full = list.len() == self.kept;
        if full && list.last().is_none_or(|last| order(last) < order(moved)) {
            return;
        }
        let at = list.partition_point(|it| order(it) < order(moved));
        list.insert(at, *moved);
        list.truncate(self.kept);
    }

    pub(super) fn add(&mut self, other: &Self) {
        other.up.iter().chain(&other.down).for_each(|moved| self.put(moved));
    }

    pub(super) fn explained(&self, portfolio: &Portfolio, before: &Law, after: &Law) -> Movers {
        let explain = |list: &[Moved]| list.iter().filter_map(|moved| mover(portfolio, moved, before, after)).collect();
        Movers { up: explain(&self.up), down: explain(&self.down) }
    }
}

/// An account under both laws; both have decided it.
fn mover(portfolio: &Portfolio, moved: &Moved, before: &Law, after: &Law) -> Option<Mover> {
    let history = portfolio.histories().get(moved.place)?;
    let label = |law: &Law, row: &PricedRow| {
        let grade = row.grade.map(|grade| law.rules().ladder().grade(grade).label.clone());
        grade.unwrap_or_default()
    };
    let why = |law: &Law, row: &PricedRow| {
        let measured = decide(law, history).ok();
        [Lang::Zh, Lang::En].map(|lang| {
            let own = crate::notice::reason_text(row.reason, law, lang);
            // On level the measures are others than the decision says, and only the reason is told.
            let same = measured.as_ref().filter(|it| it.outcome().grade == row.grade);
            same.map_or(own, |decision| said(decision, lang))
        })
    };
    Some(Mover {
        account: history.key().clone(),
        name: history.name().to_owned(),
        grades: [label(before, &moved.before), label(after, &moved.after)],
        why: [why(before, &moved.before), why(after, &moved.after)],
        before: moved.before,
        after: moved.after,
    })
}

/// The reason of a decision with the measures it rests on.
fn said(decision: &Decision, lang: Lang) -> String {
    let measured = decision
        .steps()
        .iter()
        .filter(|step| matches!(step.kind, StepKind::Measured { .. } | StepKind::Undefined { .. }));
    let facts: Vec<String> = measured.map(|step| crate::notice::step_text(step, decision, lang)).collect();
    let reason = decision.summary(lang);
    match (facts.is_empty(), lang) {
        (true, _) => reason,
        (false, Lang::Zh) => format!("{reason}；{}", facts.join("；")),
        (false, Lang::En) => format!("{reason}; {}", facts.join("; ")),
    }
}
