//! The lines of a CSV file, decoded one by one.

use std::borrow::Cow;
use std::io::{BufRead, Read as _};

use rate_core::Code;

use super::encoding::Charset;

/// The most bytes of one line; a row whose cells are all at their bound is far shorter.
pub(super) const MAX_LINE_BYTES: usize = 1 << 16;

/// The lines of a file, with their numbers; empty ones are passed over.
pub(super) struct Lines<R> {
    source: R,
    charset: Charset,
    buffer: Vec<u8>,
    number: u32,
    pub(super) bytes: u64,
}

/// A line with its number.
pub(super) struct Line<'l> {
    pub(super) number: u32,
    /// Whether it has a character beyond ASCII.
    pub(super) foreign: bool,
    pub(super) text: Result<Cow<'l, str>, Broken>,
}

/// Why a line is no text, and in which cell, where that can be said; zero where not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) code: Code,
    pub(super) column: u32,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn of(source: R, charset: Charset) -> Self {
        Self { source, charset, buffer: Vec::new(), number: 0, bytes: 0 }
    }

    pub(super) fn next(&mut self) -> std::io::Result<Option<Line<'_>>> {
        loop {
            self.buffer.clear();
            let limit = u64::try_from(MAX_LINE_BYTES + 2).unwrap_or(u64::MAX);
            let read = self.source.by_ref().take(limit).read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            self.bytes += u64::try_from(read).unwrap_or(u64::MAX);
            if !matches!(self.buffer.as_slice(), b"\n" | b"\r\n") {
                break;
            }
        }
        Ok(Some(Line { number: self.number, foreign: !self.buffer.is_ascii(), text: self.text() }))
    }

    /// The line without its end, and the first one without a byte-order mark.
    fn text(&self) -> Result<Cow<'_, str>, Broken> {
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > MAX_LINE_BYTES {
            return Err(Broken { code: Code::RowsText, column: 0 });
        }
        let broken = || Broken { code: Code::RowsEncoding, column: self.charset.broken_cell(line) };
        let text = self.charset.decode(line).ok_or_else(broken)?;
        let marked = self.number == 1 && text.starts_with('\u{FEFF}');
        Ok(match text {
            Cow::Borrowed(text) if marked => Cow::Borrowed(&text['\u{FEFF}'.len_utf8()..]),
            Cow::Owned(text) if marked => Cow::Owned(text['\u{FEFF}'.len_utf8()..].to_owned()),
            text => text,
        })
    }
}
