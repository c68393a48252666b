//! Facts that bring measures where a case wants them: on a bound, the smallest unit beside it, inside a cell, or nowhere.
//!
//! Nothing here knows how a measure is reckoned: numerators are found by asking the measuring itself, so a figure that is
//! rounded before it is compared is met as it is compared.

use crate::amount::Quantity;
use crate::calendar::{MonthSpan, NaiveDate};
use crate::experience::{self, Experience, Measured};
use crate::history::{InjuryArticle, OpenMonths};
use crate::interval::End;
use crate::margin;
use crate::rule_set::measure::{ClaimDay, CountedClaims, Per};
use crate::rule_set::{Cause, Denominator, Measure, Numerator, WhenUndefined};

use super::ground::Ground;
use super::sketch::{Injury, PaidOut, Sketch};

/// Heads among whom one injured is hardly any.
const MANY_HEADS: i64 = 100_000;

/// Where a measure is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// Exactly there.
    On(Quantity),
    /// The smallest unit below.
    Below(Quantity),
    /// The smallest unit above.
    Above(Quantity),
    /// Anywhere between two ends.
    Between(Option<End>, Option<End>),
    /// Nowhere; in a window before, for whatever cause.
    Missing(Option<Cause>),
}

impl Aim {
    /// What to head for, before the smallest unit is taken off or added.
    fn point(self, counts: bool) -> Option<Quantity> {
        match self {
            Self::On(value) | Self::Below(value) | Self::Above(value) => Some(value),
            Self::Between(low, high) => Some(middle(low, high, counts)),
            Self::Missing(_) => None,
        }
    }

    /// Whether a measure is where it is wanted.
    fn met(self, measured: Measured) -> bool {
        match (self, measured) {
            (Self::On(aim), Measured::Value(value)) => value.compare(aim).is_eq(),
            (Self::Below(aim), Measured::Value(value)) => value.compare(aim).is_lt(),
            (Self::Above(aim), Measured::Value(value)) => value.compare(aim).is_gt(),
            (Self::Between(low, high), Measured::Value(value)) => {
                let above = low.is_none_or(|end| {
                    let order = value.compare(end.quantity());
                    order.is_gt() || (end.closed && order.is_eq())
                });
                let below = high.is_none_or(|end| {
                    let order = value.compare(end.quantity());
                    order.is_lt() || (end.closed && order.is_eq())
                });
                above && below
            }
            (Self::Missing(wanted), Measured::Undefined(cause)) => wanted.is_none_or(|it| it == cause),
            (Self::Missing(_), Measured::Value(_) | Measured::NotAsked)
            | (
                Self::On(_) | Self::Below(_) | Self::Above(_) | Self::Between(..),
                Measured::Undefined(_) | Measured::NotAsked,
            ) => false,
        }
    }
}

/// A point between two ends; zero where the lower one is open to it.
fn middle(low: Option<End>, high: Option<End>, counts: bool) -> Quantity {
    let million = crate::interval::BOUND_SCALE;
    let of = |end: End| i128::from(end.millionths);
    match (low, high) {
        (None, _) => Quantity::count(0),
        (Some(low), _) if counts => {
            let (whole, rest) = (of(low).div_euclid(million), of(low).rem_euclid(million));
            Quantity::count(if low.closed && rest == 0 { whole } else { whole + 1 })
        }
        (Some(low), Some(high)) => Quantity { numerator: of(low) + of(high), denominator: 2 * million },
        (Some(low), None) if of(low) == 0 => Quantity { numerator: 1, denominator: 5 },
        (Some(low), None) => Quantity { numerator: of(low) * 2, denominator: million },
    }
}

/// A measure by its place, a window, and where it is wanted.
pub(super) type Wanted = (usize, usize, Aim);

/// The facts of a sketch, changed so that every measure is where it is wanted; nothing where they cannot be.
pub(super) fn reach(ground: &Ground<'_>, sketch: &Sketch, wanted: &[Wanted]) -> Option<Sketch> {
    let mut reaching = Reaching { ground, sketch: sketch.clone() };
    let mut order: Vec<&Wanted> = wanted.iter().collect();
    order.sort_by_key(|(measure, window, aim)| {
        (rank(&ground.law.rules().measures()[*measure], *aim), *window, *measure)
    });
    for (measure, window, aim) in order {
        reaching.one(*measure, *window, *aim)?;
    }
    let experience = reaching.measured()?;
    let met = wanted.iter().all(|(measure, window, aim)| {
        let it = &ground.law.rules().measures()[*measure];
        let measured = experience.get(*measure, *window);
        match (aim, measured) {
            // Where the cause counts as zero, that is what is seen of it.
            (Aim::Missing(Some(cause)), Measured::Value(value)) => {
                value.numerator == 0 && it.undefined.for_cause(*cause) == Some(WhenUndefined::AsZero)
            }
            (_, measured) => aim.met(measured),
        }
    });
    met.then_some(reaching.sketch)
}

/// What is settled first: what others are measured against, then what others are counted among.
fn rank(measure: &Measure, aim: Aim) -> u8 {
    match (&measure.numerator, aim) {
        (_, Aim::Missing(_)) => 0,
        (Numerator::Premium { .. }, _) => 1,
        (Numerator::Claims { counted, .. }, _) => match counted {
            CountedClaims::Death => 2,
            CountedClaims::NewDisease => 3,
            CountedClaims::Severe => 4,
            CountedClaims::Recognised => 5,
        },
        (Numerator::Benefits { .. }, _) => 6,
    }
}

/// A day inside a window, away from its edges where it is long enough.
pub(super) fn day_inside(window: &MonthSpan) -> NaiveDate {
    let month = window.from().plus(i32::from(window.months() > 2));
    let (first, last) = (month.first_day(), month.last_day());
    crate::calendar::days_after(first, 14).min(last)
}

struct Reaching<'g, 'l> {
    ground: &'g Ground<'l>,
    sketch: Sketch,
}

impl Reaching<'_, '_> {
    fn measured(&self) -> Option<Experience> {
        let law = self.ground.law;
        let history = self.sketch.history(law, "0").ok()?;
        Some(experience::measure_over(law, &history, law.windows()))
    }

    fn one(&mut self, measure: usize, window: usize, aim: Aim) -> Option<()> {
        let it = &self.ground.law.rules().measures()[measure];
        if let Aim::Missing(cause) = aim {
            return self.missing(it, window, cause);
        }
        match (&it.numerator, it.denominator) {
            (Numerator::Premium { .. }, _) => {
                let point = aim.point(true)?;
                let whole = whole(point)?;
                let paid = match aim {
                    Aim::Below(_) => whole.checked_sub(1)?,
                    Aim::Above(_) => whole + 1,
                    Aim::On(_) | Aim::Between(..) | Aim::Missing(_) => whole,
                };
                self.sketch.ledgers.get_mut(window)?.paid = paid;
                Some(())
            }
            (Numerator::Claims { counted, by, .. }, Denominator::Headcount(per)) => {
                self.incidence(measure, window, aim, (*counted, *by, per))
            }
            (Numerator::Claims { counted, by, .. }, _) => {
                let whole = whole(aim.point(true)?)?;
                let number = match aim {
                    Aim::Below(_) => whole.checked_sub(1)?,
                    Aim::Above(_) => whole + 1,
                    Aim::On(_) | Aim::Between(..) | Aim::Missing(_) => whole,
                };
                self.injure(measure, window, number, (*counted, *by))
            }
            (Numerator::Benefits { .. }, _) => self.benefits(measure, window, aim),
        }
    }

    /// Persons or claims up to a number, those that are counted already among them.
    fn injure(&mut self, measure: usize, window: usize, number: i64, how: (CountedClaims, ClaimDay)) -> Option<()> {
        let there = self.counted(measure, window)?;
        let more = number.checked_sub(there).filter(|more| (0..=200).contains(more))?;
        let day = day_inside(self.ground.windows().get(window)?);
        for _ in 0..more {
            self.sketch.injuries.push(injury(how, day, self.article(measure)?));
        }
        Some(())
    }

    fn article(&self, measure: usize) -> Option<InjuryArticle> {
        let Numerator::Claims { exclude, counted, .. } = &self.ground.law.rules().measures()[measure].numerator else {
            return None;
        };
        let mut articles = InjuryArticle::WORDS.iter().filter_map(|word| InjuryArticle::from_word(word));
        match counted {
            CountedClaims::NewDisease => Some(InjuryArticle::Disease),
            CountedClaims::Recognised | CountedClaims::Death | CountedClaims::Severe => {
                articles.find(|it| !exclude.articles.contains(it) && *it != InjuryArticle::Disease)
            }
        }
    }

    /// How many a measure counts already.
    fn counted(&self, measure: usize, window: usize) -> Option<i64> {
        let it = &self.ground.law.rules().measures()[measure];
        let value = match self.measured()?.get(measure, window) {
            Measured::Value(value) => value,
            Measured::Undefined(_) | Measured::NotAsked => return None,
        };
        let unit = margin::scale(it, self.covered(window))
            * if it.denominator == Denominator::One { value.denominator } else { 1 };
        i64::try_from(value.numerator.div_euclid(unit.max(1))).ok()
    }

    fn covered(&self, window: usize) -> i32 {
        let months = self.ground.windows().get(window);
        months.map_or(0, |months| self.sketch.covered_within(months).iter().map(MonthSpan::months).sum())
    }

    /// As few injured as hit the point exactly with whole heads; then a head more or less in one month moves it by the
    /// smallest unit.
    fn incidence(
        &mut self,
        measure: usize,
        window: usize,
        aim: Aim,
        (counted, by, per): (CountedClaims, ClaimDay, Per),
    ) -> Option<()> {
        let there = self.counted(measure, window)?;
        let point = aim.point(false)?;
        if point.numerator == 0 {
            // One among so many is as near to zero as it gets.
            let nearly = matches!(aim, Aim::Above(_)) || (matches!(aim, Aim::Between(..)) && there > 0);
            if nearly {
                self.sketch.ledgers.get_mut(window)?.heads = MANY_HEADS;
            }
            let number = if nearly { there.max(1) } else { 0 };
            return self.injure(measure, window, number, (counted, by));
        }
        let covered = i128::from(self.covered(window));
        let months = match per {
            Per::Window => covered,
            Per::Year => 12,
            Per::Month => 1,
        };
        let (mut top, mut bottom) = (months * point.denominator, covered * point.numerator);
        if let Some(average) = self.average(measure, window) {
            top *= crate::interval::BOUND_SCALE;
            bottom *= average;
        }
        let numbers = there.max(1)..there.max(1) + 60;
        let exact = numbers.clone().find(|number| (i128::from(*number) * top) % bottom.max(1) == 0);
        let number = exact.unwrap_or(numbers.start);
        let heads = i64::try_from((i128::from(number) * top).div_euclid(bottom.max(1))).ok()?;
        let ledger = self.sketch.ledgers.get_mut(window)?;
        ledger.heads = heads.max(1);
        ledger.more_heads = match aim {
            Aim::Below(_) => 1,
            Aim::Above(_) => -1,
            Aim::On(_) | Aim::Between(..) | Aim::Missing(_) => 0,
        };
        self.injure(measure, window, number, (counted, by))
    }

    fn average(&self, measure: usize, window: usize) -> Option<i128> {
        let law = self.ground.law;
        let statistic = law.rules().measures()[measure].relative_to.as_deref()?;
        let year = self.ground.windows().get(window)?.to().year();
        law.parameters().average(statistic, self.sketch.industry?, year).map(|(millionths, _)| i128::from(millionths))
    }

    /// One payment that brings a ratio of benefits to the point.
    fn benefits(&mut self, measure: usize, window: usize, aim: Aim) -> Option<()> {
        let it = &self.ground.law.rules().measures()[measure];
        let months = *self.ground.law.windows().get(window)?;
        if it.denominator == Denominator::WindowBefore {
            let before = self.ground.law.windows().get(window + 1)?;
            self.sketch.payments.push(PaidOut::on(day_inside(before), 10_000_000));
        }
        let point = aim.point(it.denominator == Denominator::One)?;
        let value = match self.measured()?.get(measure, window) {
            Measured::Value(value) => value,
            Measured::Undefined(Cause::NoBenefits | Cause::NoBenefitsBefore) => {
                Quantity { numerator: 0, denominator: 1 }
            }
            Measured::Undefined(_) | Measured::NotAsked => return None,
        };
        let unit = margin::scale(it, self.covered(window));
        let at = |fen: i128| {
            let value = Quantity { numerator: fen * unit, denominator: value.denominator };
            it.round.map_or(value, |round| round.apply_to(value))
        };
        let fen = match aim {
            Aim::Below(_) => least(|fen| at(fen).compare(point).is_ge())?.checked_sub(1).filter(|fen| *fen >= 0)?,
            Aim::Above(_) => least(|fen| at(fen).compare(point).is_gt())?,
            Aim::On(_) | Aim::Between(..) | Aim::Missing(_) => least(|fen| at(fen).compare(point).is_ge())?,
        };
        if fen > 0 {
            self.sketch.payments.push(PaidOut::on(day_inside(&months), i64::try_from(fen).ok()?));
        }
        Some(())
    }

    fn missing(&mut self, it: &Measure, window: usize, cause: Option<Cause>) -> Option<()> {
        let months = *self.ground.windows().get(window)?;
        let cause = match (cause, it.denominator) {
            (Some(cause), _) => cause,
            (None, Denominator::Premium { .. }) => Cause::NoPremium,
            (None, Denominator::Headcount(_)) => Cause::NoHeadcount,
            (None, Denominator::WindowBefore | Denominator::One) => Cause::NotInsured,
        };
        let ledger = self.sketch.ledgers.get_mut(window)?;
        match cause {
            Cause::NotInsured => self.leave_out(&months),
            Cause::NoPremium => (ledger.paid, ledger.payroll) = (0, 0),
            Cause::BenefitsWithoutPremium => {
                (ledger.paid, ledger.payroll) = (0, 0);
                self.sketch.payments.push(PaidOut::on(day_inside(&months), 1));
            }
            Cause::BelowZero => match it.numerator {
                Numerator::Benefits { .. } => self.sketch.payments.push(PaidOut::on(day_inside(&months), -1)),
                // Premium below zero needs a refund beyond all premium; no method asks for one.
                Numerator::Premium { .. } | Numerator::Claims { .. } => return None,
            },
            Cause::NoHeadcount => ledger.heads = 0,
            Cause::NoAverage => self.sketch.industry = Some(self.ground.industry_without?),
            Cause::NoBenefits => {}
            Cause::NoBenefitsBefore => self.sketch.payments.push(PaidOut::on(day_inside(&months), 1)),
        }
        Some(())
    }

    /// Takes a window out of the covered months.
    fn leave_out(&mut self, months: &MonthSpan) {
        let spells = std::mem::take(&mut self.sketch.covered);
        for spell in spells {
            let before = OpenMonths { from: spell.from, to: Some(months.from().plus(-1)) };
            let after = OpenMonths { from: months.to().plus(1).max(spell.from), to: spell.to };
            let real = |it: &OpenMonths| it.to.is_none_or(|to| it.from <= to);
            self.sketch.covered.extend([before, after].into_iter().filter(real));
        }
    }
}

/// A number of people or fen, where a point is one.
fn whole(point: Quantity) -> Option<i64> {
    let number = point.numerator.div_euclid(point.denominator);
    let up = i128::from(point.numerator.rem_euclid(point.denominator) > 0);
    i64::try_from(number + up).ok()
}

/// The least number from zero on for which a rising condition holds; nothing beyond every amount there is.
fn least(holds: impl Fn(i128) -> bool) -> Option<i128> {
    if holds(0) {
        return Some(0);
    }
    let (mut low, mut high) = (0, 1);
    while !holds(high) {
        if high > crate::amount::MAX_ACCOUNT_FEN {
            return None;
        }
        (low, high) = (high, high * 2);
    }
    while high - low > 1 {
        let half = low.midpoint(high);
        if holds(half) { high = half } else { low = half }
    }
    Some(high)
}

/// Somebody hurt so that a measure counts it on a day.
fn injury((counted, by): (CountedClaims, ClaimDay), day: NaiveDate, article: InjuryArticle) -> Injury {
    let dies = counted == CountedClaims::Death || by == ClaimDay::Death;
    let severe = counted == CountedClaims::Severe || by == ClaimDay::Assessed;
    Injury { article, accident: day, recognised: day, death: dies.then_some(day), assessed: severe.then_some((1, day)) }
}
