//! Rule sets: brought in, read, approved, published.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents::{
    self, ApprovalRequest, DifferenceBody, DifferenceQuery, DocumentBody, FindingBody, InForceQuery,
    PublicationRequest, Text, UploadQuery,
};
use super::page::{Page, PageQuery};
use super::{Json, Once, Query, Service, Started};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::store::DocumentKind::RuleSet;
use crate::{clock, gazette};

/// Brings a document in: it is read, resolved against what is published, examined, and kept as a draft under the digest of
/// its canonical form. The same content again is the same draft, answered with 200. The national frames, which other sets extend, are of area `cn`.
#[utoipa::path(post, path = "/v1/areas/{area}/rule-sets", operation_id = "rule_sets.upload", tag = "rule-sets",
    params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done"), ("area" = String, Path, description = "code of the area"), UploadQuery),
    request_body(content((String = "application/toml"), (serde_json::Value = "application/json"))),
    responses((status = 201, body = DocumentBody), (status = 200, body = DocumentBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn upload(
    (service, caller, once): (Data<Service>, Caller, Once),
    started: Started,
    area: Path<String>,
    query: Query<UploadQuery>,
    text: Text,
) -> Result<HttpResponse, ApiError> {
    let place = (area.into_inner(), RuleSet, started.lang);
    documents::upload(&service, place, &caller, once, (query.into_inner(), text)).await
}

/// The documents of an area with how far each is, oldest first.
#[utoipa::path(get, path = "/v1/areas/{area}/rule-sets", operation_id = "rule_sets.list", tag = "rule-sets",
    params(("area" = String, Path, description = "code of the area"), PageQuery),
    responses((status = 200, body = Page<DocumentBody>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    service: Data<Service>,
    started: Started,
    area: Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    documents::list(&service, (area.into_inner(), RuleSet, started.lang), &page).await
}

/// A document, and how far it is.
#[utoipa::path(get, path = "/v1/areas/{area}/rule-sets/{digest}", operation_id = "rule_sets.get", tag = "rule-sets",
    params(("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal")),
    responses((status = 200, body = DocumentBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (area, digest) = path.into_inner();
    let found = documents::found(&service, (area, RuleSet), &digest).await?;
    Ok(HttpResponse::Ok().json(DocumentBody::of(found, started.lang)))
}

/// The text of a document, byte for byte as it came.
#[utoipa::path(get, path = "/v1/areas/{area}/rule-sets/{digest}/text", operation_id = "rule_sets.text", tag = "rule-sets",
    params(("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal")),
    responses((status = 200, body = String, content_type = "application/toml"), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn text(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let (area, digest) = path.into_inner();
    Ok(documents::text(documents::found(&service, (area, RuleSet), &digest).await?))
}

/// What the checker found when the document came in, heaviest first.
#[utoipa::path(get, path = "/v1/areas/{area}/rule-sets/{digest}/findings", operation_id = "rule_sets.findings", tag = "rule-sets",
    params(("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal"), PageQuery),
    responses((status = 200, body = Page<FindingBody>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn findings(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let (area, digest) = path.into_inner();
    let found = documents::found(&service, (area, RuleSet), &digest).await?;
    documents::findings(&found, &page, started.lang)
}

/// What a document says otherwise than another: the one named, else the one it comes after.
#[utoipa::path(get, path = "/v1/areas/{area}/rule-sets/{digest}/diff", operation_id = "rule_sets.diff", tag = "rule-sets",
    params(("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal"), DifferenceQuery),
    responses((status = 200, body = DifferenceBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn diff(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    query: Query<DifferenceQuery>,
) -> Result<HttpResponse, ApiError> {
    let (area, digest) = path.into_inner();
    let found = documents::found(&service, (area, RuleSet), &digest).await?;
    documents::difference(&service, found, query, started.lang).await
}

/// Records that the document was approved; another person than its author does it. What the checker refuses never is.
#[utoipa::path(post, path = "/v1/areas/{area}/rule-sets/{digest}/approval", operation_id = "rule_sets.approve", tag = "rule-sets",
    request_body = ApprovalRequest, params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done"), ("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal")),
    responses((status = 200, body = DocumentBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn approve(
    (service, caller, once): (Data<Service>, Caller, Once),
    started: Started,
    path: Path<(String, String)>,
    request: Json<ApprovalRequest>,
) -> Result<HttpResponse, ApiError> {
    let (area, digest) = path.into_inner();
    documents::approve(&service, ((area, RuleSet, started.lang), &digest), &caller, once, request).await
}

/// Publishes a document that is approved: it holds from here on, and the log has an entry that says so. A document that is
/// not complete is released for trial: it may be tried, what is decided under it is a trial, and the log says nothing of it.
#[utoipa::path(post, path = "/v1/areas/{area}/rule-sets/{digest}/publication", operation_id = "rule_sets.publish", tag = "rule-sets",
    request_body = PublicationRequest, params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done"), ("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal")),
    responses((status = 200, body = DocumentBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn publish(
    (service, caller, once): (Data<Service>, Caller, Once),
    started: Started,
    path: Path<(String, String)>,
    _: Json<PublicationRequest>,
) -> Result<HttpResponse, ApiError> {
    let (area, digest) = path.into_inner();
    documents::publish(&service, ((area, RuleSet, started.lang), &digest), &caller, once).await
}

/// What is in force in an area on a day: the rule set chosen, the parameters that hold, and why other rule sets lost.
#[utoipa::path(get, path = "/v1/areas/{area}/rule-sets/in-force", operation_id = "rule_sets.in_force", tag = "rule-sets",
    params(("area" = String, Path, description = "code of the area"), InForceQuery),
    responses((status = 200, body = InForce), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn in_force(
    service: Data<Service>,
    started: Started,
    area: Path<String>,
    query: Query<InForceQuery>,
) -> Result<HttpResponse, ApiError> {
    let (area, lang) = (area.into_inner(), started.lang);
    let InForceQuery { on, known_at } = query.into_inner();
    let unfit = |name: &str, value: &str, expected: &str| ApiError::new(ApiCode::RequestValue, [name, value, expected]);
    let day = rate_core::date(&on).map_err(|_| unfit("on", &on, "YYYY-MM-DD"))?;
    let instant = |text: String| clock::instant(&text).ok_or_else(|| unfit("known_at", &text, "RFC 3339"));
    let known_at = known_at.map(instant).transpose()?;
    let found = service
        .read(move |link| {
            let by = known_at.map(|at| link.publication_at(&at)).transpose()?;
            Ok(gazette::in_force(link, &area, day, by)?)
        })
        .await?;
    let (chosen, document) = found;
    let law = &chosen.law;
    let considered = chosen
        .considered
        .iter()
        .map(|it| Considered { name: it.id.to_string(), why_not: it.why_not.map(|why| why.text(lang)) });
    let parameters = law.parameters().documents().iter().map(|it| ParametersInForce {
        digest: it.digest.clone(),
        area: it.area.clone(),
        name: it.name.text(lang).to_owned(),
    });
    let setting = law.setting();
    Ok(HttpResponse::Ok().json(InForce {
        on,
        trial: chosen.trial(),
        cycle: law.cycle().id.clone(),
        setting_from: setting.from().to_string(),
        setting_to: setting.to().map(|day| day.to_string()),
        parameters: parameters.collect(),
        considered: considered.collect(),
        rule_set: DocumentBody::of(document, lang),
    }))
}

/// What is in force in an area on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct InForce {
    /// The day.
    pub on: String,
    /// What is decided under it is a trial.
    pub trial: bool,
    /// The rule set.
    pub rule_set: DocumentBody,
    /// The cycle that holds the day.
    pub cycle: String,
    /// The first day of the annual setting.
    pub setting_from: String,
    /// Its last day.
    pub setting_to: Option<String>,
    /// The parameters of the area and of the nation.
    pub parameters: Vec<ParametersInForce>,
    /// Every rule set that was looked at.
    pub considered: Vec<Considered>,
}

/// Parameters that hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParametersInForce {
    /// What names them.
    pub digest: String,
    /// Their area.
    pub area: String,
    /// Their name.
    pub name: String,
}

/// A rule set that was looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct Considered {
    /// Area and version.
    pub name: String,
    /// Why it was not chosen; `null` for the one that was.
    pub why_not: Option<&'static str>,
}
