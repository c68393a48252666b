//! The report of an audit as one page: no script, nothing fetched, made for paper as much as for a screen.

use std::io::{self, Write};

use rate_core::Decision;
use rate_core::audit::{Candidate, Difference, Mistake, Piece};
use rate_core::error::Lang;
use rate_core::notice::{escaped as safe, rule_set_text, step_text, yuan};

use super::totals::{Status, lacking_text, mistakes_text, money};
use super::{Audit, Audited, Differing, Totals};

/// The most accounts shown one by one, those with the most money first; all of them stand in the lists.
const SHOWN: usize = 300;

/// The most candidates shown of one difference.
const CANDIDATES: usize = 12;

const STYLE: &str = "
@page { size: A4; margin: 16mm 14mm; }
:root { color-scheme: light; }
body { font: 10.5pt/1.5 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif; color: #1a1a1a; max-width: 190mm; margin: 0 auto; padding: 6mm 4mm; }
h1 { font-size: 17pt; margin: 0 0 2mm; }
h2 { font-size: 13pt; margin: 9mm 0 2mm; border-bottom: 1.5pt solid #1f4e79; padding-bottom: 1mm; color: #1f4e79; break-after: avoid; }
h3 { font-size: 11pt; margin: 6mm 0 1mm; break-after: avoid; }
p { margin: 1mm 0 2mm; }
table { border-collapse: collapse; width: 100%; margin: 1mm 0 3mm; font-size: 9pt; font-variant-numeric: tabular-nums; }
th, td { border: 0.5pt solid #b5b5b5; padding: 0.8mm 1.6mm; text-align: left; vertical-align: top; }
th { background: #eef3f8; font-weight: 600; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
.n { text-align: right; white-space: nowrap; }
.d { white-space: nowrap; }
.s { color: #555; font-size: 8.5pt; }
.differs { background: #fff4e5; }
section { break-inside: avoid-page; }
ol { margin: 1mm 0 2mm; padding-left: 6mm; }
li { margin-bottom: 1.2mm; break-inside: avoid; }
.tag { display: inline-block; border: 0.5pt solid #1f4e79; border-radius: 2pt; padding: 0 1.2mm; font-size: 8.5pt; font-weight: 400; color: #1f4e79; }
@media print { body { max-width: none; padding: 0; } }
";

/// Writes the report.
pub(super) fn report(audit: &Audit, totals: &Totals, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    Page { audit, totals, lang, out }.write()
}

struct Page<'a> {
    audit: &'a Audit,
    totals: &'a Totals,
    lang: Lang,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn write(&mut self) -> io::Result<()> {
        let title = self.say("收费费率核对报告", "Audit of charged rates");
        let code = self.lang.pick("zh-CN", "en");
        writeln!(self.out, "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">")?;
        writeln!(self.out, "<meta name=\"viewport\" content=\"width=device-width\">")?;
        writeln!(self.out, "<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>")?;
        self.about()?;
        self.sums()?;
        self.causes()?;
        self.asked()?;
        self.accounts()?;
        writeln!(self.out, "</body>\n</html>")
    }

    /// One of two texts that need no escaping.
    const fn say(&self, zh: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    fn head(&mut self, columns: &[(&'static str, &'static str, bool)]) -> io::Result<()> {
        write!(self.out, "<table>\n<thead><tr>")?;
        for (zh, en, number) in columns {
            let class = if *number { " class=\"n\"" } else { "" };
            let text = self.say(zh, en);
            write!(self.out, "<th{class}>{text}</th>")?;
        }
        writeln!(self.out, "</tr></thead>\n<tbody>")
    }

    fn end(&mut self) -> io::Result<()> {
        writeln!(self.out, "</tbody>\n</table>")
    }

    fn about(&mut self) -> io::Result<()> {
        let law = self.audit.auditor.law();
        let lang = self.lang;
        let rows = [
            (self.say("办法", "Method"), rule_set_text(law.rules(), lang)),
            (self.say("核查结论", "Verdict of the check"), self.audit.chosen.verdict.text(lang).to_owned()),
            (self.say("周期与执行期", "Cycle and setting"), format!("{} · {}", law.cycle().id, law.setting())),
            (self.say("规则集摘要", "Digest of the rule set"), law.rules().digest().to_owned()),
        ];
        writeln!(self.out, "<table>\n<tbody>")?;
        for (name, value) in rows {
            writeln!(self.out, "<tr><th>{name}</th><td>{}</td></tr>", safe(&value))?;
        }
        let documents = law.parameters().documents().iter().map(|it| safe(it.name.text(lang))).collect::<Vec<_>>();
        let gap = self.say("；", "; ");
        writeln!(self.out, "<tr><th>{}</th><td>{}</td></tr>", self.say("参数", "Parameters"), documents.join(gap))?;
        self.end()
    }

    fn sums(&mut self) -> io::Result<()> {
        let totals = self.totals;
        writeln!(self.out, "<h2>{}</h2>", self.say("合计", "Totals"))?;
        self.head(&[
            ("", "", false),
            ("户数", "accounts", true),
            ("多收（元）", "over (yuan)", true),
            ("少收（元）", "under (yuan)", true),
        ])?;
        for (place, (name, sum)) in totals.rows(self.lang).into_iter().enumerate() {
            // The three kinds of accounts that differ.
            let differing = (1..=3).contains(&place);
            let money = |fen: i128| if differing { yuan(fen) } else { String::new() };
            let (over, under) = (money(sum.over_fen), money(sum.under_fen));
            let accounts = sum.accounts;
            writeln!(
                self.out,
                "<tr><td>{name}</td><td class=\"n\">{accounts}</td><td class=\"n\">{over}</td><td class=\"n\">{under}</td></tr>"
            )?;
        }
        self.end()?;
        let basis = self.say(
            "金额按执行期内已登记的工资总额逐行计算，四舍五入方式依规则集，不作估算。",
            "Money is reckoned on the payroll rows posted in the setting, row by row, rounded as the rule set says; nothing is estimated.",
        );
        writeln!(self.out, "<p class=\"s\">{basis}</p>")?;
        for (number, zh, en) in [
            (
                totals.across,
                "工资行跨越不同费率的日期、未计入金额：",
                "Payroll rows across days with other rates, not in the sums: ",
            ),
            (
                totals.without_payroll,
                "有差异而执行期内无工资行的单位：",
                "Accounts that differ and have no payroll row in the setting: ",
            ),
        ] {
            if number > 0 {
                writeln!(self.out, "<p class=\"s\">{}{number}</p>", self.say(zh, en))?;
            }
        }
        Ok(())
    }

    fn causes(&mut self) -> io::Result<()> {
        let totals = self.totals;
        if totals.causes.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "<h2>{}</h2>", self.say("按原因", "By cause"))?;
        let note = self.say(
            "一处差异有几个可能原因时，每个原因都列出，不作取舍；“原因之一”各行的户数和金额相互重叠，不可相加。",
            "Where several causes would explain a difference, each is listed and none is preferred; accounts and money under “one of several” overlap and cannot be added up.",
        );
        writeln!(self.out, "<p class=\"s\">{note}</p>")?;
        self.head(&[
            ("原因", "cause", false),
            ("唯一原因：户", "only cause: accounts", true),
            ("多收", "over", true),
            ("少收", "under", true),
            ("原因之一：户", "one of several: accounts", true),
            ("多收", "over", true),
            ("少收", "under", true),
        ])?;
        let mut causes: Vec<_> = totals.causes.iter().collect();
        causes.sort_by_key(|(mistakes, _)| mistakes.len());
        for (mistakes, total) in causes {
            write!(self.out, "<tr><td>{}</td>", safe(&mistakes_text(mistakes, self.lang)))?;
            for sum in [total.alone, total.among] {
                let money = |fen: i128| if sum.accounts > 0 { yuan(fen) } else { String::new() };
                let accounts = if sum.accounts > 0 { sum.accounts.to_string() } else { String::new() };
                let (over, under) = (money(sum.over_fen), money(sum.under_fen));
                write!(
                    self.out,
                    "<td class=\"n\">{accounts}</td><td class=\"n\">{over}</td><td class=\"n\">{under}</td>"
                )?;
            }
            writeln!(self.out, "</tr>")?;
        }
        self.end()
    }

    fn asked(&mut self) -> io::Result<()> {
        let lang = self.lang;
        let asked = self.audit.auditor.mistakes();
        let names = |wanted: bool| {
            let of = Mistake::ALL.iter().filter(|it| asked.contains(it) == wanted && **it != Mistake::NoticeLate);
            of.map(|it| it.text(lang)).collect::<Vec<_>>().join(lang.pick("、", ", "))
        };
        writeln!(self.out, "<h2>{}</h2>", self.say("查了什么", "What was asked"))?;
        writeln!(self.out, "<p>{}{}</p>", self.say("已查：", "Asked about: "), safe(&names(true)))?;
        let left = names(false);
        if !left.is_empty() {
            let head = self.say("本规则集下不会发生、未查：", "Cannot be made under this rule set: ");
            writeln!(self.out, "<p>{head}{}</p>", safe(&left))?;
        }
        let notice = self.say(
            "未告知或告知迟延不改变费率，无法从费率判断。",
            "Whether a notice was missing or late moves no rate and cannot be judged from rates.",
        );
        writeln!(self.out, "<p>{notice}</p>")
    }

    fn accounts(&mut self) -> io::Result<()> {
        let mut audited: Vec<&Audited> = self.audit.audited.iter().collect();
        let weight = |it: &Audited| {
            let (over, under) = money(it.pieces.iter());
            over + under
        };
        audited.sort_by(|one, two| weight(two).cmp(&weight(one)).then_with(|| one.key.cmp(&two.key)));
        writeln!(self.out, "<h2>{}</h2>", self.say("逐户", "Account by account"))?;
        if audited.is_empty() {
            return writeln!(self.out, "<p>{}</p>", self.say("没有差异。", "There are no differences."));
        }
        if audited.len() > SHOWN {
            let (all, lang) = (audited.len(), self.lang);
            let note = match lang {
                Lang::Zh => format!("共 {all} 户，此处列金额最大的 {SHOWN} 户；全部见 audit.csv 和 audit.xlsx。"),
                Lang::En => {
                    format!(
                        "Of {all} accounts the {SHOWN} with the most money; all of them stand in audit.csv and audit.xlsx."
                    )
                }
            };
            writeln!(self.out, "<p class=\"s\">{note}</p>")?;
        }
        audited.into_iter().take(SHOWN).try_for_each(|it| self.account(it))
    }

    fn account(&mut self, audited: &Audited) -> io::Result<()> {
        let status: Status = audited.status();
        let (number, name) = (safe(&audited.key.number), safe(&audited.name));
        let tag = status.text(self.lang);
        writeln!(self.out, "<section>\n<h3>{number} {name} <span class=\"tag\">{tag}</span></h3>")?;
        self.pieces(&audited.pieces)?;
        match &audited.result {
            Err(lack) => writeln!(self.out, "<p>{}</p>", safe(&lack.text(self.lang)))?,
            Ok(Differing { differences, decision }) => {
                let several = differences.len() > 1;
                for difference in differences {
                    if several {
                        let days = difference.pieces.iter().map(|at| audited.pieces[*at].days.to_string());
                        writeln!(self.out, "<p class=\"s\">{}</p>", safe(&days.collect::<Vec<_>>().join(", ")))?;
                    }
                    self.difference(difference, decision)?;
                }
            }
        }
        writeln!(self.out, "</section>")
    }

    fn pieces(&mut self, pieces: &[Piece]) -> io::Result<()> {
        self.head(&[
            ("日期", "days", false),
            ("类别 应/收", "class ours/theirs", false),
            ("档次 应/收", "grade ours/theirs", false),
            ("应执行 %", "rate %", true),
            ("收费 %", "charged %", true),
            ("工资总额（元）", "payroll (yuan)", true),
            ("多收（元）", "over (yuan)", true),
            ("少收（元）", "under (yuan)", true),
        ])?;
        let ladder = self.audit.auditor.law().rules().ladder();
        for piece in pieces {
            let class = if piece.differs() { " class=\"differs\"" } else { "" };
            let grade = piece.decided.grade.map_or("–", |grade| ladder.grade(grade).label.as_str());
            let (their_class, their_grade, charged) = piece.charged.as_ref().map_or_else(
                || ("–".to_owned(), "–", "–".to_owned()),
                |rate| {
                    let grade = if rate.grade.is_empty() { "–" } else { rate.grade.as_str() };
                    (rate.class.to_string(), grade, rate.charged.percent().to_string())
                },
            );
            let money = |fen: i128| if piece.differs() { yuan(fen) } else { String::new() };
            let effect = piece.effect;
            write!(self.out, "<tr{class}><td class=\"d\">{}</td>", safe(&piece.days.to_string()))?;
            write!(self.out, "<td>{} / {their_class}</td>", piece.decided.class)?;
            write!(self.out, "<td>{} / {}</td>", safe(grade), safe(their_grade))?;
            write!(self.out, "<td class=\"n\">{}</td><td class=\"n\">{charged}</td>", piece.decided.rate.percent())?;
            for fen in [effect.payroll_fen, effect.over_fen, effect.under_fen] {
                write!(self.out, "<td class=\"n\">{}</td>", money(fen))?;
            }
            writeln!(self.out, "</tr>")?;
        }
        self.end()
    }

    fn difference(&mut self, difference: &Difference, decision: &Decision) -> io::Result<()> {
        let lang = self.lang;
        if difference.candidates.is_empty() {
            let none = self
                .say("没有一种或两种错误恰好得出所收费率。", "No mistake, and no two, give exactly the rates charged.");
            writeln!(self.out, "<p>{none}</p>")?;
        } else {
            writeln!(self.out, "<ol>")?;
            difference.candidates.iter().take(CANDIDATES).try_for_each(|it| self.candidate(it, decision))?;
            writeln!(self.out, "</ol>")?;
            let more = difference.candidates.len().saturating_sub(CANDIDATES);
            if more > 0 {
                writeln!(self.out, "<p class=\"s\">＋ {more} (audit.csv)</p>")?;
            }
        }
        if !difference.lacking.is_empty() {
            let head = self.say("无法判断：", "Cannot be judged: ");
            writeln!(self.out, "<p class=\"s\">{head}{}</p>", safe(&lacking_text(&difference.lacking, lang)))?;
        }
        Ok(())
    }

    fn candidate(&mut self, candidate: &Candidate, decision: &Decision) -> io::Result<()> {
        let (law, lang) = (decision.law(), self.lang);
        let made: Vec<String> = candidate.made.iter().map(|made| safe(&made.text(law, lang))).collect();
        write!(self.out, "<li><strong>{}</strong>", made.join(lang.pick(" ＋ ", " + ")))?;
        let others = candidate.other_ways_text(law, lang);
        if !others.is_empty() {
            write!(self.out, "<span class=\"s\">{}{}</span>", self.say(" 或：", " or: "), safe(&others))?;
        }
        if candidate.contradicted > 0 {
            let number = candidate.contradicted;
            let note = match lang {
                Lang::Zh => format!("（另有 {number} 处与所收一行不符）"),
                Lang::En => format!("({number} other thing(s) that the charged row says do not fit)"),
            };
            write!(self.out, " <span class=\"s\">{note}</span>")?;
        }
        for made in &candidate.made {
            let article = safe(&decision.citation(made.article, lang));
            let step = safe(&step_text(&made.parting, decision, lang));
            let (against, parting) = (self.say("依据：", "against: "), self.say("分歧步骤：", "parts at: "));
            write!(self.out, "<br><span class=\"s\">{against}{article}<br>{parting}{step}</span>")?;
        }
        writeln!(self.out, "</li>")
    }
}
