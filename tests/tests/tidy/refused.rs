//! Files that are wrong, each with what is to be said of it and where: books (`fixtures/books/refused`), rule sets,
//! parameters, histories and sheets of other systems (`fixtures/refused`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rate_core::input::{CaseFile, Examined, examine_all};
use rate_core::{Code, Lang, MonthSpan, Parameters, ParametersFile, Problem, Problems, RuleSet, RuleSetFile, decide};
use rate_service::book::foshan::Sheets;
use rate_service::book::read_book;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::sheets;
use crate::source::{File, files_ending, root};

/// How many mistakes there are at least.
const LEAST: usize = 120;

/// A file or book, with everything that is found wrong in it.
pub struct Refused {
    name: String,
    /// `file:line:column [field] code`, the file left out where it is the refused one itself.
    expected: Vec<String>,
    found: Vec<Problem>,
}

impl Refused {
    /// The codes it shows.
    pub fn codes(&self) -> BTreeSet<Code> {
        self.found.iter().map(|problem| problem.code).collect()
    }

    fn found(&self) -> Vec<String> {
        let line = |problem: &Problem| {
            let mut place = problem.place.clone();
            if place.file == self.name {
                place.file = String::new();
            }
            let place = place.to_string();
            format!("{place}{}{}", if place.is_empty() { "" } else { " " }, problem.code)
        };
        let mut lines: Vec<String> = self.found.iter().map(line).collect();
        lines.sort();
        lines
    }
}

/// What the first lines of a file say is wrong with it.
fn expected(file: &File) -> Vec<String> {
    let mut lines: Vec<String> =
        file.text.lines().filter_map(|line| line.strip_prefix("# => ").map(str::to_owned)).collect();
    lines.sort();
    lines
}

fn refused(file: &File, found: Vec<Problem>) -> Refused {
    Refused { name: file.name.clone(), expected: expected(file), found }
}

fn parsed(file: &File) -> Result<RuleSetFile, Problems> {
    RuleSetFile::parse_named(&file.name, &file.text)
}

/// The method that the files extend, and the frames.
fn law() -> Vec<RuleSetFile> {
    let mut law = files_ending("fixtures/refused/law", "plain.toml");
    law.extend(files_ending("fixtures/rule_sets/cn", ".toml"));
    law.iter().map(|file| parsed(file).unwrap()).collect()
}

/// A rule set among the method and the frames: what the reader finds, else what the checker does.
fn examined(file: &File) -> Result<Examined, Problems> {
    let mut all = vec![parsed(file)?];
    all.extend(law());
    examine_all(&all).remove(0)
}

fn rule_sets() -> Vec<Refused> {
    let files = files_ending("fixtures/refused/rule_sets", ".toml");
    let found = |file: &File| match examined(file) {
        Ok(examined) => examined.report().findings.iter().map(|finding| finding.problem.clone()).collect(),
        Err(problems) => problems.into_vec(),
    };
    files.iter().map(|file| refused(file, found(file))).collect()
}

fn parameters() -> Vec<Refused> {
    let files = files_ending("fixtures/refused/parameters", ".toml");
    let against_each_other = |parameters: Parameters| {
        let all = [parameters.check_overlaps(), parameters.check_statistics(), parameters.check_findings()];
        all.concat()
    };
    let found = |file: &File| {
        let read = ParametersFile::parse_named(&file.name, &file.text).and_then(ParametersFile::check);
        read.map_or_else(Problems::into_vec, against_each_other)
    };
    files.iter().map(|file| refused(file, found(file))).collect()
}

/// Accounts whose rows are right, and whose facts the law cannot use.
fn histories() -> Vec<Refused> {
    let plain = &files_ending("fixtures/refused/law", "plain.toml")[0];
    let rules = examined(plain).unwrap().accepted().unwrap();
    files_ending("fixtures/refused/histories", ".toml").iter().map(|file| history(file, &rules)).collect()
}

fn history(file: &File, rules: &RuleSet) -> Refused {
    let cases = CaseFile::parse_named(&file.name, &file.text).and_then(|read| read.check());
    let cases = cases.unwrap_or_else(|problems| panic!("{problems}"));
    let mut parameters = Parameters::default();
    for named in cases.parameters.iter().flatten() {
        let text = fs::read_to_string(root().join("fixtures").join(&named.path)).unwrap();
        parameters.merge(ParametersFile::parse(&text).and_then(ParametersFile::check).unwrap());
    }
    let [case] = cases.cases.as_slice() else { panic!("{}: one case", file.name) };
    let law = rules.law_for(&parameters, case.settings[0].on).unwrap();
    let book = case.facts.book(&file.name, &rules.id().area);
    assert_eq!(book.problems().count(), 0, "{}: the rows themselves are right", file.name);
    let found = decide(&law, &book.histories[0]).map_or_else(Problems::into_vec, |_| Vec::new());
    refused(file, found)
}

/// The directories of the books.
fn books() -> Vec<Refused> {
    let entries = fs::read_dir(root().join("fixtures/books/refused")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    paths.sort();
    paths.iter().map(|path| book(path)).collect()
}

fn book(path: &Path) -> Refused {
    let book = read_book(path, &mut |_, _| {}).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let stated = fs::read_to_string(path.join("expected.txt")).unwrap_or_else(|error| panic!("{name}: {error}"));
    let found: Vec<Problem> = book.problems().chain(&book.warnings).cloned().collect();
    let expected = stated.lines().map(str::to_owned).collect();
    // Nothing is decided where a whole file is wrong.
    assert!(book.file_problems.is_empty() || book.histories.is_empty() && book.refused.is_empty(), "{name}");
    Refused { name, expected, found }
}

/// Both workbooks of `fixtures/sheets/foshan` with some cells changed, or cut off behind a row.
fn sheets() -> Vec<Refused> {
    files_ending("fixtures/refused/sheets", ".toml").iter().map(|file| refused(file, sheet(&file.text))).collect()
}

fn sheet(text: &str) -> Vec<Problem> {
    let table = DeTable::parse(text).unwrap();
    let Some(DeValue::Array(changes)) = table.get_ref().get("changes").map(Spanned::get_ref) else {
        panic!("changes: {text}")
    };
    let (mut both, dir) = (sheets::both(), tempfile::tempdir().unwrap());
    for change in changes.iter().map(|change| change.get_ref().as_table().unwrap()) {
        let said = |key: &str| change.get(key).map(|value| value.get_ref().as_str().unwrap());
        let cells = &mut both[usize::from(said("workbook") == Some("without"))];
        match said("keep") {
            Some(rows) => cells.truncate(rows.parse().unwrap()),
            None => sheets::put(cells, said("cell").unwrap(), said("text").unwrap()),
        }
    }
    let [with_premium, without_premium] = sheets::write(dir.path(), &both);
    let window = MonthSpan::new("2019-01".parse().unwrap(), "2020-12".parse().unwrap()).unwrap();
    let sheets = Sheets { area: "990400".to_owned(), window, with_premium, without_premium: Some(without_premium) };
    sheets.read().unwrap().err().unwrap_or_default()
}

/// Every refused file there is.
pub fn all() -> BTreeMap<&'static str, Vec<Refused>> {
    BTreeMap::from([
        ("books", books()),
        ("histories", histories()),
        ("parameters", parameters()),
        ("rule sets", rule_sets()),
        ("sheets", sheets()),
    ])
}

#[test]
fn every_refused_file_says_exactly_what_is_wrong_and_where() {
    let mut wrong = Vec::new();
    for refused in all().values().flatten() {
        let found = refused.found();
        if found != refused.expected || found.is_empty() {
            wrong.push(format!("{}\n  expected {:#?}\n  found    {found:#?}", refused.name, refused.expected));
        }
        for problem in &refused.found {
            for lang in [Lang::En, Lang::Zh] {
                assert!(!problem.message(lang).contains('{'), "{problem}: every value of the sentence is given");
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_refused_book_is_named_after_its_code() {
    for refused in all()["books"].iter() {
        let code = refused.name.split("--").next().unwrap();
        assert!(refused.codes().iter().any(|it| it.as_str().replace('.', "-") == code), "{}", refused.name);
    }
}

#[test]
fn there_are_enough_mistakes_and_no_two_are_one() {
    let all = all();
    let counted: usize = all.values().map(Vec::len).sum();
    let by_kind: Vec<String> = all.iter().map(|(kind, refused)| format!("{} {kind}", refused.len())).collect();
    assert!(counted >= LEAST, "{counted}: {by_kind:?}");
    let mut said = BTreeSet::new();
    for file in ["rule_sets", "parameters", "histories", "sheets"].map(|it| format!("fixtures/refused/{it}")) {
        for file in files_ending(&file, ".toml") {
            let first = file.text.lines().next().unwrap().to_owned();
            assert!(first.starts_with("# ") && !first.starts_with("# =>"), "{} says what is wrong", file.name);
            assert!(
                said.insert((file.name.rsplit_once('/').unwrap().0.to_owned(), first)),
                "{} is told twice",
                file.name
            );
        }
    }
}
