//! Keys: made, listed, taken back; and the list of who used them.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page::{Page, PageQuery};
use super::{Json, Once, Query, Reply, Service};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::{Areas, Caller, Role, make};
use crate::person::is_name;
use crate::store::{AccessRow, KeyRow};

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRequest {
    /// What its holder may do: `billing`, `officer`, `approver`, `actuary`, `auditor`, `admin`.
    #[schema(example = "billing", pattern = "^(billing|officer|approver|actuary|auditor|admin)$")]
    pub role: String,
    /// Codes of areas with commas between, each with everything below it; `*` is every area.
    #[schema(example = "990100", pattern = r"^(\*|[0-9]{6}(,[0-9]{6}){0,63})$")]
    pub areas: String,
    /// Who holds it, 1 to 100 letters, digits, spaces and ordinary marks. Names that differ in case, width, spaces or marks
    /// alone are one person.
    #[schema(example = "征缴系统", min_length = 1, max_length = 100)]
    pub holder: String,
}

/// A key, without what makes it one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// The letters of the key that name it.
    #[schema(example = "kX3m9QzA")]
    pub id: String,
    /// The whole key: in the answer that made it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What its holder may do.
    pub role: String,
    /// Where.
    pub areas: String,
    /// Who holds it.
    pub holder: String,
    /// When it was made.
    pub created_at: String,
    /// The key that made it; `null` for the first one.
    pub created_by: Option<String>,
    /// When it was taken back.
    pub revoked_at: Option<String>,
}

/// The keys of a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Keys {
    /// Oldest first.
    pub items: Vec<Key>,
}

impl From<KeyRow> for Key {
    fn from(row: KeyRow) -> Self {
        let KeyRow { id, hash: _, role, areas, holder, created_at, created_by, revoked_at } = row;
        let created_by = (!created_by.is_empty()).then_some(created_by);
        Self { id, key: None, role, areas, holder, created_at, created_by, revoked_at }
    }
}

/// Makes a key. It is shown in this answer and never again; the same request sent again is answered without it.
#[utoipa::path(post, path = "/v1/keys", operation_id = "keys.create", tag = "keys", request_body = KeyRequest,
    params(("Idempotency-Key" = String, Header, description = "a new one for each thing to be done")),
    responses((status = 201, body = Key), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn create(
    service: Data<Service>,
    caller: Caller,
    once: Once,
    request: Json<KeyRequest>,
) -> Result<HttpResponse, ApiError> {
    let KeyRequest { role, areas, holder } = request.0;
    let unfit = |name: &str, value: &str, expected: &str| ApiError::new(ApiCode::RequestValue, [name, value, expected]);
    let roles = || Role::ALL.map(Role::as_str).join(", ");
    let role = Role::named(&role).ok_or_else(|| unfit("role", &role, &roles()))?;
    let areas: Areas = areas.parse().map_err(|error| unfit("areas", &areas, &format!("{error}")))?;
    if !(1..=100).contains(&holder.trim().chars().count()) || !is_name(&holder) {
        return Err(unfit("holder", &holder, "1–100 × 字母 letters, 数字 digits, 空格 spaces, .,;:-_/&@#*+() …"));
    }
    if !caller.areas.contain(&areas) {
        return Err(ApiError::unknown());
    }
    let effect = move |link: &mut crate::store::Link, now: &str| {
        let made = make(role, &areas, holder.trim(), &caller.id, now).map_err(ApiError::internal)?;
        link.add_key(&made.row)?;
        let location = format!("/v1/keys/{}", made.row.id);
        let kept = Key::from(made.row.clone());
        let shown = Key { key: Some(made.secret), ..Key::from(made.row) };
        Reply::created(location, &shown)?.keeping(&kept)
    };
    once.change(&service, effect).await
}

/// The keys of the areas that the caller's key reaches.
#[utoipa::path(get, path = "/v1/keys", operation_id = "keys.list", tag = "keys",
    responses((status = 200, body = Keys), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list(service: Data<Service>, caller: Caller) -> Result<HttpResponse, ApiError> {
    let rows = service.read(|link| Ok(link.keys()?)).await?;
    let items = rows.into_iter().filter(|row| reaches(&caller, row)).map(Key::from).collect();
    Ok(HttpResponse::Ok().json(Keys { items }))
}

/// Takes a key back: this process refuses it at once, any other within five seconds.
#[utoipa::path(delete, path = "/v1/keys/{id}", operation_id = "keys.revoke", tag = "keys",
    params(("id" = String, Path, description = "the letters of the key that name it")),
    responses((status = 200, body = Key), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn revoke(service: Data<Service>, caller: Caller, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let row = service
        .write(move |service| {
            let now = service.now();
            let row = service.store().change(|link| {
                let row = link.key(&id)?.filter(|row| reaches(&caller, row)).ok_or_else(ApiError::unknown)?;
                let makes_all =
                    |row: &&KeyRow| row.role == Role::Admin.as_str() && row.areas == "*" && row.revoked_at.is_none();
                if makes_all(&&row) && link.keys()?.iter().filter(makes_all).count() == 1 {
                    return Err(ApiError::conflict(
                        "这是最后一把可制作各地密钥的密钥，不得收回",
                        "this is the last key that makes keys for every area; it stays",
                    ));
                }
                link.revoke_key(&id, &now)?;
                link.key(&id)?.ok_or_else(ApiError::unknown)
            })?;
            service.forget_callers();
            Ok(row)
        })
        .await?;
    Ok(HttpResponse::Ok().json(Key::from(row)))
}

fn reaches(caller: &Caller, row: &KeyRow) -> bool {
    row.areas.parse().is_ok_and(|areas: Areas| caller.areas.contain(&areas))
}

/// A request that was let in or turned away.
#[derive(Debug, Serialize, ToSchema)]
pub struct Access {
    /// The request.
    pub request_id: String,
    /// When it was answered.
    pub at: String,
    /// The key; `null` where nobody is known.
    pub key: Option<String>,
    /// What was asked.
    pub operation: String,
    /// The area, where the path names one.
    pub area: Option<String>,
    /// The status of the answer.
    pub status: i64,
}

/// Who asked what, oldest first. Rows are only ever added. Of other areas than the key reaches, nothing is shown.
#[utoipa::path(get, path = "/v1/accesses", operation_id = "accesses.list", tag = "keys", params(PageQuery),
    responses((status = 200, body = Page<Access>), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn accesses(
    service: Data<Service>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "accesses";
    let (limit, [at, trace]) = (page.limit()?, page.behind(LIST)?);
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let rows = service.read(move |link| Ok(link.accesses_behind((&at, &trace), most)?)).await?;
    let Page { items, next } = Page::of(rows, (LIST, limit), |row: &AccessRow| [row.at.clone(), row.trace.clone()]);
    let may =
        |row: &AccessRow| if row.area.is_empty() { caller.areas.reach("") } else { caller.areas.reach(&row.area) };
    let some = |text: String| (!text.is_empty()).then_some(text);
    let items = items.into_iter().filter(may).map(|row| Access {
        request_id: row.trace,
        at: row.at,
        key: some(row.caller),
        operation: row.operation,
        area: some(row.area),
        status: row.status,
    });
    Ok(HttpResponse::Ok().json(Page { items: items.collect(), next }))
}
