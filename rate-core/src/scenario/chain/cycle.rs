//! The chain that a law makes of one employer: from each grade held, through what a window may show, to the next.

use super::super::real;
use super::TransitionMatrix;
use super::claims::{Lot, Lots};
use super::risk::{Reference, RiskLevel, RiskLevels};
use crate::amount::{Factor, Rate};
use crate::calendar::{self, DateSpan, MonthSpan};
use crate::decide::{self, Standing, schedule};
use crate::decision::{NoSteps, Outcome, RateStart, Reason};
use crate::error::{Code, Place, Problem, Problems};
use crate::experience::{self, Added, Borne, Counting, Tally};
use crate::history::{
    AccountKind, BenefitItem, ChargedRate, ClassSource, Classification, Coverage, CoverageState, History, OpenMonths,
    Origin,
};
use crate::ladder::{GradeIndex, LadderKind};
use crate::rule_set::{Law, Measure};

/// Whether a cycle is decided on a window that no other cycle sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The window is no longer than the cycle: each claim is seen once.
    Once,
    /// The window is longer by so many months, so that windows overlap and a claim is seen again. The chain takes them
    /// for independent: shares and mean level are exact where the next grade does not depend on the one held, and an
    /// approximation else; how long the way back takes is not told.
    Again {
        /// Months of overlap between one window and the next.
        months: i32,
    },
}

/// The chain of grades of the reference employer at one level of risk.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleChain {
    /// Labels of the grades its class may have, lowest first: the states.
    pub grades: Vec<String>,
    /// The rate of each, before any phased cut, on the first day of the setting.
    pub rates: Vec<Rate>,
    /// The same in percent of the base rate: premium levels.
    pub levels_percent: Vec<f64>,
    /// Place of the base grade among the states.
    pub base: usize,
    /// From the grade of one cycle to that of the next.
    pub matrix: TransitionMatrix,
    /// The same where the window shows exactly one claim.
    pub after_one_claim: TransitionMatrix,
    /// Claims expected in a window.
    pub claims_in_window: f64,
    /// Months of a cycle.
    pub cycle_months: i32,
    /// Months of its window.
    pub window_months: i32,
    /// Whether windows overlap.
    pub view: View,
    /// Probability of more claims in a window than were listed; they stand with the highest number that was.
    pub truncated: f64,
    /// The grid that amounts were brought onto, in fen; a claim between two points stands with both, so that means stay.
    /// What costs less than a step counts in part as nothing.
    pub grid_fen: i64,
}

impl CycleChain {
    /// The chain that a law makes at each level of risk, in their order.
    ///
    /// The employer has one class, no events and no orders, and was insured long before the window. In the window of the
    /// next cycle it is charged the rate of the grade it holds, before any phased cut, on one payroll: a higher grade
    /// makes a larger denominator of the pay ratio. That a window lies some months before the cycle is decided is not
    /// modelled. Whether no rate may be above the last (只降不升) is a matter of one transition and not read.
    ///
    /// # Errors
    /// `scenario.chain` where the next grade depends on more than the grade held and one window, with the reason;
    /// `scenario.assumption`, and what the engine finds wrong with the reference employer.
    pub fn of(law: &Law, risks: &RiskLevels) -> Result<Vec<Self>, Problems> {
        risks.check()?;
        let cycle_months = homogeneous(law)?;
        let window_months = law.windows()[0].months();
        let holders = Holder::all(law, &risks.reference)?;
        let one_claim = Lots::one_claim(&risks.severity);
        let one_claim = transitions(law, &holders, &one_claim)?;
        let view = match window_months - cycle_months {
            months @ 1.. => View::Again { months },
            _ => View::Once,
        };
        let ladder = law.rules().ladder();
        let base = ladder.held(ladder.base(), risks.reference.class);
        let chain = |level: &RiskLevel| {
            let claims_in_window = level.claims_per_year * f64::from(window_months) / 12.0;
            let lots = Lots::compound(claims_in_window, &risks.severity);
            Ok(Self {
                grades: holders.iter().map(|it| ladder.grade(it.grade).label.clone()).collect(),
                rates: holders.iter().map(|it| it.rate).collect(),
                levels_percent: holders.iter().map(|it| it.level_percent).collect(),
                base: holders.iter().position(|it| it.grade == base).unwrap_or(0),
                matrix: transitions(law, &holders, &lots)?,
                after_one_claim: one_claim.clone(),
                claims_in_window,
                cycle_months,
                window_months,
                view,
                truncated: lots.truncated,
                grid_fen: lots.grid_fen,
            })
        };
        risks.levels.iter().map(chain).collect()
    }
}

/// The months of a cycle whose grades make a chain.
fn homogeneous(law: &Law) -> Result<i32, Problems> {
    let months = MonthSpan::of(&law.cycle().rate_period).map(|it| it.months());
    let refused = match months {
        _ if !law.first_setting() => "later-setting",
        None => "open-cycle",
        _ if law.windows_asked() > 1 => "several-windows",
        _ if law.rules().ladder().kind() == LadderKind::FactorOfPreviousRate => "previous-rate",
        Some(months) => return Ok(months),
    };
    Err(no_chain(law, refused).into())
}

fn no_chain(law: &Law, reason: &str) -> Problem {
    let set = law.rules().id().to_string();
    Problem::new(Code::ScenarioChain, Place::field("law"), [set.as_str(), reason])
}

/// The reference employer holding one of the grades.
struct Holder {
    grade: GradeIndex,
    rate: Rate,
    level_percent: f64,
    standing: Standing,
    tally: Tally,
    /// What the window holds beside claims.
    charged: Added,
    /// What is paid on a claim is paid as an item that counts.
    item: BenefitItem,
}

impl Holder {
    fn all(law: &Law, reference: &Reference) -> Result<Vec<Self>, Problems> {
        let ladder = law.rules().ladder();
        let all = 0..ladder.grades().len();
        let grades = all.filter_map(|it| u8::try_from(it).ok()).map(GradeIndex);
        let grades = grades.filter(|it| ladder.held(*it, reference.class) == *it);
        grades.map(|grade| Self::of(law, reference, grade)).collect()
    }

    fn of(law: &Law, reference: &Reference, grade: GradeIndex) -> Result<Self, Problems> {
        let nobody = employer(law, reference, None)?;
        let newly = decide::standing::of(law, &nobody)?;
        // A grade as the table gives it, with nothing beside it.
        let outcome = Outcome {
            origin: Origin::Floated,
            reason: Reason::Combined,
            class: reference.class,
            grade: Some(grade),
            start: RateStart::Base,
            points: rust_decimal::Decimal::ZERO,
            factor: Factor::ONE,
            used: 0,
        };
        let priced = schedule::schedule(law, &nobody, &newly, &outcome, &mut NoSteps)?;
        let first = priced.segments().first().ok_or_else(|| no_chain(law, "no-base-rate"))?;
        let (rate, base) = (first.before_cut, first.base.ok_or_else(|| no_chain(law, "no-base-rate"))?);
        let day = law.setting().from();
        let base_millionths = experience::base_millionths(law, &nobody, reference.class, day);
        if base_millionths.is_none() && law.rules().measures().iter().any(Measure::is_at_base_rates) {
            return Err(no_chain(law, "no-base-rate").into());
        }
        let history = employer(law, reference, Some((grade, rate, base)))?;
        let months = i128::from(law.windows()[0].months());
        let monthly = rate.premium_on(reference.monthly_payroll, law.rules().premium_rounding());
        let payroll = i128::from(reference.monthly_payroll.fen());
        let charged = Added {
            premium_fen: monthly.map_or(0, |it| i128::from(it.fen())) * months,
            at_base: payroll * i128::from(base_millionths.unwrap_or(0)) * months,
            head_months: i128::from(reference.heads) * months,
            ..Added::default()
        };
        let level = real::decimal(rate.percent()) / real::decimal(base.percent()) * 100.0;
        Ok(Self {
            grade,
            rate,
            level_percent: Some(level).filter(|it| it.is_finite()).ok_or_else(|| no_chain(law, "no-base-rate"))?,
            standing: Standing { not_above: None, ..decide::standing::of(law, &history)? },
            tally: Tally::of(law, &history, law.windows()),
            charged,
            item: Counting::of(law).item(),
        })
    }

    /// The grade that the engine decides after a window.
    fn next(&self, law: &Law, lot: &Lot) -> Result<GradeIndex, Problem> {
        let fen = i128::from(lot.fen);
        let benefits = if fen == 0 { Vec::new() } else { vec![(self.item, fen)] };
        let (claims, deaths) = (i128::from(lot.claims), i128::from(lot.deaths));
        let accidents = Borne { claims, deaths, severe: 0, benefits };
        let added = Added { accidents, ..self.charged.clone() };
        let experience = self.tally.with(law, &[added]);
        let outcome = decide::decide_on(law, &experience, &self.standing, &mut NoSteps);
        if !outcome.points.is_zero() || outcome.factor != Factor::ONE {
            return Err(no_chain(law, "rate-beside-grade"));
        }
        outcome.grade.ok_or_else(|| no_chain(law, "rate-without-grade"))
    }
}

/// From each holder's grade to those of all.
fn transitions(law: &Law, holders: &[Holder], lots: &Lots) -> Result<TransitionMatrix, Problems> {
    let mut rows = vec![vec![0.0; holders.len()]; holders.len()];
    for (row, holder) in rows.iter_mut().zip(holders) {
        for lot in &lots.all {
            let next = law.rules().ladder().held(holder.next(law, lot)?, holder.standing.class);
            // What is held within the grades of the class is one of them.
            let place = holders.iter().position(|it| it.grade == next);
            row[place.ok_or_else(|| no_chain(law, "rate-without-grade"))?] += lot.probability;
        }
    }
    Ok(TransitionMatrix::normalised(rows))
}

/// The facts of the reference employer: insured for as long as any rule asks, in one class, with the rate of the cycle before.
fn employer(law: &Law, reference: &Reference, held: Option<(GradeIndex, Rate, Rate)>) -> Result<History, Problems> {
    let first = law.windows()[0].from().plus(-240);
    // An open span has days.
    let always = DateSpan::new(first.first_day(), None).unwrap_or(*law.setting());
    let classification = Classification {
        days: always,
        class: Some(reference.class),
        industry: reference.industry,
        source: ClassSource::Agency,
        document: String::new(),
    };
    let months = OpenMonths { from: first, to: None };
    let facts = History::builder(law.rules().id().area.clone(), "reference")
        .kind(AccountKind::Employer)
        .coverage(Coverage { months, state: CoverageState::Insured })
        .classification(classification);
    let Some((grade, rate, base)) = held else { return facts.build() };
    let day = calendar::day_before(law.setting().from());
    let cycle_before = MonthSpan::of(&law.cycle().rate_period).map_or(12, |it| it.months());
    let from = calendar::Month::of(law.setting().from()).plus(-cycle_before).first_day();
    let days = DateSpan::new(from, Some(day)).unwrap_or(always);
    facts
        .rate(ChargedRate {
            days,
            class: reference.class,
            base: Some(base),
            grade: law.rules().ladder().grade(grade).label.clone(),
            before_cut: rate,
            cut: Factor::ZERO,
            charged: rate,
            origin: Origin::Floated,
            cycle: String::new(),
            used: Vec::new(),
            document: String::new(),
        })
        .build()
}
