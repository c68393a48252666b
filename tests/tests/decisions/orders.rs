//! Orders: what the trace says of them, and what the rule of a change of class does on their days.

use rate_core::history::{Order, Ordered, OrderingBody};
use rate_core::{
    ClassSystem, Code, DateSpan, Decision, History, HistoryBuilder, Lang, Origin, RiskClass, date, decide, outcome,
};

use crate::law::{law_on, parameters, rule_set};

fn eight(class: u8) -> RiskClass {
    RiskClass::new(ClassSystem::Eight, class).unwrap()
}

fn order(id: &str, what: Ordered, from: &str, to: Option<&str>) -> Order {
    let days = DateSpan::new(date(from).unwrap(), to.map(|to| date(to).unwrap())).unwrap();
    let issued_on = date("2022-12-12").unwrap();
    Order {
        id: id.to_owned(),
        body: OrderingBody::Court,
        what,
        days,
        issued_on,
        document: "（2022）虚01行初30号".to_owned(),
    }
}

/// Class 4, nothing paid: 50 % of 0.9 % from 2022-07-01, under a method that says so of a change of class.
fn decided(class_change: &str, facts: impl Fn(HistoryBuilder) -> HistoryBuilder) -> Decision {
    let rules = rule_set("rule_sets/illustrative/three-year.toml", None);
    let rules = rules.with("changes.class_change", class_change).unwrap();
    let law = law_on(&rules, &parameters(&["parameters/990100/demonstration.toml"], None), "2022-07-01");
    let builder = History::builder("990100", "1").covered("2015-01", None).class(eight(4), "2015-01-01", None);
    let builder = builder.premium("2019-01", "2021-12", 1_000_000_000, 333, 9_000_000);
    let history = facts(builder).build().unwrap();
    let decision = decide(&law, &history).unwrap();
    assert_eq!(&outcome(&law, &history).unwrap(), decision.outcome());
    decision
}

/// The rates with their origins, in order.
fn rates(decision: &Decision) -> Vec<(String, Origin)> {
    decision.schedule().segments().iter().map(|it| (it.rate.to_string(), it.origin)).collect()
}

fn expected(rates: &[(&str, Origin)]) -> Vec<(String, Origin)> {
    rates.iter().map(|(rate, origin)| ((*rate).to_owned(), *origin)).collect()
}

#[test]
fn an_ordered_class_inside_a_setting_follows_the_rule_of_a_change_of_class() {
    use Origin::{Floated, Ordered as ByOrder};
    let inside = |it: HistoryBuilder| it.order(order("O", Ordered::Class(eight(6)), "2023-01-01", Some("2023-03-31")));
    let kept = expected(&[("0.45%", Floated), ("0.65%", ByOrder), ("0.45%", Floated), ("0.36%", Floated)]);
    assert_eq!(rates(&decided("keep-grade", inside)), kept);
    // The old class to the end of the setting is a rule for changes that come in; an order has its own days.
    assert_eq!(rates(&decided("next-filing", inside)), kept);
    let reset = expected(&[("0.45%", Floated), ("1.3%", ByOrder), ("0.45%", Floated), ("0.36%", Floated)]);
    assert_eq!(rates(&decided("reset", inside)), reset);
}

#[test]
fn an_ordered_class_goes_before_a_change_that_came_in() {
    use Origin::{Base, Floated, Ordered as ByOrder};
    let facts = |it: HistoryBuilder| it.order(order("O", Ordered::Class(eight(4)), "2022-07-01", Some("2022-12-31")));
    // The order says what was so anyway: the same rates, by order to the end of the year.
    assert_eq!(
        rates(&decided("reset", facts)),
        expected(&[("0.45%", ByOrder), ("0.45%", Floated), ("0.36%", Floated)])
    );
    let moved = |it: HistoryBuilder| {
        let it = it.order(order("O", Ordered::Class(eight(6)), "2022-07-01", Some("2022-12-31")));
        it.order(order("P", Ordered::Grade("120%".to_owned()), "2023-04-01", Some("2023-04-30")))
    };
    let floated = [("0.65%", ByOrder), ("0.45%", Floated), ("1.08%", ByOrder), ("0.36%", Floated)];
    assert_eq!(rates(&decided("reset", moved)), expected(&floated));
    assert!(
        !rates(&decided("reset", moved)).iter().any(|(_, origin)| *origin == Base),
        "an order is no change of class"
    );
}

#[test]
fn a_step_names_the_order_it_rests_on() {
    let facts = |it: HistoryBuilder| {
        let it = it.order(order("O", Ordered::Grade("120%".to_owned()), "2023-01-01", None));
        it.order(order("P", Ordered::Class(eight(6)), "2022-07-01", None))
    };
    let decision = decided("keep-grade", facts);
    let lines = |lang| decision.lines(lang).collect::<Vec<_>>().join("\n");
    let (zh, en) = (lines(Lang::Zh), lines(Lang::En));
    assert!(
        zh.contains("2023-01-01 – 2023-06-30：裁决确定费率档次 120%   [人民法院《（2022）虚01行初30号》，2022-12-12]"),
        "{zh}"
    );
    assert!(zh.contains("行业风险类别 6 类（依裁决）   [人民法院《（2022）虚01行初30号》，2022-12-12]"), "{zh}");
    assert!(
        en.contains("2023-01-01 – 2023-06-30: grade 120% by order   [court, （2022）虚01行初30号, 2022-12-12]"),
        "{en}"
    );
    assert_eq!(decision.outcome().origin, Origin::Ordered);
    assert_eq!(
        decision.summary(Lang::En),
        "grade 50% (ordered): meets \"nothing paid and nobody hurt: down two grades\""
    );
}

/// What is measured at the base rate is measured in the class that was ordered, so its premium rows may not cross it.
#[test]
fn a_premium_row_does_not_cross_an_ordered_class() {
    let rules = rule_set("rule_sets/illustrative/three-year.toml", None);
    let law = law_on(&rules, &parameters(&["parameters/990100/demonstration.toml"], None), "2022-07-01");
    let history = |from: &str| {
        let builder = History::builder("990100", "1").covered("2015-01", None).class(eight(4), "2015-01-01", None);
        let builder = builder.premium("2019-01", "2021-12", 1_000_000_000, 333, 9_000_000);
        builder.order(order("O", Ordered::Class(eight(6)), from, Some("2021-12-31"))).build().unwrap()
    };
    assert!(decide(&law, &history("2019-01-01")).is_ok());
    let problems = decide(&law, &history("2020-06-01")).unwrap_err();
    assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), [Code::HistoryPremiumCrosses]);
}
