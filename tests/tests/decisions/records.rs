//! Records: bytes that say what was decided, read by others, and different where anything differs.

use std::collections::BTreeSet;
use std::thread;

use proptest::prelude::*;
use rate_core::input::book::{facts_digest, facts_text};
use rate_core::log::{Digest, Tree};
use rate_core::record::{
    Batch, Body, Entry, Envelope, Event, Item, Occasion, RecordError, Run, STEP_CODES, seal, step_word, trace_bytes,
};
use rate_core::{AccountKey, DateSpan, History, date, decide};
use rate_service::book::{Plan, Reading, generate};
use rate_service::diagnostics::Entry as Gate;
use rate_service::logbook::{self, Facts, Logbook, Publication};
use rate_service::run::{Decided, Request, with_rows};

use crate::law::fixtures;
use crate::six_years::six_runs;

fn decided() -> Vec<Decided> {
    let out = tempfile::tempdir().unwrap();
    let runs = six_runs(&fixtures("rule_sets"), out.path());
    runs.into_iter().flat_map(|run| run.decided).collect()
}

fn sealed(it: &Decided) -> Vec<u8> {
    seal(&it.decision, facts_digest(&it.history))
}

#[test]
fn a_body_says_what_was_decided() {
    let decided = decided();
    assert!(decided.len() > 50, "{}", decided.len());
    for it in &decided {
        let body = Body::read(&sealed(it)).unwrap();
        let (outcome, law) = (it.decision.outcome(), it.decision.law());
        assert_eq!(&body.account, it.decision.account());
        assert_eq!(body.rule_set, it.decision.rule_set().to_string());
        assert_eq!(body.rule_set_digest.to_string(), law.rules().digest());
        assert_eq!(body.setting, *law.setting());
        assert_eq!(body.semantics(), Some(law.semantics()));
        assert_eq!(body.outcome.origin, outcome.origin.as_str());
        assert_eq!(body.outcome.reason[0], outcome.reason.code());
        let named = crate::cases::reason(&it.decision);
        assert_eq!(body.outcome.reason.last().map(String::as_str), named.rsplit([' ', '.']).next());
        assert_eq!(body.outcome.grade.as_deref().unwrap_or_default(), it.decision.grade_label());
        let rates: Vec<_> = body.segments.iter().map(|it| (it.days, it.rate_percent.clone())).collect();
        let segments = it.decision.schedule().segments().iter();
        assert_eq!(rates, segments.map(|it| (it.days, it.rate.percent().to_string())).collect::<Vec<_>>());
        assert_eq!(body.steps.len(), it.decision.steps().len());
        assert_eq!(body.facts, facts_digest(&it.history));
        assert_eq!(body.trace, Digest::of(&trace_bytes(&it.decision)));
    }
}

#[test]
fn the_same_law_and_facts_give_the_same_bytes_and_others_give_others() {
    let decided = decided();
    for it in &decided {
        let again = decide(it.decision.law(), &it.history).unwrap();
        assert_eq!(seal(&again, facts_digest(&it.history)), sealed(it));
    }
    let bodies: BTreeSet<Vec<u8>> = decided.iter().map(sealed).collect();
    assert_eq!(bodies.len(), decided.len(), "no two decisions of a city and its years have one body");
}

/// A run of 400 accounts: as it is published, then decided by one, two and eight threads, in chunks of one, seven and a
/// hundred, each chunk and the chunks among themselves in another order.
#[test]
fn a_run_has_one_root_whatever_decides_it() {
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan { accounts: 400, seed: 3, area: "990100".to_owned(), bad_rows: 0 };
    generate(&plan, &dir.path().join("book"), &mut |_, _| {}).unwrap();
    let request = Request {
        area: plan.area,
        rules: fixtures("rule_sets"),
        parameters: fixtures("parameters"),
        book: dir.path().join("book"),
        reading: Reading::default(),
        on: date("2022-07-01").unwrap(),
        decided_on: None,
        first_only: false,
        previous: None,
    };
    let (run, rows) = with_rows(&request, &Gate::open(), &mut |_, _, _| {}).unwrap();
    let publication = Publication {
        law: &run.chosen.law,
        trial: run.chosen.trial(),
        facts: Facts::Rows(&rows),
        bodies: logbook::sealed(&run),
        id: None,
        author: "a".to_owned(),
        approver: "b".to_owned(),
        supersedes: None,
        whole: false,
        without: BTreeSet::new(),
        recorded_at: "2022-06-20T00:00:00.000Z".to_owned(),
    };
    let published = Logbook::open(&dir.path().join("log"), "log").unwrap().publish(publication).unwrap().run;
    assert!(published.size > 300, "{}", published.size);
    let law = &run.chosen.law;
    for (threads, chunk, stride) in [(1, 1, 7), (2, 7, 11), (8, 100, 13), (8, 1, 1), (2, 100, 401)] {
        let mut histories: Vec<&History> = run.decided.iter().map(|it| &it.history).collect();
        let all = histories.len();
        histories.sort_by_key(|it| it.key().number.parse::<usize>().unwrap_or_default() * stride % (all + 1));
        let chunks: Vec<&[&History]> = histories.chunks(chunk).collect();
        let decided = |first: usize| -> Vec<(AccountKey, Digest)> {
            let mine = chunks.iter().skip(first).step_by(threads).flat_map(|chunk| chunk.iter());
            let one = |history: &&History| {
                let body = seal(&decide(law, history).unwrap(), facts_digest(history));
                (history.key().clone(), Digest::leaf(&body))
            };
            mine.map(one).collect()
        };
        let mut leaves: Vec<_> = thread::scope(|scope| {
            let at_work: Vec<_> = (0..threads)
                .map(|first| {
                    scope.spawn({
                        let decided = &decided;
                        move || decided(first)
                    })
                })
                .collect();
            at_work.into_iter().flat_map(|it| it.join().unwrap()).collect()
        });
        leaves.sort();
        let root = leaves.into_iter().map(|(_, leaf)| leaf).collect::<Tree>().root();
        assert_eq!(root, published.root, "{threads} threads, chunks of {chunk}");
    }
}

/// Another library reads the bytes, and finds the same things in them.
#[test]
fn any_cbor_reader_reads_a_body() {
    for it in decided().iter().take(200) {
        let bytes = sealed(it);
        let theirs: ciborium::Value = ciborium::from_reader(bytes.as_slice()).unwrap();
        assert_eq!(same(&Item::read(&bytes).unwrap(), &theirs), Ok(()));
        let mut written = Vec::new();
        ciborium::into_writer(&theirs, &mut written).unwrap();
        assert_eq!(written, bytes, "their shortest form is ours");
    }
}

fn same(ours: &Item, theirs: &ciborium::Value) -> Result<(), String> {
    match (ours, theirs) {
        (Item::Null, ciborium::Value::Null) => Ok(()),
        (Item::Boolean(one), ciborium::Value::Bool(two)) if one == two => Ok(()),
        (Item::Number(one), ciborium::Value::Integer(two)) if *one == i128::from(*two) => Ok(()),
        (Item::Bytes(one), ciborium::Value::Bytes(two)) if one == two => Ok(()),
        (Item::Text(one), ciborium::Value::Text(two)) if one == two => Ok(()),
        (Item::Array(one), ciborium::Value::Array(two)) if one.len() == two.len() => {
            one.iter().zip(two).try_for_each(|(one, two)| same(one, two))
        }
        _ => Err(format!("{ours:?} against {theirs:?}")),
    }
}

#[test]
fn numbers_of_steps_are_one_each_and_have_their_word() {
    let numbers: BTreeSet<u8> = STEP_CODES.iter().map(|(number, _)| *number).collect();
    let words: BTreeSet<&str> = STEP_CODES.iter().map(|(_, word)| *word).collect();
    assert_eq!((numbers.len(), words.len()), (STEP_CODES.len(), STEP_CODES.len()));
    assert!(STEP_CODES.iter().all(|(number, word)| step_word(*number) == Some(word)));
    assert_eq!(step_word(0), None);
}

/// The page that says every byte lists the steps of this build, each with its number.
#[test]
fn the_record_format_lists_every_step() {
    let page = std::fs::read_to_string(fixtures("../docs/record-format.md")).unwrap();
    let (_, table) = page.split_once("## Steps").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | `"));
    let listed: Vec<(u8, String)> =
        rows.map(|(number, rest)| (number.parse().unwrap(), rest.split('`').next().unwrap().to_owned())).collect();
    let codes: Vec<(u8, String)> = STEP_CODES.iter().map(|(number, word)| (*number, (*word).to_owned())).collect();
    assert_eq!(listed, codes);
    assert!(page.lines().count() <= 120, "two pages: {} lines", page.lines().count());
}

/// Rows written in another order, twice the same, or read from another file are the same facts; a fen is not.
#[test]
fn facts_are_known_by_what_they_say() {
    let it = &decided()[0];
    let text = facts_text(&it.history);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.is_sorted() && lines.iter().any(|line| line.starts_with("premiums,")), "{text}");
    let texts: BTreeSet<String> = decided().iter().map(|it| facts_text(&it.history)).collect();
    let digests: BTreeSet<Digest> = decided().iter().map(|it| facts_digest(&it.history)).collect();
    assert_eq!(texts.len(), digests.len());
}

#[test]
fn bytes_that_are_no_body_are_refused_with_a_reason() {
    let body = sealed(&decided()[0]);
    let Item::Array(fields) = Item::read(&body).unwrap() else { panic!("a body is an array") };
    let changed = |place: usize, item: Item| {
        let mut fields = fields.clone();
        fields[place] = item;
        Body::read(&Item::Array(fields).to_bytes()).unwrap_err()
    };
    assert_eq!(changed(0, Item::Number(2)), RecordError::Format(2));
    assert_eq!(changed(1, Item::Number(-1)), RecordError::Shape("a number in range"));
    assert_eq!(changed(5, Item::Bytes(vec![0; 31])), RecordError::Shape("a digest of 32 bytes"));
    let reversed = Item::Array(vec![Item::Number(20_250_101), Item::Number(20_241_231)]);
    assert_eq!(changed(7, reversed), RecordError::Shape("a first day that is not after the last"));
    assert_eq!(
        changed(7, Item::Array(vec![Item::Number(20_250_229), Item::Null])),
        RecordError::Shape("a day YYYYMMDD")
    );
    assert!(matches!(Body::read(&body[..body.len() - 1]), Err(RecordError::Bytes(_))));
    assert!(matches!(Body::read(&[&body[..], &[0]].concat()), Err(RecordError::Bytes(_))));
    assert!(Body::read(&[]).is_err());
}

fn entries() -> Vec<Event> {
    let (root, setting) = (Digest::of(b"x"), DateSpan::new(date("2025-01-01").unwrap(), None).unwrap());
    let it = &decided()[0];
    let envelope = Envelope {
        id: "990100/0001/2025".to_owned(),
        recorded_at: "2025-01-06T00:30:00.000Z".to_owned(),
        occasion: Occasion::Request("r-1".to_owned()),
        engine: "rate 0.1.0".to_owned(),
        supersedes: Some("earlier".to_owned()),
        body: sealed(it),
    };
    let run = Run {
        id: "2025".to_owned(),
        area: "990100".to_owned(),
        rule_set: root,
        parameters: vec![root, Digest::of(b"y")],
        setting,
        decided_on: Some(date("2025-03-31").unwrap()),
        knowledge: 3,
        size: 1 << 40,
        root,
        semantics: 1,
        engine: "rate 0.1.0".to_owned(),
        author: "甲".to_owned(),
        approver: "乙".to_owned(),
        supersedes: None,
        trial: true,
        also: Vec::new(),
        without: Vec::new(),
    };
    let names = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let more = Run { also: names(&["2025-a", "2025-b"]), without: names(&["0007"]), ..run.clone() };
    vec![
        Event::Batch(Batch { knowledge: 1, root, tables: vec![("accounts".to_owned(), 2)] }),
        Event::RuleSet { id: "990100/three-year".to_owned(), digest: root },
        Event::Parameters { area: "990100".to_owned(), digest: root },
        Event::Run(run),
        Event::Decision(Box::new(envelope)),
        Event::Run(more),
        Event::Key { key: "log+00000000+AAAA".to_owned() },
    ]
}

#[test]
fn entries_are_read_as_they_are_written() {
    for event in entries() {
        let entry = Entry { recorded_at: "2025-01-06T00:30:00.000Z".to_owned(), event };
        let bytes = entry.to_bytes();
        assert_eq!(Entry::read(&bytes).as_ref(), Ok(&entry));
        for place in 0..bytes.len() {
            assert!(Entry::read(&bytes[..place]).is_err(), "an entry has all its bytes");
        }
    }
}

fn items() -> impl Strategy<Value = Item> {
    let leaf = prop_oneof![
        Just(Item::Null),
        any::<bool>().prop_map(Item::Boolean),
        any::<i128>().prop_map(Item::Number),
        (-70_000_i128..70_000).prop_map(Item::Number),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Item::Bytes),
        "\\PC{0,30}".prop_map(Item::Text),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| prop::collection::vec(inner, 0..8).prop_map(Item::Array))
}

proptest! {
    #[test]
    fn every_item_is_read_as_it_is_written(item in items()) {
        prop_assert_eq!(Item::read(&item.to_bytes()), Ok(item));
    }

    /// Bytes that are read at all are the bytes that would be written: no value has two forms.
    #[test]
    fn no_item_has_two_forms(item in items(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = item.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = Item::read(&bytes) {
            prop_assert_eq!(read.to_bytes(), bytes);
        }
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Item::read(&bytes);
        let _ = Body::read(&bytes);
        let _ = Envelope::read(&bytes);
        let _ = Entry::read(&bytes);
    }
}
