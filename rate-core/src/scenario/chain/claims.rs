//! What a window may show: number of claims, deaths among them, and what they cost together.

use std::collections::BTreeMap;

use statrs::distribution::{Discrete, Poisson};

use super::risk::Severity;

/// Counts are listed until what lies above them is as unlikely as this.
const TAIL: f64 = 1e-9;

/// No window shows more claims than these.
const MOST_CLAIMS: u32 = 1_000;

/// Sums that are told apart for one count; above, amounts are rounded to a coarser grid.
const MOST_SUMS: usize = 2_000;

/// Something a window may show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lot {
    pub(super) claims: u32,
    pub(super) deaths: u32,
    pub(super) fen: i64,
    pub(super) probability: f64,
}

/// Everything a window may show.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lots {
    /// By count, deaths and sum.
    pub(super) all: Vec<Lot>,
    /// Probability of more claims than are listed; it stands with the highest count.
    pub(super) truncated: f64,
    /// The grid of amounts, in fen; each claim is rounded to the nearest point of it.
    pub(super) grid_fen: i64,
}

type Sums = BTreeMap<(u32, i64), f64>;

impl Lots {
    /// With a number of claims that has a Poisson distribution of some mean.
    pub(super) fn compound(mean: f64, severity: &Severity) -> Self {
        let (counts, truncated) = counts(mean);
        let (sums, grid_fen) = sums(counts.len(), severity);
        let all = (0_u32..).zip(counts).zip(sums).flat_map(|((claims, weight), sums)| {
            sums.into_iter().map(move |((deaths, fen), share)| Lot { claims, deaths, fen, probability: weight * share })
        });
        Self { all: all.filter(|it| it.probability > 0.0).collect(), truncated, grid_fen }
    }

    /// With exactly one claim.
    pub(super) fn one_claim(severity: &Severity) -> Self {
        let points = severity.points().iter().map(|it| Lot {
            claims: 1,
            deaths: u32::from(it.fatal),
            fen: it.amount.fen(),
            probability: it.probability,
        });
        Self { all: points.filter(|it| it.probability > 0.0).collect(), truncated: 0.0, grid_fen: 1 }
    }
}

/// Probabilities of 0, 1, 2 … claims; the last holds what lies above it too.
fn counts(mean: f64) -> (Vec<f64>, f64) {
    let Ok(poisson) = Poisson::new(mean) else { return (vec![1.0], 0.0) };
    let mut shares = Vec::new();
    let mut above = 1.0;
    for count in 0..=MOST_CLAIMS {
        let share = poisson.pmf(u64::from(count));
        shares.push(share);
        above -= share;
        if f64::from(count) > mean && above < TAIL {
            break;
        }
    }
    let above = above.max(0.0);
    if let Some(last) = shares.last_mut() {
        *last += above;
    }
    (shares, above)
}

/// Deaths and sums of 0, 1, 2 … claims, on the finest grid of 1, 10, 100 … fen that leaves few enough.
fn sums(counts: usize, severity: &Severity) -> (Vec<Sums>, i64) {
    let mut grid = 1;
    loop {
        match on_grid(counts, severity, grid) {
            Some(sums) => return (sums, grid),
            None => grid *= 10,
        }
    }
}

fn on_grid(counts: usize, severity: &Severity, grid: i64) -> Option<Vec<Sums>> {
    // An amount is at most 10^15 fen; a grid as wide as that leaves as many sums as there are counts of deaths.
    let coarsest = grid >= 1_000_000_000_000_000;
    let points = severity.points().iter().map(|it| {
        let fen = it.amount.fen().saturating_add(grid / 2) / grid * grid;
        (u32::from(it.fatal), fen, it.probability)
    });
    let points: Vec<(u32, i64, f64)> = points.filter(|(_, _, share)| *share > 0.0).collect();
    let mut all = vec![Sums::from([((0, 0), 1.0)])];
    while all.len() < counts {
        let mut next = Sums::new();
        for ((deaths, fen), share) in all.last().into_iter().flatten() {
            for (dead, amount, weight) in &points {
                *next.entry((deaths + dead, fen.saturating_add(*amount))).or_insert(0.0) += share * weight;
            }
            if next.len() > MOST_SUMS && !coarsest {
                return None;
            }
        }
        all.push(next);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::super::super::real;
    use super::super::risk::SeverityPoint;
    use super::*;
    use crate::amount::Money;

    fn severity(points: &[(i64, bool, f64)]) -> Severity {
        let points = points.iter().map(|(fen, fatal, probability)| SeverityPoint {
            amount: Money::from_fen(*fen),
            fatal: *fatal,
            probability: *probability,
        });
        Severity::given(points.collect()).unwrap()
    }

    fn mean_fen(lots: &Lots) -> f64 {
        lots.all.iter().map(|it| it.probability * real::real(i128::from(it.fen))).sum()
    }

    /// Half a claim on average, 100 fen with 3/4 and a death of 300 fen with 1/4: nothing with e^-0.5; one claim of 100
    /// with 0.5 e^-0.5 × 3/4; two claims of 200 with 0.125 e^-0.5 × 9/16, of 400 with one death × 6/16, of 600 with
    /// two × 1/16. The mean is 0.5 × 150 = 75 fen.
    #[test]
    fn small_sums_are_exact() {
        let lots = Lots::compound(0.5, &severity(&[(100, false, 0.75), (300, true, 0.25)]));
        let share = |claims, deaths, fen| {
            let of = |it: &&Lot| (it.claims, it.deaths, it.fen) == (claims, deaths, fen);
            lots.all.iter().find(of).map_or(0.0, |it| it.probability) / (-0.5_f64).exp()
        };
        let found = [share(0, 0, 0), share(1, 0, 100), share(2, 0, 200), share(2, 1, 400), share(2, 2, 600)];
        let expected = [1.0, 0.375, 0.125 * 9.0 / 16.0, 0.125 * 6.0 / 16.0, 0.125 / 16.0];
        assert!(found.iter().zip(expected).all(|(one, two)| (one - two).abs() < 1e-12), "{found:?}");
        let total: f64 = lots.all.iter().map(|it| it.probability).sum();
        assert!((total - 1.0).abs() < 1e-12 && (mean_fen(&lots) - 75.0).abs() < 1e-6);
        assert_eq!(lots.grid_fen, 1);
        assert!(lots.truncated < TAIL);
        assert_eq!(Lots::compound(0.0, &severity(&[(100, false, 1.0)])).all.len(), 1);
    }

    /// Amounts without a common measure are brought onto a grid, and the mean moves by less than half of it a claim.
    #[test]
    fn many_amounts_come_onto_a_grid() {
        let points: Vec<(i64, bool, f64)> = (0..40).map(|it| (it * it * 7_919 + 13, false, 0.025)).collect();
        let severity = severity(&points);
        let lots = Lots::compound(6.0, &severity);
        assert!(lots.grid_fen > 1);
        let half = real::real(i128::from(lots.grid_fen)) / 2.0;
        assert!((mean_fen(&lots) - 6.0 * severity.mean_fen()).abs() <= 6.0 * half + 1e-3);
        assert!(lots.all.iter().all(|it| it.fen % lots.grid_fen == 0));
    }
}
