//! The law of the invented city that the examples stand in: a three-year float, its national frame, its base rates.

use rate_core::{Law, ParametersFile, RuleSetFile, date};

/// What goes wrong in an example ends it, with its reason.
pub(crate) type Failed = Box<dyn std::error::Error>;

/// The law of the first annual setting from July 2022, whose window is 2019 to 2021.
pub(crate) fn law() -> Result<Law, Failed> {
    let frame = RuleSetFile::parse(include_str!("../../../fixtures/rule_sets/cn/2015-71.toml"))?;
    let method = RuleSetFile::parse(include_str!("../../../fixtures/rule_sets/illustrative/three-year.toml"))?;
    let parameters = include_str!("../../../fixtures/parameters/990100/demonstration.toml");
    let rules = method.extending(&frame).check()?;
    Ok(rules.law_for(&ParametersFile::parse(parameters)?.check()?, date("2022-07-01")?)?)
}
