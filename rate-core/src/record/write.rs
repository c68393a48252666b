//! What steps and bodies are made of, as canonical bytes.

use rust_decimal::Decimal;

use super::bytes::Writer;
use crate::amount::Quantity;
use crate::calendar::{DateSpan, Month, MonthSpan, NaiveDate, day_number};
use crate::decision::Reason;
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::rule_set::Law;

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
        self.text(&decimal.normalize().to_string());
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
                vec![table(at), rules.tables()[at].rows[row].id.as_str()]
            }
            Reason::Otherwise { table: at } => vec![table(at)],
            Reason::Adjusted { adjustment } => vec![rules.adjustments()[adjustment].id.as_str()],
            Reason::Undefined { measure, cause } => vec![rules.measures()[measure].id.as_str(), cause.as_str()],
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
            | Reason::Ordered => Vec::new(),
        };
        self.array(names.len() + 1);
        self.text(reason.code());
        names.into_iter().for_each(|name| self.text(name));
    }
}
