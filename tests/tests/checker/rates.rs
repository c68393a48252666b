//! Rates computed again, in whole numbers, from the trees of the rule-set files: base (or previous rate) moved by the grade,
//! floor, the method's own floors and caps, rounding, and the phased cut with its floor.

use std::collections::BTreeMap;

use rate_core::decision::RateStart;
use rate_core::history::{ChargedRate, Event, Succession, SuccessionKind};
use rate_core::parameters::PhasedCut;
use rate_core::rule_set::{ActsOn, Effect};
use rate_core::{Decision, History, Month, NaiveDate, Origin, RiskClass, Segment, date};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::law::LawFile;

/// A percentage, in units of 10^-24 of a per cent.
pub(crate) type Fine = i128;

const DIGITS: u32 = 24;

fn fine(percent: Decimal) -> Fine {
    percent.mantissa() * 10_i128.pow(DIGITS - percent.scale())
}

/// A number of a file, as `0.6%` or `-0.5pp`.
fn printed(value: &Json) -> Fine {
    let text = value.as_str().unwrap();
    let number = text.trim_end_matches('%').trim_end_matches("pp");
    fine(number.parse().unwrap_or_else(|error| panic!("{text}: {error}")))
}

/// A part of a rate, the part given with at most six decimals of a per cent.
fn part(rate: Fine, percent: Fine) -> Fine {
    let product = rate * (percent / 10_i128.pow(DIGITS - 6));
    assert_eq!(product % 100_000_000, 0, "no digit is lost");
    product / 100_000_000
}

/// What a file says on rates.
pub(crate) struct Terms {
    /// Lowest first.
    grades: Vec<Json>,
    base: usize,
    /// Classes that do not fall below the class-1 base rate.
    floored: Vec<u8>,
    limits: Json,
    /// Decimals of a per cent, and which way.
    rounding: Option<(u32, String)>,
    resets: bool,
}

/// A section of a file, its own or that of the set it extends.
fn section<'f>(file: &'f LawFile, all: &'f [LawFile], key: &str) -> &'f Json {
    let parent = || all.iter().find(|other| other.read.id().as_deref() == file.read.extends());
    file.tree.get(key).or_else(|| parent()?.tree.get(key)).unwrap_or_else(|| panic!("{}: [{key}]", file.name))
}

fn classes(text: &str) -> Vec<u8> {
    let number = |text: &str| text.trim().parse::<u8>().unwrap();
    let range = |part: &str| match part.split_once('-') {
        Some((first, last)) => number(first)..=number(last),
        None => number(part)..=number(part),
    };
    text.split(',').flat_map(range).collect()
}

impl Terms {
    fn of(file: &LawFile, all: &[LawFile]) -> Self {
        let (ladder, floor) = (section(file, all, "ladder"), section(file, all, "floor"));
        let rounding = &section(file, all, "rounding")["rate"];
        let grades = ladder["grades"].as_array().unwrap().clone();
        let is_base = |grade: &Json| match ladder["kind"].as_str() {
            Some("factor-of-previous-rate") => grade["factor"] == "100%",
            _ => grade["shift"] == 0,
        };
        Self {
            base: grades.iter().position(is_base).unwrap(),
            grades,
            floored: if floor["at"] == "none" { Vec::new() } else { classes(floor["classes"].as_str().unwrap()) },
            limits: section(file, all, "limits").clone(),
            rounding: rounding["digits"].as_u64().map(|it| (it as u32, rounding["mode"].as_str().unwrap().to_owned())),
            resets: section(file, all, "changes")["class_change"] == "reset",
        }
    }

    /// The terms of every set, by area and version.
    pub(crate) fn of_all(files: &[LawFile]) -> BTreeMap<String, Self> {
        let methods = files.iter().filter(|file| file.tree["form"] == "method");
        methods.filter_map(|file| Some((file.read.id()?, Self::of(file, files)))).collect()
    }

    fn moved(&self, rate: Fine, grade: Option<usize>) -> Fine {
        let Some(grade) = grade.map(|place| &self.grades[place]) else { return rate };
        match grade.get("points") {
            Some(points) => (rate + printed(points)).max(0),
            None => part(rate, printed(&grade["factor"])),
        }
    }

    /// Held by the method's own floors and caps.
    fn bounded(&self, rate: Fine, class: RiskClass, day: NaiveDate) -> Fine {
        let floor = self.limits["rate_floor"].get(class.number().to_string()).map_or(0, printed);
        rate.max(floor).min(self.cap(day))
    }

    /// The same, and rounded.
    fn held(&self, rate: Fine, class: RiskClass, day: NaiveDate) -> Fine {
        let held = self.bounded(rate, class, day);
        let Some((digits, mode)) = &self.rounding else { return held };
        let unit = 10_i128.pow(DIGITS - digits);
        let up = match mode.as_str() {
            "half-up" => unit / 2,
            "up" => unit - 1,
            _ => 0,
        };
        (held + up) / unit * unit
    }

    /// The cap in force on a day.
    fn cap(&self, day: NaiveDate) -> Fine {
        let bound = |cap: &Json, key: &str| cap.get(key).map(|text| date(text.as_str().unwrap()).unwrap());
        let in_force = |cap: &&Json| {
            bound(cap, "from").is_none_or(|from| from <= day) && bound(cap, "to").is_none_or(|to| day <= to)
        };
        let caps = self.limits["rate_cap"].as_array().into_iter().flatten().filter(in_force);
        caps.map(|cap| printed(&cap["max"])).min().unwrap_or(Fine::MAX)
    }
}

/// What one segment should come to.
pub(crate) struct Expected {
    pub(crate) before_cut: Fine,
    pub(crate) rate: Fine,
    /// The lowest rate that may be charged, where there is one.
    pub(crate) lowest: Option<Fine>,
}

pub(crate) struct Pricing<'d> {
    pub(crate) terms: &'d Terms,
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
        let last = self.last_rate().filter(|last| last.class == class);
        last.and_then(|last| last.base).map(|base| fine(base.percent()))
    }

    /// The last rate charged before the schedule, else that of the employer under its number before.
    fn last_rate(&self) -> Option<&ChargedRate> {
        let first_day = self.decision.schedule().segments()[0].days.from();
        let renamed = |it: &&Succession| {
            let kind = matches!(it.kind, SuccessionKind::ReRegistration | SuccessionKind::Transfer);
            kind && it.on <= first_day
        };
        let mut before = self.history.successions().iter().filter(renamed);
        self.history.rate_before(first_day).or_else(|| before.find_map(|it| it.predecessor.rate_before(first_day)))
    }

    fn cut(&self, class: RiskClass, day: NaiveDate) -> Option<&PhasedCut> {
        let cuts = self.decision.law().parameters().cuts().iter();
        let fits = |it: &&PhasedCut| {
            let here = it.sub_area.is_empty() || it.sub_area == self.history.sub_area();
            here && it.days.contains(day)
        };
        let fitting: Vec<&PhasedCut> = cuts.filter(fits).collect();
        // Whom the cut of a place spares, that of the area around it does not reach.
        let nearest = fitting.iter().find(|it| !it.sub_area.is_empty()).or_else(|| fitting.first()).copied();
        nearest.filter(|it| !it.exempt.contains(&class.number()))
    }

    /// Points from the month after something was filed, on its days, under whatever number the employer had.
    fn filed(&self, day: NaiveDate) -> Fine {
        fn any(history: &History, by: NaiveDate, asks: &dyn Fn(&Event) -> bool) -> bool {
            history.events().iter().any(asks) || history.continued(by).any(|it| any(&it.predecessor, by, asks))
        }
        let first_day = self.decision.schedule().segments()[0].days.from();
        let floats = [Origin::Floated, Origin::Carried, Origin::Redetermined].contains(&self.decision.outcome().origin);
        let adjustments = self.decision.law().rules().adjustments().iter().filter(|_| floats);
        let acting = adjustments.filter_map(|it| {
            let (Some(condition), Effect::Points(points)) = (&it.when.event, it.effect) else { return None };
            let filed = |event: &Event| {
                let before = event.found.is_some_and(|found| Month::of(found) < Month::of(day));
                condition.is_of_kind(event) && event.days.contains(day) && before
            };
            let acts = condition.acts_on == ActsOn::MonthAfterFound && any(self.history, first_day, &filed);
            acts.then(|| fine(points))
        });
        acting.sum()
    }

    pub(crate) fn expected(&self, segment: &Segment) -> Expected {
        let (class, day, outcome) = (segment.class, segment.days.from(), self.decision.outcome());
        let cut = self.cut(class, day);
        let kept = |rate: Fine, cut: &PhasedCut| part(rate, fine(Decimal::ONE_HUNDRED - cut.cut.percent()));
        let class_one = self.base(RiskClass::new(class.system(), 1).unwrap(), day);
        // A cut on the base is one of the class-1 base rate too, unless it spares class 1.
        let cut_base = cut.filter(|cut| cut.on_base);
        let class_one_cut = match cut_base.filter(|cut| !cut.exempt.contains(&1)) {
            Some(cut) => class_one.map(|rate| kept(rate, cut)),
            None => class_one,
        };
        let floored = self.terms.floored.contains(&class.number());
        let after = cut.filter(|cut| cut.floor_after).and(class_one_cut);
        let reset = class != outcome.class && self.terms.resets;
        let grade = if reset { Some(self.terms.base) } else { segment.grade.map(|grade| usize::from(grade.get())) };
        let points = fine(outcome.points) + self.filed(day);
        let start = |rate: Fine, floor: Option<Fine>| {
            let floated = (self.terms.moved(rate, grade) + points).max(0);
            self.terms.held(floated.max(floor.filter(|_| floored).unwrap_or(0)), class, day)
        };
        if (outcome.origin, outcome.start) == (Origin::Provisional, RateStart::Base) {
            assert_eq!(self.last_rate(), None, "the base rate stands in only where there is no last rate");
        }
        let from = match outcome.start {
            RateStart::Held(rate) if !reset => {
                assert_eq!(self.last_rate().map(|last| last.before_cut), Some(rate), "what is held is the last rate");
                // Held rates pass no rounding, but lie between the floors and the cap in force.
                let held = |rate: Fine, floor: Option<Fine>| {
                    self.terms.bounded(rate.max(floor.filter(|_| floored).unwrap_or(0)), class, day)
                };
                let last = fine(rate.percent());
                let before_cut = held(last, class_one);
                let rate = match cut {
                    Some(cut) if cut.on_base => held(kept(last, cut), class_one_cut).max(after.unwrap_or(0)),
                    Some(cut) => kept(before_cut, cut).max(after.unwrap_or(0)),
                    None => before_cut,
                };
                let of_frame = if cut.is_some_and(|cut| !cut.on_base) { None } else { class_one_cut };
                return Expected { before_cut, rate, lowest: of_frame.filter(|_| floored).max(after) };
            }
            RateStart::Previous(rate) if !reset => {
                assert_eq!(
                    self.last_rate().map(|last| last.before_cut),
                    Some(rate),
                    "what is multiplied is the last rate"
                );
                fine(rate.percent())
            }
            _ => self.base(class, day).expect("a decided segment has a base rate"),
        };
        let before_cut = start(from, class_one);
        let rate = match cut {
            Some(cut) if cut.on_base => start(kept(from, cut), class_one_cut).max(after.unwrap_or(0)),
            Some(cut) => kept(before_cut, cut).max(after.unwrap_or(0)),
            None => before_cut,
        };
        // After a cut on the floated rate only the cut's own floor holds.
        let of_frame = if cut.is_some_and(|cut| !cut.on_base) { None } else { class_one_cut.filter(|_| floored) };
        Expected { before_cut, rate, lowest: of_frame.max(after) }
    }

    pub(crate) fn found(segment: &Segment) -> (Fine, Fine) {
        (fine(segment.before_cut.percent()), fine(segment.rate.percent()))
    }
}
