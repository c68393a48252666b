//! Copies of a store: backups, restored stores, stores that moved; each test from SQLite, and from PostgreSQL where it is
//! installed, to either.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use rate_service::backup::{self, BackupError, Scratch};
use rate_service::logbook::{Fault, FaultKind, LogError, Logbook, Trust, verify};
use rate_service::store::{Place, Store};
use rate_tests::postgres;
use sha2::{Digest as _, Sha256};

use crate::command::{binary, text};
use crate::server::Server;
use crate::stored::{RUN, databases, demo, done, execute, open, rate};

const NOW: &str = "2024-01-01T00:00:00.000Z";
/// Another time of day, another language, other rules of sorting and of large letters; none of them is to matter.
const ELSEWHERE: [(&str, &str); 4] = [
    ("TZ", "Pacific/Kiritimati"),
    ("LC_ALL", "tr_TR.UTF-8"),
    ("LANG", "tr_TR.UTF-8"),
    ("PGOPTIONS", "-c timezone=Asia/Kathmandu -c datestyle=German -c bytea_output=escape"),
];

/// A store with a run of each of two settings, a key that followed another, and people with keys.
struct Kept {
    url: String,
    admin: String,
    /// What `rate log show` says.
    shown: String,
    /// What collectors are answered.
    rates: String,
}

fn key_of(here: &Path, url: &str) -> PathBuf {
    url.strip_prefix("sqlite:").map_or_else(|| here.join("log.key"), |file| format!("{file}.key").into())
}

/// A server over a database, with its key where it is looked for.
fn serve(here: &Path, url: &str, more: &[(&str, &str)]) -> Server {
    let key = here.join("log.key").display().to_string();
    let environment: Vec<(&str, &str)> =
        [("RATE_LOG_KEY", key.as_str())].into_iter().chain(more.iter().copied()).collect();
    Server::over(here, url, &environment)
}

fn rates(server: &Server, admin: &str) -> String {
    let billing = server.nobody().with(admin).makes("billing", "990100");
    let snapshot = billing.get("/v1/areas/990100/rate-snapshot?on=2023-08-01");
    assert_eq!(snapshot.status, 200, "{}", snapshot.text());
    let text = snapshot.text();
    assert!(text.lines().count() > 150 && text.contains("\"end\":true"), "{text}");
    text
}

fn publish(here: &Path, url: &str, run: &str, at: &str) {
    let by = format!("--author clerk --approver head --recorded-at {at}");
    done(here, &format!("{run} --book demo/book --log {url} {by}"));
}

fn kept(here: &Path, url: &str) -> Kept {
    publish(here, url, &format!("{RUN} --out demo/first"), "2022-06-20T01:00:00Z");
    let second = RUN.replace("2022-07-01", "2023-07-01");
    publish(here, url, &format!("{second} --previous demo/first --out demo/second"), "2023-06-20T01:00:00Z");
    done(here, &format!("log rotate {url} --recorded-at 2023-06-21T01:00:00Z"));
    let server = serve(here, url, &[]);
    let admin = server.admin.clone().unwrap();
    let rates = rates(&server, &admin);
    assert!(server.stop());
    Kept { url: url.to_owned(), admin, shown: done(here, &format!("log show {url}")), rates }
}

/// Places that nothing is in yet: one of each kind, and on PostgreSQL one that sorts by a language.
fn empty(here: &Path, name: &str) -> Vec<String> {
    let sqlite = format!("sqlite:{}", here.join(format!("{name}.db")).display());
    let by_language = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'zh'";
    let made = postgres::server().into_iter().flat_map(|it| [it.database(), it.database_by(by_language)]);
    std::iter::once(sqlite).chain(made).collect()
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let paths = fs::read_dir(dir).unwrap().map(|it| it.unwrap().path());
    paths.map(|it| (it.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(it).unwrap())).collect()
}

/// The rows of a backup, without what says when it was taken.
fn rows(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    files(dir).into_iter().filter(|(name, _)| name.ends_with(".ndjson")).collect()
}

fn backed_up(here: &Path, url: &str, name: &str) -> PathBuf {
    let said = done(here, &format!("--lang en backup --store {url} --to {name}"));
    assert!(said.contains("nothing is amiss\nThe private key that signs the log is not in the backup"), "{said}");
    here.join(name)
}

/// Nothing of a store changed on the way: its log, its roots, every row, what collectors are answered with the keys they
/// have; and it goes on where it stood.
fn assert_same(here: &Path, kept: &Kept, url: &str, backup: &Path) {
    let again = format!("again-{}", Sha256::digest(url).iter().map(|it| format!("{it:02x}")).collect::<String>());
    let again = backed_up(here, url, &again);
    assert!(rows(&again) == rows(backup), "{url} is not {} row for row", kept.url);
    assert_eq!(done(here, &format!("log show {url}")), kept.shown, "{url}");
    let verified = done(here, &format!("--lang en verify {url}"));
    assert!(verified.ends_with("nothing is amiss\n") && !verified.contains("decided 0 again"), "{verified}");
    let (from, to) = (key_of(here, &kept.url), key_of(here, url));
    if from != to {
        fs::copy(from, to).unwrap();
    }
    let server = serve(here, url, &ELSEWHERE);
    assert!(server.admin.is_none(), "there are keys already");
    assert_eq!(rates(&server, &kept.admin), kept.rates, "{url}");
    assert!(server.stop());
    let elsewhere = rate_in(here, &format!("--lang en verify {url}"), &ELSEWHERE);
    assert!(elsewhere.ends_with("nothing is amiss\n"), "{elsewhere}");
    let on = format!("{RUN} --out demo/on --run-id on --supersedes 990100-2022-07-01");
    publish(here, url, &on, "2023-07-01T00:00:00Z");
    let verified = done(here, &format!("--lang en verify {url} --no-replay"));
    assert!(verified.ends_with("nothing is amiss\n"), "{verified}");
}

fn rate_in(here: &Path, arguments: &str, environment: &[(&str, &str)]) -> String {
    let mut command = Command::new(binary());
    command.args(arguments.split(' ')).current_dir(here).envs(environment.iter().copied());
    text(&command.output().unwrap().stdout)
}

/// Whatever a database is restored to, and wherever it is read, it is the one that was backed up.
#[test]
fn a_store_that_is_restored_is_the_one_that_was_backed_up() {
    for number in 0..databases(demo().path()).len() {
        let dir = demo();
        let here = dir.path();
        let kept = kept(here, &databases(here)[number]);
        let backup = backed_up(here, &kept.url, "backup");
        let said = rate_in(here, "--lang en verify backup", &ELSEWHERE);
        assert!(said.ends_with("nothing is amiss\n") && !said.contains("decided 0 again"), "{said}");
        let sum = Sha256::digest(fs::read(backup.join("backup.json")).unwrap());
        let sum: String = sum.iter().map(|it| format!("{it:02x}")).collect();
        assert!(said.contains(&format!("digest of its manifest {sum}")), "{said}");
        let key = fs::read_to_string(key_of(here, &kept.url)).unwrap();
        let secrets = [key.trim(), kept.admin.as_str()];
        for (name, bytes) in files(&backup) {
            let held = String::from_utf8_lossy(&bytes).into_owned();
            assert!(secrets.iter().all(|secret| !held.contains(secret)), "{name} holds a secret");
        }
        for (url, place) in empty(here, "restored").iter().zip(0..) {
            let checkpoint = here.join("checkpoint");
            let note = kept.shown.split_once("\n\n").unwrap().1;
            fs::write(&checkpoint, note.split_inclusive('\n').filter(|it| !it.starts_with("公钥")).collect::<String>())
                .unwrap();
            let said = done(here, &format!("--lang en restore --from backup --store {url} --checkpoint checkpoint"));
            assert!(said.contains("nothing is amiss\nThe newest checkpoint; compare it"), "{said}");
            assert!(said.contains(&fs::read_to_string(&checkpoint).unwrap()), "{said}");
            assert!(!said.contains("host="), "no URL is told whole: {said}");
            if place < 2 {
                assert_same(here, &kept, url, &backup);
            } else {
                assert!(rows(&backed_up(here, url, "otherwise")) == rows(&backup), "{url} sorts otherwise");
            }
        }
    }
}

/// A store that moves from either database to either is the same, row for row.
#[test]
fn a_store_that_moves_is_the_same() {
    for number in 0..databases(demo().path()).len() {
        let dir = demo();
        let here = dir.path();
        let kept = kept(here, &databases(here)[number]);
        let backup = backed_up(here, &kept.url, "backup");
        for url in empty(here, "moved").iter().take(2) {
            let said = done(here, &format!("--lang en migrate-store --from {} --to {url}", kept.url));
            assert!(said.contains("nothing is amiss\n") && said.starts_with("Moved from "), "{said}");
            assert_same(here, &kept, url, &backup);
        }
    }
}

/// What a database does to its own files is nothing that was done to the log.
#[test]
fn a_database_that_was_packed_is_the_same() {
    for number in 0..databases(demo().path()).len() {
        let dir = demo();
        let here = dir.path();
        let kept = kept(here, &databases(here)[number]);
        let backup = backed_up(here, &kept.url, "backup");
        match kept.url.strip_prefix("sqlite:") {
            Some(file) => SqliteConnection::establish(file).unwrap().batch_execute("VACUUM").unwrap(),
            None => PgConnection::establish(&kept.url).unwrap().batch_execute("VACUUM FULL").unwrap(),
        }
        assert_same(here, &kept, &kept.url, &backup);
    }
}

/// A database with one published run, and its log to be written to from here.
fn published(here: &Path, url: &str) -> Logbook {
    publish(here, url, &format!("{RUN} --out demo/first"), "2022-06-20T01:00:00Z");
    Logbook::keyed(Arc::new(open(url)), "rate-log", &key_of(here, url)).unwrap()
}

/// Adds a row that nobody has had before: facts, a number, an entry and a checkpoint, or none of them.
fn one_more(book: &Logbook, number: u64) {
    let added = book.record("2023-01-01T00:00:00.000Z", &mut |recording| {
        let line = format!("990100,x{number:06},2022-01,2022-12,100,100");
        let row = recording.row("990100", &format!("x{number:06}"), "premiums", &line, true);
        recording.add(vec![row])
    });
    added.unwrap_or_else(|error: LogError| panic!("{error}"));
}

fn place(url: &str) -> Place {
    url.parse().unwrap()
}

fn faults<T: std::fmt::Debug>(ended: Result<T, BackupError>) -> Vec<Fault> {
    match ended {
        Err(BackupError::Faults(faults)) => faults,
        other => panic!("{other:?}"),
    }
}

/// What is committed while a backup is taken is in it whole or not at all: here not, since the backup began before.
#[test]
fn a_backup_is_one_state_while_others_write() {
    let dir = demo();
    let here = dir.path();
    for (url, name) in databases(here).iter().zip(["one", "two"]) {
        let book = published(here, url);
        let reader = Store::open_to_read(&place(url)).unwrap();
        let before = book.view().unwrap().entries.len();
        let (mut number, to) = (0, here.join(name));
        // Between tables, and while rows of one are read: entries come before facts, facts before knowledge numbers.
        let taken = backup::take(&reader, &to, NOW, &mut |done, _| {
            if done % 200 == 1 && number < 30 {
                number += 1;
                one_more(&book, number);
            }
        });
        let taken = taken.unwrap();
        let after = book.view().unwrap().entries.len();
        assert_eq!(u64::try_from(after - before).unwrap(), number);
        assert!(number > 10, "{number} were committed meanwhile");
        let entries = taken.tables.iter().find(|it| it.name == "entries").unwrap();
        assert_eq!(entries.rows, u64::try_from(before).unwrap());
        let scratch = Scratch::of(&to, &mut |_, _| ()).unwrap();
        assert_eq!(verify(&scratch.log(), &Trust::default()).faults, Vec::new());
        // The next one has all of it.
        let next = backup::take(&reader, &here.join(format!("{name}-next")), NOW, &mut |_, _| ()).unwrap();
        assert_eq!(next.rows(), taken.rows() + 4 * number, "a fact, a number, an entry and a checkpoint each");
    }
}

/// Whoever moves a store that is written to leaves something behind: it is said, and nothing is kept.
#[test]
fn a_store_that_is_written_to_is_not_moved() {
    let dir = demo();
    let here = dir.path();
    for (url, name) in databases(here).iter().zip(["one", "two"]) {
        let book = published(here, url);
        let from = Store::open_to_read(&place(url)).unwrap();
        for to in empty(here, name).iter().take(2) {
            let mut wrote = 0;
            let moved = backup::move_store(&from, &place(to), &mut |_, _| {
                wrote += 1;
                if wrote == 1 {
                    one_more(&book, u64::try_from(to.len()).unwrap());
                }
            });
            let faults = faults(moved);
            assert_eq!((faults.len(), faults[0].kind), (1, FaultKind::Moving), "{faults:?}");
            let moved = backup::move_store(&from, &place(to), &mut |_, _| ()).unwrap();
            assert!(moved.has_log && moved.rows > 0, "the target was left without a row");
        }
    }
}

/// Every file of a backup is held to its bytes: one that was changed, cut off, taken away or put there is named.
#[test]
fn a_backup_that_was_touched_is_refused() {
    let dir = demo();
    let here = dir.path();
    let url = &databases(here)[0];
    drop(published(here, url));
    let backup = backed_up(here, url, "backup");
    let checked = || backup::checked(&backup, &mut |_, _| ());
    let checks = |name: &str, what: &str| {
        let faults = faults(checked());
        let place = if name == "backup.sha256" && what != "missing" { "backup.json" } else { name };
        assert_eq!(
            (faults.len(), faults[0].kind, faults[0].place.as_str()),
            (1, FaultKind::Backup, place),
            "{faults:?}"
        );
        assert!(faults[0].detail.contains(what), "{name}: {faults:?}");
    };
    let of_manifest = |name: &str| name.starts_with("backup.");
    let all = files(&backup);
    assert!(all.len() > 30 && all.values().filter(|it| !it.is_empty()).count() > 8);
    for (name, bytes) in &all {
        let path = backup.join(name);
        if !bytes.is_empty() {
            for at in [0, bytes.len() / 2, bytes.len() - 1] {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1;
                fs::write(&path, &flipped).unwrap();
                checks(name, if of_manifest(name) { "not of the digest" } else { "changed" });
            }
            fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
            checks(name, if of_manifest(name) { "not of the digest" } else { "cut off" });
        }
        fs::remove_file(&path).unwrap();
        checks(name, "missing");
        fs::write(&path, bytes).unwrap();
    }
    fs::write(backup.join("more.ndjson"), "").unwrap();
    checks("more.ndjson", "no part of the backup");
    fs::remove_file(backup.join("more.ndjson")).unwrap();
    checked().unwrap();
    // All of it at once, and by each command.
    fs::write(backup.join("facts.ndjson"), &all["facts.ndjson"][..100]).unwrap();
    fs::remove_file(backup.join("bodies.ndjson")).unwrap();
    for command in ["--lang en verify backup", "--lang en restore --from backup --store sqlite:new.db"] {
        let (code, text) = rate(here, command);
        assert_eq!(code, 1, "{command}: {text}");
        assert!(
            text.contains("backup  facts.ndjson: the file of the backup is not as it was written (cut off"),
            "{text}"
        );
        assert!(
            text.contains("backup  bodies.ndjson: the file of the backup is not as it was written (missing"),
            "{text}"
        );
    }
    assert!(!here.join("new.db").exists());
    fs::remove_file(backup.join("backup.json")).unwrap();
    let (code, text) = rate(here, "--lang en verify backup");
    assert!(code == 1 && text.contains("backup  backup.json: ") && text.contains("missing"), "{text}");
}

/// Whoever changes a row and every digest over it is found out by the log, before anything is filled.
#[test]
fn a_backup_that_was_forged_whole_is_refused() {
    let dir = demo();
    let here = dir.path();
    let url = &databases(here)[0];
    drop(published(here, url));
    let backup = backed_up(here, url, "backup");
    let facts = fs::read_to_string(backup.join("facts.ndjson")).unwrap();
    let forged = facts.replacen(",recognised,", ",revoked,", 1);
    assert_ne!(forged, facts);
    let hex = |text: &str| Sha256::digest(text).iter().map(|it| format!("{it:02x}")).collect::<String>();
    let mut manifest = fs::read_to_string(backup.join("backup.json")).unwrap();
    manifest = manifest.replace(&hex(&facts), &hex(&forged));
    manifest = manifest.replace(&format!("\"bytes\": {}", facts.len()), &format!("\"bytes\": {}", forged.len()));
    fs::write(backup.join("facts.ndjson"), forged).unwrap();
    fs::write(backup.join("backup.sha256"), format!("{}  backup.json\n", hex(&manifest))).unwrap();
    fs::write(backup.join("backup.json"), manifest).unwrap();
    backup::checked(&backup, &mut |_, _| ()).unwrap();
    for command in ["--lang en verify backup", "--lang en restore --from backup --store sqlite:new.db"] {
        let (code, text) = rate(here, command);
        assert!(code == 1 && text.contains("facts  facts/000001/rows:"), "{command}: {text}");
    }
    assert!(!here.join("new.db").exists());
}

/// A backup whose manifest was written anew says nothing that its rows do not bear out: whoever restores it compares the
/// checkpoint that is named with the one kept elsewhere. Nor does it lead elsewhere, or keep anybody waiting.
#[test]
fn a_manifest_that_was_forged_is_refused() {
    let dir = demo();
    let here = dir.path();
    let url = &databases(here)[0];
    drop(published(here, url));
    let backup = backed_up(here, url, "backup");
    let hex = |text: &str| Sha256::digest(text).iter().map(|it| format!("{it:02x}")).collect::<String>();
    let manifest = fs::read_to_string(backup.join("backup.json")).unwrap();
    let forge = |text: &str| {
        fs::write(backup.join("backup.json"), text).unwrap();
        fs::write(backup.join("backup.sha256"), format!("{}  backup.json\n", hex(text))).unwrap();
    };
    let refused = |place: &str, what: &str| {
        for command in ["--lang en verify backup", "--lang en restore --from backup --store sqlite:new.db"] {
            let (code, text) = rate(here, command);
            let named = text.lines().any(|it| it.contains(&format!("backup  {place}")) && it.contains(what));
            assert!(code == 1 && named, "{command}: {code} {text}");
        }
        assert!(!here.join("new.db").exists());
    };
    let line = manifest.lines().find(|it| it.starts_with("  \"checkpoint\": ")).unwrap();
    for other in ["  \"checkpoint\": null,", "  \"checkpoint\": \"rate\\n9\\n\","] {
        forge(&manifest.replace(line, other));
        refused("backup.json", "another checkpoint");
    }
    let rows = manifest.lines().filter(|it| it.trim_start().starts_with("\"rows\": ")).collect::<Vec<_>>();
    let many =
        rows.iter().fold(manifest.clone(), |text, it| text.replace(*it, &format!("      \"rows\": {},", u64::MAX)));
    assert_ne!(many, manifest);
    forge(&many);
    refused("facts.ndjson", "changed");
    forge(&manifest);

    let facts = backup.join("facts.ndjson");
    fs::rename(&facts, here.join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(here.join("elsewhere"), &facts).unwrap();
    refused("facts.ndjson", "not a file of its own");
    fs::remove_file(&facts).unwrap();
    assert!(Command::new("mkfifo").arg(&facts).status().unwrap().success());
    refused("facts.ndjson", "not a file of its own");
    fs::remove_file(&facts).unwrap();
    fs::rename(here.join("elsewhere"), &facts).unwrap();
    assert!(done(here, "--lang en verify backup --no-replay").ends_with("nothing is amiss\n"));
}

/// What holds personal data is its owner's alone, whatever the umask: a store, and the database that a backup is read into.
#[test]
fn a_store_and_what_a_backup_is_read_into_are_their_owners_alone() {
    let dir = demo();
    let here = dir.path();
    drop(published(here, &databases(here)[0]));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let backup = backed_up(here, &databases(here)[0], "backup");
    done(here, "restore --from backup --store sqlite:new.db");
    assert_eq!(mode(&here.join("new.db")), 0o600);
    let scratch = Scratch::of(&backup, &mut |_, _| ()).unwrap();
    let log = scratch.log();
    let file = Path::new(log.to_str().unwrap().strip_prefix("sqlite:").unwrap());
    assert_eq!((mode(file), mode(file.parent().unwrap())), (0o600, 0o700));
}

/// A store that holds anything is never filled, and stays as it is; one that could not be filled has no row.
#[test]
fn only_an_empty_store_is_filled() {
    let dir = demo();
    let here = dir.path();
    for (url, name) in databases(here).iter().zip(["one", "two"]) {
        let book = published(here, url);
        let reader = Store::open_to_read(&place(url)).unwrap();
        let whole = here.join(name);
        backup::take(&reader, &whole, NOW, &mut |_, _| ()).unwrap();
        drop((book, reader));
        let (code, text) = rate(here, &format!("--lang en restore --from {name} --store {url}"));
        assert!(code == 1 && text.contains("occupied  bodies: the database to be filled is not empty"), "{text}");
        let (code, text) = rate(here, &format!("--lang en migrate-store --from {url} --to {url}"));
        assert!(code == 1 && text.contains("occupied  bodies: "), "{text}");
        let (code, text) = rate(here, &format!("--lang en backup --store {url} --to {name}"));
        assert!(code == 1 && text.contains("not empty; a backup has a directory of its own"), "{text}");
        let again = backed_up(here, url, &format!("{name}-again"));
        assert!(rows(&again) == rows(&whole));
        // A table that changes after it was checked, the last one that is read: everything before it is taken back.
        let signers = whole.join("signers.ndjson");
        let (kept, manifest) = (fs::read(&signers).unwrap(), backup::checked(&whole, &mut |_, _| ()).unwrap());
        for target in empty(here, &format!("{name}-filled")).iter().take(2) {
            for wrong in
                [String::new(), "[0]\n".to_owned(), String::from_utf8(kept.clone()).unwrap().replacen("+", "-", 1)]
            {
                fs::write(&signers, wrong).unwrap();
                let faults = faults(backup::restore(&whole, &manifest, &place(target), &mut |_, _| ()));
                assert!(
                    faults[0].kind == FaultKind::Backup && faults[0].place.starts_with("signers.ndjson"),
                    "{faults:?}"
                );
            }
            fs::write(&signers, &kept).unwrap();
            backup::restore(&whole, &manifest, &place(target), &mut |_, _| ()).unwrap();
        }
    }
}

/// A state row alone is enough; and a text that PostgreSQL cannot keep is said.
#[test]
fn what_cannot_be_filled_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let urls = databases(here);
    for url in &urls {
        let store = open(url);
        execute(&store, "INSERT INTO import_accounts VALUES ('i', 0, 'a')").unwrap();
    }
    let said = done(here, &format!("--lang en backup --store {} --to backup", urls[0]));
    assert!(said.contains("no log: rows and digests alone were held"), "{said}");
    for url in &urls {
        let (code, text) = rate(here, &format!("--lang en restore --from backup --store {url}"));
        assert!(code == 1 && text.contains("occupied  import_accounts: "), "{text}");
    }
    let Some(server) = postgres::server() else { return };
    execute(&open(&urls[0]), "INSERT INTO import_accounts VALUES ('i', 0, 'a' || char(0) || 'b')").unwrap();
    let (code, text) = rate(here, &format!("--lang en migrate-store --from {} --to {}", urls[0], server.database()));
    assert!(code == 3 && text.contains("a text with a NUL, which PostgreSQL does not keep"), "{code} {text}");
}

/// A backup of another form, of later tables, or none: refused for what it is.
#[test]
fn a_backup_of_a_later_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    drop(open(&databases(here)[0]));
    done(here, "backup --store sqlite:rates.db --to backup");
    let path = here.join("backup/backup.json");
    let text = fs::read_to_string(&path).unwrap();
    let hex = |text: &str| Sha256::digest(text).iter().map(|it| format!("{it:02x}")).collect::<String>();
    let first = "\"20261130000001\"";
    assert!(text.contains(first), "{text}");
    let later = text.replacen(first, "\"20261130000001\",\n    \"29991231000001\"", 1);
    let other = text.replacen("rate-backup/1", "rate-backup/2", 1);
    for (text, said) in [(later, "made by a later version (29991231000001)"), (other, "not of the form rate-backup/1")]
    {
        fs::write(here.join("backup/backup.sha256"), format!("{}  backup.json\n", hex(&text))).unwrap();
        fs::write(&path, text).unwrap();
        let (code, text) = rate(here, "--lang en restore --from backup --store sqlite:new.db");
        assert!(code != 0 && text.contains(said), "{text}");
    }
    let (code, text) = rate(here, "--lang en restore --from nowhere --store sqlite:new.db");
    assert!(code == 1 && text.contains("backup  backup.json: ") && text.contains("missing"), "{text}");
    let (code, text) = rate(here, "--lang en backup --store rates.db --to more");
    assert!(code == 2 && text.contains("a database is `sqlite:FILE`"), "{text}");
}
