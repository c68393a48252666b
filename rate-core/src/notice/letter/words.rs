//! Days, months, terms and figures as a letter writes them.

use rust_decimal::Decimal;

use crate::calendar::{DateSpan, Month, MonthSpan, NaiveDate, parts_of};
use crate::error::Lang;
use crate::notice::yuan;
use crate::rule_set::notice::{DayKind, Term};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month_name(month: u32) -> &'static str {
    let place = usize::try_from(month).unwrap_or(1);
    MONTHS.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

/// 2022年7月1日, 1 July 2022.
pub(super) fn day(date: NaiveDate, lang: Lang) -> String {
    let (year, month, day) = parts_of(date);
    match lang {
        Lang::Zh => format!("{year}年{month}月{day}日"),
        Lang::En => format!("{day} {} {year}", month_name(month)),
    }
}

pub(super) fn days(span: &DateSpan, lang: Lang) -> String {
    let from = day(span.from(), lang);
    match (span.to(), lang) {
        (Some(to), Lang::Zh) => format!("{from}至{}", day(to, lang)),
        (Some(to), Lang::En) => format!("{from} to {}", day(to, lang)),
        (None, Lang::Zh) => format!("{from}起"),
        (None, Lang::En) => format!("{from} onwards"),
    }
}

fn month(month: Month, lang: Lang) -> String {
    let (year, number) = (month.year(), month.month_of_year());
    match lang {
        Lang::Zh => format!("{year}年{number}月"),
        Lang::En => format!("{} {year}", month_name(number)),
    }
}

/// Months, or the year where they are one.
pub(super) fn months(span: &MonthSpan, lang: Lang) -> String {
    let (from, to) = (span.from(), span.to());
    let whole = from.year() == to.year() && from.month_of_year() == 1 && to.month_of_year() == 12;
    match (whole, from == to, lang) {
        (true, _, Lang::Zh) => format!("{}年", from.year()),
        (true, _, Lang::En) => from.year().to_string(),
        (false, true, _) => month(from, lang),
        (false, false, Lang::Zh) => format!("{}至{}", month(from, lang), month(to, lang)),
        (false, false, Lang::En) => format!("{} to {}", month(from, lang), month(to, lang)),
    }
}

pub(super) fn term(term: Term, lang: Lang) -> String {
    let one = |count: u16, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    match (term, lang) {
        (Term::Days(count, DayKind::Working), Lang::Zh) => format!("{count} 个工作日"),
        (Term::Days(count, DayKind::Calendar), Lang::Zh) => format!("{count} 日"),
        (Term::Months(count), Lang::Zh) => format!("{count} 个月"),
        (Term::Days(count, DayKind::Working), Lang::En) => one(count, "working day", "working days"),
        (Term::Days(count, DayKind::Calendar), Lang::En) => one(count, "calendar day", "calendar days"),
        (Term::Months(count), Lang::En) => one(count, "month", "months"),
    }
}

/// Fen as yuan with thousands apart; the decimals that a share leaves stay.
pub(super) fn money(fen: Decimal) -> String {
    if fen.scale() == 0 {
        return yuan(fen.mantissa());
    }
    let exact = Decimal::try_from_i128_with_scale(fen.mantissa(), fen.scale() + 2).unwrap_or(fen);
    grouped(&exact.to_string())
}

/// A number with thousands apart.
pub(super) fn number(number: Decimal) -> String {
    grouped(&number.to_string())
}

/// Digits with thousands apart.
pub(super) fn grouped(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut text = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}
