//! What the window does not hold: class in force, participation, last rate, events.

use std::borrow::Cow;

use crate::amount::Rate;
use crate::calendar::{Month, MonthSpan, NaiveDate};
use crate::decision::{Outcome, RateStart, Reason, Step, StepKind, Steps};
use crate::error::{Code, Place, Problem, Problems};
use crate::experience;
use crate::history::{AccountKind, ChargedRate, Event, History, Order, OrderKind, Origin, Succession, SuccessionKind};
use crate::industry::RiskClass;
use crate::ladder::{GradeIndex, LadderKind};
use crate::rule_set::law::{ClassBasis, InForce, Source};
use crate::rule_set::{ClassChange, CountedMonths, Law, Unmeasured};

use super::{Running, adjust, bonus, unmeasured};

/// The last rate charged before this setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LastRate {
    /// Its grade, where its label is on the ladder.
    pub grade: Option<GradeIndex>,
    /// Rate before any phased cut.
    pub before_cut: Rate,
    /// Class it was charged in.
    pub class: RiskClass,
    /// Base rate it was charged with, where known.
    pub base: Option<Rate>,
}

/// Facts of an account that no measure holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Standing {
    /// First day of the schedule: of the setting, or of coverage inside it.
    pub first_day: NaiveDate,
    /// Class in force on that day.
    pub class: RiskClass,
    /// Where the class comes from.
    pub class_basis: ClassBasis,
    /// Kind of account.
    pub kind: AccountKind,
    /// Months from the first ever insured to the end of the window.
    pub months_since_first: i32,
    /// Covered months inside the window.
    pub covered_in_window: i32,
    /// Months of the window.
    pub months_of_window: i32,
    /// Coverage was interrupted, or began anew, before the window's end.
    pub interrupted: bool,
    /// How many predecessors' facts are added.
    pub predecessors: usize,
    /// The last rate.
    pub last: Option<LastRate>,
    /// The rate before any cut that no rate of the cycle may be above, where its transition says so.
    pub not_above: Option<Rate>,
    /// The grade already fixed in this cycle.
    pub carried: Option<GradeIndex>,
    /// The class changed since the grade of this cycle was fixed, and the method goes back to the base rate.
    pub reset: bool,
    /// The window of this setting is used, since the account's window filled inside the cycle.
    pub filled: bool,
    /// Which adjustments have their event, one bit each.
    pub events: u64,
    /// Which adjustments of limited use are used up, or were not applied for, one bit each.
    pub not_granted: u64,
    /// Place of the order that the class comes from.
    pub class_order: Option<usize>,
    /// Place of the order by which the grade of the cycle is determined again, from the facts now at hand.
    pub again_order: Option<usize>,
}

impl Standing {
    /// The windows to measure over, newest first.
    pub(crate) fn windows<'l>(&self, law: &'l Law) -> Cow<'l, [MonthSpan]> {
        match law.filled_window().filter(|_| self.filled) {
            Some(window) => Cow::Owned(vec![window]),
            None => Cow::Borrowed(law.windows()),
        }
    }

    /// The same standing with the events that another window shows.
    pub(crate) fn seen_over(&self, law: &Law, history: &History, window: &MonthSpan) -> Self {
        let events = events(law, history, window, self.first_day);
        Self { events, not_granted: not_granted(law, history, window, self.first_day), ..*self }
    }

    /// Lets the grade of the cycle be determined again by an order, unless an earlier setting has done so.
    pub(super) fn decide_again(
        &mut self,
        law: &Law,
        history: &History,
        (place, order): (usize, &Order),
    ) -> Result<(), Problems> {
        let last = rate_before(law, history, self.first_day);
        let done = last.is_some_and(|rate| given_by(history, rate).any(|it| it.id == order.id));
        if !done {
            self.last = last_before_cycle(law, history)?;
            (self.carried, self.again_order) = (None, Some(place));
        }
        Ok(())
    }

    pub(crate) fn window(&self, law: &Law) -> MonthSpan {
        window_of(law, self.filled)
    }

    pub(crate) fn nth_window(&self, law: &Law, place: usize) -> Option<MonthSpan> {
        match (law.filled_window().filter(|_| self.filled), place) {
            (Some(window), 0) => Some(window),
            (Some(_), _) => None,
            (None, _) => law.windows().get(place).copied(),
        }
    }

    /// The last grade, or the base where none is known.
    pub(crate) fn last_grade(&self, law: &Law) -> GradeIndex {
        self.last.and_then(|last| last.grade).unwrap_or(law.rules().ladder().base())
    }
}

fn window_of(law: &Law, filled: bool) -> MonthSpan {
    match law.filled_window().filter(|_| filled) {
        Some(window) => window,
        // The reader refuses a cycle without a window.
        None => law.windows()[0],
    }
}

/// The standing of an account under a law.
///
/// # Errors
/// No class on the first day, a class of another system, or a last grade that the ladder does not have.
pub fn of(law: &Law, history: &History) -> Result<Standing, Problems> {
    let first_day = first_day(law, history)?;
    let InForce { class, how: class_basis } = class(law, history, first_day)?;
    let last = last_rate(law, rate_before(law, history, first_day))?;
    let carried = carried(law, history, first_day);
    let reset = reset(law, history, first_day, class);
    let first_month = Parts { law, history }.first_insured();
    let filled = law.changes().float_when_filled
        && law.filled_window().is_some_and(|window| enough(law, &Parts { law, history }, window, first_month))
        && !enough(law, &Parts { law, history }, window_of(law, false), first_month);
    let window = window_of(law, filled);
    let covered_in_window = experience::covered_months(law, history, &window);
    let months_since_first = first_month.map_or(0, |first| (window.to().since(first) + 1).max(0));
    Ok(Standing {
        first_day,
        class,
        class_basis,
        kind: history.kind(),
        months_since_first,
        covered_in_window,
        months_of_window: window.months(),
        interrupted: interrupted(history, first_month, &window),
        last,
        not_above: not_above(law, history, first_day),
        predecessors: experience::predecessors(law, history),
        carried,
        reset,
        filled,
        events: events(law, history, &window, first_day),
        not_granted: not_granted(law, history, &window, first_day),
        class_order: None,
        again_order: None,
    })
}

/// An account with the predecessors whose history it continues.
struct Parts<'p> {
    law: &'p Law,
    history: &'p History,
}

impl Parts<'_> {
    /// The first month insured, of the account or of a predecessor whose facts are added.
    fn first_insured(&self) -> Option<Month> {
        let by = self.history.first_insured_day(self.law.setting()).unwrap_or(self.law.setting().from());
        let changes = self.law.changes();
        let added = |it: &&Succession| match it.kind {
            SuccessionKind::Merger | SuccessionKind::Transfer | SuccessionKind::ReRegistration => changes.merger_adds,
            SuccessionKind::Split => changes.split_adds_share,
        };
        let before = self.history.successions().iter().filter(|it| it.on <= by).filter(added).filter_map(|it| {
            let first = Parts { law: self.law, history: &it.predecessor }.first_insured()?;
            // What a predecessor has from its day on is its own where the account split from it.
            (it.kind != SuccessionKind::Split || first.first_day() < it.on).then_some(first)
        });
        before.chain(self.history.first_insured()).min()
    }
}

/// Whether an account has the covered months that a window asks of somebody first insured.
fn enough(law: &Law, parts: &Parts<'_>, window: MonthSpan, first: Option<Month>) -> bool {
    let rule = law.participation().first_insured;
    let months = match rule.counted {
        CountedMonths::ToWindowEnd => first.map_or(0, |first| window.to().since(first) + 1),
        CountedMonths::InWindow => experience::covered_months(law, parts.history, &window),
    };
    months >= rule.covered_months_under
}

fn interrupted(history: &History, first: Option<Month>, window: &MonthSpan) -> bool {
    let Some(first) = first else { return false };
    let Some(since_first) = MonthSpan::new(first, window.to()) else { return false };
    history.covered_months(&since_first) < since_first.months()
}

/// First day of the setting on which the account is insured.
///
/// # Errors
/// `history.not-covered` where there is none.
pub(super) fn first_day(law: &Law, history: &History) -> Result<NaiveDate, Problems> {
    let found = history.first_insured_day(law.setting());
    found.ok_or_else(|| Problem::new(Code::HistoryNotCovered, Place::field("coverage"), [law.setting()]).into())
}

fn class(law: &Law, history: &History, on: NaiveDate) -> Result<InForce, Problems> {
    let place = || match law.by_dispatched(history) {
        Some(_) => Place::field("dispatch.industry"),
        None => Place::field("classifications.from"),
    };
    let found = law.class_on(history, on).ok_or_else(|| Problem::new(Code::HistoryNoClass, place(), [on]))?;
    let (class, system) = (found.class, law.rules().classes().system);
    if class.system() == system {
        return Ok(found);
    }
    let values = [class.to_string(), on.to_string(), class.system().to_string(), system.to_string()];
    Err(Problem::new(Code::HistoryClassSystem, place(), values).into())
}

/// The last rate before the cycle; where none is known, the last one, which the transition has held already.
fn not_above(law: &Law, history: &History, first_day: NaiveDate) -> Option<Rate> {
    law.cycle().not_above_last?;
    let before_cycle = rate_before(law, history, law.cycle().rate_period.from());
    before_cycle.or_else(|| rate_before(law, history, first_day)).map(|rate| rate.before_cut)
}

/// The last rate before the cycle: what a grade that is determined again starts from.
pub(super) fn last_before_cycle(law: &Law, history: &History) -> Result<Option<LastRate>, Problems> {
    last_rate(law, rate_before(law, history, law.cycle().rate_period.from()))
}

fn last_rate(law: &Law, rate: Option<&ChargedRate>) -> Result<Option<LastRate>, Problems> {
    let Some(rate) = rate else { return Ok(None) };
    let grade = grade_of(law, rate)?;
    Ok(Some(LastRate { grade, before_cut: rate.before_cut, class: rate.class, base: rate.base }))
}

/// The last rate before a day: the account's own, or that of the employer under its number before. Of this cycle, one
/// that an order gave is passed over once the order has ended: what the cycle had before goes on.
fn rate_before<'h>(law: &Law, history: &'h History, before: NaiveDate) -> Option<&'h ChargedRate> {
    let renamed = |it: &&Succession| matches!(it.kind, SuccessionKind::ReRegistration | SuccessionKind::Transfer);
    let earlier = || history.continued(before).filter(renamed).find_map(|it| rate_before(law, &it.predecessor, before));
    let over = |rate: &&ChargedRate| {
        law.cycle().rate_period.contains(rate.days.from())
            && given_by(history, rate).any(|it| !it.days.contains(before))
    };
    let mut own = history.rates().iter().rev().filter(|rate| rate.days.from() < before);
    own.find(|rate| !over(rate)).or_else(earlier)
}

/// The orders of the book that a charged rate came from.
fn given_by<'h>(history: &'h History, rate: &ChargedRate) -> impl Iterator<Item = &'h Order> {
    let (from, origin) = (rate.days.from(), rate.origin);
    history.orders().iter().filter(move |order| {
        let gives = match order.what.kind() {
            OrderKind::Class | OrderKind::Grade | OrderKind::Rate => Origin::Ordered,
            OrderKind::DecideAgain => Origin::Redetermined,
        };
        gives == origin && order.days.contains(from)
    })
}

fn grade_of(law: &Law, rate: &ChargedRate) -> Result<Option<GradeIndex>, Problems> {
    let ladder = law.rules().ladder();
    if rate.grade.is_empty() {
        return Ok(None);
    }
    match ladder.labelled(&rate.grade) {
        Some(grade) => Ok(Some(grade)),
        // What a factor did to an older rate says nothing about where the employer stands now.
        None if ladder.kind() == LadderKind::FactorOfPreviousRate => Ok(None),
        // A label of an earlier method, where nothing is counted from the last grade.
        None if !law.counts_from_last_grade() && !law.cycle().rate_period.contains(rate.days.from()) => Ok(None),
        None => {
            let known: Vec<&str> = ladder.grades().iter().map(|grade| grade.label.as_str()).collect();
            Err(Problem::new(Code::HistoryGrade, Place::field("rates.grade"), [&rate.grade, &known.join(", ")]).into())
        }
    }
}

/// The grade that an earlier setting of this cycle fixed.
pub(super) fn carried(law: &Law, history: &History, first_day: NaiveDate) -> Option<GradeIndex> {
    if law.first_setting() && law.setting().from() == first_day {
        return None;
    }
    let last = rate_before(law, history, first_day)?;
    let fixed = match last.origin {
        Origin::Floated | Origin::Carried | Origin::Redetermined | Origin::Ordered => true,
        Origin::Base | Origin::Provisional => false,
    };
    let of_cycle = law.cycle().rate_period.contains(last.days.from());
    (fixed && of_cycle).then(|| law.rules().ladder().labelled(&last.grade)).flatten()
}

/// Whether a change of class inside the cycle has put the account back to the base rate, to the end of the cycle.
fn reset(law: &Law, history: &History, first_day: NaiveDate, class: RiskClass) -> bool {
    if law.changes().class_change != ClassChange::Reset {
        return false;
    }
    let of_cycle =
        |rate: &&ChargedRate| law.cycle().rate_period.contains(rate.days.from()) && rate.days.from() < first_day;
    let plain = |rate: &&ChargedRate| rate.origin != Origin::Base && given_by(history, rate).next().is_none();
    let fixed = history.rates().iter().find(|rate| of_cycle(rate) && plain(rate));
    fixed.is_some_and(|rate| rate.class != class)
}

fn events(law: &Law, history: &History, window: &MonthSpan, first_day: NaiveDate) -> u64 {
    if history.events().is_empty() && history.successions().is_empty() {
        return 0;
    }
    let adjustments = law.rules().adjustments().iter().enumerate();
    let with_event = adjustments.filter_map(|(place, it)| it.when.event.as_ref().map(|event| (place, event)));
    let at_start = with_event.filter(|(_, condition)| !condition.acts_on.inside_setting());
    let found = at_start.filter(|(_, condition)| {
        any_event(law, history, first_day, &|event| condition.holds(event, window, first_day))
    });
    found.fold(0, |bits, (place, _)| bits | 1 << place)
}

/// Adjustments that are used up for every event that could call for them, or that nobody applied for.
fn not_granted(law: &Law, history: &History, window: &MonthSpan, first_day: NaiveDate) -> u64 {
    let limited =
        law.rules().adjustments().iter().enumerate().filter(|(_, it)| it.uses.is_some() || it.when.on_application);
    let denied = limited.filter(|(_, it)| {
        let applied = !it.when.on_application || bonus::applied_for(history, first_day);
        let granted = |event: Option<&Event>| bonus::granted(law, history, it, event);
        let may = match &it.when.event {
            Some(condition) => any_event(law, history, first_day, &|event| {
                condition.holds(event, window, first_day) && granted(Some(event))
            }),
            None => granted(None),
        };
        !(applied && may)
    });
    denied.fold(0, |bits, (place, _)| bits | 1 << place)
}

/// Whether an event of the account, or of a predecessor whose history it continues, answers a question.
fn any_event(law: &Law, history: &History, by: NaiveDate, asks: &dyn Fn(&Event) -> bool) -> bool {
    let mut found = false;
    each_event(law, history, by, &mut |event| found |= asks(event));
    found
}

/// Shows every event of the account, and of the predecessors whose history it continues.
pub(super) fn each_event(law: &Law, history: &History, by: NaiveDate, show: &mut dyn FnMut(&Event)) {
    history.events().iter().for_each(&mut *show);
    for it in history.continued(by).filter(|_| law.changes().merger_adds) {
        each_event(law, &it.predecessor, by, show);
    }
}

/// The outcome of an account that the table is not asked about: carried, or not floating.
pub(super) fn settles<S: Steps>(law: &Law, standing: &Standing, steps: &mut S) -> Option<Outcome> {
    if standing.reset {
        let (reason, source) = (Reason::ClassChanged, Source::Rules(law.changes().basis));
        steps.push(|| Step { kind: StepKind::NotMeasured { reason, months: None, needed: None }, source });
        return Some(unmeasured(law, standing, Unmeasured::BaseRate, reason, steps));
    }
    if let Some(prolonged) = law.prolonged().filter(|prolonged| prolonged.at_base_rate) {
        let (reason, source) = (Reason::Expired, Source::Rules(prolonged.basis));
        steps.push(|| Step { kind: StepKind::NotMeasured { reason, months: None, needed: None }, source });
        return Some(unmeasured(law, standing, Unmeasured::BaseRate, reason, steps));
    }
    if let Some(grade) = standing.carried {
        return Some(carry(law, standing, grade, steps));
    }
    let rules = law.participation();
    let source = Source::Rules(rules.basis);
    let (first, returning) = (rules.first_insured, rules.returning);
    // Counted in the window, somebody first insured before it is not new, however few months are covered; who was first
    // insured in its first month is.
    let (months, before_it) = match first.counted {
        CountedMonths::ToWindowEnd => (standing.months_since_first, false),
        CountedMonths::InWindow => {
            (standing.covered_in_window, standing.months_since_first > standing.months_of_window)
        }
    };
    let newly = months < first.covered_months_under && !before_it;
    let back = standing.interrupted && standing.covered_in_window < returning.covered_months_under;
    let (then, reason, found) = match returning.then {
        _ if !rules.kinds.contains(&standing.kind) => (rules.others, Reason::KindDoesNotFloat, None),
        _ if !rules.floats(standing.kind, standing.class) => (rules.others, Reason::ClassDoesNotFloat, None),
        _ if newly => (first.then, Reason::FirstInsured, Some((months, first.covered_months_under))),
        Some(then) if back => {
            (then, Reason::Returning, Some((standing.covered_in_window, returning.covered_months_under)))
        }
        _ => {
            steps.push(|| Step { kind: StepKind::TakesPart, source });
            return None;
        }
    };
    let (months, needed) = (found.map(|it| it.0), found.map(|it| it.1));
    steps.push(|| Step { kind: StepKind::NotMeasured { reason, months, needed }, source });
    Some(unmeasured(law, standing, then, reason, steps))
}

fn carry<S: Steps>(law: &Law, standing: &Standing, grade: GradeIndex, steps: &mut S) -> Outcome {
    let source = Source::Rules(law.prolonged().map_or(law.cycle().basis, |prolonged| prolonged.basis));
    steps.push(|| Step { kind: StepKind::Carried { grade }, source });
    let start = match (law.rules().ladder().kind(), standing.last) {
        // The previous rate already holds the factor of this cycle.
        (LadderKind::FactorOfPreviousRate, Some(last)) => RateStart::Held(last.before_cut),
        (LadderKind::FactorOfPreviousRate, None) | (LadderKind::FactorOfBase | LadderKind::Points, _) => {
            RateStart::Base
        }
    };
    let Running { points, factor, .. } = adjust::lasting(law, standing, grade);
    Outcome {
        origin: Origin::Carried,
        reason: Reason::Carried,
        class: standing.class,
        grade: Some(grade),
        start,
        points,
        factor,
        used: 0,
    }
}

/// Where an account ends up whose row was not seen: its last rate, else the base rate.
pub(super) const WHERE_NOT_SEEN: Unmeasured = Unmeasured::LastRate;
