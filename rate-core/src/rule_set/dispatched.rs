//! The class of a dispatching account by the workers it has with using units.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::ClassRules;
use crate::calendar::NaiveDate;
use crate::citation::BasisId;
use crate::history::Dispatched;
use crate::industry::RiskClass;
use crate::parameters::{ClassStatus, Parameters};

/// How the workers of a day lead to one class: that of most of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DispatchRule {
    /// Where two classes have as many, the higher counts; else the lower.
    pub tie_higher: bool,
    /// Basis.
    pub basis: BasisId,
}

/// The class of most workers of a day.
pub(super) struct Most {
    pub(super) class: RiskClass,
    /// Workers in it.
    pub(super) heads: i64,
    /// Workers in all.
    pub(super) of: i64,
    /// The least sure of the lists that proposed a class where none was given.
    pub(super) annex: Option<BasisId>,
}

/// A using unit whose class is neither given nor proposed: which class has most workers is not known.
pub(super) struct Unclassed;

impl DispatchRule {
    /// The class of most workers on a day; none where nobody is dispatched.
    pub(super) fn most(
        self,
        rows: &[Dispatched],
        parameters: &Parameters,
        rules: &ClassRules,
        date: NaiveDate,
    ) -> Result<Option<Most>, Unclassed> {
        let mut by_class: BTreeMap<RiskClass, i64> = BTreeMap::new();
        let mut annex: Option<(ClassStatus, BasisId)> = None;
        for row in rows.iter().filter(|row| row.days.contains(date) && row.heads > 0) {
            let class = match (row.class, row.industry) {
                (Some(class), _) => class,
                (None, Some(industry)) => {
                    let (class, list) = rules.proposed(industry, parameters).ok_or(Unclassed)?;
                    annex = annex.max(Some((list.status, list.basis)));
                    class
                }
                (None, None) => return Err(Unclassed),
            };
            *by_class.entry(class).or_default() += row.heads;
        }
        let of = by_class.values().sum();
        let annex = annex.map(|(_, basis)| basis);
        // A class of another system is refused by whoever asked, however few workers it has.
        let foreign = by_class.iter().find(|(class, _)| class.system() != rules.system);
        let most = foreign.or_else(|| {
            by_class.iter().max_by_key(|(class, heads)| {
                let (higher, lower) = (self.tie_higher.then_some(**class), Reverse(**class));
                (**heads, higher, lower)
            })
        });
        Ok(most.map(|(class, heads)| Most { class: *class, heads: *heads, of, annex }))
    }
}
