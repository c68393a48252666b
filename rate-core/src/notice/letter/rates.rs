//! Rates by their dates with how each was made, the premium they come to, and what would move the grade.

use super::words::{day, days, months};
use super::{Block, Cited, Column, Section, Table, Wording};
use crate::citation::{Basis, CitedPlace};
use crate::decision::{Segment, Step, StepKind};
use crate::error::Lang;
use crate::margin::{Direction, Margin};
use crate::notice::{origin_text, yuan};
use crate::rule_set::Numerator;
use crate::rule_set::measure::CountedClaims;

impl Wording<'_> {
    pub(super) fn rates(&self) -> Section {
        let lang = self.lang;
        let mut columns = vec![
            Column::words(lang.pick("执行期间", "days")),
            Column::figures(lang.pick("行业类别", "class"), ""),
            Column::figures(lang.pick("基准费率", "base rate"), ""),
            Column::figures(lang.pick("档次", "grade"), ""),
            Column::figures(lang.pick("降费前费率", "before any cut"), ""),
            Column::figures(lang.pick("阶段性降低", "phased cut"), ""),
            Column::figures(lang.pick("执行费率", "rate"), ""),
        ];
        let segments = self.notice.decision.schedule().segments();
        // Where all come about alike, the result has said how.
        let several = segments.windows(2).any(|pair| pair[0].origin != pair[1].origin);
        if several {
            columns.push(Column::words(lang.pick("来源", "kind of rate")));
        }
        let rows = segments.iter().map(|segment| {
            let origin = several.then(|| origin_text(segment.origin, lang).to_owned());
            self.row(segment).into_iter().chain(origin).collect()
        });
        let rows = rows.collect();
        let caption = self.say("各段费率", "Rate by its days");
        let note = Cited::plain(self.say("费率为缴费工资总额的百分比。", "A rate is a percentage of payroll."));
        let table = Block::Table(Table { caption, columns, rows, note });
        self.section("执行费率", "Rates", vec![table, Block::Steps(self.reckoned())])
    }

    fn row(&self, segment: &Segment) -> Vec<String> {
        let ladder = self.law.rules().ladder();
        let none = || "–".to_owned();
        vec![
            days(&segment.days, self.lang),
            segment.class.to_string(),
            segment.base.map_or_else(|| self.say("不详", "not known"), |base| base.to_string()),
            segment.grade.map_or_else(none, |grade| ladder.grade(grade).label.clone()),
            segment.before_cut.to_string(),
            if segment.cut.percent().is_zero() { none() } else { segment.cut.to_string() },
            segment.rate.to_string(),
        ]
    }

    /// For each segment the sums behind its rate, in a line.
    fn reckoned(&self) -> Vec<Cited> {
        let (_, priced) = self.parted();
        priced.into_iter().map(|steps| self.line(steps)).collect()
    }

    fn line(&self, steps: &[Step]) -> Cited {
        let lang = self.lang;
        let span = steps.iter().find_map(|step| match step.kind {
            StepKind::Rate { days, .. } => Some(days),
            _ => None,
        });
        let colon = lang.pick("：", ": ");
        let said = steps.iter().map(|step| span.map_or_else(|| self.aloud(step), |span| self.undated(step, span)));
        let said = said.collect::<Vec<_>>().join(lang.pick("；", "; "));
        let when = span.map(|span| format!("{}{colon}", days(&span, lang))).unwrap_or_default();
        Cited { text: format!("{when}{said}"), citation: self.documents(steps) }
    }

    /// The documents that steps rest on, each once, its places one after the other.
    fn documents(&self, steps: &[Step]) -> String {
        let (law, lang) = (self.law, self.lang);
        let mut found: Vec<(&Basis, Vec<String>)> = Vec::new();
        for basis in steps.iter().filter_map(|step| law.basis(step.source)) {
            let place = basis.place.text(lang);
            match found.iter_mut().find(|(other, _)| other.document == basis.document) {
                Some((_, places)) if place.is_empty() || places.contains(&place) => {}
                Some((_, places)) => places.push(place),
                None => found.push((basis, if place.is_empty() { Vec::new() } else { vec![place] })),
            }
        }
        let each = found.into_iter().map(|(basis, places)| {
            let whole = Basis { place: CitedPlace::default(), ..basis.clone() }.citation(lang);
            let gap = if places.is_empty() { "" } else { lang.pick("", ", ") };
            format!("{whole}{gap}{}", places.join(lang.pick("、", ", ")))
        });
        each.collect::<Vec<_>>().join(lang.pick("；", "; "))
    }

    pub(super) fn premium(&self) -> Option<Section> {
        let (estimate, lang) = (self.notice.estimate?, self.lang);
        let amount = |fen: i128| format!("{} {}", yuan(fen), lang.pick("元", "yuan"));
        let payroll = estimate.payroll;
        let monthly = match lang {
            Lang::Zh => format!("{}（{}的月均）", amount(payroll.monthly.fen().into()), months(&payroll.months, lang)),
            Lang::En => format!("{} (mean of {})", amount(payroll.monthly.fen().into()), months(&payroll.months, lang)),
        };
        let mut facts = vec![
            (self.say("月缴费工资总额", "Monthly payroll"), monthly),
            (self.say("参保人数", "Insured heads"), payroll.heads.to_string()),
            (
                match lang {
                    Lang::Zh => format!("按本期费率，{} 个月共", estimate.months),
                    Lang::En => format!("At the new rate, {} month(s)", estimate.months),
                },
                amount(estimate.fen),
            ),
        ];
        if let Some((rate, fen)) = estimate.before {
            let change = estimate.fen - fen;
            let at = match lang {
                Lang::Zh => format!("按上期费率 {rate}，相同月份共"),
                Lang::En => format!("At the previous rate of {rate}, the same months"),
            };
            facts.push((at, amount(fen)));
            facts.push((self.say("相差", "Difference"), amount(change)));
        }
        let note = Cited::plain(self.say(
            "以上为估算，不是缴费通知：按最近已知的工资总额和各月第一天的费率计算。",
            "An estimate, not a bill: on the latest payroll known and the rate of the first day of each month.",
        ));
        Some(self.section("预计保费", "Premium expected", vec![Block::Amounts(facts), Block::Paragraph(note)]))
    }

    /// What would have moved the grade, where the method lets a notice say so.
    pub(super) fn margins(&self) -> Option<Section> {
        let margins = self.notice.margins.as_deref().filter(|margins| !margins.is_empty())?;
        let until = day(margins[0].until, self.lang);
        let head = Cited::plain(match self.lang {
            Lang::Zh => format!("按计至{until}的数据，其他都不变，只变动下列一项时，档次会变为："),
            Lang::En => {
                format!("On the figures until {until}, if nothing else changed but one of these, the grade would be:")
            }
        });
        let points = margins.iter().map(|margin| Cited::plain(self.margin(margin))).collect();
        let blocks = vec![Block::Paragraph(head), Block::Points(points)];
        Some(self.section("怎样会升档或降档", "What would move the grade", blocks))
    }

    fn margin(&self, margin: &Margin) -> String {
        let measure = &self.law.rules().measures()[margin.measure];
        let (label, lang) = (measure.label.text(self.lang), self.lang);
        let to = &self.law.rules().ladder().grade(margin.to).label;
        let up = margin.direction == Direction::Up;
        let change = match (margin.money, up, lang) {
            (true, true, Lang::Zh) => format!("多支付 {} 元", yuan(margin.change)),
            (true, false, Lang::Zh) => format!("少支付 {} 元", yuan(margin.change)),
            (true, true, Lang::En) => format!("{} yuan more paid in benefits", yuan(margin.change)),
            (true, false, Lang::En) => format!("{} yuan less paid in benefits", yuan(margin.change)),
            (false, _, _) => self.counted(&measure.numerator, margin.change, up),
        };
        let worth = margin.yearly_fen.map(|fen| match (lang, fen < 0) {
            (Lang::Zh, false) => format!("，一年约多缴 {} 元", yuan(fen)),
            (Lang::Zh, true) => format!("，一年约少缴 {} 元", yuan(-fen)),
            (Lang::En, false) => format!(", about {} yuan a year more", yuan(fen)),
            (Lang::En, true) => format!(", about {} yuan a year less", yuan(-fen)),
        });
        let worth = worth.unwrap_or_default();
        match lang {
            Lang::Zh => format!("{label}：{change}，档次为 {to}{worth}"),
            Lang::En => format!("{label}: {change}, grade {to}{worth}"),
        }
    }

    /// So many persons or claims more or fewer.
    fn counted(&self, numerator: &Numerator, change: i128, up: bool) -> String {
        let Numerator::Claims { counted, persons, .. } = numerator else { return change.to_string() };
        let what = match counted {
            CountedClaims::Recognised => self.lang.pick("认定工伤", "recognised injuries"),
            CountedClaims::Death => self.lang.pick("工亡", "work deaths"),
            CountedClaims::NewDisease => self.lang.pick("新发职业病", "new occupational diseases"),
            CountedClaims::Severe => self.lang.pick("一至四级伤残", "disability levels 1 to 4"),
        };
        let unit = if *persons { "人" } else { "件" };
        let of = if *persons { "persons" } else { "claims" };
        match (self.lang, up) {
            (Lang::Zh, true) => format!("{what}多 {change} {unit}"),
            (Lang::Zh, false) => format!("{what}少 {change} {unit}"),
            (Lang::En, true) => format!("{what}: {change} more ({of})"),
            (Lang::En, false) => format!("{what}: {change} fewer ({of})"),
        }
    }
}
