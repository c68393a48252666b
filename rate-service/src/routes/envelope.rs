//! What is around every request: its name, its time, its line in the logs, the language of its failures, and the headers
//! of its answer.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CACHE_CONTROL, CONTENT_SECURITY_POLICY, Encoding, HeaderName, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpRequest};

use crate::api::{Place, Service, Started};
use crate::api_error::{ApiCode, ApiError, language};
use crate::clock::Stopwatch;
use crate::store::AccessRow;

/// Names the request in its answer and in the logs of the server.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Headers of every answer: nothing of it is a page, or is to be kept by anybody on the way.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
];

/// The codings of answers.
const CODINGS: [Encoding; 2] = [Encoding::identity(), Encoding::gzip()];

/// The body of an answer to HEAD: as long as that of GET, where that is known, and not sent.
struct Unsent(BodySize);

impl MessageBody for Unsent {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}

/// The page of the document runs its own scripts and nobody else's; its styles stand in its elements.
const OF_A_PAGE: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// Answers a request, whatever becomes of it.
///
/// # Errors
/// What no route and no gate gave rise to: they answer what fails as a problem.
pub async fn envelope(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let stopwatch = Stopwatch::start();
    let service = request.app_data::<Data<Service>>().map(|it| Arc::clone(it));
    let trace = trace(&request);
    let header = request.headers().get("accept-language").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let started = Started { request_id: request_id(), lang: language(header) };
    request.extensions_mut().insert(started.clone());
    // What takes no coding at all is answered without one, as if it had said nothing of it.
    if request.get_header::<AcceptEncoding>().is_some_and(|it| it.negotiate(CODINGS.iter()).is_none()) {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    service.iter().for_each(|it| it.metrics.begun());
    let response = next.call(request).await?;
    let mut response = match failure(&response) {
        Some(failure) => answer(response.into_parts().0, &failure, &started),
        None => response.map_into_boxed_body(),
    };
    if response.request().path().starts_with("/docs/") {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, OF_A_PAGE);
    }
    for (name, value) in HEADERS {
        if !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, value);
        }
    }
    if let Ok(id) = HeaderValue::from_str(&started.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if response.request().method() == Method::HEAD {
        response = response.map_body(|_, body| Unsent(body.size()).boxed());
    }
    let place = response.request().extensions().get::<Place>().cloned().unwrap_or_default();
    let (status, micros) = (response.status().as_u16(), stopwatch.micros());
    let Place { operation, caller, area } = place;
    let (id, caller_id) = (started.request_id.as_str(), caller.as_str());
    tracing::info!(request_id = id, trace_id = trace, operation, caller = caller_id, area, status, micros, "answered");
    if let Some(service) = service {
        service.metrics.answered(operation, status, micros);
        let (at, operation) = (service.now(), operation.to_owned());
        let status = i64::from(status);
        service.note_access(AccessRow { trace: started.request_id, at, caller, operation, area, status });
    }
    Ok(response)
}

fn answer(request: HttpRequest, failure: &ApiError, started: &Started) -> ServiceResponse<BoxBody> {
    if let Some(cause) = failure.cause() {
        tracing::error!(request_id = started.request_id, code = failure.code.as_str(), cause, "failed");
    }
    ServiceResponse::new(request, failure.answer(started.lang, &started.request_id))
}

/// Why a request failed: ours as it is, the framework's own as the kind that it is.
fn failure<B>(response: &ServiceResponse<B>) -> Option<ApiError> {
    let error = response.response().error()?;
    Some(of(error))
}

fn of(error: &Error) -> ApiError {
    if let Some(ours) = error.as_error::<ApiError>() {
        return ours.clone();
    }
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => ApiError::plain(ApiCode::RouteUnknown),
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(ApiCode::RequestTooLarge, ["?"]),
        status if status.is_client_error() => ApiError::new(ApiCode::RequestMalformed, [error]),
        _ => ApiError::internal(error),
    }
}

/// The trace that the request belongs to, as W3C says it in `traceparent`; empty where it belongs to none.
fn trace(request: &ServiceRequest) -> String {
    let header = request.headers().get("traceparent").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let mut parts = header.split('-');
    let (version, trace) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_hex = |text: &str, length| text.len() == length && text.bytes().all(|it| it.is_ascii_hexdigit());
    if is_hex(version, 2) && is_hex(trace, 32) { trace.to_ascii_lowercase() } else { String::new() }
}

/// A name that no other request of any server has: what this process drew when it began, and a number that counts on.
fn request_id() -> String {
    static DRAWN: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let drawn = DRAWN.get_or_init(|| {
        let mut bits = [0; 8];
        // Where the system has no random bytes, no key could have been made either.
        let _ = getrandom::fill(&mut bits);
        u64::from_le_bytes(bits)
    });
    format!("{drawn:016x}{:016x}", COUNT.fetch_add(1, Ordering::Relaxed))
}
