//! The one source of chance: whole numbers only, the same on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// Numbers drawn for one purpose; each purpose has a stream of its own, so that no account depends on another.
#[derive(Debug)]
pub(super) struct Draw(ChaCha8Rng);

/// A value at a share of a population, in ten-thousandths; between two points values lie on a line.
pub(super) type Quantiles = [(u64, i64)];

impl Draw {
    pub(super) fn of(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut source = ChaCha8Rng::from_seed(key);
        source.set_stream(stream);
        Self(source)
    }

    /// A number from zero up to below `bound`, which is not zero.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product; its bias is below one in 2^32 for the bounds used here.
        let product = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or_default()
    }

    /// A number between two bounds, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        debug_assert!(least <= most, "a range has a number in it");
        least.saturating_add_unsigned(self.below(most.abs_diff(least) + 1))
    }

    /// True for so many of a million.
    pub(super) fn chance(&mut self, per_million: u64) -> bool {
        self.below(1_000_000) < per_million
    }

    /// How many of `heads` something happens to that happens to so many of a thousand million.
    pub(super) fn hits(&mut self, heads: i64, per_billion: u64) -> usize {
        let threshold = u32::try_from((per_billion << 32) / 1_000_000_000).unwrap_or(u32::MAX);
        (0..heads).filter(|_| self.0.next_u32() < threshold).count()
    }

    /// One of several, by weight.
    pub(super) fn pick<T: Copy>(&mut self, weighted: &[(u64, T)]) -> Option<T> {
        let mut left = self.below(weighted.iter().map(|(weight, _)| weight).sum());
        let mut found = weighted.iter().skip_while(|(weight, _)| {
            let passed = left >= *weight;
            left = left.saturating_sub(*weight);
            passed
        });
        found.next().map(|(_, value)| *value)
    }

    /// A value of a population described by its quantiles.
    pub(super) fn quantile(&mut self, table: &Quantiles) -> i64 {
        let at = self.below(10_000);
        let pair = table.windows(2).find(|pair| at < pair[1].0);
        let Some([(from, low), (to, high)]) = pair else { return table.last().map_or(0, |last| last.1) };
        let (part, whole) = (at.saturating_sub(*from).cast_signed(), to.abs_diff(*from).max(1).cast_signed());
        // Some of what lies within one ten-thousandth too, or large values would come in steps.
        let fine = (high - low) * i64::try_from(self.below(1000)).unwrap_or_default() / 1000;
        low + ((high - low) * part + fine) / whole
    }
}
