//! One connection, to either database: how it is opened, and what it holds itself to.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::PgConnection;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Door, Place, StoreError, Table};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// What every SQLite connection is set to, and must answer when it is asked.
///
/// Without `recursive_triggers` a REPLACE would take a row out unseen; `synchronous` 2 is FULL: what was answered
/// survives a loss of power.
const PRAGMAS: [(&str, &str, &str); 6] = [
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", "2"),
    ("foreign_keys", "ON", "1"),
    ("recursive_triggers", "ON", "1"),
    ("busy_timeout", "5000", "5000"),
    // An area is written table by table, all over the tree of its accounts: 16 MiB of that stay in memory.
    ("cache_size", "-16384", "-16384"),
];

/// The advisory lock under which a PostgreSQL database is written, and brought up to date: "rate" in ASCII.
const LOCK: i64 = 0x7261_7465;

/// Rows that come in at once and make a table another than PostgreSQL knows.
const MANY: u64 = 10_000;

/// A connection.
pub enum Link {
    /// To an SQLite file.
    Sqlite(SqliteConnection),
    /// To a PostgreSQL database.
    Postgres(PgConnection),
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "Link::Sqlite",
            Self::Postgres(_) => "Link::Postgres",
        })
    }
}

/// One query, said once for both databases.
macro_rules! on {
    ($link:expr, $connection:ident => $query:expr) => {
        match $link {
            $crate::store::Link::Sqlite($connection) => $query,
            $crate::store::Link::Postgres($connection) => $query,
        }
    };
}
pub(super) use on;

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = diesel::sql_types::Text)]
    answer: String,
}

impl Link {
    fn open(door: &Door) -> Result<Self, StoreError> {
        let unreachable = |error: diesel::ConnectionError| StoreError::Unreachable(error.to_string());
        match &door.place {
            Place::Postgres(url) => {
                let mut link = PgConnection::establish(url).map_err(unreachable)?;
                if door.reads_only {
                    link.batch_execute("SET default_transaction_read_only = on")?;
                }
                Ok(Self::Postgres(link))
            }
            Place::Sqlite(path) => {
                // As a path and never as a URI, whose options could undo what is set below.
                let path = path.to_str().ok_or(StoreError::Place)?;
                let mut link = SqliteConnection::establish(path).map_err(unreachable)?;
                for (name, value, _) in PRAGMAS {
                    link.batch_execute(&format!("PRAGMA {name} = {value}"))?;
                }
                if door.reads_only {
                    link.batch_execute("PRAGMA query_only = ON")?;
                }
                let mut link = Self::Sqlite(link);
                link.check_pragmas()?;
                Ok(link)
            }
        }
    }

    /// Asks an SQLite connection what it is set to.
    ///
    /// # Errors
    /// [`StoreError::Broken`] where a setting was not taken.
    pub fn check_pragmas(&mut self) -> Result<(), StoreError> {
        let Self::Sqlite(connection) = self else { return Ok(()) };
        for (name, _, expected) in PRAGMAS {
            let column = if name == "busy_timeout" { "timeout" } else { name };
            let asked = format!("SELECT CAST({column} AS TEXT) AS answer FROM pragma_{name}");
            let answer: Answer = sql_query(asked).get_result(connection)?;
            if answer.answer != expected {
                return Err(StoreError::Broken("a setting of SQLite was not taken"));
            }
        }
        Ok(())
    }

    /// Brings the tables up to date; replicas that start together do it one after the other.
    pub(super) fn migrate(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => migrate(connection, SQLITE),
            Self::Postgres(connection) => {
                connection.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
                let done = migrate(connection, POSTGRES);
                connection.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
                done
            }
        }
    }

    /// Makes the tables as they were at some versions, in a database that has none, or has just these and no row.
    pub(super) fn migrate_to(&mut self, wanted: &[String]) -> Result<(), StoreError> {
        let found = self.tables()?;
        if !found.is_empty() {
            self.check_empty(&found)?;
            let stands = self.versions().unwrap_or_default();
            return if stands == wanted {
                Ok(())
            } else {
                Err(StoreError::Occupied("other tables / 另有数据表".into()))
            };
        }
        match self {
            Self::Sqlite(connection) => migrate_to(connection, &SQLITE, wanted),
            Self::Postgres(connection) => migrate_to(connection, &POSTGRES, wanted),
        }
    }

    /// Refuses a database that has a row.
    ///
    /// # Errors
    /// [`StoreError::Occupied`], with the first table that has one.
    pub fn check_empty(&mut self, tables: &[Table]) -> Result<(), StoreError> {
        for table in tables {
            if self.row_count(table)? > 0 {
                return Err(StoreError::Occupied(table.name.clone()));
            }
        }
        Ok(())
    }

    /// The versions of the tables, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn versions(&mut self) -> Result<Vec<String>, StoreError> {
        let asked = sql_query("SELECT version AS answer FROM __diesel_schema_migrations ORDER BY version");
        let applied: Vec<Answer> = on!(self, connection => asked.load(connection))?;
        Ok(applied.into_iter().map(|it| it.answer).collect())
    }

    /// Whether the tables are those of this version, asked without writing.
    pub(super) fn check_migrated(&mut self) -> Result<(), StoreError> {
        let applied = self.versions()?;
        let ours = match self {
            Self::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(&SQLITE)?,
            Self::Postgres(_) => versions::<diesel::pg::Pg>(&POSTGRES)?,
        };
        if behind(&ours, &applied)? {
            return Err(StoreError::Migration("open it to write first / 须先以写入方式打开".to_owned()));
        }
        Ok(())
    }

    /// Keeps every other writer waiting until this transaction ends; on SQLite it is the only one already.
    pub(super) fn lock(&mut self) -> Result<(), StoreError> {
        if let Self::Postgres(connection) = self {
            connection.batch_execute(&format!("SELECT pg_advisory_xact_lock({LOCK})"))?;
        }
        Ok(())
    }

    /// Lets PostgreSQL look over tables into which so many rows came at once. It plans by what it last saw of them, and looks by
    /// itself only after a while, in which it reads all of a table that it takes for empty.
    ///
    /// # Errors
    /// As the database's.
    pub fn look_over(&mut self, tables: &'static [&'static str], rows: u64) -> Result<(), StoreError> {
        match self {
            Self::Postgres(it) if rows >= MANY => Ok(it.batch_execute(&format!("ANALYZE {}", tables.join(", ")))?),
            Self::Postgres(_) | Self::Sqlite(_) => Ok(()),
        }
    }

    fn execute(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(on!(self, connection => connection.batch_execute(sql))?)
    }

    /// Work inside a transaction that is taken back where the work fails or panics.
    pub(super) fn within<T, E: From<StoreError>>(
        &mut self,
        postgres: &str,
        sqlite: &str,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.execute(match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        })?;
        let open = Open(self);
        let done = work(open.0)?;
        open.commit()?;
        Ok(done)
    }
}

/// A transaction that is taken back unless it is committed.
struct Open<'l>(&'l mut Link);

impl Open<'_> {
    fn commit(self) -> Result<(), StoreError> {
        self.0.execute("COMMIT")?;
        std::mem::forget(self);
        Ok(())
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        // A connection that cannot even do this is broken, and the pool drops it when it comes back.
        let _ = self.0.execute("ROLLBACK");
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` asks for")]
fn wrong(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Migration(error.to_string())
}

/// The versions of the tables that this build knows, written as they are compared.
fn versions<B: Backend>(known: &EmbeddedMigrations) -> Result<Vec<String>, StoreError> {
    let known: Vec<Box<dyn Migration<B>>> = known.migrations().map_err(wrong)?;
    Ok(known.iter().map(|it| it.name().version().to_string()).collect())
}

/// Whether there is something to be brought up to date; a database made by a later version is refused.
fn behind(ours: &[String], applied: &[String]) -> Result<bool, StoreError> {
    match applied.iter().find(|version| !ours.contains(version)) {
        Some(newer) => Err(StoreError::Newer(newer.clone())),
        None => Ok(applied.len() < ours.len()),
    }
}

fn migrate<C>(connection: &mut C, known: EmbeddedMigrations) -> Result<(), StoreError>
where
    C: MigrationHarness<C::Backend> + Connection,
{
    let applied = connection.applied_migrations().map_err(wrong)?;
    let applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
    if behind(&versions::<C::Backend>(&known)?, &applied)? {
        connection.run_pending_migrations(known).map_err(wrong)?;
    }
    Ok(())
}

fn migrate_to<C>(connection: &mut C, known: &EmbeddedMigrations, wanted: &[String]) -> Result<(), StoreError>
where
    C: MigrationHarness<C::Backend> + Connection,
{
    let all: Vec<Box<dyn Migration<C::Backend>>> = known.migrations().map_err(wrong)?;
    let ours = versions::<C::Backend>(known)?;
    behind(&ours, wanted)?;
    // Makes the list of versions, where there is none.
    connection.applied_migrations().map_err(wrong)?;
    for migration in all.iter().filter(|it| wanted.contains(&it.name().version().to_string())) {
        connection.run_migration(migration).map_err(wrong)?;
    }
    Ok(())
}

impl ManageConnection for Door {
    type Connection = Link;
    type Error = StoreError;

    fn connect(&self) -> Result<Link, StoreError> {
        Link::open(self)
    }

    fn is_valid(&self, link: &mut Link) -> Result<(), StoreError> {
        link.execute("SELECT 1")
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        on!(link, connection => R2D2Connection::is_broken(connection))
    }
}
