//! Replays and audits: work that was asked for, how far it is, and what it came to.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use rate_core::error::Lang;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::notices::OWN_STYLE;
use super::page::{Page, PageQuery};
use super::stream::{News, followed, follows};
use super::{Once, Query, Reply, Service, Started};
use crate::api_error::{ApiCode, ApiError};
use crate::examinations::{self, Asking, Kind, lang_code};
use crate::store::{ExaminationEventRow, ExaminationRow, Link};

/// A replay or an audit, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Examination {
    /// Its name.
    pub id: String,
    /// The area.
    pub area: String,
    /// What was asked.
    #[schema(value_type = Object)]
    pub request: Box<RawValue>,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// How many records or accounts were looked at so far.
    pub done: i64,
    /// Of how many; `null` where nobody knows.
    pub of: Option<i64>,
    /// How many lines its list has so far.
    pub lines: i64,
    /// The number of the facts of the moment it was asked.
    pub knowledge: i64,
    /// When it was asked.
    pub created_at: String,
    /// The key that asked.
    pub created_by: String,
    /// When it was done, failed or was cancelled; 30 days later it is forgotten.
    pub finished_at: Option<String>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Sums: of a replay so far, of an audit once it is done.
    #[schema(value_type = Option<Object>)]
    pub summary: Option<Box<RawValue>>,
}

impl Examination {
    fn told(row: ExaminationRow, lang: Lang) -> Result<Self, ApiError> {
        let failure = examinations::failure(&row, lang);
        let raw = |text: String| RawValue::from_string(text).map_err(ApiError::internal);
        let summary = Some(row.result).filter(|text| !text.is_empty() && failure.is_none()).map(raw).transpose()?;
        Ok(Self {
            id: row.id,
            area: row.area,
            request: raw(row.request)?,
            state: row.state,
            done: row.done,
            of: (row.out_of > 0).then_some(row.out_of),
            lines: row.lines,
            knowledge: row.knowledge,
            created_at: row.asked_at,
            created_by: row.asked_by,
            finished_at: row.ended_at,
            failure,
            summary,
        })
    }
}

/// A change of state.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExaminationEvent {
    /// Counts from one.
    pub number: i64,
    /// The state it came to.
    pub state: String,
    /// When.
    pub recorded_at: String,
}

/// The history of a replay or an audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExaminationEvents {
    /// In order.
    pub items: Vec<ExaminationEvent>,
}

impl From<ExaminationEventRow> for ExaminationEvent {
    fn from(it: ExaminationEventRow) -> Self {
        Self { number: it.number, state: it.state, recorded_at: it.recorded_at }
    }
}

/// One of an area and kind; any other is as one that is not there.
fn reached(link: &mut Link, kind: Kind, (area, id): (&str, &str)) -> Result<ExaminationRow, ApiError> {
    let found = link.examination(id)?.filter(|row| row.area == area && row.kind == kind.as_str());
    found.ok_or_else(ApiError::unknown)
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Replay => "replays",
        Kind::Audit => "audits",
    }
}

/// Queues what was asked, once; what is checked before that keeps no writer waiting.
pub(super) async fn create(
    service: &Data<Service>,
    once: Once,
    (kind, area, lang): (Kind, String, Lang),
    ask: impl FnOnce(&Service, Asking) -> Result<ExaminationRow, ApiError> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let (of, by) = (once.clone(), once.caller.clone());
    let asking = Asking { id: once.name(), area: area.clone(), by, at: service.now() };
    // What was answered before is answered alike, whatever became of facts and law.
    let asked = service.wait(move |service| {
        let known = service.store().read(|link| link.answer(&of.caller, of.operation, &of.key))?.is_some();
        if known { Ok(None) } else { ask(service, asking).map(Some) }
    });
    let asked = asked.await?;
    let effect = move |link: &mut Link, _: &str| {
        // Only where the answer was forgotten between the two questions.
        let row = asked.ok_or_else(|| ApiError::plain(ApiCode::StoreBusy))?;
        examinations::queue(link, &row)?;
        let location = format!("/v1/areas/{area}/{}/{}", noun(kind), row.id);
        Reply::accepted(location, &Examination::told(row, lang)?)
    };
    let answer = once.change(service, effect).await?;
    service.wake();
    Ok(answer)
}

/// Those of an area, the last first.
pub(super) async fn list(
    service: Data<Service>,
    (kind, area, lang): (Kind, String, Lang),
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let (limit, [seen]) = (page.limit()?, page.behind(noun(kind))?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let rows = service.read(move |link| {
        let seen = match seen.as_str() {
            "" => None,
            seen => Some(reached(link, kind, (&area, seen)).map_err(|_| page.unfit())?),
        };
        Ok(link.examinations_of((&area, kind.as_str()), seen.as_ref(), most)?)
    });
    let items = rows.await?.into_iter().map(|row| Examination::told(row, lang)).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(Page::of(items, (noun(kind), limit), |it: &Examination| [it.id.clone()])))
}

/// One, and how far it is.
pub(super) async fn get(
    service: Data<Service>,
    (kind, lang): (Kind, Lang),
    (area, id): (String, String),
) -> Result<HttpResponse, ApiError> {
    let row = service.read(move |link| reached(link, kind, (&area, &id))).await?;
    Ok(HttpResponse::Ok().json(Examination::told(row, lang)?))
}

/// Cancels one that is not ended; the answer is its last state.
pub(super) async fn cancel(
    service: Data<Service>,
    (kind, lang): (Kind, Lang),
    (area, id): (String, String),
) -> Result<HttpResponse, ApiError> {
    let row = service.write(move |service| {
        let now = service.now();
        service.store().change(|link| -> Result<ExaminationRow, ApiError> {
            let mut row = reached(link, kind, (&area, &id))?;
            // Where it ended meanwhile, that is its state.
            if link.cancel_examination(&mut row, &now)? { Ok(row) } else { reached(link, kind, (&area, &id)) }
        })
    });
    Ok(HttpResponse::Ok().json(Examination::told(row.await?, lang)?))
}

fn news(link: &mut Link, kind: Kind, of: (&str, &str), lang: Lang, after: i64) -> Result<News, ApiError> {
    let row = reached(link, kind, of)?;
    let ended = row.ended_at.is_some();
    let count = |it: i64| u64::try_from(it).unwrap_or_default();
    let mark = vec![count(row.done), count(row.lines), u64::from(ended)];
    let events = link.examination_events(of.1, after)?.into_iter().map(ExaminationEvent::from);
    News::of(events.map(|it| (it.number, it)), (mark, &Examination::told(row, lang)?), ended)
}

/// Every change of state, as JSON or as it happens.
pub(super) async fn events(
    service: Data<Service>,
    (kind, lang): (Kind, Lang),
    request: HttpRequest,
    (area, id): (String, String),
) -> Result<HttpResponse, ApiError> {
    if let Some(after) = follows(&request) {
        let of = (area.clone(), id.clone());
        service.read(move |link| reached(link, kind, (&of.0, &of.1))).await?;
        let look =
            move |service: &Service, after| service.store().read(|link| news(link, kind, (&area, &id), lang, after));
        return Ok(followed(service.into_inner(), after, look));
    }
    let rows = service.read(move |link| {
        reached(link, kind, (&area, &id))?;
        Ok(link.examination_events(&id, 0)?)
    });
    let items = rows.await?.into_iter().map(ExaminationEvent::from).collect();
    Ok(HttpResponse::Ok().json(ExaminationEvents { items }))
}

/// A line, and its place in the list.
#[derive(Serialize)]
#[serde(transparent)]
struct Placed {
    #[serde(skip)]
    place: i64,
    line: Box<RawValue>,
}

/// The list, a page at a time, as far as it goes by now.
pub(super) async fn lines(
    service: Data<Service>,
    (kind, lang): (Kind, Lang),
    (area, id): (String, String),
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "lines";
    let (limit, from) = (page.limit()?, page.place(LIST)?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let rows = service.read(move |link| {
        reached(link, kind, (&area, &id))?;
        Ok(link.examination_lines(&id, from, most)?)
    });
    let placed = |row: crate::store::ExaminationLineRow| {
        let text = match lang {
            Lang::Zh => row.zh,
            Lang::En => row.en,
        };
        RawValue::from_string(text).map(|line| Placed { place: row.place, line }).map_err(ApiError::internal)
    };
    let items = rows.await?.into_iter().map(placed).collect::<Result<Vec<_>, _>>()?;
    Ok(HttpResponse::Ok().json(Page::of(items, (LIST, limit), |it: &Placed| [(it.place + 1).to_string()])))
}

/// A file of one that is done.
pub(super) async fn file(
    service: Data<Service>,
    (kind, started): (Kind, Started),
    (area, id, name): (String, String, String),
) -> Result<HttpResponse, ApiError> {
    let media = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv") => "text/csv; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let content = service.read(move |link| {
        let row = reached(link, kind, (&area, &id))?;
        if row.state != "done" {
            let state = row.state;
            return Err(ApiError::conflict(
                format!("状态为 {state}，尚无文件"),
                format!("it is {state}: there are no files of it"),
            ));
        }
        link.examination_file(&id, lang_code(started.lang), &name)?.ok_or_else(ApiError::unknown)
    });
    let kind = (CONTENT_TYPE, media);
    let response =
        HttpResponse::Ok().insert_header(kind).insert_header((CONTENT_SECURITY_POLICY, OWN_STYLE)).body(content.await?);
    Ok(response)
}
