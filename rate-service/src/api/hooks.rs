//! Webhooks: made, listed, given another secret, taken back; and how far each message is.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page::{self, Page, PageQuery};
use super::{Json, Once, Query, Reply, Service};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::clock;
use crate::hooks::{self, NewWebhook, Secret};
use crate::store::{HookDeliveryRow, HookEventRow, HookKind, Link, WebhookRow};

/// Hours for which the secret before signs too, where nothing is said.
const OVERLAP_HOURS: u32 = 24;

/// A kind of event.
#[derive(Debug, ToSchema)]
#[schema(
    value_type = String,
    pattern = r"^(import\.committed|(rule_set|parameters|run)\.published|objection\.(filed|withdrawn|decided|redetermined))$"
)]
pub struct WebhookKind(#[expect(dead_code, reason = "stands for a word in the document")] String);

/// A webhook to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRequest {
    /// Where messages are sent: an absolute `http` address, or an `https` one where the server has a gateway that speaks TLS;
    /// at most 500 characters, without user, password and `#`. Link-local, metadata and multicast addresses are refused;
    /// those of the machine itself where its configuration does not allow them.
    #[schema(example = "http://billing.example/hooks/rate", pattern = "^https?://[a-z]{4,20}\\.example/[a-z]{0,20}$")]
    pub url: String,
    /// Of what: `import.committed`, `rule_set.published`, `parameters.published`, `run.published`, `objection.filed`,
    /// `objection.withdrawn`, `objection.decided`, `objection.redetermined`.
    #[schema(value_type = Vec<WebhookKind>, example = json!(["run.published"]), min_items = 1, max_items = 8)]
    pub kinds: Vec<String>,
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhook {
    /// Its name.
    pub id: String,
    /// The area.
    pub area: String,
    /// Where messages are sent.
    pub url: String,
    /// Of what.
    #[schema(value_type = Vec<WebhookKind>)]
    pub kinds: Vec<String>,
    /// What messages are signed with: in the answer that made it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Until when the secret before signs too.
    pub former_secret_until: Option<String>,
    /// `active`; `disabled` once its receiver answered 410.
    #[schema(pattern = "^(active|disabled)$")]
    pub state: String,
    /// When it was made.
    pub created_at: String,
    /// The key that made it.
    pub created_by: String,
    /// When it was disabled.
    pub disabled_at: Option<String>,
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Self {
        Self {
            kinds: row.kinds.split(' ').map(str::to_owned).collect(),
            former_secret_until: (!row.former_until.is_empty()).then_some(row.former_until),
            id: row.id,
            area: row.area,
            url: row.url,
            secret: None,
            state: row.state,
            created_at: row.created_at,
            created_by: row.created_by,
            disabled_at: row.disabled_at,
        }
    }
}

/// The webhooks of an area.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhooks {
    /// By name.
    pub items: Vec<Webhook>,
}

/// How a secret is changed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationRequest {
    /// Hours for which the secret before signs too; 24 where nothing is said.
    #[schema(minimum = 0, maximum = 168)]
    pub overlap_hours: Option<u32>,
}

/// A message on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// Its number among all that happened.
    pub number: i64,
    /// What it is called in every attempt: the header `webhook-id`.
    pub message: String,
    /// What happened.
    pub kind: String,
    /// When.
    pub recorded_at: String,
    /// `waiting`, `delivered` or `failed`.
    #[schema(pattern = "^(waiting|delivered|failed)$")]
    pub state: String,
    /// How often it was begun to be sent.
    pub attempts: i64,
    /// The status of the last answer.
    pub status: Option<i64>,
    /// Why there was none: `timeout`, `no-connection`, `host-unknown`, `address-not-allowed`, `no-answer`; or
    /// `webhook-disabled`.
    pub problem: Option<String>,
    /// When it was last tried.
    pub tried_at: Option<String>,
    /// When it is tried next at the earliest.
    pub next_at: Option<String>,
    /// When it was delivered or given up.
    pub ended_at: Option<String>,
}

impl Delivery {
    fn of((row, event): (HookDeliveryRow, HookEventRow)) -> Self {
        Self {
            message: hooks::id_of(&event),
            number: row.event,
            kind: event.kind,
            recorded_at: event.recorded_at,
            next_at: (row.state == "waiting" && row.due_at > 0).then(|| clock::of_millis(row.due_at)).flatten(),
            state: row.state,
            attempts: row.attempts,
            status: (row.status > 0).then_some(row.status),
            problem: (!row.problem.is_empty()).then_some(row.problem),
            tried_at: row.tried_at,
            ended_at: row.ended_at,
        }
    }
}

/// Says a webhook with its secret once; what is kept of the answer has none.
fn shown(
    reply: impl Fn(&Webhook) -> Result<Reply, ApiError>,
    row: WebhookRow,
    secret: &Secret,
) -> Result<Reply, ApiError> {
    let kept = Webhook::from(row.clone());
    reply(&Webhook { secret: Some(secret.text()), ..Webhook::from(row) })?.keeping(&kept)
}

/// Makes a webhook: it hears of what happens in the area from now on, not of areas below. Its secret is shown in this answer
/// and never again; the same request sent again is answered without it.
#[utoipa::path(post, path = "/v1/areas/{area}/webhooks", operation_id = "webhooks.create", tag = "webhooks",
    request_body = WebhookRequest,
    params(("area" = String, Path), ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 201, body = Webhook), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn create(
    (service, caller, once): (Data<Service>, Caller, Once),
    area: Path<String>,
    request: Json<WebhookRequest>,
) -> Result<HttpResponse, ApiError> {
    let WebhookRequest { url, kinds } = request.0;
    let unknown = |word: &str| {
        ApiError::new(ApiCode::RequestValue, ["kinds", word, &HookKind::ALL.map(HookKind::as_str).join(", ")])
    };
    let kinds = kinds.iter().map(|word| HookKind::from_word(word).ok_or_else(|| unknown(word)));
    let kinds = kinds.collect::<Result<_, _>>()?;
    let new = NewWebhook { id: once.name(), area: area.into_inner(), url, kinds };
    let rules = service.limits.webhooks;
    let effect = move |link: &mut Link, now: &str| {
        let (row, secret) = hooks::ask(link, new, &rules, &caller.id, now)?;
        let location = format!("/v1/areas/{}/webhooks/{}", row.area, row.id);
        shown(|body| Reply::created(location.clone(), body), row, &secret)
    };
    once.change(&service, effect).await
}

/// The webhooks of an area.
#[utoipa::path(get, path = "/v1/areas/{area}/webhooks", operation_id = "webhooks.list", tag = "webhooks",
    params(("area" = String, Path)),
    responses((status = 200, body = Webhooks), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(service: Data<Service>, area: Path<String>) -> Result<HttpResponse, ApiError> {
    let rows = service.read(move |link| Ok(hooks::of_area(link, &area)?)).await?;
    Ok(HttpResponse::Ok().json(Webhooks { items: rows.into_iter().map(Webhook::from).collect() }))
}

/// A webhook, without its secret.
#[utoipa::path(get, path = "/v1/areas/{area}/webhooks/{webhook}", operation_id = "webhooks.get", tag = "webhooks",
    params(("area" = String, Path), ("webhook" = String, Path)),
    responses((status = 200, body = Webhook), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let (area, id) = path.into_inner();
    let row = service.read(move |link| Ok(hooks::webhook(link, &area, &id)?)).await?;
    Ok(HttpResponse::Ok().json(Webhook::from(row)))
}

/// Takes a webhook back, with all that was on its way to it. A message that is being sent may still arrive.
#[utoipa::path(delete, path = "/v1/areas/{area}/webhooks/{webhook}", operation_id = "webhooks.delete", tag = "webhooks",
    params(("area" = String, Path), ("webhook" = String, Path)),
    responses((status = 200, body = Webhook), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn delete(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let (area, id) = path.into_inner();
    let forgotten = service.write(move |service| {
        service.store().change(|link| -> Result<_, ApiError> { Ok(hooks::forget(link, &area, &id)?) })
    });
    Ok(HttpResponse::Ok().json(Webhook::from(forgotten.await?)))
}

/// Gives a webhook another secret, shown in this answer and never again. For some hours messages are signed with both, so that
/// the receiver can change over in between.
#[utoipa::path(post, path = "/v1/areas/{area}/webhooks/{webhook}/rotation", operation_id = "webhooks.rotate", tag = "webhooks",
    request_body = RotationRequest,
    params(("area" = String, Path), ("webhook" = String, Path),
        ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 200, body = Webhook), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn rotate(
    (service, once): (Data<Service>, Once),
    path: Path<(String, String)>,
    request: Json<RotationRequest>,
) -> Result<HttpResponse, ApiError> {
    let ((area, id), hours) = (path.into_inner(), request.0.overlap_hours.unwrap_or(OVERLAP_HOURS));
    let effect = move |link: &mut Link, now: &str| {
        let (row, secret) = hooks::rotate(link, (&area, &id), hours, now)?;
        shown(Reply::done, row, &secret)
    };
    once.change(&service, effect).await
}

/// Which messages, and which page of them.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveriesQuery {
    /// Those of this state: `waiting`, `delivered`, `failed`.
    #[param(pattern = "^(waiting|delivered|failed)$")]
    pub state: Option<String>,
    /// The `next` of the page before; nothing for the first page.
    pub cursor: Option<String>,
    /// How many, 1 to 1000; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
}

/// What is or was on its way to a webhook, in the order in which it happened. What was delivered or given up is forgotten
/// after 30 days.
#[utoipa::path(get, path = "/v1/areas/{area}/webhooks/{webhook}/deliveries", operation_id = "webhooks.deliveries",
    tag = "webhooks", params(("area" = String, Path), ("webhook" = String, Path), DeliveriesQuery),
    responses((status = 200, body = Page<Delivery>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn deliveries(
    service: Data<Service>,
    path: Path<(String, String)>,
    query: Query<DeliveriesQuery>,
) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "deliveries";
    const STATES: [&str; 3] = ["waiting", "delivered", "failed"];
    let ((area, id), query) = (path.into_inner(), query.into_inner());
    let page = PageQuery { cursor: query.cursor, limit: query.limit };
    let (limit, seen, state) = (page.limit()?, page.place(LIST)?, query.state);
    if let Some(state) = state.as_deref().filter(|it| !STATES.contains(it)) {
        return Err(ApiError::new(ApiCode::RequestValue, ["state", state, &STATES.join(", ")]));
    }
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let read = service.read(move |link| Ok(hooks::deliveries(link, (&area, &id), state.as_deref(), seen, most)?));
    let items = read.await?.into_iter().map(Delivery::of).collect();
    Ok(HttpResponse::Ok().json(Page::of(items, (LIST, limit), |it: &Delivery| [it.number.to_string()])))
}

/// Has a message sent again at once, whether it was delivered, was given up or waits.
#[utoipa::path(post, path = "/v1/areas/{area}/webhooks/{webhook}/deliveries/{delivery}/retry", operation_id = "webhooks.retry",
    tag = "webhooks",
    params(("area" = String, Path), ("webhook" = String, Path), ("delivery" = String, Path, description = "its number"),
        ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 202, body = Delivery), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn retry(
    (service, once): (Data<Service>, Once),
    path: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (area, id, number) = path.into_inner();
    let number = page::place(&number).ok_or_else(ApiError::unknown)?;
    let effect = move |link: &mut Link, _: &str| {
        let again = hooks::retry(link, (&area, &id), number)?;
        Reply::accepted(format!("/v1/areas/{area}/webhooks/{id}/deliveries"), &Delivery::of(again))
    };
    let answer = once.change(&service, effect).await?;
    service.wake();
    Ok(answer)
}
