//! The areas there are, as far as a key reaches them.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::Service;
use crate::api_error::{ApiError, ProblemBody};
use crate::auth::Caller;

/// A pooling area.
#[derive(Debug, Serialize, ToSchema)]
pub struct Area {
    /// Its code.
    #[schema(example = "990100")]
    pub code: String,
}

/// The areas that a key reaches.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaList {
    /// By code.
    pub items: Vec<Area>,
}

/// The areas that facts are known of, as far as the key reaches them.
#[utoipa::path(get, path = "/v1/areas", operation_id = "areas.list", tag = "areas",
    responses((status = 200, body = AreaList), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(service: Data<Service>, caller: Caller) -> Result<HttpResponse, ApiError> {
    let codes = service.read(|link| Ok(link.areas()?)).await?;
    let reached = codes.into_iter().filter(|code| caller.areas.reach(code));
    Ok(HttpResponse::Ok().json(AreaList { items: reached.map(|code| Area { code }).collect() }))
}
