//! Claims with several employers in them: who is who.

use super::words;

words! {
    /// Why more than one account may have to bear a claim.
    pub enum Arrangement {
        /// The person was dispatched by the employer to a using unit (劳务派遣).
        Dispatch = "dispatch",
        /// The person was lent to another unit (借调).
        Secondment = "secondment",
        /// The person was hurt while working for another unit than that of the labour relation, which goes on.
        SeveralJobs = "several-jobs",
        /// The occupational disease was found after the person had left or retired.
        DiseaseAfterLeaving = "disease-after-leaving",
    }
}

words! {
    /// Which of the accounts of a claim is meant.
    pub enum Party {
        /// The account the person is insured with, under which the claim stands.
        Insured = "insured",
        /// The account of the labour relation (劳动关系所在单位).
        LabourRelation = "labour-relation",
        /// The account that actually uses the person (实际用工单位).
        UsingUnit = "using-unit",
        /// The account responsible for the disease (造成职业病的单位).
        Responsible = "responsible",
    }
}

/// The accounts of a claim, by their numbers within its area; each stands in its history with the same claim, and the
/// law says which one bears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Why there are several.
    pub arrangement: Arrangement,
    /// The account the claim stands under.
    pub insured: String,
    /// That of the labour relation.
    pub labour_relation: String,
    /// That which uses the person.
    pub using_unit: String,
    /// That which is responsible for the disease.
    pub responsible: String,
}

impl Parties {
    /// The number of one of the accounts.
    pub fn number(&self, party: Party) -> &str {
        match party {
            Party::Insured => &self.insured,
            Party::LabourRelation => &self.labour_relation,
            Party::UsingUnit => &self.using_unit,
            Party::Responsible => &self.responsible,
        }
    }
}
