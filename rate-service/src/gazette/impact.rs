//! Who of the stored book a rule set would change: work that goes on a range of accounts at a time.

use rate_core::diagnostics::{Diagnosis, Gate};
use rate_core::error::Lang;
use rate_core::log::Digest;
use rate_core::{NaiveDate, Parameters, date};
use serde_json::{Value, json};

use super::document::{Document, digest_of, document};
use super::effect::Impact;
use super::force::{examined, law, parameters, rules};
use super::{GazetteError, Person};
use crate::pipeline;
use crate::run::{ChosenLaw, Frame, LawFiles, Run};
use crate::store::{AccountRange, DocumentKind, ImpactRow, Link, Store, StoreError};

/// The state of a question that has no answer.
const FAILED: &str = "failed";
/// Accounts that are looked at in one piece of work.
const PORTION: usize = 1000;
/// Milliseconds for which a piece of work belongs to whoever took it up.
const LEASE: i64 = 120_000;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImpactRequest {
    /// The day on which the law of the rule set is asked.
    pub on: NaiveDate,
    /// The day on which the law it is held against is asked; the same where none is named.
    pub before_on: Option<NaiveDate>,
    /// The rule set it is held against; the one in force that day where none is named.
    pub against: Option<Digest>,
}

/// Asks what a rule set would change for the accounts of its area, on the facts known now. The same question on the same
/// facts and parameters is the same work.
///
/// # Errors
/// A rule set that decides nothing on the day; no facts.
pub fn ask(
    link: &mut Link,
    (area, digest): (&str, &Digest),
    request: &ImpactRequest,
    by: &Person,
    now: &str,
) -> Result<ImpactRow, GazetteError> {
    let before_on = request.before_on.unwrap_or(request.on);
    let candidate = document(link, area, DocumentKind::RuleSet, digest)?;
    let against = match &request.against {
        Some(against) => document(link, area, DocumentKind::RuleSet, against)?.digest,
        None => {
            let chosen = law(link, area, before_on, None, Parameters::default())?;
            super::force::digest(chosen.law.rules())?
        }
    };
    let against = document(link, area, DocumentKind::RuleSet, &against)?;
    let held = parameters(link, area, None)?;
    decides(&candidate, &held, request.on)?;
    decides(&against, &held, before_on)?;
    let (knowledge, published) = (link.last_knowledge()?, link.last_publication()?);
    if link.accounts_after(area, "", 1, knowledge)?.is_empty() {
        return Err(GazetteError::refused("该地区没有已入库的单位", "no account of this area is stored"));
    }
    let asked = format!("{digest} {} {} {before_on} {knowledge} {published}", against.digest, request.on);
    let row = ImpactRow {
        id: Digest::of(asked.as_bytes()).to_string()[..16].to_owned(),
        area: area.to_owned(),
        digest: digest.0.to_vec(),
        against: against.digest.0.to_vec(),
        day: request.on.to_string(),
        day_before: before_on.to_string(),
        knowledge,
        law: published,
        state: "queued".to_owned(),
        after_account: String::new(),
        result: json!(Impact::default()).to_string(),
        fence: 0,
        lease_until: 0,
        asked_by: by.key.clone(),
        asked_at: now.to_owned(),
        ended_at: None,
    };
    link.add_impact(&row)?;
    Ok(impact(link, area, digest, &row.id)?.0)
}

/// Whether a rule set decides on a day.
fn decides(document: &Document, parameters: &Parameters, on: NaiveDate) -> Result<(), GazetteError> {
    let examined = examined(&document.content)?;
    let accepted = examined.accepted().map_err(|problems| GazetteError::Problems(problems.into_vec()))?;
    match accepted.law_for(parameters, on) {
        Ok(_) => Ok(()),
        Err(refusal) => Err(GazetteError::NoLaw { refusal, considered: Vec::new() }),
    }
}

/// A question about a rule set, how far it is, and what came of it so far.
///
/// # Errors
/// [`GazetteError::Unknown`] where nobody asked that.
pub fn impact(link: &mut Link, area: &str, digest: &Digest, id: &str) -> Result<(ImpactRow, Impact), GazetteError> {
    let row = link.impact(id)?.filter(|row| row.area == area && row.digest == digest.0);
    let row = row.ok_or(GazetteError::Unknown)?;
    let result = if row.state == FAILED { Impact::default() } else { read(&row)? };
    Ok((row, result))
}

fn read(row: &ImpactRow) -> Result<Impact, StoreError> {
    serde_json::from_str(&row.result).map_err(|_| StoreError::Broken("a result that nobody wrote"))
}

impl ImpactRow {
    /// Why it failed, in a language; `None` where it did not.
    pub fn failure_text(&self, lang: Lang) -> Option<String> {
        let said: Value = serde_json::from_str(&self.result).ok().filter(|_| self.state == FAILED)?;
        said[lang.pick("zh", "en")].as_str().map(str::to_owned)
    }
}

/// Does one piece of the oldest question that nobody works on; `false` where there is none.
///
/// Killed anywhere, the piece is done again by whoever comes after the lease: what it found and how far it is are kept in
/// one transaction, and only where nobody took the question up meanwhile.
///
/// # Errors
/// As the store's; the question stays open.
pub fn work(store: &Store, now: &str) -> Result<bool, StoreError> {
    let Some(mut row) = store.change(|link| link.lease_impact(LEASE))? else { return Ok(false) };
    let ended = match store.read(|link| step(link, &mut row)) {
        Ok(true) => None,
        Ok(false) => Some("done"),
        Err(GazetteError::Store(error)) => return Err(error),
        Err(error) => {
            let (zh, en) = said(&error);
            row.result = json!({"zh": zh, "en": en}).to_string();
            Some(FAILED)
        }
    };
    if let Some(state) = ended {
        state.clone_into(&mut row.state);
        row.ended_at = Some(now.to_owned());
    }
    // Where somebody else took it up meanwhile, theirs holds.
    store.change(|link| link.settle_impact(&row))?;
    Ok(true)
}

fn said(error: &GazetteError) -> (String, String) {
    match error {
        GazetteError::Problems(problems) => {
            let first = |lang| problems.first().map(|it| it.line(lang)).unwrap_or_default();
            (first(Lang::Zh), first(Lang::En))
        }
        GazetteError::NoLaw { refusal, .. } => (refusal.text(Lang::Zh), refusal.text(Lang::En)),
        other => (other.to_string(), other.to_string()),
    }
}

/// Looks at the next range of accounts; whether there may be more behind it.
fn step(link: &mut Link, row: &mut ImpactRow) -> Result<bool, GazetteError> {
    let accounts = link.accounts_after(&row.area, &row.after_account, PORTION, row.knowledge)?;
    let Some(last) = accounts.last() else { return Ok(false) };
    let range = AccountRange { after: row.after_account.clone(), upto: Some(last.clone()) };
    let book = pipeline::portion(link, &row.area, &range, row.knowledge)?.checked();
    if !book.file_problems.is_empty() {
        return Err(GazetteError::Problems(book.file_problems));
    }
    let held = parameters(link, &row.area, Some(row.law))?;
    let mut compiled = |digest: &[u8], day: &str| -> Result<Run, GazetteError> {
        let found = document(link, &row.area, DocumentKind::RuleSet, &digest_of(digest)?)?;
        let on = date(day).map_err(|_| StoreError::Broken("a day that is none"))?;
        let files = LawFiles::of(vec![rules(&found.content)?], held.clone());
        let chosen: ChosenLaw = files.law_with(book.parameters.clone(), &row.area, on)?;
        let frame = Frame { chosen, first_only: false, diagnosis: Diagnosis::default(), gate: Gate::default() };
        Ok(Run::over(frame, book.clone(), &mut |_, _| {}))
    };
    let before = compiled(&row.against, &row.day_before)?;
    let after = compiled(&row.digest, &row.day)?;
    let mut result = read(row)?;
    result.add(&before, &after)?;
    row.after_account.clone_from(last);
    row.result = json!(result).to_string();
    Ok(accounts.len() == PORTION)
}
