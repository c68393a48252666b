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

/// How the notice of an account was served, as somebody says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The account.
    pub account: String,
    /// The day.
    pub served_on: String,
    /// How.
    pub channel: String,
    /// Number of the receipt, or where the proof lies.
    pub proof: String,
}

/// What is wrong with a row, in Chinese and English.
type Wrong = [String; 2];

/// The most rows that are told to be wrong.
const MOST_TOLD: usize = 50;

impl Said {
    /// What is said, where it can be taken; else everything that is wrong with it.
    fn read(&self, of_run: &BTreeSet<&str>, today: NaiveDate) -> Result<Service, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let served_on = date(&self.served_on).ok();
        match served_on {
            None => wrong.push(["送达日期须写作 YYYY-MM-DD".into(), "served_on is a day YYYY-MM-DD".into()]),
            Some(day) if day > today => {
                wrong
                    .push([format!("送达日期 {day} 尚未到来"), format!("the day of service, {day}, has not come yet")]);
            }
            Some(_) => {}
        }
        let channel = Channel::from_word(&self.channel);
        if channel.is_none() {
            let words = Channel::ALL.map(Channel::as_str).join(", ");
            wrong.push([format!("送达方式须为 {words}"), format!("channel is one of {words}")]);
        }
        let proof = said(["送达凭证", "the proof"], &self.proof, 200);
        if let Err(RemedyError::Unfit { zh, en }) = &proof {
            wrong.push([zh.clone(), en.clone()]);
        }
        if !of_run.contains(self.account.as_str()) {
            wrong.push(["在该运行中没有费率".into(), "the account has no rate of the run".into()]);
        }
        match (served_on, channel, proof) {
            (Some(served_on), Some(channel), Ok(proof)) if wrong.is_empty() => {
                Ok(Service { account: self.account.clone(), served_on, channel, proof })
            }
            _ => Err(wrong),
        }
    }
}

/// The rows as they can be recorded: all of them, or everything that is wrong, each with its row.
fn rows(said: &[Said], of_run: &BTreeSet<&str>, today: NaiveDate) -> Result<Vec<Service>, RemedyError> {
    let (mut taken, mut wrong, mut seen) = (Vec::with_capacity(said.len()), Vec::new(), BTreeSet::new());
    for (place, it) in said.iter().enumerate() {
        let mut told = |[zh, en]: Wrong| {
            let row = format!("services.{place} ({})", it.account);
            wrong.push([format!("{row}：{zh}"), format!("{row}: {en}")]);
        };
        if !seen.insert(it.account.as_str()) {
            told([
                "同一单位在一次登记中只能出现一次".into(),
                "an account stands once in what is recorded together".into(),
            ]);
        }
        match it.read(of_run, today) {
            Ok(service) => taken.push(service),
            Err(all) => all.into_iter().for_each(told),
        }
    }
    if wrong.is_empty() {
        return Ok(taken);
    }
    let count = wrong.len();
    wrong.truncate(MOST_TOLD);
    let [zh, en] = [0, 1].map(|lang: usize| wrong.iter().map(|it| it[lang].as_str()).collect::<Vec<_>>().join("; "));
    let more = count - wrong.len();
    let behind = |text: String, more_of: String| if more == 0 { text } else { format!("{text}; {more_of}") };
    Err(RemedyError::unfit(behind(zh, format!("另有 {more} 处")), behind(en, format!("and {more} more"))))
}

/// Records how notices of a published run were served: all of them, or none. Said again of an account, the last word holds.
///
/// # Errors
/// A run that is not published; everything that is wrong with what is said: accounts without a rate of the run, days that
/// are none or have not come, unknown channels, no proof.
pub fn record(
    link: &mut Link,
    run: &str,
    services: &[Said],
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
    let names: Vec<String> = accounts.iter().map(|it| (*it).to_owned()).collect();
    let bodies = link.bodies_of(&progress.request.area, &names)?;
    let of_run: BTreeSet<&str> = bodies.iter().filter(|it| it.run == run).map(|it| it.account.as_str()).collect();
    let services = rows(services, &of_run, today)?;
    let mut numbers: BTreeMap<String, i64> = BTreeMap::new();
    for row in link.services_of(run, &names)? {
        numbers.insert(row.account, row.number);
    }
    let row = |it: Service| ServiceRow {
        run: run.to_owned(),
        number: numbers.get(&it.account).map_or(1, |last| last + 1),
        account: it.account,
        served_on: it.served_on.to_string(),
        channel: it.channel.as_str().to_owned(),
        proof: it.proof,
        recorded_by: by.to_owned(),
        recorded_at: now.to_owned(),
    };
    let rows: Vec<ServiceRow> = services.into_iter().map(row).collect();
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
