//! Tables as wholes: control totals, held against those of the sender, and tables or years without a row.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::{self, SheetRow};
use super::{At, Found, Kind};
use crate::error::{Code, Place, Problem, Problems};
use crate::input::book::{RawRow, RawTable, TableKind, whole};
use crate::rule_set::{Denominator, Law, Measure, Numerator};

/// Control totals of one table, in one year or in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeriodTotals {
    /// Rows.
    pub rows: u64,
    /// Sum of each column of amounts, in fen.
    pub fen: BTreeMap<&'static str, i128>,
}

/// Control totals of a book, by table and year; those of the whole table stand under no year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Totals.
    pub periods: BTreeMap<(TableKind, Option<i32>), PeriodTotals>,
    /// Years that the rows of a table reach into, where that is more than the year they begin in.
    reached: BTreeMap<TableKind, BTreeSet<i32>>,
}

/// The column whose year a row counts in.
const fn day_column(kind: TableKind) -> Option<&'static str> {
    match kind {
        // A month of the fund begins with its year, as a year does.
        TableKind::Accounts | TableKind::Listed => None,
        TableKind::Fund => Some("month"),
        TableKind::Statistics => Some("year"),
        TableKind::Coverage
        | TableKind::Classifications
        | TableKind::Premiums
        | TableKind::Dispatch
        | TableKind::Events
        | TableKind::Orders
        | TableKind::Projects
        | TableKind::Rates => Some("from"),
        TableKind::Claims => Some("recognised"),
        TableKind::Payments => Some("paid_on"),
        TableKind::Successions => Some("on"),
    }
}

fn year_of(cell: Option<&str>) -> Option<i32> {
    let digits = cell?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn amount(cell: Option<&str>) -> Option<i128> {
    cell.and_then(whole).map(i128::from)
}

impl Totals {
    /// Adds tables; several of one kind count as one.
    pub(super) fn add(&mut self, tables: &[&RawTable]) {
        tables.iter().for_each(|table| self.table(table));
    }

    fn table(&mut self, table: &RawTable) {
        let kind = table.kind();
        let column = |name: &str| table.header().iter().position(|header| header == name);
        let day = day_column(kind).and_then(column);
        let last = if kind == TableKind::Premiums { column("to") } else { day };
        let amounts: Vec<(&'static str, usize)> = kind
            .columns()
            .iter()
            .filter(|it| it.name.ends_with("_fen"))
            .filter_map(|it| Some((it.name, column(it.name)?)))
            .collect();
        self.periods.entry((kind, None)).or_default();
        let cell = |row: &RawRow<'_>, at: Option<usize>| year_of(at.and_then(|at| row.cell(at)));
        for row in table.rows() {
            let (first, last) = (cell(&row, day), cell(&row, last));
            for year in [None].into_iter().chain(first.map(Some)) {
                let period = self.periods.entry((kind, year)).or_default();
                period.rows += 1;
                for (name, at) in &amounts {
                    *period.fen.entry(name).or_default() += amount(row.cell(*at)).unwrap_or_default();
                }
            }
            if let (Some(first), Some(last)) = (first, last) {
                // A span that runs over centuries is a problem of its row.
                let years = first..=last.clamp(first, first.saturating_add(100));
                self.reached.entry(kind).or_default().extend(years);
            }
        }
    }

    fn get(&self, kind: TableKind, year: Option<i32>, what: &str) -> i128 {
        let Some(period) = self.periods.get(&(kind, year)) else { return 0 };
        if what == ROWS { period.rows.into() } else { period.fen.get(what).copied().unwrap_or_default() }
    }
}

/// The word for the number of rows.
const ROWS: &str = "rows";
/// The columns of a file of control totals.
const COLUMNS: &[&str] = &["table", "year", "what", "value"];

/// Control totals as the sender of a book states them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlTotals {
    stated: Vec<StatedTotal>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct StatedTotal {
    kind: TableKind,
    year: Option<i32>,
    what: String,
    value: i128,
    place: Place,
}

impl ControlTotals {
    /// Reads CSV with the columns `table,year,what,value`: the year may be empty, `what` is `rows` or a column of amounts.
    ///
    /// # Errors
    /// Every line that cannot be read: codes `rows.*`.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        let (mut stated, mut problems): (Vec<StatedTotal>, Vec<Problem>) = (Vec::new(), Vec::new());
        for row in sheet::lines(file, text, COLUMNS, &mut problems) {
            let Some(total) = total(&row, &mut problems) else { continue };
            let same = |it: &StatedTotal| (it.kind, it.year, &it.what) == (total.kind, total.year, &total.what);
            if stated.iter().any(same) {
                problems.push(Problem::new(Code::RowsDuplicate, row.place(0), [row.cells[..3].join(",")]));
            }
            stated.push(total);
        }
        sheet::right(Self { stated }, problems)
    }

    /// Names every total that the book does not have.
    pub(super) fn compare(&self, totals: &Totals, found: &mut Found) {
        for it in &self.stated {
            let is = totals.get(it.kind, it.year, &it.what);
            if is != it.value {
                let year = it.year.map_or_else(|| "–".to_owned(), |year| year.to_string());
                let values = [it.kind.stem().to_owned(), year, it.what.clone(), is.to_string(), it.value.to_string()];
                found.add(Kind::ControlTotal, None, At::Place(it.place.clone()), values.into());
            }
        }
    }
}

fn total(row: &SheetRow<'_>, problems: &mut Vec<Problem>) -> Option<StatedTotal> {
    let before = problems.len();
    let [table, year, what, value] = row.cells[..] else { return None };
    let kind = TableKind::from_stem(table);
    if kind.is_none() {
        let known: Vec<&str> = TableKind::ALL.iter().map(|kind| kind.stem()).collect();
        problems.push(Problem::new(Code::RowsWord, row.place(0), [table, &known.join(", ")]));
    }
    let stated_year = if year.is_empty() { None } else { year_of(Some(year)).filter(|_| year.len() == 4) };
    if !year.is_empty() && stated_year.is_none() {
        problems.push(Problem::new(Code::RowsDate, row.place(1), [year, "YYYY"]));
    }
    let columns = kind.map_or(&[][..], TableKind::columns).iter().map(|column| column.name);
    let known: Vec<&str> = [ROWS].into_iter().chain(columns.filter(|name| name.ends_with("_fen"))).collect();
    if kind.is_some() && !known.contains(&what) {
        problems.push(Problem::new(Code::RowsWord, row.place(2), [what, &known.join(", ")]));
    }
    let number: Option<i128> = value.parse().ok();
    if number.is_none() {
        problems.push(Problem::new(Code::RowsNumber, row.place(3), [value, "12345"]));
    }
    if problems.len() > before {
        return None;
    }
    Some(StatedTotal { kind: kind?, year: stated_year, what: what.to_owned(), value: number?, place: row.place(3) })
}

/// The tables that a measure reads.
fn tables_of(measure: &Measure) -> BTreeSet<TableKind> {
    let mut read = BTreeSet::new();
    match measure.numerator {
        Numerator::Benefits { .. } => read.extend([TableKind::Claims, TableKind::Payments]),
        Numerator::Claims { .. } => read.extend([TableKind::Claims]),
        Numerator::Premium { .. } => read.extend([TableKind::Premiums]),
    }
    match measure.denominator {
        Denominator::Premium { .. } | Denominator::Headcount(_) => read.extend([TableKind::Premiums]),
        Denominator::One | Denominator::WindowBefore => {}
    }
    read
}

/// The tables that the measures of a method read, each with the years of every window it is read in: that decided on,
/// and those before it that a row or a special case asks about.
fn years_read(law: &Law) -> BTreeMap<TableKind, BTreeSet<i32>> {
    let mut read: BTreeMap<TableKind, BTreeSet<i32>> = BTreeMap::new();
    for (place, measure) in law.rules().measures().iter().enumerate() {
        let asked = law.asked().iter().filter(|(asked, _)| *asked == place);
        let mut windows: BTreeSet<usize> =
            asked.flat_map(|(_, window)| *window..window + measure.windows_read()).collect();
        windows.insert(0);
        let spans = windows.into_iter().filter_map(|window| law.windows().get(window).copied());
        let years: BTreeSet<i32> = spans.flat_map(|span| span.from().year()..=span.to().year()).collect();
        for kind in tables_of(measure) {
            read.entry(kind).or_default().extend(&years);
        }
    }
    read
}

/// Names the tables that the method reads and that are empty, and the years of its windows in which they are.
pub(super) fn empty(law: &Law, totals: &Totals, found: &mut Found) {
    for (kind, years) in years_read(law) {
        let stem = kind.stem();
        let place = || Place { file: format!("{stem}.csv"), ..Place::default() };
        if totals.get(kind, None, ROWS) == 0 {
            found.add(Kind::TableEmpty, None, At::Place(place()), vec![stem.to_owned()]);
            continue;
        }
        for year in years {
            if !totals.reached.get(&kind).is_some_and(|years| years.contains(&year)) {
                found.add(Kind::YearEmpty, None, At::Place(place()), vec![stem.to_owned(), year.to_string()]);
            }
        }
    }
}
