//! `rate book import` and `rate run --layout`: the sheet of a core system in, the same sheet out, and the same grades from
//! what comes out.

use std::collections::BTreeMap;
use std::path::Path;

use crate::command::{ending, rate_ok, root};
use crate::sheets::{both, put, write};
use crate::workbook::cells;

/// The workbooks of a run.
const WORKBOOKS: [&str; 2] = ["foshan-with-premium.xlsx", "foshan-without-premium.xlsx"];

/// A rule set, its frame and its parameters, in a directory each.
fn law(dir: &Path) {
    for below in ["rules/cn", "rules/990400"] {
        std::fs::create_dir_all(dir.join(below)).unwrap();
    }
    let fixtures = root().join("fixtures");
    let copy = |from: &str, to: &str| {
        std::fs::copy(fixtures.join(from), dir.join(to)).unwrap();
    };
    copy("rule_sets/cn/2015-71.toml", "rules/cn/2015-71.toml");
    copy("rule_sets/illustrative/foshan-like.toml", "rules/990400/foshan-like.toml");
    std::fs::create_dir_all(dir.join("parameters")).unwrap();
    copy("parameters/990400/demonstration.toml", "parameters/demonstration.toml");
}

fn import(book: &str, sheets: &str) -> String {
    format!("--lang en book import --layout foshan --area 990400 --window 2019-01..2020-12 {sheets} --out {book}")
}

fn run(book: &str, out: &str) -> String {
    format!(
        "--lang en run --area 990400 --rules rules --parameters parameters --book {book} \
         --on 2021-07-01 --out {out} --layout foshan --accept year-empty"
    )
}

/// The cells of each employer by header, in the order of the rows; the headers stand in row 6.
fn employers(path: &Path) -> Vec<(String, BTreeMap<String, String>)> {
    let cells = cells(path, 1);
    let column = |address: &str| address.trim_end_matches(|it: char| it.is_ascii_digit()).to_owned();
    let row = |address: &str| address.trim_start_matches(|it: char| it.is_ascii_uppercase()).parse::<u32>().unwrap();
    let headers: BTreeMap<String, String> =
        cells.iter().filter(|(at, _)| row(at) == 6).map(|(at, (_, text))| (column(at), text.clone())).collect();
    let last = cells.keys().map(|at| row(at)).max().unwrap();
    let of_row = |number| {
        let found = cells.iter().filter(|(at, _)| row(at) == number);
        let named: BTreeMap<String, String> =
            found.map(|(at, (_, text))| (headers[&column(at)].clone(), text.clone())).collect();
        (named["dwbh"].clone(), named)
    };
    (7..=last).map(of_row).collect()
}

/// What the hand-made sheets say of an employer, in the columns that a decision fills: fixtures/sheets/README.md reckons
/// them.
const DECIDED: [&str; 17] = [
    "gshylb",
    "GSHYLB_FL",
    "jzfl",
    "fddc_fl",
    "fddc",
    "gw_rs",
    "gw_fddc",
    "zjl_fddc",
    "zjl",
    "zsjehj",
    "zfjehj",
    "ylf",
    "ylfhj",
    "schj",
    "gwhj",
    "qt",
    "sbjgdm",
];

fn decided(named: &BTreeMap<String, String>) -> Vec<String> {
    let text = |column: &str| named.get(column).cloned().unwrap_or_default();
    DECIDED.iter().map(|column| text(column).split('-').next().unwrap().replace("三类", "3")).collect()
}

#[test]
fn the_sheet_that_comes_out_is_the_one_reckoned_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    law(dir.path());
    write(dir.path(), &both());
    let said = rate_ok(dir.path(), &import("book", "with.xlsx without.xlsx"));
    assert!(said.contains("type of employer `10` not known: 1 taken as `employer`"), "{said}");
    rate_ok(dir.path(), &run("book", "out"));
    let mut compared = 0;
    for (by_hand, name) in ["with", "without"].iter().zip(WORKBOOKS) {
        let mut by_hand = employers(&dir.path().join(format!("{by_hand}.xlsx")));
        // Whose classes disagree is refused, and has no rate.
        by_hand.retain(|(number, _)| number != "00000109");
        let out = employers(&dir.path().join("out").join(name));
        // The order too: 18,000.01 ÷ 30,000 stands behind 18,000 ÷ 30,000, and 60.00 is shown of both.
        let numbers =
            |rows: &[(String, BTreeMap<String, String>)]| rows.iter().map(|it| it.0.clone()).collect::<Vec<_>>();
        assert_eq!(numbers(&out), numbers(&by_hand), "{name}");
        for ((number, found), (_, expected)) in out.iter().zip(&by_hand) {
            assert_eq!(decided(found), decided(expected), "{number}");
            compared += 1;
        }
    }
    assert_eq!(compared, 8);
    let cells = cells(&dir.path().join("out").join(WORKBOOKS[0]), 1);
    assert_eq!(cells["H7"], (true, "00000106".to_owned()), "numbers of employers are text");
    assert_eq!(cells["B7"], (true, "990401".to_owned()));
    assert!(!cells["R7"].0, "amounts are numbers");
}

#[test]
fn what_comes_out_gives_the_same_grades_when_it_comes_in_again() {
    let dir = tempfile::tempdir().unwrap();
    law(dir.path());
    write(dir.path(), &both());
    rate_ok(dir.path(), &import("book", "with.xlsx without.xlsx"));
    rate_ok(dir.path(), &run("book", "out"));
    let [with, without] = WORKBOOKS.map(|name| format!("out/{name}"));
    rate_ok(dir.path(), &import("again", &format!("{with} {without}")));
    rate_ok(dir.path(), &run("again", "out-again"));
    let read = |file: &str| std::fs::read(dir.path().join(file)).unwrap();
    assert_eq!(read("out/rates.csv"), read("out-again/rates.csv"));
    for name in WORKBOOKS {
        assert_eq!(read(&format!("out/{name}")), read(&format!("out-again/{name}")), "{name}");
    }
}

#[test]
fn diagnostics_see_the_classes_that_disagree() {
    let dir = tempfile::tempdir().unwrap();
    law(dir.path());
    write(dir.path(), &both());
    rate_ok(dir.path(), &import("book", "with.xlsx without.xlsx"));
    let diagnose = "--lang en diagnose --area 990400 --rules rules --parameters parameters --book book --on 2021-07-01 --out found";
    ending(dir.path(), diagnose);
    let found = std::fs::read_to_string(dir.path().join("found/diagnostics.csv")).unwrap();
    let line = found.lines().find(|line| line.contains("class-disagreement")).unwrap();
    assert!(line.contains("00000109") && line.contains("classes 3 and 4"), "{line}");
}

#[test]
fn everything_that_is_wrong_with_both_workbooks_comes_at_once_and_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut both = both();
    put(&mut both[0], "Q10", "61");
    put(&mut both[1], "R8", "1");
    write(dir.path(), &both);
    let (code, said) = ending(dir.path(), &import("book", "with.xlsx without.xlsx"));
    assert_eq!(code, 1);
    for line in ["with.xlsx!统计!Q10 [zjl] sheet.pay-ratio", "without.xlsx!统计!R8 [zsjehj] sheet.premium"] {
        assert!(said.contains(line), "{said}");
    }
    assert!(said.contains("12000.00 ÷ 20000.00 yuan is 60.000000%"), "{said}");
    assert!(!dir.path().join("book").exists());
    let wrong = ["--window 2020-12..2019-01", "--area 9904", "--window 2019..2020"];
    for wrong in wrong {
        let (name, value) = wrong.split_once(' ').unwrap();
        let mut words: Vec<String> = import("book", "with.xlsx").split(' ').map(str::to_owned).collect();
        let at = words.iter().position(|word| word == name).unwrap() + 1;
        value.clone_into(&mut words[at]);
        assert_eq!(ending(dir.path(), &words.join(" ")).0, 2, "{wrong}");
    }
    assert_eq!(ending(dir.path(), &import(".", "with.xlsx")).0, 1, "a book is not written over its sheets");
}
