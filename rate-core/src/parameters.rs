//! Parameters: dated base vectors, phased cuts and statistics, each with its document.

pub mod other_base;
pub mod prevention;
pub mod project;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::amount::{Factor, Rate};
use crate::calendar::{self, DateSpan, NaiveDate};
use crate::citation::{Basis, BasisId, Label};
use crate::history::{AccountKind, EventKind, History, words};
use crate::industry::{ClassSystem, Industry, IndustryEdition, RiskClass};
use crate::interval::Interval;
use other_base::OtherBase;
use project::{LabourCostChoice, ProjectRates};

/// A base vector: one rate per class, for some days and accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "行业基准费率")]
pub struct BaseVector {
    /// Pooling area.
    pub area: String,
    /// Sub-area, any where empty.
    pub sub_area: String,
    /// Kinds of account, any where empty.
    pub kinds: Vec<AccountKind>,
    /// Only for accounts on which such an event stands that day, as an area lists firms with an occupational disease.
    pub listed: Option<EventKind>,
    /// Also for the areas inside: those whose code begins with the digits of this one.
    pub areas_inside: bool,
    /// Class system.
    pub system: ClassSystem,
    /// Days in force.
    pub days: DateSpan,
    /// Rates by class, class 1 first.
    pub rates: Vec<Rate>,
    /// Basis.
    pub basis: BasisId,
}

/// Months payable, found at a date: what a cut rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutFinding {
    /// Accumulated balance over average monthly expenditure.
    pub months_payable: Decimal,
    /// Day of the finding.
    pub at: NaiveDate,
}

/// A phased cut (阶段性降低费率).
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "阶段性降低费率")]
pub struct PhasedCut {
    /// Pooling area.
    pub area: String,
    /// Sub-area, any where empty.
    pub sub_area: String,
    /// Also for the areas inside: those whose code begins with the digits of this one.
    pub areas_inside: bool,
    /// The base rate is cut and the float multiplies it; else the floated rate is cut.
    pub on_base: bool,
    /// Days.
    pub days: DateSpan,
    /// Part cut.
    pub cut: Factor,
    /// Classes that are not cut, by number.
    pub exempt: Vec<u8>,
    /// The class-1 base rate in force that day is a floor after the cut.
    pub floor_after: bool,
    /// What it rests on.
    pub finding: Option<CutFinding>,
    /// Basis.
    pub basis: BasisId,
}

/// National bands: months payable to cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutBands {
    /// Bands in order, with their cut.
    pub bands: Vec<(Interval, Factor)>,
    /// Basis.
    pub basis: BasisId,
}

/// A published average by industry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistic {
    /// Pooling area.
    pub area: String,
    /// Name rule sets refer to.
    pub id: String,
    /// Year of the average.
    pub year: i32,
    /// Edition of the industry codes.
    pub edition: IndustryEdition,
    /// Averages in millionths, by code of two to four digits.
    pub values: BTreeMap<String, i64>,
    /// Basis.
    pub basis: BasisId,
}

words! {
    /// How sure the class of an industry code is.
    pub enum ClassStatus {
        /// It stands in the annex.
        Published = "published",
        /// It was carried over to a later edition by name.
        Carried = "carried",
        /// It is a judgement: the later edition has no single industry of that name.
        Judgement = "judgement",
    }
}

/// The classes of industry codes, as an annex ranks them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndustryClasses {
    /// Edition of the codes.
    pub edition: IndustryEdition,
    /// How sure they are.
    pub status: ClassStatus,
    /// Classes by code of two to four digits.
    pub classes: BTreeMap<String, RiskClass>,
    /// Basis.
    pub basis: BasisId,
}

/// The days off and the make-up working days of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "节假日安排")]
pub struct Holidays {
    /// Pooling area, or `cn`.
    pub area: String,
    /// The year.
    pub year: i32,
    /// Days off, weekends inside them included.
    pub off: Vec<DateSpan>,
    /// Days of a weekend that are worked.
    pub worked: Vec<NaiveDate>,
    /// Basis.
    pub basis: BasisId,
}

/// A parameter document that was read: what a decision pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterDocument {
    /// Pooling area, or `cn`.
    pub area: String,
    /// Name.
    pub name: Label,
    /// SHA-256, in hexadecimal, of its canonical form.
    pub digest: String,
    /// The canonical form: JSON that `ParametersFile` reads again; of averages in a book, lines that the book gives again.
    pub text: String,
}

/// Whether an area lies inside another: the two digits of its province, or four of its prefecture, are the same.
fn lies_inside(area: &str, around: &str) -> bool {
    // A province ends in four zeros, a prefecture in two.
    let digits = around.trim_end_matches("00");
    around.len() == 6 && digits.len() < 6 && area != around && area.starts_with(digits)
}

/// All parameters at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    pub(crate) documents: Vec<ParameterDocument>,
    pub(crate) bases: Vec<Basis>,
    pub(crate) vectors: Vec<BaseVector>,
    pub(crate) cuts: Vec<PhasedCut>,
    pub(crate) bands: Vec<CutBands>,
    pub(crate) statistics: Vec<Statistic>,
    pub(crate) industries: Vec<IndustryClasses>,
    pub(crate) holidays: Vec<Holidays>,
    pub(crate) project_rates: Vec<ProjectRates>,
    pub(crate) other_bases: Vec<OtherBase>,
}

impl Parameters {
    /// The documents read.
    pub fn documents(&self) -> &[ParameterDocument] {
        &self.documents
    }

    /// One basis.
    pub fn basis(&self, id: BasisId) -> &Basis {
        // An id is only made by the reader of these very documents, and moved with them by `merge`.
        &self.bases[usize::from(id.0)]
    }

    /// Every basis.
    pub fn bases(&self) -> &[Basis] {
        &self.bases
    }

    /// Base vectors.
    pub fn vectors(&self) -> &[BaseVector] {
        &self.vectors
    }

    /// Phased cuts.
    pub fn cuts(&self) -> &[PhasedCut] {
        &self.cuts
    }

    /// National bands of months payable.
    pub fn bands(&self) -> &[CutBands] {
        &self.bands
    }

    /// Statistics.
    pub fn statistics(&self) -> &[Statistic] {
        &self.statistics
    }

    /// Tables of holidays.
    pub fn holidays(&self) -> &[Holidays] {
        &self.holidays
    }

    /// Whether a day is worked; `None` where no table of holidays of its year is at hand.
    pub fn is_working_day(&self, day: NaiveDate) -> Option<bool> {
        if !self.holidays.iter().any(|it| it.year == calendar::year_of(day)) {
            return None;
        }
        // A break across the turn of the year stands in the table of either year.
        let off = self.holidays.iter().any(|it| it.off.iter().any(|span| span.contains(day)));
        let worked = self.holidays.iter().any(|it| it.worked.contains(&day));
        Some(!off && (worked || !calendar::is_weekend(day)))
    }

    /// The parameters of one area, and of the nation.
    #[must_use]
    pub fn of_area(&self, area: &str) -> Self {
        let here = |of: &str| of == area || of == "cn";
        let lies_here = |of: &str, inside: bool| here(of) || (inside && lies_inside(area, of));
        Self {
            documents: self.documents.iter().filter(|it| here(&it.area)).cloned().collect(),
            bases: self.bases.clone(),
            vectors: self.vectors.iter().filter(|it| lies_here(&it.area, it.areas_inside)).cloned().collect(),
            cuts: self.cuts.iter().filter(|it| lies_here(&it.area, it.areas_inside)).cloned().collect(),
            bands: self.bands.clone(),
            statistics: self.statistics.iter().filter(|it| here(&it.area)).cloned().collect(),
            industries: self.industries.clone(),
            holidays: self.holidays.iter().filter(|it| here(&it.area)).cloned().collect(),
            project_rates: self
                .project_rates
                .iter()
                .filter(|it| lies_here(&it.area, it.areas_inside))
                .cloned()
                .collect(),
            other_bases: self.other_bases.iter().filter(|it| lies_here(&it.area, it.areas_inside)).cloned().collect(),
        }
    }

    /// Adds the parameters of another document.
    pub fn merge(&mut self, other: Self) {
        let offset = u16::try_from(self.bases.len()).unwrap_or(u16::MAX);
        let moved = |basis: BasisId| BasisId(basis.0.saturating_add(offset));
        self.documents.extend(other.documents);
        self.bases.extend(other.bases);
        self.vectors.extend(other.vectors.into_iter().map(|it| BaseVector { basis: moved(it.basis), ..it }));
        self.cuts.extend(other.cuts.into_iter().map(|it| PhasedCut { basis: moved(it.basis), ..it }));
        self.bands.extend(other.bands.into_iter().map(|it| CutBands { basis: moved(it.basis), ..it }));
        self.statistics.extend(other.statistics.into_iter().map(|it| Statistic { basis: moved(it.basis), ..it }));
        self.industries.extend(other.industries.into_iter().map(|it| IndustryClasses { basis: moved(it.basis), ..it }));
        self.holidays.extend(other.holidays.into_iter().map(|it| Holidays { basis: moved(it.basis), ..it }));
        self.other_bases.extend(other.other_bases.into_iter().map(|it| OtherBase { basis: moved(it.basis), ..it }));
        self.project_rates.extend(other.project_rates.into_iter().map(|it| {
            let choice = it.labour_cost.map(|choice| LabourCostChoice { basis: moved(choice.basis), ..choice });
            ProjectRates { basis: moved(it.basis), labour_cost: choice, ..it }
        }));
    }

    /// The base vector for an account on a day: the most special one that fits; one for firms that are listed goes
    /// before one for a kind of account, that before one for a sub-area, that before one of the area around.
    pub fn vector(&self, history: &History, system: ClassSystem, date: NaiveDate) -> Option<&BaseVector> {
        let listed = |kind| history.events().iter().any(|event| event.kind == kind && event.days.contains(date));
        let fits = |vector: &&BaseVector| {
            vector.system == system
                && vector.days.contains(date)
                && (vector.sub_area.is_empty() || vector.sub_area == history.sub_area())
                && (vector.kinds.is_empty() || vector.kinds.contains(&history.kind()))
                && vector.listed.is_none_or(listed)
        };
        let rank = |vector: &&BaseVector| {
            let own = vector.area == history.key().area;
            (vector.listed.is_some(), !vector.kinds.is_empty(), !vector.sub_area.is_empty(), own)
        };
        self.vectors.iter().filter(fits).max_by_key(rank)
    }

    /// The days on which the base rate of an account may change since it is listed, or is no longer.
    pub(crate) fn listing_days(&self, history: &History) -> Vec<NaiveDate> {
        let listed = |kind| self.vectors.iter().any(|vector| vector.listed == Some(kind));
        let spans = history.events().iter().filter(|event| listed(event.kind)).map(|event| event.days);
        spans.flat_map(|span| [Some(span.from()), span.to().map(calendar::day_after)]).flatten().collect()
    }

    /// The phased cut for an account on a day, its class not exempt: that of its sub-area, else of its area, else of
    /// the area around. Cuts are not added up.
    pub fn cut(&self, history: &History, class: RiskClass, date: NaiveDate) -> Option<&PhasedCut> {
        let fits = |cut: &&PhasedCut| {
            cut.days.contains(date) && (cut.sub_area.is_empty() || cut.sub_area == history.sub_area())
        };
        // A class exempt from the cut of its sub-area is not cut by that of the area either.
        let rank = |cut: &&PhasedCut| (!cut.sub_area.is_empty(), cut.area == history.key().area);
        let special = self.cuts.iter().filter(fits).max_by_key(rank);
        special.filter(|cut| !cut.exempt.contains(&class.number()))
    }

    /// The industry's average of a statistic: the last published year not after `year`, by the longest code that fits.
    pub fn average(&self, id: &str, industry: Industry, year: i32) -> Option<(i64, &Statistic)> {
        let fits = |it: &&Statistic| it.id == id && it.edition == industry.edition() && it.year <= year;
        let newest = self.statistics.iter().filter(fits).map(|it| it.year).max()?;
        let of_year = || self.statistics.iter().filter(fits).filter(|it| it.year == newest);
        let code = industry.code();
        // The averages of a year may stand in several documents.
        (2..=code.len()).rev().find_map(|length| {
            let prefix = code.get(..length)?;
            of_year().find_map(|it| it.values.get(prefix).map(|value| (*value, it)))
        })
    }

    /// The class an industry code leads to: a proposal for accounts whose class nobody has determined.
    pub fn proposed_class(&self, industry: Industry, system: ClassSystem) -> Option<(RiskClass, &IndustryClasses)> {
        let code = industry.code();
        let lists = || self.industries.iter().filter(|it| it.edition == industry.edition());
        (2..=code.len()).rev().find_map(|length| {
            let prefix = code.get(..length)?;
            lists().find_map(|list| {
                list.classes.get(prefix).filter(|class| class.system() == system).map(|class| (*class, list))
            })
        })
    }

    /// Classes of industry codes.
    pub fn industries(&self) -> &[IndustryClasses] {
        &self.industries
    }

    /// The first days of all spans of vectors and cuts, and the days after their last: where rates may change.
    pub(crate) fn change_days(&self) -> Vec<NaiveDate> {
        let spans = self.vectors.iter().map(|it| it.days).chain(self.cuts.iter().map(|it| it.days));
        let mut days: Vec<NaiveDate> =
            spans.flat_map(|span| [Some(span.from()), span.to().map(calendar::day_after)]).flatten().collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}
