//! How long benefits go on after an accident, and how much of what a window's accidents cost it has seen by its end.

use super::credibility::capped;
use super::portfolio::Portfolio;
use super::real::{ratio, real};
use super::shards::Workers;
use crate::amount::Money;
use crate::calendar::{Month, MonthSpan};
use crate::experience::{self, Counting};
use crate::history::{Claim, History};
use crate::rule_set::Law;

/// Accident years that a triangle may have.
const MOST_YEARS: usize = 100;

/// What a study of maturity asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaturityAsked {
    /// The last month whose payments are in the book. Years are the twelve months up to it, and those before.
    pub through: Month,
    /// How many years of accidents, one to a hundred.
    pub years: usize,
    /// What of one claim counts at most, by the end of any year, in this study; everything where `None`.
    pub cap: Option<Money>,
}

/// The accidents of one year, with what the fund had paid on them by the end of each year since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccidentYear {
    /// The months of the accidents.
    pub months: MonthSpan,
    /// Claims with benefits.
    pub claims: usize,
    /// Paid by the end of the year of the accident, of the year after, and so on, in fen: as far as the book goes.
    pub cumulative: Vec<i128>,
}

/// What the fund had paid from one year to the next, over the accident years that show both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Development {
    /// Years from that of the accident.
    pub lag: usize,
    /// Paid by that lag on the accident years that also show the next, in fen.
    pub before: i128,
    /// Paid by the next lag on the same accident years, in fen.
    pub after: i128,
    /// The second over the first; `None` where the first is not above zero.
    pub factor: Option<f64>,
}

/// Benefits by lag from the accident.
#[derive(Clone, Debug, PartialEq)]
pub struct Triangle {
    /// Accident years, oldest first; the newest is known to lag zero only.
    pub years: Vec<AccidentYear>,
    /// From each lag to the next, by the chain ladder: all accident years weigh by what was paid on them.
    pub development: Vec<Development>,
    /// The part of what is paid by the last lag that is paid by each lag; `None` where a factor on the way is missing.
    /// What is paid after the last lag is not observed, and not guessed: pensions may go on for decades.
    pub paid_by: Vec<Option<f64>>,
    /// Paid on accidents before the first accident year, up to the last month, in fen: what shows that there is a tail.
    pub older: i128,
}

/// How much of what the accidents of a window cost had been paid by its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Maturity {
    /// The window.
    pub window: MonthSpan,
    /// Paid by the end of the window on accidents in it, in fen.
    pub paid: i128,
    /// Paid on them by the last month of the book, in fen.
    pub known: i128,
    /// What they come to by the last lag that the triangle shows, in fen; what is paid later is not in it.
    pub ultimate: f64,
    /// The part that had been paid by the end of the window.
    pub share: f64,
}

/// What counts of one history: payments by accident year and lag, not yet added up.
struct Read {
    increments: Vec<Vec<i128>>,
    claims: Vec<usize>,
    older: i128,
}

impl Read {
    fn none(years: usize) -> Self {
        let increments = (0..years).map(|year| vec![0; years - year]).collect();
        Self { increments, claims: vec![0; years], older: 0 }
    }

    fn add(&mut self, other: &Self) {
        for (sums, more) in self.increments.iter_mut().zip(&other.increments) {
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        self.claims.iter_mut().zip(&other.claims).for_each(|(sum, more)| *sum += more);
        self.older += other.older;
    }
}

impl Triangle {
    /// Benefits by accident year and lag, as a law counts payments; accounts bear what the law makes them bear.
    pub fn of(portfolio: &Portfolio, law: &Law, asked: &MaturityAsked, workers: Workers<'_>) -> Self {
        let count = asked.years.clamp(1, MOST_YEARS);
        let spans = spans(asked.through, count);
        let counting = Counting::of(law);
        let shards = workers.shards(portfolio.histories(), |_, shard| {
            let mut read = Read::none(count);
            shard.iter().for_each(|history| read_history(law, &counting, history, &spans, asked, &mut read));
            read
        });
        let mut read = Read::none(count);
        shards.iter().for_each(|shard| read.add(shard));
        let years: Vec<AccidentYear> = spans
            .into_iter()
            .zip(read.increments)
            .zip(read.claims)
            .map(|((months, increments), claims)| AccidentYear { months, claims, cumulative: running(&increments) })
            .collect();
        let development: Vec<Development> = (0..count - 1).map(|lag| develop(&years, lag)).collect();
        let paid_by = (0..count).map(|lag| to_last(&development, lag).map(|factor| 1.0 / factor)).collect();
        Self { years, development, paid_by, older: read.older }
    }

    /// How much of what the accidents of a window cost had been paid by its end. `None` where the window is not made of
    /// accident years of the triangle, a factor is missing, or nothing was paid.
    pub fn maturity(&self, window: &MonthSpan) -> Option<Maturity> {
        let inside = |year: &&AccidentYear| window.contains(year.months.from()) && window.contains(year.months.to());
        let rows: Vec<&AccidentYear> = self.years.iter().filter(inside).collect();
        let months: i32 = rows.iter().map(|year| year.months.months()).sum();
        if months != window.months() {
            return None;
        }
        let (mut paid, mut known, mut ultimate) = (0, 0, 0.0);
        for year in rows {
            let lag = usize::try_from(window.to().since(year.months.to()) / 12).ok()?;
            let last = year.cumulative.len().checked_sub(1)?;
            paid += year.cumulative.get(lag).copied()?;
            known += year.cumulative[last];
            ultimate += real(year.cumulative[last]) * to_last(&self.development, last)?;
        }
        (ultimate > 0.0).then(|| Maturity { window: *window, paid, known, ultimate, share: real(paid) / ultimate })
    }
}

/// Years of twelve months up to a last one, oldest first.
fn spans(through: Month, count: usize) -> Vec<MonthSpan> {
    let months = i32::try_from(12 * count).unwrap_or(i32::MAX);
    MonthSpan::new(through.plus(1 - months), through).map(|all| all.years()).unwrap_or_default()
}

fn read_history(
    law: &Law,
    counting: &Counting<'_>,
    history: &History,
    spans: &[MonthSpan],
    asked: &MaturityAsked,
    read: &mut Read,
) {
    let by_year: Vec<Vec<(&Claim, i128)>> =
        spans.iter().map(|span| experience::benefits_by_claim(law, counting, history, span)).collect();
    let Some(claims) = by_year.first().map(Vec::len) else { return };
    for place in 0..claims {
        let accident = by_year[0][place].0.accident;
        let row = spans.iter().position(|span| span.contains_date(accident));
        let paid = by_year.iter().map(|year| year[place].1);
        match row {
            Some(row) => {
                // Nothing is paid on an accident before it.
                let mut sums: Vec<i128> = running(&paid.skip(row).collect::<Vec<_>>());
                sums.iter_mut().for_each(|sum| *sum = capped(*sum, asked.cap));
                read.claims[row] += usize::from(sums.iter().any(|sum| *sum != 0));
                let mut before = 0;
                for (cell, sum) in read.increments[row].iter_mut().zip(sums) {
                    *cell += sum - before;
                    before = sum;
                }
            }
            None if spans.first().is_some_and(|first| accident < first.from().first_day()) => {
                read.older += paid.sum::<i128>();
            }
            None => {}
        }
    }
}

fn running(increments: &[i128]) -> Vec<i128> {
    let sum = |sum: &mut i128, more: &i128| {
        *sum += more;
        Some(*sum)
    };
    increments.iter().scan(0, sum).collect()
}

fn develop(years: &[AccidentYear], lag: usize) -> Development {
    let both = || years.iter().filter_map(|year| Some((year.cumulative.get(lag)?, year.cumulative.get(lag + 1)?)));
    let before: i128 = both().map(|(before, _)| before).sum();
    let after: i128 = both().map(|(_, after)| after).sum();
    Development { lag, before, after, factor: ratio(after, before).filter(|_| before > 0) }
}

/// What is paid by the last lag over what is paid by a lag; `None` where a factor is missing or zero.
fn to_last(development: &[Development], lag: usize) -> Option<f64> {
    let factors = development.get(lag..).unwrap_or_default().iter().map(|it| it.factor);
    factors.product::<Option<f64>>().filter(|factor| *factor > 0.0)
}
