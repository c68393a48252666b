//! Who may do what: keys, roles, and the areas a key reaches.
//!
//! A key is 256 random bits. It is shown once, when it is made; what is kept is its SHA-256, found by its first letters
//! and compared in constant time. A browser keeps a session in its place. Another area's things answer as unknown ones do.

mod areas;
mod key;
mod role;
mod session;

pub use areas::{Areas, is_area};
pub(crate) use key::hash;
pub use key::{Caller, NewKey, known, make};
pub use role::Role;
pub use session::{NewSession, SignedIn, seen, signed_in, signed_out};
