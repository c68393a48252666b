//! Vectors held against what this build decides, for whoever got a document of them and asks whether it still holds here.

use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use rate_core::error::Lang;
use rate_core::log::Digest;
use rate_core::{Parameters, RuleSet};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::documents::asked;
use super::rates::{NDJSON, line};
use super::{Json, Service, Started};
use crate::api_error::{ApiCode, ApiError, PlacedProblem, ProblemBody};
use crate::auth::Caller;
use crate::logbook::kept;
use crate::store::{DocumentKind, Link};
use crate::vectors::{Checked, Given, NotChecked, averages, check, law};

/// The form of a document of vectors.
const FORMAT: &str = "vectors/1";

/// A place where a case is decided otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct VectorDifference {
    /// Where in `expected`, as a JSON pointer.
    #[schema(example = "/segments/0/rate_percent")]
    pub place: String,
    /// What the document says there; `null` where it says nothing.
    pub expected: Option<Value>,
    /// What this build decides there; `null` where it says nothing.
    pub found: Option<Value>,
}

/// What came of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct VectorAnswer {
    /// The case.
    pub case: String,
    /// `equal`, `differs`, or `refused` where its facts cannot be decided.
    pub result: &'static str,
    /// Every place where it differs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<VectorDifference>,
    /// What is wrong with its facts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<PlacedProblem>,
}

/// How many cases came out how; as `application/x-ndjson`, the last line.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct VectorSums {
    /// Area and version of the rule set.
    pub rule_set: String,
    /// Its digest.
    pub rule_set_digest: String,
    /// The number of the semantics that decided.
    pub semantics: u16,
    /// Cases of the document.
    pub cases: usize,
    /// Cases that this build decides alike.
    pub equal: usize,
    /// Cases that it decides otherwise.
    pub differing: usize,
    /// Cases whose facts cannot be decided.
    pub refused: usize,
}

/// A document of vectors, checked.
#[derive(Debug, Serialize, ToSchema)]
pub struct VectorCheck {
    /// How many cases came out how.
    #[serde(flatten)]
    pub sums: VectorSums,
    /// Each case, in the order of the document.
    pub items: Vec<VectorAnswer>,
}

impl VectorAnswer {
    fn of(case: &str, checked: Checked, lang: Lang) -> Self {
        let none = |result| Self { case: case.to_owned(), result, differences: Vec::new(), problems: Vec::new() };
        match checked {
            Checked::Equal => none("equal"),
            Checked::Differs(places) => {
                let told = |(place, expected, found)| VectorDifference { place, expected, found };
                Self { differences: places.into_iter().map(told).collect(), ..none("differs") }
            }
            Checked::Refused(problems) => {
                let problems = problems.iter().map(|it| PlacedProblem::of(it, lang)).collect();
                Self { problems, ..none("refused") }
            }
        }
    }
}

impl From<NotChecked> for ApiError {
    fn from(why: NotChecked) -> Self {
        match why {
            NotChecked::Problems(problems) => Self::problems(problems),
            NotChecked::NoLaw(refusal) => Self::refused(refusal.text(Lang::Zh), refusal.text(Lang::En)),
            NotChecked::Semantics(number) => Self::refused(
                format!("本程序不认识规则解释版本 {number}"),
                format!("this build does not know semantics {number}"),
            ),
            NotChecked::Day(text) => Self::new(ApiCode::RequestValue, ["setting.from", &text, "YYYY-MM-DD"]),
        }
    }
}

/// The content of a document of law of this digest, wherever it came from: uploaded here, or kept with the runs it decided.
fn content(link: &mut Link, kind: DocumentKind, digest: &Digest) -> Result<Option<String>, ApiError> {
    let draft = link.draft(&digest.0)?.filter(|row| row.kind == kind.as_str()).map(|row| row.content);
    Ok(match draft {
        Some(content) => Some(content),
        None => link.document(kind, &digest.0)?,
    })
}

/// The rule set of a document: that of an area that the caller's key reaches, or one that is as if it were not there.
fn rules(link: &mut Link, caller: &Caller, given: &Given) -> Result<RuleSet, ApiError> {
    let digest = asked("rule_set.digest", Some(&given.rule_set.digest))?.ok_or_else(ApiError::unknown)?;
    let text = content(link, DocumentKind::RuleSet, &digest)?.ok_or_else(|| absent(&given.rule_set.digest))?;
    let set = kept::rule_set(&text).map_err(|problems| ApiError::problems(problems.into_vec()))?;
    if caller.areas.reach(&set.id().area) { Ok(set) } else { Err(absent(&given.rule_set.digest)) }
}

/// The parameters of a document, its own averages among them.
fn parameters(link: &mut Link, given: &Given) -> Result<Parameters, ApiError> {
    let own = averages(given)?;
    let mut all = Parameters::default();
    for named in &given.parameters {
        if own.documents().iter().any(|it| it.digest == named.digest) {
            continue;
        }
        let digest = asked("parameters.digest", Some(&named.digest))?.ok_or_else(ApiError::unknown)?;
        let text = content(link, DocumentKind::Parameters, &digest)?.ok_or_else(|| absent(&named.digest))?;
        let read = kept::parameters(&text).map_err(|problems| ApiError::problems(problems.into_vec()))?;
        read.into_iter().for_each(|it| all.merge(it));
    }
    all.merge(own);
    Ok(all)
}

fn absent(digest: &str) -> ApiError {
    ApiError::refused(
        format!("此处没有摘要为 {digest} 的规则集或参数"),
        format!("no rule set or parameters of digest {digest} are known here"),
    )
}

/// Decides every case of a document of vectors (docs/vectors.md) under the rule set and parameters that it names by digest,
/// and says of each whether this build decides what the document says, and where not. Nothing is kept. With `Accept:
/// application/x-ndjson`, a case a line and a last line with the sums.
#[utoipa::path(post, path = "/v1/vector-checks", operation_id = "vectors.check", tag = "audit",
    request_body(content = Value, description = "what `rate vectors` prints"),
    responses((status = 200, content((VectorCheck = "application/json"), (VectorAnswer = "application/x-ndjson"))), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn create(
    service: Data<Service>,
    caller: Caller,
    started: Started,
    request: HttpRequest,
    given: Json<Given>,
) -> Result<HttpResponse, ApiError> {
    let (given, lang) = (given.0, started.lang);
    if given.format != FORMAT {
        return Err(ApiError::new(ApiCode::RequestValue, ["format", &given.format, FORMAT]));
    }
    let checked = service.wait(move |service| {
        let law = service.store().read(|link| -> Result<_, ApiError> {
            let rules = rules(link, &caller, &given)?;
            Ok(law(&given, &rules, &parameters(link, &given)?)?)
        })?;
        let answer = |case: &crate::vectors::GivenCase| VectorAnswer::of(&case.case, check(&law, case), lang);
        let items: Vec<VectorAnswer> = given.cases.iter().map(answer).collect();
        let count = |result: &str| items.iter().filter(|it| it.result == result).count();
        let sums = VectorSums {
            rule_set: law.rules().id().to_string(),
            rule_set_digest: law.rules().digest().to_owned(),
            semantics: law.semantics().number(),
            cases: items.len(),
            equal: count("equal"),
            differing: count("differs"),
            refused: count("refused"),
        };
        Ok(VectorCheck { sums, items })
    });
    let checked = checked.await?;
    let accept = request.headers().get(ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if !accept.contains(NDJSON) {
        return Ok(HttpResponse::Ok().json(checked));
    }
    let mut body = Vec::new();
    for item in &checked.items {
        body.extend(line(item)?);
    }
    body.extend(line(&checked.sums)?);
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, NDJSON)).body(body))
}
