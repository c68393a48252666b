//! Reading what stands for payroll on other bases.

use super::projects::{MODES, clash_values, premium, same_kind};
use super::{Reader, areas_inside, days, words_of};
use crate::amount::{Factor, Money, RoundMode};
use crate::error::Code;
use crate::history::ProjectKind;
use crate::input::reader::{At, Fields};
use crate::interval::Interval;
use crate::parameters::other_base::{Formula, OtherBase};

impl<'t> Reader<'_, 't> {
    pub(super) fn other_base(&self, at: &At<'t>) -> Option<OtherBase> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, None);
        let days = days(&fields);
        let kinds = words_of(&fields, "kinds", ProjectKind::WORDS, ProjectKind::from_word);
        let areas_inside = areas_inside(&fields);
        let formula = formula(&fields);
        let premium = fields.need("premium").and_then(|at| premium(&at));
        fields.finish();
        let area = self.area.to_owned();
        Some(OtherBase { area, areas_inside, kinds, days: days?, formula: formula?, premium: premium?, basis })
    }
}

/// Exactly one of `output`, `floor_area` and `turnover`.
fn formula(fields: &Fields<'_>) -> Option<Formula> {
    match (fields.get("output"), fields.get("floor_area"), fields.get("turnover")) {
        (Some(at), None, None) => {
            let fields = at.fields()?;
            let wage = fields.need("wage_per_tonne").and_then(|at| yuan(&at));
            fields.finish();
            Some(Formula::Output { wage_per_tonne: wage? })
        }
        (None, Some(at), None) => floor_area(&at),
        (None, None, Some(at)) => {
            let fields = at.fields()?;
            let share = fields.need("share").and_then(|at| share(&at));
            fields.finish();
            Some(Formula::Turnover { share: share? })
        }
        _ => {
            fields.at().problem(Code::RuleSetResult, ["output, floor_area, turnover"]);
            None
        }
    }
}

fn floor_area(at: &At<'_>) -> Option<Formula> {
    let fields = at.fields()?;
    let per_head = fields.need("square_metres_per_head").and_then(|at| at.integer(1..=1_000_000));
    let heads: Option<RoundMode> = fields.need("heads").and_then(|at| at.word(MODES));
    let monthly_wage = fields.need("monthly_wage").and_then(|at| yuan(&at));
    let wage_share = fields.need("wage_share").and_then(|at| share(&at));
    fields.finish();
    Some(Formula::FloorArea {
        square_metres_per_head: per_head?,
        heads: heads?,
        monthly_wage: monthly_wage?,
        wage_share: wage_share?,
    })
}

/// An amount such as `6000元`, in whole fen and above nothing.
fn yuan(at: &At<'_>) -> Option<Money> {
    let text = at.text()?;
    let point = Interval::parse(text).ok().filter(|it| it.low == it.high && text.ends_with('元'));
    let millionths = point.and_then(|it| it.low).map(|end| end.millionths);
    let fen = millionths.filter(|it| *it > 0 && it % 1_000_000 == 0).map(|it| it / 1_000_000);
    if fen.is_none() {
        at.problem(Code::FileNumber, [text, "yuan in whole fen, such as `6000元`"]);
    }
    fen.map(Money::from_fen)
}

fn share(at: &At<'_>) -> Option<Factor> {
    let share = at.parsed::<Factor>("a share such as `60%`")?;
    if share > Factor::ONE {
        at.problem(Code::FileNumber, [share.to_string(), "a share of at most 100%".to_owned()]);
    }
    Some(share)
}

/// Two for the same base, kind and day of one area: nothing chooses between them.
pub(super) fn clashes(all: &[OtherBase]) -> impl Iterator<Item = (&OtherBase, &OtherBase)> {
    all.iter().enumerate().filter_map(move |(place, two)| {
        let clash = |one: &&OtherBase| {
            one.area == two.area
                && one.formula.base() == two.formula.base()
                && same_kind(&one.kinds, &two.kinds)
                && one.days.intersect(&two.days).is_some()
        };
        all[..place].iter().find(clash).map(|one| (one, two))
    })
}

pub(super) fn overlapping(at: &At<'_>, all: &[OtherBase]) {
    for (one, two) in clashes(all) {
        at.problem(Code::CheckTimeOverlap, clash_values(one.days, two.days));
    }
}
