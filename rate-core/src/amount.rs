//! Money, rates, factors and exact comparison.
//!
//! This is the only file of the crate that rounds, and it does so only through [`Rounding`], which a rule set states.
//! Money is whole fen; a rate, a factor and a cut are decimals written in percent. There is no floating point here.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

/// The largest amount of one row, in fen: ten trillion yuan. Larger amounts are refused at the border, so that sums
/// over an account can never overflow inside.
pub const MAX_ROW_FEN: i64 = 1_000_000_000_000_000;

/// The largest sum of one kind of amount over one account, in fen: payroll, premium, benefits.
pub const MAX_ACCOUNT_FEN: i128 = 1_000_000_000_000_000;

/// An amount of money in whole fen (1/100 yuan).
///
/// May be negative (a recovery, a refund). There are no operators that could overflow: sums are taken in 128 bits.
///
/// ```
/// use rate_core::Money;
/// assert_eq!(Money::from_fen(3_840_050).to_string(), "38400.50");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "金额")]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of `fen` fen.
    pub const fn from_fen(fen: i64) -> Self {
        Self(fen)
    }

    /// The amount in fen.
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// The sum, or `None` where it would not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` where it would not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl fmt::Display for Money {
    /// Yuan with two decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_fen(f, i128::from(self.0))
    }
}

/// Writes a sum of fen as yuan with two decimals.
pub(crate) fn write_fen(f: &mut impl fmt::Write, fen: i128) -> fmt::Result {
    let sign = if fen < 0 { "-" } else { "" };
    write!(f, "{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

/// Why a printed number could not be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not a plain decimal number, or without its unit.
    #[error("not a plain decimal number with its unit")]
    Malformed,
    /// Outside the range the engine accepts.
    #[error("outside the accepted range")]
    OutOfRange,
}

/// Reads a plain decimal: optional minus, digits, optional fraction. No exponent, no separators, no surrounding space.
pub(crate) fn plain_decimal(text: &str) -> Result<Decimal, NumberError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(NumberError::Malformed);
    }
    if whole.len() > 15 || fraction.len() > 16 {
        return Err(NumberError::OutOfRange);
    }
    Decimal::from_str_exact(text).map_err(|_| NumberError::OutOfRange)
}

pub(crate) fn percent_text(text: &str) -> Result<Decimal, NumberError> {
    plain_decimal(text.strip_suffix('%').ok_or(NumberError::Malformed)?)
}

/// A premium rate, held as a number in percent: `0.56` means 0.56 % of payroll.
///
/// Never negative, never above 100 %; equal rates are equal values whatever digits they were written with.
///
/// ```
/// use rate_core::Rate;
/// let rate: Rate = "0.56%".parse()?;
/// assert_eq!(rate.to_string(), "0.56%");
/// assert_eq!(rate, "0.560%".parse()?);
/// # Ok::<(), rate_core::NumberError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "费率")]
pub struct Rate(Decimal);

impl Rate {
    /// No premium at all.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// A rate of `percent` percent.
    ///
    /// # Errors
    /// [`NumberError::OutOfRange`] below 0 or above 100, or with more than sixteen decimals.
    pub fn from_percent(percent: Decimal) -> Result<Self, NumberError> {
        if percent.is_sign_negative() && !percent.is_zero()
            || percent > Decimal::ONE_HUNDRED
            || percent.normalize().scale() > 16
        {
            return Err(NumberError::OutOfRange);
        }
        Ok(Self(percent.normalize()))
    }

    /// The number in percent.
    pub const fn percent(self) -> Decimal {
        self.0
    }

    /// The rate in millionths of payroll (0.0001 percentage points each), where it has no finer part.
    pub fn millionths(self) -> Option<i64> {
        let scaled = self.0.checked_mul(Decimal::from(10_000))?.normalize();
        (scaled.scale() == 0).then(|| i64::try_from(scaled.mantissa()).ok()).flatten()
    }

    /// The rate multiplied by a factor, exact.
    ///
    /// `None` only where the product would need more than 28 digits, which the checked bounds of rates, factors and
    /// ladders exclude.
    pub fn times(self, factor: Factor) -> Option<Self> {
        percent_of(self.0, factor.0).map(Self)
    }

    /// The rate less a cut: `rate × (1 − cut)`, exact.
    pub fn cut_by(self, cut: Factor) -> Option<Self> {
        self.times(Factor(Decimal::ONE_HUNDRED.checked_sub(cut.0)?))
    }

    /// The rate less some percentage points, not below zero.
    pub fn less_points(self, points: Decimal) -> Option<Self> {
        Some(Self(shortest(self.0.checked_sub(points)?.max(Decimal::ZERO))))
    }

    /// The rate rounded as a rule set states it.
    #[must_use]
    pub fn rounded(self, rounding: Rounding) -> Self {
        if self.0.scale() <= rounding.digits { self } else { Self(shortest(rounding.apply(self.0))) }
    }

    /// The premium on an amount in fen before it is rounded, exact.
    ///
    /// `None` where it needs more than 28 digits, which the bounds on rows, rates and ladders exclude.
    pub fn exact_on(self, amount: Money) -> Option<Decimal> {
        Decimal::from(amount.0).checked_mul(self.0)?.checked_div(Decimal::ONE_HUNDRED)
    }

    /// The premium on a payroll, rounded to whole fen by `mode`.
    ///
    /// `None` where the premium would not fit, which the bounds on rows exclude.
    pub fn premium_on(self, payroll: Money, mode: RoundMode) -> Option<Money> {
        let product = i128::from(payroll.0).checked_mul(self.0.mantissa()).map(i128::unsigned_abs);
        let whole = 10_u64.checked_pow(self.0.scale() + 2);
        match (product.and_then(|product| u64::try_from(product).ok()), whole) {
            // As good as every premium: a whole number over a power of ten, both of 64 bits.
            (Some(product), Some(whole)) => {
                let (down, rest) = (product / whole, product % whole);
                let up = match mode {
                    RoundMode::HalfUp => rest >= whole - rest,
                    RoundMode::Down => false,
                    RoundMode::Up => rest > 0,
                };
                let fen = i64::try_from(down + u64::from(up)).ok()?;
                Some(Money(if payroll.0 < 0 { -fen } else { fen }))
            }
            _ => self.premium_by_decimals(payroll, mode),
        }
    }

    /// The same in decimals, however many digits there are.
    fn premium_by_decimals(self, payroll: Money, mode: RoundMode) -> Option<Money> {
        let exact = Decimal::from(payroll.0).checked_mul(self.0)?.checked_div(Decimal::ONE_HUNDRED)?;
        let fen = Rounding { digits: 0, mode }.apply(exact);
        i64::try_from(fen.mantissa()).ok().map(Money)
    }
}

impl std::str::FromStr for Rate {
    type Err = NumberError;

    /// Reads a rate as printed: `0.56%`, or `1.2‰` of a project's cost.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let Some(per_mille) = text.strip_suffix('‰') else { return Self::from_percent(percent_text(text)?) };
        let tenth = plain_decimal(per_mille)?.checked_div(Decimal::TEN).ok_or(NumberError::OutOfRange)?;
        Self::from_percent(tenth)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// A factor on a rate, or the size of a cut, held as a number in percent: `80` multiplies by 0.8.
///
/// Never negative, never above 1000 %.
///
/// ```
/// use rate_core::{Factor, Rate};
/// let factor: Factor = "80%".parse()?;
/// assert_eq!("0.7%".parse::<Rate>()?.times(factor), Some("0.56%".parse()?));
/// # Ok::<(), rate_core::NumberError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "浮动比例")]
pub struct Factor(Decimal);

impl Factor {
    /// 100 %: leaves a rate as it is.
    pub const ONE: Self = Self(Decimal::ONE_HUNDRED);
    /// 0 %: as a cut, no cut.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// A factor of `percent` percent.
    ///
    /// # Errors
    /// [`NumberError::OutOfRange`] below 0 or above 1000, or with more than four decimals.
    pub fn from_percent(percent: Decimal) -> Result<Self, NumberError> {
        let negative = percent.is_sign_negative() && !percent.is_zero();
        if negative || percent > Decimal::ONE_THOUSAND || percent.normalize().scale() > 4 {
            return Err(NumberError::OutOfRange);
        }
        Ok(Self(percent.normalize()))
    }

    /// The number in percent.
    pub const fn percent(self) -> Decimal {
        self.0
    }

    /// One factor times another, exact; `None` where the product has more digits than a decimal holds.
    pub fn times(self, other: Self) -> Option<Self> {
        percent_of(self.0, other.0).map(Self)
    }
}

impl std::str::FromStr for Factor {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::from_percent(percent_text(text)?)
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// One percentage of another, exact and in its shortest form; `None` where it has more digits than a decimal holds.
fn percent_of(one: Decimal, other: Decimal) -> Option<Decimal> {
    let scale = one.scale() + other.scale() + 2;
    match small(one).zip(small(other)).and_then(|(one, other)| one.checked_mul(other)) {
        // As good as every product: a whole number of 64 bits over a power of ten.
        Some(whole) if scale <= Decimal::MAX_SCALE => Some(shortest_of(whole, scale)),
        _ => percent_by_decimals(one, other),
    }
}

/// The same in decimals, however many digits there are.
fn percent_by_decimals(one: Decimal, other: Decimal) -> Option<Decimal> {
    Some(one.checked_mul(other)?.checked_div(Decimal::ONE_HUNDRED)?.normalize())
}

/// A decimal without needless zeros.
fn shortest(decimal: Decimal) -> Decimal {
    small(decimal).map_or_else(|| decimal.normalize(), |whole| shortest_of(whole, decimal.scale()))
}

/// The whole number of 64 bits that a decimal is over a power of ten.
fn small(decimal: Decimal) -> Option<i64> {
    i64::try_from(decimal.mantissa()).ok()
}

fn shortest_of(mut whole: i64, mut scale: u32) -> Decimal {
    while scale > 0 && whole % 10 == 0 {
        whole /= 10;
        scale -= 1;
    }
    Decimal::new(whole, scale)
}

/// A product of whole numbers: as good as always of two of 64 bits each, which cannot overflow.
pub(crate) fn product(one: i128, other: i128) -> i128 {
    match (i64::try_from(one), i64::try_from(other)) {
        (Ok(one), Ok(other)) => i128::from(one) * i128::from(other),
        _ => one * other,
    }
}

/// What happens to a value half way between two printed digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoundMode {
    /// Away from zero (四舍五入).
    HalfUp,
    /// Towards zero, always (舍去).
    Down,
    /// Away from zero, always (进位).
    Up,
}

/// A rounding as a rule set states it: how many decimals, and which way.
///
/// ```
/// use rate_core::{Rate, RoundMode, Rounding};
/// let rate: Rate = "1.105%".parse()?;
/// let two = Rounding { digits: 2, mode: RoundMode::HalfUp };
/// assert_eq!(rate.rounded(two).to_string(), "1.11%");
/// # Ok::<(), rate_core::NumberError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rounding {
    /// Decimals kept, 0 to 12.
    pub digits: u32,
    /// Which way.
    pub mode: RoundMode,
}

impl Rounding {
    /// The value, rounded.
    pub fn apply(self, value: Decimal) -> Decimal {
        let strategy = match self.mode {
            RoundMode::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            RoundMode::Down => RoundingStrategy::ToZero,
            RoundMode::Up => RoundingStrategy::AwayFromZero,
        };
        value.round_dp_with_strategy(self.digits, strategy)
    }

    /// A non-negative quotient rounded to `10^-digits` of a percent, as an exact quantity again.
    pub(crate) fn apply_to(self, quantity: Quantity) -> Quantity {
        let scale = 10_i128.pow(self.digits) * 100;
        let scaled = quantity.numerator * scale;
        let (floor, rest) = (scaled.div_euclid(quantity.denominator), scaled.rem_euclid(quantity.denominator));
        let up = match self.mode {
            RoundMode::HalfUp => rest * 2 >= quantity.denominator,
            RoundMode::Down => false,
            RoundMode::Up => rest > 0,
        };
        Quantity { numerator: floor + i128::from(up), denominator: scale }
    }
}

/// An exact quotient of two whole numbers; the denominator is positive.
///
/// Never reduced and never rounded: comparisons multiply crosswise. Both parts stay below 10^30, which the bounds on an
/// account's totals guarantee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantity {
    /// What is counted or paid.
    pub numerator: i128,
    /// What it is measured against; positive.
    pub denominator: i128,
}

impl Quantity {
    /// The largest part of a quantity.
    pub const LIMIT: i128 = 1_000_000_000_000_000_000_000_000_000_000;

    /// A count: denominator one.
    pub const fn count(number: i128) -> Self {
        Self { numerator: number, denominator: 1 }
    }

    /// Compares two quotients exactly.
    pub fn compare(self, other: Self) -> std::cmp::Ordering {
        debug_assert!(self.denominator > 0 && other.denominator > 0, "a quantity's denominator is positive");
        match (self.narrow(), other.narrow()) {
            // As good as every comparison: products of 64 bits each, which cannot overflow.
            (Some((numerator, denominator)), Some((other_numerator, other_denominator))) => {
                let one = i128::from(numerator) * i128::from(other_denominator);
                one.cmp(&(i128::from(other_numerator) * i128::from(denominator)))
            }
            _ => self.compare_wide(other),
        }
    }

    /// Both parts, where they have 64 bits.
    fn narrow(self) -> Option<(i64, i64)> {
        i64::try_from(self.numerator).ok().zip(i64::try_from(self.denominator).ok())
    }

    /// The same for parts of any size.
    fn compare_wide(self, other: Self) -> std::cmp::Ordering {
        match (self.numerator.checked_mul(other.denominator), other.numerator.checked_mul(self.denominator)) {
            (Some(one), Some(two)) => one.cmp(&two),
            _ => self.compare_by_parts(other),
        }
    }

    /// The same without a product: whole parts first, then the remainders turned over.
    fn compare_by_parts(self, other: Self) -> std::cmp::Ordering {
        let (one, two) = (self.numerator.div_euclid(self.denominator), other.numerator.div_euclid(other.denominator));
        let (rest, other_rest) =
            (self.numerator.rem_euclid(self.denominator), other.numerator.rem_euclid(other.denominator));
        one.cmp(&two).then_with(|| match (rest, other_rest) {
            (0, 0) => std::cmp::Ordering::Equal,
            (0, _) => std::cmp::Ordering::Less,
            (_, 0) => std::cmp::Ordering::Greater,
            _ => {
                let (turned, other) = (
                    Self { numerator: self.denominator, denominator: rest },
                    Self { numerator: other.denominator, denominator: other_rest },
                );
                other.compare_by_parts(turned)
            }
        })
    }

    /// The quotient times `scale`, rounded half up to whole numbers: for display only, never compared.
    pub fn display_scaled(self, scale: i128) -> i128 {
        (self.numerator * scale * 2 + self.denominator).div_euclid(self.denominator * 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_a_plain_number() {
        for text in ["", "%", "1e3%", "1,000%", " 1%", "+1%", "1.%", ".5%", "０.5%", "0.5", "NaN%", "--1%"] {
            assert_eq!(text.parse::<Rate>(), Err(NumberError::Malformed), "{text}");
        }
        for text in ["-0.1%", "100.01%", "0.12345678901234567%"] {
            assert_eq!(text.parse::<Rate>(), Err(NumberError::OutOfRange), "{text}");
        }
    }

    #[test]
    fn rounds_ties_away_from_zero_and_only_when_told() {
        let rate = Rate(Decimal::new(13, 1));
        assert_eq!(rate.times(Factor(Decimal::from(85))).map(|rate| rate.to_string()), Some("1.105%".to_owned()));
        // 60 % of 41.0438 (ten thousand yuan), worked example W3: once, at the end, from the exact value.
        let share = Rounding { digits: 2, mode: RoundMode::HalfUp };
        assert_eq!(share.apply(Decimal::new(2_462_628, 5)), Decimal::new(2463, 2));
    }

    #[test]
    fn whole_numbers_and_decimals_give_one_premium() {
        // A fixed walk through rates of many digits and payrolls of either sign, ties among them.
        let mut state = 7_u64;
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..20_000 {
            let scale = u32::try_from(draw(8)).unwrap();
            let rate = Rate(Decimal::new(i64::try_from(draw(30_000)).unwrap(), scale));
            let size = 10_i64.pow(u32::try_from(draw(14)).unwrap() + 1);
            let sign = if draw(4) == 0 { -1 } else { 1 };
            let payroll = Money(sign * (i64::try_from(draw(1 << 31)).unwrap() * 5 % size));
            for mode in [RoundMode::HalfUp, RoundMode::Down, RoundMode::Up] {
                assert_eq!(
                    rate.premium_on(payroll, mode),
                    rate.premium_by_decimals(payroll, mode),
                    "{rate} on {payroll:?} {mode:?}"
                );
            }
        }
        let all = Rate::from_percent(Decimal::ONE_HUNDRED).unwrap();
        assert_eq!(all.premium_on(Money(i64::MAX / 2), RoundMode::Up), Some(Money(i64::MAX / 2)));
    }

    /// A fixed walk through whole numbers of up to 63 bits, of either sign, those at the ends of 32 and 64 bits among them.
    struct Walk(u64);

    impl Walk {
        fn draw(&mut self) -> i64 {
            let mut next = || {
                self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                self.0 ^ self.0 >> 29
            };
            let (size, bits, ends) = (next() % 64, next().cast_signed(), next() % 9);
            match ends {
                0 => [i64::MAX, i64::MIN, i64::from(u32::MAX), 0, -1][usize::try_from(size % 5).unwrap()],
                _ => bits >> size,
            }
        }

        /// A decimal of as many decimals as a rate has.
        fn decimal(&mut self) -> Decimal {
            let scale = self.draw().unsigned_abs() % 17;
            Decimal::new(self.draw(), u32::try_from(scale).unwrap())
        }
    }

    #[test]
    fn whole_numbers_and_decimals_give_one_product_and_one_shortest_form() {
        let mut walk = Walk(11);
        let mut narrow = 0;
        for _ in 0..50_000 {
            let (one, other) = (walk.decimal(), walk.decimal());
            assert_eq!(shortest(one).unpack(), one.normalize().unpack(), "{one}");
            if small(one).zip(small(other)).is_some_and(|(one, other)| one.checked_mul(other).is_some()) {
                narrow += 1;
                let both = [percent_of(one, other), percent_by_decimals(one, other)];
                let [fast, wide] = both.map(|it| it.map(|it| it.unpack()));
                assert_eq!(fast, wide, "{one} of {other}");
            }
        }
        assert!(narrow > 10_000);
    }

    #[test]
    fn products_and_comparisons_of_64_bits_are_those_of_128() {
        let mut walk = Walk(13);
        for _ in 0..50_000 {
            let [one, two, three, four] = [walk.draw(), walk.draw(), walk.draw(), walk.draw()].map(i128::from);
            assert_eq!(product(one, two), one.checked_mul(two).unwrap());
            assert_eq!(product(one << 60, 7), (one << 60).checked_mul(7).unwrap());
            let quotient =
                |numerator: i128, denominator: i128| Quantity { numerator, denominator: denominator.abs().max(1) };
            let (one, two) = (quotient(one, two), quotient(three, four));
            assert_eq!(one.compare(two), one.compare_wide(two), "{one:?} {two:?}");
            assert_eq!(one.compare(two), one.compare_by_parts(two), "{one:?} {two:?}");
        }
    }

    #[test]
    fn compares_what_no_product_could_hold() {
        let huge = Quantity::LIMIT - 1;
        let one = Quantity { numerator: huge, denominator: huge - 1 };
        let two = Quantity { numerator: huge - 1, denominator: huge - 2 };
        assert!(one.compare(two).is_lt() && two.compare(one).is_gt() && one.compare(one).is_eq());
        let small = Quantity { numerator: 7, denominator: 5 };
        assert_eq!(small.compare_by_parts(one), small.compare(one));
        assert_eq!(one.compare_by_parts(small), one.compare(small));
    }

    #[test]
    fn a_measure_rounded_before_comparing_is_still_exact() {
        let third = Quantity { numerator: 1, denominator: 3 };
        let rounding = Rounding { digits: 2, mode: RoundMode::HalfUp };
        assert_eq!(rounding.apply_to(third), Quantity { numerator: 3333, denominator: 10_000 });
        let tie = Quantity { numerator: 50_005, denominator: 100_000 };
        assert_eq!(rounding.apply_to(tie), Quantity { numerator: 5001, denominator: 10_000 });
    }
}
