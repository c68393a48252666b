//! What the documents tell a reader to type is typed here, and must print what they say.
//!
//! Every block fenced as `sh` is run, in order, in one directory per document that holds a copy of `fixtures/`; a block
//! fenced as `text` right behind it is what it prints, to the letter. Commands fenced as `console` are only shown.
//! `RATE_UPDATE_README=1` writes what was printed into the documents instead of comparing it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{binary, copy, rate_ok, root, text};

const DOCUMENTS: &[&str] = &["README.md", "CONTRIBUTING.md", "docs/指南.md"];

/// A document in parts that, put together, are the document.
#[derive(Debug, PartialEq, Eq)]
enum Part<'t> {
    /// Anything that is neither of the others, fences of others included.
    Prose(&'t str),
    /// The inside of an `sh` block.
    Script(&'t str),
    /// The inside of a `text` block that stands right behind an `sh` block.
    Printed(&'t str),
}

fn parts(document: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = document;
    while let Some(open) = rest.find("```sh\n") {
        let (before, inside) = rest.split_at(open + "```sh\n".len());
        let (script, behind) = inside.split_at(inside.find("```").expect("an open block"));
        parts.extend([Part::Prose(before), Part::Script(script)]);
        let between = "```\n\n```text\n";
        rest = behind;
        if let Some(inside) = behind.strip_prefix(between) {
            let (printed, behind) = inside.split_at(inside.find("```").expect("an open block"));
            parts.extend([Part::Prose(between), Part::Printed(printed)]);
            rest = behind;
        }
    }
    parts.push(Part::Prose(rest));
    parts
}

/// Runs a script with `rate` and the shell's own commands; all it prints, in order.
fn run(dir: &Path, script: &str) -> String {
    let own = binary().parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).unwrap();
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n{script}"))
        .current_dir(dir)
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    text(&output.stdout)
}

/// The account that the demonstration shows in full, and invites to look at again.
fn account_shown(dir: &Path) -> String {
    let page = rate_ok(dir, "--lang en demo");
    let account = page.lines().find_map(|line| line.split_once(" --account ")).unwrap().1.to_owned();
    fs::remove_dir_all(dir.join("demo")).unwrap();
    account
}

/// The account that a document works with: what stands behind its first `account=`.
fn account_named(document: &str) -> Option<&str> {
    let (_, behind) = document.split_once("account=")?;
    behind.split(|c: char| !c.is_ascii_digit()).next().filter(|number| !number.is_empty())
}

/// The document with everything that its blocks print.
fn as_printed(document: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures"), &dir.path().join("fixtures"));
    let mut written = String::new();
    let mut printed = String::new();
    for part in parts(document) {
        // Writing to a String cannot fail.
        let _ = match part {
            Part::Prose(prose) => write!(written, "{prose}"),
            Part::Script(script) => {
                printed = run(dir.path(), script);
                write!(written, "{script}")
            }
            Part::Printed(_) => write!(written, "{printed}"),
        };
    }
    written
}

#[cfg(unix)]
#[test]
fn readme_and_guide_print_what_they_say() {
    let dir = tempfile::tempdir().unwrap();
    let shown = account_shown(dir.path());
    for name in DOCUMENTS {
        let path = root().join(name);
        let before = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let update = std::env::var_os("RATE_UPDATE_README").is_some_and(|value| value == "1");
        let named = account_named(&before).unwrap_or(&shown).to_owned();
        let before = if update { before.replace(&named, &shown) } else { before };
        let after = as_printed(&before);
        if *name == DOCUMENTS[0] {
            shows_what_its_prose_says(&after);
        }
        if update {
            fs::write(&path, after).unwrap();
            continue;
        }
        for (line, (one, two)) in (1..).zip(before.lines().zip(after.lines())) {
            assert_eq!(one, two, "{name}:{line}: {HOW_TO_UPDATE}");
        }
        assert_eq!(before.lines().count(), after.lines().count(), "{name}: {HOW_TO_UPDATE}");
        let named = account_named(&before).unwrap_or(&shown);
        assert_eq!(named, shown, "{name} works with another account than the demonstration shows: {HOW_TO_UPDATE}");
    }
}

/// What the prose of the README says of its blocks, whatever the figures in them.
fn shows_what_its_prose_says(readme: &str) {
    let account = account_named(readme).unwrap();
    let printed: Vec<&str> = parts(readme)
        .into_iter()
        .filter_map(|part| match part {
            Part::Printed(text) => Some(text),
            Part::Prose(_) | Part::Script(_) => None,
        })
        .collect();
    let [page, whole, notice, differing, log, check] = printed.as_slice() else {
        panic!("the README has six blocks of output")
    };
    assert!(page.contains("everyone accounted for"));
    assert!(whole.contains(account) && whole.contains("Trend: ") && whole.contains("Margin ("));
    assert!(notice.contains("the last day is 27 June 2022") && notice.contains("the term is not known"));
    let lines: Vec<&str> = differing.lines().filter(|line| line.starts_with(['<', '>'])).collect();
    let own = format!(" 990100,{account},");
    assert!(lines.len() >= 2 && lines.iter().all(|line| line[1..].starts_with(&own)), "{lines:?}");
    assert!(log.starts_with("Recorded as a trial") && log.ends_with("nothing is amiss\n"), "{log}");
    assert!(
        log.contains(&format!("{account}: step "))
            && log.contains(" identical, byte for byte")
            && log.contains("[facts]")
    );
    assert!(check.contains("check.gap") && check.contains("=> refused") && check.ends_with("exit code 1\n"));
}

const HOW_TO_UPDATE: &str = "where the new output is right, run it with RATE_UPDATE_README=1";

#[test]
fn parts_of_a_document_make_up_the_document() {
    let document = "a\n```sh\nb\n```\n\n```text\nc\n```\nd\n```sh\ne\n```\n```console\nf\n```\n";
    let parts = parts(document);
    let scripts: Vec<&Part<'_>> = parts.iter().filter(|part| matches!(part, Part::Script(_))).collect();
    assert_eq!(scripts, [&Part::Script("b\n"), &Part::Script("e\n")]);
    assert!(parts.contains(&Part::Printed("c\n")));
    let whole: String = parts
        .iter()
        .map(|part| match part {
            Part::Prose(text) | Part::Script(text) | Part::Printed(text) => *text,
        })
        .collect();
    assert_eq!(whole, document);
    assert_eq!(account_named("x\naccount=0012\n"), Some("0012"));
}
