//! Exit codes, languages, shells, seeds, and readers that stop reading.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{binary, ending, rate, rate_ok, root, text};

const RUN: &str = "--area 990100 --rules demo/rules --parameters demo/parameters --book demo/book --on 2022-07-01";

/// A demonstration in a directory of its own.
fn demo() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo");
    dir
}

fn fixtures(below: &str) -> String {
    root().join("fixtures").join(below).to_string_lossy().into_owned()
}

/// Each line: the arguments, the exit code, and something that is said.
fn holds(dir: &Path, cases: &[(String, i32, &str)]) {
    for (arguments, code, said) in cases {
        let (found, printed) = ending(dir, arguments);
        assert_eq!(found, *code, "rate {arguments}\n{printed}");
        assert!(printed.contains(said), "rate {arguments}: `{said}` is not in\n{printed}");
    }
}

#[test]
fn check_ends_by_what_it_finds() {
    let demo = demo();
    fs::create_dir(demo.path().join("none")).unwrap();
    fs::write(demo.path().join("broken.toml"), "area = [\n").unwrap();
    let cases = [
        ("--lang en check demo/rules".to_owned(), 0, "=> illustrative"),
        (format!("--lang en check {}", fixtures("rule_sets/320000/2023.toml")), 0, "=> partial"),
        (format!("--lang en check {}", fixtures("rule_sets/cn")), 0, "=> frame"),
        (format!("--lang en check {}", fixtures("rule_sets/320000/2023.as-published.toml")), 1, "=> refused"),
        (format!("--lang en check {}", fixtures("rule_sets")), 1, "check.gap"),
        ("--lang en check broken.toml".to_owned(), 1, "file.syntax"),
        ("--lang en check none".to_owned(), 1, "no rule set or parameters here"),
        ("--lang en check".to_owned(), 2, "Usage"),
        ("--lang en check demo/rules --sideways".to_owned(), 2, "unexpected argument"),
        ("--lang fr check demo/rules".to_owned(), 2, "possible values: zh, en"),
        ("--lang en check nowhere".to_owned(), 3, "nowhere"),
    ];
    holds(demo.path(), &cases);
}

/// A file beside the one asked about matters only where a parent may be in it.
#[test]
fn check_of_one_file_reads_what_it_needs() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["cn/2015-71.toml", "320000/2023.toml"] {
        let to = dir.path().join(name.replace('/', "-"));
        fs::copy(fixtures(&format!("rule_sets/{name}")), to).unwrap();
    }
    fs::write(dir.path().join("other.toml"), b"name = \"\xcd\xf8\"\n").unwrap();
    let check = "--lang en check 320000-2023.toml".to_owned();
    holds(dir.path(), &[(check.clone(), 0, "=> partial"), ("--lang en check .".to_owned(), 3, "other.toml")]);
    fs::rename(dir.path().join("cn-2015-71.toml"), dir.path().join("cn-2015-71.txt")).unwrap();
    holds(dir.path(), &[(check, 3, "other.toml")]);
}

#[test]
fn run_ends_by_what_became_of_it() {
    let demo = demo();
    let cases = [
        (format!("--lang en run {RUN} --out again"), 0, "everyone accounted for"),
        (format!("--lang en run {} --out again", RUN.replace("2022-07-01", "2012-07-01")), 1, "no rule set decides"),
        (format!("--lang en run {} --out again", RUN.replace("--area 990100", "--area 110000")), 1, "110000"),
        (format!("--lang en run {} --out again", RUN.replace("2022-07-01", "2022-7-1")), 2, "invalid value"),
        (format!("--lang en run {RUN}"), 2, "--out"),
        (format!("--lang en run {} --out again", RUN.replace("demo/book", "nowhere")), 3, "nowhere"),
        (format!("--lang en run {} --out again", RUN.replace("demo/rules", "nowhere")), 3, "nowhere"),
    ];
    holds(demo.path(), &cases);
    fs::write(demo.path().join("demo/book/claim.csv"), "area,account\n").unwrap();
    holds(demo.path(), &[(format!("--lang en run {RUN} --out again"), 1, "rows.unknown-table")]);
}

#[test]
fn decide_ends_by_what_became_of_the_account() {
    let demo = demo();
    let column = |file: &str| {
        let text = fs::read_to_string(demo.path().join("demo/out").join(file)).unwrap();
        text.lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned()
    };
    let decide = |account: &str| format!("--lang en decide {RUN} --account {account}");
    let cases = [
        (decide(&column("rates.csv")), 0, "Steps:"),
        (decide(&column("not_insured.csv")), 1, "is not insured"),
        (decide(&column("problems.csv")), 1, "history.order"),
        (decide("99999999"), 1, "not in the book"),
        (format!("--lang en decide {RUN}"), 2, "--account"),
        (decide("1").replace("demo/book", "nowhere"), 3, "nowhere"),
    ];
    holds(demo.path(), &cases);
}

#[test]
fn a_file_where_results_belong_is_said() {
    let demo = demo();
    fs::write(demo.path().join("taken"), "").unwrap();
    holds(demo.path(), &[(format!("--lang en run {RUN} --out taken"), 3, "taken")]);
}

#[test]
fn both_languages_say_the_same() {
    let demo = demo();
    let account = demo.path().join("demo/out/rates.csv");
    let account = fs::read_to_string(account).unwrap().lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned();
    let decide = |lang: &str| rate_ok(demo.path(), &format!("--lang {lang} decide {RUN} --account {account}"));
    let (zh, en) = (decide("zh"), decide("en"));
    assert!(zh.contains("依据：") && en.contains("Steps:"));
    assert_eq!(zh.lines().count(), en.lines().count());
    let chinese = |line: &&str| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    assert!(zh.lines().filter(chinese).count() > en.lines().filter(chinese).count());
    // Without a word about it, the tool speaks Chinese.
    assert_eq!(rate_ok(demo.path(), &format!("decide {RUN} --account {account}")), zh);
    for (lang, out) in [("zh", "one"), ("en", "two")] {
        rate_ok(demo.path(), &format!("--lang {lang} run {RUN} --out {out}"));
    }
    for file in ["rates.csv", "run.json", "not_insured.csv"] {
        let bytes = |out: &str| fs::read(demo.path().join(out).join(file)).unwrap();
        assert!(bytes("one") == bytes("two"), "{file} depends on the language");
    }
}

#[test]
fn same_seed_same_book() {
    let dir = tempfile::tempdir().unwrap();
    for (out, seed) in [("one", 3), ("two", 3), ("three", 4)] {
        rate_ok(dir.path(), &format!("book generate --accounts 300 --seed {seed} --bad-rows 2 --out {out}"));
    }
    let book = |name: &str| {
        let mut files: Vec<_> =
            fs::read_dir(dir.path().join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|path| (path.file_name().unwrap().to_owned(), fs::read(path).unwrap())).collect::<Vec<_>>()
    };
    assert!(book("one") == book("two"), "the same seed gives the same bytes");
    assert!(book("one") != book("three"), "another seed gives another book");
}

#[test]
fn only_fictitious_areas_have_made_up_books() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = ending(dir.path(), "book generate --accounts 300 --area 420000 --out book");
    assert!(code != 0 && said.contains("fictitious"), "{code}: {said}");
    assert!(!dir.path().join("book").exists());
}

#[test]
fn every_shell_gets_its_completions() {
    let dir = tempfile::tempdir().unwrap();
    for (shell, mark) in [("bash", "complete -F"), ("zsh", "#compdef rate"), ("fish", "complete -c rate")] {
        let script = rate_ok(dir.path(), &format!("completions {shell}"));
        assert!(script.contains(mark) && script.contains("provenance"), "{shell}");
    }
    assert_eq!(ending(dir.path(), "completions tcsh").0, 2);
}

#[test]
fn version_and_help_are_given() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(rate_ok(dir.path(), "--version"), format!("rate {}\n", env!("CARGO_PKG_VERSION")));
    let help = rate_ok(dir.path(), "--help");
    for command in ["check", "test", "diagnose", "run", "decide", "demo", "book", "completions"] {
        assert!(help.contains(&format!("  {command}")), "{command}");
    }
}

/// Commands that do not take a closed pipe quietly yet. The list may only grow shorter.
const NOT_QUIET: &[&str] = &[];

/// A reader that has seen enough, such as `head -1`, is no failure and gives nobody a message.
#[test]
fn a_closed_pipe_ends_quietly() {
    let demo = demo();
    let check = format!("--lang en check {} --provenance", fixtures("rule_sets/cn"));
    let run = format!("--lang en run {RUN} --out again");
    for arguments in [check.as_str(), &run, "demo", "completions zsh", "--help"] {
        // The reader is gone before the first byte is written.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(binary());
        command.args(arguments.split(' ')).current_dir(demo.path()).stdin(Stdio::null()).stdout(writer);
        let output = command.output().unwrap();
        let said = text(&output.stderr);
        let quiet = (output.status.code(), said.as_str()) == (Some(0), "");
        let expected = !NOT_QUIET.iter().any(|command| arguments.starts_with(command));
        assert_eq!(quiet, expected, "rate {arguments}: {said}");
    }
}

/// A full disk is not quiet.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_said() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let rules = fixtures("rule_sets/cn");
    let mut command = Command::new(binary());
    let output = command.args(["check", &rules]).stdin(Stdio::null()).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(!text(&output.stderr).is_empty());
}

#[test]
fn nothing_is_left_behind_by_a_question() {
    let dir = tempfile::tempdir().unwrap();
    rate(dir.path(), ["--lang", "en", "check", &fixtures("rule_sets")]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// Files of law are found by a relative name too, where the frames stand in the directory the command runs in.
#[test]
fn frames_are_found_in_the_working_directory() {
    let dir = tempfile::tempdir().unwrap();
    for (from, to) in [
        ("cn/2015-71.toml", "cn/2015-71.toml"),
        ("320000/2023.toml", "320000/2023.toml"),
        ("cn/2003-29.toml", "cn/2003-29.toml"),
    ] {
        let to = dir.path().join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join("fixtures/rule_sets").join(from), to).unwrap();
    }
    rate_ok(dir.path(), "--lang en check 320000");
}

/// A day of decision that the method has no rule for is not passed over in silence.
#[test]
fn a_day_of_decision_without_a_rule_is_said() {
    let demo = demo();
    let late = rate_ok(demo.path(), &format!("--lang en run {RUN} --decided-on 2022-09-01 --out late"));
    assert!(late.contains("the method says nothing of rates decided late"), "{late}");
    let in_time = rate_ok(demo.path(), &format!("--lang en run {RUN} --out in-time"));
    assert!(!in_time.contains("decided late"), "{in_time}");
    let rates = |out: &str| fs::read(demo.path().join(out).join("rates.csv")).unwrap();
    assert_eq!(rates("late"), rates("in-time"));
}
