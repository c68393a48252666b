//! Who somebody is, by their name alone: what of two names is not a difference between two people.

use unicode_normalization::UnicodeNormalization;

/// What may stand in a name beside letters and digits; whether it is wide makes no difference.
const MARKS: &str = " .,;:·・、-_'’&/@#*+()";

/// Characters that count as letters and are not seen.
const UNSEEN: [char; 4] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];

/// Whether a text can name somebody: letters, digits, spaces and ordinary marks, at least one letter or digit.
pub fn is_name(text: &str) -> bool {
    let seen = |it: char| it.is_alphanumeric() && !UNSEEN.contains(&it);
    text.nfkc().all(|it| seen(it) || MARKS.contains(it)) && text.chars().any(seen)
}

/// Whether two names are one: case, width, spaces, marks and what is not seen make no difference.
///
/// ```
/// use rate_service::person::is_same;
/// assert!(is_same("Wang Wei", "ｗａｎｇ\u{200b}wei"));
/// assert!(!is_same("王伟", "王维"));
/// ```
pub fn is_same(one: &str, other: &str) -> bool {
    let (letters, others) = (folded(one), folded(other));
    one.trim() == other.trim() || (letters == others && !letters.is_empty())
}

fn folded(name: &str) -> String {
    let upper: String = name.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    upper.nfkc().filter(|it| it.is_alphanumeric() && !UNSEEN.contains(it)).collect()
}
