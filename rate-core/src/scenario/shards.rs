//! Work on many accounts at once, in shards of fixed size: what comes out does not depend on the number of threads.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Accounts, or paths, that one thread takes at a time.
pub(super) const SHARD: usize = 4_096;

/// How many threads work, and who is told how far they are.
#[derive(Clone, Copy)]
pub struct Workers<'w> {
    threads: NonZeroUsize,
    told: &'w (dyn Fn(u64) + Sync),
    stop: Option<&'w AtomicBool>,
}

impl std::fmt::Debug for Workers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Workers({})", self.threads)
    }
}

impl<'w> Workers<'w> {
    /// So many threads, at least one; nobody is told anything.
    pub fn new(threads: usize) -> Self {
        Self { threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN), told: &|_| {}, stop: None }
    }

    /// The same, telling after each shard how many items were done in it.
    #[must_use]
    pub const fn telling(self, told: &'w (dyn Fn(u64) + Sync)) -> Self {
        Self { told, ..self }
    }

    /// The same, beginning nothing more once somebody raises a flag: what comes out then lacks what was not done and means
    /// nothing, so that whoever raised it has to throw it away. Nothing of it is kept with a portfolio.
    #[must_use]
    pub const fn stopping_at(self, flag: &'w AtomicBool) -> Self {
        Self { stop: Some(flag), ..self }
    }

    /// Whether nothing more is begun.
    pub fn is_stopped(self) -> bool {
        self.stop.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// Does work on every shard; the results stand in the order of the shards, whoever did them. The work is given the
    /// place of its first item.
    pub(crate) fn shards<T: Sync, R: Send>(self, items: &[T], work: impl Fn(usize, &[T]) -> R + Sync) -> Vec<R> {
        self.pieces(items, SHARD, work)
    }

    /// The same, each item a piece of work of its own: for what takes long.
    pub(crate) fn each<T: Sync, R: Send>(self, items: &[T], work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
        let one = |place, items: &[T]| items.first().map(|item| work(place, item));
        self.pieces(items, 1, one).into_iter().flatten().collect()
    }

    fn pieces<T: Sync, R: Send>(self, items: &[T], size: usize, work: impl Fn(usize, &[T]) -> R + Sync) -> Vec<R> {
        let shards: Vec<&[T]> = items.chunks(size).collect();
        let done = |place: usize| {
            let shard = shards[place];
            let result = work(place * size, shard);
            (self.told)(u64::try_from(shard.len()).unwrap_or(u64::MAX));
            result
        };
        let threads = self.threads.get().min(shards.len());
        if threads <= 1 {
            return (0..shards.len()).take_while(|_| !self.is_stopped()).map(done).collect();
        }
        let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(shards.len())));
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        if place >= shards.len() || self.is_stopped() {
                            return;
                        }
                        let result = done(place);
                        // A thread that panicked holding the lock has ended the scope with its panic.
                        results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((place, result));
                    }
                });
            }
        });
        let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        results.sort_unstable_by_key(|(place, _)| *place);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_order_whoever_did_them() {
        let items: Vec<usize> = (0..20_000).collect();
        let sums = |threads| Workers::new(threads).shards(&items, |first, shard| (first, shard.iter().sum::<usize>()));
        assert_eq!(sums(1), sums(7));
        assert_eq!(sums(3).iter().map(|(_, sum)| sum).sum::<usize>(), 19_999 * 10_000);
        assert_eq!(Workers::new(4).each(&items[..9], |place, item| place + item), [0, 2, 4, 6, 8, 10, 12, 14, 16]);
        assert!(Workers::new(2).shards(&items[..0], |_, _| 1).is_empty());
    }
    /// Ten shards; the flag is raised while the third is worked on, so that one thread begins no fourth.
    #[test]
    fn nothing_is_begun_once_it_is_stopped() {
        let (items, flag, begun) = (vec![0_u8; 10 * SHARD], AtomicBool::new(false), AtomicUsize::new(0));
        let workers = Workers::new(1).stopping_at(&flag);
        let done = workers.shards(&items, |_, _| {
            if begun.fetch_add(1, Ordering::Relaxed) == 2 {
                flag.store(true, Ordering::Relaxed);
            }
        });
        assert_eq!((done.len(), workers.is_stopped()), (3, true));
        assert!(Workers::new(4).stopping_at(&flag).shards(&items, |_, _| ()).is_empty());
    }
}
