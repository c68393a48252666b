//! Evidence of one decision: checked by whoever has nothing else, and not believed once anything in it was changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rate_core::log::{Digest, SignedNote, SigningKey};

use crate::command::{copy, ending, rate_ok, root, text};

const RUN: &str = "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01 --book demo/book --out demo/again";
const BY: &str = "--author clerk --approver head --recorded-at 2022-06-20T09:00:00+08:00";

/// Evidence of the first account that was decided.
fn exported() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 200");
    rate_ok(dir.path(), &format!("{RUN} --log log {BY}"));
    let rates = fs::read_to_string(dir.path().join("demo/again/rates.csv")).unwrap();
    let account = rates.lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned();
    rate_ok(
        dir.path(),
        &format!("evidence export --log log --run 990100-2022-07-01 --account {account} --out evidence"),
    );
    dir
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn verdict(dir: &Path) -> (i32, String) {
    ending(dir, "--lang en verify evidence")
}

/// Makes the list of digests again, as whoever changes files would.
fn listed_again(evidence: &Path) {
    let list = evidence.join("SHA256SUMS");
    let of = |file: &PathBuf| {
        let name = file.strip_prefix(evidence).unwrap().to_string_lossy().into_owned();
        format!("{}  {name}\n", Digest::of(&fs::read(file).unwrap()))
    };
    let mut lines: Vec<String> = files(evidence).iter().filter(|file| **file != list).map(of).collect();
    // By name as text, in which `keys.txt` stands before `keys/001`.
    lines.sort_by(|one, two| one[64..].cmp(&two[64..]));
    fs::write(list, lines.concat()).unwrap();
}

/// The public keys of a log, oldest first.
fn keys(dir: &Path) -> Vec<String> {
    fs::read_to_string(dir.join("log/keys")).unwrap().lines().map(str::to_owned).collect()
}

/// The account that the evidence of a directory is of.
fn account(evidence: &Path) -> String {
    let index: serde_json::Value = serde_json::from_slice(&fs::read(evidence.join("evidence.json")).unwrap()).unwrap();
    index["account"]["number"].as_str().unwrap().to_owned()
}

fn exported_again(dir: &Path, arguments: &str) -> (i32, String) {
    let account = account(&dir.join("evidence"));
    ending(dir, &format!("--lang en evidence export --log log --run 990100-2022-07-01 --account {account} {arguments}"))
}

fn second(arguments: &[&str], dir: &Path) -> (i32, String) {
    let script = root().join("tests/verifier/verify.py");
    let arguments = arguments.iter().map(std::ffi::OsStr::new);
    python(&[script.as_os_str()].into_iter().chain(arguments).chain([dir.as_os_str()]).collect::<Vec<_>>())
}

#[test]
fn evidence_is_checked_without_the_log() {
    let dir = exported();
    fs::rename(dir.path().join("log"), dir.path().join("elsewhere")).unwrap();
    let (code, said) = verdict(dir.path());
    assert_eq!((code, said.lines().last().unwrap()), (0, "nothing is amiss"), "{said}");
    assert!(said.contains("(from the evidence itself, compared with nothing)"), "{said}");
    let keys = fs::read_to_string(dir.path().join("elsewhere/keys")).unwrap();
    assert_eq!(ending(dir.path(), &format!("--lang en verify evidence --key {}", keys.trim())).0, 0);
    let checkpoints = files(&dir.path().join("elsewhere/checkpoints"));
    let kept = checkpoints.last().unwrap().display().to_string();
    assert_eq!(ending(dir.path(), &format!("--lang en verify evidence --checkpoint {kept}")).0, 0);
    // It is a book, too: the same account decided from it has the same rates.
    let again = "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01 --book evidence/book --out demo/third --accept table-empty,year-empty";
    rate_ok(dir.path(), again);
    let rates = |run: &str| fs::read_to_string(dir.path().join(run).join("rates.csv")).unwrap();
    let (third, all) = (rates("demo/third"), rates("demo/again"));
    let account = third.lines().nth(1).unwrap().split(',').nth(1).unwrap();
    let of = |text: &str| text.lines().filter(|line| line.contains(account)).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(of(&third), of(&all));
}

/// Every file changed in its first, middle and last byte, with the list of digests made again.
#[test]
fn no_byte_of_evidence_can_be_changed_unseen() {
    let dir = exported();
    let evidence = dir.path().join("evidence");
    for file in files(&evidence) {
        let name = file.strip_prefix(&evidence).unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(&file).unwrap();
        let listed = |again: bool| {
            if again && name != "SHA256SUMS" {
                listed_again(&evidence)
            }
        };
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs::write(&file, &changed).unwrap();
            listed(true);
            let (code, text) = verdict(dir.path());
            assert_eq!(code, 1, "{name} byte {at}: {text}");
        }
        fs::remove_file(&file).unwrap();
        listed(true);
        assert_eq!(verdict(dir.path()).0, 1, "{name} missing");
        fs::write(&file, &bytes).unwrap();
        listed(true);
    }
    assert_eq!(verdict(dir.path()).0, 0);
}

/// Whoever changes what is in evidence and puts the list of digests right is still found out, at the file changed: also
/// where the change reads well.
#[test]
fn digests_put_right_do_not_help() {
    let dir = exported();
    let evidence = dir.path().join("evidence");
    let book: Vec<PathBuf> = files(&evidence.join("book"));
    let book = book.iter().map(|file| file.strip_prefix(&evidence).unwrap().to_str().unwrap());
    let protected = ["facts.txt", "body.cbor", "trace.cbor", "law/rule_set.json", "proofs/entry.cbor"];
    let shown = ["proofs/record.txt", "README.md", "decision.md", "body.json", "evidence.json"];
    for name in protected.into_iter().chain(shown).chain(book) {
        let path = evidence.join(name);
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        let at = changed.iter().rposition(u8::is_ascii_digit).unwrap_or(changed.len() / 2);
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        listed_again(&evidence);
        let (code, text) = verdict(dir.path());
        assert_eq!(code, 1, "{name}: {text}");
        assert!(!text.contains("SHA256SUMS"), "{name}: {text}");
        fs::write(&path, &bytes).unwrap();
    }
    listed_again(&evidence);
    assert_eq!(verdict(dir.path()).0, 0);
}

/// A file more, a row more, a file that the list leaves out, a list of nothing, a link: both readers see them.
#[test]
fn evidence_has_its_files_and_no_others() {
    let dir = exported();
    let (whole, evidence) = (dir.path().join("evidence"), dir.path().join("changed"));
    let with_python = rate_tests::python();
    let check = |what: &str, change: &dyn Fn(&Path), again: bool, seconds: bool| {
        if evidence.exists() {
            fs::remove_dir_all(&evidence).unwrap();
        }
        copy(&whole, &evidence);
        change(&evidence);
        if again {
            listed_again(&evidence);
        }
        let (code, said) = ending(dir.path(), "--lang en verify changed");
        assert_eq!(code, 1, "{what}: {said}");
        if with_python && seconds {
            let (code, said) = second(&[], &evidence);
            assert_eq!(code, 1, "{what}: {said}");
        }
    };
    let added = |name: &'static str, more: &'static str| {
        move |dir: &Path| {
            let mut bytes = fs::read(dir.join(name)).unwrap_or_default();
            bytes.extend(more.as_bytes());
            fs::write(dir.join(name), bytes).unwrap();
        }
    };
    check("a file that is not listed", &added("more.txt", "more"), false, true);
    check("a file that is listed", &added("more.txt", "more"), true, false);
    check("a row of a stranger", &added("book/accounts.csv", "990100,99999999,,,,employer,\n"), true, true);
    check("a benefit", &added("book/events.csv", "area,account,event\n"), true, true);
    check("a list of nothing", &|dir: &Path| fs::write(dir.join("SHA256SUMS"), "").unwrap(), false, true);
    let left_out = |dir: &Path| {
        let list = fs::read_to_string(dir.join("SHA256SUMS")).unwrap();
        let lines = list.lines().filter(|line| !line.ends_with("decision.md")).map(|line| format!("{line}\n"));
        fs::write(dir.join("SHA256SUMS"), lines.collect::<String>()).unwrap();
    };
    check("a file left out", &left_out, false, true);
    let linked = |dir: &Path| {
        fs::remove_file(dir.join("README.md")).unwrap();
        std::os::unix::fs::symlink(whole.join("README.md"), dir.join("README.md")).unwrap();
    };
    check("a link", &linked, false, true);
    let graded = |dir: &Path| {
        let text = fs::read_to_string(dir.join("body.json")).unwrap();
        let changed = text.replacen("\"rate_percent\": \"", "\"rate_percent\": \"1", 1);
        assert_ne!(text, changed);
        fs::write(dir.join("body.json"), changed).unwrap();
    };
    check("another rate for readers", &graded, true, true);
}

/// Evidence out of a log of one's own, with the known key set in front of one's own: no key is believed for standing in
/// the list.
#[test]
fn a_key_in_the_list_is_not_believed_for_standing_there() {
    let dir = exported();
    let real = SigningKey::from_seed("rate-log", [7; 32]).unwrap().verifying().to_string();
    let listed = dir.path().join("evidence/proofs/keys.txt");
    let own = fs::read_to_string(&listed).unwrap();
    for keys in [format!("{real}\n{own}"), format!("{own}{real}\n"), format!("{real}\n")] {
        fs::write(&listed, &keys).unwrap();
        listed_again(&dir.path().join("evidence"));
        let (code, said) = ending(dir.path(), &format!("--lang en verify evidence --key {real}"));
        assert_eq!(code, 1, "{keys}{said}");
        if rate_tests::python() {
            let (code, said) = second(&["--key", &real], &dir.path().join("evidence"));
            assert_eq!(code, 1, "{keys}{said}");
        }
    }
}

/// A log handed over twice: evidence leads from its first key to the one that signs, and to no other.
#[test]
fn evidence_carries_the_hand_overs_of_keys() {
    let dir = exported();
    let old = fs::read_to_string(dir.path().join("log/key")).unwrap();
    rate_ok(dir.path(), "log rotate log --recorded-at 2022-06-20T09:00:00+08:00");
    rate_ok(dir.path(), &format!("{RUN} --log log --run-id second {BY}"));
    rate_ok(dir.path(), "log rotate log --recorded-at 2022-06-20T09:00:00+08:00");
    rate_ok(dir.path(), &format!("{RUN} --log log --run-id third {BY}"));
    assert_eq!(exported_again(dir.path(), "--out rotated").0, 0);
    let (evidence, keys) = (dir.path().join("rotated"), keys(dir.path()));
    assert_eq!(keys.len(), 3);
    let verdicts = |key: &str| {
        let ours = ending(dir.path(), &format!("--lang en verify rotated --key {key}"));
        let theirs = if rate_tests::python() { second(&["--key", key], &evidence).0 } else { ours.0 };
        assert_eq!(ours.0, theirs, "{}", ours.1);
        ours
    };
    for key in &keys {
        let (code, said) = verdicts(key);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains(&format!("Signing key: {} (given)", keys[2])), "{said}");
    }
    let stranger = SigningKey::from_seed("rate-log", [7; 32]).unwrap();
    assert_eq!(verdicts(&stranger.verifying().to_string()).0, 1);
    let changed = |name: &str, bytes: &[u8], what: &str| {
        let whole = fs::read(evidence.join(name)).unwrap();
        fs::write(evidence.join(name), bytes).unwrap();
        listed_again(&evidence);
        let (code, said) = verdicts(&keys[0]);
        assert_eq!(code, 1, "{what}: {said}");
        fs::write(evidence.join(name), whole).unwrap();
        listed_again(&evidence);
    };
    // The checkpoint signed by a key that was handed over since, and by one that never was.
    let note = SignedNote::parse(&fs::read_to_string(evidence.join("proofs/checkpoint.txt")).unwrap()).unwrap();
    let old = SigningKey::parse(old.trim()).unwrap();
    for (key, what) in [(&old, "the first key"), (&stranger, "a stranger")] {
        let note = key.sign(note.unverified_text()).unwrap().to_string();
        changed("proofs/checkpoint.txt", note.as_bytes(), what);
    }
    let beside = note.clone().with(stranger.sign(note.unverified_text()).unwrap()).unwrap().to_string();
    changed("proofs/checkpoint.txt", beside.as_bytes(), "a stranger beside the key");
    // A hand-over signed by one of both only.
    let name = "proofs/keys/001/checkpoint.txt";
    let both = fs::read_to_string(evidence.join(name)).unwrap();
    let lines: Vec<&str> = both.lines().collect();
    for place in [lines.len() - 1, lines.len() - 2] {
        let mut one = lines.clone();
        one.remove(place);
        changed(name, (one.join("\n") + "\n").as_bytes(), "one signature");
    }
    let other = fs::read(evidence.join("proofs/keys/002/entry.cbor")).unwrap();
    changed("proofs/keys/001/entry.cbor", &other, "the entry of another hand-over");
    assert_eq!(verdicts(&keys[0]).0, 0);
}

/// A checkpoint of another size is no sign of anything, and none of having been compared.
#[test]
fn a_kept_checkpoint_of_another_size_is_not_compared() {
    let dir = exported();
    let kept = files(&dir.path().join("log/checkpoints")).pop().unwrap();
    let size = kept.file_name().unwrap().to_string_lossy().trim_start_matches('0').to_owned();
    fs::copy(&kept, dir.path().join("kept")).unwrap();
    rate_ok(dir.path(), "log rotate log --recorded-at 2022-07-01T09:00:00+08:00");
    let later = files(&dir.path().join("log/checkpoints")).pop().unwrap();
    let after: u64 = size.parse::<u64>().unwrap() + 1;
    assert_eq!(exported_again(dir.path(), "--out later").0, 0);
    let (code, said) = ending(dir.path(), "--lang en verify later --checkpoint kept");
    let words =
        format!("cannot be compared: sizes {size} and {after}; ask for evidence at that checkpoint\nnot compared\n");
    assert!(code == 1 && said.ends_with(&words), "{said}");
    assert_eq!(exported_again(dir.path(), &format!("--size {size} --out then")).0, 0);
    let (code, said) = ending(dir.path(), "--lang en verify then --checkpoint kept");
    assert!(code == 0 && said.contains("(given)"), "{said}");
    // Of the key that followed, evidence of before knows nothing.
    let (code, _) = ending(dir.path(), &format!("--lang en verify then --checkpoint {}", later.display()));
    assert_eq!(code, 1);
}

/// A log that was changed gives no evidence, and none is written into a log.
#[test]
fn export_refuses_what_would_not_hold() {
    let dir = exported();
    let (code, said) = exported_again(dir.path(), "--out log/runs/evidence");
    assert!(code == 1 && said.contains("lies inside an input"), "{said}");
    assert!(!dir.path().join("log/runs/evidence").exists());
    let leaves = dir.path().join("log/runs/990100-2022-07-01/bodies");
    let bytes = fs::read(&leaves).unwrap();
    let first = rate_core::record::Item::read_first(&bytes).unwrap().1;
    let mut changed = bytes.clone();
    changed[bytes.len() - first.len() - 1] ^= 1;
    fs::write(&leaves, changed).unwrap();
    let (code, said) = exported_again(dir.path(), "--out other");
    assert!(code == 1 && said.contains("would not hold"), "{said}");
    assert!(!dir.path().join("other").exists());
}

/// The rule set of the demonstration may be tried and never published: whoever reads the evidence is told.
#[test]
fn evidence_of_a_trial_says_so() {
    let dir = exported();
    for name in ["README.md", "decision.md"] {
        let text = fs::read_to_string(dir.path().join("evidence").join(name)).unwrap();
        assert!(text.contains("试算，不得发布 / a trial, never to be published"), "{name}: {text}");
    }
    let (_, said) = verdict(dir.path());
    assert!(said.contains("Run: 990100-2022-07-01 (a trial, never to be published)"), "{said}");
}

/// Whatever it is given, the second reader says what it makes of it.
#[test]
fn the_second_reader_does_not_break_down() {
    if !rate_tests::python() {
        return;
    }
    let dir = exported();
    let evidence = dir.path().join("evidence");
    let (code, said) = second(&[], &evidence);
    assert!(code == 0 && said.contains("not recomputed"), "{said}");
    assert!(said.contains("no --key: the first key of the evidence is believed"), "{said}");
    fs::write(evidence.join("body.json"), "[".repeat(100_000)).unwrap();
    // A hundred thousand heads of bignums and of arrays, each inside the one before.
    for deep in [b"\xc2", b"\x81"] {
        fs::write(evidence.join("body.cbor"), deep.repeat(100_000)).unwrap();
        let (code, said) = second(&[], &evidence);
        assert!(code == 1 && !said.contains("Traceback"), "{said}");
    }
    let (code, said) = second(&[], &dir.path().join("nowhere"));
    assert!(code == 1 && !said.contains("Traceback"), "{said}");
    let script = root().join("tests/verifier/verify.py");
    let (code, said) = python(&[script.as_os_str(), std::ffi::OsStr::new("--key")]);
    assert!(code == 2 && !said.contains("Traceback"), "{said}");
}

fn python(arguments: &[&std::ffi::OsStr]) -> (i32, String) {
    let output = Command::new("python3").args(arguments).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

/// Evidence of Jiangsu's accounts, of a book that aims at the rows of its table; the directories, in order.
fn jiangsu(dir: &Path, accounts: usize) -> Vec<PathBuf> {
    let generate = root().join("tests/oracle/generate.py");
    let book = dir.join("book");
    fs::create_dir(&book).unwrap();
    let arguments = ["320000/2023", "2025-01-01", "300"].map(std::ffi::OsStr::new);
    let (code, said) = python(&[&[generate.as_os_str()], &arguments[..], &[book.as_os_str()]].concat());
    assert_eq!(code, 0, "{said}");
    let fixtures = root().join("fixtures").to_string_lossy().into_owned();
    let accept = "--accept table-empty,year-empty";
    rate_ok(
        dir,
        &format!(
            "--lang en run --area 320000 --rules {fixtures}/rule_sets --parameters {fixtures}/parameters --book book \
             --on 2025-01-01 --out out --log log {accept} {BY}"
        ),
    );
    let rates = fs::read_to_string(dir.join("out/rates.csv")).unwrap();
    let decided = rates.lines().skip(1).filter(|line| line.ends_with(",320000/2023"));
    let mut numbers: Vec<&str> = decided.filter_map(|line| line.split(',').nth(1)).collect();
    numbers.dedup();
    let step = (numbers.len() / accounts).max(1);
    let chosen = numbers.iter().step_by(step).take(accounts);
    chosen
        .map(|number| {
            let out = dir.join(format!("evidence-{number}"));
            let line =
                format!("evidence export --log log --run 320000-2025-01-01 --account {number} --out {}", out.display());
            rate_ok(dir, &line);
            out
        })
        .collect()
}

/// A reader that shares nothing with ours but the written format: it checks the same things, and the oracle works the
/// rates again from the packaged facts.
#[test]
fn a_second_reader_agrees_on_good_and_on_bad_evidence() {
    if !rate_tests::python() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let all = jiangsu(dir.path(), 20);
    assert_eq!(all.len(), 20);
    let script = root().join("tests/verifier/verify.py");
    let second = |dirs: &[PathBuf]| {
        let dirs = dirs.iter().map(|dir| dir.as_os_str());
        python(&std::iter::once(script.as_os_str()).chain(dirs).collect::<Vec<_>>())
    };
    let (code, said) = second(&all);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("not recomputed"), "{said}");
    let ours = |evidence: &Path| ending(dir.path(), &format!("--lang en verify {}", evidence.display()));
    for (evidence, number) in all.iter().zip(0..) {
        let (code, said) = ours(evidence);
        assert!(code == 0 && said.ends_with("nothing is amiss\n"), "{}: {said}", evidence.display());
        let names: Vec<PathBuf> = files(evidence)
            .into_iter()
            .filter(|it| !it.ends_with("README.md") && !it.ends_with("decision.md"))
            .collect();
        let name = &names[number % names.len()];
        let bytes = fs::read(name).unwrap();
        let mut changed = bytes.clone();
        let at = (bytes.len() - 1) * (number + 1) / 21;
        changed[at] ^= 1;
        fs::write(name, changed).unwrap();
        let (code, said) = second(std::slice::from_ref(evidence));
        let mine = ours(evidence);
        assert_eq!((code, mine.0), (1, 1), "{} byte {at}: {said}{}", name.display(), mine.1);
        fs::write(name, bytes).unwrap();
    }
}
