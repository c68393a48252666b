//! Paths folded into sums, and sums into percentiles. Everything is added in whole numbers, so that no order matters.

use super::account::Course;

/// The order statistics of a number over the paths: the k-th smallest, with k the share of all paths, rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "分位数")]
pub struct Percentiles<T> {
    /// A twentieth of the paths is at most this.
    pub p5: T,
    /// A quarter.
    pub p25: T,
    /// One half.
    pub p50: T,
    /// Three quarters.
    pub p75: T,
    /// Nineteen twentieths.
    pub p95: T,
}

impl<T: Copy> Percentiles<T> {
    /// Of some numbers; `None` of none.
    pub fn of(mut numbers: Vec<T>, order: impl FnMut(&T, &T) -> std::cmp::Ordering) -> Option<Self> {
        numbers.sort_unstable_by(order);
        let at = |percent: usize| numbers.get((numbers.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Some(Self { p5: at(5)?, p25: at(25)?, p50: at(50)?, p75: at(75)?, p95: at(95)? })
    }
}

/// What some accounts add to every path and year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fold {
    years: usize,
    /// By path and year, in fen: what differs from the sums that all paths share.
    income: Vec<i128>,
    benefits: Vec<i128>,
    /// By year: what all paths share.
    every_income: Vec<i128>,
    every_benefits: Vec<i128>,
    /// By year and grade, over all paths; the last place is for no grade.
    grades: Vec<Vec<u64>>,
    /// By year: accounts with another grade than the year before, and accounts compared, over all paths.
    changed: Vec<(u64, u64)>,
    pub(super) accounts: usize,
}

impl Fold {
    pub(super) fn new(paths: usize, years: usize, grades: usize) -> Self {
        Self {
            years,
            income: vec![0; paths * years],
            benefits: vec![0; paths * years],
            every_income: vec![0; years],
            every_benefits: vec![0; years],
            grades: vec![vec![0; grades + 1]; years],
            changed: vec![(0, 0); years],
            accounts: 0,
        }
    }

    /// An account as it fares on so many paths, those taken off that [`path`](Self::path) has told.
    pub(super) fn every(&mut self, course: &Course, paths: u64) {
        for year in 0..self.years {
            self.every_income[year] += course.income[year];
            self.every_benefits[year] += course.benefits[year];
        }
        self.count(course, paths);
        self.accounts += 1;
    }

    /// An account as it fares on one path, against how it fares where nothing happens.
    pub(super) fn path(&mut self, path: usize, course: &Course, usual: &Course) {
        for year in 0..self.years {
            self.income[path * self.years + year] += course.income[year] - usual.income[year];
            self.benefits[path * self.years + year] += course.benefits[year] - usual.benefits[year];
        }
        self.count(course, 1);
    }

    fn count(&mut self, course: &Course, paths: u64) {
        for year in (0..self.years).filter(|year| course.insured[*year]) {
            let (before, now) = (course.grades[year], course.grades[year + 1]);
            let none = self.grades[year].len() - 1;
            self.grades[year][now.map_or(none, |grade| usize::from(grade.get()))] += paths;
            if let (Some(before), Some(now)) = (before, now) {
                self.changed[year].1 += paths;
                self.changed[year].0 += if before == now { 0 } else { paths };
            }
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        let sum = |to: &mut [i128], from: &[i128]| to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        sum(&mut self.income, &other.income);
        sum(&mut self.benefits, &other.benefits);
        sum(&mut self.every_income, &other.every_income);
        sum(&mut self.every_benefits, &other.every_benefits);
        for (to, from) in self.grades.iter_mut().zip(&other.grades) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
        for (to, from) in self.changed.iter_mut().zip(&other.changed) {
            *to = (to.0 + from.0, to.1 + from.1);
        }
        self.accounts += other.accounts;
    }

    /// Income and benefits of a path in a year, in fen.
    pub(super) fn fen(&self, path: usize, year: usize) -> (i128, i128) {
        let place = path * self.years + year;
        (self.every_income[year] + self.income[place], self.every_benefits[year] + self.benefits[place])
    }

    pub(super) fn grades(&self, year: usize) -> &[u64] {
        &self.grades[year]
    }

    pub(super) fn changed(&self, year: usize) -> (u64, u64) {
        self.changed[year]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of ten numbers: ⌈0.5⌉ = 1st, ⌈2.5⌉ = 3rd, 5th, ⌈7.5⌉ = 8th, ⌈9.5⌉ = 10th. Of twenty: 1st, 5th, 10th, 15th, 19th.
    #[test]
    fn percentiles_are_order_statistics() {
        let ten = vec![70, 10, 100, 30, 50, 20, 90, 40, 60, 80];
        let found = Percentiles::of(ten, i32::cmp).unwrap();
        assert_eq!(found, Percentiles { p5: 10, p25: 30, p50: 50, p75: 80, p95: 100 });
        let twenty = Percentiles::of((1..=20).rev().collect(), i32::cmp).unwrap();
        assert_eq!(twenty, Percentiles { p5: 1, p25: 5, p50: 10, p75: 15, p95: 19 });
        assert_eq!(Percentiles::of(vec![7], i32::cmp).unwrap().p95, 7);
        assert_eq!(Percentiles::of(Vec::<i32>::new(), i32::cmp), None);
    }
}
