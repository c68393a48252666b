//! How changes are spread: counted in bins whose bounds are exact.

use std::cmp::Ordering;

use super::sums::Pair;
use crate::amount::{Quantity, Rate};

/// Bounds of changes of a rate, in percent of the rate before.
pub(super) const RATE_BOUNDS_PERCENT: &[i128] = &[-60, -40, -20, -10, 0, 10, 20, 40, 60, 100];

/// Bounds of changes of a year's premium, in fen: a hundred, a thousand, ten and a hundred thousand yuan.
pub(super) const PREMIUM_BOUNDS_FEN: &[i128] =
    &[-10_000_000, -1_000_000, -100_000, -10_000, 0, 10_000, 100_000, 1_000_000, 10_000_000];

/// One bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bin {
    /// The lower bound; `None` where it is open. Of a fall it is held, of a rise it is not.
    pub above: Option<i128>,
    /// The upper bound; `None` where it is open. Of a rise it is held, of a fall it is not. Both are zero in the bin of
    /// no change.
    pub to: Option<i128>,
    /// Who is in it.
    pub pair: Pair,
}

/// Changes in bins: those that fall, those that stay exactly as they are, those that rise.
///
/// A bin of falls holds its lower bound and not its upper one, a bin of rises its upper bound and not its lower one; no
/// change at all has a bin of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// The bins, lowest first.
    pub bins: Vec<Bin>,
    bounds: &'static [i128],
}

impl Distribution {
    pub(super) fn new(bounds: &'static [i128]) -> Self {
        let mut bins = Vec::with_capacity(bounds.len() + 2);
        let mut above = None;
        for bound in bounds {
            bins.push(Bin { above, to: Some(*bound), pair: Pair::default() });
            if *bound == 0 {
                bins.push(Bin { above: Some(0), to: Some(0), pair: Pair::default() });
            }
            above = Some(*bound);
        }
        bins.push(Bin { above, to: None, pair: Pair::default() });
        Self { bins, bounds }
    }

    /// A rate against another, by the percentage it differs. From nothing, everything is a rise without bounds.
    pub(super) fn ratio(&mut self, after: Rate, before: Rate, pair: &Pair) {
        let (after, before) = (after.percent(), before.percent());
        let scale = after.scale().max(before.scale());
        let whole = |it: rust_decimal::Decimal| it.mantissa() * 10_i128.pow(scale - it.scale());
        let (after, before) = (whole(after), whole(before));
        if before == 0 {
            let change = if after == 0 { 0 } else { i128::MAX };
            return self.put(|bound| change.cmp(&bound), pair);
        }
        let change = Quantity { numerator: (after - before) * 100, denominator: before };
        self.put(|bound| change.compare(Quantity::count(bound)), pair);
    }

    /// An amount, in fen.
    pub(super) fn amount(&mut self, change: i128, pair: &Pair) {
        self.put(|bound| change.cmp(&bound), pair);
    }

    fn put(&mut self, compare: impl Fn(i128) -> Ordering, pair: &Pair) {
        // A fall lies below the first bound it is under; a rise below the first bound it is not above.
        let falls = compare(0) == Ordering::Less;
        let below =
            |bound: &&i128| compare(**bound) == Ordering::Less || (!falls && compare(**bound) == Ordering::Equal);
        let passed = self.bounds.iter().take_while(|bound| !below(bound)).count();
        let rises = usize::from(!falls && compare(0) == Ordering::Greater);
        let same = usize::from(compare(0) == Ordering::Equal);
        // The bin of no change stands behind the falls: whatever has passed zero is one further on.
        self.bins[passed + rises + same].pair.add(pair);
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.bins.iter_mut().zip(&other.bins).for_each(|(own, other)| own.pair.add(&other.pair));
    }

    /// Everybody in it.
    pub fn accounts(&self) -> u64 {
        self.bins.iter().map(|bin| bin.pair.before.accounts).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds of the bin that a change falls into.
    fn bin(change: i128) -> (Option<i128>, Option<i128>) {
        let mut all = Distribution::new(PREMIUM_BOUNDS_FEN);
        let mut pair = Pair::default();
        pair.before.accounts = 1;
        all.amount(change, &pair);
        let found = all.bins.iter().find(|it| it.pair.before.accounts == 1).unwrap();
        (found.above, found.to)
    }

    #[test]
    fn a_bound_belongs_to_the_bin_nearer_to_zero() {
        assert_eq!(bin(0), (Some(0), Some(0)));
        assert_eq!(bin(1), (Some(0), Some(10_000)));
        assert_eq!(bin(10_000), (Some(0), Some(10_000)));
        assert_eq!(bin(10_001), (Some(10_000), Some(100_000)));
        assert_eq!(bin(-1), (Some(-10_000), Some(0)));
        assert_eq!(bin(-10_000), (Some(-10_000), Some(0)));
        assert_eq!(bin(-10_001), (Some(-100_000), Some(-10_000)));
        assert_eq!(bin(10_000_001), (Some(10_000_000), None));
        assert_eq!(bin(-10_000_001), (None, Some(-10_000_000)));
    }

    #[test]
    fn rates_are_compared_exactly() {
        let mut all = Distribution::new(RATE_BOUNDS_PERCENT);
        let rate = |text: &str| text.parse::<Rate>().unwrap();
        let mut pair = Pair::default();
        pair.before.accounts = 1;
        // 0.7 % to 0.84 % is 20 % more, to 0.56 % is 20 % less, both exactly on a bound; 0 to 0 stays.
        for (after, before) in [("0.84%", "0.7%"), ("0.56%", "0.7%"), ("0%", "0%"), ("0.1%", "0%"), ("0.7%", "0.7%")] {
            all.ratio(rate(after), rate(before), &pair);
        }
        let found: Vec<_> = all.bins.iter().filter(|it| it.pair.before.accounts > 0).collect();
        let bounds: Vec<_> = found.iter().map(|it| (it.above, it.to, it.pair.before.accounts)).collect();
        let expected =
            [(Some(-20), Some(-10), 1), (Some(0), Some(0), 2), (Some(10), Some(20), 1), (Some(100), None, 1)];
        assert_eq!(bounds, expected);
        assert_eq!(all.accounts(), 5);
    }
}
