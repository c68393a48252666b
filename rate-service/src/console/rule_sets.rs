//! Rule sets: what is in force, what waits, and the text of each as it is cited.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::desk::{Desk, List};
use super::frame::{Frame, segment};
use super::runs::Cursor;
use super::visitor::Visitor;

/// A rule set.
#[derive(Clone, Debug, Deserialize)]
struct RuleSet {
    digest: String,
    name: String,
    state: String,
    verdict_text: String,
    finding_count: u64,
    author: Person,
    uploaded_at: String,
    approval: Option<Approval>,
    publication: Option<Publication>,
}

#[derive(Clone, Debug, Deserialize)]
struct Person {
    holder: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Approval {
    document_number: String,
    organ: String,
    date: String,
    approver: Person,
}

#[derive(Clone, Debug, Deserialize)]
struct Publication {
    publisher: Person,
    published_at: String,
}

/// Something the check found.
#[derive(Clone, Debug, Deserialize)]
struct Finding {
    weight: String,
    code: String,
    message: String,
    row: Option<u32>,
}

#[derive(Template)]
#[template(path = "rule_sets.html")]
struct RuleSetsPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    rule_sets: Vec<RuleSet>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "rule_set.html")]
struct RuleSetPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    rule_set: RuleSet,
    findings: List<Finding>,
    text: String,
}

/// The rule sets of an area.
pub(super) async fn list(
    desk: Data<Desk>,
    visitor: Visitor,
    area: Path<String>,
    cursor: Query<Cursor>,
) -> HttpResponse {
    let area = area.into_inner();
    let page = async {
        let path = format!("/v1/areas/{area}/rule-sets{}", cursor.query());
        let found: List<RuleSet> = desk.get(&visitor, &path).await?;
        let frame = visitor.frame(visitor.say("办法", "Rule sets"), Some(&area));
        Ok(RuleSetsPage { frame, area: &area, rule_sets: found.items, next: found.next })
    };
    visitor.shows(page).await
}

/// One rule set.
pub(super) async fn get(
    desk: Data<Desk>,
    visitor: Visitor,
    path: Path<(String, String)>,
    cursor: Query<Cursor>,
) -> HttpResponse {
    let (area, digest) = path.into_inner();
    let page = async {
        let of = format!("/v1/areas/{area}/rule-sets/{}", segment(&digest));
        let found: RuleSet = desk.get(&visitor, &of).await?;
        let findings: List<Finding> = desk.get(&visitor, &format!("{of}/findings{}", cursor.query())).await?;
        let text = desk.text(&visitor, &format!("{of}/text")).await?;
        let frame = visitor.frame(found.name.clone(), Some(&area));
        Ok(RuleSetPage { frame, area: &area, rule_set: found, findings, text })
    };
    visitor.shows(page).await
}
