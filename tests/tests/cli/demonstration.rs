//! The demonstration: short enough to read, and made by the very commands it prints. One fact changed moves one account;
//! one bound changed moves those between the old and the new one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rate_core::amount::Quantity;
use rate_core::decision::{Reason, StepKind};
use rate_core::history::{Origin, Payer};
use rate_core::interval::Interval;
use rate_core::{Decision, date, decide};
use rate_service::book::read_book;
use rate_service::run;

use crate::command::rate_ok;

const RUN: &str = "--area 990100 --rules demo/rules --parameters demo/parameters --book demo/book --on 2022-07-01";

/// The command that a demonstration prints for making its results again.
fn printed_run(page: &str) -> &str {
    page.lines().find_map(|line| line.trim().strip_prefix("rate ")).filter(|line| line.contains(" run ")).unwrap()
}

#[test]
fn the_page_is_short_and_names_its_commands() {
    for lang in ["zh", "en"] {
        let dir = tempfile::tempdir().unwrap();
        let page = rate_ok(dir.path(), &format!("--lang {lang} demo"));
        assert!(page.lines().count() <= 60, "{} lines", page.lines().count());
        let commands: Vec<&str> = page.lines().filter_map(|line| line.trim().strip_prefix("rate ")).collect();
        assert!(commands.len() >= 3);
        for command in commands {
            rate_ok(dir.path(), command);
        }
    }
}

#[test]
fn the_command_it_prints_makes_the_same_bytes() {
    for lang in ["zh", "en"] {
        let dir = tempfile::tempdir().unwrap();
        let page = rate_ok(dir.path(), &format!("--lang {lang} demo"));
        let command = printed_run(&page);
        let out = command.split_once("--out ").unwrap().1;
        rate_ok(dir.path(), command);
        let files = |out: &Path| {
            let entries = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
            let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
            entries.map(|path| (name(&path), fs::read(&path).unwrap())).collect::<BTreeMap<_, _>>()
        };
        let (one, two) = (files(&dir.path().join("demo/out")), files(&dir.path().join(out)));
        assert!(one.contains_key("rates.csv") && one.contains_key("decisions.ndjson"));
        assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
        for (name, bytes) in &one {
            assert!(bytes == &two[name], "{name} differs");
        }
    }
}

/// Another directory, or the demonstration made twice, changes nothing but the names it prints.
#[test]
fn where_it_is_written_does_not_matter() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    rate_ok(dirs[0].path(), "demo");
    rate_ok(dirs[1].path(), "demo elsewhere/below");
    rate_ok(dirs[1].path(), "demo elsewhere/below");
    for file in
        ["out/rates.csv", "out/decisions.ndjson", "out/run.json", "book/claims.csv", "rules/990100/three-year.toml"]
    {
        let one = fs::read(dirs[0].path().join("demo").join(file)).unwrap();
        assert!(one == fs::read(dirs[1].path().join("elsewhere/below").join(file)).unwrap(), "{file}");
    }
}

/// A made demonstration with what the engine decided in it.
struct Demo {
    dir: tempfile::TempDir,
    decided: Vec<run::Decided>,
}

impl Demo {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        rate_ok(dir.path(), "--lang en demo");
        let below = |name: &str| dir.path().join("demo").join(name);
        let on = date("2022-07-01").unwrap();
        let chosen = run::law(&below("rules"), &below("parameters"), "990100", on).unwrap();
        let book = read_book(&below("book"), &mut |_, _| {}).unwrap();
        let decided = book.histories.into_iter().filter_map(|history| {
            let decision = decide(&chosen.law, &history).ok()?;
            Some(run::Decided { history, decision, settlement: None })
        });
        let decided = decided.collect();
        Self { dir, decided }
    }

    fn path(&self, below: &str) -> std::path::PathBuf {
        self.dir.path().join("demo").join(below)
    }

    fn read(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).unwrap()
    }

    fn run_again(&self) {
        rate_ok(self.dir.path(), &format!("--lang en run {RUN} --out demo/again"));
    }

    /// The accounts whose lines in `rates.csv` are not those of the first run.
    fn moved(&self) -> BTreeSet<String> {
        let (before, after) = (by_account(&self.read("out/rates.csv")), by_account(&self.read("again/rates.csv")));
        assert!(before.keys().eq(after.keys()), "nobody comes or goes");
        before
            .iter()
            .filter(|(account, lines)| after[*account] != **lines)
            .map(|(account, _)| account.clone())
            .collect()
    }
}

/// Lines of a CSV file by account.
fn by_account(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        lines.entry(line.split(',').nth(1).unwrap().to_owned()).or_default().push(line.to_owned());
    }
    lines
}

/// Steps of each account in `decisions.ndjson`, as they are written there.
fn steps(text: &str) -> BTreeMap<String, Vec<String>> {
    let decisions = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let steps = |value: &serde_json::Value| {
        value.as_array().unwrap().iter().map(|step| step.as_str().unwrap().to_owned()).collect()
    };
    decisions.map(|it| (it["account"]["number"].as_str().unwrap().to_owned(), steps(&it["steps"]))).collect()
}

/// Whether one more payment can move an account, and no other: floated by a row, below the top, in no succession.
fn can_rise(demo: &Demo, decided: &run::Decided) -> bool {
    let outcome = decided.decision.outcome();
    let ladder = decided.decision.law().rules().ladder();
    let below_top = outcome.grade.is_some_and(|grade| usize::from(grade.get()) + 1 < ladder.grades().len());
    let number = &decided.history.key().number;
    let succeeds = |it: &run::Decided| it.history.successions().iter().any(|it| it.predecessor.key().number == *number);
    let by_row = matches!(outcome.reason, Reason::Row { .. }) && outcome.origin == Origin::Floated;
    by_row && below_top && decided.history.successions().is_empty() && !demo.decided.iter().any(succeeds)
}

#[test]
fn one_payment_moves_one_account() {
    let demo = Demo::new();
    let window = demo.decided[0].decision.law().windows()[0];
    let found = demo.decided.iter().filter(|it| can_rise(&demo, it)).find_map(|it| {
        let claims = it.history.claims().iter().filter(|claim| claim.article.as_str() == "A14-1");
        let mut payments = claims.flat_map(|claim| claim.payments.iter().map(move |payment| (claim, payment)));
        let counts = payments.find(|(_, it)| it.payer == Payer::Fund && window.contains_date(it.paid_on))?;
        Some((it.history.key().number.clone(), counts.0.id.clone(), *counts.1))
    });
    let (account, claim, payment) = found.expect("somebody was paid a benefit and can still rise");
    let text = demo.read("book/payments.csv");
    let is_it = |line: &&str| {
        let behind = format!(",{},{}", payment.paid_on, payment.amount.fen());
        line.starts_with(&format!("990100,{account},{claim},")) && line.ends_with(&behind)
    };
    let line = text.lines().find(is_it).unwrap();
    let changed = line.rsplit_once(',').unwrap().0.to_owned() + ",100000000000";
    fs::write(demo.path("book/payments.csv"), text.replacen(line, &changed, 1)).unwrap();
    demo.run_again();
    assert_eq!(demo.moved(), BTreeSet::from([account]));
}

/// A bound of the pay ratio and where it is moved to, both in whole ten-thousandths of a percent.
#[derive(Clone, Copy, Debug)]
struct Moved {
    old: i128,
    new: i128,
}

impl Moved {
    fn percent(bound: i128) -> String {
        rust_decimal::Decimal::from_i128_with_scale(bound, 4).normalize().to_string() + "%"
    }

    /// Strictly between both; on either of them the brackets decide.
    fn between(self, value: Quantity) -> bool {
        let bound = |millionths| Quantity { numerator: millionths, denominator: 1_000_000 };
        value.compare(bound(self.new)).is_gt() && value.compare(bound(self.old)).is_lt()
    }

    /// Outside, the bounds themselves not counted.
    fn outside(self, value: Quantity) -> bool {
        let bound = |millionths| Quantity { numerator: millionths, denominator: 1_000_000 };
        value.compare(bound(self.new)).is_lt() || value.compare(bound(self.old)).is_gt()
    }
}

/// The pay ratio of an account over its window, where it was measured and compared.
fn pay_ratio(decision: &Decision) -> Option<Quantity> {
    let place = decision.law().rules().measures().iter().position(|measure| measure.id == "pay_ratio").unwrap();
    decision.steps().iter().find_map(|step| match step.kind {
        StepKind::Measured { measure, window: 0, value, .. } if measure == place => Some(value),
        _ => None,
    })
}

/// The bounds of the pay ratio that the rule set prints, lowest first.
fn bounds(demo: &Demo) -> Vec<i128> {
    let rules = demo.decided[0].decision.law().rules();
    let place = rules.measures().iter().position(|measure| measure.id == "pay_ratio").unwrap();
    let conditions = rules.tables().iter().flat_map(|table| &table.rows).flat_map(|row| row.all.iter().chain(&row.any));
    let ends =
        |interval: &Interval| [interval.low, interval.high].into_iter().flatten().map(|end| end.quantity().numerator);
    let mut bounds: Vec<i128> =
        conditions.filter(|it| it.measure == place).flat_map(|it| ends(&it.interval).collect::<Vec<_>>()).collect();
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

/// A rule set with a bound of the pay ratio moved, wherever it is printed.
fn with_bound(text: &str, moved: Moved) -> String {
    let (old, new) = (Moved::percent(moved.old), Moved::percent(moved.new));
    let mut written = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("pay_ratio = \"") {
        let (before, inside) = rest.split_at(at + "pay_ratio = \"".len());
        let (interval, behind) = inside.split_at(inside.find('"').unwrap());
        let bounds = interval.split_inclusive(['(', '[', ' ', ',']).map(|part| {
            let number = part.trim_end_matches([',', ']', ')']);
            if number == old { part.replace(&old, &new) } else { part.to_owned() }
        });
        written += before;
        written.extend(bounds);
        rest = behind;
    }
    written + rest
}

/// What keeps a rate where it is although the ratio crossed a bound, as the steps of both runs name it.
fn names_what_held(before: &[String], after: &[String]) -> bool {
    let held = ["the class has only some grades", "held by the largest move", "adjustment \""];
    let named = before.iter().chain(after).any(|step| held.iter().any(|words| step.starts_with(words)));
    let row = |steps: &[String]| steps.iter().find(|step| step.starts_with("row \"")).cloned();
    // The comparison of another measure: its value against a bound, not the quotient it was measured as.
    let other = |step: &&String| step.starts_with("injury incidence per year ") && !step.contains(" ÷ ");
    named || row(before) == row(after) && after.iter().any(|step| other(&step))
}

#[test]
fn one_bound_moves_those_between_the_old_and_the_new_one() {
    let demo = Demo::new();
    let ratios: BTreeMap<String, Quantity> = demo
        .decided
        .iter()
        .filter_map(|it| Some((it.history.key().number.clone(), pay_ratio(&it.decision)?)))
        .collect();
    let halves =
        bounds(&demo).windows(2).map(|pair| Moved { old: pair[1], new: (pair[0] + pair[1]) / 2 }).collect::<Vec<_>>();
    let inside = |moved: &Moved| ratios.values().filter(|ratio| moved.between(**ratio)).count();
    let moved = halves.into_iter().max_by_key(inside).unwrap();
    assert!(inside(&moved) >= 3, "somebody stands between {moved:?}");

    let file = "rules/990100/three-year.toml";
    let text = demo.read(file);
    let changed = with_bound(&text, moved);
    assert_ne!(text, changed);
    fs::write(demo.path(file), changed).unwrap();
    demo.run_again();
    let accounts = demo.moved();
    for (account, ratio) in &ratios {
        assert!(!moved.outside(*ratio) || !accounts.contains(account), "{account} lies outside {moved:?} and moved");
    }
    assert!(accounts.iter().all(|account| ratios.contains_key(account)), "somebody moved who is not measured");
    assert!(!accounts.is_empty(), "nobody moved");
    let (before, after) = (steps(&demo.read("out/decisions.ndjson")), steps(&demo.read("again/decisions.ndjson")));
    for (account, _) in ratios.iter().filter(|(account, ratio)| moved.between(**ratio) && !accounts.contains(*account))
    {
        let held = names_what_held(&before[account], &after[account]);
        assert!(held, "{account} lies inside {moved:?}, stayed, and nothing says why: {:#?}", after[account]);
    }
}

#[test]
fn a_bound_is_moved_wherever_it_is_printed() {
    let text = "all = { pay_ratio = \"<= 50%\", incidence = \"<= 50%\" }\nany = { pay_ratio = \"(50%, 150%]\" }\n";
    let moved = with_bound(text, Moved { old: 500_000, new: 255_000 });
    assert_eq!(
        moved,
        "all = { pay_ratio = \"<= 25.5%\", incidence = \"<= 50%\" }\nany = { pay_ratio = \"(25.5%, 150%]\" }\n"
    );
}
