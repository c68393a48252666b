//! Claims: one person's recognised work injury each, with the benefits paid on it.

use super::{Parties, words};
use crate::amount::Money;
use crate::calendar::NaiveDate;

words! {
    /// The article of 工伤保险条例 under which a case is an injury.
    pub enum InjuryArticle {
        /// Accident in working time and place from a work cause, art. 14(1).
        WorkAccident = "A14-1",
        /// Preparatory or closing work, art. 14(2).
        Preparation = "A14-2",
        /// Violence while doing one's duty, art. 14(3).
        Violence = "A14-3",
        /// Occupational disease, art. 14(4).
        Disease = "A14-4",
        /// Away on business, art. 14(5).
        Business = "A14-5",
        /// Commuting, art. 14(6).
        Commuting = "A14-6",
        /// Other cases named by law, art. 14(7).
        OtherByLaw = "A14-7",
        /// Sudden illness at work, art. 15(1).
        SuddenIllness = "A15-1",
        /// Rescue or other service to the public interest, art. 15(2).
        Rescue = "A15-2",
        /// A former serviceman's old wound, art. 15(3).
        Veteran = "A15-3",
    }
}

words! {
    /// Where a claim stands.
    pub enum ClaimStatus {
        /// Recognised as a work injury.
        Recognised = "recognised",
        /// Recognition revoked: it counts nowhere.
        Revoked = "revoked",
        /// Recognised, and contested in review or court: it counts until revoked.
        InLitigation = "in-litigation",
    }
}

words! {
    /// What the law says of a claim beside its article, where a method leaves such claims out.
    pub enum ClaimTag {
        /// Sent to an epidemic area by the employer and infected there (派往疫区工作感染).
        EpidemicPosting = "epidemic-posting",
        /// An old injury taken over into the fund, as a rule for a one-time fee (老工伤).
        OldInjury = "old-injury",
    }
}

/// A claim: one person's recognised work injury, with its benefit payments.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "工伤案件")]
pub struct Claim {
    /// Number of the claim.
    pub id: String,
    /// Pseudonym of the person; never a name or an identity number.
    pub person: String,
    /// Article it was recognised under.
    pub article: InjuryArticle,
    /// Tags beside the article, in order, each once.
    pub tags: Vec<ClaimTag>,
    /// Day of the accident or diagnosis.
    pub accident: NaiveDate,
    /// Day of recognition.
    pub recognised: NaiveDate,
    /// Where it stands.
    pub status: ClaimStatus,
    /// Disability level 1 to 10 and the day it was assessed.
    pub disability: Option<(u8, NaiveDate)>,
    /// Day of death, where the person died of it.
    pub death: Option<NaiveDate>,
    /// Who is who, where more than one account may have to bear it.
    pub parties: Option<Box<Parties>>,
    /// Number of the project of the account that it belongs to, if it does: then it is no claim of the employer itself,
    /// unless a method says so.
    pub project: Option<Box<str>>,
    /// Benefits paid on it.
    pub payments: Vec<Payment>,
}

impl Claim {
    /// Number of the account it stands under, where that is known to be another.
    pub(crate) fn insured(&self) -> &str {
        self.parties.as_ref().map_or("", |parties| parties.insured.as_str())
    }

    /// Whether its row is one of this account; else the claim only names the account as another unit.
    pub(crate) fn stands_under(&self, number: &str) -> bool {
        self.insured().is_empty() || self.insured() == number
    }
}

words! {
    /// Who paid a benefit.
    pub enum Payer {
        /// The insurance fund.
        Fund = "fund",
        /// The employer.
        Employer = "employer",
        /// A third party.
        ThirdParty = "third-party",
    }
}

words! {
    /// A benefit item.
    pub enum BenefitItem {
        /// Medical treatment (医疗费).
        Medical = "medical",
        /// Rehabilitation (康复费).
        Rehabilitation = "rehabilitation",
        /// Assistive devices (辅助器具).
        Device = "device",
        /// Board subsidy (住院伙食补助).
        Board = "board",
        /// Transport and lodging (交通食宿费).
        Transport = "transport",
        /// Care (生活护理费).
        Care = "care",
        /// Disability lump sum (一次性伤残补助金).
        DisabilityLumpSum = "disability-lump-sum",
        /// Disability pension (伤残津贴).
        DisabilityPension = "disability-pension",
        /// Medical lump sum on leaving (一次性工伤医疗补助金).
        MedicalLumpSum = "medical-lump-sum",
        /// Funeral (丧葬补助金).
        Funeral = "funeral",
        /// Death lump sum (一次性工亡补助金).
        DeathLumpSum = "death-lump-sum",
        /// Dependants' pension (供养亲属抚恤金).
        Dependants = "dependants",
        /// Anything else.
        Other = "other",
    }
}

/// One payment of a benefit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The item.
    pub item: BenefitItem,
    /// Who paid.
    pub payer: Payer,
    /// Amount; negative where recovered.
    pub amount: Money,
    /// Day of the determination document, where known.
    pub determined_on: Option<NaiveDate>,
    /// Day it was booked, where known.
    pub accounted_on: Option<NaiveDate>,
    /// Day it was paid.
    pub paid_on: NaiveDate,
}
