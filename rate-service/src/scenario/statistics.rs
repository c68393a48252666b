//! What a study asks beside comparisons: is the method any good, what is the ladder in the long run, who rises.

use rate_core::amount::Quantity;
use rate_core::history::BenefitItem;
use rate_core::input::{StudyChain, StudyMethod, StudyPrevention, StudyProjection};
use rate_core::parameters::prevention::PreventionPlans;
use rate_core::rule_set::measure::ClaimDay;
use rate_core::scenario::{
    Assumptions, ClassCredibility, CredibilityAsked, Drift, DriftAsked, Estimation, Exposure, Graded, Grounds, Grouped,
    Incidence, IncidenceAsked, ItemPattern, Life, Maturity, MaturityAsked, Noise, NoiseAsked, Observed, Outlook,
    Pattern, Plan, Portfolio, Predicted, Prediction, PredictionAsked, Projection, Reference, Risk, RiskLevel,
    RiskLevels, Severity, SideBySide, SizeBands, Triangle, Workers, credibility, decimal, drift, incidence, noise,
    percent, prediction, project, side_by_side,
};
use rate_core::{Factor, History, Law, Money, Month, MonthSpan, Problems, RiskClass};

use super::searches::class;

/// Years of accidents that benefits are followed over at most.
const ACCIDENT_YEARS: usize = 10;

/// Items that are paid for life.
const PENSIONS: [BenefitItem; 3] = [BenefitItem::DisabilityPension, BenefitItem::Dependants, BenefitItem::Care];

/// Fewest heads of the bands that frequencies are estimated in.
const FEWEST_HEADS: [i64; 5] = [0, 10, 50, 300, 1000];

/// Claims that an estimate needs; with fewer, that of the class, or of the book, is taken.
const LEAST_CLAIMS: usize = 30;

/// Years over which items that are no pension are paid.
const PATTERN_YEARS: usize = 5;

/// Is the method any good.
#[derive(Clone, Debug)]
pub struct Method {
    /// The months after the window, in which what was paid is held against the grade.
    pub months: MonthSpan,
    /// The window that the grade is decided on.
    pub window: MonthSpan,
    /// By grade alone, then by rate.
    pub predictions: Vec<(Predicted, Prediction)>,
    /// How much of the movement is noise.
    pub noise: Noise,
    /// Credibility by class and size.
    pub credibility: Vec<ClassCredibility>,
    /// Benefits by lag from accident.
    pub triangle: Triangle,
    /// How mature the window is.
    pub maturity: Option<Maturity>,
}

/// The incidence of key industries against one plan.
#[derive(Clone, Debug)]
pub struct OfPlan {
    /// The plan.
    pub plan: String,
    /// What it is cited from, in Chinese and English.
    pub cited: [String; 2],
    /// What was found.
    pub incidence: Incidence,
}

/// Who drifts up, and the incidence of key industries.
#[derive(Clone, Debug)]
pub struct Prevention {
    /// Who drifts up, where a next cycle is listed and some of its window has run.
    pub drift: Option<Drift>,
    /// Names and numbers of those that drift, in the order of the list.
    pub accounts: Vec<(String, String)>,
    /// The incidences, for each plan whose years the study shows.
    pub plans: Vec<OfPlan>,
}

/// The ladder in the long run, under several laws, of one employer.
#[derive(Clone, Debug)]
pub struct Chains {
    /// The class of the employer.
    pub class: RiskClass,
    /// What its claims cost.
    pub severity: Severity,
    /// The laws.
    pub laws: Vec<Chained>,
}

/// A law with its chain, or with what keeps its grades from being one.
pub type Chained = (String, Result<Option<SideBySide>, Problems>);

/// What statistics are made from.
#[derive(Clone, Copy)]
pub(super) struct Made<'m> {
    pub(super) portfolio: &'m Portfolio,
    pub(super) law: &'m Law,
    pub(super) bands: &'m SizeBands,
    pub(super) cap: Option<Money>,
    pub(super) workers: Workers<'m>,
}

impl Made<'_> {
    pub(super) fn method(&self, asked: &StudyMethod) -> Method {
        let window = self.law.windows()[0];
        let after = MonthSpan::new(window.to().plus(1), window.to().plus(12));
        let months = asked.months.or(after).unwrap_or(window);
        let Self { portfolio, law, bands, cap, workers } = *self;
        let predictions = [Predicted::Grade, Predicted::Rate].map(|by| {
            let (parts, seed, exposure) = (asked.parts, asked.seed, Exposure::BasePremium);
            let asked = PredictionAsked { months, exposure, by, parts, cap, seed };
            (by, prediction(portfolio, law, Graded::Decided(law), &asked, workers))
        });
        let noise_asked = NoiseAsked { risk: Risk::OfClass, draws: asked.draws, seed: asked.seed, bands };
        let (exposure, observed, grouped) = (Exposure::Heads, Observed::Persons, Grouped::Accounts);
        let credibility_asked = CredibilityAsked { exposure, observed, grouped, cap, level: 0.5, bands };
        let through = months.to().max(window.to());
        let years = self.accident_years(through);
        let triangle = Triangle::of(portfolio, law, &MaturityAsked { through, years, cap }, workers);
        Method {
            months,
            window,
            predictions: predictions.to_vec(),
            noise: noise(portfolio, law, &noise_asked, workers),
            credibility: credibility(portfolio, law, &credibility_asked, workers),
            maturity: triangle.maturity(&window),
            triangle,
        }
    }

    /// Years from the first accident of the book to a month, as far as benefits are followed.
    fn accident_years(&self, through: Month) -> usize {
        let accidents = self.portfolio.histories().iter().flat_map(History::claims).map(|claim| claim.accident);
        let first = accidents.min().map_or(through, Month::of);
        usize::try_from(through.since(first) / 12 + 1).unwrap_or(1).clamp(1, ACCIDENT_YEARS)
    }

    /// The law in force and every candidate that may decide, side by side; or why the grades of one make no chain.
    pub(super) fn chain(&self, asked: &StudyChain, laws: &[(String, Law)]) -> Result<Chains, Problems> {
        let class = class(self.law, asked.class)?;
        let monthly_payroll = Money::from_fen(asked.monthly_payroll_fen);
        let level = |claims: &rust_decimal::Decimal| RiskLevel {
            label: claims.normalize().to_string(),
            claims_per_year: decimal(*claims),
        };
        let severity = Severity::of_class_or_all(self.portfolio, self.law, class, LEAST_CLAIMS)?;
        let risks = RiskLevels {
            reference: Reference { class, industry: None, heads: asked.heads, monthly_payroll },
            severity,
            levels: asked.claims_per_year.iter().map(level).collect(),
        };
        let chained = |law: &(String, Law)| {
            let found = side_by_side(std::slice::from_ref(law), &risks);
            (law.0.clone(), found.map(|mut found| found.pop()))
        };
        let laws = laws.iter().take_while(|_| !self.workers.is_stopped()).map(chained).collect();
        Ok(Chains { class, severity: risks.severity, laws })
    }

    /// Claims, severities and patterns are estimated from the window; how long pensions run and what grows is given.
    /// What the fund pays beside claims is given too, or is what it was in the fund table.
    pub(super) fn projection(
        &self,
        asked: &StudyProjection,
        load: Option<Factor>,
        outlook: Option<&Outlook>,
    ) -> Result<Projection, Problems> {
        let in_table = outlook.filter(|it| it.claims_fen > 0).map(|it| {
            let numerator = (it.table_benefits_fen - it.claims_fen).max(0);
            percent(Quantity { numerator, denominator: it.claims_fen }, 4)
        });
        let load = load.map(Factor::percent).or(in_table);
        let pattern = Pattern::Pension {
            growth_percent: decimal(asked.benefit_growth),
            life: Life::Years(asked.pension_years.into()),
        };
        let pension = |item| ItemPattern { item, pattern: pattern.clone(), grounds: Grounds::Given };
        let estimation = Estimation {
            bands: FEWEST_HEADS.to_vec(),
            least_claims: LEAST_CLAIMS,
            pensions: PENSIONS.iter().copied().map(pension).collect(),
            pattern_years: PATTERN_YEARS,
        };
        let assumptions = Assumptions {
            payroll_growth_percent: decimal(asked.payroll_growth),
            benefit_growth_percent: decimal(asked.benefit_growth),
            load_percent: load.map_or(0.0, decimal),
            ..Assumptions::estimated(self.portfolio, self.law, &estimation)?
        };
        let plan = Plan { years: asked.years, paths: asked.paths, seed: asked.seed, assumptions };
        project(self.portfolio, self.law, &plan, self.workers)
    }

    pub(super) fn prevention(
        &self,
        asked: &StudyPrevention,
        next: Option<&Law>,
        plans: &PreventionPlans,
    ) -> Prevention {
        let drift_asked =
            DriftAsked { through: asked.through, fen: asked.margin_fen.into(), persons: asked.margin_persons.into() };
        let found = next.and_then(|next| drift(self.portfolio, self.law, next, &drift_asked, self.workers));
        let named = |place: usize| {
            let history = self.portfolio.histories().get(place);
            history.map_or_else(Default::default, |it| (it.key().number.clone(), it.name().to_owned()))
        };
        let accounts = found.iter().flat_map(|it| &it.drifting).map(|it| named(it.place)).collect();
        let (from, to) = (asked.from_year, asked.through.year());
        let shown = plans.plans.iter().filter(|plan| (from..=to).any(|year| plan_holds(plan, year)));
        let of_plan = |plan: &rate_core::parameters::prevention::PreventionPlan| {
            let asked = IncidenceAsked { plan, from, to, by: ClaimDay::Recognised, base_year: asked.base_year };
            let basis = plans.basis(plan.basis);
            OfPlan {
                plan: plan.id.clone(),
                cited: [rate_core::error::Lang::Zh, rate_core::error::Lang::En].map(|lang| basis.citation(lang)),
                incidence: incidence(self.portfolio, self.law, &asked, self.workers),
            }
        };
        Prevention { drift: found, accounts, plans: shown.map(of_plan).collect() }
    }
}

fn plan_holds(plan: &rate_core::parameters::prevention::PreventionPlan, year: i32) -> bool {
    let year_of = |day| Month::of(day).year();
    (year_of(plan.days.from())..=year_of(plan.days.last())).contains(&year)
}
