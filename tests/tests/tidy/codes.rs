//! No code is dead: each is provoked by a book under `fixtures/books/refused/`, or by one change of a method that is right.

use std::collections::BTreeSet;

use rate_core::history::{ChargedRate, HistoryBuilder, Order, Ordered, OrderingBody, Origin};
use rate_core::input::{Examined, examine_all};
use rate_core::rule_set::check::between_versions;
use rate_core::{
    ClassSystem, Code, DateSpan, Factor, History, Law, Parameters, ParametersFile, Problems, Rate, RiskClass,
    RuleSetFile, date, decide,
};

use rate_service::casebook::{self, CaseError};

use crate::broken_workbooks;
use crate::source::{files_ending, root};

/// Codes that nothing provokes yet. Empty, or an honest list: a code in it is dead, or its test is missing.
const NOT_PROVOKED: &[Code] = &[];

const METHOD: &str = include_str!("method.toml");

/// What is changed in the method, into what, and the code that must answer.
const BREAKS: &[(Code, &str, &str)] = &[
    (Code::FileSyntax, "extends  =", "extends"),
    (Code::FileFormat, "rule-set/1", "rule-set/0"),
    (Code::FileUnknownKey, "others        =", "other         ="),
    (Code::FileMissingKey, "others        = \"base-rate\"", ""),
    (Code::FileWrongType, "\"990900\"", "990900"),
    (Code::FileUnknownWord, "\"paid-on\"", "\"paid-about\""),
    (Code::FileDate, "from = 2020-01-01,", "from = \"2020-13-01\","),
    (Code::FileNumber, "\"1-8\"", "\"1-9\""),
    (Code::FileSpan, "to = 2023-12-31", "to = 2019-12-31"),
    (Code::RuleSetParent, "cn/2015-71", "cn/2099-1"),
    (Code::RuleSetDocument, "\"method: window\"", "\"notice: window\""),
    (Code::RuleSetUncited, "cite          = \"method: changes\"", ""),
    (Code::RuleSetProvenance, "\"method: changes\"", "\"method: changes\"\nassumed = [\"mergers\"]"),
    (Code::RuleSetIllustrative, "area     = \"990900\"", "area     = \"330900\"\nillustrative = [\"name\"]"),
    (Code::RuleSetName, "deaths = \">= 1\"", "injuries = \">= 1\""),
    (Code::RuleSetDuplicate, "\"middle\"", "\"down\""),
    (Code::RuleSetInterval, "\"<= 50%\"", "\"about 50%\""),
    (Code::RuleSetResult, "grade = \"80%\"", "grade = \"80%\"\nkeep = \"last-rate\""),
    (Code::RuleSetGrade, "grade = \"80%\"", "grade = \"85%\""),
    (Code::RuleSetWindow, "from = 2021-01-01", "from = 2021-01-02"),
    (Code::RuleSetContradiction, "\"announce-first\"", "\"notify\""),
    (Code::RuleSetContradiction, "kind = \"calendar-days\"", "kind = \"working-days\""),
    (Code::FileMissingKey, ", last_day = \"as-counted\"", ""),
    (Code::FileMissingKey, "margins   = false", ""),
    (Code::RuleSetResult, "[notice.objection]", "[notice.objection]\nuntil = \"announcement-ends\""),
    (Code::RuleSetResult, "days = 7,", "days = 7, months = 1,"),
    (
        Code::RuleSetName,
        "within = { days = 7, kind = \"calendar-days\", from = \"announcement\", last_day = \"as-counted\" }",
        "until = { \"2031\" = 2031-01-01 }",
    ),
    (Code::FileNumber, "days = 7,", "days = 0,"),
    (
        Code::CheckMissing,
        "announced = { days = 5, kind = \"working-days\" }",
        "announced = \"?\"\nmissing = [\"announced\"]",
    ),
    (Code::CheckGap, "\"(50%, 100%]\"", "\"(50%, 90%]\""),
    (Code::CheckOpen, "grade = \"120%\"", "grade = \"?\"\nmissing = [\"grade\"]"),
    (Code::CheckMissing, "grade = \"120%\"", "grade = \"?\"\nmissing = [\"grade\"]"),
    (Code::CheckSettled, "\"> 100%\"", "\"> 90%\""),
    (Code::CheckAdjustment, "effect = { no_decrease_from = \"base\" }", "effect = { shift = -1 }"),
    (Code::CheckAsPublished, "form     = \"method\"", "form     = \"as-published\""),
    (Code::CheckMonotone, "grade = \"120%\"", "grade = \"80%\""),
];

/// The same for whole sections, from their first line to the section after them.
const SECTIONS: &[(Code, &str, &str, &str)] = &[
    (
        Code::CheckNoTable,
        "[float_table]",
        "[[adjustments]]",
        "[float_table]\nconflict = \"exactly-one\"\nrows = []\nmissing = [\"rows\"]\ncite = \"method: float-table\"\n",
    ),
    (Code::RuleSetNoCycle, "[[cycles]]", "[participation]", ""),
    (
        Code::RuleSetCycleOverlap,
        "[participation]",
        "[participation]",
        r#"
            [[cycles]]
            id          = "again"
            rate_period = { from = 2022-07-01, to = 2023-06-30 }
            windows     = [ { from = 2021-01-01, to = 2021-12-31 } ]
            cite        = "method: window"
        "#,
    ),
    (
        Code::RuleSetContradiction,
        "[changes]",
        "[changes]",
        r#"
            [settlement]
            until_decided = "last-rate"
            holds         = "from-decision"
            overpaid      = "refund"
            cite          = "method: changes"
        "#,
    ),
    (
        Code::RuleSetContradiction,
        "[changes]",
        "[changes]",
        r#"
            [settlement]
            until_decided = "new-rate"
            holds         = "from-month-after"
            cite          = "method: changes"
        "#,
    ),
    (
        Code::FileMissingKey,
        "[changes]",
        "[changes]",
        r#"
            [settlement]
            until_decided = "last-rate"
            holds         = "from-first-day"
            overpaid      = "refund"
            cite          = "method: changes"
        "#,
    ),
    (
        Code::RuleSetRounding,
        "[changes]",
        "[changes]",
        r#"
            [ladder]
            kind   = "factor-of-previous-rate"
            after_class_change = "base-rate"
            grades = [
                { label = "80%", factor = "80%" },
                { label = "100%", factor = "100%" },
                { label = "120%", factor = "120%" },
            ]
            cite   = "method: ladder"
        "#,
    ),
    (
        Code::RuleSetMatrix,
        "[float_table]",
        "[[adjustments]]",
        r#"
            [float_table]
            conflict = "exactly-one"
            cite     = "method: float-table"
            [float_table.matrix]
            rows     = { measure = "pay_ratio", bounds = ["0", "> 0"] }
            columns  = { measure = "deaths", bounds = ["0", "> 0"] }
            grade    = [["80%", "100%"]]
        "#,
    ),
    (
        Code::CheckOverlap,
        "[float_table]",
        "[[adjustments]]",
        r#"
            [float_table]
            conflict = "exactly-one"
            rows     = [
                { id = "down", all = { pay_ratio = "<= 50%" }, grade = "80%" },
                { id = "middle", all = { pay_ratio = ">= 50%" }, grade = "100%" },
            ]
            cite     = "method: float-table"
        "#,
    ),
    (
        Code::CheckSwallowed,
        "[float_table]",
        "[[adjustments]]",
        r#"
            [float_table]
            conflict  = "exactly-one"
            otherwise = { grade = "100%" }
            rows      = [{ id = "down", all = { pay_ratio = "<= 50%" }, grade = "80%" }]
            cite      = "method: float-table"
        "#,
    ),
    (
        Code::CheckDeadRow,
        "[float_table]",
        "[[adjustments]]",
        r#"
            [float_table]
            conflict = "first-row"
            rows     = [
                { id = "down", all = { pay_ratio = "<= 50%" }, grade = "80%" },
                { id = "middle", all = { pay_ratio = "> 50%" }, grade = "100%" },
                { id = "up", all = { pay_ratio = "> 100%" }, grade = "120%" },
            ]
            cite     = "method: float-table"
        "#,
    ),
    (
        Code::CheckUnanswered,
        "[measures.pay_ratio]",
        "[measures.deaths]",
        r#"
            [measures.pay_ratio]
            label       = { zh = "支缴率", en = "pay ratio" }
            numerator   = { benefits = "fund", by = "paid-on" }
            denominator = { premium = "paid", by = "for-month", relieved = "as-paid" }
            cite        = "method: measures"
        "#,
    ),
];

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

fn changed(find: &str, replace: &str) -> String {
    assert_eq!(METHOD.matches(find).count(), 1, "`{find}` stands once in the method");
    METHOD.replace(find, replace)
}

/// The method with the text from one line up to another replaced.
fn with_section(from: &str, to: &str, section: &str) -> String {
    let (start, end) = (METHOD.find(from).unwrap(), METHOD.find(to).unwrap());
    format!("{}{section}\n{}", &METHOD[..start], &METHOD[end..])
}

/// What a method must say and a published text may leave open is asked of the text as published.
fn as_published(text: &str) -> String {
    text.replace("form     = \"method\"", "form     = \"as-published\"")
}

#[test]
fn nothing_is_wrong_with_the_method_before_it_is_broken() {
    assert_eq!(codes(METHOD), BTreeSet::new());
}

#[test]
fn each_change_is_answered_by_its_code() {
    for (code, find, replace) in BREAKS {
        let found = codes(&changed(find, replace));
        assert!(found.contains(code), "`{code}` is not among {found:?}");
    }
    for (code, from, to, section) in SECTIONS {
        let text = with_section(from, to, section);
        let found = codes(&if *code == Code::CheckUnanswered { as_published(&text) } else { text });
        assert!(found.contains(code), "`{code}` is not among {found:?}");
    }
}

fn too_large() -> BTreeSet<Code> {
    codes(&format!("{METHOD}# {}\n", "x".repeat(4 << 20)))
}

/// A later version of the method, in force from another day.
fn between(from: &str) -> BTreeSet<Code> {
    let later = METHOD.replace("version  = \"1\"", "version  = \"2\"");
    let later = later.replace("from = 2020-01-01, to = 2023-12-31", &format!("from = {from}"));
    let sets = [examined(METHOD).unwrap(), examined(&later).unwrap()];
    between_versions(sets.iter().map(Examined::rules)).into_iter().map(|finding| finding.problem.code).collect()
}

/// Parameters whose finding does not give its cut.
fn finding() -> BTreeSet<Code> {
    let text = r#"
        format = "parameters/1"
        area = "990900"
        name = { zh = "校验用参数（虚构）", en = "parameters for the checker (fictitious)" }
        [documents.notice]
        title = { zh = "校验用参数（虚构）", en = "parameters for the checker (fictitious)" }
        [[cut_bands]]
        months = ["< 18", "[18, 23]", ">= 24"]
        cut = ["0%", "20%", "50%"]
        cite = "notice: cut"
        [[phased_cuts]]
        applies_to = "base-rate"
        from = 2022-01-01
        cut = "50%"
        floor_after = "none"
        finding = { months_payable = "20", at = 2021-12-31 }
        cite = "notice: cut"
    "#;
    let parameters = ParametersFile::parse(text).unwrap().check().unwrap();
    parameters.check_findings().into_iter().map(|problem| problem.code).collect()
}

/// An average that stands in two lists.
fn twice() -> BTreeSet<Code> {
    let list = r#"
        [[statistics]]
        id = "industry-incidence"
        year = 2021
        edition = "gbt4754-2017"
        values = { "33" = "8‰" }
        cite = "notice: statistics"
    "#;
    let text = format!(
        r#"
        format = "parameters/1"
        area = "990900"
        name = {{ zh = "校验用参数（虚构）", en = "parameters for the checker (fictitious)" }}
        [documents.notice]
        title = {{ zh = "校验用参数（虚构）", en = "parameters for the checker (fictitious)" }}
        {list}{list}"#
    );
    let parameters = ParametersFile::parse(&text).unwrap().check().unwrap();
    parameters.check_statistics().into_iter().map(|problem| problem.code).collect()
}

fn calendar(body: &str) -> BTreeSet<Code> {
    let text = format!(
        r#"
        format = "parameters/1"
        area = "990900"
        name = {{ zh = "校验用参数（虚构）", en = "parameters for the checker (fictitious)" }}
        [documents.notice]
        title = {{ zh = "校验用参数（虚构）", en = "parameters for the checker (fictitious)" }}
        {body}
    "#
    );
    let read = ParametersFile::parse(&text).unwrap().check();
    let after = |parameters: Parameters| parameters.check_overlaps().into_iter().map(|problem| problem.code).collect();
    read.map_or_else(|problems| codes_of(&problems), after)
}

/// A table of holidays, and what is wrong with it.
#[test]
fn tables_of_holidays_are_checked() {
    let table = |off: &str, worked: &str| {
        format!("[[holidays]]\nyear = 2030\noff = [{{ {off} }}]\nworked = [{worked}]\ncite = \"notice\"\n")
    };
    // 2030-09-29 is a Sunday, 2030-10-08 a Tuesday.
    let right = table("from = 2030-10-01, to = 2030-10-07", "2030-09-29");
    assert_eq!(calendar(&right), BTreeSet::new());
    assert_eq!(calendar(&(right.clone() + &right)), BTreeSet::from([Code::CheckTimeOverlap]));
    let wrong = |off, worked| calendar(&table(off, worked));
    assert_eq!(wrong("from = 2030-10-01, to = 2030-10-07", "2030-10-08"), BTreeSet::from([Code::FileNumber]));
    assert_eq!(wrong("from = 2031-10-01, to = 2031-10-07", "2030-09-29"), BTreeSet::from([Code::FileNumber]));
    assert_eq!(wrong("from = 2030-09-29, to = 2030-10-07", "2030-09-29"), BTreeSet::from([Code::RuleSetContradiction]));
    assert_eq!(wrong("from = 2030-10-07, to = 2030-10-01", "2030-09-29"), BTreeSet::from([Code::FileSpan]));
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

/// The codes that the refused books are named after; `books.rs` holds each book to its code.
fn of_the_books() -> BTreeSet<Code> {
    let names: BTreeSet<String> = std::fs::read_dir(root().join("fixtures/books/refused"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().split("--").next().unwrap_or_default().to_owned())
        .collect();
    Code::ALL.iter().copied().filter(|code| names.contains(&code.as_str().replace('.', "-"))).collect()
}

#[test]
fn no_code_is_dead() {
    let mut provoked: BTreeSet<Code> = BREAKS.iter().map(|(code, ..)| *code).collect();
    provoked.extend(SECTIONS.iter().map(|(code, ..)| *code));
    provoked.extend(too_large());
    provoked.extend(between("2023-06-01"));
    provoked.extend(between("2024-02-01"));
    provoked.extend(finding());
    provoked.extend(twice());
    provoked.extend(of_the_law());
    provoked.extend(of_the_books());
    provoked.extend(of_the_cases());
    provoked.extend(of_the_workbooks());
    let silent: Vec<Code> = Code::ALL.iter().copied().filter(|code| !provoked.contains(code)).collect();
    assert_eq!(silent, NOT_PROVOKED, "codes that nothing provokes");
}
