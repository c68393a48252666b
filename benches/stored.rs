//! From stored facts to published records: one annual run of the service over a database, stage by stage, with its memory.
//!
//! `cargo bench -p rate-benches --bench stored -- [ACCOUNTS] [DATABASE…]`; without a database, an SQLite file that is made
//! for it. The database has to be empty, and syncs what it commits as in production.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rate_core::date;
use rate_service::annual::{self, Act, Request, State, Worker};
use rate_service::clock::Stopwatch;
use rate_service::logbook::Logbook;
use rate_service::run::LawFiles;
use rate_service::store::{Place, Store};

const FRAME: &str = include_str!("../fixtures/rule_sets/cn/2015-71.toml");
const METHOD: &str = include_str!("../fixtures/rule_sets/illustrative/three-year.toml");
const PARAMETERS: &str = include_str!("../fixtures/parameters/990100/demonstration.toml");
const AREA: &str = "990100";
const ON: &str = "2022-07-01";
const NOW: &str = "2022-06-20T01:00:00.000Z";
/// Threads that decide: as many as a server has on the machine of the figures.
const THREADS: usize = 2;
/// Accounts whose rows come in at a time.
const PAGE: u32 = 4096;

/// As in the `rate` command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    let mut told = std::env::args().skip(1).filter(|word| word != "--bench");
    let accounts: u32 = told.next().map_or(Ok(20_000), |text| text.parse())?;
    let dir = tempfile::tempdir()?;
    let mut databases: Vec<String> = told.collect();
    if databases.is_empty() {
        databases.push(format!("sqlite:{}", dir.path().join("rate.db").display()));
    }
    for (kind, name, text) in
        [("rules", "frame", FRAME), ("rules", "method", METHOD), ("parameters", "parameters", PARAMETERS)]
    {
        std::fs::create_dir_all(dir.path().join(kind))?;
        std::fs::write(dir.path().join(kind).join(format!("{name}.toml")), text)?;
    }
    for (number, database) in databases.iter().enumerate() {
        let here = Here { dir: dir.path(), key: dir.path().join(format!("{number}.key")), database };
        measured(&here, accounts)?;
    }
    Ok(())
}

/// A database under measurement, and what lies beside it.
struct Here<'h> {
    dir: &'h Path,
    key: PathBuf,
    database: &'h str,
}

/// Fills a database, runs, and prints what each stage took.
fn measured(here: &Here<'_>, accounts: u32) -> Done<()> {
    let place: Place = here.database.parse()?;
    let store = Arc::new(Store::open(&place)?);
    let mut log = Logbook::keyed(Arc::clone(&store), "bench", &here.key)?;
    let law = LawFiles::read(&here.dir.join("rules"), &here.dir.join("parameters"))?;
    let scheme = here.database.split(':').next().unwrap_or_default();

    let begun = Stopwatch::start();
    let rows = fill(&log, accounts)?;
    told(scheme, "facts stored", begun.millis(), &format!("{rows} rows"));
    forget_peak()?;

    let request = Request {
        id: "bench".to_owned(),
        area: AREA.to_owned(),
        on: date(ON)?,
        decided_on: None,
        first_only: false,
        supersedes: None,
        only: None,
        limits: String::new(),
        control: String::new(),
    };
    let all = Stopwatch::start();
    annual::open(&store, &request, "clerk", NOW)?;
    // The first piece of work is the freeze; the others are for all workers.
    let mut first = Worker::new("first");
    first.work(&store, &mut log, &law, NOW)?;
    if let Some((_, beyond)) = annual::diagnosis(&store, "bench")?.filter(|(_, beyond)| !beyond.is_empty()) {
        return Err(format!("the gate is shut: {beyond:?}").into());
    }
    told(scheme, "frozen", all.millis(), "");
    let begun = Stopwatch::start();
    let failed = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let (store, law) = (&store, &law);
                scope.spawn(move || decide(store, law, here, number))
            })
            .collect();
        threads.into_iter().find_map(|it| it.join().map_or(Some("a worker panicked".to_owned()), Result::err))
    });
    failed.map_or(Ok(()), Err)?;
    told(scheme, "decided", begun.millis(), "");
    let begun = Stopwatch::start();
    for act in [Act::Review, Act::Approve, Act::Publish] {
        annual::act(&store, "bench", act, "head", NOW, "")?;
    }
    first.work(&store, &mut log, &law, NOW)?;
    told(scheme, "published", begun.millis(), "");
    let progress = annual::progress(&store, "bench")?;
    if progress.state != State::Published {
        return Err(format!("{}: {:?}", progress.state, progress.problem).into());
    }
    told(scheme, "all", all.millis(), &format!("{accounts} accounts, at most {} MiB", peak()?));
    Ok(())
}

fn told(scheme: &str, stage: &str, took: u64, more: &str) {
    println!("{scheme:<9}{stage:<14}{:>9} ms  {more}", took);
}

/// A worker of its own until nothing is left to do.
fn decide(store: &Arc<Store>, law: &LawFiles, here: &Here<'_>, number: usize) -> Result<(), String> {
    let text = |error: &dyn Error| error.to_string();
    let mut log = Logbook::keyed(Arc::clone(store), "bench", &here.key).map_err(|error| text(&error))?;
    let mut worker = Worker::new(format!("worker {number}"));
    while worker.work(store, &mut log, law, NOW).map_err(|error| text(&error))? {}
    Ok(())
}

/// Facts as of the window of 湖北: three yearly rows an account and its last rate; one account in eight has an injury with
/// two payments. How many rows.
fn fill(log: &Logbook, accounts: u32) -> Done<u64> {
    let mut rows = 0;
    log.record(NOW, &mut |recording| {
        for first in (0..accounts).step_by(PAGE as usize) {
            let of_account = |number| lines(number).into_iter().map(move |(kind, line)| (account(number), kind, line));
            let page: Vec<_> = (first..accounts.min(first + PAGE))
                .flat_map(of_account)
                .map(|(account, kind, line)| recording.row(AREA, &account, kind, &line, true))
                .collect();
            rows += page.len() as u64;
            recording.add(page)?;
        }
        Ok(())
    })?;
    Ok(rows)
}

fn account(number: u32) -> String {
    format!("{number:08}")
}

/// The rows of an account, as the log keeps them: cells in the order of the columns, none behind the last that is filled.
fn lines(number: u32) -> Vec<(&'static str, String)> {
    let account = account(number);
    let key = format!("{AREA},{account}");
    let (class, heads, payroll) = (number % 8 + 1, 8 + number % 97, 60_000_000 + u64::from(number % 997) * 1_000_000);
    let mut lines = vec![
        ("accounts", format!("{key},,虚构单位{account}号,990101,employer")),
        ("coverage", format!("{key},2015-01,,insured")),
        ("classifications", format!("{key},2015-10-01,,8,{class},gbt4754-2017,94,agency")),
        ("rates", format!("{key},2021-07-01,2022-06-30,8,{class},0.4,,0.4,0,0.4,base")),
    ];
    for year in [2019, 2020, 2021] {
        let premium = payroll / 125;
        let money = format!("{payroll},{heads},{premium},{premium},0,regular,{year}-12-20");
        lines.push(("premiums", format!("{key},{year}-01,{year}-12,{money}")));
    }
    if number.is_multiple_of(8) {
        let (person, year) = (format!("P{account}"), 2019 + number / 8 % 3);
        lines.push(("claims", format!("{key},C{account},{person},A14-1,{year}-03-02,{year}-04-20,recognised")));
        for (paid, fen) in [("05-11", 412_300), ("09-01", 96_500)] {
            lines.push(("payments", format!("{key},C{account},medical,fund,,,{year}-{paid},{fen}")));
        }
    }
    lines
}

/// Lets the system count the most memory from here on.
fn forget_peak() -> Done<()> {
    Ok(std::fs::write("/proc/self/clear_refs", "5")?)
}

/// The most memory this process held, in MiB.
fn peak() -> Done<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024)
}
