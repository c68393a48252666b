//! One account looked back upon: decided, known, and what would be decided again.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use rate_core::AccountKey;
use rate_core::error::Lang;
use rate_core::input::book::TableKind;
use rate_core::record::Body;
use rate_core::replay::Difference;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::documents::AmendmentBody;
use super::previews::{Preview, told};
use super::rates::{Segment, day, known_at, rated_by};
use super::{Query, Service, Started};
use crate::api_error::{ApiError, PlacedProblem, ProblemBody};
use crate::book::fields;
use crate::hindsight::{self, Again, DocumentChange, FactChange, Hindsight, LawChange, Nothing, Question, When};
use crate::pipeline::Row;

/// Which day, and as it was known when.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AsOfQuery {
    /// The day.
    #[param(format = "date", example = "2022-07-01")]
    pub day: String,
    /// As it was known at this instant (RFC 3339); now where nothing is said.
    #[param(format = "date-time")]
    pub known_at: Option<String>,
}

/// What was decided for the day, as it was known at the instant.
#[derive(Debug, Serialize, ToSchema)]
pub struct AsOfDecision {
    /// The rate on the day, and the decision it comes from.
    pub segment: Segment,
    /// The entry of its run in the log.
    pub entry: u64,
    /// The number of the facts that it was made from.
    pub knowledge: u64,
    /// The record.
    #[schema(value_type = Object)]
    pub body: Value,
    /// Whether deciding again on its facts and law gives the same bytes; only then can it be told in words.
    pub reproduced: bool,
    /// The decision in a sentence.
    pub explanation: Option<String>,
    /// Every step with its numbers and article.
    pub steps: Vec<String>,
}

/// Facts of the account alone, as they were known.
#[derive(Debug, Serialize, ToSchema)]
pub struct AsOfFacts {
    /// The number of what was known.
    pub knowledge: i64,
    /// Rows under the names of their tables, cells under the names of their columns; cells without a value are left out.
    #[schema(value_type = Object)]
    pub tables: BTreeMap<&'static str, Vec<BTreeMap<&'static str, String>>>,
}

/// The first place where what would be decided parts from what was.
#[derive(Debug, Serialize, ToSchema)]
pub struct AsOfDifference {
    /// Where: `step 4 measured`, `outcome`, `segment 2`, `trace`, or `inputs` where the decision is the same.
    pub place: String,
    /// Where, in words.
    pub place_text: String,
    /// What was decided there.
    pub decided: String,
    /// What would be decided there.
    pub reckoned: String,
    /// What was not the same to begin with: `facts`, `rule-set`, `parameters`, `semantics`, else `engine`.
    pub causes: Vec<&'static str>,
    /// Premium by what was decided and by what would be, on the payroll that estimates are made on.
    pub decided_fen: Option<i64>,
    /// Premium by what would be decided.
    pub reckoned_fen: Option<i64>,
}

/// What would be decided, on facts and under law of then or of now.
#[derive(Debug, Serialize, ToSchema)]
pub struct AsOfReckoning {
    /// `then` or `now`.
    pub facts: &'static str,
    /// `then` or `now`.
    pub law: &'static str,
    /// What would be decided; `null` where nothing would be.
    pub decision: Option<Preview>,
    /// Why nothing would be, in a sentence.
    pub why_not: Option<String>,
    /// What is wrong with the facts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<PlacedProblem>,
    /// Where it parts from what was decided; `null` where it does not.
    pub difference: Option<AsOfDifference>,
}

/// A row that came in or was taken back since.
#[derive(Debug, Serialize, ToSchema)]
pub struct AsOfFactChange {
    /// The number of knowledge.
    pub knowledge: i64,
    /// When that was recorded.
    pub recorded_at: String,
    /// `added` or `withdrawn`.
    pub change: &'static str,
    /// Whether it was known at the instant that is asked about.
    pub known_then: bool,
    /// Whose row it is: the account's, or of one whose facts it cannot be decided without.
    pub account: String,
    /// The table.
    pub table: &'static str,
    /// The cells under the names of their columns.
    #[schema(value_type = Object)]
    pub row: BTreeMap<&'static str, String>,
}

/// A rule set.
#[derive(Debug, Serialize, ToSchema)]
pub struct AsOfRuleSet {
    /// Area and version.
    pub name: String,
    /// Its digest.
    pub digest: String,
}

/// A document of parameters that is not the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct AsOfParameters {
    /// Its area.
    pub area: String,
    /// Its name.
    pub name: String,
    /// Its digest then; `null` where it was not there.
    pub digest_then: Option<String>,
    /// Its digest now; `null` where it is not there.
    pub digest_now: Option<String>,
    /// What it says otherwise now.
    pub amendments: Vec<AmendmentBody>,
}

/// What became other between the decision and now.
#[derive(Debug, Serialize, ToSchema)]
pub struct AsOfChanges {
    /// Rows that came in or were taken back, in order.
    pub facts: Vec<AsOfFactChange>,
    /// The rule set then; `null` where no law decided.
    pub rule_set_then: Option<AsOfRuleSet>,
    /// The rule set in force for the day now.
    pub rule_set_now: Option<AsOfRuleSet>,
    /// What the rule set of now says otherwise.
    pub amendments: Vec<AmendmentBody>,
    /// Parameters that are not the same.
    pub parameters: Vec<AsOfParameters>,
    /// The semantics of the record and of now.
    pub semantics: [u16; 2],
}

/// An account, looked back upon.
#[derive(Debug, Serialize, ToSchema)]
pub struct AsOf {
    /// The area.
    pub area: String,
    /// The account.
    pub account: String,
    /// The day.
    pub day: String,
    /// As it was known at this instant; `null` where that is now.
    pub known_at: Option<String>,
    /// What was decided for the day.
    pub decided: Option<AsOfDecision>,
    /// Why nothing was: `no-run` or `not-in-run`.
    pub no_decision: Option<&'static str>,
    /// What was known then.
    pub known: AsOfFacts,
    /// What would be decided: on facts of then and of now, under law of then and of now.
    pub reckoned: Vec<AsOfReckoning>,
    /// What makes it different now: `facts` and `law` where each by itself does, `facts-with-law` where only both together
    /// do, `engine` where facts and law of then give something else.
    pub because: Vec<&'static str>,
    /// What became other.
    pub changes: AsOfChanges,
}

impl When {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Then => "then",
            Self::Now => "now",
        }
    }
}

/// The cells of a line under the names of their columns, those without a value left out.
fn cells(kind: TableKind, line: &str) -> BTreeMap<&'static str, String> {
    let cells = fields(line).unwrap_or_default();
    let named = kind.columns().iter().map(|column| column.name).zip(cells);
    named.filter(|(_, cell)| !cell.is_empty()).collect()
}

fn tables(rows: Vec<Row>) -> BTreeMap<&'static str, Vec<BTreeMap<&'static str, String>>> {
    let mut tables: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows {
        tables.entry(row.kind.stem()).or_default().push(cells(row.kind, &row.line));
    }
    tables
}

impl AsOfDifference {
    fn of(it: &Difference, lang: Lang) -> Self {
        let fen = |fen: i128| i64::try_from(fen).ok();
        Self {
            place: it.place.to_string(),
            place_text: it.place.text(lang),
            decided: it.recorded.clone(),
            reckoned: it.now.clone(),
            causes: it.causes.iter().map(|cause| cause.as_str()).collect(),
            decided_fen: it.money.and_then(|money| fen(money.recorded_fen)),
            reckoned_fen: it.money.and_then(|money| fen(money.now_fen)),
        }
    }
}

impl AsOfReckoning {
    fn of(it: &Again, lang: Lang) -> Self {
        let (why_not, problems) = match &it.result {
            Ok(_) => (None, Vec::new()),
            Err(Nothing::NoFacts) => {
                (Some(lang.pick("没有该单位的数据", "there are no facts of the account").to_owned()), Vec::new())
            }
            Err(Nothing::NoLaw(zh, en)) => (Some(lang.pick(zh, en).to_owned()), Vec::new()),
            Err(Nothing::Problems(problems)) => {
                let why = lang.pick("数据有误，不能核定", "the facts have problems, and nothing is decided on them");
                (Some(why.to_owned()), problems.iter().map(|it| PlacedProblem::of(it, lang)).collect())
            }
        };
        Self {
            facts: it.facts.as_str(),
            law: it.law.as_str(),
            decision: it.result.as_ref().ok().map(|decision| told(decision, lang, true)),
            why_not,
            problems,
            difference: it.difference.as_ref().map(|it| AsOfDifference::of(it, lang)),
        }
    }
}

impl AsOfFactChange {
    fn of(it: FactChange, known: i64) -> Self {
        Self {
            knowledge: it.knowledge,
            recorded_at: it.recorded_at,
            change: if it.added { "added" } else { "withdrawn" },
            known_then: it.knowledge <= known,
            account: it.account,
            table: it.kind.stem(),
            row: cells(it.kind, &it.line),
        }
    }
}

impl AsOfParameters {
    fn of(it: DocumentChange, lang: Lang) -> Self {
        let [zh, en] = it.name;
        let [digest_then, digest_now] = it.digest;
        let amendments = it.amendments.iter().map(|it| AmendmentBody::of(it, lang)).collect();
        Self { area: it.area, name: lang.pick(&zh, &en).to_owned(), digest_then, digest_now, amendments }
    }
}

impl AsOfChanges {
    fn of(facts: Vec<FactChange>, law: LawChange, semantics: [u16; 2], known: i64, lang: Lang) -> Self {
        let set = |it: Option<(String, String)>| it.map(|(name, digest)| AsOfRuleSet { name, digest });
        let [rule_set_then, rule_set_now] = law.rule_set.map(set);
        Self {
            facts: facts.into_iter().map(|it| AsOfFactChange::of(it, known)).collect(),
            rule_set_then,
            rule_set_now,
            amendments: law.amendments.iter().map(|it| AmendmentBody::of(it, lang)).collect(),
            parameters: law.parameters.into_iter().map(|it| AsOfParameters::of(it, lang)).collect(),
            semantics,
        }
    }
}

/// An answer, put into words.
fn answered(service: &Service, question: &Question, lang: Lang) -> Result<AsOf, ApiError> {
    let pinned = service.store().read(|link| {
        let seen = service.ledger(link)?;
        Ok::<_, ApiError>(hindsight::pinned(link, &seen, question.clone())?)
    })?;
    let found = pinned.answered(service.store())?;
    let because = found.because();
    let Hindsight { decided, known, rows, again, facts, law, semantics, .. } = found;
    let first = again.first().filter(|it| it.difference.is_none()).and_then(|it| it.result.as_ref().ok());
    let (decided, no_decision) = match decided {
        Err(why) => (None, Some(why.as_str())),
        Ok(it) => {
            let words = first.map(|decision| told(decision, lang, true));
            let (explanation, steps) = words.map_or((None, Vec::new()), |it| (Some(it.explanation), it.steps));
            let decision = AsOfDecision {
                entry: it.run.entry,
                knowledge: it.run.run.knowledge,
                body: Body::read(&it.body).map_err(ApiError::internal)?.to_json(),
                segment: service.store().read(|link| rated_by(service, link, it.rate))?,
                reproduced: first.is_some(),
                explanation,
                steps,
            };
            (Some(decision), None)
        }
    };
    Ok(AsOf {
        area: question.account.area.clone(),
        account: question.account.number.clone(),
        day: question.day.to_string(),
        known_at: question.known_at.clone(),
        decided,
        no_decision,
        known: AsOfFacts { knowledge: known, tables: tables(rows) },
        reckoned: again.iter().map(|it| AsOfReckoning::of(it, lang)).collect(),
        because,
        changes: AsOfChanges::of(facts, law, semantics, known, lang),
    })
}

/// What was decided for an account on a day, as it was known at an instant; what was known of it then; what would be decided
/// on what is known now, under the law of then and of now; and what makes it different.
#[utoipa::path(get, path = "/v1/areas/{area}/accounts/{number}/as-of", operation_id = "accounts.as-of", tag = "audit",
    params(("area" = String, Path), ("number" = String, Path), AsOfQuery),
    responses((status = 200, body = AsOf), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String)>,
    query: Query<AsOfQuery>,
) -> Result<HttpResponse, ApiError> {
    let (area, number) = path.into_inner();
    let AsOfQuery { day: text, known_at: instant } = query.into_inner();
    let account = AccountKey { area, number };
    let question = Question { account, day: day("day", &text)?, known_at: known_at(instant.as_deref())? };
    let answer = service.wait(move |service| answered(service, &question, started.lang)).await?;
    Ok(HttpResponse::Ok().json(answer))
}
