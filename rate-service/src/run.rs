//! A run on files: one area, one annual setting, everybody accounted for.

mod error;
pub mod foshan;
mod law;
mod notices;
mod output;
mod previous;
mod settled;
mod summary;
mod sums;
pub(crate) mod workbook;

use std::path::{Path, PathBuf};

use rate_core::decide::decide;
use rate_core::diagnostics::{ControlTotals, Diagnosis, Gate, Search};
use rate_core::error::{Code, Lang};
use rate_core::fund::{Fund, MonthsPayable};
use rate_core::history::ChargedRate;
use rate_core::input::book::{CheckedBook, RawTable, RefusedAccount, TableKind, TableTotals, check_book};
use rate_core::parameters::CutFinding;
use rate_core::rule_set::{Considered, Verdict};
use rate_core::{AccountKey, Decision, History, Law, NaiveDate, Origin, Problem, Settlement};

pub use error::RunError;
pub use law::{LawFiles, law, parameters, rule_set};
pub(crate) use law::{not_of_setting, read_law, with_averages};
pub use notices::{Layout, NoticeFiles, notice_file, write_notices};
pub use output::ListCell;
pub(crate) use output::{RUN_LIST, charged, list_line, problem_cells, segment_json};
pub use output::{RunFiles, write};
pub use settled::Settled;
pub(crate) use summary::figures;
pub use summary::{Change, ChangeRow, GradeRow, Summary, columns, summarise};
pub(crate) use workbook::fits_rows;
pub use workbook::{RUN_WORKBOOK, RunWorkbook, fits, write_workbook};

use crate::book::{BookRows, Reading};
use crate::diagnostics::{self, Entry};
use previous::{earlier_rates, unread_rates};

/// What to run.
#[derive(Clone, Debug)]
pub struct Request {
    /// Pooling area.
    pub area: String,
    /// Directory of rule sets.
    pub rules: PathBuf,
    /// Directory of parameters.
    pub parameters: PathBuf,
    /// Directory of the book.
    pub book: PathBuf,
    /// How the book is read.
    pub reading: Reading,
    /// A day of the annual setting.
    pub on: NaiveDate,
    /// The day the rates are decided; `None` where that is before the setting begins.
    pub decided_on: Option<NaiveDate>,
    /// Only accounts without a rate in the setting are decided; the rates of the others are passed on.
    pub first_only: bool,
    /// Output of the run before, whose rates are the last ones.
    pub previous: Option<PathBuf>,
}

/// An account that was decided.
#[derive(Debug)]
pub struct Decided {
    /// The facts.
    pub history: History,
    /// The decision.
    pub decision: Decision,
    /// What is settled, where the rate was decided late.
    pub settlement: Option<Settlement>,
}

/// The law of a run and why it was chosen.
#[derive(Clone, Debug)]
pub struct ChosenLaw {
    /// The law.
    pub law: Law,
    /// The checker's verdict on the rule set.
    pub verdict: Verdict,
    /// Every rule set that was looked at, with the reason why it lost.
    pub considered: Vec<Considered>,
}

/// A run: every account of the book is in exactly one of the three lists.
#[derive(Debug)]
pub struct Run {
    /// The law.
    pub chosen: ChosenLaw,
    /// Accounts with rates, by key.
    pub decided: Vec<Decided>,
    /// Accounts whose facts are wrong, by key.
    pub refused: Vec<RefusedAccount>,
    /// Accounts not insured in the setting, by key.
    pub not_insured: Vec<AccountKey>,
    /// The last rates of accounts that got none in this run, kept for the next one.
    pub last_rates: Vec<(AccountKey, ChargedRate)>,
    /// The last rates of accounts whose rows are wrong, from the run before, as written: columns of `rates.csv`.
    pub unread_rates: Vec<Vec<String>>,
    /// Accounts that have a rate in the setting already, where only first rates were asked for.
    pub rated: usize,
    /// Accounts of other areas in the book, passed over.
    pub other_areas: usize,
    /// What should be looked at.
    pub warnings: Vec<Problem>,
    /// The fund that came with the book.
    pub fund: Fund,
    /// Control totals of the book.
    pub totals: Vec<TableTotals>,
    /// What was found before anything was decided.
    pub diagnosis: Diagnosis,
    /// What was let through.
    pub gate: Gate,
}

/// Refuses an output directory that is one of the inputs: a run never writes over what it was made from.
///
/// # Errors
/// [`RunError::Unfit`] where the output is the book, the rules, the parameters or the run before.
pub fn apart(request: &Request, out: &Path) -> Result<(), RunError> {
    let inputs = [&request.book, &request.rules, &request.parameters].into_iter().chain(&request.previous);
    apart_from(inputs, out)
}

/// The same for whatever is read from these inputs.
///
/// # Errors
/// As [`apart`].
pub fn apart_from<'p>(inputs: impl IntoIterator<Item = &'p PathBuf>, out: &Path) -> Result<(), RunError> {
    let real = |path: &Path| path.canonicalize().ok();
    let clash = real(out).is_some_and(|out| inputs.into_iter().any(|input| real(input).as_ref() == Some(&out)));
    if clash {
        return Err(RunError::Unfit {
            path: out.to_owned(), what: "is an input of this run / 是本次的输入目录"
        });
    }
    Ok(())
}

/// Nothing may be written over what is read, or among it.
///
/// # Errors
/// As [`apart_from`], also where the output lies inside an input.
pub fn outside_of(inputs: &[PathBuf], out: &Path) -> Result<(), RunError> {
    apart_from(inputs, out)?;
    // What is not there yet lies where the last directory on its way lies.
    let real = std::path::absolute(out).ok().and_then(|out| out.ancestors().find_map(|it| it.canonicalize().ok()));
    let inside =
        |input: &PathBuf| input.canonicalize().is_ok_and(|input| real.as_ref().is_some_and(|it| it.starts_with(input)));
    if inputs.iter().any(inside) {
        return Err(RunError::Unfit {
            path: out.to_owned(),
            what: "lies inside an input of this run / 在本次的输入目录之内",
        });
    }
    Ok(())
}

/// What a run is made from, read and checked.
struct Material {
    chosen: ChosenLaw,
    /// The tables of the book, then the rates of the run before.
    tables: Vec<RawTable>,
    own_tables: usize,
    book: CheckedBook,
}

impl Material {
    fn read(request: &Request, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Self, RunError> {
        let files = LawFiles::read(&request.rules, &request.parameters)?;
        // A law that refuses is found before a large book is read.
        let mut chosen = files.law(&request.area, request.on)?;
        let mut tables = request.reading.tables(&request.book, &mut |done, all| progress(Stage::Reading, done, all))?;
        let own_tables = tables.len();
        if let Some(previous) = &request.previous {
            let rates = Reading::default().table(previous, TableKind::Rates)?;
            if rates.is_empty() {
                let path = previous.clone();
                return Err(RunError::Unfit { path, what: "holds no rates.csv / 没有 rates.csv" });
            }
            let kept: Vec<_> = rates.iter().map(|table| earlier_rates(table, &tables)).collect();
            tables.extend(kept);
        }
        progress(Stage::Checking, 0, 1);
        let mut book = check_book(&tables);
        if !book.file_problems.is_empty() {
            return Err(RunError::Problems(std::mem::take(&mut book.file_problems)));
        }
        if !book.parameters.documents().is_empty() {
            chosen = files.law_with(std::mem::take(&mut book.parameters), &request.area, request.on)?;
        }
        if let Some(day) = request.decided_on {
            chosen.law = chosen.law.decided_on(day);
        }
        Ok(Self { chosen, tables, own_tables, book })
    }

    /// The tables of the book, and the rates of the run before.
    fn parted(&self) -> (&[RawTable], &[RawTable]) {
        self.tables.split_at(self.own_tables)
    }

    fn diagnosis(
        &self,
        area: &str,
        control: Option<&ControlTotals>,
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Diagnosis {
        let mut search = Search::new(&self.chosen.law);
        self.book.refused.iter().filter(|it| it.key.area == area).for_each(|it| search.refused(it));
        let all = u64::try_from(self.book.histories.len()).unwrap_or(u64::MAX);
        for (history, done) in self.book.histories.iter().zip(1..) {
            if history.key().area == area {
                search.account(history);
            }
            if done % 512 == 0 || done == all {
                progress(Stage::Diagnosing, done, all);
            }
        }
        search.tables(self.parted().0);
        search.finish(control)
    }
}

/// Reads what a run is made from, and decides nothing.
///
/// # Errors
/// As [`run`], but for what the diagnostics find.
pub fn read(
    request: &Request,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<(ChosenLaw, CheckedBook), RunError> {
    Material::read(request, progress).map(|material| (material.chosen, material.book))
}

/// What a book shows before anything is decided, and the law it was looked at under.
#[derive(Debug)]
pub struct Diagnosed {
    /// The law.
    pub chosen: ChosenLaw,
    /// The fund of the book.
    pub fund: Fund,
    /// What was found.
    pub diagnosis: Diagnosis,
}

impl ChosenLaw {
    /// Whether what is decided under it may be tried and replayed, and never published.
    pub fn trial(&self) -> bool {
        self.verdict != Verdict::Complete
    }

    /// What a fund says beside the finding of a phased cut; the cut stands whatever it says.
    pub fn payable(&self, fund: &Fund, finding: &CutFinding) -> Option<MonthsPayable> {
        fund.payable(&self.law.rules().id().area, finding.at, FUND_MONTHS)
    }
}

/// Looks through a book as a run would, and decides nothing.
///
/// # Errors
/// As [`run`], but for what the diagnostics find.
pub fn diagnose(
    request: &Request,
    control: Option<&ControlTotals>,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<Diagnosed, RunError> {
    let material = Material::read(request, progress)?;
    let diagnosis = material.diagnosis(&request.area, control, progress);
    Ok(Diagnosed { chosen: material.chosen, fund: material.book.fund, diagnosis })
}

/// Makes a run whatever the diagnostics find. `progress` is told what is being done, and how far it is.
///
/// # Errors
/// Files that cannot be read or are wrong as a whole; accounts that are wrong stand in the run.
pub fn run(request: &Request, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Run, RunError> {
    gated(request, &Entry::open(), progress)
}

/// Makes a run, unless the diagnostics find more than the entry lets through.
///
/// # Errors
/// As [`run`], and [`RunError::Blocked`]: then nothing was decided.
pub fn gated(request: &Request, entry: &Entry, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Run, RunError> {
    made(request, entry, progress, &mut |_| {})
}

/// The same, with the rows of the book for whoever keeps them.
///
/// # Errors
/// As [`gated`].
pub fn with_rows(
    request: &Request,
    entry: &Entry,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<(Run, BookRows), RunError> {
    let mut rows = BookRows::default();
    let run = made(request, entry, progress, &mut |tables| rows = BookRows::of(tables))?;
    Ok((run, rows))
}

fn made(
    request: &Request,
    entry: &Entry,
    progress: &mut dyn FnMut(Stage, u64, u64),
    keep: &mut dyn FnMut(&[RawTable]),
) -> Result<Run, RunError> {
    let material = Material::read(request, progress)?;
    let diagnosis = material.diagnosis(&request.area, entry.control.as_ref(), progress);
    let beyond = entry.gate.beyond(&diagnosis);
    if beyond.iter().any(|it| !it.accepted) {
        return Err(RunError::Blocked { diagnosis: Box::new(diagnosis), beyond });
    }
    let unread_rates = unread_rates(material.parted().1, &material.book.refused);
    let Material { chosen, tables, own_tables: _, book } = material;
    keep(&tables);
    drop(tables);
    let frame = Frame { chosen, first_only: request.first_only, diagnosis, gate: entry.gate.clone() };
    let mut run = Run::over(frame, book, &mut |done, all| progress(Stage::Deciding, done, all));
    run.unread_rates = unread_rates;
    if run.accounts() == 0 {
        let path = request.book.clone();
        return Err(RunError::Unfit { path, what: "holds no account of this area / 没有该地区的单位" });
    }
    Ok(run)
}

/// Months whose mean spending a balance is compared with: a year, so that seasons do not matter.
const FUND_MONTHS: i32 = 12;

/// What a run, or a portion of it, is made under.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// The law.
    pub(crate) chosen: ChosenLaw,
    /// Only accounts without a rate in the setting are decided.
    pub(crate) first_only: bool,
    /// What was found before anything was decided.
    pub(crate) diagnosis: Diagnosis,
    /// What was let through.
    pub(crate) gate: Gate,
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading the book.
    Reading,
    /// Checking its rows.
    Checking,
    /// Looking through the book before anything is decided.
    Diagnosing,
    /// Deciding accounts.
    Deciding,
    /// Holding charged rates against what the law gives.
    Auditing,
    /// Deciding worked cases.
    Testing,
    /// Copying the tables of a database.
    Copying,
    /// Writing the results.
    Writing,
}

impl Stage {
    /// The stage in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Reading => lang.pick("读取数据", "reading"),
            Self::Checking => lang.pick("校验数据", "checking"),
            Self::Diagnosing => lang.pick("核定前检查", "diagnosing"),
            Self::Deciding => lang.pick("核定费率", "deciding"),
            Self::Auditing => lang.pick("核对收费费率", "auditing"),
            Self::Testing => lang.pick("核对算例", "testing"),
            Self::Copying => lang.pick("复制数据表", "copying"),
            Self::Writing => lang.pick("写出结果", "writing"),
        }
    }
}

impl Run {
    /// The rates of an account that touch the setting.
    fn rates_of<'h>(&self, history: &'h History) -> impl Iterator<Item = &'h ChargedRate> {
        let setting = *self.chosen.law.setting();
        history.rates().iter().filter(move |rate| rate.days.intersect(&setting).is_some())
    }

    /// Leaves accounts as they are, and keeps their rates so that the next run finds everybody's in one place.
    fn pass_on(&mut self, rated: Vec<History>) {
        self.rated = rated.len();
        for history in rated {
            let rates: Vec<_> = self.rates_of(&history).map(|rate| (history.key().clone(), rate.clone())).collect();
            self.last_rates.extend(rates);
        }
    }

    /// Decides the accounts of a book, or of a portion of one, that are of the area of the law.
    pub(crate) fn over(frame: Frame, book: CheckedBook, progress: &mut dyn FnMut(u64, u64)) -> Self {
        let Frame { chosen, first_only, diagnosis, gate } = frame;
        let area = chosen.law.rules().id().area.clone();
        let here = |it: &str| it == area;
        let (histories, elsewhere): (Vec<_>, Vec<_>) = book.histories.into_iter().partition(|it| here(&it.key().area));
        let (refused, others): (Vec<_>, Vec<_>) = book.refused.into_iter().partition(|it| here(&it.key.area));
        let mut run = Self {
            chosen,
            decided: Vec::new(),
            refused,
            not_insured: Vec::new(),
            last_rates: Vec::new(),
            unread_rates: Vec::new(),
            rated: 0,
            other_areas: elsewhere.len() + others.len(),
            warnings: book.warnings,
            fund: book.fund,
            totals: book.totals,
            diagnosis,
            gate,
        };
        let (histories, rated): (Vec<_>, Vec<_>) =
            histories.into_iter().partition(|it| !first_only || run.rates_of(it).next().is_none());
        run.pass_on(rated);
        let all = u64::try_from(histories.len()).unwrap_or(u64::MAX);
        for (history, done) in histories.into_iter().zip(1..) {
            run.decide_one(history);
            if done % 512 == 0 || done == all {
                progress(done, all);
            }
        }
        run.refused.sort_by(|one, two| one.key.cmp(&two.key));
        run
    }

    fn decide_one(&mut self, history: History) {
        let decided = decide(&self.chosen.law, &history)
            .and_then(|decision| Settlement::of(&decision, &history).map(|settlement| (decision, settlement)));
        match decided {
            Ok((decision, settlement)) => self.decided.push(Decided { history, decision, settlement }),
            Err(problems) => {
                let only_uncovered = problems.iter().all(|problem| problem.code == Code::HistoryNotCovered);
                let key = history.key().clone();
                let before = self.chosen.law.setting().from();
                self.last_rates.extend(history.rate_before(before).map(|rate| (key.clone(), rate.clone())));
                if only_uncovered {
                    self.not_insured.push(key);
                } else {
                    self.refused.push(RefusedAccount { key, problems: problems.into_vec() });
                }
            }
        }
    }

    /// Whether this is a later setting of its cycle and no earlier rate of the cycle was at hand.
    pub fn measured_afresh(&self) -> bool {
        let carried = |it: &Decided| it.decision.outcome().origin == Origin::Carried;
        !self.chosen.law.first_setting() && !self.decided.iter().any(carried)
    }

    /// What the fund of the book says beside the finding of a phased cut; the cut stands whatever it says.
    pub fn payable(&self, finding: &CutFinding) -> Option<MonthsPayable> {
        self.chosen.payable(&self.fund, finding)
    }

    /// What was found beyond its limit and accepted by name, in a line; nothing where nothing was.
    pub fn accepted(&self, lang: Lang) -> Option<String> {
        let limited = self.gate.beyond(&self.diagnosis);
        let texts: Vec<String> = limited.iter().map(|it| diagnostics::blocked_text(it, lang)).collect();
        let head = lang.pick("核定前检查所见、按名称接受：", "Accepted by name before deciding: ");
        (!texts.is_empty()).then(|| format!("{head}{}", texts.join(lang.pick("；", "; "))))
    }

    /// Number of accounts read: the sum of the three lists, and those passed over since they have their rate.
    pub fn accounts(&self) -> usize {
        self.decided.len() + self.refused.len() + self.not_insured.len() + self.rated
    }
}
