//! One account in full: years, steps, rates, premium, margins, trend, in words.

use std::fmt::Write as _;

use crate::amount::write_fen;
use crate::error::Lang;
use crate::experience::Measured;
use crate::explanation::Explanation;
use crate::ladder::GradeIndex;
use crate::margin::{self, Margin};
use crate::premium;
use crate::rule_set::Law;
use crate::trend::{Direction, MeasureTrend, Trend};

use super::{rule_set_text, step_text};

/// An amount of fen as yuan with two decimals and thousands apart: `38,400.00`.
pub fn yuan(fen: i128) -> String {
    let mut plain = String::new();
    // Writing to a String cannot fail.
    let _ = write_fen(&mut plain, fen.abs());
    let (whole, cents) = plain.split_once('.').unwrap_or((&plain, "00"));
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{}{text}.{cents}", if fen < 0 { "-" } else { "" })
}

/// Which way the years of a window go, in words.
pub(super) fn direction_text(direction: Direction, lang: Lang) -> &'static str {
    match direction {
        Direction::Rising => lang.pick("逐年上升", "rising"),
        Direction::Falling => lang.pick("逐年下降", "falling"),
        Direction::Level => lang.pick("持平", "level"),
        Direction::Mixed => lang.pick("有升有降", "up and down"),
        Direction::Unknown => lang.pick("不可比", "not comparable"),
    }
}

/// What an explanation says beside the steps, a sentence each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The years of each measure, and what shorter windows would have given.
    pub trend: Vec<String>,
    /// What the rate comes to.
    pub premium: Vec<String>,
    /// What is settled, where the rate was decided late.
    pub settlement: Vec<String>,
    /// How far the grades above and below are.
    pub margins: Vec<String>,
}

impl Explanation<'_> {
    fn law(&self) -> &Law {
        self.decision.law()
    }

    fn label(&self, grade: GradeIndex) -> &str {
        &self.law().rules().ladder().grade(grade).label
    }

    /// What is said beside the steps.
    pub fn told(&self, lang: Lang) -> Told {
        Told {
            trend: self.trend.iter().flat_map(|trend| self.trend_lines(trend, lang)).collect(),
            premium: self.premium_lines(lang),
            settlement: self.settlement.iter().flat_map(|it| it.lines(self.decision, lang)).collect(),
            margins: self.margins.iter().map(|margin| self.margin_line(margin, lang)).collect(),
        }
    }

    /// The whole explanation.
    pub fn text(&self, lang: Lang) -> String {
        let (history, rules) = (self.history, self.law().rules());
        let mut lines = vec![format!("{} {}", history.key(), history.name()), self.decision.summary(lang)];
        lines.push(format!("{}{}", lang.pick("办法：", "Method: "), rule_set_text(rules, lang)));
        let Told { trend, premium, settlement, margins } = self.told(lang);
        lines.extend(trend);
        lines.push(lang.pick("依据：", "Steps:").to_owned());
        let steps = self.decision.steps().iter().zip(1..);
        lines.extend(steps.map(|(step, number)| format!("  {number:>2}. {}", step_text(step, self.decision, lang))));
        lines.extend([premium, settlement, margins].concat());
        let assumptions = self.decision.assumptions();
        if !assumptions.is_empty() {
            lines.push(format!("{}{}", lang.pick("所用推定：", "Assumptions used: "), assumptions.join(", ")));
        }
        let illustrations = self.decision.illustrations();
        if !illustrations.is_empty() {
            lines.push(format!(
                "{}{}",
                lang.pick("所用示例值：", "Illustrative values used: "),
                illustrations.join(", ")
            ));
        }
        lines.join("\n")
    }

    fn trend_lines(&self, trend: &Trend, lang: Lang) -> Vec<String> {
        let mut lines: Vec<String> = trend.measures.iter().map(|it| self.years_line(it, lang)).collect();
        if trend.shorter.is_empty() {
            return lines;
        }
        let grade =
            |grade: Option<GradeIndex>| grade.map_or(lang.pick("不浮动", "no float"), |grade| self.label(grade));
        let shorter = trend.shorter.iter().map(|it| match (lang, it.window.months() / 12) {
            (Lang::Zh, years) => format!("只看最近 {years} 年为 {}", grade(it.grade)),
            (Lang::En, 1) => format!("the last year alone would give {}", grade(it.grade)),
            (Lang::En, years) => format!("the last {years} years would give {}", grade(it.grade)),
        });
        let shorter = shorter.collect::<Vec<_>>().join(lang.pick("，", ", "));
        let own = grade(trend.grade);
        lines.push(match lang {
            Lang::Zh => format!("趋势：整个观察期为 {own}；{shorter}。"),
            Lang::En => format!("Trend: the whole window gives {own}; {shorter}."),
        });
        lines
    }

    fn years_line(&self, it: &MeasureTrend, lang: Lang) -> String {
        let measure = &self.law().rules().measures()[it.measure];
        let years = it.years.iter().map(|year| {
            let shown = match year.value {
                Measured::Value(value) => measure.shown(value),
                Measured::Undefined(cause) => cause.text(lang).to_owned(),
                Measured::NotAsked => "–".to_owned(),
            };
            format!("{} {shown}", year.months)
        });
        let direction = direction_text(it.direction, lang);
        let label = measure.label.text(lang);
        let years = years.collect::<Vec<_>>().join(lang.pick("；", "; "));
        match lang {
            Lang::Zh => format!("{label}逐年：{years}（{direction}）"),
            Lang::En => format!("{label}, year by year: {years} ({direction})"),
        }
    }

    fn premium_lines(&self, lang: Lang) -> Vec<String> {
        let Some(payroll) = self.payroll else { return Vec::new() };
        let bills = premium::bills(self.decision.schedule(), payroll.monthly);
        let total = premium::total(&bills);
        let monthly = yuan(payroll.monthly.fen().into());
        let months = payroll.months;
        let mut line = match lang {
            Lang::Zh => {
                format!("保费：按 {months} 月均工资总额 {monthly} 元，{} 个月共 {} 元", bills.len(), yuan(total))
            }
            Lang::En => format!(
                "Premium: on the mean monthly payroll of {months}, {monthly} yuan: {} yuan in {} months",
                yuan(total),
                bills.len()
            ),
        };
        let first = self.decision.schedule().segments().first();
        let previous = first.and_then(|segment| self.history.rate_before(segment.days.from()));
        if let Some(previous) = previous {
            let before =
                premium::bills_at(previous.charged, &bills, payroll.monthly, self.decision.schedule().premium_mode());
            let change = yuan(total - before);
            let _ = match lang {
                Lang::Zh => write!(line, "；按上期费率 {} 为 {} 元，相差 {change} 元", previous.charged, yuan(before)),
                Lang::En => write!(
                    line,
                    "; at the previous rate of {} it would be {} yuan, a difference of {change} yuan",
                    previous.charged,
                    yuan(before)
                ),
            };
        }
        vec![line]
    }

    fn margin_line(&self, margin: &Margin, lang: Lang) -> String {
        let measure = self.law().rules().measures()[margin.measure].label.text(lang);
        let (to, until) = (self.label(margin.to), margin.until);
        let up = margin.direction == margin::Direction::Up;
        let change = match (margin.money, lang) {
            (true, Lang::Zh) => format!("{}支付 {} 元", if up { "再多" } else { "若少" }, yuan(margin.change)),
            (true, Lang::En) => {
                format!("{} yuan {} paid in benefits", yuan(margin.change), if up { "more" } else { "less" })
            }
            (false, Lang::Zh) => format!("{} {} 人（件）", if up { "再多" } else { "若少" }, margin.change),
            (false, Lang::En) => format!("{} {} recognised", margin.change, if up { "more" } else { "fewer" }),
        };
        let worth = margin.yearly_fen.map(|fen| match (lang, fen < 0) {
            (Lang::Zh, false) => format!("，一年多缴约 {} 元", yuan(fen)),
            (Lang::Zh, true) => format!("，一年少缴约 {} 元", yuan(-fen)),
            (Lang::En, false) => format!(", about {} yuan a year more", yuan(fen)),
            (Lang::En, true) => format!(", about {} yuan a year less", yuan(-fen)),
        });
        let worth = worth.unwrap_or_default();
        match lang {
            Lang::Zh => format!("升降档差距（{measure}，计至 {until}，其他不变）：{change} → {to}{worth}"),
            Lang::En => {
                format!("Margin ({measure}, counted until {until}, if nothing else changes): {change} → {to}{worth}")
            }
        }
    }
}
