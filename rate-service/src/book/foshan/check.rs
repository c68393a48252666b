//! What a sheet in the layout says about itself: sums of its columns, its ratio, each employer once and where it belongs.

use std::collections::BTreeMap;

use rate_core::{Code, Money, Problem, Quantity};

use super::layout::SUMS;
use super::sheet::Employer;

/// Which of the two workbooks a row stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Employers with premium in the window.
    WithPremium,
    /// The others.
    WithoutPremium,
}

impl Part {
    const fn takes(self, premium: i64) -> bool {
        match self {
            Self::WithPremium => premium > 0,
            Self::WithoutPremium => premium <= 0,
        }
    }

    const fn asks(self) -> &'static str {
        match self {
            Self::WithPremium => "> 0",
            Self::WithoutPremium => "≤ 0",
        }
    }
}

/// Holds every row against itself and against those before it, of both workbooks; what is wrong is added to the problems,
/// and the rows that nothing is wrong with are left.
pub(super) fn sound(rows: Vec<(Part, Employer)>, problems: &mut Vec<Problem>) -> Vec<Employer> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut sound = Vec::new();
    for (part, employer) in rows {
        let before = problems.len();
        sums(&employer, problems);
        pay_ratio(&employer, problems);
        if let Some(premium) = employer.fen.get("zsjehj").filter(|premium| !part.takes(**premium)) {
            let values = [yuan(*premium), part.asks().to_owned()];
            problems.push(Problem::new(Code::SheetPremium, employer.places.of("zsjehj"), values));
        }
        if !employer.number.is_empty() {
            let place = employer.places.of("dwbh");
            match seen.get(&employer.number) {
                Some(first) => problems.push(Problem::new(Code::SheetTwice, place, [&employer.number, first])),
                None => drop(seen.insert(employer.number.clone(), place.to_string())),
            }
        }
        if problems.len() == before && !employer.broken {
            sound.push(employer);
        }
    }
    sound
}

fn yuan(fen: i64) -> String {
    Money::from_fen(fen).to_string()
}

/// Sums of which a part could not be read are not looked at: the part is a problem already.
fn sums(employer: &Employer, problems: &mut Vec<Problem>) {
    for (name, parts) in SUMS {
        let added: Option<i64> = parts.iter().map(|part| employer.fen.get(part)).sum();
        let (Some(stated), Some(added)) = (employer.fen.get(name), added) else { continue };
        if *stated != added {
            let values = [name.to_owned(), yuan(*stated), parts.join(" + "), yuan(added)];
            problems.push(Problem::new(Code::SheetSubtotal, employer.places.of(name), values));
        }
    }
}

/// The ratio shown must be that of the two sums, rounded or cut off at its last digit: which of both the system does was
/// not seen.
fn pay_ratio(employer: &Employer, problems: &mut Vec<Problem>) {
    let (Some(ratio), Some(premium), Some(benefits)) =
        (&employer.ratio, employer.fen.get("zsjehj"), employer.fen.get("zfjehj"))
    else {
        return;
    };
    if !agrees(ratio, *benefits, *premium) {
        let exact = if *premium > 0 { shown(*benefits, *premium) } else { "–".to_owned() };
        let values = [ratio.clone(), yuan(*benefits), yuan(*premium), exact];
        problems.push(Problem::new(Code::SheetPayRatio, employer.places.of("zjl"), values));
    }
}

/// The ratio with six decimals.
fn shown(benefits: i64, premium: i64) -> String {
    let exact = Quantity { numerator: i128::from(benefits.unsigned_abs()), denominator: i128::from(premium) };
    let millionths = exact.display_scaled(100_000_000);
    format!("{}{}.{:06}%", if benefits < 0 { "-" } else { "" }, millionths / 1_000_000, millionths % 1_000_000)
}

fn agrees(ratio: &str, benefits: i64, premium: i64) -> bool {
    let decimals = ratio.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let digits: String = ratio.chars().filter(char::is_ascii_digit).collect();
    let (Ok(digits), Ok(decimals)) = (digits.parse::<i128>(), u32::try_from(decimals)) else { return false };
    if premium <= 0 {
        return digits == 0;
    }
    if digits != 0 && ratio.starts_with('-') != (benefits < 0) {
        return false;
    }
    // In units of the last digit, times the premium: the ratio lies less than one above what is shown, where it was cut
    // off, or at most half below, where it was rounded.
    let premium = i128::from(premium);
    let rest = i128::from(benefits.unsigned_abs()) * 100 * 10_i128.pow(decimals) - digits * premium;
    2 * rest >= -premium && rest < premium
}

#[cfg(test)]
mod tests {
    use super::agrees;

    /// 1 ÷ 3 is 33.333… %, 2 ÷ 3 is 66.666… %.
    #[test]
    fn a_ratio_agrees_rounded_or_cut_off() {
        let right = [("33.33", 1, 3), ("66.67", 2, 3), ("66.66", 2, 3), ("67", 2, 3), ("66", 2, 3), ("-66.67", -2, 3)];
        for (ratio, benefits, premium) in right.into_iter().chain([("0", 0, 3), ("0", 5, 0), ("0.00", 5, -1)]) {
            assert!(agrees(ratio, benefits, premium), "{ratio} {benefits} {premium}");
        }
        let wrong = [("33.34", 1, 3), ("66.65", 2, 3), ("66.68", 2, 3), ("65", 2, 3), ("66.67", -2, 3), ("1", 5, 0)];
        for (ratio, benefits, premium) in wrong {
            assert!(!agrees(ratio, benefits, premium), "{ratio} {benefits} {premium}");
        }
    }
}
