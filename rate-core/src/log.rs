//! What makes a record provable: Merkle trees (RFC 9162), proofs, signed checkpoints (C2SP signed-note). Pure functions.
//!
//! A tree says that something is in a list, and where; a checkpoint says which list somebody signed. Nothing here reads
//! a file or makes a key: bytes come in, bytes go out.

mod checkpoint;
mod note;
mod proof;
mod tree;

pub use checkpoint::Checkpoint;
pub use note::{Algorithm, KeyError, NoteError, Signature, SignedNote, SigningKey, VerifyingKey};
pub use proof::{ProofError, check_consistency, check_inclusion};
pub use tree::{RunningRoot, Tree};

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest: of one document, of a leaf, or the root of a tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of some bytes as they are: of a document, never of a leaf.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash of a leaf: of its bytes behind a zero byte, so that no leaf can pass for a node (RFC 9162, 2.1.1).
    pub fn leaf(bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update([0]);
        hash.update(bytes);
        Self(hash.finalize().into())
    }

    /// The hash of a node over its two children (RFC 9162, 2.1.1).
    pub fn node(left: Self, right: Self) -> Self {
        let mut bytes = [1; 65];
        bytes[1..33].copy_from_slice(&left.0);
        bytes[33..].copy_from_slice(&right.0);
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of 64 lower-case hexadecimal digits; `None` for anything else.
    ///
    /// ```
    /// use rate_core::log::Digest;
    /// let digest = Digest::of(b"abc");
    /// assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    /// assert_eq!(Digest::from_hex(&digest.to_string()), Some(digest));
    /// ```
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// The digest in base64, as checkpoints print a root.
    pub fn base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// The digest of a base64 text; `None` for anything but 32 bytes in the one way they are written.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

/// The digest of bytes that come a piece at a time.
///
/// ```
/// use rate_core::log::{Digest, RunningDigest};
/// let mut running = RunningDigest::default();
/// [b"a", b"b"].into_iter().for_each(|piece| running.push(piece));
/// assert_eq!(running.digest(), Digest::of(b"ab"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct RunningDigest(Sha256);

impl RunningDigest {
    /// Adds bytes behind those so far.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all of them.
    pub fn digest(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Digest {
    /// 64 lower-case hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}
