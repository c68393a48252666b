//! Reading notice, objection and remedies.

use super::super::reader::{At, Fields};
use super::basis::{Bases, label};
use crate::citation::BasisId;
use crate::error::Code;
use crate::rule_set::Cycle;
use crate::rule_set::notice::{
    DayKind, LastDay, Meanwhile, NoticeOrder, NoticeRules, Objection, Remedies, Remedy, Term, TermStart, ToldWhen,
    Until,
};

/// A closed list in the shape a reader asks for.
fn list<T: Copy>(words: &'static [&'static str], value: fn(&str) -> Option<T>) -> Vec<(&'static str, T)> {
    words.iter().filter_map(|word| value(word).map(|value| (*word, value))).collect()
}

/// A value that may be left out, and is `"?"` where the document has it and it was not seen.
fn seen<'t, T>(at: Option<&At<'t>>, read: impl FnOnce(&At<'t>) -> Option<T>) -> Option<T> {
    at.filter(|at| at.is_text() != Some("?")).and_then(read)
}

/// Reads `{ days, kind }` or `{ months }` out of a table that may hold more.
fn term(fields: &Fields<'_>) -> Option<Term> {
    let number = |at: At<'_>| at.integer(1..=366).and_then(|number| u16::try_from(number).ok());
    match (fields.get("days"), fields.get("months")) {
        (Some(days), None) => {
            let days = number(days);
            let kind = fields.need("kind").and_then(|at| at.word(&list(DayKind::WORDS, DayKind::from_word)));
            Some(Term::Days(days?, kind?))
        }
        (None, Some(months)) => Some(Term::Months(number(months)?)),
        (Some(_), Some(_)) | (None, None) => {
            // Of days only; to call it unknown would say the same mistake twice.
            let _ = fields.get("kind");
            fields.at().problem(Code::RuleSetResult, ["days, months"]);
            None
        }
    }
}

fn plain_term(at: &At<'_>) -> Option<Term> {
    let fields = at.fields()?;
    let term = term(&fields);
    fields.finish();
    term
}

fn told(at: &At<'_>) -> Option<(Term, ToldWhen)> {
    let fields = at.fields()?;
    let term = term(&fields);
    let when = fields.need("when").and_then(|at| at.word(&list(ToldWhen::WORDS, ToldWhen::from_word)));
    fields.finish();
    Some((term?, when?))
}

/// Reads `[notice]`.
pub(super) fn rules<'t>(
    fields: &Fields<'t>,
    basis: BasisId,
    bases: &Bases<'t>,
    cycles: &[Cycle],
) -> Option<NoticeRules> {
    let keys = ["order", "announced", "told", "transition", "objection"];
    let [order, announced_at, told_at, transition, objection_at] = keys.map(|key| fields.get(key));
    let order = seen(order.as_ref(), |at| at.word(&list(NoticeOrder::WORDS, NoticeOrder::from_word)));
    let announced = seen(announced_at.as_ref(), plain_term);
    let told = seen(told_at.as_ref(), told);
    let transition = seen(transition.as_ref(), plain_term);
    let margins = fields.need("margins").and_then(|at| at.boolean());
    let objection = seen(objection_at.as_ref(), |at| objection(at, basis, bases, cycles));
    // Who is only notified sees no announcement, neither its length nor its end.
    if order == Some(NoticeOrder::Notify) {
        if let Some(at) = announced_at {
            at.problem(Code::RuleSetContradiction, ["announced", "order = \"notify\""]);
        }
        let waits = objection.as_ref().and_then(|objection| objection.until.as_ref()).and_then(announcement);
        if let (Some(word), Some(at)) = (waits, objection_at) {
            at.problem(Code::RuleSetContradiction, [word, "order = \"notify\""]);
        }
    }
    Some(NoticeRules { order, announced, told, transition, margins: margins?, objection, basis })
}

/// The word by which a term waits for an announcement.
const fn announcement(until: &Until) -> Option<&'static str> {
    match until {
        Until::AnnouncementEnds => Some("until = \"announcement-ends\""),
        Until::Within { from: TermStart::Announcement, .. } => Some("from = \"announcement\""),
        Until::Within { from: TermStart::Notice, .. } | Until::Dates(_) => None,
    }
}

fn objection<'t>(at: &At<'t>, around: BasisId, bases: &Bases<'t>, cycles: &[Cycle]) -> Option<Objection> {
    let fields = at.fields()?;
    let basis = bases.of(&fields, Some(around));
    let [within_at, until_at, place, again, meanwhile] =
        ["within", "until", "where", "again", "meanwhile"].map(|key| fields.get(key));
    if within_at.is_some() == until_at.is_some() {
        at.problem(Code::RuleSetResult, ["within, until"]);
    }
    let within = seen(within_at.as_ref(), within);
    let until = seen(until_at.as_ref(), |at| until(at, cycles));
    let place = seen(place.as_ref(), label);
    let again = seen(again.as_ref(), plain_term);
    let meanwhile = seen(meanwhile.as_ref(), |at| at.word(&list(Meanwhile::WORDS, Meanwhile::from_word)));
    fields.finish();
    Some(Objection { until: within.or(until), place, again, meanwhile, basis })
}

fn within(at: &At<'_>) -> Option<Until> {
    let fields = at.fields()?;
    let term = term(&fields);
    let from = fields.need("from").and_then(|at| at.word(&list(TermStart::WORDS, TermStart::from_word)));
    let last_days = list(LastDay::WORDS, LastDay::from_word);
    let stated = fields.get("last_day");
    // Working days end on a working day by themselves; everything else has to say what its last day does.
    let last_day = match (term, &stated) {
        (Some(Term::Days(_, DayKind::Working)), None) => Some(LastDay::AsCounted),
        (Some(Term::Days(_, DayKind::Working)), Some(at)) => {
            at.problem(Code::RuleSetContradiction, ["last_day", "kind = \"working-days\""]);
            None
        }
        (Some(Term::Days(_, DayKind::Calendar) | Term::Months(_)) | None, Some(at)) => at.word(&last_days),
        (Some(Term::Days(_, DayKind::Calendar) | Term::Months(_)), None) => {
            at.problem(Code::FileMissingKey, ["last_day"]);
            None
        }
        (None, None) => None,
    };
    fields.finish();
    Some(Until::Within { term: term?, from: from?, last_day: last_day? })
}

/// Reads `"announcement-ends"`, or a table of days by cycle.
fn until(at: &At<'_>, cycles: &[Cycle]) -> Option<Until> {
    if at.is_text().is_some() {
        return at.word(&[("announcement-ends", Until::AnnouncementEnds)]);
    }
    let dates = at.entries().into_iter().filter_map(|(cycle, at)| {
        if !cycles.iter().any(|it| it.id == cycle) {
            at.problem(Code::RuleSetName, [cycle, "cycle"]);
        }
        Some((cycle.to_owned(), at.date()?))
    });
    Some(Until::Dates(dates.collect()))
}

/// Reads `[remedies]`.
pub(super) fn remedies<'t>(fields: &Fields<'t>, basis: BasisId, bases: &Bases<'t>) -> Remedies {
    let remedy = |at: &At<'t>| {
        let fields = at.fields()?;
        let basis = bases.of(&fields, Some(basis));
        let term = term(&fields);
        let since = fields.get("since").map(|at| at.date());
        fields.finish();
        Some(Remedy { term: term?, since: since.map_or(Some(None), |since| since.map(Some))?, basis })
    };
    let [review, lawsuit, meanwhile] = ["review", "lawsuit", "meanwhile"].map(|key| fields.get(key));
    let (review, lawsuit) = (seen(review.as_ref(), remedy), seen(lawsuit.as_ref(), remedy));
    let meanwhile = seen(meanwhile.as_ref(), |at| at.word(&list(Meanwhile::WORDS, Meanwhile::from_word)));
    Remedies { review, lawsuit, meanwhile, basis }
}
