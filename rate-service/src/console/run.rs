//! One run: how far it is, what came of it, and what can be done with it.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::desk::{Desk, List};
use super::forms::Remarked;
use super::frame::{Frame, redirect, segment};
use super::picture::{by_change, by_grade};
use super::refused::Refused;
use super::runs::{Cursor, Run};
use super::visitor::Visitor;
use crate::auth::Role::{self, Approver, Officer};

/// Both summaries of a run.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Summary {
    pub(super) decided: u64,
    pub(super) refused: u64,
    pub(super) not_insured: u64,
    pub(super) premium_fen: i128,
    pub(super) by_grade: Vec<ByGrade>,
    pub(super) by_change: Vec<ByChange>,
    pub(super) by_origin: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ByGrade {
    pub(super) grade: String,
    pub(super) accounts: u64,
    pub(super) heads: i64,
    pub(super) payroll_fen: i128,
    pub(super) premium_fen: i128,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ByChange {
    pub(super) change: String,
    pub(super) accounts: u64,
    pub(super) heads: i64,
    pub(super) before_fen: i128,
    pub(super) after_fen: i128,
}

#[derive(Clone, Debug, Deserialize)]
struct Diagnostics {
    done: bool,
    kinds: Vec<Kind>,
    beyond: Vec<Beyond>,
}

#[derive(Clone, Debug, Deserialize)]
struct Kind {
    #[serde(rename = "kind")]
    name: String,
    severity: String,
    findings: u64,
    accounts: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct Beyond {
    kind: String,
    count: u64,
    limit: String,
    accepted: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Events {
    items: Vec<Event>,
}

#[derive(Clone, Debug, Deserialize)]
struct Event {
    state: String,
    act: String,
    who: String,
    recorded_at: String,
    remark: String,
}

/// A line of the list of a run.
#[derive(Clone, Debug, Deserialize)]
struct Line {
    account: String,
    name: String,
    class: String,
    grade: String,
    /// Nothing, where there was none.
    previous_grade: Option<String>,
    rate_percent: String,
    change: String,
    explanation: String,
    /// Nothing, where no payroll is known to reckon it on.
    premium_fen: Option<String>,
}

impl Line {
    fn premium(&self) -> Option<i128> {
        self.premium_fen.as_ref()?.parse().ok()
    }
}

/// Something the visitor can do with the run as it stands.
struct Move {
    act: &'static str,
    text: &'static str,
    /// It cannot be taken back, or it throws something away.
    grave: bool,
}

#[derive(Template)]
#[template(path = "run.html")]
struct RunPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    run: Run,
    summary: Option<(Summary, [String; 2])>,
    diagnostics: Diagnostics,
    events: Vec<Event>,
    list: Option<List<Line>>,
    moves: Vec<Move>,
    files: Vec<&'static str>,
}

impl RunPage<'_> {
    /// Whether something goes on without anybody's doing.
    fn goes_on(&self) -> bool {
        matches!(self.run.state.as_str(), "queued" | "running" | "publishing")
    }
}

/// Files that tell of everybody decided.
const FILES: [&str; 6] =
    ["run_list.csv", "rates.csv", "run.xlsx", "diagnostics.csv", "not_insured.csv", "problems.csv"];

/// One run.
pub(super) async fn get(
    desk: Data<Desk>,
    visitor: Visitor,
    path: Path<(String, String)>,
    cursor: Query<Cursor>,
) -> HttpResponse {
    let (area, run) = path.into_inner();
    visitor.shows(page(&desk, &visitor, (&area, &run), &cursor)).await
}

async fn page<'p>(
    desk: &Desk,
    visitor: &'p Visitor,
    (area, run): (&'p str, &str),
    cursor: &Cursor,
) -> Result<RunPage<'p>, Refused> {
    let of = format!("/v1/areas/{area}/runs/{}", segment(run));
    let run: Run = desk.get(visitor, &of).await?;
    let diagnostics: Diagnostics = desk.get(visitor, &format!("{of}/diagnostics")).await?;
    let events: Events = desk.get(visitor, &format!("{of}/events")).await?;
    let decided = matches!(run.state.as_str(), "trial" | "reviewed" | "approved" | "publishing" | "published");
    let (summary, list) = if decided {
        let summary: Summary = desk.get(visitor, &format!("{of}/summary")).await?;
        let pictures = [by_grade(&summary.by_grade, visitor.lang), by_change(&summary.by_change, visitor.lang)];
        let list: List<Line> = desk.get(visitor, &format!("{of}/list{}", cursor.query())).await?;
        (Some((summary, pictures)), Some(list))
    } else {
        (None, None)
    };
    let files = if decided { FILES.to_vec() } else { Vec::new() };
    let frame = visitor.frame(run.id.clone(), Some(area));
    let moves = moves(visitor, &run);
    Ok(RunPage { frame, area, run, summary, diagnostics, events: events.items, list, moves, files })
}

/// What the visitor can do with a run as it stands; the API has the last word.
fn moves(visitor: &Visitor, run: &Run) -> Vec<Move> {
    const BOTH: &[Role] = &[Officer, Approver];
    type Row = (&'static str, &'static [&'static str], &'static [Role], [&'static str; 2], bool);
    const ALL: [Row; 7] = [
        ("review", &["trial"], BOTH, ["复核通过", "Review: it is right"], false),
        ("approval", &["reviewed"], &[Approver], ["审批通过", "Approve"], false),
        ("publication", &["approved"], &[Approver], ["发布", "Publish"], true),
        ("return", &["trial", "reviewed", "approved"], BOTH, ["退回", "Return"], true),
        ("rerun", &["returned", "blocked"], &[Officer], ["重新核定", "Make it again"], false),
        ("resumption", &["failed"], &[Officer], ["续作", "Resume"], false),
        ("cancellation", &["queued", "running", "blocked", "failed"], BOTH, ["取消", "Cancel"], true),
    ];
    let own = run.author == visitor.caller.holder;
    let fits = ALL.into_iter().filter(|(act, states, roles, ..)| {
        // Four eyes: who made a run neither reviews nor approves it.
        let other = !own || !matches!(*act, "review" | "approval" | "publication");
        states.contains(&run.state.as_str()) && visitor.is(roles) && other
    });
    fits.map(|(act, _, _, [zh, en], grave)| Move { act, text: visitor.lang.pick(zh, en), grave }).collect()
}

/// Does something with a run, and shows it again.
pub(super) async fn moved(
    desk: Data<Desk>,
    visitor: Visitor,
    path: Path<(String, String, String)>,
    form: Form<Remarked>,
) -> HttpResponse {
    let (area, run, act) = path.into_inner();
    let (of, run) = (format!("/v1/areas/{area}/runs/{}", segment(&run)), segment(&run));
    let body = serde_json::json!({ "remark": form.remark.trim() });
    match desk.post::<Run>(&visitor, (&format!("{of}/{}", segment(&act)), &form.once), &body).await {
        Ok(_) => redirect(&format!("/console/areas/{area}/runs/{run}")),
        Err(refused) => refused.page(&visitor),
    }
}
