//! Worked examples: one `check`, many rows.

use std::collections::BTreeMap;
use std::fs;

use rate_core::amount::Quantity;
use rate_core::decision::{Reason, StepKind};
use rate_core::input::book::TableKind;
use rate_core::{Decision, History, Law, Money, Month, Parameters, Problems, RuleSet, Segment, decide, outcome};

use crate::facts::{ACCOUNT, Facts, fen};
use crate::law::{fixtures, law_on, parameters, rule_set};
use crate::tree::Table;

/// What was found against what the file expects, as lines: `what: expected …, found …`.
type Differences = Vec<String>;

/// A file of cases: one law, common facts, and what each case adds. A case that the engine is known not to meet yet says
/// why in `open`; once it is met, the word has to go.
struct Example {
    file: String,
    rules: RuleSet,
    parameters: Parameters,
    on: Option<String>,
    facts: Facts,
    cases: Vec<Table>,
}

impl Example {
    fn read(file: String) -> Self {
        let table = Table::read(&fixtures("worked_examples").join(&file));
        for key in ["name", "source"] {
            let stated = table.table(key).unwrap_or_else(|| panic!("{file}: `{key}` is missing"));
            let keys: &[&str] = if key == "name" { &["zh", "en"] } else { &["kind", "document"] };
            keys.iter().for_each(|key| assert!(!stated.need(key).is_empty(), "{file}: `{key}` is empty"));
            stated.finish();
        }
        let area = table.text("in_area");
        let example = Self {
            rules: rule_set(&table.need("rule_set"), area.as_deref()),
            parameters: parameters(&table.texts("parameters"), area.as_deref()),
            on: table.text("on"),
            facts: table.table("facts").map(|facts| Facts::read(&facts)).unwrap_or_default(),
            cases: table.tables("cases"),
            file,
        };
        table.finish();
        assert!(!example.cases.is_empty(), "{}: no cases", example.file);
        example
    }

    fn all() -> Vec<Self> {
        let entries = fs::read_dir(fixtures("worked_examples")).unwrap().map(|entry| entry.unwrap().file_name());
        let files = entries.map(|name| name.to_string_lossy().into_owned());
        let mut files: Vec<String> = files.filter(|name| name.ends_with(".toml")).collect();
        files.sort();
        files.into_iter().map(Self::read).collect()
    }

    fn check(&self, case: &Table) -> Differences {
        let name = case.need("case");
        assert!(!case.need("working").trim().is_empty(), "{}: {name}: no working", self.file);
        let own = case.table("facts").map(|facts| Facts::read(&facts)).unwrap_or_default();
        let mut facts = self.facts.and(&own);
        let mut differences = Vec::new();
        let on = case.text("on").or_else(|| self.on.clone());
        if let Some(expected) = case.table("expected") {
            let on = on.unwrap_or_else(|| panic!("{}: {name}: on which day?", self.file));
            differences.extend(self.expect(&facts, &on, &expected).1);
        }
        // One setting after the other: the rates of each are the last rates of the next.
        for year in case.tables("years") {
            let (decided, differs) = self.expect(&facts, &year.need("on"), &year.table("expected").unwrap());
            year.finish();
            differences.extend(differs);
            for row in decided.iter().flat_map(charged) {
                facts.add(TableKind::Rates, ACCOUNT, row);
            }
        }
        let open = case.text("open");
        case.finish();
        let at = |line: String| format!("{}: {name}: {line}", self.file);
        match open {
            None => differences.into_iter().map(at).collect(),
            Some(_) if differences.is_empty() => vec![at("comes out as worked now: strike `open`".to_owned())],
            Some(why) => {
                assert!(!why.is_empty(), "{}: {name}: open, and why?", self.file);
                differences.into_iter().for_each(|line| println!("open: {}", at(line)));
                Differences::new()
            }
        }
    }

    fn expect(&self, facts: &Facts, on: &str, expected: &Table) -> (Option<Decision>, Differences) {
        let law = law_on(&self.rules, &self.parameters, on);
        let by_class = expected.texts("rate_by_class");
        let mut found = Differences::new();
        for (class, rate) in (1..).zip(&by_class) {
            let decided = decided(&law, &facts.in_class(class));
            let rates = decided.map(|decision| rates_of(&decision)).unwrap_or_else(|problems| codes(&problems));
            differs(&mut found, &format!("class {class}"), rate, &rates);
        }
        if !by_class.is_empty() {
            expected.finish();
            return (None, found);
        }
        let refused = expected.texts("refused").join(" ");
        match decided(&law, facts) {
            Ok(decision) if refused.is_empty() => {
                found.extend(compare(&decision, expected));
                (Some(decision), found)
            }
            decided => {
                let is = decided.err().map_or_else(|| "decided".to_owned(), |problems| codes(&problems));
                differs(&mut found, "refused", &refused, &is);
                (None, found)
            }
        }
    }
}

fn differs(found: &mut Differences, what: &str, expected: &str, is: &str) {
    if expected != is {
        found.push(format!("{what}: expected `{expected}`, found `{is}`"));
    }
}

fn codes(problems: &Problems) -> String {
    problems.iter().map(|problem| problem.code.to_string()).collect::<Vec<_>>().join(" ")
}

/// Decides the account of a case; with and without the trace the engine says the same.
fn decided(law: &Law, facts: &Facts) -> Result<Decision, Problems> {
    let book = facts.book(&law.rules().id().area);
    let wrong: Vec<String> = book.problems().map(|problem| format!("{} {}", problem.place, problem.code)).collect();
    assert!(wrong.is_empty(), "the facts are wrong: {wrong:?}");
    let history: &History = book.histories.iter().find(|history| history.key().number == ACCOUNT).unwrap();
    let decision = decide(law, history);
    if let Ok(decision) = &decision {
        assert_eq!(outcome(law, history).as_ref(), Ok(decision.outcome()));
    }
    decision
}

/// The rates of a decision as rows of the book: what the next setting reads as the last ones.
fn charged(decision: &Decision) -> Vec<BTreeMap<String, String>> {
    let ladder = decision.law().rules().ladder();
    let row = |segment: &Segment| {
        let label = segment.grade.map_or_else(String::new, |grade| ladder.grade(grade).label.clone());
        let cells = [
            ("from", segment.days.from().to_string()),
            ("to", segment.days.to().map(|to| to.to_string()).unwrap_or_default()),
            ("class_system", segment.class.system().to_string()),
            ("class", segment.class.to_string()),
            ("base_percent", segment.base.map(|base| base.percent().to_string()).unwrap_or_default()),
            ("grade", label),
            ("before_cut_percent", segment.before_cut.percent().to_string()),
            ("cut_percent", segment.cut.percent().to_string()),
            ("charged_percent", segment.rate.percent().to_string()),
            ("origin", segment.origin.as_str().to_owned()),
            ("cycle", decision.law().cycle().id.clone()),
        ];
        cells.into_iter().map(|(column, value)| (column.to_owned(), value)).collect()
    };
    decision.schedule().segments().iter().map(row).collect()
}

/// A reason with what it points at, as files write it: `row zero-twice`, `undefined pay_ratio no_premium`.
pub fn reason(decision: &Decision) -> String {
    let (reason, rules) = (decision.outcome().reason, decision.law().rules());
    let row = |table: usize, row: usize| format!(" {}", rules.tables()[table].rows[row].id);
    let at = match reason {
        Reason::Row { table, row: place } | Reason::SourceMissing { table, row: place } => row(table, place),
        Reason::Adjusted { adjustment } => format!(" {}", rules.adjustments()[adjustment].id),
        Reason::Undefined { measure, cause } => format!(" {} {}", rules.measures()[measure].id, cause.as_str()),
        Reason::Otherwise { .. }
        | Reason::Combined
        | Reason::HeldByClass
        | Reason::HeldByLimit
        | Reason::Carried
        | Reason::ClassChanged
        | Reason::KindDoesNotFloat
        | Reason::ClassDoesNotFloat
        | Reason::FirstInsured
        | Reason::Returning
        | Reason::KeepsLastRate
        | Reason::Expired => String::new(),
    };
    format!("{}{at}", reason.code())
}

/// The rates without their days: `0.36% 0.45%`.
fn rates_of(decision: &Decision) -> String {
    let rates = decision.schedule().segments().iter().map(|segment| segment.rate.to_string());
    rates.collect::<Vec<_>>().join(" ")
}

fn compare(decision: &Decision, expected: &Table) -> Differences {
    let mut found = Differences::new();
    differs(&mut found, "grade", &expected.need("grade"), decision.grade_label());
    differs(&mut found, "origin", &expected.need("origin"), decision.outcome().origin.as_str());
    differs(&mut found, "reason", &expected.need("reason"), &reason(decision));
    schedule(decision, &expected.tables("rates"), &mut found);
    if let Some(measured) = expected.table("measured") {
        measures(decision, &measured, &mut found);
    }
    for premium in expected.tables("premiums") {
        let (month, payroll) = (premium.need("month"), premium.need("payroll_yuan"));
        let first_day = month.parse::<Month>().unwrap().first_day();
        let billed = decision.schedule().premium_on(first_day, Money::from_fen(fen(&payroll)));
        let billed = billed.map_or_else(|| "none".to_owned(), |money| money.to_string());
        differs(&mut found, &format!("premium of {month}"), &premium.need("premium_yuan"), &billed);
        premium.finish();
    }
    let repeated = decision.assumptions();
    for assumed in expected.texts("assumed") {
        if !repeated.contains(&assumed) {
            found.push(format!("does not repeat that `{assumed}` is assumed: {repeated:?}"));
        }
    }
    expected.finish();
    found
}

/// Every segment with its days; the columns beside the rate where the file states them.
fn schedule(decision: &Decision, expected: &[Table], found: &mut Differences) {
    let segments = decision.schedule().segments();
    let count = |number: usize| number.to_string();
    differs(found, "segments", &count(expected.len()), &count(segments.len()));
    let ladder = decision.law().rules().ladder();
    for (expected, segment) in expected.iter().zip(segments) {
        let from = expected.need("from");
        let mut same = |what: &str, expected: Option<String>, is: String| {
            if let Some(expected) = expected {
                differs(found, &format!("{what} from {from}"), &expected, &is);
            }
        };
        same("first day", Some(from.clone()), segment.days.from().to_string());
        same("last day", Some(expected.need("to")), segment.days.last().to_string());
        same("rate", Some(expected.need("rate")), segment.rate.to_string());
        same("class", expected.text("class"), segment.class.to_string());
        same("base", expected.text("base"), segment.base.map_or_else(String::new, |base| base.to_string()));
        same("before the cut", expected.text("before_cut"), segment.before_cut.to_string());
        same("cut", expected.text("cut"), segment.cut.to_string());
        same("origin", expected.text("origin"), segment.origin.as_str().to_owned());
        let label = segment.grade.map_or_else(String::new, |grade| ladder.grade(grade).label.clone());
        same("grade", expected.text("grade"), label);
        expected.finish();
    }
}

/// Exact values of measures: `pay_ratio = "50%"` or `"1/3"`, `"pay_ratio[-1]"` for the window before.
fn measures(decision: &Decision, expected: &Table, found: &mut Differences) {
    let rules = decision.law().rules();
    for (key, stated) in expected.rest() {
        let (name, window) = match key.split_once("[-") {
            Some((name, earlier)) => (name, earlier.trim_end_matches(']').parse().unwrap()),
            None => (key.as_str(), 0),
        };
        let value = decision.steps().iter().find_map(|step| match step.kind {
            StepKind::Measured { measure, window: of, value, .. } => {
                (rules.measures()[measure].id == name && of == window).then_some(Ok(value))
            }
            StepKind::Undefined { measure, window: of, cause, .. } => {
                (rules.measures()[measure].id == name && of == window).then_some(Err(cause))
            }
            _ => None,
        });
        let is = match value {
            None => "not measured".to_owned(),
            Some(Err(cause)) => cause.as_str().to_owned(),
            Some(Ok(value)) if equals(value, &stated) => stated.clone(),
            Some(Ok(value)) => format!("{}/{}", value.numerator, value.denominator),
        };
        differs(found, &key, &stated, &is);
    }
}

/// `50%`, `3.5‰`, `1/99` or a number.
fn equals(value: Quantity, stated: &str) -> bool {
    let (text, denominator) = match (stated.split_once('/'), stated.strip_suffix('%'), stated.strip_suffix('‰')) {
        (Some((numerator, denominator)), ..) => (numerator, denominator.parse().unwrap()),
        (None, Some(percent), _) => (percent, 100),
        (None, None, Some(per_mille)) => (per_mille, 1000),
        (None, None, None) => (stated, 1),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let numerator = format!("{whole}{fraction}").parse().unwrap_or_else(|_| panic!("`{stated}` is not a measure"));
    let denominator = denominator * 10_i128.pow(u32::try_from(fraction.len()).unwrap());
    value.compare(Quantity { numerator, denominator }).is_eq()
}

#[test]
fn worked_examples_come_out_as_worked() {
    let mut differences = Differences::new();
    for example in Example::all() {
        for case in &example.cases {
            differences.extend(example.check(case));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_rule_set_has_its_examples() {
    let mut cases: BTreeMap<String, usize> = BTreeMap::new();
    for example in Example::all() {
        let id = example.rules.id().to_string();
        *cases.entry(id).or_default() += example.cases.len();
    }
    let sets = ["320000/2023", "990330/2023", "310000/2016", "440300/2012", "500000/2012", "990100/three-year"];
    for set in sets {
        let number = cases.get(set).copied().unwrap_or_default();
        assert!(number >= 6, "{set} has {number} worked examples: {cases:?}");
    }
    assert!(cases.values().sum::<usize>() >= 60, "{cases:?}");
}
