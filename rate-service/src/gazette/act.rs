//! What other people do with a document: approve it, publish it.

use rate_core::log::Digest;
use rate_core::rule_set::Verdict;
use serde_json::json;

use super::GazetteError;
use super::document::{Document, Person, State, document};
use super::upload::{Candidate, for_trial};
use crate::logbook::Logbook;
use crate::store::{ApprovalRow, DocumentKind, HookKind, Link, PublicationRow};

/// The document by which an organ approved something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Its number (文号).
    pub number: String,
    /// The organ that issued it.
    pub organ: String,
    /// Its date, `YYYY-MM-DD`.
    pub date: String,
}

/// Approves a document, as another person than its author.
///
/// # Errors
/// One that the checker refuses, that is approved already, or whose author asks.
pub fn approve(
    link: &mut Link,
    (area, kind, digest): (&str, DocumentKind, &Digest),
    approval: &Approval,
    by: &Person,
    now: &str,
) -> Result<Document, GazetteError> {
    let found = document(link, area, kind, digest)?;
    if by.is(&found.author) {
        return Err(GazetteError::SamePerson);
    }
    if found.verdict == Verdict::Refused {
        return Err(GazetteError::refused(
            "校验不通过的规则集不得批准",
            "a rule set that the checker refuses is never approved",
        ));
    }
    let row = ApprovalRow {
        digest: digest.0.to_vec(),
        approver: by.key.clone(),
        approver_name: by.name.clone(),
        document_number: approval.number.clone(),
        organ: approval.organ.clone(),
        dated: approval.date.clone(),
        approved_at: now.to_owned(),
    };
    if !link.add_approval(&row)? {
        return Err(GazetteError::conflict("已经批准", "it is approved already"));
    }
    document(link, area, kind, digest)
}

/// Publishes a document that is approved, in a transaction of the store's writer: from here on it holds, and the log says so.
/// One that may only be tried is released for trial, of which the log says nothing.
///
/// # Errors
/// One that is not approved, is published already, or does not fit what stands by now; the log's.
pub fn publish(
    link: &mut Link,
    log: &Logbook,
    (area, kind, digest): (&str, DocumentKind, &Digest),
    by: &Person,
    now: &str,
) -> Result<Document, GazetteError> {
    let found = document(link, area, kind, digest)?;
    if by.is(&found.author) {
        return Err(GazetteError::SamePerson);
    }
    match found.state {
        State::Approved => {}
        State::Draft => return Err(GazetteError::conflict("尚未批准", "it is not approved")),
        State::Trial | State::Published | State::Superseded => {
            return Err(GazetteError::conflict("已经发布", "it is published already"));
        }
    }
    let trial = for_trial(found.verdict);
    let candidate = Candidate {
        kind,
        area,
        digest,
        name: &found.name,
        content: &found.content,
        supersedes: found.supersedes.as_ref(),
        trial,
    };
    candidate.fits(link)?;
    let row = PublicationRow {
        number: link.last_publication()? + 1,
        digest: digest.0.to_vec(),
        trial,
        publisher: by.key.clone(),
        publisher_name: by.name.clone(),
        published_at: now.to_owned(),
    };
    link.add_publication(&row)?;
    if !trial {
        let name = if kind == DocumentKind::RuleSet { found.name.as_str() } else { area };
        log.keep_law(link, (kind, name), &found.content, now)?;
        let (told, noun) = match kind {
            DocumentKind::RuleSet => (HookKind::RuleSetPublished, "rule_set"),
            DocumentKind::Parameters => (HookKind::ParametersPublished, "parameters"),
        };
        let supersedes = found.supersedes.as_ref().map(Digest::to_string);
        let data = json!({"area": area, noun: digest.to_string(), "name": found.name, "supersedes": supersedes});
        link.add_hook_event(area, told, &data.to_string(), now)?;
    }
    document(link, area, kind, digest)
}
