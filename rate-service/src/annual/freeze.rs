//! The freeze: the number at which facts are read, the law, the ranges of accounts, and what the book shows.

use std::collections::VecDeque;

use rate_core::Problem;
use rate_core::diagnostics::{Diagnosis, Search};
use rate_core::input::book::CheckedBook;

use super::act::{WORKER, enter, held, moved};
use super::law::pinned;
use super::only::Only;
use super::request::Request;
use super::state::{Act, State, Who};
use super::work::{Worker, facts};
use super::{AnnualError, LawSource, findings};
use crate::logbook::{Leaving, Logbook};
use crate::pipeline::{self, Portion};
use crate::run::{ChosenLaw, RunError, not_of_setting};
use crate::store::{AccountRange, ChunkRow, Link, RunRow, Store};

/// What a freeze comes to before it is kept.
struct Freeze {
    chosen: ChosenLaw,
    knowledge: i64,
    /// Entries that the log had.
    entries: i64,
    chunks: Vec<ChunkRow>,
    diagnosis: Diagnosis,
}

impl Worker {
    /// Freezes a run that this worker was leased, and looks through its book.
    pub(super) fn freeze(
        &mut self,
        store: &Store,
        log: &mut Logbook,
        source: &dyn LawSource,
        row: &RunRow,
        now: &str,
    ) -> Result<(), AnnualError> {
        let request = Request::read(&row.id, &row.area, &row.request)?;
        let entry = request.entry(&row.accepted)?;
        let anew = request.only.as_ref().and_then(|only| only.anew(request.on));
        // Before the rates are taken: what is published from here on is not among the facts of this run.
        let entries = store.read(Link::entry_count)?;
        let leaving = Leaving { run: request.supersedes.as_deref(), whole: !request.first_only, anew };
        let known = log.take_rates(&request.area, &leaving, now)?;
        let knowledge = i64::try_from(known).map_err(|_| AnnualError::Broken("a knowledge number"))?;
        let area = store.read(|link| pipeline::of_area(link, &request.area, knowledge))?;
        let checked = area.checked();
        right(checked.file_problems)?;
        let mut chosen = source.law(&request.area, request.on, checked.parameters)?;
        if let Some(day) = request.decided_on {
            if let Some((zh, en)) = not_of_setting(&chosen.law, day) {
                return Err(AnnualError::unfit(zh, en));
            }
            chosen.law = chosen.law.decided_on(day);
        }
        let mut search = Search::new(&chosen.law);
        search.tables(area.own_tables());
        let chunks = self.look(store, (row, request.only.as_ref()), knowledge, &mut search)?;
        if chunks.is_empty() {
            return Err(AnnualError::unfit("没有该地区的单位", "the book holds no account of this area"));
        }
        let mut diagnosis = match request.only {
            Some(_) => search.finish_of_some(),
            None => search.finish(entry.control.as_ref()),
        };
        // A row of facts is found by its account and table: lines are those of a piece that was read.
        diagnosis.findings.iter_mut().for_each(|it| it.place.line = 0);
        diagnosis.findings.sort();
        keep(store, row, Freeze { chosen, knowledge, entries, chunks, diagnosis }, now)
    }

    /// Goes through the accounts a range at a time; the ranges. They are read and checked ahead, and looked through in
    /// their order.
    fn look(
        &mut self,
        store: &Store,
        (row, only): (&RunRow, Option<&Only>),
        knowledge: i64,
        search: &mut Search<'_>,
    ) -> Result<Vec<ChunkRow>, AnnualError> {
        let mut chunks = Vec::new();
        let mut ranges = Ranges { store, row, only, knowledge, most: self.accounts.max(1), after: Some(String::new()) };
        std::thread::scope(|scope| {
            let mut ahead = VecDeque::with_capacity(AHEAD);
            loop {
                while ahead.len() < AHEAD
                    && let Some(range) = ranges.next()?
                {
                    let read = range.clone();
                    ahead.push_back((range, scope.spawn(move || seen(store, &row.area, &read, (only, knowledge)))));
                }
                let Some((range, seen)) = ahead.pop_front() else { return Ok(()) };
                let Seen { portion, checked } = seen.join().unwrap_or(Err(AnnualError::Broken("a reader's thread")))?;
                right(checked.file_problems)?;
                checked.refused.iter().for_each(|it| search.refused(it));
                checked.histories.iter().for_each(|it| search.account(it));
                search.tables(portion.own_tables());
                chunks.push(chunk(&row.id, chunks.len(), range, checked.refused.len() + checked.histories.len()));
                self.hold(store, row)?;
            }
        })
        .map(|()| chunks)
    }
}

/// Ranges that are read ahead of the one that is looked through: as many as there are cores on a small machine.
const AHEAD: usize = 2;

/// The ranges of an area, one behind the other.
struct Ranges<'r> {
    store: &'r Store,
    row: &'r RunRow,
    only: Option<&'r Only>,
    knowledge: i64,
    most: usize,
    /// The last account of the range before; none behind the last range.
    after: Option<String>,
}

impl Ranges<'_> {
    fn next(&mut self) -> Result<Option<AccountRange>, AnnualError> {
        let Some(after) = self.after.take() else { return Ok(None) };
        let Self { row, most, knowledge, .. } = self;
        let mut found: Vec<String> = match self.only {
            Some(only) => only.accounts.iter().filter(|it| **it > after).take(*most).cloned().collect(),
            None => self.store.read(|link| link.accounts_after(&row.area, &after, *most, *knowledge))?,
        };
        self.after = found.pop();
        Ok(self.after.clone().map(|last| AccountRange { after, upto: Some(last) }))
    }
}

/// A range of accounts, read and checked.
struct Seen {
    portion: Portion,
    checked: CheckedBook,
}

fn seen(store: &Store, area: &str, range: &AccountRange, of: (Option<&Only>, i64)) -> Result<Seen, AnnualError> {
    let portion = store.read(|link| facts(link, area, range, of))?;
    let checked = portion.checked();
    Ok(Seen { portion, checked })
}

/// A range as it is leased later.
fn chunk(run: &str, number: usize, range: AccountRange, accounts: usize) -> ChunkRow {
    ChunkRow {
        run: run.to_owned(),
        number: i64::try_from(number).unwrap_or(i64::MAX),
        after_account: range.after,
        upto: range.upto.unwrap_or_default(),
        accounts: i64::try_from(accounts).unwrap_or(i64::MAX),
        done: false,
        owner: None,
        lease_until: 0,
        fence: 0,
        attempts: 0,
        summary: None,
    }
}

fn right(problems: Vec<Problem>) -> Result<(), AnnualError> {
    if problems.is_empty() { Ok(()) } else { Err(RunError::Problems(problems).into()) }
}

/// Keeps a freeze, unless somebody else was given the run meanwhile, or it was given up.
fn keep(store: &Store, leased: &RunRow, freeze: Freeze, now: &str) -> Result<(), AnnualError> {
    let Freeze { chosen, knowledge, entries, chunks, diagnosis } = freeze;
    store.change(|link| {
        let mut row = held(link, &leased.id)?;
        if row.fence != leased.fence || row.state != State::Running.as_str() {
            return Ok(());
        }
        row.knowledge = Some(knowledge);
        row.frozen = Some(findings::line(&chosen, &diagnosis, entries));
        link.add_run_law(&pinned(&row.id, &chosen))?;
        link.add_chunks(&chunks)?;
        let rows: Vec<_> = findings::rows(&row.id, &diagnosis).collect();
        link.add_run_findings(&rows)?;
        let blocking: Vec<String> = findings::beyond(&row)?
            .iter()
            .filter(|it| !it.accepted)
            .map(|it| format!("{} {}", it.kind, it.count))
            .collect();
        if blocking.is_empty() {
            (row.lease_until, row.attempts) = (0, 0);
            return Ok(link.change_run(&row)?);
        }
        let state = moved(&row, Act::Block, Who::Worker)?;
        enter(link, row, (state, Act::Block), WORKER, now, &blocking.join(", ")).map(drop)
    })
}
