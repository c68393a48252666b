//! `rate audit`: mistakes planted by a script that shares nothing with the engine are all named, and nobody else is
//! accused; the money is that of the script to the fen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rate_core::audit::Mistake;

use crate::command::{ending, rate_ok, root};
use crate::table::{Table, read};

/// Area and a day of its setting.
const BOOKS: [(&str, &str); 3] = [("320000", "2025-01-01"), ("990100", "2022-07-01"), ("500000", "2015-01-01")];

/// Accounts of each book without a mistake: 5001 in all.
const CLEAN: &str = "1667";

/// The books, made once; nothing where there is no Python.
fn planted() -> Option<&'static Path> {
    static MADE: OnceLock<Option<tempfile::TempDir>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        if !rate_tests::python() {
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let made: Vec<_> = BOOKS
            .iter()
            .map(|(area, _)| {
                let script = root().join("tests/audit/plant.py");
                let out = dir.path().to_str().unwrap();
                Command::new("python3").arg("-B").arg(script).args([out, area, CLEAN]).spawn().unwrap()
            })
            .collect();
        made.into_iter().for_each(|mut it| assert!(it.wait().unwrap().success()));
        Some(dir)
    });
    made.as_ref().map(tempfile::TempDir::path)
}

fn options(area: &str, on: &str, book: &Path) -> String {
    let fixtures = root().join("fixtures");
    let (rules, parameters) = (fixtures.join("rule_sets"), fixtures.join("parameters"));
    let paths = [rules, parameters, book.to_owned()].map(|path| path.to_str().unwrap().to_owned());
    let [rules, parameters, book] = paths;
    format!("--lang en audit --area {area} --rules {rules} --parameters {parameters} --book {book} --on {on}")
}

/// What was planted in an account.
struct Planted {
    what: String,
    mistakes: BTreeSet<String>,
    over: i128,
    under: i128,
}

fn expected(dir: &Path, area: &str) -> BTreeMap<String, Planted> {
    let table = read(&dir.join(format!("{area}.csv")));
    let row = |row: &Vec<String>| {
        let cell = |name: &str| table.cell(row, name).to_owned();
        let mistakes = cell("mistakes").split('+').filter(|it| !it.is_empty()).map(str::to_owned).collect();
        let (over, under) = (cell("over_fen").parse().unwrap(), cell("under_fen").parse().unwrap());
        (cell("account"), Planted { what: cell("what"), mistakes, over, under })
    };
    table.rows.iter().map(row).collect()
}

/// Lines of the list, by account.
fn listed(table: &Table) -> BTreeMap<String, Vec<&Vec<String>>> {
    let mut listed: BTreeMap<String, Vec<&Vec<String>>> = BTreeMap::new();
    for row in &table.rows {
        listed.entry(table.cell(row, "account").to_owned()).or_default().push(row);
    }
    listed
}

fn audited(area: &str, on: &str, dir: &Path, out: &Path) -> (String, Table) {
    let printed = rate_ok(out, &format!("{} --out {area}", options(area, on, &dir.join(area))));
    (printed, read(&out.join(area).join("audit.csv")))
}

#[test]
fn planted_mistakes_are_all_named_and_nobody_else_is_accused() {
    let Some(dir) = planted() else { return };
    let out = tempfile::tempdir().unwrap();
    let (mut single, mut double, mut clean, mut unmoved) = (BTreeMap::new(), 0, 0, 0);
    for (area, on) in BOOKS {
        let (_, table) = audited(area, on, dir, out.path());
        let lines = listed(&table);
        for (account, planted) in expected(dir, area) {
            let of: &[&Vec<String>] = lines.get(&account).map_or(&[], Vec::as_slice);
            match planted.what.as_str() {
                "clean" => clean += 1,
                "unmoved" => unmoved += 1,
                _ if planted.mistakes.len() == 2 => double += 1,
                _ => *single.entry(planted.mistakes.first().unwrap().clone()).or_insert(0) += 1,
            }
            let context = format!("{area}/{account}: {} {:?}: {of:#?}", planted.what, planted.mistakes);
            if planted.what == "planted" {
                named(&table, of, &planted, &context);
            } else {
                assert!(of.is_empty(), "{context}");
            }
        }
        assert_eq!(fs::read_to_string(out.path().join(area).join("problems.csv")).unwrap().lines().count(), 1);
    }
    let known: Vec<String> = Mistake::WORDS.iter().map(|word| (*word).to_owned()).collect();
    let missing: Vec<&String> =
        known.iter().filter(|it| it.as_str() != "notice-late" && !single.contains_key(*it)).collect();
    assert!(missing.is_empty(), "not planted: {missing:?}");
    assert!(single.values().all(|count| *count >= 50), "{single:?}");
    assert!(double >= 20 && clean >= 5000 && unmoved >= 20 * single.len() - 20, "{double} {clean} {unmoved}");
}

/// Every differing piece has what was planted among its candidates, with article and step; the money is the script's.
fn named(table: &Table, lines: &[&Vec<String>], planted: &Planted, context: &str) {
    let mut pieces: BTreeMap<&str, bool> = BTreeMap::new();
    let (mut over, mut under) = (0, 0);
    for line in lines {
        let cell = |name: &str| table.cell(line, name);
        let named: BTreeSet<String> = cell("mistakes").split('+').map(str::to_owned).collect();
        *pieces.entry(cell("from")).or_default() |= named == planted.mistakes;
        assert!(!cell("article").is_empty() && !cell("step").is_empty(), "{context}");
        if cell("candidate") == "1" {
            over += cell("over_fen").parse::<i128>().unwrap();
            under += cell("under_fen").parse::<i128>().unwrap();
        }
    }
    assert!(!pieces.is_empty() && pieces.values().all(|named| *named), "{context}");
    assert_eq!((over, under), (planted.over, planted.under), "{context}");
}

#[test]
fn rates_that_come_apart_from_the_book_are_audited_the_same() {
    let Some(dir) = planted() else { return };
    let (area, on) = BOOKS[1];
    let out = tempfile::tempdir().unwrap();
    let (printed, _) = audited(area, on, dir, out.path());
    let book = out.path().join("book");
    fs::create_dir(&book).unwrap();
    let (mut before, mut charged) = (String::new(), String::new());
    for entry in fs::read_dir(dir.join(area)).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap() != "rates.csv" {
            fs::copy(&path, book.join(path.file_name().unwrap())).unwrap();
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            let from = line.split(',').nth(2).unwrap();
            let (one, other) = (number == 0 || from < on, number == 0 || from >= on);
            before += &if one { format!("{line}\n") } else { String::new() };
            charged += &if other { format!("{line}\n") } else { String::new() };
        }
    }
    fs::write(book.join("rates.csv"), before).unwrap();
    fs::write(out.path().join("their-rates.csv"), &charged).unwrap();
    let again = format!("{} --charged their-rates.csv --out apart", options(area, on, &book));
    let apart = rate_ok(out.path(), &again);
    assert_eq!(apart.replace("apart", area), printed);
    for file in ["audit.csv", "audit.xlsx", "audit.html", "audit.json", "summary.txt"] {
        let bytes = |dir: &str| fs::read(out.path().join(dir).join(file)).unwrap();
        assert!(bytes("apart") == bytes(area), "{file}");
    }
    // The same as a spreadsheet with Chinese headers and words, beside a sheet that the mapping passes over.
    let mapped = spreadsheet(&charged, &out.path().join("收费.xlsx"));
    let options = options(area, on, &book);
    rate_ok(out.path(), &format!("{options} --charged-mapping {mapped} --charged 收费.xlsx --out mapped"));
    let bytes = |dir: &str| fs::read(out.path().join(dir).join("audit.csv")).unwrap();
    assert!(bytes("mapped") == bytes(area));
    // With a title above the header, and the area said once and for all: that is so of this file, not of the book.
    titled(&charged, out.path());
    let (code, said) =
        ending(out.path(), &format!("{options} --mapping titled.toml --charged titled.xlsx --out wrong"));
    assert!(code == 1, "the book has neither a title nor another header: {said}");
    rate_ok(out.path(), &format!("{options} --charged-mapping titled.toml --charged titled.xlsx --out titled"));
    assert!(bytes("titled") == bytes(area));
    assert_eq!(ending(out.path(), &format!("{options} --charged-mapping titled.toml --out x")).0, 2);
    // Without the last lines, their accounts have no charged rate; a row of an unknown account is a problem.
    let kept = charged.lines().count() - 10;
    let fewer: Vec<&str> = charged.lines().take(kept).collect();
    let line = fewer.last().unwrap().replace(&format!("{area},"), &format!("{area},X"));
    fs::write(out.path().join("their-rates.csv"), format!("{}\n{line}\n", fewer.join("\n"))).unwrap();
    let text = rate_ok(out.path(), &again);
    let judged = text.lines().find_map(|line| line.trim().strip_prefix("cannot be judged")).unwrap();
    assert!(judged.trim().starts_with("5 "), "{text}");
    assert!(fs::read_to_string(out.path().join("apart/audit.csv")).unwrap().contains("no charged rate on some days"));
    let problems = fs::read_to_string(out.path().join("apart/problems.csv")).unwrap();
    assert!(problems.contains("rows.unknown-account"), "{problems}");
}

/// Writes rates as another system may have them; the path of the mapping that says so.
fn spreadsheet(rates: &str, path: &Path) -> String {
    let headers = [
        "统筹地区",
        "单位编号",
        "起始日期",
        "终止日期",
        "类别制",
        "行业风险类别",
        "基准费率（%）",
        "费率档次",
        "降费前费率（%）",
        "下调比例（%）",
        "执行费率（%）",
        "来源",
        "周期",
    ];
    let origins = [("floated", "浮动"), ("base", "基准"), ("carried", "沿用"), ("provisional", "暂按")];
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("费率").unwrap();
    for (row, line) in (0..).zip(rates.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            let word = origins.iter().find(|(word, _)| *word == cell).map_or(cell, |(_, theirs)| theirs);
            let text = if row == 0 { headers[usize::from(column)] } else { word };
            sheet.write_string(row, column, text).unwrap();
        }
    }
    workbook.add_worksheet().set_name("说明").unwrap().write_string(0, 0, "由旧系统导出").unwrap();
    workbook.save(path).unwrap();
    root().join("fixtures/mappings/zh.toml").to_str().unwrap().to_owned()
}

/// Writes rates below a title row and without their area, and the mapping that says so.
fn titled(rates: &str, dir: &Path) {
    let area = rates.lines().nth(1).unwrap().split(',').next().unwrap();
    let mapping = format!(
        "format = \"mapping/1\"\nname = {{ zh = \"收费\", en = \"charged\" }}\n\n[[tables]]\ntable = \"rates\"\nnames = [\"费率\"]\nheader_row = 2\ncolumns = {{ \"编号\" = \"account\" }}\nconstants = {{ area = \"{area}\" }}\n"
    );
    fs::write(dir.join("titled.toml"), mapping).unwrap();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("费率").unwrap();
    sheet.write_string(0, 0, "2022年度执行费率").unwrap();
    for (row, line) in (1..).zip(rates.lines()) {
        for (column, cell) in (0..).zip(line.split(',').skip(1)) {
            sheet.write_string(row, column, if cell == "account" { "编号" } else { cell }).unwrap();
        }
    }
    workbook.save(dir.join("titled.xlsx")).unwrap();
}

#[test]
fn an_output_beside_the_book_only() {
    let Some(dir) = planted() else { return };
    let (area, on) = BOOKS[2];
    let book: PathBuf = dir.join(area);
    let (code, printed) = ending(dir, &format!("{} --out {}", options(area, on, &book), book.to_str().unwrap()));
    assert!(code == 1 && printed.contains("is an input"), "{printed}");
    let (code, printed) = ending(dir, &format!("{} --charged nowhere --out x", options(area, on, &book)));
    assert!(code == 3 && printed.contains("nowhere"), "{printed}");
}
