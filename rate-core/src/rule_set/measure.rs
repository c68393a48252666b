//! What a method measures: numerator, denominator, comparison, and what happens where a measure does not exist.

use super::Unmeasured;
use crate::amount::{Quantity, Rounding};
use crate::citation::{BasisId, Label};
use crate::error::Lang;
use crate::history::{BenefitItem, Claim, ClaimTag, InjuryArticle, words};

words! {
    /// The day that decides whether a payment belongs to a window.
    pub enum PaymentDay {
        /// The day it was paid.
        Paid = "paid-on",
        /// The day of its determination document.
        Determined = "determined-on",
        /// The day it was booked.
        Accounted = "accounted-on",
    }
}

words! {
    /// The claims that are counted.
    pub enum CountedClaims {
        /// Every recognised injury.
        Recognised = "recognised",
        /// Deaths.
        Death = "death",
        /// New occupational diseases.
        NewDisease = "new-disease",
        /// Disability levels 1 to 4.
        Severe = "severe",
    }
}

words! {
    /// The day that decides whether a claim belongs to a window.
    pub enum ClaimDay {
        /// The day of recognition.
        Recognised = "recognised-on",
        /// The day of the accident.
        Accident = "accident-on",
        /// The day of death.
        Death = "death-on",
        /// The day of the disability assessment.
        Assessed = "assessed-on",
    }
}

words! {
    /// Which premium a ratio compares with.
    pub enum PremiumBasis {
        /// Premium actually paid.
        Paid = "paid",
        /// What would have been due at the base rate.
        AtBaseRate = "at-base-rate",
    }
}

words! {
    /// What decides whether premium belongs to a window.
    pub enum PremiumDay {
        /// The month it is for.
        ForMonth = "for-month",
        /// The day it was received.
        Received = "received-on",
    }
}

words! {
    /// The time an incidence is stated over.
    pub enum Per {
        /// The whole window.
        Window = "window",
        /// A year.
        Year = "year",
        /// A month.
        Month = "month",
    }
}

/// The claims a measure leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excluded {
    /// Claims recognised under these articles.
    pub articles: Vec<InjuryArticle>,
    /// Claims with one of these tags.
    pub tags: Vec<ClaimTag>,
}

impl Excluded {
    /// Whether a claim is left out.
    pub fn has(&self, claim: &Claim) -> bool {
        self.articles.contains(&claim.article) || claim.tags.iter().any(|tag| self.tags.contains(tag))
    }
}

/// The upper part of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numerator {
    /// Benefits the fund paid, in fen.
    Benefits {
        /// Day that decides.
        by: PaymentDay,
        /// Claims that do not count.
        exclude: Excluded,
        /// Items that count; all of them where empty.
        items: Vec<BenefitItem>,
    },
    /// Claims or persons.
    Claims {
        /// Which.
        counted: CountedClaims,
        /// Persons once each; else claims.
        persons: bool,
        /// Day that decides.
        by: ClaimDay,
        /// Claims that do not count.
        exclude: Excluded,
    },
    /// Premium, in fen.
    Premium {
        /// What decides.
        by: PremiumDay,
        /// Whether relieved premium counts as paid.
        restored: bool,
    },
}

/// The lower part of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Denominator {
    /// None: the measure is a count.
    One,
    /// Premium, in fen.
    Premium {
        /// Paid, or at the base rate.
        basis: PremiumBasis,
        /// What decides.
        by: PremiumDay,
        /// Whether relieved premium counts as paid.
        restored: bool,
    },
    /// Mean monthly heads, over a time.
    Headcount(Per),
    /// The same benefits in the window before, in fen: the measure is their growth, 120 % where they grew by 20 %.
    WindowBefore,
}

/// Why a measure does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// No covered month in the window.
    NotInsured,
    /// No premium, and no benefits either.
    NoPremium,
    /// Benefits, but no premium.
    BenefitsWithoutPremium,
    /// Recoveries exceed benefits, or refunds premium.
    BelowZero,
    /// Nobody insured in any month.
    NoHeadcount,
    /// No published average for the industry.
    NoAverage,
    /// No benefits, neither in the window nor in the one before.
    NoBenefits,
    /// Benefits, but none in the window before.
    NoBenefitsBefore,
}

impl Cause {
    /// All causes.
    pub const ALL: [Self; 8] = [
        Self::NotInsured,
        Self::NoPremium,
        Self::BenefitsWithoutPremium,
        Self::BelowZero,
        Self::NoHeadcount,
        Self::NoAverage,
        Self::NoBenefits,
        Self::NoBenefitsBefore,
    ];

    /// The key used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotInsured => "not_insured",
            Self::NoPremium => "no_premium",
            Self::BenefitsWithoutPremium => "benefits_without_premium",
            Self::BelowZero => "below_zero",
            Self::NoHeadcount => "no_headcount",
            Self::NoAverage => "no_average",
            Self::NoBenefits => "no_benefits",
            Self::NoBenefitsBefore => "no_benefits_before",
        }
    }

    /// The cause in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::NotInsured => lang.pick("观察期内未参保", "not insured in the window"),
            Self::NoPremium => lang.pick("观察期内无缴费", "no premium in the window"),
            Self::BenefitsWithoutPremium => lang.pick("有支付而无缴费", "benefits without premium"),
            Self::BelowZero => lang.pick("追回或退费大于支付", "recoveries or refunds exceed payments"),
            Self::NoHeadcount => lang.pick("无参保人数", "no insured heads"),
            Self::NoAverage => lang.pick("无本行业平均值", "no average for the industry"),
            Self::NoBenefits => lang.pick("两期均无支付", "no benefits in this window or the one before"),
            Self::NoBenefitsBefore => lang.pick("上期无支付", "no benefits in the window before"),
        }
    }

    pub(super) const fn place(self) -> usize {
        match self {
            Self::NotInsured => 0,
            Self::NoPremium => 1,
            Self::BenefitsWithoutPremium => 2,
            Self::BelowZero => 3,
            Self::NoHeadcount => 4,
            Self::NoAverage => 5,
            Self::NoBenefits => 6,
            Self::NoBenefitsBefore => 7,
        }
    }
}

/// What an undefined measure leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhenUndefined {
    /// The account is settled, without the table.
    Settles(Unmeasured),
    /// Every condition on the measure is false.
    RowFails,
    /// It counts as zero.
    AsZero,
}

/// What a file says for each cause; `None` where it says nothing, as a published text may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undefined {
    pub(crate) causes: [Option<WhenUndefined>; 8],
    /// In windows before this one: zero, else the row fails.
    pub(crate) earlier_as_zero: Option<bool>,
}

impl Undefined {
    /// What a cause leads to.
    pub const fn for_cause(&self, cause: Cause) -> Option<WhenUndefined> {
        self.causes[cause.place()]
    }
}

/// The unit a measure's figures are printed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Per cent.
    Percent,
    /// Per mille.
    PerMille,
    /// A number.
    Number,
    /// Yuan.
    Yuan,
}

impl Unit {
    /// The unit of a measure whose bounds do not say another.
    pub(crate) const fn of(numerator: &Numerator, denominator: Denominator) -> Self {
        match (numerator, denominator) {
            (Numerator::Benefits { .. } | Numerator::Premium { .. }, Denominator::One) => Self::Yuan,
            (Numerator::Claims { .. }, Denominator::One) => Self::Number,
            (Numerator::Benefits { .. } | Numerator::Premium { .. } | Numerator::Claims { .. }, _) => Self::Percent,
        }
    }
}

/// One measure of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Name used in rows.
    pub id: String,
    /// Name for people.
    pub label: Label,
    /// Upper part.
    pub numerator: Numerator,
    /// Lower part.
    pub denominator: Denominator,
    /// Statistic it is divided by.
    pub relative_to: Option<String>,
    /// Rounding before comparing.
    pub round: Option<Rounding>,
    /// Where it does not exist.
    pub undefined: Undefined,
    /// The unit its values are printed in: that of its bounds.
    pub unit: Unit,
    /// Basis.
    pub basis: BasisId,
}

impl Measure {
    /// Whether it divides by premium at base rates, so that these must be whole millionths.
    pub(crate) fn is_at_base_rates(&self) -> bool {
        matches!(self.denominator, Denominator::Premium { basis: PremiumBasis::AtBaseRate, .. })
    }

    /// The causes that can make this measure undefined in the window being decided on.
    pub fn causes(&self) -> Vec<Cause> {
        let mut causes = Vec::new();
        if self.denominator != Denominator::One {
            causes.push(Cause::NotInsured);
        }
        if let Denominator::Premium { .. } = self.denominator {
            causes.extend([Cause::NoPremium, Cause::BenefitsWithoutPremium]);
        }
        if self.denominator == Denominator::WindowBefore {
            causes.extend([Cause::NoBenefits, Cause::NoBenefitsBefore]);
        }
        match self.numerator {
            Numerator::Benefits { .. } | Numerator::Premium { .. } => causes.push(Cause::BelowZero),
            Numerator::Claims { .. } => {}
        }
        if let Denominator::Headcount(_) = self.denominator {
            causes.push(Cause::NoHeadcount);
        }
        if self.relative_to.is_some() {
            causes.push(Cause::NoAverage);
        }
        causes
    }

    /// How many windows a value over one window is read from: growth compares with the one before.
    pub(crate) const fn windows_read(&self) -> usize {
        match self.denominator {
            Denominator::WindowBefore => 2,
            Denominator::One | Denominator::Premium { .. } | Denominator::Headcount(_) => 1,
        }
    }

    /// A value as people read it, with two decimals; for display only.
    pub fn shown(&self, value: Quantity) -> String {
        match self.unit {
            Unit::Percent => {
                let hundredths = value.display_scaled(10_000);
                format!("{}.{:02}%", hundredths / 100, hundredths % 100)
            }
            Unit::PerMille => {
                let hundredths = value.display_scaled(100_000);
                format!("{}.{:02}‰", hundredths / 100, hundredths % 100)
            }
            Unit::Yuan => {
                let fen = value.display_scaled(1);
                format!("{}.{:02}元", fen / 100, fen % 100)
            }
            Unit::Number => value.display_scaled(1).to_string(),
        }
    }
}
