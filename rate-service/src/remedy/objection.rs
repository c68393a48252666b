//! What an employer undertakes against its rate, from its filing to the rates that take the place of those disputed.

use rate_core::deadline::Deadline;
use rate_core::{NaiveDate, date};
use serde_json::json;

use super::clocks::Clocks;
use super::{RemedyError, announced, said};
use crate::annual::{self, State};
use crate::person::is_same;
use crate::store::{HookKind, Link, ObjectionEventRow, ObjectionRow, StoreError};

/// Before whom a rate is disputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The agency looks again (复核).
    Recheck,
    /// Administrative review (行政复议).
    Review,
    /// A lawsuit (行政诉讼).
    Lawsuit,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Recheck, Self::Review, Self::Lawsuit];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recheck => "recheck",
            Self::Review => "review",
            Self::Lawsuit => "lawsuit",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// Where an objection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits for a decision; the rate stands.
    Filed,
    /// The employer took it back.
    Withdrawn,
    /// The rate stands.
    Rejected,
    /// The rate is to be determined again; until then it stands.
    Granted,
    /// It was determined again.
    Redetermined,
}

impl Standing {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Filed, Self::Withdrawn, Self::Rejected, Self::Granted, Self::Redetermined];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Withdrawn => "withdrawn",
            Self::Rejected => "rejected",
            Self::Granted => annual::GRANTED,
            Self::Redetermined => annual::REDETERMINED,
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// What is filed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// The area.
    pub area: String,
    /// The run that gave the rate.
    pub run: String,
    /// The account.
    pub account: String,
    /// Before whom.
    pub kind: Kind,
    /// The day it was filed.
    pub filed_on: NaiveDate,
    /// Why.
    pub grounds: String,
    /// Number or name of each piece of evidence.
    pub documents: Vec<String>,
}

/// What is decided on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Whether the rate is to be determined again.
    pub granted: bool,
    /// The day of the decision.
    pub on: NaiveDate,
    /// Number of the decision, or of the judgment.
    pub document: String,
    /// Its reasons.
    pub reasons: String,
}

/// One step of its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The state from here on.
    pub standing: Standing,
    /// The day it happened.
    pub on: NaiveDate,
    /// The document that says so; may be empty.
    pub document: String,
    /// Reasons; may be empty.
    pub remark: String,
    /// The run by which it was determined again.
    pub run: Option<String>,
    /// Who recorded it.
    pub by: String,
    /// When.
    pub recorded_at: String,
}

/// An objection as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// What it is called.
    pub id: String,
    /// What was filed.
    pub filing: Filing,
    /// The last day of its term, as reckoned when it was recorded.
    pub last_day: Option<NaiveDate>,
    /// Its way so far, from its filing on.
    pub events: Vec<Event>,
}

impl Objection {
    /// Where it stands.
    pub fn standing(&self) -> Standing {
        self.events.last().map_or(Standing::Filed, |it| it.standing)
    }

    /// Whether it was filed after the last day of its term, where that could be reckoned.
    pub fn late(&self) -> Option<bool> {
        self.last_day.map(|last| self.filing.filed_on > last)
    }
}

/// Records what was filed against the rate that a published run gave, or that an announced one is about to, under a name that
/// no other has on that day.
///
/// # Errors
/// A run or an account that has no such rate, days that do not fit, a re-check that comes after its last day.
pub fn file(
    link: &mut Link,
    filing: Filing,
    by: &str,
    (now, today): (&str, NaiveDate),
    name: &str,
) -> Result<Objection, RemedyError> {
    let grounds = said(["异议理由", "the grounds"], &filing.grounds, 2000)?;
    if filing.documents.len() > 20 {
        return Err(RemedyError::unfit("证据至多 20 份", "at most 20 pieces of evidence"));
    }
    let documents = filing.documents.iter().map(|it| said(["证据", "a piece of evidence"], it, 200));
    let documents: Vec<String> = documents.collect::<Result<_, _>>()?;
    if filing.filed_on > today {
        return Err(RemedyError::unfit(
            format!("提出日期 {} 尚未到来", filing.filed_on),
            format!("the day it was filed, {}, has not come yet", filing.filed_on),
        ));
    }
    has_rate(link, &filing)?;
    let clocks = Clocks::of(link, &filing.run, &filing.account)?;
    let last_day = match clocks.clock(filing.kind).last_day {
        Deadline::Day(last) => Some(last),
        _ => None,
    };
    if let Some(last) = last_day.filter(|last| filing.kind == Kind::Recheck && filing.filed_on > *last) {
        return Err(RemedyError::unfit(
            format!("复核申请期限已于 {last} 届满，不予受理；仍可依法申请行政复议或提起诉讼"),
            format!(
                "the last day for a re-check was {last}; administrative review and lawsuit remain open to the employer"
            ),
        ));
    }
    let row = ObjectionRow {
        id: format!("{}-{}-{name}", filing.area, filing.filed_on),
        area: filing.area,
        account: filing.account,
        run: filing.run,
        kind: filing.kind.as_str().to_owned(),
        filed_on: filing.filed_on.to_string(),
        last_day: last_day.map_or_else(String::new, |day| day.to_string()),
        grounds,
        documents: serde_json::Value::from(documents).to_string(),
        recorded_by: by.to_owned(),
        recorded_at: now.to_owned(),
    };
    if !link.add_objection(&row)? {
        return Err(RemedyError::not_now("已有相同编号的异议", "there is an objection of this number already"));
    }
    let filed = Next { standing: Standing::Filed, on: filing.filed_on, document: "", remark: "" };
    step(link, &row, 1, &filed, (by, now))?;
    read(link, row)
}

/// Whether the run gives the account a rate that can be disputed.
fn has_rate(link: &mut Link, filing: &Filing) -> Result<(), RemedyError> {
    let progress = annual::progress_in(link, &filing.run)?;
    if progress.request.area != filing.area {
        return Err(RemedyError::Unknown);
    }
    let account = &filing.account;
    let has = match progress.state {
        State::Published => {
            let bodies = link.bodies_of(&filing.area, std::slice::from_ref(account))?;
            bodies.iter().any(|it| it.run == filing.run)
        }
        // While it is announced, everybody can look at it and object.
        State::Approved if announced(link, &filing.run)?.is_some() => annual::in_trial(link, &filing.run, account)?,
        _ => {
            return Err(RemedyError::not_now(
                "运行既未发布也未公示，没有可异议的费率",
                "the run is neither published nor announced: nobody has a rate of it to dispute",
            ));
        }
    };
    if has {
        return Ok(());
    }
    Err(RemedyError::unfit(
        format!("单位 {account} 在该运行中没有费率"),
        format!("account {account} has no rate of this run"),
    ))
}

/// What happens next to an objection.
struct Next<'n> {
    standing: Standing,
    on: NaiveDate,
    document: &'n str,
    remark: &'n str,
}

fn step(
    link: &mut Link,
    row: &ObjectionRow,
    number: i64,
    next: &Next<'_>,
    (by, now): (&str, &str),
) -> Result<(), RemedyError> {
    let event = ObjectionEventRow {
        objection: row.id.clone(),
        number,
        state: next.standing.as_str().to_owned(),
        happened_on: next.on.to_string(),
        document: next.document.to_owned(),
        remark: next.remark.to_owned(),
        run: String::new(),
        recorded_by: by.to_owned(),
        recorded_at: now.to_owned(),
    };
    if link.add_objection_event(&event)? {
        let kind = match next.standing {
            Standing::Filed => HookKind::ObjectionFiled,
            Standing::Withdrawn => HookKind::ObjectionWithdrawn,
            Standing::Rejected | Standing::Granted => HookKind::ObjectionDecided,
            Standing::Redetermined => HookKind::ObjectionRedetermined,
        };
        let told = json!({"area": row.area, "objection": row.id, "state": event.state, "run": row.run}).to_string();
        return Ok(link.add_hook_event(&row.area, kind, &told, now)?);
    }
    Err(RemedyError::not_now("同时有人办理了该异议", "somebody else acted on the objection at the same time"))
}

/// An objection that waits, with the number of its next event.
fn waiting(link: &mut Link, area: &str, id: &str, from: Standing) -> Result<(ObjectionRow, i64), RemedyError> {
    let row = link.objection(id)?.filter(|row| row.area == area).ok_or(RemedyError::Unknown)?;
    let events = link.objection_events(id)?;
    let state = events.last().and_then(|it| Standing::from_word(&it.state)).unwrap_or(Standing::Filed);
    if state != from {
        return Err(RemedyError::not_now(
            format!("该异议处于 `{}`，须为 `{}`", state.as_str(), from.as_str()),
            format!("the objection is `{}`, and would have to be `{}`", state.as_str(), from.as_str()),
        ));
    }
    Ok((row, i64::try_from(events.len()).unwrap_or(i64::MAX).saturating_add(1)))
}

/// Records what was decided on an objection: by the agency itself, or by whoever it was brought before. Another person does
/// so than the one who recorded its filing.
///
/// # Errors
/// An objection that is unknown or decided, the same person, a day before its filing or that has not come.
pub fn decide(
    link: &mut Link,
    (area, id): (&str, &str),
    ruling: &Ruling,
    by: &str,
    (now, today): (&str, NaiveDate),
) -> Result<Objection, RemedyError> {
    let (row, number) = waiting(link, area, id, Standing::Filed)?;
    if is_same(&row.recorded_by, by) {
        return Err(RemedyError::NotYou);
    }
    let document = said(["决定文号", "the number of the decision"], &ruling.document, 200)?;
    let reasons = said(["理由", "reasons"], &ruling.reasons, 2000)?;
    if ruling.on > today || ruling.on.to_string() < row.filed_on {
        return Err(RemedyError::unfit(
            format!("决定日期 {} 须在提出之日（{}）至今日之间", ruling.on, row.filed_on),
            format!("the decision, of {}, lies between its filing ({}) and today", ruling.on, row.filed_on),
        ));
    }
    let standing = if ruling.granted { Standing::Granted } else { Standing::Rejected };
    let next = Next { standing, on: ruling.on, document: &document, remark: &reasons };
    step(link, &row, number, &next, (by, now))?;
    read(link, row)
}

/// Records that the employer took an objection back.
///
/// # Errors
/// An objection that is unknown or decided.
pub fn withdraw(
    link: &mut Link,
    (area, id): (&str, &str),
    remark: &str,
    by: &str,
    (now, today): (&str, NaiveDate),
) -> Result<Objection, RemedyError> {
    let (row, number) = waiting(link, area, id, Standing::Filed)?;
    let remark = said(["说明", "the remark"], remark, 1000)?;
    let next = Next { standing: Standing::Withdrawn, on: today, document: "", remark: &remark };
    step(link, &row, number, &next, (by, now))?;
    read(link, row)
}

/// An objection of an area.
///
/// # Errors
/// One that is unknown, or of another area.
pub fn objection(link: &mut Link, area: &str, id: &str) -> Result<Objection, RemedyError> {
    let row = link.objection(id)?.filter(|row| row.area == area).ok_or(RemedyError::Unknown)?;
    read(link, row)
}

/// The objections of an area, of an account or against a run where one is named, by number behind one that was seen.
///
/// # Errors
/// As the store's.
pub fn objections(
    link: &mut Link,
    area: &str,
    of: (Option<&str>, Option<&str>),
    seen: &str,
    most: i64,
) -> Result<Vec<Objection>, RemedyError> {
    let rows = link.objections_after(area, of, seen, most)?;
    rows.into_iter().map(|row| read(link, row)).collect()
}

fn read(link: &mut Link, row: ObjectionRow) -> Result<Objection, RemedyError> {
    let broken = || StoreError::Broken("an objection that is none");
    let day = |text: &str| date(text).map_err(|_| broken());
    let mut events = Vec::new();
    for it in link.objection_events(&row.id)? {
        events.push(Event {
            standing: Standing::from_word(&it.state).ok_or_else(broken)?,
            on: day(&it.happened_on)?,
            document: it.document,
            remark: it.remark,
            run: (!it.run.is_empty()).then_some(it.run),
            by: it.recorded_by,
            recorded_at: it.recorded_at,
        });
    }
    let filing = Filing {
        filed_on: day(&row.filed_on)?,
        kind: Kind::from_word(&row.kind).ok_or_else(broken)?,
        documents: serde_json::from_str(&row.documents).map_err(|_| broken())?,
        area: row.area,
        run: row.run,
        account: row.account,
        grounds: row.grounds,
    };
    let last_day = (!row.last_day.is_empty()).then(|| day(&row.last_day)).transpose()?;
    Ok(Objection { id: row.id, filing, last_day, events })
}
