//! What is held against the law in force: the same rules with something in them otherwise, or other rules.

use crate::amount::{Factor, Rate};
use crate::calendar::NaiveDate;
use crate::citation::Label;
use crate::error::{Code, Place, Problem, Problems};
use crate::industry::RiskClass;
use crate::input::{Amendment, Change, Examined};
use crate::parameters::{BaseVector, Parameters};
use crate::rule_set::check::Report;
use crate::rule_set::{Denominator, Law, Measure, RuleSet};

/// The law that candidates are held against.
#[derive(Clone, Debug)]
pub struct Baseline {
    rules: RuleSet,
    parameters: Parameters,
    on: NaiveDate,
    law: Law,
}

/// What a candidate says otherwise than the baseline.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Its name in tables.
    pub id: String,
    /// Its name in words.
    pub label: Label,
    /// The rules.
    pub rules: ProposedRules,
    /// The base rates.
    pub base: ProposedBase,
}

/// The rules of a candidate.
#[derive(Clone, Debug)]
pub enum ProposedRules {
    /// Those of the baseline.
    AsBaseline,
    /// Those of the baseline with values changed: rows, measures, cycles and adjustments by id, bounds by position.
    Changed(Vec<Change>),
    /// Other rules of the same area.
    Whole(Box<Examined>),
}

/// The base rates of a candidate.
#[derive(Clone, Debug)]
pub enum ProposedBase {
    /// Those of the baseline.
    AsBaseline,
    /// Those of the baseline, each multiplied.
    Factor(Factor),
    /// One rate per class, class 1 first, for everybody without a vector of a sub-area, kind or list of its own.
    Rates(Vec<Rate>),
    /// Other parameters.
    Whole(Box<Parameters>),
}

/// A candidate, judged: with the law it makes, unless the checker refuses it.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its name in tables.
    pub id: String,
    /// Its name in words.
    pub label: Label,
    /// What the checker says of its rules.
    pub report: Report,
    /// What its rules say otherwise than those of the baseline.
    pub amendments: Vec<Amendment>,
    /// The law; `None` where the checker refuses its rules.
    pub law: Option<Law>,
}

impl Proposal {
    /// The baseline under another name: what a proposal is made from.
    pub fn new(id: &str) -> Self {
        let label = Label { zh: id.to_owned(), en: id.to_owned() };
        Self { id: id.to_owned(), label, rules: ProposedRules::AsBaseline, base: ProposedBase::AsBaseline }
    }

    /// How problems name it.
    fn place(&self) -> Place {
        Place::field(format!("candidates.{}", self.id))
    }

    /// With values of the rules changed.
    #[must_use]
    pub fn changed(self, changes: impl IntoIterator<Item = Change>) -> Self {
        Self { rules: ProposedRules::Changed(changes.into_iter().collect()), ..self }
    }

    /// With every base rate multiplied.
    #[must_use]
    pub fn at_base_factor(self, factor: Factor) -> Self {
        Self { base: ProposedBase::Factor(factor), ..self }
    }

    /// With other base rates, class 1 first.
    #[must_use]
    pub fn at_base_rates(self, rates: Vec<Rate>) -> Self {
        Self { base: ProposedBase::Rates(rates), ..self }
    }
}

impl Baseline {
    /// The law of an annual setting, with the rules and parameters it was made from.
    pub fn of(law: &Law) -> Self {
        let (rules, parameters) = (law.rules().clone(), law.parameters().clone());
        Self { rules, parameters, on: law.setting().from(), law: law.clone() }
    }

    /// The law.
    pub const fn law(&self) -> &Law {
        &self.law
    }

    /// The baseline as a candidate: what everything is held against.
    pub fn itself(&self, label: Label) -> Candidate {
        let (report, law) = (self.rules.report(), Some(self.law.clone()));
        Candidate { id: "baseline".to_owned(), label, report, amendments: Vec::new(), law }
    }

    /// Judges a proposal.
    ///
    /// # Errors
    /// Changes of what does not stand there, rules that cannot be read or decide nothing on the day, base rates that do
    /// not fit the classes; all at once. What the checker blocks is no error: it stands in the report.
    pub fn judge(&self, proposal: &Proposal) -> Result<Candidate, Problems> {
        let mut problems = self.problems_of_base(proposal);
        let examined = match &proposal.rules {
            ProposedRules::AsBaseline => None,
            ProposedRules::Changed(changes) => Some(self.rules.overlaid(changes)),
            ProposedRules::Whole(examined) => Some(Ok(Examined::clone(examined))),
        };
        let examined = match examined.transpose() {
            Ok(examined) => examined,
            Err(wrong) => {
                problems.extend(wrong.iter().cloned());
                None
            }
        };
        Problems::none_of(problems)?;
        let (rules, report) = match &examined {
            Some(examined) => (examined.rules(), examined.report().clone()),
            None => (&self.rules, self.rules.report()),
        };
        let law = if report.verdict.may_decide() { Some(self.law_of(rules, proposal)?) } else { None };
        let amendments = rules.amendments(&self.rules);
        Ok(Candidate { id: proposal.id.clone(), label: proposal.label.clone(), report, amendments, law })
    }

    fn law_of(&self, rules: &RuleSet, proposal: &Proposal) -> Result<Law, Problems> {
        let (own, area) = (&self.rules.id().area, &rules.id().area);
        let refused = |what: String| Problem::new(Code::ScenarioRefused, proposal.place(), [what]);
        if own != area {
            return Err(refused(format!("{area} ≠ {own}")).into());
        }
        let parameters = match &proposal.base {
            ProposedBase::Whole(parameters) => parameters,
            _ => &self.parameters,
        };
        let law = rules.law_for(parameters, self.on).map_err(|refusal| refused(refusal.to_string()))?;
        Ok(match &proposal.base {
            ProposedBase::AsBaseline | ProposedBase::Whole(_) => law,
            ProposedBase::Factor(factor) => at_base_factor(&law, *factor)
                .ok_or_else(|| Problem::new(Code::ScenarioBase, proposal.place(), [factor.to_string()]))?,
            ProposedBase::Rates(rates) => law.varied(|parts| {
                let (setting, system) = (*law.setting(), law.rules().classes().system);
                let general = |it: &&mut BaseVector| is_general(it) && it.system == system;
                let acting = parts.parameters.vectors.iter_mut().filter(general);
                acting.filter(|it| it.days.intersect(&setting).is_some()).for_each(|it| it.rates.clone_from(rates));
            }),
        })
    }

    /// What is wrong with proposed base rates.
    fn problems_of_base(&self, proposal: &Proposal) -> Vec<Problem> {
        let ProposedBase::Rates(rates) = &proposal.base else { return Vec::new() };
        let classes = RiskClass::all(self.law.rules().classes().system).count();
        let vectors = self.law.parameters().vectors();
        let none = !vectors.iter().any(|it| is_general(it) && it.days.intersect(self.law.setting()).is_some());
        let wrong = none || rates.len() != classes;
        let values = [format!("{} ≠ {classes}", rates.len())];
        wrong.then(|| Problem::new(Code::ScenarioBase, proposal.place(), values)).into_iter().collect()
    }
}

/// A vector of everybody in its area.
fn is_general(vector: &BaseVector) -> bool {
    vector.sub_area.is_empty() && vector.kinds.is_empty() && vector.listed.is_none()
}

/// A law with every base rate that touches its setting multiplied; `None` where a rate does not fit.
pub(super) fn at_base_factor(law: &Law, factor: Factor) -> Option<Law> {
    let acting = |it: &&BaseVector| it.days.intersect(law.setting()).is_some();
    let rates = law.parameters().vectors().iter().filter(acting);
    let times = |it: &BaseVector| it.rates.iter().map(|rate| rate.times(factor)).collect::<Option<Vec<_>>>();
    let moved: Vec<Vec<Rate>> = rates.map(times).collect::<Option<_>>()?;
    let setting = *law.setting();
    Some(law.varied(|parts| {
        let vectors = parts.parameters.vectors.iter_mut().filter(|it| it.days.intersect(&setting).is_some());
        vectors.zip(moved).for_each(|(vector, rates)| vector.rates = rates);
    }))
}

/// A law that reads facts with the base rates of another: the premiums of its windows stay as they were charged.
pub(super) fn reading_at(law: &Law, charged: &Law) -> Law {
    law.varied(|parts| parts.parameters.vectors = charged.parameters().vectors().to_vec())
}

/// Whether two laws have the same base rates.
pub(super) fn same_base_rates(one: &Law, two: &Law) -> bool {
    one.parameters().vectors() == two.parameters().vectors()
}

/// Whether the base rates of a candidate move what its own measures divide by, so that a comparison as charged and one on
/// level are two things.
pub fn moves_its_own_measure(candidate: &Law, baseline: &Law) -> bool {
    let by_premium = |it: &Measure| matches!(it.denominator, Denominator::Premium { .. });
    !same_base_rates(candidate, baseline) && candidate.rules().measures().iter().any(by_premium)
}
