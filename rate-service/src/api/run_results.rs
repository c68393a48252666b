//! What came of a run: summaries, diagnostics, lists, files, and the yearly report of an area.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use rate_core::error::Lang;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::page::{Page, PageQuery, cursor};
use super::runs::{of_area, reading};
use super::{Query, Service, Started};
use crate::annual;
use crate::api_error::{ApiCode, ApiError, PlacedProblem, ProblemBody};
use crate::run::Summary;

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
    /// `blocks`, `review` or `note`.
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
        fen: totals.fen.iter().map(|(name, fen)| ((*name).to_owned(), annual::whole(*fen))).collect(),
    });
    let (kinds, beyond, totals) = (kinds.collect(), beyond.collect(), totals.collect());
    let (accounts, insured) = (diagnosis.accounts, diagnosis.insured);
    Ok(HttpResponse::Ok().json(Diagnostics { done, accounts, insured, kinds, beyond, totals }))
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
    const LIST: &str = "run-findings";
    let (limit, behind) = (page.limit()?, page.place(LIST)?);
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
    Ok(HttpResponse::Ok().json(Page::of(numbered.collect(), (LIST, limit), |it: &RunFinding| [it.number.to_string()])))
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
    let list = if refused { "run-problems" } else { "run-not-insured" };
    let (limit, [behind]) = (page.limit()?, page.behind(list)?);
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
    Ok(HttpResponse::Ok().json(Page::of(items.collect(), (list, limit), |it: &WithoutRate| [it.account.clone()])))
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
    const LIST: &str = "run-list";
    let (limit, [behind]) = (page.limit()?, page.behind(LIST)?);
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
    let next = next.map(|last| cursor(LIST, &[last]));
    Ok(HttpResponse::Ok().json(RunListPage { items: rows.into_iter().map(item).collect(), next }))
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
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson"), (String = "text/plain"),
        (Value = "application/json"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
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
