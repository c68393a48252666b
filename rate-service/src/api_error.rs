//! What went wrong with a request, as RFC 9457 says it: a status, a stable code, and sentences in the caller's language.
//!
//! | status | what the caller does next |
//! |---|---|
//! | 400, 405, 406, 413, 415 | mends its program |
//! | 401, 403, 404 | brings another key, or another name; another area's thing answers as one that is not there |
//! | 409, 412 | reads what stands now, and decides again |
//! | 422 | mends the data, all of it at once; or asks the owner of the rules |
//! | 408, 429, 503 | waits, and sends the same again under the same key |
//! | 500 | sends the same again; the cause is in the log of the server, not in the answer |

mod code;
mod from;
mod language;

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use rate_core::Problem;
use rate_core::error::Lang;
use serde::Serialize;
use utoipa::ToSchema;

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
pub struct ApiError(Box<Failure>);

/// What there is to say of it.
#[derive(Clone, Debug)]
pub struct Failure {
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
    /// Names the kind of failure; `docs/ERRORS.md` says what to do.
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
        Self::of(Failure { code, values, problems: Vec::new(), said: None, cause: None, allowed: None, wait: None })
    }

    fn of(failure: Failure) -> Self {
        Self(Box::new(failure))
    }

    fn with(mut self, change: impl FnOnce(&mut Failure)) -> Self {
        change(&mut self.0);
        self
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
        Self::plain(ApiCode::ContentProblems).with(|it| it.problems = problems)
    }

    /// The data is right, and what was asked cannot be done with it; said in both languages.
    pub fn refused(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::plain(ApiCode::ContentRefused).with(|it| it.said = Some((zh.into(), en.into())))
    }

    /// It does not fit what stands now; said in both languages.
    pub fn conflict(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::plain(ApiCode::StateConflict).with(|it| it.said = Some((zh.into(), en.into())))
    }

    /// That what is stored is not what the log says; what exactly, our log is told.
    pub fn damaged(cause: impl fmt::Display) -> Self {
        let zh = "所存内容与日志条目不符，不能据以证明；请用 rate verify 查明何处被改动";
        let en = "what is stored is not what the entries of the log say, and nothing can be proved from it; `rate verify` names what was changed";
        Self::conflict(zh, en).with(|it| it.cause = Some(cause.to_string()))
    }

    /// A failure of ours, whose cause only our log is told.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::plain(ApiCode::Internal).with(|it| it.cause = Some(cause.to_string()))
    }

    /// A method that a path does not have, and those it has.
    pub fn method(allowed: &str) -> Self {
        Self::new(ApiCode::RequestMethod, [allowed]).with(|it| it.allowed = Some(allowed.to_owned()))
    }

    /// Too much was asked; when to come again.
    pub fn limited(seconds: u32) -> Self {
        Self::plain(ApiCode::LimitRate).with(|it| it.wait = Some(seconds))
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
            kind: format!("urn:rate:problem:{}", self.code.as_str()),
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

impl std::ops::Deref for ApiError {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
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
