//! Books as workbooks: the same facts as CSV, and everything wrong with a workbook named by its cell.

use std::path::Path;

use rate_core::Code;
use rate_core::input::book::{CheckedBook, Content, RawTable, TableKind, check_book};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

use crate::broken_workbooks::{self, Around, rows, workbook};
use crate::{accounts_of, made_up, read, reported};
use rate_service::book::{Plan, read_tables};

fn read_file(name: &str, bytes: &[u8]) -> CheckedBook {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), bytes).unwrap();
    read(dir.path())
}

#[test]
fn each_broken_workbook_says_exactly_what_is_wrong() {
    for (broken, number) in broken_workbooks::all().iter().zip(1..) {
        let book = read_file(broken.file, &broken.bytes);
        let mut found = reported(&book);
        found.sort();
        let lines: Vec<String> = book.problems().map(ToString::to_string).collect();
        assert_eq!(found, broken.reported, "workbook {number}: {lines:?}");
        for problem in book.problems().chain(&book.warnings) {
            for lang in [rate_core::Lang::En, rate_core::Lang::Zh] {
                assert!(!problem.message(lang).contains('{'), "{problem}: every value of the sentence is given");
            }
        }
    }
}

/// A wrong cell refuses its account as a wrong row of a CSV file does, and leaves the others alone.
#[test]
fn a_wrong_cell_refuses_its_account_only() {
    let kinds = ["<c t=\"e\"><v>#REF!</v></c>", "employer"];
    let accounts = rows(&[&["area", "account", "kind"], &["990100", "0001", kinds[0]], &["990100", "0002", kinds[1]]]);
    let book = read_file("book.xlsx", &workbook(&[("accounts", &accounts)], &Around { from_1904: false, state: "" }));
    assert_eq!(book.histories.iter().map(|it| it.key().number.as_str()).collect::<Vec<_>>(), ["0002"]);
    assert_eq!(book.refused[0].key.number, "0001");
}

/// Day 43830 of the calendar from 1900 is day 42368 of the one from 1904: 1462 days lie between their beginnings.
#[test]
fn days_are_counted_from_either_beginning() {
    for (from_1904, serial) in [(false, "43831"), (true, "42369")] {
        let cell = format!("<c s=\"1\"><v>{serial}</v></c>");
        let coverage = rows(&[&["area", "account", "from", "state"], &["990100", "0001", &cell, "insured"]]);
        let accounts = rows(&[&["area", "account", "kind"], &["990100", "0001", "employer"]]);
        let around = Around { from_1904, state: "" };
        let book = read_file("book.xlsx", &workbook(&[("accounts", &accounts), ("coverage", &coverage)], &around));
        assert_eq!(reported(&book), Vec::<String>::new());
        assert_eq!(book.histories[0].coverage()[0].months.from.to_string(), "2020-01");
    }
}

/// The number that a spreadsheet stores of a text that is typed.
#[expect(clippy::disallowed_types, reason = "cells hold binary fractions; the test writes what a person types")]
fn typed(text: &str) -> f64 {
    text.parse().unwrap()
}

/// Writes a table as a person would keep it: text as text, numbers and percentages as numbers, days as days.
fn write(sheet: &mut Worksheet, table: &RawTable) {
    let (days, percent) = (Format::new().set_num_format("yyyy/m/d"), Format::new().set_num_format("0.00%"));
    for (name, column) in table.header().iter().zip(0..) {
        sheet.write_string(0, column, name).unwrap();
    }
    for (row, line) in table.rows().zip(1..) {
        for (name, column) in table.header().iter().zip(0..) {
            let text = row.cell(usize::from(column)).unwrap();
            let content = if text.is_empty() { Content::Text } else { table.kind().content(name) };
            let day = |text: &str| ExcelDateTime::parse_from_str(text).unwrap();
            match content {
                Content::Text => sheet.write_string(line, column, text),
                Content::Number => sheet.write_number(line, column, typed(text)),
                // Half of them as percentages: 0.56 is then stored as 0.0056.
                Content::Percent if line % 2 == 0 => {
                    sheet.write_number_with_format(line, column, typed(&format!("{text}e-2")), &percent)
                }
                Content::Percent => sheet.write_number(line, column, typed(text)),
                Content::Day => sheet.write_datetime_with_format(line, column, day(text), &days),
                Content::Month => sheet.write_datetime_with_format(line, column, day(&format!("{text}-01")), &days),
            }
            .unwrap();
        }
    }
}

/// A made-up book written by another program's rules gives the histories that its CSV gives.
#[test]
fn a_workbook_gives_the_facts_of_the_csv() {
    let [csv, one, many] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    made_up(&Plan { accounts: 200, seed: 3, ..Plan::default() }, csv.path());
    let tables = read_tables(csv.path(), &mut |_, _| {}).unwrap();
    let mut all = Workbook::new();
    for table in &tables {
        write(all.add_worksheet().set_name(table.kind().stem()).unwrap(), table);
        let mut single = Workbook::new();
        write(single.add_worksheet(), table);
        single.save(many.path().join(format!("{}.xlsx", table.kind().stem()))).unwrap();
    }
    all.save(one.path().join("book.xlsx")).unwrap();
    std::fs::write(one.path().join("~$book.xlsx"), "of a program that has it open").unwrap();
    let expected = read(csv.path());
    for dir in [one.path(), many.path()] {
        let book = read(dir);
        assert_eq!(reported(&book), Vec::<String>::new());
        assert_eq!(book.histories, expected.histories);
    }
    // The same table twice, as where somebody keeps both.
    std::fs::copy(csv.path().join("payments.csv"), one.path().join("payments.csv")).unwrap();
    assert_eq!(reported(&read(one.path())), ["payments.csv workbook.twice"]);
}

/// The check of rows and the doors agree on what a column holds: the check is asked with a cell that fits nothing.
#[test]
fn columns_hold_what_the_check_reads() {
    for kind in TableKind::ALL {
        for (place, column) in kind.columns().iter().enumerate() {
            let mut table = RawTable::of_kind(*kind, "t");
            let key = ["990100", "0001"];
            let filled = |at: usize| key.get(at).copied().filter(|_| kind.of_account() || at == 0).unwrap_or_default();
            table.push(
                2,
                (0..kind.columns().len()).map(|at| {
                    if at == place {
                        "!"
                    } else if kind.columns()[at].name == "unit" {
                        "percent"
                    } else {
                        filled(at)
                    }
                }),
            );
            let book = check_book(&if *kind == TableKind::Accounts {
                vec![table]
            } else {
                vec![accounts_of(&key[1..]), table]
            });
            let answer = book.problems().find(|it| it.place.field == column.name && it.code != Code::RowsEmpty);
            let expected = match answer.map(|it| (it.code, it.values.last().map(String::as_str).unwrap_or_default())) {
                Some((Code::RowsDate, accepted)) if accepted.starts_with("YYYY-MM-DD") => Content::Day,
                Some((Code::RowsDate, _)) => Content::Month,
                Some((Code::RowsNumber, accepted)) if accepted.contains('%') => Content::Percent,
                Some((Code::RowsNumber, _)) => Content::Number,
                Some((Code::RowsWord, words)) if words.split(", ").all(|it| it.parse::<u8>().is_ok()) => {
                    Content::Number
                }
                _ => Content::Text,
            };
            let content = kind.content(column.name);
            assert_eq!(content, expected, "{}.{}", kind.stem(), column.name);
        }
    }
}

/// Whatever bytes stand in a workbook, it is read or refused, and nothing panics.
#[test]
fn no_damage_to_a_workbook_can_panic() {
    let accounts = rows(&[&["area", "account", "kind"], &["990100", "0001", "employer"]]);
    let whole = workbook(&[("accounts", &accounts)], &Around { from_1904: false, state: "" });
    let dir = tempfile::tempdir().unwrap();
    let (mut read_on, mut refused) = (0, 0);
    for at in (0..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] = bytes[at].wrapping_add(0x55);
        if at % 2 == 0 {
            bytes.truncate(at.max(4));
        }
        std::fs::write(dir.path().join("book.xlsx"), &bytes).unwrap();
        let book = read(Path::new(dir.path()));
        if book.histories.is_empty() {
            refused += 1
        } else {
            read_on += 1
        }
        assert!(!book.histories.is_empty() || book.problems().next().is_some(), "byte {at}: a refusal says why");
    }
    assert!(read_on > 10 && refused > 100, "{read_on} read, {refused} refused");
}
