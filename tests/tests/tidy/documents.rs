//! Documents say what the code says, lead where they point, and name no machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rate_core::diagnostics::Kind;
use rate_core::input::examine_all;
use rate_core::rule_set::{Form, Verdict};
use rate_core::{Code, Lang, RuleSetFile};
use rate_service::api_error::ApiCode;
use rate_service::logbook::FaultKind;

use crate::source::{File, files, files_ending, root};

fn document(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The cells of the lines of Markdown tables whose first cell is in backticks.
fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().filter(|line| line.starts_with("| `"));
    lines.map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// Problems of inputs, and failures of requests.
fn errors_md() -> (String, String) {
    let text = document("docs/ERRORS.md");
    let (problems, failures) = text.split_once("\n## HTTP\n").expect("docs/ERRORS.md has a section HTTP");
    (problems.to_owned(), failures.to_owned())
}

#[test]
fn errors_md_lists_every_failure_of_a_request_with_its_status_and_sentences() {
    let (_, text) = errors_md();
    let listed = rows(&text);
    for (code, row) in ApiCode::ALL.iter().zip(&listed) {
        let (en, zh) = (code.template(Lang::En), code.template(Lang::Zh));
        let expected =
            [format!("`{}`", code.as_str()), code.status().as_u16().to_string(), en.to_owned(), zh.to_owned()];
        assert_eq!(row[..4], expected, "docs/ERRORS.md and rate-service/src/api_error/code.rs");
        assert!(row.len() == 5 && row[4].chars().count() >= 8, "`{}`: say what to do", code.as_str());
    }
    assert_eq!(listed.len(), ApiCode::ALL.len(), "every code, in the order of the code");
}

#[test]
fn errors_md_lists_every_code_with_its_sentences() {
    let mut listed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (text, _) = errors_md();
    for row in rows(&text) {
        assert_eq!(row.len(), 4, "code, English, 中文, what to do: {row:?}");
        let code = row[0].trim_matches('`').to_owned();
        assert!(listed.insert(code.clone(), row).is_none(), "`{code}` stands twice");
    }
    for code in Code::ALL {
        let (en, zh) = (code.template(Lang::En), code.template(Lang::Zh));
        let row = listed.remove(code.as_str());
        let row = row.unwrap_or_else(|| panic!("docs/ERRORS.md lacks\n| `{code}` | {en} | {zh} | what to do |"));
        assert_eq!((row[1].as_str(), row[2].as_str()), (en, zh), "`{code}` in docs/ERRORS.md");
        assert!(row[3].chars().count() >= 8, "`{code}`: say what to do");
    }
    assert!(listed.is_empty(), "codes that do not exist: {:?}", listed.keys());
}

#[test]
fn operations_md_says_what_to_do_about_every_fault() {
    let text = document("docs/operations.md");
    let (_, table) = text.split_once("\n## When something does not verify\n").unwrap();
    let rows: Vec<Vec<String>> = rows(table);
    let named: Vec<&str> = rows.iter().flat_map(|row| row[0].split(' ')).map(|word| word.trim_matches('`')).collect();
    let kinds: BTreeSet<&str> = FaultKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(named.len(), kinds.len(), "each once: {named:?}");
    assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), kinds);
    assert!(rows.iter().all(|row| row.len() == 3 && row[2].len() >= 8));
}

#[test]
fn diagnostics_md_lists_every_kind_with_its_sentences() {
    let listed: Vec<Vec<String>> = rows(&document("docs/diagnostics.md"));
    let kinds: Vec<Vec<String>> = Kind::ALL
        .iter()
        .map(|kind| {
            let to_do = format!("{} · {}", kind.what_to_do(Lang::En), kind.what_to_do(Lang::Zh));
            let (en, zh) = (kind.template(Lang::En).to_owned(), kind.template(Lang::Zh).to_owned());
            vec![format!("`{kind}`"), kind.severity().as_str().to_owned(), en, zh, to_do]
        })
        .collect();
    for (kind, row) in kinds.iter().zip(&listed) {
        assert_eq!(row, kind, "docs/diagnostics.md and rate-core/src/diagnostics/kind.rs");
    }
    assert_eq!(listed.len(), kinds.len(), "every kind, in the order of the code");
    let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), Kind::ALL.len(), "a name stands for one thing");
    assert!(Kind::ALL.is_sorted_by_key(|kind| kind.severity()), "what weighs most comes first");
}

#[test]
fn sentences_of_both_languages_name_the_same_values() {
    for code in Code::ALL {
        let values = |lang| {
            let text = code.template(lang);
            (0..9).filter(|value| text.contains(&format!("{{{value}}}"))).collect::<Vec<_>>()
        };
        assert_eq!(values(Lang::En), values(Lang::Zh), "{code}");
        assert!(values(Lang::En).iter().copied().eq(0..values(Lang::En).len()), "{code} leaves a value out");
    }
    let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), Code::ALL.len(), "a code stands for one thing");
}

fn fenced<'t>(text: &'t str, fence: &str) -> &'t str {
    let (_, behind) = text.split_once(&format!("```{fence}\n")).unwrap_or_else(|| panic!("no ```{fence} block"));
    behind.split_once("```").map_or(behind, |(block, _)| block)
}

#[test]
fn the_example_of_the_readme_is_the_one_that_is_tested() {
    let readme = document("README.md");
    let source = document("rate-core/src/lib.rs");
    let docs: Vec<&str> = source
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let docs = docs.join("\n");
    let shown = fenced(&docs, "").lines().filter(|line| !line.starts_with("# ")).collect::<Vec<_>>();
    assert_eq!(fenced(&readme, "rust").lines().collect::<Vec<_>>(), shown, "README.md and rate-core/src/lib.rs");
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Complete => "complete",
        Verdict::Trial => "trial",
        Verdict::Partial => "partial",
        Verdict::Illustrative => "illustrative",
        Verdict::Frame => "frame",
        Verdict::Refused => "refused",
    }
}

#[test]
fn the_readme_lists_every_rule_set_with_its_verdict() {
    let parsed: Vec<RuleSetFile> = files_ending("fixtures/rule_sets", ".toml")
        .iter()
        .map(|file| RuleSetFile::parse(&file.text).unwrap())
        .collect();
    let examined = examine_all(&parsed).into_iter().map(|read| read.unwrap_or_else(|problems| panic!("{problems}")));
    let sets: BTreeMap<String, &str> = examined
        .map(|it| {
            let as_published = it.rules().form() == Form::AsPublished;
            (format!("`{}`", it.id()), if as_published { "as published" } else { word(it.report().verdict) })
        })
        .collect();
    let readme = document("README.md");
    let listed: BTreeMap<String, String> = rows(&readme)
        .into_iter()
        .filter(|row| row[0].contains('/'))
        .map(|row| (row[0].clone(), row[2].clone()))
        .collect();
    let listed: BTreeMap<String, &str> = listed.iter().map(|(id, verdict)| (id.clone(), verdict.as_str())).collect();
    assert_eq!(listed, sets);
}

/// The numbers that stand in brackets: `(5)`.
fn bracketed(text: &str) -> BTreeSet<u32> {
    text.split('(').filter_map(|part| part.split_once(')')?.0.parse().ok()).collect()
}

#[test]
fn limits_md_names_every_dimension_that_cannot_be_said() {
    let model = document("docs/rule-model.md");
    let dimensions = model.lines().filter_map(|line| {
        let (number, rest) = line.strip_prefix("| ")?.split_once(" | ")?;
        rest.contains("*not yet*").then(|| number.parse::<u32>().ok())?
    });
    let limits = document("docs/limits.md");
    let named = limits.lines().find(|line| line.starts_with("In the rule set (numbers of")).unwrap();
    assert_eq!(bracketed(named), dimensions.collect::<BTreeSet<u32>>());
}

/// The targets of Markdown links that are no web pages.
fn links(text: &str) -> Vec<&str> {
    let targets = text.match_indices("](").map(|(at, _)| &text[at + 2..]);
    let targets = targets.filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    targets.filter(|target| !target.contains("://") && !target.starts_with('#') && !target.contains(' ')).collect()
}

#[test]
fn links_lead_somewhere() {
    for file in files("").into_iter().filter(|file| file.name.ends_with(".md")) {
        let folder = root().join(&file.name);
        let folder = folder.parent().unwrap_or(Path::new("."));
        for link in links(&file.text) {
            let path = link.split('#').next().unwrap_or_default();
            assert!(folder.join(path).exists(), "{}: `{link}` leads nowhere", file.name);
        }
    }
}

#[test]
fn every_document_is_found_from_the_readme() {
    let readme = document("README.md");
    let documents = files("docs").into_iter().filter(|file| !file.name.starts_with("docs/adr/"));
    for file in documents {
        assert!(readme.contains(&format!("({})", file.name)), "README.md does not lead to {}", file.name);
    }
}

/// Beginnings of paths that exist on one machine only, in halves so that this file does not name them.
const MACHINE: &[(&str, &str)] =
    &[("/ho", "me/"), ("/ro", "ot/"), ("/Us", "ers/"), ("/wo", "rk/"), ("/t", "mp/"), ("/v", "ar/"), ("C:", "\\")];

/// Marks of what is unfinished.
const UNFINISHED: &[(&str, &str)] = &[
    ("FIX", "ME"),
    ("XX", "X"),
    ("HA", "CK:"),
    ("TO", "DO"),
    ("todo", "!("),
    ("unimplemented", "!("),
    ("dbg", "!("),
    ("<<<<", "<<<"),
    ("#[ign", "ore"),
];

fn everything() -> Vec<File> {
    files("").into_iter().filter(|file| file.name != "Cargo.lock" && file.name != "LICENSE").collect()
}

/// Where an installed system keeps what programs keep: named by what installs, and by the document on it.
const STATE: (&str, &str) = ("/v", "ar/lib/");

fn installs(name: &str) -> bool {
    name.starts_with("packaging/") || ["docs/operations.md", "tests/tests/tidy/packaging.rs"].contains(&name)
}

#[test]
fn no_file_names_a_machine_or_is_unfinished() {
    for mut file in everything() {
        if installs(&file.name) {
            file.text = file.text.replace(&format!("{}{}", STATE.0, STATE.1), "");
        }
        for (one, two) in MACHINE.iter().chain(UNFINISHED) {
            let mark = format!("{one}{two}");
            let line = file.text.lines().position(|line| line.contains(&mark)).map(|line| line + 1);
            assert!(line.is_none(), "{}:{} has `{mark}`", file.name, line.unwrap_or_default());
        }
    }
}

#[test]
fn every_package_comes_from_the_one_registry() {
    let lock = document("Cargo.lock");
    let sources: BTreeSet<&str> = lock.lines().filter_map(|line| line.strip_prefix("source = ")).collect();
    assert_eq!(sources, BTreeSet::from(["\"registry+https://github.com/rust-lang/crates.io-index\""]));
}

#[test]
fn lines_end_as_on_unix_and_files_with_a_line_end() {
    // Books hold what people send, records what was hashed.
    let ours = |name: &str| !["fixtures/books/", "fixtures/records/"].iter().any(|dir| name.starts_with(dir));
    for file in everything().iter().filter(|file| ours(&file.name)) {
        assert!(!file.text.contains('\r'), "{} has carriage returns", file.name);
        assert!(file.text.is_empty() || file.text.ends_with('\n'), "{} breaks off without a line end", file.name);
        assert!(!file.text.contains("\t") || file.name.ends_with(".csv"), "{} has tabs", file.name);
    }
}
