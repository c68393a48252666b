//! Reading a tree with every problem kept: unknown keys, missing keys, wrong types, wrong words.

use std::cell::RefCell;
use std::fmt::Display;

use crate::calendar::{self, DateSpan, NaiveDate};
use crate::document::{Node, Tree, Value};
use crate::error::{Code, Place, Problem, nearest};

/// A value that is being read.
#[derive(Clone, Copy)]
pub(crate) struct Item<'t> {
    node: &'t Node,
    sink: &'t Sink<'t>,
}

/// Collects problems; knows the tree for places.
pub(crate) struct Sink<'t> {
    tree: &'t Tree,
    problems: RefCell<Vec<Problem>>,
}

impl<'t> Sink<'t> {
    pub(crate) const fn new(tree: &'t Tree) -> Self {
        Self { tree, problems: RefCell::new(Vec::new()) }
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    pub(crate) fn push(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    pub(crate) const fn tree(&self) -> &'t Tree {
        self.tree
    }

    pub(crate) const fn root(&'t self) -> Item<'t> {
        Item { node: &self.tree.root, sink: self }
    }
}

/// A value with the path it stands at.
#[derive(Clone)]
pub(crate) struct At<'t> {
    item: Item<'t>,
    path: String,
}

/// A table being read; [`finish`](Fields::finish) names the keys nobody asked for.
pub(crate) struct Fields<'t> {
    at: At<'t>,
    known: RefCell<Vec<&'static str>>,
}

impl<'t> Item<'t> {
    pub(crate) const fn at(self, path: String) -> At<'t> {
        At { item: self, path }
    }
}

impl<'t> At<'t> {
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) const fn node(&self) -> &'t Node {
        self.item.node
    }

    pub(crate) fn problem<V: Display>(&self, code: Code, values: impl IntoIterator<Item = V>) {
        self.item.sink.push(Problem::new(code, self.place(), values));
    }

    /// Adds a problem that has found its own place.
    pub(crate) fn add(&self, problem: Problem) {
        self.item.sink.push(problem);
    }

    pub(crate) fn place(&self) -> Place {
        self.item.sink.tree.place_of(self.item.node, &self.path)
    }

    fn below(&self, node: &'t Node, step: &str) -> Self {
        let path = if self.path.is_empty() { step.to_owned() } else { format!("{}.{step}", self.path) };
        Self { item: Item { node, sink: self.item.sink }, path }
    }

    fn wrong(&self, expected: &str) {
        let found = match &self.item.node.value {
            Value::Refused(text) => text.clone(),
            other => other.type_name().to_owned(),
        };
        self.problem(Code::FileWrongType, [expected, &found]);
    }

    pub(crate) const fn is_table(&self) -> bool {
        matches!(self.item.node.value, Value::Table(_))
    }

    pub(crate) fn fields(&self) -> Option<Fields<'t>> {
        if self.is_table() {
            Some(Fields { at: self.clone(), known: RefCell::new(Vec::new()) })
        } else {
            self.wrong("a table");
            None
        }
    }

    /// The entries of a table whose keys are names.
    pub(crate) fn entries(&self) -> Vec<(&'t str, Self)> {
        match &self.item.node.value {
            Value::Table(entries) => entries.iter().map(|(key, node)| (key.as_str(), self.below(node, key))).collect(),
            _ => {
                self.wrong("a table");
                Vec::new()
            }
        }
    }

    pub(crate) fn items(&self) -> Vec<Self> {
        match &self.item.node.value {
            Value::Array(items) => {
                let named = |place: usize, node: &Node| match &node.value {
                    Value::Table(entries) => match entries.get("id").map(|id| &id.value) {
                        Some(Value::Text(id)) => id.clone(),
                        _ => place.to_string(),
                    },
                    _ => place.to_string(),
                };
                items.iter().enumerate().map(|(place, node)| self.below(node, &named(place, node))).collect()
            }
            _ => {
                self.wrong("an array");
                Vec::new()
            }
        }
    }

    pub(crate) fn text(&self) -> Option<&'t str> {
        match &self.item.node.value {
            Value::Text(text) => Some(text),
            _ => {
                self.wrong("a string");
                None
            }
        }
    }

    pub(crate) fn is_text(&self) -> Option<&'t str> {
        match &self.item.node.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text, whole number, date or truth as it would stand in the cell of a table.
    pub(crate) fn printed(&self) -> Option<String> {
        match &self.item.node.value {
            Value::Text(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Date(date) => Some(date.to_string()),
            Value::Boolean(flag) => Some(flag.to_string()),
            Value::Table(_) | Value::Array(_) | Value::Refused(_) => {
                self.wrong("a string");
                None
            }
        }
    }

    pub(crate) fn integer(&self, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        match self.item.node.value {
            Value::Integer(number) if range.contains(&number) => Some(number),
            Value::Integer(number) => {
                let expected = format!("{} … {}", range.start(), range.end());
                self.problem(Code::FileNumber, [number.to_string(), expected]);
                None
            }
            _ => {
                self.wrong("an integer");
                None
            }
        }
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.item.node.value {
            Value::Boolean(flag) => Some(flag),
            _ => {
                self.wrong("true or false");
                None
            }
        }
    }

    pub(crate) fn date(&self) -> Option<NaiveDate> {
        match &self.item.node.value {
            Value::Date(date) if calendar::date(&date.to_string()).is_ok() => Some(*date),
            Value::Text(text) if calendar::date(text).is_ok() => calendar::date(text).ok(),
            Value::Text(text) | Value::Refused(text) => {
                self.problem(Code::FileDate, [text]);
                None
            }
            Value::Date(date) => {
                self.problem(Code::FileDate, [date]);
                None
            }
            _ => {
                self.wrong("a date");
                None
            }
        }
    }

    pub(crate) fn word<T>(&self, words: &[(&str, T)]) -> Option<T>
    where
        T: Clone,
    {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.problem(Code::FileUnknownWord, [text, &known.join(", ")]);
        }
        found.map(|(_, value)| value.clone())
    }

    pub(crate) fn parsed<T: std::str::FromStr>(&self, expected: &str) -> Option<T> {
        let text = self.text()?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.problem(Code::FileNumber, [text, expected]);
        }
        parsed
    }

    /// A span `{ from, to }`; the end may be open where `open` says so.
    pub(crate) fn span(&self, open: bool) -> Option<DateSpan> {
        let fields = self.fields()?;
        let from = fields.need("from").and_then(|at| at.date());
        let to = if open { fields.get("to") } else { fields.need("to") };
        let last = to.as_ref().map(Self::date);
        fields.finish();
        let (from, last) = (from?, last.map_or(Some(None), |last| last.map(Some))?);
        let span = DateSpan::new(from, last);
        if span.is_none() {
            self.problem(Code::FileSpan, [from.to_string(), last.map_or_else(String::new, |last| last.to_string())]);
        }
        span
    }
}

impl<'t> Fields<'t> {
    pub(crate) const fn at(&self) -> &At<'t> {
        &self.at
    }

    fn node(&self, key: &str) -> Option<&'t Node> {
        match &self.at.item.node.value {
            Value::Table(entries) => entries.get(key),
            _ => None,
        }
    }

    pub(crate) fn get(&self, key: &'static str) -> Option<At<'t>> {
        let mut known = self.known.borrow_mut();
        if !known.contains(&key) {
            known.push(key);
        }
        self.node(key).map(|node| self.at.below(node, key))
    }

    pub(crate) fn need(&self, key: &'static str) -> Option<At<'t>> {
        let found = self.get(key);
        if found.is_none() {
            self.at.problem(Code::FileMissingKey, [key]);
        }
        found
    }

    /// The entries whose keys are none of those asked for: names that the file chose.
    pub(crate) fn others(&self) -> Vec<(&'t str, At<'t>)> {
        let known = self.known.borrow();
        self.at.entries().into_iter().filter(|(key, _)| !known.contains(key)).collect()
    }

    pub(crate) fn finish(&self) {
        for (key, at) in self.others() {
            let known = self.known.borrow();
            at.problem(Code::FileUnknownKey, [key, nearest(key, &known), &known.join(", ")]);
        }
    }
}
