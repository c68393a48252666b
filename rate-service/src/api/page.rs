//! Lists, a page at a time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api_error::{ApiCode, ApiError};

/// The most things on one page, and how many where the caller does not say.
const MOST: u32 = 1000;
const USUAL: u32 = 100;
/// Stands between the parts of a cursor; no name has it.
const BETWEEN: &str = "\u{1f}";

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// The `next` of the page before; nothing for the first page.
    pub cursor: Option<String>,
    /// How many, 1 to 1000; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// The cursor of the page behind it; `null` on the last one.
    pub next: Option<String>,
}

impl PageQuery {
    /// How many are wanted.
    ///
    /// # Errors
    /// None, or more than a page has.
    pub fn limit(&self) -> Result<usize, ApiError> {
        let limit = self.limit.unwrap_or(USUAL);
        if (1..=MOST).contains(&limit) {
            return Ok(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        Err(ApiError::new(ApiCode::RequestValue, ["limit", &limit.to_string(), "1–1000"]))
    }

    /// What the cursor of a list stands for, in its parts; empty ones before the first page.
    ///
    /// # Errors
    /// A cursor that no page of this list gave.
    pub fn behind<const N: usize>(&self, list: &str) -> Result<[String; N], ApiError> {
        let Some(cursor) = &self.cursor else { return Ok(std::array::from_fn(|_| String::new())) };
        let parts = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let of_list = parts.as_deref().and_then(|text| text.strip_prefix(list)?.strip_prefix(BETWEEN));
        let parts = of_list.map(|text| text.split(BETWEEN).map(str::to_owned).collect::<Vec<_>>());
        parts.and_then(|parts| parts.try_into().ok()).ok_or_else(|| self.unfit())
    }

    /// The place in a list that is counted; zero before the first page.
    ///
    /// # Errors
    /// A cursor that no page of this list gave.
    pub fn place(&self, list: &str) -> Result<i64, ApiError> {
        let [place] = self.behind(list)?;
        if self.cursor.is_none() {
            return Ok(0);
        }
        self::place(&place).ok_or_else(|| self.unfit())
    }

    /// That the cursor is none.
    pub fn unfit(&self) -> ApiError {
        let cursor = self.cursor.as_deref().unwrap_or_default();
        ApiError::new(ApiCode::RequestValue, ["cursor", cursor, "next / 上一页的 next"])
    }
}

/// The cursor of a place in a list.
pub fn cursor<const N: usize>(list: &str, parts: &[String; N]) -> String {
    URL_SAFE_NO_PAD.encode([list, &parts.join(BETWEEN)].join(BETWEEN))
}

/// A place in a list that is counted; far from where numbers end.
pub fn place(text: &str) -> Option<i64> {
    text.parse().ok().filter(|place| (0..=1 << 48).contains(place))
}

impl<T> Page<T> {
    /// A page of a list, of whose things one more than wanted was asked for; `cursor` says where one stands.
    pub fn of<const N: usize>(
        mut items: Vec<T>,
        (list, limit): (&str, usize),
        cursor: impl Fn(&T) -> [String; N],
    ) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| more);
        let next = last.map(|item| self::cursor(list, &cursor(item)));
        Self { items, next }
    }
}
