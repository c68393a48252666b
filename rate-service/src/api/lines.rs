//! A body of lines of JSON, read as it comes: a line out for each line in, and a last line that ends the answer.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use futures_util::stream::try_unfold;
use rate_core::input::book::is_account_number;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::json::piece;
use super::rates::{NDJSON, hex, line};
use super::{Service, json};
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

/// A line of a body.
#[derive(Debug)]
pub(super) enum Line {
    /// What stands in it.
    Whole(Vec<u8>),
    /// More bytes than a line may have.
    TooLong(usize),
}

impl Line {
    fn bytes(&self) -> Result<&[u8], ApiError> {
        match self {
            Self::Whole(bytes) => Ok(bytes),
            Self::TooLong(most) => Err(ApiError::new(ApiCode::RequestTooLarge, [most])),
        }
    }

    /// Reads JSON of a type.
    ///
    /// # Errors
    /// A line that is too long; what is no JSON, or no such thing.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        json::read(self.bytes()?)
    }
}

/// The accounts of which anything is asked: what no account can have as its number is nobody's, and no database is asked for
/// it, which may be unable to read it.
pub(super) fn asked_for<'n>(numbers: impl IntoIterator<Item = &'n str>) -> BTreeSet<String> {
    numbers.into_iter().filter(|number| is_account_number(number)).map(str::to_owned).collect()
}

/// Answers some lines, each with its number, on a thread that may wait.
pub(super) type Answer = Arc<dyn Fn(&Service, u64, &[Line]) -> Result<Vec<Answered>, ApiError> + Send + Sync>;

/// Lines on their way in, and their answers on their way out.
pub(super) struct Lines {
    service: Arc<Service>,
    payload: Payload,
    /// Lines that came whole and wait.
    whole: VecDeque<Line>,
    /// What has come of the next one; nothing of one that is too long.
    rest: Vec<u8>,
    too_long: bool,
    ended: bool,
    read: u64,
    decided: u64,
    hash: Sha256,
}

impl Lines {
    /// The lines of a body.
    pub(super) fn of(service: Arc<Service>, payload: Payload) -> Self {
        let (whole, rest, hash) = (VecDeque::new(), Vec::new(), Sha256::new());
        Self { service, payload, whole, rest, too_long: false, ended: false, read: 0, decided: 0, hash }
    }

    /// Takes the first line away, where it is one of those that are looked for; it is then no line that is answered.
    ///
    /// # Errors
    /// A first line that is too long, which may have been one of those; what the look ends with.
    pub(super) async fn head<T>(
        &mut self,
        look: impl FnOnce(&[u8]) -> Result<Option<T>, ApiError>,
    ) -> Result<Option<T>, ApiError> {
        self.come().await?;
        let found = self.whole.front().map_or(Ok(None), |line| look(line.bytes()?))?;
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
        let lines: Vec<Line> = self.whole.drain(..AT_ONCE.min(self.whole.len())).collect();
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
            match piece(&mut self.payload, self.service.limits.body_wait).await? {
                Some(piece) => self.take(&piece),
                None => {
                    self.ended = true;
                    self.end_line();
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = part.strip_suffix(b"\n").unwrap_or(part);
            self.too_long |= self.rest.len() + line.len() > self.service.limits.line_bytes;
            if self.too_long {
                // What is beyond the bound is waited out, and held nowhere.
                self.rest = Vec::new();
            } else {
                self.rest.extend_from_slice(line);
            }
            if part.len() > line.len() {
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.rest);
        if std::mem::take(&mut self.too_long) {
            self.whole.push_back(Line::TooLong(self.service.limits.line_bytes));
        } else if !line.trim_ascii().is_empty() {
            self.whole.push_back(Line::Whole(line));
        }
    }
}
