//! Previews: what would be decided for an account, without anything being kept; singly, or line by line.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use rate_core::error::Lang;
use rate_core::input::book::CheckedBook;
use rate_core::notice::step_text;
use rate_core::{AccountKey, Decision};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::given_law::GivenLaw;
use super::lines::{Answered, Line, Lines, LinesEnd, asked_for};
use super::rates::{Grade, NDJSON, day, line};
use super::{Asked, Object, Query, Service, Started, documents, json};
use crate::api_error::{ApiCode, ApiError, ProblemBody};
use crate::auth::Caller;
use crate::pipeline::listed;
use crate::preview::{self, Given, NotDecided};
use crate::run::ChosenLaw;

/// What to preview: facts that are given, or those of an account that are stored; under the law in force, a rule set that is
/// known here by its digest, or law that is given.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The area.
    #[schema(example = "990100")]
    pub area: String,
    /// A day of the annual setting.
    #[schema(format = "date", example = "2022-07-01")]
    pub on: String,
    /// The day the rate is decided, where that is inside the setting.
    #[schema(format = "date")]
    pub decided_on: Option<String>,
    /// Digest of a rule set that was uploaded here, published or not; the one in force where nothing is said.
    pub rule_set: Option<String>,
    /// Law that is given whole.
    #[schema(value_type = Option<GivenLaw>)]
    pub law: Option<Object<GivenLaw>>,
    /// Number of the account: of those given, or of those stored.
    pub account: Option<String>,
    /// Rows under the names of their tables, cells under the names of their columns (`docs/book-format.md`): text, or whole
    /// numbers. Without it, the stored facts of the account.
    #[schema(value_type = Option<Object>)]
    pub tables: Option<Given>,
    /// Whether every step is told.
    #[serde(default)]
    pub steps: bool,
}

/// The first line of a batch whose law is given whole; all lines behind it share it. It has no answer of its own.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewHead {
    /// Law that is given whole.
    #[schema(value_type = GivenLaw)]
    pub law: Object<GivenLaw>,
}

/// A line of a batch: as a preview, but for what all lines share.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewLine {
    /// Number of the account.
    pub account: Option<String>,
    /// Rows under the names of their tables. Without them, the stored facts of the account.
    #[schema(value_type = Option<Object>)]
    pub tables: Option<Given>,
}

/// A line of the body of a batch.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PreviewLines {
    /// The first line, where law is given.
    Head(PreviewHead),
    /// A line that is answered.
    Line(PreviewLine),
}

/// What the lines of a batch share.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BatchQuery {
    /// Of a batch: the area.
    pub area: Option<String>,
    /// Of a batch: a day of the annual setting.
    pub on: Option<String>,
    /// Of a batch: the day the rates are decided.
    pub decided_on: Option<String>,
    /// Of a batch: digest of a rule set.
    pub rule_set: Option<String>,
}

impl BatchQuery {
    /// A parameter that was given.
    fn named(&self) -> Option<&'static str> {
        let Self { area, on, decided_on, rule_set } = self;
        let all = [("area", area), ("on", on), ("decided_on", decided_on), ("rule_set", rule_set)];
        all.into_iter().find_map(|(name, value)| value.is_some().then_some(name))
    }
}

/// A dated rate of a preview.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PreviewSegment {
    /// First day.
    pub from: String,
    /// Last day; `null` where it is open.
    pub to: Option<String>,
    /// Risk class.
    pub class: u8,
    /// Base rate, where known, in percent.
    pub base_percent: Option<String>,
    /// Grade.
    pub grade: Option<Grade>,
    /// Rate before any phased cut, in percent.
    pub before_cut_percent: String,
    /// Phased cut, in percent.
    pub cut_percent: String,
    /// The rate, in percent.
    pub rate_percent: String,
    /// Where it comes from.
    pub origin: &'static str,
}

/// What would be decided.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Preview {
    /// The account.
    pub account: String,
    /// Area and version of the rule set.
    pub rule_set: String,
    /// Digest of the rule set.
    pub rule_set_digest: String,
    /// Risk class.
    pub class: u8,
    /// Where the rate comes from.
    pub origin: &'static str,
    /// Code of the reason.
    pub reason: &'static str,
    /// Dated rates, without a gap.
    pub segments: Vec<PreviewSegment>,
    /// The decision in a sentence.
    pub explanation: String,
    /// Every step with its numbers and article, where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
    /// What was assumed where documents are silent.
    pub assumptions: Vec<String>,
}

/// A line of the answer to a batch; the last one ends it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum BatchAnswer {
    /// What would be decided for a line.
    Decided {
        /// The line, from one.
        line: u64,
        /// What would be decided.
        preview: Box<Preview>,
    },
    /// What is wrong with a line.
    Refused {
        /// The line, from one.
        line: u64,
        /// What is wrong.
        problem: Box<ProblemBody>,
    },
    /// The end.
    End(LinesEnd),
}

/// What a preview is to be made under.
struct Wanted {
    area: String,
    on: String,
    decided_on: Option<String>,
    rule_set: Option<String>,
    law: Option<Object<GivenLaw>>,
}

/// What a preview is made under.
#[derive(Clone, Debug)]
struct Under {
    area: String,
    law: Arc<ChosenLaw>,
}

/// What would be decided for an account. Nothing is kept. As `application/json`, one; as `application/x-ndjson`, one a line,
/// with what all share in the query, one line out for each line in, and a last line that ends it; law that is given whole
/// comes as a line before them.
#[utoipa::path(post, path = "/v1/previews", operation_id = "previews.create", tag = "previews", params(BatchQuery),
    request_body(content((PreviewRequest = "application/json"), (PreviewLines = "application/x-ndjson"))),
    responses(
        (status = 200, content((Preview = "application/json"), (BatchAnswer = "application/x-ndjson"))),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn create(
    service: Data<Service>,
    caller: Caller,
    started: Started,
    request: HttpRequest,
    query: Query<BatchQuery>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/json" => {
            if let Some(name) = query.named() {
                return Err(ApiError::new(ApiCode::RequestParameterUnknown, [name, "—"]));
            }
            let mut payload = payload.into_inner();
            let body = json::whole(&request, &mut payload).await?;
            one(&service, &caller, started.lang, json::read(&body)?).await
        }
        NDJSON => batch(service, &caller, started, query.into_inner(), payload.into_inner()).await,
        _ => Err(ApiError::new(ApiCode::RequestType, [format!("application/json, {NDJSON}")])),
    }
}

async fn one(
    service: &Data<Service>,
    caller: &Caller,
    lang: Lang,
    asked: PreviewRequest,
) -> Result<HttpResponse, ApiError> {
    let PreviewRequest { area, on, decided_on, rule_set, law, account, tables, steps } = asked;
    let under = under(service, caller, Wanted { area, on, decided_on, rule_set, law }).await?;
    let preview = match tables {
        // Some rows take less time than a thread that waits takes to be found.
        Some(tables) => decided(&under, account, &tables, lang, steps)?,
        None => {
            let account = account.ok_or_else(neither)?;
            stored(service, under, account, lang, steps).await?
        }
    };
    Ok(HttpResponse::Ok().json(preview))
}

/// The law a preview is made under.
async fn under(service: &Data<Service>, caller: &Caller, wanted: Wanted) -> Result<Under, ApiError> {
    let Wanted { area, on, decided_on, rule_set, law } = wanted;
    if !caller.areas.reach(&area) {
        return Err(ApiError::unknown());
    }
    let on = day("on", &on)?;
    let decided_on = decided_on.map(|text| day("decided_on", &text)).transpose()?;
    if let (Some(named), Some(Object(GivenLaw { rule_set: Some(_), .. }))) = (&rule_set, &law) {
        return Err(ApiError::new(ApiCode::RequestValue, ["rule_set", named, "rule_set / law.rule_set"]));
    }
    let rule_set = documents::asked("rule_set", rule_set.as_ref())?;
    let asked = Asked { area: area.clone(), on, decided_on, rule_set };
    let law = match law {
        Some(Object(law)) => service.law_given(asked, law.given()?).await?,
        None => service.law(asked).await?,
    };
    Ok(Under { area, law })
}

/// Decides facts that were given.
fn decided(
    under: &Under,
    account: Option<String>,
    tables: &Given,
    lang: Lang,
    steps: bool,
) -> Result<Preview, ApiError> {
    let tables = preview::tables(tables)?;
    let key = account.map(|number| AccountKey { area: under.area.clone(), number });
    let history = preview::given(&tables, key.as_ref())?;
    if history.key().area != under.area {
        // The law of one area says nothing of another's accounts.
        return Err(ApiError::new(ApiCode::RequestValue, ["area", history.key().area.as_str(), &under.area]));
    }
    Ok(told(&preview::preview(&under.law.law, &history)?, lang, steps))
}

/// Decides facts that are stored.
async fn stored(
    service: &Data<Service>,
    under: Under,
    number: String,
    lang: Lang,
    steps: bool,
) -> Result<Preview, ApiError> {
    let decided = service.read(move |link| {
        let known = link.last_knowledge()?;
        let book = listed(link, &under.area, asked_for([number.as_str()]), known)?.checked();
        of_book(&under, &book, number, lang, steps)
    });
    decided.await
}

/// Decides an account among facts that are stored.
fn of_book(under: &Under, book: &CheckedBook, number: String, lang: Lang, steps: bool) -> Result<Preview, ApiError> {
    let key = AccountKey { area: under.area.clone(), number };
    let history = preview::stored(book, &key)?.ok_or_else(ApiError::unknown)?;
    Ok(told(&preview::preview(&under.law.law, history)?, lang, steps))
}

/// A decision as an answer shows it.
pub(super) fn told(decision: &Decision, lang: Lang, steps: bool) -> Preview {
    let told = |decision: &Decision| decision.steps().iter().map(|step| step_text(step, decision, lang)).collect();
    Preview {
        account: decision.account().number.clone(),
        rule_set: decision.rule_set().to_string(),
        rule_set_digest: decision.law().rules().digest().to_owned(),
        class: decision.outcome().class.number(),
        origin: decision.outcome().origin.as_str(),
        reason: decision.outcome().reason.code(),
        segments: segments(decision),
        explanation: decision.summary(lang),
        steps: if steps { told(decision) } else { Vec::new() },
        assumptions: decision.assumptions(),
    }
}

/// The dated rates of a decision.
pub(super) fn segments(decision: &Decision) -> Vec<PreviewSegment> {
    let ladder = decision.law().rules().ladder();
    let grade = |index| {
        let grade = ladder.grade(index);
        Grade {
            label: grade.label.clone(),
            shift: grade.shift,
            factor_percent: grade.factor.map(|factor| factor.percent().to_string()),
        }
    };
    let segments = decision.schedule().segments().iter().map(|it| PreviewSegment {
        from: it.days.from().to_string(),
        to: it.days.to().map(|to| to.to_string()),
        class: it.class.number(),
        base_percent: it.base.map(|base| base.percent().to_string()),
        grade: it.grade.map(grade),
        before_cut_percent: it.before_cut.percent().to_string(),
        cut_percent: it.cut.percent().to_string(),
        rate_percent: it.rate.percent().to_string(),
        origin: it.origin.as_str(),
    });
    segments.collect()
}

impl From<NotDecided> for ApiError {
    fn from(why: NotDecided) -> Self {
        match why {
            NotDecided::Problems(problems) => Self::problems(problems),
            NotDecided::TooMany(most) => {
                Self::refused(format!("一次预览至多 {most} 行"), format!("a preview has at most {most} rows"))
            }
            NotDecided::Which(count) => Self::refused(
                format!("所给数据含 {count} 户，请以 account 指明一户"),
                format!("the facts are of {count} accounts; name one as `account`"),
            ),
        }
    }
}

async fn batch(
    service: Data<Service>,
    caller: &Caller,
    started: Started,
    query: BatchQuery,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let needed = |name: &str, value: Option<String>| {
        value.ok_or_else(|| ApiError::new(ApiCode::RequestParameterMissing, [name]))
    };
    let (area, on) = (needed("area", query.area)?, needed("on", query.on)?);
    let mut lines = Lines::of(service.clone().into_inner(), payload);
    let law = lines.head(head).await?.map(|head| head.law);
    let wanted = Wanted { area, on, decided_on: query.decided_on, rule_set: query.rule_set, law };
    let under = under(&service, caller, wanted).await?;
    // All lines are decided on the facts of one moment.
    let known = service.read(|link| Ok(link.last_knowledge()?)).await?;
    let each = move |service: &Service, first: u64, lines: &[Line]| -> Result<Vec<Answered>, ApiError> {
        let asked: Vec<Result<PreviewLine, ApiError>> = lines.iter().map(Line::read).collect();
        let stored = asked.iter().flatten().filter(|it| it.tables.is_none());
        let accounts = asked_for(stored.filter_map(|it| it.account.as_deref()));
        let book = if accounts.is_empty() {
            CheckedBook::default()
        } else {
            service.store().read(|link| listed(link, &under.area, accounts, known))?.checked()
        };
        let answers = asked.into_iter().zip(first..).map(|(asked, number)| {
            let answer = answer(&under, &book, &started, number, asked);
            Ok((line(&answer)?, matches!(answer, BatchAnswer::Decided { .. })))
        });
        Ok(answers.collect())
    };
    Ok(lines.answered(Arc::new(each)))
}

/// The head of a batch, where its first line is one: what has `law`. What is neither a head nor a line was meant as something,
/// and nothing behind it is decided under another law.
fn head(line: &[u8]) -> Result<Option<PreviewHead>, ApiError> {
    #[derive(Deserialize)]
    struct Named {
        law: Option<IgnoredAny>,
    }
    let has_law = match serde_json::from_slice::<Named>(line) {
        Ok(named) => named.law.is_some(),
        // What is wrong is said of what it was to be.
        Err(_) => line.windows(5).any(|word| word == br#""law""#),
    };
    if has_law { json::read(line).map(Some) } else { json::read::<PreviewLine>(line).map(|_| None) }
}

/// The answer to a line.
fn answer(
    under: &Under,
    book: &CheckedBook,
    started: &Started,
    number: u64,
    asked: Result<PreviewLine, ApiError>,
) -> BatchAnswer {
    let lang = started.lang;
    let decided = asked.and_then(|asked| match asked {
        PreviewLine { account, tables: Some(tables) } => decided(under, account, &tables, lang, false),
        PreviewLine { account: Some(account), tables: None } => of_book(under, book, account, lang, false),
        PreviewLine { account: None, tables: None } => Err(neither()),
    });
    match decided {
        Ok(preview) => BatchAnswer::Decided { line: number, preview: Box::new(preview) },
        Err(why) => {
            let problem = Box::new(why.body(lang, &started.request_id));
            BatchAnswer::Refused { line: number, problem }
        }
    }
}

/// Neither facts nor the name of an account whose facts are stored.
fn neither() -> ApiError {
    ApiError::new(ApiCode::RequestMalformed, ["account, tables"])
}
