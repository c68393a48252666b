//! `rate diagnose`, and the gate of `rate run`: what blocks, what is accepted, and what is written of it.

use std::fs;
use std::path::Path;

use crate::command::{ending, rate_ok};

const WHAT: &str = "--area 990100 --rules demo/rules --parameters demo/parameters --book demo/book --on 2022-07-01";

fn demo() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo");
    dir
}

/// The demonstration's book without the payments of 2021, as an export that broke off would leave it.
fn without_a_year(dir: &Path) {
    let path = dir.join("demo/book/payments.csv");
    let text = fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = text.lines().filter(|line| !line.split(',').any(|cell| cell.starts_with("2021-"))).collect();
    assert!(kept.len() < text.lines().count());
    fs::write(&path, kept.join("\n") + "\n").unwrap();
}

#[test]
fn a_year_that_is_missing_keeps_a_run_from_deciding_until_it_is_accepted() {
    let demo = demo();
    let dir = demo.path();
    assert_eq!(ending(dir, &format!("--lang en diagnose {WHAT}")).0, 0);
    without_a_year(dir);
    let (code, printed) = ending(dir, &format!("--lang en diagnose {WHAT}"));
    let said = "payments.csv year-empty: the method reads `payments`, and no row of it falls into 2021";
    assert!(
        code == 1 && printed.contains(said) && printed.contains("A run would not decide: year-empty 1"),
        "{printed}"
    );
    assert!(printed.contains("1 found in the book as a whole"), "{printed}");
    let chinese = ending(dir, &format!("diagnose {WHAT}")).1;
    let line = chinese.lines().find(|line| line.contains("year-empty") && line.contains("处")).unwrap();
    assert!(!line.contains('户'), "no account is concerned: {line}");
    let (code, printed) = ending(dir, &format!("--lang en run {WHAT} --out again"));
    assert!(code == 1 && printed.contains(said) && printed.contains("nothing was decided"), "{printed}");
    assert!(printed.contains("--accept year-empty"), "{printed}");
    assert!(!dir.join("again").exists(), "nothing is written");
    // Another kind that is accepted opens nothing.
    assert_eq!(ending(dir, &format!("--lang en run {WHAT} --accept table-empty --out again")).0, 1);
    let printed = rate_ok(dir, &format!("--lang en run {WHAT} --accept refused,year-empty --out again"));
    let accepted = "Accepted by name before deciding: year-empty 1 (at most 0, accepted by name)";
    assert!(printed.contains(accepted), "{printed}");
    assert!(fs::read_to_string(dir.join("again/summary.txt")).unwrap().contains(accepted));
    let about: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(dir.join("again/run.json")).unwrap()).unwrap();
    let kinds = about["diagnostics"].as_array().unwrap();
    let year = kinds.iter().find(|it| it["kind"] == "year-empty").unwrap();
    assert!(year["accepted"] == true && year["limit"] == "0" && year["findings"] == 1, "{year}");
    assert!(kinds.iter().all(|it| it["kind"] == "year-empty" || it["accepted"] == false));
    assert!(
        fs::read_to_string(dir.join("again/diagnostics.csv")).unwrap().contains("blocks,year-empty,,,payments.csv")
    );
    // Nobody accepted it for the next run.
    assert_eq!(ending(dir, &format!("--lang en run {WHAT} --out third")).0, 1);
}

#[test]
fn what_blocks_is_not_hidden_by_accepting_nothing_of_it() {
    let demo = demo();
    let printed = rate_ok(demo.path(), &format!("--lang en run {WHAT} --accept year-empty --out again"));
    assert!(!printed.contains("Accepted by name"), "what was not found is not accepted: {printed}");
}

#[test]
fn limits_of_the_agency_close_the_gate() {
    let demo = demo();
    let dir = demo.path();
    let with = |limit: &str| {
        fs::write(dir.join("gate.csv"), format!("kind,most\n{limit}\n")).unwrap();
        ending(dir, &format!("--lang en run {WHAT} --gate gate.csv --out again")).0
    };
    // One account of 2000 is refused: 0.05 %.
    assert_eq!((with("refused,1"), with("refused,0"), with("refused,0.05%"), with("refused,0.04%")), (0, 1, 0, 1));
    assert_eq!(with("refusal,1"), 1);
    let (code, printed) = ending(dir, &format!("--lang en run {WHAT} --gate nowhere.csv --out again"));
    assert!(code == 3 && printed.contains("nowhere.csv"), "{printed}");
    let (code, printed) = ending(dir, &format!("--lang en run {WHAT} --accept refusal --out again"));
    assert!(code == 2 && printed.contains("possible values: control-total"), "{printed}");
}

#[test]
fn the_lists_serve_as_control_totals_of_the_next_book() {
    let demo = demo();
    let dir = demo.path();
    let printed = rate_ok(dir, &format!("--lang en diagnose {WHAT} --out lists"));
    let shown = fs::read_to_string(dir.join("lists/diagnosis.txt")).unwrap();
    assert!(printed.contains(&shown) && shown.contains("Nothing keeps a run from deciding."), "{printed}");
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(dir.join("lists/diagnostics.json")).unwrap()).unwrap();
    let listed = fs::read_to_string(dir.join("lists/diagnostics.csv")).unwrap().lines().count() - 1;
    assert_eq!(json["findings"].as_array().unwrap().len(), listed);
    let sum: u64 = json["kinds"].as_array().unwrap().iter().map(|it| it["findings"].as_u64().unwrap()).sum();
    assert_eq!(sum, listed as u64);
    // The book's own totals are met; one fen elsewhere is not.
    let control = format!("--lang en diagnose {WHAT} --control lists/control_totals.csv");
    assert_eq!(ending(dir, &control).0, 0);
    let path = dir.join("demo/book/payments.csv");
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().nth(1).unwrap();
    let (head, amount) = line.rsplit_once(',').unwrap();
    let more = format!("{head},{}", amount.parse::<i64>().unwrap() + 1);
    fs::write(&path, text.replacen(line, &more, 1)).unwrap();
    let (code, printed) = ending(dir, &control);
    assert!(code == 1 && printed.matches(" control-total: ").count() == 2, "of the year and of all: {printed}");
    // Both languages and a second time: the same finding, the same bytes for machines.
    for (lang, out) in [("zh", "one"), ("en", "two")] {
        ending(dir, &format!("--lang {lang} diagnose {WHAT} --out {out}"));
    }
    let bytes = |out: &str, file: &str| fs::read(dir.join(out).join(file)).unwrap();
    for file in ["diagnostics.json", "control_totals.csv"] {
        assert!(bytes("one", file) == bytes("two", file), "{file} depends on the language");
    }
    assert_eq!(ending(dir, &format!("--lang en diagnose {WHAT} --out demo/book")).0, 1);
}
