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
    column("through", "基金表末月", "fund table to", 12),
    column("accounts", "户数", "accounts", 10),
    column("lost_accounts", "较现行少定户数", "no longer decided", 12),
    column("income_fen", "年收入（元）", "income of a year, yuan", 20),
    column("benefits_fen", "年支出（元）", "benefits of a year, yuan", 20),
    column("surplus_fen", "当年结余（元）", "surplus, yuan", 20),
    column("balance_fen", "年末累计结余（元）", "balance at its end, yuan", 22),
    column("reserve_months", "可支付月数", "months of reserve", 12),
    column("cut_percent", "对应的阶段性降幅 %", "cut band it leads to %", 14),
    column("load", "其他支出", "other cost", 30),
    column("remark", "备注", "remark", 50),
];

impl Tables<'_> {
    pub(super) fn fund(self) -> Table {
        let mut rows = Vec::new();
        if let Ok(outlook) = &self.answered.outlook {
            let head = [text(self.pick("现行办法", "in force")), text("–")];
            rows.push(self.outlook(&head, (self.answered.baseline.accounts, 0), outlook));
        }
        for judged in &self.answered.candidates {
            for (comparison, outlook) in judged.comparisons.iter().zip(&judged.outlooks) {
                if let Some(outlook) = outlook {
                    let level = level_text(comparison.level, self.lang);
                    let head = [text(&judged.candidate.id), text(level)];
                    let accounts = comparison.by_grade[1].values().map(|sum| sum.accounts).sum();
                    let lost = self.answered.baseline.accounts.saturating_sub(comparison.coverage.both);
                    rows.push(self.outlook(&head, (accounts, lost), outlook));
                }
            }
        }
        let note = self.pick(
            "支出按基金表最近十二个月（或单位可归责支出加所列比例）不变推算；收入为按该办法的一年保费。",
            "Benefits stay as in the fund table's last twelve months, or as claims with the stated load; income is a year's premium under the law.",
        );
        Table { id: "fund", title: self.pick("基金", "The fund"), note, columns: FUND, rows }
    }

    /// Where accounts are lost, income is that of fewer employers against the benefits of all: nothing follows from it.
    fn outlook(self, head: &[ListCell; 2], (accounts, lost): (u64, u64), outlook: &Outlook) -> Vec<ListCell> {
        // What is shown adds up: benefits in whole fen, and what is left of these.
        let benefits = outlook.benefits.numerator.div_euclid(outlook.benefits.denominator);
        let surplus = outlook.income_fen - benefits;
        let months = outlook.months.map_or(ListCell::Nothing, |months| number(cut_off(months)));
        let cut = outlook.cut.map_or(ListCell::Nothing, |cut| number(cut.percent()));
        let load = match outlook.load {
            Load::AsInTable => self.pick("按基金表", "as in the fund table").to_owned(),
            Load::Stated(load) => load.to_string(),
        };
        let flows = [ListCell::Fen(outlook.income_fen), ListCell::Fen(benefits)];
        let (ends, remark) = if lost == 0 {
            ([ListCell::Fen(surplus), ListCell::Fen(outlook.balance_fen + surplus), months, cut], ListCell::Nothing)
        } else {
            let remark = self.pick(
                "按此办法能定费率的单位少于现行，收入与支出不可比，不推算结余",
                "decides fewer accounts than the law in force: its income is not held against the benefits of all",
            );
            ([ListCell::Nothing, ListCell::Nothing, ListCell::Nothing, ListCell::Nothing], text(remark))
        };
        let size = [text(&outlook.over.to().to_string()), number(accounts), number(lost)];
        [head.to_vec(), size.to_vec(), flows.to_vec(), ends.to_vec(), vec![text(&load), remark]].concat()
    }
}

/// Months with as many digits as are needed, four at most, never rounded up: a reserve of 17.99996 months is none of 18.
fn cut_off(months: Quantity) -> String {
    let parts = (months.numerator * 10_000).div_euclid(months.denominator);
    let text = format!("{}{}.{:04}", if parts < 0 { "-" } else { "" }, parts.abs() / 10_000, parts.abs() % 10_000);
    let kept = text.trim_end_matches('0');
    if kept.ends_with('.') { format!("{kept}0") } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_never_rounded_up() {
        let shown = |numerator, denominator| cut_off(Quantity { numerator, denominator });
        assert_eq!(shown(461, 20), "23.05");
        assert_eq!([shown(23, 1), shown(1_799_999, 100_000), shown(-1, 3)], ["23.0", "17.9999", "-0.3334"]);
    }
}
