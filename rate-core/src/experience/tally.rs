//! What was added up in dated facts, kept open so that facts which are only supposed can be added before it is divided.

use super::{Experience, Measured, Parts, Reading, SharedClaims, Sides, industry, settle};
use crate::calendar::MonthSpan;
use crate::history::{BenefitItem, History, InjuryArticle};
use crate::rule_set::measure::{CountedClaims, PremiumBasis};
use crate::rule_set::{Denominator, Excluded, Law, Numerator};

/// The sides of every measure of a law over its windows.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    /// Measure, window, sides: as the law asks.
    sides: Vec<(usize, usize, Option<Sides>)>,
    windows: usize,
    unit: i128,
    shared: SharedClaims,
}

/// Supposed facts of one window: premium charged and paid in its months, and claims that are the account's own.
///
/// A claim is one person's; it is recognised, assessed, and fatal where it is, on days inside the window; what the fund
/// paid on it was determined, booked and paid inside the window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Added {
    /// Premium, in fen.
    pub(crate) premium_fen: i128,
    /// The same payroll at base rates, in millionths of a fen.
    pub(crate) at_base: i128,
    /// Heads times months.
    pub(crate) head_months: i128,
    /// Claims recognised under article 14(1).
    pub(crate) accidents: Borne,
    /// Claims recognised under article 14(4).
    pub(crate) diseases: Borne,
}

/// Claims of one article in a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Borne {
    pub(crate) claims: i128,
    pub(crate) deaths: i128,
    /// Of level four or worse.
    pub(crate) severe: i128,
    /// What the fund paid, by item, in fen.
    pub(crate) benefits: Vec<(BenefitItem, i128)>,
}

impl Tally {
    /// Adds up the facts of an account over some windows, newest first.
    pub(crate) fn of(law: &Law, history: &History, windows: &[MonthSpan]) -> Self {
        let parts = Parts::of(law, history);
        let relative = law.rules().measures().iter().any(|measure| measure.relative_to.is_some());
        let industry = if relative { industry(law, history) } else { None };
        let count = law.windows_asked();
        let sides = law.asked().iter().map(|(place, window)| {
            let measure = &law.rules().measures()[*place];
            let sides = windows.get(*window).map(|months| {
                let before = windows.get(*window + 1);
                let newest = *window == 0;
                Reading { law, parts: &parts, industry, measure, window: months, before, newest }.sides()
            });
            (*place, *window, sides)
        });
        let sides = sides.collect();
        let shared = parts.shared(law, windows.get(..count).unwrap_or(windows));
        Self { sides, windows: count, unit: parts.unit, shared }
    }

    /// The experience, with what is supposed to have happened in each window besides, newest first.
    pub(crate) fn with(&self, law: &Law, added: &[Added]) -> Experience {
        let mut values = vec![Measured::NotAsked; law.rules().measures().len() * self.windows];
        let nothing = Added::default();
        let in_window = |window: usize| added.get(window).unwrap_or(&nothing);
        for (place, window, sides) in &self.sides {
            let measure = &law.rules().measures()[*place];
            let measured = sides.ok_or(crate::rule_set::Cause::NotInsured).and_then(|sides| {
                let denominator = match measure.denominator {
                    Denominator::One => 0,
                    Denominator::Premium { basis: PremiumBasis::Paid, .. } => in_window(*window).premium_fen,
                    Denominator::Premium { basis: PremiumBasis::AtBaseRate, .. } => in_window(*window).at_base,
                    Denominator::Headcount(_) => in_window(*window).head_months,
                    Denominator::WindowBefore => in_window(*window + 1).numerator(&measure.numerator),
                };
                let numerator = in_window(*window).numerator(&measure.numerator);
                let sides = Sides {
                    numerator: sides.numerator + numerator * self.unit,
                    denominator: sides.denominator + denominator * self.unit,
                    ..sides
                };
                sides.quotient(measure, *window == 0)
            });
            values[place * self.windows + window] = settle(measure, *window, measured);
        }
        Experience { windows: self.windows, values, unit: self.unit, shared: self.shared }
    }
}

impl Added {
    fn numerator(&self, numerator: &Numerator) -> i128 {
        match numerator {
            Numerator::Benefits { exclude, items, .. } => {
                let counted = |item: &BenefitItem| items.is_empty() || items.contains(item);
                let benefits = self.counted(exclude).flat_map(|borne| &borne.benefits);
                benefits.filter(|(item, _)| counted(item)).map(|(_, fen)| *fen).sum()
            }
            Numerator::Claims { counted: CountedClaims::NewDisease, exclude, .. } => {
                if exclude.articles.contains(&InjuryArticle::Disease) { 0 } else { self.diseases.claims }
            }
            Numerator::Claims { counted, exclude, .. } => {
                let all = self.counted(exclude);
                all.map(|borne| match counted {
                    CountedClaims::Recognised | CountedClaims::NewDisease => borne.claims,
                    CountedClaims::Death => borne.deaths,
                    CountedClaims::Severe => borne.severe,
                })
                .sum()
            }
            Numerator::Premium { .. } => self.premium_fen,
        }
    }

    fn counted<'a>(&'a self, exclude: &'a Excluded) -> impl Iterator<Item = &'a Borne> {
        let both = [(InjuryArticle::WorkAccident, &self.accidents), (InjuryArticle::Disease, &self.diseases)];
        both.into_iter().filter(|(article, _)| !exclude.articles.contains(article)).map(|(_, borne)| borne)
    }
}
