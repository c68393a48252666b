//! Looking at a backup: its files against its manifest, its rows in a database made for the purpose.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::fill::fill_from;
use super::line::{Summing, row};
use super::manifest::{Manifest, TableSum};
use super::{BackupError, Far};
use crate::logbook::{Fault, FaultKind};
use crate::store::{Cell, Place, Table};

/// Holds every file of a backup against its manifest, and says everything that does not fit.
///
/// # Errors
/// [`BackupError::Faults`].
pub fn checked(dir: &Path, far: &mut Far<'_>) -> Result<Manifest, BackupError> {
    let manifest = Manifest::read(dir).map_err(|fault| BackupError::Faults(vec![fault]))?;
    let (mut faults, mut done, all) = (Vec::new(), 0, manifest.rows());
    for table in &manifest.tables {
        faults.extend(file_fault(dir, table));
        done = u64::saturating_add(done, table.rows);
        far(done, all);
    }
    faults.extend(strangers(dir, &manifest)?);
    if faults.is_empty() { Ok(manifest) } else { Err(BackupError::Faults(faults)) }
}

fn file_fault(dir: &Path, table: &TableSum) -> Option<Fault> {
    let fault = |what: String| Some(Fault::new(FaultKind::Backup, table.file(), what));
    let Some(expected) = table.sum().filter(|_| table.table().is_some()) else {
        return fault("no table in the manifest / 清单所记不是数据表".to_owned());
    };
    let opened = open(&dir.join(table.file()));
    let mut summing = Summing::default();
    let read = opened.and_then(|file| {
        let mut lines = BufReader::new(file);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            summing.line(&line);
            line.clear();
        }
        Ok(summing.sum())
    });
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => fault("missing / 缺失".to_owned()),
        Err(error) => fault(error.to_string()),
        Ok(found) if found == expected => None,
        Ok(found) if found.bytes < expected.bytes => fault(format!(
            "cut off: {} of {} bytes / 被截断：{} 字节，应为 {} 字节",
            found.bytes, expected.bytes, found.bytes, expected.bytes
        )),
        Ok(_) => fault("changed: not of the digest in the manifest / 被改动：与清单所记摘要不符".to_owned()),
    }
}

/// Opens a file of a backup: a file that lies in its directory, no link to another and nothing that is waited for.
pub(super) fn open(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file of its own / 不是普通文件"))
    }
}

/// What lies in the directory and is no part of the backup.
fn strangers(dir: &Path, manifest: &Manifest) -> Result<Vec<Fault>, BackupError> {
    let known: BTreeSet<PathBuf> = manifest.files(dir).into_iter().collect();
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(BackupError::at(dir))? {
        let path = entry.map_err(BackupError::at(dir))?.path();
        if !known.contains(&path) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            found.push(Fault::new(FaultKind::Backup, name, "no part of the backup / 不属于本备份"));
        }
    }
    Ok(found)
}

/// Gives every row of a table out of its file.
pub(super) fn each_line(
    dir: &Path,
    table: &Table,
    file: &str,
    each: &mut dyn FnMut(Vec<Cell>) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let path = dir.join(file);
    let mut lines = BufReader::new(open(&path).map_err(BackupError::at(&path))?);
    let (mut line, mut number) = (Vec::new(), 0_u64);
    while lines.read_until(b'\n', &mut line).map_err(BackupError::at(&path))? > 0 {
        number += 1;
        let text = std::str::from_utf8(&line).ok();
        let cells = text.and_then(|text| row(table, text)).ok_or_else(|| {
            BackupError::fault(FaultKind::Backup, format!("{file}:{number}"), "no row of this table / 不是该表的数据行")
        })?;
        each(cells)?;
        line.clear();
    }
    Ok(())
}

/// A database that a backup was read into, to be looked at; it goes with this.
#[derive(Debug)]
pub struct Scratch {
    dir: TempDir,
    /// What the backup says of itself.
    pub manifest: Manifest,
}

impl Scratch {
    /// Checks a backup and reads it into a database of its own, in the directory for temporary files.
    ///
    /// # Errors
    /// As [`checked`]; a database that cannot be made.
    pub fn of(backup: &Path, far: &mut Far<'_>) -> Result<Self, BackupError> {
        let manifest = checked(backup, far)?;
        // For its owner alone, whatever the umask: there are personal data in it.
        let alone = fs::Permissions::from_mode(0o700);
        let dir = tempfile::Builder::new().prefix("rate-backup").permissions(alone).tempdir();
        let scratch = Self { dir: dir.map_err(BackupError::at(&std::env::temp_dir()))?, manifest };
        fill_from(backup, &scratch.manifest, &Place::Sqlite(scratch.file()), far)?;
        Ok(scratch)
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("backup.db")
    }

    /// Where it lies, as a log is named.
    pub fn log(&self) -> PathBuf {
        PathBuf::from(format!("sqlite:{}", self.file().display()))
    }
}
