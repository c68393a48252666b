//! The facts of a case as rows of a book, with the columns of `docs/book-format.md`.
//!
//! What every row would repeat may be left out ([`usual`]), amounts may be in yuan, and `count` stands for as many
//! claims of as many persons.

use std::collections::BTreeMap;

use crate::amount::MAX_ROW_FEN;
use crate::error::{Code, Problem, nearest};
use crate::input::book::{CheckedBook, RawTable, TableKind, check_book};
use crate::input::reader::At;

/// The account that is decided.
pub const ACCOUNT: &str = "1";

/// The most rows of one case.
const MOST_ROWS: usize = 20_000;

/// The area in which facts are looked at before an area is known.
const NOWHERE: &str = "990000";

/// Rows of accounts, each with the line it stands on.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    rows: Vec<FactRow>,
}

#[derive(Clone, Debug)]
struct FactRow {
    kind: TableKind,
    line: u32,
    cells: BTreeMap<String, String>,
}

/// What a column holds where the row does not say.
fn usual(kind: TableKind, column: &str, row: &BTreeMap<String, String>) -> String {
    let other = |name: &str| row.get(name).cloned().unwrap_or_default();
    let word = match (kind, column) {
        (TableKind::Accounts, "kind") => "employer",
        (TableKind::Coverage, "state") => "insured",
        (TableKind::Classifications, "decided_by") => "agency",
        (
            TableKind::Classifications | TableKind::Dispatch | TableKind::Projects | TableKind::Statistics,
            "industry_edition",
        ) if row.contains_key("industry") => "gbt4754-2017",
        (
            TableKind::Classifications | TableKind::Dispatch | TableKind::Orders | TableKind::Projects,
            "class_system",
        ) if row.contains_key("class") => "8",
        (TableKind::Rates, "class_system") => "8",
        (TableKind::Premiums, "kind") => "regular",
        (TableKind::Premiums, "payroll_fen" | "heads" | "relieved_fen") | (TableKind::Rates, "cut_percent") => "0",
        (TableKind::Claims, "article") => "A14-1",
        (TableKind::Claims, "status") => "recognised",
        (TableKind::Payments, "item") => "medical",
        (TableKind::Payments, "payer") => "fund",
        (TableKind::Rates, "origin") => "floated",
        (TableKind::Successions, "share_percent") => "100",
        (TableKind::Projects, "base") => "cost",
        (TableKind::Projects, "enrolled_on") => return other("from"),
        (TableKind::Premiums, "due_fen") => return other("paid_fen"),
        (TableKind::Claims, "person") => return other("claim"),
        (TableKind::Rates, "charged_percent") => return other("before_cut_percent"),
        _ => "",
    };
    word.to_owned()
}

/// Yuan with two decimals as fen.
pub(super) fn fen(yuan: &str) -> Option<i64> {
    let (whole, cents) = yuan.split_once('.').filter(|(_, cents)| cents.len() == 2)?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole.strip_prefix('-').unwrap_or(whole)) || !plain(cents) {
        return None;
    }
    format!("{whole}{cents}").parse().ok().filter(|fen: &i64| fen.abs() <= MAX_ROW_FEN)
}

/// What an amount in yuan looks like, for messages.
pub(super) const YUAN: &str = "\"1250.00\" (元 / yuan)";

impl Facts {
    /// The facts of a `[facts]` table.
    pub(super) fn read(at: &At<'_>) -> Option<Self> {
        let mut facts = Self::default();
        facts.account(ACCOUNT, at);
        let others = at.fields()?.get("others");
        for (number, other) in others.map(|at| at.entries()).unwrap_or_default() {
            facts.account(number, &other);
        }
        if facts.rows.len() > MOST_ROWS {
            at.problem(Code::RuleSetTooLarge, ["facts", &MOST_ROWS.to_string()]);
        }
        Some(facts)
    }

    fn account(&mut self, number: &str, at: &At<'_>) {
        let Some(fields) = at.fields() else { return };
        let about = fields.get("account");
        let line = about.as_ref().unwrap_or(at).place().line;
        let own = about.map(|about| cells(TableKind::Accounts, &about).0).unwrap_or_default();
        self.add(TableKind::Accounts, number, line, own);
        for kind in TableKind::ALL.iter().skip(1) {
            for row in fields.get(kind.stem()).map(|at| at.items()).unwrap_or_default() {
                let (cells, count) = cells(*kind, &row);
                let line = row.place().line;
                match count {
                    None => self.add(*kind, number, line, cells),
                    Some(count) => self.many(number, line, &cells, count),
                }
            }
        }
        if number == ACCOUNT {
            let _ = fields.get("others");
        }
        fields.finish();
    }

    /// As many claims of as many persons: `hand` becomes `hand-1`, `hand-2` …
    fn many(&mut self, number: &str, line: u32, cells: &BTreeMap<String, String>, count: i64) {
        for nth in 1..=count {
            let mut cells = cells.clone();
            let claim = format!("{}-{nth}", cells.get("claim").map_or("", String::as_str));
            cells.insert("claim".to_owned(), claim);
            self.add(TableKind::Claims, number, line, cells);
        }
    }

    /// Adds a row; that of the account itself is only changed.
    pub(crate) fn add(&mut self, kind: TableKind, number: &str, line: u32, mut cells: BTreeMap<String, String>) {
        cells.insert("account".to_owned(), number.to_owned());
        let full = self.rows.len() > MOST_ROWS;
        let same = |row: &&mut FactRow| row.kind == kind && row.cells.get("account").is_some_and(|it| it == number);
        let known = if kind == TableKind::Accounts { self.rows.iter_mut().find(same) } else { None };
        match known {
            Some(row) => row.cells.extend(cells),
            // One more than there may be is kept, so that the reader sees it.
            None if full => {}
            None => self.rows.push(FactRow { kind, line, cells }),
        }
    }

    /// These facts and others.
    pub(super) fn and(&self, others: &Self) -> Self {
        let mut all = self.clone();
        for row in &others.rows {
            let number = row.cells.get("account").cloned().unwrap_or_default();
            all.add(row.kind, &number, row.line, row.cells.clone());
        }
        if all.rows.is_empty() {
            all.add(TableKind::Accounts, ACCOUNT, 0, BTreeMap::new());
        }
        all
    }

    /// The same facts with every class replaced.
    #[must_use]
    pub fn in_class(&self, class: u8) -> Self {
        let mut all = self.clone();
        for row in all.rows.iter_mut().filter(|row| row.kind == TableKind::Classifications) {
            row.cells.insert("class".to_owned(), class.to_string());
        }
        all
    }

    /// Says what is wrong with the facts themselves.
    pub(super) fn problems(&self, file: &str, at: &At<'_>) {
        let book = self.book(file, NOWHERE);
        for problem in book.problems() {
            let mut problem: Problem = problem.clone();
            // The column of a table that nobody wrote as one says nothing.
            problem.place.column = 0;
            at.add(problem);
        }
    }

    /// The checked book of these facts in an area; its lines are those of the file.
    pub fn book(&self, file: &str, area: &str) -> CheckedBook {
        let mut tables = Vec::new();
        for kind in TableKind::ALL {
            let columns: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
            let mut table = RawTable::new(*kind, file, columns.iter().copied());
            for row in self.rows.iter().filter(|row| row.kind == *kind) {
                let value = |column: &&str| match *column {
                    "area" => area.to_owned(),
                    column => row.cells.get(column).cloned().unwrap_or_else(|| usual(*kind, column, &row.cells)),
                };
                table.push(row.line, columns.iter().map(value));
            }
            if !table.is_empty() {
                tables.push(table);
            }
        }
        check_book(&tables)
    }
}

/// The cells of a row under the names of their columns, and how many claims it stands for.
fn cells(kind: TableKind, at: &At<'_>) -> (BTreeMap<String, String>, Option<i64>) {
    let (mut cells, mut count) = (BTreeMap::new(), None);
    // Area and account follow from where a row stands.
    let key_of_row = |name: &&str| *name != "area" && *name != "account";
    let columns = || kind.columns().iter().map(|column| column.name).filter(key_of_row);
    for (key, value) in at.entries() {
        let yuan = key.strip_suffix("_yuan").map(|stem| format!("{stem}_fen"));
        if key == "count" && kind == TableKind::Claims {
            count = value.integer(1..=1000);
        } else if columns().any(|column| column == key) {
            cells.extend(value.printed().map(|text| (key.to_owned(), text)));
        } else if let Some(column) = yuan.filter(|column| columns().any(|known| known == column)) {
            let Some(text) = value.text() else { continue };
            let read = fen(text);
            if read.is_none() {
                value.problem(Code::FileNumber, [text, YUAN]);
            }
            // An amount that cannot be read is said once, and not missed as well.
            cells.insert(column, read.unwrap_or_default().to_string());
        } else {
            let known: Vec<&str> = columns().collect();
            value.problem(Code::FileUnknownKey, [key, nearest(key, &known), &known.join(", ")]);
        }
    }
    (cells, count)
}
