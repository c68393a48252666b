//! What the facts of one account show to be wrong with no rule set at hand.
//!
//! Facts come sorted; every problem stands at the later of two rows that disagree.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::{ClaimRow, HistoryBuilder, Row};
use crate::amount::{MAX_ACCOUNT_FEN, MAX_ROW_FEN, Money};
use crate::calendar::{Month, NaiveDate};
use crate::error::{Code, Place, Problem};
use crate::history::{
    ChargedRate, Classification, Coverage, Dispatched, Event, InjuryArticle, OpenMonths, Order, OrderKind, Payer,
    Premium, PremiumKind, Project,
};
use crate::industry::{Industry, RiskClass};

/// The most heads of one row.
const MAX_HEADS: i64 = 10_000_000;

pub(super) fn all(facts: &HistoryBuilder, problems: &mut Vec<Problem>) {
    let mut found = Found(problems);
    coverage(&facts.coverage, &mut found);
    classes(&facts.classifications, &mut found);
    premiums(&facts.premiums, &mut found);
    claims(&facts.claims, &facts.account.key.number, &mut found);
    events(&facts.events, &mut found);
    rates(&facts.rates, &mut found);
    dispatched(&facts.dispatched, &mut found);
    orders(&facts.orders, &mut found);
    projects(&facts.projects, &mut found);
    claims_of_projects(&facts.claims, &facts.projects, &facts.account.key.number, &mut found);
}

struct Found<'p>(&'p mut Vec<Problem>);

impl Found<'_> {
    fn at<V: Display>(&mut self, row: u32, field: &str, code: Code, values: impl IntoIterator<Item = V>) {
        let place = Place { line: row, ..Place::field(field) };
        self.0.push(Problem::new(code, place, values));
    }

    fn number(&mut self, row: u32, field: &str, number: i64, accepted: &str) {
        self.at(row, field, Code::RowsNumber, [number.to_string().as_str(), accepted]);
    }
}

fn coverage(rows: &[Row<Coverage>], found: &mut Found<'_>) {
    // The spell that reaches furthest among those before.
    let mut before: Option<OpenMonths> = None;
    for Row { row, fact: Coverage { months, .. } } in rows {
        if let Some(to) = months.to.filter(|to| *to < months.from) {
            found.at(*row, "coverage.to", Code::RowsSpan, [months.from, to]);
            continue;
        }
        if before.is_some_and(|spell| spell.to.is_none_or(|to| to >= months.from)) {
            found.at(*row, "coverage.from", Code::HistoryCoverage, [months.from]);
        }
        let reaches_further = |spell: OpenMonths| spell.to.is_some_and(|to| months.to.is_none_or(|end| end > to));
        if before.is_none_or(reaches_further) {
            before = Some(*months);
        }
    }
}

fn classes(rows: &[Row<Classification>], found: &mut Found<'_>) {
    let mut before: Option<(NaiveDate, Option<RiskClass>)> = None;
    for Row { row, fact: Classification { days, class, .. } } in rows {
        if let Some((_, earlier)) = before.filter(|(last, _)| *last >= days.from()) {
            let name = |class: Option<RiskClass>| class.map_or_else(|| "?".to_owned(), |class| class.to_string());
            let values = [name(earlier), name(*class), days.from().to_string()];
            found.at(*row, "classifications.from", Code::HistoryClassOverlap, values);
        }
        before = before.max(Some((days.last(), *class)));
    }
}

/// Sums over an account stay so small that no measure of them can overflow.
fn total(row: u32, field: &str, amounts: impl Iterator<Item = Money>, found: &mut Found<'_>) {
    if let Some(values) = too_much(amounts) {
        found.at(row, field, Code::RowsNumber, values);
    }
}

/// The values of the problem where amounts of one kind sum to more than an account may have.
pub(super) fn too_much(amounts: impl Iterator<Item = Money>) -> Option<[String; 2]> {
    // One that is too large by itself is said where it stands.
    let within = amounts.filter(|amount| !out_of_range(*amount));
    let sum: i128 = within.map(|amount| i128::from(amount.fen()).abs()).sum();
    (sum > MAX_ACCOUNT_FEN)
        .then(|| [sum.to_string(), format!("at most {MAX_ACCOUNT_FEN} fen in all rows of an account")])
}

fn premiums(rows: &[Row<Premium>], found: &mut Found<'_>) {
    if let Some(last) = rows.last() {
        total(last.row, "premiums.payroll_fen", rows.iter().map(|row| row.fact.payroll), found);
        total(last.row, "premiums.paid_fen", rows.iter().flat_map(|row| [row.fact.paid, row.fact.relieved]), found);
    }
    let mut regular_to: Option<Month> = None;
    for Row { row, fact: premium } in rows {
        premium_numbers(*row, premium, found);
        if premium.kind != PremiumKind::Regular {
            continue;
        }
        if regular_to.is_some_and(|to| to >= premium.months.from()) {
            found.at(*row, "premiums.from", Code::HistoryPremiumOverlap, [premium.months]);
        }
        regular_to = regular_to.max(Some(premium.months.to()));
    }
}

fn premium_numbers(row: u32, premium: &Premium, found: &mut Found<'_>) {
    let most = |kind: PremiumKind, limit: i64| if kind == PremiumKind::Regular { limit } else { 0 };
    let (payroll, heads) = (premium.payroll.fen(), premium.heads);
    if !(0..=most(premium.kind, MAX_ROW_FEN)).contains(&payroll) {
        found.number(row, "premiums.payroll_fen", payroll, "regular: 0 … 10^15; arrears, refund, settlement: 0");
    }
    if !(0..=most(premium.kind, MAX_HEADS)).contains(&heads) {
        found.number(row, "premiums.heads", heads, "regular: 0 … 10^7; arrears, refund, settlement: 0");
    }
    let (range, accepted) = match premium.kind {
        PremiumKind::Regular | PremiumKind::Arrears => (0..=MAX_ROW_FEN, "0 … 10^15"),
        PremiumKind::Refund => (-MAX_ROW_FEN..=0, "-10^15 … 0"),
        PremiumKind::Settlement => (-MAX_ROW_FEN..=MAX_ROW_FEN, "-10^15 … 10^15"),
    };
    let amounts = [
        ("premiums.due_fen", premium.due),
        ("premiums.paid_fen", premium.paid),
        ("premiums.relieved_fen", premium.relieved),
    ];
    for (field, amount) in amounts.into_iter().filter(|(_, amount)| !range.contains(&amount.fen())) {
        found.number(row, field, amount.fen(), accepted);
    }
}

fn claims(rows: &[ClaimRow], own: &str, found: &mut Found<'_>) {
    // A claim of another account may have the same number.
    let ids = rows.iter().map(|row| {
        let insured = row.claim.insured();
        ((row.claim.id.as_str(), if insured == own { "" } else { insured }), row.row)
    });
    duplicates(ids, |(id, _)| id, "claims.claim", found);
    let last = rows.iter().flat_map(|row| &row.payments).map(|payment| payment.row).max();
    if let Some(last) = last {
        let amounts = rows.iter().flat_map(|row| &row.payments).map(|payment| payment.fact.amount);
        total(last, "payments.amount_fen", amounts, found);
    }
    for ClaimRow { row, claim, payments } in rows {
        let mut not_before_accident = |row: u32, field: &str, date: NaiveDate| {
            if date < claim.accident {
                let name = field.rsplit('.').next().unwrap_or(field);
                let values = [name, &date.to_string(), "accident", &claim.accident.to_string()];
                found.at(row, field, Code::HistoryOrder, values);
            }
        };
        not_before_accident(*row, "claims.recognised", claim.recognised);
        claim.death.iter().for_each(|death| not_before_accident(*row, "claims.death", *death));
        // A former serviceman's wound was assessed in his service, before it broke open again.
        if let Some((_, assessed)) = claim.disability.filter(|_| claim.article != InjuryArticle::Veteran) {
            not_before_accident(*row, "claims.assessed_on", assessed);
        }
        // Employers and third parties pay for treatment before an occupational disease is diagnosed; the fund cannot.
        for payment in payments.iter().filter(|payment| payment.fact.payer == Payer::Fund) {
            not_before_accident(payment.row, "payments.paid_on", payment.fact.paid_on);
        }
        for payment in payments.iter().filter(|payment| out_of_range(payment.fact.amount)) {
            found.number(payment.row, "payments.amount_fen", payment.fact.amount.fen(), "-10^15 … 10^15");
        }
        if let Some((level, _)) = claim.disability.filter(|(level, _)| !(1..=10).contains(level)) {
            found.number(*row, "claims.disability_level", i64::from(level), "1 … 10");
        }
    }
}

fn events(rows: &[Row<Event>], found: &mut Found<'_>) {
    duplicates(rows.iter().map(|row| (row.fact.id.as_str(), row.row)), |id| id, "events.event", found);
}

fn rates(rows: &[Row<ChargedRate>], found: &mut Found<'_>) {
    let mut before: Option<NaiveDate> = None;
    for Row { row, fact: ChargedRate { days, .. } } in rows {
        if before.is_some_and(|last| last >= days.from()) {
            found.at(*row, "rates.from", Code::HistoryRateOverlap, [days.from()]);
        }
        // A rate without an end stands until the next one begins.
        before = before.max(Some(days.to().unwrap_or(days.from())));
    }
}

/// Workers of one kind with one using unit stand in one row a day: two would count them twice.
fn dispatched(rows: &[Row<Dispatched>], found: &mut Found<'_>) {
    let mut last: BTreeMap<(&str, Option<Industry>, Option<RiskClass>), NaiveDate> = BTreeMap::new();
    for Row { row, fact: Dispatched { days, using_unit, industry, class, heads } } in rows {
        let before = last.insert((using_unit, *industry, *class), days.last());
        if let Some(before) = before.filter(|before| *before >= days.from()) {
            found.at(*row, "dispatch.from", Code::HistoryDispatchOverlap, [using_unit, &days.from().to_string()]);
            last.insert((using_unit, *industry, *class), before.max(days.last()));
        }
        if !(0..=MAX_HEADS).contains(heads) {
            found.number(*row, "dispatch.heads", *heads, "0 … 10^7");
        }
    }
}

/// Two orders about one thing on one day leave nobody knowing which to follow.
fn orders(rows: &[Row<Order>], found: &mut Found<'_>) {
    duplicates(rows.iter().map(|row| (row.fact.id.as_str(), row.row)), |id| id, "orders.order", found);
    let mut last: BTreeMap<OrderKind, NaiveDate> = BTreeMap::new();
    for Row { row, fact: Order { days, what, .. } } in rows {
        let kind = what.kind();
        let before = last.get(&kind).copied();
        if before.is_some_and(|before| before >= days.from()) {
            found.at(*row, "orders.from", Code::HistoryOrderOverlap, [kind.as_str(), &days.from().to_string()]);
        }
        last.insert(kind, before.map_or(days.last(), |before| before.max(days.last())));
    }
}

fn projects(rows: &[Row<Project>], found: &mut Found<'_>) {
    duplicates(rows.iter().map(|row| (row.fact.id.as_str(), row.row)), |id| id, "projects.project", found);
    if let Some(last) = rows.last() {
        let paid = rows.iter().filter_map(|row| row.fact.paid.map(|(paid, _)| paid));
        total(last.row, "projects.paid_fen", paid, found);
    }
    for Row { row, fact: project } in rows {
        for column in project.lacks() {
            found.at(*row, &format!("projects.{column}"), Code::RowsEmpty, [column]);
        }
        let amounts = [
            ("projects.cost_fen", project.cost),
            ("projects.labour_cost_fen", project.labour_cost),
            ("projects.turnover_fen", project.turnover),
            ("projects.paid_fen", project.paid.map(|(paid, _)| paid)),
        ];
        for (field, amount) in amounts.into_iter().filter_map(|(field, amount)| Some((field, amount?))) {
            if !(0..=MAX_ROW_FEN).contains(&amount.fen()) {
                found.number(*row, field, amount.fen(), "0 … 10^15");
            }
        }
        if let Some((labour, cost)) = project.labour_cost.zip(project.cost).filter(|(labour, cost)| labour > cost) {
            found.number(*row, "projects.labour_cost_fen", labour.fen(), &format!("at most cost_fen, {}", cost.fen()));
        }
    }
}

/// A claim of a project names one of the account it stands under; that account has looked at the claims it passes on.
fn claims_of_projects(claims: &[ClaimRow], projects: &[Row<Project>], own: &str, found: &mut Found<'_>) {
    for ClaimRow { row, claim, .. } in claims.iter().filter(|row| ["", own].contains(&row.claim.insured())) {
        let Some(project) = claim.project.as_deref() else { continue };
        if !projects.iter().any(|row| row.fact.id == project) {
            found.at(*row, "claims.project", Code::RowsUnknownProject, [project]);
        }
    }
}

fn duplicates<'r, K: Ord + Copy>(
    ids: impl Iterator<Item = (K, u32)>,
    name: impl Fn(K) -> &'r str,
    field: &str,
    found: &mut Found<'_>,
) {
    let mut ids: Vec<(K, u32)> = ids.collect();
    ids.sort_unstable();
    for pair in ids.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        found.at(pair[1].1, field, Code::RowsDuplicate, [name(pair[1].0)]);
    }
}

fn out_of_range(amount: Money) -> bool {
    !(-MAX_ROW_FEN..=MAX_ROW_FEN).contains(&amount.fen())
}
