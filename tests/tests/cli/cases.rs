//! `rate test` as people meet it: how it fails, what it says of files that are wrong, where it looks.

use std::fs;

use crate::command::{copy, ending, root};

const METHOD: &str = "fixtures/rule_sets/320000/2023.toml";

/// A case file on the class-4 account of `320000-rows.toml`, and what is expected of it.
fn file(expected: &str) -> String {
    format!(
        r#"format     = "cases/1"
name       = {{ zh = "一例", en = "one case" }}
source     = {{ kind = "hand calculation", document = "none" }}
rule_set   = "rule_sets/320000/2023.toml"
parameters = ["parameters/320000/base-rates.toml"]
on         = 2025-01-01

[[cases]]
case    = "nothing paid"
working = "Zero in both windows: 50 %: 0.9 % × 50 % = 0.45 %."
[cases.facts]
coverage        = [ {{ from = "2018-01" }} ]
classifications = [ {{ from = 2018-01-01, class = 4 }} ]
premiums        = [
    {{ from = "2021-01", to = "2022-09", payroll_yuan = "8750000.00", heads = 100, paid_yuan = "78750.00" }},
    {{ from = "2022-10", to = "2024-09", payroll_yuan = "10000000.00", heads = 100, paid_yuan = "90000.00" }},
]
{expected}"#
    )
}

const RIGHT: &str = r#"[cases.expected]
grade  = "50%"
origin = "floated"
reason = "row zero-twice"
rates  = [ { from = 2025-01-01, to = 2026-12-31, rate = "0.45%" } ]
"#;

/// A directory with the fixtures and one case file in `fixtures/mine`.
fn with(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for below in ["rule_sets/cn", "rule_sets/320000", "parameters/320000"] {
        copy(&root().join("fixtures").join(below), &dir.path().join("fixtures").join(below));
    }
    fs::create_dir_all(dir.path().join("fixtures/mine")).unwrap();
    fs::write(dir.path().join("fixtures/mine/one.toml"), text).unwrap();
    dir
}

fn test(text: &str) -> (i32, String) {
    ending(with(text).path(), &format!("--lang en test {METHOD} --cases fixtures/mine"))
}

#[test]
fn a_case_passes_and_every_figure_in_it_can_fail() {
    let (code, printed) = test(&file(RIGHT));
    assert!(code == 0 && printed.contains("1 case(s): 1 as worked, 0 different"), "{printed}");
    let wrong = [
        ("\"50%\"", "\"80%\"", "≠ grade"),
        ("\"floated\"", "\"base\"", "≠ origin"),
        ("row zero-twice", "row zero-once", "≠ reason"),
        ("0.45%", "0.46%", "≠ rate"),
        ("2026-12-31", "2025-12-31", "≠ rate"),
        ("to = 2026-12-31, rate", "to = 2026-12-31, class = 3, rate", "≠ class from"),
        ("to = 2026-12-31, rate", "to = 2026-12-31, base = \"0.8%\", rate", "≠ base rate from"),
        ("reason =", "measured = { pay_ratio = \"1%\" }\nreason =", "≠ pay ratio "),
        ("reason =", "measured = { \"incidence[-1]\" = \"no_headcount\" }\nreason =", "≠ injury incidence, window -1"),
        ("reason =", "measured = { nothing = \"1%\" }\nreason =", "≠ nothing"),
        ("reason =", "assumed = [\"nothing\"]\nreason =", "≠ assumption used"),
        (
            "reason =",
            "premiums = [ { month = \"2025-01\", payroll_yuan = \"100000.00\", premium_yuan = \"450.01\" } ]\nreason =",
            "≠ premium of 2025-01",
        ),
    ];
    for (find, replace, said) in wrong {
        assert!(RIGHT.contains(find), "{find}");
        let (code, printed) = test(&file(&RIGHT.replacen(find, replace, 1)));
        assert_eq!(code, 1, "{replace}\n{printed}");
        assert!(printed.contains(said) && printed.contains("DIFFERENT nothing paid"), "`{said}` is not in\n{printed}");
    }
    let refused = "[cases.expected]\nrefused = [\"history.months.gap\"]\n";
    let (code, printed) = test(&file(refused));
    assert!(code == 1 && printed.contains("≠ refused"), "{printed}");
    // Facts that are refused say what is wrong with them, not only its code.
    let (code, printed) = test(&file(RIGHT).replace("class = 4", "class_system = 3, class = 2"));
    let said = "history.classes.system: class 2 on 2025-01-01 is of the 3-class system";
    assert!(code == 1 && printed.contains(said), "{printed}");
    let (code, printed) = test(&file(RIGHT).replace("on         = 2025-01-01", "on         = 2031-01-01"));
    assert!(code == 1 && printed.contains("decides nothing: "), "{printed}");
}

#[test]
fn an_open_case_passes_until_it_comes_out() {
    let open = |text: &str| file(text).replace("[cases.facts]", "open = \"why\"\n[cases.facts]");
    let (code, printed) = test(&open(&RIGHT.replace("0.45%", "0.46%")));
    assert!(code == 0 && printed.contains("open: why"), "{printed}");
    let (code, printed) = test(&open(RIGHT));
    assert!(code == 1 && printed.contains("strike `open`"), "{printed}");
}

/// The right case, and the same facts under one setting changed.
fn changed(change: &str, expected: &str) -> String {
    let head = "[[cases.changed]]\ncase = \"changed\"\nworking = \"As said.\"\n";
    let expected = expected.replace("[cases.expected]", "[cases.changed.expected]");
    file(&format!("{RIGHT}\n{head}{change}\n{expected}"))
}

#[test]
fn a_setting_is_changed_where_it_stands_and_only_from_what_it_is() {
    let grade = "path = \"float_table.rows.zero-twice.grade\"\nfrom = \"50%\"\nto = \"80%\"";
    let eighty = RIGHT.replace("50%", "80%").replace("0.45%", "0.72%");
    let (code, printed) = test(&changed(grade, &eighty));
    assert!(code == 0 && printed.contains("2 case(s): 2 as worked"), "{printed}");
    // What a changed set goes through is no place of the set as it stands.
    let reached = |text: &str| text.lines().last().unwrap().split("open; ").nth(1).unwrap().to_owned();
    assert_eq!(reached(&printed), reached(&test(&file(RIGHT)).1));
    let (code, printed) = test(&changed(grade, RIGHT));
    assert!(code == 1 && printed.contains("DIFFERENT changed") && printed.contains("≠ grade"), "{printed}");
    let rates =
        "in = \"parameters/320000/base-rates.toml\"\npath = \"base_rates.0.rates.3\"\nfrom = \"0.9%\"\nto = \"1%\"";
    let (code, printed) = test(&changed(rates, &RIGHT.replace("0.45%", "0.5%")));
    assert_eq!(code, 0, "{printed}");
    // A set that may not decide says so by the codes of its check.
    let conflict = "path = \"float_table.conflict\"\nfrom = \"highest-grade\"\nto = \"exactly-one\"";
    let (_, printed) = test(&changed(conflict, RIGHT));
    assert!(printed.contains("≠ refused  –       check.overlap\n"), "{printed}");
    let (code, printed) = test(&changed(conflict, "[cases.expected]\nrefused = [\"check.overlap\"]\n"));
    assert_eq!(code, 0, "{printed}");
    let slips = [
        (
            grade.replace("from = \"50%\"", "from = \"60%\""),
            "case.change: `float_table.rows.zero-twice.grade` is \"50%\" in the file",
        ),
        (
            grade.replace("zero-twice", "zero-trice"),
            "[cases.0.changed.0] case.change: `float_table.rows.zero-trice.grade` is –",
        ),
        (grade.replace("from = \"50%\"\n", ""), "the case changes it from –"),
        (grade.replace("from = \"50%\"\nto = \"80%\"", ""), "file.missing-key: key `to` is missing"),
        (rates.replace("base-rates.toml", "other.toml"), "case.file: "),
        (
            rates.replace("parameters/320000/base-rates.toml", "rule_sets/320000/2023.toml"),
            "is not a parameters of this set",
        ),
    ];
    for (change, said) in slips {
        let (code, printed) = test(&changed(&change, RIGHT));
        assert!(code == 1 && printed.contains(said), "`{said}` is not in\n{printed}");
    }
}

/// Sets whose frames stand elsewhere, and are named by the case files about them.
#[test]
fn a_set_whose_frames_the_cases_name_is_tested_as_the_documents_say() {
    let readme = fs::read_to_string(root().join("fixtures/dimensions/README.md")).unwrap();
    let printed = readme.lines().find_map(|line| line.strip_prefix("$ rate ")).unwrap();
    let law = "fixtures/worked_examples/law";
    let sets = ["decided-late", "grade-by-count", "three-classes-by-count"];
    let worked = sets.map(|set| format!("--lang en test {law}/{set}.toml --cases fixtures/worked_examples"));
    for command in worked.into_iter().chain([printed.to_owned()]) {
        let (code, said) = ending(&root(), &command);
        assert!(code == 0 && said.contains(" 0 different"), "rate {command}\n{said}");
    }
}

#[test]
fn no_case_is_no_pass() {
    let dir = with(&file(RIGHT));
    let (code, printed) = ending(dir.path(), &format!("--lang en test {METHOD}"));
    assert!(code == 1 && printed.contains("no case file is about this rule set"), "{printed}");
    // Beside the rule set it is found without being named.
    fs::rename(dir.path().join("fixtures/mine/one.toml"), dir.path().join("fixtures/rule_sets/320000/2023.cases.toml"))
        .unwrap();
    let (code, printed) = ending(dir.path(), &format!("--lang en test {METHOD}"));
    assert!(code == 0 && printed.contains("1 as worked"), "{printed}");
    // What is about another set is passed over; what is no rule set is refused.
    let other = "fixtures/rule_sets/320000/2023.as-published.toml";
    assert_eq!(ending(dir.path(), &format!("--lang en test {other}")).0, 1);
    assert!(ending(dir.path(), "--lang en test fixtures/parameters/320000/base-rates.toml").1.contains("file.format"));
    assert_eq!(ending(dir.path(), "--lang en test nowhere.toml").0, 3);
    assert_eq!(ending(dir.path(), "--lang en test").0, 2);
}

/// Each change, with the code and the line at which it must be named; all at once in one file, too.
#[test]
fn what_is_wrong_with_a_case_file_is_named_all_at_once() {
    let changes = [
        ("\"rule_sets/320000/2023.toml\"", "\"rule_sets/320000/2032.toml\"", "one.toml:4:14 [rule_set] case.file"),
        ("kind = \"hand calculation\", ", "", "one.toml:3:1 [source] file.missing-key"),
        ("nothing paid", "", "one.toml:9:11 [cases.0.case] rows.empty"),
        ("class = 4", "class = 9", "one.toml:13 [class] rows.number"),
        ("from = \"2018-01\"", "from = \"2018-13\"", "one.toml:12 [from] rows.date"),
        (
            "paid_yuan = \"78750.00\"",
            "paid_yuan = \"78750\"",
            "one.toml:15:95 [cases.0.facts.premiums.0.paid_yuan] file.number",
        ),
        (
            "heads = 100, paid_yuan = \"90000.00\"",
            "hands = 100, paid_yuan = \"90000.00\"",
            "one.toml:16:79 [cases.0.facts.premiums.1.hands] file.unknown-key",
        ),
        ("origin = \"floated\"", "origin = \"flown\"", "one.toml:20:10 [cases.0.expected.origin] file.unknown-word"),
        ("\"0.45%\"", "\"0.45\"", "one.toml:22:57 [cases.0.expected.rates.0.rate] file.number"),
    ];
    let right = file(RIGHT);
    let mut all = right.clone();
    for (find, replace, said) in changes {
        assert_eq!(right.matches(find).count(), 1, "{find}");
        let (code, printed) = test(&right.replace(find, replace));
        assert!(code == 1 && printed.contains(said), "`{said}` is not in\n{printed}");
        all = all.replace(find, replace);
    }
    let (_, printed) = test(&all);
    // The file it names is looked for once the file itself can be read.
    for (_, _, said) in changes.iter().filter(|(.., said)| !said.contains("case.file") && !said.contains("rows.date")) {
        assert!(
            printed.contains(said.split_once(' ').unwrap().1.split_once(' ').unwrap().1),
            "`{said}` is not in\n{printed}"
        );
    }
    let empty = file("[cases.expected]\nrefused = []\n");
    assert!(test(&empty).1.contains("[cases.0.expected.refused] rows.empty"));
    let both = right.replace("on         = 2025-01-01", "");
    assert!(test(&both).1.contains("[cases.0] file.missing-key"));
    let twice = format!("{right}\n{}", right.split_once("\n\n").unwrap().1);
    assert!(test(&twice).1.contains("[cases.1] rule-set.duplicate"));
    assert!(test("format = \"cases/1\"\ncases = []\n").1.contains("[cases] file.missing-key"));
    assert!(test("format = \"cases/1\"\ncases = [\n").1.contains("file.syntax"));
}
