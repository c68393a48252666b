//! One account: its rates over the cycles, and the years behind them, as one picture and in tables.

mod years;

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use super::decision::Grade;
use super::desk::{Desk, List};
use super::frame::{Frame, segment};
use super::objections::Objection;
use super::picture::account as picture;
use super::refused::Refused;
use super::visitor::Visitor;
use crate::api::Service;
use crate::auth::Role::{Actuary, Approver, Auditor, Officer};
use crate::clock::legal_day;

pub(super) use years::Year;

/// Years before this one that are asked for, and after it.
const BEFORE: i32 = 12;
const AFTER: i32 = 1;

/// Rows of the book under the names of their tables, cells under the names of their columns.
pub(super) type Tables = BTreeMap<String, Vec<BTreeMap<String, String>>>;

/// Dated rates.
#[derive(Deserialize)]
struct Rates {
    segments: Vec<Segment>,
}

/// A rate, or why there is none.
#[derive(Clone, Deserialize)]
pub(super) struct Segment {
    pub(super) from: String,
    pub(super) to: Option<String>,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) class: Option<u8>,
    pub(super) grade: Option<Grade>,
    pub(super) cut_percent: Option<String>,
    pub(super) rate_percent: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) decision: Option<Decided>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Decided {
    pub(super) run: String,
    pub(super) trial: bool,
}

#[derive(Deserialize)]
struct AsOf {
    known: Known,
}

#[derive(Deserialize)]
struct Known {
    knowledge: i64,
    tables: Tables,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'p> {
    frame: Frame<'p>,
    area: &'p str,
    number: &'p str,
    segments: Vec<Segment>,
    known: Option<Known>,
    years: Vec<Year>,
    picture: String,
    objections: Vec<Objection>,
}

impl AccountPage<'_> {
    /// Rows of a table.
    fn rows(&self, table: &str) -> &[BTreeMap<String, String>] {
        self.known.as_ref().and_then(|it| it.tables.get(table)).map_or(&[], Vec::as_slice)
    }

    /// A cell of the row that holds now: the last one.
    fn latest(&self, table: &str, column: &str) -> String {
        let row = self.rows(table).iter().max_by_key(|row| row.get("from"));
        row.and_then(|row| row.get(column)).cloned().unwrap_or_default()
    }

    /// The rates that were given, not the days without any.
    fn rated(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(|it| it.state == "rated" || it.reason.as_deref().is_some_and(|why| why != "no-run"))
    }
}

/// A cell of a row; nothing where it has none.
fn cell<'r>(row: &'r BTreeMap<String, String>, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

/// One account.
pub(super) async fn get(
    desk: Data<Desk>,
    service: Data<Service>,
    visitor: Visitor,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (area, number) = path.into_inner();
    let today = legal_day(&service.now()).map(|day| day.to_string()).unwrap_or_default();
    visitor.shows(page(&desk, &visitor, (&area, &number), &today)).await
}

async fn page<'p>(
    desk: &Desk,
    visitor: &'p Visitor,
    (area, number): (&'p str, &'p str),
    today: &str,
) -> Result<AccountPage<'p>, Refused> {
    let of = format!("/v1/areas/{area}/accounts/{}", segment(number));
    let year: i32 = today.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
    let asked = format!("{of}/rates?from={}-01&to={}-12", year - BEFORE, year + AFTER);
    let Rates { segments } = desk.get(visitor, &asked).await?;
    // What is known of an account is for those who work with facts.
    let known = if visitor.is(&[Officer, Approver, Auditor]) {
        let found: AsOf = desk.get(visitor, &format!("{of}/as-of?day={today}")).await?;
        Some(found.known)
    } else {
        None
    };
    let objections = if visitor.is(&[Officer, Approver, Auditor, Actuary]) {
        let path = format!("/v1/areas/{area}/objections?account={}", segment(number));
        desk.get::<List<Objection>>(visitor, &path).await?.items
    } else {
        Vec::new()
    };
    let years = known.as_ref().map(|it| years::of(&it.tables)).unwrap_or_default();
    let drawn = picture(&years, &segments, visitor.lang);
    let frame = visitor.frame(number.to_owned(), Some(area));
    Ok(AccountPage { frame, area, number, segments, known, years, picture: drawn, objections })
}
