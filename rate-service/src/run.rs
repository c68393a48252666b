//! A run on files: one area, one annual setting, everybody accounted for.

mod output;
mod summary;

use std::path::{Path, PathBuf};

use rate_core::decide::decide;
use rate_core::error::{Code, Lang};
use rate_core::history::ChargedRate;
use rate_core::input::book::{RefusedAccount, TableKind, TableTotals, check_book};
use rate_core::rule_set::{Considered, RuleSetId, Selection, Verdict, WhyNot};
use rate_core::{AccountKey, Decision, History, Law, NaiveDate, Origin, Parameters, Problem, Refusal, RuleSet};

pub use output::write;
pub use summary::{ChangeRow, GradeRow, Summary, summarise};

use crate::book::{BookError, read_tables};
use crate::lawbook::{self, LawError};

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
    /// A day of the annual setting.
    pub on: NaiveDate,
    /// Output of the run before, whose rates are the last ones.
    pub previous: Option<PathBuf>,
}

/// Why a run could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A rule-set or parameter file could not be read.
    #[error(transparent)]
    Law(#[from] LawError),
    /// The book could not be read, or the output not written.
    #[error(transparent)]
    Book(#[from] BookError),
    /// Files that are wrong inside.
    #[error("{} problem(s) in the files", .0.len())]
    Problems(Vec<Problem>),
    /// The rules give no answer for the day.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// Every rule set that was looked at, with the reason why it lost.
        considered: Vec<Considered>,
    },
    /// An input that cannot be used as it was named.
    #[error("{}: {what}", path.display())]
    Unfit {
        /// Which directory.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A file of the output could not be written.
    #[error("{}: {source}", path.display())]
    Output {
        /// Which file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
}

/// An account that was decided.
#[derive(Debug)]
pub struct Decided {
    /// The facts.
    pub history: History,
    /// The decision.
    pub decision: Decision,
}

/// The law of a run and why it was chosen.
#[derive(Debug)]
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
    /// Accounts of other areas in the book, passed over.
    pub other_areas: usize,
    /// What should be looked at.
    pub warnings: Vec<Problem>,
    /// Control totals of the book.
    pub totals: Vec<TableTotals>,
}

/// Chooses the rule set of an area on a day and compiles it; `refused` are the sets that the checker refuses.
fn choose(
    sets: &[RuleSet],
    refused: Vec<RuleSetId>,
    parameters: &Parameters,
    area: &str,
    on: NaiveDate,
) -> Result<ChosenLaw, RunError> {
    let selection = Selection::among(sets, area, on);
    let mut considered = selection.considered;
    considered.extend(refused.into_iter().map(|id| Considered { id, why_not: Some(WhyNot::Refused) }));
    considered.sort_by(|one, two| one.id.cmp(&two.id));
    let law = match selection.chosen {
        Some(chosen) => chosen.law_for(parameters, on).map(|law| (law, chosen.report().verdict)),
        None => Err(Refusal::NoRuleSet { area: area.to_owned(), on }),
    };
    match law {
        Ok((law, verdict)) => Ok(ChosenLaw { law, verdict, considered }),
        Err(refusal) => Err(RunError::Refused { refusal, considered }),
    }
}

/// Reads rule sets and parameters and chooses the law of an area on a day.
///
/// # Errors
/// Files that cannot be read or are wrong inside; no set that decides.
pub fn law(rules: &Path, parameters: &Path, area: &str, on: NaiveDate) -> Result<ChosenLaw, RunError> {
    let mut usable = lawbook::usable(lawbook::rule_sets(rules)?);
    let (parameters, wrong) = lawbook::parameters(parameters)?;
    usable.problems.extend(wrong);
    if !usable.problems.is_empty() {
        return Err(RunError::Problems(usable.problems));
    }
    choose(&usable.sets, usable.refused, &parameters, area, on)
}

/// Refuses an output directory that is one of the inputs: a run never writes over what it was made from.
///
/// # Errors
/// [`RunError::Unfit`] where the output is the book, the rules, the parameters or the run before.
pub fn apart(request: &Request, out: &Path) -> Result<(), RunError> {
    let real = |path: &Path| path.canonicalize().ok();
    let inputs = [&request.book, &request.rules, &request.parameters].into_iter().chain(&request.previous);
    let clash = real(out).is_some_and(|out| inputs.into_iter().any(|input| real(input).as_ref() == Some(&out)));
    if clash {
        return Err(RunError::Unfit {
            path: out.to_owned(), what: "is an input of this run / 是本次的输入目录"
        });
    }
    Ok(())
}

/// Makes a run. `progress` is told what is being done, and how far it is.
///
/// # Errors
/// Files that cannot be read or are wrong as a whole; accounts that are wrong stand in the run.
pub fn run(request: &Request, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Run, RunError> {
    let chosen = law(&request.rules, &request.parameters, &request.area, request.on)?;
    let mut tables = read_tables(&request.book, &mut |done, all| progress(Stage::Reading, done, all))?;
    if let Some(previous) = &request.previous {
        let earlier = read_tables(previous, &mut |_, _| {})?;
        let rates: Vec<_> = earlier.into_iter().filter(|table| table.kind() == TableKind::Rates).collect();
        if rates.is_empty() {
            let path = previous.clone();
            return Err(RunError::Unfit { path, what: "holds no rates.csv / 没有 rates.csv" });
        }
        tables.extend(rates);
    }
    progress(Stage::Checking, 0, 1);
    let book = check_book(&tables);
    drop(tables);
    if !book.file_problems.is_empty() {
        return Err(RunError::Problems(book.file_problems));
    }
    let mut run = Run {
        chosen,
        decided: Vec::new(),
        refused: book.refused,
        not_insured: Vec::new(),
        last_rates: Vec::new(),
        other_areas: 0,
        warnings: book.warnings,
        totals: book.totals,
    };
    let here = |area: &str| area == request.area;
    let (histories, elsewhere): (Vec<_>, Vec<_>) = book.histories.into_iter().partition(|it| here(&it.key().area));
    run.other_areas = elsewhere.len() + run.refused.iter().filter(|account| !here(&account.key.area)).count();
    run.refused.retain(|account| here(&account.key.area));
    if histories.is_empty() && run.refused.is_empty() {
        let path = request.book.clone();
        return Err(RunError::Unfit { path, what: "holds no account of this area / 没有该地区的单位" });
    }
    let all = u64::try_from(histories.len()).unwrap_or(u64::MAX);
    for (history, done) in histories.into_iter().zip(1..) {
        run.decide_one(history);
        if done % 512 == 0 || done == all {
            progress(Stage::Deciding, done, all);
        }
    }
    run.refused.sort_by(|one, two| one.key.cmp(&two.key));
    Ok(run)
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading the book.
    Reading,
    /// Checking its rows.
    Checking,
    /// Deciding accounts.
    Deciding,
    /// Writing the results.
    Writing,
}

impl Stage {
    /// The stage in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Reading => lang.pick("读取数据", "reading"),
            Self::Checking => lang.pick("校验数据", "checking"),
            Self::Deciding => lang.pick("核定费率", "deciding"),
            Self::Writing => lang.pick("写出结果", "writing"),
        }
    }
}

impl Run {
    fn decide_one(&mut self, history: History) {
        match decide(&self.chosen.law, &history) {
            Ok(decision) => self.decided.push(Decided { history, decision }),
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

    /// Number of accounts read: the sum of the three lists.
    pub fn accounts(&self) -> usize {
        self.decided.len() + self.refused.len() + self.not_insured.len()
    }
}
