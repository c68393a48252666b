//! Everybody's rate and premium under a law: one pass over what was measured.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use foldhash::fast::FixedState;
use rust_decimal::Decimal;

use super::columns::Found;
use super::measuring::Measuring;
use super::portfolio::{Portfolio, Undecided};
use super::real;
use super::shards::Workers;
use super::sums::Sum;
use crate::amount::{Money, Quantity, Rate};
use crate::decide::{self, LastRate, Standing, schedule};
use crate::decision::{NoSteps, Outcome, Reason, Schedule};
use crate::error::{Code, Problems};
use crate::experience::{self, Experience, Measured};
use crate::history::{AccountKind, History, Origin};
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::premium::YearRates;
use crate::rule_set::{Denominator, Law};

/// At what level the premiums of the windows stand in what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// As they were charged, whatever the candidate's base rates are.
    AsCharged,
    /// As if the candidate's base rates had been charged in the windows: where it will be once it has stood for a cycle.
    OnLevel,
}

impl Level {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsCharged => "as-charged",
            Self::OnLevel => "on-level",
        }
    }
}

/// The rate of one account and what a year costs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PricedRow {
    /// Class on the first day.
    pub class: RiskClass,
    /// Grade; `None` where a held rate has none.
    pub grade: Option<GradeIndex>,
    /// Where the rate comes from.
    pub origin: Origin,
    /// Why.
    pub reason: Reason,
    /// The rate decided, on its first day.
    pub rate: Rate,
    /// The rate charged before, where one is known.
    pub previous: Option<Rate>,
    /// Mean payroll of a month.
    pub payroll: Money,
    /// Heads.
    pub heads: i64,
    /// Months that are billed, twelve at most.
    pub months: i128,
    /// Premium of these months, in fen: the sum of the bills.
    pub premium_fen: i128,
    /// What the rate charged before would bring in these months, in fen; zero where none is known.
    pub previous_fen: i128,
}

/// Everybody's rates under a law, in the order of the portfolio.
#[derive(Debug)]
pub struct Priced {
    law: Law,
    rows: Vec<Result<PricedRow, Code>>,
}

impl Priced {
    /// The law.
    pub const fn law(&self) -> &Law {
        &self.law
    }

    /// The rate of each account, or the code of what keeps it from one.
    pub fn rows(&self) -> &[Result<PricedRow, Code>] {
        &self.rows
    }

    /// Who has no rate, and why.
    pub fn undecided(&self) -> impl Iterator<Item = Undecided> + '_ {
        let places = self.rows.iter().enumerate();
        places.filter_map(|(place, row)| row.as_ref().err().map(|code| Undecided { place, code: *code }))
    }

    /// The premium of everybody, in fen: the sum of all bills.
    pub fn premium_fen(&self) -> i128 {
        self.rows.iter().flatten().map(|row| row.premium_fen).sum()
    }

    /// What everybody who has a rate comes to.
    pub fn total(&self) -> Sum {
        let mut total = Sum::default();
        self.rows.iter().flatten().for_each(|row| total.row(row));
        total
    }

    /// Prices everybody and keeps their rows.
    pub(super) fn of(pass: &Pass<'_>, workers: Workers<'_>) -> Self {
        let shards = pass.folded(workers, Vec::new, |rows, _, row| rows.push(row));
        Self { law: pass.law.clone(), rows: shards.into_iter().flatten().collect() }
    }
}

/// One pass over everybody: what was measured, decided under a law.
pub(super) struct Pass<'p> {
    pub(super) portfolio: &'p Portfolio,
    pub(super) law: &'p Law,
    pub(super) measuring: Arc<Measuring>,
    /// The law whose base rates the window premiums were charged at, where they are to be read at those of `law`.
    pub(super) relevelled: Option<&'p Law>,
}

impl Pass<'_> {
    /// Shows each account's row, with its place, to what a shard gathers; the gatherings stand in order. Nobody's row
    /// is kept unless the gathering keeps it.
    pub(super) fn folded<A: Send>(
        &self,
        workers: Workers<'_>,
        make: impl Fn() -> A + Sync,
        show: impl Fn(&mut A, usize, Result<PricedRow, Code>) + Sync,
    ) -> Vec<A> {
        let (_, sub_areas) = self.portfolio.sub_areas();
        let histories = self.portfolio.histories();
        self.measuring.in_shards(workers, |first, shard| {
            let mut pricing = Pricing::of(self.law, self.relevelled);
            let mut gathered = make();
            for (place, found) in (first..).zip(shard.everybody()) {
                let row = found.and_then(|found| pricing.row(&histories[place], &found, sub_areas[place]));
                show(&mut gathered, place, row);
            }
            gathered
        })
    }
}

/// What the rates of an account follow from, where nothing of it changes inside the setting.
#[derive(PartialEq, Eq)]
struct Known {
    outcome: Outcome,
    sub_area: u32,
    kind: AccountKind,
    last: Option<LastRate>,
    not_above: Option<Rate>,
}

impl Hash for Known {
    /// By what tells most accounts apart; whether two are the same is asked of everything.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.outcome.class, self.outcome.grade, self.outcome.start, self.sub_area, self.kind).hash(state);
        self.last.map(|last| last.class).hash(state);
    }
}

/// The rates of a year, and the one that was decided.
struct Rates {
    decided: Rate,
    year: YearRates,
}

impl Rates {
    fn of(schedule: &Schedule, outcome: &Outcome) -> Result<Self, Code> {
        let decided = schedule.decided_segment(outcome).ok_or(Code::HistoryNotCovered)?;
        Ok(Self { decided: decided.rate, year: YearRates::of(schedule) })
    }
}

struct Pricing<'p> {
    law: &'p Law,
    relevelled: Option<&'p Law>,
    /// The law has everybody wait for the new rate, whatever the facts.
    waits: bool,
    /// What was measured of the account at hand; one for all, so that none is made for each.
    experience: Experience,
    /// A fixed hasher: nothing here is random, and nothing is read in the order of the map.
    known: HashMap<Known, Result<Rates, Code>, FixedState>,
}

impl<'p> Pricing<'p> {
    fn of(law: &'p Law, relevelled: Option<&'p Law>) -> Self {
        let (waits, experience) = (decide::waits(law), Experience::nothing(law));
        Self { law, relevelled, waits, experience, known: HashMap::default() }
    }

    /// The row of an account. Of a plain one the facts themselves are not read again: they lie far apart in memory.
    fn row(&mut self, history: &History, found: &Found<'_>, sub_area: u32) -> Result<PricedRow, Code> {
        let alike = found.alike();
        if self.waits || (!alike.plain && decide::falls_into_stretches(self.law, history)) {
            let (outcome, schedule) = decide::amended(self.law, history, |_, outcome| outcome, &mut NoSteps)
                .map_err(|problems| first(&problems))?;
            return Ok(row(found, &outcome, &Rates::of(&schedule, &outcome)?));
        }
        let outcome = self.outcome(history, found)?;
        let made = || {
            let schedule = schedule::schedule(self.law, history, &alike.standing, &outcome, &mut NoSteps)
                .map_err(|problems| first(&problems))?;
            Rates::of(&schedule, &outcome)
        };
        if !alike.plain {
            return Ok(row(found, &outcome, &made()?));
        }
        let (kind, last, not_above) = (alike.standing.kind, alike.standing.last, alike.standing.not_above);
        let known = Known { outcome, sub_area, kind, last, not_above };
        match self.known.entry(known).or_insert_with(made) {
            Ok(rates) => Ok(row(found, &outcome, rates)),
            Err(code) => Err(*code),
        }
    }

    fn outcome(&mut self, history: &History, found: &Found<'_>) -> Result<Outcome, Code> {
        found.tell(&mut self.experience);
        if let Some(charged) = self.relevelled {
            on_level(self.law, charged, history, found.standing(), &mut self.experience).ok_or(Code::ScenarioBase)?;
        }
        Ok(decide::decide_on(self.law, &self.experience, found.standing(), &mut NoSteps))
    }
}

fn row(found: &Found<'_>, outcome: &Outcome, rates: &Rates) -> PricedRow {
    let (payroll, previous) = (found.payroll(), found.alike().previous);
    PricedRow {
        class: outcome.class,
        grade: outcome.grade,
        origin: outcome.origin,
        reason: outcome.reason,
        rate: rates.decided,
        previous,
        payroll,
        heads: found.heads(),
        months: rates.year.months(),
        premium_fen: rates.year.premium(payroll),
        previous_fen: previous.map_or(0, |rate| rates.year.premium_at(rate, payroll)),
    }
}

fn first(problems: &Problems) -> Code {
    problems.iter().next().map_or(Code::HistoryNoRate, |it| it.code)
}

/// What was measured, with the premiums of the windows at the base rates of a law instead of those they were charged at:
/// the base rates of the class on the first day of the setting, one over the other.
///
/// `None` where two such rates have more digits than can be told apart exactly.
fn on_level(
    law: &Law,
    charged: &Law,
    history: &History,
    standing: &Standing,
    experience: &mut Experience,
) -> Option<()> {
    let (class, day) = (standing.class, standing.first_day);
    let base = |law: &Law| experience::base_rate(law, history, class, day).filter(|rate| *rate > Rate::ZERO);
    let (Some(new), Some(old)) = (base(law), base(charged)) else { return Some(()) };
    for (measure, window) in law.asked().iter().copied() {
        let it = &law.rules().measures()[measure];
        if !matches!(it.denominator, Denominator::Premium { .. }) {
            continue;
        }
        if let Measured::Value(value) = experience.get(measure, window) {
            let value = relevelled(value, new, old)?;
            // What the method rounds before it compares was rounded as charged, and is so again.
            experience.set(measure, window, it.round.map_or(value, |round| round.apply_to(value)));
        }
    }
    Some(())
}

/// A ratio whose denominator was charged at one base rate, at another.
fn relevelled(value: Quantity, new: Rate, old: Rate) -> Option<Quantity> {
    let (new, old) = (new.percent(), old.percent());
    let scale = new.scale().max(old.scale());
    let whole = |it: Decimal| it.mantissa().checked_mul(10_i128.checked_pow(scale - it.scale())?);
    let (new, old) = (whole(new)?, whole(old)?);
    let shared = real::gcd(new, old);
    let numerator = value.numerator.checked_mul(old / shared)?;
    Some(Quantity { numerator, denominator: value.denominator.checked_mul(new / shared)? })
}
