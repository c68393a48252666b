//! Who may sign: the first key, then each that a checkpoint signed by both hands over to.

use rate_core::log::{Checkpoint, SignedNote, Tree, VerifyingKey};
use rate_core::record::Event;

/// The keys of a log, oldest first, each with the size of the checkpoint from which on it signs.
#[derive(Clone, Debug)]
pub(super) struct Signers {
    first: VerifyingKey,
    later: Vec<(u64, VerifyingKey)>,
}

impl Signers {
    /// Follows the hand-overs from the first key on; beside them, the entries that name a key that does not count.
    ///
    /// A `key` entry counts where the checkpoint directly behind it is signed by the key before and by the one it names:
    /// whoever can write entries names keys, only who holds the key before hands over.
    pub(super) fn follow(
        first: VerifyingKey,
        events: impl Iterator<Item = (usize, Event)>,
        checkpoints: &[(u64, SignedNote)],
        tree: &Tree,
    ) -> (Self, Vec<usize>) {
        let (mut signers, mut refused) = (Self { first, later: Vec::new() }, Vec::new());
        for (index, event) in events {
            let Event::Key { key } = event else { continue };
            let size = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1);
            if !signers.hand_over(size, &key, checkpoints, tree) {
                refused.push(index);
            }
        }
        (signers, refused)
    }

    fn hand_over(&mut self, size: u64, key: &str, checkpoints: &[(u64, SignedNote)], tree: &Tree) -> bool {
        let Ok(next) = VerifyingKey::parse(key) else { return false };
        let Some((_, note)) = checkpoints.iter().find(|(it, _)| *it == size) else { return false };
        // Who has handed over does not come back.
        if self.keys().any(|known| *known == next) {
            return false;
        }
        self.later.push((size, next));
        let holds = self.signed(size, note).is_some_and(|it| tree.root_of(size) == Some(it.root));
        if !holds {
            self.later.pop();
        }
        holds
    }

    /// Every key, oldest first.
    pub(super) fn keys(&self) -> impl Iterator<Item = &VerifyingKey> {
        std::iter::once(&self.first).chain(self.later.iter().map(|(_, key)| key))
    }

    /// The key that signs from here on.
    pub(super) fn current(&self) -> &VerifyingKey {
        self.later.last().map_or(&self.first, |(_, key)| key)
    }

    /// The keys that sign a checkpoint of a size: one, or both where it hands over.
    fn signs(&self, size: u64) -> Vec<VerifyingKey> {
        let before = self.later.iter().rfind(|(from, _)| *from < size).map_or(&self.first, |(_, key)| key);
        let handed = self.later.iter().find(|(from, _)| *from == size).map(|(_, key)| key);
        std::iter::once(before).chain(handed).cloned().collect()
    }

    /// A checkpoint of this log: the keys whose turn it was have signed it, each once, and nobody else.
    pub(super) fn signed(&self, size: u64, note: &SignedNote) -> Option<Checkpoint> {
        let plain = note.signatures().len() == self.signs(size).len();
        self.kept(note).filter(|it| plain && it.size == size)
    }

    /// A checkpoint that was kept elsewhere, where witnesses may have signed it too.
    pub(super) fn kept(&self, note: &SignedNote) -> Option<Checkpoint> {
        let checkpoint = Checkpoint::parse(note.unverified_text()).ok()?;
        let signed = self.signs(checkpoint.size).iter().all(|key| note.verify(std::slice::from_ref(key)).is_ok());
        (signed && checkpoint.origin == self.first.name()).then_some(checkpoint)
    }
}
