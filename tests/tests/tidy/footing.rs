//! What a notice says it has assumed, or invented, it says in words: every section and value so marked has a name in both
//! languages.

use std::collections::BTreeSet;

use rate_core::Lang;
use rate_core::citation::Basis;
use rate_core::input::examine_all;
use rate_core::notice::{section_words, value_words};
use rate_core::{ParametersFile, RuleSetFile};

use crate::source::{File, files_ending};

fn of_format(directories: &[&str], format: &str) -> Vec<File> {
    let files = directories.iter().flat_map(|directory| files_ending(directory, ".toml"));
    files.filter(|file| RuleSetFile::parse(&file.text).is_ok_and(|it| it.format() == Some(format))).collect()
}

const DIRECTORIES: [&str; 5] = [
    "fixtures/rule_sets",
    "fixtures/parameters",
    "fixtures/dimensions",
    "fixtures/worked_examples/law",
    "fixtures/worked_examples/parameters",
];

fn bases() -> Vec<Basis> {
    let parse = |file: &File| RuleSetFile::parse_named(&file.name, &file.text).unwrap();
    let sets: Vec<RuleSetFile> = of_format(&DIRECTORIES, "rule-set/1").iter().map(parse).collect();
    let read = examine_all(&sets).into_iter().map(|read| read.unwrap_or_else(|problems| panic!("{problems}")));
    let mut all: Vec<Basis> = read.flat_map(|set| set.rules().bases().to_vec()).collect();
    for file in of_format(&DIRECTORIES, "parameters/1") {
        let read = ParametersFile::parse_named(&file.name, &file.text).and_then(ParametersFile::check);
        all.extend(read.unwrap_or_else(|problems| panic!("{problems}")).bases().to_vec());
    }
    all
}

#[test]
fn every_value_that_was_assumed_or_invented_has_words() {
    let (mut wordless, mut asked) = (BTreeSet::new(), 0);
    for basis in bases() {
        for path in basis.assumed.iter().chain(&basis.illustrative) {
            asked += 1;
            for lang in [Lang::Zh, Lang::En] {
                let says = |words: Option<&str>| {
                    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                    words.is_some_and(|text| !text.is_empty() && chinese(text) == (lang == Lang::Zh))
                };
                if !says(section_words(&basis.path, lang)) {
                    wordless.insert(format!("section `{}`", basis.path));
                }
                if !says(value_words(path, lang)) {
                    wordless.insert(format!("value `{path}` of `{}`", basis.path));
                }
            }
        }
    }
    assert!(asked > 700, "{asked} values are marked");
    assert!(wordless.is_empty(), "without words: {wordless:#?}");
    assert_eq!((section_words("nothing", Lang::Zh), value_words("nothing", Lang::En)), (None, None));
}
