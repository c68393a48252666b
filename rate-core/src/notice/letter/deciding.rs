//! Who is told, what came of it, and every rule that decided.

use super::words::{day, days, grouped, months};
use super::{Block, Cited, Section, Wording};
use crate::amount::{Quantity, Rate};
use crate::calendar::{DateSpan, NaiveDate};
use crate::decision::{Step, StepKind};
use crate::error::Lang;
use crate::history::{AccountKind, ChargedRate};
use crate::notice::step::{sentence, source_text};
use crate::notice::{origin_text, reason_text};
use crate::rule_set::Condition;

impl Wording<'_> {
    pub(super) fn employer(&self) -> Section {
        let (history, law, lang) = (self.notice.history, self.law, self.lang);
        let given = |text: &str| if text.is_empty() { self.say("未登记", "not on record") } else { text.to_owned() };
        let kind = match history.kind() {
            AccountKind::Employer => lang.pick("用人单位", "employer"),
            AccountKind::Dispatch => lang.pick("劳务派遣单位", "labour-dispatch company"),
            AccountKind::Institution => lang.pick("机关事业单位", "state organ or public institution"),
            AccountKind::IndividualBusiness => lang.pick("有雇工的个体工商户", "individual business with employees"),
        };
        let mut facts = vec![
            (self.say("单位名称", "Name"), given(history.name())),
            (self.say("单位编号", "Account number"), history.key().number.clone()),
            (self.say("统一社会信用代码", "Unified social credit code"), given(history.credit_code())),
            (self.say("单位类型", "Kind of payer"), kind.to_owned()),
            (self.say("统筹地区代码", "Pooling area"), history.key().area.clone()),
        ];
        if !history.sub_area().is_empty() {
            facts.push((self.say("所属区县或片区", "Sub-area"), history.sub_area().to_owned()));
        }
        facts.push((self.say("依据的办法", "Method"), law.rules().basis(law.rules().basis).document_text(self.lang)));
        facts.push((self.say("浮动周期", "Float cycle"), law.cycle().id.clone()));
        let window = self.notice.decision.steps().iter().find_map(|step| match step.kind {
            StepKind::Setting { window, .. } => Some(window),
            _ => None,
        });
        facts.extend(window.map(|window| (self.say("考核期", "Window"), months(&window, lang))));
        facts.push((self.say("本期执行期间", "Days this notice is about"), days(law.setting(), lang)));
        self.section("单位和办法", "Employer and method", vec![Block::Facts(facts)])
    }

    pub(super) fn result(&self) -> Section {
        let (decision, lang) = (self.notice.decision, self.lang);
        let outcome = decision.outcome();
        let none = || self.say("没有记录", "none on record");
        let grade = |label: &str| if label.is_empty() { self.say("未定档", "none") } else { label.to_owned() };
        let before = self.notice.previous;
        let was = |of: &dyn Fn(&ChargedRate) -> String| before.map_or_else(none, of);
        let mut facts = vec![
            (self.say("上期档次", "Grade before"), was(&|rate| grade(&rate.grade))),
            (self.say("上期费率", "Rate before"), was(&|rate| rate.charged.to_string())),
            (self.say("本期档次", "Grade now"), grade(decision.grade_label())),
        ];
        if let Some(first) = decision.schedule().segments().first() {
            let now = match lang {
                Lang::Zh => format!("{}，自{}起{}", first.rate, day(first.days.from(), lang), self.moved(first.rate)),
                Lang::En => format!("{} from {}{}", first.rate, day(first.days.from(), lang), self.moved(first.rate)),
            };
            facts.push((self.say("本期费率", "Rate now"), now));
        }
        facts.push((self.say("费率来源", "Kind of rate"), origin_text(outcome.origin, lang).to_owned()));
        facts.push((self.say("原因", "Reason"), reason_text(outcome.reason, self.law, lang)));
        self.section("核定结果", "Result", vec![Block::Facts(facts)])
    }

    fn moved(&self, now: Rate) -> &'static str {
        let Some(before) = self.notice.previous else { return "" };
        match now.cmp(&before.charged) {
            std::cmp::Ordering::Greater => self.lang.pick("，比上期上升", ", higher than before"),
            std::cmp::Ordering::Less => self.lang.pick("，比上期下降", ", lower than before"),
            std::cmp::Ordering::Equal => self.lang.pick("，与上期相同", ", the same as before"),
        }
    }

    /// What was ordered and is carried out.
    pub(super) fn orders(&self) -> Option<Section> {
        let ordered = self.notice.decision.steps().iter().filter_map(|step| match step.kind {
            StepKind::Ordered { days: span, .. } => Some((step, span)),
            _ => None,
        });
        let points =
            ordered.map(|(step, span)| Cited { text: self.dated(step, span), citation: self.cite(step.source) });
        let points: Vec<Cited> = points.collect();
        if points.is_empty() {
            return None;
        }
        let head = self.say(
            "下列裁决已经照办，只在所定的日期内有效：",
            "These orders were followed, on the days they are about and on no others:",
        );
        let blocks = vec![Block::Paragraph(Cited::plain(head)), Block::Points(points)];
        Some(self.section("依裁决执行的内容", "Orders", blocks))
    }

    /// Every step up to the grade but the figures, which stand in tables of their own.
    pub(super) fn deciding(&self) -> Section {
        let (decided, _) = self.parted();
        let told = |kind: StepKind| !matches!(kind, StepKind::Setting { .. } | StepKind::Measured { .. });
        let steps = decided.into_iter().filter(|step| told(step.kind)).map(|step| self.step(step)).collect();
        self.section("档次和费率的依据", "How this was decided", vec![Block::Steps(steps)])
    }

    /// The sentence of a step without the days it begins with.
    pub(super) fn undated(&self, step: &Step, span: DateSpan) -> String {
        let text = self.aloud(step);
        let lead = format!("{span}{}", self.lang.pick("：", ": "));
        text.strip_prefix(&lead).map_or(text.clone(), str::to_owned)
    }

    fn step(&self, step: &Step) -> Cited {
        let text = match step.kind {
            StepKind::Compared { table, row, condition, window, value, holds } => {
                let row = &self.law.rules().tables()[table].rows[row];
                let compared = row.all.iter().chain(&row.any).nth(condition);
                compared.map_or_else(String::new, |it| self.compared(it, window, value, holds))
            }
            StepKind::Ordered { days: span, .. } => self.dated(step, span),
            StepKind::Undecided { days: span, decided_on } => self.decided(&self.dated(step, span), decided_on),
            StepKind::HoldsFromFirstDay { decided_on } => self.decided(&self.aloud(step), decided_on),
            _ => self.aloud(step),
        };
        Cited { text, citation: source_text(self.notice.decision, step.source, self.lang) }
    }

    /// A sentence with the day of the decision as the letter writes days.
    fn decided(&self, sentence: &str, on: NaiveDate) -> String {
        let written = match self.lang {
            Lang::Zh => format!("{on} "),
            Lang::En => on.to_string(),
        };
        sentence.replace(&written, &day(on, self.lang))
    }

    /// The sentence of a step with the days it begins with as the letter writes them.
    fn dated(&self, step: &Step, span: DateSpan) -> String {
        format!("{}{}{}", days(&span, self.lang), self.lang.pick("：", ": "), self.undated(step, span))
    }

    /// The sentence of a step, its arrows said in words.
    pub(super) fn aloud(&self, step: &Step) -> String {
        sentence(step, self.law, self.lang).replace(" → ", self.lang.pick("，变为 ", " becomes "))
    }

    /// A value held against the bounds of a row, in words.
    fn compared(&self, condition: &Condition, window: usize, value: Quantity, holds: bool) -> String {
        let measure = &self.law.rules().measures()[condition.measure];
        let (label, shown) = (self.window_name(measure.label.text(self.lang), window), self.shown(measure, value));
        let range = range(&condition.interval.to_string(), self.lang);
        match (self.lang, holds) {
            (Lang::Zh, true) => format!("{label}为 {shown}，{range}"),
            (Lang::Zh, false) => format!("{label}为 {shown}，并非{range}"),
            (Lang::En, true) => format!("the {label} is {shown}: {range}"),
            (Lang::En, false) => format!("the {label} is {shown}: not {range}"),
        }
    }

    /// A measure with the window it is of, where that is not the one decided on.
    pub(super) fn window_name(&self, label: &str, window: usize) -> String {
        match (window, self.lang) {
            (0, _) => label.to_owned(),
            (1, Lang::Zh) => format!("{label}（上一考核期）"),
            (1, Lang::En) => format!("{label} (the window before)"),
            (earlier, Lang::Zh) => format!("{label}（前 {earlier} 个考核期）"),
            (earlier, Lang::En) => format!("{label} ({earlier} windows before)"),
        }
    }

    /// The steps that led to grades, and those that made rates of them: of each rate, what stands before it without a
    /// break. An account with orders has several grades, each with its rates behind it.
    pub(super) fn parted(&self) -> (Vec<&Step>, Vec<&[Step]>) {
        let steps = self.notice.decision.steps();
        let (mut decided, mut priced, mut next) = (Vec::new(), Vec::new(), 0);
        let rates = steps.iter().enumerate().filter(|(_, step)| matches!(step.kind, StepKind::Rate { .. }));
        for (place, _) in rates {
            let before = steps[next..place].iter().rposition(|step| !prices(step.kind));
            let first = before.map_or(next, |before| next + before + 1);
            decided.extend(&steps[next..first]);
            priced.push(&steps[first..=place]);
            next = place + 1;
        }
        decided.extend(&steps[next..]);
        (decided, priced)
    }
}

/// Whether a step may be one of those that make a rate.
const fn prices(kind: StepKind) -> bool {
    match kind {
        StepKind::Base { .. }
        | StepKind::BaseCut { .. }
        | StepKind::LastRate { .. }
        | StepKind::Floated { .. }
        | StepKind::Points { .. }
        | StepKind::RateFactor { .. }
        | StepKind::Floor { .. }
        | StepKind::Bounded { .. }
        | StepKind::Rounded { .. }
        | StepKind::Cut { .. }
        | StepKind::NotAboveLast { .. }
        | StepKind::Rate { .. }
        | StepKind::ClassChanged { .. }
        | StepKind::RisesInside { .. }
        | StepKind::HeldByClass { .. } => true,
        StepKind::Setting { .. }
        | StepKind::Undecided { .. }
        | StepKind::HoldsFromFirstDay { .. }
        | StepKind::Class { .. }
        | StepKind::UsingUnits
        | StepKind::Carried { .. }
        | StepKind::Predecessors { .. }
        | StepKind::SharedClaims { .. }
        | StepKind::TakesPart
        | StepKind::NotMeasured { .. }
        | StepKind::Measured { .. }
        | StepKind::Undefined { .. }
        | StepKind::Compared { .. }
        | StepKind::Row { .. }
        | StepKind::Conflict { .. }
        | StepKind::Otherwise { .. }
        | StepKind::Combined { .. }
        | StepKind::Adjusted { .. }
        | StepKind::NotGranted { .. }
        | StepKind::Ordered { .. }
        | StepKind::HeldByLimit { .. }
        | StepKind::Grade { .. } => false,
    }
}

/// An interval in words: `(50%, 100%]` is above 50% and not more than 100%.
fn range(printed: &str, lang: Lang) -> String {
    let said = |sign: &str, bound: &str| {
        let words = match sign {
            "<=" | "]" => lang.pick("不超过 ", "not more than "),
            ">=" | "[" => lang.pick("不低于 ", "at least "),
            "<" | ")" => lang.pick("低于 ", "below "),
            ">" | "(" => lang.pick("高于 ", "above "),
            _ => lang.pick("等于 ", "equal to "),
        };
        let amount =
            bound.trim().strip_suffix('元').map(|digits| format!("{} {}", grouped(digits), lang.pick("元", "yuan")));
        format!("{words}{}", amount.unwrap_or_else(|| bound.trim().to_owned()))
    };
    if let Some((low, high)) = printed.split_once(',') {
        let ((open, low), (high, close)) = (low.split_at(1), high.split_at(high.len().saturating_sub(1)));
        return format!("{}{}{}", said(open, low), lang.pick("、", " and "), said(close, high));
    }
    let sign = ["<=", ">=", "<", ">"].into_iter().find(|sign| printed.starts_with(sign)).unwrap_or_default();
    said(sign, printed.strip_prefix(sign).unwrap_or(printed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_intervals_in_words() {
        let said = |text| (range(text, Lang::Zh), range(text, Lang::En));
        let pair = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        assert_eq!(said("(50%, 100%]"), pair("高于 50%、不超过 100%", "above 50% and not more than 100%"));
        assert_eq!(said("[50%, 100%)"), pair("不低于 50%、低于 100%", "at least 50% and below 100%"));
        assert_eq!(said("<= 3‰"), pair("不超过 3‰", "not more than 3‰"));
        assert_eq!(said(">= 1"), pair("不低于 1", "at least 1"));
        assert_eq!(said("< 5000元"), pair("低于 5,000 元", "below 5,000 yuan"));
        assert_eq!(said("0"), pair("等于 0", "equal to 0"));
    }
}
