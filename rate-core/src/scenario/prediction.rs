//! Whether the grade of one window predicts the next: who was graded high, and what was paid for them afterwards.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::credibility::capped;
use super::exposure::Exposure;
use super::portfolio::Portfolio;
use super::priced::PricedRow;
use super::real::{ratio, real};
use super::shards::Workers;
use crate::amount::{Money, Rate};
use crate::calendar::{MonthSpan, day_after};
use crate::experience::{self, Counting};
use crate::history::History;
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::rule_set::Law;

/// Where the grade comes from that is held against what followed.
#[derive(Clone, Copy, Debug)]
pub enum Graded<'l> {
    /// The grade that a law of the window before gives: the law of the cycle whose rates hold in the months studied.
    Decided(&'l Law),
    /// The grade of the rate charged on the first day of the months studied, as the book has it.
    Charged,
}

/// What the accounts are put into order by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Predicted {
    /// The grade. What is expected of an account is the mean of its class, so that the grade alone is judged.
    Grade,
    /// The rate. What is expected is the mean of everybody, so that class and grade are judged together.
    Rate,
}

/// Where an account stands in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ranked {
    /// By its grade.
    Grade(GradeIndex),
    /// By its rate.
    Rate(Rate),
}

/// Parts of the accounts that a study may have.
const MOST_PARTS: usize = 100;

/// What a study of prediction asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PredictionAsked {
    /// The months after the window, in which what was paid is held against the grade.
    pub months: MonthSpan,
    /// What weighs an account.
    pub exposure: Exposure,
    /// What the accounts are put into order by.
    pub by: Predicted,
    /// Into how many parts of equal weight they are cut, one to a hundred: five for quintiles.
    pub parts: usize,
    /// What of one claim in these months counts at most in this study; everything where `None`.
    pub cap: Option<Money>,
    /// Seed of the order among accounts of the same grade or rate, so that no part goes by account numbers.
    pub seed: u64,
}

/// Exact sums of some accounts, with what was to be expected of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Held {
    /// Accounts.
    pub accounts: usize,
    /// Weight, in the whole numbers of [`Exposure::parts`].
    pub weight: i128,
    /// Benefits the fund paid in the months, in fen, as the law counts them, each claim up to the cap.
    pub benefits: i128,
    /// What would have been paid at the mean of their classes, or of everybody, in fen.
    pub expected: f64,
    /// Benefits over what was expected; `None` where nothing was.
    pub ratio: Option<f64>,
}

/// The accounts of one grade.
#[derive(Clone, Debug, PartialEq)]
pub struct GradeHeld {
    /// The grade.
    pub grade: GradeIndex,
    /// Its label.
    pub label: String,
    /// What they came to.
    pub held: Held,
}

/// A part of the accounts of equal weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartHeld {
    /// Lowest and highest grade, or rate; `None` without accounts.
    pub levels: Option<(Ranked, Ranked)>,
    /// What they came to.
    pub held: Held,
}

/// Whether grades predicted.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Everybody together.
    pub all: Held,
    /// By grade, lowest first; grades that nobody has are left out.
    pub grades: Vec<GradeHeld>,
    /// Parts of equal weight, lowest first. An account whose weight reaches over a bound stands where its middle lies.
    pub parts: Vec<PartHeld>,
    /// The ratio of the highest part over that of the lowest; `None` where either is missing, the lowest is zero, or both
    /// have the same level, so that only the drawn order tells them apart.
    pub lift: Option<f64>,
    /// Concentration of benefits along grades or rates: `1 − Σ (xₖ − xₖ₋₁)(yₖ + yₖ₋₁)` over the cumulative shares of what
    /// was expected (x) and paid (y), accounts of one level together. Zero says nothing was predicted, below zero that
    /// the low grades had more. `None` where nothing was paid.
    pub concentration: Option<f64>,
    /// Claims with benefits in the months, and how many of them the cap cut.
    pub claims: (usize, usize),
    /// Accounts with anything at risk in the months, but no grade before them.
    pub without_grade: usize,
    /// Accounts with a grade, but nothing at risk in the months, or without a known base rate.
    pub without_exposure: usize,
}

/// One account: what was predicted, and what followed.
#[derive(Clone, Copy)]
struct Account {
    class: RiskClass,
    grade: GradeIndex,
    level: Ranked,
    weight: i128,
    benefits: i128,
    claims: (usize, usize),
}

/// What an account was graded before the months: class, grade and rate.
type Before = Option<(RiskClass, GradeIndex, Rate)>;

/// Holds the grade of accounts against what was paid in the months after. Premium at base rates and claims are counted as
/// `law` counts them, the law that the months are a window of.
pub fn prediction(
    portfolio: &Portfolio,
    law: &Law,
    graded: Graded<'_>,
    asked: &PredictionAsked,
    workers: Workers<'_>,
) -> Prediction {
    let before: Vec<Before> = match graded {
        Graded::Decided(before) => {
            let priced = portfolio.priced(before, workers);
            let row = |row: &PricedRow| Some((row.class, row.grade?, row.rate));
            priced.rows().iter().map(|it| it.as_ref().ok().and_then(row)).collect()
        }
        Graded::Charged => portfolio.histories().iter().map(|history| charged(law, history, asked)).collect(),
    };
    let counting = Counting::of(law);
    let shards = workers.shards(portfolio.histories(), |first, shard| {
        let one = |(place, history)| followed(law, &counting, history, before[place], asked);
        (first..).zip(shard).map(one).collect::<Vec<_>>()
    });
    let followed: Vec<Followed> = shards.into_iter().flatten().collect();
    let count = |what: fn(&Followed) -> bool| followed.iter().filter(|it| what(it)).count();
    let (without_grade, without_exposure) =
        (count(|it| matches!(it, Followed::NoGrade)), count(|it| matches!(it, Followed::NoExposure)));
    let accounts: Vec<Account> = followed.iter().filter_map(Followed::account).collect();
    let ladder = match graded {
        Graded::Decided(before) => before.rules().ladder(),
        Graded::Charged => law.rules().ladder(),
    };
    let means = Means::of(&accounts, asked.by);
    let parts = parts(&accounts, &means, asked);
    let grades = ladder.grades().iter().filter_map(|grade| {
        let place = ladder.labelled(&grade.label)?;
        let held = means.held(accounts.iter().filter(|it| it.grade == place));
        (held.accounts > 0).then(|| GradeHeld { grade: place, label: grade.label.clone(), held })
    });
    Prediction {
        all: means.held(accounts.iter()),
        grades: grades.collect(),
        lift: lift(&parts),
        parts,
        concentration: concentration(&accounts, &means),
        claims: accounts.iter().fold((0, 0), |sum, it| (sum.0 + it.claims.0, sum.1 + it.claims.1)),
        without_grade,
        without_exposure,
    }
}

/// The grade of the rate charged on the first day of the months.
fn charged(law: &Law, history: &History, asked: &PredictionAsked) -> Before {
    let rate = history.rate_before(day_after(asked.months.from().first_day()))?;
    Some((rate.class, law.rules().ladder().labelled(&rate.grade)?, rate.charged))
}

enum Followed {
    Account(Account),
    NoGrade,
    NoExposure,
    Neither,
}

impl Followed {
    const fn account(&self) -> Option<Account> {
        match self {
            Self::Account(account) => Some(*account),
            Self::NoGrade | Self::NoExposure | Self::Neither => None,
        }
    }
}

fn followed(
    law: &Law,
    counting: &Counting<'_>,
    history: &History,
    before: Before,
    asked: &PredictionAsked,
) -> Followed {
    let exposed = experience::exposed(law, history, &asked.months);
    let weight = asked.exposure.weight(&exposed).filter(|weight| *weight > 0);
    let (weight, (class, grade, rate)) = match (weight, before) {
        (Some(weight), Some(before)) => (weight, before),
        (Some(_), None) => return Followed::NoGrade,
        (None, Some(_)) => return Followed::NoExposure,
        (None, None) => return Followed::Neither,
    };
    let level = match asked.by {
        Predicted::Grade => Ranked::Grade(grade),
        Predicted::Rate => Ranked::Rate(rate),
    };
    let (mut benefits, mut claims) = (0, (0, 0));
    for (_, fen) in experience::benefits_by_claim(law, counting, history, &asked.months) {
        let counted = capped(fen, asked.cap);
        benefits += counted;
        claims.0 += usize::from(fen > 0);
        claims.1 += usize::from(counted < fen);
    }
    Followed::Account(Account { class, grade, level, weight, benefits, claims })
}

/// The mean of benefits by weight that is expected of accounts: of each class, or one for all.
struct Means {
    sums: Vec<(Option<RiskClass>, i128, i128)>,
    by: Predicted,
}

impl Means {
    fn of(accounts: &[Account], by: Predicted) -> Self {
        let mut means = Self { sums: Vec::new(), by };
        for account in accounts {
            let of = means.key(account);
            match means.sums.iter_mut().find(|(key, ..)| *key == of) {
                Some((_, benefits, weight)) => {
                    *benefits += account.benefits;
                    *weight += account.weight;
                }
                None => means.sums.push((of, account.benefits, account.weight)),
            }
        }
        means
    }

    fn key(&self, account: &Account) -> Option<RiskClass> {
        (self.by == Predicted::Grade).then_some(account.class)
    }

    fn held<'a>(&self, accounts: impl Iterator<Item = &'a Account>) -> Held {
        let (mut held, mut weights) = (Held::default(), vec![0_i128; self.sums.len()]);
        for account in accounts {
            held.accounts += 1;
            held.weight += account.weight;
            held.benefits += account.benefits;
            let of = self.key(account);
            if let Some(place) = self.sums.iter().position(|(key, ..)| *key == of) {
                weights[place] += account.weight;
            }
        }
        // One share of each mean, so that the sum does not depend on how many accounts it was gathered from.
        let shares = self
            .sums
            .iter()
            .zip(&weights)
            .filter_map(|((_, benefits, all), weight)| Some(real(*benefits) * ratio(*weight, *all)?));
        held.expected = shares.sum();
        held.ratio = (held.expected > 0.0).then(|| real(held.benefits) / held.expected);
        held
    }
}

fn parts(accounts: &[Account], means: &Means, asked: &PredictionAsked) -> Vec<PartHeld> {
    let mut draws = ChaCha12Rng::seed_from_u64(asked.seed);
    let mut order: Vec<(Ranked, u64, &Account)> = accounts.iter().map(|it| (it.level, draws.next_u64(), it)).collect();
    order.sort_by_key(|(level, draw, _)| (*level, *draw));
    let total: i128 = accounts.iter().map(|it| it.weight).sum();
    let count = asked.parts.clamp(1, MOST_PARTS);
    let mut parts: Vec<Vec<&Account>> = vec![Vec::new(); count];
    let mut before = 0_i128;
    for (_, _, account) in order {
        // The part in which the middle of the account's weight lies: (before + weight / 2) · parts / total, whole.
        let middle = (2 * before + account.weight) * i128::try_from(count).unwrap_or(1) / (2 * total);
        let place = usize::try_from(middle).unwrap_or(0).min(count - 1);
        parts[place].push(account);
        before += account.weight;
    }
    let part = |part: Vec<&Account>| {
        let levels = part.first().zip(part.last()).map(|(low, high)| (low.level, high.level));
        PartHeld { levels, held: means.held(part.into_iter()) }
    };
    parts.into_iter().map(part).collect()
}

fn lift(parts: &[PartHeld]) -> Option<f64> {
    let (low, high) = (parts.first()?, parts.last()?);
    let apart = high.levels?.1 > low.levels?.0;
    let lowest = low.held.ratio.filter(|ratio| apart && *ratio > 0.0)?;
    Some(high.held.ratio? / lowest)
}

fn concentration(accounts: &[Account], means: &Means) -> Option<f64> {
    let mut levels: Vec<Ranked> = accounts.iter().map(|it| it.level).collect();
    levels.sort_unstable();
    levels.dedup();
    let all = means.held(accounts.iter());
    if all.benefits <= 0 || all.expected <= 0.0 {
        return None;
    }
    let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
    let mut paid = 0_i128;
    for level in levels {
        let held = means.held(accounts.iter().filter(|it| it.level == level));
        paid += held.benefits;
        let (width, height) = (held.expected / all.expected, ratio(paid, all.benefits)?);
        area += width * (height + y);
        (x, y) = (x + width, height);
    }
    debug_assert!((x - 1.0_f64).abs() < 1e-6, "the levels hold everybody");
    Some(1.0 - area)
}
