//! The measures of the window and their years: both sides and the value.

use rust_decimal::Decimal;

use super::words::{money, months, number};
use super::{Block, Cited, Column, Section, Table, Wording};
use crate::amount::Quantity;
use crate::error::Lang;
use crate::experience::{Measured, Sums};
use crate::explanation::Measurement;
use crate::history::Origin;
use crate::notice::explain::{direction_text, yuan};
use crate::rule_set::measure::{CountedClaims, Per, PremiumBasis, Unit};
use crate::rule_set::{Denominator, Measure, Numerator};

/// What one side of a measure is called, and in what it is counted.
#[derive(Clone, Copy)]
struct Side {
    name: &'static str,
    unit: &'static str,
    money: bool,
}

impl Wording<'_> {
    pub(super) fn measured(&self) -> Section {
        let newest = self.notice.measurements.iter().filter(|it| it.window == 0);
        let tables = newest.map(|it| Block::Table(self.table(it)));
        let mut blocks: Vec<Block> = tables.collect();
        if blocks.is_empty() {
            let why = match self.notice.decision.outcome().origin {
                Origin::Carried => self.say(
                    "档次已在本浮动周期核定，本年度沿用，不重新测算。",
                    "The grade was fixed in this float cycle and is carried; nothing is measured anew this year.",
                ),
                Origin::Ordered => {
                    self.say("费率依裁决执行，不按考核期数据测算。", "The rate was ordered; nothing is measured.")
                }
                Origin::Floated | Origin::Base | Origin::Provisional | Origin::Redetermined => self.say(
                    "本期没有按考核期的数据测算，原因见“档次和费率的依据”。",
                    "Nothing was measured this time; why is said under \"How this was decided\".",
                ),
            };
            blocks.push(Block::Paragraph(Cited::plain(why)));
        }
        self.section("考核期内的数据", "The figures of the window", blocks)
    }

    fn table(&self, it: &Measurement) -> Table {
        let (measure, lang) = (&self.law.rules().measures()[it.measure], self.lang);
        let label = measure.label.text(lang);
        let (above, below) = (self.numerator(&measure.numerator), self.denominator(measure.denominator));
        let mut columns = vec![Column::words(lang.pick("期间", "period")), Column::figures(above.name, above.unit)];
        columns.extend(below.as_ref().map(|side| Column::figures(side.name, side.unit)));
        // A number of persons or claims is its own value.
        let counted = below.is_none() && !above.money && measure.relative_to.is_none();
        if !counted {
            columns.push(Column::figures(if below.is_some() { label } else { lang.pick("计为", "counted as") }, ""));
        }
        let sides = (&above, below.as_ref());
        let row = |period: String, sums: Option<Sums>, value: Measured| {
            let mut cells = vec![period, side(sums.map(|sums| sums.numerator), sides.0)];
            cells.extend(sides.1.map(|below| side(sums.and_then(|sums| sums.denominator), below)));
            if !counted {
                cells.push(self.value(measure, value));
            }
            cells
        };
        let mut rows = vec![row(months(&it.months, lang), it.sums, it.value)];
        rows.extend(it.years.iter().map(|year| {
            let period = format!("{}{}", lang.pick("其中 ", "of which "), months(&year.months, lang));
            row(period, year.sums, year.value)
        }));
        let earlier = self.notice.measurements.iter().filter(|other| other.measure == it.measure && other.window > 0);
        rows.extend(earlier.map(|other| {
            let period = match (other.window, lang) {
                (1, Lang::Zh) => format!("上一考核期 {}", months(&other.months, lang)),
                (1, Lang::En) => format!("the window before, {}", months(&other.months, lang)),
                (before, Lang::Zh) => format!("前 {before} 个考核期 {}", months(&other.months, lang)),
                (before, Lang::En) => format!("{before} windows before, {}", months(&other.months, lang)),
            };
            row(period, other.sums, other.value)
        }));
        Table { caption: label.to_owned(), columns, rows, note: self.made(it, measure, sides) }
    }

    /// How the value is made of both sides, and which way its years go.
    fn made(&self, it: &Measurement, measure: &Measure, (above, below): (&Side, Option<&Side>)) -> Cited {
        let (zh, label) = (self.lang == Lang::Zh, measure.label.text(self.lang));
        let mut said = Vec::new();
        if let Some(below) = below {
            let covered = it.sums.map_or(0, |sums| sums.months);
            let times = match measure.denominator {
                Denominator::Headcount(Per::Year) => self.say(" × 12 个月", " × 12 months"),
                Denominator::Headcount(Per::Window) if zh => format!(" × 参保月数（整个期间 {covered} 个月）"),
                Denominator::Headcount(Per::Window) => format!(" × insured months ({covered} in the whole period)"),
                Denominator::One
                | Denominator::Premium { .. }
                | Denominator::WindowBefore
                | Denominator::Headcount(Per::Month) => String::new(),
            };
            said.push(format!("{label} = {}{times} ÷ {}", above.name, below.name));
        }
        if measure.relative_to.is_some() {
            let average = it.sums.and_then(|sums| sums.average_percent);
            said.extend(average.map(|average| {
                if zh {
                    format!("再除以本行业平均值 {average}%")
                } else {
                    format!("then divided by the average of the industry, {average}%")
                }
            }));
        }
        let trend = self.notice.trend.as_ref().filter(|_| !it.years.is_empty());
        let years = trend.and_then(|trend| trend.measures.iter().find(|of| of.measure == it.measure));
        said.extend(
            years.map(|of| {
                format!("{}{}", self.lang.pick("走势：", "trend: "), direction_text(of.direction, self.lang))
            }),
        );
        let text = said.join(self.lang.pick("；", "; "));
        Cited { text, citation: self.cite(it.source) }
    }

    /// A value as the letter writes figures: an amount with its thousands apart.
    pub(super) fn shown(&self, measure: &Measure, value: Quantity) -> String {
        match measure.unit {
            Unit::Yuan => format!("{} {}", yuan(value.display_scaled(1)), self.lang.pick("元", "yuan")),
            Unit::Percent | Unit::PerMille | Unit::Number => measure.shown(value),
        }
    }

    fn value(&self, measure: &Measure, value: Measured) -> String {
        match value {
            Measured::Value(value) => self.shown(measure, value),
            Measured::Undefined(cause) if self.lang == Lang::Zh => format!("无法计算（{}）", cause.text(self.lang)),
            Measured::Undefined(cause) => format!("not computable ({})", cause.text(self.lang)),
            Measured::NotAsked => self.say("缴费跨年，不拆分", "premium across years is not split"),
        }
    }

    fn numerator(&self, numerator: &Numerator) -> Side {
        let (lang, yuan) = (self.lang, self.lang.pick("元", "yuan"));
        match numerator {
            Numerator::Benefits { items, .. } if items.is_empty() => {
                Side { name: lang.pick("基金支付的待遇", "benefits paid by the fund"), unit: yuan, money: true }
            }
            Numerator::Benefits { .. } => {
                let name = lang.pick("基金支付的计入项目", "counted items of benefits paid by the fund");
                Side { name, unit: yuan, money: true }
            }
            Numerator::Premium { restored, .. } => Side { name: self.premium_name(*restored), unit: yuan, money: true },
            Numerator::Claims { counted, persons, .. } => {
                let name = match counted {
                    CountedClaims::Recognised => lang.pick("认定工伤", "recognised injuries"),
                    CountedClaims::Death => lang.pick("工亡", "work deaths"),
                    CountedClaims::NewDisease => lang.pick("新发职业病", "new occupational diseases"),
                    CountedClaims::Severe => lang.pick("一至四级伤残", "disability levels 1 to 4"),
                };
                let unit = if *persons { lang.pick("人", "person(s)") } else { lang.pick("件", "claim(s)") };
                Side { name, unit, money: false }
            }
        }
    }

    fn denominator(&self, denominator: Denominator) -> Option<Side> {
        let (lang, yuan) = (self.lang, self.lang.pick("元", "yuan"));
        let (name, unit, money) = match denominator {
            Denominator::One => return None,
            Denominator::Premium { basis: PremiumBasis::Paid, restored, .. } => {
                (self.premium_name(restored), yuan, true)
            }
            Denominator::Premium { basis: PremiumBasis::AtBaseRate, .. } => {
                (lang.pick("按基准费率应缴的保费", "premium due at the base rate"), yuan, true)
            }
            Denominator::Headcount(_) => {
                (lang.pick("参保人月", "insured person-months"), lang.pick("人月", "person-months"), false)
            }
            Denominator::WindowBefore => (lang.pick("上一考核期支付", "paid in the window before"), yuan, true),
        };
        Some(Side { name, unit, money })
    }

    fn premium_name(&self, restored: bool) -> &'static str {
        if restored {
            self.lang.pick("缴费（含国家减免）", "premium (relieved premium included)")
        } else {
            self.lang.pick("缴费", "premium paid")
        }
    }
}

fn side(figure: Option<Decimal>, side: &Side) -> String {
    let shown = |figure| if side.money { money(figure) } else { number(figure) };
    figure.map_or_else(|| "–".to_owned(), shown)
}
