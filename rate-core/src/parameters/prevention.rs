//! Prevention plans: in which industries injuries are to become fewer, by how much, from when to when. They are no part of
//! what a rate rests on.

use crate::amount::Factor;
use crate::calendar::DateSpan;
use crate::citation::{Basis, BasisId, Label};
use crate::industry::{Industry, IndustryEdition};

/// A key industry of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "重点行业")]
pub struct KeyIndustry {
    /// Name within the file.
    pub id: String,
    /// Name as the plan has it.
    pub name: Label,
    /// Edition of the codes.
    pub edition: IndustryEdition,
    /// Codes of two to four digits that the name is read as; whatever begins with one of them belongs to it.
    pub codes: Vec<String>,
    /// Basis.
    pub basis: BasisId,
}

impl KeyIndustry {
    /// Whether an industry belongs to it; `None` where it is of another edition, so that nobody can say.
    pub fn holds(&self, industry: Industry) -> Option<bool> {
        let inside = || self.codes.iter().any(|code| industry.code().starts_with(code.as_str()));
        (industry.edition() == self.edition).then(inside)
    }
}

/// A prevention plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "工伤预防五年行动计划")]
pub struct PreventionPlan {
    /// Name within the file.
    pub id: String,
    /// Days of the plan.
    pub days: DateSpan,
    /// The year that is compared with, where the plan states one or the file assumes one.
    pub base_year: Option<i32>,
    /// By what part the incidence of each key industry is to fall over the plan.
    pub fall: Factor,
    /// The plan says "about" (左右).
    pub about: bool,
    /// Key industries.
    pub industries: Vec<KeyIndustry>,
    /// Basis.
    pub basis: BasisId,
}

/// The plans of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreventionPlans {
    /// Name.
    pub name: Label,
    /// Plans, in the order of the file.
    pub plans: Vec<PreventionPlan>,
    pub(crate) bases: Vec<Basis>,
}

impl PreventionPlans {
    /// The plan that holds a year from its first to its last day.
    pub fn of_year(&self, year: i32) -> Option<&PreventionPlan> {
        let holds = |plan: &&PreventionPlan| {
            let (from, to) = (plan.days.from(), plan.days.last());
            (crate::calendar::year_of(from)..=crate::calendar::year_of(to)).contains(&year)
        };
        self.plans.iter().find(holds)
    }

    /// One basis.
    pub fn basis(&self, id: BasisId) -> &Basis {
        // An id is only made by the reader of this very file, for a basis it has just stored.
        &self.bases[usize::from(id.0)]
    }
}
