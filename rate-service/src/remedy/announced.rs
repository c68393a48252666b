//! The announcement of a result before it is published, where the method asks for it.

use rate_core::deadline::{self, Deadline, Served};
use rate_core::rule_set::notice::NoticeOrder;
use rate_core::{Law, NaiveDate, date};

use super::{RemedyError, said};
use crate::annual::{self, State};
use crate::store::{AnnouncementRow, Link, StoreError};

/// The announcement of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// The first day.
    pub first_day: NaiveDate,
    /// The last day, or why none can be named.
    pub last_day: Deadline,
    /// Where it can be seen.
    pub place: String,
    /// Who recorded it.
    pub by: String,
    /// When.
    pub recorded_at: String,
}

/// Records from when and where the result of an approved run is announced; said again, the last word holds.
///
/// # Errors
/// A run that is not approved, a day that has not come, a place that cannot be read.
pub fn announce(
    link: &mut Link,
    run: &str,
    (first_day, place): (NaiveDate, &str),
    by: &str,
    (now, today): (&str, NaiveDate),
) -> Result<Announced, RemedyError> {
    let place = said(["公示地点", "the place"], place, 200)?;
    let state = annual::progress_in(link, run)?.state;
    if state != State::Approved {
        return Err(RemedyError::not_now(
            "只有已审批而未发布的运行可以公示",
            "a run is announced once it is approved, and before it is published",
        ));
    }
    if first_day > today {
        return Err(RemedyError::unfit(
            format!("公示首日 {first_day} 尚未到来"),
            format!("the first day of the announcement, {first_day}, has not come yet"),
        ));
    }
    let number = link.announcement(run)?.map_or(1, |it| it.number + 1);
    let row = AnnouncementRow {
        run: run.to_owned(),
        number,
        first_day: first_day.to_string(),
        place,
        recorded_by: by.to_owned(),
        recorded_at: now.to_owned(),
    };
    if !link.add_announcement(&row)? {
        return Err(RemedyError::not_now("同时有人登记了公示", "somebody recorded an announcement at the same time"));
    }
    let law = annual::law_of(link, run)?;
    told(&law, row)
}

/// The announcement of a run, where one is recorded.
///
/// # Errors
/// As the store's.
pub fn announced(link: &mut Link, run: &str) -> Result<Option<Announced>, RemedyError> {
    let Some(row) = link.announcement(run)? else { return Ok(None) };
    let law = annual::law_of(link, run)?;
    told(&law, row).map(Some)
}

fn told(law: &Law, row: AnnouncementRow) -> Result<Announced, RemedyError> {
    let first_day = date(&row.first_day).map_err(|_| StoreError::Broken("a day of an announcement"))?;
    let served = Served { on: None, announced: Some(first_day) };
    let last_day = law.rules().notice().map_or(Deadline::NotKnown, |rules| deadline::announcement(law, rules, served));
    Ok(Announced { first_day, last_day, place: row.place, by: row.recorded_by, recorded_at: row.recorded_at })
}

/// Refuses to publish a run over everybody whose method has its result announced first, until that has been done.
///
/// # Errors
/// No announcement, or one that is not over.
pub fn may_publish(link: &mut Link, run: &str, today: NaiveDate) -> Result<(), RemedyError> {
    if annual::progress_in(link, run)?.request.only.is_some() {
        return Ok(());
    }
    let law = annual::law_of(link, run)?;
    let asked = law.rules().notice().is_some_and(|rules| rules.order == Some(NoticeOrder::AnnounceFirst));
    if !asked {
        return Ok(());
    }
    let Some(announced) = announced(link, run)? else {
        return Err(RemedyError::not_now(
            "本办法要求先公示后执行：请先登记公示首日与地点",
            "the method has its result announced first: record from when and where",
        ));
    };
    match announced.last_day {
        Deadline::Day(last) if today <= last => Err(RemedyError::not_now(
            format!("公示至 {last} 止，期满后方可发布"),
            format!("the announcement lasts until {last}; the run is published once it is over"),
        )),
        // How long it lasts was not seen, or cannot be reckoned: whoever approves answers for it.
        _ => Ok(()),
    }
}
