//! Lists of other bodies, and how long a large import takes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;

use rate_core::input::book::TableKind;
use rate_core::log::RunningDigest;
use rate_service::book::{Plan, generate};
use rate_service::clock;
use rate_service::intake::{self, Event, Form, Keep, List, Mode, State, begin_part, complete_part, matched, receive};
use rate_service::pipeline::with_credit_code;
use rate_service::store::StoreError;

use crate::intake::{AREA, Service, each, part};

/// Entries of a list are found by number, or by a code that one account alone has; the others are named and never guessed.
#[test]
fn lists_are_matched_and_never_guessed() {
    each(|service, _, _| {
        let rows = "area,account,credit_code,kind\n\
            990100,1,91110000600037341L,employer\n\
            990100,2,911100001000002217,employer\n\
            990100,3,911100001000002217,employer\n";
        let first = service.tables("1", Mode::Replace, Keep::AllOrNothing, &[(TableKind::Accounts, rows.to_owned())]);
        assert_eq!(first.number, Some(1), "{:?}", service.problems("1"));
        let event = |account: &str, code: &str| Event {
            account: account.to_owned(),
            credit_code: code.to_owned(),
            name: "某公司".to_owned(),
            kind: "production-accident".to_owned(),
            level: "3".to_owned(),
            from: "2021-05-01".to_owned(),
            ..Event::default()
        };
        let list = List {
            area: AREA.to_owned(),
            body: "应急管理局".to_owned(),
            document: "虚应急〔2021〕1号".to_owned(),
            date: "2021-06-01".to_owned(),
            events: vec![
                event("", "91110000600037341L"),
                event("2", ""),
                event("2", "911100001000002217"),
                event("", "911100001000002217"),
                event("9", ""),
                event("1", "911100001000002217"),
                event("", ""),
            ],
        };
        let found = matched(&service.store, &list).unwrap();
        let unmatched: BTreeMap<usize, Vec<String>> =
            found.unmatched.into_iter().map(|it| (it.entry, it.candidates)).collect();
        let both = || vec!["2".to_owned(), "3".to_owned()];
        assert_eq!(found.found, 3);
        assert_eq!(unmatched, BTreeMap::from([(4, both()), (5, vec![]), (6, both()), (7, vec![])]));
        // The same entry twice in one list is twice the same row: the check says so.
        let twice = service.lines("twice", Mode::Add, Keep::AllOrNothing, &found.rows);
        assert_eq!(twice.state, State::Refused);
        let one = List { events: list.events[..2].to_vec(), ..list };
        let rows = matched(&service.store, &one).unwrap().rows;
        let second = service.lines("2", Mode::Add, Keep::AllOrNothing, &rows);
        assert_eq!((second.state, second.number), (State::Committed, Some(2)), "{:?}", service.problems("2"));
        let events: Vec<String> =
            service.standing().into_iter().filter(|row| row.0 == "events").map(|row| row.1).collect();
        assert!(events[0].starts_with("990100,1,2021-06-01-"), "{events:?}");
        assert!(
            events[0].ends_with(",production-accident,3,2021-05-01,,,应急管理局,虚应急〔2021〕1号（2021-06-01）"),
            "{events:?}"
        );
        // Sent again under another name, it is no news.
        let again = service.lines("3", Mode::Add, Keep::AllOrNothing, &rows);
        assert_eq!((again.state, again.number), (State::Committed, Some(2)));
    });
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
    intake::close(&service.store, "1").unwrap();
    let (mut state, mut last) = (String::new(), String::new());
    loop {
        let stage = service.store.read(|link| link.import("1")).unwrap_or_else(|it: StoreError| panic!("{it}"));
        let stage = stage.unwrap().stage;
        if stage != last {
            say(&format!("next: {stage}"));
            last.clone_from(&stage);
        }
        if !intake::work(&service.store, &service.log, "one", &clock::now).unwrap() {
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
