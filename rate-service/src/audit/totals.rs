//! The totals of an audit: accounts and money, by cause. What has one cause only and what may have several stand apart.

use std::collections::BTreeMap;

use rate_core::audit::{Difference, Lack, Mistake, Piece};
use rate_core::error::Lang;
use rate_core::notice::yuan;

use super::{Audit, Audited};

/// Accounts and money, in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Accounts.
    pub accounts: usize,
    /// Charged too much.
    pub over_fen: i128,
    /// Charged too little; not negative.
    pub under_fen: i128,
}

impl Sum {
    fn add(&mut self, (over, under): (i128, i128)) {
        self.accounts += 1;
        self.over_fen += over;
        self.under_fen += under;
    }
}

/// What one cause, or two together, would explain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CauseTotal {
    /// Where nothing else explains the difference.
    pub alone: Sum,
    /// Where it is one of several.
    pub among: Sum,
}

/// The totals of an audit. The money of a cause is no part of another's only where it stands alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Accounts charged what the rules give.
    pub equal: usize,
    /// Accounts of which every difference is explained.
    pub explained: Sum,
    /// Accounts with a difference that nothing explains.
    pub unexplained: Sum,
    /// Accounts that cannot be judged: the money is that of their differences.
    pub not_judged: Sum,
    /// Accounts that are refused, and that are not insured.
    pub outside: [usize; 2],
    /// By cause.
    pub causes: BTreeMap<Vec<Mistake>, CauseTotal>,
    /// Payroll rows that no sum holds, since they lie across days with other rates.
    pub across: usize,
    /// Differing accounts without any payroll row in the setting.
    pub without_payroll: usize,
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every difference has at least one candidate.
    Explained,
    /// A difference has none, and all mistakes were asked about.
    Unexplained,
    /// A difference has none, and some mistakes could not be asked about; or nothing could.
    NotJudged,
}

impl Status {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Explained => "explained",
            Self::Unexplained => "unexplained",
            Self::NotJudged => "not-judged",
        }
    }

    /// The word for people.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Explained => lang.pick("有可解释的原因", "explained"),
            Self::Unexplained => lang.pick("无法解释", "unexplained"),
            Self::NotJudged => lang.pick("无法判断", "cannot be judged"),
        }
    }

    /// Of one difference.
    pub fn of(difference: &Difference) -> Self {
        match (difference.candidates.is_empty(), difference.lacking.is_empty()) {
            (false, _) => Self::Explained,
            (true, true) => Self::Unexplained,
            (true, false) => Self::NotJudged,
        }
    }
}

impl Audited {
    /// Where it stands: as its worst difference.
    pub fn status(&self) -> Status {
        if self.result.is_err() {
            return Status::NotJudged;
        }
        let of: Vec<Status> = self.differences().iter().map(Status::of).collect();
        match (of.contains(&Status::Unexplained), of.contains(&Status::NotJudged)) {
            (true, _) => Status::Unexplained,
            (false, true) => Status::NotJudged,
            (false, false) => Status::Explained,
        }
    }
}

/// Charged too much and too little on some pieces, in fen.
pub(super) fn money<'p>(pieces: impl Iterator<Item = &'p Piece>) -> (i128, i128) {
    pieces.fold((0, 0), |(over, under), piece| (over + piece.effect.over_fen, under + piece.effect.under_fen))
}

/// Adds an audit up.
pub fn totals(audit: &Audit) -> Totals {
    let mut totals =
        Totals { equal: audit.equal, outside: [audit.refused.len(), audit.not_insured], ..Totals::default() };
    for audited in &audit.audited {
        let sum = match audited.status() {
            Status::Explained => &mut totals.explained,
            Status::Unexplained => &mut totals.unexplained,
            Status::NotJudged => &mut totals.not_judged,
        };
        sum.add(money(audited.pieces.iter()));
        totals.across += audited.pieces.iter().map(|piece| piece.effect.across).sum::<usize>();
        let differs = audited.pieces.iter().any(Piece::differs);
        let rows: usize = audited.pieces.iter().map(|piece| piece.effect.rows + piece.effect.across).sum();
        totals.without_payroll += usize::from(differs && rows == 0);
        totals.by_cause(audited);
    }
    totals
}

impl Totals {
    /// An account with several differences of one cause counts once for it.
    fn by_cause(&mut self, audited: &Audited) {
        let mut sums: BTreeMap<(Vec<Mistake>, bool), (i128, i128)> = BTreeMap::new();
        for difference in audited.differences() {
            let (over, under) = money(difference.pieces.iter().map(|at| &audited.pieces[*at]));
            let alone = difference.candidates.len() == 1;
            for candidate in &difference.candidates {
                let sum = sums.entry((candidate.mistakes(), alone)).or_default();
                *sum = (sum.0 + over, sum.1 + under);
            }
        }
        for ((mistakes, alone), sum) in sums {
            let total = self.causes.entry(mistakes).or_default();
            if alone { total.alone.add(sum) } else { total.among.add(sum) }
        }
    }

    /// Everybody.
    pub fn accounts(&self) -> usize {
        let judged = self.explained.accounts + self.unexplained.accounts + self.not_judged.accounts;
        self.equal + judged + self.outside.iter().sum::<usize>()
    }

    /// Where accounts stand, with a name each; those outside have no money.
    pub(super) fn rows(&self, lang: Lang) -> [(&'static str, Sum); 7] {
        let none = |accounts| Sum { accounts, ..Sum::default() };
        [
            (pick(lang, "与规则一致", "as the rules give"), none(self.equal)),
            (pick(lang, "有差异，有可解释的原因", "different, explained"), self.explained),
            (pick(lang, "有差异，无法解释", "different, unexplained"), self.unexplained),
            (pick(lang, "无法判断", "cannot be judged"), self.not_judged),
            (pick(lang, "数据有误", "facts refused"), none(self.outside[0])),
            (pick(lang, "本期未参保", "not insured in the setting"), none(self.outside[1])),
            (pick(lang, "合计", "all"), none(self.accounts())),
        ]
    }

    /// The totals as lines.
    pub fn text(&self, lang: Lang) -> String {
        let accounts = |zh: &str, en: &str, number: usize| format!("{}{number:>9}", padded(lang.pick(zh, en)));
        let mut lines = vec![
            accounts("单位合计", "accounts", self.accounts()),
            accounts("  与规则一致", "  as the rules give", self.equal),
            with_money("  有可解释的原因", "  explained", self.explained, lang),
            with_money("  无法解释", "  unexplained", self.unexplained, lang),
            with_money("  无法判断", "  cannot be judged", self.not_judged, lang),
            accounts("  数据有误", "  facts refused", self.outside[0]),
            accounts("  本期未参保", "  not insured", self.outside[1]),
        ];
        let remarks = [
            (
                self.across,
                "未计入金额的工资行（跨越不同费率的日期）：",
                "payroll rows across days with other rates, in no sum: ",
            ),
            (
                self.without_payroll,
                "有差异而无工资行的单位：",
                "accounts that differ without a payroll row in the setting: ",
            ),
        ];
        let remarks = remarks.into_iter().filter(|(number, ..)| *number > 0);
        lines.extend(remarks.map(|(number, zh, en)| format!("{}{number}", lang.pick(zh, en))));
        lines.extend(self.causes_text(lang));
        lines.into_iter().map(|line| line + "\n").collect()
    }

    /// What single mistakes come to; of two at once, how many combinations there are.
    fn causes_text(&self, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.causes.is_empty() {
            lines.push(lang.pick("按原因：", "By cause:").to_owned());
        }
        for (mistakes, total) in self.causes.iter().filter(|(mistakes, _)| mistakes.len() == 1) {
            lines.push(format!("  {}", mistakes_text(mistakes, lang)));
            let sums = [
                ("    唯一原因", "    the only cause", total.alone),
                ("    原因之一", "    one of several", total.among),
            ];
            let found = sums.into_iter().filter(|(.., sum)| sum.accounts > 0);
            lines.extend(found.map(|(zh, en, sum)| with_money(zh, en, sum, lang)));
        }
        let doubles = self.causes.keys().filter(|mistakes| mistakes.len() > 1).count();
        if doubles > 0 {
            lines.push(format!("{}{doubles}", lang.pick("  两种错误并存的组合：", "  combinations of two at once: ")));
        }
        lines
    }
}

fn with_money(zh: &str, en: &str, sum: Sum, lang: Lang) -> String {
    let (over, under) = (yuan(sum.over_fen), yuan(sum.under_fen));
    let head = format!("{}{:>9}", padded(lang.pick(zh, en)), sum.accounts);
    match lang {
        Lang::Zh => format!("{head}  多收 {over:>16} 元  少收 {under:>16} 元"),
        Lang::En => format!("{head}  over {over:>16} yuan  under {under:>16} yuan"),
    }
}

/// One of two texts that last.
const fn pick(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// Mistakes made together, in words.
pub(super) fn mistakes_text(mistakes: &[Mistake], lang: Lang) -> String {
    let texts: Vec<&str> = mistakes.iter().map(|mistake| mistake.text(lang)).collect();
    texts.join(lang.pick(" ＋ ", " + "))
}

/// A text filled up to a column; characters of Chinese are two wide.
fn padded(text: &str) -> String {
    let width: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(22_usize.saturating_sub(width)))
}

/// Why something was not judged, in words.
pub(super) fn lacking_text(lacking: &[(Mistake, Lack)], lang: Lang) -> String {
    let each = lacking.iter().map(|(mistake, lack)| match lang {
        Lang::Zh => format!("{}：{}", mistake.text(lang), lack.text(lang)),
        Lang::En => format!("{}: {}", mistake.text(lang), lack.text(lang)),
    });
    each.collect::<Vec<_>>().join(lang.pick("；", "; "))
}
