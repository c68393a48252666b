//! Replay of sealed records: of one account over all its cycles, of a year, and with one thing changed at a time, each
//! named with the step and both values.

use std::fs;
use std::path::Path;

use rate_core::log::Digest;
use rate_core::record::Body;
use rate_service::logbook::View;

use crate::command::{copy, ending, rate_ok, root};

const ALL: &str = "replay --log log --out differences.csv";

/// A directory with a log to be changed: the sealed records of format 1.
fn sealed() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/records/1"), &dir.path().join("log"));
    dir
}

/// The differences of a replay: run, area, account, cause, place, both values, both premiums in fen.
fn differences(dir: &Path) -> Vec<Vec<String>> {
    let list = fs::read_to_string(dir.join("differences.csv")).unwrap();
    let lines = list.lines().skip(1);
    lines.map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect()).collect()
}

/// Those of a cause that are more than another digest: account, cause, place, both values, both premiums in fen.
fn outcomes<'d>(found: &'d [Vec<String>], cause: &str) -> Vec<Vec<&'d str>> {
    assert!(found.iter().all(|it| it[3] == cause), "{found:?}");
    let moved = found.iter().filter(|it| it[4] != "inputs");
    moved.map(|it| it[2..].iter().map(String::as_str).collect()).collect()
}

/// What `rate replay` says it decided again.
fn counted(arguments: &str) -> String {
    let text = rate_ok(&root(), &format!("--lang en replay --log fixtures/records/1 {arguments}"));
    text.split(" decided again").next().unwrap().to_owned()
}

/// A01 is insured through all six settings; A07 ended with 2023; A11 came in March 2023, inside the first.
#[test]
fn an_account_is_replayed_over_all_its_cycles() {
    assert_eq!(counted("--account A01"), "6");
    assert_eq!(counted("--account A07"), "2");
    assert_eq!(counted("--account A11"), "6");
    let (code, text) = ending(&root(), "--lang en replay --log fixtures/records/1 --account A99");
    assert_eq!(code, 1);
    assert!(text.contains("no such run decided the account `A99`"), "{text}");
}

/// The single cases are of earlier years: only the city has rates that begin in 2027.
#[test]
fn a_year_is_replayed() {
    assert_eq!(counted("--year 2027"), counted("--run city-2027"));
    let (code, text) = ending(&root(), "--lang en replay --log fixtures/records/1 --year 1999");
    assert_eq!(code, 1);
    assert!(text.contains("the log has no such run"), "{text}");
}

/// A02 pays 48,000 of 30,000: 160 %, two grades up, 1.5 %. Where two grades begin at 170 %, it is one, and 1.2 %: on
/// 100,000.00 yuan a month 14,400.00 yuan in the place of 18,000.00.
#[test]
fn another_rule_set_is_named_as_the_cause() {
    let dir = sealed();
    copy(&root().join("fixtures/rule_sets"), &dir.path().join("rules"));
    change(
        &dir.path().join("rules/illustrative/three-year.toml"),
        &[("(90%, 150%]", "(90%, 170%]"), ("> 150%", "> 170%")],
    );
    let text = rate_ok(dir.path(), &format!("--lang en {ALL} --run city-2025 --rules rules"));
    let moved = ["A02", "rule-set", "step 8 row", "150%", "120%", "1800000", "1440000"];
    assert_eq!(outcomes(&differences(dir.path()), "rule-set"), [moved], "{text}");
    let sum = "under the rule set of today: 1 come out differently (9 more the same from other inputs)";
    assert!(text.contains(sum), "the log itself is as it was: {text}");
}

/// Class 4 pays 0.9 % in 2022. With 0.8 % in its place whoever is in class 4 differs at the base rate, and nobody else
/// but by what was read. Ten months whole and two cut by 20 %, on 100,000.00 yuan a month: A01 at 100 %
/// 10 × 900 + 2 × 720 = 10,440.00 against 10 × 800 + 2 × 640 = 9,280.00 yuan, A07 at 80 %, A09 at 50 %.
#[test]
fn other_parameters_are_named_as_the_cause() {
    let dir = sealed();
    copy(&root().join("fixtures/parameters/990100"), &dir.path().join("parameters"));
    change(&dir.path().join("parameters/demonstration.toml"), &[("\"0.7%\", \"0.9%\"", "\"0.7%\", \"0.8%\"")]);
    let text = rate_ok(dir.path(), &format!("--lang en {ALL} --run city-2022 --parameters parameters"));
    let moved = [
        ["A01", "parameters", "step 11 base", "0.9", "0.8", "1044000", "928000"],
        ["A07", "parameters", "step 11 base", "0.9", "0.8", "835200", "742400"],
        ["A09", "parameters", "step 11 base", "0.9", "0.8", "522000", "464000"],
    ];
    assert_eq!(outcomes(&differences(dir.path()), "parameters"), moved, "{text}");
}

/// One byte of a body: the record is named. Its hash forged with it: the record still, and not the engine.
#[test]
fn a_record_that_was_changed_is_named_as_the_cause() {
    let dir = sealed();
    let run = dir.path().join("log/runs/city-2025");
    let bytes = fs::read(run.join("bodies")).unwrap();
    let view = View::read(&dir.path().join("log")).unwrap();
    let published = view.runs().into_iter().find(|run| run.id == "city-2025").unwrap();
    let published = view.published(published).unwrap();
    let place = published.bodies.iter().position(|body| Body::read(body).unwrap().account.number == "A02").unwrap();
    let (first, own) = (published.bodies[..place].concat(), &published.bodies[place]);
    // The last text of A02's rates, "1.5": head of three bytes, then the digits.
    let rate = own.windows(4).rposition(|it| it == b"\x631.5").unwrap();
    let mut changed = bytes;
    changed[first.len() + rate + 3] = b'4';
    fs::write(run.join("bodies"), &changed).unwrap();
    let found = || {
        let (code, text) = ending(dir.path(), &format!("--lang en {ALL} --run city-2025"));
        assert_eq!(code, 1, "{text}");
        let found = differences(dir.path());
        assert_eq!((found.len(), &found[0][2][..], &found[0][3][..]), (1, "A02", "record"), "{found:?}");
    };
    found();
    let mut leaves: Vec<u8> = published.leaves.iter().flat_map(|leaf| leaf.0).collect();
    let forged = Digest::leaf(&changed[first.len()..first.len() + own.len()]);
    leaves[place * 32..(place + 1) * 32].copy_from_slice(&forged.0);
    fs::write(run.join("leaves"), leaves).unwrap();
    found();
}

/// The bodies of a run of the sealed log, and the numbers of their accounts.
fn bodies(log: &Path, run: &str) -> (Vec<Vec<u8>>, Vec<String>) {
    let view = View::read(log).unwrap();
    let run = view.runs().into_iter().find(|it| it.id == run).unwrap();
    let bodies = view.published(run).unwrap().bodies;
    let numbers = bodies.iter().map(|body| Body::read(body).unwrap().account.number).collect();
    (bodies, numbers)
}

/// What a replay of the run says of its records once they are these, with hashes of their own or those of before:
/// account, cause and place of each difference.
fn with_bodies(dir: &Path, bodies: &[Vec<u8>], forged: bool) -> Vec<[String; 3]> {
    let run = dir.join("log/runs/city-2025");
    let own = [fs::read(run.join("bodies")).unwrap(), fs::read(run.join("leaves")).unwrap()];
    fs::write(run.join("bodies"), bodies.concat()).unwrap();
    if forged {
        fs::write(run.join("leaves"), bodies.iter().flat_map(|body| Digest::leaf(body).0).collect::<Vec<_>>()).unwrap();
    }
    let (code, text) = ending(dir, &format!("--lang en {ALL} --run city-2025"));
    assert_eq!(code, 1, "{text}");
    fs::write(run.join("bodies"), &own[0]).unwrap();
    fs::write(run.join("leaves"), &own[1]).unwrap();
    differences(dir).into_iter().map(|it| [it[2].clone(), it[3].clone(), it[4].clone()]).collect()
}

/// Records deleted, cut off, or replaced by the one beside them: named, whatever was done to the hashes.
#[test]
fn records_that_are_missing_are_named() {
    let dir = sealed();
    let (own, numbers) = bodies(&dir.path().join("log"), "city-2025");
    let missing = |number: &String| [number.clone(), "record".to_owned(), "missing".to_owned()];
    let all: Vec<[String; 3]> = numbers.iter().map(missing).collect();
    for forged in [false, true] {
        assert_eq!(with_bodies(dir.path(), &[], forged), all, "all");
        assert_eq!(with_bodies(dir.path(), &own[..3], forged), all[3..], "cut off");
        for (place, missing) in all.iter().enumerate() {
            let mut deleted = own.clone();
            deleted.remove(place);
            assert_eq!(with_bodies(dir.path(), &deleted, forged), std::slice::from_ref(missing), "{place} deleted");
        }
        let mut doubled = own.clone();
        doubled[1] = own[0].clone();
        let twice = [numbers[0].clone(), "record".to_owned(), "misplaced".to_owned()];
        assert_eq!(with_bodies(dir.path(), &doubled, forged), [twice, all[1].clone()], "replaced by its neighbour");
    }
    let text = rate_ok(dir.path(), &format!("--lang en {ALL} --run city-2025"));
    assert!(text.contains("identical, byte for byte"), "{text}");
}

/// A record and its hash changed together, in the field that would accuse something else: the record is named.
#[test]
fn a_record_forged_with_its_hash_accuses_nothing_else() {
    let dir = sealed();
    let log = dir.path().join("log");
    let (own, numbers) = bodies(&log, "city-2025");
    let body = Body::read(&own[1]).unwrap();
    let digest = |digest: Digest| own[1].windows(32).position(|it| it == digest.0).unwrap();
    // Head of the array, number of the format, number of the semantics.
    let fields = [("semantics", 2), ("rule set", digest(body.rule_set_digest)), ("facts", digest(body.facts))];
    for (what, at) in fields {
        for forged in [false, true] {
            let mut changed = own.clone();
            changed[1][at] ^= 1;
            let found = with_bodies(dir.path(), &changed, forged);
            assert_eq!(found.len(), 1, "{what}: {found:?}");
            assert_eq!(found[0][..2], [numbers[1].clone(), "record".to_owned()], "{what}");
        }
    }
    let (others, _) = bodies(&log, "city-2024");
    let found = with_bodies(dir.path(), &others, true);
    assert!(!found.is_empty() && found.iter().all(|it| it[1] == "record"), "bodies of another run: {found:?}");
}

/// Rows that the log keeps changed under it: that is no knowledge of later.
#[test]
fn changed_rows_of_the_log_are_not_known_later() {
    let dir = sealed();
    // A02: 4,800,000 fen of benefits in 2023 make its ratio.
    change(&dir.path().join("log/batches/000004/payments.csv"), &[("2023-02-15,4800000", "2023-02-15,4700000")]);
    let (code, text) = ending(dir.path(), &format!("--lang en {ALL} --run city-2025"));
    assert_eq!(code, 1, "{text}");
    let found = differences(dir.path());
    assert_eq!((found.len(), &found[0][2][..], &found[0][3][..]), (1, "A02", "log-facts"), "{found:?}");
    let (_, text) = ending(dir.path(), &format!("{ALL} --run city-2025"));
    assert!(text.contains("[日志所存数据被改动]") && text.contains("第"), "{text}");
}

/// A record that was changed, and an account that cannot be decided any more, are told with place, values and money.
/// A02 pays 1.5 % on 100,000.00 yuan a month: 18,000.00 yuan in twelve months; at 1.4 % it would be 16,800.00.
#[test]
fn what_cannot_be_compared_still_has_its_values() {
    let dir = sealed();
    let (mut own, numbers) = bodies(&dir.path().join("log"), "city-2025");
    let place = numbers.iter().position(|number| number == "A02").unwrap();
    // Wherever the record says "1.5": in its steps, and in its rates.
    for at in 0..own[place].len() - 3 {
        if own[place][at..at + 4] == *b"\x631.5" {
            own[place][at + 3] = b'4';
        }
    }
    with_bodies(dir.path(), &own, false);
    let found = differences(dir.path()).remove(0);
    assert!(found[2] == "A02" && found[3] == "record" && found[4].starts_with("step "), "{found:?}");
    assert_eq!(found[5..], ["1.4", "1.5", "1680000", "1800000"], "{found:?}");
    // Insured until the end of 2024 only, by a book of today.
    let book = dir.path().join("book");
    fs::create_dir(&book).unwrap();
    for entry in fs::read_dir(dir.path().join("log/batches/000004")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some() {
            fs::copy(&path, book.join(path.file_name().unwrap())).unwrap();
        }
    }
    change(&book.join("coverage.csv"), &[("990100,A02,2015-01,,insured", "990100,A02,2015-01,2024-12,insured")]);
    let line = format!("{ALL} --run city-2025 --account A02 --book book");
    let text = rate_ok(dir.path(), &format!("--lang en {line}"));
    let found = differences(dir.path()).remove(0);
    assert_eq!(found[2..5], ["A02", "facts", "refused"], "{found:?}");
    // Premium after the end of coverage: the rows are wrong, and without them there is no payroll to reckon on.
    assert!(found[5].contains("1.5%") && found[6] == "not among the facts", "{found:?}");
    assert!(text.is_ascii() || !text.contains("单位"), "{text}");
    assert!(rate_ok(dir.path(), &line).contains("不能核定"));
}

/// A list of differences is not written over what is read.
#[test]
fn differences_are_not_written_into_an_input() {
    let dir = sealed();
    let keys = fs::read(dir.path().join("log/keys")).unwrap();
    for out in ["log/keys", "log/more.csv"] {
        let (code, text) = ending(dir.path(), &format!("--lang en replay --log log --out {out}"));
        assert!(code == 1 && text.contains("input"), "{text}");
    }
    assert_eq!(fs::read(dir.path().join("log/keys")).unwrap(), keys);
    assert!(!dir.path().join("log/more.csv").exists());
}

fn change(path: &Path, changes: &[(&str, &str)]) {
    let mut text = fs::read_to_string(path).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    fs::write(path, text).unwrap();
}
