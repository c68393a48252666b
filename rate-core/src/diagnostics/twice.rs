//! What stands twice in a book, though every row by itself is right.

use std::collections::HashMap;

use super::{At, Found, Kind, row};
use crate::calendar::NaiveDate;
use crate::history::{ClaimStatus, History, PremiumKind};
use crate::input::book::TableKind;
use crate::notice::yuan;

use super::place::Row;

/// What was seen before, each with the account it was first seen at.
#[derive(Debug, Default)]
pub(super) struct Twice<'h> {
    credit_codes: HashMap<&'h str, &'h History>,
    claims: HashMap<(&'h str, &'h str), &'h History>,
    injuries: HashMap<(&'h str, NaiveDate), &'h History>,
}

impl<'h> Twice<'h> {
    pub(super) fn account(&mut self, found: &mut Found, history: &'h History) {
        let key = Some(history.key());
        let code = history.credit_code();
        if let Some(other) = (!code.is_empty()).then(|| first(&mut self.credit_codes, code, history)).flatten() {
            let values = vec![code.to_owned(), other.key().number.clone()];
            found.add(Kind::CreditCodeTwice, key, row(TableKind::Accounts, []), values);
        }
        // One row that names other units stands in the history of each of them; only two rows are one too many.
        let own = history.claims().iter().filter(|claim| claim.stands_under(&history.key().number));
        for claim in own.filter(|claim| claim.status != ClaimStatus::Revoked) {
            let at = || row(TableKind::Claims, [("claim", claim.id.clone())]);
            // Numbers are unique within an account only; with the same person it is the same claim.
            if let Some(other) = first(&mut self.claims, (claim.id.as_str(), claim.person.as_str()), history) {
                let values = vec![claim.id.clone(), claim.person.clone(), other.key().number.clone()];
                found.add(Kind::ClaimTwice, key, at(), values);
            } else if let Some(other) = first(&mut self.injuries, (claim.person.as_str(), claim.accident), history) {
                let values = vec![claim.person.clone(), claim.accident.to_string(), other.key().number.clone()];
                found.add(Kind::InjuryTwice, key, at(), values);
            }
        }
        premiums(found, history);
    }
}

/// Another account that the same thing was first seen at.
fn first<'h, K: std::hash::Hash + Eq>(
    seen: &mut HashMap<K, &'h History>,
    thing: K,
    history: &'h History,
) -> Option<&'h History> {
    let first = *seen.entry(thing).or_insert(history);
    (first.key() != history.key()).then_some(first)
}

/// Rows of arrears, refunds and settlements that say the same; regular ones may not even overlap. Rows are sorted by
/// their first month.
fn premiums(found: &mut Found, history: &History) {
    let rows = history.premiums();
    for (place, premium) in rows.iter().enumerate().filter(|(_, row)| row.kind != PremiumKind::Regular) {
        let before = rows[..place].iter().rev().take_while(|row| row.months.from() == premium.months.from());
        if before.into_iter().any(|row| row == premium) {
            let values =
                vec![premium.kind.as_str().to_owned(), premium.months.to_string(), yuan(premium.paid.fen().into())];
            let cells = [
                ("from", premium.months.from().to_string()),
                ("to", premium.months.to().to_string()),
                ("kind", premium.kind.as_str().to_owned()),
                ("paid_fen", premium.paid.fen().to_string()),
            ];
            let at = At::Row(Row { table: TableKind::Premiums, cells: cells.into_iter().collect(), last: true });
            found.add(Kind::PremiumTwice, Some(history.key()), at, values);
        }
    }
}
