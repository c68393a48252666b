//! The same account told otherwise: what an audit asks "what if" with. Order and spans stay sound, so that nothing has
//! to be checked again.

use super::{ChargedRate, Claim, Classification, History};
use crate::calendar::{self, DateSpan, NaiveDate};
use crate::industry::RiskClass;

impl History {
    /// With other rates.
    pub(crate) fn with_rates(&self, rates: Vec<ChargedRate>) -> Self {
        Self { rates, ..self.clone() }
    }

    /// With every rate, its own and those of predecessors, told otherwise.
    pub(crate) fn with_each_rate(&self, tell: &dyn Fn(&mut ChargedRate)) -> Self {
        let mut told = self.clone();
        told.rates.iter_mut().for_each(tell);
        for succession in &mut told.successions {
            succession.predecessor = succession.predecessor.with_each_rate(tell);
        }
        told
    }

    /// With every claim, its own and those of predecessors, told otherwise.
    pub(crate) fn with_each_claim(&self, tell: &dyn Fn(&mut Claim)) -> Self {
        let mut told = self.clone();
        told.claims.iter_mut().for_each(tell);
        for succession in &mut told.successions {
            succession.predecessor = succession.predecessor.with_each_claim(tell);
        }
        told
    }

    /// As it was known on a day: without premiums for later months, and without claims recognised and payments made later.
    pub(crate) fn known_on(&self, day: NaiveDate) -> Self {
        let mut told = self.clone();
        told.premiums.retain(|it| it.months.to().last_day() <= day);
        told.claims.retain(|it| it.recognised <= day);
        told.claims.iter_mut().for_each(|claim| claim.payments.retain(|it| it.paid_on <= day));
        for succession in &mut told.successions {
            succession.predecessor = succession.predecessor.known_on(day);
        }
        told
    }

    /// As if nobody had gone before it.
    pub(crate) fn alone(&self) -> Self {
        Self { successions: Vec::new(), ..self.clone() }
    }

    /// In one class: from a day on, or always; the industry stays that of the day.
    pub(crate) fn in_class(&self, class: RiskClass, on: NaiveDate, always: bool) -> Self {
        let Some(known) = self.class_on(on).or_else(|| self.classifications.last()) else { return self.clone() };
        let from = if always { NaiveDate::MIN } else { on };
        let before = calendar::day_before(from);
        let earlier = self.classifications.iter().filter(|it| it.days.from() < from).filter_map(|it| {
            let days = DateSpan::new(it.days.from(), Some(it.days.last().min(before)))?;
            Some(Classification { days, ..it.clone() })
        });
        let later = DateSpan::new(from, None).map(|days| Classification { days, class: Some(class), ..known.clone() });
        Self { classifications: earlier.chain(later).collect(), ..self.clone() }
    }
}
