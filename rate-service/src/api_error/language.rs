//! The language a reader asked for.

use rate_core::error::Lang;

/// The language of `Accept-Language`: the one of the two that is wanted most; Chinese where neither is named.
///
/// ```
/// use rate_core::error::Lang;
/// use rate_service::api_error::language;
/// assert_eq!(language("en-GB,en;q=0.9,zh-CN;q=0.8"), Lang::En);
/// assert_eq!(language("fr, zh-CN;q=0.5, en;q=0.4"), Lang::Zh);
/// assert_eq!(language(""), Lang::Zh);
/// ```
pub fn language(header: &str) -> Lang {
    let mut wanted: Vec<(u32, Lang)> = header.split(',').filter_map(one).collect();
    // Stable: of two wanted alike, the first.
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    wanted.first().filter(|(weight, _)| *weight > 0).map_or(Lang::Zh, |(_, lang)| *lang)
}

/// A language with its weight in thousandths.
fn one(part: &str) -> Option<(u32, Lang)> {
    let mut words = part.split(';').map(str::trim);
    let tag = words.next()?.split('-').next()?.to_ascii_lowercase();
    let lang = match tag.as_str() {
        "zh" => Lang::Zh,
        "en" => Lang::En,
        _ => return None,
    };
    let weight = words.find_map(|word| word.strip_prefix("q=")).map_or(Some(1000), thousandths)?;
    Some((weight, lang))
}

/// `0.85` is 850; at most three digits behind the point, as HTTP has it.
fn thousandths(weight: &str) -> Option<u32> {
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let well = part.len() <= 3 && part.bytes().all(|digit| digit.is_ascii_digit());
    let part: u32 = if well { format!("{part:0<3}").parse().ok()? } else { return None };
    match whole {
        "1" if part == 0 => Some(1000),
        "0" => Some(part),
        _ => None,
    }
}
