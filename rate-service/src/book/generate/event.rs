//! Arrears, misconduct, certificates and awards.

use rate_core::history::{Claim, Event, EventKind};
use rate_core::{DateSpan, Month, NaiveDate};

use super::draw::Draw;
use super::employer::Employer;
use super::injury::days_after;
use super::premium::Premiums;
use super::{Purpose, World};

/// What happens to so many of a million accounts over all years, who finds it, and for how many days it lasts.
const RARE: &[(u64, EventKind, &str, i64)] = &[
    (500, EventKind::FalseDocument, "虚构社会保险经办机构", 0),
    (200, EventKind::Fraud, "虚构社会保险经办机构", 0),
    (1000, EventKind::HiddenPayroll, "虚构税务局", 364),
    (500, EventKind::JointPunishment, "虚构应急管理局", 364),
    (500, EventKind::ProductionAccident, "虚构应急管理局", 0),
    (2000, EventKind::Award, "虚构总工会", 0),
];

/// The events of an account within the years of the book.
pub(super) fn events(world: &World<'_>, employer: &Employer, premiums: &Premiums, claims: &[Claim]) -> Vec<Event> {
    let mut draw = world.draw(Purpose::Events, employer.index);
    let mut events = Vec::new();
    for (months, paid) in &premiums.arrears {
        let from = days_after(months.to().last_day(), 1);
        events.extend(event(EventKind::Arrears, from, *paid, "虚构税务局"));
    }
    for (months, received) in &premiums.late {
        let from = days_after(months.to().last_day(), 1);
        events.extend(event(EventKind::LatePayment, from, Some(*received), "虚构税务局"));
    }
    for (per_million, kind, body, lasts) in RARE {
        if draw.chance(*per_million) {
            let from = any_day(world, employer, &mut draw);
            events.extend(event(*kind, from, Some(days_after(from, *lasts)), body));
        }
    }
    for death in claims.iter().filter_map(|claim| claim.death) {
        if draw.chance(300_000) {
            events.extend(event(EventKind::ProductionAccident, death, Some(death), "虚构应急管理局"));
        }
    }
    events.extend(certificate(world, employer, &mut draw));
    // Found within the years of the book, or not known to it.
    events.retain(|event| event.found.is_none_or(|found| found <= world.last.last_day()));
    for (number, event) in (1..).zip(&mut events) {
        event.id = format!("E{number:03}");
    }
    events
}

fn event(kind: EventKind, from: NaiveDate, to: Option<NaiveDate>, body: &str) -> Option<Event> {
    let found = Some(days_after(to.unwrap_or(from), 20));
    let (days, body, document) = (DateSpan::new(from, to)?, body.to_owned(), String::new());
    Some(Event { id: String::new(), kind, level: 0, days, found, body, document })
}

/// A certificate of safety standardisation for three years, mostly of the third level; dangerous trades have more.
fn certificate(world: &World<'_>, employer: &Employer, draw: &mut Draw) -> Option<Event> {
    let dangerous = employer.classes.first().is_some_and(|(_, class, _)| class.number() >= 4);
    if !draw.chance(if dangerous { 60_000 } else { 12_000 }) {
        return None;
    }
    let from = any_day(world, employer, draw);
    let level = draw.pick(&[(50, 1), (250, 2), (700, 3)])?;
    let event = event(EventKind::SafetyCertificate, from, Some(days_after(from, 3 * 365)), "虚构应急管理局")?;
    Some(Event { level, found: Some(from), document: format!("虚安标字{level}级"), ..event })
}

/// A day between the first insured one and the last year of the book.
fn any_day(world: &World<'_>, employer: &Employer, draw: &mut Draw) -> NaiveDate {
    let first = employer.insured.first().map_or(world.first, |spell| spell.from.max(world.first));
    let months = i64::from(world.last.since(first)).max(0);
    let month: Month = first.plus(i32::try_from(draw.between(0, months)).unwrap_or_default());
    days_after(month.first_day(), draw.between(0, 27))
}
