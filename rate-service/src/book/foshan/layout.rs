//! The columns of the sheet, by the initials a public query of the core system gives them, and what they are in a book.
//!
//! What the query itself states is little: the classes of collection, float and attributes, the three rates, the grade
//! and the two sums. The rest is read from the initials; `docs/foshan.md` says which is which.

use rate_core::AccountKind;
use rate_core::history::BenefitItem;

/// The row of the headers; data begins below it.
pub(crate) const HEADER_ROW: u32 = 6;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Text, of which no digit may be lost.
    Text,
    /// A whole number.
    Whole,
    /// A risk class.
    Class,
    /// A number of percent: the column is said to be times a hundred.
    Percent,
    /// A plain number: 0.004 is 0.4 %.
    Fraction,
    /// An amount in yuan.
    Yuan,
}

/// A column of the sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its header.
    pub(crate) name: &'static str,
    /// What it means, as far as known.
    pub(crate) meaning: &'static str,
    /// What it holds.
    pub(crate) holds: Holds,
}

const fn column(name: &'static str, meaning: &'static str, holds: Holds) -> Column {
    Column { name, meaning, holds }
}

/// The columns, in order.
pub(crate) const COLUMNS: &[Column] = &[
    column("n", "序号", Holds::Whole),
    column("sbjgdm", "社保机构代码", Holds::Text),
    column("dwlx", "单位类型", Holds::Text),
    column("gshylb_jz", "缴费类别_征收", Holds::Class),
    column("gshylb", "缴费类别_浮动", Holds::Class),
    column("GSHYLB_dm", "实际类别_新", Holds::Class),
    column("gshylb_sjfl", "属性类别", Holds::Class),
    column("dwbh", "单位编号", Holds::Text),
    column("dwmc", "单位名称", Holds::Text),
    column("GSHYLB_FL", "当前执行费率×100", Holds::Percent),
    column("jzfl", "基准费率", Holds::Fraction),
    column("fddc_fl", "浮动后费率", Holds::Fraction),
    column("fddc", "浮动档次", Holds::Whole),
    column("gw_rs", "工亡人数", Holds::Whole),
    column("gw_fddc", "工亡浮动档次", Holds::Whole),
    column("zjl_fddc", "支缴率浮动档次", Holds::Whole),
    column("zjl", "支缴率×100", Holds::Percent),
    column("zsjehj", "征收金额合计", Holds::Yuan),
    column("zfjehj", "支付金额合计", Holds::Yuan),
    column("ylf", "医疗费", Holds::Yuan),
    column("kfyl", "康复医疗", Holds::Yuan),
    column("zykf", "职业康复？", Holds::Yuan),
    column("fzqj", "辅助器具", Holds::Yuan),
    column("hsbz", "伙食补助", Holds::Yuan),
    column("jtss", "交通食宿", Holds::Yuan),
    column("ylfhj", "医疗小计", Holds::Yuan),
    column("scbz", "伤残补助", Holds::Yuan),
    column("ylbz", "医疗补助？", Holds::Yuan),
    column("schj", "伤残小计", Holds::Yuan),
    column("szbz", "丧葬补助", Holds::Yuan),
    column("gwbz", "工亡补助", Holds::Yuan),
    column("gwbc", "工亡其他支付（供养？）", Holds::Yuan),
    column("gwhj", "工亡小计", Holds::Yuan),
    column("qt", "其他", Holds::Yuan),
];

/// The columns of classes in the order in which they stand in for each other, with the word of a book for who decided:
/// the class the float used first. A book has no word for an actual class or one of attributes; `declared` is the
/// weakest it has.
pub(crate) const CLASSES: [(&str, &str); 4] =
    [("gshylb", "agency"), ("gshylb_jz", "tax"), ("GSHYLB_dm", "declared"), ("gshylb_sjfl", "declared")];

/// The columns of single benefits with the item each is in a book. Two are read as rehabilitation; an export writes that
/// under the first.
pub(crate) const ITEMS: [(&str, BenefitItem); 12] = [
    ("ylf", BenefitItem::Medical),
    ("kfyl", BenefitItem::Rehabilitation),
    ("zykf", BenefitItem::Rehabilitation),
    ("fzqj", BenefitItem::Device),
    ("hsbz", BenefitItem::Board),
    ("jtss", BenefitItem::Transport),
    ("scbz", BenefitItem::DisabilityLumpSum),
    ("ylbz", BenefitItem::MedicalLumpSum),
    ("szbz", BenefitItem::Funeral),
    ("gwbz", BenefitItem::DeathLumpSum),
    ("gwbc", BenefitItem::Dependants),
    ("qt", BenefitItem::Other),
];

/// The column an item of a book is written in; what has none of its own is `qt`, other.
pub(crate) fn column_of(item: BenefitItem) -> &'static str {
    ITEMS.iter().find(|(_, known)| *known == item).map_or("qt", |(name, _)| name)
}

/// The sums, each with the columns that it is of.
pub(crate) const SUMS: [(&str, &[&str]); 4] = [
    ("ylfhj", &["ylf", "kfyl", "zykf", "fzqj", "hsbz", "jtss"]),
    ("schj", &["scbz", "ylbz"]),
    ("gwhj", &["szbz", "gwbz", "gwbc"]),
    ("zfjehj", &["ylfhj", "schj", "gwhj", "qt"]),
];

/// Types of employers by the names they are written with. Which codes the core system has was not seen.
pub(crate) const KINDS: [(&str, AccountKind); 4] = [
    ("用人单位", AccountKind::Employer),
    ("劳务派遣单位", AccountKind::Dispatch),
    ("机关事业单位", AccountKind::Institution),
    ("个体工商户", AccountKind::IndividualBusiness),
];

/// The column of a name, whatever the case of its letters.
pub(crate) fn called(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name.eq_ignore_ascii_case(name.trim()))
}
