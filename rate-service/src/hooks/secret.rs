//! What a message is signed with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What every secret begins with, so that one found in a text is seen to be a secret.
const HEAD: &str = "whsec_";
/// Random bytes of a secret; the specification asks for 24 to 64.
const BYTES: usize = 32;

/// What a message is signed with, known to both ends. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A secret that nobody has.
    ///
    /// # Errors
    /// Where the system has no random bytes.
    pub fn fresh() -> Result<Self, getrandom::Error> {
        let mut bytes = vec![0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads what [`Secret::text`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        STANDARD.decode(text.strip_prefix(HEAD)?).ok().map(Self)
    }

    /// As it is kept, and shown once: `whsec_` and base64.
    pub fn text(&self) -> String {
        format!("{HEAD}{}", STANDARD.encode(&self.0))
    }

    /// The signature of a message: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.payload`.
    pub fn sign(&self, id: &str, timestamp: i64, payload: &str) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{id}.{timestamp}.{payload}").as_bytes());
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the specification's own libraries: `libraries/javascript/src/webhook.test.ts`, "sign function works".
    #[test]
    fn signs_as_the_libraries_of_the_specification_do() {
        let secret = Secret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn a_secret_is_read_as_it_was_written_and_never_printed() {
        let secret = Secret::fresh().unwrap();
        assert_eq!(Secret::read(&secret.text()), Some(secret.clone()));
        assert!(!format!("{secret:?}").contains(&secret.text()[HEAD.len()..]));
        assert_eq!((Secret::read("whsec_!"), Secret::read("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")), (None, None));
    }
}
