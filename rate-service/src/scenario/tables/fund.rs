//! The fund under the law in force and under each candidate.

use rate_core::amount::Quantity;
use rate_core::scenario::{Load, Outlook};

use super::super::level_text;
use super::super::table::{Table, TableColumn, column};
use super::{Tables, number, text};
use crate::run::ListCell;

const FUND: &[TableColumn] = &[
    column("candidate", "方案", "candidate", 18),
    column("level", "考核期保费口径", "window premiums", 16),
    column("income_fen", "年收入（元）", "income of a year, yuan", 20),
    column("benefits_fen", "年支出（元）", "benefits of a year, yuan", 20),
    column("surplus_fen", "当年结余（元）", "surplus, yuan", 20),
    column("balance_fen", "年末累计结余（元）", "balance at its end, yuan", 22),
    column("reserve_months", "可支付月数", "months of reserve", 12),
    column("cut_percent", "对应的阶段性降幅 %", "cut band it leads to %", 14),
    column("load", "其他支出", "other cost", 30),
];

impl Tables<'_> {
    pub(super) fn fund(self) -> Table {
        let mut rows = Vec::new();
        if let Ok(outlook) = &self.answered.outlook {
            rows.push(self.outlook(self.pick("现行办法", "in force"), "–", outlook));
        }
        for judged in &self.answered.candidates {
            for (comparison, outlook) in judged.comparisons.iter().zip(&judged.outlooks) {
                if let Some(outlook) = outlook {
                    let level = level_text(comparison.level, self.lang);
                    rows.push(self.outlook(&judged.candidate.id, level, outlook));
                }
            }
        }
        let note = self.pick(
            "支出按基金表最近十二个月（或单位可归责支出加所列比例）不变推算；收入为按该办法的一年保费。",
            "Benefits stay as in the fund table's last twelve months, or as claims with the stated load; income is a year's premium under the law.",
        );
        Table { id: "fund", title: self.pick("基金", "The fund"), note, columns: FUND, rows }
    }

    fn outlook(self, candidate: &str, level: &str, outlook: &Outlook) -> Vec<ListCell> {
        let fen = |value: Quantity| ListCell::Fen(value.numerator.div_euclid(value.denominator));
        let months = outlook.months.map_or(ListCell::Nothing, |months| number(tenths(months)));
        let cut = outlook.cut.map_or(ListCell::Nothing, |cut| number(cut.percent()));
        let load = match outlook.load {
            Load::AsInTable => self.pick("按基金表", "as in the fund table").to_owned(),
            Load::Stated(load) => load.to_string(),
        };
        let money =
            [ListCell::Fen(outlook.income_fen), fen(outlook.benefits), fen(outlook.surplus()), fen(outlook.balance)];
        [vec![text(candidate), text(level)], money.to_vec(), vec![months, cut, text(&load)]].concat()
    }
}

/// Months with one digit, never rounded up: a reserve of 17.96 months is none of 18.
fn tenths(months: Quantity) -> String {
    let tenths = (months.numerator * 10).div_euclid(months.denominator);
    format!("{}{}.{}", if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10)
}
