//! Where an area stands, and what waits for the visitor.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use super::desk::{Desk, List};
use super::frame::{Frame, redirect, segment};
use super::imports::Import;
use super::objections::Objection;
use super::picture::by_grade;
use super::refused::Refused;
use super::run::Summary;
use super::runs::Run;
use super::visitor::Visitor;
use crate::auth::Role::{Approver, Officer};

/// How many of each kind are shown.
const SHOWN: usize = 5;

#[derive(Deserialize)]
struct Areas {
    items: Vec<Area>,
}

#[derive(Deserialize)]
struct Area {
    code: String,
}

#[derive(Template)]
#[template(path = "areas.html")]
struct AreasPage<'p> {
    frame: Frame<'p>,
    areas: Vec<Area>,
}

/// The areas that the visitor reaches; the only one at once.
pub(super) async fn areas(desk: Data<Desk>, visitor: Visitor) -> HttpResponse {
    match desk.get::<Areas>(&visitor, "/v1/areas").await {
        Ok(Areas { items }) if items.len() == 1 => redirect(&format!("/console/areas/{}", segment(&items[0].code))),
        Ok(Areas { items }) => {
            let frame = visitor.frame(visitor.say("统筹区", "Pooling areas"), None);
            visitor.shows(async { Ok(AreasPage { frame, areas: items }) }).await
        }
        Err(refused) => refused.page(&visitor),
    }
}

/// Something that the visitor can do next.
struct Task {
    address: String,
    text: String,
    what: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    tasks: Vec<Task>,
    runs: Vec<Run>,
    imports: Vec<Import>,
    /// The last run that was published, what came of it, and its picture.
    last: Option<(Run, Summary, String)>,
}

/// Where an area stands.
pub(super) async fn of_area(desk: Data<Desk>, visitor: Visitor, area: Path<String>) -> HttpResponse {
    let area = area.into_inner();
    let page = async {
        let runs: List<Run> = desk.get(&visitor, &format!("/v1/areas/{area}/runs?limit=100")).await?;
        let imports: List<Import> = desk.get(&visitor, &format!("/v1/areas/{area}/imports?limit={SHOWN}")).await?;
        let objections = objections(&desk, &visitor, &area).await?;
        let tasks = tasks(&visitor, &area, &runs.items, &objections);
        let last = match runs.items.iter().find(|run| run.state == "published" && run.only.is_none()) {
            Some(run) => {
                let path = format!("/v1/areas/{area}/runs/{}/summary", segment(&run.id));
                let summary: Summary = desk.get(&visitor, &path).await?;
                let picture = by_grade(&summary.by_grade, visitor.lang);
                Some((run.clone(), summary, picture))
            }
            None => None,
        };
        let frame = visitor.frame(visitor.say("概览", "Overview"), Some(&area));
        let runs = runs.items.into_iter().take(SHOWN).collect();
        Ok(OverviewPage { frame, area: &area, tasks, runs, imports: imports.items, last })
    };
    visitor.shows(page).await
}

/// Objections, where the visitor may see them.
async fn objections(desk: &Desk, visitor: &Visitor, area: &str) -> Result<Vec<Objection>, Refused> {
    if !visitor.is(&[Officer, Approver]) {
        return Ok(Vec::new());
    }
    let all: List<Objection> = desk.get(visitor, &format!("/v1/areas/{area}/objections?limit=1000")).await?;
    Ok(all.items)
}

/// What the visitor can do next: about runs in the order of the list, then objections.
fn tasks(visitor: &Visitor, area: &str, runs: &[Run], objections: &[Objection]) -> Vec<Task> {
    let home = format!("/console/areas/{area}");
    let of_run = runs.iter().filter_map(|run| {
        let (zh, en) = match (run.state.as_str(), visitor.caller.role) {
            // Who made a run does not review it.
            ("trial", Officer | Approver) if run.author != visitor.caller.holder => ("待复核", "waits for review"),
            ("reviewed", Approver) => ("待审批", "waits for approval"),
            ("approved", Approver) => ("待发布", "waits for publication"),
            ("blocked", Officer) => ("核定前检查未通过，待处理", "is blocked by its diagnostics"),
            ("returned", Officer) => ("已退回，可重新核定", "was returned and can be made again"),
            ("failed", Officer) => ("中断，可续作", "failed and can be resumed"),
            _ => return None,
        };
        let address = format!("{home}/runs/{}", segment(&run.id));
        Some(Task { address, text: visitor.say(zh, en), what: run.id.clone() })
    });
    let of_objection = objections.iter().filter_map(|it| {
        let (zh, en) = match (it.state.as_str(), visitor.caller.role) {
            ("filed", Approver) => ("异议待决定", "objection waits for a decision"),
            ("granted", Officer) => ("异议已准许，待重新核定", "objection was granted: determine again"),
            _ => return None,
        };
        let address = format!("{home}/objections/{}", segment(&it.id));
        Some(Task { address, text: visitor.say(zh, en), what: it.account.clone() })
    });
    of_run.chain(of_objection).collect()
}
