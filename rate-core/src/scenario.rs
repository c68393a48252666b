//! What another table, ladder, base vector or cycle would do to premiums, employers and the fund.
//!
//! A [`Portfolio`] holds the facts of an area; what a law measures in them is kept in columns, so that a candidate which
//! only reads a table otherwise is decided without measuring anybody again. Rates come from the engine alone: what is
//! computed here in floating point are statistics about rates, never a rate.
#![expect(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "statistics about rates are real numbers; a test holds that no other room has any"
)]

mod chain;
mod measuring;
mod portfolio;
mod priced;
mod projection;
mod real;
mod shards;

pub use chain::{
    CycleChain, LadderStudy, LongRun, Reference, RiskLevel, RiskLevels, Severity, SeverityPoint, SideBySide,
    TransitionMatrix, View, side_by_side,
};
pub use portfolio::{Portfolio, Undecided};
pub use priced::{Level, Priced, PricedRow};
pub use projection::{
    Assumptions, ClaimKind, ClaimMix, Counts, Estimation, Frequency, FundStart, Grounds, ItemPattern, Life, Over,
    Pattern, Percentiles, Plan, ProjectedYear, Projection, project,
};
pub use shards::Workers;
