//! A log in a database, as users and intruders meet it; each test on SQLite, and on PostgreSQL where it is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use rate_service::store::{Link, Place, Store, StoreError};
use rate_tests::postgres;

use crate::command::{binary, rate_ok, text};

pub(crate) const RUN: &str =
    "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01";
pub(crate) const BY: &str = "--author clerk --approver head --recorded-at 2022-06-20T09:00:00+08:00";
/// Tables whose rows are only ever added.
const TABLES: [&str; 16] = [
    "accesses",
    "acknowledgements",
    "announcements",
    "approvals",
    "bodies",
    "checkpoints",
    "documents",
    "entries",
    "facts",
    "knowledge",
    "mentions",
    "objection_events",
    "objections",
    "publications",
    "services",
    "signers",
];
/// Tables whose rows are states: no part of the log, and no record of anything.
const STATES: [&str; 33] = [
    "answers",
    "api_keys",
    "drafts",
    "examination_attempts",
    "examination_events",
    "examination_files",
    "examination_lines",
    "examinations",
    "hook_deliveries",
    "hook_events",
    "impacts",
    "import_accounts",
    "import_events",
    "import_mentions",
    "import_parts",
    "import_pieces",
    "import_problems",
    "import_progress",
    "import_rows",
    "import_totals",
    "imports",
    "run_blocks",
    "run_chunks",
    "run_events",
    "run_findings",
    "run_law",
    "run_left_out",
    "runs",
    "scenario_events",
    "scenario_parts",
    "scenarios",
    "sessions",
    "webhooks",
];

/// A database of each kind, empty.
pub(crate) fn databases(dir: &Path) -> Vec<String> {
    let sqlite = format!("sqlite:{}", dir.join("rates.db").display());
    let server = postgres::server();
    std::iter::once(sqlite).chain(server.map(postgres::Server::database)).collect()
}

pub(crate) fn rate(dir: &Path, arguments: &str) -> (i32, String) {
    let mut command = Command::new(binary());
    command.args(arguments.split(' ')).current_dir(dir).env("RATE_LOG_KEY", "log.key").stdin(Stdio::null());
    let output = command.output().unwrap();
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

pub(crate) fn done(dir: &Path, arguments: &str) -> String {
    let (code, text) = rate(dir, arguments);
    assert_eq!(code, 0, "rate {arguments}\n{text}");
    text
}

pub(crate) fn open(url: &str) -> Store {
    Store::open(&url.parse::<Place>().unwrap()).unwrap()
}

pub(crate) fn demo() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 200");
    dir
}

/// The root of a run, as `rate log show` prints it.
fn root_of(shown: &str, run: &str) -> String {
    let line = shown.lines().find(|line| line.contains(&format!("  run        {run} "))).unwrap();
    line.split(" root ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

/// The same run, published to a directory and to each database, has one root; a book that changed adds only the change,
/// and the first run is decided again on what was known then.
#[test]
fn a_log_in_a_database_holds_what_one_in_a_directory_does() {
    let dir = demo();
    let here = dir.path();
    rate_ok(here, &format!("{RUN} --book demo/book --out demo/again --log log {BY}"));
    let root = root_of(&rate_ok(here, "log show log"), "990100-2022-07-01");
    let claims = here.join("demo/book/claims.csv");
    let book = fs::read_to_string(&claims).unwrap();
    let (header, rows) = book.split_once('\n').unwrap();
    let changed = format!("{header}\n{}", rows.replacen(",recognised,", ",revoked,", 2));
    for url in databases(here) {
        fs::write(&claims, &book).unwrap();
        done(here, &format!("{RUN} --book demo/book --out demo/again --log {url} {BY}"));
        assert_eq!(root_of(&done(here, &format!("log show {url}")), "990100-2022-07-01"), root, "{url}");
        done(here, &format!("{RUN} --book demo/book --out demo/again --log {url} --run-id same {BY}"));
        fs::write(&claims, &changed).unwrap();
        done(here, &format!("{RUN} --book demo/book --out demo/again --log {url} --run-id later {BY}"));
        let shown = done(here, &format!("--lang en log show {url}"));
        assert_eq!(root_of(&shown, "same"), root, "the same book is no news: {shown}");
        let facts: Vec<&str> = shown.lines().filter(|line| line.contains("  facts  ")).collect();
        assert_eq!(facts.len(), 2, "{shown}");
        assert!(facts[1].contains("facts      2 root ") && facts[1].ends_with("(claims +2 -2)"), "{}", facts[1]);
        let verified = done(here, &format!("--lang en verify {url}"));
        assert!(verified.ends_with("nothing is amiss\n"), "{verified}");
        let replayed = done(here, &format!("--lang en replay --log {url} --run 990100-2022-07-01"));
        assert!(replayed.contains(" identical, byte for byte"), "{replayed}");
        let evidence = format!("evidence{}", url.len());
        let account = fs::read_to_string(here.join("demo/book/accounts.csv")).unwrap();
        let account = account.lines().nth(1).unwrap().split(',').nth(1).unwrap();
        done(here, &format!("evidence export --log {url} --run later --account {account} --out {evidence}"));
        assert!(done(here, &format!("--lang en verify {evidence}")).ends_with("nothing is amiss\n"));
        done(here, &format!("log rotate {url} --recorded-at 2022-06-20T01:00:00Z"));
        done(here, &format!("{RUN} --book demo/book --out demo/again --log {url} --run-id after {BY}"));
        let verified = done(here, &format!("--lang en verify {url}"));
        assert!(verified.ends_with("nothing is amiss\n"), "{verified}");
        let (code, text) =
            rate(here, &format!("{RUN} --book demo/book --out demo/x --log {url} --author a --approver a"));
        assert!(code == 1 && text.contains("approved by another person"), "{text}");
    }
}

/// A log whose key is not there, or whose key signs no longer, is written by nobody; a key alone begins one.
#[test]
fn a_log_in_a_database_is_written_with_its_key_alone() {
    let dir = demo();
    let here = dir.path();
    for url in databases(here) {
        let key = url.strip_prefix("sqlite:").map_or_else(|| here.join("log.key"), |file| format!("{file}.key").into());
        let run = |more: &str| format!("{RUN} --book demo/book --out demo/again --log {url} {more}{BY}");
        done(here, &run(""));
        let first = fs::read(&key).unwrap();
        let before = counts(&open(&url));
        fs::remove_file(&key).unwrap();
        for command in [run(""), format!("--lang en log rotate {url}")] {
            let (code, text) = rate(here, &command);
            assert!(code == 1 && text.contains("is missing; nothing is written to it"), "{text}");
            assert!(!key.exists());
        }
        assert_eq!(counts(&open(&url)), before);
        fs::write(&key, &first).unwrap();
        let (code, text) = rate(here, &run(""));
        assert!(code == 1 && text.contains("chmod 600"), "{text}");
        let mine = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&key, mine).unwrap();
        done(here, &format!("log rotate {url} --recorded-at 2022-06-20T01:00:00Z"));
        let before = counts(&open(&url));
        // Written into the file of the second key, which is its owner's alone.
        let second = fs::read(&key).unwrap();
        fs::write(&key, &first).unwrap();
        for command in [run(""), format!("--lang en log rotate {url}")] {
            let (code, text) = rate(here, &command);
            assert!(code == 1 && text.contains("not the key that signs this log now"), "{text}");
        }
        assert_eq!(counts(&open(&url)), before);
        fs::write(&key, &second).unwrap();
        let (code, text) = rate(here, &run("").replace("09:00:00+08:00", "08:00:00+08:00"));
        assert!(code == 1 && text.contains("before the last entry"), "{text}");
        done(here, &run(""));
        // A key that is listed and was never handed over to, and a checkpoint that is gone.
        let strange = "INSERT INTO signers VALUES (2, 'stranger+00000000+AQ==')";
        execute(&open(&url), strange).unwrap();
        let (code, text) = rate(here, &run(""));
        assert!(code == 3 && text.contains("a key that nobody handed over to"), "{text}");
    }
    // A key that is there before there is a log: it begins with it.
    let url = format!("sqlite:{}", here.join("second.db").display());
    fs::copy(here.join("rates.db.key"), here.join("second.db.key")).unwrap();
    let key = fs::read(here.join("second.db.key")).unwrap();
    done(here, &format!("{RUN} --book demo/book --out demo/again --log {url} {BY}"));
    assert_eq!(fs::read(here.join("second.db.key")).unwrap(), key);
    assert!(done(here, &format!("--lang en verify {url}")).ends_with("nothing is amiss\n"));
    // Without its last checkpoint a database is not what any crash leaves.
    let store = open(&url);
    execute(&store, "DROP TRIGGER checkpoints_keep_deleted; DELETE FROM checkpoints").unwrap();
    drop(store);
    let (code, text) = rate(here, &format!("{RUN} --book demo/book --out demo/again --log {url} {BY}"));
    assert!(code == 3 && text.contains("its last checkpoint is not over"), "{text}");
}

pub(crate) fn execute(store: &Store, sql: &str) -> Result<(), StoreError> {
    store.write(|link| match link {
        Link::Sqlite(it) => Ok(it.batch_execute(sql)?),
        Link::Postgres(it) => Ok(it.batch_execute(sql)?),
    })
}

/// A row of each table, so that every statement has something to change.
fn filled(store: &Store) {
    let (bytes, sqlite) = match store.place() {
        Place::Sqlite(_) => ("x'00'", true),
        Place::Postgres(_) => ("'\\x00'::bytea", false),
    };
    let yes = if sqlite { "1" } else { "true" };
    for row in [
        format!("acknowledgements VALUES ('990100', '1', 1, {bytes}, '', '0.2', 'key', '2025-01-01T00:00:00.000Z')"),
        "accesses VALUES ('request', '2025-01-01T00:00:00.000Z', '', 'keys.list', '', 200)".to_owned(),
        format!("facts VALUES ('990100', '1', 'claims', 1, {bytes}, {yes}, 'line')"),
        "knowledge VALUES (1, '2025-01-01T00:00:00.000Z', 0)".to_owned(),
        format!("documents VALUES ({bytes}, 'rule-set', 'content')"),
        format!("bodies VALUES ('run', 0, '990100', '1', {bytes}, {bytes})"),
        format!("entries VALUES (0, {bytes}, {bytes})"),
        "checkpoints VALUES (1, 'note')".to_owned(),
        "mentions VALUES ('990100', '1', 'claims', '2')".to_owned(),
        format!("approvals VALUES ({bytes}, 'key', 'head', '1', 'organ', '2025-01-01', '2025-01-01T00:00:00.000Z')"),
        format!("publications VALUES (1, {bytes}, {yes}, 'key', 'head', '2025-01-01T00:00:00.000Z')"),
        "signers VALUES (0, 'key')".to_owned(),
        "announcements VALUES ('run', 1, '2025-01-01', 'place', 'clerk', '2025-01-01T00:00:00.000Z')".to_owned(),
        "services VALUES ('run', '1', 1, '2025-01-01', 'post', 'proof', 'clerk', '2025-01-01T00:00:00.000Z')".to_owned(),
        "objections VALUES ('id', '990100', '1', 'run', 'recheck', '2025-01-01', '', 'why', '[]', 'clerk', '2025-01-01T00:00:00.000Z')".to_owned(),
        "objection_events VALUES ('id', 1, 'filed', '2025-01-01', '', '', '', 'clerk', '2025-01-01T00:00:00.000Z')".to_owned(),
    ] {
        execute(store, &format!("INSERT INTO {row}")).unwrap();
    }
}

fn column(table: &str) -> &'static str {
    match table {
        "facts" => "line",
        "knowledge" => "recorded_at",
        "documents" => "content",
        "bodies" => "account",
        "entries" => "entry",
        "checkpoints" => "note",
        "accesses" | "acknowledgements" => "caller",
        "mentions" => "other",
        "approvals" => "organ",
        "publications" => "publisher",
        "announcements" => "place",
        "services" => "proof",
        "objections" => "grounds",
        "objection_events" => "remark",
        _ => "key",
    }
}

/// Every table and every verb that takes something away; the row stands afterwards as it did before.
#[test]
fn rows_are_only_ever_added() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let store = open(&url);
        filled(&store);
        let before = counts(&store);
        assert!(TABLES.iter().all(|table| before[*table] == 1), "{before:?}");
        for table in TABLES {
            let column = column(table);
            let mut verbs = vec![
                format!("UPDATE {table} SET {column} = {column}"),
                format!("DELETE FROM {table}"),
                format!(
                    "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET {column} = excluded.{column}"
                ),
            ];
            match store.place() {
                Place::Sqlite(_) => {
                    verbs.push(format!("REPLACE INTO {table} SELECT * FROM {table}"));
                    verbs.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}"));
                    verbs.push(format!("UPDATE OR REPLACE {table} SET {column} = {column}"));
                }
                Place::Postgres(_) => {
                    verbs.push(format!("TRUNCATE {table}"));
                    // PostgreSQL asks for the columns of the conflict, and refuses before it looks at any trigger.
                    verbs.retain(|verb| !verb.contains("ON CONFLICT"));
                    let key = key(table);
                    verbs.push(format!("INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}"));
                }
            }
            for verb in verbs {
                let refused = execute(&store, &verb).unwrap_err().to_string();
                assert!(refused.contains("rows are only ever added"), "{verb}: {refused}");
            }
        }
        assert_eq!(counts(&store), before);
    }
}

fn key(table: &str) -> &'static str {
    match table {
        "facts" => "area, account, kind, knowledge, leaf",
        "knowledge" | "publications" => "number",
        "documents" | "approvals" => "digest",
        "bodies" => "run, place",
        "checkpoints" => "size",
        "accesses" => "trace",
        "acknowledgements" => "area, account, number",
        "announcements" => "run, number",
        "services" => "run, account, number",
        "objections" => "id",
        "objection_events" => "objection, number",
        "mentions" => "area, account, kind, other",
        _ => "place",
    }
}

#[derive(QueryableByName, Debug, PartialEq, Eq)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

fn counts(store: &Store) -> BTreeMap<&'static str, i64> {
    let count = |table: &'static str| {
        let asked = format!("SELECT count(*) AS number FROM {table}");
        let found: Number = store
            .read(|link| match link {
                Link::Sqlite(it) => Ok::<_, StoreError>(sql_query(asked).get_result(it)?),
                Link::Postgres(it) => Ok(sql_query(asked).get_result(it)?),
            })
            .unwrap();
        (table, found.number)
    };
    TABLES.into_iter().map(count).collect()
}

/// Every connection that the pool may hand out at once is set as it must be, and one whose setting was undone says so.
#[test]
fn every_connection_is_set_as_it_must_be() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&format!("sqlite:{}", dir.path().join("rates.db").display()));
    fn nested(store: &Store, left: usize) {
        store
            .read(|link| {
                link.check_pragmas()?;
                if left > 1 {
                    nested(store, left - 1);
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
    nested(&store, 8);
    let undone = store.read(|link| {
        if let Link::Sqlite(it) = link {
            it.batch_execute("PRAGMA recursive_triggers = OFF")?;
        }
        link.check_pragmas()
    });
    assert!(matches!(undone, Err(StoreError::Broken(_))), "{undone:?}");
}

/// A column as both databases describe it.
#[derive(QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    #[diesel(sql_type = diesel::sql_types::Text)]
    of: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    sort: String,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    key: i64,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    needed: i64,
}

const IN_SQLITE: &str = "SELECT t.name AS of, c.name AS name, lower(c.type) AS sort, c.pk AS key, c.\"notnull\" AS needed \
    FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
const IN_POSTGRES: &str = "SELECT c.table_name::text AS of, c.column_name::text AS name, c.data_type::text AS sort, \
    coalesce((SELECT k.ordinal_position FROM information_schema.key_column_usage k \
        JOIN information_schema.table_constraints t USING (constraint_name, table_name) \
        WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_name = c.table_name AND k.column_name = c.column_name), 0)::bigint AS key, \
    (CASE c.is_nullable WHEN 'NO' THEN 1 ELSE 0 END)::bigint AS needed \
    FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_\\_%'";

/// Both databases have the same tables, columns, types and keys; `schema.rs` is held to them by every query.
#[test]
fn both_databases_have_one_schema() {
    let dir = tempfile::tempdir().unwrap();
    let mut seen: Vec<BTreeSet<Column>> = Vec::new();
    for url in databases(dir.path()) {
        let columns: Vec<Column> = open(&url)
            .read(|link| match link {
                Link::Sqlite(it) => Ok::<_, StoreError>(sql_query(IN_SQLITE).load(it)?),
                Link::Postgres(it) => Ok(sql_query(IN_POSTGRES).load(it)?),
            })
            .unwrap();
        let plain = |mut it: Column| {
            it.sort = it.sort.replace("bytea", "blob");
            it
        };
        seen.push(columns.into_iter().map(plain).collect());
    }
    let tables: BTreeSet<&str> = seen[0].iter().map(|it| it.of.as_str()).collect();
    assert_eq!(tables, TABLES.into_iter().chain(STATES).collect());
    assert!(seen.iter().all(|it| *it == seen[0]), "{seen:#?}");
}

/// Whoever can take the triggers away can change a row, and is found out by the log.
#[test]
fn what_is_changed_past_the_triggers_is_found() {
    let dir = demo();
    let here = dir.path();
    for url in databases(here) {
        done(here, &format!("{RUN} --book demo/book --out demo/again --log {url} {BY}"));
        let first_claim =
            "kind = 'claims' AND leaf = (SELECT leaf FROM facts WHERE kind = 'claims' ORDER BY leaf LIMIT 1)";
        let changes = [
            ("facts", "line", "line || ' '", first_claim, "facts  facts/000001/rows:"),
            (
                "bodies",
                "body",
                "(SELECT body FROM bodies WHERE place = 8)",
                "place = 7",
                "body  runs/990100-2022-07-01/bodies:8",
            ),
            ("entries", "entry", "(SELECT entry FROM entries WHERE place = 1)", "place = 0", "entry  entries:1"),
        ];
        for (table, column, to, only, place) in changes {
            let (code, text) = rate(here, &format!("--lang en verify {url} --no-replay"));
            assert!(!text.contains(place), "{table} before anything was changed in it: {code} {text}");
            let past = match url.split_once(':') {
                Some(("sqlite", _)) => format!("DROP TRIGGER {table}_keep_updated"),
                _ => format!("ALTER TABLE {table} DISABLE TRIGGER USER"),
            };
            let store = open(&url);
            execute(&store, &past).unwrap();
            execute(&store, &format!("UPDATE {table} SET {column} = {to} WHERE {only}")).unwrap();
            drop(store);
            let (code, text) = rate(here, &format!("--lang en verify {url} --no-replay"));
            assert_eq!(code, 1, "{table}: {text}");
            assert!(text.contains(place), "{table}: {text}");
        }
    }
}

/// What rows name is kept beside them, and no entry covers it: what is missing there, and what no row names, is found.
#[test]
fn what_rows_name_is_held_against_the_rows() {
    let dir = demo();
    let here = dir.path();
    for url in databases(here) {
        done(here, &format!("{RUN} --book demo/book --out demo/again --log {url} {BY}"));
        let verify = || rate(here, &format!("--lang en verify {url} --no-replay"));
        let (code, text) = verify();
        assert!(code == 0 && !text.contains("mention"), "{text}");
        let past = match url.split_once(':') {
            Some(("sqlite", _)) => "DROP TRIGGER mentions_keep_deleted",
            _ => "ALTER TABLE mentions DISABLE TRIGGER USER",
        };
        let store = open(&url);
        execute(&store, past).unwrap();
        execute(&store, "DELETE FROM mentions WHERE kind = 'accounts' AND account = '00000001'").unwrap();
        for row in ["'990100', '00000002', 'successions', '00000001'", "'990200', 'x', 'claims', 'y'"] {
            execute(&store, &format!("INSERT INTO mentions VALUES ({row})")).unwrap();
        }
        drop(store);
        let (code, text) = verify();
        let faults: Vec<&str> = text.lines().filter(|line| line.starts_with("mention  ")).collect();
        let what = "what is kept of what rows name is not what they name";
        // The first account of the demonstration has this code.
        let expected = [
            format!("mention  mentions/990100/00000001/accounts:91990100MA00000073: {what} (missing / 缺失)"),
            format!(
                "mention  mentions/990100/00000002/successions:00000001: {what} (no row names it / 没有数据行提及)"
            ),
            format!("mention  mentions/990200/x/claims:y: {what} (no row names it / 没有数据行提及)"),
        ];
        assert_eq!((code, faults), (1, expected.iter().map(String::as_str).collect()), "{text}");
    }
}

/// What no entry names would be signed by the next writer: it is found, and nobody writes beside it.
#[test]
fn what_no_entry_names_is_found_and_never_signed() {
    let dir = demo();
    let here = dir.path();
    let bytes = |url: &str| if url.starts_with("sqlite") { "x'00'" } else { "'\\x00'::bytea" };
    let fact = |url: &str, number: u8| {
        format!("INSERT INTO facts VALUES ('990100', '1', 'claims', {number}, {}, true, 'x')", bytes(url))
    };
    let number = |_: &str| "INSERT INTO knowledge VALUES (2, '2025-01-01T00:00:00.000Z', 9)".to_owned();
    let entry = |url: &str| format!("INSERT INTO entries VALUES (9, {0}, {0})", bytes(url));
    let plants: [&dyn Fn(&str) -> String; 4] = [&|url| fact(url, 0), &|url| fact(url, 2), &number, &entry];
    for plant in plants {
        let apart = tempfile::tempdir().unwrap();
        for url in databases(apart.path()) {
            done(here, &format!("{RUN} --book demo/book --out demo/again --log {url} {BY}"));
            execute(&open(&url), &plant(&url)).unwrap();
            let (code, text) = rate(here, &format!("--lang en verify {url} --no-replay"));
            assert_eq!(code, 1, "{text}");
            let again = format!("{RUN} --book demo/book --out demo/again --log {url} --run-id again {BY}");
            let (code, text) = rate(here, &again);
            assert!(code != 0 && text.contains("the database holds what no store writes"), "{code} {text}");
        }
    }
}

/// One process owns an SQLite file; readers are let in.
#[test]
fn an_sqlite_file_has_one_owner() {
    let dir = tempfile::tempdir().unwrap();
    let place: Place = format!("sqlite:{}", dir.path().join("rates.db").display()).parse().unwrap();
    let store = Store::open(&place).unwrap();
    assert!(matches!(Store::open(&place), Err(StoreError::Owned(_))));
    let reader = Store::open_to_read(&place).unwrap();
    filled(&store);
    assert_eq!(reader.read(|link| link.last_knowledge()).unwrap_or_else(|error: StoreError| panic!("{error}")), 1);
    let written = execute(&reader, "INSERT INTO signers VALUES (9, 'x')");
    assert!(written.is_err(), "a reader writes nothing");
    drop(store);
    assert!(Store::open(&place).is_ok());
    let nowhere: Place = format!("sqlite:{}", dir.path().join("none.db").display()).parse().unwrap();
    assert!(Store::open_to_read(&nowhere).is_err() && !dir.path().join("none.db").exists());
}

/// Sixteen writers, in two processes' worth of stores on PostgreSQL: every number once, none left out.
#[test]
fn knowledge_is_numbered_without_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let first = open(&url);
        let second = url.starts_with("postgres").then(|| open(&url));
        let stores = [&first, second.as_ref().unwrap_or(&first)];
        thread::scope(|scope| {
            for writer in 0..16 {
                let store = stores[writer % 2];
                scope.spawn(move || {
                    for turn in 0..10 {
                        let wrote = store.write(|link| {
                            let number = link.last_knowledge()? + 1;
                            link.add_knowledge(number, "2025-01-01T00:00:00.000Z", number)?;
                            // One in three fails behind its number: the number is given to the next.
                            if (writer + turn) % 3 == 0 { Err(StoreError::Place) } else { Ok(()) }
                        });
                        assert_eq!(wrote.is_err(), (writer + turn) % 3 == 0);
                    }
                });
            }
        });
        let succeeded =
            (0..16).flat_map(|writer| (0..10).map(move |turn| writer + turn)).filter(|it| it % 3 != 0).count();
        let last: i64 = first.read(|link| link.last_knowledge()).unwrap_or_else(|error: StoreError| panic!("{error}"));
        assert_eq!(usize::try_from(last).unwrap(), succeeded);
        assert_eq!(counts(&first)["knowledge"], last);
    }
}
