//! Annual runs: asked for, watched, reviewed, approved, published; and what came of them.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use rate_core::NaiveDate;
use rate_core::diagnostics::Kind;
use rate_core::error::Lang;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::page::{Page, PageQuery};
use super::rates::day;
use super::{Json, Once, Reply, Service, Started};
use crate::annual::{self, Accepted, Act, Progress};
use crate::api_error::{ApiCode, ApiError, PlacedProblem, ProblemBody};
use crate::auth::Caller;
use crate::run::Summary;
use crate::store::Link;

/// A run to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// What it is called, here and in the log: letters, digits, `.`, `_`, `-`, at most 64. Made up where nothing is said.
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

impl From<Progress> for Run {
    fn from(it: Progress) -> Self {
        Self {
            id: it.request.id,
            area: it.request.area,
            on: it.request.on.to_string(),
            decided_on: it.request.decided_on.map(|day| day.to_string()),
            first_only: it.request.first_only,
            supersedes: it.request.supersedes,
            state: it.state.as_str(),
            author: it.author,
            reviewer: it.reviewer,
            approver: it.approver,
            created_at: it.created_at,
            knowledge: it.knowledge,
            problem: it.problem,
            chunks_done: it.chunks[0],
            chunks: it.chunks[1],
            accounts_done: it.accounts[0],
            accounts: it.accounts[1],
        }
    }
}

/// A run, and nothing of another area.
fn of_area(service: &Service, area: &str, run: &str) -> Result<Progress, ApiError> {
    let found = annual::progress(service.store(), run)?;
    if found.request.area == area { Ok(found) } else { Err(ApiError::unknown()) }
}

fn in_area(link: &mut Link, area: &str, run: &str) -> Result<(), ApiError> {
    let found = link.run(run)?.filter(|row| row.area == area);
    found.map(drop).ok_or_else(ApiError::unknown)
}

/// Reads something of a run.
async fn reading<T, W>(service: &Data<Service>, path: Path<(String, String)>, work: W) -> Result<T, ApiError>
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
    let on = day("on", &asked.on)?;
    let decided_on = asked.decided_on.as_deref().map(|text| day("decided_on", text)).transpose()?;
    let id = asked.id.unwrap_or_else(|| made_up(&area, on, &once.fingerprint, &once.key));
    let request = annual::Request {
        id,
        area,
        on,
        decided_on,
        first_only: asked.first_only,
        supersedes: asked.supersedes,
        limits: asked.limits,
        control: asked.control,
    };
    let woken = Data::clone(&service);
    let answer = once.change(&service, move |link, now| {
        annual::open_in(link, &request, &caller.holder, now)?;
        let run = annual::progress_in(link, &request.id)?;
        Reply::accepted(format!("/v1/areas/{}/runs/{}", request.area, request.id), &Run::from(run))
    });
    let answer = answer.await?;
    woken.wake();
    Ok(answer)
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
    area: Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let (limit, [seen]) = (page.limit()?, page.behind()?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let area = area.into_inner();
    let runs = service.wait(move |service| {
        let seen = (!seen.is_empty()).then_some(seen.as_str());
        if let Some(seen) = seen {
            of_area(service, &area, seen)?;
        }
        Ok(annual::runs(service.store(), &[area], seen, most)?)
    });
    let runs: Vec<Run> = runs.await?.into_iter().map(Run::from).collect();
    Ok(HttpResponse::Ok().json(Page::of(runs, limit, |run: &Run| [run.id.clone()])))
}

/// A run as it stands.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}", operation_id = "runs.get", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path)),
    responses((status = 200, body = Run), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let run = reading(&service, path, |service, run| Ok(annual::progress(service.store(), run)?)).await?;
    Ok(HttpResponse::Ok().json(Run::from(run)))
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
        annual::act_in(link, &run, act, &caller.holder, now, remark.remark.trim())?;
        Reply::done(&Run::from(annual::progress_in(link, &run)?))
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
    #[schema(min_items = 1)]
    pub kinds: Vec<AcceptedKind>,
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
        .map(|it| {
            let kind = Kind::from_word(&it.kind).ok_or_else(|| unfit(&it.kind))?;
            Ok(Accepted { kind, reason: it.reason })
        })
        .collect();
    let accepted = accepted?;
    let woken = Data::clone(&service);
    let answer = once.change(&service, move |link, now| {
        in_area(link, &area, &run)?;
        annual::accept_in(link, &run, &accepted, &caller.holder, now)?;
        Reply::done(&Run::from(annual::progress_in(link, &run)?))
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

/// The history of a run: every change of state, who made it, when and why.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/events", operation_id = "runs.events", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path)),
    responses((status = 200, body = RunEvents), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn events(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let events = reading(&service, path, |service, run| Ok(annual::events(service.store(), run, 0)?)).await?;
    let items = events.into_iter().map(|it| RunEvent {
        number: it.number,
        state: it.state,
        act: it.act,
        who: it.who,
        recorded_at: it.recorded_at,
        remark: it.remark,
    });
    Ok(HttpResponse::Ok().json(RunEvents { items: items.collect() }))
}

/// A line of the summary by grade.
#[derive(Debug, Serialize, ToSchema)]
pub struct ByGrade {
    /// The grade; empty where the last rate is held.
    pub grade: String,
    /// Accounts.
    pub accounts: u64,
    /// Heads.
    #[schema(value_type = i64)]
    pub heads: i128,
    /// Twelve months' payroll, in fen.
    #[schema(value_type = i64)]
    pub payroll_fen: i128,
    /// Premium of the months billed, in fen: the sum of the bills.
    #[schema(value_type = i64)]
    pub premium_fen: i128,
}

/// A line of the summary by change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ByChange {
    /// `up`, `down`, `same`, `first`.
    pub change: &'static str,
    /// Accounts.
    pub accounts: u64,
    /// Heads.
    #[schema(value_type = i64)]
    pub heads: i128,
    /// Twelve months' payroll, in fen.
    #[schema(value_type = i64)]
    pub payroll_fen: i128,
    /// Premium of the same months at the previous rate, in fen.
    #[schema(value_type = i64)]
    pub before_fen: i128,
    /// Premium of the months billed, in fen.
    #[schema(value_type = i64)]
    pub after_fen: i128,
}

/// Both summaries; everybody is accounted for in each.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunSummary {
    /// Accounts with a rate.
    pub decided: u64,
    /// Accounts whose facts are wrong.
    pub refused: u64,
    /// Accounts not insured in the setting.
    pub not_insured: u64,
    /// Premium of everybody decided, in fen: the sum of the bills.
    #[schema(value_type = i64)]
    pub premium_fen: i128,
    /// By grade, lowest first.
    pub by_grade: Vec<ByGrade>,
    /// By change against the previous rate.
    pub by_change: Vec<ByChange>,
    /// Accounts by origin of the rate.
    #[schema(value_type = Object)]
    pub by_origin: Value,
    /// Accounts by code of the reason.
    #[schema(value_type = Object)]
    pub by_reason: Value,
}

impl From<Summary> for RunSummary {
    fn from(it: Summary) -> Self {
        let [decided, refused, not_insured] = it.counts;
        let premium_fen = it.premium_fen();
        let by_grade = it.by_grade.into_iter().map(|((_, grade), row)| ByGrade {
            grade,
            accounts: row.accounts,
            heads: row.heads,
            payroll_fen: row.payroll_fen,
            premium_fen: row.premium_fen,
        });
        let by_change = it.by_change.into_iter().map(|(change, row)| ByChange {
            change: change.text(Lang::En),
            accounts: row.accounts,
            heads: row.heads,
            payroll_fen: row.payroll_fen,
            before_fen: row.before_fen,
            after_fen: row.after_fen,
        });
        let (by_grade, by_change) = (by_grade.collect(), by_change.collect());
        let (by_origin, by_reason) = (serde_json::json!(it.by_origin), serde_json::json!(it.by_reason));
        Self { decided, refused, not_insured, premium_fen, by_grade, by_change, by_origin, by_reason }
    }
}

/// Both summaries of a run, over the chunks that are decided.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/summary", operation_id = "runs.summary", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path)),
    responses((status = 200, body = RunSummary), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn summary(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let summary = reading(&service, path, |service, run| Ok(annual::summary(service.store(), run)?)).await?;
    Ok(HttpResponse::Ok().json(RunSummary::from(summary)))
}

/// How much of a kind was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindCount {
    /// The kind; `docs/diagnostics.md` says what it means.
    pub kind: &'static str,
    /// `blocks`, `warns` or `notes`.
    pub severity: &'static str,
    /// Findings.
    pub findings: u64,
    /// Accounts they concern.
    pub accounts: u64,
}

/// A kind of which more was found than may be.
#[derive(Debug, Serialize, ToSchema)]
pub struct Beyond {
    /// The kind.
    pub kind: &'static str,
    /// How many.
    pub count: u64,
    /// How many there may be.
    pub limit: String,
    /// Somebody has accepted it by name.
    pub accepted: bool,
}

/// Control totals of a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct ControlTotal {
    /// The table.
    pub table: &'static str,
    /// The year; `null` for the whole table.
    pub year: Option<i32>,
    /// Rows.
    pub rows: u64,
    /// Sums of its columns of amounts, in fen.
    #[schema(value_type = Object)]
    pub fen: Value,
}

/// What the book shows under the law, before anything is decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct Diagnostics {
    /// Whether the book was looked through yet.
    pub done: bool,
    /// Accounts of the area.
    pub accounts: u64,
    /// Those insured in the setting, as far as their rows could be read.
    pub insured: u64,
    /// How much of each kind was found.
    pub kinds: Vec<KindCount>,
    /// What is beyond its limit, and keeps the run from deciding where nobody accepts it.
    pub beyond: Vec<Beyond>,
    /// Control totals of the frozen facts.
    pub totals: Vec<ControlTotal>,
}

/// What the book shows under the law: counts of findings, what blocks, control totals.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/diagnostics", operation_id = "runs.diagnostics", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path)),
    responses((status = 200, body = Diagnostics), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn diagnostics(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let found = reading(&service, path, |service, run| Ok(annual::diagnosis(service.store(), run)?)).await?;
    let done = found.is_some();
    let (diagnosis, beyond) = found.unwrap_or_default();
    let kinds = diagnosis.counts.iter().map(|(kind, count)| KindCount {
        kind: kind.as_str(),
        severity: kind.severity().as_str(),
        findings: count.findings,
        accounts: count.accounts,
    });
    let beyond = beyond.iter().map(|it| Beyond {
        kind: it.kind.as_str(),
        count: it.count,
        limit: it.limit.to_string(),
        accepted: it.accepted,
    });
    let totals = diagnosis.totals.periods.iter().map(|((table, year), totals)| ControlTotal {
        table: table.stem(),
        year: *year,
        rows: totals.rows,
        fen: totals.fen.iter().map(|(name, fen)| ((*name).to_owned(), json_number(*fen))).collect(),
    });
    let (kinds, beyond, totals) = (kinds.collect(), beyond.collect(), totals.collect());
    let (accounts, insured) = (diagnosis.accounts, diagnosis.insured);
    Ok(HttpResponse::Ok().json(Diagnostics { done, accounts, insured, kinds, beyond, totals }))
}

/// An exact number; beyond what a number of JSON holds, its digits.
fn json_number(number: i128) -> Value {
    i64::try_from(number).map_or_else(|_| Value::String(number.to_string()), Value::from)
}

/// Something found.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunFinding {
    /// Counts from one within the run.
    pub number: i64,
    /// The kind.
    pub kind: &'static str,
    /// The account; `null` where it concerns the whole book.
    pub account: Option<String>,
    /// The row it was found in.
    pub place: String,
    /// The sentence.
    pub message: String,
}

/// What was found, in the order of kinds; of one kind at most 100,000.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/findings", operation_id = "runs.findings", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path), PageQuery),
    responses((status = 200, body = Page<RunFinding>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn findings(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let (limit, [behind]) = (page.limit()?, page.behind()?);
    let behind: i64 = if behind.is_empty() { 0 } else { behind.parse().map_err(|_| unfit_cursor())? };
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let found =
        reading(&service, path, move |service, run| Ok(annual::list(service.store(), run, behind, most)?)).await?;
    let numbered = (behind + 1..).zip(found).map(|(number, it)| RunFinding {
        number,
        kind: it.kind.as_str(),
        message: it.text(started.lang),
        place: it.place.to_string(),
        account: it.account.map(|key| key.number),
    });
    Ok(HttpResponse::Ok().json(Page::of(numbered.collect(), limit, |it: &RunFinding| [it.number.to_string()])))
}

fn unfit_cursor() -> ApiError {
    ApiError::new(ApiCode::RequestValue, ["cursor", "…", "next / 上一页的 next"])
}

/// An account without a rate.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithoutRate {
    /// The account.
    pub account: String,
    /// Everything that is wrong with its facts; nothing where it is not insured.
    pub problems: Vec<PlacedProblem>,
}

/// Accounts whose facts are wrong, each with everything that is wrong with them.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/problems", operation_id = "runs.problems", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path), PageQuery),
    responses((status = 200, body = Page<WithoutRate>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn problems(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    without_rate(service, started, path, &page, true).await
}

/// Accounts that are not insured in the setting.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/not-insured", operation_id = "runs.not-insured", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path), PageQuery),
    responses((status = 200, body = Page<WithoutRate>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn not_insured(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    without_rate(service, started, path, &page, false).await
}

async fn without_rate(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    page: &PageQuery,
    refused: bool,
) -> Result<HttpResponse, ApiError> {
    let (limit, [behind]) = (page.limit()?, page.behind()?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let read = move |service: &Service, run: &str| {
        let list = if refused { annual::problems } else { annual::not_insured };
        Ok(list(service.store(), run, &behind, most)?)
    };
    let found = reading(&service, path, read).await?;
    let items = found.into_iter().map(|it| WithoutRate {
        account: it.number,
        problems: it.problems.iter().map(|problem| PlacedProblem::of(problem, started.lang)).collect(),
    });
    Ok(HttpResponse::Ok().json(Page::of(items.collect(), limit, |it: &WithoutRate| [it.account.clone()])))
}

/// A page of the run list.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunListPage {
    /// Accounts with a rate, each under the names of the columns of `run_list.csv`; amounts in fen.
    #[schema(value_type = Vec<Object>)]
    pub items: Vec<Value>,
    /// The cursor of the page behind it; `null` on the last one.
    pub next: Option<String>,
}

/// The run list: who was decided how, a page at a time, with the columns that agencies publish.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/list", operation_id = "runs.accounts", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path), PageQuery),
    responses((status = 200, body = RunListPage), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn accounts(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let (limit, [behind]) = (page.limit()?, page.behind()?);
    let read =
        move |service: &Service, run: &str| Ok(annual::run_list(service.store(), run, &behind, limit, started.lang)?);
    let annual::ListPage { columns, rows, next } = reading(&service, path, read).await?;
    let item = |cells: Vec<Option<String>>| -> Value {
        columns
            .iter()
            .zip(cells)
            .map(|(name, cell)| ((*name).to_owned(), cell.map_or(Value::Null, Value::String)))
            .collect()
    };
    let page = Page::of(next.into_iter().collect(), 0, |last: &String| [last.clone()]);
    Ok(HttpResponse::Ok().json(RunListPage { items: rows.into_iter().map(item).collect(), next: page.next }))
}

/// Files of a run.
const FILES: [(&str, &str); 9] = [
    ("rates.csv", "text/csv; charset=utf-8"),
    ("run_list.csv", "text/csv; charset=utf-8"),
    ("decisions.ndjson", "application/x-ndjson"),
    ("summary.txt", "text/plain; charset=utf-8"),
    ("problems.csv", "text/csv; charset=utf-8"),
    ("diagnostics.csv", "text/csv; charset=utf-8"),
    ("not_insured.csv", "text/csv; charset=utf-8"),
    ("run.json", "application/json"),
    ("run.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// A file of a run whose accounts are all decided: the same bytes as those of `rate run` over the same facts and law.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/files/{file}", operation_id = "runs.file", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path),
        ("file" = String, Path, description = "rates.csv, run_list.csv, decisions.ndjson, summary.txt, problems.csv, \
         diagnostics.csv, not_insured.csv, run.json or run.xlsx")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn file(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (area, run, name) = path.into_inner();
    let (name, kind) = FILES.into_iter().find(|(known, _)| *known == name).ok_or_else(ApiError::unknown)?;
    let file = service.wait(move |service| {
        of_area(service, &area, &run)?;
        super::files::made(
            |dir| {
                let export = annual::Export { dir, lang: started.lang, xlsx: name == "run.xlsx" };
                Ok(annual::export(service.store(), &run, export)?)
            },
            name,
        )
    });
    let shown = format!("attachment; filename=\"{name}\"");
    let headers = [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, shown)];
    Ok(super::files::streamed(file.await?, headers))
}

/// What an area reports once a year.
#[utoipa::path(get, path = "/v1/areas/{area}/reports/{year}", operation_id = "reports.get", tag = "runs",
    params(("area" = String, Path), ("year" = i32, Path)),
    responses((status = 200, body = Object), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn report(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let (area, year) = path.into_inner();
    let unfit = || ApiError::new(ApiCode::RequestValue, ["year", &year, "1950–2199"]);
    let number = year.parse().ok().filter(|year| (1950..=2199).contains(year)).ok_or_else(unfit)?;
    let report = service.wait(move |service| Ok(annual::report(service.store(), &area, number)?)).await?;
    Ok(HttpResponse::Ok().json(report.to_json()))
}
