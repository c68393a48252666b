//! What runs one after the other ought to do and do not yet, on changed copies of the six-year book; as in `open`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rate_core::error::Lang;
use rate_core::{Code, date};
use rate_service::book::Reading;
use rate_service::run::{Request, Run, run, summarise, write};
use tempfile::TempDir;

use crate::law::fixtures;

/// Rules, parameters and the book of the six years, copied to a directory of their own and changed there.
struct City(TempDir);

impl City {
    fn changed(change: impl Fn(&str, String) -> String) -> Self {
        let city = Self(tempfile::tempdir().unwrap());
        let copies = [
            ("rule_sets/cn/2015-71.toml", "rules/2015-71.toml"),
            ("rule_sets/illustrative/three-year.toml", "rules/three-year.toml"),
            ("parameters/990100/demonstration.toml", "parameters/demonstration.toml"),
        ];
        copies.iter().for_each(|(from, to)| city.copy(&fixtures(from), to, &change));
        for entry in fs::read_dir(fixtures("books/six-years/book")).unwrap() {
            let path = entry.unwrap().path();
            city.copy(&path, &format!("book/{}", path.file_name().unwrap().to_string_lossy()), &change);
        }
        city
    }

    fn copy(&self, from: &Path, to: &str, change: &impl Fn(&str, String) -> String) {
        let path = self.0.path().join(to);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, change(to, fs::read_to_string(from).unwrap())).unwrap();
    }

    /// A run, written to a directory of its day.
    fn run(&self, on: &str, previous: Option<PathBuf>) -> (Run, PathBuf) {
        let below = |name: &str| self.0.path().join(name);
        let (rules, parameters, book) = (below("rules"), below("parameters"), below("book"));
        let reading = Reading::default();
        let request = Request {
            area: "990100".to_owned(),
            rules,
            parameters,
            book,
            reading,
            on: date(on).unwrap(),
            decided_on: None,
            first_only: false,
            previous,
        };
        let run = run(&request, &mut |_, _, _| {}).unwrap_or_else(|error| panic!("{on}: {error}"));
        write(&run, &summarise(&run), &below(on), Lang::En).unwrap();
        (run, below(on))
    }

    /// The accounts that the setting of 2023 refuses, after that of 2022.
    fn refused_in_the_second_year(&self) -> BTreeMap<String, Vec<Code>> {
        let (_, before) = self.run("2022-07-01", None);
        let (run, _) = self.run("2023-07-01", Some(before));
        run.refused.into_iter().map(|it| (it.key.number, it.problems.iter().map(|it| it.code).collect())).collect()
    }

    /// The output of 2022, kept after the city is gone.
    fn run_kept(self) -> (Run, TempDir) {
        let (run, out) = self.run("2022-07-01", None);
        let kept = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(out).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, kept.path().join(path.file_name().unwrap())).unwrap();
        }
        (run, kept)
    }
}

fn only_the_wrong_row(refused: &BTreeMap<String, Vec<Code>>) {
    assert_eq!(refused.keys().collect::<Vec<_>>(), ["R01"], "only the account with a wrong row: {refused:?}");
}

#[test]
fn the_book_as_it_is_goes_on() {
    only_the_wrong_row(&City::changed(|_, text| text).refused_in_the_second_year());
}

/// The rate in the book is open at its end, as a rate in force is; the run before gave another from 2022-07-01 on.
#[test]
fn an_open_last_rate_in_the_book_ends_where_the_next_begins() {
    let open =
        |name: &str, text: String| if name == "book/rates.csv" { text.replace(",2022-06-30,", ",,") } else { text };
    only_the_wrong_row(&City::changed(open).refused_in_the_second_year());
}

/// An account that left the book with the year before is no account of this one, and nothing is wrong with it.
#[test]
fn an_account_of_the_run_before_may_be_gone() {
    let (_, before) = City::changed(|_, text| text).run_kept();
    let gone = |name: &str, text: String| {
        let lines = text.lines().filter(|line| !name.starts_with("book/") || !line.contains(",A04,"));
        lines.map(|line| format!("{line}\n")).collect()
    };
    let (run, _) = City::changed(gone).run("2023-07-01", Some(before.path().to_owned()));
    let refused = run.refused.into_iter().map(|it| (it.key.number, it.problems.iter().map(|it| it.code).collect()));
    only_the_wrong_row(&refused.collect());
}

/// A cut of 12.345 % is a cut that a parameter file may state; what a run writes, the next one reads.
#[test]
fn the_next_run_reads_whatever_cut_the_run_before_has_written() {
    let finer = |name: &str, text: String| {
        let changed = text.replace("cut            = \"20%\"", "cut            = \"12.345%\"");
        assert!(name != "parameters/demonstration.toml" || changed != text);
        changed
    };
    only_the_wrong_row(&City::changed(finer).refused_in_the_second_year());
}

/// A grade of 33.333333 % and a base rate of four decimals make rates of ten decimals, the cut makes more.
#[test]
fn a_rate_kept_for_the_next_run_is_not_a_second_one() {
    let suspended = |name: &str, text: String| match name {
        "book/coverage.csv" => {
            text.replace("A10,2015-01,2023-03,", "A10,2015-01,2022-03,").replace("A10,2023-04,", "A10,2022-04,")
        }
        _ => text,
    };
    only_the_wrong_row(&City::changed(suspended).refused_in_the_second_year());
}

/// A wrong row of A02 in the setting of 2023, put right in that of 2024: the grade of the cycle is still there.
#[test]
fn a_year_among_the_refused_costs_nobody_its_grade() {
    let city = City::changed(|_, text| text);
    let (_, first) = city.run("2022-07-01", None);
    let book = city.0.path().join("book/coverage.csv");
    let right = fs::read_to_string(&book).unwrap();
    fs::write(&book, right.replace("A02,2015-01,,insured", "A02,2015-01,,ensured")).unwrap();
    let (_, second) = city.run("2023-07-01", Some(first));
    fs::write(&book, right).unwrap();
    let (third, _) = city.run("2024-07-01", Some(second));
    let found = third.decided.iter().find(|it| it.history.key().number == "A02").unwrap();
    assert_eq!(found.decision.outcome().origin, rate_core::Origin::Carried, "carried");
}

/// A01 is carried in 2023 whatever fills a window then; that its row of 2022 has not come yet concerns nobody before 2025.
#[test]
fn a_window_that_others_fill_asks_nothing_of_a_carried_account() {
    let late = |name: &str, text: String| match name {
        "rules/three-year.toml" => text.replace("\"next-cycle\"", "\"float-at-once\""),
        "book/premiums.csv" => {
            text.lines().filter(|line| !line.contains(",A01,2022-01,")).map(|line| format!("{line}\n")).collect()
        }
        _ => text,
    };
    only_the_wrong_row(&City::changed(late).refused_in_the_second_year());
}
