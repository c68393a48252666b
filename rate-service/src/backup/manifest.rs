//! What a backup says of itself.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rate_core::log::Digest;
use serde::{Deserialize, Serialize};

use super::BackupError;
use super::check::open;
use super::line::Sum;
use crate::logbook::{Fault, FaultKind};
use crate::store::{Column, Sort, Table};

/// The file that says what the others are.
pub(super) const MANIFEST: &str = "backup.json";
/// The file with the digest of that, as `sha256sum` writes it.
pub(super) const DIGEST: &str = "backup.sha256";
/// The form of a backup.
const FORMAT: &str = "rate-backup/1";

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form: `rate-backup/1`.
    format: String,
    /// The version of the program that took it.
    pub program: String,
    /// When it was taken (RFC 3339 in UTC).
    pub taken_at: String,
    /// The versions of the tables, in order.
    pub versions: Vec<String>,
    /// The newest checkpoint of its log as it was signed; none before the first.
    pub checkpoint: Option<String>,
    /// Its tables, by name.
    pub tables: Vec<TableSum>,
}

/// A table of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSum {
    /// Its name; the file is called so, with `.ndjson` behind.
    pub name: String,
    /// Its columns, in order, as `name sort`.
    pub columns: Vec<String>,
    /// The columns that the lines are in the order of.
    pub key: Vec<String>,
    /// Its rows, a line each.
    pub rows: u64,
    /// The bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: String,
}

impl TableSum {
    pub(super) fn of(table: &Table, sum: &Sum) -> Self {
        let columns = table.columns.iter().map(|it| format!("{} {}", it.name, it.sort.as_str()));
        Self {
            name: table.name.clone(),
            columns: columns.collect(),
            key: table.key.clone(),
            rows: sum.rows,
            bytes: sum.bytes,
            sha256: sum.digest.to_string(),
        }
    }

    /// The table; none where its name or columns are none.
    pub(super) fn table(&self) -> Option<Table> {
        let plain = |name: &str| !name.is_empty() && name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
        let columns = self.columns.iter().map(|text| {
            let (name, sort) = text.split_once(' ')?;
            let sort = Sort::ALL.into_iter().find(|it| it.as_str() == sort)?;
            Some(Column { name: name.to_owned(), sort })
        });
        let columns: Vec<Column> = columns.collect::<Option<_>>()?;
        let names = columns.iter().map(|it| it.name.as_str());
        let named = names.chain([self.name.as_str()]).all(plain);
        let keyed = self.key.iter().all(|key| columns.iter().any(|it| it.name == *key));
        (named && keyed && !columns.is_empty()).then(|| Table {
            name: self.name.clone(),
            columns,
            key: self.key.clone(),
        })
    }

    pub(super) fn file(&self) -> String {
        file(&self.name)
    }

    pub(super) fn sum(&self) -> Option<Sum> {
        Some(Sum { rows: self.rows, bytes: self.bytes, digest: Digest::from_hex(&self.sha256)? })
    }
}

/// The name of the file of a table.
pub(super) fn file(table: &str) -> String {
    format!("{table}.ndjson")
}

impl Manifest {
    pub(super) fn new(now: &str, versions: Vec<String>, checkpoint: Option<String>, tables: Vec<TableSum>) -> Self {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        Self { format: FORMAT.to_owned(), program, taken_at: now.to_owned(), versions, checkpoint, tables }
    }

    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().fold(0, |all, it| all.saturating_add(it.rows))
    }

    /// Bytes of all files of tables.
    pub fn bytes(&self) -> u64 {
        self.tables.iter().fold(0, |all, it| all.saturating_add(it.bytes))
    }

    /// Whether there is a log that can be verified.
    pub fn has_log(&self) -> bool {
        self.tables.iter().any(|it| matches!(it.name.as_str(), "signers" | "entries") && it.rows > 0)
    }

    fn text(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The digest of the manifest, which stands for all of the backup.
    pub fn digest(&self) -> String {
        self.text().map_or_else(|_| String::new(), |text| Digest::of(text.as_bytes()).to_string())
    }

    /// Writes it last: a directory without it is no backup.
    pub(super) fn write(&self, dir: &Path) -> Result<(), BackupError> {
        let path = dir.join(MANIFEST);
        let text = self.text().map_err(std::io::Error::other).map_err(BackupError::at(&path))?;
        let digest = format!("{}  {MANIFEST}\n", Digest::of(text.as_bytes()));
        for (name, text) in [(MANIFEST, text), (DIGEST, digest)] {
            let path = dir.join(name);
            let written = create(&path).and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            });
            written.map_err(BackupError::at(&path))?;
        }
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(BackupError::at(dir))
    }

    /// Reads what a backup says of itself; where it is not what was written, that is the fault.
    pub(super) fn read(dir: &Path) -> Result<Self, Fault> {
        let fault = |name: &str, what: &str| Fault::new(FaultKind::Backup, name, what);
        let read = |name: &str| {
            let mut bytes = Vec::new();
            let read = open(&dir.join(name)).and_then(|mut file| file.read_to_end(&mut bytes));
            read.map(|_| bytes).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => fault(name, "missing / 缺失"),
                _ => fault(name, &error.to_string()),
            })
        };
        let (text, digest) = (read(MANIFEST)?, read(DIGEST)?);
        if digest != format!("{}  {MANIFEST}\n", Digest::of(&text)).into_bytes() {
            return Err(fault(MANIFEST, "not of the digest in backup.sha256 / 与 backup.sha256 所记摘要不符"));
        }
        let read: Self = serde_json::from_slice(&text).map_err(|error| fault(MANIFEST, &error.to_string()))?;
        if read.format != FORMAT {
            return Err(fault(MANIFEST, &format!("not of the form {FORMAT} / 格式不是 {FORMAT}")));
        }
        if read.text().ok().is_none_or(|own| own.as_bytes() != text) {
            return Err(fault(MANIFEST, "not as this program writes it / 不是本程序写出的形式"));
        }
        Ok(read)
    }

    /// The files that a backup consists of.
    pub(super) fn files(&self, dir: &Path) -> Vec<PathBuf> {
        let names = self.tables.iter().map(TableSum::file).chain([MANIFEST, DIGEST].map(str::to_owned));
        names.map(|name| dir.join(name)).collect()
    }
}

/// Creates a file that its owner alone can read: there are personal data in it.
pub(super) fn create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)
}
