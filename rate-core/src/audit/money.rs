//! What a difference comes to in money: on the payroll rows that were posted, never on an estimate.

use super::Piece;
use crate::calendar::{Month, NaiveDate};
use crate::history::{History, Premium, PremiumKind};
use crate::rule_set::Law;

/// The effect of a piece on the payroll posted for its months.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Payroll rows whose months all lie in the piece, or in others with the same two rates.
    pub rows: usize,
    /// Their payroll, in fen.
    pub payroll_fen: i128,
    /// Charged too much, in fen: row by row, each rounded as the rule set says.
    pub over_fen: i128,
    /// Charged too little, in fen; not negative.
    pub under_fen: i128,
    /// Rows that lie across pieces with other rates: not split by guess, and not in the sums.
    pub across: usize,
}

/// The pieces with what they come to.
pub(super) fn with_effects(history: &History, law: &Law, mut pieces: Vec<Piece>) -> Vec<Piece> {
    let mode = law.rules().rounding.premium;
    let regular = history.premiums().iter().filter(|row| row.kind == PremiumKind::Regular);
    for row in regular {
        let places: Vec<Option<usize>> = months(row).map(|day| place(&pieces, day)).collect();
        let touched: Vec<usize> = places.iter().copied().flatten().collect();
        let (Some(first), true) = (touched.first().copied(), touched.iter().any(|at| pieces[*at].differs())) else {
            continue;
        };
        let rates = |at: usize| (pieces[at].decided.rate, pieces[at].charged.as_ref().map(|it| it.charged));
        let one = touched.len() == places.len() && touched.iter().all(|at| rates(*at) == rates(first));
        let (decided, charged) = rates(first);
        let premiums = charged
            .and_then(|charged| Some((charged.premium_on(row.payroll, mode)?, decided.premium_on(row.payroll, mode)?)));
        match premiums.filter(|_| one) {
            Some((charged, decided)) => {
                let effect = &mut pieces[first].effect;
                let difference = i128::from(charged.fen()) - i128::from(decided.fen());
                effect.rows += 1;
                effect.payroll_fen += i128::from(row.payroll.fen());
                effect.over_fen += difference.max(0);
                effect.under_fen += (-difference).max(0);
            }
            None => {
                for at in touched.iter().copied().filter(|at| pieces[*at].differs()).take(1).collect::<Vec<_>>() {
                    pieces[at].effect.across += 1;
                }
            }
        }
    }
    pieces
}

/// The first day of each month of a row.
fn months(row: &Premium) -> impl Iterator<Item = NaiveDate> {
    let first = row.months.from();
    (0..row.months.months()).map(move |offset| Month::first_day(first.plus(offset)))
}

fn place(pieces: &[Piece], day: NaiveDate) -> Option<usize> {
    pieces.iter().position(|piece| piece.days.contains(day))
}
