//! What determining some accounts again changes: their rates, day by day, and the premium that was posted at other ones.

use std::sync::Arc;

use rate_core::calendar::{day_after, day_before};
use rate_core::record::{Body, RecordedSegment};
use rate_core::settlement::{self, Line};
use rate_core::{DateSpan, Month, NaiveDate, Problem};

use super::only::Cause;
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
    let first = only.cause == Cause::First;
    let page: Vec<String> = only.accounts.into_iter().filter(|it| it.as_str() > after).take(most.max(1)).collect();
    let Some(last) = page.last().cloned() else { return Ok((Vec::new(), None)) };
    let chosen = store.read(|link| law::compiled(link, &row))?;
    let range = AccountRange { after: after.to_owned(), upto: Some(last.clone()) };
    let run = decided_within(store, &row, &chosen, &range, &mut |_, _| {})?;
    let before = store.read(|link| Before::of(link, &row, &page))?;
    let mut found = Vec::with_capacity(page.len());
    // First rates take nobody's away.
    for key in run.not_insured.iter().filter(|_| !first) {
        let moved = before.moved(&key.number, &Now::none(*chosen.law.setting()))?;
        let account = key.number.clone();
        found.push(Redetermined { account, moved, lines: Vec::new(), problems: Vec::new() });
    }
    for it in &run.decided {
        let account = it.decision.account().number.clone();
        let body = Body::read(&Sealed::of(it).body).map_err(BillingError::from)?;
        let (lines, problems) = match settlement::again(&it.decision, &it.history) {
            Ok(lines) => (lines, Vec::new()),
            Err(problems) => (Vec::new(), problems.into_vec()),
        };
        found.push(Redetermined { moved: before.moved(&account, &Now::of(&body))?, account, lines, problems });
    }
    found.sort_by(|one, other| one.account.cmp(&other.account));
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
            let moved = before.moved(&account, &Now::of(&body))?;
            early.extend(first_before(&moved, from).map(|day| format!("{account} {day}")));
        }
    }
    let out = Now::none(*law::compiled(link, row)?.law.setting());
    for it in link.left_out(&row.id, block::NOT_INSURED, "", i64::try_from(accounts.len()).unwrap_or(i64::MAX))? {
        let moved = before.moved(&it.account, &out)?;
        early.extend(first_before(&moved, from).map(|day| format!("{} {day}", it.account)));
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

    /// Where an account has other rates now.
    fn moved(&self, account: &str, now: &Now<'_>) -> Result<Vec<Moved>, AnnualError> {
        let Some(through) = self.through else { return Ok(moved(&Timeline::default(), now)) };
        let runs = self.seen.of(&self.area, None);
        let bodies: Vec<BodyRow> = self.bodies.iter().filter(|it| it.account == account).cloned().collect();
        Ok(moved(&Timeline::of(account, &bodies, &runs, through)?, now))
    }
}

/// What is determined now of an account: the rates of its body, or none of the whole setting.
struct Now<'b> {
    setting: DateSpan,
    segments: &'b [RecordedSegment],
}

impl<'b> Now<'b> {
    fn of(body: &'b Body) -> Self {
        Self { setting: body.setting, segments: &body.segments }
    }

    fn none(setting: DateSpan) -> Self {
        Self { setting, segments: &[] }
    }
}

/// Where an account has other rates than stood before, inside the setting.
fn moved(before: &Timeline, determined: &Now<'_>) -> Vec<Moved> {
    let Now { setting, segments } = *determined;
    let stood = before.0.iter().map(|it| it.days);
    let now = segments.iter().map(|it| it.days);
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
        let after = segments.iter().find(|it| it.days.contains(*from)).map(|it| RateThen {
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
