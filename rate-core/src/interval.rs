//! Intervals as rule sets and parameters print them, held exactly.

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;

use crate::amount::{NumberError, Quantity, plain_decimal};

/// Bounds are held in millionths of the measure.
pub(crate) const BOUND_SCALE: i128 = 1_000_000;

/// One end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct End {
    /// In millionths of the measure.
    pub(crate) millionths: i64,
    /// Whether the end itself belongs to the interval.
    pub closed: bool,
}

impl End {
    /// The end as an exact quantity.
    pub fn quantity(self) -> Quantity {
        Quantity { numerator: i128::from(self.millionths), denominator: BOUND_SCALE }
    }
}

/// An interval of a measure, as printed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    /// Lower end, or none.
    pub low: Option<End>,
    /// Upper end, or none.
    pub high: Option<End>,
    text: String,
}

impl Interval {
    /// Whether a value lies inside.
    pub fn contains(&self, value: Quantity) -> bool {
        let above = self.low.is_none_or(|end| match value.compare(end.quantity()) {
            Ordering::Greater => true,
            Ordering::Equal => end.closed,
            Ordering::Less => false,
        });
        let below = self.high.is_none_or(|end| match value.compare(end.quantity()) {
            Ordering::Less => true,
            Ordering::Equal => end.closed,
            Ordering::Greater => false,
        });
        above && below
    }

    /// Reads `(50%, 100%]`, `<= 10%`, `> 3‰` or one value.
    ///
    /// # Errors
    /// [`NumberError`] where the text is none of these, or its ends are reversed.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let (low, high) = ends(text.trim())?;
        let reversed =
            low.zip(high).is_some_and(|(low, high): (End, End)| match low.millionths.cmp(&high.millionths) {
                Ordering::Less => false,
                Ordering::Equal => !(low.closed && high.closed),
                Ordering::Greater => true,
            });
        if reversed {
            return Err(NumberError::OutOfRange);
        }
        Ok(Self { low, high, text: text.trim().to_owned() })
    }

    /// The ends, in millionths.
    pub(crate) fn bounds(&self) -> impl Iterator<Item = i64> {
        self.low.into_iter().chain(self.high).map(|end| end.millionths)
    }
}

fn ends(text: &str) -> Result<(Option<End>, Option<End>), NumberError> {
    for (sign, closed, upper) in [("<=", true, true), (">=", true, false), ("<", false, true), (">", false, false)] {
        if let Some(rest) = text.strip_prefix(sign) {
            let end = End { millionths: bound(rest.trim())?, closed };
            return Ok(if upper { (None, Some(end)) } else { (Some(end), None) });
        }
    }
    let open =
        text.strip_prefix('(').map(|rest| (false, rest)).or_else(|| text.strip_prefix('[').map(|rest| (true, rest)));
    let Some((low_closed, rest)) = open else {
        let end = End { millionths: bound(text)?, closed: true };
        return Ok((Some(end), Some(end)));
    };
    let close =
        rest.strip_suffix(')').map(|rest| (false, rest)).or_else(|| rest.strip_suffix(']').map(|rest| (true, rest)));
    let (high_closed, rest) = close.ok_or(NumberError::Malformed)?;
    let (low, high) = rest.split_once(',').ok_or(NumberError::Malformed)?;
    let low = End { millionths: bound(low.trim())?, closed: low_closed };
    let high = End { millionths: bound(high.trim())?, closed: high_closed };
    Ok((Some(low), Some(high)))
}

/// Reads a bound with its unit into millionths.
fn bound(text: &str) -> Result<i64, NumberError> {
    // A ratio of more than 100,000 (ten million percent) is a slip; yuan are held as fen, to ninety billion.
    let (of_ratio, of_yuan) = (100_000_000_000, 9_000_000_000_000_000_000);
    let units = [
        ("%", 10_000, of_ratio),
        ("‰", 1_000, of_ratio),
        ("亿元", 10_000_000_000_000_000, of_yuan),
        ("万元", 1_000_000_000_000, of_yuan),
        ("元", 100_000_000, of_yuan),
    ];
    let suffixed = |(unit, scale, most): &(&str, i64, i64)| Some((text.strip_suffix(unit)?.trim(), *scale, *most));
    let (number, scale, most) = units.iter().find_map(suffixed).unwrap_or((text, 1_000_000, of_ratio));
    let value = plain_decimal(number)?.checked_mul(Decimal::from(scale)).ok_or(NumberError::OutOfRange)?.normalize();
    let in_range = value.scale() == 0 && !value.is_sign_negative();
    let millionths = i64::try_from(value.mantissa()).ok().filter(|millionths| in_range && *millionths <= most);
    millionths.ok_or(NumberError::OutOfRange)
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_intervals_as_printed() {
        let percent = |numerator| Quantity { numerator, denominator: 100 };
        let half_open = Interval::parse("(50%, 100%]").unwrap();
        assert!(
            !half_open.contains(percent(50)) && half_open.contains(percent(51)) && half_open.contains(percent(100))
        );
        let zero = Interval::parse("0").unwrap();
        assert!(zero.contains(percent(0)) && !zero.contains(percent(1)));
        let per_mille = Interval::parse("> 2.0‰").unwrap();
        let two = Quantity { numerator: 2, denominator: 1000 };
        assert!(!per_mille.contains(two) && per_mille.contains(percent(1)));
        let premium = Interval::parse("< 5000元").unwrap();
        assert!(premium.contains(Quantity::count(499_999)) && !premium.contains(Quantity::count(500_000)));
        let cost = Interval::parse("[10亿元, 5000000万元)").unwrap();
        let fen = Quantity::count;
        assert!(!cost.contains(fen(99_999_999_999)) && cost.contains(fen(100_000_000_000)));
        assert!(cost.contains(fen(4_999_999_999_999)) && !cost.contains(fen(5_000_000_000_000)));
        assert!(Interval::parse("<= 900亿元").is_ok() && Interval::parse("<= 901亿元").is_err());
        for text in ["", "50", "(50%", "(50%, 40%]", "(50%, 50%]", "about 5%", "> ", "-1%", "[1%; 2%]", "0.12345%"] {
            assert_eq!(Interval::parse(text).is_ok(), text == "50", "{text}");
        }
    }
}
