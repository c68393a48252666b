//! The parts of a workbook, which is a zip archive of XML: opened with bounds, so that a small file cannot fill the
//! memory, and read piece by piece.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _};
use std::path::Path;

use rate_core::Code;
use zip::ZipArchive;
use zip::read::ZipFile;

use crate::book::BookError;

/// The most parts of a workbook; real ones have tens.
const MAX_PARTS: usize = 4096;
/// The most bytes of all parts, inflated.
const MAX_BYTES: u64 = 1 << 31;
/// How many bytes may come out of one, in a part above [`RATIO_FROM`]: sheets of real books reach a tenth of it.
const MAX_RATIO: u64 = 200;
/// Parts below this size may be as dense as they like.
const RATIO_FROM: u64 = 1 << 22;
/// The most bytes of one tag or text: a cell of a spreadsheet holds 32,767 characters at most.
const MAX_EVENT: u64 = 1 << 20;

/// Why a workbook was not read.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The file system refused.
    File(BookError),
    /// The file is no workbook, or not one that is read.
    Wrong(Code, Vec<String>),
}

impl Trouble {
    pub(super) fn wrong<const N: usize>(code: Code, values: [&str; N]) -> Self {
        Self::Wrong(code, values.map(str::to_owned).to_vec())
    }

    /// A part that is not what it should be.
    pub(super) fn part(part: &str, what: impl std::fmt::Display) -> Self {
        Self::Wrong(Code::WorkbookUnreadable, vec![format!("{part}: {what}")])
    }

    fn too_large(what: impl std::fmt::Display, most: impl std::fmt::Display) -> Self {
        Self::Wrong(Code::WorkbookTooLarge, vec![what.to_string(), most.to_string()])
    }
}

/// An opened archive whose directory promises nothing too large.
#[derive(Debug)]
pub(super) struct Package {
    archive: ZipArchive<BufReader<File>>,
}

impl Package {
    pub(super) fn open(path: &Path) -> Result<Self, Trouble> {
        let at = |error| Trouble::File(BookError::at(path)(error));
        let mut file = BufReader::new(File::open(path).map_err(at)?);
        let mut beginning = [0; 4];
        let read = file.read(&mut beginning).map_err(at)?;
        file.rewind().map_err(at)?;
        if beginning[..read] == *b"\xD0\xCF\x11\xE0" {
            // The container of .xls files, and of workbooks behind a password.
            return Err(Trouble::wrong(Code::WorkbookFormat, ["OLE2"]));
        }
        let archive = ZipArchive::new(file).map_err(|error| Trouble::part("zip", error))?;
        let mut package = Self { archive };
        package.within_bounds()?;
        Ok(package)
    }

    /// Holds what the directory of the archive says against the bounds; more than it says never comes out
    /// of a part.
    fn within_bounds(&mut self) -> Result<(), Trouble> {
        if self.archive.len() > MAX_PARTS {
            return Err(Trouble::too_large(format!("{} parts", self.archive.len()), MAX_PARTS));
        }
        if self.archive.has_overlapping_entries().map_err(|error| Trouble::part("zip", error))? {
            return Err(Trouble::part("zip", "overlapping entries"));
        }
        let mut all = 0_u64;
        for index in 0..self.archive.len() {
            let part = self.archive.by_index_raw(index).map_err(|error| Trouble::part("zip", error))?;
            let name = String::from_utf8_lossy(part.name_raw()).into_owned();
            all = all.saturating_add(part.size());
            if part.size() > RATIO_FROM && part.size() / MAX_RATIO > part.compressed_size() {
                return Err(Trouble::too_large(
                    format!("{name}: {} bytes : 1", part.size() / part.compressed_size().max(1)),
                    format!("{MAX_RATIO} : 1"),
                ));
            }
        }
        if all > MAX_BYTES {
            return Err(Trouble::too_large(format!("{all} bytes"), MAX_BYTES));
        }
        Ok(())
    }

    /// A part by its name; `None` where there is none.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Part<'_>>, Trouble> {
        if self.archive.index_for_name(name).is_none() {
            return Ok(None);
        }
        let file = self.archive.by_name(name).map_err(|error| Trouble::part(name, error))?;
        Ok(Some(Part { name: name.to_owned(), event: 0, excess: None, inner: BufReader::with_capacity(1 << 16, file) }))
    }
}

/// One part while it is inflated, no event of it longer than a cell can be. The archive ends a part that becomes longer than
/// its directory entry says.
#[derive(Debug)]
pub(super) struct Part<'p> {
    name: String,
    event: u64,
    excess: Option<Trouble>,
    inner: BufReader<ZipFile<'p, BufReader<File>>>,
}

impl Part<'_> {
    /// Another tag or text begins.
    pub(super) const fn next_event(&mut self) {
        self.event = 0;
    }

    /// The bound that ended the reading, where one did.
    pub(super) const fn excess(&mut self) -> Option<Trouble> {
        self.excess.take()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Read for Part<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let length = from.len().min(into.len());
        into[..length].copy_from_slice(&from[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Part<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.event > MAX_EVENT {
            self.excess = Some(Trouble::too_large(&self.name, format!("{MAX_EVENT} bytes of one text")));
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.event = self.event.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        self.inner.consume(length);
    }
}
