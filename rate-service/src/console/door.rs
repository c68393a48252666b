//! The door before every page: who comes in, from where, and what is noted of it.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderName, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};

use super::ROOT;
use super::frame::{redirect, segment};
use super::refused::Refused;
use super::sign_in::SESSION;
use super::visitor::Visitor;
use crate::api::{Place, Service};
use crate::api_error::{ApiCode, ApiError};
use crate::auth::{self, SignedIn, is_area};

/// What a browser says of where a request comes from.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request through to its page, shows where to sign in, or says why not.
pub(super) async fn pass(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let turned_away = match admit(&request).await {
        Ok(None) => return Ok(next.call(request).await?.map_into_boxed_body()),
        Ok(Some(elsewhere)) => elsewhere,
        Err(error) => {
            let visitor = Visitor::nobody(request.request());
            Refused::of(&error, visitor.lang).page(&visitor)
        }
    };
    Ok(request.into_response(turned_away))
}

/// Whether a page may be shown; else what is answered in its place.
async fn admit(request: &ServiceRequest) -> Result<Option<HttpResponse>, ApiError> {
    let area = request.match_info().get("area").filter(|area| is_area(area)).unwrap_or_default().to_owned();
    note(request, Place { operation: "console", caller: String::new(), area: area.clone() });
    if request.method() != Method::GET && !is_from_here(request) {
        return Err(ApiError::plain(ApiCode::AuthForeign));
    }
    let is_open = ["/sign-in", "/assets/", "/language/"].iter().any(|open| {
        let below = request.path().strip_prefix(ROOT);
        below.is_some_and(|path| path == *open || open.ends_with('/') && path.starts_with(open))
    });
    let signed_in = who(request).await?;
    match signed_in {
        Some(caller) => {
            note(request, Place { operation: "console", caller: caller.id.clone(), area });
            let visitor = Visitor::signed_in(request.request(), caller);
            request.extensions_mut().insert(visitor);
        }
        None if is_open => {}
        None => {
            let here = request.uri().path_and_query().map_or(ROOT, |it| it.as_str());
            return Ok(Some(redirect(&format!("{ROOT}/sign-in?to={}", segment(here)))));
        }
    }
    Ok(None)
}

fn note(request: &ServiceRequest, place: Place) {
    request.extensions_mut().insert(place);
}

/// Who is signed in.
async fn who(request: &ServiceRequest) -> Result<Option<auth::Caller>, ApiError> {
    let Some(secret) = request.cookie(SESSION).map(|it| it.value().to_owned()) else { return Ok(None) };
    let service = request.app_data::<Data<Service>>().map(|it| Arc::clone(it));
    let service = service.ok_or_else(|| ApiError::internal("no service behind a page"))?;
    let (now, asked) = (service.now(), secret.clone());
    let found = service.read(move |link| Ok(auth::signed_in(link, &asked, &now)?)).await?;
    let Some(SignedIn { caller, is_news }) = found else { return Ok(None) };
    if is_news {
        let now = service.now();
        service.write(move |service| Ok(service.store().change(|link| auth::seen(link, &secret, &now))?)).await?;
    }
    Ok(Some(caller))
}

/// Whether a form was sent by one of our own pages: as the browser says, or by where it says that the page lies.
fn is_from_here(request: &ServiceRequest) -> bool {
    let header = |name: &HeaderName| request.headers().get(name).and_then(|it| it.to_str().ok());
    match (header(&FETCH_SITE), header(&ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => header(&HOST).is_some_and(|host| {
            origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).is_some_and(|it| it == host)
        }),
        (None, None) => false,
    }
}
