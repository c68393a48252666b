//! Findings in words. Steps and articles are put into words by `notice`.

use super::{Candidate, Lack, Made, Way, vary};
use crate::error::Lang;
use crate::rule_set::Law;

impl Lack {
    /// What is not there, in words.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Charged => {
                lang.pick("执行期内有日期无收费费率", "no charged rate on some days of the setting").to_owned()
            }
            Self::NotSeen => lang
                .pick("规则集中相应结果未见，无从比较", "the result for such facts was not seen in the document")
                .to_owned(),
            Self::LastRate => lang.pick("无执行期之前的费率（rates）", "no rate before the setting (rates)").to_owned(),
            Self::Industry => lang
                .pick("无行业代码（classifications.industry）", "no industry code (classifications.industry)")
                .to_owned(),
            Self::Facts(problems) => {
                let gap = lang.pick("；", "; ");
                let texts = problems.iter().map(|it| {
                    let field =
                        if it.place.field.is_empty() { String::new() } else { format!(" [{}]", it.place.field) };
                    format!("{}{field}", it.message(lang))
                });
                texts.collect::<Vec<_>>().join(gap)
            }
        }
    }
}

impl Way {
    /// The way in words, with the measures it is confined to; empty where the mistake says it all.
    pub fn full_text(self, law: &Law, lang: Lang) -> String {
        let text = self.text(lang);
        let all = vary::asked_of(self, law);
        let Some(measures) = self.measures().filter(|it| *it != all) else { return text };
        let named = law.rules().measures().iter().enumerate().filter(|(place, _)| measures.contains(*place));
        let labels: Vec<&str> = named.map(|(_, measure)| measure.label.text(lang)).collect();
        match lang {
            Lang::Zh => format!("{text}，仅{}", labels.join("、")),
            Lang::En => format!("{text}, {} only", labels.join(" and ")),
        }
    }
}

impl Made {
    /// The mistake and how it was made, in words.
    pub fn text(&self, law: &Law, lang: Lang) -> String {
        let (mistake, way) = (self.way.mistake().text(lang), self.way.full_text(law, lang));
        match (way.as_str(), lang) {
            ("", _) => mistake.to_owned(),
            (_, Lang::Zh) => format!("{mistake}（{way}）"),
            (_, Lang::En) => format!("{mistake} ({way})"),
        }
    }
}

impl Candidate {
    /// The mistakes in words, without how they were made.
    pub fn text(&self, lang: Lang) -> String {
        let texts: Vec<&str> = self.made.iter().map(|made| made.way.mistake().text(lang)).collect();
        texts.join(lang.pick(" ＋ ", " + "))
    }

    /// Other ways with the same result, in words.
    pub fn other_ways_text(&self, law: &Law, lang: Lang) -> String {
        let each = |ways: &Vec<Way>| {
            let texts = ways.iter().map(|way| way.full_text(law, lang)).filter(|text| !text.is_empty());
            texts.collect::<Vec<_>>().join(lang.pick(" ＋ ", " + "))
        };
        self.other_ways.iter().map(each).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(lang.pick("；", "; "))
    }
}
