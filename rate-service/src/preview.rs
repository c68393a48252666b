//! What would be decided: the facts of one account, given or stored, under a law, given or in force. Nothing is kept.

use rate_core::decide::decide;
use rate_core::input::book::{CheckedBook, RawTable, TableKind, check_book};
use rate_core::input::keys_twice;
use rate_core::{AccountKey, Code, Decision, History, Law, Place, Problem};
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The most rows of a preview.
const MOST_ROWS: usize = 20_000;

/// Why nothing would be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDecided {
    /// What is wrong with the facts, all of it.
    Problems(Vec<Problem>),
    /// More rows than a preview has.
    TooMany(usize),
    /// Facts of none, or of several accounts, and not which of them is meant.
    Which(usize),
}

/// Tables as JSON has them: rows under the name of their table, cells under the names of their columns. An object of them that
/// has a key twice is none: nothing says which of both holds.
#[derive(Clone, Debug)]
pub struct Given(Map<String, Value>);

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(source)?;
        match keys_twice(text.get()).first() {
            Some((twice, _)) => Err(D::Error::custom(format!("duplicate key: /tables{twice}"))),
            None => serde_json::from_str(text.get()).map(Self).map_err(D::Error::custom),
        }
    }
}

/// Tables that were given.
///
/// # Errors
/// More rows than a preview has; everything that is no table, row or cell.
pub fn tables(given: &Given) -> Result<Vec<RawTable>, NotDecided> {
    let (mut tables, mut problems, mut count) = (Vec::new(), Vec::new(), 0);
    for (name, rows) in &given.0 {
        let Some(kind) = TableKind::from_stem(name) else {
            let known: Vec<&str> = TableKind::ALL.iter().map(|kind| kind.stem()).collect();
            let place = Place::field(format!("/tables/{name}"));
            problems.push(Problem::new(Code::RowsUnknownTable, place, [name.clone(), known.join(", ")]));
            continue;
        };
        let Some(rows) = rows.as_array() else {
            problems.push(wrong_type(format!("/tables/{name}"), "an array of rows", rows));
            continue;
        };
        count += rows.len();
        tables.push(table(kind, rows, &mut problems));
    }
    if count > MOST_ROWS {
        return Err(NotDecided::TooMany(MOST_ROWS));
    }
    if problems.is_empty() { Ok(tables) } else { Err(NotDecided::Problems(problems)) }
}

/// A table of all the columns that its rows name.
fn table(kind: TableKind, rows: &[Value], problems: &mut Vec<Problem>) -> RawTable {
    let mut columns: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
    let named = rows.iter().filter_map(Value::as_object).flat_map(Map::keys);
    for name in named {
        // One that the table does not have is a problem that the check finds.
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    let mut table = RawTable::new(kind, kind.stem(), columns.iter().copied());
    for (row, line) in rows.iter().zip(1..) {
        let place = || format!("/tables/{}/{}", kind.stem(), line - 1);
        let Some(cells) = row.as_object() else {
            problems.push(wrong_type(place(), "an object of cells", row));
            continue;
        };
        let mut cell = |name: &&str| match cells.get(*name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(yes)) => yes.to_string(),
            // A whole number is what it is; any other would not be exact.
            Some(Value::Number(number)) if number.is_i64() => number.to_string(),
            Some(other) => {
                problems.push(wrong_type(format!("{}/{name}", place()), "text or a whole number", other));
                String::new()
            }
        };
        let cells: Vec<String> = columns.iter().map(&mut cell).collect();
        table.push(line, cells);
    }
    table
}

/// That something of another kind stands at a JSON pointer.
pub(crate) fn wrong_type(pointer: String, expected: &str, found: &Value) -> Problem {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number that is not whole",
        Value::String(_) => "text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Problem::new(Code::FileWrongType, Place::field(pointer), [expected, found])
}

/// The history of an account among checked facts that are stored; none where there are no facts of it.
///
/// # Errors
/// What is wrong with the facts.
pub fn stored<'b>(book: &'b CheckedBook, account: &AccountKey) -> Result<Option<&'b History>, NotDecided> {
    if !book.file_problems.is_empty() {
        return Err(NotDecided::Problems(book.file_problems.clone()));
    }
    if let Some(refused) = book.refused.iter().find(|refused| refused.key == *account) {
        return Err(NotDecided::Problems(refused.problems.clone()));
    }
    Ok(book.histories.iter().find(|history| history.key() == account))
}

/// Checks tables that were given, and finds the history of the account that is meant: the one named, or the only one there is.
///
/// # Errors
/// What is wrong with the facts; which account is meant.
pub fn given(tables: &[RawTable], account: Option<&AccountKey>) -> Result<History, NotDecided> {
    let mut book = check_book(tables);
    if !book.file_problems.is_empty() {
        return Err(NotDecided::Problems(book.file_problems));
    }
    if let Some(account) = account {
        book.histories.retain(|history| history.key() == account);
        book.refused.retain(|refused| refused.key == *account);
    }
    match (book.histories.pop(), book.refused.pop()) {
        (Some(history), None) if book.histories.is_empty() => Ok(history),
        (None, Some(refused)) if book.refused.is_empty() => Err(NotDecided::Problems(refused.problems)),
        (one, other) => {
            let ends = usize::from(one.is_some()) + usize::from(other.is_some());
            Err(NotDecided::Which(book.histories.len() + book.refused.len() + ends))
        }
    }
}

/// What would be decided.
///
/// # Errors
/// What is wrong with the facts under this law.
pub fn preview(law: &Law, history: &History) -> Result<Decision, NotDecided> {
    decide(law, history).map_err(|problems| NotDecided::Problems(problems.into_vec()))
}
