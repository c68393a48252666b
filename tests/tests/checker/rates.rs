//! Rates computed again, in whole numbers, for methods under the national frame of eight classes: base × factor, not below
//! the class-1 base rate for classes 2 to 8, then the phased cut; nothing is rounded.

use rate_core::decision::RateStart;
use rate_core::parameters::PhasedCut;
use rate_core::{Decision, History, NaiveDate, RiskClass, Segment};
use rust_decimal::Decimal;

/// A percentage, in units of 10^-24 of a per cent.
pub(crate) type Fine = i128;

const DIGITS: u32 = 24;

fn fine(percent: Decimal) -> Fine {
    percent.mantissa() * 10_i128.pow(DIGITS - percent.scale())
}

/// A part of a rate, the part given in per cent with at most six decimals.
fn part(rate: Fine, percent: Decimal) -> Fine {
    let product = rate * (fine(percent) / 10_i128.pow(DIGITS - 6));
    assert_eq!(product % 100_000_000, 0, "no digit is lost");
    product / 100_000_000
}

/// What one segment should come to.
pub(crate) struct Expected {
    pub(crate) before_cut: Fine,
    pub(crate) rate: Fine,
    /// The lowest rate that may be charged, where there is one.
    pub(crate) lowest: Option<Fine>,
}

pub(crate) struct Pricing<'d> {
    pub(crate) decision: &'d Decision,
    pub(crate) history: &'d History,
}

impl Pricing<'_> {
    /// The base rate of the vector that fits best, else the one last charged in the class.
    fn base(&self, class: RiskClass, day: NaiveDate) -> Option<Fine> {
        let (sub_area, kind) = (self.history.sub_area(), self.history.kind());
        let vectors = self.decision.law().parameters().vectors().iter();
        let mut fitting: Vec<_> = vectors
            .filter(|it| it.system == class.system() && it.days.contains(day))
            .filter(|it| it.sub_area.is_empty() || it.sub_area == sub_area)
            .filter(|it| it.kinds.is_empty() || it.kinds.contains(&kind))
            .collect();
        fitting.sort_by_key(|it| (it.kinds.is_empty(), it.sub_area.is_empty()));
        if let Some(vector) = fitting.first() {
            return Some(fine(vector.rates[usize::from(class.number()) - 1].percent()));
        }
        let first_day = self.decision.schedule().segments()[0].days.from();
        let last = self.history.rate_before(first_day).filter(|last| last.class == class);
        last.and_then(|last| last.base).map(|base| fine(base.percent()))
    }

    fn cut(&self, class: RiskClass, day: NaiveDate) -> Option<&PhasedCut> {
        let cuts = self.decision.law().parameters().cuts().iter();
        let fits = |it: &&PhasedCut| {
            let here = it.sub_area.is_empty() || it.sub_area == self.history.sub_area();
            here && it.days.contains(day) && !it.exempt.contains(&class.number())
        };
        let fitting: Vec<&PhasedCut> = cuts.filter(fits).collect();
        fitting.iter().find(|it| !it.sub_area.is_empty()).or_else(|| fitting.first()).copied()
    }

    pub(crate) fn expected(&self, segment: &Segment) -> Expected {
        let (class, day) = (segment.class, segment.days.from());
        let cut = self.cut(class, day);
        let kept = |rate: Fine, cut: &PhasedCut| part(rate, Decimal::ONE_HUNDRED - cut.cut.percent());
        let class_one = self.base(RiskClass::new(class.system(), 1).unwrap(), day);
        let floor = class_one.filter(|_| class.number() > 1);
        let start = |rate: Fine, floor: Option<Fine>| {
            let ladder = self.decision.law().rules().ladder();
            let factor =
                segment.grade.map_or(Decimal::ONE_HUNDRED, |grade| ladder.grade(grade).factor.unwrap().percent());
            let floated = part(rate, factor) + fine(self.decision.outcome().points);
            floated.max(0).max(floor.unwrap_or(0))
        };
        let floor_after = cut.filter(|cut| cut.floor_after && !cut.on_base).and(class_one);
        match self.decision.outcome().start {
            RateStart::Base => {
                let base = self.base(class, day).expect("a decided segment has a base rate");
                let before_cut = start(base, floor);
                let rate = match cut {
                    Some(cut) if cut.on_base => start(kept(base, cut), floor.map(|floor| kept(floor, cut))),
                    Some(cut) => kept(before_cut, cut).max(floor_after.unwrap_or(0)),
                    None => before_cut,
                };
                let lowest = match cut {
                    Some(cut) if cut.on_base => floor.map(|floor| kept(floor, cut)),
                    Some(_) => floor_after.filter(|_| class.number() > 1),
                    None => floor,
                };
                Expected { before_cut, rate, lowest }
            }
            RateStart::Held(rate) => {
                let before_cut = fine(rate.percent());
                let rate = cut.map_or(before_cut, |cut| kept(before_cut, cut).max(floor_after.unwrap_or(0)));
                Expected { before_cut, rate, lowest: None }
            }
            RateStart::Previous(_) => unreachable!("no method of eight classes multiplies the previous rate"),
        }
    }

    pub(crate) fn found(segment: &Segment) -> (Fine, Fine) {
        (fine(segment.before_cut.percent()), fine(segment.rate.percent()))
    }
}
