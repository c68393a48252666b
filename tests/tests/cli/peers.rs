//! The peers of `benches/peers` are held against `rate run`, so that a figure taken beside them is one of the same rules.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::command::{binary, root, text};

/// The Python of an environment that has DuckDB (`benches/peers/install.sh duckdb`).
const PYTHON: &str = "duckdb-python";

/// Compares what begins with `DuckDB` with `rate run` over 2,000 made-up accounts of each shape, and takes one time of each.
fn side_by_side(dir: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(PYTHON);
    command.arg(root().join("benches/peers/side_by_side.py")).arg("--rate").arg(binary());
    command.args(["--accounts", "2000", "--rounds", "1", "--only", "DuckDB"]).args(more);
    command.arg("--build").arg(dir.join("build")).arg("--results").arg(dir.join("results"));
    command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap()
}

fn installed() -> bool {
    rate_tests::installed(PYTHON, &["-c", "import duckdb"])
}

fn table(dir: &Path) -> String {
    fs::read_to_string(dir.join("results/side-by-side-2000.csv")).unwrap()
}

/// From CSV and from Parquet, on one core and on two, in both shapes: the same accounts, and the same fen.
#[test]
fn statements_of_duckdb_agree_with_the_run_to_the_fen() {
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let output = side_by_side(dir.path(), &[]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}{}", text(&output.stderr));
    assert_eq!(shown.matches("accounts agree to the fen").count(), 6, "{shown}");
    let rows = table(dir.path());
    assert_eq!(rows.lines().filter(|line| line.contains("DuckDB") && line.contains(",True,1,")).count(), 6, "{rows}");
}

/// One bound of the table is turned, or half a fen is dropped: nothing is timed, accounts are shown, and the command fails.
#[test]
fn a_peer_that_differs_is_refused() {
    if !installed() {
        return;
    }
    let statement = fs::read_to_string(root().join("benches/peers/sql/three_year.sql")).unwrap();
    for (from, to) in [("<= premium * 40", "< premium * 40"), ("10 * half_up(", "10 * whole(")] {
        let dir = tempfile::tempdir().unwrap();
        let wrong = statement.replace(from, to);
        assert_ne!(wrong, statement, "{from}");
        let path = dir.path().join("wrong.sql");
        fs::write(&path, wrong).unwrap();
        let output = side_by_side(dir.path(), &["--shapes", "three-year", "--sql", path.to_str().unwrap()]);
        let shown = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{to}\n{shown}");
        assert!(text(&output.stderr).contains("refused, since they differ: DuckDB"), "{to}");
        assert_eq!(shown.matches("REFUSED, not timed").count(), 3, "{shown}");
        assert!(shown.contains("; the peer: "), "{to}: no account is shown\n{shown}");
        let rows = table(dir.path());
        let untimed = rows.lines().filter(|line| line.contains("DuckDB") && line.contains(",False,0,,")).count();
        assert_eq!((untimed, rows.lines().count()), (3, 4), "{to}: timed all the same\n{rows}");
    }
}
