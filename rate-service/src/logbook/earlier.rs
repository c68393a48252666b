//! Rates of published runs on their way among the facts, where the next run finds them as it finds all others.

use std::collections::{BTreeMap, BTreeSet};

use rate_core::NaiveDate;
use rate_core::input::book::{RawTable, TableKind};
use rate_core::record::{Body, Event, Run};

use super::recording::Recording;
use super::{LogError, publish};
use crate::book::{BookRows, empty_table, push_line};
use crate::store::{AccountRange, StoreError};

/// Accounts looked at together.
const ACCOUNTS: i64 = 1000;

/// What of the published rates is about to be decided anew, and so no fact of the run that does it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Leaving<'l> {
    /// The run whose place another takes, whole.
    pub(crate) run: Option<&'l str>,
    /// Whether that is over everybody, and takes the place of every other run of the setting too.
    pub(crate) whole: bool,
    /// Accounts whose rates of the setting of a day are determined anew.
    pub(crate) anew: Option<(NaiveDate, &'l BTreeSet<String>)>,
}

/// The runs of an area whose rates are, or may be, among its facts.
pub(super) struct Runs<'r> {
    /// Those that stand, newest first.
    standing: Vec<&'r Run>,
    /// Those that another one took the place of.
    replaced: Vec<&'r Run>,
    leaving: Leaving<'r>,
}

impl<'r> Runs<'r> {
    /// The runs of an area in a log.
    pub(super) fn of(events: &'r [Event], area: &str, leaving: Leaving<'r>) -> Self {
        let runs = || events.iter().filter_map(|event| if let Event::Run(run) = event { Some(run) } else { None });
        let beside = leaving.run.filter(|_| leaving.whole).map(|run| publish::standing_with(events, run));
        let beside = beside.unwrap_or_default();
        let gone = publish::replaced(events);
        let gone = |run: &str| gone.contains(run) || leaving.run == Some(run) || beside.contains(run);
        let own: Vec<&Run> = runs().filter(|run| run.area == area).collect();
        let (replaced, standing) = own.iter().rev().partition(|run| gone(&run.id));
        Self { standing, replaced, leaving }
    }

    fn all(&self) -> Vec<String> {
        self.standing.iter().chain(&self.replaced).map(|run| run.id.clone()).collect()
    }

    /// Whether the rates that a run gave an account are determined anew.
    fn leaves(&self, run: &Run, account: &str) -> bool {
        self.leaving.anew.is_some_and(|(on, accounts)| run.setting.contains(on) && accounts.contains(account))
    }
}

/// Adds what is missing among the facts, and takes back what stands no longer: of accounts the book knows, and not of a
/// day that it has a rate of its own for.
pub(super) fn take(recording: &mut Recording<'_>, runs: &Runs<'_>, area: &str) -> Result<(), LogError> {
    let all = runs.all();
    // What stood before anything of this was added: a range is read before it is changed.
    let known = recording.number();
    let mut after = String::new();
    while !all.is_empty() {
        let bodies = recording.link().bodies_after(area, &all, &after, ACCOUNTS)?;
        let Some(last) = bodies.last().map(|body| body.account.clone()) else { break };
        let range = AccountRange { after, upto: Some(last.clone()) };
        let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
        for row in recording.link().standing_within(area, &range, known)? {
            let account = accounts.entry(row.account).or_default();
            account.known |= row.kind == TableKind::Accounts.stem();
            if row.kind == TableKind::Rates.stem() {
                account.own.insert(row.line);
            }
        }
        for body in bodies {
            let read = Body::read(&body.body).map_err(|_| StoreError::Broken("a body that is none"))?;
            let of = accounts.entry(body.account).or_default();
            of.decided.push((body.run, lines(&read)));
        }
        let mut rows = Vec::new();
        for (number, account) in accounts {
            let changes = account.changes(runs, &number)?.into_iter();
            let kind = TableKind::Rates.stem();
            rows.extend(changes.map(|(standing, line)| recording.row(area, &number, kind, &line, standing)));
        }
        recording.add(rows)?;
        after = last;
    }
    Ok(())
}

/// What is known of an account.
#[derive(Default)]
struct Account {
    /// Whether the book has it.
    known: bool,
    /// The rates that stand among its facts.
    own: BTreeSet<String>,
    /// What runs decided.
    decided: Vec<(String, Vec<String>)>,
}

impl Account {
    fn lines_of(&self, run: &Run) -> Option<&[String]> {
        self.decided.iter().find(|(of, _)| *of == run.id).map(|(_, lines)| lines.as_slice())
    }

    /// The lines of the runs that say what holds, newest first, and those of all others: of one setting, what was
    /// determined last takes the place of whatever was before, whole.
    fn parted(&self, runs: &Runs<'_>, account: &str) -> (Vec<&[String]>, Vec<&[String]>) {
        let gone = runs.replaced.iter().filter_map(|run| self.lines_of(run));
        let (mut holds, mut gone, mut settings) = (Vec::new(), gone.collect::<Vec<_>>(), Vec::new());
        for run in &runs.standing {
            let Some(lines) = self.lines_of(run).or_else(|| run.takes_out(account).then_some(&[][..])) else {
                continue;
            };
            if runs.leaves(run, account) || settings.contains(&run.setting) {
                gone.push(lines);
            } else {
                settings.push(run.setting);
                holds.push(lines);
            }
        }
        (holds, gone)
    }

    /// Rates that come among the facts, and those taken back.
    fn changes(&self, runs: &Runs<'_>, account: &str) -> Result<Vec<(bool, String)>, LogError> {
        let (holds, gone) = self.parted(runs, account);
        let of = |runs: &[&[String]]| -> BTreeSet<String> { runs.concat().into_iter().collect() };
        let (standing, gone) = (of(&holds), of(&gone));
        let back: BTreeSet<String> =
            gone.into_iter().filter(|line| self.own.contains(line) && !standing.contains(line)).collect();
        let mut days = BTreeSet::new();
        for line in self.own.iter().filter(|line| !back.contains(*line)) {
            days.insert(begins(line)?);
        }
        let mut changes: Vec<(bool, String)> = back.into_iter().map(|line| (false, line)).collect();
        // The newest run says what holds on a day.
        for lines in holds.into_iter().filter(|_| self.known) {
            let mut own_days = BTreeSet::new();
            for line in lines {
                let day = begins(line)?;
                if !days.contains(&day) && own_days.insert(day) {
                    changes.push((true, line.clone()));
                }
            }
            days.extend(own_days);
        }
        Ok(changes)
    }
}

/// The day a rate begins, as it is written.
fn begins(line: &str) -> Result<String, LogError> {
    let mut table = empty_table(TableKind::Rates, TableKind::Rates.columns().len());
    push_line(&mut table, 2, line).map_err(|_| StoreError::Broken("a row that is none"))?;
    let day = table.rows().next().and_then(|row| row.cell(2).map(str::to_owned));
    Ok(day.unwrap_or_default())
}

/// The rates that a body decides, as rows of the book's `rates`.
fn lines(body: &Body) -> Vec<String> {
    let columns = TableKind::Rates.columns().iter().map(|column| column.name);
    let mut table = RawTable::new(TableKind::Rates, "rates.csv", columns);
    for (it, line) in body.segments.iter().zip(2..) {
        let [system, class] = it.class.map(|number| number.to_string());
        let cells = [
            body.account.area.clone(),
            body.account.number.clone(),
            it.days.from().to_string(),
            it.days.to().map_or_else(String::new, |to| to.to_string()),
            system,
            class,
            it.base_percent.clone().unwrap_or_default(),
            it.grade.clone().unwrap_or_default(),
            it.before_cut_percent.clone(),
            it.cut_percent.clone(),
            it.rate_percent.clone(),
            it.origin.clone(),
            body.cycle.clone(),
            body.outcome.used.join(" "),
            body.rule_set.clone(),
        ];
        table.push(line, cells);
    }
    let rows = BookRows::of(&[table]);
    rows.by_table().iter().flat_map(|table| table.lines.iter().cloned()).collect()
}
