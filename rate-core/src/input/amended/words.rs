//! The keys of documents of law in words.

use crate::error::Lang;

/// Sections, in the order in which a reader is told of them.
const SECTIONS: &[(&str, &str, &str)] = &[
    ("name", "名称", "name"),
    ("area", "统筹地区", "pooling area"),
    ("version", "版本", "version"),
    ("form", "形式", "form"),
    ("format", "格式", "format"),
    ("in_force", "施行期间", "in force"),
    ("extends", "所依框架", "extends"),
    ("cite", "依据", "citation"),
    ("assumed", "推定", "assumed"),
    ("missing", "未见", "missing"),
    ("illustrative", "示例", "illustrative"),
    ("documents", "文件", "documents"),
    ("cycles", "浮动周期", "cycles"),
    ("classes", "行业风险类别", "classes"),
    ("participation", "适用范围", "participation"),
    ("attribution", "案件归属", "attribution of claims"),
    ("measures", "指标", "measures"),
    ("float_table", "浮动档次表", "float table"),
    ("float_tables", "浮动档次表", "float tables"),
    ("combine", "各表合并", "combining tables"),
    ("adjustments", "特殊情形", "adjustments"),
    ("ladder", "费率档次", "grade ladder"),
    ("limits", "浮动限制", "limits"),
    ("floor", "最低费率", "floor"),
    ("rounding", "取整", "rounding"),
    ("changes", "周期内变更", "changes inside a cycle"),
    ("settlement", "结算", "settlement"),
    ("projects", "工程项目", "projects"),
    ("notice", "告知与异议", "notice and objection"),
    ("remedies", "救济", "remedies"),
    ("base_rates", "行业基准费率", "base rates"),
    ("phased_cuts", "阶段性降低费率", "phased cuts"),
    ("cut_bands", "降费区间", "bands of cuts"),
    ("statistics", "统计均值", "statistics"),
    ("industry_classes", "行业分类", "classes of industries"),
    ("holidays", "节假日", "holidays"),
    ("project_rates", "项目费率", "rates of projects"),
    ("other_bases", "其他缴费基数", "other bases"),
];

/// Keys inside sections. A key that is not here stands as it does in the file, as do names that a file gives.
const KEYS: &[(&str, &str, &str)] = &[
    ("rows", "行", "rows"),
    ("otherwise", "其余", "otherwise"),
    ("conflict", "并存时", "where several rows match"),
    ("all", "同时满足", "all conditions"),
    ("any", "满足其一", "any condition"),
    ("when", "条件", "condition"),
    ("unless", "除非", "unless"),
    ("grade", "档次", "grade"),
    ("grades", "档次", "grades"),
    ("shift", "升降档", "shift"),
    ("factor", "浮动比例", "factor"),
    ("bounds", "界限", "bounds"),
    ("label", "称谓", "label"),
    ("windows", "考核期", "windows"),
    ("rate_period", "费率执行期", "rate period"),
    ("settings", "年度核定", "annual settings"),
    ("filled_window", "补足的考核期", "filled window"),
    ("kinds", "单位类型", "kinds of account"),
    ("others", "其他单位", "others"),
    ("first_insured", "新参保单位", "first insured"),
    ("returning", "恢复参保单位", "returning"),
    ("covered_months_under", "参保月数少于", "covered months under"),
    ("numerator", "分子", "numerator"),
    ("denominator", "分母", "denominator"),
    ("undefined", "无法计算时", "where undefined"),
    ("unit", "单位", "unit"),
    ("per", "每", "per"),
    ("effect", "效果", "effect"),
    ("acts_on", "作用于", "acts on"),
    ("event", "情形", "event"),
    ("max_move", "最大变动", "largest move"),
    ("system", "类别体系", "class system"),
    ("rates", "费率", "rates"),
    ("rate", "费率", "rate"),
    ("cut", "下调幅度", "cut"),
    ("from", "起", "from"),
    ("to", "止", "to"),
    ("sub_area", "下级地区", "sub-area"),
    ("number", "文号", "number"),
    ("title", "标题", "title"),
    ("date", "日期", "date"),
    ("mode", "方式", "mode"),
    ("year", "年份", "year"),
    ("values", "数值", "values"),
    ("exclude", "剔除", "excluded"),
    ("exclude_tags", "剔除标记", "excluded tags"),
    ("finding", "依据的测算", "finding"),
    ("months_payable", "可支付月数", "months payable"),
];

/// Where a section stands among the others; behind them where it is none of them.
pub(super) fn rank(section: &str) -> usize {
    SECTIONS.iter().position(|(key, ..)| *key == section).unwrap_or(SECTIONS.len())
}

/// A path in words: positions counted from one, as a reader counts.
pub(super) fn place_text(path: &str, lang: Lang) -> String {
    let word = |(at, step): (usize, &str)| {
        let table = if at == 0 { [SECTIONS, &[]] } else { [KEYS, SECTIONS] };
        let known = table.into_iter().flatten().find(|(key, ..)| *key == step);
        match (known, step.parse::<usize>()) {
            (Some((_, zh, en)), _) => lang.pick(zh, en).to_owned(),
            (None, Ok(place)) if place < 10_000 && step.len() < 4 => (place + 1).to_string(),
            (None, _) => step.to_owned(),
        }
    };
    path.split('.').enumerate().map(word).collect::<Vec<_>>().join(" › ")
}

#[cfg(test)]
mod tests {
    use super::{KEYS, SECTIONS, place_text};
    use crate::error::Lang;

    #[test]
    fn every_key_has_one_word() {
        for words in [SECTIONS, KEYS] {
            for (place, (key, zh, en)) in words.iter().enumerate() {
                assert!(!zh.is_empty() && !en.is_empty());
                assert!(words[..place].iter().all(|(other, ..)| other != key), "{key}");
            }
        }
    }

    #[test]
    fn a_position_is_counted_from_one_and_a_year_is_a_name() {
        assert_eq!(place_text("cycles.2026.windows.0", Lang::En), "cycles › 2026 › windows › 1");
        assert_eq!(place_text("base_rates.2.rates.7", Lang::Zh), "行业基准费率 › 3 › 费率 › 8");
    }
}
