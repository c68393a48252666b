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

mod bands;
mod calibration;
mod candidate;
mod chain;
mod columns;
mod comparison;
mod credibility;
mod distribution;
mod exposure;
mod maturity;
mod measuring;
mod migration;
mod movers;
mod noise;
mod portfolio;
mod prediction;
mod prevention;
mod priced;
mod projection;
mod reached;
mod real;
mod reserve;
mod setting;
mod shards;
mod structure;
mod sums;
mod sweep;

pub use bands::SizeBands;
pub use calibration::{Calibration, Found, Search, Trial};
pub use candidate::{Baseline, Candidate, Proposal, ProposedBase, ProposedRules, moves_its_own_measure};
pub use chain::{
    CycleChain, LadderStudy, LongRun, Reference, RiskLevel, RiskLevels, Severity, SeverityPoint, SideBySide,
    TransitionMatrix, View, side_by_side,
};
pub use comparison::{Changed, Comparing, Comparison, Coverage};
pub use credibility::{
    BandCredibility, ClassCredibility, CredibilityAsked, Grouped, Observed, WorthFloating, credibility,
};
pub use distribution::{Bin, Distribution};
pub use exposure::Exposure;
pub use maturity::{AccidentYear, Development, Maturity, MaturityAsked, Triangle};
pub use migration::{Cell, Migration};
pub use movers::{Mover, Movers};
pub use noise::{Movement, Noise, NoiseAsked, Risk, noise};
pub use portfolio::{Portfolio, Undecided};
pub use prediction::{GradeHeld, Graded, Held, PartHeld, Predicted, Prediction, PredictionAsked, Ranked, prediction};
pub use prevention::{
    Drift, DriftAsked, Drifting, Incidence, IncidenceAsked, IndustryIncidence, YearIncidence, drift, incidence,
};
pub use priced::{Level, Priced, PricedRow};
pub use projection::{
    Assumptions, ClaimKind, ClaimMix, Counts, Estimation, Frequency, FundStart, Grounds, ItemPattern, Life, Over,
    Pattern, Percentiles, Plan, ProjectedYear, Projection, project,
};
pub use reached::Reached;
pub use real::{decimal, shown};
pub use reserve::{Load, Outlook};
pub use setting::Setting;
pub use shards::Workers;
pub use structure::{NoStructure, Observation, Structure};
pub use sums::{Pair, Sum, percent};
pub use sweep::{Axis, SweepPoint};
