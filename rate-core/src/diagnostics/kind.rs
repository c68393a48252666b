//! The kinds of findings, each with its weight, its sentence and what to do, in both languages.

use std::fmt;

use crate::error::Lang;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The results as a whole cannot be trusted: nothing is decided unless somebody accepts it by name.
    Blocks,
    /// A person should look at it before the results are used.
    Review,
    /// Good to know.
    Note,
}

impl Severity {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Review => "review",
            Self::Note => "note",
        }
    }

    /// The weight in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Blocks => lang.pick("阻止", "blocks"),
            Self::Review => lang.pick("核对", "review"),
            Self::Note => lang.pick("提示", "note"),
        }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $severity:ident,
        $en:literal, $zh:literal, $do_en:literal, $do_zh:literal;)+) => {
        /// What kind of thing was found. Names are stable: they are never changed and never used for another thing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Kind {
            /// Every kind there is, those that weigh most first.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// How much it weighs.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)+
                }
            }

            /// The sentence, with `{0}`, `{1}` … where values go.
            pub const fn template(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$name, Lang::En) => $en, (Self::$name, Lang::Zh) => $zh,)+
                }
            }

            /// What to do about it.
            pub const fn what_to_do(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$name, Lang::En) => $do_en, (Self::$name, Lang::Zh) => $do_zh,)+
                }
            }
        }
    };
}

kinds! {
    /// A control total of the sender that the book does not have.
    ControlTotal = "control-total", Blocks,
        "`{0}` {1} {2}: {3} in the book, {4} by the sender",
        "`{0}` {1} {2}：数据为 {3}，报送方为 {4}",
        "Have the table exported again, or correct the control totals",
        "重新导出该表，或改正控制总数";
    /// A table that the method reads and that has no row.
    TableEmpty = "table-empty", Blocks,
        "the method reads `{0}`, and the book has no row of it",
        "办法要用 `{0}`，而数据中一行也没有",
        "Export the table; where there really is none, accept this by name",
        "补导该表；确实没有的，按名称接受";
    /// A year of the window in which a table that the method reads has no row.
    YearEmpty = "year-empty", Blocks,
        "the method reads `{0}`, and no row of it falls into {1}",
        "办法要用 `{0}`，而 {1} 一行也没有",
        "Look whether the export left months out; where there really is none, accept this by name",
        "核对导出是否漏了月份；确实没有的，按名称接受";

    /// Deciders that name different classes for one day.
    ClassDisagreement = "class-disagreement", Review,
        "classes {0} and {1} both stand on {2}",
        "{2} 同时有 {0} 类与 {1} 类",
        "Decide which determination holds, and end the other; until then the account is refused",
        "确定采用哪一个认定，并止住另一个；此前该单位不予计算";
    /// No class, or one of another class system.
    ClassMissing = "class-missing", Review,
        "no class of the method's system on {0}",
        "{0} 没有本办法类别制的类别",
        "Add the class; until then the account is refused",
        "补上类别；此前该单位不予计算";
    /// A determined class that is not the one the annex proposes for the industry.
    ClassAgainstAnnex = "class-against-annex", Review,
        "class {0}, determined by `{1}`; the annex proposes {2} for industry {3}",
        "{0} 类（`{1}` 认定）；行业 {3} 按目录应为 {2} 类",
        "Look at the determination: the class determined is used",
        "核对认定；计算采用已认定的类别";
    /// A class that only the employer itself has declared.
    ClassDeclared = "class-declared", Review,
        "class {0} rests on the employer's own declaration",
        "{0} 类仅为单位自行申报",
        "Determine the class, or confirm the declaration",
        "由经办机构认定，或确认申报";
    /// A class proposed by an annex whose code was carried over or judged.
    ClassByJudgement = "class-by-judgement", Review,
        "nobody has determined a class; {0} is proposed from industry {1}, whose place in the annex is `{2}`",
        "无人认定类别；由行业 {1} 推得 {0} 类，而该行业在目录中的对应为 `{2}`",
        "Determine the class: the annex does not name this code itself",
        "由经办机构认定类别：目录本身没有该代码";
    /// Covered months of a window without a premium row.
    MonthsWithoutPremium = "months-without-premium", Review,
        "covered months have no premium row: {0}",
        "参保月份没有缴费记录：{0}",
        "Add the premium of these months (zero where nothing was paid), or end the coverage; until then the account is refused",
        "补上这些月份的缴费（未缴的写零），或改正参保时段；此前该单位不予计算";
    /// Anything else for which an account is refused.
    Refused = "refused", Review,
        "refused, {0}: {1}",
        "不予计算，{0}：{2}",
        "Correct the row; what to do about the code stands in docs/ERRORS.md",
        "改正该行；按代码查 docs/ERRORS.md";
    /// Benefits of the fund in a window in which no premium was paid.
    BenefitsWithoutPremium = "benefits-without-premium", Review,
        "{0} yuan of benefits and no premium in {1}",
        "{1} 支付待遇 {0} 元而无缴费",
        "Look for the premium: it may stand under another account, or not have been exported",
        "查找缴费：可能记在其他单位名下，或未导出";
    /// No last rate where the method needs one.
    MissingLastRate = "missing-last-rate", Review,
        "the method needs the last rate, and none is known before {0}",
        "办法要用上期费率，而 {0} 之前没有",
        "Add the rate charged before to `rates.csv`, or give the run before by `--previous`",
        "在 `rates.csv` 中补上此前费率，或用 `--previous` 给出上期结果";
    /// No published average for the account's industry.
    StatisticMissing = "statistic-missing", Review,
        "no average `{0}` is published for industry {1}",
        "行业 {1} 没有平均值 `{0}`",
        "Add the average to the parameters, or correct the industry",
        "在参数中补上平均值，或改正行业代码";
    /// One credit code at several accounts.
    CreditCodeTwice = "credit-code-twice", Review,
        "credit code `{0}` stands at account {1} too",
        "统一社会信用代码 `{0}` 也用于单位 {1}",
        "Look whether it is one employer under two numbers; branches may share a code",
        "核对是否同一单位两个编号；分支机构可共用代码";
    /// One claim number of one person at two accounts.
    ClaimTwice = "claim-twice", Review,
        "claim `{0}` of person `{1}` stands at account {2} too",
        "人员 `{1}` 的案件 `{0}` 也记在单位 {2}",
        "Leave the claim at the account that bears it",
        "只在承担的单位保留该案件";
    /// One person hurt on one day at two accounts.
    InjuryTwice = "injury-twice", Review,
        "person `{0}` was hurt on {1} at account {2} too",
        "人员 `{0}` 在 {1} 也记为单位 {2} 的工伤",
        "Look whether it is one injury counted twice",
        "核对是否同一工伤记了两次";
    /// Two premium rows of one account that are the same in every column.
    PremiumTwice = "premium-twice", Review,
        "two rows of kind `{0}` for {1} say the same, {2} yuan paid",
        "`{0}` 缴费 {1} 有两行完全相同，各缴 {2} 元",
        "Take one row out unless both were really booked",
        "除确有两笔外，删去其一";
    /// Payments of the fund on a claim whose recognition was revoked.
    PaymentOnRevoked = "payment-on-revoked", Review,
        "{0} yuan of the fund stand on claim `{1}`, whose recognition was revoked",
        "案件 `{1}` 的认定已撤销，而基金仍支付 {0} 元",
        "Book the recovery; the payments count nowhere",
        "登记追回；这些支付不计入任何指标";

    /// A credit code whose check characters are wrong.
    CheckDigits = "check-digits", Note,
        "credit code `{0}` fails the check characters of GB 32100-2015",
        "统一社会信用代码 `{0}` 未通过 GB 32100-2015 校验",
        "Look the code up; the account is decided all the same",
        "核对代码；不影响计算";
    /// A class that does not float.
    ClassDoesNotFloat = "class-does-not-float", Note,
        "class {0} does not float by this method",
        "{0} 类按本办法不浮动",
        "Nothing; correct the class where it is wrong",
        "不必处理；类别有误的，改正类别";
    /// Months of the window without cover, between months with it.
    UncoveredMonths = "uncovered-months", Note,
        "{0} of {1} months of {2} are not covered",
        "{2} 的 {1} 个月中有 {0} 个月未参保",
        "Nothing where the employer really was not insured; else correct `coverage.csv`",
        "确未参保的不必处理；否则改正 `coverage.csv`";
    /// An event that the method acts on and that begins or was found only after the window.
    EventAfterWindow = "event-after-window", Note,
        "event `{0}` ({1}) is of {2}, after the window: it does not count yet",
        "情形 `{0}`（{1}）在 {2}，晚于考核期：本期不计",
        "Nothing; it counts in the next cycle",
        "不必处理；计入下一周期";
    /// A recognised claim of the window on which nothing was ever paid.
    ClaimWithoutPayment = "claim-without-payment", Note,
        "claim `{0}` was recognised on {1}, and nothing was paid on it",
        "案件 `{0}` 于 {1} 认定，至今无任何支付",
        "Look whether payments are missing in the export; it counts as an injury all the same",
        "核对支付是否漏导；仍计入工伤人数";
}

impl Kind {
    /// The kind of a name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
