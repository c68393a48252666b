//! Books: what is refused and where, that what is written is read back, and the shape of made-up books.

#[path = "books/broken_workbooks.rs"]
mod broken_workbooks;
#[path = "books/diagnosed.rs"]
mod diagnosed;
#[path = "books/encodings.rs"]
mod encodings;
#[path = "books/imported.rs"]
mod imported;
#[path = "books/mappings.rs"]
mod mappings;
#[cfg(unix)]
#[path = "books/no_files.rs"]
mod no_files;
#[path = "books/sheets.rs"]
mod sheets;
#[path = "books/workbooks.rs"]
mod workbooks;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rate_core::history::{ClaimStatus, Payer, PremiumKind};
use rate_core::input::book::{CheckedBook, RawTable, TableKind, check_book};
use rate_core::{Code, DateSpan, History, Lang, MonthSpan, Problem, date};
use rate_service::book::{BookError, BookFiles, GeneratedBook, Plan, generate, read_book, read_tables};

fn fixtures(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(below)
}

fn read(dir: &Path) -> CheckedBook {
    read_book(dir, &mut |_, _| {}).unwrap()
}

fn made_up(plan: &Plan, dir: &Path) -> GeneratedBook {
    generate(plan, dir, &mut |_, _| {}).unwrap()
}

/// Every problem and warning as `place code`, in the order of files, then accounts.
fn reported(book: &CheckedBook) -> Vec<String> {
    let all = book.problems().chain(&book.warnings);
    let line = |problem: &Problem| {
        for (lang, place) in [Lang::Zh, Lang::En].into_iter().flat_map(|lang| (0..10).map(move |place| (lang, place))) {
            let message = problem.message(lang);
            assert!(!message.contains(&format!("{{{place}}}")), "every value of the sentence is given: {message}");
        }
        format!("{} {}", problem.place, problem.code)
    };
    all.map(line).collect()
}

fn refused_books() -> Vec<PathBuf> {
    let entries = fs::read_dir(fixtures("books/refused")).unwrap().map(|entry| entry.unwrap().path());
    let mut books: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    books.sort();
    books
}

fn code_of(book: &Path) -> String {
    let name = book.file_name().unwrap().to_string_lossy().into_owned();
    name.split("--").next().unwrap().to_owned()
}

#[test]
fn every_code_of_the_check_has_a_refused_book() {
    let shown: BTreeSet<String> = refused_books().iter().map(|book| code_of(book)).collect();
    let of_history = [
        Code::HistoryCoverage,
        Code::HistoryClassOverlap,
        Code::HistoryPremiumOverlap,
        Code::HistoryRateOverlap,
        Code::HistoryDispatchOverlap,
        Code::HistoryOrder,
        Code::HistoryOrderOverlap,
    ];
    // What only a line or an area of an import can be wrong in; `cli/intake.rs` shows these.
    let of_imports = [Code::RowsLine, Code::RowsForeignArea, Code::RowsNotStanding];
    let of_rows = Code::ALL.iter().copied().filter(|code| code.as_str().starts_with("rows."));
    let of_rows = of_rows.filter(|code| !of_imports.contains(code));
    let codes: BTreeSet<String> = of_rows.chain(of_history).map(|code| code.as_str().replace('.', "-")).collect();
    assert_eq!(shown, codes);
}

#[test]
fn one_wrong_row_refuses_its_account_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan { accounts: 200, bad_rows: 4, ..Plan::default() };
    let made_up = made_up(&plan, dir.path());
    let book = read(dir.path());
    let refused: Vec<_> = book.refused.iter().map(|account| account.key.clone()).collect();
    assert_eq!(refused, made_up.bad);
    assert_eq!(book.histories.len(), 196);
    let codes: Vec<Vec<Code>> =
        book.refused.iter().map(|account| account.problems.iter().map(|problem| problem.code).collect()).collect();
    let expected = [Code::HistoryOrder, Code::HistoryPremiumOverlap, Code::RowsDate, Code::RowsUnknownClaim]
        .map(|code| vec![code]);
    assert_eq!(codes, expected);
}

#[test]
fn all_problems_come_at_once() {
    let mut claims = RawTable::new(
        TableKind::Claims,
        "claims.csv",
        ["area", "account", "claim", "person", "article", "accident", "recognised", "status"],
    );
    claims.push(2, ["990100", "0001", "", "P1", "14(1)", "2023-02-29", "2023-4-1", "ok"]);
    claims.push(3, ["990100", "0001", "C2"]);
    let book = check_book(&[claims, accounts_of(&["0001"])]);
    let lines = [
        "claims.csv:2:3 [claim] rows.empty",
        "claims.csv:2:5 [article] rows.word",
        "claims.csv:2:6 [accident] rows.date",
        "claims.csv:2:7 [recognised] rows.date",
        "claims.csv:2:8 [status] rows.word",
        "claims.csv:3 rows.ragged",
    ];
    assert_eq!(reported(&book), lines);
}

fn accounts_of(numbers: &[&str]) -> RawTable {
    let header = ["area", "account", "kind"];
    let mut accounts = RawTable::new(TableKind::Accounts, "accounts.csv", header);
    for (line, number) in (2..).zip(numbers) {
        accounts.push(line, ["990100", number, "employer"]);
    }
    accounts
}

#[test]
fn a_history_sees_its_predecessors_through_three_generations() {
    let mut successions = RawTable::new(
        TableKind::Successions,
        "successions.csv",
        ["area", "account", "predecessor", "kind", "on", "share_percent"],
    );
    for (line, (successor, predecessor)) in (2..).zip([("4", "3"), ("3", "2"), ("2", "1")]) {
        successions.push(line, ["990100", successor, predecessor, "merger", "2023-01-01", "100"]);
    }
    let book = check_book(&[successions, accounts_of(&["1", "2", "3", "4"])]);
    assert_eq!(reported(&book), Vec::<String>::new());
    let mut numbers = Vec::new();
    let mut history = &book.histories[3];
    while let Some(succession) = history.successions().first() {
        history = &succession.predecessor;
        numbers.push(history.key().number.clone());
    }
    assert_eq!(numbers, ["3", "2", "1"]);
}

#[test]
fn byte_order_mark_line_ends_and_quotes_do_not_matter() {
    let dir = tempfile::tempdir().unwrap();
    let text = "\u{FEFF}area,account,kind,name\r\n\r\n\"990100\",0001,employer,\"甲\"\"乙\"\",丙\"";
    fs::write(dir.path().join("accounts.csv"), text).unwrap();
    let book = read(dir.path());
    assert_eq!(reported(&book), Vec::<String>::new());
    assert_eq!(book.histories[0].name(), "甲\"乙\",丙");
}

#[test]
fn control_totals_count_every_row() {
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan { accounts: 300, bad_rows: 2, ..Plan::default() };
    let made_up = made_up(&plan, dir.path());
    let totals = read(dir.path()).totals;
    for (kind, rows) in made_up.rows {
        let of_kind = totals.iter().find(|totals| totals.kind == kind).unwrap();
        assert_eq!(of_kind.rows, rows, "{}", kind.stem());
    }
}

#[test]
fn a_made_up_book_has_no_problem_and_no_warning() {
    for seed in 1..=3 {
        let dir = tempfile::tempdir().unwrap();
        made_up(&Plan { accounts: 500, seed, ..Plan::default() }, dir.path());
        let book = read(dir.path());
        assert_eq!(reported(&book), Vec::<String>::new(), "seed {seed}");
        assert_eq!(book.histories.len(), 500);
        assert!(book.histories.is_sorted_by(|one, two| one.key() < two.key()));
    }
}

fn bytes(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> =
        entries.map(|file| (file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn same_seed_same_bytes() {
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    for (dir, seed) in dirs.iter().zip([7, 7, 8]) {
        made_up(&Plan { accounts: 300, seed, ..Plan::default() }, dir.path());
    }
    assert_eq!(bytes(dirs[0].path()), bytes(dirs[1].path()));
    assert_ne!(bytes(dirs[0].path()), bytes(dirs[2].path()));
}

#[test]
fn what_is_written_is_read_back_whatever_the_order_of_rows() {
    let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
    made_up(&Plan { accounts: 400, seed: 5, ..Plan::default() }, dirs[0].path());
    let book = read(dirs[0].path());
    let mut files = BookFiles::create(dirs[1].path()).unwrap();
    book.histories.iter().rev().for_each(|history| files.history(history).unwrap());
    files.finish().unwrap();
    for (name, text) in bytes(dirs[1].path()) {
        let text = String::from_utf8(text).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.reverse();
        fs::write(dirs[1].path().join(name), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    }
    assert_eq!(read(dirs[1].path()).histories, book.histories);
}

/// A claim that several accounts see is written once, under its own, and read into all of them again.
#[test]
fn claims_of_several_accounts_workers_orders_and_projects_are_read_back() {
    let row = |kind: TableKind, cells: &[(&str, &str)]| -> RawTable {
        let mut table = RawTable::new(kind, format!("{}.csv", kind.stem()), cells.iter().map(|(column, _)| *column));
        table.push(2, cells.iter().map(|(_, cell)| *cell));
        table
    };
    let of_two = [("area", "990100"), ("account", "0002")];
    let claim = [
        ("claim", "C"),
        ("person", "P"),
        ("article", "A14-4"),
        ("accident", "2023-03-08"),
        ("recognised", "2023-04-02"),
        ("status", "recognised"),
        ("arrangement", "disease-after-leaving"),
        ("labour_relation", "0003"),
        ("responsible", "0001"),
        ("project", "J"),
    ];
    let payment =
        [("claim", "C"), ("item", "medical"), ("payer", "fund"), ("paid_on", "2023-05-01"), ("amount_fen", "100")];
    let order =
        [("body", "court"), ("from", "2023-01-01"), ("issued_on", "2023-02-02"), ("document", "（2023）虚01行初1号")];
    let orders: Vec<RawTable> = [
        &[("order", "O1"), ("what", "class"), ("class_system", "8"), ("class", "3"), ("to", "2023-06-30")][..],
        &[("order", "O2"), ("what", "grade"), ("grade", "80%")],
        &[("order", "O3"), ("what", "rate"), ("rate_percent", "0.35")],
        &[("order", "O4"), ("what", "decide-again")],
    ]
    .map(|what| row(TableKind::Orders, &[&of_two[..], &order, what].concat()))
    .into();
    let project = [
        ("project", "J"),
        ("kind", "housing"),
        ("base", "labour-cost"),
        ("cost_fen", "200000000000"),
        ("labour_cost_fen", "900000000"),
        ("output_tonnes", "7"),
        ("floor_area_m2", "8"),
        ("enrolled_on", "2023-02-20"),
        ("from", "2023-03-01"),
        ("to", "2024-02-29"),
        ("class_system", "8"),
        ("class", "6"),
        ("industry_edition", "gbt4754-2017"),
        ("industry", "4710"),
        ("grade", "2"),
        ("paid_fen", "1080000"),
        ("paid_on", "2023-02-21"),
        ("document", "D"),
    ];
    let workers = [("from", "2023-01-01"), ("using_unit", "U"), ("class_system", "8"), ("class", "4"), ("heads", "60")];
    let tables = [
        accounts_of(&["0001", "0002", "0003", "0004"]),
        row(TableKind::Claims, &[&of_two[..], &claim].concat()),
        row(TableKind::Payments, &[&of_two[..], &payment].concat()),
        row(TableKind::Dispatch, &[&of_two[..], &workers].concat()),
        row(TableKind::Projects, &[&of_two[..], &project].concat()),
    ];
    let book = check_book(&tables.into_iter().chain(orders).collect::<Vec<_>>());
    assert_eq!(reported(&book), Vec::<String>::new());
    let seen: Vec<usize> = book.histories.iter().map(|history| history.claims().len()).collect();
    assert_eq!(seen, [1, 1, 1, 0]);
    assert_eq!(book.histories[1].orders().len(), 4);
    let dir = tempfile::tempdir().unwrap();
    let mut files = BookFiles::create(dir.path()).unwrap();
    book.histories.iter().for_each(|history| files.history(history).unwrap());
    files.finish().unwrap();
    assert_eq!(read(dir.path()).histories, book.histories);
}

#[test]
fn only_fictitious_areas_are_made_up() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |plan: &Plan| {
        generate(plan, dir.path(), &mut |_, _| {}).is_err_and(|error| matches!(error, BookError::Plan(_)))
    };
    assert!(refused(&Plan { area: "440300".to_owned(), ..Plan::default() }));
    assert!(refused(&Plan { accounts: 5, bad_rows: 3, ..Plan::default() }));
    assert!(bytes(dir.path()).is_empty());
}

/// Of accounts insured for two years of a window of three: benefits none, up to the premium, above it.
#[derive(Default)]
struct Window {
    accounts: usize,
    none: usize,
    above: usize,
}

fn window(histories: &[History], from: &str, to: &str) -> Window {
    let days = DateSpan::new(date(from).unwrap(), Some(date(to).unwrap())).unwrap();
    let span = MonthSpan::of(&days).unwrap();
    let mut window = Window::default();
    for history in histories.iter().filter(|history| history.covered_months(&span) >= 24) {
        let premiums = history.premiums().iter().filter(|row| span.contains(row.months.from()));
        let premium: i64 = premiums.map(|row| row.paid.fen()).sum();
        let claims = history.claims().iter().filter(|claim| claim.status != ClaimStatus::Revoked);
        let payments = claims.flat_map(|claim| &claim.payments).filter(|payment| payment.payer == Payer::Fund);
        let benefit: i64 = payments.filter(|row| span.contains_date(row.paid_on)).map(|row| row.amount.fen()).sum();
        window.accounts += 1;
        window.none += usize::from(benefit == 0);
        window.above += usize::from(benefit > premium);
    }
    window
}

#[test]
fn a_made_up_book_has_the_shape_of_a_real_one() {
    let dir = tempfile::tempdir().unwrap();
    let made_up = made_up(&Plan { accounts: 10_000, seed: 11, ..Plan::default() }, dir.path());
    let histories = read(dir.path()).histories;

    let regular = |history: &History| {
        history.premiums().iter().rfind(|row| row.kind == PremiumKind::Regular).map(|row| row.heads)
    };
    let mut heads: Vec<i64> = histories.iter().filter_map(regular).collect();
    heads.sort_unstable();
    assert!((6..=10).contains(&heads[heads.len() / 2]), "half the accounts are small: {}", heads[heads.len() / 2]);
    assert!(heads[heads.len() - 6] > 1500, "one in two thousand is very large: {}", heads[heads.len() - 6]);

    let low = histories
        .iter()
        .filter(|history| history.classifications()[0].class.is_some_and(|class| class.number() <= 3))
        .count();
    assert!((6500..=7800).contains(&low), "most accounts are in classes 1 to 3: {low}");

    for (from, to) in [("2019-01-01", "2021-12-31"), ("2022-01-01", "2024-12-31")] {
        let Window { accounts, none, above } = window(&histories, from, to);
        let per_mille = |count: usize| count * 1000 / accounts;
        assert!((860..=950).contains(&per_mille(none)), "most accounts have no benefit: {}‰", per_mille(none));
        assert!((15..=40).contains(&per_mille(above)), "few cost more than they pay: {}‰", per_mille(above));
    }
    let percent = made_up.benefit_fen * 100 / made_up.premium_fen;
    assert!((35..=110).contains(&percent), "the fund is near its balance: {percent}%");

    let merged = histories.iter().filter(|history| !history.successions().is_empty()).count();
    assert!((15..=55).contains(&merged), "three mergers in a thousand accounts: {merged}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever bytes stand in the files: everybody is accounted for, or nothing is decided, and nothing panics.
    #[test]
    fn broken_bytes_lose_nobody(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let dir = tempfile::tempdir().unwrap();
        made_up(&Plan { accounts: 20, ..Plan::default() }, dir.path());
        let files = ["accounts.csv", "premiums.csv", "claims.csv", "payments.csv", "coverage.csv", "rates.csv"];
        for (file, at, byte) in changes {
            let path = dir.path().join(files[file.index(files.len())]);
            let mut text = fs::read(&path).unwrap();
            let at = at.index(text.len());
            text[at] = byte;
            fs::write(&path, text).unwrap();
        }
        let tables = read_tables(dir.path(), &mut |_, _| {}).unwrap();
        let book = check_book(&tables);
        if book.file_problems.is_empty() {
            prop_assert!(book.histories.len() + book.refused.len() >= 20);
            prop_assert!(book.refused.iter().all(|account| !account.problems.is_empty()));
        } else {
            prop_assert!(book.histories.is_empty() && book.refused.is_empty());
        }
    }
}

/// The classes that are proposed from an industry code stand in two shapes: the parameters the engine reads, and the
/// list with names. Neither may say what the other does not.
#[test]
fn the_annex_says_the_same_in_both_shapes() {
    let parameters =
        rate_core::ParametersFile::parse(include_str!("../../fixtures/parameters/cn/industry-classes.toml"));
    let parameters = parameters.unwrap().check().unwrap();
    let mut read: Vec<(String, String, String, String)> = Vec::new();
    for list in parameters.industries() {
        for (code, class) in &list.classes {
            let (edition, status) = (list.edition.as_str().to_owned(), list.status.as_str().to_owned());
            read.push((edition, code.clone(), class.to_string(), status));
        }
    }
    let mut listed = Vec::new();
    for line in include_str!("../../fixtures/parameters/cn/industry-risk-classes.csv").lines().skip(1) {
        let cells: Vec<&str> = line.splitn(6, ',').collect();
        // Codes without a class are proposed by nobody.
        if !cells[3].is_empty() {
            listed.push((cells[0].to_owned(), cells[1].to_owned(), cells[3].to_owned(), cells[4].to_owned()));
        }
    }
    read.sort();
    listed.sort();
    assert!(listed.len() > 180, "the list was read");
    assert_eq!(read, listed);
}
