//! Reading `[projects]`, and what a method for projects cannot say: it floats a subject that has projects and claims,
//! and neither heads, nor an industry, nor a last rate.

use super::super::reader::Fields;
use crate::citation::BasisId;
use crate::error::Code;
use crate::industry::{ClassSystem, RiskClass};
use crate::ladder::{GradeLadder, LadderKind};
use crate::rule_set::measure::{PremiumBasis, PremiumDay};
use crate::rule_set::{
    Adjustment, Denominator, Effect, FloatTable, Limits, Measure, Numerator, ProjectRules, ProjectSubject, Reference,
    RowResult,
};

pub(super) fn rules(fields: &Fields<'_>, basis: BasisId, system: ClassSystem) -> Option<ProjectRules> {
    let words: Vec<_> = ProjectSubject::WORDS
        .iter()
        .filter_map(|word| ProjectSubject::from_word(word).map(|subject| (*word, subject)))
        .collect();
    let subject = fields.need("subject")?.word(&words)?;
    if subject == ProjectSubject::None {
        let claims = fields.need("claims")?.word(&[("apart", false), ("with-employer", true)])?;
        return Some(ProjectRules { subject, with_employer: claims, class: None, basis });
    }
    let number = fields.need("class")?.integer(1..=i64::from(system.classes()))?;
    let class = RiskClass::new(system, u8::try_from(number).ok()?);
    Some(ProjectRules { subject, with_employer: false, class, basis })
}

/// The sections of a method for projects, once they are read: ladder, limits, measures, tables, adjustments.
type Sections<'m> = (&'m GradeLadder, Option<&'m Limits>, &'m [Measure], &'m [FloatTable], &'m [Adjustment]);

/// Says of each word of a method for projects that asks for what their subject does not have.
pub(super) fn check(root: &Fields<'_>, rules: Option<ProjectRules>, sections: Sections<'_>) {
    let for_projects = rules.filter(|it| it.subject != ProjectSubject::None);
    if let Some(at) = for_projects.and_then(|_| root.get("projects")) {
        for what in foreign(sections) {
            at.problem(Code::RuleSetContradiction, ["projects.subject", what.as_str()]);
        }
    }
}

fn foreign((ladder, limits, measures, tables, adjustments): Sections<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if ladder.kind() != LadderKind::FactorOfBase {
        found.push("ladder.kind".to_owned());
    }
    if limits.is_some_and(|it| it.max_fall.is_some() || it.max_move.from == Reference::LastGrade) {
        found.push("limits".to_owned());
    }
    let measures = measures.iter().filter_map(|it| Some(format!("measures.{}.{}", it.id, foreign_part(it)?)));
    found.extend(measures);
    for table in tables {
        let results = table.rows.iter().map(|row| row.result).chain(table.otherwise);
        if results.into_iter().any(|it| it.needs_last() || it == RowResult::KeepLastRate) {
            found.push(table.id.clone());
        }
    }
    let adjustments = adjustments.iter().filter(|it| {
        it.uses.is_some()
            || it.effect.is_beside_grade()
            || it.effect == Effect::NoDecreaseFrom(Reference::LastGrade)
            || it.when.event.as_ref().is_some_and(|event| event.acts_on.inside_setting())
    });
    found.extend(adjustments.map(|it| format!("adjustments.{}", it.id)));
    found
}

/// Heads, averages of industries, base rates and months a premium is for: a project has none of them.
fn foreign_part(measure: &Measure) -> Option<&'static str> {
    let numerator = match measure.numerator {
        Numerator::Premium { by, .. } => by == PremiumDay::ForMonth,
        Numerator::Benefits { .. } | Numerator::Claims { .. } => false,
    };
    let denominator = match measure.denominator {
        Denominator::Premium { basis, by, .. } => basis == PremiumBasis::AtBaseRate || by == PremiumDay::ForMonth,
        Denominator::Headcount(_) => true,
        Denominator::One | Denominator::WindowBefore => false,
    };
    match () {
        () if numerator => Some("numerator"),
        () if denominator => Some("denominator"),
        () if measure.relative_to.is_some() => Some("relative_to"),
        () => None,
    }
}
