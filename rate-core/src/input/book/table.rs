//! The tables of a book: their columns, and rows as a door hands them over, before anything is checked.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::error::{Code, Place, Problem};

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its header.
    pub name: &'static str,
    /// Whether every row has a value in it.
    pub required: bool,
}

/// A column whose cells may not be empty.
const fn must(name: &'static str) -> Column {
    Column { name, required: true }
}

/// A column whose cells may be empty, and that a table may leave out.
const fn may(name: &'static str) -> Column {
    Column { name, required: false }
}

/// The columns of a table behind its key.
macro_rules! keyed {
    (account [$($column:expr),+]) => { &[must("area"), must("account"), $($column,)+] };
    (area [$($column:expr),+]) => { &[must("area"), $($column,)+] };
    (nobody [$($column:expr),+]) => { &[$($column,)+] };
}

/// Whether the key is that of an account.
macro_rules! of_account {
    (account) => {
        true
    };
    (area) => {
        false
    };
    (nobody) => {
        false
    };
}

macro_rules! tables {
    (
        book { $($(#[doc = $doc:literal])+ $name:ident = $stem:literal of $key:ident [$($column:expr),+ $(,)?];)+ }
        beside { $(#[doc = $other_doc:literal])+ $other:ident = $other_stem:literal [$($other_column:expr),+ $(,)?]; }
    ) => {
        /// A table of the book, or what stands beside it and becomes rows of one.
        ///
        /// ```
        /// use rate_core::input::book::TableKind;
        /// assert_eq!(TableKind::Claims.stem(), "claims");
        /// assert_eq!(TableKind::Claims.columns()[2].name, "claim");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TableKind {
            $($(#[doc = $doc])+ $name,)+
            $(#[doc = $other_doc])+
            $other,
        }

        impl TableKind {
            /// All tables of the book, accounts first.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name of the table, and of its file without the ending.
            pub const fn stem(self) -> &'static str {
                match self {
                    $(Self::$name => $stem,)+
                    Self::$other => $other_stem,
                }
            }

            /// The columns, in the order of `docs/book-format.md`; the first are the key: area and account, or, in a
            /// table of areas, the area alone.
            pub const fn columns(self) -> &'static [Column] {
                match self {
                    $(Self::$name => const { keyed!($key [$($column),+]) },)+
                    Self::$other => const { keyed!(nobody [$($other_column),+]) },
                }
            }

            /// Whether each row belongs to an account; else it is about its area, or it is not known whose it is.
            pub const fn of_account(self) -> bool {
                match self {
                    $(Self::$name => of_account!($key),)+
                    Self::$other => of_account!(nobody),
                }
            }

            /// Whether it is a table of the book.
            pub const fn of_book(self) -> bool {
                !matches!(self, Self::$other)
            }
        }
    };
}

tables! {
    book {
        /// The accounts themselves, one row each.
        Accounts = "accounts" of account [
            may("credit_code"), may("name"), may("sub_area"), must("kind"), may("first_ever"),
        ];
        /// Spells of coverage.
        Coverage = "coverage" of account [must("from"), may("to"), must("state")];
        /// Determined risk classes.
        Classifications = "classifications" of account [
            must("from"), may("to"), may("class_system"), may("class"), may("industry_edition"), may("industry"),
            must("decided_by"), may("document"),
        ];
        /// Premium, by the months it is for.
        Premiums = "premiums" of account [
            must("from"), must("to"), must("payroll_fen"), must("heads"), must("due_fen"), must("paid_fen"),
            must("relieved_fen"), must("kind"), may("received_on"),
        ];
        /// Recognised work injuries.
        Claims = "claims" of account [
            must("claim"), must("person"), must("article"), must("accident"), must("recognised"), must("status"),
            may("disability_level"), may("assessed_on"), may("death"), may("arrangement"), may("labour_relation"),
            may("using_unit"), may("responsible"), may("tags"), may("project"),
        ];
        /// Benefits paid on claims.
        Payments = "payments" of account [
            must("claim"), must("item"), must("payer"), may("determined_on"), may("accounted_on"), must("paid_on"),
            must("amount_fen"),
        ];
        /// Events that a method may act on.
        Events = "events" of account [
            must("event"), must("kind"), may("level"), must("from"), may("to"), may("found"), may("body"), may("document"),
        ];
        /// Rates charged earlier.
        Rates = "rates" of account [
            must("from"), may("to"), must("class_system"), must("class"), may("base_percent"), may("grade"),
            must("before_cut_percent"), must("cut_percent"), must("charged_percent"), must("origin"), may("cycle"),
            may("used"), may("document"),
        ];
        /// Workers of a dispatching account, by using unit.
        Dispatch = "dispatch" of account [
            must("from"), may("to"), must("using_unit"), may("industry_edition"), may("industry"), may("class_system"),
            may("class"), must("heads"),
        ];
        /// What courts, review organs and inspections ordered.
        Orders = "orders" of account [
            must("order"), must("body"), must("what"), may("class_system"), may("class"), may("grade"),
            may("rate_percent"), must("from"), may("to"), must("issued_on"), must("document"),
        ];
        /// Projects, and what else pays on another base than payroll.
        Projects = "projects" of account [
            must("project"), must("kind"), must("base"), may("cost_fen"), may("labour_cost_fen"), may("output_tonnes"),
            may("floor_area_m2"), may("turnover_fen"), must("enrolled_on"), must("from"), must("to"), may("class_system"),
            may("class"), may("industry_edition"), may("industry"), may("grade"), may("paid_fen"), may("paid_on"),
            may("document"),
        ];
        /// Who succeeded whom.
        Successions = "successions" of account [must("predecessor"), must("kind"), must("on"), must("share_percent")];
        /// Published averages by industry.
        Statistics = "statistics" of area [
            must("statistic"), must("year"), must("industry_edition"), must("industry"), must("value"), must("unit"),
            must("document"),
        ];
        /// The insurance fund, by month.
        Fund = "fund" of area [must("month"), must("income_fen"), must("benefits_fen"), must("balance_fen")];
    }
    beside {
        /// Entries of a list that another body sent: events, of which it is not known yet whose they are.
        Listed = "list" [
            may("account"), may("credit_code"), may("name"), must("kind"), may("level"), must("from"), may("to"),
            may("found"),
        ];
    }
}

/// What the cells of a column hold, for doors whose cells have types of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Numbers of things, names and words: text, of which no digit may be lost.
    Text,
    /// A day.
    Day,
    /// A month.
    Month,
    /// A number, whole or not; the code of an area too, which has six digits and never begins with a zero.
    Number,
    /// A number of percent.
    Percent,
}

impl TableKind {
    /// What the cells of a column hold; text, where the name says nothing else.
    ///
    /// ```
    /// use rate_core::input::book::{Content, TableKind};
    /// assert_eq!(TableKind::Premiums.content("from"), Content::Month);
    /// assert_eq!(TableKind::Rates.content("from"), Content::Day);
    /// ```
    pub fn content(self, column: &str) -> Content {
        let by_month = matches!(self, Self::Coverage | Self::Premiums);
        match column {
            "from" | "to" if by_month => Content::Month,
            "month" | "first_ever" => Content::Month,
            "from" | "to" | "on" | "accident" | "recognised" | "death" | "found" => Content::Day,
            "area" | "heads" | "class_system" | "class" | "disability_level" | "level" | "year" | "value"
            | "output_tonnes" | "floor_area_m2" => Content::Number,
            _ if column.ends_with("_on") => Content::Day,
            _ if column.ends_with("_fen") => Content::Number,
            _ if column.ends_with("_percent") => Content::Percent,
            _ => Content::Text,
        }
    }

    /// The columns whose cells name other accounts of the area, or, in the table of the accounts, who an account is by its
    /// credit code: what rows are looked for by, beside their key.
    ///
    /// ```
    /// use rate_core::input::book::TableKind;
    /// assert_eq!(TableKind::Successions.naming(), ["predecessor"]);
    /// assert_eq!(TableKind::Accounts.naming(), ["credit_code"]);
    /// assert!(TableKind::Premiums.naming().is_empty());
    /// ```
    pub const fn naming(self) -> &'static [&'static str] {
        match self {
            Self::Claims => &["labour_relation", "using_unit", "responsible"],
            Self::Successions => &["predecessor"],
            Self::Accounts => &["credit_code"],
            Self::Coverage
            | Self::Classifications
            | Self::Premiums
            | Self::Payments
            | Self::Events
            | Self::Rates
            | Self::Dispatch
            | Self::Orders
            | Self::Projects
            | Self::Statistics
            | Self::Fund
            | Self::Listed => &[],
        }
    }

    /// The table of the book that has a name.
    pub fn from_stem(stem: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.stem() == stem)
    }
}

/// A table as a door read it: header and rows of text, nothing checked.
///
/// All cells share one buffer, so that millions of rows cost little more than their text.
///
/// ```
/// use rate_core::input::book::{RawTable, TableKind};
/// let mut table = RawTable::new(TableKind::Coverage, "coverage.csv", ["area", "account", "from", "state"]);
/// table.push(2, ["990100", "0001", "2018-01", "insured"]);
/// assert_eq!(table.rows().next().and_then(|row| row.cell(1)), Some("0001"));
/// ```
#[derive(Clone, Debug)]
pub struct RawTable {
    kind: TableKind,
    file: String,
    header: Vec<String>,
    text: String,
    /// Where each cell ends, counted from the beginning of its row.
    cell_ends: Vec<u32>,
    rows: Vec<RowStart>,
    problems: Vec<Problem>,
    notes: Vec<Problem>,
    placed: Option<Placed>,
    /// Cells that the door could not take, by row and place in it.
    faults: BTreeMap<(usize, usize), Fault>,
}

/// Where a table stands in its file, where that is not from the first line and the first column on.
#[derive(Clone, Debug)]
struct Placed {
    /// The sheet; empty where the file has none.
    sheet: String,
    header_line: u32,
    /// The column of the file for each cell of the header, from one; zero where the file has none for it.
    columns: Vec<u32>,
}

/// Why a door could not take a cell.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) values: Vec<String>,
}

/// Where a row begins.
#[derive(Clone, Copy, Debug)]
struct RowStart {
    line: u32,
    cell: usize,
    byte: usize,
}

impl RawTable {
    /// An empty table, read from a file or whatever the caller calls it.
    pub fn new<H: Into<String>>(kind: TableKind, file: impl Into<String>, header: impl IntoIterator<Item = H>) -> Self {
        Self {
            kind,
            file: file.into(),
            header: header.into_iter().map(Into::into).collect(),
            text: String::new(),
            cell_ends: Vec::new(),
            rows: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
            placed: None,
            faults: BTreeMap::new(),
        }
    }

    /// An empty table with the columns of its kind.
    pub fn of_kind(kind: TableKind, file: impl Into<String>) -> Self {
        Self::new(kind, file, kind.columns().iter().map(|column| column.name))
    }

    /// Says where the table stands in its file: its sheet (empty where the file has none), the line of the header, and the
    /// column of each header cell, counted from one, or zero for a cell that the file does not have.
    #[must_use]
    pub fn placed(mut self, sheet: impl Into<String>, header_line: u32, columns: Vec<u32>) -> Self {
        self.placed = Some(Placed { sheet: sheet.into(), header_line, columns });
        self
    }

    /// The line of the header.
    pub fn header_line(&self) -> u32 {
        self.placed.as_ref().map_or(1, |placed| placed.header_line)
    }

    /// Where a cell stands, by its line and its place in the header.
    pub fn place(&self, line: u32, position: Option<usize>, field: &str) -> Place {
        let column = position.and_then(|position| match &self.placed {
            Some(placed) => placed.columns.get(position).copied(),
            None => u32::try_from(position + 1).ok(),
        });
        let sheet = self.placed.as_ref().map(|placed| placed.sheet.clone()).unwrap_or_default();
        let (file, field) = (self.file.clone(), field.to_owned());
        Place { file, sheet, line, column: column.unwrap_or_default(), field }
    }

    /// Adds something that kept the door from taking a cell of the row added last; the row is then wrong, and nothing
    /// else is said of the cell. A place behind the last cell stands for the row as a whole.
    pub fn fault<V: Display>(&mut self, cell: usize, code: Code, values: impl IntoIterator<Item = V>) {
        if let Some(row) = self.rows.len().checked_sub(1) {
            let values = values.into_iter().map(|value| value.to_string()).collect();
            self.faults.insert((row, cell), Fault { code, values });
        }
    }

    /// What the door could not take of a row, by place in it.
    pub(super) fn faults_of(&self, row: usize) -> impl Iterator<Item = (usize, &Fault)> {
        let found = (!self.faults.is_empty()).then(|| self.faults.range((row, 0)..=(row, usize::MAX)));
        found.into_iter().flatten().map(|((_, cell), fault)| (*cell, fault))
    }

    /// Adds a row: its line (or number, from one) and its cells.
    pub fn push<C: AsRef<str>>(&mut self, line: u32, cells: impl IntoIterator<Item = C>) {
        let start = RowStart { line, cell: self.cell_ends.len(), byte: self.text.len() };
        for cell in cells {
            self.text.push_str(cell.as_ref());
            // A row of more than 4 GiB reads as empty behind that.
            self.cell_ends.push(u32::try_from(self.text.len() - start.byte).unwrap_or(u32::MAX));
        }
        self.rows.push(start);
    }

    /// The table without its rows and what is said of them: a place for the rows that follow.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let mut empty = Self::new(self.kind, self.file.clone(), self.header.clone());
        empty.placed.clone_from(&self.placed);
        empty
    }

    /// What the door could not take, cell by cell: the row, by its place among the rows, and the problem.
    pub fn fault_problems(&self) -> impl Iterator<Item = (usize, Problem)> + '_ {
        self.faults.iter().map(|((row, position), fault)| {
            let name = self.header.get(*position).map(String::as_str).unwrap_or_default();
            let position = Some(*position).filter(|position| *position < self.header.len());
            (*row, Problem::new(fault.code, self.place(self.row(*row).line(), position, name), &fault.values))
        })
    }

    /// Adds something that kept the door from reading the table; a book with such a table is not decided.
    pub fn unreadable(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds something that the door did with the table and that a reader should know: a warning.
    pub fn note(&mut self, note: Problem) {
        self.notes.push(note);
    }

    /// Which table it is.
    pub const fn kind(&self) -> TableKind {
        self.kind
    }

    /// The file, as problems name it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The header cells.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// What kept the door from reading it.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What a reader should know of how it was read.
    pub fn notes(&self) -> &[Problem] {
        &self.notes
    }

    /// Number of rows.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows, in order.
    pub fn rows(&self) -> impl Iterator<Item = RawRow<'_>> {
        (0..self.rows.len()).map(|index| self.row(index))
    }

    /// A row by its index, which must be below [`len`](Self::len).
    pub(super) fn row(&self, index: usize) -> RawRow<'_> {
        let RowStart { line, cell, byte } = self.rows[index];
        let (cells_to, text_to) =
            self.rows.get(index + 1).map_or((self.cell_ends.len(), self.text.len()), |next| (next.cell, next.byte));
        RawRow { index, line, text: &self.text[byte..text_to], ends: &self.cell_ends[cell..cells_to] }
    }
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub struct RawRow<'t> {
    /// Place among the rows of its table.
    pub(super) index: usize,
    line: u32,
    text: &'t str,
    ends: &'t [u32],
}

impl<'t> RawRow<'t> {
    /// Line of the file, or number of the row, from one.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// Number of cells.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the row has no cells.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A cell by its place in the header, from zero.
    pub fn cell(&self, index: usize) -> Option<&'t str> {
        let end = *self.ends.get(index)?;
        let from = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(usize::try_from(from).ok()?..usize::try_from(end).ok()?)
    }
}
