//! What the server tells those who watch it: lines of JSON, and figures. Neither holds a name, a fact or a key.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tracing_subscriber::EnvFilter;

/// Bounds of the times of requests, in seconds.
#[expect(clippy::disallowed_types, reason = "a time for a graph; no rate is near it")]
const BOUNDS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Writes every event as a line of JSON to the error output; `RATE_LOG` says which (`info` where it does not).
///
/// Does nothing where somebody listens to events already.
pub fn listen() {
    let filter = EnvFilter::try_from_env("RATE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    let _ = lines.with_env_filter(filter).with_writer(std::io::stderr).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, message = %panic.payload_as_str().unwrap_or("a panic"), "broken invariant");
    }));
}

/// What a figure of requests is told apart by; never an account, and no area.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
    operation: &'static str,
    status: u16,
}

/// What a figure of times is told apart by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOperation {
    operation: &'static str,
}

/// How much was lost.
pub type Lost = Counter<u64, AtomicU64>;

/// Figures for whoever watches.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<OfRequest, Counter>,
    seconds: Family<OfOperation, Histogram>,
    under_way: Gauge,
    /// Lines of the access log that could not be kept.
    pub accesses_lost: Lost,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Figures that have counted nothing yet.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("rate");
        let requests = Family::default();
        registry.register("requests", "Requests answered", requests.clone());
        let seconds: Family<OfOperation, Histogram> = Family::new_with_constructor(|| Histogram::new(BOUNDS));
        registry.register("request_seconds", "Time to answer", seconds.clone());
        let under_way = Gauge::default();
        registry.register("requests_under_way", "Requests being answered", under_way.clone());
        let accesses_lost = Counter::default();
        registry.register("accesses_lost", "Lines of the access log that could not be kept", accesses_lost.clone());
        Self { registry, requests, seconds, under_way, accesses_lost }
    }

    /// A request has begun.
    pub fn begun(&self) {
        self.under_way.inc();
    }

    /// A request was answered.
    #[expect(clippy::disallowed_types, clippy::cast_precision_loss, reason = "a time for a graph; no rate is near it")]
    pub fn answered(&self, operation: &'static str, status: u16, micros: u64) {
        self.under_way.dec();
        self.requests.get_or_create(&OfRequest { operation, status }).inc();
        self.seconds.get_or_create(&OfOperation { operation }).observe(micros as f64 / 1e6);
    }

    /// All figures in the text form of `OpenMetrics`.
    pub fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}
