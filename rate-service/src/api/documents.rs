//! What documents of law have in common: how they come in, how far they are, what the checker found, and what other people do
//! with them. Rule sets and parameters answer alike; each has its own file of operations.

mod operations;

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use rate_core::error::Lang;
use rate_core::input::Amendment;
use rate_core::log::Digest;
use rate_core::rule_set::Finding;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(in crate::api) use operations::operations;

use super::json::whole;
use super::page::{Page, PageQuery};
use super::{Json, Once, Query, Reply, Service};
use crate::api_error::{ApiCode, ApiError, PlacedProblem};
use crate::auth::Caller;
use crate::gazette::{self, Approval, Document, Form, Person, Upload};
use crate::store::DocumentKind;

/// The most findings shown in the answer to an upload; all of them can be asked for.
const MOST_SHOWN: usize = 1000;

/// The text of a document, in the form that its type names.
#[derive(Clone, Debug)]
pub struct Text {
    form: Form,
    text: String,
}

impl FromRequest for Text {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let form = match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
                "application/toml" => Form::Toml,
                "application/json" => Form::Json,
                _ => return Err(ApiError::new(ApiCode::RequestType, ["application/toml, application/json"])),
            };
            let body = whole(&request, &mut payload).await?;
            let text = String::from_utf8(body.to_vec());
            let text = text.map_err(|error| ApiError::new(ApiCode::RequestMalformed, [error]))?;
            Ok(Self { form, text })
        })
    }
}

/// How a document stands to others.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UploadQuery {
    /// The digest of the document whose place it takes once it is published.
    #[param(pattern = "^[0-9a-f]{64}$")]
    pub supersedes: Option<String>,
}

/// The approval of a document by an organ.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    /// Number of the document that says so (文号), 1 to 100 characters.
    #[schema(example = "甬人社发〔2025〕1号", min_length = 1, max_length = 100)]
    pub document_number: String,
    /// The organ that issued it, 1 to 100 characters.
    #[schema(example = "某市人力资源和社会保障局", min_length = 1, max_length = 100)]
    pub organ: String,
    /// Its date.
    #[schema(format = Date)]
    pub date: String,
}

/// Nothing but that it be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicationRequest {}

/// Somebody who did something.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonBody {
    /// The letters that name the key.
    pub key: String,
    /// Who held it.
    pub holder: String,
}

/// That an organ approved a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalBody {
    /// Number of the document that says so.
    pub document_number: String,
    /// The organ that issued it.
    pub organ: String,
    /// Its date.
    pub date: String,
    /// Who recorded it.
    pub approver: PersonBody,
    /// When.
    pub approved_at: String,
}

/// That a document holds, or may be tried.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationBody {
    /// Its number among all publications.
    pub number: i64,
    /// Who published it.
    pub publisher: PersonBody,
    /// When.
    pub published_at: String,
}

/// Something that the checker found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingBody {
    /// `blocks`: it may not decide; `open`: a value was not seen; `note`: worth reading.
    #[schema(pattern = "^(blocks|open|note)$")]
    pub weight: &'static str,
    /// The facts that show it.
    pub witness: Option<String>,
    /// What and where.
    #[serde(flatten)]
    pub problem: PlacedProblem,
}

/// A rule set or parameters on their way to being law.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Document)]
pub struct DocumentBody {
    /// SHA-256 of its canonical form, which names it.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub digest: String,
    /// `rule-set` or `parameters`.
    pub kind: &'static str,
    /// The area.
    pub area: String,
    /// Area and version of a rule set, name of parameters.
    pub name: String,
    /// `toml` or `json`.
    pub form: &'static str,
    /// `draft`, `approved`, `trial` (released for trial: it may be tried and is never law), `published`, `superseded`.
    pub state: &'static str,
    /// What the checker concludes: `complete`, `trial`, `partial`, `illustrative`, `frame`, `refused`.
    pub verdict: &'static str,
    /// The verdict in words.
    pub verdict_text: &'static str,
    /// How much the checker found.
    pub finding_count: usize,
    /// What it found, heaviest first, the first thousand: in the answer to an upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<FindingBody>>,
    /// The document it takes the place of.
    pub supersedes: Option<String>,
    /// The document that took its place.
    pub superseded_by: Option<String>,
    /// Who uploaded it.
    pub author: PersonBody,
    /// When.
    pub uploaded_at: String,
    /// The approval.
    pub approval: Option<ApprovalBody>,
    /// The publication, or the release for trial.
    pub publication: Option<PublicationBody>,
}

/// A value that two documents do not have alike.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Amendment)]
pub struct AmendmentBody {
    /// The section, as its key.
    pub section: String,
    /// Where it stands: a dotted path, elements by their id.
    pub path: String,
    /// Where it stands, in words.
    pub place: String,
    /// What the earlier document says; `null` where it is new.
    pub before: Option<String>,
    /// What the later document says; `null` where it was taken out.
    pub after: Option<String>,
    /// What the earlier value is cited from.
    pub cited_before: Option<String>,
    /// What the later value is cited from.
    pub cited_after: Option<String>,
    /// The amendment as a sentence.
    pub text: String,
}

/// What a document says otherwise than another.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceBody {
    /// The document.
    pub digest: String,
    /// The one it is held against; `null` where it comes after none.
    pub against: Option<String>,
    /// The name of that one.
    pub against_name: Option<String>,
    /// What is not alike, in the order of sections.
    pub amendments: Vec<AmendmentBody>,
}

/// What a document is held against.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DifferenceQuery {
    /// The digest of another document of the area; that which it comes after where nothing is said.
    #[param(pattern = "^[0-9a-f]{64}$")]
    pub against: Option<String>,
}

/// On which day, and as it was known when.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct InForceQuery {
    /// The day.
    #[param(example = "2026-01-01", format = Date)]
    pub on: String,
    /// Only what was published by this instant counts; everything where nothing is said.
    #[param(format = DateTime)]
    pub known_at: Option<String>,
}

impl PersonBody {
    fn of(person: Person) -> Self {
        Self { key: person.key, holder: person.name }
    }
}

impl FindingBody {
    fn of(finding: &Finding, lang: Lang) -> Self {
        let witness = gazette::witness(finding);
        Self { weight: finding.kind.as_str(), witness, problem: PlacedProblem::of(&finding.problem, lang) }
    }
}

impl DocumentBody {
    /// A document as an answer shows it.
    pub(super) fn of(document: Document, lang: Lang) -> Self {
        let approval = document.approval.map(|(approval, by, at)| ApprovalBody {
            document_number: approval.number,
            organ: approval.organ,
            date: approval.date,
            approver: PersonBody::of(by),
            approved_at: at,
        });
        let publication = document.publication.map(|it| PublicationBody {
            number: it.number,
            publisher: PersonBody::of(it.by),
            published_at: it.at,
        });
        Self {
            digest: document.digest.to_string(),
            kind: document.kind.as_str(),
            area: document.area,
            name: document.name,
            form: document.form.as_str(),
            state: document.state.as_str(),
            verdict: document.verdict.as_str(),
            verdict_text: document.verdict.text(lang),
            finding_count: document.findings.len(),
            findings: None,
            supersedes: document.supersedes.map(|it| it.to_string()),
            superseded_by: document.superseded_by.map(|it| it.to_string()),
            author: PersonBody::of(document.author),
            uploaded_at: document.uploaded_at,
            approval,
            publication,
        }
    }
}

impl AmendmentBody {
    /// An amendment as an answer shows it.
    pub(super) fn of(amendment: &Amendment, lang: Lang) -> Self {
        let said = |label: &Option<rate_core::citation::Label>| label.as_ref().map(|it| it.text(lang).to_owned());
        Self {
            section: amendment.section().to_owned(),
            path: amendment.path.clone(),
            place: amendment.place(lang),
            before: said(&amendment.before),
            after: said(&amendment.after),
            cited_before: said(&amendment.cited_before),
            cited_after: said(&amendment.cited_after),
            text: amendment.text(lang),
        }
    }
}

/// Whoever asks, as documents remember them.
pub(super) fn person(caller: &Caller) -> Person {
    Person { key: caller.id.clone(), name: caller.holder.clone() }
}

/// The digest of a path; what is none names nothing.
pub(super) fn named(digest: &str) -> Result<Digest, ApiError> {
    Digest::from_hex(digest).ok_or_else(ApiError::unknown)
}

/// The digest of a query.
pub(super) fn asked(name: &str, digest: Option<&String>) -> Result<Option<Digest>, ApiError> {
    let read = |digest: &String| {
        let unfit = || ApiError::new(ApiCode::RequestValue, [name, digest, "SHA-256, 64 × 0-9a-f"]);
        Digest::from_hex(digest).ok_or_else(unfit)
    };
    digest.map(read).transpose()
}

fn noun(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::RuleSet => "rule-sets",
        DocumentKind::Parameters => "parameters",
    }
}

/// Takes an upload in.
pub(super) async fn upload(
    service: &Arc<Service>,
    (area, kind, lang): (String, DocumentKind, Lang),
    caller: &Caller,
    once: Once,
    (query, text): (UploadQuery, Text),
) -> Result<HttpResponse, ApiError> {
    let supersedes = asked("supersedes", query.supersedes.as_ref())?;
    let upload = Upload { kind, area, form: text.form, text: text.text, supersedes };
    // The examination takes its time, and keeps nobody from writing.
    let prepared = service.read(move |link| Ok(gazette::prepare(link, &upload)?)).await?;
    let author = person(caller);
    let effect = move |link: &mut crate::store::Link, now: &str| {
        let (document, added) = gazette::keep(link, prepared, &author, now)?;
        let location = format!("/v1/areas/{}/{}/{}", document.area, noun(kind), document.digest);
        let findings = document.findings.iter().take(MOST_SHOWN).map(|it| FindingBody::of(it, lang)).collect();
        let body = DocumentBody { findings: Some(findings), ..DocumentBody::of(document, lang) };
        if added { Reply::created(location, &body) } else { Reply::done(&body) }
    };
    once.change(service, effect).await
}

/// The documents of an area, oldest first.
pub(super) async fn list(
    service: &Arc<Service>,
    (area, kind, lang): (String, DocumentKind, Lang),
    page: &PageQuery,
) -> Result<HttpResponse, ApiError> {
    let (limit, [at, digest]) = (page.limit()?, page.behind(noun(kind))?);
    let digest = Digest::from_hex(&digest).map(|it| it.0.to_vec()).unwrap_or_default();
    let most = i64::try_from(limit).unwrap_or(i64::MAX) + 1;
    let found = service.read(move |link| Ok(gazette::documents(link, &area, kind, (&at, &digest), most)?)).await?;
    let cursor = |it: &Document| [it.uploaded_at.clone(), it.digest.to_string()];
    let Page { items, next } = Page::of(found, (noun(kind), limit), cursor);
    let items = items.into_iter().map(|it| DocumentBody::of(it, lang)).collect();
    Ok(HttpResponse::Ok().json(Page { items, next }))
}

/// A document of an area.
pub(super) async fn found(
    service: &Arc<Service>,
    (area, kind): (String, DocumentKind),
    digest: &str,
) -> Result<Document, ApiError> {
    let digest = named(digest)?;
    service.read(move |link| Ok(gazette::document(link, &area, kind, &digest)?)).await
}

/// The text of a document as it came.
pub(super) fn text(document: Document) -> HttpResponse {
    let kind = match document.form {
        Form::Toml => "application/toml; charset=utf-8",
        Form::Json => "application/json",
    };
    HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).body(document.source)
}

/// What the checker found, a page at a time.
pub(super) fn findings(document: &Document, page: &PageQuery, lang: Lang) -> Result<HttpResponse, ApiError> {
    const LIST: &str = "document-findings";
    let (limit, behind) = (page.limit()?, page.place(LIST)?);
    let numbered = document.findings.iter().zip(1_usize..);
    let later = numbered.skip(usize::try_from(behind).unwrap_or(usize::MAX)).take(limit.saturating_add(1)).collect();
    let Page { items, next } = Page::of(later, (LIST, limit), |(_, number)| [number.to_string()]);
    let items = items.into_iter().map(|(finding, _)| FindingBody::of(finding, lang)).collect();
    Ok(HttpResponse::Ok().json(Page { items, next }))
}

/// What a document says otherwise than another.
pub(super) async fn difference(
    service: &Arc<Service>,
    later: Document,
    query: Query<DifferenceQuery>,
    lang: Lang,
) -> Result<HttpResponse, ApiError> {
    let against = asked("against", query.against.as_ref())?;
    let digest = later.digest.to_string();
    let found = service.read(move |link| Ok(gazette::difference(link, &later, against.as_ref())?)).await?;
    let (against, against_name, amendments) = match found {
        Some((earlier, amendments)) => (Some(earlier.digest.to_string()), Some(earlier.name), amendments),
        None => (None, None, Vec::new()),
    };
    let amendments = amendments.iter().map(|it| AmendmentBody::of(it, lang)).collect();
    Ok(HttpResponse::Ok().json(DifferenceBody { digest, against, against_name, amendments }))
}

/// Records that another person approved a document.
pub(super) async fn approve(
    service: &Arc<Service>,
    ((area, kind, lang), digest): ((String, DocumentKind, Lang), &str),
    caller: &Caller,
    once: Once,
    request: Json<ApprovalRequest>,
) -> Result<HttpResponse, ApiError> {
    let (digest, approval, by) = (named(digest)?, approval(request.0)?, person(caller));
    let effect = move |link: &mut crate::store::Link, now: &str| {
        let document = gazette::approve(link, (&area, kind, &digest), &approval, &by, now)?;
        Reply::done(&DocumentBody::of(document, lang))
    };
    once.change(service, effect).await
}

fn approval(request: ApprovalRequest) -> Result<Approval, ApiError> {
    let ApprovalRequest { document_number, organ, date } = request;
    let unfit = |name: &str, value: &str, expected: &str| ApiError::new(ApiCode::RequestValue, [name, value, expected]);
    for (name, value) in [("document_number", &document_number), ("organ", &organ)] {
        if !(1..=100).contains(&value.trim().chars().count()) || value.chars().any(char::is_control) {
            return Err(unfit(name, value, "1–100"));
        }
    }
    let day = rate_core::date(&date).map_err(|_| unfit("date", &date, "YYYY-MM-DD"))?;
    Ok(Approval { number: document_number.trim().to_owned(), organ: organ.trim().to_owned(), date: day.to_string() })
}

/// Publishes a document that is approved, or releases it for trial.
pub(super) async fn publish(
    service: &Arc<Service>,
    ((area, kind, lang), digest): ((String, DocumentKind, Lang), &str),
    caller: &Caller,
    once: Once,
) -> Result<HttpResponse, ApiError> {
    let (digest, by) = (named(digest)?, person(caller));
    let effect = move |link: &mut crate::store::Link, log: &crate::logbook::Logbook, now: &str| {
        let document = gazette::publish(link, log, (&area, kind, &digest), &by, now)?;
        Reply::done(&DocumentBody::of(document, lang))
    };
    once.log(service, effect).await
}
