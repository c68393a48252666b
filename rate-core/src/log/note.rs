//! Signed notes (C2SP signed-note): a text, an empty line, signature lines. Keys name their algorithm.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256};

/// The largest note that is read, in bytes.
const MAX_NOTE: usize = 64 * 1024;

/// The most signature lines that are read.
const MAX_SIGNATURES: usize = 100;

/// What begins a signature line: an em dash and a space.
const MARK: &str = "\u{2014} ";

/// What begins a private key.
const PRIVATE: &str = "PRIVATE+KEY";

/// How a note is signed. SM2 with SM3 can follow as a further one; until then a key of another algorithm is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032), verified strictly.
    Ed25519,
}

impl Algorithm {
    /// The byte that names it in keys and key ids.
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
        }
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
        }
    }
}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the parts of a key, or a name with spaces or `+`.
    #[error("not a key: expected NAME+ID+KEY")]
    Malformed,
    /// The key is of an algorithm that is not known here.
    #[error("the key is of an algorithm that is not known here")]
    Algorithm,
    /// The id is not that of name and key.
    #[error("the id is not that of this name and key")]
    Id,
}

/// Why a note is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a note: no empty line, a broken signature line, control characters, or too large.
    #[error("not a signed note")]
    Malformed,
    /// No signature of a key that is known.
    #[error("no signature of a known key")]
    Unsigned,
    /// A signature in the name of a known key that is not its own.
    #[error("a signature does not belong to this text and key")]
    Signature,
}

/// Whether a key may have a name: not empty, no space, no control character, no `+`.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '+')
}

fn key_id(name: &str, algorithm: Algorithm, key: &[u8]) -> [u8; 4] {
    let mut hash = Sha256::new();
    hash.update(name.as_bytes());
    hash.update([b'\n', algorithm.byte()]);
    hash.update(key);
    let digest: [u8; 32] = hash.finalize().into();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// Splits a key at its first two `+`: name, id, and the bytes behind the one that names the algorithm.
fn key_parts(text: &str) -> Result<(&str, [u8; 4], [u8; 32]), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Malformed);
    };
    let digits = id.len() == 8 && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let id = u32::from_str_radix(id, 16).ok().filter(|_| digits && is_name(name)).ok_or(KeyError::Malformed)?;
    let bytes = STANDARD.decode(key).map_err(|_| KeyError::Malformed)?;
    match bytes.split_first() {
        Some((byte, key)) if *byte == Algorithm::Ed25519.byte() => {
            Ok((name, id.to_be_bytes(), key.try_into().map_err(|_| KeyError::Malformed)?))
        }
        Some(_) => Err(KeyError::Algorithm),
        None => Err(KeyError::Malformed),
    }
}

/// A public key with the name it signs under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; 4],
    key: ed25519_dalek::VerifyingKey,
}

impl VerifyingKey {
    /// Reads `NAME+ID+KEY`, the form in which a key is given to verifiers.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, id, key) = key_parts(text)?;
        if key_id(name, Algorithm::Ed25519, &key) != id {
            return Err(KeyError::Id);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(&key).map_err(|_| KeyError::Malformed)?;
        Ok(Self { name: name.to_owned(), id, key })
    }

    /// The name it signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it signs.
    pub const fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    fn verify(&self, text: &str, signature: &[u8; 64]) -> bool {
        self.key.verify_strict(text.as_bytes(), &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Display for VerifyingKey {
    /// `NAME+ID+KEY`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![Algorithm::Ed25519.byte()];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id), STANDARD.encode(bytes))
    }
}

/// A private key with the name it signs under. Never printed by `Debug`.
#[derive(Clone)]
pub struct SigningKey {
    verifying: VerifyingKey,
    key: ed25519_dalek::SigningKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.verifying)
    }
}

impl SigningKey {
    /// The key of a seed of 32 random bytes, which the caller draws.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] where the name is empty or has spaces or `+`.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Malformed);
        }
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        let public = key.verifying_key();
        let id = key_id(name, Algorithm::Ed25519, public.as_bytes());
        Ok(Self { verifying: VerifyingKey { name: name.to_owned(), id, key: public }, key })
    }

    /// Reads the one line of a private-key file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PRIVATE).and_then(|rest| rest.strip_prefix('+')).ok_or(KeyError::Malformed)?;
        let (name, id, seed) = key_parts(rest)?;
        let key = Self::from_seed(name, seed)?;
        if key.verifying.id == id { Ok(key) } else { Err(KeyError::Id) }
    }

    /// The one line of a private-key file. Secret.
    pub fn secret_line(&self) -> String {
        let mut bytes = vec![Algorithm::Ed25519.byte()];
        bytes.extend_from_slice(&self.key.to_bytes());
        let VerifyingKey { name, id, .. } = &self.verifying;
        format!("{PRIVATE}+{name}+{:08x}+{}", u32::from_be_bytes(*id), STANDARD.encode(bytes))
    }

    /// The public key that belongs to it.
    pub const fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// Signs a text. The same text and key give the same bytes.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] where the text is not one that a note may hold.
    pub fn sign(&self, text: &str) -> Result<SignedNote, NoteError> {
        if !is_text(text) {
            return Err(NoteError::Malformed);
        }
        let bytes = self.key.sign(text.as_bytes()).to_bytes();
        let VerifyingKey { name, id, .. } = &self.verifying;
        let signature = Signature { name: name.clone(), id: *id, bytes: bytes.to_vec() };
        Ok(SignedNote { text: text.to_owned(), signatures: vec![signature] })
    }
}

/// Whether a note may hold a text: not empty, whole lines, no control characters, no empty line at its end.
fn is_text(text: &str) -> bool {
    let plain = !text.contains(|letter: char| letter != '\n' && letter.is_control());
    text.len() < MAX_NOTE / 2 && text.ends_with('\n') && !text.ends_with("\n\n") && text != "\n" && plain
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Name of the key.
    pub name: String,
    /// Id of the key: the first bytes of a digest over name, algorithm and key.
    pub id: [u8; 4],
    /// The signature.
    pub bytes: Vec<u8>,
}

/// A text with signature lines, none of them believed before [`SignedNote::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

impl SignedNote {
    /// Reads a note.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE {
            return Err(NoteError::Malformed);
        }
        let at = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, lines) = (&note[..=at], &note[at + 2..]);
        let lines = lines.strip_suffix('\n').filter(|_| is_text(text)).ok_or(NoteError::Malformed)?;
        let signatures: Option<Vec<Signature>> = lines.split('\n').map(signature).collect();
        let signatures = signatures.filter(|it| it.len() <= MAX_SIGNATURES).ok_or(NoteError::Malformed)?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text, believed where a known key has signed it.
    ///
    /// Signatures of unknown keys say nothing. One in the name of a known key that does not hold refuses the note.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn verify(&self, known: &[VerifyingKey]) -> Result<&str, NoteError> {
        let mut signed = false;
        for signature in &self.signatures {
            let Some(key) = known.iter().find(|key| key.name == signature.name && key.id == signature.id) else {
                continue;
            };
            let holds = signature.bytes.as_slice().try_into().is_ok_and(|bytes| key.verify(&self.text, bytes));
            if !holds {
                return Err(NoteError::Signature);
            }
            signed = true;
        }
        if signed { Ok(&self.text) } else { Err(NoteError::Unsigned) }
    }

    /// The text, whoever wrote it.
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The signature lines.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds the signatures of another note over the same text: those of a witness, or of the key that follows.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] where the texts differ.
    pub fn with(mut self, other: Self) -> Result<Self, NoteError> {
        if self.text != other.text {
            return Err(NoteError::Malformed);
        }
        self.signatures.extend(other.signatures);
        Ok(self)
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|it| {
            let bytes = [it.id.as_slice(), &it.bytes].concat();
            writeln!(f, "{MARK}{} {}", it.name, STANDARD.encode(bytes))
        })
    }
}

fn signature(line: &str) -> Option<Signature> {
    let (name, encoded) = line.strip_prefix(MARK)?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    (is_name(name) && !bytes.is_empty()).then(|| Signature { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
}
