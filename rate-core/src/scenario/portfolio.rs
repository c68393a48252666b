//! The facts of an area, and what laws have found in them.

use std::sync::{Arc, Mutex, PoisonError};

use super::candidate::{reading_at, same_base_rates};
use super::measuring::Measuring;
use super::priced::{Level, Pass, Priced};
use super::shards::Workers;
use crate::error::Code;
use crate::fund::Fund;
use crate::history::History;
use crate::rule_set::Law;

/// The accounts of one area with their facts, and the fund that came with them.
///
/// What a law measures is kept: another law that measures the same over the same windows is decided at once, and one that
/// does not is measured once. The portfolio can be shared among threads.
#[derive(Debug)]
pub struct Portfolio {
    area: String,
    histories: Arc<Vec<History>>,
    fund: Fund,
    /// Sub-area of each account, as a place in the list of names.
    sub_areas: Arc<(Vec<String>, Vec<u32>)>,
    measured: Mutex<Vec<Arc<Measuring>>>,
}

/// An account that a law cannot decide, for what is wrong with its facts or missing among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// Its place in the portfolio.
    pub place: usize,
    /// The code of the first problem.
    pub code: Code,
}

/// Measurings that are kept; the oldest gives way. A study seldom has more windows than these.
const KEPT: usize = 4;

impl Portfolio {
    /// The accounts of an area among some histories, by number, with the fund of the book.
    pub fn new(area: &str, histories: Vec<History>, fund: Fund) -> Self {
        let mut histories: Vec<History> = histories.into_iter().filter(|it| it.key().area == area).collect();
        histories.sort_by(|one, two| one.key().cmp(two.key()));
        let mut names: Vec<String> = histories.iter().map(|it| it.sub_area().to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        // Every name was just put among the names.
        let place = |it: &History| names.binary_search_by(|name| name.as_str().cmp(it.sub_area())).unwrap_or_default();
        let places = histories.iter().map(|it| u32::try_from(place(it)).unwrap_or_default()).collect();
        let (histories, sub_areas) = (Arc::new(histories), Arc::new((names, places)));
        Self { area: area.to_owned(), histories, fund, sub_areas, measured: Mutex::default() }
    }

    /// The same facts, of which nothing is measured yet.
    pub(super) fn afresh(&self) -> Self {
        Self {
            area: self.area.clone(),
            histories: Arc::clone(&self.histories),
            fund: self.fund.clone(),
            sub_areas: Arc::clone(&self.sub_areas),
            measured: Mutex::default(),
        }
    }

    /// The area.
    pub fn area(&self) -> &str {
        &self.area
    }

    /// The accounts, by number.
    pub fn histories(&self) -> &[History] {
        &self.histories
    }

    /// The fund.
    pub const fn fund(&self) -> &Fund {
        &self.fund
    }

    /// The names of sub-areas, and the place of each account's among them.
    pub(crate) fn sub_areas(&self) -> (&[String], &[u32]) {
        (&self.sub_areas.0, &self.sub_areas.1)
    }

    /// What a law finds in the facts: as it was found before where that is the same.
    pub(crate) fn measured(&self, law: &Law, workers: Workers<'_>) -> Arc<Measuring> {
        let known = || {
            let known = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
            known.iter().find(|it| it.serves(law)).cloned()
        };
        if let Some(known) = known() {
            return known;
        }
        let measured = Arc::new(Measuring::of(law, &self.histories, workers));
        if workers.is_stopped() {
            // Some of it may be missing.
            return measured;
        }
        let mut known = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() == KEPT {
            known.remove(0);
        }
        known.push(Arc::clone(&measured));
        measured
    }

    /// Measures everybody under a law, so that what follows under the same measures and windows is quick.
    pub fn prepare(&self, law: &Law, workers: Workers<'_>) {
        self.measured(law, workers);
    }

    /// Whether a law reads what was already measured.
    pub fn is_prepared(&self, law: &Law) -> bool {
        let known = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().any(|it| it.serves(law))
    }

    /// Everybody's rate and yearly premium under a law.
    pub fn priced(&self, law: &Law, workers: Workers<'_>) -> Priced {
        let measuring = self.measured(law, workers);
        Priced::of(&Pass { portfolio: self, law, measuring, relevelled: None }, workers)
    }

    /// Everybody's rate and yearly premium under a candidate, its windows' premiums at a level: as the baseline charged
    /// them, or as the candidate's own base rates would have.
    pub fn priced_at(&self, candidate: &Law, baseline: &Law, level: Level, workers: Workers<'_>) -> Priced {
        Priced::of(&self.pass(candidate, baseline, level, workers), workers)
    }

    /// The pass that decides everybody under a candidate.
    pub(super) fn pass<'p>(
        &'p self,
        candidate: &'p Law,
        baseline: &'p Law,
        level: Level,
        workers: Workers<'_>,
    ) -> Pass<'p> {
        let measuring = if same_base_rates(candidate, baseline) {
            self.measured(candidate, workers)
        } else {
            self.measured(&reading_at(candidate, baseline), workers)
        };
        let relevelled = (level == Level::OnLevel).then_some(baseline);
        Pass { portfolio: self, law: candidate, measuring, relevelled }
    }
}
