//! Forms: what is sent with each, and the names under which it is done once.

use std::fmt::Write as _;

use serde::Deserialize;

/// A name for one thing to be done.
pub(super) fn once() -> String {
    let mut bits = [0; 16];
    // Where the system has no random bytes, no session could have begun.
    let _ = getrandom::fill(&mut bits);
    bits.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A form with a remark.
#[derive(Debug, Deserialize)]
pub(super) struct Remarked {
    /// Sent twice, it is done once.
    pub(super) once: String,
    #[serde(default)]
    pub(super) remark: String,
}
