//! One decision: its rates, each step with its article, how far the next grades are, what can be undertaken against it, and
//! whether it is proved.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use super::desk::Desk;
use super::frame::{Frame, segment};
use super::refused::Refused;
use super::runs::Run;
use super::visitor::Visitor;
use crate::auth::Role::{Approver, Auditor, Officer};

/// A decision.
#[derive(Deserialize)]
struct Decision {
    account: String,
    name: String,
    rule_set_digest: String,
    method: String,
    class: u8,
    explanation: String,
    segments: Vec<Segment>,
    steps: Vec<Step>,
    trend: Vec<String>,
    premium: Vec<String>,
    settlement: Vec<String>,
    margins: Vec<String>,
    assumptions: Vec<String>,
    illustrations: Vec<String>,
}

#[derive(Deserialize)]
struct Segment {
    from: String,
    to: Option<String>,
    base_percent: Option<String>,
    grade: Option<Grade>,
    cut_percent: String,
    rate_percent: String,
    origin: String,
}

#[derive(Clone, Deserialize)]
pub(super) struct Grade {
    pub(super) label: String,
}

#[derive(Deserialize)]
struct Step {
    text: String,
    source: String,
}

/// What an account may undertake, and until when.
#[derive(Deserialize)]
struct Clocks {
    services: Vec<Served>,
    clocks: Vec<Clock>,
}

#[derive(Deserialize)]
struct Served {
    #[serde(rename = "served_on")]
    day: String,
    channel: String,
    proof: String,
}

#[derive(Deserialize)]
struct Clock {
    kind: String,
    last_day: Option<String>,
    why: Option<String>,
    basis: String,
}

/// What proves the record.
#[derive(Deserialize)]
struct Proof {
    record: Proved,
    entry: Proved,
    checkpoint: String,
}

/// A leaf with its place in a tree.
#[derive(Deserialize)]
struct Proved {
    index: u64,
    of: u64,
    leaf: String,
    root: String,
}

#[derive(Template)]
#[template(path = "decision.html")]
struct DecisionPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    run: Run,
    decision: Decision,
    clocks: Option<Clocks>,
    proof: Option<Proof>,
    /// Why the record is not proved, where it should be.
    unproved: Option<String>,
}

/// One decision.
pub(super) async fn get(desk: Data<Desk>, visitor: Visitor, path: Path<(String, String, String)>) -> HttpResponse {
    let (area, run, account) = path.into_inner();
    visitor.shows(page(&desk, &visitor, (&area, &run, &account))).await
}

async fn page<'p>(
    desk: &Desk,
    visitor: &'p Visitor,
    (area, run, account): (&'p str, &str, &str),
) -> Result<DecisionPage<'p>, Refused> {
    let of = format!("/v1/areas/{area}/runs/{}", segment(run));
    let account = segment(account);
    let run: Run = desk.get(visitor, &of).await?;
    let decision: Decision = desk.get(visitor, &format!("{of}/decisions/{account}")).await?;
    let published = run.state == "published";
    let clocks = if published { Some(desk.get(visitor, &format!("{of}/services/{account}")).await?) } else { None };
    let (proof, unproved) = if published && visitor.is(&[Officer, Approver, Auditor]) {
        match desk.get(visitor, &format!("{of}/proofs/{account}")).await {
            Ok(proof) => (Some(proof), None),
            Err(refused) => (None, Some(refused.detail().to_owned())),
        }
    } else {
        (None, None)
    };
    let frame = visitor.frame(format!("{} {}", decision.account, decision.name), Some(area));
    Ok(DecisionPage { frame, area, run, decision, clocks, proof, unproved })
}
