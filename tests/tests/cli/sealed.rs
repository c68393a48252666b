//! What earlier builds recorded: read, verified and decided again by this one. Nothing here writes to the records.

use std::collections::BTreeSet;
use std::fs;

use rate_core::record::{Body, STEP_CODES};
use rate_service::logbook::View;

use crate::command::{ending, root};

/// A sealed log: its directory, the words its README states, and how many steps the format had when it was sealed.
struct Sealed {
    number: u8,
    bodies: usize,
    checkpoint: &'static str,
    key: &'static str,
    steps: u8,
}

const RECORDS: [Sealed; 1] = [Sealed {
    number: 1,
    bodies: 98,
    checkpoint: "records-1 113 bfe81af934465a9732bc6509b55a1beb87dddbd1c4ac3b2b5ffb6c1b491718d9",
    key: "records-1+b0acec53+Ae+P5tAGqW9xXEDDf+1LZ3sW7xkwdMjBW/8zZJ4Cq0w0",
    steps: 37,
}];

#[test]
fn every_record_ever_sealed_is_whole_and_decided_again() {
    let directories = fs::read_dir(root().join("fixtures/records")).unwrap();
    let directories = directories.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
    assert_eq!(directories, RECORDS.len(), "every directory of records is known here");
    for sealed in &RECORDS {
        let dir = format!("fixtures/records/{}", sealed.number);
        let (code, text) = ending(&root(), &format!("--lang en verify {dir} --key {}", sealed.key));
        assert_eq!(code, 0, "{text}");
        assert!(text.contains(&format!("Last checkpoint: {}\n", sealed.checkpoint)), "{text}");
        let (code, text) = ending(&root(), &format!("--lang en replay --log {dir}"));
        assert_eq!(code, 0, "{text}");
        let all = sealed.bodies;
        let stated = format!("{all} decided again on the facts and law of the log: {all} identical, byte for byte");
        assert!(text.contains(&stated), "{text}");
    }
}

/// A record that nothing reads proves nothing: together they hold whatever a body can say.
#[test]
fn sealed_records_hold_every_step_reason_and_origin() {
    for sealed in &RECORDS {
        let view = View::read(&root().join(format!("fixtures/records/{}", sealed.number))).unwrap();
        let runs = view.runs().into_iter().map(|run| view.published(run).unwrap());
        let bodies: Vec<Body> = runs.flat_map(|run| run.bodies).map(|body| Body::read(&body).unwrap()).collect();
        let steps: BTreeSet<u8> = bodies.iter().flat_map(|body| &body.steps).map(|step| step.code).collect();
        assert_eq!(steps, (1..=sealed.steps).collect(), "steps");
        let found = |said: fn(&Body) -> &str| bodies.iter().map(said).collect::<BTreeSet<_>>();
        let reasons = [
            "adjusted",
            "carried",
            "class-changed",
            "class-does-not-float",
            "combined",
            "expired",
            "first-insured",
            "held-by-class",
            "held-by-limit",
            "keeps-last-rate",
            "kind-does-not-float",
            "ordered",
            "otherwise",
            "returning",
            "row",
            "source-missing",
            "undefined",
        ];
        assert_eq!(found(|body| &body.outcome.reason[0]), BTreeSet::from(reasons), "reasons");
        let segments = bodies.iter().flat_map(|body| &body.segments).map(|it| it.origin.as_str());
        let origins = BTreeSet::from(["base", "carried", "floated", "ordered", "provisional", "redetermined"]);
        assert_eq!(segments.collect::<BTreeSet<_>>(), origins, "origins");
        assert_eq!(found(|body| &body.outcome.origin), origins);
        assert_eq!(found(|body| &body.outcome.start), BTreeSet::from(["base", "held", "previous"]));
    }
    let last = STEP_CODES.iter().map(|(number, _)| *number).max();
    assert_eq!(last, RECORDS.iter().map(|sealed| sealed.steps).max(), "a new step is sealed in a new directory");
}
