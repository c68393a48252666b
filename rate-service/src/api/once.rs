//! A request with an effect, done once however often it comes.
//!
//! The caller names the thing it wants done with an Idempotency-Key. The answer is kept in the transaction of the effect:
//! there is one exactly where there is the other, whatever dies when. The same request under the same key is answered
//! with what is kept; another request under it is refused. Only answers that say it was done are kept: what failed did
//! nothing, and is tried again. As the draft of the HTTP working group has it, but that of two at a time the second waits.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, LOCATION};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::future::{Ready, ready};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Service;
use super::rates::hex;
use crate::api_error::{ApiCode, ApiError};
use crate::logbook::Logbook;
use crate::store::{AnswerRow, Link};

/// Says that an answer was given before.
pub const REPLAYED: &str = "idempotency-replayed";

/// The name under which a request wants something done.
#[derive(Clone, Debug)]
pub struct Once {
    /// The key of the caller.
    pub caller: String,
    /// What is asked.
    pub operation: &'static str,
    /// The Idempotency-Key.
    pub key: String,
    /// SHA-256 of path and body.
    pub fingerprint: Vec<u8>,
}

/// What is answered to a request that was done.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    location: String,
    body: String,
    kept: Option<String>,
}

impl Reply {
    /// Something new, and where it is.
    ///
    /// # Errors
    /// A body without a JSON form.
    pub fn created(location: impl Into<String>, body: &impl Serialize) -> Result<Self, ApiError> {
        Ok(Self { location: location.into(), ..Self::of(StatusCode::CREATED, body)? })
    }

    /// Something that is begun, and where its state is.
    ///
    /// # Errors
    /// As [`Reply::created`].
    pub fn accepted(location: impl Into<String>, body: &impl Serialize) -> Result<Self, ApiError> {
        Ok(Self { location: location.into(), ..Self::of(StatusCode::ACCEPTED, body)? })
    }

    /// Something that is done.
    ///
    /// # Errors
    /// As [`Reply::created`].
    pub fn done(body: &impl Serialize) -> Result<Self, ApiError> {
        Self::of(StatusCode::OK, body)
    }

    fn of(status: StatusCode, body: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_string(body).map_err(ApiError::internal)?;
        Ok(Self { status, location: String::new(), body, kept: None })
    }

    /// What is kept in place of the body, where that must not be.
    ///
    /// # Errors
    /// As [`Reply::created`].
    pub fn keeping(self, body: &impl Serialize) -> Result<Self, ApiError> {
        Ok(Self { kept: Some(serde_json::to_string(body).map_err(ApiError::internal)?), ..self })
    }
}

/// A reply on its way out, and whether it was given before.
struct Answer {
    reply: Reply,
    replayed: bool,
}

impl Answer {
    fn response(self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.reply.status);
        response.insert_header((CONTENT_TYPE, "application/json"));
        if !self.reply.location.is_empty() {
            response.insert_header((LOCATION, self.reply.location));
        }
        if self.replayed {
            response.insert_header((REPLAYED, "true"));
        }
        response.body(self.reply.body)
    }
}

impl Once {
    /// A name that no other request has, for what it makes.
    pub fn name(&self) -> String {
        let hash = Sha256::new().chain_update(&self.caller).chain_update(&self.fingerprint).chain_update(&self.key);
        hex(&hash.finalize()[..8])
    }

    /// Does something once, changing state.
    ///
    /// # Errors
    /// What the effect ends with; a key that was used for something else.
    pub async fn change<W>(self, service: &Arc<Service>, effect: W) -> Result<HttpResponse, ApiError>
    where
        W: FnOnce(&mut Link, &str) -> Result<Reply, ApiError> + Send + 'static,
    {
        let done = service.write(move |service| {
            let now = service.now();
            service.store().change(|link| self.within(link, &now, effect))
        });
        done.await.map(Answer::response)
    }

    /// Does something once, adding to the log.
    ///
    /// # Errors
    /// As [`Once::change`].
    pub async fn log<W>(self, service: &Arc<Service>, effect: W) -> Result<HttpResponse, ApiError>
    where
        W: FnOnce(&mut Link, &Logbook, &str) -> Result<Reply, ApiError> + Send + 'static,
    {
        let done = service.write(move |service| {
            let log = service.log();
            let now = service.now();
            service.store().write(|link| self.within(link, &now, |link, now| effect(link, &log, now)))
        });
        done.await.map(Answer::response)
    }

    fn within(
        self,
        link: &mut Link,
        now: &str,
        effect: impl FnOnce(&mut Link, &str) -> Result<Reply, ApiError>,
    ) -> Result<Answer, ApiError> {
        let mut row = AnswerRow {
            caller: self.caller,
            operation: self.operation.to_owned(),
            key: self.key,
            fingerprint: self.fingerprint,
            at: now.to_owned(),
            status: 0,
            location: String::new(),
            body: String::new(),
        };
        if !link.add_answer(&row)? {
            let kept = link.answer(&row.caller, &row.operation, &row.key)?;
            return replayed(kept, &row.fingerprint);
        }
        let reply = effect(link, now)?;
        row.status = i64::from(reply.status.as_u16());
        row.location.clone_from(&reply.location);
        row.body.clone_from(reply.kept.as_ref().unwrap_or(&reply.body));
        link.settle_answer(&row)?;
        Ok(Answer { reply, replayed: false })
    }
}

fn replayed(kept: Option<AnswerRow>, fingerprint: &[u8]) -> Result<Answer, ApiError> {
    let Some(kept) = kept else {
        // Whoever had it took it back between the two questions: nothing was done.
        return Err(ApiError::plain(ApiCode::StoreBusy));
    };
    if kept.fingerprint != fingerprint {
        return Err(ApiError::plain(ApiCode::IdempotencyReused));
    }
    let status = u16::try_from(kept.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| ApiError::internal("an answer without a status"))?;
    let reply = Reply { status, location: kept.location, body: kept.body, kept: None };
    Ok(Answer { reply, replayed: true })
}

impl FromRequest for Once {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    /// The gate before a route with an effect left it here.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(|| ApiError::plain(ApiCode::RequestKey)))
    }
}
