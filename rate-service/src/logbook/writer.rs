//! The one who writes to a log, wherever it lies.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rate_core::log::Checkpoint;

use super::LogError;
use super::database::{DatabaseLog, Then};
use super::directory::DirectoryLog;
use super::earlier::Leaving;
use super::kept::Document;
use super::key::KeyFile;
use super::publish::{Publication, Published, publish};
use super::recording::Recording;
use super::view::View;
use crate::store::{DocumentKind, Link, Store};

/// A log that is being written.
///
/// One in a directory, and one in an SQLite file, has no other writer until this is dropped. A PostgreSQL database has
/// any number: each waits for the one before it.
#[derive(Debug)]
pub struct Logbook(Kind);

/// What no checkpoint covered when a log was opened: taken out of it, and kept aside.
#[derive(Clone, Debug, Default)]
pub struct TakenOut {
    /// The number of the first entry that was taken out.
    pub first: usize,
    /// The entries, as bytes.
    pub entries: Vec<Vec<u8>>,
    /// The files that hold what was taken out, byte by byte.
    pub kept: Vec<PathBuf>,
}

#[derive(Debug)]
enum Kind {
    Directory(Box<DirectoryLog>),
    Database(Box<DatabaseLog>),
}

impl Logbook {
    /// Opens a log, or begins one under a name: then its key is made, readable by its owner alone.
    ///
    /// A log is a directory, or a database: `sqlite:FILE`, whose key lies beside it, or `postgres://HOST/NAME`, whose key
    /// lies in the file that the environment names as `RATE_LOG_KEY`.
    ///
    /// # Errors
    /// Another writer; what does not fit together; a database that does not answer.
    pub fn open(place: &Path, name: &str) -> Result<Self, LogError> {
        Ok(Self(match super::database_at(place) {
            Some(database) => Kind::Database(Box::new(DatabaseLog::open(&database?, name)?)),
            None => Kind::Directory(Box::new(DirectoryLog::open(place, name)?)),
        }))
    }

    /// Opens the log of a database that is open already, or begins it, as [`Logbook::open`] does.
    ///
    /// # Errors
    /// As [`Logbook::open`].
    pub fn over(store: Arc<Store>, name: &str) -> Result<Self, LogError> {
        Ok(Self(Kind::Database(Box::new(DatabaseLog::over(store, name)?))))
    }

    /// The same, with its key in a file that is named.
    ///
    /// # Errors
    /// As [`Logbook::open`].
    pub fn keyed(store: Arc<Store>, name: &str, key: &Path) -> Result<Self, LogError> {
        let file = KeyFile(key.to_owned());
        Ok(Self(Kind::Database(Box::new(DatabaseLog::keyed(store, name, file)?))))
    }

    /// The log as it is.
    ///
    /// # Errors
    /// A database that does not answer.
    pub fn view(&self) -> Result<View, LogError> {
        match &self.0 {
            Kind::Directory(log) => Ok(log.view().clone()),
            Kind::Database(log) => log.view(),
        }
    }

    /// What no checkpoint covered when this log was opened. A database takes all of a publication or nothing of it.
    pub fn taken_out(&self) -> Option<&TakenOut> {
        match &self.0 {
            Kind::Directory(log) => log.taken_out(),
            Kind::Database(_) => None,
        }
    }

    /// The public key that signs, as verifiers are given it.
    pub fn public_key(&self) -> String {
        match &self.0 {
            Kind::Directory(log) => log.public_key(),
            Kind::Database(log) => log.public_key(),
        }
    }

    /// Publishes a run: once this returns, nothing of it can be lost or changed unseen.
    ///
    /// # Errors
    /// A name that is taken or no name, one person for both parts, what cannot be written.
    pub fn publish(&mut self, publication: Publication<'_>) -> Result<Published, LogError> {
        match &mut self.0 {
            Kind::Directory(log) => publish(log.as_mut(), publication),
            Kind::Database(log) => log.publish(publication),
        }
    }

    /// Keeps the canonical text of a rule set or of parameters under an entry of its own, inside a transaction of the
    /// store's writer; `false` where the log has an entry for it already, which then is its only one.
    ///
    /// # Errors
    /// A log that lies in no database, an instant before the last entry's, what cannot be written.
    pub fn keep_law(
        &self,
        link: &mut Link,
        (kind, name): (DocumentKind, &str),
        text: &str,
        recorded_at: &str,
    ) -> Result<bool, LogError> {
        match &self.0 {
            Kind::Directory(_) => Err(LogError::refused(
                "目录中的日志不单独公布规则集或参数",
                "a log in a directory keeps rule sets and parameters with the runs they decide",
            )),
            Kind::Database(log) => log.keep_law(link, &Document::of(kind, name, text), recorded_at),
        }
    }

    /// Publishes a run, and does what belongs to it in the same transaction: both hold once this returns, or neither.
    ///
    /// # Errors
    /// As [`Logbook::publish`], what `then` ends with, and a log that is no database.
    pub(crate) fn publish_with(
        &mut self,
        publication: Publication<'_>,
        then: &mut Then<'_>,
    ) -> Result<Published, LogError> {
        self.database()?.publish_with(publication, then)
    }

    /// Takes the rates of the runs of an area that stand among its facts, as far as its book has none of their days, and
    /// takes back those of runs that stand no longer; the number of knowledge since then.
    ///
    /// # Errors
    /// What cannot be written, and a log that is no database.
    pub(crate) fn take_rates(&mut self, area: &str, leaving: &Leaving<'_>, now: &str) -> Result<u64, LogError> {
        self.database()?.take_rates(area, leaving, now)
    }

    fn database(&mut self) -> Result<&mut DatabaseLog, LogError> {
        match &mut self.0 {
            Kind::Database(log) => Ok(log),
            Kind::Directory(_) => Err(LogError::refused("须用数据库中的日志", "this needs a log in a database")),
        }
    }

    /// Records facts that come in, and are taken back, together: one transaction, one knowledge number, one entry; none of
    /// them where `work` adds no row. The number under which the facts then stand.
    ///
    /// # Errors
    /// A directory, which keeps facts whole; what `work` ends with; what cannot be written.
    pub fn record(
        &self,
        recorded_at: &str,
        work: &mut dyn FnMut(&mut Recording<'_>) -> Result<(), LogError>,
    ) -> Result<u64, LogError> {
        match &self.0 {
            Kind::Database(log) => log.record(recorded_at, work),
            Kind::Directory(_) => Err(LogError::refused(
                "目录形式的日志不能单独登记事实，请使用数据库",
                "a log in a directory keeps facts with its runs alone; use a database",
            )),
        }
    }

    /// Hands over to a new key: an entry names it, and both sign the checkpoint behind that.
    ///
    /// # Errors
    /// What cannot be written.
    pub fn rotate(&mut self, recorded_at: &str) -> Result<Checkpoint, LogError> {
        match &mut self.0 {
            Kind::Directory(log) => log.rotate(recorded_at),
            Kind::Database(log) => log.rotate(recorded_at),
        }
    }
}
