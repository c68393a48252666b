//! Workers that a dispatching account has with its using units.

use crate::calendar::DateSpan;
use crate::industry::{Industry, RiskClass};

/// Workers dispatched to one using unit, for some days.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "被派遣劳动者")]
pub struct Dispatched {
    /// Days.
    pub days: DateSpan,
    /// The using unit, as the account calls it.
    pub using_unit: String,
    /// Industry of the using unit, where known.
    pub industry: Option<Industry>,
    /// Its class with the system, where somebody has determined it; else the law proposes one from the industry.
    pub class: Option<RiskClass>,
    /// Workers.
    pub heads: i64,
}
