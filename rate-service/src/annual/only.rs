//! A run over some accounts alone: who, and why their rates are determined apart from everybody's.

use std::collections::BTreeSet;

use rate_core::{Month, NaiveDate};
use serde_json::{Value, json};

use super::AnnualError;
use crate::store::AccountRange;

/// Accounts that one run may be asked for by number.
pub const MOST_NAMED: usize = 5000;

/// Why the rates of some accounts are determined apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// They have no rate in the setting yet.
    First,
    /// Something has changed for them inside the setting: rates of months before this one stay as they were published.
    Change {
        /// The first month that may have another rate.
        from: Month,
    },
    /// Facts were wrong, or became known later: every month of the setting is determined again.
    Correction,
    /// Objections were granted; their numbers. Every month of the setting is determined again.
    Objection(BTreeSet<String>),
    /// A court, a review organ or an inspection has ordered it. Every month of the setting is determined again.
    Order,
}

impl Cause {
    /// The stable word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Change { .. } => "change",
            Self::Correction => "correction",
            Self::Objection(_) => "objection",
            Self::Order => "order",
        }
    }

    /// The first month that may have another rate, where that is not every month of the setting.
    pub const fn from(&self) -> Option<Month> {
        match self {
            Self::Change { from } => Some(*from),
            Self::First | Self::Correction | Self::Objection(_) | Self::Order => None,
        }
    }

    /// The objections that were granted.
    pub const fn objections(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::Objection(numbers) => Some(numbers),
            Self::First | Self::Change { .. } | Self::Correction | Self::Order => None,
        }
    }
}

/// Some accounts alone, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// Their numbers; never empty.
    pub accounts: BTreeSet<String>,
    /// Why.
    pub cause: Cause,
}

impl Only {
    /// Those of the accounts that lie in a range.
    pub(super) fn within(&self, range: &AccountRange) -> BTreeSet<String> {
        self.accounts.iter().filter(|account| range.holds(account)).cloned().collect()
    }

    /// Whose published rates of the setting of a day are to be determined anew: among the facts these would be last rates,
    /// and their grade one that is carried.
    pub(super) fn anew(&self, on: NaiveDate) -> Option<(NaiveDate, &BTreeSet<String>)> {
        (self.cause != Cause::First).then_some((on, &self.accounts))
    }

    /// As it is kept in a request.
    pub(super) fn kept(&self) -> Value {
        json!({
            "accounts": self.accounts,
            "cause": self.cause.as_str(),
            "from": self.cause.from().map(|month| month.to_string()),
            "objections": self.cause.objections(),
        })
    }

    /// Reads what [`Only::kept`] wrote; nothing where a run is over everybody.
    pub(super) fn read(value: &Value) -> Result<Option<Self>, AnnualError> {
        if value.is_null() {
            return Ok(None);
        }
        let broken = || AnnualError::Broken("the accounts of a request");
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let names = |key: &str| -> Result<BTreeSet<String>, AnnualError> {
            let names = value[key].as_array().ok_or_else(broken)?.iter().map(|it| it.as_str().map(str::to_owned));
            names.collect::<Option<_>>().ok_or_else(broken)
        };
        let cause = match text("cause").as_deref() {
            Some("first") => Cause::First,
            Some("change") => {
                Cause::Change { from: text("from").and_then(|month| month.parse().ok()).ok_or_else(broken)? }
            }
            Some("correction") => Cause::Correction,
            Some("objection") => Cause::Objection(names("objections")?),
            Some("order") => Cause::Order,
            _ => return Err(broken()),
        };
        Ok(Some(Self { accounts: names("accounts")?, cause }))
    }
}
