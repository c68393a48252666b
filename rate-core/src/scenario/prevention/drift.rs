//! Whose grade is about to rise: the window that is running, as far as it has run.

use crate::calendar::{Month, MonthSpan};
use crate::decide::{self, Standing};
use crate::decision::NoSteps;
use crate::error::{Code, Problems};
use crate::experience;
use crate::history::{History, Origin};
use crate::ladder::GradeIndex;
use crate::margin::{self, Direction, Margin};
use crate::rule_set::measure::CountedClaims;
use crate::rule_set::{Law, Numerator};
use crate::scenario::portfolio::{Portfolio, Undecided};
use crate::scenario::priced::PricedRow;
use crate::scenario::shards::Workers;

/// What a study of drift asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DriftAsked {
    /// The last month whose facts are in the book.
    pub through: Month,
    /// A margin of so many fen of benefits, or fewer, is small.
    pub fen: i128,
    /// A margin of so many persons injured, or fewer, is small. One death more raises most grades; how far somebody stands
    /// from it is shown, and makes no margin small.
    pub persons: i128,
}

/// An account whose grade is about to rise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drifting {
    /// Its place in the portfolio.
    pub place: usize,
    /// The grade it has.
    pub now: GradeIndex,
    /// The grade that the window gives as far as it has run.
    pub so_far: GradeIndex,
    /// The smallest margins to a grade above both, of benefits and of persons, where there are any.
    pub margins: Vec<Margin>,
    /// What the grade so far adds to a year's premium over the grade it has, or, where it is no higher, what the first
    /// grade above would; in fen. `None` where no payroll is known, or no base rate of the next cycle.
    pub yearly_fen: Option<i128>,
}

impl Drifting {
    /// Whether the grade so far is above the one it has.
    pub fn is_higher(&self) -> bool {
        self.so_far > self.now
    }
}

/// Accounts drifting up in a window that is running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The window.
    pub window: MonthSpan,
    /// Its part that has run.
    pub so_far: MonthSpan,
    /// Accounts that both laws give a grade of one ladder, the next one by floating.
    pub floated: usize,
    /// Accounts whose grade is higher than the one they have, or lies within a small margin below such a grade: those
    /// that would pay most more first, then by place.
    pub drifting: Vec<Drifting>,
    /// Accounts that one of the laws cannot decide.
    pub undecided: Vec<Undecided>,
    /// Accounts with a grade that will not float next, as newcomers do not.
    pub not_floated: usize,
}

/// What was found of one account.
enum Found {
    Undecided(Code),
    NotFloated,
    Steady,
    Drifting(Drifting),
}

/// Whose grade is about to rise: the law of the cycle whose window is running (`next`), decided on the part of its newest
/// window that has run, against the grade that the law in force (`now`) gives.
///
/// Ratios and incidences of the part are taken for those of the whole; counts are those so far. Whether an account will
/// take part is judged as if its coverage went on as the book has it. `None` where nothing of the window has run.
pub fn drift(portfolio: &Portfolio, now: &Law, next: &Law, asked: &DriftAsked, workers: Workers<'_>) -> Option<Drift> {
    let window = next.windows()[0];
    let so_far = window.intersect(&MonthSpan::new(window.from(), asked.through)?)?;
    let running = next.varied(|parts| {
        parts.rules.cycles[parts.cycle].windows[0] = so_far;
        // Who takes part is asked of the law as it is.
        parts.participation.first_insured.covered_months_under = 0;
        parts.participation.returning.covered_months_under = 0;
        *parts.filled_window = None;
    });
    let priced = portfolio.priced(now, workers);
    let watching = Watching { now, next, running: &running, asked };
    let shards = workers.shards(priced.rows(), |first, shard| {
        let one = |(place, row): (usize, &Result<PricedRow, Code>)| match row {
            Ok(row) => watching.found(place, &portfolio.histories()[place], row.grade),
            Err(code) => Found::Undecided(*code),
        };
        (first..).zip(shard).map(one).collect::<Vec<_>>()
    });
    let mut drift = Drift { window, so_far, floated: 0, drifting: Vec::new(), undecided: Vec::new(), not_floated: 0 };
    for (place, found) in shards.into_iter().flatten().enumerate() {
        match found {
            Found::Undecided(code) => drift.undecided.push(Undecided { place, code }),
            Found::NotFloated => drift.not_floated += 1,
            Found::Steady => drift.floated += 1,
            Found::Drifting(drifting) => {
                drift.floated += 1;
                drift.drifting.push(drifting);
            }
        }
    }
    drift.drifting.sort_by_key(|it| (std::cmp::Reverse(it.yearly_fen), it.place));
    Some(drift)
}

struct Watching<'w> {
    now: &'w Law,
    next: &'w Law,
    running: &'w Law,
    asked: &'w DriftAsked,
}

impl Watching<'_> {
    fn found(&self, place: usize, history: &History, now: Option<GradeIndex>) -> Found {
        let first = |problems: Problems| problems.iter().next().map_or(Code::HistoryNotCovered, |it| it.code);
        match self.drifting(place, history, now) {
            Ok(found) => found,
            Err(problems) => Found::Undecided(first(problems)),
        }
    }

    fn drifting(&self, place: usize, history: &History, now: Option<GradeIndex>) -> Result<Found, Problems> {
        decide::admit::admit(self.running, history)?;
        let standing = decide::standing::of(self.running, history)?;
        let experience = experience::measure_over(self.running, history, &standing.windows(self.running));
        let whole = decide::standing::of(self.next, history)?;
        let floats = |law: &Law, standing: &Standing| {
            let outcome = decide::decide_on(law, &experience, standing, &mut NoSteps);
            Some(outcome).filter(|it| it.origin == Origin::Floated)
        };
        let Some(outcome) = floats(self.next, &whole).and_then(|_| floats(self.running, &standing)) else {
            return Ok(Found::NotFloated);
        };
        let (Some(now), Some(so_far)) = (now.and_then(|grade| self.next_grade(grade)), outcome.grade) else {
            return Ok(Found::NotFloated);
        };
        let above = now.max(so_far);
        let margins = margin::margins_of(self.running, history, &standing, &experience);
        let margins = margins.unwrap_or_else(|_| margin::margins_on(self.running, &experience, &standing));
        let up = margins.into_iter().filter(|it| it.direction == Direction::Up && it.to > above);
        let margins: Vec<Margin> = up.collect();
        let injured = |it: &Margin| match self.running.rules().measures()[it.measure].numerator {
            Numerator::Claims { counted, .. } => counted == CountedClaims::Recognised,
            Numerator::Benefits { .. } | Numerator::Premium { .. } => false,
        };
        let small = |it: &&Margin| {
            (it.money && it.change <= self.asked.fen) || (injured(it) && it.change <= self.asked.persons)
        };
        let to = match margins.iter().filter(small).map(|it| it.to).min() {
            _ if so_far > now => so_far,
            Some(near) => near,
            None => return Ok(Found::Steady),
        };
        let yearly_fen = margin::more_a_year(self.running, history, &standing, &outcome, (now, to)).ok().flatten();
        Ok(Found::Drifting(Drifting { place, now, so_far, margins, yearly_fen }))
    }

    /// A grade of the law in force on the ladder of the next.
    fn next_grade(&self, grade: GradeIndex) -> Option<GradeIndex> {
        self.next.rules().ladder().labelled(&self.now.rules().ladder().grade(grade).label)
    }
}
