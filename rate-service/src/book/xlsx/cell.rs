//! The text of a cell, as the columns of a book want it: exactly what was typed, or a reason why that is not known.

use std::borrow::Cow;

use chrono::{Days, NaiveDate};
use rate_core::Code;
use rate_core::input::book::Content;

use super::sheet::Value;
use super::workbook::Format;

/// Digits that a spreadsheet keeps of a number that is typed; more come only of reckoning in binary fractions.
const DIGITS: usize = 15;

/// Why a cell has no text that can be trusted, and what it looks like.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    pub(super) code: Code,
    pub(super) values: Vec<String>,
}

fn doubt<const N: usize>(code: Code, values: [&str; N]) -> Doubt {
    Doubt { code, values: values.map(str::to_owned).to_vec() }
}

/// The text of a cell in a column of some content.
pub(super) fn text<'s>(value: &Value<'s>, content: Content, from_1904: bool) -> Result<Cow<'s, str>, Doubt> {
    match value {
        Value::Text(text) => Ok(Cow::Borrowed(*text)),
        Value::Error(name) => Err(doubt(Code::CellError, [name])),
        Value::Unreckoned => Err(doubt(Code::CellFormula, [])),
        Value::Truth(truth) => {
            let shown = if *truth { "TRUE" } else { "FALSE" };
            match content {
                Content::Text => Err(doubt(Code::CellIdentifier, [shown])),
                Content::Day | Content::Month | Content::Number | Content::Percent => Ok(Cow::Borrowed(shown)),
            }
        }
        Value::Number(stored, format) => number(stored, format, content, from_1904).map(Cow::Owned),
    }
}

fn number(stored: &str, format: &Format, content: Content, from_1904: bool) -> Result<String, Doubt> {
    let typed = shortest(stored).ok_or_else(|| doubt(Code::CellInexact, [stored]));
    match (format, content) {
        (Format::Date(code) | Format::Percent(code), Content::Text) => Err(doubt(Code::CellFormat, [code])),
        (Format::Number, Content::Text) => {
            Err(doubt(Code::CellIdentifier, [&shortest(stored).unwrap_or_else(|| stored.to_owned())]))
        }
        (Format::Date(_), Content::Day) => day(&typed?, from_1904).map(|day| day.to_string()),
        (Format::Date(_), Content::Month) => {
            let day = day(&typed?, from_1904)?;
            // A month that is typed becomes its first day; any other day is none, and the check of the row says so.
            let format = if day.to_string().ends_with("-01") { "%Y-%m" } else { "%Y-%m-%d" };
            Ok(day.format(format).to_string())
        }
        (Format::Percent(_), Content::Percent) => {
            hundredfold(&typed?).ok_or_else(|| doubt(Code::CellInexact, [stored]))
        }
        (Format::Date(code), Content::Number | Content::Percent)
        | (Format::Percent(code), Content::Day | Content::Month | Content::Number) => {
            Err(doubt(Code::CellFormat, [code]))
        }
        (Format::Number, Content::Day | Content::Month | Content::Number | Content::Percent) => typed,
    }
}

/// A number of days as the day it stands for.
fn day(days: &str, from_1904: bool) -> Result<NaiveDate, Doubt> {
    let wrong = || doubt(Code::CellFormat, [days]);
    let count: u64 = days.parse().map_err(|_| wrong())?;
    // Until day 60 the calendar of 1900 has a leap day that never was; no date of a book is that old.
    let zero = if from_1904 { (1904, 1, 1) } else { (1899, 12, 30) };
    if !from_1904 && count <= 60 {
        return Err(wrong());
    }
    let zero = NaiveDate::from_ymd_opt(zero.0, zero.1, zero.2);
    let found = zero.and_then(|zero| zero.checked_add_days(Days::new(count)));
    found.filter(|day| *day < NaiveDate::MAX && day.to_string().len() == 10).ok_or_else(wrong)
}

/// The shortest plain decimal that a spreadsheet would store in the same way: what was typed. `None` where more digits
/// are needed than a spreadsheet keeps of what is typed, so that the number was reckoned, or has lost digits.
#[expect(
    clippy::disallowed_types,
    reason = "cells are binary fractions; this turns them back into what was typed, or refuses"
)]
fn shortest(stored: &str) -> Option<String> {
    let plain = stored.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    let value: f64 = if plain { stored.parse().ok()? } else { return None };
    let text = format!("{value}");
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').trim_end_matches('0').len();
    let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default();
    let kept = value.is_finite() && significant <= DIGITS && whole.len() <= DIGITS && text.len() <= 2 * DIGITS;
    kept.then(|| if text == "-0" { "0".to_owned() } else { text })
}

/// A plain decimal times a hundred: the point moves, nothing is reckoned.
fn hundredfold(text: &str) -> Option<String> {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let padded = format!("{decimals:0<2}");
    let (moved, rest) = padded.split_at_checked(2)?;
    let digits = format!("{whole}{moved}");
    let whole = digits.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") })
}

#[cfg(test)]
mod tests {
    use super::{hundredfold, shortest};

    #[test]
    fn what_was_typed_is_found_again() {
        // What spreadsheets store of 1.1, 0.56 % and 0.28: seventeen digits of the nearest binary fraction.
        let cases = [
            ("1.1000000000000001", Some("1.1")),
            ("5.5999999999999999E-3", Some("0.0056")),
            ("0.28000000000000003", Some("0.28")),
            ("1E+20", None),
            ("123456789012345", Some("123456789012345")),
            ("1234567890123456", None),
            ("1E15", None),
            ("0.30000000000000004", None),
            ("-0", Some("0")),
            ("inf", None),
            ("NaN", None),
            ("", None),
            ("1e-300", None),
        ];
        for (stored, typed) in cases {
            assert_eq!(shortest(stored).as_deref(), typed, "{stored}");
        }
    }

    #[test]
    fn a_hundredfold_moves_the_point() {
        for (text, moved) in
            [("0.0056", "0.56"), ("1", "100"), ("0.2", "20"), ("-0.005", "-0.5"), ("0", "0"), ("12.345", "1234.5")]
        {
            assert_eq!(hundredfold(text).as_deref(), Some(moved), "{text}");
        }
    }
}
