//! The keys of a log, from the one it began with to the one that signs: each hand-over with what proves it.

use rate_core::log::{Checkpoint, Digest, SignedNote, VerifyingKey, check_inclusion};
use rate_core::record::{Entry, Event};

use crate::logbook::View;

/// A log handed over to another key: an entry names it, and the checkpoint right behind that entry is signed by both.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// The entry.
    pub entry: Vec<u8>,
    /// The checkpoint whose last entry it is.
    pub note: SignedNote,
    /// From the entry to that checkpoint.
    pub path: Vec<Digest>,
}

impl HandOver {
    /// The key that follows another one, and the number of entries by then; `None` where nothing proves it.
    pub(super) fn follows(&self, before: &VerifyingKey) -> Option<(VerifyingKey, u64)> {
        let Event::Key { key } = Entry::read(&self.entry).ok()?.event else { return None };
        let next = VerifyingKey::parse(&key).ok()?;
        let text = self.note.verify(std::slice::from_ref(before)).ok()?;
        self.note.verify(std::slice::from_ref(&next)).ok()?;
        // Both, each once, and nobody else.
        if self.note.signatures().len() != 2 || next == *before {
            return None;
        }
        let checkpoint = Checkpoint::parse(text).ok().filter(|it| it.origin == before.name())?;
        let index = checkpoint.size.checked_sub(1)?;
        check_inclusion(Digest::leaf(&self.entry), index, checkpoint.size, &self.path, checkpoint.root).ok()?;
        Some((next, checkpoint.size))
    }
}

/// The hand-overs of a log up to a number of entries, and the keys they lead through.
///
/// An entry that names a key without a checkpoint of both behind it hands nothing over.
pub(super) fn of(view: &View, size: u64) -> (Vec<HandOver>, Vec<VerifyingKey>) {
    let (tree, mut found) = (view.tree(), Vec::new());
    let mut keys: Vec<VerifyingKey> = view.keys.first().cloned().into_iter().collect();
    for (index, event) in view.events() {
        let behind = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1);
        if !matches!(event, Event::Key { .. }) || behind > size {
            continue;
        }
        let note = view.checkpoints.iter().find(|(size, _)| *size == behind).map(|(_, note)| note.clone());
        let (Some(note), Some(path)) = (note, tree.inclusion(behind - 1, behind)) else { continue };
        let hand_over = HandOver { entry: view.entries[index].clone(), note, path };
        if let Some((next, _)) = keys.last().and_then(|before| hand_over.follows(before)) {
            keys.push(next);
            found.push(hand_over);
        }
    }
    (found, keys)
}

/// Where a hand-over stands in evidence, counted from one.
pub(super) fn directory(number: usize) -> String {
    format!("proofs/keys/{number:03}")
}
