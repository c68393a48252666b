//! How output, floor area or turnover stand for a payroll, where small employers have none that could be known.

use super::{Parameters, lies_inside};
use crate::amount::{Factor, Money, RoundMode};
use crate::calendar::DateSpan;
use crate::citation::BasisId;
use crate::history::{Project, ProjectBase, ProjectKind};

/// From a base to the payroll it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formula {
    /// Tonnes of the term times the wage content of a tonne (吨矿工资含量).
    Output {
        /// Wages in a tonne.
        wage_per_tonne: Money,
    },
    /// Square metres over those of a head give assumed heads, each with a share of the local average monthly wage, for
    /// every month of the term.
    FloorArea {
        /// Square metres of a head; positive.
        square_metres_per_head: i64,
        /// How a part of a head is rounded.
        heads: RoundMode,
        /// Local average monthly wage.
        monthly_wage: Money,
        /// Share of it.
        wage_share: Factor,
    },
    /// A share of the turnover of the term.
    Turnover {
        /// Share.
        share: Factor,
    },
}

impl Formula {
    /// The base it is for.
    pub const fn base(self) -> ProjectBase {
        match self {
            Self::Output { .. } => ProjectBase::Output,
            Self::FloorArea { .. } => ProjectBase::FloorArea,
            Self::Turnover { .. } => ProjectBase::Turnover,
        }
    }
}

/// A payroll that a base stands for, dated, by area and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherBase {
    /// Pooling area.
    pub area: String,
    /// Also for the areas inside: those whose code begins with the digits of this one.
    pub areas_inside: bool,
    /// Kinds it is for, any where empty.
    pub kinds: Vec<ProjectKind>,
    /// Days on which they enrol under it.
    pub days: DateSpan,
    /// From base to payroll.
    pub formula: Formula,
    /// How the premium is rounded to fen, once.
    pub premium: RoundMode,
    /// Basis.
    pub basis: BasisId,
}

impl Parameters {
    /// What stands for payroll on other bases.
    pub fn other_bases(&self) -> &[OtherBase] {
        &self.other_bases
    }

    /// What stands for the payroll of a project on its base, on the day it enrolled: for its kind before for all, of the
    /// area itself before of the area around.
    pub fn other_base(&self, area: &str, project: &Project) -> Option<&OtherBase> {
        let here = |it: &OtherBase| it.area == area || (it.areas_inside && lies_inside(area, &it.area));
        let fits = |it: &&OtherBase| {
            here(it)
                && it.formula.base() == project.base
                && it.days.contains(project.enrolled_on)
                && (it.kinds.is_empty() || it.kinds.contains(&project.kind))
        };
        self.other_bases.iter().filter(fits).max_by_key(|it| (it.area == area, !it.kinds.is_empty()))
    }
}
