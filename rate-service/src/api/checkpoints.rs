//! The log as whoever watches it sees it: checkpoints, keys, and that it only ever grew.

use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use rate_core::log::{Digest, SignedNote};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page::{Page, PageQuery};
use super::{Query, Service};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::logbook::View;

/// The type of a signed note, and of what a witness is sent.
const PLAIN: &str = "text/plain; charset=utf-8";

/// A checkpoint of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogCheckpoint {
    /// The number of entries that it signs.
    pub size: u64,
    /// As it was signed: a C2SP signed note.
    pub note: String,
}

/// The keys of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogKeys {
    /// Public keys as verifiers are given them, oldest first: the last one signs.
    pub items: Vec<String>,
}

/// Between which states of the log.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyQuery {
    /// The number of entries of the earlier state.
    pub from: u64,
    /// That of the later one: of a checkpoint; the last one where nothing is said.
    pub to: Option<u64>,
}

/// That a later state of the log begins with an earlier one.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsistencyProof {
    /// Entries of the earlier state.
    pub from: u64,
    /// Entries of the later state.
    pub to: u64,
    /// The root of the earlier state, in hexadecimal.
    pub from_root: String,
    /// The root of the later state, in hexadecimal.
    pub to_root: String,
    /// The proof (RFC 9162, §2.1.4), in hexadecimal.
    pub path: Vec<String>,
    /// The checkpoint of the later state, a C2SP signed note.
    pub checkpoint: String,
}

fn of(view: &View, size: Option<u64>) -> Result<&(u64, SignedNote), ApiError> {
    let asked = |it: &&(u64, SignedNote)| size.is_none_or(|size| size == it.0);
    view.checkpoints.iter().rev().find(asked).ok_or_else(ApiError::unknown)
}

/// The checkpoints of the log, a page at a time, the smallest first.
#[utoipa::path(get, path = "/v1/log/checkpoints", operation_id = "log.checkpoints", tag = "audit", params(PageQuery),
    responses((status = 200, body = Page<LogCheckpoint>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(service: Data<Service>, page: Query<PageQuery>) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "checkpoints";
    let (limit, seen) = (page.limit()?, page.place(LIST)?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let rows = service.read(move |link| Ok(link.checkpoints_behind(seen, most)?)).await?;
    let told = |(size, note)| LogCheckpoint { size: u64::try_from(size).unwrap_or_default(), note };
    let items = rows.into_iter().map(told).collect();
    Ok(HttpResponse::Ok().json(Page::of(items, (LIST, limit), |it: &LogCheckpoint| [it.size.to_string()])))
}

/// One checkpoint as it was signed: a C2SP signed note. `newest` is the last one.
#[utoipa::path(get, path = "/v1/log/checkpoints/{size}", operation_id = "log.checkpoint", tag = "audit",
    params(("size" = String, Path, description = "number of entries, or `newest`")),
    responses((status = 200, body = String, content_type = "text/plain"), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(service: Data<Service>, size: Path<String>) -> Result<HttpResponse, ApiError> {
    let size = match size.as_str() {
        "newest" => None,
        number => Some(number.parse::<i64>().map_err(|_| ApiError::unknown())?),
    };
    let note = service.read(move |link| link.checkpoint(size)?.ok_or_else(ApiError::unknown));
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, PLAIN)).body(note.await?))
}

/// The public keys of the log. A verifier believes the first, and each further one over the hand-over that proves it; whoever
/// got a key elsewhere compares it.
#[utoipa::path(get, path = "/v1/log/keys", operation_id = "log.keys", tag = "audit",
    responses((status = 200, body = LogKeys), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn keys(service: Data<Service>) -> Result<HttpResponse, ApiError> {
    let items = service.read(|link| Ok(link.signers()?)).await?;
    Ok(HttpResponse::Ok().json(LogKeys { items }))
}

/// That the log of a checkpoint begins with an earlier state of it, for whoever kept a checkpoint. As `text/plain`, the body
/// of the request `add-checkpoint` that a C2SP witness takes.
#[utoipa::path(get, path = "/v1/log/consistency", operation_id = "log.consistency", tag = "audit", params(ConsistencyQuery),
    responses((status = 200, content((ConsistencyProof = "application/json"), (String = "text/plain"))), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn consistency(
    service: Data<Service>,
    request: HttpRequest,
    query: Query<ConsistencyQuery>,
) -> Result<HttpResponse, ApiError> {
    let ConsistencyQuery { from, to } = query.into_inner();
    let proof = service.wait(move |service| {
        let view = View::stored(service.store())?;
        let (to, note) = of(&view, to)?;
        let tree = view.tree();
        let unfit = || ApiError::new(ApiCode::RequestValue, ["from", &from.to_string(), &format!("0–{to}")]);
        // Every log begins with the empty one, which needs no proof.
        let path = if from == 0 { Vec::new() } else { tree.consistency(from, *to).ok_or_else(unfit)? };
        let root = |size| tree.root_of(size).ok_or_else(unfit);
        Ok((*to, note.to_string(), path, [root(from)?, root(*to)?]))
    });
    let (to, checkpoint, path, roots) = proof.await?;
    let accept = request.headers().get(ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if accept.contains("text/plain") {
        let hashes = path.iter().fold(String::new(), |text, hash| text + &hash.base64() + "\n");
        let body = format!("old {from}\n{hashes}\n{checkpoint}");
        return Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, PLAIN)).body(body));
    }
    let [from_root, to_root] = roots.map(|root| root.to_string());
    let path = path.iter().map(Digest::to_string).collect();
    Ok(HttpResponse::Ok().json(ConsistencyProof { from, to, from_root, to_root, path, checkpoint }))
}
