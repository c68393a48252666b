//! Canonical bytes: a small part of CBOR (RFC 8949) in its deterministic form, written and read in one way only.
//!
//! Whole numbers, byte strings, UTF-8 texts, arrays of a stated length, false, true and null; whole numbers beyond
//! 64 bits as bignums. Every head is as short as it can be. There are no maps, no fractions and no open lengths, so equal
//! values have equal bytes and any CBOR library reads them.

/// Something that canonical bytes hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Nothing.
    Null,
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Number(i128),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
    /// Several, in order.
    Array(Vec<Self>),
}

/// Why bytes are not canonical, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {what}")]
pub struct BytesError {
    /// Offset of the byte.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// How deep arrays may stand in arrays.
const MAX_DEPTH: usize = 8;

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;

const FALSE: u64 = 20;
const TRUE: u64 = 21;
const NULL: u64 = 22;
const POSITIVE_BIG: u64 = 2;
const NEGATIVE_BIG: u64 = 3;

/// Bytes on their way out.
#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new() -> Self {
        Self::with_capacity(512)
    }

    /// With room for so many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// What was written so far.
    pub(crate) fn written(&self) -> &[u8] {
        &self.0
    }

    /// Items that were written elsewhere.
    pub(crate) fn items(&mut self, written: &[u8]) {
        self.0.extend_from_slice(written);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }

    /// A major type with its argument, as short as it can be.
    fn head(&mut self, major: u8, argument: u64) {
        let [high @ .., third, second, last] = argument.to_be_bytes();
        let of = |short| major << 5 | short;
        match argument {
            0..=23 => self.0.push(of(last)),
            24..=0xff => self.0.extend_from_slice(&[of(24), last]),
            0x100..=0xffff => self.0.extend_from_slice(&[of(25), second, last]),
            0x1_0000..=0xffff_ffff => self.0.extend_from_slice(&[of(26), high[4], third, second, last]),
            _ => {
                self.0.push(of(27));
                self.0.extend_from_slice(&argument.to_be_bytes());
            }
        }
    }

    /// The head of an array; its items follow.
    pub(crate) fn array(&mut self, length: usize) {
        self.head(ARRAY, length_of(length));
    }

    pub(crate) fn number(&mut self, number: impl Into<i128>) {
        let number = number.into();
        // CBOR counts negative numbers from -1: the one's complement is what is left.
        let (major, tag, rest) = match number {
            0.. => (UNSIGNED, POSITIVE_BIG, number),
            _ => (NEGATIVE, NEGATIVE_BIG, !number),
        };
        match u64::try_from(rest) {
            Ok(rest) => self.head(major, rest),
            Err(_) => {
                self.head(TAG, tag);
                let bytes = rest.to_be_bytes();
                let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
                self.bytes(&bytes[zeros..]);
            }
        }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.head(BYTES, length_of(bytes.len()));
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.text_of(text.as_bytes());
    }

    /// A text of the given bytes, which are UTF-8.
    pub(super) fn text_of(&mut self, text: &[u8]) {
        self.head(TEXT, length_of(text.len()));
        self.0.extend_from_slice(text);
    }

    pub(crate) fn boolean(&mut self, flag: bool) {
        self.head(SIMPLE, if flag { TRUE } else { FALSE });
    }

    pub(crate) fn null(&mut self) {
        self.head(SIMPLE, NULL);
    }

    /// Null, or what is there.
    pub(crate) fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }

    /// An array of one item.
    pub(crate) fn one<T>(&mut self, item: T, write: impl FnOnce(&mut Self, T)) {
        self.array(1);
        write(self, item);
    }

    /// An array with an item for each element.
    pub(crate) fn list<T>(&mut self, items: impl ExactSizeIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.array(items.len());
        items.for_each(|item| write(self, item));
    }

    pub(crate) fn item(&mut self, item: &Item) {
        match item {
            Item::Null => self.null(),
            Item::Boolean(flag) => self.boolean(*flag),
            Item::Number(number) => self.number(*number),
            Item::Bytes(bytes) => self.bytes(bytes),
            Item::Text(text) => self.text(text),
            Item::Array(items) => self.list(items.iter(), Self::item),
        }
    }
}

/// A length in memory, which always fits.
fn length_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl Item {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.item(self);
        writer.finish()
    }

    /// Reads one item that fills all the bytes.
    ///
    /// # Errors
    /// [`BytesError`] where the bytes are not canonical: bytes that are read are the bytes that would be written.
    ///
    /// ```
    /// use rate_core::record::Item;
    /// let item = Item::Array(vec![Item::Number(-500), Item::Text("费率".to_owned()), Item::Null]);
    /// assert_eq!(Item::read(&item.to_bytes()), Ok(item));
    /// assert!(Item::read(&[0x18, 0x05]).is_err()); // five, written longer than it need be
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Self, BytesError> {
        let (item, rest) = Self::read_first(bytes)?;
        if rest.is_empty() { Ok(item) } else { Err(BytesError { at: bytes.len() - rest.len(), what: "more follows" }) }
    }

    /// Reads the first item of a sequence, and leaves what follows it.
    ///
    /// # Errors
    /// [`BytesError`].
    pub fn read_first(bytes: &[u8]) -> Result<(Self, &[u8]), BytesError> {
        let mut reader = Reader { bytes, at: 0 };
        let item = reader.item(0)?;
        Ok((item, &bytes[reader.at..]))
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    fn take(&mut self, length: u64) -> Result<&'b [u8], BytesError> {
        let rest = &self.bytes[self.at..];
        let length = usize::try_from(length).ok().filter(|length| *length <= rest.len());
        let length = length.ok_or(BytesError { at: self.at, what: "the bytes end here" })?;
        self.at += length;
        Ok(&rest[..length])
    }

    /// A major type and its argument, refused where it could be shorter.
    fn head(&mut self) -> Result<(u8, u64), BytesError> {
        let at = self.at;
        let first = self.take(1)?[0];
        let short = first & 0x1f;
        let (length, least) = match short {
            0..=23 => return Ok((first >> 5, u64::from(short))),
            24 => (1, 24),
            25 => (2, 0x100),
            26 => (4, 0x1_0000),
            27 => (8, 0x1_0000_0000),
            _ => return Err(BytesError { at, what: "an open or unknown length" }),
        };
        let argument = self.take(length)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        if argument < least {
            return Err(BytesError { at, what: "longer than it need be" });
        }
        Ok((first >> 5, argument))
    }

    fn item(&mut self, depth: usize) -> Result<Item, BytesError> {
        let at = self.at;
        match self.head()? {
            (UNSIGNED, number) => Ok(Item::Number(number.into())),
            (NEGATIVE, number) => Ok(Item::Number(!i128::from(number))),
            (BYTES, length) => Ok(Item::Bytes(self.take(length)?.to_vec())),
            (TEXT, length) => {
                let text = std::str::from_utf8(self.take(length)?);
                text.map(|text| Item::Text(text.to_owned())).map_err(|_| BytesError { at, what: "not UTF-8" })
            }
            (ARRAY, _) if depth == MAX_DEPTH => Err(BytesError { at, what: "too deep" }),
            (ARRAY, length) => (0..length).map(|_| self.item(depth + 1)).collect::<Result<_, _>>().map(Item::Array),
            (TAG, tag @ (POSITIVE_BIG | NEGATIVE_BIG)) => self.big(tag == NEGATIVE_BIG),
            (SIMPLE, FALSE) => Ok(Item::Boolean(false)),
            (SIMPLE, TRUE) => Ok(Item::Boolean(true)),
            (SIMPLE, NULL) => Ok(Item::Null),
            _ => Err(BytesError { at, what: "a kind that does not stand in a record" }),
        }
    }

    fn big(&mut self, negative: bool) -> Result<Item, BytesError> {
        let at = self.at;
        let (BYTES, length) = self.head()? else { return Err(BytesError { at, what: "a big number without bytes" }) };
        let bytes = self.take(length)?;
        // Eight bytes or fewer would have had a shorter form, sixteen with the first bit set no place in a number.
        let fits = (9..=16).contains(&bytes.len()) && bytes[0] != 0 && (bytes.len() < 16 || bytes[0] < 0x80);
        if !fits {
            return Err(BytesError { at, what: "a big number out of range" });
        }
        let number = bytes.iter().fold(0, |sum: i128, byte| sum << 8 | i128::from(*byte));
        Ok(Item::Number(if negative { !number } else { number }))
    }
}
