//! Shapes from outside: rule-set files, parameter files and the rows of a book. Everything is checked here, all
//! problems at once; inside, nothing is in doubt.

pub mod book;
pub(crate) mod document;
mod parameters_file;
mod reader;
mod rule_set_file;

pub use parameters_file::{ParametersFile, band_of};
pub use rule_set_file::{Examined, RuleSetFile, examine_all};
