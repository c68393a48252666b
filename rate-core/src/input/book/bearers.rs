//! Claims put into the histories of the other accounts that may have to bear them.

use std::collections::BTreeMap;

use super::assemble::Drafts;
use crate::error::{Code, Place, Problem};
use crate::history::Claim;

/// A claim under way to another account.
pub(super) struct Passed<'t> {
    /// Number of the other account.
    pub(super) to: &'t str,
    /// The cell that names it.
    pub(super) place: Place,
    /// The claim with its payments; none where its row has problems.
    pub(super) claim: Option<Claim>,
}

/// Gives every account the claims of others that name it.
///
/// An account that is not in the book is a problem of the one the claim stands under. Where that one is refused, for
/// whatever reason, its claims are not known, and whoever may have to bear them is refused too.
pub(super) fn pass_on(drafts: &mut Drafts<'_>) {
    let mut under_way = Vec::new();
    for from in 0..drafts.accounts.len() {
        for passed in std::mem::take(&mut drafts.accounts[from].passed) {
            let draft = &mut drafts.accounts[from];
            match drafts.by_key.get(&(draft.key.0, passed.to)) {
                Some(to) if *to == from => {}
                Some(to) => under_way.push((from, *to, passed)),
                None => {
                    draft.problems.push(Problem::new(Code::RowsUnknownAccount, passed.place, [passed.to]));
                    draft.history = None;
                }
            }
        }
    }
    let mut gifts: BTreeMap<usize, Vec<(Place, Claim)>> = BTreeMap::new();
    // Refused by its own rows: one that is refused only for what others pass to it knows its own claims.
    let refused: Vec<bool> = under_way.iter().map(|(from, ..)| drafts.accounts[*from].history.is_none()).collect();
    for ((from, to, passed), refused) in under_way.into_iter().zip(refused) {
        let number = drafts.accounts[from].key.1;
        match passed.claim.filter(|_| !refused) {
            Some(claim) => {
                let given = gifts.entry(to).or_default();
                // Named in two cells it is still one claim.
                if given.last().is_none_or(|(_, last)| (last.insured(), &last.id) != (number, &claim.id)) {
                    given.push((passed.place, claim));
                }
            }
            None => drafts.accounts[to].refuse(Problem::new(Code::RowsClaimAccount, passed.place, [number])),
        }
    }
    for (to, given) in gifts {
        let draft = &mut drafts.accounts[to];
        let place = given.last().map(|(place, _)| place.clone()).unwrap_or_default();
        let claims = given.into_iter().map(|(_, claim)| claim).collect();
        if let Some(history) = draft.history.take() {
            match history.with_claims(claims) {
                Ok(history) => draft.history = Some(history),
                Err(values) => draft.refuse(Problem::new(Code::RowsNumber, place, values)),
            }
        }
    }
    drafts.accounts.iter_mut().for_each(|draft| super::in_order(&mut draft.problems));
}
