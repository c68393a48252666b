//! `rate notice`: one to the output, everybody's to a directory, and who gets none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rate_service::run::{Layout, notice_file};

use crate::command::{ending, rate, rate_ok};

const WHAT: &str = "--area 990100 --rules demo/rules --parameters demo/parameters --book demo/book --on 2022-07-01";
const GIVEN: &str = "--served-on 2022-06-06 --issued-on 2022-06-02 --agency 虚构局 --number 虚〔2022〕1号";

fn demo() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo");
    dir
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries.map(|it| (it.file_name().into_string().unwrap(), fs::read(it.path()).unwrap())).collect()
}

#[test]
fn everybody_with_a_rate_has_a_notice_and_it_is_the_one_that_is_printed() {
    let demo = demo();
    let dir = demo.path();
    let printed = rate_ok(dir, &format!("--lang en notice {WHAT} {GIVEN} --all --out one --format html"));
    assert_eq!(printed, "1519 notice(s); without one: 1 account(s) refused, 480 not insured\nResults: one\n");
    rate_ok(dir, &format!("--lang en notice {WHAT} {GIVEN} --all --out two/below --format html"));
    let (one, two) = (files(&dir.join("one")), files(&dir.join("two/below")));
    assert!(one == two, "the same input, the same bytes");
    let list = String::from_utf8(one["notices.csv"].clone()).unwrap();
    let lines: Vec<&str> = list.trim_start_matches('\u{FEFF}').lines().collect();
    assert_eq!((lines[0], lines.len()), ("area,account,file", 1520));
    let listed: BTreeSet<&str> = lines[1..].iter().map(|line| line.rsplit_once(',').unwrap().1).collect();
    let kept: BTreeSet<&str> = one.keys().map(String::as_str).filter(|name| *name != "notices.csv").collect();
    assert_eq!(listed, kept);
    let decided = fs::read_to_string(dir.join("demo/out/decisions.ndjson")).unwrap();
    assert_eq!(decided.lines().count(), kept.len());
    for account in ["00000040", "00000006", "00000050"] {
        let own = rate_ok(dir, &format!("--lang en notice {WHAT} {GIVEN} --account {account} --format html"));
        assert!(own.as_bytes() == one[&format!("notice-{account}.html")], "{account}");
    }
    let text = rate_ok(dir, &format!("notice {WHAT} {GIVEN} --account 00000040"));
    // 2022, after the dragon-boat break: 7–10 June are 1–4, 13–17 are 5–9, 20–24 are 10–14, Monday 27 is 15.
    for said in ["文号：虚〔2022〕1号", "虚构局（盖章）\n2022年6月2日\n", "最后一日为2022年6月27日"]
    {
        assert!(text.contains(said), "`{said}` is not in\n{text}");
    }
    let bare = rate_ok(dir, &format!("notice {WHAT} --account 00000040"));
    assert!(!bare.contains("文号") && bare.ends_with("（盖章）\n＿＿＿＿年＿＿月＿＿日\n"), "{bare}");
}

#[test]
fn who_gets_no_notice_is_told_why() {
    let demo = demo();
    let dir = demo.path();
    let list = fs::read_to_string(dir.join("demo/out/not_insured.csv")).unwrap();
    let away = list.lines().nth(1).unwrap().split_once(',').unwrap().1.to_owned();
    let (code, said) = ending(dir, &format!("--lang en notice {WHAT} --account {away}"));
    assert_eq!((code, said), (1, format!("rate: 990100/{away} is not insured in this setting\n")));
    let output = rate(dir, format!("notice {WHAT} --account {away}").split(' '));
    assert!(output.stdout.is_empty(), "nothing that could be taken for a notice");
    let (code, said) = ending(dir, &format!("notice {WHAT} {} --account 00000040", GIVEN.replace("06-02", "06-07")));
    assert_eq!((code, said), (2, "rate: 印发日期 2022-06-07 晚于送达日期 2022-06-06\n".to_owned()));
    let problems = fs::read_to_string(dir.join("demo/out/problems.csv")).unwrap();
    let wrong = problems.lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned();
    let (code, said) = ending(dir, &format!("--lang en notice {WHAT} --account {wrong}"));
    assert!(code == 1 && said.contains("history.order"), "{said}");
    assert_eq!(
        ending(dir, &format!("--lang en notice {WHAT} --account 7")),
        (1, "rate: not in the book: 990100/7\n".to_owned())
    );
    for wrong in
        ["", "--account 1 --all --out x", "--all", "--out x", "--account 1 --out x", "--account 1 --served-on 6.6."]
    {
        assert_eq!(ending(dir, format!("notice {WHAT} {wrong}").trim_end()).0, 2, "{wrong}");
    }
    assert_eq!(ending(dir, &format!("notice {WHAT} --all --out demo/book")).0, 1);
    fs::write(
        dir.join("demo/book/payments.csv"),
        "area,account,claim,item,payer,determined_on,accounted_on,paid_on,amount_fen\n",
    )
    .unwrap();
    let (code, said) = ending(dir, &format!("--lang en notice {WHAT} --all --out blocked"));
    assert!(code == 1 && said.contains("table-empty") && !dir.join("blocked").exists(), "{code} {said}");
}

#[test]
fn no_two_accounts_share_a_file_whatever_their_numbers_are() {
    let long = "9".repeat(64);
    let chinese = "工伤".repeat(32);
    let numbers = ["1", "01", "a", "A", "_61", "/", "..", "../1", "a b", "ａ", "CON", "1.", "-", "", &long, &chinese];
    let names = numbers.map(|number| notice_file(number, Layout::Html));
    let folded: BTreeSet<String> = names.iter().map(|name| name.to_str().unwrap().to_lowercase()).collect();
    assert_eq!(folded.len(), numbers.len());
    for name in &names {
        let parts: Vec<&str> = name.iter().map(|part| part.to_str().unwrap()).collect();
        let safe = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
        assert!(
            parts.iter().all(|part| part.len() < 200 && part.chars().all(safe) && !part.starts_with('.')),
            "{name:?}"
        );
        assert!(parts[0].starts_with("notice-") && parts.last().unwrap().ends_with(".html"));
    }
}
