//! The fund beside the finding of a phased cut, in words.

use rust_decimal::Decimal;

use super::yuan;
use crate::error::Lang;
use crate::fund::MonthsPayable;

/// Months payable by the fund of the book, beside those that the document of a cut states.
pub fn months_payable_text(payable: &MonthsPayable, stated: Decimal, lang: Lang) -> String {
    let hundredths = payable.months.display_scaled(100);
    let months =
        format!("{}{}.{:02}", if hundredths < 0 { "-" } else { "" }, hundredths.abs() / 100, hundredths.abs() % 100);
    let (balance, benefits) = (yuan(payable.balance.fen().into()), yuan(payable.benefits));
    let (over, count, last) = (payable.over, payable.over.months(), payable.over.to());
    match lang {
        Lang::Zh => format!(
            "基金数据（仅供对照，不据此改变降幅）：{last} 末结余 {balance} 元，{over} 待遇支出 {benefits} 元，月均支出可支付 {balance} × {count} ÷ {benefits} = {months} 个月；文件所载 {stated} 个月"
        ),
        Lang::En => format!(
            "fund of the book (for comparison only, the cut stands): balance at the end of {last} {balance} yuan, benefits of {over} {benefits} yuan: {balance} × {count} ÷ {benefits} = {months} months payable; the document states {stated}"
        ),
    }
}
