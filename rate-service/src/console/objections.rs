//! Objections: filed, decided, taken back.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::desk::{Desk, List};
use super::frame::{Frame, redirect, segment};
use super::refused::Refused;
use super::runs::{Cursor, Run};
use super::visitor::Visitor;
use crate::auth::Role::{Approver, Officer};

/// An objection.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Objection {
    pub(super) id: String,
    pub(super) run: String,
    pub(super) account: String,
    pub(super) kind: String,
    pub(super) state: String,
    pub(super) filed_on: String,
    pub(super) last_day: Option<String>,
    pub(super) late: Option<bool>,
    pub(super) grounds: String,
    pub(super) documents: Vec<String>,
    pub(super) events: Vec<Event>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Event {
    state: String,
    on: String,
    document: String,
    remark: String,
    run: Option<String>,
    recorded_by: String,
    recorded_at: String,
}

#[derive(Template)]
#[template(path = "objections.html")]
struct ObjectionsPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    objections: Vec<Objection>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "objection.html")]
struct ObjectionPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    objection: Objection,
}

/// The objections of an area.
pub(super) async fn list(
    desk: Data<Desk>,
    visitor: Visitor,
    area: Path<String>,
    cursor: Query<Cursor>,
) -> HttpResponse {
    let area = area.into_inner();
    let page = async {
        let path = format!("/v1/areas/{area}/objections{}", cursor.query());
        let found: List<Objection> = desk.get(&visitor, &path).await?;
        let frame = visitor.frame(visitor.say("异议", "Objections"), Some(&area));
        Ok(ObjectionsPage { frame, area: &area, objections: found.items, next: found.next })
    };
    visitor.shows(page).await
}

/// One objection.
pub(super) async fn get(desk: Data<Desk>, visitor: Visitor, path: Path<(String, String)>) -> HttpResponse {
    let (area, objection) = path.into_inner();
    let page = async {
        let path = format!("/v1/areas/{area}/objections/{}", segment(&objection));
        let found: Objection = desk.get(&visitor, &path).await?;
        let frame = visitor.frame(found.id.clone(), Some(&area));
        Ok(ObjectionPage { frame, area: &area, objection: found })
    };
    visitor.shows(page).await
}

/// What the form of a new objection sends.
#[derive(Debug, Deserialize)]
pub(super) struct Filing {
    once: String,
    kind: String,
    filed_on: String,
    grounds: String,
    #[serde(default)]
    documents: String,
}

/// Files an objection, and shows it.
pub(super) async fn file(
    desk: Data<Desk>,
    visitor: Visitor,
    path: Path<(String, String, String)>,
    form: Form<Filing>,
) -> HttpResponse {
    let (area, run, account) = path.into_inner();
    let documents: Vec<&str> = form.documents.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let body = serde_json::json!({
        "run": run, "account": account, "kind": form.kind, "filed_on": form.filed_on, "grounds": form.grounds.trim(),
        "documents": documents,
    });
    let filed = desk.post::<Objection>(&visitor, (&format!("/v1/areas/{area}/objections"), &form.once), &body).await;
    match filed {
        Ok(it) => redirect(&format!("/console/areas/{area}/objections/{}", segment(&it.id))),
        Err(refused) => refused.page(&visitor),
    }
}

/// What the forms of an objection send.
#[derive(Debug, Deserialize)]
pub(super) struct Ruling {
    once: String,
    #[serde(default)]
    result: String,
    #[serde(default)]
    decided_on: String,
    #[serde(default)]
    document: String,
    #[serde(default)]
    remark: String,
}

/// Decides an objection, takes it back, or has the account determined again.
pub(super) async fn moved(
    desk: Data<Desk>,
    visitor: Visitor,
    path: Path<(String, String, String)>,
    form: Form<Ruling>,
) -> HttpResponse {
    let (area, objection, act) = path.into_inner();
    match done(&desk, &visitor, (&area, &objection, &act), &form).await {
        Ok(to) => redirect(&to),
        Err(refused) => refused.page(&visitor),
    }
}

/// Does it, and says where it shows.
async fn done(
    desk: &Desk,
    visitor: &Visitor,
    (area, objection, act): (&str, &str, &str),
    form: &Ruling,
) -> Result<String, Refused> {
    let of = format!("/v1/areas/{area}/objections/{}", segment(objection));
    let (once, remark) = (form.once.as_str(), form.remark.trim());
    let home = format!("/console/areas/{area}");
    let body = match act {
        "redetermination" => {
            let run = determined_again(desk, visitor, (area, &of), once).await?;
            return Ok(format!("{home}/runs/{}", segment(&run.id)));
        }
        "decision" => serde_json::json!({
            "result": form.result, "decided_on": form.decided_on, "document": form.document.trim(), "reasons": remark,
        }),
        _ => serde_json::json!({ "remark": remark }),
    };
    desk.post::<Objection>(visitor, (&format!("{of}/{}", segment(act)), once), &body).await?;
    Ok(format!("{home}/objections/{}", segment(objection)))
}

/// Asks for a run over the account of a granted objection, for the setting whose rate it is against.
async fn determined_again(
    desk: &Desk,
    visitor: &Visitor,
    (area, of): (&str, &str),
    once: &str,
) -> Result<Run, Refused> {
    let objection: Objection = desk.get(visitor, of).await?;
    let run: Run = desk.get(visitor, &format!("/v1/areas/{area}/runs/{}", segment(&objection.run))).await?;
    let only =
        serde_json::json!({ "accounts": [objection.account], "cause": "objection", "objections": [objection.id] });
    let body = serde_json::json!({ "on": run.on, "only": only });
    desk.post(visitor, (&format!("/v1/areas/{area}/runs"), once), &body).await
}
