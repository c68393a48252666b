//! Assumptions estimated from the claims that the newest window of a law shows in a book.

use std::collections::BTreeMap;

use super::super::portfolio::Portfolio;
use super::super::real;
use super::assumptions::{
    Assumptions, ClaimKind, ClaimMix, Counts, Frequency, Grounds, ItemPattern, Over, Pattern, checked, wrong,
};
use crate::amount::Money;
use crate::calendar::{Month, MonthSpan};
use crate::error::Problems;
use crate::experience;
use crate::history::{BenefitItem, Claim, ClaimStatus, InjuryArticle, Payer, Payment};
use crate::industry::RiskClass;
use crate::premium;
use crate::rule_set::Law;

/// How assumptions are estimated.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimation {
    /// Fewest heads of each band of sizes, ascending; accounts below the first belong to it.
    pub bands: Vec<i64>,
    /// Claims that an estimate needs; where there are fewer, the next wider one is taken: the class, then the book.
    pub least_claims: usize,
    /// Items that are pensions, and how they run: given, since a window is too short to show it.
    pub pensions: Vec<ItemPattern>,
    /// Years over which other items are paid; what was paid later counts with the last.
    pub pattern_years: usize,
}

/// What an account adds to an estimate.
struct Seen<'p> {
    class: RiskClass,
    band: usize,
    head_months: i128,
    claims: Vec<&'p Claim>,
}

impl Assumptions {
    /// Assumptions from the claims recognised in the newest window of a law and not revoked, and from the heads insured
    /// in it; counts vary as a Poisson distribution, and nothing grows, until that is said otherwise.
    ///
    /// - Frequencies: claims over years insured, by class and band of sizes.
    /// - Mixes: the claims themselves, each alike; an item counts with what the fund paid on it to the end of the window.
    ///   A pension counts with the last twelve months of the window; one that began in them with two payments or more
    ///   is brought to twelve months.
    /// - Patterns: what was paid in each year after recognition, of claims together. Claims late in the window have
    ///   shown only their first payments, so that shares lean to early years, and amounts are too small by what is
    ///   still to come.
    ///
    /// # Errors
    /// `scenario.assumption` where the bands are none or do not ascend, where the years of a pattern are none or more
    /// than 60, and where the window shows no claim.
    pub fn estimated(portfolio: &Portfolio, law: &Law, how: &Estimation) -> Result<Self, Problems> {
        let ascending = how.bands.windows(2).all(|pair| pair[0] < pair[1]);
        let mut problems = Vec::new();
        if how.bands.is_empty() || !ascending {
            problems.push(wrong("bands", format!("{:?}", how.bands), "numbers of heads that ascend"));
        }
        if !(1..=60).contains(&how.pattern_years) {
            problems.push(wrong("pattern_years", how.pattern_years, "1 … 60"));
        }
        checked(problems)?;
        let seen = seen(portfolio, law, how);
        let claims: Vec<&Claim> = seen.iter().flat_map(|it| it.claims.iter().copied()).collect();
        if claims.is_empty() {
            return Err(wrong("claims", 0, "at least one claim in the window").into());
        }
        let window = law.windows()[0];
        let mut patterns = how.pensions.clone();
        patterns.extend(shares(&claims, &window, how));
        Ok(Self {
            frequencies: frequencies(&seen, how),
            counts: Counts::Poisson,
            mixes: mixes(&seen, &window, how),
            patterns,
            payroll_growth_percent: 0.0,
            benefit_growth_percent: 0.0,
            load_percent: 0.0,
        })
    }
}

fn seen<'p>(portfolio: &'p Portfolio, law: &Law, how: &Estimation) -> Vec<Seen<'p>> {
    let window = law.windows()[0];
    let last = window.to().last_day();
    let of = |history: &'p crate::history::History| {
        let class = law.class_on(history, last)?.class;
        let heads = premium::payroll_base(history, last).map_or(0, |base| base.heads);
        let counted = |it: &&Claim| {
            it.status != ClaimStatus::Revoked && window.contains_date(it.recognised) && law.bears(history, it)
        };
        Some(Seen {
            class,
            band: how.bands.iter().rposition(|least| *least <= heads).unwrap_or(0),
            head_months: experience::own_head_months(history, &window),
            claims: history.claims().iter().filter(counted).collect(),
        })
    };
    portfolio.histories().iter().filter_map(of).collect()
}

/// Claims and head-months.
type Exposure = (usize, i128);

fn frequencies(seen: &[Seen<'_>], how: &Estimation) -> Vec<Frequency> {
    let mut cells: BTreeMap<(RiskClass, usize), Exposure> = BTreeMap::new();
    let mut classes: BTreeMap<RiskClass, Exposure> = BTreeMap::new();
    let mut book: Exposure = (0, 0);
    for it in seen {
        let cell = cells.entry((it.class, it.band)).or_default();
        for sum in [cell, classes.entry(it.class).or_default(), &mut book] {
            *sum = (sum.0 + it.claims.len(), sum.1 + it.head_months);
        }
    }
    let rate = |class: Option<RiskClass>, heads: (i64, i64), exposure: Exposure, over: Over| {
        let (claims, months) = exposure;
        let per_1000 = real::ratio(i128::try_from(claims).unwrap_or(i128::MAX) * 12_000, months).unwrap_or(0.0);
        Frequency { class, heads, per_1000, grounds: Grounds::Estimated { claims, over } }
    };
    let bounds = |band: usize| {
        let low = if band == 0 { 0 } else { how.bands[band] };
        (low, how.bands.get(band + 1).map_or(i64::MAX, |next| next - 1))
    };
    let enough = |exposure: &Exposure| exposure.0 >= how.least_claims && exposure.1 > 0;
    let mut found: Vec<Frequency> = Vec::new();
    for ((class, band), exposure) in &cells {
        let wider = classes.get(class).copied().unwrap_or_default();
        let (exposure, over) = match (enough(exposure), enough(&wider)) {
            (true, _) => (*exposure, Over::Cell),
            (false, true) => (wider, Over::Class),
            (false, false) => (book, Over::Book),
        };
        found.push(rate(Some(*class), bounds(*band), exposure, over));
    }
    found.push(rate(None, (0, i64::MAX), book, Over::Book));
    found
}

fn mixes(seen: &[Seen<'_>], window: &MonthSpan, how: &Estimation) -> Vec<ClaimMix> {
    let mut by_class: BTreeMap<RiskClass, Vec<ClaimKind>> = BTreeMap::new();
    for it in seen {
        let kinds = it.claims.iter().map(|claim| kind(claim, window, how));
        by_class.entry(it.class).or_default().extend(kinds);
    }
    let all: Vec<ClaimKind> = by_class.values().flatten().cloned().collect();
    let mix = |class: Option<RiskClass>, kinds: Vec<ClaimKind>, over: Over| {
        let grounds = Grounds::Estimated { claims: kinds.len(), over };
        ClaimMix { class, kinds, grounds }
    };
    let own = by_class.into_iter().filter(|(_, kinds)| !kinds.is_empty() && kinds.len() >= how.least_claims);
    let mut found: Vec<ClaimMix> = own.map(|(class, kinds)| mix(Some(class), kinds, Over::Class)).collect();
    found.push(mix(None, all, Over::Book));
    found
}

/// A claim as it may happen again.
fn kind(claim: &Claim, window: &MonthSpan, how: &Estimation) -> ClaimKind {
    let mut items: Vec<BenefitItem> = paid(claim, window).map(|it| it.item).collect();
    items.sort_unstable();
    items.dedup();
    let amount = |item: BenefitItem| {
        let payments: Vec<&Payment> = paid(claim, window).filter(|it| it.item == item).collect();
        let fen = if how.pensions.iter().any(|it| it.item == item) {
            yearly(&payments, window.to().plus(1))
        } else {
            payments.iter().map(|it| i128::from(it.amount.fen())).sum()
        };
        let fen = i64::try_from(fen).unwrap_or(i64::MAX);
        (fen > 0).then_some((item, Money::from_fen(fen)))
    };
    ClaimKind {
        weight: 1.0,
        disease: claim.article == InjuryArticle::Disease,
        fatal: claim.death.is_some(),
        severe: claim.disability.is_some_and(|(level, _)| level <= 4),
        items: items.into_iter().filter_map(amount).collect(),
    }
}

/// What the fund has paid on a claim by the end of a window.
fn paid<'c>(claim: &'c Claim, window: &MonthSpan) -> impl Iterator<Item = &'c Payment> {
    let last = window.to().last_day();
    claim.payments.iter().filter(move |it| it.payer == Payer::Fund && it.paid_on <= last)
}

/// A pension of the twelve months before a month: what was paid in them, brought to twelve where it began in them with
/// two payments or more.
pub(super) fn yearly(payments: &[&Payment], before: Month) -> i128 {
    let ago = |it: &Payment| before.since(Month::of(it.paid_on));
    let recent = payments.iter().filter(|it| (1..=12).contains(&ago(it)));
    let sum: i128 = recent.clone().map(|it| i128::from(it.amount.fen())).sum();
    let first = payments.iter().map(|it| ago(it)).max().unwrap_or(12);
    if first < 12 && recent.count() > 1 { sum * 12 / i128::from(first.max(1)) } else { sum }
}

/// The share of each year after recognition, of items that are no pension and that enough claims have.
fn shares(claims: &[&Claim], window: &MonthSpan, how: &Estimation) -> Vec<ItemPattern> {
    let mut sums: BTreeMap<BenefitItem, (usize, Vec<i128>)> = BTreeMap::new();
    for claim in claims {
        let mut seen: Vec<BenefitItem> = Vec::new();
        for it in paid(claim, window).filter(|it| how.pensions.iter().all(|pension| pension.item != it.item)) {
            let months = Month::of(it.paid_on).since(Month::of(claim.recognised)).max(0);
            let year = usize::try_from(months / 12).unwrap_or(0).min(how.pattern_years - 1);
            let (count, years) = sums.entry(it.item).or_insert_with(|| (0, vec![0; how.pattern_years]));
            years[year] += i128::from(it.amount.fen());
            if !seen.contains(&it.item) {
                seen.push(it.item);
                *count += 1;
            }
        }
    }
    let pattern = |(item, (claims, years)): (BenefitItem, (usize, Vec<i128>))| {
        let total: i128 = years.iter().map(|it| (*it).max(0)).sum();
        let shares = years.iter().map(|it| real::ratio((*it).max(0), total)).collect::<Option<Vec<f64>>>()?;
        let grounds = Grounds::Estimated { claims, over: Over::Book };
        (claims >= how.least_claims).then_some(ItemPattern { item, pattern: Pattern::Shares(shares), grounds })
    };
    sums.into_iter().filter_map(pattern).collect()
}
