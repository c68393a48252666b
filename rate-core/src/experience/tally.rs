//! What was added up in dated facts, kept open so that facts which are only supposed can be added before it is divided.

use super::{Experience, Parts, Reading, SharedClaims, Sides, Values, industry, settle};
use crate::calendar::MonthSpan;
use crate::history::{BenefitItem, History, InjuryArticle};
use crate::rule_set::measure::{CountedClaims, PremiumBasis};
use crate::rule_set::{Cause, Denominator, Excluded, Law, Numerator};

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
        let mut measured_values = Values::not_asked(law.rules().measures().len() * self.windows);
        let values = measured_values.all_mut();
        let nothing = Added::default();
        let in_window = |window: usize| added.get(window).unwrap_or(&nothing);
        for (place, window, sides) in &self.sides {
            let measure = &law.rules().measures()[*place];
            let measured = sides.ok_or(Cause::NotInsured).and_then(|sides| {
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
        Experience { windows: self.windows, values: measured_values, unit: self.unit, shared: self.shared }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Money;
    use crate::calendar::date;
    use crate::experience::measure;
    use crate::history::{Claim, ClaimStatus, HistoryBuilder, Payer, Payment};
    use crate::industry::{ClassSystem, RiskClass};
    use crate::input::{ParametersFile, RuleSetFile};

    fn law(method: &str, parameters: &str, on: &str) -> Law {
        let frame = RuleSetFile::parse(include_str!("../../../fixtures/rule_sets/cn/2015-71.toml")).unwrap();
        let rules = RuleSetFile::parse(method).unwrap().extending(&frame).check().unwrap();
        let parameters = ParametersFile::parse(parameters).unwrap().check().unwrap();
        rules.law_for(&parameters, date(on).unwrap()).unwrap()
    }

    fn claim(article: InjuryArticle, day: &str, fen: i64) -> Claim {
        let day = date(day).unwrap();
        let (item, payer, amount) = (BenefitItem::DeathLumpSum, Payer::Fund, Money::from_fen(fen));
        Claim {
            id: fen.to_string(),
            person: fen.to_string(),
            article,
            tags: Vec::new(),
            accident: day,
            recognised: day,
            status: ClaimStatus::Recognised,
            disability: Some((3, day)),
            death: Some(day),
            parties: None,
            project: None,
            payments: vec![Payment { item, payer, amount, determined_on: None, accounted_on: None, paid_on: day }],
        }
    }

    fn borne(fen: i128) -> Borne {
        Borne { claims: 1, deaths: 1, severe: 1, benefits: vec![(BenefitItem::DeathLumpSum, fen)] }
    }

    fn insured(law: &Law) -> HistoryBuilder {
        let class = RiskClass::new(ClassSystem::Eight, 4).unwrap();
        History::builder(law.rules().id().area.clone(), "1").covered("2005-01", None).class(class, "2005-01-01", None)
    }

    /// What the book holds and what is supposed come to the same experience, wherever the line between them lies.
    #[test]
    fn supposed_facts_count_as_those_of_the_book() {
        let set = include_str!("../../../fixtures/rule_sets/illustrative/three-year.toml");
        let parameters = include_str!("../../../fixtures/parameters/990100/demonstration.toml");
        let law = law(set, parameters, "2022-07-01");
        let early = claim(InjuryArticle::WorkAccident, "2019-06-15", 1_000);
        let late = [
            claim(InjuryArticle::WorkAccident, "2021-06-15", 2_000),
            claim(InjuryArticle::Disease, "2021-07-15", 4_000),
        ];
        let before = || insured(&law).premium("2019-01", "2020-12", 40_000, 90, 199).claim(early.clone());
        let whole = before().premium("2021-01", "2021-12", 20_000, 100, 100);
        let whole = late.into_iter().fold(whole, HistoryBuilder::claim).build().unwrap();
        let added =
            Added { premium_fen: 100, at_base: 0, head_months: 1_200, accidents: borne(2_000), diseases: borne(4_000) };
        let bare = Tally::of(&law, &before().build().unwrap(), law.windows());
        assert_eq!(bare.with(&law, &[added]), measure(&law, &whole));
        assert_ne!(bare.with(&law, &[]), measure(&law, &whole));
        assert_eq!(Tally::of(&law, &whole, law.windows()).with(&law, &[]), measure(&law, &whole));
    }

    /// Five windows of a year each, over premiums at base rates: 20,001 fen at 0.5 % and 10,003 at 0.9 % in 2015, which
    /// are 5,000 and 9,000 millionths.
    #[test]
    fn each_window_takes_what_is_supposed_of_it() {
        let set = include_str!("../../../fixtures/rule_sets/310000/2016.toml");
        let parameters = include_str!("../../../fixtures/parameters/310000/base-rates.toml");
        let law = law(set, parameters, "2016-04-01");
        let before = || {
            ["2011", "2012", "2013"].iter().fold(insured(&law), |facts, year| {
                facts.premium(&format!("{year}-01"), &format!("{year}-12"), 90_000, 10, 400)
            })
        };
        let whole = before()
            .premium("2014-01", "2014-12", 80_000, 10, 400)
            .premium("2015-01", "2015-09", 20_001, 10, 77)
            .premium("2015-10", "2015-12", 10_003, 10, 77)
            .claim(claim(InjuryArticle::WorkAccident, "2015-06-15", 380))
            .claim(claim(InjuryArticle::WorkAccident, "2014-06-15", 70))
            .build()
            .unwrap();
        let newest = Added { at_base: 20_001 * 5_000 + 10_003 * 9_000, accidents: borne(380), ..Added::default() };
        let earlier = Added { at_base: 80_000 * 5_000, accidents: borne(70), ..Added::default() };
        let bare = Tally::of(&law, &before().build().unwrap(), law.windows());
        assert_eq!(bare.with(&law, &[newest, earlier]), measure(&law, &whole));
    }
}
