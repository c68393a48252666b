//! A candidate held against the baseline: what it does to premiums, grades and employers.

use std::collections::BTreeMap;

use super::bands::SizeBands;
use super::candidate::Baseline;
use super::distribution::{Distribution, PREMIUM_BOUNDS_FEN, RATE_BOUNDS_PERCENT};
use super::migration::{Cell, Migration};
use super::movers::{Movers, Place};
use super::portfolio::Portfolio;
use super::priced::{Level, Priced, PricedRow};
use super::shards::Workers;
use super::sums::{Pair, Sum};
use crate::decision::Change;
use crate::error::{Code, Problems};
use crate::industry::RiskClass;
use crate::rule_set::Law;

/// How a comparison is made.
#[derive(Clone, Debug)]
pub struct Comparing {
    /// Bands of heads.
    pub bands: SizeBands,
    /// How many of those that gain most, and of those that lose most, are explained.
    pub movers: usize,
}

impl Default for Comparing {
    fn default() -> Self {
        Self { bands: SizeBands::default(), movers: 10 }
    }
}

/// Who is decided under which law.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Under both.
    pub both: u64,
    /// Not under the baseline, by the code of the first problem.
    pub not_before: BTreeMap<Code, u64>,
    /// Not under the candidate, by the code of the first problem.
    pub not_after: BTreeMap<Code, u64>,
}

/// What some accounts paid before, at their last rates, and pay under a law.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// What they pay.
    pub sum: Sum,
    /// What the last rates would bring on the same months, in fen.
    pub previous_fen: i128,
}

/// A candidate beside the baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// At what level the premiums of the windows stand.
    pub level: Level,
    /// Who is decided.
    pub coverage: Coverage,
    /// Everybody who is decided under both.
    pub total: Pair,
    /// The same by class under the baseline.
    pub by_class: BTreeMap<RiskClass, Pair>,
    /// The same by band of heads under the baseline.
    pub by_size: BTreeMap<usize, Pair>,
    /// The same by sub-area.
    pub by_sub_area: BTreeMap<String, Pair>,
    /// Everybody decided by grade, place on the ladder (none last), under baseline and candidate.
    pub by_grade: [BTreeMap<Option<u8>, Sum>; 2],
    /// Everybody decided by change against the last rate charged, under baseline and candidate.
    pub by_change: [BTreeMap<Change, Changed>; 2],
    /// Everybody from grade to grade.
    pub migration: Migration,
    /// Of those decided under both: the candidate's rate against the baseline's, in percent of it.
    pub rate_changes: Distribution,
    /// Of those decided under both: what a year costs more or less, in fen.
    pub premium_changes: Distribution,
    /// Who gains and who loses most.
    pub movers: Movers,
}

impl Portfolio {
    /// Holds a candidate against the baseline.
    ///
    /// # Errors
    /// `scenario.nobody` where the baseline decides no account.
    pub fn compared(
        &self,
        baseline: &Baseline,
        candidate: &Law,
        level: Level,
        how: &Comparing,
        workers: Workers<'_>,
    ) -> Result<Comparison, Problems> {
        let before = self.priced(baseline.law(), workers);
        self.compared_with(&before, candidate, level, how, workers)
    }

    /// The same, with the baseline as this portfolio priced it before.
    ///
    /// # Errors
    /// As [`Portfolio::compared`], and where another portfolio priced it, of other accounts.
    pub fn compared_with(
        &self,
        before: &Priced,
        candidate: &Law,
        level: Level,
        how: &Comparing,
        workers: Workers<'_>,
    ) -> Result<Comparison, Problems> {
        self.held_against(before)?;
        let (names, sub_areas) = self.sub_areas();
        let pass = self.pass(candidate, before.law(), level, workers);
        let tallies = pass.folded(
            workers,
            || Tally::new(how),
            |tally, place, row| tally.account(place, sub_areas[place], (&before.rows()[place], &row)),
        );
        let mut all = Tally::new(how);
        tallies.iter().for_each(|tally| all.add(tally));
        Ok(all.finish(self, level, names, (before.law(), candidate)))
    }
}

/// A comparison in the making.
struct Tally<'h> {
    how: &'h Comparing,
    coverage: Coverage,
    total: Pair,
    by_class: BTreeMap<RiskClass, Pair>,
    by_size: BTreeMap<usize, Pair>,
    by_sub_area: BTreeMap<u32, Pair>,
    by_grade: [BTreeMap<Option<u8>, Sum>; 2],
    by_change: [BTreeMap<Change, Changed>; 2],
    cells: BTreeMap<(Place, Place), Cell>,
    rate_changes: Distribution,
    premium_changes: Distribution,
    movers: super::movers::Most,
}

type Row<'r> = &'r Result<PricedRow, Code>;

impl<'h> Tally<'h> {
    fn new(how: &'h Comparing) -> Self {
        Self {
            how,
            coverage: Coverage::default(),
            total: Pair::default(),
            by_class: BTreeMap::new(),
            by_size: BTreeMap::new(),
            by_sub_area: BTreeMap::new(),
            by_grade: Default::default(),
            by_change: Default::default(),
            cells: BTreeMap::new(),
            rate_changes: Distribution::new(RATE_BOUNDS_PERCENT),
            premium_changes: Distribution::new(PREMIUM_BOUNDS_FEN),
            movers: super::movers::Most::new(how.movers),
        }
    }

    fn account(&mut self, place: usize, sub_area: u32, (before, after): (Row<'_>, Row<'_>)) {
        for (side, row) in [before, after].into_iter().enumerate() {
            match row {
                Ok(row) => self.side(side, row),
                Err(code) => {
                    let list = if side == 0 { &mut self.coverage.not_before } else { &mut self.coverage.not_after };
                    *list.entry(*code).or_default() += 1;
                }
            }
        }
        let mut pair = Pair::default();
        before.iter().for_each(|row| pair.before.row(row));
        after.iter().for_each(|row| pair.after.row(row));
        self.cells.entry((Place::of(before), Place::of(after))).or_default().add(&Cell { accounts: 1, pair });
        let (Ok(before), Ok(after)) = (before, after) else { return };
        self.coverage.both += 1;
        self.total.add(&pair);
        self.by_class.entry(before.class).or_default().add(&pair);
        self.by_size.entry(self.how.bands.of(before.heads)).or_default().add(&pair);
        self.by_sub_area.entry(sub_area).or_default().add(&pair);
        self.rate_changes.ratio(after.rate, before.rate, &pair);
        let difference = pair.difference_fen();
        self.premium_changes.amount(difference, &pair);
        self.movers.offer(place, before, after);
    }

    fn side(&mut self, side: usize, row: &PricedRow) {
        let mut sum = Sum::default();
        sum.row(row);
        self.by_grade[side].entry(row.grade.map(crate::ladder::GradeIndex::get)).or_default().add(&sum);
        let changed = self.by_change[side].entry(Change::between(row.previous, row.rate)).or_default();
        changed.sum.add(&sum);
        changed.previous_fen += row.previous_fen;
    }

    fn add(&mut self, other: &Self) {
        self.coverage.both += other.coverage.both;
        self.total.add(&other.total);
        merge(&mut self.coverage.not_before, &other.coverage.not_before, |one, two| *one += two);
        merge(&mut self.coverage.not_after, &other.coverage.not_after, |one, two| *one += two);
        merge(&mut self.by_class, &other.by_class, Pair::add);
        merge(&mut self.by_size, &other.by_size, Pair::add);
        merge(&mut self.by_sub_area, &other.by_sub_area, Pair::add);
        merge(&mut self.cells, &other.cells, Cell::add);
        for side in 0..2 {
            merge(&mut self.by_grade[side], &other.by_grade[side], Sum::add);
            merge(&mut self.by_change[side], &other.by_change[side], |one, two| {
                one.sum.add(&two.sum);
                one.previous_fen += two.previous_fen;
            });
        }
        self.rate_changes.add(&other.rate_changes);
        self.premium_changes.add(&other.premium_changes);
        self.movers.add(&other.movers);
    }

    fn finish(
        self,
        portfolio: &Portfolio,
        level: Level,
        names: &[String],
        (before, after): (&Law, &Law),
    ) -> Comparison {
        let named = |(place, pair): (u32, Pair)| {
            let name = usize::try_from(place).ok().and_then(|place| names.get(place));
            (name.cloned().unwrap_or_default(), pair)
        };
        Comparison {
            level,
            coverage: self.coverage,
            total: self.total,
            by_class: self.by_class,
            by_size: self.by_size,
            by_sub_area: self.by_sub_area.into_iter().map(named).collect(),
            by_grade: self.by_grade,
            by_change: self.by_change,
            migration: Migration::of(&self.cells, before, after),
            rate_changes: self.rate_changes,
            premium_changes: self.premium_changes,
            movers: self.movers.explained(portfolio, before, after),
        }
    }
}

fn merge<K: Ord + Clone, V: Default>(own: &mut BTreeMap<K, V>, other: &BTreeMap<K, V>, add: impl Fn(&mut V, &V)) {
    for (key, value) in other {
        add(own.entry(key.clone()).or_default(), value);
    }
}
