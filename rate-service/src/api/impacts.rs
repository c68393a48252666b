//! Who of the stored book a rule set would change.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use rate_core::error::Lang;
use rate_core::log::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::documents::{asked, named, person};
use super::{Json, Once, Reply, Service, Started};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::gazette::{self, ImpactRequest};
use crate::store::ImpactRow;

/// What is asked of a rule set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImpactQuestion {
    /// The day on which the law of the rule set is asked.
    #[schema(format = Date)]
    pub on: String,
    /// The day on which the law it is held against is asked; the same where nothing is said.
    #[schema(format = Date)]
    pub before_on: Option<String>,
    /// The digest of the rule set it is held against; that in force on that day where nothing is said.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub against: Option<String>,
}

/// What a rule set would change, and how far that is known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Impact)]
pub struct ImpactBody {
    /// Its name.
    pub id: String,
    /// The rule set.
    pub digest: String,
    /// The one it is held against.
    pub against: String,
    /// The day on which the law of the rule set is asked.
    pub on: String,
    /// The day on which that of the other is.
    pub before_on: String,
    /// The number of the facts that it is about.
    pub knowledge: i64,
    /// `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was asked.
    pub asked_at: String,
    /// When it was done or failed.
    pub ended_at: Option<String>,
    /// How many accounts were looked at so far; everybody is in one row of `by_class`.
    pub accounts: u64,
    /// Premium under the first law: the sum of the bills.
    pub before_fen: i64,
    /// Premium under the rule set: the sum of the bills.
    pub after_fen: i64,
    /// By class and change.
    pub by_class: Vec<ClassChange>,
    /// Moves between grades, of accounts that have a rate under both laws.
    pub migration: Vec<GradeChange>,
    /// The accounts whose premium changes most, at most fifty, the largest change first.
    pub largest: Vec<AccountChange>,
}

/// Accounts of one class and change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassChange {
    /// The class under the rule set, else under the first law; `null` where neither gives a rate.
    pub class: Option<u8>,
    /// `up`, `down`, `same`, `gained` (only the rule set gives a rate), `lost` (it gives none), `neither`.
    pub change: &'static str,
    /// The change in words.
    pub change_text: &'static str,
    /// How many.
    pub accounts: u64,
    /// Heads.
    pub heads: i64,
    /// Twelve months' payroll.
    pub payroll_fen: i64,
    /// Premium under the first law.
    pub before_fen: i64,
    /// Premium under the rule set.
    pub after_fen: i64,
}

/// Accounts that go from one grade to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct GradeChange {
    /// Grade under the first law; empty where it gives none.
    pub before: String,
    /// Grade under the rule set; empty where it gives none.
    pub after: String,
    /// How many.
    pub accounts: u64,
}

/// An account whose premium changes much.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountChange {
    /// Number of the account.
    pub account: String,
    /// As in `by_class`.
    pub change: &'static str,
    /// Its class.
    pub class: u8,
    /// Grade under the first law.
    pub grade_before: String,
    /// Grade under the rule set.
    pub grade_after: String,
    /// Rate under the first law.
    #[schema(example = "0.56")]
    pub rate_before_percent: Option<String>,
    /// Rate under the rule set.
    #[schema(example = "0.7")]
    pub rate_after_percent: Option<String>,
    /// Premium under the first law.
    pub before_fen: i64,
    /// Premium under the rule set.
    pub after_fen: i64,
}

impl ImpactBody {
    fn of((row, impact): (ImpactRow, gazette::Impact), lang: Lang) -> Result<Self, ApiError> {
        let hex = |bytes: Vec<u8>| {
            let digest = bytes.try_into().map(|bytes| Digest(bytes).to_string());
            digest.map_err(|_| ApiError::internal("a digest that is none"))
        };
        let failure = row.failure_text(lang);
        let by_class = impact.by_class.iter().map(|it| ClassChange {
            class: (it.class > 0).then_some(it.class),
            change: it.change.as_str(),
            change_text: it.change.text(lang),
            accounts: it.accounts,
            heads: it.heads,
            payroll_fen: it.payroll_fen,
            before_fen: it.before_fen,
            after_fen: it.after_fen,
        });
        Ok(Self {
            accounts: impact.accounts(),
            before_fen: impact.by_class.iter().map(|it| it.before_fen).fold(0, i64::saturating_add),
            after_fen: impact.by_class.iter().map(|it| it.after_fen).fold(0, i64::saturating_add),
            by_class: by_class.collect(),
            migration: impact.migration.into_iter().map(GradeChange::of).collect(),
            largest: impact.largest.into_iter().map(AccountChange::of).collect(),
            failure,
            id: row.id,
            digest: hex(row.digest)?,
            against: hex(row.against)?,
            on: row.day,
            before_on: row.day_before,
            knowledge: row.knowledge,
            state: row.state,
            asked_at: row.asked_at,
            ended_at: row.ended_at,
        })
    }
}

impl GradeChange {
    fn of(it: gazette::Migration) -> Self {
        Self { before: it.before, after: it.after, accounts: it.accounts }
    }
}

impl AccountChange {
    fn of(it: gazette::Mover) -> Self {
        Self {
            account: it.account,
            change: it.change.as_str(),
            class: it.class,
            grade_before: it.grade_before,
            grade_after: it.grade_after,
            rate_before_percent: it.before_percent,
            rate_after_percent: it.after_percent,
            before_fen: it.before_fen,
            after_fen: it.after_fen,
        }
    }
}

/// Asks who of the stored book a rule set would change, on the facts known now. The same question on the same facts and
/// parameters has one answer, under one name.
#[utoipa::path(post, path = "/v1/areas/{area}/rule-sets/{digest}/impacts", operation_id = "impacts.create", tag = "rule-sets",
    request_body = ImpactQuestion, params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done"), ("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal")),
    responses((status = 202, body = ImpactBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn create(
    (service, caller, once): (Data<Service>, Caller, Once),
    started: Started,
    path: Path<(String, String)>,
    question: Json<ImpactQuestion>,
) -> Result<HttpResponse, ApiError> {
    let (area, digest) = path.into_inner();
    let (digest, by, lang) = (named(&digest)?, person(&caller), started.lang);
    let ImpactQuestion { on, before_on, against } = question.0;
    let day = |name: &str, text: &str| {
        rate_core::date(text).map_err(|_| ApiError::new(ApiCode::RequestValue, [name, text, "YYYY-MM-DD"]))
    };
    let request = ImpactRequest {
        on: day("on", &on)?,
        before_on: before_on.as_ref().map(|text| day("before_on", text)).transpose()?,
        against: asked("against", against.as_ref())?,
    };
    let effect = move |link: &mut crate::store::Link, now: &str| {
        let row = gazette::ask(link, (&area, &digest), &request, &by, now)?;
        let location = format!("/v1/areas/{area}/rule-sets/{digest}/impacts/{}", row.id);
        let found = gazette::impact(link, &area, &digest, &row.id)?;
        Reply::accepted(location, &ImpactBody::of(found, lang)?)
    };
    once.change(&service, effect).await
}

/// How far an answer is, and what it comes to so far.
#[utoipa::path(get, path = "/v1/areas/{area}/rule-sets/{digest}/impacts/{id}", operation_id = "impacts.get", tag = "rule-sets",
    params(("area" = String, Path, description = "code of the area"), ("digest" = String, Path, description = "SHA-256 of the canonical form, in hexadecimal"), ("id" = String, Path, description = "the name of the question")),
    responses((status = 200, body = ImpactBody), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (area, digest, id) = path.into_inner();
    let digest = named(&digest)?;
    let found = service.read(move |link| Ok(gazette::impact(link, &area, &digest, &id)?)).await?;
    Ok(HttpResponse::Ok().json(ImpactBody::of(found, started.lang)?))
}
