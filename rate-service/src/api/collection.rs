//! What collection and the agency tell each other beside rates: bills of a payroll, what is held and charged, and where that
//! is not what was decided.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Bytes, Data, Path};
use futures_util::stream::try_unfold;
use rate_core::NaiveDate;
use rate_core::amount::{Money, Rate};
use rate_core::calendar::Month;
use rate_core::input::book::TableKind;
use rate_core::log::Digest;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::lines::{Answered, Line, Lines, asked_for};
use super::rates::{NDJSON, day, hex, line};
use super::{Json, Object, Once, Query, Reply, Service, Started};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::billing::{DatedRate, Seen, Standing, Timeline, standing};
use crate::store::{AcknowledgementRow, Link};

/// Accounts that are looked at together.
const AT_ONCE: usize = 1000;
/// The most words of one request.
const MOST: usize = 10_000;

/// A payroll to be billed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotationLine {
    /// The account.
    pub account: String,
    /// The month.
    #[schema(example = "2022-07", pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
    pub month: String,
    /// Its payroll, in fen.
    #[schema(minimum = 0)]
    pub payroll_fen: i64,
}

/// A bill, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum QuotationAnswer {
    /// A bill.
    Billed {
        /// The line, from one.
        line: u64,
        /// The account.
        account: String,
        /// The month.
        month: String,
        /// The rate on its first day, in percent.
        rate_percent: String,
        /// The premium, in fen, rounded as the method says.
        premium_fen: i64,
        /// The decision it rests on.
        decision: String,
    },
    /// No bill.
    Refused {
        /// The line, from one.
        line: u64,
        /// Why not.
        problem: Box<ProblemBody>,
    },
}

/// Bills payrolls at the published rates: one line out for each line in, and a last line that ends them.
#[utoipa::path(post, path = "/v1/areas/{area}/premium-quotations", operation_id = "quotations.create", tag = "billing",
    params(("area" = String, Path)),
    request_body(content = QuotationLine, content_type = "application/x-ndjson"),
    responses((status = 200, body = QuotationAnswer, content_type = "application/x-ndjson"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn quote(
    service: Data<Service>,
    started: Started,
    area: Path<String>,
    request: actix_web::HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(NDJSON) {
        return Err(ApiError::new(ApiCode::RequestType, [NDJSON]));
    }
    let area = area.into_inner();
    let each = move |service: &Service, first: u64, lines: &[Line]| -> Result<Vec<Answered>, ApiError> {
        let asked: Vec<Result<QuotationLine, ApiError>> = lines.iter().map(Line::read).collect();
        service.store().read(|link| {
            let accounts = asked_for(asked.iter().flatten().map(|it| it.account.as_str()));
            let timelines = timelines(service, link, &area, accounts)?;
            let mut answers = Vec::with_capacity(asked.len());
            for (asked, number) in asked.into_iter().zip(first..) {
                let billed = asked.and_then(|asked| bill(service, link, &timelines, asked, number));
                answers.push(match billed {
                    Ok(bill) => Ok((line(&bill)?, true)),
                    Err(why) => {
                        let problem = Box::new(why.body(started.lang, &started.request_id));
                        Ok((line(&QuotationAnswer::Refused { line: number, problem })?, false))
                    }
                });
            }
            Ok(answers)
        })
    };
    Ok(Lines::of(service.into_inner(), payload.into_inner()).answered(Arc::new(each)))
}

/// The rates of some accounts, as they are now; of those that are known and have none, none.
fn timelines(
    service: &Service,
    link: &mut Link,
    area: &str,
    accounts: BTreeSet<String>,
) -> Result<BTreeMap<String, Option<Timeline>>, ApiError> {
    let accounts: Vec<String> = accounts.into_iter().collect();
    let seen = service.ledger(link)?;
    let runs = seen.of(area, None);
    let mut bodies: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for row in link.bodies_of(area, &accounts)? {
        bodies.entry(row.account.clone()).or_default().push(row);
    }
    let through = runs.last().unwrap_or_default();
    let without: Vec<String> = accounts.into_iter().filter(|account| !bodies.contains_key(account)).collect();
    let known = link.last_knowledge()?;
    let known = link.standing_of_table(area, &without, TableKind::Accounts.stem(), known)?;
    let of = |(account, bodies): (String, Vec<_>)| {
        let timeline = Timeline::of(&account, &bodies, &runs, through)?;
        Ok((account, Some(timeline)))
    };
    bodies.into_iter().map(of).chain(known.into_iter().map(|row| Ok((row.account, None)))).collect()
}

fn bill(
    service: &Service,
    link: &mut Link,
    timelines: &BTreeMap<String, Option<Timeline>>,
    asked: QuotationLine,
    line: u64,
) -> Result<QuotationAnswer, ApiError> {
    let unfit = |name: &str, value: &str, expected: &str| ApiError::new(ApiCode::RequestValue, [name, value, expected]);
    let month: Month = asked.month.parse().map_err(|_| unfit("month", &asked.month, "YYYY-MM"))?;
    let too_much = || unfit("payroll_fen", &asked.payroll_fen.to_string(), "0 … 10^15");
    if !(0..=1_000_000_000_000_000).contains(&asked.payroll_fen) {
        return Err(too_much());
    }
    let timeline = timelines.get(&asked.account).ok_or_else(ApiError::unknown)?;
    let rate = timeline.as_ref().and_then(|timeline| timeline.on(month.first_day()));
    let rate = rate.ok_or_else(|| {
        ApiError::refused(
            format!("单位 `{}` 在 {month} 没有已发布的费率", asked.account),
            format!("account `{}` has no published rate in {month}", asked.account),
        )
    })?;
    let method = service.method(link, rate.decision.rule_set_digest)?;
    let premium = exact(&rate.rate_percent)?.premium_on(Money::from_fen(asked.payroll_fen), method.premium_rounding());
    Ok(QuotationAnswer::Billed {
        line,
        rate_percent: rate.rate_percent.clone(),
        premium_fen: premium.ok_or_else(too_much)?.fen(),
        decision: rate.decision.id.to_string(),
        month: month.to_string(),
        account: asked.account,
    })
}

/// A rate of a published body, or as somebody says it.
fn exact(percent: &str) -> Result<Rate, ApiError> {
    let unfit = || ApiError::new(ApiCode::RequestValue, ["rate_percent", percent, "0.56"]);
    let percent = Decimal::from_str_exact(percent).map_err(|_| unfit())?;
    Rate::from_percent(percent).map_err(|_| unfit())
}

/// What whoever collects says of some accounts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgements {
    /// At most 10,000.
    #[schema(min_items = 1, max_items = 10_000, value_type = Vec<Acknowledgement>)]
    pub items: Vec<Object<Acknowledgement>>,
}

/// What whoever collects says of an account: that it holds a rate, or has charged a month by it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// The account.
    pub account: String,
    /// The decision it was taken from, as snapshot and changes name it.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub decision: String,
    /// The rate that is held or was charged, in percent.
    #[schema(example = "0.56")]
    pub rate_percent: String,
    /// The month that was charged; nothing where the rate is held from now on.
    #[schema(example = "2022-07")]
    pub month: Option<String>,
}

/// What was taken down.
#[derive(Debug, Serialize, ToSchema)]
pub struct Acknowledged {
    /// How many words were taken down.
    pub taken: usize,
}

/// Says for accounts, one by one, which rate is held, or was charged. Nothing is believed of it: the reconciliation holds it
/// against what was decided.
#[utoipa::path(post, path = "/v1/areas/{area}/acknowledgements", operation_id = "acknowledgements.create", tag = "billing",
    request_body = Acknowledgements,
    params(("area" = String, Path), ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 200, body = Acknowledged), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn acknowledge(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    area: Path<String>,
    request: Json<Acknowledgements>,
) -> Result<HttpResponse, ApiError> {
    let (area, items) = (area.into_inner(), request.0.items);
    let unfit = |name: &str, value: &str, expected: &str| ApiError::new(ApiCode::RequestValue, [name, value, expected]);
    if !(1..=MOST).contains(&items.len()) {
        return Err(unfit("items", &items.len().to_string(), "1–10000"));
    }
    let mut said = Vec::with_capacity(items.len());
    for (Object(it), place) in items.into_iter().zip(0..) {
        let own = |name: &str, value: &str, expected: &str| unfit(&format!("items/{place}/{name}"), value, expected);
        let decision = Digest::from_hex(&it.decision).ok_or_else(|| own("decision", &it.decision, "0–9, a–f × 64"))?;
        exact(&it.rate_percent).map_err(|_| own("rate_percent", &it.rate_percent, "0.56"))?;
        let month = it.month.as_deref().map(|text| text.parse::<Month>().map_err(|_| own("month", text, "YYYY-MM")));
        let month = month.transpose()?.map(|month| month.to_string()).unwrap_or_default();
        said.push((it.account, decision, it.rate_percent, month));
    }
    let effect = move |link: &mut Link, now: &str| {
        let accounts: Vec<String> = asked_for(said.iter().map(|it| it.0.as_str())).into_iter().collect();
        let published: BTreeSet<(String, Vec<u8>)> =
            link.bodies_of(&area, &accounts)?.into_iter().map(|row| (row.account, row.leaf)).collect();
        let mut numbers: BTreeMap<String, i64> = BTreeMap::new();
        for row in link.acknowledgements(&area, &accounts)? {
            numbers.insert(row.account, row.number);
        }
        let mut rows = Vec::with_capacity(said.len());
        for ((account, decision, rate_percent, month), place) in said.into_iter().zip(0..) {
            if !published.contains(&(account.clone(), decision.0.to_vec())) {
                let name = format!("items/{place}/decision");
                let expected = format!("`{account}` 已发布的核定 / a published decision of `{account}`");
                return Err(ApiError::new(ApiCode::RequestValue, [name.as_str(), &decision.to_string(), &expected]));
            }
            let number = numbers.entry(account.clone()).or_default();
            *number += 1;
            rows.push(AcknowledgementRow {
                area: area.clone(),
                number: *number,
                account,
                decision: decision.0.to_vec(),
                month,
                rate_percent,
                caller: caller.id.clone(),
                at: now.to_owned(),
            });
        }
        link.add_acknowledgements(&rows)?;
        Reply::done(&Acknowledged { taken: rows.len() })
    };
    once.change(&service, effect).await
}

/// Which day.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReconciliationQuery {
    /// The day; what was charged is that of its month.
    #[param(format = "date", example = "2022-07-01")]
    pub on: String,
}

/// An account of which decided, held and charged are not the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct Difference {
    /// The account.
    pub account: String,
    /// What of it differs: `not-held`, `held-differs`, `held-without-decision`, `charged-differs`, with commas between.
    pub why: String,
    /// Decided, in percent; `null` where it has no rate.
    pub decided_percent: Option<String>,
    /// Held by whoever collects, in percent.
    pub held_percent: Option<String>,
    /// Charged for the month, in percent.
    pub charged_percent: Option<String>,
    /// The decision.
    pub decision: Option<String>,
}

/// The last line of a reconciliation.
#[derive(Debug, Default, Clone, Serialize, ToSchema)]
pub struct ReconciliationEnd {
    /// Always `true`.
    pub end: bool,
    /// Accounts.
    pub accounts: u64,
    /// With a rate on the day.
    pub decided: u64,
    /// Of which whoever collects holds a rate.
    pub held: u64,
    /// Of which the month was charged.
    pub charged: u64,
    /// Lines before this one.
    pub differing: u64,
    /// SHA-256 of the bytes before this line.
    pub digest: String,
}

/// Holds what was decided against what is held and was charged: a line for each account where they are not the same, and a
/// last line with counts.
#[utoipa::path(get, path = "/v1/areas/{area}/reconciliation", operation_id = "reconciliation.get", tag = "billing",
    params(("area" = String, Path), ReconciliationQuery),
    responses((status = 200, body = Difference, content_type = "application/x-ndjson"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn reconcile(
    service: Data<Service>,
    area: Path<String>,
    query: Query<ReconciliationQuery>,
) -> Result<HttpResponse, ApiError> {
    let (area, on, service) = (area.into_inner(), day("on", &query.on)?, service.into_inner());
    let (seen, known) = service
        .wait(|service| service.store().read(|link| Ok((service.ledger(link)?, link.last_knowledge()?))))
        .await?;
    let first = Reconciliation {
        service,
        area,
        on,
        seen,
        known,
        after: Some(String::new()),
        end: ReconciliationEnd::default(),
        hash: Sha256::new(),
    };
    let lines = try_unfold(Some(first), |state| async move {
        match state {
            Some(state) => state.page().await.map(Some),
            None => Ok(None),
        }
    });
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, NDJSON)).streaming(lines))
}

/// A reconciliation under way.
struct Reconciliation {
    service: Arc<Service>,
    area: String,
    on: NaiveDate,
    seen: Seen,
    known: i64,
    after: Option<String>,
    end: ReconciliationEnd,
    hash: Sha256,
}

impl Reconciliation {
    async fn page(mut self) -> Result<(Bytes, Option<Self>), ApiError> {
        let Some(after) = self.after.take() else {
            let digest = hex(&self.hash.finalize());
            return Ok((line(&ReconciliationEnd { end: true, digest, ..self.end })?.into(), None));
        };
        let service = Arc::clone(&self.service);
        let page = service.wait(move |service| {
            let bytes = service.store().read(|link| self.lines(link, &after))?;
            Ok((bytes, self))
        });
        let (bytes, mut state) = page.await?;
        state.hash.update(&bytes);
        Ok((bytes.into(), Some(state)))
    }

    fn lines(&mut self, link: &mut Link, after: &str) -> Result<Vec<u8>, ApiError> {
        let runs = self.seen.of(&self.area, None);
        let accounts = standing(link, &self.area, &runs, after, AT_ONCE, self.known)?;
        self.after = accounts.last().filter(|_| accounts.len() == AT_ONCE).map(|it| it.account.clone());
        let names: Vec<String> = accounts.iter().map(|it| it.account.clone()).collect();
        let month = Month::of(self.on).to_string();
        let (mut held, mut charged) = (BTreeMap::new(), BTreeMap::new());
        for row in link.acknowledgements(&self.area, &names)? {
            // The last word is the one that holds.
            if row.month.is_empty() {
                held.insert(row.account, row.rate_percent);
            } else if row.month == month {
                charged.insert(row.account, row.rate_percent);
            }
        }
        let mut bytes = Vec::new();
        for it in accounts {
            let (held, charged) = (held.remove(&it.account), charged.remove(&it.account));
            if let Some(difference) = self.one(it, held, charged)? {
                bytes.extend(line(&difference)?);
            }
        }
        Ok(bytes)
    }

    fn one(
        &mut self,
        it: Standing,
        held: Option<String>,
        charged: Option<String>,
    ) -> Result<Option<Difference>, ApiError> {
        let decided: Option<&DatedRate> = it.timeline.on(self.on);
        self.end.accounts += 1;
        self.end.decided += u64::from(decided.is_some());
        self.end.held += u64::from(held.is_some());
        self.end.charged += u64::from(charged.is_some());
        let rate = decided.map(|rate| exact(&rate.rate_percent)).transpose()?;
        let other = |said: &Option<String>| said.as_deref().map(exact).transpose();
        let why: Vec<&str> = [
            match (rate, other(&held)?) {
                (Some(_), None) => Some("not-held"),
                (Some(rate), Some(held)) if rate != held => Some("held-differs"),
                (None, Some(_)) => Some("held-without-decision"),
                _ => None,
            },
            other(&charged)?.filter(|charged| rate != Some(*charged)).map(|_| "charged-differs"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if why.is_empty() {
            return Ok(None);
        }
        self.end.differing += 1;
        Ok(Some(Difference {
            why: why.join(","),
            decided_percent: decided.map(|rate| rate.rate_percent.clone()),
            decision: decided.map(|rate| hex(&rate.decision.id.0)),
            held_percent: held,
            charged_percent: charged,
            account: it.account,
        }))
    }
}
