//! The history of a run as it happens: server-sent events, each with the number by which a reader that was cut off goes on.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::rt::time::sleep;
use actix_web::web::Bytes;
use futures_util::stream::try_unfold;
use serde::Serialize;

use super::Service;
use super::runs::{Run, RunEvent, of_area};
use crate::annual::{self, State};
use crate::api_error::ApiError;

/// The type of a body of server-sent events.
pub(super) const EVENTS: &str = "text/event-stream";
/// How often is looked for something new.
const PAUSE: Duration = Duration::from_millis(500);
/// Looks without anything new after which a line says that the server is still there.
const SILENCE: u32 = 30;

/// A reader, and what it has been told.
struct Reader {
    service: Arc<Service>,
    area: String,
    run: String,
    after: i64,
    chunks_done: Option<u64>,
    silent: u32,
    ended: bool,
}

/// Tells a reader every change of state behind a number, and how far the run is, until it is published or given up.
pub(super) fn followed(service: Arc<Service>, (area, run): (String, String), after: i64) -> HttpResponse {
    let first = Reader { service, area, run, after, chunks_done: None, silent: 0, ended: false };
    let told = try_unfold(first, |reader| async move { reader.step().await });
    HttpResponse::Ok().insert_header((CONTENT_TYPE, EVENTS)).streaming(told)
}

impl Reader {
    /// What is new; nothing at the end.
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, ApiError> {
        while !self.ended {
            let (area, run, after) = (self.area.clone(), self.run.clone(), self.after);
            let found = self.service.wait(move |service| {
                let progress = of_area(service, &area, &run)?;
                Ok((progress, annual::events(service.store(), &run, after)?))
            });
            let (progress, events) = found.await?;
            self.ended = matches!(progress.state, State::Published | State::Cancelled);
            let mut text = String::new();
            for event in events.into_iter().map(RunEvent::from) {
                self.after = event.number;
                text += &[format!("id: {}\n", event.number), told("state", &event)?].concat();
            }
            let progress = Run::from(progress);
            if self.chunks_done.replace(progress.chunks_done) != Some(progress.chunks_done) {
                text += &told("progress", &progress)?;
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
