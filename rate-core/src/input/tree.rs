//! Reading a file of law into its tree, and the canonical form that names it.

mod json;

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::calendar;
use crate::document::{Node, Tree, Value};
use crate::error::{Code, Place, Problem, Problems};

pub use json::keys_twice;
pub(crate) use json::parse_json;

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

    /// The offset of a line and a column in bytes, both counted from one.
    fn offset(&self, line: usize, column: usize) -> usize {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let mut at = (start + column.saturating_sub(1)).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// The largest rule-set or parameter file read, in bytes.
pub(crate) const MAX_FILE_BYTES: usize = 4 << 20;

/// Reads TOML.
pub(crate) fn parse_toml(file: &str, text: &str) -> Result<Tree, Problems> {
    if text.len() > MAX_FILE_BYTES {
        let place = Place { file: file.to_owned(), ..Place::default() };
        return Err(Problem::new(Code::RuleSetTooLarge, place, ["file", "4 MiB"]).into());
    }
    let lines = Lines::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let problems = errors.iter().map(|error| {
        let (line, column) = error.span().map_or((0, 0), |span| lines.place(span.start));
        let place = Place { file: file.to_owned(), line, column, ..Place::default() };
        Problem::new(Code::FileSyntax, place, [error.message()])
    });
    Problems::none_of(problems.collect())?;
    Ok(Tree { root: table_node(table.span().start, table.get_ref(), &lines), files: vec![file.to_owned()] })
}

/// The canonical form, whose digest names a document: keys sorted, no space, dates and decimals as strings.
pub(crate) fn canonical_text(tree: &Tree) -> String {
    text(&tree.root.value)
}

/// A value in canonical form.
pub(crate) fn text(value: &Value) -> String {
    let mut text = String::new();
    canonical(value, &mut text);
    text
}

/// SHA-256 of a text, in hexadecimal.
pub(crate) fn digest_of(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
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
