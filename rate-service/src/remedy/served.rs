//! How notices were served.

use std::collections::{BTreeMap, BTreeSet};

use rate_core::{NaiveDate, date};

use super::{RemedyError, said};
use crate::annual::{self, State};
use crate::store::{Link, ServiceRow, StoreError};

/// Ways in which a notice is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Handed over.
    InPerson,
    /// By post.
    Post,
    /// On the portal, or by another electronic way the employer agreed to.
    Electronic,
    /// Left where it could be found, before witnesses.
    Left,
    /// By public notice.
    Public,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 5] = [Self::InPerson, Self::Post, Self::Electronic, Self::Left, Self::Public];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InPerson => "in-person",
            Self::Post => "post",
            Self::Electronic => "electronic",
            Self::Left => "left",
            Self::Public => "public",
        }
    }

    /// The channel of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// How a notice was served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The account.
    pub account: String,
    /// The day.
    pub served_on: NaiveDate,
    /// How.
    pub channel: Channel,
    /// Number of the receipt, or where the proof lies.
    pub proof: String,
}

/// Records how notices of a published run were served: all of them, or none. Said again of an account, the last word holds.
///
/// # Errors
/// A run that is not published, accounts without a rate of it, days that have not come or lie before it was recorded.
pub fn record(
    link: &mut Link,
    run: &str,
    services: &[Service],
    by: &str,
    (now, today): (&str, NaiveDate),
) -> Result<(), RemedyError> {
    let progress = annual::progress_in(link, run)?;
    if progress.state != State::Published {
        return Err(RemedyError::not_now(
            "运行尚未发布，没有可送达的通知",
            "the run is not published: nobody has a notice of it",
        ));
    }
    let accounts: BTreeSet<&str> = services.iter().map(|it| it.account.as_str()).collect();
    if accounts.len() < services.len() {
        return Err(RemedyError::unfit(
            "同一单位在一次登记中只能出现一次",
            "an account stands once in what is recorded together",
        ));
    }
    let names: Vec<String> = accounts.iter().map(|it| (*it).to_owned()).collect();
    let bodies = link.bodies_of(&progress.request.area, &names)?;
    let of_run: BTreeSet<&str> = bodies.iter().filter(|it| it.run == run).map(|it| it.account.as_str()).collect();
    let strange: Vec<&str> = accounts.iter().filter(|it| !of_run.contains(*it)).take(20).copied().collect();
    if !strange.is_empty() {
        let list = strange.join(", ");
        return Err(RemedyError::unfit(
            format!("这些单位在该运行中没有费率：{list}"),
            format!("these accounts have no rate of the run: {list}"),
        ));
    }
    let early: Vec<&str> = services.iter().filter(|it| it.served_on > today).map(|it| it.account.as_str()).collect();
    if !early.is_empty() {
        let list = early.join(", ");
        return Err(RemedyError::unfit(
            format!("送达日期尚未到来：{list}"),
            format!("the day of service has not come yet: {list}"),
        ));
    }
    let mut numbers: BTreeMap<String, i64> = BTreeMap::new();
    for row in link.services_of(run, &names)? {
        numbers.insert(row.account, row.number);
    }
    let mut rows = Vec::with_capacity(services.len());
    for it in services {
        rows.push(ServiceRow {
            run: run.to_owned(),
            account: it.account.clone(),
            number: numbers.get(&it.account).map_or(1, |last| last + 1),
            served_on: it.served_on.to_string(),
            channel: it.channel.as_str().to_owned(),
            proof: said(["送达凭证", "the proof"], &it.proof, 200)?,
            recorded_by: by.to_owned(),
            recorded_at: now.to_owned(),
        });
    }
    Ok(link.add_services(&rows)?)
}

/// Every word on the service of the notice of an account, in the order in which they were said.
///
/// # Errors
/// As the store's.
pub fn of_account(link: &mut Link, run: &str, account: &str) -> Result<Vec<(Service, ServiceRow)>, RemedyError> {
    link.services_of(run, &[account.to_owned()])?.into_iter().map(read).collect()
}

/// Words on the service of the notices of a run, by account, behind one that was seen.
///
/// # Errors
/// As the store's.
pub fn services(
    link: &mut Link,
    run: &str,
    behind: (&str, i64),
    most: i64,
) -> Result<Vec<(Service, ServiceRow)>, RemedyError> {
    link.services_after(run, behind, most)?.into_iter().map(read).collect()
}

fn read(row: ServiceRow) -> Result<(Service, ServiceRow), RemedyError> {
    let broken = || StoreError::Broken("a service that is none");
    let service = Service {
        account: row.account.clone(),
        served_on: date(&row.served_on).map_err(|_| broken())?,
        channel: Channel::from_word(&row.channel).ok_or_else(broken)?,
        proof: row.proof.clone(),
    };
    Ok((service, row))
}
