//! What happens to one account on one path: claims in months, and what the fund pays on them later.

use rand_chacha::ChaCha12Rng;
use rand_distr::{Distribution, Gamma, Open01, Poisson};

use super::super::real;
use super::assumptions::{Assumptions, ClaimKind, Counts, Life, Pattern};
use super::estimate::yearly;
use crate::calendar::Month;
use crate::history::{BenefitItem, ClaimStatus, History, Payer, Payment};
use crate::rule_set::Law;

/// A claim that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Happened {
    pub(super) month: usize,
    pub(super) disease: bool,
    pub(super) fatal: bool,
    pub(super) severe: bool,
}

/// A payment of the fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paid {
    pub(super) month: usize,
    pub(super) disease: bool,
    pub(super) item: BenefitItem,
    pub(super) fen: i64,
}

/// What happened on a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Events {
    pub(super) claims: Vec<Happened>,
    pub(super) paid: Vec<Paid>,
}

/// A pension that runs when the projection begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Running {
    item: BenefitItem,
    disease: bool,
    /// A year's payments, and the months until the next.
    yearly_fen: i64,
    next: usize,
    /// Years it has been paid for.
    paid_years: u32,
    growth_percent: f64,
    life: Life,
}

/// How claims of one account are drawn.
#[derive(Debug)]
pub(super) struct Drawing<'a> {
    pub(super) assumptions: &'a Assumptions,
    /// Months that are simulated, and those of them before the first year.
    pub(super) months: usize,
    pub(super) lead: usize,
    /// Months in which the account is insured.
    pub(super) covered: Vec<usize>,
    /// Claims expected in such a month.
    pub(super) monthly: f64,
    /// What claims are like, with the sum of weights up to each.
    pub(super) kinds: &'a [ClaimKind],
    pub(super) weights: &'a [f64],
    pub(super) running: Vec<Running>,
}

impl Drawing<'_> {
    /// Whether nothing can ever happen, or always the same does.
    pub(super) fn is_certain(&self) -> bool {
        let mortal = |life: &Life| matches!(life, Life::Mortality { yearly_percent } if *yearly_percent > 0.0);
        let pension = |it: &Running| mortal(&it.life);
        let nobody = self.monthly <= 0.0 || self.covered.is_empty() || self.kinds.is_empty();
        nobody && !self.running.iter().any(pension)
    }

    /// What happens on the next path; the draws are taken from a stream of the account's own, path after path.
    pub(super) fn draw(&self, stream: &mut ChaCha12Rng) -> Events {
        let mut events = Events::default();
        for it in &self.running {
            let dead = it.disease;
            let times = Pension { fen: it.yearly_fen, growth: it.growth_percent, paid: it.paid_years, life: it.life };
            self.pension(&times, (it.next, it.item, dead), stream, &mut events);
        }
        if !self.kinds.is_empty() {
            for month in self.accidents(stream) {
                self.claim(month, stream, &mut events);
            }
        }
        events
    }

    /// The months of all claims of a path.
    fn accidents(&self, stream: &mut ChaCha12Rng) -> Vec<usize> {
        let expected = self.monthly * real::count(self.covered.len());
        let drawn = |mean: f64, stream: &mut ChaCha12Rng| {
            // A mean of nothing, or one that no number holds, has no distribution: nobody is hurt.
            Poisson::new(mean).map_or(0, |poisson| real::floor(poisson.sample(stream)))
        };
        let count = match self.assumptions.counts {
            Counts::Expected => return self.expected(),
            Counts::Poisson => drawn(expected, stream),
            Counts::NegativeBinomial { variance } => {
                let multiplier = Gamma::new(1.0 / variance, variance).map_or(1.0, |gamma| gamma.sample(stream));
                drawn(expected * multiplier, stream)
            }
        };
        let month = |_| self.covered[real::floor(uniform(stream) * real::count(self.covered.len()))];
        let mut months: Vec<usize> = (0..count).map(month).collect();
        months.sort_unstable();
        months
    }

    /// The month in which the first claim has come to be expected, and each further one.
    fn expected(&self) -> Vec<usize> {
        let mut months = Vec::new();
        for (passed, month) in self.covered.iter().enumerate() {
            // A hair's breadth, so that twelve twelfths are one.
            let due = real::floor(self.monthly * real::count(passed + 1) + 1e-9);
            months.extend(std::iter::repeat_n(*month, due.saturating_sub(months.len())));
        }
        months
    }

    fn claim(&self, month: usize, stream: &mut ChaCha12Rng, events: &mut Events) {
        let total = self.weights.last().copied().unwrap_or(0.0);
        let place = match self.kinds {
            [_] => 0,
            _ => {
                let at = uniform(stream) * total;
                self.weights.partition_point(|weight| *weight <= at).min(self.kinds.len() - 1)
            }
        };
        let kind = &self.kinds[place];
        events.claims.push(Happened { month, disease: kind.disease, fatal: kind.fatal, severe: kind.severe });
        let year = month.saturating_sub(self.lead) / 12;
        for (item, amount) in &kind.items {
            let fen = grown(amount.fen(), self.assumptions.benefit_growth_percent, year);
            match self.assumptions.pattern(*item) {
                None => self.pay(month, kind.disease, *item, fen, events),
                Some(Pattern::Shares(shares)) => {
                    for (later, part) in parts(fen, shares).into_iter().enumerate() {
                        self.pay(month + 12 * later, kind.disease, *item, part, events);
                    }
                }
                Some(Pattern::Pension { growth_percent, life }) => {
                    let pension = Pension { fen, growth: *growth_percent, paid: 0, life: *life };
                    self.pension(&pension, (month, *item, kind.disease), stream, events);
                }
            }
        }
    }

    fn pension(
        &self,
        pension: &Pension,
        (first, item, disease): (usize, BenefitItem, bool),
        stream: &mut ChaCha12Rng,
        events: &mut Events,
    ) {
        // One that runs already has grown with its last payment, and its person has yet to live to the next.
        let begun = usize::from(pension.paid > 0);
        for time in 0.. {
            let month = first + 12 * time;
            let (years, further) = (time + begun, time + begun > 0);
            let lives = match pension.life {
                Life::Years(times) => u32::try_from(time).is_ok_and(|time| pension.paid.saturating_add(time) < times),
                Life::Mortality { yearly_percent } => !further || uniform(stream) * 100.0 >= yearly_percent,
            };
            if month >= self.months || !lives {
                return;
            }
            self.pay(month, disease, item, grown(pension.fen, pension.growth, years), events);
        }
    }

    fn pay(&self, month: usize, disease: bool, item: BenefitItem, fen: i64, events: &mut Events) {
        if month < self.months && fen != 0 {
            events.paid.push(Paid { month, disease, item, fen });
        }
    }
}

struct Pension {
    /// The first year, or the last that was paid before the projection.
    fen: i64,
    growth: f64,
    /// Years paid before the projection.
    paid: u32,
    life: Life,
}

fn uniform(stream: &mut ChaCha12Rng) -> f64 {
    Open01.sample(stream)
}

/// An amount after some years of growth, to the fen.
pub(super) fn grown(fen: i64, percent: f64, years: usize) -> i64 {
    let years = i32::try_from(years).unwrap_or(i32::MAX);
    real::whole(real::real(i128::from(fen)) * (1.0 + percent / 100.0).powi(years))
}

/// An amount by shares, to the fen, so that the parts sum to it.
fn parts(fen: i64, shares: &[f64]) -> Vec<i64> {
    let (mut passed, mut paid) = (0.0, 0);
    let part = |share: &f64| {
        passed += share;
        let due = real::whole(real::real(i128::from(fen)) * passed) - paid;
        paid += due;
        due
    };
    shares.iter().map(part).collect()
}

/// The pensions of an account that were paid in the twelve months before the first of the projection.
pub(super) fn running(law: &Law, history: &History, assumptions: &Assumptions, first: Month) -> Vec<Running> {
    let mut found = Vec::new();
    let borne = |it: &&crate::history::Claim| it.status != ClaimStatus::Revoked && law.bears(history, it);
    for claim in history.claims().iter().filter(borne) {
        for pattern in &assumptions.patterns {
            let Pattern::Pension { growth_percent, life } = pattern.pattern else { continue };
            let of_item = |it: &&Payment| it.item == pattern.item && it.payer == Payer::Fund;
            let payments: Vec<&Payment> = claim.payments.iter().filter(of_item).collect();
            let yearly_fen = i64::try_from(yearly(&payments, first)).unwrap_or(i64::MAX);
            let ago = |it: &&Payment| first.since(Month::of(it.paid_on));
            let (newest, oldest) = (payments.iter().map(ago).min(), payments.iter().map(ago).max());
            let (Some(newest @ ..=12), Some(oldest), true) = (newest, oldest, yearly_fen > 0) else { continue };
            found.push(Running {
                item: pattern.item,
                disease: claim.article == crate::history::InjuryArticle::Disease,
                yearly_fen,
                next: usize::try_from(12 - newest).unwrap_or(0),
                paid_years: u32::try_from((oldest - newest) / 12 + 1).unwrap_or(1),
                growth_percent,
                life,
            });
        }
    }
    found
}
