//! What is asked of a stored book: a study read and held against the law in force before anything is queued.

use rate_core::error::{Code, Place};
use rate_core::fund::Fund;
use rate_core::input::{Study, StudyCandidate, StudyFile};
use rate_core::log::Digest;
use rate_core::scenario::{Baseline, SizeBands};
use rate_core::{NaiveDate, Parameters, Problem, date};

use crate::gazette::{self, Form, GazetteError, GivenText, Person};
use crate::pipeline;
use crate::run::{ChosenLaw, with_averages};
use crate::scenario::{self, Given};
use crate::store::{Link, ScenarioRow, StoreError};

/// Studies of one area that may wait or be answered at a time.
const MOST_OPEN: i64 = 20;

/// Where the study stands in a request.
const AT: &str = "/study";

/// What is asked of the stored book of an area.
#[derive(Clone, Debug)]
pub struct Question {
    /// Names it among all that are asked.
    pub id: String,
    /// The area.
    pub area: String,
    /// A day of the annual setting, where the study names none.
    pub on: Option<NaiveDate>,
    /// The instant as of which facts and law are known; now where none is named.
    pub known_at: Option<String>,
    /// The study, as JSON.
    pub study: String,
}

/// A study with everything it is answered from but the accounts.
pub(super) struct Readied {
    pub(super) study: Study,
    pub(super) given: Vec<Given>,
    pub(super) chosen: ChosenLaw,
    pub(super) fund: Fund,
}

/// A study that was read, and where its parts stand.
struct Read {
    source: GivenText,
    file: StudyFile,
    study: Study,
}

/// Asks something of the stored book of an area; it is queued.
///
/// # Errors
/// Everything that is wrong with the study, as far as it shows without the accounts; no law in force; no facts; too many that
/// wait already.
pub fn ask(link: &mut Link, question: Question, by: &Person, now: &str) -> Result<ScenarioRow, GazetteError> {
    let Question { id, area, on, known_at, study } = question;
    let read = Read::of(&study)?;
    let day = day(on, read.study.on)?;
    let (knowledge, law) = match &known_at {
        Some(instant) => (link.knowledge_at(instant)?, link.publication_at(instant)?),
        None => (link.last_knowledge()?, link.last_publication()?),
    };
    let row = ScenarioRow {
        id,
        area,
        day: day.to_string(),
        study,
        knowledge,
        law,
        state: "queued".to_owned(),
        stage: String::new(),
        done: 0,
        out_of: 0,
        problems: String::new(),
        fence: 0,
        lease_until: 0,
        asked_by: by.key.clone(),
        asked_at: now.to_owned(),
        ended_at: None,
    };
    read.holds(&Readied::of(link, &row)?)?;
    if link.accounts_after(&row.area, "", 1, knowledge)?.is_empty() {
        return Err(refused("该地区没有已入库的单位", "no account of this area is stored"));
    }
    Ok(row)
}

/// Queues what was asked.
///
/// # Errors
/// Too many that wait already; a name that another has.
pub fn queue(link: &mut Link, row: &ScenarioRow) -> Result<(), GazetteError> {
    if link.open_scenarios(&row.area)? >= MOST_OPEN {
        let zh = format!("该地区已有 {MOST_OPEN} 项测算未完成，请待其完成或取消");
        let en = format!("{MOST_OPEN} scenarios of this area are not ended; wait for them, or cancel some");
        return Err(GazetteError::Conflict { zh, en });
    }
    if link.add_scenario(row)? { Ok(()) } else { Err(StoreError::Broken("two scenarios of one name").into()) }
}

fn refused(zh: impl Into<String>, en: impl Into<String>) -> GazetteError {
    GazetteError::Refused { zh: zh.into(), en: en.into() }
}

/// The day that is asked: that of the study, or that beside it, which may not be another.
fn day(beside: Option<NaiveDate>, own: Option<NaiveDate>) -> Result<NaiveDate, GazetteError> {
    match (beside, own) {
        (Some(one), Some(other)) if one != other => Err(refused(
            format!("请求的 on 为 {one}，测算文件的 on 为 {other}"),
            format!("the request says `on` {one}, the study {other}"),
        )),
        (_, Some(day)) | (Some(day), None) => Ok(day),
        (None, None) => {
            Err(refused("请以 on 写明测算的执行期中的一天", "say as `on` a day of the annual setting that is studied"))
        }
    }
}

impl Read {
    fn of(text: &str) -> Result<Self, GazetteError> {
        let source = GivenText { form: Form::Json, text: text.to_owned(), at: AT.to_owned() };
        let file = StudyFile::parse_json_named(AT, text);
        let file = file.map_err(|problems| GazetteError::Problems(source.placed(problems, str::to_owned)))?;
        let study = file.clone().check();
        let wrong = |problems| GazetteError::Problems(source.placed(problems, |path| file.pointer(path)));
        let study = study.map_err(wrong)?;
        Ok(Self { source, file, study })
    }

    /// Holds the study against the law in force.
    fn holds(&self, readied: &Readied) -> Result<(), GazetteError> {
        let baseline = Baseline::of(&readied.chosen.law);
        let mut problems = Vec::new();
        if let Some(Err(wrong)) = self.study.size_bands.as_deref().map(SizeBands::new) {
            problems.extend(wrong.into_vec().into_iter().map(|it| at(it, format!("{AT}/size_bands"))));
        }
        for (place, (asked, given)) in self.study.candidates.iter().zip(&readied.given).enumerate() {
            let Err(wrong) = scenario::judge(&baseline, asked, given) else { continue };
            for mut problem in wrong.into_vec() {
                if problem.place.file == AT {
                    problems.extend(self.source.placed(problem.into(), |path| self.file.pointer(path)));
                    continue;
                }
                if problem.place.field == format!("candidates.{}", asked.id) {
                    problem.place.field.clear();
                }
                problems.push(at(problem, format!("{AT}/candidates/{place}")));
            }
        }
        let unfit = scenario::unfit(&self.study, &baseline).into_iter();
        problems.extend(unfit.map(|it| at(it.problem, format!("{AT}{}", it.pointer))));
        if problems.is_empty() { Ok(()) } else { Err(GazetteError::Problems(problems)) }
    }
}

/// A problem of something that a place in the study names: it is told at that place, with where it stands in what is named in
/// place of a file.
fn at(problem: Problem, pointer: String) -> Problem {
    let within = problem.place.field.clone();
    Problem { place: Place { file: within, field: pointer, ..Place::default() }, ..problem }
}

impl Readied {
    /// Everything that a scenario is answered from but the accounts: the same whenever it is asked for.
    pub(super) fn of(link: &mut Link, row: &ScenarioRow) -> Result<Self, GazetteError> {
        let study = Read::of(&row.study)?.study;
        let on = date(&row.day).map_err(|_| StoreError::Broken("a day that is none"))?;
        let book = pipeline::of_area(link, &row.area, row.knowledge)?.checked();
        if !book.file_problems.is_empty() {
            return Err(GazetteError::Problems(book.file_problems));
        }
        let chosen = gazette::law(link, &row.area, on, Some(row.law), book.parameters.clone())?;
        let (mut all, mut problems) = (Vec::new(), Vec::new());
        for (place, candidate) in study.candidates.iter().enumerate() {
            match given(link, row, candidate, &book.parameters) {
                Ok(given) => all.push(given),
                Err((key, GazetteError::Problems(wrong))) => {
                    let pointer = format!("{AT}/candidates/{place}/{key}");
                    problems.extend(wrong.into_iter().map(|it| at(it, pointer.clone())));
                }
                Err((_, other)) => return Err(other),
            }
        }
        if problems.is_empty() {
            Ok(Self { study, given: all, chosen, fund: book.fund })
        } else {
            Err(GazetteError::Problems(problems))
        }
    }
}

/// The rule set and the parameters that a candidate names by their digests.
fn given(
    link: &mut Link,
    row: &ScenarioRow,
    candidate: &StudyCandidate,
    averages: &Parameters,
) -> Result<Given, (&'static str, GazetteError)> {
    let mut given = Given::default();
    if let Some(name) = &candidate.rules {
        let found = named(name).and_then(|digest| gazette::rule_set(link, &row.area, &digest));
        given.rules = Some(Box::new(found.map_err(|error| ("rules", unknown(error, name, &row.area, "rule-sets")))?));
    }
    if let Some(name) = &candidate.parameters {
        let found = named(name).and_then(|digest| {
            let beside = gazette::parameters_with(link, &row.area, &digest, row.law)?;
            Ok(with_averages(beside, averages.clone())?)
        });
        let found = found.map_err(|error| ("parameters", unknown(error, name, &row.area, "parameters")))?;
        given.parameters = Some(Box::new(found));
    }
    Ok(given)
}

fn named(name: &str) -> Result<Digest, GazetteError> {
    Digest::from_hex(name).ok_or(GazetteError::Unknown)
}

/// That a name names no document of the area, as a problem of the study: where those that there are are listed.
fn unknown(error: GazetteError, name: &str, area: &str, list: &str) -> GazetteError {
    match error {
        GazetteError::Unknown => {
            let values = [name.to_owned(), format!("/v1/areas/{area}/{list} (SHA-256)")];
            GazetteError::Problems(vec![Problem::new(Code::FileUnknownWord, Place::default(), values)])
        }
        other => other,
    }
}
