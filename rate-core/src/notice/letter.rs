//! A notice to an employer as blocks of words, which a page of text or of HTML lays out.
//!
//! What a further matter needs is a section of its own in [`Letter::of`].

mod deciding;
mod footing;
mod html;
mod measured;
mod plain;
mod rates;
mod recourse;
mod settled;
mod words;

pub use footing::{section_words, value_words};
pub use html::escaped;

use crate::error::Lang;
use crate::explanation::Notice;
use crate::history::Origin;
use crate::rule_set::law::Source;
use crate::rule_set::{Law, Verdict};

use words::{day, days};

/// A letter, ready to be laid out.
struct Letter {
    lang: Lang,
    title: String,
    /// What has to be seen before anything else: that this is no notice to be served.
    warning: Option<String>,
    number: Option<String>,
    addressee: String,
    opening: Vec<String>,
    sections: Vec<Section>,
    closing: Closing,
}

/// A part with a heading.
struct Section {
    heading: String,
    blocks: Vec<Block>,
}

enum Block {
    Paragraph(Cited),
    /// Names with what they are.
    Facts(Vec<(String, String)>),
    /// Names with amounts.
    Amounts(Vec<(String, String)>),
    Table(Table),
    /// What follows one another in the order of the law.
    Steps(Vec<Cited>),
    /// Points beside each other.
    Points(Vec<Cited>),
}

/// A sentence, and what it rests on; empty where that is said elsewhere.
struct Cited {
    text: String,
    citation: String,
}

impl Cited {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), citation: String::new() }
    }
}

struct Column {
    title: String,
    /// Unit of its figures; empty where each cell has its own, or it holds words.
    unit: String,
    figures: bool,
}

impl Column {
    fn words(title: &str) -> Self {
        Self { title: title.to_owned(), unit: String::new(), figures: false }
    }

    fn figures(title: impl Into<String>, unit: &str) -> Self {
        Self { title: title.into(), unit: unit.to_owned(), figures: true }
    }
}

struct Table {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    note: Cited,
}

/// Room for the seal and the date.
struct Closing {
    agency: String,
    seal: String,
    date: String,
}

/// A notice being put into words.
struct Wording<'w> {
    notice: &'w Notice<'w>,
    law: &'w Law,
    lang: Lang,
}

impl Notice<'_> {
    /// The notice as plain text of a fixed layout, in lines that can be read aloud.
    pub fn text(&self, lang: Lang) -> String {
        plain::page(&Letter::of(self, lang))
    }

    /// The notice as one page of HTML that needs nothing beside it: no script, no font, no picture.
    pub fn html(&self, lang: Lang) -> String {
        html::page(&Letter::of(self, lang))
    }
}

impl Letter {
    fn of(notice: &Notice<'_>, lang: Lang) -> Self {
        let words = Wording { notice, law: notice.decision.law(), lang };
        let sections = [
            Some(words.employer()),
            Some(words.result()),
            words.orders(),
            Some(words.measured()),
            Some(words.deciding()),
            Some(words.rates()),
            words.settled(),
            words.premium(),
            words.margins(),
            Some(words.recourse()),
            words.footing(),
        ];
        let number = &notice.particulars.number;
        Self {
            lang,
            title: words.title(),
            warning: words.warning(),
            number: (!number.is_empty()).then(|| number.clone()),
            addressee: words.addressee(),
            opening: words.opening(),
            sections: sections.into_iter().flatten().collect(),
            closing: words.closing(),
        }
    }
}

impl Wording<'_> {
    fn say(&self, zh: &str, en: &str) -> String {
        self.lang.pick(zh, en).to_owned()
    }

    fn section(&self, zh: &str, en: &str, blocks: Vec<Block>) -> Section {
        Section { heading: self.say(zh, en), blocks }
    }

    fn cite(&self, source: Source) -> String {
        self.notice.decision.citation(source, self.lang)
    }

    fn floats(&self) -> bool {
        match self.notice.decision.outcome().origin {
            Origin::Floated | Origin::Carried | Origin::Redetermined => true,
            Origin::Base | Origin::Provisional | Origin::Ordered => false,
        }
    }

    fn title(&self) -> String {
        if self.floats() {
            self.say("工伤保险费率浮动告知书", "Notice of the Floating Rate of Work-Injury Insurance")
        } else {
            self.say("工伤保险费率告知书", "Notice of the Rate of Work-Injury Insurance")
        }
    }

    fn warning(&self) -> Option<String> {
        let verdict = self.notice.particulars.verdict;
        (verdict != Verdict::Complete).then(|| match self.lang {
            Lang::Zh => format!("试算稿，不得送达。规则集为{}。", verdict.text(self.lang)),
            Lang::En => format!("Trial copy, not to be served. The rule set is {}.", verdict.text(self.lang)),
        })
    }

    fn addressee(&self) -> String {
        let (history, lang) = (self.notice.history, self.lang);
        match (history.name(), lang) {
            ("", Lang::Zh) => format!("单位编号 {}：", history.key().number),
            ("", Lang::En) => format!("To account {}:", history.key().number),
            (name, Lang::Zh) => format!("{name}："),
            (name, Lang::En) => format!("To {name}:"),
        }
    }

    /// What the letter is about, and its answer.
    fn opening(&self) -> Vec<String> {
        let (law, lang) = (self.law, self.lang);
        let method = law.rules().basis(law.rules().basis).document_text(self.lang);
        let setting = days(law.setting(), lang);
        let about = match lang {
            Lang::Zh => format!("根据{method}，现将你单位{setting}的工伤保险费率告知如下。"),
            Lang::En => format!("Under {method}, your rate of work-injury insurance for {setting} is as follows."),
        };
        let mut opening = vec![about];
        opening.extend(self.answer());
        opening
    }

    fn answer(&self) -> Option<String> {
        let (decision, lang) = (self.notice.decision, self.lang);
        let first = decision.schedule().segments().first()?;
        let (from, rate, grade) = (day(first.days.from(), lang), first.rate, decision.grade_label());
        let several = decision.schedule().segments().len() > 1;
        let more = match (several, lang) {
            (false, _) => "",
            (true, Lang::Zh) => "期内费率有变动，各段费率见“执行费率”。",
            (true, Lang::En) => " The rate changes within these days: see \"Rates\".",
        };
        let origin = decision.outcome().origin;
        Some(match (origin, lang) {
            (Origin::Floated | Origin::Redetermined, Lang::Zh) => {
                format!("你单位本期费率档次为 {grade}，自{from}起执行费率 {rate}。{more}")
            }
            (Origin::Floated | Origin::Redetermined, Lang::En) => {
                format!("Your grade is {grade}, and your rate from {from} is {rate}.{more}")
            }
            (Origin::Carried, Lang::Zh) => {
                format!("你单位沿用本浮动周期已定的档次 {grade}，自{from}起执行费率 {rate}。{more}")
            }
            (Origin::Carried, Lang::En) => {
                format!(
                    "Your grade of this float cycle, {grade}, is carried, and your rate from {from} is {rate}.{more}"
                )
            }
            (Origin::Base, Lang::Zh) => {
                format!("你单位本期费率不浮动，自{from}起按行业基准费率执行，费率 {rate}。{more}")
            }
            (Origin::Base, Lang::En) => {
                format!(
                    "Your rate does not float this time: from {from} it is the base rate of your industry, {rate}.{more}"
                )
            }
            (Origin::Provisional, Lang::Zh) => {
                format!("你单位本期费率暂不能确定，自{from}起暂按费率 {rate} 缴费，确定后另行告知。{more}")
            }
            (Origin::Provisional, Lang::En) => format!(
                "Your rate cannot be settled yet: from {from} you pay {rate} for the time being, and will be told once it is.{more}"
            ),
            (Origin::Ordered, Lang::Zh) => format!("依生效的裁决，你单位自{from}起执行费率 {rate}。{more}"),
            (Origin::Ordered, Lang::En) => format!("As was ordered, your rate from {from} is {rate}.{more}"),
        })
    }

    fn closing(&self) -> Closing {
        let given = self.notice.particulars;
        let blank = |text: &str, blank: &str| if text.is_empty() { blank.to_owned() } else { text.to_owned() };
        Closing {
            agency: blank(&given.agency, self.lang.pick("经办机构：＿＿＿＿＿＿＿＿", "Agency: ________________")),
            seal: self.say("（盖章）", " (seal)"),
            date: given.issued.map_or_else(
                || self.say("＿＿＿＿年＿＿月＿＿日", "Date: ____-__-__"),
                |issued| day(issued, self.lang),
            ),
        }
    }
}

/// A text from a book or a sender as it may stand in a letter or a line: what could turn or break a line is made visible.
pub fn harmless(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    text.chars().map(|c| if c.is_control() || turns(c) { '\u{FFFD}' } else { c }).collect()
}
