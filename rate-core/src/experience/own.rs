//! What the facts of an account by itself come to over some months, as a method counts them: what a study of many accounts
//! is made of. No predecessor is added, since it stands in the study itself.

use super::{Part, claims, counted_on, days, head_months, paid_on_claim, people, regular, row_at_base};
use crate::calendar::{MonthSpan, NaiveDate};
use crate::history::{BenefitItem, Claim, History};
use crate::rule_set::measure::{ClaimDay, CountedClaims, PaymentDay};
use crate::rule_set::{Excluded, Law, Measure, Numerator};

/// What an account has at risk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exposed {
    /// Payroll, in fen.
    pub(crate) payroll: i128,
    /// Heads, a month each.
    pub(crate) head_months: i128,
    /// Payroll times base rate, in millionths of a fen; `None` where a row has no class or its day no base rate.
    pub(crate) at_base: Option<i128>,
}

/// Which payments and claims a method counts: as the first of its measures that counts any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counting<'l> {
    day: PaymentDay,
    by: ClaimDay,
    items: &'l [BenefitItem],
    unpaid: &'l Excluded,
    uncounted: &'l Excluded,
}

/// Where no measure of a method leaves anything out.
static NOTHING: Excluded = Excluded { articles: Vec::new(), tags: Vec::new() };

impl<'l> Counting<'l> {
    /// As a law counts.
    pub(crate) fn of(law: &'l Law) -> Self {
        let mut counting =
            Self { day: PaymentDay::Paid, by: ClaimDay::Recognised, items: &[], unpaid: &NOTHING, uncounted: &NOTHING };
        let measures = || law.rules().measures().iter().map(|measure| &measure.numerator);
        let benefits = measures().find_map(|it| match it {
            Numerator::Benefits { by, exclude, items } => Some((*by, exclude, items.as_slice())),
            Numerator::Claims { .. } | Numerator::Premium { .. } => None,
        });
        if let Some((day, exclude, items)) = benefits {
            (counting.day, counting.unpaid, counting.items) = (day, exclude, items);
        }
        let injuries = measures().find_map(|it| match it {
            Numerator::Claims { counted: CountedClaims::Recognised, exclude, by, .. } => Some((exclude, *by)),
            Numerator::Claims { .. } | Numerator::Benefits { .. } | Numerator::Premium { .. } => None,
        });
        if let Some((exclude, by)) = injuries {
            (counting.uncounted, counting.by) = (exclude, by);
        }
        counting
    }

    /// An item whose payments count.
    pub(crate) fn item(&self) -> BenefitItem {
        self.items.first().copied().unwrap_or(BenefitItem::Medical)
    }
}

const fn own(history: &History) -> Part<'_> {
    Part { history, weight: 1, before: None }
}

/// What an account has at risk in some months.
pub(crate) fn exposed(law: &Law, history: &History, months: &MonthSpan) -> Exposed {
    let part = own(history);
    Exposed {
        payroll: regular(&part, months).map(|row| i128::from(row.payroll.fen())).sum(),
        head_months: head_months(&part, months),
        at_base: regular(&part, months).map(|row| row_at_base(law, history, row)).sum(),
    }
}

/// The claims that an account bears with what the fund paid on each in some months, in fen; also those without.
pub(crate) fn benefits_by_claim<'h>(
    law: &Law,
    counting: &Counting<'_>,
    history: &'h History,
    months: &MonthSpan,
) -> Vec<(&'h Claim, i128)> {
    let borne = |claim: &&Claim| super::counted(claim, counting.unpaid) && law.bears(history, claim);
    let paid = |claim| paid_on_claim(claim, months, counting.day, counting.items, |_| true);
    history.claims().iter().filter(borne).map(|claim| (claim, paid(claim))).collect()
}

/// The claims of some months that an account bears and no measure leaves out, with what the fund paid on each in them.
pub(crate) fn counted_within<'h>(
    law: &Law,
    counting: &Counting<'_>,
    history: &'h History,
    months: &MonthSpan,
) -> Vec<(&'h Claim, i128)> {
    let (kind, known_by) = ((CountedClaims::Recognised, counting.by), law.setting().from());
    let counts =
        |claim| super::counted(claim, counting.uncounted) && counted_on(claim, months, kind, known_by).is_some();
    let mut all = benefits_by_claim(law, counting, history, months);
    all.retain(|(claim, _)| counts(claim));
    all
}

/// Persons injured at an account in some months, once each.
pub(crate) fn injured(law: &Law, counting: &Counting<'_>, history: &History, months: &MonthSpan, by: ClaimDay) -> i128 {
    let all = (CountedClaims::Recognised, by);
    people(claims(law, &own(history), months, all, counting.uncounted, law.setting().from()).into_iter())
}

/// The claims that an account bears and that have a day in some months by which a measure may count them.
pub(crate) fn borne_within<'h>(law: &Law, history: &'h History, months: &MonthSpan) -> Vec<&'h Claim> {
    let borne = |claim: &&Claim| super::counted(claim, &NOTHING) && law.bears(history, claim);
    history.claims().iter().filter(borne).filter(|claim| first_day_within(claim, months).is_some()).collect()
}

/// The first day of a claim in some months by which a measure may count it.
pub(crate) fn first_day_within(claim: &Claim, months: &MonthSpan) -> Option<NaiveDate> {
    days(claim).filter(|day| months.contains_date(*day)).min()
}

/// What a claim that an account bears adds to the numerator of a measure over a window: fen, or one where it counts; `None`
/// where the numerator is not made of claims.
pub(crate) fn added_by(law: &Law, claim: &Claim, measure: &Measure, window: &MonthSpan) -> Option<i128> {
    match &measure.numerator {
        Numerator::Benefits { exclude, .. } | Numerator::Claims { exclude, .. } if !super::counted(claim, exclude) => {
            Some(0)
        }
        Numerator::Benefits { by, items, .. } => Some(paid_on_claim(claim, window, *by, items, |_| true)),
        Numerator::Claims { counted, by, .. } => {
            Some(i128::from(counted_on(claim, window, (*counted, *by), law.setting().from()).is_some()))
        }
        Numerator::Premium { .. } => None,
    }
}
