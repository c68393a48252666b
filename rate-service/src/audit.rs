//! An audit on files: rates that somebody else charged, held against what the rules give; everybody accounted for.

mod html;
mod output;
mod sheets;
mod totals;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rate_core::audit::{Auditor, Difference, Finding, Lack, Piece};
use rate_core::error::Problem;
use rate_core::fund::Fund;
use rate_core::history::ChargedRate;
use rate_core::input::book::{CheckedBook, RawRow, RawTable, RefusedAccount, TableKind, check_book};
use rate_core::{AccountKey, Decision, History};

pub use output::{lines, write};
pub use totals::{CauseTotal, Status, Sum, Totals, totals};

use crate::book::Reading;
use crate::run::{self, ChosenLaw, Request, RunError, Stage};

/// An account whose charged rates are not simply those the rules give.
#[derive(Debug)]
pub struct Audited {
    /// Area and number.
    pub key: AccountKey,
    /// Name, as the book has it; may be empty.
    pub name: String,
    /// Every piece of the setting.
    pub pieces: Vec<Piece>,
    /// What keeps it from being judged, else its differences.
    pub result: Result<Differing, Lack>,
}

/// The differences of an account, and what the rules give.
#[derive(Debug)]
pub struct Differing {
    /// The differences.
    pub differences: Vec<Difference>,
    /// The decision, with every step.
    pub decision: Box<Decision>,
}

impl Audited {
    /// The differences; none where it cannot be judged.
    pub fn differences(&self) -> &[Difference] {
        self.result.as_ref().map_or(&[], |differing| &differing.differences)
    }
}

/// What came of an audit: every account of the area is counted once.
#[derive(Debug)]
pub struct Audit {
    /// The law, its ways of mistakes included.
    pub auditor: Auditor,
    /// The law and why it was chosen.
    pub chosen: ChosenLaw,
    /// The fund that came with the book.
    pub fund: Fund,
    /// Accounts that were charged what the rules give.
    pub equal: usize,
    /// Accounts that were not, or cannot be judged, by key.
    pub audited: Vec<Audited>,
    /// Accounts whose facts, or charged rows, are wrong, by key.
    pub refused: Vec<RefusedAccount>,
    /// Accounts not insured in the setting.
    pub not_insured: usize,
    /// Accounts of other areas, passed over.
    pub other_areas: usize,
    /// What should be looked at.
    pub warnings: Vec<Problem>,
}

/// Charged rates that come apart from the book.
#[derive(Clone, Debug)]
pub struct Charged {
    /// The file, or a directory that holds it.
    pub path: PathBuf,
    /// How it is read; the book is read as its own request says.
    pub reading: Reading,
}

/// Audits a book: its own `rates`, or those of another file or directory.
///
/// # Errors
/// Files that cannot be read or are wrong as a whole; accounts that are wrong stand in the audit.
pub fn audit(
    request: &Request,
    charged: Option<&Charged>,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<Audit, RunError> {
    let (chosen, mut book) = run::read(request, progress)?;
    let mut theirs = charged.map(|charged| Theirs::read(charged, &book.histories)).transpose()?;
    let mut audit = Audit::begin(chosen, std::mem::take(&mut book.fund));
    audit.warnings = std::mem::take(&mut book.warnings);
    audit.warnings.extend(theirs.iter_mut().flat_map(|theirs| std::mem::take(&mut theirs.warnings)));
    let wrong = theirs.iter_mut().flat_map(|theirs| std::mem::take(&mut theirs.refused));
    let mut refused: BTreeMap<AccountKey, Vec<Problem>> = BTreeMap::new();
    for account in book.refused.into_iter().chain(wrong) {
        refused.entry(account.key).or_default().extend(account.problems);
    }
    let here = |key: &AccountKey| key.area == request.area;
    let mut others: BTreeSet<AccountKey> = refused.keys().filter(|key| !here(key)).cloned().collect();
    others.extend(book.histories.iter().map(History::key).filter(|key| !here(key)).cloned());
    audit.other_areas = others.len();
    refused.retain(|key, _| here(key));
    let histories: Vec<&History> = book.histories.iter().filter(|history| here(history.key())).collect();
    if histories.is_empty() && refused.is_empty() {
        let path = request.book.clone();
        return Err(RunError::Unfit { path, what: "holds no account of this area / 没有该地区的单位" });
    }
    let all = u64::try_from(histories.len()).unwrap_or(u64::MAX);
    for (history, done) in histories.into_iter().zip(1..) {
        if !refused.contains_key(history.key()) {
            let rates = theirs.as_ref().map_or(history.rates(), |theirs| theirs.of(history.key()));
            audit.take(history, rates, &mut refused);
        }
        if done % 512 == 0 || done == all {
            progress(Stage::Auditing, done, all);
        }
    }
    audit.refused = refused.into_iter().map(|(key, problems)| RefusedAccount { key, problems }).collect();
    Ok(audit)
}

impl Audit {
    /// An audit of nobody yet.
    pub fn begin(chosen: ChosenLaw, fund: Fund) -> Self {
        Self {
            auditor: Auditor::new(&chosen.law),
            chosen,
            fund,
            equal: 0,
            audited: Vec::new(),
            refused: Vec::new(),
            not_insured: 0,
            other_areas: 0,
            warnings: Vec::new(),
        }
    }

    /// Takes in the accounts of a book, all of one area and behind those that were taken in before, each with its own rates.
    pub fn add(&mut self, book: CheckedBook) {
        let mut refused: BTreeMap<AccountKey, Vec<Problem>> =
            book.refused.into_iter().map(|account| (account.key, account.problems)).collect();
        for history in &book.histories {
            self.take(history, history.rates(), &mut refused);
        }
        self.refused.extend(refused.into_iter().map(|(key, problems)| RefusedAccount { key, problems }));
        self.warnings.extend(book.warnings);
    }

    fn take(&mut self, history: &History, charged: &[ChargedRate], refused: &mut BTreeMap<AccountKey, Vec<Problem>>) {
        let (pieces, result) = match self.auditor.judge(history, charged) {
            Finding::Equal => {
                self.equal += 1;
                return;
            }
            Finding::NotInsured => {
                self.not_insured += 1;
                return;
            }
            Finding::Refused(problems) => {
                refused.insert(history.key().clone(), problems.into_vec());
                return;
            }
            Finding::NotJudged { lack, pieces } => (pieces, Err(lack)),
            Finding::Differs { pieces, differences, decision } => (pieces, Ok(Differing { differences, decision })),
        };
        let (key, name) = (history.key().clone(), history.name().to_owned());
        self.audited.push(Audited { key, name, pieces, result });
    }
}

/// Charged rates that came apart from the book.
struct Theirs {
    rates: BTreeMap<AccountKey, Vec<ChargedRate>>,
    refused: Vec<RefusedAccount>,
    warnings: Vec<Problem>,
}

impl Theirs {
    fn read(Charged { path, reading }: &Charged, known: &[History]) -> Result<Self, RunError> {
        let mut tables = reading.of_kind(path, TableKind::Rates)?;
        if tables.is_empty() {
            return Err(RunError::Unfit { path: path.clone(), what: "holds no rates.csv / 没有 rates.csv" });
        }
        tables.insert(0, accounts(known, &tables));
        let book = check_book(&tables);
        if !book.file_problems.is_empty() {
            return Err(RunError::Problems(book.file_problems));
        }
        let rates = book.histories.iter().map(|history| (history.key().clone(), history.rates().to_vec()));
        Ok(Self { rates: rates.collect(), refused: book.refused, warnings: book.warnings })
    }

    fn of(&self, key: &AccountKey) -> &[ChargedRate] {
        self.rates.get(key).map_or(&[], Vec::as_slice)
    }
}

/// The accounts of the book that the charged rows speak of; a row of another account is a problem of that account.
fn accounts(known: &[History], charged: &[RawTable]) -> RawTable {
    let names = ["area", "account"];
    let cell = |table: &RawTable, row: &RawRow<'_>, name: &str| -> String {
        let column = table.header().iter().position(|header| header == name);
        column.and_then(|column| row.cell(column)).unwrap_or_default().to_owned()
    };
    let mut spoken: BTreeSet<[String; 2]> = BTreeSet::new();
    for table in charged {
        spoken.extend(table.rows().map(|row| names.map(|name| cell(table, &row, name))));
    }
    let mut accounts = RawTable::new(TableKind::Accounts, "accounts", ["area", "account", "kind"]);
    for history in known {
        let key = history.key();
        if spoken.contains(&[key.area.clone(), key.number.clone()]) {
            accounts.push(0, [key.area.as_str(), key.number.as_str(), history.kind().as_str()]);
        }
    }
    accounts
}
