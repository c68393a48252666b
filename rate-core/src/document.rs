//! A file of law as a tree that knows where each value stands: the same tree for TOML and JSON.

use std::collections::BTreeMap;

use crate::calendar::{self, NaiveDate};
use crate::error::Place;

/// A value with the place it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) file: usize,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// What a file can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Table(BTreeMap<String, Node>),
    Array(Vec<Node>),
    Text(String),
    Integer(i64),
    Boolean(bool),
    Date(NaiveDate),
    /// A number with a fraction, or a date the calendar does not have: never accepted, named in the message.
    Refused(String),
}

impl Value {
    pub(crate) const fn type_name(&self) -> &'static str {
        match self {
            Self::Table(_) => "table",
            Self::Array(_) => "array",
            Self::Text(_) => "string",
            Self::Integer(_) => "integer",
            Self::Boolean(_) => "boolean",
            Self::Date(_) => "date",
            Self::Refused(_) => "number with a fraction",
        }
    }
}

impl Value {
    /// Whether this says at least what the other says: of a table the keys it names, of all else the same.
    pub(crate) fn says(&self, stated: &Self) -> bool {
        match (self, stated) {
            (Self::Table(own), Self::Table(stated)) => {
                stated.iter().all(|(key, stated)| own.get(key).is_some_and(|own| own.value.says(&stated.value)))
            }
            (Self::Array(own), Self::Array(stated)) => {
                own.len() == stated.len() && own.iter().zip(stated).all(|(own, stated)| own.value.says(&stated.value))
            }
            (one, other) => one == other,
        }
    }
}

/// A whole document, its own file first, then those it extends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    pub(crate) root: Node,
    pub(crate) files: Vec<String>,
}

impl Tree {
    /// The place of a node, with its path.
    pub(crate) fn place_of(&self, node: &Node, path: &str) -> Place {
        let file = self.files.get(node.file).cloned().unwrap_or_default();
        Place { file, line: node.line, column: node.column, field: path.to_owned(), ..Place::default() }
    }

    /// The place of the value at a path, or of the nearest thing that holds it.
    pub(crate) fn place(&self, path: &str) -> Place {
        let mut node = &self.root;
        for step in steps(path) {
            match child(node, &step) {
                Some(found) => node = found,
                None => break,
            }
        }
        self.place_of(node, path)
    }

    /// A path as a JSON pointer (RFC 6901) into the document: elements by position, conditions with their group, whatever
    /// the path calls them. What does not stand there is named as the path names it.
    pub(crate) fn pointer(&self, path: &str) -> String {
        let (mut node, mut pointer) = (Some(&self.root), String::new());
        for step in steps(path) {
            let below = node.and_then(|node| position(node, &step));
            pointer += &below.as_ref().map_or_else(|| pointer_step(&step), |(pointer, _)| pointer.clone());
            node = below.map(|(_, node)| node);
        }
        pointer
    }

    /// Whether something stands at a path.
    pub(crate) fn has(&self, path: &str) -> bool {
        let mut node = &self.root;
        steps(path).all(|step| {
            child(node, &step).is_some_and(|found| {
                node = found;
                true
            })
        })
    }

    /// Puts another tree underneath: its sections stand where this one has none.
    pub(crate) fn extend_with(&mut self, parent: &Self, parent_id: &str) {
        let offset = self.files.len();
        self.files.extend(parent.files.iter().cloned());
        let mut below = parent.root.clone();
        rehome(&mut below, offset, parent_id);
        let (Value::Table(own), Value::Table(theirs)) = (&mut self.root.value, below.value) else { return };
        for (key, node) in theirs {
            if key == "documents" {
                let Value::Table(documents) = node.value else { continue };
                let empty = Node {
                    value: Value::Table(BTreeMap::new()),
                    file: node.file,
                    line: node.line,
                    column: node.column,
                };
                if let Value::Table(all) = &mut own.entry(key).or_insert(empty).value {
                    all.extend(documents.into_iter().map(|(name, document)| (foreign_key(&name, parent_id), document)));
                }
            } else if !HEAD.contains(&key.as_str()) {
                own.entry(key).or_insert(node);
            }
        }
    }

    /// Replaces the value at a path by a text; rows, cycles and adjustments are named by id, bounds by position.
    pub(crate) fn replace(&mut self, path: &str, text: &str) -> bool {
        let mut node = &mut self.root;
        for step in steps(path) {
            match child_mut(node, &step) {
                Some(found) => node = found,
                None => return false,
            }
        }
        let value = match &node.value {
            Value::Text(_) => Some(Value::Text(text.to_owned())),
            Value::Integer(_) => text.parse().ok().map(Value::Integer),
            Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
            Value::Date(_) => calendar::date(text).ok().map(Value::Date),
            Value::Table(_) | Value::Array(_) | Value::Refused(_) => None,
        };
        let found = value.is_some();
        node.value = value.unwrap_or_else(|| node.value.clone());
        found
    }

    /// What stands at a path.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        let mut node = &self.root;
        for step in steps(path) {
            node = child(node, &step)?;
        }
        Some(&node.value)
    }

    /// Puts a value of another file at a path, or takes out what stands there. False where nothing holds the last step.
    pub(crate) fn put(&mut self, path: &str, value: Option<&Node>, file: &str) -> bool {
        let last = steps(path).last().unwrap_or_default();
        let above = path.strip_suffix(&last).map_or("", |above| above.trim_end_matches('.'));
        let value = value.map(|node| {
            let mut node = node.clone();
            move_to(&mut node, self.files.len());
            node
        });
        self.files.push(file.to_owned());
        let mut node = &mut self.root;
        for step in steps(above) {
            match child_mut(node, &step) {
                Some(found) => node = found,
                None => return false,
            }
        }
        if let (Some(known), Some(value)) = (child_mut(node, &last), &value) {
            known.clone_from(value);
            return true;
        }
        match (&mut node.value, value) {
            (Value::Table(entries), Some(value)) => drop(entries.insert(last, value)),
            (Value::Table(entries), None) => return entries.remove(&last).is_some(),
            // A position that is not there yet is the next one.
            (Value::Array(items), Some(value)) if last == items.len().to_string() => items.push(value),
            (Value::Array(items), None) => match place_in(items, &last) {
                Some(place) => drop(items.remove(place)),
                None => return false,
            },
            _ => return false,
        }
        true
    }
}

/// Keys that belong to one file and are never inherited.
const HEAD: &[&str] = &[
    "format",
    "area",
    "version",
    "form",
    "name",
    "in_force",
    "extends",
    "cite",
    "assumed",
    "missing",
    "illustrative",
    "documents",
];

fn foreign_key(key: &str, parent: &str) -> String {
    if key.contains('#') { key.to_owned() } else { format!("{parent}#{key}") }
}

/// Makes a parent's nodes remember their file, and their citations the parent's documents.
fn rehome(node: &mut Node, offset: usize, parent: &str) {
    node.file += offset;
    match &mut node.value {
        Value::Table(entries) => {
            for (key, entry) in entries {
                if let (true, Value::Text(cite)) = (key == "cite", &mut entry.value) {
                    *cite = foreign_key(cite, parent);
                }
                rehome(entry, offset, parent);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rehome(item, offset, parent)),
        Value::Text(_) | Value::Integer(_) | Value::Boolean(_) | Value::Date(_) | Value::Refused(_) => {}
    }
}

fn steps(path: &str) -> impl Iterator<Item = String> + '_ {
    path.split('.').filter(|step| !step.is_empty()).map(str::to_owned)
}

fn has_id(node: &Node, id: &str) -> bool {
    matches!(&node.value, Value::Table(entries) if entries.get("id").is_some_and(|own| own.value == Value::Text(id.to_owned())))
}

/// The position of an element named by its id or its position.
fn place_in(items: &[Node], step: &str) -> Option<usize> {
    let by_id = items.iter().position(|item| has_id(item, step));
    by_id.or_else(|| step.parse().ok().filter(|place| *place < items.len()))
}

/// Makes a node and all below it stand in a file.
fn move_to(node: &mut Node, file: usize) {
    node.file = file;
    match &mut node.value {
        Value::Table(entries) => entries.values_mut().for_each(|entry| move_to(entry, file)),
        Value::Array(items) => items.iter_mut().for_each(|item| move_to(item, file)),
        Value::Text(_) | Value::Integer(_) | Value::Boolean(_) | Value::Date(_) | Value::Refused(_) => {}
    }
}

/// Where a step leads: a key, an element by its id or position, or a condition of a row by its measure.
fn child<'n>(node: &'n Node, step: &str) -> Option<&'n Node> {
    position(node, step).map(|(_, found)| found)
}

/// One step of a JSON pointer.
pub(crate) fn pointer_step(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Where a step leads, with its pointer from the node.
fn position<'n>(node: &'n Node, step: &str) -> Option<(String, &'n Node)> {
    match &node.value {
        Value::Table(entries) => {
            if let Some(found) = entries.get(step) {
                return Some((pointer_step(step), found));
            }
            ["all", "any", "when"].iter().find_map(|group| {
                let (below, found) = position(entries.get(*group)?, step)?;
                Some((pointer_step(group) + &below, found))
            })
        }
        Value::Array(items) => {
            let place = place_in(items, step)?;
            Some((format!("/{place}"), &items[place]))
        }
        Value::Text(_) | Value::Integer(_) | Value::Boolean(_) | Value::Date(_) | Value::Refused(_) => None,
    }
}

fn child_mut<'n>(node: &'n mut Node, step: &str) -> Option<&'n mut Node> {
    match &mut node.value {
        Value::Table(entries) => {
            if entries.contains_key(step) {
                return entries.get_mut(step);
            }
            entries
                .iter_mut()
                .filter(|(key, _)| ["all", "any", "when"].contains(&key.as_str()))
                .find_map(|(_, group)| child_mut(group, step))
        }
        Value::Array(items) => {
            let place = place_in(items, step)?;
            items.get_mut(place)
        }
        Value::Text(_) | Value::Integer(_) | Value::Boolean(_) | Value::Date(_) | Value::Refused(_) => None,
    }
}
