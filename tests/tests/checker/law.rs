//! The rule sets and parameters of the fixtures.

use std::fs;
use std::path::{Path, PathBuf};

use rate_core::input::Examined;
use rate_core::{Parameters, ParametersFile, Problems, RuleSet, RuleSetFile};
use serde_json::{Map, Value as Json};
use toml::de::{DeTable, DeValue};

/// A rule-set file as text, as a tree, and as read.
pub(crate) struct LawFile {
    /// Below `fixtures/rule_sets`.
    pub(crate) name: String,
    pub(crate) tree: Json,
    pub(crate) read: RuleSetFile,
}

pub(crate) fn fixtures(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(below)
}

/// The `.toml` files below a directory, in order.
pub(crate) fn toml_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(toml_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Integer(number) => Json::from(i64::from_str_radix(number.as_str(), number.radix()).unwrap()),
        DeValue::Float(number) => Json::String(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Json::Bool(*flag),
        DeValue::Datetime(date) => Json::String(date.to_string()),
        DeValue::Array(items) => Json::Array(items.iter().map(|item| json(item.get_ref())).collect()),
        DeValue::Table(table) => Json::Object(object(table)),
    }
}

fn object(table: &DeTable<'_>) -> Map<String, Json> {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
}

/// A TOML text as a JSON tree.
pub(crate) fn tree(text: &str) -> Json {
    Json::Object(object(DeTable::parse(text).unwrap().get_ref()))
}

/// Every rule-set file of the fixtures.
pub(crate) fn law_files() -> Vec<LawFile> {
    let root = fixtures("rule_sets");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let read = RuleSetFile::parse(&text).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        LawFile { name, tree: tree(&text), read }
    };
    toml_files(&root).into_iter().map(read).collect()
}

/// A file with everything it extends underneath.
pub(crate) fn resolved(file: &RuleSetFile, all: &[LawFile]) -> RuleSetFile {
    let parent = file.extends().and_then(|id| all.iter().find(|other| other.read.id().as_deref() == Some(id)));
    parent.map_or_else(|| file.clone(), |parent| file.clone().extending(&resolved(&parent.read, all)))
}

pub(crate) fn examined(file: &RuleSetFile, all: &[LawFile]) -> Result<Examined, Problems> {
    resolved(file, all).examine()
}

/// The rule sets that may decide.
pub(crate) fn usable() -> Vec<RuleSet> {
    let files = law_files();
    files.iter().filter_map(|file| examined(&file.read, &files).ok()?.accepted().ok()).collect()
}

/// All parameters of the fixtures.
pub(crate) fn parameters() -> Parameters {
    let mut all = Parameters::default();
    for path in toml_files(&fixtures("parameters")) {
        let text = fs::read_to_string(&path).unwrap();
        let parameters = ParametersFile::parse(&text).and_then(ParametersFile::check);
        all.merge(parameters.unwrap_or_else(|problems| panic!("{}: {problems}", path.display())));
    }
    all
}
