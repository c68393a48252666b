//! The facts of a case as rows of a book, with the columns of `docs/book-format.md`.
//!
//! What every row of a worked example would repeat may be left out ([`default`]), amounts are in yuan, and `count`
//! stands for as many claims of as many persons.

use std::collections::BTreeMap;

use rate_core::input::book::{CheckedBook, RawTable, TableKind, check_book};

use crate::tree::Table;

/// The account that is decided.
pub const ACCOUNT: &str = "1";

/// Rows by table, each row by column.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    rows: Vec<(TableKind, BTreeMap<String, String>)>,
}

/// What a column holds where the row does not say.
fn default(kind: TableKind, column: &str, row: &BTreeMap<String, String>) -> String {
    let other = |name: &str| row.get(name).cloned().unwrap_or_default();
    match (kind, column) {
        (TableKind::Accounts, "kind") => "employer".to_owned(),
        (TableKind::Coverage, "state") => "insured".to_owned(),
        (TableKind::Classifications, "decided_by") => "agency".to_owned(),
        (TableKind::Classifications, "industry_edition") if row.contains_key("industry") => "gbt4754-2017".to_owned(),
        (TableKind::Classifications | TableKind::Rates, "class_system") => "8".to_owned(),
        (TableKind::Premiums, "kind") => "regular".to_owned(),
        (TableKind::Premiums, "due_fen") => other("paid_fen"),
        (TableKind::Premiums, "payroll_fen" | "heads" | "relieved_fen") => "0".to_owned(),
        (TableKind::Claims, "person") => other("claim"),
        (TableKind::Claims, "article") => "A14-1".to_owned(),
        (TableKind::Claims, "status") => "recognised".to_owned(),
        (TableKind::Payments, "item") => "medical".to_owned(),
        (TableKind::Payments, "payer") => "fund".to_owned(),
        (TableKind::Rates, "cut_percent") => "0".to_owned(),
        (TableKind::Rates, "charged_percent") => other("before_cut_percent"),
        (TableKind::Rates, "origin") => "floated".to_owned(),
        (TableKind::Successions, "share_percent") => "100".to_owned(),
        _ => String::new(),
    }
}

/// Yuan with two decimals as fen.
pub fn fen(yuan: &str) -> i64 {
    let (whole, cents) = yuan.split_once('.').filter(|(_, cents)| cents.len() == 2).unwrap_or_else(|| {
        panic!("`{yuan}`: yuan are written with two decimals");
    });
    format!("{whole}{cents}").parse().unwrap_or_else(|_| panic!("`{yuan}` is not an amount"))
}

/// A cell under the name of its column: yuan become fen, a percent sign goes.
fn cell(key: &str, value: &str) -> (String, String) {
    if let Some(stem) = key.strip_suffix("_yuan") {
        return (format!("{stem}_fen"), fen(value).to_string());
    }
    (key.to_owned(), value.to_owned())
}

impl Facts {
    /// The facts of a `[facts]` table.
    pub fn read(table: &Table) -> Self {
        let mut facts = Self::default();
        facts.account(ACCOUNT, table);
        if let Some(others) = table.table("others") {
            for (number, other) in others.rest_tables() {
                facts.account(&number, &other);
            }
        }
        table.finish();
        facts
    }

    fn account(&mut self, number: &str, table: &Table) {
        let about = table.table("account").map(|about| about.rest()).unwrap_or_default();
        self.add(TableKind::Accounts, number, about.iter().map(|(key, value)| cell(key, value)).collect());
        for kind in TableKind::ALL.iter().skip(1) {
            for row in table.tables(kind.stem()) {
                let count = row.text("count").map(|count| count.parse::<u32>().unwrap());
                let cells: BTreeMap<_, _> = row.rest().iter().map(|(key, value)| cell(key, value)).collect();
                for nth in 1..=count.unwrap_or(1) {
                    let mut cells = cells.clone();
                    if count.is_some() {
                        let claim = format!("{}-{nth}", cells["claim"]);
                        cells.insert("claim".to_owned(), claim);
                    }
                    self.add(*kind, number, cells);
                }
            }
        }
    }

    /// Adds a row; the account itself is only changed.
    pub fn add(&mut self, kind: TableKind, number: &str, mut cells: BTreeMap<String, String>) {
        for column in cells.keys() {
            let known = kind.columns().iter().any(|known| known.name == column);
            assert!(known, "`{column}` is not a column of {}", kind.stem());
        }
        cells.insert("account".to_owned(), number.to_owned());
        let known = self
            .rows
            .iter_mut()
            .find(|(of, row)| kind == TableKind::Accounts && *of == TableKind::Accounts && row["account"] == number);
        match known {
            Some((_, row)) => row.extend(cells),
            None => self.rows.push((kind, cells)),
        }
    }

    /// These facts and others.
    pub fn and(&self, others: &Self) -> Self {
        let mut all = self.clone();
        for (kind, row) in &others.rows {
            all.add(*kind, &row["account"].clone(), row.clone());
        }
        all
    }

    /// The same facts with every class replaced.
    pub fn in_class(&self, class: u8) -> Self {
        let mut all = self.clone();
        for (_, row) in all.rows.iter_mut().filter(|(kind, _)| *kind == TableKind::Classifications) {
            row.insert("class".to_owned(), class.to_string());
        }
        all
    }

    /// The checked book of these facts in an area.
    pub fn book(&self, area: &str) -> CheckedBook {
        let mut tables = Vec::new();
        for kind in TableKind::ALL {
            let columns: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
            let mut table = RawTable::new(*kind, format!("{}.csv", kind.stem()), columns.iter().copied());
            for ((_, row), line) in self.rows.iter().filter(|(of, _)| of == kind).zip(2..) {
                let value = |column: &&str| match *column {
                    "area" => area.to_owned(),
                    column => row.get(column).cloned().unwrap_or_else(|| default(*kind, column, row)),
                };
                table.push(line, columns.iter().map(value));
            }
            if !table.is_empty() {
                tables.push(table);
            }
        }
        check_book(&tables)
    }
}
