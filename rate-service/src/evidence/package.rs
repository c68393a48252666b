//! The files of evidence, held whole: what is checked is what was read once.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use rate_core::log::Digest;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::SUMS;
use crate::logbook::{Fault, FaultKind, LogError};

/// Files of evidence, by their path in it.
#[derive(Debug, Default)]
pub(super) struct Package(BTreeMap<String, Vec<u8>>);

impl Package {
    /// Reads a directory; whatever is neither a file nor a directory is not read, and a fault.
    pub(super) fn read(dir: &Path) -> (Self, Vec<Fault>) {
        let (mut package, mut faults) = (Self::default(), Vec::new());
        package.read_below(dir, "", &mut faults);
        (package, faults)
    }

    fn read_below(&mut self, dir: &Path, inside: &str, faults: &mut Vec<Fault>) {
        let mut unreadable = |place: &str, what: String| faults.push(Fault::new(FaultKind::Unreadable, place, what));
        let entries = match fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => return unreadable(inside, error.to_string()),
        };
        for entry in entries {
            let place = format!("{inside}{}", entry.file_name().to_string_lossy());
            // Of the entry itself, not of what a link leads to.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.read_below(&entry.path(), &format!("{place}/"), faults),
                Ok(kind) if kind.is_file() => match fs::read(entry.path()) {
                    Ok(bytes) => self.add(&place, bytes),
                    Err(error) => faults.push(Fault::new(FaultKind::Unreadable, place, error.to_string())),
                },
                Ok(_) => {
                    let what = "not a file of its own / 不是普通文件";
                    faults.push(Fault::new(FaultKind::Unreadable, place, what));
                }
                Err(error) => faults.push(Fault::new(FaultKind::Unreadable, place, error.to_string())),
            }
        }
    }

    pub(super) fn add(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.0.insert(name.to_owned(), bytes.into());
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// The paths, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The list of digests of everything else.
    pub(super) fn sums(&self) -> String {
        let others = self.0.iter().filter(|(name, _)| *name != SUMS);
        others.fold(String::new(), |text, (name, bytes)| text + &format!("{}  {name}\n", Digest::of(bytes)))
    }

    /// Everything as one zip file: the same files give the same bytes.
    ///
    /// # Errors
    /// A file larger than a zip file holds.
    pub(super) fn zip(&self) -> Result<Vec<u8>, LogError> {
        let at = LogError::at(Path::new("evidence.zip"));
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        let mut fill = || -> std::io::Result<()> {
            for (name, bytes) in &self.0 {
                out.start_file(name, SimpleFileOptions::default())?;
                out.write_all(bytes)?;
            }
            Ok(())
        };
        fill().and_then(|()| Ok(out.finish()?.into_inner())).map_err(at)
    }

    /// Writes everything below a directory.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub(super) fn write(&self, dir: &Path) -> Result<(), LogError> {
        for (name, bytes) in &self.0 {
            let path = dir.join(name);
            let above = path.parent().unwrap_or(dir);
            fs::create_dir_all(above).and_then(|()| fs::write(&path, bytes)).map_err(LogError::at(&path))?;
        }
        Ok(())
    }
}
