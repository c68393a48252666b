//! From the cost of a project to its premium, by the scale its rates have.

use super::{Billing, GradeFrom, NoBill, ProjectBill, ProjectGrade, ProjectStepKind};
use crate::amount::{Factor, Money, Rate};
use crate::history::ProjectBase;
use crate::interval::Interval;
use crate::parameters::project::{ProjectRates, Scale, Tier, lies_in};
use crate::rule_set::law::Source;
use rust_decimal::Decimal;

/// A part of a cost with the rate it pays, before any grade.
struct Piece {
    tier: String,
    amount: Money,
    rate: Rate,
}

impl Billing<'_> {
    pub(super) fn by_scale(
        &mut self,
        rates: &ProjectRates,
        grade: Option<&ProjectGrade>,
    ) -> Result<ProjectBill, NoBill> {
        let cost = self.project.cost.unwrap_or_default();
        let source = Source::Parameters(rates.basis);
        let grade = self.grade(&rates.scale, grade)?;
        let pieces = match &rates.scale {
            Scale::Flat(rate) => vec![Piece { tier: String::new(), amount: cost, rate: *rate }],
            Scale::Grades(grades) => {
                let label = grade.as_ref().map_or("", |grade| grade.label.as_str());
                let found = grades.iter().find(|it| it.label == label);
                let rate = found.ok_or_else(|| NoBill::UnknownGrade(label.to_owned()))?.rate;
                vec![Piece { tier: String::new(), amount: cost, rate }]
            }
            Scale::WholeAmount(tiers) => {
                let tier = tiers.iter().filter(|tier| lies_in(&tier.cost, cost));
                tier.map(|tier| piece(tier, cost)).collect()
            }
            Scale::Marginal(tiers) => marginal(tiers, cost),
        };
        if let Some(grade) = &grade {
            self.step(ProjectStepKind::Grade(grade.clone()), grade.source.unwrap_or(source));
        }
        let factor = match &rates.scale {
            // The grade has named the rate itself.
            Scale::Grades(_) => Factor::ONE,
            Scale::Flat(_) | Scale::Marginal(_) | Scale::WholeAmount(_) => {
                grade.as_ref().and_then(|grade| grade.factor).unwrap_or(Factor::ONE)
            }
        };
        let mut fen = Decimal::ZERO;
        for Piece { tier, amount, rate } in pieces {
            let rate = rate.times(factor).ok_or(NoBill::TooLarge)?;
            let part = self.part(tier, amount, rate, source)?;
            fen = fen.checked_add(part).ok_or(NoBill::TooLarge)?;
        }
        self.finish(ProjectBase::Cost, grade, fen.normalize(), (rates.premium, source))
    }

    /// The grade it pays at: the one determined for it, which the book has, before the one a float gives.
    fn grade(&self, scale: &Scale, floated: Option<&ProjectGrade>) -> Result<Option<ProjectGrade>, NoBill> {
        let by_grade = matches!(scale, Scale::Grades(_));
        match (self.project.grade.as_str(), floated) {
            ("", None) if by_grade => Err(NoBill::NoGrade),
            ("", floated) => Ok(floated.cloned()),
            (label, _) if by_grade => Ok(Some(ProjectGrade {
                label: label.to_owned(),
                factor: None,
                from: GradeFrom::Determined,
                source: None,
            })),
            (_, Some(determined)) if determined.from == GradeFrom::Determined => Ok(Some(determined.clone())),
            // Nothing says what a grade does to a rate that does not go by grade.
            (label, _) => Err(NoBill::UnknownGrade(label.to_owned())),
        }
    }
}

fn piece(tier: &Tier, amount: Money) -> Piece {
    Piece { tier: tier.cost.to_string(), amount, rate: tier.rate }
}

/// The part of a cost that lies in each tier, lowest first; parts of nothing are left out, but for a cost of nothing.
fn marginal(tiers: &[Tier], cost: Money) -> Vec<Piece> {
    let mut tiers: Vec<&Tier> = tiers.iter().collect();
    tiers.sort_by_key(|tier| floor(&tier.cost));
    let lowest = tiers.first().map(|tier| floor(&tier.cost));
    let parts = tiers.into_iter().filter_map(|tier| {
        let (from, to) = (floor(&tier.cost), ceiling(&tier.cost).unwrap_or(i64::MAX).min(cost.fen()));
        let part = to.saturating_sub(from).max(0);
        (part > 0 || (cost == Money::ZERO && Some(from) == lowest)).then(|| piece(tier, Money::from_fen(part)))
    });
    parts.collect()
}

/// Bounds of tiers are whole fen, which the reader of the file has seen to.
const FEN: i64 = 1_000_000;

/// Where a tier begins, in fen: on which side of it the bound itself lies moves no money.
fn floor(interval: &Interval) -> i64 {
    interval.low.map_or(0, |end| end.millionths / FEN)
}

fn ceiling(interval: &Interval) -> Option<i64> {
    interval.high.map(|end| end.millionths / FEN)
}
