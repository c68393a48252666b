//! What a window may show: number of claims, deaths among them, and what they cost together.

use statrs::distribution::{Discrete, Poisson};

use super::super::real::{gcd, real};
use super::risk::Severity;

/// Counts are listed until what lies above them is as unlikely as this.
const TAIL: f64 = 1e-9;

/// No window shows more claims than these.
const MOST_CLAIMS: u32 = 1_000;

/// Sums that are told apart for the highest count; above, amounts come onto a coarser grid.
const MOST_SUMS: usize = 2_000;

/// Numbers of deaths are told apart until what lies above them is as unlikely as this; it stands with the highest.
const DEATHS_TAIL: f64 = 1e-12;

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
    /// The grid of amounts, in fen; a claim between two points of it stands with both, so that its mean stays.
    pub(super) grid_fen: i64,
}

/// Shares by number of deaths, then by points of the grid.
type Sums = Vec<Vec<f64>>;

impl Lots {
    /// With a number of claims that has a Poisson distribution of some mean.
    pub(super) fn compound(mean: f64, severity: &Severity) -> Self {
        let (counts, truncated) = counts(mean);
        let (sums, grid_fen) = sums(counts.len(), severity);
        let mut all = Vec::new();
        for ((claims, weight), sums) in (0_u32..).zip(counts).zip(sums) {
            for (deaths, by_point) in (0_u32..).zip(sums) {
                let lots = (0_i64..).zip(by_point).filter(|(_, share)| *share > 0.0);
                all.extend(lots.map(|(point, share)| {
                    let fen = point.saturating_mul(grid_fen);
                    Lot { claims, deaths, fen, probability: weight * share }
                }));
            }
        }
        Self { all, truncated, grid_fen }
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

/// Deaths and sums of 0, 1, 2 … claims, on the grid of what all amounts are multiples of; where that leaves too many, on
/// the finest of 1, 2, 5, 10 … fen that does not.
fn sums(counts: usize, severity: &Severity) -> (Vec<Sums>, i64) {
    let widest = severity.points().iter().map(|it| it.amount.fen()).max().unwrap_or(0);
    let claims = counts.saturating_sub(1);
    let fits = |grid: &i64| {
        let points = usize::try_from(widest / grid + 1).unwrap_or(usize::MAX);
        points.saturating_mul(claims) < MOST_SUMS
    };
    let shared = severity.points().iter().map(|it| i128::from(it.amount.fen())).fold(0, gcd);
    // No larger than an amount, which is 64 bits.
    let shared = i64::try_from(shared).unwrap_or(1).max(1);
    let steps = (0..=15).flat_map(|power| [1, 2, 5].map(|step| step * 10_i64.pow(power)));
    // An amount is at most 10^15 fen, which is one point of the coarsest grid.
    let grid = std::iter::once(shared).chain(steps).find(fits).unwrap_or(5_000_000_000_000_000);
    (on_grid(counts, severity, grid), grid)
}

fn on_grid(counts: usize, severity: &Severity, grid: i64) -> Vec<Sums> {
    let mut points: Vec<(bool, usize, f64)> = Vec::new();
    for it in severity.points().iter().filter(|it| it.probability > 0.0) {
        let (below, above) = (it.amount.fen() / grid, it.amount.fen() % grid);
        let upper = real(i128::from(above)) / real(i128::from(grid));
        for (point, share) in [(below, 1.0 - upper), (below + 1, upper)] {
            // Few points lie on a grid, and all of them fit a count.
            let (point, share) = (usize::try_from(point).unwrap_or(usize::MAX), share * it.probability);
            match points.iter_mut().find(|known| (known.0, known.1) == (it.fatal, point)) {
                _ if share <= 0.0 => {}
                Some(known) => known.2 += share,
                None => points.push((it.fatal, point, share)),
            }
        }
    }
    let mut all = vec![vec![vec![1.0]]];
    while all.len() < counts {
        let next = all.last().map(|last| one_more(last, &points)).unwrap_or_default();
        all.push(next);
    }
    all
}

/// The sums of one claim more.
fn one_more(before: &Sums, points: &[(bool, usize, f64)]) -> Sums {
    let widest = points.iter().map(|point| point.1).max().unwrap_or(0);
    let long = before.first().map_or(1, Vec::len) + widest;
    let mut next = vec![vec![0.0; long]; before.len() + 1];
    for (deaths, by_point) in before.iter().enumerate() {
        for (fatal, point, weight) in points {
            let row = &mut next[deaths + usize::from(*fatal)];
            for (sum, share) in by_point.iter().enumerate() {
                row[sum + point] += share * weight;
            }
        }
    }
    lumped(next)
}

/// The highest numbers of deaths together, where they are too unlikely to be told apart.
fn lumped(mut sums: Sums) -> Sums {
    while let [.., below, last] = sums.as_mut_slice()
        && last.iter().sum::<f64>() < DEATHS_TAIL
    {
        below.iter_mut().zip(last.iter()).for_each(|(own, more)| *own += more);
        sums.pop();
    }
    sums
}

#[cfg(test)]
mod tests {
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
        lots.all.iter().map(|it| it.probability * real(i128::from(it.fen))).sum()
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
        assert_eq!(lots.grid_fen, 100);
        assert!(lots.truncated < TAIL);
        assert_eq!(Lots::compound(0.0, &severity(&[(100, false, 1.0)])).all.len(), 1);
    }

    /// Amounts without a common measure are brought onto a grid, and the mean stays.
    #[test]
    fn many_amounts_come_onto_a_grid() {
        let points: Vec<(i64, bool, f64)> = (0..40).map(|it| (it * it * 7_919 + 13, false, 0.025)).collect();
        let severity = severity(&points);
        let lots = Lots::compound(6.0, &severity);
        assert!(lots.grid_fen > 1);
        let off = mean_fen(&lots) - 6.0 * severity.mean_fen();
        assert!(off.abs() < 0.01, "{off} fen");
        assert!(lots.all.iter().all(|it| it.fen % lots.grid_fen == 0));
    }
}
