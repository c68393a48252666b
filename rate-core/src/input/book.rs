//! The book of facts: the one row checker that serves every door.
//!
//! A door (CSV files, a spreadsheet, a request) hands over its tables as text; [`check_book`] finds every problem of
//! every row, with file, line and column, and builds the histories of the accounts that have none. A wrong row refuses
//! its account, not the book.

mod assemble;
mod bearers;
mod check_digits;
mod fact;
mod fund;
mod mapping;
mod row;
mod statistics;
mod succession;
mod table;
mod written;

pub use check_digits::{credit_code_check, is_credit_code, organisation_check};
pub use fact::is_account_number;
pub(crate) use mapping::header_key;
pub use mapping::{Columns, DateForm, Mapping, TableMapping, Unit};
pub use row::is_text;
pub(crate) use row::whole;
pub use succession::GENERATIONS;
pub use table::{Column, Content, RawRow, RawTable, TableKind};
pub use written::{MayBe, Take, facts_digest, facts_text, push_cell, write_rate, write_rows};

use crate::error::{Code, Place, Problem};
use crate::fund::Fund;
use crate::history::{AccountKey, History};
use crate::parameters::Parameters;
use assemble::Drafts;
use row::Layout;

/// A book after its check: everybody is in one of the two lists, unless the files themselves are wrong.
#[derive(Clone, Debug, Default)]
pub struct CheckedBook {
    /// The accounts whose facts are right, by key.
    pub histories: Vec<History>,
    /// The accounts with a problem, by key.
    pub refused: Vec<RefusedAccount>,
    /// What should be looked at and keeps nobody from a decision.
    pub warnings: Vec<Problem>,
    /// What is wrong with whole files, and with rows that are of no account. Where there is any, nothing can be decided
    /// and both lists are empty.
    pub file_problems: Vec<Problem>,
    /// Averages that came with the book, to be merged into the parameters of the run.
    pub parameters: Parameters,
    /// The fund of the areas, for whoever wants to compare.
    pub fund: Fund,
    /// Control totals of each table, to hold against those of the sender.
    pub totals: Vec<TableTotals>,
}

impl CheckedBook {
    /// Every problem of files and accounts, in the order of places within each; warnings are not among them.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.file_problems.iter().chain(self.refused.iter().flat_map(|account| &account.problems))
    }
}

/// An account that cannot be decided, with everything that is wrong with its rows; never without a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedAccount {
    /// Area and number, as written.
    pub key: AccountKey,
    /// The problems, in the order of their places.
    pub problems: Vec<Problem>,
}

/// Control totals of one table: every row that was read, those of refused accounts included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableTotals {
    /// Which table.
    pub kind: TableKind,
    /// The file, as problems name it.
    pub file: String,
    /// Rows below the header.
    pub rows: u64,
    /// Sum of each column of amounts, in fen, over the cells that are numbers.
    pub fen: Vec<(&'static str, i128)>,
}

/// Checks all tables of a book; several tables of one kind count as one.
///
/// ```
/// use rate_core::input::book::{RawTable, TableKind, check_book};
/// let mut accounts = RawTable::new(TableKind::Accounts, "accounts.csv", ["area", "account", "kind"]);
/// accounts.push(2, ["990100", "0001", "employer"]);
/// accounts.push(3, ["990100", "0002", "factory"]);
/// let book = check_book(&[accounts]);
/// assert_eq!(book.histories[0].key().number, "0001");
/// assert_eq!(book.refused[0].problems[0].place.to_string(), "accounts.csv:3:3 [kind]");
/// ```
pub fn check_book(tables: &[RawTable]) -> CheckedBook {
    let (layouts, mut file_problems) = layouts(tables);
    let totals = layouts.iter().map(totals_of).collect();
    let mut warnings: Vec<Problem> = tables.iter().flat_map(RawTable::notes).cloned().collect();
    in_order(&mut warnings);
    let parameters = statistics::parameters(of(&layouts, TableKind::Statistics), &mut file_problems);
    let fund = fund::fund(of(&layouts, TableKind::Fund), &mut file_problems, &mut warnings);
    in_order(&mut file_problems);
    if !file_problems.is_empty() {
        return CheckedBook { warnings, file_problems, totals, ..CheckedBook::default() };
    }
    let mut drafts = Drafts::of(&layouts);
    warnings.extend(drafts.take_warnings());
    in_order(&mut warnings);
    bearers::pass_on(&mut drafts);
    let (histories, refused) = succession::resolve(drafts);
    CheckedBook { histories, refused, warnings, file_problems, parameters, fund, totals }
}

/// The tables with a right header, claims before payments, and everything that is wrong with files.
fn layouts(tables: &[RawTable]) -> (Vec<Layout<'_>>, Vec<Problem>) {
    let (mut layouts, mut problems) = (Vec::new(), Vec::new());
    for table in tables {
        problems.extend_from_slice(table.problems());
        if !table.kind().of_book() {
            let known: Vec<&str> = TableKind::ALL.iter().map(|kind| kind.stem()).collect();
            let values = [table.kind().stem(), &known.join(", ")];
            problems.push(Problem::new(Code::RowsUnknownTable, table.place(0, None, ""), values));
            continue;
        }
        match Layout::of(table) {
            Ok(layout) => layouts.push(layout),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if !tables.iter().any(|table| table.kind() == TableKind::Accounts) {
        let stem = TableKind::Accounts.stem();
        problems.push(Problem::new(Code::RowsMissingTable, Place::field(stem), [stem]));
    }
    layouts.sort_by_key(|layout| layout.table.kind());
    in_order(&mut problems);
    (layouts, problems)
}

/// Everything that is wrong with the header of a table.
pub fn header_problems(table: &RawTable) -> Vec<Problem> {
    let mut problems = Layout::of(table).err().unwrap_or_default();
    in_order(&mut problems);
    problems
}

/// The tables of one kind, which stand together.
fn of<'a, 't>(layouts: &'a [Layout<'t>], kind: TableKind) -> &'a [Layout<'t>] {
    let from = layouts.partition_point(|layout| layout.table.kind() < kind);
    let to = layouts.partition_point(|layout| layout.table.kind() <= kind);
    layouts.get(from..to).unwrap_or_default()
}

/// Control totals of a table; nothing, where its header is wrong.
pub fn totals(table: &RawTable) -> Option<TableTotals> {
    Layout::of(table).ok().map(|layout| totals_of(&layout))
}

fn totals_of(layout: &Layout<'_>) -> TableTotals {
    let table = layout.table;
    let amounts = table.kind().columns().iter().enumerate().filter(|(_, column)| column.name.ends_with("_fen"));
    let sum = |column| table.rows().filter_map(|row| whole(layout.cell(row, column))).map(i128::from).sum();
    TableTotals {
        kind: table.kind(),
        file: table.file().to_owned(),
        rows: u64::try_from(table.len()).unwrap_or(u64::MAX),
        fen: amounts.map(|(index, column)| (column.name, sum(index))).collect(),
    }
}

/// Problems in the order of their places, each once.
fn in_order(problems: &mut Vec<Problem>) {
    problems.sort_by(|one, two| (&one.place, one.code).cmp(&(&two.place, two.code)));
    problems.dedup();
}
