//! What projects pay, and other units that pay on something else than payroll: dated, by area and kind.

use super::{Parameters, lies_inside};
use crate::amount::{Money, Quantity, Rate, RoundMode};
use crate::calendar::DateSpan;
use crate::citation::BasisId;
use crate::history::{Project, ProjectKind};
use crate::interval::Interval;

/// One tier of a scale, as printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Cost of the whole project.
    pub cost: Interval,
    /// Rate of its part of the cost, or of the whole.
    pub rate: Rate,
}

/// The rate of a grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GradeRate {
    /// Label of the grade.
    pub label: String,
    /// Its rate.
    pub rate: Rate,
}

/// How a cost leads to a premium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scale {
    /// One rate for every project.
    Flat(Rate),
    /// Each part of the cost pays the rate of its own tier (分段累进).
    Marginal(Vec<Tier>),
    /// The whole cost pays the rate of the tier it lies in (全额累进).
    WholeAmount(Vec<Tier>),
    /// The rate of the grade that was determined for the project, lowest first.
    Grades(Vec<GradeRate>),
}

/// On which conditions a project may pay its labour cost times the rate of its industry instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabourCostChoice {
    /// Cost of the whole project.
    pub cost: Interval,
    /// Labour cost as a part of it.
    pub labour_share: Interval,
    /// Basis.
    pub basis: BasisId,
}

/// Rates of projects.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "工程项目费率")]
pub struct ProjectRates {
    /// Pooling area.
    pub area: String,
    /// Also for the areas inside: those whose code begins with the digits of this one.
    pub areas_inside: bool,
    /// Kinds of project, all construction where empty.
    pub kinds: Vec<ProjectKind>,
    /// Days on which projects enrol under it.
    pub days: DateSpan,
    /// From cost to premium.
    pub scale: Scale,
    /// Where a project may choose another base.
    pub labour_cost: Option<LabourCostChoice>,
    /// How the premium is rounded to fen, once.
    pub premium: RoundMode,
    /// Basis.
    pub basis: BasisId,
}

impl ProjectRates {
    /// Whether a kind of project pays by it.
    pub fn is_for(&self, kind: ProjectKind) -> bool {
        let construction = !matches!(kind, ProjectKind::SmallMine | ProjectKind::SmallService);
        construction && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }
}

/// A fen value against printed bounds.
pub(crate) fn lies_in(interval: &Interval, amount: Money) -> bool {
    interval.contains(Quantity::count(i128::from(amount.fen())))
}

impl Parameters {
    /// Rates of projects.
    pub fn project_rates(&self) -> &[ProjectRates] {
        &self.project_rates
    }

    /// The rates of a project of an area on the day it enrolled: those for its kind before those for all, those of the
    /// area itself before those of the area around.
    pub fn rates_of_project(&self, area: &str, project: &Project) -> Option<&ProjectRates> {
        let here = |it: &ProjectRates| it.area == area || (it.areas_inside && lies_inside(area, &it.area));
        let fits = |it: &&ProjectRates| here(it) && it.days.contains(project.enrolled_on) && it.is_for(project.kind);
        self.project_rates.iter().filter(fits).max_by_key(|it| (it.area == area, !it.kinds.is_empty()))
    }
}
