//! Evidence of one decision: checked by whoever has nothing else, and not believed once anything in it was changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{ending, rate_ok, root, text};

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

#[test]
fn evidence_is_checked_without_the_log() {
    let dir = exported();
    fs::rename(dir.path().join("log"), dir.path().join("elsewhere")).unwrap();
    assert_eq!(verdict(dir.path()), (0, "nothing is amiss\n".to_owned()));
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

/// Every file changed in its first, middle and last byte, with its line of the list put right again or not.
#[test]
fn no_byte_of_evidence_can_be_changed_unseen() {
    let dir = exported();
    let evidence = dir.path().join("evidence");
    for file in files(&evidence) {
        let name = file.strip_prefix(&evidence).unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(&file).unwrap();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs::write(&file, &changed).unwrap();
            let (code, text) = verdict(dir.path());
            assert_eq!(code, 1, "{name} byte {at}: {text}");
        }
        fs::remove_file(&file).unwrap();
        assert_eq!(verdict(dir.path()).0, 1, "{name} missing");
        fs::write(&file, &bytes).unwrap();
    }
    assert_eq!(verdict(dir.path()).0, 0);
}

/// Whoever changes facts, law or record and puts the list of digests right is still found out.
#[test]
fn digests_put_right_do_not_help() {
    let dir = exported();
    let evidence = dir.path().join("evidence");
    let protected =
        ["facts.txt", "body.cbor", "trace.cbor", "law/rule_set.json", "proofs/entry.cbor", "proofs/record.txt"];
    for name in protected {
        let (path, list) = (evidence.join(name), evidence.join("SHA256SUMS"));
        let (bytes, sums) = (fs::read(&path).unwrap(), fs::read_to_string(&list).unwrap());
        let mut changed = bytes.clone();
        let at = changed.iter().rposition(u8::is_ascii_digit).unwrap_or(changed.len() / 2);
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        let right = rate_core::log::Digest::of(&changed).to_string();
        let old = rate_core::log::Digest::of(&bytes).to_string();
        fs::write(&list, sums.replace(&old, &right)).unwrap();
        let (code, text) = verdict(dir.path());
        assert_eq!(code, 1, "{name}: {text}");
        assert!(!text.contains("SHA256SUMS"), "{name}: {text}");
        fs::write(&path, &bytes).unwrap();
        fs::write(&list, sums).unwrap();
    }
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
    assert!(!said.contains("not worked again"), "{said}");
    let ours = |evidence: &Path| ending(dir.path(), &format!("--lang en verify {}", evidence.display()));
    for (evidence, number) in all.iter().zip(0..) {
        assert_eq!(ours(evidence), (0, "nothing is amiss\n".to_owned()), "{}", evidence.display());
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
