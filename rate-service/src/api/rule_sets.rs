//! Rule sets: brought in, read, approved, published; and which is in force.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents::{
    self, ApprovalRequest, DifferenceBody, DifferenceQuery, DocumentBody, FindingBody, InForceQuery,
    PublicationRequest, Text, UploadQuery, operations,
};
use super::page::{Page, PageQuery};
use super::{Json, Once, Query, Service, Started};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::store::DocumentKind::RuleSet;
use crate::{clock, gazette};

operations! {
    RuleSet "rule-sets"
        upload "rule_sets.upload" "/v1/areas/{area}/rule-sets"
        list "rule_sets.list" "/v1/areas/{area}/rule-sets"
        get "rule_sets.get" "/v1/areas/{area}/rule-sets/{digest}"
        text "rule_sets.text" "/v1/areas/{area}/rule-sets/{digest}/text"
        findings "rule_sets.findings" "/v1/areas/{area}/rule-sets/{digest}/findings"
        diff "rule_sets.diff" "/v1/areas/{area}/rule-sets/{digest}/diff"
        approve "rule_sets.approve" "/v1/areas/{area}/rule-sets/{digest}/approval"
        publish "rule_sets.publish" "/v1/areas/{area}/rule-sets/{digest}/publication"
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
