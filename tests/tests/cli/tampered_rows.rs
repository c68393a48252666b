//! Rows of a database that somebody changed, took away, doubled or reordered past the triggers: a sample of five hundred on
//! each database, each found and named by where it lies; and what nothing in the database can show.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use rate_service::logbook::{Trust, verify};
use rate_service::store::{Link, Place, Store, StoreError};

use crate::command::rate_ok;
use crate::stored::{databases, done, execute};

const RUN: &str = "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01";
const BY: &str = "--author clerk --approver head --recorded-at 2022-06-20T09:00:00+08:00";

/// What a column holds.
#[derive(Clone, Copy, Debug)]
enum Holds {
    Text,
    Bytes,
    Number,
    Flag,
}
use Holds::{Bytes, Flag, Number, Text};

/// A table: its key, its columns with what is in them, and where faults of it are said to lie.
struct Table {
    name: &'static str,
    key: &'static [&'static str],
    columns: &'static [(&'static str, Holds)],
    places: &'static [&'static str],
}

const TABLES: [Table; 8] = [
    Table {
        name: "bodies",
        key: &["run", "place"],
        columns: &[
            ("run", Text),
            ("area", Text),
            ("account", Text),
            ("leaf", Bytes),
            ("body", Bytes),
            ("place", Number),
        ],
        places: &["runs/"],
    },
    Table {
        name: "facts",
        key: &["area", "account", "kind", "knowledge", "leaf"],
        columns: &[
            ("area", Text),
            ("account", Text),
            ("kind", Text),
            ("knowledge", Number),
            ("leaf", Bytes),
            ("standing", Flag),
            ("line", Text),
        ],
        places: &["facts/", "facts that no entry", "mentions/"],
    },
    Table {
        name: "entries",
        key: &["place"],
        columns: &[("leaf", Bytes), ("entry", Bytes), ("place", Number)],
        places: &["entries", "leaves:", "knowledge numbers", "checkpoints/", "facts that no entry"],
    },
    Table {
        name: "checkpoints",
        key: &["size"],
        columns: &[("note", Text), ("size", Number)],
        places: &["checkpoints", "entries:"],
    },
    Table {
        name: "knowledge",
        key: &["number"],
        columns: &[("recorded_at", Text), ("entry", Number), ("number", Number)],
        places: &["knowledge numbers"],
    },
    Table {
        name: "documents",
        key: &["digest"],
        columns: &[("kind", Text), ("content", Text), ("digest", Bytes)],
        places: &["rule_sets/", "parameters/"],
    },
    Table { name: "signers", key: &["place"], columns: &[("key", Text)], places: &["key"] },
    Table {
        name: "mentions",
        key: &["area", "account", "kind", "other"],
        columns: &[("area", Text), ("account", Text), ("kind", Text), ("other", Text)],
        places: &["mentions/"],
    },
];

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = diesel::sql_types::Text)]
    answer: String,
}

fn asked(store: &Store, sql: &str) -> Vec<String> {
    let rows: Vec<Answer> = store
        .read(|link| match link {
            Link::Sqlite(it) => Ok::<_, StoreError>(sql_query(sql).load(it)?),
            Link::Postgres(it) => Ok(sql_query(sql).load(it)?),
        })
        .unwrap();
    rows.into_iter().map(|row| row.answer).collect()
}

/// A database past its triggers, and every row of it to be put back.
struct Past {
    url: String,
    store: Store,
    sqlite: bool,
    /// Of each table, what picks each of its rows.
    rows: Vec<Vec<String>>,
}

impl Past {
    fn of(here: &Path, url: &str) -> Self {
        let run = format!("{RUN} --book small --accept year-empty,table-empty");
        done(here, &format!("{run} --out demo/one --log {url} {BY}"));
        done(here, &format!("{run} --out demo/two --log {url} --run-id second {BY}"));
        let store = Store::open(&url.parse::<Place>().unwrap()).unwrap();
        let sqlite = url.starts_with("sqlite");
        if sqlite {
            for name in asked(&store, "SELECT name AS answer FROM sqlite_master WHERE type = 'trigger'") {
                execute(&store, &format!("DROP TRIGGER {name}")).unwrap();
            }
        }
        let mut rows = Vec::new();
        for Table { name, key, .. } in &TABLES {
            if !sqlite {
                execute(&store, &format!("ALTER TABLE {name} DISABLE TRIGGER USER")).unwrap();
            }
            execute(&store, &format!("CREATE TABLE kept_{name} AS SELECT * FROM {name}")).unwrap();
            let one = |column: &&str| {
                if sqlite {
                    format!("'{column} = ' || quote({column})")
                } else {
                    format!("format('{column} = %L', {column})")
                }
            };
            let picked = key.iter().map(one).collect::<Vec<_>>().join(" || ' AND ' || ");
            rows.push(asked(&store, &format!("SELECT {picked} AS answer FROM {name} ORDER BY {}", key.join(", "))));
        }
        Self { url: url.to_owned(), store, sqlite, rows }
    }

    fn faults(&self) -> Vec<String> {
        let found = verify(Path::new(&self.url), &Trust::default()).faults;
        found.iter().map(|fault| format!("{} {}", fault.place, fault.detail)).collect()
    }

    /// Changes a table; what is found then, and everything put back. Nothing where the database itself refuses.
    fn with(&self, table: &str, sql: &str) -> Option<Vec<String>> {
        execute(&self.store, sql).ok()?;
        let faults = self.faults();
        execute(&self.store, &format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}")).unwrap();
        Some(faults)
    }

    /// A value that is not the one that stands there.
    fn other(&self, column: &str, holds: Holds) -> String {
        match (holds, self.sqlite) {
            (Text, _) => format!("{column} || 'x'"),
            (Bytes, true) => "x'00'".to_owned(),
            (Bytes, false) => "'\\x00'::bytea".to_owned(),
            (Number, _) => format!("{column} + 1000"),
            (Flag, _) => format!("NOT {column}"),
        }
    }
}

/// Numbers that look drawn, the same in every run of the test.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// One way to tamper with a row, and what is said of it.
fn drawn(past: &Past, at: usize, draw: &mut Draw) -> String {
    let Table { name, key, columns, .. } = &TABLES[at];
    let rows = &past.rows[at];
    let row = &rows[draw.below(rows.len())];
    let (column, holds) = columns[draw.below(columns.len())];
    match draw.below(4) {
        0 => format!("DELETE FROM {name} WHERE {row}"),
        // The same again, under another key.
        1 => {
            let last = key.last().unwrap();
            let (column, holds) = columns.iter().find(|it| it.0 == *last).copied().unwrap_or((last, Number));
            let all = if past.sqlite {
                format!("SELECT name AS answer FROM pragma_table_info('{name}')")
            } else {
                format!(
                    "SELECT column_name::text AS answer FROM information_schema.columns WHERE table_name = '{name}' ORDER BY ordinal_position"
                )
            };
            let all = asked(&past.store, &all);
            let values = all.iter().map(|it| if it == column { past.other(column, holds) } else { it.clone() });
            format!("INSERT INTO {name} SELECT {} FROM {name} WHERE {row}", values.collect::<Vec<_>>().join(", "))
        }
        // What another row has.
        2 => {
            let from = &rows[draw.below(rows.len())];
            format!("UPDATE {name} SET {column} = (SELECT {column} FROM kept_{name} WHERE {from}) WHERE {row}")
        }
        _ => format!("UPDATE {name} SET {column} = {} WHERE {row}", past.other(column, holds)),
    }
}

/// Whether somebody who has only the database could not know: the statement of docs/limits.md.
fn cannot_show(past: &Past, sql: &str) -> bool {
    // An earlier checkpoint that is gone: nothing counts them.
    let last = past.rows[3].last().unwrap();
    let is_earlier = sql.starts_with("DELETE FROM checkpoints") && !sql.ends_with(last.as_str());
    // A document that no entry names: nothing is decided by it.
    is_earlier || sql.starts_with("INSERT INTO documents")
}

#[test]
fn rows_that_somebody_tampered_with_are_found_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    rate_ok(here, "book generate --accounts 6 --bad-rows 0 --out small");
    for url in databases(here) {
        let past = Past::of(here, &url);
        assert_eq!(past.faults(), Vec::<String>::new());
        let (mut draw, mut tried, mut unseen) = (Draw(20_221_130), 0, 0);
        let mut by_table = [0; TABLES.len()];
        while tried < 500 {
            let at = draw.below(TABLES.len());
            let (table, sql) = (&TABLES[at], drawn(&past, at, &mut draw));
            let same = |name: &str| {
                let of = |it: &str| format!("SELECT count(*) || '' AS answer FROM (SELECT * FROM {it}) AS one");
                let differing = format!(
                    "SELECT count(*) || '' AS answer FROM (SELECT * FROM {name} EXCEPT SELECT * FROM kept_{name}) AS one"
                );
                asked(&past.store, &of(name)) == asked(&past.store, &of(&format!("kept_{name}")))
                    && asked(&past.store, &differing) == ["0"]
            };
            // What the key of the table refuses, and what changes nothing, is no tampering.
            if execute(&past.store, &sql).is_err() {
                continue;
            }
            let nothing = same(table.name);
            let faults = past.with(table.name, "SELECT 1").unwrap();
            if nothing {
                assert_eq!(faults, Vec::<String>::new(), "{sql}");
                continue;
            }
            tried += 1;
            by_table[at] += 1;
            if cannot_show(&past, &sql) {
                unseen += 1;
                assert_eq!(faults, Vec::<String>::new(), "{url}: {sql} is found: say so in docs/limits.md");
                continue;
            }
            let named = faults.iter().any(|it| table.places.iter().any(|place| it.contains(place)));
            assert!(named, "{url}: {sql}: {faults:?}");
        }
        assert!(by_table.iter().all(|count| *count > 20), "{by_table:?}");
        assert!(unseen < 40, "{unseen}");
        assert_eq!(past.faults(), Vec::<String>::new(), "everything was put back");
    }
}

/// SQLite keeps a value of another sort than its column's. It reads as it did and is equal to nothing, so whoever looks for
/// the rate or the claims of the account finds none. The same where an index lacks the row.
#[test]
fn rows_that_are_there_and_cannot_be_found_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    rate_ok(here, "book generate --accounts 6 --bad-rows 0 --out small");
    let url = databases(here).remove(0);
    let past = Past::of(here, &url);
    for Table { name, columns, .. } in &TABLES {
        for (column, holds) in *columns {
            let other = match holds {
                Text | Number => format!("CAST({column} AS BLOB)"),
                Bytes => "'text'".to_owned(),
                Flag => "2".to_owned(),
            };
            let sql = format!("UPDATE {name} SET {column} = {other}");
            // Two rows of one table may not become the same.
            let Some(faults) = past.with(name, &sql) else { continue };
            let named = faults.iter().any(|it| it.starts_with(&format!("{name}.{column} ")));
            assert!(named, "{sql}: {faults:?}");
        }
    }
    let hidden = "CREATE TABLE hidden AS SELECT * FROM sqlite_master WHERE name = 'bodies_of_account'; \
        DELETE FROM bodies; PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'bodies_of_account'; \
        PRAGMA writable_schema = RESET; INSERT INTO bodies SELECT * FROM kept_bodies; PRAGMA writable_schema = ON; \
        INSERT INTO sqlite_master SELECT * FROM hidden; PRAGMA writable_schema = RESET";
    // A transaction would see the schema as it began.
    let mut bare = SqliteConnection::establish(url.strip_prefix("sqlite:").unwrap()).unwrap();
    bare.batch_execute(hidden).unwrap();
    let faults = past.faults();
    assert!(faults.iter().any(|it| it.starts_with("database ") && it.contains("bodies_of_account")), "{faults:?}");
}

/// A log cut back to an earlier checkpoint, whole, is the log that it was then: only who kept a later checkpoint knows.
#[test]
fn a_log_cut_back_is_found_by_a_kept_checkpoint_alone() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    rate_ok(here, "book generate --accounts 6 --bad-rows 0 --out small");
    for url in databases(here) {
        let past = Past::of(here, &url);
        let sizes = asked(&past.store, "SELECT size || '' AS answer FROM checkpoints ORDER BY size");
        let (earlier, last) = (&sizes[sizes.len() - 2], sizes.last().unwrap());
        let kept = asked(&past.store, &format!("SELECT note AS answer FROM checkpoints WHERE size = {last}")).remove(0);
        let cut = format!(
            "DELETE FROM checkpoints WHERE size = {last}; DELETE FROM entries WHERE place >= {earlier}; DELETE FROM bodies WHERE run = 'second'"
        );
        execute(&past.store, &cut).unwrap();
        assert_eq!(past.faults(), Vec::<String>::new(), "{url}");
        std::fs::write(here.join("kept"), kept).unwrap();
        drop(past);
        let (code, said) = crate::stored::rate(here, &format!("--lang en verify {url} --no-replay --checkpoint kept"));
        assert!(code == 1 && said.contains("history"), "{code} {said}");
    }
}
