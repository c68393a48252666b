//! The runs of an area, and a new one.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::desk::{Desk, List};
use super::frame::{Frame, redirect, segment};
use super::visitor::Visitor;
use crate::auth::Role::Officer;

/// A run, as far as a list shows it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) on: String,
    pub(super) state: String,
    pub(super) author: String,
    pub(super) reviewer: Option<String>,
    pub(super) approver: Option<String>,
    pub(super) created_at: String,
    pub(super) first_only: bool,
    pub(super) supersedes: Option<String>,
    pub(super) only: Option<Only>,
    pub(super) problem: Option<String>,
    pub(super) knowledge: Option<i64>,
    pub(super) accounts_done: u64,
    pub(super) accounts: u64,
}

/// That a run is over some accounts.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Only {
    pub(super) accounts: u64,
    pub(super) cause: String,
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Cursor {
    pub(super) cursor: Option<String>,
}

impl Cursor {
    /// As a question to the API.
    pub(super) fn query(&self) -> String {
        self.cursor.as_ref().map_or_else(String::new, |cursor| format!("?cursor={}", segment(cursor)))
    }
}

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    runs: Vec<Run>,
    next: Option<String>,
}

/// The runs of an area, the last first.
pub(super) async fn list(
    desk: Data<Desk>,
    visitor: Visitor,
    area: Path<String>,
    cursor: Query<Cursor>,
) -> HttpResponse {
    let area = area.into_inner();
    let page = async {
        let runs: List<Run> = desk.get(&visitor, &format!("/v1/areas/{area}/runs{}", cursor.query())).await?;
        let frame = visitor.frame(visitor.say("核定", "Runs"), Some(&area));
        Ok(RunsPage { frame, area: &area, runs: runs.items, next: runs.next })
    };
    visitor.shows(page).await
}

/// What the form of a new run sends.
#[derive(Debug, Deserialize)]
pub(super) struct NewRun {
    once: String,
    on: String,
    #[serde(default)]
    first_only: Option<String>,
    #[serde(default)]
    supersedes: String,
}

/// Asks for a run, and goes to it.
pub(super) async fn create(desk: Data<Desk>, visitor: Visitor, area: Path<String>, form: Form<NewRun>) -> HttpResponse {
    let mut body = serde_json::json!({ "on": form.on, "first_only": form.first_only.is_some() });
    let supersedes = form.supersedes.trim();
    if !supersedes.is_empty() {
        body["supersedes"] = supersedes.into();
    }
    let asked = desk.post::<Run>(&visitor, (&format!("/v1/areas/{area}/runs"), &form.once), &body).await;
    match asked {
        Ok(run) => redirect(&format!("/console/areas/{area}/runs/{}", segment(&run.id))),
        Err(refused) => refused.page(&visitor),
    }
}
