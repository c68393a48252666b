//! From the outcome to dated rates: per segment base × grade, floor, caps, cut, floor after the cut, rounding.

use rust_decimal::Decimal;

use crate::amount::{Factor, Rate};
use crate::calendar::{self, DateSpan, Month, NaiveDate};
use crate::decision::{NoSteps, Outcome, RateStart, Schedule, Segment, Step, StepKind, Steps};
use crate::error::{Code, Place, Problem, Problems};
use crate::history::{History, Origin};
use crate::industry::RiskClass;
use crate::ladder::{GradeIndex, LadderKind};
use crate::parameters::{BaseVector, PhasedCut};
use crate::rule_set::law::{ClassBasis, Source};
use crate::rule_set::{ClassChange, Effect, Law};

use super::stretch::Rulings;
use super::{Standing, adjust};

/// The schedule of an outcome over the setting, with its steps.
///
/// # Errors
/// A day on which neither a base rate nor a last rate is known, or no class.
pub(crate) fn schedule<S: Steps>(
    law: &Law,
    history: &History,
    standing: &Standing,
    outcome: &Outcome,
    steps: &mut S,
) -> Result<Schedule, Problems> {
    // Orders say what an ordered grade starts from; nothing is ordered here.
    let decided = Decided { history, standing, outcome, start: outcome.start };
    let segments = over(law, decided, law.setting(), &Rulings::default(), steps)?;
    Ok(Schedule { segments, premium_mode: law.rules().rounding.premium })
}

/// What a schedule is priced from.
#[derive(Clone, Copy)]
pub(super) struct Decided<'d> {
    pub(super) history: &'d History,
    pub(super) standing: &'d Standing,
    pub(super) outcome: &'d Outcome,
    /// What an ordered grade starts from.
    pub(super) start: RateStart,
}

/// The segments of some days of the setting, in which orders say the same.
///
/// # Errors
/// As [`schedule`].
pub(super) fn over<S: Steps>(
    law: &Law,
    decided: Decided<'_>,
    within: &DateSpan,
    rulings: &Rulings,
    steps: &mut S,
) -> Result<Vec<Segment>, Problems> {
    let Decided { history, standing, outcome, start } = decided;
    let ordered = rulings.grade.map(|grade| Outcome {
        grade: Some(grade),
        start,
        points: Decimal::ZERO,
        factor: Factor::ONE,
        ..*outcome
    });
    let outcome = ordered.as_ref().unwrap_or(outcome);
    // A grade or a rate that was ordered holds whatever acts inside the setting.
    let free = rulings.grade.is_none() && rulings.rate.is_none();
    let inside = if free { adjust::inside(law, history, standing, outcome) } else { Vec::new() };
    let pricing = Pricing { law, history, standing, outcome, inside: &inside, rulings };
    let mut segments: Vec<Segment> = Vec::new();
    // Where the steps of the last segment begin.
    let mut begun = steps.taken();
    for days in pieces(law, history, within, &inside) {
        let next = steps.taken();
        let segment = pricing.segment(days, steps)?;
        match segments.last_mut() {
            Some(last) if adjoin(last, &segment) && same(last, &segment) => {
                last.days = joined(last.days, segment.days);
                if S::WANTED {
                    // Steps name the days of their segment, so those of a joined one are stated once more.
                    steps.back_to(begun);
                    pricing.segment(last.days, steps)?;
                }
            }
            _ => {
                segments.push(segment);
                begun = next;
            }
        }
    }
    Ok(segments)
}

/// Adds segments to those before them, and joins those that nothing parts.
pub(super) fn append(segments: &mut Vec<Segment>, more: impl IntoIterator<Item = Segment>) {
    for segment in more {
        match segments.last_mut() {
            Some(last) if adjoin(last, &segment) && same(last, &segment) => last.days = joined(last.days, segment.days),
            _ => segments.push(segment),
        }
    }
}

/// Days off between two spells of coverage keep their segments apart.
fn adjoin(one: &Segment, two: &Segment) -> bool {
    calendar::day_after(one.days.last()) == two.days.from()
}

fn same(one: &Segment, two: &Segment) -> bool {
    Segment { days: two.days, ..*one } == *two
}

fn joined(one: DateSpan, two: DateSpan) -> DateSpan {
    // Pieces are made in order and adjoin, so the later one ends after the earlier one begins.
    DateSpan::new(one.from(), two.to()).unwrap_or(one)
}

/// The covered days of a part of the setting, cut where anything may change.
fn pieces(law: &Law, history: &History, within: &DateSpan, inside: &[(usize, DateSpan)]) -> Vec<DateSpan> {
    let spells = history
        .insured()
        .filter_map(|months| DateSpan::new(months.from.first_day(), months.to.map(Month::last_day))?.intersect(within));
    let ends = history.classifications().iter().filter_map(|it| it.days.to()).map(calendar::day_after);
    let classes = history.classifications().iter().map(|it| it.days.from()).chain(ends);
    let by_heads = law.by_dispatched(history).is_some();
    let workers = history.dispatched().iter().filter(|_| by_heads);
    let workers = workers.flat_map(|it| [Some(it.days.from()), it.days.to().map(calendar::day_after)]).flatten();
    let caps =
        law.rules().limits().rate_cap.iter().flat_map(|cap| [cap.from, cap.to.map(calendar::day_after)]).flatten();
    let acting = inside.iter().flat_map(|(_, days)| [Some(days.from()), days.to().map(calendar::day_after)]).flatten();
    let dated = law.change_days(history);
    let days = dated.iter().copied().chain(classes).chain(caps).chain(acting).chain(workers);
    let mut changes: Vec<NaiveDate> = days.filter(|day| within.contains(*day)).collect();
    changes.sort_unstable();
    changes.dedup();
    spells.flat_map(|spell| cut_at(spell, &changes)).collect()
}

/// A span cut at the days that lie inside it; the days come in order.
pub(crate) fn cut_at(span: DateSpan, changes: &[NaiveDate]) -> Vec<DateSpan> {
    let (mut from, mut cut) = (span.from(), Vec::new());
    for day in changes.iter().copied().filter(|day| span.from() < *day && *day <= span.last()) {
        cut.extend(DateSpan::new(from, Some(calendar::day_before(day))));
        from = day;
    }
    cut.extend(DateSpan::new(from, span.to()));
    cut
}

struct Pricing<'p> {
    law: &'p Law,
    history: &'p History,
    standing: &'p Standing,
    outcome: &'p Outcome,
    /// What changes rates inside the setting, and when.
    inside: &'p [(usize, DateSpan)],
    /// What is ordered.
    rulings: &'p Rulings,
}

impl Pricing<'_> {
    fn segment<S: Steps>(&self, days: DateSpan, steps: &mut S) -> Result<Segment, Problems> {
        let day = days.from();
        let class = self.rulings.class.map_or_else(|| self.class_on(day), Ok)?;
        let bases = Bases { pricing: self, vector: self.vector(day) };
        let based = bases.of(class);
        let found = based.map(|(base, ..)| base);
        if let Some((rate, place)) = self.rulings.rate {
            steps.push(|| Step { kind: StepKind::Rate { days, rate }, source: Source::Order(place) });
            let (grade, cut, origin) = (None, Factor::ZERO, Origin::Ordered);
            return Ok(Segment { days, class, base: found, grade, before_cut: rate, cut, rate, origin });
        }
        let outcome = adjust::on_segment(self.law, self.standing, self.outcome, self.inside, days, steps);
        let changed = class != outcome.class;
        let graded = self.rulings.grade.is_some();
        let reset = changed && !graded && self.law.changes().class_change == ClassChange::Reset;
        let ladder = self.law.rules().ladder();
        let held = |grade| if graded { grade } else { ladder.held(grade, class) };
        let grade = if reset { Some(ladder.base()) } else { outcome.grade.map(held) };
        let origin = match (self.rulings.ordered, reset) {
            (true, _) => Origin::Ordered,
            (false, true) => Origin::Base,
            (false, false) => outcome.origin,
        };
        let cut = self.law.parameters().cut(self.history, class, day);
        let at = At { pricing: self, outcome: &outcome, days, class, grade, reset, based, bases };
        // What follows from a class that was ordered is the order's doing, unless the method goes back to the base.
        if changed && (reset || self.rulings.class.is_none()) {
            let source = Source::Rules(self.law.changes().basis);
            steps.push(|| Step { kind: StepKind::ClassChanged { class }, source });
        }
        if let (Some(from), Some(to)) =
            (outcome.grade.filter(|_| !reset), grade.filter(|to| Some(*to) != outcome.grade))
        {
            steps.push(|| Step { kind: StepKind::HeldByClass { from, to }, source: Source::Rules(ladder.basis) });
        }
        let (before, rate) = match cut {
            Some(cut) if cut.on_base => {
                let before = at.before_cut(None, &mut NoSteps)?;
                let rate = at.before_cut(Some(cut), steps)?;
                (before, at.floor_of_base_cut(rate, cut, steps))
            }
            Some(cut) => {
                let before = at.before_cut(None, steps)?;
                (before, at.after_cut(before, cut, steps)?)
            }
            None => {
                let before = at.before_cut(None, steps)?;
                (before, before)
            }
        };
        let source = Source::Rules(self.law.rules().rounding.basis);
        steps.push(|| Step { kind: StepKind::Rate { days, rate }, source });
        let cut = cut.map_or(Factor::ZERO, |cut| cut.cut);
        Ok(Segment { days, class, base: found, grade, before_cut: before, cut, rate, origin })
    }

    fn class_on(&self, day: NaiveDate) -> Result<RiskClass, Problems> {
        let frozen = self.law.changes().class_change == ClassChange::NextFiling;
        if self.standing.class_basis == ClassBasis::Fixed || frozen {
            return Ok(self.standing.class);
        }
        let found = self.law.class_on(self.history, day).map(|it| it.class);
        let system = self.law.rules().classes().system;
        let class = found.filter(|class| class.system() == system);
        class.ok_or_else(|| Problem::new(Code::HistoryNoClass, Place::field("classifications.from"), [day]).into())
    }

    /// The vector of base rates in force on a day.
    fn vector(&self, day: NaiveDate) -> Option<&BaseVector> {
        // Every class of a schedule is one of the method's system: standing and orders are held against it.
        self.law.parameters().vector(self.history, self.law.rules().classes().system, day)
    }
}

/// The base rates of a segment.
#[derive(Clone, Copy)]
struct Bases<'p> {
    pricing: &'p Pricing<'p>,
    vector: Option<&'p BaseVector>,
}

impl Bases<'_> {
    /// The base rate of a class: of the vector in force, else the one last charged in the class.
    fn of(&self, class: RiskClass) -> Option<(Rate, Source, bool)> {
        if let Some(vector) = self.vector {
            let rate = *vector.rates.get(class.index())?;
            return Some((rate, Source::Parameters(vector.basis), false));
        }
        let last = self.pricing.standing.last.filter(|last| last.class == class)?;
        Some((last.base?, Source::Rules(self.pricing.law.rules().basis), true))
    }

    fn class_one(&self) -> Option<(Rate, Source)> {
        let class = RiskClass::new(self.pricing.law.rules().classes().system, 1)?;
        self.of(class).map(|(rate, source, _)| (rate, source))
    }
}

/// One segment being priced.
struct At<'a> {
    pricing: &'a Pricing<'a>,
    outcome: &'a Outcome,
    days: DateSpan,
    class: RiskClass,
    grade: Option<GradeIndex>,
    reset: bool,
    /// The base rate of the class, where it stands, and whether that is the last rate.
    based: Option<(Rate, Source, bool)>,
    bases: Bases<'a>,
}

/// The bounds on rates and factors keep products within the digits of a decimal; a rate that would not fit is refused.
fn fits(rate: Option<Rate>, days: DateSpan) -> Result<Rate, Problems> {
    rate.ok_or_else(|| Problem::new(Code::HistoryNoRate, Place::field("rates"), [days.from()]).into())
}

/// The class-1 base rate in force: cut where the cut is on the base and does not spare class 1.
fn class_one_cut(floor: Rate, cut: Option<&PhasedCut>) -> Rate {
    let spared = cut.is_none_or(|cut| cut.exempt.contains(&1));
    cut.filter(|_| !spared).and_then(|cut| floor.cut_by(cut.cut)).unwrap_or(floor)
}

impl At<'_> {
    fn law(&self) -> &Law {
        self.pricing.law
    }

    /// The rate before a cut on the floated rate; a cut on the base is taken first.
    fn before_cut<S: Steps>(&self, cut: Option<&PhasedCut>, steps: &mut S) -> Result<Rate, Problems> {
        let start = if self.reset { RateStart::Base } else { self.outcome.start };
        let started = match start {
            RateStart::Base => self.on_base(cut, steps)?,
            RateStart::Previous(rate) => self.on_last(rate, cut, steps)?,
            RateStart::Held(rate) => {
                let last = self.last_rate(rate, steps);
                let held = match cut {
                    Some(cut) => fits(last.cut_by(cut.cut), self.days)?,
                    None => last,
                };
                // No rounding: the rate stays as it was, but never below a floor nor beyond a cap in force.
                let floored = self.floor(held, cut, steps);
                return Ok(self.bounded(floored, steps));
            }
        };
        let multiplied = self.with_factor(started, steps)?;
        let pointed = self.with_points(multiplied, steps)?;
        let floored = self.floor(pointed, cut, steps);
        let bounded = self.bounded(floored, steps);
        let rounded = self.rounded(bounded, steps);
        self.not_above_last(rounded, cut, steps)
    }

    /// The rate held at the last one before the cycle, where the cycle says so; what was ordered is not.
    fn not_above_last<S: Steps>(&self, from: Rate, cut: Option<&PhasedCut>, steps: &mut S) -> Result<Rate, Problems> {
        let rule = self.law().cycle().not_above_last.filter(|_| self.pricing.rulings.grade.is_none());
        let Some((basis, last)) = rule.zip(self.pricing.standing.not_above) else { return Ok(from) };
        let last = match cut {
            Some(cut) => fits(last.cut_by(cut.cut), self.days)?,
            None => last,
        };
        let rate = from.min(last);
        steps.push(|| Step { kind: StepKind::NotAboveLast { last, from, rate }, source: Source::Rules(basis) });
        Ok(rate)
    }

    fn last_rate<S: Steps>(&self, rate: Rate, steps: &mut S) -> Rate {
        let source =
            Source::Rules(self.law().rules().participation.as_ref().map_or(self.law().rules().basis, |it| it.basis));
        let days = self.days;
        steps.push(|| Step { kind: StepKind::LastRate { days, rate }, source });
        rate
    }

    fn on_last<S: Steps>(&self, rate: Rate, cut: Option<&PhasedCut>, steps: &mut S) -> Result<Rate, Problems> {
        let last = self.last_rate(rate, steps);
        let cut_rate = match cut {
            Some(cut) => fits(last.cut_by(cut.cut), self.days)?,
            None => last,
        };
        self.floated(cut_rate, steps)
    }

    fn on_base<S: Steps>(&self, cut: Option<&PhasedCut>, steps: &mut S) -> Result<Rate, Problems> {
        let (days, class) = (self.days, self.class);
        let (base, source, from_last_rate) = self
            .based
            .ok_or_else(|| Problem::new(Code::HistoryNoRate, Place::field("rates.base_percent"), [days.from()]))?;
        steps.push(|| Step { kind: StepKind::Base { days, class, rate: base, from_last_rate }, source });
        let base = match cut {
            Some(cut) => {
                let rate = fits(base.cut_by(cut.cut), days)?;
                let source = Source::Parameters(cut.basis);
                steps.push(|| Step { kind: StepKind::BaseCut { cut: cut.cut, rate }, source });
                rate
            }
            None => base,
        };
        self.floated(base, steps)
    }

    fn floated<S: Steps>(&self, from: Rate, steps: &mut S) -> Result<Rate, Problems> {
        let ladder = self.law().rules().ladder();
        let Some(index) = self.grade else { return Ok(from) };
        let grade = ladder.grade(index);
        let rate = match (ladder.kind(), grade.factor, grade.points) {
            (LadderKind::FactorOfBase | LadderKind::FactorOfPreviousRate, Some(factor), _) => {
                fits(from.times(factor), self.days)?
            }
            (LadderKind::Points, _, Some(points)) => fits(from.less_points(-points), self.days)?,
            // The reader gives every grade of a ladder what its kind asks for.
            (LadderKind::FactorOfBase | LadderKind::FactorOfPreviousRate | LadderKind::Points, ..) => from,
        };
        let source = Source::Rules(ladder.basis);
        steps.push(|| Step { kind: StepKind::Floated { grade: index, from, rate }, source });
        Ok(rate)
    }

    fn with_points<S: Steps>(&self, from: Rate, steps: &mut S) -> Result<Rate, Problems> {
        let points = self.outcome.points;
        if points.is_zero() {
            return Ok(from);
        }
        let rate = fits(from.less_points(-points), self.days)?;
        let source = self.effects(|effect| matches!(effect, Effect::Points(_)));
        steps.push(|| Step { kind: StepKind::Points { points, rate }, source });
        Ok(rate)
    }

    fn with_factor<S: Steps>(&self, from: Rate, steps: &mut S) -> Result<Rate, Problems> {
        let factor = self.outcome.factor;
        if factor == Factor::ONE {
            return Ok(from);
        }
        let rate = fits(from.times(factor), self.days)?;
        let source = self.effects(|effect| matches!(effect, Effect::RateFactor(_)));
        steps.push(|| Step { kind: StepKind::RateFactor { factor, from, rate }, source });
        Ok(rate)
    }

    /// The first adjustment of a kind of effect: what a figure that several may have made is cited by.
    fn effects(&self, of: impl Fn(&Effect) -> bool) -> Source {
        let found = self.law().rules().adjustments().iter().find(|it| of(&it.effect)).map(|it| it.basis);
        Source::Rules(found.unwrap_or(self.law().rules().basis))
    }

    /// The class-1 base rate as a floor, itself cut where the cut is on the base.
    fn floor<S: Steps>(&self, from: Rate, cut: Option<&PhasedCut>, steps: &mut S) -> Rate {
        let rule = &self.law().rules().floor;
        if !rule.class_one_base || !rule.classes[self.class.index()] {
            return from;
        }
        let Some((floor, _)) = self.bases.class_one() else { return from };
        let floor = class_one_cut(floor, cut);
        let rate = from.max(floor);
        steps.push(|| Step { kind: StepKind::Floor { floor, from, rate }, source: Source::Rules(rule.basis) });
        rate
    }

    /// The floor that a cut on the base itself sets.
    fn floor_of_base_cut<S: Steps>(&self, from: Rate, cut: &PhasedCut, steps: &mut S) -> Rate {
        let floor = if cut.floor_after { self.bases.class_one() } else { None };
        let Some((floor, source)) = floor else { return from };
        let floor = class_one_cut(floor, Some(cut));
        let rate = from.max(floor);
        steps.push(|| Step { kind: StepKind::Floor { floor, from, rate }, source });
        rate
    }

    fn cap(&self) -> Option<Rate> {
        let day = self.days.from();
        let in_force = |cap: &&crate::rule_set::RateCap| {
            cap.from.is_none_or(|first| first <= day) && cap.to.is_none_or(|last| day <= last)
        };
        self.law().rules().limits().rate_cap.iter().find(in_force).map(|cap| cap.max)
    }

    fn bounded<S: Steps>(&self, from: Rate, steps: &mut S) -> Rate {
        let limits = self.law().rules().limits();
        let cap = self.cap();
        let floor = limits.rate_floor.iter().find(|(class, _)| *class == self.class).map(|(_, rate)| *rate);
        let raised = floor.map_or(from, |floor| from.max(floor));
        let rate = cap.map_or(raised, |cap| raised.min(cap));
        if rate != from {
            let source = Source::Rules(limits.basis);
            steps.push(|| Step { kind: StepKind::Bounded { bound: rate, from }, source });
        }
        rate
    }

    fn rounded<S: Steps>(&self, from: Rate, steps: &mut S) -> Rate {
        let rules = &self.law().rules().rounding;
        let rate = rules.rate.map_or(from, |rounding| from.rounded(rounding));
        if rate != from {
            let source = Source::Rules(rules.basis);
            steps.push(|| Step { kind: StepKind::Rounded { from, rate }, source });
        }
        rate
    }

    fn after_cut<S: Steps>(&self, from: Rate, cut: &PhasedCut, steps: &mut S) -> Result<Rate, Problems> {
        let rate = fits(from.cut_by(cut.cut), self.days)?;
        let source = Source::Parameters(cut.basis);
        steps.push(|| Step { kind: StepKind::Cut { cut: cut.cut, from, rate }, source });
        let floor = if cut.floor_after { self.bases.class_one() } else { None };
        let floored = match floor {
            Some((floor, source)) => {
                let held = rate.max(floor);
                steps.push(|| Step { kind: StepKind::Floor { floor, from: rate, rate: held }, source });
                held
            }
            None => rate,
        };
        Ok(self.rounded(floored, steps))
    }
}
