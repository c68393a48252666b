//! Sheets in the layout of a core system, made from the tables in `fixtures/sheets`: a cell there is a cell of the
//! workbook, numbers as numbers but in columns of text.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook};

/// The columns whose cells are text: branch, type, number and name.
const TEXT: [u16; 4] = [1, 2, 7, 8];

/// A workbook as rows of cells.
pub(crate) type Cells = Vec<Vec<String>>;

/// Both workbooks, as the fixtures have them.
pub(crate) fn both() -> [Cells; 2] {
    ["with-premium", "without-premium"].map(|name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/sheets/foshan").join(format!("{name}.csv"));
        let text = std::fs::read_to_string(&path).unwrap();
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    })
}

/// Puts a text into the cell of an address such as `R7`.
pub(crate) fn put(cells: &mut Cells, address: &str, text: &str) {
    let digits = address.find(|it: char| it.is_ascii_digit()).unwrap();
    let column = address[..digits].bytes().fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1) - 1;
    let row: usize = address[digits..].parse::<usize>().unwrap() - 1;
    while cells.len() <= row {
        cells.push(Vec::new());
    }
    while cells[row].len() <= column {
        cells[row].push(String::new());
    }
    text.clone_into(&mut cells[row][column]);
}

/// The number that a spreadsheet stores of a text that is typed.
#[expect(clippy::disallowed_types, reason = "cells hold binary fractions; the test writes what a person types")]
fn typed(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Writes the workbooks to a directory; their paths. A cell that begins with `#` is a number in a column of
/// text, one that begins with `%` a number shown as a percentage.
pub(crate) fn write(dir: &Path, both: &[Cells; 2]) -> [PathBuf; 2] {
    let names = ["with.xlsx", "without.xlsx"];
    let percent = Format::new().set_num_format("0.00%");
    for (cells, name) in both.iter().zip(names) {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet().set_name("统计").unwrap();
        for (line, row) in cells.iter().zip(0_u32..) {
            for (text, column) in line.iter().zip(0_u16..).filter(|(text, _)| !text.is_empty()) {
                let plain = (!TEXT.contains(&column)).then_some(text.as_str());
                if let Some(number) = text.strip_prefix('%').and_then(typed) {
                    sheet.write_number_with_format(row, column, number, &percent).unwrap();
                    continue;
                }
                match text.strip_prefix('#').or(plain).and_then(typed) {
                    Some(number) => sheet.write_number(row, column, number).map(drop),
                    None => sheet.write_string(row, column, text).map(drop),
                }
                .unwrap();
            }
        }
        workbook.save(dir.join(name)).unwrap();
    }
    names.map(|name| dir.join(name))
}
