//! `rate vectors`: a run of the book gives what is expected, the document says what it belongs to, and nothing is written
//! of a set that may not decide.

use std::fs;

use serde_json::Value as Json;

use crate::command::{ending, rate_ok, root};

fn at(below: &str) -> String {
    root().join("fixtures").join(below).display().to_string()
}

fn document(dir: &std::path::Path, set: &str) -> String {
    rate_ok(dir, &format!("vectors {} --parameters {}", at(&format!("rule_sets/{set}.toml")), at("parameters")))
}

#[test]
fn a_run_of_the_book_gives_the_expected_rates_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    for (set, area, on) in [
        ("320000/2023", "320000", "2025-01-01"),
        ("330000/2023", "330000", "2025-03-01"),
        ("illustrative/three-year", "990100", "2026-07-01"),
        ("430521/2017", "430521", "2017-01-01"),
    ] {
        let (rules, parameters) = (at(&format!("rule_sets/{set}.toml")), at("parameters"));
        let book = format!("book-{area}");
        let said = rate_ok(
            dir.path(),
            &format!("--lang en vectors {rules} --parameters {parameters} --on {on} --book {book}"),
        );
        assert!(said.contains("never published") && said.contains("case(s) try"), "{said}");
        let (code, shown) = ending(
            dir.path(),
            &format!(
                "run --area {area} --rules {rules} --parameters {parameters} --book {book} --on {on} --accept table-empty,year-empty --out out-{area}"
            ),
        );
        assert_eq!(code, 0, "{set}\n{shown}");
        let text = |path: String| fs::read_to_string(dir.path().join(path)).unwrap();
        let expected = text(format!("{book}/expected/expected.csv"));
        assert!(expected.lines().count() > 50, "{set}");
        assert_eq!(text(format!("out-{area}/rates.csv")), expected, "{set}");
        let cases = text(format!("{book}/expected/cases.csv"));
        assert_eq!(cases.lines().count(), text(format!("{book}/accounts.csv")).lines().count(), "{set}");
    }
}

#[test]
fn the_document_says_what_it_belongs_to_and_is_the_same_twice() {
    let dir = tempfile::tempdir().unwrap();
    let text = document(dir.path(), "320000/2023");
    assert_eq!(text, document(dir.path(), "320000/2023"));
    let read: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(read["format"], "vectors/1");
    assert_eq!(read["rule_set"]["id"], "320000/2023");
    assert_eq!(read["rule_set"]["digest"].as_str().unwrap().len(), 64);
    assert!(read["rule_set"]["open"][0]["en"].as_str().unwrap().contains("`adjustments` was not seen"));
    assert_eq!(read["parameters"].as_array().unwrap().iter().filter(|it| it["area"] == "320000").count(), 2);
    assert_eq!(read["setting"]["from"], "2025-01-01");
    assert_eq!(read["not_tried"].as_array().unwrap().len(), 0);
    for case in read["cases"].as_array().unwrap() {
        assert!(
            !case["tries"].as_array().unwrap().is_empty()
                && !case["expected"]["segments"].as_array().unwrap().is_empty()
        );
    }
}

/// 苏人社规〔2023〕2号 and 苏人社函〔2024〕450号: a pay ratio of more than 50 and at most 100 % goes up to 120 %, one above
/// 100 % up to 150 %; an incidence of at most 1 % keeps the rate, one above 1 and at most 3 % goes up to 120 %, above 3 % to
/// 150 %. Base rate of class 4: 0.9 %. Reckoned by hand: 0.9 × 120 % = 1.08 %, 0.9 × 150 % = 1.35 %.
#[test]
fn the_bounds_of_jiangsu_come_out_as_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let read: Json = serde_json::from_str(&document(dir.path(), "320000/2023")).unwrap();
    let rows = [
        ("up-2/pay_ratio/100%/below", Some(9_999_999), "120%", "1.08"),
        ("up-2/pay_ratio/100%/on", Some(10_000_000), "120%", "1.08"),
        ("up-2/pay_ratio/100%/above", Some(10_000_001), "150%", "1.35"),
        ("up-1/pay_ratio/50%/on", Some(5_000_000), "100%", "0.9"),
        ("up-1/pay_ratio/50%/above", Some(5_000_001), "120%", "1.08"),
        ("unchanged/incidence/1%/on", None, "100%", "0.9"),
        ("unchanged/incidence/1%/above", None, "120%", "1.08"),
        ("up-2/incidence/3%/on", None, "120%", "1.08"),
        ("up-2/incidence/3%/above", None, "150%", "1.35"),
    ];
    for (id, benefits, grade, rate) in rows {
        let id = format!("bound/float_table/{id}");
        let cases = read["cases"].as_array().unwrap();
        let tries = |case: &&Json| case["tries"].as_array().unwrap().iter().any(|it| it["id"] == id.as_str());
        let case = cases.iter().find(tries).unwrap_or_else(|| panic!("{id}"));
        let cells = |table: &str| -> Vec<Vec<String>> {
            let rows = case["facts"][table].as_array().into_iter().flatten();
            rows.map(|row| row.as_str().unwrap().split(',').map(str::to_owned).collect()).collect()
        };
        // The window is October 2022 to September 2024; the facts themselves are added up here.
        let premiums = cells("premiums");
        let inside = premiums.iter().filter(|row| row[2].as_str() >= "2022-10" && row[3].as_str() <= "2024-09");
        let paid: i64 = inside.map(|row| row[7].parse::<i64>().unwrap()).sum();
        if let Some(benefits) = benefits {
            let fund: i64 = cells("payments").iter().map(|row| row[8].parse::<i64>().unwrap()).sum();
            assert_eq!((fund, paid), (benefits, 10_000_000), "{id}");
        }
        assert_eq!(case["expected"]["class"], 4, "{id}");
        assert_eq!(case["expected"]["base_percent"], "0.9", "{id}");
        assert_eq!(case["expected"]["grade"], grade, "{id}");
        assert_eq!(case["expected"]["segments"][0]["rate_percent"], rate, "{id}");
    }
}

/// Where a row was not seen, the case says which.
#[test]
fn what_was_not_seen_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let read: Json = serde_json::from_str(&document(dir.path(), "310000/2016")).unwrap();
    let cases = read["cases"].as_array().unwrap();
    let missing: Vec<&Json> = cases
        .iter()
        .filter(|case| case["expected"]["reason"].as_str().unwrap().starts_with("source-missing"))
        .collect();
    assert!(!missing.is_empty());
    for case in missing {
        assert!(case["expected"]["missing"].as_str().unwrap().starts_with("float_table.rows."), "{case}");
    }
}

#[test]
fn a_set_that_may_not_decide_gives_problems_and_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    for (set, said) in [
        ("320000/2023.as-published", "check.gap"),
        ("420000/2021", "check.no-table"),
        ("cn/2015-71", "it decides nothing"),
        ("illustrative/projects-by-area", "a method for projects decides no employer"),
    ] {
        let rules = at(&format!("rule_sets/{set}.toml"));
        let (code, shown) = ending(dir.path(), &format!("--lang en vectors {rules} --book book"));
        assert_eq!(code, 1, "{set}\n{shown}");
        assert!(shown.contains(said), "{set}\n{shown}");
        assert!(!dir.path().join("book").exists(), "{set}");
    }
    let rules = at("rule_sets/320000/2023.toml");
    let (code, shown) = ending(dir.path(), &format!("--lang en vectors {rules} --on 2031-01-01"));
    assert_eq!((code, shown.as_str()), (1, "rate: 320000/2023 lists no cycle whose rate period holds 2031-01-01\n"));
}

/// Cases are written over cases, and over nothing else: not over a book, nor beside anybody's files.
#[test]
fn a_directory_that_holds_something_else_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let line = format!("--lang en vectors {} --book book", at("rule_sets/illustrative/three-year.toml"));
    fs::create_dir(dir.path().join("book")).unwrap();
    fs::write(dir.path().join("book/accounts.csv"), "area,account,kind\n990100,1,employer\n").unwrap();
    let (code, said) = ending(dir.path(), &line);
    assert!(code == 1 && said.contains("was not written by `rate vectors`"), "{said}");
    let own = fs::read_to_string(dir.path().join("book/accounts.csv")).unwrap();
    assert_eq!(own, "area,account,kind\n990100,1,employer\n");
    fs::remove_file(dir.path().join("book/accounts.csv")).unwrap();
    rate_ok(dir.path(), &line);
    rate_ok(dir.path(), &line);
}
