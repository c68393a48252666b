//! Reading rates of projects: tiers that leave no cost out and take none twice.

use super::{Reader, areas_inside, days, words_of};
use crate::amount::{Money, Rate, RoundMode};
use crate::calendar::DateSpan;
use crate::citation::BasisId;
use crate::error::Code;
use crate::history::ProjectKind;
use crate::input::reader::{At, Fields};
use crate::interval::Interval;
use crate::parameters::project::{GradeRate, LabourCostChoice, ProjectRates, Scale, Tier, lies_in};

pub(super) const MODES: &[(&str, RoundMode)] =
    &[("half-up", RoundMode::HalfUp), ("down", RoundMode::Down), ("up", RoundMode::Up)];

/// The most tiers or grades of one scale.
const MOST: usize = 100;

impl<'t> Reader<'_, 't> {
    pub(super) fn project_rates(&self, at: &At<'t>) -> Option<ProjectRates> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, None);
        let days = days(&fields);
        let kinds = words_of(&fields, "kinds", ProjectKind::WORDS, ProjectKind::from_word);
        let areas_inside = areas_inside(&fields);
        let scale = scale(&fields);
        let labour_cost = fields.get("labour_cost").map(|at| self.labour_cost(&at, basis));
        let premium = fields.need("premium").and_then(|at| premium(&at));
        fields.finish();
        let labour_cost = labour_cost.map_or(Some(None), |choice| choice.map(Some))?;
        let (area, days, scale, premium) = (self.area.to_owned(), days?, scale?, premium?);
        Some(ProjectRates { area, areas_inside, kinds, days, scale, labour_cost, premium, basis })
    }

    fn labour_cost(&self, at: &At<'t>, around: BasisId) -> Option<LabourCostChoice> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, Some(around));
        let cost = fields.need("cost").and_then(|at| cost(&at));
        let labour_share = fields.need("labour_share").and_then(|at| interval(&at));
        let rate = fields.need("rate").and_then(|at| at.word(&[("industry", ())]));
        fields.finish();
        rate?;
        Some(LabourCostChoice { cost: cost?, labour_share: labour_share?, basis })
    }
}

/// Whether what is for some kinds, or for all where the list is empty, and something else are for the same kind, with
/// nothing that chooses.
pub(super) fn same_kind(one: &[ProjectKind], two: &[ProjectKind]) -> bool {
    match (one.is_empty(), two.is_empty()) {
        (true, true) => true,
        (false, false) => one.iter().any(|kind| two.contains(kind)),
        (true, false) | (false, true) => false,
    }
}

/// Rates of one area that claim the same days for the same kind: nothing chooses between them.
pub(super) fn clashes(rates: &[ProjectRates]) -> impl Iterator<Item = (&ProjectRates, &ProjectRates)> {
    rates.iter().enumerate().filter_map(move |(place, two)| {
        let clash = |one: &&ProjectRates| {
            one.area == two.area && same_kind(&one.kinds, &two.kinds) && one.days.intersect(&two.days).is_some()
        };
        rates[..place].iter().find(clash).map(|one| (one, two))
    })
}

pub(super) fn clash_values(one: DateSpan, two: DateSpan) -> [String; 3] {
    [one.to_string(), two.to_string(), two.from().to_string()]
}

pub(super) fn overlapping(at: &At<'_>, rates: &[ProjectRates]) {
    for (one, two) in clashes(rates) {
        at.problem(Code::CheckTimeOverlap, clash_values(one.days, two.days));
    }
}

/// Reads `{ unit = "fen", mode }`.
pub(super) fn premium(at: &At<'_>) -> Option<RoundMode> {
    let fields = at.fields()?;
    let unit = fields.need("unit").and_then(|at| at.word(&[("fen", ())]));
    let mode = fields.need("mode").and_then(|at| at.word(MODES));
    fields.finish();
    unit.and(mode)
}

/// Exactly one of `rate`, `marginal`, `whole_amount` and `grades`.
fn scale(fields: &Fields<'_>) -> Option<Scale> {
    let (rate, marginal) = (fields.get("rate"), fields.get("marginal"));
    let (whole_amount, grades) = (fields.get("whole_amount"), fields.get("grades"));
    match (rate, marginal, whole_amount, grades) {
        (Some(at), None, None, None) => project_rate(&at).map(Scale::Flat),
        (None, Some(at), None, None) => tiers(&at).map(Scale::Marginal),
        (None, None, Some(at), None) => tiers(&at).map(Scale::WholeAmount),
        (None, None, None, Some(at)) => grade_rates(&at).map(Scale::Grades),
        _ => {
            fields.at().problem(Code::RuleSetResult, ["rate, marginal, whole_amount, grades"]);
            None
        }
    }
}

fn project_rate(at: &At<'_>) -> Option<Rate> {
    let rate = at.parsed::<Rate>("a rate such as `1.2‰`")?;
    if rate.millionths().is_none() {
        at.problem(
            Code::FileNumber,
            [rate.to_string(), "a rate with at most three decimals of a per mille".to_owned()],
        );
    }
    Some(rate)
}

pub(super) fn interval(at: &At<'_>) -> Option<Interval> {
    let text = at.text()?;
    let interval = Interval::parse(text).ok();
    if interval.is_none() {
        at.problem(Code::RuleSetInterval, [text]);
    }
    interval
}

/// A millionth of a fen each: how bounds are held.
const FEN: i64 = 1_000_000;

/// An interval of amounts, its ends whole fen.
fn cost(at: &At<'_>) -> Option<Interval> {
    let cost = interval(at)?;
    if !at.text().is_some_and(|text| text.contains('元')) || cost.bounds().any(|bound| bound % FEN != 0) {
        at.problem(Code::FileNumber, [cost.to_string().as_str(), "yuan in whole fen, such as `< 10亿元`"]);
        return None;
    }
    Some(cost)
}

fn tiers(at: &At<'_>) -> Option<Vec<Tier>> {
    let tier = |at: &At<'_>| {
        let fields = at.fields()?;
        let (cost, rate) = (fields.need("cost"), fields.need("rate"));
        fields.finish();
        Some(Tier { cost: self::cost(&cost?)?, rate: project_rate(&rate?)? })
    };
    let items = few(at);
    let tiers: Option<Vec<Tier>> = items.iter().map(tier).collect();
    let tiers = tiers.filter(|tiers| !tiers.is_empty())?;
    cover(&tiers, at);
    Some(tiers)
}

fn few<'t>(at: &At<'t>) -> Vec<At<'t>> {
    let items = at.items();
    match items.len() {
        0 => at.problem(Code::FileMissingKey, [at.path()]),
        1..=MOST => {}
        _ => at.problem(Code::RuleSetTooLarge, [at.path(), &MOST.to_string()]),
    }
    items
}

/// Every cost, in whole fen, lies in exactly one tier: looked at on both sides of every bound, which is where the
/// answer may change.
fn cover(tiers: &[Tier], at: &At<'_>) {
    let bounds = tiers.iter().flat_map(|tier| tier.cost.bounds()).map(|bound| bound / FEN);
    let mut costs: Vec<i64> =
        bounds.flat_map(|bound| [bound - 1, bound, bound + 1]).filter(|cost| *cost >= 0).collect();
    costs.push(0);
    costs.sort_unstable();
    costs.dedup();
    let holding = |cost: &i64| -> Vec<&Tier> {
        tiers.iter().filter(|tier| lies_in(&tier.cost, Money::from_fen(*cost))).collect()
    };
    let witness = |cost: &i64| format!("{} {}元", at.path(), Money::from_fen(*cost));
    if let Some(cost) = costs.iter().find(|cost| holding(cost).is_empty()) {
        at.problem(Code::CheckGap, [witness(cost)]);
    }
    if let Some(cost) = costs.iter().find(|cost| holding(cost).len() > 1) {
        let both: Vec<String> = holding(cost).iter().map(|tier| format!("`{}`", tier.cost)).collect();
        at.problem(Code::CheckOverlap, [witness(cost), both.join(", ")]);
    }
}

fn grade_rates(at: &At<'_>) -> Option<Vec<GradeRate>> {
    let grade = |at: &At<'_>| {
        let fields = at.fields()?;
        let label = fields.need("label").and_then(|at| at.text().map(str::to_owned));
        let rate = fields.need("rate").and_then(|at| project_rate(&at));
        fields.finish();
        Some(GradeRate { label: label?, rate: rate? })
    };
    let items = few(at);
    let grades: Option<Vec<GradeRate>> = items.iter().map(grade).collect();
    let grades = grades.filter(|grades| !grades.is_empty())?;
    for (place, grade) in grades.iter().enumerate() {
        if grades[..place].iter().any(|other| other.label == grade.label) {
            at.problem(Code::RuleSetDuplicate, [&grade.label]);
        }
    }
    // Lowest first, as every ladder stands.
    if let Some(pair) = grades.windows(2).find(|pair| pair[0].rate >= pair[1].rate) {
        at.problem(Code::RuleSetContradiction, [&pair[0].label, &pair[1].label]);
    }
    Some(grades)
}
