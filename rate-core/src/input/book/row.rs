//! Reading the cells of one row: every problem kept with its file, line, column and header.

use std::fmt::Display;

use super::table::{RawRow, RawTable};
use crate::amount::{Factor, Money, Rate, plain_decimal};
use crate::calendar::{self, DateSpan, Month, NaiveDate};
use crate::error::{Code, Place, Problem, is_hidden, nearest};

/// The most characters of an account, claim, person or event number.
pub(super) const ID: usize = 64;
/// The most characters of a name, body or document.
pub(super) const TEXT: usize = 200;
/// The most characters of a list of numbers.
pub(super) const LIST: usize = 4096;

/// A table whose header is known to be right, with the place of each of its columns.
#[derive(Debug)]
pub(super) struct Layout<'t> {
    pub(super) table: &'t RawTable,
    /// Place in the header of each column of the table, in the table's order; none where it is left out.
    positions: Vec<Option<usize>>,
}

impl<'t> Layout<'t> {
    /// The places of the columns, or everything that is wrong with the header.
    pub(super) fn of(table: &'t RawTable) -> Result<Self, Vec<Problem>> {
        let columns = table.kind().columns();
        let mut positions = vec![None; columns.len()];
        let mut problems = Vec::new();
        for (position, header) in table.header().iter().enumerate() {
            let known = columns.iter().position(|column| column.name == header);
            let place = table.place(table.header_line(), Some(position), header);
            match known.map(|column| positions[column].replace(position)) {
                Some(None) => {}
                Some(Some(_)) => problems.push(Problem::new(Code::RowsDuplicate, place, [header])),
                None => {
                    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
                    problems.push(Problem::new(
                        Code::RowsUnknownColumn,
                        place,
                        [header.as_str(), nearest(header, &names), &names.join(", ")],
                    ));
                }
            }
        }
        for (column, _) in columns.iter().zip(&positions).filter(|(column, at)| column.required && at.is_none()) {
            problems.push(Problem::new(
                Code::RowsHeader,
                table.place(table.header_line(), None, column.name),
                [column.name],
            ));
        }
        if problems.is_empty() { Ok(Self { table, positions }) } else { Err(problems) }
    }

    /// The text of a cell by its column's place in the table's order; empty where the column is left out.
    pub(super) fn cell(&self, row: RawRow<'t>, column: usize) -> &'t str {
        self.positions[column].and_then(|position| row.cell(position)).unwrap_or_default()
    }

    /// Area and number of the account a row belongs to, as written.
    pub(super) fn key(&self, row: RawRow<'t>) -> (&'t str, &'t str) {
        (self.cell(row, 0), self.cell(row, 1))
    }

    /// Where a cell stands.
    pub(super) fn place(&self, row: RawRow<'t>, name: &str) -> Place {
        let columns = self.table.kind().columns();
        let column = columns.iter().position(|column| column.name == name);
        self.table.place(row.line(), column.and_then(|column| self.positions[column]), name)
    }

    /// Whether the door could not take a cell, which is a problem of the row already.
    fn is_faulty(&self, row: RawRow<'t>, column: usize) -> bool {
        self.positions[column].is_some_and(|position| self.table.faults_of(row.index).any(|(at, _)| at == position))
    }

    /// Whether the door could not take the row itself: which cell is which is then not known.
    fn is_unreadable(&self, row: RawRow<'t>) -> bool {
        self.table.faults_of(row.index).any(|(at, _)| at >= self.table.header().len())
    }

    /// What the door could not take of a row.
    fn faults(&self, row: RawRow<'t>) -> impl Iterator<Item = Problem> {
        self.table.faults_of(row.index).map(move |(position, fault)| {
            let name = self.table.header().get(position).map(String::as_str).unwrap_or_default();
            Problem::new(fault.code, self.table.place(row.line(), Some(position), name), &fault.values)
        })
    }
}

/// The cells of one row, read in the order of the table's columns.
///
/// A cell that cannot be read leaves a problem and no value. An optional one then looks empty, which decides nothing:
/// an account with a problem is refused.
#[derive(Debug)]
pub(super) struct Cells<'a, 't> {
    layout: &'a Layout<'t>,
    row: RawRow<'t>,
    next: usize,
    problems: &'a mut Vec<Problem>,
}

impl<'a, 't> Cells<'a, 't> {
    /// The area of the row, a problem where it is none.
    pub(super) fn area(&mut self) -> &'t str {
        let area = self.layout.cell(self.row, 0);
        if let Some(problem) = wrong_area(area, self.layout.place(self.row, "area")) {
            self.problems.push(problem);
        }
        area
    }

    /// The cells behind the key; `None` where the row has not one cell for each header.
    pub(super) fn behind_key(layout: &'a Layout<'t>, row: RawRow<'t>, problems: &'a mut Vec<Problem>) -> Option<Self> {
        problems.extend(layout.faults(row));
        if layout.is_unreadable(row) {
            return None;
        }
        let (cells, headers) = (row.len(), layout.table.header().len());
        if cells == headers {
            let next = if layout.table.kind().of_account() { 2 } else { 1 };
            return Some(Self { layout, row, next, problems });
        }
        problems.push(Problem::new(Code::RowsRagged, layout.table.place(row.line(), None, ""), [cells, headers]));
        None
    }

    /// Adds a problem with a cell of this row.
    pub(super) fn problem<V: Display>(&mut self, name: &str, code: Code, values: impl IntoIterator<Item = V>) {
        self.problems.push(Problem::new(code, self.layout.place(self.row, name), values));
    }

    /// The next cell, which is that of the column named; a problem where it is empty and may not be.
    fn take(&mut self, name: &str) -> &'t str {
        let column = self.layout.table.kind().columns()[self.next];
        debug_assert_eq!(column.name, name, "cells are read in the order of the table's columns");
        let faulty = self.layout.is_faulty(self.row, self.next);
        let text = if faulty { "" } else { self.layout.cell(self.row, self.next) };
        self.next += 1;
        if faulty {
            return text;
        }
        if text.is_empty() && column.required {
            self.problem(name, Code::RowsEmpty, [name]);
        }
        text
    }

    /// Reads the next cell, unless it is empty; where it cannot be read, the problem shows its text and what is accepted.
    fn read<T>(&mut self, name: &str, code: Code, accepted: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.take(name);
        if text.is_empty() {
            return None;
        }
        let value = read(text);
        if value.is_none() {
            self.problem(name, code, [text, accepted]);
        }
        value
    }

    pub(super) fn text(&mut self, name: &str, most: usize) -> &'t str {
        let text = self.take(name);
        if is_text(text, most) {
            return text;
        }
        self.problem(name, Code::RowsText, [most]);
        ""
    }

    pub(super) fn word<T>(&mut self, name: &str, words: &[&str], from_word: fn(&str) -> Option<T>) -> Option<T> {
        let text = self.take(name);
        let word = from_word(text);
        if word.is_none() && !text.is_empty() {
            self.problem(name, Code::RowsWord, [text, &words.join(", ")]);
        }
        word
    }

    /// Words separated by spaces, in their order, each once; a word that is none of those known is a problem.
    pub(super) fn word_list<T: Copy + Ord>(
        &mut self,
        name: &str,
        words: &[&str],
        from_word: fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let text = self.take(name);
        let mut found = Vec::new();
        for part in text.split(' ').filter(|part| !part.is_empty()) {
            match from_word(part) {
                Some(word) => found.push(word),
                None => self.problem(name, Code::RowsWord, [part, &words.join(", ")]),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(super) fn date(&mut self, name: &str) -> Option<NaiveDate> {
        self.read(name, Code::RowsDate, "YYYY-MM-DD, 1950 … 2199", |text| calendar::date(text).ok())
    }

    pub(super) fn month(&mut self, name: &str) -> Option<Month> {
        self.read(name, Code::RowsDate, "YYYY-MM, 1950 … 2199", |text| text.parse().ok())
    }

    /// A span of days from the next two cells, its end open where the second is empty.
    pub(super) fn days(&mut self, from: &str, to: &str) -> Option<DateSpan> {
        let (first, last) = (self.date(from), self.date(to));
        let days = DateSpan::new(first?, last);
        if days.is_none() {
            let values = [first, last].map(Option::unwrap_or_default);
            self.problem(to, Code::RowsSpan, values);
        }
        days
    }

    /// An amount; whether it may be negative depends on the row and is seen to by the history.
    pub(super) fn fen(&mut self, name: &str) -> Option<Money> {
        self.read(name, Code::RowsNumber, "-10^15 … 10^15 fen", |text| whole(text).map(Money::from_fen))
    }

    pub(super) fn count(&mut self, name: &str) -> Option<i64> {
        self.read(name, Code::RowsNumber, "0 … 10^7", whole)
    }

    /// Tonnes or square metres.
    pub(super) fn quantity(&mut self, name: &str) -> Option<i64> {
        let within = |number: &i64| (0..=1_000_000_000_000).contains(number);
        self.read(name, Code::RowsNumber, "0 … 10^12", |text| whole(text).filter(within))
    }

    pub(super) fn year(&mut self, name: &str) -> Option<i32> {
        let within = |year: &i32| (1990..=2199).contains(year);
        self.read(name, Code::RowsNumber, "1990 … 2199", |text| i32::try_from(whole(text)?).ok().filter(within))
    }

    /// A small whole number between two bounds.
    pub(super) fn level(&mut self, name: &str, least: u8, most: u8) -> Option<u8> {
        let accepted = format!("{least} … {most}");
        let within = |level: &u8| (least..=most).contains(level);
        self.read(name, Code::RowsNumber, &accepted, |text| u8::try_from(whole(text)?).ok().filter(within))
    }

    pub(super) fn rate(&mut self, name: &str) -> Option<Rate> {
        self.read(name, Code::RowsNumber, "0 … 100 %", |text| Rate::from_percent(plain_decimal(text).ok()?).ok())
    }

    /// A part of a whole: nothing to all of it, with at most so many decimals of a percent.
    pub(super) fn share(&mut self, name: &str, decimals: u32) -> Option<Factor> {
        let part = |factor: &Factor| *factor <= Factor::ONE && factor.percent().scale() <= decimals;
        let read = |text: &str| Factor::from_percent(plain_decimal(text).ok()?).ok().filter(part);
        self.read(name, Code::RowsNumber, &format!("0 … 100 %, at most {decimals} decimals"), read)
    }

    /// Whether a cell holds nothing, wherever the reading is.
    pub(super) fn is_empty(&self, name: &str) -> bool {
        let column = self.layout.table.kind().columns().iter().position(|column| column.name == name);
        column.is_none_or(|column| self.layout.cell(self.row, column).is_empty())
    }

    /// Says of two cells that stand together or not at all which one is missing.
    pub(super) fn together(&mut self, one: &str, other: &str) {
        match (self.is_empty(one), self.is_empty(other)) {
            (true, false) => self.problem(one, Code::RowsEmpty, [one]),
            (false, true) => self.problem(other, Code::RowsEmpty, [other]),
            (true, true) | (false, false) => {}
        }
    }
}

/// What is wrong with the code of an area.
pub(super) fn wrong_area(area: &str, place: Place) -> Option<Problem> {
    let digits = area.len() == 6 && area.bytes().all(|byte| byte.is_ascii_digit());
    match area {
        "" => Some(Problem::new(Code::RowsEmpty, place, ["area"])),
        _ if digits => None,
        _ => Some(Problem::new(Code::RowsNumber, place, [area, "NNNNNN (GB/T 2260)"])),
    }
}

/// Whether a text is short enough and has nothing that could break a line of a report.
///
/// ```
/// use rate_core::input::book::is_text;
/// assert!(is_text("应急管理局", 5));
/// assert!(!is_text("应急管理局", 4) && !is_text("a\tb", 200));
/// ```
pub fn is_text(text: &str, most: usize) -> bool {
    // Bytes first: they are never fewer than the characters, and nearly every text is far below its bound.
    let short = text.len() <= most || text.chars().count() <= most;
    short && !text.chars().any(|c| c.is_control() || is_hidden(c))
}

/// A whole number: digits with an optional minus, nothing else.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
