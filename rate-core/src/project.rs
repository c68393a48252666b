//! Premiums of projects: one payment for the whole term, on cost instead of payroll.
//!
//! Which rates hold is read off the day a project enrolled; they stand in [`Parameters`], so an area whose float table
//! nobody has seen still has answers for its projects. A bill is exact up to one rounding at its end.

mod float;
mod other_base;
mod scale;

pub use float::{Billed, ProjectBook, SubjectFloat, SubjectKey};
pub use other_base::Reckoned;

use rust_decimal::Decimal;

use crate::amount::{Factor, Money, Quantity, Rate, RoundMode, Rounding};
use crate::calendar::NaiveDate;
use crate::error::Problems;
use crate::history::{History, Project, ProjectBase};
use crate::industry::{ClassSystem, IndustryEdition, RiskClass};
use crate::parameters::Parameters;
use crate::parameters::project::{LabourCostChoice, ProjectRates};
use crate::rule_set::law::Source;

/// Where the grade of a project comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GradeFrom {
    /// It was determined, and the book says so.
    Determined,
    /// The float of its subject.
    Floated,
}

impl GradeFrom {
    /// The word used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Determined => "determined",
            Self::Floated => "floated",
        }
    }
}

/// The grade a project pays at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectGrade {
    /// Its label.
    pub label: String,
    /// What it multiplies the rate by; `None` where the method has no ladder of factors for projects.
    pub factor: Option<Factor>,
    /// Where it comes from.
    pub from: GradeFrom,
    /// The ladder that has it, if any.
    pub source: Option<Source>,
}

/// One thing that was found or reckoned on the way to a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectStep {
    /// What.
    pub kind: ProjectStepKind,
    /// By which section.
    pub source: Source,
}

/// What a step of a bill says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectStepKind {
    /// The rates in force on the day of enrolment.
    Rates {
        /// That day.
        on: NaiveDate,
    },
    /// Whether the project may pay on its labour cost, as it chose.
    LabourCost {
        /// Labour cost.
        labour_cost: Money,
        /// Cost of the whole project.
        cost: Money,
        /// Whether the conditions hold; where they do not, it pays on its cost.
        open: bool,
    },
    /// The rate of the industry.
    IndustryRate {
        /// Class.
        class: RiskClass,
        /// Whether the class was proposed from the industry and nobody has determined one.
        proposed: bool,
        /// Its base rate.
        rate: Rate,
    },
    /// The payroll that another base stands for.
    Reckoned(Reckoned),
    /// The grade and what it does.
    Grade(ProjectGrade),
    /// An amount times a rate, exact, in fen.
    Part {
        /// The tier, as printed; empty where there are none.
        tier: String,
        /// Amount.
        amount: Money,
        /// Rate, after the grade.
        rate: Rate,
        /// Their product in fen.
        fen: Decimal,
    },
    /// The sum, rounded.
    Premium {
        /// Sum of the parts, exact, in fen.
        fen: Decimal,
        /// The premium.
        premium: Money,
    },
}

/// What a project pays, with how it comes about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectBill {
    /// What it pays on in the end.
    pub base: ProjectBase,
    /// Grade it pays at, where there is one.
    pub grade: Option<ProjectGrade>,
    /// Premium, rounded once.
    pub premium: Money,
    /// The steps, in order.
    pub steps: Vec<ProjectStep>,
}

impl ProjectBill {
    /// Amount, rate and exact fen of each part.
    pub fn parts(&self) -> impl Iterator<Item = (&str, Money, Rate, Decimal)> {
        self.steps.iter().filter_map(|step| match &step.kind {
            ProjectStepKind::Part { tier, amount, rate, fen } => Some((tier.as_str(), *amount, *rate, *fen)),
            ProjectStepKind::Rates { .. }
            | ProjectStepKind::LabourCost { .. }
            | ProjectStepKind::IndustryRate { .. }
            | ProjectStepKind::Reckoned(_)
            | ProjectStepKind::Grade(_)
            | ProjectStepKind::Premium { .. } => None,
        })
    }
}

/// Why a project has no bill: what is needed is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoBill {
    /// No rates of projects are known for its kind on the day it enrolled.
    NoRates,
    /// Rates go by grade, and no grade was determined for it.
    NoGrade,
    /// A grade that neither the rates nor a method has.
    UnknownGrade(String),
    /// The area does not say how this base leads to a premium.
    BaseNotKnown(ProjectBase),
    /// It pays at the rate of an industry, and no class is determined or proposed for it.
    NoClass,
    /// Heads are assumed month by month, and its term does not consist of whole months.
    TermNotMonths,
    /// No base rate of its class is known on the day it enrolled.
    NoBaseRate,
    /// A number too large to be held exactly.
    TooLarge,
    /// The method for projects is refused by the check, so that no grade can be known.
    MethodRefused(String),
    /// The method for projects lists no cycle for the day it enrolled.
    NoCycle(String),
    /// Projects of the area stand under accounts that were refused: their experience is not known.
    SubjectIncomplete,
    /// The facts of its subject cannot be measured.
    Facts(Problems),
}

impl NoBill {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoRates => "no-rates",
            Self::NoGrade => "no-grade",
            Self::UnknownGrade(_) => "unknown-grade",
            Self::BaseNotKnown(_) => "base-not-known",
            Self::NoClass => "no-class",
            Self::TermNotMonths => "term-not-months",
            Self::NoBaseRate => "no-base-rate",
            Self::TooLarge => "too-large",
            Self::MethodRefused(_) => "method-refused",
            Self::NoCycle(_) => "no-cycle",
            Self::SubjectIncomplete => "subject-incomplete",
            Self::Facts(_) => "facts",
        }
    }
}

/// What a project of a contractor pays, by the parameters of its area, at the grade its method gives it if any.
///
/// # Errors
/// What is needed and not known; nothing is guessed in its place.
pub fn bill(
    parameters: &Parameters,
    contractor: &History,
    project: &Project,
    grade: Option<&ProjectGrade>,
) -> Result<ProjectBill, NoBill> {
    let mut billing = Billing { parameters, contractor, project, steps: Vec::new() };
    match project.base {
        ProjectBase::Cost => billing.on_cost(grade),
        ProjectBase::LabourCost => billing.on_labour_cost(grade),
        ProjectBase::Output | ProjectBase::FloorArea | ProjectBase::Turnover => billing.on_other_base(),
    }
}

struct Billing<'b> {
    parameters: &'b Parameters,
    contractor: &'b History,
    project: &'b Project,
    steps: Vec<ProjectStep>,
}

impl<'b> Billing<'b> {
    fn step(&mut self, kind: ProjectStepKind, source: Source) {
        self.steps.push(ProjectStep { kind, source });
    }

    /// The rates of its day, stated.
    fn rates(&mut self) -> Result<&'b ProjectRates, NoBill> {
        let area = &self.contractor.key().area;
        let rates = self.parameters.rates_of_project(area, self.project).ok_or(NoBill::NoRates)?;
        let on = self.project.enrolled_on;
        self.step(ProjectStepKind::Rates { on }, Source::Parameters(rates.basis));
        Ok(rates)
    }

    fn on_cost(&mut self, grade: Option<&ProjectGrade>) -> Result<ProjectBill, NoBill> {
        let rates = self.rates()?;
        self.by_scale(rates, grade)
    }

    /// On the labour cost where the area lets this project choose that, else on the cost.
    fn on_labour_cost(&mut self, grade: Option<&ProjectGrade>) -> Result<ProjectBill, NoBill> {
        let rates = self.rates()?;
        let choice = rates.labour_cost.as_ref().ok_or(NoBill::BaseNotKnown(ProjectBase::LabourCost))?;
        let (labour_cost, cost) = self.amounts();
        let open = may_choose(choice, labour_cost, cost);
        let source = Source::Parameters(choice.basis);
        self.step(ProjectStepKind::LabourCost { labour_cost, cost, open }, source);
        if !open {
            return self.by_scale(rates, grade);
        }
        let rate = self.industry_rate()?;
        let fen = self.part(String::new(), labour_cost, rate, source)?;
        self.finish(ProjectBase::LabourCost, None, fen, (rates.premium, source))
    }

    /// Labour cost and cost: a history without them does not exist.
    fn amounts(&self) -> (Money, Money) {
        (self.project.labour_cost.unwrap_or_default(), self.project.cost.unwrap_or_default())
    }

    /// The base rate of its class, determined or proposed, on the day it enrolled.
    fn industry_rate(&mut self) -> Result<Rate, NoBill> {
        let proposed = || {
            let industry = self.project.industry?;
            // The three-class system ranked the edition of 2002, the eight-class system those after it.
            let system = match industry.edition() {
                IndustryEdition::Gbt2002 => ClassSystem::Three,
                IndustryEdition::Gbt2011 | IndustryEdition::Gbt2017 => ClassSystem::Eight,
            };
            self.parameters.proposed_class(industry, system).map(|(class, _)| class)
        };
        let class = self.project.class.or_else(proposed).ok_or(NoBill::NoClass)?;
        let on = self.project.enrolled_on;
        let vector = self.parameters.vector(self.contractor, class.system(), on).ok_or(NoBill::NoBaseRate)?;
        let rate = *vector.rates.get(class.index()).ok_or(NoBill::NoBaseRate)?;
        let proposed = self.project.class.is_none();
        self.step(ProjectStepKind::IndustryRate { class, proposed, rate }, Source::Parameters(vector.basis));
        Ok(rate)
    }

    /// States a part and gives its exact fen.
    fn part(&mut self, tier: String, amount: Money, rate: Rate, source: Source) -> Result<Decimal, NoBill> {
        let fen = rate.exact_on(amount).ok_or(NoBill::TooLarge)?.normalize();
        self.step(ProjectStepKind::Part { tier, amount, rate, fen }, source);
        Ok(fen)
    }

    fn finish(
        &mut self,
        base: ProjectBase,
        grade: Option<ProjectGrade>,
        fen: Decimal,
        (mode, source): (RoundMode, Source),
    ) -> Result<ProjectBill, NoBill> {
        let whole = Rounding { digits: 0, mode }.apply(fen).normalize();
        let premium = i64::try_from(whole.mantissa()).ok().filter(|_| whole.scale() == 0).ok_or(NoBill::TooLarge)?;
        let premium = Money::from_fen(premium);
        self.step(ProjectStepKind::Premium { fen, premium }, source);
        Ok(ProjectBill { base, grade, premium, steps: std::mem::take(&mut self.steps) })
    }
}

/// Both conditions, the share by cross-multiplication.
fn may_choose(choice: &LabourCostChoice, labour_cost: Money, cost: Money) -> bool {
    let share = Quantity { numerator: i128::from(labour_cost.fen()), denominator: i128::from(cost.fen()) };
    cost > Money::ZERO
        && choice.cost.contains(Quantity::count(i128::from(cost.fen())))
        && choice.labour_share.contains(share)
}
