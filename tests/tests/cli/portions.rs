//! A book in pieces: what the check of a range of accounts says is what the check of the whole book says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rate_core::input::book::{CheckedBook, RawTable, TableKind, check_book};
use rate_core::{Code, History, Lang, Problem};
use rate_service::pipeline::{Facts, Own, Portion, Row, of_area, of_area_in, portion, portion_of};
use rate_service::store::{AccountRange, Store, StoreError};

use crate::command::rate_ok;
use crate::stored::{databases, done};

const AREA: &str = "990100";

/// A book in memory, as a plain list of rows; who names whom is written down by whoever made the row.
#[derive(Default)]
struct Listed {
    rows: BTreeSet<(String, &'static str, String)>,
    names: BTreeSet<(&'static str, String, String)>,
}

impl Listed {
    fn row(&mut self, kind: TableKind, account: &str, cells: &str) {
        let key = if account.is_empty() { AREA.to_owned() } else { format!("{AREA},{account}") };
        self.rows.insert((account.to_owned(), kind.stem(), format!("{key},{cells}").trim_end_matches(',').to_owned()));
    }

    fn found(&self, wanted: impl Fn(&str) -> bool) -> Vec<Row> {
        let row = |(account, stem, line): &(String, &'static str, String)| Row {
            account: account.clone(),
            kind: TableKind::from_stem(stem).unwrap(),
            line: line.clone(),
        };
        self.rows.iter().filter(|(account, ..)| wanted(account)).map(row).collect()
    }

    /// The whole book, its rows in the order of their lines.
    fn tables(&self) -> Vec<RawTable> {
        let table = |kind: &TableKind| {
            let mut lines: Vec<&str> =
                self.rows.iter().filter(|row| row.1 == kind.stem()).map(|row| row.2.as_str()).collect();
            lines.sort_unstable();
            let mut table = RawTable::of_kind(*kind, format!("{}.csv", kind.stem()));
            for (line, number) in lines.iter().zip(2..) {
                let cells = line.split(',').chain(std::iter::repeat(""));
                table.push(number, cells.take(kind.columns().len()));
            }
            table
        };
        TableKind::ALL.iter().map(table).filter(|it| !it.is_empty() || it.kind() == TableKind::Accounts).collect()
    }
}

impl Facts for &Listed {
    fn of(&mut self, accounts: &[String]) -> Result<Vec<Row>, StoreError> {
        Ok(self.found(|account| accounts.iter().any(|it| it == account)))
    }

    fn named_by(&mut self, kind: TableKind, accounts: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let by = self.names.iter().filter(|it| it.0 == kind.stem() && accounts.contains(&it.1));
        Ok(by.map(|it| it.2.clone()).collect())
    }

    fn naming(&mut self, kind: TableKind, accounts: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let by = self.names.iter().filter(|it| it.0 == kind.stem() && accounts.contains(&it.2));
        Ok(by.map(|it| it.1.clone()).collect())
    }
}

/// Numbers without a pattern, the same on every machine (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    fn account(&mut self, accounts: u64) -> String {
        format!("A{}", self.below(accounts))
    }
}

/// A small book in which accounts succeed one another and bear one another's claims, with the mistakes of each.
fn drawn(seed: u64) -> Listed {
    let mut draw = Draw(seed);
    let mut book = Listed::default();
    let accounts = 3 + draw.below(8);
    for number in 0..accounts {
        let account = format!("A{number}");
        if draw.below(12) > 0 {
            let code = if draw.below(6) == 0 { "91110000600037341X" } else { "" };
            book.row(TableKind::Accounts, &account, &format!("{code},,,employer,"));
        }
        book.row(TableKind::Coverage, &account, "2018-01,,insured");
    }
    for turn in 0..draw.below(18) {
        let account = draw.account(accounts);
        match draw.below(8) {
            0..=2 => {
                let (one, two) = (draw.account(accounts + 1), draw.account(accounts));
                let (one, two) = if draw.below(2) == 0 { (one, String::new()) } else { (one, two) };
                let person = if draw.below(9) == 0 { "" } else { "p" };
                let cells =
                    format!("C{turn},{person},A14-1,2020-03-01,2020-04-01,recognised,,,,dispatch,{one},{two},,,");
                book.row(TableKind::Claims, &account, &cells);
                book.row(TableKind::Payments, &account, &format!("C{turn},medical,fund,,,2020-05-01,100"));
                for other in [one, two].into_iter().filter(|other| !other.is_empty()) {
                    book.names.insert(("claims", account.clone(), other));
                }
            }
            3..=5 => {
                let other = draw.account(accounts + 1);
                book.row(TableKind::Successions, &account, &format!("{other},merger,2021-0{}-01,100", turn % 9 + 1));
                book.names.insert(("successions", account, other));
            }
            6 if draw.below(3) == 0 => book.row(TableKind::Premiums, &account, "2020-01,2019-01,1,1,1,1,0,regular,"),
            6 => book.row(TableKind::Premiums, &account, "2020-01,2020-01,5000,1,10,10,0,regular,"),
            _ => book.row(TableKind::Fund, "", &format!("2020-0{},10,5,{}", turn % 9 + 1, turn)),
        }
    }
    if draw.below(20) == 0 {
        book.row(TableKind::Fund, "", "2019-13,1,1,1");
    }
    book
}

/// A problem with the row it stands in, whatever number the row has.
fn told(problem: &Problem, tables: &[RawTable]) -> (String, String, String) {
    let place = &problem.place;
    let table = |table: &&RawTable| table.file() == place.file && table.rows().any(|row| row.line() == place.line);
    let row = tables.iter().find(table).and_then(|table| table.rows().find(|row| row.line() == place.line));
    let cells =
        row.map(|row| (0..row.len()).map(|cell| row.cell(cell).unwrap_or_default().to_owned()).collect::<Vec<_>>());
    (format!("{}:{} {cells:?}", place.file, place.field), problem.code.to_string(), problem.message(Lang::En))
}

type Told = (Vec<History>, Vec<(String, Vec<(String, String, String)>)>, Vec<(String, String, String)>);

fn whole(book: &CheckedBook, tables: &[RawTable]) -> Told {
    let refused = book.refused.iter().map(|account| {
        let problems = account.problems.iter().map(|problem| told(problem, tables)).collect();
        (account.key.number.clone(), problems)
    });
    let mut warnings: Vec<_> = book.warnings.iter().map(|warning| told(warning, tables)).collect();
    warnings.sort();
    (book.histories.clone(), refused.collect(), warnings)
}

/// All portions of a book, put together again.
fn together(parts: &[Portion], area: &Portion) -> (Told, BTreeMap<TableKind, (u64, i128)>) {
    let mut all: Told = Told::default();
    let mut totals: BTreeMap<TableKind, (u64, i128)> = BTreeMap::new();
    for part in parts.iter().chain([area]) {
        let book = part.checked();
        let (histories, refused, warnings) = whole(&book, part.tables());
        all.0.extend(histories);
        all.1.extend(refused);
        all.2.extend(warnings);
        add(&mut totals, &book);
    }
    all.2.sort();
    (all, totals)
}

fn add(totals: &mut BTreeMap<TableKind, (u64, i128)>, book: &CheckedBook) {
    for table in book.totals.iter().filter(|it| it.rows > 0) {
        let total = totals.entry(table.kind).or_default();
        total.0 += table.rows;
        total.1 += table.fen.iter().map(|(_, fen)| fen).sum::<i128>();
    }
}

/// The ranges that some cuts make.
fn ranges(cuts: impl IntoIterator<Item = String>) -> Vec<AccountRange> {
    let cuts: Vec<String> = cuts.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let after = std::iter::once(String::new()).chain(cuts.iter().cloned());
    let upto = cuts.iter().cloned().map(Some).chain([None]);
    after.zip(upto).map(|(after, upto)| AccountRange { after, upto }).collect()
}

fn piece(book: &Listed, range: &AccountRange) -> Portion {
    let (own, beside) = (book.found(|account| range.holds(account)), book.found(str::is_empty));
    portion_of(&mut &*book, AREA, Own::Range(range.clone()), own, beside).unwrap()
}

/// Books with successions and borne claims of every kind of mistake, cut anywhere.
#[test]
fn ranges_say_what_the_whole_book_says() {
    let mut seen: BTreeMap<Code, u32> = BTreeMap::new();
    let mut with_area_problems = 0;
    for seed in 0..3000 {
        let book = drawn(seed);
        let tables = book.tables();
        let checked = check_book(&tables);
        let mut draw = Draw(seed ^ 0xFFFF);
        let count = draw.below(6);
        let ranges = ranges((0..count).map(|_| draw.account(12)));
        let parts: Vec<Portion> = ranges.iter().map(|range| piece(&book, range)).collect();
        let area = of_area_in(&mut &book, AREA).unwrap();
        let (all, totals) = together(&parts, &area);
        assert_eq!(all, whole(&checked, &tables), "seed {seed}, {ranges:?}");
        let mut expected = BTreeMap::new();
        add(&mut expected, &checked);
        assert_eq!(totals, expected, "seed {seed}");
        let file_problems = |book: &CheckedBook, tables: &[RawTable]| -> Vec<_> {
            book.file_problems.iter().map(|problem| told(problem, tables)).collect()
        };
        for part in &parts {
            let own = part.checked();
            assert_eq!(file_problems(&own, part.tables()), file_problems(&checked, &tables), "seed {seed}");
            assert_eq!(own.fund, checked.fund, "seed {seed}");
        }
        with_area_problems += u32::from(!checked.file_problems.is_empty());
        for problem in checked.problems().chain(&checked.warnings) {
            *seen.entry(problem.code).or_default() += 1;
        }
    }
    // What the pieces could get wrong has happened often enough to be seen.
    for code in [
        Code::RowsClaimAccount,
        Code::RowsPredecessor,
        Code::RowsSuccessionCycle,
        Code::RowsSuccessionDepth,
        Code::RowsUnknownAccount,
        Code::RowsDuplicate,
        Code::RowsCreditCode,
        Code::RowsFundBalance,
    ] {
        assert!(seen.get(&code).is_some_and(|count| *count > 10), "{code}: {seen:?}");
    }
    assert!(with_area_problems > 50);
}

/// The facts of a log, read from its database in pieces, are those of the book that was published to it.
#[test]
fn a_database_is_read_in_pieces() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 1500");
    // Claims that other accounts may have to bear, of which made-up books have none.
    let claims = here.join("demo/book/claims.csv");
    let borne = |number: u32| {
        let other = number + 700;
        format!("990100,{number:08},B{number},p,A14-1,2021-03-01,2021-04-01,recognised,,,,dispatch,,{other:08},,,\n")
    };
    let rows: String = (1..20).map(borne).collect();
    fs::write(&claims, fs::read_to_string(&claims).unwrap() + &rows).unwrap();
    let successions = here.join("demo/book/successions.csv");
    let rows: String =
        (30..50).map(|number| format!("990100,{number:08},{:08},merger,2021-05-01,100\n", number + 400)).collect();
    fs::write(&successions, fs::read_to_string(&successions).unwrap() + &rows).unwrap();
    let tables = rate_service::book::read_tables(&here.join("demo/book"), &mut |_, _| {}).unwrap();
    let rows = rate_service::book::BookRows::of(&tables).tables().unwrap();
    let checked = check_book(&rows);
    assert!(checked.histories.iter().any(|history| !history.successions().is_empty()), "a book with successions");
    for url in databases(here) {
        done(
            here,
            &format!(
                "run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01 --book demo/book \
                 --out demo/again --author a --approver b --recorded-at 2022-06-20T09:00:00+08:00 --log {url}"
            ),
        );
        let store = Store::open(&url.parse().unwrap()).unwrap();
        let read = |most: usize| {
            store.read(|link| -> Result<_, StoreError> {
                let known = link.last_knowledge()?;
                let (mut after, mut parts, mut accounts) = (String::new(), Vec::new(), 0);
                loop {
                    let page = link.accounts_after(AREA, &after, most, known)?;
                    let Some(last) = page.last() else { break };
                    accounts += page.len();
                    let range = AccountRange { after, upto: Some(last.clone()) };
                    after = last.clone();
                    parts.push(portion(link, AREA, &range, known)?);
                }
                Ok((parts, of_area(link, AREA, known)?, accounts))
            })
        };
        for most in [1, 7, 1000] {
            let (parts, area, accounts) = read(most).unwrap();
            assert_eq!(accounts, 1500);
            let (all, totals) = together(&parts, &area);
            assert!(all == whole(&checked, &rows), "{url}, {most} at a time");
            let mut expected = BTreeMap::new();
            add(&mut expected, &checked);
            assert_eq!(totals, expected);
        }
        let before =
            store.read(|link| link.accounts_after(AREA, "", 10, 0)).unwrap_or_else(|it: StoreError| panic!("{it}"));
        assert!(before.is_empty(), "nothing was known at number 0");
    }
}
