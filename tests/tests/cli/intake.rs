//! Imports as a library: what comes in, what is refused, and what a worker leaves that stops anywhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rate_core::input::book::TableKind;
use rate_core::log::Digest;
use rate_service::book::{Encoding, Plan, generate};
use rate_service::intake::{
    self, Form, IntakeError, Keep, Mode, Opening, Part, Progress, State, begin_part, complete_part, receive,
};
use rate_service::logbook::Logbook;
use rate_service::store::{FactRow, Store, StoreError};

use crate::command::rate_ok;
use crate::stored::{databases, done};

pub(crate) const AREA: &str = "990100";
/// A lease that no test outlives, in milliseconds.
pub(crate) const LEASE: i64 = 600_000;
pub(crate) const NOW: &str = "2022-06-20T01:00:00.000Z";
const RUN: &str = "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01";

/// A store with its log, opened as a service opens it.
pub(crate) struct Service {
    pub(crate) store: Arc<Store>,
    pub(crate) log: Logbook,
}

impl Service {
    pub(crate) fn open(url: &str, here: &Path) -> Self {
        let store = Arc::new(Store::open(&url.parse().unwrap()).unwrap());
        let log = Logbook::keyed(Arc::clone(&store), "log", &key(url, here)).unwrap();
        Self { store, log }
    }

    pub(crate) fn work(&self) -> Result<bool, IntakeError> {
        intake::work(&self.store, &self.log, ("one", LEASE), &|| NOW.to_owned())
    }

    pub(crate) fn worked_off(&self, id: &str) -> Progress {
        while self.work().unwrap() {}
        self.progress(id)
    }

    pub(crate) fn progress(&self, id: &str) -> Progress {
        intake::progress(&self.store, id).unwrap()
    }

    pub(crate) fn opened(&self, id: &str, mode: Mode, keep: Keep, dry_run: bool) {
        let (id, area, author) = (id.to_owned(), AREA.to_owned(), "clerk".to_owned());
        let opening = Opening { id, area, mode, keep, dry_run, author, opened_at: NOW.to_owned() };
        intake::open(&self.store, &opening).unwrap();
        // Asked again it is the same one.
        intake::open(&self.store, &opening).unwrap();
    }

    pub(crate) fn sent(&self, id: &str, number: i64, form: Form, kind: Option<TableKind>, name: &str, bytes: &[u8]) {
        let part = part(number, form, kind, name);
        assert_eq!(begin_part(&self.store, id, &part).unwrap(), 0);
        for (turn, piece) in bytes.chunks(70_000).enumerate() {
            receive(&self.store, id, number, u64::try_from(turn * 70_000).unwrap(), piece).unwrap();
        }
        complete_part(&self.store, id, number, &Digest::of(bytes).to_string()).unwrap();
    }

    /// An import of CSV files, worked off.
    pub(crate) fn tables(&self, id: &str, mode: Mode, keep: Keep, tables: &[(TableKind, String)]) -> Progress {
        self.opened(id, mode, keep, false);
        for ((kind, text), number) in tables.iter().zip(1..) {
            self.sent(id, number, Form::Csv, Some(*kind), "file.csv", text.as_bytes());
        }
        intake::close(&self.store, id, NOW).unwrap();
        self.worked_off(id)
    }

    /// The same, of lines of JSON.
    pub(crate) fn lines(&self, id: &str, mode: Mode, keep: Keep, lines: &str) -> Progress {
        self.opened(id, mode, keep, false);
        self.sent(id, 1, Form::Ndjson, None, "rows.ndjson", lines.as_bytes());
        intake::close(&self.store, id, NOW).unwrap();
        self.worked_off(id)
    }

    /// What stands, as tables and lines.
    pub(crate) fn standing(&self) -> Vec<(String, String)> {
        let rows: Vec<FactRow> = self
            .store
            .read(|link| {
                let known = link.last_knowledge()?;
                link.standing(&[AREA.to_owned()], known)
            })
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
        let mut rows: Vec<(String, String)> = rows.into_iter().map(|row| (row.kind, row.line)).collect();
        rows.sort();
        rows
    }

    /// Code, account, part and place of every problem.
    pub(crate) fn problems(&self, id: &str) -> Vec<String> {
        let listed = intake::problems(&self.store, id, 0, 1000).unwrap();
        listed.iter().map(|it| format!("{} {} {}:{} {}", it.code, it.account, it.part, it.place, it.field)).collect()
    }
}

pub(crate) fn key(url: &str, here: &Path) -> PathBuf {
    url.strip_prefix("sqlite:").map_or_else(|| here.join("log.key"), |file| PathBuf::from(format!("{file}.key")))
}

pub(crate) fn part(number: i64, form: Form, kind: Option<TableKind>, name: &str) -> Part {
    Part { number, name: name.to_owned(), kind, form, encoding: Encoding::Auto, mapping: None, list: None }
}

fn accounts(numbers: &[&str]) -> (TableKind, String) {
    let rows: String = numbers.iter().map(|number| format!("{AREA},{number},employer\n")).collect();
    (TableKind::Accounts, format!("area,account,kind\n{rows}"))
}

fn coverage(numbers: &[&str]) -> (TableKind, String) {
    let rows: String = numbers.iter().map(|number| format!("{AREA},{number},2018-01,insured\n")).collect();
    (TableKind::Coverage, format!("area,account,from,state\n{rows}"))
}

/// Each test on each database, in a directory of its own.
pub(crate) fn each(test: impl Fn(&Service, &str, &Path)) {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        test(&Service::open(&url, dir.path()), &url, dir.path());
    }
}

/// A whole book sent as files is what a run publishes of it: the same facts, the same rates, a log that holds.
#[test]
fn an_imported_book_is_the_book() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    // The demonstration has a row that is wrong on purpose.
    let plan = Plan { accounts: 200, ..Plan::default() };
    generate(&plan, &here.join("demo/book"), &mut |_, _| {}).unwrap();
    let by = "--author clerk --approver head --recorded-at 2022-06-20T09:00:00+08:00";
    rate_ok(here, &format!("{RUN} --book demo/book --out demo/files --log log {by}"));
    let directory = rate_ok(here, "log show log");
    for url in databases(here) {
        let service = Service::open(&url, here);
        service.opened("all", Mode::Replace, Keep::AllOrNothing, false);
        let mut rows = 0;
        for (kind, number) in TableKind::ALL.iter().zip(1..) {
            let bytes = fs::read(here.join(format!("demo/book/{}.csv", kind.stem()))).unwrap();
            rows += bytes.iter().filter(|byte| **byte == b'\n').count() - 1;
            service.sent("all", number, Form::Csv, None, &format!("{}.csv", kind.stem()), &bytes);
        }
        intake::close(&service.store, "all", NOW).unwrap();
        let progress = service.worked_off("all");
        assert_eq!(progress.state, State::Committed, "{:?}", service.problems("all"));
        assert_eq!((progress.accounts, progress.number), (200, Some(1)));
        assert_eq!(progress.rows, u64::try_from(rows).unwrap());
        let totals = intake::totals(&service.store, "all").unwrap();
        assert_eq!(totals[&("accounts".to_owned(), String::new())], 200);
        assert!(totals[&("premiums".to_owned(), "paid_fen".to_owned())] > 0);
        drop(service);
        let verified = done(here, &format!("--lang en verify {url}"));
        assert!(verified.ends_with("nothing is amiss\n"), "{verified}");
        // A run over the same book finds nothing new, and its root is that of the log in a directory.
        done(here, &format!("{RUN} --book demo/book --out demo/again --log {url} {by}"));
        let shown = done(here, &format!("--lang en log show {url}"));
        assert_eq!(shown.lines().filter(|line| line.contains("  facts  ")).count(), 1, "{shown}");
        let root = |shown: &str| {
            let line = shown.lines().find(|line| line.contains(" 990100-2022-07-01 ")).unwrap();
            line.split(" root ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
        };
        assert_eq!(root(&shown), root(&directory));
        let rates = |of: &str| fs::read(here.join("demo").join(of).join("rates.csv")).unwrap();
        assert_eq!(rates("again"), rates("files"));
        let replayed = done(here, &format!("--lang en replay --log {url} --run 990100-2022-07-01"));
        assert!(replayed.contains(" identical, byte for byte"), "{replayed}");
        // Sent again, it is no news.
        let service = Service::open(&url, here);
        let text = fs::read_to_string(here.join("demo/book/accounts.csv")).unwrap();
        let again = service.tables("again", Mode::Add, Keep::AllOrNothing, &[(TableKind::Accounts, text)]);
        assert_eq!((again.state, again.number), (State::Committed, Some(1)));
    }
}

/// What came in a table takes the place of what stood in it; other tables, and other modes, leave it.
#[test]
fn tables_are_replaced_and_rows_are_added() {
    each(|service, _, _| {
        let first =
            service.tables("1", Mode::Replace, Keep::AllOrNothing, &[accounts(&["1", "2"]), coverage(&["1", "2"])]);
        assert_eq!((first.state, first.number), (State::Committed, Some(1)), "{:?}", service.problems("1"));
        let row = |table: &str, line: &str| (table.to_owned(), line.to_owned());
        let both = [
            row("accounts", "990100,1,,,,employer"),
            row("accounts", "990100,2,,,,employer"),
            row("coverage", "990100,1,2018-01,,insured"),
            row("coverage", "990100,2,2018-01,,insured"),
        ];
        assert_eq!(service.standing(), both);
        // Coverage alone came: the accounts stay, the coverage of 2 goes.
        let second = service.tables("2", Mode::Replace, Keep::AllOrNothing, &[coverage(&["1"])]);
        assert_eq!(second.number, Some(2), "{:?}", service.problems("2"));
        assert_eq!(service.standing(), [both[0].clone(), both[1].clone(), both[2].clone()]);
        // Beside what stands: a new account, a row that stands already, and one that is taken back.
        let lines = r#"{"table":"accounts","row":{"area":"990100","account":"3","kind":"employer"}}
{"table":"accounts","row":{"area":"990100","account":"1","kind":"employer","name":null}}
{"table":"coverage","row":{"area":"990100","account":"1","from":"2018-01","state":"insured"},"withdraw":true}
"#;
        let third = service.lines("3", Mode::Add, Keep::AllOrNothing, lines);
        assert_eq!(third.number, Some(3), "{:?}", service.problems("3"));
        assert_eq!(service.standing(), [both[0].clone(), both[1].clone(), row("accounts", "990100,3,,,,employer")]);
        // Taken back once more, it does not stand.
        let fourth = service.lines("4", Mode::Add, Keep::AllOrNothing, lines.lines().last().unwrap());
        assert_eq!(fourth.state, State::Refused);
        assert_eq!(service.problems("4"), ["rows.not-standing 1 1:1 "]);
        // What is about the area.
        let fund =
            (TableKind::Fund, "area,month,income_fen,benefits_fen,balance_fen\n990100,2020-01,1,2,3\n".to_owned());
        let fifth = service.tables("5", Mode::Replace, Keep::AllOrNothing, &[fund]);
        assert_eq!(fifth.number, Some(4), "{:?}", service.problems("5"));
        assert!(service.standing().contains(&row("fund", "990100,2020-01,1,2,3")));
    });
}

/// Nothing comes in where anything is wrong; or everybody but those with something wrong, and whoever stands on them.
#[test]
fn what_is_wrong_is_left_out_or_leaves_all_out() {
    let claims = "area,account,claim,person,article,accident,recognised,status,arrangement,using_unit\n\
        990100,3,C1,p,A14-1,2020-03-01,2020-04-01,recognised,dispatch,2\n";
    let successions = "area,account,predecessor,kind,on,share_percent\n990100,4,2,merger,2021-01-01,100\n";
    let tables = [
        accounts(&["1", "2", "3", "4", "5"]),
        (
            TableKind::Coverage,
            "area,account,from,state\n990100,1,2018-01,insured\n990100,2,2018-13,insured\n".to_owned(),
        ),
        (TableKind::Claims, claims.to_owned()),
        (TableKind::Successions, successions.to_owned()),
    ];
    each(|service, url, here| {
        let all = service.tables("all", Mode::Replace, Keep::AllOrNothing, &tables);
        // The wrong month of 2, and that 4 has it as its predecessor.
        assert_eq!(service.problems("all"), ["rows.date 2 2:3 from", "rows.predecessor 4 4:2 predecessor"]);
        assert_eq!((all.state, all.problems, all.number), (State::Refused, 2, None));
        assert_eq!(service.standing(), []);
        let good = service.tables("good", Mode::Replace, Keep::KeepTheGood, &tables);
        assert_eq!((good.state, good.number), (State::Committed, Some(1)));
        // Without 2 the claim of 3 names nobody: found in a second round.
        assert_eq!(
            service.problems("good"),
            ["rows.date 2 2:3 from", "rows.predecessor 4 4:2 predecessor", "rows.unknown-account 3 3:2 using_unit"]
        );
        let standing: Vec<String> = service.standing().into_iter().map(|(_, line)| line).collect();
        assert_eq!(standing, ["990100,1,,,,employer", "990100,5,,,,employer", "990100,1,2018-01,,insured"]);
        assert!(done(here, &format!("log show {url}")).contains("(accounts +2 -0, coverage +1 -0)"));
    });
}

/// An account that stands, and is right only without what comes in, keeps that from coming in.
#[test]
fn what_stands_is_not_made_wrong() {
    each(|service, _, _| {
        let successions = "area,account,predecessor,kind,on,share_percent\n990100,2,1,merger,2021-01-01,100\n";
        let first = service.tables(
            "1",
            Mode::Replace,
            Keep::AllOrNothing,
            &[accounts(&["1", "2", "3"]), (TableKind::Successions, successions.to_owned())],
        );
        assert_eq!(first.number, Some(1), "{:?}", service.problems("1"));
        let before = service.standing();
        let lines = r#"{"table":"accounts","row":{"area":"990100","account":"1","kind":"employer"},"withdraw":true}
{"table":"coverage","row":{"area":"990100","account":"3","from":"2018-01","state":"insured"}}
"#;
        let refused = service.lines("2", Mode::Add, Keep::AllOrNothing, lines);
        assert_eq!(refused.state, State::Refused);
        assert_eq!(service.problems("2"), ["rows.unknown-account 2 0: predecessor"]);
        assert_eq!(service.standing(), before);
        let kept = service.lines("3", Mode::Add, Keep::KeepTheGood, lines);
        assert_eq!((kept.state, kept.number), (State::Committed, Some(2)));
        let mut after = before;
        after.push(("coverage".to_owned(), "990100,3,2018-01,,insured".to_owned()));
        after.sort();
        assert_eq!(service.standing(), after, "1 stays, 3 comes in");
    });
}

/// A dry run says everything and writes nothing; what is given up ends at once.
#[test]
fn a_dry_run_writes_nothing() {
    each(|service, _, _| {
        service.opened("dry", Mode::Replace, Keep::AllOrNothing, true);
        let (_, text) = accounts(&["1"]);
        service.sent("dry", 1, Form::Csv, Some(TableKind::Accounts), "a.csv", text.as_bytes());
        intake::close(&service.store, "dry", NOW).unwrap();
        let progress = service.worked_off("dry");
        assert_eq!((progress.state, progress.accounts, progress.number), (State::Checked, 1, None));
        assert_eq!(service.standing(), []);
        service.opened("off", Mode::Replace, Keep::AllOrNothing, false);
        service.sent("off", 1, Form::Csv, Some(TableKind::Accounts), "a.csv", text.as_bytes());
        intake::close(&service.store, "off", NOW).unwrap();
        assert!(service.work().unwrap());
        intake::cancel(&service.store, "off", NOW).unwrap();
        assert_eq!(service.worked_off("off").state, State::Cancelled);
        assert_eq!(service.standing(), []);
        assert!(!service.work().unwrap(), "nothing is left to do");
        // What has ended cannot be given up, nor sent to.
        intake::cancel(&service.store, "dry", NOW).unwrap();
        assert_eq!(service.progress("dry").state, State::Checked);
        assert!(begin_part(&service.store, "dry", &part(2, Form::Csv, None, "x.csv")).is_err());
    });
}

/// Parts that are cut off go on or begin again; the same again changes nothing; what is not what was announced is dropped.
#[test]
fn parts_go_on_where_they_were_cut_off() {
    each(|service, url, here| {
        let (_, text) = accounts(&["1", "2"]);
        let bytes = text.as_bytes();
        let digest = Digest::of(bytes).to_string();
        let head = part(1, Form::Csv, Some(TableKind::Accounts), "a.csv");
        service.opened("1", Mode::Replace, Keep::AllOrNothing, false);
        begin_part(&service.store, "1", &head).unwrap();
        assert_eq!(receive(&service.store, "1", 1, 0, &bytes[..20]).unwrap(), 20);
        assert_eq!(begin_part(&service.store, "1", &head).unwrap(), 20, "it goes on from there");
        assert!(matches!(receive(&service.store, "1", 1, 10, &bytes[10..]), Err(IntakeError::Offset(20))));
        assert!(intake::close(&service.store, "1", NOW).is_err(), "not whole");
        let wrong = complete_part(&service.store, "1", 1, &digest);
        assert!(matches!(wrong, Err(IntakeError::Digest(_))), "{wrong:?}");
        assert_eq!(begin_part(&service.store, "1", &head).unwrap(), 0, "what came is dropped");
        receive(&service.store, "1", 1, 0, b"something else").unwrap();
        receive(&service.store, "1", 1, 0, &bytes[..30]).unwrap();
        receive(&service.store, "1", 1, 30, &bytes[30..]).unwrap();
        complete_part(&service.store, "1", 1, &digest).unwrap();
        complete_part(&service.store, "1", 1, &digest).unwrap();
        // The same again, and then another in its place.
        service.sent("1", 1, Form::Csv, Some(TableKind::Accounts), "a.csv", bytes);
        assert_eq!(service.progress("1").bytes, u64::try_from(bytes.len()).unwrap());
        let (_, other) = accounts(&["7"]);
        service.sent("1", 1, Form::Csv, Some(TableKind::Accounts), "a.csv", other.as_bytes());
        intake::close(&service.store, "1", NOW).unwrap();
        intake::close(&service.store, "1", NOW).unwrap();
        assert_eq!(service.worked_off("1").state, State::Committed);
        assert_eq!(service.standing(), [("accounts".to_owned(), "990100,7,,,,employer".to_owned())]);
        assert!(matches!(receive(&service.store, "none", 1, 0, b"x"), Err(IntakeError::Unknown(_))));
        assert!(done(here, &format!("--lang en verify {url} --no-replay")).ends_with("nothing is amiss\n"));
    });
}

/// A store closed behind each piece of work, and a worker that comes back late: it comes in once.
#[test]
fn it_comes_in_once_wherever_a_worker_stops() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let sent = Service::open(&url, dir.path());
        sent.opened("1", Mode::Replace, Keep::AllOrNothing, false);
        let numbers: Vec<String> = (0..2500).map(|number| format!("{number:05}")).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        for ((kind, text), number) in [accounts(&numbers), coverage(&numbers)].into_iter().zip(1..) {
            sent.sent("1", number, Form::Csv, Some(kind), "file.csv", text.as_bytes());
        }
        intake::close(&sent.store, "1", NOW).unwrap();
        drop(sent);
        let mut turns = 0;
        loop {
            let service = Service::open(&url, dir.path());
            if !service.work().unwrap() {
                break;
            }
            turns += 1;
            assert!(turns < 30, "it ends");
        }
        assert!(turns > 6, "stages, pages and the end: {turns}");
        let service = Service::open(&url, dir.path());
        let progress = service.progress("1");
        assert_eq!((progress.state, progress.accounts, progress.number), (State::Committed, 2500, Some(1)));
        assert_eq!(service.standing().len(), 5000);
        // Taken over: whoever comes back with an old fence writes nothing.
        service.opened("2", Mode::Replace, Keep::AllOrNothing, false);
        let (kind, text) = accounts(&["1"]);
        service.sent("2", 1, Form::Csv, Some(kind), "file.csv", text.as_bytes());
        intake::close(&service.store, "2", NOW).unwrap();
        let claim = |worker: &str| {
            let claimed = service.store.change(|link| link.claim_import(worker, 1));
            claimed.unwrap_or_else(|it: StoreError| panic!("{it}"))
        };
        let first = claim("slow").unwrap();
        // A lease of a millisecond has to pass, by the clock of the database.
        paused("0.02");
        let second = claim("quick").unwrap();
        assert_eq!(second.fence, first.fence + 1);
        let held = |row| {
            let held = service.store.change(|link| link.hold_import(row));
            held.unwrap_or_else(|it: StoreError| panic!("{it}")).is_some()
        };
        assert!(!held(&first) && held(&second));
    }
}

fn paused(seconds: &str) {
    assert!(std::process::Command::new("sleep").arg(seconds).status().unwrap().success());
}

/// A piece that takes far longer than its lease stays with whoever does it, and no clock but the database's ends a lease.
#[test]
fn a_long_piece_keeps_its_lease() {
    each(|service, url, here| {
        service.opened("1", Mode::Replace, Keep::AllOrNothing, false);
        let (kind, text) = accounts(&["1", "2"]);
        service.sent("1", 1, Form::Csv, Some(kind), "file.csv", text.as_bytes());
        intake::close(&service.store, "1", NOW).unwrap();
        let stage = || {
            let import = service.store.read(|link| link.import("1")).unwrap_or_else(|it: StoreError| panic!("{it}"));
            import.unwrap().stage
        };
        while stage() != "committing" {
            assert!(service.work().unwrap());
        }
        let log = Logbook::keyed(Arc::clone(&service.store), "log", &key(url, here)).unwrap();
        let begun = std::sync::Barrier::new(2);
        let waited = std::sync::Once::new();
        // Whoever lets it come in is asked for the time first, and takes two leases and more to say it. A lease is long beside
        // what a machine with other work may keep a thread waiting.
        let slow = || {
            waited.call_once(|| {
                begun.wait();
                paused("4");
            });
            NOW.to_owned()
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                begun.wait();
                let work = || {
                    paused("0.4");
                    intake::work(&service.store, &service.log, ("two", 1500), &|| "2199-01-01T00:00:00.000Z".to_owned())
                };
                (0..9).map(|_| work().unwrap()).collect::<Vec<bool>>()
            });
            assert!(intake::work(&service.store, &log, ("one", 1500), &slow).unwrap());
            assert_eq!(other.join().unwrap(), [false; 9], "nothing is left to do while it is done");
        });
        assert_eq!((service.worked_off("1").state, service.progress("1").number), (State::Committed, Some(1)));
    });
}

/// Bytes that no table has, rows of another area, a row with too many cells, lines that are no row: all of them reported.
#[test]
fn hostile_bytes_are_problems() {
    let head = "area,account,kind\n";
    let csv: [(&[u8], &[&str]); 8] = [
        (b"", &["rows.header  1:1 account", "rows.header  1:1 area", "rows.header  1:1 kind"]),
        (b"\xFF\xFE\x00", &["rows.utf-16  1: "]),
        (b"area,account,kind,colour\n", &["rows.unknown-column  1:1:4 colour"]),
        (b"area,account,kind\n990200,1,employer\n", &["rows.foreign-area  1:2:1 area"]),
        (b"area,account,kind\n990100,,employer\n", &["rows.text  1:2:2 account"]),
        (b"area,account,kind\n990100,1,employer,x\n", &["rows.ragged 1 1:2 "]),
        (b"area,account,kind\n990100,1,emp\0loyer\n", &["rows.text 1 1:2 "]),
        (b"area,account,kind\n990100,\"1,employer\n", &["rows.quote  1:2 "]),
    ];
    let lines: [(&str, &[&str]); 8] = [
        (
            "{\"table\":\"accounts\",\"row\":{\"area\":\"990100\",\"account\":\"1\",\"account\":\"2\"}}",
            &["rows.line  1:1 account"],
        ),
        (
            "{\"table\":\"accounts\",\"row\":{\"area\":\"990100\",\"kind\":null,\"k\\u0069nd\":null}}",
            &["rows.line  1:1 kind"],
        ),
        ("[]", &["rows.line  1:1 "]),
        ("{\"table\":\"wages\",\"row\":{}}", &["rows.unknown-table  1:1 "]),
        ("{\"table\":\"accounts\",\"row\":{\"colour\":\"red\"}}", &["rows.line  1:1 colour"]),
        ("{\"table\":\"accounts\",\"row\":{\"area\":990100}}", &["rows.line  1:1 "]),
        ("{\"table\":\"accounts\",\"row\":{},\"withdraw\":true}", &["rows.line  1:1 withdraw"]),
        ("{\"table\":\"accounts\",\"row\":{}}", &["rows.empty  1:1 area"]),
    ];
    each(|service, _, _| {
        for (number, (bytes, problems)) in csv.iter().enumerate() {
            let id = format!("csv{number}");
            service.opened(&id, Mode::Replace, Keep::KeepTheGood, true);
            service.sent(&id, 1, Form::Csv, Some(TableKind::Accounts), "a.csv", bytes);
            intake::close(&service.store, &id, NOW).unwrap();
            service.worked_off(&id);
            assert_eq!(service.problems(&id), *problems, "{number}");
        }
        for (number, (text, problems)) in lines.iter().enumerate() {
            let id = format!("line{number}");
            assert_eq!(service.lines(&id, Mode::Replace, Keep::KeepTheGood, text).state, State::Refused);
            assert_eq!(service.problems(&id), *problems, "{text}");
        }
        // A file without a line end that is one long line, a workbook that is none, and bytes of every kind.
        let noise: Vec<u8> =
            (0..200_000_u32).map(|it| u8::try_from(it.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect();
        for (number, (form, bytes)) in
            [(Form::Csv, &noise), (Form::Ndjson, &noise), (Form::Xlsx, &noise), (Form::Csv, &vec![b'x'; 300_000])]
                .into_iter()
                .enumerate()
        {
            let id = format!("noise{number}");
            service.opened(&id, Mode::Replace, Keep::KeepTheGood, false);
            service.sent(&id, 1, form, Some(TableKind::Accounts), "a", bytes);
            intake::close(&service.store, &id, NOW).unwrap();
            let progress = service.worked_off(&id);
            assert_eq!(progress.state, State::Refused, "{number}");
            assert!(progress.problems > 0);
        }
        let many = format!("{head}{}", "990200,1,employer\n".repeat(12_000));
        let flood = service.tables("flood", Mode::Replace, Keep::KeepTheGood, &[(TableKind::Accounts, many)]);
        assert_eq!((flood.state, flood.problems), (State::Refused, 12_000));
        assert_eq!(intake::problems(&service.store, "flood", 0, 20_000).unwrap().len(), 10_000);
        assert_eq!(service.standing(), []);
    });
}

/// A workbook, a file in GB18030, and one under the headers of another system come in as the same row.
#[test]
fn workbooks_encodings_and_mappings_come_in() {
    let mapping = "format = \"mapping/1\"\nname = { zh = \"某系统\", en = \"a system\" }\n[[tables]]\n\
        table = \"accounts\"\nnames = [\"单位\"]\ncolumns = { \"统筹地区\" = \"area\", \"编号\" = \"account\", \
        \"名称\" = \"name\", \"类型\" = \"kind\" }\nwords = { kind = { \"企业\" = \"employer\" } }\n";
    each(|service, _, _| {
        let text = "area,account,name,kind\n990100,1,甲公司,employer\n";
        let (encoded, _, wrong) = encoding_rs::GB18030.encode(text);
        assert!(!wrong);
        service.opened("gb", Mode::Replace, Keep::AllOrNothing, false);
        service.sent("gb", 1, Form::Csv, Some(TableKind::Accounts), "a.csv", &encoded);
        intake::close(&service.store, "gb", NOW).unwrap();
        assert_eq!(service.worked_off("gb").number, Some(1), "{:?}", service.problems("gb"));
        assert_eq!(service.standing(), [("accounts".to_owned(), "990100,1,,甲公司,,employer".to_owned())]);
        let mapped = Part {
            mapping: Some(mapping.to_owned()),
            encoding: Encoding::Gb18030,
            ..part(1, Form::Csv, None, "单位.csv")
        };
        let named = "统筹地区,编号,名称,类型\n990100,1,甲公司,企业\n990100,2,乙公司,工厂\n";
        for (id, text) in [("mapped", &named[..named.find("990100,2").unwrap()]), ("wrong", named)] {
            let (encoded, _, _) = encoding_rs::GB18030.encode(text);
            service.opened(id, Mode::Replace, Keep::AllOrNothing, false);
            begin_part(&service.store, id, &mapped).unwrap();
            receive(&service.store, id, 1, 0, &encoded).unwrap();
            complete_part(&service.store, id, 1, &Digest::of(&encoded).to_string()).unwrap();
            intake::close(&service.store, id, NOW).unwrap();
            service.worked_off(id);
        }
        assert_eq!(service.progress("mapped").number, Some(1), "{:?}", service.problems("mapped"));
        assert_eq!(service.progress("wrong").state, State::Refused);
        assert_eq!(service.problems("wrong"), ["rows.word 2 1:3 kind"], "by the row of the file");
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        for (row, line) in (0..).zip(text.lines()) {
            for (column, cell) in (0..).zip(line.split(',')) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        service.opened("xlsx", Mode::Replace, Keep::AllOrNothing, false);
        service.sent("xlsx", 1, Form::Xlsx, Some(TableKind::Accounts), "x.xlsx", &workbook.save_to_buffer().unwrap());
        intake::close(&service.store, "xlsx", NOW).unwrap();
        let progress = service.worked_off("xlsx");
        assert_eq!((progress.state, progress.number), (State::Committed, Some(1)), "{:?}", service.problems("xlsx"));
    });
}
