//! Parts on their way in: pieces of bytes, in order, whole once their digest is what was announced.

use std::io::{self, Read};

use rate_core::input::book::TableKind;
use rate_core::log::RunningDigest;

use super::{IntakeError, ListHead, MAX_PARTS, Mode, receiving, stored};
use crate::book::Encoding;
use crate::book::reading::{MAX_FILE_BYTES, MAX_MAPPING_BYTES};
use crate::store::{ImportPartRow, ImportPieceRow, Link, Store, StoreError};

/// The most bytes of one piece as it is stored.
const PIECE: usize = 1 << 20;

stored! {
    #[doc = "The form of a part."]
    Form {
        #[doc = "A table as CSV."]
        Csv = "csv",
        #[doc = "A workbook."]
        Xlsx = "xlsx",
        #[doc = "A row a line, as JSON."]
        Ndjson = "ndjson",
    }
}

/// A file of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1.
    pub number: i64,
    /// The name of the file, as problems say it.
    pub name: String,
    /// The table it holds, where its name, its sheets or its rows do not say it.
    pub kind: Option<TableKind>,
    /// Its form.
    pub form: Form,
    /// The encoding, of CSV.
    pub encoding: Encoding,
    /// A mapping file, as text.
    pub mapping: Option<String>,
    /// What is said of a list that another body sent; none where the part is of the book.
    pub list: Option<ListHead>,
}

impl Part {
    fn row(&self, import: &str) -> Result<ImportPartRow, StoreError> {
        let list = self.list.as_ref().map(serde_json::to_string).transpose();
        Ok(ImportPartRow {
            import: import.to_owned(),
            part: self.number,
            name: self.name.clone(),
            kind: self.kind.map(TableKind::stem).unwrap_or_default().to_owned(),
            form: self.form.as_str().to_owned(),
            encoding: encoding_word(self.encoding).to_owned(),
            mapping: self.mapping.clone().unwrap_or_default(),
            attempt: 1,
            bytes: 0,
            digest: String::new(),
            whole: 0,
            state: SENT.to_owned(),
            rows: 0,
            problems: 0,
            list: list.map_err(|_| StoreError::Broken("a list that cannot be written"))?.unwrap_or_default(),
        })
    }

    /// What was said of a part when it was sent.
    pub(super) fn of(row: &ImportPartRow) -> Result<Self, StoreError> {
        let list = Some(&row.list).filter(|list| !list.is_empty()).map(|list| serde_json::from_str(list)).transpose();
        let encodings = [Encoding::Auto, Encoding::Utf8, Encoding::Gb18030].into_iter();
        Ok(Self {
            number: row.part,
            name: row.name.clone(),
            kind: TableKind::from_stem(&row.kind),
            form: Form::from_word(&row.form).ok_or(StoreError::Broken("a part of no known form"))?,
            encoding: encodings.into_iter().find(|it| encoding_word(*it) == row.encoding).unwrap_or_default(),
            mapping: Some(row.mapping.clone()).filter(|mapping| !mapping.is_empty()),
            list: list.map_err(|_| StoreError::Broken("a list that is none"))?,
        })
    }
}

const fn encoding_word(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Auto => "auto",
        Encoding::Utf8 => "utf-8",
        Encoding::Gb18030 => "gb18030",
    }
}

/// States of a part.
pub(super) const SENT: &str = "sent";
pub(super) const READING: &str = "reading";
pub(super) const READ: &str = "read";

/// Begins a part, or goes on with one that was cut off: the byte to go on from.
///
/// A part that is whole is begun anew: where the same comes again nothing changes, where something else comes it takes the
/// place of the first once it is whole.
///
/// # Errors
/// An import that takes no more parts, more parts than there may be, no name, a mapping or a name that is too long.
pub fn begin_part(store: &Store, import: &str, part: &Part) -> Result<u64, IntakeError> {
    let long = |text: &str, most: u64| u64::try_from(text.len()).unwrap_or(u64::MAX) > most;
    if !(1..=MAX_PARTS).contains(&part.number)
        || part.name.trim().is_empty()
        || long(&part.name, 256)
        || part.name.chars().any(char::is_control)
        || part.mapping.as_ref().is_some_and(|mapping| long(mapping, MAX_MAPPING_BYTES) || mapping.contains('\0'))
    {
        return Err(IntakeError::refused(
            format!("分片编号须在1至{MAX_PARTS}之间，文件名须为1至256字节，映射文件至多4 MiB"),
            format!("parts are numbered from 1 to {MAX_PARTS}; a name has 1 to 256 bytes, a mapping at most 4 MiB"),
        ));
    }
    if part.list.as_ref().is_some_and(|list| list.unfit().is_some()) || (part.list.is_some() && part.kind.is_some()) {
        return Err(IntakeError::refused(
            "名单须写明来源、文号与日期（YYYY-MM-DD），且不另指定数据表",
            "a list has who sent it, its document and its date (YYYY-MM-DD), and names no table",
        ));
    }
    store.change(|link| {
        let opened = receiving(link, import)?;
        if part.list.is_some() && opened.mode != Mode::Add.as_str() {
            return Err(IntakeError::refused(
                "名单只能追加：请以 `add` 方式另开导入",
                "a list only adds: open an import of mode `add` for it",
            ));
        }
        let mut row = part.row(import)?;
        if let Some(before) = found(link, import, part.number)? {
            let goes_on = before.attempt > before.whole;
            row.attempt = if goes_on { before.attempt } else { before.attempt + 1 };
            row.bytes = if goes_on { before.bytes } else { 0 };
            (row.whole, row.digest) = (before.whole, before.digest);
        }
        link.put_import_part(&row)?;
        Ok(count(row.bytes))
    })
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn found(link: &mut Link, import: &str, part: i64) -> Result<Option<ImportPartRow>, StoreError> {
    Ok(link.import_parts(import)?.into_iter().find(|row| row.part == part))
}

/// Takes bytes of a part that begin at a byte of it: where those before end, or at the first, which begins it again. The
/// byte to go on from.
///
/// # Errors
/// Bytes that begin elsewhere, or go beyond 4 GiB.
pub fn receive(store: &Store, import: &str, part: i64, offset: u64, bytes: &[u8]) -> Result<u64, IntakeError> {
    store.change(|link| {
        receiving(link, import)?;
        let unknown = || IntakeError::Unknown(import.to_owned());
        let mut row = found(link, import, part)?.filter(|row| row.attempt > row.whole).ok_or_else(unknown)?;
        if offset == 0 && row.bytes > 0 {
            (row.attempt, row.bytes) = (row.attempt + 1, 0);
            let kept = row.whole;
            link.drop_import_pieces(import, part, kept)?;
        }
        if offset != count(row.bytes) {
            return Err(IntakeError::Offset(count(row.bytes)));
        }
        for piece in bytes.chunks(PIECE) {
            link.add_import_piece(&ImportPieceRow {
                import: import.to_owned(),
                part,
                attempt: row.attempt,
                place: row.bytes,
                bytes: piece.to_vec(),
            })?;
            row.bytes += i64::try_from(piece.len()).unwrap_or(i64::MAX);
        }
        if count(row.bytes) > MAX_FILE_BYTES {
            return Err(IntakeError::refused("分片超过4 GiB", "the part is larger than 4 GiB"));
        }
        link.put_import_part(&row)?;
        Ok(count(row.bytes))
    })
}

/// Says that a part was sent whole, and what its SHA-256 is, in hexadecimal digits.
///
/// # Errors
/// Bytes that have another digest: they are dropped, and the part is sent again.
pub fn complete_part(store: &Store, import: &str, part: i64, announced: &str) -> Result<(), IntakeError> {
    let announced = announced.to_ascii_lowercase();
    let row = store.change(|link| -> Result<_, IntakeError> {
        receiving(link, import)?;
        found(link, import, part)?.ok_or_else(|| IntakeError::Unknown(import.to_owned()))
    })?;
    let digest = if row.attempt == row.whole {
        row.digest.clone()
    } else {
        let (mut pieces, mut running, mut buffer) =
            (Pieces::of(store, &row), RunningDigest::default(), vec![0; 1 << 16]);
        loop {
            match pieces.read(&mut buffer) {
                Ok(0) => break running.digest().to_string(),
                Ok(read) => running.push(&buffer[..read]),
                Err(_) => return Err(StoreError::Broken("a part whose bytes cannot be read").into()),
            }
        }
    };
    store.change(|link| -> Result<_, IntakeError> {
        receiving(link, import)?;
        let now = found(link, import, part)?;
        let mut row =
            now.filter(|now| (now.attempt, now.bytes) == (row.attempt, row.bytes)).ok_or(IntakeError::Lost)?;
        if digest != announced {
            if row.attempt > row.whole {
                link.drop_import_pieces(import, part, row.whole)?;
                (row.attempt, row.bytes) = (row.attempt + 1, 0);
                link.put_import_part(&row)?;
            }
            return Ok(Err(IntakeError::Digest(digest)));
        }
        if row.whole > 0 && row.digest == digest {
            // The same again: what came first stays, under the number of the later upload.
            row.attempt = row.whole;
        }
        (row.whole, row.digest) = (row.attempt, digest);
        link.drop_import_pieces(import, part, row.whole)?;
        link.put_import_part(&row)?;
        Ok(Ok(()))
    })?
}

/// The bytes of a part, a piece at a time.
pub(super) struct Pieces<'p> {
    store: &'p Store,
    row: &'p ImportPartRow,
    next: i64,
    piece: io::Cursor<Vec<u8>>,
}

impl<'p> Pieces<'p> {
    pub(super) fn of(store: &'p Store, row: &'p ImportPartRow) -> Self {
        Self { store, row, next: 0, piece: io::Cursor::default() }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let ImportPartRow { import, part, attempt, .. } = self.row;
            let found = self.store.read(|link| link.import_piece(import, *part, *attempt, self.next));
            let Some(bytes) = found.map_err(io::Error::other)? else { return Ok(0) };
            self.next += i64::try_from(bytes.len()).map_err(io::Error::other)?;
            self.piece = io::Cursor::new(bytes);
        }
    }
}
