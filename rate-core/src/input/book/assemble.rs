//! Rows brought together by account and built into histories, predecessors still apart.

use std::collections::HashMap;

use super::bearers::Passed;
use super::check_digits::is_credit_code;
use super::fact::{self, Link};
use super::row::{Cells, ID, Layout, is_text, wrong_area};
use super::table::{RawRow, TableKind};
use crate::error::{Code, Place, Problem};
use crate::history::{AccountKey, Claim, History, HistoryBuilder, Payment, Row};

/// What became of each account, by key.
pub(super) struct Drafts<'t> {
    pub(super) accounts: Vec<Draft<'t>>,
    /// Place of an account in `accounts`, by its key as written.
    pub(super) by_key: HashMap<(&'t str, &'t str), usize>,
    warnings: Vec<Problem>,
}

/// One account: its own history unless its rows have problems, and its predecessors by number.
pub(super) struct Draft<'t> {
    pub(super) key: (&'t str, &'t str),
    pub(super) history: Option<History>,
    pub(super) links: Vec<(Link<'t>, Place)>,
    /// Its claims that other accounts may have to bear.
    pub(super) passed: Vec<Passed<'t>>,
    pub(super) problems: Vec<Problem>,
}

impl Draft<'_> {
    /// Takes the history away for a problem.
    pub(super) fn refuse(&mut self, problem: Problem) {
        self.problems.push(problem);
        self.history = None;
    }

    pub(super) fn key(&self) -> AccountKey {
        AccountKey { area: self.key.0.to_owned(), number: self.key.1.to_owned() }
    }
}

/// Where a row stands, and the place of its account; small, since there is one for every row of the book.
#[derive(Clone, Copy)]
struct RowAt {
    account: u32,
    layout: u32,
    row: usize,
}

/// One row of an account.
#[derive(Clone, Copy)]
struct RowOf<'a, 't> {
    layout: &'a Layout<'t>,
    row: RawRow<'t>,
}

impl RowAt {
    fn found<'a, 't>(&self, layouts: &'a [Layout<'t>]) -> RowOf<'a, 't> {
        let layout = &layouts[index(self.layout)];
        RowOf { layout, row: layout.table.row(self.row) }
    }
}

impl<'t> RowOf<'_, 't> {
    fn key(&self) -> (&'t str, &'t str) {
        self.layout.key(self.row)
    }

    fn place(&self, name: &str) -> Place {
        self.layout.place(self.row, name)
    }

    fn kind(&self) -> TableKind {
        self.layout.table.kind()
    }
}

impl<'t> Drafts<'t> {
    /// Brings the rows of all tables together; tables stand in the order of their kinds.
    pub(super) fn of(layouts: &[Layout<'t>]) -> Self {
        let (by_key, mut rows) = numbered(layouts);
        // Stable: within an account, tables keep their order and rows theirs.
        rows.sort_by_key(|row| row.account);
        let mut warnings = Vec::new();
        let chunks = rows.chunk_by(|one, two| one.account == two.account);
        let rows_of = |chunk: &[RowAt]| -> Vec<RowOf<'_, 't>> { chunk.iter().map(|at| at.found(layouts)).collect() };
        let accounts = chunks.map(|chunk| Assembly::of(&rows_of(chunk)).draft(&mut warnings)).collect();
        super::in_order(&mut warnings);
        Self { accounts, by_key, warnings }
    }

    pub(super) fn take_warnings(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.warnings)
    }
}

/// Places of accounts and layouts fit 32 bits: there are not more of them than lines of a file.
fn small(index: usize) -> u32 {
    debug_assert!(u32::try_from(index).is_ok(), "fewer accounts than 32 bits can count");
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn index(small: u32) -> usize {
    usize::try_from(small).unwrap_or(usize::MAX)
}

/// Every row with the place of its account in the order of keys.
fn numbered<'t>(layouts: &[Layout<'t>]) -> (HashMap<(&'t str, &'t str), usize>, Vec<RowAt>) {
    let mut first_seen: HashMap<(&str, &str), u32> = HashMap::new();
    let mut rows = Vec::with_capacity(layouts.iter().map(|layout| layout.table.len()).sum());
    for (layout_index, layout) in layouts.iter().enumerate().filter(|(_, layout)| layout.table.kind().of_account()) {
        // Rows of an account mostly stand together.
        let mut before: Option<((&str, &str), u32)> = None;
        for (row, raw) in layout.table.rows().enumerate() {
            let key = layout.key(raw);
            let next = small(first_seen.len());
            let account = match before {
                Some((same, account)) if same == key => account,
                _ => *first_seen.entry(key).or_insert(next),
            };
            before = Some((key, account));
            rows.push(RowAt { account, layout: small(layout_index), row });
        }
    }
    let mut keys: Vec<((&str, &str), u32)> = first_seen.into_iter().collect();
    keys.sort_unstable();
    let mut ranks = vec![0; keys.len()];
    for (rank, (_, seen)) in keys.iter().enumerate() {
        ranks[index(*seen)] = small(rank);
    }
    for row in &mut rows {
        row.account = ranks[index(row.account)];
    }
    (keys.into_iter().enumerate().map(|(rank, (key, _))| (key, rank)).collect(), rows)
}

/// The rows of one account on their way into a history.
struct Assembly<'a, 't> {
    rows: &'a [RowOf<'a, 't>],
    builder: HistoryBuilder,
    claims: Vec<(u32, Claim, Vec<Row<Payment>>)>,
    /// Place in `claims` of each claim number; none where its row has problems of its own.
    claim_numbers: HashMap<&'t str, Option<usize>>,
    links: Vec<(Link<'t>, Place)>,
    /// Other accounts that claims name, each with the place of its claim in `claims`.
    named: Vec<(&'t str, Place, Option<usize>)>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl<'a, 't> Assembly<'a, 't> {
    fn of(rows: &'a [RowOf<'a, 't>]) -> Self {
        let (area, number) = rows.first().map(RowOf::key).unwrap_or_default();
        Self {
            rows,
            builder: History::builder(area, number),
            claims: Vec::new(),
            claim_numbers: HashMap::new(),
            links: Vec::new(),
            named: Vec::new(),
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn draft(mut self, warnings: &mut Vec<Problem>) -> Draft<'t> {
        self.key();
        for (before, row) in self.rows.iter().enumerate() {
            // Counted from one: zero is the builder's word for facts without a row.
            let number = small(before + 1);
            let mut problems = std::mem::take(&mut self.problems);
            if let Some(mut cells) = Cells::behind_key(row.layout, row.row, &mut problems) {
                self = self.fact(row, number, &mut cells);
            } else if row.kind() == TableKind::Claims {
                self.claim_numbers.entry(row.layout.cell(row.row, 2)).or_insert(None);
            }
            self.problems = problems;
        }
        let passed = self.named.into_iter().map(|(to, place, claim)| {
            let found = claim.and_then(|index| self.claims.get(index));
            let whole = |(_, claim, payments): &(u32, Claim, Vec<Row<Payment>>)| Claim {
                payments: payments.iter().map(|row| row.fact).collect(),
                ..claim.clone()
            };
            Passed { to, place, claim: found.map(whole) }
        });
        let passed = passed.collect();
        for (number, claim, payments) in self.claims {
            self.builder = self.builder.at(number).claim_rows(claim, payments);
        }
        warnings.append(&mut self.warnings);
        let key = self.rows.first().map(RowOf::key).unwrap_or_default();
        let mut problems = self.problems;
        let history = match self.builder.build() {
            Ok(history) => problems.is_empty().then_some(history),
            Err(found) => {
                problems.extend(found.into_vec().into_iter().map(|problem| placed(self.rows, problem)));
                None
            }
        };
        super::in_order(&mut problems);
        Draft { key, history, links: self.links, passed, problems }
    }

    /// What is wrong with the key itself, and whether `accounts` has it once.
    fn key(&mut self) {
        let Some(first) = self.rows.first() else { return };
        let (area, number) = first.key();
        let before = self.problems.len();
        self.problems.extend(wrong_area(area, first.place("area")));
        let mut problem = |name: &str, code, values: &[&str]| {
            self.problems.push(Problem::new(code, first.place(name), values));
        };
        match number {
            "" => problem("account", Code::RowsEmpty, &["account"]),
            _ if is_text(number, ID) => {}
            _ => problem("account", Code::RowsText, &[&ID.to_string()]),
        }
        if self.problems.len() > before {
            return;
        }
        let accounts = self.rows.iter().take_while(|row| row.kind() == TableKind::Accounts).count();
        for second in self.rows.iter().take(accounts).skip(1) {
            self.problems.push(Problem::new(Code::RowsDuplicate, second.place("account"), [number]));
        }
        if accounts == 0 {
            // Once for each file is enough to find them; the first row leads to the others.
            for rows in self.rows.chunk_by(|one, two| std::ptr::eq(one.layout, two.layout)) {
                let place = rows[0].place("account");
                self.problems.push(Problem::new(Code::RowsUnknownAccount, place, [number]));
            }
        }
    }

    /// Adds the fact of one row.
    fn fact(mut self, row: &RowOf<'a, 't>, number: u32, cells: &mut Cells<'_, 't>) -> Self {
        self.builder = self.builder.at(number);
        match row.kind() {
            TableKind::Accounts => self.account(row, cells),
            TableKind::Coverage => self.add(fact::coverage(cells), HistoryBuilder::coverage),
            TableKind::Classifications => self.add(fact::classification(cells), HistoryBuilder::classification),
            TableKind::Premiums => self.add(fact::premium(cells), HistoryBuilder::premium_row),
            TableKind::Claims => self.claim(row, number, cells),
            TableKind::Payments => self.payment(number, cells),
            TableKind::Events => self.add(fact::event(cells), HistoryBuilder::event),
            TableKind::Rates => self.add(fact::rate(cells), HistoryBuilder::rate),
            TableKind::Dispatch => self.add(fact::dispatched(cells), HistoryBuilder::dispatched),
            TableKind::Orders => self.add(fact::order(cells), HistoryBuilder::order),
            TableKind::Projects => self.add(fact::project(cells), HistoryBuilder::project),
            TableKind::Successions => {
                let place = row.place("predecessor");
                self.links.extend(fact::succession(cells).map(|link| (link, place)));
                self
            }
            // These are no rows of an account, and were left out when rows were brought together.
            TableKind::Statistics | TableKind::Fund | TableKind::Listed => self,
        }
    }

    fn add<T>(mut self, fact: Option<T>, add: fn(HistoryBuilder, T) -> HistoryBuilder) -> Self {
        if let Some(fact) = fact {
            self.builder = add(self.builder, fact);
        }
        self
    }

    fn account(mut self, row: &RowOf<'a, 't>, cells: &mut Cells<'_, 't>) -> Self {
        let Some(account) = fact::account(cells) else { return self };
        if !account.credit_code.is_empty() && !is_credit_code(account.credit_code) {
            let place = row.place("credit_code");
            self.warnings.push(Problem::new(Code::RowsCreditCode, place, [account.credit_code]));
        }
        let builder = self.builder.name(account.name).credit_code(account.credit_code).sub_area(account.sub_area);
        self.builder = builder.kind(account.kind);
        if let Some(month) = account.first_ever {
            self.builder = self.builder.first_ever(month);
        }
        self
    }

    fn claim(mut self, row: &RowOf<'a, 't>, number: u32, cells: &mut Cells<'_, 't>) -> Self {
        let (claim, named) = fact::claim(cells, row.key().1);
        let index = claim.as_ref().map(|_| self.claims.len());
        self.named.extend(named.into_iter().map(|(column, to)| (to, row.place(column), index)));
        // A second row of one number is a duplicate, which the builder says; payments go to the first.
        self.claim_numbers.entry(row.layout.cell(row.row, 2)).or_insert(index);
        self.claims.extend(claim.map(|claim| (number, claim, Vec::new())));
        self
    }

    fn payment(mut self, number: u32, cells: &mut Cells<'_, 't>) -> Self {
        let Some((claim, payment)) = fact::payment(cells) else { return self };
        match self.claim_numbers.get(claim) {
            Some(Some(index)) => self.claims[*index].2.push(Row { row: number, fact: payment }),
            Some(None) => {}
            None => cells.problem("claim", Code::RowsUnknownClaim, [claim]),
        }
        self
    }
}

/// A problem of the builder, whose line is the number of a row and whose field is `table.column`, at its cell.
fn placed(rows: &[RowOf<'_, '_>], mut problem: Problem) -> Problem {
    let row = index(problem.place.line).checked_sub(1).and_then(|before| rows.get(before));
    let column = problem.place.field.rsplit('.').next().unwrap_or_default();
    if let Some(row) = row {
        problem.place = row.place(column);
    }
    problem
}
