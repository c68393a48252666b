//! Rule-set files: reading, resolving what they extend, checking.

pub(super) mod basis;
mod measures;
mod notice;
mod projects;
pub(super) mod sections;
mod settlement;
mod tables;

use std::sync::Arc;

use super::change::Change;
use super::reader::Sink;
use super::tree;
use crate::document::{Tree, Value};
use crate::error::{Code, Place, Problem, Problems};
use crate::rule_set::{FindingKind, Report, RuleSet, RuleSetId, check};

/// A rule-set file that has been read, not yet checked.
///
/// ```
/// use rate_core::input::RuleSetFile;
/// let problems = RuleSetFile::parse("area = 320000").unwrap().check().unwrap_err();
/// assert!(problems.iter().any(|problem| problem.code.as_str() == "file.wrong-type"));
/// ```
#[derive(Clone, Debug)]
pub struct RuleSetFile {
    tree: Tree,
}

/// A rule set with the checker's report on it, whatever the report says.
#[derive(Clone, Debug)]
pub struct Examined {
    set: RuleSet,
    report: Report,
}

impl Examined {
    /// What the checker found.
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// Area and version.
    pub const fn id(&self) -> &RuleSetId {
        self.set.id()
    }

    /// The set, to be looked at; only [`accepted`](Self::accepted) gives it away for deciding.
    pub const fn rules(&self) -> &RuleSet {
        &self.set
    }

    /// The rule set, where nothing blocks it.
    ///
    /// # Errors
    /// The blocking findings, with witnesses.
    pub fn accepted(self) -> Result<RuleSet, Problems> {
        let blocking = self.report.findings.iter().filter(|finding| finding.kind == FindingKind::Blocks);
        Problems::none_of(blocking.map(|finding| finding.problem.clone()).collect())?;
        Ok(self.set)
    }
}

impl RuleSetFile {
    /// Reads TOML.
    ///
    /// # Errors
    /// `file.syntax` where the text is not TOML.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        Self::parse_named("", text)
    }

    /// Reads TOML from a file whose name problems repeat.
    ///
    /// # Errors
    /// `file.syntax` where the text is not TOML.
    pub fn parse_named(file: &str, text: &str) -> Result<Self, Problems> {
        tree::parse_toml(file, text).map(|tree| Self { tree })
    }

    /// Reads the same shape as JSON.
    ///
    /// # Errors
    /// `file.syntax` where the text is not JSON.
    pub fn parse_json(text: &str) -> Result<Self, Problems> {
        Self::parse_json_named("", text)
    }

    /// Reads the same shape as JSON from a file whose name problems repeat.
    ///
    /// # Errors
    /// `file.syntax` where the text is not JSON, or an object of it has a key twice.
    pub fn parse_json_named(file: &str, text: &str) -> Result<Self, Problems> {
        tree::parse_json(file, text).map(|tree| Self { tree })
    }

    /// The JSON pointer of a path as problems name it.
    pub fn pointer(&self, path: &str) -> String {
        self.tree.pointer(path)
    }

    fn head(&self, key: &str) -> Option<&str> {
        let Value::Table(entries) = &self.tree.root.value else { return None };
        match &entries.get(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The format the file names; parameter files name another.
    pub fn format(&self) -> Option<&str> {
        self.head("format")
    }

    /// Area and version as the file says them: `320000/2023`.
    pub fn id(&self) -> Option<String> {
        Some(format!("{}/{}", self.head("area")?, self.head("version")?))
    }

    /// The set this one extends.
    pub fn extends(&self) -> Option<&str> {
        self.head("extends")
    }

    /// This file as if it were of another area, so that a real method can be tried on invented parameters.
    #[must_use]
    pub fn in_area(mut self, area: &str) -> Self {
        self.tree.replace("area", area);
        self
    }

    /// This file with the sections of its parent underneath. The parent must itself be resolved.
    #[must_use]
    pub fn extending(mut self, parent: &Self) -> Self {
        if let Some(id) = parent.id().filter(|id| self.extends() == Some(id)) {
            self.tree.extend_with(&parent.tree, &id);
        }
        self
    }

    /// Reads the resolved file into a rule set and checks it.
    ///
    /// # Errors
    /// Every place where the file cannot be read as a rule set: codes `file.*` and `rule-set.*`.
    pub fn examine(self) -> Result<Examined, Problems> {
        let digest = tree::digest_of(&tree::canonical_text(&self.tree));
        let tree = Arc::new(self.tree);
        let sink = Sink::new(&tree);
        let set = sections::rule_set(&sink, &tree, digest);
        Problems::none_of(sink.into_problems())?;
        let Some(set) = set else {
            // A section that cannot be read has always said why; this line keeps that promise visible.
            return Err(Problem::new(Code::FileMissingKey, Place::default(), ["rule set"]).into());
        };
        let report = check::report(&set);
        Ok(Examined { set, report })
    }

    /// The rule set, where the file can be read and nothing blocks it.
    ///
    /// # Errors
    /// As [`examine`](Self::examine), and the checker's blocking findings with their witnesses.
    pub fn check(self) -> Result<RuleSet, Problems> {
        self.examine()?.accepted()
    }
}

impl RuleSet {
    /// The same set with one value replaced: what an actuary asks "what if" with.
    ///
    /// Rows, cycles and adjustments are named by id, bounds of a matrix by position.
    ///
    /// # Errors
    /// A path that names nothing, and everything [`RuleSetFile::check`] finds in the changed set.
    pub fn with(&self, path: &str, value: &str) -> Result<Self, Problems> {
        let mut tree = Tree::clone(&self.tree);
        if !tree.replace(path, value) {
            return Err(Problem::new(Code::RuleSetName, Place::field(path), [path, "value"]).into());
        }
        RuleSetFile { tree }.check()
    }

    /// The file of the same set with one setting changed as a case says, to be checked.
    ///
    /// # Errors
    /// `case.change` where something else stands there than the change says.
    pub fn changed(&self, change: &Change) -> Result<RuleSetFile, Box<Problem>> {
        let mut tree = Tree::clone(&self.tree);
        change.apply(&mut tree)?;
        Ok(RuleSetFile { tree })
    }

    /// The same set with several settings changed. What is wrong with a value is told where its change is written.
    ///
    /// # Errors
    /// `case.change` for every change of something else than it says, `rule-set.name` for every one of nothing,
    /// `rule-set.contradiction` for two of one thing, and whatever is wrong with the rules that come of the others; all at
    /// once.
    pub fn overlaid(&self, changes: &[Change]) -> Result<Examined, Problems> {
        let mut tree = Tree::clone(&self.tree);
        let mut problems = Vec::new();
        for (nth, change) in changes.iter().enumerate() {
            match changes[..nth].iter().find(|other| change.meets(other)) {
                Some(other) => {
                    let both = [other.path.as_str(), change.path.as_str()];
                    problems.push(Problem::new(Code::RuleSetContradiction, change.place.clone(), both));
                }
                None => problems.extend(change.apply(&mut tree).err().map(|problem| *problem)),
            }
        }
        let at_its_change = |problem: Problem| {
            let about = changes.iter().find(|change| change.is_about(&problem.place.field));
            Problem { place: about.map_or(problem.place, |change| change.place.clone()), ..problem }
        };
        let examined = RuleSetFile { tree }.examine();
        let wrong = examined.as_ref().err().into_iter().flat_map(Problems::iter).cloned();
        problems.extend(wrong.map(at_its_change));
        Problems::none_of(problems)?;
        examined
    }

    /// The canonical resolved form that its digest is over: JSON, which [`RuleSetFile::parse_json`] reads again.
    pub fn canonical_text(&self) -> String {
        tree::canonical_text(&self.tree)
    }

    /// The checker's report on this set.
    pub fn report(&self) -> Report {
        check::report(self)
    }
}

/// Resolves many files among each other and examines each; a file that cannot be read keeps its problems.
///
/// Parents are found by their id among the files given.
pub fn examine_all(files: &[RuleSetFile]) -> Vec<Result<Examined, Problems>> {
    files.iter().map(|file| resolved(file, files, 0).and_then(RuleSetFile::examine)).collect()
}

/// Parents of parents are followed this far.
const MAX_DEPTH: usize = 4;

fn resolved(file: &RuleSetFile, all: &[RuleSetFile], depth: usize) -> Result<RuleSetFile, Problems> {
    let Some(parent_id) = file.extends() else { return Ok(file.clone()) };
    let parent = all.iter().find(|other| other.id().as_deref() == Some(parent_id));
    match parent {
        Some(parent) if depth < MAX_DEPTH => Ok(file.clone().extending(&resolved(parent, all, depth + 1)?)),
        _ => Err(Problem::new(Code::RuleSetParent, file.tree.place("extends"), [parent_id]).into()),
    }
}
