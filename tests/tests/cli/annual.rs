//! The annual run of the service beside the run on files: the same bytes, whoever worked on which chunk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use rate_core::deadline::Served;
use rate_core::diagnostics::Kind;
use rate_core::explanation::Particulars;
use rate_core::log::Digest;
use rate_core::rule_set::Verdict;
use rate_core::{Lang, date};
use rate_service::annual::{self, Accepted, Act, AnnualError, Export, Request, State, Worker};
use rate_service::logbook::Logbook;
use rate_service::run::LawFiles;
use rate_service::store::{Place, Store};
use rate_tests::postgres;

use crate::command::{binary, rate_ok, root, text};
use crate::stored::{databases, execute};

pub const NOW: &str = "2022-06-21T01:00:00.000Z";

pub fn rate(dir: &Path, arguments: &str) -> String {
    let mut command = Command::new(binary());
    command.args(arguments.split(' ')).current_dir(dir).env("RATE_LOG_KEY", key(dir)).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert!(output.status.success(), "rate {arguments}\n{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// The key of whatever database lies in a directory.
pub fn key(dir: &Path) -> PathBuf {
    dir.join("rates.db.key")
}

/// A service with no HTTP around it.
pub struct Service {
    pub store: Arc<Store>,
    pub log: Logbook,
    pub law: LawFiles,
}

impl Service {
    pub fn open(url: &str, key: &Path, rules: &Path, parameters: &Path) -> Self {
        let store = Arc::new(Store::open(&url.parse::<Place>().unwrap()).unwrap());
        let log = Logbook::keyed(Arc::clone(&store), "log", key).unwrap();
        Self { store, log, law: LawFiles::read(rules, parameters).unwrap() }
    }

    pub fn ask(&self, request: &Request) {
        annual::open(&self.store, request, "clerk", NOW).unwrap();
    }

    pub fn act(&self, run: &str, act: Act, who: &str) -> Result<State, AnnualError> {
        annual::act(&self.store, run, act, who, NOW, "")
    }

    /// One worker does whatever there is to do.
    pub fn work(&mut self, worker: &mut Worker) {
        while worker.work(&self.store, &mut self.log, &self.law, NOW).unwrap() {}
    }

    pub fn state(&self, run: &str) -> State {
        annual::progress(&self.store, run).unwrap().state
    }

    /// From the trial to the log, by those who may.
    pub fn publish(&mut self, run: &str) {
        self.act(run, Act::Review, "second").unwrap();
        self.act(run, Act::Approve, "head").unwrap();
        self.publish_approved(run);
    }

    pub fn publish_approved(&mut self, run: &str) {
        self.act(run, Act::Publish, "head").unwrap();
        self.work(&mut Worker::new("publisher"));
        let progress = annual::progress(&self.store, run).unwrap();
        assert_eq!(progress.state, State::Published, "{:?}", progress.problem);
    }

    pub fn root_of(&self, run: &str) -> String {
        let runs = self.log.view().unwrap().runs();
        runs.iter().find(|it| it.id == run).unwrap().root.to_string()
    }
}

pub fn request(id: &str, on: &str) -> Request {
    Request {
        id: id.to_owned(),
        area: "990100".to_owned(),
        on: date(on).unwrap(),
        decided_on: None,
        first_only: false,
        supersedes: Some("file".to_owned()),
        only: None,
        limits: String::new(),
        control: String::new(),
    }
}

pub fn worker(name: &str, accounts: usize) -> Worker {
    let mut worker = Worker::new(name);
    worker.accounts = accounts;
    worker
}

/// A made-up book with its rules, and the run on files of it, published to a database under the name `file`.
pub fn demo(dir: &Path, accounts: u32) {
    rate_ok(dir, &format!("--lang en demo --accounts {accounts}"));
}

pub fn run_on_files(dir: &Path, url: &str) {
    let run = "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01";
    let by = "--author clerk --approver head --recorded-at 2022-06-20T09:00:00+08:00";
    rate(dir, &format!("{run} --book demo/book --out demo/files --xlsx --log {url} --run-id file {by}"));
}

pub fn service(dir: &Path, url: &str) -> Service {
    Service::open(url, &key(dir), &dir.join("demo/rules"), &dir.join("demo/parameters"))
}

/// The lines of a list without the column that names the line of a file: rows of facts have none.
fn without_lines(text: &str, column: &str) -> Vec<String> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().trim_start_matches('\u{FEFF}').split(',').collect();
    let place = header.iter().position(|name| *name == column).unwrap();
    let mut lines: Vec<String> = lines
        .map(|line| {
            line.split(',')
                .enumerate()
                .filter(|(at, _)| *at != place)
                .map(|(_, cell)| cell)
                .collect::<Vec<_>>()
                .join(",")
        })
        .collect();
    lines.sort();
    lines
}

/// Every file that a run on files writes, against those that the service writes again from its facts.
fn same_files(files: &Path, service: &Path) {
    let read = |dir: &Path, name: &str| fs::read_to_string(dir.join(name)).unwrap();
    for name in ["rates.csv", "run_list.csv", "decisions.ndjson", "not_insured.csv", "summary.txt"] {
        assert!(read(files, name) == read(service, name), "{name} differs");
        assert!(!read(files, name).is_empty());
    }
    for (name, column) in [("problems.csv", "row"), ("diagnostics.csv", "row"), ("warnings.csv", "row")] {
        assert_eq!(without_lines(&read(files, name), column), without_lines(&read(service, name), column), "{name}");
    }
    let about = |dir: &Path| -> serde_json::Value {
        let mut about: serde_json::Value = serde_json::from_str(&read(dir, "run.json")).unwrap();
        let totals = about["control_totals"].as_array_mut().unwrap();
        // A table without a row is a file with a header; among facts it is nothing.
        totals.retain(|it| it["rows"] != 0);
        about
    };
    assert_eq!(about(files), about(service));
}

/// 3,000 accounts in chunks of 7 and of 1,000, on each database: the root of the run on files, its files, and a log that
/// verifies and replays.
#[test]
fn a_run_of_the_service_is_the_run_on_files() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    demo(here, 3000);
    for url in databases(here) {
        run_on_files(here, &url);
        let mut service = service(here, &url);
        let expected = service.root_of("file");
        for (run, accounts) in [("sevens", 7), ("thousands", 1000)] {
            service.ask(&request(run, "2022-07-01"));
            service.work(&mut worker("one", accounts));
            let progress = annual::progress(&service.store, run).unwrap();
            assert_eq!(progress.state, State::Trial, "{:?}", progress.problem);
            assert_eq!(progress.chunks, [3000_u64.div_ceil(accounts as u64); 2]);
            assert_eq!(progress.accounts, [3000; 2]);
            assert_eq!(annual::trial_root(&service.store, run).unwrap().to_string(), expected, "{url} {run}");
        }
        let out = here.join("demo/service");
        let export =
            || annual::export(&service.store, "thousands", Export { dir: &out, lang: Lang::En, xlsx: true }).unwrap();
        export();
        same_files(&here.join("demo/files"), &out);
        let summary = annual::summary(&service.store, "thousands").unwrap();
        assert_eq!(summary.accounts(), 3000);
        let refused = annual::problems(&service.store, "thousands", "", 10).unwrap();
        assert_eq!(refused.len(), 1, "one account of the demonstration has a bad row");
        assert!(!refused[0].problems.is_empty());
        assert!(pages(&service, "thousands", 700) == listed(&here.join("demo/files/run_list.csv")), "{url}");
        noticed(here, &service, &url);
        annual::cancel(&service.store, "sevens", "clerk", NOW, "").unwrap();
        service.publish("thousands");
        assert_eq!(service.root_of("thousands"), expected);
        export_again(&service, &out, &here.join("demo/files"));
        reported(&service);
        drop(service);
        let verified = rate(here, &format!("--lang en verify {url}"));
        assert!(verified.ends_with("nothing is amiss\n"), "{verified}");
        let replayed = rate(here, &format!("--lang en replay --log {url} --run thousands"));
        assert!(replayed.contains(" identical, byte for byte"), "{replayed}");
    }
}

/// What the area reports of the year: the run in force, both of its summaries, the twelve months of its fund; of a year
/// before the book, nothing.
fn reported(service: &Service) {
    let report = annual::report(&service.store, "990100", 2022).unwrap();
    let [run] = &report.runs[..] else { panic!("{report:?}") };
    assert_eq!((run.run.as_str(), run.trial), ("thousands", true));
    let json = report.to_json();
    let summary = annual::summary(&service.store, "thousands").unwrap();
    let sum = |rows: &serde_json::Value, key: &str| -> i128 {
        rows.as_array().unwrap().iter().map(|row| i128::from(row[key].as_i64().unwrap())).sum()
    };
    let run = &json["runs"][0];
    assert_eq!(sum(&run["by_grade"], "premium_fen"), summary.premium_fen());
    assert_eq!(sum(&run["by_change"], "premium_fen"), summary.premium_fen());
    assert_eq!(json["fund"].as_array().unwrap().len(), 12);
    assert!(annual::report(&service.store, "990100", 2018).unwrap().to_json()["fund"].is_null());
    assert!(annual::report(&service.store, "990100", 2019).unwrap().runs.is_empty());
    assert!(annual::report(&service.store, "990200", 2022).unwrap().runs.is_empty());
}

/// The run list read page by page: account, grade, rate and premium of each.
fn pages(service: &Service, run: &str, most: usize) -> Vec<[String; 4]> {
    let (mut rows, mut after, mut count) = (Vec::new(), String::new(), 0);
    loop {
        let page = annual::run_list(&service.store, run, &after, most, Lang::En).unwrap();
        let at = |name: &str| page.columns.iter().position(|column| *column == name).unwrap();
        let places = ["account", "grade", "rate_percent", "premium_fen"].map(at);
        rows.extend(page.rows.iter().map(|row| places.map(|place| row[place].clone().unwrap_or_default())));
        let Some(next) = page.next else { break };
        after = next;
        count += 1;
    }
    assert_eq!(count, 3000_usize.div_ceil(most));
    rows
}

/// The same of a run on files.
fn listed(path: &Path) -> Vec<[String; 4]> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let places = ["account", "grade", "rate_percent", "premium_fen"].map(at);
    let cells = |line: &str| {
        // A citation may hold a comma, and then stands in quotes; none of these cells does.
        let (mut cells, mut quoted) = (vec![String::new()], false);
        for letter in line.chars() {
            match (letter, quoted) {
                ('"', _) => quoted = !quoted,
                (',', false) => cells.push(String::new()),
                _ => cells.last_mut().unwrap().push(letter),
            }
        }
        places.map(|place| cells[place].clone())
    };
    lines.map(cells).collect()
}

/// A notice for everybody with a rate, each as the command writes it.
fn noticed(here: &Path, service: &Service, url: &str) {
    let out = here.join(format!("notices{}", url.len()));
    let how = (rate_service::run::Layout::Text, Lang::En);
    let particulars = Particulars {
        number: String::new(),
        agency: String::new(),
        issued: None,
        served: Served::default(),
        verdict: Verdict::Complete,
    };
    annual::notices(&service.store, "thousands", &particulars, &out, how).unwrap();
    let by_command = here.join("notices");
    if !by_command.exists() {
        let law = "--area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01 --book demo/book";
        rate(here, &format!("--lang en notice {law} --all --out notices"));
    }
    let list = fs::read_to_string(out.join("notices.csv")).unwrap();
    assert_eq!(list, fs::read_to_string(by_command.join("notices.csv")).unwrap());
    for name in list.lines().skip(1).map(|line| line.rsplit(',').next().unwrap()) {
        assert_eq!(fs::read(out.join(name)).unwrap(), fs::read(by_command.join(name)).unwrap(), "{name}");
    }
}

/// Blocks are gone once a run is published; its files are made again all the same.
fn export_again(service: &Service, out: &Path, files: &Path) {
    fs::remove_dir_all(out).unwrap();
    annual::export(&service.store, "thousands", Export { dir: out, lang: Lang::En, xlsx: false }).unwrap();
    same_files(files, out);
    assert!(annual::trial_root(&service.store, "thousands").is_err());
    let events = annual::events(&service.store, "thousands", 0).unwrap();
    let states: Vec<&str> = events.iter().map(|it| it.state.as_str()).collect();
    assert_eq!(states, ["queued", "running", "trial", "reviewed", "approved", "publishing", "published"]);
    assert_eq!(events[3].who, "second");
    assert_eq!(annual::events(&service.store, "thousands", 5).unwrap().len(), 2, "from where a listener left off");
}

/// Six settings of one city, chunk by chunk of one account, each on the rates that the service published before: those of
/// the runs on files, which are worked by hand, and a log that replays.
#[test]
fn each_year_carries_on_from_the_rates_published_before() {
    const SETTINGS: [&str; 6] = ["2022-07-01", "2023-07-01", "2024-07-01", "2025-07-01", "2026-07-01", "2027-07-01"];
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let fixtures = root().join("fixtures");
    let (rules, parameters) = (fixtures.join("rule_sets"), fixtures.join("parameters"));
    let book = fixtures.join("books/six-years/book");
    let line = |on: &str, out: &str, more: &str| {
        let (rules, parameters, book) = (rules.display(), parameters.display(), book.display());
        format!(
            "--lang en run --area 990100 --rules {rules} --parameters {parameters} --on {on} --book {book} --out {out} --accept year-empty{more}"
        )
    };
    for url in databases(here) {
        let by = format!(
            " --log {url} --run-id file --author clerk --approver head --recorded-at 2022-06-20T09:00:00+08:00"
        );
        rate(here, &line(SETTINGS[0], "files/2022-07-01", &by));
        let mut service = Service::open(&url, &key(here), &rules, &parameters);
        let mut before: Option<&str> = None;
        let mut carried = 0;
        for on in SETTINGS {
            let files = format!("files/{on}");
            if let Some(before) = before {
                rate(here, &line(on, &files, &format!(" --previous files/{before}")));
            }
            let mut asked = request(&format!("run-{on}"), on);
            if before.is_some() {
                asked.supersedes = None;
            }
            service.ask(&asked);
            service.work(&mut worker("one", 1));
            if service.state(&asked.id) == State::Blocked {
                let accepted = Accepted { kind: Kind::YearEmpty, reason: "a small city".to_owned() };
                annual::accept(&service.store, &asked.id, &[accepted], "clerk", NOW).unwrap();
                service.work(&mut worker("one", 1));
            }
            let progress = annual::progress(&service.store, &asked.id).unwrap();
            assert_eq!(progress.state, State::Trial, "{on}: {:?}", progress.problem);
            let out = here.join("service").join(on);
            annual::export(&service.store, &asked.id, Export { dir: &out, lang: Lang::En, xlsx: false }).unwrap();
            let rates = |dir: &Path| fs::read_to_string(dir.join("rates.csv")).unwrap();
            assert_eq!(rates(&out), rates(&here.join(&files)), "{url} {on}");
            carried += rates(&out).matches(",carried,").count();
            service.publish(&asked.id);
            before = Some(on);
        }
        assert!(carried > 5, "{carried} rates carried");
        drop(service);
        let verified = rate(here, &format!("--lang en verify {url}"));
        assert!(verified.ends_with("nothing is amiss\n"), "{verified}");
        for on in SETTINGS {
            let replayed = rate(here, &format!("--lang en replay --log {url} --run run-{on}"));
            assert!(replayed.contains(" identical, byte for byte"), "{replayed}");
        }
        fs::remove_dir_all(here.join("files")).unwrap();
    }
}

/// What a worker of another process is told: database, directory of the demonstration, name, and after how many chunks it
/// ends without a word, before or after the commit.
const OTHER: &str = "RATE_TEST_WORKER";

/// Ends as a killed process does.
fn as_other_process() -> bool {
    let Ok(told) = std::env::var(OTHER) else { return false };
    let told: Vec<&str> = told.split('|').collect();
    let [url, dir, name, chunks, point] = told[..] else { panic!("{told:?}") };
    let service = service(Path::new(dir), url);
    let (mut worker, mut left) = (worker(name, 50), chunks.parse::<usize>().unwrap());
    while let Some(claim) = worker.lease_chunk(&service.store, NOW).unwrap() {
        let decided = worker.decide(&service.store, claim).unwrap();
        if left == 0 && point == "before" {
            std::process::abort();
        }
        assert!(decided.keep(&service.store, NOW).unwrap());
        if left == 0 && point == "after" {
            std::process::abort();
        }
        left = left.saturating_sub(1);
        if left == 0 && point == "release" {
            // Leased, and not even decided.
            let _held = worker.lease_chunk(&service.store, NOW).unwrap();
            std::process::abort();
        }
    }
    true
}

/// Two processes share a run on one PostgreSQL; one is killed at points that a seed names (`RATE_KILL_SEED`; 7 where nothing
/// is said): before a commit, after it, or with a chunk in hand. The other one takes over what was left; both have done ten
/// chunks and more, and the root is that of the run on files.
#[test]
fn two_processes_share_a_run_and_one_is_killed() {
    if as_other_process() {
        return;
    }
    let Some(server) = postgres::server() else { return };
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    demo(here, 1500);
    let url = server.database();
    run_on_files(here, &url);
    let mut service = service(here, &url);
    let expected = service.root_of("file");
    let seed = std::env::var("RATE_KILL_SEED").map_or(7, |seed| seed.parse().expect("RATE_KILL_SEED is a number"));
    for (point, chunks) in kills(seed) {
        let run = format!("killed-{point}-{chunks}");
        service.ask(&request(&run, "2022-07-01"));
        let mut first = worker("first", 50);
        // The freeze; then each takes chunks.
        assert!(first.work(&service.store, &mut service.log, &service.law, NOW).unwrap());
        let told = format!("{url}|{}|second|{chunks}|{point}", here.display());
        let mut other = Command::new(std::env::current_exe().unwrap());
        other.args(["--exact", "annual::two_processes_share_a_run_and_one_is_killed"]).env(OTHER, told);
        let mut other = other.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        for _ in 0..10 {
            let claim = first.lease_chunk(&service.store, NOW).unwrap().unwrap();
            assert!(first.decide(&service.store, claim).unwrap().keep(&service.store, NOW).unwrap());
        }
        assert!(!other.wait().unwrap().success(), "the other one was killed");
        end_leases(&service.store);
        service.work(&mut first);
        assert_eq!(service.state(&run), State::Trial);
        let by = owners(&service.store, &run);
        assert_eq!(by.values().sum::<usize>(), 30);
        let told = format!("seed {seed}, {point} commit {chunks}: {by:?}");
        assert!(by["first"] >= 10 && by["second"] >= 10, "{told}");
        assert_eq!(annual::trial_root(&service.store, &run).unwrap().to_string(), expected, "{told}");
        annual::cancel(&service.store, &run, "clerk", NOW, "").unwrap();
    }
}

/// Where the other process is killed, each point twice, and behind how many chunks, drawn from the seed: ten to seventeen of
/// thirty, of which the one that stays takes ten meanwhile, so there is always one left to be killed at.
fn kills(seed: u64) -> impl Iterator<Item = (&'static str, u8)> {
    let points = ["before", "after", "release"];
    points.into_iter().chain(points).zip(0..).map(move |(point, number)| {
        let drawn = Digest::of(format!("{seed}/{number}").as_bytes()).0[0];
        (point, 10 + drawn % 4 + if number < 3 { 0 } else { 4 })
    })
}

/// As if a minute had gone by.
fn end_leases(store: &Store) {
    execute(store, "UPDATE run_chunks SET lease_until = 0 WHERE NOT done").unwrap();
}

fn owners(store: &Store, run: &str) -> BTreeMap<String, usize> {
    let chunks =
        store.read(|link| link.chunks(run)).unwrap_or_else(|error: rate_service::store::StoreError| panic!("{error}"));
    let mut owners = BTreeMap::new();
    for chunk in chunks {
        *owners.entry(chunk.owner.unwrap()).or_default() += 1;
    }
    owners
}

/// A worker whose lease ran out comes back late and writes nothing; a store that is opened again goes on; a piece that
/// nobody can finish ends the run, which goes on once somebody says so.
#[test]
fn a_late_worker_writes_nothing_and_a_failed_run_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    demo(here, 300);
    for url in databases(here) {
        run_on_files(here, &url);
        let mut service = service(here, &url);
        let expected = service.root_of("file");
        service.ask(&request("late", "2022-07-01"));
        let (mut slow, mut quick) = (worker("slow", 50), worker("quick", 50));
        assert!(slow.work(&service.store, &mut service.log, &service.law, NOW).unwrap());
        slow.lease_millis = 0;
        let claim = slow.lease_chunk(&service.store, NOW).unwrap().unwrap();
        let late = slow.decide(&service.store, claim).unwrap();
        let claim = quick.lease_chunk(&service.store, NOW).unwrap().unwrap();
        assert!(quick.decide(&service.store, claim).unwrap().keep(&service.store, NOW).unwrap());
        assert!(!late.keep(&service.store, NOW).unwrap(), "somebody else was given the chunk meanwhile");
        assert_eq!(annual::progress(&service.store, "late").unwrap().chunks, [1, 6]);
        // A chunk that is taken up again and again without an end.
        for _ in 0..5 {
            assert!(slow.lease_chunk(&service.store, NOW).unwrap().is_some());
        }
        assert!(slow.lease_chunk(&service.store, NOW).unwrap().is_none());
        let failed = annual::progress(&service.store, "late").unwrap();
        assert_eq!(failed.state, State::Failed);
        let problem = failed.problem.unwrap();
        assert!(problem.text(Lang::En).contains("taken up 5 times") && problem.text(Lang::Zh).contains("已 5 次承办"));
        let store = Arc::clone(&service.store);
        drop((store, service));
        let mut service = self::service(here, &url);
        assert!(!quick.work(&service.store, &mut service.log, &service.law, NOW).unwrap(), "a failed run waits");
        service.act("late", Act::Resume, "clerk").unwrap();
        service.work(&mut quick);
        assert_eq!(service.state("late"), State::Trial);
        assert_eq!(annual::trial_root(&service.store, "late").unwrap().to_string(), expected);
    }
}
