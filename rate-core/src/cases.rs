//! Worked cases held against the engine: what came out beside what was worked, and which places of the rule set were
//! reached.

mod coverage;
mod judge;
mod projects;

pub use coverage::{Coverage, Exit, Spot};
pub use judge::{Compared, Judge, Judged, State};
pub use projects::judge_projects;

use crate::decision::{Decision, Reason};

/// A reason with what it points at, as case files write it: `row zero-twice`, `undefined pay_ratio no_premium`.
pub fn reason_word(decision: &Decision) -> String {
    let (reason, rules) = (decision.outcome().reason, decision.law().rules());
    let row = |table: usize, row: usize| format!(" {}", rules.tables()[table].rows[row].id);
    let at = match reason {
        Reason::Row { table, row: place } | Reason::SourceMissing { table, row: place } => row(table, place),
        Reason::Adjusted { adjustment } => format!(" {}", rules.adjustments()[adjustment].id),
        Reason::Undefined { measure, cause } => format!(" {} {}", rules.measures()[measure].id, cause.as_str()),
        Reason::Otherwise { .. }
        | Reason::Combined
        | Reason::HeldByClass
        | Reason::HeldByLimit
        | Reason::Carried
        | Reason::ClassChanged
        | Reason::KindDoesNotFloat
        | Reason::ClassDoesNotFloat
        | Reason::FirstInsured
        | Reason::Returning
        | Reason::KeepsLastRate
        | Reason::Expired
        | Reason::Ordered => String::new(),
    };
    format!("{}{at}", reason.code())
}
