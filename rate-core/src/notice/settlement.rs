//! A settlement in words.

use super::yuan;
use crate::decision::Decision;
use crate::error::Lang;
use crate::settlement::{Line, Settlement, Then};

impl Then {
    /// What becomes of a difference, in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Refund => lang.pick("退还", "paid back"),
            Self::SetOff => lang.pick("抵缴以后的保费", "set off against later premium"),
            Self::Collect => lang.pick("补收", "collected"),
            Self::Waived => lang.pick("不补收", "waived"),
            Self::Even => lang.pick("无差额", "no difference"),
            Self::Settled => lang.pick("已结算", "settled before"),
            Self::Unsaid => lang.pick("办法未规定如何处理", "what becomes of it the method does not say"),
        }
    }
}

impl Settlement {
    /// The settlement line by line, and what is left of it.
    pub fn lines(&self, decision: &Decision, lang: Lang) -> Vec<String> {
        let (decided_on, citation) = (self.decided_on, decision.citation(self.source, lang));
        let mut lines = vec![match lang {
            Lang::Zh => format!("结算：{decided_on} 核定，自执行期首日起算   [{citation}]"),
            Lang::En => {
                format!("Settlement: decided on {decided_on}, from the first day of the setting   [{citation}]")
            }
        }];
        lines.extend(self.lines.iter().map(|line| line_text(line, lang)));
        let left = self.left();
        lines.push(match (lang, left.cmp(&0)) {
            (Lang::Zh, std::cmp::Ordering::Equal) => "  合计：无须再结算".to_owned(),
            (Lang::En, std::cmp::Ordering::Equal) => "  in all: nothing left to settle".to_owned(),
            (Lang::Zh, std::cmp::Ordering::Greater) => format!("  合计：还应补收 {} 元", yuan(left)),
            (Lang::En, std::cmp::Ordering::Greater) => format!("  in all: {} yuan to be collected", yuan(left)),
            (Lang::Zh, std::cmp::Ordering::Less) => format!("  合计：还应退抵 {} 元", yuan(-left)),
            (Lang::En, std::cmp::Ordering::Less) => format!("  in all: {} yuan to be given back", yuan(-left)),
        });
        lines
    }
}

fn line_text(line: &Line, lang: Lang) -> String {
    let (months, then, by) = (line.months, line.then.text(lang), yuan(line.difference().abs()));
    let (posted, due) = (yuan(line.posted.fen().into()), yuan(line.due.fen().into()));
    match (lang, line.rate, line.then) {
        (Lang::Zh, Some(rate), Then::Even) => format!("  {months}：已计 {posted} 元，按 {rate} 应计 {due} 元，{then}"),
        (Lang::En, Some(rate), Then::Even) => format!("  {months}: {posted} yuan posted, {due} at {rate}: {then}"),
        (Lang::Zh, Some(rate), _) => format!("  {months}：已计 {posted} 元，按 {rate} 应计 {due} 元，{then} {by} 元"),
        (Lang::En, Some(rate), _) => format!("  {months}: {posted} yuan posted, {due} at {rate}: {by} {then}"),
        (Lang::Zh, None, _) => format!("  {months}：{then} {posted} 元"),
        (Lang::En, None, _) => format!("  {months}: {posted} yuan {then}"),
    }
}
