//! The fund of a book beside the finding of a phased cut: shown, and nothing more.

use std::fs;

use crate::command::rate_ok;

const RUN: &str = "run --area 990100 --rules demo/rules --parameters demo/parameters --book demo/book --on 2022-07-01 --out demo/again";

/// Twelve months of 2022: 100,000.00 in, 100,000.00 out, 1,900,000.00 left; in December one yuan less is left.
fn fund() -> String {
    let month = |month: u32| {
        let balance = if month == 12 { 189_999_900 } else { 190_000_000 };
        format!("990100,2022-{month:02},10000000,10000000,{balance}\n")
    };
    let months: String = (1..=12).map(month).collect();
    format!("area,month,income_fen,benefits_fen,balance_fen\n{months}")
}

/// 1,899,999.00 × 12 ÷ 1,200,000.00 = 18.99999, where the notice of the demonstration states 19.5.
#[test]
fn months_payable_are_shown_beside_the_finding_and_change_no_rate() {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo");
    // The made-up book has a fund of its own.
    fs::remove_file(dir.path().join("demo/book/fund.csv")).unwrap();
    let without = rate_ok(dir.path(), &format!("--lang en {RUN}"));
    assert!(!without.contains("months payable"), "{without}");
    fs::write(dir.path().join("demo/book/fund.csv"), fund()).unwrap();
    let with = rate_ok(dir.path(), &format!("--lang en {RUN}"));
    let line = with.lines().find(|line| line.contains("months payable")).unwrap();
    assert_eq!(
        line.trim(),
        "fund of the book (for comparison only, the cut stands): balance at the end of 2022-12 1,899,999.00 yuan, \
         benefits of 2022-01 – 2022-12 1,200,000.00 yuan: 1,899,999.00 × 12 ÷ 1,200,000.00 = 19.00 months payable; \
         the document states 19.5"
    );
    let rates = |run: &str| fs::read(dir.path().join(run).join("rates.csv")).unwrap();
    assert!(rates("demo/out") == rates("demo/again"), "no rate moves");
    let warnings = fs::read_to_string(dir.path().join("demo/again/warnings.csv")).unwrap();
    assert!(warnings.contains("fund.csv,13,5,balance_fen,rows.fund-balance"), "{warnings}");
    let zh = rate_ok(dir.path(), &format!("--lang zh {RUN}"));
    assert!(zh.contains("基金数据（仅供对照，不据此改变降幅）：2022-12 末结余 1,899,999.00 元"), "{zh}");
}

/// A year that is not whole has no mean.
#[test]
fn a_month_that_is_not_there_leaves_the_finding_alone() {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo");
    let text = fund().lines().filter(|line| !line.contains("2022-05")).collect::<Vec<_>>().join("\n");
    fs::write(dir.path().join("demo/book/fund.csv"), text).unwrap();
    let shown = rate_ok(dir.path(), &format!("--lang en {RUN}"));
    assert!(!shown.contains("months payable"), "{shown}");
    let warnings = fs::read_to_string(dir.path().join("demo/again/warnings.csv")).unwrap();
    assert!(warnings.contains("fund.csv,6,2,month,rows.fund-gap"), "{warnings}");
}
