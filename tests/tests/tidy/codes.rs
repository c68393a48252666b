//! No code is dead: each is shown by a refused file, or by what no file of a reasonable size can show.

use std::collections::BTreeSet;
use std::sync::Arc;

use rate_core::fund::Fund;
use rate_core::history::{ChargedRate, HistoryBuilder, Order, Ordered, OrderingBody, Origin};
use rate_core::input::{Examined, StudyFile, examine_all};
use rate_core::log::Digest;
use rate_core::rule_set::check::between_versions;
use rate_core::scenario::{
    Baseline, Comparing, CycleChain, Level, Load, Portfolio, Proposal, ProposedRules, Reference, RiskLevel, RiskLevels,
    Severity, SeverityPoint, SizeBands, Workers,
};
use rate_core::{
    ClassSystem, Code, DateSpan, Factor, History, Law, Money, Parameters, Problems, Rate, RiskClass, RuleSetFile, date,
    decide,
};

use rate_service::book::Encoding;
use rate_service::casebook::{self, CaseError};
use rate_service::clock::Stopwatch;
use rate_service::intake::{self, Form, Keep, ListHead, Mode, Opening, Part};
use rate_service::logbook::Logbook;
use rate_service::store::{Place, Store};

use crate::broken_workbooks;
use crate::refused;
use crate::source::files_ending;

/// Codes that nothing provokes yet. Empty, or an honest list: a code in it is dead, or its test is missing.
const NOT_PROVOKED: &[Code] = &[];

const METHOD: &str = include_str!("../../../fixtures/refused/law/plain.toml");

fn frame() -> RuleSetFile {
    let files = files_ending("fixtures/rule_sets/cn", "2015-71.toml");
    RuleSetFile::parse(&files[0].text).unwrap()
}

fn examined(text: &str) -> Result<Examined, Problems> {
    let file = RuleSetFile::parse(text)?;
    examine_all(&[frame(), file]).remove(1)
}

fn codes_of(problems: &Problems) -> BTreeSet<Code> {
    problems.iter().map(|problem| problem.code).collect()
}

/// Every code that a rule-set text gives rise to, whether it can be read or not.
fn codes(text: &str) -> BTreeSet<Code> {
    match examined(text) {
        Ok(examined) => examined.report().findings.iter().map(|finding| finding.problem.code).collect(),
        Err(problems) => codes_of(&problems),
    }
}

#[test]
fn nothing_is_wrong_with_the_method_before_it_is_broken() {
    assert_eq!(codes(METHOD), BTreeSet::new());
}

fn too_large() -> BTreeSet<Code> {
    let mut found = codes(&format!("{METHOD}# {}\n", "x".repeat(4 << 20)));
    found.extend(codes(&many_at_once(25, 6)));
    found
}

/// The method with rows that each ask many measures at once, with bounds of their own.
fn many_at_once(rows: usize, measures: usize) -> String {
    let (head, rest) = METHOD.split_once("[measures.pay_ratio]").unwrap();
    let (ratio, rest) = rest.split_once("[measures.deaths]").unwrap();
    let copies: String = (0..measures).map(|number| format!("[measures.m{number}]{ratio}")).collect();
    let cells = |row: usize| {
        let cell = |it: usize| {
            let low = (row * 7 + it * 11) % 40 * 5;
            format!("m{it} = \"({low}%, {}%]\"", low + 5 + (row * 3 + it * 5) % 20 * 5)
        };
        (0..measures).map(cell).collect::<Vec<_>>().join(", ")
    };
    let row =
        |row: usize| format!("[[float_table.rows]]\nid = \"r{row}\"\nany = {{ {} }}\ngrade = \"120%\"\n\n", cells(row));
    let (table, behind) = rest.split_once("[[adjustments]]").unwrap();
    let table = table.to_owned() + &(0..rows).map(row).collect::<String>();
    format!("{head}{copies}[measures.pay_ratio]{ratio}[measures.deaths]{table}[[adjustments]]{behind}")
}

/// What is refused is refused at once, whatever combination of measures it comes in; smaller tables are examined.
#[test]
fn a_table_that_tells_too_much_apart_is_refused_quickly() {
    for (rows, measures, refused) in [(4, 2, false), (15, 5, true), (25, 6, true), (60, 12, true)] {
        let watch = Stopwatch::start();
        let found = codes(&many_at_once(rows, measures));
        assert_eq!(found.contains(&Code::CheckTooLarge), refused, "{rows} rows of {measures} measures: {found:?}");
        assert!(watch.millis() < 10_000, "{rows} rows of {measures} measures took {} ms", watch.millis());
    }
}

/// A later version of the method, in force from another day.
fn between(from: &str) -> BTreeSet<Code> {
    let later = METHOD.replace("version  = \"1\"", "version  = \"2\"");
    let later = later.replace("from = 2020-01-01, to = 2023-12-31", &format!("from = {from}"));
    let sets = [examined(METHOD).unwrap(), examined(&later).unwrap()];
    between_versions(sets.iter().map(Examined::rules)).into_iter().map(|finding| finding.problem.code).collect()
}

fn law(parameters: &Parameters) -> Law {
    examined(METHOD).unwrap().accepted().unwrap().law_for(parameters, date("2022-01-01").unwrap()).unwrap()
}

/// The codes that only the law can give: facts that are right by themselves, and that its window cannot use.
fn refused(facts: impl FnOnce(HistoryBuilder) -> HistoryBuilder) -> BTreeSet<Code> {
    let history = facts(History::builder("990900", "1")).build().unwrap();
    decide(&law(&Parameters::default()), &history).map_or_else(|problems| codes_of(&problems), |_| BTreeSet::new())
}

fn class(system: ClassSystem) -> RiskClass {
    RiskClass::new(system, 2).unwrap()
}

fn charged(grade: &str) -> ChargedRate {
    let rate: Rate = "0.4%".parse().unwrap();
    ChargedRate {
        days: DateSpan::new(date("2021-01-01").unwrap(), Some(date("2021-12-31").unwrap())).unwrap(),
        class: class(ClassSystem::Eight),
        base: Some(rate),
        grade: grade.to_owned(),
        before_cut: rate,
        cut: Factor::ZERO,
        charged: rate,
        origin: Origin::Floated,
        cycle: String::new(),
        used: Vec::new(),
        document: String::new(),
    }
}

fn ordered(grade: &str) -> Order {
    Order {
        id: "1".to_owned(),
        body: OrderingBody::Court,
        what: Ordered::Grade(grade.to_owned()),
        days: DateSpan::new(date("2022-01-01").unwrap(), None).unwrap(),
        issued_on: date("2022-01-01").unwrap(),
        document: "（2022）虚01行初1号".to_owned(),
    }
}

fn of_the_law() -> BTreeSet<Code> {
    let eight = class(ClassSystem::Eight);
    let insured = |facts: HistoryBuilder| facts.covered("2020-01", None);
    let paid = |facts: HistoryBuilder| facts.premium("2021-01", "2021-12", 1_000_000, 10, 4_000);
    let classed = |facts: HistoryBuilder| facts.class(eight, "2020-01-01", None);
    assert_eq!(refused(|it| paid(classed(insured(it))).rate(charged("80%"))), BTreeSet::new(), "right facts");
    let all = [
        refused(|it| paid(insured(it))),
        refused(|it| paid(insured(it)).class(class(ClassSystem::Three), "2020-01-01", None)),
        refused(|it| classed(insured(it))),
        refused(|it| classed(insured(it)).premium("2021-01", "2022-03", 1_000_000, 10, 4_000)),
        refused(|it| paid(classed(it.covered("2020-01", Some("2021-12"))))),
        refused(|it| paid(classed(insured(it)))),
        refused(|it| paid(classed(insured(it))).order(ordered("85%"))),
    ];
    let codes = [
        Code::HistoryNoClass,
        Code::HistoryClassSystem,
        Code::HistoryPremiumGap,
        Code::HistoryPremiumCrosses,
        Code::HistoryNotCovered,
        Code::HistoryNoRate,
        Code::HistoryOrderGrade,
    ];
    for (found, code) in all.iter().zip(codes) {
        assert_eq!(found, &BTreeSet::from([code]));
    }
    assert_eq!(
        refused(|it| paid(classed(insured(it))).rate(charged("85%"))),
        BTreeSet::new(),
        "nothing counts from the last grade"
    );
    codes.into_iter().chain(of_the_last_grade(&|it| paid(classed(insured(it))))).collect()
}

/// A label of another ladder matters where something is counted from the last grade.
fn of_the_last_grade(facts: &dyn Fn(HistoryBuilder) -> HistoryBuilder) -> Option<Code> {
    let counted =
        METHOD.replace("effect = { no_decrease_from = \"base\" }", "effect = { no_decrease_from = \"last-grade\" }");
    assert_ne!(counted, METHOD);
    let rules = examined(&counted).unwrap().accepted().unwrap();
    let law = rules.law_for(&Parameters::default(), date("2022-01-01").unwrap()).unwrap();
    let history = facts(History::builder("990900", "1")).rate(charged("85%")).build().unwrap();
    let found = codes_of(&decide(&law, &history).unwrap_err());
    found.contains(&Code::HistoryGrade).then_some(Code::HistoryGrade)
}

/// A severity of no amounts, and a law of the second year of a cycle, whose grades are carried.
fn of_the_scenarios() -> BTreeSet<Code> {
    let two = "to = 2023-12-31 }\nsettings = [ { from = 2022-01-01 }, { from = 2023-01-01 } ]";
    let two = METHOD.replacen(
        "rate_period = { from = 2022-01-01, to = 2022-12-31 }",
        &format!("rate_period = {{ from = 2022-01-01, {two}"),
        1,
    );
    assert_ne!(two, METHOD);
    let rules = examined(&two).unwrap().accepted().unwrap();
    let later = rules.law_for(&Parameters::default(), date("2023-01-01").unwrap()).unwrap();
    let nothing = Severity::given(Vec::new()).unwrap_err();
    let point = SeverityPoint { amount: Money::from_fen(100), fatal: false, probability: 1.0 };
    let reference =
        Reference { class: class(ClassSystem::Eight), industry: None, heads: 1, monthly_payroll: Money::from_fen(100) };
    let levels = vec![RiskLevel { label: String::new(), claims_per_year: 1.0 }];
    let risks = RiskLevels { reference, severity: Severity::given(vec![point]).unwrap(), levels };
    let carried = CycleChain::of(&later, &risks).unwrap_err();
    codes_of(&nothing).into_iter().chain(codes_of(&carried)).collect()
}

/// A case file that names a rule set which is nowhere, and one that changes a setting from what it is not.
fn of_the_cases() -> BTreeSet<Code> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("one.toml");
    let text = r#"
        format = "cases/1"
        name = { zh = "一例", en = "one case" }
        source = { kind = "none", document = "none" }
        rule_set = "no-such-rule-set.toml"
        [[cases]]
        case = "one"
        working = "none"
        on = 2022-01-01
        expected = { refused = ["history.not-covered"] }
    "#;
    let judged = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let cases = casebook::read(&file).unwrap_or_else(|error| panic!("{error:?}")).remove(0);
        match casebook::judged(&cases, None) {
            Err(CaseError::Problems(problems)) => problems.into_iter().map(|problem| problem.code),
            other => panic!("{other:?}"),
        }
    };
    std::fs::write(dir.path().join("frame.toml"), &files_ending("fixtures/rule_sets/cn", "2015-71.toml")[0].text)
        .unwrap();
    std::fs::write(dir.path().join("method.toml"), METHOD).unwrap();
    let changed = text.replace("\"no-such-rule-set.toml\"", "\"method.toml\"\nframes = [\"frame.toml\"]");
    let changed = changed
        + r#"
        [[cases.changed]]
        case = "another"
        working = "none"
        path = "float_table.conflict"
        from = "first-row"
        to = "exactly-one"
        expected = { refused = ["history.not-covered"] }
    "#;
    judged(text).chain(judged(&changed)).collect()
}

/// The codes of broken workbooks; `books` holds each workbook to what is said of it.
fn of_the_workbooks() -> BTreeSet<Code> {
    let words: BTreeSet<&str> = broken_workbooks::all()
        .iter()
        .inspect(|it| assert!(!it.bytes.is_empty() && it.file.contains('.'), "{:?} has a file", it.reported))
        .flat_map(|it| it.reported)
        .filter_map(|line| line.rsplit(' ').next())
        .collect();
    Code::ALL.iter().copied().filter(|code| words.contains(code.as_str())).collect()
}

/// A row of another area, a line that is no row, a row taken back that does not stand, and entries of lists that are
/// nobody's, each in an import.
fn of_the_imports() -> BTreeSet<Code> {
    let dir = tempfile::tempdir().unwrap();
    let place: Place = format!("sqlite:{}", dir.path().join("rates.db").display()).parse().unwrap();
    let store = Arc::new(Store::open(&place).unwrap());
    let log = Logbook::keyed(Arc::clone(&store), "log", &dir.path().join("key")).unwrap();
    let now = "2025-01-01T00:00:00.000Z";
    let row = |area: &str| format!(r#""row":{{"area":"{area}","account":"1","kind":"employer"}}"#);
    let entry = |who: &str| format!(r#"{{"table":"list","row":{{"kind":"arrears","from":"2021-05-01",{who}}}}}"#);
    let lines = [
        format!(r#"{{"table":"accounts",{}}}"#, row("990200")),
        "[]".to_owned(),
        format!(r#"{{"table":"accounts",{},"withdraw":true}}"#, row("990100")),
        // What the entries of the lists behind it are held against.
        ["1", "2"].map(|account| format!(r#"{{"table":"accounts","row":{{"area":"990100","account":"{account}","credit_code":"C","kind":"employer"}}}}"#)).join("\n"),
        entry(r#""name":"某公司""#),
        entry(r#""account":"9""#),
        entry(r#""credit_code":"C""#),
        entry(r#""account":"1","credit_code":"D""#),
    ];
    let mut words = BTreeSet::new();
    for (number, line) in lines.iter().enumerate() {
        let (id, area, author) = (number.to_string(), "990100".to_owned(), "clerk".to_owned());
        let (mode, keep, opened_at) = (Mode::Add, Keep::AllOrNothing, now.to_owned());
        let opening = Opening { id: id.clone(), area, mode, keep, dry_run: false, author, opened_at };
        intake::open(&store, &opening).unwrap();
        let (name, form, encoding) = ("rows.ndjson".to_owned(), Form::Ndjson, Encoding::Utf8);
        let (body, document, date) = ("某局".to_owned(), "1号".to_owned(), "2021-06-01".to_owned());
        let list = line.contains("\"list\"").then_some(ListHead { body, document, date });
        let part = Part { number: 1, name, kind: None, form, encoding, mapping: None, list };
        intake::begin_part(&store, &id, &part).unwrap();
        intake::receive(&store, &id, 1, 0, line.as_bytes()).unwrap();
        intake::complete_part(&store, &id, 1, &Digest::of(line.as_bytes()).to_string()).unwrap();
        intake::close(&store, &id, now).unwrap();
        while intake::work(&store, &log, ("one", 60_000), &|| now.to_owned()).unwrap() {}
        words.extend(intake::problems(&store, &id, 0, 10).unwrap().into_iter().map(|problem| problem.code));
    }
    assert_eq!(words.len(), lines.len() - 1, "all but the accounts: {words:?}");
    Code::ALL.iter().copied().filter(|code| words.contains(code.as_str())).collect()
}

/// Candidates, searches and studies of nobody.
fn of_the_candidates() -> BTreeSet<Code> {
    let rules = examined(METHOD).unwrap().accepted().unwrap();
    let baseline = Baseline::of(&rules.law_for(&Parameters::default(), date("2022-01-01").unwrap()).unwrap());
    let elsewhere = RuleSetFile::parse(METHOD).unwrap().in_area("990700");
    let elsewhere = examine_all(&[frame(), elsewhere]).remove(1).unwrap();
    let other = Proposal { rules: ProposedRules::Whole(Box::new(elsewhere)), ..Proposal::new("other") };
    let nobody = Portfolio::new("990100", Vec::new(), Fund::default());
    let (law, workers) = (baseline.law(), Workers::new(1));
    let none = nobody.priced(law, workers);
    let mut codes = codes_of(&baseline.judge(&other).unwrap_err());
    codes.extend(codes_of(&baseline.judge(&Proposal::new("none").at_base_rates(Vec::new())).unwrap_err()));
    codes.extend(codes_of(&nobody.swept((&baseline, &none), &[], Level::AsCharged, workers).unwrap_err()));
    let compared = nobody.compared(&baseline, law, Level::AsCharged, &Comparing::default(), workers);
    codes.extend(codes_of(&compared.unwrap_err()));
    codes.insert(nobody.outlook(law, 0, Load::AsInTable).unwrap_err().code);
    codes.extend(codes_of(&SizeBands::new(&[9, 9]).unwrap_err()));
    let unnamed = StudyFile::parse_named("", "format = \"study/1\"\nname = { zh = \" \", en = \" \" }\n").unwrap();
    codes.extend(codes_of(&unnamed.check().unwrap_err()));
    codes
}

#[test]
fn no_code_is_dead() {
    let mut provoked: BTreeSet<Code> = refused::all().values().flatten().flat_map(refused::Refused::codes).collect();
    provoked.extend(too_large());
    provoked.extend(between("2023-06-01"));
    provoked.extend(between("2024-02-01"));
    provoked.extend(of_the_law());
    provoked.extend(of_the_cases());
    provoked.extend(of_the_workbooks());
    provoked.extend(of_the_imports());
    provoked.extend(of_the_scenarios());
    provoked.extend(of_the_candidates());
    let silent: Vec<Code> = Code::ALL.iter().copied().filter(|code| !provoked.contains(code)).collect();
    assert_eq!(silent, NOT_PROVOKED, "codes that nothing provokes");
}
