//! Prevention: whose grade is about to rise, and whether injuries in key industries become fewer as the plan wants.

mod drift;
mod incidence;

pub use drift::{Drift, DriftAsked, Drifting, drift};
pub use incidence::{Incidence, IncidenceAsked, IndustryIncidence, YearIncidence, incidence};
