//! Something of the law that takes many values: what a search moves and a sweep goes through.

use rust_decimal::Decimal;

use super::candidate::{Baseline, Candidate, Proposal};
use crate::amount::Factor;
use crate::error::{Code, Place, Problem, Problems};
use crate::input::Change;

/// Something of the law that takes a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Every base rate, in percent of what it is.
    BaseFactor,
    /// Values of the rules that move together: a path and a text with `{}` where the number stands, so that two rows that
    /// share a bound keep sharing it.
    Values(Vec<(String, String)>),
}

impl Setting {
    /// What it is called in tables.
    pub fn name(&self) -> String {
        match self {
            Self::BaseFactor => "base_factor".to_owned(),
            Self::Values(values) => values.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join(" + "),
        }
    }
}

/// The candidate that some settings make at some numbers.
///
/// # Errors
/// As [`Baseline::judge`], and a factor that is none.
pub(super) fn candidate_at(baseline: &Baseline, at: &[(&Setting, Decimal)]) -> Result<Candidate, Problems> {
    let mut proposal = Proposal::new(&at.iter().map(|(_, value)| value.to_string()).collect::<Vec<_>>().join(", "));
    let mut changes = Vec::new();
    for (setting, value) in at {
        match setting {
            Setting::BaseFactor => {
                let factor = Factor::from_percent(*value);
                let wrong = |_| Problem::new(Code::ScenarioBase, Place::field("base_factor"), [value.to_string()]);
                proposal = proposal.at_base_factor(factor.map_err(wrong)?);
            }
            Setting::Values(values) => changes.extend(
                values.iter().map(|(path, template)| Change::set(path, &template.replace("{}", &value.to_string()))),
            ),
        }
    }
    baseline.judge(&if changes.is_empty() { proposal } else { proposal.changed(changes) })
}
