//! How law comes to hold, below HTTP: on SQLite, and on PostgreSQL where it is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rate_core::log::Digest;
use rate_core::rule_set::{Verdict, WhyNot};
use rate_core::{Parameters, RuleSet, RuleSetFile, date};
use rate_service::gazette::{
    Approval, Document, Form, GazetteError, Impact, ImpactRequest, Move, Person, State, Upload, approve, ask, document,
    documents, impact, in_force, keep, law, prepare, publish, work,
};
use rate_service::logbook::Logbook;
use rate_service::run::LawFiles;
use rate_service::store::DocumentKind::{self, Parameters as Params, RuleSet as Set};
use rate_service::store::{Place, Store};

use crate::command::{rate_ok, root};
use crate::law::as_json;
use crate::stored::{databases, done};

const NOW: &str = "2026-11-30T01:00:00.000Z";

/// A store with its log.
struct House {
    store: Arc<Store>,
    log: Logbook,
}

fn person(name: &str) -> Person {
    Person { key: name.to_owned(), name: format!("holder of {name}") }
}

fn approval() -> Approval {
    Approval {
        number: "演示〔2025〕1号".to_owned(), organ: "演示机关".to_owned(), date: "2025-12-01".to_owned()
    }
}

impl House {
    fn open(url: &str, key: &Path) -> Self {
        let store = Arc::new(Store::open(&url.parse::<Place>().unwrap()).unwrap());
        let log = Logbook::keyed(Arc::clone(&store), "log", key).unwrap();
        Self { store, log }
    }

    fn upload(&self, upload: &Upload) -> Result<(Document, bool), GazetteError> {
        let prepared = self.store.read(|link| prepare(link, upload))?;
        self.store.change(|link| keep(link, prepared, &person("officer"), NOW))
    }

    fn toml(&self, area: &str, kind: DocumentKind, text: &str) -> Result<Document, GazetteError> {
        let (area, text) = (area.to_owned(), text.to_owned());
        self.upload(&Upload { kind, area, form: Form::Toml, text, supersedes: None }).map(|(document, _)| document)
    }

    fn approve(&self, it: &Document, who: &str) -> Result<Document, GazetteError> {
        let key = (it.area.as_str(), it.kind, &it.digest);
        self.store.change(|link| approve(link, key, &approval(), &person(who), NOW))
    }

    fn publish(&self, it: &Document, who: &str) -> Result<Document, GazetteError> {
        let key = (it.area.as_str(), it.kind, &it.digest);
        self.store.write(|link| publish(link, &self.log, key, &person(who), NOW))
    }

    /// From the text to law, or to trial.
    fn enact(&self, area: &str, kind: DocumentKind, text: &str) -> Document {
        let draft = self.toml(area, kind, text).unwrap_or_else(|error| panic!("{area}: {error:?}"));
        self.approve(&draft, "head").unwrap();
        self.publish(&draft, "head").unwrap()
    }

    fn entries(&self) -> usize {
        self.store.read(|link| link.entries_from(0)).unwrap().len()
    }
}

fn fixture(path: &str) -> String {
    fs::read_to_string(root().join("fixtures").join(path)).unwrap()
}

/// The files below a directory of fixtures, by area.
fn files(below: &str) -> Vec<(String, String)> {
    let mut dirs = vec![root().join("fixtures").join(below)];
    let mut found: Vec<PathBuf> = Vec::new();
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|it| it == "toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    let area = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("area")).unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    };
    let texts = found.into_iter().map(|path| fs::read_to_string(path).unwrap());
    // What others extend comes first.
    let mut files: Vec<(String, String)> = texts.map(|text| (area(&text), text)).collect();
    files.sort_by_key(|(area, _)| area != "cn");
    files
}

/// Every rule set and parameter file of the fixtures, brought in as TOML and as JSON: one document under one digest; what
/// the law comes to is what it comes to from the files.
#[test]
fn law_from_the_gazette_is_law_from_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let (rules, parameters) = (root().join("fixtures/rule_sets"), root().join("fixtures/parameters"));
    let held = LawFiles::read(&rules, &parameters).unwrap();
    for url in databases(dir.path()) {
        let house = House::open(&url, &dir.path().join("log.key"));
        let mut sets: Vec<Document> = Vec::new();
        for (kind, below) in [(Set, "rule_sets"), (Params, "parameters")] {
            for (area, text) in files(below) {
                let first = house.toml(&area, kind, &text).unwrap_or_else(|error| panic!("{area}: {error:?}"));
                let text = as_json(&text).to_string();
                let again = Upload { kind, area: area.clone(), form: Form::Json, text, supersedes: None };
                let (second, added) = house.upload(&again).unwrap();
                assert_eq!((first.digest, added), (second.digest, false), "{area}: {}", first.name);
                let refused = first.verdict == Verdict::Refused;
                let approved = house.approve(&first, "head");
                assert_eq!(approved.is_err(), refused, "{}: {approved:?}", first.name);
                if refused {
                    assert!(matches!(house.publish(&first, "head"), Err(GazetteError::Conflict { .. })));
                    continue;
                }
                let published = house.publish(&first, "head").unwrap();
                let law = matches!(first.verdict, Verdict::Complete | Verdict::Frame);
                assert_eq!(published.state, if law { State::Published } else { State::Trial }, "{}", first.name);
                if kind == Set {
                    sets.push(published);
                }
            }
        }
        assert!(sets.len() > 20, "{}", sets.len());
        let mut compared = 0;
        for set in &sets {
            let read = RuleSet::canonical_text(&read(&set.content));
            assert_eq!(Digest::of(read.as_bytes()), set.digest);
            for cycle in read_cycles(&set.content) {
                let on = date(&cycle).unwrap();
                let from_files = held.law(&set.area, on);
                let here = house.store.read(|link| law(link, &set.area, on, None, Parameters::default()));
                let (Ok(one), Ok(two)) = (&from_files, &here) else {
                    assert!(from_files.is_err() && here.is_err(), "{} on {on}: {here:?}", set.name);
                    continue;
                };
                assert_eq!(one.law.rules().canonical_text(), two.law.rules().canonical_text());
                assert_eq!((one.law.setting(), one.verdict), (two.law.setting(), two.verdict));
                let digests = |law: &rate_core::Law| -> BTreeSet<String> {
                    law.parameters().documents().iter().map(|it| it.digest.clone()).collect()
                };
                assert_eq!(digests(&one.law), digests(&two.law), "{} on {on}", set.name);
                assert_eq!(one.law.parameters().vectors().len(), two.law.parameters().vectors().len());
                compared += 1;
            }
        }
        assert!(compared > 20, "{compared}");
        if url.starts_with("sqlite:") {
            drop(house);
            let verified = done(dir.path(), &format!("--lang en verify {url}"));
            assert!(verified.ends_with("nothing is amiss\n"), "{verified}");
        }
    }
}

fn read(content: &str) -> RuleSet {
    RuleSetFile::parse_json(content).unwrap().examine().unwrap().rules().clone()
}

fn read_cycles(content: &str) -> Vec<String> {
    read(content).cycles().iter().map(|cycle| cycle.rate_period.from().to_string()).collect()
}

/// The method of a year, its dates not assumed: complete, as no method of the fixtures is.
fn complete(version: &str, from: &str, to: &str) -> String {
    let text = fixture("rule_sets/330783/2021.toml");
    let changed = text
        .replace("version  = \"2021\"", &format!("version = \"{version}\""))
        .replace("from = 2021-01-01, to = 2021-12-31", &format!("from = {from}, to = {to}"))
        .replace("assumed     = [\"rate_period\"]", "");
    assert!(!changed.contains("\"rate_period\"") && changed.contains(version));
    changed
}

/// From draft to law, and out of it: who may do what when, what the log says, what is in force on which day and by when.
#[test]
fn a_document_comes_to_hold_once_and_by_two_people() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let house = House::open(&url, &dir.path().join("log.key"));
        let area = "330783";
        // Nothing is told of a frame that is not published.
        let lonely = house.toml(area, Set, &complete("a", "2021-01-01", "2021-12-31")).unwrap_err();
        assert!(
            matches!(&lonely, GazetteError::Problems(it) if it[0].code.as_str() == "rule-set.parent"),
            "{lonely:?}"
        );
        house.enact("cn", Set, &fixture("rule_sets/cn/2015-71.toml"));
        assert_eq!(house.entries(), 1);
        let draft = house.toml(area, Set, &complete("a", "2021-01-01", "2021-12-31")).unwrap();
        assert_eq!((draft.state, draft.verdict), (State::Draft, Verdict::Complete));
        assert!(matches!(house.publish(&draft, "head"), Err(GazetteError::Conflict { .. })));
        assert!(matches!(house.approve(&draft, "officer"), Err(GazetteError::SamePerson)));
        // Another key of the same holder is the same person.
        let twin = Person { key: "other".to_owned(), name: person("officer").name };
        let key = (area, Set, &draft.digest);
        let own = house.store.change(|link| approve(link, key, &approval(), &twin, NOW));
        assert!(matches!(own, Err(GazetteError::SamePerson)));
        // Another area has no such document, nor has another kind.
        for (area, kind) in [("330784", Set), (area, Params)] {
            let elsewhere = house
                .store
                .change(|link| approve(link, (area, kind, &draft.digest), &approval(), &person("head"), NOW));
            assert!(matches!(elsewhere, Err(GazetteError::Unknown)), "{elsewhere:?}");
        }
        assert_eq!(house.approve(&draft, "head").unwrap().state, State::Approved);
        assert!(matches!(house.approve(&draft, "head"), Err(GazetteError::Conflict { .. })));
        assert!(matches!(house.publish(&draft, "officer"), Err(GazetteError::SamePerson)));
        let on = date("2021-06-01").unwrap();
        let none = house.store.read(|link| in_force(link, area, on, None));
        assert!(matches!(none, Err(GazetteError::NoLaw { .. })), "{none:?}");
        let published = house.publish(&draft, "head").unwrap();
        assert_eq!((published.state, house.entries()), (State::Published, 2));
        assert!(matches!(house.publish(&draft, "head"), Err(GazetteError::Conflict { .. })));
        let number = published.publication.unwrap().number;
        let found = house.store.read(|link| in_force(link, area, on, None)).unwrap();
        assert_eq!(found.1.digest, draft.digest);
        let earlier = house.store.read(|link| in_force(link, area, on, Some(number - 1)));
        assert!(matches!(earlier, Err(GazetteError::NoLaw { .. })));
        replaced(&house, area, &draft);
    }
}

/// A second version under the same name takes the place of the first, and no other does.
fn replaced(house: &House, area: &str, first: &Document) {
    let on = date("2021-06-01").unwrap();
    let text = complete("a", "2021-01-01", "2021-12-31").replace("pay_ratio = \"< 80%\"", "pay_ratio = \"< 70%\"");
    let text = text.replace("pay_ratio = \"[80%, 120%]\"", "pay_ratio = \"[70%, 120%]\"");
    let twice = house.toml(area, Set, &text).unwrap_err();
    assert!(matches!(&twice, GazetteError::Problems(it) if it[0].code.as_str() == "rule-set.duplicate"), "{twice:?}");
    let upload =
        |supersedes| Upload { kind: Set, area: area.to_owned(), form: Form::Toml, text: text.clone(), supersedes };
    let nothing = house.upload(&upload(Some(Digest::of(b"nothing"))));
    assert!(matches!(nothing, Err(GazetteError::Refused { .. })), "{nothing:?}");
    let (second, added) = house.upload(&upload(Some(first.digest))).unwrap();
    assert!(added && second.supersedes == Some(first.digest));
    // The same content for another purpose is neither the same draft nor another one.
    assert!(matches!(house.upload(&upload(None)), Err(GazetteError::Conflict { .. })));
    house.approve(&second, "head").unwrap();
    let before = house.store.read(|link| in_force(link, area, on, None)).unwrap();
    assert_eq!(before.1.digest, first.digest, "approved is not published");
    house.publish(&second, "head").unwrap();
    let after = house.store.read(|link| in_force(link, area, on, None)).unwrap();
    assert_eq!(after.1.digest, second.digest);
    let gone = house.store.read(|link| document(link, area, Set, &first.digest)).unwrap();
    assert_eq!((gone.state, gone.superseded_by), (State::Superseded, Some(second.digest)));
    // What was law then is law then.
    let then = gone.publication.unwrap().number;
    let found = house.store.read(|link| in_force(link, area, on, Some(then))).unwrap();
    assert_eq!(found.1.digest, first.digest);
    let all = house.store.read(|link| documents(link, area, Set, ("", b""), 10)).unwrap();
    assert_eq!(all.len(), 2);
}

/// What may only be tried never goes before what is published, and takes no place of it.
#[test]
fn a_trial_never_goes_before_what_is_published() {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let house = House::open(&url, &dir.path().join("log.key"));
        let area = "330783";
        house.enact("cn", Set, &fixture("rule_sets/cn/2015-71.toml"));
        let assumed = complete("tried", "2021-01-01", "2021-12-31");
        let assumed = assumed
            .replace("cite        = \"report: window\"", "cite = \"report: window\"\nassumed = [\"rate_period\"]");
        let tried = house.enact(area, Set, &assumed);
        assert_eq!((tried.verdict, tried.state, house.entries()), (Verdict::Trial, State::Trial, 1));
        let on = date("2021-06-01").unwrap();
        let ask = || house.store.read(|link| in_force(link, area, on, None)).unwrap();
        let (chosen, found) = ask();
        assert!(chosen.verdict != Verdict::Complete && found.digest == tried.digest);
        let law = house.enact(area, Set, &complete("law", "2021-01-01", "2021-12-31"));
        let (chosen, found) = ask();
        assert_eq!((chosen.verdict, found.digest), (Verdict::Complete, law.digest));
        let why: BTreeMap<String, Option<WhyNot>> =
            chosen.considered.iter().map(|it| (it.id.to_string(), it.why_not)).collect();
        assert_eq!(why[&tried.name], Some(WhyNot::OnTrial));
        let text = assumed.replace("\"tried\"", "\"tried-again\"");
        let upload = Upload { kind: Set, area: area.to_owned(), form: Form::Toml, text, supersedes: Some(law.digest) };
        assert!(matches!(house.upload(&upload), Err(GazetteError::Refused { .. })));
        let (again, _) = house.upload(&Upload { supersedes: Some(tried.digest), ..upload }).unwrap();
        house.approve(&again, "head").unwrap();
        assert_eq!(house.publish(&again, "head").unwrap().state, State::Trial);
    }
}

/// Parameters that claim what others have are refused when they come and when they are to be published; those that take the
/// place of others may.
#[test]
fn parameters_that_claim_the_same_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let area = "330000";
    let text = fixture("parameters/330000/base-rates.toml");
    let changed = text.replace("\"1.9%\"]", "\"2.0%\"]");
    assert_ne!(text, changed);
    for url in databases(dir.path()) {
        let house = House::open(&url, &dir.path().join("log.key"));
        let (one, two) = (house.toml(area, Params, &text).unwrap(), house.toml(area, Params, &changed).unwrap());
        house.approve(&one, "head").unwrap();
        house.approve(&two, "head").unwrap();
        assert_eq!(house.publish(&one, "head").unwrap().state, State::Published);
        let late = house.publish(&two, "head").unwrap_err();
        assert!(matches!(&late, GazetteError::Problems(it) if it[0].code.as_str() == "check.time-overlap"), "{late:?}");
        let other = changed.replace("\"2.0%\"]", "\"2.1%\"]");
        let upload = |supersedes| Upload {
            kind: Params,
            area: area.to_owned(),
            form: Form::Toml,
            text: other.clone(),
            supersedes,
        };
        let refused = house.upload(&upload(None)).unwrap_err();
        assert!(
            matches!(&refused, GazetteError::Problems(it) if it.iter().all(|it| it.place.field.starts_with("base_rates."))),
            "{refused:?}"
        );
        let (three, _) = house.upload(&upload(Some(one.digest))).unwrap();
        house.approve(&three, "head").unwrap();
        house.publish(&three, "head").unwrap();
        let gone = house.store.read(|link| document(link, area, Params, &one.digest)).unwrap();
        assert_eq!(gone.state, State::Superseded);
        // Whoever took its place is not in the way of the one that came between, and that one still meets it.
        assert!(matches!(house.publish(&two, "head"), Err(GazetteError::Problems(_))));
        assert_eq!(house.entries(), 2);
    }
}

const AREA: &str = "990100";
const RUN: &str = "--lang en run --area 990100 --parameters demo/parameters --on 2022-07-01";
const BY: &str = "--author clerk --approver head --recorded-at 2022-06-20T09:00:00+08:00";

/// Account to class, grade, rate and premium, as a run on files writes them.
fn run_list(dir: &Path, out: &str) -> BTreeMap<String, (String, String, String, i64)> {
    let text = fs::read_to_string(dir.join(out).join("run_list.csv")).unwrap();
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| heads.iter().position(|it| *it == name).unwrap();
    let columns = ["account", "class", "grade", "rate_percent", "premium_fen"].map(place);
    let row = |line: &str| {
        // Texts with a comma stand in quotation marks; a reader of the workspace splits them.
        let cells = cells(line);
        let [account, class, grade, rate, premium] = columns.map(|place| cells[place].clone());
        (account, (class, grade, rate, premium.parse().unwrap_or(0)))
    };
    lines.map(row).collect()
}

fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    cells
}

/// What a rule set would change is what two runs on files differ by: every account once, premiums to the fen.
#[test]
fn what_would_change_is_what_two_runs_differ_by() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 2500");
    let method = fixture("rule_sets/illustrative/three-year.toml");
    let stricter = method
        .replace("version      = \"three-year\"", "version      = \"stricter\"")
        .replace("pay_ratio = \"<= 40%\"", "pay_ratio = \"<= 20%\"")
        .replace("kinds         = [\"employer\", ", "kinds         = [");
    assert_ne!(method, stricter);
    // The run under the other method, its directory beside the first.
    let other = here.join("other");
    fs::create_dir_all(other.join("cn")).unwrap();
    fs::copy(root().join("fixtures/rule_sets/cn/2015-71.toml"), other.join("cn/2015-71.toml")).unwrap();
    fs::write(other.join("stricter.toml"), &stricter).unwrap();
    rate_ok(here, &format!("{RUN} --rules other --book demo/book --out after"));
    let parameters = fs::read_to_string(here.join("demo/parameters/990100.toml")).unwrap();
    for url in databases(here) {
        done(here, &format!("{RUN} --rules demo/rules --book demo/book --out before --log {url} {BY}"));
        let key = if url.starts_with("sqlite:") { here.join("rates.db.key") } else { here.join("log.key") };
        let house = House::open(&url, &key);
        let before = house.entries();
        house.enact("cn", Set, &fixture("rule_sets/cn/2015-71.toml"));
        let first = house.enact(AREA, Set, &method);
        assert_eq!(house.entries(), before + 1, "the log has the frame, and no trial");
        house.enact(AREA, Params, &parameters);
        let second = house.toml(AREA, Set, &stricter).unwrap();
        let request = |day: &str| ImpactRequest { on: date(day).unwrap(), before_on: None, against: None };
        let question = |day: &str| {
            house.store.change(|link| ask(link, (AREA, &second.digest), &request(day), &person("officer"), NOW))
        };
        let early = question("2022-06-30");
        assert!(matches!(early, Err(GazetteError::NoLaw { .. })), "{early:?}");
        let row = question("2022-07-01").unwrap();
        assert_eq!(question("2022-07-01").unwrap().id, row.id, "the same question is the same work");
        assert_eq!(row.against, first.digest.0);
        let mut pieces = 0;
        while work(&house.store, NOW).unwrap() {
            pieces += 1;
        }
        assert_eq!(pieces, 3, "2,500 accounts, a thousand at a time");
        let (row, found) = house.store.read(|link| impact(link, AREA, &second.digest, &row.id)).unwrap();
        assert_eq!((row.state.as_str(), row.failure_text(rate_core::Lang::En)), ("done", None));
        compare(&found, &run_list(here, "before"), &run_list(here, "after"));
    }
}

fn compare(
    found: &Impact,
    before: &BTreeMap<String, (String, String, String, i64)>,
    after: &BTreeMap<String, (String, String, String, i64)>,
) {
    assert_eq!(found.accounts(), 2500);
    let mut expected: BTreeMap<(String, &str), (u64, i64, i64)> = BTreeMap::new();
    let (mut grades, mut moved) = (BTreeMap::<(String, String), u64>::new(), Vec::new());
    let millionths = |rate: &str| rate.parse::<rust_decimal::Decimal>().unwrap();
    for (account, (class, grade, rate, premium)) in after {
        let (_, grade_before, rate_before, premium_before) = &before[account];
        let change = match millionths(rate).cmp(&millionths(rate_before)) {
            std::cmp::Ordering::Greater => "up",
            std::cmp::Ordering::Less => "down",
            std::cmp::Ordering::Equal => "same",
        };
        let row = expected.entry((class.clone(), change)).or_default();
        *row = (row.0 + 1, row.1 + premium_before, row.2 + premium);
        *grades.entry((grade_before.clone(), grade.clone())).or_default() += 1;
        if premium != premium_before {
            moved.push((-(premium - premium_before).abs(), account.clone()));
        }
    }
    let rated = |row: &&rate_service::gazette::ClassRow| row.change != Move::Neither;
    let sums: BTreeMap<(String, &str), (u64, i64, i64)> = found
        .by_class
        .iter()
        .filter(rated)
        .map(|row| ((row.class.to_string(), row.change.as_str()), (row.accounts, row.before_fen, row.after_fen)))
        .collect();
    assert_eq!(sums, expected);
    assert!(expected.keys().any(|(_, change)| *change == "up") && expected.len() > 10, "{expected:?}");
    let migration: BTreeMap<(String, String), u64> =
        found.migration.iter().map(|it| ((it.before.clone(), it.after.clone()), it.accounts)).collect();
    assert_eq!(migration, grades);
    moved.sort();
    let largest: Vec<String> = found.largest.iter().map(|it| it.account.clone()).collect();
    let expected: Vec<String> = moved.iter().take(50).map(|(_, account)| account.clone()).collect();
    assert_eq!(largest, expected);
}

/// Whoever worked on a question and comes back after its lease changes nothing.
#[test]
fn a_worker_that_was_given_up_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    for url in databases(here) {
        done(here, &format!("{RUN} --rules demo/rules --book demo/book --out before --log {url} {BY}"));
        let key = if url.starts_with("sqlite:") { here.join("rates.db.key") } else { here.join("log.key") };
        let house = House::open(&url, &key);
        house.enact("cn", Set, &fixture("rule_sets/cn/2015-71.toml"));
        let first = house.enact(AREA, Set, &fixture("rule_sets/illustrative/three-year.toml"));
        house.enact(AREA, Params, &fs::read_to_string(here.join("demo/parameters/990100.toml")).unwrap());
        let request = ImpactRequest { on: date("2022-07-01").unwrap(), before_on: None, against: Some(first.digest) };
        let row =
            house.store.change(|link| ask(link, (AREA, &first.digest), &request, &person("officer"), NOW)).unwrap();
        // One takes it up and dies at once: its lease has no length.
        let mut lost = house.store.change(|link| link.lease_impact(0)).unwrap().unwrap();
        assert!(work(&house.store, NOW).unwrap(), "the next one takes it up");
        "failed".clone_into(&mut lost.state);
        assert!(!house.store.change(|link| link.settle_impact(&lost)).unwrap(), "the first comes back");
        let (row, found) = house.store.read(|link| impact(link, AREA, &first.digest, &row.id)).unwrap();
        assert_eq!((row.state.as_str(), row.fence, found.accounts()), ("done", 2, 200));
        // Held against itself, nothing changes.
        assert!(found.by_class.iter().all(|it| matches!(it.change, Move::Same | Move::Neither)));
        assert!(found.largest.is_empty() && found.by_class.iter().all(|it| it.before_fen == it.after_fen));
        assert!(!work(&house.store, NOW).unwrap(), "nothing is left");
        // While somebody has a question, nobody else gets it.
        let again = ImpactRequest { before_on: Some(date("2023-07-01").unwrap()), ..request };
        house.store.change(|link| ask(link, (AREA, &first.digest), &again, &person("officer"), NOW)).unwrap();
        assert!(house.store.change(|link| link.lease_impact(60_000)).unwrap().is_some());
        assert!(!work(&house.store, NOW).unwrap());
    }
}
