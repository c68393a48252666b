//! The cases on disk: which case files are about a rule set, their law, and what came of them.

use std::path::{Component, Path, PathBuf};

use rate_core::cases::{Coverage, Judge, Judged, State, judge_projects};
use rate_core::citation::Label;
use rate_core::input::case_file::{LawChange, NamedFile, ProjectCases};
use rate_core::input::{CaseFile, Cases};
use rate_core::rule_set::RuleSetId;
use rate_core::{Code, Parameters, Place, Problem, Problems, RuleSet};

use crate::lawbook::{self, LawError};

/// What to test.
#[derive(Clone, Debug)]
pub struct Request {
    /// The rule set.
    pub rule_set: PathBuf,
    /// Files and directories of cases; where there are none, the directory of the rule set.
    pub cases: Vec<PathBuf>,
    /// Parameters of cases whose file names none.
    pub parameters: Option<PathBuf>,
}

/// Why the cases could not be decided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// A file could not be read.
    #[error(transparent)]
    Law(#[from] LawError),
    /// Files that are wrong inside.
    #[error("{} problem(s) in the files", .0.len())]
    Problems(Vec<Problem>),
}

/// A case file with what came of each of its cases.
#[derive(Debug)]
pub struct JudgedFile {
    /// The file.
    pub file: String,
    /// Its name for people.
    pub name: Label,
    /// The rule set that decided: of the area that the file names, where it names one.
    pub rule_set: RuleSetId,
    /// Its cases, in order.
    pub cases: Vec<Judged>,
}

/// A case file of projects with what came of each of its cases.
#[derive(Debug)]
pub struct JudgedProjects {
    /// The file.
    pub file: ProjectCases,
    /// Its cases, in order.
    pub cases: Vec<Judged>,
}

/// A rule set with all that its cases say of it.
#[derive(Debug)]
pub struct Tested {
    /// The rule set.
    pub rules: RuleSet,
    /// The case files about it, by path.
    pub files: Vec<JudgedFile>,
    /// How often each place of the rule set was reached.
    pub coverage: Coverage,
}

impl Tested {
    /// Every case, in order.
    pub fn cases(&self) -> impl Iterator<Item = &Judged> {
        self.files.iter().flat_map(|file| &file.cases)
    }

    /// How many cases ended in a state.
    pub fn count(&self, state: State) -> usize {
        self.cases().filter(|case| case.state == state).count()
    }

    /// Whether there is a case at all, and none that fails.
    pub fn passes(&self) -> bool {
        self.cases().next().is_some() && !self.cases().any(|case| case.state.fails())
    }
}

/// Decides every case about a rule set. `progress` is told files done and files in all.
///
/// # Errors
/// Files that cannot be read, and everything that is wrong inside them: no case is decided then.
pub fn test(request: &Request, progress: &mut dyn FnMut(u64, u64)) -> Result<Tested, CaseError> {
    let beside = request.rule_set.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let places = if request.cases.is_empty() { vec![beside.to_owned()] } else { request.cases.clone() };
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for place in &places {
        read_into(place, &mut found, &mut problems)?;
    }
    let own = request.rule_set.canonicalize().ok();
    let about = |cases: &Cases| sought(&cases.file, &cases.rule_set).map(|path| path.canonicalize().ok() == own);
    let mut files = Vec::new();
    for cases in found {
        match about(&cases) {
            Ok(true) => files.push(cases),
            Ok(false) => {}
            Err(problem) => problems.push(*problem),
        }
    }
    if !problems.is_empty() {
        return Err(CaseError::Problems(problems));
    }
    let rules = rule_set(&request.rule_set, None, &frames(&files)?)?;
    let mut tested = Tested { coverage: Coverage::of(&rules), rules, files: Vec::new() };
    let all = u64::try_from(files.len()).unwrap_or(u64::MAX);
    for (cases, done) in files.into_iter().zip(1..) {
        let judged = judged(&cases, request.parameters.as_deref())?;
        judged.cases.iter().for_each(|case| tested.coverage.count(&case.reached));
        tested.files.push(judged);
        progress(done, all);
    }
    Ok(tested)
}

/// The frames that case files about one set name for it, each once. As of which area a file reads the set matters to its
/// own cases alone: places of the set are the same in every area.
fn frames(files: &[Cases]) -> Result<Vec<PathBuf>, CaseError> {
    let mut frames: Vec<PathBuf> = Vec::new();
    for cases in files {
        for frame in &cases.frames {
            let path = found(cases, frame)?;
            let known = frames.iter().any(|other| other.canonicalize().ok() == path.canonicalize().ok());
            frames.extend((!known).then_some(path));
        }
    }
    Ok(frames)
}

/// Reads every case file below a directory, or one file.
///
/// # Errors
/// Files that cannot be read, and everything that is wrong inside them.
pub fn read(path: &Path) -> Result<Vec<Cases>, CaseError> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    read_into(path, &mut found, &mut problems)?;
    if problems.is_empty() { Ok(found) } else { Err(CaseError::Problems(problems)) }
}

fn read_into(path: &Path, found: &mut Vec<Cases>, problems: &mut Vec<Problem>) -> Result<(), LawError> {
    for file in lawbook::toml_files(path)? {
        let name = file.to_string_lossy();
        match CaseFile::parse_named(&name, &lawbook::text(&file)?) {
            // Rule sets and parameters stand here too; a file that was named is to be one of cases.
            Ok(read) if !read.is_one() && file != path => {}
            Ok(read) => match read.check() {
                Ok(cases) => found.push(cases),
                Err(wrong) => problems.extend(wrong.into_vec()),
            },
            Err(wrong) => problems.extend(wrong.into_vec()),
        }
    }
    Ok(())
}

/// Decides the cases of one file under the law that it names.
///
/// # Errors
/// Where rule set or parameters cannot be read, or are wrong inside.
pub fn judged(cases: &Cases, parameters: Option<&Path>) -> Result<JudgedFile, CaseError> {
    let law = LawOfCases::read(cases, parameters)?;
    let mut judge = Judge::new(&law.rules, &law.parameters);
    let mut judged = Vec::new();
    for case in &cases.cases {
        judged.push(match &case.changed {
            None => judge.case(case, &cases.file),
            Some(changed) => match law.changed(changed)? {
                Ok((rules, parameters)) => Judge::new(&rules, &parameters).case(case, &cases.file),
                Err(found) => Judged::without_law(case, &found),
            },
        });
    }
    let rule_set = law.rules.id().clone();
    Ok(JudgedFile { file: cases.file.clone(), name: cases.name.clone(), rule_set, cases: judged })
}

/// The law that a case file names.
struct LawOfCases<'c> {
    cases: &'c Cases,
    rules: RuleSet,
    files: Vec<PathBuf>,
    parameters: Parameters,
}

impl<'c> LawOfCases<'c> {
    fn read(cases: &'c Cases, parameters: Option<&Path>) -> Result<Self, CaseError> {
        let area = cases.in_area.as_deref();
        let all = |named: &[NamedFile]| named.iter().map(|file| found(cases, file)).collect::<Result<Vec<_>, _>>();
        let rules = rule_set(&found(cases, &cases.rule_set)?, area, &all(&cases.frames)?)?;
        let files = all(cases.parameters.as_deref().unwrap_or_default())?;
        let parameters = match (&cases.parameters, parameters) {
            (Some(_), _) => right(lawbook::parameters_in(&files, area, None)?)?,
            (None, Some(path)) => right(lawbook::parameters(path)?)?,
            (None, None) => Parameters::default(),
        };
        Ok(Self { cases, rules, files, parameters })
    }

    /// The law with one setting changed, or what the check finds in it.
    fn changed(&self, changed: &LawChange) -> Result<Result<(RuleSet, Parameters), Problems>, CaseError> {
        let wrong = |problem: Problem| CaseError::Problems(vec![problem]);
        let Some(file) = &changed.parameters else {
            let rules = self.rules.changed(&changed.change).map_err(|problem| wrong(*problem))?.check();
            return Ok(rules.map(|rules| (rules, self.parameters.clone())));
        };
        let path = found(self.cases, file)?;
        if !self.files.contains(&path) {
            return Err(not_named(Some(file)));
        }
        let change = Some((path.as_path(), &changed.change));
        let (parameters, problems) = lawbook::parameters_in(&self.files, self.cases.in_area.as_deref(), change)?;
        if let Some(slip) = problems.iter().find(|it| it.code == Code::CaseChange) {
            return Err(wrong(slip.clone()));
        }
        Ok(Problems::none_of(problems).map(|()| (self.rules.clone(), parameters)))
    }
}

/// The cases of projects of a file, if that is what it holds; every one decided under the law that the file names.
///
/// # Errors
/// Where the file or its parameters cannot be read, or are wrong inside.
pub fn test_projects(path: &Path) -> Result<Option<JudgedProjects>, CaseError> {
    let name = path.to_string_lossy();
    let wrong = |problems: Problems| CaseError::Problems(problems.into_vec());
    if path.is_dir() {
        return Ok(None);
    }
    let file = CaseFile::parse_named(&name, &lawbook::text(path)?).map_err(wrong)?;
    if !file.is_of_projects() {
        return Ok(None);
    }
    let cases = file.check_projects().map_err(wrong)?;
    let found = |named: &NamedFile| sought(&cases.file, named).map_err(|problem| CaseError::Problems(vec![*problem]));
    let files = cases.parameters.iter().map(found).collect::<Result<Vec<_>, _>>()?;
    let area = cases.moves.then_some(cases.area.as_str());
    let parameters = right(lawbook::parameters_in(&files, area, None)?)?;
    let all = |named: &[NamedFile]| named.iter().map(found).collect::<Result<Vec<_>, _>>();
    let sets = match &cases.rule_set {
        Some(named) => vec![rule_set(&found(named)?, area, &all(&cases.frames)?)?],
        None => Vec::new(),
    };
    let mut judged = Vec::new();
    for case in &cases.cases {
        judged.push(match &case.changed {
            None => judge_projects(&cases, case, &sets, &parameters),
            Some(LawChange { change, parameters: named }) => {
                let of = named.as_ref().map(found).transpose()?;
                let of = of.filter(|path| files.contains(path)).ok_or_else(|| not_named(named.as_ref()))?;
                let (changed, problems) = lawbook::parameters_in(&files, area, Some((&of, change)))?;
                judge_projects(&cases, case, &sets, &right((changed, problems))?)
            }
        });
    }
    Ok(Some(JudgedProjects { file: cases, cases: judged }))
}

/// A change in parameters that the cases do not read.
fn not_named(file: Option<&NamedFile>) -> CaseError {
    let place = file.map(|file| file.place.clone()).unwrap_or_default();
    let path = file.map_or("", |file| file.path.as_str());
    CaseError::Problems(vec![Problem::new(Code::RuleSetName, place, [path, "parameters"])])
}

/// The rule set of a file, as if it were of another area where one is given; `frames` are sets it extends that do not
/// stand beside it.
///
/// # Errors
/// Where it cannot be read, or may not decide.
pub fn rule_set(path: &Path, area: Option<&str>, frames: &[PathBuf]) -> Result<RuleSet, CaseError> {
    let read = lawbook::rule_sets_in(path, area, frames)?.into_iter().find(|read| read.path == path);
    let Some(read) = read else {
        let place = Place { file: path.to_string_lossy().into_owned(), ..Place::default() };
        return Err(CaseError::Problems(vec![Problem::new(Code::FileFormat, place, ["–", "rule-set/1"])]));
    };
    let accepted = read.result.and_then(rate_core::input::Examined::accepted);
    accepted.map_err(|problems| CaseError::Problems(problems.into_vec()))
}

fn right((parameters, problems): (Parameters, Vec<Problem>)) -> Result<Parameters, CaseError> {
    if problems.is_empty() { Ok(parameters) } else { Err(CaseError::Problems(problems)) }
}

fn found(cases: &Cases, named: &NamedFile) -> Result<PathBuf, CaseError> {
    sought(&cases.file, named).map_err(|problem| CaseError::Problems(vec![*problem]))
}

/// A file that a case file names: looked for beside it, then in each directory above.
fn sought(file: &str, named: &NamedFile) -> Result<PathBuf, Box<Problem>> {
    let file = Path::new(file);
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    // A path that does not turn back is gone up as it was given, so that messages stay as short.
    let turns = file.components().any(|part| part == Component::ParentDir);
    let given = file.ancestors().skip(1).filter(|_| !turns);
    let paths = given.chain(real.ancestors().skip(1)).map(|dir| dir.join(&named.path));
    let missing = || Box::new(Problem::new(Code::CaseFile, named.place.clone(), [&named.path]));
    paths.into_iter().find(|path| path.is_file()).ok_or_else(missing)
}
