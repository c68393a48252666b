//! How long things take.
#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the one place that asks what time it is")]

/// How long something has taken so far; of no use for saying when.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Begins to count.
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Milliseconds since then.
    pub fn millis(self) -> u64 {
        self.micros() / 1000
    }

    /// Microseconds since then.
    pub fn micros(self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
