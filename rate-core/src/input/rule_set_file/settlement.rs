//! Reading how a method goes from the last rate to a new one: settlement and transition.

use super::super::reader::{At, Fields};
use super::basis::Bases;
use crate::citation::BasisId;
use crate::error::Code;
use crate::rule_set::settlement::{Holds, Overpaid, SettlementRules, Underpaid, UntilDecided};

/// A closed list in the shape a reader asks for.
fn list<T: Copy>(words: &'static [&'static str], value: fn(&str) -> Option<T>) -> Vec<(&'static str, T)> {
    words.iter().filter_map(|word| value(word).map(|value| (*word, value))).collect()
}

/// Reads `[settlement]`.
pub(super) fn rules(fields: &Fields<'_>, basis: BasisId) -> Option<SettlementRules> {
    let until = fields.need("until_decided");
    let until_decided = until.as_ref().and_then(|at| at.word(&list(UntilDecided::WORDS, UntilDecided::from_word)));
    let holds = fields.need("holds").and_then(|at| at.word(&list(Holds::WORDS, Holds::from_word)))?;
    let difference = match holds {
        // What was posted at another rate is settled, so the file says how.
        Holds::FromFirstDay => {
            let overpaid = fields.need("overpaid").and_then(|at| at.word(&list(Overpaid::WORDS, Overpaid::from_word)));
            let underpaid =
                fields.need("underpaid").and_then(|at| at.word(&list(Underpaid::WORDS, Underpaid::from_word)));
            Some((overpaid?, underpaid?))
        }
        // What was paid until then stands, so there is nothing that could be settled, nor could it be the new rate.
        Holds::FromDecision | Holds::FromMonthAfter => {
            let clash = |key: &str, at: &At<'_>| {
                at.problem(Code::RuleSetContradiction, [key.to_owned(), format!("holds = \"{}\"", holds.as_str())]);
            };
            for key in ["overpaid", "underpaid"] {
                fields.get(key).iter().for_each(|at| clash(key, at));
            }
            if let (Some(UntilDecided::NewRate), Some(at)) = (until_decided, &until) {
                clash("until_decided = \"new-rate\"", at);
            }
            None
        }
    };
    Some(SettlementRules { until_decided: until_decided?, holds, difference, basis })
}

/// Reads the settlement of one cycle.
pub(super) fn of_cycle<'t>(at: &At<'t>, around: BasisId, bases: &Bases<'t>) -> Option<SettlementRules> {
    let fields = at.fields()?;
    let basis = bases.of(&fields, Some(around));
    let rules = rules(&fields, basis);
    fields.finish();
    rules
}

/// Reads `{ not_above = "last-rate", cite }`; what it rests on.
pub(super) fn transition<'t>(at: &At<'t>, around: BasisId, bases: &Bases<'t>) -> Option<BasisId> {
    let fields = at.fields()?;
    let basis = bases.of(&fields, Some(around));
    let rule = fields.need("not_above").and_then(|at| at.word(&[("last-rate", ())]));
    fields.finish();
    rule.map(|()| basis)
}
