//! `rate scenario`: what it says is what a run says, in every form, and the same whoever does the work.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::command::{ending, rate_ok};

const STUDY: &str = r#"
format = "study/1"
name = { zh = "测算 <一>", en = "Study <one>" }
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

/// A problem of each kind that a file of nothing but slips may have, with where it stands.
fn slips(here: &Path, study: &str, expected: &[&str]) {
    let (code, said) = ending(here, &format!("--lang en {}", self::study(here, study)));
    assert_eq!(code, 1, "{said}");
    for line in expected {
        assert!(said.contains(line), "{line} is missing in: {said}");
    }
}

/// Names stand in tables, files and databases: none is empty, longer than a line, of another name's looks, or the word that
/// tables have for the law in force.
#[test]
fn a_name_that_no_table_can_show_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    let long = "x".repeat(65);
    let text = format!(
        r#"
        format = "study/1"
        name = {{ zh = "\u0000", en = " " }}
        candidates = [
            {{ id = "" }},
            {{ id = "in force" }},
            {{ id = "a\nb" }},
            {{ id = "{long}" }},
            {{ id = "c", label = {{ zh = "\u202E", en = "{}" }} }},
            {{ id = "d", changes = [ {{ path = "ladder.grades.3.label", to = "\u0000" }} ] }},
        ]
        "#,
        "y".repeat(201)
    );
    let places = [
        "[name.zh] scenario.name",
        "[name.en] scenario.name",
        "[candidates..id] scenario.name",
        "[candidates.a\u{FFFD}b.id] scenario.name",
        "[candidates.in force.id] scenario.name",
        "[candidates.c.label.zh] scenario.name",
        "[candidates.c.label.en] scenario.name",
        "[candidates.d.changes.0.to] scenario.name",
        "1 to 64 characters",
        "1 to 200 characters",
    ];
    slips(here, &text, &places);
    let text = "format = \"study/1\"\nname = { zh = \"n\", en = \"n\" }\n[[candidates]]\nid = \"b\\u202Ec\"\n";
    slips(here, text, &["scenario.name"]);
}

/// Searches, sweeps and candidates are told of by name and all at once, and a slip in the study is no slip of the rules.
#[test]
fn what_does_not_fit_is_told_where_it_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    let text = r#"
        format = "study/1"
        name = { zh = "n", en = "n" }
        candidates = [
            { id = "turned", changes = [
                { path = "cycles.2022-2025.windows.0.from", to = "2021-12-31" },
                { path = "cycles.2022-2025.windows.0.to", to = "2019-01-01" },
            ] },
            { id = "nowhere", changes = [
                { path = "float_table.rows.nope.all.pay_ratio", to = "<= 3%" },
                { path = "ladder..3", to = "1" },
                { path = "float_table.rows.low.all.pay_ratio", to = "many" },
            ] },
            { id = "twice", changes = [
                { path = "float_table.rows.low.all.pay_ratio", to = "<= 30%" },
                { path = "float_table.rows.low.all", to = "x" },
            ] },
        ]
        calibrations = [
            { id = "down", of = "base-factor", between = ["9", "1"], step = "1", target = "benefits", tolerance_fen = 1 },
            { id = "far", of = "base-factor", between = ["1", "1000000"], step = "1", target = "benefits", tolerance_fen = 1 },
        ]
        sweeps = [
            { id = "low", axes = [ { values = [ { path = "float_table.rows.low.all.pay_ratio", text = "<= {}%" } ], at = ["10", "-5"] } ] },
        ]
    "#;
    let places = [
        "[candidates.turned.changes.0] file.span",
        "[candidates.nowhere.changes.0] rule-set.name",
        "[candidates.nowhere.changes.1] rule-set.name",
        "[candidates.nowhere.changes.2] rule-set.interval",
        "[candidates.twice.changes.1] rule-set.contradiction",
        "[calibrations.down: between] scenario.bracket",
        "[calibrations.far: base_factor] scenario.base-rates",
        "[sweeps.low: float_table.rows.low.all.pay_ratio] rule-set.interval",
    ];
    slips(here, text, &places);
}

/// What no law is needed for is told with the place in the file, and with the bounds there are.
#[test]
fn what_is_out_of_bounds_is_told_with_the_bounds() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    let text = r#"
        format = "study/1"
        name = { zh = "n", en = "n" }
        candidate = 1
        sweeps = [
            { id = "none", axes = [] },
            { id = "empty", axes = [ { of = "base-factor", at = [] } ] },
            { id = "three", axes = [ { of = "base-factor", at = ["1"] }, { of = "base-factor", at = ["1"] }, { of = "base-factor", at = ["1"] } ] },
        ]
        [chain]
        class = 4
        heads = 1
        monthly_payroll_fen = 1
        claims_per_year = ["1000"]
        [projection]
        years = 1
        paths = 1
        pension_years = 1
        payroll_growth = "400%"
        benefit_growth = "-50.5%"
    "#;
    let places = [
        "[sweeps.none.axes] file.number: `0 axes` cannot be taken here; expected: 1 … 2 axes",
        "[sweeps.empty.axes.0.at] file.number",
        "[sweeps.three.axes] file.number: `3 axes`",
        "[chain.claims_per_year] file.number: `1000` cannot be taken here; expected: 0 … 100",
        "[projection.payroll_growth] file.number: `400%` cannot be taken here; expected: \"-50%\" … \"50%\"",
        "[projection.benefit_growth] file.number",
        "all: format, name, on, size_bands, movers, load, cap_fen, candidates, calibrations, sweeps, method",
    ];
    slips(here, text, &places);
}

/// A table of a study before that this one does not have is gone; what was put there otherwise stays.
#[test]
fn the_tables_of_another_study_give_way() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    rate_ok(here, &format!("{} --out out", study(here, STUDY)));
    assert!(here.join("out/sweeps.csv").exists() && here.join("out/chain.csv").exists());
    fs::write(here.join("out/own.txt"), "own").unwrap();
    let value = r#"{ path = "float_table.rows.low.all.pay_ratio", text = "<= {}%" }"#;
    let other = r#"{ path = "float_table.rows.low.all.incidence", text = "<= {}‰" }"#;
    let text = format!(
        "format = \"study/1\"\nname = {{ zh = \"n\", en = \"n\" }}\n[[sweeps]]\nid = \"s\"\naxes = [ {{ values = [ {value}, {other} ], at = [\"20\"] }} ]\n"
    );
    rate_ok(here, &format!("{} --out out", study(here, &text)));
    let files: Vec<String> =
        fs::read_dir(here.join("out")).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!files.iter().any(|it| it == "chain.csv" || it == "trials.csv" || it == "lift.csv"), "{files:?}");
    for kept in ["sweeps.csv", "totals.csv", "study.xlsx", "study.html", "own.txt"] {
        assert!(files.iter().any(|it| it == kept), "{kept} of {files:?}");
    }
}

/// With a window that begins inside a year, accounts with rows of whole years cannot be decided: their number stands where
/// the premium does, nothing follows for the fund, and a study without candidates says who cannot be decided too.
#[test]
fn accounts_that_are_lost_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    let text = r#"
        format = "study/1"
        name = { zh = "n", en = "n" }
        [[sweeps]]
        id = "s"
        axes = [ { of = "base-factor", at = ["100"] } ]
        [[candidates]]
        id = "later"
        changes = [ { path = "cycles.2022-2025.windows.0.from", to = "2019-10-01" } ]
    "#;
    rate_ok(here, &format!("--lang en {} --out out", study(here, text)));
    let fund = rows(&here.join("out/fund.csv"));
    let [own, later] = fund.as_slice() else { panic!("{fund:?}") };
    let count = |row: &BTreeMap<String, String>, key: &str| row[key].parse::<u64>().unwrap();
    assert!(count(later, "lost_accounts") > 0 && later["balance_fen"].is_empty() && !later["remark"].is_empty());
    assert_eq!(count(own, "accounts"), count(later, "accounts") + count(later, "lost_accounts"));
    assert!(own["remark"].is_empty() && !own["balance_fen"].is_empty(), "{own:?}");
    let sweeps = rows(&here.join("out/sweeps.csv"));
    assert_eq!((&sweeps[0]["accounts"], sweeps[0]["lost_accounts"].as_str()), (&own["accounts"], "0"));
    let alone = text.split("[[candidates]]").next().unwrap();
    rate_ok(here, &format!("--lang en {} --out alone", study(here, alone)));
    let undecided = rows(&here.join("alone/undecided.csv"));
    assert!(undecided.iter().any(|row| row["candidate"] == "in force" && row["code"] == "history.not-covered"));
}

/// The law in force stands against the last rates first, whatever the candidates; and months inside the window, or without a
/// payment, are no prediction.
#[test]
fn tables_say_what_they_do_not_show() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    let asked = |months: &str| {
        format!(
            "format = \"study/1\"\nname = {{ zh = \"n\", en = \"n\" }}\n[[candidates]]\nid = \"a\"\n[method]\ndraws = 2\n{months}\n"
        )
    };
    for (months, remark) in [
        ("", ""),
        ("months = { from = \"2019-01\", to = \"2021-12\" }", "inside the window"),
        ("months = { from = \"2040-01\", to = \"2040-12\" }", "nothing was paid"),
    ] {
        rate_ok(here, &format!("--lang en {} --out out", study(here, &asked(months))));
        let lift = rows(&here.join("out/lift.csv"));
        let told = lift
            .iter()
            .all(|row| if remark.is_empty() { row["remark"].is_empty() } else { row["remark"].contains(remark) });
        assert!(told, "{months}: {lift:?}");
    }
    let changes = rows(&here.join("out/by-change.csv"));
    let accounts = |candidate: &str| {
        let of = changes.iter().filter(|row| row["candidate"] == candidate);
        of.map(|row| (row["change"].clone(), row["accounts"].clone())).collect::<Vec<_>>()
    };
    assert!(!accounts("in force").is_empty());
    assert_eq!(accounts("in force"), accounts("a"), "a candidate that changes nothing");
}
