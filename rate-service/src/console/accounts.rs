//! Looking for an account: by its number, or by its credit code.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

use super::desk::Desk;
use super::frame::{Frame, redirect, segment};
use super::visitor::Visitor;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

#[derive(Deserialize)]
struct Matches {
    items: Vec<Match>,
}

#[derive(Deserialize)]
struct Match {
    account: String,
    name: String,
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    asked: String,
    matches: Vec<Match>,
}

/// Goes to the account of a number; else lists those that have a credit code.
pub(super) async fn find(
    desk: Data<Desk>,
    visitor: Visitor,
    area: Path<String>,
    search: Query<Search>,
) -> HttpResponse {
    let (area, asked) = (area.into_inner(), search.into_inner().q.trim().to_owned());
    let of = format!("/v1/areas/{area}/accounts");
    let page = async {
        let found = match asked.chars().count() {
            1..=64 => desk.get(&visitor, &format!("{of}?credit_code={}", segment(&asked))).await?,
            _ => Matches { items: Vec::new() },
        };
        let frame = visitor.frame(visitor.say("单位", "Accounts"), Some(&area));
        Ok(AccountsPage { frame, area: &area, asked: asked.clone(), matches: found.items })
    };
    if !asked.is_empty() {
        let rates = format!("{of}/{}/rates?from=2020-01&to=2020-01", segment(&asked));
        if desk.get::<serde_json::Value>(&visitor, &rates).await.is_ok() {
            return redirect(&format!("/console/areas/{area}/accounts/{}", segment(&asked)));
        }
    }
    visitor.shows(page).await
}
