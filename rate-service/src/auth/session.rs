//! Sessions of the console: what a browser keeps in place of a key.
//!
//! A session is 256 random bits, kept as their SHA-256. It ends when its holder signs out, has not been seen for half an
//! hour, after twelve hours in any case, and with the key that it stands for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Caller;
use super::key::{caller, hash};
use crate::clock;
use crate::store::{Link, SessionRow, StoreError};

/// How long a session lasts without a request, and in all.
const IDLE_MILLIS: i64 = 30 * 60 * 1000;
const WHOLE_MILLIS: i64 = 12 * 60 * 60 * 1000;
/// How exactly the last request is kept.
const SEEN_MILLIS: i64 = 60 * 1000;

/// A session that just began: the only time that it is whole.
pub struct NewSession {
    /// What the browser keeps.
    pub secret: String,
    row: SessionRow,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewSession({}…)", self.row.key)
    }
}

/// Who a session stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The holder of the key.
    pub caller: Caller,
    /// Whether it is to be noted that they were seen.
    pub is_news: bool,
}

impl NewSession {
    /// Makes a session for the holder of a key.
    ///
    /// # Errors
    /// Where the system has no random bytes.
    pub fn of(caller: &Caller, now: &str) -> Result<Self, getrandom::Error> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits)?;
        let secret = URL_SAFE_NO_PAD.encode(bits);
        let (key, at) = (caller.id.clone(), now.to_owned());
        let row = SessionRow { hash: hash(&secret), key, created_at: at.clone(), seen_at: at };
        Ok(Self { secret, row })
    }

    /// Keeps it; sessions that ended by themselves are forgotten.
    ///
    /// # Errors
    /// As the database's.
    pub fn keep(&self, link: &mut Link) -> Result<(), StoreError> {
        link.add_session(&self.row, &clock::days_before(&self.row.created_at, 1))
    }
}

/// Who is signed in by what a browser keeps; nobody where it is none, has ended, or its key was taken back.
///
/// # Errors
/// As the database's.
pub fn signed_in(link: &mut Link, secret: &str, now: &str) -> Result<Option<SignedIn>, StoreError> {
    // Looked up by a hash that nobody can steer, so how long it takes says nothing of the sessions there are.
    let Some(session) = link.session(&hash(secret))? else { return Ok(None) };
    let Some([whole, idle]) = ages(&session, now) else { return Ok(None) };
    if whole >= WHOLE_MILLIS || idle >= IDLE_MILLIS {
        return Ok(None);
    }
    let key = link.key(&session.key)?.filter(|key| key.revoked_at.is_none());
    Ok(key.as_ref().and_then(caller).map(|caller| SignedIn { caller, is_news: idle >= SEEN_MILLIS }))
}

/// How long ago a session began and was last seen.
fn ages(session: &SessionRow, now: &str) -> Option<[i64; 2]> {
    let now = clock::millis(now)?;
    Some([now - clock::millis(&session.created_at)?, now - clock::millis(&session.seen_at)?])
}

/// Notes that the holder of a session was seen.
///
/// # Errors
/// As the database's.
pub fn seen(link: &mut Link, secret: &str, now: &str) -> Result<(), StoreError> {
    link.see_session(&hash(secret), now)
}

/// Ends a session.
///
/// # Errors
/// As the database's.
pub fn signed_out(link: &mut Link, secret: &str) -> Result<(), StoreError> {
    link.end_session(&hash(secret))
}
