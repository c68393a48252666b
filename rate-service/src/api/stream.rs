//! The history of long work as it happens: server-sent events, each with the number by which a reader that was cut off goes
//! on.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::rt::time::sleep;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::try_unfold;
use serde::Serialize;

use super::Service;
use crate::api_error::ApiError;

/// The type of a body of server-sent events.
const EVENTS: &str = "text/event-stream";
/// How often is looked for something new.
const PAUSE: Duration = Duration::from_millis(500);
/// Looks without anything new after which a line says that the server is still there.
const SILENCE: u32 = 30;

/// What there is of some work behind a number.
pub(super) struct News {
    /// Changes of state with their numbers, as they are told.
    events: Vec<(i64, String)>,
    /// How far it is: what tells one progress from another, and the progress as it is told.
    progress: (Vec<u64>, String),
    /// Nothing will be new behind this.
    ended: bool,
}

impl News {
    /// Changes of state with their numbers, how far the work is, and whether it has ended.
    pub(super) fn of<E: Serialize>(
        events: impl Iterator<Item = (i64, E)>,
        (mark, progress): (Vec<u64>, &impl Serialize),
        ended: bool,
    ) -> Result<Self, ApiError> {
        let event = |(number, event)| Ok((number, format!("id: {number}\n{}", told("state", &event)?)));
        let events: Result<Vec<_>, ApiError> = events.map(event).collect();
        Ok(Self { events: events?, progress: (mark, told("progress", progress)?), ended })
    }
}

/// Behind which number a request asks for events as they happen; nothing, where it does not.
pub(super) fn follows(request: &HttpRequest) -> Option<i64> {
    let header = |name: &str| request.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    header("accept").contains(EVENTS).then(|| header("last-event-id").parse().unwrap_or(0))
}

/// A reader, and what it has been told.
struct Reader<L> {
    service: Arc<Service>,
    look: Arc<L>,
    after: i64,
    progress: Option<Vec<u64>>,
    silent: u32,
    ended: bool,
}

/// Tells a reader every change of state behind a number, and how far the work is, until it has ended or the server stops.
pub(super) fn followed<L>(service: Arc<Service>, after: i64, look: L) -> HttpResponse
where
    L: Fn(&Service, i64) -> Result<News, ApiError> + Send + Sync + 'static,
{
    let first = Reader { service, look: Arc::new(look), after, progress: None, silent: 0, ended: false };
    let told = try_unfold(first, |reader| async move { reader.step().await });
    HttpResponse::Ok().insert_header((CONTENT_TYPE, EVENTS)).streaming(told)
}

impl<L> Reader<L>
where
    L: Fn(&Service, i64) -> Result<News, ApiError> + Send + Sync + 'static,
{
    /// What is new; nothing at the end.
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, ApiError> {
        while !self.ended && !self.service.is_stopping() {
            let (look, after) = (Arc::clone(&self.look), self.after);
            let News { events, progress: (mark, progress), ended } =
                self.service.wait(move |service| look(service, after)).await?;
            self.ended = ended;
            let mut text = String::new();
            for (number, event) in events {
                self.after = number;
                text.push_str(&event);
            }
            if self.progress.as_ref() != Some(&mark) {
                text.push_str(&progress);
                self.progress = Some(mark);
            }
            if text.is_empty() && !self.ended {
                self.silent += 1;
                if self.silent >= SILENCE {
                    text.push_str(": \n\n");
                } else {
                    sleep(PAUSE).await;
                    continue;
                }
            }
            self.silent = 0;
            return Ok(Some((text.into(), self)));
        }
        Ok(None)
    }
}

fn told(event: &str, data: &impl Serialize) -> Result<String, ApiError> {
    let data = serde_json::to_string(data).map_err(ApiError::internal)?;
    Ok(format!("event: {event}\ndata: {data}\n\n"))
}
