//! One account through the years: charged at the grade it has, measured over what happened, decided again by the engine.

use std::cell::OnceCell;

use super::assumptions::Assumptions;
use super::claims::{self, Drawing, Events, grown};
use super::terms::Term;
use crate::amount::{Money, Rate};
use crate::calendar::{self, Month, MonthSpan};
use crate::decide::{self, LastRate, Standing, schedule};
use crate::decision::{NoSteps, Outcome};
use crate::error::{Code, Problems};
use crate::experience::{self, Added, Borne, Tally};
use crate::history::{History, Origin};
use crate::ladder::GradeIndex;
use crate::premium;
use crate::rule_set::{Law, Measure};

/// What all accounts go through alike.
#[derive(Debug)]
pub(super) struct Road<'a> {
    pub(super) terms: &'a [Term],
    pub(super) assumptions: &'a Assumptions,
    /// The first month that is simulated.
    pub(super) first: Month,
    /// Months before the first year.
    pub(super) lead: usize,
    /// All months.
    pub(super) months: usize,
    /// Sums of weights of each mix.
    pub(super) weights: Vec<Vec<f64>>,
}

/// What became of an account on one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Course {
    /// Fen of each year.
    pub(super) income: Vec<i128>,
    pub(super) benefits: Vec<i128>,
    /// Grade at the start of each year; the first stands for the one held before.
    pub(super) grades: Vec<Option<GradeIndex>>,
    /// Whether it was insured at the start of each year.
    pub(super) insured: Vec<bool>,
}

/// An account with all that is the same on every path.
#[derive(Debug)]
pub(super) struct Account<'a> {
    road: &'a Road<'a>,
    history: History,
    /// What each setting finds; `None` where the account is not insured in it.
    stations: Vec<Option<Station>>,
    /// Month by month: payroll, and what it is at base rates in millionths of a fen.
    payroll: Vec<i64>,
    at_base: Vec<i128>,
    heads: i64,
    covered: Vec<bool>,
    /// Premium of the months before the first year.
    lead: Vec<i64>,
    priced: Vec<Priced>,
}

/// What a setting finds in an account, whatever the path.
#[derive(Debug)]
struct Station {
    standing: Standing,
    /// What the book adds up to, from when it is first asked for: a grade that is carried asks for nothing.
    tally: OnceCell<Tally>,
    /// The part of each window that is simulated.
    windows: Vec<(usize, usize)>,
}

/// The bills of a setting under an outcome, and the rate that is the last one after it.
#[derive(Debug)]
struct Priced {
    term: usize,
    outcome: Outcome,
    not_above: Option<Rate>,
    bills: Vec<i64>,
    last: LastRate,
}

impl<'a> Account<'a> {
    /// Prepares an account; the code of what keeps it from a rate.
    pub(super) fn of(road: &'a Road<'a>, history: &History) -> Result<Self, Code> {
        let history = history.known_on(calendar::day_before(road.first.first_day()));
        let stations = road.terms.iter().map(|term| Station::of(road, term, &history));
        let stations = stations.collect::<Result<Vec<Option<Station>>, Code>>()?;
        let standing = stations.iter().flatten().next().ok_or(Code::HistoryNotCovered)?.standing;
        let base = premium::payroll_base(&history, standing.first_day);
        let (monthly, heads) = base.map_or((0, 0), |base| (base.monthly.fen(), base.heads));
        let growth = road.assumptions.payroll_growth_percent;
        let covered: Vec<bool> = (0..road.months).map(|month| covers(&history, road.month(month))).collect();
        let payroll = |month: usize| if covered[month] { grown(monthly, growth, road.year(month)) } else { 0 };
        let payroll: Vec<i64> = (0..road.months).map(payroll).collect();
        let mut account = Self {
            road,
            at_base: Vec::new(),
            lead: Vec::new(),
            priced: Vec::new(),
            history,
            stations,
            payroll,
            heads,
            covered,
        };
        account.at_base = account.at_base_rates(&standing);
        account.lead = account.before_the_first_year(&standing)?;
        Ok(account)
    }

    /// The class it is in at first, and its heads.
    fn class(&self) -> Option<crate::industry::RiskClass> {
        self.stations.iter().flatten().next().map(|it| it.standing.class)
    }

    /// How its claims are drawn.
    pub(super) fn drawing(&self) -> Drawing<'a> {
        let (road, class) = (self.road, self.class());
        let mix = class.and_then(|class| road.assumptions.mix(class));
        let per_1000 = class.map_or(0.0, |class| road.assumptions.frequency(class, self.heads));
        let heads = super::super::real::real(i128::from(self.heads));
        Drawing {
            assumptions: road.assumptions,
            months: road.months,
            lead: road.lead,
            covered: (0..road.months).filter(|month| self.covered[*month]).collect(),
            monthly: per_1000 / 1_000.0 * heads / 12.0,
            kinds: mix.map_or(&[], |mix| road.assumptions.mixes[mix].kinds.as_slice()),
            weights: mix.map_or(&[], |mix| road.weights[mix].as_slice()),
            running: claims::running(&road.terms[0].law, &self.history, road.assumptions, road.first),
        }
    }

    /// The account through all years, where something happens to it.
    pub(super) fn course(&mut self, events: &Events) -> Result<Course, Code> {
        let road = self.road;
        let mut charged = self.lead.clone();
        charged.resize(road.months, 0);
        let (mut grades, mut last) = (vec![None; road.months], None);
        let (mut fixed, mut before_cycle): (Option<Outcome>, Option<Rate>) = (None, None);
        let mut held = None;
        for (place, term) in road.terms.iter().enumerate() {
            if term.begins {
                (fixed, before_cycle) = (None, last.map(|last: LastRate| last.before_cut));
            }
            let Some(station) = &self.stations[place] else { continue };
            held = held.or(Some(station.standing.last.and_then(|last| last.grade)));
            let standing = match last {
                None => station.standing,
                Some(last) => Standing {
                    last: Some(last),
                    carried: fixed.filter(fixes).and_then(|outcome| outcome.grade),
                    not_above: before_cycle.filter(|_| term.law.cycle().not_above_last.is_some()),
                    ..station.standing
                },
            };
            let outcome = self.decided(term, station, &standing, (&charged, events));
            let priced = self.priced(place, &standing, outcome)?;
            charged[term.months.0..term.months.1].copy_from_slice(&priced.bills);
            grades[term.months.0..term.months.1].fill(outcome.grade);
            (last, fixed) = (Some(priced.last), Some(outcome));
        }
        Ok(self.by_year(&charged, &grades, held.flatten(), events))
    }

    fn decided(&self, term: &Term, station: &Station, standing: &Standing, path: (&[i64], &Events)) -> Outcome {
        if standing.carried.is_some() {
            // No measure is read for a grade that is carried.
            return decide::decide_on(&term.law, &term.nothing, standing, &mut NoSteps);
        }
        let tally = || Tally::of(&term.law, &self.history, &station.standing.windows(&term.law));
        let tally = station.tally.get_or_init(tally);
        let added: Vec<Added> = station.windows.iter().map(|window| self.added(*window, path)).collect();
        decide::decide_on(&term.law, &tally.with(&term.law, &added), standing, &mut NoSteps)
    }

    /// What happened in the simulated part of a window.
    fn added(&self, (from, to): (usize, usize), (charged, events): (&[i64], &Events)) -> Added {
        let within = from..to;
        let months = i128::try_from(self.covered[from..to].iter().filter(|it| **it).count()).unwrap_or(0);
        let borne = |disease: bool| {
            let claims = || events.claims.iter().filter(|it| it.disease == disease && within.contains(&it.month));
            let count = |number: usize| i128::try_from(number).unwrap_or(i128::MAX);
            let paid = events.paid.iter().filter(|it| it.disease == disease && within.contains(&it.month));
            Borne {
                claims: count(claims().count()),
                deaths: count(claims().filter(|it| it.fatal).count()),
                severe: count(claims().filter(|it| it.severe).count()),
                benefits: paid.map(|it| (it.item, i128::from(it.fen))).collect(),
            }
        };
        Added {
            premium_fen: charged[from..to].iter().map(|fen| i128::from(*fen)).sum(),
            at_base: self.at_base.get(from..to).unwrap_or(&[]).iter().sum(),
            head_months: i128::from(self.heads) * months,
            accidents: borne(false),
            diseases: borne(true),
        }
    }

    fn priced(&mut self, term: usize, standing: &Standing, outcome: Outcome) -> Result<&Priced, Code> {
        let not_above = standing.not_above;
        let same = |it: &Priced| it.term == term && it.outcome == outcome && it.not_above == not_above;
        if let Some(known) = self.priced.iter().position(same) {
            return Ok(&self.priced[known]);
        }
        let made = self.price(term, standing, outcome)?;
        self.priced.push(made);
        // It was just put there.
        self.priced.last().ok_or(Code::HistoryNoRate)
    }

    fn price(&self, place: usize, standing: &Standing, outcome: Outcome) -> Result<Priced, Code> {
        let term = &self.road.terms[place];
        let law = &term.law;
        let schedule =
            schedule::schedule(law, &self.history, standing, &outcome, &mut NoSteps).map_err(|it| first(&it))?;
        let segment = schedule.segments().last().ok_or(Code::HistoryNotCovered)?;
        let bill = |month: usize| {
            let day = self.road.month(month).first_day();
            schedule.premium_on(day, Money::from_fen(self.payroll[month])).map_or(0, Money::fen)
        };
        let last =
            LastRate { grade: segment.grade, before_cut: segment.before_cut, class: segment.class, base: segment.base };
        let bills = (term.months.0..term.months.1).map(bill).collect();
        Ok(Priced { term: place, outcome, not_above: standing.not_above, bills, last })
    }

    /// The months before the first year, at the last rate that was charged; where none is known, at the base rate.
    fn before_the_first_year(&self, standing: &Standing) -> Result<Vec<i64>, Code> {
        let law = &self.road.terms[0].law;
        let base = || {
            let day = standing.first_day;
            law.parameters()
                .vector(&self.history, standing.class.system(), day)
                .and_then(|vector| vector.rates.get(usize::from(standing.class.number()) - 1).copied())
        };
        let Some(rate) = standing.last.map(|last| last.before_cut).or_else(base) else {
            return if self.road.lead == 0 { Ok(Vec::new()) } else { Err(Code::HistoryNoRate) };
        };
        let mode = law.rules().premium_rounding();
        let bill = |fen: &i64| rate.premium_on(Money::from_fen(*fen), mode).map_or(0, Money::fen);
        Ok(self.payroll[..self.road.lead].iter().map(bill).collect())
    }

    /// Payroll at base rates, where a measure asks for it.
    fn at_base_rates(&self, standing: &Standing) -> Vec<i128> {
        let law = &self.road.terms[0].law;
        let asked = law.rules().measures().iter().any(Measure::is_at_base_rates);
        let at_base = |month: usize| {
            let day = self.road.month(month).first_day();
            let rate = experience::base_millionths(law, &self.history, standing.class, day);
            i128::from(self.payroll[month]) * i128::from(rate.unwrap_or(0))
        };
        if asked { (0..self.road.months).map(at_base).collect() } else { Vec::new() }
    }

    fn by_year(
        &self,
        charged: &[i64],
        grades: &[Option<GradeIndex>],
        held: Option<GradeIndex>,
        events: &Events,
    ) -> Course {
        let years = (self.road.months - self.road.lead) / 12;
        let start = |year: usize| self.road.lead + 12 * year;
        let mut benefits = vec![0; years];
        for it in events.paid.iter().filter(|it| it.month >= self.road.lead) {
            benefits[self.road.year(it.month)] += i128::from(it.fen);
        }
        let income = |year: usize| charged[start(year)..start(year + 1)].iter().map(|fen| i128::from(*fen)).sum();
        Course {
            income: (0..years).map(income).collect(),
            benefits,
            grades: std::iter::once(held).chain((0..years).map(|year| grades[start(year)])).collect(),
            insured: (0..years).map(|year| self.covered[start(year)]).collect(),
        }
    }
}

impl Road<'_> {
    pub(super) fn month(&self, place: usize) -> Month {
        self.first.plus(i32::try_from(place).unwrap_or(i32::MAX))
    }

    /// The year of a month; the months before the first year count with it.
    fn year(&self, month: usize) -> usize {
        month.saturating_sub(self.lead) / 12
    }
}

impl Station {
    fn of(road: &Road<'_>, term: &Term, history: &History) -> Result<Option<Self>, Code> {
        let law: &Law = &term.law;
        let standing = match decide::standing::of(law, history) {
            Ok(standing) => standing,
            Err(problems) if first(&problems) == Code::HistoryNotCovered => return Ok(None),
            Err(problems) => return Err(first(&problems)),
        };
        let windows = standing.windows(law);
        let place = |month: Month| usize::try_from(month.since(road.first)).unwrap_or(0).min(road.months);
        let simulated = |window: &MonthSpan| (place(window.from()), place(window.to().plus(1)));
        Ok(Some(Self { standing, tally: OnceCell::new(), windows: windows.iter().map(simulated).collect() }))
    }
}

/// Whether an outcome fixes the grade of its cycle.
const fn fixes(outcome: &Outcome) -> bool {
    match outcome.origin {
        Origin::Floated | Origin::Carried | Origin::Redetermined | Origin::Ordered => true,
        Origin::Base | Origin::Provisional => false,
    }
}

fn covers(history: &History, month: Month) -> bool {
    history.insured().any(|it| it.from <= month && it.to.is_none_or(|to| month <= to))
}

pub(super) fn first(problems: &Problems) -> Code {
    problems.iter().next().map_or(Code::HistoryNoRate, |it| it.code)
}
