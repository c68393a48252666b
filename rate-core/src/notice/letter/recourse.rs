//! How the employer is told, where and until when it may object, and what the law gives it beyond.

use super::words::{day, term};
use super::{Block, Cited, Section, Wording};
use crate::citation::{Basis, BasisId};
use crate::deadline::Deadline;
use crate::error::Lang;
use crate::notice::step::source_text;
use crate::rule_set::law::Source;
use crate::rule_set::notice::{
    LastDay, Meanwhile, NoticeOrder, NoticeRules, Objection, Remedies, Remedy, Term, TermStart, ToldWhen, Until,
};

/// A remedy of the law, with what it is called.
struct Way {
    zh: &'static str,
    en: &'static str,
    remedy: Option<Remedy>,
    deadline: Option<Deadline>,
}

impl Wording<'_> {
    pub(super) fn recourse(&self) -> Section {
        let rules = self.law.rules();
        let mut points = Vec::new();
        match rules.notice() {
            Some(notice) => {
                points.push(self.told(notice));
                points.push(match &notice.objection {
                    Some(objection) => self.objection(objection),
                    None => Cited::plain(self.no_objection()),
                });
            }
            None => points.push(Cited::plain(self.say(
                "怎样告知、向谁和在什么期限内提出异议：所见文件没有写，不详。",
                "How you are told, and where and until when you may object: the documents seen do not say; not known.",
            ))),
        }
        points.extend(rules.remedies().map(|remedies| self.remedies(remedies)).unwrap_or_default());
        self.section(
            "异议、行政复议和行政诉讼",
            "Objection, administrative review and lawsuit",
            vec![Block::Points(points)],
        )
    }

    fn cited(&self, text: String, id: BasisId) -> Cited {
        Cited { text, citation: source_text(self.notice.decision, Source::Rules(id), self.lang) }
    }

    /// Why a value is not there: the document has it and nobody saw it, or no document seen says it.
    fn unknown(&self, id: BasisId, path: &str) -> &'static str {
        let basis = self.law.basis(Source::Rules(id));
        if basis.is_some_and(|basis| Basis::lists(&basis.missing, path)) {
            self.lang.pick("文件有规定，尚未见到，不详", "the document says so and was not seen: not known")
        } else {
            self.lang.pick("所见文件没有写，不详", "the documents seen do not say: not known")
        }
    }

    fn told(&self, notice: &NoticeRules) -> Cited {
        let (lang, zh) = (self.lang, self.lang == Lang::Zh);
        let mut said = vec![match notice.order {
            Some(NoticeOrder::AnnounceFirst) => self.announced(notice),
            Some(NoticeOrder::Notify) => self.say("结果以本告知书告知单位", "The result is made known by this notice"),
            None if zh => format!("结果怎样告知：{}", self.unknown(notice.basis, "order")),
            None => format!("How the result is made known: {}", self.unknown(notice.basis, "order")),
        }];
        said.extend(notice.told.map(|(length, when)| {
            let length = term(length, lang);
            match (when, lang) {
                (ToldWhen::Before, Lang::Zh) => format!("应在费率变动前 {length}告知"),
                (ToldWhen::After, Lang::Zh) => format!("应在费率变动后 {length}内告知"),
                (ToldWhen::Before, Lang::En) => format!("it is to be told {length} before the rate changes"),
                (ToldWhen::After, Lang::En) => format!("it is to be told within {length} after the rate changes"),
            }
        }));
        said.extend(notice.transition.map(|length| {
            let length = term(length, lang);
            if zh {
                format!("费率变动前留 {length}与征收机关衔接")
            } else {
                format!("{length} before the change are kept for the transition with the collecting office")
            }
        }));
        self.cited(self.sentence(&said), notice.basis)
    }

    fn sentence(&self, said: &[String]) -> String {
        said.join(self.lang.pick("；", "; ")) + self.lang.pick("。", ".")
    }

    fn announced(&self, notice: &NoticeRules) -> String {
        let (lang, zh) = (self.lang, self.lang == Lang::Zh);
        let Some(length) = notice.announced else {
            let why = self.unknown(notice.basis, "announced");
            return if zh {
                format!("结果先行公示；公示多久：{why}")
            } else {
                format!("The result is announced first; for how long: {why}")
            };
        };
        let length = term(length, lang);
        let first = self.notice.particulars.served.announced.map(|first| day(first, lang));
        let ends = match (self.notice.terms.announcement, first) {
            (Some(Deadline::Day(last)), Some(first)) if zh => format!("，自{first}起至{}止", day(last, lang)),
            (Some(Deadline::Day(last)), Some(first)) => format!(", from {first} to {}", day(last, lang)),
            (Some(Deadline::NoHolidays(year)), Some(first)) if zh => {
                format!("，自{first}起；{}", self.no_holidays(year))
            }
            (Some(Deadline::NoHolidays(year)), Some(first)) => format!(", from {first}; {}", self.no_holidays(year)),
            _ => String::new(),
        };
        if zh {
            format!("结果先行公示 {length}{ends}")
        } else {
            format!("The result is announced first, for {length}{ends}")
        }
    }

    fn no_holidays(&self, year: i32) -> String {
        match self.lang {
            Lang::Zh => format!("没有 {year} 年的节假日安排表，无法推算最后一日"),
            Lang::En => format!("there is no table of the holidays of {year}, so the last day cannot be told"),
        }
    }

    fn no_objection(&self) -> String {
        self.say(
            "向经办机构提出异议：期限和地点所见文件没有写，不详。",
            "Objecting to the agency: the documents seen do not say where or until when; not known.",
        )
    }

    fn objection(&self, objection: &Objection) -> Cited {
        let (lang, zh) = (self.lang, self.lang == Lang::Zh);
        let mut said = vec![self.until(objection)];
        if objection.place.is_none() {
            let why = self.unknown(objection.basis, "where");
            said.push(if zh { format!("向哪里提出：{why}") } else { format!("where to object: {why}") });
        }
        said.extend(objection.again.map(|length| {
            let length = term(length, lang);
            if zh {
                format!("经办机构在 {length}内重新核定")
            } else {
                format!("the agency determines again within {length}")
            }
        }));
        said.push(self.meanwhile(objection.meanwhile, objection.basis, ("异议", "the objection")));
        self.cited(self.sentence(&said), objection.basis)
    }

    fn meanwhile(&self, meanwhile: Option<Meanwhile>, basis: BasisId, (zh, en): (&str, &str)) -> String {
        match (meanwhile, self.lang) {
            (Some(Meanwhile::OldRate), Lang::Zh) => format!("{zh}期间先按原费率缴费"),
            (Some(Meanwhile::OldRate), Lang::En) => format!("during {en} the old rate is paid"),
            (Some(Meanwhile::NewRate), Lang::Zh) => format!("{zh}期间按本告知书的费率缴费"),
            (Some(Meanwhile::NewRate), Lang::En) => format!("during {en} the rate of this notice is paid"),
            (None, Lang::Zh) => format!("{zh}期间按哪个费率缴费：{}", self.unknown(basis, "meanwhile")),
            (None, Lang::En) => format!("which rate is paid during {en}: {}", self.unknown(basis, "meanwhile")),
        }
    }

    fn until(&self, objection: &Objection) -> String {
        let zh = self.lang == Lang::Zh;
        let deadline = self.notice.terms.objection.unwrap_or(Deadline::NotKnown);
        let Some(until) = &objection.until else {
            let why = self.unknown(objection.basis, "until");
            return if zh {
                format!("对本结果有异议的，提出的期限：{why}")
            } else {
                format!("If you object, until when: {why}")
            };
        };
        let within = match until {
            Until::Within { term: length, from, last_day } => self.within(*length, *from, *last_day),
            Until::AnnouncementEnds => self.say("在公示结束以前", "before the announcement ends"),
            Until::Dates(_) => self.say("在本浮动周期公布的日期以前", "by the day that was fixed for this float cycle"),
        };
        let last = self.last(deadline);
        match (&objection.place, zh) {
            (Some(place), true) => format!("对本结果有异议的，可以{within}向{}提出{last}", place.zh),
            (None, true) => format!("对本结果有异议的，可以{within}提出{last}"),
            (Some(place), false) => format!("If you object, you may do so {within}, to {}{last}", place.en),
            (None, false) => format!("If you object, you may do so {within}{last}"),
        }
    }

    fn within(&self, length: Term, from: TermStart, last_day: LastDay) -> String {
        let (length, lang) = (term(length, self.lang), self.lang);
        let moves = match (last_day, lang) {
            (LastDay::AsCounted, _) => "",
            (LastDay::NextWorkingDay, Lang::Zh) => "（最后一日不是工作日的，顺延到下一个工作日）",
            (LastDay::NextWorkingDay, Lang::En) => " (where the last day is no working day, until the next one)",
        };
        match (from, lang) {
            (TermStart::Notice, Lang::Zh) => format!("在收到本告知书的次日起 {length}内{moves}"),
            (TermStart::Notice, Lang::En) => format!("within {length} of receiving this notice{moves}"),
            (TermStart::Announcement, Lang::Zh) => format!("在公示开始的次日起 {length}内{moves}"),
            (TermStart::Announcement, Lang::En) => {
                format!("within {length} of the first day of the announcement{moves}")
            }
        }
    }

    /// The last day of a term after its words, or why it cannot be told.
    fn last(&self, deadline: Deadline) -> String {
        let (lang, zh) = (self.lang, self.lang == Lang::Zh);
        match deadline {
            Deadline::Day(last) if zh => format!("，最后一日为{}", day(last, lang)),
            Deadline::Day(last) => format!(": the last day is {}", day(last, lang)),
            Deadline::NotBegun(TermStart::Notice) => self.say(
                "（送达日期未填，最后一日由送达日推算）",
                " (the day of service is not filled in; the last day follows from it)",
            ),
            Deadline::NotBegun(TermStart::Announcement) => self.say(
                "（公示开始日期未填，最后一日由它推算）",
                " (the first day of the announcement is not filled in; the last day follows from it)",
            ),
            Deadline::WithAnnouncement => self.say(
                "（公示多久没有见到，最后一日不详）",
                " (how long it lasts was not seen: the last day is not known)",
            ),
            Deadline::NoHolidays(year) if zh => format!("（{}）", self.no_holidays(year)),
            Deadline::NoHolidays(year) => format!(" ({})", self.no_holidays(year)),
            Deadline::NoDate => {
                self.say("（本周期的日期没有见到，不详）", " (the day of this cycle was not seen: not known)")
            }
            Deadline::NotKnown => self.say("（不详）", " (not known)"),
            Deadline::BeforeLaw(since) if zh => {
                format!("（所引条文自{}起施行，此前送达的期限没有写明，不详）", day(since, lang))
            }
            Deadline::BeforeLaw(since) => format!(
                " (the article holds since {}; of notices served before, the term is not known)",
                day(since, lang)
            ),
        }
    }

    fn remedies(&self, remedies: &Remedies) -> Vec<Cited> {
        let terms = self.notice.terms;
        let right = self.say(
            "对本结果不服的，可以依法申请行政复议，也可以依法提起行政诉讼；这两项与向经办机构提出异议各自计算期限",
            "If you dispute the result you may apply for administrative review, or sue; both terms run apart from that of an objection to the agency",
        );
        let pending = self.meanwhile(remedies.meanwhile, remedies.basis, ("复议、诉讼", "review and lawsuit"));
        let ways = [
            Way {
                zh: "申请行政复议", en: "Administrative review", remedy: remedies.review, deadline: terms.review
            },
            Way { zh: "提起行政诉讼", en: "Lawsuit", remedy: remedies.lawsuit, deadline: terms.lawsuit },
        ];
        let mut points = vec![self.cited(self.sentence(&[right, pending]), remedies.basis)];
        points.extend(ways.iter().map(|way| self.way(way, remedies.basis)));
        points
    }

    fn way(&self, way: &Way, right: BasisId) -> Cited {
        let zh = self.lang == Lang::Zh;
        let (Some(remedy), Some(deadline)) = (way.remedy, way.deadline) else {
            let text = if zh {
                format!("{}的期限：所引规则没有写，不详。", way.zh)
            } else {
                format!("{}: the rules cited state no term; not known.", way.en)
            };
            return self.cited(text, right);
        };
        let length = term(remedy.term, self.lang);
        let text = match (deadline, self.lang) {
            // Where the article did not hold yet, its term is not this notice's.
            (Deadline::BeforeLaw(since), Lang::Zh) => {
                let since = day(since, self.lang);
                format!("{}：所引条文自{since}起施行，本告知书在此以前送达，期限没有写明，不详。", way.zh)
            }
            (Deadline::BeforeLaw(since), Lang::En) => {
                let since = day(since, self.lang);
                format!(
                    "{}: the article holds since {since}, and this notice was served before: the term is not known.",
                    way.en
                )
            }
            (_, Lang::Zh) => format!("{}：自知道本结果之日起 {length}内{}。", way.zh, self.ends(deadline, remedy)),
            (_, Lang::En) => {
                format!("{}: within {length} of knowing of this result{}.", way.en, self.ends(deadline, remedy))
            }
        };
        self.cited(text, remedy.basis)
    }

    fn ends(&self, deadline: Deadline, remedy: Remedy) -> String {
        let lang = self.lang;
        match (deadline, remedy.since, lang) {
            (Deadline::Day(last), _, Lang::Zh) => {
                format!("；自送达日算，最后一日为{}，遇节假日是否顺延依法律规定", day(last, lang))
            }
            (Deadline::Day(last), _, Lang::En) => format!(
                "; counted from the day of service the last day is {}, and the law says whether it moves past days off",
                day(last, lang)
            ),
            // Said in words: the day follows once the notice is served.
            (Deadline::NotBegun(_), Some(since), Lang::Zh) => format!("（所引条文自{}起施行）", day(since, lang)),
            (Deadline::NotBegun(_), Some(since), Lang::En) => {
                format!(" (the article holds since {})", day(since, lang))
            }
            (Deadline::NotBegun(_), None, _) => String::new(),
            (other, _, _) => self.last(other),
        }
    }
}
