//! What every request passes before its handler: a key, its role, its areas, its share, and the name of what it wants done.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use sha2::{Digest as _, Sha256};

use super::operation::{Effect, Operation, Scope};
use crate::api::json::{Whole, whole};
use crate::api::{Admitted, Once, Place, Service};
use crate::api_error::{ApiCode, ApiError};
use crate::auth::{Caller, Role, is_area};

/// The longest name in a path.
const NAME_BYTES: usize = 512;

/// The longest Idempotency-Key.
const KEY_BYTES: usize = 255;

/// Lets a request through to its handler, or answers why not.
pub(super) async fn pass(
    operation: &'static Operation,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match admit(operation, &mut request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(why) => Ok(request.error_response(why)),
    }
}

/// Whether a request may be answered; what its handler is to know of it is left beside it.
async fn admit(operation: &'static Operation, request: &mut ServiceRequest) -> Result<(), ApiError> {
    // What is no area is not noted either: whoever has no key could write into the access log what they like.
    let area = request.match_info().get("area").filter(|area| is_area(area)).unwrap_or_default().to_owned();
    note(request, Place { operation: operation.id, caller: String::new(), area: area.clone() });
    if operation.scope != Scope::Open {
        let caller = caller(request).await?;
        note(request, Place { operation: operation.id, caller: caller.id.clone(), area: area.clone() });
        may(operation, &caller, &area)?;
        if operation.effect == Effect::Once {
            let once = once(operation, &caller, request).await?;
            request.extensions_mut().insert(once);
        }
        request.extensions_mut().insert(caller);
        // No name here has such characters, or as many; no database is asked for it.
        let unfit = |name: &str| name.len() > NAME_BYTES || name.chars().any(char::is_control);
        if request.match_info().iter().any(|(_, name)| unfit(name)) {
            return Err(ApiError::unknown());
        }
    }
    Ok(())
}

fn note(request: &ServiceRequest, place: Place) {
    request.extensions_mut().insert(place);
}

/// Who asks.
async fn caller(request: &ServiceRequest) -> Result<Caller, ApiError> {
    let service = service(request)?;
    let admitted = request.extensions().get::<Admitted>().cloned();
    if let Some(Admitted(caller)) = admitted {
        service.shares.take(&caller.id)?;
        return Ok(caller);
    }
    let header = request.headers().get(AUTHORIZATION).ok_or_else(|| ApiError::plain(ApiCode::AuthMissing))?;
    let secret = header.to_str().ok().and_then(|value| value.split_once(' '));
    let secret = secret.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, secret)| secret.trim());
    let unknown = || ApiError::plain(ApiCode::AuthUnknown);
    let caller = service.caller(secret.ok_or_else(unknown)?).await?.ok_or_else(unknown)?;
    service.shares.take(&caller.id)?;
    Ok(caller)
}

/// Whether somebody may ask this; of an area that the key does not reach, nobody learns whether it is there.
fn may(operation: &Operation, caller: &Caller, area: &str) -> Result<(), ApiError> {
    if operation.scope == Scope::Area && (area.is_empty() || !caller.areas.reach(area)) {
        return Err(ApiError::unknown());
    }
    if operation.roles.contains(&caller.role) {
        Ok(())
    } else {
        let roles: Vec<&str> = operation.roles.iter().copied().map(Role::as_str).collect();
        Err(ApiError::new(ApiCode::AuthRole, [caller.role.as_str(), &roles.join(", ")]))
    }
}

/// Reads the body of a request with an effect, and under what name it wants it done.
async fn once(operation: &'static Operation, caller: &Caller, request: &mut ServiceRequest) -> Result<Once, ApiError> {
    let header = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    let visible = header.bytes().all(|byte| byte.is_ascii_graphic());
    if header.is_empty() || header.len() > KEY_BYTES || !visible {
        return Err(ApiError::plain(ApiCode::RequestKey));
    }
    let key = header.to_owned();
    let mut payload = request.take_payload();
    let body = whole(request.request(), &mut payload).await?;
    let mut hasher = Sha256::new();
    hasher.update(request.uri().path_and_query().map_or("", |it| it.as_str()));
    hasher.update([0]);
    hasher.update(&body);
    let fingerprint = hasher.finalize().to_vec();
    request.extensions_mut().insert(Whole(body));
    Ok(Once { caller: caller.id.clone(), operation: operation.id, key, fingerprint })
}

fn service(request: &ServiceRequest) -> Result<Arc<Service>, ApiError> {
    let service = request.app_data::<Data<Service>>();
    service.map(|it| Arc::clone(it)).ok_or_else(|| ApiError::internal("no service behind a route"))
}
