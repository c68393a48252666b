//! Scenarios: what is asked of the stored book of an area in a study, watched while it is answered, and read.

use actix_web::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use rate_core::error::Lang;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::documents::person;
use super::notices::OWN_STYLE;
use super::page::{Page, PageQuery};
use super::rates::day;
use super::stream::{News, followed, follows};
use super::{Json, Once, Query, Reply, Service, Started};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::clock;
use crate::store::{Link, ScenarioEventRow, ScenarioRow};
use crate::studies::{self, Cause, Form, Question};

/// What is asked of the stored book of an area.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioRequest {
    /// The area.
    #[schema(example = "990100")]
    pub area: String,
    /// A day of the annual setting; need not be said where the study says it.
    #[schema(format = "date", example = "2022-07-01")]
    pub on: Option<String>,
    /// As of which instant facts and law are known; now where nothing is said.
    #[schema(format = "date-time")]
    pub known_at: Option<String>,
    /// The study: the shape of a study file (`study/1`), as JSON. `rules` and `parameters` of a candidate are digests of
    /// documents that were uploaded here, published or not.
    #[schema(value_type = Object)]
    pub study: Box<RawValue>,
}

/// How far a scenario is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioProgress {
    /// `reading` the accounts, or `answering`.
    pub stage: String,
    /// Accounts read, or steps answered.
    pub done: i64,
    /// Of how many steps; `null` while accounts are read.
    pub all: Option<i64>,
}

/// Why a scenario failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioProblem {
    /// The stable code, where there is one; `docs/ERRORS.md` says what to do.
    pub code: Option<String>,
    /// What it is of.
    pub field: Option<String>,
    /// The sentence.
    pub message: String,
}

/// A scenario, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scenario {
    /// Its name.
    pub id: String,
    /// The area.
    pub area: String,
    /// A day of the annual setting.
    pub on: String,
    /// What the study is called.
    pub name: String,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// How far it is, while it is running.
    pub progress: Option<ScenarioProgress>,
    /// The number of the facts that it is about.
    pub knowledge: i64,
    /// When it was asked.
    pub created_at: String,
    /// The key that asked.
    pub created_by: String,
    /// When it was done, failed or was cancelled; 30 days later it is forgotten.
    pub finished_at: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ScenarioProblem>,
}

impl Scenario {
    fn told(row: ScenarioRow, lang: Lang) -> Self {
        let some = |text: String| (!text.is_empty()).then_some(text);
        let problem = |it: Cause| {
            let message = it.text(lang).to_owned();
            ScenarioProblem { code: some(it.code), field: some(it.field), message }
        };
        let progress = (row.state == "running").then(|| ScenarioProgress {
            stage: if row.stage.is_empty() { "reading".to_owned() } else { row.stage.clone() },
            done: row.done,
            all: (row.out_of > 0).then_some(row.out_of),
        });
        Self {
            name: studies::name(&row, lang),
            problems: studies::causes(&row).into_iter().map(problem).collect(),
            progress,
            id: row.id,
            area: row.area,
            on: row.day,
            state: row.state,
            knowledge: row.knowledge,
            created_at: row.asked_at,
            created_by: row.asked_by,
            finished_at: row.ended_at,
        }
    }
}

/// A scenario that a key reaches; another area's is as one that is not there.
fn reached(link: &mut Link, caller: &Caller, id: &str) -> Result<ScenarioRow, ApiError> {
    link.scenario(id)?.filter(|row| caller.areas.reach(&row.area)).ok_or_else(ApiError::unknown)
}

/// A scenario that is done.
fn done(link: &mut Link, caller: &Caller, id: &str) -> Result<ScenarioRow, ApiError> {
    let row = reached(link, caller, id)?;
    if row.state == "done" {
        return Ok(row);
    }
    let state = &row.state;
    Err(ApiError::conflict(
        format!("该测算的状态为 {state}，没有结果"),
        format!("the scenario is {state}: there is nothing of it to be read"),
    ))
}

/// Asks something of the stored book of an area. Everything that is wrong with the study, as far as it shows without the
/// accounts, is told at once, each at its place; else it is queued, and its state says how far it is. The law is what a run
/// would be made under; the facts are those known now, or as of an instant.
#[utoipa::path(post, path = "/v1/scenarios", operation_id = "scenarios.create", tag = "scenarios",
    request_body = ScenarioRequest,
    params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 202, body = Scenario), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn create(
    (service, caller, once): (Data<Service>, Caller, Once),
    started: Started,
    request: Json<ScenarioRequest>,
) -> Result<HttpResponse, ApiError> {
    let ScenarioRequest { area, on, known_at, study } = request.0;
    if !caller.areas.reach(&area) {
        return Err(ApiError::unknown());
    }
    let instant = |text: String| {
        clock::instant(&text).ok_or_else(|| ApiError::new(ApiCode::RequestValue, ["known_at", &text, "RFC 3339"]))
    };
    let question = Question {
        id: once.name(),
        area,
        on: on.as_deref().map(|text| day("on", text)).transpose()?,
        known_at: known_at.map(instant).transpose()?,
        study: study.get().to_owned(),
    };
    let (by, lang, of, now) = (person(&caller), started.lang, once.clone(), service.now());
    // What was answered before is answered alike, whatever became of law and facts; what is checked keeps no writer waiting.
    let asked = service.read(move |link| {
        let known = link.answer(&of.caller, of.operation, &of.key)?.is_some();
        if known { Ok(None) } else { Ok(Some(studies::ask(link, question, &by, &now)?)) }
    });
    let asked = asked.await?;
    let effect = move |link: &mut Link, _: &str| {
        // Only where the answer was forgotten between the two questions.
        let row = asked.ok_or_else(|| ApiError::plain(ApiCode::StoreBusy))?;
        studies::queue(link, &row)?;
        Reply::accepted(format!("/v1/scenarios/{}", row.id), &Scenario::told(row, lang))
    };
    let answer = once.change(&service, effect).await?;
    service.wake();
    Ok(answer)
}

/// The scenarios of the areas that the caller's key reaches, the last first.
#[utoipa::path(get, path = "/v1/scenarios", operation_id = "scenarios.list", tag = "scenarios", params(PageQuery),
    responses((status = 200, body = Page<Scenario>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    service: Data<Service>,
    caller: Caller,
    started: Started,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "scenarios";
    let (limit, [seen]) = (page.limit()?, page.behind(LIST)?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let rows = service.read(move |link| {
        let seen = match seen.as_str() {
            "" => None,
            seen => Some(reached(link, &caller, seen).map_err(|_| page.unfit())?),
        };
        let mut areas = link.scenario_areas()?;
        areas.retain(|area| caller.areas.reach(area));
        Ok(link.scenarios_of(&areas, seen.as_ref(), most)?)
    });
    let items = rows.await?.into_iter().map(|row| Scenario::told(row, started.lang)).collect();
    Ok(HttpResponse::Ok().json(Page::of(items, (LIST, limit), |it: &Scenario| [it.id.clone()])))
}

/// A scenario, and how far it is.
#[utoipa::path(get, path = "/v1/scenarios/{id}", operation_id = "scenarios.get", tag = "scenarios",
    params(("id" = String, Path)),
    responses((status = 200, body = Scenario), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(
    service: Data<Service>,
    caller: Caller,
    started: Started,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let row = service.read(move |link| reached(link, &caller, &id)).await?;
    Ok(HttpResponse::Ok().json(Scenario::told(row, started.lang)))
}

/// A change of state of a scenario.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioEvent {
    /// Counts from one within the scenario.
    pub number: i64,
    /// The state it came to.
    pub state: String,
    /// When.
    pub recorded_at: String,
}

/// The history of a scenario.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioEvents {
    /// In order.
    pub items: Vec<ScenarioEvent>,
}

impl From<ScenarioEventRow> for ScenarioEvent {
    fn from(it: ScenarioEventRow) -> Self {
        Self { number: it.number, state: it.state, recorded_at: it.recorded_at }
    }
}

/// What is new of a scenario behind a number.
fn news(link: &mut Link, caller: &Caller, id: &str, lang: Lang, after: i64) -> Result<News, ApiError> {
    let row = reached(link, caller, id)?;
    let ended = row.ended_at.is_some();
    let count = |it: i64| u64::try_from(it).unwrap_or_default();
    let mark = vec![count(row.fence), count(row.out_of), count(row.done), u64::from(ended)];
    let events = link.scenario_events(id, after)?.into_iter().map(ScenarioEvent::from);
    News::of(events.map(|it| (it.number, it)), (mark, &Scenario::told(row, lang)), ended)
}

/// The history of a scenario: every change of its state. As `text/event-stream`, as it happens: an event `state` for each
/// change, numbered, and `progress` where more accounts are read or steps answered, until it has ended; whoever was cut off
/// goes on behind its `Last-Event-ID`.
#[utoipa::path(get, path = "/v1/scenarios/{id}/events", operation_id = "scenarios.events", tag = "scenarios",
    params(("id" = String, Path)),
    responses((status = 200, content((ScenarioEvents = "application/json"), (String = "text/event-stream"))), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn events(
    service: Data<Service>,
    caller: Caller,
    started: Started,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    if let Some(after) = follows(&request) {
        let of = (caller.clone(), id.clone());
        service.read(move |link| reached(link, &of.0, &of.1)).await?;
        let look =
            move |service: &Service, after| service.store().read(|link| news(link, &caller, &id, started.lang, after));
        return Ok(followed(service.into_inner(), after, look));
    }
    let rows = service.read(move |link| {
        reached(link, &caller, &id)?;
        Ok(link.scenario_events(&id, 0)?)
    });
    let items = rows.await?.into_iter().map(ScenarioEvent::from).collect();
    Ok(HttpResponse::Ok().json(ScenarioEvents { items }))
}

/// A column of a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioColumn {
    /// Its key in rows and CSV; amounts end in `_fen`, rates and shares in `_percent`.
    pub key: String,
    /// Its head.
    pub head: String,
}

/// A table of a scenario.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioTable {
    /// Its name.
    #[schema(example = "totals")]
    pub id: String,
    /// Its title.
    pub title: String,
    /// What is to be known before it is read; may be empty.
    pub note: String,
    /// Its columns.
    pub columns: Vec<ScenarioColumn>,
    /// Its rows, cells under the keys of columns: amounts whole numbers of fen, rates and shares decimal strings.
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<serde_json::Value>,
}

/// The tables of a scenario.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioTables {
    /// In the order people read them.
    #[schema(value_type = Vec<ScenarioTable>)]
    pub items: Vec<Box<RawValue>>,
}

/// The tables of a scenario that is done; those of `rate scenario` over the same facts and law.
#[utoipa::path(get, path = "/v1/scenarios/{id}/tables", operation_id = "scenarios.tables", tag = "scenarios",
    params(("id" = String, Path)),
    responses((status = 200, body = ScenarioTables), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn tables(
    service: Data<Service>,
    caller: Caller,
    started: Started,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let of = (studies::lang_code(started.lang), Form::Json.as_str());
    let parts = service.read(move |link| {
        done(link, &caller, &id)?;
        Ok(link.scenario_parts(&id, of, None)?)
    });
    let items = parts.await?.into_iter().map(|part| RawValue::from_string(part.content));
    let items = items.collect::<Result<_, _>>().map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok().json(ScenarioTables { items }))
}

/// What is kept of a scenario that is done under a form and name.
async fn part(
    service: &Data<Service>,
    caller: Caller,
    id: String,
    of: (Lang, Form),
    name: String,
) -> Result<String, ApiError> {
    let of = (studies::lang_code(of.0), of.1.as_str());
    let parts = service.read(move |link| {
        done(link, &caller, &id)?;
        Ok(link.scenario_parts(&id, of, Some(&name))?)
    });
    parts.await?.pop().map(|part| part.content).ok_or_else(ApiError::unknown)
}

/// A table of a scenario that is done, as JSON, or as CSV where `Accept` says `text/csv`.
#[utoipa::path(get, path = "/v1/scenarios/{id}/tables/{table}", operation_id = "scenarios.table", tag = "scenarios",
    params(("id" = String, Path), ("table" = String, Path)),
    responses((status = 200, content((ScenarioTable = "application/json"), (String = "text/csv"))), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn table(
    service: Data<Service>,
    caller: Caller,
    started: Started,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (id, name) = path.into_inner();
    let accept = request.headers().get(ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let (form, kind) = if accept.contains("text/csv") {
        (Form::Csv, "text/csv; charset=utf-8")
    } else {
        (Form::Json, "application/json")
    };
    let content = part(&service, caller, id, (started.lang, form), name).await?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).body(content))
}

/// The report of a scenario that is done: one page with its tables and pictures.
#[utoipa::path(get, path = "/v1/scenarios/{id}/report", operation_id = "scenarios.report", tag = "scenarios",
    params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "text/html"), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn report(
    service: Data<Service>,
    caller: Caller,
    started: Started,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let page = part(&service, caller, id.into_inner(), (started.lang, Form::Html), "report".to_owned()).await?;
    let kind = (CONTENT_TYPE, "text/html; charset=utf-8");
    Ok(HttpResponse::Ok().insert_header(kind).insert_header((CONTENT_SECURITY_POLICY, OWN_STYLE)).body(page))
}

/// Cancels a scenario that is not ended: it stays, as `cancelled`, without results. One that is done or failed is forgotten
/// with its results; the answer is its last state.
#[utoipa::path(delete, path = "/v1/scenarios/{id}", operation_id = "scenarios.drop", tag = "scenarios",
    params(("id" = String, Path)),
    responses((status = 200, body = Scenario), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn drop(
    service: Data<Service>,
    caller: Caller,
    started: Started,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let row = service.write(move |service| {
        let now = service.now();
        service.store().change(|link| -> Result<ScenarioRow, ApiError> {
            let row = link.scenario_kept(&id)?.filter(|row| caller.areas.reach(&row.area));
            let mut row = row.ok_or_else(ApiError::unknown)?;
            if row.ended_at.is_some() {
                // Cancelling twice is cancelling once.
                if row.state != "cancelled" {
                    link.forget_scenario(&id)?;
                }
                return Ok(row);
            }
            "cancelled".clone_into(&mut row.state);
            row.ended_at = Some(now);
            link.end_scenario(&row, &[])?;
            Ok(row)
        })
    });
    Ok(HttpResponse::Ok().json(Scenario::told(row.await?, started.lang)))
}
