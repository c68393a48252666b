//! What an explanation of one account says, and what a notice to it says, computed before any text is made of it.

mod notice;

pub use notice::{Estimate, Footing, Measurement, Notice, Particulars, Terms, Unread, YearOf};

use crate::decision::Decision;
use crate::history::{History, Origin};
use crate::margin::{self, Margin};
use crate::premium::{self, PayrollBase};
use crate::settlement::Settlement;
use crate::trend::{self, Trend};

/// Everything an explanation says, computed beforehand: text is only made from it.
#[derive(Clone, Debug)]
pub struct Explanation<'e> {
    /// The decision.
    pub decision: &'e Decision,
    /// The facts it was made from.
    pub history: &'e History,
    /// Margins of the window decided on.
    pub margins: Vec<Margin>,
    /// Trend inside the window, where the account was measured.
    pub trend: Option<Trend>,
    /// What is settled, where the rate was decided late.
    pub settlement: Option<Settlement>,
    /// Payroll that premiums are estimated on.
    pub payroll: Option<PayrollBase>,
}

impl<'e> Explanation<'e> {
    /// Collects what an explanation of a decision says.
    pub fn of(decision: &'e Decision, history: &'e History) -> Self {
        let law = decision.law();
        let measured = decision.outcome().origin == Origin::Floated;
        let first_day = decision.schedule().segments().first().map(|segment| segment.days.from());
        Self {
            decision,
            history,
            // The decision stands, so its facts were admitted, and these ask the same question of them.
            margins: if measured { margin::margins(law, history).unwrap_or_default() } else { Vec::new() },
            trend: if measured { trend::trend(law, history).ok() } else { None },
            // Rows that cannot be settled are a problem of the run, which says so before anything is explained.
            settlement: Settlement::of(decision, history).ok().flatten(),
            payroll: first_day.and_then(|day| premium::payroll_base(history, day)),
        }
    }
}
