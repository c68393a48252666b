//! What our own words among the values of a message are called in Chinese: columns, and what a cell would accept.

use std::borrow::Cow;

use super::{Code, Lang};

/// Columns of days that a message holds against each other.
const COLUMNS: &[(&str, &str)] = &[
    ("accident", "事故日期"),
    ("recognised", "认定日期"),
    ("death", "死亡日期"),
    ("assessed_on", "鉴定日期"),
    ("paid_on", "支付日期"),
];

/// Pieces of what is accepted; longer ones first.
const ACCEPTED: &[(&str, &str)] = &[
    ("regular: ", "正常缴费："),
    ("; arrears, refund, settlement: ", "；补缴、退费、多退少补："),
    ("at most cost_fen, ", "不超过工程总造价（cost_fen）"),
    (", at most ", "，最多 "),
    (" decimals", " 位小数"),
    ("ten-thousand-yuan", "万元"),
    ("per-mille", "千分数"),
    ("percent", "百分数"),
    ("fraction", "小数（1 为百分之百）"),
    ("yuan", "元"),
    (" fen", " 分"),
];

/// A value of a message in a language. Only what stands in the messages as our own word is translated; what came from the
/// input stays as it is.
pub(super) fn said(code: Code, place: usize, value: &str, lang: Lang) -> Cow<'_, str> {
    match (lang, code, place) {
        (Lang::Zh, Code::HistoryOrder, 0 | 2) => {
            let known = COLUMNS.iter().find(|(column, _)| *column == value);
            Cow::Borrowed(known.map_or(value, |(_, called)| called))
        }
        (Lang::Zh, Code::RowsNumber, 1) => {
            let said = ACCEPTED.iter().fold(value.to_owned(), |text, (piece, called)| text.replace(piece, called));
            Cow::Owned(said)
        }
        _ => Cow::Borrowed(value),
    }
}
