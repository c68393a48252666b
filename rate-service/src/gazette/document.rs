//! A document on its way, and how far it is.

use rate_core::log::Digest;
use rate_core::rule_set::{Finding, Verdict};

use super::GazetteError;
use super::findings::{self, verdict_of};
use crate::person::is_same;
use crate::store::{ApprovalRow, DocumentKind, DraftRow, Link, PublicationRow, StoreError};

/// Somebody who did something: the key, and who held it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The letters that name the key.
    pub key: String,
    /// Who held it.
    pub name: String,
}

impl Person {
    /// Whether two are one person: by the key, or by the name that two keys are held under.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.key == other.key || is_same(&self.name, &other.name)
    }
}

/// In which form a document came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// TOML, as files are written.
    Toml,
    /// The same shape as JSON.
    Json,
}

impl Form {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Toml => "toml",
            Self::Json => "json",
        }
    }
}

/// How far a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Uploaded and checked.
    Draft,
    /// Approved by another person.
    Approved,
    /// Released for trial: it may be tried and is never law.
    Trial,
    /// Published.
    Published,
    /// Another document took its place.
    Superseded,
}

impl State {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Trial => "trial",
            Self::Published => "published",
            Self::Superseded => "superseded",
        }
    }
}

/// That a document holds, or may be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its number among all publications.
    pub number: i64,
    /// Who published it.
    pub by: Person,
    /// When.
    pub at: String,
}

/// A document on its way.
#[derive(Clone, Debug)]
pub struct Document {
    /// What names it.
    pub digest: Digest,
    /// What it is.
    pub kind: DocumentKind,
    /// The area.
    pub area: String,
    /// Area and version of a rule set, name of parameters.
    pub name: String,
    /// In which form it came.
    pub form: Form,
    /// As it came.
    pub source: String,
    /// Its canonical form, resolved.
    pub content: String,
    /// What the checker concludes.
    pub verdict: Verdict,
    /// What it found.
    pub findings: Vec<Finding>,
    /// The document it takes the place of.
    pub supersedes: Option<Digest>,
    /// Who uploaded it.
    pub author: Person,
    /// When.
    pub uploaded_at: String,
    /// That another person approved it.
    pub approval: Option<(super::Approval, Person, String)>,
    /// That it was published or released for trial.
    pub publication: Option<Publication>,
    /// The document that took its place.
    pub superseded_by: Option<Digest>,
    /// How far it is.
    pub state: State,
}

pub(super) fn digest_of(bytes: &[u8]) -> Result<Digest, StoreError> {
    bytes.try_into().map(Digest).map_err(|_| StoreError::Broken("a digest that is none"))
}

impl Document {
    fn read(link: &mut Link, row: DraftRow) -> Result<Self, StoreError> {
        let approval = link.approval(&row.digest)?;
        let publication = link.publication(&row.digest)?;
        let superseded_by = link.superseder(&row.digest)?.as_deref().map(digest_of).transpose()?;
        let state = match (&superseded_by, &publication, &approval) {
            (Some(_), ..) => State::Superseded,
            (None, Some(publication), _) if publication.trial => State::Trial,
            (None, Some(_), _) => State::Published,
            (None, None, Some(_)) => State::Approved,
            (None, None, None) => State::Draft,
        };
        Ok(Self {
            digest: digest_of(&row.digest)?,
            kind: DocumentKind::ALL.into_iter().find(|kind| kind.as_str() == row.kind).ok_or(UNREADABLE)?,
            verdict: verdict_of(&row.verdict).ok_or(UNREADABLE)?,
            findings: findings::read(&row.findings).ok_or(UNREADABLE)?,
            form: if row.form == Form::Json.as_str() { Form::Json } else { Form::Toml },
            area: row.area,
            name: row.name,
            source: row.source,
            content: row.content,
            supersedes: row.supersedes.as_deref().map(digest_of).transpose()?,
            author: Person { key: row.author, name: row.author_name },
            uploaded_at: row.uploaded_at,
            approval: approval.map(approval_of),
            publication: publication.map(publication_of),
            superseded_by,
            state,
        })
    }
}

const UNREADABLE: StoreError = StoreError::Broken("a draft that nobody wrote");

fn approval_of(row: ApprovalRow) -> (super::Approval, Person, String) {
    let approval = super::Approval { number: row.document_number, organ: row.organ, date: row.dated };
    (approval, Person { key: row.approver, name: row.approver_name }, row.approved_at)
}

fn publication_of(row: PublicationRow) -> Publication {
    let by = Person { key: row.publisher, name: row.publisher_name };
    Publication { number: row.number, by, at: row.published_at }
}

/// A document of an area.
///
/// # Errors
/// [`GazetteError::Unknown`] where the area has none of this kind and digest.
pub fn document(link: &mut Link, area: &str, kind: DocumentKind, digest: &Digest) -> Result<Document, GazetteError> {
    let row = link.draft(&digest.0)?.filter(|row| row.area == area && row.kind == kind.as_str());
    Ok(Document::read(link, row.ok_or(GazetteError::Unknown)?)?)
}

/// The documents of an area behind an instant and digest, oldest first.
///
/// # Errors
/// As the store's.
pub fn documents(
    link: &mut Link,
    area: &str,
    kind: DocumentKind,
    behind: (&str, &[u8]),
    most: i64,
) -> Result<Vec<Document>, StoreError> {
    let rows = link.drafts_behind(area, kind, behind, most)?;
    rows.into_iter().map(|row| Document::read(link, row)).collect()
}
