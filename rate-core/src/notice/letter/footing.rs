//! What in a notice was not read as it stands: assumed, or invented for a demonstration.

use super::{Block, Cited, Section, Wording};
use crate::citation::{Basis, Label};
use crate::error::Lang;
use crate::explanation::Footing;

/// What the sections of files are called.
const SECTIONS: &[(&str, &str, &str)] = &[
    ("", "办法本身", "the method itself"),
    ("participation", "参加浮动的范围", "who takes part in the float"),
    ("attribution", "案件由谁承担", "who bears a claim"),
    ("classes", "行业类别", "classes of industries"),
    ("cycles", "浮动周期", "float cycle"),
    ("float_table", "浮动表", "float table"),
    ("float_tables", "浮动表", "float table"),
    ("ladder", "费率档次", "rate grades"),
    ("limits", "浮动的限制", "limits of the float"),
    ("floor", "最低费率", "lowest rate"),
    ("rounding", "取位", "rounding"),
    ("changes", "变更和承继", "changes and successions"),
    ("notice", "告知和异议", "notice and objection"),
    ("remedies", "复议和诉讼", "review and lawsuit"),
    ("base_rates", "行业基准费率", "base rates"),
    ("phased_cuts", "阶段性降低费率", "phased cut"),
    ("cut_bands", "降费的标准", "bands of the cut"),
    ("statistics", "行业平均值", "averages of industries"),
    ("industries", "行业的类别", "classes of industry codes"),
    ("holidays", "节假日安排", "holidays"),
    ("industry_classes", "行业代码的类别", "classes of industry codes"),
    ("settlement", "迟定费率的结算", "settlement of rates decided late"),
    ("projects", "工程项目", "projects"),
    ("project_rates", "工程项目的费率", "rates of projects"),
    ("other_bases", "按产量、面积或营业额折算的缴费工资", "payroll taken from output, floor area or turnover"),
    ("combine", "几个浮动表的结果怎样合并", "how the results of several tables are combined"),
    ("measures", "指标", "measure"),
    ("adjustments", "特殊情形", "special case"),
];

/// What the keys inside a section are called, by the first word of a path or by the whole of it.
const KEYS: &[(&str, &str, &str)] = &[
    ("name", "名称", "its name"),
    ("id", "周期的名称", "the name of the cycle"),
    ("rows", "各行", "the rows"),
    ("uses", "可以使用几次", "how often it may be used"),
    ("by", "按什么比较", "what is compared"),
    ("tie", "相等时怎样确定", "what decides a tie"),
    ("rule", "合并的办法", "how they are combined"),
    ("months", "可支付月数的范围", "the range of months payable"),
    ("at", "最低费率的水平", "the level of the lowest rate"),
    ("after_class_change", "类别变更以后的档次", "the grade after a change of class"),
    ("by_class", "各类别可用的档次", "the grades of each class"),
    ("output", "产量怎样折算", "payroll for output"),
    ("floor_area", "面积怎样折算", "payroll for floor area"),
    ("turnover", "营业额怎样折算", "payroll for turnover"),
    ("claims", "项目的工伤由谁承担", "who bears the claims of a project"),
    ("class", "项目的类别", "the class of a project"),
    ("subject", "按谁的情况浮动", "whose experience moves the rate"),
    ("until_decided", "核定以前按哪个费率缴费", "which rate is paid until the decision"),
    ("holds", "核定的费率自何时起算", "from when the rate decided holds"),
    ("overpaid", "多缴的怎样处理", "what becomes of too much paid"),
    ("underpaid", "少缴的怎样处理", "what becomes of too little paid"),
    ("in_force", "施行日期", "days in force"),
    ("rate_period", "费率执行期", "rate period"),
    ("windows", "考核期", "window"),
    ("settings", "年度的划分", "annual settings"),
    ("kinds", "单位类型", "kinds of account"),
    ("classes", "类别", "classes"),
    ("others", "不浮动的单位适用的费率", "what those who do not float pay"),
    ("first_insured.counted", "新参保单位月数的算法", "how months of new employers are counted"),
    ("first_insured", "新参保单位", "new employers"),
    ("returning", "恢复参保的单位", "employers who return"),
    ("numerator.by", "按哪一天归属", "the day that counts"),
    ("numerator.count", "按人还是按件", "persons or claims"),
    ("numerator", "计入的待遇或案件", "benefits or claims counted"),
    ("denominator.relieved", "减免的保费怎样算", "how relieved premium counts"),
    ("denominator.by", "保费按什么归属", "which premium counts"),
    ("denominator", "相比的保费或人数", "premium or heads compared with"),
    ("per", "按多长时间计", "the time it is stated over"),
    ("undefined", "无法计算时怎么办", "what follows where it cannot be computed"),
    ("all", "须同时满足的条件", "conditions that must all hold"),
    ("any", "满足其一的条件", "conditions of which one must hold"),
    ("conflict", "几行同时符合时怎样取舍", "what decides where several rows apply"),
    ("otherwise", "其余情形的结果", "the result for all others"),
    ("grades", "各档的名称和比例", "labels and factors of the grades"),
    ("grade", "结果的档次", "the grade it gives"),
    ("shift", "升降的档数", "the number of grades moved"),
    ("when.acts_on", "按哪一天起作用", "the day on which it acts"),
    ("when", "适用的情形", "when it applies"),
    ("effect", "作用", "what it does"),
    ("max_move.from", "从哪一档起算", "from what a move is counted"),
    ("max_move", "一次最多的档数", "the largest move"),
    ("applies_to", "对什么费率降低", "which rate is cut"),
    ("cut", "降低的比例", "how much is cut"),
    ("exempt_classes", "不降低的类别", "classes that are not cut"),
    ("floor_after", "降低后的最低费率", "the floor after the cut"),
    ("finding", "可支付月数", "months payable"),
    ("rates", "各类费率", "the rates"),
    ("values", "各行业的数值", "the values"),
    ("sub_area", "所属区县或片区", "the sub-area"),
    ("from", "开始日期", "first day"),
    ("to", "终止日期", "last day"),
    ("system", "类别制", "class system"),
    ("editions", "行业分类的版本", "editions of the industry codes"),
    ("dispatch", "劳务派遣", "dispatch"),
    ("secondment", "借调", "secondment"),
    ("several_jobs", "在几处工作", "several jobs"),
    ("disease_after_leaving", "离职后的职业病", "a disease after leaving"),
    ("class_change", "类别变更", "a change of class"),
    ("window_filled", "期中满考核期", "a window that fills inside the cycle"),
    ("merger", "合并", "mergers"),
    ("split", "分立", "splits"),
    ("premium", "保费的取位", "rounding of premiums"),
    ("rate", "费率的取位", "rounding of rates"),
    ("order", "怎样告知", "how it is made known"),
    ("announced", "公示多久", "how long it is announced"),
    ("told", "提前多久告知", "how early it is told"),
    ("margins", "是否列出升降档的差距", "whether margins are shown"),
    ("objection.within.kind", "异议期限按工作日还是日历日", "working or calendar days to object"),
    ("objection.within.last_day", "最后一日遇休息日怎么办", "what a last day off does"),
    ("objection.until", "异议的期限", "until when to object"),
    ("objection", "怎样提出异议", "how to object"),
    ("meanwhile", "争议期间按哪个费率缴费", "which rate is paid meanwhile"),
];

/// The entry of the longest path that a path lies in.
fn named(list: &[(&str, &'static str, &'static str)], path: &str, lang: Lang) -> Option<&'static str> {
    let mut part = path;
    loop {
        if let Some((_, zh, en)) = list.iter().find(|(known, ..)| *known == part) {
            return Some(lang.pick(zh, en));
        }
        part = part.rsplit_once('.')?.0;
    }
}

/// What a section of a file of law is called in a notice, by its path; `None` where there is no word for it.
pub fn section_words(path: &str, lang: Lang) -> Option<&'static str> {
    named(SECTIONS, path, lang)
}

/// What a value inside a section is called in a notice, by its path there; `None` where there is no word for it.
pub fn value_words(path: &str, lang: Lang) -> Option<&'static str> {
    named(KEYS, path, lang)
}

impl Wording<'_> {
    pub(super) fn footing(&self) -> Option<Section> {
        let assumed = self.listed(Footing::Assumed);
        let invented = self.listed(Footing::Illustrative);
        let mut blocks = Vec::new();
        if !assumed.is_empty() {
            let head = self.say(
                "下列各项，文件没有写明，按一种读法取用：",
                "Of these the documents do not speak plainly; one reading was taken:",
            );
            blocks.extend([Block::Paragraph(Cited::plain(head)), Block::Points(assumed)]);
        }
        if !invented.is_empty() {
            let head = self.say(
                "下列各项为虚构，只供演示，不是任何地方的规定：",
                "These were made up for a demonstration and are the law of no place:",
            );
            blocks.extend([Block::Paragraph(Cited::plain(head)), Block::Points(invented)]);
        }
        (!blocks.is_empty()).then(|| self.section("需要说明的取值", "What was not read as it stands", blocks))
    }

    /// A point for each section, its values named one after the other.
    fn listed(&self, footing: Footing) -> Vec<Cited> {
        let mut points: Vec<(&Basis, Vec<&str>)> = Vec::new();
        for it in self.notice.unread.iter().filter(|it| it.footing == footing) {
            match points.iter_mut().find(|(basis, _)| *basis == it.basis) {
                Some((_, paths)) => paths.push(it.path),
                None => points.push((it.basis, vec![it.path])),
            }
        }
        points.iter().map(|(basis, paths)| self.point(basis, paths)).collect()
    }

    fn point(&self, basis: &Basis, paths: &[&str]) -> Cited {
        let lang = self.lang;
        let mut names: Vec<&str> = Vec::new();
        for path in paths {
            let name = value_words(path, lang).unwrap_or(path);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let names = names.join(lang.pick("、", ", "));
        let text = format!("{}{}{names}", self.section_name(&basis.path), lang.pick("：", ": "));
        Cited { text, citation: basis.citation(lang) }
    }

    /// A section by the name that the file itself gives it, else by what such sections are called.
    fn section_name(&self, path: &str) -> String {
        let (rules, lang) = (self.law.rules(), self.lang);
        let called = |label: &Label| lang.pick("“", "\"").to_owned() + label.text(lang) + lang.pick("”", "\"");
        let mut parts = path.split('.');
        let first = parts.next().unwrap_or_default();
        let last = path.rsplit('.').next().unwrap_or_default();
        let label = match first {
            "measures" => rules.measures().iter().find(|it| it.id == last).map(|it| &it.label),
            "adjustments" => rules.adjustments().iter().find(|it| it.id == last).map(|it| &it.label),
            "float_table" | "float_tables" => {
                let tables = rules.tables().iter();
                let of =
                    tables.filter(|table| first == "float_table" || parts.clone().next() == Some(table.id.as_str()));
                of.flat_map(|table| &table.rows).find(|row| row.id == last).map(|row| &row.label)
            }
            _ => None,
        };
        let section = section_words(path, lang).unwrap_or(path);
        match (label, first) {
            (Some(label), "measures") => label.text(lang).to_owned(),
            (Some(label), "adjustments") => lang.pick("特殊情形", "special case ").to_owned() + &called(label),
            (Some(label), _) => format!("{section}{}{}", lang.pick("", " "), called(label)),
            (None, _) => section.to_owned(),
        }
    }
}
