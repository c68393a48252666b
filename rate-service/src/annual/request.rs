//! What a run is asked to be, and what is accepted of what its book shows.

use rate_core::diagnostics::{ControlTotals, Gate, Kind};
use rate_core::{NaiveDate, date};
use serde_json::{Value, json};

use super::AnnualError;
use super::only::{Cause, Only};
use crate::diagnostics::Entry;

/// What a run is asked to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What it is called, here and in the log.
    pub id: String,
    /// The area.
    pub area: String,
    /// A day of the annual setting.
    pub on: NaiveDate,
    /// The day the rates are decided; none where that is before the setting begins.
    pub decided_on: Option<NaiveDate>,
    /// Only accounts without a rate in the setting are decided.
    pub first_only: bool,
    /// The run it takes the place of.
    pub supersedes: Option<String>,
    /// The accounts that it is over; none where it is over everybody.
    pub only: Option<Only>,
    /// How much of each kind may be found: CSV `kind,most`; empty where the kinds that block may not be found at all.
    pub limits: String,
    /// Control totals of the sender: CSV `table,year,what,value`; empty where there are none.
    pub control: String,
}

/// A kind of findings that somebody accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The kind.
    pub kind: Kind,
    /// Why.
    pub reason: String,
}

impl Request {
    /// Whether accounts that have a rate in the setting are passed over.
    pub(super) fn first(&self) -> bool {
        self.first_only || self.only.as_ref().is_some_and(|only| only.cause == Cause::First)
    }

    /// Whether it stands beside the runs of its setting, and takes the place of none.
    pub(super) const fn stands_beside(&self) -> bool {
        self.first_only || self.only.is_some()
    }

    /// What its diagnostics are held against.
    ///
    /// # Errors
    /// Limits or control totals that cannot be read.
    pub(super) fn entry(&self, accepted: &str) -> Result<Entry, AnnualError> {
        let wrong = |problems: rate_core::Problems| AnnualError::unfit(problems.to_string(), problems.to_string());
        let mut entry = Entry::default();
        if !self.limits.is_empty() {
            entry.gate = Gate::parse("limits", &self.limits).map_err(wrong)?;
        }
        if !self.control.is_empty() {
            entry.control = Some(ControlTotals::parse("control", &self.control).map_err(wrong)?);
        }
        entry.gate = entry.gate.accepting(accepted.split_whitespace().filter_map(Kind::from_word));
        Ok(entry)
    }

    /// As it is kept beside its name and area.
    pub(super) fn text(&self) -> String {
        json!({
            "on": self.on.to_string(),
            "decided_on": self.decided_on.map(|day| day.to_string()),
            "first_only": self.first_only,
            "supersedes": self.supersedes,
            "only": self.only.as_ref().map(Only::kept),
            "limits": self.limits,
            "control": self.control,
        })
        .to_string()
    }

    /// Reads what [`Request::text`] wrote.
    pub(super) fn read(id: &str, area: &str, text: &str) -> Result<Self, AnnualError> {
        let broken = || AnnualError::Broken("a request");
        let value: Value = serde_json::from_str(text).map_err(|_| broken())?;
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let day = |key: &str| text(key).map(|day| date(&day).map_err(|_| broken())).transpose();
        Ok(Self {
            id: id.to_owned(),
            area: area.to_owned(),
            on: day("on")?.ok_or_else(broken)?,
            decided_on: day("decided_on")?,
            first_only: value["first_only"].as_bool().ok_or_else(broken)?,
            supersedes: text("supersedes"),
            only: Only::read(&value["only"])?,
            limits: text("limits").ok_or_else(broken)?,
            control: text("control").ok_or_else(broken)?,
        })
    }
}
