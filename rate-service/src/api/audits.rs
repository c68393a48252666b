//! Audits of charged rates over HTTP.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::examinations::{self, Examination, ExaminationEvents};
use super::page::{Page, PageQuery};
use super::rates::day;
use super::{Json, Once, Query, Service, Started};
use crate::api_error::{ApiError, ProblemBody};
use crate::examinations::{Kind, audit};

/// Which charged rates to audit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditQuestion {
    /// A day of the annual setting.
    #[schema(format = Date, example = "2022-07-01")]
    pub on: String,
}

/// A line of an audit: a span of days that differs, and one thing that would explain it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLine {
    /// Its cells under the names of the columns of `audit.csv`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub cells: serde_json::Map<String, serde_json::Value>,
}

/// Has the charged rates of the stored book, the rows of its table `rates`, held against what the law in force gives, as
/// `rate audit` does. Goes on beside the requests; its state says how far it is.
#[utoipa::path(post, path = "/v1/areas/{area}/audits", operation_id = "audits.create", tag = "audit",
    request_body = AuditQuestion,
    params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done"), ("area" = String, Path)),
    responses((status = 202, body = Examination), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn create(
    (service, once): (Data<Service>, Once),
    started: Started,
    area: Path<String>,
    question: Json<AuditQuestion>,
) -> Result<HttpResponse, ApiError> {
    let on = day("on", &question.0.on)?;
    let of = (Kind::Audit, area.into_inner(), started.lang);
    examinations::create(&service, once, of, move |service, asking| Ok(audit(service.store(), asking, on)?)).await
}

/// The audits of an area, the last first.
#[utoipa::path(get, path = "/v1/areas/{area}/audits", operation_id = "audits.list", tag = "audit", params(("area" = String, Path), PageQuery),
    responses((status = 200, body = Page<Examination>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    service: Data<Service>,
    started: Started,
    area: Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    examinations::list(service, (Kind::Audit, area.into_inner(), started.lang), page).await
}

/// An audit, and how far it is.
#[utoipa::path(get, path = "/v1/areas/{area}/audits/{id}", operation_id = "audits.get", tag = "audit",
    params(("area" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Examination), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    examinations::get(service, (Kind::Audit, started.lang), path.into_inner()).await
}

/// Cancels one that is not ended: it stays, as `cancelled`, with the lines it has; the answer is its last state.
#[utoipa::path(delete, path = "/v1/areas/{area}/audits/{id}", operation_id = "audits.cancel", tag = "audit",
    params(("area" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Examination), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn cancel(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    examinations::cancel(service, (Kind::Audit, started.lang), path.into_inner()).await
}

/// Its history: every change of its state. As `text/event-stream`, as it happens: an event `state` for each change, numbered,
/// and `progress` where more was looked at, until it has ended; whoever was cut off goes on behind its `Last-Event-ID`.
#[utoipa::path(get, path = "/v1/areas/{area}/audits/{id}/events", operation_id = "audits.events", tag = "audit",
    params(("area" = String, Path), ("id" = String, Path)),
    responses((status = 200, content((ExaminationEvents = "application/json"), (String = "text/event-stream"))), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn events(
    service: Data<Service>,
    started: Started,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    examinations::events(service, (Kind::Audit, started.lang), request, path.into_inner()).await
}

/// The lines of an audit that is done, a page at a time: those of `audit.csv` (docs/audit.md), cells under the names of its
/// columns, amounts whole numbers of fen.
#[utoipa::path(get, path = "/v1/areas/{area}/audits/{id}/lines", operation_id = "audits.lines", tag = "audit",
    params(("area" = String, Path), ("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<AuditLine>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn lines(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    examinations::lines(service, (Kind::Audit, started.lang), path.into_inner(), page).await
}

/// A file of an audit that is done, byte for byte what `rate audit` writes over the same facts and law: `audit.csv`,
/// `audit.xlsx`, `audit.html`, `audit.json`, `problems.csv`, `summary.txt`.
#[utoipa::path(get, path = "/v1/areas/{area}/audits/{id}/files/{file}", operation_id = "audits.file", tag = "audit",
    params(("area" = String, Path), ("id" = String, Path), ("file" = String, Path)),
    responses((status = 200, content((String = "text/csv"), (String = "text/html"), (String = "text/plain"),
        (String = "application/json"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn file(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    examinations::file(service, (Kind::Audit, started), path.into_inner()).await
}
