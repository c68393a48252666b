//! Reading items into what a record is made of: every complaint names the shape that was expected.

use super::bytes::{BytesError, Item};
use crate::calendar::{DateSpan, NaiveDate, numbered_day};
use crate::log::Digest;

/// Why bytes are no record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Not canonical bytes.
    #[error(transparent)]
    Bytes(#[from] BytesError),
    /// A format that this build does not know.
    #[error("format {0}, which this build does not read")]
    Format(i128),
    /// Canonical bytes of another shape.
    #[error("expected {0}")]
    Shape(&'static str),
}

/// The fields of bytes that begin with the number of their format.
pub(super) fn formatted<const N: usize>(
    bytes: &[u8],
    format: u16,
    what: &'static str,
) -> Result<[Item; N], RecordError> {
    let fields = array(Item::read(bytes)?, what)?;
    match fields.first() {
        Some(Item::Number(number)) if *number != i128::from(format) => Err(RecordError::Format(*number)),
        _ => fields.try_into().map_err(|_| RecordError::Shape(what)),
    }
}

pub(super) fn array(item: Item, what: &'static str) -> Result<Vec<Item>, RecordError> {
    match item {
        Item::Array(items) => Ok(items),
        Item::Null | Item::Boolean(_) | Item::Number(_) | Item::Bytes(_) | Item::Text(_) => {
            Err(RecordError::Shape(what))
        }
    }
}

pub(super) fn fixed<const N: usize>(item: Item, what: &'static str) -> Result<[Item; N], RecordError> {
    array(item, what)?.try_into().map_err(|_| RecordError::Shape(what))
}

pub(super) fn text(item: Item) -> Result<String, RecordError> {
    match item {
        Item::Text(text) => Ok(text),
        Item::Null | Item::Boolean(_) | Item::Number(_) | Item::Bytes(_) | Item::Array(_) => {
            Err(RecordError::Shape("a text"))
        }
    }
}

pub(super) fn texts(item: Item) -> Result<Vec<String>, RecordError> {
    array(item, "texts")?.into_iter().map(text).collect()
}

pub(super) fn number<T: TryFrom<i128>>(item: &Item) -> Result<T, RecordError> {
    match item {
        Item::Number(number) => T::try_from(*number).ok(),
        Item::Null | Item::Boolean(_) | Item::Text(_) | Item::Bytes(_) | Item::Array(_) => None,
    }
    .ok_or(RecordError::Shape("a number in range"))
}

pub(super) fn boolean(item: &Item) -> Result<bool, RecordError> {
    match item {
        Item::Boolean(flag) => Ok(*flag),
        Item::Null | Item::Number(_) | Item::Text(_) | Item::Bytes(_) | Item::Array(_) => {
            Err(RecordError::Shape("true or false"))
        }
    }
}

pub(super) fn bytes(item: Item) -> Result<Vec<u8>, RecordError> {
    match item {
        Item::Bytes(bytes) => Ok(bytes),
        Item::Null | Item::Boolean(_) | Item::Text(_) | Item::Number(_) | Item::Array(_) => {
            Err(RecordError::Shape("bytes"))
        }
    }
}

pub(super) fn digest(item: Item) -> Result<Digest, RecordError> {
    bytes(item)?.try_into().map(Digest).map_err(|_| RecordError::Shape("a digest of 32 bytes"))
}

pub(super) fn maybe<T>(
    item: Item,
    read: impl FnOnce(Item) -> Result<T, RecordError>,
) -> Result<Option<T>, RecordError> {
    match item {
        Item::Null => Ok(None),
        item => read(item).map(Some),
    }
}

pub(super) fn day(item: &Item) -> Result<NaiveDate, RecordError> {
    numbered_day(number(item)?).ok_or(RecordError::Shape("a day YYYYMMDD"))
}

pub(super) fn days(item: Item) -> Result<DateSpan, RecordError> {
    let [from, to] = fixed(item, "first and last day")?;
    let to = maybe(to, |to| day(&to))?;
    DateSpan::new(day(&from)?, to).ok_or(RecordError::Shape("a first day that is not after the last"))
}
