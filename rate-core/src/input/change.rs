//! One setting of the law read with another value, the rest as it stands.

use super::reader::Fields;
use super::tree;
use crate::document::{Node, Tree, Value};
use crate::error::{Code, Place, Problem};

/// One setting of a rule set or of its parameters, what stands there, and what is read instead.
///
/// What stands there is said too: a change of a setting that is not in the file, or has another value there, is a slip.
#[derive(Clone, Debug)]
pub struct Change {
    /// The path of the setting: rows, cycles and adjustments by id, other elements of a list by position.
    pub path: String,
    /// Where the change is written.
    pub place: Place,
    from: Before,
    to: Option<Node>,
}

/// What is said of the value that is changed.
#[derive(Clone, Debug)]
enum Before {
    /// It stands there, or nothing does: else the change is a slip.
    Stated(Option<Node>),
    /// Nothing is said: whatever stands there gives way.
    Whatever,
}

impl Change {
    /// Reads `path`, `from` and `to`: without `from` the key is new, without `to` it is taken out.
    pub(super) fn read(fields: &Fields<'_>) -> Option<Self> {
        let path = fields.need("path").and_then(|at| at.text());
        let node = |key| fields.get(key).map(|at| at.node().clone());
        let (from, to) = (node("from"), node("to"));
        if from.is_none() && to.is_none() {
            fields.at().problem(Code::FileMissingKey, ["to"]);
        }
        Some(Self { path: path?.to_owned(), place: fields.at().place(), from: Before::Stated(from), to })
    }

    /// Reads `path` and `to`, and `from` where it is given: without it, whatever stands there gives way.
    pub(super) fn read_any(fields: &Fields<'_>) -> Option<Self> {
        let path = fields.need("path").and_then(|at| at.text());
        let from = fields.get("from").map_or(Before::Whatever, |at| Before::Stated(Some(at.node().clone())));
        let to = fields.need("to").map(|at| at.node().clone())?;
        Some(Self { path: path?.to_owned(), place: fields.at().place(), from, to: Some(to) })
    }

    /// Another value at a path, whatever stands there; of the kind that stands there.
    ///
    /// ```
    /// use rate_core::input::Change;
    /// assert_eq!(Change::set("float_table.rows.low.all.pay_ratio", "<= 50%").to_text(), r#""<= 50%""#);
    /// ```
    pub fn set(path: &str, to: &str) -> Self {
        let node = Node { value: Value::Text(to.to_owned()), file: 0, line: 0, column: 0 };
        Self { path: path.to_owned(), place: Place::field(path), from: Before::Whatever, to: Some(node) }
    }

    /// Whether two changes are of one setting, or one of something inside the other.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.is_about(&other.path)
    }

    /// Whether a path is that of this setting, of what it stands in, or of something inside it.
    pub(super) fn is_about(&self, path: &str) -> bool {
        let inside = |one: &str, other: &str| one.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'));
        !path.is_empty() && (self.path == path || inside(&self.path, path) || inside(path, &self.path))
    }

    /// What stands there, as the case says it; empty where nothing does.
    pub fn from_text(&self) -> String {
        match &self.from {
            Before::Stated(from) => text(from.as_ref().map(|node| &node.value)),
            Before::Whatever => String::new(),
        }
    }

    /// What is read instead; empty where the key is taken out.
    pub fn to_text(&self) -> String {
        text(self.to.as_ref().map(|node| &node.value))
    }

    /// Makes the change in a resolved file.
    ///
    /// # Errors
    /// `case.change` where something else stands there than the change says.
    pub(super) fn apply(&self, tree: &mut Tree) -> Result<(), Box<Problem>> {
        let found = tree.at(&self.path);
        let as_stated = match (found, &self.from) {
            (_, Before::Whatever) | (None, Before::Stated(None)) => true,
            (Some(found), Before::Stated(Some(stated))) => found.says(&stated.value),
            (Some(_), Before::Stated(None)) | (None, Before::Stated(Some(_))) => false,
        };
        if self.path.split('.').any(str::is_empty) {
            let values = [self.path.as_str(), "value"];
            return Err(Box::new(Problem::new(Code::RuleSetName, self.place.clone(), values)));
        }
        let shown = |text: String| if text.is_empty() { "–".to_owned() } else { text };
        let values = [self.path.clone(), shown(text(found)), shown(self.from_text())];
        // A text stands for whatever kind of value is there.
        if let (Before::Whatever, Some(Value::Text(to)), Some(_)) =
            (&self.from, self.to.as_ref().map(|it| &it.value), found)
            && tree.replace(&self.path, to)
        {
            return Ok(());
        }
        if as_stated && tree.put(&self.path, self.to.as_ref(), &self.place.file) {
            return Ok(());
        }
        Err(Box::new(match self.from {
            Before::Stated(_) => Problem::new(Code::CaseChange, self.place.clone(), values),
            Before::Whatever => Problem::new(Code::RuleSetName, self.place.clone(), [self.path.as_str(), "value"]),
        }))
    }
}

fn text(value: Option<&Value>) -> String {
    value.map(tree::text).unwrap_or_default()
}
