//! What determining some accounts again changes: their rates, day by day, and the premium that was posted at other ones.

use std::sync::Arc;

use rate_core::calendar::{day_after, day_before};
use rate_core::record::Body;
use rate_core::settlement::{self, Line};
use rate_core::{DateSpan, Month, NaiveDate, Problem};

use super::request::Request;
use super::work::decided_within;
use super::{AnnualError, block, law};
use crate::billing::{BillingError, Ledger, Seen, Timeline};
use crate::logbook::Sealed;
use crate::store::{AccountRange, BodyRow, Link, RunRow, Store};

/// A rate as it is held against another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateThen {
    /// System and number of the class.
    pub class: [u8; 2],
    /// Label of the grade.
    pub grade: Option<String>,
    /// Rate charged, in percent.
    pub rate_percent: String,
    /// Where it comes from.
    pub origin: String,
}

/// Days on which an account has another rate than before, or has one and had none, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The days.
    pub days: DateSpan,
    /// What was published before.
    pub before: Option<RateThen>,
    /// What is determined now.
    pub after: Option<RateThen>,
}

/// An account whose rates were determined again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redetermined {
    /// Its number.
    pub account: String,
    /// Where its rates are other ones; nothing where all stay.
    pub moved: Vec<Moved>,
    /// Every premium row of the setting that is posted, against the rates determined now.
    pub lines: Vec<Line>,
    /// Why the rows cannot be held against these rates.
    pub problems: Vec<Problem>,
}

impl Redetermined {
    /// Due now less posted, in fen: above zero too little was posted.
    pub fn difference_fen(&self) -> i128 {
        self.lines.iter().map(Line::difference).sum()
    }
}

/// What a run over some accounts changes, a page of accounts behind one at a time, and the account behind which the next
/// page begins. It is asked of the facts and the law of the run, and of what was published before it, or until now.
///
/// # Errors
/// A run over everybody, one that is unknown or not frozen.
pub fn redetermined(
    store: &Store,
    run: &str,
    after: &str,
    most: usize,
) -> Result<(Vec<Redetermined>, Option<String>), AnnualError> {
    let row = store.read(|link| link.run(run))?.ok_or_else(|| AnnualError::Unknown(run.to_owned()))?;
    let only = Request::read(&row.id, &row.area, &row.request)?.only.ok_or_else(|| {
        AnnualError::unfit("该运行面向全部单位，没有重新核定的对照", "a run over everybody determines nobody again")
    })?;
    let page: Vec<String> = only.accounts.into_iter().filter(|it| it.as_str() > after).take(most.max(1)).collect();
    let Some(last) = page.last().cloned() else { return Ok((Vec::new(), None)) };
    let chosen = store.read(|link| law::compiled(link, &row))?;
    let range = AccountRange { after: after.to_owned(), upto: Some(last.clone()) };
    let decided = decided_within(store, &row, &chosen, &range, &mut |_, _| {})?.decided;
    let before = store.read(|link| Before::of(link, &row, &page))?;
    let mut found = Vec::with_capacity(decided.len());
    for it in &decided {
        let account = it.decision.account().number.clone();
        let body = Body::read(&Sealed::of(it).body).map_err(BillingError::from)?;
        let (lines, problems) = match settlement::again(&it.decision, &it.history) {
            Ok(lines) => (lines, Vec::new()),
            Err(problems) => (Vec::new(), problems.into_vec()),
        };
        found.push(Redetermined { moved: before.moved(&account, &body)?, account, lines, problems });
    }
    Ok((found, Some(last)))
}

/// Refuses a run for a change whose accounts would have other rates in months before it.
///
/// # Errors
/// The accounts, and the first such day of each.
pub(super) fn not_before(link: &mut Link, row: &RunRow) -> Result<(), AnnualError> {
    let only = Request::read(&row.id, &row.area, &row.request)?.only;
    let Some((accounts, from)) = only.and_then(|only| Some((only.accounts, only.cause.from()?))) else { return Ok(()) };
    let accounts: Vec<String> = accounts.into_iter().collect();
    let before = Before::of(link, row, &accounts)?;
    let mut early = Vec::new();
    for chunk in link.chunks(&row.id)? {
        let kept = link.block(&row.id, chunk.number)?.ok_or(AnnualError::Broken("a chunk without its block"))?;
        for sealed in block::bodies(&row.area, &kept)? {
            let body = Body::read(&sealed.body).map_err(BillingError::from)?;
            let account = sealed.account.number;
            early.extend(first_before(&before.moved(&account, &body)?, from).map(|day| format!("{account} {day}")));
        }
    }
    if early.is_empty() {
        return Ok(());
    }
    let (count, shown) = (early.len(), early.iter().take(20).cloned().collect::<Vec<_>>().join(", "));
    Err(AnnualError::unfit(
        format!("{count} 个单位在 {from} 以前的费率会改变（{shown}）：如系更正，请以 correction 另办"),
        format!(
            "{count} accounts would have other rates before {from} ({shown}): if that is meant, ask for a `correction`"
        ),
    ))
}

fn first_before(moved: &[Moved], from: Month) -> Option<NaiveDate> {
    moved.first().map(|it| it.days.from()).filter(|day| *day < from.first_day())
}

/// What was published of some accounts before a run, or until now where it is not published.
struct Before {
    bodies: Vec<BodyRow>,
    seen: Seen,
    area: String,
    through: Option<u64>,
}

impl Before {
    fn of(link: &mut Link, row: &RunRow, accounts: &[String]) -> Result<Self, AnnualError> {
        let seen = Seen::by(link, &mut Arc::new(Ledger::default()))?;
        let runs = seen.of(&row.area, None);
        let through = match runs.named(&row.id) {
            Some(it) => it.entry.checked_sub(1),
            None => seen.entries().checked_sub(1),
        };
        Ok(Self { bodies: link.bodies_of(&row.area, accounts)?, seen, area: row.area.clone(), through })
    }

    /// Where a body of an account gives other rates.
    fn moved(&self, account: &str, body: &Body) -> Result<Vec<Moved>, AnnualError> {
        let Some(through) = self.through else { return Ok(moved(&Timeline::default(), body)) };
        let runs = self.seen.of(&self.area, None);
        let bodies: Vec<BodyRow> = self.bodies.iter().filter(|it| it.account == account).cloned().collect();
        Ok(moved(&Timeline::of(&bodies, &runs, through)?, body))
    }
}

/// Where a body gives other rates than stood before, inside its setting.
fn moved(before: &Timeline, body: &Body) -> Vec<Moved> {
    let setting = body.setting;
    let stood = before.0.iter().map(|it| it.days);
    let now = body.segments.iter().map(|it| it.days);
    let inside = stood.chain(now).filter_map(|days| days.intersect(&setting));
    let mut bounds: Vec<NaiveDate> = inside
        .flat_map(|days| [Some(days.from()), days.to().map(day_after)])
        .flatten()
        .filter(|day| setting.contains(*day))
        .chain([setting.from()])
        .collect();
    bounds.sort_unstable();
    bounds.dedup();
    let mut all: Vec<Moved> = Vec::new();
    for (place, from) in bounds.iter().enumerate() {
        let to = bounds.get(place + 1).map(|next| day_before(*next)).or(setting.to());
        let Some(days) = DateSpan::new(*from, to) else { continue };
        let before = before.on(*from).map(|it| RateThen {
            class: it.class,
            grade: it.grade.clone(),
            rate_percent: it.rate_percent.clone(),
            origin: it.origin.clone(),
        });
        let after = body.segments.iter().find(|it| it.days.contains(*from)).map(|it| RateThen {
            class: it.class,
            grade: it.grade.clone(),
            rate_percent: it.rate_percent.clone(),
            origin: it.origin.clone(),
        });
        // Where a rate comes from is no other rate.
        let alike = |it: &Option<RateThen>| it.as_ref().map(|it| (it.class, it.grade.clone(), it.rate_percent.clone()));
        if alike(&before) == alike(&after) {
            continue;
        }
        match all.last_mut() {
            Some(last)
                if last.days.to().map(day_after) == Some(*from) && last.before == before && last.after == after =>
            {
                last.days = DateSpan::new(last.days.from(), to).unwrap_or(days);
            }
            _ => all.push(Moved { days, before, after }),
        }
    }
    all
}
