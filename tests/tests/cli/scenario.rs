//! `rate scenario`: what it says is what a run says, in every form, and the same whoever does the work.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::command::{ending, rate_ok};

const STUDY: &str = r#"
format = "study/1"
name = { zh = "测算 <一>\u202E", en = "Study <one>" }
load = "5%"

[[candidates]]
id = "same"

[[candidates]]
id = "lower"
base_factor = "90%"

[[candidates]]
id = "hole"
changes = [ { path = "float_table.rows.high.any.pay_ratio", to = "(95%, 150%]" } ]

[[calibrations]]
id = "less"
of = "base-factor"
between = ["50", "150"]
step = "0.01"
target = { of_baseline = "95%" }
tolerance_fen = 100000

[[sweeps]]
id = "low"
axes = [ { values = [ { path = "float_table.rows.low.all.pay_ratio", text = "<= {}%" } ], at = ["20", "40", "60"] } ]

[method]
draws = 4

[chain]
class = 4
heads = 100
monthly_payroll_fen = 80000000
claims_per_year = ["0.1", "1"]

[projection]
years = 4
paths = 8
pension_years = 20

[prevention]
through = "2022-06"
margin_persons = 1
from_year = 2021
"#;

fn study(dir: &Path, text: &str) -> String {
    fs::write(dir.join("study.toml"), text).unwrap();
    let demo = "--rules demo/rules --parameters demo/parameters --book demo/book";
    format!("scenario --area 990100 {demo} --on 2022-07-01 --study study.toml")
}

/// A CSV file as rows of cells by column; no cell of these tables has a comma that matters here.
fn rows(file: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.trim_start_matches('\u{FEFF}').lines();
    let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| heads.iter().map(|it| (*it).to_owned()).zip(line.split(',').map(str::to_owned)).collect();
    lines.map(row).collect()
}

/// The lines of a summary by grade: grade, then accounts and premium in fen.
fn summary(dir: &Path) -> BTreeMap<String, (String, String)> {
    let text = fs::read_to_string(dir.join("demo/out/summary.txt")).unwrap();
    let lines = text.lines().skip(1).take_while(|line| !line.contains("by change"));
    let line = |line: &str| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        (cells[0].to_owned(), (cells[1].to_owned(), cells[4].replace([',', '.'], "")))
    };
    lines.map(line).collect()
}

#[test]
fn the_law_in_force_comes_to_what_the_run_came_to() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 400");
    let said = rate_ok(here, &format!("--lang en {} --out out", study(here, STUDY)));
    assert!(said.contains("hole · hole · refused: may not decide") && said.contains("check.gap"), "{said}");
    let run = summary(here);
    assert!(run.len() > 3, "{run:?}");
    let grades = rows(&here.join("out/by-grade.csv"));
    for grade in grades.iter().filter(|row| row["candidate"] == "same") {
        let (accounts, premium) = &run[&grade["grade"]];
        assert_eq!((&grade["accounts_before"], &grade["before_fen"]), (accounts, premium), "{grade:?}");
        assert_eq!((&grade["accounts_after"], &grade["after_fen"]), (accounts, premium), "{grade:?}");
    }
    assert_eq!(grades.iter().filter(|row| row["candidate"] == "same").count(), run.len());
    // Lower base rates move their own ratio: they stand twice, as charged and on level.
    let totals = rows(&here.join("out/totals.csv"));
    let levels: Vec<&str> =
        totals.iter().filter(|row| row["candidate"] == "lower").map(|row| row["level"].as_str()).collect();
    assert_eq!(levels, ["as charged", "on level"]);
    let found = rows(&here.join("out/calibrations.csv"));
    let off: i128 = found[0]["off_fen"].parse().unwrap();
    assert!(found[0]["result"] == "solution" && off.abs() <= 100_000, "{found:?}");
}

#[test]
fn a_study_is_the_same_on_any_number_of_threads_and_in_one_page() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 400");
    let asked = study(here, STUDY);
    for (threads, out) in [(1, "one"), (3, "three")] {
        rate_ok(here, &format!("{asked} --threads {threads} --out {out}"));
    }
    let mut files: Vec<_> = fs::read_dir(here.join("one")).unwrap().map(|it| it.unwrap().file_name()).collect();
    files.sort();
    for file in &files {
        let [one, three] = ["one", "three"].map(|out| fs::read(here.join(out).join(file)).unwrap());
        assert!(one == three, "{} differs with the number of threads", file.display());
    }
    let named = |name: &str| files.iter().any(|file| file == name);
    for table in ["totals", "fund", "migration", "lift", "noise", "credibility", "maturity", "chain", "projection"] {
        assert!(named(&format!("{table}.csv")), "{table}");
    }
    assert!(named("study.xlsx"));
    let page = fs::read_to_string(here.join("one/study.html")).unwrap();
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("测算 &lt;一&gt;"), "names are made safe");
    assert!(!page.contains('\u{202E}'), "nothing in a name turns what stands around it");
    let pictures = page.matches("<svg ").count();
    assert!(pictures > 10, "{pictures} pictures");
    for fetched in ["<script", "src=", "@import", "url(", "href="] {
        assert!(!page.contains(fetched), "the page fetches something: {fetched}");
    }
    // The one address in it names the language of the pictures.
    assert_eq!(page.matches("http").count(), page.matches("http://www.w3.org/2000/svg").count());
}

#[test]
fn everything_wrong_in_a_study_is_said_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    let slips = STUDY.replace("paths = 8", "paths = 0").replace("base_factor = \"90%\"", "base_factor = \"much\"");
    let (code, said) = ending(here, &format!("--lang en {}", study(here, &slips)));
    assert_eq!(code, 1, "{said}");
    for place in ["candidates.lower.base_factor", "projection.paths"] {
        assert!(said.contains(place), "{place} is missing in: {said}");
    }
    let nowhere = STUDY.replace("rows.high.any.pay_ratio", "rows.higher.any.pay_ratio");
    let nowhere = nowhere.replace("base_factor = \"90%\"", "base_rates = [\"1%\"]");
    let (code, said) = ending(here, &format!("--lang en {}", study(here, &nowhere)));
    assert_eq!(code, 1, "{said}");
    for code in ["rule-set.name", "rows.higher", "scenario.base-rates"] {
        assert!(said.contains(code), "{code} is missing in: {said}");
    }
}
