//! What a project pays, in words.

use rust_decimal::Decimal;

use super::{reason_text, rule_set_text, yuan};
use crate::amount::{Money, Rate};
use crate::error::Lang;
use crate::history::{History, Project, ProjectBase};
use crate::parameters::Parameters;
use crate::parameters::other_base::Formula;
use crate::project::{
    Billed, GradeFrom, NoBill, ProjectGrade, ProjectStep, ProjectStepKind, Reckoned, SubjectFloat, SubjectKey,
};
use crate::rule_set::law::Source;

/// A rate as rules on projects print it: `1.2‰`.
pub fn per_mille(rate: Rate) -> String {
    // A rate has at most sixteen decimals of a percent; ten times it has no more digits than a decimal holds.
    let tenfold = rate.percent().checked_mul(Decimal::TEN).unwrap_or_default();
    format!("{}‰", tenfold.normalize())
}

fn money(amount: Money) -> String {
    yuan(amount.fen().into())
}

/// Fen and parts of a fen as yuan, exact.
fn exact_yuan(fen: Decimal) -> String {
    fen.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default().normalize().to_string()
}

/// What a project pays on, in words.
pub fn base_text(base: ProjectBase, lang: Lang) -> &'static str {
    match base {
        ProjectBase::Cost => lang.pick("工程总造价", "cost of the project"),
        ProjectBase::LabourCost => lang.pick("人工费", "labour cost"),
        ProjectBase::Output => lang.pick("产量", "output"),
        ProjectBase::FloorArea => lang.pick("营业面积", "floor area"),
        ProjectBase::Turnover => lang.pick("营业额", "turnover"),
    }
}

/// Why a project has no bill, in words.
pub fn no_bill_text(none: &NoBill, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    match none {
        NoBill::NoRates => lang
            .pick("参保当日没有适用于此类项目的费率", "no rates for this kind of project on the day it enrolled")
            .to_owned(),
        NoBill::NoGrade => {
            lang.pick("费率按档次而定，该项目未核定档次", "rates go by grade, and no grade was determined").to_owned()
        }
        NoBill::UnknownGrade(label) if zh => format!("没有档次 `{label}`"),
        NoBill::UnknownGrade(label) => format!("there is no grade `{label}`"),
        NoBill::BaseNotKnown(base) if zh => format!("当地未规定按{}计费的办法", base_text(*base, lang)),
        NoBill::BaseNotKnown(base) => format!("the area does not say what is paid on {}", base_text(*base, lang)),
        NoBill::NoClass => lang.pick("没有行业类别", "no class of an industry").to_owned(),
        NoBill::TermNotMonths => lang.pick("期限不是整月", "its term does not consist of whole months").to_owned(),
        NoBill::NoBaseRate => {
            lang.pick("参保当日没有该类别的基准费率", "no base rate of its class on the day it enrolled").to_owned()
        }
        NoBill::TooLarge => lang.pick("数额过大", "the numbers are too large").to_owned(),
        NoBill::MethodRefused(set) if zh => format!("项目浮动办法 {set} 校验不通过，档次不明"),
        NoBill::MethodRefused(set) => format!("the check refuses {set}, which floats projects: the grade is not known"),
        NoBill::NoCycle(set) if zh => format!("项目浮动办法 {set} 未列出参保当日所在的周期"),
        NoBill::NoCycle(set) => format!("{set}, which floats projects, lists no cycle for the day it enrolled"),
        NoBill::SubjectIncomplete => lang
            .pick(
                "有项目的单位数据被退回，地区项目的支缴情况不全",
                "accounts with projects were refused: the experience of the area's projects is not known",
            )
            .to_owned(),
        NoBill::Facts(problems) => {
            problems.iter().map(|problem| problem.message(lang)).collect::<Vec<_>>().join(lang.pick("；", "; "))
        }
    }
}

fn subject_text(float: &SubjectFloat, lang: Lang) -> String {
    let count = float.projects;
    match (&float.subject, lang) {
        (SubjectKey::Area, Lang::Zh) => format!("本地区全部参保项目（{count} 个）"),
        (SubjectKey::Area, Lang::En) => format!("all {count} project(s) of the area"),
        (SubjectKey::Contractor(number), Lang::Zh) => format!("单位 {number} 的全部项目（{count} 个）"),
        (SubjectKey::Contractor(number), Lang::En) => format!("all {count} project(s) of account {number}"),
        (SubjectKey::Project(number, id), Lang::Zh) => format!("单位 {number} 的项目 {id} 自身"),
        (SubjectKey::Project(number, id), Lang::En) => format!("project {id} of account {number} alone"),
    }
}

fn grade_text(grade: &ProjectGrade, lang: Lang) -> String {
    let label = &grade.label;
    let from = match grade.from {
        GradeFrom::Determined => lang.pick("已核定", "determined"),
        GradeFrom::Floated => lang.pick("浮动", "floated"),
    };
    match (lang, grade.factor) {
        (Lang::Zh, Some(factor)) => format!("档次 {label}（{from}）：项目费率 × {factor}"),
        (Lang::En, Some(factor)) => format!("grade {label} ({from}): rate of projects × {factor}"),
        (Lang::Zh, None) => format!("档次 {label}（{from}）"),
        (Lang::En, None) => format!("grade {label} ({from})"),
    }
}

/// The payroll of another base: its factors, and what they come to.
fn reckoned_text(it: &Reckoned, lang: Lang) -> String {
    let payroll = exact_yuan(it.payroll);
    let (heads, months) = it.heads.unwrap_or_default();
    match (it.formula, lang) {
        (Formula::Output { wage_per_tonne }, Lang::Zh) => {
            format!("视同工资：{} 吨 × 吨矿工资含量 {} 元 = {payroll} 元", it.quantity, money(wage_per_tonne))
        }
        (Formula::Output { wage_per_tonne }, Lang::En) => {
            format!("payroll it stands for: {} t × {} yuan = {payroll} yuan", it.quantity, money(wage_per_tonne))
        }
        (Formula::FloorArea { square_metres_per_head, monthly_wage, wage_share, .. }, Lang::Zh) => format!(
            "视同工资：{} 平方米 ÷ 每人 {square_metres_per_head} 平方米，计 {heads} 人；{heads} × 月平均工资 {} 元 × {wage_share} × {months} 个月 = {payroll} 元",
            it.quantity,
            money(monthly_wage)
        ),
        (Formula::FloorArea { square_metres_per_head, monthly_wage, wage_share, .. }, Lang::En) => format!(
            "payroll it stands for: {} m² at {square_metres_per_head} m² a head are {heads} heads; {heads} × {} yuan a month × {wage_share} × {months} months = {payroll} yuan",
            it.quantity,
            money(monthly_wage)
        ),
        (Formula::Turnover { share }, Lang::Zh) => {
            format!("视同工资：营业额 {} 元 × {share} = {payroll} 元", yuan(it.quantity.into()))
        }
        (Formula::Turnover { share }, Lang::En) => {
            format!("payroll it stands for: turnover {} yuan × {share} = {payroll} yuan", yuan(it.quantity.into()))
        }
    }
}

fn sentence(kind: &ProjectStepKind, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    match kind {
        ProjectStepKind::Rates { on } if zh => format!("按参保日 {on} 有效的项目费率"),
        ProjectStepKind::Rates { on } => format!("rates of projects in force on {on}, the day it enrolled"),
        ProjectStepKind::LabourCost { labour_cost, cost, open } => {
            let (labour_cost, cost) = (money(*labour_cost), money(*cost));
            match (lang, open) {
                (Lang::Zh, true) => format!("申请按人工费缴费，符合条件：人工费 {labour_cost} 元，总造价 {cost} 元"),
                (Lang::Zh, false) => {
                    format!("申请按人工费缴费，不符合条件：人工费 {labour_cost} 元，总造价 {cost} 元；按总造价缴费")
                }
                (Lang::En, true) => format!("chose labour cost, and may: {labour_cost} of {cost} yuan"),
                (Lang::En, false) => {
                    format!("chose labour cost, and may not: {labour_cost} of {cost} yuan; it pays on its cost")
                }
            }
        }
        ProjectStepKind::IndustryRate { class, proposed, rate } => {
            let how = match (proposed, lang) {
                (true, Lang::Zh) => "（按行业拟定）",
                (true, Lang::En) => " (proposed from the industry)",
                (false, _) => "",
            };
            match lang {
                Lang::Zh => format!("{class} 类{how}行业基准费率 {rate}"),
                Lang::En => format!("base rate of class {class}{how}: {rate}"),
            }
        }
        ProjectStepKind::Reckoned(reckoned) => reckoned_text(reckoned, lang),
        ProjectStepKind::Grade(grade) => grade_text(grade, lang),
        ProjectStepKind::Part { tier, amount, rate, fen } => {
            let gap = if tier.is_empty() { "" } else { lang.pick("：", ": ") };
            let unit = lang.pick("元", "yuan");
            format!("{tier}{gap}{} × {} = {} {unit}", money(*amount), per_mille(*rate), exact_yuan(*fen))
        }
        ProjectStepKind::Premium { fen, premium } if zh => {
            format!("合计 {} 元，取整到分：{} 元", exact_yuan(*fen), money(*premium))
        }
        ProjectStepKind::Premium { fen, premium } => {
            format!("sum {} yuan, rounded to fen: {} yuan", exact_yuan(*fen), money(*premium))
        }
    }
}

/// A step of a bill as a sentence, its citation after it in brackets.
fn step_line(step: &ProjectStep, billed: &Billed, parameters: &Parameters, lang: Lang) -> String {
    let basis = match step.source {
        Source::Parameters(id) => Some(parameters.basis(id)),
        source @ (Source::Rules(_) | Source::Order(_)) => billed.law.as_ref().and_then(|law| law.basis(source)),
    };
    let sentence = sentence(&step.kind, lang);
    let Some(basis) = basis else { return sentence };
    let assumed = if basis.assumed.is_empty() { "" } else { lang.pick("；含推定", "; partly assumed") };
    let illustrative =
        if basis.illustrative.is_empty() { "" } else { lang.pick("；含示例值", "; partly illustrative") };
    format!("{sentence}   [{}{assumed}{illustrative}]", basis.citation(lang))
}

/// The steps of a project as sentences: those of the float of its subject, then those of its bill.
pub fn project_lines(billed: &Billed, parameters: &Parameters, lang: Lang) -> Vec<String> {
    let float = billed.float.iter().flat_map(|float| float.decision.lines(lang));
    let bill = billed.bill.iter().flat_map(|bill| &bill.steps);
    float.chain(bill.map(|step| step_line(step, billed, parameters, lang))).collect()
}

/// One project in full.
pub fn project_text(
    history: &History,
    project: &Project,
    billed: &Billed,
    parameters: &Parameters,
    lang: Lang,
) -> String {
    let mut lines = vec![format!("{} {}", history.key(), project.id)];
    if let Some(float) = &billed.float {
        let (rules, reason) =
            (float.decision.law().rules(), reason_text(float.decision.outcome().reason, float.decision.law(), lang));
        lines.push(format!("{}{}", lang.pick("浮动办法：", "Float: "), rule_set_text(rules, lang)));
        lines.push(format!("{}{}", lang.pick("浮动对象：", "Subject: "), subject_text(float, lang)));
        lines.push(format!("{}{reason}", lang.pick("理由：", "Reason: ")));
    }
    lines.push(match &billed.bill {
        Ok(bill) => format!(
            "{}{} {}",
            lang.pick("应缴：", "Premium: "),
            money(bill.premium),
            lang.pick("元（整个工期一次缴纳）", "yuan, once for the whole term")
        ),
        Err(none) => format!("{}{}", lang.pick("不计费：", "No bill: "), no_bill_text(none, lang)),
    });
    let steps = project_lines(billed, parameters, lang);
    if !steps.is_empty() {
        lines.push(lang.pick("依据：", "Steps:").to_owned());
    }
    lines.extend(steps.iter().zip(1..).map(|(step, number)| format!("  {number:>2}. {step}")));
    lines.join("\n")
}
