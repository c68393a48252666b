//! What went wrong with a request, as RFC 9457 says it: a status, a stable code, and sentences in the caller's language.
//!
//! | status | what the caller does next |
//! |---|---|
//! | 400, 405, 406, 413, 415 | mends its program |
//! | 401, 403, 404 | brings another key, or another name; another area's thing answers as one that is not there |
//! | 409, 412 | reads what stands now, and decides again |
//! | 422 | mends the data, all of it at once; or asks the owner of the rules |
//! | 429, 503 | waits, and sends the same again under the same key |
//! | 500 | sends the same again; the cause is in the log of the server, not in the answer |

mod code;
mod language;

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use rate_core::Problem;
use rate_core::error::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use crate::annual::AnnualError;
use crate::billing::BillingError;
use crate::gazette::GazetteError;
use crate::intake::IntakeError;
use crate::logbook::LogError;
use crate::store::StoreError;

pub use code::ApiCode;
pub use language::language;

/// The type of a body that says what went wrong.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// Seconds after which a caller that came too soon may come again.
const PATIENCE: u32 = 2;
/// The most problems one answer lists; how many there are is said beside them.
const MOST_LISTED: usize = 1000;

/// Why a request was not done; nothing of it was.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// What kind of failure.
    pub code: ApiCode,
    /// What its sentence names, in its order.
    pub values: Vec<String>,
    /// Everything that is wrong with the data.
    pub problems: Vec<Problem>,
    /// A sentence that the rules have for it already, in both languages, in place of the code's own.
    said: Option<(String, String)>,
    /// What only the server's log is told.
    cause: Option<String>,
    /// Methods that would do, where this one does not.
    allowed: Option<String>,
    /// Seconds to wait.
    wait: Option<u32>,
}

/// The body of an answer that says what went wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A page about the kind of failure, below the root of this server.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of failure in words.
    pub title: String,
    /// The status again.
    pub status: u16,
    /// What went wrong this time.
    pub detail: String,
    /// The stable code.
    pub code: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// The request, as the server's log names it.
    pub request_id: String,
    /// How many problems the data has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem_count: Option<usize>,
    /// What is wrong with the data, in the order of its places; the first thousand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<PlacedProblem>,
}

/// One thing that is wrong with the data, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlacedProblem {
    /// The stable code; `docs/ERRORS.md` says what to do.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// The file or part it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row or line, from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Column, from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Name of the column, or path of the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl PlacedProblem {
    /// A problem as an answer shows it.
    pub fn of(problem: &Problem, lang: Lang) -> Self {
        let place = &problem.place;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let number = |number: u32| (number > 0).then_some(number);
        Self {
            code: problem.code.as_str().to_owned(),
            message: problem.message(lang),
            file: text(&place.file),
            sheet: text(&place.sheet),
            row: number(place.line),
            column: number(place.column),
            field: text(&place.field),
        }
    }
}

impl ApiError {
    /// A failure of a kind, naming some values.
    pub fn new<V: fmt::Display>(code: ApiCode, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(|value| value.to_string()).collect();
        Self { code, values, problems: Vec::new(), said: None, cause: None, allowed: None, wait: None }
    }

    /// A failure whose sentence names nothing.
    pub fn plain(code: ApiCode) -> Self {
        Self::new::<&str>(code, [])
    }

    /// What is not there, or is another's.
    pub fn unknown() -> Self {
        Self::plain(ApiCode::ObjectUnknown)
    }

    /// Data that is wrong, with everything that is wrong with it.
    pub fn problems(problems: impl Into<Vec<Problem>>) -> Self {
        let problems = problems.into();
        Self { problems, ..Self::plain(ApiCode::ContentProblems) }
    }

    /// The data is right, and what was asked cannot be done with it; said in both languages.
    pub fn refused(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { said: Some((zh.into(), en.into())), ..Self::plain(ApiCode::ContentRefused) }
    }

    /// It does not fit what stands now; said in both languages.
    pub fn conflict(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { said: Some((zh.into(), en.into())), ..Self::plain(ApiCode::StateConflict) }
    }

    /// A failure of ours, whose cause only our log is told.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::plain(ApiCode::Internal) }
    }

    /// A method that a path does not have, and those it has.
    pub fn method(allowed: String) -> Self {
        Self { allowed: Some(allowed.clone()), ..Self::new(ApiCode::RequestMethod, [allowed]) }
    }

    /// Too much was asked; when to come again.
    pub fn limited(seconds: u32) -> Self {
        Self { wait: Some(seconds), ..Self::plain(ApiCode::LimitRate) }
    }

    /// What only the server's log is told.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The sentence.
    pub fn detail(&self, lang: Lang) -> String {
        if let Some((zh, en)) = &self.said {
            return lang.pick(zh, en).to_owned();
        }
        let mut text = self.code.template(lang).to_owned();
        for (index, value) in self.values.iter().enumerate() {
            text = text.replace(&format!("{{{index}}}"), value);
        }
        text
    }

    /// The body, for a request and a reader.
    pub fn body(&self, lang: Lang, request_id: &str) -> ProblemBody {
        ProblemBody {
            kind: format!("/docs/errors#{}", self.code.as_str()),
            title: self.code.title(lang).to_owned(),
            status: self.code.status().as_u16(),
            detail: self.detail(lang),
            code: self.code.as_str().to_owned(),
            retryable: self.code.retryable(),
            request_id: request_id.to_owned(),
            problem_count: (!self.problems.is_empty()).then_some(self.problems.len()),
            problems: self.problems.iter().take(MOST_LISTED).map(|it| PlacedProblem::of(it, lang)).collect(),
        }
    }

    /// The answer, for a request and a reader.
    pub fn answer(&self, lang: Lang, request_id: &str) -> HttpResponse {
        let mut answer = HttpResponseBuilder::new(self.code.status());
        answer.insert_header((CONTENT_TYPE, PROBLEM_JSON));
        if self.code.retryable() {
            answer.insert_header((RETRY_AFTER, self.wait.unwrap_or(PATIENCE)));
        }
        if let Some(allowed) = &self.allowed {
            answer.insert_header((ALLOW, allowed.as_str()));
        }
        if self.code.status() == StatusCode::UNAUTHORIZED {
            answer.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        // Text and numbers always have a JSON form.
        answer.body(serde_json::to_vec(&self.body(lang, request_id)).unwrap_or_default())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail(Lang::En))?;
        self.cause.iter().try_for_each(|cause| write!(f, " ({cause})"))
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// What a reader sees only where the envelope around every request did not write it in their language.
    fn error_response(&self) -> HttpResponse {
        self.answer(Lang::En, "")
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let cause = Some(error.to_string());
        match error {
            StoreError::Unreachable(_) => Self { cause, ..Self::plain(ApiCode::StoreBusy) },
            _ => Self { cause, ..Self::plain(ApiCode::Internal) },
        }
    }
}

impl From<BillingError> for ApiError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Store(error) => error.into(),
            BillingError::Record(error) => Self::internal(error),
        }
    }
}

impl From<AnnualError> for ApiError {
    fn from(error: AnnualError) -> Self {
        match error {
            AnnualError::Store(error) => error.into(),
            AnnualError::Log(error) => error.into(),
            AnnualError::Unknown(_) => Self::unknown(),
            AnnualError::Unfit { zh, en } => Self::refused(zh, en),
            AnnualError::NotYou { .. } => Self::plain(ApiCode::AuthSamePerson),
            AnnualError::Taken(run) => {
                Self::conflict(format!("已有运行 `{run}`"), format!("there is a run `{run}` already"))
            }
            AnnualError::NotNow { state, act } => Self::conflict(
                format!("运行处于“{}”，不能办理 `{act}`", state.text(Lang::Zh)),
                format!("a run that is {state} cannot `{act}`"),
            ),
            AnnualError::Run(error) => Self::refused(error.to_string(), error.to_string()),
            AnnualError::Broken(what) => Self::internal(what),
        }
    }
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Store(error) => error.into(),
            IntakeError::Log(error) => error.into(),
            IntakeError::Unknown(_) => Self::unknown(),
            IntakeError::Refused { zh, en } => Self::conflict(zh, en),
            IntakeError::Offset(offset) => {
                Self::conflict(format!("分片应自第 {offset} 字节续传"), format!("the part goes on at byte {offset}"))
            }
            IntakeError::Digest(found) => Self::refused(
                format!("收到的内容的 SHA-256 为 {found}，与声明不符；请重传该分片"),
                format!("the bytes have SHA-256 {found}, not what was announced; send the part again"),
            ),
            IntakeError::Lost => Self::plain(ApiCode::StoreBusy),
        }
    }
}

impl From<LogError> for ApiError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Refused { zh, en } => Self::conflict(zh, en),
            LogError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl From<GazetteError> for ApiError {
    fn from(error: GazetteError) -> Self {
        match error {
            GazetteError::Store(error) => error.into(),
            GazetteError::Log(error) => error.into(),
            GazetteError::Unknown => Self::unknown(),
            GazetteError::Problems(problems) => Self::problems(problems),
            GazetteError::NoLaw { refusal, .. } => Self::refused(refusal.text(Lang::Zh), refusal.text(Lang::En)),
            GazetteError::SamePerson => Self::plain(ApiCode::AuthSamePerson),
            GazetteError::Refused { zh, en } => Self::refused(zh, en),
            GazetteError::Conflict { zh, en } => Self::conflict(zh, en),
        }
    }
}
