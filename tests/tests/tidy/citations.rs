//! Every citation is explained once in `fixtures/law/`, and nothing is explained there that nobody cites.

use std::collections::{BTreeMap, BTreeSet};

use rate_core::citation::Basis;
use rate_core::input::{Examined, examine_all};
use rate_core::{Parameters, ParametersFile, RuleSetFile};
use toml::de::{DeTable, DeValue};

use crate::source::files_ending;

type Citation = (String, String);

fn citation_of(basis: &Basis) -> Citation {
    let document = &basis.document;
    let number = if document.number.is_empty() { &document.title.zh } else { &document.number };
    (number.clone(), basis.place.as_str().to_owned())
}

fn rule_sets() -> Vec<Examined> {
    let files = files_ending("fixtures/rule_sets", ".toml");
    let parsed: Vec<RuleSetFile> =
        files.iter().map(|file| RuleSetFile::parse_named(&file.name, &file.text).unwrap()).collect();
    examine_all(&parsed).into_iter().map(|read| read.unwrap_or_else(|problems| panic!("{problems}"))).collect()
}

fn parameters() -> Vec<Parameters> {
    let read = |name: &str, text: &str| ParametersFile::parse_named(name, text).and_then(ParametersFile::check);
    let files = files_ending("fixtures/parameters", ".toml");
    files.iter().map(|file| read(&file.name, &file.text).unwrap_or_else(|problems| panic!("{problems}"))).collect()
}

/// Every citation of the fixtures, with the files that make it.
fn cited() -> BTreeMap<Citation, Vec<String>> {
    let mut cited: BTreeMap<Citation, Vec<String>> = BTreeMap::new();
    for examined in rule_sets() {
        for basis in examined.rules().bases() {
            cited.entry(citation_of(basis)).or_default().push(examined.id().to_string());
        }
    }
    for read in parameters() {
        let area = read.documents()[0].area.clone();
        for basis in read.bases() {
            cited.entry(citation_of(basis)).or_default().push(format!("parameters of {area}"));
        }
    }
    cited
}

/// One entry of `fixtures/law/`.
struct Entry {
    file: String,
    citation: Citation,
    zh: String,
    en: String,
}

fn text(table: &DeTable<'_>, key: &str, file: &str) -> String {
    match table.get(key).map(toml::Spanned::get_ref) {
        Some(DeValue::String(text)) => text.to_string(),
        _ => panic!("{file}: an entry without `{key}`"),
    }
}

fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    for file in files_ending("fixtures/law", ".toml") {
        let table = DeTable::parse(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.name)).into_inner();
        let Some(DeValue::Array(items)) = table.get("entries").map(toml::Spanned::get_ref) else {
            panic!("{} has no entries", file.name)
        };
        for item in items.iter() {
            let DeValue::Table(entry) = item.get_ref() else { panic!("{}: an entry is a table", file.name) };
            let of = |key| text(entry, key, &file.name);
            let citation = (of("document"), of("place"));
            entries.push(Entry { file: file.name.clone(), citation, zh: of("zh"), en: of("en") });
        }
    }
    entries
}

#[test]
fn every_citation_has_its_entry_and_every_entry_its_citation() {
    let (cited, entries) = (cited(), entries());
    let explained: BTreeSet<&Citation> = entries.iter().map(|entry| &entry.citation).collect();
    let missing: Vec<_> = cited.iter().filter(|(citation, _)| !explained.contains(citation)).collect();
    let unused: Vec<_> = entries.iter().filter(|it| !cited.contains_key(&it.citation)).map(|it| &it.citation).collect();
    assert!(missing.is_empty() && unused.is_empty(), "not explained: {missing:#?}\nnot cited: {unused:#?}");
}

#[test]
fn an_entry_stands_once_and_says_something_in_both_languages() {
    let mut seen: BTreeMap<&Citation, &str> = BTreeMap::new();
    let entries = entries();
    for entry in &entries {
        let before = seen.insert(&entry.citation, &entry.file);
        assert!(before.is_none(), "{:?} stands in {} and {}", entry.citation, entry.file, before.unwrap_or_default());
        assert!(entry.zh.chars().count() >= 8 && entry.en.len() >= 12, "{:?} says nothing", entry.citation);
    }
}

#[test]
fn the_set_says_its_own_citations() {
    for examined in rule_sets() {
        let own: BTreeSet<Citation> = examined.rules().bases().iter().map(citation_of).collect();
        let said = examined.rules().citations();
        let said: BTreeSet<Citation> = said.into_iter().map(|(one, two)| (one.to_owned(), two.to_owned())).collect();
        assert_eq!(own, said, "{}", examined.id());
    }
}

/// Illustrative values stand in fictitious areas, and only there: the reader refuses others, and this holds the files.
#[test]
fn only_fictitious_areas_are_illustrative() {
    let invented = |bases: &[Basis]| bases.iter().any(|basis| !basis.illustrative.is_empty());
    for examined in rule_sets() {
        assert_eq!(examined.id().area.starts_with("99"), invented(examined.rules().bases()), "{}", examined.id());
    }
    for read in parameters() {
        assert_eq!(read.documents()[0].area.starts_with("99"), invented(read.bases()), "{}", read.documents()[0].area);
    }
}
