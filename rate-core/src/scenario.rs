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
mod credibility;
mod exposure;
mod maturity;
mod measuring;
mod noise;
mod portfolio;
mod prediction;
mod prevention;
mod priced;
mod real;
mod shards;
mod structure;

pub use bands::SizeBands;
pub use credibility::{
    BandCredibility, ClassCredibility, CredibilityAsked, Grouped, Observed, WorthFloating, credibility,
};
pub use exposure::Exposure;
pub use maturity::{AccidentYear, Development, Maturity, MaturityAsked, Triangle};
pub use noise::{Movement, Noise, NoiseAsked, Risk, noise};
pub use portfolio::{Portfolio, Undecided};
pub use prediction::{GradeHeld, Graded, Held, PartHeld, Predicted, Prediction, PredictionAsked, Ranked, prediction};
pub use prevention::{
    Drift, DriftAsked, Drifting, Incidence, IncidenceAsked, IndustryIncidence, YearIncidence, drift, incidence,
};
pub use priced::{Level, Priced, PricedRow};
pub use shards::Workers;
pub use structure::{NoStructure, Observation, Structure};
