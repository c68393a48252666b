//! Imports: opened, sent in parts, closed; then checked and let in. And lists of other bodies, held against the accounts.

use std::sync::Arc;

use actix_web::web::{self, Bytes, BytesMut, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use rate_core::error::Lang;
use rate_core::input::book::TableKind;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::json::piece;
use super::page::{Page, PageQuery};
use super::rates::hex;
use super::stream::{News, followed, follows};
use super::{Json, Object, Once, Query, Reply, Service, Started};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::book::Encoding;
use crate::intake::{self, Form, Keep, ListHead, Mode, Opening, Part, Progress, State};
use crate::store::{ImportEventRow, ImportProblemRow, Link};

/// Bytes of a part that are kept in one go.
const PIECE: usize = 1 << 20;

/// An import to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// `replace`: of the tables that come, what stood and does not come again is taken back. `add`: rows come in beside what
    /// stands.
    #[schema(example = "replace", pattern = "^(replace|add)$")]
    pub mode: String,
    /// `all-or-nothing`, or `keep-the-good`: accounts with a wrong row stay as they stand, the others come in.
    #[schema(example = "all-or-nothing", pattern = "^(all-or-nothing|keep-the-good)$")]
    pub keep: String,
    /// Nothing is to come in: what would be wrong is said.
    #[serde(default)]
    pub dry_run: bool,
}

/// An import as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Import {
    /// What it is called.
    pub id: String,
    /// The area.
    pub area: String,
    /// What becomes of what stands.
    pub mode: &'static str,
    /// What becomes of what is right where something is wrong.
    pub keep: &'static str,
    /// Nothing comes in.
    pub dry_run: bool,
    /// `receiving`, `checking`, `checked`, `refused`, `committed`, `cancelled`, `failed`.
    #[schema(example = "committed")]
    pub state: &'static str,
    /// Who opened it.
    pub author: String,
    /// When.
    pub opened_at: String,
    /// Bytes that were sent.
    pub bytes: u64,
    /// Rows that were read.
    pub rows: u64,
    /// Accounts that were checked.
    pub accounts: u64,
    /// Problems, listed or not.
    pub problems: u64,
    /// Why it failed.
    pub failure: Option<String>,
    /// The knowledge number under which its rows stand.
    pub knowledge: Option<u64>,
}

impl From<Progress> for Import {
    fn from(it: Progress) -> Self {
        let Opening { id, area, mode, keep, dry_run, author, opened_at } = it.opening;
        Self {
            id,
            area,
            mode: mode.as_str(),
            keep: keep.as_str(),
            dry_run,
            state: it.state.as_str(),
            author,
            opened_at,
            bytes: it.bytes,
            rows: it.rows,
            accounts: it.accounts,
            problems: it.problems,
            failure: (!it.failure.is_empty()).then_some(it.failure),
            knowledge: it.number,
        }
    }
}

fn word<T>(name: &str, value: &str, of: fn(&str) -> Option<T>, expected: &str) -> Result<T, ApiError> {
    of(value).ok_or_else(|| ApiError::new(ApiCode::RequestValue, [name, value, expected]))
}

fn in_area(link: &mut Link, area: &str, import: &str) -> Result<(), ApiError> {
    let found = link.import(import)?.filter(|row| row.area == area);
    found.map(drop).ok_or_else(ApiError::unknown)
}

/// Opens an import for an area. Its parts are sent then, in any order; what is open stands beside the facts and changes
/// nothing until it is closed.
#[utoipa::path(post, path = "/v1/areas/{area}/imports", operation_id = "imports.create", tag = "imports",
    request_body = ImportRequest,
    params(("area" = String, Path), ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 201, body = Import), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn create(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    area: Path<String>,
    request: Json<ImportRequest>,
) -> Result<HttpResponse, ApiError> {
    let ImportRequest { mode, keep, dry_run } = request.0;
    let mode = word("mode", &mode, Mode::from_word, "replace, add")?;
    let keep = word("keep", &keep, Keep::from_word, "all-or-nothing, keep-the-good")?;
    let area = area.into_inner();
    // A name that no other request has, and this one has again.
    let id = hex(&Sha256::new().chain_update(&once.caller).chain_update([0]).chain_update(&once.key).finalize()[..8]);
    let answer = once.change(&service, move |link, now| {
        let opening = Opening { id, area, mode, keep, dry_run, author: caller.holder, opened_at: now.to_owned() };
        intake::open_in(link, &opening)?;
        let location = format!("/v1/areas/{}/imports/{}", opening.area, opening.id);
        Reply::created(location, &Import::from(intake::progress_in(link, &opening.id)?))
    });
    answer.await
}

/// The imports of an area, by name.
#[utoipa::path(get, path = "/v1/areas/{area}/imports", operation_id = "imports.list", tag = "imports",
    params(("area" = String, Path), PageQuery),
    responses((status = 200, body = Page<Import>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(
    service: Data<Service>,
    area: Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "imports";
    let (limit, [behind]) = (page.limit()?, page.behind(LIST)?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let imports = service.read(move |link| {
        let rows = link.imports_of(&area, &behind, most)?;
        let imports: Result<Vec<Import>, ApiError> =
            rows.iter().map(|row| Ok(Import::from(intake::progress_in(link, &row.id)?))).collect();
        imports
    });
    Ok(HttpResponse::Ok().json(Page::of(imports.await?, (LIST, limit), |it: &Import| [it.id.clone()])))
}

async fn standing(service: &Data<Service>, path: (String, String)) -> Result<Import, ApiError> {
    let (area, import) = path;
    let read = service.read(move |link| {
        in_area(link, &area, &import)?;
        Ok(Import::from(intake::progress_in(link, &import)?))
    });
    read.await
}

/// An import as it stands.
#[utoipa::path(get, path = "/v1/areas/{area}/imports/{import}", operation_id = "imports.get", tag = "imports",
    params(("area" = String, Path), ("import" = String, Path)),
    responses((status = 200, body = Import), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(service: Data<Service>, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(standing(&service, path.into_inner()).await?))
}

/// A part that is about to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartRequest {
    /// The name of its file, as problems say it: `premiums.csv`.
    #[schema(example = "premiums.csv", min_length = 1, max_length = 256)]
    pub name: String,
    /// The table it holds, where its name, its sheets or its rows do not say it.
    #[schema(example = "premiums")]
    pub table: Option<String>,
    /// `csv`, `xlsx` or `ndjson`.
    #[schema(example = "csv", pattern = "^(csv|xlsx|ndjson)$")]
    pub form: String,
    /// Of CSV: `auto`, `utf-8` or `gb18030`; `auto` where nothing is said.
    #[schema(pattern = "^(auto|utf-8|gb18030)$")]
    pub encoding: Option<String>,
    /// A mapping file, as text: what headers and words of another system are in a book.
    pub mapping: Option<String>,
    /// What is said of a list that another body sent: its entries become events of the accounts that have their number or,
    /// alone, their credit code. An import of mode `add` takes lists, and such a part names no table.
    #[schema(value_type = Option<ListRequest>)]
    pub list: Option<Object<ListRequest>>,
}

/// A list that another body sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRequest {
    /// Who sent it.
    #[schema(example = "某市应急管理局", min_length = 1, max_length = 200)]
    pub body: String,
    /// The document it stands in.
    #[schema(example = "某应急〔2022〕3号", min_length = 1, max_length = 188)]
    pub document: String,
    /// Its date.
    #[schema(format = "date", example = "2022-05-20")]
    pub date: String,
}

/// How far a part is.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartState {
    /// Its number.
    pub part: i64,
    /// The byte to go on from.
    pub offset: u64,
}

fn encoding(word: Option<&str>) -> Option<Encoding> {
    match word {
        None | Some("auto") => Some(Encoding::Auto),
        Some("utf-8") => Some(Encoding::Utf8),
        Some("gb18030") => Some(Encoding::Gb18030),
        Some(_) => None,
    }
}

/// Says what a part is before its bytes are sent, and from which byte they are to be sent: not from the first, where it was
/// cut off.
#[utoipa::path(put, path = "/v1/areas/{area}/imports/{import}/parts/{part}", operation_id = "imports.part", tag = "imports",
    request_body = PartRequest,
    params(("area" = String, Path), ("import" = String, Path), ("part" = i64, Path)),
    responses((status = 200, body = PartState), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn part(
    service: Data<Service>,
    path: Path<(String, String, String)>,
    request: Json<PartRequest>,
) -> Result<HttpResponse, ApiError> {
    let (area, import, number) = numbered(path.into_inner())?;
    let PartRequest { name, table, form, encoding: of_text, mapping, list } = request.0;
    let kind =
        table.as_deref().map(|table| word("table", table, TableKind::from_stem, "docs/book-format.md")).transpose()?;
    let form = word("form", &form, Form::from_word, "csv, xlsx, ndjson")?;
    let unfit = || ApiError::new(ApiCode::RequestValue, ["encoding", "…", "auto, utf-8, gb18030"]);
    let encoding = encoding(of_text.as_deref()).ok_or_else(unfit)?;
    let list = list.map(|Object(ListRequest { body, document, date })| ListHead { body, document, date });
    if let Some(unfit) = list.as_ref().and_then(ListHead::unfit) {
        return Err(ApiError::new(ApiCode::RequestValue, unfit));
    }
    let part = Part { number, name, kind, form, encoding, mapping, list };
    let offset = service.write(move |service| {
        service.store().read(|link| in_area(link, &area, &import))?;
        Ok(intake::begin_part(service.store(), &import, &part)?)
    });
    Ok(HttpResponse::Ok().json(PartState { part: number, offset: offset.await? }))
}

fn numbered((area, import, part): (String, String, String)) -> Result<(String, String, i64), ApiError> {
    // A number is written in one way, so that a part has one address.
    let number = part.parse().ok().filter(|number: &i64| number.to_string() == part);
    let number = number.filter(|number| (1..=intake::MAX_PARTS).contains(number));
    let unfit = || ApiError::new(ApiCode::RequestValue, ["part", &part, &format!("1–{}", intake::MAX_PARTS)]);
    Ok((area, import, number.ok_or_else(unfit)?))
}

/// From where bytes go on.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BytesQuery {
    /// The byte of the part that the first one of the body is; 0 where nothing is said, which begins it again.
    pub offset: Option<u64>,
}

/// Takes bytes of a part, as they are in its file. They are kept as they come: after a cut, the answer to the description of
/// the part says where to go on.
#[utoipa::path(put, path = "/v1/areas/{area}/imports/{import}/parts/{part}/bytes", operation_id = "imports.bytes",
    tag = "imports", request_body(content = String, content_type = "application/octet-stream"),
    params(("area" = String, Path), ("import" = String, Path), ("part" = i64, Path), BytesQuery),
    responses((status = 200, body = PartState), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn bytes(
    service: Data<Service>,
    path: Path<(String, String, String)>,
    query: Query<BytesQuery>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let (area, import, number) = numbered(path.into_inner())?;
    let of = import.clone();
    service.read(move |link| in_area(link, &area, &of)).await?;
    let (mut offset, mut waiting) = (query.offset.unwrap_or(0), BytesMut::new());
    let (mut taken, mut payload) = (false, payload.into_inner());
    while let Some(piece) = piece(&mut payload, service.limits.body_wait).await? {
        waiting.extend_from_slice(&piece);
        if waiting.len() >= PIECE {
            offset = receive(&service, &import, number, offset, waiting.split().freeze()).await?;
            taken = true;
        }
    }
    if !waiting.is_empty() || !taken {
        offset = receive(&service, &import, number, offset, waiting.freeze()).await?;
    }
    Ok(HttpResponse::Ok().json(PartState { part: number, offset }))
}

async fn receive(service: &Arc<Service>, import: &str, part: i64, offset: u64, bytes: Bytes) -> Result<u64, ApiError> {
    let import = import.to_owned();
    let kept = service.write(move |service| Ok(intake::receive(service.store(), &import, part, offset, &bytes)?));
    kept.await
}

/// What a whole part is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartDigest {
    /// SHA-256 of its bytes, in hexadecimal digits.
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    pub sha256: String,
}

/// Says that a part was sent whole, and its digest. Where it is another, the part is sent again.
#[utoipa::path(put, path = "/v1/areas/{area}/imports/{import}/parts/{part}/digest", operation_id = "imports.digest",
    tag = "imports", request_body = PartDigest,
    params(("area" = String, Path), ("import" = String, Path), ("part" = i64, Path)),
    responses((status = 200, body = Import), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn digest(
    service: Data<Service>,
    path: Path<(String, String, String)>,
    request: Json<PartDigest>,
) -> Result<HttpResponse, ApiError> {
    let (area, import, number) = numbered(path.into_inner())?;
    let sha256 = request.0.sha256;
    if rate_core::log::Digest::from_hex(&sha256.to_ascii_lowercase()).is_none() {
        return Err(ApiError::new(ApiCode::RequestValue, ["sha256", sha256.as_str(), "64 × 0–9, a–f"]));
    }
    let of = (area.clone(), import.clone());
    let complete = service.write(move |service| {
        service.store().read(|link| in_area(link, &area, &import))?;
        Ok(intake::complete_part(service.store(), &import, number, &sha256)?)
    });
    complete.await?;
    Ok(HttpResponse::Ok().json(standing(&service, of).await?))
}

/// Says that every part was sent: the import is checked, and comes in where nothing keeps it from that.
#[utoipa::path(post, path = "/v1/areas/{area}/imports/{import}/closing", operation_id = "imports.close", tag = "imports",
    params(("area" = String, Path), ("import" = String, Path),
        ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 202, body = Import), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn close(service: Data<Service>, once: Once, path: Path<(String, String)>) -> Result<HttpResponse, ApiError> {
    let (area, import) = path.into_inner();
    let woken = Data::clone(&service);
    let answer = once.change(&service, move |link, now| {
        in_area(link, &area, &import)?;
        intake::close_in(link, &import, now)?;
        let location = format!("/v1/areas/{area}/imports/{import}");
        Reply::accepted(location, &Import::from(intake::progress_in(link, &import)?))
    });
    let answer = answer.await?;
    woken.wake();
    Ok(answer)
}

/// Gives an import up; one that has ended stays as it is.
#[utoipa::path(post, path = "/v1/areas/{area}/imports/{import}/cancellation", operation_id = "imports.cancel",
    tag = "imports", params(("area" = String, Path), ("import" = String, Path),
        ("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 200, body = Import), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn cancel(
    service: Data<Service>,
    once: Once,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (area, import) = path.into_inner();
    let answer = once.change(&service, move |link, now| {
        in_area(link, &area, &import)?;
        intake::cancel_in(link, &import, now)?;
        Reply::done(&Import::from(intake::progress_in(link, &import)?))
    });
    answer.await
}

/// A problem of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportProblem {
    /// Counts within the import.
    pub number: i64,
    /// The account, where it is one's.
    pub account: Option<String>,
    /// The part, where it is of one.
    pub part: Option<i64>,
    /// The file.
    pub file: Option<String>,
    /// Row and column.
    pub place: Option<String>,
    /// The column by name.
    pub field: Option<String>,
    /// The stable code; `docs/ERRORS.md` says what to do.
    pub code: String,
    /// The sentence.
    pub message: String,
}

fn problem(row: ImportProblemRow, lang: Lang) -> ImportProblem {
    let some = |text: String| (!text.is_empty()).then_some(text);
    ImportProblem {
        number: row.number,
        account: some(row.account),
        part: (row.part > 0).then_some(row.part),
        file: some(row.file),
        place: some(row.place),
        field: some(row.field),
        code: row.code,
        message: if lang == Lang::Zh { row.zh } else { row.en },
    }
}

/// What is wrong with an import, in the order in which it was found; the first ten thousand are listed, all are counted.
#[utoipa::path(get, path = "/v1/areas/{area}/imports/{import}/problems", operation_id = "imports.problems", tag = "imports",
    params(("area" = String, Path), ("import" = String, Path), PageQuery),
    responses((status = 200, body = Page<ImportProblem>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn problems(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "import-problems";
    let (limit, behind) = (page.limit()?, page.place(LIST)?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let (area, import) = path.into_inner();
    let rows = service.read(move |link| {
        in_area(link, &area, &import)?;
        Ok(link.import_problems(&import, behind, most)?)
    });
    let items = rows.await?.into_iter().map(|row| problem(row, started.lang)).collect();
    Ok(HttpResponse::Ok().json(Page::of(items, (LIST, limit), |it: &ImportProblem| [it.number.to_string()])))
}

/// A change of state of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportEvent {
    /// Counts from one within the import.
    pub number: i64,
    /// The state it came to.
    pub state: String,
    /// While it is `checking`, what is done: `reading`, `checking`, `committing`.
    pub stage: Option<String>,
    /// When.
    pub recorded_at: String,
}

/// The history of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportEvents {
    /// In order.
    pub items: Vec<ImportEvent>,
}

impl From<ImportEventRow> for ImportEvent {
    fn from(it: ImportEventRow) -> Self {
        let stage = Some(it.stage).filter(|stage| !stage.is_empty());
        Self { number: it.number, state: it.state, stage, recorded_at: it.recorded_at }
    }
}

/// What is new of an import behind a number.
fn news(link: &mut Link, area: &str, import: &str, after: i64) -> Result<News, ApiError> {
    in_area(link, area, import)?;
    let progress = intake::progress_in(link, import)?;
    let ended = !matches!(progress.state, State::Receiving | State::Checking);
    let now = Import::from(progress);
    let mark = vec![now.bytes, now.rows, now.accounts, now.problems];
    let events = intake::events_in(link, import, after)?.into_iter().map(ImportEvent::from);
    News::of(events.map(|it| (it.number, it)), (mark, &now), ended)
}

/// The history of an import: every change of its state, and of what is done with it while it is checked. As
/// `text/event-stream`, as it happens: an event `state` for each change, numbered, and `progress` where bytes, rows, accounts
/// or problems have become more, until it has ended; whoever was cut off goes on behind its `Last-Event-ID`.
#[utoipa::path(get, path = "/v1/areas/{area}/imports/{import}/events", operation_id = "imports.events", tag = "imports",
    params(("area" = String, Path), ("import" = String, Path)),
    responses((status = 200, content((ImportEvents = "application/json"), (String = "text/event-stream"))), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn events(
    service: Data<Service>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (area, import) = path.into_inner();
    if let Some(after) = follows(&request) {
        let of = (area.clone(), import.clone());
        service.read(move |link| in_area(link, &of.0, &of.1)).await?;
        let look = move |service: &Service, after| service.store().read(|link| news(link, &area, &import, after));
        return Ok(followed(service.into_inner(), after, look));
    }
    let rows = service.read(move |link| {
        in_area(link, &area, &import)?;
        Ok(intake::events_in(link, &import, 0)?)
    });
    let items = rows.await?.into_iter().map(ImportEvent::from).collect();
    Ok(HttpResponse::Ok().json(ImportEvents { items }))
}
