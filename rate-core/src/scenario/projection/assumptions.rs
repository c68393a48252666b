//! What a projection supposes: how often somebody is hurt, what is paid and when, and how wages and benefits grow.

use super::super::real;
use crate::amount::Money;
use crate::error::{Code, Place, Problem, Problems};
use crate::history::BenefitItem;
use crate::industry::RiskClass;

/// Everything a projection supposes, in the open.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumptions {
    /// How often; of several that fit an account the first holds, and where none fits nobody is hurt.
    pub frequencies: Vec<Frequency>,
    /// How numbers of claims vary.
    pub counts: Counts,
    /// What claims are like; of several that fit a class the first holds, and where none fits nobody is hurt.
    pub mixes: Vec<ClaimMix>,
    /// When an item is paid; one that is not listed is paid at once.
    pub patterns: Vec<ItemPattern>,
    /// Growth of payrolls, in percent a year, from the second year on.
    pub payroll_growth_percent: f64,
    /// Growth of what a claim costs, in percent a year, from the second year on, by the year it is recognised in.
    pub benefit_growth_percent: f64,
    /// Benefits and other outgo of the fund that stand under no account, in percent of those that do.
    pub load_percent: f64,
}

/// Where an assumption comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Grounds {
    /// It was given.
    Given,
    /// It was estimated from the claims of the book.
    Estimated {
        /// How many claims it rests on.
        claims: usize,
        /// What they were taken over.
        over: Over,
    },
}

/// What an estimate was taken over: the next wider where claims were fewer than asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// One class and one band of sizes.
    Cell,
    /// One class.
    Class,
    /// The whole book.
    Book,
}

/// How often somebody is hurt in some class and size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frequency {
    /// The class; any where `None`.
    pub class: Option<RiskClass>,
    /// Fewest and most heads.
    pub heads: (i64, i64),
    /// Claims per 1,000 persons insured for a year.
    pub per_1000: f64,
    /// Where it comes from.
    pub grounds: Grounds,
}

/// How numbers of claims vary about what is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Counts {
    /// Each month by itself: a Poisson distribution.
    Poisson,
    /// Some accounts are worse than their class and stay so: on each path the frequency of an account is multiplied by
    /// a draw from a gamma distribution of mean one and this variance; counts are negative binomial.
    NegativeBinomial {
        /// Variance of the multiplier.
        variance: f64,
    },
    /// Nothing varies: the n-th claim falls into the month in which n claims have come to be expected. For checking.
    Expected,
}

/// What the claims of a class are like: each drawn as a whole, so that what goes together stays together.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimMix {
    /// The class; any where `None`.
    pub class: Option<RiskClass>,
    /// The claims it is drawn from.
    pub kinds: Vec<ClaimKind>,
    /// Where it comes from.
    pub grounds: Grounds,
}

/// One claim that may happen.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimKind {
    /// How often, against the others of its mix.
    pub weight: f64,
    /// An occupational disease (art. 14(4)); else an accident at work (art. 14(1)).
    pub disease: bool,
    /// The person dies.
    pub fatal: bool,
    /// Disability of level four or worse.
    pub severe: bool,
    /// What the fund pays on it, by item: in all, or of a pension in its first year.
    pub items: Vec<(BenefitItem, Money)>,
}

/// When an item is paid.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemPattern {
    /// The item.
    pub item: BenefitItem,
    /// When.
    pub pattern: Pattern,
    /// Where it comes from.
    pub grounds: Grounds,
}

/// How the payments of an item lie over the years after recognition.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// The share paid in the month of recognition, twelve months later, and so on.
    Shares(Vec<f64>),
    /// A pension, paid once a year from the month of recognition on.
    Pension {
        /// Growth of the pension itself, in percent a year.
        growth_percent: f64,
        /// How long.
        life: Life,
    },
}

/// How long a pension is paid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Life {
    /// So many times.
    Years(u32),
    /// Until death: each further year is reached but for this share, in percent.
    Mortality {
        /// Deaths a year, in percent.
        yearly_percent: f64,
    },
}

impl Assumptions {
    pub(super) fn frequency(&self, class: RiskClass, heads: i64) -> f64 {
        let fits =
            |it: &&Frequency| it.class.is_none_or(|own| own == class) && (it.heads.0..=it.heads.1).contains(&heads);
        self.frequencies.iter().find(fits).map_or(0.0, |it| it.per_1000)
    }

    pub(super) fn mix(&self, class: RiskClass) -> Option<usize> {
        self.mixes.iter().position(|it| it.class.is_none_or(|own| own == class) && !it.kinds.is_empty())
    }

    pub(super) fn pattern(&self, item: BenefitItem) -> Option<&Pattern> {
        self.patterns.iter().find(|it| it.item == item).map(|it| &it.pattern)
    }

    /// Refuses what cannot be, all of it at once.
    pub(super) fn check(&self, problems: &mut Vec<Problem>) {
        let mut within = |field: &str, value: f64, low: f64, high: f64| {
            if !(low..=high).contains(&value) {
                problems.push(wrong(field, value, &format!("{low} … {high}")));
            }
        };
        within("payroll_growth_percent", self.payroll_growth_percent, -50.0, 50.0);
        within("benefit_growth_percent", self.benefit_growth_percent, -50.0, 50.0);
        within("load_percent", self.load_percent, 0.0, 1_000.0);
        for it in &self.frequencies {
            within("frequencies.per_1000", it.per_1000, 0.0, 12_000.0);
        }
        if let Counts::NegativeBinomial { variance } = self.counts {
            within("counts.variance", variance, 1e-6, 100.0);
        }
        for kind in self.mixes.iter().flat_map(|it| &it.kinds) {
            within("mixes.weight", kind.weight, 0.0, 1e12);
            for (_, amount) in &kind.items {
                within("mixes.items", real::real(i128::from(amount.fen())), 0.0, 1e12);
            }
        }
        for it in &self.patterns {
            match &it.pattern {
                Pattern::Shares(shares) => {
                    shares.iter().for_each(|share| within("patterns.shares", *share, 0.0, 1.0));
                    within("patterns.shares", shares.iter().sum(), 1.0 - 1e-9, 1.0 + 1e-9);
                }
                Pattern::Pension { growth_percent, life } => {
                    within("patterns.growth_percent", *growth_percent, -50.0, 50.0);
                    if let Life::Mortality { yearly_percent } = life {
                        within("patterns.yearly_percent", *yearly_percent, 0.0, 100.0);
                    }
                }
            }
        }
        for mix in self.mixes.iter().filter(|it| it.kinds.iter().map(|kind| kind.weight).sum::<f64>() <= 0.0) {
            problems.push(wrong("mixes", format!("{:?}", mix.class), "claims of a weight above 0"));
        }
    }
}

pub(super) fn wrong(field: &str, found: impl std::fmt::Display, expected: &str) -> Problem {
    let values = [field.to_owned(), found.to_string(), expected.to_owned()];
    Problem::new(Code::ScenarioAssumption, Place::field(field), values)
}

/// What was checked.
pub(super) fn checked(problems: Vec<Problem>) -> Result<(), Problems> {
    Problems::none_of(problems)
}
