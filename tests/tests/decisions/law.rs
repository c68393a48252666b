//! The law of a case: a rule set with its frames, and the parameters named beside it.

use std::fs;
use std::path::{Path, PathBuf};

use rate_core::input::examine_all;
use rate_core::{Law, Parameters, ParametersFile, RuleSet, RuleSetFile, date};

/// A path below `fixtures/`.
pub fn fixtures(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(below)
}

/// The text of a file below `fixtures/`.
pub fn text(below: &str) -> String {
    let path = fixtures(below);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file of law as if it were of another area, so that a test set can stand on the numbers of a real place, and a
/// real method on invented ones.
fn in_area(text: &str, area: Option<&str>) -> String {
    let Some(area) = area else { return text.to_owned() };
    let moved = |line: &str| {
        if line.starts_with("area ") { format!("area = \"{area}\"\n") } else { format!("{line}\n") }
    };
    text.lines().map(moved).collect()
}

/// A rule set from its text, its frames taken from `fixtures/rule_sets/cn`.
pub fn rule_set_of(name: &str, text: &str) -> RuleSet {
    let frames = ["rule_sets/cn/2003-29.toml", "rule_sets/cn/2015-71.toml"];
    let frames = frames.map(|frame| RuleSetFile::parse_named(frame, &self::text(frame)).unwrap());
    let file = RuleSetFile::parse_named(name, text).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    let files: Vec<RuleSetFile> = std::iter::once(file).chain(frames).collect();
    let examined = examine_all(&files).swap_remove(0).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    examined.accepted().unwrap_or_else(|problems| panic!("{name}: {problems}"))
}

/// A rule set below `fixtures/`.
pub fn rule_set(below: &str, area: Option<&str>) -> RuleSet {
    rule_set_of(below, &in_area(&text(below), area))
}

/// Parameter files below `fixtures/`, together.
pub fn parameters(files: &[impl AsRef<str>], area: Option<&str>) -> Parameters {
    let mut all = Parameters::default();
    for file in files {
        let file = file.as_ref();
        let read = ParametersFile::parse_named(file, &in_area(&text(file), area)).and_then(ParametersFile::check);
        all.merge(read.unwrap_or_else(|problems| panic!("{file}: {problems}")));
    }
    all
}

/// The law of a day.
pub fn law_on(rules: &RuleSet, parameters: &Parameters, on: &str) -> Law {
    rules.law_for(parameters, date(on).unwrap()).unwrap()
}
