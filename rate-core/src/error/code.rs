//! The stable codes of all problems, with their sentences in both languages.

use std::fmt;

use super::Lang;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $en:literal, $zh:literal;)+) => {
        /// The kind of a problem. Codes are stable: they are never renamed or reused.
        ///
        /// `docs/ERRORS.md` lists them with what to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The dotted name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// The sentence, with `{0}`, `{1}` … where values go.
            pub const fn template(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$name, Lang::En) => $en, (Self::$name, Lang::Zh) => $zh,)+
                }
            }
        }
    };
}

codes! {
    /// The text is not TOML.
    FileSyntax = "file.syntax", "not readable as TOML or JSON: {0}", "不是可读的 TOML 或 JSON：{0}";
    /// A key that this place does not know.
    FileUnknownKey = "file.unknown-key", "unknown key `{0}`; nearest here: `{1}`; all: {2}", "未知的键 `{0}`；最接近的是 `{1}`；此处可用：{2}";
    /// A key that must be there is not.
    FileMissingKey = "file.missing-key", "key `{0}` is missing", "缺少键 `{0}`";
    /// A value of the wrong type.
    FileWrongType = "file.wrong-type", "expected {0}, found {1}", "应为 {0}，实为 {1}";
    /// A value that is none of the words this place knows.
    FileUnknownWord = "file.unknown-word", "`{0}` is not one of: {1}", "`{0}` 不在可用值之内：{1}";
    /// A date that does not exist or is out of range.
    FileDate = "file.date", "`{0}` is not a date `YYYY-MM-DD` between 1950 and 2199", "`{0}` 不是 1950 至 2199 年之间的日期（YYYY-MM-DD）";
    /// A number that cannot be taken.
    FileNumber = "file.number", "`{0}` cannot be taken here; expected: {1}", "`{0}` 不可用；应为：{1}";
    /// A span that ends before it begins.
    FileSpan = "file.span", "the span ends before it begins: {0} > {1}", "时段终止早于起始：{0} > {1}";

    /// The set extends another that is not there.
    RuleSetParent = "rule-set.parent", "`{0}` is extended but not among the files given", "所继承的 `{0}` 不在给出的文件之中";
    /// A document key that `[documents]` does not have.
    RuleSetDocument = "rule-set.document", "document `{0}` is not listed under [documents]", "[documents] 中没有文件 `{0}`";
    /// A section without a citation.
    RuleSetUncited = "rule-set.uncited", "`{0}` has no `cite`", "`{0}` 没有依据（cite）";
    /// A path in `assumed`, `missing` or `illustrative` that names nothing.
    RuleSetProvenance = "rule-set.provenance", "`{0}` names nothing in this section", "`{0}` 不是本节中的任何值";
    /// An illustrative value outside a fictitious area.
    RuleSetIllustrative = "rule-set.illustrative", "illustrative values stand only under fictitious areas (codes beginning with 99), not under `{0}`", "示例值只能用于虚构地区（代码以 99 开头），不能用于 `{0}`";
    /// A name that the set does not define.
    RuleSetName = "rule-set.name", "`{0}` is not a {1} of this set", "`{0}` 不是本规则集的{1}";
    /// Two things of one name.
    RuleSetDuplicate = "rule-set.duplicate", "`{0}` stands twice", "`{0}` 重复";
    /// An interval that cannot be read.
    RuleSetInterval = "rule-set.interval", "`{0}` is not an interval such as `(50%, 100%]`, `<= 10%`, `> 3‰` or `0`", "`{0}` 不是区间，例如 `(50%, 100%]`、`<= 10%`、`> 3‰`、`0`";
    /// A row with no result, or with two.
    RuleSetResult = "rule-set.result", "say exactly one of: {0}", "须且只须写一项：{0}";
    /// A grade that the ladder does not have.
    RuleSetGrade = "rule-set.grade", "`{0}` is not a grade of the ladder: {1}", "`{0}` 不是费率档次：{1}";
    /// A window that does not consist of whole months.
    RuleSetWindow = "rule-set.window", "a window consists of whole months: {0}", "观察期应由整月组成：{0}";
    /// A matrix whose cells do not fit its bounds.
    RuleSetMatrix = "rule-set.matrix", "the matrix has {0} rows of {1} cells; its bounds ask for {2} of {3}", "矩阵有 {0} 行、每行 {1} 格；界限要求 {2} 行、每行 {3} 格";
    /// Window or rate period are missing.
    RuleSetNoCycle = "rule-set.no-cycle", "no cycle with window and rate period is listed: the set cannot decide", "未列出含观察期与费率执行期的周期：无法据此定费率";
    /// Two cycles that claim the same day.
    RuleSetCycleOverlap = "rule-set.cycle-overlap", "cycles `{0}` and `{1}` share days", "周期 `{0}` 与 `{1}` 的执行期重叠";
    /// Rates of a ladder that multiplies the previous rate need a stated rounding.
    RuleSetRounding = "rule-set.rounding", "rates of this ladder grow digits without end: state `rounding.rate`", "此档次阶梯的费率位数会无限增长：须写明 `rounding.rate`";
    /// More conditions, bounds or windows than one table can hold.
    RuleSetTooLarge = "rule-set.too-large", "{0}: at most {1}", "{0}：最多 {1}";
    /// Two things of which one excludes the other.
    RuleSetContradiction = "rule-set.contradiction", "`{0}` and `{1}` cannot both stand", "`{0}` 与 `{1}` 不能并存";
    /// A file of another format.
    FileFormat = "file.format", "the format is `{0}`, expected `{1}`", "格式为 `{0}`，应为 `{1}`";

    /// A file that a case file names and that is not there.
    CaseFile = "case.file", "`{0}` is neither beside this file nor in a directory above it", "`{0}` 既不在本文件旁，也不在其上级目录中";
    /// A setting that a case changes and that is not there, or is not what the case says.
    CaseChange = "case.change", "`{0}` is {1} in the file, and the case changes it from {2}", "文件中的 `{0}` 为 {1}，而算例写明由 {2} 改起";

    /// A table that tells more combinations of facts apart than can be examined.
    CheckTooLarge = "check.too-large", "the table `{0}` tells too many combinations of facts apart to be examined", "浮动表 `{0}` 区分的情形过多，无法逐一检查";
    /// A combination of facts without an answer.
    CheckGap = "check.gap", "{0} matches no row", "{0} 不落入任何一行";
    /// Two rows with different answers and no rule to choose.
    CheckOverlap = "check.overlap", "{0} matches rows {1}, and no conflict rule chooses", "{0} 同时落入 {1} 行，且未写明取舍规则";
    /// A value the document has and the file does not.
    CheckOpen = "check.open", "{0} falls into `{1}`, whose result was not seen", "{0} 落入 `{1}` 行，而其结果未见";
    /// A row that never decides.
    CheckDeadRow = "check.dead-row", "row `{0}` can never decide", "`{0}` 行永远不起作用";
    /// Several rows apply, and the conflict rule chooses.
    CheckSettled = "check.settled", "{0} matches rows {1}; {2} chooses {3}", "{0} 同时落入 {1} 行；按 {2} 取 {3}";
    /// Facts that only `otherwise` answers.
    CheckSwallowed = "check.swallowed", "{0} matches no row; `otherwise` gives {1}", "{0} 不落入任何一行；由 otherwise 得 {1}";
    /// A measure that may not exist, and nothing says what follows.
    CheckUnanswered = "check.unanswered", "nothing says what follows where {0} does not exist ({1})", "{0} 不存在（{1}）时没有规定";
    /// An adjustment by which more injury lowers the rate.
    CheckAdjustment = "check.adjustment", "adjustment `{0}` lowers the grade where injury rises", "调整项 `{0}` 在伤害增加时降低档次";
    /// A value the document has and the file does not.
    CheckMissing = "check.missing", "`{0}` was not seen in the document", "文件中的 `{0}` 未见";
    /// A published text decides nothing.
    CheckAsPublished = "check.as-published", "this is the text as published: it decides nothing", "此为文件原文形式，不据以定费率";
    /// A cut that its finding does not give.
    CheckFinding = "check.finding", "{0} months payable give a cut of {1} by the national bands, not {2}", "可支付 {0} 个月按全国标准应下调 {1}，而非 {2}";
    /// The same days claimed by two versions.
    CheckTimeOverlap = "check.time-overlap", "{0} and {1} are both in force from {2}", "{0} 与 {1} 自 {2} 起同时有效";
    /// The document has a table, and it was not seen: nobody can be floated.
    CheckNoTable = "check.no-table", "the table `{0}` was not seen: nobody can be floated by it", "未见浮动表 `{0}`：无法据此浮动任何单位";
    /// More injury lowers the rate.
    CheckMonotone = "check.monotone", "more injury lowers the grade: {0} gives {1}, {2} gives {3}", "伤害增加而档次下降：{0} 得 {1}，{2} 得 {3}";
    /// An average that two documents give.
    CheckStatisticTwice = "check.statistic-twice", "`{0}` of {1} for industry {2} stands twice: in {3} and in {4}", "{1} 年 `{0}` 的行业 {2} 平均值重复：{3}、{4}";
    /// A gap in time between two versions.
    CheckTimeGap = "check.time-gap", "no version of {0} is in force from {1} to {2}", "{0} 自 {1} 至 {2} 没有生效的版本";

    /// A header the table does not have.
    RowsHeader = "rows.header", "column `{0}` is missing", "缺少列 `{0}`";
    /// A column the table does not know.
    RowsUnknownColumn = "rows.unknown-column", "unknown column `{0}`; nearest here: `{1}`; all: {2}", "未知的列 `{0}`；最接近的是 `{1}`；此表的列：{2}";
    /// A row with too few or too many cells.
    RowsRagged = "rows.ragged", "the row has {0} cells, the header {1}", "本行有 {0} 格，表头有 {1} 格";
    /// An empty cell that must have a value.
    RowsEmpty = "rows.empty", "`{0}` may not be empty", "`{0}` 不能为空";
    /// Something with the name of a table that is no regular file.
    RowsNoFile = "rows.no-file", "`{0}` is no file but a directory, a pipe or a device", "`{0}` 不是文件，而是目录、管道或设备";
    /// A date or month that cannot be read.
    RowsDate = "rows.date", "`{0}` cannot be taken here; expected: {1}", "`{0}` 不可用；应为：{1}";
    /// A number that cannot be read.
    RowsNumber = "rows.number", "`{0}` cannot be taken here; expected: {1}", "`{0}` 不可用；应为：{1}";
    /// A word that is none of those known.
    RowsWord = "rows.word", "`{0}` is not one of: {1}", "`{0}` 不在可用值之内：{1}";
    /// A text that is too long or has control characters.
    RowsText = "rows.text", "the text is longer than {0} characters or has characters that do not show", "文本超过 {0} 个字符或含控制字符、不可见字符";
    /// A span that ends before it begins.
    RowsSpan = "rows.span", "the span ends before it begins: {0} > {1}", "时段终止早于起始：{0} > {1}";
    /// A row of an account that `accounts` does not have.
    RowsUnknownAccount = "rows.unknown-account", "account `{0}` is not in `accounts`", "`accounts` 中没有单位 `{0}`";
    /// Two rows with one key.
    RowsDuplicate = "rows.duplicate", "`{0}` stands twice", "`{0}` 重复";
    /// A cell that says something beside what the row is about.
    RowsContradiction = "rows.contradiction", "`{0}` must be empty where `{1}` is `{2}`", "`{1}` 为 `{2}` 时 `{0}` 须为空";
    /// A payment of a claim that is not there.
    RowsUnknownClaim = "rows.unknown-claim", "claim `{0}` is not in `claims` of this account", "本单位的 `claims` 中没有案件 `{0}`";
    /// A claim of a project that is not there.
    RowsUnknownProject = "rows.unknown-project", "project `{0}` is not in `projects` of this account", "本单位的 `projects` 中没有项目 `{0}`";
    /// A file that is not valid text.
    RowsEncoding = "rows.encoding", "not valid {0}", "不是有效的 {0}";
    /// A file of which the encoding was found out and not named; a warning.
    RowsEncodingTaken = "rows.encoding-taken", "read as {0}: it is not valid UTF-8", "不是有效的 UTF-8，已按 {0} 编码读取";
    /// A file in UTF-16.
    RowsUtf16 = "rows.utf-16", "the file is UTF-16 (“Unicode text”), which is not read", "文件为 UTF-16 编码（“Unicode 文本”），不读取";

    /// A table that must be there is not.
    RowsMissingTable = "rows.missing-table", "the book has no `{0}`", "数据集缺少 `{0}`";
    /// A file that is no table of a book: a misspelt name would lose its facts.
    RowsUnknownTable = "rows.unknown-table", "`{0}` is no table of a book; known: {1}", "`{0}` 不是数据集的表；可用：{1}";
    /// A line of an import that is no row.
    RowsLine = "rows.line", "the line is no row: {0}; expected: {1}", "本行不是一行数据：{0}；应为：{1}";
    /// A row of an import that is of another area.
    RowsForeignArea = "rows.foreign-area", "the row is of area `{0}`, the import is for `{1}`", "本行属于统筹区 `{0}`，导入的是 `{1}`";
    /// A row that is to be withdrawn and does not stand.
    RowsNotStanding = "rows.not-standing", "the row is withdrawn and does not stand", "要撤回的行并不存在";
    /// An entry of a list that names no account.
    ListUnnamed = "list.unnamed", "the entry has neither the number of an account nor a credit code; nobody is found by a name", "本条既无单位编号也无统一社会信用代码；不按名称查找";
    /// An entry of a list that no account is.
    ListNobody = "list.nobody", "no account of the area has {0}; with its credit code: {1}", "本统筹区没有该单位：{0}；使用其统一社会信用代码的：{1}";
    /// An entry of a list that several accounts may be.
    ListSeveral = "list.several", "{1} accounts have credit code `{0}`: {2}", "统一社会信用代码 `{0}` 有 {1} 个单位使用：{2}";
    /// An entry of a list whose number and code are not of one account.
    ListContradiction = "list.contradiction", "account `{0}` has credit code `{1}`, not `{2}`; with that: {3}", "单位 `{0}` 的统一社会信用代码为 `{1}`，不是 `{2}`；使用后者的：{3}";
    /// A line whose quotes do not close.
    RowsQuote = "rows.quote", "quotes do not match on this line", "本行引号不配对";
    /// A credit code whose check characters are wrong; a warning.
    RowsCreditCode = "rows.credit-code", "credit code `{0}` fails the check characters of GB 32100-2015", "统一社会信用代码 `{0}` 未通过 GB 32100-2015 校验";
    /// Months of the fund that are not there; a warning.
    RowsFundGap = "rows.fund-gap", "the fund has no months from {0} to {1}", "基金数据缺 {0} 至 {1} 各月";
    /// A balance of the fund that does not follow from the one before; a warning.
    RowsFundBalance = "rows.fund-balance", "the balance is {0} fen; the one before with income and without benefits gives {1}", "结余为 {0} 分；上月结余加收入减支出应为 {1} 分";
    /// An identity number where a pseudonym belongs.
    RowsIdentityNumber = "rows.identity-number", "an identity number is not accepted; give a pseudonym", "不接受公民身份号码，请使用化名编号";
    /// A predecessor that is refused, so that its facts are not known.
    RowsPredecessor = "rows.predecessor", "predecessor `{0}` is refused", "原单位 `{0}` 的数据被拒绝";
    /// An account that is refused, so that its claims are not known to the others they name.
    RowsClaimAccount = "rows.claim-account", "account `{0}` is refused, and this account may have to bear a claim of it", "单位 `{0}` 的数据被拒绝，而其案件可能由本单位承担";
    /// Predecessors that lead back to themselves.
    RowsSuccessionCycle = "rows.succession-cycle", "the predecessors lead back to `{0}`", "承继关系回到 `{0}`，形成循环";
    /// Too many predecessors behind one account.
    RowsSuccessionDepth = "rows.succession-depth", "more than {0} generations or {1} predecessors; leave out successions that no window reaches", "承继超过 {0} 代或 {1} 个单位；请略去观察期之前的承继";

    /// A file that is no workbook, or a broken one.
    WorkbookUnreadable = "workbook.unreadable", "not readable as a workbook (XLSX): {0}", "不是可读的工作簿（XLSX）：{0}";
    /// A spreadsheet in a format that is not read, or behind a password.
    WorkbookFormat = "workbook.format", "spreadsheets of this format are not read: {0}", "不读取此格式的表格文件：{0}";
    /// A workbook that would fill the memory.
    WorkbookTooLarge = "workbook.too-large", "{0}: at most {1}", "{0}：最多 {1}";
    /// A part that defines or uses entities of its own.
    WorkbookEntity = "workbook.entity", "`{0}` declares a document type or entities, which no workbook needs", "`{0}` 声明了文档类型或实体，工作簿不应含有";
    /// Two sheets with cells where there should be one.
    WorkbookSheets = "workbook.sheets", "a second sheet with cells, in a file that is named after the table `{0}`", "文件以表 `{0}` 命名，却有第二张非空工作表";
    /// A table that stands in two files or sheets, which would count twice.
    WorkbookTwice = "workbook.twice", "the table `{0}` stands in {1} too", "表 `{0}` 在 {1} 中已有";
    /// A hidden sheet that is a table; a warning.
    WorkbookHiddenRead = "workbook.hidden-read", "sheet `{0}` is hidden; it was read", "工作表 `{0}` 处于隐藏状态，已读取";
    /// A hidden sheet that is no table; a warning.
    WorkbookHiddenPassed = "workbook.hidden-passed", "sheet `{0}` is hidden and no table; it was not read", "工作表 `{0}` 处于隐藏状态且不是数据表，未读取";
    /// Cells of a table that are shown as one.
    WorkbookMerged = "workbook.merged", "the cells {0} are merged", "单元格 {0} 已合并";
    /// A number where every digit must be kept.
    CellIdentifier = "cell.identifier", "`{0}` is stored as a number or a truth value in a column of text: leading zeros and digits beyond fifteen are lost", "`{0}` 在文本列中以数值或逻辑值存储：前导零和十五位之后的数字已丢失";
    /// A number that nobody typed.
    CellInexact = "cell.inexact", "`{0}` has more digits than a spreadsheet keeps of a number that is typed", "`{0}` 的位数超过表格软件对录入数值所保留的位数";
    /// A day or a percentage in a column of something else.
    CellFormat = "cell.format", "the cell has the format `{0}`, which this column does not take", "单元格格式为 `{0}`，本列不接受";
    /// An error that a formula gave.
    CellError = "cell.error", "the cell holds the error `{0}`", "单元格为错误值 `{0}`";
    /// A formula without a stored result.
    CellFormula = "cell.formula", "the formula has no stored result", "公式没有存储的计算结果";
    /// A cell beside the table.
    CellOutside = "cell.outside", "the cell stands in a column without a header", "单元格所在的列没有表头";

    /// A sheet of a core system without an employer.
    SheetNoRows = "sheet.no-rows", "no employer from row {0} on", "自第 {0} 行起没有任何单位";
    /// A subtotal that is not the sum of its parts.
    SheetSubtotal = "sheet.subtotal", "`{0}` is {1} yuan; {2} add up to {3} yuan", "`{0}` 为 {1} 元；{2} 合计 {3} 元";
    /// An employer that has a row already.
    SheetTwice = "sheet.twice", "employer `{0}` has a row already: {1}", "单位 `{0}` 已有一行：{1}";
    /// An employer in the workbook of the others.
    SheetPremium = "sheet.premium", "the premium is {0} yuan; in this workbook it must be {1}", "征收金额合计为 {0} 元；本工作簿中应为 {1}";
    /// A pay ratio that is not that of the two sums beside it.
    SheetPayRatio = "sheet.pay-ratio", "the pay ratio shown is {0}%; {1} ÷ {2} yuan is {3}", "所示支缴率为 {0}%；{1} ÷ {2} 元为 {3}";

    /// Spells of coverage that overlap.
    HistoryCoverage = "history.coverage.overlap", "spells of coverage overlap at {0}", "参保时段在 {0} 重叠";
    /// Classifications that overlap.
    HistoryClassOverlap = "history.classes.overlap", "classes {0} and {1} both stand on {2}", "{2} 同时有 {0} 类与 {1} 类";
    /// No class on a day that needs one.
    HistoryNoClass = "history.classes.none", "no class on {0}", "{0} 没有行业风险类别";
    /// The class belongs to another class system.
    HistoryClassSystem = "history.classes.system", "class {0} on {1} is of the {2}-class system; the rule set uses {3} classes", "{1} 的 {0} 类属于{2}类制；规则集为{3}类制";
    /// Regular premium rows that overlap.
    HistoryPremiumOverlap = "history.months.overlap", "two regular premium rows cover `{0}`", "`{0}` 有两行正常缴费";
    /// A covered month without a premium row.
    HistoryPremiumGap = "history.months.gap", "covered months have no premium row: {0}", "参保月份没有缴费记录：{0}";
    /// A premium row that crosses a bound.
    HistoryPremiumCrosses = "history.months.crosses", "the premium row {0} crosses a bound at {2}: {1}", "缴费记录 {0} 跨越 {2} 的界限：{1}";
    /// Rates that overlap.
    HistoryRateOverlap = "history.rates.overlap", "two rates stand on {0}", "{0} 有两个费率";
    /// Two rows for the same workers of a using unit.
    HistoryDispatchOverlap = "history.dispatch.overlap", "two rows for the workers dispatched to `{0}` stand on {1}", "{1} 有两行派遣至 `{0}` 的人数";
    /// Two orders about one thing on one day.
    HistoryOrderOverlap = "history.orders.overlap", "two orders about the {0} stand on {1}", "{1} 有两项关于 {0} 的裁决";
    /// An ordered grade that the ladder does not have.
    HistoryOrderGrade = "history.orders.grade", "the ordered grade `{0}` is not on the ladder: {1}", "裁决的 `{0}` 不是费率档次：{1}";
    /// A date before the one it follows.
    HistoryOrder = "history.order", "{0} {1} is before {2} {3}", "{0} {1} 早于 {2} {3}";
    /// A last grade that the ladder does not have.
    HistoryGrade = "history.rates.grade", "`{0}` is not a grade of the ladder: {1}", "`{0}` 不是费率档次：{1}";
    /// An account that is not covered on the day its rate is asked for.
    HistoryNotCovered = "history.not-covered", "the account is not insured in {0}", "单位在 {0} 未参保";
    /// No rate can be given: neither a base rate nor a last rate is known.
    HistoryNoRate = "history.no-rate", "neither a base rate nor a last rate is known on {0}", "{0} 既无基准费率也无上期费率";

    /// A candidate whose rules decide nothing on the day of the study.
    ScenarioRefused = "scenario.refused", "the candidate decides nothing: {0}", "候选方案不能定费率：{0}";
    /// Base rates that do not fit the classes.
    ScenarioBase = "scenario.base-rates", "these base rates fit no base vector of the setting: {0}", "所列基准费率与本期的基准费率表不符：{0}";
    /// A search that has nowhere to search.
    ScenarioBracket = "scenario.bracket", "no values between {0} and {1} in steps of {2}, or more than {3}", "{0} 与 {1} 之间以 {2} 为步长没有取值，或多于 {3} 个";
    /// A portfolio that a study can say nothing of.
    ScenarioNobody = "scenario.nobody", "no account of {0} can be decided under the baseline on {1}", "{0} 没有单位能按基准方案在 {1} 定费率";
    /// A fund table that lacks what an outlook starts from.
    ScenarioFund = "scenario.fund", "the fund table of {0} lacks twelve months up to {1}", "{0} 的基金表缺少截至 {1} 的十二个月";
    /// A name in a study that tables cannot show.
    ScenarioName = "scenario.name", "`{0}` names nothing here; expected: 1 to {1} characters, none that does not show, and no word for the law in force", "`{0}` 不能作为名称；应为 1 至 {1} 个字符，不含不可见字符，也不是现行办法的代称";
    /// Size bands that do not rise, or too many of them.
    ScenarioBands = "scenario.bands", "`{0}` cannot bound size bands here; expected: {1}", "`{0}` 不能作为规模分组的上限；应为：{1}";
    /// An assumption of a scenario that cannot be made.
    ScenarioAssumption = "scenario.assumption", "`{0}` is {1}; expected: {2}", "`{0}` 为 {1}；应为：{2}";
    /// Grades that do not follow from the grade held and one window.
    ScenarioChain = "scenario.chain", "the grades of {0} make no chain: {1}", "{0} 的档次不构成马尔可夫链：{1}";
}

impl Code {
    /// Whether it tells how a file was read, and nothing that is wrong with it.
    pub const fn is_of_reading(self) -> bool {
        matches!(self, Self::RowsEncodingTaken | Self::WorkbookHiddenRead | Self::WorkbookHiddenPassed)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
