//! Answering a study: every candidate judged and compared, every search and sweep made, in the order of the file.

use std::collections::BTreeMap;

use rate_core::citation::Label;
use rate_core::error::{Code, Place};
use rate_core::input::{Examined, Study, StudyCandidate, StudySweep, StudyTarget};
use rate_core::parameters::prevention::PreventionPlans;
use rate_core::rule_set::Verdict;
use rate_core::scenario::{
    Axis, Baseline, Calibration, Candidate, Comparing, Comparison, Level, Load, Outlook, Portfolio, Priced, Projection,
    Proposal, ProposedBase, ProposedRules, Search, SizeBands, Sum, SweepPoint, Workers, moves_its_own_measure,
};
use rate_core::{DateSpan, Law, Money, Month, Parameters, Problem, Problems};

use super::searches::{Unfit, axes, search, unfit};
use super::statistics::{Chains, Made, Method, Prevention};
use crate::run::{ChosenLaw, Stage};

/// What a candidate has in files.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Its rules.
    pub rules: Option<Box<Examined>>,
    /// Its parameters.
    pub parameters: Option<Box<Parameters>>,
}

/// A candidate with everything that was found of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The candidate, with the checker's report.
    pub candidate: Candidate,
    /// How it compares: as charged, and on level where that is another thing. Empty where the checker refuses it.
    pub comparisons: Vec<Comparison>,
    /// Where the fund stands after a year of it, for each comparison; without a fund table none.
    pub outlooks: Vec<Option<Outlook>>,
}

/// A search or sweep with its name.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// Its name.
    pub id: String,
    /// What came of it.
    pub found: T,
}

/// The axes of a sweep, and what was found at their numbers.
pub type Swept = (Vec<Axis>, Vec<SweepPoint>);

/// A study answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// What it is called.
    pub name: Label,
    /// Pooling area.
    pub area: String,
    /// The days decided.
    pub setting: DateSpan,
    /// The rule set in force and the checker's verdict on it.
    pub rule_set: (String, Verdict),
    /// Accounts of the area whose facts are right.
    pub accounts: usize,
    /// Accounts of the area whose rows are wrong; nothing is said of them.
    pub refused: usize,
    /// Bands of heads.
    pub bands: SizeBands,
    /// Everybody under the law in force.
    pub baseline: Sum,
    /// Whom the law in force cannot decide, by the code of the first problem.
    pub undecided: BTreeMap<Code, u64>,
    /// Where the fund stands after a year of the law in force, or why that cannot be said.
    pub outlook: Result<Outlook, Box<Problem>>,
    /// The candidates.
    pub candidates: Vec<Judged>,
    /// The searches.
    pub calibrations: Vec<Found<Calibration>>,
    /// The sweeps, each with its axes.
    pub sweeps: Vec<Found<Swept>>,
    /// Labels of the grades in force, lowest first.
    pub grades: Vec<String>,
    /// Labels of the measures in force.
    pub measures: Vec<Label>,
    /// Is the method any good.
    pub method: Option<Method>,
    /// The ladder in the long run, in force and of each candidate.
    pub chains: Option<Chains>,
    /// What the years to come may bring.
    pub projection: Option<Projection>,
    /// Who drifts up, and the incidence of key industries.
    pub prevention: Option<Prevention>,
}

/// What a study is answered from.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// The study.
    pub study: &'a Study,
    /// What each candidate has in files.
    pub given: &'a [Given],
    /// The law in force.
    pub chosen: &'a ChosenLaw,
    /// The facts.
    pub portfolio: &'a Portfolio,
    /// Accounts whose rows are wrong.
    pub refused: usize,
    /// Prevention plans.
    pub plans: &'a PreventionPlans,
    /// Who works.
    pub workers: Workers<'a>,
}

impl Answers<'_> {
    /// Answers everything that is asked.
    ///
    /// # Errors
    /// Everything that does not fit: changes of what does not stand there, base rates of other classes, brackets without
    /// a number in them, a book of which the law in force decides nobody.
    pub fn all(&self, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Answered, Problems> {
        let study = self.study;
        let baseline = Baseline::of(&self.chosen.law);
        let bands = study.size_bands.as_deref().map_or_else(|| Ok(SizeBands::default()), SizeBands::new)?;
        let candidates = self.judged(&baseline)?;
        let steps = 1 + candidates.len() + study.calibrations.len() + study.sweeps.len();
        let mut done = 0;
        let mut step = || {
            let all = u64::try_from(steps).unwrap_or(u64::MAX);
            progress(Stage::Deciding, done, all);
            done += 1;
        };
        step();
        let before = self.portfolio.priced(baseline.law(), self.workers);
        self.portfolio.held_against(&before)?;
        let total = before.total();
        let mut undecided = BTreeMap::new();
        before.undecided().for_each(|it| *undecided.entry(it.code).or_default() += 1);
        let outlook = self.portfolio.outlook(baseline.law(), total.premium_fen, self.load());
        let how = Comparing { bands: bands.clone(), movers: study.movers.unwrap_or(Comparing::default().movers) };
        let mut compared = Vec::new();
        for candidate in candidates {
            step();
            compared.push(self.compared(&before, candidate, &how)?);
        }
        let mut calibrations = Vec::new();
        for asked in &study.calibrations {
            step();
            let search = self.search(asked, &before, outlook.as_ref().ok())?;
            let found = self.portfolio.calibrated((&baseline, &before), &search, self.workers)?;
            calibrations.push(Found { id: asked.id.clone(), found });
        }
        let mut sweeps = Vec::new();
        for asked in &study.sweeps {
            step();
            sweeps.push(self.swept((&baseline, &before), asked)?);
        }
        let law = baseline.law();
        let (portfolio, workers) = (self.portfolio, self.workers);
        let made = Made { portfolio, law, bands: &bands, cap: study.cap_fen.map(Money::from_fen), workers };
        let method = study.method.as_ref().map(|asked| made.method(asked));
        let laws = laws(law, &compared);
        let chains = study.chain.as_ref().map(|asked| made.chain(asked, &laws)).transpose()?;
        let projected = |asked| made.projection(asked, study.load, outlook.as_ref().ok());
        let projection = study.projection.as_ref().map(projected).transpose()?;
        let next = next(law);
        let prevention = study.prevention.as_ref().map(|asked| made.prevention(asked, next.as_ref(), self.plans));
        Ok(Answered {
            grades: law.rules().ladder().grades().iter().map(|grade| grade.label.clone()).collect(),
            measures: law.rules().measures().iter().map(|measure| measure.label.clone()).collect(),
            method,
            chains,
            projection,
            prevention,
            name: study.name.clone(),
            area: self.portfolio.area().to_owned(),
            setting: *baseline.law().setting(),
            rule_set: (baseline.law().rules().id().to_string(), self.chosen.verdict),
            accounts: self.portfolio.histories().len(),
            refused: self.refused,
            bands,
            baseline: total,
            undecided,
            outlook,
            candidates: compared,
            calibrations,
            sweeps,
        })
    }

    fn swept(&self, against: (&Baseline, &Priced), asked: &StudySweep) -> Result<Found<Swept>, Problems> {
        let axes = axes(asked);
        let points = self.portfolio.swept(against, &axes, Level::AsCharged, self.workers)?;
        Ok(Found { id: asked.id.clone(), found: (axes, points) })
    }

    fn load(&self) -> Load {
        self.study.load.map_or(Load::AsInTable, Load::Stated)
    }

    /// Every candidate, or everything that is wrong with any of them, or with a search.
    fn judged(&self, baseline: &Baseline) -> Result<Vec<Candidate>, Problems> {
        let (mut candidates, mut problems) = (Vec::new(), Vec::new());
        for (asked, given) in self.study.candidates.iter().zip(self.given) {
            match judge(baseline, asked, given) {
                Ok(candidate) => candidates.push(candidate),
                Err(wrong) => problems.extend(wrong.into_vec()),
            }
        }
        problems.extend(unfit(self.study, baseline).into_iter().map(Unfit::named));
        Problems::none_of(problems)?;
        Ok(candidates)
    }

    fn compared(&self, before: &Priced, candidate: Candidate, how: &Comparing) -> Result<Judged, Problems> {
        let (mut comparisons, mut outlooks) = (Vec::new(), Vec::new());
        if let Some(law) = &candidate.law {
            let both = moves_its_own_measure(law, before.law());
            let levels: &[Level] = if both { &[Level::AsCharged, Level::OnLevel] } else { &[Level::AsCharged] };
            for level in levels {
                let comparison = self.portfolio.compared_with(before, law, *level, how, self.workers)?;
                let mut income = Sum::default();
                comparison.by_grade[1].values().for_each(|sum| income.add(sum));
                outlooks.push(self.portfolio.outlook(law, income.premium_fen, self.load()).ok());
                comparisons.push(comparison);
            }
        }
        Ok(Judged { candidate, comparisons, outlooks })
    }

    fn search(
        &self,
        asked: &rate_core::input::StudyCalibration,
        before: &Priced,
        outlook: Option<&Outlook>,
    ) -> Result<Search, Problems> {
        let target_fen = match asked.target {
            StudyTarget::Premium(fen) => fen,
            StudyTarget::OfBaseline(share) => of(before.premium_fen(), share.percent()),
            StudyTarget::Benefits => {
                let last = Month::of(self.chosen.law.setting().from()).plus(-1).to_string();
                let place = Place::field(format!("calibrations.{}.target", asked.id));
                let lacks = || Problem::new(Code::ScenarioFund, place, [self.portfolio.area().to_owned(), last]);
                let benefits = outlook.ok_or_else(lacks)?.benefits;
                benefits.numerator.div_euclid(benefits.denominator)
            }
        };
        Ok(search(asked, target_fen))
    }
}

/// The law in force and those of candidates that may decide, with their names.
fn laws(law: &Law, compared: &[Judged]) -> Vec<(String, Law)> {
    let own = std::iter::once(("baseline".to_owned(), law.clone()));
    let others = compared.iter().filter_map(|it| Some((it.candidate.id.clone(), it.candidate.law.clone()?)));
    own.chain(others).collect()
}

/// The law of the cycle listed next.
fn next(law: &Law) -> Option<Law> {
    let next = law.next_cycle()?;
    law.rules().law_for(law.parameters(), next.rate_period.from()).ok()
}

/// A share of an amount in fen, whole fen below it: a target, which has a tolerance of its own.
fn of(fen: i128, percent: rust_decimal::Decimal) -> i128 {
    (fen * percent.mantissa()).div_euclid(100 * 10_i128.pow(percent.scale()))
}

/// A candidate of a study, judged against the law in force.
///
/// # Errors
/// As [`Baseline::judge`].
pub fn judge(baseline: &Baseline, asked: &StudyCandidate, given: &Given) -> Result<Candidate, Problems> {
    baseline.judge(&proposal(asked, given))
}

fn proposal(asked: &StudyCandidate, given: &Given) -> Proposal {
    let rules = match (&given.rules, asked.changes.is_empty()) {
        (Some(rules), _) => ProposedRules::Whole(rules.clone()),
        (None, true) => ProposedRules::AsBaseline,
        (None, false) => ProposedRules::Changed(asked.changes.clone()),
    };
    let base = match (&given.parameters, asked.base_factor, &asked.base_rates) {
        (Some(parameters), ..) => ProposedBase::Whole(parameters.clone()),
        (None, Some(factor), _) => ProposedBase::Factor(factor),
        (None, None, Some(rates)) => ProposedBase::Rates(rates.clone()),
        (None, None, None) => ProposedBase::AsBaseline,
    };
    Proposal { id: asked.id.clone(), label: asked.label.clone(), rules, base }
}
