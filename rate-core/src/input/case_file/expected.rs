//! What a case must come to: figures a person reckoned, as they are written.

use super::facts::{YUAN, fen};
use crate::amount::{Factor, Money, Quantity, Rate};
use crate::calendar::{Month, NaiveDate};
use crate::deadline::Served;
use crate::error::Code;
use crate::history::Origin;
use crate::input::reader::{At, Fields};
use crate::rule_set::Cause;
use crate::settlement::Then;

/// What one setting of a case must come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A decision.
    Decided(Box<ExpectedDecision>),
    /// The account is sent back with these codes.
    Refused(Vec<String>),
    /// The rates of class 1, 2 and so on, the same facts in each; several rates of a class separated by spaces.
    ByClass(Vec<String>),
}

/// A decision as it was worked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedDecision {
    /// Label of the grade; empty where a held rate has none.
    pub grade: String,
    /// Origin of the rate.
    pub origin: Origin,
    /// Code of the reason and what it points at: `row zero-twice`.
    pub reason: String,
    /// Every segment.
    pub rates: Vec<ExpectedSegment>,
    /// Values of measures.
    pub measured: Vec<ExpectedMeasure>,
    /// Bills.
    pub premiums: Vec<ExpectedPremium>,
    /// What is settled, line by line; empty where nothing is, `None` where the case does not say.
    pub settled: Option<Vec<ExpectedSettled>>,
    /// Assumptions that the decision must repeat.
    pub assumed: Vec<String>,
    /// Until when the employer may object.
    pub objection: Option<ExpectedObjection>,
}

/// The last day of an objection, and the days it is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedObjection {
    /// When the notice was served and the list put up, where the case says it.
    pub served: Served,
    /// The last day; `None` where the law names none.
    pub last_day: Option<NaiveDate>,
}

/// A segment: days and rate, and what else the case states of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedSegment {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Rate charged.
    pub rate: Rate,
    /// Class.
    pub class: Option<u8>,
    /// Base rate.
    pub base: Option<Rate>,
    /// Rate before any phased cut.
    pub before_cut: Option<Rate>,
    /// The cut.
    pub cut: Option<Factor>,
    /// Origin.
    pub origin: Option<Origin>,
    /// Label of the grade.
    pub grade: Option<String>,
}

/// The value of a measure over a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedMeasure {
    /// Name of the measure.
    pub measure: String,
    /// How many windows back.
    pub window: usize,
    /// The value as written.
    pub text: String,
    /// The value.
    pub value: Stated,
}

/// A value, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    /// An exact value.
    Value(Quantity),
    /// Why there is none.
    Cause(Cause),
}

/// The bill of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedPremium {
    /// The month.
    pub month: Month,
    /// Its payroll.
    pub payroll: Money,
    /// The premium.
    pub premium: Money,
}

/// A line of a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedSettled {
    /// First month.
    pub from: Month,
    /// Last month.
    pub to: Month,
    /// Premium as posted.
    pub posted: Money,
    /// Premium at the new rate.
    pub due: Money,
    /// What becomes of the difference.
    pub then: Then,
}

impl Expected {
    pub(super) fn read(at: &At<'_>) -> Option<Self> {
        let fields = at.fields()?;
        let (refused, by_class) = (fields.get("refused"), fields.get("rate_by_class"));
        let expected = match (refused, by_class) {
            (Some(refused), None) => Self::Refused(some(&refused, code)),
            (None, Some(rates)) => Self::ByClass(some(&rates, rates_of_class)),
            (None, None) => Self::Decided(Box::new(decision(&fields)?)),
            (Some(_), Some(_)) => {
                at.problem(Code::RuleSetResult, ["refused, rate_by_class"]);
                return None;
            }
        };
        fields.finish();
        Some(expected)
    }
}

/// The items of a list that may not be empty: it would expect nothing, and anything would meet it.
fn some(at: &At<'_>, read: fn(&At<'_>) -> Option<String>) -> Vec<String> {
    let items = at.items();
    if items.is_empty() {
        at.problem(Code::RowsEmpty, [at.path().rsplit('.').next().unwrap_or_default()]);
    }
    items.iter().filter_map(read).collect()
}

fn origin(at: &At<'_>) -> Option<Origin> {
    let words: Vec<(&str, Origin)> =
        Origin::WORDS.iter().filter_map(|word| Some((*word, Origin::from_word(word)?))).collect();
    at.word(&words)
}

/// A code of `docs/ERRORS.md`.
fn code(at: &At<'_>) -> Option<String> {
    let text = at.text()?;
    if Code::ALL.iter().any(|code| code.as_str() == text) {
        return Some(text.to_owned());
    }
    at.problem(Code::FileUnknownWord, [text, "docs/ERRORS.md"]);
    None
}

/// Rates separated by spaces, in the form they are printed.
fn rates_of_class(at: &At<'_>) -> Option<String> {
    let text = at.text()?;
    let rates: Option<Vec<String>> =
        text.split(' ').map(|rate| rate.parse::<Rate>().ok().map(|rate| rate.to_string())).collect();
    if rates.is_none() {
        at.problem(Code::FileNumber, [text, "0.5%"]);
    }
    rates.map(|rates| rates.join(" "))
}

/// Reads all that is stated before anything missing ends the reading.
fn decision(fields: &Fields<'_>) -> Option<ExpectedDecision> {
    let text = |key| fields.need(key).and_then(|at| at.text()).map(str::to_owned);
    let (grade, reason) = (text("grade"), text("reason"));
    let origin = fields.need("origin").and_then(|at| origin(&at));
    let list = |key| fields.get(key).map(|at| at.items()).unwrap_or_default();
    let rates = fields.need("rates").map(|at| at.items().iter().filter_map(segment).collect());
    let measured = fields.get("measured").map(|at| at.entries()).unwrap_or_default();
    let measured = measured.iter().filter_map(|(key, at)| measure(key, at)).collect();
    let premiums = list("premiums").iter().filter_map(premium).collect();
    let settled = fields.get("settled").map(|at| at.items().iter().filter_map(settled).collect());
    let assumed = list("assumed").iter().filter_map(|at| at.text().map(str::to_owned)).collect();
    let objection = fields.get("objection").and_then(|at| objection(&at));
    fields.finish();
    Some(ExpectedDecision {
        grade: grade?,
        origin: origin?,
        reason: reason?,
        rates: rates?,
        measured,
        premiums,
        settled,
        assumed,
        objection,
    })
}

fn objection(at: &At<'_>) -> Option<ExpectedObjection> {
    let fields = at.fields()?;
    let day = |key| fields.get(key).and_then(|at| at.date());
    let (on, announced, last_day) = (day("served"), day("announced"), day("last_day"));
    fields.finish();
    Some(ExpectedObjection { served: Served { on, announced }, last_day })
}

fn segment(at: &At<'_>) -> Option<ExpectedSegment> {
    let fields = at.fields()?;
    let day = |key| fields.need(key).and_then(|at| at.date());
    let (from, to) = (day("from"), day("to"));
    let rate = fields.need("rate").and_then(|at| at.parsed("0.5%"));
    let class = fields.get("class").and_then(|at| at.integer(1..=8)).and_then(|class| u8::try_from(class).ok());
    let optional = |key| fields.get(key).and_then(|at| at.parsed("0.5%"));
    let (base, before_cut) = (optional("base"), optional("before_cut"));
    let cut = fields.get("cut").and_then(|at| at.parsed("20%"));
    let origin = fields.get("origin").and_then(|at| origin(&at));
    let grade = fields.get("grade").and_then(|at| at.text()).map(str::to_owned);
    fields.finish();
    Some(ExpectedSegment { from: from?, to: to?, rate: rate?, class, base, before_cut, cut, origin, grade })
}

/// `pay_ratio`, or `pay_ratio[-1]` for the window before.
pub(super) fn measure(key: &str, at: &At<'_>) -> Option<ExpectedMeasure> {
    let text = at.text()?;
    let (name, window) = match key.split_once("[-") {
        None => (key, Some(0)),
        Some((name, earlier)) => (name, earlier.strip_suffix(']').and_then(|number| number.parse().ok())),
    };
    let cause = Cause::ALL.into_iter().find(|cause| cause.as_str() == text).map(Stated::Cause);
    let value = cause.or_else(|| quantity(text).map(Stated::Value));
    if value.is_none() || window.is_none() {
        at.problem(Code::FileNumber, [text, "50% / 3.5‰ / 1/99 / 3 / no_premium"]);
    }
    Some(ExpectedMeasure { measure: name.to_owned(), window: window?, text: text.to_owned(), value: value? })
}

/// `50%`, `3.5‰`, `1/99` or a number.
fn quantity(text: &str) -> Option<Quantity> {
    let digits = |text: &str| -> Option<i128> {
        let plain = !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten()
    };
    if let Some((numerator, denominator)) = text.split_once('/') {
        let denominator = digits(denominator).filter(|number| *number > 0)?;
        return Some(Quantity { numerator: digits(numerator)?, denominator });
    }
    let (text, unit) = match (text.strip_suffix('%'), text.strip_suffix('‰')) {
        (Some(percent), _) => (percent, 100),
        (None, Some(per_mille)) => (per_mille, 1000),
        (None, None) => (text, 1),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let numerator = digits(&format!("{whole}{fraction}")).filter(|_| !whole.is_empty())?;
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Some(Quantity { numerator, denominator: scale.checked_mul(unit)? })
}

fn yuan(fields: &Fields<'_>, key: &'static str) -> Option<Money> {
    let at = fields.need(key)?;
    let text = at.text()?;
    let fen = fen(text);
    if fen.is_none() {
        at.problem(Code::FileNumber, [text, YUAN]);
    }
    fen.map(Money::from_fen)
}

fn settled(at: &At<'_>) -> Option<ExpectedSettled> {
    let fields = at.fields()?;
    let month = |key| fields.need(key).and_then(|at| at.parsed("2025-01"));
    let (from, to) = (month("from"), month("to"));
    let (posted, due) = (yuan(&fields, "posted_yuan"), yuan(&fields, "due_yuan"));
    let words: Vec<(&str, Then)> =
        Then::WORDS.iter().filter_map(|word| Some((*word, Then::from_word(word)?))).collect();
    let then = fields.need("then").and_then(|at| at.word(&words));
    fields.finish();
    Some(ExpectedSettled { from: from?, to: to?, posted: posted?, due: due?, then: then? })
}

fn premium(at: &At<'_>) -> Option<ExpectedPremium> {
    let fields = at.fields()?;
    let month = fields.need("month").and_then(|at| at.parsed("2025-01"));
    let (payroll, premium) = (yuan(&fields, "payroll_yuan"), yuan(&fields, "premium_yuan"));
    fields.finish();
    Some(ExpectedPremium { month: month?, payroll: payroll?, premium: premium? })
}

#[cfg(test)]
mod tests {
    use super::quantity;
    use crate::amount::Quantity;

    #[test]
    fn values_are_read_as_they_are_written() {
        let right = [("50%", 50, 100), ("3.5‰", 35, 10_000), ("1/99", 1, 99), ("3", 3, 1), ("0.25%", 25, 10_000)];
        for (text, numerator, denominator) in right {
            assert_eq!(quantity(text), Some(Quantity { numerator, denominator }), "{text}");
        }
        for text in ["", "%", "1/0", "1/", "/3", "-1", "1e3", "1.5/2", ".5", "9999999999999999999", "50 %"] {
            assert_eq!(quantity(text), None, "{text}");
        }
    }
}
