//! A rule set: one method in one version, resolved with its frame, checked, as data.

pub mod adjustment;
pub mod check;
mod diagram;
mod dispatched;
pub mod law;
pub mod measure;
mod needs;
pub mod notice;
mod projects;
pub mod select;
mod semantics;
pub mod settlement;
pub mod table;

use std::fmt;
use std::sync::Arc;

pub use adjustment::{ActsOn, Adjustment, Effect, EventCondition, Reference, Uses, When};
pub use check::{Finding, FindingKind, Report, Verdict};
pub(crate) use diagram::{Answer, Cell};
pub use dispatched::DispatchRule;
pub use law::{Law, Refusal};
pub use measure::{Cause, Denominator, Excluded, Measure, Numerator, Undefined, WhenUndefined};
pub(crate) use needs::Needs;
pub use notice::{NoticeRules, Remedies};
pub use projects::{ProjectRules, ProjectSubject};
pub use select::{Considered, OtherCycle, Selection, WhyNot};
pub use semantics::Semantics;
pub use settlement::SettlementRules;
pub use table::{Condition, Conflict, FloatTable, Row, RowResult};

use crate::amount::{Rate, RoundMode, Rounding};
use crate::calendar::{DateSpan, MonthSpan, NaiveDate};
use crate::citation::{Basis, BasisId, Label};
use crate::document::Tree;
use crate::history::{AccountKind, Arrangement, Party};
use crate::industry::{ClassSystem, Industry, IndustryEdition, RiskClass};
use crate::ladder::GradeLadder;
use crate::parameters::{IndustryClasses, Parameters};

/// Area and version: what a rule set is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleSetId {
    /// Pooling area, or `cn` for a national frame.
    pub area: String,
    /// Version within the area.
    pub version: String,
}

impl fmt::Display for RuleSetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.area, self.version)
    }
}

/// What a rule-set file claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// A national frame that methods extend; decides nothing by itself.
    Frame,
    /// A method in usable form.
    Method,
    /// A method exactly as its document says it, holes included; never decides.
    AsPublished,
}

/// Class system and classes fixed by kind of account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassRules {
    /// Three or eight classes.
    pub system: ClassSystem,
    /// Editions of the industry classification the method reads.
    pub editions: Vec<IndustryEdition>,
    /// Kinds of account whose class is fixed.
    pub fixed: Vec<(AccountKind, RiskClass)>,
    /// How a dispatching account comes to a class, where the method goes by its workers.
    pub dispatch: Option<DispatchRule>,
    /// Basis.
    pub basis: BasisId,
}

impl ClassRules {
    /// The class an industry code leads to, where the method reads the edition it is of.
    pub fn proposed<'p>(
        &self,
        industry: Industry,
        parameters: &'p Parameters,
    ) -> Option<(RiskClass, &'p IndustryClasses)> {
        let read = self.editions.contains(&industry.edition());
        parameters.proposed_class(industry, self.system).filter(|_| read)
    }
}

/// An annual setting inside a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// First day.
    pub from: NaiveDate,
    /// Window of accounts whose window fills inside the cycle.
    pub filled_window: Option<MonthSpan>,
}

/// A float cycle: windows, rate period, settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "浮动周期")]
pub struct Cycle {
    /// Name of the cycle.
    pub id: String,
    /// Days its rates hold.
    pub rate_period: DateSpan,
    /// This window, then the earlier ones, newest first.
    pub windows: Vec<MonthSpan>,
    /// Annual settings, in order; at least one, the first on the first day of the rate period.
    pub settings: Vec<Setting>,
    /// What happens past the end that the cycle was given at first; its days are the last of the settings.
    pub prolonged: Option<Prolonged>,
    /// How this cycle goes from the last rate to one that is decided late, where it has a way of its own.
    pub settlement: Option<SettlementRules>,
    /// No rate of the cycle is above the last one before it (只降不升, 费率就低); what that rests on.
    pub not_above_last: Option<BasisId>,
    /// Basis.
    pub basis: BasisId,
}

/// The days added to a cycle after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "延期")]
pub struct Prolonged {
    /// First day after the end the cycle was given at first.
    pub from: NaiveDate,
    /// The float expires then and everybody pays the base rate; else the grades of the cycle are carried on.
    pub at_base_rate: bool,
    /// Basis.
    pub basis: BasisId,
}

/// Where somebody who is not measured ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unmeasured {
    /// The base rate of the class.
    BaseRate,
    /// The last rate charged.
    LastRate,
}

/// How covered months are counted for a minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CountedMonths {
    /// From the first month ever insured to the end of the window.
    ToWindowEnd,
    /// Inside the window.
    InWindow,
}

/// The rule for employers first insured too recently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstInsured {
    /// Fewer covered months than this.
    pub covered_months_under: i32,
    /// How they are counted.
    pub counted: CountedMonths,
    /// What follows.
    pub then: Unmeasured,
}

/// The rule for employers that returned and cover too little of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returning {
    /// Fewer covered months in the window than this.
    pub covered_months_under: i32,
    /// What follows; `None` measures the months covered.
    pub then: Option<Unmeasured>,
}

/// Who floats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participation {
    /// Kinds of account that float.
    pub kinds: Vec<AccountKind>,
    /// Classes that float, by class index.
    pub classes: Vec<bool>,
    /// Kinds of account of which other classes float.
    pub classes_of: Vec<(AccountKind, Vec<bool>)>,
    /// What the others get.
    pub others: Unmeasured,
    /// First insured too recently.
    pub first_insured: FirstInsured,
    /// Returned.
    pub returning: Returning,
    /// Basis.
    pub basis: BasisId,
}

impl Participation {
    /// Whether a class floats for a kind of account.
    pub fn floats(&self, kind: AccountKind, class: RiskClass) -> bool {
        let own = self.classes_of.iter().find(|(of, _)| *of == kind).map(|(_, classes)| classes);
        own.unwrap_or(&self.classes)[class.index()]
    }
}

/// How the grades of several tables become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Combine {
    /// Their shifts are added and held at the ladder's ends.
    Sum,
    /// The highest counts.
    Highest,
}

/// How far a grade may move at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxMove {
    /// Steps.
    pub grades: i8,
    /// Counted from.
    pub from: Reference,
}

/// An absolute cap on the rate, for some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateCap {
    /// First day, or from the beginning.
    pub from: Option<NaiveDate>,
    /// Last day, or open.
    pub to: Option<NaiveDate>,
    /// Highest rate.
    pub max: Rate,
}

/// Limits of the float.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest move.
    pub max_move: MaxMove,
    /// Largest fall from the last grade at a time, where coming down goes step by step.
    pub max_fall: Option<i8>,
    /// Absolute caps.
    pub rate_cap: Vec<RateCap>,
    /// Absolute floors by class.
    pub rate_floor: Vec<(RiskClass, Rate)>,
    /// Basis.
    pub basis: BasisId,
}

/// The floor after the float.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// Whether the base rate of class 1 is the floor; there is none else.
    pub class_one_base: bool,
    /// Classes it holds for, by class index.
    pub classes: Vec<bool>,
    /// Basis.
    pub basis: BasisId,
}

/// Where rates and premiums are rounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundingRules {
    /// Of the rate; `None` keeps it exact.
    pub rate: Option<Rounding>,
    /// Of the premium, to whole fen.
    pub premium: RoundMode,
    /// Basis.
    pub basis: BasisId,
}

/// Who bears a claim with several accounts in it: its persons and payments are counted there, and there only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attribution {
    /// Of a dispatched worker.
    pub dispatch: Party,
    /// Of a worker lent to another unit.
    pub secondment: Party,
    /// Of somebody hurt while working for another unit.
    pub several_jobs: Party,
    /// Of a disease found after leaving.
    pub disease_after_leaving: Party,
    /// Basis.
    pub basis: BasisId,
}

impl Attribution {
    /// Who bears a claim of an arrangement.
    pub const fn of(&self, arrangement: Arrangement) -> Party {
        match arrangement {
            Arrangement::Dispatch => self.dispatch,
            Arrangement::Secondment => self.secondment,
            Arrangement::SeveralJobs => self.several_jobs,
            Arrangement::DiseaseAfterLeaving => self.disease_after_leaving,
        }
    }
}

/// What a change of class inside a setting does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClassChange {
    /// The grade stays, on the new base rate.
    KeepGrade,
    /// The base rate of the new class.
    Reset,
    /// The old class stays to the end of the setting.
    NextFiling,
}

/// Changes inside a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Class.
    pub class_change: ClassChange,
    /// Whether an account whose window fills inside the cycle floats at the next annual setting.
    pub float_when_filled: bool,
    /// Whether the facts of a merged, transferred or re-registered predecessor are added.
    pub merger_adds: bool,
    /// Whether a share of the facts of the account split from is added.
    pub split_adds_share: bool,
    /// Basis.
    pub basis: BasisId,
}

/// A method in one version, resolved with everything it extends, and checked.
///
/// Made by [`RuleSetFile::check`](crate::input::RuleSetFile::check) only, so a value of this type has passed the
/// checker: every combination of facts has exactly one answer, or falls into a cell the file marks as not seen.
#[derive(Clone, Debug)]
pub struct RuleSet {
    pub(crate) id: RuleSetId,
    pub(crate) form: Form,
    pub(crate) name: Label,
    pub(crate) in_force: DateSpan,
    pub(crate) basis: BasisId,
    pub(crate) bases: Vec<Basis>,
    pub(crate) classes: ClassRules,
    pub(crate) cycles: Vec<Cycle>,
    pub(crate) participation: Option<Participation>,
    pub(crate) attribution: Option<Attribution>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) tables: Vec<FloatTable>,
    pub(crate) combine: Combine,
    pub(crate) combine_basis: BasisId,
    pub(crate) adjustments: Vec<Adjustment>,
    pub(crate) ladder: GradeLadder,
    pub(crate) limits: Limits,
    pub(crate) floor: Floor,
    pub(crate) rounding: RoundingRules,
    pub(crate) changes: Option<Changes>,
    pub(crate) settlement: Option<SettlementRules>,
    pub(crate) notice: Option<NoticeRules>,
    pub(crate) remedies: Option<Remedies>,
    pub(crate) projects: Option<ProjectRules>,
    pub(crate) tree: Arc<Tree>,
    pub(crate) digest: String,
}

impl RuleSet {
    /// Area and version.
    pub const fn id(&self) -> &RuleSetId {
        &self.id
    }

    /// What the file claims to be.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// How a premium is rounded to whole fen.
    pub const fn premium_rounding(&self) -> RoundMode {
        self.rounding.premium
    }

    /// Name of the method.
    pub const fn name(&self) -> &Label {
        &self.name
    }

    /// Days the method is in force.
    pub const fn in_force(&self) -> &DateSpan {
        &self.in_force
    }

    /// SHA-256, in hexadecimal, of the canonical resolved form: what names this exact law.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Its cycles, in order.
    pub fn cycles(&self) -> &[Cycle] {
        &self.cycles
    }

    /// Its measures.
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// Its float tables.
    pub fn tables(&self) -> &[FloatTable] {
        &self.tables
    }

    /// Its adjustments, in the order they apply.
    pub fn adjustments(&self) -> &[Adjustment] {
        &self.adjustments
    }

    /// Its ladder.
    pub const fn ladder(&self) -> &GradeLadder {
        &self.ladder
    }

    /// Its limits.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Classes, system and fixed ones.
    pub const fn classes(&self) -> &ClassRules {
        &self.classes
    }

    /// How the method goes from the last rate to one that is decided late; `None` where the file says nothing.
    pub const fn settlement(&self) -> Option<&SettlementRules> {
        self.settlement.as_ref()
    }

    /// How employers are told and may object; `None` where the file says nothing.
    pub const fn notice(&self) -> Option<&NoticeRules> {
        self.notice.as_ref()
    }

    /// What the law gives an employer beyond the method; `None` where the file says nothing.
    pub const fn remedies(&self) -> Option<&Remedies> {
        self.remedies.as_ref()
    }

    /// What the method says of projects; `None` where the file says nothing.
    pub const fn projects(&self) -> Option<&ProjectRules> {
        self.projects.as_ref()
    }

    /// Whether it is a method for projects, which floats them by the experience of a subject and decides no employer.
    pub fn is_for_projects(&self) -> bool {
        self.projects.is_some_and(|it| it.subject != ProjectSubject::None)
    }

    /// Every basis of the set.
    pub fn bases(&self) -> &[Basis] {
        &self.bases
    }

    /// One basis.
    pub fn basis(&self, id: BasisId) -> &Basis {
        // An id is only made by the reader of this very set, for a basis it has just stored.
        &self.bases[usize::from(id.0)]
    }

    /// Every citation of the set, once: document number or title, and place.
    pub fn citations(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<_> = self
            .bases
            .iter()
            .map(|basis| {
                let document = &basis.document;
                let number = if document.number.is_empty() { &document.title.zh } else { &document.number };
                (number.as_str(), basis.place.as_str())
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The measure of a name.
    pub fn measure(&self, name: &str) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.id == name)
    }
}
