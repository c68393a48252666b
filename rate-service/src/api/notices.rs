//! Notices of a run: of one account as a document, of everybody as lines.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use futures_util::stream::try_unfold;
use rate_core::NaiveDate;
use rate_core::deadline::Served;
use rate_core::explanation::Particulars;
use rate_core::rule_set::Verdict;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::rates::{NDJSON, day, hex, line};
use super::runs::of_area;
use super::{Query, Service, Started};
use crate::annual::Notices;
use crate::api_error::{ApiError, ProblemBody};
use crate::run::Layout;

/// A page has its layout in itself, and nothing else is loaded or run.
pub(super) const OWN_STYLE: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// The most letters of what a sender gives.
const MOST: usize = 200;

/// How a notice is laid out.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeForm {
    /// One page of HTML.
    #[default]
    Html,
    /// Plain text.
    Text,
}

impl NoticeForm {
    const fn layout(self) -> Layout {
        match self {
            Self::Html => Layout::Html,
            Self::Text => Layout::Text,
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

/// What stands on a notice and in no rule and no book.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NoticeQuery {
    /// `html` or `text`; `html` where nothing is said.
    #[serde(default)]
    #[param(inline)]
    pub form: NoticeForm,
    /// Number of the notice (文号).
    #[serde(default)]
    #[param(max_length = 200)]
    pub number: String,
    /// Name of the agency that sends it.
    #[serde(default)]
    #[param(max_length = 200)]
    pub agency: String,
    /// Day of issue; left out, the notice has room for it.
    #[param(format = "date")]
    pub issued_on: Option<String>,
    /// The day it was served, from which terms run; left out, it is the one that is recorded as its service, and where none is,
    /// terms are said in words.
    #[param(format = "date")]
    pub served_on: Option<String>,
    /// The first day of the announcement; left out, it is the one that is recorded.
    #[param(format = "date")]
    pub announced_on: Option<String>,
}

impl NoticeQuery {
    fn particulars(&self) -> Result<Particulars, ApiError> {
        for (name, text) in [("number", &self.number), ("agency", &self.agency)] {
            if text.chars().count() > MOST {
                return Err(ApiError::refused(
                    format!("`{name}` 至多 {MOST} 字"),
                    format!("`{name}` has at most {MOST} letters"),
                ));
            }
        }
        let named = |name: &str, text: &Option<String>| text.as_deref().map(|text| day(name, text)).transpose();
        let issued: Option<NaiveDate> = named("issued_on", &self.issued_on)?;
        let (on, announced) = (named("served_on", &self.served_on)?, named("announced_on", &self.announced_on)?);
        if let (Some(issued), Some(served)) = (issued, on)
            && issued > served
        {
            return Err(ApiError::refused(
                format!("印发日期 {issued} 晚于送达日期 {served}"),
                format!("the day of issue, {issued}, is after the day of service, {served}"),
            ));
        }
        let (number, agency) = (self.number.clone(), self.agency.clone());
        // What the check says of the rule set is filled in from the run.
        Ok(Particulars { number, agency, issued, served: Served { on, announced }, verdict: Verdict::Complete })
    }
}

/// The notice of an account with a rate of a run whose accounts are all decided. It is made again each time, from the facts
/// and the law of the run; nothing of it is kept.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/notices/{account}", operation_id = "runs.notice", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path), ("account" = String, Path), NoticeQuery),
    responses((status = 200, content((String = "text/html"), (String = "text/plain"))),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn one(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String, String)>,
    query: Query<NoticeQuery>,
) -> Result<HttpResponse, ApiError> {
    let (area, run, account) = path.into_inner();
    let (particulars, form) = (query.particulars()?, query.form);
    let made = service.wait(move |service| {
        of_area(service, &area, &run)?;
        let notices = Notices::of(service.store(), &run, &particulars, (form.layout(), started.lang))?;
        notices.one(service.store(), &account)?.ok_or_else(ApiError::unknown)
    });
    let notice = made.await?;
    let kind = (CONTENT_TYPE, form.content_type());
    Ok(HttpResponse::Ok().insert_header(kind).insert_header((CONTENT_SECURITY_POLICY, OWN_STYLE)).body(notice.text))
}

/// A notice among those of everybody.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeLine {
    /// The account.
    pub account: String,
    /// The notice, as text or as a page of HTML.
    pub notice: String,
}

/// The last line of the notices of a run; without it, they are not whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticesEnd {
    /// Always `true`.
    pub end: bool,
    /// Notices before this line.
    pub count: u64,
    /// SHA-256 of the bytes before this line.
    pub digest: String,
}

/// The notices of everybody with a rate of a run whose accounts are all decided: a line of JSON an account, by number, and
/// a last line with count and digest.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/notices", operation_id = "runs.notices", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path), NoticeQuery),
    responses((status = 200, body = NoticeLine, content_type = "application/x-ndjson"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn all(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    query: Query<NoticeQuery>,
) -> Result<HttpResponse, ApiError> {
    let (area, run) = path.into_inner();
    let (particulars, layout) = (query.particulars()?, query.form.layout());
    let service = service.into_inner();
    let begun = service.wait(move |service| {
        of_area(service, &area, &run)?;
        Ok(Notices::of(service.store(), &run, &particulars, (layout, started.lang))?)
    });
    let notices = begun.await?;
    let first = Sending { service, notices, count: 0, hash: Sha256::new() };
    let lines = try_unfold(Some(first), |state| async move {
        match state {
            Some(state) => state.page().await.map(Some),
            None => Ok(None),
        }
    });
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, NDJSON)).streaming(lines))
}

/// Notices under way.
struct Sending {
    service: Arc<Service>,
    notices: Notices,
    count: u64,
    hash: Sha256,
}

impl Sending {
    /// The next lines, and what is left to be sent behind them.
    async fn page(mut self) -> Result<(actix_web::web::Bytes, Option<Self>), ApiError> {
        let service = Arc::clone(&self.service);
        let (mut state, found) = service
            .wait(move |service| {
                let found = self.notices.next(service.store())?;
                Ok((self, found))
            })
            .await?;
        let Some(found) = found else {
            let end = NoticesEnd { end: true, count: state.count, digest: hex(&state.hash.finalize()) };
            return Ok((line(&end)?.into(), None));
        };
        let mut bytes = Vec::new();
        for it in found {
            bytes.extend(line(&NoticeLine { account: it.account, notice: it.text })?);
            state.count += 1;
        }
        state.hash.update(&bytes);
        Ok((bytes.into(), Some(state)))
    }
}
