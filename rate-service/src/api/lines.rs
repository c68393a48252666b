//! A body of lines of JSON, read as it comes: a line out for each line in, and a last line that ends the answer.

use std::collections::VecDeque;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use futures_util::StreamExt;
use futures_util::stream::try_unfold;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::Service;
use super::rates::{NDJSON, hex, line};
use crate::api_error::{ApiCode, ApiError};

/// Lines that are answered in one go.
const AT_ONCE: usize = 256;

/// The end of an answer in lines; without it, the answer is not whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinesEnd {
    /// Always `true`.
    pub end: bool,
    /// Lines read.
    pub read: u64,
    /// Lines decided.
    pub decided: u64,
    /// Lines refused.
    pub refused: u64,
    /// SHA-256 of the bytes before this line.
    pub digest: String,
}

/// A line of an answer, and whether it says that something was decided.
pub(super) type Answered = Result<(Vec<u8>, bool), ApiError>;

/// Answers some lines, each with its number, on a thread that may wait.
pub(super) type Answer = Arc<dyn Fn(&Service, u64, &[Vec<u8>]) -> Result<Vec<Answered>, ApiError> + Send + Sync>;

/// Lines on their way in, and their answers on their way out.
pub(super) struct Lines {
    service: Arc<Service>,
    payload: Payload,
    /// Lines that came whole and wait.
    whole: VecDeque<Vec<u8>>,
    rest: Vec<u8>,
    ended: bool,
    read: u64,
    decided: u64,
    hash: Sha256,
}

impl Lines {
    /// The lines of a body.
    pub(super) fn of(service: Arc<Service>, payload: Payload) -> Self {
        let (whole, rest, hash) = (VecDeque::new(), Vec::new(), Sha256::new());
        Self { service, payload, whole, rest, ended: false, read: 0, decided: 0, hash }
    }

    /// Takes the first line away, where it is one of those that are looked for; it is then no line that is answered.
    pub(super) async fn head<T>(
        &mut self,
        look: impl FnOnce(&[u8]) -> Result<Option<T>, ApiError>,
    ) -> Result<Option<T>, ApiError> {
        self.come().await?;
        let found = self.whole.front().map_or(Ok(None), |line| look(line))?;
        if found.is_some() {
            self.whole.pop_front();
        }
        Ok(found)
    }

    /// Answers the body line by line.
    pub(super) fn answered(self, answer: Answer) -> HttpResponse {
        let answers = try_unfold(Some(self), move |state| {
            let answer = Arc::clone(&answer);
            async move {
                match state {
                    Some(state) => state.step(answer).await.map(Some),
                    None => Ok(None),
                }
            }
        });
        HttpResponse::Ok().insert_header((CONTENT_TYPE, NDJSON)).streaming(answers)
    }

    /// The answers to the next lines; the end behind the last one.
    async fn step(mut self, answer: Answer) -> Result<(Bytes, Option<Self>), ApiError> {
        self.come().await?;
        let lines: Vec<Vec<u8>> = self.whole.drain(..AT_ONCE.min(self.whole.len())).collect();
        if lines.is_empty() {
            let (read, decided, digest) = (self.read, self.decided, hex(&self.hash.finalize()));
            let end = LinesEnd { end: true, read, decided, refused: read - decided, digest };
            return Ok((line(&end)?.into(), None));
        }
        let before = self.read;
        self.read += u64::try_from(lines.len()).unwrap_or_default();
        let answers = self.service.wait(move |service| answer(service, before + 1, &lines)).await?;
        let mut bytes = Vec::new();
        for answer in answers {
            let (said, decided) = answer?;
            bytes.extend(said);
            self.decided += u64::from(decided);
        }
        self.hash.update(&bytes);
        Ok((bytes.into(), Some(self)))
    }

    /// Waits for lines that are whole, empty ones left out; at the end there are none.
    async fn come(&mut self) -> Result<(), ApiError> {
        while self.whole.is_empty() && !self.ended {
            match self.payload.next().await {
                Some(piece) => {
                    let piece = piece.map_err(|error| ApiError::new(ApiCode::RequestMalformed, [error]))?;
                    self.rest.extend_from_slice(&piece);
                }
                None => self.ended = true,
            }
            let end = if self.ended { self.rest.len() } else { end_of_lines(&self.rest) };
            let behind = self.rest.split_off(end);
            let ended = std::mem::replace(&mut self.rest, behind);
            let lines = ended.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
            self.whole.extend(lines.map(<[u8]>::to_vec));
            let most = self.service.limits.line_bytes;
            if self.rest.len() > most || self.whole.iter().any(|line| line.len() > most) {
                return Err(ApiError::new(ApiCode::RequestTooLarge, [most]));
            }
        }
        Ok(())
    }
}

/// The bytes of the lines that are whole.
fn end_of_lines(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}
