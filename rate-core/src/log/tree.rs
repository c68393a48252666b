//! A Merkle tree that only grows (RFC 9162, 2.1).

use super::Digest;

/// The hashes of a list of leaves, with its root and its proofs.
///
/// Holds the hash of every full subtree: 64 bytes a leaf. Adding a leaf, and asking for a root or a proof, take a number
/// of hashes that grows with the logarithm of the size.
///
/// ```
/// use rate_core::log::{Digest, Tree, check_inclusion};
/// let tree: Tree = ["a", "b", "c"].iter().map(|text| Digest::leaf(text.as_bytes())).collect();
/// let proof = tree.inclusion(2, 3).ok_or("no such leaf")?;
/// check_inclusion(Digest::leaf(b"c"), 2, 3, &proof, tree.root())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// At place `k`, the roots of the full subtrees of `2^k` leaves, from the left.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// A tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves.
    pub fn len(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| size(leaves.len()))
    }

    /// Whether there is no leaf.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a leaf by its hash ([`Digest::leaf`]); its index is the size before.
    pub fn push(&mut self, leaf: Digest) {
        let (mut hash, mut level) = (leaf, 0);
        loop {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(hash);
            let [.., left, right] = row.as_slice() else { return };
            if row.len() % 2 == 1 {
                return;
            }
            hash = Digest::node(*left, *right);
            level += 1;
        }
    }

    /// The leaf hash at an index.
    pub fn leaf(&self, index: u64) -> Option<Digest> {
        self.levels.first()?.get(usize::try_from(index).ok()?).copied()
    }

    /// The root; of an empty tree, the digest of nothing.
    pub fn root(&self) -> Digest {
        self.root_of(self.len()).unwrap_or_else(|| Digest::of(b""))
    }

    /// The root of the first `size` leaves; `None` where there are fewer.
    pub fn root_of(&self, size: u64) -> Option<Digest> {
        match size {
            0 => Some(Digest::of(b"")),
            _ if size <= self.len() => Some(self.range(0, size)),
            _ => None,
        }
    }

    /// The root over some leaves, of which the first stands at a multiple of the power of two that spans them.
    fn range(&self, from: u64, to: u64) -> Digest {
        let leaves = to - from;
        debug_assert!(leaves > 0 && to <= self.len(), "a range has leaves, and they are there");
        if leaves.is_power_of_two() {
            // A full subtree: its first leaf stands at a multiple of its size.
            return self.levels[leaves.trailing_zeros() as usize][place(from >> leaves.trailing_zeros())];
        }
        let middle = from + split(leaves);
        Digest::node(self.range(from, middle), self.range(middle, to))
    }

    /// The proof that a leaf stands at an index of the first `size` leaves, from the leaf up (RFC 9162, 2.1.3.1).
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Digest>> {
        if index >= size || size > self.len() {
            return None;
        }
        let mut path = Vec::new();
        let (mut from, mut to) = (0, size);
        while to - from > 1 {
            let middle = from + split(to - from);
            if index < middle {
                path.push(self.range(middle, to));
                to = middle;
            } else {
                path.push(self.range(from, middle));
                from = middle;
            }
        }
        path.reverse();
        Some(path)
    }

    /// The proof that the first `size` leaves begin with the first `before` leaves (RFC 9162, 2.1.4.1).
    ///
    /// Empty where both are one size; `None` where nothing can be proved: of an empty list, or past the end.
    pub fn consistency(&self, before: u64, size: u64) -> Option<Vec<Digest>> {
        if before == 0 || before > size || size > self.len() {
            return None;
        }
        let mut path = Vec::new();
        let (mut from, mut to) = (0, size);
        while before != to {
            let middle = from + split(to - from);
            if before <= middle {
                path.push(self.range(middle, to));
                to = middle;
            } else {
                path.push(self.range(from, middle));
                from = middle;
            }
        }
        // What the verifier knows itself, the whole tree of before, is left out.
        if from > 0 {
            path.push(self.range(from, to));
        }
        path.reverse();
        Some(path)
    }
}

/// The root over leaves that nobody asks a proof of: keeps no more than one hash for each level.
///
/// ```
/// use rate_core::log::{Digest, RunningRoot, Tree};
/// let leaves = ["a", "b", "c"].map(|text| Digest::leaf(text.as_bytes()));
/// let mut running = RunningRoot::default();
/// leaves.iter().for_each(|leaf| running.push(*leaf));
/// assert_eq!(running.root(), leaves.into_iter().collect::<Tree>().root());
/// ```
#[derive(Clone, Debug, Default)]
pub struct RunningRoot {
    size: u64,
    /// Roots of full subtrees, the largest first.
    peaks: Vec<Digest>,
}

impl RunningRoot {
    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Digest) {
        self.size += 1;
        let mut hash = leaf;
        // As many full subtrees end here as the size has zeros at its end.
        for _ in 0..self.size.trailing_zeros() {
            if let Some(left) = self.peaks.pop() {
                hash = Digest::node(left, hash);
            }
        }
        self.peaks.push(hash);
    }

    /// Number of leaves.
    pub const fn len(&self) -> u64 {
        self.size
    }

    /// Whether there is no leaf.
    pub const fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// The root of the leaves so far; of none, the digest of nothing.
    pub fn root(&self) -> Digest {
        let over = self.peaks.iter().rev().copied().reduce(|right, left| Digest::node(left, right));
        over.unwrap_or_else(|| Digest::of(b""))
    }
}

impl FromIterator<Digest> for Tree {
    fn from_iter<I: IntoIterator<Item = Digest>>(leaves: I) -> Self {
        let mut tree = Self::new();
        tree.extend(leaves);
        tree
    }
}

impl Extend<Digest> for Tree {
    fn extend<I: IntoIterator<Item = Digest>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

/// Leaves left of the split: the largest power of two below a number of leaves, which is two or more.
const fn split(leaves: u64) -> u64 {
    1 << (u64::BITS - 1 - (leaves - 1).leading_zeros())
}

/// The length of a list in memory, which is always a `u64`.
fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// The place of a hash that is in memory: an index below a length.
fn place(index: u64) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
