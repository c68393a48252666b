//! What everybody comes to under a law that a search or a sweep tries.

use std::collections::BTreeMap;

use super::portfolio::Portfolio;
use super::priced::{Level, Priced};
use super::shards::Workers;
use super::sums::Sum;
use crate::error::{Code, Place, Problem, Problems};
use crate::ladder::GradeIndex;
use crate::rule_set::Law;

/// What everybody comes to under a law that was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Everybody whom it decides.
    pub total: Sum,
    /// The same by grade: place on the ladder, none last.
    pub by_grade: BTreeMap<Option<u8>, Sum>,
    /// Accounts that the baseline decides and this law does not: the premium of fewer is no premium to compare.
    pub lost: u64,
}

impl Reached {
    fn add(&mut self, other: &Self) {
        self.total.add(&other.total);
        self.lost += other.lost;
        for (grade, sum) in &other.by_grade {
            self.by_grade.entry(*grade).or_default().add(sum);
        }
    }
}

impl Portfolio {
    /// Everybody under a law, beside what was priced under the baseline.
    pub(super) fn reached(&self, before: &Priced, law: &Law, level: Level, workers: Workers<'_>) -> Reached {
        let pass = self.pass(law, before.law(), level, workers);
        let shards = pass.folded(workers, Reached::default, |reached, place, row| match row {
            Ok(row) => {
                reached.total.row(&row);
                reached.by_grade.entry(row.grade.map(GradeIndex::get)).or_default().row(&row);
            }
            // Only those who are decided nowhere are looked up.
            Err(_) => reached.lost += u64::from(before.rows()[place].is_ok()),
        });
        let mut all = Reached::default();
        shards.iter().for_each(|shard| all.add(shard));
        all
    }

    /// Refuses to compare with what another portfolio was priced at, or with nobody.
    ///
    /// # Errors
    /// `scenario.nobody` where the baseline decides no account of this portfolio.
    pub fn held_against(&self, before: &Priced) -> Result<(), Problems> {
        let own = before.rows().len() == self.histories().len();
        if own && before.rows().iter().any(Result::is_ok) {
            return Ok(());
        }
        let values = [self.area().to_owned(), before.law().setting().to_string()];
        Err(Problem::new(Code::ScenarioNobody, Place::field("accounts"), values).into())
    }
}
