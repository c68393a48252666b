//! Runs whose records are not those of their entry: which of them were changed, doubled or taken away.

use std::collections::BTreeSet;

use rate_core::decide::decide;
use rate_core::input::book::facts_digest;
use rate_core::log::{Digest, Tree};
use rate_core::record::{Body, seal};
use rate_core::replay::{DifferenceCause, Verdict, premium_fen, rates_text, replay};
use rate_core::{AccountKey, Law};

use super::Material;
use super::outcome::{Damage, Outcome};
use crate::logbook::PublishedRun;

/// Whether hashes are those that the entry of a run was made over.
pub(super) fn hold(published: &PublishedRun, leaves: impl IntoIterator<Item = Digest>) -> bool {
    let tree: Tree = leaves.into_iter().collect();
    tree.len() == published.run.size && tree.root() == published.run.root
}

/// A run whose records are not those of its entry.
pub(super) struct Damaged<'d> {
    published: &'d PublishedRun,
    kept: &'d Material,
    /// The law of the run under its semantics; `None` where this build does not know them.
    law: Option<Law>,
    /// The hashes of its records, where those that are stored are those of its entry.
    logged: Option<BTreeSet<Digest>>,
    /// Accounts of records that were read.
    seen: BTreeSet<AccountKey>,
    /// Accounts of records that are what was logged, or at least what deciding again gives.
    sound: BTreeSet<AccountKey>,
    named: bool,
}

impl<'d> Damaged<'d> {
    pub(super) fn of(published: &'d PublishedRun, kept: &'d Material, law: &Law) -> Self {
        let stored = hold(published, published.leaves.iter().copied());
        let logged = stored.then(|| published.leaves.iter().copied().collect());
        let law = rate_core::rule_set::Semantics::from_number(published.run.semantics).map(|it| law.under(it));
        Self { published, kept, law, logged, seen: BTreeSet::new(), sound: BTreeSet::new(), named: false }
    }

    /// What became of a record; `None` where it is still the one that was logged.
    pub(super) fn outcome(&mut self, body: &[u8]) -> Option<Outcome> {
        let Ok(read) = Body::read(body) else { return Some(self.name(Damage::Changed(None))) };
        self.seen.insert(read.account.clone());
        // The records of a run are in the order of accounts, one each.
        if self.sound.last().is_some_and(|last| *last >= read.account) {
            return Some(self.name(Damage::Misplaced));
        }
        if self.logged.as_ref().is_some_and(|logged| logged.contains(&Digest::leaf(body))) {
            self.sound.insert(read.account);
            return None;
        }
        let history = self.kept.facts.get(&read.account);
        let again = match (&self.law, history) {
            (Some(law), Some(history)) => replay(body, law, history).ok(),
            _ => None,
        };
        match again {
            // Nobody can tell such a record from the one that was logged.
            Some(Verdict::Identical) if self.logged.is_none() => {
                self.sound.insert(read.account);
                Some(Outcome::Identical)
            }
            Some(Verdict::Differs(mut difference)) => {
                difference.causes = vec![DifferenceCause::Record];
                Some(self.name(Damage::Changed(Some(Box::new(difference)))))
            }
            Some(Verdict::Identical | Verdict::Refused(_)) | None => Some(self.name(Damage::Changed(None))),
        }
    }

    fn name(&mut self, damage: Damage) -> Outcome {
        self.named = true;
        Outcome::Record(damage)
    }

    /// The records that are missing, of accounts that can be named first; then, where nothing else was named, the run.
    pub(super) fn missing(self) -> Vec<(Option<AccountKey>, Outcome)> {
        let run = &self.published.run;
        let mut found = Vec::new();
        for (key, history) in self.kept.facts.iter().filter(|(key, _)| key.area == run.area) {
            let Some(law) = self.law.as_ref().filter(|_| !self.seen.contains(key)) else { continue };
            let Ok(decision) = decide(law, history) else { continue };
            let body = seal(&decision, facts_digest(history));
            if self.logged.as_ref().is_some_and(|logged| !logged.contains(&Digest::leaf(&body))) {
                continue;
            }
            let now = Body::read(&body).map_or_else(|_| String::new(), |body| rates_text(&body));
            let damage = Damage::Missing { now, now_fen: premium_fen(&decision, history) };
            found.push((Some(key.clone()), Outcome::Record(damage)));
        }
        let lacking = usize::try_from(run.size).unwrap_or(usize::MAX).saturating_sub(self.seen.len());
        // Without the stored hashes only a full count tells that just these were decided.
        if self.logged.is_none() && found.len() != lacking {
            found.clear();
        }
        let there = self.published.bodies.len() + found.len();
        let unnamed = usize::try_from(run.size).unwrap_or(usize::MAX).saturating_sub(there);
        let nameless = || (None, Outcome::Record(Damage::Missing { now: String::new(), now_fen: None }));
        found.extend(std::iter::repeat_with(nameless).take(unnamed));
        if found.is_empty() && !self.named {
            found.push((None, Outcome::Record(Damage::Changed(None))));
        }
        found
    }
}
