//! What a study looks for and goes through, as the core takes it, and what of it does not fit the law in force.

use rate_core::error::{Code, Place};
use rate_core::input::{Study, StudyCalibration, StudySetting, StudySweep};
use rate_core::scenario::{Axis, Baseline, Level, Search, Setting};
use rate_core::{Law, Problem, Problems, RiskClass};

/// Something of a study that does not fit the law in force.
#[derive(Clone, Debug)]
pub struct Unfit {
    /// Where it stands in the study, as a JSON pointer from it.
    pub pointer: String,
    /// What people call that place.
    pub name: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl Unfit {
    /// The problem at what people call its place, with the path in the law that it is of.
    pub fn named(self) -> Problem {
        let Self { name, problem, .. } = self;
        let within = problem.place.field;
        let field = if within.is_empty() { name } else { format!("{name}: {within}") };
        Problem { place: Place::field(field), ..problem }
    }
}

/// What of the searches, the sweeps and the chain of a study does not fit the law in force, as far as it shows without
/// accounts.
pub fn unfit(study: &Study, baseline: &Baseline) -> Vec<Unfit> {
    let of = |list: &'static str, (place, id): (usize, &str), wrong: Result<(), Problems>| {
        let (pointer, name) = (format!("/{list}/{place}"), format!("{list}.{id}"));
        let told = move |problem| Unfit { pointer: pointer.clone(), name: name.clone(), problem };
        wrong.err().into_iter().flat_map(Problems::into_vec).map(told).collect::<Vec<_>>()
    };
    let calibrations = study
        .calibrations
        .iter()
        .enumerate()
        .flat_map(|(place, it)| of("calibrations", (place, &it.id), search(it, 0).check(baseline)));
    let sweeps = study
        .sweeps
        .iter()
        .enumerate()
        .flat_map(|(place, it)| of("sweeps", (place, &it.id), Axis::check(baseline, &axes(it))));
    let chain = study.chain.as_ref().and_then(|chain| class(baseline.law(), chain.class).err());
    let chain = chain.map(|problem| Unfit {
        pointer: "/chain/class".to_owned(),
        name: "chain".to_owned(),
        problem: Problem { place: Place::field("class"), ..problem },
    });
    calibrations.chain(sweeps).chain(chain).collect()
}

/// The class of an employer, where the law in force has it.
pub(super) fn class(law: &Law, number: u8) -> Result<RiskClass, Problem> {
    RiskClass::new(law.rules().classes().system, number).ok_or_else(|| {
        let values = ["chain.class".to_owned(), number.to_string(), "a class of the system".to_owned()];
        Problem::new(Code::ScenarioAssumption, Place::field("chain.class"), values)
    })
}

/// A search as the core takes it, with its target in fen.
pub(super) fn search(asked: &StudyCalibration, target_fen: i128) -> Search {
    Search {
        setting: setting(&asked.setting),
        low: asked.between[0],
        high: asked.between[1],
        step: asked.step,
        target_fen,
        tolerance_fen: asked.tolerance_fen.into(),
        level: Level::AsCharged,
    }
}

/// The axes of a sweep as the core takes them.
pub(super) fn axes(asked: &StudySweep) -> Vec<Axis> {
    asked.axes.iter().map(|(of, values)| Axis { setting: setting(of), values: values.clone() }).collect()
}

fn setting(asked: &StudySetting) -> Setting {
    match asked {
        StudySetting::BaseFactor => Setting::BaseFactor,
        StudySetting::Values(values) => Setting::Values(values.clone()),
    }
}
