//! Where a value comes from: document, place, and whether it is cited, assumed, missing or illustrative.

use std::fmt;

use crate::calendar::NaiveDate;
use crate::error::Lang;

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Label {
    /// 简体中文.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Label {
    /// The text in a language.
    pub fn text(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// A document of law: statute, ministry notice, local method.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Document {
    /// Key within the rule set; documents of a parent carry its id before a `#`.
    pub key: String,
    /// Number (文号); empty where it has none or it is not known.
    pub number: String,
    /// Title.
    pub title: Label,
    /// Day of issue, where known.
    pub date: Option<NaiveDate>,
}

/// A place within a document: a numbered article, or, where the number is not known, the topic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CitedPlace(String);

const TOPICS: &[(&str, &str, &str)] = &[
    ("window", "考核期条款", "provisions on the window"),
    ("participation", "适用范围条款", "provisions on who takes part"),
    ("measures", "指标条款", "provisions on the measures"),
    ("attribution", "案件归属条款", "provisions on who bears a claim"),
    ("exclusions", "剔除条款", "provisions on excluded cases"),
    ("float-table", "浮动档次条款", "provisions on the float"),
    ("adjustments", "特殊情形条款", "provisions on special cases"),
    ("ladder", "费率档次条款", "provisions on the grades"),
    ("limits", "浮动限制条款", "provisions on limits of the float"),
    ("floor", "最低费率条款", "provisions on the lowest rate"),
    ("rounding", "计算规则条款", "provisions on calculation"),
    ("base-rates", "基准费率条款", "provisions on base rates"),
    ("classes", "行业分类条款", "provisions on industry classes"),
    ("changes", "变更条款", "provisions on changes"),
    ("cut", "阶段性降费条款", "provisions on the phased cut"),
    ("statistics", "统计口径条款", "provisions on statistics"),
    ("validity", "施行日期条款", "provisions on validity"),
    ("projects", "工程项目条款", "provisions on projects"),
    ("settlement", "结算条款", "provisions on settlement"),
    ("transition", "过渡条款", "provisions on the transition"),
    ("notice", "告知与异议条款", "provisions on notice and objection"),
    ("annex", "附件", "annex"),
];

impl CitedPlace {
    /// Reads a place such as `art-8`, `art-34-2`, `point-4`, `para-2`, `annex` or a topic.
    pub fn parse(text: &str) -> Option<Self> {
        let numbered = ["art-", "point-", "para-"].iter().any(|prefix| {
            text.strip_prefix(prefix).is_some_and(|rest| {
                rest.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
            })
        });
        let known = text.is_empty() || numbered || TOPICS.iter().any(|(topic, ..)| *topic == text);
        known.then(|| Self(text.to_owned()))
    }

    /// The word used in files; empty where the whole document is meant.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The place as people read it.
    pub fn text(&self, lang: Lang) -> String {
        if let Some((_, zh, en)) = TOPICS.iter().find(|(topic, ..)| *topic == self.0) {
            return lang.pick(zh, en).to_owned();
        }
        let mut parts = self.0.split('-');
        let (kind, numbers): (_, Vec<_>) = (parts.next().unwrap_or_default(), parts.collect());
        let (unit_zh, unit_en) = match kind {
            "art" => ("条", "art."),
            "point" => ("点", "point"),
            "para" => ("款", "para."),
            _ => return String::new(),
        };
        let first = numbers.first().copied().unwrap_or_default();
        let second = numbers.get(1).map(|number| match lang {
            Lang::Zh => format!("第{number}款"),
            Lang::En => format!("({number})"),
        });
        let second = second.unwrap_or_default();
        match lang {
            Lang::Zh => format!("第{first}{unit_zh}{second}"),
            Lang::En => format!("{unit_en} {first}{second}"),
        }
    }
}

impl fmt::Display for CitedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Number of a [`Basis`] within its rule set or parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisId(pub(crate) u16);

/// The basis of one section, row, cycle, measure or adjustment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "依据")]
pub struct Basis {
    /// Path of the section within the file.
    pub path: String,
    /// The document.
    pub document: Document,
    /// The place in it.
    pub place: CitedPlace,
    /// Paths within the section that are assumed.
    pub assumed: Vec<String>,
    /// Paths within the section whose value the document has and we have not seen.
    pub missing: Vec<String>,
    /// Paths within the section invented for a demonstration.
    pub illustrative: Vec<String>,
}

impl Basis {
    /// Document and place as people read them.
    pub fn citation(&self, lang: Lang) -> String {
        let (document, place) = (self.document_text(lang), self.place.text(lang));
        let gap = if place.is_empty() || lang == Lang::Zh { "" } else { ", " };
        format!("{document}{gap}{place}")
    }

    /// The document alone, with its number: where a method as a whole is meant, not the place its validity comes from.
    pub fn document_text(&self, lang: Lang) -> String {
        let (title, number) = (self.document.title.text(lang), &self.document.number);
        let (open, close) = match lang {
            Lang::Zh => ("《", "》"),
            Lang::En => ("", ""),
        };
        let number = match lang {
            _ if number.is_empty() => String::new(),
            Lang::Zh => format!("（{number}）"),
            Lang::En => format!(" ({number})"),
        };
        format!("{open}{title}{close}{number}")
    }

    /// Whether the value at a path within the section stands in one of the given lists: itself or what it is part of.
    pub fn lists(list: &[String], path: &str) -> bool {
        list.iter()
            .any(|entry| path == entry || path.strip_prefix(entry.as_str()).is_some_and(|rest| rest.starts_with('.')))
    }
}
