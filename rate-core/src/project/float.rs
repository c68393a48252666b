//! The grade that the experience of a subject gives its projects, by the one engine.
//!
//! The facts of a subject (a project, the projects of a contractor, all projects of an area) are put together into a
//! [`History`] of its own, which a method for projects then measures and decides as it does any other.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{GradeFrom, NoBill, ProjectBill, ProjectGrade, bill};
use crate::amount::Money;
use crate::calendar::{Month, MonthSpan, NaiveDate};
use crate::decide;
use crate::decision::Decision;
use crate::error::Problems;
use crate::history::{Claim, History, HistoryBuilder, Premium, PremiumKind, Project};
use crate::ladder::RateGrade;
use crate::parameters::Parameters;
use crate::rule_set::law::Source;
use crate::rule_set::{Law, ProjectSubject, RuleSet, RuleSetId, Selection, WhyNot};

/// Whose experience it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKey {
    /// All projects of the area.
    Area,
    /// All projects of an account.
    Contractor(String),
    /// One project of an account.
    Project(String, String),
}

/// A subject with its facts, and the grade they give.
#[derive(Clone, Debug)]
pub struct SubjectFloat {
    /// Whose.
    pub subject: SubjectKey,
    /// How many projects it has.
    pub projects: usize,
    /// Its facts, put together.
    pub history: History,
    /// The grade and how it came about, without dated rates.
    pub decision: Decision,
}

/// A project with what came of it.
#[derive(Clone, Debug)]
pub struct Billed {
    /// The method that floats projects, for the annual setting that holds the day it enrolled; none where there is none.
    pub law: Option<Law>,
    /// The float of its subject, where there is such a method and the project has no grade determined.
    pub float: Option<Arc<SubjectFloat>>,
    /// What it pays, or why nothing can be said.
    pub bill: Result<ProjectBill, NoBill>,
}

/// The histories whose projects are billed, with everything their rates depend on.
#[derive(Debug)]
pub struct ProjectBook<'b> {
    area: String,
    parameters: Parameters,
    sets: &'b [RuleSet],
    /// Methods for projects that the check refuses: while they are in force, nobody knows the grade.
    refused: &'b [RuleSet],
    histories: &'b [History],
    /// Some account of the area that has projects was refused.
    incomplete: bool,
    laws: Vec<Law>,
    floats: BTreeMap<(RuleSetId, NaiveDate, SubjectKey), Result<Arc<SubjectFloat>, Problems>>,
}

impl<'b> ProjectBook<'b> {
    /// The projects of an area's histories. `refused` are methods that the check refuses; `incomplete` says that an
    /// account with projects was refused, so that the area's projects are not all known.
    pub fn new(
        area: &str,
        parameters: &Parameters,
        (sets, refused): (&'b [RuleSet], &'b [RuleSet]),
        histories: &'b [History],
        incomplete: bool,
    ) -> Self {
        Self {
            area: area.to_owned(),
            parameters: parameters.of_area(area),
            sets,
            refused,
            histories,
            incomplete,
            laws: Vec::new(),
            floats: BTreeMap::new(),
        }
    }

    /// The parameters of the area.
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// What a project of one of the histories pays.
    pub fn bill(&mut self, contractor: &History, project: &Project) -> Billed {
        let law = match self.law(project.enrolled_on) {
            Ok(law) => law,
            Err(none) => return Billed { law: None, float: None, bill: Err(none) },
        };
        let graded = law.as_ref().map_or(Ok((None, None)), |law| self.graded(law, contractor, project));
        match graded {
            Ok((float, grade)) => {
                let bill = bill(&self.parameters, contractor, project, grade.as_ref());
                Billed { law, float, bill }
            }
            Err(none) => Billed { law, float: None, bill: Err(none) },
        }
    }

    /// The grade a method for projects gives, or what the one determined does on its ladder.
    fn graded(
        &mut self,
        law: &Law,
        contractor: &History,
        project: &Project,
    ) -> Result<(Option<Arc<SubjectFloat>>, Option<ProjectGrade>), NoBill> {
        let ladder = law.rules().ladder();
        let source = Some(Source::Rules(ladder.basis));
        if !project.grade.is_empty() {
            let determined = ladder.labelled(&project.grade).map(|grade| ProjectGrade {
                label: project.grade.clone(),
                factor: ladder.grade(grade).factor,
                from: GradeFrom::Determined,
                source,
            });
            return Ok((None, determined));
        }
        let float = self.float(law, contractor, project)?;
        // An outcome without a last rate always has a grade: that of the table, or the base.
        let grade = float.decision.outcome().grade.unwrap_or(ladder.base());
        let RateGrade { label, factor, .. } = ladder.grade(grade).clone();
        Ok((Some(float), Some(ProjectGrade { label, factor, from: GradeFrom::Floated, source })))
    }

    /// The method for projects in force on a day, for the setting that holds it.
    fn law(&mut self, on: NaiveDate) -> Result<Option<Law>, NoBill> {
        let in_force = |set: &&RuleSet| set.id().area == self.area && set.in_force().contains(on);
        if let Some(set) = self.refused.iter().find(in_force) {
            return Err(NoBill::MethodRefused(set.id().to_string()));
        }
        let selection = Selection::for_projects(self.sets, &self.area, on);
        let Some(chosen) = selection.chosen else {
            let no_cycle = selection.considered.iter().find(|it| it.why_not == Some(WhyNot::NoCycle));
            return no_cycle.map_or(Ok(None), |it| Err(NoBill::NoCycle(it.id.to_string())));
        };
        let known = self.laws.iter().find(|law| law.rules().id() == chosen.id() && law.setting().contains(on));
        if let Some(law) = known {
            return Ok(Some(law.clone()));
        }
        // A method that was chosen lists a cycle for the day.
        let law = chosen.law_for(&self.parameters, on).map_err(|_| NoBill::NoCycle(chosen.id().to_string()))?;
        self.laws.push(law.clone());
        Ok(Some(law))
    }

    fn float(&mut self, law: &Law, contractor: &History, project: &Project) -> Result<Arc<SubjectFloat>, NoBill> {
        let number = contractor.key().number.clone();
        let subject = match law.rules().projects().map(|it| it.subject) {
            Some(ProjectSubject::Area) if self.incomplete => return Err(NoBill::SubjectIncomplete),
            Some(ProjectSubject::Area) => SubjectKey::Area,
            Some(ProjectSubject::Contractor) => SubjectKey::Contractor(number),
            // A method for projects has one of the three subjects.
            Some(ProjectSubject::Project | ProjectSubject::None) | None => {
                SubjectKey::Project(number, project.id.clone())
            }
        };
        let key = (law.rules().id().clone(), law.setting().from(), subject.clone());
        let histories = self.histories;
        let found = self.floats.entry(key).or_insert_with(|| float_of(law, subject, histories).map(Arc::new));
        found.clone().map_err(NoBill::Facts)
    }
}

/// The projects of a subject, each with the history it stands in.
fn projects_of<'h>(subject: &SubjectKey, histories: &'h [History]) -> impl Iterator<Item = (&'h History, &'h Project)> {
    let of = |history: &History, project: &Project| match subject {
        SubjectKey::Area => true,
        SubjectKey::Contractor(number) => history.key().number == *number,
        SubjectKey::Project(number, id) => history.key().number == *number && project.id == *id,
    };
    let all = histories.iter().flat_map(|history| history.projects().iter().map(move |project| (history, project)));
    all.filter(move |(history, project)| of(history, project))
}

fn float_of(law: &Law, subject: SubjectKey, histories: &[History]) -> Result<SubjectFloat, Problems> {
    let projects: Vec<_> = projects_of(&subject, histories).collect();
    let history = history_of(law, &subject, &projects)?;
    let decision = decide::grade(law, &history)?;
    Ok(SubjectFloat { subject, projects: projects.len(), history, decision })
}

/// The facts of a subject as those of one account: what its projects paid by the month it was received in, and what was
/// paid on their claims. It is insured from the first of its projects on.
fn history_of(law: &Law, subject: &SubjectKey, projects: &[(&History, &Project)]) -> Result<History, Problems> {
    let area = &law.rules().id().area;
    let number = match subject {
        SubjectKey::Area => "area".to_owned(),
        SubjectKey::Contractor(number) => number.clone(),
        SubjectKey::Project(number, id) => format!("{number} {id}"),
    };
    let mut builder = History::builder(area.clone(), number);
    let days = projects.iter().flat_map(|(_, it)| [Some(it.enrolled_on), it.paid.map(|(_, day)| day)]);
    let Some(first) = days.flatten().map(Month::of).min() else { return builder.build() };
    builder = builder.covered(&first.to_string(), None);
    if let Some(class) = law.rules().projects().and_then(|it| it.class) {
        builder = builder.class(class, &first.first_day().to_string(), None);
    }
    let last = law.windows().iter().chain(law.filled_window().as_ref()).map(MonthSpan::to).max();
    let months = last.and_then(|last| MonthSpan::new(first, last));
    let mut paid: BTreeMap<Month, i64> = BTreeMap::new();
    for (amount, day) in projects.iter().filter_map(|(_, project)| project.paid) {
        let month = paid.entry(Month::of(day)).or_default();
        *month = month.saturating_add(amount.fen());
    }
    for month in months.iter().flat_map(|all| (0..all.months()).map(|offset| all.from().plus(offset))) {
        let fen = paid.get(&month).copied().unwrap_or_default();
        builder = received(month, Money::from_fen(fen)).into_iter().fold(builder, HistoryBuilder::premium_row);
    }
    for (history, project) in projects {
        let own = |claim: &&Claim| {
            claim.project.as_deref() == Some(project.id.as_str())
                && ["", history.key().number.as_str()].contains(&claim.insured())
        };
        for claim in history.claims().iter().filter(own) {
            // Numbers are unique within an account only.
            let id = format!("{}/{}", history.key().number, claim.id);
            builder = builder.claim(Claim { id, project: None, parties: None, ..claim.clone() });
        }
    }
    if let (SubjectKey::Contractor(_) | SubjectKey::Project(..), Some((history, _))) = (subject, projects.first()) {
        builder = history.events().iter().cloned().fold(builder, HistoryBuilder::event);
    }
    builder.build()
}

/// The premium received in a month. What was saturated is refused with the sum of the account.
fn received(month: Month, paid: Money) -> Option<Premium> {
    Some(Premium {
        months: MonthSpan::new(month, month)?,
        payroll: Money::ZERO,
        heads: 0,
        due: paid,
        paid,
        relieved: Money::ZERO,
        kind: PremiumKind::Regular,
        received_on: Some(month.first_day()),
    })
}
