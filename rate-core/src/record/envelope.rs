//! The envelope of a body: when and why it was made, and what it supersedes.

use super::body::Body;
use super::bytes::{Item, Writer};
use super::fields::{RecordError, bytes, fixed, formatted, maybe, text};

/// The number of this form of envelopes.
const FORMAT: u16 = 1;

/// What asked for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A run, by its id.
    Run(String),
    /// A single request, by its id.
    Request(String),
}

/// A body with what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// What the record is called.
    pub id: String,
    /// The instant it was recorded, RFC 3339 in UTC to the millisecond: `2025-01-06T08:30:00.000Z`.
    pub recorded_at: String,
    /// What asked for it.
    pub occasion: Occasion,
    /// The build that decided.
    pub engine: String,
    /// The record it takes the place of.
    pub supersedes: Option<String>,
    /// The body, as sealed.
    pub body: Vec<u8>,
}

impl Envelope {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(7);
        out.number(FORMAT);
        out.text(&self.id);
        out.text(&self.recorded_at);
        let (word, id) = match &self.occasion {
            Occasion::Run(id) => ("run", id),
            Occasion::Request(id) => ("request", id),
        };
        out.list([word, id].into_iter(), Writer::text);
        out.text(&self.engine);
        out.maybe(self.supersedes.as_deref(), Writer::text);
        out.bytes(&self.body);
        out.finish()
    }

    /// Reads an envelope; its body must be one too.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn read(envelope: &[u8]) -> Result<Self, RecordError> {
        let fields: [Item; 7] = formatted(envelope, FORMAT, "an envelope of seven fields")?;
        let [_, id, recorded_at, occasion, engine, supersedes, body] = fields;
        let [word, name] = fixed(occasion, "what asked for a decision")?;
        let occasion = match text(word)?.as_str() {
            "run" => Occasion::Run(text(name)?),
            "request" => Occasion::Request(text(name)?),
            _ => return Err(RecordError::Shape("`run` or `request`")),
        };
        let body = bytes(body)?;
        Body::read(&body)?;
        Ok(Self {
            id: text(id)?,
            recorded_at: text(recorded_at)?,
            occasion,
            engine: text(engine)?,
            supersedes: maybe(supersedes, text)?,
            body,
        })
    }
}
