//! Reading JSON into the tree of a file of law. A key that stands twice in an object is a problem, as it is in TOML: no
//! reader says which of the two holds.

use std::collections::BTreeSet;

use super::{Lines, MAX_FILE_BYTES};
use crate::document::{Node, Tree, Value, pointer_step};
use crate::error::{Code, Place, Problem, Problems};

/// Reads the same shape as TOML from JSON; dates are strings.
pub(crate) fn parse_json(file: &str, text: &str) -> Result<Tree, Problems> {
    let place = Place { file: file.to_owned(), ..Place::default() };
    if text.len() > MAX_FILE_BYTES {
        return Err(Problem::new(Code::RuleSetTooLarge, place, ["file", "4 MiB"]).into());
    }
    let lines = Lines::new(text);
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        let (line, column) = lines.place(lines.offset(error.line(), error.column()));
        let message = error.to_string();
        // The place stands in the problem already.
        let said = message.rsplit_once(" at line ").map_or(message.as_str(), |(said, _)| said);
        Problems::from(Problem::new(Code::FileSyntax, Place { line, column, ..place.clone() }, [said]))
    })?;
    let twice = keys_twice(text).into_iter().map(|(field, at)| {
        let (line, column) = lines.place(at);
        let said = format!("duplicate key: {field}");
        Problem::new(Code::FileSyntax, Place { line, column, field, ..place.clone() }, [said])
    });
    Problems::none_of(twice.collect())?;
    Ok(Tree { root: node(&value), files: vec![file.to_owned()] })
}

fn node(value: &serde_json::Value) -> Node {
    let value = match value {
        serde_json::Value::Object(entries) => {
            Value::Table(entries.iter().map(|(key, value)| (key.clone(), node(value))).collect())
        }
        serde_json::Value::Array(items) => Value::Array(items.iter().map(node).collect()),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Bool(flag) => Value::Boolean(*flag),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Value::Refused(number.to_string()), Value::Integer)
        }
        serde_json::Value::Null => Value::Refused("null".to_owned()),
    };
    Node { value, file: 0, line: 0, column: 0 }
}

/// What is open at a place of a text, and where in it one is.
enum Open {
    Object { keys: BTreeSet<String>, key: String, at_key: bool },
    Array(usize),
}

/// The keys that an object has twice, at any depth, as JSON pointers, with the offset of the second, in a text that is JSON.
pub fn keys_twice(text: &str) -> Vec<(String, usize)> {
    let bytes = text.as_bytes();
    let (mut open, mut twice, mut at) = (Vec::new(), Vec::new(), 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' => open.push(Open::Object { keys: BTreeSet::new(), key: String::new(), at_key: true }),
            b'[' => open.push(Open::Array(0)),
            b'}' | b']' => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(Open::Object { at_key, .. }) => *at_key = true,
                Some(Open::Array(place)) => *place += 1,
                None => {}
            },
            b'"' => {
                let end = string_end(bytes, at);
                if let Some(Open::Object { keys, key, at_key: at_key @ true }) = open.last_mut() {
                    *at_key = false;
                    // Two spellings of one key are one key.
                    *key = serde_json::from_str(&text[at..end]).unwrap_or_default();
                    if !keys.insert(key.clone()) {
                        twice.push((pointer(&open), at));
                    }
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    twice
}

/// Where a string ends that begins at a quotation mark.
fn string_end(bytes: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn pointer(open: &[Open]) -> String {
    let step = |open: &Open| match open {
        Open::Object { key, .. } => pointer_step(key),
        Open::Array(place) => format!("/{place}"),
    };
    open.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::{keys_twice, parse_json};

    #[test]
    fn every_key_that_stands_twice_is_named_at_its_second_place() {
        let text = r#"{"a": [{"x": "\"", "x": 1}, {"y\\": {"\u0061": 1, "a": 2}}], "b/c": {"~": 1, "~": 2}, "a": 0}"#;
        let found: Vec<String> = keys_twice(text).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(found, ["/a/0/x", "/a/1/y\\/a", "/b~1c/~0", "/a"]);
        assert!(keys_twice(r#"{"a": {"a": "a", "b": ["a", "a"]}, "b": "\"a\": {"}"#).is_empty());
        let problems = parse_json("file", "{\n  \"a\": 1,\n  \"a\": 2\n}").unwrap_err();
        let places: Vec<String> = problems.iter().map(|it| it.place.to_string()).collect();
        assert_eq!(places, ["file:3:3 [/a]"]);
    }

    #[test]
    fn what_is_no_json_is_said_with_its_place() {
        let problems = parse_json("file", "{\n \"基准\": 1 2}").unwrap_err();
        assert_eq!(problems.iter().next().unwrap().place.to_string(), "file:2:10");
        let deep = "[".repeat(100_000);
        assert!(parse_json("file", &deep).is_err());
    }
}
