//! The class of a dispatching account: what the trace says, and what one word of the rule changes.

use rate_core::history::Dispatched;
use rate_core::{AccountKind, date, decide};
use rate_core::{ClassSystem, DateSpan, Decision, History, Industry, IndustryEdition, Lang, RiskClass, RuleSet};

use crate::law::{law_on, parameters, rule_set};

fn eight(class: u8) -> RiskClass {
    RiskClass::new(ClassSystem::Eight, class).unwrap()
}

fn workers(using_unit: &str, class: Option<u8>, industry: Option<&str>, heads: i64) -> Dispatched {
    let days = DateSpan::new(date("2020-01-01").unwrap(), None).unwrap();
    let industry = industry.and_then(|code| Industry::new(IndustryEdition::Gbt2017, code));
    Dispatched { days, using_unit: using_unit.to_owned(), industry, class: class.map(eight), heads }
}

/// A dispatching company of class 2 with 50 workers in class 3 and 50 in building (division 47, class 6).
fn company() -> History {
    let builder = History::builder("320000", "1").kind(AccountKind::Dispatch).covered("2018-01", None);
    let builder = builder.class(eight(2), "2018-01-01", None);
    let builder = builder.premium("2021-01", "2022-09", 875_000_000, 100, 7_875_000);
    let builder = builder.premium("2022-10", "2024-09", 1_000_000_000, 100, 9_000_000);
    let groups = [workers("mill", Some(3), None, 50), workers("builder", None, Some("47"), 50)];
    groups.into_iter().fold(builder, |builder, group| builder.dispatched(group)).build().unwrap()
}

fn decided(rules: &RuleSet) -> Decision {
    let files = ["parameters/320000/base-rates.toml", "parameters/cn/industry-classes.toml"];
    decide(&law_on(rules, &parameters(&files, None), "2025-01-01"), &company()).unwrap()
}

#[test]
fn a_tie_goes_where_the_rule_says() {
    let rules = rule_set("rule_sets/320000/2023.toml", None);
    assert_eq!(decided(&rules).outcome().class, eight(6));
    let lower = rules.with("classes.dispatch.tie", "lower-class").unwrap();
    assert_eq!(decided(&lower).outcome().class, eight(3));
}

#[test]
fn the_trace_shows_the_workers_and_the_class_that_gives_way() {
    let decision = decided(&rule_set("rule_sets/320000/2023.toml", None));
    let lines = |lang| decision.lines(lang).collect::<Vec<_>>().join("\n");
    let (zh, en) = (lines(Lang::Zh), lines(Lang::En));
    assert!(zh.contains("被派遣 100 人中 50 人在此类，为最多；本单位另核定为 2 类，不采用"), "{zh}");
    assert!(zh.contains("用工单位类别未核定的，按行业代码拟定"), "{zh}");
    assert!(
        en.contains("of most workers dispatched: 50 of 100; the class determined for the account itself, 2"),
        "{en}"
    );
    assert!(en.contains("provisions on industry classes; partly assumed"), "{en}");
}

/// A method that fixes the class of dispatching companies cannot go by their workers as well.
#[test]
fn a_fixed_class_and_the_workers_exclude_each_other() {
    let text = crate::law::text("rule_sets/310000/2016.toml");
    let read = |text: &str| {
        rate_core::RuleSetFile::parse(text).and_then(|file| {
            let frame = rate_core::RuleSetFile::parse(&crate::law::text("rule_sets/cn/2015-71.toml"))?;
            file.extending(&frame).examine()
        })
    };
    assert!(read(&text).is_ok());
    let changed = text.replace(
        "fixed    = { dispatch = 2 }",
        "fixed    = { dispatch = 2 }\ndispatch = { by = \"most-heads\", tie = \"higher-class\" }",
    );
    let problems = read(&changed).unwrap_err();
    assert_eq!(problems.iter().map(|it| it.code.as_str()).collect::<Vec<_>>(), ["rule-set.result"]);
}
