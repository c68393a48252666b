//! A TOML file as tables of text: dates and whole numbers stay as they are printed, and a key nobody reads is a slip.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};

/// What a file can say.
#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    List(Vec<Value>),
    Table(Table),
}

/// A table whose keys are taken out as they are read.
#[derive(Clone, Debug)]
pub struct Table {
    place: String,
    entries: RefCell<BTreeMap<String, Value>>,
}

impl Value {
    fn of(place: &str, value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => Self::Text(number.to_string()),
            DeValue::Boolean(truth) => Self::Text(truth.to_string()),
            DeValue::Datetime(date) => Self::Text(date.to_string()),
            DeValue::Array(items) => {
                let item = |(place_of, item): (usize, &toml::Spanned<DeValue<'_>>)| {
                    Self::of(&format!("{place}[{place_of}]"), item.as_ref())
                };
                Self::List(items.iter().enumerate().map(item).collect())
            }
            DeValue::Table(table) => Self::Table(Table::of(place, table)),
            DeValue::Float(_) => panic!("{place}: a number with a fraction is written as text"),
        }
    }

    fn text(&self, place: &str) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(_) | Self::Table(_) => panic!("{place}: not a text"),
        }
    }
}

impl Table {
    /// Reads a file.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let place = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let table = DeTable::parse(&text).unwrap_or_else(|error| panic!("{place}: {error}"));
        Self::of(&place, table.as_ref())
    }

    fn of(place: &str, table: &DeTable<'_>) -> Self {
        let entry = |(key, value): (&toml::Spanned<toml::de::DeString<'_>>, &toml::Spanned<DeValue<'_>>)| {
            let key = key.as_ref().to_string();
            let value = Value::of(&format!("{place} {key}"), value.as_ref());
            (key, value)
        };
        Self { place: place.to_owned(), entries: RefCell::new(table.iter().map(entry).collect()) }
    }

    /// A text, a date or a number as printed.
    pub fn text(&self, key: &str) -> Option<String> {
        self.entries.borrow_mut().remove(key).map(|value| value.text(&format!("{} {key}", self.place)))
    }

    /// A text that must be there.
    pub fn need(&self, key: &str) -> String {
        self.text(key).unwrap_or_else(|| panic!("{}: `{key}` is missing", self.place))
    }

    /// A list of tables, empty where there is none.
    pub fn tables(&self, key: &str) -> Vec<Self> {
        let table = |value: Value| match value {
            Value::Table(table) => table,
            Value::Text(_) | Value::List(_) => panic!("{} {key}: not tables", self.place),
        };
        self.list(key).into_iter().map(table).collect()
    }

    /// A list of texts, empty where there is none.
    pub fn texts(&self, key: &str) -> Vec<String> {
        self.list(key).iter().map(|value| value.text(&format!("{} {key}", self.place))).collect()
    }

    fn list(&self, key: &str) -> Vec<Value> {
        match self.entries.borrow_mut().remove(key) {
            None => Vec::new(),
            Some(Value::List(items)) => items,
            Some(Value::Text(_) | Value::Table(_)) => panic!("{} {key}: not a list", self.place),
        }
    }

    /// A table below this one.
    pub fn table(&self, key: &str) -> Option<Self> {
        match self.entries.borrow_mut().remove(key) {
            None => None,
            Some(Value::Table(table)) => Some(table),
            Some(Value::Text(_) | Value::List(_)) => panic!("{} {key}: not a table", self.place),
        }
    }

    /// Every key that is left, with its text.
    pub fn rest(&self) -> Vec<(String, String)> {
        let rest = std::mem::take(&mut *self.entries.borrow_mut());
        rest.into_iter().map(|(key, value)| (key.clone(), value.text(&format!("{} {key}", self.place)))).collect()
    }

    /// Refuses keys that nobody read.
    pub fn finish(&self) {
        let left: Vec<String> = self.entries.borrow().keys().cloned().collect();
        assert!(left.is_empty(), "{}: nobody reads {left:?}", self.place);
    }
}
