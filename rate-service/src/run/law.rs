//! Choosing the law of a run.

use std::path::Path;

use rate_core::rule_set::{Considered, Selection, WhyNot};
use rate_core::{Law, NaiveDate, Parameters, Refusal, RuleSet};

use super::{ChosenLaw, RunError};
use crate::lawbook::{self, Usable};

/// Chooses the rule set of an area on a day and compiles it.
fn choose(usable: &Usable, parameters: &Parameters, area: &str, on: NaiveDate) -> Result<ChosenLaw, RunError> {
    let selection = Selection::among(&usable.sets, area, on);
    let mut considered = selection.considered;
    let refused = usable.refused.iter().cloned();
    considered.extend(refused.map(|id| Considered { id, why_not: Some(WhyNot::Refused) }));
    considered.sort_by(|one, two| one.id.cmp(&two.id));
    let law = match selection.chosen {
        Some(chosen) => chosen.law_for(parameters, on).map(|law| (law, chosen.report().verdict)),
        None => Err(Refusal::NoRuleSet { area: area.to_owned(), on }),
    };
    match law {
        Ok((law, verdict)) => Ok(ChosenLaw { law, verdict, considered }),
        Err(refusal) => Err(RunError::Refused { refusal, considered }),
    }
}

/// Rule sets and parameters, among which the law of an area on a day is chosen.
#[derive(Debug)]
pub struct LawFiles {
    usable: Usable,
    parameters: Parameters,
}

impl LawFiles {
    /// Reads rule sets and parameters, all files right in themselves.
    ///
    /// # Errors
    /// Files that cannot be read or are wrong inside.
    pub fn read(rules: &Path, parameters: &Path) -> Result<Self, RunError> {
        let (usable, parameters) = read_law(rules, parameters)?;
        Ok(Self { usable, parameters })
    }

    /// Rule sets that may be used and parameters, wherever they were read from.
    pub fn of(sets: Vec<RuleSet>, parameters: Parameters) -> Self {
        Self { usable: Usable { sets, ..Usable::default() }, parameters }
    }

    /// The law of an area on a day.
    ///
    /// # Errors
    /// No set that decides.
    pub fn law(&self, area: &str, on: NaiveDate) -> Result<ChosenLaw, RunError> {
        choose(&self.usable, &self.parameters, area, on)
    }

    /// The same, with averages that came with a book.
    ///
    /// # Errors
    /// As [`LawFiles::law`], and averages that stand there twice.
    pub fn law_with(&self, averages: Parameters, area: &str, on: NaiveDate) -> Result<ChosenLaw, RunError> {
        if averages.documents().is_empty() {
            return self.law(area, on);
        }
        choose(&self.usable, &with_averages(self.parameters.clone(), averages)?, area, on)
    }
}

/// That a day of decision lies outside the setting of a law, where it means nothing, in Chinese and English.
pub(crate) fn not_of_setting(law: &Law, day: NaiveDate) -> Option<(String, String)> {
    let setting = law.setting();
    let said = || {
        (
            format!("核定日期 {day} 不在该期 {setting} 之内；期前核定的，不必写明"),
            format!("the day of decision {day} lies outside the setting {setting}; leave it out where it is before it"),
        )
    };
    (!setting.contains(day)).then(said)
}

/// Parameters with the averages that came with a book.
///
/// # Errors
/// Averages that stand there twice.
pub(crate) fn with_averages(mut parameters: Parameters, averages: Parameters) -> Result<Parameters, RunError> {
    if averages.documents().is_empty() {
        return Ok(parameters);
    }
    parameters.merge(averages);
    let twice = parameters.check_statistics();
    if twice.is_empty() { Ok(parameters) } else { Err(RunError::Problems(twice)) }
}

/// Reads rule sets and parameters and chooses the law of an area on a day.
///
/// # Errors
/// Files that cannot be read or are wrong inside; no set that decides.
pub fn law(rules: &Path, parameters: &Path, area: &str, on: NaiveDate) -> Result<ChosenLaw, RunError> {
    LawFiles::read(rules, parameters)?.law(area, on)
}

/// The rule set of an area on a day.
///
/// # Errors
/// As [`law`].
pub fn rule_set(rules: &Path, area: &str, on: NaiveDate) -> Result<RuleSet, RunError> {
    let usable = lawbook::usable(lawbook::rule_sets(rules)?);
    if !usable.problems.is_empty() {
        return Err(RunError::Problems(usable.problems));
    }
    let selection = Selection::among(&usable.sets, area, on);
    let none = Refusal::NoRuleSet { area: area.to_owned(), on };
    selection.chosen.cloned().ok_or(RunError::Refused { refusal: none, considered: selection.considered })
}

/// The parameters of a directory.
///
/// # Errors
/// As [`law`].
pub fn parameters(path: &Path) -> Result<Parameters, RunError> {
    let (parameters, wrong) = lawbook::parameters(path)?;
    if wrong.is_empty() { Ok(parameters) } else { Err(RunError::Problems(wrong)) }
}

/// Reads rule sets and parameters, all files right in themselves.
///
/// # Errors
/// Files that cannot be read or are wrong inside.
pub(crate) fn read_law(rules: &Path, parameters: &Path) -> Result<(Usable, Parameters), RunError> {
    let mut usable = lawbook::usable(lawbook::rule_sets(rules)?);
    let (parameters, wrong) = lawbook::parameters(parameters)?;
    usable.problems.extend(wrong);
    if !usable.problems.is_empty() {
        return Err(RunError::Problems(usable.problems));
    }
    Ok((usable, parameters))
}
