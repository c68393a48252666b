//! Work-injury insurance (工伤保险) premium rates: exact, explained, pure.
//!
//! What this crate does not do: read a clock, a file or the network, use randomness or floating point, or know a city.
//! Law comes in as checked data, facts come in checked, and a cited decision goes out.
//!
//! ```
//! use rate_core::{ClassSystem, History, Lang, ParametersFile, RiskClass, RuleSetFile, date, decide};
//!
//! let frame = RuleSetFile::parse(include_str!("../../fixtures/rule_sets/cn/2015-71.toml"))?;
//! let method = RuleSetFile::parse(include_str!("../../fixtures/rule_sets/320000/2023.toml"))?;
//! let rules = method.extending(&frame).check()?; // or every gap and overlap in it, with the facts that fall there
//! let parameters = ParametersFile::parse(include_str!("../../fixtures/parameters/320000/base-rates.toml"))?.check()?;
//! let (on, class) = (date("2025-01-01")?, RiskClass::new(ClassSystem::Eight, 3).ok_or("no such class")?);
//! let history = History::builder("320000", "0001")
//!     .covered("2018-01", None)
//!     .class(class, "2018-01-01", None)
//!     .premium("2021-01", "2022-09", 210_000_000, 20, 1_470_000) // months, payroll in fen, heads, premium in fen
//!     .premium("2022-10", "2024-09", 240_000_000, 20, 1_680_000)
//!     .build()?;
//! let decision = decide(&rules.law_for(&parameters, on)?, &history)?;
//! assert_eq!(decision.schedule().rate_on(on), Some("0.35%".parse()?)); // 0.7 % × 50 %
//! println!("{}", decision.summary(Lang::En));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(not(test), deny(clippy::float_arithmetic))]

pub mod amount;
pub mod audit;
pub mod calendar;
pub mod cases;
pub mod citation;
pub mod deadline;
pub mod decide;
pub mod decision;
pub mod diagnostics;
mod document;
pub mod error;
pub mod experience;
pub mod explanation;
pub mod fund;
pub mod history;
pub mod industry;
pub mod input;
pub mod interval;
pub mod ladder;
pub mod log;
pub mod margin;
pub mod notice;
pub mod parameters;
pub mod premium;
pub mod project;
pub mod record;
pub mod replay;
pub mod rule_set;
pub mod scenario;
pub mod settlement;
pub mod trend;
pub mod vectors;

pub use amount::{Factor, Money, NumberError, Quantity, Rate, RoundMode, Rounding};
pub use calendar::{DateSpan, Month, MonthSpan, NaiveDate, date};
pub use decide::{decide, outcome};
pub use decision::{Decision, Outcome, Schedule, Segment};
pub use error::{Code, Lang, Place, Problem, Problems};
pub use explanation::Explanation;
pub use history::{AccountKey, AccountKind, History, HistoryBuilder, Origin};
pub use industry::{ClassSystem, Industry, IndustryEdition, RiskClass};
pub use input::{ParametersFile, RuleSetFile};
pub use parameters::Parameters;
pub use rule_set::{Law, Refusal, RuleSet};
pub use settlement::Settlement;
