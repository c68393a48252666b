//! From exact numbers to real ones: the one place where a scenario turns the first into the second.
#![expect(
    clippy::cast_precision_loss,
    reason = "a statistic needs no more digits than a double has; sums are made before, in whole numbers"
)]

use rust_decimal::Decimal;

/// A whole number: fen, heads, cases.
pub(crate) const fn real(number: i128) -> f64 {
    number as f64
}

/// A number of things.
pub(crate) const fn count(number: usize) -> f64 {
    number as f64
}

/// One whole number over another; `None` over zero.
pub(crate) fn ratio(numerator: i128, denominator: i128) -> Option<f64> {
    (denominator != 0).then(|| real(numerator) / real(denominator))
}

/// A real number with some digits behind the point, as a table shows it.
pub fn shown(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    // What rounds to nothing is nothing, from below too.
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|digit| matches!(digit, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    }
}

/// A decimal number, as a rate or a factor in percent.
pub fn decimal(value: Decimal) -> f64 {
    real(value.mantissa()) / real(10_i128.pow(value.scale()))
}

/// A drawn number, which a distribution of whole numbers gives as a real one; zero for anything below.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the conversion holds at the ends, and a Poisson number is whole and not negative"
)]
pub(crate) const fn drawn(number: f64) -> u64 {
    number as u64
}

/// The whole number nearest to a real one, halves away from zero: fen that a growth or a share leaves.
#[expect(clippy::cast_possible_truncation, reason = "what no account can hold becomes the largest number there is")]
pub(crate) fn whole(number: f64) -> i64 {
    number.round() as i64
}

/// How many there are below a real number that is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what lies outside becomes the nearest number there is, and nothing where there is none"
)]
pub(crate) const fn floor(number: f64) -> usize {
    number as usize
}

/// The largest whole number that two are multiples of; of nothing and a number, the number.
pub(crate) const fn gcd(mut one: i128, mut two: i128) -> i128 {
    while two != 0 {
        (one, two) = (two, one % two);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn nothing_has_no_sign() {
        assert_eq!([-0.04, -0.06, -0.0, 0.04].map(|it| shown(it, 1)), ["0.0", "-0.1", "0.0", "0.0"]);
        assert_eq!(shown(-0.4, 0), "0");
    }
}
