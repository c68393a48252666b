//! What steps and bodies are made of, as canonical bytes.

use rust_decimal::Decimal;

use super::bytes::Writer;
use crate::amount::Quantity;
use crate::calendar::{DateSpan, Month, MonthSpan, NaiveDate, day_number};
use crate::decision::Reason;
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::rule_set::Law;

const DIGITS: &[u8; 10] = b"0123456789";

/// Writes the things that steps and bodies are made of.
impl Writer {
    /// A date as the number `YYYYMMDD`.
    pub(super) fn day(&mut self, day: NaiveDate) {
        self.number(day_number(day));
    }

    pub(super) fn month(&mut self, month: Month) {
        self.number(day_number(month.first_day()) / 100);
    }

    pub(super) fn months(&mut self, months: &MonthSpan) {
        self.array(2);
        self.month(months.from());
        self.month(months.to());
    }

    /// First and last day, the last one null where it is open.
    pub(super) fn days(&mut self, days: &DateSpan) {
        self.array(2);
        self.day(days.from());
        self.maybe(days.to(), Self::day);
    }

    /// System and number.
    pub(super) fn class(&mut self, class: RiskClass) {
        self.array(2);
        self.number(class.system().classes());
        self.number(class.number());
    }

    pub(super) fn maybe_number(&mut self, number: Option<i32>) {
        self.maybe(number, Self::number);
    }

    /// A decimal as text, without zeros that say nothing.
    pub(super) fn decimal(&mut self, decimal: Decimal) {
        match u64::try_from(decimal.mantissa()) {
            // As good as every decimal; written without another text on the way.
            Ok(whole) if !decimal.is_sign_negative() => self.digits(whole, decimal.scale()),
            _ => self.text(&decimal.normalize().to_string()),
        }
    }

    /// A whole number over a power of ten, at most the 28th, as the text of a decimal.
    fn digits(&mut self, whole: u64, scale: u32) {
        let (mut rest, mut scale) = (whole, scale);
        while scale > 0 && rest.is_multiple_of(10) {
            rest /= 10;
            scale -= 1;
        }
        // From the last digit to the first: up to 28 decimals and a point, or up to 20 digits before it.
        let (mut text, mut at, mut decimals) = ([b'.'; 32], 32, scale);
        loop {
            at -= 1;
            text[at] = DIGITS[usize::try_from(rest % 10).unwrap_or(0)];
            rest /= 10;
            match decimals {
                0 if rest == 0 => break,
                0 => {}
                // The point is there already, and a digit stands before it.
                1 => (at, decimals) = (at - 1, 0),
                _ => decimals -= 1,
            }
        }
        self.text_of(&text[at..]);
    }

    pub(super) fn grade(&mut self, law: &Law, grade: GradeIndex) {
        self.text(&law.rules().ladder().grade(grade).label);
    }

    /// Numerator and denominator, not reduced.
    pub(super) fn quantity(&mut self, value: Quantity) {
        self.array(2);
        self.number(value.numerator);
        self.number(value.denominator);
    }

    pub(super) fn place(&mut self, place: usize) {
        self.number(i128::try_from(place).unwrap_or(i128::MAX));
    }

    /// A reason as its code and what it names: rows, adjustments and measures by id, causes by their word.
    pub(super) fn reason(&mut self, law: &Law, reason: Reason) {
        let rules = law.rules();
        let table = |place: usize| rules.tables()[place].id.as_str();
        let names = match reason {
            Reason::Row { table: at, row } | Reason::SourceMissing { table: at, row } => {
                [Some(table(at)), Some(rules.tables()[at].rows[row].id.as_str())]
            }
            Reason::Otherwise { table: at } => [Some(table(at)), None],
            Reason::Adjusted { adjustment } => [Some(rules.adjustments()[adjustment].id.as_str()), None],
            Reason::Undefined { measure, cause } => [Some(rules.measures()[measure].id.as_str()), Some(cause.as_str())],
            Reason::Combined
            | Reason::HeldByClass
            | Reason::HeldByLimit
            | Reason::Carried
            | Reason::ClassChanged
            | Reason::KindDoesNotFloat
            | Reason::ClassDoesNotFloat
            | Reason::FirstInsured
            | Reason::Returning
            | Reason::KeepsLastRate
            | Reason::Expired
            | Reason::Ordered => [None, None],
        };
        self.array(names.iter().flatten().count() + 1);
        self.text(reason.code());
        names.into_iter().flatten().for_each(|name| self.text(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_written_as_it_is_shown() {
        let mut state = 5_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state ^ state >> 29
        };
        for round in 0..40_000_u32 {
            let (bits, size) = (draw(), draw() % 65);
            // Every scale, numbers of every length, and many that end in zeros.
            let whole = i128::from(bits.checked_shr(u32::try_from(size).unwrap()).unwrap_or(0));
            let whole = if round % 3 == 0 { whole / 1_000 * 1_000 } else { whole };
            let sign = if round % 7 == 0 { -1 } else { 1 };
            let decimal = Decimal::from_i128_with_scale(sign * whole, round % 29);
            let [mut written, mut shown] = [Writer::new(), Writer::new()];
            written.decimal(decimal);
            shown.text(&decimal.normalize().to_string());
            assert_eq!(written.written(), shown.written(), "{decimal}");
        }
    }
}
