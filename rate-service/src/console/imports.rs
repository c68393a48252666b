//! What was brought in, and what was wrong with it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::desk::{Desk, List};
use super::frame::{Frame, segment};
use super::runs::Cursor;
use super::visitor::Visitor;

/// An import.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Import {
    pub(super) id: String,
    pub(super) mode: String,
    pub(super) keep: String,
    pub(super) dry_run: bool,
    pub(super) state: String,
    pub(super) author: String,
    pub(super) opened_at: String,
    pub(super) rows: u64,
    pub(super) accounts: u64,
    pub(super) problems: u64,
    pub(super) failure: Option<String>,
    pub(super) knowledge: Option<u64>,
}

/// Something that is wrong with a row.
#[derive(Clone, Debug, Deserialize)]
struct Problem {
    account: Option<String>,
    file: Option<String>,
    place: Option<String>,
    field: Option<String>,
    code: String,
    message: String,
}

#[derive(Template)]
#[template(path = "imports.html")]
struct ImportsPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    imports: Vec<Import>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage<'p> {
    frame: Frame<'p>,
    import: Import,
    problems: List<Problem>,
}

/// The imports of an area, the last first.
pub(super) async fn list(
    desk: Data<Desk>,
    visitor: Visitor,
    area: Path<String>,
    cursor: Query<Cursor>,
) -> HttpResponse {
    let area = area.into_inner();
    let page = async {
        let found: List<Import> = desk.get(&visitor, &format!("/v1/areas/{area}/imports{}", cursor.query())).await?;
        let frame = visitor.frame(visitor.say("导入", "Imports"), Some(&area));
        Ok(ImportsPage { frame, area: &area, imports: found.items, next: found.next })
    };
    visitor.shows(page).await
}

/// One import, with everything that is wrong in it.
pub(super) async fn get(
    desk: Data<Desk>,
    visitor: Visitor,
    path: Path<(String, String)>,
    cursor: Query<Cursor>,
) -> HttpResponse {
    let (area, import) = path.into_inner();
    let page = async {
        let of = format!("/v1/areas/{area}/imports/{}", segment(&import));
        let found: Import = desk.get(&visitor, &of).await?;
        let problems: List<Problem> = desk.get(&visitor, &format!("{of}/problems{}", cursor.query())).await?;
        let frame = visitor.frame(found.id.clone(), Some(&area));
        Ok(ImportPage { frame, import: found, problems })
    };
    visitor.shows(page).await
}
