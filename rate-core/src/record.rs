//! Records: a decision as canonical bytes that never change, and what stands around them.
//!
//! `docs/record-format.md` says every byte. A record is a **body**, which replay must give again exactly, in an
//! **envelope** that says when and why it was made.

mod alike;
mod body;
mod bytes;
mod entry;
mod envelope;
mod fields;
mod json;
mod trace;
mod write;

pub use body::{Body, FORMAT, RecordedOutcome, RecordedSegment, RecordedStep, seal};
pub use bytes::{BytesError, Item};
pub use entry::{Batch, Entry, Event, FactsChange, Run};
pub use envelope::{Envelope, Occasion};
pub use fields::RecordError;
pub use trace::{STEP_CODES, step_word, trace_bytes};
