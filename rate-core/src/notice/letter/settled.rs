//! What is settled where the rate was decided late: each posted row, what becomes of the difference, and the sums.

use super::words::{day, months};
use super::{Block, Cited, Column, Section, Table, Wording};
use crate::error::Lang;
use crate::notice::yuan;
use crate::settlement::{Line, Settlement, Then};

/// What becomes of money, in the order in which the sums are told.
const TOLD: [Then; 5] = [Then::Collect, Then::Refund, Then::SetOff, Then::Waived, Then::Settled];

impl Wording<'_> {
    /// Nothing where the rate was decided in time, or the method settles nothing.
    pub(super) fn settled(&self) -> Option<Section> {
        let (settlement, lang) = (self.notice.settlement.as_ref()?, self.lang);
        let (decided, first) = (day(settlement.decided_on, lang), day(self.law.setting().from(), lang));
        let text = match lang {
            Lang::Zh => {
                format!("本期费率于{decided}核定，自{first}起算；此前已计征的工伤保险费按本期费率结算如下。")
            }
            Lang::En => format!(
                "The rate was decided on {decided} and holds from {first}; premium posted until then is settled at it."
            ),
        };
        let head = Cited { text, citation: self.cite(settlement.source) };
        let blocks =
            vec![Block::Paragraph(head), Block::Table(self.lines(settlement)), Block::Amounts(self.sums(settlement))];
        Some(self.section("已缴保费的结算", "Settlement of premium already posted", blocks))
    }

    fn lines(&self, settlement: &Settlement) -> Table {
        let (lang, unit) = (self.lang, self.lang.pick("元", "yuan"));
        let columns = vec![
            Column::words(lang.pick("所属月份", "months")),
            Column::figures(lang.pick("缴费工资总额", "payroll"), unit),
            Column::figures(lang.pick("本期费率", "rate"), ""),
            Column::figures(lang.pick("已计", "posted"), unit),
            Column::figures(lang.pick("应计", "due"), unit),
            Column::words(lang.pick("处理", "difference")),
            Column::figures(lang.pick("金额", "amount"), unit),
        ];
        let rows = settlement.lines.iter().map(|line| self.settled_row(line)).collect();
        Table { caption: self.say("各月结算", "Month by month"), columns, rows, note: Cited::plain("") }
    }

    fn settled_row(&self, line: &Line) -> Vec<String> {
        let none = || "–".to_owned();
        let fen = |fen: i64| yuan(fen.into());
        vec![
            months(&line.months, self.lang),
            line.rate.map_or_else(none, |_| fen(line.payroll.fen())),
            line.rate.map_or_else(none, |rate| rate.to_string()),
            fen(line.posted.fen()),
            line.rate.map_or_else(none, |_| fen(line.due.fen())),
            line.then.text(self.lang).to_owned(),
            yuan(line.difference().abs()),
        ]
    }

    /// The sums of what becomes of the differences, and what is left to be done.
    fn sums(&self, settlement: &Settlement) -> Vec<(String, String)> {
        let lang = self.lang;
        let amount = |fen: i128| format!("{} {}", yuan(fen.abs()), lang.pick("元", "yuan"));
        let of = TOLD.into_iter().map(|then| (then, settlement.sum(then))).filter(|(_, fen)| *fen != 0);
        let mut sums: Vec<(String, String)> = of
            .map(|(then, fen)| (format!("{}{}", then.text(lang), lang.pick("合计", ", in all")), amount(fen)))
            .collect();
        let left = settlement.left();
        let set_off = settlement.sum(Then::SetOff) != 0;
        let what = match left.cmp(&0) {
            std::cmp::Ordering::Equal => lang.pick("结算后", "After settlement"),
            std::cmp::Ordering::Greater => lang.pick("你单位还应补缴", "You are still to pay"),
            std::cmp::Ordering::Less if set_off => lang.pick("还可抵缴以后的保费", "Still to be set off for you"),
            std::cmp::Ordering::Less => lang.pick("还应退还你单位", "Still to be paid back to you"),
        };
        let value = if left == 0 { self.say("无须再结算", "nothing is left to settle") } else { amount(left) };
        sums.push((what.to_owned(), value));
        sums
    }
}
