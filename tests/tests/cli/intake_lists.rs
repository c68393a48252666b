//! Lists of other bodies, and how long a large import takes.

use std::fs;
use std::io::Read;

use rate_core::input::book::TableKind;
use rate_core::log::{Digest, RunningDigest};
use rate_service::book::{Plan, generate};
use rate_service::clock;
use rate_service::intake::{self, Form, Keep, ListHead, Mode, Part, State, begin_part, complete_part, receive};
use rate_service::pipeline::with_credit_code;
use rate_service::store::StoreError;

use crate::intake::{AREA, LEASE, NOW, Service, each, part};

/// Entries of a list become events of their accounts, with who sent it, its document and its date; what comes between the
/// reading of a list and its coming in has it read again.
#[test]
fn a_list_is_held_against_what_stands_when_it_comes_in() {
    each(|service, _, _| {
        let table = |rows: &str| [(TableKind::Accounts, format!("area,account,credit_code,kind\n{rows}"))];
        let first =
            service.tables("1", Mode::Replace, Keep::AllOrNothing, &table("990100,1,91110000600037341L,employer\n"));
        assert_eq!(first.number, Some(1), "{:?}", service.problems("1"));
        let list =
            b"credit_code,kind,level,from,to,found\n91110000600037341L,production-accident,3,2021-05-01,,2021-05-20\n";
        let (body, document, date) = ("应急管理局".to_owned(), "虚应急〔2021〕1号".to_owned(), "2021-06-01".to_owned());
        let head = Part { list: Some(ListHead { body, document, date }), ..part(1, Form::Csv, None, "名单.csv") };
        let opened = |id: &str| {
            service.opened(id, Mode::Add, Keep::AllOrNothing, false);
            begin_part(&service.store, id, &head).unwrap();
            receive(&service.store, id, 1, 0, list).unwrap();
            complete_part(&service.store, id, 1, &Digest::of(list).to_string()).unwrap();
            intake::close(&service.store, id, NOW).unwrap();
        };
        opened("list");
        let stage = |id: &str| {
            let import = service.store.read(|link| link.import(id)).unwrap_or_else(|it: StoreError| panic!("{it}"));
            import.unwrap().stage
        };
        while stage("list") != "committing" {
            assert!(service.work().unwrap());
        }
        // Meanwhile the code comes to be that of a branch too; its import is worked on while the list waits.
        service.opened("branch", Mode::Add, Keep::AllOrNothing, false);
        let (kind, text) = &table("990100,2,91110000600037341L,employer\n")[0];
        service.sent("branch", 1, Form::Csv, Some(*kind), "a.csv", text.as_bytes());
        intake::close(&service.store, "branch", NOW).unwrap();
        while !stage("branch").is_empty() {
            assert!(service.work().unwrap());
        }
        assert_eq!(service.progress("branch").number, Some(2));
        assert_eq!(service.worked_off("list").state, State::Refused);
        assert_eq!(service.problems("list"), ["list.several  1:2 "]);
        let gone =
            service.tables("3", Mode::Replace, Keep::AllOrNothing, &table("990100,1,91110000600037341L,employer\n"));
        assert_eq!(gone.number, Some(3), "{:?}", service.problems("3"));
        opened("again");
        assert_eq!(service.worked_off("again").number, Some(4), "{:?}", service.problems("again"));
        let events: Vec<String> =
            service.standing().into_iter().filter(|row| row.0 == "events").map(|row| row.1).collect();
        // SHA-256 of body, document, date, kind, level, from, found and account, a line each.
        let number = &Digest::of(
            "应急管理局\n虚应急〔2021〕1号\n2021-06-01\nproduction-accident\n3\n2021-05-01\n2021-05-20\n1".as_bytes(),
        )
        .to_string()[..16];
        let expected = format!(
            "990100,1,2021-06-01-{number},production-accident,3,2021-05-01,,2021-05-20,应急管理局,虚应急〔2021〕1号（2021-06-01）"
        );
        assert_eq!(events, [expected]);
    });
}

/// Account 1 gives its credit code up to account 2 in the import that brings a list. Where account 1 stays as it stands, for
/// what is wrong with its row or with an entry of the list that is its own, both have the code, and an entry with the code
/// alone is nobody's.
#[test]
fn an_entry_is_not_held_against_what_is_left_out() {
    each(|service, _, _| {
        let (code, other) = ("91110000600037341L", "911100001000002217");
        let first = format!("area,account,credit_code,kind\n990100,1,{code},employer\n");
        service.tables("1", Mode::Replace, Keep::AllOrNothing, &[(TableKind::Accounts, first)]);
        let head = "account,credit_code,kind,from,found\n";
        let plain = format!("{head},{code},arrears,2021-05-01,\n");
        // No text that is kept has this letter: the entry is not read, and its account is left out.
        let unread = format!("{plain}1,,arrears,2021-05-02,\0\n");
        let cases = [
            ("check", "works", plain, ["list.several  2:2 ", "rows.word 1 1:2 kind"]),
            ("entry", "employer", unread, ["list.several  2:2 ", "rows.text 1 2:3 "]),
        ];
        for (id, kind, list, expected) in cases {
            for dry_run in [true, false] {
                let id = format!("{id}{dry_run}");
                service.opened(&id, Mode::Add, Keep::KeepTheGood, dry_run);
                let row = |account: &str, code: &str, kind: &str, withdraw: bool| {
                    let row =
                        format!(r#"{{"area":"990100","account":"{account}","credit_code":"{code}","kind":"{kind}"}}"#);
                    format!(r#"{{"table":"accounts","row":{row},"withdraw":{withdraw}}}"#) + "\n"
                };
                let new = row("2", code, "employer", false);
                let lines = row("1", code, "employer", true) + &row("1", other, kind, false) + &new;
                service.sent(&id, 1, Form::Ndjson, None, "rows.ndjson", lines.as_bytes());
                let (body, document, date) = ("某局".to_owned(), "1号".to_owned(), "2021-06-01".to_owned());
                let head = Some(ListHead { body, document, date });
                let head = Part { list: head, ..part(2, Form::Csv, None, "l.csv") };
                begin_part(&service.store, &id, &head).unwrap();
                receive(&service.store, &id, 2, 0, list.as_bytes()).unwrap();
                complete_part(&service.store, &id, 2, &Digest::of(list.as_bytes()).to_string()).unwrap();
                intake::close(&service.store, &id, NOW).unwrap();
                let progress = service.worked_off(&id);
                let mut problems = service.problems(&id);
                problems.sort();
                assert_eq!((problems.as_slice(), progress.problems), (&expected.map(str::to_owned)[..], 2), "{id}");
                assert_eq!(progress.state, if dry_run { State::Checked } else { State::Committed }, "{id}");
            }
            let standing: Vec<(String, String)> = service.standing();
            assert!(standing.iter().all(|(kind, line)| kind == "accounts" && line.contains(code)), "{standing:?}");
            assert_eq!(standing.len(), 2);
            let gone = format!("area,account,credit_code,kind\n990100,1,{code},employer\n");
            service.tables(&format!("{id}after"), Mode::Replace, Keep::AllOrNothing, &[(TableKind::Accounts, gone)]);
        }
    });
}

/// Ten thousand entries against an area of many accounts: the time is printed, and how many there are of each. With
/// `tests/long.sh imports` the area is large.
#[test]
fn a_long_list_is_measured() {
    let accounts: u32 = std::env::var("ACCOUNTS").map_or(3000, |text| text.parse().unwrap());
    let entries = accounts.min(10_000);
    let dir = tempfile::tempdir().unwrap();
    let service = Service::open(&format!("sqlite:{}", dir.path().join("rates.db").display()), dir.path());
    let rows: String = (0..accounts).map(|it| format!("990100,{it:08},C{it:017},employer\n")).collect();
    let table = (TableKind::Accounts, format!("area,account,credit_code,kind\n{rows}"));
    service.tables("1", Mode::Replace, Keep::AllOrNothing, &[table]);
    let step = accounts / entries;
    let rows: String = (0..entries).map(|it| format!("C{:017},arrears,2021-05-01\n", it * step)).collect();
    let list = format!("credit_code,kind,from\n{rows}");
    let (body, document, date) = ("某局".to_owned(), "1号".to_owned(), "2021-06-01".to_owned());
    let head = Part { list: Some(ListHead { body, document, date }), ..part(1, Form::Csv, None, "l.csv") };
    service.opened("list", Mode::Add, Keep::AllOrNothing, false);
    begin_part(&service.store, "list", &head).unwrap();
    receive(&service.store, "list", 1, 0, list.as_bytes()).unwrap();
    complete_part(&service.store, "list", 1, &Digest::of(list.as_bytes()).to_string()).unwrap();
    intake::close(&service.store, "list", NOW).unwrap();
    println!("{} {entries} entries against {accounts} accounts", clock::now());
    assert!(service.work().unwrap());
    println!("{} matched", clock::now());
    let progress = service.worked_off("list");
    println!("{} came in", clock::now());
    assert_eq!(
        (progress.state, progress.rows),
        (State::Committed, u64::from(entries)),
        "{:?}",
        service.problems("list")
    );
}

/// A code finds whoever has it now, also where the account is numbered by it; whoever had it, or has it as a part of
/// another cell, is not found.
#[test]
fn a_code_finds_whoever_has_it() {
    each(|service, _, _| {
        let table = |rows: &str| [(TableKind::Accounts, format!("area,account,credit_code,name,kind\n{rows}"))];
        let code = "91110000600037341L";
        let first = "990100,1,91110000600037341L,甲,employer\n990100,2,,91110000600037341L,employer\n\
            990100,911100001000002217,911100001000002217,丙,employer\n";
        service.tables("1", Mode::Replace, Keep::AllOrNothing, &table(first));
        let second = "990100,1,911100001000002217,甲,employer\n990100,2,91110000600037341L,\"乙,分公司\",employer\n\
            990100,911100001000002217,911100001000002217,丙,employer\n";
        let found = |code: &str, known: i64| -> Vec<(String, String)> {
            service
                .store
                .read(|link| with_credit_code(link, AREA, code, known))
                .unwrap_or_else(|error: StoreError| panic!("{error}"))
        };
        let pair = |account: &str, name: &str| (account.to_owned(), name.to_owned());
        assert_eq!(found(code, 1), [pair("1", "甲")]);
        assert_eq!(found("911100001000002217", 1), [pair("911100001000002217", "丙")]);
        service.tables("2", Mode::Replace, Keep::AllOrNothing, &table(second));
        assert_eq!(found(code, 2), [pair("2", "乙,分公司")]);
        assert_eq!(found("911100001000002217", 2), [pair("1", "甲"), pair("911100001000002217", "丙")]);
        assert_eq!(found(code, 1), [pair("1", "甲")], "as it was known");
        assert_eq!(found("9111", 2), []);
    });
}

/// A book as large as is asked for: how long each stage takes, and the most memory this process ever had. With
/// `tests/long.sh imports` it has millions of rows.
#[test]
fn a_large_book_is_measured() {
    let accounts: u32 = std::env::var("ACCOUNTS").map_or(2000, |text| text.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan { accounts, ..Plan::default() };
    generate(&plan, dir.path(), &mut |_, _| {}).unwrap();
    let memory = || {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM unknown").to_owned()
    };
    let say = |what: &str| println!("{} {what}, {}", clock::now(), memory());
    let service = Service::open(&format!("sqlite:{}", dir.path().join("rates.db").display()), dir.path());
    say("book made up");
    service.opened("1", Mode::Replace, Keep::AllOrNothing, false);
    for (kind, number) in TableKind::ALL.iter().zip(1..) {
        let path = dir.path().join(format!("{}.csv", kind.stem()));
        begin_part(&service.store, "1", &part(number, Form::Csv, Some(*kind), "file.csv")).unwrap();
        let (mut file, mut offset) = (fs::File::open(&path).unwrap(), 0);
        let mut running = RunningDigest::default();
        loop {
            let mut piece = Vec::new();
            Read::by_ref(&mut file).take(1 << 20).read_to_end(&mut piece).unwrap();
            if piece.is_empty() {
                break;
            }
            running.push(&piece);
            offset = receive(&service.store, "1", number, offset, &piece).unwrap();
        }
        let digest = running.digest().to_string();
        complete_part(&service.store, "1", number, &digest).unwrap();
    }
    say("sent");
    intake::close(&service.store, "1", NOW).unwrap();
    let (mut state, mut last) = (String::new(), String::new());
    loop {
        let stage = service.store.read(|link| link.import("1")).unwrap_or_else(|it: StoreError| panic!("{it}"));
        let stage = stage.unwrap().stage;
        if stage != last {
            say(&format!("next: {stage}"));
            last.clone_from(&stage);
        }
        if !intake::work(&service.store, &service.log, ("one", LEASE), &clock::now).unwrap() {
            break;
        }
        let progress = service.progress("1");
        state = format!(
            "{:?}: {} rows, {} accounts, {} bytes",
            progress.state, progress.rows, progress.accounts, progress.bytes
        );
    }
    say(&state);
    assert!(state.starts_with("Committed"), "{:?}", service.problems("1"));
}
