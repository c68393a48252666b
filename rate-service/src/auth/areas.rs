//! Which areas a key reaches, by the lineage that is in their codes.

use std::fmt;

/// The areas a key reaches.
///
/// A code of six digits names a province, a prefecture or a county by pairs, and those above reach what is below them.
///
/// ```
/// use rate_service::auth::Areas;
/// let areas: Areas = "330000,320500".parse().unwrap();
/// assert!(areas.reach("330000") && areas.reach("330102"));
/// assert!(areas.reach("320500") && !areas.reach("320000") && !areas.reach("320600"));
/// assert!("33".parse::<Areas>().is_err() && "".parse::<Areas>().is_err());
/// assert!("*".parse::<Areas>().unwrap().reach("990100"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Areas(Vec<String>);

/// Not a list of areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("areas are codes of six digits with commas between, or `*` for every area")]
pub struct NotAreas;

impl std::str::FromStr for Areas {
    type Err = NotAreas;

    fn from_str(text: &str) -> Result<Self, NotAreas> {
        let codes: Vec<String> = text.split(',').map(|code| code.trim().to_owned()).collect();
        let is_code = |code: &String| code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit());
        let well = codes == ["*"] || (codes.len() <= MOST && codes.iter().all(is_code));
        if well { Ok(Self(codes)) } else { Err(NotAreas) }
    }
}

/// Whether a text is the code of an area, or `cn`, whose documents are those of the nation.
pub fn is_area(text: &str) -> bool {
    text == "cn" || (text.len() == 6 && text.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The most codes one key names.
const MOST: usize = 64;

impl Areas {
    /// None at all: of whoever holds no key.
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether an area is among them, or below one of them.
    pub fn reach(&self, area: &str) -> bool {
        self.0.iter().any(|code| {
            let stem = if code == "*" { "" } else { stem(code) };
            code == area || area.starts_with(stem)
        })
    }

    /// Whether all of some other areas are reached: nobody gives away more than they have.
    pub fn contain(&self, other: &Self) -> bool {
        other.0.iter().all(|code| if code == "*" { self.0 == ["*"] } else { self.reach(code) })
    }
}

/// The pairs of a code that name something: `330000` is `33`, and everything that begins with it lies below.
fn stem(code: &str) -> &str {
    let mut stem = code;
    while let Some(shorter) = stem.strip_suffix("00").filter(|shorter| !shorter.is_empty()) {
        stem = shorter;
    }
    stem
}

impl fmt::Display for Areas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}
