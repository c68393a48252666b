//! What a measure is made of over some months, before anything is divided, rounded or compared with an average.

use rust_decimal::Decimal;

use super::{Parts, Reading, SHARE_UNIT, benefits, head_months, industry, premium_at_base, premium_paid};
use crate::calendar::MonthSpan;
use crate::history::{BenefitItem, History};
use crate::rule_set::measure::{Per, PremiumBasis};
use crate::rule_set::{Denominator, Law, Numerator};

/// Both sides of a measure, as they were added up; a share of a predecessor's facts leaves decimals, and they are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// Fen of benefits or premium, persons or claims; negative where recoveries exceed benefits.
    pub numerator: Decimal,
    /// Fen of premium or of earlier benefits, or person-months; `None` for a count.
    pub denominator: Option<Decimal>,
    /// Months that the numerator is multiplied by, so that person-months become mean heads; one elsewhere.
    pub months: i32,
    /// The average of the industry that the quotient is divided by, in percent; `None` where there is none.
    pub average_percent: Option<Decimal>,
}

/// The sums of a measure over some months, and over those before them where the measure compares with them.
///
/// `None` only where a sum would need more digits than a decimal holds, which the bounds on rows exclude.
pub fn sums(
    law: &Law,
    history: &History,
    measure: usize,
    window: &MonthSpan,
    before: Option<&MonthSpan>,
) -> Option<Sums> {
    let (parts, it) = (Parts::of(law, history), &law.rules().measures()[measure]);
    let reading =
        Reading { law, parts: &parts, industry: industry(law, history), measure: it, window, before, newest: true };
    let shares = if parts.unit == SHARE_UNIT { 4 } else { 0 };
    let exact =
        |sum: i128, scale: u32| Decimal::try_from_i128_with_scale(sum, scale + shares).ok().map(|it| it.normalize());
    let (denominator, months) = match it.denominator {
        Denominator::One => (None, 1),
        Denominator::Premium { basis: PremiumBasis::Paid, by, restored } => {
            (Some(exact(parts.sum(|part| premium_paid(part, window, by, restored)), 0)?), 1)
        }
        Denominator::Premium { basis: PremiumBasis::AtBaseRate, .. } => {
            (Some(exact(parts.sum(|part| premium_at_base(law, part, window)), 6)?), 1)
        }
        Denominator::Headcount(per) => {
            let months = match per {
                Per::Window => parts.covered_months(window),
                Per::Year => 12,
                Per::Month => 1,
            };
            (Some(exact(parts.sum(|part| head_months(part, window)), 0)?), months)
        }
        Denominator::WindowBefore => {
            (before.map(|before| exact(reading.numerator_over(before), 0)).unwrap_or_default(), 1)
        }
    };
    let average_percent = it.relative_to.as_ref().and_then(|statistic| {
        let (millionths, _) = law.parameters().average(statistic, reading.industry?, window.to().year())?;
        Some(Decimal::new(millionths, 4).normalize())
    });
    Some(Sums { numerator: exact(reading.numerator_over(window), 0)?, denominator, months, average_percent })
}

/// The numerator of a measure of benefits over some months, by item, in fen: the same payments, so the sums add up to it.
///
/// Items that do not count are left out, and so is everything where the measure is not one of benefits. `None` as in
/// [`sums`].
pub fn benefits_by_item(
    law: &Law,
    history: &History,
    measure: usize,
    window: &MonthSpan,
) -> Option<Vec<(BenefitItem, Decimal)>> {
    let Numerator::Benefits { by, exclude, items } = &law.rules().measures()[measure].numerator else {
        return Some(Vec::new());
    };
    let parts = Parts::of(law, history);
    let scale = if parts.unit == SHARE_UNIT { 4 } else { 0 };
    let counted = |item: &BenefitItem| items.is_empty() || items.contains(item);
    let all = BenefitItem::WORDS.iter().filter_map(|word| BenefitItem::from_word(word)).filter(counted);
    all.map(|item| {
        let sum = parts.sum(|part| benefits(law, part, window, *by, (exclude, &[item])));
        Some((item, Decimal::try_from_i128_with_scale(sum, scale).ok()?.normalize()))
    })
    .collect()
}
