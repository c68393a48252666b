//! Annual runs: asked for, watched, reviewed, approved, published; and what came of them.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use rate_core::diagnostics::Kind;
use rate_core::error::Lang;
use rate_core::{NaiveDate, Parameters};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::only::{self, OnlyBody, OnlyRequest};
use super::page::{Page, PageQuery};
use super::rates::day;
use super::served::today;
use super::stream::{News, followed, follows};
use super::{Json, Object, Once, Query, Reply, Service, Started};
use crate::annual::{self, Accepted, Act, Progress, State};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::billing::Seen;
use crate::gazette::{self, GazetteError};
use crate::remedy;
use crate::run::not_of_setting;
use crate::store::{Link, RunEventRow};

/// A run to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// What it is called, here and in the log: the code of the area, `-`, and letters, digits, `.`, `_`, `-`, at most 64 in
    /// all. Made up where nothing is said.
    #[schema(pattern = r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$", example = "990100-2022")]
    pub id: Option<String>,
    /// A day of the annual setting.
    #[schema(format = "date", example = "2022-07-01")]
    pub on: String,
    /// The day the rates are decided, where that is inside the setting.
    #[schema(format = "date")]
    pub decided_on: Option<String>,
    /// Only accounts without a rate in the setting are decided.
    #[serde(default)]
    pub first_only: bool,
    /// The published run it takes the place of, whole.
    pub supersedes: Option<String>,
    /// The accounts that it is over, where it is not over everybody. Their rates of the setting then take the place of what
    /// was published of them before; everybody else keeps theirs.
    pub only: Option<OnlyRequest>,
    /// How much of each kind of finding may be met: CSV `kind,most`; nothing of what blocks, where nothing is said.
    #[serde(default)]
    pub limits: String,
    /// Control totals of the sender, to be met: CSV `table,year,what,value`.
    #[serde(default)]
    pub control: String,
}

/// A run as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Run {
    /// What it is called.
    pub id: String,
    /// The area.
    pub area: String,
    /// A day of the annual setting.
    pub on: String,
    /// The day the rates are decided.
    pub decided_on: Option<String>,
    /// Only accounts without a rate in the setting are decided.
    pub first_only: bool,
    /// The run it takes the place of.
    pub supersedes: Option<String>,
    /// The accounts that it is over, where it is not over everybody.
    pub only: Option<OnlyBody>,
    /// `queued`, `running`, `blocked`, `trial`, `reviewed`, `approved`, `publishing`, `published`, `returned`, `cancelled`,
    /// `failed`.
    #[schema(example = "trial")]
    pub state: &'static str,
    /// Who made it.
    pub author: String,
    /// Who reviewed it.
    pub reviewer: Option<String>,
    /// Who approved it.
    pub approver: Option<String>,
    /// When it was asked for.
    pub created_at: String,
    /// The number its facts are frozen at.
    pub knowledge: Option<i64>,
    /// Why it failed.
    pub problem: Option<String>,
    /// Chunks that are decided.
    pub chunks_done: u64,
    /// Chunks.
    pub chunks: u64,
    /// Accounts that are decided.
    pub accounts_done: u64,
    /// Accounts.
    pub accounts: u64,
}

/// A run that was moved just now has no problem, and is told alike in both languages.
const NEW: Lang = Lang::Zh;

impl Run {
    /// A run as it is told in a language.
    fn told(it: Progress, lang: Lang) -> Self {
        Self {
            id: it.request.id,
            area: it.request.area,
            on: it.request.on.to_string(),
            decided_on: it.request.decided_on.map(|day| day.to_string()),
            first_only: it.request.first_only,
            supersedes: it.request.supersedes,
            only: it.request.only.as_ref().map(OnlyBody::of),
            state: it.state.as_str(),
            author: it.author,
            reviewer: it.reviewer,
            approver: it.approver,
            created_at: it.created_at,
            knowledge: it.knowledge,
            problem: it.problem.map(|told| told.text(lang).to_owned()),
            chunks_done: it.chunks[0],
            chunks: it.chunks[1],
            accounts_done: it.accounts[0],
            accounts: it.accounts[1],
        }
    }
}

/// A run, and nothing of another area.
pub(super) fn of_area(service: &Service, area: &str, run: &str) -> Result<Progress, ApiError> {
    let found = annual::progress(service.store(), run)?;
    if found.request.area == area { Ok(found) } else { Err(ApiError::unknown()) }
}

/// Whether a run is of an area; another is as if it were not there.
pub(super) fn in_area(link: &mut Link, area: &str, run: &str) -> Result<(), ApiError> {
    let found = link.run(run)?.filter(|row| row.area == area);
    found.map(drop).ok_or_else(ApiError::unknown)
}

/// Reads something of a run.
pub(super) async fn reading<T, W>(service: &Data<Service>, path: Path<(String, String)>, work: W) -> Result<T, ApiError>
where
    T: Send + 'static,
    W: FnOnce(&Service, &str) -> Result<T, ApiError> + Send + 'static,
{
    let (area, run) = path.into_inner();
    let read = service.wait(move |service| {
        of_area(service, &area, &run)?;
        work(service, &run)
    });
    read.await
}

/// Asks for a run over everything that is known of the area now. It is queued; its state says how far it is.
#[utoipa::path(post, path = "/v1/areas/{area}/runs", operation_id = "runs.create", tag = "runs", request_body = RunRequest,
    params(("area" = String, Path), ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 202, body = Run), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn create(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    area: Path<String>,
    request: Json<RunRequest>,
) -> Result<HttpResponse, ApiError> {
    let (area, asked) = (area.into_inner(), request.0);
    // Names are one for all areas. One of this area's cannot be another's, so nobody learns whether another has it.
    let own = |id: &&String| id.strip_prefix(area.as_str()).is_some_and(|rest| rest.starts_with('-'));
    if let Some(id) = asked.id.as_ref().filter(|id| !own(id)) {
        return Err(ApiError::new(ApiCode::RequestValue, ["id", id, &format!("{area}-…")]));
    }
    let on = day("on", &asked.on)?;
    let decided_on = asked.decided_on.as_deref().map(|text| day("decided_on", text)).transpose()?;
    if asked.only.is_some() && (asked.first_only || asked.supersedes.is_some() || !asked.control.is_empty()) {
        let text = ["only", "…", "without / 不与 first_only, supersedes, control"];
        return Err(ApiError::new(ApiCode::RequestValue, text));
    }
    let only = asked.only.map(OnlyRequest::read).transpose()?;
    let (of, before, named) = (area.clone(), asked.supersedes.clone(), only.clone());
    let fits = service.wait(move |service| {
        service.store().read(|link| {
            let seen = service.ledger(link)?;
            match &named {
                Some(only) => {
                    only::fits(link, &seen, (&of, on), only)?;
                    annual::is_granted(link, &of, only)?;
                }
                None => fits(&seen, &of, on, before.as_deref(), asked.first_only)?,
            }
            decided_on.map_or(Ok(()), |day| in_setting(link, &of, on, day))
        })
    });
    fits.await?;
    let id = asked.id.unwrap_or_else(|| made_up(&area, on, &once.fingerprint, &once.key));
    let request = annual::Request {
        id,
        area,
        on,
        decided_on,
        first_only: asked.first_only,
        supersedes: asked.supersedes,
        only,
        limits: asked.limits,
        control: asked.control,
    };
    let woken = Data::clone(&service);
    let answer = once.change(&service, move |link, now| {
        annual::open_in(link, &request, &caller.holder, now)?;
        let run = annual::progress_in(link, &request.id)?;
        Reply::accepted(format!("/v1/areas/{}/runs/{}", request.area, request.id), &Run::told(run, NEW))
    });
    let answer = answer.await?;
    woken.wake();
    Ok(answer)
}

/// Whether a run may be asked for beside those that stand.
fn fits(seen: &Seen, area: &str, on: NaiveDate, supersedes: Option<&str>, first_only: bool) -> Result<(), ApiError> {
    let standing = seen.standing(area);
    if let Some(before) = supersedes {
        return if standing.iter().any(|it| it.run.id == before) {
            Ok(())
        } else {
            Err(ApiError::refused(
                format!("该统筹区没有现行的运行 `{before}` 可供替代"),
                format!("no run `{before}` stands in this area whose place another could take"),
            ))
        };
    }
    match standing.iter().find(|it| !first_only && it.run.setting.contains(on)) {
        None => Ok(()),
        Some(it) => {
            let id = &it.run.id;
            Err(ApiError::conflict(
                format!("该期已有发布的运行 `{id}`：请以 supersedes 指明替代，或仅核定新单位（first_only）"),
                format!("run `{id}` stands for this setting: name it as `supersedes`, or ask for first rates alone"),
            ))
        }
    }
}

/// Whether rates of a setting may be decided on a day, as far as its law is in force by now.
fn in_setting(link: &mut Link, area: &str, on: NaiveDate, day: NaiveDate) -> Result<(), ApiError> {
    let law = match gazette::law(link, area, on, None, Parameters::default()) {
        Ok(chosen) => chosen.law,
        Err(GazetteError::NoLaw { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    not_of_setting(&law, day).map_or(Ok(()), |(zh, en)| Err(ApiError::refused(zh, en)))
}

/// A name that no other request has.
fn made_up(area: &str, on: NaiveDate, fingerprint: &[u8], key: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let hash = Sha256::new().chain_update(fingerprint).chain_update(key).finalize();
    format!("{area}-{on}-{}", super::rates::hex(&hash[..4]))
}

/// The runs of an area, the last first.
#[utoipa::path(get, path = "/v1/areas/{area}/runs", operation_id = "runs.list", tag = "runs",
    params(("area" = String, Path), PageQuery),
    responses((status = 200, body = Page<Run>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    service: Data<Service>,
    started: Started,
    area: Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "runs";
    let (limit, [seen]) = (page.limit()?, page.behind(LIST)?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let area = area.into_inner();
    let runs = service.wait(move |service| {
        let seen = (!seen.is_empty()).then_some(seen.as_str());
        if let Some(seen) = seen {
            of_area(service, &area, seen).map_err(|_| page.unfit())?;
        }
        Ok(annual::runs(service.store(), &[area], seen, most)?)
    });
    let runs: Vec<Run> = runs.await?.into_iter().map(|run| Run::told(run, started.lang)).collect();
    Ok(HttpResponse::Ok().json(Page::of(runs, (LIST, limit), |run: &Run| [run.id.clone()])))
}

/// A run as it stands.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}", operation_id = "runs.get", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path)),
    responses((status = 200, body = Run), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let run = reading(&service, path, |service, run| Ok(annual::progress(service.store(), run)?)).await?;
    Ok(HttpResponse::Ok().json(Run::told(run, started.lang)))
}

/// What is said when a run is moved.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Why, for whoever reads the history of the run; at most 1000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub remark: String,
}

/// Moves a run.
async fn moved(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    path: Path<(String, String)>,
    remark: Remark,
    act: Act,
) -> Result<HttpResponse, ApiError> {
    let (area, run) = path.into_inner();
    if remark.remark.chars().count() > 1000 {
        return Err(ApiError::new(ApiCode::RequestValue, ["remark", "…", "0–1000"]));
    }
    let woken = Data::clone(&service);
    let answer = once.change(&service, move |link, now| {
        in_area(link, &area, &run)?;
        if act == Act::Publish {
            remedy::may_publish(link, &run, today(now)?)?;
        }
        annual::act_in(link, &run, act, &caller.holder, now, remark.remark.trim())?;
        Reply::done(&Run::told(annual::progress_in(link, &run)?, NEW))
    });
    let answer = answer.await?;
    woken.wake();
    Ok(answer)
}

macro_rules! moves {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal $path:literal $act:ident;)+) => {$(
        $(#[doc = $doc])+
        #[utoipa::path(post, path = $path, operation_id = $id, tag = "runs", request_body = Remark,
            params(("area" = String, Path), ("run" = String, Path),
                ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
            responses((status = 200, body = Run), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
        pub async fn $name(
            service: Data<Service>,
            caller: Caller,
            once: Once,
            path: Path<(String, String)>,
            remark: Json<Remark>,
        ) -> Result<HttpResponse, ApiError> {
            moved(service, caller, once, path, remark.0, Act::$act).await
        }
    )+};
}

moves! {
    /// A second person has looked through a run: not the one who made it.
    review = "runs.review" "/v1/areas/{area}/runs/{run}/review" Review;
    /// Somebody other than its author answers for a run that was reviewed.
    approve = "runs.approve" "/v1/areas/{area}/runs/{run}/approval" Approve;
    /// Has a run that is approved published. It is `publishing` until it stands in the log.
    publish = "runs.publish" "/v1/areas/{area}/runs/{run}/publication" Publish;
    /// Sends a run back to its author; what it came to is dropped.
    send_back = "runs.return" "/v1/areas/{area}/runs/{run}/return" Return;
    /// Makes a run that was sent back once more, over what is known now.
    rerun = "runs.rerun" "/v1/areas/{area}/runs/{run}/rerun" Rerun;
    /// Lets a run that failed go on where it stopped.
    resume = "runs.resume" "/v1/areas/{area}/runs/{run}/resumption" Resume;
    /// Gives a run up; what it came to is dropped.
    cancel = "runs.cancel" "/v1/areas/{area}/runs/{run}/cancellation" Cancel;
}

/// Kinds of findings that somebody accepts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Each with a reason.
    #[schema(min_items = 1, value_type = Vec<AcceptedKind>)]
    pub kinds: Vec<Object<AcceptedKind>>,
}

/// A kind of findings that somebody accepts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptedKind {
    /// The kind, as the diagnostics name it.
    #[schema(example = "table-empty")]
    pub kind: String,
    /// Why it may be.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// Accepts by name what keeps a run from deciding; it goes on where all that blocks is accepted.
#[utoipa::path(post, path = "/v1/areas/{area}/runs/{run}/acceptance", operation_id = "runs.accept", tag = "runs",
    request_body = Acceptance,
    params(("area" = String, Path), ("run" = String, Path),
        ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 200, body = Run), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn accept(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    path: Path<(String, String)>,
    request: Json<Acceptance>,
) -> Result<HttpResponse, ApiError> {
    let (area, run) = path.into_inner();
    let unfit = |kind: &str| ApiError::new(ApiCode::RequestValue, ["kind", kind, "docs/diagnostics.md"]);
    let accepted: Result<Vec<Accepted>, ApiError> = request
        .0
        .kinds
        .into_iter()
        .map(|Object(it)| {
            if it.reason.chars().count() > 1000 {
                return Err(ApiError::new(ApiCode::RequestValue, ["reason", "…", "1–1000"]));
            }
            let kind = Kind::from_word(&it.kind).ok_or_else(|| unfit(&it.kind))?;
            Ok(Accepted { kind, reason: it.reason })
        })
        .collect();
    let accepted = accepted?;
    let woken = Data::clone(&service);
    let answer = once.change(&service, move |link, now| {
        in_area(link, &area, &run)?;
        annual::accept_in(link, &run, &accepted, &caller.holder, now)?;
        Reply::done(&Run::told(annual::progress_in(link, &run)?, NEW))
    });
    let answer = answer.await?;
    woken.wake();
    Ok(answer)
}

/// A change of state of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunEvent {
    /// Counts from one within the run.
    pub number: i64,
    /// The state it came to.
    pub state: String,
    /// What moved it.
    pub act: String,
    /// Who.
    pub who: String,
    /// When.
    pub recorded_at: String,
    /// Why.
    pub remark: String,
}

/// The history of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunEvents {
    /// In order.
    pub items: Vec<RunEvent>,
}

impl RunEvent {
    /// An event as it is told in a language.
    fn told(it: RunEventRow, lang: Lang) -> Self {
        let remark = annual::remark(&it, lang);
        let RunEventRow { number, state, act, who, recorded_at, .. } = it;
        Self { number, state, act, who, recorded_at, remark }
    }
}

/// What is new of a run behind a number.
fn news(service: &Service, (area, run): (&str, &str), lang: Lang, after: i64) -> Result<News, ApiError> {
    let progress = of_area(service, area, run)?;
    let ended = matches!(progress.state, State::Published | State::Cancelled);
    let now = Run::told(progress, lang);
    let events = annual::events(service.store(), run, after)?.into_iter().map(|it| RunEvent::told(it, lang));
    News::of(events.map(|it| (it.number, it)), (vec![now.chunks_done], &now), ended)
}

/// The history of a run: every change of state, who made it, when and why. As `text/event-stream`, as it happens: an event
/// `state` for each change, numbered, and `progress` for each chunk, until the run is published or given up; whoever was cut
/// off goes on behind its `Last-Event-ID`.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/events", operation_id = "runs.events", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path)),
    responses((status = 200, content((RunEvents = "application/json"), (String = "text/event-stream"))), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn events(
    service: Data<Service>,
    started: Started,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    if let Some(after) = follows(&request) {
        let (area, run) = path.into_inner();
        let of = (area.clone(), run.clone());
        service.wait(move |service| of_area(service, &of.0, &of.1).map(drop)).await?;
        let look = move |service: &Service, after| news(service, (&area, &run), started.lang, after);
        return Ok(followed(service.into_inner(), after, look));
    }
    let events = reading(&service, path, |service, run| Ok(annual::events(service.store(), run, 0)?)).await?;
    let items = events.into_iter().map(|it| RunEvent::told(it, started.lang)).collect();
    Ok(HttpResponse::Ok().json(RunEvents { items }))
}
