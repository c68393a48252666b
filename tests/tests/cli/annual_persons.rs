//! What persons do with a run of the service, and what they may not.

use rate_core::diagnostics::Kind;
use rate_core::{Lang, date};
use rate_service::annual::{self, Accepted, Act, AnnualError, Export, Request, State, Worker};

use crate::annual::{NOW, Service, demo, request, run_on_files, service, worker};
use crate::stored::databases;

/// Four eyes, and runs that are returned, made once more, blocked, accepted and given up.
#[test]
fn persons_move_a_run() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    demo(here, 200);
    for url in databases(here) {
        run_on_files(here, &url);
        let mut service = service(here, &url);
        let mut one = worker("one", 64);
        service.ask(&request("eyes", "2022-07-01"));
        let again = annual::open(&service.store, &request("eyes", "2022-07-01"), "clerk", NOW);
        assert!(matches!(again, Err(AnnualError::Taken(_))), "{again:?}");
        let odd = annual::open(&service.store, &request("../x", "2022-07-01"), "clerk", NOW);
        assert!(matches!(odd, Err(AnnualError::Unfit { .. })), "{odd:?}");
        service.work(&mut one);
        let own = service.act("eyes", Act::Review, "clerk");
        assert!(matches!(own, Err(AnnualError::NotYou { act: Act::Review })), "{own:?}");
        let early = service.act("eyes", Act::Approve, "head");
        assert!(matches!(early, Err(AnnualError::NotNow { state: State::Trial, .. })), "{early:?}");
        assert!(service.act("eyes", Act::Review, " ").is_err(), "nobody is no person");
        service.act("eyes", Act::Review, "second").unwrap();
        assert!(service.act("eyes", Act::Approve, "clerk").is_err());
        service.act("eyes", Act::Return, "head").unwrap();
        assert!(
            annual::trial_root(&service.store, "eyes").is_ok_and(|root| root == rate_core::log::Tree::new().root())
        );
        assert!(service.act("eyes", Act::Rerun, "second").is_err(), "its author makes it once more");
        service.act("eyes", Act::Rerun, "clerk").unwrap();
        service.work(&mut one);
        assert_eq!(service.state("eyes"), State::Trial);
        assert_eq!(annual::trial_root(&service.store, "eyes").unwrap().to_string(), service.root_of("file"));
    }
}

/// More than may be found stops a run until somebody accepts it by name; one that is given up keeps nothing; one that
/// cannot be decided says why.
#[test]
fn a_run_is_stopped_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    demo(here, 200);
    for url in databases(here) {
        run_on_files(here, &url);
        let mut service = service(here, &url);
        let mut one = worker("one", 64);
        // No account may be refused, and one is.
        let mut strict = request("strict", "2022-07-01");
        strict.limits = "kind,most\nmissing-last-rate,0\n".to_owned();
        strict.control = "table,year,what,value\naccounts,,rows,201\n".to_owned();
        service.ask(&strict);
        service.work(&mut one);
        assert_eq!(service.state("strict"), State::Blocked);
        let (diagnosis, beyond) = annual::diagnosis(&service.store, "strict").unwrap().unwrap();
        assert_eq!(diagnosis.accounts, 200);
        let kinds: Vec<Kind> = beyond.iter().map(|it| it.kind).collect();
        assert!(kinds.contains(&Kind::ControlTotal), "{kinds:?}");
        let accept = |kinds: &[Kind], reason: &str| {
            let accepted: Vec<Accepted> =
                kinds.iter().map(|kind| Accepted { kind: *kind, reason: reason.to_owned() }).collect();
            annual::accept(&service.store, "strict", &accepted, "head", NOW)
        };
        assert!(accept(&kinds, " ").is_err(), "a reason is asked for");
        assert!(accept(&[Kind::CheckDigits], "known").is_err(), "what blocks is not accepted by that");
        assert_eq!(accept(&kinds, "the sender counts one twice").unwrap(), State::Running);
        service.work(&mut one);
        assert_eq!(service.state("strict"), State::Trial);

        // Given up with a chunk in hand: nothing is kept of it.
        service.ask(&request("given-up", "2022-07-01"));
        assert!(one.work(&service.store, &mut service.log, &service.law, NOW).unwrap());
        let claim = one.lease_chunk(&service.store, NOW).unwrap().unwrap();
        let decided = one.decide(&service.store, claim).unwrap();
        annual::cancel(&service.store, "given-up", "clerk", NOW, "wrong book").unwrap();
        assert!(!decided.keep(&service.store, NOW).unwrap());
        assert!(!one.work(&service.store, &mut service.log, &service.law, NOW).unwrap());
        let nobody = annual::export(&service.store, "given-up", Export { dir: here, lang: Lang::Zh, xlsx: false });
        assert!(matches!(nobody, Err(AnnualError::Unfit { .. })), "{nobody:?}");

        // An area without facts, and one without a method.
        let mut empty = request("empty", "2022-07-01");
        empty.area = "990200".to_owned();
        service.ask(&empty);
        service.work(&mut one);
        let failed = annual::progress(&service.store, "empty").unwrap();
        assert_eq!(failed.state, State::Failed);
        // Told in either language, there and in the history.
        let problem = failed.problem.unwrap();
        assert!(problem.text(Lang::Zh).contains("规则集") && problem.text(Lang::En).is_ascii(), "{problem:?}");
        let events = annual::events(&service.store, "empty", 0).unwrap();
        let last = events.last().unwrap();
        assert_eq!([Lang::Zh, Lang::En].map(|lang| annual::remark(last, lang)), [problem.zh, problem.en]);
        let listed = annual::runs(&service.store, &["990100".to_owned()], None, 2).unwrap();
        assert_eq!(listed.len(), 2);
        let seen = listed[1].request.id.clone();
        assert_eq!(annual::runs(&service.store, &["990100".to_owned()], Some(&seen), 9).unwrap().len(), 0);
        assert!(matches!(annual::progress(&service.store, "none"), Err(AnnualError::Unknown(_))));
    }
}

/// A publication that is refused leaves nothing behind, and the run where it was.
#[test]
fn a_refused_publication_publishes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    demo(here, 200);
    for url in databases(here) {
        run_on_files(here, &url);
        let mut service = service(here, &url);
        service.ask(&request("early", "2022-07-01"));
        service.work(&mut worker("one", 64));
        service.act("early", Act::Review, "second").unwrap();
        service.act("early", Act::Approve, "second").unwrap();
        service.act("early", Act::Publish, "head").unwrap();
        let entries = |service: &Service| service.log.view().unwrap().entries.len();
        let before = entries(&service);
        // Before the last entry of the log.
        let long_ago = "2022-06-19T01:00:00.000Z";
        assert!(Worker::new("one").work(&service.store, &mut service.log, &service.law, long_ago).unwrap());
        assert_eq!(service.state("early"), State::Approved);
        assert!(
            annual::progress(&service.store, "early")
                .unwrap()
                .problem
                .unwrap()
                .en
                .contains("lies before the last entry")
        );
        assert_eq!(entries(&service), before);
        service.act("early", Act::Publish, "head").unwrap();
        service.work(&mut Worker::new("one"));
        assert_eq!(service.state("early"), State::Published);
        assert_eq!(entries(&service), before + 1);
    }
}

/// Of two runs of one setting that were asked for before either was published, the second is held back, and whoever takes
/// the place of the first, or has first rates alone, is not.
#[test]
fn a_setting_has_one_run_unless_it_is_said_which_it_takes_the_place_of() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    demo(here, 200);
    for url in databases(here) {
        run_on_files(here, &url);
        let mut service = service(here, &url);
        let asked = |id: &str| Request { supersedes: None, ..request(id, "2022-07-01") };
        let late = Request { decided_on: date("2024-01-01").ok(), ..asked("late") };
        for request in
            [request("one", "2022-07-01"), asked("two"), Request { first_only: true, ..asked("beside") }, late]
        {
            service.ask(&request);
        }
        service.work(&mut worker("one", 64));
        let late = annual::progress(&service.store, "late").unwrap();
        assert_eq!(late.state, State::Failed);
        assert!(late.problem.unwrap().en.contains("outside the setting"), "a day that means nothing");
        for run in ["one", "two", "beside"] {
            service.act(run, Act::Review, "second").unwrap();
            service.act(run, Act::Approve, "head").unwrap();
        }
        service.publish_approved("one");
        let entries = |service: &Service| service.log.view().unwrap().entries.len();
        let before = entries(&service);
        service.act("two", Act::Publish, "head").unwrap();
        service.work(&mut Worker::new("publisher"));
        let held = annual::progress(&service.store, "two").unwrap();
        assert_eq!((held.state, entries(&service)), (State::Approved, before));
        assert!(held.problem.unwrap().en.contains("run `one` came to stand"));
        service.publish_approved("beside");
        service.ask(&Request { supersedes: Some("one".to_owned()), ..asked("three") });
        service.work(&mut worker("one", 64));
        service.publish("three");
    }
}
