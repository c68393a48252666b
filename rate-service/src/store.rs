//! What is kept in a database: facts, law, records and the log over them, only ever added to.
//!
//! An embedded SQLite file is owned by one process, which has one writer; a PostgreSQL database is shared by any number.
//! Knows rows and bytes; what they mean is told by who reads them.

mod access;
mod acknowledgements;
mod chunks;
mod drafts;
mod examinations;
mod facts;
mod hooks;
mod impacts;
mod import_rows;
mod imports;
mod link;
mod log;
mod mentions;
mod queue;
mod records;
mod remedies;
mod runs;
mod scenarios;
mod schema;
mod sessions;
mod tables;

use std::fmt;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use diesel::r2d2::Pool;

pub use access::{AccessRow, AnswerRow, KeyRow};
pub use acknowledgements::AcknowledgementRow;
pub use chunks::{BlockRow, ChunkRow, LeftOutRow};
pub use drafts::{ApprovalRow, DraftRow, PublicationRow};
pub use examinations::{ExaminationEventRow, ExaminationFileRow, ExaminationLineRow, ExaminationRow};
pub use facts::{AccountRange, FactRow, StandingRow};
pub use hooks::{HookDeliveryRow, HookEventRow, HookKind, WebhookRow};
pub use impacts::ImpactRow;
pub use import_rows::{ImportProblemRow, ImportStagedRow, ImportTotalRow};
pub use imports::{ImportEventRow, ImportPartRow, ImportPieceRow, ImportProgressRow, ImportRow};
pub use link::Link;
pub use log::EntryRow;
pub use mentions::Mention;
pub use records::{BodyRow, DocumentKind};
pub use remedies::{AnnouncementRow, ObjectionEventRow, ObjectionRow, ServiceRow};
pub use runs::{RunEventRow, RunFindingRow, RunLawRow, RunRow};
pub use scenarios::{ScenarioEventRow, ScenarioPartRow, ScenarioRow};
pub use sessions::SessionRow;
pub use tables::{Cell, Column, Sort, Table};

/// Connections a store holds: for requests that write and wait for one another, for workers, and for readers beside them.
const CONNECTIONS: u32 = 16;
/// How long a caller waits for a connection before it is told that the store is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a store lies.
///
/// ```
/// use rate_service::store::Place;
/// assert!("sqlite:rates.db".parse::<Place>().is_ok());
/// // A password is never shown.
/// let place: Place = "postgres://rate:secret@db.example/rates".parse()?;
/// assert_eq!(place.to_string(), "postgres://db.example/rates");
/// assert!("rates".parse::<Place>().is_err());
/// # Ok::<(), rate_service::store::StoreError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// An embedded SQLite database in this file.
    Sqlite(PathBuf),
    /// A PostgreSQL database at this URL.
    Postgres(String),
}

impl FromStr for Place {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => {
                Ok(Self::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))))
            }
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text.to_owned())),
            _ => Err(StoreError::Place),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            // What stands behind the last `@` and before any option holds no password.
            Self::Postgres(url) => {
                let at = url.split_once("://").map_or(url.as_str(), |(_, at)| at);
                let at = at.rsplit('@').next().unwrap_or_default();
                write!(f, "postgres://{}", at.split('?').next().unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a store could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Not the name of a place.
    #[error(
        "a database is `sqlite:FILE` or `postgres://HOST/NAME` / 数据库写作 `sqlite:文件` 或 `postgres://主机/库名`"
    )]
    Place,
    /// Another process owns the file.
    #[error("{}: another process has this database open / 另一进程已打开该数据库", .0.display())]
    Owned(PathBuf),
    /// The file of the lock could not be made.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// No connection could be had.
    #[error("the database does not answer: {0} / 数据库无应答")]
    Unreachable(String),
    /// Made by a later build: an older one would not keep its promises.
    #[error("the database was made by a later version ({0}) / 数据库由更新的版本建立（{0}）")]
    Newer(String),
    /// The tables could not be made.
    #[error("the tables could not be brought up to date: {0} / 数据表升级失败")]
    Migration(String),
    /// Something is there already, where nothing may be.
    #[error("the database is not empty ({0}) / 数据库不是空的（{0}）")]
    Occupied(String),
    /// The database refused.
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
    /// What is stored is not what was written.
    #[error("the database holds what no store writes: {0} / 数据库内容不符")]
    Broken(&'static str),
}

/// How connections to a place are made.
#[derive(Clone, Debug)]
struct Door {
    place: Place,
    reads_only: bool,
}

/// A database that is open.
#[derive(Debug)]
pub struct Store {
    place: Place,
    pool: Pool<Door>,
    /// One writer at a time in this process; on PostgreSQL an advisory lock holds for all of them.
    writer: Mutex<()>,
    /// Held open for the lock on it: a SQLite file has one owner.
    _owner: Option<File>,
}

impl Store {
    /// Opens a database, makes its tables where they are missing, and brings them up to date.
    ///
    /// # Errors
    /// A place that does not answer, is owned by another process, or was made by a later version.
    pub fn open(place: &Place) -> Result<Self, StoreError> {
        let owner = match place {
            Place::Sqlite(path) => Some(own(path)?),
            Place::Postgres(_) => None,
        };
        let store = Self::through(Door { place: place.clone(), reads_only: false }, owner)?;
        store.link()?.migrate()?;
        Ok(store)
    }

    /// Opens a database that is to be filled from a copy: tables are made as they were when the copy was taken, where
    /// there are none.
    ///
    /// # Errors
    /// As [`Store::open`]; [`StoreError::Occupied`] where a row stands in it, or tables of another version.
    pub fn open_empty(place: &Place, versions: &[String]) -> Result<Self, StoreError> {
        let owner = match place {
            Place::Sqlite(path) => Some(own(path)?),
            Place::Postgres(_) => None,
        };
        let store = Self::through(Door { place: place.clone(), reads_only: false }, owner)?;
        store.link()?.migrate_to(versions)?;
        Ok(store)
    }

    /// Brings the tables up to date.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn bring_up_to_date(&self) -> Result<(), StoreError> {
        self.link()?.migrate()
    }

    /// Opens a database that is there, to read it; whoever owns or writes to it is not disturbed.
    ///
    /// # Errors
    /// As [`Store::open`], and tables that are not those of this version.
    pub fn open_to_read(place: &Place) -> Result<Self, StoreError> {
        if let Place::Sqlite(path) = place {
            // SQLite would make a file that is not there.
            std::fs::metadata(path).map_err(|source| StoreError::File { path: path.clone(), source })?;
        }
        let store = Self::through(Door { place: place.clone(), reads_only: true }, None)?;
        store.link()?.check_migrated()?;
        Ok(store)
    }

    fn through(door: Door, owner: Option<File>) -> Result<Self, StoreError> {
        let place = door.place.clone();
        let pool = Pool::builder().max_size(CONNECTIONS).min_idle(Some(1)).connection_timeout(PATIENCE);
        let pool = pool.build(door).map_err(|error| StoreError::Unreachable(error.to_string()))?;
        Ok(Self { place, pool, writer: Mutex::new(()), _owner: owner })
    }

    /// Where it lies.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Reads: everything inside sees one state.
    ///
    /// # Errors
    /// No connection, or what `work` ends with.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&mut Link) -> Result<T, E>) -> Result<T, E> {
        let mut link = self.link()?;
        link.within("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", "BEGIN", work)
    }

    /// Writes: all of it holds once this returns, or none. Nobody else writes meanwhile, in whatever process: whoever
    /// counts on from the last number finds no gap and no double.
    ///
    /// # Errors
    /// No connection, or what `work` ends with.
    pub fn write<T, E: From<StoreError>>(&self, work: impl FnOnce(&mut Link) -> Result<T, E>) -> Result<T, E> {
        // What a panicking writer began was rolled back: nothing is left half done.
        let _one = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut link = self.link()?;
        link.within("BEGIN", "BEGIN IMMEDIATE", |link| {
            link.lock()?;
            work(link)
        })
    }

    /// Changes rows that are no part of the log: states, leases, keys. Nothing inside may count on from the last number of
    /// anything; that is what [`Store::write`] is for.
    ///
    /// # Errors
    /// No connection, or what `work` ends with.
    pub fn change<T, E: From<StoreError>>(&self, work: impl FnOnce(&mut Link) -> Result<T, E>) -> Result<T, E> {
        // SQLite has one writer; PostgreSQL needs no lock for rows of one's own.
        let _one = match self.place {
            Place::Sqlite(_) => Some(self.writer.lock().unwrap_or_else(PoisonError::into_inner)),
            Place::Postgres(_) => None,
        };
        self.link()?.within("BEGIN", "BEGIN IMMEDIATE", work)
    }

    fn link(&self) -> Result<diesel::r2d2::PooledConnection<Door>, StoreError> {
        self.pool.get().map_err(|error| StoreError::Unreachable(error.to_string()))
    }
}

/// Takes the lock beside a SQLite file, and makes the file where it is not there: for its owner alone, as SQLite then makes
/// whatever it keeps beside it. There are personal data in it, and secrets of webhooks.
fn own(path: &std::path::Path) -> Result<File, StoreError> {
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    let lock = PathBuf::from(lock);
    let opened = OpenOptions::new().create(true).append(true).open(&lock);
    let file = opened.map_err(|source| StoreError::File { path: lock, source })?;
    file.try_lock().map_err(|_| StoreError::Owned(path.to_owned()))?;
    let made = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    made.map_err(|source| StoreError::File { path: path.to_owned(), source })?;
    Ok(file)
}
