//! Objections: filed, decided, taken back; and what determining an account again came to.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use rate_core::error::Lang;
use rate_core::settlement::Line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page::{Page, PageQuery};
use super::rates::day;
use super::runs::of_area;
use super::served::today;
use super::{Json, Once, Query, Reply, Service, Started};
use crate::annual::{self, Moved, RateThen, Redetermined};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::remedy::{self, Event, Filing, Kind, Ruling};

/// An objection as it is filed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionRequest {
    /// The run that gave the rate: published, or announced.
    pub run: String,
    /// The account.
    pub account: String,
    /// Before whom: `recheck` (the agency), `review` (administrative review), `lawsuit`.
    #[schema(example = "recheck", pattern = "^(recheck|review|lawsuit)$")]
    pub kind: String,
    /// The day it was filed. A re-check that was filed after its last day is refused.
    #[schema(format = "date")]
    pub filed_on: String,
    /// Why, 1 to 2000 characters.
    pub grounds: String,
    /// Number or name of each piece of evidence, at most 20 of 200 characters.
    #[serde(default)]
    pub documents: Vec<String>,
}

/// A step of the way of an objection.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectionEvent {
    /// The state from here on.
    pub state: &'static str,
    /// The day it happened.
    pub on: String,
    /// The document that says so; may be empty.
    pub document: String,
    /// Reasons; may be empty.
    pub remark: String,
    /// The run by which the rate was determined again.
    pub run: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: String,
}

impl ObjectionEvent {
    fn of(it: Event) -> Self {
        Self {
            state: it.standing.as_str(),
            on: it.on.to_string(),
            document: it.document,
            remark: it.remark,
            run: it.run,
            recorded_by: it.by,
            recorded_at: it.recorded_at,
        }
    }
}

/// An objection as it stands. Until it is settled the rate stands, unless somebody orders otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct Objection {
    /// What it is called.
    pub id: String,
    /// The run that gave the rate.
    pub run: String,
    /// The account.
    pub account: String,
    /// `recheck`, `review`, `lawsuit`.
    pub kind: &'static str,
    /// The day it was filed.
    pub filed_on: String,
    /// The last day of its term, as reckoned when it was recorded; `null` where it could not be.
    pub last_day: Option<String>,
    /// Whether it was filed after that day; `null` where that cannot be said.
    pub late: Option<bool>,
    /// Why.
    pub grounds: String,
    /// The evidence.
    pub documents: Vec<String>,
    /// `filed`, `withdrawn`, `rejected`, `granted`, `redetermined`.
    pub state: &'static str,
    /// Its way so far.
    pub events: Vec<ObjectionEvent>,
}

impl Objection {
    fn of(it: remedy::Objection) -> Self {
        let (state, late) = (it.standing().as_str(), it.late());
        Self {
            id: it.id,
            run: it.filing.run,
            account: it.filing.account,
            kind: it.filing.kind.as_str(),
            filed_on: it.filing.filed_on.to_string(),
            last_day: it.last_day.map(|day| day.to_string()),
            late,
            grounds: it.filing.grounds,
            documents: it.filing.documents,
            state,
            events: it.events.into_iter().map(ObjectionEvent::of).collect(),
        }
    }
}

/// Records what an employer filed against its rate.
#[utoipa::path(post, path = "/v1/areas/{area}/objections", operation_id = "objections.file", tag = "remedies",
    request_body = ObjectionRequest,
    params(("area" = String, Path), ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 201, body = Objection), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn file(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    area: Path<String>,
    asked: Json<ObjectionRequest>,
) -> Result<HttpResponse, ApiError> {
    let (area, asked) = (area.into_inner(), asked.0);
    let kind = Kind::from_word(&asked.kind).ok_or_else(|| {
        ApiError::new(ApiCode::RequestValue, ["kind", &asked.kind, &Kind::ALL.map(Kind::as_str).join(", ")])
    })?;
    let filing = Filing {
        filed_on: day("filed_on", &asked.filed_on)?,
        area: area.clone(),
        run: asked.run,
        account: asked.account,
        kind,
        grounds: asked.grounds,
        documents: asked.documents,
    };
    let name = once.name();
    let done = once.change(&service, move |link, now| {
        let filed = remedy::file(link, filing, &caller.holder, (now, today(now)?), &name)?;
        Reply::created(format!("/v1/areas/{area}/objections/{}", filed.id), &Objection::of(filed))
    });
    done.await
}

/// Which objections.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ObjectionsQuery {
    /// Those of this account.
    pub account: Option<String>,
    /// Those against this run.
    pub run: Option<String>,
    /// The `next` of the page before; nothing for the first page.
    pub cursor: Option<String>,
    /// How many, 1 to 1000; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
}

/// The objections of an area, by number.
#[utoipa::path(get, path = "/v1/areas/{area}/objections", operation_id = "objections.list", tag = "remedies",
    params(("area" = String, Path), ObjectionsQuery),
    responses((status = 200, body = Page<Objection>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    service: Data<Service>,
    area: Path<String>,
    query: Query<ObjectionsQuery>,
) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "objections";
    let (area, query) = (area.into_inner(), query.into_inner());
    let page = PageQuery { cursor: query.cursor, limit: query.limit };
    let (limit, [seen]) = (page.limit()?, page.behind(LIST)?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let read = service.read(move |link| {
        let of = (query.account.as_deref(), query.run.as_deref());
        Ok(remedy::objections(link, &area, of, &seen, most)?)
    });
    let found: Vec<Objection> = read.await?.into_iter().map(Objection::of).collect();
    Ok(HttpResponse::Ok().json(Page::of(found, (LIST, limit), |it| [it.id.clone()])))
}

/// An objection as it stands.
#[utoipa::path(get, path = "/v1/areas/{area}/objections/{objection}", operation_id = "objections.get", tag = "remedies",
    params(("area" = String, Path), ("objection" = String, Path)),
    responses((status = 200, body = Objection), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let (area, id) = path.into_inner();
    let read = service.read(move |link| Ok(remedy::objection(link, &area, &id)?));
    Ok(HttpResponse::Ok().json(Objection::of(read.await?)))
}

/// What was decided on an objection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulingRequest {
    /// `granted`: the rate is to be determined again; `rejected`: it stands.
    #[schema(example = "granted", pattern = "^(granted|rejected)$")]
    pub result: String,
    /// The day of the decision.
    #[schema(format = "date")]
    pub decided_on: String,
    /// Number of the decision or judgment, 1 to 200 characters.
    pub document: String,
    /// Its reasons, 1 to 2000 characters.
    pub reasons: String,
}

/// Records what was decided on an objection. Another person does so than the one who recorded its filing. Where it is
/// granted, facts or an order are brought in by an import, and a run with `only` and the cause `objection` determines the
/// account again.
#[utoipa::path(post, path = "/v1/areas/{area}/objections/{objection}/decision", operation_id = "objections.decide",
    tag = "remedies", request_body = RulingRequest,
    params(("area" = String, Path), ("objection" = String, Path),
        ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 200, body = Objection), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn decide(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    path: Path<(String, String)>,
    asked: Json<RulingRequest>,
) -> Result<HttpResponse, ApiError> {
    let ((area, id), asked) = (path.into_inner(), asked.0);
    let granted = match asked.result.as_str() {
        "granted" => true,
        "rejected" => false,
        other => return Err(ApiError::new(ApiCode::RequestValue, ["result", other, "granted, rejected"])),
    };
    let on = day("decided_on", &asked.decided_on)?;
    let ruling = Ruling { granted, on, document: asked.document, reasons: asked.reasons };
    let done = once.change(&service, move |link, now| {
        let decided = remedy::decide(link, (&area, &id), &ruling, &caller.holder, (now, today(now)?))?;
        Reply::done(&Objection::of(decided))
    });
    done.await
}

/// Why an objection is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalRequest {
    /// What the employer says, 1 to 1000 characters.
    pub remark: String,
}

/// Records that an employer took its objection back.
#[utoipa::path(post, path = "/v1/areas/{area}/objections/{objection}/withdrawal", operation_id = "objections.withdraw",
    tag = "remedies", request_body = WithdrawalRequest,
    params(("area" = String, Path), ("objection" = String, Path),
        ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 200, body = Objection), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn withdraw(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    path: Path<(String, String)>,
    asked: Json<WithdrawalRequest>,
) -> Result<HttpResponse, ApiError> {
    let ((area, id), remark) = (path.into_inner(), asked.0.remark);
    let done = once.change(&service, move |link, now| {
        let back = remedy::withdraw(link, (&area, &id), &remark, &caller.holder, (now, today(now)?))?;
        Reply::done(&Objection::of(back))
    });
    done.await
}

/// A rate that is held against another.
#[derive(Debug, Serialize, ToSchema)]
pub struct RateBody {
    /// System and number of the class.
    pub class: [u8; 2],
    /// Label of the grade.
    pub grade: Option<String>,
    /// Rate charged, in percent.
    pub rate_percent: String,
    /// Where it comes from.
    pub origin: String,
}

/// Days on which the rate is another one.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedBody {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: Option<String>,
    /// What was published before; `null` where nothing was.
    pub before: Option<RateBody>,
    /// What is determined now; `null` where nothing is.
    pub after: Option<RateBody>,
}

/// A premium row that is posted, against the rate determined now.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceBody {
    /// First month.
    pub from: String,
    /// Last month.
    pub to: String,
    /// Payroll.
    pub payroll_fen: i64,
    /// The rate determined now; `null` for an amount settled before.
    pub rate_percent: Option<String>,
    /// Premium due as posted.
    pub posted_fen: i64,
    /// What of that was paid with the row.
    pub paid_fen: i64,
    /// What of that was relieved, and paid by nobody: it is no premium that could be given back.
    pub relieved_fen: i64,
    /// Premium due at the rate determined now.
    pub due_fen: i64,
    /// Due now less posted: above zero too little was posted, below zero too much.
    pub difference_fen: i64,
    /// What becomes of it by the method: `refund`, `set-off`, `collect`, `waived`, `even`, `settled`; `unsaid` where the
    /// method does not say.
    pub then: &'static str,
}

/// An account that was determined again.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedeterminedBody {
    /// The account.
    pub account: String,
    /// Days on which its rate is another one; empty where all stays.
    pub moved: Vec<MovedBody>,
    /// Every premium row of the setting that is posted.
    pub differences: Vec<DifferenceBody>,
    /// The sum of their differences.
    pub difference_fen: i64,
    /// Why the rows cannot be held against these rates.
    pub problems: Vec<String>,
}

impl RedeterminedBody {
    fn of(it: Redetermined, lang: Lang) -> Self {
        let rate = |it: RateThen| RateBody {
            class: it.class,
            grade: it.grade,
            rate_percent: it.rate_percent,
            origin: it.origin,
        };
        let moved = |it: Moved| MovedBody {
            from: it.days.from().to_string(),
            to: it.days.to().map(|day| day.to_string()),
            before: it.before.map(rate),
            after: it.after.map(rate),
        };
        // An account's amounts are bounded far below what this holds.
        let fen = |fen: i128| i64::try_from(fen).unwrap_or(i64::MAX);
        let line = |it: &Line| DifferenceBody {
            from: it.months.from().to_string(),
            to: it.months.to().to_string(),
            payroll_fen: it.payroll.fen(),
            rate_percent: it.rate.map(|rate| rate.percent().to_string()),
            posted_fen: it.posted.fen(),
            paid_fen: it.paid.fen(),
            relieved_fen: it.relieved.fen(),
            due_fen: it.due.fen(),
            difference_fen: fen(it.difference()),
            then: it.then.as_str(),
        };
        Self {
            difference_fen: fen(it.difference_fen()),
            differences: it.lines.iter().map(line).collect(),
            problems: it.problems.iter().map(|problem| problem.message(lang)).collect(),
            moved: it.moved.into_iter().map(moved).collect(),
            account: it.account,
        }
    }
}

/// What a run over some accounts changes: their rates, day by day, against what was published before it, and the premium that
/// was posted at other rates.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/redetermination", operation_id = "runs.redetermination",
    tag = "remedies", params(("area" = String, Path), ("run" = String, Path), PageQuery),
    responses((status = 200, body = Page<RedeterminedBody>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn redetermination(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "redetermination";
    let (area, run) = path.into_inner();
    let (limit, [after]) = (page.limit()?, page.behind(LIST)?);
    let read = service.wait(move |service| {
        of_area(service, &area, &run)?;
        Ok(annual::redetermined(service.store(), &run, &after, limit)?)
    });
    let (found, next) = read.await?;
    let next = next.map(|last| super::page::cursor(LIST, &[last]));
    let items = found.into_iter().map(|it| RedeterminedBody::of(it, started.lang)).collect();
    Ok(HttpResponse::Ok().json(Page { items, next }))
}
