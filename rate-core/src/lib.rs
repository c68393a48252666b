//! Work-injury insurance (工伤保险) premium rates: exact, explained, pure.
//!
//! What this crate does not do: read a clock, a file or the network, use randomness or floating point, or know a city.
//! Law comes in as checked data, facts come in checked, and a cited decision goes out.

#![cfg_attr(not(test), deny(clippy::float_arithmetic))]

pub mod amount;
pub mod calendar;
pub mod citation;
pub mod decide;
pub mod decision;
pub mod error;
pub mod experience;
pub mod history;
pub mod industry;
pub mod input;
pub mod ladder;
pub mod margin;
pub mod notice;
pub mod parameters;
pub mod premium;
pub mod rule_set;
pub mod trend;

pub use amount::{Factor, Money, NumberError, Quantity, Rate, RoundMode, Rounding};
pub use calendar::{DateSpan, Month, MonthSpan, NaiveDate, date};
pub use decide::{decide, outcome};
pub use decision::{Decision, Outcome, Schedule, Segment};
pub use error::{Code, Lang, Place, Problem, Problems};
pub use history::{AccountKey, AccountKind, History, HistoryBuilder, Origin};
pub use industry::{ClassSystem, Industry, IndustryEdition, RiskClass};
pub use input::{ParametersFile, RuleSetFile};
pub use parameters::Parameters;
pub use rule_set::{Law, Refusal, RuleSet};
