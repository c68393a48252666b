//! The announcement of a run, the service of its notices, and the clocks that run from there.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use rate_core::NaiveDate;
use rate_core::deadline::Deadline;
use rate_core::error::Lang;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page::{Page, PageQuery};
use super::rates::day;
use super::runs::in_area;
use super::{Json, Once, Query, Reply, Service, Started};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::clock::legal_day;
use crate::remedy::{self, Announced, Clock, Clocks, Said};
use crate::store::ServiceRow;

/// Services that are recorded together.
const MOST: usize = 1000;

/// An announcement to be recorded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnouncementRequest {
    /// Its first day.
    #[schema(format = "date")]
    pub first_day: String,
    /// Where it can be seen, 1 to 200 characters.
    #[schema(example = "市人社局门户网站")]
    pub place: String,
}

/// The announcement of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct Announcement {
    /// Its first day.
    pub first_day: String,
    /// Its last day; `null` where none can be named.
    pub last_day: Option<String>,
    /// Why no last day can be named: `not-known` (the method says nothing that was seen), `no-holidays` (a table of holidays
    /// is missing).
    pub why: Option<&'static str>,
    /// Where it can be seen.
    pub place: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: String,
}

impl Announcement {
    fn of(it: Announced) -> Self {
        let (last_day, why) = told(it.last_day);
        Self {
            first_day: it.first_day.to_string(),
            last_day,
            why,
            place: it.place,
            recorded_by: it.by,
            recorded_at: it.recorded_at,
        }
    }
}

/// A last day, or the word for why there is none.
fn told(deadline: Deadline) -> (Option<String>, Option<&'static str>) {
    match deadline {
        Deadline::Day(day) => (Some(day.to_string()), None),
        Deadline::NotKnown | Deadline::WithAnnouncement | Deadline::NoDate => (None, Some("not-known")),
        Deadline::NotBegun(_) => (None, Some("not-begun")),
        Deadline::NoHolidays(_) => (None, Some("no-holidays")),
        Deadline::BeforeLaw(_) => (None, Some("before-law")),
    }
}

/// The legal day of an instant of this server's clock.
pub(super) fn today(now: &str) -> Result<NaiveDate, ApiError> {
    legal_day(now).ok_or_else(|| ApiError::internal("an instant that is none"))
}

/// Records from when and where the result of an approved run is announced; said again, the last word holds. Where the method
/// has it announced first, a run is published once that is over.
#[utoipa::path(post, path = "/v1/areas/{area}/runs/{run}/announcement", operation_id = "runs.announce", tag = "remedies",
    request_body = AnnouncementRequest,
    params(("area" = String, Path), ("run" = String, Path),
        ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn announce(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    path: Path<(String, String)>,
    asked: Json<AnnouncementRequest>,
) -> Result<HttpResponse, ApiError> {
    let (area, run) = path.into_inner();
    let AnnouncementRequest { first_day, place } = asked.0;
    let first_day = day("first_day", &first_day)?;
    let done = once.change(&service, move |link, now| {
        in_area(link, &area, &run)?;
        let announced = remedy::announce(link, &run, (first_day, &place), &caller.holder, (now, today(now)?))?;
        Reply::done(&Announcement::of(announced))
    });
    done.await
}

/// The announcement of a run, where one is recorded.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/announcement", operation_id = "runs.announcement", tag = "remedies",
    params(("area" = String, Path), ("run" = String, Path)),
    responses((status = 200, body = Announcement), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn announcement(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let (area, run) = path.into_inner();
    let read = service.read(move |link| {
        in_area(link, &area, &run)?;
        remedy::announced(link, &run)?.ok_or_else(ApiError::unknown)
    });
    Ok(HttpResponse::Ok().json(Announcement::of(read.await?)))
}

/// How the notice of an account was served.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceRequest {
    /// The account.
    pub account: String,
    /// The day of service.
    #[schema(format = "date")]
    pub served_on: String,
    /// `in-person`, `post`, `electronic`, `left`, `public`.
    #[schema(example = "electronic", pattern = "^(in-person|post|electronic|left|public)$")]
    pub channel: String,
    /// Number of the receipt, or where the proof lies, 1 to 200 characters.
    pub proof: String,
}

/// Services to be recorded: all of them, or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServicesRequest {
    /// At most 1000, of an account each.
    pub services: Vec<ServiceRequest>,
}

/// How many services were recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recorded {
    /// How many.
    pub recorded: u64,
}

/// A word on the service of a notice; of an account, the last one holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct Served {
    /// The account.
    pub account: String,
    /// Counts within the account of the run.
    pub number: i64,
    /// The day of service.
    pub served_on: String,
    /// How.
    pub channel: &'static str,
    /// The proof.
    pub proof: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: String,
}

impl Served {
    fn of((service, row): (remedy::Service, ServiceRow)) -> Self {
        Self {
            account: service.account,
            number: row.number,
            served_on: service.served_on.to_string(),
            channel: service.channel.as_str(),
            proof: service.proof,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        }
    }
}

/// Records how notices of a published run were served; said again of an account, the last word holds.
#[utoipa::path(post, path = "/v1/areas/{area}/runs/{run}/services", operation_id = "services.record", tag = "remedies",
    request_body = ServicesRequest,
    params(("area" = String, Path), ("run" = String, Path),
        ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 200, body = Recorded), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn record(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    path: Path<(String, String)>,
    asked: Json<ServicesRequest>,
) -> Result<HttpResponse, ApiError> {
    let (area, run) = path.into_inner();
    let asked = asked.0.services;
    if asked.is_empty() || asked.len() > MOST {
        return Err(ApiError::new(ApiCode::RequestValue, ["services", &asked.len().to_string(), &format!("1–{MOST}")]));
    }
    let said = |it: ServiceRequest| {
        let ServiceRequest { account, served_on, channel, proof } = it;
        Said { account, served_on, channel, proof }
    };
    let services: Vec<Said> = asked.into_iter().map(said).collect();
    let done = once.change(&service, move |link, now| {
        in_area(link, &area, &run)?;
        remedy::record(link, &run, &services, &caller.holder, (now, today(now)?))?;
        Reply::done(&Recorded { recorded: u64::try_from(services.len()).unwrap_or(u64::MAX) })
    });
    done.await
}

/// How the notices of a run were served, by account; a word that was corrected stands before the one that holds.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/services", operation_id = "services.list", tag = "remedies",
    params(("area" = String, Path), ("run" = String, Path), PageQuery),
    responses((status = 200, body = Page<Served>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    service: Data<Service>,
    path: Path<(String, String)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "services";
    let (area, run) = path.into_inner();
    let (limit, [account, number]) = (page.limit()?, page.behind(LIST)?);
    let number = if number.is_empty() { 0 } else { super::page::place(&number).ok_or_else(|| page.unfit())? };
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let read = service.read(move |link| {
        in_area(link, &area, &run)?;
        Ok(remedy::services(link, &run, (&account, number), most)?)
    });
    let rows: Vec<Served> = read.await?.into_iter().map(Served::of).collect();
    let cursor = |it: &Served| [it.account.clone(), it.number.to_string()];
    Ok(HttpResponse::Ok().json(Page::of(rows, (LIST, limit), cursor)))
}

/// One of the clocks of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockBody {
    /// `recheck` (by the agency), `review` (administrative review), `lawsuit`.
    pub kind: &'static str,
    /// The last day; `null` where none can be named.
    pub last_day: Option<String>,
    /// Why no last day can be named: `not-begun` (no service or announcement is recorded), `not-known` (nothing was seen of
    /// it), `no-holidays` (a table of holidays is missing), `before-law` (the article held later).
    pub why: Option<&'static str>,
    /// What is paid until it is settled: `old-rate`, `new-rate`; `null` where nothing is said.
    pub meanwhile: Option<&'static str>,
    /// Its basis; empty where nothing is said of it.
    pub basis: String,
}

/// What an account may undertake against its rate, and until when.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClocksBody {
    /// The account.
    pub account: String,
    /// The first day of the announcement.
    pub announced: Option<String>,
    /// Every word on the service of its notice; the last one holds.
    pub services: Vec<Served>,
    /// The clocks; none stops another.
    pub clocks: Vec<ClockBody>,
}

fn clock(it: &Clock, lang: Lang) -> ClockBody {
    let (last_day, why) = told(it.last_day);
    let [zh, en] = &it.basis;
    ClockBody {
        kind: it.kind.as_str(),
        last_day,
        why,
        meanwhile: it.meanwhile.map(rate_core::rule_set::notice::Meanwhile::as_str),
        basis: lang.pick(zh, en).to_owned(),
    }
}

/// How the notice of an account was served, and the last days of what it may undertake against its rate.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/services/{account}", operation_id = "services.get", tag = "remedies",
    params(("area" = String, Path), ("run" = String, Path), ("account" = String, Path)),
    responses((status = 200, body = ClocksBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn clocks(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (area, run, account) = path.into_inner();
    let read = service.read(move |link| {
        in_area(link, &area, &run)?;
        let known = link.bodies_of(&area, std::slice::from_ref(&account))?.iter().any(|it| it.run == run);
        if !known {
            return Err(ApiError::unknown());
        }
        let services = remedy::of_account(link, &run, &account)?.into_iter().map(Served::of).collect();
        let clocks = Clocks::of(link, &run, &account)?;
        Ok(ClocksBody {
            announced: clocks.announced.map(|day| day.to_string()),
            clocks: clocks.clocks.iter().map(|it| clock(it, started.lang)).collect(),
            account,
            services,
        })
    });
    Ok(HttpResponse::Ok().json(read.await?))
}
