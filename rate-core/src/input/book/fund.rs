//! The fund of an area from its rows, and whether its balances follow from one another.

use std::collections::BTreeSet;

use super::row::{Cells, Layout};
use crate::amount::{MAX_ROW_FEN, Money};
use crate::calendar::Month;
use crate::error::{Code, Place, Problem};
use crate::fund::{Fund, FundMonth};

/// The months of all areas. A row that cannot be read is a problem of the files; a month left out, or a balance that is
/// not the one before with income and without benefits, is a warning: figures of a fund are corrected afterwards.
pub(super) fn fund<'t>(layouts: &[Layout<'t>], problems: &mut Vec<Problem>, warnings: &mut Vec<Problem>) -> Fund {
    let mut rows: Vec<(FundMonth, Place, Place)> = Vec::new();
    let mut seen: BTreeSet<(&'t str, Month)> = BTreeSet::new();
    for layout in layouts {
        for row in layout.table.rows() {
            let Some(mut cells) = Cells::behind_key(layout, row, problems) else { continue };
            let area = cells.area();
            let Some(month) = month(area, &mut cells) else { continue };
            if !seen.insert((area, month.month)) {
                cells.problem("month", Code::RowsDuplicate, [month.month]);
            }
            rows.push((month, layout.place(row, "month"), layout.place(row, "balance_fen")));
        }
    }
    rows.sort_by(|(one, ..), (two, ..)| (&one.area, one.month).cmp(&(&two.area, two.month)));
    for pair in rows.windows(2).filter(|pair| pair[0].0.area == pair[1].0.area) {
        let ((before, ..), (month, at_month, at_balance)) = (&pair[0], &pair[1]);
        if month.month.since(before.month) > 1 {
            let missing = [before.month.plus(1), month.month.plus(-1)];
            warnings.push(Problem::new(Code::RowsFundGap, at_month.clone(), missing));
        } else if month.month > before.month {
            let follows = before.balance.fen() + month.income.fen() - month.benefits.fen();
            if follows != month.balance.fen() {
                let values = [month.balance.fen(), follows];
                warnings.push(Problem::new(Code::RowsFundBalance, at_balance.clone(), values));
            }
        }
    }
    Fund::new(rows.into_iter().map(|(month, ..)| month).collect())
}

fn month(area: &str, cells: &mut Cells<'_, '_>) -> Option<FundMonth> {
    let month = cells.month("month");
    let [income, benefits, balance] = ["income_fen", "benefits_fen", "balance_fen"].map(|name| amount(name, cells));
    Some(FundMonth { area: area.to_owned(), month: month?, income: income?, benefits: benefits?, balance: balance? })
}

fn amount(name: &str, cells: &mut Cells<'_, '_>) -> Option<Money> {
    let money = cells.fen(name)?;
    if !(-MAX_ROW_FEN..=MAX_ROW_FEN).contains(&money.fen()) {
        cells.problem(name, Code::RowsNumber, [money.fen().to_string().as_str(), "-10^15 … 10^15"]);
        return None;
    }
    Some(money)
}
