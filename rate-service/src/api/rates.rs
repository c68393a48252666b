//! Rates, as billing reads them: of an account month by month, of everybody on a day, and what has changed.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data, Path};
use futures_util::stream::try_unfold;
use rate_core::calendar::{Month, MonthSpan, date};
use rate_core::{DateSpan, NaiveDate};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::{Query, Service};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::billing::{AreaRuns, Change, Cursor, DatedRate, Gap, Piece, Seen, Standing, changes, pieces, standing};
use crate::clock;
use crate::store::Link;

/// Accounts of a snapshot that are read at a time.
const AT_ONCE: usize = 1000;
/// The most changes of one answer.
const MOST_CHANGES: u32 = 5000;

/// A grade of a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Grade {
    /// As the method calls it.
    #[schema(example = "80%")]
    pub label: String,
    /// Steps from the base, on ladders that count them.
    pub shift: Option<i8>,
    /// What it multiplies a rate by, in percent, on ladders of factors.
    #[schema(example = "80")]
    pub factor_percent: Option<String>,
}

/// The decision a rate comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Decision {
    /// The hash of its body, which names it everywhere.
    pub id: String,
    /// The run it was published with.
    pub run: String,
    /// When that was recorded.
    pub recorded_at: String,
    /// Area and version of the rule set.
    pub rule_set: String,
    /// Digest of the rule set.
    pub rule_set_digest: String,
    /// A trial: its rule set may be tried, never charged by. Only in fictitious areas.
    pub trial: bool,
}

/// Some days of an account: its rate, or why it has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Segment {
    /// First day.
    #[schema(format = "date")]
    pub from: String,
    /// Last day; `null` where it is open.
    #[schema(format = "date")]
    pub to: Option<String>,
    /// `rated` or `no-rate`.
    pub state: &'static str,
    /// Why there is none: `no-run`, no published run is about these days; `not-in-run`, one is, and decided nothing here.
    pub reason: Option<&'static str>,
    /// Number of classes of the system the class is of: 3 or 8.
    pub class_system: Option<u8>,
    /// Risk class.
    pub class: Option<u8>,
    /// Base rate, in percent.
    pub base_percent: Option<String>,
    /// Grade; `null` where the rate was not floated.
    pub grade: Option<Grade>,
    /// Rate before any phased cut, in percent.
    pub before_cut_percent: Option<String>,
    /// Phased cut, in percent.
    pub cut_percent: Option<String>,
    /// The rate to charge, in percent.
    #[schema(example = "0.56")]
    pub rate_percent: Option<String>,
    /// Where it comes from: floated, base, carried, provisional, redetermined, ordered.
    pub origin: Option<String>,
    /// The decision.
    pub decision: Option<Decision>,
}

/// The rates of an account over some months, without a gap.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountRates {
    /// The area.
    pub area: String,
    /// The account.
    pub account: String,
    /// First month.
    pub from: String,
    /// Last month.
    pub to: String,
    /// As it was known at this instant; `null` where that is now.
    pub known_at: Option<String>,
    /// Every day of these months, in order.
    pub segments: Vec<Segment>,
}

/// Which months.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RatesQuery {
    /// First month, `2025-01`.
    #[param(pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2025-01")]
    pub from: String,
    /// Last month, at most 600 months behind.
    #[param(pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2025-12")]
    pub to: String,
    /// As it was known at this instant (RFC 3339).
    #[param(format = "date-time")]
    pub known_at: Option<String>,
}

/// Rates of an account, month by month: every day has its rate, or the reason why there is none. An account that nobody
/// knows is not found; one that is known and has no rate is an answer.
#[utoipa::path(get, path = "/v1/areas/{area}/accounts/{number}/rates", operation_id = "rates.get", tag = "billing",
    params(("area" = String, Path), ("number" = String, Path), RatesQuery),
    responses((status = 200, body = AccountRates), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn of_account(
    service: Data<Service>,
    path: Path<(String, String)>,
    query: Query<RatesQuery>,
) -> Result<HttpResponse, ApiError> {
    let (area, account) = path.into_inner();
    let months = months(&query)?;
    let known_at = known_at(query.known_at.as_deref())?;
    let (from, to) = (months.from().to_string(), months.to().to_string());
    let of = (area.clone(), account.clone(), known_at.clone());
    let segments = service
        .wait(move |service| {
            let (area, account, known_at) = of;
            service.store().read(|link| {
                let reading = Reading::begin(service, link)?;
                let known = Reading::known(link, known_at.as_deref())?;
                let runs = reading.seen.of(&area, known_at.as_deref());
                let bodies = link.bodies_of(&area, std::slice::from_ref(&account))?;
                let through = runs.last().unwrap_or_default();
                let timeline = crate::billing::Timeline::of(&account, &bodies, &runs, through)?;
                if timeline.0.is_empty() && link.standing_of(&area, &[account], known)?.is_empty() {
                    return Err(ApiError::unknown());
                }
                reading.segments(link, pieces(&timeline, &runs, &months.days()))
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(AccountRates { area, account, from, to, known_at, segments }))
}

/// What is known of rates in one state of the store.
struct Reading<'s> {
    service: &'s Service,
    seen: Seen,
}

impl<'s> Reading<'s> {
    fn begin(service: &'s Service, link: &mut Link) -> Result<Self, ApiError> {
        Ok(Self { service, seen: service.ledger(link)? })
    }

    /// The number of what was known.
    fn known(link: &mut Link, known_at: Option<&str>) -> Result<i64, ApiError> {
        Ok(match known_at {
            Some(instant) => link.knowledge_at(instant)?,
            None => link.last_knowledge()?,
        })
    }

    fn segments(&self, link: &mut Link, pieces: Vec<Piece>) -> Result<Vec<Segment>, ApiError> {
        pieces.into_iter().map(|piece| self.segment(link, piece)).collect()
    }

    fn segment(&self, link: &mut Link, piece: Piece) -> Result<Segment, ApiError> {
        match piece {
            Piece::Gap(days, why) => Ok(no_rate(&days, why)),
            Piece::Rate(rate) => {
                let grade = match &rate.grade {
                    Some(label) => Some(self.grade(link, &rate, label)?),
                    None => None,
                };
                Ok(rated(rate, grade))
            }
        }
    }

    /// A grade as its method has it.
    fn grade(&self, link: &mut Link, rate: &DatedRate, label: &str) -> Result<Grade, ApiError> {
        let method = self.service.method(link, rate.decision.rule_set_digest)?;
        let ladder = method.ladder();
        let grade = ladder.labelled(label).map(|index| ladder.grade(index));
        Ok(Grade {
            label: label.to_owned(),
            shift: grade.and_then(|grade| grade.shift),
            factor_percent: grade.and_then(|grade| grade.factor).map(|factor| factor.percent().to_string()),
        })
    }
}

/// A rate as an answer shows it.
pub(super) fn rated_by(service: &Service, link: &mut Link, rate: DatedRate) -> Result<Segment, ApiError> {
    Reading::begin(service, link)?.segment(link, Piece::Rate(rate))
}

fn no_rate(days: &DateSpan, why: Gap) -> Segment {
    Segment {
        from: days.from().to_string(),
        to: days.to().map(|to| to.to_string()),
        state: "no-rate",
        reason: Some(why.as_str()),
        class_system: None,
        class: None,
        base_percent: None,
        grade: None,
        before_cut_percent: None,
        cut_percent: None,
        rate_percent: None,
        origin: None,
        decision: None,
    }
}

fn rated(rate: DatedRate, grade: Option<Grade>) -> Segment {
    let decision = &rate.decision;
    Segment {
        from: rate.days.from().to_string(),
        to: rate.days.to().map(|to| to.to_string()),
        state: "rated",
        reason: None,
        class_system: Some(rate.class[0]),
        class: Some(rate.class[1]),
        base_percent: rate.base_percent,
        grade,
        before_cut_percent: Some(rate.before_cut_percent),
        cut_percent: Some(rate.cut_percent),
        rate_percent: Some(rate.rate_percent),
        origin: Some(rate.origin),
        decision: Some(Decision {
            id: decision.id.to_string(),
            run: decision.run.clone(),
            recorded_at: decision.recorded_at.clone(),
            rule_set: decision.rule_set.clone(),
            rule_set_digest: decision.rule_set_digest.to_string(),
            trial: decision.trial,
        }),
    }
}

/// Months from a query; the most that anybody needs at once is fifty years.
fn months(query: &RatesQuery) -> Result<MonthSpan, ApiError> {
    let unfit = |name: &str, value: &str, expected: &str| ApiError::new(ApiCode::RequestValue, [name, value, expected]);
    let month = |name: &str, text: &str| text.parse::<Month>().map_err(|_| unfit(name, text, "YYYY-MM"));
    let (from, to) = (month("from", &query.from)?, month("to", &query.to)?);
    let span = MonthSpan::new(from, to).filter(|span| span.months() <= 600);
    span.ok_or_else(|| unfit("to", &query.to, "from … from + 600"))
}

/// An instant from a query, in the form of records.
pub(super) fn known_at(text: Option<&str>) -> Result<Option<String>, ApiError> {
    let unfit = |text: &str| ApiError::new(ApiCode::RequestValue, ["known_at", text, "RFC 3339"]);
    text.map(|text| clock::instant(text).ok_or_else(|| unfit(text))).transpose()
}

/// A day from a query.
pub(super) fn day(name: &str, text: &str) -> Result<NaiveDate, ApiError> {
    date(text).map_err(|_| ApiError::new(ApiCode::RequestValue, [name, text, "YYYY-MM-DD"]))
}

/// An account with a credit code.
#[derive(Debug, Serialize, ToSchema)]
pub struct Match {
    /// The account.
    pub account: String,
    /// Its name, as it stands now.
    pub name: String,
}

/// Who has a credit code: several, where branches and projects share it. Which of them is meant is for the caller to say.
#[derive(Debug, Serialize, ToSchema)]
pub struct Matches {
    /// By number.
    pub items: Vec<Match>,
}

/// Which accounts.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AccountsQuery {
    /// The unified social credit code, or what stands in its place.
    #[param(min_length = 1, max_length = 64)]
    pub credit_code: String,
}

/// The accounts that have a credit code; none is picked where there are several.
#[utoipa::path(get, path = "/v1/areas/{area}/accounts", operation_id = "accounts.find", tag = "billing",
    params(("area" = String, Path), AccountsQuery),
    responses((status = 200, body = Matches), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn accounts(
    service: Data<Service>,
    area: Path<String>,
    query: Query<AccountsQuery>,
) -> Result<HttpResponse, ApiError> {
    let code = query.into_inner().credit_code;
    if !(1..=64).contains(&code.len()) {
        return Err(ApiError::new(ApiCode::RequestValue, ["credit_code", &code, "1–64"]));
    }
    let area = area.into_inner();
    let found = service.read(move |link| {
        let known = link.last_knowledge()?;
        Ok(crate::pipeline::with_credit_code(link, &area, &code, known)?)
    });
    let items = found.await?.into_iter().map(|(account, name)| Match { account, name }).collect();
    Ok(HttpResponse::Ok().json(Matches { items }))
}

/// Which day.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SnapshotQuery {
    /// The day.
    #[param(format = "date", example = "2025-07-01")]
    pub on: String,
    /// As it was known at this instant (RFC 3339).
    #[param(format = "date-time")]
    pub known_at: Option<String>,
}

/// A line of a snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotLine {
    /// The account.
    pub account: String,
    /// Its rate on the day, to the last day that it holds, or why it has none.
    #[serde(flatten)]
    pub segment: Segment,
}

/// The last line of a snapshot; without it, the snapshot is not whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotEnd {
    /// Always `true`.
    pub end: bool,
    /// Lines before this one.
    pub count: u64,
    /// SHA-256 of the bytes before this line.
    pub digest: String,
    /// The cursor of the feed that it agrees with: whoever follows from there misses nothing and sees nothing twice.
    pub feed_cursor: String,
}

/// Everybody on a day: a line of JSON an account, by number, and a last line with count, digest and the cursor of the feed.
#[utoipa::path(get, path = "/v1/areas/{area}/rate-snapshot", operation_id = "rates.snapshot", tag = "billing",
    params(("area" = String, Path), SnapshotQuery),
    responses((status = 200, body = SnapshotLine, content_type = "application/x-ndjson"), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn snapshot(
    service: Data<Service>,
    area: Path<String>,
    query: Query<SnapshotQuery>,
) -> Result<HttpResponse, ApiError> {
    let (area, on, known_at) = (area.into_inner(), day("on", &query.on)?, known_at(query.known_at.as_deref())?);
    let service = service.into_inner();
    // What was seen at the beginning is what every page is read by; bodies and facts are only ever added.
    let known_at_first = known_at.clone();
    let (seen, known) = service
        .wait(move |service| {
            service.store().read(|link| {
                let reading = Reading::begin(service, link)?;
                let known = Reading::known(link, known_at_first.as_deref())?;
                Ok((reading.seen, known))
            })
        })
        .await?;
    let first = Snapshot {
        service,
        area,
        on,
        known_at,
        seen,
        known,
        after: Some(String::new()),
        count: 0,
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

/// The type of a body of lines of JSON.
pub const NDJSON: &str = "application/x-ndjson";

/// A snapshot under way.
struct Snapshot {
    service: Arc<Service>,
    area: String,
    on: NaiveDate,
    known_at: Option<String>,
    seen: Seen,
    known: i64,
    after: Option<String>,
    count: u64,
    hash: Sha256,
}

impl Snapshot {
    /// The next lines, and what is left to be said behind them.
    async fn page(mut self) -> Result<(Bytes, Option<Self>), ApiError> {
        let Some(after) = self.after.take() else {
            let runs = self.seen.of(&self.area, self.known_at.as_deref());
            // As it was known once, the next run is the one behind the last that was known.
            let behind = runs.last().map_or(0, |last| last + 1);
            let entry = if self.known_at.is_some() { behind } else { self.seen.entries() };
            let end = SnapshotEnd {
                end: true,
                count: self.count,
                digest: hex(&self.hash.finalize()),
                feed_cursor: Cursor { entry, account: String::new() }.to_string(),
            };
            return Ok((line(&end)?.into(), None));
        };
        let service = Arc::clone(&self.service);
        let (bytes, mut state) = service
            .wait(move |service| {
                let reading = Reading { service, seen: self.seen.clone() };
                let (bytes, count, after) = service.store().read(|link| self.lines(&reading, link, &after))?;
                self.count += count;
                self.after = after;
                Ok((bytes, self))
            })
            .await?;
        state.hash.update(&bytes);
        Ok((bytes.into(), Some(state)))
    }

    fn lines(
        &self,
        reading: &Reading<'_>,
        link: &mut Link,
        after: &str,
    ) -> Result<(Vec<u8>, u64, Option<String>), ApiError> {
        let runs = self.seen.of(&self.area, self.known_at.as_deref());
        let accounts = standing(link, &self.area, &runs, after, AT_ONCE, self.known)?;
        let (mut bytes, mut count) = (Vec::new(), 0);
        let next = accounts.last().filter(|_| accounts.len() == AT_ONCE).map(|it| it.account.clone());
        for it in accounts {
            let piece = on_day(&it, &runs, self.on);
            let Some(piece) = piece else { continue };
            let segment = reading.segment(link, piece)?;
            bytes.extend(line(&SnapshotLine { account: it.account, segment })?);
            count += 1;
        }
        Ok((bytes, count, next))
    }
}

/// What holds on a day, from that day on.
fn on_day(it: &Standing, runs: &AreaRuns<'_>, on: NaiveDate) -> Option<Piece> {
    match it.timeline.on(on) {
        Some(rate) => Some(Piece::Rate(rate.clone())),
        None => pieces(&it.timeline, runs, &DateSpan::new(on, Some(on))?).into_iter().next(),
    }
}

/// Something as a line of JSON.
pub(super) fn line(it: &impl Serialize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = serde_json::to_vec(it).map_err(ApiError::internal)?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// From where.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FeedQuery {
    /// The cursor of the last change that was taken, or of a snapshot; nothing for the beginning.
    pub cursor: Option<String>,
    /// How many, 1 to 5000; 1000 where nothing is said.
    #[param(minimum = 1, maximum = 5000)]
    pub limit: Option<u32>,
}

/// A change of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct RateChange {
    /// Behind this change.
    pub cursor: String,
    /// The account.
    pub account: String,
    /// The run that changed it.
    pub run: String,
    /// When that was recorded.
    pub recorded_at: String,
    /// Decisions that stand no longer, wholly or on some of their days.
    pub superseded: Vec<String>,
    /// Its rates before, all of them.
    pub old_segments: Vec<Segment>,
    /// Its rates from here on, all of them.
    pub new_segments: Vec<Segment>,
}

/// Changes, in the order in which they were published.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feed {
    /// The changes.
    pub items: Vec<RateChange>,
    /// Where to go on: the next time, whether there is more now or not.
    pub cursor: String,
    /// Whether there is more now.
    pub more: bool,
}

/// What has changed behind a cursor. Each change comes at least once, those of an account in order; the same cursor is
/// answered alike, whoever asks how often.
#[utoipa::path(get, path = "/v1/areas/{area}/rate-changes", operation_id = "rates.changes", tag = "billing",
    params(("area" = String, Path), FeedQuery),
    responses((status = 200, body = Feed), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn feed(
    service: Data<Service>,
    area: Path<String>,
    query: Query<FeedQuery>,
) -> Result<HttpResponse, ApiError> {
    let limit = query.limit.unwrap_or(1000);
    if !(1..=MOST_CHANGES).contains(&limit) {
        return Err(ApiError::new(ApiCode::RequestValue, ["limit", &limit.to_string(), "1–5000"]));
    }
    let text = query.cursor.clone().unwrap_or_default();
    let unfit = |error| ApiError::new(ApiCode::RequestValue, ["cursor", &text, &format!("{error}")]);
    let from: Cursor = if text.is_empty() { Cursor::default() } else { text.parse().map_err(unfit)? };
    let area = area.into_inner();
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let feed = service.wait(move |service| {
        service.store().read(|link| {
            let reading = Reading::begin(service, link)?;
            if from.entry > reading.seen.entries() {
                return Err(ApiError::new(
                    ApiCode::RequestValue,
                    ["cursor", &from.to_string(), "next / 上一页的 cursor"],
                ));
            }
            let runs = reading.seen.of(&area, None);
            let (found, more) = changes(link, &area, &runs, &from, most)?;
            let cursor = match found.last() {
                Some(last) if more => last.cursor.clone(),
                _ => from.max(Cursor { entry: reading.seen.entries(), account: String::new() }),
            };
            let items = found.into_iter().map(|change| reading.change(link, change)).collect::<Result<_, _>>()?;
            Ok(Feed { items, cursor: cursor.to_string(), more })
        })
    });
    Ok(HttpResponse::Ok().json(feed.await?))
}

impl Reading<'_> {
    fn change(&self, link: &mut Link, change: Change) -> Result<RateChange, ApiError> {
        let touched = |rate: &&DatedRate| !change.after.0.contains(rate);
        let mut superseded: Vec<String> =
            change.before.0.iter().filter(touched).map(|rate| rate.decision.id.to_string()).collect();
        superseded.dedup();
        let rates = |timeline: crate::billing::Timeline| timeline.0.into_iter().map(Piece::Rate).collect();
        Ok(RateChange {
            cursor: change.cursor.to_string(),
            account: change.account,
            run: change.run,
            recorded_at: change.recorded_at,
            superseded,
            old_segments: self.segments(link, rates(change.before))?,
            new_segments: self.segments(link, rates(change.after))?,
        })
    }
}
