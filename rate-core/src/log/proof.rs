//! Checking proofs without the tree: the work of whoever does not trust the one that keeps it.

use super::Digest;

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index lies outside the tree, or the size of before is none or above the size.
    #[error("the sizes and the index do not fit together")]
    Range,
    /// The proof has more or fewer hashes than sizes and index ask for.
    #[error("the proof has a length that no tree of this size gives")]
    Length,
    /// The hashes lead to another root than the one given.
    #[error("the hashes lead to another root")]
    Root,
}

/// Checks that a leaf stands at an index in the tree of a size and a root (RFC 9162, 2.1.3.2).
///
/// # Errors
/// [`ProofError`]: then nothing is proved.
pub fn check_inclusion(leaf: Digest, index: u64, size: u64, proof: &[Digest], root: Digest) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Range);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for step in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node % 2 == 1 || node == last {
            hash = Digest::node(*step, hash);
            climb(&mut node, &mut last);
        } else {
            hash = Digest::node(hash, *step);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last == 0, hash == root) {
        (false, _) => Err(ProofError::Length),
        (true, false) => Err(ProofError::Root),
        (true, true) => Ok(()),
    }
}

/// Checks that a tree begins with the leaves of a smaller one, both given by size and root (RFC 9162, 2.1.4.2).
///
/// # Errors
/// [`ProofError`]: then the log may have been rewritten.
pub fn check_consistency(
    before: u64,
    size: u64,
    proof: &[Digest],
    root_before: Digest,
    root: Digest,
) -> Result<(), ProofError> {
    if before == 0 || before > size {
        return Err(ProofError::Range);
    }
    if before == size {
        return match (proof.is_empty(), root_before == root) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    // A tree that was full then is itself the first hash.
    let (first, rest) = match proof {
        _ if before.is_power_of_two() => (root_before, proof),
        [first, rest @ ..] => (*first, rest),
        [] => return Err(ProofError::Length),
    };
    let (mut node, mut last) = (before - 1, size - 1);
    let full = node.trailing_ones();
    node >>= full;
    last >>= full;
    let (mut old, mut new) = (first, first);
    for step in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node % 2 == 1 || node == last {
            old = Digest::node(*step, old);
            new = Digest::node(*step, new);
            climb(&mut node, &mut last);
        } else {
            new = Digest::node(new, *step);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last == 0, old == root_before && new == root) {
        (false, _) => Err(ProofError::Length),
        (true, false) => Err(ProofError::Root),
        (true, true) => Ok(()),
    }
}

/// Past the levels at which the last node of a tree has no sibling.
fn climb(node: &mut u64, last: &mut u64) {
    while *node != 0 && node.is_multiple_of(2) {
        *node >>= 1;
        *last >>= 1;
    }
}
