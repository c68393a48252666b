//! How the bytes of a CSV file are text: UTF-8 or GB18030.

use std::borrow::Cow;

use encoding_rs::GB18030;

/// The encoding that a caller asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Each file by itself: UTF-8 where it is valid, else GB18030 where it is, and the check says so.
    #[default]
    Auto,
    /// UTF-8, whatever the bytes.
    Utf8,
    /// GB18030, whatever the bytes.
    Gb18030,
}

/// The encoding that a file is read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    Gb18030,
}

impl Charset {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
        }
    }

    /// The text of some bytes; `None` where a sequence is broken.
    ///
    /// GB18030 may be cut at line ends, commas and quotes first: none of them is ever the second, third or fourth byte
    /// of a character.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Gb18030 => GB18030.decode_without_bom_handling_and_without_replacement(bytes),
        }
    }

    /// The cell, counted from one, that holds the first broken sequence of a line.
    pub(super) fn broken_cell(self, line: &[u8]) -> u32 {
        let (mut column, mut from, mut quoted) = (1, 0, false);
        for (at, byte) in line.iter().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                b',' if !quoted => {
                    if self.decode(&line[from..at]).is_none() {
                        return column;
                    }
                    (column, from) = (column + 1, at + 1);
                }
                _ => {}
            }
        }
        column
    }
}

/// What the first bytes of a file say of its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// The mark of UTF-8.
    MarkOfUtf8,
    /// The mark of UTF-16 or UTF-32, or a letter of either.
    Utf16,
    /// Nothing.
    Unmarked,
}

impl Beginning {
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => Self::MarkOfUtf8,
            [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, _, ..] | [_, 0, ..] => Self::Utf16,
            _ => Self::Unmarked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Beginning, Charset};

    #[test]
    fn characters_of_four_bytes_are_read() {
        // U+20BB7 by the linear part of the standard: 0x20BB7 - 0x10000 = 68535 = ((5·10 + 4)·126 + 49)·10 + 5.
        assert_eq!(Charset::Gb18030.decode(b"\x95\x34\xB2\x35").as_deref(), Some("\u{20BB7}"));
        assert_eq!(Charset::Gb18030.decode(b"\x95\x34\xB2").as_deref(), None);
        assert_eq!(Charset::Gb18030.decode(b"\xBC\xD7,\xD2\xD2").as_deref(), Some("甲,乙"));
        assert_eq!(Charset::Gb18030.decode(b"\xBC").as_deref(), None);
    }

    #[test]
    fn the_broken_cell_is_found() {
        assert_eq!(Charset::Utf8.broken_cell(b"a,\"b,c\",\xBC\xD7,d"), 3);
        assert_eq!(Charset::Gb18030.broken_cell(b"\xBC\xD7,\xFF"), 2);
        assert_eq!(Charset::Utf8.broken_cell(b"\xFF,b"), 1);
    }

    #[test]
    fn marks_are_told_apart() {
        assert_eq!(Beginning::of(b"\xEF\xBB\xBFa"), Beginning::MarkOfUtf8);
        for utf_16 in [&b"\xFF\xFEa\0"[..], b"\xFE\xFF\0a", b"a\0r\0", b"\0a\0r"] {
            assert_eq!(Beginning::of(utf_16), Beginning::Utf16);
        }
        assert_eq!(Beginning::of(b""), Beginning::Unmarked);
    }
}
