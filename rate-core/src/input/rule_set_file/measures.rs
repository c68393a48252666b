//! Reading measures.

use super::super::reader::{At, Fields};
use super::basis::{Bases, label};
use super::sections::digits;
use crate::error::Code;
use crate::history::{BenefitItem, ClaimTag, InjuryArticle};
use crate::rule_set::measure::{ClaimDay, CountedClaims, PaymentDay, Per, PremiumBasis, PremiumDay, Unit};
use crate::rule_set::{Cause, Denominator, Excluded, Form, Measure, Numerator, Undefined, Unmeasured, WhenUndefined};

/// Reads `[measures]`, in the order of their names' bytes.
pub(super) fn read<'t>(root: &Fields<'t>, bases: &Bases<'t>, form: Form) -> Vec<Measure> {
    let section = if form == Form::Frame { root.get("measures") } else { root.need("measures") };
    let entries = section.map(|at| at.entries()).unwrap_or_default();
    entries.into_iter().filter_map(|(id, at)| measure(id, &at, bases, form)).collect()
}

/// The names under `[measures]`, whether they can be read or not.
pub(super) fn declared<'t>(root: &Fields<'t>) -> Vec<&'t str> {
    let entries = root.get("measures").filter(At::is_table).map(|at| at.entries()).unwrap_or_default();
    entries.into_iter().map(|(name, _)| name).collect()
}

fn measure<'t>(id: &str, at: &At<'t>, bases: &Bases<'t>, form: Form) -> Option<Measure> {
    let fields = at.fields()?;
    let basis = bases.of(&fields, None);
    let label = fields.need("label").and_then(|at| label(&at));
    let numerator = fields.need("numerator").and_then(|at| numerator(&at));
    let per = fields.get("per").and_then(|at| at.word(&words(Per::WORDS, Per::from_word)));
    let denominator = match fields.get("denominator") {
        Some(at) => denominator(&at, per),
        None => Some(Denominator::One),
    };
    let round = fields.get("round").and_then(|at| digits(&at));
    let relative_to = fields.get("relative_to").and_then(|at| {
        let fields = at.fields()?;
        let statistic = fields.need("statistic").and_then(|at| at.text().map(str::to_owned));
        fields.finish();
        statistic
    });
    let stated = fields.get("undefined");
    fields.finish();
    let (label, numerator, denominator) = (label?, numerator?, denominator?);
    if relative_to.is_some() && !matches!(denominator, Denominator::Headcount(_)) {
        at.problem(Code::RuleSetResult, ["relative_to with a denominator of heads, or neither"]);
    }
    if denominator == Denominator::WindowBefore && !matches!(numerator, Numerator::Benefits { .. }) {
        at.problem(Code::RuleSetResult, ["benefits over those of the window before, or neither"]);
    }
    let (undefined, unit) = (Undefined::default(), Unit::of(&numerator, denominator));
    let mut measure =
        Measure { id: id.to_owned(), label, numerator, denominator, relative_to, round, undefined, unit, basis };
    if let Some(at) = stated {
        measure.undefined = undefined_of(&at, &measure, form)?;
    } else if form == Form::Method && !measure.causes().is_empty() {
        at.problem(Code::FileMissingKey, ["undefined"]);
    }
    Some(measure)
}

fn words<T: Copy>(words: &'static [&'static str], value: fn(&str) -> Option<T>) -> Vec<(&'static str, T)> {
    words.iter().filter_map(|word| value(word).map(|value| (*word, value))).collect()
}

fn word<T: Copy>(
    fields: &Fields<'_>,
    key: &'static str,
    list: &'static [&'static str],
    value: fn(&str) -> Option<T>,
) -> Option<T> {
    fields.need(key)?.word(&words(list, value))
}

fn numerator(at: &At<'_>) -> Option<Numerator> {
    let fields = at.fields()?;
    let excluded = fields.get("exclude").map(|at| at.items()).unwrap_or_default();
    let articles = words(InjuryArticle::WORDS, InjuryArticle::from_word);
    let tagged = fields.get("exclude_tags").map(|at| at.items()).unwrap_or_default();
    let tags = words(ClaimTag::WORDS, ClaimTag::from_word);
    let exclude = Excluded {
        articles: excluded.iter().filter_map(|at| at.word(&articles)).collect(),
        tags: tagged.iter().filter_map(|at| at.word(&tags)).collect(),
    };
    let kinds = words(BenefitItem::WORDS, BenefitItem::from_word);
    let counted_items = fields.get("items");
    let items = counted_items.iter().flat_map(At::items).filter_map(|at| at.word(&kinds)).collect();
    let numerator = if let Some(benefits) = fields.get("benefits") {
        let payer = benefits.word(&[("fund", ())]);
        let by = word(&fields, "by", PaymentDay::WORDS, PaymentDay::from_word);
        payer.and(by).map(|by| Numerator::Benefits { by, exclude, items })
    } else if fields.get("claims").is_some() {
        let counted = word(&fields, "claims", CountedClaims::WORDS, CountedClaims::from_word);
        let persons = fields.need("count").and_then(|at| at.word(&[("persons", true), ("claims", false)]));
        let by = word(&fields, "by", ClaimDay::WORDS, ClaimDay::from_word);
        counted.zip(persons).zip(by).map(|((counted, persons), by)| Numerator::Claims { counted, persons, by, exclude })
    } else if fields.get("premium").is_some() {
        fields.need("premium").and_then(|at| at.word(&[("paid", ())]));
        premium_days(&fields).map(|(by, restored)| Numerator::Premium { by, restored })
    } else {
        at.problem(Code::RuleSetResult, ["benefits, claims, premium"]);
        None
    };
    if let (Some(at), Some(Numerator::Claims { .. } | Numerator::Premium { .. })) = (counted_items, &numerator) {
        at.problem(Code::RuleSetResult, ["items with benefits only"]);
    }
    fields.finish();
    numerator
}

fn premium_days(fields: &Fields<'_>) -> Option<(PremiumDay, bool)> {
    let by = word(fields, "by", PremiumDay::WORDS, PremiumDay::from_word);
    let restored = fields.need("relieved").and_then(|at| at.word(&[("as-paid", false), ("restored", true)]));
    by.zip(restored)
}

fn denominator(at: &At<'_>, per: Option<Per>) -> Option<Denominator> {
    let fields = at.fields()?;
    let denominator = if fields.get("headcount").is_some() {
        fields.need("headcount").and_then(|at| at.word(&[("monthly-mean", ())]));
        if per.is_none() {
            at.problem(Code::FileMissingKey, ["per"]);
        }
        per.map(Denominator::Headcount)
    } else if let Some(benefits) = fields.get("benefits") {
        benefits.word(&[("window-before", Denominator::WindowBefore)])
    } else {
        let basis = word(&fields, "premium", PremiumBasis::WORDS, PremiumBasis::from_word);
        let days = match basis {
            // What would have been due follows from the payroll of the months; relief does not touch it.
            Some(PremiumBasis::AtBaseRate) => Some((PremiumDay::ForMonth, false)),
            Some(PremiumBasis::Paid) | None => premium_days(&fields),
        };
        basis.zip(days).map(|(basis, (by, restored))| Denominator::Premium { basis, by, restored })
    };
    fields.finish();
    denominator
}

fn undefined_of(at: &At<'_>, measure: &Measure, form: Form) -> Option<Undefined> {
    let fields = at.fields()?;
    let outcomes = [
        ("base-rate", WhenUndefined::Settles(Unmeasured::BaseRate)),
        ("last-rate", WhenUndefined::Settles(Unmeasured::LastRate)),
        ("row-fails", WhenUndefined::RowFails),
        ("as-zero", WhenUndefined::AsZero),
    ];
    let mut undefined = Undefined::default();
    for cause in measure.causes() {
        let at = if form == Form::Method { fields.need(cause.as_str()) } else { fields.get(cause.as_str()) };
        undefined.causes[Cause::ALL.iter().position(|other| *other == cause)?] = at.and_then(|at| at.word(&outcomes));
    }
    let earlier = fields.get("earlier_window");
    undefined.earlier_as_zero = earlier.and_then(|at| at.word(&[("row-fails", false), ("as-zero", true)]));
    fields.finish();
    Some(undefined)
}
