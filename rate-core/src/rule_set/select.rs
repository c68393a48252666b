//! Which rule set decides on a day, and why the others do not.

use super::{Form, RuleSet, RuleSetId};
use crate::calendar::NaiveDate;
use crate::error::Lang;

/// Why a rule set was not chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhyNot {
    /// It is for another area.
    OtherArea,
    /// A frame, or a text as published: decides nothing.
    DecidesNothing,
    /// In force only later.
    NotYet,
    /// No longer in force.
    NoLonger,
    /// Lists no cycle whose rate period holds the day.
    NoCycle,
    /// A later version is in force on the same day.
    Older,
    /// It may be tried only, and another one is published.
    OnTrial,
    /// The checker refuses it.
    Refused,
    /// It floats projects, and decides no employer.
    ForProjects,
    /// It decides employers, and floats no projects.
    ForEmployers,
}

impl WhyNot {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::OtherArea,
        Self::DecidesNothing,
        Self::NotYet,
        Self::NoLonger,
        Self::NoCycle,
        Self::Older,
        Self::Refused,
        Self::ForProjects,
        Self::ForEmployers,
    ];

    /// The reason in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::OtherArea => lang.pick("其他统筹地区", "for another pooling area"),
            Self::DecidesNothing => {
                lang.pick("国家框架或原文形式，不定费率", "a frame or a text as published decides nothing")
            }
            Self::NotYet => lang.pick("尚未施行", "not yet in force"),
            Self::NoLonger => lang.pick("已失效", "no longer in force"),
            Self::NoCycle => lang.pick("未列出当日所在的周期", "lists no cycle for the day"),
            Self::OnTrial => lang.pick("仅供试行，已有正式发布的", "on trial only, and another one is published"),
            Self::Refused => lang.pick("校验不通过", "the checker refuses it"),
            Self::ForProjects => lang.pick("工程项目的办法，不定单位费率", "a method for projects decides no employer"),
            Self::ForEmployers => lang.pick("单位的办法，不浮动工程项目", "a method for employers floats no projects"),
            Self::Older => lang.pick("同日有更新的版本", "a later version is in force on the same day"),
        }
    }
}

/// A rule set that was looked at, and why it lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Considered {
    /// The rule set.
    pub id: RuleSetId,
    /// Why it was not chosen; `None` for the one that was.
    pub why_not: Option<WhyNot>,
}

/// A cycle of the chosen set that does not hold the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherCycle {
    /// Its name.
    pub id: String,
    /// It begins later; else it has ended.
    pub later: bool,
}

impl RuleSet {
    /// The cycles that do not hold a day, and why.
    pub fn other_cycles(&self, on: NaiveDate) -> Vec<OtherCycle> {
        let others = self.cycles.iter().filter(|cycle| !cycle.rate_period.contains(on));
        others.map(|cycle| OtherCycle { id: cycle.id.clone(), later: on < cycle.rate_period.from() }).collect()
    }
}

/// The choice, with everything it was made among.
#[derive(Clone, Debug)]
pub struct Selection<'s> {
    /// The rule set chosen, if any.
    pub chosen: Option<&'s RuleSet>,
    /// All that were looked at, in the order given.
    pub considered: Vec<Considered>,
}

impl<'s> Selection<'s> {
    /// Chooses the rule set that decides an area's rates on a day: in force, with a cycle listed for the day; among
    /// several the one in force from the latest day.
    ///
    /// The method in force on the first day of the cycle's rate period counts as in force for all of it where a cycle
    /// lists the day, so a method that ends inside a cycle still carries that cycle.
    pub fn among(sets: &'s [RuleSet], area: &str, on: NaiveDate) -> Self {
        Self::of(sets, area, on, false)
    }

    /// The same among the methods that float projects.
    pub fn for_projects(sets: &'s [RuleSet], area: &str, on: NaiveDate) -> Self {
        Self::of(sets, area, on, true)
    }

    fn of(sets: &'s [RuleSet], area: &str, on: NaiveDate, projects: bool) -> Self {
        let why_not = |set: &RuleSet| {
            let listed = set.cycles.iter().any(|cycle| cycle.rate_period.contains(on));
            match () {
                () if set.form != Form::Method => Some(WhyNot::DecidesNothing),
                () if set.id.area != area => Some(WhyNot::OtherArea),
                () if set.is_for_projects() && !projects => Some(WhyNot::ForProjects),
                () if projects && !set.is_for_projects() => Some(WhyNot::ForEmployers),
                () if listed => None,
                () if on < set.in_force.from() => Some(WhyNot::NotYet),
                () if on > set.in_force.last() => Some(WhyNot::NoLonger),
                () => Some(WhyNot::NoCycle),
            }
        };
        let mut considered: Vec<Considered> =
            sets.iter().map(|set| Considered { id: set.id.clone(), why_not: why_not(set) }).collect();
        let fits = sets.iter().zip(&considered).filter(|(_, it)| it.why_not.is_none()).map(|(set, _)| set);
        let chosen = fits.max_by(|one, two| (one.in_force.from(), &one.id).cmp(&(two.in_force.from(), &two.id)));
        for it in &mut considered {
            if it.why_not.is_none() && chosen.is_none_or(|chosen| chosen.id != it.id) {
                it.why_not = Some(WhyNot::Older);
            }
        }
        Self { chosen, considered }
    }
}
