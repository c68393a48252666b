//! A file of law as a tree that knows where each value stands: the same tree for TOML and JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::calendar::{self, NaiveDate};
use crate::error::{Code, Place, Problem, Problems};

/// A value with the place it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    file: usize,
    line: u32,
    column: u32,
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

/// A whole document, its own file first, then those it extends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    pub(crate) root: Node,
    files: Vec<String>,
}

/// Where the lines of a text begin.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// Line and column (in characters), counted from one.
    fn place(&self, at: usize) -> (u32, u32) {
        let at = at.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts[line.saturating_sub(1)];
        let column = self.text.get(start..at).map_or(0, |before| before.chars().count()) + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
}

/// The largest rule-set or parameter file read, in bytes.
pub(crate) const MAX_FILE_BYTES: usize = 4 << 20;

impl Tree {
    /// Reads TOML.
    pub(crate) fn parse_toml(file: &str, text: &str) -> Result<Self, Problems> {
        if text.len() > MAX_FILE_BYTES {
            let place = Place { file: file.to_owned(), ..Place::default() };
            return Err(Problem::new(Code::RuleSetTooLarge, place, ["file", "4 MiB"]).into());
        }
        let lines = Lines::new(text);
        let (table, errors) = DeTable::parse_recoverable(text);
        let problems = errors.iter().map(|error| {
            let (line, column) = error.span().map_or((0, 0), |span| lines.place(span.start));
            let place = Place { file: file.to_owned(), line, column, field: String::new() };
            Problem::new(Code::FileSyntax, place, [error.message()])
        });
        Problems::none_of(problems.collect())?;
        Ok(Self { root: table_node(table.span().start, table.get_ref(), &lines), files: vec![file.to_owned()] })
    }

    /// Reads the same shape as JSON; dates are strings.
    pub(crate) fn parse_json(file: &str, text: &str) -> Result<Self, Problems> {
        let parsed = if text.len() > MAX_FILE_BYTES {
            Err("4 MiB".to_owned())
        } else {
            serde_json::from_str(text).map_err(|error| error.to_string())
        };
        match parsed {
            Ok(value) => Ok(Self { root: json_node(&value), files: vec![file.to_owned()] }),
            Err(message) => {
                let place = Place { file: file.to_owned(), ..Place::default() };
                Err(Problem::new(Code::FileSyntax, place, [message]).into())
            }
        }
    }

    /// The place of a node, with its path.
    pub(crate) fn place_of(&self, node: &Node, path: &str) -> Place {
        let file = self.files.get(node.file).cloned().unwrap_or_default();
        Place { file, line: node.line, column: node.column, field: path.to_owned() }
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

    /// SHA-256, in hexadecimal, of the canonical form: keys sorted, no space, dates and decimals as strings.
    pub(crate) fn digest(&self) -> String {
        let mut text = String::new();
        canonical(&self.root.value, &mut text);
        Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
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

/// Where a step leads: a key, an element by its id or position, or a condition of a row by its measure.
fn child<'n>(node: &'n Node, step: &str) -> Option<&'n Node> {
    match &node.value {
        Value::Table(entries) => entries.get(step).or_else(|| {
            ["all", "any", "when"].iter().filter_map(|group| entries.get(*group)).find_map(|group| child(group, step))
        }),
        Value::Array(items) => match step.parse::<usize>() {
            Ok(place) if !items.iter().any(|item| has_id(item, step)) => items.get(place),
            _ => items.iter().find(|item| has_id(item, step)),
        },
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
            let by_id = items.iter().position(|item| has_id(item, step));
            let place = by_id.or_else(|| step.parse().ok())?;
            items.get_mut(place)
        }
        Value::Text(_) | Value::Integer(_) | Value::Boolean(_) | Value::Date(_) | Value::Refused(_) => None,
    }
}

fn table_node(at: usize, table: &DeTable<'_>, lines: &Lines<'_>) -> Node {
    let (line, column) = lines.place(at);
    let entries = table.iter().map(|(key, value)| {
        let mut node = toml_node(value, lines);
        // A table is found at its header or key, where its author looks for it.
        if matches!(node.value, Value::Table(_) | Value::Array(_)) {
            (node.line, node.column) = lines.place(key.span().start);
        }
        (key.get_ref().to_string(), node)
    });
    Node { value: Value::Table(entries.collect()), file: 0, line, column }
}

fn toml_node(value: &Spanned<DeValue<'_>>, lines: &Lines<'_>) -> Node {
    let (line, column) = lines.place(value.span().start);
    let value = match value.get_ref() {
        DeValue::Table(table) => return table_node(value.span().start, table, lines),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| toml_node(item, lines)).collect()),
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Integer(integer) => {
            let parsed = i64::from_str_radix(integer.as_str(), integer.radix());
            parsed.map_or_else(|_| Value::Refused(integer.as_str().to_owned()), Value::Integer)
        }
        DeValue::Float(float) => Value::Refused(float.as_str().to_owned()),
        DeValue::Datetime(datetime) => {
            let text = datetime.to_string();
            calendar::date(&text).map_or(Value::Refused(text), Value::Date)
        }
    };
    Node { value, file: 0, line, column }
}

fn json_node(value: &serde_json::Value) -> Node {
    let value = match value {
        serde_json::Value::Object(entries) => {
            Value::Table(entries.iter().map(|(key, value)| (key.clone(), json_node(value))).collect())
        }
        serde_json::Value::Array(items) => Value::Array(items.iter().map(json_node).collect()),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Bool(flag) => Value::Boolean(*flag),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Value::Refused(number.to_string()), Value::Integer)
        }
        serde_json::Value::Null => Value::Refused("null".to_owned()),
    };
    Node { value, file: 0, line: 0, column: 0 }
}

fn canonical(value: &Value, out: &mut String) {
    let quoted = |text: &str, out: &mut String| {
        // A string has always a JSON form.
        out.push_str(&serde_json::Value::String(text.to_owned()).to_string());
    };
    match value {
        Value::Table(entries) => {
            out.push('{');
            for (place, (key, node)) in entries.iter().enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                quoted(key, out);
                out.push(':');
                canonical(&node.value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (place, node) in items.iter().enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                canonical(&node.value, out);
            }
            out.push(']');
        }
        Value::Text(text) | Value::Refused(text) => quoted(text, out),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Date(date) => quoted(&date.to_string(), out),
    }
}
