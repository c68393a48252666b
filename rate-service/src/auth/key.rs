//! Keys: made once, shown once, known by their hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Areas, Role};
use crate::store::{KeyRow, Link, StoreError};

/// What every key begins with, so that one found in a text is seen to be a key.
const HEAD: &str = "rate_";
/// Letters of the key that name it.
const ID: usize = 8;

/// Whoever holds a key that is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The first letters of the key.
    pub id: String,
    /// What it may do.
    pub role: Role,
    /// Where.
    pub areas: Areas,
    /// Who holds it.
    pub holder: String,
}

/// A key that was just made: the only time that it is whole.
pub struct NewKey {
    /// The key.
    pub secret: String,
    /// What is kept of it.
    pub row: KeyRow,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewKey({}…)", self.row.id)
    }
}

/// Makes a key for somebody.
///
/// # Errors
/// Where the system has no random bytes.
pub fn make(role: Role, areas: &Areas, holder: &str, by: &str, now: &str) -> Result<NewKey, getrandom::Error> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits)?;
    let mut id = [0; ID * 3 / 4];
    getrandom::fill(&mut id)?;
    // The letters that name a key are drawn apart from it: who knows them knows nothing of it.
    let id = URL_SAFE_NO_PAD.encode(id).replace(['-', '_'], "x");
    let secret = format!("{HEAD}{id}_{}", URL_SAFE_NO_PAD.encode(bits));
    let row = KeyRow {
        id,
        hash: hash(&secret),
        role: role.as_str().to_owned(),
        areas: areas.to_string(),
        holder: holder.to_owned(),
        created_at: now.to_owned(),
        created_by: by.to_owned(),
        revoked_at: None,
    };
    Ok(NewKey { secret, row })
}

/// Who holds a key; nobody where it is none, is unknown or was taken back.
///
/// # Errors
/// As the database's.
pub fn known(link: &mut Link, secret: &str) -> Result<Option<Caller>, StoreError> {
    let id = secret.strip_prefix(HEAD).and_then(|rest| rest.split_once('_')).map_or("", |(id, _)| id);
    // One that has no name is looked for all the same, so that its time says nothing.
    let row = link.key(id)?;
    let no_hash = vec![0; 32];
    let kept = row.as_ref().map_or(&no_hash, |row| &row.hash);
    let same = bool::from(kept.ct_eq(&hash(secret)));
    Ok(row.filter(|row| same && row.revoked_at.is_none()).as_ref().and_then(caller))
}

pub(super) fn caller(row: &KeyRow) -> Option<Caller> {
    let (role, areas) = (Role::named(&row.role)?, row.areas.parse().ok()?);
    Some(Caller { id: row.id.clone(), role, areas, holder: row.holder.clone() })
}

/// What is kept of a key.
pub(crate) fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}
