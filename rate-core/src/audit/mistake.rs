//! The mistakes that a charged rate is held against, and the ways in which each of them can be made.

use crate::error::Lang;
use crate::history::{ClaimTag, InjuryArticle, words};
use crate::industry::{IndustryEdition, RiskClass};

words! {
    /// A mistake that follows from the rules of the float.
    pub enum Mistake {
        /// The class is not that of the real business.
        WrongClass = "wrong-class",
        /// The industry code was looked up in the annex of another edition.
        AnnexEdition = "annex-edition",
        /// The float was not run for this cycle.
        FloatNotRun = "float-not-run",
        /// The window lies a year beside that of the method.
        WindowShifted = "window-shifted",
        /// Cases were counted that the method leaves out.
        ExcludedCounted = "excluded-counted",
        /// Cases were left out that the method counts.
        CountedExcluded = "counted-excluded",
        /// An employer was floated that is too new for it.
        NewEmployerFloated = "new-employer-floated",
        /// The grade was applied to the last rate instead of the base rate.
        FloatedOnLastRate = "floated-on-last-rate",
        /// The base rate of class 1 was not kept as a floor.
        FloorNotApplied = "floor-not-applied",
        /// The phased cut was taken twice.
        CutStacked = "cut-stacked",
        /// The phased cut was forgotten.
        CutForgotten = "cut-forgotten",
        /// A class that is exempt from the phased cut was cut.
        ExemptClassCut = "exempt-class-cut",
        /// Halved or exempted premium was not restored in a measure, where the method restores it.
        ReliefNotRestored = "relief-not-restored",
        /// Halved or exempted premium was restored in a measure, where the method takes premium as paid.
        ReliefRestored = "relief-restored",
        /// Benefits were counted by the day of the injury.
        CountedByInjuryDay = "counted-by-injury-day",
        /// Premium was counted by the month it was received in.
        CountedByReceipt = "counted-by-receipt",
        /// The history of predecessors was lost.
        HistoryLost = "history-lost",
        /// The notice was missing or late: moves no rate, so no rate shows it.
        NoticeLate = "notice-late",
    }
}

impl Mistake {
    /// All mistakes, in the order in which they are tried and listed.
    pub const ALL: [Self; 18] = [
        Self::WrongClass,
        Self::AnnexEdition,
        Self::FloatNotRun,
        Self::WindowShifted,
        Self::ExcludedCounted,
        Self::CountedExcluded,
        Self::NewEmployerFloated,
        Self::FloatedOnLastRate,
        Self::FloorNotApplied,
        Self::CutStacked,
        Self::CutForgotten,
        Self::ExemptClassCut,
        Self::ReliefNotRestored,
        Self::ReliefRestored,
        Self::CountedByInjuryDay,
        Self::CountedByReceipt,
        Self::HistoryLost,
        Self::NoticeLate,
    ];

    /// The mistake in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::WrongClass => lang.pick("行业类别有误", "wrong industry class"),
            Self::AnnexEdition => lang.pick("行业分类版本混用", "edition of the industry annex mixed up"),
            Self::FloatNotRun => lang.pick("本周期未作浮动", "float not run for the cycle"),
            Self::WindowShifted => lang.pick("观察期错位一年", "window shifted by a year"),
            Self::ExcludedCounted => lang.pick("计入了应剔除的案件", "excluded cases counted"),
            Self::CountedExcluded => lang.pick("剔除了应计入的案件", "counted cases left out"),
            Self::NewEmployerFloated => lang.pick("新参保单位参加了浮动", "new employer floated"),
            Self::FloatedOnLastRate => {
                lang.pick("在上期费率而非基准费率上浮动", "float applied to the last rate instead of the base rate")
            }
            Self::FloorNotApplied => lang.pick("未执行一类基准费率下限", "floor of class 1 not applied"),
            Self::CutStacked => lang.pick("阶段性降费重复执行", "phased cut taken twice"),
            Self::CutForgotten => lang.pick("未执行阶段性降费", "phased cut forgotten"),
            Self::ExemptClassCut => lang.pick("不降费的类别被降费", "class exempt from the cut was cut"),
            Self::ReliefNotRestored => lang.pick("减免缴费未还原计入分母", "relieved premium not restored"),
            Self::ReliefRestored => {
                lang.pick("减免缴费被还原计入分母", "relieved premium restored where it counts as paid")
            }
            Self::CountedByInjuryDay => lang.pick("待遇按受伤日期计入", "benefits counted by the day of injury"),
            Self::CountedByReceipt => {
                lang.pick("缴费按到账月而非所属月计入", "premium counted by the month of receipt")
            }
            Self::HistoryLost => lang.pick("合并、承继前的记录丢失", "history of predecessors lost"),
            Self::NoticeLate => lang.pick("未告知或告知迟延", "notice missing or late"),
        }
    }
}

/// Some measures of a rule set, by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measures(u64);

impl Measures {
    /// The measures at some places; of a rule set with more than 64, the first 64 can be named.
    pub(super) fn at(places: impl IntoIterator<Item = usize>) -> Self {
        Self(places.into_iter().filter(|place| *place < 64).fold(0, |bits, place| bits | 1 << place))
    }

    /// Whether a measure is among them.
    pub const fn contains(self, place: usize) -> bool {
        place < 64 && self.0 >> place & 1 == 1
    }
}

/// One way of making a mistake: what exactly is other than the rules have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Another class.
    Class {
        /// Which.
        class: RiskClass,
        /// Also when the premium of the window is taken at the base rate; else from the first day of the rates on.
        always: bool,
    },
    /// The class that the same code has in another edition.
    Edition {
        /// Which.
        edition: IndustryEdition,
        /// As with [`Way::Class`].
        always: bool,
    },
    /// Not floated: the base rate.
    BaseRate,
    /// Not floated: the last rate before any cut, with the cut in force.
    LastRate,
    /// Not floated: the last rate exactly as it was charged.
    LastCharged,
    /// Not floated: the last grade, on the base rate in force.
    LastGrade,
    /// All windows moved by some months; negative is earlier.
    Window {
        /// Months.
        months: i32,
    },
    /// All excluded cases counted.
    CountAll {
        /// In which measures.
        measures: Measures,
    },
    /// Excluded cases of one article counted.
    CountArticle {
        /// The article.
        article: InjuryArticle,
        /// In which measures.
        measures: Measures,
    },
    /// Excluded cases with a tag counted.
    CountTag {
        /// The tag.
        tag: ClaimTag,
        /// In which measures.
        measures: Measures,
    },
    /// Cases counted whose recognition was revoked.
    CountRevoked,
    /// Cases of an article left out.
    LeaveOutArticle {
        /// The article.
        article: InjuryArticle,
        /// In which measures.
        measures: Measures,
    },
    /// Cases with a tag left out.
    LeaveOutTag {
        /// The tag.
        tag: ClaimTag,
        /// In which measures.
        measures: Measures,
    },
    /// Whoever is new floats.
    NewFloats,
    /// The grade multiplies the last rate before any cut.
    OnLastRate,
    /// The grade multiplies the last rate as it was charged.
    OnLastCharged,
    /// No floor, neither after the float nor after the cut.
    NoFloor,
    /// No floor after the float.
    NoFloorOfFloat,
    /// No floor after the cut.
    NoFloorOfCut,
    /// The cut twice.
    CutTwice,
    /// No cut.
    NoCut,
    /// No class exempt.
    NobodyExempt,
    /// Premium as paid.
    AsPaid,
    /// Premium with what was relieved.
    Restored,
    /// Payments on the day of the injury.
    InjuryDay,
    /// Payments and cases on the day of the injury.
    InjuryDayOfCases,
    /// Premium on the day it was received.
    Receipt,
    /// No predecessors.
    Alone,
}

impl Way {
    /// The mistake it is a way of.
    pub const fn mistake(self) -> Mistake {
        match self {
            Self::Class { .. } => Mistake::WrongClass,
            Self::Edition { .. } => Mistake::AnnexEdition,
            Self::BaseRate | Self::LastRate | Self::LastCharged | Self::LastGrade => Mistake::FloatNotRun,
            Self::Window { .. } => Mistake::WindowShifted,
            Self::CountAll { .. } | Self::CountArticle { .. } | Self::CountTag { .. } | Self::CountRevoked => {
                Mistake::ExcludedCounted
            }
            Self::LeaveOutArticle { .. } | Self::LeaveOutTag { .. } => Mistake::CountedExcluded,
            Self::NewFloats => Mistake::NewEmployerFloated,
            Self::OnLastRate | Self::OnLastCharged => Mistake::FloatedOnLastRate,
            Self::NoFloor | Self::NoFloorOfFloat | Self::NoFloorOfCut => Mistake::FloorNotApplied,
            Self::CutTwice => Mistake::CutStacked,
            Self::NoCut => Mistake::CutForgotten,
            Self::NobodyExempt => Mistake::ExemptClassCut,
            Self::AsPaid => Mistake::ReliefNotRestored,
            Self::Restored => Mistake::ReliefRestored,
            Self::InjuryDay | Self::InjuryDayOfCases => Mistake::CountedByInjuryDay,
            Self::Receipt => Mistake::CountedByReceipt,
            Self::Alone => Mistake::HistoryLost,
        }
    }

    /// The measures it is about, where it may be about some only.
    pub const fn measures(self) -> Option<Measures> {
        match self {
            Self::CountAll { measures }
            | Self::CountArticle { measures, .. }
            | Self::CountTag { measures, .. }
            | Self::LeaveOutArticle { measures, .. }
            | Self::LeaveOutTag { measures, .. } => Some(measures),
            Self::Class { .. }
            | Self::Edition { .. }
            | Self::BaseRate
            | Self::LastRate
            | Self::LastCharged
            | Self::LastGrade
            | Self::Window { .. }
            | Self::CountRevoked
            | Self::NewFloats
            | Self::OnLastRate
            | Self::OnLastCharged
            | Self::NoFloor
            | Self::NoFloorOfFloat
            | Self::NoFloorOfCut
            | Self::CutTwice
            | Self::NoCut
            | Self::NobodyExempt
            | Self::AsPaid
            | Self::Restored
            | Self::InjuryDay
            | Self::InjuryDayOfCases
            | Self::Receipt
            | Self::Alone => None,
        }
    }

    /// The way in words, without the mistake and without the measure it is confined to; empty where there is nothing
    /// to add.
    pub fn text(self, lang: Lang) -> String {
        let both = |zh: String, en: String| match lang {
            Lang::Zh => zh,
            Lang::En => en,
        };
        let since = |always: bool| match (always, lang) {
            (true, _) => "",
            (false, Lang::Zh) => "（自执行期起）",
            (false, Lang::En) => ", from the first day of the rates on",
        };
        match self {
            Self::Class { class, always } => {
                let since = since(always);
                both(format!("按第 {class} 类{since}"), format!("taken as class {class}{since}"))
            }
            Self::Edition { edition, always } => {
                let (edition, since) = (edition.as_str(), since(always));
                both(format!("代码按 {edition} 查类别{since}"), format!("the code read as {edition}{since}"))
            }
            Self::BaseRate => lang.pick("按基准费率", "the base rate").to_owned(),
            Self::LastRate => {
                lang.pick("沿用上期降费前费率", "the last rate before any cut, with the cut in force").to_owned()
            }
            Self::LastCharged => lang.pick("照上期实收费率", "the last rate as it was charged").to_owned(),
            Self::LastGrade => lang.pick("沿用上期档次", "the last grade on the base rate in force").to_owned(),
            Self::Window { months } if months < 0 => lang.pick("早一年", "a year early").to_owned(),
            Self::Window { .. } => lang.pick("晚一年", "a year late").to_owned(),
            Self::CountAll { .. } => lang.pick("全部应剔除案件", "all that are excluded").to_owned(),
            Self::CountArticle { article, .. } | Self::LeaveOutArticle { article, .. } => article.as_str().to_owned(),
            Self::CountTag { tag, .. } | Self::LeaveOutTag { tag, .. } => tag.as_str().to_owned(),
            Self::CountRevoked => lang.pick("已撤销认定的案件", "cases whose recognition was revoked").to_owned(),
            Self::OnLastRate => lang.pick("降费前的上期费率", "the last rate before any cut").to_owned(),
            Self::OnLastCharged => lang.pick("上期实收费率", "the last rate as it was charged").to_owned(),
            Self::NoFloorOfFloat => lang.pick("浮动后", "after the float").to_owned(),
            Self::NoFloorOfCut => lang.pick("降费后", "after the cut").to_owned(),
            Self::InjuryDayOfCases => lang.pick("案件亦按受伤日期", "and cases too").to_owned(),
            Self::NewFloats
            | Self::NoFloor
            | Self::CutTwice
            | Self::NoCut
            | Self::NobodyExempt
            | Self::AsPaid
            | Self::Restored
            | Self::InjuryDay
            | Self::Receipt
            | Self::Alone => String::new(),
        }
    }
}
