//! Settings that fall into stretches: by orders, and by the day a rate is decided.
//!
//! On the days of an order the order goes before the method; on all others the account has the rate it would have without
//! it. Where the method lets the last rate be paid until the new one is decided, it is that until then.
//!
//! So an account with orders is decided on several *paths*: without what they say, and as they say. A setting falls into
//! stretches between the bounds of orders, and each stretch is priced on its path.

use rust_decimal::Decimal;

use super::{Standing, admit, decide_on, schedule, standing, start};
use crate::amount::{Factor, Rate};
use crate::calendar::{self, DateSpan, NaiveDate};
use crate::decision::{Outcome, RateStart, Reason, Ruling, Schedule, Segment, Step, StepKind, Steps};
use crate::error::{Code, Place, Problem, Problems};
use crate::experience;
use crate::history::{History, Order, Ordered, Origin};
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::rule_set::Law;
use crate::rule_set::law::Source;

/// What orders say of some days; where they say nothing, the method stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rulings {
    /// The class, where the decision was not made in it.
    pub(super) class: Option<RiskClass>,
    /// The grade.
    pub(super) grade: Option<GradeIndex>,
    /// The rate, and the place of its order.
    pub(super) rate: Option<(Rate, usize)>,
    /// Class, grade or rate are ordered, be it that the decision was made in that class.
    pub(super) ordered: bool,
}

/// An order that touches the setting.
struct Acting {
    place: usize,
    ruling: Ruling,
    /// Its days inside the setting.
    days: DateSpan,
}

/// Whether the setting of an account falls into stretches: an order touches it, or its rate is waited for.
pub(super) fn parts(law: &Law, history: &History) -> bool {
    waits(law) || history.orders().iter().any(|order| order.days.intersect(law.setting()).is_some())
}

/// Whether rates do not hold from the first day of the setting.
pub(super) fn waits(law: &Law) -> bool {
    new_rate_from(law).is_some()
}

/// The first day of rates that do not hold from the first day of the setting.
fn new_rate_from(law: &Law) -> Option<NaiveDate> {
    law.settlement()?.first_day(law.decided_late()?)
}

/// Outcome and schedule of an account whose setting falls into stretches. The outcome is that of the first day, orders
/// included; a rate that was only paid until it was decided is none.
///
/// # Errors
/// As without them, and an ordered grade or class that the method does not have.
pub(super) fn run<S: Steps>(law: &Law, history: &History, steps: &mut S) -> Result<(Outcome, Schedule), Problems> {
    let first_day = standing::first_day(law, history)?;
    let acting = acting(law, history)?;
    let mut paths = Paths { law, history, acting: &acting, first_day, known: Vec::new(), said: Vec::new() };
    let (mut outcome, mut segments) = (None, Vec::new());
    let from = new_rate_from(law);
    for stretch in stretches(law, &acting, from) {
        let Some(day) = history.first_insured_day(&stretch) else { continue };
        let (path, rulings) = paths.on(day, steps)?;
        let waits = from.is_some_and(|from| day < from) && !rulings.ordered;
        let provisional = path.provisional().filter(|_| waits);
        if let (Some(_), Some(rules), Some(decided_on)) = (provisional, law.settlement(), law.decided_late()) {
            let kind = StepKind::Undecided { days: stretch, decided_on };
            steps.push(|| Step { kind, source: Source::Rules(rules.basis) });
        }
        let decided = schedule::Decided { outcome: provisional.as_ref().unwrap_or(&path.outcome), ..path.decided() };
        let priced = schedule::over(law, decided, &stretch, &rulings, steps)?;
        let first = priced.first();
        outcome = outcome.or_else(|| first.map(|segment| path.outcome_on(segment, &rulings)));
        schedule::append(&mut segments, priced);
    }
    let nowhere = || Problem::new(Code::HistoryNotCovered, Place::field("coverage"), [law.setting()]);
    let outcome = outcome.ok_or_else(nowhere)?;
    Ok((outcome, Schedule { segments, premium_mode: law.rules().rounding.premium }))
}

/// The orders that touch the setting, as the method has it.
fn acting(law: &Law, history: &History) -> Result<Vec<Acting>, Problems> {
    let (mut acting, mut problems) = (Vec::new(), Vec::new());
    for (place, order) in history.orders().iter().enumerate() {
        let Some(days) = order.days.intersect(law.setting()) else { continue };
        match ruling(law, order) {
            Ok(ruling) => acting.push(Acting { place, ruling, days }),
            Err(problem) => problems.push(problem),
        }
    }
    Problems::none_of(problems)?;
    Ok(acting)
}

fn ruling(law: &Law, order: &Order) -> Result<Ruling, Problem> {
    let (ladder, system) = (law.rules().ladder(), law.rules().classes().system);
    match &order.what {
        Ordered::Class(class) if class.system() == system => Ok(Ruling::Class(*class)),
        Ordered::Class(class) => {
            let on = order.days.from().to_string();
            let values = [class.to_string(), on, class.system().to_string(), system.to_string()];
            Err(Problem::new(Code::HistoryClassSystem, Place::field("orders.class"), values))
        }
        Ordered::Grade(label) => ladder.labelled(label).map(Ruling::Grade).ok_or_else(|| {
            let known: Vec<&str> = ladder.grades().iter().map(|grade| grade.label.as_str()).collect();
            Problem::new(Code::HistoryOrderGrade, Place::field("orders.grade"), [label, &known.join(", ")])
        }),
        Ordered::Rate(rate) => Ok(Ruling::Rate(*rate)),
        Ordered::DecideAgain => Ok(Ruling::DecideAgain),
    }
}

/// The setting, cut at the bounds of orders and where new rates begin to hold.
fn stretches(law: &Law, acting: &[Acting], from: Option<NaiveDate>) -> Vec<DateSpan> {
    let bounds = acting.iter().flat_map(|it| [Some(it.days.from()), it.days.to().map(calendar::day_after)]);
    let mut bounds: Vec<NaiveDate> = bounds.flatten().chain(from).collect();
    bounds.sort_unstable();
    bounds.dedup();
    schedule::cut_at(*law.setting(), &bounds)
}

/// The orders that change how the account is decided, and not only what comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Follows {
    /// The order of a class that holds on the first day of the schedule: who floats and how is asked in that class.
    class: Option<usize>,
    /// The order to decide again.
    again: Option<usize>,
}

/// One way in which the account is decided.
struct Path {
    follows: Follows,
    history: History,
    standing: Standing,
    outcome: Outcome,
    /// What an ordered grade moves, on a ladder of the previous rate that before the cycle.
    start: RateStart,
}

impl Path {
    const fn decided(&self) -> schedule::Decided<'_> {
        schedule::Decided {
            history: &self.history,
            standing: &self.standing,
            outcome: &self.outcome,
            start: self.start,
        }
    }

    /// What is paid until the rate is decided: the last rate, where there is one and something is decided at all. Who does
    /// not float, carries a grade or was put back to the base rate waits for nothing.
    fn provisional(&self) -> Option<Outcome> {
        let last = self.standing.last?;
        let decided = match (self.outcome.origin, self.outcome.reason) {
            (Origin::Floated, _) | (Origin::Base, Reason::Undefined { .. }) => true,
            (Origin::Base | Origin::Carried | Origin::Provisional | Origin::Redetermined | Origin::Ordered, _) => false,
        };
        let held = Outcome {
            origin: Origin::Provisional,
            grade: last.grade,
            start: RateStart::Held(last.before_cut),
            points: Decimal::ZERO,
            factor: Factor::ONE,
            ..self.outcome
        };
        decided.then_some(held)
    }

    /// The outcome as it stands on a segment.
    fn outcome_on(&self, segment: &Segment, rulings: &Rulings) -> Outcome {
        let Segment { class, grade, origin, .. } = *segment;
        let plain = Outcome { points: Decimal::ZERO, factor: Factor::ONE, used: 0, ..self.outcome };
        let ordered = Outcome { origin, class, grade, reason: Reason::Ordered, ..plain };
        match (rulings.rate, rulings.grade) {
            (Some((rate, _)), _) => Outcome { start: RateStart::Held(rate), ..ordered },
            (None, Some(_)) => Outcome { start: self.start, ..ordered },
            (None, None) if rulings.ordered => Outcome { origin, class, grade, ..self.outcome },
            (None, None) => self.outcome,
        }
    }
}

/// The ways in which an account was decided so far.
struct Paths<'p> {
    law: &'p Law,
    history: &'p History,
    acting: &'p [Acting],
    first_day: NaiveDate,
    known: Vec<Path>,
    /// Places of the orders that a step has named.
    said: Vec<usize>,
}

impl Paths<'_> {
    /// The way that holds on a day and what orders say of it beside that, with the steps that say so.
    fn on<S: Steps>(&mut self, day: NaiveDate, steps: &mut S) -> Result<(&Path, Rulings), Problems> {
        let mut follows = Follows { class: None, again: None };
        let mut rulings = Rulings::default();
        let mut after = Vec::new();
        for it in self.acting.iter().filter(|it| it.days.contains(day)) {
            match it.ruling {
                Ruling::Class(_) if it.days.contains(self.first_day) => follows.class = Some(it.place),
                Ruling::DecideAgain => follows.again = Some(it.place),
                Ruling::Class(class) => rulings.class = Some(class),
                Ruling::Grade(grade) => rulings.grade = Some(grade),
                Ruling::Rate(rate) => rulings.rate = Some((rate, it.place)),
            }
            rulings.ordered |= it.ruling != Ruling::DecideAgain;
            if follows.class == Some(it.place) || follows.again == Some(it.place) {
                say(&mut self.said, it, steps);
            } else {
                after.push(it);
            }
        }
        let place = match self.known.iter().position(|path| path.follows == follows) {
            Some(place) => place,
            None => {
                self.known.push(self.path(follows, steps)?);
                self.known.len() - 1
            }
        };
        after.into_iter().for_each(|it| say(&mut self.said, it, steps));
        Ok((&self.known[place], rulings))
    }

    fn path<S: Steps>(&self, follows: Follows, steps: &mut S) -> Result<Path, Problems> {
        let law = self.law;
        let orders = self.history.orders();
        let followed = |place: Option<usize>, order: &Order| place.is_some_and(|place| orders[place].id == order.id);
        let whole = |order: &Order| followed(follows.class, order) || followed(follows.again, order);
        let history = self.history.with_orders_before(law.setting().from(), whole);
        admit::admit(law, &history)?;
        let mut standing = standing::of(law, &history)?;
        standing.class_order = follows.class;
        if let Some(place) = follows.again {
            standing.decide_again(law, &history, (place, &orders[place]))?;
        }
        let experience = experience::measure_over(law, &history, &standing.windows(law));
        let outcome = decide_on(law, &experience, &standing, steps);
        let before_cycle = standing::last_before_cycle(law, &history)?;
        let start = start(law, standing.class, before_cycle);
        Ok(Path { follows, history, standing, outcome, start })
    }
}

/// Names an order, once.
fn say<S: Steps>(said: &mut Vec<usize>, acting: &Acting, steps: &mut S) {
    let Acting { place, ruling, days } = *acting;
    if !said.contains(&place) {
        said.push(place);
        steps.push(|| Step { kind: StepKind::Ordered { ruling, days }, source: Source::Order(place) });
    }
}
