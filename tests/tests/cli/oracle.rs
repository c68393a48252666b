//! The engine against a second implementation: `tests/oracle` decides the same books in Python, from the methods' own
//! words, and must give the same rate to every account. Books aim at every row, bound, veto and exit; what is met too
//! seldom fails as a difference does.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::command::{binary, copy, root, text};

fn compare(root: &Path, arguments: &[&str]) -> Output {
    oracle("compare.py", root, arguments)
}

fn oracle(script: &str, root: &Path, arguments: &[&str]) -> Output {
    let script = crate::command::root().join("tests/oracle").join(script);
    let mut command = Command::new("python3");
    command.arg(script).arg("--rate").arg(binary()).arg("--root").arg(root).args(arguments);
    command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap()
}

/// 2,000 accounts of each rule set that decides, and in each of its settings.
#[test]
fn engine_and_oracle_give_the_same_rates() {
    if !rate_tests::python() {
        return;
    }
    let output = compare(&root(), &["--accounts", "2000", "--table"]);
    println!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "engine and oracle differ, or something was met too seldom: see above");
}

/// A bound that moved by one sign, a factor, a window by a day: each is a difference, so the comparison can fail.
#[test]
fn a_changed_rule_set_is_a_difference() {
    if !rate_tests::python() {
        return;
    }
    let changes = [
        ("430521/2017", "(50%, 100%]", "(50%, 100%)", "> 100%", ">= 100%"),
        ("440300/2012", "<= 2.0‰", "< 2.0‰", "> 2.0‰", ">= 2.0‰"),
        ("500000/2012", "max = \"7%\"", "max = \"7.1%\"", "", ""),
        ("460000/2016", "by = \"death-on\"", "by = \"recognised-on\"", "", ""),
        ("411200/2013", "by = \"paid-on\"", "by = \"determined-on\"", "", ""),
    ];
    for change in changes {
        is_found(change, &|dir, method| compare(dir, &["--accounts", "400", "--show", "1", method]));
    }
}

/// Whether a rule set with one thing changed, and perhaps its counterpart, is told from what the oracle works.
fn is_found(change: (&str, &str, &str, &str, &str), compared: &dyn Fn(&Path, &str) -> Output) {
    let (method, from, to, and_from, and_to) = change;
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/rule_sets"), &dir.path().join("fixtures/rule_sets"));
    copy(&root().join("fixtures/parameters"), &dir.path().join("fixtures/parameters"));
    let path = dir.path().join(format!("fixtures/rule_sets/{method}.toml"));
    let before = fs::read_to_string(&path).unwrap();
    let after = before.replace(from, to).replace(and_from, and_to);
    assert_ne!(before, after, "{method}");
    fs::write(path, after).unwrap();
    let output = compared(dir.path(), method);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{method}\n{shown}{}", text(&output.stderr));
    assert!(shown.contains("the oracle's working:"), "{method}: nothing is shown\n{shown}");
}

/// Every case of `rate vectors`, for each rule set that decides and each of its settings.
#[test]
fn vectors_and_oracle_agree_on_every_case() {
    if !rate_tests::python() {
        return;
    }
    let output = oracle("vectors.py", &root(), &[]);
    println!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "the oracle decides a case otherwise: see above");
}

/// Vectors of a rule set with a bound turned are not those of the method, and the oracle says so: the comparison can fail.
#[test]
fn vectors_of_a_changed_rule_set_are_a_difference() {
    if !rate_tests::python() {
        return;
    }
    let changes = [
        ("320000/2023", "(50%, 100%]", "(50%, 100%)", "> 100%", ">= 100%"),
        ("430521/2017", "(50%, 100%]", "(50%, 100%)", "> 100%", ">= 100%"),
        ("440300/2012", "<= 2.0‰", "< 2.0‰", "> 2.0‰", ">= 2.0‰"),
        ("411200/2013", "by = \"paid-on\"", "by = \"determined-on\"", "", ""),
    ];
    for change in changes {
        is_found(change, &|dir, method| oracle("vectors.py", dir, &[method]));
    }
}
