//! A log on files as its users meet it: published, shown, verified, replayed, handed over.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::command::{copy, ending, rate_ok, root};

const RUN: &str = "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01";
const BY: &str = "--author clerk --approver head --recorded-at 2022-06-20T09:00:00+08:00";

/// The demonstration with a small book, published to `log`.
fn published() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 300");
    rate_ok(dir.path(), &format!("{RUN} --book demo/book --out demo/again --log log {BY}"));
    dir
}

fn last_line(text: &str) -> &str {
    text.trim_end().lines().last().unwrap_or_default()
}

/// The root of the only run of a log.
fn run_root(dir: &Path, log: &str) -> String {
    let shown = rate_ok(dir, &format!("log show {log}"));
    let line = shown.lines().find(|line| line.contains("  run  ")).unwrap();
    line.split(" root ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

#[test]
fn what_is_published_is_verified_and_decided_again() {
    let dir = published();
    let shown = rate_ok(dir.path(), "--lang en log show log");
    for word in
        ["batch      1 ", "rule-set   990100/three-year", "parameters 990100", "by clerk and head", "hash SHA-256"]
    {
        assert!(shown.contains(word), "{word}\n{shown}");
    }
    assert_eq!(last_line(&rate_ok(dir.path(), "--lang en verify log")), "nothing is amiss");
    let replayed = rate_ok(dir.path(), "--lang en replay --log log");
    let (all, identical) = last_line(&replayed).split_once(" decided again on the facts and law of the log: ").unwrap();
    assert_eq!(identical, format!("{all} identical, byte for byte"));
    let mode = fs::metadata(dir.path().join("log/key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "nobody else reads the private key");
    // The same book adds no batch, and the same rates have the same root under another name.
    let root = run_root(dir.path(), "log");
    rate_ok(dir.path(), &format!("{RUN} --book demo/book --out demo/again --log log --run-id second {BY}"));
    let shown = rate_ok(dir.path(), "log show log");
    assert_eq!(shown.matches("batch      ").count(), 1, "{shown}");
    assert_eq!(shown.matches(&format!("root {root}")).count(), 2, "{shown}");
}

/// Whatever order files have their rows in, whoever runs it, where and when: facts and run have one root.
#[test]
fn order_place_and_time_zone_change_no_root() {
    let dir = published();
    let other = dir.path().join("other");
    fs::create_dir(&other).unwrap();
    for entry in fs::read_dir(dir.path().join("demo/book")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.reverse();
        fs::write(other.join(path.file_name().unwrap()), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    }
    rate_ok(dir.path(), &format!("{RUN} --book other --out demo/third --log log2 --log-name elsewhere {BY}"));
    assert_eq!(run_root(dir.path(), "log"), run_root(dir.path(), "log2"));
    let batch = |log| {
        let shown = rate_ok(dir.path(), &format!("log show {log}"));
        shown.lines().find(|line| line.contains("  batch  ")).unwrap().to_owned()
    };
    assert_eq!(batch("log"), batch("log2"));
    let mut command = std::process::Command::new(crate::command::binary());
    command.args(["verify", "log"]).current_dir(dir.path()).env("TZ", "America/New_York").env("LC_ALL", "tr_TR.UTF-8");
    assert!(command.output().unwrap().status.success(), "no false alarm elsewhere");
}

/// Facts learnt later change what they change, and the report names the first step, both values and the money.
#[test]
fn facts_known_later_are_named_as_the_cause() {
    let dir = published();
    let claims = dir.path().join("demo/book/claims.csv");
    let text = fs::read_to_string(&claims).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    fs::write(&claims, format!("{header}\n{}", rows.replace(",recognised,", ",revoked,"))).unwrap();
    let (code, text) = ending(dir.path(), "--lang en replay --log log --book demo/book --out differences.csv");
    assert_eq!(code, 0, "the log itself is as it was: {text}");
    let list = fs::read_to_string(dir.path().join("differences.csv")).unwrap();
    let line = list.lines().find(|line| line.contains("measured")).unwrap();
    let cells: Vec<&str> = line.split(',').collect();
    assert_eq!((cells[3], &cells[4][..5], cells[6].split(" / ").next()), ("facts", "step ", Some("0")), "{line}");
    assert!(cells[7].parse::<i64>().unwrap() > cells[8].parse::<i64>().unwrap(), "{line}");
    assert!(text.contains("on the facts of today: "), "{text}");
}

#[test]
fn a_run_has_two_people_and_a_name_of_its_own() {
    let dir = published();
    let refused = |arguments: &str| ending(dir.path(), &format!("{RUN} --book demo/book --out demo/x {arguments}"));
    let (code, text) = refused("--log log --author a --approver a");
    assert_eq!(code, 1);
    assert!(text.contains("approved by another person"), "{text}");
    let (code, text) = refused(&format!("--log log --run-id 990100-2022-07-01 {BY}"));
    assert_eq!(code, 1);
    assert!(text.contains("already has a run"), "{text}");
    assert_eq!(refused("--log log --run-id ../x --author a --approver b").0, 1);
    assert_eq!(refused("--log log --supersedes nothing --author a --approver b").0, 1);
    assert_eq!(refused("--log log").0, 2);
    assert_eq!(last_line(&rate_ok(dir.path(), "--lang en verify log")), "nothing is amiss");
}

/// A crash leaves entries that no checkpoint covers, half a line, a run or key nobody names: the next writer takes them out.
#[test]
fn what_was_never_acknowledged_is_taken_out_by_the_next_writer() {
    let dir = published();
    let log = dir.path().join("log");
    let before = fs::read_to_string(log.join("entries")).unwrap();
    fs::write(log.join("entries"), format!("{before}{}\nAAAA", before.lines().next().unwrap())).unwrap();
    fs::create_dir_all(log.join("runs/.990100-2022-07-01-2.part")).unwrap();
    fs::create_dir_all(log.join("runs/990100-2022-07-01-2")).unwrap();
    let (code, text) = ending(dir.path(), "--lang en verify log --no-replay");
    assert_eq!(code, 1);
    let unsigned = before.lines().count() + 1;
    assert!(text.contains(&format!("unsigned  entries:{unsigned}")), "{text}");
    rate_ok(dir.path(), &format!("{RUN} --book demo/book --out demo/again --log log {BY}"));
    let after = fs::read_to_string(log.join("entries")).unwrap();
    assert!(after.starts_with(&before) && after.lines().count() == unsigned, "{after}");
    assert_eq!(last_line(&rate_ok(dir.path(), "--lang en verify log")), "nothing is amiss");
}

#[test]
fn a_log_is_handed_over_to_a_new_key() {
    let dir = published();
    let old = fs::read_to_string(dir.path().join("log/keys")).unwrap();
    let kept = dir.path().join("kept");
    let first = fs::read_dir(dir.path().join("log/checkpoints")).unwrap().next().unwrap().unwrap();
    fs::copy(first.path(), &kept).unwrap();
    rate_ok(dir.path(), "log rotate log --recorded-at 2023-01-01T00:00:00Z");
    rate_ok(dir.path(), &format!("{RUN} --book demo/book --out demo/again --log log {BY}"));
    let keys = fs::read_to_string(dir.path().join("log/keys")).unwrap();
    assert!(keys.starts_with(&old) && keys.lines().count() == 2);
    let verified = rate_ok(dir.path(), &format!("--lang en verify log --checkpoint kept --key {}", old.trim()));
    assert_eq!(last_line(&verified), "nothing is amiss");
    // The new key alone is not where the log began.
    let new = keys.lines().nth(1).unwrap();
    let (code, text) = ending(dir.path(), &format!("--lang en verify log --key {new}"));
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("key  keys: "), "{text}");
}

/// `rate` built from these sources with one rounding changed: half up has become down.
fn another_engine() -> PathBuf {
    let here = tempfile::tempdir().unwrap();
    for name in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "clippy.toml"] {
        fs::copy(root().join(name), here.path().join(name)).unwrap();
    }
    for name in ["rate-core", "rate-service", "tests", "benches", "fixtures"] {
        copy(&root().join(name), &here.path().join(name));
    }
    let amount = here.path().join("rate-core/src/amount.rs");
    let text = fs::read_to_string(&amount).unwrap();
    let changed = text.replace(
        "RoundMode::HalfUp => RoundingStrategy::MidpointAwayFromZero",
        "RoundMode::HalfUp => RoundingStrategy::ToZero",
    );
    assert_ne!(text, changed);
    fs::write(&amount, changed).unwrap();
    // TARGET/PROFILE/rate: what it is built from is kept beside, so that the next time only the two crates are new.
    let target = crate::command::binary().ancestors().nth(2).unwrap().join("another-engine");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    command.args(["build", "--quiet", "--offline", "--locked", "-p", "rate-service", "--bin", "rate", "--target-dir"]);
    let built = command.arg(&target).current_dir(here.path()).stdin(std::process::Stdio::null()).output().unwrap();
    assert!(built.status.success(), "{}", crate::command::text(&built.stderr));
    target.join(format!("debug/rate{}", std::env::consts::EXE_SUFFIX))
}

/// The same law, facts and semantics, and another build that rounds otherwise: replay names the engine, the step, both
/// rates.
#[test]
fn an_engine_that_rounds_otherwise_is_named_as_the_cause() {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 200");
    let frame = dir.path().join("demo/rules/cn/2015-71.toml");
    let text = fs::read_to_string(&frame).unwrap();
    let rounded = text.replace("rate    = \"none\"", "rate = { digits = 1, of = \"percent\", mode = \"half-up\" }");
    assert_ne!(text, rounded, "the frame of the demonstration does not round");
    fs::write(&frame, rounded).unwrap();
    rate_ok(dir.path(), &format!("{RUN} --book demo/book --out demo/again --log log {BY}"));
    assert_eq!(ending(dir.path(), "replay --log log").0, 0);
    let other = another_engine();
    let mut command = std::process::Command::new(other);
    command.args(["--lang", "en", "replay", "--log", "log", "--out", "differences.csv"]).current_dir(dir.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", crate::command::text(&output.stderr));
    let list = fs::read_to_string(dir.path().join("differences.csv")).unwrap();
    let line = list.lines().nth(1).unwrap();
    let cells: Vec<&str> = line.split(',').collect();
    assert_eq!((cells[3], cells[4].ends_with(" rounded")), ("engine", true), "{line}");
    let rate = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    assert!(rate(cells[5]) > rate(cells[6]), "half up gave more than down: {line}");
    assert!(list.lines().skip(1).all(|line| line.split(',').nth(3) == Some("engine")), "nothing else is accused");
}
