//! Rule sets damaged on purpose: one row gone, or one printed bound off by one in its last digit. The checker's report
//! must show every such slip, or the list of equivalent mutants says why it cannot.

use std::collections::BTreeSet;
use std::fs;

use rate_core::{Code, Problems, RuleSetFile};
use serde_json::Value as Json;

use super::law::{LawFile, examined, fixtures, law_files, tree};

/// A damaged file.
pub(crate) struct Mutant {
    pub(crate) name: String,
    pub(crate) tree: Json,
}

/// What a report comes to; `None` where the file can no longer be read.
type Shown = Option<Vec<(Code, Vec<String>)>>;

fn shown(tree: &Json, all: &[LawFile]) -> Shown {
    let examined = RuleSetFile::parse_json(&tree.to_string()).and_then(|file| examined(&file, all));
    let findings = examined.ok()?.report().findings.clone();
    Some(findings.into_iter().map(|finding| (finding.problem.code, finding.problem.values)).collect())
}

/// Where the tables of a file stand.
pub(crate) fn tables(tree: &Json) -> Vec<String> {
    let named = tree.get("float_tables").and_then(Json::as_object);
    let many = named.into_iter().flatten().map(|(name, _)| format!("/float_tables/{name}"));
    tree.get("float_table").map(|_| "/float_table".to_owned()).into_iter().chain(many).collect()
}

pub(crate) fn items<'t>(tree: &'t Json, pointer: &str) -> &'t [Json] {
    tree.pointer(pointer).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// A copy with one thing changed.
pub(crate) fn changed(tree: &Json, name: String, change: impl FnOnce(&mut Json)) -> Mutant {
    let mut tree = tree.clone();
    change(&mut tree);
    Mutant { name: name.trim_start_matches('/').replace('/', "."), tree }
}

fn list<'t>(tree: &'t mut Json, pointer: &str) -> &'t mut Vec<Json> {
    tree.pointer_mut(pointer).and_then(Json::as_array_mut).unwrap()
}

fn without_rows(tree: &Json, table: &str, mutants: &mut Vec<Mutant>) {
    let rows = format!("{table}/rows");
    for (place, row) in items(tree, &rows).iter().enumerate() {
        let name = format!("{rows}/{}: deleted", row["id"].as_str().unwrap());
        mutants.push(changed(tree, name, |tree| {
            list(tree, &rows).remove(place);
        }));
    }
    let (down, across, grade) = (
        format!("{table}/matrix/rows/bounds"),
        format!("{table}/matrix/columns/bounds"),
        format!("{table}/matrix/grade"),
    );
    for place in 0..items(tree, &down).len() {
        mutants.push(changed(tree, format!("{down}/{place}: deleted"), |tree| {
            list(tree, &down).remove(place);
            list(tree, &grade).remove(place);
        }));
    }
    for place in 0..items(tree, &across).len() {
        mutants.push(changed(tree, format!("{across}/{place}: deleted"), |tree| {
            list(tree, &across).remove(place);
            list(tree, &grade).iter_mut().for_each(|line| {
                line.as_array_mut().unwrap().remove(place);
            });
        }));
    }
}

/// Where the intervals of a table stand.
pub(crate) fn intervals(tree: &Json, table: &str) -> Vec<String> {
    let mut pointers = Vec::new();
    for (place, row) in items(tree, &format!("{table}/rows")).iter().enumerate() {
        for group in ["all", "any"] {
            let measures = row.get(group).and_then(Json::as_object).into_iter().flatten();
            pointers.extend(measures.map(|(measure, _)| format!("{table}/rows/{place}/{group}/{measure}")));
        }
    }
    for side in ["rows", "columns"] {
        let bounds = format!("{table}/matrix/{side}/bounds");
        pointers.extend((0..items(tree, &bounds).len()).map(|place| format!("{bounds}/{place}")));
    }
    pointers
}

/// An interval with one of its numbers a unit of the last printed digit lower or higher, for each number and both ways.
pub(crate) fn shifted(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit()).map(|found| at + found) {
        let end = text[start..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text.len(), |end| start + end);
        let number = &text[start..end];
        let decimals = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let digits: i64 = number.replace('.', "").parse().unwrap();
        for other in [digits - 1, digits + 1].into_iter().filter(|other| *other >= 0) {
            let mut printed = format!("{other:0width$}", width = decimals + 1);
            if decimals > 0 {
                printed.insert(printed.len() - decimals, '.');
            }
            all.push(format!("{}{printed}{}", &text[..start], &text[end..]));
        }
        at = end;
    }
    all
}

fn mutants(tree: &Json) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for table in tables(tree) {
        without_rows(tree, &table, &mut mutants);
        for pointer in intervals(tree, &table) {
            let text = tree.pointer(&pointer).and_then(Json::as_str).unwrap();
            let row = pointer.strip_prefix(&format!("{table}/rows/")).and_then(|rest| rest.split_once('/'));
            let name = match row {
                Some((place, rest)) => {
                    let id = &items(tree, &format!("{table}/rows"))[place.parse::<usize>().unwrap()]["id"];
                    format!("{table}/rows/{}/{rest}", id.as_str().unwrap())
                }
                None => pointer.clone(),
            };
            for other in shifted(text) {
                mutants.push(changed(tree, format!("{name}: {text} → {other}"), |tree| {
                    *tree.pointer_mut(&pointer).unwrap() = Json::String(other);
                }));
            }
        }
    }
    mutants
}

/// File and name of the mutants that are listed as equivalent.
fn listed() -> BTreeSet<(String, String)> {
    let text = fs::read_to_string(fixtures("EQUIVALENT_MUTANTS.toml")).unwrap_or_default();
    let list = tree(&text);
    let text = |entry: &Json, key: &str| entry[key].as_str().unwrap_or_else(|| panic!("{key}: {entry}")).to_owned();
    let entry = |entry: &Json| {
        assert!(!text(entry, "why").is_empty());
        (text(entry, "file"), text(entry, "mutant"))
    };
    items(&list, "/mutants").iter().map(entry).collect()
}

#[test]
fn every_mutant_changes_the_report() {
    let files = law_files();
    let mut equivalent = BTreeSet::new();
    let mut count = 0;
    for file in files.iter().filter(|file| file.tree["form"] == "method") {
        let original = shown(&file.tree, &files);
        assert!(original.is_some(), "{} can be read", file.name);
        for mutant in mutants(&file.tree) {
            count += 1;
            if shown(&mutant.tree, &files) == original {
                equivalent.insert((file.name.clone(), mutant.name));
            }
        }
    }
    eprintln!("{count} mutants");
    assert_eq!(equivalent, listed(), "mutants that the report does not show, and those listed as such");
    assert!(count >= 100, "{count} mutants of the fixtures");
}

#[test]
fn a_file_says_the_same_in_json() {
    let files = law_files();
    for file in &files {
        let read = |read: Result<RuleSetFile, Problems>| {
            let examined = read.and_then(|file| examined(&file, &files)).map_err(|problems| problems.to_string());
            examined.map(|it| (it.rules().digest().to_owned(), it.report().verdict, it.report().findings.len()))
        };
        assert_eq!(read(Ok(file.read.clone())), read(RuleSetFile::parse_json(&file.tree.to_string())), "{}", file.name);
    }
}

#[test]
fn shifts_a_bound_by_its_last_digit() {
    assert_eq!(shifted("(0, 2.0‰]"), ["(1, 2.0‰]", "(0, 1.9‰]", "(0, 2.1‰]"]);
    assert_eq!(shifted("> 0.09%"), ["> 0.08%", "> 0.10%"]);
}
