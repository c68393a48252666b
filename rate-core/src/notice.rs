//! Decisions as text, in Chinese and English. Formats what the steps say; never computes.

mod explain;
mod fund;
mod letter;
mod project;
mod settlement;
mod step;

pub use explain::{Told, yuan};
pub use fund::months_payable_text;
pub use letter::{escaped, harmless, section_words, value_words};
pub use project::{base_text, no_bill_text, per_mille, project_lines, project_text};
pub use step::{step_parts, step_text};

use crate::decision::{Decision, Reason};
use crate::error::Lang;
use crate::history::Origin;
use crate::rule_set::{Law, RuleSet};

/// The origin of a rate in words.
pub fn origin_text(origin: Origin, lang: Lang) -> &'static str {
    match origin {
        Origin::Floated => lang.pick("浮动", "floated"),
        Origin::Base => lang.pick("基准", "base"),
        Origin::Carried => lang.pick("沿用本周期档次", "carried"),
        Origin::Provisional => lang.pick("暂按", "provisional"),
        Origin::Redetermined => lang.pick("重新核定", "redetermined"),
        Origin::Ordered => lang.pick("依裁决", "ordered"),
    }
}

/// A reason in words.
pub fn reason_text(reason: Reason, law: &Law, lang: Lang) -> String {
    let rules = law.rules();
    let row = |table: usize, row: usize| rules.tables()[table].rows[row].label.text(lang).to_owned();
    let fixed = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    match reason {
        Reason::Row { table, row: place } => match lang {
            Lang::Zh => format!("符合“{}”", row(table, place)),
            Lang::En => format!("meets \"{}\"", row(table, place)),
        },
        Reason::Otherwise { .. } => fixed("不落入任何一行，按其余情形", "meets no row: the rule for all others"),
        Reason::Combined => fixed("各项档次合并", "the grades of several tables combined"),
        Reason::Adjusted { adjustment } => match lang {
            Lang::Zh => format!("因“{}”调整", rules.adjustments()[adjustment].label.zh),
            Lang::En => format!("adjusted for \"{}\"", rules.adjustments()[adjustment].label.en),
        },
        Reason::HeldByClass => fixed("限于本类别的档次", "held by the grades of the class"),
        Reason::HeldByLimit => fixed("限于一次浮动的最大档数", "held by the largest move at a time"),
        Reason::ClassChanged => fixed(
            "本周期内类别变更，按新类别基准费率",
            "the class changed inside the cycle: base rate of the new class",
        ),
        Reason::Carried => fixed("本周期内沿用已定档次", "the grade of this cycle is carried"),
        Reason::KindDoesNotFloat => fixed("此类单位不参加浮动", "this kind of account does not float"),
        Reason::ClassDoesNotFloat => fixed("此类别不参加浮动", "this class does not float"),
        Reason::FirstInsured => fixed("首次参保未满规定时间", "first insured too recently"),
        Reason::Returning => fixed("恢复参保未满规定时间", "returned too recently"),
        Reason::Undefined { measure, cause } => {
            let measure = rules.measures()[measure].label.text(lang);
            match lang {
                Lang::Zh => format!("{measure}无法计算（{}）", cause.text(lang)),
                Lang::En => format!("the {measure} cannot be computed ({})", cause.text(lang)),
            }
        }
        Reason::SourceMissing { table, row: place } => match lang {
            Lang::Zh => format!("落入“{}”，文件所定结果未见", row(table, place)),
            Lang::En => format!("falls into \"{}\", whose result was not seen", row(table, place)),
        },
        Reason::KeepsLastRate => fixed("维持上期费率", "the last rate stays"),
        Reason::Ordered => fixed("依裁决", "as ordered"),
        Reason::Expired => fixed("浮动期满，恢复基准费率", "the float has expired: back to the base rate"),
    }
}

/// One sentence: grade, origin, reason.
fn summary(decision: &Decision, lang: Lang) -> String {
    let reason = reason_text(decision.outcome().reason, decision.law(), lang);
    let origin = origin_text(decision.outcome().origin, lang);
    match (lang, decision.grade_label()) {
        (Lang::Zh, "") => format!("{origin}：{reason}"),
        (Lang::En, "") => format!("{origin}: {reason}"),
        (Lang::Zh, grade) => format!("档次 {grade}（{origin}）：{reason}"),
        (Lang::En, grade) => format!("grade {grade} ({origin}): {reason}"),
    }
}

impl Decision {
    /// Every step as a sentence with its citation.
    pub fn lines(&self, lang: Lang) -> impl Iterator<Item = String> + '_ {
        self.steps().iter().map(move |step| step_text(step, self, lang))
    }

    /// A sentence: grade, and why.
    pub fn summary(&self, lang: Lang) -> String {
        summary(self, lang)
    }
}

/// The name of a rule set with its id.
pub fn rule_set_text(rules: &RuleSet, lang: Lang) -> String {
    format!("{} [{}]", rules.name().text(lang), rules.id())
}
