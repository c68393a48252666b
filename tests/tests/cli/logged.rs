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
    for (author, approver) in [("a", ""), ("", "b"), ("a", "\u{3000}"), ("a", "a\t")] {
        let run = format!("{RUN} --book demo/book --out demo/x --log log");
        let arguments = run.split(' ').chain(["--author", author, "--approver", approver]);
        let output = crate::command::rate(dir.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "{author:?} {approver:?}");
        assert!(crate::command::text(&output.stderr).contains("names its author and its approver"));
    }
    let earlier = "--author clerk --approver head --recorded-at 2022-06-20T08:59:59.999+08:00";
    let (code, text) = refused(&format!("--log log {earlier}"));
    assert!(code == 1 && text.contains("before the last entry of this log, 2022-06-20T01:00:00.000Z"), "{text}");
    assert_eq!(ending(dir.path(), "log rotate log --recorded-at 2022-06-20T00:00:00Z").0, 1);
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
    let again = format!("{RUN} --book demo/book --out demo/again --log log {BY}");
    let (code, text) = ending(dir.path(), &again);
    assert!(code == 0 && text.contains("1 entries and loose bytes that no checkpoint signs"), "{text}");
    assert!(text.contains(&format!("{unsigned:>6}  2022-06-20T01:00:00.000Z  batch ")), "{text}");
    let after = fs::read_to_string(log.join("entries")).unwrap();
    assert!(after.starts_with(&before) && after.lines().count() == unsigned, "{after}");
    let behind = format!("{}\nAAAA", before.lines().next().unwrap());
    assert_eq!(aside(&log, "entries-"), [behind.into_bytes()], "nothing that was taken out is lost");
    assert_eq!(last_line(&rate_ok(dir.path(), "--lang en verify log")), "nothing is amiss");
}

/// What a log keeps aside under names that begin with something.
fn aside(log: &Path, head: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(log.join("set-aside")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    let named = files.iter().filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(head));
    named.map(|path| fs::read(path).unwrap()).collect()
}

/// Everything below a directory, by path.
fn everything(dir: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// A write that was torn, wherever it was torn, stops nobody; nothing that was acknowledged is lost.
#[test]
fn a_torn_write_is_named_and_healed() {
    let dir = published();
    let log = dir.path().join("log");
    let (entries, leaves) = (fs::read(log.join("entries")).unwrap(), fs::read(log.join("leaves")).unwrap());
    let mut longer = entries.clone();
    longer.extend_from_slice(&entries[..entries.iter().position(|byte| *byte == b'\n').unwrap() + 1]);
    let hashes = leaves.len() / 32;
    let torn = [
        (&longer, [leaves.as_slice(), &[7; 5]].concat(), format!("leaves:{}", hashes + 1)),
        (&entries, leaves[..leaves.len() - 3].to_vec(), format!("leaves:{hashes}")),
        (&entries, [leaves.as_slice(), &[7; 40]].concat(), format!("entries:{}", hashes + 1)),
        (&entries, Vec::new(), "leaves:1".to_owned()),
    ];
    for (entries_found, leaves_found, place) in torn {
        fs::write(log.join("entries"), entries_found).unwrap();
        fs::write(log.join("leaves"), leaves_found).unwrap();
        let (code, text) = ending(dir.path(), "--lang en verify log --no-replay");
        assert!(code == 1 && text.contains(&place), "{place}: {text}");
        // Opened to write and then refused for want of an approver: nothing but the healing is seen.
        let refused =
            ending(dir.path(), &format!("{RUN} --book demo/book --out demo/x --log log --author a --approver a"));
        assert_eq!(refused.0, 1);
        assert_eq!(fs::read(log.join("entries")).unwrap(), entries);
        assert_eq!(fs::read(log.join("leaves")).unwrap(), leaves);
        assert_eq!(last_line(&rate_ok(dir.path(), "--lang en verify log --no-replay")), "nothing is amiss");
    }
}

/// Without its newest checkpoint a log cannot tell a publication from a crash: it goes on, says so, keeps every byte.
#[test]
fn what_is_taken_out_is_said_and_kept() {
    let dir = published();
    let log = dir.path().join("log");
    rate_ok(dir.path(), &format!("{RUN} --book demo/book --out demo/again --log log --run-id second {BY}"));
    let entries = fs::read_to_string(log.join("entries")).unwrap();
    let bodies = fs::read(log.join("runs/second/bodies")).unwrap();
    let count = entries.lines().count();
    fs::remove_file(log.join(format!("checkpoints/{count:012}"))).unwrap();
    let shown = rate_ok(dir.path(), "--lang en log show log");
    assert!(
        shown.lines().any(|line| line.contains("run        second ") && line.ends_with(" (not signed)")),
        "{shown}"
    );
    let again = "run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01 --book demo/book";
    let (code, text) = ending(dir.path(), &format!("{again} --out demo/again --log log --run-id second {BY}"));
    assert!(code == 0 && text.contains("已移出日志") && text.contains("run        second "), "{text}");
    let behind = format!("{}\n", entries.lines().last().unwrap());
    assert_eq!(aside(&log, "entries-"), [behind.into_bytes()]);
    assert_eq!(fs::read(log.join("set-aside/runs-second-1/bodies")).unwrap(), bodies);
    for command in ["log show log", "verify log --no-replay"] {
        let shown = rate_ok(dir.path(), &format!("--lang en {command}"));
        assert!(shown.contains("taken out of this log, kept in set-aside/entries-"), "{shown}");
    }
}

/// A log whose key is not there is not begun anew, and not one byte of it is written.
#[test]
fn a_log_without_its_key_is_left_alone() {
    let dir = published();
    let sealed = dir.path().join("sealed");
    copy(&root().join("fixtures/records/1"), &sealed);
    let before = everything(&sealed);
    for lang in ["zh", "en"] {
        let run = RUN.trim_start_matches("--lang en ");
        for command in [
            format!("--lang {lang} {run} --book demo/book --out demo/x --log sealed {BY}"),
            format!("--lang {lang} log rotate sealed"),
        ] {
            let (code, text) = ending(dir.path(), &command);
            let said = if lang == "zh" { "缺少私钥" } else { "is missing; nothing is written to it" };
            assert!(code == 1 && text.contains(said), "{text}");
            assert_eq!(everything(&sealed), before);
        }
    }
    // One thing of a log is enough.
    for name in ["keys", "entries", "leaves", "checkpoints"] {
        let part = dir.path().join(format!("only-{name}"));
        fs::create_dir(&part).unwrap();
        if name == "checkpoints" {
            fs::create_dir(part.join(name)).unwrap();
        } else {
            fs::copy(sealed.join(name), part.join(name)).unwrap();
        }
        let (code, text) = ending(dir.path(), &format!("{RUN} --book demo/book --out demo/x --log only-{name} {BY}"));
        assert!(code == 1 && text.contains("nothing is written to it"), "{name}: {text}");
        assert_eq!(fs::read_dir(&part).unwrap().count(), 1, "{name}");
    }
    // A key alone has signed nothing: a crash while a log was begun, or a key that was brought. Entries without the list
    // of keys are another matter.
    let fresh = dir.path().join("fresh");
    fs::create_dir(&fresh).unwrap();
    fs::copy(dir.path().join("log/key"), fresh.join("key")).unwrap();
    rate_ok(dir.path(), &format!("{RUN} --book demo/book --out demo/x --log fresh {BY}"));
    assert_eq!(fs::read(fresh.join("keys")).unwrap(), fs::read(dir.path().join("log/keys")).unwrap());
    fs::remove_file(fresh.join("keys")).unwrap();
    assert_eq!(ending(dir.path(), &format!("{RUN} --book demo/book --out demo/x --log fresh {BY}")).0, 1);
}

/// Nobody else reads the private key, whoever made files in its place beforehand.
#[test]
fn the_private_key_is_its_owners_alone() {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 200");
    let (log, caught) = (dir.path().join("log"), dir.path().join("caught"));
    fs::create_dir(&log).unwrap();
    fs::write(&caught, "").unwrap();
    std::os::unix::fs::symlink(&caught, log.join(".key.part")).unwrap();
    let run = |lang: &str| {
        let run = RUN.trim_start_matches("--lang en ");
        ending(dir.path(), &format!("--lang {lang} {run} --book demo/book --out demo/again --log log {BY}"))
    };
    assert_eq!(run("en").0, 0);
    assert_eq!(fs::read(&caught).unwrap(), b"", "a link leads nowhere");
    let mode = |name: &str| fs::symlink_metadata(log.join(name)).unwrap().permissions().mode() & 0o177_777;
    assert_eq!(mode("key"), 0o100_600);
    fs::write(log.join("..key.next.part"), "").unwrap();
    fs::set_permissions(log.join("..key.next.part"), fs::Permissions::from_mode(0o666)).unwrap();
    rate_ok(dir.path(), "log rotate log --recorded-at 2023-01-01T00:00:00Z");
    assert_eq!(mode("key"), 0o100_600);
    for open in [0o640, 0o604, 0o660] {
        fs::set_permissions(log.join("key"), fs::Permissions::from_mode(open)).unwrap();
        let (before, lang) = (everything(&log), if open == 0o640 { "en" } else { "zh" });
        let (code, text) = run(lang);
        let said = if lang == "en" { "others can read this private key" } else { "私钥可被他人读取" };
        assert!(code == 1 && text.contains(said) && text.contains("chmod 600"), "{text}");
        assert_eq!(everything(&log), before);
    }
}

/// What somebody wrote into a name stays in its line; when and in whose place a run came is shown.
#[test]
fn what_is_shown_of_an_entry_stays_in_its_line() {
    let dir = published();
    let turned = "head\u{1b}[2K\r\u{202e}daeh";
    let run = format!("{RUN} --book demo/book --out demo/again --log log --run-id second --author clerk");
    let more = ["--approver", turned, "--supersedes", "990100-2022-07-01", "--recorded-at", "2022-07-20T09:00:00Z"];
    let output = crate::command::rate(dir.path(), run.split(' ').chain(more));
    assert_eq!(output.status.code(), Some(0));
    assert!(!crate::command::text(&output.stdout).contains("stand beside it"));
    let shown = rate_ok(dir.path(), "log show log");
    let line = shown.lines().find(|line| line.contains("run        second ")).unwrap();
    assert!(line.contains("  2022-07-20T09:00:00.000Z  run "), "{line}");
    assert!(line.ends_with("by clerk and head\u{fffd}[2K\u{fffd}\u{fffd}daeh supersedes 990100-2022-07-01"), "{line}");
    assert!(!shown.contains(|letter: char| letter != '\n' && letter.is_control()));
    // The next run of the setting stands beside the one that stands.
    let by = "--author clerk --approver head --recorded-at 2022-07-21T09:00:00Z";
    let said = rate_ok(dir.path(), &format!("{RUN} --book demo/book --out demo/again --log log {by}"));
    assert!(said.contains("Note: runs of this area and setting stand beside it: second;"), "{said}");
}

#[test]
fn a_log_is_handed_over_to_a_new_key() {
    let dir = published();
    let old = fs::read_to_string(dir.path().join("log/keys")).unwrap();
    let kept = dir.path().join("kept");
    let first = fs::read_dir(dir.path().join("log/checkpoints")).unwrap().next().unwrap().unwrap();
    fs::copy(first.path(), &kept).unwrap();
    let first_key = fs::read(dir.path().join("log/key")).unwrap();
    rate_ok(dir.path(), "log rotate log --recorded-at 2022-06-20T01:00:00Z");
    rate_ok(dir.path(), &format!("{RUN} --book demo/book --out demo/again --log log {BY}"));
    // The old key, put back, publishes nothing and hands nothing over.
    let second_key = fs::read(dir.path().join("log/key")).unwrap();
    fs::write(dir.path().join("log/key"), first_key).unwrap();
    let before = everything(&dir.path().join("log"));
    for command in
        [format!("{RUN} --book demo/book --out demo/x --log log {BY}"), "--lang en log rotate log".to_owned()]
    {
        let (code, text) = ending(dir.path(), &command);
        assert!(code == 1 && text.contains("not the key that signs this log now"), "{text}");
    }
    assert_eq!(everything(&dir.path().join("log")), before);
    fs::write(dir.path().join("log/key"), second_key).unwrap();
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
    // TARGET/PROFILE/rate
    let profile = crate::command::binary().parent().unwrap();
    let target = profile.parent().unwrap().join("another-engine");
    let beside = target.join(profile.file_name().unwrap());
    for name in ["build", "deps", ".fingerprint"] {
        linked(&profile.join(name), &beside.join(name));
    }
    crate::command::build(here.path(), &beside, &["rate-core", "rate-service", "rate-tests"]);
    beside.join(format!("rate{}", std::env::consts::EXE_SUFFIX))
}

/// What cargo made of packages that are not ours, in a second place: the crates that differ are then all it compiles there.
fn linked(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (name, place) = (entry.file_name().into_string().unwrap(), to.join(entry.file_name()));
        let ours = ["rate-", "rate_", "librate_"].iter().any(|head| name.starts_with(head));
        if entry.file_type().unwrap().is_dir() {
            if !ours && name != "incremental" {
                linked(&entry.path(), &place);
            }
        } else if !ours && !place.exists() {
            // Where there are no hard links, cargo compiles once more.
            let _ = fs::hard_link(entry.path(), place);
        }
    }
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
