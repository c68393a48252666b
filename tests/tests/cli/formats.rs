//! Books in other formats through the command itself: the same rates, and what was guessed is said.

use std::fs;

use crate::command::{ending, rate_ok};

const RUN: &str = "--area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01";

#[test]
fn a_book_in_gb18030_gives_the_same_rates_and_a_word_about_it() {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "demo --accounts 200");
    for entry in fs::read_dir(dir.path().join("demo/book")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, encoding_rs::GB18030.encode(&text).0).unwrap();
    }
    let printed = rate_ok(dir.path(), &format!("--lang en run {RUN} --book demo/book --out again"));
    assert!(printed.contains("\nRead: accounts.csv rows.encoding-taken: read as GB18030"), "{printed}");
    let rates = |out: &str| fs::read_to_string(dir.path().join(out).join("rates.csv")).unwrap();
    assert!(rates("again") == rates("demo/out"));
    let named = rate_ok(dir.path(), &format!("run {RUN} --book demo/book --encoding gb18030 --out named"));
    assert!(!named.contains("GB18030"), "{named}");
    assert!(rates("named") == rates("demo/out"));
    let (code, printed) = ending(dir.path(), &format!("run {RUN} --book demo/book --encoding utf-8 --out none"));
    assert_eq!(code, 1);
    assert!(printed.contains("accounts.csv:2:4 rows.encoding: 不是有效的 UTF-8"), "{printed}");
    assert!(!dir.path().join("none").exists());
}
