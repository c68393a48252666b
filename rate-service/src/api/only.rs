//! A run over some accounts alone, as it is asked for and told.

use std::collections::BTreeSet;

use rate_core::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::annual::{Cause, MOST_NAMED, Only};
use crate::api_error::{ApiCode, ApiError};
use crate::billing::Seen;
use crate::store::Link;

/// Why the rates of some accounts are determined apart from everybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CauseWord {
    /// They have no rate in the setting yet; whoever has one is passed over.
    First,
    /// Something has changed for them inside the setting: rates of months before `from` stay as they were published.
    Change,
    /// Facts were wrong, or became known later: every month of the setting is determined again.
    Correction,
    /// Objections were granted: every month of the setting is determined again.
    Objection,
    /// A court, a review organ or an inspection has ordered it: every month of the setting is determined again.
    Order,
}

/// Accounts to be determined apart, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnlyRequest {
    /// Their numbers, at most 5000.
    pub accounts: Vec<String>,
    /// Why.
    pub cause: CauseWord,
    /// The first month that may have another rate; with `change`, and with nothing else.
    #[schema(pattern = r"^\d{4}-\d{2}$", example = "2022-10")]
    pub from: Option<String>,
    /// The objections that were granted, of each account one or more; with `objection`, and with nothing else.
    #[serde(default)]
    pub objections: Vec<String>,
}

/// Accounts that are determined apart, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct OnlyBody {
    /// How many; who they are stands in the lists of the run.
    pub accounts: u64,
    /// Why.
    pub cause: &'static str,
    /// The first month that may have another rate.
    pub from: Option<String>,
    /// The objections that were granted.
    pub objections: Vec<String>,
}

impl OnlyBody {
    /// Some accounts as they are told.
    pub(super) fn of(only: &Only) -> Self {
        Self {
            accounts: u64::try_from(only.accounts.len()).unwrap_or(u64::MAX),
            cause: only.cause.as_str(),
            from: only.cause.from().map(|month| month.to_string()),
            objections: only.cause.objections().into_iter().flatten().cloned().collect(),
        }
    }
}

impl OnlyRequest {
    /// What was asked for, as far as it can be told without the store.
    pub(super) fn read(self) -> Result<Only, ApiError> {
        let wrong =
            |name: &str, value: &str, expected: &str| ApiError::new(ApiCode::RequestValue, [name, value, expected]);
        let Self { accounts, cause, from, objections } = self;
        if accounts.is_empty() || accounts.len() > MOST_NAMED {
            return Err(wrong("only.accounts", &accounts.len().to_string(), &format!("1–{MOST_NAMED}")));
        }
        let count = accounts.len();
        let accounts: BTreeSet<String> = accounts.into_iter().collect();
        if accounts.len() < count {
            return Err(wrong("only.accounts", &count.to_string(), "each once / 不得重复"));
        }
        if from.is_some() && cause != CauseWord::Change {
            return Err(wrong("only.from", from.as_deref().unwrap_or_default(), "cause = change"));
        }
        if objections.is_empty() == (cause == CauseWord::Objection) || objections.len() > MOST_NAMED {
            let count = objections.len().to_string();
            return Err(wrong("only.objections", &count, &format!("1–{MOST_NAMED}, cause = objection")));
        }
        let cause = match cause {
            CauseWord::First => Cause::First,
            CauseWord::Change => {
                let from = from.unwrap_or_default();
                Cause::Change { from: from.parse().map_err(|_| wrong("only.from", &from, "YYYY-MM"))? }
            }
            CauseWord::Correction => Cause::Correction,
            CauseWord::Objection => Cause::Objection(objections.into_iter().collect()),
            CauseWord::Order => Cause::Order,
        };
        Ok(Only { accounts, cause })
    }
}

/// Whether some accounts may be determined apart: the book has them, and where their rates are to be determined again there
/// are rates of the setting.
pub(super) fn fits(link: &mut Link, seen: &Seen, (area, on): (&str, NaiveDate), only: &Only) -> Result<(), ApiError> {
    let known = link.last_knowledge()?;
    let named: Vec<String> = only.accounts.iter().cloned().collect();
    let stem = rate_core::input::book::TableKind::Accounts.stem();
    let rows = link.standing_of_table(area, &named, stem, known)?;
    let found: BTreeSet<&str> = rows.iter().map(|row| row.account.as_str()).collect();
    let unknown: Vec<&str> = named.iter().map(String::as_str).filter(|it| !found.contains(it)).take(20).collect();
    if !unknown.is_empty() {
        let list = unknown.join(", ");
        return Err(ApiError::refused(
            format!("本统筹区没有这些单位：{list}"),
            format!("this area has no such accounts: {list}"),
        ));
    }
    let standing = seen.standing(area);
    let setting = standing.iter().map(|it| it.run.setting).find(|setting| setting.contains(on));
    match (setting, only.cause.from()) {
        (None, _) if only.cause != Cause::First => Err(ApiError::refused(
            "该期尚无已发布的费率，无从重新核定",
            "nothing is published for this setting, so there is nothing to determine again",
        )),
        (Some(setting), Some(from)) if !setting.contains(from.first_day()) => {
            Err(ApiError::new(ApiCode::RequestValue, ["only.from", &from.to_string(), &setting.to_string()]))
        }
        _ => Ok(()),
    }
}
