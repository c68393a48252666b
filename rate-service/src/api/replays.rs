//! Replays of published runs over HTTP.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::examinations::{self, Examination, ExaminationEvents};
use super::page::{Page, PageQuery};
use super::{Json, Once, Query, Service, Started};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::examinations::{Kind, MOST_ACCOUNTS, On, ReplayRequest, replay};

/// Which records to replay, and on what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayQuestion {
    /// The run.
    pub run: String,
    /// These accounts only, at most a thousand; all where nothing is said.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// On what of today, beside the facts and law that the log keeps: `facts`, `rule-set`, `parameters`, each by itself.
    #[serde(default)]
    pub on: Vec<ReplayOn>,
}

/// What of today a run is replayed on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReplayOn {
    /// The facts known when it is asked.
    Facts,
    /// The rule set in force then, with the parameters that the log keeps.
    RuleSet,
    /// The parameters that hold then, with the rule set that the log keeps.
    Parameters,
}

impl From<ReplayOn> for On {
    fn from(on: ReplayOn) -> Self {
        match on {
            ReplayOn::Facts => Self::Facts,
            ReplayOn::RuleSet => Self::RuleSet,
            ReplayOn::Parameters => Self::Parameters,
        }
    }
}

/// A record that does not come out as it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayDifference {
    /// The account; `null` where the record cannot be read.
    pub account: Option<String>,
    /// Its number in the run, from zero.
    pub record: u64,
    /// On what it was replayed: `kept`, `facts`, `rule-set`, `parameters`.
    pub on: String,
    /// What was not the same to begin with: `facts`, `rule-set`, `parameters`, `semantics`, `engine`, `record`, `log-facts`.
    pub cause: Option<String>,
    /// The cause in words.
    pub cause_text: Option<String>,
    /// Where both part first: `step 4 measured`, `outcome`, `segment 2`, `trace`, `inputs`, `refused`, `record`, `missing`, ….
    pub place: String,
    /// Where, in words.
    pub place_text: String,
    /// What the record says there.
    pub recorded: String,
    /// What deciding again says there.
    pub now: String,
    /// Premium by the record, where it can be worked out.
    pub recorded_fen: Option<i64>,
    /// Premium by deciding again, where it can be worked out.
    pub now_fen: Option<i64>,
}

/// Has a published run decided again, as `rate replay` does: on the facts and law that its log keeps, and on what of today is
/// named. Goes on beside the requests, a thousand records at a time; its state says how far it is.
#[utoipa::path(post, path = "/v1/areas/{area}/replays", operation_id = "replays.create", tag = "audit",
    request_body = ReplayQuestion,
    params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done"), ("area" = String, Path)),
    responses((status = 202, body = Examination), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn create(
    (service, once): (Data<Service>, Once),
    started: Started,
    area: Path<String>,
    question: Json<ReplayQuestion>,
) -> Result<HttpResponse, ApiError> {
    let ReplayQuestion { run, accounts, on } = question.0;
    if accounts.len() > MOST_ACCOUNTS {
        let (count, most) = (accounts.len().to_string(), format!("≤ {MOST_ACCOUNTS}"));
        return Err(ApiError::new(ApiCode::RequestValue, ["accounts", &count, &most]));
    }
    let request = ReplayRequest { run, accounts, on: on.into_iter().map(On::from).collect() };
    let of = (Kind::Replay, area.into_inner(), started.lang);
    examinations::create(&service, once, of, move |service, asking| Ok(replay(service.store(), asking, &request)?))
        .await
}

/// The replays of an area, the last first.
#[utoipa::path(get, path = "/v1/areas/{area}/replays", operation_id = "replays.list", tag = "audit", params(("area" = String, Path), PageQuery),
    responses((status = 200, body = Page<Examination>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    service: Data<Service>,
    started: Started,
    area: Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    examinations::list(service, (Kind::Replay, area.into_inner(), started.lang), page).await
}

/// A replay, and how far it is.
#[utoipa::path(get, path = "/v1/areas/{area}/replays/{id}", operation_id = "replays.get", tag = "audit",
    params(("area" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Examination), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    examinations::get(service, (Kind::Replay, started.lang), path.into_inner()).await
}

/// Cancels one that is not ended: it stays, as `cancelled`, with the lines it has; the answer is its last state.
#[utoipa::path(delete, path = "/v1/areas/{area}/replays/{id}", operation_id = "replays.cancel", tag = "audit",
    params(("area" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Examination), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn cancel(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    examinations::cancel(service, (Kind::Replay, started.lang), path.into_inner()).await
}

/// Its history: every change of its state. As `text/event-stream`, as it happens: an event `state` for each change, numbered,
/// and `progress` where more was looked at, until it has ended; whoever was cut off goes on behind its `Last-Event-ID`.
#[utoipa::path(get, path = "/v1/areas/{area}/replays/{id}/events", operation_id = "replays.events", tag = "audit",
    params(("area" = String, Path), ("id" = String, Path)),
    responses((status = 200, content((ExaminationEvents = "application/json"), (String = "text/event-stream"))), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn events(
    service: Data<Service>,
    started: Started,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    examinations::events(service, (Kind::Replay, started.lang), request, path.into_inner()).await
}

/// The records that do not come out as they were, a page at a time, as far as the replay is.
#[utoipa::path(get, path = "/v1/areas/{area}/replays/{id}/differences", operation_id = "replays.differences", tag = "audit",
    params(("area" = String, Path), ("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<ReplayDifference>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn differences(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    examinations::lines(service, (Kind::Replay, started.lang), path.into_inner(), page).await
}
