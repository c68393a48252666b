//! From grade to grade: heads, payroll and premium of everybody, row by row and column by column.

use std::collections::BTreeMap;

use super::movers::Place;
use super::sums::{Pair, Sum};
use crate::rule_set::Law;

/// Accounts that go from one grade to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// How many, those without a rate included.
    pub accounts: u64,
    /// What those with a rate come to, on each side.
    pub pair: Pair,
}

impl Cell {
    /// Adds other accounts.
    pub const fn add(&mut self, other: &Self) {
        self.accounts += other.accounts;
        self.pair.add(&other.pair);
    }
}

/// The migration matrix: rows by grade under the baseline, columns by grade under the candidate; after the grades of the
/// ladder those with a rate and no grade, then those without a rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Labels of the baseline's grades, lowest first.
    pub from: Vec<String>,
    /// Labels of the candidate's grades, lowest first.
    pub to: Vec<String>,
    /// Cells by row and column, two more each than there are labels.
    pub cells: Vec<Vec<Cell>>,
}

impl Migration {
    pub(super) fn of(found: &BTreeMap<(Place, Place), Cell>, before: &Law, after: &Law) -> Self {
        let (from, to) = (labels(before), labels(after));
        let mut cells = vec![vec![Cell::default(); to.len() + 2]; from.len() + 2];
        for ((one, two), cell) in found {
            // Grades come from these very ladders.
            cells[one.at(from.len())][two.at(to.len())].add(cell);
        }
        Self { from, to, cells }
    }

    /// What a row comes to under the baseline: its line in the summary by grade.
    pub fn row(&self, row: usize) -> Sum {
        let mut sum = Sum::default();
        self.cells.get(row).into_iter().flatten().for_each(|cell| sum.add(&cell.pair.before));
        sum
    }

    /// What a column comes to under the candidate.
    pub fn column(&self, column: usize) -> Sum {
        let mut sum = Sum::default();
        self.cells.iter().filter_map(|row| row.get(column)).for_each(|cell| sum.add(&cell.pair.after));
        sum
    }

    /// How many accounts keep a grade of the same label.
    pub fn stays(&self) -> u64 {
        let same = |(row, label): (usize, &String)| {
            let column = self.to.iter().position(|other| other == label)?;
            self.cells.get(row)?.get(column).map(|cell| cell.accounts)
        };
        self.from.iter().enumerate().filter_map(same).sum()
    }
}

fn labels(law: &Law) -> Vec<String> {
    law.rules().ladder().grades().iter().map(|grade| grade.label.clone()).collect()
}
