//! What is paid until a rate is decided, from when the new rate holds, and what becomes of the difference.

use crate::calendar::{Month, NaiveDate};
use crate::citation::BasisId;
use crate::history::words;

words! {
    /// What is paid from the first day of a setting until its rate is decided.
    pub enum UntilDecided {
        /// The last rate, as it was before any cut.
        LastRate = "last-rate",
        /// The new rate.
        NewRate = "new-rate",
    }
}

words! {
    /// From when a rate holds that was decided inside its setting.
    pub enum Holds {
        /// From the first day of the setting: what was posted until then is settled.
        FromFirstDay = "from-first-day",
        /// From the day it was decided: what was paid until then stands.
        FromDecision = "from-decision",
        /// From the first day of the month after that.
        FromMonthAfter = "from-month-after",
    }
}

words! {
    /// What becomes of premium that was posted too high.
    pub enum Overpaid {
        /// It is paid back (退费).
        Refund = "refund",
        /// It is set off against later premium (抵缴).
        SetOff = "set-off",
    }
}

words! {
    /// What becomes of premium that was posted too low.
    pub enum Underpaid {
        /// It is collected (补缴).
        Collect = "collect",
        /// Nothing.
        Waive = "waive",
    }
}

/// How a method goes from the last rate to one that is decided late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "多退少补")]
pub struct SettlementRules {
    /// What is paid until then.
    pub until_decided: UntilDecided,
    /// From when the new rate holds.
    pub holds: Holds,
    /// What becomes of what was posted too high and too low; there where the rate holds from the first day, only.
    pub difference: Option<(Overpaid, Underpaid)>,
    /// Basis.
    pub basis: BasisId,
}

impl SettlementRules {
    /// The first day of a rate decided on a day of its setting; `None` where that is the first day of the setting.
    pub fn first_day(&self, decided_on: NaiveDate) -> Option<NaiveDate> {
        match self.holds {
            Holds::FromFirstDay => None,
            Holds::FromDecision => Some(decided_on),
            Holds::FromMonthAfter => Some(Month::of(decided_on).plus(1).first_day()),
        }
    }
}
