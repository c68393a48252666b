//! A page that says why something was not done.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use rate_core::error::Lang;
use serde::Deserialize;

use super::frame::{Frame, html};
use super::visitor::Visitor;
use crate::api_error::{ApiCode, ApiError};

/// Why something was not done.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    shown: Shown,
}

/// What a page says of it: a problem as the API tells it.
#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    title: String,
    detail: String,
    code: String,
    #[serde(default)]
    request_id: String,
    problem_count: Option<usize>,
    #[serde(default)]
    problems: Vec<Placed>,
}

/// One thing that is wrong, and where.
#[derive(Debug, Deserialize)]
pub(super) struct Placed {
    message: String,
    file: Option<String>,
    row: Option<u32>,
    field: Option<String>,
}

impl Placed {
    /// The place in one line.
    fn place(&self) -> String {
        let row = self.row.map(|row| row.to_string());
        let parts = [self.file.clone(), row, self.field.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" : ")
    }
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'p> {
    frame: Frame<'p>,
    status: u16,
    shown: &'p Shown,
}

impl Refused {
    /// What the API told.
    pub(super) const fn told(status: StatusCode, shown: Shown) -> Self {
        Self { status, shown }
    }

    /// A failure, in the words of the API.
    pub(super) fn of(error: &ApiError, lang: Lang) -> Self {
        let body = error.body(lang, "");
        let shown = Shown {
            title: body.title,
            detail: body.detail,
            code: body.code,
            request_id: body.request_id,
            problem_count: None,
            problems: Vec::new(),
        };
        Self { status: error.code.status(), shown }
    }

    /// A failure of ours; what failed stands in the log of the server.
    pub(super) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(cause = cause.to_string(), "a page failed");
        Self::of(&ApiError::plain(ApiCode::Internal), Lang::Zh)
    }

    /// What is said of it.
    pub(super) fn detail(&self) -> &str {
        &self.shown.detail
    }

    /// The page that says so.
    pub(super) fn page(&self, visitor: &Visitor) -> HttpResponse {
        let title = self.shown.title.clone();
        let page = RefusedPage { frame: visitor.frame(title, None), status: self.status.as_u16(), shown: &self.shown };
        html(self.status, &page)
    }
}

/// A page that is not there.
pub(super) async fn unknown(request: HttpRequest) -> HttpResponse {
    let visitor = Visitor::of(&request);
    Refused::unknown(visitor.lang).page(&visitor)
}
