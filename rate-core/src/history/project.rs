//! Projects, and what else pays on another base than payroll.

use super::words;
use crate::amount::Money;
use crate::calendar::{DateSpan, NaiveDate};
use crate::industry::{Industry, RiskClass};

words! {
    /// What a project is: the trades that the rules on projects name, and the small employers that pay likewise.
    pub enum ProjectKind {
        /// Housing (房屋建筑).
        Housing = "housing",
        /// Municipal works (市政基础设施).
        Municipal = "municipal",
        /// Railway (铁路).
        Railway = "railway",
        /// Road (公路).
        Road = "road",
        /// Water transport (水运).
        WaterTransport = "water-transport",
        /// Water works (水利).
        WaterWorks = "water-works",
        /// Energy (能源).
        Energy = "energy",
        /// Airport (机场).
        Airport = "airport",
        /// Any other construction.
        Other = "other",
        /// A small mine (小型矿山).
        SmallMine = "small-mine",
        /// A small shop, restaurant, hotel, bath or the like (小型服务企业).
        SmallService = "small-service",
    }
}

words! {
    /// What a premium is reckoned from, where it is not payroll.
    pub enum ProjectBase {
        /// Cost of the project (工程总造价).
        Cost = "cost",
        /// Labour cost of the project, where the area lets it choose that (人工费).
        LabourCost = "labour-cost",
        /// Output in tonnes (总产量).
        Output = "output",
        /// Floor area of the premises (营业面积).
        FloorArea = "floor-area",
        /// Turnover (营业额).
        Turnover = "turnover",
    }
}

/// A project of a contractor, or another unit that pays once for a term on something else than payroll.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "建设项目")]
pub struct Project {
    /// Number within the account.
    pub id: String,
    /// What it is.
    pub kind: ProjectKind,
    /// What it pays on, as declared or applied for.
    pub base: ProjectBase,
    /// Cost of the whole project.
    pub cost: Option<Money>,
    /// Labour cost in it.
    pub labour_cost: Option<Money>,
    /// Output of the term, in tonnes.
    pub tonnes: Option<i64>,
    /// Floor area, in square metres.
    pub square_metres: Option<i64>,
    /// Turnover of the term.
    pub turnover: Option<Money>,
    /// Day it enrolled: its rates are those of this day.
    pub enrolled_on: NaiveDate,
    /// Its term, known to its end.
    pub term: DateSpan,
    /// Class determined for it, where its base asks for an industry's rate.
    pub class: Option<RiskClass>,
    /// Its industry, where no class was determined.
    pub industry: Option<Industry>,
    /// Label of the grade determined for it; empty where there is none.
    pub grade: String,
    /// What it has paid, and when.
    pub paid: Option<(Money, NaiveDate)>,
    /// Its document.
    pub document: String,
}

impl Project {
    /// The columns that its base asks for and it does not have.
    pub(crate) fn lacks(&self) -> Vec<&'static str> {
        let class = ("class", self.class.is_some() || self.industry.is_some());
        let needed: &[(&'static str, bool)] = match self.base {
            ProjectBase::Cost => &[("cost_fen", self.cost.is_some())],
            ProjectBase::LabourCost => {
                &[("cost_fen", self.cost.is_some()), ("labour_cost_fen", self.labour_cost.is_some()), class]
            }
            ProjectBase::Output => &[("output_tonnes", self.tonnes.is_some()), class],
            ProjectBase::FloorArea => &[("floor_area_m2", self.square_metres.is_some()), class],
            ProjectBase::Turnover => &[("turnover_fen", self.turnover.is_some()), class],
        };
        needed.iter().filter(|(_, there)| !there).map(|(column, _)| *column).collect()
    }
}
