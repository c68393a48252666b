//! The law on disk: directories of rule sets and parameters.

use std::path::{Path, PathBuf};

use rate_core::input::case_file::{CASES, PROJECT_CASES};
use rate_core::input::{Change, Examined, examine_all};
use rate_core::rule_set::{RuleSetId, Verdict};
use rate_core::{Code, Parameters, ParametersFile, Place, Problem, Problems, RuleSet, RuleSetFile};

/// A file that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct LawError {
    /// Which file or directory.
    pub path: PathBuf,
    /// What the file system said.
    pub source: std::io::Error,
}

/// One rule-set file with what came of it.
#[derive(Debug)]
pub struct Read {
    /// The file.
    pub path: PathBuf,
    /// The rule set and the checker's report, or why it cannot be read as one.
    pub result: Result<Examined, Problems>,
}

/// The `.toml` files below a directory, or the file itself, in order of their paths.
///
/// # Errors
/// Where a directory cannot be read.
pub fn toml_files(path: &Path) -> Result<Vec<PathBuf>, LawError> {
    let fail = |source| LawError { path: path.to_owned(), source };
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let kind = entry.file_type().map_err(fail)?;
        let below = entry.path();
        if kind.is_dir() {
            files.extend(toml_files(&below)?);
        } else if below.extension().is_some_and(|extension| extension == "toml") {
            files.push(below);
        }
    }
    files.sort();
    Ok(files)
}

/// The text of a file.
///
/// # Errors
/// Where it cannot be read as UTF-8.
pub fn text(path: &Path) -> Result<String, LawError> {
    std::fs::read_to_string(path).map_err(|source| LawError { path: path.to_owned(), source })
}

/// Reads, resolves and examines the rule sets of a directory, or of one file with its parents looked for around it.
///
/// # Errors
/// Where a file cannot be read. What is wrong inside a file stands in its result.
pub fn rule_sets(path: &Path) -> Result<Vec<Read>, LawError> {
    rule_sets_in(path, None, &[])
}

/// The same, with the sets wanted read as if they were of another area, and with parents that stand elsewhere.
///
/// # Errors
/// As [`rule_sets`].
pub fn rule_sets_in(path: &Path, area: Option<&str>, frames: &[PathBuf]) -> Result<Vec<Read>, LawError> {
    let around = parents_of(path);
    let wanted = toml_files(path)?;
    let mut files = frames.to_vec();
    files.extend(toml_files(&around)?);
    files.extend(wanted.iter().filter(|file| !files.contains(file)).cloned().collect::<Vec<_>>());
    let mut parsed = Vec::new();
    let mut reads = Vec::new();
    let mut unreadable = None;
    for file in files {
        let text = match text(&file) {
            Ok(text) => text,
            Err(error) if wanted.contains(&file) || frames.contains(&file) => return Err(error),
            // It stands beside what was asked about, and matters only where a parent may be in it.
            Err(error) => {
                unreadable.get_or_insert(error);
                continue;
            }
        };
        match RuleSetFile::parse_named(&file.to_string_lossy(), &text) {
            // Parameters and cases may stand beside rule sets; they are read by their own readers.
            Ok(set) if [Some(PARAMETERS), Some(CASES), Some(PROJECT_CASES)].contains(&set.format()) => {}
            Ok(set) => {
                let moved = area.filter(|_| wanted.contains(&file));
                parsed.push((file, moved.map_or_else(|| set.clone(), |area| set.clone().in_area(area))));
            }
            Err(problems) => reads.push(Read { path: file, result: Err(problems) }),
        }
    }
    let (paths, sets): (Vec<PathBuf>, Vec<RuleSetFile>) = parsed.into_iter().unzip();
    let results = examine_all(&sets);
    reads.extend(paths.into_iter().zip(results).map(|(path, result)| Read { path, result }));
    reads.retain(|read| wanted.contains(&read.path));
    let parentless =
        |read: &Read| matches!(&read.result, Err(it) if it.iter().any(|it| it.code == Code::RuleSetParent));
    if let Some(error) = unreadable.filter(|_| reads.iter().any(parentless)) {
        return Err(error);
    }
    reads.sort_by(|one, two| one.path.cmp(&two.path));
    Ok(reads)
}

/// Where parents are looked for: in the directory itself, or, as sets stand in `AREA/VERSION.toml` beside `cn`, in the
/// one above that holds `cn`.
fn parents_of(path: &Path) -> PathBuf {
    let own = if path.is_file() { path.parent().unwrap_or(Path::new("")) } else { path };
    let here = |path| if path == Path::new("") { Path::new(".") } else { path };
    let own = here(own);
    let above = own.parent().filter(|above| !own.join("cn").is_dir() && above.join("cn").is_dir());
    above.map_or(own, here).to_owned()
}

/// What the files of a directory come to.
#[derive(Debug, Default)]
pub struct Usable {
    /// The rule sets that may be used.
    pub sets: Vec<RuleSet>,
    /// Those that the checker refuses.
    pub refused: Vec<RuleSetId>,
    /// Of these, the methods that would float projects.
    pub refused_for_projects: Vec<RuleSet>,
    /// The problems of files that cannot even be read as a rule set.
    pub problems: Vec<Problem>,
}

/// Parts the rule sets that may be used from those that may not.
pub fn usable(reads: Vec<Read>) -> Usable {
    let mut usable = Usable::default();
    for read in reads {
        match read.result {
            Ok(examined) => {
                let id = examined.id().clone();
                let known = usable.sets.iter().map(RuleSet::id).chain(&usable.refused);
                if known.into_iter().any(|other| *other == id) {
                    let place = Place { file: read.path.to_string_lossy().into_owned(), ..Place::default() };
                    usable.problems.push(Problem::new(Code::RuleSetDuplicate, place, [id]));
                    continue;
                }
                if examined.report().verdict == Verdict::Refused && examined.rules().is_for_projects() {
                    usable.refused_for_projects.push(examined.rules().clone());
                }
                match examined.accepted() {
                    Ok(set) => usable.sets.push(set),
                    Err(_) => usable.refused.push(id),
                }
            }
            Err(wrong) => usable.problems.extend(wrong.into_vec()),
        }
    }
    usable
}

const PARAMETERS: &str = "parameters/1";

/// Whether a directory or file holds parameters.
///
/// # Errors
/// Where a file cannot be read.
pub fn holds_parameters(path: &Path) -> Result<bool, LawError> {
    for file in toml_files(path)? {
        if RuleSetFile::parse(&text(&file)?).is_ok_and(|read| read.format() == Some(PARAMETERS)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads the parameters of a directory or file; rule sets among them are passed over.
///
/// # Errors
/// Where a file cannot be read; the problems of files that are wrong inside are returned beside the others.
pub fn parameters(path: &Path) -> Result<(Parameters, Vec<Problem>), LawError> {
    let (mut all, mut problems) = (Parameters::default(), Vec::new());
    for file in toml_files(path)? {
        let text = text(&file)?;
        if RuleSetFile::parse(&text)
            .is_ok_and(|read| [Some("rule-set/1"), Some(CASES), Some(PROJECT_CASES)].contains(&read.format()))
        {
            continue;
        }
        add_parameters(&file, &text, Ok, &mut all, &mut problems);
    }
    problems.extend(all.check_overlaps());
    problems.extend(all.check_statistics());
    problems.extend(all.check_findings());
    Ok((all, problems))
}

/// Reads parameter files, as if they were of another area where one is given, and with one setting of one file changed
/// where a case asks for it.
///
/// # Errors
/// As [`parameters`].
pub fn parameters_in(
    files: &[PathBuf],
    area: Option<&str>,
    change: Option<(&Path, &Change)>,
) -> Result<(Parameters, Vec<Problem>), LawError> {
    let (mut all, mut problems) = (Parameters::default(), Vec::new());
    for file in files {
        let change = change.filter(|(of, _)| of == file).map(|(_, change)| change);
        let as_read = |read: ParametersFile| {
            let read = if let Some(area) = area { read.in_area(area) } else { read };
            if let Some(change) = change { read.changed(change).map_err(|it| (*it).into()) } else { Ok(read) }
        };
        add_parameters(file, &text(file)?, as_read, &mut all, &mut problems);
    }
    problems.extend(all.check_overlaps());
    problems.extend(all.check_findings());
    Ok((all, problems))
}

fn add_parameters(
    file: &Path,
    text: &str,
    as_read: impl FnOnce(ParametersFile) -> Result<ParametersFile, Problems>,
    all: &mut Parameters,
    problems: &mut Vec<Problem>,
) {
    let read = ParametersFile::parse_named(&file.to_string_lossy(), text).and_then(as_read);
    match read.and_then(ParametersFile::check) {
        Ok(parameters) => all.merge(parameters),
        Err(wrong) => problems.extend(wrong.into_vec()),
    }
}
