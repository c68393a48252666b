//! Files of prevention plans: reading and checking them.

use super::reader::{At, Fields, Sink};
use super::rule_set_file::basis::{Bases, label};
use super::tree;
use crate::amount::Factor;
use crate::citation::BasisId;
use crate::document::Tree;
use crate::error::{Code, Problems};
use crate::industry::{Industry, IndustryEdition};
use crate::parameters::prevention::{KeyIndustry, PreventionPlan, PreventionPlans};

/// A file of prevention plans that has been read, not yet checked.
#[derive(Clone, Debug)]
pub struct PreventionFile {
    tree: Tree,
}

impl PreventionFile {
    /// Reads TOML.
    ///
    /// # Errors
    /// `file.syntax` where the text is not TOML.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        Self::parse_named("", text)
    }

    /// Reads TOML from a file whose name problems repeat.
    ///
    /// # Errors
    /// `file.syntax` where the text is not TOML.
    pub fn parse_named(file: &str, text: &str) -> Result<Self, Problems> {
        tree::parse_toml(file, text).map(|tree| Self { tree })
    }

    /// The checked plans.
    ///
    /// # Errors
    /// Every place where the file cannot be read: codes `file.*`, `rule-set.*`, and `check.time.overlap` where two plans
    /// share days.
    pub fn check(self) -> Result<PreventionPlans, Problems> {
        let sink = Sink::new(&self.tree);
        let plans = plans(&sink);
        Problems::none_of(sink.into_problems())?;
        Ok(plans.unwrap_or_default())
    }
}

fn plans<'t>(sink: &'t Sink<'t>) -> Option<PreventionPlans> {
    let root = sink.root().at(String::new()).fields()?;
    let format = root.need("format").and_then(|at| at.text().map(|text| (at.clone(), text)));
    if let Some((at, other)) = format.filter(|(_, text)| *text != "prevention-plan/1") {
        at.problem(Code::FileFormat, [other, "prevention-plan/1"]);
    }
    let area = root.need("area").and_then(|at| at.text()).unwrap_or_default();
    let name = root.need("name").and_then(|at| label(&at));
    let bases = Bases::read(&root, area, sink);
    let items = root.need("plans").map(|at| at.items()).unwrap_or_default();
    root.finish();
    let plans: Vec<(&At<'_>, PreventionPlan)> = items.iter().filter_map(|at| Some((at, plan(at, &bases)?))).collect();
    for (place, (at, plan)) in plans.iter().enumerate() {
        let earlier = plans[..place].iter().map(|(_, other)| other.days);
        for days in earlier.filter(|days| days.intersect(&plan.days).is_some()) {
            let values = [days.to_string(), plan.days.to_string(), days.from().max(plan.days.from()).to_string()];
            at.problem(Code::CheckTimeOverlap, values);
        }
    }
    let plans = plans.into_iter().map(|(_, plan)| plan).collect();
    Some(PreventionPlans { name: name?, plans, bases: bases.into_bases() })
}

fn plan<'t>(at: &At<'t>, bases: &Bases<'t>) -> Option<PreventionPlan> {
    let fields = at.fields()?;
    let basis = bases.of(&fields, None);
    let id = id(&fields);
    let days = fields.need("days").and_then(|at| at.span(false));
    let base_year = fields.get("base_year").and_then(|at| base_year(&at, bases.is_missing(basis, "base_year")));
    let fall = fields.need("fall").and_then(|at| fall(&at));
    let about = fields.get("about").is_some_and(|at| at.boolean().unwrap_or(false));
    let items = fields.need("industries").map(|at| at.items()).unwrap_or_default();
    fields.finish();
    let industries: Vec<KeyIndustry> = items.iter().filter_map(|at| industry(at, bases, basis)).collect();
    counted_twice(at, &industries);
    Some(PreventionPlan { id: id?, days: days?, base_year, fall: fall?, about, industries, basis })
}

fn id(fields: &Fields<'_>) -> Option<String> {
    fields.need("id").and_then(|at| at.text().map(str::to_owned))
}

/// The year that a plan compares with; `?` where the plan was not seen.
fn base_year(at: &At<'_>, missing: bool) -> Option<i32> {
    if missing && at.is_text() == Some("?") {
        return None;
    }
    at.integer(1990..=2199).and_then(|year| i32::try_from(year).ok())
}

fn fall(at: &At<'_>) -> Option<Factor> {
    let fall = at.parsed::<Factor>("a part such as `20%`")?;
    if fall > Factor::ONE {
        at.problem(Code::FileNumber, [fall.to_string(), "a part of at most 100%".to_owned()]);
    }
    Some(fall)
}

fn industry<'t>(at: &At<'t>, bases: &Bases<'t>, around: BasisId) -> Option<KeyIndustry> {
    let fields = at.fields()?;
    let basis = bases.of(&fields, Some(around));
    let id = id(&fields);
    let name = fields.need("name").and_then(|at| label(&at));
    let editions = [IndustryEdition::Gbt2002, IndustryEdition::Gbt2011, IndustryEdition::Gbt2017];
    let edition = fields.need("edition").and_then(|at| at.word(&editions.map(|it| (it.as_str(), it))));
    let items = fields.need("codes").map(|at| at.items()).unwrap_or_default();
    fields.finish();
    let edition = edition?;
    let code = |at: &At<'t>| {
        let text = at.text()?;
        if Industry::new(edition, text).is_none() {
            at.problem(Code::FileNumber, [text, "an industry code of two to four digits"]);
        }
        Some(text.to_owned())
    };
    Some(KeyIndustry { id: id?, name: name?, edition, codes: items.iter().filter_map(code).collect(), basis })
}

/// Codes by which an employer would belong to two key industries, or to one twice.
fn counted_twice(at: &At<'_>, industries: &[KeyIndustry]) {
    let all = industries.iter().flat_map(|it| it.codes.iter().map(move |code| (it.edition, code)));
    let all: Vec<_> = all.collect();
    for (place, (edition, code)) in all.iter().enumerate() {
        let meets = |other: &&(IndustryEdition, &String)| {
            other.0 == *edition && (other.1.starts_with(code.as_str()) || code.starts_with(other.1.as_str()))
        };
        if let Some((_, other)) = all[..place].iter().find(meets) {
            at.problem(Code::FileNumber, [code.as_str(), &format!("a code that does not meet `{other}`")]);
        }
    }
}
