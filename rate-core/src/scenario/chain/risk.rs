//! How risky an employer is: how often somebody is hurt, and what that costs.

use super::super::portfolio::Portfolio;
use super::super::real;
use crate::amount::{Money, RoundMode, Rounding};
use crate::error::{Code, Place, Problem, Problems};
use crate::experience::{self, Counting};
use crate::history::History;
use crate::industry::{Industry, RiskClass};
use crate::rule_set::Law;

/// The most points of a severity: an empirical one is brought down to so many, each the mean of as many claims.
const MOST_POINTS: usize = 40;

/// What the fund pays on one claim inside the window that shows it, with its probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Severity {
    points: Vec<SeverityPoint>,
    claims: Option<usize>,
    class: Option<RiskClass>,
}

/// One amount and its probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeverityPoint {
    /// What the fund pays.
    pub amount: Money,
    /// Whether the person dies.
    pub fatal: bool,
    /// Probability.
    pub probability: f64,
}

impl Severity {
    /// A severity that is given.
    ///
    /// # Errors
    /// `scenario.assumption` for a negative amount, a probability outside 0 … 1, and probabilities that do not sum to
    /// one within 10⁻⁹; for none or more than 40 points.
    pub fn given(points: Vec<SeverityPoint>) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        if !(1..=MOST_POINTS).contains(&points.len()) {
            problems.push(wrong("severity", points.len(), "1 … 40 points"));
        }
        for point in &points {
            if point.amount.fen() < 0 {
                problems.push(wrong("severity.amount", point.amount, "an amount of nothing or more"));
            }
            if !(0.0..=1.0).contains(&point.probability) {
                problems.push(wrong("severity.probability", point.probability, "0 … 1"));
            }
        }
        let sum: f64 = points.iter().map(|it| it.probability).sum();
        if (sum - 1.0).abs() > super::TOLERANCE {
            problems.push(wrong("severity.probability", sum, "a sum of 1"));
        }
        Problems::none_of(problems)?;
        Ok(Self { points, claims: None, class: None })
    }

    /// What the fund paid on the claims that the newest window of a law shows, each alike, as the method counts them: claims
    /// that their account bears, that have the day by which the method counts injuries inside the window and that it leaves
    /// out of neither injuries nor benefits, with the items it counts, by the day it counts them by. Of several measures of
    /// one kind the first counts. The accounts are those of one class or all.
    ///
    /// Fatal claims and others stay apart; of each, more claims than 20 are brought into 20 groups of one size, by
    /// amount, and a group counts with its mean, rounded half up to fen. Means stay, the spread inside a group is lost.
    ///
    /// # Errors
    /// `scenario.assumption` where there is no such claim.
    pub fn of_portfolio(portfolio: &Portfolio, law: &Law, class: Option<RiskClass>) -> Result<Self, Problems> {
        let (window, counting) = (law.windows()[0], Counting::of(law));
        let of_class = |history: &&History| {
            class.is_none_or(|class| {
                law.class_on(history, window.to().last_day()).is_some_and(|found| found.class == class)
            })
        };
        let accounts = portfolio.histories().iter().filter(of_class);
        let claims = accounts.flat_map(|it| experience::counted_within(law, &counting, it, &window));
        // Recoveries are taken off, and leave not less than nothing.
        let shown = claims.map(|(claim, fen)| (claim.death.is_some(), i64::try_from(fen.max(0)).unwrap_or(i64::MAX)));
        let (mut fatal, mut others) = (Vec::new(), Vec::new());
        shown.for_each(|(dead, fen)| if dead { fatal.push(fen) } else { others.push(fen) });
        let count = fatal.len() + others.len();
        if count == 0 {
            return Err(wrong("severity", 0, "at least one claim in the window").into());
        }
        let mut points = grouped(others, false, count);
        points.extend(grouped(fatal, true, count));
        Ok(Self { points, claims: Some(count), class })
    }

    /// That of one class where it has as many claims as an estimate needs, and of all classes else.
    ///
    /// # Errors
    /// `scenario.assumption` where no class has a claim.
    pub fn of_class_or_all(
        portfolio: &Portfolio,
        law: &Law,
        class: RiskClass,
        least_claims: usize,
    ) -> Result<Self, Problems> {
        let own = Self::of_portfolio(portfolio, law, Some(class)).ok();
        match own.filter(|own| own.claims.is_some_and(|claims| claims >= least_claims)) {
            Some(own) => Ok(own),
            None => Self::of_portfolio(portfolio, law, None),
        }
    }

    /// The points, as they were given; of an empirical one by amount, fatal ones last.
    pub fn points(&self) -> &[SeverityPoint] {
        &self.points
    }

    /// How many claims it was taken from; `None` where it was given.
    pub const fn claims(&self) -> Option<usize> {
        self.claims
    }

    /// Whose claims it was taken from; `None` where they are those of all classes, or it was given.
    pub const fn class(&self) -> Option<RiskClass> {
        self.class
    }

    /// Mean of a claim, in fen.
    pub fn mean_fen(&self) -> f64 {
        self.points.iter().map(|it| real::real(i128::from(it.amount.fen())) * it.probability).sum()
    }
}

/// Amounts of like claims, brought into groups of one size.
fn grouped(mut amounts: Vec<i64>, fatal: bool, all: usize) -> Vec<SeverityPoint> {
    amounts.sort_unstable();
    let groups = amounts.len().min(MOST_POINTS / 2);
    let bound = |group: usize| amounts.len() * group / groups.max(1);
    let point = |group: usize| {
        let inside = &amounts[bound(group)..bound(group + 1)];
        let sum: i128 = inside.iter().map(|it| i128::from(*it)).sum();
        let (sum, count) = (rust_decimal::Decimal::from(sum), rust_decimal::Decimal::from(inside.len()));
        let mean = sum.checked_div(count).unwrap_or_default();
        let mean = Rounding { digits: 0, mode: RoundMode::HalfUp }.apply(mean).mantissa();
        let amount = Money::from_fen(i64::try_from(mean).unwrap_or(i64::MAX));
        SeverityPoint { amount, fatal, probability: real::count(inside.len()) / real::count(all) }
    };
    (0..groups).map(point).collect()
}

/// The employer that levels of risk are stated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its class.
    pub class: RiskClass,
    /// Its industry, where a measure is held against an average of it; without one such a measure does not exist.
    pub industry: Option<Industry>,
    /// Heads.
    pub heads: i64,
    /// Payroll of a month.
    pub monthly_payroll: Money,
}

/// How often somebody is hurt at the reference employer.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskLevel {
    /// Its name.
    pub label: String,
    /// Claims in a year.
    pub claims_per_year: f64,
}

/// Levels of risk of one reference employer, with one severity.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskLevels {
    /// The employer.
    pub reference: Reference,
    /// What a claim costs.
    pub severity: Severity,
    /// The levels.
    pub levels: Vec<RiskLevel>,
}

impl RiskLevels {
    /// Refuses what no employer can have, all of it at once.
    ///
    /// # Errors
    /// `scenario.assumption` for no or more than 20 levels, a frequency outside 0 … 100 a year, heads outside
    /// 1 … 10⁷, and a payroll that is nothing or above 10¹² fen a month.
    pub(super) fn check(&self) -> Result<(), Problems> {
        let mut problems = Vec::new();
        if !(1..=20).contains(&self.levels.len()) {
            problems.push(wrong("levels", self.levels.len(), "1 … 20"));
        }
        for level in self.levels.iter().filter(|it| !(0.0..=100.0).contains(&it.claims_per_year)) {
            problems.push(wrong("levels.claims_per_year", level.claims_per_year, "0 … 100"));
        }
        let Reference { heads, monthly_payroll, .. } = self.reference;
        if !(1..=10_000_000).contains(&heads) {
            problems.push(wrong("reference.heads", heads, "1 … 10^7"));
        }
        if !(1..=1_000_000_000_000).contains(&monthly_payroll.fen()) {
            problems.push(wrong("reference.monthly_payroll", monthly_payroll, "0.01 … 10^10"));
        }
        Problems::none_of(problems)
    }
}

fn wrong(field: &str, found: impl std::fmt::Display, expected: &str) -> Problem {
    let values = [field.to_owned(), found.to_string(), expected.to_owned()];
    Problem::new(Code::ScenarioAssumption, Place::field(field), values)
}
