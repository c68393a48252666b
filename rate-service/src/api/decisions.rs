//! One decision of a run, with every step, what leads to it and how far the next grades are.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use rate_core::error::Lang;
use rate_core::explanation::Explanation;
use rate_core::notice::{Told, step_parts};
use serde::Serialize;
use utoipa::ToSchema;

use super::previews::{PreviewSegment, segments};
use super::runs::of_area;
use super::{Service, Started};
use crate::annual;
use crate::api_error::{ApiError, ProblemBody};
use crate::run::Decided;

/// A step of a decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionStep {
    /// What was found, with its numbers.
    pub text: String,
    /// What it rests on.
    pub source: String,
}

/// What a run decided of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunDecision {
    /// The run.
    pub run: String,
    /// The account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// Area and version of the rule set.
    pub rule_set: String,
    /// Digest of the rule set.
    pub rule_set_digest: String,
    /// The method in words.
    pub method: String,
    /// Risk class.
    pub class: u8,
    /// Where the rate comes from.
    pub origin: &'static str,
    /// Code of the reason.
    pub reason: &'static str,
    /// The decision in a sentence.
    pub explanation: String,
    /// Dated rates, without a gap.
    pub segments: Vec<PreviewSegment>,
    /// Every step, in the order of the law.
    pub steps: Vec<DecisionStep>,
    /// The years of each measure, and what shorter windows would have given.
    pub trend: Vec<String>,
    /// What the rate comes to.
    pub premium: Vec<String>,
    /// What is settled, where the rate was decided late.
    pub settlement: Vec<String>,
    /// How far the grades above and below are.
    pub margins: Vec<String>,
    /// What was assumed where documents are silent.
    pub assumptions: Vec<String>,
    /// What is made up for show.
    pub illustrations: Vec<String>,
}

impl RunDecision {
    fn of(run: String, decided: &Decided, lang: Lang) -> Self {
        let (decision, history) = (&decided.decision, &decided.history);
        let rules = decision.law().rules();
        let mut explanation = Explanation::of(decision, history);
        explanation.settlement.clone_from(&decided.settlement);
        let Told { trend, premium, settlement, margins } = explanation.told(lang);
        let step = |step| {
            let [text, source] = step_parts(step, decision, lang);
            DecisionStep { text, source }
        };
        Self {
            run,
            account: history.key().number.clone(),
            name: history.name().to_owned(),
            rule_set: rules.id().to_string(),
            rule_set_digest: rules.digest().to_owned(),
            method: rules.name().text(lang).to_owned(),
            class: decision.outcome().class.number(),
            origin: decision.outcome().origin.as_str(),
            reason: decision.outcome().reason.code(),
            explanation: decision.summary(lang),
            segments: segments(decision),
            steps: decision.steps().iter().map(step).collect(),
            trend,
            premium,
            settlement,
            margins,
            assumptions: decision.assumptions(),
            illustrations: decision.illustrations(),
        }
    }
}

/// What a run decided of an account: rates, every step with its numbers and article, the years behind it, what it comes to,
/// and how far the grades above and below are. It is made again each time, from the facts and the law of the run.
#[utoipa::path(get, path = "/v1/areas/{area}/runs/{run}/decisions/{account}", operation_id = "decisions.get", tag = "runs",
    params(("area" = String, Path), ("run" = String, Path), ("account" = String, Path)),
    responses((status = 200, body = RunDecision), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get(
    service: Data<Service>,
    started: Started,
    path: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (area, run, account) = path.into_inner();
    let found = service.wait(move |service| {
        of_area(service, &area, &run)?;
        let shown = |decided: &Decided| RunDecision::of(run.clone(), decided, started.lang);
        annual::look(service.store(), &run, &account, shown)?.ok_or_else(ApiError::unknown)
    });
    Ok(HttpResponse::Ok().json(found.await?))
}
