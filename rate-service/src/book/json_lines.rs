//! Rows as lines of JSON: `{"table":"claims","row":{"area":"990100",…},"withdraw":false}`, one object a line.

use std::collections::BTreeMap;
use std::io::BufReader;

use rate_core::input::book::TableKind;
use rate_core::input::keys_twice;
use rate_core::{Code, Place, Problem};
use serde::Deserialize;

use super::BookError;
use super::csv::Source;
use super::encoding::Charset;
use super::lines::Lines;

/// What a line is to look like.
const FORM: &str = r#"{"table":"claims","row":{"area":"990100","account":"1"},"withdraw":false}"#;

/// A row of a line.
#[derive(Debug)]
pub(crate) struct JsonRow {
    pub(crate) kind: TableKind,
    /// A cell for each column of the table.
    pub(crate) cells: Vec<String>,
    /// Whether it is taken back.
    pub(crate) withdraw: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    table: String,
    row: BTreeMap<String, Option<String>>,
    #[serde(default)]
    withdraw: bool,
}

/// Reads rows of some tables one by one, each with the number of its line; ends where `each` answers false.
pub(crate) fn json_rows(
    source: &dyn Source,
    kinds: &[TableKind],
    each: &mut dyn FnMut(u32, Result<JsonRow, Problem>) -> bool,
) -> Result<(), BookError> {
    let mut lines = Lines::of(BufReader::with_capacity(1 << 18, source.open()?), Charset::Utf8);
    while let Some(line) = lines.next().map_err(|error| source.broken(error))? {
        let number = line.number;
        let place = Place { file: source.name().to_owned(), line: number, ..Place::default() };
        let too_long = matches!(&line.text, Err(broken) if broken.code == Code::RowsText);
        let read = match line.text {
            Ok(text) => row(&text, kinds, &place),
            Err(broken) if broken.code == Code::RowsText => Err(Problem::new(broken.code, place, ["65536"])),
            Err(broken) => Err(Problem::new(broken.code, place, [Charset::Utf8.name()])),
        };
        // Behind a line without end nothing is where it seems to be.
        if !each(number, read) || too_long {
            break;
        }
    }
    Ok(())
}

fn row(text: &str, kinds: &[TableKind], place: &Place) -> Result<JsonRow, Problem> {
    let wrong =
        |error: serde_json::Error| Problem::new(Code::RowsLine, place.clone(), [error.to_string().as_str(), FORM]);
    let Line { table, mut row, withdraw } = serde_json::from_str(text).map_err(wrong)?;
    if let Some((twice, _)) = keys_twice(text).first() {
        let column = twice.rsplit('/').next().unwrap_or_default();
        let place = Place { field: column.to_owned(), ..place.clone() };
        return Err(Problem::new(Code::RowsLine, place, [format!("duplicate key: {twice}").as_str(), FORM]));
    }
    let Some(kind) = kinds.iter().copied().find(|kind| kind.stem() == table) else {
        let known: Vec<&str> = kinds.iter().map(|kind| kind.stem()).collect();
        return Err(Problem::new(Code::RowsUnknownTable, place.clone(), [table, known.join(", ")]));
    };
    let columns = kind.columns().iter();
    let cells = columns.map(|column| row.remove(column.name).flatten().unwrap_or_default()).collect();
    match row.into_keys().next() {
        Some(unknown) => {
            let columns: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
            let place = Place { field: unknown.clone(), ..place.clone() };
            Err(Problem::new(Code::RowsLine, place, [format!("`{unknown}`"), columns.join(", ")]))
        }
        None => Ok(JsonRow { kind, cells, withdraw }),
    }
}
