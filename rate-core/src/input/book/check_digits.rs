//! Numbers that carry check characters: unified social credit codes and identity numbers.

/// The alphabet of GB 32100-2015: digits and capitals without I, O, S, V and Z, valued by their place.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Powers of 3 modulo 31, GB 32100-2015.
const CREDIT_CODE_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// GB 11714, for the nine characters of an organisation code within a credit code.
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Powers of 2 modulo 11, GB 11643-1999.
const IDENTITY_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Whether a unified social credit code has both its check characters right.
///
/// ```
/// use rate_core::input::book::is_credit_code;
/// assert!(is_credit_code("91990100MA00000073"));
/// assert!(!is_credit_code("91990100MA00000074"));
/// ```
pub fn is_credit_code(code: &str) -> bool {
    let Some((body, check)) = code.as_bytes().split_at_checked(17).filter(|(_, check)| check.len() == 1) else {
        return false;
    };
    organisation_check(&body[8..16]) == Some(body[16]) && credit_code_check(body) == Some(check[0])
}

/// The last character of a credit code from the seventeen before it.
pub fn credit_code_check(body: &[u8]) -> Option<u8> {
    let values = body.iter().map(|byte| ALPHABET.iter().position(|known| known == byte));
    let sum = weighted(values.map(|value| value.and_then(|value| u32::try_from(value).ok())), &CREDIT_CODE_WEIGHTS)?;
    ALPHABET.get(usize::try_from((31 - sum % 31) % 31).ok()?).copied()
}

/// The last character of an organisation code from the eight before it.
pub fn organisation_check(body: &[u8]) -> Option<u8> {
    // `to_digit` of base 36 takes small letters too, which neither standard does.
    let value = |byte: &u8| (!byte.is_ascii_lowercase()).then(|| char::from(*byte).to_digit(36)).flatten();
    let sum = weighted(body.iter().map(value), &ORGANISATION_WEIGHTS)?;
    b"0123456789X0".get(usize::try_from(11 - sum % 11).ok()?).copied()
}

/// Whether a text is an identity number of a person: eighteen characters with the right last one.
pub(super) fn is_identity_number(text: &str) -> bool {
    let Some((body, check)) = text.as_bytes().split_at_checked(17).filter(|(_, check)| check.len() == 1) else {
        return false;
    };
    let sum = weighted(body.iter().map(|byte| char::from(*byte).to_digit(10)), &IDENTITY_WEIGHTS);
    let expected = sum.and_then(|sum| b"10X98765432".get(usize::try_from(sum % 11).ok()?));
    expected.is_some_and(|expected| check[0].eq_ignore_ascii_case(expected))
}

/// Values times weights; `None` where a value is unknown or their number differs.
fn weighted<const N: usize>(values: impl ExactSizeIterator<Item = Option<u32>>, weights: &[u32; N]) -> Option<u32> {
    if values.len() != N {
        return None;
    }
    values.zip(weights).map(|(value, weight)| Some(value? * weight)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_code_passes_and_each_changed_character_shows() {
        // A code that public validators of GB 32100-2015 are tested with.
        let body = b"91350100M000100Y4";
        assert_eq!(credit_code_check(body), Some(b'3'));
        assert!(is_credit_code("91350100M000100Y43"));
        for at in 0..18 {
            let mut code = b"91350100M000100Y43".to_vec();
            code[at] = if code[at] == b'7' { b'8' } else { b'7' };
            assert!(!is_credit_code(&String::from_utf8_lossy(&code)), "{at}");
        }
    }

    #[test]
    fn refuses_what_is_no_code() {
        for code in ["", "91350100M000100Y4", "91350100M000100Y433", "91350100m000100y43", "9135010OM000100Y43", "统一"]
        {
            assert!(!is_credit_code(code), "{code}");
        }
    }

    #[test]
    fn an_identity_number_is_known_by_its_last_character() {
        assert!(is_identity_number("11010519491231002X"));
        assert!(is_identity_number("11010519491231002x"));
        assert!(!is_identity_number("110105194912310021"));
        assert!(!is_identity_number("P-000000000000001X"));
    }
}
