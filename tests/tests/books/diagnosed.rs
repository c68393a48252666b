//! Diagnostics: each kind in a small book where exactly it is found, at its row, and in a twin where nothing is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rate_core::diagnostics::{ControlTotals, Diagnosis, Gate, Kind, Limit, Search, Severity};
use rate_core::input::book::check_book;
use rate_core::input::examine_all;
use rate_core::{Factor, Lang, Law, ParametersFile, Place, RuleSetFile, date};
use rate_service::book::read_tables;

use super::fixtures;

const METHOD: &str = include_str!("diagnosed.toml");
const PARAMETERS: &str = include_str!("diagnosed_parameters.toml");

/// A book of two accounts in which there is nothing to find.
const BOOK: &[(&str, &str)] = &[
    (
        "accounts",
        "area,account,credit_code,name,kind\n\
         990800,1,,one,employer\n\
         990800,2,,two,employer\n",
    ),
    ("coverage", "area,account,from,to,state\n990800,1,2018-01,,insured\n990800,2,2018-01,,insured\n"),
    (
        "classifications",
        "area,account,from,to,class_system,class,industry_edition,industry,decided_by\n\
         990800,1,2018-01-01,,8,3,gbt4754-2017,33,agency\n\
         990800,2,2018-01-01,,8,4,gbt4754-2017,06,tax\n",
    ),
    (
        "premiums",
        "area,account,from,to,payroll_fen,heads,due_fen,paid_fen,relieved_fen,kind,received_on\n\
         990800,1,2024-01,2024-12,100000000,20,700000,700000,0,regular,\n\
         990800,2,2024-01,2024-12,100000000,20,900000,900000,0,regular,\n",
    ),
    (
        "claims",
        "area,account,claim,person,article,accident,recognised,status\n\
         990800,1,c1,p1,A14-1,2024-03-01,2024-04-01,recognised\n",
    ),
    (
        "payments",
        "area,account,claim,item,payer,paid_on,amount_fen\n\
         990800,1,c1,medical,fund,2024-06-01,100000\n",
    ),
    ("events", "area,account,event,kind,from,to,found\n990800,1,e1,arrears,2024-02-01,2024-02-28,2024-03-15\n"),
    (
        "rates",
        "area,account,from,to,class_system,class,before_cut_percent,cut_percent,charged_percent,origin\n\
         990800,1,2024-01-01,2024-12-31,8,3,0.7,0,0.7,base\n\
         990800,2,2024-01-01,2024-12-31,8,4,0.9,0,0.9,base\n",
    ),
];

/// A change of a table: what stands there once, and what takes its place; where nothing is to be found, it is added.
type Edit = (&'static str, &'static str, &'static str);

/// A kind, the changes that bring it about, the row it is found at, and changes that come near and do not.
struct Example {
    kind: Kind,
    edits: &'static [Edit],
    place: &'static str,
    twin: &'static [Edit],
}

const fn example(kind: Kind, edits: &'static [Edit], place: &'static str, twin: &'static [Edit]) -> Example {
    Example { kind, edits, place, twin }
}

/// The example of GB 32100-2015, and one whose last character is another.
const CODE: &str = "91350100M000100Y43";

const EXAMPLES: &[Example] = &[
    example(
        Kind::TableEmpty,
        &[
            ("claims", "990800,1,c1,p1,A14-1,2024-03-01,2024-04-01,recognised\n", ""),
            ("payments", "990800,1,c1,medical,fund,2024-06-01,100000\n", ""),
        ],
        "claims.csv",
        &[("events", "990800,1,e1,arrears,2024-02-01,2024-02-28,2024-03-15\n", "")],
    ),
    example(
        Kind::YearEmpty,
        &[("payments", "2024-06-01", "2025-01-01")],
        "payments.csv",
        &[("payments", "2024-06-01", "2024-12-31")],
    ),
    example(
        Kind::ClassDisagreement,
        &[("classifications", "", "990800,1,2020-01-01,,8,5,gbt4754-2017,33,tax\n")],
        "classifications.csv:4",
        &[
            ("classifications", "990800,1,2018-01-01,,", "990800,1,2018-01-01,2019-12-31,"),
            ("classifications", "", "990800,1,2020-01-01,,8,3,gbt4754-2017,33,tax\n"),
        ],
    ),
    example(
        Kind::ClassMissing,
        &[("classifications", "8,3,", "3,2,")],
        "classifications.csv:2",
        &[("classifications", "", "990800,1,2015-01-01,2017-12-31,3,2,,,agency\n")],
    ),
    example(
        Kind::ClassAgainstAnnex,
        &[("classifications", "8,3,", "8,5,")],
        "classifications.csv:2",
        &[("classifications", "8,3,", ",,")],
    ),
    example(
        Kind::ClassDeclared,
        &[("classifications", "06,tax", "06,declared")],
        "classifications.csv:3",
        &[("classifications", "06,tax", "06,inspection")],
    ),
    example(
        Kind::ClassByJudgement,
        &[("classifications", "8,4,gbt4754-2017,06", ",,gbt4754-2017,35")],
        "classifications.csv:3",
        &[("classifications", "8,4,gbt4754-2017,06", ",,gbt4754-2017,06")],
    ),
    example(
        Kind::ClassByJudgement,
        &[("classifications", "8,4,gbt4754-2017,06", ",,gbt4754-2017,34")],
        "classifications.csv:3",
        &[("classifications", "8,4,gbt4754-2017,06", "8,3,gbt4754-2017,34")],
    ),
    example(
        Kind::MonthsWithoutPremium,
        &[("premiums", "990800,1,2024-01,2024-12", "990800,1,2024-01,2024-11")],
        "premiums.csv:2",
        &[
            ("premiums", "990800,1,2024-01,2024-12", "990800,1,2024-01,2024-11"),
            ("premiums", "", "990800,1,2024-12,2024-12,0,0,0,0,0,regular,\n"),
        ],
    ),
    example(
        Kind::Refused,
        &[("claims", "2024-03-01", "2024-04-02")],
        "claims.csv:2",
        &[("claims", "2024-03-01", "2024-04-01")],
    ),
    example(
        Kind::BenefitsWithoutPremium,
        &[("premiums", "700000,700000,0", "700000,0,0")],
        "payments.csv:2",
        &[("premiums", "700000,700000,0", "700000,0,700000")],
    ),
    example(
        Kind::MissingLastRate,
        &[("rates", "990800,1,2024-01-01,2024-12-31,8,3,0.7,0,0.7,base\n", "")],
        "accounts.csv:2",
        &[("rates", "990800,1,2024-01-01,2024-12-31", "990800,1,2019-01-01,2019-12-31")],
    ),
    example(
        Kind::StatisticMissing,
        &[("classifications", "33,agency", "37,agency")],
        "classifications.csv:2",
        &[("classifications", "33,agency", "3311,agency")],
    ),
    example(
        Kind::CreditCodeTwice,
        &[("accounts", "1,,one", "1,91350100M000100Y43,one"), ("accounts", "2,,two", "2,91350100M000100Y43,two")],
        "accounts.csv:3",
        &[("accounts", "1,,one", "1,91350100M000100Y43,one")],
    ),
    example(
        Kind::ClaimTwice,
        &[
            ("claims", "", "990800,2,c1,p1,A14-1,2024-07-01,2024-08-01,recognised\n"),
            ("payments", "", "990800,2,c1,medical,fund,2024-09-01,100\n"),
        ],
        "claims.csv:3",
        &[
            ("claims", "", "990800,2,c1,p2,A14-1,2024-07-01,2024-08-01,recognised\n"),
            ("payments", "", "990800,2,c1,medical,fund,2024-09-01,100\n"),
        ],
    ),
    // One row that names another unit stands in both histories and is one row.
    example(
        Kind::ClaimTwice,
        &[
            ("claims", "recognised,status\n", "recognised,status,arrangement,labour_relation\n"),
            ("claims", "2024-04-01,recognised\n", "2024-04-01,recognised,dispatch,2\n"),
            ("claims", "", "990800,2,c1,p1,A14-1,2024-03-01,2024-04-01,recognised,,\n"),
            ("payments", "", "990800,2,c1,medical,fund,2024-09-01,100\n"),
        ],
        "claims.csv:3",
        &[
            ("claims", "recognised,status\n", "recognised,status,arrangement,labour_relation\n"),
            ("claims", "2024-04-01,recognised\n", "2024-04-01,recognised,dispatch,2\n"),
        ],
    ),
    example(
        Kind::InjuryTwice,
        &[
            ("claims", "", "990800,2,c9,p1,A14-1,2024-03-01,2024-08-01,recognised\n"),
            ("payments", "", "990800,2,c9,medical,fund,2024-09-01,100\n"),
        ],
        "claims.csv:3",
        &[
            ("claims", "", "990800,2,c9,p1,A14-1,2024-03-02,2024-08-01,recognised\n"),
            ("payments", "", "990800,2,c9,medical,fund,2024-09-01,100\n"),
        ],
    ),
    example(
        Kind::PremiumTwice,
        &[
            ("premiums", "", "990800,2,2024-02,2024-02,0,0,100,100,0,arrears,2024-05-01\n"),
            ("premiums", "", "990800,2,2024-02,2024-02,0,0,100,100,0,arrears,2024-05-01\n"),
        ],
        "premiums.csv:5",
        &[
            ("premiums", "", "990800,2,2024-02,2024-02,0,0,100,100,0,arrears,2024-05-01\n"),
            ("premiums", "", "990800,2,2024-02,2024-02,0,0,100,101,0,arrears,2024-05-01\n"),
        ],
    ),
    example(
        Kind::PaymentOnRevoked,
        &[
            ("claims", "", "990800,2,c2,p2,A14-1,2024-07-01,2024-08-01,revoked\n"),
            ("payments", "", "990800,2,c2,medical,fund,2024-09-01,100\n"),
        ],
        "payments.csv:3",
        &[
            ("claims", "", "990800,2,c2,p2,A14-1,2024-07-01,2024-08-01,revoked\n"),
            ("payments", "", "990800,2,c2,medical,fund,2024-09-01,100\n"),
            ("payments", "", "990800,2,c2,medical,fund,2024-12-01,-100\n"),
        ],
    ),
    example(
        Kind::CheckDigits,
        &[("accounts", "1,,one", "1,91350100M000100Y44,one")],
        "accounts.csv:2",
        &[("accounts", "1,,one", "1,91350100M000100Y43,one")],
    ),
    example(
        Kind::ClassDoesNotFloat,
        &[("classifications", "8,4,gbt4754-2017,06", "8,1,gbt4754-2017,65")],
        "classifications.csv:3",
        &[("classifications", "8,4,gbt4754-2017,06", "8,2,gbt4754-2017,51")],
    ),
    example(
        Kind::UncoveredMonths,
        &[
            ("coverage", "990800,1,2018-01,,insured", "990800,1,2018-01,2024-04,insured"),
            ("coverage", "", "990800,1,2024-06,,insured\n"),
        ],
        "coverage.csv:2",
        &[
            ("coverage", "990800,1,2018-01,,insured", "990800,1,2018-01,2023-11,insured"),
            ("coverage", "", "990800,1,2024-01,,insured\n"),
        ],
    ),
    example(
        Kind::EventAfterWindow,
        &[("events", "2024-03-15", "2025-01-01")],
        "events.csv:2",
        &[("events", "2024-03-15", "2024-12-31")],
    ),
    example(
        Kind::ClaimWithoutPayment,
        &[("claims", "", "990800,2,c2,p2,A14-1,2024-07-01,2024-08-01,recognised\n")],
        "claims.csv:3",
        &[
            ("claims", "", "990800,2,c2,p2,A14-1,2024-07-01,2024-08-01,recognised\n"),
            ("payments", "", "990800,2,c2,medical,employer,2024-09-01,100\n"),
        ],
    ),
];

fn law() -> Law {
    law_of(METHOD, PARAMETERS)
}

fn law_of(method: &str, parameters: &str) -> Law {
    let frame = fs::read_to_string(fixtures("rule_sets/cn/2015-71.toml")).unwrap();
    let files = [method, &frame].map(|text| RuleSetFile::parse(text).unwrap());
    let method = examine_all(&files).remove(0).unwrap_or_else(|problems| panic!("{problems}"));
    let rules = method.accepted().unwrap_or_else(|problems| panic!("{problems}"));
    let parameters = ParametersFile::parse(parameters).unwrap().check().unwrap_or_else(|problems| panic!("{problems}"));
    rules.law_for(&parameters, date("2025-01-01").unwrap()).unwrap()
}

fn book(edits: &[Edit]) -> BTreeMap<&'static str, String> {
    let mut tables: BTreeMap<&str, String> = BOOK.iter().map(|(stem, text)| (*stem, (*text).to_owned())).collect();
    for (stem, find, replace) in edits {
        let text = tables.get_mut(stem).unwrap();
        if find.is_empty() {
            text.push_str(replace);
        } else {
            assert_eq!(text.matches(find).count(), 1, "`{find}` stands once in {stem}");
            *text = text.replace(find, replace);
        }
    }
    tables
}

fn diagnosed(edits: &[Edit], control: Option<&ControlTotals>) -> Diagnosis {
    under(&law(), book(edits), control)
}

fn under(law: &Law, book: BTreeMap<&'static str, String>, control: Option<&ControlTotals>) -> Diagnosis {
    let dir = tempfile::tempdir().unwrap();
    for (stem, text) in book {
        fs::write(dir.path().join(format!("{stem}.csv")), text).unwrap();
    }
    let tables = read_tables(dir.path(), &mut |_, _| {}).unwrap();
    let book = check_book(&tables);
    assert_eq!(book.file_problems, []);
    let mut search = Search::new(law);
    book.refused.iter().for_each(|refused| search.refused(refused));
    book.histories.iter().for_each(|history| search.account(history));
    search.tables(&tables);
    search.finish(control)
}

fn shown(diagnosis: &Diagnosis) -> Vec<String> {
    diagnosis.findings.iter().map(|it| format!("{} {} {}", it.place, it.kind, it.text(Lang::En))).collect()
}

#[test]
fn each_kind_is_found_at_its_row_and_not_in_its_twin() {
    assert_eq!(shown(&diagnosed(&[], None)), Vec::<String>::new(), "the book itself");
    for Example { kind, edits, place, twin } in EXAMPLES {
        let found = diagnosed(edits, None);
        let kinds: BTreeSet<Kind> = found.counts.keys().copied().collect();
        assert_eq!(kinds, BTreeSet::from([*kind]), "{:?}", shown(&found));
        let at = |it: &Place| if it.line == 0 { it.file.clone() } else { format!("{}:{}", it.file, it.line) };
        let first = found.findings.first().map(|it| at(&it.place));
        assert_eq!(first.as_deref(), Some(*place), "{kind}: {:?}", shown(&found));
        for lang in [Lang::Zh, Lang::En] {
            let whole = found.findings.iter().all(|it| !it.text(lang).contains(['{', '}']));
            assert!(whole, "{kind}: every value of the sentence is given");
        }
        assert_eq!(shown(&diagnosed(twin, None)), Vec::<String>::new(), "the twin of {kind}");
    }
}

/// 江苏 measures 2022-10 … 2024-09 and asks whether 2021-01 … 2022-09 was zero too: a book that begins with 2022 halves
/// everybody's rate, so its missing year is named.
#[test]
fn a_year_of_a_window_before_is_missed_too() {
    let text = |below: &str| fs::read_to_string(fixtures(below)).unwrap();
    let law = law_of(&text("rule_sets/320000/2023.toml"), &text("parameters/320000/base-rates.toml"));
    let claims = "320000,1,c1,p1,A14-1,2021-03-01,2021-04-01,recognised\n\
                  320000,1,c2,p1,A14-1,2022-03-01,2022-04-01,recognised\n\
                  320000,1,c3,p1,A14-1,2023-03-01,2023-04-01,recognised\n\
                  320000,1,c4,p1,A14-1,2024-03-01,2024-04-01,recognised\n";
    let payments = "320000,1,c1,medical,fund,2021-06-01,100\n\
                    320000,1,c2,medical,fund,2022-06-01,100\n\
                    320000,1,c3,medical,fund,2023-06-01,100\n\
                    320000,1,c4,medical,fund,2024-06-01,100\n";
    let book = |claims: &str, payments: &str| {
        let headed = |stem: &'static str, lines: &str| {
            let whole = BOOK.iter().find(|(table, _)| *table == stem).unwrap().1;
            (stem, format!("{}\n{lines}", whole.lines().next().unwrap()))
        };
        BTreeMap::from([
            headed("accounts", "320000,1,,one,employer\n"),
            headed("coverage", "320000,1,2018-01,,insured\n"),
            headed("classifications", "320000,1,2018-01-01,,8,4,gbt4754-2017,06,agency\n"),
            headed("premiums", "320000,1,2021-01,2024-09,100000000,20,900000,900000,0,regular,\n"),
            headed("claims", claims),
            headed("payments", payments),
        ])
    };
    let blocks = |diagnosis: &Diagnosis| {
        let all = diagnosis.findings.iter().filter(|it| it.kind.severity() == Severity::Blocks);
        all.map(|it| format!("{} {}", it.kind, it.values.join(" "))).collect::<Vec<_>>()
    };
    // The one premium row lies across both windows and refuses its account; the tables as wholes are looked at all the same.
    assert_eq!(blocks(&under(&law, book(claims, payments), None)), Vec::<String>::new());
    let without = |text: &str| text.lines().skip(1).map(|line| format!("{line}\n")).collect::<String>();
    let found = under(&law, book(&without(claims), &without(payments)), None);
    assert_eq!(blocks(&found), ["year-empty claims 2021", "year-empty payments 2021"]);
    // They concern no account, and are held against a limit as findings.
    let count = found.count(Kind::YearEmpty);
    assert_eq!((count.findings, count.accounts, count.weighed()), (2, 0, 2));
    assert_eq!(Gate::default().beyond(&found)[0].count, 2);
}

#[test]
fn every_kind_has_an_example() {
    let shown: BTreeSet<Kind> = EXAMPLES.iter().map(|it| it.kind).chain([Kind::ControlTotal]).collect();
    assert_eq!(shown, Kind::ALL.iter().copied().collect());
}

#[test]
fn control_totals_are_held_against_the_book() {
    let stated = |lines: &str| ControlTotals::parse("control.csv", &format!("table,year,what,value\n{lines}"));
    let right = "accounts,,rows,2\npremiums,,rows,2\npremiums,2024,paid_fen,1600000\npremiums,2023,rows,0\npayments,2024,amount_fen,100000\n";
    assert_eq!(shown(&diagnosed(&[], Some(&stated(right).unwrap()))), Vec::<String>::new());
    let wrong = right.replace("1600000", "1600001").replace("accounts,,rows,2", "accounts,,rows,3");
    let found = shown(&diagnosed(&[], Some(&stated(&wrong).unwrap())));
    let lines = [
        "control.csv:2:4 [value] control-total `accounts` – rows: 2 in the book, 3 by the sender",
        "control.csv:4:4 [value] control-total `premiums` 2024 paid_fen: 1600000 in the book, 1600001 by the sender",
    ];
    assert_eq!(found, lines);
    let broken = "claim,,rows,1\nclaims,24,rows,1\nclaims,,paid_fen,1\nclaims,,rows,many\nclaims,,rows\nclaims,,rows,1\nclaims,,rows,1\n";
    let problems = stated(broken).unwrap_err();
    let codes: Vec<String> = problems.iter().map(|it| format!("{} {}", it.place, it.code)).collect();
    let expected = [
        "control.csv:2:1 [table] rows.word",
        "control.csv:3:2 [year] rows.date",
        "control.csv:4:3 [what] rows.word",
        "control.csv:5:4 [value] rows.number",
        "control.csv:6 rows.ragged",
        "control.csv:8:1 [table] rows.duplicate",
    ];
    assert_eq!(codes, expected);
    assert!(ControlTotals::parse("control.csv", "table,what,value\n").is_err());
}

/// A diagnosis of so many accounts of which some have no last rate.
fn without_last_rate(accounts: u64, found: u64) -> Diagnosis {
    let mut diagnosis = Diagnosis { accounts, insured: accounts, ..Diagnosis::default() };
    let count = diagnosis.counts.entry(Kind::MissingLastRate).or_default();
    (count.findings, count.accounts) = (found, found);
    diagnosis
}

#[test]
fn the_gate_counts_crosswise() {
    let gate = |text: &str| Gate::parse("gate.csv", &format!("kind,most\n{text}\n")).unwrap();
    let open = |gate: &Gate, accounts: u64, found: u64| gate.beyond(&without_last_rate(accounts, found)).is_empty();
    let half = gate("missing-last-rate,0.5%");
    assert_eq!(half.limit(Kind::MissingLastRate), Some(Limit::Share("0.5%".parse::<Factor>().unwrap())));
    // 1 of 200 is 0.5 %, 2 of 399 is more; nobody of nobody is nothing.
    assert!(open(&half, 200, 1) && open(&half, 400, 2) && open(&half, 0, 0));
    assert!(!open(&half, 399, 2) && !open(&half, 199, 1));
    let seven = gate("missing-last-rate,7");
    assert!(open(&seven, 10, 7) && !open(&seven, 1_000_000, 8));
    // Without a limit any number passes, but for kinds that block.
    assert!(open(&Gate::default(), 10, 10));
    let empty = diagnosed(&[("payments", "2024-06-01", "2025-01-01")], None);
    let beyond = Gate::default().beyond(&empty);
    assert!(beyond.len() == 1 && beyond[0].kind == Kind::YearEmpty && !beyond[0].accepted);
    assert!(Gate::default().accepting([Kind::YearEmpty]).beyond(&empty)[0].accepted);
    assert!(!Gate::default().accepting([Kind::TableEmpty]).beyond(&empty)[0].accepted);
    assert!(gate("year-empty,1").beyond(&empty).is_empty());
    for kind in Kind::ALL {
        assert_eq!(Gate::default().limit(*kind).is_some(), kind.severity() == Severity::Blocks, "{kind}");
    }
    let problems =
        Gate::parse("gate.csv", "kind,most\nnone,1\nrefused,some\nrefused,101%\nrefused,1\nrefused,2\n").unwrap_err();
    let codes: Vec<String> = problems.iter().map(|it| format!("{} {}", it.place, it.code)).collect();
    let expected = [
        "gate.csv:2:1 [kind] rows.word",
        "gate.csv:3:2 [most] rows.number",
        "gate.csv:4:2 [most] rows.number",
        "gate.csv:6:1 [kind] rows.duplicate",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn the_example_of_the_standard_is_a_credit_code() {
    assert!(rate_core::input::book::is_credit_code(CODE));
}
