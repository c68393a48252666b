//! The tables of a study.

mod compared;
mod fund;
mod searched;
mod statistics;

use rate_core::RiskClass;
use rate_core::amount::Quantity;
use rate_core::error::Lang;
use rate_core::scenario::{Comparison, Pair, Sum, percent};

pub(super) use compared::grade_labels;

use super::table::Table;
use super::{Answered, Judged, level_text};
use crate::run::ListCell;

/// Every table of a study that has a row, in the order people read them.
pub fn tables(answered: &Answered, lang: Lang) -> Vec<Table> {
    every(answered, lang).into_iter().filter(|table| !table.rows.is_empty()).collect()
}

/// Every table that a study may have.
pub(super) fn every(answered: &Answered, lang: Lang) -> Vec<Table> {
    let with = Tables { answered, lang };
    vec![
        with.totals(),
        with.candidates(),
        with.fund(),
        with.by_class(),
        with.by_size(),
        with.by_sub_area(),
        with.by_grade(),
        with.by_change(),
        with.migration(),
        with.rate_changes(),
        with.premium_changes(),
        with.movers(),
        with.undecided(),
        with.calibrations(),
        with.trials(),
        with.sweeps(),
        with.prediction(),
        with.prediction_sums(),
        with.noise(),
        with.credibility(),
        with.maturity(),
        with.window(),
        with.chains(),
        with.projection(),
        with.projected_grades(),
        with.projection_basis(),
        with.watched(),
        with.drift(),
        with.incidence(),
    ]
}

/// What tables are made from.
#[derive(Clone, Copy)]
struct Tables<'a> {
    answered: &'a Answered,
    lang: Lang,
}

impl Tables<'_> {
    const fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// Rows for every comparison, each behind the candidate and the level.
    fn each(self, rows: impl Fn(&Comparison) -> Vec<Vec<ListCell>>) -> Vec<Vec<ListCell>> {
        let of = |judged: &Judged| {
            let comparisons = judged.comparisons.iter().flat_map(|it| {
                let head = [text(&judged.candidate.id), text(level_text(it.level, self.lang))];
                rows(it).into_iter().map(move |row| [head.to_vec(), row].concat()).collect::<Vec<_>>()
            });
            comparisons.collect::<Vec<_>>()
        };
        self.answered.candidates.iter().flat_map(of).collect()
    }
}

fn text(text: &str) -> ListCell {
    ListCell::Text(text.to_owned())
}

fn number(number: impl std::fmt::Display) -> ListCell {
    ListCell::Number(number.to_string())
}

/// A quotient in percent, with digits for people.
fn share(value: Option<Quantity>, digits: u32) -> ListCell {
    value.map_or(ListCell::Nothing, |value| number(percent(value, digits)))
}

/// What is more, in percent of what was.
fn more(before: i128, after: i128) -> ListCell {
    share((before > 0).then_some(Quantity { numerator: after - before, denominator: before }), 2)
}

fn class_text(class: RiskClass, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{class} 类"),
        Lang::En => format!("class {class}"),
    }
}

/// Accounts, heads and payroll of a sum.
fn size_cells(sum: &Sum) -> [ListCell; 3] {
    [number(sum.accounts), number(sum.heads), ListCell::Fen(sum.payroll_fen)]
}

/// What a pair comes to: accounts, heads, payroll; premiums, difference and average rates.
fn pair_cells(pair: &Pair) -> Vec<ListCell> {
    let (before, after) = (pair.before.premium_fen, pair.after.premium_fen);
    let money = [ListCell::Fen(before), ListCell::Fen(after), ListCell::Fen(after - before), more(before, after)];
    let rates = [share(pair.before.average_rate(), 4), share(pair.after.average_rate(), 4)];
    [size_cells(&pair.before).to_vec(), money.to_vec(), rates.to_vec()].concat()
}
