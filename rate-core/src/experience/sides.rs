//! Both sides of a measure, and what becomes of them when they are divided.

use crate::amount::{Quantity, product};
use crate::rule_set::measure::{Per, PremiumBasis};
use crate::rule_set::{Cause, Denominator, Measure, WhenUndefined};

/// What was added up for a measure over a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sides {
    /// Fen, claims or persons, in the unit of the parts.
    pub(super) numerator: i128,
    /// Fen, millionths of a fen, head-months or the numerator of the window before, in the same unit.
    pub(super) denominator: i128,
    /// Covered months of the window, and of the one before where the measure compares with it.
    pub(super) covered: i32,
    pub(super) covered_before: i32,
    /// Average of the industry in millionths, where the measure is held against one that is known.
    pub(super) average: Option<i64>,
}

impl Sides {
    /// The value of the measure, or why there is none.
    pub(super) fn quotient(self, measure: &Measure, newest: bool) -> Result<Quantity, Cause> {
        let quantity = match measure.denominator {
            Denominator::One => Quantity { numerator: self.numerator, denominator: self.denominator },
            Denominator::Premium { basis, .. } => self.over_premium(basis)?,
            Denominator::Headcount(per) => self.over_heads(per)?,
            Denominator::WindowBefore => self.over_window_before()?,
        };
        if quantity.numerator < 0 {
            // Where it counts as zero, it is a zero of the same denominator.
            let stated = measure.undefined.for_cause(Cause::BelowZero);
            let as_zero = newest && stated == Some(WhenUndefined::AsZero);
            return if as_zero { Ok(Quantity { numerator: 0, ..quantity }) } else { Err(Cause::BelowZero) };
        }
        let quantity = self.over_average(measure, quantity)?;
        debug_assert!(
            quantity.numerator < Quantity::LIMIT && quantity.denominator < Quantity::LIMIT,
            "measures stay within their limit"
        );
        Ok(quantity)
    }

    fn over_premium(self, basis: PremiumBasis) -> Result<Quantity, Cause> {
        let Self { numerator, denominator, .. } = self;
        if self.covered == 0 {
            return Err(Cause::NotInsured);
        }
        let scaled = match basis {
            PremiumBasis::Paid => numerator,
            PremiumBasis::AtBaseRate => product(numerator, 1_000_000),
        };
        match (denominator > 0, numerator > 0) {
            (true, _) => Ok(Quantity { numerator: scaled, denominator }),
            (false, true) => Err(Cause::BenefitsWithoutPremium),
            (false, false) => Err(Cause::NoPremium),
        }
    }

    fn over_heads(self, per: Per) -> Result<Quantity, Cause> {
        if self.covered == 0 {
            return Err(Cause::NotInsured);
        }
        let months = match per {
            Per::Window => i128::from(self.covered),
            Per::Year => 12,
            Per::Month => 1,
        };
        let Self { numerator, denominator, .. } = self;
        if denominator > 0 {
            Ok(Quantity { numerator: product(numerator, months), denominator })
        } else {
            Err(Cause::NoHeadcount)
        }
    }

    const fn over_window_before(self) -> Result<Quantity, Cause> {
        let Self { numerator, denominator, covered, covered_before, .. } = self;
        if covered == 0 || covered_before == 0 {
            return Err(Cause::NotInsured);
        }
        match (denominator, numerator) {
            (denominator, _) if denominator > 0 => Ok(Quantity { numerator, denominator }),
            (denominator, _) if denominator < 0 => Err(Cause::BelowZero),
            (_, 0) => Err(Cause::NoBenefits),
            (_, _) => Err(Cause::NoBenefitsBefore),
        }
    }

    fn over_average(self, measure: &Measure, quantity: Quantity) -> Result<Quantity, Cause> {
        if measure.relative_to.is_none() {
            return Ok(quantity);
        }
        let millionths = self.average.ok_or(Cause::NoAverage)?;
        Ok(Quantity {
            numerator: product(quantity.numerator, 1_000_000),
            denominator: product(quantity.denominator, i128::from(millionths)),
        })
    }
}
