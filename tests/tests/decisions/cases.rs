//! Worked examples: read, decided and compared by the product itself, as `rate test` does.

use std::collections::BTreeMap;
use std::path::Path;

use rate_core::cases::{Coverage, Judged, State};
use rate_core::error::Lang;
use rate_core::{Decision, RuleSet};
use rate_service::casebook::{self, CaseError, JudgedFile, Request};

use crate::law::fixtures;

/// The rule sets whose cases reach every one of their places.
const WHOLE: [&str; 6] = [
    "rule_sets/320000/2023.toml",
    "rule_sets/330000/2023.toml",
    "rule_sets/310000/2016.toml",
    "rule_sets/440300/2012.toml",
    "rule_sets/500000/2012.toml",
    "rule_sets/illustrative/three-year.toml",
];

/// A reason with what it points at, as files write it.
pub fn reason(decision: &Decision) -> String {
    rate_core::cases::reason_word(decision)
}

pub fn right<T>(result: Result<T, CaseError>) -> T {
    result.unwrap_or_else(|error| match error {
        CaseError::Problems(problems) => {
            panic!("{}", problems.iter().map(|it| it.line(Lang::En)).collect::<Vec<_>>().join("\n"))
        }
        error => panic!("{error}"),
    })
}

fn all() -> Vec<JudgedFile> {
    let files = right(casebook::read(&fixtures("worked_examples")));
    files.iter().map(|cases| right(casebook::judged(cases, None))).collect()
}

/// What keeps a case from passing, in lines.
pub fn differences(judged: &Judged) -> Vec<String> {
    let at = |line: String| format!("{} {}: {line}", judged.place, judged.name);
    let refusal = judged.refusal.iter().map(ToString::to_string);
    let figures = judged.figures.iter().filter(|it| !it.same);
    let figures = figures.map(|it| format!("{}: expected `{}`, found `{}`", it.what.en, it.expected, it.found));
    match judged.state {
        State::Same => Vec::new(),
        State::NoLongerOpen => vec![at("comes out as worked now: strike `open`".to_owned())],
        State::Different | State::Open => refusal.chain(figures).map(at).collect(),
    }
}

#[test]
fn worked_examples_come_out_as_worked() {
    let files = all();
    let cases = || files.iter().flat_map(|file| &file.cases);
    cases().filter(|it| it.state == State::Open).flat_map(differences).for_each(|line| println!("open: {line}"));
    let failing: Vec<String> = cases().filter(|it| it.state.fails()).flat_map(differences).collect();
    assert!(failing.is_empty(), "{}", failing.join("\n"));
}

#[test]
fn every_rule_set_has_its_examples() {
    let mut cases: BTreeMap<String, usize> = BTreeMap::new();
    for file in all() {
        *cases.entry(file.rule_set.to_string()).or_default() += file.cases.len();
    }
    let sets = ["320000/2023", "990330/2023", "310000/2016", "440300/2012", "500000/2012", "990100/three-year"];
    for set in sets {
        let number = cases.get(set).copied().unwrap_or_default();
        assert!(number >= 6, "{set} has {number} worked examples: {cases:?}");
    }
    assert!(cases.values().sum::<usize>() >= 60, "{cases:?}");
}

/// The places of a rule set that no case of a file or directory reaches.
fn unreached(rule_set: &Path, cases: &Path) -> Vec<String> {
    let request = Request { rule_set: rule_set.to_owned(), cases: vec![cases.to_owned()], parameters: None };
    let tested = right(casebook::test(&request, &mut |_, _| {}));
    assert!(tested.passes(), "{}", rule_set.display());
    not_reached(&tested.coverage, &tested.rules)
}

fn not_reached(coverage: &Coverage, rules: &RuleSet) -> Vec<String> {
    coverage.places().filter(|(_, count)| *count == 0).map(|(spot, _)| spot.text(rules, Lang::En)).collect()
}

#[test]
fn every_place_of_a_whole_set_is_reached() {
    for set in WHOLE {
        assert_eq!(unreached(&fixtures(set), &fixtures("worked_examples")), Vec::<String>::new(), "{set}");
    }
}

/// What a case stands for is missed where its file is left out: coverage is counted, not assumed.
#[test]
fn a_place_that_no_case_reaches_is_named() {
    let set = fixtures("rule_sets/320000/2023.toml");
    let found = unreached(&set, &fixtures("worked_examples/320000-classes.toml"));
    let missed = |word: &str| found.iter().any(|it| it.contains(word));
    for word in ["first insured too recently", "no row applies", "pay_ratio no_premium", "pay_ratio below_zero"] {
        assert!(missed(word), "{word}: {found:?}");
    }
    // The classes are asked at every grade, and class 1 has only some of them.
    for word in ["row zero-twice", "row up-2", "held by the grades of the class"] {
        assert!(!missed(word), "{word}: {found:?}");
    }
}
