//! Study files: what an actuary asks of a book. Reading and checking; deciding is done elsewhere.

mod statistics;

use rust_decimal::Decimal;

pub use statistics::{StudyChain, StudyMethod, StudyPrevention, StudyProjection};

use super::book::is_text;
use super::change::Change;
use super::reader::{At, Fields, Sink};
use super::rule_set_file::basis::label;
use super::tree;
use crate::amount::{Factor, Rate};
use crate::calendar::NaiveDate;
use crate::citation::Label;
use crate::document::Tree;
use crate::error::{Code, Problem, Problems};

/// The word by which a study file is known.
pub const STUDY: &str = "study/1";

/// Candidates that one study may have.
const MOST_CANDIDATES: usize = 20;

/// Calibrations that one study may have, and sweeps.
const MOST_SEARCHES: usize = 20;

/// Points of one sweep.
const MOST_POINTS: usize = 400;

/// Characters of an id, of a name in words, and of a path or a value that is put there.
const ID: usize = 64;
const NAME: usize = 200;
const VALUE: usize = 1_000;

/// What tables call the law in force: no candidate may be called so.
const TAKEN: [&str; 5] = ["baseline", "in force", "现行", "现行办法", "–"];

/// Accounts that may be explained on each side.
const MOST_MOVERS: i64 = 1_000;

/// A study file that has been read, not yet checked.
#[derive(Clone, Debug)]
pub struct StudyFile {
    tree: Tree,
}

/// What is asked of a book.
#[derive(Clone, Debug)]
pub struct Study {
    /// What the study is called.
    pub name: Label,
    /// A day of the annual setting that is decided; `None` leaves it to the caller.
    pub on: Option<NaiveDate>,
    /// Upper bounds of size bands, in heads; `None` for the usual ones.
    pub size_bands: Option<Vec<i64>>,
    /// How many are explained on each side; `None` for as many as is usual.
    pub movers: Option<usize>,
    /// What the fund pays beside the claims of the book, in percent of these; `None` as in the fund table.
    pub load: Option<Factor>,
    /// Claims are cut off at this amount where statistics are made of them, in fen; never where rates are.
    pub cap_fen: Option<i64>,
    /// What is held against the law in force.
    pub candidates: Vec<StudyCandidate>,
    /// What is looked for.
    pub calibrations: Vec<StudyCalibration>,
    /// What is gone through.
    pub sweeps: Vec<StudySweep>,
    /// Is the method any good.
    pub method: Option<StudyMethod>,
    /// The ladder in the long run.
    pub chain: Option<StudyChain>,
    /// What the years to come may bring.
    pub projection: Option<StudyProjection>,
    /// Who drifts up, and the incidence of key industries.
    pub prevention: Option<StudyPrevention>,
}

/// A candidate as a study names it.
#[derive(Clone, Debug)]
pub struct StudyCandidate {
    /// Its name in tables.
    pub id: String,
    /// Its name in words.
    pub label: Label,
    /// A rule set in a file, relative to the study.
    pub rules: Option<String>,
    /// Parameters in a file or directory, relative to the study.
    pub parameters: Option<String>,
    /// Values of the rules that are changed.
    pub changes: Vec<Change>,
    /// What every base rate is multiplied by.
    pub base_factor: Option<Factor>,
    /// Base rates, class 1 first.
    pub base_rates: Option<Vec<Rate>>,
}

/// Something of the law that takes a number: every base rate, or values of the rules that move together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StudySetting {
    /// Every base rate, in percent of what it is.
    BaseFactor,
    /// A path and a text with `{}` where the number stands, for each value.
    Values(Vec<(String, String)>),
}

/// What a search aims at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudyTarget {
    /// A premium of a year, in fen.
    Premium(i128),
    /// A share of what the law in force brings.
    OfBaseline(Factor),
    /// What the fund will pay in the year: income meets spending (以支定收).
    Benefits,
}

/// A search.
#[derive(Clone, Debug)]
pub struct StudyCalibration {
    /// Its name in tables.
    pub id: String,
    /// What is moved.
    pub setting: StudySetting,
    /// Lowest and highest number.
    pub between: [Decimal; 2],
    /// How far numbers lie apart.
    pub step: Decimal,
    /// What is aimed at.
    pub target: StudyTarget,
    /// How far from it is near enough, in fen.
    pub tolerance_fen: i64,
}

/// A sweep.
#[derive(Clone, Debug)]
pub struct StudySweep {
    /// Its name in tables.
    pub id: String,
    /// One setting or two, each with its numbers.
    pub axes: Vec<(StudySetting, Vec<Decimal>)>,
}

impl StudyFile {
    /// Reads TOML from a file whose name problems repeat.
    ///
    /// # Errors
    /// `file.syntax` where the text is not TOML.
    pub fn parse_named(file: &str, text: &str) -> Result<Self, Problems> {
        tree::parse_toml(file, text).map(|tree| Self { tree })
    }

    /// Reads the same shape as JSON.
    ///
    /// # Errors
    /// `file.syntax` where the text is not JSON.
    pub fn parse_json_named(file: &str, text: &str) -> Result<Self, Problems> {
        tree::parse_json(file, text).map(|tree| Self { tree })
    }

    /// The JSON pointer of a path as problems name it.
    pub fn pointer(&self, path: &str) -> String {
        self.tree.pointer(path)
    }

    /// The checked study.
    ///
    /// ```
    /// use rate_core::input::StudyFile;
    /// let text = r#"
    ///     format = "study/1"
    ///     name = { zh = "例", en = "example" }
    ///     [[candidates]]
    ///     id = "lower"
    ///     base_factor = "95%"
    /// "#;
    /// let study = StudyFile::parse_named("study.toml", text)?.check()?;
    /// assert_eq!(study.candidates[0].id, "lower");
    /// # Ok::<(), rate_core::Problems>(())
    /// ```
    ///
    /// # Errors
    /// Every place where the file cannot be read or says something twice: codes `file.*`, `rule-set.duplicate`.
    pub fn check(self) -> Result<Study, Problems> {
        let sink = Sink::new(&self.tree);
        let study = study(&sink);
        Problems::none_of(sink.into_problems())?;
        // What could not be read has said why.
        study.ok_or_else(|| Problems::from(Problem::new(Code::FileMissingKey, self.tree.place(""), ["name"])))
    }
}

fn study<'t>(sink: &'t Sink<'t>) -> Option<Study> {
    let root = sink.root().at(String::new()).fields()?;
    let format = root.need("format").and_then(|at| at.text().map(|text| (at.clone(), text)));
    if let Some((at, other)) = format.filter(|(_, text)| *text != STUDY) {
        at.problem(Code::FileFormat, [other, STUDY]);
    }
    let name = root.need("name").and_then(|at| named_label(&at));
    let on = root.get("on").and_then(|at| at.date());
    let size_bands = root.get("size_bands").map(|at| numbers(&at));
    let movers = root.get("movers").and_then(|at| at.integer(0..=MOST_MOVERS));
    let load = root.get("load").and_then(|at| at.parsed::<Factor>("\"5%\""));
    let cap_fen = root.get("cap_fen").and_then(|at| at.integer(1..=i64::MAX));
    let candidates = named(&root, ("candidates", MOST_CANDIDATES), candidate);
    let calibrations = named(&root, ("calibrations", MOST_SEARCHES), calibration);
    let sweeps = named(&root, ("sweeps", MOST_SEARCHES), |fields, id| Some(sweep(fields, id)));
    let method = root.get("method").map(|at| statistics::method(&at));
    let chain = root.get("chain").map(|at| statistics::chain(&at));
    let projection = root.get("projection").map(|at| statistics::projection(&at));
    let prevention = root.get("prevention").map(|at| statistics::prevention(&at));
    root.finish();
    Some(Study {
        name: name?,
        on,
        size_bands,
        movers: movers.and_then(|it| usize::try_from(it).ok()),
        load,
        cap_fen,
        candidates,
        calibrations,
        sweeps,
        method: method.flatten(),
        chain: chain.flatten(),
        projection: projection.flatten(),
        prevention: prevention.flatten(),
    })
}

/// Whether a text may name something in a table, on one line and without what does not show; else that is a problem.
fn names(at: &At<'_>, text: &str, most: usize) -> bool {
    let fits = is_text(text, most) && !text.trim().is_empty();
    if !fits {
        at.problem(Code::ScenarioName, [text, &most.to_string()]);
    }
    fits
}

/// A name in both languages.
fn named_label(at: &At<'_>) -> Option<Label> {
    let found = label(at)?;
    let fields = at.fields()?;
    let fits = |key, text: &str| fields.get(key).is_some_and(|at| names(&at, text, NAME));
    let both = [fits("zh", &found.zh), fits("en", &found.en)];
    both.iter().all(|it| *it).then_some(found)
}

/// The elements of a list, no two of one id; what cannot be read has said why.
fn named<T>(
    root: &Fields<'_>,
    (key, most): (&'static str, usize),
    read: impl Fn(&Fields<'_>, String) -> Option<T>,
) -> Vec<T> {
    let list = root.get(key);
    let items = list.as_ref().map(At::items).unwrap_or_default();
    if let Some(at) = list.filter(|_| items.len() > most) {
        at.problem(Code::RuleSetTooLarge, [key.to_owned(), most.to_string()]);
    }
    let mut ids: Vec<String> = Vec::new();
    let read = |at: &At<'_>| {
        let fields = at.fields()?;
        let id = fields.need("id").and_then(|at| {
            let id = at.text()?;
            if TAKEN.contains(&id.trim()) {
                at.problem(Code::ScenarioName, [id, &ID.to_string()]);
                return None;
            }
            names(&at, id, ID).then(|| id.to_owned())
        });
        if let Some(id) = &id {
            if ids.contains(id) {
                at.problem(Code::RuleSetDuplicate, [id]);
            }
            ids.push(id.clone());
        }
        let found = read(&fields, id.clone().unwrap_or_default());
        fields.finish();
        id.and(found)
    };
    items.iter().filter_map(read).collect()
}

/// A text that is put into the rules, or a path in them.
fn put(at: &At<'_>) -> Option<String> {
    let text = at.text()?;
    names(at, text, VALUE).then(|| text.to_owned())
}

fn candidate(fields: &Fields<'_>, id: String) -> Option<StudyCandidate> {
    let text = |key| fields.get(key).and_then(|at| at.text().map(str::to_owned));
    let own = Label { zh: id.clone(), en: id.clone() };
    let label = fields.get("label").map_or(Some(own), |at| named_label(&at));
    let (rules, parameters) = (text("rules"), text("parameters"));
    let items = fields.get("changes").map(|at| at.items()).unwrap_or_default();
    let changes = items.iter().filter_map(|at| {
        let fields = at.fields()?;
        let change = Change::read_any(&fields);
        for key in ["from", "to"] {
            fields.get(key).filter(|at| at.is_text().is_some()).and_then(|at| put(&at));
        }
        let path = fields.get("path").and_then(|at| put(&at));
        fields.finish();
        path.and(change)
    });
    let changes: Vec<Change> = changes.collect();
    let base_factor = fields.get("base_factor").and_then(|at| at.parsed::<Factor>("\"95%\""));
    let base_rates = fields.get("base_rates").map(|at| parsed_each::<Rate>(&at, "\"0.7%\""));
    let says: [(&str, bool); 5] = [
        ("rules", rules.is_some()),
        ("changes", !changes.is_empty()),
        ("parameters", parameters.is_some()),
        ("base_factor", base_factor.is_some()),
        ("base_rates", base_rates.is_some()),
    ];
    // Whole rules are not changed as well, and base rates come from one place.
    for pair in [(0, 1), (2, 3), (2, 4), (3, 4)] {
        if says[pair.0].1 && says[pair.1].1 {
            fields.at().problem(Code::RuleSetContradiction, [says[pair.0].0, says[pair.1].0]);
        }
    }
    Some(StudyCandidate { id, label: label?, rules, parameters, changes, base_factor, base_rates })
}

/// `of = "base-factor"` or `values = [{ path, text }]`.
fn setting(fields: &Fields<'_>) -> Option<StudySetting> {
    let of = fields.get("of");
    let values = fields.get("values");
    match (of, values) {
        (Some(of), None) => of.word(&[("base-factor", StudySetting::BaseFactor)]),
        (None, Some(values)) => {
            let read = |at: &At<'_>| {
                let fields = at.fields()?;
                let path = fields.need("path").and_then(|at| put(&at));
                let template = fields.need("text").and_then(|at| {
                    let template = put(&at)?;
                    if !template.contains("{}") {
                        at.problem(Code::FileUnknownWord, [template.as_str(), "… {} …"]);
                    }
                    Some(template)
                });
                fields.finish();
                Some((path?, template?))
            };
            Some(StudySetting::Values(values.items().iter().filter_map(read).collect()))
        }
        (Some(_), Some(_)) => {
            fields.at().problem(Code::RuleSetContradiction, ["of", "values"]);
            None
        }
        (None, None) => {
            fields.at().problem(Code::FileMissingKey, ["of"]);
            None
        }
    }
}

fn calibration(fields: &Fields<'_>, id: String) -> Option<StudyCalibration> {
    let setting = setting(fields);
    let between = fields.need("between").and_then(|at| {
        let numbers = parsed_each::<Decimal>(&at, "\"0.7\"");
        let two = <[Decimal; 2]>::try_from(numbers).ok();
        if two.is_none() {
            at.problem(Code::FileNumber, ["between", "[\"50\", \"150\"]"]);
        }
        two
    });
    let step = fields.need("step").and_then(|at| at.parsed::<Decimal>("\"0.01\""));
    let target = fields.need("target").and_then(|at| target(&at));
    let tolerance_fen = fields.need("tolerance_fen").and_then(|at| at.integer(0..=i64::MAX));
    Some(StudyCalibration {
        id,
        setting: setting?,
        between: between?,
        step: step?,
        target: target?,
        tolerance_fen: tolerance_fen?,
    })
}

/// `"benefits"`, `{ premium_fen = … }` or `{ of_baseline = "95%" }`.
fn target(at: &At<'_>) -> Option<StudyTarget> {
    if at.is_text().is_some() {
        return at.word(&[("benefits", StudyTarget::Benefits)]);
    }
    let fields = at.fields()?;
    let premium = fields.get("premium_fen").map(|at| at.integer(1..=i64::MAX));
    let share = fields.get("of_baseline").map(|at| at.parsed::<Factor>("\"95%\""));
    fields.finish();
    match (premium, share) {
        (Some(fen), None) => fen.map(|fen| StudyTarget::Premium(fen.into())),
        (None, Some(share)) => share.map(StudyTarget::OfBaseline),
        (Some(_), Some(_)) => {
            at.problem(Code::RuleSetContradiction, ["premium_fen", "of_baseline"]);
            None
        }
        (None, None) => {
            at.problem(Code::FileMissingKey, ["premium_fen"]);
            None
        }
    }
}

fn sweep(fields: &Fields<'_>, id: String) -> StudySweep {
    let list = fields.need("axes");
    let items = list.as_ref().map(At::items).unwrap_or_default();
    let axes = items.iter().filter_map(|at| {
        let fields = at.fields()?;
        let setting = setting(&fields);
        let numbers = fields.need("at").map(|at| {
            if at.items().is_empty() {
                at.problem(Code::FileNumber, ["[]", "[\"0.7\"]"]);
            }
            parsed_each::<Decimal>(&at, "\"0.7\"")
        });
        fields.finish();
        Some((setting?, numbers.unwrap_or_default()))
    });
    let axes: Vec<_> = axes.collect();
    if let Some(at) = list {
        let points = axes.iter().map(|(_, numbers)| numbers.len()).fold(1, usize::saturating_mul);
        if !(1..=2).contains(&items.len()) {
            at.problem(Code::FileNumber, [format!("{} axes", items.len()), "1 … 2 axes".to_owned()]);
        } else if points > MOST_POINTS {
            at.problem(Code::FileNumber, [format!("{points} points"), format!("1 … {MOST_POINTS} points")]);
        }
    }
    StudySweep { id, axes }
}

fn parsed_each<T: std::str::FromStr>(at: &At<'_>, expected: &str) -> Vec<T> {
    at.items().iter().filter_map(|at| at.parsed(expected)).collect()
}

fn numbers(at: &At<'_>) -> Vec<i64> {
    at.items().iter().filter_map(|at| at.integer(1..=i64::MAX)).collect()
}
