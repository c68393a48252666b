//! The cells of a sheet, one by one and never as a grid: a cell far out costs what one cell costs.

use super::package::Trouble;
use super::workbook::{Format, OpenSheet, Shared};
use super::xml::{Said, Tag};

/// The last row and column that spreadsheets have.
const LAST: (u32, u32) = (1 << 20, 1 << 14);

/// What a cell holds.
#[derive(Debug)]
pub(super) enum Value<'s> {
    Text(&'s str),
    /// A number as it is stored, and how it is shown.
    Number(&'s str, &'s Format),
    Truth(bool),
    /// An error, by its name.
    Error(&'s str),
    /// A formula whose result was never stored.
    Unreckoned,
}

/// A cell that is not empty.
#[derive(Debug)]
pub(super) struct Cell<'s> {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) value: Value<'s>,
}

/// Cells that are shown as one.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    pub(super) row: u32,
    pub(super) last_row: u32,
    pub(super) column: u32,
    pub(super) range: String,
}

/// A cell on its way.
#[derive(Debug, Default)]
struct Draft {
    row: u32,
    column: u32,
    kind: String,
    style: usize,
    text: Option<String>,
    formula: bool,
}

/// Hands every cell that is not empty to `take`, by rows; what is merged.
pub(super) fn cells(
    OpenSheet { mut xml, shared, formats }: OpenSheet<'_>,
    part: &str,
    take: &mut dyn FnMut(Cell<'_>),
) -> Result<Vec<Merged>, Trouble> {
    let (mut at, mut merged) = ((0_u32, 0_u32), Vec::new());
    let mut draft: Option<Draft> = None;
    loop {
        let within = match xml.next()? {
            Said::Open(tag) => {
                let within = inner(&tag);
                if tag.is("row") {
                    at = (next_row(&tag, at.0, part)?, 0);
                } else if tag.is("c") {
                    let begun = begun(&tag, at, part)?;
                    at.1 = begun.column;
                    draft = (!tag.empty).then_some(begun);
                } else if tag.is("mergeCell") {
                    merged.extend(merge(&tag));
                } else if let (true, Some(draft)) = (tag.is("f"), &mut draft) {
                    draft.formula = true;
                }
                within
            }
            Said::Close(name) if name == "c" => {
                if let Some(draft) = draft.take() {
                    finished(&draft, shared, formats, part, take)?;
                }
                None
            }
            Said::Close(_) | Said::Text(_) => None,
            Said::End => return Ok(merged),
        };
        if let (Some(element), Some(draft)) = (within, &mut draft) {
            draft.text = Some(xml.text_within(element)?);
        }
    }
}

/// The element whose text is that of the cell.
fn inner(tag: &Tag<'_>) -> Option<&'static str> {
    ["v", "is"].into_iter().find(|name| !tag.empty && tag.is(name))
}

fn next_row(tag: &Tag<'_>, before: u32, part: &str) -> Result<u32, Trouble> {
    let row = tag.attribute("r").map_or(Some(before + 1), |row| row.parse().ok());
    row.filter(|row| *row > before && *row <= LAST.0).ok_or_else(|| Trouble::part(part, format!("row after {before}")))
}

fn begun(tag: &Tag<'_>, (row, before): (u32, u32), part: &str) -> Result<Draft, Trouble> {
    let named = tag.attribute("r");
    let place = named.as_deref().map_or(Some((row, before + 1)), address);
    let after = |&(in_row, column): &(u32, u32)| in_row == row && column > before && column <= LAST.1;
    let (row, column) = place
        .filter(after)
        .ok_or_else(|| Trouble::part(part, format!("cell {} in row {row}", named.as_deref().unwrap_or_default())))?;
    let style = tag.attribute("s").and_then(|style| style.parse().ok()).unwrap_or_default();
    Ok(Draft { row, column, kind: tag.attribute("t").unwrap_or_default(), style, text: None, formula: false })
}

fn finished(
    draft: &Draft,
    shared: &Shared,
    formats: &[Format],
    part: &str,
    take: &mut dyn FnMut(Cell<'_>),
) -> Result<(), Trouble> {
    let Draft { row, column, kind, style, text, formula } = draft;
    let Some(text) = text.as_deref() else {
        if *formula {
            take(Cell { row: *row, column: *column, value: Value::Unreckoned });
        }
        return Ok(());
    };
    let value = match kind.as_str() {
        "s" => {
            let found = text.trim().parse().ok().and_then(|index| shared.get(index));
            Value::Text(found.ok_or_else(|| Trouble::part(part, format!("no shared text {text}")))?)
        }
        "b" => Value::Truth(text.trim() == "1"),
        "e" => Value::Error(text),
        "" | "n" => Value::Number(text.trim(), formats.get(*style).unwrap_or(&Format::Number)),
        // Texts inside the sheet, results of formulas that are text, and days written as text.
        _ => Value::Text(text),
    };
    let empty = matches!(value, Value::Text("") | Value::Number("", _));
    if !empty {
        take(Cell { row: *row, column: *column, value });
    }
    Ok(())
}

fn merge(tag: &Tag<'_>) -> Option<Merged> {
    let range = tag.attribute("ref")?;
    let (first, last) = range.split_once(':').unwrap_or((&range, &range));
    let ((row, column), (last_row, _)) = (address(first)?, address(last)?);
    Some(Merged { row, last_row, column, range })
}

/// Row and column of a cell such as `B7`.
pub(super) fn address(text: &str) -> Option<(u32, u32)> {
    let digits = text.find(|it: char| it.is_ascii_digit())?;
    let (letters, row) = text.split_at(digits);
    let mut column = 0_u32;
    for letter in letters.bytes() {
        let value = u32::from(letter.is_ascii_uppercase().then(|| letter - b'A' + 1)?);
        column = column.checked_mul(26)?.checked_add(value)?;
    }
    Some((row.parse().ok()?, column)).filter(|(row, column)| *row > 0 && *column > 0)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn cells_are_found_by_their_address() {
        assert_eq!(address("B7"), Some((7, 2)));
        assert_eq!(address("XFD1048576"), Some((1_048_576, 16_384)));
        for wrong in ["7", "B", "b7", "B0", "ZZZZZZZZ1", "B-1", ""] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
