//! Whether the server lives, whether it can work, and its figures.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::Service;
use crate::api_error::{ApiError, ProblemBody};

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    pub status: &'static str,
    /// The version that answers.
    pub version: &'static str,
}

const OK: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// The process answers. Whoever restarts what does not live asks this.
#[utoipa::path(get, path = "/health/live", operation_id = "health.live", tag = "operations", security(()),
    responses((status = 200, body = Health)))]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(OK)
}

/// The database answers, too. Whoever shares out requests asks this.
#[utoipa::path(get, path = "/health/ready", operation_id = "health.ready", tag = "operations", security(()),
    responses((status = 200, body = Health), (status = 503, body = ProblemBody, content_type = "application/problem+json")))]
pub async fn ready(service: Data<Service>) -> Result<HttpResponse, ApiError> {
    service.read(|link| Ok(link.last_knowledge()?)).await?;
    Ok(HttpResponse::Ok().json(OK))
}

/// Figures in the text form of `OpenMetrics`: requests, times, what is under way. None names an account or an area.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "operations", security(()),
    responses((status = 200, body = String, content_type = "application/openmetrics-text")))]
pub async fn metrics(service: Data<Service>) -> HttpResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).body(service.metrics.text())
}
