//! Who gains and who loses most by a candidate, and why.

use super::portfolio::Portfolio;
use super::priced::{Priced, PricedRow};
use crate::decide::decide;
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

/// The largest changes found so far.
#[derive(Clone, Debug)]
pub(super) struct Most {
    most: usize,
    /// Change in fen and place, largest change first, then by place.
    up: Vec<(i128, usize)>,
    down: Vec<(i128, usize)>,
}

impl Most {
    pub(super) const fn new(most: usize) -> Self {
        Self { most, up: Vec::new(), down: Vec::new() }
    }

    pub(super) fn offer(&mut self, difference: i128, place: usize) {
        let list = match difference {
            0 => return,
            1.. => &mut self.up,
            _ => &mut self.down,
        };
        let order = |it: &(i128, usize)| (-it.0.abs(), it.1);
        let at = list.partition_point(|it| order(it) < order(&(difference, place)));
        if at < self.most {
            list.insert(at, (difference, place));
            list.truncate(self.most);
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        other.up.iter().chain(&other.down).for_each(|(difference, place)| self.offer(*difference, *place));
    }

    pub(super) fn explained(&self, portfolio: &Portfolio, before: &Priced, after: &Priced) -> Movers {
        let explain = |list: &[(i128, usize)]| {
            let found = list.iter().filter_map(|(_, place)| mover(portfolio, *place, before, after));
            found.collect()
        };
        Movers { up: explain(&self.up), down: explain(&self.down) }
    }
}

/// An account under both laws; both have decided it.
fn mover(portfolio: &Portfolio, place: usize, before: &Priced, after: &Priced) -> Option<Mover> {
    let history = portfolio.histories().get(place)?;
    let row = |priced: &Priced| priced.rows().get(place)?.as_ref().ok().copied();
    let (one, two) = (row(before)?, row(after)?);
    let label = |law: &Law, row: &PricedRow| {
        let grade = row.grade.map(|grade| law.rules().ladder().grade(grade).label.clone());
        grade.unwrap_or_default()
    };
    let why = |law: &Law, row: &PricedRow| {
        let measured = decide(law, history).ok();
        [Lang::Zh, Lang::En].map(|lang| {
            let own = crate::notice::reason_text(row.reason, law, lang);
            // As charged, and no more: the whole decision says the measures too.
            let same = measured.as_ref().filter(|it| it.outcome().grade == row.grade);
            same.map_or(own, |decision| said(decision, lang))
        })
    };
    Some(Mover {
        account: history.key().clone(),
        name: history.name().to_owned(),
        grades: [label(before.law(), &one), label(after.law(), &two)],
        why: [why(before.law(), &one), why(after.law(), &two)],
        before: one,
        after: two,
    })
}

/// The reason of a decision with the measures it rests on.
fn said(decision: &crate::Decision, lang: Lang) -> String {
    let measured = decision.steps().iter().filter(|step| {
        matches!(step.kind, crate::decision::StepKind::Measured { .. } | crate::decision::StepKind::Undefined { .. })
    });
    let facts: Vec<String> = measured.map(|step| crate::notice::step_text(step, decision, lang)).collect();
    let reason = decision.summary(lang);
    match (facts.is_empty(), lang) {
        (true, _) => reason,
        (false, Lang::Zh) => format!("{reason}；{}", facts.join("；")),
        (false, Lang::En) => format!("{reason}; {}", facts.join("; ")),
    }
}
