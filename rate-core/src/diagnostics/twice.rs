//! What stands twice in a book, though every row by itself is right.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{At, Found, Kind, row};
use crate::history::{ClaimStatus, History, PremiumKind};
use crate::input::book::TableKind;
use crate::log::Digest;
use crate::notice::yuan;

use super::place::Row;

/// What was seen before, each with the number of the account it was first seen at.
///
/// A thing is kept as its hash, so that a book of any size fits: two things of one hash are one thing.
#[derive(Debug, Default)]
pub(super) struct Twice {
    credit_codes: Seen,
    claims: Seen,
    injuries: Seen,
}

type Seen = HashMap<[u8; 16], Arc<str>>;

impl Twice {
    pub(super) fn account(&mut self, found: &mut Found, history: &History) {
        let key = Some(history.key());
        let number: Arc<str> = history.key().number.as_str().into();
        let code = history.credit_code();
        if let Some(other) = (!code.is_empty()).then(|| first(&mut self.credit_codes, [code], &number)).flatten() {
            let values = vec![code.to_owned(), other.to_string()];
            found.add(Kind::CreditCodeTwice, key, row(TableKind::Accounts, []), values);
        }
        // One row that names other units stands in the history of each of them; only two rows are one too many.
        let own = history.claims().iter().filter(|claim| claim.stands_under(&history.key().number));
        for claim in own.filter(|claim| claim.status != ClaimStatus::Revoked) {
            let at = || row(TableKind::Claims, [("claim", claim.id.clone())]);
            let accident = claim.accident.to_string();
            // Numbers are unique within an account only; with the same person it is the same claim.
            if let Some(other) = first(&mut self.claims, [&claim.id, &claim.person], &number) {
                let values = vec![claim.id.clone(), claim.person.clone(), other.to_string()];
                found.add(Kind::ClaimTwice, key, at(), values);
            } else if let Some(other) = first(&mut self.injuries, [&claim.person, &accident], &number) {
                let values = vec![claim.person.clone(), accident, other.to_string()];
                found.add(Kind::InjuryTwice, key, at(), values);
            }
        }
        premiums(found, history);
    }
}

/// Another account that the same thing was first seen at.
fn first<const N: usize>(seen: &mut Seen, thing: [&str; N], number: &Arc<str>) -> Option<Arc<str>> {
    // The lengths keep ("ab", "c") and ("a", "bc") apart.
    let mut text = String::new();
    for part in thing {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}:{part}", part.len());
    }
    let (half, _) = Digest::of(text.as_bytes()).0.as_chunks::<16>().0.split_first().map(|(one, rest)| (*one, rest))?;
    let first = seen.entry(half).or_insert_with(|| Arc::clone(number));
    (first != number).then(|| Arc::clone(first))
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
