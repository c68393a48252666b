//! The desk at which pages ask: the whole API inside the process, gate and envelope included.

use std::fmt;

use actix_http::{BoxedPayloadStream, Request};
use actix_service::IntoServiceFactory;
use actix_service::boxed::{self, BoxService};
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{AppConfig, Payload, Service as _, ServiceFactory, ServiceResponse};
use actix_web::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
};
use actix_web::http::{Method, Uri};
use actix_web::web::{self, Bytes, Data};
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::stream;
use rate_core::error::Lang;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::refused::{Refused, Shown};
use super::visitor::Visitor;
use crate::api::Admitted;
use crate::api_error::{ApiCode, ApiError};

/// The last event that a reader of progress was told.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// The name under which a request with an effect wants it done.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A page that the API made, and everything in it: its own styles, no script, no frame around it, nothing fetched.
const OF_A_DOCUMENT: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups; frame-ancestors 'none'",
);

/// The API inside the process.
pub struct Desk(BoxService<Request, ServiceResponse<BoxBody>, Error>);

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desk")
    }
}

/// A page of a list of the API.
#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<String>,
}

/// What is asked.
struct Question<'q> {
    method: Method,
    path: &'q str,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Desk {
    /// A desk over the application that answers programs.
    ///
    /// # Errors
    /// As the application's, where it cannot be made.
    pub async fn over<A, F>(application: A) -> Result<Self, F::InitError>
    where
        A: IntoServiceFactory<F, Request>,
        F: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<BoxBody>, Error = Error>,
        F::Service: 'static,
    {
        let service = application.into_factory().new_service(AppConfig::default()).await?;
        Ok(Self(boxed::service(service)))
    }

    /// Reads something.
    pub(super) async fn get<T: DeserializeOwned>(&self, visitor: &Visitor, path: &str) -> Result<T, Refused> {
        let question = Question { method: Method::GET, path, headers: Vec::new(), body: Bytes::new() };
        read(self.ask(visitor, question).await?).await
    }

    /// Reads a text.
    pub(super) async fn text(&self, visitor: &Visitor, path: &str) -> Result<String, Refused> {
        let question = Question { method: Method::GET, path, headers: Vec::new(), body: Bytes::new() };
        let answer = self.ask(visitor, question).await?;
        if answer.status().is_success() {
            let body = to_bytes(answer.into_body()).await.map_err(Refused::internal)?;
            return String::from_utf8(body.to_vec()).map_err(Refused::internal);
        }
        read(answer).await
    }

    /// Has something done, once for each name.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        visitor: &Visitor,
        (path, once): (&str, &str),
        body: &impl Serialize,
    ) -> Result<T, Refused> {
        let body = serde_json::to_vec(body).map_err(Refused::internal)?.into();
        let once = HeaderValue::from_str(once).map_err(Refused::internal)?;
        let kind = HeaderValue::from_static("application/json");
        let headers = vec![(IDEMPOTENCY_KEY, once), (CONTENT_TYPE, kind)];
        read(self.ask(visitor, Question { method: Method::POST, path, headers, body }).await?).await
    }

    async fn ask(&self, visitor: &Visitor, question: Question<'_>) -> Result<HttpResponse, Refused> {
        let uri: Uri = question.path.parse().map_err(|_| Refused::of(&ApiError::unknown(), visitor.lang))?;
        let whole: BoxedPayloadStream = Box::pin(stream::once(std::future::ready(Ok(question.body))));
        let mut request = Request::with_payload(Payload::Stream { payload: whole });
        let head = request.head_mut();
        (head.method, head.uri) = (question.method, uri);
        let lang = HeaderValue::from_static(visitor.lang.pick("zh-CN", "en"));
        head.headers.insert(ACCEPT_LANGUAGE, lang);
        for (name, value) in question.headers {
            head.headers.insert(name, value);
        }
        request.extensions_mut().insert(Admitted(visitor.caller.clone()));
        let answer = self.0.call(request).await.map_err(Refused::internal)?;
        Ok(answer.into_parts().1)
    }
}

/// Reads an answer, or why there is none.
async fn read<T: DeserializeOwned>(answer: HttpResponse) -> Result<T, Refused> {
    let status = answer.status();
    let body = to_bytes(answer.into_body()).await.map_err(Refused::internal)?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(Refused::internal);
    }
    let shown: Shown = serde_json::from_slice(&body).map_err(Refused::internal)?;
    Err(Refused::told(status, shown))
}

/// Hands on what the API answers to a question that changes nothing: tables to be kept, notices, evidence, progress.
pub(super) async fn shown(
    desk: Data<Desk>,
    visitor: Visitor,
    request: HttpRequest,
    tail: web::Path<String>,
) -> HttpResponse {
    let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
    // The path goes on as it came: a name may have signs in it that mean something in a path.
    let path = request.uri().path().split_once("/api/").map_or(tail.as_str(), |(_, path)| path);
    let path = format!("/{path}{query}");
    let kept = [ACCEPT, LAST_EVENT_ID].into_iter();
    let headers = kept.filter_map(|name| Some((name.clone(), request.headers().get(&name)?.clone()))).collect();
    let question = Question { method: Method::GET, path: &path, headers, body: Bytes::new() };
    match desk.ask(&visitor, question).await {
        Ok(mut answer) => {
            let html = |kind: &HeaderValue| kind.to_str().is_ok_and(|kind| kind.starts_with("text/html"));
            if answer.headers().get(CONTENT_TYPE).is_some_and(html) {
                answer.headers_mut().insert(CONTENT_SECURITY_POLICY, OF_A_DOCUMENT);
            }
            answer
        }
        Err(refused) => refused.page(&visitor),
    }
}

impl Refused {
    /// That there is no such thing.
    pub(super) fn unknown(lang: Lang) -> Self {
        Self::of(&ApiError::plain(ApiCode::ObjectUnknown), lang)
    }
}
