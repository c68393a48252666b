//! One line of the trace as a sentence with its citation.

use crate::amount::{Quantity, Rate};
use crate::calendar::{DateSpan, MonthSpan};
use crate::citation::Basis;
use crate::decision::{Decision, Ruling, Step, StepKind};
use crate::error::Lang;
use crate::industry::RiskClass;
use crate::interval::Interval;
use crate::ladder::GradeIndex;
use crate::parameters::ClassStatus;
use crate::rule_set::law::{ClassBasis, Source};
use crate::rule_set::measure::{Per, PremiumBasis};
use crate::rule_set::{Denominator, Law, Measure, Numerator};

use super::{origin_text, reason_text, yuan};

/// A step as a sentence, its citation after it in brackets.
pub fn step_text(step: &Step, decision: &Decision, lang: Lang) -> String {
    let [said, source] = step_parts(step, decision, lang);
    format!("{said}   [{source}]")
}

/// A step as a sentence, and what it rests on.
pub fn step_parts(step: &Step, decision: &Decision, lang: Lang) -> [String; 2] {
    [sentence(step, decision.law(), lang), source_text(decision, step.source, lang)]
}

/// A step as a sentence.
pub(super) fn sentence(step: &Step, law: &Law, lang: Lang) -> String {
    Sentence { law, lang }.of(&step.kind)
}

/// What a step rests on, and whether something in it was assumed or made up.
pub(super) fn source_text(decision: &Decision, source: Source, lang: Lang) -> String {
    let basis = decision.basis(source);
    let marked = |list: fn(&Basis) -> &Vec<String>, mark| match basis {
        Some(basis) if !list(basis).is_empty() => mark,
        Some(_) | None => "",
    };
    let assumed = marked(|basis| &basis.assumed, lang.pick("；含推定", "; partly assumed"));
    let illustrative = marked(|basis| &basis.illustrative, lang.pick("；含示例值", "; partly illustrative"));
    format!("{}{assumed}{illustrative}", decision.citation(source, lang))
}

struct Sentence<'s> {
    law: &'s Law,
    lang: Lang,
}

impl Sentence<'_> {
    fn grade(&self, grade: GradeIndex) -> &str {
        &self.law.rules().ladder().grade(grade).label
    }

    fn optional(&self, grade: Option<GradeIndex>) -> &str {
        grade.map_or(self.lang.pick("结果未见", "result not seen"), |grade| self.grade(grade))
    }

    fn of(&self, kind: &StepKind) -> String {
        let zh = self.lang == Lang::Zh;
        match *kind {
            StepKind::Setting { window, days } if zh => format!("观察期 {window}，费率执行 {days}"),
            StepKind::Setting { window, days } => format!("window {window}, rates for {days}"),
            StepKind::Class { class, how } => self.class(class, how),
            StepKind::UsingUnits => self
                .lang
                .pick(
                    "用工单位类别未核定的，按行业代码拟定",
                    "classes of using units that are not determined are proposed from their industry codes",
                )
                .to_owned(),
            StepKind::Predecessors { count } if zh => format!("并入 {count} 个被承继单位的数据"),
            StepKind::Predecessors { count } => format!("facts of {count} predecessor(s) are added"),
            StepKind::SharedClaims { kept, taken, left } if zh => format!(
                "涉及几个单位的案件：本单位参保并承担 {kept} 件，替其他参保单位承担 {taken} 件，由其他单位承担 {left} 件"
            ),
            StepKind::SharedClaims { kept, taken, left } => format!(
                "claims with several units in them: {kept} insured and borne here, {taken} borne here for other units, {left} borne by other units"
            ),
            StepKind::Ordered { ruling, days } => self.ordered(ruling, days),
            StepKind::Undecided { days, decided_on } if zh => format!("{days}：{decided_on} 核定之前暂按上期费率"),
            StepKind::Undecided { days, decided_on } => format!("{days}: the last rate until decided on {decided_on}"),
            StepKind::HoldsFromFirstDay { decided_on } if zh => {
                format!("{decided_on} 核定，自执行期首日起算，此前已计的保费结算")
            }
            StepKind::HoldsFromFirstDay { decided_on } => {
                format!("decided on {decided_on}, holds from the first day: premium posted until then is settled")
            }
            StepKind::TakesPart => self.lang.pick("参加浮动", "takes part in the float").to_owned(),
            StepKind::ClassChanged { class } if zh => format!("类别变更为 {class} 类"),
            StepKind::ClassChanged { class } => format!("the class changes to {class}"),
            StepKind::Carried { grade } if zh => format!("沿用本周期已定档次 {}", self.grade(grade)),
            StepKind::Carried { grade } => format!("the grade of this cycle is carried: {}", self.grade(grade)),
            StepKind::NotMeasured { reason, months, needed } => {
                let found = months.zip(needed).map(|(months, needed)| {
                    if zh {
                        format!("（{months} 个月，少于 {needed} 个月）")
                    } else {
                        format!(" ({months} months, fewer than {needed})")
                    }
                });
                format!("{}{}", reason_text(reason, self.law, self.lang), found.unwrap_or_default())
            }
            StepKind::Measured { .. } | StepKind::Undefined { .. } | StepKind::Compared { .. } => self.measure(kind),
            StepKind::Row { .. }
            | StepKind::Conflict { .. }
            | StepKind::Otherwise { .. }
            | StepKind::Combined { .. }
            | StepKind::Adjusted { .. }
            | StepKind::NotGranted { .. }
            | StepKind::RisesInside { .. }
            | StepKind::HeldByClass { .. }
            | StepKind::HeldByLimit { .. } => self.table(kind),
            StepKind::Grade { grade, origin } if zh => {
                format!("费率档次 {}（{}）", self.grade(grade), origin_text(origin, self.lang))
            }
            StepKind::Grade { grade, origin } => {
                format!("grade {} ({})", self.grade(grade), origin_text(origin, self.lang))
            }
            _ => self.rate(kind),
        }
    }

    fn ordered(&self, ruling: Ruling, days: DateSpan) -> String {
        match (self.lang, ruling) {
            (Lang::Zh, Ruling::Class(class)) => format!("{days}：裁决确定为 {class} 类"),
            (Lang::En, Ruling::Class(class)) => format!("{days}: class {class} by order"),
            (Lang::Zh, Ruling::Grade(grade)) => format!("{days}：裁决确定费率档次 {}", self.grade(grade)),
            (Lang::En, Ruling::Grade(grade)) => format!("{days}: grade {} by order", self.grade(grade)),
            (Lang::Zh, Ruling::Rate(rate)) => format!("{days}：裁决确定费率 {rate}"),
            (Lang::En, Ruling::Rate(rate)) => format!("{days}: rate {rate} by order"),
            (Lang::Zh, Ruling::DecideAgain) => format!("{days}：裁决要求重新核定，按现有数据"),
            (Lang::En, Ruling::DecideAgain) => {
                format!("{days}: to be decided again by order, from the facts now at hand")
            }
        }
    }

    fn class(&self, class: RiskClass, how: ClassBasis) -> String {
        let how = match how {
            ClassBasis::Fixed => self.lang.pick("（按单位类型固定）", " (fixed by kind of account)"),
            ClassBasis::Determined => "",
            ClassBasis::Ordered => self.lang.pick("（依裁决）", " (by order)"),
            ClassBasis::Dispatched { heads, of, determined, .. } => {
                return self.dispatched(class, (heads, of), determined);
            }
            ClassBasis::Proposed(_, ClassStatus::Published) => {
                self.lang.pick("（未核定，按行业代码拟定）", " (not determined: proposed from the industry code)")
            }
            ClassBasis::Proposed(_, ClassStatus::Carried | ClassStatus::Judgement) => self
                .lang
                .pick("（未核定，按行业代码推定）", " (not determined: proposed from the industry code, by a reading)"),
        };
        if self.lang == Lang::Zh {
            format!("行业风险类别 {class} 类{how}")
        } else {
            format!("risk class {class}{how}")
        }
    }

    /// The class of most workers dispatched.
    fn dispatched(&self, class: RiskClass, (heads, of): (i64, i64), determined: Option<RiskClass>) -> String {
        match (self.lang, determined) {
            (Lang::Zh, None) => format!("行业风险类别 {class} 类（被派遣 {of} 人中 {heads} 人在此类，为最多）"),
            (Lang::Zh, Some(other)) => format!(
                "行业风险类别 {class} 类（被派遣 {of} 人中 {heads} 人在此类，为最多；本单位另核定为 {other} 类，不采用）"
            ),
            (Lang::En, None) => format!("risk class {class} (of most workers dispatched: {heads} of {of})"),
            (Lang::En, Some(other)) => format!(
                "risk class {class} (of most workers dispatched: {heads} of {of}; the class determined for the account itself, {other}, gives way)"
            ),
        }
    }

    fn window(&self, months: MonthSpan, window: usize) -> String {
        match (self.lang, window) {
            (Lang::Zh, 0) => format!("（{months}）"),
            (Lang::En, 0) => format!(" ({months})"),
            (Lang::Zh, earlier) => format!("（前 {earlier} 个观察期 {months}）"),
            (Lang::En, earlier) => format!(" ({earlier} window(s) before, {months})"),
        }
    }

    fn measure(&self, kind: &StepKind) -> String {
        let rules = self.law.rules();
        match *kind {
            StepKind::Measured { measure, window, months, value } => {
                let it = &rules.measures()[measure];
                let exact = quotient(it, value, self.lang);
                let shown = it.shown(value);
                format!(
                    "{}{}{}{exact}{shown}",
                    it.label.text(self.lang),
                    self.window(months, window),
                    self.lang.pick("：", ": ")
                )
            }
            StepKind::Undefined { measure, window, months, cause } => {
                let label = rules.measures()[measure].label.text(self.lang);
                let gone = self.lang.pick("无法计算：", " cannot be computed: ");
                format!("{label}{}{gone}{}", self.window(months, window), cause.text(self.lang))
            }
            StepKind::Compared { table, row, condition, window, value, holds } => {
                let row = &rules.tables()[table].rows[row];
                let Some(it) = row.all.iter().chain(&row.any).nth(condition) else { return String::new() };
                let measure = &rules.measures()[it.measure];
                let earlier = if window == 0 { String::new() } else { format!("[-{window}]") };
                format!(
                    "{}{earlier} {} {}",
                    measure.label.text(self.lang),
                    measure.shown(value),
                    relation(&it.interval, holds)
                )
            }
            _ => String::new(),
        }
    }

    fn table(&self, kind: &StepKind) -> String {
        let (rules, zh) = (self.law.rules(), self.lang == Lang::Zh);
        match *kind {
            StepKind::Row { table, row, others, grade } => {
                let label = rules.tables()[table].rows[row].label.text(self.lang);
                let more = match others {
                    0 => String::new(),
                    others if zh => format!("（另有 {others} 行亦符合，依取舍规则）"),
                    others => format!(" ({others} more row(s) apply; the conflict rule chooses)"),
                };
                if zh {
                    format!("适用“{label}”：{}{more}", self.optional(grade))
                } else {
                    format!("row \"{label}\": {}{more}", self.optional(grade))
                }
            }
            StepKind::Conflict { rows, .. } if zh => format!("{rows} 行同时符合，按取舍规则"),
            StepKind::Conflict { rows, .. } => format!("{rows} rows apply; the rule of the table chooses"),
            StepKind::Otherwise { grade, .. } if zh => format!("不落入任何一行，按其余情形：{}", self.optional(grade)),
            StepKind::Otherwise { grade, .. } => format!("no row applies; all others: {}", self.optional(grade)),
            StepKind::Combined { grade } if zh => format!("各项档次合并为 {}", self.grade(grade)),
            StepKind::Combined { grade } => format!("the grades combined: {}", self.grade(grade)),
            StepKind::Adjusted { adjustment, from, to } => {
                let label = rules.adjustments()[adjustment].label.text(self.lang);
                let change = if from == to {
                    self.grade(from).to_owned()
                } else {
                    format!("{} → {}", self.grade(from), self.grade(to))
                };
                if zh { format!("调整“{label}”：{change}") } else { format!("adjustment \"{label}\": {change}") }
            }
            StepKind::HeldByClass { from, to } if zh => {
                format!("本类别只有部分档次：{} → {}", self.grade(from), self.grade(to))
            }
            StepKind::HeldByClass { from, to } => {
                format!("the class has only some grades: {} → {}", self.grade(from), self.grade(to))
            }
            StepKind::HeldByLimit { from, to } if zh => {
                format!("一次浮动不超过最大档数：{} → {}", self.grade(from), self.grade(to))
            }
            StepKind::HeldByLimit { from, to } => {
                format!("held by the largest move: {} → {}", self.grade(from), self.grade(to))
            }
            StepKind::NotGranted { adjustment } => {
                let label = rules.adjustments()[adjustment].label.text(self.lang);
                if zh {
                    format!("调整“{label}”已用过或未申请，不适用")
                } else {
                    format!("adjustment \"{label}\" is used up, or was not applied for")
                }
            }
            StepKind::RisesInside { adjustment, days, from, to } => {
                let label = rules.adjustments()[adjustment].label.text(self.lang);
                let change =
                    if from == to { String::new() } else { format!(": {} → {}", self.grade(from), self.grade(to)) };
                if zh {
                    format!("{days}：周期内调整“{label}”{}", change.replacen(": ", "：", 1))
                } else {
                    format!("{days}: inside the cycle, adjustment \"{label}\"{change}")
                }
            }
            _ => String::new(),
        }
    }

    fn rate(&self, kind: &StepKind) -> String {
        let zh = self.lang == Lang::Zh;
        let held = |from: Rate, rate: Rate| if from == rate { String::new() } else { format!(" → {rate}") };
        match *kind {
            StepKind::Base { days, class, rate, from_last_rate } => {
                let whence = if from_last_rate {
                    self.lang.pick("（取自上期费率）", " (from the last rate)")
                } else {
                    ""
                };
                if zh {
                    format!("{days}：{class} 类基准费率 {rate}{whence}")
                } else {
                    format!("{days}: base rate of class {class} {rate}{whence}")
                }
            }
            StepKind::BaseCut { cut, rate } if zh => format!("基准费率阶段性下调 {cut}：{rate}"),
            StepKind::BaseCut { cut, rate } => format!("base rate cut by {cut}: {rate}"),
            StepKind::LastRate { days, rate } if zh => format!("{days}：上期费率（降费前）{rate}"),
            StepKind::LastRate { days, rate } => format!("{days}: last rate before any cut {rate}"),
            StepKind::Floated { grade, from, rate } => {
                let it = self.law.rules().ladder().grade(grade);
                match (it.factor, it.points) {
                    (Some(factor), _) => format!("{from} × {factor} = {rate}"),
                    (None, points) => format!("{from} {:+} = {rate}", points.unwrap_or_default()),
                }
            }
            StepKind::NotAboveLast { last, from, rate } if zh => {
                format!("不高于上期费率 {last}：{from}{}", held(from, rate))
            }
            StepKind::NotAboveLast { last, from, rate } => {
                format!("not above the last rate {last}: {from}{}", held(from, rate))
            }
            StepKind::Points { points, rate } if zh => format!("调整 {points} 个百分点：{rate}"),
            StepKind::Points { points, rate } => format!("{points} percentage points: {rate}"),
            StepKind::Floor { floor, from, rate } if zh => {
                format!("不低于一类基准费率 {floor}：{from}{}", held(from, rate))
            }
            StepKind::Floor { floor, from, rate } => {
                format!("not below the class-1 base rate {floor}: {from}{}", held(from, rate))
            }
            StepKind::Bounded { bound, from } if zh => format!("费率上下限：{from} → {bound}"),
            StepKind::Bounded { bound, from } => format!("held by an absolute bound: {from} → {bound}"),
            StepKind::RateFactor { factor, from, rate } if zh => format!("调整系数 {factor}：{from} → {rate}"),
            StepKind::RateFactor { factor, from, rate } => format!("adjusted by a factor of {factor}: {from} → {rate}"),
            StepKind::Rounded { from, rate } if zh => format!("取位：{from} → {rate}"),
            StepKind::Rounded { from, rate } => format!("rounded: {from} → {rate}"),
            StepKind::Cut { cut, from, rate } if zh => format!("阶段性降低费率 {cut}：{from} → {rate}"),
            StepKind::Cut { cut, from, rate } => format!("phased cut of {cut}: {from} → {rate}"),
            StepKind::Rate { days, rate } if zh => format!("{days}：执行费率 {rate}"),
            StepKind::Rate { days, rate } => format!("{days}: rate {rate}"),
            _ => String::new(),
        }
    }
}

/// The quotient as it was made: yuan over yuan, persons over heads; empty for a count.
fn quotient(measure: &Measure, value: Quantity, lang: Lang) -> String {
    let (numerator, denominator) = (value.numerator, value.denominator);
    let plain = || format!("{numerator} ÷ {denominator} = ");
    if measure.round.is_some() || measure.relative_to.is_some() {
        return plain();
    }
    match (measure.denominator, &measure.numerator) {
        (Denominator::One, _) => String::new(),
        (
            Denominator::Premium { basis: PremiumBasis::Paid, .. } | Denominator::WindowBefore,
            Numerator::Benefits { .. },
        ) => match lang {
            Lang::Zh => format!("{} 元 ÷ {} 元 = ", yuan(numerator), yuan(denominator)),
            Lang::En => format!("{} yuan ÷ {} yuan = ", yuan(numerator), yuan(denominator)),
        },
        (Denominator::Headcount(Per::Year), _) if numerator % 12 == 0 => match lang {
            Lang::Zh => format!("{} × 12 个月 ÷ {denominator} 人月 = ", numerator / 12),
            Lang::En => format!("{} × 12 months ÷ {denominator} person-months = ", numerator / 12),
        },
        (Denominator::Premium { .. } | Denominator::Headcount(_) | Denominator::WindowBefore, _) => plain(),
    }
}

/// An interval as the sign between a value and a bound: `≤ 40%`, `= 0`, `∈ (50%, 100%]`.
fn relation(interval: &Interval, holds: bool) -> String {
    let text = interval.to_string();
    let ends = [("<=", '≤'), (">=", '≥'), ("<", '<'), (">", '>')];
    if !holds {
        return format!("∉ {text}");
    }
    let sided =
        ends.iter().find_map(|(sign, shown)| text.strip_prefix(sign).map(|bound| format!("{shown} {}", bound.trim())));
    let point = interval.low.is_some() && interval.low == interval.high;
    sided.unwrap_or_else(|| format!("{} {text}", if point && !text.starts_with('[') { '=' } else { '∈' }))
}
